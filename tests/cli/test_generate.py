"""`armusic generate`: as many tunes as asked for, a table of what was reached, and every refusal in one line."""

import json
from pathlib import Path

import mido
import pytest

import armusic
from armusic.music import keys
from tests import songs

from .conftest import Run


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_one_tune_is_a_file(run: Run, here: Path) -> None:
    done = run("generate")
    assert (done.code, done.err) == (0, "")
    counted, last = done.out.splitlines()
    assert counted.endswith(" of 8 measures are copies of training measures, in some key")
    assert last == "wrote generated.mid and generated.png"
    assert names(here) == ["generated.mid", "generated.png"]
    tune = armusic.read("generated.mid")
    assert (len(tune.measures), str(tune.key)) == (8, "D:major")
    assert Path("generated.png").read_bytes().startswith(b"\x89PNG")


def test_several_tunes_are_a_folder(run: Run, here: Path) -> None:
    arguments = ["generate", "--measures", 16, "--metre", "6/8", "--key", "A:dorian", "--attr", "density=0.5", "-n", 3]
    done = run(*arguments, "--seed", 7)
    assert (done.code, done.err) == (0, "")
    header, row, counted, last = done.out.splitlines()
    assert header.split() == ["attribute", "target", "value", "largest", "error"]
    name, target, value, error = row.split()
    assert (name, target) == ("density", "0.500")
    assert abs(float(value) - 0.5) <= 0.02
    assert float(error) <= 0.1
    assert " of 48 measures " in counted
    assert last == "wrote generated and generated.png"
    assert names(Path("generated")) == ["01_tune_1.mid", "02_tune_2.mid", "03_tune_3.mid"]
    inside = keys.collection(keys.parse("A:dorian"))
    tunes = [armusic.read(path) for path in sorted(Path("generated").iterdir())]
    assert all(inside[note.pitch % 12] for tune in tunes for note in tune.notes)
    assert {len(tune.measures) for tune in tunes} == {16}
    assert {str(measure.metre) for tune in tunes for measure in tune.measures} == {"6/8"}
    assert run(*arguments, "--seed", 7, "-o", "same").code == 0
    assert [armusic.read(path).notes for path in sorted(Path("same").iterdir())] == [tune.notes for tune in tunes]


def test_an_attribute_of_ones_own(run: Run, here: Path) -> None:
    Path("my.py").write_text(
        "from armusic.music.tokenizer import is_onset\n\ndef mood(t, metre):\n    return is_onset(t).mean(axis=1)\n"
    )
    done = run("generate", "--attribute-file", "my.py:mood", "--attr", "mood=0.25")
    assert (done.code, done.err) == (0, "")
    assert done.out.splitlines()[1].split()[:3] == ["mood", "0.250", "0.250"]
    assert "no percentiles" in run("generate", "--attr", "my.py:mood=p50", "--force").error(2)


def test_a_file_has_a_track_per_tune(run: Run, here: Path) -> None:
    done = run("generate", "-n", 2, "-o", "two.mid", "--json", "--attr", "range=p60")
    value = json.loads(done.out)
    assert (value["key"], value["seed"], value["files"]) == ("D:major", 0, ["two.mid", "two.png"])
    assert [tune["name"] for tune in value["tunes"]] == ["tune 1", "tune 2"]
    assert len(value["target"]["range"]) == len(value["tunes"][0]["values"]["range"]) == 8
    assert [track.name for track in mido.MidiFile("two.mid").tracks[1:]] == ["tune 1", "tune 2"]


def test_like_another_tune(run: Run, melody: Path) -> None:
    done = run("generate", "--like", melody, "--temperature", 0.3, "-o", "like", "--attr", "density=by+0.05", "-n", 2)
    assert done.code == 0
    original, tunes = armusic.read(melody), [armusic.read(path) for path in sorted(Path("like").iterdir())]
    assert len(tunes) == 2
    for tune in tunes:
        assert (tune.measures, tune.tempos, tune.key) == (original.measures, original.tempos, original.key)
        assert tune.notes != original.notes


def test_a_file_is_read_as_for_interpolate(run: Run, here: Path) -> None:
    """What the messages advise can be typed: another track, and another metre."""
    (here / "song.mid").write_bytes(songs.band())
    like = ("generate", "--like", "song.mid", "--temperature", 0, "--no-picture", "--force", "-o", "out.mid")
    assert "--track names another" in run(*like).err
    assert "the melody is track 4 'Bass' channel 2" in run(*like, "--track", "Bass").err
    assert max(note.pitch for note in armusic.read("out.mid").notes) < 55
    notes: songs.Notes = [(n / 2, 0.5, 60 + n % 7) for n in range(56)]
    (here / "song.mid").write_bytes(songs.song(songs.track(notes, others=[songs.signature(0, 7, 8)])))
    assert "set its metre with --metre 4/4" in run(*like).error(1)
    assert run(*like, "--metre", "4/4").code == 0
    assert {str(bar.metre) for bar in armusic.read("out.mid").bars} == {"4/4"}


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["--measures", 0], 2, "Invalid value for '--measures'"),
        (["-n", 0], 2, "Invalid value for '-n'"),
        (["--metre", "5/4"], 2, "metre 5/4 is not supported"),
        (["--metre", "12/8"], 2, "too few to learn from"),
        (["--metre", "foo"], 2, "metre 'foo' is not supported: use one of 4/4"),
        (["--key", "H:major"], 2, "unknown key 'H:major'"),
        (["--attr", "density"], 2, "write it like rhythm=0.6"),
        (["--attr", "density=by+0.1"], 2, "a shift needs a tune to start from: give a value, or a tune"),
        (["--attr", "density=nan"], 2, "is not a number"),
        (["--attr", "density=1", "--attr", "density=2"], 2, "density is given 2 times"),
        (["--temperature", 0.5], 2, "--temperature goes with a tune to start from: name it with --like FILE"),
        (["--tune", 1], 2, "--tune goes with a tune to start from"),
        (["--track", "Lead"], 2, "--track goes with a tune to start from: name it with --like FILE"),
        (["--max-size", 3], 2, "--max-size goes with a tune to start from"),
        (["--like", "input.mid", "--metre", "7/4x"], 2, "metre '7/4x' is not supported"),
        (["--like", "input.mid", "--tempo", 1000.5], 2, "beats per minute lie between 10 and 1000"),
        (["--like", "input.mid", "--measures", 4], 2, "--measures cannot go with --like FILE"),
        (["--like", "input.mid", "--temperature", 2], 2, "Invalid value for '--temperature'"),
        (["--like", "none.mid"], 1, "none.mid: no such file"),
        (["--like", "input.mid", "-o", "input.mid", "--force"], 2, "the input itself"),
        (["-o", "there.mid"], 1, "there.mid exists already"),
        (["-o", "none/out.mid"], 1, "its folder none does not exist: create it first"),
        (["-o", "out.xyz"], 2, ".xyz stands for no known format"),
    ],
)
def test_what_cannot_be_done(run: Run, melody: Path, arguments: list[object], code: int, message: str) -> None:
    Path("there.mid").write_text("mine")
    before, data = names(melody.parent), melody.read_bytes()
    assert message in run("generate", *arguments).error(code)
    assert names(melody.parent) == before
    assert (melody.read_bytes(), Path("there.mid").read_text()) == (data, "mine")


def test_tunes_like_another_say_what_they_are_without(run: Run, here: Path) -> None:
    Path("odd.abc").write_text("X:1\nM:4/4\nL:1/8\nK:C\nCDEF GABc|[M:7/8]cBAGFED|[M:4/4]E2G2 c4|C8|]\n")
    done = run("generate", "--like", "odd.abc", "--no-picture")
    assert "odd.abc: tunes like it are without its measures that no model can edit" in done.err
    Path("band.mid").write_bytes(songs.band())
    assert (
        "without its 3 other parts and lyrics and markers"
        in run("generate", "--like", "band.mid", "--no-picture", "-o", "b.mid").err
    )
