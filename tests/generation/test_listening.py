"""New tunes in context: what is heard of them, how they close, and what no musician writes."""

from dataclasses import replace

import numpy as np
import pytest

from armusic import api
from armusic.generation import generate, listening
from armusic.generation import plan as plans
from armusic.generation.plan import Plan
from armusic.music import keys
from armusic.music.score import METRES, Metre
from armusic.music.tokenizer import HOLD, MAX_TICKS, PAD, REST, encode, is_onset
from armusic.taste import surprise, tune_model
from armusic.taste.context import HIDDEN, NONE

MEASURES = 8


@pytest.fixture(scope="module")
def model() -> api.Model:
    return api.load()


@pytest.fixture(scope="module")
def plan(model: api.Model, tmp_path_factory: pytest.TempPathFactory) -> Plan:
    tables = generate.find(model.checkpoint, tmp_path_factory.mktemp("tables"))
    chosen = plans.fresh(
        model.checkpoint, tables, MEASURES, Metre(4, 4), keys.parse("D"), [], 2, np.random.default_rng(0)
    )
    source = np.tile(np.arange(MEASURES), (2, 1))
    source[0, 2] = 0
    return replace(chosen, source=source)


def row(*notes: int, length: int = 24) -> np.ndarray:
    """Return a measure of notes of equal length."""
    result = np.full(length, HOLD, dtype=np.int16)
    result[:: length // len(notes)] = notes
    return result


def written(count: int) -> np.ndarray:
    """Return two tunes of which so many measures are written."""
    tokens = np.full((2, MEASURES, MAX_TICKS), PAD, dtype=np.int16)
    tokens[:, :count] = row(62, 64, 66, 69, length=MAX_TICKS)
    return tokens


def test_what_is_written_is_seen_and_what_follows_is_hidden(plan: Plan) -> None:
    where = listening.place(plan, written(1), np.array([0, 1]), 1)
    assert where.widths.tolist() == [24, 24]
    assert (where.history[:, -1] != NONE).all()
    around = list(listening.AROUND)
    assert (where.seen[:, around.index(-1), 0] == where.tune.classes[[0, MEASURES], 0]).all()
    assert (where.seen[:, around.index(-2), :24] == NONE).all()
    ahead = where.seen[:, around.index(1), 0]
    assert ahead[0] == where.tune.classes[0, 0]  # the first tune's third measure is its first again
    assert ahead[1] == HIDDEN


def test_nothing_is_before_the_first_measure(plan: Plan) -> None:
    where = listening.place(plan, written(0), np.array([0, 1]), 0)
    assert (where.history == NONE).all()
    nats = surprise.surprise(tune_model.shipped(), where, np.array([0, 1]), np.stack([row(62, 66), row(63, 68)]))
    assert nats[0] < nats[1]  # two notes of the key before two outside it


def test_a_measure_that_comes_again_is_less_surprising(plan: Plan) -> None:
    """After the same four measures twice over, the fourth is expected rather than another."""
    tokens = written(0)
    lines = [row(62, 66, 69, 66), row(64, 67, 71, 67), row(62, 66, 69, 74), row(73, 69, 64, 69)]
    for number in range(7):
        tokens[:, number, :24] = lines[number % 4]
    where = listening.place(plan, tokens, np.array([1]), 7)
    nats = surprise.surprise(tune_model.shipped(), where, np.array([0, 0]), np.stack([lines[3], row(71, 64, 67, 62)]))
    assert nats[0] < nats[1]


def test_faults(plan: Plan) -> None:
    rows = np.stack(
        [
            row(62, 64, 66, 69),
            row(62, 76, 66, 69),  # a leap over an octave
            row(62, 62, 62, 66),  # one pitch four times, with the note before
            np.where(np.arange(24) == 12, REST, row(62, 64, 66, 69)),  # silence
            row(57, 62, 64, 66),  # too far from the highest note so far
            row(62, 69, 71, 69),  # goes on after a leap
        ]
    )
    before, compass = np.array([[-1, -1, 64, 62]]), np.array([[60, 77]])
    cost = listening.faults(plan, rows, 1, before, compass, np.zeros(len(rows), dtype=int))
    assert cost.tolist() == [0, *[listening.FAULT] * 4, listening.ONWARD]


def test_the_compass_is_an_octave_and_a_fifth(model: api.Model) -> None:
    for _, music in model.generate(16, "6/8", "A:dorian", count=6, seed=3).tunes:
        pitches = [note.pitch for note in music.notes]
        assert max(pitches) - min(pitches) <= listening.COMPASS
        assert np.abs(np.diff(pitches)).max() <= 12


def test_measures_close_on_a_long_note(plan: Plan) -> None:
    rows = np.stack([row(62, 64, 66, 69), row(67, 73)])
    both = listening.closed(plan, rows, 7, (0,))
    assert both.shape == (4, 24)
    assert listening.closes(both, 0).all()
    assert both[:, 12:][is_onset(both[:, 12:])].tolist() == [62, 74]
    assert not listening.closes(rows[:1], 0).any()


@pytest.mark.parametrize("metre", ["4/4", "2/4", "3/4", "6/8", "9/8"])
def test_tunes_and_phrases_end_on_long_notes(model: api.Model, metre: str) -> None:
    kind = METRES.index(Metre.parse(metre))
    ends, phrases = [], []
    for _, music in model.generate(16, metre, "G", count=6, seed=1).tunes:
        tokens = encode(music)
        ends.append(listening.closes(tokens[-1:], kind)[0] and music.notes[-1].pitch % 12 == 7)
        phrases.append(listening.closes(tokens[7:8], kind)[0])
    assert all(ends)
    assert np.mean(phrases) >= 0.8


def test_new_tunes_have_no_holes_and_no_stutters(model: api.Model) -> None:
    for _, music in model.generate(16, "4/4", "D", count=6, seed=2).tunes:
        tokens = encode(music)
        assert not (tokens == REST).any()
        pitches = [note.pitch for note in music.notes]
        assert max(len(run) for run in np.split(pitches, np.flatnonzero(np.diff(pitches)) + 1)) <= 2 * listening.RUN


def test_the_compass_so_far() -> None:
    tokens = np.array([[[60, HOLD, 67, REST]], [[HOLD, HOLD, REST, HOLD]]])
    assert listening.compass_of(tokens).tolist() == [[60, 67], [HOLD, -1]]
