"""Several attributes are turned at once, each measure on its own, by look-ups."""

import numpy as np
import pytest

import armusic
from armusic.editing import interactive
from armusic.editing.interactive import LookUp, TuneContext
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
def ground(tune: Tune) -> TuneContext:
    return interactive.context_of(armusic.load().checkpoint, tune)


@pytest.fixture(scope="module")
def turner(ground: TuneContext) -> LookUp:
    return interactive.search(ground)


def free(ground: TuneContext) -> np.ndarray:
    return np.full(ground.present.shape, np.nan)


def test_tunes_of_a_model_share_its_scale(ground: TuneContext, tune: Tune) -> None:
    assert interactive.context_of(ground.checkpoint, tune, "off").scale is ground.scale


def test_what_is_not_asked_stays(ground: TuneContext, turner: LookUp, tune: Tune) -> None:
    for tokens in (
        ground.open_loop(free(ground)),
        turner.closed_loop(free(ground))[0],
        turner.closed_loop(ground.present)[0],
    ):
        assert (tokens == ground.material.tokens).all()
        assert ground.tune(tokens).notes == tune.notes


def test_one_attribute_alone_is_reached_as_by_reach(ground: TuneContext, turner: LookUp, tune: Tune) -> None:
    asked = free(ground)
    asked[:, DENSITY] = 0.15
    tokens, notes = turner.closed_loop(asked)
    found = armusic.load().reach(tune, ["density=0.15"])
    assert (tokens == found.tokens).all()
    assert tuple(notes) == found.notes


def test_measures_may_be_asked_for_different_attributes(ground: TuneContext, turner: LookUp) -> None:
    asked = free(ground)
    asked[0, DENSITY], asked[1, [DENSITY, RANGE]] = 0.15, (0.3, 0.5)
    tokens, _ = turner.closed_loop(asked)
    values = ground.values(tokens)
    assert values[0, DENSITY] == pytest.approx(0.15, abs=0.05)
    assert values[1, [DENSITY, RANGE]] == pytest.approx([0.3, 0.5], abs=0.06)
    assert (tokens[2:] == ground.material.tokens[2:]).all()


def test_what_is_out_of_reach_is_told(ground: TuneContext, turner: LookUp) -> None:
    asked = free(ground)
    asked[0, DENSITY] = 3
    _, notes = turner.closed_loop(asked)
    (note,) = notes
    assert note.startswith("measure 1: density 3 is out of reach (")


def test_the_open_loop_moves_the_attribute_the_right_way(ground: TuneContext) -> None:
    means = []
    for step in (-0.15, -0.05, 0.05, 0.15):
        asked = free(ground)
        asked[:3, DENSITY] = ground.present[:3, DENSITY] + step
        means.append(ground.values(ground.open_loop(asked))[:3, DENSITY].mean())
    assert means == sorted(means)
    assert means[0] < means[-1]


def test_dice_keep_the_targets_and_give_equal_measures_equal_answers(ground: TuneContext, turner: LookUp) -> None:
    asked = free(ground)
    asked[:3, DENSITY] = 0.25
    rolled = [turner.sample(asked, seed) for seed in range(6)]
    for tokens in rolled:
        assert ground.values(tokens)[:3, DENSITY] == pytest.approx(0.25, abs=0.06)
        assert (tokens[1] == tokens[2]).all()
        assert (tokens[3] == ground.material.tokens[3]).all()  # silence
    assert len(np.unique([tokens[:3] for tokens in rolled], axis=0)) > 1
    assert (turner.sample(asked, 0) == rolled[0]).all()


def test_dice_with_nothing_asked_keep_the_attributes(ground: TuneContext, turner: LookUp) -> None:
    tokens = turner.sample(free(ground), 1)
    search = turner.groups[0].whole.search
    std = search.std[search.of[:3]]
    assert (abs(ground.values(tokens) - ground.present)[:3] / std).max() < 1
    assert (tokens[:3] != ground.material.tokens[:3]).any(axis=1).all()


def test_new_notes_are_in_the_key(ground: TuneContext, turner: LookUp, tune: Tune) -> None:
    asked = free(ground)
    asked[:3, RANGE] = 0.6
    inside = keys.collection(keys.parse("G:major"))
    assert all(inside[note.pitch % 12] for note in ground.tune(turner.closed_loop(asked)[0]).notes)


def test_a_search_tells_how_far_it_is_and_can_be_ended(ground: TuneContext) -> None:
    shares: list[float] = []

    def told(done: int, total: int) -> None:
        shares.append(done / total)

    interactive.search(ground, told)
    assert shares == sorted(shares)
    assert (shares[0], shares[-1]) == (0, pytest.approx(1, abs=0.1))

    def stop(done: int, total: int) -> None:
        raise TimeoutError

    with pytest.raises(TimeoutError):
        interactive.search(ground, stop)


def test_a_long_tune_is_searched_in_blocks_with_the_same_answers(
    ground: TuneContext, turner: LookUp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(interactive, "UNITS", 1)
    apart = interactive.search(ground)
    assert (len(turner.groups), len(apart.groups)) == (1, 2)
    asked = free(ground)
    asked[:3, DENSITY], asked[1:3, RANGE] = 0.15, 0.5
    (one, said), (other, also) = turner.closed_loop(asked), apart.closed_loop(asked)
    assert (one == other).all()
    assert sorted(said) == sorted(also)
