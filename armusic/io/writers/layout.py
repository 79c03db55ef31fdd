"""Helpers of all formats: tunes side by side, their keys, and file names for any system."""

from __future__ import annotations

import logging
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from math import isclose

from armusic.errors import UsageError
from armusic.io.readers.midi.meta import merged
from armusic.io.readers.midi.parts import Part, parts_of
from armusic.io.writers.in_place import more_than_melody
from armusic.music import smf
from armusic.music.score import Key, Origin, Tune

Named = Sequence[tuple[str, Tune]]

CHANNELS = (0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 12, 13, 14, 15)
"""Channels of MIDI for melodies, counted from 0: without the drums' 9."""

_SPELT = str.maketrans({
    "ß": "ss", "ẞ": "SS", "æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE", "ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "đ": "d",
    "Đ": "D", "þ": "th", "Þ": "Th", "ð": "d", "Ð": "D", "♯": "#", "♭": "b",
    "\N{LEFT SINGLE QUOTATION MARK}": "'", "\N{RIGHT SINGLE QUOTATION MARK}": "'", "“": '"', "”": '"',
})  # fmt: skip
"""Letters without an accent to drop, accidentals and quotation marks."""

_LONGEST = 100  # bytes of a name: files have 255 in all

_TEMPO = 1e-4  # share of a tempo that is rounding: MIDI has whole microseconds

_BESIDE = {smf.LYRIC: "lyrics", smf.MARKER: "markers"}

log = logging.getLogger(__name__)


def check_together(tunes: Named, source: str) -> None:
    """Raise `UsageError` unless all tunes have the same measures, as tracks that start together must.

    They have one tempo, the first tune's; it is said where others have another.

    Parameters
    ----------
    tunes : sequence of (str, Tune)
        Tunes with their names, at least one.
    source : str
        Name of the file in messages.
    """
    for name, tune in tunes:
        if tune.measures != tunes[0][1].measures:
            raise UsageError(
                f"{source}: {name!r} and {tunes[0][0]!r} have different measures:"
                " write them with the layout sequence or clips"
            )
    changes = [_tempo_changes(tune) for _, tune in tunes]
    row = next((row for row, each in enumerate(changes) if not _alike(each, changes[0])), None)
    if row is None:
        return
    first, other = _in_words(changes[0]), _in_words(changes[row])
    if len(changes[0]) > 1 and first == other:
        other = "changes at other places"
    log.warning(
        "%s: tracks side by side have the tempo of one: %r %s quarter notes a minute, where %r %s: the layouts sequence"
        " and clips keep each",
        source, tunes[0][0], first, tunes[row][0], other,
    )  # fmt: skip


def _tempo_changes(tune: Tune) -> list[tuple[Fraction, float]]:
    """Return the tempos of a tune, without those that are the one before."""
    return [
        change
        for number, change in enumerate(tune.tempos)
        if not number or not isclose(change[1], tune.tempos[number - 1][1], rel_tol=_TEMPO)
    ]


def _alike(first: Sequence[tuple[Fraction, float]], second: Sequence[tuple[Fraction, float]]) -> bool:
    return len(first) == len(second) and all(
        at == other and isclose(bpm, rate, rel_tol=_TEMPO)
        for (at, bpm), (other, rate) in zip(first, second, strict=True)
    )


def _in_words(tempos: Sequence[tuple[Fraction, float]]) -> str:
    """Return what is said of tempos, in quarter notes a minute: one, or the slowest and the fastest.

    Examples
    --------
    >>> zero, later = Fraction(0), Fraction(16)
    >>> _in_words([(zero, 120.0)]), _in_words([(zero, 120.0), (later, 90.0)])
    ('has 120', 'changes between 90 and 120')
    """
    low, high = min(bpm for _, bpm in tempos), max(bpm for _, bpm in tempos)
    return f"has {low:g}" if len(tempos) == 1 else f"changes between {low:g} and {high:g}"


def place_of(tunes: Named, original: str | None = None) -> int:
    """Return the index of the tune that is the input itself: the one of that name, else the first with its notes.

    It is the first tune where none is the input.
    """
    names = [name for name, _ in tunes]
    if original in names:
        return names.index(original)
    origin = tunes[0][1].origin
    return next((n for n, (_, tune) in enumerate(tunes) if origin and tune.notes == origin.notes), 0)


def keys_of(tunes: Named) -> list[Key]:
    """Return the key of each tune, for its signature and its accidentals.

    A tune without a key gets the one that fits all such tunes together best, so that the steps of
    a sweep are spelled alike; C major if nothing sounds.
    """
    from armusic.music import keys

    loose = [tune for _, tune in tunes if tune.key is None]
    notes = tuple(note for tune in loose for note in tune.notes)
    common = keys.find(replace(loose[0], notes=notes)) if notes else Key(0)
    return [tune.key or common for _, tune in tunes]


def beside(origin: Origin) -> str:
    """Return in words what is in a file beside its melody; empty where there is nothing."""
    texts = _in_number(_others(origin))
    texts += [text for status, text in _BESIDE.items() if any(True for _ in merged(origin.file, status))]
    return " and ".join(texts)


def _others(origin: Origin) -> int:
    own = (origin.track, origin.channel)
    return sum((part.track, part.channel) != own for part in parts_of(origin.file))


def _in_number(others: int) -> list[str]:
    return [f"{others} other parts" if others > 1 else "other part"] if others else []


def say_left_out(tunes: Named, origin: Origin | None, source: str, remedy: str = "") -> None:
    """Log what is left out of the files of tunes side by side: all beside the melody but of `origin`, around them.

    The remedy is for tunes that fit into their own files, as one that was repeated does not.
    """
    left = [(name, tune, tune.origin) for name, tune in tunes if tune.origin]
    left = [each for each in left if origin is None or each[2].file != origin.file]
    names = {id(other): (other, tune.source or tune.title or name) for name, tune, other in left}
    texts = [f"{what} of {name}" for other, name in names.values() if (what := beside(other))]
    if texts:
        verb = "is" if len(texts) == 1 and texts[0].startswith("other part of ") else "are"
        hint = f": {remedy}" if remedy and all(tune.measures == other.measures for _, tune, other in left) else ""
        log.warning("%s: the %s %s left out%s", source, " and the ".join(texts), verb, hint)


def say_alone(tunes: Named, source: str, what: str) -> None:
    """Log how many other parts of the file around tunes, and whether lyrics, are left out, as `what` has one voice."""
    origins = {id(tune.origin): tune.origin for _, tune in tunes if tune.origin}
    missing = _in_number(max(map(_others, origins.values()), default=0))
    if any(True for origin in origins.values() for _ in merged(origin.file, smf.LYRIC)):
        missing.append("lyrics")
    if missing:
        verb = "is" if missing == ["other part"] else "are"
        which = f"{' and the '.join(missing)} of the file {verb}"
        log.warning("%s: %s has the melody alone: the %s left out", source, what, which)


def say_sequence(tunes: Named, source: str, *, notation: bool = False) -> None:
    """Log that a sequence leaves out the rest of the files around tunes, if there is more than tempos and metres.

    Unless it is `notation`, where the first pickup is a short measure, also that pickups are filled up.
    """
    origins = {id(tune.origin): tune.origin for _, tune in tunes if tune.origin}
    if any(map(more_than_melody, origins.values())):
        log.warning("%s: a sequence is the melody alone: for all of the file, use the layout tracks or clips", source)
    if not notation and any(tune.padding[0] for _, tune in tunes):
        log.warning(
            "%s: in a sequence, pickups have a rest before them, so that every tune starts on a bar line", source
        )


def name_of(part: Part, track: int, *, several: bool) -> str:
    """Return the name of another part of a file, on a track (from 0) that may hold several, told by their channels."""
    drums = part.channel == smf.DRUMS
    name = part.name or ("Drums" if drums else f"track {track + 1}")
    return f"{name} ({part.channel + 1})" if several and not drums else name


def say_moved(source: str, measures: int) -> None:
    """Log in how many measures notes were moved that no notation has."""
    if measures:
        where = f"{measures} measures" if measures > 1 else "1 measure"
        log.warning("%s: in %s, notes at times that notation cannot write are moved to the nearest 32nd", source, where)


def plain(text: str) -> str:
    r"""Return `text` on one line, in ASCII where that loses nothing but accents: every program shows it.

    Text in other alphabets or with other signs stays as it is.

    Examples
    --------
    >>> plain("Träumerei, rhythm \N{MINUS SIGN}2.0")
    'Traumerei, rhythm -2.0'
    >>> plain("Große Sørensen"), plain("Калинка")
    ('Grosse Sorensen', 'Калинка')
    """
    text = unicodedata.normalize("NFC", " ".join("".join(char if char.isprintable() else " " for char in text).split()))
    dashes = re.sub("[\N{HYPHEN}-\N{HORIZONTAL BAR}\N{MINUS SIGN}]", "-", text)
    parts = unicodedata.normalize("NFKD", dashes.translate(_SPELT))
    letters = "".join(char for char in parts if not unicodedata.combining(char))
    return letters if letters.isascii() else text


def file_name(name: str) -> str:
    """Return a name for a file on any system, without a suffix.

    Examples
    --------
    >>> file_name("a/b: c"), file_name(".."), file_name("Очи чёрные")
    ('a_b_c', 'clip', 'Очи_чёрные')
    """
    short = re.sub(r"[^\w.+-]+", "_", plain(name)).strip("_.").encode()[:_LONGEST].decode(errors="ignore")
    return short or "clip"
