"""Write tunes as a DAWproject, the open exchange format of Bitwig Studio, Studio One, Cubase and others.

A zip archive with two XML documents. `tracks`: a coloured track per tune with one clip, all from
the start, and all but the input itself muted; `sequence`: one track, a clip per tune and a marker at each;
`clips`: a scene per tune. The other parts of the file around a tune come along, with its markers and tempos, but
for a sequence, which is the melody alone. The values of attributes are in the comment of each clip, and in markers: at
each tune of a sequence; for tracks at each measure, in the order of the tracks.

Source
------
DAWproject 1.0 (https://github.com/bitwig/dawproject), Project.xsd and MetaData.xsd.
"""

from __future__ import annotations

import logging
import zipfile
from collections.abc import Sequence
from importlib.metadata import version
from itertools import accumulate
from pathlib import Path
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

import numpy as np

from armusic.errors import UsageError
from armusic.files import atomic_path, label, one_line
from armusic.io.writers import in_place, passages
from armusic.io.writers.arrangement import Arrangement, Strip, arrange, side_by_side
from armusic.io.writers.dawproject_clips import GREY, automate, clip_of, colour, text_of
from armusic.io.writers.layout import Named, check_together, place_of, say_left_out, say_sequence
from armusic.music.attributes.table import Measure, of_tunes
from armusic.music.attributes.table import attributes as of_grid
from armusic.music.score import Tune
from armusic.shapes import Float

Table = Float[np.ndarray, "_ attribute"]  # a row per measure

_DATE = (1980, 1, 1, 0, 0, 0)  # the oldest that zip archives have: the same tunes give the same bytes

log = logging.getLogger(__name__)


def write(
    tunes: Named,
    path: str | Path,
    *,
    layout: str = "tracks",
    force: bool = False,
    attributes: Sequence[str] = (),
    original: str | None = None,
    measure: Measure = of_grid,
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
    original : str, optional
        Name of the tune that is the input itself, and sounds: see `layout.place_of`.
    measure : callable
        Function that measures the attributes of a tune.

    Raises
    ------
    UsageError
        For tracks whose measures differ, an unknown layout, or an unknown attribute.
    WriteError
        If the file exists and `force` is not set, or if it cannot be written.
    """
    if layout not in ("tracks", "sequence", "clips"):
        raise UsageError(f"layout {layout!r} is not known: use one of tracks, sequence, clips")
    root = project(tunes, layout, attributes, source=label(path), original=original, measure=measure)
    meta = Element("MetaData")
    SubElement(meta, "Title").text = one_line(tunes[0][1].title or tunes[0][0])
    with atomic_path(path, force) as temporary, zipfile.ZipFile(temporary, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, element in (("metadata.xml", meta), ("project.xml", root)):
            ElementTree.indent(element)
            data = ElementTree.tostring(element, encoding="UTF-8", xml_declaration=True)
            archive.writestr(zipfile.ZipInfo(name, _DATE), data, zipfile.ZIP_DEFLATED)


def project(
    tunes: Named,
    layout: str = "tracks",
    attributes: Sequence[str] = (),
    *,
    source: str = "project",
    original: str | None = None,
    measure: Measure = of_grid,
) -> Element:
    """Return the root element of a project; `source` is its name in messages.

    Examples
    --------
    >>> from fractions import Fraction
    >>> from armusic.music.score import Measure, Metre, Note, Tune
    >>> tune = Tune((Note(Fraction(0), Fraction(1), 60),), (Measure(Fraction(0), Metre(2, 4)),))
    >>> [note.get("key") for note in project([("one", tune), ("two", tune)]).iter("Note")]
    ['60', '60']
    """
    names, values = of_tunes([tune for _, tune in tunes], attributes, measure)
    comments = [_comment(names, table) for table in values]
    place = place_of(tunes, original)
    origin = in_place.around(tunes)
    if layout == "sequence":
        say_sequence(tunes, source)
    else:
        say_left_out(tunes, origin, source, "clips in MIDI keep them")
    around = None if layout == "sequence" else origin
    played = passages.whole(tunes, around)
    if layout == "tracks":
        check_together(played, source)
    if around:
        whole = arrange(tunes, around, place)
    else:
        whole = side_by_side(played, [float(start) for start in passages.starts(tunes[0][1])])
    if whole.lyrics:
        syllables = "1 syllable is" if whole.lyrics == 1 else f"{whole.lyrics} syllables are"
        log.warning("%s: a DAWproject has no lyrics: %s left out", source, syllables)
    title = one_line(tunes[0][1].title or tunes[0][0])
    root = Element("Project", version="1.0")
    SubElement(root, "Application", name="armusic", version=version("armusic"))
    transport = SubElement(root, "Transport")
    structure = SubElement(root, "Structure")
    arrangement = SubElement(root, "Arrangement", id="arrangement")
    lanes = SubElement(arrangement, "Lanes", id="lanes", timeUnit="beats")

    columns = [strip for strip in whole.strips if layout == "tracks" or strip.tune in (None, place)]
    for number, strip in enumerate(columns):
        name = strip.name if layout == "tracks" or strip.tune is None else title
        look = _look(strip, len(tunes) if layout == "tracks" else 1)
        muted = layout == "tracks" and strip.tune not in (None, place)
        _track(structure, f"track{number}", name, look, "regular", muted=muted)
    _track(structure, "master", "Master", GREY, "master")

    ends = [whole.end if around and layout == "clips" else float(tune.end) for _, tune in played]
    starts = [0.0] * len(tunes)
    if layout == "sequence":
        starts = list(accumulate(ends[:-1], initial=0.0))
    if layout == "clips":
        _scenes(root, list(zip(tunes, ends, strict=True)), whole, columns, comments)
    else:
        for number, strip in enumerate(columns):
            lane = SubElement(lanes, "Lanes", id=f"lane{number}", track=f"track{number}")
            clips = SubElement(lane, "Clips", id=f"clips{number}")
            for member in [strip] if layout == "tracks" else whole.strips:
                comment = "" if member.tune is None else comments[member.tune]
                end = whole.end if layout == "tracks" or member.tune is None else ends[member.tune]
                start = 0.0 if member.tune is None else starts[member.tune]
                clips.append(clip_of(member, start, end, _look(member, len(tunes)), comment))
    marks: dict[float, list[str]] = {}
    for start, text in [*whole.markers, *_markers(tunes, layout, whole, starts, names, values)]:
        marks.setdefault(max(start, 0.0), []).append(text)  # a pickup of its own begins before 0
    if marks:
        markers = SubElement(arrangement, "Markers", id="markers", timeUnit="beats")
        for start, texts in sorted(marks.items()):
            SubElement(markers, "Marker", time=text_of(start), name="; ".join(texts))
    sections = [side_by_side([pair]) for pair in played] if layout == "sequence" else [whole]
    automate(transport, arrangement, list(zip(starts, sections, strict=False)), source)
    return root


def _look(strip: Strip, count: int) -> str:
    return GREY if strip.tune is None else colour(strip.tune, count)


def _scenes(
    root: Element,
    tunes: Sequence[tuple[tuple[str, Tune], float]],
    whole: Arrangement,
    columns: Sequence[Strip],
    comments: Sequence[str],
) -> None:
    """Add a scene per tune and its end, with the clips of the other parts."""
    scenes = SubElement(root, "Scenes")
    of_tune = {strip.tune: strip for strip in whole.strips if strip.tune is not None}
    for number, ((name, _), end) in enumerate(tunes):
        scene = SubElement(scenes, "Scene", id=f"scene{number}", name=one_line(name))
        inside = SubElement(scene, "Lanes", id=f"scene{number}lanes", timeUnit="beats")
        for track, column in enumerate(columns):
            strip = column if column.tune is None else of_tune[number]
            identity = f"scene{number}slot{track}"
            slot = SubElement(inside, "ClipSlot", id=identity, track=f"track{track}", hasStop="true")
            comment = "" if strip.tune is None else comments[number]
            slot.append(clip_of(strip, 0.0, end, _look(strip, len(tunes)), comment))


def _track(structure: Element, identity: str, name: str, look: str, role: str, *, muted: bool = False) -> None:
    content = "notes" if role == "regular" else "audio notes"
    track = SubElement(structure, "Track", id=identity, name=name, color=look, contentType=content, loaded="true")
    channel = SubElement(track, "Channel", id=f"{identity}channel", role=role, audioChannels="2", solo="false")
    if role == "regular":
        channel.set("destination", "masterchannel")
    if muted:
        SubElement(channel, "Mute", id=f"{identity}mute", value="true")


def _comment(names: Sequence[str], values: Table) -> str:
    return "; ".join(
        f"{name} of each measure: {' '.join(f'{value:.2f}' for value in column)}"
        for name, column in zip(names, values.T, strict=True)
    )


def _markers(
    tunes: Named,
    layout: str,
    whole: Arrangement,
    starts: Sequence[float],
    names: Sequence[str],
    values: Sequence[Table],
) -> list[tuple[float, str]]:
    """Return markers: at the tunes of a sequence; with attributes, at the measures of tracks."""
    marks: list[tuple[float, str]] = []
    if layout == "sequence":
        for (name, _), start, table in zip(tunes, starts, values, strict=False):
            means = [f"{attribute} {mean:.2f}" for attribute, mean in zip(names, table.mean(axis=0), strict=True)]
            marks.append((start, ": ".join([one_line(name), *([", ".join(means)] if means else [])])))
    elif names and layout == "tracks":
        for row, start in enumerate(whole.measures):
            columns = [[f"{table[row, column]:.2f}" for table in values] for column in range(len(names))]
            text = "; ".join(f"{name} {' '.join(column)}" for name, column in zip(names, columns, strict=True))
            marks.append((start, text))
    return marks
