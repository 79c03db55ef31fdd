"""Draw the pictures of the studio's page for the documentation: light, dark, in forced colours and on a phone.

python benchmarks/studio_pictures.py [--out docs/studio]

An example is edited as a reader might: a curve of density, more range, the contour locked, one variation kept, and the
tune plays. Needs the extra `test`, and Chromium.
"""

from __future__ import annotations

import argparse
import io
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).parents[1]
PICTURES: dict[str, tuple[int, dict[str, Any]]] = {
    "light": (1280, {"color_scheme": "light"}),
    "dark": (1280, {"color_scheme": "dark"}),
    "forced": (1280, {"color_scheme": "dark", "forced_colors": "active"}),
    "phone": (400, {"color_scheme": "light"}),
}
"""Width in pixels and colours of each picture."""

TUNE = "examples/tunes.abc"  # its first tune
DESK = {"width": 1280, "height": 1300}  # while it is edited: all of the page is visible
CURVE = ((0.02, 0.7), (0.25, 0.55), (0.5, 0.15), (0.8, 0.5), (0.98, 0.85))  # parts of the lane's width and height
PLAYED = 2.5  # seconds
COLOURS = 128
PATIENCE = 120.0  # seconds


def until(page: Page, condition: str) -> None:
    """Wait until an expression is true on the page."""
    end = time.monotonic() + PATIENCE
    while not page.evaluate(condition):
        assert time.monotonic() < end, f"never: {condition}"
        time.sleep(0.1)


def edit(page: Page) -> None:
    """Edit the tune."""
    page.get_by_role("button", name="Lock contour").click()
    lane = page.get_by_role("slider", name="density, measure by measure")
    box = lane.bounding_box()
    assert box is not None
    points = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in CURVE]
    page.mouse.move(*points[0])
    page.mouse.down()
    for point in points[1:]:
        page.mouse.move(*point, steps=8)
    page.mouse.up()
    for _ in range(2):
        page.locator("#slider-range").press("PageUp")
    until(page, "studio.get().settled")
    page.get_by_role("button", name="Keep this variation").click()


def fit(page: Page, width: int) -> None:
    """Make the window as high as the page."""
    page.set_viewport_size({"width": width, "height": page.evaluate("document.documentElement.scrollHeight")})


def picture(browser: Browser, address: str, width: int, colours: dict[str, Any]) -> Image.Image:
    """Return the page while the edited tune plays."""
    context = browser.new_context(viewport=DESK, **colours)
    page = context.new_page()
    page.goto(address)
    page.locator("#work").wait_for(timeout=PATIENCE * 1000)
    until(page, "studio.get().pool?.ready")
    edit(page)
    page.set_viewport_size({"width": width, "height": 900})
    fit(page, width)
    page.locator("#play").click()
    time.sleep(PLAYED)
    page.evaluate("document.getElementById('silence').hidden = true")  # most readers have a sound device
    fit(page, width)
    data = page.screenshot(full_page=True)
    context.close()
    return Image.open(io.BytesIO(data)).convert("RGB").quantize(COLOURS)


def main() -> None:
    """Draw all pictures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "studio")
    out: Path = parser.parse_args().out
    command = [sys.executable, "-m", "armusic_cli", "studio", "--no-open", TUNE]
    environment = {**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'cli'}"}
    chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment, cwd=ROOT) as server:
        assert server.stderr is not None
        address = re.search(r"http://\S+", server.stderr.readline())
        assert address, "the server did not start"
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium)
            for name, (width, colours) in PICTURES.items():
                path = out / f"{name}.png"
                picture(browser, address[0], width, colours).save(path, optimize=True)
                print(path)
            browser.close()
        server.terminate()


if __name__ == "__main__":
    main()
