"""What was done is said; keys are listed; the bar is one stop of the Tab key; forced colours reach the canvases."""

from playwright.sync_api import Page, expect

from tests.studio.browser.hands import eventually, in_chromium, open_file, seen, settle, until


def test_what_was_done_is_said_in_one_place(page: Page) -> None:
    live = page.locator("#live")
    open_file(page)
    until(page, "document.getElementById('live').textContent.includes('The search has finished')")
    page.locator("#slider-density").press("PageUp")
    expect(live).to_contain_text("notes a beat", timeout=20_000)
    expect(live).to_contain_text("from the original")
    page.locator("#roll").press("ArrowRight")
    expect(live).to_have_text("Measure 1 is selected")
    page.locator("#roll").press("Shift+ArrowRight")
    expect(live).to_have_text("Measures 1 to 2 are selected")


def test_measures_have_the_numbers_of_the_file(page: Page) -> None:
    music = b"GABc dedB|[M:7/8]GABcdef|[M:4/4]dedB dedB|c2ec B2dB|"
    open_file(page, b"X:1\nT:Seven\nM:4/4\nL:1/8\nK:G\n" + music, "seven.abc")
    expect(page.locator("#remarks")).to_contain_text(
        "measure 2 is in 7/8, for which no model is trained: left as it is"
    )
    ruler = page.locator("#ruler")
    ruler.press("ArrowRight")
    expect(ruler).to_have_attribute("aria-valuetext", "measure 3, before which measure 2 stays as it is")
    page.locator("#roll").press("ArrowRight")
    page.locator("#roll").press("ArrowRight")
    expect(page.locator("#live")).to_contain_text("Measure 3 is selected")
    page.get_by_text("Notes in words").click()
    expect(page.locator("#notes")).to_contain_text("Measure 3: D5 on 1 for 0.5")
    page.locator("#slider-density").press("PageUp")
    settle(page)
    assert "--measures 3-3" in seen(page)["command"]


def test_the_notes_of_a_selected_measure_are_words(page: Page) -> None:
    open_file(page)
    page.locator("#roll").press("ArrowRight")
    page.get_by_text("Notes in words").click()
    expect(page.locator("#notes li")).to_have_count(1)
    expect(page.locator("#notes")).to_contain_text("Measure 1: G4 on 1 for 0.5, A4 on 1.5 for 0.5")
    page.locator("#roll").press("Escape")
    expect(page.locator("#notes li")).to_have_count(4)


def test_the_bar_is_one_stop_and_arrows_go_through_it(page: Page) -> None:
    open_file(page)
    stops = (
        "[...document.querySelectorAll('.bar button')].filter((each) => each.tabIndex === 0 && !each.closest('.sheet'))"
    )
    eventually(lambda: page.evaluate(f"{stops}.map((each) => each.id)"), ["play"])
    page.locator("#play").press("ArrowRight")
    expect(page.locator("#show-original")).to_be_focused()
    page.locator("#slider-density").press("PageUp")
    settle(page)
    page.locator("#undo").press("Enter")  # there is no more to undo: the focus goes on in the bar
    expect(page.locator("#redo")).to_be_focused()


def test_keys_are_listed(page: Page) -> None:
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog", name="Keys")).to_be_hidden()
    page.get_by_role("button", name="Keys").click()
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()


@in_chromium  # playwright changes the colours of an open page there alone
def test_canvases_take_the_colours_that_are_forced(page: Page) -> None:
    open_file(page)
    colours = "document.getElementById('roll').toDataURL()"
    plain = page.evaluate(colours)
    page.emulate_media(forced_colors="active")
    until(page, f"{colours} !== '{plain}'")
