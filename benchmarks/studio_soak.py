"""Soak test of the studio: random use of its page in several tabs of a browser at once.

python benchmarks/studio_soak.py [--minutes 30] [--tabs 4] [--seed 0]

Two tabs have one session, as where a reader duplicates a tab. Each opens files (valid and damaged ones), drags sliders,
the pad and curves, locks, rolls dice, edits notes by hand, saves and opens sessions, plays, undoes and redoes, reloads
and exports in every format; every exported file is read with another library, and a MIDI file must have the notes on
the page. The memory is that of the server's process according to `ps`, measured from the end of the first search on;
that of the process it starts for engraving, which ends when idle, is shown beside it. The exit code is 1 after an error
on a page or in the server, a request that fails or goes to another host, an invalid file, or if the memory grows by
more than 120 MB.

Needs the extra `test`, and Chromium.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

from playwright.async_api import async_playwright
from studio_files import files
from studio_hand import Soak
from studio_tab import Tab

ROOT = Path(__file__).parents[1]
MAX_GROWTH = 120  # MB


def memory(process: int, of: str = "--pid") -> float:
    """Return the resident memory of a process in MB; of those it started with "--ppid"."""
    run = subprocess.run(["ps", "-o", "rss=", of, str(process)], capture_output=True, check=False)  # 1 if there is none
    return sum(map(int, run.stdout.split())) / 1024


async def use(soak: Soak, process: int, minutes: float, count: int, seed: int) -> list[float]:
    """Use the page; return the memory of the server at the start, and then about twice a second."""
    chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium)
        context = await browser.new_context(viewport={"width": 1440, "height": 1000})
        tabs = [Tab(soak, await context.new_page(), seed * 100 + place) for place in range(count - 1)]
        await asyncio.gather(*(tab.start() for tab in tabs))
        await tabs[0].until("studio.get().pool?.ready")
        tabs.append(await tabs[0].duplicate(seed * 100 + count))
        sizes = [memory(process)]
        print(f"start: {sizes[0]:.0f} MB", flush=True)
        end = time.monotonic() + minutes * 60

        async def act(tab: Tab) -> None:
            while time.monotonic() < end:
                await tab.act()

        async def watch() -> None:
            reported = time.monotonic()
            beside = 0.0
            while time.monotonic() < end:
                sizes.append(memory(process))
                beside = max(beside, memory(process, "--ppid"))
                if time.monotonic() > reported + 60:
                    reported = time.monotonic()
                    most = f"most {max(sizes):.0f}, beside it {beside:.0f}"
                    print(f"{sum(soak.actions.values())} actions, {sizes[-1]:.0f} MB, {most}", flush=True)
                await asyncio.sleep(0.5)

        await asyncio.gather(watch(), *(act(tab) for tab in tabs))
        sizes.append(memory(process))
        await browser.close()
    return sizes


def main() -> int:
    """Run the soak test."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--tabs", type=int, default=4)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    command = [sys.executable, "-m", "armusic_cli", "studio", "--no-open"]
    environment = {**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'cli'}"}
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment) as server:
        assert server.stderr is not None
        address = re.search(r"http://\S+", server.stderr.readline())
        assert address, "the server did not start"
        soak = Soak(address[0], files(random.Random(options.seed)))  # noqa: S311
        try:
            sizes = asyncio.run(use(soak, server.pid, options.minutes, options.tabs, options.seed))
            if server.poll() is not None:
                soak.errors.append("the server ended")
        finally:
            server.terminate()
        messages = server.stderr.read()
        if messages:
            soak.errors.append(f"the server printed: {messages}")
    print(f"{sum(soak.actions.values())} actions: {dict(soak.actions.most_common())}")
    print(f"{soak.actions['damaged']} damaged files, of which {soak.refused} were refused")
    print(f"{sum(soak.exports.values())} exports: {dict(soak.exports.most_common())}")
    print(f"memory of the server: {sizes[0]:.0f} MB at the start, {max(sizes):.0f} at most, {sizes[-1]:.0f} at the end")
    if max(sizes) > sizes[0] + MAX_GROWTH:
        soak.errors.append(f"{max(sizes) - sizes[0]:.0f} MB more memory than at the start")
    print("\n".join([f"{len(soak.errors)} errors", *soak.errors]))
    return 1 if soak.errors else 0


if __name__ == "__main__":
    sys.exit(main())
