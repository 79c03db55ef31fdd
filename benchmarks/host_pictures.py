"""The dialogs in docs/hosts: the REAPER script's, drawn from what it draws; Live's, in Chromium.

python benchmarks/host_pictures.py [-o docs/hosts]

REAPER and Live themselves do not run here: the pictures show the dialogs alone, without the hosts' own windows.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import tempfile
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

ROOT = Path(__file__).resolve().parents[1]
SCALE = 2
SIZE = (420, 280)


def reaper(path: Path) -> None:
    """Draw the dialog of the script for REAPER."""
    note = {"pitch": 60, "start": 0, "duration": 1, "velocity": 80}
    with tempfile.TemporaryDirectory() as folder:
        world = {
            "tracks": [{"name": "Lead", "items": [{"from": 0, "to": 4, "notes": [note], "selected": True}]}],
            "metres": [{"measure": 0, "numerator": 4, "denominator": 4}],
            "folder": folder,
            "replies": [],
            "click": False,
        }
        scenario = Path(folder) / "scenario.json"
        scenario.write_text(json.dumps(world), encoding="utf-8")
        stub, script = ROOT / "tests/hosts/reaper_stub.lua", ROOT / "hosts/reaper/armusic.lua"
        done = subprocess.run(["lua5.4", stub, script, scenario], capture_output=True, text=True, check=True)
    image = Image.new("RGB", [side * SCALE for side in SIZE])
    draw = ImageDraw.Draw(image)
    font = ImageFont.truetype("DejaVuSans.ttf", 12 * SCALE)
    for shape in json.loads(done.stdout)["drawing"]:
        colour = tuple(round(255 * part) for part in shape["colour"][:3])
        x, y = shape["x"] * SCALE, shape["y"] * SCALE
        if shape["shape"] == "rect":
            draw.rectangle([x, y, x + shape["width"] * SCALE - 1, y + shape["height"] * SCALE - 1], fill=colour)
        else:
            draw.text((x, y), shape["words"], fill=colour, font=font)
    image.save(path, optimize=True)


def live(path: Path) -> None:
    """Take a picture of the dialog of the extension for Live."""
    from playwright.sync_api import sync_playwright

    page_text = (ROOT / "hosts/live/dialog.html").read_text(encoding="utf-8")
    options = "".join(f"<option>{metre}</option>" for metre in ("4/4", "3/4", "6/8"))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"))
        page = browser.new_page(viewport={"width": 360, "height": 310}, device_scale_factor=SCALE)
        page.set_content(page_text.replace("METRES", options))
        page.screenshot(path=path)
        browser.close()


def main() -> None:
    """Draw both."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("-o", "--output", type=Path, default=ROOT / "docs" / "hosts", metavar="FOLDER")
    output = parser.parse_args().output
    reaper(output / "reaper.png")
    live(output / "live.png")
    print(f"wrote {output / 'reaper.png'} and {output / 'live.png'}")


if __name__ == "__main__":
    main()
