"""A small network that reads digits: it tells whether a decoded digit is still the same.

Trained with benchmarks/digits.py; its accuracy is in armusic/resources/README.md.
"""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import cast

import numpy as np
import torch
from torch import Tensor, nn

from armusic.shapes import Int, UInt8

SHIPPED = "digits.safetensors"
_BATCH = 1000


class Digits(nn.Module):
    """Three convolutions and a linear layer, from 28 x 28 pixels to the ten digits."""

    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            *_block(1, 16), nn.MaxPool2d(2), *_block(16, 32), nn.MaxPool2d(2), *_block(32, 32),
            nn.Flatten(), nn.Dropout(0.3), nn.Linear(32 * 7 * 7, 10),
        )  # fmt: skip

    def forward(self, x: Tensor) -> Tensor:
        """Return logits (item, digit) of images, float (item, 1, 28, 28) of 0 to 1."""
        return cast("Tensor", self.layers(x))


def classify(images: UInt8[np.ndarray, "item 1 28 28"]) -> Int[np.ndarray, " item"]:
    """Return the digit of each image.

    Parameters
    ----------
    images : uint8 array (item, 1, 28, 28)
        Pixels from 0 to 255, white on black as in MNIST.

    Returns
    -------
    int array (item,)
        The likeliest digit, 0 to 9, however unlikely.

    Examples
    --------
    >>> one = np.zeros((1, 1, 28, 28), np.uint8)
    >>> one[0, 0, 4:24, 13:16] = 255
    >>> classify(one).tolist()
    [1]
    """
    network = _shipped()
    with torch.inference_mode():
        digits = [
            network(torch.tensor(images[start : start + _BATCH]).float() / 255).argmax(dim=1).numpy()
            for start in range(0, len(images), _BATCH)
        ]
    return np.concatenate(digits) if digits else np.zeros(0, np.int64)


@cache
def _shipped() -> Digits:
    """Return the network with its trained weights."""
    from safetensors.torch import load

    network = Digits()
    network.load_state_dict(load((resources.files("armusic") / "resources" / SHIPPED).read_bytes()))
    return network.eval()


def _block(before: int, after: int) -> tuple[nn.Module, ...]:
    return nn.Conv2d(before, after, 3, padding=1, bias=False), nn.BatchNorm2d(after), nn.ReLU()
