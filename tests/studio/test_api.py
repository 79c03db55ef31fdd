"""The API of the studio, as a page or a script uses it."""

import io
import re
import shlex
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fastapi.testclient import TestClient

import armusic
from armusic.config.manner import KEEP, NATURAL
from armusic.io import readers, writers
from armusic.music.tokenizer import HOLD, REST
from armusic.studio import note_schemas, variations
from armusic.studio.server import PAGE
from armusic.studio.state import Studio
from tests.extras import cairo

from . import declarations
from .conftest import BOOK, REEL, open_file, wait_for_search

FACTOR = 6  # notes a beat, of a density of 1


def vary(client: TestClient, session: dict[str, Any], **edit: Any) -> dict[str, Any]:
    response = client.post(f"/api/sessions/{session['id']}/variation", json=edit)
    assert response.status_code == 200, response.text
    return response.json()


def mean(values: list[float]) -> float:
    return sum(values) / len(values)


def problem(response: Any, status: int) -> str:
    assert response.status_code == status, response.text
    (message,) = response.json().values()
    assert "\n" not in message
    return message


def test_health_and_the_model(client: TestClient) -> None:
    session = open_file(client)  # by now it is loaded
    assert client.get("/api/health").json() == {
        "state": "ready", "message": "", "version": armusic.__version__, "notes_api": note_schemas.API,
    }  # fmt: skip
    model = client.get("/api/model").json()
    assert [attribute["name"] for attribute in model["attributes"]] == ["rhythm", "range", "density", "contour"]
    assert model["attributes"][2] | {"description": ""} == {
        "name": "density", "label": "density", "description": "", "unit": "notes a beat", "factor": FACTOR,
    }  # fmt: skip
    assert {"C:major", "A:dorian"} <= set(model["keys"])
    formats = {form["key"]: form["layouts"] for form in model["formats"]}
    assert formats["mid"] == ["tracks", "sequence", "clips"]
    assert (formats["wav"], formats["picture"]) == (["sequence", "clips"], [])
    assert model["initial"] == "initial"
    assert set(session["values"]) == {attribute["name"] for attribute in model["attributes"]}


def test_a_session_describes_its_tune(client: TestClient) -> None:
    session = open_file(client)
    assert session["summary"] == "4 measures (4 of 4/4), 25 notes, G major, 160 quarter notes a minute"
    assert [measure["start"] for measure in session["measures"]] == [0, 4, 8, 12]
    assert {measure["metre"] for measure in session["measures"]} == {"4/4"}
    assert [note["pitch"] for note in session["notes"]][:4] == [67, 69, 71, 72]
    assert [note["measure"] for note in session["notes"]][:9] == [1] * 8 + [2]
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


def test_every_tune_of_a_book_is_in_the_list(client: TestClient) -> None:
    again = "\n\n".join(f"X:1\nT:Na\\'e {n}\nM:4/4\nL:1/4\nK:C\nCDEF|" for n in range(120))
    session = open_file(client, again.encode())
    assert [track["id"] for track in session["tracks"]] == ["1", *(f"1.{n}" for n in range(2, 121))]
    assert [track["name"] for track in session["tracks"]] == [f"Naé {n}" for n in range(120)]
    last = client.put(f"/api/sessions/{session['id']}/reading", json={"tune": "1.120"}).json()
    assert (last["title"], [track["id"] for track in last["tracks"] if track["selected"]]) == ("Naé 119", ["1.120"])
    assert client.put(f"/api/sessions/{session['id']}/reading", json={"tune": "x"}).status_code == 422


def test_another_tune_of_a_book_can_be_selected(client: TestClient) -> None:
    session = open_file(client, BOOK)
    assert session["remarks"] == ["2 tunes in it: the first one is shown"]
    assert [(track["name"], track["selected"]) for track in session["tracks"]] == [("A Reel", True), ("A Waltz", False)]
    waltz = client.put(f"/api/sessions/{session['id']}/reading", json={"tune": 2}).json()
    assert (waltz["title"], waltz["id"]) == ("A Waltz", session["id"])
    response = client.put(f"/api/sessions/{session['id']}/reading", json={"tune": 7})
    assert problem(response, 422) == "reel.abc: no tune 7 in it: its X: numbers are from 1 to 2"
    assert client.get(f"/api/sessions/{session['id']}").json()["title"] == "A Waltz"


def test_a_measure_that_cannot_change_is_marked_and_explained(client: TestClient) -> None:
    session = open_file(client, b"X:1\nM:4/4\nL:1/4\nK:C\nCDEF|z4|CDEF|\n")
    assert [measure["editable"] for measure in session["measures"]] == [True, False, True]
    (remark,) = session["remarks"]
    assert "1 without a note" in remark


def test_another_track_can_be_selected(client: TestClient, tmp_path: Path) -> None:
    (tmp_path / "book.abc").write_bytes(BOOK)
    first, high = (readers.read(tmp_path / f"book.abc#{number}") for number in (1, 1))
    writers.write([("Lead", first), ("Second", high)], tmp_path / "two.mid")
    session = open_file(client, (tmp_path / "two.mid").read_bytes(), "two.mid")
    assert [track["name"] for track in session["tracks"]] == ["Lead", "Second"]
    second = session["tracks"][1]["id"]
    again = client.put(f"/api/sessions/{session['id']}/reading", json={"track": second}).json()
    assert [track["selected"] for track in again["tracks"]] == [False, True]


def test_a_file_can_be_read_with_the_options_of_the_readers(client: TestClient) -> None:
    """Those that name files of the server, or lift its limits, are not among them."""
    session = open_file(client)
    path = f"/api/sessions/{session['id']}/reading"
    measures = client.put(path, json={"metre": "2/4"}).json()["measures"]
    assert [measure["metre"] for measure in measures] == ["2/4"] * 8
    assert "greater than or equal to 10" in problem(client.put(path, json={"tempo": 5}), 422)
    assert problem(client.put(path, json={"voice": "middle"}), 422) == "voice: Input should be 'highest' or 'lowest'"
    for option, value in (("beats", "/etc/passwd"), ("max_size", 1000), ("strict", True)):
        refusal = problem(client.put(path, json={option: value}), 422)
        assert refusal == f"{option}: Extra inputs are not permitted"


def test_variations_are_decoded_once_until_the_search_is_over(client: TestClient) -> None:
    session = open_file(client)
    variation = vary(client, session, shifts={"density": 0.1}, loop="open")
    assert variation["loop"] == "open"
    assert mean(variation["values"]["density"]) > mean(session["values"]["density"])
    assert variation["command"].endswith("--attr density=by+0.1 --open-loop")


def test_a_shift_changes_its_attribute_and_a_lock_keeps_another(client: TestClient, reel: dict[str, Any]) -> None:
    before = reel["values"]
    for sign in (-1, 1):
        variation = vary(client, reel, shifts={"density": 0.06 * sign}, locks=["range", "contour"])
        assert variation["loop"] == "closed"
        assert (mean(variation["values"]["density"]) - mean(before["density"])) * sign > 0.03
        for name in ("range", "contour"):
            assert mean(variation["values"][name]) == pytest.approx(mean(before[name]), abs=0.01)
            assert variation["targets"][name] == before[name]
        assert variation["targets"]["rhythm"] == [None] * 4
        assert set(variation["means"]) == {"density", "range", "contour"}


def test_a_number_is_a_target_of_the_tune_or_of_each_measure(client: TestClient, reel: dict[str, Any]) -> None:
    std = reel["scales"]["density"]["std"]
    tune = vary(client, reel, shifts={"density": -0.06})
    target, value = tune["means"]["density"]["target"], tune["means"]["density"]["value"]
    assert target == pytest.approx(mean(reel["values"]["density"]) - 0.06, abs=1e-5)
    assert value == pytest.approx(mean(tune["values"]["density"]), abs=1e-5)
    assert value == pytest.approx(target, abs=0.05 * std)
    each = vary(client, reel, shifts={"density": -0.06}, each_measure=True)
    assert each["means"] == {}
    lower = [now < before for now, before in zip(each["values"]["density"], reel["values"]["density"], strict=True)]
    assert all(lower)
    assert 0 < sum(tune["changed"]) <= sum(each["changed"]) == 4
    assert tune["values"]["density"] != each["values"]["density"]
    assert tune["command"].endswith("--attr density=by-0.06")
    assert each["command"].endswith("--attr density=by-0.06 --each-measure")


def test_targets_of_measures_are_asked_one_by_one(client: TestClient, reel: dict[str, Any]) -> None:
    for edit in ({"targets": {"density": [0.2] * 4}}, {"targets": {"density": 0.2}, "measures": [1, 2, 3, 4]}):
        variation = vary(client, reel, **edit)
        assert variation["means"] == {}
        assert variation["values"]["density"] == pytest.approx([0.2] * 4, abs=0.05)
        assert variation["command"].endswith("--attr density=0.2 --each-measure")


def test_natural_is_from_what_is_near_to_what_is_usual(client: TestClient, reel: dict[str, Any]) -> None:
    def kept(variation: dict[str, Any]) -> int:
        old, new = ({(note["start"], note["pitch"]) for note in tune["notes"]} for tune in (reel, variation))
        return len(old & new)

    near, default, usual = (vary(client, reel, shifts={"contour": 0.2}, natural=natural) for natural in (0, 0.5, 1))
    assert kept(near) >= kept(usual)
    assert near["notes"] != usual["notes"]
    assert "--natural" not in default["command"]
    assert near["command"].endswith("--attr contour=by+0.2 --natural 0")
    assert vary(client, reel, shifts={"contour": 0.2}, natural=0.5)["notes"] == default["notes"]


def test_a_curve_is_followed(client: TestClient, reel: dict[str, Any]) -> None:
    curve = [0.3, 0.25, 0.2, 0.1]
    variation = vary(client, reel, targets={"density": curve})
    assert variation["values"]["density"] == pytest.approx(curve, abs=0.05)
    assert variation["targets"]["density"] == curve
    assert all(variation["changed"])


def test_a_long_last_note_is_not_filled(client: TestClient, reel: dict[str, Any]) -> None:
    remark, *_ = vary(client, reel, targets={"density": [None, None, None, 0.4]})["remarks"]
    assert remark.startswith("measure 4: density 2.4 notes a beat is out of reach: ")


def test_measures_without_targets_stay_note_for_note(client: TestClient, reel: dict[str, Any]) -> None:
    for edit in (
        {"measures": [2, 3], "targets": {"density": 0.15}},
        {"targets": {"density": [None, 0.15, 0.15, None]}},
    ):
        variation = vary(client, reel, **edit)
        assert variation["changed"] == [False, True, True, False]
        for measure in (1, 4):
            old, new = ([n for n in notes if n["measure"] == measure] for notes in (reel["notes"], variation["notes"]))
            assert old == new
        assert variation["command"].endswith("--attr density=0.15 --measures 2-3")
    assert vary(client, reel)["notes"] == reel["notes"]


def test_what_is_unusual_is_said_after_what_is_out_of_reach(client: TestClient, reel: dict[str, Any]) -> None:
    assert vary(client, reel)["remarks"] == []
    remarks = vary(client, reel, shifts={"contour": [1.0] * 4})["remarks"]
    limits = [place for place, remark in enumerate(remarks) if "out of reach" in remark]
    assert limits == list(range(len(limits)))
    others = remarks[len(limits) :]
    assert 0 < len(others) <= variations.UNUSUAL + 1
    assert all(re.match(r"measures? [1-4][1-4, -]*: \w", remark) for remark in others[: variations.UNUSUAL])


def test_what_is_unusual_is_said_once_with_its_measures(client: TestClient, reel: dict[str, Any]) -> None:
    session = client.app.app.state.studio.ready()[1].get(reel["id"])  # type: ignore[attr-defined]
    material = next(iter(session.editors.values())).context.material
    tokens = material.tokens.copy()
    tokens[[0, 1, 3], :3] = REST, HOLD, HOLD  # each measure began with a note
    unusual = variations.unusual(material, tokens)
    assert "a rest on beat 1" in unusual[4]
    assert "measures 1-2, 4: a rest on beat 1" in variations.in_words(material, unusual)


def test_dice_meet_the_targets_with_other_notes_and_repeat_for_the_same_seed(
    client: TestClient, reel: dict[str, Any]
) -> None:
    targets = {"density": 0.31, "contour": 0.18}
    first, again, second = (vary(client, reel, seed=seed, targets=targets) for seed in (1, 1, 2))
    others = [vary(client, reel, seed=seed, targets=targets)["notes"] for seed in range(3, 7)]
    assert first["notes"] == again["notes"]
    assert any(first["notes"] != notes for notes in (second["notes"], *others))
    assert first["command"].endswith("--attr contour=0.18 --alternatives 2 --seed 1")
    for variation in (first, second):
        assert variation["notes"] != vary(client, reel, targets=targets)["notes"]
        for name, target in targets.items():
            assert mean(variation["values"][name]) == pytest.approx(target, abs=0.02)
    each = vary(client, reel, seed=1, targets={"density": 0.25}, each_measure=True)
    assert each["values"]["density"] == pytest.approx([0.25] * 4, abs=0.05)
    free = vary(client, reel, seed=3, measures=[1])
    assert free["changed"] == [True, False, False, False]
    assert free["values"]["density"][0] == pytest.approx(reel["values"]["density"][0], abs=0.05)
    assert vary(client, reel, seed=3, loop="open")["notes"] != reel["notes"]


def test_a_key_keeps_new_notes_in_it(client: TestClient, reel: dict[str, Any]) -> None:
    variation = vary(client, reel, key="G:mixolydian", targets={"range": 0.6})
    assert variation["pool"]["key"] == "G:mixolydian"
    had = {note["pitch"] for note in reel["notes"]}
    assert {note["pitch"] % 12 for note in variation["notes"] if note["pitch"] not in had} <= {7, 9, 11, 0, 2, 4, 5}
    assert "--key G:mixolydian" in variation["command"]


def test_the_command_does_the_same(client: TestClient, reel: dict[str, Any], tmp_path: Path) -> None:
    variation = vary(client, reel, shifts={"density": -0.05}, measures=[1, 2])
    words = shlex.split(variation["command"])
    assert words == ["armusic", "interpolate", "reel.abc", "--attr", "density=by-0.05", "--measures", "1-2"]
    (tmp_path / "reel.abc").write_bytes(REEL)
    tune = armusic.read(tmp_path / "reel.abc")
    same = armusic.load().reach(tune, ["density=by-0.05"], measures=(1, 2)).tune
    assert [(n.start, n.pitch) for n in same.notes] == [(n["start"], n["pitch"]) for n in variation["notes"]]
    falling = vary(client, reel, targets={"contour": -0.1}, natural=0.2)
    assert shlex.split(falling["command"])[4:] == ["contour=-0.1", "--natural", "0.2"]
    same = armusic.load().reach(tune, ["contour=-0.1"], natural=0.2).tune
    assert [(n.start, n.pitch) for n in same.notes] == [(n["start"], n["pitch"]) for n in falling["notes"]]


def test_an_overtaken_request_is_refused(client: TestClient) -> None:
    session = open_file(client)
    path = f"/api/sessions/{session['id']}/variation"
    assert client.post(path, json={"sequence": 7}).status_code == 200
    assert problem(client.post(path, json={"sequence": 6}), 409) == "overtaken by a later request"
    assert client.post(path, json={"sequence": 7}).status_code == 200


def test_pages_of_one_session_do_not_disturb_each_other(client: TestClient) -> None:
    session = open_file(client, BOOK, "book.abc")
    path = f"/api/sessions/{session['id']}"
    first, second = {"armusic-page": "first"}, {"armusic-page": "second"}
    for headers, sequence, status in ((first, 7, 200), (second, 3, 200), (first, 6, 409), (second, 4, 200)):
        answer = client.post(f"{path}/variation", json={"sequence": sequence}, headers=headers)
        assert answer.status_code == status
    other = client.put(f"{path}/reading", json={"tune": 2}, headers=first).json()
    assert other["id"] != session["id"]
    assert (other["title"], client.get(path, headers=second).json()["title"]) == ("A Waltz", "A Reel")
    again = client.put(f"{path}/reading", json={"tune": 2}, headers=second).json()
    assert (again["id"], again["title"]) == (session["id"], "A Waltz")  # it has it for itself by now


def test_a_session_stays_while_a_page_shows_it(client: TestClient) -> None:
    path = f"/api/sessions/{open_file(client)['id']}"
    first, second = {"armusic-page": "first"}, {"armusic-page": "second"}
    for headers in (first, second):
        assert client.get(path, headers=headers).status_code == 200
    assert client.delete(path, headers=first).status_code == 204
    assert client.delete(f"{path}/page", headers=second).status_code == 204  # it may be loaded anew
    assert client.get(path, headers=first).status_code == 200
    assert client.delete(path, headers=first).status_code == 204
    assert client.get(path, headers=first).status_code == 404


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        ({"targets": {"densty": 1}}, "unknown attribute 'densty': did you mean density?"),
        ({"targets": {"density": [0.1]}}, "1 value for density: the tune has 4 measures"),
        ({"targets": {"density": 0.1}, "shifts": {"density": 0.1}},
         "density is given twice: use a target or a shift"),
        ({"measures": [5]}, "measure 5: the tune has measures 1-4"),
        ({"key": "H:major"}, "unknown key 'H:major': did you mean"),
        ({"targets": {"density": "much"}}, "targets.density.constrained-float: Input should be a valid number"),
        ({"natural": 1.5}, "natural: Input should be less than or equal to 1"),
        ({"loop": "closd"}, "loop: Input should be 'auto', 'open' or 'closed'"),
        ({"sped": 1}, "sped: Extra inputs are not permitted"),
    ],
)  # fmt: skip
def test_an_invalid_edit_is_refused_in_a_line(
    client: TestClient, reel: dict[str, Any], edit: dict[str, Any], message: str
) -> None:
    assert problem(client.post(f"/api/sessions/{reel['id']}/variation", json=edit), 422).startswith(message)


def test_the_surface_of_two_attributes(client: TestClient, reel: dict[str, Any]) -> None:
    path = f"/api/sessions/{reel['id']}/surface"
    surface = client.post(path, json={"names": ["rhythm", "density"], "points": 3}).json()
    assert surface["original"][1] == pytest.approx(mean(reel["values"]["density"]), abs=1e-5)
    rhythm, density = surface["values"]
    assert all(row == sorted(row) for row in rhythm)
    assert density[0][0] < density[2][0]
    assert client.post(path, json={"names": ["rhythm", "density"], "points": 3}).json() == surface
    assert problem(client.post(path, json={"names": ["rhythm", "rhythm"]}), 422).startswith("rhythm was named twice")


def export(client: TestClient, session: dict[str, Any], form: str, **options: Any) -> Any:
    variations = [{"name": f"density {step:+}", "edit": {"shifts": {"density": step}}} for step in (-0.05, 0.05)]
    request = {"format": form, "variations": variations[: options.pop("count", 1)], **options}
    return client.post(f"/api/sessions/{session['id']}/export", json=request)


def test_a_midi_file_has_the_notes_of_the_variation(client: TestClient, reel: dict[str, Any], tmp_path: Path) -> None:
    variation = vary(client, reel, shifts={"density": -0.05})
    response = export(client, reel, "mid")
    header = "attachment; filename=\"reel-density.mid\"; filename*=UTF-8''reel-density.mid"
    assert response.headers["content-disposition"] == header
    assert response.headers["content-type"] == "audio/midi"
    (tmp_path / "out.mid").write_bytes(response.content)
    read = readers.read(tmp_path / "out.mid")
    assert [(n.start, n.pitch) for n in read.notes] == [(n["start"], n["pitch"]) for n in variation["notes"]]


@pytest.mark.parametrize("layout", ["tracks", "sequence", "clips"])
def test_layouts(client: TestClient, reel: dict[str, Any], layout: str) -> None:
    response = export(client, reel, "mid", layout=layout, original=True, count=2)
    if layout == "clips":
        names = zipfile.ZipFile(io.BytesIO(response.content)).namelist()
        assert names == ["01_original.mid", "02_density_-0.05.mid", "03_density_+0.05.mid"]
    else:
        assert response.content.startswith(b"MThd")


@pytest.mark.parametrize(
    ("form", "magic"),
    [
        ("dawproject", b"PK"),
        ("musicxml", b"<?xml"),
        ("abc", b"X:1\nT:A Reel"),
        ("wav", b"RIFF"),
        ("svg", b"<svg"),
        pytest.param("png", b"\x89PNG", marks=cairo),
        pytest.param("pdf", b"%PDF", marks=cairo),
        ("picture", b"\x89PNG"),
    ],
)
def test_every_format(client: TestClient, reel: dict[str, Any], form: str, magic: bytes) -> None:
    response = export(client, reel, form)
    assert response.status_code == 200, response.text
    assert response.content.startswith(magic)


def test_a_layout_that_a_format_does_not_have_is_refused(client: TestClient, reel: dict[str, Any]) -> None:
    message = problem(export(client, reel, "wav", layout="tracks"), 422)
    assert message == "reel-density.wav: .wav holds one voice: use the layout sequence or clips"
    assert problem(export(client, reel, "picture", layout="clips"), 422) == "a picture has no layout: leave it out"


def test_the_score_of_a_variation(client: TestClient, reel: dict[str, Any]) -> None:
    response = client.post(f"/api/sessions/{reel['id']}/score", json={"shifts": {"density": 0.05}})
    assert response.headers["content-type"] == "image/svg+xml"
    assert response.text.startswith("<svg")
    assert ">variation<" in response.text
    assert ">original<" in client.post(f"/api/sessions/{reel['id']}/score", json={}).text


@pytest.mark.parametrize(
    ("metre", "bpm", "words"), [("4/4", 132, "= 132"), ("6/8", 180, "= 120"), ("2/2", 120, "= 60")]
)
def test_a_score_has_the_tempo_of_the_page_in_beats(client: TestClient, metre: str, bpm: int, words: str) -> None:
    """180 quarter notes a minute are 120 dotted ones."""
    data = REEL.replace(b"M:4/4", f"M:{metre}".encode()).replace(b"|", b"" if metre == "6/8" else b"|")
    data = data if metre != "6/8" else b"X:1\nM:6/8\nL:1/8\nQ:1/4=100\nK:G\nGAB ded|ded ded|c2e c2B|A3 G3|\n"
    session = open_file(client, data, "a.abc")
    score = client.post(f"/api/sessions/{session['id']}/score", json={}, params={"bpm": bpm}).text
    assert f">{words}<" in score


def test_the_notes_of_a_message_are_those_of_its_tune(client: TestClient, reel: dict[str, Any]) -> None:
    studio = client.app.app.state.studio  # type: ignore[attr-defined]
    context = studio.sessions.editor(studio.sessions.get(reel["id"]), studio.checkpoint, "auto").context
    rng = np.random.default_rng(0)
    for _ in range(20):
        tokens = context.material.tokens.copy()
        tokens[rng.random(tokens.shape) < 0.3] = HOLD
        tokens[rng.random(tokens.shape) < 0.2] = REST
        tokens[rng.random(tokens.shape) < 0.2] = 61
        assert variations.notes_of(context.material.tune, tokens) == variations.notes(context.tune(tokens))


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("a.mid", b"MThd", "a.mid: cut short: only 4 bytes are there"),
        ("a.mid", b"", "a.mid: an empty file"),
        ("a.txt", b"tune", "a.txt: suffix .txt stands for no known format: use one of"),
        ("a.xml", b"<a/>", "a.xml: not a MusicXML score"),
        ("a.abc", b"X:1\nM:10/8\nK:C\nABcde|\n", "a.abc"),
        ("../../a.mid", b"MThd", "a.mid: cut short"),
        ("a.abc", b"X:1\nM:2/4\nL:1/4\nK:C\n" + b"AB|" * 300, "a.abc: 300 measures: the studio takes up to 256"),
    ],
)
def test_a_damaged_file_is_refused_in_a_line_and_the_server_goes_on(
    client: TestClient, name: str, data: bytes, message: str
) -> None:
    response = client.post("/api/sessions", params={"name": name}, content=data)
    assert problem(response, 422).startswith(message)
    assert client.get("/api/health").json()["state"] == "ready"


def test_a_session_can_be_closed(client: TestClient) -> None:
    session = open_file(client)
    assert client.delete(f"/api/sessions/{session['id']}").status_code == 204
    message = problem(client.get(f"/api/sessions/{session['id']}"), 404)
    assert message == "no such session: it has expired, open the file again"


def test_the_page_is_small_and_its_lines_are_short() -> None:
    files = {file.name: file.read_text() for kind in ("*.js", "*.css", "*.html") for file in PAGE.rglob(kind)}
    assert [name for name, text in files.items() if max(map(len, text.splitlines())) > 120] == []
    code = re.sub(r"/\*.*?\*/|^ *//.*?$", "", "\n".join(files.values()), flags=re.DOTALL | re.MULTILINE)
    assert 1000 < sum(bool(line.strip()) for line in code.splitlines()) <= 3720


def test_the_page_begins_with_the_default_of_the_server() -> None:
    (natural,) = re.findall(r"const NATURAL = ([\d.]+);", (PAGE / "edit.js").read_text())
    assert float(natural) == NATURAL
    assert f'const KEEP = "{KEEP}";' in (PAGE / "edit.js").read_text()


def test_the_page_is_checked_against_the_messages_of_this_server() -> None:
    assert declarations.FILE.read_text() == declarations.declarations(), "run python -m tests.studio.declarations"


def test_the_page_and_the_api_reference(client: TestClient) -> None:
    assert "POST /api/sessions/{ident}/variation" in client.get("/api").text
    assert client.get("/openapi.json").json()["info"]["title"] == "armusic studio"
    assert client.get("/").headers["content-type"].startswith("text/html")
    assert problem(client.get("/page/../server.py"), 404)
    assert problem(client.get("/page/%2e%2e/server.py"), 404)


def test_a_model_that_cannot_be_loaded_is_reported(tmp_path: Path) -> None:
    (tmp_path / "broken.safetensors").write_bytes(b"nothing")
    studio = Studio(tmp_path / "broken.safetensors")
    studio.load()
    assert studio.error.startswith("broken.safetensors")
    with pytest.raises(armusic.ArmusicError, match="broken.safetensors"):
        studio.ready()
    studio.close()


def test_a_search_of_a_closed_session_does_not_hold_up_the_next(client: TestClient) -> None:
    """A session that is closed while its search waits does not keep the next one waiting."""
    first = client.post("/api/sessions/example/1").json()
    client.delete(f"/api/sessions/{first['id']}")
    session = open_file(client, b"X:1\nM:4/4\nL:1/4\nK:C\nCDEF|\n")
    assert wait_for_search(client, session["id"])["ready"]
