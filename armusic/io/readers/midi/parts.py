"""The parts of a MIDI file: the notes of each channel of each track, as arrays in ticks."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

import numpy as np

from armusic.io.readers.options import Remark
from armusic.music import smf, smf_notes
from armusic.shapes import Bool, Int

_JAPANESE = re.compile("[\u3041-\u30fa]|[\u4e00-\u9fff]{2}")
_SUSTAIN, _DOWN = 64, 64  # controller, and its least value with the pedal down
_NEVER = np.iinfo(np.int64).max

Ticks = Int[np.ndarray, " note"]


@dataclass(frozen=True, slots=True)
class Part:
    """The notes of one channel of one track, in the order in which they start.

    Parameters
    ----------
    track, channel : int
        Numbers, from 0.
    name : str
        Name of the track; may be empty.
    program : int
        MIDI program at the first note, 0..127.
    start, end : int array (note,)
        Ticks. A note without an end lasts until the next one starts, or the track ends.
    pitch, velocity : int array (note,)
        Values in the file.
    stuck : bool array (note,)
        Whether a note has no end in the file.
    """

    track: int
    channel: int
    name: str
    program: int
    start: Ticks
    end: Ticks
    pitch: Ticks
    velocity: Ticks
    stuck: Bool[np.ndarray, " note"]

    @property
    def empty(self) -> Bool[np.ndarray, " note"]:
        """Whether a note has no length."""
        return self.start == self.end

    @property
    def label(self) -> str:
        """Name in messages, with numbers from 1: `track 2 'Lead' channel 1`."""
        quoted = f" '{self.name}'" if self.name else ""
        return f"track {self.track + 1}{quoted} channel {self.channel + 1}"


def parts_of(file: smf.MidiData) -> list[Part]:
    """Return the parts of a file, in the order of tracks and channels; drums are among them."""
    parts = []
    programs = _programs(file)
    for number, track in enumerate(file.tracks):
        for channel, notes in sorted(smf_notes.pairs(track).items()):
            begins, ends = np.array(notes, dtype=np.int64).T
            ticks = np.array([event.tick for event in track], dtype=np.int64)
            struck = np.array([tuple(track[place].data) for place in begins.tolist()], dtype=np.int64)
            start, stuck = ticks[begins], ends < 0
            end = np.where(stuck, _ends_of_stuck(start, int(ticks[-1]), file.ticks_per_quarter), ticks[ends])
            pitch, velocity = struck.T
            program = _program(programs.get(channel, ()), number, int(start[0]))
            parts.append(Part(number, channel, track_name(track), program, start, end, pitch, velocity, stuck))
    return parts


def sustained(file: smf.MidiData, part: Part) -> tuple[Part, list[Remark]]:
    """Return a part whose notes last as long as the sustain pedal lets them sound, and a remark on those.

    A note that ends while the pedal is down lasts until it is released, but at most until the next note starts.
    """
    status = smf.CONTROL_CHANGE + part.channel
    pedal = sorted(
        (event.tick, event.data[1])
        for track in file.tracks
        for event in track
        if event.status == status and event.data[0] == _SUSTAIN
    )
    down = {tick: value >= _DOWN for tick, value in pedal}
    if not any(down.values()):
        return part, []
    ticks, held = np.array(list(down), dtype=np.int64), np.array(list(down.values()))
    released = np.append(ticks[~held], _NEVER)
    row = np.searchsorted(ticks, part.end, side="right") - 1
    sounds = (row >= 0) & held[row] & ~part.empty & ~part.stuck
    until = released[np.searchsorted(ticks[~held], part.end, side="right")]
    onsets = np.append(np.unique(part.start), file.tracks[part.track][-1].tick)
    following = onsets[np.searchsorted(onsets[:-1], part.start, side="right")]
    end = np.where(sounds, np.maximum(part.end, np.minimum(until, following)), part.end)
    count = int((end > part.end).sum())
    text = (
        f"the sustain pedal holds {count} of {len(end)} notes: they last until it is released or the next note starts"
    )
    return replace(part, end=end), [Remark(text)] if count else []


def _ends_of_stuck(start: Ticks, last: int, quarter: int) -> Ticks:
    """Return the tick at which the next later note starts, for each note."""
    onsets = np.unique(start)
    after = np.searchsorted(onsets, start, side="right")
    return np.append(onsets, max(last, int(onsets[-1]) + quarter))[after]


def track_name(track: Sequence[smf.Event]) -> str:
    """Return the name of a track, or of its instrument, on one line; empty where it has none."""
    for status in (smf.TRACK_NAME, smf.INSTRUMENT_NAME):
        for event in track:
            if event.status == status and (name := text_of(event.data)):
                return name
    return ""


def text_of(data: bytes) -> str:
    r"""Return text in a file, on one line.

    UTF-8 if possible, else Shift JIS if it is plainly that: if it has kana, or ideographs side by side, in it; else
    Latin-1, the standard's encoding.

    Examples
    --------
    >>> text_of("Träumerei\0".encode()), text_of("Träumerei\n".encode("latin-1"))
    ('Träumerei', 'Träumerei')
    >>> text_of("メロディ".encode("shift_jis")), text_of(b"Don\x92t stop")
    ('メロディ', 'Don t stop')
    """
    try:
        decoded = data.decode("utf-8")
    except UnicodeDecodeError:
        decoded = data.decode("latin-1")
        with suppress(UnicodeDecodeError):
            if _JAPANESE.search(shifted := data.decode("cp932")):
                decoded = shifted
    return " ".join("".join(char if char.isprintable() else " " for char in decoded).split())


def _programs(file: smf.MidiData) -> dict[int, list[tuple[int, int, int]]]:
    """Return the program changes of each channel that has any: tick, track and program, by time."""
    changes: defaultdict[int, list[tuple[int, int, int]]] = defaultdict(list)
    for number, track in enumerate(file.tracks):
        for event in track:
            if smf.PROGRAM_CHANGE <= event.status < smf.PROGRAM_CHANGE + 16:
                changes[event.status & 0x0F].append((event.tick, number, event.data[0]))
    return {channel: sorted(listed, key=lambda change: change[0]) for channel, listed in changes.items()}


def _program(changes: Sequence[tuple[int, int, int]], number: int, first: int) -> int:
    """Return the program in force when a part's first note starts; the changes on its own track go first."""
    for own in ([change for change in changes if change[1] == number], changes):
        if own:
            before = [program for at, _, program in own if at <= first]
            return before[-1] if before else own[0][2]
    return 0


def counted(pitches: Sequence[int]) -> str:
    """Return in words how often each pitch occurs: the four commonest at most."""
    common = Counter(pitches).most_common(4)
    return ", ".join(f"{pitch} ({count})" if count > 1 else f"{pitch}" for pitch, count in common)
