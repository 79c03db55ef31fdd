r"""Write tunes in ABC notation, one after another as one voice, four measures to a line.

Each tune begins with its name above the staff. A note in which the tempo changes on an eighth is written as two
that are tied; any other change of tempo stands at the nearest note.

Source
------
The ABC music standard 2.1 (2011).
"""

from __future__ import annotations

import logging
from bisect import bisect_left
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

from armusic.errors import UsageError
from armusic.files import atomic_path, label, one_line
from armusic.io.abc_text import encoded
from armusic.io.writers.layout import Named, keys_of, say_alone, say_moved
from armusic.io.writers.notation import Symbol, WrittenMeasure, notate, padding_of, tempo
from armusic.io.writers.passages import filled
from armusic.music.metre import TimeSignature
from armusic.music.score import Key

MEASURES_PER_LINE = 4

_UNIT = Fraction(1, 2)  # quarter notes: L:1/8
_SIGNS = {-2: "__", -1: "_", 0: "=", 1: "^", 2: "^^"}
_MIDDLE = 4  # the octave of the capital letters
_MODES = {"major": "", "minor": "m"}
_CUT = 2  # parts of a quarter note at which a tempo change divides a note

log = logging.getLogger(__name__)


def write(tunes: Named, path: str | Path, *, layout: str = "sequence", force: bool = False) -> None:
    """Write named tunes as one tune in ABC notation.

    Parameters
    ----------
    tunes : sequence of (str, Tune)
        Tunes with their names, at least one.
    path : path
        Output file, which appears once it is complete.
    layout : {"sequence"}
        One tune after another, as one voice.
    force : bool
        Whether an existing file may be replaced.

    Raises
    ------
    UsageError
        For another layout.
    WriteError
        If the file exists and `force` is not set, or if it cannot be written.
    """
    if layout != "sequence":
        raise UsageError(f"{label(path)}: ABC holds one voice here: use the layout sequence")
    say_alone(tunes, label(path), "ABC")
    content = text(tunes, label(path))
    with atomic_path(path, force) as temporary:
        temporary.write_text(content, encoding="utf-8")


def text(tunes: Named, source: str = "score") -> str:
    r"""Return tunes as ABC; `source` is the name in messages.

    Examples
    --------
    >>> from armusic.music.score import Measure, Metre, Note, Tune
    >>> scale = tuple(Note(Fraction(beat), Fraction(1), 65 + 2 * beat) for beat in range(2))
    >>> print(text([("Two", Tune(scale, (Measure(Fraction(0), Metre(2, 4)),), key=Key(1)))]))
    X:1
    T:Two
    M:2/4
    L:1/8
    Q:1/4=120
    K:G
    =F2 G2|]
    <BLANKLINE>
    """
    tunes = filled(tunes, source)
    keys = keys_of(tunes)
    first, metre = tunes[0][1], tunes[0][1].bars[0].metre
    bpm = first.tempos[0][1]
    title = encoded(one_line(first.title or tunes[0][0]))
    head = ["X:1", f"T:{title}", f"M:{metre}", "L:1/8", f"Q:{_tempo(bpm, metre)}"]
    key = first.key_at(first.bars[0].start, keys[0])
    head.append(f"K:{_key(key)}")
    lines: list[str] = []
    last = len(tunes) - 1
    late = moved = 0
    for index, ((name, tune), tune_key) in enumerate(zip(tunes, keys, strict=True)):
        cuts = [at for at, _ in tune.tempos if (at * _CUT).denominator == 1]
        measures = notate(tune, tune_key, padding=padding_of(tune, front=not index, back=index == last), cuts=cuts)
        moved += sum(written.moved for written in measures)
        tempos, others = placed_tempos(tune.tempos, measures, bpm)
        late += others
        bpm = list(tempos.values())[-1] if tempos else bpm
        fields = ""
        words = f'"^{_words(name)}"' if last else ""
        line = ""
        pickup = bool(measures[0].number == 0)
        for row, (count, written) in enumerate(enumerate(measures, 1 - pickup)):
            if written.key != key:
                key = written.key
                fields += f"[K:{_key(key)}]"
            if str(written.measure.metre) != str(metre):
                metre = written.measure.metre
                fields += f"[M:{metre}]"
            end = "|" if written is not measures[-1] else "|]" if index == last else "||"
            line += fields + _measure(written, row, tempos, words) + end
            fields = words = ""
            if written is measures[-1] or (count and count % MEASURES_PER_LINE == 0):
                lines.append(line)
                line = ""
    if late:
        text = (
            "1 tempo change in the midst of a note stands"
            if late == 1
            else f"{late} tempo changes in the midst of notes stand"
        )
        log.warning("%s: %s at the nearest one", source, text)
    say_moved(source, moved)
    return "\n".join([*head, *lines]) + "\n"


def placed_tempos(
    tempos: Sequence[tuple[Fraction, float]], measures: Sequence[WrittenMeasure], bpm: float
) -> tuple[dict[tuple[int, int], float], int]:
    """Return tempos by the measure and the symbol that each stands at, and how many stand at the nearest one.

    Of several at one symbol the last stays. `bpm` is the tempo before the tune.
    """
    symbols = [
        (written.measure.start + symbol.start, (row, column))
        for row, written in enumerate(measures)
        for column, symbol in enumerate(written.symbols)
    ]
    starts = [start for start, _ in symbols]
    places: dict[tuple[int, int], float] = {}
    moved = 0
    for at, new in tempos:
        after = min(max(bisect_left(starts, at), 1), len(starts) - 1)
        nearest = after if after and abs(starts[after] - at) <= abs(starts[after - 1] - at) else max(after - 1, 0)
        moved += starts[nearest] != at and at > starts[0]
        places[symbols[nearest][1]] = new
    before = [bpm, *places.values()]
    return {place: new for old, (place, new) in zip(before, places.items(), strict=False) if new != old}, moved


def _measure(written: WrittenMeasure, row: int, tempos: dict[tuple[int, int], float], words: str) -> str:
    """Return the text of a measure without its bar line; fields stand before the words above a note."""
    body = ""
    for index, symbol in enumerate(written.symbols):
        joined = symbol.beams and symbol.beams[0] in ("continue", "end")
        body += "" if joined or not body else " "
        if (row, index) in tempos:
            body += f"[Q:{_tempo(tempos[row, index], written.measure.metre)}]"
        body += (words if index == 0 else "") + _symbol(symbol)
    return body


def _symbol(symbol: Symbol) -> str:
    place, count = symbol.place or (1, 0)
    actual, normal = symbol.parts
    opening = "" if place else "(3" if (actual, count) == (3, 3) else f"({actual}:{normal}:{count}"
    length = symbol.base * (Fraction(3, 2) if symbol.dots else 1) / _UNIT
    return opening + _head(symbol) + _length(length) + "-" * symbol.tied_on


def _head(symbol: Symbol) -> str:
    """Return the sign, the letter and the octave of a note."""
    spelling = symbol.spelling
    if spelling is None:
        return "z"
    sign = _SIGNS[spelling.alter] if symbol.sign else ""
    above = spelling.octave - _MIDDLE
    letter = spelling.letter.lower() if above > 0 else spelling.letter
    return sign + letter + ("'" * (above - 1) if above > 0 else "," * -above)


def _length(length: Fraction) -> str:
    over = "" if length.numerator == 1 else str(length.numerator)
    under = "" if length.denominator == 1 else "/" if length.denominator == 2 else f"/{length.denominator}"
    return over + under


def _tempo(bpm: float, metre: TimeSignature) -> str:
    beat, count = tempo(bpm, metre)
    return f"{beat / 4}={count}"


def _key(key: Key) -> str:
    return key.tonic + _MODES.get(key.mode, key.mode[:3])


def _words(name: str) -> str:
    return encoded(one_line(name)).replace('"', "'")
