"""`Checkpoint`: a trained model, read from its file without torch.

A checkpoint is one safetensors file: the weights, and JSON in its header for the rest. Nothing is ever unpickled.
`armusic.training.checkpoint` writes it, and reads the state of a training that the last one of a run holds as well.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
from safetensors import SafetensorError, safe_open

from armusic import config, plugins
from armusic.config import MUSIC, Config
from armusic.errors import ArmusicError, CheckpointError, UsageError
from armusic.files import check_readable, label, one_line
from armusic.inference import run_folder, settings
from armusic.inference.network import MeasureNetwork, Network
from armusic.music.pitch_frame import Frame
from armusic.vae.data import Scale

FORMAT = 2
READABLE = (1, 2)
"""Versions of the format that can be read; in 1, the settings are a flat table."""
BEST, LAST = "best.safetensors", "last.safetensors"
BESIDE = ("optimizer", "companion")
"""Prefixes of the tensors that are not weights of the model, before a dot."""
OF_DATA = ("calibration", "fingerprint")
"""What a card has of the data: the scale of its attributes, and what tells it from other data."""


@dataclass(frozen=True, slots=True, eq=False)
class Checkpoint:
    """A model with its settings and its scale, ready to use; equal to itself alone.

    Parameters
    ----------
    model : Network
        The model; one of another domain than music does nothing here but say so.
    config : Config
        Settings of its run; latent dimension k belongs to `config.attributes[k]`.
    scale : Scale
        Scale of the attributes on its training data.
    history : tuple of dict
        Figures of each epoch that is done.
    card : dict
        Facts about the run: data, command, counts, figures.
    weights : dict of str to array
        Weights of the model, float32, by name.
    computed : dict
        Results computed once from the model, such as its calibration, by name; not saved.
    """

    model: Network
    config: Config
    scale: Scale
    history: tuple[dict[str, float], ...] = ()
    card: dict[str, Any] = field(default_factory=dict)
    weights: Mapping[str, np.ndarray] = field(default_factory=dict, repr=False)
    computed: dict[str, Any] = field(default_factory=dict, init=False, repr=False)

    @property
    def frame(self) -> Frame:
        """The pitch frame of a model of music."""
        return settings.frame_of(self.config)


@dataclass(frozen=True, slots=True)
class Content:
    """What is in a file.

    Parameters
    ----------
    tensors : dict of str to array
        All tensors by name.
    config, scale, history, card
        The fields of `Checkpoint`.
    """

    tensors: dict[str, np.ndarray]
    config: Config
    scale: Scale
    history: tuple[dict[str, float], ...]
    card: dict[str, Any]


class Elsewhere:
    """The model of another domain, or of another package: torch runs it."""

    def __init__(self, config: Config) -> None:
        self.latent = config.network.latent
        self._data = one_line(config.data)

    def encode(self, *_: object) -> NoReturn:
        """Say that only torch runs it."""
        raise UsageError(
            f"{self._data}: the model is not of measures of music: armusic evaluate and armusic traverse take it,"
            " and need torch (pip install 'armusic[train]')"
        )

    edit = decode = encode


def make(weights: Mapping[str, np.ndarray], content: Content) -> Checkpoint:
    """Return a checkpoint from its weights, and from what else is in its file.

    Raises
    ------
    CheckpointError
        When weights and settings are not those of one network.
    """
    chosen = content.config
    single = {
        name: array.astype(np.float32, copy=False) if np.issubdtype(array.dtype, np.floating) else array
        for name, array in weights.items()
    }
    elsewhere = chosen.domain != MUSIC or bool(
        plugins.find("models", getattr(chosen.network, "decoder", ""), "decoder")
    )
    problem = "" if elsewhere else settings.difference(single, chosen)
    if problem and chosen.data not in plugins.named("adapters"):
        raise CheckpointError(f"settings and weights do not match ({problem})")
    model: Network = Elsewhere(chosen) if elsewhere or problem else MeasureNetwork(single)
    return Checkpoint(model, chosen, content.scale, content.history, content.card, single)


def load(path: Path) -> Checkpoint:
    """Read a checkpoint: a file, or a run folder (its best one, else its last).

    Raises
    ------
    MissingFileError
        If there is no such file or folder.
    CheckpointError
        If it is broken, no checkpoint of armusic, or of an unknown version of the format.
    """
    content = read(path, beside=False)
    try:
        return make(content.tensors, content)
    except CheckpointError as error:
        raise CheckpointError(f"{label(file_of(path))}: {error}") from error


def with_data(checkpoint: Checkpoint, data: str) -> Checkpoint:
    """Return a checkpoint that takes its data from elsewhere, without what its card says of its own."""
    card = {name: value for name, value in checkpoint.card.items() if name not in OF_DATA}
    return replace(checkpoint, config=checkpoint.config.replace(data=data), card=card)


def file_of(path: Path) -> Path:
    """Return the file of a checkpoint: of a run folder, its best one, else its last.

    Raises
    ------
    CheckpointError
        For a folder without one.
    """
    if not path.is_dir():
        return path
    files = [path / name for name in (BEST, LAST) if (path / name).is_file()]
    if not files:
        raise CheckpointError(f"{label(path)}: no checkpoint in this folder ({BEST} or {LAST}): name a run folder")
    return files[0]


def read(path: Path, *, beside: bool = True) -> Content:
    """Read what is in a checkpoint; without the state of its training where it is not to be `beside`.

    Raises
    ------
    MissingFileError, CheckpointError
        As `load`.
    """
    path = file_of(path)
    check_readable(path)
    try:
        with safe_open(path, "numpy") as file:
            metadata = file.metadata() or {}
            names = [name for name in file.keys() if beside or name.split(".")[0] not in BESIDE]  # noqa: SIM118
            tensors = {name: file.get_tensor(name) for name in names}
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
        scale = Scale(np.array(header["scale"]["mean"]), np.array(header["scale"]["std"]))
        chosen = run_folder.with_place(config.from_dict(header["config"]), path.parent)
        return Content(tensors, chosen, scale, tuple(header["history"]), dict(header["card"]))
    except (KeyError, TypeError, ValueError, ArmusicError) as error:
        raise CheckpointError(
            f"{label(path)}: settings and weights do not match ({str(error).splitlines()[0]})"
        ) from error
