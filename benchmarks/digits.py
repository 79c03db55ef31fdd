"""Trains the network that reads digits, and says how well it reads.

    python benchmarks/digits.py [-o digits.safetensors] [--epochs 6] [--minutes 10]

MNIST has to be in the data folder, or can be downloaded there. Training digits are moved by up to two pixels; the
last 5,000 are not trained on. The learning rate falls to zero at the end of the epochs, or of the minutes, whichever
comes first.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file
from torch import nn

from armusic.datasets.images import mnist
from armusic.files import atomic_path, data_folder
from armusic.vae.models.digits import Digits

BATCH = 128
RATE = 4e-3
SHIFT = 2


def main() -> None:
    """Train, test, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("-o", "--output", type=Path, default=Path("digits.safetensors"))
    parser.add_argument("--epochs", type=int, default=6)
    parser.add_argument("--minutes", type=float, default=10.0)
    options = parser.parse_args()
    cache = data_folder(None)
    images, digits, part = mnist.digits(mnist.official(cache))
    x, y = torch.from_numpy(images), torch.from_numpy(digits.astype(np.int64))
    train, valid, test = (torch.from_numpy(np.flatnonzero(part == number)) for number in range(3))
    torch.manual_seed(0)
    network = Digits()
    optimiser = torch.optim.Adam(network.parameters(), lr=RATE)
    start, steps, done = time.monotonic(), options.epochs * (len(train) // BATCH), 0
    for epoch in range(options.epochs):
        network.train()
        for rows in train[torch.randperm(len(train))].split(BATCH)[: len(train) // BATCH]:
            spent = max(done / steps, (time.monotonic() - start) / 60 / options.minutes)
            if spent >= 1:
                break
            for group in optimiser.param_groups:
                group["lr"] = RATE * min(1, 10 * spent + 0.1) * (1 - spent)
            loss = nn.functional.cross_entropy(network(_moved(x[rows])), y[rows], label_smoothing=0.05)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            done += 1
        right = _right(network, x[valid], y[valid])
        print(
            f"epoch {epoch + 1}: {done} steps, {right:.2%} of validation, {time.monotonic() - start:.0f} s", flush=True
        )
    print(f"test: {_right(network, x[test], y[test]):.2%}")
    with atomic_path(options.output, force=True) as temporary:
        save_file(network.state_dict(), temporary)


def _moved(x: torch.Tensor) -> torch.Tensor:
    """Return images moved by the same few pixels, as floats of 0 to 1."""
    right, down = torch.randint(-SHIFT, SHIFT + 1, (2,)).tolist()
    return torch.roll(x.float() / 255, (right, down), (3, 2))


def _right(network: Digits, x: torch.Tensor, y: torch.Tensor) -> float:
    network.eval()
    with torch.inference_mode():
        digits = torch.cat([network(part.float() / 255).argmax(dim=1) for part in x.split(1000)])
    return (digits == y).double().mean().item()


if __name__ == "__main__":
    main()
