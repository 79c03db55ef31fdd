"""An ABC tune as it is written: measures of notes and rests, and the bar lines between them."""

from __future__ import annotations

from dataclasses import dataclass, field

from armusic.readers._abc_fields import Signature


@dataclass(slots=True)
class Event:
    """A note, or a rest where `pitch` is None: its length in `UNITS`, and whether it is tied to the next."""

    pitch: int | None
    units: int
    tied: bool = False


@dataclass(slots=True)
class BarLine:
    """What stands before a measure; bar lines without music between them are one.

    Parameters
    ----------
    ends, starts : int
        Colons to the left and to the right of it: how many more times the music there is played.
    double : bool
        Whether it is a double or a thick one.
    endings : tuple of int
        The passes that the ending that begins here is for; empty where none begins.
    part : str, optional
        The name of the part that begins here.
    """

    ends: int = 0
    starts: int = 0
    double: bool = False
    endings: tuple[int, ...] = ()
    part: str | None = None

    @property
    def closes(self) -> bool:
        """Whether it is a double bar or a repeat sign."""
        return bool(self.double or self.ends or self.starts)

    def join(self, other: BarLine) -> None:
        """Take in a bar line that follows without music between."""
        self.ends = max(self.ends, other.ends)
        self.starts = max(self.starts, other.starts)
        self.double |= other.double
        self.endings = other.endings or self.endings
        self.part = self.part if other.part is None else other.part


@dataclass(slots=True)
class Written:
    """What stands between two bar lines.

    Parameters
    ----------
    metre : Signature
        The metre in force.
    bpm : float
        The tempo at its start, in quarter notes per minute.
    events : list of Event
        Its notes and rests.
    tempos : list of (int, float)
        Tempo changes in it: after how many units, and to what.
    units : int
        Its length.
    label : str
        The number by which messages name it.
    """

    metre: Signature
    bpm: float
    events: list[Event] = field(default_factory=list)
    tempos: list[tuple[int, float]] = field(default_factory=list)
    units: int = 0
    label: str = ""
