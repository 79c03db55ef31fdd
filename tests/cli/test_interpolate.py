"""`armusic interpolate`: files written whole or not at all, and every refusal before the work."""

import json
import os
import subprocess
import sys
from pathlib import Path

import mido
import pytest
from safetensors.numpy import save_file

from armusic.config import KEEPS
from armusic.io import readers
from armusic.plotting import tunes as plotting
from tests.songs import FREE, song, track

from .conftest import Run

ROOT = Path(__file__).parents[2]


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.fixture(autouse=True)
def _no_umask() -> None:
    os.umask(0o022)


def test_the_main_job(run: Run, melody: Path, model: Path) -> None:
    done = run("interpolate", "input.mid", "--attr", "rhythm", "--model", model)
    assert (done.code, done.err) == (0, "")
    header, *rows, last = done.out.splitlines()
    rows, notices = rows[:5], rows[5:]
    assert all(
        line.startswith(("out of reach, so the tune goes as far as it can: ", "without subdivisions ", "unusual at "))
        for line in notices
    )
    assert header.split() == ["step", "rhythm", "change", "notes"]
    assert [row.split()[:2] for row in rows] == [["rhythm", step] for step in ("-2.0", "-1.0", "+0.0", "+1.0", "+2.0")]
    assert rows[2].split()[3] == "+0.000"
    assert last == "wrote input-rhythm.mid and input-rhythm.png"
    assert names(melody.parent) == ["input-rhythm.mid", "input-rhythm.png", "input.mid"]
    file = mido.MidiFile("input-rhythm.mid")
    assert (file.type, file.ticks_per_beat) == (1, 480)
    assert [track.name for track in file.tracks[1:]] == [
        f"rhythm {step}" for step in ("-2.0", "-1.0", "+0.0", "+1.0", "+2.0")
    ]
    assert Path("input-rhythm.png").read_bytes().startswith(b"\x89PNG")
    assert Path("input-rhythm.png").stat().st_mode == Path("input-rhythm.mid").stat().st_mode


def test_one_decode_at_each_step(run: Run, melody: Path, model: Path) -> None:
    done = run("interpolate", "input.mid", "--attr", "rhythm", "--model", model, "--open-loop", "--json")
    steps = json.loads(done.out)["steps"]
    assert [(step["step"], step["target"], step["clipped"]) for step in steps] == [
        (s, None, 0) for s in (-2, -1, 0, 1, 2)
    ]


OWN = """
from armusic.music.tokenizer import is_onset

def mood(tokens, metre):
    return is_onset(tokens).mean(axis=1)

def sad(tokens, metre):
    return tokens[:, 0] / 1.0
"""


@pytest.mark.parametrize("options", [["--attribute-file", "my.py:mood", "--attr", "mood"], ["--attr", "my.py:mood"]])
def test_an_attribute_of_ones_own(run: Run, melody: Path, options: list[str]) -> None:
    Path("my.py").write_text(OWN)
    done = run("interpolate", "input.mid", *options, "--json", "--steps", 3)
    assert (done.code, done.err) == (0, "")
    value = json.loads(done.out)
    assert (value["attribute"], value["files"]) == ("mood", ["input-mood.mid", "input-mood.png"])
    low, same, high = value["steps"]
    assert low["mean"] < same["mean"] < high["mean"]
    assert same["target"] == same["values"]
    assert [track.name for track in mido.MidiFile("input-mood.mid").tracks[1:]] == [
        f"mood {step}" for step in ("-2.0", "+0.0", "+2.0")
    ]


def test_values_of_ones_own(run: Run, melody: Path, model: Path) -> None:
    Path("my.py").write_text(OWN)
    done = run(
        "interpolate", melody, "--model", model, "--attribute-file", "my.py:mood", "--attr", "mood=0.3",
        "--attr", "contour=by+0",
    )  # fmt: skip
    assert done.code == 0, done.err
    assert [line.split()[0] for line in done.out.splitlines()[1:3]] == ["mood", "contour"]
    assert [track.name for track in mido.MidiFile("input-mood-contour.mid").tracks[1:]] == [
        "original", "mood=0.3 contour=by+0",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("options", "code", "message"),
    [
        (["--attribute-file", "my.py", "--attr", "mood"], 2, "attribute 'my.py': write your own as FILE.py:FUN"),
        (["--attribute-file", "my.py:mood", "--attr", "mud"], 2, "unknown attribute 'mud': there is rhythm, range"),
        (["--attribute-file", "my.py:mod", "--attr", "mod"], 2, "my.py has no function 'mod': did you mean mood?"),
        (["--attribute-file", "no.py:mood", "--attr", "mood"], 1, "attribute 'no.py:mood': there is no file"),
        (["--attribute-file", "my.py:sad", "--attr", "sad=1"], 1, "sad' changes with transposition"),
        (["--attribute-file", "my.py:mood", "--attr", "mood=p80"], 2, "my.py:mood' has no percentiles"),
        (["--attribute-file", "my.py:mood", "--attr", "mood", "--open-loop"], 2, "my.py:mood' has no dimension"),
        (
            ["--attribute-file", "my.py:mood", "--attribute-file", "a/my.py:mood", "--attr", "mood"],
            2,
            "attribute 'mood' is in my.py:mood and in a/my.py:mood: give one of them",
        ),
    ],
)
def test_one_of_ones_own_that_does_not_work(
    run: Run, melody: Path, model: Path, options: list[str], code: int, message: str
) -> None:
    Path("my.py").write_text(OWN)
    assert message in run("interpolate", melody, "--model", model, *options).error(code)
    assert names(melody.parent) == ["input.mid", "my.py"]


def test_outputs_go_to_the_current_folder(run: Run, melody: Path, model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    below = melody.parent / "below"
    below.mkdir()
    monkeypatch.chdir(below)
    assert run("interpolate", "../input.mid", "--attr", "range", "--model", model).code == 0
    assert names(below) == ["input-range.mid", "input-range.png"]


def test_options(run: Run, melody: Path, model: Path) -> None:
    done = run(
        "interpolate", melody, "--attr", "note_density", "--model", model, "--steps", 2, "--range", -1, 1.5,
        "--measures", "3-6", "--layout", "sequence", "-o", "out.midi", "--json",
    )  # fmt: skip
    assert (done.code, done.err) == (0, "")
    value = json.loads(done.out)
    assert [step["step"] for step in value["steps"]] == [0.0, -1.0, 1.5]
    assert value["files"] == ["out.midi", "out.png"]
    original, low, _ = (step["values"] for step in value["steps"])
    assert len(original) == 16
    assert original[:2] + original[6:] == low[:2] + low[6:]
    assert value["steps"][0]["mean"] == pytest.approx(sum(original) / 16)
    markers = [message.text for message in mido.MidiFile("out.midi").tracks[0] if message.type == "marker"]
    assert markers == [step["name"] for step in value["steps"]]


def test_clips_are_a_folder_with_the_picture_beside_it(run: Run, melody: Path, model: Path) -> None:
    arguments = ["interpolate", melody, "--attr", "contour", "--model", model, "--layout", "clips", "--steps", 3]
    assert run(*arguments).out.endswith("wrote input-contour and input-contour.png\n")
    assert names(Path("input-contour")) == ["01_contour_-2.0.mid", "02_contour_+0.0.mid", "03_contour_+2.0.mid"]
    assert Path("input-contour.png").is_file()
    assert "has files in it: name another folder, or write into it with --force" in run(*arguments).error(1)
    Path("input-contour", "notes.txt").write_text("mine")
    done = run(*arguments, "--range", -2, 0, "--force")
    assert (done.code, done.err) == (0, "armusic: warning: input-contour: 2 clips of an earlier run removed\n")
    new = ["01_contour_-2.0.mid", "02_contour_-1.0.mid", "03_contour_+0.0.mid"]
    assert names(Path("input-contour")) == [*new, "notes.txt"]


def test_the_input_comes_back_untouched(run: Run, melody: Path, model: Path) -> None:
    assert run("interpolate", melody, "--attr", "range", "--model", model, "--layout", "clips", "-o", "out").code == 0
    (same,) = Path("out").glob("*+0.0.mid")
    written, original = readers.read(same), readers.read(melody)
    assert all(getattr(written, name) == getattr(original, name) for name in ("notes", "measures", "tempos", "key"))


WITHOUT = "name another file with -o, leave the picture out with --no-picture, or"


@pytest.mark.parametrize("existing", ["input-rhythm.mid", "input-rhythm.png"])
def test_what_is_there_is_kept_without_force(run: Run, melody: Path, existing: str, model: Path) -> None:
    Path(existing).write_text("mine")
    error = run("interpolate", melody, "--attr", "rhythm", "--model", model).error(1)
    choice = "name another file with -o, or" if existing.endswith(".mid") else WITHOUT
    assert error == f"{existing} exists already: {choice} replace it with --force"
    assert names(melody.parent) == sorted(["input.mid", existing])
    assert Path(existing).read_text() == "mine"
    assert run("interpolate", melody, "--attr", "rhythm", "--model", model, "--force").code == 0
    assert Path(existing).read_bytes() != b"mine"


def test_a_wrong_target_comes_before_an_output_that_is_there(run: Run, melody: Path) -> None:
    Path("input-rhythm.mid").touch()
    error = run("interpolate", melody, "--attr", "rhythm=much", "--model", "no-such-model").error(2)
    assert "rhythm=much: 'much' is not a number" in error


def test_it_is_refused_before_the_work(run: Run, melody: Path) -> None:
    Path("input-rhythm.mid").touch()
    error = run("interpolate", melody, "--attr", "rhythm", "--model", "no-such-model").error(1)
    assert "exists already" in error


def test_the_help_and_the_guide_explain_all_that_can_be_kept(run: Run) -> None:
    text = " ".join(run("interpolate", "--help").out.split())
    assert "What must not change, in place of the default: cadences (" in text
    assert [name for name, what in KEEPS.items() if f"{name} ({what})" not in text] == []
    guide = (ROOT / "docs" / "guides" / "variations.md").read_text(encoding="utf-8")
    assert [name for name in KEEPS if f"\n| `{name}` | " not in guide] == []


@pytest.mark.parametrize(("tune", "name"), [("2", "book-2"), ("02.2", "book-2.2"), ("3", "book-3")])
def test_the_tune_of_a_book_is_in_the_names_of_outputs(run: Run, here: Path, model: Path, tune: str, name: str) -> None:
    music = "\n".join(f"X:{number}\nM:4/4\nL:1/4\nK:C\nC2EF/E/|GFED|\n" for number in (2, 2, 3))
    Path("book.abc").write_text(music)
    sweep = ["--attr", "rhythm", "--model", model, "--steps", 1, "--open-loop", "--no-picture"]
    for how in ([f"book.abc#{tune}"], ["book.abc", "--tune", tune]):
        done = run("interpolate", *how, *sweep, "--force")
        assert done.out.endswith(f"wrote {name}-rhythm.mid\n"), done.err
    done = run("vary", f"book.abc#{tune}", "--model", model, "--alternatives", 1, "--no-picture")
    assert done.out.endswith(f"wrote {name}-vary.mid\n"), done.err
    done = run("morph", "book.abc#2", f"book.abc#{tune}", "--model", model, "--steps", 2, "--no-picture")
    assert done.out.endswith(f"wrote book-2-{name}.mid\n"), done.err
    done = run("map", f"book.abc#{tune}", "--attr", "rhythm", "--attr", "range", "--points", 2, "--model", model)
    assert done.out.endswith(f"wrote {name}-rhythm-range.png\n"), done.err


def test_the_book_of_the_input_is_never_the_output(run: Run, here: Path, model: Path) -> None:
    text = "X:1\nM:4/4\nL:1/4\nK:C\nCDEF|GFED|\n"
    Path("book.abc").write_text(text)
    for command in (["interpolate", "book.abc#1", "--attr", "rhythm"], ["reconstruct", "book.abc#1"]):
        error = run(*command, "--model", model, "-o", "book.abc", "--force").error(2)
        assert error == "book.abc: the input itself: name another file with -o"
    assert Path("book.abc").read_text() == text


def test_the_input_is_never_the_output(run: Run, melody: Path, model: Path) -> None:
    before = melody.read_bytes()
    error = run("interpolate", "input.mid", "--attr", "rhythm", "--model", model, "-o", melody, "--force").error(2)
    assert "the input itself" in error
    assert melody.read_bytes() == before


@pytest.mark.parametrize(
    ("out", "message"),
    [
        ("none/out.mid", "its folder none does not exist: create it first"),
        ("input.mid/out.mid", "input.mid is a file, not a folder"),
        ("folder", "a folder: name a file in it"),
        ("out.xyz", ".xyz stands for no known format"),
        ("out", "a name without a suffix stands for no known format"),
    ],
)
def test_an_output_that_cannot_be_written(run: Run, melody: Path, model: Path, out: str, message: str) -> None:
    Path("folder").mkdir()
    done = run("interpolate", "input.mid", "--attr", "rhythm", "--model", model, "-o", out)
    assert message in done.error(done.code)
    assert done.code in (1, 2)
    assert names(melody.parent) == ["folder", "input.mid"]
    assert names(Path("folder")) == []


def test_neither_is_written_when_the_picture_fails(
    run: Run, melody: Path, model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*arguments: object, **options: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(plotting, "sweep", full)
    Path("input-rhythm.mid").write_text("mine")
    done = run("interpolate", melody, "--attr", "rhythm", "--model", model, "--force")
    assert "No space left on device" in done.error(1)
    assert names(melody.parent) == ["input-rhythm.mid", "input.mid"]
    assert Path("input-rhythm.mid").read_text() == "mine"


HEADER = bytes.fromhex("4d546864 00000006 0000 0001 0004")
END = "00ff2f00"


def midi(events: str) -> bytes:
    data = bytes.fromhex(events + END)
    return HEADER + b"MTrk" + len(data).to_bytes(4, "big") + data


BROKEN = {
    "empty": (b"", "an empty file"),
    "text": (b"Dear diary, no music today.\n", "broken.mid"),
    "truncated": (midi("00903c50 04803c00")[:16], "broken.mid"),
    "no notes": (midi(""), "no notes"),
    "drums": (midi("00993c50 04893c00"), "only drums"),
    "metre": (midi("00ff58040a031808 00903c50 04803c00"), "10/8"),
    "other beats": (song(track(FREE)), "do not follow its own beats"),
}


@pytest.mark.parametrize("what", BROKEN)
def test_an_input_that_cannot_be_used(run: Run, here: Path, model: Path, what: str) -> None:
    data, message = BROKEN[what]
    (here / "broken.mid").write_bytes(data)
    assert message in run("interpolate", "broken.mid", "--attr", "rhythm", "--model", model).error(1)
    assert names(here) == ["broken.mid"]


@pytest.mark.parametrize(
    ("name", "code", "message"),
    [
        ("none.mid", 1, "none.mid: no such file"),
        (".", 1, "a folder: name a file in it"),
        ("notes.txt", 2, "stands for no known format"),
    ],
)
def test_no_input(run: Run, here: Path, name: str, code: int, message: str) -> None:
    (here / "notes.txt").write_text("do re mi")
    assert message in run("interpolate", name, "--attr", "rhythm").error(code)
    assert names(here) == ["notes.txt"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--attr", "rythm"], "unknown attribute 'rythm': did you mean rhythm"),
        (["--attr", "../rhythm"], "unknown attribute"),
        (["--attr", "rhythm", "--measures", "15-17"], "are only measures 1-16 in"),
        (["--attr", "rhythm", "--measures", "0-2"], "are only measures 1-16 in"),
        (["--attr", "rhythm", "--measures", "6-3"], "'6-3': the first measure comes after the last: write 3-6"),
        (["--attr", "rhythm", "--range", "2", "-2"], "a range from low to high"),
        (["--attr", "rhythm", "--range", "nan", "2"], "a range from low to high"),
        (["--attr", "rhythm", "--tune", "2"], "only ABC tune books"),
    ],
)
def test_what_cannot_be_done(run: Run, melody: Path, model: Path, options: list[str], message: str) -> None:
    assert message in run("interpolate", melody, "--model", model, *options).error(2)
    assert names(melody.parent) == ["input.mid"]


def test_a_checkpoint_that_cannot_be_used(run: Run, melody: Path) -> None:
    import numpy as np

    save_file({"x": np.zeros(1)}, "other.safetensors", {"format": "armusic 99"})
    Path("text.safetensors").write_text("no weights")
    Path("folder").mkdir()
    for name, message in (
        ("other.safetensors", "a checkpoint of 'armusic 99'"),
        ("text.safetensors", "not a checkpoint, or a damaged one"),
        ("folder", "no checkpoint in this folder"),
        ("none", "no such file"),
    ):
        assert message in run("interpolate", melody, "--attr", "rhythm", "--model", name).error(1)
    assert names(melody.parent) == ["folder", "input.mid", "other.safetensors", "text.safetensors"]


def test_without_a_picture_it_loads_no_matplotlib(melody: Path, model: Path) -> None:
    arguments = ["interpolate", "input.mid", "--attr", "rhythm", "--model", str(model), "--no-picture"]
    assert loaded(arguments) == "loaded:"
    assert names(melody.parent) == ["input-rhythm.mid", "input.mid"]


SLOW = ("music21", "scipy", "sklearn", "skimage", "sympy", "pandas", "joblib", "pretty_midi", "verovio", "fastapi")


def test_it_loads_no_slow_package_besides_matplotlib(melody: Path, model: Path) -> None:
    """How long it takes is in `benchmarks/start.py`."""
    arguments = ["interpolate", "input.mid", "--attr", "rhythm", "--model", str(model), "--force"]
    assert loaded(arguments) == "loaded: matplotlib"


def loaded(arguments: list[str]) -> str:
    """Return which heavy packages a command loads, in a process of its own."""
    code = f"""
import sys
from armusic_cli.main import run
run({arguments!r})
print("loaded:", *sorted(set(sys.modules) & {{"torch", "matplotlib", *{SLOW!r}}}))
"""
    path = os.pathsep.join([str(ROOT), str(ROOT / "cli")])
    environment = {**os.environ, "PYTHONPATH": path, "OMP_NUM_THREADS": "1"}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    return done.stdout.splitlines()[-1]
