"""The attribute-regularised VAE, on arrays: it knows no music and no file format."""
