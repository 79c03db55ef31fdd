"""Ask for a value and get it: monotone, exact where possible, the input for its own value, in key, any attribute."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

import armusic
from armusic import config
from armusic.config.manner import DEFAULT, Manner
from armusic.editing import candidates, probes
from armusic.editing import pool as pooling
from armusic.editing.calibration import Calibration, Table
from armusic.editing.decoding import choose, decode
from armusic.editing.material import prepare
from armusic.editing.pool import Pool
from armusic.editing.reach import decode_once, reach
from armusic.errors import DataError, UsageError
from armusic.inference.checkpoint import Checkpoint
from armusic.music import attributes, keys
from armusic.music.pitch_frame import ANCHORED
from armusic.music.score import Metre, Tune
from armusic.music.similarity import pitch_line
from armusic.music.tokenizer import encode, is_onset
from armusic.taste.rules import legato
from armusic.training import checkpoint as trained
from armusic.training.adapters.music import build
from armusic.vae.data import Scale
from tests.notation import JIG, REEL, tune
from tests.strategies import tunes

NAMES = ("rhythm", "range", "density", "contour")
OWN = f"{Path(__file__).parents[2] / 'examples' / 'my_attribute.py'}:offbeat"
EVERY = (*attributes.ATTRIBUTES, OWN)
MUSIC = tune("4/4", REEL)
FREE, FINER = Manner(keep=()), Manner(keep=("cadences", "downbeats"))
INNER = slice(0, -2)  # the last notes of a tune stay, and so do their measures' attributes, nearly


def untrained(frame: str = "anchored") -> Checkpoint:
    torch.manual_seed(0)
    chosen = config.make(latent=6, units=8, frame=frame)
    scale = Scale(np.zeros((6, 4)), np.full((6, 4), 0.1))
    return trained.in_numpy(trained.Checkpoint(build(chosen), chosen, scale))


def build_pool(
    checkpoint: Checkpoint,
    music: Tune,
    names: str | tuple[str, ...],
    *,
    allowed: np.ndarray | None = None,
    measures: tuple[int, int] | None = None,
    manner: Manner = DEFAULT,
) -> Pool:
    return pooling.build(checkpoint, prepare(checkpoint, music, measures), names, allowed=allowed, manner=manner)


@pytest.fixture(scope="module")
def checkpoint() -> Checkpoint:
    return armusic.load().checkpoint


@pytest.fixture(scope="module")
def pools(checkpoint: Checkpoint) -> dict[str, Pool]:
    allowed = keys.allowed(MUSIC, keys.find(MUSIC))
    return {name: build_pool(checkpoint, MUSIC, name, allowed=allowed, manner=FINER) for name in EVERY}


@pytest.mark.parametrize("name", EVERY, ids=attributes.short_name)
def test_the_present_value_gives_the_input_back(pools: dict[str, Pool], name: str) -> None:
    before = pools[name].reach(0.3).original[:, 0]
    result = pools[name].reach(before)
    assert (result.tokens == encode(MUSIC)).all()
    assert result.tune.notes == MUSIC.notes
    assert not result.distance.any()


@pytest.mark.parametrize("name", EVERY, ids=attributes.short_name)
def test_the_answer_rises_with_the_target(pools: dict[str, Pool], name: str) -> None:
    reached = np.array([pools[name].reach(target).values[:, 0] for target in np.linspace(-0.8, 1.2, 21)])
    assert (np.diff(reached, axis=0) >= -1e-9).all()


def test_what_is_asked_is_reached(pools: dict[str, Pool], checkpoint: Checkpoint) -> None:
    result = pools["density"].reach(8 / 24)
    assert np.abs(result.values[INNER, 0] - 8 / 24).mean() < 0.05 * checkpoint.scale.std[0, 2]


@pytest.mark.parametrize("name", [name for name in EVERY if name not in NAMES], ids=attributes.short_name)
def test_an_attribute_without_a_dimension_is_reached_as_well(pools: dict[str, Pool], name: str) -> None:
    pool = pools[name]
    low, high = (pool.step_targets(step)[1].mean() for step in (-9, 9))
    std = pool.search.std[0, pool.search.names.index(name)]
    assert high - low > 2 * std
    for target in np.linspace(low, high, 5)[1:-1]:
        assert np.abs(pool.reach(target).values[INNER, 0] - target).mean() < 0.6 * std, "some attributes come in steps"


def test_what_is_out_of_reach_is_said(pools: dict[str, Pool]) -> None:
    notes = pools["density"].reach(7.0).notes
    assert notes[0].startswith("measure 1: density 7 is out of reach (0.")
    assert notes[0].endswith("reached")


def test_targets_of_a_step(pools: dict[str, Pool], checkpoint: Checkpoint) -> None:
    pool = pools["density"]
    before, std = pool.reach(0.2).original, checkpoint.scale.std[0, 2]
    targets, within = pool.step_targets(1)
    assert np.allclose(targets, before + std)
    assert (targets == within).all()
    targets, within = pool.step_targets(-9)
    assert (within[INNER, 0] <= 1 / 24 + 1e-9).all(), "a note at least"
    assert np.allclose(pool.reach(within[:, 0]).values, within)
    assert (pool.step_targets(0)[0] == before).all()


def test_pitches_stay_in_key(pools: dict[str, Pool]) -> None:
    inside = keys.allowed(MUSIC, keys.find(MUSIC))
    for name in EVERY:
        for target in (-0.3, 0.1, 0.5):
            tokens = pools[name].reach(target).tokens
            row, tick = np.nonzero(is_onset(tokens))
            assert inside[row, tokens[row, tick]].all()


def test_several_at_once_and_a_curve(checkpoint: Checkpoint) -> None:
    music = tune("6/8", JIG)
    rising = np.linspace(0.2, 0.6, 8)
    result = reach(checkpoint, music, {"density": rising, "contour": 0.0}, "off", manner=FREE)
    assert result.names == ("density", "contour")
    assert np.corrcoef(result.values[:, 0], rising)[0, 1] > 0.9
    assert np.abs(result.values[:, 1]).mean() < 0.1
    again = reach(checkpoint, music, {"density": rising, "contour": 0.0}, "off", manner=FREE)
    assert (again.tokens == result.tokens).all()


def test_one_with_a_dimension_and_one_without(checkpoint: Checkpoint) -> None:
    targets = {"density": 8 / 24, "syncopation": 0.2}
    result = reach(checkpoint, MUSIC, targets, "off", each_measure=True, manner=FREE)
    assert np.abs(result.values - result.targets).mean(axis=0) == pytest.approx([0, 0], abs=0.06)
    assert (result.values[:, 1] > result.original[:, 1]).mean() > 0.5


@pytest.mark.parametrize(
    ("targets", "message"),
    [
        ({"density": float("nan")}, "density target nan is not a number"),
        ({"density": [0.1, 0.2]}, "2 values for density, but the tune has 8 measures: give one number"),
        ({"density": 0.1, "note_density": 0.2}, "density is given 2 times: name each attribute once"),
        ({"mood": 0.1}, "unknown attribute 'mood': there is rhythm, .*, mean_interval"),
        ({"syncopatoin": 0.1}, r"unknown attribute 'syncopatoin': did you mean syncopation\?"),
        ({"my_attribute.py": 0.1}, "write one of your own as FILE.py:FUNCTION"),
        ({}, "no attribute is named"),
    ],
)
def test_what_is_refused(checkpoint: Checkpoint, targets: dict[str, object], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        reach(checkpoint, MUSIC, targets, "off")  # type: ignore[arg-type]


@given(st.sampled_from(["rhythm", "contour"]), st.lists(st.floats(-2, 2), min_size=2, max_size=4))
@settings(max_examples=25)
def test_answers_never_fall_behind(pools: dict[str, Pool], name: str, targets: list[float]) -> None:
    reached = np.array([pools[name].reach(target).values[:, 0] for target in sorted(targets)])
    assert (np.diff(reached, axis=0) >= 0).all()


def test_no_candidate_is_much_better_than_the_answer(pools: dict[str, Pool], checkpoint: Checkpoint) -> None:
    for dim, name in enumerate(NAMES):
        pool, std = pools[name], checkpoint.scale.std[0, dim]
        answer = pool.reach(0.2)
        for row, unit in enumerate(pool.search.of):
            values = pool.candidates.values[pool.candidates.of == unit, dim]
            assert abs(answer.values[row, 0] - 0.2) <= abs(values - 0.2).min() + 2 * pooling.RESOLUTION * std


def test_candidates_are_measured_as_they_stand_and_differ(pools: dict[str, Pool]) -> None:
    every = pools["range"].candidates
    assert np.allclose(every.values, attributes.measure(every.tokens, Metre(4, 4), NAMES))
    more = pools["syncopation"].candidates
    assert np.allclose(more.values, attributes.measure(more.tokens, Metre(4, 4), (*NAMES, "syncopation")))
    rows = np.column_stack([every.of, every.tokens])
    assert len(np.unique(rows, axis=0)) == len(rows)
    assert is_onset(every.tokens).any(axis=1).all()


def test_only_the_input_is_at_no_distance(pools: dict[str, Pool]) -> None:
    pool = pools["density"]
    every = pool.candidates
    same = (every.tokens == encode(MUSIC)[pool.search.first[every.of]]).all(axis=1)
    assert (same == (pool.distance == 0)).all()
    assert same.sum() == len(pool.search.first)


@given(tunes())
@settings(max_examples=8)
def test_any_tune_is_given_back_by_any_model(music: Tune) -> None:
    small = untrained()
    for name in ("rhythm", "contour", "interval_entropy"):
        pool = build_pool(small, music, name)
        result = pool.reach(pool.reach(0.0).original[:, 0])
        assert (result.tokens == encode(music)).all()
        assert [(note.start, note.pitch) for note in result.tune.notes] == [(n.start, n.pitch) for n in music.notes]


def test_all_present_values_at_once_give_the_input_back(checkpoint: Checkpoint) -> None:
    present = dict(zip(NAMES, attributes.of_tune(MUSIC, NAMES).T, strict=True))
    assert (reach(checkpoint, MUSIC, present, "off").tokens == encode(MUSIC)).all()


def test_equal_measures_get_equal_answers(checkpoint: Checkpoint) -> None:
    music = tune("4/4", "G2BG DGBG|A2cA EAcA|G2BG DGBG|")
    pool = build_pool(checkpoint, music, "density")
    tokens = pool.reach(0.2).tokens
    assert len(pool.search.first) == 2
    assert (tokens[0] == tokens[2]).all()
    alone = build_pool(checkpoint, music, "density", measures=(1, 1)).reach(0.2).tokens
    assert (alone[1:] == encode(music)[1:]).all()


def test_equal_measures_may_have_different_targets(checkpoint: Checkpoint) -> None:
    result = build_pool(checkpoint, tune("4/4", "G2BG DGBG|G2BG DGBG|"), "density").reach([0.125, 0.5])
    assert result.values[0, 0] < result.values[1, 0]


def test_silence_and_padding_stay(checkpoint: Checkpoint) -> None:
    music = tune("4/4", "D2|GABc dedB|z8|G4 A4|G6:|")
    assert music.padding[0]
    result = build_pool(checkpoint, music, "density").reach(0.6)
    assert not is_onset(result.tokens[2]).any()
    assert min(note.start for note in result.tune.notes) >= music.padding[0]
    silent = replace(music, notes=())
    assert build_pool(checkpoint, silent, "density").reach(0.5).tune.notes == ()
    pool = build_pool(checkpoint, silent, ("density", "range"))
    assert len(pool.candidates.of) == 0


def test_a_measure_out_of_the_frame_is_left_and_named(checkpoint: Checkpoint) -> None:
    music = tune("4/4", "C,,4 c''4|GABc dedB|")
    result = build_pool(checkpoint, music, "density").reach(0.5)
    assert result.notes[0].startswith("measure 1 is left as it is")
    assert (result.tokens[0] == encode(music)[0]).all()


def test_measures_of_several_metres(checkpoint: Checkpoint) -> None:
    music = tune("4/4", "GABc dedB|[M:6/8]GAB dBG|[M:4/4]G4 A4|")
    result = build_pool(checkpoint, music, "density").reach(0.25)
    assert np.allclose(result.values[:, 0], 0.25, atol=0.09)
    assert (result.tokens == encode(result.tune)).all(axis=1)[1]


def test_one_decode(checkpoint: Checkpoint) -> None:
    music = tune("4/4", REEL)
    line = Table(np.linspace(-0.5, 1.5, 9), np.linspace(-4, 4, 9), np.linspace(0, 1, 101))
    scale = Calibration(dict.fromkeys(NAMES, (line,) * 6))
    material, part_material = prepare(checkpoint, music), prepare(checkpoint, music, (2, 3))
    few, many = (np.full((len(music.measures), 1), value) for value in (0.1, 0.9))
    low, high = (decode_once(checkpoint, material, ("density",), table, scale) for table in (few, many))
    assert low.values.mean() < high.values.mean()
    part = decode_once(checkpoint, part_material, ("density",), many, scale)
    assert (part.tokens[3:] == encode(music)[3:]).all()
    assert (part.tokens[1] == high.tokens[1]).all()
    with pytest.raises(
        UsageError, match="'syncopation' has no dimension in this model, so one decode cannot change it"
    ):
        reach(checkpoint, music, {"syncopation": 0.1}, closed=False)


def test_other_attributes_than_the_pools_are_refused(pools: dict[str, Pool]) -> None:
    with pytest.raises(UsageError, match="unknown attribute 'range'"):
        pools["density"].reach({"range": 0.1})
    assert pools[OWN].names == (OWN,)


BAD = """
import numpy as np
from armusic.music.tokenizer import is_onset

def mean_pitch(tokens, metre):
    onset = is_onset(tokens)
    return np.where(onset, tokens, 0).sum(axis=1) / np.maximum(onset.sum(axis=1), 1)

def flat(tokens, metre):
    return np.full(len(tokens), 0.5)

def compound(tokens, metre):
    return is_onset(tokens).mean(axis=1) * metre.compound
"""


def test_what_there_is_nothing_to_turn_of(checkpoint: Checkpoint, tmp_path: Path) -> None:
    path = tmp_path / "bad.py"
    path.write_text(BAD)
    with pytest.raises(DataError, match="mean_pitch' changes with transposition, which an anchored model cannot see"):
        build_pool(checkpoint, MUSIC, f"{path}:mean_pitch")
    with pytest.raises(DataError, match="flat' is 0.5 for every measure that the model makes in 4/4: there is nothing"):
        build_pool(checkpoint, MUSIC, f"{path}:flat")
    with pytest.raises(DataError, match="compound' is 0 for every measure that the model makes in 4/4"):
        build_pool(checkpoint, MUSIC, f"{path}:compound")
    assert build_pool(checkpoint, tune("6/8", JIG), f"{path}:compound").reach(0.3).values.max() > 0.2


def test_an_absolute_model_moves_the_mean_pitch(tmp_path: Path) -> None:
    path = tmp_path / "pitch.py"
    path.write_text(BAD)
    pool = build_pool(untrained("absolute"), MUSIC, f"{path}:mean_pitch")
    low, high = (pool.reach(target).values.mean() for target in (60, 80))
    assert low + 1 < pool.reach(70).original.mean() < high - 1


def test_where_an_attribute_grows(pools: dict[str, Pool]) -> None:
    pool, rng = pools["syncopation"], np.random.default_rng(0)
    units = np.arange(len(pool.search.first))
    scattered = pool.search.z + rng.normal(size=(99, *pool.search.z.shape))
    every = candidates.join([candidates.attempt(pool.search, units, scattered)])
    way = rng.normal(size=every.z.shape[1])
    linear = replace(every, values=np.tile((every.z @ way)[:, None], (1, every.values.shape[1])))
    direction = probes.directions(pool.search, linear, ("syncopation", "density"))
    assert (direction[:, 0] @ way / np.linalg.norm(way) > 0.9).all()
    assert (direction[:, 1] == np.eye(len(way))[2]).all(), "a dimension of its own"
    alike = replace(every, values=np.zeros_like(every.values))
    assert not probes.directions(pool.search, alike, ("syncopation",)).any()


def test_a_strong_pull_gives_the_input_back() -> None:
    small, rng = untrained(), np.random.default_rng(0)
    material = prepare(small, MUSIC)
    allowed = keys.allowed(MUSIC, keys.find(MUSIC))
    rows = np.arange(8)
    z = rng.normal(size=(3, 8, 6)).astype(np.float32)
    free, pulled = decode(small, material, rows, z, allowed, (0.0, 1e4))
    assert (pulled == encode(MUSIC)).all()
    assert not (free == encode(MUSIC)).all()


def test_what_candidates_and_the_input_make_together(pools: dict[str, Pool]) -> None:
    pool = pools["rhythm"]
    few = pool.candidates.take(np.arange(5))
    combined = candidates.recombine(pool.search, few)
    before = encode(MUSIC)[pool.search.first[combined.of]]
    assert len(combined.of) <= (9 + 4) * len(few.of)
    onset, onset_before = is_onset(combined.tokens), is_onset(before)
    for new in few.tokens:
        own = encode(MUSIC)[pool.search.first[few.of[0]]]
        bent = np.where(is_onset(own), pitch_line(new[None])[0], own)  # its line in the input's rhythm
        struck = np.where(is_onset(new), pitch_line(own[None])[0], new)  # the input's line in its rhythm
        for expected in (bent, struck):
            expected = legato(expected[None], own[None])[0]
            assert (combined.tokens == expected).all(axis=1).any()
    on_beat = np.arange(before.shape[1]) % 6 == 0
    assert ((combined.tokens == before) | ~onset_before | ~on_beat).all(axis=1).any(), "the beats are the input's"
    assert onset.any(axis=1).all()


@given(st.integers(0, 2**32 - 1))
def test_a_pitch_that_is_not_allowed_does_not_occur(seed: int) -> None:
    rng = np.random.default_rng(seed)
    logits = rng.normal(size=(2, 3, 12, ANCHORED.classes)).astype(np.float32)
    logits[..., ANCHORED.hold :] -= 5
    allowed = rng.random((3, ANCHORED.hold)) < 0.3
    allowed[:, 0] = True
    silent = np.zeros((3, 12), dtype=bool)
    chosen = choose(logits, ANCHORED, held=np.zeros(3, dtype=bool), silent=silent, allowed=allowed)
    _, row, _ = np.nonzero(chosen < ANCHORED.hold)
    assert allowed[row, chosen[chosen < ANCHORED.hold]].all()
    assert (chosen < ANCHORED.hold).any(axis=2).all()
