"""Sound out: the pitches that were meant, for as long as the music lasts."""

import wave
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pretty_midi
import pytest

from armusic.errors import UsageError
from armusic.io import writers
from armusic.io.writers import wav
from armusic.music.score import Metre, Note, Tune
from tests.strategies import measures_of

SECONDS_PER_QUARTER = 0.5
SCALE = Tune(
    tuple(Note(Fraction(beat), Fraction(1), pitch) for beat, pitch in enumerate((69, 60, 76))),
    measures_of([Metre(4, 4)]),
)


def samples_of(path: Path) -> np.ndarray:
    with wave.open(str(path)) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, wav.RATE)
        return np.frombuffer(file.readframes(file.getnframes()), "<i2") / 2**15


def pitch(samples: np.ndarray) -> int:
    """Return the MIDI pitch of the loudest frequency."""
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples))))
    return round(float(69 + 12 * np.log2(spectrum[1:].argmax() + 1) - 12 * np.log2(440 * len(samples) / wav.RATE)))


@pytest.fixture
def sine_tones(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have no instruments, also where fluidsynth is installed."""

    def fluidsynth(self: object, fs: int) -> np.ndarray:
        raise ImportError

    monkeypatch.setattr(pretty_midi.Instrument, "fluidsynth", fluidsynth)


@pytest.mark.usefixtures("sine_tones")
def test_each_note_is_heard_and_then_silence(tmp_path: Path) -> None:
    writers.write([("one", SCALE), ("two", SCALE)], tmp_path / "out.wav")
    samples = samples_of(tmp_path / "out.wav")
    assert len(samples) == 8 * SECONDS_PER_QUARTER * wav.RATE
    quarters = samples.reshape(8, -1)
    assert [pitch(quarters[beat]) for beat in (0, 1, 2, 4, 5, 6)] == [69, 60, 76] * 2
    assert np.abs(samples).max() == pytest.approx(wav.LOUDEST, abs=0.001)
    assert np.abs(quarters[3, len(quarters[3]) // 2 :]).max() < 0.01


def test_silence_is_silent() -> None:
    assert not wav.sound([("x", replace(SCALE, notes=()))]).any()


def test_instruments_are_used_where_they_are_there(monkeypatch: pytest.MonkeyPatch) -> None:
    def fluidsynth(self: object, fs: int) -> np.ndarray:
        return np.ones(fs)

    monkeypatch.setattr(pretty_midi.Instrument, "fluidsynth", fluidsynth)
    samples = wav.sound([("x", SCALE)])
    assert set(samples[: wav.RATE]) == {np.float32(wav.LOUDEST)}
    assert not samples[wav.RATE :].any()


@pytest.mark.usefixtures("sine_tones")
def test_a_long_tune_is_made_in_parts_that_cannot_be_heard(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    at_once = wav.sound([("x", SCALE), ("y", SCALE)])
    monkeypatch.setattr(wav, "PART", 1)
    in_parts = wav.sound([("x", SCALE), ("y", SCALE)])
    assert in_parts == pytest.approx(at_once, abs=0.02)  # a note that starts between two samples starts at one of them
    writers.write([("x", SCALE), ("y", SCALE)], tmp_path / "out.wav")
    assert samples_of(tmp_path / "out.wav") == pytest.approx(in_parts, abs=0.0001)


def test_refusals(tmp_path: Path) -> None:
    slow = replace(SCALE, tempos=((Fraction(0), 0.05),))
    with pytest.raises(UsageError, match="out.wav: .* minutes of sound: up to 60 are written"):
        writers.write([(str(n), replace(slow, tempos=((Fraction(0), 4.0),))) for n in range(70)], tmp_path / "out.wav")
    with pytest.raises(UsageError, match="holds one voice"):
        writers.write([("x", SCALE)], tmp_path / "out.wav", layout="tracks")
    assert not list(tmp_path.iterdir())
