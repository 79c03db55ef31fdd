"""What no musician writes: each rule with a measure that breaks it, and one that does not."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from armusic.music.score import METRES, Metre, Tune
from armusic.music.tokenizer import HOLD, REST, encode, is_canonical, is_onset, kinds, sounding
from armusic.taste import rules
from armusic.taste.rules import Habits
from tests.notation import tune
from tests.strategies import tunes

FOUR = METRES.index(Metre(4, 4))
SIX = METRES.index(Metre(6, 8))
SILENCE = np.array([[REST] + [HOLD] * 23])
EIGHTHS = Habits(low=60, high=72, triple=False, duple=True, sixteenths=False, mixes=False)


def measure(music: str, metre: str = "4/4") -> np.ndarray:
    """Return the tokens of a measure that is written in eighths."""
    return encode(tune(metre, music)).astype(np.int64)[:1]


def kind(of: int = FOUR, count: int = 1) -> np.ndarray:
    return np.full(count, of)


def test_silence_where_the_input_sounds() -> None:
    own = measure("G4 B4|")
    assert rules.silences(measure("G2 z2 B4|"), own).all()
    assert not rules.silences(measure("G2 A2 B4|"), own).any()
    assert not rules.silences(measure("G2 z2 B4|"), measure("c2 z2 d4|")).any(), "the input does it"
    assert rules.silences(measure("z2 G2 B4|"), own).all()


def test_a_lost_downbeat() -> None:
    own = measure("G2 A2 B4|")
    tied = own.copy()
    tied[0, 0] = HOLD
    assert rules.lost_downbeats(tied, own, kind()).all()
    assert not rules.lost_downbeats(own, tied, kind()).any(), "another note on it is none"
    assert not rules.lost_downbeats(measure("G4 B4|"), own, kind()).any(), "nor a note less elsewhere"


def test_in_six_eighths_notes_after_a_lost_beat() -> None:
    own = measure("GAB cBA|", "6/8")
    assert rules.lost_downbeats(measure("GAB- BcA|", "6/8"), own, kind(SIX)).all()
    assert not rules.lost_downbeats(measure("GAB- B3|", "6/8"), own, kind(SIX)).any(), "the beat is gone as a whole"
    assert not rules.lost_downbeats(measure("GAB- BcA|", "6/8"), measure("GAB- BAG|", "6/8"), kind(SIX)).any()


@pytest.mark.parametrize(
    ("music", "tune_does", "broken"),
    [
        ("G2 A2 B2 c2|", EIGHTHS, False),
        ("GA Bc d2 e2|", EIGHTHS, False),
        ("(3GAB c2 d2 e2|", EIGHTHS, True),  # no triplets in the tune
        ("(3GAB cd e2 f2|", Habits(60, 72, True, True, False, False), True),  # both, never in one measure
        ("(3GAB cd e2 f2|", Habits(60, 72, True, True, False, True), False),
        ("(3GAB c2 d2 e2|", Habits(60, 72, True, True, False, False), False),
        ("GA Bc d2 e2|", Habits(60, 72, True, False, False, False), True),  # straight in a tune that swings
    ],
)
def test_divisions_that_the_tune_does_not_have(music: str, tune_does: Habits, broken: bool) -> None:
    answer = rules.foreign_divisions(measure(music), measure("G8|"), kind(), tune_does)
    assert answer.tolist() == [broken]


def test_one_beat_is_never_divided_in_two_ways() -> None:
    both = measure("G2 A2 B2 c2|")
    both[0, 2], both[0, 3] = 69, 71
    mixing = Habits(60, 72, True, True, True, True)
    assert rules.foreign_divisions(both, measure("G8|"), kind(), mixing).all()
    assert not rules.foreign_divisions(both, both, kind(), mixing).any(), "unless the input does it there"


def test_sixteenths_are_counted_by_beats_where_the_tune_has_none() -> None:
    row = measure("G/A/B/c/ d/c/B/A/ G4|")
    assert rules.new_sixteenths(row, kind(), EIGHTHS).tolist() == [2]
    assert rules.new_sixteenths(row, kind(), Habits(60, 72, False, True, True, False)).tolist() == [0]
    assert rules.new_sixteenths(measure("GABc d2 e2|"), kind(), EIGHTHS).tolist() == [0]


def test_a_leap_beyond_an_octave() -> None:
    own = measure("G2 A2 B4|")
    assert rules.leaps(measure("G4 a4|"), own).all()
    assert not rules.leaps(measure("G4 g4|"), own).any()
    assert not rules.leaps(measure("G4 a4|"), measure("A4 b4|")).any()


def test_a_stutter() -> None:
    own = measure("G2 A2 B4|")
    assert rules.stutters(measure("G2 G2 G4|"), own).all()
    assert not rules.stutters(measure("G2 G2 A2 A2|"), own).any()
    assert not rules.stutters(measure("G2 G2 G4|"), measure("A2 A2 A4|")).any()


def test_a_third_beyond_the_compass_is_within_and_no_more() -> None:
    row = np.array([[60, HOLD, 76, HOLD], [56, HOLD, 60, HOLD], [77, HOLD, 60, HOLD], [55, REST, HOLD, HOLD]])
    assert rules.out_of_compass(row, EIGHTHS).tolist() == [False, False, True, True]


def test_other_last_notes() -> None:
    own = measure("GABc d4|")
    assert rules.lost_ends(measure("GABc e4|"), own, kind()).all()
    assert rules.lost_ends(measure("GABc d2 e2|"), own, kind()).all()
    assert not rules.lost_ends(measure("GFED d4|"), own, kind()).any()


@pytest.mark.parametrize(
    ("music", "metre", "at"),
    [
        ("GABc d4|", "4/4", 12),
        ("G2 A2 B2 c2|", "4/4", 18),
        ("G4 ABcd|", "4/4", 0),  # a long note, and an upbeat no longer than it
        ("G3A Bcde|", "4/4", 21),  # an upbeat that is longer
        ("GABc d2 Bc|", "4/4", 12),
        ("GABc dcBA|", "4/4", 21),  # none lasts a quarter: the last one
        ("G6 z2|", "4/4", 0),
        ("GAB A3|", "6/8", 6),
        ("GAB A2G|", "6/8", 6),
    ],
)
def test_where_the_note_begins_with_which_a_measure_closes(music: str, metre: str, at: int) -> None:
    row = measure(music, metre)
    assert rules.closing(row, kind(METRES.index(Metre(*map(int, metre.split("/")))))).tolist() == [at]


def test_a_measure_without_notes_closes_at_its_end() -> None:
    assert rules.closing(SILENCE, kind()).tolist() == [24]


def test_the_closing_of_a_short_metre_among_longer_ones() -> None:
    music = tune("4/4", "GABc d4|[M:2/4]A2 G2|[M:6/8]z6|")
    tokens, kind = encode(music).astype(np.int64), kinds(music.measures)
    assert rules.closing(tokens, kind).tolist()[:2] == [12, 6]
    assert rules.closing(tokens, kind)[2] == tokens.shape[1]


LONG, SHORT = "G2A2 B4|", "GABc dcBA|"


@pytest.mark.parametrize(
    ("music", "ends"),
    [
        (SHORT * 3 + LONG + SHORT * 5 + LONG, [3, 7, 9]),
        (SHORT * 10, [7, 9]),  # a fourth measure that runs on is none
        ("z6 D2|" + SHORT * 3 + LONG + SHORT * 5 + LONG, [4, 8, 10]),  # the pickup does not count
        (SHORT * 7 + "GABc d4-|d4 z4|" + SHORT * 2, [7, 10]),
        (SHORT * 6 + "GABc d4-|d8|" + SHORT * 2, [6, 7, 9]),  # the note of the eighth began in the seventh
        (SHORT * 2 + LONG + "z8|", [2, 3]),  # behind the last note there is silence
    ],
)
def test_measures_that_end_a_phrase(music: str, ends: list[int]) -> None:
    written = tune("4/4", music)
    answer = rules.phrase_ends(encode(written).astype(np.int64), kinds(written.measures))
    assert np.flatnonzero(answer).tolist() == ends


def test_silence_has_no_phrases() -> None:
    assert not rules.phrase_ends(np.repeat(SILENCE, 9, axis=0), kind(count=9)).any()


def test_habits_of_a_tune() -> None:
    music = tune("4/4", "GABc d4|(3GAB c2 d2 g2|")
    tokens = encode(music).astype(np.int64)
    assert rules.habits(tokens, kinds(music.measures)) == Habits(
        67, 79, True, True, False, mixes=False, patterns=frozenset({0, 1, 9, 21})
    )
    assert rules.habits(SILENCE, kind()) == Habits(0, 127, False, False, False, mixes=False, patterns=frozenset({0}))
    assert not rules.habits(measure("GAB cBA|", "6/8"), kind(SIX)).duple, "compound beats are not divided in this sense"


@given(tunes())
def test_a_tune_breaks_no_rule_beside_itself(music: Tune) -> None:
    tokens, kind = encode(music).astype(np.int64), kinds(music.measures)
    habits = rules.habits(tokens, kind)
    broken = rules.silences(tokens, tokens) | rules.leaps(tokens, tokens) | rules.stutters(tokens, tokens)
    broken |= rules.lost_downbeats(tokens, tokens, kind) | rules.lost_ends(tokens, tokens, kind)
    broken |= rules.out_of_compass(tokens, habits) | rules.foreign_divisions(tokens, tokens, kind, habits)
    assert not broken.any()
    assert not rules.new_sixteenths(tokens, kind, habits).any()


@given(tunes())
def test_legato_leaves_every_measure_as_it_is_beside_itself(music: Tune) -> None:
    tokens = encode(music)
    assert is_canonical(tokens).all()
    assert (rules.legato(tokens, tokens) == tokens).all()


tokens = st.one_of(st.just(HOLD), st.just(HOLD), st.just(REST), st.integers(60, 72))
rows = st.lists(tokens, min_size=12, max_size=12)


@given(rows, rows)
def test_legato_keeps_the_notes_and_adds_no_silence(row: list[int], other: list[int]) -> None:
    new, before = np.array([row]), np.array([other])
    mended = rules.legato(new, before)
    assert (is_onset(mended) == is_onset(new)).all()
    assert (mended[is_onset(mended)] == new[is_onset(new)]).all()
    assert is_canonical(mended).all()
    behind = np.logical_or.accumulate(is_onset(new) | ((np.arange(12) == 0) & (new == HOLD)), axis=1)
    silent, quiet = sounding(mended) == REST, sounding(before) == REST
    begins = silent & (mended == REST)
    assert (quiet | ~begins | ~behind).all(), "silence begins only where the input has some"
    assert (rules.legato(mended, before) == mended).all()


def test_a_snap_where_the_tune_is_even_is_counted_and_one_that_it_has_is_not() -> None:
    even = encode(tune("4/4", "GABc dedB|")).astype(np.int64)
    snap = encode(tune("4/4", "G/A3/B2 d>ed2|")).astype(np.int64)
    assert rules.snaps(even, kind(), rules.habits(even, kind())).tolist() == [0]
    assert rules.snaps(snap, kind(), rules.habits(even, kind())).tolist() == [2]
    assert rules.snaps(snap, kind(), rules.habits(snap, kind())).tolist() == [0]


def test_a_measure_is_bare_with_fewer_than_two_fifths_of_its_notes() -> None:
    full, few, single = (encode(tune("4/4", music)).astype(np.int64) for music in ("GABc dedB|", "G2A2 B4|", "G8|"))
    assert rules.bare(full, full).tolist() == [0]
    assert rules.bare(few, full) == pytest.approx([1 - 3 / 3.2])
    assert rules.bare(single, full) == pytest.approx([1 - 1 / 3.2])
    assert rules.bare(single, single).tolist() == [0]


def test_the_first_note_of_a_tune_is_lost_with_its_pitch_and_with_its_start() -> None:
    own = encode(tune("4/4", "z2 AB cdef|")).astype(np.int64)
    others = encode(tune("4/4", "z2 AB c4|z2 GB cdef|z A2 B cdef|")).astype(np.int64)
    assert rules.lost_openings(others, np.repeat(own, 3, axis=0)).tolist() == [False, True, True]
