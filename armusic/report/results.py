"""What is in the folders of runs, and what it is compared with."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np

from armusic.config import Config
from armusic.errors import MissingFileError, ReadError
from armusic.experiments.states import EVALUATION, figures, settings
from armusic.files import one_line

METRICS = {
    "interpretability": "Interpretability", "scc": "SCC", "modularity": "Modularity", "mig": "MIG", "sap": "SAP",
    "dmig": "DMIG", "xmig": "XMIG", "dlig": "DLIG",
}  # fmt: skip
"""Metrics of codes; the first five are the paper's."""
SHARES = {
    "paper": "ticks right, paper protocol", "by_tune": "ticks right, split by tune",
    "unseen": "ticks right, unseen measures", "exact": "measures exactly right",
}  # fmt: skip
"""How much comes back: only the first is by the paper's protocol."""
TITLES = METRICS | SHARES

FIRST = ("paper", "default")  # of the models
_GRID = re.compile(r"-(gamma|delta)[\d.e+-]+")


@dataclass(frozen=True, slots=True)
class Result:
    """A run: MODEL-DATA-SEED.

    Parameters
    ----------
    folder : Path
        Where it is.
    config : Config
        Its settings.
    epoch : int
        How many epochs it has done.
    evaluation : mapping or None
        What is in its evaluation.json.
    """

    folder: Path
    config: Config
    epoch: int
    evaluation: Mapping[str, Any] | None

    @property
    def data(self) -> str:
        """Its data set; of a folder, the name."""
        return Path(self.config.data).name

    @property
    def model(self) -> str:
        """The name of its model."""
        return self.folder.name.removesuffix(f"-{self.config.seed}").removesuffix(f"-{self.data}")

    @property
    def gridded(self) -> bool:
        """Whether it is a point of a grid of gamma and delta."""
        return _GRID.search(self.model) is not None

    def value(self, figure: str, of: str = "value") -> float | None:
        """Return a figure, 0..1 (`of` a metric also its `reference` or `ceiling`); None where it is not there."""
        found = self.evaluation or {}
        if figure in SHARES:
            return _number(found.get("reconstruction", {}).get(figure)) if of == "value" else None
        return _number(found.get(figure, {}).get(of))

    def reference(self, figure: str) -> float | None:
        """Return what a perfect encoder scores: the tie ceiling where there is one, else the reference."""
        return self.value(figure, "ceiling") or self.value(figure, "reference")

    def interval(self, figure: str) -> tuple[float, float] | None:
        """Return the 95 % interval of a figure, over items; None where it is not there."""
        found = self.evaluation or {}
        pair = found.get("intervals", {}).get(figure) if figure in SHARES else found.get(figure, {}).get("interval")
        return (float(pair[0]), float(pair[1])) if pair else None


@dataclass(frozen=True, slots=True)
class Spread:
    """A figure over the runs of one model on one data set.

    Parameters
    ----------
    values : tuple of float
        Of each run, rising; at least one.
    interval : (float, float) or None
        Lowest and highest run; of a single run, its own interval over items.
    """

    values: tuple[float, ...]
    interval: tuple[float, float] | None

    @property
    def median(self) -> float:
        """The middle one."""
        return float(np.median(self.values))


def read(folder: Path) -> list[Result]:
    """Return the runs in a folder, by name; also those that have no evaluation yet.

    Raises
    ------
    MissingFileError
        If there is none.
    ReadError
        If a file of a run is broken.
    """
    found = [_read(path.parent) for path in sorted(folder.glob("*/config.json"))]
    if not found:
        raise MissingFileError(f"{one_line(str(folder))}: no runs there: name the folder of an experiment")
    return found


def spread(results: Iterable[Result], figure: str) -> Spread | None:
    """Return a figure over runs; None where none of them has it."""
    with_it = [(value, one) for one in results if (value := one.value(figure)) is not None]
    if not with_it:
        return None
    values = tuple(sorted(value for value, _ in with_it))
    return Spread(values, (values[0], values[-1]) if len(values) > 1 else with_it[0][1].interval(figure))


def grouped(results: Iterable[Result]) -> dict[str, dict[str, list[Result]]]:
    """Return evaluated runs by data set and model; the paper's preset and the default come first."""
    found: dict[str, dict[str, list[Result]]] = {}
    for one in results:
        if one.evaluation is not None:
            found.setdefault(one.data, {}).setdefault(one.model, []).append(one)
    for data, models in found.items():
        place = {name: FIRST.index(name) if name in FIRST else len(FIRST) for name in models}
        found[data] = dict(sorted(models.items(), key=lambda pair: (place[pair[0]], pair[0])))
    return found


def published() -> dict[tuple[str, str], tuple[float, float]]:
    """Return what the paper reached, by data set and figure: its beta-VAE and its AR-VAE.

    Examples
    --------
    >>> published()["folk44", "sap"]
    (0.099, 0.524)
    """
    return {(row["data"], row["figure"]): (float(row["beta-vae"]), float(row["ar-vae"])) for row in _rows("paper.csv")}


def targets() -> list[dict[str, str]]:
    """Return what this project wants to reach.

    `least`: of a figure's value, of its share of the reference or the tie ceiling, or of how much more it is than
    the beta-VAE's.
    """
    return _rows("targets.csv")


def _rows(name: str) -> list[dict[str, str]]:
    text = (resources.files("armusic") / "resources" / name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


def _read(folder: Path) -> Result:
    evaluation = None
    if (folder / EVALUATION).is_file():
        try:
            evaluation = json.loads((folder / EVALUATION).read_text(encoding="utf-8"))
            plain = isinstance(evaluation, dict) and all(isinstance(evaluation.get(name), dict) for name in METRICS)
            if not plain or not isinstance(evaluation.get("reconstruction"), dict):
                raise ValueError("figures are missing")
        except (OSError, ValueError) as error:
            raise ReadError(f"{one_line(str(folder))}: {EVALUATION} is not what evaluate writes ({error})") from error
    return Result(folder, settings(folder), len(figures(folder / "metrics.csv")), evaluation)


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) else None
