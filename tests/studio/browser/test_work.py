"""Work is never lost: it comes back with its tune, in every tab, and is saved to one file."""

import json
from contextlib import suppress

from playwright.sync_api import Browser, Dialog, Error, Page, Route, expect

from tests.studio.browser.hands import (
    PATIENCE,
    download,
    drag,
    enter,
    eventually,
    lane,
    mean,
    open_file,
    seen,
    settle,
    until,
)
from tests.studio.conftest import BOOK


def turn(page: Page, key: str = "PageUp", attribute: str = "density") -> None:
    """Turn a slider by a key, as a step of its own."""
    page.locator("#title").click()
    page.locator(f"#slider-{attribute}").press(key)
    settle(page)


def step_count(page: Page) -> int:
    count: int = page.evaluate("studio.get().history.past.length")
    return count


def duplicate(page: Page) -> Page:
    """Open a copy of a tab: what it has stored is copied, as by the browser's own command."""
    with page.context.expect_page() as opened:
        page.evaluate("void open(location.href)")
    copy = opened.value
    copy.locator("#work").wait_for()
    until(copy, "studio.get().pool?.ready")
    return copy


def saved_session(page: Page) -> bytes:
    """Save the session, and return the file."""
    name, data = download(page, "Save session")
    assert name.endswith(".armusic")
    return data


def open_session(page: Page, data: bytes, name: str = "saved.armusic") -> None:
    page.locator("#file").set_input_files({"name": name, "mimeType": "application/json", "buffer": data})


def test_work_on_a_tune_comes_back_after_another_melody_and_another_file(page: Page) -> None:
    open_file(page, BOOK, "book.abc")
    for _ in range(2):
        turn(page)
    page.get_by_role("button", name="Keep this variation").click()
    first = page.evaluate("studio.get().edit")
    page.get_by_label("Melody").select_option(label="A Waltz")
    until(page, "studio.get().session.title === 'A Waltz'")
    eventually(lambda: (step_count(page), page.evaluate("studio.get().kept.length")), (0, 0))
    turn(page, "PageDown")
    second = page.evaluate("studio.get().edit")
    page.get_by_label("Melody").select_option(label="A Reel")
    until(page, "studio.get().session.title === 'A Reel'")
    eventually(lambda: page.evaluate("studio.get().edit"), first)
    eventually(lambda: (step_count(page), page.evaluate("studio.get().kept.length")), (2, 1))
    open_file(page)
    eventually(lambda: step_count(page), 0)
    open_file(page, BOOK, "renamed.abc")  # it is the contents that count
    eventually(lambda: page.evaluate("studio.get().edit"), first)
    page.get_by_label("Melody").select_option(label="A Waltz")
    until(page, "studio.get().session.title === 'A Waltz'")
    eventually(lambda: page.evaluate("studio.get().edit"), second)


def test_a_melody_is_asked_nothing_that_was_meant_for_the_one_before(page: Page) -> None:
    """The fixture fails where the server refuses a request, as it does an edit of more measures."""
    open_file(page, BOOK, "book.abc")
    held: list[Route] = []
    page.route("**/variation", lambda route: held.append(route) if not held else route.continue_())
    page.locator("#slider-density").press("PageUp")
    while not held:
        page.wait_for_timeout(30)
    page.get_by_label("Melody").select_option(label="A Waltz")
    until(page, "studio.get().session.title === 'A Waltz'")
    with suppress(Error):  # the page gave it up
        held[0].continue_()
    turn(page)
    eventually(lambda: page.evaluate("studio.get().session.title"), "A Waltz")


def test_work_is_there_in_another_tab_and_that_of_two_tabs_is_together_later(page: Page, address: str) -> None:
    open_file(page)
    turn(page)
    copy = duplicate(page)
    turn(page, "PageUp", "range")
    turn(copy, "PageDown", "range")
    eventually(lambda: page.evaluate("studio.get().edit") != copy.evaluate("studio.get().edit"))
    edits = [tab.evaluate("studio.get().edit") for tab in (page, copy)]
    for tab in (page, copy):
        tab.reload()
        tab.locator("#work").wait_for()
    eventually(
        lambda: [tab.evaluate("studio.get().edit") for tab in (page, copy)], edits
    )  # each has its own after a reload
    copy.close()
    other = page.context.new_page()
    other.goto(address)
    other.locator("#welcome-examples button").first.wait_for()
    open_file(other)
    steps = other.evaluate("[...studio.get().history.past, studio.get().edit]")
    assert all(edit in steps for edit in edits)
    other.close()


def test_a_session_is_one_file_with_all_work_in_it(page: Page, address: str, browser: Browser) -> None:
    open_file(page, BOOK, "book.abc")
    turn(page)
    page.get_by_label("Melody").select_option(label="A Waltz")
    until(page, "studio.get().session.title === 'A Waltz' && studio.get().pool?.ready")
    turn(page, "PageDown")
    enter(page.get_by_label("Tempo"), "200")
    page.get_by_role("button", name="Keep this variation").click()
    edit, notes = page.evaluate("studio.get().edit"), seen(page)["notes"]
    data = saved_session(page)
    context = browser.new_context()
    context.set_default_timeout(PATIENCE * 1000)
    other = context.new_page()
    other.goto(address)
    other.locator("#welcome-examples button").first.wait_for()
    open_session(other, data)
    other.locator("#work").wait_for()
    until(other, "studio.get().session.title === 'A Waltz' && studio.get().pool?.ready")
    settle(other)
    eventually(lambda: other.evaluate("studio.get().edit"), edit)
    eventually(lambda: seen(other)["notes"], notes)
    eventually(lambda: other.locator("#tempo").input_value(), "200")
    eventually(lambda: other.evaluate("studio.get().kept.length"), 1)
    other.get_by_label("Melody").select_option(label="A Reel")
    until(other, "studio.get().session.title === 'A Reel'")
    eventually(lambda: step_count(other), 1)
    context.close()


def test_a_session_is_opened_over_newer_work_and_undo_leads_there(page: Page) -> None:
    open_file(page)
    turn(page)
    data = saved_session(page)
    before = page.evaluate("studio.get().edit")
    turn(page)
    newer = page.evaluate("studio.get().edit")
    open_session(page, data)
    until(page, f"JSON.stringify(studio.get().edit) === JSON.stringify({json.dumps(before)})")
    page.get_by_role("button", name="Undo").click()
    eventually(lambda: page.evaluate("studio.get().edit"), newer)


def test_a_session_that_cannot_be_read_is_a_message_and_the_work_stays(page: Page) -> None:
    open_file(page)
    turn(page)
    data = saved_session(page)
    for wrong, message in (
        (data.replace(b'"version":1', b'"version":9'), "saved by a later armusic"),
        (data[:-9], "damaged, or no session of armusic studio"),
    ):
        open_session(page, wrong)
        expect(page.locator("#message")).to_contain_text(f"saved.armusic: {message}")
    eventually(lambda: step_count(page), 1)


def test_leaving_asks_only_where_work_is_not_stored(page: Page) -> None:
    questions: list[str] = []

    def note(dialog: Dialog) -> None:
        questions.append(dialog.type)
        dialog.accept()

    page.on("dialog", note)
    open_file(page)
    turn(page)
    page.reload()
    page.locator("#work").wait_for()
    assert questions == []
    page.evaluate("void (Storage.prototype.setItem = () => { throw new DOMException('', 'QuotaExceededError'); })")
    turn(page)
    expect(page.locator("#message")).to_contain_text("cannot store this work")
    saved_session(page)
    eventually(lambda: page.evaluate("studio.unsaved()"), 0)
    turn(page)
    eventually(lambda: page.evaluate("studio.unsaved()"), 1)
    with page.expect_event("close", timeout=PATIENCE * 1000):  # the question is answered with yes
        page.close(run_before_unload=True)
    assert questions == ["beforeunload"]


def test_two_tabs_of_one_session_each_work(page: Page) -> None:
    open_file(page, BOOK, "book.abc")
    copy = duplicate(page)
    eventually(lambda: copy.evaluate("studio.get().session.id"), page.evaluate("studio.get().session.id"))
    for tab, key in ((page, "PageUp"), (copy, "PageDown"), (page, "PageUp")):
        tab.locator("#slider-density").press(key)
        settle(tab)
    eventually(lambda: mean(seen(page)["values"]["density"]) > mean(seen(copy)["values"]["density"]))
    copy.get_by_label("Melody").select_option(label="A Waltz")
    until(copy, "studio.get().session.title === 'A Waltz'")
    page.locator("#slider-density").press("PageUp")
    settle(page)
    eventually(lambda: page.evaluate("studio.get().session.title"), "A Reel")
    eventually(lambda: len(seen(page)["changed"]), 4)
    copy.close()


def test_undo_goes_back_by_gestures(page: Page) -> None:
    open_file(page)
    slider = page.locator("#slider-density")
    slider.focus()
    for _ in range(4):
        page.keyboard.press("ArrowRight")
    eventually(lambda: step_count(page), 1)
    page.get_by_label("Natural").focus()
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    eventually(lambda: step_count(page), 2)
    drag(page, lane(page, "range"), (0.05, 0.6), (0.5, 0.3), (0.95, 0.2))
    drag(page, page.locator("#pad"), (0.5, 0.5), (0.85, 0.15))
    eventually(lambda: step_count(page), 4)
    page.locator("#key").select_option("off")
    eventually(lambda: step_count(page), 5)
    for _ in range(3):
        page.get_by_role("button", name="Undo").click()
    expect(page.locator("#key")).to_have_value("auto")
    eventually(lambda: page.evaluate("Object.keys(studio.get().edit.shifts)"), ["density"])
    expect(page.get_by_label("Natural")).to_have_value("0.8")
    page.keyboard.press("Control+z")
    expect(page.get_by_label("Natural")).to_have_value("0.5")
    page.keyboard.press("Control+z")
    eventually(lambda: page.evaluate("Object.keys(studio.get().edit.shifts)"), [])


def test_a_reload_keeps_the_settings(page: Page) -> None:
    open_file(page)
    turn(page)
    page.locator("#format").select_option("dawproject")
    page.get_by_label("with the original").check()
    page.locator("#layout").select_option("clips")
    page.locator("#pad-x").select_option("contour")
    page.locator("#show-original").click()
    page.locator("#roll").press("ArrowRight")
    for button in ("metronome", "loop", "count-in", "tune-mute"):
        page.locator(f"#{button}").evaluate("button => button.click()")
    page.locator("#instrument").evaluate("""select => {
        select.value = "40";
        select.dispatchEvent(new Event("change"));
    }""")
    page.locator("#tune-volume").evaluate("""slider => {
        slider.value = 0.5;
        slider.dispatchEvent(new Event("input"));
    }""")
    for _ in range(2):
        page.reload()
        page.locator("#work").wait_for()
        until(page, "document.getElementById('layout').value === 'clips'")
        eventually(lambda: page.locator("#format").input_value(), "dawproject")
        eventually(lambda: page.get_by_label("with the original").is_checked())
        eventually(lambda: page.locator("#pad-x").input_value(), "contour")
        eventually(lambda: page.evaluate("[studio.get().original, studio.get().selection]"), [True, [0, 0]])
        eventually(
            lambda: page.evaluate("[studio.player.metronome, studio.player.loop, studio.player.countIn]"),
            [True, False, True],
        )
        eventually(
            lambda: page.evaluate("studio.player.sound.faders.tune"), {"volume": 0.5, "muted": True, "solo": False}
        )
        eventually(
            lambda: page.evaluate("[studio.player.instrument, document.getElementById('instrument').value]"), [40, "40"]
        )
        expect(page.locator("#show-original")).to_have_attribute("aria-pressed", "true")
