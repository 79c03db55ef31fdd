"""New tunes: a plan of attributes, phrases, and measures composed to it."""
