"""Keys: their names, their pitch classes, the key of a tune, and which pitches stay in it."""

from dataclasses import replace
from fractions import Fraction
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from armusic.errors import NoNotesError, UsageError
from armusic.io import readers
from armusic.io.readers import abc
from armusic.music import keys
from armusic.music.score import MODES, Key, Measure, Metre, Note, Tune
from tests.notation import REEL, tune
from tests.strategies import tunes

every_key = st.builds(Key, st.integers(-7, 7), st.sampled_from(list(MODES)))


def stripped(key: str, music: str) -> Tune:
    return replace(abc.parse_tune(f"X:1\nT:t\nM:4/4\nL:1/8\nK:{key}\n{music}", "tune.abc"), key=None)


@given(every_key)
def test_a_key_reads_what_it_writes(key: Key) -> None:
    assert keys.parse(str(key)) == key


@pytest.mark.parametrize(
    ("text", "fifths", "mode"),
    [("C:major", 0, "major"), ("F#:minor", 3, "minor"), ("A:dorian", 1, "dorian"), ("Eb:lydian", -2, "lydian"),
     ("B:locrian", 0, "locrian"), ("E:phrygian", 0, "phrygian"), ("d:Mixolydian", 1, "mixolydian"),
     (" a : aeolian ", 0, "minor"), ("g:ionian", 1, "major"), ("bb", -2, "major"), ("e#:locrian", 6, "locrian")],
)  # fmt: skip
def test_names_of_keys(text: str, fifths: int, mode: str) -> None:
    assert keys.parse(text) == Key(fifths, mode)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("A:dorain", "unknown key 'A:dorain': did you mean A:dorian"),
        ("H:major", "unknown key 'H:major': did you mean"),
        ("C:", "unknown key 'C:': write a tonic and one of lydian, major"),
        ("", "unknown key '': write a tonic"),
        ("loud", "unknown key 'loud': write a tonic"),
        ("G#:major", "unknown key 'G#:major': did you mean"),
        ("C:major\nx", r"unknown key 'C:major\\nx': did you mean C:major"),
        ("Am", "unknown key 'Am': write a tonic and one of lydian, major, .*: A:dorian"),
    ],
)
def test_what_is_no_key(text: str, message: str) -> None:
    with pytest.raises(UsageError, match=message) as caught:
        keys.parse(text)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("key", "classes"),
    [(Key(0), [0, 2, 4, 5, 7, 9, 11]), (Key(2), [1, 2, 4, 6, 7, 9, 11]), (Key(-3, "minor"), [0, 2, 3, 5, 7, 8, 10])],
)
def test_collections(key: Key, classes: list[int]) -> None:
    assert np.flatnonzero(keys.collection(key)).tolist() == classes


@given(every_key)
def test_a_collection_has_seven_and_the_tonic(key: Key) -> None:
    inside = keys.collection(key)
    letter, sign = key.tonic[0], {"": 0, "#": 1, "b": -1}[key.tonic[1:]]
    assert inside.sum() == 7
    assert inside[({"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}[letter] + sign) % 12]


@pytest.mark.parametrize(
    ("key", "music", "expected"),
    [
        ("G", REEL, "G:major"),
        ("G", "GABc dcBA|GBdg fagf|e2d2 c2A2|G8|", "G:major"),
        ("Ador", "ABcd efge|a2ge dBGB|A2cB ABcd|e2A2 A4|", "A:dorian"),
        ("Dmix", "DEFG ABcd|c2A2 BGEF|D8|", "D:mixolydian"),
        ("Am", "ABcd efga|g2e2 f2d2|A8|", "A:minor"),
        ("G", "G2A2 B2d2|e2d2 B2A2|G8|", "G:major"),  # five notes, of three collections
        ("Em", "E2G2 A2B2|d2B2 A2G2|E8|", "E:minor"),
        ("C", "C4 G2c2|BAGF E2F2|C4 F2 ^F2|", "C:major"),  # the last note lies outside: C sounds longest
        ("Gb", "GABc defg|G8|", "F#:major"),  # as many sharps as flats: sharps
    ],
)
def test_keys_of_tunes(key: str, music: str, expected: str) -> None:
    assert str(keys.find(stripped(key, music))) == expected


def test_a_key_signature_comes_first() -> None:
    written = tune("4/4", REEL)
    assert keys.find(written) == written.key == Key(1)


def test_nothing_has_no_key() -> None:
    with pytest.raises(NoNotesError, match=r"silence\.mid: no notes in it, so no key: set one"):
        keys.find(Tune((), (Measure(Fraction(0), Metre(4, 4)),), source="silence.mid"))


@given(st.lists(st.integers(0, 127), min_size=1, max_size=20))
def test_no_collection_covers_more(pitches: list[int]) -> None:
    notes = tuple(Note(Fraction(i), Fraction(1), pitch) for i, pitch in enumerate(pitches))
    key = keys.find(Tune(notes, ()))
    covered = [keys.collection(Key(fifths))[np.array(pitches) % 12].sum() for fifths in range(-5, 7)]
    assert keys.collection(key)[np.array(pitches) % 12].sum() == max(covered)


def test_keys_found_are_those_of_the_fields() -> None:
    spec = find_spec("music21")
    assert spec is not None
    assert spec.origin is not None
    files = sorted((Path(spec.origin).parent / "corpus" / "airdsAirs").glob("*.abc"))[:1]
    tunes = [tune for file in files for _, tune in readers.read_all(file) if isinstance(tune, Tune) and tune.key]
    same = [
        (keys.collection(keys.find(replace(tune, key=None))) == keys.collection(tune.key)).all()
        for tune in tunes
        if tune.key
    ]
    assert len(same) > 50
    assert np.mean(same) > 0.85


def test_what_is_allowed() -> None:
    music = stripped("G", "G2^G2 A4|G8-|G4 =f4|z8|")
    allowed = keys.allowed(music, Key(1))
    assert allowed.shape == (4, 128)
    g_sharp, f, g = 68, 77, np.arange(128) % 12 == 7
    assert allowed[:, g_sharp].tolist() == [True, False, False, False]
    assert allowed[:, f].tolist() == [False, False, True, False]
    assert not allowed[:, [g_sharp - 12, g_sharp + 12, f - 12]].any()  # the pitch itself, in no other octave
    assert np.flatnonzero(allowed[1] & g).tolist() == [55, 67, 79], "an octave around G"
    assert np.flatnonzero(allowed[2] & g).tolist() == [55, 67, 79], "from G3 to F6"
    assert (allowed[3] & g).sum() == 11, "a silent measure has no octave"


@given(tunes(), every_key)
def test_no_pitch_strays_more_than_an_octave(music: Tune, key: Key) -> None:
    for measure, row in zip(music.measures, keys.allowed(music, key), strict=True):
        own = {note.pitch for note in music.notes if note.start < measure.end and note.end > measure.start}
        pitches = np.flatnonzero(row)
        if own:
            assert own <= set(pitches.tolist())
            assert min(own) - 12 <= pitches.min()
            assert pitches.max() <= max(own) + 12


def test_a_pitch_tied_into_a_measure_is_allowed_there() -> None:
    assert keys.allowed(stripped("G", "G4 ^G4-|G8|G8|"), Key(1))[:, 68].tolist() == [True, True, False]


# -- what a tune uses ------------------------------------------------------------------------


@pytest.mark.parametrize("written", ["D", "A", "Bb", "Eb", "F#m", "Gm"])
def test_a_signature_that_nobody_set_is_contradicted(written: str) -> None:
    text = f"X:1\nT:t\nM:4/4\nL:1/8\nK:{written}\nCDEF GABc|cBAG FEDC|CEGc BdFA|c8|"
    tune = abc.parse_tune(text, "t")
    assert not keys.contradicted(tune)
    assert keys.contradicted(replace(tune, key=Key(0)))
    assert not keys.contradicted(replace(tune, key=None))


@pytest.mark.parametrize(
    ("key", "music"),
    [
        ("Am", "A2B2 c2d2|e2f2 e2^g2|a4 e4|A8|"),  # a raised seventh
        ("C", "CDEF G2A2|G2^F2 G4|cBAG FEDC|G4 C4|"),  # a neighbour
        ("G", "GABc d2G2|A2d2 ^c2d2|BAGF GABG|G8|"),  # an episode in the dominant
        ("C", "C2D2 E2G2|A2G2 E4|D2E2 D2C2|C8|"),  # five notes: any of several
    ],
)
def test_a_signature_with_a_few_accidentals_is_not_contradicted(key: str, music: str) -> None:
    tune = abc.parse_tune(f"X:1\nT:t\nM:4/4\nL:1/8\nK:{key}\n{music}", "t")
    assert tune.key is not None
    assert not keys.contradicted(tune)


@given(tunes(), every_key)
def test_the_best_signature_is_never_contradicted(tune: Tune, key: Key) -> None:
    if tune.notes:
        assert not keys.contradicted(replace(tune, key=keys.find(tune)))
    assert not keys.contradicted(replace(Tune((), tune.measures), key=key))


def test_a_tune_uses_what_comes_more_than_once_or_long() -> None:
    def scale(music: str) -> list[int]:
        return np.flatnonzero(keys.used(stripped("C", music))).tolist()

    assert scale("C2D2 E2G2|") == [0, 2, 4, 7]
    once = "^c" + "d" * 7 + "|" + "dfgd afgd|" * 16
    assert scale(once) == [2, 5, 7, 9]
    assert scale(once + "^c8|") == [1, 2, 5, 7, 9]
    assert scale(once + "^cddd dddd|") == [1, 2, 5, 7, 9]
    assert not keys.used(Tune((), ())).any()


@given(tunes())
def test_what_a_tune_uses_sounds_in_it(tune: Tune) -> None:
    classes = {note.pitch % 12 for note in tune.notes}
    mask = set(np.flatnonzero(keys.used(tune)).tolist())
    assert mask <= classes
    assert bool(mask) == bool(classes)
