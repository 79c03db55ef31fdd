"""Write tunes as sound, one after another, to hear them: 16-bit WAV, one channel.

pretty_midi plays them: as sine tones, or with fluidsynth and the General MIDI sounds that come
with pretty_midi where the extra `armusic[audio]` and the system's libfluidsynth are there.
"""

from __future__ import annotations

import io
import warnings
import wave
from pathlib import Path

import numpy as np
from jaxtyping import Float

from armusic.errors import UsageError
from armusic.exporters import midi
from armusic.exporters._layout import Named
from armusic.files import atomic_path, label

RATE = 44_100  # samples per second
LOUDEST = 0.8  # of the largest sample there can be
MAX_SECONDS = 3600  # an hour is 320 MB


def write(tunes: Named, path: str | Path, *, layout: str = "sequence", force: bool = False) -> None:
    """Write named tunes as sound.

    Parameters
    ----------
    tunes : sequence of (str, Tune)
        At least one.
    path : path
        The file. It appears when it is whole.
    layout : {"sequence"}
        One tune after another.
    force : bool
        Whether an existing file may be replaced.

    Raises
    ------
    UsageError
        For another layout, or for more than an hour.
    WriteError
        If the file exists and `force` is not set, or cannot be written.
    """
    if layout != "sequence":
        raise UsageError(f"{label(path)}: sound has one voice here: use the layout sequence")
    samples = sound(tunes, label(path))
    with atomic_path(path, force) as temporary, wave.open(str(temporary), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes((samples * np.iinfo(np.int16).max).astype("<i2").tobytes())


def sound(tunes: Named, source: str = "sound") -> Float[np.ndarray, " sample"]:
    """Return tunes as samples, -1..1, at `RATE`, from the start of the first to the end of the last.

    Examples
    --------
    >>> from fractions import Fraction
    >>> from armusic.score import Measure, Metre, Note, Tune
    >>> tune = Tune((Note(Fraction(0), Fraction(1), 69),), (Measure(Fraction(0), Metre(2, 4)),))
    >>> len(sound([("a", tune)])) / RATE
    1.0
    """
    import pretty_midi

    buffer = io.BytesIO()
    file = midi.sequence(tunes)
    if file.length > MAX_SECONDS:
        raise UsageError(f"{source}: {file.length / 60:.0f} minutes of sound: up to {MAX_SECONDS // 60} are written")
    file.save(file=buffer)
    buffer.seek(0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it finds fault with tempos on any track but the first: there are none
        music = pretty_midi.PrettyMIDI(buffer)
    try:
        heard = music.fluidsynth(fs=RATE)
    except ImportError:
        heard = music.synthesize(fs=RATE)
    samples = np.zeros(round(file.length * RATE))
    heard = heard[: len(samples)]
    samples[: len(heard)] = heard
    peak = np.abs(samples).max(initial=0.0)
    return samples * (LOUDEST / peak) if peak else samples
