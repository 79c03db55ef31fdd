"""A reader in a hurry: many clicks before any answer, a reload in the middle, a window of the size of a stamp."""

import random
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.studio.browser.hands import eventually, open_file, pitches, saved, seen, settle, until

BUTTONS = (
    "#dice",
    "#undo",
    "#redo",
    "#show-original",
    "#show-variation",
    "#keep",
    "#play",
    "#loop",
    "#write",
    "#reset",
)


def consistent(page: Page) -> None:
    """What is shown, what would sound and what is downloaded are the same notes."""
    settle(page)
    page.locator("#show-variation").click()
    settle(page)
    shown = pitches(seen(page)["notes"])
    eventually(lambda: page.evaluate("studio.player.notes.map(note => note.pitch)"), shown)
    for button in page.get_by_role("button", name="Remove Variation").all():
        button.click()
    tracks = saved(page).tracks
    assert [event.note for event in tracks[-1] if event.type == "note_on" and event.velocity] == shown


@pytest.mark.parametrize("seed", [1, 2])
def test_many_clicks_before_an_answer(page: Page, seed: int) -> None:
    open_file(page)
    rng = random.Random(seed)
    script: list[list[Any]] = [[rng.choice(BUTTONS), rng.randrange(401)] for _ in range(60)]
    page.evaluate(
        """script => {
            for (const [button, value] of script) {
                const slider = document.getElementById("slider-density");
                slider.value = value;
                slider.dispatchEvent(new Event("input"));
                slider.dispatchEvent(new Event("change"));
                document.querySelector(button).click();
            }
        }""",
        script,
    )
    consistent(page)


def test_a_reload_in_the_middle_of_a_search(page: Page) -> None:
    long = b"X:1\nM:4/4\nL:1/8\nK:C\n" + b"|".join(b"CDEFGAB" + bytes([last]) for last in b"cdefgabC") + b"|\n"
    page.locator("#file").set_input_files({"name": "long.abc", "mimeType": "text/plain", "buffer": long})
    page.locator("#work").wait_for()
    page.locator("#slider-density").press("PageUp")
    page.reload()
    page.locator("#work").wait_for()
    until(page, "studio.get().pool?.ready")
    eventually(lambda: page.evaluate("studio.get().edit.shifts.density?.length"), 8)
    consistent(page)


def test_a_window_of_the_size_of_a_stamp(page: Page) -> None:
    open_file(page)
    page.set_viewport_size({"width": 240, "height": 200})
    page.locator("#slider-density").press("PageUp")
    settle(page)
    page.locator("#download").scroll_into_view_if_needed()
    consistent(page)
