"""ABC out: read again by this library's reader and by another, and pleasant to read."""

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import abcnotes
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from armusic.errors import OffGridError, UsageError
from armusic.io import readers, writers
from armusic.io.writers import abc
from armusic.music.score import MODES, Key, Metre, Note, Tune
from tests.notation import JIG, REEL, WALTZ
from tests.notation import tune as read
from tests.strategies import measures_of, tunes

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
        '"^rhythm +0.0"[M:6/8]GAB G3|]',
    ]


def test_tempos_stand_where_they_change() -> None:
    tune = replace(
        read("6/8", "G3 A3|B3 c3|"), tempos=((Fraction(0), 120.0), (Fraction(3, 2), 90.5), (Fraction(3), 90.0))
    )
    assert abc.text([("t", tune)]).splitlines()[4:] == ["Q:3/8=80", "K:G", "G3 [Q:1/4=90.5]A3|[Q:3/8=60]B3 c3|]"]


def test_refusals(tmp_path: Path) -> None:
    off = Tune((Note(Fraction(1, 5), Fraction(4, 5), 60),), measures_of([Metre(2, 4)]), source="in.mid")
    with pytest.raises(OffGridError, match="out.abc, 'one', measure 1: .* from quarter note 1 to 1 1/5 .*: quantise"):
        writers.write([("one", off)], tmp_path / "out.abc")
    with pytest.raises(UsageError, match="one voice"):
        abc.write([("one", off)], tmp_path / "out.abc", layout="tracks")
    assert not list(tmp_path.iterdir())
