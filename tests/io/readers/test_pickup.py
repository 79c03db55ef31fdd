"""Pickups in MIDI without a sign of them: used where they are plain, proposed where they are likely, never invented."""

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from armusic.errors import UsageError
from armusic.io import readers
from armusic.io.readers.midi import pickup
from armusic.io.readers.midi.pickup_table import LAST, NOTES, PICKUPS
from armusic.io.readers.options import STRICT, Reading
from armusic.music.smf import NOTE_ON, Event
from tests.songs import BEATS, Notes, signature, song, track

CASES = Path(__file__).parent.parent / "cases"
WALTZ: Notes = [
    (3 * bar + at, length, 60 + (5 * bar + 2 * at) % 12) for bar in range(16) for at, length in ((0, 2), (2, 1))
]
SCALE: Notes = [(start, 1, 60 + start % 8) for start in range(48)]
CHORDS: Notes = [(3 * bar, 3, pitch + (bar % 2) * 5) for bar in range(16) for pitch in (48, 52, 55)]
THREE = signature(0, 3, 4)


def late(notes: Notes, quarters: float) -> Notes:
    return [(start + quarters, length, pitch) for start, length, pitch in notes]


def accented(events: tuple[Event, ...], first: int) -> tuple[Event, ...]:
    """Return a track whose notes on the first beats of 3/4 are louder."""
    return tuple(
        Event(event.tick, event.status, bytes([event.data[0], 105]))
        if event.status == NOTE_ON and event.tick % 1440 == first
        else event
        for event in events
    )


def write(folder: Path, *tracks: tuple[Event, ...]) -> Path:
    path = folder / "song.mid"
    path.write_bytes(song(*tracks))
    return path


@pytest.mark.parametrize(
    ("name", "why"), [("ownwaltz-abc2midi.mid", "its accents"), ("waltz.midi", "the changes of its chords")]
)
def test_the_pickup_of_the_waltz(name: str, why: str, caplog: pytest.LogCaptureFixture) -> None:
    tune = readers.read(CASES / name)
    assert tune.padding[0] == 2
    assert len(tune.measures) == 17
    assert tune.notes[0].start == 2
    assert (
        f"it begins with a pickup of 2 eighths, by {why} (the option downbeat=1 says that it does not)" in caplog.text
    )
    assert readers.read(CASES / name, Reading(downbeat=1)).padding[0] == 0
    assert readers.read(CASES / name, Reading(downbeat=2)).notes == tune.notes


@pytest.mark.parametrize("beats", [0, 1, 2])
def test_accents_tell(tmp_path: Path, beats: int) -> None:
    path = write(tmp_path, accented(track(SCALE, others=[THREE]), 480 * beats))
    assert readers.read(path).padding[0] == (3 - beats) % 3


@pytest.mark.parametrize("beats", [0, 1, 2])
def test_changes_of_chords_tell(tmp_path: Path, beats: int) -> None:
    tune = [*late(SCALE[:beats], 0), *late(WALTZ, beats)]
    path = write(tmp_path, track(tune, "Melody", others=[THREE]), track(late(CHORDS, beats), channel=1))
    assert readers.read(path).padding[0] == (3 - beats) % 3


def test_long_notes_tell(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = write(tmp_path, track([(0, 1, 67), *late(WALTZ, 1)], others=[THREE]))
    assert readers.read(path).padding[0] == 2
    assert "it begins with a pickup of 2 eighths, by where its long notes lie" in caplog.text
    assert readers.read(write(tmp_path, track(WALTZ, others=[THREE]))).padding[0] == 0


def test_what_is_likely_is_proposed(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pickup, "PLAIN", 1e9)
    path = write(tmp_path, track([(0, 1, 67), *late(WALTZ, 1)], others=[THREE]))
    assert readers.read(path).padding[0] == 0
    assert (
        "it may begin with a pickup of 2 eighths, by where its long notes lie: try the option downbeat=2" in caplog.text
    )


@pytest.mark.parametrize(
    "tracks",
    [
        [track([(0, 1, 67), *late(WALTZ, 1)], others=[THREE]), track(BEATS, channel=9)],  # drums
        [track(late(WALTZ, 1), others=[THREE])],  # a rest in front
        [track([(0, 1, 67), *late(WALTZ, 1)], others=[THREE, signature(24, 2, 4)])],  # another metre
        [track([(0, 1, 67), *late(WALTZ, 1)][:12], others=[THREE])],  # few notes
        [track([(0, 1, 67), *late(WALTZ, 1)], "Tune", others=[THREE]), track(CHORDS, channel=1)],  # chords disagree
    ],
)
def test_it_is_not_found_where_something_speaks_against_it(
    tmp_path: Path, tracks: list[tuple[Event, ...]], caplog: pytest.LogCaptureFixture
) -> None:
    readers.read(write(tmp_path, *tracks))
    assert "pickup" not in caplog.text.replace("ends after", "")


def test_a_corpus_finds_none() -> None:
    assert readers.read(CASES / "ownwaltz-abc2midi.mid", STRICT).padding[0] == 0


@pytest.mark.parametrize(
    ("downbeat", "front"), [(1.5, Fraction(5, 2)), (2.25, Fraction(7, 4)), (3, Fraction(1)), (4, 0)]
)
def test_a_downbeat_between_two_beats(tmp_path: Path, downbeat: float, front: Fraction) -> None:
    path = write(tmp_path, track(SCALE, others=[THREE]))
    assert readers.read(path, Reading(downbeat=downbeat)).padding[0] == front


@pytest.mark.parametrize("downbeat", [0.5, float("nan"), float("inf")])
def test_a_downbeat_that_cannot_be(downbeat: float) -> None:
    with pytest.raises(UsageError, match="beats count from 1"):
        Reading(downbeat=downbeat)


def test_the_table_has_shares() -> None:
    assert set(NOTES) == set(LAST) == set(PICKUPS) >= {"4/4", "3/4", "2/4", "6/8"}
    for metre, rows in NOTES.items():
        assert len(rows) == len(LAST[metre]) == len(PICKUPS[metre])
        for row in (*rows, LAST[metre], PICKUPS[metre]):
            assert abs(sum(row) - 1000) <= len(row)
            assert min(row) > 0


def test_what_starts_in_each_eighth() -> None:
    start, end = np.array([0.0, 0.5, 1.0, 2.0, 2.25]), np.array([0.5, 1.0, 2.0, 2.25, 4.0])
    kinds, last = pickup.kinds_of(start, end)
    assert kinds.tolist() == [1, 1, 2, 0, 1, 0, 0, 0]
    assert last == 4
