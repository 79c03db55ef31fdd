"""The page works by keyboard, in any colours, on any screen."""

from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.studio.browser.hands import DESK, PHONE, eventually, lane, open_file, seen, settle, until


def test_it_works_by_keyboard_alone(page: Page) -> None:
    page.locator("#welcome-examples button").first.press("Enter")
    page.locator("#work").wait_for()
    page.locator("#roll").press("ArrowRight")
    page.locator("#roll").press("Shift+ArrowRight")
    eventually(lambda: page.evaluate("studio.get().selection"), [0, 1])
    page.locator("#roll").press("Escape")
    eventually(lambda: page.evaluate("studio.get().selection"), None)
    curve = lane(page, "density")
    curve.press("ArrowRight")
    curve.press("ArrowDown")
    settle(page)
    eventually(
        lambda: [place for place, value in enumerate(seen(page)["targets"]["density"]) if value is not None], [1]
    )
    eventually(lambda: "measure 2" in (curve.get_attribute("aria-valuetext") or ""))
    curve.press("Space")
    until(page, "studio.player.playing")
    curve.press("Space")
    eventually(lambda: page.evaluate("studio.player.playing"), False)
    curve.press("Delete")
    eventually(lambda: page.evaluate("Object.keys(studio.get().edit.shifts)"), [])
    page.locator("#pad").press("ArrowUp")
    eventually(lambda: len(page.evaluate("Object.keys(studio.get().edit.shifts)")), 1)


def barriers(page: Page) -> list[Any]:
    """Return what shuts people out, as axe has it."""
    violations = Axe().run(page).response["violations"]
    return [(each["id"], each["nodes"]) for each in violations if each["impact"] in ("serious", "critical")]


def test_axe_finds_nothing_serious_and_nothing_sticks_out(coloured: Page) -> None:
    for step in ("welcome", "work"):
        if step == "work":
            open_file(coloured)
            coloured.locator("#slider-density").press("PageUp")
            settle(coloured)
        for size in (DESK, PHONE):
            coloured.set_viewport_size(size)  # type: ignore[arg-type]
            until(coloured, f"innerWidth === {size['width']} && document.documentElement.scrollWidth <= innerWidth")
            assert barriers(coloured) == []


def test_what_is_on_looks_otherwise_in_any_colours(coloured: Page) -> None:
    """A pressed button, a note that changed, a lock: none is told by a colour that the system takes away."""
    open_file(coloured)
    look = """ident => {
        const style = getComputedStyle(document.getElementById(ident));
        return [style.backgroundColor, style.color, style.borderColor, style.boxShadow].join(" ");
    }"""
    eventually(lambda: coloured.evaluate(look, "show-original") != coloured.evaluate(look, "show-variation"))
    coloured.locator("#slider-density").press("PageUp")
    settle(coloured)
    colours = """() => {
        const roll = document.getElementById("roll");
        const data = roll.getContext("2d").getImageData(0, 0, roll.width, roll.height).data;
        const counts = new Map();
        for (let at = 0; at < data.length; at += 4) {
            const colour = data.slice(at, at + 3).join(" ");
            counts.set(colour, (counts.get(colour) ?? 0) + 1);
        }
        return [...counts.values()].filter(count => count > 200).length;
    }"""
    # the ground, a line, a note as it was and one that changed
    until(coloured, f"({colours})() >= 4")
