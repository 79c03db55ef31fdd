"""Instruments for the page, where they are installed."""

import io
import wave
from collections.abc import Iterator

import numpy as np
import pretty_midi
import pytest
from fastapi.testclient import TestClient

from armusic.studio import samples


@pytest.fixture(autouse=True)
def _forgetful() -> Iterator[None]:
    samples.note.cache_clear()
    yield
    samples.note.cache_clear()


def decoded(data: bytes) -> np.ndarray:
    with wave.open(io.BytesIO(data)) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, samples.RATE)
        return np.frombuffer(file.readframes(file.getnframes()), "<i2") / 2**15


def test_a_note_as_the_soundfont_has_it() -> None:
    pytest.importorskip("fluidsynth", reason="needs armusic[audio] and the system's fluidsynth", exc_type=ImportError)
    for program, pitch in ((0, 69), (73, 72)):
        data = samples.note(program, pitch)
        assert data
        waveform = decoded(data)
        assert len(waveform) == samples.SECONDS * samples.RATE
        assert np.abs(waveform).max() == pytest.approx(0.8, abs=0.01)
        spectrum = np.abs(np.fft.rfft(waveform[: samples.RATE]))  # a bin is 1 Hz
        frequency = 440 * 2 ** ((pitch - 69) / 12)
        near = slice(round(frequency / 1.03), round(frequency * 1.03) + 1)
        assert spectrum[near].max() > 0.3 * spectrum.max()


def test_what_the_page_is_given(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def fluidsynth(self: pretty_midi.Instrument, fs: int) -> np.ndarray:
        (note,) = self.notes
        return 3000 * np.sin(2 * np.pi * note.pitch * np.arange(2 * fs) / fs)

    monkeypatch.setattr(pretty_midi.Instrument, "fluidsynth", fluidsynth)
    response = client.get("/api/sounds/40/60")
    assert response.headers["content-type"] == "audio/wav"
    assert np.abs(np.fft.rfft(decoded(response.content))).argmax() == 2 * 60
    assert client.get("/api/sounds/40/128").status_code == 422
    assert client.get("/api/sounds/129/60").status_code == 422


def test_the_drum_kit_has_a_number_of_its_own(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    kits: list[tuple[int, bool]] = []

    def fluidsynth(self: pretty_midi.Instrument, fs: int) -> np.ndarray:
        kits.append((self.program, self.is_drum))
        return np.ones(fs)

    monkeypatch.setattr(pretty_midi.Instrument, "fluidsynth", fluidsynth)
    for program in (127, samples.DRUMS):
        assert client.get(f"/api/sounds/{program}/38").status_code == 200
    assert kits == [(127, False), (0, True)]


def test_without_instruments_there_is_nothing_and_no_error(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def fluidsynth(self: pretty_midi.Instrument, fs: int) -> np.ndarray:
        raise ImportError

    monkeypatch.setattr(pretty_midi.Instrument, "fluidsynth", fluidsynth)
    response = client.get("/api/sounds/40/60")
    assert (response.status_code, response.content) == (204, b"")
