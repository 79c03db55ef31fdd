"""Where a search spends its time: one attribute of a tune, and all of them as the studio looks for them.

python benchmarks/search.py [--measures 32] [--repeats 5]

The tune is the studio's benchmark: measures that are all different. Processor milliseconds, medians; the time of a
part is its own, without that of the parts that it calls. *Further target* is another value of the same attribute.
"""

from __future__ import annotations

import argparse
import os
import statistics
import time
from collections import defaultdict
from collections.abc import Callable
from types import ModuleType
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
from studio import tune

from armusic import api
from armusic.editing import candidates, ear, interactive, pool, probes, written
from armusic.io.readers import abc
from armusic.music.score import Tune
from armusic.taste import lines, surprise

PARTS = {
    "the network: codes decoded and edited": ((candidates, "decode"), (probes, "edit"), (candidates, "encode")),
    "the model of tunes: measures drawn": ((written, "drawn"),),
    "the model of tunes: surprise": ((surprise, "surprise"),),
    "measures by rule": ((written, "by_rule"), (lines, "touched"), (candidates, "recombine")),
    "what no musician writes": ((ear, "broken"), (ear, "mend")),
    "attributes": ((ear, "measure"),),
    "distance, short lists": ((pool, "distance"), (pool.ranking, "nearest"), (ear, "awkwardness")),
    "each once": ((candidates, "merge"), (candidates, "measured")),
}
"""Functions whose own time counts for each part."""


class Clock:
    """Processor seconds of parts, each without what it calls."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = defaultdict(float)
        self._inside: list[float] = []

    def measure(self, part: str, module: ModuleType, name: str) -> None:
        """Have a function of a module count for a part from now on."""
        function: Callable[..., Any] = getattr(module, name)

        def timed(*arguments: Any, **options: Any) -> Any:
            start = time.process_time()
            self._inside.append(0.0)
            try:
                return function(*arguments, **options)
            finally:
                whole = time.process_time() - start
                self.seconds[part] += whole - self._inside.pop()
                if self._inside:
                    self._inside[-1] += whole

        setattr(module, name, timed)


def once(work: Callable[[], object], clock: Clock) -> dict[str, float]:
    """Return the milliseconds of each part, of the rest and of the whole."""
    clock.seconds.clear()
    start = time.process_time()
    work()
    whole = time.process_time() - start
    parts = {part: clock.seconds[part] for part in PARTS}
    every = parts | {"the rest": whole - sum(parts.values()), "together": whole}
    return {part: seconds * 1000 for part, seconds in every.items()}


def further(model: api.Model, music: Tune, targets: int = 20) -> float:
    """Return the milliseconds that another target of the same attribute takes: the median of some."""
    change, times = model.controller(music, ["density"]), []
    for value in np.linspace(0.2, 0.5, targets):
        start = time.process_time()
        change({"density": float(value)})
        times.append((time.process_time() - start) * 1000)
    return statistics.median(times)


def main() -> None:
    """Print the times."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--measures", type=int, default=32)
    parser.add_argument("--repeats", type=int, default=5)
    options = parser.parse_args()
    model, clock = api.load(), Clock()
    music = abc.parse_tune(tune(options.measures).decode(), "tune.abc")
    works = {
        "one attribute": lambda: model.interpolate(music, "density"),
        "all four, as in the studio": lambda: interactive.search(interactive.context_of(model.checkpoint, music)),
    }
    for work in works.values():
        work()
    more = further(model, music)
    for part, functions in PARTS.items():
        for module, name in functions:
            clock.measure(part, module, name)
    rows = {label: [once(work, clock) for _ in range(options.repeats)] for label, work in works.items()}
    print(f"| ms, {options.measures} different measures | {' | '.join(works)} |\n|---|{'---|' * len(works)}")
    for part in (*PARTS, "the rest", "together"):
        cells = " | ".join(f"{statistics.median(row[part] for row in rows[label]):.0f}" for label in works)
        print(f"| {part} | {cells} |")
    print(f"\nA further target: {more:.1f} ms.")


if __name__ == "__main__":
    main()
