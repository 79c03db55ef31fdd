"""Every option of a training run: its default, its help and its check, in one place.

The command line is generated from these fields; a run folder and a checkpoint keep them.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Literal, get_args, get_origin, get_type_hints

from armusic.errors import UsageError

DATA = "folk"
ATTRIBUTES = ("rhythm", "range", "density", "contour")


MUSIC, IMAGES = "music", "images"


def option(default: Any, help: str, low: float | None = None, high: float | None = None, of: str = "") -> Any:  # noqa: A002 (click's word)
    """Declare a field with its help, the range it must lie in (both ends included) and the domain that it is of."""
    return field(default=default, metadata={"help": help, "low": low, "high": high, "of": of})


@dataclass(frozen=True, slots=True)
class Config:
    """How a model is built and trained."""

    data: str = option(
        DATA,
        "folk, folk44, bach, folk44-paper, bach-paper; sprites, sprites-official, morpho-mnist; a folder of music or of"
        " images, or an .npz file.",
    )
    limit: int = option(0, "Use so many items, drawn at random with the seed; 0: all.", 0)
    attributes: tuple[str, ...] = option(ATTRIBUTES, "Attributes, in the order of their latent dimensions.")
    decoder: Literal["parallel", "hierarchical"] = option(
        "parallel", "All ticks at once, or beat by beat and tick by tick.", of=MUSIC
    )
    frame: Literal["anchored", "absolute"] = option(
        "anchored", "Pitches from the measure's median, or MIDI pitches 55..84.", of=MUSIC
    )
    units: int = option(64, "Hidden units of each GRU, per direction.", 1, 4096, of=MUSIC)
    layers: int = option(1, "Layers of each GRU.", 1, 8, of=MUSIC)
    shape: tuple[int, ...] = option((), "Channels, height and width of the images: the data says them.", 1, of=IMAGES)
    filters: tuple[int, ...] = option((32, 32, 32, 32), "Filters of each convolution.", 1, of=IMAGES)
    kernel: int = option(4, "Height and width of a filter, in pixels.", 1, 64, of=IMAGES)
    stride: int = option(2, "Pixels from one place of a filter to the next.", 1, 64, of=IMAGES)
    hidden: tuple[int, ...] = option((256, 256), "Units of each layer between convolutions and code.", 1, of=IMAGES)
    activation: Literal["relu", "selu"] = option("relu", "What follows each layer.", of=IMAGES)
    likelihood: Literal["bernoulli", "gaussian"] = option(
        "bernoulli", "Of a pixel: black or white, or grey with a spread that is learnt.", of=IMAGES
    )
    latent: int = option(32, "Size of a code.", 1, 4096)
    dropout: float = option(0.1, "Share of hidden units dropped in training.", 0, 0.95)
    attribute_loss: Literal["regression", "pairwise", "slope", "cross-entropy", "linear", "adversary"] = option(
        "regression", "How a dimension is tied to its attribute."
    )
    beta: float = option(
        0.001, "Weight of the KL divergence, beside the cross-entropy per tick (of images: per image).", 0
    )
    gamma: float = option(
        1.0, "Weight of the attribute loss (with an adversary: of hiding from it); 0 trains a plain beta-VAE.", 0
    )
    delta: float = option(10.0, "Sharpness of the pairwise attribute loss.", 1e-6)
    control: float = option(
        0.2, "Weight of the output's distance from the attributes that its code stands for.", 0, of=MUSIC
    )
    cycle: float = option(
        0.2, "Weight of the encoded output's distance from the code it was decoded from.", 0, of=MUSIC
    )
    temperature: float = option(
        1.0,
        "Temperature of the output whose attributes are expected; a low one is near what is decoded.",
        0.05,
        10,
        of=MUSIC,
    )
    independence: float = option(0.1, "Weight of the penalty on what the other dimensions tell of the attributes.", 0)
    augment: float = option(
        0.5,
        "Share of training measures that are replaced by variants of them (absolute frame: transposed).",
        0,
        1,
        of=MUSIC,
    )
    distinct: bool = option(True, "Train on each different item once per epoch.")
    epochs: int = option(80, "Passes over the training data.", 1)
    batch: int = option(256, "Items per step.", 2)
    lr: float = option(3e-3, "Learning rate after the warm-up; it decays linearly to zero.", 1e-9)
    warmup: float = option(0.03, "Share of the steps in which the learning rate rises.", 0, 1)
    decay: bool = option(True, "Let the learning rate decay after the warm-up.")
    clip: float = option(1.0, "Largest gradient norm; 0: no limit.", 0)
    accumulate: int = option(
        1, "Parts of a batch that are computed one after another: less memory, more time, the same losses.", 1
    )
    precision: Literal["float32", "bfloat16"] = option(
        "float32", "Precision of the network's arithmetic; weights and losses stay float32."
    )
    compile: bool = option(False, "Compile the network (torch.compile): for GPUs; on CPUs it gains nothing.")
    seed: int = option(0, "Seed of the split, the weights, the batches and the noise.", 0)

    def __post_init__(self) -> None:
        for one in fields(self):
            _check(one.name, getattr(self, one.name), _TYPES[one.name], one.metadata)
        if len(self.attributes) > self.latent:
            raise UsageError(f"{len(self.attributes)} attributes need as many dimensions, but latent is {self.latent}")
        if self.shape:
            _check_network(self)
        if self.attribute_loss == "slope" and self.precision != "float32":
            raise UsageError("slopes of bfloat16 outputs are noise: use precision 'float32', or another attribute_loss")

    def as_dict(self) -> dict[str, Any]:
        """Return plain values, as JSON keeps them."""
        return {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(self).items()}


_TYPES: dict[str, Any] = get_type_hints(Config)

NETWORK = (
    "attributes", "decoder", "frame", "units", "layers",
    "shape", "filters", "kernel", "stride", "hidden", "activation", "likelihood", "latent",
)  # fmt: skip
"""The fields that say what the network is: a run that starts from a model keeps them."""

PRESETS: dict[str, dict[str, Any]] = {
    "default": {},
    "paper": {  # Pati and Lerch (2020)
        "decoder": "hierarchical",
        "frame": "absolute",
        "layers": 2,
        "dropout": 0.5,
        "attribute_loss": "pairwise",
        "units": 128,
        "control": 0.0,
        "cycle": 0.0,
        "independence": 0.0,
        "epochs": 30,
        "augment": 1.0,
        "distinct": False,
        "lr": 1e-4,
        "warmup": 0.0,
        "decay": False,
        "clip": 0.0,
    },
}
_BARE = {"control": 0.0, "cycle": 0.0, "independence": 0.0}
_METHODS: dict[str, dict[str, Any]] = {
    "beta-vae": {"gamma": 0.0},
    "glsr": {"attribute_loss": "slope"},
    "s2-vae": {"attribute_loss": "cross-entropy"},
    "i-vae": {"attribute_loss": "linear"},
    "fader": {"attribute_loss": "adversary", "gamma": 0.1},
}
PRESETS |= {name: _BARE | method for name, method in _METHODS.items()}  # network and schedule are the default's


def make(preset: str = "default", **values: Any) -> Config:
    """Return a preset's configuration with some values of one's own.

    Raises
    ------
    UsageError
        For an unknown preset or field (with the nearest), or a value out of range.

    Examples
    --------
    >>> make("paper", epochs=3).decoder
    'hierarchical'
    """
    if preset not in PRESETS:
        near = difflib.get_close_matches(preset, PRESETS, 1)
        hint = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(PRESETS)}"
        raise UsageError(f"unknown preset {preset!r}: {hint}")
    return from_dict({**PRESETS[preset], **values})


def domain(name: str) -> str:
    """Return the domain that a setting is of; empty for those that count everywhere.

    Examples
    --------
    >>> domain("filters"), domain("latent")
    ('images', '')
    """
    return next((str(one.metadata["of"]) for one in fields(Config) if one.name == name), "")


def sizes(size: tuple[int, int], layers: int, kernel: int, stride: int) -> list[tuple[int, int]]:
    """Return the height and the width of an image before and after each convolution.

    A stride above 1 comes with a margin, so that a kernel of twice the stride divides even sizes by it.

    Parameters
    ----------
    size : (int, int)
        Height and width of the image.
    layers : int
        How many convolutions.
    kernel, stride : int
        Of all of them, both ways.

    Raises
    ------
    UsageError
        When a kernel is larger than what it should go over.

    Examples
    --------
    >>> sizes((64, 64), 4, 4, 2), sizes((28, 28), 3, 4, 1)
    ([(64, 64), (32, 32), (16, 16), (8, 8), (4, 4)], [(28, 28), (25, 25), (22, 22), (19, 19)])
    """
    found = [size]
    for number in range(1, layers + 1):
        high, wide = (side + 2 * margin(kernel, stride) for side in found[-1])
        if min(high, wide) < kernel:
            shown = "{}x{}".format(*found[-1])
            raise UsageError(
                f"a kernel of {kernel} does not fit the {shown} pixels that convolution {number} goes over:"
                " use fewer filters, or a smaller kernel or stride"
            )
        found.append(((high - kernel) // stride + 1, (wide - kernel) // stride + 1))
    return found


def margin(kernel: int, stride: int) -> int:
    """Return how many pixels of margin a convolution has on each side: see `sizes`."""
    return (kernel - stride) // 2 if stride > 1 else 0


def _check_network(config: Config) -> None:
    """Raise `UsageError` for an image network that cannot be."""
    if len(config.shape) != 3:
        raise UsageError(f"shape is {config.shape!r}: give channels, height and width")
    if config.kernel < config.stride:
        raise UsageError(
            f"kernel is {config.kernel}, but stride {config.stride}: some pixels would never be seen:"
            " use a larger kernel or a smaller stride"
        )
    sizes((config.shape[1], config.shape[2]), len(config.filters), config.kernel, config.stride)


def from_dict(values: Mapping[str, Any]) -> Config:
    """Return the configuration that `Config.as_dict` wrote; refuse unknown fields with the nearest known one."""
    for name in values:
        if name not in _TYPES:
            near = difflib.get_close_matches(name, _TYPES, 1)
            raise UsageError(f"unknown setting {name!r}" + (f": did you mean {near[0]!r}?" if near else ""))
    plain: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in values.items()}
    return Config(**plain)


def _check(name: str, value: Any, kind: Any, rule: Mapping[str, Any]) -> None:
    """Raise `UsageError` unless `value` is of its field's type and in its range."""
    if get_origin(kind) is Literal:
        if value not in get_args(kind):
            raise UsageError(f"{name} is {value!r}: use {' or '.join(map(repr, get_args(kind)))}")
        return
    if get_origin(kind) is tuple and get_args(kind)[0] is str:
        if not value or len(set(value)) != len(value) or not all(isinstance(one, str) for one in value):
            raise UsageError(f"{name} is {value!r}: give one or more different names")
        return
    if get_origin(kind) is tuple:
        if not isinstance(value, tuple) or not all(isinstance(one, int) and one >= rule["low"] for one in value):
            raise UsageError(f"{name} is {value!r}: give whole numbers of at least {rule['low']}")
        return
    plain = (int, float) if kind is float else kind
    if not isinstance(value, plain) or (isinstance(value, bool) and kind is not bool):
        raise UsageError(f"{name} is {value!r}: a {kind.__name__} is wanted")
    low, high = rule["low"], rule["high"]
    if (low is not None and not value >= low) or (high is not None and not value <= high):
        limits = " and ".join(
            text for bound, text in ((low, f"at least {low}"), (high, f"at most {high}")) if bound is not None
        )
        raise UsageError(f"{name} is {value!r}: it must be {limits}")
