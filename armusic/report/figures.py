"""The figures of a report: their titles, and where an evaluation has them; and what was published of them."""

from __future__ import annotations

import csv
from functools import cache
from importlib import resources

from armusic.metrics import LABELS, SWEEP_METRICS

SHARES = {
    "paper": "{parts} right, paper protocol", "by_tune": "{parts} right, held-out {groups}",
    "unseen": "{parts} right, unseen {items}", "exact": "{items} exactly right",
}  # fmt: skip
"""Reconstruction accuracy, in the words of the data: of music, only the first is by the paper's protocol."""
IDENTITY = {
    "kept_original": "{what} read right in originals", "kept_reconstructed": "{what} kept, reconstructed",
    "kept_swept": "{what} kept, swept over \N{MINUS SIGN}2..2",
    "kept_swept_wide": "{what} kept, swept over \N{MINUS SIGN}4..4",
}  # fmt: skip
"""How often a judge sees the identity of the originals in decoded items."""
FIGURES = LABELS | SHARES | IDENTITY
"""Figures of codes, of reconstruction and of identity."""
OBEDIENCE = {
    "pearson": ("pearson", "correlation of target and decoded, chance codes"),
    "asked_valid": ("valid", "valid {items} among these"),
    "r2": ("r2", "R² of target values, test {items}"),
    "error": ("error", "mean error of these, sd"),
    "stays": ("kept", "{parts} of these that stay"),
    "raw": ("raw", "change of another attribute, sd"),
    "residual": ("residual", "its distance from a line, sd"),
}
"""Figures of one decode for a target value -> name in an evaluation, and title; means over attributes."""
CONTROL = {
    "valid": "valid {items} of chance codes",
    "distance": "distance of their attributes from the data's, sd",
    **{name: title for name, (_, title) in OBEDIENCE.items()},
    **{name: f"{name}, one attribute turned" for name in SWEEP_METRICS},
}
"""Figures of what is decoded, without a search."""
EACH = {"distance": "distance of {attribute}", "r2": "R² of {attribute}"}
"""Figures that stand there for each attribute as well, and their titles."""
TITLES = FIGURES | CONTROL
PERCENTAGES = (*SHARES, *IDENTITY, "valid", "asked_valid", "stays")
"""Figures that are shown as percentages."""
UNRANKED = ("modularity",)
"""Figures by which no model is ranked."""
ELSEWHERE = {"folk44": "The Session", "folk44-paper": "The Session"}
"""Data set -> collection that the paper's figures are of, where it is another one."""


def published() -> dict[str, dict[str, dict[str, float]]]:
    """Return the figures of the paper: data set -> model -> figure -> value.

    Examples
    --------
    >>> published()["folk44"]["AR-VAE"]["sap"]
    0.524
    """
    figures: dict[str, dict[str, dict[str, float]]] = {}
    for row in rows_of("paper.csv"):
        for model in list(row)[2:]:
            if row[model]:
                for data in row["data"].split():
                    figures.setdefault(data, {}).setdefault(model, {})[row["figure"]] = float(row[model])
    return figures


def published_control() -> dict[str, dict[str, float]]:
    """Return published correlations of target and decoded values of chance codes: method -> attribute -> value.

    Examples
    --------
    >>> published_control()["LC-Diff"]["contour"]
    0.856
    """
    return {
        row["method"]: {name: float(value) for name, value in row.items() if name != "method"}
        for row in rows_of("lc-diff.csv")
    }


def ceilings() -> dict[tuple[str, str], tuple[float, str]]:
    """Return the figures that no encoder can exceed: (data set, figure) -> (value, reason).

    Examples
    --------
    >>> ceilings()["sprites", "interpretability"][0]
    0.8875
    """
    return {
        (data, row["figure"]): (float(row["most"]), row["why"])
        for row in rows_of("ceilings.csv")
        for data in row["data"].split()
    }


@cache
def rows_of(name: str) -> list[dict[str, str]]:
    """Return the rows of a table among the package's resources."""
    text = (resources.files("armusic") / "resources" / name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))
