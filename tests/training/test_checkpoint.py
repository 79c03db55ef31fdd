"""One safe file, whole or not at all."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from armusic import config
from armusic.errors import CheckpointError, MissingFileError
from armusic.training import checkpoint
from armusic.training.adapters.music import build
from armusic.training.checkpoint import Checkpoint
from armusic.vae.data import Scale
from armusic.vae.fit import make_optimizer

SMALL = config.make(latent=5, units=4, editor=3)


@pytest.fixture
def saved(tmp_path: Path) -> tuple[Checkpoint, Path]:
    scale = Scale(np.ones((6, 4)), np.full((6, 4), 2.0))
    trained = Checkpoint(build(SMALL), SMALL, scale, ({"epoch": 1, "loss": 0.5},), {"data": "folk"})
    checkpoint.save(trained, tmp_path / "best.safetensors")
    return trained, tmp_path


def test_everything_comes_back(saved: tuple[Checkpoint, Path]) -> None:
    trained, folder = saved
    for path in (folder, folder / "best.safetensors"):
        loaded = checkpoint.load(path)
        assert (loaded.config, loaded.history, loaded.card) == (trained.config, trained.history, trained.card)
        assert (loaded.scale.std == trained.scale.std).all()
        x = torch.randint(40, (3, 24))
        assert torch.equal(loaded.model.encode(x, 2).mean, trained.model.eval().encode(x, 2).mean)
        assert not loaded.model.training


def test_half_precision_takes_half_the_space_and_is_read_as_it_was_rounded(tmp_path: Path) -> None:
    settings = config.make()
    trained = Checkpoint(build(settings), settings, Scale(np.ones((6, 4)), np.ones((6, 4))))
    sizes = []
    for half in (False, True):
        checkpoint.save(trained, tmp_path / "model.safetensors", half=half)
        sizes.append((tmp_path / "model.safetensors").stat().st_size)
    assert sizes[1] / sizes[0] == pytest.approx(0.5, abs=0.02)
    loaded = checkpoint.load(tmp_path / "model.safetensors").model.state_dict()
    for name, weight in checkpoint.rounded(trained).model.state_dict().items():
        assert weight.dtype == loaded[name].dtype == torch.float32
        assert torch.equal(weight, loaded[name])
        assert torch.allclose(weight, trained.model.state_dict()[name], rtol=1e-3, atol=1e-6)


def test_the_digest_is_of_the_weights_alone_as_they_are_kept(saved: tuple[Checkpoint, Path]) -> None:
    trained, folder = saved
    before = checkpoint.digest(trained)
    assert before == checkpoint.digest(replace(trained, history=(), card={"data": "bach"}))
    assert before == checkpoint.digest(checkpoint.rounded(trained))
    checkpoint.save(trained, folder / "half.safetensors", half=True)
    assert before == checkpoint.digest(checkpoint.load(folder / "half.safetensors"))
    with torch.no_grad():
        next(trained.model.parameters())[0, 0] += 1
    assert before != checkpoint.digest(trained)


def test_a_checkpoint_of_the_first_format_is_read(saved: tuple[Checkpoint, Path], root: Path) -> None:
    """Its settings are one table of those of all domains, and it has no editor."""
    before = SMALL.replace(editor=0)
    old = Checkpoint(build(before), before, saved[0].scale)
    checkpoint.save(old, saved[1] / "best.safetensors")
    flat = json.loads((root / "tests" / "data" / "config-1-music.json").read_text())
    flat |= {"latent": 5, "units": 4} | {"attributes": list(SMALL.attributes), "decoder": "parallel", "layers": 1}
    flat |= {"frame": "anchored"}
    first = with_header(saved[1] / "best.safetensors", format="armusic 1", config=flat)
    loaded = checkpoint.load(first).config
    assert (loaded.network, loaded.schedule) == (
        config.MeasureNetwork(units=4, latent=5, dropout=0.5, editor=0),
        config.make("paper").schedule,
    )
    assert checkpoint.load(first).model.editor is None


def test_the_state_of_the_optimizer_comes_back(tmp_path: Path) -> None:
    model = build(SMALL)
    optimizer = make_optimizer(model, SMALL)
    model.encode(torch.zeros(2, 24, dtype=torch.long), 0).mean.sum().backward()
    optimizer.step()
    state = checkpoint.pack(optimizer)
    trained = Checkpoint(model, SMALL, Scale(np.ones((6, 4)), np.ones((6, 4))), optimizer=state)
    checkpoint.save(trained, tmp_path / "last.safetensors")
    other = make_optimizer(model, SMALL)
    checkpoint.unpack(other, checkpoint.load(tmp_path).optimizer)
    again = checkpoint.pack(other)
    assert again.keys() == state.keys()
    assert all(torch.equal(again[name], state[name]) for name in state)


def with_header(path: Path, **changes: object) -> Path:
    """Write the checkpoint again with another header."""
    from safetensors import safe_open

    with safe_open(path, "pt") as file:
        metadata = dict(file.metadata())
        tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    header = json.loads(metadata["armusic"])
    for name, value in changes.items():
        if name == "format":
            metadata["format"] = str(value)
        elif name == "config":
            header["config"] = value
        else:
            header["config"]["network"][name] = value
    metadata["armusic"] = json.dumps(header)
    save_file(tensors, path, metadata)
    return path


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"format": "armusic 99"}, "a checkpoint of 'armusic 99', but this version reads armusic checkpoint format 2"),
        ({"units": 8}, "settings and weights do not match"),
        ({"colour": "red"}, "unknown setting 'colour'"),
    ],
)
def test_a_checkpoint_that_does_not_fit(
    saved: tuple[Checkpoint, Path], changes: dict[str, object], message: str
) -> None:
    path = with_header(saved[1] / "best.safetensors", **changes)
    with pytest.raises(CheckpointError, match=message) as caught:
        checkpoint.load(path)
    assert "\n" not in str(caught.value)


def test_what_is_no_checkpoint(saved: tuple[Checkpoint, Path], tmp_path: Path) -> None:
    whole = (saved[1] / "best.safetensors").read_bytes()
    for content in (b"text, not tensors", whole[:100], whole[: len(whole) // 2]):
        broken = tmp_path / "broken.safetensors"
        broken.write_bytes(content)
        with pytest.raises(CheckpointError, match="broken.safetensors: not a checkpoint, or a damaged one"):
            checkpoint.load(broken)
    foreign = tmp_path / "foreign.safetensors"
    save_file({"a": torch.zeros(1)}, foreign)
    with pytest.raises(CheckpointError, match="a checkpoint of 'another program'"):
        checkpoint.load(foreign)
    with pytest.raises(MissingFileError):
        checkpoint.load(tmp_path / "missing.safetensors")
    (tmp_path / "empty").mkdir()
    with pytest.raises(CheckpointError, match="empty: no checkpoint in this folder"):
        checkpoint.load(tmp_path / "empty")
