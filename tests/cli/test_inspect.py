"""`armusic inspect`, and the options by which every command reads a MIDI file."""

import json
from pathlib import Path

import pytest

from armusic.music import smf
from tests.cli.conftest import Run
from tests.songs import FREE, band, signature, song, track


@pytest.fixture
def songs(here: Path) -> Path:
    """Put a song of several tracks, one in 10/8 and one that ignores its beats into the folder."""
    (here / "song.mid").write_bytes(band(signatures=[signature(0, 4, 4)]))
    (here / "five.mid").write_bytes(band(signatures=[signature(0, 10, 8)]))
    (here / "free.mid").write_bytes(song(track(FREE, others=[signature(0, 4, 4)])))
    return here


def test_what_is_in_a_file(run: Run, songs: Path) -> None:
    done = run("inspect", "song.mid")
    assert (done.code, done.err) == (0, "")
    lines = done.out.splitlines()
    assert lines[0] == "file: MIDI of type 1, 5 tracks, 480 ticks per quarter note"
    assert lines[-1] == "can be used"
    (melody,) = (line.split() for line in lines if "Lead vocal" in line and line.startswith(" "))
    assert melody[:-1] == ["3", "5", "Lead", "vocal", "53", "9", "67-72", "0%"]
    assert 0.5 < float(melody[-1]) <= 1
    assert any(line.split()[-1:] == ["drums"] for line in lines)
    assert "- the melody is track 3 'Lead vocal' channel 5 (" in done.out
    assert ", by its name), not " in done.out


def test_why_it_is_refused(run: Run, songs: Path) -> None:
    done = run("inspect", "five.mid")
    assert (done.code, done.err) == (0, "")
    assert "measures 1-2 are in 10/8, for which no model is trained" in done.out
    assert done.out.splitlines()[-1].startswith("cannot be used: five.mid: no measure in a metre")
    assert run("inspect", "free.mid").out.splitlines()[-1].startswith("cannot be used: free.mid: its notes do not")
    (songs / "slow.mid").write_bytes(song(track([(n * 1.07, 1, 60 + n % 5) for n in range(40)])))
    for options in ([], ["--tempo", 120 / 1.07]):
        assert run("inspect", "slow.mid", *options).out.splitlines()[-1] == "can be used"


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["--track", "9:9"], 2, "song.mid: no melody in track '9:9'"),
        (["--beats", "none.txt"], 1, "none.txt: no such file"),
        (["--beats", "bad.txt"], 2, "bad.txt, line 1: 'x' is not a time in seconds"),
        (["--metre", "foo"], 2, "metre 'foo'"),
    ],
)
def test_an_option_that_does_not_fit_is_an_error_and_no_answer(
    run: Run, songs: Path, arguments: list[str], code: int, message: str
) -> None:
    (songs / "bad.txt").write_text("x\n")
    for command in (["inspect"], ["inspect", "--json"], ["attributes"]):
        assert message in run(*command, "song.mid", *arguments).error(code)


def test_as_json(run: Run, songs: Path) -> None:
    inspection = json.loads(run("inspect", "song.mid", "--json", "--track", "Bass").out)
    assert inspection["facts"]["melody"] == "Bass: 8 notes, pitches 36 to 38"
    assert [part["name"] for part in inspection["parts"]] == ["Piano", "Lead vocal", "Bass", "Drums"]
    assert inspection["refused"] == ""


def test_no_file_at_all(run: Run, here: Path) -> None:
    assert "no such file" in run("inspect", "none.mid").error(1)
    (here / "half.mid").write_bytes(band()[:13])
    assert "cut short" in run("inspect", "half.mid").error(1)
    (here / "half.mid").write_bytes(band()[:400])
    assert "damaged, and read as players do: " in run("inspect", "half.mid").out


def test_every_command_takes_the_options(run: Run, songs: Path, model: Path) -> None:
    for command in (["attributes"], ["reconstruct", "--model", model]):
        done = run(*command, "song.mid", "--track", "Piano", "--voice", "lowest")
        assert done.code == 0
        assert "the melody is track 2 'Piano' channel 3" in done.err
        assert "metre 7/8 is not supported" in run(*command, "song.mid", "--metre", "7/8").error(2)
    assert "no melody in track '8'" in run("morph", "song.mid", "song.mid", "--track", "8").error(2)
    (songs / "a.abc").write_text("X:1\nM:4/4\nL:1/4\nK:C\nV:1 name=Air\nCDEF|\nV:2\nC4|\n")
    for tune in (["a.abc"], ["a.abc", "--tune", "1"], ["a.abc#1"]):
        assert "the melody is track 1 'Air'" in run("attributes", *tune, "--track", "Air").err
        assert "no melody in track '8'" in run("attributes", *tune, "--track", "8").error(2)


def test_the_second_tune_with_a_number_has_a_name(run: Run, here: Path) -> None:
    tunes = (f"X:1\nT:{title}\nM:4/4\nL:1/4\nK:C\n{music}|\n" for title, music in (("a", "CDEF"), ("b", "c4")))
    (here / "b.abc").write_text("\n".join(tunes))
    for tune in (["b.abc#1.2"], ["b.abc", "--tune", "1.2"], ["b.abc", "--tune", "01.02"]):
        assert len(run("attributes", *tune).out.splitlines()) == 2
    assert run("inspect", "b.abc#1.2").out.splitlines()[-1] == "can be used"
    assert "'1.x' is not the number of a tune: write 12" in run("attributes", "b.abc", "--tune", "1.x").error(2)


def test_of_a_score_the_parts_are_shown(run: Run, songs: Path) -> None:
    (songs / "b.abc").write_text(
        "X:1\nM:4/4\nL:1/4\nK:C\nV:1 name=Air\nCDEF|\nV:2\nC4|\n\nX:2\nM:10/8\nL:1/4\nK:C\nCDEFG|\n"
    )
    done = run("inspect", "b.abc#1")
    assert (done.code, done.err) == (0, "")
    assert "Air" in done.out
    assert "- the melody is track 1 'Air'" in done.out
    assert "measures: 1 of 4/4" in done.out
    refused = run("inspect", "b.abc#2")
    assert refused.code == 0
    assert "cannot be used: b.abc#2: no measure in a metre that can be used, only 10/8" in refused.out


def test_variations_are_put_back_into_the_song(run: Run, songs: Path, model: Path) -> None:
    done = run("interpolate", "song.mid", "--attr", "rhythm", "--open-loop", "--steps", 3, "--model", model)
    assert done.code == 0
    before, after = (smf.parse((songs / name).read_bytes(), "x") for name in ("song.mid", "song-rhythm.mid"))
    assert [track[:-1] for track in (*after.tracks[:3], *after.tracks[-2:])] == [track[:-1] for track in before.tracks]
    assert {track[-1].tick for track in after.tracks[1:]} == {8 * 480}  # parts end on the last bar line
    assert len(after.tracks) == 5 + 2
