"""Read monophonic tunes in ABC notation, one tune or a book of them, by the ABC 2.1 standard.

Repeats and endings are played out, ties joined; grace notes, decorations, chord symbols and
words are left out. A chord of one pitch is a note; other chords, a voice overlay or notes in
two voices are refused, and so are jumps (D.C., D.S.). What does not add up where a part ends
is set right as far as it is clear how; `armusic.readers._abc_fit` says when.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from fractions import Fraction
from functools import lru_cache
from pathlib import Path
from typing import NoReturn

from armusic.errors import ArmusicError, MetreError, ReadError, RepeatError, UsageError
from armusic.files import label, read_bytes
from armusic.readers._abc_body import Body
from armusic.readers._abc_fields import UNITS, Signature, default_unit, key_field, signature, tempo, unit_length
from armusic.readers._abc_fit import Step, fit
from armusic.readers._abc_repeats import play_order
from armusic.readers._abc_tokens import FIELD, without_comment
from armusic.readers._abc_written import Written
from armusic.score import Bar, Metre, Note, Tune, assemble

_LINE_END = re.compile("\r\n?|\n")
_MUSIC = re.compile(r"[\sxzA-Ga-g0-9,'/^_=<>()~.\[\]:|-]*")


def split(text: str) -> list[tuple[int, str]]:
    r"""Return the tunes in a text, each with its `X:` number.

    The fields of a file header, before the first tune, are put in front of every tune. A tune
    without a number has its place in the text, from 1 on; a text without `X:` is one tune.

    Examples
    --------
    >>> split("X:7\nT:a\nK:C\nC|\n\nX:9\nT:b\nK:C\nD|")
    [(7, 'X:7\nT:a\nK:C\nC|\n'), (9, 'X:9\nT:b\nK:C\nD|')]
    """
    lines = _LINE_END.split(text.removeprefix("\ufeff"))
    starts = [place for place, line in enumerate(lines) if line.startswith("X:")]
    if not starts:
        return [(1, "\n".join(lines))]
    first_empty = next((place for place, line in enumerate(lines) if not line.strip()), len(lines))
    header = [line for line in lines[: min(starts[0], first_empty)] if FIELD.match(line) or line.startswith("%%")]
    tunes = []
    for place, (start, stop) in enumerate(zip(starts, [*starts[1:], len(lines)], strict=True), 1):
        number = re.match("[0-9]{1,9}", lines[start][2:].strip())
        tunes.append((int(number[0]) if number else place, "\n".join([*header, *lines[start:stop]])))
    return tunes


def parse_tune(text: str, source: str) -> Tune:
    r"""Read one tune from its text.

    Parameters
    ----------
    text : str
        From the `X:` field on; that field may be missing.
    source : str
        What messages call the tune.

    Returns
    -------
    Tune
        Times in quarter notes; measures have their full length.

    Raises
    ------
    PolyphonyError
        At a chord, a voice overlay, or notes in a second voice.
    RepeatError
        Where the order of playing is not clear.
    MetreError
        For free metre (`M:none`, or no `M:` field) and for a metre that has no grid.
    MeasureLengthError, NoNotesError
        As `armusic.score.assemble` has it.
    ReadError
        For what is no ABC.

    Examples
    --------
    >>> tune = parse_tune("X:1\nT:Scrap\nM:2/4\nL:1/8\nK:G\n|:GF A2:|", "scrap")
    >>> [(float(note.start), note.pitch) for note in tune.notes]
    [(0.0, 67), (0.5, 66), (1.0, 69), (2.0, 67), (2.5, 66), (3.0, 69)]
    """
    fields, body = _written(text, source)
    steps = fit(body.bars, body.lines, _order(body, fields, source), source)
    sounds = _sounds(body, steps)
    notes = [Note(_quarters(start), _quarters(units), pitch) for pitch, start, units in sounds if pitch is not None]
    bars = []
    for step in steps:
        bar = body.bars[step.place]
        metre = _metre(bar, source)
        bars += [Bar(metre, _quarters(length), step.closes, bar.label) for length in step.lengths]
    key = key_field(fields["K"]).key
    return assemble(notes, bars, source=source, title=fields.get("T", ""), key=key, tempos=_tempos(body, steps))


def sequence(text: str, source: str = "tune") -> list[tuple[int | None, Fraction]]:
    r"""Return what a tune sounds, as written: its measures may have any length, its metre may be free.

    Returns
    -------
    list of (int or None, Fraction)
        MIDI pitch, or None for a rest, and length in quarter notes: repeats played out, ties joined.

    Examples
    --------
    >>> sequence("X:1\nM:none\nL:1/4\nK:C\nC-|C z")
    [(60, Fraction(2, 1)), (None, Fraction(1, 1))]
    """
    fields, body = _written(text, source)
    steps = [Step(place) for place in _order(body, fields, source)]
    return [(pitch, _quarters(units)) for pitch, _, units in _sounds(body, steps)]


def read(path: str | Path, tune: int | None = None) -> Tune:
    """Read a tune from a file.

    Parameters
    ----------
    path : path
        A file with one tune or a book of tunes, in UTF-8 or Latin-1.
    tune : int, optional
        The `X:` number of the tune that is wanted (the first one of that number); needed where there are several.

    Raises
    ------
    UsageError
        If there are several tunes and none was named, or none has that number.
    ArmusicError
        As `parse_tune` and `armusic.files.read_bytes` have it.
    """
    tunes = split(_text(path))
    if tune is None and len(tunes) > 1:
        raise UsageError(f"{label(path)}: {len(tunes)} tunes in it: name one by its X: number, {_numbers(tunes)}")
    found = [text for number, text in tunes if tune in {None, number}]
    if not found:
        raise UsageError(f"{label(path)}: no tune {tune} in it: its X: numbers are {_numbers(tunes)}")
    return parse_tune(found[0], label(path) if tune is None else f"{label(path)}#{tune}")


def read_all(path: str | Path) -> Iterator[tuple[str, Tune | ArmusicError]]:
    """Yield every tune of a file, or what is wrong with it.

    Yields
    ------
    source : str
        The file's name and the tune's number, as in `book.abc#12`; where a number comes again, `book.abc#12.2`.
    tune : Tune or ArmusicError
        The error is yielded, not raised, so that the rest can be read.
    """
    try:
        text = _text(path)
    except ArmusicError as error:
        yield label(path), error
        return
    seen: dict[int, int] = {}
    for number, tune in split(text):
        seen[number] = seen.get(number, 0) + 1
        source = f"{label(path)}#{number}" + (f".{seen[number]}" if seen[number] > 1 else "")
        try:
            yield source, parse_tune(tune, source)
        except ArmusicError as error:
            yield source, error


def _text(path: str | Path) -> str:
    """Return the text of a file; Latin-1 has every byte, so it comes last."""
    data = read_bytes(path)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def _numbers(tunes: list[tuple[int, str]]) -> str:
    numbers = [number for number, _ in tunes]
    return f"from {min(numbers)} to {max(numbers)}" if len(numbers) > 1 else f"{numbers[0]} only"


def _written(text: str, source: str) -> tuple[dict[str, str], Body]:
    """Return the header's fields (of several of a kind the last, but the first title), and the body."""
    lines = iter(_LINE_END.split(text.removeprefix("\ufeff")))
    fields: dict[str, str] = {}
    directives = []
    for line in lines:
        match = FIELD.match(without_comment(line))
        if line.startswith(("%%", "I:")):
            directives.append(line.removeprefix("I:"))
        elif match:
            name, value = match[1] or match[2], match[3].strip()
            if name != "T" or "T" not in fields:
                fields[name] = value
            if name == "K":
                break
    if "K" not in fields:
        raise ReadError(f"{source}: no K: field, after which the music begins: add one such as K:C")
    body = _begin(fields, source)
    for line in directives:
        body.directive(line)
    begun = False
    for line in lines:
        if line.startswith("X:"):
            break
        if line.strip():
            body.line(line)
            begun = True
        elif begun:
            _check_rest(lines, source)
            break
    body.finish()
    return fields, body


def _begin(fields: dict[str, str], source: str) -> Body:
    """Return an empty body, with what the header says in force."""
    try:
        metre = signature(fields.get("M", ""))
        unit = unit_length(fields["L"]) if fields.get("L") else default_unit(metre)
        return Body(source, metre, unit, key_field(fields["K"]), tempo(fields.get("Q", ""), unit))
    except ReadError as error:
        raise type(error)(f"{source}, header: {error}") from None


def _check_rest(lines: Iterator[str], source: str) -> None:
    """Refuse music after the empty line that ends a tune: to leave it out in silence would lose half of a tune."""
    for line in lines:
        if line.startswith("X:"):
            return
        line = without_comment(line)
        if "|" in line and re.search("[A-Ga-g]", line) and _MUSIC.fullmatch(line):
            raise ReadError(f"{source}: an empty line ends the tune, but there is music after it: take that line out")


def _order(body: Body, fields: dict[str, str], source: str) -> list[int]:
    """Return the places of the written measures in playing order."""

    def fail(place: int, what: str) -> NoReturn:
        raise RepeatError(f"{source}, measure {body.bars[place].label}: {what}")

    return play_order(body.lines, fields.get("P", ""), fail)


def _sounds(body: Body, steps: Sequence[Step]) -> list[tuple[int | None, int, int]]:
    """Return pitch, start and length in `UNITS` of all notes and rests in playing order, tied notes as one."""
    sounds: list[tuple[int | None, int, int]] = []
    at = 0
    tied: int | None = None  # the pitch that goes on
    for step in steps:
        for event in body.bars[step.place].events:
            if tied is not None and event.pitch == tied:
                pitch, start, units = sounds[-1]
                sounds[-1] = (pitch, start, units + event.units)
            else:
                sounds.append((event.pitch, at, event.units))
            at += event.units
            tied = event.pitch if event.tied else None
        if step.rest:
            at += step.rest
            tied = None
    return sounds


def _tempos(body: Body, steps: Sequence[Step]) -> tuple[tuple[Fraction, float], ...]:
    """Return the tempo changes in playing order; a repeat brings its first tempo back."""
    tempos: dict[int, float] = {}
    at, now = 0, 0.0
    for step in steps:
        bar = body.bars[step.place]
        for after, bpm in [(0, bar.bpm), *bar.tempos]:
            if bpm != now:
                tempos[at + after] = now = bpm
        at += bar.units + step.rest
    return tuple((_quarters(start), bpm) for start, bpm in sorted(tempos.items()))


@lru_cache(maxsize=65536)
def _quarters(units: int) -> Fraction:
    return Fraction(units, UNITS)


def _metre(bar: Written, source: str) -> Metre:
    """Return a measure's metre, or raise an error that names the measure."""
    try:
        return _supported(bar.metre)
    except MetreError as error:
        raise MetreError(f"{source}, measure {bar.label}: {error}") from None


@lru_cache(maxsize=256)
def _supported(written: Signature) -> Metre:
    if written.units is None and written.text in {"", "none"}:
        raise MetreError("the metre is free (M:none, or no M: field): write one, such as M:4/4, and bar lines")
    if written.units is None:
        raise MetreError(f"metre M:{written.text[:20]!r} is none: write one such as M:4/4")
    return Metre.parse(written.text)
