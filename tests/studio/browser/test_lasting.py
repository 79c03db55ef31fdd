"""Undo, redo, a reload and an expired session lose nothing."""

from contextlib import ExitStack
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.studio.browser.conftest import studio, watched
from tests.studio.browser.hands import (
    DESK,
    drag,
    eventually,
    lane,
    open_file,
    pitches,
    saved,
    seen,
    settle,
    until,
)
from tests.studio.conftest import BOOK


def test_dice_find_another_tune_and_undo_and_redo_go_back_and_forth(page: Page) -> None:
    open_file(page)
    page.get_by_role("button", name="Dice").click()
    settle(page)
    rolled = pitches(seen(page)["notes"])
    page.keyboard.press("Control+z")
    original = pitches(page.evaluate("studio.get().session.notes"))
    eventually(lambda: pitches(seen(page)["notes"]) == original != rolled)
    page.get_by_role("button", name="Redo").click()
    settle(page)
    eventually(lambda: pitches(seen(page)["notes"]), rolled)


@pytest.mark.parametrize("expired", [False, True])
def test_a_reload_loses_nothing(page: Page, refusals: list[int | str], expired: bool) -> None:
    open_file(page)
    page.locator("#slider-density").press("PageUp")
    settle(page)
    drag(page, lane(page, "range"), (0.05, 0.6), (0.95, 0.2))
    settle(page)
    edit, notes = page.evaluate("studio.get().edit"), seen(page)["notes"]
    if expired:
        refusals.append(404)
        page.evaluate("fetch('/api/sessions/' + studio.get().session.id, { method: 'DELETE' })")
    page.reload()
    page.locator("#work").wait_for()
    until(page, "studio.get().pool?.ready")
    settle(page)
    eventually(lambda: page.evaluate("studio.get().edit"), edit)
    eventually(lambda: seen(page)["notes"], notes)
    page.keyboard.press("Control+z")
    eventually(lambda: page.evaluate("Object.keys(studio.get().edit.shifts)"), ["density"])


def test_an_expired_session_is_restored_for_an_export_the_score_and_the_pad(
    page: Page, refusals: list[int | str]
) -> None:
    refusals.append(404)
    open_file(page)
    page.locator("#format").select_option("mid")
    for ask in (
        lambda: saved(page),
        lambda: page.locator("#score-box").scroll_into_view_if_needed() or page.locator("#show-original").click(),
        lambda: page.locator("#pad-x").select_option("contour"),
    ):
        before = page.evaluate("studio.get().session.id")
        page.evaluate(f"fetch('/api/sessions/{before}', {{ method: 'DELETE' }})")
        ask()
        until(page, f"studio.get().session.id !== '{before}' && studio.get().pool?.ready")
        expect(page.locator("#message")).to_be_hidden()


def test_the_progress_of_a_search_survives_its_session(page: Page, refusals: list[int | str]) -> None:
    refusals.append(404)
    long = b"X:1\nM:4/4\nL:1/8\nK:C\n" + b"|".join(b"CDEFGAB" + bytes([last]) for last in b"cdefgabC" * 2) + b"|\n"
    page.locator("#file").set_input_files({"name": "long.abc", "mimeType": "text/plain", "buffer": long})
    page.locator("#work").wait_for()
    page.locator("#score-box").scroll_into_view_if_needed()
    until(page, "document.getElementById('score').src")  # from here on, only the search is asked for
    assert not page.evaluate("studio.get().pool?.ready")
    page.evaluate("fetch('/api/sessions/' + studio.get().session.id, { method: 'DELETE' })")
    until(page, "studio.get().pool?.ready")
    expect(page.locator("#pool")).to_be_hidden()


def test_a_tune_that_had_expired_does_not_come_back_over_the_next_one(page: Page, refusals: list[int | str]) -> None:
    refusals.append(404)
    open_file(page)
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/api/sessions?name=reel.abc", hold)
    page.evaluate("fetch('/api/sessions/' + studio.get().session.id, { method: 'DELETE' })")
    page.locator("#slider-density").press("PageUp")  # the answer is that there is no such session: it is made again
    while not held:
        page.wait_for_timeout(30)
    open_file(page, BOOK, "book.abc")  # meanwhile the musician has opened another
    with page.expect_response("**/api/sessions?name=reel.abc"):
        held[0].continue_()
    page.wait_for_timeout(300)
    assert page.evaluate("studio.get().session.name") == "book.abc"
    page.locator("#slider-density").press("PageUp")
    settle(page)
    eventually(lambda: len(seen(page)["changed"]), page.evaluate("studio.get().session.measures.length"))


def test_the_page_goes_on_after_a_restart_of_the_server(browser: Browser, refusals: list[int | str]) -> None:
    # A server that ends refuses what waits for its search (422); then nobody is there; then one knows no sessions.
    refusals += [404, 422, 500, "ERR_"]
    with ExitStack() as stack:
        with studio() as address:
            page = stack.enter_context(watched(browser.new_context(viewport=DESK), address, refusals))
            open_file(page)
            page.locator("#slider-density").press("PageUp")
            settle(page)
            page.evaluate("""() => {
                window.words = [];
                const live = document.getElementById("live");
                new MutationObserver(() => words.push(live.textContent)).observe(live, { childList: true });
            }""")
        page.locator("#slider-range").press("PageUp")
        expect(page.locator("#message")).to_contain_text("The server does not respond")
        stack.enter_context(studio(urlsplit(address).port or 0))
        until(page, "words.some((text) => text.includes('The server is back'))")
        settle(page)
        eventually(lambda: sorted(seen(page)["means"]), ["density", "range"])
        until(page, "studio.get().pool?.ready")
        page.locator("#slider-density").press("PageUp")
        settle(page)
        expect(page.locator("#message")).to_be_hidden()
