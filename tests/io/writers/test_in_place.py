"""A variation takes the melody's place in its file; all else stays, event for event."""

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import mido
import pretty_midi
import pytest
import symusic
from hypothesis import given
from hypothesis import strategies as st

from armusic.errors import UsageError
from armusic.io import readers, writers
from armusic.io.readers.midi import parts_of
from armusic.io.readers.options import Reading
from armusic.music import smf
from armusic.music.score import Tune
from armusic.music.smf import Event
from tests.songs import TUNE, Notes, band, signature, song, track

Timed = list[tuple[Fraction, int, bytes]]


def read(folder: Path, data: bytes, **reading: object) -> Tune:
    (folder / "song.mid").write_bytes(data)
    return readers.read(folder / "song.mid", Reading(**reading))


def write_and_read(folder: Path, *tunes: Tune, layout: str = "tracks") -> list[Timed]:
    """Return the tracks of the file that tunes are written to: when each event is, and what."""
    named = [(f"step {number}", tune) for number, tune in enumerate(tunes)]
    out = folder / ("out.mid" if layout == "tracks" else "out")
    writers.write(named, out, layout=layout, force=True)
    return events((out if out.is_file() else min(out.iterdir())).read_bytes())


def events(data: bytes) -> list[Timed]:
    file = smf.parse(data, "x")
    return [[(Fraction(e.tick, file.ticks_per_quarter), e.status, e.data) for e in track] for track in file.tracks]


def closed(before: list[Timed], end: int) -> list[Timed]:
    """Return tracks, of which those with notes end on a bar line."""
    with_notes = [any(0x90 <= status < 0xA0 for _, status, _ in timed) for timed in before]
    ended = [[*timed[:-1], (Fraction(end), smf.END_OF_TRACK, b"")] for timed in before]
    return [new if sounds else old for old, new, sounds in zip(before, ended, with_notes, strict=True)]


def pitches(timed: Timed) -> list[tuple[Fraction, int]]:
    """Return when notes start, and their pitches."""
    return [(at, data[0]) for at, status, data in timed if 0x90 <= status < 0xA0]


def higher(tune: Tune, rows: Sequence[int] = (0, 1, 2, 3)) -> Tune:
    """Return the tune with the notes of some measures a semitone higher."""
    measures = [measure for row, measure in enumerate(tune.measures) if row in rows]
    return replace(
        tune,
        notes=tuple(
            replace(note, pitch=note.pitch + any(measure.start <= note.start < measure.end for measure in measures))
            for note in tune.notes
        ),
    )


@given(
    division=st.sampled_from([24, 96, 100, 120, 220, 480, 960, 1024, 32767]),
    rows=st.sets(st.integers(0, 1), min_size=1),
)
def test_the_rest_of_the_file_is_as_it_was(
    tmp_path_factory: pytest.TempPathFactory, division: int, rows: set[int]
) -> None:
    folder = tmp_path_factory.mktemp("in_place")
    data = band(division=division, signatures=[signature(0, 4, 4, division)])
    tune = read(folder, data)
    for layout in ("tracks", "clips"):
        before = closed(events(data), 8)
        after = write_and_read(folder, higher(tune, sorted(rows)), layout=layout)
        assert len(before) == len(after)
        for number, (old, new) in enumerate(zip(before, after, strict=True)):
            assert old == new or number == 2
        melody = [[event for event in old[2] if not 0x80 <= event[1] < 0xA0] for old in (before, after)]
        assert melody[0] == melody[1]  # controllers, program and lyrics
        assert [pitch for _, pitch in pitches(after[2])] == [
            pitch + (int(start >= 4) in rows) for start, _, pitch in TUNE
        ]


def test_the_melody_itself_is_not_touched_and_steps_stand_beside_it(tmp_path: Path) -> None:
    data = band()
    tune = read(tmp_path, data)
    after = write_and_read(tmp_path, higher(tune, [0]), tune, higher(tune))
    assert [*after[:3], *after[5:]] == closed(events(data), 8)
    assert [smf.parse((tmp_path / "out.mid").read_bytes(), "x").type, len(after)] == [1, 7]
    file = mido.MidiFile(tmp_path / "out.mid")
    assert [track.name for track in file.tracks] == ["Song", "Piano", "Lead vocal", "step 0", "step 2", "Bass", "Drums"]
    channels = [{message.channel for message in track if not message.is_meta} for track in file.tracks]
    assert channels == [set(), {2}, {4}, {0}, {3}, {1}, {9}]
    (volume,) = [message for message in file.tracks[3] if message.type == "control_change"]
    assert (volume.control, volume.value) == (7, 99)
    assert {message.program for message in file.tracks[3] if message.type == "program_change"} == {52}
    assert not [message for message in file.tracks[3] if message.type == "lyrics"]


def test_the_original_stays_in_its_place_also_where_a_step_before_it_is_the_same(tmp_path: Path) -> None:
    tune = read(tmp_path, band())
    named = [("syncopation -2.0", tune), ("syncopation +0.0", tune), ("syncopation +2.0", higher(tune))]
    writers.write(named, tmp_path / "out.mid", original="syncopation +0.0")
    names = [track.name for track in mido.MidiFile(tmp_path / "out.mid").tracks]
    assert names[2:5] == ["Lead vocal", "syncopation -2.0", "syncopation +2.0"]


def test_tracks_that_share_the_melodys_channel_are_counted(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    tune = read(tmp_path, band())  # four parts, of which one is drums: 13 channels for the melody and its steps
    caplog.clear()
    write_and_read(tmp_path, *[tune] * 13)
    assert caplog.text == ""
    after = write_and_read(tmp_path, *[tune] * 15)
    channels = [{status & 0x0F for _, status, _ in track if 0x90 <= status < 0xA0} for track in after]
    assert channels.count({4}) == 3
    (record,) = caplog.records
    assert record.message.startswith("out.mid: 2 of 15 tracks share a channel with another")


def test_other_libraries_read_it(tmp_path: Path) -> None:
    tune = read(tmp_path, band(division=100))
    write_and_read(tmp_path, tune, higher(tune))
    path = str(tmp_path / "out.mid")
    assert sum(len(instrument.notes) for instrument in pretty_midi.PrettyMIDI(path).instruments) == 12 + 9 + 9 + 8 + 16
    assert symusic.Score(path).note_num() == 12 + 9 + 9 + 8 + 16


def test_measures_that_are_as_they_were_keep_what_the_tune_left_out(tmp_path: Path) -> None:
    notes: Notes = [*TUNE, (0, 1, 60), (4.01, 1, 62)]
    tune = read(tmp_path, song(track(notes), track([(0, 8, 40)], channel=1)))
    assert [note.pitch for note in tune.notes] == [pitch for _, _, pitch in TUNE]
    (melody, _) = write_and_read(tmp_path, higher(tune, [0]))
    late = Fraction(round(4.01 * 480), 480)
    unchanged = [(Fraction(start), pitch) for start, _, pitch in TUNE if start >= 4]
    assert pitches(melody)[-5:] == sorted([*unchanged, (late, 62)])
    assert len(pitches(melody)) == 5 + 5


def test_a_measure_through_which_a_changed_note_is_held_keeps_no_note_below_it(tmp_path: Path) -> None:
    notes: Notes = [(0, 8, 72), (4, 2, 60), (8, 4, 71)]
    tune = read(tmp_path, song(track(notes), track([(0, 12, 40)], channel=1)))
    assert [note.pitch for note in tune.notes] == [72, 71]
    (melody, _) = write_and_read(tmp_path, higher(tune, [0]))
    assert pitches(melody) == [(0, 73), (8, 71)]


@pytest.mark.parametrize(("length", "until"), [(6, 4), (3, 3)])
def test_a_note_that_stays_ends_where_a_new_one_strikes_its_key(tmp_path: Path, length: int, until: int) -> None:
    notes: Notes = [(0, 4, 72), (1, length, 60), (4, 4, 71)]
    tune = read(tmp_path, song(track(notes), track([(0, 8, 40)], channel=1)))
    lower = replace(tune, notes=(tune.notes[0], replace(tune.notes[1], pitch=60)))
    write_and_read(tmp_path, lower)
    (part, _) = parts_of(smf.parse((tmp_path / "out.mid").read_bytes(), "x"))
    assert (part.start / 480).tolist() == [0, 1, 4]
    assert (part.end / 480).tolist() == [4, 1 + until if until == 3 else until, 8]


def test_passages_pass_through(tmp_path: Path) -> None:
    notes = [(start, 1, 60 + start) for start in range(13)]
    data = song(track(notes, others=[signature(0, 4, 4), signature(4, 10, 8), signature(9, 4, 4)]))
    tune = read(tmp_path, data)
    (melody,) = write_and_read(tmp_path, higher(tune))
    assert pitches(melody) == [(start, 60 + start + (not 4 <= start < 9)) for start in range(13)]


def test_a_pickup_is_where_it_was(tmp_path: Path) -> None:
    data = band([(start + 1, length, pitch) for start, length, pitch in [(-1, 1, 66), *TUNE]],
                signatures=[signature(0, 1, 4), signature(1, 4, 4)])  # fmt: skip
    tune = read(tmp_path, data)
    assert tune.padding == (3, 0)
    after = write_and_read(tmp_path, higher(tune))
    assert pitches(after[2]) == [(0, 67), *((start + 1, pitch + 1) for start, _, pitch in TUNE)]


@pytest.mark.parametrize(("groove", "late"), [("drop", 0), ("keep", 12)])
def test_groove(tmp_path: Path, groove: str, late: int) -> None:
    played = [
        (start + (Fraction(12, 480) if start == 2 else 0), Fraction(length) * Fraction(9, 10), p)
        for start, length, p in TUNE
    ]
    tune = read(tmp_path, band(played), groove=groove)
    assert [note.start for note in tune.notes] == [start for start, _, _ in TUNE]
    (_, _, melody, *_) = write_and_read(tmp_path, higher(tune))
    starts = [at for at, _ in pitches(melody)]
    assert starts[3] == 2 + Fraction(late, 480)
    assert [start for n, start in enumerate(starts) if n != 3] == [s for s, _, _ in TUNE if s != 2]


def test_beats_that_are_given_are_the_clock(tmp_path: Path) -> None:
    played = [(start * 1.25 + 0.5, length * 1.25, pitch) for start, length, pitch in TUNE]
    tune = read(tmp_path, band(played), tempo=96)
    (_, _, melody, *_) = write_and_read(tmp_path, higher(tune))
    assert [(float(at), pitch - 1) for at, pitch in pitches(melody)] == [(start, p) for start, _, p in played]


def test_a_sequence_is_the_melody_alone(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    tune = read(tmp_path, band())
    writers.write([("a", tune), ("b", higher(tune))], tmp_path / "out.mid", layout="sequence")
    assert len(smf.parse((tmp_path / "out.mid").read_bytes(), "x").tracks) == 2
    assert "a sequence is the melody alone" in caplog.text


@pytest.mark.parametrize("others", [[], [track([(0, 8, 40)], channel=1)]], ids=["alone", "with a bass"])
def test_a_melody_keeps_its_events_whatever_else_is_in_the_file(
    tmp_path: Path, others: list[tuple[Event, ...]]
) -> None:
    """A tempo of whole microseconds, release velocities, a pickup by its time signature, no program."""
    head = [signature(0, 1, 4), signature(1, 4, 4), Event(0, smf.SET_TEMPO, (560748).to_bytes(3, "big"))]
    notes: Notes = [(0, 1, 67), *((start + 1, length, pitch) for start, length, pitch in TUNE)]
    data = song(track([], "Song", others=head), track(notes, "Melody"), *others)
    tune = read(tmp_path, data)
    assert tune.padding[0] == 3
    for layout in ("tracks", "clips"):
        assert write_and_read(tmp_path, tune, layout=layout)[:2] == closed(events(data), 9)[:2]
    (_, melody, *_) = write_and_read(tmp_path, higher(tune, [1]))
    assert [event for event in melody if event[0] > 5] == [
        event for event in closed(events(data), 9)[1] if event[0] > 5
    ]


@pytest.mark.parametrize("conductor", [True, False])
def test_a_lone_melody_is_one_of_its_variations_in_order(tmp_path: Path, conductor: bool) -> None:
    """Tempos and metres are on a track of their own in front of them."""
    head = [signature(0, 4, 4), Event(0, smf.SET_TEMPO, (560748).to_bytes(3, "big"))]
    tracks = [track([], "Song", others=head), track(TUNE, "Flute")] if conductor else [track(TUNE, "Song", others=head)]
    data = song(*tracks, kind=int(conductor))
    tune = read(tmp_path, data)
    named = [("rhythm -1.0", higher(tune)), ("rhythm +0.0", tune), ("rhythm +1.0", higher(tune))]
    for suffix in (".mid", ".dawproject"):
        writers.write(named, tmp_path / f"out{suffix}", original="rhythm +0.0")
    file = mido.MidiFile(tmp_path / "out.mid")
    assert [each.name for each in file.tracks] == ["Song", *(name for name, _ in named)]
    assert [message.tempo for message in file.tracks[0] if message.type == "set_tempo"] == [560748]
    before, after = events(data)[-1], events((tmp_path / "out.mid").read_bytes())[2]
    assert [event for event in after if event[1] < smf.META] == [event for event in before if event[1] < smf.META]


@pytest.mark.parametrize("others", [[], [track([(0, 5, 40)], channel=1)]], ids=["alone", "with a bass"])
@pytest.mark.parametrize(
    ("last", "end"),
    [(5, 8), (8, 8), (8 + Fraction(10, 480), 8), (8 + Fraction(60, 480), 8), (8.25, 12)],
    ids=["on beat 2", "on the bar line", "a little late", "a 32nd late", "a sixteenth late"],
)
def test_parts_end_on_the_last_bar_line(
    tmp_path: Path, others: list[tuple[Event, ...]], last: Fraction, end: int
) -> None:
    notes: Notes = [(start, 1, 60 + start) for start in range(4)] + [(4, last - 4, 67)]
    tune = read(tmp_path, song(track([], others=[signature(0, 4, 4)]), track(notes, "Melody"), *others))
    assert tune.end == end
    _, melody, variation, *bass = write_and_read(tmp_path, tune, higher(tune))
    assert melody[-1] == (max(end, melody[-2][0]), smf.END_OF_TRACK, b"")  # with its last note as it was released
    assert variation[-1] == (end, smf.END_OF_TRACK, b"")
    assert [timed[-1][0] for timed in bass] == [8] * len(others)


def test_a_last_measure_that_completes_a_pickup_is_short_by_it(tmp_path: Path) -> None:
    """So the file can be repeated: 1 + 4 + 3 beats."""
    head = [signature(0, 1, 4), signature(1, 4, 4)]
    tune = read(tmp_path, song(track([(start, 1, 60 + start) for start in range(8)], others=head)))
    assert write_and_read(tmp_path, tune)[0][-1] == (8, smf.END_OF_TRACK, b"")


@pytest.mark.parametrize("others", [[], [track([(0, 8, 40)], channel=1)]], ids=["alone", "with a bass"])
@pytest.mark.parametrize(
    ("reading", "written"),
    [
        ({}, ["4/4 at 0"]),
        ({"metre": "6/8"}, ["6/8 at 0"]),
        ({"downbeat": 2}, ["1/4 at 0", "4/4 at 1"]),
        ({"metre": "6/8", "downbeat": 1 + 1 / 3}, ["1/8 at 0", "6/8 at 1/2"]),
        ({"metre": "3/4", "downbeat": 1}, ["3/4 at 0"]),
    ],
)
def test_time_signatures_are_the_files_unless_others_are_given(
    tmp_path: Path, reading: dict[str, object], written: list[str], others: list[tuple[Event, ...]]
) -> None:
    tune = read(tmp_path, song(track(TUNE, "Melody", others=[signature(0, 4, 4)]), *others), track="Melody", **reading)
    after = write_and_read(tmp_path, tune)
    signs = [(at, data) for timed in after for at, status, data in timed if status == smf.TIME_SIGNATURE]
    assert [f"{data[0]}/{1 << data[1]} at {at}" for at, data in signs] == written
    assert pitches(after[0]) == [(start, pitch) for start, _, pitch in TUNE]


@pytest.mark.parametrize(("pace", "ticks"), [(560748, 480), (560747, 480), (416667, 960)])
def test_a_sequence_has_the_files_own_tempo(tmp_path: Path, pace: int, ticks: int) -> None:
    """107 a minute are 560747.7 microseconds each, which programs round up or down."""
    head = [signature(0, 4, 4, ticks), Event(0, smf.SET_TEMPO, pace.to_bytes(3, "big"))]
    tune = read(tmp_path, song(track(TUNE, "Melody", division=ticks, others=head), division=ticks))
    writers.write([("a", tune), ("b", higher(tune))], tmp_path / "out.mid", layout="sequence")
    paces = [message.tempo for message in mido.MidiFile(tmp_path / "out.mid").tracks[0] if message.type == "set_tempo"]
    assert paces == [pace, pace]


def test_a_sequence_of_a_lone_melody_leaves_nothing_out(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    tune = read(tmp_path, song(track([], "Song", others=[signature(0, 4, 4)]), track(TUNE, "Flute")))
    writers.write([("a", tune), ("b", higher(tune))], tmp_path / "out.mid", layout="sequence")
    assert caplog.text == ""


def test_a_sequence_says_that_pickups_are_filled_up(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    head = [signature(0, 1, 4), signature(1, 4, 4)]
    tune = read(tmp_path, song(track([(start, 1, 60 + start) for start in range(9)], others=head)))
    writers.write([("a", tune), ("b", tune)], tmp_path / "out.mid", layout="sequence")
    assert "in a sequence, pickups have a rest before them, so that every tune starts on a bar line" in caplog.text


@pytest.mark.parametrize("others", [[], [track([(0, 8, 40)], channel=1, division=96)]], ids=["alone", "with a bass"])
def test_ticks_per_quarter_note_are_the_files_unless_others_are_given(
    tmp_path: Path, others: list[tuple[Event, ...]]
) -> None:
    head = [signature(0, 4, 4, 96)]
    tune = read(tmp_path, song(track(TUNE, "Melody", division=96, others=head), *others, division=96))
    for wish, ticks in ((None, 96), (480, 480), (48, 48), (120, 120)):
        writers.write([("x", higher(tune))], tmp_path / "out.mid", ppq=wish, force=True)
        assert smf.parse((tmp_path / "out.mid").read_bytes(), "x").ticks_per_quarter == ticks
        (melody, *_) = events((tmp_path / "out.mid").read_bytes())
        assert pitches(melody) == [(start, pitch + 1) for start, _, pitch in TUNE]


def test_ticks_in_which_events_would_move_are_refused(tmp_path: Path) -> None:
    tune = read(tmp_path, song(track([*TUNE, (8 + 1 / 480, 1, 60)], others=[signature(0, 4, 4)])))
    with pytest.raises(UsageError, match="120 ticks per quarter note: the file around the melody has 480"):
        writers.write([("x", tune)], tmp_path / "out.mid", ppq=120)


def test_silent_measures_at_the_end_stay_if_the_file_covers_them(tmp_path: Path) -> None:
    for silent, end in ((4, 12), (6, 12), (400, 8 + 16 * 4)):
        (*melody, _) = track(TUNE, others=[signature(0, 4, 4)])
        tune = read(tmp_path, song((*melody, Event(480 * (8 + silent), smf.END_OF_TRACK, b""))))
        assert write_and_read(tmp_path, tune)[0][-1] == (end, smf.END_OF_TRACK, b"")


@pytest.mark.parametrize("start", [8 - Fraction(20, 480), 8, 8 + Fraction(20, 480)], ids=["early", "exact", "late"])
def test_a_note_on_the_last_bar_line_has_a_measure(tmp_path: Path, start: Fraction) -> None:
    tune = read(tmp_path, song(track([*TUNE[:-1], (7, 0.5, 60), (start, 1, 67)], others=[signature(0, 4, 4)])))
    assert tune.end == 12
    assert write_and_read(tmp_path, tune)[0][-1] == (12, smf.END_OF_TRACK, b"")


def other_file(folder: Path) -> Tune:
    """Return a melody on a flute from another file, with a bass of its own."""
    (folder / "other.mid").write_bytes(
        song(
            track([], "Song", others=[signature(0, 4, 4)]),
            track([(n, 1, 72 + n % 5) for n in range(8)], "Melody", others=[smf.Event(0, 0xC0, bytes([73]))]),
            track([(n, 1, 40) for n in range(8)], "Low", channel=3),
        )
    )
    return readers.read(folder / "other.mid")


def test_a_tune_of_another_file_stands_among_the_other_parts_of_the_first(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    first, second = read(tmp_path, band()), other_file(tmp_path)
    tracks = write_and_read(tmp_path, first, second)
    before = closed(events((tmp_path / "song.mid").read_bytes()), 8)
    assert [before[k] for k in (0, 1, 3, 4)] == [tracks[k] for k in (0, 1, 4, 5)]  # all but the melody, as it was
    new = tracks[3]
    assert [data[0] for _, status, data in new if status & 0xF0 == 0x90] == [note.pitch for note in second.notes]
    others = {(status & 0xF0, data) for _, status, data in new if status < 0xF0 and status & 0xF0 not in (0x80, 0x90)}
    assert others == {(0xC0, bytes([73]))}  # its own instrument, and none of the first one's controllers
    assert "out.mid: the other part of other.mid is left out: the layout clips keeps them" in caplog.messages


def test_a_tune_without_a_file_stands_among_the_other_parts_of_the_first(tmp_path: Path) -> None:
    tune = read(tmp_path, band())
    assert len(write_and_read(tmp_path, tune, replace(higher(tune), origin=None))) == 6


def test_what_does_not_fit_into_its_file_is_written_on_its_own(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    tune = read(tmp_path, band())
    longer = replace(tune, measures=(*tune.measures, replace(tune.measures[0], start=tune.end)))
    assert len(write_and_read(tmp_path, longer)) == 2
    message = "the 3 other parts and lyrics and markers of song.mid are left out"
    assert f"out.mid: {message}" in caplog.messages
    caplog.clear()
    writers.write([("a", longer), ("b", longer)], tmp_path / "out", layout="clips")
    assert caplog.messages == [f"out: {message}"]


def test_measures_that_pass_through_are_those_of_one_file(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """In the first file a measure of 7/8 stands between the two measures that the other has: no tracks side by side."""
    sevens = [signature(0, 4, 4), signature(4, 7, 8), signature(7.5, 4, 4)]
    notes: Notes = [(n / 2, 0.5, 60 + n % 5) for n in range(23)]
    bass = track([(n, 1, 40) for n in range(11)], "Low", channel=3)
    first = read(tmp_path, song(track(notes, "Melody", others=sevens), bass))
    with pytest.raises(UsageError, match="have different measures: write them with the layout sequence or clips"):
        write_and_read(tmp_path, first, other_file(tmp_path))
    message = "out.mid: the other part of song.mid and the other part of other.mid are left out: the layout clips"
    assert any(text.startswith(message) for text in caplog.messages)
