"""The search with other parts: without the AR-VAE's decodes, with more draws, with draws that the AR-VAE leads.

    python benchmarks/parts.py [-n 30] [--edits 1000] [--only NAME ...] -o FILE     (--show FILE: the table alone)

Tunes, edits, figures and intervals are those of `closed_loop.py`, with no limit of time. In brackets: the interval of
the difference from the first row, the search as it is. Led draws are those of `sources.led`, which decode codes of
their own. *Joined* is what `candidates.recombine` makes of the input and the nearest candidate with each value: of the
decoded ones in the search as it is, of all of them where the row says so.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import closed_loop
import numpy as np
import sources
import torch
from sources import Budget

from armusic import api
from armusic.editing import candidates, written
from armusic.editing import pool as pools
from armusic.editing.candidates import Candidates, Search


@dataclass(frozen=True)
class Parts:
    """What a search consists of: decodes, how many draws, how strongly half are led, and whether all are joined."""

    decodes: bool = True
    draws: int = written.DRAWS
    led: float = 0.0
    joined: bool = False


ROWS = {
    "the search as it is": Parts(),
    "without decodes": Parts(decodes=False),
    "half of the draws led": Parts(led=0.6),
    "without decodes, half of the draws led": Parts(decodes=False, led=0.6),
    "without decodes, 192 draws, all joined": Parts(decodes=False, draws=192, joined=True),
    "without decodes, 192 draws, half led, all joined": Parts(decodes=False, draws=192, led=0.6, joined=True),
    "the same, led half as strongly": Parts(decodes=False, draws=192, led=0.3, joined=True),
}


@contextmanager
def search_of(parts: Parts) -> Iterator[None]:
    """Have every search consist of these parts while this lasts."""
    fill, plain, draws, weight = pools.fill, candidates.written, written.DRAWS, sources.LEAD
    pools.fill = fill if parts.decodes else without_decodes(parts.joined)
    candidates.written, written.DRAWS, sources.LEAD = led if parts.led else plain, parts.draws, parts.led
    try:
        yield
    finally:
        pools.fill, candidates.written, written.DRAWS, sources.LEAD = fill, plain, draws, weight


def without_decodes(joined: bool) -> Callable[..., Candidates]:
    """Return what takes the place of `pools.fill`: rules and draws, and all of them joined with the input if asked."""

    def fill(search: Search, name: str, seed: int = 0, **options: Any) -> Candidates:
        del options
        pool = pools.from_candidates(search, (name,), [candidates.inputs(search)])
        if not len(search.first):
            return pool.candidates
        pool = pools.with_candidates(pool, [candidates.written(search, (name,), np.random.default_rng(seed))])
        if joined:
            pool = pools.with_candidates(pool, [candidates.recombine(search, pool.shortlist(count=1).candidates)])
        return pool.candidates

    return fill


def led(search: Search, names: Sequence[str], rng: np.random.Generator) -> Candidates:
    """Return what `candidates.written` does, every other draw led."""
    return candidates.join([*sources.by_rule(search, names[0], rng), *sources.led(search, names[0], rng)])


def show(result: Mapping[str, Any]) -> str:
    """Return the table, without its line of limits."""
    first, _, *rows = closed_loop.show(result).splitlines()
    return "\n".join([first.split(";")[0], "", *rows])


def main() -> None:
    """Measure the search with each of the parts, or show what was measured before."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("-n", type=int, default=30, help="tunes")
    parser.add_argument("--edits", type=int, default=1000, help="human edits, at most")
    parser.add_argument("--part", choices=closed_loop.PARTS[1:], default="validation")
    parser.add_argument("--only", nargs="+", choices=list(ROWS), metavar="NAME", help="rows to measure; all by default")
    parser.add_argument("-o", type=Path, metavar="FILE", help="where the figures go, as JSON; rows that it has stay")
    parser.add_argument("--show", type=Path, metavar="FILE", help="figures to print instead")
    options = parser.parse_args()
    if options.show:
        print(show(json.loads(options.show.read_text())))
        return
    torch.set_num_threads(1)
    model = api.load()
    others = [closed_loop.PAPER]
    material = closed_loop.material_of(model, others, options.part, options.n, options.edits)
    result: dict[str, Any] = {"part": options.part, "tunes": len(material.bench.subjects), "sources": {}}
    result |= {"candidates": np.inf, "seconds": np.inf}
    if options.o and options.o.exists():
        result = json.loads(options.o.read_text())
    for name in options.only or ROWS:
        if name not in result["sources"]:
            with search_of(ROWS[name]):
                result["sources"][name] = closed_loop.measured(material, [], Budget(0))
            closed_loop.keep(result, show, options.o)
    print(show(result))


if __name__ == "__main__":
    main()
