"""`Checkpoint`: a trained model in one file, safetensors for the weights and JSON in its header for the rest.

Nothing is ever unpickled. The last checkpoint of a run holds the optimizer's state as well, in the same file:
the two cannot come apart.
"""

from __future__ import annotations

import copy
import json
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from armusic import config
from armusic.config import Config
from armusic.errors import ArmusicError, CheckpointError
from armusic.files import atomic_path, check_readable, label
from armusic.music.pitch_frame import Frame
from armusic.training import adapters
from armusic.training.adapters.music import frame_of
from armusic.vae.data import Scale
from armusic.vae.models.base import VAE

FORMAT = 2
READABLE = (1, 2)
"""Versions of the format that can be read; in 1, the settings are a flat table."""
BEST, LAST = "best.safetensors", "last.safetensors"
_BESIDE = ("optimizer", "companion")
"""Prefixes of the tensors that are not weights of the model, before a dot."""


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
    computed : dict
        Results computed once from the model, such as its calibration, by name; not saved.
    """

    model: VAE
    config: Config
    scale: Scale
    history: tuple[dict[str, float], ...] = ()
    card: dict[str, Any] = field(default_factory=dict)
    optimizer: dict[str, Tensor] = field(default_factory=dict)
    companion: dict[str, Tensor] = field(default_factory=dict)
    computed: dict[str, Any] = field(default_factory=dict, init=False, repr=False)

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
    for part in _BESIDE:
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


def load(path: Path) -> Checkpoint:
    """Read a checkpoint: a file, or a run folder (its best one, else its last).

    Raises
    ------
    MissingFileError
        If there is no such file or folder.
    CheckpointError
        If it is broken, no checkpoint of armusic, or of an unknown version of the format.
    """
    if path.is_dir():
        files = [path / name for name in (BEST, LAST) if (path / name).is_file()]
        if not files:
            raise CheckpointError(f"{label(path)}: no checkpoint in this folder ({BEST} or {LAST}): name a run folder")
        path = files[0]
    check_readable(path)
    try:
        with safe_open(path, "pt") as file:
            metadata = file.metadata() or {}
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 (safe_open is no dict)
    except (SafetensorError, OSError, ValueError) as error:
        raise CheckpointError(
            f"{label(path)}: not a checkpoint, or a damaged one ({str(error).splitlines()[0]})"
        ) from error
    written = metadata.get("format", "another program")
    if written not in [f"armusic {version}" for version in READABLE]:
        raise CheckpointError(
            f"{label(path)}: a checkpoint of {written!r}, but this version reads armusic checkpoint format {FORMAT}:"
            " use the armusic version that wrote it, or train again"
        )
    try:
        header = json.loads(metadata["armusic"])
        settings = config.from_dict(header["config"])
        scale = Scale(np.array(header["scale"]["mean"]), np.array(header["scale"]["std"]))
        with torch.random.fork_rng(devices=[]):  # the weights drawn here are replaced
            model = adapters.of(settings).build(settings)
        beside: dict[str, dict[str, Tensor]] = {
            part: {name: tensors.pop(f"{part}.{name}") for name in _names(tensors, part)} for part in _BESIDE
        }
        model.load_state_dict(tensors)
    except (KeyError, TypeError, ValueError, RuntimeError, ArmusicError) as error:
        raise CheckpointError(
            f"{label(path)}: settings and weights do not match ({str(error).splitlines()[0]})"
        ) from error
    model.eval()
    return Checkpoint(model, settings, scale, tuple(header["history"]), header["card"], **beside)


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
