"""Sliders, curves, the pad, locks and the selection change the notes that they name."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.studio.browser.hands import drag, eventually, lane, mean, open_file, seen, settle


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
    eventually(lambda: seen(page)["targets"]["density"], pytest.approx(targets, abs=1e-5))
    assert len(requests) <= 2  # of the fifty
    page.keyboard.press("Control+z")
    eventually(lambda: page.evaluate("Object.keys(studio.get().edit.shifts)"), [])  # a drag is one step


def test_a_curve_is_drawn_on_a_lane(page: Page) -> None:
    open_file(page)
    drag(page, lane(page, "density"), (0.05, 0.3), (0.95, 0.9))
    settle(page)
    shown = seen(page)
    targets, values = shown["targets"]["density"], shown["values"]["density"]
    assert targets == sorted(targets, reverse=True)
    assert targets[0] > targets[-1]
    assert values[0] > values[1] > values[-1]
    expect(page.locator("#command")).to_contain_text(re.compile(r"density=1:[\d.]+ 2:"))


def test_how_natural_and_whether_each_measure_are_part_of_the_edit(page: Page) -> None:
    open_file(page)
    each = page.get_by_label("each measure")
    page.locator("#slider-contour").press("PageUp")
    settle(page)
    eventually(lambda: list(seen(page)["means"]), ["contour"])
    page.get_by_label("Natural").press("Home")
    each.check()
    settle(page)
    eventually(lambda: seen(page)["means"], {})
    expect(page.locator("#command")).to_contain_text("--each-measure --natural 0")
    page.reload()
    page.locator("#work").wait_for()
    expect(each).to_be_checked()
    expect(page.get_by_label("Natural")).to_have_value("0")
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
    eventually(lambda: [value is None for value in seen(page)["targets"]["density"]], [True, False, False, True])
    eventually(lambda: seen(page)["changed"][0], False)
    eventually(lambda: seen(page)["changed"][3], False)
