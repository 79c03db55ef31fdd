"""Options of reading a file, each with its help and limits, and the remarks that a reader makes."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import isfinite
from pathlib import Path
from typing import Any, Literal, get_args, get_origin, get_type_hints

from armusic.errors import MetreError, MusicError, UsageError
from armusic.files import MAX_BYTES

_SLOWEST, _FASTEST = 10.0, 1000.0  # beats per minute; nobody feels a beat beyond


def option(
    default: Any,
    help: str,  # noqa: A002 (click's word)
    *,
    low: float | None = None,
    high: float | None = None,
    unit: str | None = None,
) -> Any:
    """Declare a field with its help, the range it must lie in (both ends included) and a word for its value."""
    return field(default=default, metadata={"help": help, "low": low, "high": high, "unit": unit})


@dataclass(frozen=True, slots=True)
class Reading:
    """How a file is read; every default suits most files.

    Command line and studio offer these fields with the help, limits and choices that stand here.

    Parameters
    ----------
    track : str, optional
        The melody: number of a track, part or voice from 1, `2:4` for its channel 4, or its name. By default the
        reader chooses.
    voice : {"highest", "lowest"}
        Notes that stay where several sound at once.
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
    downbeat : float, optional
        Number, from 1, of the first beat of a measure; 2.5 is half a beat behind the second. By default the file's
        own bar lines count, but for a pickup that is plain.
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

    track: str | None = option(
        None,
        "The melody: number or name of a track, part or voice; in MIDI also 2:4 for its channel 4."
        "  [default: chosen, and reported]",
        unit="TRACK",
    )
    voice: Literal["highest", "lowest"] = option(
        "highest", "Which notes of the melody stay where several sound at once."
    )
    quantize: Literal["auto", "off", "strict"] = option(
        "auto",
        "Notes off the grid: move them to it (auto), leave their measures alone (off), or refuse the file (strict).",
    )
    groove: Literal["drop", "keep"] = option(
        "drop",
        "Early and late timing of the notes that were moved to the grid: drop it, or keep it in what is written.",
    )
    metre: str | None = option(
        None, "Metre of the whole file, such as 6/8, in place of its own time signatures.", unit="N/D"
    )
    tempo: float | None = option(
        None,
        "Tempo of a performance that does not follow the file's beats; the first note is on a beat.",
        low=_SLOWEST,
        high=_FASTEST,
        unit="BPM",
    )
    beats: Path | None = option(  # noqa: RUF009 (a path does not change)
        None,
        "Text file with the time of each beat in seconds, one per line; a second column may number the beats.",
        unit="FILE",
    )
    downbeat: float | None = option(
        None,
        "Number of the beat that begins a measure: 2 for a pickup of one beat."
        "  [default: as in the file, or after an obvious pickup]",
        low=1,
        unit="N",
    )
    max_size: float = option(MAX_BYTES / 1e6, "Largest size of a file; larger ones are refused.", unit="MB")
    strict: bool = option(False, "Refuse a file where something would have to be guessed, set right or moved.")

    def __post_init__(self) -> None:
        for name, choices in CHOICES.items():
            if getattr(self, name) not in choices:
                raise UsageError(f"{name} {getattr(self, name)!r} is not known: use one of {', '.join(choices)}")
        if self.metre is not None:
            from armusic.music.regrouping import readable  # here: `--help` needs the fields alone

            try:
                readable(self.metre)
            except MetreError as error:
                raise UsageError(str(error)) from None
        if self.tempo is not None and not _SLOWEST <= self.tempo <= _FASTEST:
            raise UsageError(f"a tempo of {self.tempo:g}: beats per minute lie between {_SLOWEST:g} and {_FASTEST:g}")
        if self.tempo is not None and self.beats is not None:
            raise UsageError("a tempo and a file of beats say the same in two ways: give one of them")
        if self.downbeat is not None and not (isfinite(self.downbeat) and self.downbeat >= 1):
            raise UsageError(f"downbeat {self.downbeat:g}: beats count from 1")
        if not (isfinite(self.max_size) and self.max_size > 0):
            raise UsageError(f"a size of {self.max_size:g} MB: give more than 0")


CHOICES: dict[str, tuple[str, ...]] = {
    name: get_args(kind) for name, kind in get_type_hints(Reading).items() if get_origin(kind) is Literal
}
"""The values of each field that has a fixed set of them."""

STRICT = Reading(strict=True)
"""As a corpus reads: nothing is guessed, and nothing is moved."""


@dataclass(frozen=True, slots=True)
class Remark:
    """Something that a reader chose, left out or set right.

    Parameters
    ----------
    text : str
        The change and its place, in one line.
    refusal : MusicError, optional
        Error that strict reading raises instead; None for a mere fact.
    """

    text: str
    refusal: MusicError | None = None


def without_graces(count: int) -> list[Remark]:
    """Return the remark that grace notes are left out, if there are any.

    Examples
    --------
    >>> [remark.text for remark in without_graces(1) + without_graces(2) + without_graces(0)]
    ['1 grace note is left out', '2 grace notes are left out']
    """
    return _left_out(count, "grace")


def without_cues(count: int) -> list[Remark]:
    """Return the remark that cue notes, which another part plays, are left out, if there are any."""
    return _left_out(count, "cue")


def _left_out(count: int, kind: str) -> list[Remark]:
    return [Remark(f"{count} {kind} note{' is' if count == 1 else 's are'} left out")] if count else []
