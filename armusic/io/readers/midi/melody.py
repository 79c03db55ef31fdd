"""The choice of the melody among the parts of a file, and of one voice of it.

A part that is called melody, voice or the like is the melody. Otherwise it is the one with
the most features of a melody: it is the highest that sounds, most of the time; its notes
come one at a time, neither rarely nor in a hurry; they go from pitch to pitch; and they lie
where people sing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from armusic.errors import PolyphonyError, UsageError
from armusic.io.readers.midi.parts import Part
from armusic.io.readers.options import Remark
from armusic.music import smf
from armusic.shapes import Bool, Float, Int

Scores = Float[np.ndarray, " part"]

_MELODY = re.compile(r"melod|m[eé]lo\b|vocal|\bvox\b|voice|\bvoix\b|\bvoce\b|\bvoz\b|stimme|gesang|\bcant[ou]|\bchant\b"
                     r"|\bsing|soprano?\b|\blead\b|\bsolo\b|\btune\b|\btheme\b", re.IGNORECASE)  # fmt: skip
_NOT_MELODY = re.compile(r"back|b\.?v\.?\b|harm|accomp|begleit|chord|bass|drum|perc|pad|\blh\b|left", re.IGNORECASE)
_STEPS_PER_QUARTER, _MOST_STEPS = 2, 1 << 15  # resolution of the search for the highest part
_SUNG = (55.0, 84.0)  # G3 to C6
_TENTHS = 10  # a tenth of a note's length may overlap: legato is no polyphony
_SHOWN_RIVALS = 3
_CHORD = 16  # a chord's notes start within a quarter note over this


@dataclass(frozen=True, slots=True)
class Choice:
    """The part that is the melody.

    Parameters
    ----------
    part : Part
        Chosen part.
    others : tuple of (Part, float)
        Other parts, without drums, best first, each with its likeness to a melody, 0..1.
    score : float
        Likeness of the chosen part, 0..1.
    why : str
        Reason for the choice, in words.
    """

    part: Part
    others: tuple[tuple[Part, float], ...]
    score: float
    why: str

    def remarks(self, source: str) -> list[Remark]:
        """Return a remark on the choice, unless there was none."""
        if not self.others:
            return []
        rivals = ", ".join(f"{part.label} ({score:.2f})" for part, score in self.others[:_SHOWN_RIVALS])
        more = f" and {len(self.others) - _SHOWN_RIVALS} more" if len(self.others) > _SHOWN_RIVALS else ""
        text = f"the melody is {self.part.label} ({self.score:.2f}, {self.why}), not {rivals}{more}"
        if self.why == "requested":
            return [Remark(text)]
        others = ", ".join(part.label for part, _ in self.others[:_SHOWN_RIVALS])
        refusal = PolyphonyError(
            f"{source}: notes on {self.part.label}, {others}{more}: one voice is needed, so export the track with the"
            " melody alone"
        )
        return [Remark(f"{text}; the option track names another", refusal)]


def choose(parts: Sequence[Part], quarter: int, track: str | None, source: str) -> Choice:
    """Return the melody among the parts of a file.

    Parameters
    ----------
    parts : sequence of Part
        Parts, at least one of them not drums.
    quarter : int
        Ticks per quarter note.
    track : str, optional
        Number, `number:channel` or name of the requested part.
    source : str
        Name of the file in messages.

    Raises
    ------
    UsageError
        For a track that is missing, or has no notes, or drums only.
    """
    candidates = [part for part in parts if part.channel != smf.DRUMS]
    scores = likeness(candidates, quarter)
    requested = np.ones(len(candidates), dtype=bool) if track is None else _requested(candidates, parts, track, source)
    named = np.array([bool(_MELODY.search(part.name)) and not _NOT_MELODY.search(part.name) for part in candidates])
    # A name counts where it tells parts apart: not on the one track that has all of them.
    named &= np.array([sum(rival.track == part.track for rival in candidates) == 1 for part in candidates])
    best = max(range(len(candidates)), key=lambda index: (requested[index], named[index], scores[index]))
    order = sorted((index for index in range(len(candidates)) if index != best), key=lambda index: -scores[index])
    why = "requested" if track is not None else "by its name" if named[best] else "most like a melody"
    others = tuple((candidates[index], float(scores[index])) for index in order)
    return Choice(candidates[best], others, float(scores[best]), why)


def _requested(candidates: Sequence[Part], parts: Sequence[Part], track: str, source: str) -> Bool[np.ndarray, " part"]:
    """Return a mask of the parts that `track` names."""
    numbers = re.fullmatch(r"\s*(\d+)(?:\s*:\s*(\d+))?\s*", track)
    names = [part.name.casefold() for part in candidates]
    if numbers:
        number, channel = int(numbers[1]) - 1, int(numbers[2]) - 1 if numbers[2] else None
        hits = [part.track == number and channel in (None, part.channel) for part in candidates]
    elif track.casefold() in names:
        hits = [name == track.casefold() for name in names]
    else:
        hits = [track.casefold() in name for name in names]
    if not any(hits):
        shown = "; ".join(part.label for part in candidates)
        drums = " (channel 10 is drums)" if len(candidates) < len(parts) else ""
        raise UsageError(f"{source}: no melody in track {track!r}: notes are on {shown}{drums}")
    return np.array(hits)


def likeness(candidates: Sequence[Part], quarter: int) -> Scores:
    """Return the likeness of each part to a melody, 0..1.

    The mean of five shares, the first one counted twice: the time in which the part is the highest
    that sounds; the notes that end before the next one starts; the nearness of their median to the
    range of voices; the nearness of their number per quarter note to between a half and three; the
    notes with another pitch than the one before.
    """
    highest = _highest_share(candidates, quarter)
    return np.array([(2 * high + _own(part, quarter)) / 6 for part, high in zip(candidates, highest, strict=True)])


def _own(part: Part, quarter: int) -> float:
    """Return the sum of the four shares that do not depend on other parts, 0..4."""
    length = part.end - part.start
    late = part.end[:-1] - part.start[1:] - length[:-1] // _TENTHS
    alone = float((late <= 0).mean()) if len(late) else 1.0
    median = float(np.median(part.pitch))
    sung = max(0.0, 1 - max(_SUNG[0] - median, median - _SUNG[1], 0.0) / 12)
    onsets = len(np.unique(part.start))
    per_quarter = onsets * quarter / max(int(part.end.max() - part.start[0]), quarter)
    busy = min(1.0, 2 * per_quarter, 3 / per_quarter)
    moves = float((np.diff(part.pitch) != 0).mean()) if len(late) else 0.0
    return alone + sung + busy + moves


def _highest_share(candidates: Sequence[Part], quarter: int) -> Scores:
    """Return for each part the share of the sounding time in which it is the highest."""
    if not candidates:
        return np.empty(0)
    last = max(int(part.end.max()) for part in candidates)
    step = max(quarter // _STEPS_PER_QUARTER, -(-last // _MOST_STEPS), 1)
    top = np.full((len(candidates), last // step + 1), -1, dtype=np.int16)
    for row, part in zip(top, candidates, strict=True):
        order = np.argsort(part.pitch, kind="stable")  # the highest is written last
        first, until = (
            part.start[order] // step,
            np.maximum((part.end[order] - 1) // step + 1, part.start[order] // step + 1),
        )
        for a, b, pitch in zip(first.tolist(), until.tolist(), part.pitch[order].tolist(), strict=True):
            row[a:b] = pitch
    sounds = top.max(axis=0) >= 0
    best = (top == top.max(axis=0)) & sounds
    return (best / np.maximum(best.sum(axis=0), 1)).sum(axis=1) / max(int(sounds.sum()), 1)


@dataclass(frozen=True, slots=True)
class Voice:
    """One voice of a part.

    Parameters
    ----------
    notes : int array (note,)
        Indices in the part of the notes that stay, by time.
    end : int array (note,)
        Tick at which each of them ends, at the latest where the next one starts.
    left_out, shortened : int
        Numbers of notes of the part that others hide, and that the next one cuts short.
    """

    notes: Int[np.ndarray, " kept"]
    end: Int[np.ndarray, " kept"]
    left_out: int
    shortened: int


def one_voice(part: Part, quarter: int, *, lowest: bool = False, written: bool = False) -> Voice:
    """Return the highest, or lowest, voice of a part.

    A note ends where a higher one starts. A lower one that starts meanwhile is left out, unless
    the two merely touch, as played notes do: then the first ends early. Of notes that start together, as in
    a chord that is not struck quite at once, the highest stays. Notes without a length are left out, uncounted.
    Notes that are `written`, in a score, never touch.
    """
    sign = -1 if lowest else 1
    height, start, end = (sign * part.pitch).tolist(), part.start.tolist(), part.end.tolist()
    sounding = np.flatnonzero(~part.empty)
    by_time = sounding[np.lexsort((-np.asarray(height)[sounding], part.start[sounding]))].tolist()
    places: list[int] = []
    ends: list[int] = []
    left_out = shortened = 0
    for note in by_time:
        if places and start[note] < ends[-1]:
            last = places[-1]
            overlap = min(ends[-1], end[note]) - start[note]
            higher = height[note] > height[last]
            if start[note] - start[last] <= quarter // _CHORD:
                left_out += 1
                if not higher:
                    continue
                places.pop()
                ends.pop()
            elif higher or (not written and 2 * overlap <= min(end[note] - start[note], ends[-1] - start[last])):
                shortened += 1
                ends[-1] = start[note]
            else:
                left_out += 1
                continue
        places.append(note)
        ends.append(end[note])
    return Voice(np.array(places, dtype=np.int64), np.array(ends, dtype=np.int64), left_out, shortened)
