"""The command line of armusic: options in, `armusic.api` called, tables and progress out."""
