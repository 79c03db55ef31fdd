"""Measure a model on held-out tunes: `python benchmarks/held_out.py [RUN] [--json FILE]` (default: the shipped one)."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np

from armusic import api, evaluation
from armusic.corpus import data_folder


def main() -> None:
    """Print the tables, and write the figures as JSON where asked to."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("run", nargs="?")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    found = evaluation.held_out(api.load(options.run).checkpoint, data_folder())
    if options.json:
        options.json.write_text(json.dumps(found, indent=2) + "\n")
    print("| metre | measures | n | ticks | exact | onset F1 | pitch |\n|---|---|---|---|---|---|---|")
    for metre, parts in found["reconstruction"].items():
        for part, row in parts.items():
            figures = " | ".join(f"{row[name]:.4f}" for name in ("ticks", "exact", "onset_f1", "pitch"))
            print(f"| {metre} | {part} | {row['n']} | {figures} |")
    print("\n| R² | " + " | ".join(next(iter(found["r2"].values()))) + " | mean |\n|" + "---|" * 6)
    for metre, row in found["r2"].items():
        print(
            f"| {metre} | "
            + " | ".join(f"{value:.3f}" for value in [*row.values(), float(np.mean([*row.values()]))])
            + " |"
        )
    print(
        f"\n| sweep over {found['sweep']['tunes']} tunes | upward steps that fall | mean at -2, -1, 0, 1, 2 |"
        "\n|---|---|---|"
    )
    for name, row in found["sweep"].items():
        if name != "tunes":
            print(f"| {name} | {row['falls']:.1%} | {', '.join(f'{value:.3f}' for value in row['means'])} |")


if __name__ == "__main__":
    main()
