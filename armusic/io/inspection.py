"""The contents of a file, the measures that a model can edit, and why it cannot edit the others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

import numpy as np

from armusic.errors import ArmusicError, MusicError
from armusic.files import counted, label
from armusic.io import readers
from armusic.io.readers.options import Reading, Remark
from armusic.music import keys, smf, tokenizer
from armusic.music.pitch_frame import FRAMES
from armusic.music.score import Tune

_BESIDE = {smf.LYRIC: "lyric", smf.MARKER: "marker", smf.TEXT: "text"}
_SHOWN_METRES = 6

Further = Callable[[Tune], dict[str, str]]
"""tune -> names and texts of facts"""


@dataclass(frozen=True, slots=True)
class PartLine:
    """A part of a MIDI file.

    Parameters
    ----------
    track, channel : int
        Numbers, from 1.
    name : str
        Name of the track.
    program : int
        MIDI program, from 1.
    notes, low, high : int
        Number of notes, and their lowest and highest pitch.
    together : float
        Share of the notes that start while another one sounds, 0..1.
    melody : float, optional
        Likeness to a melody, 0..1; None for drums.
    """

    track: int
    channel: int
    name: str
    program: int
    notes: int
    low: int
    high: int
    together: float
    melody: float | None


@dataclass(frozen=True, slots=True)
class Inspection:
    """Contents of a file.

    Parameters
    ----------
    source : str
        Name of the file.
    facts : dict of str to str
        Format, length, metres and tempo of the file; key, range and measures of the tune.
    parts : tuple of PartLine
        Parts of a MIDI file, or of a score with several voices.
    remarks : tuple of str
        Choices, omissions and corrections of the reader.
    refused : str
        Reason why it cannot be used; empty if it can.
    unchanged : str
        Measures that a model leaves as they are, and why; empty if there are none.
    """

    source: str
    facts: dict[str, str]
    parts: tuple[PartLine, ...] = ()
    remarks: tuple[str, ...] = ()
    refused: str = ""
    unchanged: str = ""


def inspect(
    path: str | Path, reading: Reading | None = None, frame: str = "anchored", further: Further | None = None
) -> Inspection:
    """Return the contents of a file, and the measures that a model can edit.

    Parameters
    ----------
    path : path
        A MIDI, ABC or MusicXML file.
    reading : Reading, optional
        Options of reading.
    frame : {"anchored", "absolute"}
        Pitch frame of the model.
    further : callable, optional
        Returns more facts of the tune, where it can be used.

    Raises
    ------
    UsageError
        For an option that does not fit the file, such as a track that is not there.
    MissingFileError, ReadError
        If there is no such file, or it cannot be parsed at all; the same for a file that an option names.
    """
    reading = reading or Reading()
    source = label(path)
    if not readers.is_midi(path):
        return _of_score(path, source, reading, frame, further)
    from armusic.io.readers import midi

    remarks: list[Remark] = []
    file = midi.events_of(path, reading, remarks)
    facts, parts = _facts(file), _parts(file)
    try:
        tune = midi.tune_of(file, source, reading, remarks)
    except MusicError as error:
        return Inspection(source, facts, parts, tuple(remark.text for remark in remarks), str(error))
    return _of_tune(source, facts, parts, tuple(remark.text for remark in remarks), tune, frame, further)


def why_not(path: str | Path, reading: Reading, frame: str = "anchored") -> str:
    """Return why the melody that a reading names cannot be edited, without the file's name; empty if it can be.

    Parameters
    ----------
    path : path
        A MIDI, ABC or MusicXML file.
    reading : Reading
        Options of reading; `track` names the melody.
    frame : {"anchored", "absolute"}
        Pitch frame of the model.
    """
    try:
        inspection = inspect(path, reading, frame)
    except ArmusicError as error:
        return str(error).removeprefix(f"{label(path)}: ")
    if inspection.refused:
        return inspection.refused.removeprefix(f"{inspection.source}: ")
    return f"no measure can change: {inspection.unchanged}" if inspection.facts["used"].startswith("0 of ") else ""


def _of_score(path: str | Path, source: str, reading: Reading, frame: str, further: Further | None) -> Inspection:
    """Return the contents of an ABC or MusicXML file; its parts, if there is more than one voice."""
    remarks: list[Remark] = []
    try:
        tune = readers.read_with_remarks(path, reading, remarks)
    except MusicError as error:
        return Inspection(source, {}, (), tuple(remark.text for remark in remarks), str(error))
    parts = _parts(tune.origin.file) if tune.origin else ()
    return _of_tune(source, {}, parts, tuple(remark.text for remark in remarks), tune, frame, further)


def _facts(file: smf.MidiData) -> dict[str, str]:
    """Return the format, length, tempos and other events of a MIDI file."""
    from armusic.io.readers import midi

    tempos = midi.tempos_of(file)
    last = max((track[-1].tick for track in file.tracks if track), default=0)
    seconds = float(tempos.to_seconds(np.array([last]))[0])
    paces = 60 / (tempos.slopes * file.ticks_per_quarter)
    turns = int((np.diff(paces) != 0).sum())
    signatures = [str(signature) for signature in midi.signatures_of(file)[0]]
    changes = [name for name, _ in groupby(signatures)]
    more = f", ... ({len(changes)} in all)" if len(changes) > _SHOWN_METRES else ""
    events = Counter(event.status for track in file.tracks for event in track)
    beside = [counted(events[status], name) for status, name in _BESIDE.items() if events[status]]
    pedal = sum(
        e.data[0] == 64
        for t in file.tracks
        for e in t
        if e.status & 0xF0 == smf.CONTROL_CHANGE and e.status < smf.SYSEX
    )
    controllers = sum(n for status, n in events.items() if smf.CONTROL_CHANGE <= status < smf.PROGRAM_CHANGE)
    if controllers:
        beside.append(counted(controllers, "controller") + (f" ({pedal} of the sustain pedal)" if pedal else ""))
    return {
        "file": f"MIDI of type {file.type}, {counted(len(file.tracks), 'track')},"
        f" {file.ticks_per_quarter} ticks per quarter note",
        "length": f"{round(seconds) // 60}:{round(seconds) % 60:02}",
        "tempo": f"{paces[0]:.4g} quarter notes a minute"
        + (f", {counted(turns, 'change')}, {paces.min():.4g} to {paces.max():.4g}" if turns else ""),
        "time signatures": ", ".join(changes[:_SHOWN_METRES]) + more,
        "besides notes": ", ".join(beside) or "nothing",
    }


def _parts(file: smf.MidiData) -> tuple[PartLine, ...]:
    from armusic.io.readers import midi

    parts = midi.parts_of(file)
    scores = midi.likeness(parts, file.ticks_per_quarter, midi.words_of(file)).tolist()
    return tuple(
        PartLine(
            part.track + 1,
            part.channel + 1,
            part.name,
            part.program + 1,
            len(part.pitch),
            int(part.pitch.min()),
            int(part.pitch.max()),
            float((np.maximum.accumulate(part.end)[:-1] > part.start[1:]).mean()) if len(part.pitch) > 1 else 0.0,
            None if part.channel == smf.DRUMS else score,
        )
        for part, score in zip(parts, scores, strict=True)
    )


def _later_keys(tune: Tune) -> str:
    """Return in words which key signatures follow the first one, and the first measure that is written in each."""
    last = tune.bars[-1]
    places = [(next((bar for bar in tune.bars if bar.start >= at), last).number, key) for at, key in tune.key_changes]
    shown = [f", {key} from measure {number}" for number, key in places[:_SHOWN_METRES]]
    return "".join(shown) + (", ..." if len(places) > len(shown) else "")


def _of_tune(
    source: str,
    facts: dict[str, str],
    parts: tuple[PartLine, ...],
    remarks: tuple[str, ...],
    tune: Tune,
    frame: str,
    further: Further | None,
) -> Inspection:
    """Return the inspection of a file that could be read, with facts on its tune."""
    pitches = [note.pitch for note in tune.notes]
    runs = [(str(metre), len(list(group))) for metre, group in groupby(tune.bars, lambda bar: bar.metre)]
    facts |= {
        "melody": f"{tune.title or source}: {counted(len(tune.notes), 'note')},"
        f" pitches {min(pitches)} to {max(pitches)}",
        "measures": ", ".join(f"{count} of {metre}" for metre, count in runs[:_SHOWN_METRES]),
        "key": f"{keys.find(tune)}" + ("" if tune.key else " (by its notes)") + _later_keys(tune),
    }
    try:
        tokens = tokenizer.encode(tune)
    except ArmusicError as error:
        return Inspection(source, facts, parts, remarks, str(error))
    framed = FRAMES[frame]
    _, within = framed.enter(tokens, framed.registers(tokens))
    onset = tokenizer.is_onset(tokens)
    sounds = np.array([onset[list(bar.rows)].any() for bar in tune.bars])
    inside = np.array([within[list(bar.rows)].all() for bar in tune.bars])
    used = int((sounds & inside).sum())
    passing = sum(passage.last - passage.first + 1 for passage in tune.passages)
    unused = [f"{int((~sounds).sum())} without a note"] if (~sounds).any() else []
    wide = [bar.number for bar, sounding, fits in zip(tune.bars, sounds, inside, strict=True) if sounding and not fits]
    if wide:
        numbers = ", ".join(map(str, wide[:_SHOWN_METRES]))
        unused.append(f"{len(wide)} of too wide a range ({numbers})")
    unchanged = f"left as they are: {', '.join(unused)}" if unused else ""
    others = [f"{passing} that no model can edit"] if passing else []
    why = f"; left as they are: {', '.join([*unused, *others])}" if unused or others else ""
    facts["used"] = f"{used} of {len(sounds) + passing} measures{why}"
    facts |= further(tune) if further else {}
    return Inspection(source, facts, parts, remarks, unchanged=unchanged)
