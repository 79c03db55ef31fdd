"""Networks of measures and melodies by name: `armusic.vae.models.measure`, or one of another package.

The setting `decoder` names a network. Other packages add some by entry points in the group `armusic.models`, and
`FILE.py:FUNCTION` is one in a Python file. Each is a function `(config, classes, beats)` that returns a `VAE`, with
new weights from torch's global generator: an item of kind k is a row of classes 0 to `classes` - 1, of as many ticks in
each of its `beats[k]` beats (6; of dMelodies 2), and may be padded at its end. See `armusic.vae.models.base` for the
methods, and examples/own_method.py for an example.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, get_args, get_type_hints

from armusic import plugins
from armusic.config import Config, MeasureNetwork, MelodyNetwork
from armusic.errors import UsageError
from armusic.python_file import explain, file_of
from armusic.vae.models.base import VAE
from armusic.vae.models.measure import TICKS_PER_BEAT, MeasureVAE

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

OWN = get_args(get_type_hints(MeasureNetwork)["decoder"])
"""Networks that are armusic's own: another package cannot replace them."""


def build(
    config: Config,
    network: MeasureNetwork | MelodyNetwork,
    classes: int,
    beats: Sequence[int],
    ticks_per_beat: int = TICKS_PER_BEAT,
) -> VAE:
    """Return the network of some settings, with new weights drawn from torch's global generator.

    Parameters
    ----------
    config : Config
        All settings.
    network : MeasureNetwork or MelodyNetwork
        Settings of the network.
    classes : int
        Number of classes of a tick.
    beats : sequence of int
        Beats of an item of each kind.
    ticks_per_beat : int
        Ticks of a beat.

    Raises
    ------
    UsageError
        When the network of another package or of a file cannot be made, or has codes of another size.
    MissingFileError, DataError
        When its file does not exist, or cannot be imported.
    """
    point = plugins.find("models", network.decoder, "decoder")
    if network.decoder not in OWN and point is not None:
        return _own(point, f"decoder {network.decoder}", config, classes, tuple(beats), network.latent)
    return MeasureVAE(
        classes,
        beats,
        decoder=network.decoder,
        latent=network.latent,
        units=network.units,
        dropout=network.dropout,
        layers=network.layers,
        attributes=len(config.attributes),
        editor=getattr(network, "editor", 0),
        ticks_per_beat=ticks_per_beat,
    )


def _own(
    point: EntryPoint | plugins.InFile, role: str, config: Config, classes: int, beats: tuple[int, ...], latent: int
) -> VAE:
    """Return the network of somebody else's function, if it is one, with codes of that size."""
    function = plugins.load(point, UsageError, f"{role}: its function")
    try:
        model = function(config, classes, beats)
    except Exception as failure:  # it is somebody else's code: anything may happen in it
        raise UsageError(f"{role}: it fails ({explain(failure, file_of(function))})") from failure
    if not isinstance(model, VAE):
        raise UsageError(f"{role}: it returns a {type(model).__name__}: return an armusic.vae.models.base.VAE")
    if model.latent != latent:
        raise UsageError(f"{role}: it makes codes of {model.latent} numbers, not of {latent}")
    return model
