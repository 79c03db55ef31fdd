"""Symbolic music, exact: notes, measures, keys, tokens and attributes. No files, no torch."""
