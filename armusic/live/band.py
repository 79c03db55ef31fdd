"""The rest of a file, to play along with its melody: every other track's messages, in quarter notes of the tune."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from armusic.errors import UsageError
from armusic.files import label, read_bytes
from armusic.music import smf, smf_damage, smf_notes
from armusic.music.score import Tune

if TYPE_CHECKING:
    from mido import Message

    Timed = tuple[Fraction, Message]

_OFF, _CHANGE, _ON = range(3)  # order at one time


def read(path: Path, tune: Tune, same: bool) -> tuple[Timed, ...]:
    """Return what plays along with a tune, in the order of time; every note ends at the end of the tune at the latest.

    Parameters
    ----------
    path : path
        A MIDI file.
    tune : Tune
        The melody.
    same : bool
        Whether the melody is of that file: its own notes are then left out, and the rest keeps its place beside it.
        Another file begins with the tune, in the tune's tempo.

    Raises
    ------
    UsageError
        If there is nothing that could play along.
    ArmusicError
        If the file cannot be read.
    """
    file = smf.parse(read_bytes(path), label(path), smf_damage.Repairs())
    origin = tune.origin if same else None

    def quarter(tick: int) -> Fraction:
        if origin is not None:
            return origin.quarter(Fraction(tick))
        return Fraction(tick, file.ticks_per_quarter)

    events: list[tuple[Fraction, int, Message]] = []
    for number, track in enumerate(file.tracks if origin is None else origin.file.tracks):
        for channel, pairs in smf_notes.pairs(track).items():
            if origin is not None and (number, channel) == (origin.track, origin.channel):
                continue
            for on, off in pairs:
                start = quarter(track[on].tick)
                end = min(quarter(track[off if off >= 0 else -1].tick), tune.end)
                if start < end:
                    pitch, velocity = track[on].data
                    events += [
                        (start, _ON, _note("note_on", channel, pitch, velocity)),
                        (end, _OFF, _note("note_off", channel, pitch, 0)),
                    ]
        events += [
            (quarter(event.tick), _CHANGE, _message(event))
            for event in track
            if smf.CONTROL_CHANGE <= event.status < smf.SYSEX
            and (origin is None or event.status & 0x0F != origin.channel)
            and not (event.status & 0xF0 == smf.CONTROL_CHANGE and event.data[0] >= _MODES)
            and quarter(event.tick) < tune.end
        ]
    if not any(order == _ON for _, order, _ in events):
        what = "there is nothing in it beside the melody" if same else "no notes to play along"
        raise UsageError(f"{label(path)}: {what}: name another file for the band")
    return tuple((at, message) for at, _, message in sorted(events, key=lambda event: event[:2]))


_MODES = 120  # controllers from here on silence a channel


def _note(kind: str, channel: int, pitch: int, velocity: int) -> Message:
    from mido import Message

    return Message(kind, channel=channel, note=pitch, velocity=velocity)


def _message(event: smf.Event) -> Message:
    from mido import Message

    return Message.from_bytes(bytes([event.status, *event.data]))


def channels(band: Sequence[Timed]) -> tuple[int, ...]:
    """Return the channels of a band, from 0."""
    return tuple(sorted({message.channel for _, message in band}))


def free_channel(band: Sequence[Timed], preferred: int) -> int:
    """Return the channel for the melody, from 0: the preferred one, or where the band has it the first that is free.

    Examples
    --------
    >>> free_channel((), 0)
    0
    """
    used = {*channels(band), smf.DRUMS}
    if preferred not in used:
        return preferred
    return next((channel for channel in range(16) if channel not in used), preferred)


def by_measure(band: Sequence[Timed], tune: Tune) -> list[list[Timed]]:
    """Return what the band plays in each measure of the tune, with times from its start."""
    rows: list[list[Timed]] = [[] for _ in tune.measures]
    index = 0
    for at, message in band:
        while index + 1 < len(rows) and at >= tune.measures[index + 1].start:
            index += 1
        rows[index].append((at - tune.measures[index].start, message))
    return rows
