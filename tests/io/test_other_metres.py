"""Files in metres that no model has: read on the grids of others, written with their own bar lines."""

from collections.abc import Callable
from fractions import Fraction
from math import ceil
from pathlib import Path
from xml.etree import ElementTree
from zipfile import ZipFile

import mido
import numpy as np
import pytest

from armusic.editing.material import padding, rows_of, with_tokens
from armusic.errors import MetreError, UsageError
from armusic.io import inspection, readers, writers
from armusic.io.readers import abc
from armusic.io.readers.options import STRICT, Reading
from armusic.music import tokenizer
from armusic.music.score import Tune
from tests.songs import Notes, band, signature, song, track

CASES = Path(__file__).parent / "cases"
OTHERS = (
    "3/8",
    "6/4",
    "3/2",
    "4/2",
    "8/4",
    "12/4",
    "9/4",
    "4/8",
    "8/8",
    "2/8",
    "6/16",
    "9/16",
    "12/16",
    "5/4",
    "7/4",
    "2/1",
)
RHYTHM = (1, Fraction(1, 2), Fraction(1, 2), 1, 2, 1, 1, Fraction(3, 2), Fraction(1, 2), 3)

Read = Callable[..., Tune]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    def read(content: bytes | str, **reading: object) -> Tune:
        path = tmp_path / ("song.mid" if isinstance(content, bytes) else "t.abc")
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return readers.read(path, Reading(**reading))

    return read


def metres(tune: Tune) -> list[str]:
    return [str(bar.metre) for bar in tune.bars]


def facts(tune: Tune) -> tuple[object, ...]:
    notes = [(note.start, note.duration, note.pitch) for note in tune.notes]
    return notes, [(bar.start, str(bar.metre)) for bar in tune.bars]


def melody(length: Fraction) -> Notes:
    """Return a melody of some quarter notes, which ends with them."""
    notes: list[tuple[Fraction, Fraction, int]] = []
    at = Fraction(0)
    while at < length:
        each = min(Fraction(RHYTHM[len(notes) % len(RHYTHM)]) / 2, length - at)
        notes.append((at, each, 60 + (5 * len(notes)) % 13))
        at += each
    return notes


@pytest.mark.parametrize(
    ("case", "written", "read"),
    [("3-8", ["3/8"] * 10, ["6/8"] * 5), ("6-4", ["6/4"] * 4, ["6/4"] * 4), ("4-8", ["4/8"] * 8, ["4/8"] * 8)],
)
def test_cases(case: str, written: list[str], read: list[str], caplog: pytest.LogCaptureFixture) -> None:
    tune = readers.read(CASES / f"metre-{case}.mid")
    assert metres(tune) == written
    assert [str(measure.metre) for measure in tune.measures] == read
    assert len(tokenizer.encode(tune)) == len(read)
    assert f"measures in {written[0]} are read as " in caplog.text
    assert inspection.inspect(CASES / f"metre-{case}.mid").facts["used"] == f"{len(written)} of {len(written)} measures"


@pytest.mark.parametrize("suffix", [".mid", ".abc", ".musicxml"])
@pytest.mark.parametrize("metre", OTHERS)
def test_bar_lines_stay_in_every_format(read: Read, tmp_path: Path, metre: str, suffix: str) -> None:
    above, below = map(int, metre.split("/"))
    length = Fraction(4 * above, below)
    tune = read(song(track(melody(4 * length), others=[signature(0, above, below)])))
    assert metres(tune) == [metre] * 4
    tokens = tokenizer.encode(tune)
    tokens[tokenizer.is_onset(tokens)] += 2
    higher = with_tokens(tune, tokens)
    path = tmp_path / f"out{suffix}"
    writers.write([("higher", higher)], path)
    assert facts(readers.read(path)) == facts(higher)
    assert metres(higher) == [metre] * 4
    if suffix == ".musicxml":
        assert len(ElementTree.parse(path).findall(".//measure")) == 4


@pytest.mark.parametrize("metre", OTHERS)
def test_bar_lines_stay_in_a_project(read: Read, tmp_path: Path, metre: str) -> None:
    above, below = map(int, metre.split("/"))
    notes = melody(Fraction(16 * above, below) + 4)
    tune = read(song(track(notes, others=[signature(0, above, below), signature(Fraction(16 * above, below), 4, 4)])))
    writers.write([("one", tune), ("two", tune)], tmp_path / "out.dawproject")
    with ZipFile(tmp_path / "out.dawproject") as archive:
        project = ElementTree.fromstring(archive.read("project.xml"))
    first = project.find(".//TimeSignature")
    points = [(point.get("numerator"), point.get("denominator")) for point in project.iter("TimeSignaturePoint")]
    assert first is not None
    assert [(first.get("numerator"), first.get("denominator"))] == [(str(above), str(below))]
    assert points[-1] == ("4", "4")


@pytest.mark.parametrize("metre", ["3/8", "5/4", "6/4", "6/16"])
def test_a_variation_stands_in_its_file(read: Read, tmp_path: Path, metre: str) -> None:
    above, below = map(int, metre.split("/"))
    data = band(melody(Fraction(16 * above, below)), signatures=[signature(0, above, below)])
    tune = read(data)
    assert tune.origin is not None
    tokens = tokenizer.encode(tune)
    tokens[tokenizer.is_onset(tokens)] += 2
    higher = with_tokens(tune, tokens)
    writers.write([("higher", higher)], tmp_path / "out.mid")
    before, after = mido.MidiFile(tmp_path / "song.mid"), mido.MidiFile(tmp_path / "out.mid")
    assert [m.dict() for t in after.tracks for m in t if m.type == "time_signature"] == [
        m.dict() for t in before.tracks for m in t if m.type == "time_signature"
    ]
    scale = after.ticks_per_beat // before.ticks_per_beat
    others = [[m.copy(time=m.time * scale) for m in before.tracks[n][:-1]] for n in (0, 1, 3, 4)]
    assert [list(after.tracks[n][:-1]) for n in (0, 1, 3, 4)] == others
    ends = [sum(m.time for m in after.tracks[n]) * below / 4 / above / after.ticks_per_beat for n in (1, 2, 3, 4)]
    assert ends == [
        ceil(8 * below / 4 / above),
        4,
        *[ceil(8 * below / 4 / above)] * 2,
    ]  # measures: the others have 8 beats
    again = readers.read(tmp_path / "out.mid")
    assert facts(again) == facts(higher)


def test_a_pickup_of_pairs(read: Read) -> None:
    tune = read("X:1\nT:t\nM:3/8\nL:1/8\nK:C\nG|c2e|g2e|d2f|e2|]")
    assert metres(tune) == ["3/8"] * 5
    assert [str(measure.metre) for measure in tune.measures] == ["3/8", "6/8", "6/8"]
    assert tune.padding == (1, Fraction(1, 2))
    assert tune.numbers == ("1", "2-3", "4-5")


@pytest.mark.parametrize("suffix", [".mid", ".musicxml", ".abc"])
def test_pairs_begin_after_an_upbeat_in_every_format(read: Read, tmp_path: Path, suffix: str) -> None:
    """In a MIDI file, a rest is all that tells of it."""
    tune = read("X:1\nT:t\nM:3/8\nL:1/8\nK:C\nG|c2e|g2e|d2f|e2|]")
    writers.write([("t", tune)], tmp_path / f"out{suffix}")
    again = readers.read(tmp_path / f"out{suffix}")
    assert [measure.metre for measure in again.measures] == [measure.metre for measure in tune.measures]


def test_silent_measures_before_an_upbeat_make_pairs_too(read: Read) -> None:
    notes = [(Fraction(11, 2) + Fraction(each, 2), Fraction(1, 2), 60 + each) for each in range(7)]
    tune = read(song(track(notes, others=[signature(0, 3, 8)])))
    assert metres(tune) == ["3/8"] * 6
    assert [str(measure.metre) for measure in tune.measures] == ["6/8", "3/8", "3/8", "6/8"]


def test_repeats_and_metre_changes(read: Read) -> None:
    tune = read("X:1\nT:t\nM:3/8\nL:1/8\nK:C\n|:cde|fga:|[M:5/4]c4e4g2|[M:2/4]e2d2|c4|]")
    assert metres(tune) == ["3/8"] * 4 + ["5/4", "2/4", "2/4"]
    assert [str(measure.metre) for measure in tune.measures] == ["6/8", "6/8", "2/4", "3/4", "2/4", "2/4"]
    assert tune.numbers == ("1-2", "3-4", "5", "5", "6", "7")


@pytest.mark.parametrize("downbeat", [1, 2, 3, 4, 5])
def test_a_pickup_in_midi_leaves_bar_lines_where_they_are(read: Read, tmp_path: Path, downbeat: int) -> None:
    tune = read(song(track(melody(Fraction(10)), others=[signature(0, 5, 4)])), downbeat=downbeat)
    bars = [float(bar.start - tune.padding[0]) for bar in tune.bars]
    assert downbeat - 1 in bars
    assert all((bar - (downbeat - 1)) % 5 == 0 for bar in bars)
    assert tune.notes[0].start == tune.padding[0] == (6 - downbeat if downbeat > 1 else 0)
    silent = padding(tune, 18)
    tokens = tokenizer.encode(tune)
    assert not (silent & tokenizer.is_onset(tokens)).any()
    writers.write([("t", tune)], tmp_path / "out.abc")
    assert facts(readers.read(tmp_path / "out.abc"))[0] == facts(tune)[0]


def test_a_last_measure_that_is_cut_short(read: Read) -> None:
    tune = read(song(track(melody(Fraction(7)), others=[signature(0, 5, 4)])))
    assert metres(tune) == ["5/4", "5/4"]
    assert tune.padding == (0, 3)
    silent = padding(tune, 18)
    assert silent[2:].sum(axis=1).tolist() == [silent.shape[1] - 12, 12]


def test_measures_are_named_by_the_files_numbers(read: Read) -> None:
    tune = readers.read(CASES / "metre-3-8.mid")
    assert rows_of(tune, (3, 6)) == (1, 2)
    assert rows_of(tune, (2, 7)) == (1, 2), "halves of pairs stay"
    assert rows_of(tune, None) == (0, 1, 2, 3, 4)
    with pytest.raises(UsageError, match=r"measure 4: metre-3-8.mid is read two measures at a time: .* such as 3-4"):
        rows_of(tune, (4, 4))
    with pytest.raises(UsageError, match=r"are only measures 1-10 in"):
        rows_of(tune, (9, 11))
    five = read(song(track(melody(Fraction(15)), others=[signature(0, 5, 4)])))
    assert rows_of(five, (2, 2)) == (2, 3)


def test_notes_choose_the_grid(read: Read) -> None:
    fine = [(at / 4, 0.25, 60 + at % 5) for at in range(48)]
    tune = read(song(track(fine, others=[signature(0, 6, 4)])))
    assert [str(measure.metre) for measure in tune.measures] == ["3/4"] * 4
    assert metres(tune) == ["6/4", "6/4"]


def test_the_band_says_where_a_measure_divides(read: Read) -> None:
    even = [(at, 1, 60 + at) for at in range(10)]
    bass = [(0, 2, 36), (2, 3, 40), (5, 2, 36), (7, 3, 40)]
    data = song(track(even, "melody", others=[signature(0, 5, 4)]), track(bass, "bass", 1))
    assert [str(measure.metre) for measure in read(data).measures] == ["2/4", "3/4"] * 2


def test_options_and_corpora(read: Read, tmp_path: Path) -> None:
    data = song(track(melody(Fraction(15))))
    assert metres(read(data, metre="5/4")) == ["5/4"] * 3
    assert metres(read(data, metre="3/8")) == ["3/8"] * 10
    read(song(track(melody(Fraction(12)), others=[signature(0, 6, 4)])))
    with pytest.raises(MetreError, match=r"song.mid, measure 1: metre 6/4 is not supported"):
        readers.read(tmp_path / "song.mid", STRICT)
    with pytest.raises(MetreError, match=r"measure 1: metre 3/2 is not supported"):
        abc.parse_tune("X:1\nT:t\nM:3/2\nL:1/4\nK:C\nCDEFGA|]", "t.abc")


def test_values_are_those_of_the_measure_that_is_read(read: Read) -> None:
    from armusic.music.attributes.table import attributes, of_bars

    pairs, jig = (
        readers.read(CASES / "metre-3-8.mid"),
        read(song(track(melody(Fraction(15)), others=[signature(0, 6, 8)]))),
    )
    table = attributes(pairs)
    assert (table.measures, table.metres) == ((1, 3, 5, 7, 9), ("6/8",) * 5)
    assert np.repeat(table.values, 2, axis=0).tolist() == of_bars(pairs, table.values).tolist()
    assert of_bars(jig, attributes(jig, ["density"]).values).shape == (5, 1)
