"""Several attributes are turned at once, each measure on its own, by look-ups."""

import numpy as np
import pytest

import armusic
from armusic.editing import candidates, interactive
from armusic.editing.interactive import TuneContext
from armusic.editing.limits import FURTHER
from armusic.editing.look_up import LookUp
from armusic.io.readers import abc
from armusic.music import keys
from armusic.music.score import Tune

REEL = "X:1\nM:4/4\nL:1/8\nK:G\nGABc dedB|c2ec B2dB|c2ec B2dB|z8|\n"
DENSITY, RANGE = 2, 1


@pytest.fixture(scope="module")
def tune(tmp_path_factory: pytest.TempPathFactory) -> Tune:
    path = tmp_path_factory.mktemp("turning") / "reel.abc"
    path.write_text(REEL)
    return abc.read(path)


@pytest.fixture(scope="module")
def context(tune: Tune) -> TuneContext:
    return interactive.context_of(armusic.load().checkpoint, tune)


@pytest.fixture(scope="module")
def look_up(context: TuneContext) -> LookUp:
    return interactive.search(context)


def free(context: TuneContext) -> np.ndarray:
    return np.full(context.present.shape, np.nan)


def test_tunes_of_a_model_share_its_scale(context: TuneContext, tune: Tune) -> None:
    assert interactive.context_of(context.checkpoint, tune, "off").scale is context.scale


def test_what_is_not_asked_stays(context: TuneContext, look_up: LookUp, tune: Tune) -> None:
    for tokens in (
        context.open_loop(free(context)),
        look_up.closed_loop(free(context))[0],
        look_up.closed_loop(context.present)[0],
    ):
        assert (tokens == context.material.tokens).all()
        assert context.tune(tokens).notes == tune.notes


def test_one_attribute_alone_is_reached_as_by_reach(context: TuneContext, look_up: LookUp, tune: Tune) -> None:
    targets = free(context)
    targets[:, DENSITY] = 0.15
    tokens, notes = look_up.closed_loop(targets)
    result = armusic.load().reach(tune, ["density=0.15"], each_measure=True)
    assert (tokens == result.tokens).all()
    assert tuple(notes) == result.notes


def test_the_mean_of_the_tune_is_reached_as_by_reach(context: TuneContext, look_up: LookUp, tune: Tune) -> None:
    targets = free(context)
    targets[:, DENSITY] = 0.2
    tokens, notes = look_up.whole(targets)
    result = armusic.load().reach(tune, ["density=0.2"])
    assert (tokens == result.tokens).all()
    assert tuple(notes) == result.notes


@pytest.mark.parametrize("each", [False, True])
def test_several_attributes_are_reached_as_by_reach(
    context: TuneContext, look_up: LookUp, tune: Tune, *, each: bool
) -> None:
    targets = free(context)
    targets[:, DENSITY], targets[:, RANGE] = 0.25, context.present[:, RANGE]
    tokens, notes = (look_up.closed_loop if each else look_up.whole)(targets)
    for names in (["density=0.25", "range=by+0"], ["range=by+0", "density=0.25"]):
        result = armusic.load().reach(tune, names, each_measure=each)
        assert (tokens == result.tokens).all()
        assert tuple(notes) == result.notes


def test_some_measures_are_reached_as_by_reach(context: TuneContext, look_up: LookUp, tune: Tune) -> None:
    targets = free(context)
    targets[2:3, DENSITY], targets[2:3, RANGE] = 0.25, 0.5
    result = armusic.load().reach(tune, ["density=0.25", "range=0.5"], measures=(3, 3))
    assert (look_up.closed_loop(targets)[0] == result.tokens).all()
    targets[0, DENSITY] = 0.15
    result = armusic.load().reach(tune, ["density=1:0.15 2:free 3:0.25 4:free", "range=1:free 3:0.5 4:free"])
    assert (look_up.closed_loop(targets)[0] == result.tokens).all()
    assert result.targets[1].tolist() == result.original[1].tolist()


def test_measures_may_be_asked_for_different_attributes(context: TuneContext, look_up: LookUp) -> None:
    targets = free(context)
    targets[0, DENSITY], targets[1, [DENSITY, RANGE]] = 0.15, (0.3, 0.35)
    tokens, _ = look_up.closed_loop(targets)
    values = context.values(tokens)
    assert values[0, DENSITY] == pytest.approx(0.15, abs=0.05)
    assert values[1, [DENSITY, RANGE]] == pytest.approx([0.3, 0.35], abs=0.06)
    assert (tokens[2:] == context.material.tokens[2:]).all()


def test_what_is_out_of_reach_is_told(context: TuneContext, look_up: LookUp) -> None:
    targets = free(context)
    targets[0, DENSITY] = 3
    _, notes = look_up.closed_loop(targets)
    advice, note = notes
    assert advice == FURTHER
    assert note.startswith("measure 1: density 3 is out of reach (")


def test_the_open_loop_moves_the_attribute_the_right_way(context: TuneContext) -> None:
    means = []
    for step in (-0.15, -0.05, 0.05, 0.15):
        targets = free(context)
        targets[:3, DENSITY] = context.present[:3, DENSITY] + step
        means.append(context.values(context.open_loop(targets))[:3, DENSITY].mean())
    assert means == sorted(means)
    assert means[0] < means[-1]


def test_dice_keep_the_targets_and_give_equal_measures_equal_answers(context: TuneContext, look_up: LookUp) -> None:
    targets = free(context)
    targets[:3, DENSITY] = 0.2
    rolled = [look_up.closed_loop(targets, seed=seed)[0] for seed in range(6)]
    for tokens in rolled:
        assert context.values(tokens)[:3, DENSITY] == pytest.approx(0.2, abs=0.06)
        assert (tokens[1] == tokens[2]).all()
        assert (tokens[3] == context.material.tokens[3]).all()  # silence
    assert len(np.unique([tokens[:3] for tokens in rolled], axis=0)) > 1
    assert (look_up.closed_loop(targets, seed=0)[0] == rolled[0]).all()


def test_dice_with_nothing_asked_keep_the_attributes(context: TuneContext, look_up: LookUp) -> None:
    tokens = look_up.sample(1)
    search = look_up.search
    std = search.std[search.of[:3]]
    assert (abs(context.values(tokens) - context.present)[:3] / std).max() < 1
    assert (tokens[:3] != context.material.tokens[:3]).any(axis=1).all()


def test_new_notes_are_in_the_key(context: TuneContext, look_up: LookUp, tune: Tune) -> None:
    targets = free(context)
    targets[:3, RANGE] = 0.6
    inside = keys.collection(keys.parse("G:major"))
    assert all(inside[note.pitch % 12] for note in context.tune(look_up.closed_loop(targets)[0]).notes)


def test_a_search_tells_how_far_it_is_and_can_be_ended(context: TuneContext) -> None:
    shares: list[float] = []

    def on_progress(done: int, total: int) -> None:
        shares.append(done / total)

    interactive.search(context, on_progress)
    assert shares == sorted(shares)
    assert (shares[0], shares[-1]) == (0, pytest.approx(1, abs=0.1))

    def stop(done: int, total: int) -> None:
        raise TimeoutError

    with pytest.raises(TimeoutError):
        interactive.search(context, stop)


def test_a_long_tune_is_searched_in_blocks_with_the_same_answers(
    context: TuneContext, look_up: LookUp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(candidates, "UNITS", 1)
    apart = interactive.search(context)
    for name in ("own", "apart", "awkward"):
        np.testing.assert_array_equal(getattr(look_up, name), getattr(apart, name))
    for name in ("of", "tokens", "values"):
        np.testing.assert_array_equal(getattr(look_up.every, name), getattr(apart.every, name))
    np.testing.assert_allclose(look_up.every.strain, apart.every.strain, rtol=1e-5, atol=1e-5)  # of float32
    targets = free(context)
    targets[:3, DENSITY], targets[1:3, RANGE] = 0.15, 0.5
    (tokens, notes), (tokens_apart, notes_apart) = look_up.closed_loop(targets), apart.closed_loop(targets)
    assert (tokens == tokens_apart).all()
    assert sorted(notes) == sorted(notes_apart)


def test_a_single_note_stays_where_range_and_contour_are_asked_together(context: TuneContext) -> None:
    tune = abc.parse_tune("X:1\nM:4/4\nL:1/8\nK:G\nGABc dedB|G8|c2ec B2dB|\n", "note.abc")
    look_up = interactive.search(interactive.context_of(context.checkpoint, tune))
    before = look_up.search.material.tokens[1]
    unit = look_up.search.of[1]

    def others(columns: tuple[int, ...]) -> int:
        every = look_up.pool(columns).candidates
        return int((every.tokens[every.of == unit] != before).any(axis=1).sum())

    assert others((RANGE, look_up.names.index("contour"))) == 0
    assert others((RANGE, DENSITY)) > 0, "where notes may be added, it need not"
