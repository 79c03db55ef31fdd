"""How far each run of an experiment is, as its folder says: nothing else is kept."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from armusic import config
from armusic.config import Config
from armusic.errors import ArmusicError, ReadError, UsageError
from armusic.experiments.plan import Run
from armusic.files import one_line

EVALUATION, ERROR = "evaluation.json", "error.txt"


@dataclass(frozen=True, slots=True)
class State:
    """How far a run is.

    Parameters
    ----------
    run : Run
        Of the experiment.
    epoch : int
        How many epochs are done.
    seconds : float
        How long they took.
    scores : dict of str to float
        The last epoch's figures on the validation data, as `accuracy` and `r2`; empty before the first.
    evaluated : bool
        Whether its evaluation is there, and no older than its best checkpoint, if that is there.
    error : str
        Why it failed, in one line; empty if it did not.
    """

    run: Run
    epoch: int
    seconds: float
    scores: dict[str, float]
    evaluated: bool
    error: str

    @property
    def trained(self) -> bool:
        """Whether all epochs are done, or its time is up."""
        return self.epoch >= self.run.config.schedule.epochs or (
            self.run.minutes is not None and self.seconds >= 60 * self.run.minutes
        )

    @property
    def done(self) -> bool:
        """Whether nothing is left to do."""
        return self.trained and self.evaluated

    @property
    def left(self) -> float | None:
        """Seconds of training that are left, as the epochs so far took; None before the first."""
        if self.trained:
            return 0.0
        if not self.epoch:
            return None
        left = (self.run.config.schedule.epochs - self.epoch) * self.seconds / self.epoch
        return left if self.run.minutes is None else min(left, 60 * self.run.minutes - self.seconds)


def look(run: Run, out: Path) -> State:
    """Read how far a run is.

    Raises
    ------
    ReadError
        If its figures cannot be read.
    """
    folder = out / run.name
    rows = figures(folder / "metrics.csv")
    try:
        error = (folder / ERROR).read_text(encoding="utf-8").partition("\n")[0]
    except FileNotFoundError:
        error = ""
    seconds, scores = sum(row["seconds"] for row in rows), rows[-1] if rows else {}
    return State(run, len(rows), seconds, scores, evaluated(folder), error)


def evaluated(folder: Path) -> bool:
    """Return whether the evaluation of the run in a folder is there, and no older than its best checkpoint, if any."""
    from armusic.training.checkpoint import BEST

    best, evaluation = folder / BEST, folder / EVALUATION
    return evaluation.is_file() and not (best.is_file() and evaluation.stat().st_mtime < best.stat().st_mtime)


def check(runs: Iterable[Run], out: Path) -> None:
    """Refuse a folder whose runs were begun with other settings, or cannot go on.

    Raises
    ------
    UsageError
        One line: the run, the setting, and what would do.
    ReadError
        If its config.json is broken.
    """
    from armusic.training.checkpoint import LAST

    for run in runs:
        folder = out / run.name
        shown, file = one_line(str(folder)), folder / "config.json"
        written = (settings(folder) if file.exists() else run.config).values()
        for name, value in run.config.values().items():
            if written.get(name) != value:
                raise UsageError(
                    f"{shown} was begun with {name} {written.get(name)!r}, not {value!r}:"
                    " give the experiment another folder (-o), or delete that run"
                )
        state = look(run, out)
        if state.epoch and not state.trained and not (folder / LAST).is_file():
            raise UsageError(f"{shown} cannot go on without its {LAST}: put it there, or delete that run")


def settings(folder: Path) -> Config:
    """Return the settings of the run in a folder; those that it was begun without have their defaults.

    Raises
    ------
    ReadError
        If its config.json is not there, or broken.
    """
    file = folder / "config.json"
    try:
        written = json.loads(file.read_text(encoding="utf-8"))
        if not isinstance(written, dict):
            raise TypeError("no table of settings")
        return config.from_dict(written)
    except (ArmusicError, OSError, ValueError, TypeError) as error:
        raise ReadError(f"{one_line(str(file))}: not the settings of a run ({error})") from error


def figures(path: Path) -> list[dict[str, float]]:
    """Return the figures of each epoch that a run's metrics.csv has; none where there is no such file.

    Raises
    ------
    ReadError
        If it is something else.
    """
    try:
        with path.open(encoding="utf-8", newline="") as file:
            rows = [{name: float(value) for name, value in row.items()} for row in csv.DictReader(file)]
        if not all("seconds" in row for row in rows):
            raise ValueError("no column seconds")
    except FileNotFoundError:
        return []
    except (ValueError, TypeError) as error:
        raise ReadError(f"{one_line(str(path))}: not the figures of a run ({error})") from error
    return rows
