"""What a page, or a script, can ask of the studio."""

import io
import shlex
import zipfile
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

import armusic
from armusic.io import readers, writers
from armusic.studio.server import PAGE
from armusic.studio.state import Studio
from tests.extras import cairo

from .conftest import BOOK, REEL, opened, searched

FACTOR = 6  # notes a beat, of a density of 1


def vary(client: TestClient, session: dict[str, Any], **edit: Any) -> dict[str, Any]:
    done = client.post(f"/api/sessions/{session['id']}/variation", json=edit)
    assert done.status_code == 200, done.text
    return done.json()


def mean(values: list[float]) -> float:
    return sum(values) / len(values)


def problem(done: Any, status: int) -> str:
    assert done.status_code == status, done.text
    (message,) = done.json().values()
    assert "\n" not in message
    return message


def test_health_and_the_model(client: TestClient) -> None:
    session = opened(client)  # by now it is loaded
    assert client.get("/api/health").json() == {"state": "ready", "message": "", "version": armusic.__version__}
    model = client.get("/api/model").json()
    assert [one["name"] for one in model["attributes"]] == ["rhythm", "range", "density", "contour"]
    assert model["attributes"][2] | {"description": ""} == {
        "name": "density", "label": "density", "description": "", "unit": "notes a beat", "factor": FACTOR,
    }  # fmt: skip
    assert {"C:major", "A:dorian"} <= set(model["keys"])
    assert model["initial"] == "initial"
    assert set(session["values"]) == {one["name"] for one in model["attributes"]}


def test_what_was_read_is_told(client: TestClient) -> None:
    session = opened(client)
    assert session["summary"] == "4 measures (4 of 4/4), 25 notes, G major, 160 quarter notes a minute"
    assert [one["start"] for one in session["measures"]] == [0, 4, 8, 12]
    assert {one["metre"] for one in session["measures"]} == {"4/4"}
    assert [one["pitch"] for one in session["notes"]][:4] == [67, 69, 71, 72]
    assert [one["measure"] for one in session["notes"]][:9] == [1] * 8 + [2]
    assert session["values"]["density"][0] * FACTOR == pytest.approx(2, abs=1e-4)
    assert (session["key"], session["bpm"], session["title"]) == ("G:major", 160, "A Reel")
    scale = session["scales"]["density"]
    assert sum(scale["histogram"]["shares"]) == pytest.approx(1, abs=0.01)
    assert scale["low"] <= min(session["values"]["density"]) < max(session["values"]["density"]) <= scale["high"]
    assert client.get(f"/api/sessions/{session['id']}").json()["notes"] == session["notes"]


def test_examples_and_the_file_named_at_the_start(client: TestClient) -> None:
    examples = client.get("/api/examples").json()
    assert examples[0] == {"id": "initial", "title": "reel.abc"}
    assert {"id": "2", "title": "The Irish Washerwoman"} in examples
    assert client.post("/api/sessions/example/initial").json()["title"] == "A Reel"
    jig = client.post("/api/sessions/example/2").json()
    assert (jig["title"], jig["measures"][0]["metre"]) == ("The Irish Washerwoman", "6/8")
    assert problem(client.post("/api/sessions/example/99"), 404) == "no such example"


def test_the_examples_are_those_of_the_repository(root: Path) -> None:
    assert (root / "examples/tunes.abc").read_bytes() == (root / "armusic/resources/examples.abc").read_bytes()


def test_another_tune_of_a_book_can_be_chosen(client: TestClient) -> None:
    session = opened(client, BOOK)
    assert session["remarks"] == ["2 tunes in it: the first one is shown"]
    assert [(one["name"], one["selected"]) for one in session["tracks"]] == [("A Reel", True), ("A Waltz", False)]
    other = client.put(f"/api/sessions/{session['id']}/reading", json={"tune": 2}).json()
    assert (other["title"], other["id"]) == ("A Waltz", session["id"])
    done = client.put(f"/api/sessions/{session['id']}/reading", json={"tune": 7})
    assert problem(done, 422) == "reel.abc: no tune 7 in it: its X: numbers are from 1 to 2"
    assert client.get(f"/api/sessions/{session['id']}").json()["title"] == "A Waltz"


def test_another_track_can_be_chosen(client: TestClient, tmp_path: Path) -> None:
    (tmp_path / "book.abc").write_bytes(BOOK)
    first, high = (readers.read(tmp_path / f"book.abc#{number}") for number in (1, 1))
    writers.write([("Lead", first), ("Second", high)], tmp_path / "two.mid")
    session = opened(client, (tmp_path / "two.mid").read_bytes(), "two.mid")
    assert [one["name"] for one in session["tracks"]] == ["Lead", "Second"]
    wanted = session["tracks"][1]["id"]
    again = client.put(f"/api/sessions/{session['id']}/reading", json={"track": wanted}).json()
    assert [one["selected"] for one in again["tracks"]] == [False, True]


def test_one_decode_answers_until_the_search_is_over(client: TestClient) -> None:
    session = opened(client)
    found = vary(client, session, shifts={"density": 0.1}, loop="open")
    assert found["loop"] == "open"
    assert mean(found["values"]["density"]) > mean(session["values"]["density"])
    assert found["command"].endswith("--attr density=+0.1 --open-loop")


def test_a_slider_turns_its_attribute_and_a_lock_keeps_another(client: TestClient, reel: dict[str, Any]) -> None:
    before = reel["values"]
    for sign in (-1, 1):
        found = vary(client, reel, shifts={"density": 0.06 * sign}, locks=["range", "contour"])
        assert found["loop"] == "closed"
        assert (mean(found["values"]["density"]) - mean(before["density"])) * sign > 0.03
        for name in ("range", "contour"):
            assert found["values"][name] == pytest.approx(before[name], abs=0.08)
            assert found["targets"][name] == before[name]
        assert found["targets"]["rhythm"] == [None] * 4


def test_a_curve_is_followed(client: TestClient, reel: dict[str, Any]) -> None:
    curve = [0.1, 0.2, 0.3, 0.4]
    found = vary(client, reel, targets={"density": curve})
    assert found["values"]["density"] == pytest.approx(curve, abs=0.05)
    assert found["targets"]["density"] == curve
    assert all(found["changed"])


def test_measures_that_are_not_chosen_or_not_asked_stay_note_for_note(client: TestClient, reel: dict[str, Any]) -> None:
    for edit in (
        {"measures": [2, 3], "targets": {"density": 0.15}},
        {"targets": {"density": [None, 0.15, 0.15, None]}},
    ):
        found = vary(client, reel, **edit)
        assert found["changed"] == [False, True, True, False]
        for measure in (1, 4):
            old, new = ([n for n in notes if n["measure"] == measure] for notes in (reel["notes"], found["notes"]))
            assert old == new
        assert found["command"].endswith("--attr density=0.15 --measures 2-3")
    assert vary(client, reel)["notes"] == reel["notes"]


def test_dice_give_other_notes_that_meet_the_targets_and_the_same_for_the_same_seed(
    client: TestClient, reel: dict[str, Any]
) -> None:
    first, again, other = (vary(client, reel, seed=seed, targets={"density": 0.25}) for seed in (1, 1, 2))
    assert first["notes"] == again["notes"] != other["notes"]
    assert first["command"] == ""
    for found in (first, other):
        assert found["values"]["density"] == pytest.approx([0.25] * 4, abs=0.05)
    free = vary(client, reel, seed=3, measures=[1])
    assert free["changed"] == [True, False, False, False]
    assert free["values"]["density"][0] == pytest.approx(reel["values"]["density"][0], abs=0.05)
    assert vary(client, reel, seed=3, loop="open")["notes"] != reel["notes"]


def test_a_key_keeps_new_notes_in_it(client: TestClient, reel: dict[str, Any]) -> None:
    found = vary(client, reel, key="G:mixolydian", targets={"range": 0.6})
    assert found["pool"]["key"] == "G:mixolydian"
    had = {note["pitch"] for note in reel["notes"]}
    assert {note["pitch"] % 12 for note in found["notes"] if note["pitch"] not in had} <= {7, 9, 11, 0, 2, 4, 5}
    assert "--key G:mixolydian" in found["command"]


def test_the_command_does_the_same(client: TestClient, reel: dict[str, Any], tmp_path: Path) -> None:
    found = vary(client, reel, shifts={"density": -0.05}, measures=[1, 2])
    words = shlex.split(found["command"])
    assert words == ["armusic", "interpolate", "reel.abc", "--attr", "density=-0.05", "--measures", "1-2"]
    (tmp_path / "reel.abc").write_bytes(REEL)
    tune = armusic.read(tmp_path / "reel.abc")
    same = armusic.load().reach(tune, ["density=-0.05"], measures=(1, 2)).tune
    assert [(n.start, n.pitch) for n in same.notes] == [(n["start"], n["pitch"]) for n in found["notes"]]
    falling = vary(client, reel, targets={"contour": -0.2})["command"]
    assert shlex.split(falling)[4] == "contour=1:-0.2"


def test_a_request_that_a_later_one_has_overtaken_is_not_answered(client: TestClient) -> None:
    session = opened(client)
    path = f"/api/sessions/{session['id']}/variation"
    assert client.post(path, json={"sequence": 7}).status_code == 200
    assert problem(client.post(path, json={"sequence": 6}), 409) == "overtaken by a later request"
    assert client.post(path, json={"sequence": 7}).status_code == 200


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        ({"targets": {"densty": 1}}, "unknown attribute 'densty': did you mean density or note_density?"),
        ({"targets": {"density": [0.1]}}, "1 values for density: the tune has 4 measures"),
        ({"targets": {"density": 0.1}, "shifts": {"density": 0.1}},
         "density is given twice: use a target or a shift"),
        ({"measures": [5]}, "measure 5: the tune has measures 1-4"),
        ({"key": "H:major"}, "unknown key 'H:major': did you mean"),
        ({"targets": {"density": "much"}}, "targets.density.constrained-float: Input should be a valid number"),
        ({"loop": "closd"}, "loop: Input should be 'auto', 'open' or 'closed'"),
        ({"sped": 1}, "sped: Extra inputs are not permitted"),
    ],
)  # fmt: skip
def test_what_cannot_be_asked_is_said_in_a_line(
    client: TestClient, reel: dict[str, Any], edit: dict[str, Any], message: str
) -> None:
    assert problem(client.post(f"/api/sessions/{reel['id']}/variation", json=edit), 422).startswith(message)


def test_the_surface_of_two_attributes(client: TestClient, reel: dict[str, Any]) -> None:
    path = f"/api/sessions/{reel['id']}/surface"
    found = client.post(path, json={"names": ["rhythm", "density"], "points": 3}).json()
    assert found["original"][1] == pytest.approx(mean(reel["values"]["density"]), abs=1e-5)
    rhythm, density = found["values"]
    assert all(row == sorted(row) for row in rhythm)
    assert density[0][0] < density[2][0]
    assert client.post(path, json={"names": ["rhythm", "density"], "points": 3}).json() == found
    assert problem(client.post(path, json={"names": ["rhythm", "rhythm"]}), 422).startswith("rhythm was named twice")


def export(client: TestClient, session: dict[str, Any], form: str, **more: Any) -> Any:
    variations = [{"name": f"density {step:+}", "edit": {"shifts": {"density": step}}} for step in (-0.05, 0.05)]
    asked = {"format": form, "variations": variations[: more.pop("count", 1)], **more}
    return client.post(f"/api/sessions/{session['id']}/export", json=asked)


def test_a_midi_file_has_the_notes_that_were_shown(client: TestClient, reel: dict[str, Any], tmp_path: Path) -> None:
    found = vary(client, reel, shifts={"density": -0.05})
    done = export(client, reel, "mid")
    assert done.headers["content-disposition"] == "attachment; filename*=UTF-8''reel-studio.mid"
    assert done.headers["content-type"] == "audio/midi"
    (tmp_path / "out.mid").write_bytes(done.content)
    read = readers.read(tmp_path / "out.mid")
    assert [(n.start, n.pitch) for n in read.notes] == [(n["start"], n["pitch"]) for n in found["notes"]]


@pytest.mark.parametrize("layout", ["tracks", "sequence", "clips"])
def test_layouts(client: TestClient, reel: dict[str, Any], layout: str) -> None:
    done = export(client, reel, "mid", layout=layout, original=True, count=2)
    if layout == "clips":
        names = zipfile.ZipFile(io.BytesIO(done.content)).namelist()
        assert names == ["01_original.mid", "02_density_-0.05.mid", "03_density_+0.05.mid"]
    else:
        assert done.content.startswith(b"MThd")


@pytest.mark.parametrize(
    ("form", "magic"),
    [
        ("dawproject", b"PK"),
        ("musicxml", b"<?xml"),
        ("abc", b"X:1\nT:A Reel"),
        ("wav", b"RIFF"),
        ("svg", b"<svg"),
        pytest.param("pdf", b"%PDF", marks=cairo),
        ("picture", b"\x89PNG"),
    ],
)
def test_every_format(client: TestClient, reel: dict[str, Any], form: str, magic: bytes) -> None:
    done = export(client, reel, form)
    assert done.status_code == 200, done.text
    assert done.content.startswith(magic)


def test_a_layout_that_a_format_does_not_have_is_refused(client: TestClient, reel: dict[str, Any]) -> None:
    message = problem(export(client, reel, "wav", layout="tracks"), 422)
    assert message == "reel-studio.wav: .wav holds one voice: use the layout sequence or clips"
    assert problem(export(client, reel, "picture", layout="clips"), 422) == "a picture has no layout: leave it out"


def test_the_score_of_a_variation(client: TestClient, reel: dict[str, Any]) -> None:
    done = client.post(f"/api/sessions/{reel['id']}/score", json={"shifts": {"density": 0.05}})
    assert done.headers["content-type"] == "image/svg+xml"
    assert done.text.startswith("<svg")
    assert ">variation<" in done.text
    assert ">original<" in client.post(f"/api/sessions/{reel['id']}/score", json={}).text


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("a.mid", b"MThd", "a.mid: cut short: only 4 bytes are there"),
        ("a.mid", b"", "a.mid: an empty file"),
        ("a.txt", b"tune", "a.txt: suffix .txt says no known format: use one of"),
        ("a.xml", b"<a/>", "a.xml: not a MusicXML score"),
        ("a.abc", b"X:1\nM:5/4\nK:C\nABcde|\n", "a.abc"),
        ("../../a.mid", b"MThd", "a.mid: cut short"),
        ("a.abc", b"X:1\nM:2/4\nL:1/4\nK:C\n" + b"AB|" * 300, "a.abc: 300 measures: the studio takes up to 256"),
    ],
)
def test_a_broken_file_is_a_line_and_the_server_lives_on(
    client: TestClient, name: str, data: bytes, message: str
) -> None:
    done = client.post("/api/sessions", params={"name": name}, content=data)
    assert problem(done, 422).startswith(message)
    assert client.get("/api/health").json()["state"] == "ready"


def test_a_session_can_be_closed(client: TestClient) -> None:
    session = opened(client)
    assert client.delete(f"/api/sessions/{session['id']}").status_code == 204
    message = problem(client.get(f"/api/sessions/{session['id']}"), 404)
    assert message == "no such session: it has expired, open the file again"


def test_the_page_is_small() -> None:
    written = "\n".join(file.read_text() for kind in ("*.js", "*.css") for file in PAGE.rglob(kind))
    assert 1000 < sum(bool(line.strip()) for line in written.splitlines()) <= 1500


def test_the_page_and_the_api_in_words(client: TestClient) -> None:
    assert "POST /api/sessions/{ident}/variation" in client.get("/api").text
    assert client.get("/openapi.json").json()["info"]["title"] == "armusic studio"
    assert client.get("/").headers["content-type"].startswith("text/html")
    assert problem(client.get("/page/../server.py"), 404)
    assert problem(client.get("/page/%2e%2e/server.py"), 404)


def test_a_model_that_cannot_be_loaded_is_told(tmp_path: Path) -> None:
    (tmp_path / "broken.safetensors").write_bytes(b"nothing")
    studio = Studio(tmp_path / "broken.safetensors")
    studio.load()
    assert studio.error.startswith("broken.safetensors")
    with pytest.raises(armusic.ArmusicError, match="broken.safetensors"):
        studio.ready()
    studio.close()


def test_searches_wait_for_nobody(client: TestClient) -> None:
    """A session that is closed while its search waits does not keep the next one waiting."""
    first = client.post("/api/sessions/example/1").json()
    client.delete(f"/api/sessions/{first['id']}")
    session = opened(client, b"X:1\nM:4/4\nL:1/4\nK:C\nCDEF|\n")
    assert searched(client, session["id"])["ready"]
