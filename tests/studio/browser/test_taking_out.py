"""What is downloaded, kept and dragged out is what is shown."""

import re

import mido
from playwright.sync_api import Page, expect

from tests.studio.browser.hands import drag_out, enter, eventually, open_file, pitches, saved, seen, settle, until


def test_the_exported_file_has_the_notes_of_the_page(page: Page) -> None:
    open_file(page)
    page.locator("#slider-density").press("PageUp")
    settle(page)
    midi = saved(page)
    exported = [message.note for message in midi if message.type == "note_on" and message.velocity]
    eventually(lambda: exported == pitches(seen(page)["notes"]))


def test_the_tempo_of_the_page_is_in_the_exported_file_and_outlives_a_reload(page: Page) -> None:
    open_file(page)
    assert [round(mido.tempo2bpm(message.tempo)) for message in saved(page) if message.type == "set_tempo"] == [160]
    page.locator("#slider-density").press("PageUp")
    enter(page.get_by_label("Tempo"), "200")
    settle(page)
    expect(page.locator("#command-title")).to_contain_text("at the tune's own tempo")
    page.reload()
    page.locator("#work").wait_for()
    settle(page)
    eventually(lambda: page.locator("#tempo").input_value(), "200")
    assert [round(mido.tempo2bpm(message.tempo)) for message in saved(page) if message.type == "set_tempo"] == [200]


def test_kept_variations_are_exported_as_tracks(page: Page) -> None:
    open_file(page)
    for _ in range(2):
        page.locator("#slider-density").press("PageUp")
        settle(page)
        page.get_by_role("button", name="Keep this variation").click()
    page.get_by_label("with the original").check()
    names = [track.name for track in saved(page).tracks[1:]]
    assert len(names) == 3
    assert names[1:] == ["Variation 1", "Variation 2"]


def test_the_button_of_a_kept_variation_outlives_what_else_is_drawn(page: Page) -> None:
    open_file(page)
    page.locator("#slider-density").press("PageUp")
    settle(page)
    page.get_by_role("button", name="Keep this variation").click()
    button = page.get_by_role("button", name="Remove Variation 1").element_handle()
    page.locator("#metronome").click()
    until(page, "document.getElementById('metronome').getAttribute('aria-pressed') === 'true'")
    assert button.evaluate("node => node.isConnected")
    button.click()
    until(page, "!studio.get().kept.length")


def test_a_file_can_be_dragged_out(page: Page) -> None:
    open_file(page)
    name, data, address = drag_out(page)
    assert name.endswith(".mid")
    assert data.startswith(b"MThd")
    assert re.fullmatch(r"audio/midi:[^:/]+\.mid:blob:http.*", address)


def test_a_file_is_written_anew_while_the_pointer_waits_for_it(page: Page) -> None:
    open_file(page)
    page.locator("#drag").hover()
    until(page, "studio.ready()")
    page.locator("#slider-density").evaluate(
        "(slider) => { slider.value = '0.9'; slider.dispatchEvent(new Event('input', { bubbles: true })); }"
    )
    settle(page)
    until(page, "studio.ready()")


def test_a_kept_variation_is_renamed_in_place_and_exported_under_its_name(page: Page) -> None:
    open_file(page)
    for key in ("PageUp", "PageDown"):
        page.locator("#slider-density").press(key)
        page.locator("#slider-range").press(key)
        settle(page)
        page.get_by_role("button", name="Keep this variation").click()
    page.get_by_role("button", name="Rename Variation 1").click()
    field = page.get_by_role("textbox", name="New name of Variation 1")
    field.press_sequentially("Größer / <b>")
    field.press("Enter")
    expect(page.get_by_role("button", name="Größer / <b>", exact=True)).to_be_visible()
    page.get_by_role("button", name="Rename Variation 2").click()
    page.get_by_role("textbox", name="New name of Variation 2").press("Escape")
    names = page.evaluate("studio.get().kept.map((variation) => variation.name)")
    assert names == ["Größer / <b>", "Variation 2"]
    tracks = [track.name for track in saved(page).tracks]
    assert any("Grosser / <b>" in name for name in tracks), "names in MIDI files are ASCII"
