"""A checkpoint is read without torch, is the one in torch, and goes there and back."""

import copy
import pickle
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.numpy import load_file

import armusic
from armusic import config
from armusic.errors import CheckpointError, MissingFileError, UsageError
from armusic.generation import phrase_model
from armusic.inference import checkpoint as light
from armusic.music.pitch_frame import ANCHORED
from armusic.training import checkpoint
from armusic.training.adapters.music import build
from armusic.training.checkpoint import Checkpoint
from armusic.vae.data import Scale
from tests import squares
from tests.training.test_checkpoint import with_header

SMALL = config.make(latent=5, units=4, editor=3)


@pytest.fixture
def saved(tmp_path: Path) -> tuple[Checkpoint, Path]:
    scale = Scale(np.ones((6, 4)), np.full((6, 4), 2.0))
    optimizer = {"0.step": torch.tensor(3.0)}
    trained = Checkpoint(build(SMALL), SMALL, scale, ({"epoch": 1, "loss": 0.5},), {"data": "folk"}, optimizer)
    checkpoint.save(trained, tmp_path / "last.safetensors")
    return trained, tmp_path


def test_everything_but_the_state_of_the_training_is_read(saved: tuple[Checkpoint, Path]) -> None:
    trained, folder = saved
    for path in (folder, folder / "last.safetensors"):
        loaded = light.load(path)
        assert (loaded.config, loaded.history, loaded.card) == (trained.config, trained.history, trained.card)
        assert (loaded.scale.std == trained.scale.std).all()
        assert loaded.frame is ANCHORED
        assert loaded.weights.keys() == trained.model.state_dict().keys()
    assert {"optimizer.0.step", *loaded.weights} == load_file(folder / "last.safetensors").keys()


def test_there_and_back(saved: tuple[Checkpoint, Path]) -> None:
    loaded = light.load(saved[1])
    there = checkpoint.in_torch(loaded)
    back = checkpoint.in_numpy(there)
    assert not there.model.training
    assert all((back.weights[name] == weight).all() for name, weight in loaded.weights.items())
    assert (back.config, back.history, back.card) == (loaded.config, loaded.history, loaded.card)
    with torch.no_grad():
        for weight in there.model.parameters():
            weight += 1
    assert all((back.weights[name] == weight).all() for name, weight in loaded.weights.items()), "nothing is shared"


def test_a_copy_in_another_process_makes_the_same_codes(saved: tuple[Checkpoint, Path]) -> None:
    loaded = light.load(saved[1])
    measures = np.zeros((2, 24), dtype=np.int64)
    codes = loaded.model.encode(measures, 0)
    for other in (copy.deepcopy(loaded), pickle.loads(pickle.dumps(loaded))):
        assert (other.model.encode(measures, 0) == codes).all()


def test_half_precision_is_read_as_single(saved: tuple[Checkpoint, Path], tmp_path: Path) -> None:
    checkpoint.save(saved[0], tmp_path / "half.safetensors", half=True)
    loaded, rounded = light.load(tmp_path / "half.safetensors"), checkpoint.in_numpy(checkpoint.rounded(saved[0]))
    for name, weight in rounded.weights.items():
        assert loaded.weights[name].dtype == np.float32
        assert (loaded.weights[name] == weight).all()


def test_the_shipped_phrases_belong_to_the_shipped_model(root: Path) -> None:
    phrases = phrase_model.load(root / "armusic" / "resources" / phrase_model.SHIPPED)
    assert phrase_model.fingerprint(armusic.load().checkpoint) == phrases.checkpoint


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"format": "armusic 99"}, "a checkpoint of 'armusic 99', but this version reads armusic checkpoint format 2"),
        ({"units": 8}, r"last.safetensors: settings and weights do not match \(weight decoder.code.bias has shape"),
        ({"colour": "red"}, "unknown setting 'colour'"),
    ],
)
def test_what_does_not_fit(saved: tuple[Checkpoint, Path], changes: dict[str, object], message: str) -> None:
    path = with_header(saved[1] / "last.safetensors", **changes)
    with pytest.raises(CheckpointError, match=message) as caught:
        light.load(path)
    assert "\n" not in str(caught.value)


def test_what_is_no_checkpoint(tmp_path: Path) -> None:
    (tmp_path / "broken.safetensors").write_bytes(b"text, not tensors")
    with pytest.raises(CheckpointError, match="broken.safetensors: not a checkpoint, or a damaged one"):
        light.load(tmp_path / "broken.safetensors")
    with pytest.raises(MissingFileError):
        light.load(tmp_path / "missing.safetensors")
    (tmp_path / "empty").mkdir()
    with pytest.raises(CheckpointError, match="empty: no checkpoint in this folder"):
        light.load(tmp_path / "empty")


def test_a_model_of_images_is_read_and_says_what_runs_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = config.make(domain="images", data="sprites", **squares.ADAPTER.settings("default"))
    model = squares.ADAPTER.build(settings)
    trained = Checkpoint(model, settings, Scale(np.zeros((1, 2)), np.ones((1, 2))))
    checkpoint.save(trained, tmp_path / "best.safetensors")
    loaded = armusic.load(tmp_path)
    assert repr(loaded).startswith("Model(sprites, images, ")
    assert loaded.domain == "images"
    with pytest.raises(UsageError, match=r"sprites: the model is not of measures .*pip install 'armusic\[train\]'"):
        loaded.checkpoint.model.decode(np.zeros((1, 2)), 0)
    assert all(
        torch.equal(weight, model.state_dict()[name])
        for name, weight in checkpoint.in_torch(loaded.checkpoint).model.state_dict().items()
    )
