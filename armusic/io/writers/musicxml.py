"""Write tunes as MusicXML, for notation programs: a part per tune, or one part with a rehearsal mark at each.

Beats are visible, accidentals follow the key and beams the metre, and a pickup is a short measure.
A tune without a key signature gets the one that fits its notes best. The other parts of the file around a tune stand
beside it, drums among them, with its markers and lyrics, but for a sequence, which is the melody alone.

Source
------
MusicXML 4.0 (W3C Music Notation Community Group, 2021), score-partwise.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from math import lcm
from pathlib import Path
from statistics import median, quantiles
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from armusic.files import atomic_path, label, one_line
from armusic.io.writers import band, in_place
from armusic.io.writers.layout import Named, check_together, keys_of, place_of, say_left_out, say_moved, say_sequence
from armusic.io.writers.musicxml_notes import add
from armusic.io.writers.musicxml_parts import BASS, PERCUSSION, TREBLE, Part, Section, add_part
from armusic.io.writers.notation import Padding, WrittenMeasure, notate, padding_of
from armusic.io.writers.passages import filled
from armusic.io.writers.voices import voices
from armusic.music.score import Key, Note, Origin, Tune

LEAST_DIVISIONS = 96  # of a quarter note: 128th notes and those of triplets are whole numbers
MOST_DIVISIONS = 16_383  # that the standard recommends

_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE score-partwise PUBLIC'
    ' "-//Recordare//DTD MusicXML 4.0 Partwise//EN" "http://www.musicxml.org/dtds/partwise.dtd">\n'
)
_BASS = 55  # below this median pitch a part is written in the bass clef
_MIDDLE = 60  # where two staves are divided
_WIDE = 24  # semitones, without a tenth of the notes at each end, that need two staves

log = logging.getLogger(__name__)


def write(
    tunes: Named, path: str | Path, *, layout: str = "tracks", force: bool = False, original: str | None = None
) -> None:
    """Write named tunes as one MusicXML file.

    Parameters
    ----------
    tunes : sequence of (str, Tune)
        Tunes with their names, at least one.
    path : path
        Output file, which appears once it is complete.
    layout : {"tracks", "sequence"}
        `tracks`: a part per tune. `sequence`: one part, a rehearsal mark at the start of each tune.
    force : bool
        Whether an existing file may be replaced.
    original : str, optional
        Name of the tune that is the input itself, and has its lyrics: see `layout.place_of`.

    Raises
    ------
    UsageError
        For parts whose measures differ.
    WriteError
        If the file exists and `force` is not set, or if it cannot be written.
    """
    root = score(tunes, layout, label(path), whole=True, original=original)
    ElementTree.indent(root)
    text = _HEAD + ElementTree.tostring(root, encoding="unicode") + "\n"
    with atomic_path(path, force) as temporary:
        temporary.write_text(text, encoding="utf-8")


def score(
    tunes: Named,
    layout: str = "tracks",
    source: str = "score",
    *,
    whole: bool = False,
    original: str | None = None,
) -> Element:
    """Return tunes as the root element of a MusicXML score; `source` is its name in messages.

    With `whole`, the other parts of the file around them come along.

    Examples
    --------
    >>> from armusic.music.score import Measure, Metre, Note, Tune
    >>> scale = tuple(Note(Fraction(beat), Fraction(1), 60 + 2 * beat) for beat in range(2))
    >>> root = score([("one", Tune(scale, (Measure(Fraction(0), Metre(2, 4)),)))])
    >>> [step.text for step in root.iter("step")]
    ['C', 'D']
    """
    origin = None
    if whole:
        own = tunes
        if layout == "tracks" and (origin := in_place.around(tunes)):
            tunes = [(name, replace(tune, origin=origin)) for name, tune in tunes]
        tunes = filled(tunes, source, alone=layout == "sequence")
        origin = in_place.around(tunes)
        if layout == "sequence":
            say_sequence(own, source, notation=True)
        else:
            say_left_out(own, origin, source, "the layout clips keeps them")
    if layout == "tracks":
        check_together(tunes, source)
    title = tunes[0][1].title or tunes[0][0]
    parts = (
        _sequence(tunes, title) if layout == "sequence" else _tracks(tunes, origin, place_of(tunes, original), source)
    )
    written = [
        measure
        for part in parts
        for section in part.sections
        for staff in section.staves
        for voice in staff
        for measure in voice
    ]
    say_moved(source, sum(measure.moved for measure in written))
    units = {symbol.duration.denominator for measure in written for symbol in measure.symbols}
    divisions = lcm(LEAST_DIVISIONS, *units)
    divisions = divisions if divisions <= MOST_DIVISIONS else lcm(*units)
    root = Element("score-partwise", version="4.0")
    add(add(root, "work"), "work-title", one_line(title))
    add(add(add(root, "identification"), "encoding"), "software", "armusic")
    entries = add(root, "part-list")
    for number, part in enumerate(parts, 1):
        add_part(root, entries, part, f"P{number}", divisions)
    return root


def _sequence(tunes: Named, title: str) -> list[Part]:
    """Return one part; only its first tune has a pickup, and only the last ends short."""
    last = len(tunes) - 1
    sections = []
    for index, ((name, tune), key) in enumerate(zip(tunes, keys_of(tunes), strict=True)):
        padding = padding_of(tune, front=not index, back=index == last)
        sections.append(Section(name, [[notate(tune, key, padding=padding)]], tune.tempos))
    return [Part(title, tunes[0][1].program, [_clef([tune for _, tune in tunes])], sections)]


def _clef(tunes: Sequence[Tune]) -> tuple[str, str]:
    pitches = [note.pitch for tune in tunes for note in tune.notes]
    return BASS if pitches and median(pitches) < _BASS else TREBLE


def _tracks(tunes: Named, origin: Origin | None, place: int, source: str) -> list[Part]:
    """Return a part per tune, in the midst of those of the file around them; the first has tempos and markers."""
    before, behind = band.band(origin) if origin else ([], [])
    keys = keys_of(tunes)
    clef = _clef([tune for _, tune in tunes])
    frame = tunes[place][1]
    padding = padding_of(*(tune for _, tune in tunes), *(_edges(player.notes, frame) for player in (*before, *behind)))
    lyrics = dict(band.lyrics(origin)) if origin else {}
    parts = [_beside(player, frame, keys[place], padding) for player in before]
    for index, ((name, tune), key) in enumerate(zip(tunes, keys, strict=True)):
        syllables = lyrics if index == place else {}
        section = Section(name, [[notate(tune, key, padding=padding)]], syllables=syllables)
        parts.append(Part(name, tune.program, [clef], [section]))
    parts += [_beside(player, frame, keys[place], padding) for player in behind]
    marks = band.markers(origin) if origin else []
    first = parts[0].sections[0]
    parts[0] = replace(parts[0], sections=[replace(first, tempos=tunes[0][1].tempos, marks=marks)])
    _say(tunes[place][1], before + behind, lyrics, source)
    return parts


def _start(note: Note) -> Fraction:
    return note.start


def _end(note: Note) -> Fraction:
    return note.end


def _edges(notes: Sequence[Note], frame: Tune) -> Tune:
    """Return a tune with the first start and the last end of notes, which may overlap."""
    first, last = min(notes, key=_start), max(notes, key=_end)
    return replace(frame, notes=(replace(first, duration=last.end - first.start),))


def _beside(player: band.Player, frame: Tune, key: Key, padding: Padding) -> Part:
    """Return another part of the file: of two staves where it is wide."""
    pitches = [note.pitch for note in player.notes]
    low, *_, high = quantiles(pitches, n=10) if len(pitches) > 1 else pitches * 2
    if player.drums:
        clefs, staves = [PERCUSSION], [player.notes]
    elif high - low > _WIDE:
        clefs = [TREBLE, BASS]
        staves = [tuple(n for n in player.notes if (n.pitch >= _MIDDLE) == upper) for upper in (True, False)]
    else:
        clefs, staves = [BASS if median(pitches) < _BASS else TREBLE], [player.notes]
    return Part(
        player.name,
        player.program,
        clefs,
        [Section(player.name, [list(_voices(player, notes, frame, key, padding)) for notes in staves])],
        player.drums,
    )


def _voices(
    player: band.Player, notes: Sequence[Note], frame: Tune, key: Key, padding: Padding
) -> Iterator[list[WrittenMeasure]]:
    """Yield the written voices of a staff, at least one; a staff of drums has no key signature."""
    for voice in voices(notes)[0] or [[]]:
        measures = notate(replace(frame, notes=tuple(voice)), key, padding=padding)
        yield [replace(written, key=Key(0)) for written in measures] if player.drums else measures


def _say(tune: Tune, players: Sequence[band.Player], lyrics: dict[Fraction, str], source: str) -> None:
    """Log what was changed in the other parts, and lyrics that no note has."""
    if moved := sum(player.moved for player in players):
        log.warning("%s: %d notes of the other parts are written on sixteenths or triplets", source, moved)
    starts = {note.start for note in tune.notes}
    if missing := sum(at not in starts for at in lyrics):
        log.warning("%s: %d of %d syllables of lyrics have no note, and are left out", source, missing, len(lyrics))
