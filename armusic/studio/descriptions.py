"""What a page is told of a model and of a tune."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from armusic.io import readers
from armusic.music import attributes, keys
from armusic.music.attributes import SPAN, short_name
from armusic.music.score import MODES, Key, Tune
from armusic.music.tokenizer import TICKS_PER_BEAT
from armusic.studio import exports, turns
from armusic.studio.schemas import (
    BARS,
    MOST_MEASURES,
    AttributeInfo,
    Histogram,
    MeasureInfo,
    ModelInfo,
    Scale,
    TempoChange,
)
from armusic.studio.schemas import Session as SessionInfo
from armusic.studio.security import MOST_BYTES
from armusic.studio.sessions import Bench, Session
from armusic.training.checkpoint import Checkpoint

UNITS = {
    "range": (SPAN, "semitones"),
    "contour": (SPAN, "semitones"),
    "mean_interval": (SPAN, "semitones"),
    "density": (TICKS_PER_BEAT, "notes a beat"),
}
"""In what people count those attributes that are shares."""

_ODD, _SIGNS = "locrian", 6  # keys that nobody asks for
_ENDS = (1, 99)  # percentiles of the corpus between which a slider goes


def model(checkpoint: Checkpoint, name: str, given: str | None) -> ModelInfo:
    """Return what there is to know of a model, and of what can be asked of the server."""
    forms = exports.formats()
    return ModelInfo(
        name=name,
        attributes=[_attribute(one) for one in checkpoint.config.attributes],
        keys=[str(Key(fifths, mode)) for mode in MODES if mode != _ODD for fifths in range(-_SIGNS, _SIGNS + 1)],
        formats=forms,
        score="svg" in forms,
        suffixes=list(readers.suffixes()),
        max_bytes=MOST_BYTES,
        max_measures=MOST_MEASURES,
        given=given,
    )


def session(one: Session, bench: Bench) -> SessionInfo:
    """Return a tune as it was read."""
    opened, ground = one.opened, bench.ground
    tune = opened.tune
    return SessionInfo(
        id=one.id,
        name=opened.name,
        title=tune.title or opened.name,
        summary=opened.summary,
        remarks=list(opened.remarks),
        reading=opened.reading,
        tracks=list(opened.tracks),
        key=str(keys.find(tune)),
        bpm=tune.tempos[0][1],
        tempos=[TempoChange(start=float(start), bpm=bpm) for start, bpm in tune.tempos],
        program=tune.program,
        measures=_measures(tune, ground.material.varied.tolist()),
        notes=turns.notes(tune),
        values=turns.by_name(ground.names, ground.present),
        scales={name: _scale(bench, column) for column, name in enumerate(ground.names)},
        pool=bench.pool,
    )


def _attribute(name: str) -> AttributeInfo:
    first = " ".join((attributes.get(name).__doc__ or "").strip().split("\n\n")[0].split())
    text = first.removeprefix("Return ").rstrip(".")
    factor, unit = UNITS.get(name, (1, ""))
    label = short_name(name).replace("_", " ")
    return AttributeInfo(
        name=name, label=label, description=text[:1].upper() + text[1:] or label, unit=unit, factor=factor
    )


def _measures(tune: Tune, varied: Sequence[bool]) -> list[MeasureInfo]:
    return [
        MeasureInfo(
            start=float(one.start),
            length=float(one.metre.length),
            metre=str(one.metre),
            beats=one.metre.beats,
            left=not moves,
        )
        for one, moves in zip(tune.measures, varied, strict=True)
    ]


def _scale(bench: Bench, column: int) -> Scale:
    """Return where an attribute lies in the corpus, in the metres of the tune, each as often as it comes."""
    ground = bench.ground
    kinds, counts = np.unique(ground.material.kind, return_counts=True)
    name, present = ground.names[column], ground.present[:, column]
    tables = [ground.scale.table(name, kind).percentiles for kind in kinds.tolist()]
    values = np.concatenate(tables)
    weights = np.concatenate([np.full(len(one), count) for one, count in zip(tables, counts.tolist(), strict=True)])
    ends = [np.percentile(one, _ENDS) for one in tables]
    low = min(present.min(), *(one[0] for one in ends))
    high = max(present.max(), *(one[1] for one in ends))
    high = high if high > low else low + 1.0
    shares, edges = np.histogram(values.clip(low, high), bins=BARS, range=(low, high), weights=weights)
    std = float(np.average(ground.checkpoint.scale.std[kinds, column], weights=counts))
    histogram = Histogram(low=float(edges[0]), high=float(edges[-1]), shares=(shares / shares.sum()).round(4).tolist())
    return Scale(low=float(low), high=float(high), std=std, histogram=histogram)
