"""Notes are edited by hand in the piano roll: with the mouse, a finger and the keyboard; and the view is zoomed."""

from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.studio.browser.hands import (
    PATIENCE,
    PHONE,
    eventually,
    in_chromium,
    lane,
    open_file,
    place_of,
    saved,
    seen,
    settle,
    until,
)

GUTTER, ROOM = 34, 5  # pixels at the left of the roll, and semitones around the notes

Place = tuple[float, float]


def spot(page: Page, start: float, pitch: int) -> Place:
    """Return where a time and a pitch are on the screen, while notes are edited."""
    box = place_of(page, page.locator("#roll"))
    state = page.evaluate("({session: studio.get().session, shown: studio.get().shown})")
    pitches = [note["pitch"] for part in state.values() for note in part["notes"]]
    low = min(pitches) - ROOM
    high = max(*pitches, low + 14) + ROOM
    last = state["session"]["measures"][-1]
    scale = (box["width"] - GUTTER) / (last["start"] + last["length"])
    row = box["height"] / (high - low + 1)
    return box["x"] + GUTTER + start * scale, box["y"] + (high - pitch + 0.5) * row


def pull(page: Page, *places: Place) -> None:
    page.mouse.move(*places[0])
    page.mouse.down()
    for place in places[1:]:
        page.mouse.move(*place, steps=4)
    page.mouse.up()
    settle(page)


def measure(page: Page, number: int) -> list[list[float]]:
    """Return start, duration and pitch of the notes of a measure."""
    notes = [note for note in seen(page)["notes"] if note["measure"] == number]
    return [[note["start"], note["duration"], note["pitch"]] for note in notes]


def locked(page: Page) -> Any:
    return page.evaluate("Object.keys(studio.get().edit.by_hand)")


def write(page: Page) -> None:
    open_file(page)
    page.get_by_role("button", name="Edit notes").click()
    until(page, "document.querySelector('#roll').clientHeight > 300")


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.locator("#roll").press(key)
        settle(page)


def test_notes_are_moved_made_longer_drawn_and_deleted_by_mouse(page: Page) -> None:
    write(page)
    eventually(lambda: measure(page, 4), [[12, 1, 69], [13, 1, 66], [14, 2, 67]])
    pull(page, spot(page, 12.5, 69), spot(page, 12.5, 71))
    eventually(lambda: measure(page, 4)[0], [12, 1, 71])
    pull(page, spot(page, 13.97, 66), spot(page, 14.5, 66))
    eventually(lambda: measure(page, 4), [[12, 1, 71], [13, 1.5, 66], [14.5, 1.5, 67]], why="what follows is cut short")
    pull(page, spot(page, 15.2, 67), spot(page, 15.45, 67))
    eventually(lambda: measure(page, 4)[2], [14.75, 1.25, 67], why="not beyond the end of the tune")
    page.mouse.click(*spot(page, 12.6, 74))
    settle(page)
    eventually(
        lambda: measure(page, 4)[:2], [[12, 0.5, 71], [12.5, 1.25, 74]], why="a new note is as long as the last one"
    )
    page.mouse.click(*spot(page, 12.1, 71), button="right")
    settle(page)
    eventually(lambda: measure(page, 4)[0], [12.5, 1.25, 74])
    eventually(lambda: locked(page), ["4"])
    eventually(lambda: seen(page)["changed"], [False, False, False, True])


def test_one_gesture_is_one_step_and_everything_follows(page: Page) -> None:
    write(page)
    before = seen(page)
    pull(page, spot(page, 4.25, 74), spot(page, 4.5, 72), spot(page, 5, 74), spot(page, 4.25, 76))
    changed = seen(page)
    eventually(lambda: measure(page, 2)[0], [4, 0.5, 76])
    assert changed["values"]["contour"][1] != before["values"]["contour"][1]
    assert [note.note for note in saved(page).tracks[-1] if note.type == "note_on" and note.velocity][8] == 76
    page.locator("#show-original").click()
    page.mouse.click(*spot(page, 4.25, 71))
    expect(page.locator("#status")).to_contain_text("choose B")
    page.locator("#show-variation").click()
    page.get_by_role("button", name="Keep this variation").click()
    page.get_by_role("button", name="Undo").click()
    until(page, "!Object.keys(studio.get().edit.by_hand).length")
    eventually(lambda: seen(page)["notes"], before["notes"])
    page.get_by_role("button", name="Variation 1", exact=True).click()
    settle(page)
    eventually(lambda: seen(page)["notes"], changed["notes"])
    page.reload()
    until(page, "window.studio?.get().session && studio.get().settled && studio.get().shown.notes[8].pitch === 76")


def test_the_search_goes_around_a_measure_by_hand_until_it_is_unlocked(page: Page) -> None:
    write(page)
    page.mouse.click(*spot(page, 4.25, 76))
    settle(page)
    own = measure(page, 2)
    slider = page.locator("#slider-density")
    for key in ("PageUp", "PageUp", "PageDown"):
        slider.press(key)
        settle(page)
        eventually(lambda: measure(page, 2), own)
        eventually(lambda: any(seen(page)["changed"][row] for row in (0, 2, 3)))
    page.get_by_role("button", name="Dice").click()
    settle(page)
    eventually(lambda: measure(page, 2), own)
    page.get_by_role("button", name="Unlock 2").click()
    settle(page)
    eventually(lambda: locked(page), [])
    expect(page.locator("#unlock")).to_be_hidden()


def test_notes_that_cannot_be_held_are_taken_back_and_it_says_so(page: Page) -> None:
    write(page)
    pull(page, spot(page, 4.25, 74), spot(page, 4.25, 76))
    before = measure(page, 2)
    page.evaluate("""() => {
        const { fetch } = window;
        const refusal = { message: "measure 4: no such rhythm" };
        window.fetch = async (path, request) => path.endsWith("/variation") && JSON.parse(request.body).by_hand[4]
            ? Response.json(refusal, { status: 422 }) : fetch(path, request);
    }""")
    pull(page, spot(page, 12.5, 69), spot(page, 12.5, 71))
    expect(page.locator("#message")).to_contain_text("measure 4: no such rhythm. The notes are as they were before.")
    settle(page)
    eventually(lambda: locked(page), ["2"])
    eventually(lambda: measure(page, 2), before)
    expect(page.locator("#redo")).to_be_disabled()


def test_a_note_sounds_while_it_is_edited(page: Page) -> None:
    open_file(page)
    page.evaluate("""() => {
        window.heard = [];
        const { sound } = studio.player;
        sound.note = (strip, program, { pitch }) => heard.push([strip, pitch]);
    }""")
    press(page, "ArrowRight", "Enter", "ArrowRight", "ArrowUp", "Enter")
    until(page, "heard.length === 3")
    eventually(lambda: page.evaluate("heard"), [["tune", 67], ["tune", 68], ["tune", 68]])
    page.keyboard.press("Alt+ArrowRight")
    until(page, "heard.length === 4")


def test_notes_are_edited_by_keyboard_and_each_is_said(page: Page) -> None:
    open_file(page)
    status = page.locator("#status")
    press(page, "ArrowRight", "Enter")
    expect(page.get_by_role("button", name="Edit notes")).to_have_attribute("aria-pressed", "true")
    press(page, "ArrowRight")
    expect(status).to_contain_text("G4, measure 1, beat 1, 1/2 beat")
    press(page, "ArrowUp", "Shift+ArrowDown")
    expect(status).to_contain_text("G♯3, measure 1, beat 1, 1/2 beat")
    press(page, "Shift+ArrowRight")
    eventually(lambda: measure(page, 1)[:2], [[0, 0.75, 56], [0.75, 0.25, 69]])
    press(page, "Alt+ArrowRight")
    eventually(lambda: measure(page, 1)[:2], [[0.25, 0.75, 56], [1, 0.5, 71]])
    press(page, "ArrowRight", "Enter")
    eventually(lambda: measure(page, 1)[1:3], [[1, 0.25, 71], [1.25, 0.25, 71]])
    press(page, "Delete")
    eventually(lambda: measure(page, 1)[1:3], [[1, 0.25, 71], [1.5, 0.5, 72]])
    expect(status).to_contain_text("deleted; now at C5")
    page.locator("#parts").select_option("triplets")
    press(page, "Alt+ArrowLeft")
    eventually(lambda: measure(page, 1)[2][0], pytest.approx(4 / 3))
    press(page, "Control+z", "Escape", "ArrowRight")
    expect(page.get_by_role("button", name="Edit notes")).to_have_attribute("aria-pressed", "false")
    eventually(lambda: page.evaluate("studio.get().selection") is not None, why="the arrows select measures again")


def two_fingers(page: Page, target: Locator, across: float) -> None:
    """Move two fingers sideways, that come down one after the other."""
    box = place_of(page, target)
    fingers = page.context.new_cdp_session(page)
    places = [(box["x"] + 200, box["y"] + 60), (box["x"] + 200, box["y"] + 160)]

    def touch(kind: str, number: int, moved: float = 0.0) -> None:
        points = [{"x": x + moved, "y": y, "id": ident} for ident, (x, y) in enumerate(places[:number])]
        fingers.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
        page.wait_for_timeout(30)

    touch("touchStart", 1)
    touch("touchStart", 2)
    for step in range(1, 9):
        touch("touchMove", 2, across * step / 8)
    touch("touchEnd", 0)


@in_chromium  # playwright has no touch screen for Firefox
def test_a_finger_edits_in_edit_mode_only(browser: Browser, address: str) -> None:
    context = browser.new_context(viewport=PHONE, has_touch=True)
    context.set_default_timeout(PATIENCE * 1000)
    page = context.new_page()
    page.goto(address)
    page.locator("#welcome-examples button").first.wait_for()
    open_file(page)
    page.locator("#roll").scroll_into_view_if_needed()
    page.locator("#roll").tap()
    eventually(lambda: locked(page), [])
    page.get_by_role("button", name="Edit notes").tap()
    until(page, "document.querySelector('#roll').clientHeight > 300")
    eventually(
        lambda: page.evaluate("document.querySelector('#scroller').scrollWidth") > 4 * 160,
        why="wide enough for a finger",
    )
    two_fingers(page, page.locator("#roll"), -120)
    until(page, "document.querySelector('#scroller').scrollLeft > 60")
    eventually(lambda: locked(page), [], why="two fingers scroll")
    page.get_by_role("button", name="Fit").tap()
    until(page, "document.querySelector('#zoom-fit').disabled")
    page.touchscreen.tap(*spot(page, 14.1, 74))
    until(page, "Object.keys(studio.get().edit.by_hand).length === 1")
    settle(page)
    eventually(lambda: [14, 0.5, 74] in measure(page, 4))
    page.get_by_role("button", name="Delete note").tap()
    settle(page)
    eventually(lambda: [14, 0.5, 74] not in measure(page, 4))
    context.close()


def test_the_view_is_zoomed_by_buttons_wheel_and_keys(page: Page) -> None:
    open_file(page)
    scroller = page.locator("#scroller")
    whole = scroller.evaluate("(box) => box.scrollWidth")
    page.get_by_role("button", name="Zoom in").click()
    page.get_by_role("button", name="Zoom in").click()
    until(page, f"document.querySelector('#scroller').scrollWidth > {1.8 * whole}")
    page.locator("#roll").hover(position={"x": 700, "y": 100})
    page.keyboard.down("Control")
    page.mouse.wheel(0, -300)
    page.keyboard.up("Control")
    until(page, f"document.querySelector('#scroller').scrollWidth > {3 * whole}")
    eventually(
        lambda: scroller.evaluate("(box) => box.scrollLeft") > whole, why="what is under the pointer stays there"
    )
    widths = page.locator("#strip canvas").evaluate_all("(all) => all.map((canvas) => canvas.clientWidth)")
    assert len(set(widths)) == 1, "lanes show what the roll shows"
    lane(page, "density").press("0")
    until(page, f"document.querySelector('#scroller').scrollWidth === {whole}")
    page.locator("#roll").press("+")
    until(page, f"document.querySelector('#scroller').scrollWidth > {1.3 * whole}")
    expect(page.get_by_role("button", name="Zoom out")).to_be_enabled()
