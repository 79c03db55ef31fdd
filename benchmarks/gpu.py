"""Check training and evaluation on a CUDA GPU against the CPU, and print steps a second: five minutes or so.

    python benchmarks/gpu.py                     (the folk corpus)
    python benchmarks/gpu.py --data FOLDER       (a folder of MIDI, ABC or MusicXML files)

Each run is a process of its own, with dropout off: what a step draws is then the same on every device, and losses
differ by rounding alone. The exit code is 1 where something differs by more than the tolerance printed beside it.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from statistics import median
from typing import Any

PRESETS = ("default", "paper")
EPOCHS, STOP = 3, 2
"""Epochs of a checked run, and after how many the run that goes on is stopped."""

ITEMS = 2048
"""Items that the checked runs are trained on."""

SAME, NEAR = 0.02, 0.1
"""Largest relative difference of a loss from the CPU's: in float32 (cuDNN computes GRUs in TF32), and in bfloat16."""

FIGURES = 0.05
"""Largest difference of a figure of the evaluation; most are shares of some hundred items."""

WARM, TIMED = 5, 40
"""Steps before the clock starts, and steps that are timed."""

SPEEDS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("float32", {}),
    ("bfloat16", {"precision": "bfloat16"}),
    ("float32, 2,048 a step", {"batch": 2048}),
    ("bfloat16, 2,048 a step", {"precision": "bfloat16", "batch": 2048}),
)


def main() -> int:
    """Run the checks, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", default="folk", help="data set or folder to train on")
    parser.add_argument("--task", help=argparse.SUPPRESS)  # what a process of its own is to do, as JSON
    options = parser.parse_args()
    if options.task:
        print(json.dumps(TASKS[json.loads(options.task)["name"]](**json.loads(options.task)["values"])))
        return 0
    import torch

    if not torch.cuda.is_available():
        print("no CUDA GPU here: nothing was checked")
        return 1
    print(f"{torch.cuda.get_device_name()}, torch {torch.__version__}\n")
    with tempfile.TemporaryDirectory() as work:
        runs = Runs(options.data, Path(work))
        for preset in PRESETS:
            runs.check_training(preset)
            runs.check_evaluation(preset)
        print("\n| preset | | steps a second |\n| --- | --- | --- |")
        for preset in PRESETS:
            for name, values in SPEEDS:
                show_speed(options.data, preset, name, values)
        print()
        for preset in PRESETS:  # last: to compile takes most of the time
            runs.check_compiled(preset)
            show_speed(options.data, preset, "float32, compiled", {"compile": True})
    print(f"\n{len(runs.failures)} checks failed{': ' if runs.failures else ''}{', '.join(runs.failures)}")
    return bool(runs.failures)


def show_speed(data: str, preset: str, name: str, values: Mapping[str, Any]) -> None:
    """Print a row of the table of steps a second."""
    steps = process("speed", {"preset": preset, "values": {"data": data, **values}}, gpu=True)
    print(f"| {preset} | {name} | {steps:.1f} |", flush=True)


@dataclass
class Runs:
    """The checked runs, in a folder, and the names of the checks that failed."""

    data: str
    work: Path
    failures: list[str] = field(default_factory=list)

    def check_training(self, preset: str) -> None:
        """Print how far losses on the GPU are from those on the CPU: in float32, after a stop, in bfloat16."""
        reference = self.losses(preset, "cpu", gpu=False)
        self.check(f"{preset}: losses on the GPU", apart(reference, self.losses(preset, "gpu")), SAME)
        self.losses(preset, "resumed", stop=STOP)
        resumed = self.losses(preset, "resumed")
        self.check(f"{preset}: a run that was stopped and went on", apart(reference, resumed), SAME)
        halved = self.losses(preset, "bfloat16", precision="bfloat16")
        self.check(f"{preset}: bfloat16", apart(reference, halved), NEAR)

    def check_compiled(self, preset: str) -> None:
        """Print how far the losses of a compiled network are from those of one that is not."""
        plain, compiled = self.losses(preset, "gpu"), self.losses(preset, "compiled", compile=True)
        self.check(f"{preset}: compiled", apart(plain, compiled), SAME)

    def check_evaluation(self, preset: str) -> None:
        """Print how far the figures of a model on the GPU are from those on the CPU."""
        run = str(self.work / f"{preset}-cpu")
        on_cpu, on_gpu = (process("figures", {"run": run, "gpu": gpu}, gpu=True) for gpu in (False, True))
        self.check(f"{preset}: figures of the evaluation", far(on_cpu, on_gpu), FIGURES)

    def losses(
        self, preset: str, name: str, *, gpu: bool = True, stop: int = 0, **values: Any
    ) -> list[dict[str, float]]:
        """Train a run to its end, or until an epoch is done, and return a row of losses an epoch."""
        settings = {"data": self.data, "limit": ITEMS, "epochs": EPOCHS, "dropout": 0.0, **values}
        run = str(self.work / f"{preset}-{name}")
        rows: list[dict[str, float]] = process(
            "training", {"preset": preset, "values": settings, "run": run, "stop": stop}, gpu=gpu
        )
        return rows

    def check(self, name: str, difference: float, tolerance: float) -> None:
        """Print a difference, and note where it is too large."""
        print(f"{name}: largest difference {difference:.1e} (up to {tolerance:g})", flush=True)
        if not difference <= tolerance:  # a NaN fails as well
            self.failures.append(name)


def process(name: str, values: Mapping[str, Any], *, gpu: bool) -> Any:
    """Run a task in a process of its own, which sees a GPU or does not, and return its result."""
    hidden = {} if gpu else {"CUDA_VISIBLE_DEVICES": ""}
    command = [sys.executable, __file__, "--task", json.dumps({"name": name, "values": values})]
    done = subprocess.run(command, env=os.environ | hidden, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{name} {values}:\n{done.stderr}")
    return json.loads(done.stdout.splitlines()[-1])


def training(preset: str, values: dict[str, Any], run: str, stop: int) -> list[dict[str, float]]:
    """Train, or go on with a run that is there; stop after so many epochs, if any. Return metrics.csv as numbers."""
    import armusic

    def stop_there(report: Any) -> None:
        if report.epoch == stop:
            raise KeyboardInterrupt

    with suppress(KeyboardInterrupt):
        armusic.train(armusic.configure(preset, **values), run, resume=Path(run).exists(), on_epoch=stop_there)
    with Path(run, "metrics.csv").open(newline="") as file:
        return [{name: float(value) for name, value in row.items()} for row in csv.DictReader(file)]


def figures(run: str, gpu: bool) -> dict[str, Any]:
    """Evaluate a run on one device or the other."""
    from armusic import evaluation
    from armusic.files import data_folder
    from armusic.training import checkpoint

    loaded = checkpoint.load(Path(run))
    loaded.model.to("cuda" if gpu else "cpu")
    result: dict[str, Any] = evaluation.evaluate(loaded, data_folder()).as_dict()
    return result


def speed(preset: str, values: dict[str, Any]) -> float:
    """Return how many steps a second a run takes: the median, once it is warm."""
    import torch

    import armusic

    times: list[float] = []

    def tick(_losses: Mapping[str, float]) -> None:  # numbers: the GPU has done with the step
        times.append(time.perf_counter())
        if len(times) > WARM + TIMED:
            raise KeyboardInterrupt

    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as work, suppress(KeyboardInterrupt):
        armusic.train(armusic.configure(preset, epochs=1000, **values), Path(work, "run"), on_step=tick)
    return 1 / median(
        after - before for before, after in zip(times[WARM:], islice(times, WARM + 1, None), strict=False)
    )


def apart(reference: Sequence[Mapping[str, float]], rows: Sequence[Mapping[str, float]]) -> float:
    """Return the largest relative difference of the losses of two runs; infinite where one is shorter."""
    if len(reference) != len(rows):
        return float("inf")
    names = [name for name in reference[0] if name not in ("epoch", "step", "seconds", "accuracy")]
    return max(
        abs(row[name] - base[name]) / max(abs(base[name]), 0.01)
        for base, row in zip(reference, rows, strict=True)
        for name in names
    )


def far(reference: Any, other: Any) -> float:
    """Return the largest difference of two nests of figures of the same shape."""
    if isinstance(reference, dict):
        return max((far(value, other[name]) for name, value in reference.items()), default=0.0)
    if isinstance(reference, list):
        return max((far(*pair) for pair in zip(reference, other, strict=True)), default=0.0)
    if isinstance(reference, int | float) and not isinstance(reference, bool):
        return abs(reference - other)
    return 0.0 if reference == other else float("inf")


TASKS = {"training": training, "figures": figures, "speed": speed}

if __name__ == "__main__":
    sys.exit(main())
