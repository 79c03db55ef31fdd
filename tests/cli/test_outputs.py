"""Formats: the suffix of -o, or -f, says which; a score is its own picture; nothing is half done."""

import re
import zipfile
from pathlib import Path

import click
import mido
import pytest

from armusic.errors import MissingFileError
from armusic.io import readers, writers
from armusic_cli import options, outputs
from tests.extras import cairo

from .conftest import EXAMPLES, Run


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


MAGIC = {
    "mid": b"MThd", "dawproject": b"PK", "musicxml": b"<?xml", "abc": b"X:1", "svg": b"<svg", "png": b"\x89PNG",
    "pdf": b"%PDF", "wav": b"RIFF",
}  # fmt: skip
SCORES = [suffix.removeprefix(".") for suffix in outputs.PICTURES]


@pytest.mark.parametrize(
    ("how", "stem", "form"),
    [
        *(pytest.param(["-f", form], "input-rhythm", form, marks=[cairo] * (form in ("png", "pdf"))) for form in MAGIC),
        (["-o", "out.abc"], "out", "abc"),
        (["-o", "out.SVG"], "out", "SVG"),
        (["-f", "musicxml", "-o", "named"], "named", "musicxml"),
    ],
)
def test_every_format_by_name_and_by_suffix(
    run: Run, melody: Path, model: Path, how: list[str], stem: str, form: str
) -> None:
    done = run("interpolate", melody, "--attr", "rhythm", "--model", model, "--steps", 1, *how)
    assert done.code == 0, done.err
    files = [f"{stem}.{form}", *([] if form.lower() in SCORES else [f"{stem}.png"])]
    assert done.out.splitlines()[-1] == f"wrote {' and '.join(files)}"
    assert Path(files[0]).read_bytes().startswith(MAGIC[form.lower()])
    assert names(melody.parent) == sorted(["input.mid", *files])


def test_a_score_shows_the_attribute_and_a_project_has_its_values(run: Run, melody: Path, model: Path) -> None:
    arguments = ["interpolate", melody, "--attr", "rhythm=0.3", "--attr", "density=by+0.1", "--model", model]
    assert run(*arguments, "-o", "x.svg").code == 0
    words = re.findall(r">(rhythm|density|original)<", Path("x.svg").read_text())
    counts = {word: words.count(word) for word in words}  # a line of each attribute below every system
    assert counts["original"] == 1
    assert counts["rhythm"] == counts["density"] >= 8
    assert run(*arguments, "-o", "x.dawproject").code == 0
    with zipfile.ZipFile("x.dawproject") as archive:
        project = archive.read("project.xml").decode()
    assert len(re.findall(r"<Marker [^>]*name=\"rhythm [\d.]+ [\d.]+; density [\d.]+ [\d.]+\"", project)) == 16


def test_formats_with_one_voice_follow_one_another(run: Run, melody: Path, model: Path) -> None:
    assert run("morph", melody, melody, "--model", model, "--steps", 3, "-o", "way.abc").code == 0
    assert len(readers.read("way.abc").measures) == 3 * 16
    error = run("morph", melody, melody, "--model", "none", "--layout", "tracks", "-o", "no.abc").error(2)
    assert error == "no.abc: .abc holds one voice: use the layout sequence or clips"


def test_clips_of_a_format_and_scenes(run: Run, melody: Path, model: Path) -> None:
    arguments = ["interpolate", melody, "--attr", "rhythm", "--model", model, "--steps", 2, "--layout", "clips"]
    done = run(*arguments, "-f", "musicxml")
    assert done.out.splitlines()[-1] == "wrote input-rhythm and input-rhythm.png"
    assert [Path(name).suffix for name in names(Path("input-rhythm"))] == [".musicxml"] * 3
    assert run(*arguments, "-f", "dawproject", "-o", "live.dawproject").code == 0
    assert Path("live.dawproject").is_file()
    assert run("generate", "--measures", 1, "-n", 2, "-f", "abc", "-o", "book").code == 0
    assert names(Path("book")) == ["01_tune_1.abc", "02_tune_2.abc"]


def test_clips_are_no_file(run: Run, melody: Path) -> None:
    arguments = ["interpolate", melody, "--attr", "rhythm", "--model", "no-such-model", "--layout", "clips"]
    error = run(*arguments, "-o", "clips.mid").error(2)
    assert error == "clips.mid: the layout clips is a folder with a file per tune: leave .mid out"
    error = run(*arguments, "-o", "clips.abc").error(2)
    assert error == "clips.abc: the layout clips is a folder with a file per tune: leave .abc out, and add -f abc"
    assert names(melody.parent) == ["input.mid"]


def test_a_tune_is_written_in_several_formats_and_its_picture_replaced(run: Run, melody: Path, model: Path) -> None:
    arguments = ["interpolate", melody, "--model", model, "--steps", 1, "--attr"]
    assert run(*arguments, "rhythm", "-o", "a.dawproject").code == 0
    first = Path("a.png").read_bytes()
    done = run(*arguments, "rhythm", "-o", "a.musicxml")
    assert done.out.splitlines()[-1] == "wrote a.musicxml and a.png"
    assert Path("a.png").read_bytes() == first
    Path("a.musicxml").unlink()
    assert run(*arguments, "density", "-o", "a.musicxml").code == 0  # of the same tune, by its content
    second = Path("a.png").read_bytes()
    assert second != first
    error = run(*arguments, "density", "-o", "a.musicxml").error(1)
    assert error == "a.musicxml exists already: name another file with -o, or replace it with --force"
    other = melody.with_name("other.mid")
    other.write_bytes((EXAMPLES / "amazing-grace.mid").read_bytes())
    arguments[1] = other
    assert run(*arguments, "rhythm", "-o", "a.mid").error(1) == (
        "a.png exists already, a picture of another tune: name another file with -o,"
        " leave the picture out with --no-picture, or replace it with --force"
    )
    assert Path("a.png").read_bytes() == second
    assert run(*arguments, "rhythm", "-o", "a.mid", "--no-picture").out.endswith("wrote a.mid\n")
    assert Path("a.png").read_bytes() == second
    assert run(*arguments, "rhythm", "-o", "a.mid", "--force").code == 0
    assert Path("a.png").read_bytes() != second


def test_what_a_picture_is_made_of(here: Path) -> None:
    for name, text in (("a.abc", "X:1"), ("b.abc", "X:1"), ("c.abc", "X:2")):
        Path(name).write_text(text)
    sources = [outputs.source(Path(name), None) for name in ("a.abc", "b.abc", "c.abc", "a.abc#1")]
    assert sources[0] == sources[1]
    assert len(set(sources)) == 3
    assert outputs.source(1, "23") != outputs.source(12, "3")
    with pytest.raises(MissingFileError):
        outputs.source(Path("none.mid"))


@pytest.mark.parametrize("command", ["generate", "morph", "vary"])
def test_no_picture(run: Run, melody: Path, model: Path, command: str) -> None:
    arguments: dict[str, list[object]] = {
        "generate": ["--measures", 2],
        "morph": [melody, melody, "--model", model, "--steps", 2],
        "vary": [melody, "--measures", "1-2", "--alternatives", 1, "--model", model],
    }
    done = run(command, *arguments[command], "--no-picture", "-o", "x.mid")
    assert done.out.splitlines()[-1] == "wrote x.mid", done.err
    assert names(melody.parent) == ["input.mid", "x.mid"]


def test_ticks(run: Run, melody: Path, model: Path) -> None:
    arguments = ["interpolate", melody, "--attr", "rhythm", "--model", model]
    assert run(*arguments, "--ppq", 960).code == 0
    assert mido.MidiFile("input-rhythm.mid").ticks_per_beat == 960
    assert "give a multiple of 12" in run(*arguments, "--ppq", 100, "-o", "x.mid").error(2)
    assert "are for MIDI files" in run(*arguments, "--ppq", 960, "-o", "x.abc").error(2)
    assert not list(melody.parent.glob("x.*"))


@pytest.mark.parametrize(
    ("how", "message"),
    [
        (["-f", "abc", "-o", "x.mid"], "x.mid: its suffix says .mid, but -f says abc: leave one of them out"),
        (["-o", "x.xyz"], "x.xyz: suffix .xyz stands for no known format"),
        (["-f", "mp3"], "'mp3' is not one of 'mid', 'dawproject'"),
    ],
)
def test_wrong_usage_is_said_before_the_work(run: Run, melody: Path, how: list[str], message: str) -> None:
    assert message in run("interpolate", melody, "--attr", "rhythm", "--model", "no-such-model", *how).error(2)
    assert names(melody.parent) == ["input.mid"]


def test_a_score_that_is_there_is_kept(run: Run, melody: Path, model: Path) -> None:
    Path("x.svg").write_text("mine")
    arguments = ["interpolate", melody, "--attr", "rhythm", "--model", model, "-o", "x.svg"]
    assert run(*arguments).error(1) == "x.svg exists already: name another file with -o, or replace it with --force"
    assert Path("x.svg").read_text() == "mine"
    assert run(*arguments, "--force").code == 0
    assert Path("x.svg").read_text() != "mine"


def test_the_choice_of_formats_is_what_can_be_written() -> None:
    @click.command()
    @options.form
    def command() -> None: ...

    (choice,) = [option.type for option in command.params]
    assert isinstance(choice, click.Choice)
    assert {f".{name}" for name in choice.choices} == set(writers.WRITERS) - {".midi"} == {f".{name}" for name in MAGIC}
