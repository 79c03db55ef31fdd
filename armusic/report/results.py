"""The figures of runs, read from their folders."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from armusic.config import Config
from armusic.errors import MissingFileError, ReadError
from armusic.experiments.states import EVALUATION, evaluated, figures
from armusic.files import one_line
from armusic.inference.run_folder import read as settings
from armusic.metrics import LABELS, SWEEP_METRICS
from armusic.report.figures import IDENTITY, OBEDIENCE, PERCENTAGES, TITLES, ceilings

FIRST = ("paper", "default")  # models that come first in a table
BASELINE = "beta-vae"
_GRID = re.compile(r"-(gamma|delta)[\d.e+-]+")


@dataclass(frozen=True, slots=True)
class Result:
    """A run: MODEL-DATA-SEED.

    Parameters
    ----------
    folder : Path
        Folder of the run.
    config : Config
        Settings of the run.
    epoch, shown : int
        Number of epochs done, and number of items shown in them.
    evaluation : mapping or None
        Content of its evaluation.json.
    current : bool
        Whether the evaluation is of its best checkpoint, and not of one before.
    """

    folder: Path
    config: Config
    epoch: int
    shown: int
    evaluation: Mapping[str, Any] | None
    current: bool

    @property
    def data(self) -> str:
        """Name of its data set or folder of data."""
        return Path(self.config.data).name

    @property
    def model(self) -> str:
        """Name of its model."""
        return self.folder.name.removesuffix(f"-{self.config.seed}").removesuffix(f"-{self.data}")

    @property
    def in_grid(self) -> bool:
        """Whether it is a point of a grid of gamma and delta."""
        return _GRID.search(self.model) is not None

    @property
    def words(self) -> dict[str, str]:
        """The words of its data (those of music where the evaluation has none), and as `what` the name of identity."""
        from armusic.training.adapters.music import WORDS

        return {**asdict(WORDS), **self._part("words"), "what": self._part("kept").get("what", "")}

    @property
    def weights(self) -> Mapping[str, str]:
        """The digest of its weights, and the version of torch; empty where the evaluation has none."""
        return self._part("weights")

    def title(self, figure: str) -> str:
        """Return the title of a figure, in the words of the data."""
        return TITLES[figure].format(**self.words)

    def value(self, figure: str, of: str = "value") -> float | None:
        """Return a figure (`of` a metric also its `reference` or `ceiling`); None where there is none.

        Of figures that each attribute has, it is the mean over the attributes.
        """
        if figure in LABELS:
            return _number(self._part(figure).get(of))
        if of != "value":
            return None
        if figure in OBEDIENCE or figure == "distance":
            values = self.each(figure).values()
            known = [value for value in values if value is not None]
            return float(np.mean(known)) if values and len(known) == len(values) else None
        if figure in SWEEP_METRICS:
            return _number(self._part("control").get(figure, {}).get("value"))
        if figure == "valid":
            return _number(self._part("prior").get("valid"))
        part, name = ("kept", figure.removeprefix("kept_")) if figure in IDENTITY else ("reconstruction", figure)
        return _number(self._part(part).get(name))

    def each(self, figure: str) -> dict[str, float | None]:
        """Return a figure of decoders for each attribute: of `figures.OBEDIENCE`, or the `distance` of chance codes."""
        prior = figure == "distance"
        parts = self._part("prior").get("attributes", {}) if prior else self._part("obedience")
        key = "distance" if prior else OBEDIENCE[figure][0]
        return {attribute: _number(part.get(key)) for attribute, part in parts.items()}

    def reference(self, figure: str) -> float | None:
        """Return the score of a perfect encoder: the known ceiling, else that of ties, else the reference.

        For figures of identity: the judge's accuracy on originals.
        """
        if figure in IDENTITY:
            return self.value("kept_original") if figure != "kept_original" else None
        ceiling = ceilings().get((self.data, figure))
        return ceiling[0] if ceiling else self.value(figure, "ceiling") or self.value(figure, "reference")

    def share(self, figure: str, of: str = "") -> float | None:
        """Return a metric as a share of the reference (or of what `of` names) of the same run; None without one."""
        value, bound = self.value(figure), self.value(figure, of) if of else self.reference(figure)
        return value / bound if value is not None and bound and figure not in PERCENTAGES else None

    def groups(self, figure: str) -> dict[int, tuple[float, int]]:
        """Return a share of reconstruction of each group (tune), and its number of items; empty where there are none.

        Parameters
        ----------
        figure : str
            `by_tune`, `exact` or `unseen`.
        """
        groups = self._part("groups")
        numbers = groups.get("unseen_n" if figure == "unseen" else "n", ())
        rows = zip(groups.get("name", ()), groups.get(figure, ()), numbers, strict=True)
        return {name: (float(value), count) for name, value, count in rows if count}

    def count(self, name: str) -> float | None:
        """Return a number of items, or a share of them, that the evaluation counts; None where there is none."""
        return _number(self._part("counts").get(name))

    def _part(self, name: str) -> Mapping[str, Any]:
        """Return a table of the evaluation; an empty one where there is none."""
        return (self.evaluation or {}).get(name, {})


@dataclass(frozen=True, slots=True)
class Spread:
    """A figure over the runs of one model on one data set.

    Parameters
    ----------
    values : tuple of float
        Value of each run, in ascending order; at least one.
    share : float or None
        Median over the runs of their shares of their own references.
    """

    values: tuple[float, ...]
    share: float | None = None

    @property
    def median(self) -> float:
        """Median over the runs."""
        return float(np.median(self.values))

    @property
    def ends(self) -> tuple[float, float] | None:
        """Lowest and highest run; None for a single one."""
        return (self.values[0], self.values[-1]) if len(self.values) > 1 else None


def read(folder: Path) -> list[Result]:
    """Return the runs in a folder, by name; also those that have no evaluation yet.

    Raises
    ------
    MissingFileError
        If there is none.
    ReadError
        If a file of a run is broken.
    """
    runs = [_read(path.parent) for path in sorted(folder.glob("*/config.json"))]
    if not runs:
        raise MissingFileError(f"{one_line(str(folder))}: no runs there: name the folder of an experiment")
    return runs


def spread(runs: Iterable[Result], figure: str) -> Spread | None:
    """Return a figure over runs; None where none of them has it."""
    measured = [(value, run) for run in runs if (value := run.value(figure)) is not None]
    if not measured:
        return None
    shares = [share for _, run in measured if (share := run.share(figure)) is not None]
    return Spread(tuple(sorted(value for value, _ in measured)), float(np.median(shares)) if shares else None)


def group(runs: Iterable[Result]) -> dict[str, dict[str, list[Result]]]:
    """Return evaluated runs by data set and model, by name; the paper's preset and the default come first."""
    groups: dict[str, dict[str, list[Result]]] = {}
    for run in sorted(runs, key=lambda run: (run.data, run.folder.name)):
        if run.evaluation is not None:
            groups.setdefault(run.data, {}).setdefault(run.model, []).append(run)
    for data, models in groups.items():
        place = {name: FIRST.index(name) if name in FIRST else len(FIRST) for name in models}
        groups[data] = dict(sorted(models.items(), key=lambda pair: (place[pair[0]], pair[0])))
    return groups


def outside_grids(models: Mapping[str, list[Result]]) -> dict[str, list[Result]]:
    """Return the models that are no points of a grid."""
    return {name: runs for name, runs in models.items() if not runs[0].in_grid}


def words_of(runs: Sequence[Result]) -> dict[str, str]:
    """Return the words of the data of some runs: those of the first whose evaluation has an identity, if any has."""
    return next((run.words for run in runs if run.words["what"]), runs[0].words)


def _read(folder: Path) -> Result:
    evaluation = None
    if (folder / EVALUATION).is_file():
        try:
            evaluation = json.loads((folder / EVALUATION).read_text(encoding="utf-8"))
            plain = isinstance(evaluation, dict) and all(isinstance(evaluation.get(name), dict) for name in LABELS)
            more = ("words", "kept", "groups", "obedience", "control", "prior", "weights")
            parts = [evaluation.get("reconstruction"), *(evaluation.get(name, {}) for name in more)]
            if not plain or not all(isinstance(part, dict) for part in parts):
                raise ValueError("figures are missing")
        except (OSError, ValueError) as error:
            raise ReadError(f"{one_line(str(folder))}: {EVALUATION} is not an evaluation of a run ({error})") from error
    config, epochs = settings(folder), figures(folder / "metrics.csv")
    shown = int(epochs[-1].get("step", 0)) * config.schedule.batch if epochs else 0
    return Result(folder, config, len(epochs), shown, evaluation, evaluated(folder))


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) else None
