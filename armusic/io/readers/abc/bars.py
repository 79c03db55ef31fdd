"""A measure of a voice of an ABC tune, and what is in it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from armusic.io.readers.score.sheet import Sound, WrittenMeasure

_NONE: frozenset[int] = frozenset()


@dataclass(slots=True)
class Event:
    """A note, chord or rest (without pitches): its length in `UNITS`, and the pitches that are tied to the next."""

    pitches: tuple[int, ...]
    units: int
    tied: frozenset[int] = _NONE


@dataclass(slots=True)
class Bar(WrittenMeasure):
    """A measure of a voice: its notes and rests; `&` begins another layer of them."""

    layers: list[list[Event]] = field(default_factory=lambda: [[]])
    full: int = 0  # the length of the layers before the last

    @property
    def events(self) -> list[Event]:
        """Layer being read."""
        return self.layers[-1]

    @property
    def has_music(self) -> bool:
        """Whether there is anything in it."""
        return bool(self.layers[0] or len(self.layers) > 1)

    def sounds(self) -> Iterator[Sound]:
        """Yield the notes, layer by layer."""
        for layer, events in enumerate(self.layers):
            at, name = 0, str(layer)
            for event in events:
                for pitch in event.pitches:
                    yield Sound(at, event.units, pitch, pitch in event.tied, True, name)
                at += event.units
