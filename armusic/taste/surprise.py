"""How surprising measures are where they stand: nats, by the model of tunes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from armusic.music.score import METRES
from armusic.music.tokenizer import MAX_TICKS, ticks
from armusic.shapes import Bool, Float, Int
from armusic.taste import context
from armusic.taste.context import NONE, Setting
from armusic.taste.tune_model import TuneModel, different, log_probabilities, past_sum, place_sum

ITEMS = 512  # measures at a time: more leave the cache

_WIDTHS = np.array([ticks(metre) for metre in METRES])


@dataclass(frozen=True, slots=True)
class Places:
    """Some places of a tune, with what does not depend on what is written there.

    Parameters
    ----------
    tune : Setting
        The tune.
    measures : int array (place,)
        The measures.
    first : float32 array (place, tick, unit)
        Contribution of the place to the first layer of the model.
    history : int array (place, tick)
        The measure before each.
    seen : int array (place, around, tick)
        The measures around each.
    log_p : float32 array (place, tick, class)
        Log probabilities where the tune's own measure is written there.
    """

    tune: Setting
    measures: Int[np.ndarray, " place"]
    first: Float[np.ndarray, "place tick unit"]
    history: Int[np.ndarray, "place tick"]
    seen: Int[np.ndarray, "place around tick"]
    log_p: Float[np.ndarray, "place tick symbol"]

    def take(self, places: Bool[np.ndarray, " place"]) -> Places:
        """Return some of the places."""
        arrays = (self.measures, self.first, self.history, self.seen, self.log_p)
        return Places(self.tune, *(array[places] for array in arrays))

    @property
    def widths(self) -> Int[np.ndarray, " place"]:
        """Ticks of each measure."""
        return _WIDTHS[self.tune.kind[self.measures]]


def places(
    model: TuneModel,
    tune: Setting,
    measures: Int[np.ndarray, " place"],
    hidden: Int[np.ndarray, " measure"] | tuple[int, ...] = (),
) -> Places:
    """Return places of a tune, ready for whatever is written there; measures that are `hidden` are not seen."""
    around = tune.around[measures]
    around = np.where(np.isin(around, hidden), -2, around)
    first = place_sum(model, context.place_rows(tune, measures, around, context.shares(tune)[measures]))
    history, seen, own = context.before(tune, measures), context.seen(tune, around), tune.classes[measures]
    past = context.past(history, own, seen)
    return Places(tune, measures, first, history, seen, log_probabilities(model, first + past_sum(model, past.rows)))


def surprise(
    model: TuneModel, where: Places, item: Int[np.ndarray, " item"], tokens: Int[np.ndarray, "item tick"]
) -> Float[np.ndarray, " item"]:
    """Return the surprise of measures in places of a tune: nats a measure.

    Parameters
    ----------
    model : TuneModel
        The model of tunes.
    where : Places
        Places of a tune.
    item : int array (item,)
        The place of each measure among these.
    tokens : int array (item, tick)
        Tokens that are written there.
    """
    written = context.to_classes(tokens, where.tune.tonic)
    written = np.pad(written, ((0, 0), (0, MAX_TICKS - tokens.shape[1])), constant_values=NONE)
    total = np.empty(len(item))
    widths = where.widths[item]
    for width in np.unique(widths).tolist():
        rows = np.flatnonzero(widths == width)
        for low in range(0, len(rows), ITEMS):
            part = rows[low : low + ITEMS]
            total[part] = _surprise(model, where, item[part], written[part, :width])
    return total


def _surprise(
    model: TuneModel, where: Places, item: Int[np.ndarray, " item"], written: Int[np.ndarray, "item tick"]
) -> Float[np.ndarray, " item"]:
    """Return the surprise of measures of one width; up to where they differ from the tune's own, it is looked up."""
    width = written.shape[1]
    differs = written != where.tune.classes[where.measures[item], :width]
    after = np.cumsum(differs, axis=1) - differs > 0
    log_p = np.take_along_axis(where.log_p[item, :width], written[:, :, None], axis=2)[:, :, 0]
    rows, ticks_after = np.nonzero(after)
    past = context.past(where.history[item], written, where.seen[item, :, :width]).rows[rows, ticks_after]
    once, of = different(np.column_stack([item[rows], ticks_after, past]))
    new = log_probabilities(model, where.first[item[rows[once]], ticks_after[once]] + past_sum(model, past[once]))
    log_p[rows, ticks_after] = new[of, written[rows, ticks_after]]
    return -log_p.sum(axis=1)
