"""What a command costs beyond its music: processor seconds and peak memory of whole processes, beside `import torch`.

python benchmarks/start.py [--repeats 7] [--tune examples/speed-the-plough.mid]

Each figure is the median of processes that take turns, after one each that fills caches; processor time is that of
the process and what it starts, in user and system mode, on one thread. Where torch is not installed, its line is left
out. Not for Windows, which counts otherwise.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path
from statistics import median

ROOT = Path(__file__).parents[1]
KILOBYTE = 1 if sys.platform == "darwin" else 1024  # bytes in the unit of peak memory
THREADS = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=7, help="processes of each command")
    parser.add_argument("--tune", type=Path, default=ROOT / "examples" / "speed-the-plough.mid")
    arguments = parser.parse_args()
    commands = processes(arguments.tune.resolve())
    with tempfile.TemporaryDirectory() as folder:
        figures: dict[str, list[tuple[float, float]]] = {name: [] for name in commands}
        for turn in range(arguments.repeats + 1):
            for name, command in commands.items():
                spent = cost(command, Path(folder))
                if turn:
                    figures[name].append(spent)
    torch = median(seconds for seconds, _ in figures["import torch"]) if "import torch" in figures else None
    print(f"{'process':36} {'processor time':>14} {'of import torch':>16} {'peak memory':>12}")
    for name, spent in figures.items():
        seconds, memory = median(each[0] for each in spent), max(each[1] for each in spent)
        share = f"{seconds / torch:.2f}" if torch else ""
        print(f"{name:36} {seconds:12.2f} s {share:>16} {memory / 1e6:9.0f} MB")


def processes(tune: Path) -> dict[str, list[str]]:
    """Return the command line of each process that is measured, by its name."""
    armusic = [sys.executable, "-m", "armusic_cli"]
    sweep = [*armusic, "interpolate", str(tune), "--attr", "rhythm", "--force"]
    commands = {"python": [sys.executable, "-c", ""]}
    if find_spec("torch") is not None:
        commands["import torch"] = [sys.executable, "-c", "import torch"]
    return commands | {
        "import numpy": [sys.executable, "-c", "import numpy"],
        "armusic --help": [*armusic, "--help"],
        "armusic interpolate --help": [*armusic, "interpolate", "--help"],
        "armusic inspect": [*armusic, "inspect", str(tune)],
        "armusic interpolate --no-picture": [*sweep, "--no-picture"],
        "armusic interpolate": sweep,
    }


def cost(command: list[str], folder: Path) -> tuple[float, float]:
    """Run a process in a folder, and return its processor time in seconds and its peak memory in bytes."""
    path = os.pathsep.join([str(ROOT), str(ROOT / "cli"), os.environ.get("PYTHONPATH", "")])
    environment = {**os.environ, **dict.fromkeys(THREADS, "1"), "PYTHONPATH": path}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # an installed package is compiled
    process = subprocess.Popen(command, cwd=folder, env=environment, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if status:
        raise SystemExit(f"{' '.join(command)}: exit code {process.returncode}")
    return usage.ru_utime + usage.ru_stime, float(usage.ru_maxrss * KILOBYTE)


if __name__ == "__main__":
    main()
