"""Notes that do not follow the file's beats: a constant shift, a steady tempo, a part that keeps the beat."""

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from armusic.errors import OffGridError
from armusic.io import writers
from armusic.io.readers import midi
from armusic.io.readers.midi import pulse
from armusic.io.readers.options import STRICT
from armusic.music import smf, tokenizer
from armusic.music.score import Tune
from armusic.music.smf import Event
from tests.io.readers.conftest import Read
from tests.songs import CHORDS, TUNE, Notes, signature, song, track

CASES = Path(__file__).parents[1] / "cases"
STARTS = [start for start, _, _ in TUNE]


def repeated(times: int = 8) -> Notes:
    """Return the tune several times."""
    return [(8 * n + start, length, pitch) for n in range(times) for start, length, pitch in TUNE]


def late(notes: Notes, by: float | Fraction) -> Notes:
    return [(start + by, length, pitch) for start, length, pitch in notes]


# -- a constant shift ------------------------------------------------------------------------


def test_the_case_of_all_notes_a_32nd_late(caplog: pytest.LogCaptureFixture) -> None:
    tune = midi.read(CASES / "shifted-60ticks.mid")
    assert [note.start for note in tune.notes] == [Fraction(place, 2) for place in range(32)]
    assert "all its notes come 1/8 of a quarter note late: that is taken out" in caplog.text


@pytest.mark.parametrize("ticks", [-45, -20, 11, 25, 60, 77, 100])
def test_a_constant_shift_is_taken_out(read: Read, caplog: pytest.LogCaptureFixture, ticks: int) -> None:
    notes = late(repeated(), 4 + Fraction(ticks, 480))
    tune = read(song(track(notes)))
    assert [note.start for note in tune.notes] == [8 * n + start + 4 for n in range(8) for start in STARTS]
    assert f"{'late' if ticks > 0 else 'early'}: that is taken out" in caplog.text


def test_a_shift_changes_no_bar_line_and_no_tempo(read: Read) -> None:
    metas = [signature(0, 4, 4), signature(16, 2, 4), Event(480 * 16, smf.SET_TEMPO, b"\x0f\x42\x40")]
    tune = read(song(track(late(repeated(4), Fraction(1, 8)), others=metas)))
    assert [str(measure.metre) for measure in tune.measures] == ["4/4"] * 4 + ["2/4"] * 8
    assert tune.tempos == ((0, 120.0), (16, 60.0))
    assert tune.notes[0].start == 0


def test_the_other_parts_stay_where_they_are(read: Read, tmp_path: Path) -> None:
    tune = read(song(track(late(repeated(), Fraction(1, 8)), "Melody"), track(CHORDS, channel=1)))
    writers.write([("again", tune)], tmp_path / "out.mid")
    assert smf.parse((tmp_path / "out.mid").read_bytes(), "out") == smf.parse(
        (tmp_path / "song.mid").read_bytes(), "in"
    )
    lower = Tune(tune.notes[1:], tune.measures, origin=tune.origin)
    writers.write([("less", lower)], tmp_path / "less.mid")
    (melody, chords) = smf.parse((tmp_path / "less.mid").read_bytes(), "less").tracks
    assert min(event.tick for event in melody if event.status == smf.NOTE_ON) == 480 + 60
    assert min(event.tick for event in chords if event.status == smf.NOTE_ON + 1) == 0


def test_early_notes_are_written(read: Read, tmp_path: Path) -> None:
    notes = [(max(start, 0), length, pitch) for start, length, pitch in late(repeated(), Fraction(-1, 8))]
    tune = read(song(track(notes, "Melody"), track(CHORDS, channel=1)))
    assert tune.notes[0].start == 0
    writers.write([("x", Tune(tune.notes[:1] + tune.notes[2:], tune.measures, origin=tune.origin))], tmp_path / "x.mid")
    assert smf.parse((tmp_path / "x.mid").read_bytes(), "x").tracks


@given(moves=st.lists(st.integers(-12, 12), min_size=72, max_size=72))
def test_the_shift_of_a_performance(tmp_path_factory: pytest.TempPathFactory, moves: list[int]) -> None:
    path = tmp_path_factory.getbasetemp() / "late.mid"
    played = [(start + Fraction(60 + move, 480), Fraction(1, 4), pitch)
              for (start, _, pitch), move in zip(repeated(), moves, strict=True)]  # fmt: skip
    path.write_bytes(song(track(played)))
    tune = midi.read(path)
    assert [note.start for note in tune.notes] == [8 * n + start for n in range(8) for start in STARTS]
    tokenizer.encode(tune)


def test_notes_on_the_grid_are_not_shifted(read: Read, caplog: pytest.LogCaptureFixture) -> None:
    off_beat = late(repeated(), Fraction(1, 4))
    assert read(song(track(off_beat))).notes[0].start == Fraction(1, 4)
    assert "taken out" not in caplog.text


def test_a_corpus_shifts_nothing(tmp_path: Path) -> None:
    path = tmp_path / "song.mid"
    path.write_bytes(song(track(late(repeated(), Fraction(1, 8)))))
    assert midi.read(path, STRICT).notes[0].start == Fraction(1, 8)


# -- a steady tempo --------------------------------------------------------------------------


@pytest.mark.parametrize("pace", [78.0, 93.5, 104.2, 112.15, 131.0, 147.0])
def test_a_steady_tempo_is_found(read: Read, caplog: pytest.LogCaptureFixture, pace: float) -> None:
    stretch = 120 / pace
    notes = [(start * stretch + 0.3, length * stretch, pitch) for start, length, pitch in repeated()]
    tune = read(song(track(notes)))
    assert [note.start for note in tune.notes] == [8 * n + start for n in range(8) for start in STARTS]
    assert tune.tempos[0][1] == pytest.approx(pace, abs=0.05)
    assert "do not follow its own beats, but a steady tempo (the option tempo sets another): " in caplog.text


def test_notes_within_one_beat_have_no_tempo() -> None:
    assert pulse.steady_tempo(np.arange(32) * 0.00777202, compound=False) is None


def test_a_steady_tempo_with_a_human_touch(read: Read) -> None:
    rng = np.random.default_rng(0)
    notes = [(start * 1.13 + 0.3 + rng.normal(0, 0.02), length, pitch) for start, length, pitch in repeated()]
    tune = read(song(track(notes)))
    assert [note.start for note in tune.notes] == [8 * n + start for n in range(8) for start in STARTS]


def test_a_long_file_has_a_steady_tempo_as_well() -> None:
    onsets = np.concatenate([np.array([start for start, _, _ in TUNE], dtype=float) + 8 * n for n in range(700)])
    tempo = pulse.steady_tempo(onsets * 60 / 97.3 + 0.3, compound=False)
    assert tempo is not None
    assert tempo == pytest.approx((97.3, 0.3), abs=1e-3)


def test_chance_is_no_tempo() -> None:
    rng = np.random.default_rng(0)
    for count in (20, 60, 300):
        assert pulse.steady_tempo(np.cumsum(rng.uniform(0.1, 0.9, count)), compound=False) is None
        assert pulse.constant_shift(rng.uniform(0, 100, count)) == 0


# -- a part that keeps the beat --------------------------------------------------------------


@pytest.fixture
def rubato() -> Callable[[float], float]:
    """Return a clock, in quarter notes, that runs slower and faster."""
    paces = 1.2 + 0.3 * np.sin(np.arange(80) / 9)
    return lambda beat: float(np.interp(beat, np.arange(81), np.append(0, np.cumsum(paces))))


@pytest.mark.parametrize("parts", [1, 2])
@pytest.mark.parametrize("channel", [1, 9])
def test_a_part_that_keeps_the_beat_is_the_clock(
    read: Read, caplog: pytest.LogCaptureFixture, rubato: Callable[[float], float], parts: int, channel: int
) -> None:
    melody = [(rubato(start), 0.2, pitch) for start, _, pitch in repeated()]
    keeper = [(rubato(n / parts), 0.2, 36) for n in range(64 * parts)]
    if parts == 2:  # a second part that marks the beats tells them from the halves between
        keeper += [(rubato(beat), 0.2, 40) for beat in range(64)]
    data = song(track(melody, "Melody"), track(sorted(keeper), "Time", channel=channel))
    tune = read(data)
    assert [note.start for note in tune.notes] == [8 * n + start for n in range(8) for start in STARTS]
    assert f"but those that track 2 'Time' channel {channel + 1} keeps (the option beats sets others)" in caplog.text


def test_without_one_the_melody_is_refused(read: Read, rubato: Callable[[float], float]) -> None:
    melody = [(rubato(start), 0.2, pitch) for start, _, pitch in repeated()]
    with pytest.raises(OffGridError, match="do not follow its own beats .* the option beats or the option tempo"):
        read(song(track(melody)))


def test_a_part_with_an_endless_gap_keeps_no_beat() -> None:
    onsets = np.append(np.arange(30) * 0.5, 1e9)
    assert pulse.kept_beat(onsets) is None
    assert pulse.kept_beat(onsets[:-1]) is not None
