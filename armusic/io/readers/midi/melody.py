"""The choice of the melody among the parts of a file, and of one voice of it.

A part that is called melody, voice or the like is the melody; in a file that armusic wrote, the one from which
the variations come. Otherwise it is the one that is most like a melody (`traits`); where there is a clean
line, it is never a part of chords.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from armusic.errors import PolyphonyError, UsageError
from armusic.io.readers.midi import traits
from armusic.io.readers.midi.parts import Part
from armusic.io.readers.midi.traits import Ticks, Traits
from armusic.io.readers.options import Remark
from armusic.music import smf
from armusic.shapes import Bool, Int

_MELODY = re.compile(r"melod|m[eé]lo\b|vocal|\bvox\b|voice|\bvoix\b|\bvoce\b|\bvoz\b|stimme|gesang|\bcant[ou]|\bchant\b"
                     r"|\bsing|soprano?\b|\blead\b|\bsolo\b|\btune\b|\btheme\b"
                     r"|メロディ|旋律|歌|[ボヴ]ー?カル", re.IGNORECASE)  # fmt: skip
_NOT_MELODY = re.compile(r"back|b\.?v\.?\b|harm|accomp|begleit|chord|bass|drum|perc|pad|\blh\b|left", re.IGNORECASE)
_VARIATION = re.compile(r"(?:^|\s)([+-]\d+\.\d+)$")  # names of tracks that armusic writes: rhythm +1.0
_FEWEST_VARIATIONS = 2
_CHORDS, _CLEAN, _CLEAN_FOR = 0.25, 0.9, 0.25  # notes one at a time: below, chords; a clean line, and for how long
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


def choose(parts: Sequence[Part], quarter: int, track: str | None, source: str, words: Ticks) -> Choice:
    """Return the melody among the parts of a file.

    Parameters
    ----------
    parts : sequence of Part
        Parts; without `track`, at least one of them not drums.
    quarter : int
        Ticks per quarter note.
    track : str, optional
        Number, `number:channel` or name of the requested part.
    source : str
        Name of the file in messages.
    words : int array (word,)
        Ticks of the lyrics.

    Raises
    ------
    UsageError
        For a track that is missing, or has no notes.
    """
    candidates = [part for part in parts if part.channel != smf.DRUMS]
    if track is not None and not any(_hits(candidates, track)) and any(_hits(parts, track)):
        candidates = list(parts)  # what is named is taken, whatever its channel
    requested = np.ones(len(candidates), dtype=bool) if track is None else _requested(candidates, parts, track, source)
    shares = traits.traits(candidates, quarter, words, band=len(candidates) < len(parts))
    lines, scores = _lines(shares), traits.weighted(shares)
    named = np.array([bool(_MELODY.search(part.name)) and not _NOT_MELODY.search(part.name) for part in candidates])
    # A name counts where it tells parts apart: not on the one track that has all of them.
    named &= np.array([sum(rival.track == part.track for rival in candidates) == 1 for part in candidates])
    varied, own = _variations(candidates)
    order = sorted(
        range(len(candidates)),
        key=lambda n: (requested[n], own[n], not varied[n], named[n], lines[n], scores[n]),
        reverse=True,
    )
    best, *others = order
    why = "most like a melody"
    if track is not None:
        why = "requested"
    elif own[best]:
        why = "that of the variations"
    elif named[best]:
        why = "by its name"
    return Choice(candidates[best], tuple((candidates[n], float(scores[n])) for n in others), float(scores[best]), why)


def _requested(candidates: Sequence[Part], parts: Sequence[Part], track: str, source: str) -> Bool[np.ndarray, " part"]:
    """Return a mask of the parts that `track` names."""
    hits = _hits(candidates, track)
    if not any(hits):
        shown = "; ".join(part.label for part in candidates)
        drums = " (channel 10 is drums)" if len(candidates) < len(parts) else ""
        raise UsageError(f"{source}: no melody in track {track!r}: notes are on {shown or 'channel 10'}{drums}")
    return np.array(hits)


def _hits(candidates: Sequence[Part], track: str) -> list[bool]:
    """Return for each part whether `track` names it."""
    numbers = re.fullmatch(r"\s*(\d+)(?:\s*:\s*(\d+))?\s*", track)
    names = [part.name.casefold() for part in candidates]
    if numbers:
        number, channel = int(numbers[1]) - 1, int(numbers[2]) - 1 if numbers[2] else None
        return [part.track == number and channel in (None, part.channel) for part in candidates]
    if track.casefold() in names:
        return [name == track.casefold() for name in names]
    return [track.casefold() in name for name in names]


def _variations(parts: Sequence[Part]) -> tuple[Bool[np.ndarray, " part"], Bool[np.ndarray, " part"]]:
    """Return masks of the variations in a file that armusic wrote, and of the melody that they vary.

    That is the one named `+0.0`; where there is none, the parts on the track in front of the first variation.
    """
    steps = [_VARIATION.search(part.name) for part in parts]
    varied = np.array([bool(step and float(step[1])) for step in steps], dtype=bool)
    if varied.sum() < _FEWEST_VARIATIONS:
        return np.zeros(len(parts), dtype=bool), np.zeros(len(parts), dtype=bool)
    own = np.array([bool(step and not float(step[1])) for step in steps], dtype=bool)
    if not own.any():
        before = max((p.track for p in parts[: int(varied.argmax())]), default=-1)
        own = np.array([part.track == before for part in parts], dtype=bool)
    return varied, own


def _lines(shares: Traits) -> Bool[np.ndarray, " part"]:
    """Return a mask of the parts that are no chords beside a clean line: chords never beat that."""
    alone = shares[:, traits.ALONE]
    clean = (alone >= _CLEAN) & (shares[:, traits.SUNG] > 0) & (shares[:, traits.LONG] >= _CLEAN_FOR)
    return (alone >= _CHORDS) | ~clean.any()


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
