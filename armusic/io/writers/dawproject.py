"""Write tunes as a DAWproject, the open exchange format of Bitwig Studio, Studio One, Cubase and others.

A zip archive with two XML documents. `tracks`: a coloured track per tune with one clip, all from
the start; `sequence`: one track, a clip per tune and a marker at each; `clips`: one track, a scene
per tune. The values of attributes are in the comment of each clip, and in markers: at each
tune of a sequence; for tracks at each measure, in the order of the tracks.

Source
------
DAWproject 1.0 (https://github.com/bitwig/dawproject), Project.xsd and MetaData.xsd.
"""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from fractions import Fraction
from importlib.metadata import version
from itertools import accumulate
from pathlib import Path
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

import numpy as np

from armusic.errors import UsageError
from armusic.files import atomic_path, label, one_line
from armusic.io.writers.layout import Named, check_together
from armusic.music.attributes import canonical_name, of_tune
from armusic.music.score import Metre, Tune
from armusic.shapes import Float

Table = Float[np.ndarray, "_ attribute"]  # a row per measure

_DATE = (1980, 1, 1, 0, 0, 0)  # the oldest that zip archives have: the same tunes give the same bytes
_LOW, _MIDDLE, _HIGH = (0x00, 0x72, 0xB2), (0x55, 0x55, 0x55), (0xD5, 0x5E, 0x00)  # Okabe and Ito: blue, grey, orange
_TOP_VELOCITY = 127


def write(
    tunes: Named,
    path: str | Path,
    *,
    layout: str = "tracks",
    force: bool = False,
    attributes: Sequence[str] = (),
) -> None:
    """Write named tunes as a DAWproject.

    Parameters
    ----------
    tunes : sequence of (str, Tune)
        Tunes with their names, at least one.
    path : path
        Output file, which appears once it is complete.
    layout : {"tracks", "sequence", "clips"}
        Tracks on the arrangement, one track on the arrangement, or scenes of one track.
    force : bool
        Whether an existing file may be replaced.
    attributes : sequence of str
        Names of attributes whose values go into comments and markers.

    Raises
    ------
    UsageError
        For tracks whose measures differ, an unknown layout, or an unknown attribute.
    WriteError
        If the file exists and `force` is not set, or if it cannot be written.
    """
    if layout not in ("tracks", "sequence", "clips"):
        raise UsageError(f"layout {layout!r} is not known: use one of tracks, sequence, clips")
    root = project(tunes, layout, attributes, source=label(path))
    meta = Element("MetaData")
    SubElement(meta, "Title").text = one_line(tunes[0][1].title or tunes[0][0])
    with atomic_path(path, force) as temporary, zipfile.ZipFile(temporary, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, element in (("metadata.xml", meta), ("project.xml", root)):
            ElementTree.indent(element)
            data = ElementTree.tostring(element, encoding="UTF-8", xml_declaration=True)
            archive.writestr(zipfile.ZipInfo(name, _DATE), data, zipfile.ZIP_DEFLATED)


def project(
    tunes: Named, layout: str = "tracks", attributes: Sequence[str] = (), *, source: str = "project"
) -> Element:
    """Return the root element of a project; `source` is its name in messages.

    Examples
    --------
    >>> from armusic.music.score import Measure, Note
    >>> tune = Tune((Note(Fraction(0), Fraction(1), 60),), (Measure(Fraction(0), Metre(2, 4)),))
    >>> [note.get("key") for note in project([("one", tune), ("two", tune)]).iter("Note")]
    ['60', '60']
    """
    if layout == "tracks":
        check_together(tunes, source)
    names = [canonical_name(name) for name in attributes]
    values = [of_tune(tune, names) if names else np.empty((len(tune.measures), 0)) for _, tune in tunes]
    first = tunes[0][1]
    root = Element("Project", version="1.0")
    SubElement(root, "Application", name="armusic", version=version("armusic"))
    transport = SubElement(root, "Transport")
    SubElement(transport, "Tempo", id="tempo", unit="bpm", value=_number(first.tempos[0][1]))
    metre = first.measures[0].metre
    SubElement(transport, "TimeSignature", {"id": "metre", **_pair(metre)})
    structure = SubElement(root, "Structure")
    title = one_line(first.title or tunes[0][0])
    tracks = [one_line(name) for name, _ in tunes] if layout == "tracks" else [title]
    for number, name in enumerate(tracks):
        _track(structure, f"track{number}", name, _colour(number, len(tracks)), "regular")
    _track(structure, "master", "Master", "#555555", "master")

    starts = [Fraction(0)] * len(tunes)
    if layout == "sequence":
        starts = list(accumulate((tune.end for _, tune in tunes[:-1]), initial=Fraction(0)))
    clips = [
        _clip(one_line(name), tune, start, _colour(number, len(tunes)), _comment(names, table))
        for number, ((name, tune), start, table) in enumerate(zip(tunes, starts, values, strict=True))
    ]
    arrangement = SubElement(root, "Arrangement", id="arrangement")
    lanes = SubElement(arrangement, "Lanes", id="lanes", timeUnit="beats")
    if layout == "clips":
        scenes = SubElement(root, "Scenes")
        for number, ((name, _), clip) in enumerate(zip(tunes, clips, strict=True)):
            scene = SubElement(scenes, "Scene", id=f"scene{number}", name=one_line(name))
            inside = SubElement(scene, "Lanes", id=f"scene{number}lanes", timeUnit="beats")
            SubElement(inside, "ClipSlot", id=f"scene{number}slot", track="track0", hasStop="true").append(clip)
        return root
    for number in range(len(tracks)):
        lane = SubElement(lanes, "Lanes", id=f"lane{number}", track=f"track{number}")
        SubElement(lane, "Clips", id=f"clips{number}").extend(
            clips[number : number + 1] if layout == "tracks" else clips
        )
    _markers(arrangement, tunes, layout, starts, names, values)
    sections = tunes if layout == "sequence" else tunes[:1]
    _automation(arrangement, [(start, tune) for start, (_, tune) in zip(starts, sections, strict=False)])
    return root


def _track(structure: Element, identity: str, name: str, colour: str, role: str) -> None:
    content = "notes" if role == "regular" else "audio notes"
    track = SubElement(structure, "Track", id=identity, name=name, color=colour, contentType=content, loaded="true")
    channel = SubElement(track, "Channel", id=f"{identity}channel", role=role, audioChannels="2", solo="false")
    if role == "regular":
        channel.set("destination", "masterchannel")


def _clip(name: str, tune: Tune, start: Fraction, colour: str, comment: str) -> Element:
    """Return a clip as long as the tune's measures, which loops as a whole."""
    end = _number(tune.end)
    clip = Element("Clip", name=name, color=colour, time=_number(start), duration=end, playStart="0.0")
    clip.attrib |= {"loopStart": "0.0", "loopEnd": end, "contentTimeUnit": "beats"}
    if comment:
        clip.set("comment", comment)
    notes = SubElement(clip, "Notes")
    for note in tune.notes:
        SubElement(
            notes, "Note", time=_number(note.start), duration=_number(note.duration), channel="0", key=str(note.pitch),
            vel=f"{note.velocity / _TOP_VELOCITY:.6f}",
        )  # fmt: skip
    return clip


def _comment(names: Sequence[str], values: Table) -> str:
    return "; ".join(
        f"{name} of each measure: {' '.join(f'{value:.2f}' for value in column)}"
        for name, column in zip(names, values.T, strict=True)
    )


def _markers(
    arrangement: Element,
    tunes: Named,
    layout: str,
    starts: Sequence[Fraction],
    names: Sequence[str],
    values: Sequence[Table],
) -> None:
    """Add markers: at the tunes of a sequence; with attributes, at the measures of tracks."""
    marks: list[tuple[Fraction, str]] = []
    if layout == "sequence":
        for (name, _), start, table in zip(tunes, starts, values, strict=False):
            means = [f"{attribute} {mean:.2f}" for attribute, mean in zip(names, table.mean(axis=0), strict=True)]
            marks.append((start, ": ".join([one_line(name), *([", ".join(means)] if means else [])])))
    elif names:
        for row, measure in enumerate(tunes[0][1].measures):
            columns = [[f"{table[row, column]:.2f}" for table in values] for column in range(len(names))]
            text = "; ".join(f"{name} {' '.join(column)}" for name, column in zip(names, columns, strict=True))
            marks.append((measure.start, text))
    if marks:
        markers = SubElement(arrangement, "Markers", id="markers", timeUnit="beats")
        for start, text in marks:
            SubElement(markers, "Marker", time=_number(start), name=text)


def _automation(arrangement: Element, sections: Sequence[tuple[Fraction, Tune]]) -> None:
    """Add tempo and metre changes, if there are any."""
    tempos = [(start + at, bpm) for start, tune in sections for at, bpm in tune.tempos]
    if len({bpm for _, bpm in tempos}) > 1:
        points = SubElement(arrangement, "TempoAutomation", id="tempos", timeUnit="beats", unit="bpm")
        SubElement(points, "Target", parameter="tempo")
        for at, bpm in tempos:
            SubElement(points, "RealPoint", time=_number(at), value=_number(bpm), interpolation="hold")
    metres = [(start + measure.start, measure.metre) for start, tune in sections for measure in tune.measures]
    if len({metre for _, metre in metres}) > 1:
        points = SubElement(arrangement, "TimeSignatureAutomation", id="metres", timeUnit="beats")
        SubElement(points, "Target", parameter="metre")
        before = None
        for at, metre in metres:
            if metre != before:
                SubElement(points, "TimeSignaturePoint", {"time": _number(at), **_pair(metre)})
            before = metre


def _pair(metre: Metre) -> dict[str, str]:
    return {"numerator": str(metre.numerator), "denominator": str(metre.denominator)}


def _colour(number: int, count: int) -> str:
    """Return a colour from blue (the first) over grey to orange (the last)."""
    share = number / (count - 1) if count > 1 else 0.0
    low, high, part = (_LOW, _MIDDLE, 2 * share) if share <= 0.5 else (_MIDDLE, _HIGH, 2 * share - 1)
    return "#" + "".join(f"{round(a + (b - a) * part):02x}" for a, b in zip(low, high, strict=True))


def _number(value: Fraction | float) -> str:
    return repr(float(value))
