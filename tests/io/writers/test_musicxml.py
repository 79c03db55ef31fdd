"""MusicXML out: read again by this library's reader and by music21, and right to a musician's eye."""

from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from armusic.errors import UsageError, WriteError
from armusic.io import readers, writers
from armusic.io.writers import musicxml
from armusic.music.score import MODES, Key, Metre, Note, Tune
from armusic.music.smf import Event
from tests import songs
from tests.notation import JIG, REEL, WALTZ
from tests.notation import tune as read
from tests.strategies import measures_of, tunes

keys = st.none() | st.builds(Key, st.integers(-7, 7), st.sampled_from(list(MODES)))
sounding = tunes().filter(lambda tune: bool(tune.notes))


def moved(tune: Tune, by: Fraction) -> list[Note]:
    return [replace(note, start=note.start + by) for note in tune.notes]


@settings(max_examples=15)
@given(tune=sounding, key=keys)
def test_what_is_written_is_read_again(tmp_path_factory: pytest.TempPathFactory, tune: Tune, key: Key | None) -> None:
    path = tmp_path_factory.getbasetemp() / "again.musicxml"
    writers.write([("x", replace(tune, key=key, title="Tune", program=73))], path, force=True)
    result = readers.read(path)
    assert (result.notes, result.measures, result.title, result.program) == (tune.notes, tune.measures, "Tune", 73)
    assert key is None or result.key == key


@settings(max_examples=10)
@given(first=sounding, second=tunes())
def test_a_sequence_is_read_again(tmp_path_factory: pytest.TempPathFactory, first: Tune, second: Tune) -> None:
    path = tmp_path_factory.getbasetemp() / "sequence.musicxml"
    pair = [("rhythm -2.0", replace(first, key=Key(3))), ("rhythm <2>", replace(second, key=Key(-2)))]
    writers.write(pair, path, layout="sequence", force=True)
    result = readers.read(path)
    assert list(result.notes) == [*first.notes, *moved(second, first.end)]
    assert len(result.measures) == len(first.measures) + len(second.measures)


@settings(max_examples=10)
@given(tune=sounding)
def test_music21_reads_every_part(tmp_path_factory: pytest.TempPathFactory, tune: Tune) -> None:
    from music21 import converter

    path = tmp_path_factory.mktemp("parts") / "parts.musicxml"
    writers.write([("one", tune), ("two", replace(tune, notes=tuple(moved(tune, Fraction(0))[::2])))], path)
    score: Any = converter.parse(path, forceSource=True)
    parts: dict[str, list[tuple[Fraction, Fraction, int]]] = {}
    for part in score.parts:
        notes_of_part = parts.setdefault(part.partName, [])
        for note in part.flatten().notes:
            start, length = (Fraction(x).limit_denominator(96) for x in (note.offset, note.quarterLength))
            if note.tie is not None and note.tie.type in ("continue", "stop"):  # its stripTies misses some
                start, length = notes_of_part[-1][0], notes_of_part.pop()[1] + length
            notes_of_part.append((start, length, note.pitch.midi))
    notes = [(note.start, note.duration, note.pitch) for note in tune.notes]
    assert parts == {"one": notes, "two": notes[::2]}


@pytest.mark.parametrize(
    ("metre", "music"), [("4/4", REEL), ("6/8", JIG), ("3/4", WALTZ), ("3/4", "C|F2 A2 c2|F4|"), ("2/2", "G4 A4|")]
)
def test_a_file_gives_the_same_tune(tmp_path: Path, metre: str, music: str) -> None:
    tune = read(metre, music)
    start = tune.notes[-1].start
    tune = replace(tune, tempos=((Fraction(0), 100.0), (start, 87.25)))
    writers.write([("t", tune)], tmp_path / "out.musicxml")
    assert readers.read(tmp_path / "out.musicxml") == replace(tune, source="out.musicxml")


def test_a_tempo_may_change_while_a_note_sounds(tmp_path: Path) -> None:
    from music21 import converter

    tune = replace(
        read("4/4", "C8|D2 E6|"), tempos=((Fraction(0), 100.0), (Fraction(3, 2), 87.25), (Fraction(6), 60.0))
    )
    writers.write([("t", tune)], tmp_path / "out.musicxml")
    score: Any = converter.parse(tmp_path / "out.musicxml", forceSource=True)
    marks = [
        (mark.getOffsetInHierarchy(score), mark.getQuarterBPM())
        for mark in score.recurse().getElementsByClass("MetronomeMark")
    ]
    assert marks == [(0.0, 100.0), (1.5, 87.25), (6.0, 60.0)]


def test_a_pickup_is_measure_0() -> None:
    root = musicxml.score([("t", read("3/4", "C|F2 A2 c2|F4|"))])
    assert [(measure.get("number"), measure.get("implicit")) for measure in root.iter("measure")] == [
        ("0", "yes"),
        ("1", None),
        ("2", None),
    ]
    assert [sum(int(str(d.text)) for d in measure.iter("duration")) for measure in root.iter("measure")] == [
        48,
        288,
        192,
    ]


@pytest.mark.parametrize("others", [[], [songs.track([(0, 5, 40)], channel=1)]], ids=["alone", "with a bass"])
@pytest.mark.parametrize(
    ("pickup", "last", "lengths"),
    [
        (False, 5, [4, 4]),
        (False, Fraction(3847, 480), [4, 4]),
        (True, 8, [1, 4, 3]),
        (True, 6, [1, 4, 3]),
        (True, 9, [1, 4, 4]),
    ],
    ids=["on beat 2", "late", "pickup", "pickup, on beat 2", "pickup and a whole measure"],
)
def test_the_last_measure_of_a_midi_file_is_whole_or_completes_the_pickup(
    tmp_path: Path, pickup: bool, last: Fraction, lengths: list[int], others: list[tuple[Event, ...]]
) -> None:
    """Where a MIDI file ends says nothing of the measure: its rests are written."""
    head = [songs.signature(0, 1, 4), songs.signature(1, 4, 4)] if pickup else [songs.signature(0, 4, 4)]
    played = [*((start, 1, 60 + start) for start in range(int(last) - 1)), (int(last) - 1, last - int(last) + 1, 67)]
    (tmp_path / "song.mid").write_bytes(songs.song(songs.track(played, "Melody", others=head), *others))
    tune = readers.read(tmp_path / "song.mid")
    for part in musicxml.score([("a", tune), ("b", tune)], whole=True).iter("part"):
        assert [sum(int(str(d.text)) for d in m.iter("duration")) for m in part.iter("measure")] == [
            96 * length for length in lengths
        ]


def test_a_sequence_has_rehearsal_marks_and_one_numbering() -> None:
    steps = [(f"rhythm {step}", read("3/4", "C|F2 A2 c2|F4|")) for step in ("-1.0", "+1.0")]
    root = musicxml.score(steps, "sequence")
    assert [mark.text for mark in root.iter("rehearsal")] == ["rhythm -1.0", "rhythm +1.0"]
    assert [measure.get("number") for measure in root.iter("measure")] == ["0", "1", "2", "3", "4", "5"]
    assert [mark.text for mark in root.iter("bar-style")] == ["light-light", "light-heavy"]
    assert len(list(root.iter("metronome"))) == len(list(root.iter("key"))) == 1


def beams(measure: Element) -> list[str]:
    """Return each note's beams, in short: b, c, e, and f or B for a hook forward or backward."""
    short = {"begin": "b", "continue": "c", "end": "e", "forward hook": "f", "backward hook": "B"}
    return ["".join(short[str(beam.text)] for beam in note.iter("beam")) for note in measure.iter("note")]


@pytest.mark.parametrize(
    ("metre", "music", "expected"),
    [
        ("4/4", "CDEF GABc|", "b c c e b c c e"),
        ("4/4", "CDEF zABc|", "b c c e - - b e"),
        ("4/4", "C2EF G/A/Bc2|", "- b e bb ce e -"),
        ("3/4", "CDEFGA|", "b c c c c e"),
        ("3/4", "CDEF G2|", "b e b e -"),
        ("6/8", "CDE FGA|", "b c e b c e"),
        ("6/8", "C>DE F2A|", "b cB e - -"),
        ("2/4", "C/D3/2 C>D|", "bf e b eB"),
        ("2/4", "(3CDE F/G/A/B/|", "b c e bb cc cc ee"),
    ],
)
def test_beams(metre: str, music: str, expected: str) -> None:
    (measure,) = musicxml.score([("t", read(metre, music))]).iter("measure")
    assert [text or "-" for text in beams(measure)] == expected.split()


def tuplets(measure: Element) -> list[tuple[str | None, str | None, str | None]]:
    return [
        (t.get("type"), t.get("bracket"), note.findtext("type"))
        for note in measure.iter("note")
        for t in note.iter("tuplet")
    ]


def test_a_triplet_under_one_beam_has_no_bracket_and_others_have() -> None:
    beamed, mixed, slow = musicxml.score([("t", read("2/4", "(3CDE F2|(3:2:2C2D F2|(3C2D2E2|"))]).iter("measure")
    assert tuplets(beamed) == [("start", "no", "eighth"), ("stop", "no", "eighth")]
    assert tuplets(mixed) == [("start", "yes", "quarter"), ("stop", "yes", "eighth")]
    assert tuplets(slow) == [("start", "yes", "quarter"), ("stop", "yes", "quarter")]


def test_accidentals_are_shown_once_in_a_measure_and_again_where_a_tie_brought_one() -> None:
    root = musicxml.score([("t", read("4/4", "^c2 c2 =c2 ^g2-|g2 g2 f2 =f2|"))])
    shown = [[note.findtext("accidental") for note in measure.iter("note")] for measure in root.iter("measure")]
    assert shown == [["sharp", None, "natural", "sharp"], [None, "natural", None, "natural"]]


def test_a_low_melody_is_in_the_bass_clef() -> None:
    low = Tune((Note(Fraction(0), Fraction(2), 45),), measures_of([Metre(2, 4)]))
    assert [musicxml.score([("x", melody)]).findtext(".//clef/sign") for melody in (low, read("2/4", "CD EF|"))] == [
        "F",
        "G",
    ]


def test_refusals(tmp_path: Path) -> None:
    pair = [("one", read("2/4", "CD EF|")), ("two", read("3/4", "CD EF GA|"))]
    (tmp_path / "old.musicxml").write_text("old")
    with pytest.raises(UsageError, match="out.musicxml: 'two' and 'one' have different measures"):
        writers.write(pair, tmp_path / "out.musicxml")
    with pytest.raises(WriteError, match="exists already"):
        writers.write(pair[:1], tmp_path / "old.musicxml")
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("old.musicxml", "old")]
