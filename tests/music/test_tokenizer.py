"""Notes to tokens and back."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given

from armusic.errors import OffGridError
from armusic.io.readers import abc
from armusic.music.score import Measure, Metre, Note, Tune
from armusic.music.tokenizer import (
    HOLD,
    PAD,
    REST,
    TICKS_PER_BEAT,
    decode,
    encode,
    is_canonical,
    is_onset,
    kinds,
    on_grid,
    sounding,
    tick_units,
    ticks,
)
from tests.strategies import measures_of, metres, rows, tunes


def tune_of(metre: str, music: str) -> Tune:
    return abc.parse_tune(f"X:1\nT:t\nM:{metre}\nL:1/8\nK:C\n{music}", "t.abc")


def shown(tokens: np.ndarray) -> str:
    """One character per tick: a letter where a note starts, - for a hold, z for a rest, . for padding."""
    names = {HOLD: "-", REST: "z", PAD: "."}
    return " ".join("".join(names.get(int(t)) or "CcDdEFfGgAaB"[int(t) % 12] for t in row) for row in tokens)


@pytest.mark.parametrize(
    ("metre", "music", "expected"),
    [
        ("2/4", "C2 D E|", "C-----D--E--"),
        ("2/4", "C/D/E/F/ (3GAB|", "CD-E-FG-A-B-"),
        ("2/4", "z C z2|", "z--C--z-----"),  # a measure that begins in silence starts with a rest
        ("2/4", "C2 z2|z4|C4|", "C-----z----- z----------- C-----------"),
        ("2/4", "C3 D-|D2 E2|", "C--------D-- ------E-----"),  # only a tie begins a measure with a hold
        ("6/8", "CDE F3|", "C-D-E-F-----"),
        ("6/8", "C>DE z3|", "C--DE-z-----"),
        ("9/8", "C3 D3 E3|", "C-----D-----E-----"),
        ("3/4", "C2 D2 E2|", "C-----D-----E-----"),
        ("C|", "C4 D4|", "C-----------D-----------"),
    ],
)
def test_known_rows(metre: str, music: str, expected: str) -> None:
    assert shown(encode(tune_of(metre, music))) == expected


def test_a_change_of_metre_pads_the_shorter_rows() -> None:
    assert shown(encode(tune_of("3/4", "C6|[M:2/4]D4|"))) == "C----------------- D-----------......"


def test_a_pickup_is_padded_in_front() -> None:
    assert shown(encode(tune_of("2/4", "C|D4|"))) == "z--------C-- D-----------"


@pytest.mark.parametrize(
    ("metre", "units"),
    [
        (Metre(2, 4), [0, 3, 4, 6, 8, 9, 12, 15, 16, 18, 20, 21]),  # fourths and thirds of a quarter
        (Metre(6, 8), [0, 3, 6, 9, 12, 15, 18, 21, 24, 27, 30, 33]),  # sixteenths
    ],
)
def test_ticks_in_twelfths_of_a_quarter(metre: Metre, units: list[int]) -> None:
    assert tick_units(metre).tolist() == units


def test_every_midi_pitch_is_a_note_and_nothing_else_is() -> None:
    row = np.array([[0, 127, HOLD, REST, PAD, -1]], dtype=np.int16)
    assert is_onset(row).tolist() == [[True, True, False, False, False, False]]
    lowest = Tune((Note(Fraction(0), Fraction(1), 0), Note(Fraction(1), Fraction(1), 127)), measures_of([Metre(2, 4)]))
    assert decode(encode(lowest), lowest.measures) == lowest.notes


def test_a_tie_over_the_bar_line_into_a_longer_measure() -> None:
    tune = tune_of("2/4", "C4-|[M:3/4]C2 D4|")
    assert shown(encode(tune)) == "C-----------...... ------D-----------"
    assert decode(encode(tune), tune.measures) == tune.notes


def test_a_tune_of_no_measures() -> None:
    tokens = encode(Tune((), ()))
    assert (tokens.shape, tokens.dtype) == ((0, 0), np.int16)
    assert kinds(()).dtype == np.int64
    assert decode(tokens, ()) == ()


def test_what_sounds_at_each_tick() -> None:
    """A hold takes what is before it, in its own row; at the start of a row nothing is."""
    rows = np.array([[60, HOLD, HOLD, REST, HOLD, 62], [HOLD, 64, HOLD, HOLD, 0, HOLD]])
    assert sounding(rows).tolist() == [[60, 60, 60, REST, REST, 62], [HOLD, 64, 64, 64, 0, 0]]
    assert sounding(np.array([[7, 2, 2, 1]]), hold=2).tolist() == [[7, 7, 7, 1]]


@pytest.mark.parametrize(
    ("row", "canonical"),
    [
        ([60, HOLD, REST, HOLD, 62, REST], True),
        ([HOLD, REST, HOLD, HOLD, HOLD, HOLD], True),  # what was held ends
        ([REST, HOLD, HOLD, 60, HOLD, HOLD], True),
        ([REST, REST, HOLD, 60, HOLD, HOLD], False),  # the silence has begun already
        ([60, REST, HOLD, HOLD, REST, HOLD], False),
        ([60, REST, 62, HOLD, REST, HOLD], True),
    ],
)
def test_rest_stands_only_where_silence_begins(row: list[int], canonical: bool) -> None:
    assert is_canonical(np.array([row])).tolist() == [canonical]


@given(tunes())
def test_every_measure_of_a_tune_is_canonical(tune: Tune) -> None:
    tokens = encode(tune)
    assert tokens.dtype == np.int16
    assert is_canonical(tokens).all()
    assert on_grid(tune).all()


@given(rows())
def test_a_row_is_canonical_when_it_is_written_again_as_it_was(drawn: tuple[np.ndarray, tuple[Measure, ...]]) -> None:
    first = drawn[1][:1]
    row = drawn[0][:1, : ticks(first[0].metre)]
    row[:, 0] = np.where(row[:, 0] == HOLD, REST, row[:, 0])  # a tie from a measure that is not there
    assert is_canonical(row).tolist() == [bool((encode(Tune(decode(row, first), first)) == row).all())]


@given(tunes())
def test_decode_gives_back_the_notes(tune: Tune) -> None:
    assert decode(encode(tune), tune.measures) == tune.notes


@given(rows())
def test_any_rows_are_music_and_encode_to_their_canonical_form(drawn: tuple[np.ndarray, tuple[Measure, ...]]) -> None:
    tokens, measures = drawn
    notes = decode(tokens, measures)
    canonical = encode(Tune(notes, measures))
    assert decode(canonical, measures) == notes
    assert (encode(Tune(decode(canonical, measures), measures)) == canonical).all()
    onsets = (tokens >= 0) & (tokens < HOLD)
    assert (canonical[onsets] == tokens[onsets]).all()
    assert len(notes) == onsets.sum()


@given(metres)
def test_every_metre_has_six_ticks_a_beat_within_the_measure(metre: Metre) -> None:
    units = tick_units(metre.kind)
    assert len(units) == ticks(metre) == TICKS_PER_BEAT * metre.beats
    assert (np.diff(units) > 0).all()
    assert units[-1] < metre.length * 12


def test_two_two_is_counted_as_four_four() -> None:
    assert kinds(measures_of([Metre(2, 2), Metre(4, 4), Metre(12, 8)])).tolist() == [0, 0, 5]


def test_silence_is_rest_all_through() -> None:
    tokens = encode(Tune((), measures_of([Metre(2, 4)] * 2)))
    assert shown(tokens) == "z----------- z-----------"
    assert decode(tokens, measures_of([Metre(2, 4)] * 2)) == ()


def test_a_leading_hold_with_nothing_before_it_is_silence() -> None:
    assert decode(np.full((1, 12), HOLD, dtype=np.int16), measures_of([Metre(2, 4)])) == ()


@pytest.mark.parametrize(
    ("metre", "start", "duration", "place"),
    [
        (Metre(2, 4), Fraction(7, 8), Fraction(1, 8), "measure 1, note of pitch 60: it lasts from beat 1 7/8 to 2"),
        (Metre(2, 4), Fraction(2), Fraction(1, 7), "measure 2, note of pitch 60: it lasts from beat 1 to 1 1/7"),
        (Metre(2, 4), Fraction(3), Fraction(1, 12), "measure 2, note of pitch 60: it lasts from beat 2 to 2 1/12"),
        (Metre(6, 8), Fraction(3, 2), Fraction(1, 8), "measure 1, note of pitch 60: it lasts from beat 2 to 2 1/12"),
    ],
)
def test_a_note_between_ticks_is_named(metre: Metre, start: Fraction, duration: Fraction, place: str) -> None:
    tune = Tune((Note(start, duration, 60),), measures_of([metre] * 2), source="t.mid")
    assert on_grid(tune).tolist() == [False]
    with pytest.raises(OffGridError, match=place) as caught:
        encode(tune)
    assert str(caught.value).startswith("t.mid, ")
