"""Pitches of written notes, by the key and the accidentals in force in the measure."""

from __future__ import annotations

from armusic.io.readers.abc.key import KeyField
from armusic.io.readers.abc.tokens import LETTERS


class Accidentals:
    """The accidentals in force.

    Attributes
    ----------
    scope : str
        Reach of an accidental in its measure: `pitch`, for its letter in every octave, as
        in ABC 2.1, section 11.3; `octave`, for its own octave; `not`, for its note only.

    Examples
    --------
    >>> from armusic.io.readers.abc.key import key_field
    >>> now = Accidentals(key_field("G"))
    >>> now.sound(65, 3, None), now.sound(65, 3, 0), now.sound(77, 3, None)
    (66, 65, 77)
    """

    def __init__(self, key: KeyField) -> None:
        self.scope = "pitch"
        self.signs = (0,) * len(LETTERS)
        self.change(key)

    def change(self, key: KeyField) -> None:
        """Put a key in force."""
        self.signs = key.over(self.signs)
        self.new_measure()

    def new_measure(self) -> None:
        """Forget the accidentals of the measure before."""
        self.letters = list(self.signs)
        self.octaves: dict[int, int] = {}

    def state(self) -> tuple[list[int], dict[int, int]]:
        """Return the accidentals of the measure, for `restore`."""
        return list(self.letters), dict(self.octaves)

    def restore(self, state: tuple[list[int], dict[int, int]]) -> None:
        """Put accidentals of a measure in force again."""
        self.letters, self.octaves = list(state[0]), dict(state[1])

    def sound(self, natural: int, place: int, sign: int | None) -> int:
        """Return the pitch of a note as written; remember its accidental.

        Parameters
        ----------
        natural : int
            MIDI pitch of the note without accidentals.
        place : int
            Index of its letter in C D E F G A B.
        sign : int, optional
            Semitones of a written accidental.
        """
        if sign is None:
            sign = self.octaves.get(natural, self.letters[place])
        elif self.scope == "pitch":
            self.letters[place] = sign
        elif self.scope == "octave":
            self.octaves[natural] = sign
        return natural + sign
