"""A convolutional VAE of images: the networks of Pati and Lerch (2020), and others, are its settings."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional

from armusic.config.convolution import margin, sizes
from armusic.vae.models.base import VAE, Normal

ACTIVATIONS = {"relu": nn.ReLU, "selu": nn.SELU}
LOG_STD = (-7.0, 2.0)  # limits that keep exp() finite: beyond, the posterior is a point, or wider than the prior
WHITE = 255
HALF = 0.5  # brightness from which a pixel counts as white


class ImageVAE(VAE):
    """A VAE of images: convolutions, then fully connected layers, and a decoder that mirrors them.

    Parameters
    ----------
    shape : (int, int, int)
        Channels, height and width.
    filters : sequence of int
        Number of filters of each convolution.
    kernel, stride : int
        Size and step of all convolutions; the sizes between them are those of `armusic.config.convolution.sizes`.
    hidden : sequence of int
        Units of the fully connected layers.
    activation : {"relu", "selu"}
        Activation after every layer but the heads and the last of the decoder.
    likelihood : {"bernoulli", "gaussian"}
        Distribution of a pixel: black or white, or grey with one learnt spread for all pixels.
    latent : int
        Size of a code.
    dropout : float
        Share of the outputs of each convolution that is dropped in training, 0..1; none after the decoder's last.

    Source
    ------
    Gaussian: Rybkin, Daniilidis and Levine, "Simple and Effective VAE Training with Calibrated Decoders" (2021).
    Weights at the start: He et al., "Delving Deep into Rectifiers" (2015); of SELU: Klambauer et al. (2017).

    Examples
    --------
    >>> network = {"filters": (64, 64, 8), "kernel": 4, "stride": 1, "hidden": (256,), "activation": "selu"}
    >>> model = ImageVAE((1, 28, 28), **network, likelihood="bernoulli", latent=16, dropout=0.5)
    >>> x = model.items(torch.zeros(2, 1, 28, 28, dtype=torch.uint8))
    >>> model.decode(model.encode(x, 0).mean, 0).shape
    torch.Size([2, 1, 28, 28])
    """

    def __init__(
        self,
        shape: Sequence[int],
        *,
        filters: Sequence[int],
        kernel: int,
        stride: int,
        hidden: Sequence[int],
        activation: str,
        likelihood: str,
        latent: int,
        dropout: float,
    ) -> None:
        super().__init__()
        self.shape, self.latent, self.likelihood = tuple(shape), latent, likelihood
        after = ACTIVATIONS[activation]
        channels, places = (shape[0], *filters), sizes((shape[1], shape[2]), len(filters), kernel, stride)
        around = margin(kernel, stride)
        small = (channels[-1], *places[-1])
        widths = (math.prod(small), *hidden)
        down: list[nn.Module] = []
        up: list[nn.Module] = []
        for number, (few, many) in enumerate(pairwise(channels)):
            down += [nn.Conv2d(few, many, kernel, stride, around), after(), *_dropped(dropout)]
            left = [  # rows and columns beyond the last position of the filter
                (side + 2 * around - kernel) % stride for side in places[number]
            ]
            mirrored = nn.ConvTranspose2d(many, few, kernel, stride, around, (left[0], left[1]))
            up = [mirrored, *([after(), *_dropped(dropout)] if number else []), *up]
        narrowing = [layer for pair in pairwise(widths) for layer in (nn.Linear(*pair), after())]
        widening = [layer for pair in pairwise((latent, *widths[::-1])) for layer in (nn.Linear(*pair), after())]
        self.encoder = nn.Sequential(*down, nn.Flatten(), *narrowing)
        self.heads = nn.Linear(widths[-1], 2 * latent)  # mean beside log_std
        self.decoder = nn.Sequential(*widening, nn.Unflatten(1, small), *up)
        if likelihood == "gaussian":
            self.spread = nn.Parameter(torch.zeros(()))
        bits = torch.arange(8).flip(0)
        self.register_buffer("bits", (torch.arange(256)[:, None] >> bits & 1).float(), persistent=False)
        for layer in (*self.encoder, *self.decoder):
            _start(layer, kernel, stride, activation)
        self.to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    bits: Tensor

    def items(self, x: Tensor) -> Tensor:
        """Return images as 0..1 (item, channel, height, width), from uint8: 0..255, or packed bits (item, byte)."""
        if x.dim() == 2:
            pixels = self.bits[x.long()].flatten(1)[:, : math.prod(self.shape)].reshape(len(x), *self.shape)
        else:
            pixels = x.to(self.bits.dtype) / WHITE
        return pixels.contiguous(memory_format=torch.channels_last)

    def encode(self, x: Tensor, kind: int) -> Normal:
        """Return the posterior of images `x` (item, channel, height, width), 0..1."""
        mean, log_std = self.heads(self.encoder(x)).chunk(2, dim=1)
        return Normal(mean, log_std.clamp(*LOG_STD))

    def decode(self, z: Tensor, kind: int, teacher: Tensor | None = None) -> Tensor:
        """Return logits of the pixels (Bernoulli), or their means (Gaussian): (item, channel, height, width)."""
        output: Tensor = self.decoder(z)
        return output

    def nll(self, output: Tensor, x: Tensor, kind: int) -> Tensor:
        """Return the negative log-likelihood of each image, in nats: the sum over its pixels."""
        if self.likelihood == "bernoulli":
            pixels = functional.binary_cross_entropy_with_logits(output, x, reduction="none")
        else:
            pixels = 0.5 * ((x - output) / self.spread.exp()).square() + self.spread + 0.5 * math.log(2 * math.pi)
        return pixels.flatten(1).sum(dim=1)

    def terms(self, output: Tensor) -> int:
        """Return 1: the objective has the sum per image, as that of Pati and Lerch (2020)."""
        return 1

    def mode(self, output: Tensor) -> Tensor:
        """Return images, uint8 (item, channel, height, width): the probability of white, from 0 (black) to 255."""
        return (self._pixels(output) * WHITE).round().to(torch.uint8)

    def right(self, output: Tensor, x: Tensor) -> Tensor:
        """Return the mask of the pixels on the right side of one half (item, pixel)."""
        return ((self._pixels(output) >= HALF) == (x >= HALF)).flatten(1)

    def _pixels(self, output: Tensor) -> Tensor:
        return output.sigmoid() if self.likelihood == "bernoulli" else output.clamp(0, 1)


def _start(layer: nn.Module, kernel: int, stride: int, activation: str) -> None:
    """Draw the weights of a layer so that its outputs have the variance of its inputs."""
    match layer:
        case nn.Linear() | nn.Conv2d():
            inputs = float(layer.weight[0].numel())
        case nn.ConvTranspose2d():
            inputs = layer.in_channels * kernel**2 / stride**2  # positions of the filter that cover a pixel
        case _:
            return
    gain = math.sqrt(2) if activation == "relu" else 1
    nn.init.normal_(layer.weight, 0, gain / math.sqrt(inputs))
    if layer.bias is not None:
        nn.init.zeros_(layer.bias)


def _dropped(share: float) -> list[nn.Module]:
    return [nn.Dropout(share)] if share else []
