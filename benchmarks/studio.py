"""How fast the studio answers: from a slider to notes, on one core, by tunes of 16 and 64 measures.

python benchmarks/studio.py [--measures 16 64] [--turns 100]
"""

import argparse
import os
import random
import statistics
import time

os.environ.setdefault("OMP_NUM_THREADS", "1")

from fastapi.testclient import TestClient

from armusic.studio.server import application
from armusic.studio.state import Studio

HERE = "http://127.0.0.1:8000"
NOTES = "CDEFGABcdefg"


def tune(measures: int) -> bytes:
    """Return a tune of so many different measures: steps up and down, by chance."""
    chance, at, bars = random.Random(measures), 4, []  # noqa: S311  (music, no secret)
    for _ in range(measures):
        bar = ""
        for _ in range(8):
            at = min(max(at + chance.choice((-2, -1, 1, 2)), 0), len(NOTES) - 1)
            bar += NOTES[at]
        bars.append(bar)
    return ("X:1\nM:4/4\nL:1/8\nK:C\n" + "|".join(bars) + "|\n").encode()


def measure(client: TestClient, measures: int, turns: int) -> None:
    """Print the times of a tune."""
    began = time.perf_counter()
    session = client.post("/api/sessions", params={"name": "a.abc"}, content=tune(measures)).json()
    opened = time.perf_counter() - began
    path = f"/api/sessions/{session['id']}"
    times: dict[str, list[float]] = {}

    def turn(what: str, **asked: object) -> None:
        start = time.perf_counter()
        done = client.post(f"{path}/variation", json=asked)
        assert done.status_code == 200, done.text
        times.setdefault(what, []).append((time.perf_counter() - start) * 1000)

    shifts = [(number % 41 - 20) / 200 for number in range(turns)]
    for shift in shifts[:20]:
        turn("open loop, while it searches", shifts={"density": shift}, loop="open")
    while not client.get(f"{path}/pool").json()["ready"]:
        time.sleep(0.2)
    ready = time.perf_counter() - began
    for shift in shifts:
        turn("one attribute", shifts={"density": shift})
    for number, shift in enumerate(shifts):
        turn("one, and two locks", shifts={"density": shift}, locks=["range", "contour"])
        turn("a curve", targets={"rhythm": [abs(shift) + 0.01 * (place % 7) for place in range(measures)]})
        turn("dice", seed=number)
    print(f"{measures} measures: read in {opened:.2f} s, searched in {ready:.1f} s")
    for what, found in times.items():
        found.sort()
        print(
            f"  {what:30} median {statistics.median(found):6.1f} ms, 95 % within {found[int(len(found) * 0.95)]:6.1f}"
        )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--measures", type=int, nargs="+", default=[16, 64])
    parser.add_argument("--turns", type=int, default=100)
    options = parser.parse_args()
    with TestClient(application(Studio(), ("127.0.0.1",)), HERE) as client:
        for count in options.measures:
            measure(client, count, options.turns)
