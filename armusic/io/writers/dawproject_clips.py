"""Clips of a DAWproject, with their controllers; and its tempos and metres, which go by themselves."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from xml.etree.ElementTree import Element, SubElement

from armusic.io.writers.arrangement import CONTROLLER, Arrangement, Strip

GREY = "#555555"
SLOWEST, FASTEST = 10.0, 999.0  # quarter notes per minute that DAWs take
_LOW, _MIDDLE, _HIGH = (0x00, 0x72, 0xB2), (0x55, 0x55, 0x55), (0xD5, 0x5E, 0x00)  # Okabe and Ito: blue, grey, orange
_TOP_VELOCITY = 127

log = logging.getLogger(__name__)


def clip_of(strip: Strip, start: float, end: float, look: str, comment: str) -> Element:
    """Return a clip from `start`, `end` beats long, which loops as a whole."""
    clip = Element("Clip", name=strip.name, color=look, time=text_of(start), duration=text_of(end), playStart="0.0")
    clip.attrib |= {"loopStart": "0.0", "loopEnd": text_of(end), "contentTimeUnit": "beats"}
    if comment:
        clip.set("comment", comment)
    inside = SubElement(clip, "Lanes") if strip.moves else clip
    notes = SubElement(inside, "Notes")
    channel = str(strip.channel)
    for time, duration, pitch, velocity in strip.notes:
        SubElement(
            notes, "Note", time=text_of(time), duration=text_of(duration), channel=channel, key=str(pitch),
            vel=f"{velocity / _TOP_VELOCITY:.6f}",
        )  # fmt: skip
    for move in strip.moves:
        points = SubElement(inside, "Points", unit="normalized")
        target = SubElement(points, "Target", expression=move.kind, channel=channel)
        if move.kind == CONTROLLER:
            target.set("controller", str(move.number))
        for time, value in move.values:
            SubElement(points, "RealPoint", time=text_of(time), value=f"{value:.6f}", interpolation="hold")
    return clip


def automate(
    transport: Element, arrangement: Element, sections: Sequence[tuple[float, Arrangement]], source: str
) -> None:
    """Add the tempo and the metre that begin, and changes of them, if there are any.

    Parameters
    ----------
    transport, arrangement : Element
        Elements to add to.
    sections : sequence of (float, Arrangement)
        Beats at which what follows one another starts, at least one.
    source : str
        Name of the file in messages.
    """
    every = [(start + at, bpm) for start, section in sections for at, bpm in section.tempos]
    tempos = [(at, min(max(bpm, SLOWEST), FASTEST)) for at, bpm in every]
    if tempos != every:
        log.warning("%s: tempos are written within %g and %g, as DAWs have them", source, SLOWEST, FASTEST)
    SubElement(transport, "Tempo", id="tempo", unit="bpm", value=text_of(tempos[0][1]))
    metres = [(start + at, above, below) for start, section in sections for at, above, below in section.metres]
    SubElement(transport, "TimeSignature", {"id": "metre", **_pair(metres[0])})
    if len({bpm for _, bpm in tempos}) > 1:
        points = SubElement(arrangement, "TempoAutomation", id="tempos", timeUnit="beats", unit="bpm")
        SubElement(points, "Target", parameter="tempo")
        for at, bpm in tempos:
            SubElement(points, "RealPoint", time=text_of(at), value=text_of(bpm), interpolation="hold")
    if len({metre[1:] for metre in metres}) > 1:
        points = SubElement(arrangement, "TimeSignatureAutomation", id="metres", timeUnit="beats")
        SubElement(points, "Target", parameter="metre")
        before: tuple[int, ...] = ()
        for metre in metres:
            if metre[1:] != before:
                SubElement(points, "TimeSignaturePoint", {"time": text_of(metre[0]), **_pair(metre)})
            before = metre[1:]


def _pair(metre: tuple[float, int, int]) -> dict[str, str]:
    return {"numerator": str(metre[1]), "denominator": str(metre[2])}


def colour(number: int, count: int) -> str:
    """Return a colour from blue (the first) over grey to orange (the last).

    Examples
    --------
    >>> [colour(number, 3) for number in range(3)]
    ['#0072b2', '#555555', '#d55e00']
    """
    share = number / (count - 1) if count > 1 else 0.0
    low, high, part = (_LOW, _MIDDLE, 2 * share) if share <= 0.5 else (_MIDDLE, _HIGH, 2 * share - 1)
    return "#" + "".join(f"{round(a + (b - a) * part):02x}" for a, b in zip(low, high, strict=True))


def text_of(value: float) -> str:
    """Return a number as it stands in XML."""
    return repr(float(value))
