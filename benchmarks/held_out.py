"""Measure a model on held-out tunes: `python benchmarks/held_out.py [RUN] [--json FILE]` (default: the shipped one)."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np

from armusic import api, evaluation
from armusic.files import data_folder
from armusic.training.checkpoint import in_torch

FIGURES = {"ticks": "ticks right", "exact": "measures exact", "onset_f1": "onset F1", "pitch": "pitch right at onsets"}
FEW = 10  # measures: of fewer, no share is shown
ONE_DECODE = {
    "r2": "R² of target values, test measures, one decode",
    "kept": "share of their ticks that stay",
    "pearson": "correlation with target values, chance codes, one decode",
}


def main() -> None:
    """Print the tables, and write the figures as JSON where asked to."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("run", nargs="?")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    result = evaluation.held_out(in_torch(api.load(options.run).checkpoint), data_folder())
    if options.json:
        options.json.write_text(json.dumps(result, indent=2) + "\n")
    print(tables(result))


def tables(result: dict[str, Any]) -> str:
    """Return the result of `evaluation.held_out` as Markdown."""
    names = list(next(iter(result["r2"].values())))
    lines = [f"| metre | measures | n | {' | '.join(FIGURES.values())} |", "|---" * (3 + len(FIGURES)) + "|"]
    for metre, parts in result["reconstruction"].items():
        for part, row in parts.items():
            figures = " | ".join(_percent(row[name]) if name != "onset_f1" else f"{row[name]:.4f}" for name in FIGURES)
            lines.append(f"| {metre} | {part} | {row['n']:,} | {figures} |")
    lines += ["", f"| R² | {' | '.join(names)} | mean |", "|---" * (2 + len(names)) + "|"]
    for metre, row in result["r2"].items():
        values = [*row.values(), float(np.mean([*row.values()]))]
        lines.append(f"| {metre} | " + " | ".join(f"{value:.3f}" for value in values) + " |")
    lines += ["", "| measures of the first metre | n | exact | unseen | exact |", "|---|---|---|---|---|"]
    for name, row in result["slices"].items():
        count = row.get("unseen", 0)
        unseen = f"{count:,} | {_percent(row['unseen exact']) if count >= FEW else ''}"
        lines.append(f"| {name} | {row['n']:,} | {_percent(row['exact'])} | {unseen} |")
    for key, label in ONE_DECODE.items():
        if result["obedience"]:
            lines += ["", f"| {label} | {' | '.join(names)} |", "|---" * (1 + len(names)) + "|"]
        for metre, row in result["obedience"].items():
            lines.append(f"| {metre} | " + " | ".join(f"{row[name][key]:.3f}" for name in names) + " |")
    count = result["sweep"]["tunes"]
    lines += ["", f"| sweep of {count} tunes | upward steps that fall | mean at -2, -1, 0, 1, 2 |", "|---|---|---|"]
    for name in names:
        means = ", ".join(f"{value:.3f}" for value in result["sweep"][name]["means"])
        lines.append(f"| {name} | {result['sweep'][name]['falls']:.1%} | {means} |")
    return "\n".join(lines)


def _percent(share: float) -> str:
    return f"{100 * share:.2f} %"


if __name__ == "__main__":
    main()
