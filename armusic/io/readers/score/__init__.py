"""Scores of ABC and MusicXML: written measures, their order of playing, and the tune in them."""
