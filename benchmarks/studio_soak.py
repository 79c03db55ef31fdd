"""Use the studio's page at random in several tabs of a real browser at once, and look at what comes of it.

python benchmarks/studio_soak.py [--minutes 30] [--tabs 4] [--seed 0]

Each tab opens files (good and broken ones), drags sliders, the pad and curves, locks, rolls dice, plays, goes back and
forth, reloads and exports in every format; every exported file is read again with another library, and a MIDI file must
have the notes that were shown. The memory is that of the server's process, as `ps` has it; the start is when the first
page is there with a tune and its search is over. It exits with 1 at an error on a page or in the server, a request that
fails or goes elsewhere, a file that is not valid, or more than 200 MB above the start.

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
from studio_tab import Soak, Tab

ROOT = Path(__file__).parents[1]
MOST_GROWTH = 200  # MB above the start


def memory(process: int) -> float:
    """Return what a process holds of the memory, in MB."""
    return int(subprocess.check_output(["ps", "-o", "rss=", "-p", str(process)])) / 1024


async def use(soak: Soak, process: int, minutes: float, tabs: int, seed: int) -> list[float]:
    """Use the page; return the memory at the start, and then about twice a second."""
    chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium)
        context = await browser.new_context(viewport={"width": 1440, "height": 1000})
        every = [Tab(soak, await context.new_page(), seed * 100 + place) for place in range(tabs)]
        await every[0].start()
        await every[0].until("studio.get().pool?.ready")
        held = [memory(process)]
        print(f"start: {held[0]:.0f} MB", flush=True)
        end = time.monotonic() + minutes * 60

        async def sit(tab: Tab) -> None:
            if tab is not every[0]:
                await tab.start()
            while time.monotonic() < end:
                await tab.act()

        async def watch() -> None:
            told = time.monotonic()
            while time.monotonic() < end:
                held.append(memory(process))
                if time.monotonic() > told + 60:
                    told = time.monotonic()
                    print(f"{sum(soak.actions.values())} actions, {held[-1]:.0f} MB, most {max(held):.0f}", flush=True)
                await asyncio.sleep(0.5)

        await asyncio.gather(watch(), *(sit(tab) for tab in every))
        held.append(memory(process))
        await browser.close()
    return held


def main() -> int:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--tabs", type=int, default=4)
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    command = [sys.executable, "-m", "armusic_cli", "studio", "--no-open"]
    environment = {**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'cli'}"}
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment) as server:
        assert server.stderr is not None
        address = re.search(r"http://\S+/", server.stderr.readline())
        assert address, "the server does not start"
        soak = Soak(address[0], files(random.Random(asked.seed)))  # noqa: S311
        held = asyncio.run(use(soak, server.pid, asked.minutes, asked.tabs, asked.seed))
        if server.poll() is not None:
            soak.wrong.append("the server has ended")
        server.terminate()
        said = server.stderr.read()
        if said:
            soak.wrong.append(f"the server said: {said}")
    print(f"{sum(soak.actions.values())} actions: {dict(soak.actions.most_common())}")
    print(f"{soak.actions['broken']} broken files, of which {soak.refused} were refused")
    print(f"{sum(soak.exports.values())} exports: {dict(soak.exports.most_common())}")
    print(f"memory of the server: {held[0]:.0f} MB at the start, {max(held):.0f} at most, {held[-1]:.0f} at the end")
    if max(held) > held[0] + MOST_GROWTH:
        soak.wrong.append(f"{max(held) - held[0]:.0f} MB more than at the start")
    print("\n".join([f"{len(soak.wrong)} things were wrong", *soak.wrong]))
    return 1 if soak.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
