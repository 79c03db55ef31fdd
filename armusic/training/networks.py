"""Networks of measures and melodies by name: `armusic.vae.models.measure`, or one of another package.

Other packages add networks by entry points in the group `armusic.models`, and the setting `decoder` names one. Each
names a function `(config, classes, beats)` that returns a `VAE`, with new weights from torch's global generator:
an item of kind k is a row of classes 0 to `classes` - 1, of as many ticks in each of its `beats[k]` beats (6; of
dMelodies 2), and may be padded at its end. See `armusic.vae.models.base` for the methods, and
examples/own_method.py for an example.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import get_args, get_type_hints

from armusic import plugins
from armusic.config import Config, MeasureNetwork, MelodyNetwork
from armusic.errors import UsageError
from armusic.vae.models.base import VAE
from armusic.vae.models.measure import TICKS_PER_BEAT, MeasureVAE

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
        When the network of another package cannot be imported, or has codes of another size.
    """
    point = plugins.named("models").get(network.decoder)
    if network.decoder not in OWN and point is not None:
        role = f"decoder {network.decoder}: its function"
        model: VAE = plugins.load(point, UsageError, role)(config, classes, tuple(beats))
        if model.latent != network.latent:
            raise UsageError(f"{role} {point.value} makes codes of {model.latent} numbers, not of {network.latent}")
        return model
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
