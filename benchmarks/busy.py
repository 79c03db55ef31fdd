"""Wall time of `armusic interpolate` on a quiet machine, and beside busy programs.

python benchmarks/busy.py [INPUT] [--times 5] [--busy 2] [--threads N]

The commands alternate, so that whatever else the machine does weighs on both. Beside N busy programs on as many cores,
one thread has half a core: twice the wall time is what the system leaves it.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
INPUT = ROOT / "examples" / "speed-the-plough.mid"
SPIN = "while True: pass"


def run(path: Path, options: list[str], folder: str) -> tuple[float, float]:
    """Return the wall time and the processor time of the command, in seconds."""
    command = [sys.executable, "-m", "armusic_cli", "interpolate", str(path), "--attr", "rhythm", "--force", *options]
    before, start = os.times(), time.perf_counter()
    environment = {**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'cli'}"}
    subprocess.run(command, cwd=folder, env=environment, check=True, capture_output=True)
    after = os.times()
    used = after.children_user + after.children_system - before.children_user - before.children_system
    return time.perf_counter() - start, used


def beside(count: int, path: Path, options: list[str], folder: str) -> tuple[float, float]:
    """Return the times of the command beside busy programs, without theirs."""
    programs = [subprocess.Popen([sys.executable, "-c", SPIN]) for _ in range(count)]
    try:
        time.sleep(0.5)  # they have started
        return run(path, options, folder)
    finally:
        for program in programs:
            program.kill()
            program.wait()


def main() -> None:
    """Print the medians."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("input", type=Path, nargs="?", default=INPUT)
    parser.add_argument("--times", type=int, default=5)
    parser.add_argument("--busy", type=int, default=2)
    parser.add_argument("--threads", type=int)
    options = parser.parse_args()
    path = options.input.resolve()
    flags = [] if options.threads is None else ["--threads", str(options.threads)]
    quiet, busy = [], []
    with tempfile.TemporaryDirectory() as folder:
        run(path, flags, folder)  # files are in the cache
        for _ in range(options.times):
            quiet.append(run(path, flags, folder))
            busy.append(beside(options.busy, path, flags, folder))
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} at the end")
    medians = []
    for label, times in (("quiet", quiet), (f"beside {options.busy}", busy)):
        wall, used = (statistics.median(part) for part in zip(*times, strict=True))
        slowest = max(wall for wall, _ in times)
        print(f"  {label:10} wall {wall:5.2f} s (slowest {slowest:.2f}), processor {used:5.2f} s")
        medians.append(wall)
    print(f"  ratio {medians[1] / medians[0]:.2f}")


if __name__ == "__main__":
    main()
