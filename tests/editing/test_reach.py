"""From steps and targets to a tune, with the search and without it."""

import gc
import weakref
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import armusic
from armusic.api import Model
from armusic.editing import calibration, prior_samples, sweep
from armusic.editing.material import prepare
from armusic.editing.open_loop import decode_moves
from armusic.errors import UsageError
from armusic.music import attributes, keys
from armusic.music.tokenizer import encode, is_onset
from tests.notation import JIG, REEL, tune

OWN = f"{Path(__file__).parents[2] / 'examples' / 'my_attribute.py'}:offbeat"
MUSIC = tune("4/4", REEL)


@pytest.fixture(scope="module")
def model() -> Model:
    return armusic.load()


@pytest.mark.parametrize("name", ["density", "contour", "mean_interval", OWN], ids=attributes.short_name)
def test_steps_are_standard_deviations_from_the_mean_of_the_tune(model: Model, name: str) -> None:
    variations = model.interpolate(MUSIC, name)
    short = name.rpartition(":")[2]
    assert [variation.name for variation in variations] == [
        f"{short} {step}" for step in ("-2.0", "-1.0", "+0.0", "+1.0", "+2.0")
    ]
    assert [variation.step for variation in variations] == [-2, -1, 0, 1, 2]
    assert variations[2].tune is MUSIC
    present, std = variations[2].values, unit(model, name)
    assert (variations[2].targets == present).all()
    for variation in variations:
        assert (variation.tune.measures, variation.tune.tempos, variation.tune.key) == (
            MUSIC.measures,
            MUSIC.tempos,
            MUSIC.key,
        )
        assert np.allclose(variation.values, attributes.of_tune(variation.tune, [name])[:, 0])
        way = variation.targets.mean() - present.mean()
        assert variation.clipped in (0, 1), "one target: the tune's"
        if variation.clipped:
            assert abs(way) < abs(variation.step) * std, "not so far, where there is an end"
        else:
            assert way == pytest.approx(variation.step * std)
        assert variation.values.mean() == pytest.approx(variation.targets.mean(), abs=0.02 * std)
    means = [variation.values.mean() for variation in variations]
    assert means == sorted(means)
    assert means[-1] > means[0] + std


@pytest.mark.parametrize("name", ["density", "contour"])
def test_each_measure_may_move_by_the_step(model: Model, name: str) -> None:
    variations = model.interpolate(MUSIC, name, each_measure=True)
    present, std = variations[2].values, unit(model, name)
    for variation in variations:
        within = np.isclose(variation.targets - present, variation.step * std)
        assert (~within).sum() == variation.clipped
        assert (np.abs(variation.targets - present)[~within] < abs(variation.step) * std).all()
        assert np.abs(variation.values - variation.targets).mean() < 0.5 * std
    assert (np.diff([variation.values for variation in variations], axis=0) >= -1e-9).all(), "measure by measure"


def unit(model: Model, name: str) -> float:
    """Return a standard deviation of an attribute in 4/4."""
    _, std = prior_samples.spread(model.checkpoint, name, np.zeros(1, dtype=int))
    return float(std[0])


def test_a_unit_is_that_of_the_training_data(model: Model) -> None:
    low, high = model.interpolate(MUSIC, "density", 2, (0, 1))
    assert not low.clipped + high.clipped
    assert np.allclose(high.targets - low.targets, model.checkpoint.scale.std[0, 2])


def test_steps_without_a_zero_come_after_the_original(model: Model) -> None:
    variations = model.interpolate(MUSIC, "rhythm", 2, (0.5, 1.5))
    assert [variation.name for variation in variations] == ["original", "rhythm +0.5", "rhythm +1.5"]
    assert (variations[0].tune, variations[0].step, variations[0].clipped) == (MUSIC, 0, 0)


def test_only_the_measures_asked_for_change_and_silence_stays(model: Model) -> None:
    music = tune("4/4", "GABc dcBA|z8|GABc dcBA|G2B2 d4|")
    for variation in model.interpolate(music, "density", measures=(2, 3)):
        rows = encode(variation.tune)
        assert (rows[[0, 3]] == encode(music)[[0, 3]]).all()
        assert not is_onset(rows[1]).any()
        assert variation.targets is not None
        assert (variation.targets[[0, 1, 3]] == variation.values[[0, 1, 3]]).all(), "nothing else is asked of them"
    silent = replace(music, notes=())
    assert all(variation.tune.notes == () for variation in model.interpolate(silent, "density"))


def test_an_end_is_said(model: Model) -> None:
    low = model.interpolate(MUSIC, "density", 1, (-9, -9))[1]
    assert low.clipped == 1, "the tune cannot go so far"
    assert (low.values[low.values > 0] == 1 / 24).mean() > 0.8
    each = model.interpolate(MUSIC, "density", 1, (-9, -9), each_measure=True)[1]
    assert each.clipped == is_onset(encode(MUSIC)).any(axis=1).sum(), "nor can any of its measures"


def test_steps_stay_in_key(model: Model) -> None:
    inside = keys.collection(keys.parse("G:major"))
    for variation in model.interpolate(tune("6/8", JIG), "range", key="G:major"):
        assert all(inside[note.pitch % 12] for note in variation.tune.notes)


def test_the_open_loop_moves_the_dimension(model: Model) -> None:
    allowed = keys.allowed(MUSIC, keys.find(MUSIC))
    variations = model.interpolate(MUSIC, "contour", closed=False)
    assert all(variation.targets is None for variation in variations)
    tokens = decode_moves(model.checkpoint, prepare(model.checkpoint, MUSIC), "contour", [-2, -1, 1, 2], allowed)
    assert (np.stack([encode(variations[place].tune) for place in (0, 1, 3, 4)]) == tokens).all()
    assert variations[2].tune is MUSIC


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"attribute": "rythm"}, "unknown attribute 'rythm': did you mean rhythm"),
        (
            {"attribute": "syncopation", "closed": False},
            "'syncopation' has no dimension in this model, .* range, density",
        ),
        ({"attribute": "rhythm", "steps": 0}, "0 steps from -2 to 2: give at least one step"),
        ({"attribute": "rhythm", "span": (2.0, -2.0)}, "5 steps from 2 to -2: give at least one step, and a range"),
        ({"attribute": "rhythm", "measures": (3, 99)}, "measures 3-99: there are only measures 1-8 in tune.abc"),
    ],
)
def test_steps_that_are_refused(model: Model, options: dict[str, object], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        sweep.interpolate(model.checkpoint, MUSIC, **options)  # type: ignore[arg-type]


def test_targets_of_ones_own(model: Model) -> None:
    result = model.reach(MUSIC, [f"{OWN}=0.4", "density=by+0"])
    assert result.names == (OWN, "density")
    assert result.values.mean(axis=0) == pytest.approx(result.targets.mean(axis=0), abs=0.01)
    note, advice = model.reach(MUSIC, [f"{OWN}=9"]).notes
    assert advice == "without subdivisions in the option keep, the tune may go further"
    assert note.startswith("offbeat: a mean of 9 is out of reach for this tune (0 to 0.")


def test_a_mapping_is_as_good_as_strings(model: Model) -> None:
    music = tune("4/4", "GABc dcBA|G2B2 d4|")
    for mapping, strings in (
        ({"contour": -0.2}, ["contour=-0.2"]),
        ({"note_density": "by+0.1", "range": 0.3}, ["density=by+0.1", "range=+0.3"]),
        ({"density": [0.1, 0.3]}, ["density=1:0.1 2:0.3"]),
    ):
        by_name, as_typed = model.reach(music, mapping), model.reach(music, strings)
        assert (by_name.tokens == as_typed.tokens).all()
        assert (by_name.targets == as_typed.targets).all()
    assert (model.reach(music, {"contour": -0.2}).targets == -0.2).all()
    shifted = model.reach(music, {"density": "by+0.1"})
    assert np.allclose(shifted.targets, shifted.original + 0.1)


def test_the_prior_samples_and_the_calibration_are_computed_once_and_go_with_the_model(model: Model) -> None:
    computed = model.checkpoint.computed
    model.reach(MUSIC, ["syncopation=0.1"])
    model.reach(MUSIC, ["density=p50"])
    kind = prepare(model.checkpoint, MUSIC).kind[0]
    before = computed["prior samples"][kind], computed["calibration"]
    model.reach(MUSIC, ["syncopation=0.2"])
    model.reach(MUSIC, ["density=p60"])
    assert computed["prior samples"][kind] is before[0]
    assert computed["calibration"] is before[1]
    loaded = armusic.load().checkpoint
    assert not loaded.computed
    gone = weakref.ref(loaded.model)
    calibration.scale_of(loaded)
    prior_samples.samples(loaded, 0)
    del loaded
    gc.collect()
    assert gone() is None, "nothing keeps a model that nobody uses"


def test_percentiles_are_those_of_the_corpus_or_refused(model: Model) -> None:
    assert len(set(model.reach(MUSIC, ["density=p80"]).targets[:, 0].tolist())) == 1
    with pytest.raises(UsageError, match="offbeat' has no percentiles: .*: ask for a value, such as offbeat=0.3"):
        model.reach(MUSIC, [f"{OWN}=p80"])
