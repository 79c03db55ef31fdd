"""The other tracks of a file, which the page plays beside its tune."""

from fractions import Fraction
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from armusic.io import readers
from armusic.studio.others import others
from tests import songs

from .conftest import REEL, open_file

CASES = Path(__file__).parents[1] / "io" / "cases"
PARTS = {"Piano": songs.CHORDS, "Bass": songs.BASS, "Drums": songs.BEATS}


@pytest.fixture
def band(tmp_path: Path) -> Path:
    (tmp_path / "song.mid").write_bytes(songs.band())
    return tmp_path / "song.mid"


def test_every_other_track_is_there_with_its_notes(band: Path) -> None:
    tracks, remarks = others(readers.read(band))
    assert [(track.name, track.drums) for track in tracks] == [("Piano", False), ("Bass", False), ("Drums", True)]
    assert remarks == []
    for track in tracks:
        written = sorted((start, length, pitch) for start, length, pitch in PARTS[track.name])
        assert sorted((note.start, note.duration, note.pitch) for note in track.notes) == written
        assert [note.measure for note in track.notes] == [1 + int(note.start // 4) for note in track.notes]


def test_a_track_that_has_too_many_notes_is_left_out_and_named(band: Path) -> None:
    tracks, remarks = others(readers.read(band), limit=24)
    assert [track.name for track in tracks] == ["Piano", "Bass"]
    assert remarks == ["not played along, as the page plays up to 24 notes of other tracks: Drums"]


def test_a_track_without_a_note_in_the_tune_is_no_track(tmp_path: Path) -> None:
    late = [(start + 100, 1, 40) for start in range(4)]
    (tmp_path / "late.mid").write_bytes(songs.song(songs.track(songs.TUNE, "Lead"), songs.track(late, "Bass", 1)))
    tune = readers.read(tmp_path / "late.mid")
    tracks, _ = others(tune)
    assert all(note.start + note.duration <= float(tune.end) for track in tracks for note in track.notes)
    assert all(note.start < float(tune.end) for track in tracks for note in track.notes)


def test_a_pickup_moves_all_tracks_alike(tmp_path: Path) -> None:
    pickup = [songs.signature(0, 1, 4), songs.signature(1, 4, 4)]
    melody = [(0, 1, 62), *((start + 1, length, pitch) for start, length, pitch in songs.TUNE)]
    bass = [(start, 1, 40) for start in range(9)]
    lead = songs.track(melody, "Lead", others=pickup)
    (tmp_path / "up.mid").write_bytes(songs.song(lead, songs.track(bass, "Bass", 1)))
    tune = readers.read(tmp_path / "up.mid")
    (track,), _ = others(tune)
    assert tune.notes[0].start == Fraction(3)
    assert [note.start for note in track.notes] == [3.0 + start for start in range(9)]


@pytest.mark.parametrize("name", ["twoparts.musicxml", "voices.abc"])
def test_parts_of_a_score_and_voices_of_abc_are_other_tracks(tmp_path: Path, name: str) -> None:
    file = CASES / name
    if name == "voices.abc":
        file = tmp_path / name
        file.write_text("X:1\nM:4/4\nL:1/4\nK:C\nV:1\nc d e f|g a b c'|\nV:2 name=Cello\nC,2 G,2|E,2 C,2|\n")
    (track,), _ = others(readers.read(file))
    assert track.name == "Cello"
    assert not track.drums
    if name == "voices.abc":
        assert [(note.start, note.pitch, note.measure) for note in track.notes] == [
            (0, 48, 1), (2, 55, 1), (4, 52, 2), (6, 48, 2),
        ]  # fmt: skip


def test_the_page_gets_them_with_the_names_of_the_instruments(client: TestClient) -> None:
    session = open_file(client, songs.band(), "song.mid")
    assert [track["name"] for track in session["others"]] == ["Piano", "Bass", "Drums"]
    assert open_file(client, REEL)["others"] == []
    names = client.get("/api/model").json()["instruments"]
    assert len(names) == 128
    assert (names[0], names[40]) == ("Acoustic Grand Piano", "Violin")
