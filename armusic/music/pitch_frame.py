"""The pitch frame: which pitches a model can write, and from where it counts them.

`absolute` models know the pitches 55..84 (G3 to C6; Pati and Lerch 2020). `anchored` ones
count semitones from the measure's own median pitch, which is kept beside the code and put
back on decoding: no attribute changes by transposition, so neither does the model.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from jaxtyping import Bool, Int

from armusic.errors import DataError
from armusic.music import attributes
from armusic.music.tokenizer import HOLD, REST, is_onset

FrameName = Literal["anchored", "absolute"]
MIDDLE = 69  # the anchor where no measure has a note yet: A4, in the middle of the folk tunes


@dataclass(frozen=True, slots=True)
class Frame:
    """The classes of a model: `low`..`high`, then hold, then rest.

    Parameters
    ----------
    name : {"anchored", "absolute"}
        Whether pitches count from the anchor or are MIDI pitches.
    low, high : int
        Lowest and highest pitch, in semitones.
    """

    name: FrameName
    low: int
    high: int

    @property
    def hold(self) -> int:
        """Class of a hold, and the number of pitches."""
        return self.high - self.low + 1

    @property
    def rest(self) -> int:
        """Class of a rest."""
        return self.hold + 1

    @property
    def classes(self) -> int:
        """How many classes there are."""
        return self.hold + 2

    def check(self, names: Sequence[str]) -> None:
        """Refuse attributes that the frame cannot see: in the anchored one those that change by transposition.

        Raises
        ------
        DataError
            With the first of them.
        """
        for name in names if self.name == "anchored" else ():
            if not attributes.is_transposition_invariant(attributes.get(name)):
                raise DataError(
                    f"attribute {name!r} changes with transposition, which an anchored model cannot see:"
                    " train with the option frame=absolute"
                )

    def anchors(self, tokens: Int[np.ndarray, "measure tick"]) -> Int[np.ndarray, " measure"]:
        """Return the pitch from which each measure of a tune is counted (0 in the absolute frame).

        A measure without notes takes the anchor of the one before; the first ones that of the first after them.

        Examples
        --------
        >>> ANCHORED.anchors(np.array([[REST, HOLD], [60, 67], [REST, HOLD]])).tolist()
        [60, 60, 60]
        """
        if self.name == "absolute":
            return np.zeros(len(tokens), dtype=np.int64)
        onset = is_onset(tokens)
        counts = onset.sum(axis=1)
        ordered = np.sort(np.where(onset, tokens, np.iinfo(tokens.dtype).max), axis=1)
        medians = ordered[np.arange(len(tokens)), np.maximum(counts - 1, 0) // 2]
        voiced = np.flatnonzero(counts)
        if not len(voiced):
            return np.full(len(tokens), MIDDLE, dtype=np.int64)
        before = np.searchsorted(voiced, np.arange(len(tokens)), side="right") - 1
        return medians[voiced[np.maximum(before, 0)]].astype(np.int64)

    def registers(self, tokens: Int[np.ndarray, "measure tick"]) -> Int[np.ndarray, " measure"]:
        """Return anchors with which a tune in any register enters: in the absolute frame, whole octaves.

        They are as few octaves as bring a measure into the frame, and 0 where none do.

        Examples
        --------
        >>> ABSOLUTE.registers(np.array([[60, HOLD], [50, 40], [90, 86], [40, 90]])).tolist()
        [0, -24, 12, 0]
        """
        if self.name == "anchored":
            return self.anchors(tokens)
        onset = is_onset(tokens)
        silent = ~onset.any(axis=1)
        lowest = np.where(silent, self.low, np.where(onset, tokens, HOLD).min(axis=1)).astype(np.int64)
        highest = np.where(silent, self.low, np.where(onset, tokens, -1).max(axis=1)).astype(np.int64)
        up, down = np.maximum(self.low - lowest, 0), np.maximum(highest - self.high, 0)
        octaves = 12 * (-(-down // 12) + up // -12)
        fits = (lowest - octaves >= self.low) & (highest - octaves <= self.high)
        return np.where(fits, octaves, 0)

    def enter(
        self, tokens: Int[np.ndarray, "measure tick"], anchors: Int[np.ndarray, " measure"]
    ) -> tuple[Int[np.ndarray, "measure tick"], Bool[np.ndarray, " measure"]]:
        """Return the classes of each measure, and whether all its pitches lie in the frame.

        Pitches outside are clipped to its edge; padding becomes hold.
        """
        onset = is_onset(tokens)
        pitch = tokens - anchors[:, None] - self.low
        inside = ~(onset & ((pitch < 0) | (pitch >= self.hold))).any(axis=1)
        classes = np.where(onset, pitch.clip(0, self.hold - 1), np.where(tokens == REST, self.rest, self.hold))
        return classes.astype(np.int16), inside

    def leave(
        self, classes: Int[np.ndarray, "*batch measure tick"], anchors: Int[np.ndarray, " measure"]
    ) -> Int[np.ndarray, "*batch measure tick"]:
        """Return tokens again; the inverse of `enter` for measures that lie inside."""
        pitch = (classes + self.low + anchors[:, None]).clip(0, HOLD - 1)
        tokens = np.where(classes < self.hold, pitch, np.where(classes == self.rest, REST, HOLD))
        return tokens.astype(np.int16)

    def tokens(self, classes: Int[np.ndarray, "measure tick"]) -> Int[np.ndarray, "measure tick"]:
        """Return the tokens of classes that no tune comes with: anchored ones count from A4.

        Examples
        --------
        >>> ANCHORED.tokens(np.array([[19, 39, 40]])).tolist() == [[MIDDLE, HOLD, REST]]
        True
        """
        return self.leave(classes, np.full(len(classes), 0 if self.name == "absolute" else MIDDLE))


ANCHORED = Frame("anchored", -19, 19)
ABSOLUTE = Frame("absolute", 55, 84)  # Pati and Lerch 2020
FRAMES: dict[str, Frame] = {frame.name: frame for frame in (ANCHORED, ABSOLUTE)}
