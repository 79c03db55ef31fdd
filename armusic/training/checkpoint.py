"""`Checkpoint`: a trained model in one file, safetensors for the weights and JSON in its header for the rest.

Nothing is ever unpickled. The last checkpoint of a run holds the optimizer's state as well, in the same file:
the two cannot come apart.
"""

from __future__ import annotations

import copy
import hashlib
import json
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import save_file
from torch import Tensor

from armusic.config import Config
from armusic.errors import ArmusicError, CheckpointError
from armusic.files import atomic_path, label
from armusic.inference import checkpoint as light
from armusic.inference.checkpoint import BESIDE, BEST, FORMAT, LAST, Content
from armusic.inference.settings import frame_of
from armusic.music.pitch_frame import Frame
from armusic.training import adapters
from armusic.vae.data import Scale
from armusic.vae.models.base import VAE

__all__ = [
    "BEST",
    "LAST",
    "Checkpoint",
    "digest",
    "in_numpy",
    "in_torch",
    "keep_weights",
    "load",
    "pack",
    "rounded",
    "save",
    "unpack",
]


@dataclass(frozen=True, slots=True, eq=False)
class Checkpoint:
    """A model with its settings, its scale and the state of its training; equal to itself alone.

    Parameters
    ----------
    model : VAE
        The model, with its weights.
    config : Config
        Settings of its run; latent dimension k belongs to `config.attributes[k]`.
    scale : Scale
        Scale of the attributes on its training data.
    history : tuple of dict
        Figures of each epoch that is done.
    card : dict
        Facts about the run: data, command, counts, figures.
    optimizer : dict of str to Tensor
        State of the optimizer; empty in a checkpoint that a run cannot resume from.
    companion : dict of str to Tensor
        Weights of the module trained beside the model (`armusic.vae.companion`), to resume training.
    """

    model: VAE
    config: Config
    scale: Scale
    history: tuple[dict[str, float], ...] = ()
    card: dict[str, Any] = field(default_factory=dict)
    optimizer: dict[str, Tensor] = field(default_factory=dict)
    companion: dict[str, Tensor] = field(default_factory=dict)

    @property
    def frame(self) -> Frame:
        """The pitch frame of a model of music."""
        return frame_of(self.config)

    @property
    def epoch(self) -> int:
        """Number of epochs that are done."""
        return len(self.history)


def save(checkpoint: Checkpoint, path: Path, *, half: bool = False) -> None:
    """Write a checkpoint, whole or not at all; where `half`, with weights of half precision, in half the space.

    Weights of half precision are read as those of single precision that they were rounded to: see `rounded`.
    """
    header = {
        "config": checkpoint.config.as_dict(),
        "scale": {"mean": checkpoint.scale.mean.tolist(), "std": checkpoint.scale.std.tolist()},
        "history": list(checkpoint.history),
        "card": checkpoint.card,
    }
    tensors = checkpoint.model.state_dict()
    for part in BESIDE:
        tensors |= {f"{part}.{name}": tensor for name, tensor in getattr(checkpoint, part).items()}
    tensors = {name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}
    if half:
        tensors = {name: tensor.half() if tensor.is_floating_point() else tensor for name, tensor in tensors.items()}
    with atomic_path(path, force=True) as temporary:
        save_file(tensors, temporary, {"format": f"armusic {FORMAT}", "armusic": json.dumps(header)})


def rounded(checkpoint: Checkpoint) -> Checkpoint:
    """Return a checkpoint with each weight as it is after it was saved with half precision: about four digits."""
    model = copy.deepcopy(checkpoint.model)
    model.load_state_dict({name: weight.half().to(weight.dtype) for name, weight in model.state_dict().items()})
    return replace(checkpoint, model=model)


def keep_weights(run: Path) -> None:
    """Keep of a run folder's checkpoints the best one alone, of half precision; it cannot be resumed any more."""
    save(load(run), run / BEST, half=True)
    (run / LAST).unlink(missing_ok=True)


def digest(checkpoint: Checkpoint) -> str:
    """Return the SHA-256 of a model's weights: of the name, shape and values of half precision of each, by name."""
    result = hashlib.sha256()
    for name, weight in sorted(checkpoint.model.state_dict().items()):
        result.update(f"{name} {tuple(weight.shape)}".encode())
        result.update(weight.detach().cpu().numpy().astype("<f2").tobytes())
    return result.hexdigest()


def load(path: Path) -> Checkpoint:
    """Read a checkpoint: a file, or a run folder (its best one, else its last).

    Raises
    ------
    MissingFileError
        If there is no such file or folder.
    CheckpointError
        If it is broken, no checkpoint of armusic, or of an unknown version of the format.
    """
    content = light.read(path)
    tensors = {name: torch.from_numpy(array) for name, array in content.tensors.items()}
    beside: dict[str, dict[str, Tensor]] = {
        part: {name: tensors.pop(f"{part}.{name}") for name in _names(tensors, part)} for part in BESIDE
    }
    try:
        model = _build(tensors, content.config)
    except CheckpointError as error:
        raise CheckpointError(f"{label(light.file_of(path))}: {error}") from error
    return Checkpoint(model, content.config, content.scale, content.history, content.card, **beside)


def in_torch(checkpoint: light.Checkpoint) -> Checkpoint:
    """Return a checkpoint that was read without torch with its model in torch.

    Raises
    ------
    CheckpointError
        When weights and settings are not those of one network.
    """
    tensors = {name: torch.from_numpy(np.array(array)) for name, array in checkpoint.weights.items()}
    model = _build(tensors, checkpoint.config)
    return Checkpoint(model, checkpoint.config, checkpoint.scale, checkpoint.history, checkpoint.card)


def in_numpy(checkpoint: Checkpoint) -> light.Checkpoint:
    """Return a checkpoint with its model in numpy, as it is now."""
    weights = {name: tensor.detach().cpu().numpy().copy() for name, tensor in checkpoint.model.state_dict().items()}
    content = Content({}, checkpoint.config, checkpoint.scale, checkpoint.history, checkpoint.card)
    return light.make(weights, content)


def _build(weights: dict[str, Tensor], settings: Config) -> VAE:
    """Return the model of some settings with these weights, ready to use."""
    try:
        with torch.random.fork_rng(devices=[]):  # the weights drawn here are replaced
            model = adapters.of(settings).build(settings)
        model.load_state_dict(weights)
    except ArmusicError as error:
        raise CheckpointError(f"its network cannot be built from its settings ({error})") from error
    except (KeyError, TypeError, ValueError, RuntimeError) as error:
        raise CheckpointError(f"settings and weights do not match ({str(error).splitlines()[0]})") from error
    return model.eval()


def _names(tensors: dict[str, Tensor], part: str) -> list[str]:
    """Return the names of the tensors with a prefix, without it."""
    return [name.removeprefix(f"{part}.") for name in tensors if name.startswith(f"{part}.")]


def pack(optimizer: torch.optim.Optimizer) -> dict[str, Tensor]:
    """Return an optimizer's state as named tensors."""
    return {
        f"{number}.{name}": torch.as_tensor(value)
        for number, values in optimizer.state_dict()["state"].items()
        for name, value in values.items()
    }


def unpack(optimizer: torch.optim.Optimizer, tensors: dict[str, Tensor]) -> None:
    """Give an optimizer the state that `pack` returned."""
    state = optimizer.state_dict()
    for key, tensor in tensors.items():
        number, name = key.split(".", 1)
        state["state"].setdefault(int(number), {})[name] = tensor
    optimizer.load_state_dict(state)
