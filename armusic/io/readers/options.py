"""How a file is read: what is chosen, and how far from its notes a tune may be."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite
from pathlib import Path

from armusic.errors import MetreError, MusicError, UsageError
from armusic.files import MAX_BYTES
from armusic.music.score import Metre

CHOICES = {"voice": ("highest", "lowest"), "quantize": ("auto", "off", "strict"), "groove": ("drop", "keep")}

_BPM = (10.0, 1000.0)  # slower and faster than any beat that is felt


@dataclass(frozen=True, slots=True)
class Reading:
    """Wishes for the reading of a file; every one has a default that suits most files.

    Parameters
    ----------
    track : str, optional
        The melody: number of a track, part or voice from 1, `2:4` for its channel 4, or its name. Chosen when not
        given.
    voice : {"highest", "lowest"}
        Which notes stay where several sound at once.
    quantize : {"auto", "off", "strict"}
        Notes between two ticks: `auto` moves them to the grid, if they follow it at all; `off` lets the
        measures that have one pass through as they are; `strict` refuses the file.
    groove : {"drop", "keep"}
        Whether a variation's notes that start where one of the input's does take over how early or late
        that one was.
    metre : str, optional
        The metre of the whole file, such as `6/8`, whatever its time signatures say.
    tempo : float, optional
        Beats per minute of a performance that did not follow the file's own beats; its first note is on a beat.
    beats : path, optional
        A text file with the time of each beat in seconds, one a line; a second column may count the beats of
        a measure, from 1.
    downbeat : int
        Which beat, from 1, is the first of a measure.
    max_size : float
        Megabytes; a longer file is refused.
    strict : bool
        Whether a file is refused where something would have to be guessed or set right, and notes stay
        where they are: for a corpus, which counts what it skips.

    Raises
    ------
    UsageError
        For a value that cannot be used.

    Examples
    --------
    >>> Reading(metre="6/8").metre, Reading().quantize
    ('6/8', 'auto')
    """

    track: str | None = None
    voice: str = "highest"
    quantize: str = "auto"
    groove: str = "drop"
    metre: str | None = None
    tempo: float | None = None
    beats: Path | None = None
    downbeat: int = 1
    max_size: float = MAX_BYTES / 1e6
    strict: bool = False

    def __post_init__(self) -> None:
        for name, choices in CHOICES.items():
            if getattr(self, name) not in choices:
                raise UsageError(f"{name} {getattr(self, name)!r} is not known: use one of {', '.join(choices)}")
        if self.metre is not None:
            try:
                Metre.parse(self.metre)
            except MetreError as error:
                raise UsageError(str(error)) from None
        if self.tempo is not None and not _BPM[0] <= self.tempo <= _BPM[1]:
            raise UsageError(f"a tempo of {self.tempo:g}: beats per minute lie between {_BPM[0]:g} and {_BPM[1]:g}")
        if self.tempo is not None and self.beats is not None:
            raise UsageError("a tempo and a file of beats say the same in two ways: give one of them")
        if self.downbeat < 1:
            raise UsageError(f"downbeat {self.downbeat}: beats count from 1")
        if not (isfinite(self.max_size) and self.max_size > 0):
            raise UsageError(f"a size of {self.max_size:g} MB: give more than 0")


STRICT = Reading(strict=True)
"""As a corpus reads: nothing is guessed, and nothing is moved."""


@dataclass(frozen=True, slots=True)
class Remark:
    """Something that a reader chose, left out or set right.

    Parameters
    ----------
    text : str
        What, and where, in one line.
    refusal : MusicError, optional
        What those who read strictly refuse it with; a mere fact when not given.
    """

    text: str
    refusal: MusicError | None = None
