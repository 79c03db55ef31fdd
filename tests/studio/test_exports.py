"""Exports: their tempo, and the command that does the same."""

import io
import shlex
import wave
import xml.etree.ElementTree as ET
import zipfile
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import mido
from fastapi.testclient import TestClient

from armusic.io import readers, writers
from armusic_cli.main import run

from .conftest import REEL, open_file


def export(client: TestClient, session: dict[str, Any], form: str, **options: Any) -> bytes:
    request = {"format": form, "variations": [{"name": "denser", "edit": {"shifts": {"density": 0.05}}}], **options}
    response = client.post(f"/api/sessions/{session['id']}/export", json=request)
    assert response.status_code == 200, response.text
    return response.content


def tempos(midi: bytes) -> list[int]:
    track = mido.MidiFile(file=io.BytesIO(midi)).tracks[0]
    return [round(mido.tempo2bpm(message.tempo)) for message in track if message.type == "set_tempo"]


def project_tempos(data: bytes) -> list[float]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        project = ET.fromstring(archive.read("project.xml"))
    points = [*project.iterfind("Transport/Tempo"), *project.iterfind("Arrangement/TempoAutomation/RealPoint")]
    return [float(point.get("value", "nan")) for point in points]


def test_an_export_waits_for_the_search_that_gave_its_notes(client: TestClient) -> None:
    """The candidates may have been dropped for those of another tune since they were heard."""
    session = open_file(client, REEL.replace(b"K:G", b"K:D"), "other.abc")
    edit = {"shifts": {"density": 0.06}, "loop": "closed"}
    at_once = export(client, session, "abc", variations=[{"name": "denser", "edit": edit}])
    variation = client.post(f"/api/sessions/{session['id']}/variation", json=edit).json()
    assert variation["loop"] == "closed"
    assert at_once == export(client, session, "abc", variations=[{"name": "denser", "edit": edit}])


def test_an_export_has_the_tempo_of_the_page(client: TestClient) -> None:
    reel = open_file(client)
    assert tempos(export(client, reel, "mid")) == [160]
    assert tempos(export(client, reel, "mid", bpm=200, original=True)) == [200]
    assert b'<sound tempo="200"' in export(client, reel, "musicxml", bpm=200)
    assert b"Q:1/4=200" in export(client, reel, "abc", bpm=200)
    assert project_tempos(export(client, reel, "dawproject")) == [160]
    for more in ({}, {"original": True, "layout": "clips"}, {"original": True, "layout": "sequence"}):
        assert project_tempos(export(client, reel, "dawproject", bpm=200, **more)) == [200]
    with wave.open(io.BytesIO(export(client, reel, "wav", bpm=320))) as sound:
        assert sound.getnframes() / sound.getframerate() == 16 * 60 / 320
    refused = client.post(
        f"/api/sessions/{reel['id']}/export",
        json={"format": "mid", "variations": [{"name": "a", "edit": {}}], "bpm": 0},
    )
    assert refused.status_code == 422
    assert refused.json()["message"].startswith("bpm: ")


def test_a_file_into_which_the_melody_is_put_back_is_as_much_faster(client: TestClient, tmp_path: Path) -> None:
    (tmp_path / "reel.abc").write_bytes(REEL)
    lead = replace(readers.read(tmp_path / "reel.abc"), tempos=((Fraction(0), 160.0), (Fraction(8), 80.0)))
    bass = replace(lead, notes=lead.notes[::4])
    writers.write([("Lead", lead), ("Bass", bass)], tmp_path / "two.mid")
    session = open_file(client, (tmp_path / "two.mid").read_bytes(), "two.mid")
    for original in (False, True):
        midi = export(client, session, "mid", bpm=200, original=original)
        assert tempos(midi) == [200, 100]
        names = [track.name for track in mido.MidiFile(file=io.BytesIO(midi)).tracks]
        assert {"Lead", "Bass"} <= set(names)
    assert project_tempos(export(client, session, "dawproject", bpm=200)) == [200, 200, 100]
    timeless = mido.MidiFile(tmp_path / "two.mid")
    for track in timeless.tracks:
        track[:] = [message for message in track if message.type != "set_tempo"]
    timeless.save(tmp_path / "timeless.mid")
    session = open_file(client, (tmp_path / "timeless.mid").read_bytes(), "timeless.mid")
    assert tempos(export(client, session, "mid", bpm=90)) == [90]  # 120 where a file names none


def test_the_command_of_an_example_runs_as_it_is(client: TestClient, tmp_path: Path) -> None:
    jig = client.post("/api/sessions/example/2").json()
    edit = {"shifts": {"density": -0.05}, "locks": ["contour"], "loop": "open"}
    variation = client.post(f"/api/sessions/{jig['id']}/variation", json=edit).json()
    words = shlex.split(variation["command"])
    assert words[0] == "armusic"
    assert run([*words[1:], "-o", str(tmp_path / "out.mid")]) == 0
    messages = mido.MidiFile(tmp_path / "out.mid").tracks[-1]
    pitches = [message.note for message in messages if message.type == "note_on" and message.velocity]
    assert pitches == [note["pitch"] for note in variation["notes"]]


def test_a_file_keeps_its_name_in_its_own_letters(client: TestClient) -> None:
    session = open_file(client, name="/home/me/-Фуга №1.abc")
    assert session["name"] == "-Фуга _1.abc"
    path = f"/api/sessions/{session['id']}"
    request = {"format": "abc", "variations": [{"name": "thinner", "edit": {"shifts": {"density": -0.05}}}]}
    header = client.post(f"{path}/export", json=request).headers["content-disposition"]
    assert unquote(header).endswith("filename*=UTF-8''-Фуга _1-density.abc")
    assert header.isascii()
    variation = client.post(f"{path}/variation", json={"shifts": {"density": -0.05}, "loop": "open"}).json()
    assert shlex.split(variation["command"])[2] == "./-Фуга №1.abc"
    request["variations"] = [{"name": "Original", "edit": {}}]
    assert "-original.abc" in client.post(f"{path}/export", json=request).headers["content-disposition"]
    longest = open_file(client, name="é" * 300 + ".abc")
    assert client.post(f"/api/sessions/{longest['id']}/export", json=request).status_code == 200
