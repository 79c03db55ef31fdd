"""Which of the losses for control earns its place: one model each, equal training, by `held_out`'s measures.

    python benchmarks/control_losses.py [--epochs 15] [--folder runs/control-losses]

Runs that are there already are gone on with, so it can be stopped and called again. It prints a Markdown table:
reconstruction of held-out 4/4 measures, how far the attribute of whole tunes moves over a sweep of its dimension (in
corpus standard deviations, four is what is asked), and how often it falls on the way up.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from armusic import api, config, evaluation
from armusic.corpus import data_folder
from armusic.score import METRES

VARIANTS: dict[str, dict[str, float]] = {
    "attribute loss only": {"control": 0.0, "cycle": 0.0},
    "expected attributes": {"control": 0.2, "cycle": 0.0},
    "latent cycle": {"control": 0.0, "cycle": 0.2},
    "both (the default)": {},
    "both, stronger": {"control": 0.5, "cycle": 0.5},
    "independence": {"control": 0.0, "cycle": 0.0, "independence": 0.1},
    "all three": {"independence": 0.1},
}


def main() -> None:
    """Train what is missing, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--epochs", type=int, default=15)
    parser.add_argument("--folder", type=Path, default=Path("runs/control-losses"))
    options = parser.parse_args()
    names = config.ATTRIBUTES
    print("| losses | ticks | exact | unseen exact | R² |", *(f"{name} moves, falls |" for name in names))
    print("|---|---|---|---|---|" + "---|" * len(names))
    for title, settings in VARIANTS.items():
        run = options.folder / title.replace(" ", "-").replace(",", "").strip("()")
        api.train(config.make(epochs=options.epochs, **settings), run, resume=True)
        checkpoint = api.load(run).checkpoint
        found = evaluation.held_out(checkpoint, data_folder())
        rows = found["reconstruction"][str(METRES[0])]
        cells = [f"{rows['all'][name]:.4f}" for name in ("ticks", "exact")]
        cells += [f"{rows['unseen']['exact']:.4f}", f"{np.mean([*found['r2'][str(METRES[0])].values()]):.4f}"]
        for k, name in enumerate(names):
            sweep = found["sweep"][name]
            moved = (sweep["means"][-1] - sweep["means"][0]) / checkpoint.scale.std[0, k]
            cells.append(f"{moved:.2f}, {sweep['falls']:.1%}")
        print(f"| {title} | " + " | ".join(cells) + " |", flush=True)


if __name__ == "__main__":
    main()
