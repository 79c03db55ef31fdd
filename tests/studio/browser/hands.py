"""What the tests of the page do with it, and what they read off it."""

import io
import tempfile
import time
import wave
from collections.abc import Callable
from pathlib import Path
from typing import Any

import mido
import pytest
from playwright.sync_api import FloatRect, Locator, Page, expect

from tests.studio.conftest import REEL

PATIENCE = 90.0  # seconds
expect.set_options(timeout=PATIENCE * 1000)  # five seconds are not enough beside other work
PHONE = {"width": 390, "height": 844}
DESK = {"width": 1440, "height": 1000}
FOLDER = tempfile.TemporaryDirectory(prefix="armusic-firefox-")  # its downloads, and its way to the sound server
SOUND = f"unix:{FOLDER.name}/sound"

in_chromium = pytest.mark.parametrize("browser", ["chromium"], indirect=True)


def until(page: Page, condition: str) -> None:
    """Wait until an expression is true. (Playwright's own way is forbidden by the page's security policy.)

    The page itself looks, every 30 ms and for a second at a time: it costs less than as many questions of ours.
    """
    look = f"""async () => {{
        for (const end = performance.now() + 1000; performance.now() < end; ) {{
            if ({condition}) return true;
            await new Promise((resolve) => setTimeout(resolve, 30));
        }}
        return false;
    }}"""
    end = time.monotonic() + PATIENCE
    while not page.evaluate(look):
        assert time.monotonic() < end, f"never: {condition}"


def eventually(read: Callable[[], object], value: object = True, *, why: str = "") -> None:
    """Wait until what is read off the page is a value: what follows an act on a page may follow it a little later."""
    end = time.monotonic() + PATIENCE
    while (last := read()) != value:
        assert time.monotonic() < end, f"{why or 'at last'}: {last!r}, not {value!r}"
        time.sleep(0.05)


def open_file(page: Page, data: bytes = REEL, name: str = "reel.abc") -> None:
    """Open a file, and wait for its search."""
    page.locator("#file").set_input_files({"name": name, "mimeType": "text/plain", "buffer": data})
    page.locator("#work").wait_for()
    until(page, f"studio.get().session.name === '{name}' && studio.get().pool?.ready")


def settle(page: Page) -> None:
    """Wait until what is shown answers what is asked."""
    until(page, "studio.get().settled")


def seen(page: Page) -> Any:
    return page.evaluate("studio.get().shown")


def pitches(notes: list[dict[str, Any]]) -> list[int]:
    return [note["pitch"] for note in notes]


def mean(values: list[float]) -> float:
    return sum(values) / len(values)


def place_of(page: Page, target: Locator) -> FloatRect:
    """Return where an element is on the screen, once it stays there."""
    target.scroll_into_view_if_needed()
    box = None
    while box is None or box != target.bounding_box():
        box = target.bounding_box()
        page.wait_for_timeout(50)
    return box


def drag(page: Page, target: Locator, *points: tuple[float, float]) -> None:
    """Drag over an element, through points that are parts of its width and height, once it stays where it is."""
    box = place_of(page, target)
    places = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in points]
    page.mouse.move(*places[0])
    page.mouse.down()
    for place in places[1:]:
        page.mouse.move(*place, steps=6)
    page.mouse.up()


def drag_out(page: Page) -> tuple[str, bytes, str]:
    """Drag the file of what is shown out of the page; return its name, its content and the address for a desktop."""
    end = time.monotonic() + PATIENCE
    page.locator("#drag").hover()
    while time.monotonic() < end:
        until(page, "studio.ready()")
        dragged = page.evaluate("""async () => {
            const data = new DataTransfer();
            const handle = document.getElementById("drag");
            handle.dispatchEvent(new DragEvent("dragstart", { dataTransfer: data }));
            const [file, address] = [data.files[0], data.getData("DownloadURL")];
            handle.dispatchEvent(new DragEvent("dragend"));
            return file ? [file.name, [...new Uint8Array(await file.arrayBuffer())], address] : null;
        }""")
        if dragged:  # what is shown may have changed in between
            return dragged[0], bytes(dragged[1]), dragged[2]
    raise AssertionError("no file came")


def enter(field: Locator, text: str) -> None:
    """Type into a field in place of what it has. (Where a script fills it, Firefox does not say that it changed.)"""
    field.press("Control+a")
    field.press_sequentially(text)
    field.press("Tab")


def lane(page: Page, name: str) -> Locator:
    return page.get_by_role("slider", name=f"{name}, measure by measure")


def tone() -> bytes:
    """Return a short WAV."""
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setparams((1, 2, 22_050, 0, "NONE", ""))
        file.writeframes(bytes(range(100)) * 40)
    return buffer.getvalue()


NAMES = """() => {
    window.names ??= [];
    HTMLAnchorElement.prototype.click = function () {
        names.push(this.download);
        HTMLElement.prototype.click.call(this);
    };
}"""
"""Keeps the names under which the page saves files."""


def in_firefox(page: Page) -> bool:
    browser = page.context.browser
    return browser is not None and browser.browser_type.name == "firefox"


def drop(page: Page, name: str, data: bytes) -> None:
    """Drop a file on the page."""
    file = """([name, bytes]) => {
        const data = new DataTransfer();
        data.items.add(new File([new Uint8Array(bytes)], name));
        return data;
    }"""
    page.dispatch_event("body", "drop", {"dataTransfer": page.evaluate_handle(file, [name, list(data)])})


def download(page: Page, name: str = "Download", press: Callable[[Locator], None] = Locator.click) -> tuple[str, bytes]:
    """Press a button; return the name of the file that it downloads and what is in it."""
    button = page.get_by_role("button", name=name)
    if not in_firefox(page):
        with page.expect_download() as event:
            press(button)
        return event.value.suggested_filename, Path(event.value.path()).read_bytes()
    # Firefox tells playwright nothing of a download that is no navigation, and first writes it under a name of its own.
    page.evaluate(NAMES)
    press(button)
    until(page, "names.length")
    file = Path(FOLDER.name, page.evaluate("names.pop()"))
    end = time.monotonic() + PATIENCE
    while not (file.exists() and file.stat().st_size):  # it is empty until what has come in moves there
        assert time.monotonic() < end, f"{file.name} is not downloaded"
        time.sleep(0.03)
    data = file.read_bytes()
    file.unlink()  # or the next with its name would be "name(1)"
    return file.name, data


def saved(page: Page) -> mido.MidiFile:
    """Download what is shown."""
    return mido.MidiFile(file=io.BytesIO(download(page)[1]))
