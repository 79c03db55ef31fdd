"""The model of tunes: small on disk, whole or refused, and it knows music from notes in any order."""

from dataclasses import fields, replace
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.numpy import save_file

from armusic.errors import CheckpointError, MissingFileError
from armusic.music.tokenizer import encode, is_onset, kinds
from armusic.taste import context, tune_model
from armusic.taste.surprise import places, surprise
from armusic.taste.tune_model import TuneModel, add_up, log_probabilities
from tests.notation import JIG, POLKA, REEL, WALTZ, tune


def small() -> TuneModel:
    rng = np.random.default_rng(0)
    shapes = [
        (context.PLACE_ROWS, 3),
        (context.PAST_ROWS, 3),
        (3,),
        (3, 2),
        (2,),
        (2, context.CLASSES),
        (context.CLASSES,),
    ]
    return TuneModel(*(rng.normal(size=shape).astype(np.float32) for shape in shapes))


def test_what_is_saved_is_read_to_half_precision(tmp_path: Path) -> None:
    model, path = small(), tmp_path / "tunes.safetensors"
    tune_model.save(model, path)
    again = tune_model.load(path)
    arrays = [field for field in fields(TuneModel) if field.init]
    for field in arrays:
        stored, own = getattr(again, field.name), getattr(model, field.name)
        assert stored.dtype == np.float32
        assert np.allclose(stored, own, rtol=2**-10, atol=2**-14)
    assert path.stat().st_size < 2 * sum(getattr(model, field.name).size for field in arrays) + 1000


def test_other_files_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "other.safetensors"
    with pytest.raises(MissingFileError):
        tune_model.load(path)
    path.write_text("X:1\n")
    with pytest.raises(CheckpointError, match="no model of tunes"):
        tune_model.load(path)
    save_file({"place": np.zeros(3, np.float16)}, path, {"format": "another"})
    with pytest.raises(CheckpointError, match="no model of tunes of this version of armusic"):
        tune_model.load(path)


def test_a_model_of_other_features_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "tunes.safetensors"
    tune_model.save(replace(small(), past=np.zeros((7, 3), np.float32)), path)
    with pytest.raises(CheckpointError, match="a model of tunes with other features: train it anew"):
        tune_model.load(path)


def test_a_file_without_all_weights_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "tunes.safetensors"
    save_file({"place": np.zeros((3, 3), np.float16)}, path, {"format": tune_model.FORMAT})
    with pytest.raises(CheckpointError, match="no model of tunes"):
        tune_model.load(path)


def test_probabilities_sum_to_one(model: TuneModel) -> None:
    first = np.random.default_rng(0).normal(scale=5, size=(4, 7, len(model.bias))).astype(np.float32)
    assert np.exp(log_probabilities(model, first)).sum(axis=2) == pytest.approx(1, abs=1e-5)


def test_rows_of_a_table_are_added_up() -> None:
    table = np.array([[1, 10], [2, 20], [4, 40]], dtype=np.float32)
    assert add_up(table, np.array([[0, 2], [1, 1]])).tolist() == [[5, 50], [4, 40]]


def test_the_shipped_model_is_small() -> None:
    assert len((files("armusic") / "resources" / tune_model.SHIPPED).read_bytes()) < 1_500_000


@pytest.mark.parametrize(("metre", "music"), [("4/4", REEL), ("6/8", JIG), ("3/4", WALTZ), ("2/4", POLKA)])
def test_music_is_likelier_than_its_pitches_in_another_order(model: TuneModel, metre: str, music: str) -> None:
    written = tune(metre, music)
    tokens, kind = encode(written).astype(np.int64), kinds(written.measures)
    setting = context.setting(tokens, kind)
    every = np.arange(len(tokens))
    where = places(model, setting, every)
    real = surprise(model, where, every, tokens)
    rng, shuffled = np.random.default_rng(0), []
    for _ in range(20):
        other = tokens.copy()
        for row in other:
            row[is_onset(row)] = rng.permutation(row[is_onset(row)])
        shuffled.append(surprise(model, where, every, other))
    varied = (np.abs(np.array(shuffled) - real) > 1e-6).any(axis=0)
    assert np.mean(shuffled, axis=0)[varied].sum() > real[varied].sum() + 2 * varied.sum()
    assert (np.mean(shuffled, axis=0)[varied] > real[varied]).mean() > 0.7


@given(st.lists(st.integers(0, 2**32 - 1), min_size=1, max_size=4))
@settings(max_examples=20)
def test_what_is_looked_up_together_adds_up_to_what_is_looked_up_alone(seeds: list[int]) -> None:
    model = small()
    features = np.array(context.PAST_FEATURES)
    first = np.cumsum(features) - features
    rows = np.stack([np.random.default_rng(seed).integers(0, features) + first for seed in seeds])
    assert np.allclose(tune_model.past_sum(model, rows), add_up(model.past, rows), atol=1e-5)
    assert features.sum() == context.PAST_ROWS
    assert [*range(tune_model.ALONE), *(each for joined in tune_model.JOINED for each in joined)] == [
        *range(len(features))
    ]
