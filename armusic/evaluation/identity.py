"""What should stay of an item: the digit, the shape, when it is decoded and when it is turned."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Int

from armusic.evaluation.subject import Codes, Subject
from armusic.evaluation.sweeps import POSITIONS, Axes, placed
from armusic.progress import Stage, silent
from armusic.vae.data import Data

WIDE = 2 * POSITIONS  # the range of Pati and Lerch (2020)


@dataclass(frozen=True, slots=True)
class Kept:
    """Shares of items of which a judge says what is true of the originals; 0..1.

    Parameters
    ----------
    what : str
        What should stay, such as the digit.
    original : float
        Of the test items themselves: how good the judge is, where the data says what is true; else 1.
    reconstructed : float
        Of test items decoded from the means of their posteriors.
    swept, swept_wide : float
        Of some decoded with the dimension that turns an attribute (see `sweeps.axes`) at -2 to 2, or -4 to 4, standard
        deviations of the prior; that of the judged attribute itself is not moved.
    n, turned : int
        How many items are reconstructed, and how many are moved.
    """

    what: str
    original: float
    reconstructed: float
    swept: float
    swept_wide: float
    n: int
    turned: int


def kept(
    subject: Subject, test: Data, mean: Codes, chosen: np.ndarray, turned: Axes, on_progress: Stage = silent
) -> Kept | None:
    """Judge test items, their reconstructions, and the `chosen` ones with one dimension moved; None without a judge.

    Source
    ------
    Pati and Lerch (2020): the digit that a classifier reads in decoded images.
    """
    what = subject.adapter.identity_name
    if not what:
        return None
    original = subject.identify(test.x)
    known = told(test, what)
    true = original if known is None else known
    others = [place for place, name in enumerate(test.names) if name != what]
    shares = []
    for positions in (POSITIONS, WIDE):
        moved = placed(mean[chosen], Axes(turned.dims[others], turned.ways[others]), positions)
        made = subject.decode(
            moved.reshape(-1, mean.shape[1]), lambda done, total: on_progress(f"keeping the {what}", done, total)
        )
        shares.append(float((subject.identify(made).reshape(moved.shape[:3]) == true[chosen]).mean()))
    reconstructed = float((subject.identify(subject.decode(mean)) == true).mean())
    near, wide = shares
    return Kept(what, float((original == true).mean()), reconstructed, near, wide, len(test), len(chosen))


def told(test: Data, what: str) -> Int[np.ndarray, " item"] | None:
    """Return what the data itself says of what should stay: an attribute of that name, where there is one."""
    names = (*test.names, *test.reported_names)
    if what not in names:
        return None
    known = test.a if test.reported is None else np.column_stack([test.a, test.reported])
    return known[:, names.index(what)].round().astype(int)
