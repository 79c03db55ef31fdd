"""The results of editing, as far as pictures need them: pictures import nothing that trains or decodes."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

import numpy as np

from armusic.music.score import Tune
from armusic.shapes import Float

Table = Float[np.ndarray, "measure attribute"]
Series = Float[np.ndarray, " measure"]


@runtime_checkable
class Variation(Protocol):
    """A step of a sweep: see `armusic.editing.sweep.Variation`."""

    @property
    def name(self) -> str:
        """Name of the variation."""

    @property
    def step(self) -> float:
        """Step of the attribute, in standard deviations; 0 is the input."""

    @property
    def tune(self) -> Tune:
        """The music."""

    @property
    def values(self) -> Series:
        """The attribute of each measure."""

    @property
    def targets(self) -> Series | None:
        """The target of each measure, where there are targets."""

    @property
    def whole(self) -> bool:
        """Whether the targets are of the tune: their mean is what counts."""


@runtime_checkable
class Reached(Protocol):
    """A result at its targets: see `armusic.editing.result.Reached`."""

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the attributes."""

    @property
    def targets(self) -> Table:
        """The target of each measure and attribute."""

    @property
    def values(self) -> Table:
        """The values reached."""

    @property
    def original(self) -> Table:
        """The values of the input."""

    @property
    def whole(self) -> bool:
        """Whether the targets are of the tune: their mean is what counts."""


@runtime_checkable
class Surface(Protocol):
    """Two attributes over a grid of their targets: see `armusic.editing.surface.Surface`."""

    @property
    def names(self) -> tuple[str, str]:
        """Names of the attributes."""

    @property
    def targets(self) -> Float[np.ndarray, "2 point"]:
        """The targets of each, rising."""

    @property
    def values(self) -> Float[np.ndarray, "2 point point"]:
        """The values of the first and the second; a row per target of the second."""

    @property
    def original(self) -> Float[np.ndarray, "measure 2"]:
        """The values of the input."""
