"""The parts of a configuration: the networks of the domains, the losses, the schedule.

Measures of music have losses and a setting of the schedule that others have not: their parts are subclasses.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from armusic.config.convolution import sizes
from armusic.config.setting import check, option
from armusic.errors import UsageError

MUSIC, IMAGES, MELODIES = "music", "images", "melodies"
"""The domains."""

_LATENT = "Size of a code."
_DECODER = (
    "Decode all ticks at once, or beat by beat and tick by tick; or a network of another package, or FILE.py:FUNCTION."
)
_UNITS, _LAYERS = "Hidden units of each GRU, per direction.", "Layers of each GRU."
_DROPOUT = "Share of hidden units dropped in training."


@dataclass(frozen=True, slots=True)
class MeasureNetwork:
    """A recurrent network for measures of music (`armusic.vae.models.measure`)."""

    decoder: Literal["parallel", "hierarchical"] = option("parallel", _DECODER, group="models")
    frame: Literal["anchored", "absolute"] = option(
        "anchored", "Count pitches from the measure's median, or use MIDI pitches 55 to 84."
    )
    units: int = option(64, _UNITS, 1, 4096)
    layers: int = option(1, _LAYERS, 1, 8)
    editor: int = option(
        256,
        "Hidden units of the editor, which moves a whole code to reach a value; 0: move one dimension alone.",
        0,
        4096,
    )
    latent: int = option(48, _LATENT, 1, 4096)
    dropout: float = option(0.1, _DROPOUT, 0, 0.95)

    def __post_init__(self) -> None:
        check(self)


@dataclass(frozen=True, slots=True)
class ImageNetwork:
    """A convolutional network for images (`armusic.vae.models.image`)."""

    shape: tuple[int, ...] = option((), "Channels, height and width of the images; they come from the data.", 1)
    filters: tuple[int, ...] = option((32, 32, 32, 32), "Filters of each convolution.", 1)
    kernel: int = option(4, "Height and width of a filter, in pixels.", 1, 64)
    stride: int = option(2, "Pixels from one position of a filter to the next.", 1, 64)
    hidden: tuple[int, ...] = option((256, 256), "Units of each layer between convolutions and code.", 1)
    activation: Literal["relu", "selu"] = option("relu", "Activation function after each layer.")
    likelihood: Literal["bernoulli", "gaussian"] = option(
        "bernoulli", "Distribution of a pixel: black or white, or grey with a learnt spread."
    )
    latent: int = option(48, _LATENT, 1, 4096)
    dropout: float = option(0.1, _DROPOUT, 0, 0.95)

    def __post_init__(self) -> None:
        check(self)
        if not self.shape:
            return
        if len(self.shape) != 3:
            raise UsageError(f"shape is {self.shape!r}: give channels, height and width")
        if self.kernel < self.stride:
            raise UsageError(
                f"kernel is {self.kernel}, but stride {self.stride}: some pixels would never be seen:"
                " use a larger kernel or a smaller stride"
            )
        sizes((self.shape[1], self.shape[2]), len(self.filters), self.kernel, self.stride)


@dataclass(frozen=True, slots=True)
class MelodyNetwork:
    """The network of measures for melodies of one length, without what is for pitch frames and edits."""

    decoder: Literal["parallel", "hierarchical"] = option("parallel", _DECODER, group="models")
    units: int = option(64, _UNITS, 1, 4096)
    layers: int = option(1, _LAYERS, 1, 8)
    latent: int = option(48, _LATENT, 1, 4096)
    dropout: float = option(0.1, _DROPOUT, 0, 0.95)

    def __post_init__(self) -> None:
        check(self)


@dataclass(frozen=True, slots=True)
class Loss:
    """The objective: how attributes are tied to dimensions, and the weight of each term."""

    attribute_loss: Literal["regression", "pairwise", "slope", "cross-entropy", "linear", "adversary"] = option(
        "regression",
        "Loss that ties a dimension to its attribute: one of these, or of another package, or FILE.py:FUNCTION.",
        group="losses",
    )
    beta: float = option(
        0.001, "Weight of the KL divergence, relative to the cross-entropy per tick (images: per image).", 0
    )
    gamma: float = option(
        1.0,
        "Weight of the attribute loss (with an adversary: of hiding attributes from it); 0 trains a plain beta-VAE.",
        0,
    )
    delta: float = option(10.0, "Sharpness of the pairwise attribute loss.", 1e-6)
    independence: float = option(0.02, "Weight of the penalty on attribute information in the other dimensions.", 0)

    def __post_init__(self) -> None:
        check(self)


@dataclass(frozen=True, slots=True)
class MeasureLoss(Loss):
    """The objective for measures: codes are also edited, decoded, and judged by their attributes."""

    control: float = option(
        1.5, "Weight of the distance between the target of an edited code and the value that is decoded from it.", 0
    )
    keep: float = option(
        0.15, "Weight of what an edit loses of its input; a larger weight keeps edits nearer to it.", 0
    )
    grammar: float = option(0.5, "Weight of faults in measures decoded from edited and chance codes.", 0)


@dataclass(frozen=True, slots=True)
class Schedule:
    """How a model is trained: epochs, batches, learning rate, precision."""

    distinct: bool = option(True, "Train on each different item once per epoch.")
    epochs: int = option(80, "Passes over the training data.", 1)
    batch: int = option(256, "Items per step.", 2)
    lr: float = option(3e-3, "Learning rate after the warm-up; with decay it falls linearly to zero.", 1e-9)
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

    def __post_init__(self) -> None:
        check(self)

    @property
    def constant(self) -> bool:
        """Whether the learning rate stays the same, so that a run can be given more epochs afterwards."""
        return not self.decay and not self.warmup


@dataclass(frozen=True, slots=True)
class MeasureSchedule(Schedule):
    """How a model of measures is trained."""

    oversample: int = option(
        5, "Times per epoch that a measure which is hard to reconstruct is used; 1: as often as others.", 1, 100
    )

    augment: float = option(
        0.5,
        "Share of training measures that are replaced by variants of them (absolute frame: transposed).",
        0,
        1,
    )


PARTS: dict[str, dict[str, type]] = {
    MUSIC: {"network": MeasureNetwork, "loss": MeasureLoss, "schedule": MeasureSchedule},
    IMAGES: {"network": ImageNetwork, "loss": Loss, "schedule": Schedule},
    MELODIES: {"network": MelodyNetwork, "loss": Loss, "schedule": Schedule},
}
"""Classes of the parts of a configuration of each domain."""
