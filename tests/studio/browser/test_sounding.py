"""Playing from anywhere: keys, the ruler, the file's other tracks, the mixer, and MIDI out."""

from itertools import pairwise
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests import songs
from tests.studio.browser.hands import drag, eventually, open_file, until

FOCUS = ["#loop", "#slider-density", "#key", "#tempo", "#each-measure", "#roll", "#ruler", "#pad", "#command", "#help"]
PORT = """() => {
    window.sent = [];
    const port = { id: "1", name: "DAW", state: "connected", send: (bytes, at) => sent.push([...bytes, at]) };
    const access = { outputs: new Map([["1", port]]) };
    Object.defineProperty(navigator, "requestMIDIAccess", { value: async () => access });
}"""


def playing(page: Page) -> Any:
    return page.evaluate("studio.player.playing")


def test_space_plays_and_stops_wherever_the_focus_is(page: Page) -> None:
    open_file(page)
    page.locator("#slider-density").press("PageUp")  # so that there is a command to focus
    state = "JSON.stringify([studio.player.loop, studio.get().edit, studio.get().selection, studio.get().original])"
    for place in FOCUS:
        page.locator(place).focus()
        before = page.evaluate(state)
        page.keyboard.press("Space")
        eventually(lambda: playing(page), why=place)
        page.keyboard.press("Space")
        eventually(lambda: playing(page), False, why=place)
        eventually(lambda: page.evaluate(state), before, why=place)
    page.locator("#play").click()
    page.keyboard.press("Space")  # the button has the focus: it is not pressed as well
    eventually(lambda: playing(page), False)


def test_what_space_does_not_press_enter_does(page: Page) -> None:
    open_file(page)
    each = page.locator("#each-measure")
    each.press("Enter")
    expect(each).to_be_checked()
    page.locator("#loop").press("Enter")
    eventually(lambda: page.evaluate("studio.player.loop"), False)


def test_escape_clears_the_selection_wherever_the_focus_is(page: Page) -> None:
    open_file(page)
    for place in FOCUS:
        drag(page, page.locator("#ruler"), (0.3, 0.5), (0.7, 0.5))
        eventually(lambda: page.evaluate("studio.get().selection"), [1, 2])
        page.locator(place).focus()
        page.keyboard.press("Escape")
        eventually(lambda: page.evaluate("studio.get().selection"), None, why=place)


def test_a_click_on_the_ruler_goes_to_a_beat_and_dragging_selects(page: Page) -> None:
    open_file(page)
    ruler = page.locator("#ruler")
    drag(page, ruler, (0.66, 0.5))
    cue = page.evaluate("studio.get().cue")
    assert cue in (9, 10, 11)
    eventually(lambda: page.evaluate("studio.get().selection"), None)
    page.keyboard.press("Space")
    until(page, "studio.scheduled.length > 0")
    assert page.evaluate("studio.scheduled[0].start") >= cue
    drag(page, ruler, (0.05, 0.5))
    until(page, "studio.player.position() < 3")  # at once
    page.keyboard.press("Space")
    drag(page, ruler, (0.3, 0.5), (0.7, 0.5))
    eventually(lambda: page.evaluate("[studio.get().selection, studio.get().cue]"), [[1, 2], 4])


def test_the_ruler_works_by_keyboard(page: Page) -> None:
    open_file(page)
    ruler = page.get_by_role("slider", name="Where to play")
    ruler.press("ArrowRight")
    expect(ruler).to_have_attribute("aria-valuetext", "measure 2")
    press = "node.dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowRight', shiftKey: true }))"
    ruler.evaluate(f"(node) => {{ {press}; {press}; }}")  # twice before a frame is drawn
    eventually(lambda: page.evaluate("studio.get().selection"), [1, 2])
    page.keyboard.press("Escape")
    ruler.press("End")
    expect(ruler).to_have_attribute("aria-valuenow", "4")


def test_the_other_tracks_of_the_file_sound_along(page: Page) -> None:
    open_file(page, songs.band(), "song.mid")
    eventually(
        lambda: page.evaluate("studio.get().session.others.map(track => track.name)"), ["Piano", "Bass", "Drums"]
    )
    page.keyboard.press("Space")
    until(page, "new Set(studio.scheduled.map(note => note.track)).size === 4")
    page.keyboard.press("Space")
    first = page.evaluate("studio.scheduled.filter(note => note.start === 0).map(note => note.time)")
    assert len(first) >= 6
    assert len(set(first)) == 1  # together


def test_mute_and_solo_of_the_tune_and_of_the_other_tracks(page: Page) -> None:
    open_file(page, songs.band(), "song.mid")
    page.locator("#sound").click()
    expect(page.locator("#others-names")).to_have_text("Piano, Bass, Drums")
    page.get_by_role("button", name="Mute the other tracks").click()
    page.get_by_role("button", name="Solo the tune").click()
    expect(page.get_by_role("button", name="Solo the tune")).to_have_attribute("aria-pressed", "true")
    faders = page.evaluate("studio.player.sound.faders")
    assert (faders["tune"]["solo"], faders["others"]["muted"]) == (True, True)
    page.locator("#tune-volume").press("Home")
    eventually(lambda: page.evaluate("studio.player.sound.faders.tune.volume"), 0)
    page.reload()
    page.locator("#work").wait_for()
    eventually(lambda: page.evaluate("studio.player.sound.faders"), {**faders, "tune": {**faders["tune"], "volume": 0}})
    open_file(page)
    expect(page.locator("#others-strip")).to_be_hidden()  # there are none


def test_another_instrument_and_a_count_in(page: Page) -> None:
    open_file(page)
    page.locator("#sound").click()
    page.get_by_label("Instrument").select_option(label="Violin")
    eventually(lambda: page.evaluate("studio.player.program"), 40)
    page.get_by_role("button", name="Count-in").click()
    page.evaluate("""() => {
        Object.assign(window, { clicks: [], places: [] });
        const { sound } = studio.player;
        sound.click = (first, time) => clicks.push(time);
        setInterval(() => studio.scheduled.length || places.push(studio.player.position() ?? 0), 20);
    }""")
    page.keyboard.press("Space")
    until(page, "studio.scheduled.length > 0")
    clicks = page.evaluate("clicks")
    assert len(clicks) == 4
    assert page.evaluate("studio.scheduled[0].time") == pytest.approx(clicks[0] + 1.5)  # a measure later
    assert set(page.evaluate("places")) == {0}
    until(page, "studio.player.position() > 0")
    page.keyboard.press("Space")


def test_without_audio_it_says_so_and_plays_in_silence(page: Page) -> None:
    open_file(page)
    page.evaluate("void (window.AudioContext = class { constructor() { throw new Error('none') } })")
    page.keyboard.press("Space")
    expect(page.locator("#silence")).to_contain_text("No sound: audio does not start")
    until(page, "studio.player.position() > 0.5")
    page.keyboard.press("Space")


def test_midi_out_is_asked_for_first_and_sends_notes_and_clock(page: Page) -> None:
    open_file(page, songs.band(), "song.mid")
    page.evaluate(PORT)
    page.locator("#sound").click()
    expect(page.locator("#midi-field")).to_be_hidden()
    page.get_by_role("button", name="MIDI out…").click()
    expect(page.locator("#midi-port")).to_have_value("1")
    page.locator("#midi-others").check()
    page.keyboard.press("Space")
    until(page, "sent.filter(([status]) => status === 0xf8).length > 48")
    page.keyboard.press("Space")
    sent: list[list[float]] = page.evaluate("sent")
    statuses = [int(message[0]) for message in sent]
    started = statuses.index(0xFA)
    assert statuses.index(0xF8) > started
    assert statuses[-1] == 0xFC
    ticks = [message[-1] for message in sent if message[0] == 0xF8]
    steps = [after - before for before, after in pairwise(ticks)]
    quarter = page.evaluate("60000 / studio.get().session.bpm")
    quarters = [sum(steps[first : first + 24]) for first in range(len(steps) - 23)]
    nearest = min(quarters, key=lambda length: abs(length - quarter))  # a busy machine stops the clock now and then
    assert nearest == pytest.approx(quarter, rel=0.2)  # by the blocks of Firefox's audio clock
    on = [(message[0] & 15, message[1]) for message in sent if message[0] // 16 == 9]
    assert {channel for channel, _ in on} == {0, 1, 2, 9}
    off = [(message[0] & 15, message[1]) for message in sent if message[0] // 16 == 8]
    assert sorted(off) == sorted(on)  # nothing hangs


@pytest.mark.parametrize(("missing", "text"), [(True, "has no Web MIDI"), (False, "refuses MIDI")])
def test_without_midi_it_says_why(page: Page, missing: bool, text: str) -> None:
    open_file(page)
    value = "undefined" if missing else "async () => { throw new DOMException('no', 'SecurityError') }"
    page.evaluate(f"Object.defineProperty(navigator, 'requestMIDIAccess', {{ value: {value} }})")
    page.locator("#sound").click()
    page.get_by_role("button", name="MIDI out…").click()
    expect(page.locator("#midi-note")).to_contain_text(text)
