"""A trained network of measures in numpy: the codes of measures, edited codes, and the logits of codes.

It is what `armusic.vae.models.measure.MeasureVAE` is in use, from the same weights; only rounding differs.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from armusic.inference.gru import Arrays, Gru, Weights
from armusic.music.score import METRES
from armusic.music.tokenizer import TICKS_PER_BEAT, ticks
from armusic.shapes import Float, Int

TOGETHER = 64  # measures at a time: more leave the processor's cache
SCALE, ALPHA = 1.0507009873554805, 1.6732632423543772  # of SELU: Klambauer et al. (2017)

Classes = Int[np.ndarray, "measure tick"]
Codes = Float[np.ndarray, "measure latent"]
Logits = Float[np.ndarray, "measure tick class"]


class Network(Protocol):
    """What a model of music does with measures; a kind is the place of their metre in `score.METRES`."""

    @property
    def latent(self) -> int:
        """Size of a code."""
        ...

    def encode(self, classes: Classes, kind: int) -> Codes:
        """Return the posterior means of measures, float32 (measure, latent), from their classes."""
        ...

    def edit(self, z: Codes, targets: Float[np.ndarray, "measure attribute"], kind: int) -> Codes:
        """Return codes of which one decode is near the targets, in standard deviations; NaN: as it comes."""
        ...

    def decode(self, z: Codes, kind: int) -> Logits:
        """Return the logits of codes, float32 (measure, tick, class)."""
        ...


class MeasureNetwork:
    """A network of measures.

    Parameters
    ----------
    weights : mapping
        Weights by name, as in a checkpoint.

    Raises
    ------
    KeyError, ValueError
        For weights that are not those of such a network.
    """

    def __init__(self, weights: Weights) -> None:
        weights = {name: np.asarray(array, dtype=np.float32) for name, array in weights.items()}
        self._encoder = Encoder(weights)
        parallel = "decoder.code.weight" in weights
        self._decoder = ParallelDecoder(weights) if parallel else HierarchicalDecoder(weights)
        self._editor = Editor(weights) if "editor.move.weight" in weights else None
        self.latent = len(weights["encoder.mean.2.weight"])

    def encode(self, classes: Classes, kind: int) -> Codes:
        """Return the posterior means of measures: see `Network.encode`."""
        classes = np.asarray(classes)[:, : ticks(METRES[kind])]
        return _by_parts(self._encoder, classes, kind, self.latent)

    def edit(self, z: Codes, targets: Float[np.ndarray, "measure attribute"], kind: int) -> Codes:
        """Return edited codes: see `Network.edit`; an editor moves all dimensions."""
        count = targets.shape[1]
        moved = np.array(z, dtype=np.float32)
        targeted = ~np.isnan(targets)
        np.copyto(moved[:, :count], targets, where=targeted, casting="same_kind")
        return moved if self._editor is None else self._editor(np.asarray(z), moved, targeted, kind)

    def decode(self, z: Codes, kind: int) -> Logits:
        """Return the logits of codes: see `Network.decode`."""
        return _by_parts(self._decoder, np.asarray(z, dtype=np.float32), kind, *self._decoder.shape(kind))


def _by_parts(
    network: Callable[[np.ndarray, int], np.ndarray], items: np.ndarray, kind: int, *shape: int
) -> Float[np.ndarray, "..."]:
    """Return what a network makes of items, `TOGETHER` at a time."""
    result = np.empty((len(items), *shape), dtype=np.float32)
    for first in range(0, len(items), TOGETHER):
        result[first : first + TOGETHER] = network(items[first : first + TOGETHER], kind)
    return result


@dataclass(frozen=True, slots=True)
class Linear:
    """A linear layer: `weight` (input, output) and `bias` (output)."""

    weight: Float[np.ndarray, "input output"]
    bias: Float[np.ndarray, " output"]

    def __call__(self, x: Float[np.ndarray, "*item input"]) -> Float[np.ndarray, "*item output"]:
        """Return what the layer makes of its input."""
        result: np.ndarray = x.reshape(-1, x.shape[-1]) @ self.weight
        result += self.bias
        return result.reshape(*x.shape[:-1], len(self.bias))


def linear(weights: Weights, name: str) -> Linear:
    """Return a linear layer of a checkpoint."""
    return Linear(np.ascontiguousarray(weights[f"{name}.weight"].T), weights[f"{name}.bias"])


def selu(x: Float[np.ndarray, "..."], spare: Float[np.ndarray, "..."] | None = None) -> Float[np.ndarray, "..."]:
    """Apply SELU in place, and return the array; `spare` is one of its shape to write in.

    Examples
    --------
    >>> selu(np.array([0.0, 1.0, -100.0])).round(3).tolist()
    [0.0, 1.051, -1.758]
    """
    below = np.minimum(x, 0, out=spare)
    np.exp(below, out=below)
    below -= 1.0
    below *= ALPHA
    np.maximum(x, 0, out=x)
    x += below
    x *= SCALE
    return x


class Encoder:
    """A bidirectional GRU and its last states; where there is a `view`, a summary of all states as well."""

    def __init__(self, weights: Weights) -> None:
        self.gru = Gru(weights, "encoder.rnn")
        notes, metres = weights["encoder.notes.weight"], weights["encoder.metre.weight"]
        first, size = self.gru.layers[0], notes.shape[1]
        by_note = notes @ first.into[:, :, :size]
        by_metre = metres @ first.into[:, :, size:-1] + first.into[:, :, -1:]
        self.gates = by_note[None] + np.moveaxis(by_metre, 2, 0)[:, :, :, None]  # (kind, gate, direction, class, unit)
        self.view = linear(weights, "encoder.view") if "encoder.view.weight" in weights else None
        self.hidden, self.mean = linear(weights, "encoder.mean.0"), linear(weights, "encoder.mean.2")
        self._arrays = Arrays()

    def __call__(self, classes: Classes, kind: int) -> Codes:
        """Return the posterior means of a few measures."""
        order = np.ascontiguousarray(classes.T)
        table, count = self.gates[kind], len(classes)
        gates = self._arrays("gates", *table.shape[:2], *order.shape, table.shape[3])
        for gate, direction in np.ndindex(table.shape[:2]):
            rows = order[::-1] if direction else order
            np.take(table[gate, direction], rows, axis=0, out=gates[gate, direction], mode="clip")
        states, last = self.gru(gates)
        summary = last.swapaxes(0, 1).reshape(count, -1)
        if self.view is not None:
            views = selu(self.view(states)).swapaxes(0, 1).reshape(count, -1)
            rest = len(self.hidden.weight) - summary.shape[1] - 2 * states.shape[2] - views.shape[1]
            none = np.zeros((count, rest), dtype=np.float32)
            summary = np.concatenate([summary, states.mean(axis=0), states.max(axis=0), views, none], axis=1)
        return self.mean(selu(self.hidden(summary)))


class ParallelDecoder:
    """A view of the code and a position for each tick, through a bidirectional GRU."""

    def __init__(self, weights: Weights) -> None:
        self.gru, self.logits = Gru(weights, "decoder.rnn"), linear(weights, "decoder.logits")
        positions, code = weights["decoder.positions"], weights["decoder.code.weight"]
        _, places, width = positions.shape
        self.code = np.ascontiguousarray(code.reshape(places, width, -1).swapaxes(1, 2))  # (tick, latent, input)
        self.positions = positions + weights["decoder.code.bias"].reshape(places, width)
        self._arrays = Arrays()

    def shape(self, kind: int) -> tuple[int, int]:
        """Return the numbers of ticks and classes."""
        return ticks(METRES[kind]), len(self.logits.bias)

    def __call__(self, z: Codes, kind: int) -> Logits:
        """Return the logits of a few codes."""
        width = ticks(METRES[kind])
        shape = width, len(z), self.code.shape[2]
        inputs, spare = self._arrays("inputs", *shape), self._arrays("spare", *shape)
        np.matmul(z, self.code[:width], out=inputs)
        inputs += self.positions[kind, :width, None]
        states, _ = self.gru(self.gru.project(selu(inputs, spare)))
        return self.logits(states).swapaxes(0, 1)


class HierarchicalDecoder:
    """A GRU over beats that starts a GRU over the six ticks of each beat, which is fed its own output."""

    def __init__(self, weights: Weights) -> None:
        self.beats, self.ticks = Gru(weights, "decoder.beat_rnn"), Gru(weights, "decoder.tick_rnn")
        self.metres = weights["decoder.metre.weight"]
        self.start, self.state = linear(weights, "decoder.start.0"), linear(weights, "decoder.beat_state.0")
        self.input, self.logits = linear(weights, "decoder.beat_input.0"), linear(weights, "decoder.logits")
        first, units = self.ticks.layers[0], len(self.input.bias)
        self.repeated = first.into[:, 0, :units]  # (gate, unit, unit)
        self.notes = weights["decoder.notes.weight"] @ first.into[:, 0, units:-1] + first.into[:, 0, -1:]

    def shape(self, kind: int) -> tuple[int, int]:
        """Return the numbers of ticks and classes."""
        return ticks(METRES[kind]), len(self.logits.bias)

    def __call__(self, z: Codes, kind: int) -> Logits:
        """Return the logits of a few codes."""
        items, beats, count = len(z), METRES[kind].beats, len(self.ticks.layers)
        metre = np.broadcast_to(self.metres[kind], (items, self.metres.shape[1]))
        start = _by_layer(selu(self.start(np.concatenate([z, metre], axis=1))), count)
        bias = self.beats.layers[0].into[:, :, None, -1:]
        states, _ = self.beats(np.broadcast_to(bias, (*bias.shape[:2], beats, items, bias.shape[4])), start)
        begin = _by_layer(selu(self.state(states)), count)  # (layer, beat, measure, unit)
        repeated = selu(self.input(states)) @ self.repeated[:, None]  # (gate, beat, measure, unit)
        result = np.empty((beats * TICKS_PER_BEAT, items, len(self.logits.bias)), dtype=np.float32)
        previous = np.full(items, self.notes.shape[1] - 1)  # the last row stands before the first tick
        for tick in range(len(result)):
            if tick % TICKS_PER_BEAT == 0:
                beat = tick // TICKS_PER_BEAT
                hidden = np.ascontiguousarray(begin[:, beat, None])
            gates = self.notes[:, previous][:, None]
            gates += repeated[:, None, beat]
            for layer in range(count):
                if layer:
                    gates = self.ticks.project(hidden[layer - 1], layer)[:, :, 0]
                self.ticks.step(gates, hidden[layer].copy(), hidden[layer], layer)
            result[tick] = self.logits(hidden[-1, 0])
            previous = result[tick].argmax(axis=1)
        return result.swapaxes(0, 1)


def _by_layer(flat: Float[np.ndarray, "*item all"], layers: int) -> Float[np.ndarray, "layer *item unit"]:
    """Return states that lie side by side, apart for each layer."""
    return np.moveaxis(flat.reshape(*flat.shape[:-1], layers, -1), -2, 0)


class Editor:
    """The network that makes a code obey: see `armusic.vae.models.editor.Editor`."""

    def __init__(self, weights: Weights) -> None:
        first = weights["editor.hidden.0.weight"]
        kinds = weights["editor.kind.weight"]
        self.latent = len(weights["editor.move.weight"])
        self.first = np.ascontiguousarray(first[:, : first.shape[1] - kinds.shape[1]].T) / 2
        self.kinds = (kinds @ first[:, first.shape[1] - kinds.shape[1] :].T + weights["editor.hidden.0.bias"]) / 2
        second = linear(weights, "editor.hidden.1")
        self.second = Linear(second.weight / 2, second.bias / 2)
        self.move = linear(weights, "editor.move")

    def __call__(self, z: Codes, moved: Codes, targeted: np.ndarray, kind: int) -> Codes:
        """Return the codes that obey, from those before, and those with the dimensions asked for where they belong."""
        state = np.concatenate([moved, z[:, : targeted.shape[1]], targeted], axis=1, dtype=np.float32) @ self.first
        state += self.kinds[kind]
        return moved + self.move(_silu(self.second(_silu(state))))


def _silu(half: Float[np.ndarray, "..."]) -> Float[np.ndarray, "..."]:
    """Return x times the logistic function of x, given half of x, which it replaces."""
    factor = np.tanh(half)
    factor += 1.0
    half *= factor
    return half
