"""Measures in other metres as measures that models know."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from armusic.errors import MetreError
from armusic.music import regrouping, tokenizer
from armusic.music.assembly import Bar, assemble
from armusic.music.metre import METRES, Metre, TimeSignature, time_signature
from armusic.music.regrouping import Notes, choose, countings, readable
from armusic.music.score import Measure, Note, Tune, bars

OTHERS = [time_signature(*pair) for pair in regrouping._COUNTINGS]
SIGNATURES = st.sampled_from([*OTHERS, *METRES, Metre(2, 2), Metre(4, 8), Metre(8, 8), Metre(6, 16)])


def tune_of(*written: str, notes: list[tuple[float, float]] | None = None, short: float = 0) -> Tune:
    """Return a tune of measures, with notes at those starts and of those lengths; the first one is `short`."""
    metres = [readable(text) for text in written]
    lengths = [metre.length for metre in metres]
    lengths[0] -= Fraction(short)
    sounds = [Note(Fraction(start), Fraction(length), 60) for start, length in notes or [(0, 0.5)]]
    return assemble(sounds, [Bar(metre, length) for metre, length in zip(metres, lengths, strict=True)], source="t")


def read_as(tune: Tune) -> list[str]:
    return [str(measure.metre) for measure in tune.measures]


@pytest.mark.parametrize(
    ("written", "read", "numbers"),
    [
        (["3/8"] * 4, ["6/8", "6/8"], ["1-2", "3-4"]),
        (["3/8"] * 3, ["6/8", "3/8"], ["1-2", "3"]),
        (["2/4", "3/8", "2/4"], ["2/4", "3/8", "2/4"], ["1", "2", "3"]),
        (["5/4", "5/4"], ["3/4", "2/4"] * 2, ["1", "1", "2", "2"]),
        (["7/4"], ["4/4", "3/4"], ["1", "1"]),
        (["8/4", "4/2"], ["4/4", "4/4", "4/2"], ["1", "1", "2"]),
        (["6/4", "3/2", "12/4", "8/8", "6/16"], ["6/4", "3/2", "12/4", "8/8", "6/16"], ["1", "2", "3", "4", "5"]),
    ],
)
def test_each_metre_is_read_as_others(written: list[str], read: list[str], numbers: list[str]) -> None:
    tune = tune_of(*written)
    assert (read_as(tune), list(tune.numbers)) == (read, numbers)
    assert [str(bar.metre) for bar in tune.bars] == written


def test_the_pickup_of_pairs_stands_alone() -> None:
    tune = tune_of("3/8", "3/8", "3/8", notes=[(0, 0.5), (0.5, 1.5)], short=1)
    assert read_as(tune) == ["3/8", "6/8"]
    assert [note.start for note in tune.notes] == [1, Fraction(3, 2)]
    assert tune.numbers == ("1", "2-3")


def test_a_kind_of_metre_has_a_grid_in_every_scale() -> None:
    for metre in (Metre(6, 4), Metre(3, 2), Metre(6, 16), Metre(3, 8)):
        assert metre.length == metre.kind.length * metre.scale == Fraction(4 * metre.numerator, metre.denominator)
        assert metre.beats * metre.beat == metre.length
    assert (str(Metre(4, 2).kind), Metre(4, 2).scale) == ("4/4", 2)
    with pytest.raises(MetreError, match=r"metre 5/4 is not supported: use one of 4/4"):
        Metre(5, 4)


def test_the_same_music_in_other_values_has_the_same_tokens() -> None:
    slow = tune_of("6/4", "6/4", notes=[(0, 2), (2, 1), (3, 3), (6, 6)])
    jig = tune_of("6/8", "6/8", notes=[(0, 1), (1, 0.5), (1.5, 1.5), (3, 3)])
    pairs = tune_of("3/8", "3/8", "3/8", "3/8", notes=[(0, 1), (1, 0.5), (1.5, 1.5), (3, 3)])
    for other in (slow, pairs):
        assert (tokenizer.encode(other) == tokenizer.encode(jig)).all()
        assert (tokenizer.kinds(other.measures) == tokenizer.kinds(jig.measures)).all()


@given(st.lists(SIGNATURES, min_size=1, max_size=6), st.data())
def test_bar_lines_stay_and_tokens_come_back(written: list[TimeSignature], data: st.DataObject) -> None:
    tune = tune_of(*map(str, written))
    assert [bar.metre for bar in tune.bars] == written
    starts = np.cumsum([0, *(metre.length for metre in written)])
    assert [bar.start for bar in tune.bars] == starts[:-1].tolist()
    assert tune.end == starts[-1] == sum(measure.metre.length for measure in tune.measures)
    assert all(first.end == second.start for first, second in zip(tune.bars, tune.bars[1:], strict=False))
    width = max(tokenizer.ticks(measure.metre) for measure in tune.measures)
    tokens = np.full((len(tune.measures), width), tokenizer.PAD, dtype=np.int16)
    for row, measure in enumerate(tune.measures):
        count = tokenizer.ticks(measure.metre)
        tokens[row, :count] = data.draw(
            st.lists(st.sampled_from([60, 72, tokenizer.HOLD]), min_size=count, max_size=count)
        )
    tokens[0, 0] = 60
    again = Tune(tokenizer.decode(tokens, tune.measures), tune.measures)
    assert (tokenizer.encode(again) == tokens).all()


@pytest.mark.parametrize(
    ("metre", "onsets", "counted"),
    [
        ("6/4", [0, 0.5, 3.25], "3/4 and 3/4"),
        ("6/4", [0, 0.5, 3.5], "6/8 with halved note values"),
        ("4/2", [0, 0.25, 1, 4], "4/4 and 4/4"),
        ("3/2", [0, 1.75], "2/4 and 2/4 and 2/4"),
        ("3/8", [0, 0.125, 1], "3/4 with doubled note values"),
        ("3/8", [0, 0.25, 1], "6/8, two measures at a time"),
        ("2/8", [0, 0.125], "2/4 with doubled note values"),
    ],
)
def test_the_first_counting_whose_grid_has_all_notes(metre: str, onsets: list[float], counted: str) -> None:
    notes = Notes(np.array(onsets), np.ones(len(onsets)))
    assert str(choose(readable(metre), notes, notes)) == counted


def test_a_few_notes_off_every_grid_change_nothing() -> None:
    onsets = np.append(np.arange(0, 6, 0.5), [0.07, 2.91])
    notes = Notes(onsets, np.ones(len(onsets)))
    assert str(choose(Metre(6, 4), notes, notes)) == "6/8 with halved note values"


@pytest.mark.parametrize(
    ("metre", "notes", "counted"),
    [
        ("5/4", [(0, 1), (1, 1), (2, 1), (3, 2)], "3/4 and 2/4"),
        ("5/4", [(0, 2), (2, 3)], "2/4 and 3/4"),
        ("5/4", [(0, 1), (1, 1), (2, 1), (3, 1), (4, 1)], "3/4 and 2/4"),
        ("7/4", [(0, 3), (3, 4)], "3/4 and 4/4"),
        ("7/4", [(0, 4), (4, 3)], "4/4 and 3/4"),
    ],
)
def test_a_measure_divides_where_long_notes_begin(metre: str, notes: list[tuple[float, float]], counted: str) -> None:
    timed = Notes(*np.array(notes, dtype=float).T)
    assert str(choose(readable(metre), timed, timed)) == counted


def test_what_is_read_so_is_said() -> None:
    tune = tune_of("4/4", "3/8", "3/8", "3/8", "5/4", "6/4")
    assert regrouping.descriptions(tune.measures) == [
        "measures in 3/8 are read as 6/8, two measures at a time: values are those of 6/8, and bar lines stay",
        "measures in 5/4 are read as 3/4 and 2/4: values are those of 3/4 and 2/4, and bar lines stay",
        "measures in 6/4 are read as 6/8 with halved note values: values are those of 6/8, and bar lines stay",
    ]
    assert regrouping.descriptions(tune_of("4/4", "2/2", "12/8").measures) == []


@pytest.mark.parametrize("text", ["7/8", "5/8", "10/8", "11/4", "free", "0/4", "4/0", "1/4"])
def test_others_cannot_be_read(text: str) -> None:
    with pytest.raises(MetreError, match="is not supported"):
        readable(text)


def test_corpora_read_a_models_own_metres_only() -> None:
    assert readable("2/2", own=True) == Metre(2, 2)
    with pytest.raises(MetreError, match=r"metre 3/2 is not supported"):
        readable("3/2", own=True)


def test_countings_fill_their_measures() -> None:
    for metre in OTHERS:
        for counting in countings(metre):
            assert sum(part.length for part in counting.metres) == counting.bars * metre.length


def test_a_cut_measure_ends_with_the_tune() -> None:
    first, _ = tune_of("5/4").measures
    (bar,) = bars([first])
    assert (bar.end, str(bar.metre), bars([])) == (3, "5/4", ())
    assert bars([Measure(Fraction(0), Metre(2, 4))])[0].rows == range(1)
