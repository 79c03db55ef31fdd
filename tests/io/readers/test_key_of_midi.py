"""The key of a MIDI file: the signature of the melody's own track, unless the notes contradict it."""

from pathlib import Path

import pytest

from armusic import api
from armusic.io import readers
from armusic.io.readers.options import STRICT
from armusic.music import keys
from armusic.music.score import Key
from armusic.music.smf import KEY_SIGNATURE, Event
from tests.songs import BASS, BEATS, TUNE, song, track

CASES = Path(__file__).parent.parent / "cases"


def sign(fifths: int, at: int = 0) -> Event:
    return Event(at, KEY_SIGNATURE, bytes([fifths % 256, 0]))


@pytest.mark.parametrize("first", [0, 1])
def test_the_melodys_own_staff_has_the_signature(tmp_path: Path, first: int) -> None:
    staves = [track(BEATS, channel=9, others=[sign(0)]), track(TUNE, channel=1, others=[sign(1)])]
    bass = track(BASS, channel=2, others=[sign(-1)])
    path = tmp_path / "song.mid"
    path.write_bytes(song(*(staves if first == 0 else staves[::-1]), bass))
    assert readers.read(path).key == Key(1)


def test_a_later_signature_is_not_the_first(tmp_path: Path) -> None:
    path = tmp_path / "song.mid"
    path.write_bytes(song(track([], others=[sign(1)]), track(TUNE, others=[sign(-1, 960)])))
    assert readers.read(path).key == Key(1)


def test_a_signature_that_the_notes_contradict_is_not_believed(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    sharps = [(start, 1, pitch) for start, pitch in enumerate((62, 66, 69, 73, 74, 73, 69, 66, 64, 66, 69, 62))]
    path = tmp_path / "song.mid"
    path.write_bytes(song(track(sharps, others=[sign(0)])))
    tune = readers.read(path)
    assert tune.key is None
    assert str(keys.find(tune)) == "D:major"
    assert "its key signature, C:major, does not fit its notes: the key is taken from them" in caplog.text
    assert readers.read(path, STRICT).key == Key(0)  # a corpus guesses nothing


def test_a_band_of_a_score_editor_keeps_its_scale() -> None:
    tune = readers.read(CASES / "band-mscore.mid")
    assert tune.key == Key(1)
    scale = {note.pitch % 12 for note in tune.notes}
    assert 6 in scale
    assert 5 not in scale
    for step in api.load().interpolate(tune, "contour"):
        assert {note.pitch % 12 for note in step.tune.notes} <= scale
