"""The chord beside a melody: known accompaniments, chord symbols, and the notes outside it."""

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from armusic.io.readers import abc, midi
from armusic.io.readers.options import Reading
from armusic.music import harmony, smf, tokenizer
from armusic.music.score import Metre, Note, Tune
from tests.songs import BEATS, TUNE, Notes, signature, song, track
from tests.strategies import measures_of, tunes

NAMES = ["C", "Db", "D", "Eb", "E", "F", "Gb", "G", "Ab", "A", "Bb", "B"]
C, F, G, C7, AM = "C E G", "F A C", "G B D", "C E G Bb", "A C E"


def written(chord: str, octave: int = 4) -> list[int]:
    """Return the pitches of a chord, from its first note up."""
    pitches = [NAMES.index(name) for name in chord.split()]
    return [12 * (octave + 1) + pitch + 12 * (pitch < pitches[0]) for pitch in pitches]


def block(*chords: str, length: float = 2) -> Notes:
    """Return chords, one after another, as notes that start and end together."""
    return [(row * length, length, pitch) for row, chord in enumerate(chords) for pitch in written(chord, 3)]


def with_band(*parts: Notes, melody: Notes = TUNE, metre: tuple[int, int] = (4, 4), drums: Notes = ()) -> Tune:
    """Return the melody of a file with other parts, on channels of their own."""
    tracks = [track(part, f"Part {number}", number) for number, part in enumerate(parts, 1)]
    lead = track(melody, "Lead vocal", 0, others=[signature(0, *metre)])
    file = smf.parse(song(lead, *tracks, track(drums, "Drums", smf.DRUMS)), "song.mid")
    return midi.tune_of(file, "song.mid", Reading(), [])


def chords_of(tune: Tune) -> list[list[set[str]]]:
    """Return the names of the pitch classes in each half measure."""
    shares = harmony.chords(tune)
    assert shares is not None
    return [[{NAMES[pitch] for pitch in np.flatnonzero(half)} for half in measure] for measure in shares]


def halves(*chords: str) -> list[list[set[str]]]:
    names = [set(chord.split()) for chord in chords]
    return [names[row : row + 2] for row in range(0, len(names), 2)]


# -- what other parts play -------------------------------------------------------------------


@pytest.mark.parametrize("octave", [2, 4])
def test_block_chords(octave: int) -> None:
    chords = block(C, F, G, C)
    bass = [(row * 2, 2, written(chord, octave - 1)[0]) for row, chord in enumerate((C, F, G, C))]
    assert chords_of(with_band(chords)) == halves(C, F, G, C)
    assert chords_of(with_band(chords, bass, drums=BEATS)) == halves(C, F, G, C)


def test_broken_chords_and_a_bass_that_takes_turns_with_them() -> None:
    alberti = [(row * 2 + place / 2, 0.5, written(chord, 3)[note])
               for row, chord in enumerate((C, AM, G, C)) for place, note in enumerate((0, 2, 1, 2))]  # fmt: skip
    slow = [(0, 2, 72), (2, 2, 72), (4, 2, 71), (6, 2, 72)]
    assert chords_of(with_band(alberti, melody=slow)) == halves(C, AM, G, C)
    oompah = []
    for row, chord in enumerate((C, F, G, C)):
        oompah += [(row * 2, 1, written(chord, 2)[0]), *((row * 2 + 1, 1, pitch) for pitch in written(chord, 3)[1:])]
    assert chords_of(with_band(oompah)) == halves(C, F, G, C)


def test_a_waltz_has_one_chord_a_measure() -> None:
    melody = [(beat, 1, pitch) for beat, pitch in enumerate((76, 74, 72, 77, 76, 77, 79, 77, 74, 72, 74, 72))]
    waltz = []
    for row, chord in enumerate((C, F, G, C)):
        waltz += [(row * 3, 1, written(chord, 2)[0])]
        waltz += [(row * 3 + beat, 1, pitch) for beat in (1, 2) for pitch in written(chord, 3)[1:]]
    tune = with_band(waltz, melody=melody, metre=(3, 4))
    assert chords_of(tune) == halves(C, C, F, F, G, G, C, C)


@pytest.mark.parametrize("chord", ["C E G", "C Eb G", "G B D F", "A C E G", "B D F", "C E G B", "G C D"])
def test_each_kind_of_chord(chord: str) -> None:
    root = chord.split(maxsplit=1)[0]
    tune = with_band(block(chord, chord, chord, chord), [(0, 8, written(root, 2)[0])])
    assert chords_of(tune) == halves(*[chord] * 4)


def test_sloppy_playing_changes_nothing() -> None:
    rng = np.random.default_rng(1)
    chords = [(max(0, start + rng.normal(0, 0.02)), 1.95 + rng.normal(0, 0.02), pitch)
              for start, _, pitch in block(C, F, G, C)]  # fmt: skip
    assert chords_of(with_band(chords)) == halves(C, F, G, C)


def test_nothing_is_known_where_nothing_or_no_chord_sounds() -> None:
    assert chords_of(with_band(block(C, F))) == halves(C, F, "", "")
    assert chords_of(with_band([(0, 4, 48), (4, 4, 53)])) == halves("", "", "", "")  # a bass alone
    cluster = [(0, 8, pitch) for pitch in range(48, 60)]
    assert chords_of(with_band(cluster)) == halves("", "", "", "")


def test_a_melody_alone_or_with_drums_or_doubled_has_no_chords() -> None:
    assert harmony.chords(with_band()) is None
    assert harmony.chords(with_band(drums=BEATS)) is None
    doubled = [(start, length, pitch - 12) for start, length, pitch in TUNE]
    assert harmony.chords(with_band(doubled)) is None
    assert harmony.chords(Tune((), ())) is None


def test_the_melody_does_not_count_but_other_notes_of_its_track_do() -> None:
    tune = with_band(melody=sorted([*TUNE, *block(C, F, G, C)]))
    assert [note.pitch for note in tune.notes] == [pitch for _, _, pitch in TUNE]
    assert chords_of(tune) == halves(C, F, G, C)


def test_what_sounds_in_passages_that_are_left_out_does_not_count() -> None:
    signatures = [signature(4, 10, 8), signature(9, 4, 4)]
    melody = [*TUNE[:5], (4, 5, 60), *((start + 5, length, pitch) for start, length, pitch in TUNE[5:])]
    chords = [*block(C, F), *((start + 4, 1, pitch) for start in range(5) for pitch in written("Db F Ab", 3)),
              *((start + 9, length, pitch) for start, length, pitch in block(G, C))]  # fmt: skip
    lead = track(melody, "Lead vocal", 0, others=[signature(0, 4, 4), *signatures])
    file = smf.parse(song(lead, track(chords, "Piano", 1)), "song.mid")
    tune = midi.tune_of(file, "song.mid", Reading(), [])
    assert len(tune.measures) == 2
    assert chords_of(tune) == halves(C, F, G, C)


@given(st.integers(0, 11))
def test_chords_move_with_the_music(semitones: int) -> None:
    tune = with_band([(start, length, pitch + semitones) for start, length, pitch in block(C, AM, G, C7)],
                     melody=[(start, length, pitch + semitones) for start, length, pitch in TUNE])  # fmt: skip
    shares, unmoved = harmony.chords(tune), harmony.chords(with_band(block(C, AM, G, C7)))
    assert shares is not None
    assert unmoved is not None
    np.testing.assert_array_equal(shares, np.roll(unmoved, semitones, axis=2))


# -- chord symbols ---------------------------------------------------------------------------


def from_abc(music: str, metre: str = "4/4") -> Tune:
    return abc.parse_tune(f"X:1\nT:t\nM:{metre}\nL:1/4\nK:C\n{music}", "t.abc")


def test_symbols_hold_until_the_next() -> None:
    assert chords_of(from_abc('CDEF|"C"G2 A2|B2 "G7"c2|c4|"N.C."c4|')) == halves(
        "", "", C, C, C, "G B D F", "G B D F", "G B D F", "", ""
    )


def test_a_symbol_on_each_beat_shares_the_half_measure() -> None:
    shares = harmony.chords(from_abc('"C"C"F"D"G"E F|'))
    assert shares is not None
    assert shares[0, 0, [0, 4, 5, 7, 9]].tolist() == [1.0, 0.5, 0.5, 0.5, 0.5]
    assert chords_of(from_abc('"C"CD"F"E|', "3/4")) == halves("C E F G A", "C E F G A")


def test_a_pickup_shifts_the_symbols() -> None:
    assert chords_of(from_abc('"G"G|"C"c2 "F"c2|"C"c3|')) == halves("", "G B D", C, F, C, C)


def test_symbols_come_before_other_parts() -> None:
    tune = with_band(block(C, F, G, C))
    symbols = ((Fraction(2), frozenset({9, 0, 4})), (Fraction(4), frozenset()))
    assert chords_of(replace(tune, chords=symbols)) == halves(C, AM, G, C)


def test_a_stray_symbol_does_not_hold_through_a_piece() -> None:
    melody = [(beat, 1, 72) for beat in range(64)]
    tune = with_band(block(*[C, F, G, C] * 8), melody=melody)
    stray = replace(tune, chords=((Fraction(2), frozenset({6, 10, 1})),))
    assert chords_of(stray) == chords_of(tune)
    assert chords_of(replace(stray, origin=None))[1:] == halves(*["Gb Bb Db"] * 30)


# -- notes on beats --------------------------------------------------------------------------


def test_only_notes_on_beats_can_lie_outside() -> None:
    tune = from_abc('"C"C/D/E/F/ G A|"F"F2 z G|G2 C2|')
    agree = harmony.on_beats(tune)
    assert agree is not None
    tokens = tokenizer.encode(tune)
    assert agree.shape == (*tokens.shape, 12)
    assert agree[:, np.arange(24) % 6 != 0].all()
    assert harmony.outside(tokens, agree).tolist() == [1, 1, 1]  # A in C, G in F, G in F
    assert harmony.share_inside(tokens, agree) == 0.625  # of eight notes on beats
    assert np.isnan(harmony.share_inside(tokens, np.ones_like(agree)))
    assert harmony.on_beats(from_abc("CDEF|")) is None


def test_compound_beats_are_dotted() -> None:
    tune = from_abc('"C"D/C/D/"G"C/B,/A,/|', "6/8")
    agree = harmony.on_beats(tune)
    assert agree is not None
    assert harmony.outside(tokenizer.encode(tune), agree).tolist() == [2]


@given(tunes(), st.data())
def test_any_tune_with_any_chords(tune: Tune, data: st.DataObject) -> None:
    classes = st.frozensets(st.integers(0, 11))
    times = st.fractions(0, tune.end, max_denominator=12)
    symbols = tuple(sorted(data.draw(st.dictionaries(times, classes, min_size=1)).items(), key=lambda item: item[0]))
    tune = replace(tune, chords=symbols)
    shares, agree, tokens = harmony.chords(tune), harmony.on_beats(tune), tokenizer.encode(tune)
    assert shares is not None
    assert agree is not None
    assert shares.shape == (len(tune.measures), 2, 12)
    assert ((shares >= 0) & (shares <= 1 + 1e-9)).all()
    assert agree.any(axis=2).all()
    counts = harmony.outside(tokens, agree)
    assert (counts <= tokenizer.is_onset(tokens[:, ::6]).sum(axis=1)).all()
    everything = replace(tune, chords=((Fraction(0), frozenset(range(12))),))
    free = harmony.on_beats(everything)
    assert free is not None
    assert free.all()


def test_measures_of_several_metres() -> None:
    measures = measures_of([Metre(2, 4), Metre(3, 4), Metre(12, 8)])
    notes = (Note(Fraction(0), Fraction(1), 60),)
    starts = (0, 1, 2, 5, 8)
    symbols = tuple((Fraction(start), frozenset({row})) for row, start in enumerate(starts))
    shares = harmony.chords(Tune(notes, measures, chords=symbols))
    assert shares is not None
    assert shares.argmax(axis=2).tolist() == [[0, 1], [2, 2], [3, 4]]
