"""The other tracks of a tune's file, in the tune's time, as the page plays them beside it."""

from __future__ import annotations

import numpy as np

from armusic.io.readers.midi.parts import Part, parts_of, sustained
from armusic.io.writers.band import quarters
from armusic.io.writers.layout import name_of
from armusic.music import smf
from armusic.music.score import Origin, Tune
from armusic.studio.schemas import Note, OtherTrack

MAX_NOTES = 12_000  # of all other tracks: about half a megabyte of a page's memory
_LEAST = 1e-6  # quarter notes: what is shorter lies in a passage that the tune leaves out
_DIGITS = 6


def others(tune: Tune, limit: int = MAX_NOTES) -> tuple[list[OtherTrack], list[str]]:
    """Return the tracks around a tune that have notes in its measures, and a remark if some are left out.

    Parameters
    ----------
    tune : Tune
        The tune; with an origin where its file has more than it.
    limit : int
        Number of notes of all tracks together: a track that would exceed it is left out.
    """
    if tune.origin is None:
        return [], []
    tracks: list[OtherTrack] = []
    left_out: list[str] = []
    room = limit
    parts = parts_of(tune.origin.file)
    for part in parts:
        if (part.track, part.channel) == (tune.origin.track, tune.origin.channel):
            continue
        track = _track(part, tune.origin, several=sum(other.track == part.track for other in parts) > 1)
        if len(track.notes) > room:
            left_out.append(track.name)
        elif track.notes:
            tracks.append(track)
            room -= len(track.notes)
    if not left_out:
        return tracks, []
    return tracks, [f"not played along, as the page plays up to {limit} notes of other tracks: {', '.join(left_out)}"]


def _track(part: Part, origin: Origin, *, several: bool) -> OtherTrack:
    """Return the notes of a part that sound within the tune's measures, cut where these end."""
    part, _ = sustained(origin.file, part)
    bars = np.array([float(measure.start) for measure in origin.measures])
    start, stop = (quarters(ticks, origin) for ticks in (part.start, part.end))
    stop = np.minimum(stop, float(origin.measures[-1].end))
    inside = stop > start + _LEAST
    start, stop = start[inside].round(_DIGITS), stop[inside].round(_DIGITS)
    return OtherTrack(
        name=name_of(part, part.track, several=several),
        program=part.program,
        drums=part.channel == smf.DRUMS,
        notes=[
            Note(start=begin, duration=round(end - begin, _DIGITS), pitch=pitch, velocity=max(velocity, 1), measure=row)
            for begin, end, pitch, velocity, row in zip(
                start.tolist(),
                stop.tolist(),
                part.pitch[inside].tolist(),
                part.velocity[inside].tolist(),
                np.searchsorted(bars, start + _LEAST, side="right").tolist(),
                strict=True,
            )
        ],
    )
