"""Networks: one file each, all of the shape that `base.VAE` gives."""
