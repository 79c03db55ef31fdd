"""`armusic morph`: a track per step, both ends the inputs, and every refusal in one line."""

import json
from pathlib import Path
from xml.etree import ElementTree
from zipfile import ZipFile

import mido
import pytest

from armusic.io import readers
from tests import songs

from .conftest import EXAMPLES, Run


@pytest.fixture
def other(melody: Path) -> Path:
    """Put a second reel, half as long as the melody, beside it."""
    path = melody.parent / "other.abc"
    path.write_text("X:1\nM:4/4\nL:1/8\nK:G\nG2BG DGBG|A2cA EAcA|GBdB gdBG|FAce d2AF|GABc dcBA|A4 F4|BGAF GFED|G8|]\n")
    return path


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_the_main_job(run: Run, melody: Path, other: Path, model: Path) -> None:
    done = run("morph", "input.mid", "other.abc", "--loop", "--model", model)
    (warning,) = done.err.splitlines()
    assert "tracks side by side have the tempo of one: 'morph 0/6' has 160 quarter notes a minute, where" in warning
    assert done.code == 0
    header, *rows, note, last = done.out.splitlines()
    assert header.split() == ["step", "notes", "to", "A", "to", "B"]
    assert [row.split()[:2] for row in rows] == [["morph", f"{number}/6"] for number in range(7)]
    assert rows[0].split()[3] == rows[-1].split()[4] == "0.000"
    assert note.startswith("to A, to B: ")
    assert last == "wrote input-other.mid and input-other.png"
    assert names(melody.parent) == ["input-other.mid", "input-other.png", "input.mid", "other.abc"]
    assert [track.name for track in mido.MidiFile("input-other.mid").tracks[1:]] == [f"morph {n}/6" for n in range(7)]
    assert Path("input-other.png").read_bytes().startswith(b"\x89PNG")


def test_both_ends_come_back_untouched(run: Run, melody: Path, other: Path, model: Path) -> None:
    done = run("morph", other, melody, "--loop", "--steps", 3, "--straight", "--layout", "clips", "-o", "out",
               "--model", model, "--json")  # fmt: skip
    assert done.code == 0
    value = json.loads(done.out)
    assert [step["share"] for step in value["steps"]] == [0, 0.5, 1]
    assert value["steps"][0]["to_second"] == value["steps"][2]["to_first"]
    assert value["files"] == ["out", "out.png"]
    first, _, last = (readers.read(path) for path in sorted(Path("out").iterdir()))
    assert last.notes == readers.read(melody).notes
    assert len(first.measures) == 16
    assert [note.pitch for note in first.notes] == 2 * [note.pitch for note in readers.read(other).notes]


@pytest.fixture
def songs_with_bands(here: Path) -> None:
    """Put a song with chords, a bass, drums and words, and one with another bass, into the folder."""
    (here / "a.mid").write_bytes(songs.band(signatures=[songs.signature(0, 4, 4)]))
    melody = songs.track([(n, 1, 72 + n % 5) for n in range(8)], "Melody", others=[songs.signature(0, 4, 4)])
    (here / "b.mid").write_bytes(songs.song(melody, songs.track([(n, 1, 40) for n in range(8)], "Low", channel=3)))


STEPS = ["morph 0/2", "morph 1/2", "morph 2/2"]
BAND = ["Piano", "Bass", "Drums"]


@pytest.mark.usefixtures("songs_with_bands")
def test_the_other_parts_of_the_first_tune_come_along(run: Run, model: Path) -> None:
    morph = ("morph", "a.mid", "b.mid", "--steps", 3, "--no-picture", "--model", model)
    left = "the other part of b.mid is left out"
    assert f"m.mid: {left}: the layout clips keeps them" in run(*morph, "-o", "m.mid").err
    tracks = [track.name for track in mido.MidiFile("m.mid").tracks[1:]]
    assert tracks == ["Piano", "Lead vocal", *STEPS[1:], "Bass", "Drums"]
    assert f"m.dawproject: {left}: clips in MIDI keep them" in run(*morph, "-o", "m.dawproject").err
    project = ElementTree.fromstring(ZipFile("m.dawproject").read("project.xml"))
    tracks = [track.get("name", "") for track in project.iter("Track")]
    assert tracks == ["Piano", *STEPS, "Bass", "Drums", "Master"]
    assert f"c.dawproject: {left}: clips" in run(*morph, "-o", "c.dawproject", "--layout", "clips").err
    scenes = ElementTree.fromstring(ZipFile("c.dawproject").read("project.xml")).iter("Scene")
    assert [[clip.get("name", "") for clip in scene.iter("Clip")] for scene in scenes] == [
        ["Piano", step, "Bass", "Drums"] for step in STEPS
    ]
    assert f"m.musicxml: {left}: the layout clips keeps them" in run(*morph, "-o", "m.musicxml").err
    parts = [part.text or "" for part in ElementTree.parse("m.musicxml").iter("part-name")]
    assert parts == ["Piano", *STEPS, "Bass", "Drums"]


@pytest.mark.usefixtures("songs_with_bands")
@pytest.mark.parametrize("suffix", ["mid", "dawproject", "musicxml"])
def test_a_sequence_is_the_melody_alone_and_says_so(run: Run, model: Path, suffix: str) -> None:
    done = run("morph", "a.mid", "b.mid", "-o", f"m.{suffix}", "--layout", "sequence", "--no-picture", "--model", model)
    assert f"m.{suffix}: a sequence is the melody alone" in done.err


@pytest.mark.usefixtures("songs_with_bands")
def test_clips_have_the_other_parts_of_the_nearer_tune(run: Run, model: Path) -> None:
    done = run("morph", "a.mid", "b.mid", "-o", "out", "--layout", "clips", "--steps", 3, "--model", model)
    assert "left out" not in done.err
    first, middle, last = ([t.name for t in mido.MidiFile(path).tracks] for path in sorted(Path("out").iterdir()))
    assert set(BAND) < set(first)
    assert "Low" in middle
    assert "Low" in last


@pytest.mark.usefixtures("songs_with_bands")
def test_a_tune_that_is_repeated_leaves_its_other_parts_and_says_so(run: Run, model: Path) -> None:
    (Path("b.mid")).write_bytes(
        songs.song(songs.track([(n, 1, 72 + n % 5) for n in range(16)], "Melody", others=[songs.signature(0, 4, 4)]))
    )
    morph = ("morph", "a.mid", "b.mid", "--loop", "--no-picture", "--model", model)
    lost = "the 3 other parts and lyrics and markers of a.mid are left out\n"
    assert f"m.mid: {lost}" in run(*morph, "-o", "m.mid").err
    assert run(*morph, "--layout", "clips", "-o", "out").err.count(f"out: {lost}") == 1


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["input.mid", "other.abc"], 2, "input.mid has 16 measures and other.abc has 8: give tunes of one length"),
        (["input.mid", "jig.mid"], 2, "measure 1 is in 4/4 in input.mid and in 6/8 in jig.mid"),
        (["input.mid", "none.mid"], 1, "none.mid: no such file"),
        (["input.mid", "other.abc", "--steps", 1], 2, "Invalid value for '--steps'"),
        (["input.mid"], 2, "Missing argument 'B'"),
        (["input.mid", "other.abc", "--loop", "-o", "input.mid", "--force"], 2, "the input itself"),
        (["input.mid", "other.abc", "--loop", "-o", "there.mid"], 1, "there.mid exists already"),
        (["input.mid", "other.abc", "--loop", "-o", "none/out.mid"], 1, "does not exist: create it first"),
        (["input.mid", "other.abc", "--loop", "-o", "folder.mid"], 1, "a folder: name a file in it"),
        (["input.mid", "other.abc", "--loop", "-o", "out.xyz"], 2, ".xyz stands for no known format"),
    ],
)
def test_what_cannot_be_done(
    run: Run, melody: Path, other: Path, model: Path, arguments: list[str], code: int, message: str
) -> None:
    Path("jig.mid").write_bytes((EXAMPLES / "irish-washerwoman.mid").read_bytes())
    Path("there.mid").write_text("mine")
    Path("folder.mid").mkdir()
    before = names(melody.parent)
    assert message in run("morph", *arguments, "--model", model).error(code)
    assert names(melody.parent) == before
    assert Path("there.mid").read_text() == "mine"


ODD = "X:1\nM:4/4\nL:1/8\nK:C\nCDEF GABc|[M:7/8]cBAGFED|[M:4/4]{}|C8|]\n"


@pytest.mark.parametrize("suffix", [".mid", ".dawproject", ".musicxml"])
def test_measures_that_no_model_can_edit_stay_in_all_steps(run: Run, here: Path, model: Path, suffix: str) -> None:
    Path("a.abc").write_text(ODD.format("E2G2 c4"))
    Path("b.abc").write_text(ODD.format("G2E2 C4"))
    assert run("morph", "a.abc", "b.abc", "--steps", 2, "--model", model, "-o", f"out{suffix}").code == 0
    if suffix == ".mid":
        tracks = [track for track in mido.MidiFile("out.mid").tracks if any(m.type == "note_on" for m in track)]
        notes = [sum(m.type == "note_on" and m.velocity > 0 for m in track) for track in tracks]
        lengths = {sum(m.time for m in track) / 480 for track in tracks}
        assert lengths == {15.5}
    elif suffix == ".dawproject":
        root = ElementTree.fromstring(ZipFile("out.dawproject").read("project.xml"))
        notes = [len(clip.findall(".//Note")) for clip in root.iter("Clip") if clip.find("Notes") is not None]
        assert [(p.get("time"), p.get("numerator")) for p in root.iter("TimeSignaturePoint")][1] == ("4.0", "7")
    else:
        parts = ElementTree.parse("out.musicxml").getroot().findall("part")
        notes = [len(part.findall(".//pitch")) for part in parts]
    assert notes == [19, 19]


def test_tracks_whose_measures_differ_in_metre_are_refused(run: Run, here: Path, model: Path) -> None:
    Path("a.abc").write_text(ODD.format("E2G2 c4"))
    Path("b.abc").write_text("X:1\nM:4/4\nL:1/8\nK:C\nCDEF GABc|G2E2 C4|C8|]\n")
    done = run("morph", "a.abc", "b.abc", "--steps", 2, "--model", model)
    assert done.code == 2
    assert "have different measures: write them with the layout sequence or clips" in done.err
    assert run("morph", "a.abc", "b.abc", "--steps", 2, "--model", model, "--layout", "clips", "-o", "c").code == 0
