"""The progress of each run of an experiment, read from its folder: nothing else is kept."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from armusic import config
from armusic.errors import ReadError, UsageError
from armusic.experiments.plan import Run
from armusic.files import one_line
from armusic.inference import run_folder

EVALUATION, ERROR = "evaluation.json", "error.txt"


@dataclass(frozen=True, slots=True)
class State:
    """The progress of a run.

    Parameters
    ----------
    run : Run
        The run.
    epoch : int
        Number of epochs done.
    seconds, processor : float
        Time that they took, by the clock and of the processor.
    scores : dict of str to float
        The last epoch's figures on the validation data, as `accuracy` and `r2`; empty before the first.
    evaluated : bool
        Whether its evaluation exists and is no older than its best checkpoint, if there is one.
    error : str
        The error that it failed with, in one line; empty if it did not fail.
    """

    run: Run
    epoch: int
    seconds: float
    processor: float
    scores: dict[str, float]
    evaluated: bool
    error: str

    @property
    def trained(self) -> bool:
        """Whether all epochs are done, or its time is up."""
        return self.epoch >= self.run.config.schedule.epochs or (
            self.run.minutes is not None and self.processor >= 60 * self.run.minutes
        )

    @property
    def done(self) -> bool:
        """Whether nothing is left to do."""
        return self.trained and self.evaluated

    @property
    def left(self) -> float | None:
        """Seconds of training that are left, estimated from the epochs so far; None before the first."""
        if self.trained:
            return 0.0
        if not self.epoch:
            return None
        left = (self.run.config.schedule.epochs - self.epoch) * self.seconds / self.epoch
        if self.run.minutes is None or not self.processor:
            return left
        return min(left, (60 * self.run.minutes - self.processor) * self.seconds / self.processor)


def look(run: Run, out: Path) -> State:
    """Read the progress of a run from its folder.

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
    seconds, processor = (sum(row.get(name, row["seconds"]) for row in rows) for name in ("seconds", "processor"))
    return State(run, len(rows), seconds, processor, rows[-1] if rows else {}, evaluated(folder), error)


def evaluated(folder: Path) -> bool:
    """Return whether the run in a folder has an evaluation that is no older than its best checkpoint, if any."""
    from armusic.training.checkpoint import BEST

    best, evaluation = folder / BEST, folder / EVALUATION
    return evaluation.is_file() and not (best.is_file() and evaluation.stat().st_mtime < best.stat().st_mtime)


def check(runs: Iterable[Run], out: Path) -> None:
    """Refuse a folder whose runs have other settings, or cannot be resumed.

    Raises
    ------
    UsageError
        For the first such run.
    ReadError
        If its config.json is broken.
    """
    from armusic.training.checkpoint import LAST

    for run in runs:
        folder = out / run.name
        shown, file = one_line(str(folder)), folder / "config.json"
        written = (run_folder.read(folder) if file.exists() else run.config).values()
        values = run.config.values()
        if run.config.schedule.constant and values["epochs"] > written["epochs"]:
            written["epochs"] = values["epochs"]  # the run is resumed with more
        if name := config.difference(values, written):
            raise UsageError(
                f"{shown} was started with {name} {written.get(name)!r}, not {values[name]!r}:"
                " give the experiment another folder, or delete that run"
            )
        state = look(run, out)
        if state.epoch and not state.trained and not (folder / LAST).is_file():
            raise UsageError(f"{shown} cannot be resumed without its {LAST}: restore it, or delete that run")


def check_data(runs: Iterable[Run]) -> None:
    """Raise an error for the first run whose data set, file or folder does not exist; nothing is read.

    Raises
    ------
    DataError, MissingFileError
        For a name that no data set has, and a path at which nothing is.
    """
    from armusic.training import adapters

    for source in dict.fromkeys(run.config.source for run in runs):
        adapters.check(source)


def figures(path: Path) -> list[dict[str, float]]:
    """Return the figures of each epoch in a run's metrics.csv; none where there is no such file.

    Raises
    ------
    ReadError
        If the file is something else.
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
