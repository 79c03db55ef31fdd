"""Notation: engraved where it can be seen, for what is shown, at the page's tempo."""

from playwright.sync_api import Page, Response

from tests.studio.browser.hands import enter, eventually, open_file, settle, until
from tests.studio.conftest import BOOK

DRAWN = "document.getElementById('score').src && !document.querySelector('#score-box.old')"


def slide(page: Page, value: int) -> None:
    page.locator("#sliders input").first.evaluate(
        "(e, v) => { e.value = v; e.dispatchEvent(new Event('input')); e.dispatchEvent(new Event('change')); }", value
    )


def test_notation_is_of_what_is_shown_and_of_no_other_tune(page: Page) -> None:
    answers: list[Response] = []
    page.on("response", lambda answer: answers.append(answer) if "/score" in answer.url else None)
    open_file(page)
    page.locator("#score-box").scroll_into_view_if_needed()
    until(page, DRAWN)
    assert ">A Reel<" in answers[-1].text()
    eventually(lambda: page.locator("#score").get_attribute("alt"), "The variation as notation")

    enter(page.locator("#tempo"), "90")
    until(page, "document.querySelector('#score-box.old')")
    until(page, DRAWN)
    assert ">= 90<" in answers[-1].text()

    drawn = len(answers)
    for value in range(100, 300, 10):
        slide(page, value)
    settle(page)
    until(page, DRAWN)
    assert len(answers) <= drawn + 2  # none for every step of the slider

    page.locator("#score-box summary").click()
    slide(page, 50)
    settle(page)
    drawn = len(answers)
    page.wait_for_timeout(700)
    assert len(answers) == drawn  # closed
    page.locator("#score-box summary").click()
    until(page, DRAWN)
    assert len(answers) == drawn + 1

    open_file(page, BOOK, "book.abc")
    page.locator("#score-box").scroll_into_view_if_needed()
    until(page, DRAWN)
    page.get_by_label("Melody").select_option(label="A Waltz")
    until(page, "studio.get().session.title === 'A Waltz' && !document.querySelector('#score[src]')")  # no stale one
    until(page, DRAWN)
    assert ">A Waltz<" in answers[-1].text()
