"""From a slider to new notes on the screen, in Chromium: milliseconds, and what server and page take of them.

python benchmarks/studio_slider.py [--measures 16 64] [--edits 40] [--against CHECKOUT]

Each slider event waits until its answer is painted, score open, before the next. With another checkout, both take turns
in one run, so that other work on the machine slows them alike. "page" is the processor time of the page's main thread,
"server" that of the server.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, sync_playwright
from studio import ROOT, tune

ROUNDS = 4  # in which checkouts take turns
SLIDE = """(value) => new Promise((resolve) => {
  const slider = document.getElementById("slider-rhythmic_complexity") ?? document.querySelector("input[id^=slider-]");
  const before = studio.get().shown;
  const start = performance.now();
  slider.value = value;
  slider.dispatchEvent(new Event("input", { bubbles: true }));
  const look = () => {
    if (studio.get().shown === before) return setTimeout(look, 1);
    requestAnimationFrame(() => {
      const channel = new MessageChannel(); // a task after this frame is painted
      channel.port1.onmessage = () => resolve(performance.now() - start);
      channel.port2.postMessage(0);
    });
  };
  look();
})"""


class Tab:
    """A page with a tune open, and the processor time that it and its server have taken."""

    def __init__(self, page: Page, pid: int) -> None:
        self.page, self.pid, self.times = page, pid, []
        self.cdp = page.context.new_cdp_session(page)
        self.cdp.send("Performance.enable", {"timeDomain": "threadTicks"})

    times: list[float]

    def seconds(self) -> tuple[float, float]:
        """Return the processor seconds so far of the page's main thread, and of the server."""
        metrics: Any = self.cdp.send("Performance.getMetrics")["metrics"]
        page = next(metric["value"] for metric in metrics if metric["name"] == "TaskDuration")
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return page, (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def open(self, measures: int) -> None:
        """Open a tune, and wait for the end of its search."""
        name = f"{measures}.abc"
        file = {"name": name, "mimeType": "text/plain", "buffer": tune(measures)}
        self.page.locator("#file").set_input_files(file)  # type: ignore[arg-type]
        while not self.page.evaluate(f"studio.get().session?.name === '{name}' && studio.get().pool?.ready"):
            time.sleep(0.2)
        self.page.locator("#score-box").evaluate("(box) => box.scrollIntoView({ block: 'end' })")

    def slide(self, values: list[int]) -> None:
        """Move the slider to values."""
        for value in values:
            self.times.append(self.page.evaluate(SLIDE, str(value)))


@contextmanager
def served(root: Path) -> Iterator[tuple[str, int]]:
    """Serve the studio of a checkout; yield its address and process."""
    command = [sys.executable, "-m", "armusic_cli", "studio", "--no-open", "--port", "0"]
    environment = {**os.environ, "PYTHONPATH": f"{root}{os.pathsep}{root / 'cli'}", "OMP_NUM_THREADS": "1"}
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment, cwd=root) as server:
        assert server.stderr is not None
        address = re.search(r"http://\S+", server.stderr.readline())
        assert address, "the server did not start"
        try:
            yield address[0], server.pid
        finally:
            server.terminate()


def measure(tabs: dict[str, Tab], measures: int, edits: int) -> None:
    """Print the times of a tune."""
    taken = {label: [0.0, 0.0] for label in tabs}
    for label, tab in tabs.items():
        tab.open(measures)
        tab.slide([150, 250])
        tab.times.clear()
        taken[label] = [0.0, 0.0]
    for part in range(ROUNDS):
        values = [100 + (37 * number) % 201 for number in range(part, edits, ROUNDS)]
        for label, tab in tabs.items():
            before = tab.seconds()
            tab.slide(values)
            taken[label] = [t + b - a for t, a, b in zip(taken[label], before, tab.seconds(), strict=True)]
    for label, tab in tabs.items():
        times = sorted(tab.times)
        page, server = (1000 * total / len(times) for total in taken[label])
        print(
            f"{measures:3} measures, {label:8} median {statistics.median(times):6.1f} ms,"
            f" 90 % within {times[int(len(times) * 0.9)]:6.1f}; page {page:5.1f} ms, server {server:5.1f} ms"
        )


def main() -> None:
    """Measure."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--measures", type=int, nargs="+", default=[16, 64])
    parser.add_argument("--edits", type=int, default=40)
    parser.add_argument("--against", type=Path)
    options = parser.parse_args()
    chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    roots = {"now": ROOT, **({"before": options.against} if options.against else {})}
    with ExitStack() as stack:
        playwright = stack.enter_context(sync_playwright())
        browser = playwright.chromium.launch(executable_path=chromium)
        tabs = {}
        for label, root in roots.items():
            address, pid = stack.enter_context(served(root))
            page = browser.new_context(viewport={"width": 1440, "height": 1000}).new_page()
            page.goto(address)
            page.locator("#welcome-examples button").first.wait_for()
            tabs[label] = Tab(page, pid)
        print(f"load of the machine: {os.getloadavg()[0]:.1f}")
        for count in options.measures:
            measure(tabs, count, options.edits)
        browser.close()


if __name__ == "__main__":
    main()
