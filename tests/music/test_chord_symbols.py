"""Chord symbols: known spellings, their pitch classes, and what is not a chord."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from armusic.music import chord_symbols

NAMES = ("C", "C#", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")


def classes(names: str) -> frozenset[int]:
    return frozenset(NAMES.index(name) for name in names.split())


@pytest.mark.parametrize(
    ("symbols", "sounds"),
    [
        ("C CM Cmaj Cma (C) C(Am)", "C E G"),
        ("Cm Cmin Cmi C- (Cm)", "C Eb G"),
        ("C7 C7/E C7/e", "C E G Bb"),
        ("Cmaj7 CM7 Cma7 CΔ CΔ7 C^7 Cj7", "C E G B"),
        ("Cm7 Cmin7 C-7", "C Eb G Bb"),
        ("Cm(maj7) CmM7 CmΔ", "C Eb G B"),
        ("Cdim C°", "C Eb F#"),
        ("Cdim7 C°7 Co7", "C Eb F# A"),
        ("Cø Cø7 CØ Cm7b5 Cm7(b5) C-7b5 Cm7-5", "C Eb F# Bb"),
        ("C+ Caug", "C E Ab"),
        ("C+7 Caug7 C7#5 C7+5 C7(#5)", "C E Ab Bb"),
        ("Csus Csus4", "C F G"),
        ("Csus2", "C D G"),
        ("C7sus4 C7sus", "C F G Bb"),
        ("C6", "C E G A"),
        ("C69 C6/9", "C D E G A"),
        ("C9", "C D E G Bb"),
        ("Cm9", "C D Eb G Bb"),
        ("Cmaj9", "C D E G B"),
        ("C13", "C D E G A Bb"),
        ("C7b9", "C C# E G Bb"),
        ("C7(b9,#11)", "C C# E F# G Bb"),
        ("Cadd9 C2 C(add9)", "C D E G"),
        ("C5 C(no3)", "C G"),
        ("C/D C/d", "C D E G"),
        ("F#m7 Gbm7 F♯m7 G♭m7", "E F# A C#"),
        ("Bb B♭ A#", "Bb D F"),
        ("N.C. NC n.c.", ""),
    ],
)
def test_spellings(symbols: str, sounds: str) -> None:
    for symbol in symbols.split():
        assert chord_symbols.parse(symbol) == classes(sounds), symbol


@pytest.mark.parametrize(
    "words", ["", "Fine", "D.C.", "D.S. al Coda", "Coda", "Do", "A1", "^Am", "_Am", "<C", "@1,2 C", "Allegro", "Bass",
              "c", "H7", "C/", "C/H", "Cx", "C7777777777777777777777777"],
)  # fmt: skip
def test_other_words_are_no_chords(words: str) -> None:
    assert chord_symbols.parse(words) is None


@given(st.text("ABCDEFGabcdefgmadijsuo#b+-()/Δø°0123456789 ,.^|", max_size=40))
def test_any_text_is_a_chord_or_none(text: str) -> None:
    chord = chord_symbols.parse(text)
    assert chord is None or chord <= set(range(12))


@given(st.sampled_from(["", "m", "7", "m7b5", "maj7", "sus4", "dim7", "13"]), st.sampled_from(NAMES))
def test_a_chord_moves_with_its_root(suffix: str, root: str) -> None:
    chord, in_c = chord_symbols.parse(root + suffix), chord_symbols.parse("C" + suffix)
    assert chord is not None
    assert in_c is not None
    assert chord == {(pitch + NAMES.index(root)) % 12 for pitch in in_c}
