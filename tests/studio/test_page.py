"""The page of the studio in the system's Chromium, with the server in a process of its own."""

import io
import os
import re
import shutil
import subprocess
import sys
import time
import wave
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import mido
import pytest

pytest.importorskip("playwright", reason="the tests of the page need playwright: pip install 'armusic[test]'")

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, Route, expect, sync_playwright

from tests.studio.conftest import BOOK, REEL

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
PATIENCE = 90.0  # seconds
PHONE = {"width": 390, "height": 844}
DESK = {"width": 1440, "height": 1000}

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="this system has no Chromium (Debian: chromium)")


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    command = [sys.executable, "-m", "armusic_cli", "studio", "--no-open"]
    paths = os.pathsep.join(filter(None, ("cli", os.environ.get("PYTHONPATH"))))
    environment = {**os.environ, "PYTHONPATH": paths, "OMP_NUM_THREADS": "1"}
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment) as server:
        assert server.stderr is not None
        address = re.search(r"http://127\.0\.0\.1:\d+/", server.stderr.readline())
        assert address
        yield address[0]
        server.terminate()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM)
        yield browser
        browser.close()


@pytest.fixture
def refusals() -> list[int]:
    """Return the answers that a test expects, which the browser notes as errors."""
    return []


@pytest.fixture
def page(browser: Browser, address: str, refusals: list[int]) -> Iterator[Page]:
    """Return the page; in the end it must have made no error and asked nobody else."""
    errors: list[str] = []
    context = browser.new_context(viewport=DESK)
    page = context.new_page()

    def note_message(text: str) -> None:
        if not any(f"status of {status}" in text for status in refusals):
            errors.append(text)

    page.on("console", lambda line: note_message(line.text) if line.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("request", lambda request: foreign(request.url, address) and errors.append(request.url))
    page.goto(address)
    page.locator("#welcome-examples button").first.wait_for(timeout=PATIENCE * 1000)
    yield page
    context.close()
    assert errors == []


def foreign(url: str, address: str) -> bool:
    return urlsplit(url).scheme not in ("blob", "data") and urlsplit(url).netloc != urlsplit(address).netloc


def until(page: Page, condition: str) -> None:
    """Wait until an expression is true. (Playwright's own way is forbidden by the page's security policy.)"""
    end = time.monotonic() + PATIENCE
    while not page.evaluate(condition):
        assert time.monotonic() < end, f"never: {condition}"
        time.sleep(0.03)


def open_file(page: Page, data: bytes = REEL, name: str = "reel.abc") -> None:
    """Open a file, and wait for its search."""
    page.locator("#file").set_input_files({"name": name, "mimeType": "text/plain", "buffer": data})
    page.locator("#work").wait_for()
    until(page, f"studio.get().session.name === '{name}' && studio.get().pool?.ready")


def settle(page: Page) -> None:
    """Wait until what is shown answers what is asked."""
    until(page, "studio.get().settled")


def seen(page: Page) -> Any:
    return page.evaluate("studio.get().shown")


def pitches(notes: list[dict[str, Any]]) -> list[int]:
    return [note["pitch"] for note in notes]


def mean(values: list[float]) -> float:
    return sum(values) / len(values)


def drag(page: Page, target: Locator, *points: tuple[float, float]) -> None:
    """Drag over an element, through points that are parts of its width and height."""
    target.scroll_into_view_if_needed()
    box = target.bounding_box()
    assert box
    places = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in points]
    page.mouse.move(*places[0])
    page.mouse.down()
    for place in places[1:]:
        page.mouse.move(*place, steps=6)
    page.mouse.up()


def lane(page: Page, name: str) -> Locator:
    return page.get_by_role("slider", name=f"{name}, measure by measure")


def tone() -> bytes:
    """Return a short WAV."""
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setparams((1, 2, 22_050, 0, "NONE", ""))
        file.writeframes(bytes(range(100)) * 40)
    return buffer.getvalue()


def saved(page: Page) -> mido.MidiFile:
    """Download what is shown."""
    with page.expect_download() as download:
        page.get_by_role("button", name="Download").click()
    return mido.MidiFile(file=io.BytesIO(Path(download.value.path()).read_bytes()))


def test_an_example_is_a_click_away(page: Page) -> None:
    page.get_by_role("button", name="Speed the Plough").click()
    page.locator("#work").wait_for()
    assert page.locator("#title").inner_text() == "Speed the Plough"
    assert "16 measures" in page.locator("#summary").inner_text()


def test_a_file_is_opened_and_summarised_in_a_line(page: Page) -> None:
    open_file(page)
    assert "4 measures (4 of 4/4)" in page.locator("#summary").inner_text()
    assert "G major" in page.locator("#summary").inner_text()
    assert page.locator("#welcome").is_hidden()
    assert len(page.evaluate("studio.get().shown.notes")) == 25


def test_another_tune_of_a_book_can_be_selected(page: Page) -> None:
    open_file(page, BOOK, "book.abc")
    page.get_by_label("Melody").select_option(label="A Waltz")
    until(page, "studio.get().session.title === 'A Waltz'")
    assert "3/4" in page.locator("#summary").inner_text()


@pytest.mark.parametrize(("key", "more"), [("PageUp", True), ("PageDown", False)])
def test_a_slider_changes_the_notes_and_shows_the_values(page: Page, key: str, more: bool) -> None:
    open_file(page)
    before = seen(page)
    slider = page.locator("#slider-density")
    slider.focus()
    slider.press(key)
    slider.press(key)
    settle(page)
    after = seen(page)
    assert (mean(after["values"]["density"]) > mean(before["values"]["density"])) is more
    assert (len(after["notes"]) > len(before["notes"])) is more
    expect(page.locator("#value-density")).to_contain_text("→")
    was, now = map(float, re.findall(r"\d+\.\d+", page.locator("#value-density").inner_text()))
    assert (now > was) is more
    expect(page.locator("#command")).to_contain_text(f"--attr density=by{'+' if more else '-'}")


def test_dragging_shows_the_last_value_with_few_requests(page: Page) -> None:
    open_file(page)
    requests: list[str] = []
    page.on("request", lambda request: request.url.endswith("/variation") and requests.append(request.url))
    page.locator("#slider-density").evaluate("""(slider) => {
        for (let value = 100; value <= 300; value += 4) {
            slider.value = value;
            slider.dispatchEvent(new Event("input"));
        }
        slider.dispatchEvent(new Event("change"));
    }""")
    settle(page)
    shifts, values = page.evaluate("[studio.get().edit.shifts.density, studio.get().session.values.density]")
    targets = [value + shift for value, shift in zip(values, shifts, strict=True)]
    assert seen(page)["targets"]["density"] == pytest.approx(targets, abs=1e-5)
    assert len(requests) <= 2  # of the fifty
    page.keyboard.press("Control+z")
    assert page.evaluate("Object.keys(studio.get().edit.shifts)") == []  # a drag is one step


def test_a_curve_is_drawn_on_a_lane(page: Page) -> None:
    open_file(page)
    drag(page, lane(page, "density"), (0.05, 0.85), (0.95, 0.1))
    settle(page)
    shown = seen(page)
    targets, values = shown["targets"]["density"], shown["values"]["density"]
    assert targets == sorted(targets)
    assert targets[0] < targets[-1]
    assert values[0] < values[1] < values[-1]
    expect(page.locator("#command")).to_contain_text(re.compile(r"density=1:[\d.]+ 2:"))


def test_how_natural_and_whether_each_measure_are_part_of_the_edit(page: Page) -> None:
    open_file(page)
    each = page.get_by_label("each measure")
    page.locator("#slider-contour").press("PageUp")
    settle(page)
    assert list(seen(page)["means"]) == ["contour"]
    page.get_by_label("Natural").press("Home")
    each.check()
    settle(page)
    assert seen(page)["means"] == {}
    expect(page.locator("#command")).to_contain_text("--each-measure --natural 0")
    page.reload()
    page.locator("#work").wait_for(timeout=PATIENCE * 1000)
    expect(each).to_be_checked()
    assert page.get_by_label("Natural").input_value() == "0"
    page.keyboard.press("Control+z")
    expect(each).not_to_be_checked()
    page.keyboard.press("Control+z")
    expect(page.get_by_label("Natural")).to_have_value("0.5")
    lane(page, "contour").press("ArrowUp")  # a curve asks each measure, whatever is set
    expect(each).to_be_checked()
    expect(each).to_be_disabled()


def test_a_point_on_the_pad_changes_two_attributes(page: Page) -> None:
    open_file(page)
    page.get_by_label("Across").select_option("density")
    page.get_by_label("Up").select_option("range")
    drag(page, page.locator("#pad"), (0.5, 0.5), (0.85, 0.15))
    settle(page)
    original, shown = page.evaluate("studio.get().session.values"), seen(page)["values"]
    for name in ("density", "range"):
        assert mean(shown[name]) > mean(original[name])


def test_a_lock_keeps_an_attribute_while_another_changes(page: Page) -> None:
    open_file(page)
    page.get_by_role("button", name="Lock range").click()
    expect(page.locator("#slider-range")).to_be_disabled()
    page.locator("#slider-density").press("PageUp")
    settle(page)
    shown, original = seen(page), page.evaluate("studio.get().session.values")
    assert shown["targets"]["range"] == pytest.approx(original["range"], abs=1e-5)


def test_only_the_selected_measures_change(page: Page) -> None:
    open_file(page)
    drag(page, page.locator("#roll"), (0.3, 0.5), (0.7, 0.5))  # measures 2 and 3 of 4
    page.locator("#slider-density").press("PageUp")
    settle(page)
    assert [value is None for value in seen(page)["targets"]["density"]] == [True, False, False, True]
    assert not seen(page)["changed"][0]
    assert not seen(page)["changed"][3]


def test_dice_find_another_tune_and_undo_and_redo_go_back_and_forth(page: Page) -> None:
    open_file(page)
    page.get_by_role("button", name="Dice").click()
    settle(page)
    rolled = pitches(seen(page)["notes"])
    page.keyboard.press("Control+z")
    original = pitches(page.evaluate("studio.get().session.notes"))
    assert pitches(seen(page)["notes"]) == original != rolled
    page.get_by_role("button", name="Redo").click()
    settle(page)
    assert pitches(seen(page)["notes"]) == rolled


def test_a_and_b_compare_original_and_variation(page: Page) -> None:
    open_file(page)
    page.locator("#slider-density").press("PageUp")
    settle(page)
    note_count: Callable[[], int] = lambda: page.evaluate("studio.player.notes.length")  # noqa: E731
    varied = note_count()
    page.get_by_role("button", name="A: original").click()
    assert note_count() == 25 != varied
    page.get_by_role("button", name="B: variation").click()
    assert note_count() == varied


def test_what_is_played_is_what_is_seen_and_changes_come_at_a_bar_line(page: Page) -> None:
    open_file(page)
    page.get_by_label("Tempo").fill("240")
    page.get_by_label("Tempo").press("Tab")
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


def test_the_instrument_sounds_where_the_server_has_it(page: Page) -> None:
    """It is asked for a sample every three semitones; until it is there, and where there is none, a tone is made."""
    page.route("**/api/sounds/**", lambda route: route.fulfill(status=204))
    open_file(page)
    page.get_by_role("button", name="Play", exact=True).click()
    until(page, "studio.scheduled.length > 3")
    assert not any(page.evaluate("studio.scheduled.map(note => note.sampled)"))
    page.get_by_role("button", name="Stop").click()
    page.unroute("**/api/sounds/**")
    requests: list[str] = []

    def answer(route: Route) -> None:
        requests.append(route.request.url)
        route.fulfill(body=tone(), content_type="audio/wav")

    page.route("**/api/sounds/**", answer)
    page.reload()
    page.locator("#work").wait_for(timeout=PATIENCE * 1000)
    until(
        page, "Object.values(studio.player.samples).length > 2 && Object.values(studio.player.samples).every(Boolean)"
    )
    page.get_by_role("button", name="Play", exact=True).click()
    until(page, "studio.scheduled.length > 3")
    assert all(page.evaluate("studio.scheduled.map(note => note.sampled)"))
    sampled = {int(url.rpartition("/")[2]) for url in requests}
    assert {pitch % 3 for pitch in sampled} == {0}
    for pitch in pitches(seen(page)["notes"]):
        assert min(abs(pitch - root) for root in sampled) <= 1


def test_a_soundfont_sounds(page: Page) -> None:
    """All of it together: the server renders notes of the tune's instrument, and the page plays them."""
    pytest.importorskip("fluidsynth", reason="needs armusic[audio] and the system's fluidsynth", exc_type=ImportError)
    answers: list[tuple[int, str]] = []
    page.on("response", lambda sent: answers.append((sent.status, sent.url)) if "/api/sounds/" in sent.url else None)
    open_file(page)
    until(
        page, "Object.values(studio.player.samples).length > 2 && Object.values(studio.player.samples).every(Boolean)"
    )
    page.get_by_role("button", name="Play", exact=True).click()
    until(page, "studio.scheduled.length > 3")
    assert all(page.evaluate("studio.scheduled.map(note => note.sampled)"))
    roots = page.evaluate("Object.keys(studio.player.samples).map(Number)")
    program = page.evaluate("studio.get().session.program")
    expected = [(200, f"/api/sounds/{program}/{root}") for root in sorted(roots)]
    assert sorted((status, urlsplit(url).path) for status, url in answers) == expected
    loudest = "one => one.getChannelData(0).reduce((most, value) => Math.max(most, Math.abs(value)), 0)"
    peaks = page.evaluate(f"Object.values(studio.player.samples).map({loudest})")
    assert peaks == pytest.approx([0.8] * len(roots), abs=0.1)


def test_the_exported_file_has_the_notes_of_the_page(page: Page) -> None:
    open_file(page)
    page.locator("#slider-density").press("PageUp")
    settle(page)
    midi = saved(page)
    exported = [message.note for message in midi if message.type == "note_on" and message.velocity]
    assert exported == pitches(seen(page)["notes"])


def test_the_tempo_of_the_page_is_in_the_exported_file_and_outlives_a_reload(page: Page) -> None:
    open_file(page)
    assert [round(mido.tempo2bpm(message.tempo)) for message in saved(page) if message.type == "set_tempo"] == [160]
    page.locator("#slider-density").press("PageUp")
    page.get_by_label("Tempo").fill("200")
    page.get_by_label("Tempo").press("Tab")
    settle(page)
    expect(page.locator("#command-title")).to_contain_text("at the tune's own tempo")
    page.reload()
    page.locator("#work").wait_for(timeout=PATIENCE * 1000)
    settle(page)
    assert page.locator("#tempo").input_value() == "200"
    assert [round(mido.tempo2bpm(message.tempo)) for message in saved(page) if message.type == "set_tempo"] == [200]


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
    assert page.evaluate("studio.get().selection") == [0, 0]


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
    page.locator("#drag").hover()
    until(page, "studio.ready()")
    kinds = page.evaluate("""() => {
        const data = new DataTransfer();
        const handle = document.getElementById("drag");
        handle.dispatchEvent(new DragEvent("dragstart", { dataTransfer: data }));
        handle.dispatchEvent(new DragEvent("dragend"));
        return [data.files[0]?.name, data.getData("DownloadURL")];
    }""")
    assert kinds[0].endswith(".mid")
    assert re.fullmatch(r"audio/midi:[^:/]+\.mid:blob:http.*", kinds[1])


def test_a_damaged_file_is_a_message_and_the_work_stays(page: Page, refusals: list[int]) -> None:
    refusals.append(422)
    open_file(page)
    page.locator("#slider-density").press("PageUp")
    settle(page)
    notes = seen(page)["notes"]
    dropped = page.evaluate_handle("""() => {
        const data = new DataTransfer();
        data.items.add(new File(["MThd, but no more"], "broken.mid"));
        return data;
    }""")
    page.dispatch_event("body", "drop", {"dataTransfer": dropped})
    page.locator("#message").wait_for()
    assert page.locator("#message").inner_text().startswith("broken.mid")
    assert seen(page)["notes"] == notes
    page.locator("#slider-density").press("PageUp")  # the server lives on
    settle(page)
    expect(page.locator("#message")).to_be_hidden()
    assert len(seen(page)["notes"]) > len(notes)


@pytest.mark.parametrize("expired", [False, True])
def test_a_reload_loses_nothing(page: Page, refusals: list[int], expired: bool) -> None:
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
    page.locator("#work").wait_for(timeout=PATIENCE * 1000)
    until(page, "studio.get().pool?.ready")
    settle(page)
    assert page.evaluate("studio.get().edit") == edit
    assert seen(page)["notes"] == notes
    page.keyboard.press("Control+z")
    assert page.evaluate("Object.keys(studio.get().edit.shifts)") == ["density"]


def test_an_expired_session_is_restored_for_an_export_the_score_and_the_pad(page: Page, refusals: list[int]) -> None:
    refusals.append(404)
    open_file(page)
    page.locator("#format").select_option("mid")
    for ask in (
        lambda: saved(page),
        lambda: page.locator("#show-original").click(),
        lambda: page.locator("#pad-x").select_option("contour"),
    ):
        before = page.evaluate("studio.get().session.id")
        page.evaluate(f"fetch('/api/sessions/{before}', {{ method: 'DELETE' }})")
        ask()
        until(page, f"studio.get().session.id !== '{before}' && studio.get().pool?.ready")
        expect(page.locator("#message")).to_be_hidden()


def test_the_progress_of_a_search_survives_its_session(page: Page, refusals: list[int]) -> None:
    refusals.append(404)
    long = b"X:1\nM:4/4\nL:1/8\nK:C\n" + b"|".join(b"CDEFGAB" + bytes([last]) for last in b"cdefgabC" * 2) + b"|\n"
    page.locator("#file").set_input_files({"name": "long.abc", "mimeType": "text/plain", "buffer": long})
    page.locator("#work").wait_for()
    until(page, "document.getElementById('score').src")  # from here on, only the search is asked for
    assert not page.evaluate("studio.get().pool?.ready")
    page.evaluate("fetch('/api/sessions/' + studio.get().session.id, { method: 'DELETE' })")
    until(page, "studio.get().pool?.ready")
    expect(page.locator("#pool")).to_be_hidden()


def test_a_tune_that_had_expired_does_not_come_back_over_the_next_one(page: Page, refusals: list[int]) -> None:
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
    assert len(seen(page)["changed"]) == page.evaluate("studio.get().session.measures.length")


def test_it_works_by_keyboard_alone(page: Page) -> None:
    page.locator("#welcome-examples button").first.press("Enter")
    page.locator("#work").wait_for()
    page.locator("#roll").press("ArrowRight")
    page.locator("#roll").press("Shift+ArrowRight")
    assert page.evaluate("studio.get().selection") == [0, 1]
    page.locator("#roll").press("Escape")
    assert page.evaluate("studio.get().selection") is None
    curve = lane(page, "density")
    curve.press("ArrowRight")
    curve.press("ArrowDown")
    settle(page)
    assert [place for place, value in enumerate(seen(page)["targets"]["density"]) if value is not None] == [1]
    assert "measure 2" in (curve.get_attribute("aria-valuetext") or "")
    curve.press("Space")
    assert page.evaluate("studio.player.playing")
    curve.press("Space")
    assert not page.evaluate("studio.player.playing")
    curve.press("Delete")
    assert page.evaluate("Object.keys(studio.get().edit.shifts)") == []
    page.locator("#pad").press("ArrowUp")
    assert len(page.evaluate("Object.keys(studio.get().edit.shifts)")) == 1


def test_axe_finds_nothing_serious_and_nothing_sticks_out(page: Page) -> None:
    views: list[tuple[Any, Any]] = [(size, scheme) for size in (DESK, PHONE) for scheme in ("light", "dark")]
    for step in ("welcome", "work"):
        if step == "work":
            open_file(page)
            page.locator("#slider-density").press("PageUp")
            settle(page)
        for size, scheme in views:
            page.set_viewport_size(size)
            page.emulate_media(color_scheme=scheme)
            violations = Axe().run(page).response["violations"]
            assert [
                (each["id"], each["nodes"]) for each in violations if each["impact"] in ("serious", "critical")
            ] == []
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
