"""What stands side by side in a DAW: the tunes, and all other parts of the file around them, in its own beats.

Times are beats (quarter notes) of the file, also in passages that are not in the tune, and where the beats of the
tune were given: so everything stays where it was.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from armusic.files import one_line
from armusic.io.readers.midi.measures import UNITS
from armusic.io.readers.midi.meta import merged, signatures_of, tempos_of
from armusic.io.readers.midi.parts import Part, parts_of, text_of
from armusic.io.readers.midi.tune import bpm
from armusic.io.writers import in_place
from armusic.io.writers.layout import CHANNELS, Named, name_of, plain
from armusic.music import smf
from armusic.music.score import Origin
from armusic.music.smf import MidiData

CONTROLLER, PRESSURE, BEND = "channelController", "channelPressure", "pitchBend"
_CHANNEL_PRESSURE = 0xD0
_TOP, _TOP_BEND = 127, 16_383
_SWITCHES = 120  # controllers from here on are commands, not values

Played = tuple[float, float, int, int]
"""Start and length of a note in beats, its pitch and velocity."""


@dataclass(frozen=True, slots=True)
class Moves:
    """A controller, the pressure or the pitch bend of a clip.

    Parameters
    ----------
    kind : str
        `channelController`, `channelPressure` or `pitchBend`.
    number : int
        Number of the controller.
    values : tuple of (float, float)
        Beats, and values 0..1.
    """

    kind: str
    number: int
    values: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Strip:
    """A track of a DAW with one clip from the start to the end.

    Parameters
    ----------
    name : str
        Name on one line.
    channel, program : int
        MIDI channel and program, from 0.
    notes : sequence of Played
        Notes in the order in which they start.
    moves : tuple of Moves
        Controllers.
    tune : int, optional
        Index of the tune that it is; None for another part of the file.
    """

    name: str
    channel: int
    program: int
    notes: Sequence[Played]
    moves: tuple[Moves, ...] = ()
    tune: int | None = None


@dataclass(frozen=True, slots=True)
class Arrangement:
    """Everything in a file, with tunes in the melody's place.

    Parameters
    ----------
    strips : tuple of Strip
        Tracks, in the file's order.
    end : float
        Last bar line, in beats.
    tempos : tuple of (float, float)
        Beats, and quarter notes per minute.
    metres : tuple of (float, int, int)
        Beats, and the numbers of a time signature.
    markers : tuple of (float, str)
        Beats and texts.
    measures : tuple of float
        Beats at which the measures of the tunes start.
    lyrics : int
        Number of syllables.
    """

    strips: tuple[Strip, ...]
    end: float
    tempos: tuple[tuple[float, float], ...]
    metres: tuple[tuple[float, int, int], ...]
    markers: tuple[tuple[float, str], ...]
    measures: tuple[float, ...]
    lyrics: int


def arrange(tunes: Named, origin: Origin, place: int) -> Arrangement:
    """Return a file with tunes side by side in the place of its melody; that at `place` is in the melody's own track.

    Parameters
    ----------
    tunes : sequence of (str, Tune)
        Variations of the melody, with their names.
    origin : Origin
        Source of the melody.
    place : int
        Index of the melody itself.
    """
    file, homes = in_place.assemble([(plain(name), tune) for name, tune in tunes], origin, CHANNELS, place=place)
    file, end = in_place.closed(file, origin)
    ticks = file.ticks_per_quarter
    tune_at = {track: index for index, track in enumerate(homes)}
    strips, parts = [], parts_of(file)
    for part in parts:
        index = tune_at.get(part.track)
        if index is not None and index == place and part.channel != origin.channel:
            index = None  # another part on the melody's track
        if index is None:
            before = sum(home < part.track for number, home in enumerate(homes) if number != place)
            name = name_of(part, part.track - before, several=sum(other.track == part.track for other in parts) > 1)
        else:
            name = one_line(tunes[index][0])
        strips.append(_strip(file, part, name, index))
    scale = Fraction(ticks, origin.file.ticks_per_quarter)
    tempos = tempos_of(file)
    return Arrangement(
        tuple(strips),
        end / ticks,
        tuple(
            (tick / ticks, bpm(max(round(slope * ticks * 1e6), 1)))
            for tick, slope in zip(tempos.ticks.tolist(), tempos.slopes.tolist(), strict=True)
        ),
        tuple((at / UNITS / ticks, numerator, denominator) for at, numerator, denominator in signatures_of(file)[0]),
        tuple((tick / ticks, text) for tick, data in merged(file, smf.MARKER) if (text := text_of(data))),
        tuple(float(_tick(measure.start, origin) * scale / ticks) for measure in tunes[0][1].measures),
        sum(1 for _ in merged(file, smf.LYRIC)),
    )


def side_by_side(tunes: Named, measures: Sequence[float] = ()) -> Arrangement:
    """Return tunes that are not from one file as tracks; tempos and metres are the first one's.

    Parameters
    ----------
    tunes : sequence of (str, Tune)
        Tunes with their names, and with the passages that they left out.
    measures : sequence of float
        Beats at which the measures start that are no passages.
    """
    first = tunes[0][1]
    strips = [
        Strip(
            one_line(name),
            0,
            tune.program,
            [(float(note.start), float(note.duration), note.pitch, note.velocity) for note in tune.notes],
            tune=index,
        )
        for index, (name, tune) in enumerate(tunes)
    ]
    return Arrangement(
        tuple(strips),
        float(first.end),
        tuple((float(at), rate) for at, rate in first.tempos),
        tuple((float(bar.start), bar.metre.numerator, bar.metre.denominator) for bar in first.bars),
        (),
        tuple(measures),
        0,
    )


def _tick(at: Fraction, origin: Origin) -> Fraction:
    """Return a quarter note of the tune as a tick of its file."""
    quarter, first, rate = max((line for line in origin.clock if line[0] <= at), default=origin.clock[0])
    return first + (at - quarter) * rate


def _strip(file: MidiData, part: Part, name: str, index: int | None) -> Strip:
    ticks = file.ticks_per_quarter
    columns = (part.start, part.end, part.pitch, part.velocity)
    notes = [
        (start / ticks, (end - start) / ticks, pitch, velocity)
        for start, end, pitch, velocity in zip(*(column.tolist() for column in columns), strict=True)
        if end > start
    ]
    values: defaultdict[tuple[str, int], list[tuple[float, float]]] = defaultdict(list)
    for event in file.tracks[part.track]:
        if event.status >= smf.SYSEX or event.status & 0x0F != part.channel:
            continue
        kind = event.status & 0xF0
        if kind == smf.CONTROL_CHANGE and event.data[0] < _SWITCHES:
            values[CONTROLLER, event.data[0]].append((event.tick / ticks, event.data[1] / _TOP))
        elif kind == _CHANNEL_PRESSURE:
            values[PRESSURE, 0].append((event.tick / ticks, event.data[0] / _TOP))
        elif kind == smf.PITCH_BEND:
            values[BEND, 0].append((event.tick / ticks, (event.data[0] + (event.data[1] << 7)) / _TOP_BEND))
    moves = tuple(Moves(kind, number, tuple(points)) for (kind, number), points in sorted(values.items()))
    return Strip(name, part.channel, part.program, notes, moves, index)
