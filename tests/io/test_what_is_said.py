"""What is said of small files of all kinds: once, in the right number, and of all that is left out."""

from pathlib import Path
from xml.etree import ElementTree
from zipfile import ZipFile

import numpy as np
import pytest

from armusic.io import readers, writers
from armusic.io.inspection import inspect
from armusic.io.readers import abc, musicxml
from armusic.io.readers.options import Reading, Remark
from armusic.io.writers.layout import file_name, plain
from armusic.music.tokenizer import HOLD
from armusic.taste.words import unusual
from tests import songs

ABC = "X:1\nT:Große Fuge\nM:4/4\nL:1/4\nK:C\n"


@pytest.mark.parametrize(
    ("music", "remarks"),
    [
        ("C{d}D E F|", ["1 grace note is left out"]),
        ("CD[K:G]EF|GFED|", ["a key signature within a measure holds from the next measure on"]),
        ("CDEF[K:G]|GFED|", []),
        ("{/c}C {^ef}D E F|{G}A4|", ["4 grace notes are left out"]),
        ("CDEF|", []),
    ],
)
def test_what_abc_has_and_is_left_out_is_said(tmp_path: Path, music: str, remarks: list[str]) -> None:
    path = tmp_path / "tune.abc"
    path.write_text(ABC + music, encoding="utf-8")
    remarked: list[Remark] = []
    abc.read_with_remarks(path, Reading(), remarked)
    assert [remark.text for remark in remarked] == remarks


def test_one_note_is_no_notes(tmp_path: Path) -> None:
    path = tmp_path / "one.mid"
    path.write_bytes(songs.song(songs.track([(0, 4, 60)], name="x")))
    facts = inspect(path).facts
    assert facts["melody"] == "x: 1 note, pitches 60 to 60"
    assert facts["file"] == "MIDI of type 1, 1 track, 480 ticks per quarter note"


def test_a_length_has_no_sixtieth_second(tmp_path: Path) -> None:
    path = tmp_path / "minute.mid"
    path.write_bytes(songs.song(songs.track([(0, 1, 60), (118.5, 1, 60)])))  # 59.75 s
    assert inspect(path).facts["length"] == "1:00"


def test_halves_of_a_measure_are_no_two_places() -> None:
    plain = [60, HOLD, HOLD, 62, HOLD, HOLD, 64, HOLD, HOLD, 62, HOLD, HOLD]
    fast = [60, 62, HOLD, 64, HOLD, 62, 64, HOLD, HOLD, 62, HOLD, HOLD]
    before, tokens, kind = np.array([plain] * 2), np.array([fast] * 2), np.array([1, 1])
    assert unusual(tokens, before, kind, ["1", "1"]) == ("measure 1: sixteenths",)
    assert unusual(tokens, before, kind, ["1-2", "3"]) == ("measures 1-2: sixteenths", "measure 3: sixteenths")


def project(tmp_path: Path, data: bytes, **options: object) -> ElementTree.Element:
    (tmp_path / "in.mid").write_bytes(data)
    tune = readers.read(tmp_path / "in.mid")
    tunes = [("one", tune), ("two", tune)]
    writers.write(tunes, tmp_path / "out.dawproject", original="one", **options)
    with ZipFile(tmp_path / "out.dawproject") as archive:
        return ElementTree.fromstring(archive.read("project.xml"))


def test_parts_without_names_are_numbered_as_in_the_file(tmp_path: Path) -> None:
    tracks = [songs.track(songs.TUNE, channel=0), songs.track([(0, 4, 40)], channel=1)]
    root = project(tmp_path, songs.song(*tracks, songs.track([(0, 1, 36)], channel=9)))
    assert [track.get("name") for track in root.iter("Track")] == ["one", "two", "track 2", "Drums", "Master"]


def test_a_pickup_of_its_own_measure_has_its_marker_at_the_start(tmp_path: Path) -> None:
    signatures = [songs.signature(0, 1, 4), songs.signature(1, 4, 4)]
    notes = [(0, 1, 67), *((1 + beat, 1, 60 + beat % 5) for beat in range(16))]
    tracks = [songs.track(notes, "Lead", others=signatures), songs.track([(1, 4, 40), (5, 4, 45)], "Bass", channel=1)]
    root = project(tmp_path, songs.song(*tracks), attributes=["density"])
    times = [float(marker.get("time", "nan")) for marker in root.iter("Marker")]
    assert times[:2] == [0, 1]


def test_lyrics_that_a_format_cannot_hold_are_named(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    words = [songs.Event(480 * beat, 0x105, b"la") for beat in range(3)]
    (tmp_path / "song.mid").write_bytes(songs.song(songs.track(songs.TUNE, others=words)))
    tune = readers.read(tmp_path / "song.mid")
    writers.write([("one", tune)], tmp_path / "out.abc")
    assert "ABC has the melody alone: the lyrics of the file are left out" in caplog.text
    (tmp_path / "band.mid").write_bytes(songs.band())
    caplog.clear()
    writers.write([("one", readers.read(tmp_path / "band.mid"))], tmp_path / "band.abc")
    assert "other parts and the lyrics of the file are left out" in caplog.text


def test_letters_are_spelt_out_in_ascii() -> None:
    assert plain("Große Fuge, Sørensen, Łódź, B♭") == "Grosse Fuge, Sorensen, Lodz, Bb"
    assert plain("Drowsy Maggie\N{RIGHT SINGLE QUOTATION MARK}s “jig”") == 'Drowsy Maggie\'s "jig"'


@pytest.mark.parametrize("title", ["茉莉花", "Очи чёрные", "さくら さくら", "Μήλο μου", "하늘"])
@pytest.mark.parametrize("layout", ["tracks", "sequence", "clips"])
def test_names_in_other_alphabets_are_kept(title: str, layout: str, tmp_path: Path) -> None:
    (tmp_path / "tune.abc").write_text(f"X:1\nT:{title}\nM:4/4\nL:1/4\nK:C\nCDEF|GABc|\n")
    tune = readers.read(tmp_path / "tune.abc")
    out = tmp_path / ("clips" if layout == "clips" else "out.mid")
    writers.write([(f"{title} 1", tune), (f"{title} 2", tune)], out, layout=layout)
    files = sorted(out.iterdir()) if layout == "clips" else [out]
    assert title in files[0].read_bytes().decode(errors="ignore")
    assert title.split(maxsplit=1)[0] in str(files[0]) or layout != "clips"


def test_a_clip_has_a_file_name_of_its_own_in_any_alphabet() -> None:
    assert file_name("茉莉花, rhythm +1.0") == "茉莉花_rhythm_+1.0"
    assert len(file_name("茉莉花" * 50).encode()) <= 100


PLAYED = "how its notes are to be played (ornaments, articulation, slurs, dynamics) is left out"


@pytest.mark.parametrize(
    ("music", "remarks"),
    [
        ("CDEF|", []), ("CDEF|\nw: la la la la", ["its lyrics are left out"]),
        ("~CDEF|", [PLAYED]), ("C.DEF|", [PLAYED]), ("(CD) EF|", [PLAYED]), ("C!trill!DEF|", [PLAYED]),
        ("CDEF.|", []), ("(3CDE FG|", []), ("CD EF$|", []), ("CDE!fine!F|", []),
    ],
)  # fmt: skip
def test_lyrics_and_signs_for_playing_in_abc_are_left_out(tmp_path: Path, music: str, remarks: list[str]) -> None:
    path = tmp_path / "sung.abc"
    path.write_text(f"X:1\nM:4/4\nL:1/4\nK:C\n{music}\n")
    remarked: list[Remark] = []
    abc.read_with_remarks(path, Reading(), remarked)
    assert [remark.text for remark in remarked] == remarks


SIGNS = {
    "<notations><articulations><staccato/></articulations></notations>": [PLAYED],
    "<notations><ornaments><trill-mark/></ornaments></notations>": [PLAYED],
    "<lyric><text>la</text></lyric>": ["its lyrics are left out"],
    "<notations><tied type='start'/></notations>": [],
}


def test_lyrics_and_signs_for_playing_in_musicxml_are_left_out(tmp_path: Path) -> None:
    note = "<note><pitch><step>C</step><octave>5</octave></pitch><duration>4</duration>{}</note>"
    for sign, expected in SIGNS.items():
        path = tmp_path / "sung.musicxml"
        path.write_text(
            "<score-partwise><part-list><score-part id='P1'><part-name>A</part-name></score-part></part-list>"
            "<part id='P1'><measure number='1'><attributes><divisions>1</divisions>"
            "<time><beats>4</beats><beat-type>4</beat-type></time>"
            f"</attributes>{note.format(sign)}</measure></part></score-partwise>"
        )
        remarks: list[Remark] = []
        musicxml.read_with_remarks(path, Reading(), remarks)
        assert [remark.text for remark in remarks] == expected


def test_cue_notes_that_are_left_out_are_counted(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    cue = "<note><cue/><pitch><step>G</step><octave>5</octave></pitch><duration>2</duration></note>"
    notes = "".join(
        f"<note><pitch><step>{s}</step><octave>4</octave></pitch><duration>1</duration></note>" for s in "CD"
    )
    signs = "<attributes><divisions>1</divisions><time><beats>4</beats><beat-type>4</beat-type></time></attributes>"
    (tmp_path / "cue.musicxml").write_text(
        f'<score-partwise><part-list><score-part id="P1"><part-name/></score-part></part-list><part id="P1">'
        f'<measure number="1">{signs}{notes}{cue}</measure></part></score-partwise>'
    )
    assert len(readers.read(tmp_path / "cue.musicxml").notes) == 2
    assert "1 cue note is left out" in caplog.text
