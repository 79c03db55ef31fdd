"""Whether items keep their identity (the digit, the shape) when they are decoded and when a dimension is moved."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from armusic.evaluation.subject import Codes, Subject
from armusic.evaluation.sweeps import POSITIONS, Axes, moved
from armusic.progress import Stage, silent
from armusic.shapes import Int
from armusic.vae.data import Data

WIDE = 2 * POSITIONS  # the range of Pati and Lerch (2020)


@dataclass(frozen=True, slots=True)
class Identity:
    """Shares of items in which a judge sees the identity of the originals; 0..1.

    Parameters
    ----------
    name : str
        Name of the identity, such as digit.
    original : float
        Share of the test items themselves: the judge's accuracy where the data has the identity, else 1.
    reconstructed : float
        Share of test items decoded from the means of their posteriors.
    swept, swept_wide : float
        Share of items decoded with the dimension of an attribute (see `sweeps.find_axes`) at -2 to 2, or -4 to 4,
        standard deviations of the prior; the dimension of the identity itself is not moved.
    count, swept_count : int
        Number of items that are reconstructed, and number of those whose dimensions are moved.
    """

    name: str
    original: float
    reconstructed: float
    swept: float
    swept_wide: float
    count: int
    swept_count: int

    def as_dict(self) -> dict[str, Any]:
        """Return the figures by the names that they have in an evaluation.json."""
        return {
            "what": self.name,
            "original": self.original,
            "reconstructed": self.reconstructed,
            "swept": self.swept,
            "swept_wide": self.swept_wide,
            "n": self.count,
            "turned": self.swept_count,
        }


def measure(
    subject: Subject, test: Data, mean: Codes, chosen: np.ndarray, axes: Axes, on_progress: Stage = silent
) -> Identity | None:
    """Judge test items, their reconstructions, and the `chosen` ones with one dimension moved; None without a judge.

    Source
    ------
    Pati and Lerch (2020): the digit that a classifier reads in decoded images.
    """
    name = subject.adapter.identity_name
    if not name:
        return None
    original = subject.identify(test.x)
    recorded = identity_in_data(test, name)
    true = original if recorded is None else recorded
    axes = axes.take([place for place, attribute in enumerate(test.names) if attribute != name])
    shares = []
    for positions in (POSITIONS, WIDE):
        codes = moved(subject, mean[chosen], axes, positions)
        items = subject.decode(
            codes.reshape(-1, mean.shape[1]), lambda done, total: on_progress(f"keeping the {name}", done, total)
        )
        shares.append(float((subject.identify(items).reshape(codes.shape[:3]) == true[chosen]).mean()))
    reconstructed = float((subject.identify(subject.decode(mean)) == true).mean())
    swept, swept_wide = shares
    return Identity(name, float((original == true).mean()), reconstructed, swept, swept_wide, len(test), len(chosen))


def identity_in_data(test: Data, name: str) -> Int[np.ndarray, " item"] | None:
    """Return the identity that the data itself has for each item, as an attribute of that name; None without one."""
    names = (*test.names, *test.reported_names)
    if name not in names:
        return None
    values = test.a if test.reported is None else np.column_stack([test.a, test.reported])
    return values[:, names.index(name)].round().astype(int)
