"""`armusic vary`: the original and the alternatives, a track each, and every refusal in one line."""

import json
from pathlib import Path

import mido
import pytest

from armusic.io import readers

from .conftest import Run


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_the_main_job(run: Run, melody: Path, model: Path) -> None:
    done = run("vary", "input.mid", "--measures", "5-8", "--model", model)
    assert (done.code, done.err) == (0, "")
    lines = [line for line in done.out.splitlines() if not line.startswith("unusual in vary ")]
    header, original, *rows, means, last = lines
    assert header.split() == ["tune", "notes", "rhythm", "range", "density", "contour", "changed"]
    assert original.split()[:2] == ["original", "93"]
    assert [row.split()[:2] for row in rows] == [["vary", "1"], ["vary", "2"], ["vary", "3"]]
    assert {row.split(maxsplit=7)[7] for row in rows} == {"4 of 4"}
    assert means == "attributes: means of measures 5-8"
    assert last == "wrote input-vary.mid and input-vary.png"
    assert names(melody.parent) == ["input-vary.mid", "input-vary.png", "input.mid"]
    assert [track.name for track in mido.MidiFile("input-vary.mid").tracks[1:]] == [
        "original", "vary 1", "vary 2", "vary 3",
    ]  # fmt: skip
    assert Path("input-vary.png").read_bytes().startswith(b"\x89PNG")


def test_clips_and_json(run: Run, melody: Path, model: Path) -> None:
    done = run("vary", melody, "--measures", 3, "--attr", "density=by+0.1", "--alternatives", 2, "--natural", 0.9,
               "--keep", "none", "--seed", 4, "--layout", "clips", "-o", "out", "--model", model, "--json")  # fmt: skip
    assert done.code == 0
    value = json.loads(done.out)
    assert value["measures"] == [3, 3]
    assert value["files"] == ["out", "out.png"]
    before = readers.read(melody).notes
    assert len(list(Path("out").iterdir())) == len(value["alternatives"]) == 2
    for each, path in zip(value["alternatives"], sorted(Path("out").iterdir()), strict=True):
        assert len(readers.read(path).notes) == each["notes"]
        assert [number for number, far in enumerate(each["distance"], 1) if far] == [3]
        assert each["target"]["density"][2] == pytest.approx(value["original"]["density"][2] + 0.1)
        assert all(message.startswith("measure 3: ") for message in each["unusual"])
        assert each["values"]["density"][3:] == value["original"]["density"][3:]
        assert [note for note in readers.read(path).notes if not 8 <= note.start < 12] == [
            note for note in before if not 8 <= note.start < 12
        ]


def test_fewer_alternatives_are_said(run: Run, here: Path, model: Path) -> None:
    Path("end.abc").write_text("X:1\nM:4/4\nL:1/8\nK:G\nG2BG DGBG|G8|]\n")
    done = run("vary", "end.abc", "--measures", "2", "--model", model)
    assert done.code == 0
    assert "measure 2 is left as it is: its notes close a phrase, or sound over a bar line\n" in done.out
    assert "1 of 3 alternatives: no others were found\n" in done.out


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["--measures", "15-18"], 2, "measures 15-18: there are only measures 1-16 in input.mid"),
        (["--measures", "5-3"], 2, "'5-3': the first measure comes after the last: write 3-5"),
        (["--measures", "x"], 2, "'x' is not a range of measures: write it like 3-6"),
        (["--attr", "contour"], 2, "target 'contour': write it like rhythm=0.6"),
        (["--attr", "beauty=1"], 2, "beauty"),
        (["--alternatives", 0], 2, "Invalid value for '--alternatives'"),
        (["--keep", "all"], 2, "keep 'all': name cadences, downbeats, subdivisions, rhythm, pitches, or none"),
        (["-o", "input.mid", "--force"], 2, "the input itself"),
        (["-o", "none/out.mid"], 1, "does not exist: create it first"),
    ],
)
def test_what_cannot_be_done(
    run: Run, melody: Path, model: Path, arguments: list[object], code: int, message: str
) -> None:
    assert message in run("vary", "input.mid", *arguments, "--model", model).error(code)
    assert names(melody.parent) == ["input.mid"]


def test_nothing_to_vary(run: Run, here: Path, model: Path) -> None:
    Path("rest.abc").write_text("X:1\nM:4/4\nL:1/8\nK:G\nG2BG DGBG|z8|G8|]\n")
    error = run("vary", "rest.abc", "--measures", "2", "--model", model).error(2)
    assert "measure 2: nothing to compose anew: no note begins there" in error


def test_measures_are_named_as_the_file_numbers_them(run: Run, here: Path, model: Path) -> None:
    music = "GABc dedB|dedB dedB|[M:7/8]GABcdef|[M:4/4]c2ec B2dB|A2F2 G4|dedB dedB|G8|]"
    Path("t.abc").write_text(f"X:1\nM:4/4\nL:1/8\nK:G\n{music}\n")
    (bar,) = [line for line in run("attributes", "t.abc").out.splitlines() if line.split()[0] == "4"]
    done = run("vary", "t.abc", "--measures", 4, "--alternatives", 1, "--model", model, "--keep", "none", "--json")
    assert done.code == 0, done.err
    value = json.loads(done.out)
    assert [row for row, far in enumerate(value["alternatives"][0]["distance"]) if far] == [2]
    assert value["original"]["rhythm"][2] == pytest.approx(float(bar.split()[2]), abs=1e-3)
    done = run("vary", "t.abc", "--measures", "2-4", "--alternatives", 1, "--model", model, "--force")
    assert done.code == 0, done.err
    assert "attributes: means of measures 2-4\n" in done.out
    before, after = readers.read("t.abc"), readers.read("t-vary.mid", readers.options.Reading(track="vary 1"))
    assert after.numbers == before.numbers == ("1", "2", "4", "5", "6", "7")
    refusal = "measure 3 of t.abc is in 7/8, for which no model is trained: it stays as it is"
    curves = [["interpolate", "--attr", f"density=1:0.2 {last}:0.3"] for last in (3, 8)]
    ranges = [
        [*command, "--measures", last]
        for command in (["vary"], ["interpolate", "--attr", "density"])
        for last in (3, 8)
    ]
    for number, (command, *options) in enumerate([*ranges, *curves]):
        done = run(command, "t.abc", *options, "--model", model, "--force")
        assert done.code == 2
        warning, error = done.err.splitlines()
        assert warning.endswith("t.abc: measure 3 is in 7/8, for which no model is trained: left as it is")
        assert (refusal if number % 2 == 0 else "measures 1-7") in error.removeprefix("armusic: error: ")


def test_measures_that_changed_are_counted_as_the_file_has_them(run: Run, here: Path, model: Path) -> None:
    """Four measures of 3/8, which are read in two pairs; 4 of 5/4, each in two parts."""
    for metre, music in (("3/8", "GAB|cBA|GAB|c2G|"), ("5/4", "G2A2B2c2d2|A2F2G2A2B2|c2B2A2G2F2|G8z2|")):
        (here / "tune.abc").write_text(f"X:1\nM:{metre}\nL:1/8\nK:G\n{music}]\n")
        done = run("vary", "tune.abc", "--alternatives", 1, "--no-picture", "--force", "--model", model)
        assert " of 4\n" in done.out
        target = ("--attr", "density=by+0.02", "--no-picture", "--force", "--model", model)
        assert " of 4 measures unchanged" in run("interpolate", "tune.abc", *target).out
