"""What is measured: a trained model with the domain that it is of, and the kind of item it is measured on."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from jaxtyping import Float, Int, Shaped

from armusic.config import Config
from armusic.errors import DataError, UsageError
from armusic.progress import Progress, Stage, silent
from armusic.training import adapters
from armusic.training.adapters.base import Adapter
from armusic.training.checkpoint import Checkpoint
from armusic.vae.data import Data
from armusic.vae.models.base import VAE

BATCH = 256  # encoded or decoded at a time: more leave the processor's cache
ENOUGH = 100  # test items of a kind, to measure a model on it unasked

Items = Shaped[np.ndarray, "item *shape"]
Codes = Float[np.ndarray, "item latent"]


@dataclass(frozen=True, slots=True)
class Subject:
    """A model under measurement.

    Parameters
    ----------
    model : VAE
        With its weights.
    config : Config
        How it was trained.
    adapter : Adapter
        Of its data.
    kind : int
        Of the items that it is measured on: what a model does differs from kind to kind.
    """

    model: VAE
    config: Config
    adapter: Adapter
    kind: int

    @torch.inference_mode()
    def encode(self, x: Items) -> tuple[Codes, Codes]:
        """Return the mean and the standard deviation of the posterior of each item, both float32."""
        self.model.eval()
        device = next(self.model.parameters()).device
        found = [
            self.model.encode(self.model.items(torch.as_tensor(rows, device=device)), self.kind) for rows in _parts(x)
        ]
        mean, log_std = (torch.cat([getattr(one, name) for one in found]).cpu() for name in ("mean", "log_std"))
        return mean.numpy(), log_std.exp().numpy()

    @torch.inference_mode()
    def decode(self, z: Codes, on_progress: Progress | None = None) -> Items:
        """Return the most likely item of each code, the decoder running free."""
        self.model.eval()
        device = next(self.model.parameters()).device
        made: list[np.ndarray] = []
        for number, rows in enumerate(_parts(z)):
            if on_progress is not None:
                on_progress(number * BATCH, len(z))
            output = self.model.decode(torch.as_tensor(rows, device=device), self.kind)
            made.append(self.model.mode(output).cpu().numpy())
        if on_progress is not None:
            on_progress(len(z), len(z))
        return np.concatenate(made)

    @torch.inference_mode()
    def right(self, x: Items, z: Codes, on_progress: Progress | None = None) -> Float[np.ndarray, " item"]:
        """Return the share of each item (of its ticks, of its pixels) that is decoded right from its code."""
        self.model.eval()
        device = next(self.model.parameters()).device
        found: list[np.ndarray] = []
        for number, (items, rows) in enumerate(zip(_parts(x), _parts(z), strict=True)):
            if on_progress is not None:
                on_progress(number * BATCH, len(z))
            output = self.model.decode(torch.as_tensor(rows, device=device), self.kind)
            same = self.model.right(output, self.model.items(torch.as_tensor(items, device=device)))
            found.append(same.double().mean(dim=1).cpu().numpy())
        if on_progress is not None:
            on_progress(len(z), len(z))
        return np.concatenate(found)

    def measure(self, x: Items) -> Float[np.ndarray, "item attribute"]:
        """Return the model's attributes of items, such as decoded ones; NaN where they are not known."""
        return self.adapter.values(x, self.kind, self.config)

    def identify(self, x: Items) -> Int[np.ndarray, " item"]:
        """Return what should stay of each item, as the domain's judge tells it."""
        return self.adapter.identify(x, self.kind, self.config)

    @property
    def label(self) -> str:
        """What the kind is called."""
        return self.adapter.labels[self.kind]


def load(
    checkpoint: Checkpoint, cache: Path, label: str | None = None, on_progress: Stage = silent
) -> tuple[Subject, tuple[Data, Data, Data]]:
    """Return a model with the training, validation and test items of its own data, all of one kind.

    Parameters
    ----------
    checkpoint : Checkpoint
        The model.
    cache : Path
        Folder of cached data.
    label : str, optional
        The kind of item to measure it on, such as the metre `6/8`; by default the first one (4/4, as in the
        paper) that has a hundred test items, else the commonest.
    on_progress : callable
        Told of files read.

    Raises
    ------
    UsageError
        For a kind that there is not.
    DataError
        When there are no test items of it, or the data cannot be used.
    """
    config, adapter = checkpoint.config, adapters.of(checkpoint.config)
    if label is not None and label not in adapter.labels:
        raise UsageError(f"{label!r}: items of {config.data} are one of {', '.join(adapter.labels)}")
    data = adapter.load(config, cache, lambda done, total: on_progress("reading the data", done, total))
    parts = adapter.split(data, config.seed)
    counts = np.bincount(parts[2].kind, minlength=adapter.kinds)
    usual = int(np.argmax(counts >= min(ENOUGH, counts.max())))
    kind = usual if label is None else adapter.labels.index(label)
    if not counts[kind]:
        raise DataError(f"{config.data}: none of its {len(parts[2])} test items is in {adapter.labels[kind]}")
    train, valid, test = (part.take(part.kind == kind) for part in parts)
    return Subject(checkpoint.model, config, adapter, kind), (train, valid, test)


def numbered(subject: Subject, *parts: np.ndarray) -> list[np.ndarray]:
    """Return a number for each item of some arrays of the subject's kind: the same where two are the same."""
    return subject.adapter.same(parts, subject.kind, subject.config)


def _parts(rows: np.ndarray) -> list[np.ndarray]:
    return np.split(rows, range(BATCH, len(rows), BATCH))
