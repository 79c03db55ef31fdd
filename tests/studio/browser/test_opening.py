"""Files, examples and tunes are opened, and what cannot be opened is said."""

from playwright.sync_api import Page, expect

from tests.studio.browser.hands import drop, eventually, lane, open_file, saved, seen, settle, until
from tests.studio.conftest import BOOK, REEL


def test_an_example_is_a_click_away(page: Page) -> None:
    page.get_by_role("button", name="Speed the Plough").click()
    page.locator("#work").wait_for()
    eventually(lambda: page.locator("#title").inner_text(), "Speed the Plough")
    eventually(lambda: "16 measures" in page.locator("#summary").inner_text())


def test_a_file_is_opened_and_summarised_in_a_line(page: Page) -> None:
    open_file(page)
    eventually(lambda: "4 measures (4 of 4/4)" in page.locator("#summary").inner_text())
    eventually(lambda: "G major" in page.locator("#summary").inner_text())
    eventually(lambda: page.locator("#welcome").is_hidden())
    eventually(lambda: len(page.evaluate("studio.get().shown.notes")), 25)


def test_another_tune_of_a_book_can_be_selected(page: Page) -> None:
    open_file(page, BOOK, "book.abc")
    page.get_by_label("Melody").select_option(label="A Waltz")
    until(page, "studio.get().session.title === 'A Waltz'")
    eventually(lambda: "3/4" in page.locator("#summary").inner_text())


def test_a_shorter_tune_can_follow_a_longer_one(page: Page) -> None:
    """Where the keyboard was in the tune before is no measure of this one."""
    open_file(page, BOOK[: len(REEL) - 1] + b"GABc dedB|\n", "longer.abc")
    lane(page, "density").press("End")
    page.locator("#roll").press("End")
    page.locator("#roll").press("Escape")
    lane(page, "density").focus()
    assert len(saved(page).tracks) == 2
    open_file(page, b"X:1\nM:4/4\nL:1/4\nK:C\nCDEF|\n", "short.abc")
    assert [event.note for event in saved(page) if event.type == "note_on" and event.velocity] == [60, 62, 64, 65]
    lane(page, "density").press("ArrowDown")
    settle(page)
    page.locator("#roll").press("ArrowRight")
    eventually(lambda: page.evaluate("studio.get().selection"), [0, 0])


def test_a_damaged_file_is_a_message_and_the_work_stays(page: Page, refusals: list[int | str]) -> None:
    refusals.append(422)
    open_file(page)
    page.locator("#slider-density").press("PageUp")
    settle(page)
    notes = seen(page)["notes"]
    drop(page, "broken.mid", b"MThd, but no more")
    page.locator("#message").wait_for()
    eventually(lambda: page.locator("#message").inner_text().startswith("broken.mid"))
    eventually(lambda: seen(page)["notes"], notes)
    page.locator("#slider-density").press("PageDown")  # the server lives on
    settle(page)
    expect(page.locator("#message")).to_be_hidden()
    eventually(lambda: len(seen(page)["notes"]) < len(notes))
