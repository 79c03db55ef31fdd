"""Corpora of music and sets of images, as arrays."""
