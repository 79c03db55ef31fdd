"""Read tunes in ABC notation, one tune or a book of them, by the ABC 2.1 standard and common practice.

Repeats, endings and jumps are played out, ties joined; grace notes, decorations and words are left
out; chord symbols become `Tune.chords`. A corpus reads strictly (`parse_tune`): chords, a voice
overlay, notes in two voices and free metre are refused. For a single file (`read`), the melody is
chosen among the voices and reduced to one, as in `armusic.io.readers.score.tune`. Measures that do
not add up where a section ends are corrected where it is clear how: see
`armusic.io.readers.score.pickups`.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

from armusic.errors import ArmusicError, ReadError, RepeatError, UsageError
from armusic.files import MAX_BYTES, label, read_bytes
from armusic.io.readers.abc.body import Body
from armusic.io.readers.abc.fields import default_unit, key_field, tempo, unit_length
from armusic.io.readers.abc.tokens import FIELD, without_comment
from armusic.io.readers.options import Reading, Remark
from armusic.io.readers.score import jumps
from armusic.io.readers.score.playback import order
from armusic.io.readers.score.sheet import UNITS, Part, Sheet, signature
from armusic.io.readers.score.tune import strict_tune, tune_of
from armusic.music.score import Tune

log = logging.getLogger(__name__)

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
        Text from the `X:` field on; that field may be missing.
    source : str
        Name of the tune in messages.

    Returns
    -------
    Tune
        Times in quarter notes; measures have their full length.

    Raises
    ------
    PolyphonyError
        At a chord, a voice overlay, or notes in a second voice.
    RepeatError
        If the order of playing is ambiguous, and at a jump (D.C., D.S.).
    MetreError
        For free metre (`M:none`, or no `M:` field) and for a metre that has no grid.
    MeasureLengthError, NoNotesError
        As in `armusic.music.assembly.assemble`.
    ReadError
        For text that is not ABC.

    Examples
    --------
    >>> tune = parse_tune("X:1\nT:Scrap\nM:2/4\nL:1/8\nK:G\n|:GF A2:|", "scrap")
    >>> [(float(note.start), note.pitch) for note in tune.notes]
    [(0.0, 67), (0.5, 66), (1.0, 69), (2.0, 67), (2.5, 66), (3.0, 69)]
    """
    sheet, _ = _sheet(text, source)
    for bar in sheet.bars:
        if bar.marks & {jumps.DA_CAPO, jumps.DAL_SEGNO}:
            raise RepeatError(f"{source}, measure {bar.label}: jumps are not followed: write the music out as played")
    tune, remarks = strict_tune(sheet, source)
    for remark in remarks:
        log.warning("%s, %s", source, remark.text)
    return tune


def sequence(text: str, source: str = "tune") -> list[tuple[int | None, Fraction]]:
    r"""Return the notes of a tune as written: its measures may have any length, its metre may be free.

    Returns
    -------
    list of (int or None, Fraction)
        MIDI pitch, or None for a rest, and length in quarter notes: repeats played out, ties joined.

    Examples
    --------
    >>> sequence("X:1\nM:none\nL:1/4\nK:C\nC-|C z")
    [(60, Fraction(2, 1)), (None, Fraction(1, 1))]
    """
    sheet, body = _sheet(text, source)
    voice = max(body.voices.values(), key=lambda voice: len(voice.bars))
    events: list[tuple[int | None, int]] = []
    tied: int | None = None  # pitch that is tied to the next event
    for event in (event for place in order(sheet, source) for event in voice.bars[place].events):
        pitch = event.pitches[0] if event.pitches else None
        if tied is not None and pitch == tied:
            events[-1] = (pitch, events[-1][1] + event.units)
        else:
            events.append((pitch, event.units))
        tied = pitch if event.tied else None
    return [(pitch, Fraction(units, UNITS)) for pitch, units in events]


def read(path: str | Path, reading: Reading | None = None, tune: int | None = None) -> Tune:
    """Read the melody of a tune in a file.

    Parameters
    ----------
    path : path
        A file with one tune or a book of tunes, in UTF-8, UTF-16 or Latin-1.
    reading : Reading, optional
        Options; by default those that suit most files.
    tune : int, optional
        `X:` number of the tune (the first one with that number); required if there are several.

    Raises
    ------
    UsageError
        If there are several tunes and none was named, or none has that number.
    ArmusicError
        As in `armusic.io.readers.score.tune.tune_of` and `armusic.files.read_bytes`.
    """
    remarks: list[Remark] = []
    melody = read_with_remarks(path, reading or Reading(), remarks, tune)
    for remark in remarks:
        log.warning("%s: %s", melody.source, remark.text)
    return melody


def read_with_remarks(path: str | Path, reading: Reading, remarks: list[Remark], tune: int | None = None) -> Tune:
    """Read as `read` does; choices, omissions and corrections are added to `remarks`."""
    tunes = split(_text(path, reading.max_size))
    if tune is None and len(tunes) > 1:
        raise UsageError(
            f"{label(path)}: {len(tunes)} tunes in it: name one by its X: number, {_numbers(tunes)}, with the option"
            f" tune or as {label(path)}#{tunes[0][0]}"
        )
    texts = [text for number, text in tunes if tune in {None, number}]
    if not texts:
        raise UsageError(f"{label(path)}: no tune {tune} in it: its X: numbers are {_numbers(tunes)}")
    source = label(path) if tune is None else f"{label(path)}#{tune}"
    if reading.strict:
        return parse_tune(texts[0], source)
    melody = tune_of(_sheet(texts[0], source)[0], source, reading, remarks)
    return melody if melody.title else replace(melody, title=Path(path).stem)


def read_all(path: str | Path) -> Iterator[tuple[str, Tune | ArmusicError]]:
    """Yield every tune of a file, or its error.

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


def _text(path: str | Path, megabytes: float = MAX_BYTES / 1e6) -> str:
    """Return the text of a file; Latin-1 has every byte, so it comes last."""
    data = read_bytes(path, megabytes)
    try:
        if data.startswith((b"\xff\xfe", b"\xfe\xff")):
            return data.decode("utf-16")
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def _numbers(tunes: list[tuple[int, str]]) -> str:
    numbers = [number for number, _ in tunes]
    return f"from {min(numbers)} to {max(numbers)}" if len(numbers) > 1 else f"{numbers[0]} only"


def _sheet(text: str, source: str) -> tuple[Sheet, Body]:
    """Return the score in a tune's text, and its body."""
    fields, body = _header_and_body(text, source)
    lead = max(body.voices.values(), key=lambda voice: len(voice.bars))
    for voice in body.voices.values():
        for bar, bar_of_voice in zip(lead.bars, voice.bars, strict=False):
            bar.units = max(bar.units, bar_of_voice.units)
            bar.chords = bar.chords or bar_of_voice.chords
    parts = [
        Part(body.names.get(voice.name) or voice.name, 0, [list(bar.sounds()) for bar in voice.bars])
        for voice in body.voices.values()
    ]
    parts_with_notes = tuple(part for part in parts if any(part.measures))
    title, sections = fields.get("T", ""), fields.get("P", "")
    return Sheet(lead.bars, lead.lines, parts_with_notes, title, key_field(fields["K"]).key, sections), body


def _header_and_body(text: str, source: str) -> tuple[dict[str, str], Body]:
    """Return the header's fields (the last of each kind, but the first title), and the body."""
    lines = iter(_LINE_END.split(text.removeprefix("\ufeff")))
    fields: dict[str, str] = {}
    directives, voices = [], []
    for line in lines:
        match = FIELD.match(without_comment(line))
        if line.startswith(("%%", "I:")):
            directives.append(line.removeprefix("I:"))
        elif match:
            name, value = match[1] or match[2], match[3].strip()
            if name == "V":
                voices.append(value)
            if name != "T" or "T" not in fields:
                fields[name] = value
            if name == "K":
                break
    if "K" not in fields:
        raise ReadError(f"{source}: no K: field, after which the music begins: add one such as K:C")
    body = _begin(fields, source)
    for line in directives:
        body.directive(line)
    for value in voices:
        body.switch(value)
    body.switch("")
    in_music = False
    for line in lines:
        if line.startswith("X:"):
            break
        if line.strip():
            body.line(line)
            in_music = True
        elif in_music:
            _check_rest(lines, source)
            break
    body.finish()
    return fields, body


def _begin(fields: dict[str, str], source: str) -> Body:
    """Return an empty body with the header's settings."""
    try:
        metre = signature(fields.get("M", ""))
        unit = unit_length(fields["L"]) if fields.get("L") else default_unit(metre)
        return Body(source, metre, unit, key_field(fields["K"]), tempo(fields.get("Q", ""), unit))
    except ReadError as error:
        raise type(error)(f"{source}, header: {error}") from None


def _check_rest(lines: Iterator[str], source: str) -> None:
    """Refuse music after the empty line that ends a tune: half of a tune would be lost without a word."""
    for line in lines:
        if line.startswith("X:"):
            return
        line = without_comment(line)
        if "|" in line and re.search("[A-Ga-g]", line) and _MUSIC.fullmatch(line):
            raise ReadError(f"{source}: an empty line ends the tune, but there is music after it: take that line out")
