"""What is written is what was meant, for this library's reader and for others'."""

import warnings
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from importlib.metadata import EntryPoint
from itertools import pairwise
from pathlib import Path
from typing import Any

import mido
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from armusic.errors import UsageError, WriteError
from armusic.io import readers, writers
from armusic.io.readers.options import STRICT
from armusic.io.writers import midi
from armusic.music.score import METRES, Key, Measure, Metre, Note, Tune

# Start tick, end tick, pitch, velocity of each note.
Ticks = list[tuple[int, int, int, int]]

COMMON = Metre(4, 4)


def measures(*metres: Metre) -> tuple[Measure, ...]:
    at = Fraction(0)
    result = []
    for metre in metres:
        result.append(Measure(at, metre))
        at += metre.length
    return tuple(result)


def tune(*pitches: int, **fields: object) -> Tune:
    """Return quarter notes in 4/4."""
    notes = tuple(Note(Fraction(at), Fraction(1), pitch) for at, pitch in enumerate(pitches))
    return replace(Tune(notes, measures(*[COMMON] * max(1, -(-len(pitches) // 4)))), **fields)  # type: ignore[arg-type]


@st.composite
def tunes(draw: st.DrawFn, metres: tuple[Metre, ...] | None = None) -> dict[str, Any]:
    """Return the fields of a tune on a grid of twelfths of a quarter note, with silence anywhere.

    Not the tune: the type checker of the tests uses `random`, which a strategy must not.
    """
    kinds = st.lists(st.sampled_from([*METRES, Metre(2, 2)]), min_size=1, max_size=4)
    bars = measures(*(metres or draw(kinds)))
    units = int(bars[-1].end * 12)
    cuts = sorted(draw(st.sets(st.integers(0, units), min_size=2, max_size=12)))
    voice = [
        Note(Fraction(start, 12), Fraction(end - start, 12), draw(st.integers(0, 127)), draw(st.integers(1, 127)))
        for index, (start, end) in enumerate(pairwise(cuts))
        if index == 0 or draw(st.booleans())
    ]
    tempos = {0: draw(st.integers(2000, 30000)) / 100}
    for _ in range(draw(st.integers(0, 2))):
        tempos[draw(st.integers(0, units - 1))] = draw(st.integers(2000, 30000)) / 100
    changes = sorted(tempos.items())
    changes = [change for index, change in enumerate(changes) if not index or change[1] != changes[index - 1][1]]
    return {
        "notes": tuple(voice),
        "measures": bars,
        "title": "Tune",
        "key": draw(st.none() | st.builds(Key, st.integers(-7, 7), st.sampled_from(["major", "minor"]))),
        "tempos": tuple((Fraction(at, 12), bpm) for at, bpm in changes),
        "program": draw(st.integers(0, 127)),
    }


def ticks(tune: Tune, start: Fraction | int = 0) -> Ticks:
    return [
        (int((start + note.start) * 480), int((start + note.end) * 480), note.pitch, note.velocity)
        for note in tune.notes
    ]


# -- read with this library ------------------------------------------------------------------


@settings(max_examples=100, deadline=None)
@given(fields=tunes())
def test_what_is_written_is_read_again(tmp_path_factory: pytest.TempPathFactory, fields: dict[str, Any]) -> None:
    written = Tune(**fields)
    path = tmp_path_factory.getbasetemp() / "again.mid"
    writers.write([("Tune", written)], path, force=True)
    assert readers.read(path, STRICT) == replace(written, source="again.mid")


@settings(max_examples=30, deadline=None)
@given(data=st.data())
def test_a_sequence_is_read_again(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    first, second = Tune(**data.draw(tunes())), Tune(**data.draw(tunes()))
    path = tmp_path_factory.getbasetemp() / "sequence.mid"
    writers.write([("one", first), ("two", second)], path, layout="sequence", force=True)
    read = readers.read(path, STRICT)
    assert ticks(read) == ticks(first) + ticks(second, first.end)
    assert read.measures == measures(*(measure.metre for each in (first, second) for measure in each.measures))


def test_reading_and_writing_again_changes_no_byte(tmp_path: Path) -> None:
    written = tune(
        60, 62, 64, 65, 67, tempos=((Fraction(0), 111.1), (Fraction(4), 87.3)), key=Key(2, "minor"), title="x"
    )
    writers.write([("x", written)], tmp_path / "a.mid")
    writers.write([("x", readers.read(tmp_path / "a.mid"))], tmp_path / "b.mid")
    assert (tmp_path / "a.mid").read_bytes() == (tmp_path / "b.mid").read_bytes()


# -- read with others ------------------------------------------------------------------------


def with_pretty_midi(path: Path) -> dict[str, Ticks]:
    import pretty_midi

    file = pretty_midi.PrettyMIDI(str(path))
    return {
        track.name: sorted(
            (file.time_to_tick(note.start), file.time_to_tick(note.end), note.pitch, note.velocity)
            for note in track.notes
        )
        for track in file.instruments
    }


def with_symusic(path: Path) -> dict[str, Ticks]:
    from symusic import Score

    score: Any = Score(path)
    return {
        track.name: sorted((note.start, note.end, note.pitch, note.velocity) for note in track.notes)
        for track in score.tracks
        if track.notes
    }


def with_music21(path: Path) -> dict[str, Ticks]:
    from music21 import converter

    def tick(offset: float) -> int:
        assert abs(offset * 480 - round(offset * 480)) < 1e-3
        return round(offset * 480)

    # It would round the notes to its own grid, and keep a pickle of the file.
    score: Any = converter.parse(path, quantizePost=False, forceSource=True)
    return {
        str(part.partName): sorted(
            (tick(note.offset), tick(note.offset + note.quarterLength), note.pitch.midi, note.volume.velocity)
            for note in part.stripTies().flatten().notes
        )
        for part in score.parts
        if part.flatten().notes
    }


VARIED = Metre(6, 8), Metre(4, 4), Metre(3, 4), Metre(2, 4)


@pytest.mark.parametrize("reader", [with_pretty_midi, with_symusic, with_music21])
@settings(max_examples=20, deadline=None)
@given(data=st.data())
def test_other_libraries_read_the_same_ticks(
    tmp_path_factory: pytest.TempPathFactory, reader: Callable[[Path], dict[str, Ticks]], data: st.DataObject
) -> None:
    # One program, as the variations of a tune have: some libraries make a track of each program.
    pair = [(f"rhythm {step}", Tune(**data.draw(tunes(VARIED)) | {"program": 73})) for step in ("-2.0", "+2.0")]
    folder = tmp_path_factory.mktemp("others")
    for layout in writers.LAYOUTS:
        writers.write(pair, folder / f"{layout}.mid", layout=layout)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert reader(folder / "tracks.mid") == {name: ticks(each) for name, each in pair}
        (sequence,) = reader(folder / "sequence.mid").values()
        assert sequence == ticks(pair[0][1]) + ticks(pair[1][1], pair[0][1].end)
        clips = sorted((folder / "clips.mid").iterdir())
        assert [reader(clip) for clip in clips] == [{name: ticks(each)} for name, each in pair]


# -- what a DAW is told ----------------------------------------------------------------------


def described(track: mido.MidiTrack) -> list[str]:
    """Return the meta events and programs of a track, each with its tick."""
    tick = 0
    lines = []
    for message in track:
        tick += message.time
        value = {
            "track_name": lambda m: m.name,
            "marker": lambda m: m.text,
            "set_tempo": lambda m: m.tempo,
            "time_signature": lambda m: f"{m.numerator}/{m.denominator} {m.clocks_per_click}",
            "key_signature": lambda m: m.key,
            "program_change": lambda m: f"{m.program} on {m.channel}",
            "end_of_track": lambda m: "",
        }.get(message.type)
        if value:
            lines.append(f"{tick} {message.type} {value(message)}".strip())
    return lines


def test_tracks(tmp_path: Path) -> None:
    notes = (Note(Fraction(0), Fraction(1), 60),)
    first = Tune(
        notes,
        measures(Metre(6, 8), Metre(2, 2), Metre(2, 2)),
        title="Träumerei",
        key=Key(-3, "dorian"),
        tempos=((Fraction(0), 90.0), (Fraction(3), 100.0)),
        program=73,
    )
    second = replace(first, notes=(), program=74)
    writers.write([("rhythm \N{MINUS SIGN}2.0", first), ("rhythm +2.0", second)], tmp_path / "out.mid")
    file = mido.MidiFile(tmp_path / "out.mid")
    assert (file.type, file.ticks_per_beat) == (1, 480)
    assert [described(track) for track in file.tracks] == [
        [
            "0 track_name Traumerei",
            "0 set_tempo 666666",
            "0 time_signature 6/8 36",
            "0 key_signature Eb",
            "1440 set_tempo 600000",
            "1440 time_signature 2/2 48",
            "5280 end_of_track",
        ],
        ["0 track_name rhythm -2.0", "0 program_change 73 on 0", "5280 end_of_track"],
        ["0 track_name rhythm +2.0", "0 program_change 74 on 1", "5280 end_of_track"],
    ]


def test_a_sequence_has_a_marker_at_each_start(tmp_path: Path) -> None:
    first, second = tune(60, title="Reel"), tune(62, key=Key(1), program=5)
    writers.write([("rhythm -2.0", first), ("rhythm +0.0", second)], tmp_path / "out.mid", layout="sequence")
    file = mido.MidiFile(tmp_path / "out.mid")
    assert [described(track) for track in file.tracks] == [
        [
            "0 track_name Reel",
            "0 marker rhythm -2.0",
            "0 set_tempo 500000",
            "0 time_signature 4/4 24",
            "1920 marker rhythm +0.0",
            "1920 set_tempo 500000",
            "1920 time_signature 4/4 24",
            "1920 key_signature G",
            "3840 end_of_track",
        ],
        ["0 track_name Reel", "0 program_change 0 on 0", "1920 program_change 5 on 0", "3840 end_of_track"],
    ]


def test_clips_sort_and_stand_alone(tmp_path: Path) -> None:
    steps = [f"rhythm {step:+.1f}" for step in range(-5, 6)]
    writers.write([(step, tune(60)) for step in steps], tmp_path / "clips", layout="clips")
    paths = sorted((tmp_path / "clips").iterdir())
    assert [path.name for path in paths][:2] == ["01_rhythm_-5.0.mid", "02_rhythm_-4.0.mid"]
    assert paths[-1].name == "11_rhythm_+5.0.mid"
    file = mido.MidiFile(paths[-1])
    assert (file.type, len(file.tracks), file.tracks[1].name) == (1, 2, "rhythm +5.0")
    assert {message.channel for message in file.tracks[1] if message.type == "note_on"} == {0}


def test_a_clip_has_a_name_that_every_system_takes(tmp_path: Path) -> None:
    names = [
        "a/b:c*?",
        "..",
        "日本",
        "\N{LATIN SMALL LETTER E WITH ACUTE}t\N{LATIN SMALL LETTER E WITH ACUTE}",
        "n" * 300,
    ]
    writers.write([(name, tune(60)) for name in names], tmp_path / "clips", layout="clips")
    assert sorted(path.name for path in (tmp_path / "clips").iterdir()) == [
        "01_a_b_c.mid",
        "02_clip.mid",
        "03_日本.mid",
        "04_ete.mid",
        f"05_{'n' * 100}.mid",
    ]


def test_no_channel_is_the_drums_and_shared_ones_are_counted(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    writers.write([(str(index), tune(60)) for index in range(15)], tmp_path / "all.mid")
    assert caplog.text == ""
    writers.write([(str(index), tune(60)) for index in range(17)], tmp_path / "out.mid")
    tracks = mido.MidiFile(tmp_path / "out.mid").tracks[1:]
    channels = [next(message.channel for message in track if message.type == "note_on") for track in tracks]
    assert channels == [0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 12, 13, 14, 15, 0, 1]
    assert [record.message for record in caplog.records] == [
        "out.mid: 2 of 17 tracks share a channel with another, as MIDI has no more: the layout clips keeps them apart"
    ]


@pytest.mark.parametrize(
    ("key", "name"),
    [
        (None, None),
        (Key(0), "C"),
        (Key(-7), "Cb"),
        (Key(7), "C#"),
        (Key(7, "minor"), "A#m"),
        (Key(-7, "minor"), "Abm"),
        (Key(1, "dorian"), "G"),
        (Key(8), None),
    ],
)
def test_key_signatures(tmp_path: Path, key: Key | None, name: str | None) -> None:
    writers.write([("x", tune(60, key=key))], tmp_path / "out.mid")
    keys = [message.key for message in mido.MidiFile(tmp_path / "out.mid").tracks[0] if message.type == "key_signature"]
    assert keys == ([name] if name else [])


def test_a_repeated_note_ends_before_it_starts_again(tmp_path: Path) -> None:
    writers.write([("x", tune(60, 60))], tmp_path / "out.mid")
    kinds = [message.type for message in mido.MidiFile(tmp_path / "out.mid").tracks[1] if "note" in message.type]
    assert kinds == ["note_on", "note_off"] * 2


def test_a_note_off_the_grid_is_rounded_but_never_away(tmp_path: Path) -> None:
    tiny = Tune((Note(Fraction(1, 7), Fraction(1, 70001), 60), Note(Fraction(2), Fraction(2), 62)), measures(COMMON))
    writers.write([("x", tiny)], tmp_path / "out.mid")
    assert ticks(readers.read(tmp_path / "out.mid", STRICT)) == [(69, 70, 60, 80), (960, 1920, 62, 80)]


def test_an_extreme_tempo_is_the_nearest_there_is(tmp_path: Path) -> None:
    slow = tune(60, tempos=((Fraction(0), 0.001), (Fraction(1), 1e9)))
    writers.write([("x", slow)], tmp_path / "out.mid")
    paces = [message.tempo for message in mido.MidiFile(tmp_path / "out.mid") if message.type == "set_tempo"]
    assert paces == [0xFFFFFF, 1]


def test_nothing_moves_where_480_ticks_are_too_few(tmp_path: Path) -> None:
    fine = tune(60, tempos=((Fraction(0), 100.0), (Fraction(1, 1024), 90.0)))
    writers.write([("x", fine)], tmp_path / "fine.mid")
    writers.write([("x", tune(60))], tmp_path / "plain.mid")
    files = {name: mido.MidiFile(tmp_path / f"{name}.mid") for name in ("fine", "plain")}
    assert {name: file.ticks_per_beat for name, file in files.items()} == {"fine": 3072, "plain": 480}
    assert readers.read(tmp_path / "fine.mid").tempos == fine.tempos


@pytest.mark.parametrize("layout", ["tracks", "sequence"])
def test_ticks_per_quarter_note_can_be_chosen(tmp_path: Path, layout: str) -> None:
    pair = [("one", tune(60, 62)), ("two", tune(64))]
    writers.write(pair, tmp_path / "out.mid", layout=layout, ppq=96)
    file = mido.MidiFile(tmp_path / "out.mid")
    assert file.ticks_per_beat == 96
    ends = {sum(message.time for message in track) for track in file.tracks}
    assert ends == {96 * (8 if layout == "sequence" else 4)}  # whole measures, so that clips loop
    writers.write(pair, tmp_path / "clips", layout="clips", ppq=96)
    assert {mido.MidiFile(path).ticks_per_beat for path in (tmp_path / "clips").iterdir()} == {96}
    for wrong in (0, -480, 100, 36000):
        with pytest.raises(UsageError, match=f"^{wrong} ticks per quarter note: give a multiple of 12 up to 32767"):
            writers.write(pair, tmp_path / "wrong.mid", ppq=wrong)
    with pytest.raises(UsageError, match="out.abc: ticks per quarter note .* are for MIDI files"):
        writers.write(pair, tmp_path / "out.abc", ppq=96)
    assert not list(tmp_path.glob("wrong*"))


def test_tunes_one_after_another_and_clips_have_a_marker_each(tmp_path: Path) -> None:
    pair = [("one", tune(60)), ("two", tune(64))]

    def markers(path: Path) -> list[str]:
        return [line for line in described(mido.MidiFile(path).tracks[0]) if "marker" in line]

    for layout in ("tracks", "sequence", "clips"):
        writers.write(pair, tmp_path / layout if layout == "clips" else tmp_path / f"{layout}.mid", layout=layout)
    assert markers(tmp_path / "tracks.mid") == []  # the names of the tracks say it
    assert markers(tmp_path / "sequence.mid") == ["0 marker one", "1920 marker two"]
    assert [markers(path) for path in sorted((tmp_path / "clips").iterdir())] == [["0 marker one"], ["0 marker two"]]


def test_clips_of_any_format(tmp_path: Path) -> None:
    writers.write([("one", tune(60)), ("two", tune(64))], tmp_path / "clips", layout="clips", clips=".abc")
    assert sorted(path.name for path in (tmp_path / "clips").iterdir()) == ["01_one.abc", "02_two.abc"]
    with pytest.raises(UsageError, match="suffix .xyz stands for no known format"):
        writers.write([("one", tune(60))], tmp_path / "more", layout="clips", clips=".xyz")
    assert not (tmp_path / "more").exists()


# -- what is refused -------------------------------------------------------------------------


def test_refusals(tmp_path: Path) -> None:
    (tmp_path / "old.mid").write_text("old")
    (tmp_path / "folder.mid").mkdir()
    (tmp_path / "clips").mkdir()
    (tmp_path / "clips" / "mine.txt").write_text("mine")
    pair = [("one", tune(60)), ("two", tune(60, 60, 60, 60, 60))]
    for tunes_, name, layout, error, words in (
        ([], "out.mid", "tracks", UsageError, "no tunes"),
        (pair, "out.mid", "tracks", UsageError, "'two' and 'one' have different measures"),
        (pair, "out.mid", "spiral", UsageError, "layout 'spiral' is not known: use one of tracks, sequence, clips"),
        (pair[:1], "out.xyz", "tracks", UsageError, "out.xyz: suffix .xyz stands for no known format: use one of .mid"),
        (pair[:1], "out", "sequence", UsageError, "a name without a suffix"),
        (pair[:1], "old.mid", "tracks", WriteError, "old.mid exists already: .* force"),
        (pair[:1], "folder.mid", "tracks", WriteError, "a folder: name a file in it"),
        (pair[:1], "none/out.mid", "tracks", WriteError, "does not exist"),
        (pair[:1], "clips", "clips", WriteError, "has files in it: .* force"),
        (pair[:1], "old.mid", "clips", WriteError, "a file, not a folder"),
    ):
        with pytest.raises(error, match=words) as caught:
            writers.write(tunes_, tmp_path / name, layout=layout)
        assert "\n" not in str(caught.value)
    with pytest.raises(UsageError, match="layout 'spiral'"):
        midi.write(pair, tmp_path / "out.mid", layout="spiral")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["clips", "folder.mid", "old.mid"]
    assert (tmp_path / "old.mid").read_text() == "old"


def test_force_replaces_files_but_not_the_users_others(tmp_path: Path) -> None:
    for layout, name in (("tracks", "out.mid"), ("clips", "clips")):
        writers.write([("x", tune(60))], tmp_path / name, layout=layout)
        if layout == "clips":
            (tmp_path / name / "mine.txt").write_text("mine")
        writers.write([("x", tune(72))], tmp_path / name, layout=layout, force=True)
    assert readers.read(tmp_path / "out.mid").notes[0].pitch == 72
    assert readers.read(tmp_path / "clips" / "01_x.mid").notes[0].pitch == 72
    assert (tmp_path / "clips" / "mine.txt").read_text() == "mine"


def test_force_removes_the_older_clips_of_the_same_series_alone(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    def clips(attribute: str, *steps: float) -> list[tuple[str, Tune]]:
        return [(f"{attribute} {step:+.1f}", tune(60)) for step in steps]

    folder = tmp_path / "clips"
    writers.write(clips("rhythm", -2, -1, 0, 1, 2), folder, layout="clips")
    writers.write(clips("range", -1, 0), folder, layout="clips", force=True)
    assert caplog.text == ""
    others = ["01_rhythm.mid", "02_rhythm_-1.0.abc", "02_rhythm_-1.0_mine.mid", "notes.txt", "rhythm_-1.0.mid"]
    for name in others:
        (folder / name).write_text("mine")
    (folder / "09_rhythm_+9.0.mid").mkdir()
    with pytest.raises(ValueError, match="range"):
        writers.write([*clips("rhythm", -2, 0), ("x", tune(600))], folder, layout="clips", force=True)
    assert (folder / "02_rhythm_-1.0.mid").is_file()
    writers.write(clips("rhythm", -2, 0, 2), folder, layout="clips", force=True)
    left = ["01_range_-1.0.mid", "02_range_+0.0.mid", "09_rhythm_+9.0.mid"]
    new = ["01_rhythm_-2.0.mid", "02_rhythm_+0.0.mid", "03_rhythm_+2.0.mid"]
    assert sorted(path.name for path in folder.iterdir()) == sorted([*others, *left, *new])
    assert [record.message for record in caplog.records] == [f"{folder}: 4 clips of an earlier run removed"]


def test_a_failure_keeps_the_old_file(tmp_path: Path) -> None:
    writers.write([("x", tune(60))], tmp_path / "out.mid")
    with pytest.raises(ValueError, match="range"):
        writers.write([("x", tune(600))], tmp_path / "out.mid", force=True)
    assert readers.read(tmp_path / "out.mid").notes[0].pitch == 60
    assert [path.name for path in tmp_path.iterdir()] == ["out.mid"]


def test_other_packages_formats(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def load(point: EntryPoint) -> object:
        raise ImportError("no sound\nhere")

    monkeypatch.setattr(EntryPoint, "load", load)
    monkeypatch.setattr("importlib.metadata.entry_points", lambda group: [EntryPoint("xyz", "loud.module", group)])
    assert writers.suffixes()[-1] == ".xyz"
    with pytest.raises(
        WriteError, match=r"out.xyz: its writer loud.module cannot be loaded \(ImportError: no sound here\)"
    ):
        writers.write([("x", tune(60))], tmp_path / "out.xyz")
    written = []
    monkeypatch.setattr(
        EntryPoint, "load", lambda self: type("M", (), {"write": lambda *a, **k: written.append((a, k))})
    )
    writers.write([("x", tune(60))], tmp_path / "out.XYZ")
    assert written[0][1] == {"layout": "tracks", "force": False}
