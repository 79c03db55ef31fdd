"""Which of the losses for control earns its place: one model each, in equal time, by `held_out`'s measures.

    python benchmarks/control_losses.py [--epochs 12] [--folder runs/control-losses]

An epoch without control and cycle decodes and encodes once, not twice, and takes half the time: there are twice
as many.

Runs that are there already are gone on with, so it can be stopped and called again. It prints a Markdown table:
reconstruction of held-out 4/4 measures, how far the attribute of whole tunes moves over a sweep of its dimension (in
corpus standard deviations, four would be exact), and how often it falls on the way up.
"""

from __future__ import annotations

import argparse
import re
from pathlib import Path

import numpy as np

from armusic import api, config, evaluation
from armusic.files import data_folder
from armusic.music.score import METRES

VARIANTS: dict[str, dict[str, float]] = {
    "attribute loss only": {"control": 0.0, "cycle": 0.0},
    "expected attributes": {"control": 0.2, "cycle": 0.0},
    "latent cycle": {"control": 0.0, "cycle": 0.2},
    "both (the default)": {},
    "both, stronger": {"control": 0.5, "cycle": 0.5},
    "both, at temperature .3": {"temperature": 0.3},
    "independence": {"control": 0.0, "cycle": 0.0, "independence": 0.1},
    "all three": {"independence": 0.1},
}


def main() -> None:
    """Train what is missing, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--epochs", type=int, default=12)
    parser.add_argument("--folder", type=Path, default=Path("runs/control-losses"))
    options = parser.parse_args()
    names = config.ATTRIBUTES
    print(
        "| losses | epochs | minutes | ticks | exact | unseen exact | R² |",
        *(f"{name} moves, falls |" for name in names),
    )
    print("|---|---|---|---|---|---|---|" + "---|" * len(names))
    for title, settings in VARIANTS.items():
        run = options.folder / re.sub("[^a-z0-9]+", "-", title).strip("-")
        chosen = config.make(**settings)
        epochs = options.epochs * (1 if chosen.loss.control or chosen.loss.cycle else 2)
        api.train(chosen.replace(epochs=epochs), run, resume=True)
        checkpoint = api.load(run).checkpoint
        minutes = sum(row["seconds"] for row in api.load(run / "last.safetensors").checkpoint.history) / 60
        figures = evaluation.held_out(checkpoint, data_folder())
        rows = figures["reconstruction"][str(METRES[0])]
        cells = [str(epochs), f"{minutes:.0f}", *(f"{rows['all'][name]:.4f}" for name in ("ticks", "exact"))]
        cells += [f"{rows['unseen']['exact']:.4f}", f"{np.mean([*figures['r2'][str(METRES[0])].values()]):.4f}"]
        for k, name in enumerate(names):
            sweep = figures["sweep"][name]
            moved = (sweep["means"][-1] - sweep["means"][0]) / checkpoint.scale.std[0, k]
            cells.append(f"{moved:.2f}, {sweep['falls']:.1%}")
        print(f"| {title} | " + " | ".join(cells) + " |", flush=True)


if __name__ == "__main__":
    main()
