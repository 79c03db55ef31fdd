"""A model under measurement: with the adapter of its data, and the kind of item that it is measured on."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch

from armusic.config import Config
from armusic.errors import DataError, MissingFileError, UsageError
from armusic.files import one_line
from armusic.progress import Progress, Stage, silent
from armusic.shapes import Float, Int, Shaped
from armusic.training import adapters, fingerprint
from armusic.training.adapters.base import Adapter
from armusic.training.checkpoint import Checkpoint
from armusic.vae.data import Data, Scale
from armusic.vae.models.base import VAE

log = logging.getLogger(__name__)

BATCH = 256  # items encoded or decoded at a time: more leave the processor's cache
ENOUGH = 100  # fewest test items of the kind that is measured by default

Items = Shaped[np.ndarray, "item *shape"]
Codes = Float[np.ndarray, "item latent"]


@dataclass(frozen=True, slots=True)
class Subject:
    """A model under measurement.

    Parameters
    ----------
    model : VAE
        The network with its weights.
    config : Config
        The settings that it was trained with.
    adapter : Adapter
        The adapter of its data.
    kind : int
        The kind of item that it is measured on: how good a model is differs from kind to kind.
    scale : Scale
        The scale of its attributes.
    trained_on : str
        Name of its own data, where the test items are of other data; else empty.
    """

    model: VAE
    config: Config
    adapter: Adapter
    kind: int
    scale: Scale
    trained_on: str = ""

    @torch.inference_mode()
    def encode(self, x: Items) -> tuple[Codes, Codes]:
        """Return the mean and the standard deviation of the posterior of each item, both float32."""
        self.model.eval()
        posteriors = [self.model.encode(self._to_model(rows), self.kind) for rows in _batches(x)]
        mean, log_std = (
            torch.cat([getattr(posterior, name) for posterior in posteriors]).cpu() for name in ("mean", "log_std")
        )
        return mean.numpy(), log_std.exp().numpy()

    @property
    def edits(self) -> bool:
        """Whether the model has an editor, which moves all dimensions of a code to reach a value."""
        return getattr(self.model, "editor", None) is not None

    @torch.inference_mode()
    def edit(self, z: Codes, positions: Float[np.ndarray, "item attribute"]) -> Codes:
        """Return codes edited so that attributes lie at `positions` of their dimensions; NaN: as they come."""
        self.model.eval()
        targets = torch.as_tensor(positions, dtype=torch.float32, device=self._device)
        return self.model.edit(torch.as_tensor(z, device=self._device), targets, self.kind).cpu().numpy()

    @torch.inference_mode()
    def decode(self, z: Codes, on_progress: Progress | None = None) -> Items:
        """Return the most likely item of each code, the decoder running free."""
        return np.concatenate([self.model.mode(output).cpu().numpy() for output in self._outputs(z, on_progress)])

    @torch.inference_mode()
    def accuracy(self, x: Items, z: Codes, on_progress: Progress | None = None) -> Float[np.ndarray, " item"]:
        """Return the share of each item (of its ticks, of its pixels) that is decoded right from its code."""
        shares = []
        for rows, output in zip(_batches(x), self._outputs(z, on_progress), strict=True):
            right = self.model.right(output, self._to_model(rows))
            shares.append(right.double().mean(dim=1).cpu().numpy())
        return np.concatenate(shares)

    def _to_model(self, x: Items) -> torch.Tensor:
        return self.model.items(torch.as_tensor(x, device=self._device))

    def _outputs(self, z: Codes, on_progress: Progress | None) -> Iterator[torch.Tensor]:
        """Yield what the decoder returns for each batch of codes."""
        self.model.eval()
        for number, rows in enumerate(_batches(z)):
            if on_progress is not None:
                on_progress(number * BATCH, len(z))
            yield self.model.decode(torch.as_tensor(rows, device=self._device), self.kind)
        if on_progress is not None:
            on_progress(len(z), len(z))

    @property
    def _device(self) -> torch.device:
        return next(self.model.parameters()).device

    def measure(self, x: Items) -> Float[np.ndarray, "item attribute"]:
        """Return the model's attributes of items, such as decoded ones; NaN where they cannot be measured."""
        return self.adapter.values(x, self.kind, self.config)

    def identify(self, x: Items) -> Int[np.ndarray, " item"]:
        """Return the identity of each item (its digit, its shape), as the domain's judge sees it."""
        return self.adapter.identify(x, self.kind, self.config)

    @property
    def label(self) -> str:
        """Name of the kind."""
        return self.adapter.labels[self.kind]


def load(
    checkpoint: Checkpoint, cache: Path, label: str | None = None, on_progress: Stage = silent, data: str | None = None
) -> tuple[Subject, tuple[Data, Data, Data]]:
    """Load the data of a model, and return the model with its training, validation and test items, all of one kind.

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
        Called with the stage of the work, how much of it is done, and its total.
    data : str, optional
        Name of other data, or path: all its items are test items. Where the model's own data is not there, this stands
        for it: data that was moved.

    Raises
    ------
    UsageError
        For an unknown kind, or data of another domain.
    DataError
        When there are no test items or no training items of it, or the data cannot be used.
    """
    config, adapter = checkpoint.config, adapters.of(checkpoint.config)
    if label is not None and label not in adapter.labels:
        raise UsageError(f"{label!r}: no kind of item of {config.data}: use one of {', '.join(adapter.labels)}")

    def progress(done: int, total: int) -> None:
        on_progress("reading the data", done, total)

    other = None
    if data is not None and data != config.data:
        moved = config.replace(data=data)
        source = adapters.of(moved)
        if source.domain != adapter.domain:
            raise UsageError(
                f"{one_line(data)} has no {adapter.words.items}, and this model is one of {adapter.words.items}"
                f" ({one_line(config.data)}): name other data, or use its own"
            )
        other = source.load(moved.replace(limit=0), cache, progress)
    try:
        own = adapter.load(config, cache, progress)
    except (DataError, MissingFileError):
        if other is None:
            raise
        config, adapter, own, other = moved, source, source.load(moved, cache, progress), None
    trained_on = checkpoint.card.get("fingerprint")
    if trained_on is not None and (change := fingerprint.difference(trained_on, fingerprint.of(own))):
        log.warning(
            "%s has changed since the model was trained (%s): test %s may be among those that it was trained on",
            one_line(config.source),
            change,
            adapter.words.items,
        )
    parts, foreign = adapter.split(own, config.split), ""
    if other is not None and fingerprint.difference(fingerprint.of(own), fingerprint.of(other)):
        tunes = int(own.group.max()) + 1  # those of the other data are numbered on
        parts, foreign = (*parts[:2], replace(other, group=other.group + tunes)), config.data
        config = moved
    counts = np.bincount(parts[2].kind, minlength=adapter.kinds)
    known = counts * (np.bincount(parts[0].kind, minlength=adapter.kinds) > 0) if foreign else counts
    usual = int(np.argmax(known >= min(ENOUGH, known.max())))
    kind = usual if label is None else adapter.labels.index(label)
    if not counts[kind]:
        raise DataError(f"{config.data}: none of its {len(parts[2])} test items is in {adapter.labels[kind]}")
    train, valid, test = (part.take(part.kind == kind) for part in parts)
    if not len(train):
        raise DataError(
            f"{config.data}: {counts[kind]} test items in {adapter.labels[kind]} and none to train on: too little data"
            " to evaluate a model, give more"
        )
    return Subject(checkpoint.model, config, adapter, kind, checkpoint.scale, foreign), (train, valid, test)


def number_items(subject: Subject, *parts: np.ndarray) -> list[np.ndarray]:
    """Return a number for each item of some arrays of the subject's kind: equal items have equal numbers."""
    return subject.adapter.same(parts, subject.kind, subject.config)


def _batches(rows: np.ndarray) -> list[np.ndarray]:
    return np.split(rows, range(BATCH, len(rows), BATCH))
