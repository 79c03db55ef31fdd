"""A part with chords as voices: in each, a note or chord ends before the next one starts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from fractions import Fraction

from armusic.io.writers.notation import Chord
from armusic.music.score import Note

MOST_VOICES = 4  # notation programs have no more on a staff


def voices(notes: Iterable[Note]) -> tuple[list[list[Chord]], int]:
    """Return the notes of a part in voices, and how many were cut short because there are no more voices.

    Notes with the same start and end are a chord; the first voice has the highest where several start together.

    Parameters
    ----------
    notes : iterable of Note
        Notes in any order, also at once.

    Examples
    --------
    >>> notes = [Note(Fraction(0), Fraction(length), pitch) for length, pitch in ((1, 60), (1, 64), (2, 48))]
    >>> [[(chord.pitch, chord.others) for chord in voice] for voice in voices(notes)[0]]
    [[(60, (64,))], [(48, ())]]
    """
    pitches: defaultdict[tuple[Fraction, Fraction], dict[int, int]] = defaultdict(dict)
    for note in notes:
        pitches[note.start, note.end].setdefault(note.pitch, note.velocity)
    result: list[list[Chord]] = []
    cut = 0
    for (start, end), struck in sorted(pitches.items(), key=lambda item: (item[0][0], -max(item[1]))):
        lowest, *others = sorted(struck)
        chord = Chord(start, end - start, lowest, struck[lowest], tuple(others))
        voice = next((voice for voice in result if voice[-1].end <= start), None)
        if voice is not None:
            voice.append(chord)
        elif len(result) < MOST_VOICES:
            result.append([chord])
        else:
            cut += 1
            voice = min(result, key=lambda voice: (voice[-1].start == start, voice[-1].end))
            last = voice[-1]
            if last.start < start:
                voice[-1] = replace(last, duration=start - last.start)
                voice.append(chord)
            else:
                together = sorted({last.pitch, *last.others, *struck})
                voice[-1] = replace(last, pitch=together[0], others=tuple(together[1:]))
    return result, cut
