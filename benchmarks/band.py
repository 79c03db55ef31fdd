"""Whether variations keep to the chords of the band: `python benchmarks/band.py [-n 12]`.

The soprano of Bach chorales, beside the three other voices, each attribute one and two deviations lower and higher:
the share of its notes on beats that lie in the chord that sounds, of the input and of the variations, with the chords
heard and (DISCORD = 0) not.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

import numpy as np
import torch
from harmony import chorale

from armusic import api
from armusic.editing import ear
from armusic.errors import ArmusicError
from armusic.music import harmony
from armusic.music.score import Tune
from armusic.music.tokenizer import encode

STEPS, LONGEST = (-2, -1, 1, 2), 20  # deviations; measures of a chorale at most


def shares(model: api.Model, tunes: list[Tune]) -> dict[str, tuple[float, float]]:
    """Return for each attribute the shares of variations by one deviation and by two, and of the input."""
    inside: dict[str, list[tuple[float, float]]] = {name: [] for name in ("input", *model.attributes)}
    for tune in tunes:
        agree = harmony.on_beats(tune)
        assert agree is not None
        own = harmony.share_inside(encode(tune), agree)
        inside["input"].append((own, own))
        for name in model.attributes:
            swept = {int(each.step): each for each in model.interpolate(tune, name)}
            by_step = [harmony.share_inside(encode(swept[step].tune), agree) for step in STEPS]
            inside[name].append((float(np.mean(by_step[1:3])), float(np.mean([by_step[0], by_step[3]]))))
    means = {name: np.mean(rows, axis=0).tolist() for name, rows in inside.items()}
    return {name: (near, far) for name, (near, far) in means.items()}


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("-n", type=int, default=12, help="chorales")
    options = parser.parse_args()
    torch.set_num_threads(1)
    model, tunes, number = api.load(), [], 0
    with tempfile.TemporaryDirectory() as folder:
        while len(tunes) < options.n:
            number += 1
            try:
                tune, _ = chorale(number, Path(folder))
            except (ArmusicError, StopIteration):
                continue
            if len(tune.measures) <= LONGEST and harmony.on_beats(tune) is not None:
                tunes.append(tune)
    listening = shares(model, tunes)
    ear.DISCORD = 0.0
    deaf = shares(model, tunes)
    print(f"{len(tunes)} chorales: notes on beats in the chord, variations by one deviation / by two")
    print("| | chords heard | not heard |\n|---|---|---|")
    for name, (one_step, two_steps) in listening.items():
        other = " / ".join(f"{share:.0%}" for share in deaf[name])
        print(f"| {name} | {one_step:.0%} / {two_steps:.0%} | {other} |")


if __name__ == "__main__":
    main()
