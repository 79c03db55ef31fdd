"""On a phone a swipe scrolls and never edits; a long press draws. Nothing is cut on a small screen."""

import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, CDPSession, Locator, Page

from tests.studio.browser.hands import PATIENCE, PHONE, eventually, lane, open_file, place_of, until

SMALL = {"width": 320, "height": 256}  # a desk at 400 %
PRESS = 0.6  # seconds
EDITS = "JSON.stringify([studio.get().edit, studio.get().selection])"


@pytest.fixture
def phone(browser: Browser, address: str) -> Iterator[Page]:
    """Return the page with a tune, on a phone; only Chromium's fingers can be moved from outside."""
    if browser.browser_type.name != "chromium":
        pytest.skip("this browser has no touch screen here")
    context = browser.new_context(viewport=PHONE, has_touch=True, is_mobile=True)
    context.set_default_timeout(PATIENCE * 1000)
    page = context.new_page()
    page.goto(address)
    page.locator("#welcome-examples button").first.wait_for()
    open_file(page)
    yield page
    context.close()


def swipe(page: Page, target: Locator, across: float, down: float, rest: float = 0.0) -> tuple[float, bool]:
    """Move a finger, after a rest; return by how much the page scrolled, and whether anything was edited."""
    box = place_of(page, target)
    x, y = max(box["x"], 40) + 30, box["y"] + box["height"] / 2
    fingers: CDPSession = page.context.new_cdp_session(page)
    before, scrolled = page.evaluate(EDITS), page.evaluate("scrollY")
    fingers.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": x, "y": y}]})
    time.sleep(rest)
    for step in range(1, 9):
        point = {"x": x + across * step / 8, "y": y + down * step / 8}
        fingers.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [point]})
        time.sleep(0.03)
    fingers.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    last: tuple[float, str] | None = None
    while last != (last := (page.evaluate("scrollY"), page.evaluate(EDITS))):
        time.sleep(0.3)
    return last[0] - scrolled, last[1] != before


@pytest.mark.parametrize("name", ["roll", "lane", "pad", "slider"])
def test_a_swipe_scrolls_and_edits_nothing(phone: Page, name: str) -> None:
    target = lane(phone, "density") if name == "lane" else phone.locator(f"#{name.replace('slider', 'slider-density')}")
    scrolled, edited = swipe(phone, target, 5, 120 if name == "pad" else -120)  # the pad is near the end of the page
    assert abs(scrolled) > 40
    assert not edited


def test_a_long_press_draws_and_in_draw_mode_any_touch(phone: Page) -> None:
    curve = lane(phone, "density")
    assert swipe(phone, curve, 60, -20, PRESS) == (0, True)
    assert swipe(phone, phone.locator("#pad"), 40, -30, PRESS) == (0, True)
    assert swipe(phone, phone.locator("#slider-range"), 60, 0) == (0, True)
    phone.locator("#draw").tap()
    assert swipe(phone, curve, 0, -30) == (0, True)
    phone.locator("#draw").tap()
    assert not swipe(phone, curve, 0, -60)[1]


def test_the_sliders_are_on_the_first_screen_and_the_bar_is_one_row(phone: Page) -> None:
    last = phone.locator(".attribute").last.bounding_box()
    assert last
    assert last["y"] + last["height"] <= PHONE["height"]
    boxes = [each.bounding_box() for each in phone.locator(".bar button:visible").all()]
    assert len({round(box["y"]) for box in boxes if box}) == 1
    phone.locator("#more").tap()
    eventually(lambda: phone.locator("#tempo").is_visible())
    phone.keyboard.press("Escape")
    eventually(lambda: phone.locator("#tempo").is_hidden())


@pytest.mark.parametrize("size", [SMALL, {"width": 320, "height": 640}, {"width": 1600, "height": 900}])
def test_nothing_is_cut(page: Page, size: dict[str, int]) -> None:
    title = "Aveverylongtitlethatneverends" * 6
    open_file(page, f"X:1\nT:{title}\nM:4/4\nL:1/8\nK:G\nGABc dedB|dedB dedB|\n".encode(), "long.abc")
    page.set_viewport_size({"width": size["width"], "height": size["height"]})
    until(page, "document.getElementById('score').src")
    until(page, "document.documentElement.scrollWidth <= innerWidth")  # the bar is laid out in the frame after
    cut = """[...document.querySelectorAll("button, select, input, h2, label, img, summary")].filter(
        (each) => each.checkVisibility({ visibilityProperty: true }) && !each.closest("[popover], .away")
            && each.id !== "file"
            && (each.getBoundingClientRect().left < -1 || each.getBoundingClientRect().right > innerWidth + 1)
    ).map((each) => each.id || each.textContent)"""
    eventually(lambda: page.evaluate(cut), [])
