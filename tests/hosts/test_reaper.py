"""The script for REAPER, run by Lua against a project in memory: see `reaper_stub.lua`."""

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

LUA = shutil.which("lua5.4")
pytestmark = pytest.mark.skipif(LUA is None, reason="this system has no Lua 5.4 (Debian: lua5.4)")

ROOT = Path(__file__).resolve().parents[2]
SCRIPT, STUB = ROOT / "hosts" / "reaper" / "armusic.lua", ROOT / "tests" / "hosts" / "reaper_stub.lua"
UP = "0\n{}\n200"
DOWN = "7\ncurl: (7) Failed to connect to 127.0.0.1 port 8766\n\n000"

MAJOR = (0, 2, 4, 5, 7, 9, 11, 12)
SCALE = [{"pitch": 60 + step, "start": at / 2, "duration": 0.5, "velocity": 90} for at, step in enumerate(MAJOR)]
WALTZ = [{"measure": 0, "numerator": 3, "denominator": 4}]
COMMON = [{"measure": 0, "numerator": 4, "denominator": 4}]

Run = Callable[..., dict[str, Any]]


def item(*, start: float = 0.0, length: float = 4.0, notes: Any = SCALE, **more: Any) -> dict[str, Any]:
    return {"from": start, "to": start + length, "notes": list(notes), **more}


@pytest.fixture
def reaper(tmp_path: Path) -> Run:
    """Return what runs the script on a project: by default one selected item with a scale in it."""

    def run(*replies: str | None, items: Any = None, others: Any = (), **more: Any) -> dict[str, Any]:
        track = {"name": "Lead", "items": [item(selected=True, name="riff")] if items is None else items}
        world = {
            "tracks": [track, *others],
            "metres": COMMON,
            "folder": str(tmp_path),
            "replies": list(replies),
            "turns": 0,
            **more,
        }
        file = tmp_path / "scenario.json"
        file.write_text(json.dumps(world), encoding="utf-8")
        done = subprocess.run([str(LUA), STUB, SCRIPT, file], capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stderr
        assert not list(tmp_path.glob("armusic-request*")), "the request is left behind"
        result: dict[str, Any] = json.loads(done.stdout)
        return result

    return run


def reply(body: Any, status: int = 200) -> str:
    return f"0\n{json.dumps(body)}\n{status}"


def variations(*names: str) -> dict[str, Any]:
    return {"api": 1, "answers": [{"name": name, "notes": SCALE[::2]} for name in names], "remarks": []}


def unchanged(result: dict[str, Any]) -> bool:
    takes = [take for track in result["tracks"] for each in track["items"] for take in each["takes"]]
    return not result["undo"] and len(takes) == sum(len(track["items"]) for track in result["tracks"])


def test_variations_become_takes_of_the_item_in_one_undo_step(reaper: Run) -> None:
    result = reaper(UP, reply(variations("density +1.0", "density +1.0 (2)")))
    assert result["undo"] == ["armusic: density +1.0"]
    (track,) = result["tracks"]
    (only,) = track["items"]
    assert [take["name"] for take in only["takes"]] == ["riff", "riff (density +1.0)", "riff (density +1.0 (2))"]
    assert only["active"] == 2
    for take in only["takes"][1:]:
        assert [(note["pitch"], note["start"], note["duration"], note["velocity"]) for note in take["notes"]] == [
            (note["pitch"], note["start"], note["duration"], note["velocity"]) for note in SCALE[::2]
        ]


def test_the_request_says_where_the_item_lies(reaper: Run) -> None:
    clip = item(start=2.0, length=7.0, selected=True)
    result = reaper(UP, reply(variations("x")), items=[clip], metres=[*WALTZ, {**COMMON[0], "measure": 2}])
    (text,) = result["requests"]
    request = json.loads(text)
    assert request["bar"] == 1.0  # the next bar line of the waltz is at 3
    assert request["metre"] == [{"start": 0, "metre": "3/4"}, {"start": 4.0, "metre": "4/4"}]
    assert request["length"] == 7.0
    assert request["tempo"] == 120
    assert request["notes"] == SCALE


def test_what_other_tracks_play_at_that_place_goes_along(reaper: Run) -> None:
    bass = {"name": "Bass", "items": [item(start=0, length=2, notes=SCALE[:2]), item(start=8, length=2)]}
    drums = {"name": "Drums", "items": [item(start=2, length=4, notes=[{**SCALE[0], "channel": 9}])]}
    silent = {"name": "Muted", "mute": True, "items": [item()]}
    audio = {"name": "Audio", "items": [item(midi=False)]}
    result = reaper(UP, reply(variations("x")), others=[bass, drums, silent, audio])
    band = json.loads(result["requests"][0])["band"]
    assert [(part["name"], part["drums"], [note["start"] for note in part["notes"]]) for part in band] == [
        ("Bass", False, [0, 0.5]),
        ("Drums", True, [2]),
    ]


def test_notes_outside_of_the_item_and_muted_notes_stay_behind(reaper: Run) -> None:
    notes = [*SCALE, {**SCALE[0], "start": 9.0}, {**SCALE[0], "start": 1.25, "muted": True}]
    result = reaper(UP, reply(variations("x")), items=[item(notes=notes, selected=True)])
    assert json.loads(result["requests"][0])["notes"] == SCALE


def test_what_is_set_in_the_dialog_is_asked_for(reaper: Run) -> None:
    settings = {
        "attribute": "rhythm", "amount": -1.5, "natural": 0.8, "alternatives": 2, "seed": 7,
        "keep": {"rhythm": False, "pitches": True, "cadences": False, "downbeats": False},
    }  # fmt: skip
    request = json.loads(reaper(UP, reply(variations("x")), settings=settings)["requests"][0])
    assert request["attributes"] == ["rhythm"]
    assert (request["steps"], request["range"]) == (1, [-1.5, -1.5])
    assert (request["natural"], request["keep"]) == (0.8, ["pitches"])
    assert (request["alternatives"], request["seed"]) == (2, 7)


@pytest.mark.parametrize(
    ("items", "message"),
    [
        ([item()], "No item is selected: select one MIDI item."),
        ([item(selected=True), item(start=8, selected=True)], "Several items are selected: select one."),
        ([item(selected=True, midi=False)], "The selected item is not MIDI: select a MIDI item."),
        ([item(selected=True, notes=[])], "The selected item has no notes in it."),
    ],
)
def test_an_item_that_cannot_be_used_is_said_before_anything_is_sent(reaper: Run, items: Any, message: str) -> None:
    result = reaper(items=items)
    assert result["messages"] == [message]
    assert result["commands"] == []
    assert unchanged(result)


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (reply({"message": "the notes: pitch 64 starts at beat 1, while pitch 60 still sounds"}, 422),
         "armusic: the notes: pitch 64 starts at beat 1, while pitch 60 still sounds."),
        (reply({"message": "Not Found"}, 404), "This armusic is too old for the script"),
        (reply({**variations("x"), "api": 2}), "This armusic speaks another version than the script"),
        (reply({}), "This armusic speaks another version than the script"),
        ("0\n<html>\n200", "This armusic speaks another version than the script"),
        ("0\n<html>\n500", "armusic does not answer."),
        ("28\n\n000", "armusic does not answer."),
        (None, "curl is missing"),
    ],
)  # fmt: skip
def test_a_refusal_is_a_sentence_and_changes_nothing(reaper: Run, answer: str | None, message: str) -> None:
    result = reaper(UP, answer)
    (text,) = result["messages"]
    assert text.startswith(message)
    assert unchanged(result)


def test_a_server_that_is_down_is_started_and_waited_for(reaper: Run) -> None:
    result = reaper(DOWN, "0\n", DOWN, DOWN, UP, UP, reply(variations("x")), turns=3)
    assert result["commands"][1] == "armusic serve --port 8766"
    assert result["messages"] == []
    assert result["undo"] == ["armusic: x"]


def test_a_server_that_does_not_start_is_said(reaper: Run) -> None:
    result = reaper(DOWN, None, *[DOWN] * 60, turns=60)
    (message,) = result["messages"]
    assert message.startswith("armusic does not answer at http://127.0.0.1:8766: start it in a terminal")
    assert unchanged(result)


def test_words_are_quoted_for_the_system(reaper: Run) -> None:
    assert "'@" in reaper(UP, reply(variations("x")))["commands"][1]
    assert '"@' in reaper(UP, reply(variations("x")), os="Win64")["commands"][1]


def test_every_function_that_the_script_calls_is_played_here() -> None:
    called = set(re.findall(r"reaper\.([A-Z]\w+|defer|time_precise)\(", SCRIPT.read_text(encoding="utf-8")))
    signed = set(re.findall(r"^\S+ (\w+)\(", STUB.read_text(encoding="utf-8"), re.MULTILINE))
    assert called <= signed
    assert {name for name in signed if name[0].isupper()} <= called | {"SIGNATURES"}


def test_the_index_leads_to_the_script() -> None:
    make = ROOT / "hosts" / "reaper" / "make_index.py"
    done = subprocess.run([sys.executable, make, "https://example.org/armusic/raw/v1"], capture_output=True, check=True)
    (package,) = ElementTree.fromstring(done.stdout).iter("reapack")
    version = package.find("version")
    assert version is not None
    assert version.get("name") == re.findall(r"-- @version (\S+)", SCRIPT.read_text(encoding="utf-8"))[0]
    source = version.findtext("source")
    assert source == "https://example.org/armusic/raw/v1/hosts/reaper/armusic.lua"
