"""`Judge`: how the attributes of a decoder's output are told while it is trained."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from torch import Tensor

from armusic.shapes import Float
from armusic.vae.data import Items


@dataclass(frozen=True, slots=True)
class Judge:
    """The judge of a decoder's output, in the units of each attribute.

    Parameters
    ----------
    known : tuple of int
        Places of the attributes whose moments are known in closed form.
    moments : callable
        `(output, kind) -> mean, variance`, differentiable, both (item, known attribute).
    measured : tuple of int
        Places of the other attributes: they are measured on samples of the output.
    measure : callable
        `(items, kind) -> attributes` of items of one kind as data has them: float (item, measured attribute).
    faults : callable
        `output -> expected number of faults`, differentiable (item,): what no item of the domain has.
    """

    known: tuple[int, ...]
    moments: Callable[[Tensor, int], tuple[Tensor, Tensor]]
    measured: tuple[int, ...]
    measure: Callable[[Items, int], Float[np.ndarray, "item attribute"]]
    faults: Callable[[Tensor], Tensor]
