"""What is played is what is seen."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page

from tests.studio.browser.hands import enter, eventually, open_file, pitches, seen, settle, tone, until

SAMPLES = "studio.player.sound.samples[studio.player.program]"
LOADED = f"Object.values({SAMPLES}).length > 2 && Object.values({SAMPLES}).every(Boolean)"


def test_a_and_b_compare_original_and_variation(page: Page) -> None:
    open_file(page)
    page.locator("#slider-density").press("PageUp")
    settle(page)
    note_count: Callable[[], int] = lambda: page.evaluate("studio.player.notes.length")  # noqa: E731
    varied = note_count()
    page.get_by_role("button", name="A: original").click()
    eventually(note_count, 25)
    assert varied != 25
    page.get_by_role("button", name="B: variation").click()
    eventually(note_count, varied)


def test_what_is_played_is_what_is_seen_and_changes_come_at_a_bar_line(page: Page) -> None:
    open_file(page)
    enter(page.get_by_label("Tempo"), "240")
    page.get_by_role("button", name="Play", exact=True).click()
    until(page, "studio.scheduled.some(note => note.measure === 2)")
    page.locator("#slider-density").press("PageUp")
    settle(page)
    until(
        page, "studio.scheduled.filter(note => note.measure === 1).some((note, _, all) => note.time > all[0].time + 3)"
    )
    page.get_by_role("button", name="Stop").click()
    scheduled, original, shown = page.evaluate("[studio.scheduled, studio.get().session, studio.get().shown]")
    bars: list[list[dict[str, Any]]] = []
    for note in scheduled:
        if not bars or bars[-1][-1]["measure"] != note["measure"]:
            bars.append([])
        bars[-1].append(note)
    begin = scheduled[0]["time"]
    for place, bar in enumerate(bars):
        assert bar[0]["measure"] == place % 4 + 1
        assert len({note["version"] for note in bar}) == 1  # no measure is half old, half new
        for note in bar:  # a measure of 4/4 takes a second at this tempo: none comes late
            assert note["time"] == pytest.approx(begin + place + (note["start"] - place % 4 * 4) / 4, abs=1e-6)
    for bar, source in ((bars[0], original), (bars[-2], shown)):
        played = [(note["start"], note["pitch"]) for note in bar]
        written = [(note["start"], note["pitch"]) for note in source["notes"] if note["measure"] == bar[0]["measure"]]
        assert played == written
    assert bars[0][0]["version"] < bars[-2][0]["version"]


def answer_sounds(page: Page, response: str) -> None:
    """Answer the page's questions for samples in the page itself, and note their addresses in `asked`."""
    page.evaluate(f"""() => {{
        const others = window.fetch;
        window.asked = [];
        window.fetch = (address, ...rest) => {{
            if (!String(address).includes("/api/sounds/")) return others(address, ...rest);
            window.asked.push(String(address));
            return Promise.resolve({response});
        }};
    }}""")


def test_a_tone_is_made_where_there_is_no_instrument(page: Page) -> None:
    answer_sounds(page, "new Response(null, { status: 204 })")
    open_file(page)
    page.get_by_role("button", name="Play", exact=True).click()
    until(page, "studio.scheduled.length > 3")
    assert not any(page.evaluate("studio.scheduled.map(note => note.sampled)"))


def test_the_instrument_sounds_where_the_server_has_it(page: Page) -> None:
    """It is asked for a sample every three semitones; until it is there, a tone is made."""
    sample = f"new Uint8Array({list(tone())})"
    answer_sounds(page, f'new Response({sample}, {{ headers: {{ "Content-Type": "audio/wav" }} }})')
    open_file(page)
    until(page, LOADED)
    page.get_by_role("button", name="Play", exact=True).click()
    until(page, "studio.scheduled.length > 3")
    assert all(page.evaluate("studio.scheduled.map(note => note.sampled)"))
    sampled = {int(url.rpartition("/")[2]) for url in page.evaluate("asked")}
    assert {pitch % 3 for pitch in sampled} == {0}
    for pitch in pitches(seen(page)["notes"]):
        assert min(abs(pitch - root) for root in sampled) <= 1


def test_a_soundfont_sounds(page: Page) -> None:
    """All of it together: the server renders notes of the tune's instrument, and the page plays them."""
    pytest.importorskip("fluidsynth", reason="needs armusic[audio] and the system's fluidsynth", exc_type=ImportError)
    answers: list[tuple[int, str]] = []
    page.on("response", lambda sent: answers.append((sent.status, sent.url)) if "/api/sounds/" in sent.url else None)
    open_file(page)
    until(page, LOADED)
    page.get_by_role("button", name="Play", exact=True).click()
    until(page, "studio.scheduled.length > 3")
    assert all(page.evaluate("studio.scheduled.map(note => note.sampled)"))
    roots = page.evaluate(f"Object.keys({SAMPLES}).map(Number)")
    program = page.evaluate("studio.get().session.program")
    expected = [(200, f"/api/sounds/{program}/{root}") for root in sorted(roots)]
    assert sorted((status, urlsplit(url).path) for status, url in answers) == expected
    loudest = "one => one.getChannelData(0).reduce((most, value) => Math.max(most, Math.abs(value)), 0)"
    peaks = page.evaluate(f"Object.values({SAMPLES}).map({loudest})")
    assert peaks == pytest.approx([0.8] * len(roots), abs=0.1)
