"""Trained models of music without torch: numpy alone encodes, edits and decodes, from the same checkpoints."""
