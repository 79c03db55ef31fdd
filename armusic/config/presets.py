"""Presets: named values of settings that differ from the defaults."""

from __future__ import annotations

from typing import Any

PRESETS: dict[str, dict[str, Any]] = {
    "default": {},
    "paper": {  # Pati and Lerch (2020)
        "decoder": "hierarchical",
        "frame": "absolute",
        "layers": 2,
        "dropout": 0.5,
        "attribute_loss": "pairwise",
        "units": 128,
        "latent": 32,
        "oversample": 1,
        "editor": 0,
        "control": 0.0,
        "independence": 0.0,
        "epochs": 30,
        "augment": 1.0,
        "distinct": False,
        "lr": 1e-4,
        "warmup": 0.0,
        "decay": False,
        "clip": 0.0,
    },
}
_NO_EXTRA_LOSSES = {"editor": 0, "control": 0.0, "independence": 0.0}
_METHODS: dict[str, dict[str, Any]] = {
    "beta-vae": {"gamma": 0.0},
    "glsr": {"attribute_loss": "slope"},
    "s2-vae": {"attribute_loss": "cross-entropy"},
    "i-vae": {"attribute_loss": "linear"},
    "fader": {"attribute_loss": "adversary", "gamma": 0.1},
}
PRESETS |= {name: _NO_EXTRA_LOSSES | method for name, method in _METHODS.items()}  # the default's network and schedule
