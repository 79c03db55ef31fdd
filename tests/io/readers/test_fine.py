"""Notes that are written too finely for the grid: their measures pass through, and nothing else does."""

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from armusic.errors import OffGridError
from armusic.io import readers
from armusic.io.readers import midi
from armusic.io.readers.options import Reading
from armusic.music import tokenizer
from armusic.music.score import Tune
from tests.songs import TUNE, Notes, song, track

CASES = Path(__file__).parents[1] / "cases"
Read = Callable[..., Tune]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    def read(notes: Notes, division: int = 480, **reading: object) -> Tune:
        path = tmp_path / "song.mid"
        path.write_bytes(song(track(notes, division=division), division=division))
        return midi.read(path, Reading(**reading))

    return read


def run(parts: int, at: float = 4) -> Notes:
    """Return a measure of notes of a quarter over `parts` each."""
    length = Fraction(1, parts)
    return [(at + number * length, length, 60 + number % 5) for number in range(4 * parts)]


def between(middle: Notes) -> Notes:
    """Return quarter notes, a measure from the fourth quarter on, and quarter notes again."""
    return [
        *((start, 1, 60 + start) for start in range(4)),
        *middle,
        *((start, 1, 60 + start) for start in range(8, 12)),
    ]


@pytest.mark.parametrize("division", [8, 24, 96, 120, 192, 384, 480, 960, 1024])
def test_32nds_pass_through(read: Read, caplog: pytest.LogCaptureFixture, division: int) -> None:
    tune = read(between(run(8)), division)
    assert [(note.start, note.pitch) for note in tune.notes] == [
        *((start, 60 + start) for start in range(4)), *((start - 4, 60 + start) for start in range(8, 12))]  # fmt: skip
    assert (
        "measure 2 has 32nd notes, which the grid of sixteenths and triplets cannot hold: left as it is" in caplog.text
    )
    assert tune.origin


@pytest.mark.parametrize(
    ("parts", "what"),
    [(16, "64th notes"), (6, "sextuplets"), (12, "triplets of 32nd notes"), (5, "quintuplets"),
     (7, "septuplets")],
)  # fmt: skip
def test_other_parts_pass_through(read: Read, caplog: pytest.LogCaptureFixture, parts: int, what: str) -> None:
    assert len(read(between(run(parts))).measures) == 2
    assert f"measure 2 has {what}, which" in caplog.text


def test_a_dotted_32nd_counts_as_well(read: Read) -> None:
    french = [(4 + beat, Fraction(7, 8), 60) for beat in range(4)] + [(4 + beat + Fraction(7, 8), Fraction(1, 8), 62)
                                                                     for beat in range(4)]  # fmt: skip
    assert len(read(between(sorted(french))).measures) == 2


@pytest.mark.parametrize("at", [4, Fraction(63, 16)])
def test_grace_notes_do_not_count(read: Read, at: Fraction | int) -> None:
    """Neither one on the beat nor one before it costs its measure; the note that it adorns is on the beat."""
    tiny = Fraction(1, 16)
    graced = [(at, tiny, 74), (at + tiny, 5 - at - tiny, 72), (5, 3, 71)]
    notes = between(graced)
    notes = [(3, at - 3, 63) if start == 3 else (start, length, pitch) for start, length, pitch in notes]
    tune = read(notes)
    assert [(note.start, note.pitch) for note in tune.notes][4:6] == [(4, 72), (5, 71)]


@given(moves=st.lists(st.integers(-24, 24), min_size=len(TUNE), max_size=len(TUNE)))
def test_played_notes_are_moved(tmp_path_factory: pytest.TempPathFactory, moves: list[int]) -> None:
    path = tmp_path_factory.getbasetemp() / "played.mid"
    played = [(max(start + Fraction(move, 480), Fraction(0)), Fraction(1, 4), pitch)
              for (start, _, pitch), move in zip(TUNE, moves, strict=True)]  # fmt: skip
    path.write_bytes(song(track(played)))
    tune = midi.read(path)
    assert len(tune.measures) == 2
    tokenizer.encode(tune)


def test_a_played_trill_passes_through(read: Read, caplog: pytest.LogCaptureFixture) -> None:
    trill = [(4 + number * 0.0937, 0.09, 72 + number % 2 * 2) for number in range(42)]
    tune = read(between(trill))
    assert len(tune.measures) == 2
    assert "measure 2 has trills or runs that are faster than the grid" in caplog.text


def test_where_no_measure_would_remain_notes_that_follow_the_beats_are_moved(
    read: Read, caplog: pytest.LogCaptureFixture
) -> None:
    rough = [(at + (Fraction(1, 8) if at % 4 == 3 else 0), Fraction(3, 4), 60 + at % 5) for at in range(16)]
    assert [note.start for note in read(rough).notes] == list(range(16))
    assert "notes are moved to the grid: 4 of 16 starts by up to 0.12 of a quarter note" in caplog.text


def test_nothing_but_64ths(read: Read) -> None:
    with pytest.raises(OffGridError, match=r"song.mid: all its measures have 64th notes, .*: none can be used"):
        read(run(16, 0))


@pytest.mark.parametrize(
    ("case", "measures", "remark"),
    [
        ("n01_one_trill_measure.mid", 31, "measure 17 has 32nd notes"),
        ("score-half-32nds.musicxml", 3, "measure 3 has 32nd notes"),
    ],
)
def test_cases(caplog: pytest.LogCaptureFixture, case: str, measures: int, remark: str) -> None:
    assert len(readers.read(CASES / case).measures) == measures
    assert remark in caplog.text


def test_an_exact_measure_is_no_performance() -> None:
    with pytest.raises(OffGridError, match="all its measures have 64th notes, which"):
        readers.read(CASES / "b14_64ths.abc")
