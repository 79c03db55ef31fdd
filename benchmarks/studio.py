"""The studio on one core: its start, its search and its memory, and response times from a slider to notes.

python benchmarks/studio.py [--measures 16 64] [--edits 100] [--only start|responses]

The start is that of `armusic studio` as a process of its own, beside `python -c "import torch"` where torch is
installed; processor seconds and memory are read from /proc, so on Linux only.
"""

import argparse
import json
import os
import random
import statistics
import subprocess
import sys
import time
import urllib.request
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Self

os.environ.setdefault("OMP_NUM_THREADS", "1")

from fastapi.testclient import TestClient

from armusic.studio.security import Access
from armusic.studio.server import application
from armusic.studio.state import Studio

ORIGIN = "http://127.0.0.1:8000"
NOTES = "CDEFGABcdefg"
ROOT = Path(__file__).resolve().parents[1]
ACTIONS = 100
NAMES = ("rhythm", "range", "density", "contour")


def tune(measures: int) -> bytes:
    """Return a tune of random steps up and down, with this many measures."""
    rng, at, bars = random.Random(measures), 4, []  # noqa: S311  (music, no secret)
    for _ in range(measures):
        bar = ""
        for _ in range(8):
            at = min(max(at + rng.choice((-2, -1, 1, 2)), 0), len(NOTES) - 1)
            bar += NOTES[at]
        bars.append(bar)
    return ("X:1\nM:4/4\nL:1/8\nK:C\n" + "|".join(bars) + "|\n").encode()


class Server:
    """`armusic studio` as a process of its own; it is stopped at the end of the block."""

    def __enter__(self) -> Self:
        """Start it and wait for its address."""
        path = f"{ROOT}{os.pathsep}{ROOT / 'cli'}"
        start = time.perf_counter()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "armusic_cli", "studio", "--no-open"],
            env={**os.environ, "PYTHONPATH": path},
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self.process.stderr is not None
        self.address = self.process.stderr.readline().split()[2].rstrip("/")
        self.wall, self.started = time.perf_counter() - start, self.seconds
        return self

    def __exit__(self, *_: object) -> None:
        """Stop it."""
        self.process.terminate()
        self.process.wait()

    @property
    def seconds(self) -> float:
        """Processor seconds so far."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    @property
    def megabytes(self) -> float:
        """Memory in use."""
        lines = Path(f"/proc/{self.process.pid}/status").read_text().splitlines()
        return int(next(line for line in lines if line.startswith("VmRSS")).split()[1]) / 1024

    def send(self, path: str, body: bytes | None = None) -> Any:
        """Return the answer to a request."""
        headers = {"Content-Type": "application/json", "Origin": self.address}
        with urllib.request.urlopen(urllib.request.Request(self.address + path, body, headers)) as reply:  # noqa: S310
            return json.load(reply)


def torch_seconds() -> float:
    """Return the processor seconds of importing torch."""
    before = os.times()
    subprocess.run([sys.executable, "-c", "import torch"], check=True)
    after = os.times()
    return after.children_user + after.children_system - before.children_user - before.children_system


def begin(measures: int) -> None:
    """Print what the start, the search and 100 actions take, for a tune."""
    torch = f"; import torch {torch_seconds():.2f} s" if find_spec("torch") else ""
    with Server() as server:
        print(f"{measures} measures: address shown after {server.wall:.2f} s, processor {server.started:.2f} s{torch}")
        session = f"/api/sessions/{server.send('/api/sessions?name=a.abc', tune(measures))['id']}"
        server.send(f"{session}/variation", json.dumps({"shifts": {"density": 0.1}, "loop": "open"}).encode())
        opened = server.seconds
        while not server.send(f"{session}/pool")["ready"]:
            time.sleep(0.2)
        print(f"  opened at {opened:.2f} s of processor time; searched for {server.seconds - opened:.2f} s more")
        for number in range(ACTIONS):
            shifts = {NAMES[number % len(NAMES)]: (number % 41 - 20) / 200}
            server.send(f"{session}/variation", json.dumps({"shifts": shifts, "seed": number % 3}).encode())
        print(f"  {server.megabytes:.0f} MB after {ACTIONS} actions")


def measure(client: TestClient, measures: int, edits: int) -> None:
    """Print the response times for a tune."""
    start = time.perf_counter()
    session = client.post("/api/sessions", params={"name": "a.abc"}, content=tune(measures)).json()
    opening = time.perf_counter() - start
    path = f"/api/sessions/{session['id']}"
    times: dict[str, list[float]] = {}

    def send(label: str, **edit: object) -> None:
        sent = time.perf_counter()
        response = client.post(f"{path}/variation", json=edit)
        assert response.status_code == 200, response.text
        times.setdefault(label, []).append((time.perf_counter() - sent) * 1000)

    shifts = [(number % 41 - 20) / 200 for number in range(edits)]
    for shift in shifts[:20]:
        send("open loop, while it searches", shifts={"density": shift}, loop="open")
    while not client.get(f"{path}/pool").json()["ready"]:
        time.sleep(0.2)
    ready = time.perf_counter() - start
    for shift in shifts:
        send("one attribute", shifts={"density": shift})
    for number, shift in enumerate(shifts):
        send("one, and two locks", shifts={"density": shift}, locks=["range", "contour"])
        send("a curve", targets={"rhythm": [abs(shift) + 0.01 * (place % 7) for place in range(measures)]})
        send("dice", seed=number)
    print(f"{measures} measures: read in {opening:.2f} s, searched in {ready:.1f} s")
    for label, values in times.items():
        values.sort()
        slow = values[int(len(values) * 0.95)]
        print(f"  {label:30} median {statistics.median(values):6.1f} ms, 95 % within {slow:6.1f}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--measures", type=int, nargs="+", default=[16, 64])
    parser.add_argument("--edits", type=int, default=100)
    parser.add_argument("--only", choices=("start", "responses"))
    options = parser.parse_args()
    for count in options.measures if options.only != "responses" else ():
        begin(count)
    if options.only == "start":
        sys.exit()
    with TestClient(application(Studio(), Access(("127.0.0.1",), 8000)), ORIGIN) as client:
        for count in options.measures:
            measure(client, count, options.edits)
