"""What the model of tunes sees: every tick of a measure as numbers of rows in its first table.

Two kinds of features. Those of the *place* do not depend on what is written there: the metre and
the tick, the place in the phrase, the pitch classes of the rest of the tune, and the measures
around it at the same tick. Those of the *past* do: the ticks just before, the last notes and how
long ago they were struck, and which of the measures around it has been repeated so far.
Pitches count from the tonic, so that every tune is in one key.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

import numpy as np

from armusic.errors import NoNotesError
from armusic.music import keys, tokenizer
from armusic.music.keys import OCTAVE
from armusic.music.score import METRES, Key, Measure, Tune
from armusic.music.tokenizer import HOLD, MAX_TICKS, PAD, REST, is_onset, sounding
from armusic.shapes import Bool, Int

LOW, HIGH = -16, 31  # semitones from the tonic: further pitches count as these
PITCHES = HIGH - LOW + 1
HELD, SILENT = PITCHES, PITCHES + 1  # classes that are predicted beside the pitches
CLASSES = PITCHES + 2
NONE, HIDDEN = CLASSES, CLASSES + 1  # before the first measure or beside the others; not to be seen
SYMBOLS = CLASSES + 2

AROUND = (-8, -4, -2, -1, 1, 2, 4, 8)  # measures that are seen, counted from the one that is written
NEAR = (-2, -1, 0, 1, 2)  # ticks of them
PHRASE = 8  # measures; place 8 is the last of the tune
RECENT, NOTES = 6, 4  # ticks and notes of the past
LONGEST = 32  # ticks: what was struck longer ago counts as that
SHARES = (0.0, 0.03, 0.12)  # levels of how much of the tune a pitch class sounds

Classes = Int[np.ndarray, "measure tick"]
Rows = Int[np.ndarray, "item tick feature"]


def _offsets(*sizes: int) -> tuple[int, ...]:
    return tuple(np.cumsum((0, *sizes)).tolist())


_PLACE = _offsets(
    len(METRES) * MAX_TICKS,
    (PHRASE + 1) * MAX_TICKS,
    OCTAVE * (len(SHARES) + 1),
    len(AROUND) * len(NEAR) * SYMBOLS,
    len(AROUND) * SYMBOLS,
)
_PAST = _offsets(RECENT * SYMBOLS, NOTES * SYMBOLS, NOTES * (LONGEST + 1), len(AROUND) * 4, 2)
PLACE_ROWS, PAST_ROWS = _PLACE[-1], _PAST[-1]
"""Numbers of rows of the two tables."""
PAST_FEATURES = (*[SYMBOLS] * (RECENT + NOTES), *[LONGEST + 1] * NOTES, *[4] * len(AROUND), 2)
"""How many rows of the past table belong to each feature."""


@dataclass(frozen=True, slots=True)
class Setting:
    """A tune as its model sees it.

    Parameters
    ----------
    classes : int array (measure, tick)
        Pitches from the tonic, `HELD`, `SILENT`, and `NONE` behind the end of a measure; as wide as the longest metre.
    kind : int array (measure,)
        Places of the metres in `score.METRES`.
    tonic : int
        The MIDI pitch that counts as 0: a tonic less than an octave below the mean of the tune's notes.
    place : int array (measure,)
        Place in the phrase, 0..7; 8 for the last measure.
    unit : int array (measure,)
        Equal for equal measures.
    """

    classes: Classes
    kind: Int[np.ndarray, " measure"]
    tonic: int
    place: Int[np.ndarray, " measure"]
    unit: Int[np.ndarray, " measure"]

    @property
    def around(self) -> Int[np.ndarray, "measure around"]:
        """The measures around each one: -1 where there is none, -2 where it is a copy of the measure itself."""
        rows = np.arange(len(self.classes))[:, None] + AROUND
        inside = (rows >= 0) & (rows < len(self.classes))
        rows = np.where(inside, rows, -1)
        copies = inside & (self.unit[rows] == self.unit[:, None])
        return np.where(copies, -2, rows)


def setting(tokens: Int[np.ndarray, "measure tick"], kind: Int[np.ndarray, " measure"]) -> Setting:
    """Return the measures of a tune as the model of tunes sees them; one in which nothing sounds is in C.

    Examples
    --------
    >>> row = [[67, HOLD, HOLD] * 3 + [60, HOLD, HOLD]]
    >>> tune = setting(np.array(row * 2), np.array([1, 1]))
    >>> tune.tonic, (tune.classes[0, :2] - [-LOW, 0]).tolist(), tune.place.tolist(), int(tune.around[0, 4])
    (60, [7, 48], [0, 8], -2)
    """
    wide = np.full((len(tokens), MAX_TICKS), PAD)
    wide[:, : tokens.shape[1]] = tokens
    onset = is_onset(wide)
    tonic = tonic_of(wide, kind)
    classes = to_classes(wide, tonic)
    pickup = len(wide) > 1 and wide[0, 0] == REST and onset[0].any()
    place = (np.arange(len(wide)) - int(pickup)) % PHRASE
    place[-1:] = PHRASE
    unit = np.unique(np.column_stack([kind, wide]), axis=0, return_inverse=True)[1].ravel()
    return Setting(classes, kind, tonic, place, unit)


def to_classes(tokens: Int[np.ndarray, "*measure tick"], tonic: int) -> Int[np.ndarray, "*measure tick"]:
    """Return the classes of tokens in a tune with this tonic."""
    pitch = np.clip(tokens - (tonic + LOW), 0, PITCHES - 1)
    rest = np.where(tokens == REST, SILENT, np.where(tokens == HOLD, HELD, NONE))
    return np.where(is_onset(tokens), pitch, rest)


def to_tokens(classes: Int[np.ndarray, "*measure tick"], tonic: int) -> Int[np.ndarray, "*measure tick"]:
    """Return the tokens of classes: the inverse of `to_classes` for pitches within reach."""
    rest = np.where(classes == SILENT, REST, np.where(classes == HELD, HOLD, PAD))
    return np.where(classes < PITCHES, np.clip(classes + tonic + LOW, 0, HOLD - 1), rest).astype(np.int16)


def key_of(tokens: Int[np.ndarray, "measure tick"], kind: Int[np.ndarray, " measure"]) -> Key:
    """Return the key that the notes of some measures make; C major where nothing sounds."""
    return _key(tokens.astype(np.int16).tobytes(), tokens.shape[1], tuple(kind.tolist()))


@lru_cache(maxsize=64)  # an input is compared with many variations
def _key(data: bytes, width: int, kind: tuple[int, ...]) -> Key:
    tokens = np.frombuffer(data, dtype=np.int16).reshape(-1, width)
    measures, at = [], Fraction(0)
    for index in kind:
        measures.append(Measure(at, METRES[index]))
        at += METRES[index].length
    try:
        return keys.find(Tune(tokenizer.decode(tokens, measures), tuple(measures)))
    except NoNotesError:
        return Key(0)


def tonic_of(tokens: Int[np.ndarray, "measure tick"], kind: Int[np.ndarray, " measure"]) -> int:
    """Return the tonic less than an octave below the mean pitch of the notes; 60 where nothing sounds."""
    onset = is_onset(tokens)
    if not onset.any():
        return 60
    mean = float(tokens[onset].mean())
    return int(mean - (mean - keys.tonic_class(key_of(tokens, kind))) % OCTAVE)


def shares(tune: Setting) -> Int[np.ndarray, "measure 12"]:
    """Return the level of each pitch class, from the tonic on, in the tune without the copies of each measure."""
    inside = tune.classes != NONE
    sounds = sounding(np.where(inside, tune.classes, HELD), HELD)
    held = (sounds < PITCHES) & inside
    counts = np.zeros((len(sounds), OCTAVE))
    rows, ticks = np.nonzero(held)
    np.add.at(counts, (rows, (sounds[rows, ticks] + LOW) % OCTAVE), 1)
    of_unit = np.zeros((tune.unit.max(initial=-1) + 1, OCTAVE))
    np.add.at(of_unit, tune.unit, counts)
    rest = counts.sum(axis=0) - of_unit[tune.unit]
    share = rest / np.maximum(rest.sum(axis=1, keepdims=True), 1)
    return np.searchsorted(SHARES, share, side="left")


def place_rows(
    tune: Setting,
    measures: Int[np.ndarray, " item"],
    around: Int[np.ndarray, "item around"],
    levels: Int[np.ndarray, "item 12"],
) -> Rows:
    """Return the rows of the place table for every tick of some measures.

    Parameters
    ----------
    tune : Setting
        The tune, or several one behind the other.
    measures : int array (item,)
        Places of the measures in it.
    around : int array (item, around)
        The measures around each: as `Setting.around`; -2 hides one.
    levels : int array (item, 12)
        See `shares`.

    Returns
    -------
    int array (item, tick, feature)
    """
    ticks = np.arange(MAX_TICKS)
    items = len(measures)
    metre = tune.kind[measures, None] * MAX_TICKS + ticks
    phrase = tune.place[measures, None] * MAX_TICKS + ticks
    classes = np.arange(OCTAVE) * (len(SHARES) + 1) + levels
    seen = tune.classes[around]  # (item, around, tick)
    held = sounding(np.where(seen == NONE, HELD, seen).reshape(-1, MAX_TICKS), HELD).reshape(seen.shape)
    absent = np.where(around == -1, NONE, HIDDEN)[:, :, None]
    seen, held = np.where(around[:, :, None] < 0, absent, seen), np.where(around[:, :, None] < 0, absent, held)
    padded = np.pad(seen, ((0, 0), (0, 0), (-NEAR[0], NEAR[-1])), constant_values=NONE)
    padded = np.where(around[:, :, None] < 0, absent, padded)
    near = np.stack([padded[:, :, shift : shift + MAX_TICKS] for shift in range(len(NEAR))], axis=2)
    columns = np.arange(len(AROUND) * len(NEAR)).reshape(len(AROUND), len(NEAR), 1) * SYMBOLS
    rows = [
        metre[:, :, None],
        phrase[:, :, None] + _PLACE[1],
        np.broadcast_to(classes[:, None] + _PLACE[2], (items, MAX_TICKS, OCTAVE)),
        (near + columns).reshape(items, len(AROUND) * len(NEAR), MAX_TICKS).swapaxes(1, 2) + _PLACE[3],
        (held + np.arange(len(AROUND))[:, None] * SYMBOLS).swapaxes(1, 2) + _PLACE[4],
    ]
    return np.concatenate(rows, axis=2)


def before(tune: Setting, measures: Int[np.ndarray, " item"]) -> Classes:
    """Return the measure before each one, its end at the last tick; `NONE` before the first."""
    previous = np.where(measures[:, None] > 0, tune.classes[measures - 1], NONE)
    missing = (previous == NONE).sum(axis=1)
    columns = (np.arange(MAX_TICKS) - missing[:, None]) % MAX_TICKS
    return np.take_along_axis(previous, columns, axis=1)


@dataclass(frozen=True, slots=True)
class Past:
    """What comes before a tick; arrays have the same dimensions in front.

    Parameters
    ----------
    recent : int array (..., tick)
        Classes of the ticks before, the last first.
    pitch, ago : int arrays (..., note)
        Pitches of the notes before, the last first, and how many ticks ago each began; `NONE` and 0 for none.
    repeated : int array (..., around)
        Whether the measure is so far one of those around it: 2 and 1 for the same notes, 1 for notes at the same ticks.
    rested : int array (...,)
        Whether there is silence: 0 or 1.
    """

    recent: Int[np.ndarray, "*item tick"]
    pitch: Int[np.ndarray, "*item note"]
    ago: Int[np.ndarray, "*item note"]
    repeated: Int[np.ndarray, "*item around"]
    rested: Int[np.ndarray, "*item"]

    @property
    def rows(self) -> Int[np.ndarray, "*item feature"]:
        """The rows of the past table."""
        parts = [
            self.recent + np.arange(RECENT) * SYMBOLS,
            self.pitch + (np.arange(NOTES) * SYMBOLS + _PAST[1]),
            self.ago + (np.arange(NOTES) * (LONGEST + 1) + _PAST[2]),
            self.repeated + (np.arange(len(AROUND)) * 4 + _PAST[3]),
            self.rested[..., None] + _PAST[4],
        ]
        return np.concatenate(parts, axis=-1)


def seen(tune: Setting, around: Int[np.ndarray, "item around"]) -> Int[np.ndarray, "item around tick"]:
    """Return the classes of the measures around; `NONE` where there is none, `HIDDEN` where one is not to be seen."""
    absent = np.where(around == -1, NONE, HIDDEN)[:, :, None]
    return np.where(around[:, :, None] < 0, absent, tune.classes[around])


def past(
    history: Int[np.ndarray, "item before"],
    written: Int[np.ndarray, "item tick"],
    seen: Int[np.ndarray, "item around tick"],
) -> Past:
    """Return what comes before every tick of what is written in some places.

    Parameters
    ----------
    history : int array (item, before)
        The measure before: see `before`.
    written : int array (item, tick)
        Classes of the measure itself; the features of a tick are of what is written before it.
    seen : int array (item, around, tick)
        Classes of the measures around; all `HIDDEN` where one is not seen.
    """
    ticks = written.shape[1]
    line = np.concatenate([history, written], axis=1)
    start = history.shape[1]
    recent = np.stack([line[:, start - back : start - back + ticks] for back in range(1, RECENT + 1)], axis=2)
    onset = line < PITCHES
    number: Int[np.ndarray, "item step"] = np.cumsum(onset, axis=1) - onset  # notes before each tick, of the row
    at, struck_pitch = np.append(np.nonzero(onset)[1], 0), np.append(line[onset], 0)
    first = np.cumsum(onset.sum(axis=1)) - onset.sum(axis=1)
    note = number[:, start:, None] - np.arange(1, NOTES + 1)
    index = np.where(note >= 0, first[:, None, None] + note, -1)
    pitch = np.where(note >= 0, struck_pitch[index], NONE)
    ago = np.where(note >= 0, np.minimum(start + np.arange(ticks)[:, None] - at[index], LONGEST), 0)
    same = seen == written[:, None]
    struck = ((seen < PITCHES) == (written[:, None] < PITCHES)) & (seen != HIDDEN)
    repeated = (_so_far(same) * 2 + _so_far(struck)).swapaxes(1, 2)
    state = sounding(np.where(line == NONE, HELD, line), HELD)
    return Past(recent, pitch, ago, repeated, (state[:, start - 1 : start - 1 + ticks] == SILENT).astype(np.int64))


def _so_far(equal: Bool[np.ndarray, "item around tick"]) -> Int[np.ndarray, "item around tick"]:
    """Return whether all ticks before each one are equal."""
    all_before = np.logical_and.accumulate(equal, axis=2)
    return np.concatenate([np.ones_like(all_before[:, :, :1]), all_before[:, :, :-1]], axis=2).astype(np.int64)
