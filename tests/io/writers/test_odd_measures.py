"""Times in written measures behind, and in, measures of lengths that no metre has."""

from fractions import Fraction

from armusic.io.writers.parts import Part
from armusic.io.writers.tuplets import writable
from armusic.music.metre import Metre, TimeSignature
from armusic.music.score import Note


def test_times_are_moved_on_the_grid_of_their_measure() -> None:
    start = Fraction(281, 32)
    notes = [Note(start + Fraction(number, 97), Fraction(1, 97), 60) for number in (0, 40, 80)]
    placed, moved = writable(notes, [Part(0, Fraction(0), start, start, Metre(4, 4))])
    assert len(moved) == 1
    assert [(note.start - start) * 8 for note in placed] == [0, 3, 7]


def test_no_tuplet_is_finer_than_the_shortest_value() -> None:
    part = Part(0, Fraction(0), Fraction(0), Fraction(0), TimeSignature(105, 128))  # its beat is a 128th
    placed, moved = writable([Note(Fraction(0), Fraction(7, 12), 60), Note(Fraction(3, 4), Fraction(1), 62)], [part])
    assert moved == {part}
    assert [(note.start, note.end) for note in placed] == [(0, Fraction(5, 8)), (Fraction(3, 4), Fraction(7, 4))]
