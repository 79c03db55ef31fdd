"""The comparisons of a listening test, drawn at random, and the file of answers."""

from __future__ import annotations

import csv
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from fractions import Fraction
from functools import cache
from io import StringIO
from itertools import combinations
from pathlib import Path

import numpy as np

from armusic.api.model import Model
from armusic.errors import ReadError, UsageError, WriteError
from armusic.files import label, one_line, reason
from armusic.music.score import Tune
from armusic.progress import Progress

log = logging.getLogger(__name__)

CHOICES = ("a", "b", "same")
HEADER = ("listener", "trial", "tune", "attribute", "step", "a", "b", "chosen", "model", "seconds", "time")
"""Columns of the file: who, which comparison, what it was, the models of A and B, the choice, and its model."""
STEPS = (-1.0, 1.0)


@dataclass(frozen=True, slots=True)
class Trial:
    """One comparison: the same tune, changed in the same way by two models.

    Parameters
    ----------
    name : str
        Name of the comparison, the same whichever model is A: `reel.abc rhythm +1 default|paper`.
    original : Tune
        The tune.
    attribute, step : str, float
        Attribute that was changed, and by how many standard deviations.
    models : (str, str)
        Names of the models of A and B.
    tunes : (Tune, Tune)
        A and B.
    """

    name: str
    original: Tune
    attribute: str
    step: float
    models: tuple[str, str]
    tunes: tuple[Tune, Tune]

    @property
    def question(self) -> str:
        """What a listener is asked."""
        return f"{'More' if self.step > 0 else 'Less'} {self.attribute} than the original"


def draw(
    models: Mapping[str, Model],
    tunes: Sequence[tuple[str, Tune]],
    count: int,
    *,
    measures: int = 8,
    seed: int = 0,
    on_progress: Progress | None = None,
) -> list[Trial]:
    """Draw comparisons of two models each, in an order and with an A at random; the same for the same seed.

    Comparisons in which both models write the same are left out: nobody can tell them apart.

    Parameters
    ----------
    models : mapping of str to Model
        Two models or more, by name.
    tunes : sequence of (str, Tune)
        Tunes with their names.
    count : int
        Number of comparisons; fewer where there are fewer.
    measures : int
        Number of measures of a tune, from its start; 0: all.
    seed : int
        Seed of everything that is drawn.
    on_progress : callable, optional
        Called with the number of comparisons drawn, and of all.

    Raises
    ------
    UsageError
        With fewer than two models, without a tune, or where no comparison has two different sides.
    """
    if len(models) < 2 or not tunes:
        raise UsageError("a listening test needs two models, and a tune or more: name another run, or a tune")
    rng = np.random.default_rng(seed)
    shared = [name for name in next(iter(models.values())).attributes
              if all(name in model.attributes for model in models.values())]  # fmt: skip
    every = [(number, attribute, step, pair) for number in range(len(tunes)) for attribute in shared for step in STEPS
             for pair in combinations(models, 2)]  # fmt: skip
    starts = [_start(tune, measures) for _, tune in tunes]

    @cache
    def varied(model: str, number: int, attribute: str) -> dict[float, Tune]:
        sweep = models[model].interpolate(starts[number], attribute, 3, span=(STEPS[0], STEPS[1]))
        return {variation.step: variation.tune for variation in sweep}

    trials: list[Trial] = []
    for place in rng.permutation(len(every)):
        number, attribute, step, pair = every[place]
        first, second = pair if rng.random() < 0.5 else pair[::-1]
        sides = varied(first, number, attribute)[step], varied(second, number, attribute)[step]
        if sides[0].notes == sides[1].notes:
            continue
        name = f"{tunes[number][0]} {attribute} {step:+g} {'|'.join(pair)}"
        trials.append(Trial(name, starts[number], attribute, step, (first, second), sides))
        if on_progress is not None:
            on_progress(len(trials), count)
        if len(trials) == count:
            break
    if not trials:
        raise UsageError("the models write the same for every tune: choose other models, or other tunes")
    return trials


class Answers:
    """The answers of one listener, in a CSV file to which each is added at once; others' answers stay in it.

    Parameters
    ----------
    path : path
        The file; it is created, or gone on with.
    listener : str
        Name of the listener, as it is to stand in the file.

    Raises
    ------
    ReadError
        If the file is something else.
    WriteError
        If it cannot be written.
    """

    def __init__(self, path: Path, listener: str) -> None:
        self.path, self.listener = path, listener
        try:
            with path.open("a+b") as file:
                if not file.tell():
                    file.write((",".join(HEADER) + "\n").encode())
                file.seek(0)
                self.done = _answered(file.read(), listener, label(path))
        except FileNotFoundError:
            folder = one_line(str(path.parent))
            raise WriteError(f"{label(path)}: its folder {folder} does not exist: create it first") from None
        except OSError as error:
            raise WriteError(
                f"{label(path)}: cannot be written ({reason(error)}): name another file with the option output"
            ) from error

    def add(self, trial: Trial, choice: str, seconds: float, now: Callable[[], datetime] | None = None) -> None:
        """Keep an answer; a second one to the same comparison is ignored."""
        if trial.name in self.done:
            return
        model = "" if choice == "same" else trial.models[CHOICES.index(choice)]
        time = (now or (lambda: datetime.now(UTC)))().isoformat(timespec="seconds")
        tune = trial.name.rsplit(" ", 3)[0]
        what = [self.listener, trial.name, tune, trial.attribute, f"{trial.step:+g}", *trial.models]
        with self.path.open("a", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerow([*what, choice, model, f"{seconds:.1f}", time])
        self.done.add(trial.name)

    def next(self, trials: Sequence[Trial]) -> int | None:
        """Return the place of the first comparison without an answer; None where there is none left."""
        return next((place for place, trial in enumerate(trials) if trial.name not in self.done), None)


def _answered(content: bytes, listener: str, name: str) -> set[str]:
    """Return the comparisons that a listener has answered in a file of answers."""
    try:
        rows = [row for row in csv.reader(StringIO(content.decode("utf-8-sig"), newline="")) if row]
    except (UnicodeDecodeError, csv.Error):
        rows = []
    if not rows or tuple(rows[0]) != HEADER or any(len(row) != len(HEADER) for row in rows):
        what = "not a file of answers of armusic listen, in UTF-8 and with commas"
        raise ReadError(f"{name}: {what}: name another with the option output")
    return {row[1] for row in rows if row[0] == listener}


def _start(tune: Tune, measures: int) -> Tune:
    """Return the first measures of a tune."""
    if not 0 < measures < len(tune.measures):
        return replace(tune, origin=None)
    end = tune.measures[measures].start
    notes = tuple(
        note if note.end <= end else replace(note, duration=end - note.start) for note in tune.notes if note.start < end
    )
    tempos = tuple(change for change in tune.tempos if change[0] < end)
    chords = tuple(chord for chord in tune.chords if chord[0] < end)
    key_changes = tuple(change for change in tune.key_changes if change[0] < end)
    padding = (tune.padding[0], Fraction(0))
    kept = tune.measures[:measures]
    tune = replace(tune, notes=notes, measures=kept, padding=padding, origin=None)
    return replace(tune, tempos=tempos, chords=chords, key_changes=key_changes)
