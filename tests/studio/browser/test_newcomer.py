"""From a file on the desktop to a changed clip for the DAW: a newcomer's way, step by step."""

import io
from collections.abc import Callable
from statistics import mean

import mido
import pytest
from playwright.sync_api import Locator, Page, expect

from tests.studio.browser.hands import download, drag, drag_out, drop, open_file, pitches, seen, settle, until
from tests.studio.conftest import REEL

STEPS = 3  # by the mouse: drop a file, pull a slider, take the clip away; a minute is twenty seconds for each


def step(page: Page, steps: list[str], control: Locator, act: Callable[[], object]) -> None:
    """Do one thing with a control that is in view as it is: nobody needs to scroll or to look for it."""
    expect(control).to_be_in_viewport(ratio=0.9)
    steps.append(control.inner_text() or control.get_attribute("aria-label") or "")
    act()


def notes(data: bytes) -> list[tuple[int, int]]:
    """Return the start, in ticks, and the pitch of each note."""
    result, now = [], 0
    for message in mido.merge_tracks(mido.MidiFile(file=io.BytesIO(data)).tracks):
        now += message.time
        if message.type == "note_on" and message.velocity:
            result.append((now, message.note))
    return result


WATCH = """(controls) => {
    window.places = Object.fromEntries(controls.map((control) => [control, []]));
    const look = () => {
        if (!document.getElementById("work").hidden)
            for (const control of controls) {
                const { x, y } = document.querySelector(control).getBoundingClientRect();
                const [place, all] = [`${Math.round(x + scrollX)}, ${Math.round(y + scrollY)}`, places[control]];
                if (all.at(-1) !== place) all.push(place);
            }
        requestAnimationFrame(look);
    };
    look();
}"""


@pytest.mark.parametrize("width", [820, 1200, 1300, 1440, 1680])
def test_nothing_moves_under_the_pointer(page: Page, width: int) -> None:
    """What can be pressed from the start keeps its place while the search, the score and the variation come."""
    page.set_viewport_size({"width": width, "height": 1000})
    controls = ["#play", "#undo", "#sound", "#write", "#zoom-in", "#pad", "#slider-density", "#roll"]
    page.evaluate(WATCH, controls)
    open_file(page)
    page.locator("#score").wait_for()
    page.locator("#slider-density").press("PageUp")
    settle(page)
    moved = {control: places for control, places in page.evaluate("places").items() if len(places) != 1}
    assert moved == {}


@pytest.mark.parametrize("way", ["download", "drag"])
def test_a_newcomer_gets_a_changed_clip_in_three_steps(page: Page, way: str) -> None:
    steps: list[str] = []
    step(page, steps, page.locator("#welcome"), lambda: drop(page, "reel.abc", REEL))
    page.locator("#work").wait_for()  # what follows waits for nothing else: not for the search, nor for the score
    slider = page.locator("#slider-density")
    box = slider.bounding_box()
    assert box
    step(page, steps, slider, lambda: drag(page, slider, (0.53, 0.5), (0.8, 0.5)))
    until(page, "studio.get().shown.notes.length !== studio.get().session.notes.length")
    before, after = page.evaluate("studio.get().session.values.density"), seen(page)["values"]["density"]
    assert mean(after) > mean(before)
    settle(page)  # what is heard answers the slider
    shown = [pitches(seen(page)["notes"])]
    if way == "download":
        clip: list[tuple[str, bytes]] = []
        step(page, steps, page.locator("#download"), lambda: clip.append(download(page)))
        [(name, data)] = clip
    else:
        step(page, steps, page.locator("#drag"), lambda: None)
        name, data, _ = drag_out(page)
    assert len(steps) <= STEPS, steps
    assert name.startswith("reel")
    assert name.endswith(".mid")
    settle(page)
    shown.append(pitches(seen(page)["notes"]))  # other notes, if the search ended meanwhile
    assert [pitch for _, pitch in notes(data)] in shown


def test_a_newcomer_needs_few_keys(page: Page) -> None:
    """Without a mouse: the file, then Tab and the keys that any slider and button have."""
    page.locator("#welcome-examples button").first.focus()
    page.keyboard.press("Enter")
    page.locator("#work").wait_for()
    keys = 1

    def tab_to(ident: str) -> None:
        nonlocal keys
        while page.evaluate("document.activeElement.id") != ident:
            page.keyboard.press("Tab")
            keys += 1
            assert keys < 36, f"{ident} is not reached"

    tab_to("slider-density")
    page.keyboard.press("PageUp")
    settle(page)
    tab_to("download")
    keys += 1
    name, data = download(page, press=lambda button: button.press("Enter"))
    assert name.endswith(".mid")
    assert notes(data)
    assert keys <= 30
