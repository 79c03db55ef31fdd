"""The command that the page shows gives the very notes of the page, or the page says why it cannot."""

import shlex
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fastapi.testclient import TestClient

from armusic import api
from armusic_cli.main import run

from .conftest import REEL, open_file, wait_for_search

NAMES = ("rhythm", "range", "density", "contour")
TUNES = {
    "-Étude «1» #2.abc": REEL,
    "a jig.abc": b"X:1\nM:6/8\nL:1/8\nK:D\nD|FAA GBB|FAA GBB|f2f edc|dcB A2:|\n",
    "waltz's end.abc": b"X:1\nM:3/4\nL:1/4\nK:Em\nB|e2f|gfe|z3|^d2B|e2f|gab|b3-|b2|]\n",
    "two metres.abc": b"X:1\nM:2/4\nL:1/8\nK:C\nCDEF|GAGE|[M:3/4]c2 BA GF|[M:2/4]EDEF|C4|\n",
    "seven.abc": b"X:1\nM:4/4\nL:1/8\nK:G\nGABc dedB|[M:7/8]GABcdef|[M:4/4]dedB dedB|c2ec B2dB|A2F2 G4|\n",
}


@pytest.fixture(params=TUNES, scope="module")
def session(client: TestClient, request: pytest.FixtureRequest) -> dict[str, Any]:
    session = open_file(client, TUNES[request.param], request.param)
    assert wait_for_search(client, session["id"])["ready"]
    return {**session, "file": request.param}


def edits(session: dict[str, Any]) -> list[dict[str, Any]]:
    """Return edits of all kinds: numbers, curves, locks, selected measures, some of them free, keys and dice."""
    rng = np.random.default_rng(len(session["file"]))
    editable = [number for number, measure in enumerate(session["measures"], 1) if measure["editable"]]
    count = len(session["measures"])

    def some(least: int = 1) -> dict[str, float]:
        names = rng.choice(NAMES, rng.integers(least, len(NAMES) + 1), replace=False).tolist()
        return {name: round(rng.normal(scale=0.08), 6) for name in names}

    def listed(rows: list[int]) -> list[float | None]:
        return [round(rng.normal(scale=0.08), 6) if row + 1 in rows else None for row in range(count)]

    gaps = [number for number in editable if number % 3 or number == 1]
    return [
        {"shifts": some(2)},
        {"shifts": some(), "locks": ["contour", "range"], "natural": 0.3},
        {"shifts": some(), "each_measure": True, "natural": 1},
        {"shifts": some(2), "locks": [str(rng.choice(NAMES))], "each_measure": True},
        {"targets": {"density": 0.212345678, "contour": -0.1}},
        {"shifts": {"density": listed(editable), "rhythm": listed(editable)}},
        {"shifts": {"density": listed(gaps)}, "locks": ["range"]},
        {"shifts": {"density": listed(gaps[1:]), "contour": listed(editable[:2])}, "locks": ["rhythm"]},
        {"shifts": some(2), "measures": editable[1:3]},
        {"targets": {"rhythm": 0.3}, "measures": [editable[0], editable[-1]]},
        {"shifts": some(2), "key": "off"},
        {"shifts": some(2), "seed": 5},
        {"shifts": some(), "seed": 6, "each_measure": True},
        {"shifts": some(2), "locks": ["range"], "loop": "open"},
        {"shifts": {"density": listed(gaps)}, "loop": "open"},
    ]


def test_the_command_gives_the_same_notes(
    client: TestClient, session: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / session["file"]).write_bytes(TUNES[session["file"]])
    monkeypatch.chdir(tmp_path)
    written: list[Any] = []
    monkeypatch.setattr(api, "write", lambda tunes, *_, **options: written.append(tunes))
    wait_for_search(client, session["id"], "off")
    spoken = []
    for edit in edits(session)[list(TUNES).index(session["file"]) % 3 :: 3]:  # a third of them on each tune
        variation = vary(client, session, edit)
        assert variation["loop"] == edit.get("loop", "closed")
        if variation["no_command"]:
            spoken.append(variation["no_command"])
            assert variation["command"] == ""
            continue
        words = shlex.split(variation["command"])
        assert run([*words[1:], "--no-picture", "--force"]) == 0, variation["command"]
        _, tune = written[-1][-1]
        notes = [(n.start, n.duration, n.pitch, n.velocity) for n in tune.notes]
        page = [(n["start"], n["duration"], n["pitch"], n["velocity"]) for n in variation["notes"]]
        assert notes == page, variation["command"]
    assert len(spoken) <= 1, spoken
    assert len(written) >= 4


@pytest.mark.parametrize(
    ("edit", "reason"),
    [
        ({"seed": 1}, "the dice changed measures that have no target"),
        ({"seed": 1, "shifts": {"density": [0.1, None, None, None]}}, "the dice changed measures that have no target"),
        ({"seed": 1, "shifts": {"density": 0.1}, "loop": "open"}, "the dice were rolled before the search was over"),
        ({"shifts": {"density": 0.1}, "by_hand": {1: [{"start": 0, "duration": 4, "pitch": 67}]}},
         "it takes no notes written by hand"),
        ({}, ""),
    ],
)  # fmt: skip
def test_what_no_command_gives_is_explained(
    client: TestClient, reel: dict[str, Any], edit: dict[str, Any], reason: str
) -> None:
    variation = vary(client, reel, edit)
    assert variation["command"] == ""
    assert variation["no_command"] == (f"No command gives these notes: {reason}." if reason else "")


def test_numbers_are_those_of_the_file(client: TestClient) -> None:
    session = open_file(client, TUNES["seven.abc"], "seven.abc")
    assert [measure["number"] for measure in session["measures"]] == ["1", "3", "4", "5"]
    assert "measure 2 is in 7/8, for which no model is trained: left as it is" in session["remarks"]
    wait_for_search(client, session["id"])
    words = shlex.split(vary(client, session, {"shifts": {"density": 0.1}, "measures": [2, 3]})["command"])
    assert words[words.index("--measures") + 1] == "3-4"
    variation = vary(client, session, {"shifts": {"density": [0.1, None, 0.05, None]}})
    points = next(word for word in shlex.split(variation["command"]) if word.startswith("density="))
    assert [point.partition(":")[0] for point in points.removeprefix("density=").split()] == ["1", "3", "4", "5"]
    variation = vary(client, session, {"targets": {"density": 3.0}, "measures": [2]})
    assert any(remark.startswith("measure 3: density 18 notes a beat") for remark in variation["remarks"])


def test_measures_that_share_a_measure_of_the_file_have_no_curve(client: TestClient) -> None:
    session = open_file(client)
    again = client.put(f"/api/sessions/{session['id']}/reading", json={"metre": "2/4"}).json()
    rising = [0.01 * row for row in range(len(again["measures"]))]
    variation = vary(client, again, {"shifts": {"density": rising}, "loop": "open"})
    assert variation["command"] or "lie in one measure of the file" in variation["no_command"]


def vary(client: TestClient, session: dict[str, Any], edit: dict[str, Any]) -> dict[str, Any]:
    response = client.post(f"/api/sessions/{session['id']}/variation", json=edit)
    assert response.status_code == 200, response.text
    variation: dict[str, Any] = response.json()
    return variation


def test_alternatives_are_other_answers_that_dice_give_as_well(client: TestClient, reel: dict[str, Any]) -> None:
    path = f"/api/sessions/{reel['id']}/alternatives"
    for edit in ({"shifts": {"density": 0.06}, "locks": ["contour"]}, {"shifts": {"density": [0.1, 0.05, None, 0.02]}}):
        best = vary(client, reel, edit)
        listed = client.post(path, json={"edit": edit, "count": 3}).json()
        assert 1 <= len(listed) <= 3
        notes = [best["notes"], *(each["variation"]["notes"] for each in listed)]
        assert all(notes[i] != notes[k] for i in range(len(notes)) for k in range(i))
        for each in listed:
            assert vary(client, reel, {**edit, "seed": each["seed"]})["notes"] == each["variation"]["notes"]
    assert client.post(path, json={"edit": {}, "count": 99}).status_code == 422


def test_what_is_kept_is_as_on_the_command_line(client: TestClient, reel: dict[str, Any]) -> None:
    for _ in range(1200):
        if client.get(f"/api/sessions/{reel['id']}/pool", params={"keep": "rhythm"}).json()["ready"]:
            break
        time.sleep(0.1)
    edit = {"shifts": {"contour": 0.2}, "keep": "rhythm", "each_measure": True}
    variation = vary(client, reel, edit)
    assert variation["command"].endswith("--attr contour=by+0.2 --each-measure --keep rhythm")
    times = [[(note["start"], note["duration"]) for note in tune["notes"]] for tune in (reel, variation)]
    assert times[0] == times[1]
    assert variation["notes"] != reel["notes"]
    refused = client.post(f"/api/sessions/{reel['id']}/variation", json={"keep": "tempo"})
    assert refused.status_code == 422
    assert refused.json()["message"].startswith(
        "keep 'tempo': name cadences, downbeats, subdivisions, rhythm, pitches, or none"
    )
