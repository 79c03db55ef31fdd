"""What is unusual in a variation, in a musician's words: "measure 4: a leap of a tenth".

Unusual is what the input does not do itself: an interval wider than its widest, a subdivision that it does
not have, a rest where it sounds. Measures count from 1, as everywhere.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from armusic.io.writers import spelling
from armusic.music import keys
from armusic.music.score import METRES, Key, numbered
from armusic.music.tokenizer import HOLD, PAD, REST, TICKS_PER_BEAT, is_onset, sounding
from armusic.shapes import Bool, Int
from armusic.taste import rules
from armusic.taste.context import key_of

Tokens = Int[np.ndarray, "measure tick"]
Kinds = Int[np.ndarray, " measure"]
Mask = Bool[np.ndarray, " measure"]
Beats = Bool[np.ndarray, "measure beat"]
Messages = Iterator[tuple[int, str]]
"""Places of measures, from 0, and what is said of them."""

OCTAVE, TRITONE = 12, 6
WIDE = 9  # semitones: a sixth; wider leaps are said, but for the octave
LEAP = 7  # semitones: two leaps in a row are wider than this
REPEATED = 2  # notes of one pitch in a row, which need no word
INTERVALS = (
    "a unison", "a second", "a second", "a third", "a third", "a fourth", "a tritone", "a fifth", "a sixth", "a sixth",
    "a seventh", "a seventh", "an octave", "a ninth", "a ninth", "a tenth", "a tenth", "an eleventh", "an eleventh",
    "a twelfth", "a thirteenth", "a thirteenth", "a fourteenth", "a fourteenth", "two octaves",
)  # fmt: skip
"""Names of intervals by their semitones."""
TIMES = ("three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")  # from 3 on
ACCIDENTALS = {-2: "bb", -1: "b", 0: "", 1: "#", 2: "##"}


@dataclass(frozen=True, slots=True)
class Line:
    """The notes of a tune one behind the other: their pitches, and the places of the measures they begin in."""

    pitch: Int[np.ndarray, " note"]
    measure: Int[np.ndarray, " note"]

    @property
    def steps(self) -> Int[np.ndarray, " interval"]:
        """The size of each interval in semitones."""
        return abs(np.diff(self.pitch))


def unusual(tokens: Tokens, before: Tokens, kind: Kinds, numbers: Sequence[str] | None = None) -> tuple[str, ...]:
    """Return what is unusual in the measures of a variation, compared with those of its input.

    Parameters
    ----------
    tokens, before : int array (measure, tick)
        The variation and the input, canonical: see `armusic.music.tokenizer`.
    kind : int array (measure,)
        Places of the metres in `score.METRES`.
    numbers : sequence of str, optional
        Numbers of the measures in messages; from 1 when not given.

    Returns
    -------
    tuple of str
        One message for each number and kind of thing, in the order of the measures; none for the input itself.

    Examples
    --------
    >>> from armusic.music.tokenizer import HOLD
    >>> before = np.array([[60, HOLD, HOLD, 62, HOLD, HOLD, 64, HOLD, HOLD, 62, HOLD, HOLD]] * 2)
    >>> tokens = before.copy()
    >>> tokens[1, :9] = [REST, HOLD, HOLD, 61, HOLD, HOLD, 78, HOLD, HOLD]
    >>> for message in unusual(tokens, before, np.array([1, 1])):
    ...     print(message)
    measure 2: a leap of an eleventh
    measure 2: two wide leaps in a row
    measure 2: a note a ninth above the tune's highest
    measure 2: notes outside the scale (C#, F#)
    measure 2: a rest on beat 1
    """
    key, new, old = key_of(before, kind), line(tokens), line(before)
    parts = (
        leaps(new, old),
        tritones(new, old),
        double_leaps(new, old),
        beyond_compass(new, old),
        foreign_pitches(new, old, key),
        repetitions(new, old),
        new_rests(tokens, before, kind),
        lost_beats(tokens, before, kind),
        new_divisions(tokens, before, kind),
        other_ends(tokens, before, kind, key),
    )
    messages = sorted((message for part in parts for message in part), key=lambda message: message[0])
    return tuple(dict.fromkeys(f"{numbered(numbers[row] if numbers else row + 1)}: {text}" for row, text in messages))


def line(tokens: Tokens) -> Line:
    """Return the notes of a tune one behind the other."""
    onset = is_onset(tokens)
    return Line(tokens[onset].astype(np.int64), np.nonzero(onset)[0])


def interval(semitones: int) -> str:
    """Return the name of an interval, with its article.

    Examples
    --------
    >>> interval(16), interval(-12), interval(30)
    ('a tenth', 'an octave', 'more than two octaves')
    """
    size = abs(semitones)
    return INTERVALS[size] if size < len(INTERVALS) else "more than two octaves"


def leaps(new: Line, old: Line) -> Messages:
    """Yield the widest leap of measures that is over a sixth, no octave, and wider than all of the input's."""
    widest = max(int(old.steps.max(initial=0)), WIDE)
    wide = (new.steps > widest) & (new.steps != OCTAVE)
    for measure, size in _most(new.measure[1:][wide], new.steps[wide]):
        yield measure, f"a leap of {interval(size)}"


def tritones(new: Line, old: Line) -> Messages:
    """Yield the measures with a leap of a tritone, where the input has none."""
    if not (old.steps == TRITONE).any():
        for measure in np.unique(new.measure[1:][new.steps == TRITONE]).tolist():
            yield measure, f"a leap of {interval(TRITONE)}"


def double_leaps(new: Line, old: Line) -> Messages:
    """Yield the measures in which a leap of more than a fifth follows another, where none does in the input."""
    theirs, ours = ((steps[1:] > LEAP) & (steps[:-1] > LEAP) for steps in (old.steps, new.steps))
    if not theirs.any():
        for measure in np.unique(new.measure[2:][ours]).tolist():
            yield measure, "two wide leaps in a row"


def beyond_compass(new: Line, old: Line) -> Messages:
    """Yield the measures that go more than a third beyond the compass of the input."""
    if len(old.pitch):
        for side, beyond in (("above the tune's highest", new.pitch - old.pitch.max()),
                             ("below the tune's lowest", old.pitch.min() - new.pitch)):  # fmt: skip
            far = beyond > rules.THIRD
            for measure, size in _most(new.measure[far], beyond[far]):
                yield measure, f"a note {interval(size)} {side}"


def foreign_pitches(new: Line, old: Line, key: Key) -> Messages:
    """Yield the measures with pitch classes that the input does not have, and their names."""
    inside = keys.collection(key)
    foreign = ~np.isin(new.pitch % OCTAVE, old.pitch % OCTAVE)
    for text, outside in (("outside the scale", True), ("the tune does not use", False)):
        here = foreign & (inside[new.pitch % OCTAVE] != outside)
        for measure in np.unique(new.measure[here]).tolist():
            classes = (new.pitch[here & (new.measure == measure)] % OCTAVE).tolist()
            names = [name(pitch, key) for pitch in dict.fromkeys(classes)]
            yield measure, f"{'notes' if len(names) > 1 else 'a note'} {text} ({', '.join(names)})"


def repetitions(new: Line, old: Line) -> Messages:
    """Yield the measures in which a run of one pitch begins that is longer than the input's longest."""
    usual = max(int(_runs(old.pitch)[1].max(initial=0)), REPEATED)
    starts, lengths = _runs(new.pitch)
    for measure, count in _most(new.measure[starts[lengths > usual]], lengths[lengths > usual]):
        number = TIMES[count - 3] if count - 3 < len(TIMES) else str(count)
        yield measure, f"{number} times the same note"


def new_rests(tokens: Tokens, before: Tokens, kind: Kinds) -> Messages:
    """Yield the measures with silence where the input sounds, in beats in which none of its measures is silent.

    The input's first and last measure do not count: silence there belongs to a pickup.
    """
    silent, quiet = sounding(tokens) == REST, np.isin(sounding(before), (REST, PAD))
    habit = _usual(_beats(quiet & (before != PAD)).max(axis=2), kind, ends=False)
    new = _beats(silent & ~quiet)
    inside = before != PAD
    empty = (silent | ~inside).all(axis=1) & ~(quiet | ~inside).all(axis=1)
    on_beat, within = new[:, :, 0] & ~habit, new.any(axis=2) & ~habit
    for measure in np.flatnonzero(within.any(axis=1) | empty).tolist():
        if empty[measure]:
            yield measure, "silence throughout"
        elif on_beat[measure].any():
            yield measure, f"{'rests' if on_beat[measure].sum() > 1 else 'a rest'} on {_listed(on_beat[measure])}"
        else:
            yield measure, f"a rest within {_listed(within[measure])}"


def lost_beats(tokens: Tokens, before: Tokens, kind: Kinds) -> Messages:
    """Yield the measures in which nothing begins on beat 1, or, in compound metres, on a beat in which something does.

    The input has notes there, and nowhere does what is reported.
    """
    new, old = _off_beats(tokens, kind), _off_beats(before, kind)
    lost = new & ~_usual(old, kind) & _beats(is_onset(before))[:, :, 0]
    for measure in np.flatnonzero(lost.any(axis=1)).tolist():
        yield measure, f"nothing begins on {_listed(lost[measure])}"


def new_divisions(tokens: Tokens, before: Tokens, kind: Kinds) -> Messages:
    """Yield the measures that divide beats as the input does not, or mix what it does not mix."""
    new, old = (rules.divisions(rows, kind) for rows in (tokens, before))
    (triple, duple, sixteenths), (triples, duples, fine) = (
        tuple(used.any(axis=1) for used in divided) for divided in (new, old)
    )
    fast, twos = _compound_divisions(tokens, kind)
    had_fast, had_twos = (used.any() for used in _compound_divisions(before, kind))
    mixed = triple & duple & ~(triples & duples).any()
    texts = (
        ("triplets beside sixteenths", mixed & sixteenths),
        ("triplets beside eighths", mixed),
        ("triplets", triple & ~triples.any()),
        ("straight eighths", duple & triples.any() & ~duples.any()),
        ("sixteenths", (sixteenths & ~fine.any()) | (fast & ~had_fast)),
        ("duplets", twos & ~had_twos),
    )
    which = np.stack([mask for _, mask in texts], axis=1)
    for measure in np.flatnonzero(which.any(axis=1)).tolist():
        yield measure, texts[int(which[measure].argmax())][0]


def other_ends(tokens: Tokens, before: Tokens, kind: Kinds, key: Key) -> Messages:
    """Yield the ends of phrases whose closing note is another than the input's; the upbeat behind it is free."""
    at = rules.closing(before, kind)
    ends = rules.phrase_ends(before, kind) & is_onset(before).any(axis=1) & is_onset(tokens).any(axis=1)
    for measure in np.flatnonzero(ends & (at < tokens.shape[1])).tolist():
        (new, *after), (own, *tail) = (rows[measure, at[measure] :].tolist() for rows in (tokens, before))
        if new >= HOLD:
            yield measure, "the last note does not begin where it did"
        elif new != own:
            octave = (new - own) % OCTAVE == 0
            yield (
                measure,
                "ends in another octave" if octave else f"ends on {name(new, key)} instead of {name(own, key)}",
            )
        elif _held(after) != _held(tail):
            yield measure, "the last note has another length"


def name(pitch: int, key: Key) -> str:
    """Return the name of a pitch in a key, without its octave.

    Examples
    --------
    >>> name(61, Key(2)), name(61, Key(-4)), name(60, Key(0))
    ('C#', 'Db', 'C')
    """
    spelled = spelling.spell(pitch, key)
    return f"{spelled.letter}{ACCIDENTALS[spelled.alter]}"


def _most(measures: Int[np.ndarray, " item"], values: Int[np.ndarray, " item"]) -> Iterator[tuple[int, int]]:
    """Yield each measure once, with its largest value."""
    order = np.lexsort([-values, measures])
    first = np.unique(measures[order], return_index=True)[1]
    yield from zip(measures[order][first].tolist(), values[order][first].tolist(), strict=True)


def _runs(pitch: Int[np.ndarray, " note"]) -> tuple[Int[np.ndarray, " run"], Int[np.ndarray, " run"]]:
    """Return the first note and the length of each run of equal pitches."""
    starts = np.flatnonzero(np.append(True, np.diff(pitch) != 0)[: len(pitch)])
    return starts, np.diff(np.append(starts, len(pitch)))


def _beats(mask: Bool[np.ndarray, "measure tick"]) -> Bool[np.ndarray, "measure beat 6"]:
    return mask.reshape(len(mask), mask.shape[1] // TICKS_PER_BEAT, TICKS_PER_BEAT)


def _usual(beats: Beats, kind: Kinds, *, ends: bool = True) -> Beats:
    """Return for each measure the beats that are true in a measure of its metre, of all but the first and the last."""
    counted = np.ones(len(kind), dtype=bool)
    if not ends:
        counted[:1] = counted[-1:] = False
    same = (kind[:, None] == kind) & counted
    return (same[:, :, None] & beats).any(axis=1)


def _off_beats(tokens: Tokens, kind: Kinds) -> Beats:
    """Return the beats that no note begins on though it sounds there: the first, and in compound metres the divided."""
    struck = _beats(is_onset(tokens))
    sounds = _beats(sounding(tokens) != REST)[:, :, 0]
    compound = np.array([metre.compound for metre in METRES])[kind]
    matters = compound[:, None] & struck.any(axis=2)
    matters[:, :1] = is_onset(tokens).any(axis=1, keepdims=True)
    return matters & sounds & ~struck[:, :, 0]


def _compound_divisions(
    tokens: Tokens, kind: Kinds
) -> tuple[Bool[np.ndarray, " measure"], Bool[np.ndarray, " measure"]]:
    """Return which compound measures have sixteenths, and which have beats in two halves."""
    struck = _beats(is_onset(tokens))
    compound = np.array([metre.compound for metre in METRES])[kind]
    eighths, middle, sides = struck[:, :, [2, 4]].any(axis=2), struck[:, :, 3], struck[:, :, [1, 5]].any(axis=2)
    fast = sides | (middle & eighths)
    return (fast.any(axis=1) & compound, (middle & ~fast).any(axis=1) & compound)


def _held(after: Sequence[int]) -> int:
    """Return for how many ticks a note goes on, of those behind its first."""
    return next((ticks for ticks, token in enumerate(after) if token != HOLD), len(after))


def _listed(beats: Sequence[bool] | Bool[np.ndarray, " beat"]) -> str:
    """Return beats as a musician counts them.

    Examples
    --------
    >>> _listed([True, False, False, True])
    'beats 1 and 4'
    """
    numbers = [str(place) for place in (np.flatnonzero(beats) + 1).tolist()]
    return f"beats {', '.join(numbers[:-1])} and {numbers[-1]}" if len(numbers) > 1 else f"beat {numbers[0]}"
