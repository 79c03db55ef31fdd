"""Sampled notes of instruments for the page, rendered from the soundfont that comes with pretty_midi."""

from __future__ import annotations

import io
import wave
from functools import lru_cache

import numpy as np

RATE = 22_050  # samples per second
SECONDS, KEY_DOWN = 4, 3.5  # length of a sample, and of the note in it
_VELOCITY = 100
DRUMS = 128  # in place of a program
_PEAK = 0.8  # relative to full scale


def instruments() -> list[str]:
    """Return the names of the General MIDI programs.

    Examples
    --------
    >>> len(instruments()), instruments()[73]
    (128, 'Flute')
    """
    from pretty_midi.constants import INSTRUMENT_MAP

    return list(INSTRUMENT_MAP)


@lru_cache(maxsize=128)
def note(program: int, pitch: int) -> bytes | None:
    """Return a note as a WAV file: 16 bits, mono. None without the extra `armusic[audio]` or the fluidsynth library.

    Parameters
    ----------
    program : int
        General MIDI program, 0..127, or `DRUMS` for the drum kit.
    pitch : int
        MIDI pitch, 0..127.
    """
    import pretty_midi

    instrument = pretty_midi.Instrument(program % DRUMS, is_drum=program == DRUMS)
    instrument.notes = [pretty_midi.Note(_VELOCITY, pitch, 0.0, KEY_DOWN)]
    try:
        samples = instrument.fluidsynth(fs=RATE)[: SECONDS * RATE]
    except ImportError:
        return None
    scale = _PEAK * np.iinfo(np.int16).max / max(float(np.abs(samples).max(initial=0.0)), 1e-9)
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes((samples * scale).astype("<i2").tobytes())
    return buffer.getvalue()
