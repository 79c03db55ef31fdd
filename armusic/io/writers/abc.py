r"""Write tunes in ABC notation, one after another as one voice, four measures to a line.

Each tune begins with its name above the staff. A tempo change during a note is written at the
next one.

Source
------
The ABC music standard 2.1 (2011).
"""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

from armusic.errors import UsageError
from armusic.files import atomic_path, label, one_line
from armusic.io.writers.layout import Named, keys_of
from armusic.io.writers.notation import Symbol, WrittenMeasure, notate, tempo
from armusic.music.score import Key, Metre

MEASURES_PER_LINE = 4

_UNIT = Fraction(1, 2)  # quarter notes: L:1/8
_SIGNS = {-2: "__", -1: "_", 0: "=", 1: "^", 2: "^^"}
_MIDDLE = 4  # the octave of the capital letters
_MODES = {"major": "", "minor": "m"}


def write(tunes: Named, path: str | Path, *, layout: str = "sequence", force: bool = False) -> None:
    """Write named tunes as one tune in ABC notation.

    Parameters
    ----------
    tunes : sequence of (str, Tune)
        Tunes with their names, at least one; all notes on sixteenths or triplets, or finer powers of two.
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
    OffGridError
        For a note that cannot be written.
    WriteError
        If the file exists and `force` is not set, or if it cannot be written.
    """
    if layout != "sequence":
        raise UsageError(f"{label(path)}: ABC holds one voice here: use the layout sequence")
    content = text(tunes, label(path))
    with atomic_path(path, force) as temporary:
        temporary.write_text(content, encoding="utf-8")


def text(tunes: Named, source: str = "score") -> str:
    r"""Return tunes as ABC; `source` is the name in messages.

    Examples
    --------
    >>> from armusic.music.score import Measure, Note, Tune
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
    keys = keys_of(tunes)
    first, metre = tunes[0][1], tunes[0][1].measures[0].metre
    bpm = first.tempos[0][1]
    title = one_line(first.title or tunes[0][0]).replace("%", r"\%")
    head = ["X:1", f"T:{title}", f"M:{metre}", "L:1/8", f"Q:{_tempo(bpm, metre)}", f"K:{_key(keys[0])}"]
    lines: list[str] = []
    key = keys[0]
    last = len(tunes) - 1
    for index, ((name, tune), tune_key) in enumerate(zip(tunes, keys, strict=True)):
        measures = notate(tune, tune_key, front=index == 0, back=index == last, name=f"{source}, {name!r}")
        line = f'"^{_words(name)}"' if last else ""
        if tune_key != key:
            line += f"[K:{_key(tune_key)}]"
        key = tune_key
        pickup = bool(tune.padding[0])
        for count, written in enumerate(measures, 1 - pickup):
            if written.measure.metre != metre:
                metre = written.measure.metre
                line += f"[M:{metre}]"
            tempos = [change for change in tune.tempos if written.measure.start <= change[0] < written.measure.end]
            body, bpm = _measure(written, tempos, bpm)
            end = "|" if written is not measures[-1] else "|]" if index == last else "||"
            line += body + end
            if written is measures[-1] or (count and count % MEASURES_PER_LINE == 0):
                lines.append(line)
                line = ""
    return "\n".join([*head, *lines]) + "\n"


def _measure(written: WrittenMeasure, tempos: list[tuple[Fraction, float]], bpm: float) -> tuple[str, float]:
    """Return the text of a measure without its bar line, and the tempo at its end."""
    body = ""
    waiting = list(tempos)
    for symbol in written.symbols:
        joined = symbol.beams and symbol.beams[0] in ("continue", "end")
        body += "" if joined or not body else " "
        while waiting and waiting[0][0] <= written.measure.start + symbol.start:
            _, next_bpm = waiting.pop(0)
            body += f"[Q:{_tempo(next_bpm, written.measure.metre)}]" if next_bpm != bpm else ""
            bpm = next_bpm
        body += _symbol(symbol)
    return body, bpm


def _symbol(symbol: Symbol) -> str:
    place, count = symbol.triplet or (1, 0)
    opening = "" if place else "(3" if count == 3 else f"(3:2:{count}"
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


def _tempo(bpm: float, metre: Metre) -> str:
    beat, count = tempo(bpm, metre)
    return f"{beat / 4}={count}"


def _key(key: Key) -> str:
    return key.tonic + _MODES.get(key.mode, key.mode[:3])


def _words(name: str) -> str:
    return one_line(name).replace('"', "'").replace("%", r"\%")
