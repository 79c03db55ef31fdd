"""A tune whose key signature changes: it is read, spelled, written and varied in the key of each measure."""

from fractions import Fraction
from pathlib import Path

import pytest

from armusic import api
from armusic.editing import material
from armusic.io import readers, writers
from armusic.io.inspection import inspect
from armusic.io.readers import abc
from armusic.music.score import Key, Tune
from armusic.music.smf import KEY_SIGNATURE, Event
from tests.songs import BASS, TUNE, song, track

HEAD = "X:1\nT:Two keys\nM:4/4\nL:1/8\nK:G\n"
IN_G = "G2 AB c2 BA|F2 GA B4|G2 AB c2 BA|F2 A2 G4|"
IN_F = "F2 GA B2 AG|E2 FG A4|F2 GA B2 AG|E2 G2 F4|"
F_NATURAL, F_SHARP = 65, 66


@pytest.fixture
def tune() -> Tune:
    return abc.parse_tune(f"{HEAD}{IN_G}\n[K:F]{IN_F}", "two.abc")


def test_it_has_its_first_key_and_the_later_ones(tune: Tune) -> None:
    assert tune.key == Key(1)
    assert tune.key_changes == ((Fraction(16), Key(-1)),)


@pytest.mark.parametrize("suffix", [".abc", ".mid", ".musicxml"])
def test_a_file_keeps_them(tmp_path: Path, tune: Tune, suffix: str) -> None:
    path = tmp_path / f"two{suffix}"
    writers.write([("two", tune)], path, layout="sequence" if suffix == ".abc" else "tracks")
    again = readers.read(path)
    assert (again.key, again.key_changes) == (tune.key, tune.key_changes)
    assert inspect(path).facts["key"] == "G:major, F:major from measure 5"


def test_a_key_that_changes_at_a_pickup_holds_from_the_next_measure(tmp_path: Path) -> None:
    path = tmp_path / "two.abc"
    path.write_text(f"{HEAD}{IN_G[:-3]}3||[K:F]G|{IN_F}]")
    assert inspect(path).facts["key"] == "G:major, F:major from measure 5"
    tune = readers.read(path)
    writers.write([("two", tune)], tmp_path / "again.abc")
    assert [float(time) for time, _ in tune.key_changes] == [15.5]
    assert readers.read(tmp_path / "again.abc").key_changes == ((Fraction(16), Key(-1)),)


def test_each_measure_is_spelled_in_its_key(tmp_path: Path, tune: Tune) -> None:
    path = tmp_path / "two.abc"
    writers.write([("two", tune)], path, layout="sequence")
    lines = path.read_text().splitlines()
    assert lines[-2:] == [IN_G, f"[K:F]{IN_F}]"]


def test_what_is_changed_stays_in_the_key_of_its_measure(tune: Tune) -> None:
    allowed = material.pitches(tune, "auto")
    assert allowed is not None
    assert allowed[:, F_SHARP].tolist() == [True] * 4 + [False] * 4
    assert allowed[:, F_NATURAL].tolist() == [False] * 4 + [True] * 4
    for step in api.load().interpolate(tune, "rhythm"):
        assert step.tune.key_changes == tune.key_changes
        pitches = [{note.pitch for note in step.tune.notes if (note.start < 16) == early} for early in (True, False)]
        assert F_NATURAL not in pitches[0]
        assert F_SHARP not in pitches[1]


def test_a_repeat_brings_its_first_key_back() -> None:
    tune = abc.parse_tune(f"{HEAD}|:{IN_G}[K:F]{IN_F[:-1]}:|", "two.abc")
    assert tune.key == Key(1)
    assert [(float(time), str(key)) for time, key in tune.key_changes] == [
        (16, "F:major"),
        (32, "G:major"),
        (48, "F:major"),
    ]


@pytest.mark.parametrize(
    ("music", "changes"),
    [
        ("CDEF GABc|[K:G]CDEF GABc|", []),
        ("CDEF [K:F]GABc|CDEF GABc|", [(4, "F:major")]),  # in the midst of a measure: from the next one on
        ("[K:F]CDEF GABc|[K:clef=bass]CDEF GABc|", []),
        ("CDEF GABc|[K:Ddor]CDEF GABc|[K:F transpose=2]CDEF GABc|", [(4, "D:dorian"), (8, "G:major")]),
    ],
)
def test_key_fields_in_the_body(music: str, changes: list[tuple[float, str]]) -> None:
    tune = abc.parse_tune(HEAD + music, "two.abc")
    assert [(float(time), str(key)) for time, key in tune.key_changes] == changes


def sign(fifths: int, quarter: int) -> Event:
    return Event(480 * quarter, KEY_SIGNATURE, bytes([fifths % 256, 0]))


def test_a_track_that_is_not_the_melody_changes_no_key(tmp_path: Path) -> None:
    path = tmp_path / "song.mid"
    later = track(BASS, channel=2, others=[sign(-3, 4)])
    path.write_bytes(song(track([], others=[sign(1, 0)]), track(TUNE), later))
    assert readers.read(path).key_changes == ()


def test_later_signatures_that_do_not_fit_are_left_out(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = tmp_path / "song.mid"
    path.write_bytes(song(track([], others=[sign(1, 0), sign(-5, 1)]), track(TUNE)))
    tune = readers.read(path)
    assert (tune.key, tune.key_changes) == (Key(1), ())
    assert "its key signatures after the first, G:major, do not fit its notes, and are not followed" in caplog.text
