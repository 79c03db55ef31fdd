"""Threads of numpy's linear algebra and of torch: read from the environment when these are imported."""

from __future__ import annotations

import os

import click

OPENMP = "OMP_NUM_THREADS"
VARIABLES = (OPENMP, "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")
"""OpenBLAS and torch read the first, where their own one is not set; the last is Apple's Accelerate."""


def use(count: int | None) -> None:
    """Have numpy and torch use this many threads; without a number, one, unless the environment says another.

    Call it before they are imported. The products of a melody are too small to share: a second thread gains nothing,
    and where another program is busy, each waits for the other.

    Parameters
    ----------
    count : int, optional
        Number of threads.
    """
    if count is not None:
        os.environ.update(dict.fromkeys(VARIABLES, str(count)))
    elif not any(os.environ.get(name) for name in VARIABLES):
        os.environ.update(dict.fromkeys(VARIABLES, "1"))


def _chosen(_: click.Context, __: click.Parameter, count: int | None) -> None:
    use(count)


option = click.option(
    "--threads",
    type=click.IntRange(min=1),
    metavar="N",
    callback=_chosen,
    expose_value=False,
    help=f"CPU threads.  [default: ${OPENMP}, else 1]",
)
"""The option of commands that answer at once."""
