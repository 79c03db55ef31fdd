"""Taste: what makes a variation music. A model of tunes in context, what no musician writes, and whole tunes chosen."""
