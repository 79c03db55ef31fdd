"""Keys: from a name to pitch classes, the key of a tune, and the pitches that keep a measure in it.

A key is used as its diatonic collection only: seven pitch classes, a signature's. Minor is
natural minor; a raised sixth or seventh, like any other accidental, is allowed in the
measures that have it already.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from fractions import Fraction

import numpy as np

from armusic.errors import NoNotesError, UsageError
from armusic.music.score import MODES, Key, Measure, Note, Tune
from armusic.shapes import Bool, Float

Quarters = Float[np.ndarray, " span"]

PITCHES, OCTAVE = 128, 12
_FIFTH = 7  # semitones
_MOST_SIGNS = 7  # in a key signature
_LEAST_SHARE = 0.01  # of the time that the tune sounds, for a pitch class that it uses only once
_CONTRADICTION = 0.04  # of that time: how much less sounds in the key signature's collection than in the best one
_SIGNATURES = tuple(sorted(range(1 - OCTAVE // 2, OCTAVE // 2 + 1), key=lambda fifths: (abs(fifths), -fifths)))
"""One signature for each collection, those with fewer sharps or flats first: 0, 1, -1, ... 6."""

_KEYS = {
    str(key): key for key in (Key(fifths, mode) for mode in MODES for fifths in range(-_MOST_SIGNS, _MOST_SIGNS + 1))
}
_MODE_ALIASES = {"ionian": "major", "aeolian": "minor"}
_MODE_OF_FIFTHS = {fifths: mode for mode, fifths in MODES.items()}


def parse(text: str) -> Key:
    """Read a key as `TONIC:MODE`.

    Parameters
    ----------
    text : str
        `C:major`, `F#:minor`, `A:dorian`; ionian and aeolian are other names of major and
        minor, and a tonic alone is major.

    Raises
    ------
    UsageError
        For anything else; names the nearest.

    Examples
    --------
    >>> parse("A:dorian"), parse("bb")
    (Key(fifths=1, mode='dorian'), Key(fifths=-2, mode='major'))
    """
    tonic, colon, mode = (part.strip() for part in text.partition(":"))
    mode = mode.lower() if colon else "major"
    name = f"{tonic[:1].upper()}{tonic[1:].lower()}:{_MODE_ALIASES.get(mode, mode)}"
    if name in _KEYS:
        return _KEYS[name]
    near = difflib.get_close_matches(name, _KEYS, 3, 0.7) if colon else []
    hint = f"did you mean {' or '.join(near)}?" if near else f"write a tonic and one of {', '.join(MODES)}: A:dorian"
    raise UsageError(f"unknown key {text!r}: {hint}")


def collection(key: Key) -> Bool[np.ndarray, "12"]:
    """Return a mask of the pitch classes, from C on, in a key's signature.

    Examples
    --------
    >>> np.flatnonzero(collection(Key(1))).tolist()
    [0, 2, 4, 6, 7, 9, 11]
    """
    inside = np.zeros(OCTAVE, dtype=bool)
    inside[np.arange(key.fifths - 1, key.fifths + len(MODES) - 1) * _FIFTH % OCTAVE] = True
    return inside


def tonic_class(key: Key) -> int:
    """Return the pitch class of a key's tonic, from C on.

    Examples
    --------
    >>> tonic_class(Key(2)), tonic_class(Key(1, "dorian"))
    (2, 9)
    """
    return (key.fifths + MODES[key.mode]) * _FIFTH % OCTAVE


def find(tune: Tune) -> Key:
    """Return the key of a tune: its own if it has one, else the one that fits its notes best.

    The collection is the one in which the notes sound longest. Among equally good ones, as for a
    tune of five notes, it is the one in which the last note is the tonic of major, else of minor,
    else the one with the fewest sharps or flats. The tonic is the last note or, if that lies outside,
    the pitch class that sounds longest.

    Parameters
    ----------
    tune : Tune
        Tune with at least one note.

    Raises
    ------
    NoNotesError
        If nothing sounds and there is no key signature.

    Examples
    --------
    >>> from fractions import Fraction
    >>> from armusic.music.score import Measure, Metre, Note
    >>> notes = tuple(Note(Fraction(i), Fraction(1), pitch) for i, pitch in enumerate((57, 60, 66, 57)))
    >>> str(find(Tune(notes, (Measure(Fraction(0), Metre(4, 4)),))))
    'A:dorian'
    """
    if tune.key is not None:
        return tune.key
    if not tune.notes:
        raise NoNotesError(f"{tune.source or 'the tune'}: no notes in it, so no key: set one")
    classes = [note.pitch % OCTAVE for note in tune.notes]
    lengths = _lengths(tune)
    covered = _COLLECTIONS @ lengths
    best = np.flatnonzero(covered >= covered.max() - 1e-9 * lengths.sum())
    fifths = min(
        (_SIGNATURES[index] for index in best),
        key=lambda candidate: _COMMON.get(_mode(candidate, classes[-1]), len(_COMMON)),
    )
    tonic = classes[-1] if _mode(fifths, classes[-1]) else int((lengths * collection(Key(fifths))).argmax())
    return Key(fifths, _mode(fifths, tonic) or "major")


def contradicted(tune: Tune) -> bool:
    """Return whether a tune's key signature cannot be its own: its notes lie in another one far better.

    That is, of the time that they sound, 4 % more is in the best collection than in the signature's. A raised
    seventh in minor, an episode in a near key or a few accidentals are less: of 3,961 printed folk tunes 2 % have
    more. Set to C, as by a program in which nobody chose a key, tunes in a signature of one sharp or flat have
    more in 72 % of cases, of two in 99.6 %, and of three or more in all (benchmarks/keys.py).

    Examples
    --------
    >>> from fractions import Fraction
    >>> from armusic.music.score import Measure, Metre, Note
    >>> notes = tuple(Note(Fraction(i), Fraction(1), pitch) for i, pitch in enumerate((62, 66, 69, 73)))
    >>> contradicted(Tune(notes, (Measure(Fraction(0), Metre(4, 4)),), key=Key(0)))
    True
    """
    if tune.key is None:
        return False
    lengths = _lengths(tune)
    best = float((_COLLECTIONS @ lengths).max(initial=0.0))
    if tune.key_changes:
        in_force = [collection(tune.key_at(note.start, tune.key))[note.pitch % OCTAVE] for note in tune.notes]
        own = float(sum(note.duration for note, inside in zip(tune.notes, in_force, strict=True) if inside))
    else:
        own = float(lengths[collection(tune.key)].sum())
    return best - own > _CONTRADICTION * float(lengths.sum())


def used(tune: Tune) -> Bool[np.ndarray, "12"]:
    """Return a mask of the pitch classes, from C on, that a tune uses: its scale, whatever its key signature says.

    These are the classes of two or more notes, and those that sound for 1 % of the time or more: all in a short
    tune, but in a long one not an accidental that comes once.

    Examples
    --------
    >>> from fractions import Fraction
    >>> from armusic.music.score import Measure, Metre, Note
    >>> notes = tuple(Note(Fraction(i), Fraction(1), pitch) for i, pitch in enumerate((62, 66, 69, 74)))
    >>> np.flatnonzero(used(Tune(notes, (Measure(Fraction(0), Metre(4, 4)),)))).tolist()
    [2, 6, 9]
    """
    lengths = _lengths(tune)
    counts = np.bincount(np.array([note.pitch % OCTAVE for note in tune.notes], dtype=np.int64), minlength=OCTAVE)
    return (counts > 1) | ((counts > 0) & (lengths >= _LEAST_SHARE * lengths.sum()))


def signatures(written: Iterable[tuple[Fraction, Key]]) -> tuple[Key | None, tuple[tuple[Fraction, Key], ...]]:
    """Return the first of the key signatures at some times, in quarter notes, and those later ones that change it.

    The first holds from the start; of several at one time the last stays.

    Examples
    --------
    >>> first, later = signatures([(Fraction(0), Key(1)), (Fraction(8), Key(1)), (Fraction(16), Key(-1))])
    >>> str(first), [(float(time), str(key)) for time, key in later]
    ('G:major', [(16.0, 'F:major')])
    """
    ordered = sorted({max(time, Fraction(0)): key for time, key in written}.items(), key=lambda change: change[0])
    changes = [change for n, change in enumerate(ordered) if not n or change[1] != ordered[n - 1][1]]
    return (changes[0][1], tuple(changes[1:])) if changes else (None, ())


def scales(tune: Tune, first: Key) -> Bool[np.ndarray, "measure 12"]:
    """Return a mask of the pitch classes, from C on, of the key of each measure; `first` is the key at the start.

    Examples
    --------
    >>> from armusic.music.score import Measure, Metre
    >>> measures = (Measure(Fraction(0), Metre(4, 4)), Measure(Fraction(4), Metre(4, 4)))
    >>> tune = Tune((), measures, key=Key(1), key_changes=((Fraction(4), Key(-1)),))
    >>> [np.flatnonzero(scale).tolist() for scale in scales(tune, Key(1))]
    [[0, 2, 4, 6, 7, 9, 11], [0, 2, 4, 5, 7, 9, 10]]
    """
    return np.array([collection(tune.key_at(measure.start, first)) for measure in tune.measures]).reshape(-1, OCTAVE)


def allowed(
    tune: Tune, key: Key, classes: Bool[np.ndarray, "12"] | Bool[np.ndarray, "measure 12"] | None = None
) -> Bool[np.ndarray, "measure 128"]:
    """Return the pitches that keep each measure in a key, and near its own.

    These are the pitches of the key's collection from an octave below the lowest to an octave above
    the highest pitch of the input's own measure (all if it is silent), and the pitches that sound in it.
    `classes`, of all measures or of each, stand in the place of the key's collection.

    Examples
    --------
    >>> allowed(Tune((), ()), Key(0)).shape
    (0, 128)
    """
    pitches = np.arange(PITCHES)
    starts, ends = _times(tune.notes)
    first, last = _times(tune.measures)
    row, note = np.nonzero((starts < last[:, None]) & (ends > first[:, None]))
    sounding = np.zeros((len(tune.measures), PITCHES), dtype=bool)
    sounding[row, np.array([note.pitch for note in tune.notes], dtype=np.int64)[note]] = True
    silent = ~sounding.any(axis=1)
    low = np.where(silent, 0, sounding.argmax(axis=1) - OCTAVE)
    high = np.where(silent, PITCHES, PITCHES - 1 - sounding[:, ::-1].argmax(axis=1) + OCTAVE)
    near = (low[:, None] <= pitches) & (pitches <= high[:, None])
    return sounding | (near & (collection(key) if classes is None else classes)[..., pitches % OCTAVE])


_COLLECTIONS = np.array([collection(Key(fifths)) for fifths in _SIGNATURES], dtype=float)
_COMMON: dict[str | None, int] = {"major": 0, "minor": 1}  # the likelier first: see `find`


def _mode(fifths: int, tonic: int) -> str | None:
    """Return the mode of a pitch class in the collection of `fifths` sharps; None outside it."""
    place = (tonic * _FIFTH - fifths) % OCTAVE  # fifths above the relative major
    return _MODE_OF_FIFTHS.get(place if place < OCTAVE - 1 else place - OCTAVE)


def _lengths(tune: Tune) -> Float[np.ndarray, "12"]:
    """Return how long each pitch class sounds, in quarter notes."""
    classes = np.array([note.pitch % OCTAVE for note in tune.notes], dtype=np.int64)
    return np.bincount(classes, [float(note.duration) for note in tune.notes], OCTAVE).astype(float)


def _times(spans: tuple[Note, ...] | tuple[Measure, ...]) -> tuple[Quarters, Quarters]:
    """Return the starts and ends of notes or measures, in quarter notes; equal fractions give equal floats."""
    return (
        np.array([float(span.start) for span in spans]),
        np.array([float(span.end) for span in spans]),
    )
