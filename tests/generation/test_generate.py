"""New tunes: as many measures as asked for, in key, at their targets, the same for the same seed."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from armusic import api
from armusic.api import Model
from armusic.datasets import corpora
from armusic.errors import DataError, UsageError
from armusic.generation import fit_phrases as phrase_fit
from armusic.generation import generate
from armusic.generation import plan as plans
from armusic.generation.generate import Generated
from armusic.generation.phrase_model import END, LEAST
from armusic.music import attributes, keys
from armusic.music.score import METRES, Metre, Tune
from armusic.music.tokenizer import HOLD, encode, is_onset
from tests.editing.test_sweep import checkpoint
from tests.notation import JIG, REEL, tune


@pytest.fixture(scope="module")
def model() -> Model:
    return api.load()


OWN = f"{Path(__file__).parents[2] / 'examples' / 'my_attribute.py'}:offbeat"


def in_key(generated: Generated, key: str) -> bool:
    inside = keys.collection(keys.parse(key))
    return all(inside[note.pitch % 12] for _, music in generated.tunes for note in music.notes)


@pytest.mark.parametrize(
    ("measures", "metre", "key"),
    [(8, "4/4", "D:major"), (8, "6/8", "A:dorian"), (16, "3/4", "G"), (4, "2/4", "E:minor"), (1, "9/8", "C"),
     (25, "C|", "Bb")],
)  # fmt: skip
def test_the_tunes_are_whole_and_in_key(model: Model, measures: int, metre: str, key: str) -> None:
    generated = model.generate(measures, metre, key, count=3, seed=1)
    assert [name for name, _ in generated.tunes] == ["tune 1", "tune 2", "tune 3"]
    assert in_key(generated, key)
    for _, music in generated.tunes:
        assert [measure.metre for measure in music.measures] == [Metre.parse(metre)] * measures
        assert is_onset(encode(music)).any(axis=1).all()
        assert music.key == keys.parse(key)
    tonic = np.flatnonzero(keys.collection(keys.parse(key)))
    assert {music.notes[-1].pitch % 12 for _, music in generated.tunes} <= set(tonic.tolist())


def test_they_end_on_the_tonic(model: Model) -> None:
    generated = model.generate(8, "6/8", "G:major", count=20, seed=2)
    assert np.mean([music.notes[-1].pitch % 12 == 7 for _, music in generated.tunes]) >= 0.9


def test_metre_and_key_may_be_those_of_another_tune(model: Model) -> None:
    jig = tune("6/8", JIG)
    metre = jig.bars[0].metre
    assert model.generate(4, metre, jig.key).tunes == model.generate(4, "6/8", "G:major").tunes


def test_there_is_no_wild_leap(model: Model) -> None:
    generated = model.generate(16, "4/4", "D:major", count=10, seed=3)
    for _, music in generated.tunes:
        steps = np.abs(np.diff([note.pitch for note in music.notes]))
        assert steps.max() <= 19
        assert (steps > 7).mean() < 0.1
        assert {note.pitch for note in music.notes} <= set(range(55, 83))


def test_parts_come_again(model: Model) -> None:
    generated = model.generate(32, "6/8", "D:major", count=20, seed=4)
    different = [len(np.unique(encode(music), axis=0)) for _, music in generated.tunes]
    assert 10 <= np.mean(different) <= 26  # as in the corpus: half of a tune is new, more or less


def test_the_same_seed_gives_the_same_tunes(model: Model) -> None:
    first, again, other_seed = (model.generate(8, "3/4", count=2, seed=seed).tunes for seed in (5, 5, 6))
    assert first == again
    assert first != other_seed


@pytest.mark.parametrize("metre", ["4/4", "6/8"])
@pytest.mark.parametrize(
    "targets",
    [["density=p80"], ["rhythm=p30"], ["contour=p90"], ["density=p50", "range=p70"]],
)
def test_targets_are_reached(model: Model, metre: str, targets: list[str]) -> None:
    generated = model.generate(8, metre, targets=targets, count=4, seed=7)
    assert generated.names == tuple(target.split("=")[0] for target in targets)
    kind = METRES.index(Metre.parse(metre))
    std = [model.checkpoint.scale.std[kind, model.attributes.index(name)] for name in generated.names]
    assert (np.abs(generated.values - generated.targets) / std).mean() <= 0.15  # standard deviations of the corpus
    for (_, music), values in zip(generated.tunes, generated.values, strict=True):
        assert np.allclose(api.attributes(music, generated.names).values, values)


def test_a_curve_is_followed_as_closely_as_whole_notes_can(model: Model) -> None:
    generated = model.generate(8, "6/8", targets=["density=1:0.2 8:0.4"], count=4, seed=7)
    assert np.abs(generated.values - generated.targets).max() <= 1.5 / 12  # of twelve ticks
    assert np.abs(generated.values - generated.targets).mean() <= 0.5 / 12
    assert generated.values[:, -1].mean() > generated.values[:, 0].mean() + 0.1


def test_an_attribute_that_is_no_dimension_is_held_by_choice(model: Model) -> None:
    generated = model.generate(8, targets=["syncopation=0.25"], count=2)
    free = model.generate(8, count=2)
    values = [api.attributes(music, ["syncopation"]).values for _, music in free.tunes]
    assert np.abs(generated.values - 0.25).mean() < np.abs(np.stack(values) - 0.25).mean()
    assert np.abs(model.generate(8, targets=[f"{OWN}=0.5"], count=2).values - 0.5).mean() < 0.1


def test_an_attribute_that_there_is_nothing_to_turn_of(model: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(attributes.ATTRIBUTES, "flat", lambda tokens, metre: np.full(len(tokens), 0.5))
    monkeypatch.setitem(attributes.ATTRIBUTES, "lowest", lambda tokens, metre: tokens.min(axis=1).astype(float))
    with pytest.raises(DataError, match="'flat' is 0.5 for every measure"):
        model.generate(8, targets=["flat=0.5"])
    with pytest.raises(DataError, match="'lowest' changes with transposition, which an anchored model cannot see"):
        model.generate_like(tune("4/4", REEL), targets=["lowest=60"])


def test_copies_of_training_measures_are_few_and_known(model: Model) -> None:
    generated = model.generate(8, "6/8", count=20, seed=8)
    assert generated.copied.shape == (20, 8)
    assert generated.copied.mean() <= 0.1


def test_a_tune_to_stay_near(model: Model) -> None:
    original = tune("4/4", REEL)
    reconstructed = encode(model.reconstruct(original).tune)
    close, far = (model.generate_like(original, heat, count=4, seed=1) for heat in (0.0, 1.0))
    shares = [
        np.mean([(encode(music) == reconstructed).mean() for _, music in generated.tunes]) for generated in (close, far)
    ]
    assert shares[0] > 0.95
    assert shares[1] < 0.9
    for generated in (close, far):
        assert in_key(generated, "G")
        for _, music in generated.tunes:
            assert (music.measures, music.tempos) == (original.measures, original.tempos)
            assert (encode(music)[:, 0] == HOLD).tolist() == (encode(original)[:, 0] == HOLD).tolist()


def test_what_is_equal_stays_equal_and_what_cannot_be_varied_stays(model: Model) -> None:
    original = tune("4/4", "G2BG DGBG|A2cA EAcA|G2BG DGBG|z8|G,,4 g'4|A2cA EAcA|G8|")
    for _, music in model.generate_like(original, 0.8, count=3).tunes:
        rows, own = encode(music), encode(original)
        assert np.array_equal(rows[0], rows[2])
        assert np.array_equal(rows[1], rows[5])
        assert np.array_equal(rows[3:5], own[3:5])
    assert len(model.generate_like(original).unchanged) == 1


def test_a_shift_starts_from_the_tune(model: Model) -> None:
    original = tune("6/8", JIG)
    generated = model.generate_like(original, 0.3, targets={"density": "by+0.1"}, count=2)
    assert np.allclose(generated.targets, api.attributes(original, ["density"]).values + 0.1)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"measures": 0}, "0 measures: ask for 1 to 256"),
        ({"count": 0}, "0 tunes: ask for at least 1"),
        ({"key": "H"}, "unknown key 'H'"),
        ({"metre": "12/8"}, "12/8: the corpus folk has 64 measures of it in whole phrases, too few to learn from"),
        ({"targets": ["density"]}, "target 'density': write it like"),
        ({"targets": ["tempo=3"]}, "unknown attribute 'tempo'"),
        ({"targets": ["density=0.1", "note_density=0.2"]}, "density is given 2 times: name each attribute once"),
        ({"targets": ["density=by+0.1"]}, "a shift needs a tune to start from"),
        ({"targets": ["density=1:0.1 9:0.2"]}, "the tune has measures 1-8"),
        ({"targets": [f"{OWN}=p80"]}, "offbeat' has no percentiles: its values in the corpus are not known"),
    ],
)
def test_what_cannot_be_asked_for(model: Model, options: dict[str, object], message: str) -> None:
    with pytest.raises(UsageError) as error:
        model.generate(**options)  # type: ignore[arg-type]
    assert message in str(error.value)
    assert "\n" not in str(error.value)


def test_other_metres_and_temperatures_are_refused(model: Model) -> None:
    with pytest.raises(UsageError, match="metre 7/8 is not supported"):
        model.generate(8, "7/8")
    with pytest.raises(UsageError, match="temperature 1.5: give 0"):
        model.generate_like(tune("4/4", REEL), 1.5)


def test_an_absolute_model_needs_a_tune_to_start_from(model: Model, tmp_path: Path) -> None:
    own = checkpoint("absolute")
    tables = generate.find(model.checkpoint, tmp_path)
    arguments = (8, Metre(4, 4), keys.parse("D"), [], 1, np.random.default_rng(0))
    with pytest.raises(
        UsageError, match=r"start from a tune \(generate_like\), or train with the option frame=anchored"
    ):
        plans.fresh(own, tables, *arguments)


def test_the_form_of_a_tune(model: Model, tmp_path: Path) -> None:
    tables = generate.find(model.checkpoint, tmp_path)
    rng = np.random.default_rng(0)
    for measures in (4, 8, 12, 16, 24, 32, 40):
        place, phrase = plans.places(measures)
        assert place[-1] == END - 1
        for _ in range(20):
            source = plans.form(tables, 0, place, phrase, rng)
            assert (source <= np.arange(measures)).all()
            assert (source[source] == source).all()
            if measures == 16:
                assert (source[8:] != np.arange(8)).any()  # the last phrase is not the first again


def test_the_tables_of_another_model_are_fitted_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from tests.generation.test_phrase_model import corpus

    own = checkpoint()
    monkeypatch.setattr(corpora, "read", lambda name, cache: corpus())
    monkeypatch.setattr(phrase_fit, "training", lambda checkpoint, corpus: np.ones(len(corpus.sources), dtype=bool))
    for module in (phrase_fit, plans):
        monkeypatch.setattr(module, "LEAST", 8)
    assert LEAST > 8
    first = generate.generate(own, 8, seed=1, data_dir=tmp_path)
    assert [path.name.split("-")[0] for path in tmp_path.iterdir()] == ["phrases"]
    monkeypatch.setattr(phrase_fit, "fit", None)
    again = generate.generate(own, 8, seed=1, data_dir=tmp_path)
    assert first.tunes == again.tunes
    assert isinstance(first.tunes[0][1], Tune)


def test_tables_that_cannot_be_kept_are_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    from tests.generation.test_phrase_model import corpus

    monkeypatch.setattr(corpora, "read", lambda name, cache: corpus())
    monkeypatch.setattr(phrase_fit, "training", lambda checkpoint, corpus: np.ones(len(corpus.sources), dtype=bool))
    for module in (phrase_fit, plans):
        monkeypatch.setattr(module, "LEAST", 8)
    (tmp_path / "file").touch()
    assert generate.generate(checkpoint(), 8, data_dir=tmp_path / "file" / "cache").tunes
    assert "cannot be created" in caplog.text


def test_without_its_corpus_a_model_of_ones_own_is_refused(tmp_path: Path) -> None:
    own = checkpoint()
    own = replace(own, config=own.config.replace(data=str(tmp_path / "none")))
    with pytest.raises(DataError, match="the phrases of this model's corpus, none, are not known: .*no such folder"):
        generate.generate(own, data_dir=tmp_path)
