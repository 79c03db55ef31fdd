"""What is in the folders of runs, and what it is compared with."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np

from armusic.config import Config
from armusic.errors import MissingFileError, ReadError
from armusic.experiments.states import EVALUATION, evaluated, figures, settings
from armusic.files import one_line

METRICS = {
    "interpretability": "Interpretability", "scc": "SCC", "modularity": "Modularity", "mig": "MIG", "sap": "SAP",
    "dmig": "DMIG", "xmig": "XMIG", "dlig": "DLIG",
}  # fmt: skip
"""Metrics of codes; the first five are the paper's."""
SHARES = {
    "paper": "{parts} right, paper protocol", "by_tune": "{parts} right, held-out {groups}",
    "unseen": "{parts} right, unseen {items}", "exact": "{items} exactly right",
}  # fmt: skip
"""How much comes back, in the words of the data: of music, only the first is by the paper's protocol."""
KEPT = {
    "kept_original": "{what} read right in originals", "kept_reconstructed": "{what} kept, reconstructed",
    "kept_swept": "{what} kept, swept over \N{MINUS SIGN}2..2",
    "kept_swept_wide": "{what} kept, swept over \N{MINUS SIGN}4..4",
}  # fmt: skip
"""How often a judge sees in what is decoded what should stay."""
FIGURES = METRICS | SHARES | KEPT
PARTS = (*SHARES, *KEPT)
"""Figures that are shown as percentages."""

FIRST = ("paper", "default")  # of the models
BASELINE = "beta-vae"
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
    epoch, shown : int
        How many epochs it has done, and how many items it was shown in them.
    evaluation : mapping or None
        What is in its evaluation.json.
    current : bool
        Whether that is of its best checkpoint, and not of one before.
    """

    folder: Path
    config: Config
    epoch: int
    shown: int
    evaluation: Mapping[str, Any] | None
    current: bool

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

    @property
    def words(self) -> dict[str, str]:
        """What things are called in its data, and `what` should stay; evaluations that do not say are of music."""
        from armusic.training.adapters.music import WORDS

        found = self.evaluation or {}
        return {**asdict(WORDS), **found.get("words", {}), "what": found.get("kept", {}).get("what", "")}

    def title(self, figure: str) -> str:
        """Return what a figure is called, in the words of the data."""
        return FIGURES[figure].format(**self.words)

    def value(self, figure: str, of: str = "value") -> float | None:
        """Return a figure, 0..1 (`of` a metric also its `reference` or `ceiling`); None where it is not there."""
        found = self.evaluation or {}
        if figure in PARTS:
            part, name = ("kept", figure.removeprefix("kept_")) if figure in KEPT else ("reconstruction", figure)
            return _number(found.get(part, {}).get(name)) if of == "value" else None
        return _number(found.get(figure, {}).get(of))

    def reference(self, figure: str) -> float | None:
        """Return what a perfect encoder scores: the ceiling that is known, else that of ties, else the reference.

        Of what a judge sees: what it reads right in originals.
        """
        if figure in KEPT:
            return self.value("kept_original") if figure != "kept_original" else None
        known = ceilings().get((self.data, figure))
        return known[0] if known else self.value(figure, "ceiling") or self.value(figure, "reference")

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
    """Return evaluated runs by data set and model, by name; the paper's preset and the default come first."""
    found: dict[str, dict[str, list[Result]]] = {}
    for one in sorted(results, key=lambda one: (one.data, one.folder.name)):
        if one.evaluation is not None:
            found.setdefault(one.data, {}).setdefault(one.model, []).append(one)
    for data, models in found.items():
        place = {name: FIRST.index(name) if name in FIRST else len(FIRST) for name in models}
        found[data] = dict(sorted(models.items(), key=lambda pair: (place[pair[0]], pair[0])))
    return found


def published() -> dict[str, dict[str, dict[str, float]]]:
    """Return what the paper reached: data set -> model -> figure -> value.

    Examples
    --------
    >>> published()["folk44"]["AR-VAE"]["sap"]
    0.524
    """
    found: dict[str, dict[str, dict[str, float]]] = {}
    for row in _rows("paper.csv"):
        for model in list(row)[2:]:
            if row[model]:
                for data in row["data"].split():
                    found.setdefault(data, {}).setdefault(model, {})[row["figure"]] = float(row[model])
    return found


def ceilings() -> dict[tuple[str, str], tuple[float, str]]:
    """Return what no encoder can exceed on a data set, by data set and figure, and why.

    Examples
    --------
    >>> ceilings()["sprites", "interpretability"][0]
    0.8875
    """
    return {
        (data, row["figure"]): (float(row["most"]), row["why"])
        for row in _rows("ceilings.csv")
        for data in row["data"].split()
    }


def targets() -> list[dict[str, str]]:
    """Return what this project wants to reach.

    `least`: of a figure's value, of its share of the reference or the tie ceiling, or of how much more it is than
    the beta-VAE's.
    """
    return _rows("targets.csv")


@cache
def _rows(name: str) -> list[dict[str, str]]:
    text = (resources.files("armusic") / "resources" / name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


def _read(folder: Path) -> Result:
    evaluation = None
    if (folder / EVALUATION).is_file():
        try:
            evaluation = json.loads((folder / EVALUATION).read_text(encoding="utf-8"))
            plain = isinstance(evaluation, dict) and all(isinstance(evaluation.get(name), dict) for name in METRICS)
            parts = [evaluation.get("reconstruction"), evaluation.get("words", {}), evaluation.get("kept", {})]
            if not plain or not all(isinstance(part, dict) for part in parts):
                raise ValueError("figures are missing")
        except (OSError, ValueError) as error:
            raise ReadError(f"{one_line(str(folder))}: {EVALUATION} is not what evaluate writes ({error})") from error
    config, epochs = settings(folder), figures(folder / "metrics.csv")
    shown = int(epochs[-1].get("step", 0)) * config.schedule.batch if epochs else 0
    return Result(folder, config, len(epochs), shown, evaluation, evaluated(folder))


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) else None
