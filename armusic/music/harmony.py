"""Harmony: the chord that sounds beside a melody, beat by beat.

Chord symbols say it, where a score has them, and not just a few. Else it is found in what the other tracks or
parts play: how long each pitch class sounds is compared with templates of chords, and of all successions of
chords the one is taken that fits best and changes least. The melody counts too, but less.

Source
------
T. Fujishima, "Realtime chord recognition of musical sound" (ICMC 1999): templates on a profile of pitch
classes. A. Sheh and D. P. W. Ellis, "Chord segmentation and recognition using EM-trained hidden Markov models"
(ISMIR 2003): the best succession. The constants here were chosen by hand, on the chorales of benchmarks/harmony.py.
"""

from __future__ import annotations

import numpy as np

from armusic.music import smf, smf_notes
from armusic.music.score import Origin, Tune
from armusic.music.tokenizer import TICKS_PER_BEAT, is_onset
from armusic.shapes import Bool, Float, Int

OCTAVE, HALVES = 12, 2

_KINDS = (((0, 4, 7), 1.0), ((0, 3, 7), 1.0), ((0, 4, 7, 10), 0.95), ((0, 3, 7, 10), 0.95), ((0, 4, 7, 11), 0.95),
          ((0, 3, 6), 0.9), ((0, 5, 7), 0.9))  # fmt: skip
"""Major, minor, dominant seventh, minor seventh, major seventh, diminished, suspended fourth; the rarer count less."""

_ROOTS = np.tile(np.arange(OCTAVE), len(_KINDS))
_CHORDS = np.concatenate([np.isin((np.arange(OCTAVE) - _ROOTS[:OCTAVE, None]) % OCTAVE, kind) for kind, _ in _KINDS])
_TEMPLATES = (
    _CHORDS / np.sqrt(_CHORDS.sum(axis=1, keepdims=True)) * np.repeat([worth for _, worth in _KINDS], OCTAVE)[:, None]
)

_MELODY = 0.4  # weight of the melody, where others sound: it often has the third of their chord
_BASS = 0.1  # weight of the lowest note's pitch class, over that of all notes
_ROOT_IN_BASS, _USUAL = 0.05, 0.05  # worth of a root in the bass, and of pitch classes that are common in the piece
_CHANGE = 0.05, 0.1, 0.2  # cost of a change of chord at a bar line, in the middle of a measure, at another beat
_LEAST_INSIDE, _LEAST_TONES = 0.65, 2  # share of what sounds, and number of its tones, for a chord to be known
_LEAST_SHARE = 0.25  # of a beat, for a chord symbol to count there
_MEASURES_A_SYMBOL = 8  # at most, for symbols to be believed before what other parts play
_LEAST_LENGTH = 1 / 16  # quarter notes that a note must sound in a beat: players start early and end late
_SIXTEENTHS = 4  # in a quarter note
_DOUBLING = 0.8  # share of its notes that a part has in common with the melody, to be no accompaniment

Edges = Float[np.ndarray, " edge"]
Times = Float[np.ndarray, "note 2"]
Pitches = Int[np.ndarray, " note"]
Profile = Float[np.ndarray, "beat 12"]


def chords(tune: Tune) -> Float[np.ndarray, "measure half 12"] | None:
    """Return the pitch classes of the chord that sounds beside a tune, in each half measure.

    In 3/4 and 9/8, which have no halves, both are the whole measure.

    Returns
    -------
    float64 array (measure, half, 12), or None
        Share of the half measure, 0..1, in which a pitch class, from C on, is in the chord; zeros where no chord
        is known. None where there are neither other notes nor chord symbols.

    Examples
    --------
    >>> from fractions import Fraction
    >>> from armusic.music.score import Measure, Metre
    >>> symbols = ((Fraction(0), frozenset({0, 4, 7})), (Fraction(2), frozenset({7, 11, 2})))
    >>> tune = Tune((), (Measure(Fraction(0), Metre(4, 4)),), chords=symbols)
    >>> [np.flatnonzero(half).tolist() for half in chords(tune)[0]]
    [[0, 4, 7], [2, 7, 11]]
    """
    shares = _of_beats(tune)
    if shares is None:
        return None
    begin, end = _halves(tune)
    sums = np.concatenate([np.zeros((1, OCTAVE)), np.cumsum(shares, axis=0)])
    return ((sums[end] - sums[begin]) / (end - begin)[..., None]).round(9)


def on_beats(tune: Tune) -> Bool[np.ndarray, "measure tick 12"] | None:
    """Return the pitch classes that agree with the chord at each tick: all of them, but on a beat those of the chord.

    All of them also where no chord is known.

    Returns
    -------
    bool array (measure, tick, 12), or None
        As wide as `tokenizer.encode` is; None as for `chords`.
    """
    shares = _of_beats(tune)
    if shares is None:
        return None
    beats = np.array([measure.metre.beats for measure in tune.measures])
    agree = np.ones((len(beats), beats.max() * TICKS_PER_BEAT, OCTAVE), dtype=bool)
    inside = shares >= _LEAST_SHARE
    inside |= ~inside.any(axis=1, keepdims=True)
    row = np.repeat(np.arange(len(beats)), beats)
    column = np.arange(len(row)) - np.repeat(np.cumsum(beats) - beats, beats)
    agree[row, column * TICKS_PER_BEAT] = inside
    return agree


def outside(
    tokens: Int[np.ndarray, "measure tick"], agree: Bool[np.ndarray, "measure tick 12"]
) -> Int[np.ndarray, " measure"]:
    """Return the number of notes in each measure that start on a beat, outside the chord.

    Parameters
    ----------
    tokens : int array (measure, tick)
        Measures, as `tokenizer.encode` has them.
    agree : bool array (measure, tick, 12)
        Pitch classes that agree with the chord: see `on_beats`.

    Examples
    --------
    >>> agree = np.ones((1, 12, 12), dtype=bool)
    >>> agree[0, 0, 1:] = False  # C on the first beat
    >>> outside(np.array([[61, 128, 128, 128, 128, 128, 61, 128, 128, 128, 128, 128]]), agree).tolist()
    [1]
    """
    rows, columns = np.nonzero(is_onset(tokens))
    wrong = ~agree[rows, columns, tokens[rows, columns] % OCTAVE]
    return np.bincount(rows[wrong], minlength=len(tokens))


def share_inside(tokens: Int[np.ndarray, "measure tick"], agree: Bool[np.ndarray, "measure tick 12"]) -> float:
    """Return the share, of the notes that start on a beat where a chord is known, that lie in it; nan without notes.

    The parameters are those of `outside`.

    Examples
    --------
    >>> agree = np.ones((1, 12, 12), dtype=bool)
    >>> agree[0, 0, 1:] = agree[0, 6, 1:] = False  # C on both beats
    >>> share_inside(np.array([[60, 128, 62, 128, 128, 128, 61, 128, 128, 128, 128, 128]]), agree)
    0.5
    """
    notes = int((is_onset(tokens) & ~agree.all(axis=2)).sum())
    return 1 - int(outside(tokens, agree).sum()) / notes if notes else float("nan")


def accompaniment(tune: Tune) -> tuple[Times, Pitches]:
    """Return the notes of the file around a tune that are not the tune: start and end in quarter notes, and pitch.

    Drums are left out, and parts that double the melody, in whatever octave.
    """
    origin = tune.origin
    times, pitches = [np.empty((0, 2))], [np.empty(0, dtype=np.int64)]
    for number, track in enumerate(origin.file.tracks if origin else ()):
        ticks = np.array([event.tick for event in track], dtype=np.int64)
        for channel, pairs in smf_notes.pairs(track).items():
            if origin is None or channel == smf.DRUMS:
                continue
            places = np.array(pairs, dtype=np.int64)
            beside = places[:, 1] >= 0
            if (number, channel) == (origin.track, origin.channel):
                beside[list(origin.places)] = False
            part = _quarters(ticks[places[beside]], origin)
            of_part = np.array([track[place].data[0] for place in places[beside, 0].tolist()], dtype=np.int64)
            if not _doubles(part, of_part, origin):
                times.append(part)
                pitches.append(of_part)
    return np.concatenate(times), np.concatenate(pitches)


def _quarters(ticks: Int[np.ndarray, "note 2"], origin: Origin) -> Times:
    """Return ticks of the file as quarter notes of the tune: `Origin.quarter` for many."""
    quarter, tick, rate = np.array(origin.clock, dtype=float).T
    line = (np.searchsorted(tick, ticks, side="right") - 1).clip(0)
    at = quarter[line] + (ticks - tick[line]) / rate[line]
    return np.minimum(at.clip(quarter[0]), np.append(quarter[1:], np.inf)[line])


def _doubles(times: Times, pitches: Pitches, origin: Origin) -> bool:
    """Return whether most notes of a part start with one of the melody's, of the same pitch class."""
    starts = np.round(times[:, 0] * _SIXTEENTHS).astype(np.int64).tolist()
    melody = {(round(note.start * _SIXTEENTHS), note.pitch % OCTAVE) for note in origin.notes}
    both = sum(note in melody for note in zip(starts, (pitches % OCTAVE).tolist(), strict=True))
    return both >= _DOUBLING * len(pitches)


def _of_beats(tune: Tune) -> Profile | None:
    """Return the share of each beat of a tune in which a pitch class is in the chord; None as for `chords`."""
    times, pitches = accompaniment(tune)
    if not tune.measures or not (len(times) or tune.chords):
        return None
    edges = [
        measure.start + beat * measure.metre.beat for measure in tune.measures for beat in range(measure.metre.beats)
    ]
    beats = np.array([*edges, tune.end], dtype=float)
    shares = _of_symbols(tune, beats)
    if len(times):
        stray = len(tune.chords) * _MEASURES_A_SYMBOL < len(tune.measures)
        unknown = stray | ~shares.any(axis=1)
        shares[unknown] = _of_notes(times, pitches, tune, beats)[unknown]
    return shares


def _halves(tune: Tune) -> tuple[Int[np.ndarray, "measure half"], Int[np.ndarray, "measure half"]]:
    """Return the first beat of each half measure, and the one after its last."""
    beats = np.array([measure.metre.beats for measure in tune.measures])
    begin = np.cumsum(beats) - beats
    half = np.where(beats % HALVES, 0, beats // HALVES)
    end = begin + np.where(half, half, beats)
    return np.stack([begin, begin + half], axis=1), np.stack([end, begin + beats], axis=1)


def _of_symbols(tune: Tune, edges: Edges) -> Profile:
    """Return the share of each beat in which chord symbols have a pitch class."""
    if not tune.chords:
        return np.zeros((len(edges) - 1, OCTAVE))
    starts = [float(start) for start, _ in tune.chords]
    rows, beats, lengths = _meetings(np.array([starts, [*starts[1:], edges[-1]]]).T, edges)
    symbols = np.array([[pitch in classes for pitch in range(OCTAVE)] for _, classes in tune.chords], dtype=float)
    return _sums(symbols, rows, beats, lengths, len(edges) - 1) / np.diff(edges)[:, None]


def _of_notes(times: Times, pitches: Pitches, tune: Tune, edges: Edges) -> Profile:
    """Return a mask of the chord of each beat, by the notes beside the tune; zeros where it is not clear."""
    played, bass = _played(times, pitches, edges)
    sung, _ = _played(
        np.array([(note.start, note.end) for note in tune.notes], dtype=float).reshape(-1, 2),
        np.array([note.pitch for note in tune.notes], dtype=np.int64),
        edges,
    )
    sounding = played.sum(axis=1)
    of_bass = np.eye(OCTAVE)[bass % OCTAVE]
    profile = played + _MELODY * sung + _BASS * of_bass * sounding[:, None]
    fit = profile / np.linalg.norm(profile, axis=1, keepdims=True).clip(1e-9) @ _TEMPLATES.T
    usual = (played + sung).sum(axis=0)
    fit += _USUAL * (_CHORDS @ usual) / (_CHORDS.sum(axis=1) * usual.max(initial=1e-9))
    fit += _ROOT_IN_BASS * of_bass[:, _ROOTS]
    fit[sounding == 0] = 0.0
    begin, end = _halves(tune)
    cost = np.full(len(played), _CHANGE[2])
    cost[begin[:, 1]] = _CHANGE[1]
    cost[begin[:, 0]] = _CHANGE[0]
    chord = _succession(fit, cost)
    # A chord is known by all that sounds while it lasts, in the measure.
    new = np.append(True, chord[1:] != chord[:-1])
    new[begin[:, 0]] = True
    run = np.cumsum(new) - 1
    sums = np.zeros((run[-1] + 1, OCTAVE))
    np.add.at(sums, run, played)
    tones = _CHORDS[chord[new]]
    clear = ((sums * tones).sum(axis=1) >= _LEAST_INSIDE * sums.sum(axis=1)) & (
        ((sums > 0) & tones).sum(axis=1) >= _LEAST_TONES
    )
    # In a half measure in which nothing is played, no chord sounds.
    silent = np.ones(len(played), dtype=bool)
    for first, last in zip(begin.ravel().tolist(), end.ravel().tolist(), strict=True):
        silent[first:last] &= not sounding[first:last].any()
    return np.where((clear[run] & ~silent)[:, None], _CHORDS[chord], 0.0)


def _played(times: Times, pitches: Pitches, edges: Edges) -> tuple[Profile, Int[np.ndarray, " beat"]]:
    """Return how long each pitch class sounds in each beat, in quarter notes, and the lowest pitch there."""
    rows, beats, lengths = _meetings(times, edges)
    bass = np.full(len(edges) - 1, OCTAVE * OCTAVE)
    np.minimum.at(bass, beats, pitches[rows])
    return _sums(np.eye(OCTAVE)[pitches % OCTAVE], rows, beats, lengths, len(bass)), bass


def _meetings(
    times: Times, edges: Edges
) -> tuple[Int[np.ndarray, " meeting"], Int[np.ndarray, " meeting"], Float[np.ndarray, " meeting"]]:
    """Return which note sounds in which beat, and how long, in quarter notes; a moment at an edge does not count."""
    first = (np.searchsorted(edges, times[:, 0], side="right") - 1).clip(0)
    last = np.searchsorted(edges, times[:, 1], side="left").clip(max=len(edges) - 1)
    counts = (last - first).clip(0)
    rows = np.repeat(np.arange(len(times)), counts)
    beats = first[rows] + np.arange(len(rows)) - np.repeat(np.cumsum(counts) - counts, counts)
    lengths = np.minimum(times[rows, 1], edges[beats + 1]) - np.maximum(times[rows, 0], edges[beats])
    long = lengths >= _LEAST_LENGTH
    return rows[long], beats[long], lengths[long]


def _sums(
    values: Float[np.ndarray, "note 12"],
    rows: Int[np.ndarray, " meeting"],
    beats: Int[np.ndarray, " meeting"],
    lengths: Float[np.ndarray, " meeting"],
    count: int,
) -> Profile:
    """Return the values of the notes that sound in each of `count` beats, each times its length."""
    sums = np.zeros((count, OCTAVE))
    np.add.at(sums, beats, values[rows] * lengths[:, None])
    return sums


def _succession(fit: Float[np.ndarray, "beat chord"], cost: Float[np.ndarray, " beat"]) -> Int[np.ndarray, " beat"]:
    """Return the chords whose fits add up to most, less the cost of each change, by dynamic programming."""
    best = fit[0]
    came_from = np.tile(np.arange(fit.shape[1]), (len(fit), 1))
    for row in range(1, len(fit)):
        top = int(best.argmax())
        came_from[row, best < best[top] - cost[row]] = top
        best = np.maximum(best, best[top] - cost[row]) + fit[row]
    chord = np.empty(len(fit), dtype=np.int64)
    chord[-1] = best.argmax()
    for row in range(len(fit) - 1, 0, -1):
        chord[row - 1] = came_from[row, chord[row]]
    return chord
