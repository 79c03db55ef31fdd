"""Train the model of tunes: torch, on the training part of a corpus."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from armusic.datasets.corpora.corpus import Corpus
from armusic.shapes import Bool, Float, Int
from armusic.taste import context
from armusic.taste.context import AROUND, CLASSES, NONE, PAST_ROWS, PITCHES, PLACE_ROWS, Setting
from armusic.taste.tune_model import TuneModel, add_up, log_probabilities

UNITS, UNITS2 = 160, 128  # of the first layer and the second
BATCH = 128  # measures
SHOWN = 600_000  # measures, in all
RATE, DECAY, DROPOUT = 2e-3, 0.01, 0.1
ONE_HIDDEN, ALL_HIDDEN = 0.15, 0.08  # how often one of the measures around, and all of them, are not seen

Report = Callable[[int, float], None]


@dataclass(frozen=True, slots=True)
class Tunes:
    """Many tunes one behind the other, as the model sees them.

    Parameters
    ----------
    all : Setting
        Their measures.
    around : int array (measure, around)
        See `Setting.around`.
    levels : int array (measure, 12)
        See `context.shares`.
    history : int array (measure, tick)
        See `context.before`.
    """

    all: Setting
    around: Int[np.ndarray, "measure around"]
    levels: Int[np.ndarray, "measure twelve"]
    history: Int[np.ndarray, "measure tick"]

    def __len__(self) -> int:
        return len(self.around)


class Network(nn.Module):
    """The network of `TuneModel`, in torch."""

    def __init__(self) -> None:
        super().__init__()
        self.place = nn.Parameter(torch.randn(PLACE_ROWS, UNITS) * 0.05)
        self.past = nn.Parameter(torch.randn(PAST_ROWS, UNITS) * 0.05)
        self.bias = nn.Parameter(torch.zeros(UNITS))
        self.second = nn.Linear(UNITS, UNITS2)
        self.third = nn.Linear(UNITS2, CLASSES)

    def forward(
        self, place: Int[torch.Tensor, "tick place_feature"], past: Int[torch.Tensor, "tick past_feature"]
    ) -> Float[torch.Tensor, "tick symbol"]:
        """Return the logits of some ticks."""
        total = functional.embedding_bag(place, self.place, mode="sum")
        total = total + functional.embedding_bag(past, self.past, mode="sum") + self.bias
        hidden = functional.dropout(torch.relu(total), DROPOUT, self.training)
        hidden = functional.dropout(torch.relu(self.second(hidden)), DROPOUT, self.training)
        return self.third(hidden)

    def model(self) -> TuneModel:
        """Return the weights as numpy's."""
        second, third = self.second, self.third
        weights = (self.place, self.past, self.bias, second.weight.T, second.bias, third.weight.T, third.bias)
        return TuneModel(*(weight.detach().numpy().copy() for weight in weights))


def gather(corpus: Corpus, chosen: Bool[np.ndarray, " tune"]) -> Tunes:
    """Return some tunes of a corpus as the model sees them."""
    starts = np.searchsorted(corpus.tune, np.arange(len(corpus.sources) + 1))
    parts, offset = [], 0
    for number in np.flatnonzero(chosen).tolist():
        rows = slice(starts[number], starts[number + 1])
        if starts[number] == starts[number + 1]:
            continue
        tune = context.setting(corpus.tokens[rows], corpus.kind[rows])
        around = tune.around
        measures = np.arange(len(around))
        parts.append(
            (
                tune.classes,
                tune.kind,
                tune.place,
                np.where(around >= 0, around + offset, around),
                context.shares(tune),
                context.before(tune, measures),
            )
        )
        offset += len(around)
    classes, kind, place, around, levels, history = (np.concatenate(column) for column in zip(*parts, strict=True))
    return Tunes(Setting(classes, kind, 0, place, np.arange(len(kind))), around, levels, history)


def fit(tunes: Tunes, seed: int = 0, report: Report | None = None, shown: int = SHOWN) -> TuneModel:
    """Return the model of tunes that was trained on some.

    Parameters
    ----------
    tunes : Tunes
        The training part.
    seed : int
        Seed of the weights and of the order.
    report : callable, optional
        Called now and then with how many measures were shown, and the loss in nats a tick.
    shown : int
        Number of measures that are shown, in all.
    """
    rng = np.random.default_rng(seed)
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        network = Network()
        optimizer = torch.optim.AdamW(network.parameters(), lr=RATE, weight_decay=DECAY)
        steps = max(shown // BATCH, 2)
        schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, RATE, total_steps=steps, pct_start=0.1)
        passes = -(-steps * BATCH // len(tunes))
        order = np.concatenate([rng.permutation(len(tunes)) for _ in range(passes)])
        for step in range(steps):
            rows = order[step * BATCH : (step + 1) * BATCH]
            hidden = (rng.random((len(rows), len(AROUND))) < ONE_HIDDEN) | (rng.random((len(rows), 1)) < ALL_HIDDEN)
            loss = functional.cross_entropy(*_predict(network, tunes, rows, hidden))
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
            if report is not None and step % 200 == 0:
                report((step + 1) * BATCH, loss.item())
        return network.eval().model()


def _predict(
    network: Network, tunes: Tunes, rows: Int[np.ndarray, " item"], hidden: Bool[np.ndarray, "item around"]
) -> tuple[torch.Tensor, torch.Tensor]:
    """Return the logits of all ticks of some measures, and the classes that stand there."""
    place, past, written = (torch.from_numpy(part) for part in _features(tunes, rows, hidden))
    return network(place, past), written


def _features(
    tunes: Tunes, rows: Int[np.ndarray, " item"], hidden: Bool[np.ndarray, "item around"]
) -> tuple[Int[np.ndarray, "tick place_feature"], Int[np.ndarray, "tick past_feature"], Int[np.ndarray, " tick"]]:
    """Return the rows of both tables for all ticks of some measures, and the classes that stand there."""
    around = np.where(hidden, -2, tunes.around[rows])
    written = tunes.all.classes[rows]
    place = context.place_rows(tunes.all, rows, around, tunes.levels[rows])
    past = context.past(tunes.history[rows], written, context.seen(tunes.all, around)).rows
    inside = written != NONE
    return place[inside], past[inside], written[inside]


def bits(model: TuneModel, tunes: Tunes, *, alone: bool = False) -> float:
    """Return the surprise of tunes in bits a note; `alone`: without the measures around."""
    total, notes = 0.0, 0
    for low in range(0, len(tunes), BATCH):
        rows = np.arange(low, min(low + BATCH, len(tunes)))
        place, past, written = _features(tunes, rows, np.full((len(rows), len(AROUND)), alone))
        first = add_up(model.place, place) + add_up(model.past, past) + model.bias
        log_p = log_probabilities(model, first)
        total -= float(np.take_along_axis(log_p, written[:, None], axis=1).sum())
        notes += int((written < PITCHES).sum())
    return total / notes / float(np.log(2))
