"""What players do with a MIDI file beside its notes: pedals, silences, channels, encodings, impossible tempos."""

from fractions import Fraction
from pathlib import Path

import pytest

from armusic.errors import MusicError, NoNotesError, UsageError
from armusic.io import writers
from armusic.io.readers import midi
from armusic.io.readers.options import STRICT, Reading
from armusic.music import smf
from armusic.music.score import Tune
from armusic.music.smf import CONTROL_CHANGE, END_OF_TRACK, NOTE_OFF, NOTE_ON, Event
from armusic.music.smf_notes import pairs
from tests.io.readers.conftest import Read
from tests.songs import BASS, BEATS, CHORDS, TUNE, Notes, song, track

CASES = Path(__file__).parents[1] / "cases"


def played(tune: Tune) -> list[tuple[float, float, int]]:
    return [(float(note.start), float(note.duration), note.pitch) for note in tune.notes]


SCALE = [60, 62, 64, 65, 67, 69, 71, 72]


def held(*ups_and_downs: tuple[float, int]) -> list[Event]:
    return [Event(round(480 * at), CONTROL_CHANGE, bytes([64, value])) for at, value in ups_and_downs]


# -- the end of a track ----------------------------------------------------------------------


def test_the_end_of_a_track_is_no_note() -> None:
    tune = midi.read(CASES / "track-ends-25-ticks-late.mid")
    assert len(tune.measures) == 3
    assert tune.padding == (0, 3)


@pytest.mark.parametrize(("late", "rest"), [(1, 3), (25, 3), (-1, 3), (480, 2), (490, 2), (1439, 0), (1440, 0)])
def test_a_track_that_ends_between_two_ticks(read: Read, late: int, rest: int) -> None:
    notes = [*TUNE, (8, 1, 60)]
    events = track(notes)[:-1]
    tune = read(song((*events, Event(max(9 * 480 + late, 9 * 480), END_OF_TRACK, b""))))
    assert tune.padding == (0, rest)


# -- all notes off ---------------------------------------------------------------------------


def test_a_silence_ends_notes(caplog: pytest.LogCaptureFixture) -> None:
    tune = midi.read(CASES / "m02_all_notes_off.mid")
    assert played(tune) == [(start, 0.75, pitch) for start, pitch in enumerate(SCALE)]
    assert "never ends" not in caplog.text


@pytest.mark.parametrize("controller", [120, 123, 124, 127])
@pytest.mark.parametrize(
    ("events", "expected"),
    [
        ([(0, 60, 1), (480, -1, 0)], [(0, 1)]),
        ([(0, 60, 1), (480, -1, 0), (960, 60, 0)], [(0, 1)]),  # its own end comes too late
        ([(0, 60, 1), (480, -1, 0), (480, 60, 1), (960, 60, 0)], [(0, 1), (2, 3)]),
        ([(0, 60, 1), (480, 60, 1), (480, -1, 0), (960, 60, 0)], [(0, 2), (1, 3)]),  # at one tick in any order
        ([(0, -1, 0), (0, 60, 1), (480, 60, 0)], [(1, 2)]),
        ([(0, 60, 1), (240, 62, 1), (480, -1, 0)], [(0, 2), (1, 2)]),
        ([(0, 60, 1), (480, 60, 0), (480, -1, 0)], [(0, 2)]),
    ],
)
def test_which_notes_a_silence_ends(
    events: list[tuple[int, int, int]], expected: list[tuple[int, int]], controller: int
) -> None:
    built = [
        Event(tick, NOTE_ON if on else NOTE_OFF, bytes([pitch, 80]))
        if pitch >= 0
        else Event(tick, CONTROL_CHANGE, bytes([controller, 0]))
        for tick, pitch, on in events
    ]
    assert pairs(built) == {0: expected}
    assert pairs([*built, Event(2000, CONTROL_CHANGE + 1, bytes([123, 0]))]) == {0: expected}


def test_a_silence_goes_with_the_notes_that_it_ends(tmp_path: Path) -> None:
    tune = midi.read(CASES / "m02_all_notes_off.mid")
    longer = Tune(
        (tune.notes[0], *tune.notes[2:]), tune.measures, origin=tune.origin, program=tune.program, tempos=tune.tempos
    )
    writers.write([("x", longer)], tmp_path / "x.mid")
    again = smf.parse((tmp_path / "x.mid").read_bytes(), "x").tracks[0]
    assert sum(event.status == CONTROL_CHANGE for event in again) == 4  # those of the second measure
    assert [end >= 0 for _, end in pairs(again)[0]] == [True] * 7


# -- the sustain pedal -----------------------------------------------------------------------


def test_the_pedal_holds_notes(caplog: pytest.LogCaptureFixture) -> None:
    tune = midi.read(CASES / "m18_pedal.mid")
    assert {float(note.duration) for note in tune.notes[:-1]} == {1.0}
    assert "the sustain pedal holds 31 of 32 notes: they last until it is released or the next note" in caplog.text


@pytest.mark.parametrize(
    ("pedal", "lengths"),
    [
        ([(0, 127), (8, 0)], [1, 2]),  # until the next note
        ([(0, 127), (1.75, 0)], [1, 0.75]),  # until it is released
        ([(0, 127), (1.5, 0)], [1, 0.5]),  # released as the note ends
        ([(0, 127), (0.25, 0)], [0.5, 0.5]),
        ([(0.75, 127)], [0.5, 2]),
        ([(0, 63)], [0.5, 0.5]),
    ],
)
def test_how_long_the_pedal_holds(read: Read, pedal: list[tuple[float, int]], lengths: list[float]) -> None:
    tune = read(song(track([(0, 0.5, 60), (1, 0.5, 62), (3, 0.5, 64)], others=held(*pedal))))
    assert [float(note.duration) for note in tune.notes[:2]] == lengths
    assert [float(note.start) for note in tune.notes] == [0, 1, 3]


def test_a_corpus_reads_the_lengths_of_the_keys() -> None:
    assert {float(note.duration) for note in midi.read(CASES / "m18_pedal.mid", STRICT).notes} == {0.1}


# -- channel 10 ------------------------------------------------------------------------------


def test_what_is_named_is_taken(read: Read, tmp_path: Path) -> None:
    case = CASES / "m22b_melody_on_ch10.mid"
    for name in ("1", "1:10", "Lead", "lead synth"):
        tune = midi.read(case, Reading(track=name))
        assert len(tune.notes) == 32
    writers.write([("x", tune), ("y", Tune(tune.notes[1:], tune.measures, origin=tune.origin))], tmp_path / "x.mid")
    with pytest.raises(NoNotesError, match="only drums .channel 10. in it: if they are a melody, name its track with"):
        midi.read(case)
    with pytest.raises(UsageError, match="no melody in track '2': notes are on channel 10"):
        midi.read(case, Reading(track="2"))


def test_drums_beside_other_parts(read: Read, caplog: pytest.LogCaptureFixture) -> None:
    data = song(track(TUNE, "Tune"), track(BEATS, "Kit", channel=9))
    assert {note.pitch for note in read(data, track="kit").notes} == {42}
    assert "taken for drums" not in caplog.text
    assert {note.pitch for note in read(data).notes} == {pitch for _, _, pitch in TUNE}


# -- encodings, tempos, keys -----------------------------------------------------------------


def test_a_name_in_shift_jis(caplog: pytest.LogCaptureFixture) -> None:
    assert midi.read(CASES / "m05_shift_jis.mid").title == "メロディ"
    assert "by its name" in caplog.text


@pytest.mark.parametrize(
    ("text", "encoding"),
    [("主旋律", "shift_jis"), ("ボーカル 1", "cp932"), ("Träumerei", "latin-1"), ("Größe", "latin-1"),
     ("Été", "latin-1"), ("メロディ", "utf-8"), ("Señor Café", "latin-1"), ("Ave Maria", "ascii")],
)  # fmt: skip
def test_names(text: str, encoding: str) -> None:
    assert midi.parts.text_of(text.encode(encoding)) == text


def test_a_tempo_that_nobody_plays(caplog: pytest.LogCaptureFixture) -> None:
    assert midi.read(CASES / "m07b_tempo_fastest.mid").tempos == ((0, 1000.0),)
    assert "a tempo of 60,000,000 quarter notes a minute: taken for 1,000" in caplog.text
    with pytest.raises(MusicError, match=r"m07b.*\.mid: a tempo of 60,000,000 quarter notes a minute: correct it"):
        midi.read(CASES / "m07b_tempo_fastest.mid", STRICT)


def test_remarks_on_key_signatures_are_grouped(read: Read, caplog: pytest.LogCaptureFixture) -> None:
    wrong = [Event(480 * at, smf.KEY_SIGNATURE, b"\x0c\x00") for at in range(3)]
    read(song(track(TUNE, others=wrong)))
    lines = [record.getMessage() for record in caplog.records if "key signature" in record.getMessage()]
    assert len(lines) == 1
    assert lines[0].endswith("3 impossible key signatures are ignored, the first at quarter note 0")


def test_no_melody_is_its_own_clock(read: Read) -> None:
    """The bass keeps the beat; that a pedal lengthens the melody's notes does not make the melody another part."""
    notes: Notes = [(start * Fraction(107, 100), 0.2, pitch) for start, _, pitch in TUNE]
    tune = read(
        song(track(notes, "Melody", others=held((0, 127), (8, 0))), track(BASS, channel=1), track(CHORDS, channel=2))
    )
    assert tune.title == "Melody"
