"""What the settings of a model of music say of its network: its pitch frame, and the shapes of its weights."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TypeVar

import numpy as np

from armusic.config import PARTS, Config, ImageNetwork, MeasureNetwork, MelodyNetwork
from armusic.errors import UsageError
from armusic.files import one_line
from armusic.music.pitch_frame import FRAMES, Frame
from armusic.music.score import METRES
from armusic.music.tokenizer import MAX_TICKS

NOTE, METRE, VIEW, KIND = 10, 8, 16, 16  # sizes of embeddings and views that no setting changes
"""They are those of `armusic.vae.models`."""

Shapes = dict[str, tuple[int, ...]]
Network = TypeVar("Network", MeasureNetwork, ImageNetwork, MelodyNetwork)


def network_of(config: Config, kind: type[Network]) -> Network:
    """Return the settings of a network of measures, of images, or of melodies.

    Raises
    ------
    UsageError
        For a model of another domain.
    """
    if not isinstance(config.network, kind):
        domain = next(name for name, parts in PARTS.items() if parts["network"] is kind)
        raise UsageError(f"{one_line(config.data)}: the model is of {config.domain}, not of {domain}")
    return config.network


def frame_of(config: Config) -> Frame:
    """Return the pitch frame of a model of music."""
    return FRAMES[network_of(config, MeasureNetwork).frame]


def difference(weights: Mapping[str, np.ndarray], config: Config) -> str:
    """Return how weights differ from those of a network with these settings, in words; empty where they do not.

    Raises
    ------
    UsageError
        For settings of another domain.

    Examples
    --------
    >>> difference({}, Config())
    'weight decoder.code.bias is missing'
    """
    expected = shapes(config)
    for name in sorted(expected.keys() | weights.keys()):
        if name not in weights:
            return f"weight {name} is missing"
        if name not in expected:
            return f"there is no weight {name}"
        if weights[name].shape != expected[name]:
            return f"weight {name} has shape {weights[name].shape}, not {expected[name]}"
    return ""


def shapes(config: Config) -> Shapes:
    """Return the shape of each weight of a network of measures, by name.

    Examples
    --------
    >>> shapes(Config())["decoder.code.weight"]
    (3072, 48)
    """
    network, classes = network_of(config, MeasureNetwork), frame_of(config).classes
    latent, units, layers, kinds = network.latent, network.units, network.layers, len(METRES)
    parallel = network.decoder == "parallel"
    result: Shapes = {"encoder.notes.weight": (classes, NOTE), "encoder.metre.weight": (kinds, METRE)}
    result |= _gru("encoder.rnn", NOTE + METRE, units, layers, directions=2)
    width = 2 * units * layers
    if parallel:
        result |= _linear("encoder.view", 2 * units, VIEW)
        width += 4 * units + VIEW * MAX_TICKS
    for head in ("encoder.mean", "encoder.log_std"):
        result |= _linear(f"{head}.0", width, 2 * units) | _linear(f"{head}.2", 2 * units, latent)
    if parallel:
        result |= {"decoder.positions": (kinds, MAX_TICKS, 2 * units)}
        result |= _linear("decoder.code", latent, 2 * units * MAX_TICKS) | _linear("decoder.logits", 2 * units, classes)
        result |= _gru("decoder.rnn", 2 * units, units, layers, directions=2)
    else:
        result |= {"decoder.notes.weight": (classes + 1, NOTE), "decoder.metre.weight": (kinds, METRE)}
        result |= _linear("decoder.start.0", latent + METRE, layers * units)
        result |= _gru("decoder.beat_rnn", 1, units, layers) | _gru("decoder.tick_rnn", units + NOTE, units, layers)
        result |= _linear("decoder.beat_state.0", units, layers * units) | _linear("decoder.beat_input.0", units, units)
        result |= _linear("decoder.logits", units, classes)
    if network.editor:
        result |= {"editor.kind.weight": (kinds, KIND)}
        result |= _linear("editor.hidden.0", latent + 2 * len(config.attributes) + KIND, network.editor)
        result |= _linear("editor.hidden.1", network.editor, network.editor)
        result |= _linear("editor.move", network.editor, latent)
    return result


def _linear(name: str, inputs: int, outputs: int) -> Shapes:
    return {f"{name}.weight": (outputs, inputs), f"{name}.bias": (outputs,)}


def _gru(name: str, inputs: int, units: int, layers: int, directions: int = 1) -> Shapes:
    def parts() -> Iterator[tuple[str, tuple[int, ...]]]:
        for layer in range(layers):
            width = directions * units if layer else inputs
            for end in ("", "_reverse")[:directions]:
                for part, shape in (("weight_ih", (width,)), ("weight_hh", (units,)), ("bias_ih", ()), ("bias_hh", ())):
                    yield f"{name}.{part}_l{layer}{end}", (3 * units, *shape)

    return dict(parts())
