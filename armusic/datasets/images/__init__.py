"""Images with attributes: data sets read, drawn and measured, in numpy; see `armusic.datasets.images.base`."""
