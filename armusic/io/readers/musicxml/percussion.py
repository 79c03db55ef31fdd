"""Notes without pitch in MusicXML: the drums of General MIDI that they are.

A part without any other notes is a part of drums. Among notes that have a pitch, those without one are left out: they
are spoken, or knocked.

Source
------
MusicXML 4.0 (W3C Community Group Final Report, 2021). Drums stand where Weinberg has them: N. Weinberg, "Guidelines for
Drumset Notation", Percussive Notes 32 (3), 1994.
"""

from __future__ import annotations

from collections.abc import Mapping
from xml.etree.ElementTree import Element

from armusic.files import counted, one_line
from armusic.io.readers.options import Remark

_DRUMS = 128  # numbers of drums in MusicXML, from 1
_PLACES = {"F4": 36, "A4": 43, "B4": 45, "C5": 38, "D5": 47, "E5": 48}
_CROSSES = {"D4": 44, "E5": 56, "F5": 51, "G5": 42, "A5": 49}  # notes with another head
_SNARE = 38


def drums_of(entry: Element | None) -> dict[str, int]:
    """Return the MIDI pitch of each instrument in a part's entry that is a drum."""
    if entry is None:
        return {}
    numbers = {
        each.get("id", ""): each.findtext("midi-unpitched", "").strip() for each in entry.iterfind("midi-instrument")
    }
    return {
        name: int(text) - 1
        for name, text in numbers.items()
        if text.isascii() and text.isdecimal() and 0 < int(text[:9]) <= _DRUMS
    }


def drum(note: Element, drums: Mapping[str, int]) -> tuple[int, bool]:
    """Return the MIDI pitch of a note without pitch, and whether only its place on the staff says so.

    Parameters
    ----------
    note : Element
        The note.
    drums : mapping of str to int
        MIDI pitch of each instrument of the part that is a drum.

    Examples
    --------
    >>> from xml.etree.ElementTree import fromstring
    >>> place = "<unpitched><display-step>F</display-step><display-octave>4</display-octave></unpitched>"
    >>> drum(fromstring(f"<note>{place}</note>"), {}), drum(fromstring(f"<note>{place}</note>"), {"P1-I42": 41})
    ((36, True), (41, False))
    """
    instrument = note.find("instrument")
    known = drums.get(instrument.get("id", "")) if instrument is not None else None
    if known is None and len(drums) == 1:
        (known,) = drums.values()
    if known is not None:
        return known, False
    place = "".join(note.findtext(f"unpitched/display-{half}", "").strip() for half in ("step", "octave"))
    head = note.findtext("notehead", "normal").strip()
    return (_PLACES if head == "normal" else _CROSSES).get(place, _SNARE), True


def by_place(name: str, count: int) -> list[Remark]:
    """Return the remark on the notes of a part of drums that name no drum, if there are any."""
    which = f"{counted(count, 'note')} of {_part(name)} {'names' if count == 1 else 'name'} no MIDI drum"
    return [Remark(f"{which}: taken for those of the place on the staff, or for a snare drum")] if count else []


def left_out(name: str, count: int) -> list[Remark]:
    """Return the remark on notes without pitch that are left out, if there are any.

    Examples
    --------
    >>> [remark.text for remark in left_out("Voice", 1) + left_out("", 2)]
    ['1 note without pitch of part Voice is left out', '2 notes without pitch of a part without a name are left out']
    """
    notes = f"{counted(count, 'note')} without pitch of {_part(name)}"
    return [Remark(f"{notes} {'is' if count == 1 else 'are'} left out")] if count else []


def _part(name: str) -> str:
    return f"part {one_line(name)}" if name else "a part without a name"
