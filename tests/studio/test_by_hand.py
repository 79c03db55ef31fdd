"""Measures written by hand: what the grid holds, what it refuses, and that the search leaves them alone."""

from typing import Any

import pytest
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st

import armusic
from armusic.editing.material import Material, prepare, with_tokens
from armusic.music import tokenizer
from armusic.music.tokenizer import HOLD, REST
from armusic.studio import by_hand
from armusic.studio.edits import HandNote
from tests.notation import REEL, tune

from .conftest import open_file, wait_for_search
from .test_api import mean, problem, vary

PICKUP = b"X:1\nM:3/4\nL:1/4\nK:C\nG|c2 d|e2 d|c2|\n"
JIG = b"X:1\nM:6/8\nL:1/8\nK:G\nGBd gdB|A3 G3|\n"


def note(start: float, duration: float, pitch: int = 60) -> dict[str, Any]:
    return {"start": start, "duration": duration, "pitch": pitch}


FOUR = [note(4 + beat, 1, 60 + beat) for beat in range(4)]  # the second measure of the reel


def times(variation: dict[str, Any], measure: int) -> list[tuple[float, float, int]]:
    notes = [each for each in variation["notes"] if each["measure"] == measure]
    return [(each["start"], each["duration"], each["pitch"]) for each in notes]


@pytest.fixture(scope="module")
def material() -> Material:
    return prepare(armusic.load().checkpoint, tune("4/4", REEL))


@pytest.fixture(scope="module")
def reel(client: TestClient) -> dict[str, Any]:
    session = open_file(client)
    wait_for_search(client, session["id"])
    return session


@given(st.data())
def test_every_measure_of_a_tune_can_be_written_by_hand(material: Material, data: st.DataObject) -> None:
    """The notes that sound in any row of tokens give the row."""
    values = st.one_of(st.just(HOLD), st.just(REST), st.integers(40, 90))
    row = data.draw(st.lists(values, min_size=24, max_size=24))
    tokens = material.tokens.copy()
    tokens[1] = row
    played = with_tokens(material.tune, tokens)
    measure = played.measures[1]
    sounding = [each for each in played.notes if each.start < measure.end and each.end > measure.start]
    notes = [HandNote(start=float(n.start), duration=float(n.duration), pitch=n.pitch) for n in sounding]
    (line,) = by_hand.rows(material, {2: notes}).values()
    assert (line == tokenizer.encode(played)[1]).all()


def test_the_search_goes_around_what_was_written_by_hand(client: TestClient, reel: dict[str, Any]) -> None:
    edit = {"shifts": {"density": -0.02}, "loop": "closed"}
    free = vary(client, reel, **edit)
    held = vary(client, reel, **edit, by_hand={"2": FOUR})
    assert times(held, 2) == [(4 + beat, 1, 60 + beat) for beat in range(4)]
    assert times(free, 2) != times(held, 2)
    for variation in (free, held):
        means = variation["means"]["density"]
        assert means["value"] == pytest.approx(mean(variation["values"]["density"]), abs=1e-5)
        assert means["value"] == pytest.approx(means["target"], abs=0.01)
    others = [
        mean([density for row, density in enumerate(each["values"]["density"]) if row != 1]) for each in (free, held)
    ]
    assert others[0] < others[1], "the others make up for what is less dense"
    assert held["command"] == ""


@pytest.mark.parametrize("edit", [
    {},
    {"loop": "open", "shifts": {"density": 0.1}},
    {"shifts": {"density": 0.1, "range": 0.1}},
    {"shifts": {"density": 0.1}, "each_measure": True},
    {"shifts": {"density": 0.1}, "seed": 4},
    {"seed": 4},
    {"shifts": {"density": [0.1, 0.1, 0.1, 0.1]}, "locks": ["range"]},
    {"seed": 4, "measures": [1, 2]},
])  # fmt: skip
def test_no_edit_changes_what_was_written_by_hand(
    client: TestClient, reel: dict[str, Any], edit: dict[str, Any]
) -> None:
    variation = vary(client, reel, **edit, by_hand={"2": FOUR})
    assert times(variation, 2) == [(4 + beat, 1, 60 + beat) for beat in range(4)]
    assert variation["changed"][1]
    if not edit:
        assert variation["changed"] == [False, True, False, False]
    elif "each_measure" in edit or "locks" in edit:
        assert variation["targets"]["density"][1] is None, "a measure of its own has no target"


def test_all_measures_by_hand_leave_nothing_to_search(client: TestClient, reel: dict[str, Any]) -> None:
    whole = {str(1 + row): [note(4 * row, 4, 60 + row)] for row in range(4)}
    for seed in (None, 3):
        variation = vary(client, reel, shifts={"density": 0.1, "range": 0.2}, seed=seed, by_hand=whole)
        assert [times(variation, 1 + row) for row in range(4)] == [[(4 * row, 4, 60 + row)] for row in range(4)]
    assert any("density" in remark for remark in variation["remarks"]), variation["remarks"]


def test_a_note_can_be_tied_over_a_bar_line_and_a_measure_can_be_silent(
    client: TestClient, reel: dict[str, Any]
) -> None:
    tied = note(6, 3, 50)
    variation = vary(client, reel, by_hand={"2": [tied], "3": [tied, note(9, 1 / 3, 52)], "4": []})
    assert times(variation, 2) == [(6, 3, 50)]
    ((start, duration, pitch),) = times(variation, 3)
    assert (start, pitch, duration) == (9, 52, pytest.approx(1 / 3))
    assert times(variation, 4) == []


@pytest.mark.parametrize(("notes", "message"), [
    ([note(4, 0.3)], "starts or ends between the six ticks of a beat"),
    ([note(4, 1), note(4.5, 1)], "measure 2, by hand: the note of pitch 60 at beat 1 1/2 starts while another one"),
    ([note(8, 1)], "lies outside of the measure"),
    ([note(0, 4)], "lies outside of the measure"),
])  # fmt: skip
def test_what_the_grid_does_not_hold_is_refused(
    client: TestClient, reel: dict[str, Any], notes: list[dict[str, Any]], message: str
) -> None:
    response = client.post(f"/api/sessions/{reel['id']}/variation", json={"by_hand": {"2": notes}})
    assert message in problem(response, 422)


def test_measures_and_pitches_that_there_are_not(client: TestClient, reel: dict[str, Any]) -> None:
    url = f"/api/sessions/{reel['id']}/variation"
    message = problem(client.post(url, json={"by_hand": {"9": []}}), 422)
    assert message == "measure 9, by hand: the tune has measures 1-4"
    assert "127" in problem(client.post(url, json={"by_hand": {"1": [note(0, 1, 128)]}}), 422)
    first = problem(client.post(url, json={"by_hand": {"1": [note(-1, 2)]}}), 422)
    assert "lies outside of the measure" in first, "nothing can be held into the first measure"


def test_the_grid_of_a_measure_leaves_out_what_surrounds_the_tune(client: TestClient) -> None:
    session = open_file(client, PICKUP, "pickup.abc")
    first, second, *_, last = (measure["grid"] for measure in session["measures"])
    ticks = [beat + part for beat in range(3) for part in (0, 1 / 4, 1 / 3, 1 / 2, 2 / 3, 3 / 4)]
    assert second == pytest.approx([*ticks, 3])
    assert (first[0], first[-1], last[0], last[-1]) == (2, 3, 0, 2)
    wait_for_search(client, session["id"])
    url = f"/api/sessions/{session['id']}/variation"
    assert "lies outside" in problem(client.post(url, json={"by_hand": {"1": [note(0, 1)]}}), 422)
    assert times(vary(client, session, by_hand={"1": [note(2.5, 0.5)]}), 1) == [(2.5, 0.5, 60)]
    jig = open_file(client, JIG, "jig.abc")
    assert jig["measures"][0]["grid"] == [tick / 4 for tick in range(13)]


def test_files_and_scores_have_what_was_written_by_hand(client: TestClient, reel: dict[str, Any]) -> None:
    url = f"/api/sessions/{reel['id']}"
    edit = {"by_hand": {"2": FOUR}}
    body = {"format": "abc", "variations": [{"name": "mine", "edit": edit}]}
    text = client.post(f"{url}/export", json=body).text
    assert "^C" in text
    scores = [client.post(f"{url}/score", json=each).text for each in ({}, edit)]
    assert scores[0] != scores[1]
