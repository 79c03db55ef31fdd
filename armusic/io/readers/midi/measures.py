"""The measures of a MIDI file, from its time signatures, and the passages that stay as they are.

Times are units: parts of a tick, so that every tick of the tokenizer's grid, and every
bar line, is a whole number of them at any resolution.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise
from typing import NamedTuple

from armusic.errors import MeasureLengthError, MetreError, MusicError
from armusic.io.readers.options import Remark
from armusic.music.measures import Passage
from armusic.music.metre import METRES, Metre, TimeSignature, time_signature, unsupported
from armusic.music.regrouping import countings

UNITS = 24  # per tick
_SHOWN = 4  # passages in a remark
_MOST_OF_METRE = 32  # numbers of a time signature in which music is counted
MAX_SILENT_MEASURES = 16  # a clip may end in silence; a project's empty tail is not music
_EIGHTHS = 8
MAX_MEASURES = 10_000  # hours of music; keeps one far note from making millions of measures


class Signature(NamedTuple):
    """A time signature: the unit at which it comes into force, and its two numbers."""

    at: int
    numerator: int
    denominator: int

    def __str__(self) -> str:
        return f"{self.numerator}/{self.denominator}"

    @property
    def metre(self) -> TimeSignature | None:
        """The time signature, if measures in it can be read: see `armusic.music.regrouping`."""
        if not (self.numerator and self.denominator):
            return None
        metre = time_signature(self.numerator, self.denominator)
        return metre if countings(metre) else None

    def length(self, quarter: int) -> Fraction:
        """Length of a measure, in units."""
        return Fraction(4 * self.numerator * quarter, self.denominator)


@dataclass(frozen=True, slots=True)
class Span:
    """A measure, or a passage that stays as it is.

    Parameters
    ----------
    start, end : int
        Units from the start of the file. A measure that is not whole in the file is shorter than its metre says.
    metre : TimeSignature, optional
        Time signature of the measure; None for a passage that stays as it is.
    label : str
        Number, or range of numbers, in messages, counted as in the file.
    why : str
        Why a passage stays as it is: see `Passage.what`.
    upbeat : bool
        Whether the melody begins in it, behind a rest.
    """

    start: int
    end: int
    metre: TimeSignature | None
    label: str
    why: str = ""
    upbeat: bool = False


class _Passage(NamedTuple):
    """A passage, for a remark on all of its kind: its label, the kind, what it is in words, and the refusal."""

    label: str
    kind: str
    what: str
    refusal: MetreError


def spans(
    signatures: Sequence[Signature], quarter: int, last: int, end: int, source: str
) -> tuple[list[Span], list[Remark]]:
    """Return the measures of a file, one after another from 0 on, and remarks on them.

    A first measure that its time signature does not make whole, and that is shorter than the
    next one's metre, is a pickup. Any other that a time signature cuts short is in the metre
    of its length, if there is one. Metres without a grid make passages. Behind the music,
    silent measures stay if the file covers them whole, up to `MAX_SILENT_MEASURES`; a last
    measure that it does not cover is cut short.

    Parameters
    ----------
    signatures : sequence of Signature
        Signatures in order; the first at 0.
    quarter : int
        Units per quarter note.
    last, end : int
        Ends of the music and of the track, in units.
    source : str
        Name of the file in messages.

    Raises
    ------
    MusicError
        For more than `MAX_MEASURES` measures.

    Examples
    --------
    >>> measures, _ = spans([Signature(0, 1, 4), Signature(12, 2, 4)], 12, 36, 36, "tune.mid")
    >>> [(span.start, span.end, str(span.metre)) for span in measures]
    [(0, 12, '2/4'), (12, 36, '2/4')]
    """
    signatures, remarks = _simplified(signatures, source)
    notices: list[Remark | _Passage] = [*remarks]
    measures: list[Span] = []
    number = 1
    for index, signature in enumerate(signatures):
        following = signatures[index + 1] if index + 1 < len(signatures) else None
        if signature.at >= max(last, end) or (signature.at >= last and signature.metre is None):
            break
        if index == 0 and following and (pickup := pickup_of(signature, following, quarter)):
            whole = following.at >= signature.length(quarter)
            measures.append(pickup)
            notices += [] if whole else [_cut(pickup, signature, following, quarter, source)]
        elif signature.metre is None:
            span, passage = _passage(signature, following, quarter, last, number, source)
            measures.append(span)
            notices.append(passage)
        else:
            more, remarks = _run(signature, following, quarter, (last, end), number, source)
            measures += more
            notices += remarks
        number = int(measures[-1].label.rpartition("-")[2]) + 1 if measures else 1
    return _ended(measures, last, end), _together(notices)


def _simplified(signatures: Sequence[Signature], source: str) -> tuple[list[Signature], list[Remark]]:
    """Return the signatures without repeated ones, and 4/4 for a file that is all in 1/4."""
    changes = [signatures[0], *(new for old, new in pairwise(signatures) if old[1:] != new[1:])]
    if [signature[1:] for signature in changes] != [(1, 4)]:
        return changes, []
    refusal = MetreError(f"{source}, measure 1: {unsupported(str(changes[0]))}")
    return [Signature(0, 4, 4)], [
        Remark("its time signature, 1/4, is taken for 4/4 (the option metre sets another)", refusal)
    ]


def pickup_of(first: Signature, second: Signature, quarter: int) -> Span | None:
    """Return the pickup of a first signature: some programs write one for it, such as 1/4."""
    metre = second.metre
    whole = second.at == first.length(quarter)
    cut = second.at < first.length(quarter)
    if metre and second.at < second.length(quarter) and (cut or (whole and _is_odd(first))):
        return Span(0, second.at, metre, "1")
    return None


def _passage(
    signature: Signature, following: Signature | None, quarter: int, last: int, number: int, source: str
) -> tuple[Span, _Passage]:
    """Return a passage in a metre without a grid."""
    end = min(last, following.at) if following else last
    count = -(-(end - signature.at) // length) if (length := signature.length(quarter)) else 1
    label = f"{number}-{number + count - 1}" if count > 1 else f"{number}"
    kind, what = str(signature), f"in {signature}, for which no model is trained"
    if max(signature[1:]) > _MOST_OF_METRE and count == 1:  # it says a length, no metre
        kind, what = "", f"{(end - signature.at) / quarter:g} quarter notes long, which no metre is"
    refusal = MetreError(f"{source}, measure {number}: {unsupported(str(signature))}")
    return Span(signature.at, end, None, label, f"is {what}"), _Passage(label, kind, what, refusal)


def _together(notices: Sequence[Remark | _Passage]) -> list[Remark]:
    """Return remarks, with one for all passages of a kind, where the first of them stands."""
    of_kind: dict[str, list[_Passage]] = {}
    for notice in notices:
        if isinstance(notice, _Passage):
            of_kind.setdefault(notice.kind, []).append(notice)
    remarks = []
    for notice in notices:
        if isinstance(notice, Remark):
            remarks.append(notice)
        elif passages := of_kind.pop(notice.kind, []):
            labels = [passage.label for passage in passages]
            what = notice.what if notice.kind or len(labels) == 1 else "of lengths that no metre has"
            more = f" and {len(labels) - _SHOWN} more" if len(labels) > _SHOWN + 1 else ""
            shown = labels[:_SHOWN] if more else labels
            which = ", ".join(shown) if more or len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}"
            several = len(labels) > 1 or "-" in labels[0]
            text = f"measure{'s' * several} {which}{more} {'are' if several else 'is'} {what}"
            remarks.append(
                Remark(
                    f"{text}: left as {'they are' if several else 'it is'}",
                    notice.refusal,
                )
            )
    return remarks


def _run(
    signature: Signature, following: Signature | None, quarter: int, ends: tuple[int, int], number: int, source: str
) -> tuple[list[Span], list[Remark]]:
    """Return the measures of a metre, until the next signature, or until the music is over."""
    metre = signature.metre
    assert metre
    last, end = ends
    length = int(signature.length(quarter))
    measures: list[Span] = []
    at = signature.at
    silent = 0
    while following is None or at < following.at:
        if at >= last:
            silent += 1
            if silent > MAX_SILENT_MEASURES or at + length > (min(end, following.at) if following else end):
                break
        if number > MAX_MEASURES:
            raise MusicError(f"{source}: more than {MAX_MEASURES} measures: too long for one melody")
        if following and at + length > following.at:
            cut = Span(at, following.at, _of_length(following.at - at, metre, quarter), str(number))
            if cut.metre is None:
                cut = replace(cut, why=_short(cut, following, quarter))
            return [*measures, cut], [_cut(cut, signature, following, quarter, source)]
        measures.append(Span(at, at + length, metre, str(number)))
        at += length
        number += 1
    return measures, []


def _is_odd(first: Signature) -> bool:
    """Return whether a time signature is one that programs write for a pickup rather than for a measure."""
    return first.metre is None or first.numerator == 1 or (first.denominator >= _EIGHTHS and not is_own(first.metre))


def is_own(metre: TimeSignature | None) -> bool:
    """Return whether a model has measures in a time signature as it stands."""
    return isinstance(metre, Metre) and metre.own


def _of_length(length: int, metre: TimeSignature, quarter: int) -> Metre | None:
    """Return the metre of a measure of some length, a compound one after a compound one."""
    fits = (kind for kind in METRES if kind.length * quarter == length and kind.compound == metre.compound)
    return next(fits, None)


def _cut(span: Span, signature: Signature, following: Signature, quarter: int, source: str) -> Remark:
    """Return a remark on a measure that a time signature cuts short."""
    quarters = (span.end - span.start) / quarter
    use = "left as it is"
    if span.metre:
        use = f"taken for {'one' if span.metre.length == quarters else 'a pickup'} of {span.metre}"
    return Remark(
        f"measure {span.label} {_short(span, following, quarter)}: {use}",
        MeasureLengthError(
            f"{source}, measure {span.label}: the time signature changes {quarters:g} quarter notes into it, but a"
            f" measure of {signature} has {float(signature.length(quarter)) / quarter:g}: put the change on a bar line"
        ),
    )


def _short(span: Span, following: Signature, quarter: int) -> str:
    """Return in words where a measure ends that a time signature cuts short."""
    return f"ends after {(span.end - span.start) / quarter:g} quarter notes, at the time signature {following}"


def passages(measures: Sequence[Span]) -> tuple[Passage, ...]:
    """Return the passages among spans; those of a kind that follow one another are one.

    Examples
    --------
    >>> sevens = [Span(at, at + 42, None, label, "is in 7/8") for at, label in ((48, "2-3"), (90, "4"))]
    >>> passages([Span(0, 48, Metre(4, 4), "1"), *sevens])
    (Passage(first=2, last=4, what='is in 7/8'),)
    """
    result: list[Passage] = []
    for span in measures:
        if span.metre is None:
            numbers = span.label.split("-")
            passage = Passage(int(numbers[0]), int(numbers[-1]), span.why)
            if result and (result[-1].last + 1, result[-1].what) == (passage.first, passage.what):
                passage = replace(passage, first=result.pop().first)
            result.append(passage)
    return tuple(result)


def _ended(measures: list[Span], last: int, end: int) -> list[Span]:
    """Return the measures, the last one cut at the end of the track."""
    until = max(last, end)
    if measures and measures[-1].metre and measures[-1].end > until:
        return [*measures[:-1], replace(measures[-1], end=until)]
    return measures


def after_pickup(signatures: list[Signature], downbeat: float, quarter: int) -> list[Signature]:
    """Return the signatures with a pickup of the beats before the downbeat."""
    metre = signatures[0].metre
    before = (downbeat - 1) % metre.beats if metre else 0
    if metre is None or not before:
        return signatures
    sixteenths = round(before * float(metre.beat) * 4)
    if not sixteenths:
        return signatures
    start = sixteenths * quarter // 4
    return [Signature(0, sixteenths, 16), signatures[0]._replace(at=start), *(s for s in signatures if s.at > start)]


def place(measures: Sequence[Span], at: int, quarter: int) -> str:
    """Return in words the measure and the beat of a unit, both counted from 1."""
    span = next((span for span in measures if at < span.end), measures[-1])
    metre = span.metre
    if metre is None:
        return f"measure {span.label}"
    return f"measure {span.label}, beat {round((at - span.start) / quarter / float(metre.beat) + 1, 2):g}"
