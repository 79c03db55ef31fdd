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
import io
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ET
import zipfile
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import abcnotes
import mido
import music21
from lxml import etree
from PIL import Image
from playwright.async_api import Error, Page, async_playwright
from scipy.io import wavfile
from symusic import Score

from armusic import exporters, readers

ROOT = Path(__file__).parents[1]
SCHEMAS = ROOT / "tests" / "data" / "dawproject"
MOST_GROWTH = 200  # MB above the start
PATIENCE = 120.0  # seconds
EXPECTED = {404, 409, 422}  # a session that has gone, a request that was overtaken, a broken file
FORMATS = ("mid", "mid", "dawproject", "musicxml", "abc", "wav", "svg", "pdf", "picture")


@dataclass
class Soak:
    """What was done, and what went wrong."""

    address: str
    files: list[tuple[str, bytes]]
    actions: Counter[str] = field(default_factory=Counter)
    exports: Counter[str] = field(default_factory=Counter)
    refused: int = 0
    wrong: list[str] = field(default_factory=list)


def files(chance: random.Random) -> list[tuple[str, bytes]]:
    """Return tunes as MIDI, ABC and MusicXML, a book, and long ones."""
    book = (ROOT / "examples/tunes.abc").read_bytes()
    found = [("book.abc", book)]
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "tunes.abc").write_bytes(book)
        for number in (int(one) for one in re.findall(rb"^X:\s*(\d+)", book, re.MULTILINE)):
            tune = readers.read(Path(folder) / f"tunes.abc#{number}")
            for suffix in ("mid", "abc", "musicxml"):
                path = Path(folder) / f"tune-{number}.{suffix}"
                exporters.write([("tune", tune)], path)
                found.append((path.name, path.read_bytes()))
    for measures in (64, 120):
        bars = ["".join(chance.choice("CDEFGABcdefg") for _ in range(8)) for _ in range(measures)]
        found.append((f"long-{measures}.abc", ("X:1\nM:4/4\nL:1/8\nK:C\n" + "|".join(bars) + "|\n").encode()))
    return found


def broken(data: bytes, chance: random.Random) -> bytes:
    """Return a file cut short, or with bytes changed by chance."""
    if chance.random() < 0.5:
        return data[: chance.randrange(len(data))]
    spoilt = bytearray(data)
    for _ in range(chance.randint(1, 40)):
        spoilt[chance.randrange(len(spoilt))] = chance.randrange(256)
    return bytes(spoilt)


def check(name: str, data: bytes) -> None:
    """Read a file with a library that did not write it; raises whatever is wrong."""
    suffix = name.rpartition(".")[2]
    if suffix == "zip":
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            assert archive.testzip() is None
            assert archive.namelist()
            for one in archive.namelist():
                check(one, archive.read(one))
    elif suffix == "mid":
        assert sum(len(track.notes) for track in Score.from_midi(data).tracks) > 0
    elif suffix == "dawproject":
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for part, schema in (("metadata.xml", "MetaData.xsd"), ("project.xml", "Project.xsd")):
                etree.XMLSchema(etree.parse(SCHEMAS / schema)).assertValid(etree.fromstring(archive.read(part)))
    elif suffix == "musicxml":
        assert len(music21.converter.parseData(data.decode(), format="musicxml").flatten().notes) > 0
    elif suffix == "abc":
        for one in re.split(r"\n(?=X:)", data.decode()):
            assert any(isinstance(token, abcnotes.Note) for bar in abcnotes.Tune(abc=one).bars for token in bar)
    elif suffix == "wav":
        rate, samples = wavfile.read(io.BytesIO(data))
        assert rate >= 22_050
        assert samples.any()
    elif suffix == "svg":
        assert ET.fromstring(data).tag.endswith("svg")  # noqa: S314  (our own)
    elif suffix == "pdf":
        assert data.startswith(b"%PDF-")
        assert data.rstrip().endswith(b"%%EOF")
    elif suffix == "png":
        Image.open(io.BytesIO(data)).verify()
    else:
        raise AssertionError(f"{name}: what is this?")


class Tab:
    """One tab, and who sits before it."""

    def __init__(self, soak: Soak, page: Page, seed: int) -> None:
        self.soak, self.page, self.chance = soak, page, random.Random(seed)  # noqa: S311  (no secret)
        self.past: list[str] = []
        page.set_default_timeout(PATIENCE * 1000)
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.blame(f"error on the page: {error.stack}"))
        page.on("response", lambda answer: self._answered(answer.status, answer.url))
        page.on("request", lambda request: self._asked(request.url))

    def blame(self, what: str) -> None:
        """Note what went wrong, and what was done before it."""
        self.soak.wrong.append(f"{what}\n    after: {', '.join(self.past[-8:])}")
        print(f"WRONG: {self.soak.wrong[-1]}", flush=True)

    def _console(self, line: Any) -> None:
        if line.type in ("error", "warning") and not any(f"status of {one}" in line.text for one in EXPECTED):
            self.blame(f"{line.type} in the console: {line.text}")

    def _answered(self, status: int, url: str) -> None:
        if status >= 400 and status not in EXPECTED:
            self.blame(f"{status} from {url}")

    def _asked(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("blob", "data") and parts.netloc != urlsplit(self.soak.address).netloc:
            self.blame(f"a request elsewhere: {url}")

    async def until(self, condition: str) -> None:
        """Wait until an expression is true on the page."""
        end = time.monotonic() + PATIENCE
        while not await self.page.evaluate(condition):
            if time.monotonic() > end:
                raise AssertionError(f"never: {condition}")
            await asyncio.sleep(0.1)

    async def start(self) -> None:
        """Open the page with an example."""
        await self.page.goto(self.soak.address)
        await self.page.locator("#welcome-examples button").first.click()
        await self.page.locator("#work").wait_for()

    async def act(self) -> None:
        """Do something."""
        names = [name for name in dir(self) if name.startswith("_do_")]
        name = self.chance.choices(names, [WEIGHTS.get(name[4:], 1) for name in names])[0]
        self.past.append(name[4:])
        self.soak.actions[name[4:]] += 1
        try:
            await getattr(self, name)()
        except (AssertionError, Error) as error:
            self.blame(f"{name[4:]}: {error}")
        await asyncio.sleep(self.chance.random() * 0.3)

    async def attribute(self) -> str:
        """Return one of the attributes."""
        return self.chance.choice(await self.page.evaluate("Object.keys(studio.get().session.values)"))

    async def drag(self, selector: str, points: int) -> None:
        """Drag over an element; nothing where it cannot be seen."""
        element = self.page.locator(selector).first
        await element.scroll_into_view_if_needed()
        box, size = await element.bounding_box(), self.page.viewport_size
        if box is None or size is None:
            return
        wide = min(box["width"], size["width"] - max(box["x"], 0))
        places = [
            (box["x"] + self.chance.random() * wide, box["y"] + self.chance.random() * box["height"])
            for _ in range(points)
        ]
        await self.page.mouse.move(*places[0])
        await self.page.mouse.down()
        for place in places[1:]:
            await self.page.mouse.move(*place, steps=5)
        await self.page.mouse.up()

    async def click(self, selector: str) -> None:
        """Click, as a script does: nothing where that cannot be done now."""
        await self.page.locator(selector).evaluate("(element) => element.click()")

    async def _do_slider(self) -> None:
        slider = self.page.locator(f"#slider-{await self.attribute()}")
        values = [self.chance.randrange(401) for _ in range(self.chance.randint(1, 30))]
        for value in values:
            await slider.evaluate("(e, v) => { e.value = v; e.dispatchEvent(new Event('input')); }", value)
        await slider.dispatch_event("change")

    async def _do_pad(self) -> None:
        await self.page.locator("#pad-x").select_option(await self.attribute())
        await self.drag("#pad", self.chance.randint(1, 4))

    async def _do_curve(self) -> None:
        name = await self.attribute()
        await self.drag(f'#lanes canvas[aria-label^="{name.replace("_", " ")}"]', self.chance.randint(1, 4))

    async def _do_select(self) -> None:
        if self.chance.random() < 0.5:
            await self.page.locator("#roll").press("Escape")
        else:
            await self.drag("#roll", 2)

    async def _do_lock(self) -> None:
        await self.page.get_by_role("button", name=f"Lock {(await self.attribute()).replace('_', ' ')}").click()

    async def _do_key(self) -> None:
        keys = await self.page.evaluate("[...document.getElementById('key').options].map(one => one.value)")
        await self.page.locator("#key").select_option(self.chance.choice(["auto", "off", self.chance.choice(keys)]))

    async def _do_button(self) -> None:
        await self.click(self.chance.choice(["#undo", "#undo", "#redo", "#dice", "#dice", "#reset", "#keep", "#copy"]))

    async def _do_compare(self) -> None:
        await self.click(self.chance.choice(["#hear-a", "#hear-b"]))

    async def _do_play(self) -> None:
        await self.click(self.chance.choice(["#play", "#play", "#loop", "#metronome"]))

    async def _do_tempo(self) -> None:
        await self.page.locator("#tempo").fill(str(self.chance.randint(10, 450)))
        await self.page.locator("#tempo").press("Tab")

    async def _do_drop(self) -> None:
        kept = self.page.locator("#kept button")
        if await kept.count():
            await kept.nth(self.chance.randrange(await kept.count())).click()

    async def _do_track(self) -> None:
        if await self.page.locator("#track").is_visible():
            ids = await self.page.evaluate("studio.get().session.tracks.map(one => one.id)")
            await self.page.locator("#track").select_option(self.chance.choice(ids))
            await self.until("!document.body.hasAttribute('aria-busy')")

    async def _open(self, name: str, data: bytes) -> None:
        await self.page.locator("#file").set_input_files(
            {"name": name, "mimeType": "application/octet-stream", "buffer": data}
        )
        await asyncio.sleep(0.1)
        await self.until("!document.body.hasAttribute('aria-busy')")

    async def _do_file(self) -> None:
        await self._open(*self.chance.choice(self.soak.files))

    async def _do_example(self) -> None:
        ids = await self.page.evaluate("[...document.getElementById('examples').options].map(one => one.value)")
        await self.page.locator("#examples").select_option(self.chance.choice(ids[1:]))
        await self.until("!document.body.hasAttribute('aria-busy')")

    async def _do_broken(self) -> None:
        name, data = self.chance.choice(self.soak.files)
        await self._open(name, broken(data, self.chance))
        said = await self.page.locator("#message").inner_text()
        self.soak.refused += bool(said)
        if "fault of armusic" in said or "\n" in said or "Error:" in said:
            self.blame(f"a broken file is answered so: {said}")

    async def _do_reload(self) -> None:
        await self.page.reload()
        await self.page.locator("#work").wait_for()

    async def _do_look(self) -> None:
        await self.page.set_viewport_size(
            self.chance.choice([{"width": 1440, "height": 1000}, {"width": 390, "height": 844}])
        )
        await self.page.emulate_media(color_scheme=self.chance.choice(["light", "dark"]))

    async def _do_export(self) -> None:
        if self.chance.random() < 0.6:
            await self.until("studio.get().settled")
        form = self.chance.choice(FORMATS)
        await self.page.locator("#format").select_option(form)
        await self.page.locator("#with-original").set_checked(self.chance.random() < 0.4)
        if await self.page.locator("#layout").is_visible():
            layouts = await self.page.evaluate("[...document.getElementById('layout').options].map(one => one.value)")
            await self.page.locator("#layout").evaluate("(e, v) => { e.value = v; }", self.chance.choice(layouts))
        before = await self.page.evaluate("studio.get()")
        async with self.page.expect_download() as expected:
            await self.page.locator("#download").click()
        download = await expected.value
        data = Path(await download.path()).read_bytes()
        await download.delete()
        name = download.suggested_filename
        self.soak.exports[name.rpartition(".")[2]] += 1
        try:
            check(name, data)
            alone = not before["kept"] and not await self.page.locator("#with-original").is_checked()
            after = await self.page.evaluate("studio.get()")  # the search may have ended meanwhile
            same = before["settled"] and after["settled"] and before["shown"] == after["shown"]
            if form == "mid" and alone and same:
                sounds = mido.MidiFile(file=io.BytesIO(data))
                found = [one.note for one in sounds if one.type == "note_on" and one.velocity]
                shown = [note["pitch"] for note in before["shown"]["notes"]]
                assert found == shown, f"{found} are not {shown} of {before['shown'].get('command')}"
        except Exception as error:  # noqa: BLE001  (whatever a library finds wrong)
            self.blame(f"{name} is not valid: {type(error).__name__}: {error}")


WEIGHTS = {"slider": 8, "curve": 4, "pad": 3, "button": 4, "select": 2, "export": 4, "file": 2, "play": 2}


def memory(process: int) -> float:
    """Return what a process holds of the memory, in MB."""
    return int(subprocess.check_output(["ps", "-o", "rss=", "-p", str(process)])) / 1024  # noqa: S607


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
    with (
        subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment) as server,
    ):
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
