"""What the model of tunes sees: classes from the tonic, places in phrases, the measures around, and the past."""

from dataclasses import fields

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from armusic.music import keys
from armusic.music.score import METRES, Metre, Tune
from armusic.music.tokenizer import HOLD, MAX_TICKS, PAD, REST, encode, kinds
from armusic.taste import context, drawing
from armusic.taste.context import AROUND, CLASSES, HELD, HIDDEN, HIGH, LOW, NONE, PITCHES, SILENT, Past, Setting
from tests.notation import REEL, tune
from tests.strategies import tunes
from tests.taste.conftest import read

TONIC = 60


@given(st.lists(st.sampled_from([HOLD, REST, PAD, *range(TONIC + LOW, TONIC + HIGH + 1)]), min_size=1, max_size=24))
def test_tokens_become_classes_and_back(row: list[int]) -> None:
    tokens = np.array([row])
    classes = context.to_classes(tokens, TONIC)
    assert (classes <= NONE).all()
    assert (context.to_tokens(classes, TONIC) == tokens).all()


def test_classes_count_from_the_tonic_and_further_pitches_count_as_the_last() -> None:
    row = np.array([[60, 64, 60 + LOW, 60 + HIGH, 127, 0, HOLD, REST, PAD]])
    assert context.to_classes(row, 60).tolist() == [[-LOW, 4 - LOW, 0, PITCHES - 1, PITCHES - 1, 0, HELD, SILENT, NONE]]


@pytest.mark.parametrize("semitones", [-7, -2, 3, 11])
def test_in_another_key_a_tune_is_the_same(reel: Setting, semitones: int) -> None:
    tokens = encode(tune("4/4", REEL)).astype(np.int64)
    moved = context.setting(np.where(tokens < HOLD, tokens + semitones, tokens), reel.kind)
    assert moved.tonic == reel.tonic + semitones
    assert (moved.classes == reel.classes).all()


@given(tunes())
def test_the_tonic_lies_less_than_an_octave_below_the_mean_of_the_notes(music: Tune) -> None:
    tokens, kind = encode(music).astype(np.int64), kinds(music.measures)
    tonic, pitches = context.tonic_of(tokens, kind), tokens[tokens < HOLD]
    if len(pitches):
        assert tonic <= pitches.mean() + 1e-9 < tonic + 12
        assert tonic % 12 == keys.tonic_class(context.key_of(tokens, kind))
    else:
        assert tonic == 60


def test_places_in_a_phrase_of_eight_begin_after_a_pickup_and_end_at_the_last_measure() -> None:
    bar = "G2B2 d2B2|"
    assert read("4/4", bar * 10).place.tolist() == [0, 1, 2, 3, 4, 5, 6, 7, 0, 8]
    assert read("4/4", "z6 D2|" + bar * 9).place.tolist() == [7, 0, 1, 2, 3, 4, 5, 6, 7, 8]
    assert read("4/4", "z8|" + bar * 2).place.tolist() == [0, 1, 8], "silence is no pickup"


def test_copies_of_a_measure_are_hidden_from_it_and_others_are_seen() -> None:
    music = read("4/4", "G2B2 d2B2|c2e2 g2e2|G2B2 d2B2|")
    around = dict(zip(AROUND, music.around[0].tolist(), strict=True))
    assert (around[-1], around[1], around[2], around[4]) == (-1, 1, -2, -1)
    seen = context.seen(music, music.around[:1])[0]
    assert (seen[AROUND.index(1)] == music.classes[1]).all()
    assert (seen[AROUND.index(2)] == HIDDEN).all()
    assert (seen[AROUND.index(-1)] == NONE).all()


def test_shares_leave_out_the_measure_itself_and_its_copies() -> None:
    music = read("4/4", "C8|C8|E4 G4|G8|")
    levels = context.shares(music)
    c, e, g = (np.array([60, 64, 67]) - music.tonic) % 12
    assert levels[0].tolist() == levels[1].tolist()
    assert levels[0, [c, e, g]].tolist() == [0, 3, 3], "no C elsewhere"
    assert levels[2, [c, e, g]].tolist() == [3, 0, 3]
    assert levels[3, [c, e, g]].tolist() == [3, 3, 3]
    assert not np.delete(levels, [c, e, g], axis=1).any()


def test_what_is_written_in_a_measure_does_not_change_what_its_place_shows() -> None:
    first, other = read("4/4", "G2B2 d2B2|c2e2 g2e2|B2d2 g2d2|"), read("4/4", "G2B2 d2B2|A4 F4|B2d2 g2d2|")
    assert first.tonic == other.tonic
    rows = [
        context.place_rows(music, np.array([1]), music.around[[1]], context.shares(music)[[1]])
        for music in (first, other)
    ]
    assert (rows[0] == rows[1]).all()


def test_rows_lie_in_their_tables_and_no_two_features_share_any(reel: Setting, jig: Setting) -> None:
    for music in (reel, jig):
        every = np.arange(len(music.classes))
        place = context.place_rows(music, every, music.around, context.shares(music))
        seen = context.seen(music, music.around)
        past = context.past(context.before(music, every), music.classes, seen).rows
        for rows, size in ((place, context.PLACE_ROWS), (past, context.PAST_ROWS)):
            assert rows.min() >= 0
            assert rows.max() < size
            assert (np.diff(np.sort(rows, axis=2), axis=2) > 0).all()


def test_the_measure_before_ends_at_the_last_tick() -> None:
    music = read("4/4", "G2B2 d2B2|[M:2/4]c2e2|[M:4/4]G8|")
    before = context.before(music, np.arange(3))
    assert (before[0] == NONE).all()
    assert (before[1] == music.classes[0]).all()
    assert before[2].tolist() == [NONE] * 12 + music.classes[1, :12].tolist()


classes = st.integers(0, CLASSES - 1)


@st.composite
def written(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A measure with the measure before it, and the measures around it: some like it, some hidden."""
    width = draw(st.sampled_from([6, 12, MAX_TICKS]))
    row = np.array(draw(st.lists(classes, min_size=width, max_size=width)))
    missing = draw(st.sampled_from([0, 6, 12, MAX_TICKS]))
    ticks = MAX_TICKS - missing
    history = np.array([NONE] * missing + draw(st.lists(classes, min_size=ticks, max_size=ticks)))
    seen = np.full((len(AROUND), width), HIDDEN)
    seen[0] = NONE
    for place in (1, 2, 3):
        until = draw(st.integers(0, width))
        seen[place] = np.where(np.arange(width) < until, row, draw(classes))
    return row[None], history[None], seen[None]


@given(written())
def test_the_past_of_a_written_measure_is_what_drawing_builds_tick_by_tick(
    written: tuple[np.ndarray, np.ndarray, np.ndarray],
) -> None:
    row, history, seen = written
    whole = context.past(history, row, seen)
    past = drawing._start(history)
    same = struck = np.ones((1, len(AROUND)), dtype=bool)
    for tick in range(row.shape[1]):
        for field in fields(Past):
            assert (getattr(past, field.name) == getattr(whole, field.name)[:, tick]).all(), (field.name, tick)
        chosen = row[:, tick]
        same = same & (seen[:, :, tick] == chosen[:, None])
        notes = (seen[:, :, tick] < PITCHES) == (chosen < PITCHES)[:, None]
        struck = struck & notes & (seen[:, :, tick] != HIDDEN)
        past = drawing._next(past, chosen, same, struck)


def test_the_past_of_a_known_measure() -> None:
    history = np.full((1, MAX_TICKS), NONE)
    history[0, -2:] = SILENT, HELD
    row = np.array([[20, HELD, 22, SILENT, HELD, 20]])
    seen = np.full((1, len(AROUND), 6), HIDDEN)
    seen[0, 0] = 20, HELD, 23, SILENT, HELD, 20
    past = context.past(history, row, seen)
    assert past.recent[0, 0, :3].tolist() == [HELD, SILENT, NONE]
    assert past.recent[0, 3, :3].tolist() == [22, HELD, 20]
    assert past.pitch[0, 4].tolist() == [22, 20, NONE, NONE]
    assert past.ago[0, 4].tolist() == [2, 4, 0, 0]
    assert past.rested[0].tolist() == [1, 0, 0, 0, 1, 1]
    assert past.repeated[0, :, 0].tolist() == [3, 3, 3, 1, 1, 1], "another pitch, but at the same tick"
    assert past.repeated[0, :, 1].tolist() == [3, 0, 0, 0, 0, 0], "nothing is known of what is hidden"


def test_silence_is_in_c() -> None:
    rests = np.full((2, 12), HOLD)
    rests[:, 0] = REST
    music = context.setting(rests, np.full(2, METRES.index(Metre(2, 4))))
    assert music.tonic == 60
    assert not context.shares(music).any()
