"""DAWprojects: valid by the published schemas, and with the music in them."""

import zipfile
from dataclasses import replace
from fractions import Fraction
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from lxml import etree

from armusic.errors import UsageError, WriteError
from armusic.io import readers, writers
from armusic.io.readers.midi import parts_of
from armusic.io.writers import dawproject
from armusic.music import attributes
from armusic.music.score import Tune
from armusic.music.smf import Event
from tests import songs
from tests.notation import JIG, REEL
from tests.notation import tune as read
from tests.strategies import tunes

CASES = Path(__file__).parents[1] / "cases"
DATA = Path(__file__).parents[2] / "data" / "dawproject"
LAYOUTS = ("tracks", "sequence", "clips")


def opened(path: Path) -> etree._Element:
    """Return the project in a file, after both of its documents were checked against their schemas."""
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == ["metadata.xml", "project.xml"]
        for name, schema in (("metadata.xml", "MetaData.xsd"), ("project.xml", "Project.xsd")):
            document = etree.parse(BytesIO(archive.read(name)))
            etree.XMLSchema(etree.parse(DATA / schema)).assertValid(document)
        return document.getroot()


def notes(clip: etree._Element) -> list[tuple[float, float, int, int]]:
    return [
        (float(n.get("time")), float(n.get("duration")), int(n.get("key")), round(127 * float(n.get("vel"))))
        for n in clip.iter("Note")
    ]


def expected(tune: Tune) -> list[tuple[float, float, int, int]]:
    return [(float(n.start), float(n.duration), n.pitch, n.velocity) for n in tune.notes]


@settings(max_examples=20)
@given(first=tunes(), second=tunes())
def test_every_layout_is_valid_and_has_the_same_notes(
    tmp_path_factory: pytest.TempPathFactory, first: Tune, second: Tune
) -> None:
    path = tmp_path_factory.getbasetemp() / "out.dawproject"
    for layout in LAYOUTS:
        last = replace(first, notes=first.notes[::2]) if layout == "tracks" else second
        writers.write([("one <&>", first), ("two", last)], path, layout=layout, force=True, attributes=["rhythm"])
        clips = list(opened(path).iter("Clip"))
        assert [clip.get("name") for clip in clips] == ["one <&>", "two"]
        assert [notes(clip) for clip in clips] == [expected(first), expected(last)]
        starts = [0.0, float(first.end) if layout == "sequence" else 0.0]
        assert [float(clip.get("time")) for clip in clips] == starts
        lengths = [float(first.end), float(last.end)]
        assert (
            [float(clip.get("duration")) for clip in clips] == [float(clip.get("loopEnd")) for clip in clips] == lengths
        )


def three() -> list[tuple[str, Tune]]:
    tune = read("4/4", REEL)
    return [(f"rhythm {step}", tune) for step in ("-1.0", "+0.0", "+1.0")]


def test_tracks_have_colours_and_markers_with_the_values_of_each_measure(tmp_path: Path) -> None:
    writers.write(three(), tmp_path / "out.dawproject", attributes=["rhythm"])
    root = opened(tmp_path / "out.dawproject")
    tracks = [(t.get("name"), t.get("color"), t.get("contentType")) for t in root.iter("Track")]
    assert tracks == [
        ("rhythm -1.0", "#0072b2", "notes"),
        ("rhythm +0.0", "#555555", "notes"),
        ("rhythm +1.0", "#d55e00", "notes"),
        ("Master", "#555555", "audio notes"),
    ]
    assert [clip.get("color") for clip in root.iter("Clip")] == [colour for _, colour, _ in tracks[:3]]
    values = [f"{value:.2f}" for value in attributes.of_tune(three()[0][1], ["rhythm"])[:, 0]]
    markers = [(float(m.get("time")), m.get("name")) for m in root.iter("Marker")]
    assert markers == [(4.0 * row, f"rhythm {' '.join([value] * 3)}") for row, value in enumerate(values)]
    assert {clip.get("comment") for clip in root.iter("Clip")} == {f"rhythm of each measure: {' '.join(values)}"}
    assert {lane.get("track") for lane in root.iter("Lanes")} == {None, "track0", "track1", "track2"}


def test_a_sequence_has_a_marker_with_the_mean_at_each_tune(tmp_path: Path) -> None:
    writers.write(three(), tmp_path / "out.dawproject", layout="sequence", attributes=["rhythm", "contour"])
    root = opened(tmp_path / "out.dawproject")
    rhythm, contour = np.mean(attributes.of_tune(three()[0][1], ["rhythm", "contour"]), axis=0)
    assert [(float(m.get("time")), m.get("name")) for m in root.iter("Marker")] == [
        (32.0 * place, f"{name}: rhythm {rhythm:.2f}, contour {contour:.2f}") for place, (name, _) in enumerate(three())
    ]
    assert [track.get("name") for track in root.iter("Track")] == ["t", "Master"]


def test_clips_are_scenes(tmp_path: Path) -> None:
    writers.write(three(), tmp_path / "out.dawproject", layout="clips")
    root = opened(tmp_path / "out.dawproject")
    assert [scene.get("name") for scene in root.iter("Scene")] == [name for name, _ in three()]
    assert [slot.get("track") for slot in root.iter("ClipSlot")] == ["track0"] * 3
    assert not list(root.iterfind("Arrangement//Clip"))


def band() -> list[tuple[str, Tune]]:
    tune = readers.read(CASES / "band.mid")
    higher = replace(tune, notes=tuple(replace(note, pitch=note.pitch + 1) for note in tune.notes))
    return [("rhythm -1.0", higher), ("rhythm +0.0", tune), ("rhythm +1.0", higher)]


def test_the_band_comes_along_and_only_the_original_of_the_tunes_sounds(tmp_path: Path) -> None:
    tunes = band()
    writers.write(tunes, tmp_path / "out.dawproject", original="rhythm +0.0")
    root = opened(tmp_path / "out.dawproject")
    names = ["Drums", "Bass", "Keys", "rhythm +0.0", "rhythm -1.0", "rhythm +1.0", "Pad"]
    assert [track.get("name") for track in root.iter("Track")] == [*names, "Master"]
    muted = [track.get("name") for track in root.iter("Track") if track.find("Channel/Mute") is not None]
    assert muted == ["rhythm -1.0", "rhythm +1.0"]
    clips = {clip.get("name"): notes(clip) for clip in root.iter("Clip")}
    assert [clips[name] for name, _ in tunes] == [expected(tune) for _, tune in tunes]
    origin = tunes[1][1].origin
    assert origin
    parts = {part.name: part for part in parts_of(origin.file)}
    for name in ("Drums", "Bass", "Keys", "Pad"):
        starts = (parts[name].start / origin.file.ticks_per_quarter).tolist()
        assert [(time, key) for time, _, key, _ in clips[name]] == list(zip(starts, parts[name].pitch, strict=True))
    assert {note.get("channel") for note in root.iterfind(".//Clip[@name='Drums']//Note")} == {"9"}
    assert [(float(m.get("time")), m.get("name")) for m in root.iter("Marker")] == [(0, "Verse"), (32, "Chorus")]
    points = [
        (float(p.get("time")), float(p.get("value"))) for p in root.iterfind("Arrangement/TempoAutomation/RealPoint")
    ]
    assert points == [(0, 120), (16, 132), (32, 96)]


def test_scenes_have_the_whole_band_and_the_arrangement_its_tempos(tmp_path: Path) -> None:
    writers.write(band(), tmp_path / "out.dawproject", layout="clips")
    root = opened(tmp_path / "out.dawproject")
    assert [track.get("name") for track in root.iter("Track")] == ["Drums", "Bass", "Keys", "Lead", "Pad", "Master"]
    scenes = [[clip.get("name") for clip in scene.iter("Clip")] for scene in root.iter("Scene")]
    assert scenes == [["Drums", "Bass", "Keys", name, "Pad"] for name, _ in band()]
    assert len(list(root.iterfind("Arrangement/TempoAutomation/RealPoint"))) == 3


@pytest.mark.parametrize("layout", ["tracks", "clips", "sequence"])
@pytest.mark.parametrize("others", [[], [songs.track([(0, 5, 40)], channel=1)]], ids=["alone", "with a bass"])
@pytest.mark.parametrize("last", [0.5, 1, 3, 3 + Fraction(10, 480)])
def test_clips_end_on_the_last_bar_line(
    tmp_path: Path, last: Fraction, others: list[tuple[Event, ...]], layout: str
) -> None:
    played = [*songs.TUNE[:5], (4, 1, 69), (5, last, 71)]
    head = [songs.signature(0, 4, 4)]
    (tmp_path / "song.mid").write_bytes(songs.song(songs.track(played, "Melody", others=head), *others))
    tune = readers.read(tmp_path / "song.mid")
    writers.write([("one", tune), ("two", tune)], tmp_path / "out.dawproject", layout=layout)
    assert {clip.get("loopEnd") for clip in opened(tmp_path / "out.dawproject").iter("Clip")} == {"8.0"}


@pytest.mark.parametrize("layout", ["tracks", "clips"])
@pytest.mark.parametrize("others", [[], [songs.track([(0, 5, 40)], channel=1)]], ids=["alone", "with a bass"])
def test_a_pickup_measure_stays(tmp_path: Path, others: list[tuple[Event, ...]], layout: str) -> None:
    played = [(0, 1, 67), *((start + 1, length, pitch) for start, length, pitch in songs.TUNE)]
    head = [songs.signature(0, 1, 4), songs.signature(1, 4, 4)]
    (tmp_path / "song.mid").write_bytes(songs.song(songs.track(played, "Melody", others=head), *others))
    tune = readers.read(tmp_path / "song.mid")
    writers.write([("one", tune)], tmp_path / "out.dawproject", layout=layout)
    root = opened(tmp_path / "out.dawproject")
    points = [(point.get("time"), point.get("numerator")) for point in root.iter("TimeSignaturePoint")]
    assert points == [("0.0", "1"), ("1.0", "4")]
    (clip, *_) = root.iter("Clip")
    assert [time for time, *_ in notes(clip)] == [float(start) for start, *_ in played]
    assert clip.get("loopEnd") == "9.0"


def test_controllers_are_in_the_clips_and_lyrics_that_are_not_are_said(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "song.mid").write_bytes(songs.band())
    writers.write([("one", readers.read(tmp_path / "song.mid"))], tmp_path / "out.dawproject")
    root = opened(tmp_path / "out.dawproject")
    targets = [(t.get("expression"), t.get("controller")) for t in root.iterfind(".//Clip//Points/Target")]
    assert ("channelController", "7") in targets
    values = {float(p.get("value")) for p in root.iterfind(".//Clip//Points/RealPoint")}
    assert round(99 / 127, 6) in values
    assert "a DAWproject has no lyrics" in caplog.text


def test_an_impossible_tempo_is_the_nearest_that_daws_have(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    fast = replace(read("2/4", "C4|"), tempos=((Fraction(0), 60e6),))
    writers.write([("one", fast)], tmp_path / "out.dawproject")
    assert opened(tmp_path / "out.dawproject").find("Transport/Tempo").get("value") == "999.0"
    assert "tempos are written within 10 and 999" in caplog.text


def test_tempos_and_metres_are_automated_only_where_they_change(tmp_path: Path) -> None:
    jig = replace(read("6/8", JIG), tempos=((Fraction(0), 168.0), (Fraction(3), 150.0)))
    writers.write([("a", read("4/4", REEL)), ("b", jig)], tmp_path / "out.dawproject", layout="sequence")
    root = opened(tmp_path / "out.dawproject")
    transport = root.find("Transport")
    assert (transport.find("Tempo").get("value"), transport.find("Tempo").get("unit")) == ("100.0", "bpm")
    points = [(p.get("time"), p.get("value")) for p in root.iter("RealPoint")]
    assert points == [("0.0", "100.0"), ("32.0", "168.0"), ("35.0", "150.0")]
    metres = [(p.get("time"), p.get("numerator"), p.get("denominator")) for p in root.iter("TimeSignaturePoint")]
    assert metres == [("0.0", "4", "4"), ("32.0", "6", "8")]
    writers.write([("a", read("4/4", REEL))], tmp_path / "plain.dawproject")
    assert not list(opened(tmp_path / "plain.dawproject").iter("RealPoint", "TimeSignaturePoint", "Marker"))


def test_the_same_tunes_give_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a", "b"):
        writers.write(three(), tmp_path / f"{name}.dawproject")
    assert (tmp_path / "a.dawproject").read_bytes() == (tmp_path / "b.dawproject").read_bytes()


def test_refusals(tmp_path: Path) -> None:
    pair = [("one", read("4/4", REEL)), ("two", read("6/8", JIG))]
    (tmp_path / "old.dawproject").write_text("old")
    with pytest.raises(UsageError, match="out.dawproject: 'two' and 'one' have different measures"):
        writers.write(pair, tmp_path / "out.dawproject")
    with pytest.raises(UsageError, match="layout 'spiral' is not known"):
        dawproject.write(pair, tmp_path / "out.dawproject", layout="spiral")
    with pytest.raises(WriteError, match="exists already"):
        writers.write(pair[:1], tmp_path / "old.dawproject")
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("old.dawproject", "old")]


ODD = "X:1\nM:4/4\nL:1/8\nK:C\nCDEF GABc|[M:7/8]cBAGFED|[M:4/4]{}|C8|]\n"


@pytest.mark.parametrize("layout", LAYOUTS)
def test_measures_that_no_model_can_edit_are_in_every_layout(tmp_path: Path, layout: str) -> None:
    """Their notes are there, and what is said of the other measures stands where these are."""
    pair = []
    for name, music in (("one", "E2G2 c4"), ("two", "G2E2 C4")):
        (tmp_path / f"{name}.abc").write_text(ODD.format(music))
        pair.append((name, readers.read(tmp_path / f"{name}.abc")))
    writers.write(pair, tmp_path / "out.dawproject", layout=layout, attributes=["density"])
    root = opened(tmp_path / "out.dawproject")
    clips = [notes(clip) for clip in root.iter("Clip") if clip.find("Notes") is not None]
    assert [len(clip) for clip in clips] == [19, 19]
    assert {clip.get("duration") for clip in root.iter("Clip")} >= {"15.5"}
    places = [float(marker.get("time")) for marker in root.iter("Marker")]
    assert places == {"tracks": [0, 7.5, 11.5], "sequence": [0, 15.5], "clips": []}[layout]
