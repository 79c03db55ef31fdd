"""What each part of the control of one decode is worth: one model each, as many epochs, measured on validation tunes.

    python benchmarks/control_losses.py [--epochs 24] [--folder runs/control-losses] [--only TITLE]

Runs that are there already are gone on with, so it can be stopped and called again, and several processes can take one
title each. It prints a Markdown table of validation measures in 4/4: how many come back exactly, and the share of
chance codes that are valid measures; then, for each attribute, R² of the values that are asked of them with one
decode, and in brackets the share of their ticks that stay (`armusic.evaluation.one_decode`).
"""

from __future__ import annotations

import argparse
import re
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from armusic import api, config
from armusic.config import Config
from armusic.evaluation import one_decode
from armusic.evaluation.subject import load, number_items
from armusic.evaluation.sweeps import find_axes
from armusic.files import data_folder
from armusic.training import checkpoint
from armusic.training.checkpoint import LAST, Checkpoint

OWN = f"{Path(__file__).parents[1] / 'examples' / 'my_attribute.py'}:offbeat"
VARIANTS: dict[str, dict[str, Any]] = {
    "no control, no editor": {"control": 0.0, "editor": 0},
    "control of a dimension that is moved alone": {"editor": 0},
    "the default": {},
    "keep 0": {"keep": 0.0},
    "keep .5": {"keep": 0.5},
    "grammar 0": {"grammar": 0.0},
    "with an attribute of one's own": {"attributes": (*config.ATTRIBUTES, OWN)},
}
CHANCE = 2048  # codes of the prior


def main() -> None:
    """Train what is missing, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--epochs", type=int, default=24)
    parser.add_argument("--folder", type=Path, default=Path("runs/control-losses"))
    parser.add_argument("--only", choices=list(VARIANTS))
    options = parser.parse_args()
    settings_of = configurations(options.epochs)
    print("| | exact, all / unseen | valid chance codes | rhythm | range | density | contour | its own |")
    print("|---|---|---|---|---|---|---|---|")
    for title, settings in settings_of.items():
        if options.only in (None, title):
            print(row(title, settings, options.folder), flush=True)


def configurations(epochs: int, variants: Mapping[str, Mapping[str, Any]] = VARIANTS) -> dict[str, Config]:
    """Return the settings of each variant.

    Raises
    ------
    ValueError
        For two that are the same: both rows would have the same figures.
    """
    result: dict[str, Config] = {}
    for title, settings in variants.items():
        new = config.make(**settings, epochs=epochs)
        for other, known in result.items():
            if known == new:
                raise ValueError(f"{title!r} has the settings of {other!r}: name what differs from today's defaults")
        result[title] = new
    return result


def row(title: str, settings: Config, folder: Path) -> str:
    """Return a row of the table."""
    run = folder / re.sub("[^a-z0-9]+", "-", title.lower()).strip("-")
    start = time.process_time()
    api.train(settings, run, resume=True)
    seconds = time.process_time() - start
    exact, unseen, valid, figures = measure(checkpoint.load(run / LAST))
    cells = [f"{title} ({seconds / 60:.1f} min)", f"{exact:.1%} / {unseen:.1%}", f"{valid:.1%}"]
    cells += [f"{entry.r2:.2f} ({entry.kept:.2f})" for entry in figures.values()]
    return "| " + " | ".join(cells) + " |" + " |" * (8 - len(cells))


def measure(trained: Checkpoint) -> tuple[float, float, float, dict[str, one_decode.Obedience]]:
    """Return the shares of validation measures and of chance codes, and how near one decode comes to target values."""
    subject, (train, valid, _) = load(trained, data_folder(), "4/4")
    rng = np.random.default_rng(0)
    right = subject.accuracy(valid.x, subject.encode(valid.x)[0]) == 1
    numbers, training = number_items(subject, valid.x, train.x)
    chance = subject.decode(rng.standard_normal((CHANCE, subject.model.latent), dtype=np.float32))
    plausible = subject.adapter.plausible(chance, subject.kind, subject.config)
    assert plausible is not None
    obedience = one_decode.measure(subject, (train, valid, valid), find_axes(subject, valid), rng)
    return float(right.mean()), float(right[~np.isin(numbers, training)].mean()), float(plausible.mean()), obedience


if __name__ == "__main__":
    main()
