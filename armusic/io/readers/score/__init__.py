"""What ABC and MusicXML share: a sheet of written measures, and how it is played."""
