"""What the scripts for hosts send is what the notes API takes, and its replies are what they put into the project."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient

from armusic.studio.security import Access
from armusic.studio.server import application
from armusic.studio.state import Studio
from tests.hosts.test_live import Host, Turn, extension, turn
from tests.hosts.test_reaper import LUA, SCALE, UP, Run, item, reaper, reply
from tests.studio.conftest import ORIGIN

__all__ = ["extension", "reaper", "turn"]  # fixtures


@pytest.fixture(scope="module")
def client() -> Iterator[TestClient]:
    with TestClient(application(Studio(), Access(("127.0.0.1",), 8000)), ORIGIN) as client:
        yield client


@pytest.mark.skipif(LUA is None, reason="this system has no Lua 5.4 (Debian: lua5.4)")
def test_the_script_for_reaper_gets_takes(reaper: Run, client: Any) -> None:
    bass = {"name": "Bass", "items": [item(notes=[{**SCALE[0], "pitch": 36, "duration": 2.0}])]}
    clip = [item(selected=True, name="riff")]
    (text,) = reaper(UP, reply({}), items=clip, others=[bass])["requests"]
    response = client.post("/api/notes", content=text, headers={"content-type": "application/json"})
    assert response.status_code == 200, response.text
    body = response.json()
    result = reaper(UP, reply(body), items=clip, others=[bass])
    assert result["messages"] == []
    takes = result["tracks"][0]["items"][0]["takes"]
    assert len(takes) == 1 + len(body["answers"]) > 1
    for take, answer in zip(takes[1:], body["answers"], strict=True):
        assert take["name"] == f"riff ({answer['name']})"
        assert [(note["pitch"], note["start"]) for note in take["notes"]] == [
            (note["pitch"], pytest.approx(note["start"])) for note in answer["notes"]
        ]


@pytest.mark.skipif(LUA is None, reason="this system has no Lua 5.4 (Debian: lua5.4)")
def test_the_script_for_reaper_says_what_the_server_refuses(reaper: Run, client: Any) -> None:
    chord = [*SCALE, {**SCALE[0], "pitch": 64, "start": 0.0}]
    (text,) = reaper(UP, reply({}), items=[item(selected=True, notes=chord)])["requests"]
    response = client.post("/api/notes", content=text, headers={"content-type": "application/json"})
    assert response.status_code == 422
    (message,) = reaper(UP, reply(response.json(), 422), items=[item(selected=True, notes=chord)])["messages"]
    assert message.startswith("armusic: the notes: pitch 64 starts at beat 0, while pitch 60 still sounds")


def test_the_extension_for_live_gets_clips(turn: Turn, client: Any) -> None:
    (request,) = turn(Host())
    response = client.post("/api/notes", json=request)
    assert response.status_code == 200, response.text
    host = Host()
    turn(host, reply=response.json())
    slot = host.get(host.get(host.song, "tracks")[0], "clipSlots")[2]
    notes = host.get(host.get(slot, "clip"), "notes")
    first = response.json()["answers"][0]["notes"]
    assert json.loads(json.dumps([note["startTime"] for note in notes])) == [note["start"] for note in first]


def test_the_scripts_look_where_the_server_is() -> None:
    from armusic_cli.serve import PORT
    from tests.hosts import test_live, test_reaper

    for script in (test_reaper.SCRIPT, test_live.SCRIPT):
        assert f"http://127.0.0.1:{PORT}" in script.read_text(encoding="utf-8")
