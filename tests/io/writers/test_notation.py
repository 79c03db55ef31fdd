"""Written music: the beats can be seen, nothing is lost, and each pitch has the name its key gives it."""

from dataclasses import replace
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from armusic.io.writers.notation import VALUES, Symbol, notate, padding_of
from armusic.io.writers.spelling import LETTERS, signature, spell
from armusic.music import keys
from armusic.music.score import METRES, MODES, Key, Metre, Note, Tune
from tests.notation import tune as read
from tests.strategies import measures_of, tunes

C = Key(0)
any_key = st.builds(Key, st.integers(-7, 7), st.sampled_from(list(MODES)))
NATURAL = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}


def short(symbol: Symbol) -> str:
    """Return a symbol as `q.` with `z` before a rest, `-` behind a tie, in brackets inside a triplet."""
    name = {Fraction(4): "w", Fraction(2): "h", Fraction(1): "q", Fraction(1, 2): "e", Fraction(1, 4): "s"}
    text = "z" * (symbol.spelling is None) + name.get(symbol.base, "t") + "." * symbol.dots + "-" * symbol.tied_on
    return f"({text})" if symbol.place else text


@pytest.mark.parametrize(
    ("metre", "music", "expected"),
    [
        ("4/4", "C8|", "w"),
        ("4/4", "C3 D5|", "q. e- h"),
        ("4/4", "C2 D4 E2|", "q h q"),
        ("4/4", "C D2 E2 F2 G|", "e q e- e q e"),
        ("4/4", "C D3 E4|", "e q. h"),
        ("4/4", "C7 D|", "h.- e e"),
        ("4/4", "z2 C2 z4|", "zq q zh"),
        ("4/4", "C z7|", "e ze zq zh"),
        ("3/4", "C z5|", "e ze zq zq"),
        ("3/4", "C D2 E2 F|", "e q q e"),
        ("6/8", "C6|", "h."),
        ("6/8", "C4 D2|", "q.- e q"),
        ("6/8", "C z2 z3|", "e ze ze zq."),
        ("6/8", "C2 z D z2|", "q ze e ze ze"),
        ("9/8", "C9|", "h.- q."),
        ("12/8", "C3 D6 E3|", "q. q.- q. q."),
        ("12/8", "C12|", "w."),
        ("2/4", "C3/2D/ E/F3/2|", "e. s s e."),
        ("2/4", "(3CDE F2|", "(e) (e) (e) q"),
        ("2/4", "(3:2:2C2D E2|", "(q) (e) q"),
        ("4/4", "(3C2D2E2 F4|", "(q) (q) (q) h"),
        ("4/4", "C2 (3DEF- F4|", "q (e) (e) (e-) h"),
        ("3/4", "C2 (3D2E2F2|", "q (q) (q) (q)"),
    ],
)
def test_what_is_written(metre: str, music: str, expected: str) -> None:
    (measure,) = notate(read(metre, music), C)
    assert " ".join(short(symbol) for symbol in measure.symbols) == expected


@given(tune=tunes(), key=any_key)
def test_nothing_is_lost_and_every_symbol_can_be_written(tune: Tune, key: Key) -> None:
    measures = notate(tune, key)
    assert len(measures) == len(tune.measures)
    notes: list[tuple[Fraction, Fraction, int]] = []
    for measure in measures:
        at = Fraction(0)
        for symbol in measure.symbols:
            assert symbol.start == at
            at += symbol.duration
            looks = symbol.base * (Fraction(3, 2) if symbol.dots else 1)
            assert VALUES[looks] == (symbol.base, symbol.dots)
            assert symbol.duration == looks * Fraction(symbol.parts[1], symbol.parts[0])
            if symbol.spelling is None:
                continue
            spelling = symbol.spelling
            pitch = 12 * (spelling.octave + 1) + NATURAL[spelling.letter] + spelling.alter
            if symbol.tied_back:
                start, duration, before = notes.pop()
                assert before == pitch
                notes.append((start, duration + symbol.duration, pitch))
            else:
                notes.append((measure.measure.start + symbol.start, symbol.duration, pitch))
        assert at == measure.measure.metre.length
    assert notes == [(note.start, note.duration, note.pitch) for note in tune.notes]


@given(tune=tunes())
def test_triplets_are_whole(tune: Tune) -> None:
    for measure in notate(tune, C):
        members = [symbol for symbol in measure.symbols if symbol.place]
        while members:
            count = members[0].place[1] if members[0].place else 0
            group, members = members[:count], members[count:]
            assert [symbol.place for symbol in group] == [(place, count) for place in range(count)]
            assert sum(symbol.duration for symbol in group) in (1, 2)
            assert group[0].start % 1 == 0


@given(
    times=st.lists(st.fractions(0, 12, max_denominator=60), min_size=2, max_size=12, unique=True),
    metre=st.sampled_from(METRES),
)
def test_any_times_can_be_written_and_those_of_tuplets_exactly(times: list[Fraction], metre: Metre) -> None:
    notes = tuple(Note(low, high - low, 60) for low, high in pairwise(sorted(times)))
    bars = measures_of([metre] * int(-(-12 // metre.length)))
    written = notate(Tune(notes, bars), C)
    for measure in written:
        assert sum(symbol.duration for symbol in measure.symbols) == metre.length
        for symbol in measure.symbols:
            looks = symbol.base * (Fraction(3, 2) if symbol.dots else 1)
            assert symbol.duration == looks * Fraction(symbol.parts[1], symbol.parts[0])
    starts = [
        measure.measure.start + symbol.start
        for measure in written
        for symbol in measure.symbols
        if symbol.spelling and not symbol.tied_back
    ]
    moved = {row for row, measure in enumerate(written) if measure.moved}
    for note in notes:
        if note.start // metre.length not in moved and note.end // metre.length not in moved:
            assert note.start in starts
    assert all(min(abs(start - note.start) for note in notes) <= Fraction(1, 8) for start in starts)


@pytest.mark.parametrize(
    ("metre", "time", "parts"),
    [
        ((4, 4), (1, 3), (3, 2)),
        ((4, 4), (2, 5), (5, 4)),
        ((3, 4), (1, 7), (7, 4)),
        ((6, 8), (1, 6), (3, 2)),
        ((6, 8), (3, 10), (5, 3)),
    ],
)
def test_a_tuplet_has_the_parts_that_its_times_need(
    metre: tuple[int, int], time: tuple[int, int], parts: tuple[int, int]
) -> None:
    tune = Tune((Note(Fraction(0), Fraction(*time), 60),), measures_of([Metre(*metre)]))
    assert notate(tune, C)[0].symbols[0].parts == parts
    assert not notate(tune, C)[0].moved


def lengths(tune: Tune, *, padded: bool = False) -> list[tuple[int, Fraction]]:
    """Return number and length of each measure."""
    padding = padding_of(tune, front=not padded, back=not padded)
    return [(measure.number, measure.length) for measure in notate(tune, C, padding=padding)]


def test_a_pickup_is_short_unless_something_sounds_before_it() -> None:
    tune = read("3/4", "C2|F2 A2 c2|F4|")
    assert lengths(tune) == [(0, 1), (1, 3), (2, 2)]
    assert lengths(tune, padded=True) == [(1, 3), (2, 3), (3, 3)]
    early = replace(tune, notes=(replace(tune.notes[0], start=Fraction(0)), *tune.notes[1:]))
    assert lengths(early) == [(1, 3), (2, 3), (3, 2)]


@given(pitch=st.integers(0, 127), key=any_key)
def test_a_spelling_sounds_its_pitch_and_those_of_the_key_need_no_sign(pitch: int, key: Key) -> None:
    spelling = spell(pitch, key)
    assert 12 * (spelling.octave + 1) + NATURAL[spelling.letter] + spelling.alter == pitch
    inside = bool(keys.collection(key)[pitch % 12])
    assert inside == (spelling.alter == signature(key)[spelling.letter])
    assert spelling.letter in LETTERS


@pytest.mark.parametrize(
    ("key", "chromatic"),
    [
        ("C:major", "C C# D Eb E F F# G G# A Bb B"),
        ("A:minor", "C C# D D# E F F# G G# A Bb B"),
        ("D:dorian", "C C# D Eb E F F# G G# A Bb B"),
        ("Eb:major", "C Db D Eb E F Gb G Ab A Bb B"),
        ("E:major", "B# C# D D# E E# F# G G# A A# B"),
    ],
)
def test_the_notes_outside_a_key(key: str, chromatic: str) -> None:
    names = [spell(60 + step, keys.parse(key)) for step in range(12)]
    signs = {-2: "bb", -1: "b", 0: "", 1: "#", 2: "##"}
    assert " ".join(spelling.letter + signs[spelling.alter] for spelling in names) == chromatic
