"""`POST /api/notes`: from a request to a reply, without a session; the last tunes and their candidates are kept."""

from __future__ import annotations

from dataclasses import dataclass, field
from importlib.metadata import version
from threading import Lock
from time import perf_counter

import numpy as np

from armusic.api import turning
from armusic.api.model import Model
from armusic.api.turning import Answer, Order
from armusic.editing.kept import Kept
from armusic.inference.checkpoint import Checkpoint
from armusic.io import clip as clips
from armusic.io.clip import Clip, ReadClip
from armusic.studio.note_schemas import (
    API,
    ClipNote,
    NotesAnswer,
    NotesMean,
    NotesMeasure,
    NotesReply,
    NotesRequest,
)

MOST = 8  # clips that are kept
_DIGITS = 6  # decimals of values


@dataclass(slots=True)
class Desk:
    """What is kept from one request to the next: the last clips, and the candidates for them."""

    clips: list[ReadClip] = field(default_factory=list)
    kept: Kept = field(default_factory=Kept)
    _lock: Lock = field(default_factory=Lock)

    def read(self, clip: Clip) -> ReadClip:
        """Return a clip as it is read, from those that are kept if it is there: its candidates are then kept too."""
        with self._lock:
            for place, other in enumerate(self.clips):
                if other.clip == clip:
                    self.clips.append(self.clips.pop(place))
                    return other
        music = clips.read(clip)
        with self._lock:
            self.clips = [*self.clips, music][-MOST:]
        return music


def reply(desk: Desk, checkpoint: Checkpoint, request: NotesRequest) -> NotesReply:
    """Return the variations that a request asks for.

    Raises
    ------
    ArmusicError
        For notes or an order that cannot be used, in one line.
    """
    start = perf_counter()
    music = desk.read(_clip(request))
    answers, messages = turning.turn(Model(checkpoint), music.tune, _order(request), desk.kept)
    return NotesReply(
        api=API,
        armusic=version("armusic"),
        unit=request.unit,
        measures=[NotesMeasure(number=number, start=at, metre=metre) for number, at, metre in clips.measures(music)],
        answers=[_answer(music, answer) for answer in answers],
        remarks=list(dict.fromkeys([*music.remarks, *messages])),
        milliseconds=round((perf_counter() - start) * 1000, 2),
    )


def _clip(request: NotesRequest) -> Clip:
    metres = request.metre
    return Clip(
        notes=_notes(request.notes),
        beat=request.beat,
        metres=((0.0, metres),) if isinstance(metres, str) else tuple((each.start, each.metre) for each in metres),
        bar=request.bar,
        length=request.length,
        bpm=request.tempo,
        band=tuple(clips.Player(_notes(part.notes), part.name, part.drums) for part in request.band),
        chords=tuple((chord.start, chord.symbol) for chord in request.chords),
        voice=request.voice,
        quantize=request.quantize,
        groove=request.groove,
    )


def _notes(notes: list[ClipNote]) -> tuple[clips.ClipNote, ...]:
    return tuple(clips.ClipNote(note.pitch, note.start, note.duration, note.velocity) for note in notes)


def _order(request: NotesRequest) -> Order:
    low, high = request.range
    return Order(
        attributes=tuple(request.attributes),
        steps=request.steps,
        span=(low, high),
        measures=None if request.measures is None else (request.measures[0], request.measures[1]),
        key=request.key,
        each_measure=request.each_measure,
        natural=request.natural,
        keep=request.keep,
        alternatives=request.alternatives,
        seed=request.seed,
    )


def _answer(music: ReadClip, answer: Answer) -> NotesAnswer:
    columns = zip(answer.names, answer.original.T, answer.targets.T, answer.values.T, strict=True)
    return NotesAnswer(
        name=answer.name,
        step=answer.step,
        notes=[
            ClipNote(pitch=note.pitch, start=note.start, duration=note.duration, velocity=note.velocity)
            for note in music.notes(answer.tune)
        ],
        values={name: _mean(*tables, whole=answer.whole) for name, *tables in columns},
        changed=_changed(music, answer),
        unusual=list(answer.unusual),
    )


def _mean(original: np.ndarray, target: np.ndarray, value: np.ndarray, *, whole: bool) -> NotesMean:
    tables = {"original": original, "value": value} | ({} if whole else {"target": target})
    return NotesMean(
        original=round(float(original.mean()), _DIGITS),
        target=round(float(target.mean()), _DIGITS),
        value=round(float(value.mean()), _DIGITS),
        measures={name: table.round(_DIGITS).tolist() for name, table in tables.items()},
    )


def _changed(music: ReadClip, answer: Answer) -> list[str]:
    """Return the numbers of the measures in which another note sounds."""
    before, after = ({(note.start, note.end, note.pitch) for note in tune.notes} for tune in (music.tune, answer.tune))
    spans = [(start, end) for start, end, _ in before ^ after]
    return [
        str(bar.number) for bar in music.tune.bars if any(start < bar.end and end > bar.start for start, end in spans)
    ]
