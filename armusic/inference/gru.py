"""A GRU in numpy: several layers, in one or both directions, tick by tick for all items at once.

Arrays are float32 and lie gate by gate and direction by direction, so that every operation runs over one contiguous
piece of memory for each; the inputs of all ticks are projected at once, and a tick writes where it read.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import prod

import numpy as np

from armusic.shapes import Float

Weights = Mapping[str, np.ndarray]
Gates = Float[np.ndarray, "gate direction tick item unit"]
States = Float[np.ndarray, "direction item unit"]

RESET, UPDATE, NEW = range(3)
"""The gates, in torch's order."""


class Arrays(threading.local):
    """Arrays that are written over again and again, by name; each thread has its own.

    New ones would cost as much as the arithmetic: the system hands out large ones page by page.

    Examples
    --------
    >>> arrays = Arrays()
    >>> first, second = arrays("states", 2, 3), arrays("states", 3, 2)
    >>> second.shape, np.shares_memory(first, second)
    ((3, 2), True)
    """

    def __init__(self) -> None:
        self._flat: dict[str, np.ndarray] = {}

    def __reduce__(self) -> tuple[type[Arrays], tuple[()]]:
        """Copy and pickle as no arrays: a network is sent to another process with its weights alone."""
        return Arrays, ()

    def __call__(self, name: str, *shape: int) -> Float[np.ndarray, "..."]:
        """Return the array of a name in some shape, with whatever it holds: until the name is asked for again."""
        size = prod(shape)
        flat = self._flat.get(name)
        if flat is None or flat.size < size:
            flat = self._flat[name] = np.empty(size, dtype=np.float32)
        return flat[:size].reshape(shape)


@dataclass(frozen=True, slots=True)
class Layer:
    """The weights of one layer.

    The logistic function of x is (1 + tanh(x / 2)) / 2. The first halves are in the weights of the reset and the update
    gate, the second one of the reset gate in what it multiplies.

    Parameters
    ----------
    into : float32 array (gate, direction, input + 1, unit)
        Weights of the inputs; the last row are their biases, with those of the states but for the new gate: inputs
        end with a 1.
    recurrent : float32 array (gate, direction, unit, unit)
        Weights of the states.
    new : float32 array (direction, 1, unit)
        Bias of the states in the new gate, which the reset gate multiplies.
    """

    into: Float[np.ndarray, "gate direction input_1 unit"]
    recurrent: Float[np.ndarray, "gate direction unit unit"]
    new: Float[np.ndarray, "direction 1 unit"]


def layers(weights: Weights, prefix: str) -> tuple[Layer, ...]:
    """Return the layers of a GRU from the weights of a checkpoint, named as torch does, after a prefix.

    Raises
    ------
    KeyError
        Where there are none.
    """
    ends = ("", "_reverse") if f"{prefix}.weight_hh_l0_reverse" in weights else ("",)
    count = sum(f"{prefix}.weight_hh_l{number}" in weights for number in range(len(weights)))
    return tuple(
        _layer([[weights[f"{prefix}.{part}_l{number}{end}"] for part in _PARTS] for end in ends])
        for number in range(max(1, count))
    )


_PARTS = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")


def _layer(directions: Sequence[Sequence[np.ndarray]]) -> Layer:
    """Return a layer from the weights of each direction, in the order of `_PARTS`."""
    into, recurrent, bias, own = (
        np.stack([np.split(np.asarray(part, dtype=np.float32), 3) for part in parts], axis=1)
        for parts in zip(*directions, strict=True)
    )
    bias[:NEW] += own[:NEW]
    into = np.concatenate([into, bias[..., None]], axis=3)
    into[:NEW] /= 2
    recurrent /= 2
    into, recurrent = (np.ascontiguousarray(part.swapaxes(2, 3)) for part in (into, recurrent))
    return Layer(into, recurrent, own[NEW][:, None] / 2)


class Gru:
    """A GRU.

    Parameters
    ----------
    weights : mapping
        Weights of a checkpoint.
    prefix : str
        Beginning of their names, before a dot.
    """

    def __init__(self, weights: Weights, prefix: str) -> None:
        self.layers = layers(weights, prefix)
        self.units = self.layers[0].recurrent.shape[-1]
        self.directions = self.layers[0].recurrent.shape[1]
        self._arrays = Arrays()

    def project(self, inputs: Float[np.ndarray, "tick item input"], layer: int = 0) -> Gates:
        """Return what inputs add to the gates of a layer, in the order in which each direction takes them.

        The array is written over by the next call.
        """
        ticks, items, width = inputs.shape
        ordered = self._arrays("inputs", self.directions, ticks, items, width + 1)
        ordered[..., width] = 1.0
        ordered[0, ..., :width] = inputs
        if self.directions > 1:
            ordered[1, ..., :width] = inputs[::-1]
        gates = self._arrays("gates", 3, self.directions, ticks * items, self.units)
        np.matmul(ordered.reshape(self.directions, ticks * items, width + 1), self.layers[layer].into, out=gates)
        return gates.reshape(3, self.directions, ticks, items, self.units)

    def __call__(
        self, gates: Gates, start: Float[np.ndarray, "state item unit"] | None = None
    ) -> tuple[Float[np.ndarray, "tick item both"], Float[np.ndarray, "state item unit"]]:
        """Return the states of the last layer, and the last states of all.

        Parameters
        ----------
        gates : float32 array (gate, direction, tick, item, unit)
            Contribution of the inputs to the gates of the first layer.
        start : float32 array (layer * direction, item, unit), optional
            The states before the first tick; zeros when not given.

        Returns
        -------
        states : float32 array (tick, item, direction * unit)
            At each tick, those of the directions side by side. The array is written over by the next call.
        last : float32 array (layer * direction, item, unit)
            After the last tick of each direction.

        Examples
        --------
        >>> shapes = {"weight_ih": (6, 3), "weight_hh": (6, 2), "bias_ih": 6, "bias_hh": 6}
        >>> gru = Gru({f"rnn.{name}_l0": np.full(shape, 0.1) for name, shape in shapes.items()}, "rnn")
        >>> states, last = gru(gru.project(np.zeros((5, 4, 3), dtype=np.float32)))
        >>> states.shape, bool((states[-1] == last[0]).all())
        ((5, 4, 2), True)
        """
        _, directions, ticks, items, units = gates.shape
        last = np.zeros((len(self.layers) * directions, items, units), dtype=np.float32)
        if start is not None:
            last[:] = start
        both = gates[0, 0]
        for number in range(len(self.layers)):
            own = last[number * directions : (number + 1) * directions]
            states = self._arrays("states", directions, ticks, items, units)
            if number:
                gates = self.project(both, number)
            before = own
            for tick in range(ticks):
                self.step(gates[:, :, tick], before, states[:, tick], number)
                before = states[:, tick]
            own[:] = before
            both = states[0]
            if directions > 1:
                both = self._arrays("both", ticks, items, 2 * units)
                both[..., :units], both[..., units:] = states[0], states[1, ::-1]
        return both, last

    def step(
        self, gates: Float[np.ndarray, "gate direction item unit"], before: States, after: States, layer: int = 0
    ) -> None:
        """Write the states of a layer after a tick, from those before and what the inputs add to the gates."""
        weights = self.layers[layer]
        mine = self._arrays("tick", *gates.shape)
        np.matmul(before, weights.recurrent, out=mine)
        both, new = mine[:NEW], mine[NEW]
        both += gates[:NEW]
        np.tanh(both, out=both)
        both += 1.0
        new += weights.new
        new *= mine[RESET]
        new += gates[NEW]
        np.tanh(new, out=new)
        np.subtract(before, new, out=after)
        after *= mine[UPDATE]
        after *= 0.5
        after += new
