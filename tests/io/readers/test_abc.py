"""The ABC reader: known answers in ABC text, and any text at all."""

from __future__ import annotations

import json
import time
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from armusic.errors import (
    ArmusicError,
    MeasureLengthError,
    MetreError,
    MissingFileError,
    MusicError,
    NoNotesError,
    OffGridError,
    PolyphonyError,
    ReadError,
    RepeatError,
    UsageError,
)
from armusic.io.readers import abc
from armusic.io.readers.options import STRICT
from armusic.music.score import Key, Metre, Tune

CASES = json.loads((Path(__file__).parents[2] / "data" / "abc_cases.json").read_text(encoding="utf-8"))


def text(music: str, **fields: str) -> str:
    """Return the text of a tune in 4/4 and C, in quarters; `fields` change the header (None leaves a field out)."""
    header = {"X": "1", "T": "Test", "M": "4/4", "L": "1/4", "K": "C"} | fields
    key = header.pop("K")
    return "".join(f"{name}:{value}\n" for name, value in header.items() if value is not None) + f"K:{key}\n{music}"


def sounds_of(music: str, **fields: str) -> str:
    """Return what a tune sounds: names of pitches (60 is C) and lengths in quarter notes, `z` for a rest."""
    names = ["C", "^C", "D", "^D", "E", "F", "^F", "G", "^G", "A", "^A", "B"]
    sounds = []
    for pitch, length in abc.sequence(text(music, **fields)):
        octave = "" if pitch is None else "," * (5 - pitch // 12) + "'" * (pitch // 12 - 5)
        sounds.append(("z" if pitch is None else names[pitch % 12] + octave) + ("" if length == 1 else str(length)))
    return " ".join(sounds)


def read(music: str, **fields: str) -> Tune:
    return abc.parse_tune(text(music, **fields), "test.abc")


def onsets(tune: Tune) -> list[tuple[float, int]]:
    return [(float(note.start), note.pitch) for note in tune.notes]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_case(case: dict) -> None:
    assert abc.sequence(case["abc"]) == [(pitch, Fraction(length)) for pitch, length in case["notes"]]


# -- notes --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("music", "expected"),
    [
        ("C,, C, C c c' c''", "C,, C, C C' C'' C'''"),
        ("C2 C3/2 C/ C/2 C// C/4 C3/ C0001", "C2 C3/2 C1/2 C1/2 C1/4 C1/4 C3/2 C"),
        ("z x2 z/", "z z2 z1/2"),
        ("C`D y E y2 F", "C D E F"),
        ("C2-C2 | C-|C | C- z C | C-D", "C4 C2 C z C C D"),
        ("C -C | D .-D", "C2 D2"),  # not legal in ABC 2.1, but clear
        ("(C(DE)F) .(CD)", "C D E F C D"),
        ("[C] [CC]2 [C2C2]/ [C-]C [^G_A]", "C C2 C C2 ^G"),
    ],
)
def test_notes(music: str, expected: str) -> None:
    assert sounds_of(music) == expected


@pytest.mark.parametrize(
    ("music", "expected"),
    [
        ("^F F | F", "^F ^F F"),
        ("^F f F,", "^F ^F' ^F,"),  # the default reach is every octave (ABC 2.1, 11.3)
        ("^^C __D =E _E E | E", "D C E ^D ^D E"),
        ("^F G || F", "^F G F"),
        ("^F-|F F", "^F2 F"),  # a tie carries it over the bar line, for the tied note only
        ("{^f}g F", "G' ^F"),
        ("^F [K:C] F", "^F F"),
    ],
)
def test_accidentals(music: str, expected: str) -> None:
    assert sounds_of(music) == expected


@pytest.mark.parametrize(("reach", "expected"), [("not", "^F F F'"), ("octave", "^F ^F F'"), ("pitch", "^F ^F ^F'")])
@pytest.mark.parametrize("directive", ["%%propagate-accidentals {}\n", "I:propagate-accidentals {}\n"])
def test_reach_of_accidentals(reach: str, expected: str, directive: str) -> None:
    line = directive.format(reach)
    assert sounds_of(line + "^F F f") == expected
    assert abc.sequence(line + text("^F F f")) == abc.sequence(text(line + "^F F f"))


@pytest.mark.parametrize(
    ("music", "expected"),
    [
        ("A>B", "A3/2 B1/2"),
        ("A<B", "A1/2 B3/2"),
        ("A>>B A>>>B", "A7/4 B1/4 A15/8 B1/8"),
        ("A > B", "A3/2 B1/2"),
        ("A>\nB", "A3/2 B1/2"),
        ("A{g}>B A>{gf}B", "A3/2 B1/2 A3/2 B1/2"),
        ("A>z z>A", "A3/2 z1/2 z3/2 A1/2"),
        ("A>B<c", "A3/2 B1/4 C'3/2"),
        ("[AA]>.B", "A3/2 B1/2"),
    ],
)
def test_broken_rhythm(music: str, expected: str) -> None:
    assert sounds_of(music) == expected


@pytest.mark.parametrize(
    ("music", "metre", "expected"),
    [
        ("(2CD", "4/4", "C3/2 D3/2"),
        ("(3CDE F", "4/4", "C2/3 D2/3 E2/3 F"),
        ("(4CDEF", "6/8", "C3/4 D3/4 E3/4 F3/4"),
        ("(5CDEFG", "4/4", "C2/5 D2/5 E2/5 F2/5 G2/5"),
        ("(5CDEFG", "6/8", "C3/5 D3/5 E3/5 F3/5 G3/5"),
        ("(7CDEFGAB", "9/8", "C3/7 D3/7 E3/7 F3/7 G3/7 A3/7 B3/7"),
        ("(3::2 C2D E", "4/4", "C4/3 D2/3 E"),
        ("(3:2:2 C2D E", "4/4", "C4/3 D2/3 E"),
        ("(3:4:3 CDE", "4/4", "C4/3 D4/3 E4/3"),
        ("(3:: CDE F", "4/4", "C2/3 D2/3 E2/3 F"),
        ("(3C>DE", "4/4", "C D1/3 E2/3"),
        ("(3zCz", "4/4", "z2/3 C2/3 z2/3"),
        ("(3{g}C[DD]{fg}E F", "4/4", "C2/3 D2/3 E2/3 F"),
        ("((3CDE) (F G)", "4/4", "C2/3 D2/3 E2/3 F G"),
        ("(3CD\nE F", "4/4", "C2/3 D2/3 E2/3 F"),
    ],
)
def test_tuplets(music: str, metre: str, expected: str) -> None:
    assert sounds_of(music, M=metre) == expected


def test_rests_of_whole_measures() -> None:
    assert sounds_of("C4|Z2|D4|Z|X") == "C4 z4 z4 D4 z4 z4"
    assert sounds_of("C3|Z|", M="3/4") == "C3 z3"
    assert len(read("C4|Z3|D4|").measures) == 5
    with pytest.raises(MetreError, match="whole measures"):
        sounds_of("C4|Z|", M="none")


@pytest.mark.parametrize(
    "music",
    [
        "{g}C {/gf}D {^g2a>b}E",
        "~C .D vE",
        "!trill!C !<(!D +fermata+E",
        "!D.doit!C !5!D !a b!E",
        'TC "Am7"D "^high, |: really :|"E',
        '"D/f+"C [r:a remark]D [I:anything]E',
        "C % D E F |\nD\\\nE",
        "C D!\nE!",
        "w: no words\nC D\nw:la la|la*\nW: more\ns: !pp! *\nE",
        "U: T = !trill!\nm: ~n2 = n\nC D\n+: more\n%%vskip 5\n% CDEF\nE",
        "%%begintext\nCDEF | G\n%%endtext\nC D E",
        "T:Second title\nN:A note: CDEF\nr: remark\nC D E",
        "C D=\nE=20",  # what mail programs leave at the end of a line
        "C * D ; ? @ # $ E",
        "C\tD\xa0E",
    ],
)
def test_what_has_no_sound(music: str) -> None:
    assert sounds_of(music) == "C D E"


# -- fields -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("C", "C D E F G A B"),
        ("G", "C D E ^F G A B"),
        ("F#", "^C ^D F ^F ^G ^A B"),
        ("Bb", "C D ^D F G A ^A"),
        ("Gm", "C D ^D F G A ^A"),
        ("GM", "C D ^D F G A ^A"),  # capitals do not matter (ABC 2.1, 3.1.14)
        ("G minor", "C D ^D F G A ^A"),
        ("GMaj", "C D E ^F G A B"),
        ("AMix", "^C D E ^F G A B"),
        ("A  Mixolydian", "^C D E ^F G A B"),
        ("Ador", "C D E ^F G A B"),
        ("EPhrygian", "C D E F G A B"),
        ("FLYD", "C D E F G A B"),
        ("Bloc", "C D E F G A B"),
        ("Aaeolian", "C D E F G A B"),
        ("Cion", "C D E F G A B"),
        ("none", "C D E F G A B"),
        ("", "C D E F G A B"),
        ("HP", "^C D E ^F G A B"),
        ("Hp", "^C D E ^F G A B"),
        ("D =c", "C D E ^F G A B"),
        ("Dmix^g", "C D E ^F ^G A B"),
        ("D exp _b ^f", "C D E ^F G A ^A"),
        ("exp ^c", "^C D E F G A B"),
        ("G clef=bass", "C D E ^F G A B"),
        ("G bass", "C D E ^F G A B"),
        ("bass", "C D E F G A B"),
        ("C octave=1", "C' D' E' F' G' A' B'"),
        ("C octave=-1 clef=treble", "C, D, E, F, G, A, B,"),
        ("C transpose=2", "D E ^F G A B ^C'"),
        ("C clef=treble-8", "C, D, E, F, G, A, B,"),
        ("C treble+8", "C' D' E' F' G' A' B'"),
        ("G# % eight sharps", "^C ^D F G ^G ^A C'"),
    ],
)
def test_keys(key: str, expected: str) -> None:
    assert sounds_of("CDEFGAB", K=key) == expected


def test_key_of_the_tune() -> None:
    assert read("C4|", K="Ador").key == Key(1, "dorian")
    assert read("C4|", K="E minor").key == Key(1, "minor")
    assert read("C4|", K="Hp").key == Key(2, "mixolydian")
    assert read("C4|", K="none").key is None
    assert read("C4|[K:D]D4|", K="F").key == Key(-1, "major")


def test_fields_in_the_body() -> None:
    assert sounds_of("F [K:G] F [K:F] B\nK:D\nC") == "F ^F ^A ^C"
    assert sounds_of("F C [K:=f] F C", K="D") == "^F ^C F ^C"
    assert sounds_of("F [K:clef=bass] F", K="G") == "^F ^F"
    assert sounds_of("C [L:1/8] C\nL:1/16\nC") == "C C1/2 C1/4"
    assert sounds_of("C2|[M:2/4] (5CDEFG\nM:6/8\n(5CDEFG", M="2/4").endswith("C3/5 D3/5 E3/5 F3/5 G3/5")
    assert [measure.metre for measure in read("C4|[M:3/4]D3|\nM:2/4\nE2|").measures] == [
        Metre(4, 4),
        Metre(3, 4),
        Metre(2, 4),
    ]


def test_lines_that_look_like_fields_are_music() -> None:
    assert sounds_of("|:C D\nE:|\nF::\nG:|") == "C D E C D E F F G G"


@pytest.mark.parametrize(
    ("metre", "length"),
    [("4/4", "1/2"), ("3/4", "1/2"), ("6/8", "1/2"), ("2/4", "1/4"), ("C", "1/2"), ("C|", "1/2"), ("none", "1/2")],
)
def test_default_unit_length(metre: str, length: str) -> None:
    assert sounds_of("C", M=metre, L=None) == "C" + length


def test_unit_length_holds_when_the_metre_changes() -> None:
    assert sounds_of("C8|\nM:2/4\nC4|", L=None) == "C4 C2"


@pytest.mark.parametrize(
    ("tempo", "bpm"),
    [
        ("1/4=90", 90),
        ("3/8=60", 90),
        ("1/2 = 60", 120),
        ('"Allegro" 1/4=132', 132),
        ('1/4=72 "Slow"', 72),
        ("1/4 3/8=40", 100),
        ("100", 50),  # unit lengths (ABC 2.1, 10.1), which are eighths here
        ("C=100", 50),
        ("C2=100", 100),
        ('"Largo"', 120),
        ("1/4=0", 120),
        ("", 120),
    ],
)
def test_tempo(tempo: str, bpm: float) -> None:
    assert read("C8|", L="1/8", Q=tempo).tempos == ((0, bpm),)


def test_tempo_changes_come_back_in_repeats() -> None:
    tune = read("|:C4|[Q:1/4=60]D2[Q:1/4=90]D2:|", Q="1/4=100")
    assert tune.tempos == ((0, 100), (4, 60), (6, 90), (8, 100), (12, 60), (14, 90))


def test_title_and_source() -> None:
    tune = abc.parse_tune("X:3\nT:The Reel % traditional\nT:Another name\nM:4/4\nL:1/4\nK:C\nC4|", "book.abc#3")
    assert (tune.title, tune.source) == ("The Reel", "book.abc#3")


# -- order --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("music", "expected"),
    [
        ("A|B|", "AB"),
        ("|:A|B:|", "ABAB"),
        ("A|B:|c", "ABABc"),
        ("A:|B:|", "AABB"),
        ("A:|B|c:|", "AABcBc"),
        ("A|:B:|", "ABB"),
        ("A||B:|", "ABB"),
        ("A|]B:|", "ABB"),
        ("A[|]B:|", "ABAB"),  # an invisible bar line
        ("|:A||B:|", "ABAB"),
        ("|:A::B:|", "AABB"),
        ("|:A:|:B:|", "AABB"),
        ("|:A:||:B:|", "AABB"),
        ("|:A:| |:B:|", "AABB"),
        ("|:A:|\n|:B:|", "AABB"),
        ("A||\n:B:|", "ABB"),
        ("[|:A:|]B", "AAB"),
        ("|::A::|B", "AAAB"),
        ("|::A:|B", "AAAB"),
        ("A:::|B", "AAAAB"),
        ("|:A|1B:|2c|]", "ABAc"),
        ("|:A|1B:|2c||d", "ABAcd"),
        ("|:A| [1 B :| [2 c |]d", "ABAcd"),
        ("|:A|1B:|2c:|d", "ABAcd"),
        ("|:A|1B:|2c|:d:|", "ABAcdd"),
        ("|:A|1B:|2c::d:|", "ABAcdd"),
        ("|:A|1B|2c|]", "ABAc"),
        ("|:A|[1,3B:|[2c|]", "ABAcAB"),
        ("|:A|[1-3B:|[4c|]", "ABABABAc"),
        ("|:A|1B:|2c:|3d|]", "ABAcAd"),
        ("A|1B:|2c|]d|1e:|2f|]", "ABAcdedf"),
        ("A[1B:|[2c|]", "ABAc"),  # an ending in the middle of a measure
        ("|:A|1B:|2c|d|e:|", "ABAcdede"),  # an ending that nothing closes is as long as the first
        ("|:A|B|]", "ABAB"),  # the last repeat sign left out
        ("|:A|:B:|", "AABB"),
        ("A:|]B", "AAB"),
        ("A.|B", "AB"),
        ("A |] | B", "AB"),
    ],
)
def test_order_of_playing(music: str, expected: str) -> None:
    names = {69: "A", 71: "B", 72: "c", 74: "d", 76: "e", 77: "f"}
    assert "".join(names[pitch or 0] for pitch, _ in abc.sequence(text(music))) == expected


def test_order_of_parts() -> None:
    assert sounds_of("P:A\nC:|\nP:B\nD|]", P="ABA") == "C C D C C"
    assert sounds_of("[P:A]C|[P:B]D|[P:C]E|", P="A2(BC)2A % with a comment") == "C C D E D E C"
    assert sounds_of("E|\nP:A\nC|\nP:B\nD|", P="AB.B") == "E C D D"
    assert sounds_of("P:A\nC|\nP:B\nD|") == "C D"
    assert sounds_of("C|D|", P="ABAB") == "C D"
    assert sounds_of("P:A\nC|\nP:B\nD|", P="Variations.") == "C D"
    with pytest.raises(RepeatError, match="a part 'C'"):
        sounds_of("P:A\nC|\nP:B\nD|", P="ABC")


def test_ties_over_repeats() -> None:
    assert sounds_of("|:C|D-:|D") == "C D C D2"
    assert sounds_of("|:D-|D-:|") == "D4"
    assert sounds_of("|:C-|1C:|2C|]") == "C2 C2"


@pytest.mark.parametrize(
    ("music", "words"),
    [
        ("A4|B4:|2c4|]", "measure 3: ending 2 follows a repeat sign"),
        ("|:A4|1B4:|c4|]", "measure 2: endings for pass 1"),
        ("|:A4|1B4:|3c4|]", "measure 2: endings for pass 1, 3"),
        ("[1A4:|[2B4|]", "measure 1: it is not clear what ending 1 belongs to"),
        ("|:A4|1B4:|1c4|]", "measure 2: endings for pass 1"),
        ("|:A4||B4|c4|]", "measure 1: the repeat that begins here has no"),
        ("|:::A4|1B4:|2c4|]", "measure 1: 4 passes, but endings for 2"),
        ("A4|B4:::", "measure 2: ':::' is not a repeat sign"),
        ("A4|99B4|", "ending '99'"),
        ("A4|1-99B4|", "ending '1-99'"),
        ("A4|B4!D.C.!|", "measure 2: jumps are not followed"),
        ("A4|B4+D.S.+|", "measure 2: jumps are not followed"),
        ("A4|B4|!D.C.!", "measure 2: jumps are not followed"),
        ("A4|B4|:|", "measure 2: '|:|' is not a repeat sign"),
        ("A4" + ":" * 40 + "|", "measure 1: ':{20}' is not a repeat sign"),
    ],
)
def test_unclear_repeats(music: str, words: str) -> None:
    with pytest.raises(ReadError, match=words):
        read(music)


# -- measures -----------------------------------------------------------------------------------


def test_pickup() -> None:
    tune = read("G|CDEF|GABc|")
    assert onsets(tune)[:2] == [(3, 67), (4, 60)]
    assert (len(tune.measures), tune.padding) == (3, (3, 0))


def test_pickup_and_short_last_measure_make_one_at_the_repeat() -> None:
    tune = read("|:G|CDEF|GAB:|")
    assert onsets(tune) == [
        (3, 67), (4, 60), (5, 62), (6, 64), (7, 65), (8, 67), (9, 69), (10, 71), (11, 67),
        (12, 60), (13, 62), (14, 64), (15, 65), (16, 67), (17, 69), (18, 71),
    ]  # fmt: skip
    assert (len(tune.measures), tune.padding) == (5, (3, 1))


def test_short_measure_at_a_double_bar_and_the_next_pickup_make_one() -> None:
    assert len(read("CDEF|GAB||c|cBAG|FEDC|]").measures) == 4


def test_pickup_is_not_repeated_where_there_is_no_room() -> None:
    tune = read("G|CDEF|GABc:|")
    assert [pitch for _, pitch in onsets(tune)] == [67, 60, 62, 64, 65, 67, 69, 71, 72, 60, 62, 64, 65, 67, 69, 71, 72]
    assert len(tune.measures) == 5


def test_short_measure_before_a_whole_one_at_a_repeat_gets_a_rest() -> None:
    tune = read("CDEF|GAB:|c|cBAG|FED|]")
    assert onsets(tune)[7:9] == [(8, 60), (9, 62)]
    assert len(tune.measures) == 6


def test_two_halves_of_a_measure_are_one() -> None:
    assert len(read("CDEF|GA|Bc|cBAG|").measures) == 3


def test_lost_bar_lines() -> None:
    assert len(read("CDEF GABc|cBAG|").measures) == 3
    assert len(read("C4-C4 D4 E4|").measures) == 4


@pytest.mark.parametrize(
    ("music", "words"),
    [
        ("CDEF|GAB|CDEF|", "measure 2: 3 quarter notes long, but 4/4 has 4"),
        ("CDEF|GABcd|CDEF|", "measure 2: 5 quarter notes long"),
        ("G|CDEF|GAB|CDEF|", "measure 2: 3 quarter notes long"),  # the pickup is measure 0
        ("CDEF|GAB||c|CDEFG|CDEF|", "measure 3: 5 quarter notes long"),
    ],
)
def test_wrong_lengths_name_the_written_measure(music: str, words: str) -> None:
    with pytest.raises(MeasureLengthError, match=words):
        read(music)


@given(
    first=st.integers(1, 3),
    bars=st.lists(st.sampled_from(["CDEF", "C2z2", "(3CDE F2", "C>D E2", "zCDE", "C4"]), min_size=1, max_size=6),
    repeats=st.booleans(),
)
@settings(max_examples=60)
def test_pickups_and_repeats_fill_measures(first: int, bars: list[str], repeats: bool) -> None:
    """A pickup and a last measure that complete each other leave whole measures, and lose nothing."""
    body = f"G{first}|{'|'.join(bars)}|A{4 - first}"
    tune = read(f"|:{body}:|" if repeats else body)
    times = 2 if repeats else 1
    assert len(tune.measures) == times * (len(bars) + 1) + 1
    assert [measure.start for measure in tune.measures] == [4 * place for place in range(len(tune.measures))]
    assert tune.padding == (4 - first, first)
    expected = [sound for sound in abc.sequence(text(body)) if sound[0] is not None]
    assert [(note.pitch, note.duration) for note in tune.notes] == expected * times


# -- errors -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("tune", "error", "words"),
    [
        (
            text("C4|[CEG]4|"),
            PolyphonyError,
            "t, measure 2: pitch 64 starts while 60 still sounds: one voice is needed",
        ),
        (text("C4|[Cz]4|[C_D]4"), PolyphonyError, "measure 3"),
        (text("C4|C2&E2|"), PolyphonyError, "measure 2: pitch 64 starts while 60 still sounds"),
        (text("V:1\nC4|D4|\nV:2\nz4|E4|"), PolyphonyError, r"t: notes in 2 parts \('1', '2'\), from measure 2 on"),
        (text("[V:1]C4|[V:2 name=Alto]E4|"), PolyphonyError, r"notes in 2 parts \('1', 'Alto'\), from measure 1 on"),
        (text("C4|[z]4|"), ReadError, r"measure 2: '\[z\]4' is a chord without notes"),
        (text("C4|", M=None), MetreError, "measure 1: the metre is free.*M:4/4"),
        (text("C4|", M="none"), MetreError, "the metre is free"),
        (text("C4|", M="5/4"), MetreError, "measure 1: metre 5/4 is not supported"),
        (text("C4|[M:7/8]C4|"), MetreError, "measure 2: metre 7/8 is not supported"),
        (text("C4|", M="FREI4/4"), MetreError, "metre M:'FREI4/4' is not a metre"),
        (text("C4|", M="1/0"), MetreError, "M:'1/0'"),
        (text("C4|", L="1/0"), ReadError, "t, header: unit length L:'1/0' is not a length"),
        (text("C4|", L="eighth"), ReadError, "unit length"),
        (text("C4|", K="H"), ReadError, "t, header: key K:'H' is not a key"),
        (text("C4|[K:H]C4|"), ReadError, "measure 2: key K:'H' is not a key"),
        (text("C4|", K="C octave=x"), ReadError, "octave='x'|octave=x"),
        ("X:1\nT:t\nM:4/4\nCDEF|", ReadError, "no K: field"),
        ("", ReadError, "no K: field"),
        (text(""), NoNotesError, "no notes"),
        (text("z4|z4|"), NoNotesError, "no notes"),
        (text("C4|C4 3 D|"), ReadError, "measure 2: '3' does not belong there"),
        (text("C4|<C4|"), ReadError, "'<' does not stand between two notes"),
        (text("C3>|"), ReadError, "no note follows < or >"),
        (text("C>>>>D"), ReadError, "'>>>>'"),
        (text("C0"), OffGridError, "the length of 'C0'"),
        (text("C/11"), OffGridError, "the length of 'C/11'"),
        (text("C99999"), OffGridError, "the length of 'C99999'"),
        (text("C" + "'" * 9), MusicError, "pitch 168 is outside"),
        (text("C4|D4|\n\nE4|F4|"), ReadError, "an empty line ends the tune"),
    ],
)
def test_errors(tune: str, error: type[ArmusicError], words: str) -> None:
    with pytest.raises(error, match=words) as raised:
        abc.parse_tune(tune, "t")
    assert str(raised.value).startswith("t")
    assert "\n" not in str(raised.value)


def test_a_silent_second_voice_is_no_polyphony() -> None:
    assert sounds_of("V:1\nC4|D4|\nV:2\nz4|z4|\nV:1\nE4|") == "C4 D4 E4"


# -- files --------------------------------------------------------------------------------------

BOOK = """% A book
M:4/4
L:1/4

Free text: not music

X:2
T:Second
K:C
CDEF|

some words

X:5
T:Fifth
K:G
[FA]4|
"""


def test_book(tmp_path: Path) -> None:
    path = tmp_path / "book.abc"
    path.write_text(BOOK, encoding="utf-8")
    assert abc.read(path, tune=2).title == "Second"
    assert abc.read(path, tune=2).source == "book.abc#2"
    with pytest.raises(UsageError, match=r"book.abc: 2 tunes in it: .* from 2 to 5, .* book.abc#2"):
        abc.read(path)
    with pytest.raises(UsageError, match="no tune 3 in it: its X: numbers are from 2 to 5"):
        abc.read(path, tune=3)
    with pytest.raises(PolyphonyError, match="book.abc#5, measure 1"):
        abc.read(path, STRICT, tune=5)
    assert [note.pitch for note in abc.read(path, tune=5).notes] == [69]
    (first, tune), (second, error) = abc.read_all(path)
    assert (first, second) == ("book.abc#2", "book.abc#5")
    assert isinstance(tune, Tune)
    assert isinstance(error, PolyphonyError)


def test_single_tune(tmp_path: Path) -> None:
    path = tmp_path / "one.abc"
    path.write_text(text("CDEF|"), encoding="utf-8")
    assert abc.read(path).source == "one.abc"
    assert abc.read(path, tune=1).source == "one.abc#1"
    with pytest.raises(UsageError, match="no tune 2 in it: its X: numbers are 1 only"):
        abc.read(path, tune=2)


def test_numbers() -> None:
    assert [number for number, _ in abc.split("X:1\nK:C\n\nX: 7b\nK:C\n\nX:\nK:C\n\nX:1\nK:C")] == [1, 7, 3, 1]
    assert [number for number, _ in abc.split("K:C\nCDEF|")] == [1]


def test_same_number_twice(tmp_path: Path) -> None:
    path = tmp_path / "a.abc"
    path.write_text(text("C4|") + "\n\n" + text("D4|"), encoding="utf-8")
    assert [source for source, _ in abc.read_all(path)] == ["a.abc#1", "a.abc#1.2"]
    assert abc.read(path, tune=1).notes[0].pitch == 60


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "latin-1"])
def test_encodings_and_line_ends(tmp_path: Path, end: str, encoding: str) -> None:
    path = tmp_path / "a.abc"
    path.write_bytes(text("C2\nD2|", T="Der Jäger").replace("\n", end).encode(encoding))
    tune = abc.read(path)
    assert (tune.title, len(tune.notes)) == ("Der Jäger", 2)


def test_missing_file(tmp_path: Path) -> None:
    with pytest.raises(MissingFileError):
        abc.read(tmp_path / "none.abc")
    [(source, error)] = abc.read_all(tmp_path / "none.abc")
    assert source == "none.abc"
    assert isinstance(error, MissingFileError)


# -- any text at all ----------------------------------------------------------------------------

SIGNS = [
    *"ABCDEFGabcdefgzxZXyHvT~.,'/0123456789<>()-^_=|:[]{}!+\"&`\\% \n\r$*@é",
    "|:", ":|", "::", "|1", ":|2", "[1", "[2", "|]", "||", "(3", "[K:G]", "[M:6/8]", "[L:1/16]", "[V:2]", "[Q:120]",
    "K:Dmix\n", "\nM:3/4\n", "P:A\n", "[P:B]", "{g}", "CDEF|", "GABc|", "Z4|", "\n\n", "X:2\n", "%%begintext\n",
]  # fmt: skip


def check_total(tune: str) -> None:
    try:
        result = abc.parse_tune(tune, "t")
    except ArmusicError as error:
        message = str(error)
        assert message.startswith("t")
        assert message.isprintable()
        assert len(message) < 300
    else:
        assert result.notes[-1].end <= result.end


@given(st.lists(st.sampled_from(SIGNS), max_size=60).map("".join), st.sampled_from(["", "AB", "A3(BA)2"]))
@settings(max_examples=500)
def test_any_music_is_a_tune_or_an_error(music: str, parts: str) -> None:
    check_total(text(music, P=parts))


@given(
    st.lists(st.tuples(st.sampled_from("XTMLQKPVI"), st.text(max_size=12)), max_size=6),
    st.text(alphabet='0123456789/=CDEGHmajinorxp ^_|:.,%"#b+-', max_size=14),
)
@settings(max_examples=200)
def test_any_header_is_a_tune_or_an_error(fields: list[tuple[str, str]], value: str) -> None:
    header = "".join(f"{name}:{content}\n" for name, content in fields)
    for name in "MLQKP":
        check_total(f"{header}{name}:{value}\nK:{value if name == 'K' else 'G'}\nCDEF|GABc|")


@given(st.text(max_size=200))
@settings(max_examples=200)
def test_any_text_is_tunes_or_errors(book: str) -> None:
    for _, tune in abc.split(book):
        check_total(tune)


@pytest.mark.parametrize(
    "sign",
    ["C", "[", "{", '"', "!", "(", "+", ":", "|", "-", "[1", "[K:", "^", "=", "<", "C>", "[C", "{g", "| ", "= ",
     "1", "\\%", "CDEF|", "|:C4:|", "|1C:|2", "[P:A]C4|", "Z9999|", "(3C", "a b | c ", "C'", "-|", "[CC", "|::::C4"],
)  # fmt: skip
def test_time_is_in_proportion_to_length(sign: str) -> None:
    """A long line of anything takes seconds at most: no expression goes back over all of it again and again."""
    many = sign * (30_000 // len(sign))
    start = time.process_time()
    check_total(text(many))
    check_total(text("C4|\n\n" + many))
    check_total(text("C4|", K=many, M=many, P=many, Q=many))
    assert time.process_time() - start < 20  # seconds on a busy machine; an expression that goes back takes minutes


# -- chord symbols ---------------------------------------------------------------------------


def chords_of(tune: Tune) -> list[tuple[float, list[int]]]:
    return [(float(start), sorted(classes)) for start, classes in tune.chords]


def test_chord_symbols_stand_where_they_are_played() -> None:
    tune = read('G|:"C"CE "G7/B"G"^not loud"B|"Fine""N.C."c4|1 "Am"c4:|2 z4|"C"C3|')
    first = [(4, [0, 4, 7]), (6, [2, 5, 7, 11]), (8, []), (12, [0, 4, 9])]
    again = [(start + 12, classes) for start, classes in first]
    assert chords_of(tune) == [*first, *again, (28, [0, 4, 7])]


def test_a_repeat_brings_its_first_chord_back() -> None:
    tune = read('"C"C4|:D4|"G"E4:|"C"C4|')
    assert chords_of(tune) == [(0, [0, 4, 7]), (8, [2, 7, 11]), (12, [0, 4, 7]), (16, [2, 7, 11]), (20, [0, 4, 7])]


def test_chord_symbols_move_with_what_transposes_the_notes() -> None:
    assert chords_of(read('"C"C4|', K="C transpose=2")) == [(0, [2, 6, 9])]
    moved = read('[V:1 transpose=2]"C"C4|"G7"C4|')
    assert chords_of(moved) == [(0, [2, 6, 9]), (4, [1, 4, 7, 9])]


def test_chord_symbols_of_any_voice_count(tmp_path: Path) -> None:
    path = tmp_path / "duet.abc"
    path.write_text(text('V:1 name="Soprano"\nV:2 name="Bass"\nV:1\nG|c2c2|e4|\nV:2\nz|"F"F,2 "C"C,2|"G"C,4|\n'))
    tune = abc.read(path)
    assert tune.padding[0] == 3
    assert chords_of(tune) == [(4, [0, 5, 9]), (6, [0, 4, 7]), (8, [2, 7, 11])]


def test_chord_symbols_skip_passages_without_a_grid(tmp_path: Path) -> None:
    path = tmp_path / "t.abc"
    path.write_text(text('"C"CDEF|[M:10/8]"Dm"CD"G"EFG|[M:3/4]GA"F"B|c3|'))
    assert chords_of(abc.read(path)) == [(0, [0, 4, 7]), (4, [2, 7, 11]), (6, [0, 5, 9])]
