"""What is heard is what is got: provisional answers, alternatives, what is unusual, what is kept."""

import json
import re

import pytest
from playwright.sync_api import Page, Route, expect

from tests.studio.browser.hands import download, eventually, open_file, pitches, seen, settle, until

POOL, VARIATION = re.compile(r"/pool\?"), re.compile(r"/variation$")


def turn(page: Page, name: str, presses: int = 2) -> None:
    slider = page.locator(f"#slider-{name}")
    slider.focus()
    for _ in range(presses):
        slider.press("PageUp")
    settle(page)


def search_on(page: Page) -> None:
    """Let the search go on for ever."""

    def decode_once(route: Route) -> None:
        route.continue_(post_data=json.dumps({**json.loads(route.request.post_data or "{}"), "loop": "open"}))

    status = {"key": "auto", "ready": False, "progress": 0.5, "error": ""}
    page.route(POOL, lambda route: route.fulfill(json=status))
    page.route(VARIATION, decode_once)
    page.evaluate("studio.get().session.pool.ready = false")


def end_search(page: Page) -> None:
    page.unroute(POOL)
    page.unroute(VARIATION)


@pytest.mark.parametrize("played", [False, True])
def test_notes_that_were_heard_do_not_change_by_themselves(page: Page, played: bool) -> None:
    open_file(page)
    search_on(page)
    page.locator("#key").select_option("off")  # another search
    turn(page, "density")
    expect(page.locator("#provisional")).to_contain_text("Provisional")
    expect(page.locator("#take")).to_be_hidden()
    first = pitches(seen(page)["notes"])
    if played:
        page.locator("#play").click()
        page.locator("#play").click()
    end_search(page)
    until(page, "studio.get().pool?.ready")
    if played:
        expect(page.locator("#take")).to_be_visible()
        eventually(lambda: pitches(seen(page)["notes"]), first)
        page.locator("#take").click()
    until(page, "studio.get().shown.loop === 'closed'")
    expect(page.locator("#provisional")).to_be_hidden()


def test_an_alternative_is_heard_and_becomes_the_edit_in_one_step(page: Page) -> None:
    open_file(page)
    turn(page, "density")
    best = seen(page)["notes"]
    page.locator("#find-alternatives").click()
    until(page, "studio.get().audition !== null")
    other = seen(page)["notes"]
    assert other != best
    page.get_by_role("button", name="This", exact=True).click()
    eventually(lambda: seen(page)["notes"], best)
    page.get_by_role("button", name="1", exact=True).click()
    page.locator("#use").click()
    settle(page)
    eventually(lambda: seen(page)["notes"], other)
    expect(page.locator("#command")).to_contain_text("--alternatives 2 --seed")
    page.locator("#undo").click()
    settle(page)
    eventually(lambda: seen(page)["notes"], best)


def test_what_is_unusual_is_told_where_it_is(page: Page) -> None:
    open_file(page)
    turn(page, "contour", 5)
    unusual = seen(page)["unusual"]
    assert unusual
    number, texts = next(iter(unusual.items()))
    page.locator("#roll").hover(position={"x": 60, "y": 40})  # the first measure
    until(page, f"document.getElementById('roll').title === {json.dumps(', '.join(unusual.get('1', [])))}")
    page.locator("#notes-box summary").click()
    expect(page.locator("#notes li").nth(int(number) - 1)).to_contain_text(texts[0])


def test_what_is_kept_is_searched_anew(page: Page) -> None:
    open_file(page)
    page.get_by_label("rhythm", exact=True).and_(page.locator("#keeps input")).check()
    until(page, "studio.get().pool?.ready")
    turn(page, "contour")
    expect(page.locator("#command")).to_contain_text("--keep cadences,downbeats,subdivisions,rhythm")


def test_the_download_is_what_is_shown_under_the_name_of_the_file(page: Page) -> None:
    open_file(page, name="Фуга.abc")
    turn(page, "density")
    for button, name in (("#show-original", "Фуга-original.mid"), ("#show-variation", "Фуга-density.mid")):
        page.locator(button).click()
        assert download(page)[0] == name
