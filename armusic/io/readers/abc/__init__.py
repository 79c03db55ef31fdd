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
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

from armusic.errors import ArmusicError, ReadError, RepeatError, UsageError
from armusic.files import label, one_line, read_bytes
from armusic.io.readers.abc.body import Body
from armusic.io.readers.abc.book import LINE_END, book_of, names, parse_name, split, text_of, title_of
from armusic.io.readers.abc.fields import default_unit, tempo, unit_length
from armusic.io.readers.abc.key import key_field, transposed
from armusic.io.readers.abc.tokens import FIELD, without_comment
from armusic.io.readers.abc.voice import Voice
from armusic.io.readers.options import Reading, Remark
from armusic.io.readers.score import jumps
from armusic.io.readers.score.playback import order
from armusic.io.readers.score.sheet import UNITS, Part, Sheet, signature
from armusic.io.readers.score.tempos import settle
from armusic.io.readers.score.tune import strict_tune, tune_of
from armusic.music.score import Tune

__all__ = ["names", "parse_name", "parse_tune", "read", "read_all", "read_with_remarks", "sequence", "split"]

log = logging.getLogger(__name__)

_MUSIC = re.compile(r"[\sxzA-Ga-g0-9,'/^_=<>()~.\[\]:|-]*")


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
    sheet, _ = _sheet(text, source, strict=True)
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
    sheet, body = _sheet(text, source, strict=True)
    voice = max(body.voices.values(), key=lambda voice: len(voice.bars))
    events: list[tuple[int | None, int]] = []
    tied = False  # whether the last event is tied to the next
    for event in (event for place in order(sheet, source) for event in voice.bars[place].events):
        pitch = event.pitches[0] if event.pitches else None
        if tied and pitch == events[-1][0]:
            events[-1] = (pitch, events[-1][1] + event.units)
        else:
            events.append((pitch, event.units))
        tied = pitch in event.tied
    return [(pitch, Fraction(units, UNITS)) for pitch, units in events]


def read(path: str | Path, reading: Reading | None = None, tune: int | str | None = None) -> Tune:
    """Read the melody of a tune in a file.

    Parameters
    ----------
    path : path
        A file with one tune or a book of tunes, in UTF-8, UTF-16 or Latin-1.
    reading : Reading, optional
        Options; by default those that suit most files.
    tune : int or str, optional
        `X:` number of the tune, `12`, or `12.2` for the second tune with that number; required if there are several.

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


def read_with_remarks(path: str | Path, reading: Reading, remarks: list[Remark], tune: int | str | None = None) -> Tune:
    """Read as `read` does; choices, omissions and corrections are added to `remarks`."""
    book = book_of(text_of(read_bytes(path, reading.max_size)))
    numbers = book.numbers
    if tune is None and len(numbers) > 1:
        raise UsageError(
            f"{label(path)}: {len(numbers)} tunes in it: name one by its X: number, {_range(numbers)}, as"
            f" {label(path)}#{numbers[0]}"
        )
    place, source = 0, label(path)
    if tune is not None:
        name = str(parse_name(tune))
        source = f"{source}#{name}"
        if name not in (known := book.names()):
            raise UsageError(f"{label(path)}: no tune {name} in it: its X: numbers are {_range(numbers)}")
        place = known.index(name)
    text = book.text(place)
    if reading.strict:
        return parse_tune(text, source)
    sheet, body = _sheet(text, source)
    remarks += body.remarks()
    melody = tune_of(sheet, source, reading, remarks)
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
        text = text_of(read_bytes(path))
    except ArmusicError as error:
        yield label(path), error
        return
    book = book_of(text)
    for place, name in enumerate(book.names()):
        source = f"{label(path)}#{name}"
        try:
            yield source, parse_tune(book.text(place), source)
        except ArmusicError as error:
            yield source, error


def _range(numbers: list[int]) -> str:
    """Return the numbers of a book in words."""
    if len(numbers) == 1:
        return f"{numbers[0]} only"
    repeated = next((number for number, count in Counter(numbers).items() if count > 1), None)
    again = "" if repeated is None else f" ({repeated}.2 is the second {repeated})"
    return f"from {min(numbers)} to {max(numbers)}{again}"


def _sheet(text: str, source: str, *, strict: bool = False) -> tuple[Sheet, Body]:
    """Return the score in a tune's text, and its body; signs that make no sense are passed over, unless strict."""
    fields, body = _header_and_body(text, source, strict=strict)
    lead = max(body.voices.values(), key=lambda voice: len(voice.bars))
    for voice in body.voices.values():
        for bar, bar_of_voice in zip(lead.bars, voice.bars, strict=False):
            bar.units = max(bar.units, bar_of_voice.units)
            bar.chords = bar.chords or bar_of_voice.chords
            bar.tempos = bar.tempos or bar_of_voice.tempos
            bar.key = bar.key or bar_of_voice.key
    settle(lead.bars, tempo(fields.get("Q", ""), body.begin[1]))
    playing = [(voice, part) for voice in body.voices.values() if any((part := _part(voice, body)).measures)]
    shift = body.header_shift if len(playing) != 1 else playing[0][0].first_semitones or 0
    key = transposed(key_field(fields["K"]).key, shift)
    parts = tuple(part for _, part in playing)
    title, order = title_of(fields.get("T", "")), fields.get("P", "")
    return Sheet(lead.bars, lead.lines, parts, title, key, order, body.lyrics, body.signs), body


def _part(voice: Voice, body: Body) -> Part:
    """Return the notes of a voice."""
    program = body.tune_program if voice.program is None else voice.program
    name = body.names.get(voice.name) or voice.name
    return Part(one_line(name), program, [list(bar.sounds()) for bar in voice.bars])


def _header_and_body(text: str, source: str, *, strict: bool) -> tuple[dict[str, str], Body]:
    """Return the header's fields (the last of each kind, but the first title), and the body."""
    lines = iter(LINE_END.split(text.removeprefix("\ufeff")))
    fields: dict[str, str] = {}
    settings: list[tuple[str, str]] = []  # directives and voices, in order
    for line in lines:
        match = FIELD.match(without_comment(line))
        if line.startswith(("%%", "I:")):
            settings.append(("I", line.removeprefix("I:")))
        elif match:
            name, value = match[1] or match[2], match[3].strip()
            if name == "V":
                settings.append(("V", value))
            if name != "T" or "T" not in fields:
                fields[name] = value
            if name == "K":
                break
    if "K" not in fields:
        raise ReadError(f"{source}: no K: field, after which the music begins: add one such as K:C")
    body = _begin(fields, source, strict=strict)
    body.header(settings)
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


def _begin(fields: dict[str, str], source: str, *, strict: bool) -> Body:
    """Return an empty body with the header's settings."""
    try:
        metre = signature(fields.get("M", ""))
        unit = unit_length(fields["L"]) if fields.get("L") else default_unit(metre)
        return Body(source, metre, unit, key_field(fields["K"]), strict=strict)
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
