"""A listening test: the same comparisons for a seed, blind, by the studio's rules of access, answers kept at once."""

import csv
import io
import json
import subprocess
import sys
import wave
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fastapi.testclient import TestClient

import armusic
from armusic.api.model import Model
from armusic.editing.sweep import Variation
from armusic.errors import ReadError, UsageError, WriteError
from armusic.io.readers import abc
from armusic.listening import Answers, Trial, draw
from armusic.listening.server import application
from armusic.listening.trials import HEADER
from armusic.music.score import Tune
from armusic.studio.security import Access

ORIGIN = "http://127.0.0.1:8000"
TUNE = abc.parse_tune("X:1\nT:t\nM:4/4\nL:1/8\nQ:1/4=240\nK:G\nGABc dedB|dedB dedB|c2ec B2dB|A2F2 G4|\n", "reel.abc")


class Stand(Model):
    """A model that raises every note by its own number of semitones, and one more for each step."""

    def interpolate(self, tune: Tune, attribute: str, *_: Any, **__: Any) -> Any:  # type: ignore[override]
        up = {"low": 0, "high": 5}[self.checkpoint.card["name"]]
        for step in (-1.0, 0.0, 1.0):
            notes = tuple(replace(note, pitch=note.pitch + up + int(step)) for note in tune.notes)
            yield Variation(attribute, step, replace(tune, notes=notes), np.zeros(len(tune.measures)))


@pytest.fixture(scope="module")
def models() -> dict[str, Model]:
    checkpoint = armusic.load().checkpoint
    return {name: Stand(replace(checkpoint, card={"name": name})) for name in ("low", "high")}


@pytest.fixture
def trials(models: dict[str, Model]) -> list[Trial]:
    return draw(models, [("reel.abc", TUNE)], 6, measures=2)


def test_comparisons_are_the_same_for_a_seed_and_a_is_either_model(models: dict[str, Model]) -> None:
    tunes = [("reel.abc", TUNE), ("again.abc", TUNE)]
    first = draw(models, tunes, 99, measures=2)
    assert len(first) == len({trial.name for trial in first}) == 2 * 4 * 2
    assert [trial.name for trial in draw(models, tunes, 99, measures=2)] == [trial.name for trial in first]
    assert [trial.name for trial in draw(models, tunes, 99, measures=2, seed=1)] != [trial.name for trial in first]
    assert {trial.models for trial in first} == {("low", "high"), ("high", "low")}
    for trial in first:
        assert len(trial.original.measures) == 2
        assert trial.original.notes[-1].end <= 8
        rise = [tune.notes[0].pitch - trial.original.notes[0].pitch - trial.step for tune in trial.tunes]
        assert rise == [{"low": 0, "high": 5}[name] for name in trial.models]


def test_what_cannot_be_compared(models: dict[str, Model]) -> None:
    with pytest.raises(UsageError, match="needs two models, and a tune"):
        draw({"low": models["low"]}, [("reel.abc", TUNE)], 3)
    with pytest.raises(UsageError, match="the models write the same for every tune"):
        draw({"low": models["low"], "again": models["low"]}, [("reel.abc", TUNE)], 3)


def test_the_way_through_a_test(trials: list[Trial], tmp_path: Path) -> None:
    path = tmp_path / "answers.csv"
    app = application(trials, Answers(path, "anna"), tmp_path, Access(("127.0.0.1",), 8000, "secret"))
    client = TestClient(app, ORIGIN, headers={"authorization": "Bearer secret"})
    state = client.get("/api/next").json()
    assert (state["trial"], state["done"], state["count"]) == (0, 0, 6)
    assert not any(name in json.dumps(state) for name in ("low", "high"))
    lengths = set()
    for side in ("original", "a", "b"):
        sound = client.get(f"/sound/0/{side}")
        assert sound.headers["content-type"] == "audio/wav"
        with wave.open(io.BytesIO(sound.content)) as file:
            lengths.add(file.getnframes())
    assert len(lengths) == 1
    for number, choice in enumerate(("a", "b", "same", "a")):
        state = client.post("/api/answers", json={"trial": number, "choice": choice, "seconds": 3.25}).json()
        assert (state["trial"], state["done"]) == (number + 1, number + 1)
    client.post("/api/answers", json={"trial": 0, "choice": "b", "seconds": 1})  # the first answer counts
    rows = list(csv.reader(path.read_text().splitlines()))
    assert tuple(rows[0]) == HEADER
    assert [row[7] for row in rows[1:]] == ["a", "b", "same", "a"]
    assert [row[8] for row in rows[1:]] == [trials[0].models[0], trials[1].models[1], "", trials[3].models[0]]
    assert rows[1][:5] == ["anna", trials[0].name, "reel.abc", trials[0].attribute, f"{trials[0].step:+g}"]
    assert rows[1][9] == "3.2"
    assert Answers(path, "anna").next(trials) == 4  # goes on
    assert Answers(path, "ben").next(trials) == 0
    for bad in ({"trial": 9, "choice": "a", "seconds": 1}, {"trial": 4, "choice": "c", "seconds": 1}, {"trial": 4}):
        assert client.post("/api/answers", json=bad).status_code in (404, 422)
    assert client.get("/sound/9/a").status_code == 404
    assert client.get("/sound/4/answer").status_code == 422
    for choice in "ab":
        state = client.post(
            "/api/answers", json={"trial": 4 + "ab".index(choice), "choice": choice, "seconds": 1}
        ).json()
    assert (state["trial"], state["done"]) == (None, 6)


def test_only_who_has_the_token_and_came_by_the_servers_name(trials: list[Trial], tmp_path: Path) -> None:
    path = tmp_path / "answers.csv"
    access = Access(("127.0.0.1",), 8000, "secret", "once")
    client = TestClient(application(trials, Answers(path, "1"), tmp_path, access), ORIGIN)
    answer = {"trial": 0, "choice": "a", "seconds": 1}
    for page in ("/", "/page/main.js", "/api/next", "/sound/0/a"):
        assert client.get(page).status_code == 401
    assert client.post("/api/answers", json=answer).status_code == 401
    own = {"authorization": "Bearer secret"}
    assert client.get("/api/next", headers={**own, "host": "evil.example:8000"}).status_code == 400
    foreign = {**own, "origin": "http://evil.example"}
    assert client.post("/api/answers", json=answer, headers=foreign).status_code == 403
    assert len(path.read_text().splitlines()) == 1
    page = client.get("/?token=once")
    assert page.status_code == 200
    assert "script-src 'self'" in page.headers["content-security-policy"]
    assert client.get("/page/main.js").status_code == 200


def test_another_file_is_not_written_over(tmp_path: Path) -> None:
    other = tmp_path / "notes.csv"
    other.write_text("my,notes\n")
    with pytest.raises(ReadError, match=r"notes\.csv: not a file of answers of armusic listen"):
        Answers(other, "1")
    assert other.read_text() == "my,notes\n"


FIRST = ",".join(HEADER) + "\n"


@pytest.mark.parametrize(
    "content",
    [b"h\xf6rer,x\n", FIRST.encode("utf-16"), (FIRST + "anna,reel\n").encode(), FIRST.replace(",", ";").encode()],
)
def test_a_file_that_a_spreadsheet_saved_in_another_way_is_refused(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "answers.csv"
    path.write_bytes(content)
    with pytest.raises(ReadError, match=r"answers\.csv: not a file of answers"):
        Answers(path, "anna")
    assert path.read_bytes() == content


def test_answers_with_a_byte_order_mark_and_blank_lines_go_on(tmp_path: Path) -> None:
    path = tmp_path / "answers.csv"
    path.write_bytes((FIRST + "\nanna,reel rhythm +1 a|b,reel,rhythm,+1,a,b,a,a,1.0,now\n").encode("utf-8-sig"))
    assert Answers(path, "anna").done == {"reel rhythm +1 a|b"}
    with pytest.raises(WriteError, match="answers.csv: its folder .* does not exist: create it first"):
        Answers(tmp_path / "none" / "answers.csv", "anna")


def test_the_command_refuses_what_it_cannot_compare(tmp_path: Path, root: Path) -> None:
    shipped = root / "armusic" / "resources" / "default.safetensors"
    tune = root / "examples" / "speed-the-plough.mid"
    for runs, message in (
        ([str(shipped), str(shipped)], "default, default: two runs have one name: rename a folder"),
        (["folk"], "folk is the shipped model: name another to compare it with"),
    ):
        arguments = ["listen", *runs, "--on", str(tune)]
        done = subprocess.run(
            [sys.executable, "-m", "armusic_cli", *arguments], cwd=tmp_path, capture_output=True, text=True, timeout=60
        )
        assert done.returncode == 2
        assert message in done.stderr
    assert list(tmp_path.iterdir()) == []
