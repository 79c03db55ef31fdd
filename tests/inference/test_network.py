"""The network in numpy is the one in torch: trained and new ones, both decoders, one layer or several, every metre."""

import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from armusic import config
from armusic.inference.network import TOGETHER, MeasureNetwork
from armusic.music.score import METRES
from armusic.music.tokenizer import MAX_TICKS, ticks
from armusic.training import checkpoint
from armusic.training.adapters.music import build
from armusic.vae.models.measure import MeasureVAE

ROOT = Path(__file__).parents[2]
TRAINED = {"shipped": ROOT / "armusic" / "resources" / "default.safetensors"}
NEW: dict[str, dict[str, Any]] = {
    "parallel": {"latent": 6, "units": 8, "editor": 16},
    "parallel, three layers": {"latent": 5, "units": 7, "layers": 3, "editor": 0, "frame": "absolute"},
    "hierarchical": {"decoder": "hierarchical", "dropout": 0.0, "latent": 6, "units": 8, "editor": 8},
    "hierarchical, three layers": {"decoder": "hierarchical", "latent": 4, "units": 9, "layers": 3, "editor": 0},
    "paper": {"preset": "paper"},
}
NEAR = 1e-4


def weights_of(model: nn.Module) -> dict[str, np.ndarray]:
    return {name: tensor.numpy() for name, tensor in model.state_dict().items()}


@pytest.fixture(scope="module", params=[*TRAINED, *NEW])
def model(request: pytest.FixtureRequest) -> MeasureVAE:
    if request.param in TRAINED:
        trained = checkpoint.load(TRAINED[request.param]).model
        assert isinstance(trained, MeasureVAE)
        return trained
    torch.manual_seed(0)
    new = build(config.make(**NEW[request.param]))
    for weight in () if request.param == "paper" else new.parameters():  # small ones as far from zero as trained ones
        nn.init.normal_(weight, std=0.3)
    return new.eval()


@pytest.fixture
def network(model: MeasureVAE) -> MeasureNetwork:
    return MeasureNetwork(weights_of(model))


def classes_of(model: MeasureVAE, count: int, rng: np.random.Generator) -> np.ndarray:
    return rng.integers(0, len(model.encoder.notes.weight), (count, MAX_TICKS)).astype(np.int16)


@torch.inference_mode()
@pytest.mark.parametrize("kind", range(len(METRES)))
@pytest.mark.parametrize("count", [1, 3, TOGETHER + 5])
def test_it_is_the_network_in_torch(model: MeasureVAE, network: MeasureNetwork, kind: int, count: int) -> None:
    rng = np.random.default_rng(count)
    x = classes_of(model, count, rng)
    mean = network.encode(x, kind)
    assert mean.dtype == np.float32
    assert np.allclose(mean, model.encode(torch.from_numpy(x).long(), kind).mean, rtol=0, atol=NEAR)
    z = rng.standard_normal((count, network.latent)).astype(np.float32)
    targets = np.where(rng.random((count, 4)) < 0.5, np.nan, rng.normal(size=(count, 4))).astype(np.float32)
    edited = network.edit(z, targets, kind)
    expected = model.edit(torch.from_numpy(z), torch.from_numpy(targets), kind)
    assert edited.dtype == np.float32
    assert np.allclose(edited, expected, rtol=0, atol=NEAR)
    logits, theirs = network.decode(z, kind), model.decode(torch.from_numpy(z), kind).numpy()
    assert logits.shape == theirs.shape == (count, ticks(METRES[kind]), theirs.shape[2])
    assert logits.dtype == np.float32
    assert np.allclose(logits, theirs, rtol=0, atol=NEAR)
    assert (logits.argmax(axis=2) == theirs.argmax(axis=2)).all()


def test_the_networks_have_both_decoders() -> None:
    decoders = [config.make(**values).network.decoder for values in NEW.values()]
    assert checkpoint.load(TRAINED["shipped"]).config.network.decoder == "parallel"
    assert decoders == ["parallel"] * 2 + ["hierarchical"] * 3


def test_without_items_there_are_no_results(network: MeasureNetwork) -> None:
    none = np.empty((0, network.latent), dtype=np.float32)
    assert network.encode(np.empty((0, MAX_TICKS), dtype=np.int16), 0).shape == none.shape
    assert network.edit(none, np.empty((0, 4), dtype=np.float32), 0).shape == none.shape
    assert network.decode(none, 3).shape[:2] == (0, ticks(METRES[3]))


def test_what_is_given_is_not_written_over(model: MeasureVAE, network: MeasureNetwork) -> None:
    rng = np.random.default_rng(0)
    x, z = classes_of(model, 4, rng), rng.standard_normal((4, network.latent)).astype(np.float32)
    targets = np.full((4, 4), 1.0, dtype=np.float32)
    before = [part.copy() for part in (x, z, targets)]
    first = network.encode(x, 0), network.edit(z, targets, 0), network.decode(z, 0)
    kept = [part.copy() for part in first]
    network.encode(x[:2], 1), network.edit(z[:2], -targets[:2], 1), network.decode(z[:2], 1)
    assert all((part == same).all() for part, same in zip((x, z, targets, *first), (*before, *kept), strict=True))


def test_several_threads_do_not_disturb_one_another(network: MeasureNetwork) -> None:
    z = np.random.default_rng(0).standard_normal((8, 40, network.latent)).astype(np.float32)
    alone, together = [network.decode(part, 0) for part in z], [np.empty(0)] * len(z)

    def work(place: int) -> None:
        together[place] = network.decode(z[place], 0)

    threads = [threading.Thread(target=work, args=(place,)) for place in range(len(z))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all((first == second).all() for first, second in zip(alone, together, strict=True))


def test_other_weights_are_refused(model: MeasureVAE) -> None:
    weights = weights_of(model)
    del weights["encoder.rnn.weight_hh_l0"]
    with pytest.raises(KeyError):
        MeasureNetwork(weights)
