"""ABC out: read again by this library's reader and by another, and pleasant to read."""

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import abcnotes
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from armusic.errors import UsageError
from armusic.io import readers, writers
from armusic.io.writers import abc
from armusic.music.score import MODES, Key, Metre, Note, Tune
from tests.notation import JIG, REEL, WALTZ
from tests.notation import tune as read
from tests.strategies import measures_of, tunes

CASES = Path(__file__).parents[1] / "cases"
Sounds = list[tuple[int | None, Fraction]]

keys = st.builds(Key, st.integers(-7, 7), st.sampled_from(list(MODES)))
MISREAD = {Key(-6, "locrian"), Key(-5, "phrygian"), Key(-5, "locrian")}  # abcnotes 0.1.0 gives Floc, Fphr, Cloc sharps


def sounds(*tunes: Tune) -> Sounds:
    """Return what tunes sound, one after another: pitches, None for silence, with their lengths."""
    sequence: Sounds = []
    for tune in tunes:
        at = Fraction(0)
        for note in (*tune.notes, None):
            start = tune.end if note is None else note.start
            if start > at:
                sequence.append((None, start - at))
            if note:
                sequence.append((note.pitch, note.duration))
                at = note.end
    return merge_rests(sequence)


def merge_rests(sounds: Sounds) -> Sounds:
    """Return the same with one rest for several in a row."""
    merged: Sounds = []
    for pitch, length in sounds:
        if merged and pitch is None and merged[-1][0] is None:
            merged[-1] = (None, merged[-1][1] + length)
        else:
            merged.append((pitch, length))
    return merged


def ours(text: str) -> Sounds:
    from armusic.io.readers import abc as reader

    return merge_rests(reader.sequence(text))


def theirs(text: str) -> Sounds:
    sounds: Sounds = []
    tied = None
    for bar in abcnotes.Tune(abc=text).expand_repeats(strict=False):
        for token in bar:
            if not isinstance(token, abcnotes.Note | abcnotes.Rest):
                continue
            (over, under), (unit, whole) = token.length, token.time_sig._unit_len
            length = Fraction(4 * over * unit, under * whole)
            pitch = token.pitch.abs_value + 60 if isinstance(token, abcnotes.Note) else None
            if pitch is not None and pitch == tied:
                length += sounds.pop()[1]
            sounds.append((pitch, length))
            tied = pitch if isinstance(token, abcnotes.Note) and token.tie else None
    return merge_rests(sounds)


@settings(max_examples=60)
@given(tune=tunes(), key=st.none() | keys)
def test_what_is_written_is_read_again(tune: Tune, key: Key | None) -> None:
    assert ours(abc.text([("one", replace(tune, key=key))])) == sounds(tune)


@settings(max_examples=60)
@given(tune=tunes(), key=keys.filter(lambda key: key not in MISREAD))
def test_another_library_reads_the_same(tune: Tune, key: Key) -> None:
    assert theirs(abc.text([("one", replace(tune, key=key))])) == sounds(tune)


@pytest.mark.parametrize("parse", [ours, theirs])
@settings(max_examples=30)
@given(first=tunes(), second=tunes())
def test_a_sequence_is_read_again(parse: Callable[[str], Sounds], first: Tune, second: Tune) -> None:
    pair = [("rhythm -2.0", replace(first, key=Key(3))), ('50 % "up"', replace(second, key=Key(-2)))]
    assert parse(abc.text(pair)) == merge_rests(sounds(first) + sounds(second))


@pytest.mark.parametrize(("metre", "music"), [("4/4", REEL), ("6/8", JIG), ("3/4", WALTZ), ("3/4", "C|F2 A2 c2|F4|")])
def test_a_file_gives_the_same_tune(tmp_path: Path, metre: str, music: str) -> None:
    tune = read(metre, music)
    writers.write([("t", tune)], tmp_path / "out.abc")
    assert readers.read(tmp_path / "out.abc") == replace(tune, source="out.abc")


def test_it_is_pleasant_to_read() -> None:
    steps = [
        ("rhythm -1.0", read("4/4", "d|G2BG DGBG|^c2=c2 ^f4-|f2 (3Bcd z4|")),
        ("rhythm +0.0", read("6/8", "GAB G3|")),
    ]
    assert abc.text(steps).splitlines() == [
        "X:1",
        "T:t",
        "M:4/4",
        "L:1/8",
        "Q:1/4=100",
        "K:G",
        '"^rhythm -1.0"d|G2 BG DGBG|^c2 =c2 f4-|f2 (3Bcd z4||',
        '[M:6/8]"^rhythm +0.0"GAB G3|]',
    ]


def test_tempos_stand_where_they_change() -> None:
    tune = replace(
        read("6/8", "G3 A3|B3 c3|"), tempos=((Fraction(0), 120.0), (Fraction(3, 2), 90.5), (Fraction(3), 90.0))
    )
    assert abc.text([("t", tune)]).splitlines()[4:] == ["Q:3/8=80", "K:G", "G3 [Q:1/4=90.5]A3|[Q:3/8=60]B3 c3|]"]


def test_a_tempo_in_the_midst_of_a_note_ties_it_on_an_eighth_and_else_stands_nearest(
    caplog: pytest.LogCaptureFixture,
) -> None:
    tune = readers.read(CASES / "m01_tempo_inside_note.mid")
    caplog.clear()
    music = abc.text([("one", tune)]).splitlines()[6:]
    assert music == ["C3- [Q:1/4=60]C [Q:1/4=150]D4|[Q:1/4=120]CDEF GABc|]"]
    assert [record.getMessage() for record in caplog.records] == [
        "score: 1 tempo change in the midst of a note stands at the nearest one"
    ]


def test_fields_stand_before_the_words_above_a_note() -> None:
    first = read("2/4", "C4|")
    tunes = [("a", first), ("b", replace(first, tempos=((Fraction(0), 90.0),)))]
    assert abc.text(tunes).splitlines()[6:] == ['"^a"C4||', '[Q:1/4=90]"^b"C4|]']


@pytest.mark.parametrize("parts", [3, 5, 6, 7, 9, 10])
@pytest.mark.parametrize("length", [Fraction(1, 2), Fraction(1), Fraction(2)])
def test_tuplets_are_read_again(parts: int, length: Fraction) -> None:
    notes = [Note(length * number / parts, length / parts, 60 + number) for number in range(parts)]
    tune = Tune((*notes, Note(Fraction(2), Fraction(2), 90)), measures_of([Metre(4, 4)]), key=Key(0))
    assert ours(abc.text([("one", tune)])) == sounds(tune)


def test_notes_that_no_notation_has_are_moved_and_it_is_said(caplog: pytest.LogCaptureFixture) -> None:
    notes = (Note(Fraction(1, 97), Fraction(96, 97), 60), Note(Fraction(1), Fraction(1), 62))
    tune = Tune(notes, measures_of([Metre(2, 4)]), key=Key(0))
    assert abc.text([("one", tune)]).splitlines()[6:] == ["C2 D2|]"]
    assert "in 1 measure, notes at times that notation cannot write are moved to the nearest 32nd" in caplog.text


def test_the_end_of_a_track_is_no_note(tmp_path: Path) -> None:
    tune = readers.read(CASES / "track-ends-25-ticks-late.mid")
    for suffix in (".abc", ".musicxml"):
        writers.write([("one", tune)], tmp_path / f"out{suffix}")
        again = readers.read(tmp_path / f"out{suffix}")
        assert (again.notes, again.measures) == (tune.notes, tune.measures)


def test_text_is_escaped() -> None:
    tune = readers.read(CASES / "q01_title_percent.mid")
    title = abc.text([("one", tune)]).splitlines()[1]
    assert title == r"""T:100\% Irish & \\'e <b>|: "q"]"""


def test_refusals(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="one voice"):
        abc.write([("one", read("2/4", "C4|"))], tmp_path / "out.abc", layout="tracks")
    assert not list(tmp_path.iterdir())
