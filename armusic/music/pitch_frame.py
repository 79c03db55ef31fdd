"""Pitch frames: the pitches that a model can represent, and their reference pitch.

`absolute` models have the pitches 55..84 (G3 to C6; Pati and Lerch 2020). `anchored` ones
count semitones from the measure's own median pitch, which is stored beside the code and added
again on decoding: no attribute depends on transposition, so neither does the model.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from armusic.errors import DataError
from armusic.music import attributes
from armusic.music.tokenizer import HOLD, REST, is_onset
from armusic.shapes import Bool, Int

FrameName = Literal["anchored", "absolute"]
MIDDLE = 69  # anchor if no measure has a note: A4, in the middle of the folk tunes


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
        """Number of classes."""
        return self.hold + 2

    def check(self, names: Sequence[str]) -> None:
        """Refuse attributes that the frame cannot represent: in the anchored one, those that transposition changes.

        Raises
        ------
        DataError
            For the first such attribute.
        """
        for name in names if self.name == "anchored" else ():
            if not attributes.is_transposition_invariant(attributes.get(name)):
                raise DataError(
                    f"attribute {name!r} changes with transposition, which an anchored model cannot see:"
                    " train with the option frame=absolute"
                )

    def anchors(self, tokens: Int[np.ndarray, "measure tick"]) -> Int[np.ndarray, " measure"]:
        """Return the reference pitch of each measure of a tune (0 in the absolute frame).

        A measure without notes takes the anchor of the one before; at the start, of the first one with notes.

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
        """Return anchors that bring a tune of any register into the frame: in the absolute one, whole octaves.

        They are the fewest octaves that bring a measure into the frame, and 0 if none do.

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
        """Return the tokens of classes: the inverse of `enter` for measures inside the frame."""
        pitch = (classes + self.low + anchors[:, None]).clip(0, HOLD - 1)
        tokens = np.where(classes < self.hold, pitch, np.where(classes == self.rest, REST, HOLD))
        return tokens.astype(np.int16)

    def tokens(self, classes: Int[np.ndarray, "measure tick"]) -> Int[np.ndarray, "measure tick"]:
        """Return the tokens of classes without a tune; anchored ones count from A4.

        Examples
        --------
        >>> ANCHORED.tokens(np.array([[19, 39, 40]])).tolist() == [[MIDDLE, HOLD, REST]]
        True
        """
        return self.leave(classes, np.full(len(classes), 0 if self.name == "absolute" else MIDDLE))


ANCHORED = Frame("anchored", -19, 19)
ABSOLUTE = Frame("absolute", 55, 84)  # Pati and Lerch 2020
FRAMES: dict[str, Frame] = {frame.name: frame for frame in (ANCHORED, ABSOLUTE)}
