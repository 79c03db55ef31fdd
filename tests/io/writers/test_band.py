"""The other parts of the file in MusicXML: beside the tunes, on a grid that can be read, with markers and lyrics."""

import wave
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import music21
import pytest

from armusic.io import readers, writers
from armusic.io.readers.midi import parts_of
from armusic.io.readers.options import Reading
from armusic.music.score import Tune
from tests import songs

CASES = Path(__file__).parents[1] / "cases"


def part(root: Element, name: str) -> Element:
    """Return the part of a name."""
    (entry,) = [entry for entry in root.iter("score-part") if entry.findtext("part-name") == name]
    (home,) = [each for each in root.iter("part") if each.get("id") == entry.get("id")]
    return home


def written(tmp_path: Path, source: Path, caplog: pytest.LogCaptureFixture) -> tuple[Tune, Element]:
    """Return the tune of a file, and the score of it between two others."""
    tune = readers.read(source)
    caplog.clear()
    higher = replace(tune, notes=tuple(replace(note, pitch=note.pitch + 1) for note in tune.notes))
    tunes = [("rhythm -1.0", higher), ("rhythm +0.0", tune), ("rhythm +1.0", higher)]
    writers.write(tunes, tmp_path / "out.musicxml", original="rhythm +0.0")
    return tune, ElementTree.parse(tmp_path / "out.musicxml").getroot()


def test_the_band_stands_beside_the_tunes(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    tune, root = written(tmp_path, CASES / "band.mid", caplog)
    names = ["Drums", "Bass", "Keys", "rhythm -1.0", "rhythm +0.0", "rhythm +1.0", "Pad"]
    assert [entry.findtext("part-name") for entry in root.iter("score-part")] == names
    music = music21.converter.parse(tmp_path / "out.musicxml")
    assert tune.origin
    for part_in_file in parts_of(tune.origin.file):
        if part_in_file.name in ("Bass", "Keys", "Pad"):
            (read_part,) = [each for each in music.parts if each.partName == part_in_file.name]
            notes = sorted(
                (float(each.getOffsetInHierarchy(music)), pitch.midi)
                for each in read_part.recurse().notes
                for pitch in each.pitches
            )
            starts = (part_in_file.start / tune.origin.file.ticks_per_quarter).tolist()
            assert notes == sorted(zip(starts, part_in_file.pitch.tolist(), strict=True))
    drums = part(root, "Drums")
    assert drums.findtext(".//clef/sign") == "percussion"
    unpitched = {entry.findtext("midi-unpitched") for entry in root.iter("midi-instrument")}
    assert {"37", "39", "43"} <= unpitched  # counted from 1
    assert [mark.text for mark in root.iter("rehearsal")] == ["Verse", "Chorus"]
    assert [float(sound.get("tempo")) for sound in root.iter("sound")] == [120, 132, 96]  # in the first part alone
    assert "128 notes" not in caplog.text
    assert readers.read(tmp_path / "out.musicxml", Reading(track="rhythm +0.0")).measures == tune.measures


def test_the_other_parts_of_a_score_stand_beside_the_tunes(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    _, root = written(tmp_path, CASES / "twoparts.musicxml", caplog)
    names = ["rhythm -1.0", "rhythm +0.0", "rhythm +1.0", "Cello"]
    assert [entry.findtext("part-name") for entry in root.iter("score-part")] == names
    before = ElementTree.parse(CASES / "twoparts.musicxml").getroot()
    steps = [[step.text for step in part(each, "Cello").iter("step")] for each in (before, root)]
    assert steps[0] == steps[1]
    assert part(root, "Cello").findtext(".//clef/sign") == "F"
    assert not caplog.records


@pytest.mark.parametrize("suffix", [".abc", ".svg", ".wav"])
def test_a_format_with_one_voice_says_what_it_leaves_out(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, suffix: str
) -> None:
    tune = readers.read(CASES / "band.mid")
    caplog.clear()
    writers.write([("one", tune)], tmp_path / f"out{suffix}")
    (record,) = caplog.records
    assert "has the melody alone: the 4 other parts of the file are left out" in record.getMessage()


def test_measures_that_the_tune_left_out_are_written(tmp_path: Path) -> None:
    trill = [(4 + number / 8, 1 / 8, 72 + 2 * (number % 2)) for number in range(32)]
    before = [(start, 1, 60 + start) for start in range(4)]
    notes = [*before, *trill, *((start + 8, length, pitch) for start, length, pitch in before)]
    others = [songs.signature(0, 4, 4), songs.signature(12, 7, 8), songs.signature(15.5, 4, 4)]
    seven = [(12 + number / 2, 0.5, 70) for number in range(7)]
    ending = [(15.5, 4, 60)]
    (tmp_path / "song.mid").write_bytes(songs.song(songs.track([*notes, *seven, *ending], "Lead", others=others)))
    tune = readers.read(tmp_path / "song.mid")
    assert len(tune.measures) == 3
    writers.write([("one", tune)], tmp_path / "out.abc")
    lines = "".join((tmp_path / "out.abc").read_text().splitlines()[6:])
    bars = [bar.replace(" ", "") for bar in lines.removesuffix("|]").split("|")]
    assert bars[1] == "c/4d/4" * 16
    assert bars[3:] == ["[M:7/8]BBBBBBB", "[M:4/4]C8"]
    for suffix in (".musicxml", ".abc"):
        writers.write([("one", tune)], tmp_path / f"out{suffix}", force=True)
        again = readers.read(tmp_path / f"out{suffix}")
        assert [(n.start, n.duration, n.pitch) for n in again.notes] == [
            (n.start, n.duration, n.pitch) for n in tune.notes
        ]
        assert again.measures == tune.measures
    writers.write([("one", tune)], tmp_path / "out.wav")
    with wave.open(str(tmp_path / "out.wav")) as sound:
        assert sound.getnframes() / sound.getframerate() == pytest.approx(19.5 / 2)


@pytest.mark.parametrize("suffix", [".abc", ".musicxml"])
@pytest.mark.parametrize("name", ["bar-a-third-too-long.abc", "measure-a-little-too-long.musicxml"])
def test_a_measure_of_a_length_that_no_metre_has_is_written_as_long(tmp_path: Path, name: str, suffix: str) -> None:
    tune = readers.read(CASES / name)
    writers.write([("one", tune)], tmp_path / f"out{suffix}")
    again = readers.read(tmp_path / f"out{suffix}")
    notes = [[(note.start, note.duration, note.pitch) for note in each.notes] for each in (tune, again)]
    assert notes[0] == notes[1]
    assert again.measures == tune.measures
    assert again.origin
    assert again.origin.clock[1][1] / again.origin.file.ticks_per_quarter in (Fraction(19, 3), Fraction(577, 48))


def test_lyrics_stand_below_the_original(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "song.mid").write_bytes(songs.band())
    _, root = written(tmp_path, tmp_path / "song.mid", caplog)
    assert [text.text for text in part(root, "rhythm +0.0").iter("text")] == ["la", "la", "la"]
    assert not list(part(root, "rhythm +1.0").iter("lyric"))


def test_what_was_played_is_written_on_the_grid_and_it_is_said(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    played = [(0.03, 1.9, 48), (0.02, 1.93, 55), (2.01, 0.6, 50), (4.02, 3.9, 43)]
    (tmp_path / "song.mid").write_bytes(
        songs.song(songs.track(songs.TUNE, "Lead"), songs.track(played, "Bass", channel=1))
    )
    _, root = written(tmp_path, tmp_path / "song.mid", caplog)
    notes = [(note.find("chord") is not None, note.findtext("type")) for note in part(root, "Bass").iter("note")]
    assert notes == [
        (False, "half"),
        (True, "half"),
        (False, "eighth"),
        (False, "eighth"),
        (False, "quarter"),
        (False, "whole"),
    ]
    assert "4 notes of the other parts are written on sixteenths or triplets" in caplog.text
