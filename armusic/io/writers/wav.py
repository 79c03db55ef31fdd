"""Write tunes as sound, one after another, to hear them: 16-bit WAV, one channel.

pretty_midi plays them: as sine tones, or with fluidsynth and the General MIDI sounds that come
with pretty_midi, if the extra `armusic[audio]` and the system's libfluidsynth are installed.
"""

from __future__ import annotations

import io
import math
import tempfile
import warnings
import wave
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from armusic.errors import UsageError
from armusic.files import atomic_path, label
from armusic.io.writers import midi
from armusic.io.writers.layout import Named, say_alone
from armusic.shapes import Float

RATE = 44_100  # samples per second
LOUDEST = 0.8  # peak, as a share of the largest sample
MAX_SECONDS = 3600  # an hour is 320 MB
PART = 10  # seconds rendered at a time: an hour at once takes gigabytes of memory

Samples = Float[np.ndarray, " sample"]


def write(tunes: Named, path: str | Path, *, layout: str = "sequence", force: bool = False) -> None:
    """Write named tunes as sound.

    Parameters
    ----------
    tunes : sequence of (str, Tune)
        Tunes with their names, at least one.
    path : path
        Output file, which appears once it is complete.
    layout : {"sequence"}
        One tune after another.
    force : bool
        Whether an existing file may be replaced.

    Raises
    ------
    UsageError
        For another layout, or for more than an hour.
    WriteError
        If the file exists and `force` is not set, or if it cannot be written.
    """
    if layout != "sequence":
        raise UsageError(f"{label(path)}: sound has one voice here: use the layout sequence")
    say_alone(tunes, label(path), "sound")
    parts = _parts(tunes, label(path))
    with tempfile.TemporaryFile() as buffer:
        peak = 0.0
        for part in parts:
            peak = max(peak, float(np.abs(part).max(initial=0.0)))
            buffer.write(part.tobytes())
        buffer.seek(0)
        with atomic_path(path, force) as temporary, wave.open(str(temporary), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(RATE)
            while block := buffer.read(PART * RATE * np.float32().itemsize):
                samples = np.frombuffer(block, np.float32) * _louder(peak) * np.iinfo(np.int16).max
                file.writeframes(samples.astype("<i2").tobytes())


def sound(tunes: Named, source: str = "sound") -> Samples:
    """Return tunes as samples, -1..1, at `RATE`, from the start of the first to the end of the last.

    Examples
    --------
    >>> from fractions import Fraction
    >>> from armusic.music.score import Measure, Metre, Note, Tune
    >>> tune = Tune((Note(Fraction(0), Fraction(1), 69),), (Measure(Fraction(0), Metre(2, 4)),))
    >>> len(sound([("a", tune)])) / RATE
    1.0
    """
    samples = np.concatenate([np.zeros(0, np.float32), *_parts(tunes, source)])
    return samples * _louder(float(np.abs(samples).max(initial=0.0)))


def _louder(peak: float) -> np.float32:
    return np.float32(LOUDEST / peak if peak else 1.0)


def _parts(tunes: Named, source: str) -> Iterator[Samples]:
    """Yield the samples in parts; a note that outlasts its part goes on in the next ones."""
    import pretty_midi

    buffer = io.BytesIO()
    file = midi.sequence(tunes)
    if file.length > MAX_SECONDS:
        raise UsageError(f"{source}: {file.length / 60:.0f} minutes of sound: up to {MAX_SECONDS // 60} are written")
    file.save(file=buffer)
    buffer.seek(0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns of tempos on any track but the first: there are none
        music = pretty_midi.PrettyMIDI(buffer)
    size, left = PART * RATE, round(file.length * RATE)

    def parts() -> Iterator[Samples]:
        tail = np.zeros(0, np.float32)
        for place in range(math.ceil(left / size)):
            sounding = _render(music.instruments, place * PART)
            part = np.zeros(max(size, len(sounding), len(tail)), np.float32)
            part[: len(sounding)] += sounding
            part[: len(tail)] += tail
            yield part[: min(size, left - place * size)]
            tail = part[size:]

    return parts()


def _render(instruments: Sequence[Any], begin: int) -> Samples:
    """Return the sound of the notes that start within a part, until they have died away."""
    import pretty_midi

    total = np.zeros(0, np.float32)
    for instrument in instruments:
        excerpt = pretty_midi.Instrument(instrument.program)
        excerpt.notes = [
            pretty_midi.Note(note.velocity, note.pitch, note.start - begin, note.end - begin)
            for note in instrument.notes
            if begin <= note.start < begin + PART
        ]
        if not excerpt.notes:
            continue
        try:
            samples = excerpt.fluidsynth(fs=RATE)
        except ImportError:
            samples = excerpt.synthesize(fs=RATE)
        both = np.zeros(max(len(total), len(samples)), np.float32)
        both[: len(total)] += total
        both[: len(samples)] += samples.astype(np.float32)
        total = both
    return total
