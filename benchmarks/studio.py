"""Response times of the studio from a slider to notes, on one core, for tunes of 16 and 64 measures.

python benchmarks/studio.py [--measures 16 64] [--edits 100]
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

ORIGIN = "http://127.0.0.1:8000"
NOTES = "CDEFGABcdefg"


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
    options = parser.parse_args()
    with TestClient(application(Studio(), ("127.0.0.1",)), ORIGIN) as client:
        for count in options.measures:
            measure(client, count, options.edits)
