"""Notes of an instrument as sound, from the soundfont that comes with pretty_midi, for the page to play."""

from __future__ import annotations

import io
import wave
from functools import lru_cache

import numpy as np

RATE = 22_050  # samples per second
SECONDS, HELD = 4, 3.5  # of sound, and for how long of it the key is down
_VELOCITY = 100
_LOUDEST = 0.8  # of the largest sample there can be


@lru_cache(maxsize=64)
def note(program: int, pitch: int) -> bytes | None:
    """Return a note as WAV, 16 bits, one channel; None without the extra `armusic[audio]` or the system's fluidsynth.

    Parameters
    ----------
    program : int
        A General MIDI instrument, 0..127.
    pitch : int
        0..127.
    """
    import pretty_midi

    instrument = pretty_midi.Instrument(program)
    instrument.notes = [pretty_midi.Note(_VELOCITY, pitch, 0.0, HELD)]
    try:
        samples = instrument.fluidsynth(fs=RATE)[: SECONDS * RATE]
    except ImportError:
        return None
    scale = _LOUDEST * np.iinfo(np.int16).max / max(float(np.abs(samples).max(initial=0.0)), 1e-9)
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes((samples * scale).astype("<i2").tobytes())
    return buffer.getvalue()
