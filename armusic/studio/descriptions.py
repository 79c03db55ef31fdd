"""Descriptions of a model and of a tune, as messages."""

from __future__ import annotations

import hashlib

import numpy as np

from armusic.config import KEEPS
from armusic.editing.material import Material
from armusic.inference.checkpoint import Checkpoint
from armusic.io import readers
from armusic.music import attributes, keys
from armusic.music.attributes import short_name
from armusic.music.score import MODES, Key
from armusic.studio import by_hand, exports, samples, variations
from armusic.studio import others as other_tracks
from armusic.studio.remarks import UNITS
from armusic.studio.schemas import (
    BARS,
    MAX_MEASURES,
    AttributeInfo,
    Histogram,
    MeasureInfo,
    ModelInfo,
    Scale,
    TempoChange,
)
from armusic.studio.schemas import Session as SessionInfo
from armusic.studio.security import MAX_BYTES
from armusic.studio.sessions import Editor, Session

_RARE_MODE, _MAX_SIGNS = "locrian", 6  # keys beyond these are not offered
_ENDS = (1, 99)  # percentiles of the corpus at the ends of a slider


def model(checkpoint: Checkpoint, name: str, initial: str | None) -> ModelInfo:
    """Return a description of a model and of what the server supports."""
    formats = exports.formats()
    return ModelInfo(
        name=name,
        attributes=[_attribute(attribute) for attribute in checkpoint.config.attributes],
        keys=[
            str(Key(fifths, mode))
            for mode in MODES
            if mode != _RARE_MODE
            for fifths in range(-_MAX_SIGNS, _MAX_SIGNS + 1)
        ],
        keeps=dict(KEEPS),
        formats=formats,
        instruments=samples.instruments(),
        score=any(form.key == "svg" for form in formats),
        suffixes=list(readers.suffixes()),
        max_bytes=MAX_BYTES,
        max_measures=MAX_MEASURES,
        initial=initial,
    )


def session(session: Session, editor: Editor) -> SessionInfo:
    """Return a description of an open tune."""
    upload, context = session.upload, editor.context
    tune = upload.tune
    others, left_out = other_tracks.others(tune)
    return SessionInfo(
        id=session.id,
        name=upload.name,
        digest=hashlib.sha256(upload.data).hexdigest(),
        title=tune.title or upload.name,
        summary=upload.summary,
        remarks=[*upload.remarks, *left_out],
        reading=upload.reading,
        tracks=list(upload.tracks),
        key=str(keys.find(tune)),
        bpm=tune.tempos[0][1],
        tempos=[TempoChange(start=float(start), bpm=bpm) for start, bpm in tune.tempos],
        program=tune.program,
        measures=_measures(context.material),
        notes=variations.notes(tune),
        others=others,
        values=variations.by_name(context.names, context.present),
        scales={name: _scale(editor, column) for column, name in enumerate(context.names)},
        pool=editor.status,
    )


def _attribute(name: str) -> AttributeInfo:
    first = " ".join((attributes.get(name).__doc__ or "").strip().split("\n\n")[0].split())
    text = first.removeprefix("Return ").rstrip(".")
    factor, unit = UNITS.get(name, (1, ""))
    label = short_name(name).replace("_", " ")
    return AttributeInfo(
        name=name, label=label, description=text[:1].upper() + text[1:] or label, unit=unit, factor=factor
    )


def _measures(material: Material) -> list[MeasureInfo]:
    tune = material.tune
    written = {row: str(bar.metre) for bar in tune.bars for row in bar.rows}
    return [
        MeasureInfo(
            start=float(measure.start),
            length=float(measure.metre.length),
            metre=str(measure.metre),
            beats=measure.metre.beats,
            number=number,
            written=written[row],
            editable=bool(material.varied[row]),
            grid=by_hand.grid(material, row),
        )
        for row, (measure, number) in enumerate(zip(tune.measures, tune.numbers, strict=True))
    ]


def _scale(editor: Editor, column: int) -> Scale:
    """Return the distribution of an attribute in the corpus, its metres weighted as in the tune."""
    context = editor.context
    kinds, counts = np.unique(context.material.kind, return_counts=True)
    name, present = context.names[column], context.present[:, column]
    tables = [context.scale.table(name, kind).percentiles for kind in kinds.tolist()]
    values = np.concatenate(tables)
    weights = np.concatenate([np.full(len(table), count) for table, count in zip(tables, counts.tolist(), strict=True)])
    ends = [np.percentile(table, _ENDS) for table in tables]
    low = min(present.min(), *(end[0] for end in ends))
    high = max(present.max(), *(end[1] for end in ends))
    high = high if high > low else low + 1.0
    shares, edges = np.histogram(values.clip(low, high), bins=BARS, range=(low, high), weights=weights)
    std = float(np.average(context.checkpoint.scale.std[kinds, column], weights=counts))
    histogram = Histogram(low=float(edges[0]), high=float(edges[-1]), shares=(shares / shares.sum()).round(4).tolist())
    return Scale(low=float(low), high=float(high), std=std, histogram=histogram)
