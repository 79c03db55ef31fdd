"""Time from a request for notes to its reply: `python benchmarks/notes.py`.

Starts `armusic serve` on one thread and asks it as a DAW does. New: notes that it has not seen, so that candidates are
searched for; again: another target for the same notes. Processor time is the server's, from /proc (Linux).
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from statistics import median
from typing import Any

import armusic
from armusic.music.score import Tune

EXAMPLES = Path(__file__).parents[1] / "examples"
MEASURES = (4, 16, 64)
ORDERS = {
    "one attribute": (["density=by-0.1"], ["density=by-0.05"]),
    "two attributes": (["rhythm=by+0.1", "contour=by+0.1"], ["rhythm=by+0.05", "contour=by+0.1"]),
    "a sweep of five": (["rhythm"], ["rhythm"]),
}


def notes_of(tune: Tune, measures: int) -> list[dict[str, Any]]:
    """Return so many measures of a tune as notes, repeated a third higher where it has no more."""
    length, notes = tune.end, []
    for turn in range(-(-measures // len(tune.measures))):
        notes += [
            {"pitch": note.pitch + 3 * (turn % 4), "start": float(note.start + turn * length),
             "duration": float(note.duration), "velocity": note.velocity}
            for note in tune.notes
        ]  # fmt: skip
    end = float(tune.measures[0].metre.length * measures)
    return [note for note in notes if note["start"] < end]


def ask(address: str, order: Mapping[str, Any]) -> dict[str, Any]:
    """Return a reply."""
    headers = {"content-type": "application/json"}
    request = urllib.request.Request(address, json.dumps(order).encode(), headers)  # noqa: S310  (this machine's)
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(request) as response:
        reply: dict[str, Any] = json.load(response)
    return reply


def processor(pid: int) -> float:
    """Return the processor seconds of a process so far."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=7)
    arguments = parser.parse_args()
    tune = armusic.read(EXAMPLES / "speed-the-plough.mid")
    command = [sys.executable, "-m", "armusic_cli", "serve", "--port", "0", "--threads", "1"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        address = server.stdout.readline().split()[2]
        ask(address, {"notes": notes_of(tune, 2), "attributes": ["contour"]})  # warm
        print("| measures | order | new: processor | wall | again: processor | wall |\n|---|---|---|---|---|---|")
        for measures in MEASURES:
            for name, orders in ORDERS.items():
                rows = []
                for number in range(arguments.times):
                    clip = {"notes": notes_of(tune, measures), "tempo": 60 + number + measures, "metre": "4/4"}
                    row = []
                    for attributes in orders:
                        began, used = time.perf_counter(), processor(server.pid)
                        ask(address, {**clip, "attributes": attributes})
                        row += [processor(server.pid) - used, time.perf_counter() - began]
                    rows.append(row)
                figures = [f"{median(column):.2f} s" for column in zip(*rows, strict=True)]
                print(f"| {measures} | {name} | {' | '.join(figures)} |", flush=True)
        server.terminate()


if __name__ == "__main__":
    main()
