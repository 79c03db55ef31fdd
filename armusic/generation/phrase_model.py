"""A model of phrases, as small tables: how codes follow one another, where they lie, what is repeated.

A model of measures has no notion of their order. These tables have, for phrases of eight measures:

- a code, given its place in the phrase, the degree of the key on which its anchor lies, and the
  codes one and four measures before: linear and Gaussian;
- the anchor, in semitones above a tonic, given the one before and the place: a Markov chain;
- which measures of a phrase are the same (`forms`), how often a phrase comes again, and how many
  measures at its end a phrase has in common with the first one (`rhymes`);
- what decoded measures are judged by: the onsets of each beat, and the intervals.

They are fitted to the codes of one checkpoint (`fit_phrases`), and belong to no other.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save_file

from armusic.errors import CheckpointError
from armusic.files import atomic_path, check_readable, label
from armusic.inference.checkpoint import Checkpoint
from armusic.music.pitch_frame import ANCHORED
from armusic.music.score import METRES, Key
from armusic.music.tokenizer import TICKS_PER_BEAT, is_onset, ticks
from armusic.shapes import Float, Int, UInt8, UInt32

FORMAT = "armusic phrases 1"
SHIPPED = "phrases.safetensors"
PLACES = 8  # measures of a phrase
END = PLACES  # the place of a tune's last measure: it has no upbeat to what follows, as the ends of other phrases have
PARTS = 2  # the first phrase of a tune, and those that differ from it
LOW, HIGH = -12, 24  # anchors, in semitones above the tonic
STATES = HIGH - LOW + 1
LEAP = 24  # the widest interval over a bar line that is counted
PATTERNS = 64  # which of the six ticks of a beat have an onset, as bits
BACK = (1, 4)  # measures before, on which a code depends
OCTAVE = 12
WIDE = 1000  # above all classes: measures that no frame holds are compared as they stand
LEAST = 500  # measures of a metre, below which nothing is fitted for it

_PRIME = np.uint64(1099511628211)


@dataclass(frozen=True, slots=True)
class Phrases:
    """The tables; a kind is the place of a metre in `score.METRES`.

    Parameters
    ----------
    checkpoint : str
        `fingerprint` of the checkpoint that they belong to.
    data : str
        Name of the corpus.
    measures : int array (kind,)
        Number of measures of each metre that they were fitted on; below `LEAST`, the metre has no tables.
    mean : float32 array (kind, place + 1, latent)
        Codes by their place in the phrase; the last is that of a tune's last measure.
    degree : float32 array (kind, 12, latent)
        The effect of the degree of the anchor on codes.
    follow : float32 array (kind, back, latent, latent)
        The effect of the codes `BACK` measures before, by their difference from the expected ones.
    noise : float32 array (kind, latent, latent)
        Covariance of the residual.
    level : float32 array (kind, attribute, 2)
        Place of a value on the attribute's dimension: intercept and slope.
    forms : uint8 array (form, place)
        First measure of the phrase that equals each of its measures.
    often : float32 array (kind, form)
        Frequency of each form, 0..1.
    again : float32 array (kind,)
        Frequency with which a phrase comes a second time, 0..1.
    rhymes : float32 array (kind, place + 1)
        Frequency with which so many measures at the end of a phrase are those of the first one's end, 0..1.
    step : float32 array (third, state, state)
        Anchors: log probability of each after each, for minor (0) and major (1) thirds.
    stand : float32 array (third, part, place + 1, state)
        Anchors: log probability of each at a place, beyond that at any place.
    leap : float32 array (interval,)
        Log probability of an interval from note to note, from 24 semitones down to 24 up.
    beats : float32 array (kind, ending, beat, pattern)
        Log probability of the onsets of a beat: within a phrase (0), in its last measure (1), in a tune's last (2).
    middle : float32 array (2,)
        Mean anchor of the corpus, as a MIDI pitch, and in semitones above the tonic.
    seen : uint32 array (measure,)
        Digests of the training measures, sorted: see `digests`.
    """

    checkpoint: str
    data: str
    measures: Int[np.ndarray, " kind"]
    mean: Float[np.ndarray, "kind stand latent"]
    degree: Float[np.ndarray, "kind twelve latent"]
    follow: Float[np.ndarray, "kind back latent latent"]
    noise: Float[np.ndarray, "kind latent latent"]
    level: Float[np.ndarray, "kind attribute two"]
    forms: UInt8[np.ndarray, "form place"]
    often: Float[np.ndarray, "kind form"]
    again: Float[np.ndarray, " kind"]
    rhymes: Float[np.ndarray, "kind rhyme"]
    step: Float[np.ndarray, "third state state"]
    stand: Float[np.ndarray, "third part stand state"]
    leap: Float[np.ndarray, " interval"]
    beats: Float[np.ndarray, "kind ending beat pattern"]
    middle: Float[np.ndarray, " two"]
    seen: UInt32[np.ndarray, " seen"]

    @property
    def metres(self) -> tuple[str, ...]:
        """The metres for which there are tables."""
        return tuple(str(metre) for metre, count in zip(METRES, self.measures, strict=True) if count >= LEAST)


def fingerprint(checkpoint: Checkpoint) -> str:
    """Return a digest of a checkpoint's weights and attributes: 16 hexadecimal digits."""
    digest = hashlib.sha256(json.dumps(checkpoint.config.attributes).encode())
    for name, weight in sorted(checkpoint.weights.items()):
        digest.update(name.encode() + weight.tobytes())
    return digest.hexdigest()[:16]


def has_major_third(key: Key) -> bool:
    """Return whether the third above a key's tonic is major."""
    return key.mode in ("major", "lydian", "mixolydian")


def patterns(tokens: Int[np.ndarray, "*measure tick"], beats: int) -> Int[np.ndarray, "*measure beat"]:
    """Return which of the six ticks of each beat have an onset, as bits.

    Examples
    --------
    >>> patterns(np.array([[60, 128, 128, 62, 128, 128, 64, 128, 128, 128, 128, 128]]), 2).tolist()
    [[9, 1]]
    """
    onset = is_onset(tokens)[..., : beats * TICKS_PER_BEAT]
    return onset.reshape(*onset.shape[:-1], beats, TICKS_PER_BEAT) @ (1 << np.arange(TICKS_PER_BEAT))


def digests(
    tokens: Int[np.ndarray, "measure tick"], kind: Int[np.ndarray, " measure"]
) -> UInt32[np.ndarray, " measure"]:
    """Return a number for each measure; those in one metre that are equal up to transposition have the same one.

    Two different measures have the same one once in four billion times.

    Examples
    --------
    >>> tone, moved, semitone = digests(np.array([[60, 128, 62], [65, 128, 67], [60, 128, 61]]), np.zeros(3, dtype=int))
    >>> bool(tone == moved), bool(tone == semitone)
    (True, False)
    """
    result = np.empty(len(tokens), dtype=np.uint32)
    for index in np.unique(kind).tolist():
        rows = tokens[kind == index, : ticks(METRES[index])]
        classes, inside = ANCHORED.enter(rows, ANCHORED.anchors(rows))
        symbols = np.where(inside[:, None], classes, rows.astype(np.int64) + WIDE)
        symbols = np.column_stack([np.full(len(rows), index), symbols]).astype(np.uint64)
        total = np.zeros(len(rows), dtype=np.uint64)
        for column in symbols.T:  # FNV-1a, a symbol at a time
            total = (total ^ column) * _PRIME
        result[kind == index] = (total >> np.uint64(32)).astype(np.uint32)
    return result


def save(phrases: Phrases, path: Path) -> None:
    """Write tables, whole or not at all."""
    arrays = {name: getattr(phrases, name) for name in _ARRAYS}
    header = {"format": FORMAT, "checkpoint": phrases.checkpoint, "data": phrases.data}  # in one: the order is kept
    path.parent.mkdir(parents=True, exist_ok=True)
    with atomic_path(path, force=True) as temporary:
        save_file(
            {name: np.ascontiguousarray(array) for name, array in arrays.items()},
            temporary,
            {"armusic": json.dumps(header)},
        )


def load(path: Path) -> Phrases:
    """Read tables that `save` wrote.

    Raises
    ------
    MissingFileError
        If there are none.
    CheckpointError
        If they are broken, or of another format version.
    """
    check_readable(path)
    try:
        with safe_open(path, "numpy") as file:
            header = json.loads((file.metadata() or {}).get("armusic", "{}"))
            arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 (safe_open is no dict)
    except (SafetensorError, OSError, ValueError) as error:
        raise CheckpointError(f"{label(path)}: no phrase tables, or broken ones: fit them again") from error
    if header.get("format") != FORMAT or set(arrays) != set(_ARRAYS):
        written = header.get("format", "another program")
        raise CheckpointError(f"{label(path)}: phrase tables of {written!r}, but this reads {FORMAT!r}: fit them again")
    return Phrases(header["checkpoint"], header["data"], **arrays)


_ARRAYS = tuple(field.name for field in fields(Phrases) if field.name not in ("checkpoint", "data"))
