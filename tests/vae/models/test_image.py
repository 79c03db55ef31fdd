"""The image network: sizes, losses with known answers, and that it learns."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from armusic.config.convolution import sizes
from armusic.datasets.images.base import pack
from armusic.errors import UsageError
from armusic.vae.models.image import ImageVAE
from tests import squares

SETTINGS = {"hidden": (16,), "activation": "relu", "likelihood": "bernoulli", "latent": 3, "dropout": 0.0}


def small(shape: tuple[int, int, int] = (1, 8, 8), **other: object) -> ImageVAE:
    torch.manual_seed(0)
    return ImageVAE(shape, **{"filters": (4, 4), "kernel": 4, "stride": 2, **SETTINGS, **other})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("shape", "network", "linear"),
    [
        ((1, 64, 64), {"filters": (32,) * 4, "kernel": 4, "stride": 2, "hidden": (256, 256)}, [512, 256, 256]),
        ((1, 28, 28), {"filters": (64, 64, 8), "kernel": 4, "stride": 1, "hidden": (256,)}, [2888, 256]),
    ],
)
def test_the_networks_of_the_paper(shape: tuple[int, int, int], network: dict[str, object], linear: list[int]) -> None:
    model = small(shape, **network)
    layers = [layer for layer in model.encoder if isinstance(layer, torch.nn.Linear)]
    assert [layer.in_features for layer in layers] + [layers[-1].out_features] == linear
    mirrored = [layer for layer in model.decoder if isinstance(layer, torch.nn.Linear)]
    assert [layer.out_features for layer in mirrored] == linear[::-1]


@given(
    st.tuples(st.integers(1, 3), st.integers(1, 20), st.integers(1, 20)),
    st.lists(st.integers(1, 3), min_size=1, max_size=3),
    st.integers(1, 6),
    st.integers(1, 4),
)
def test_what_comes_out_is_as_large_as_what_goes_in(
    shape: tuple[int, int, int], filters: list[int], kernel: int, stride: int
) -> None:
    try:
        sizes(shape[1:], len(filters), kernel, max(stride, 1))
    except UsageError:
        return
    if kernel < stride:
        return
    model = small(shape, filters=filters, kernel=kernel, stride=stride)
    z = model.encode(torch.rand(2, *shape), 0).mean
    assert model.decode(z, 0).shape == (2, *shape)


def test_packed_bits_are_the_images_that_they_were() -> None:
    images = torch.rand(5, 1, 12, 12).ge(0.5).to(torch.uint8) * 255
    model = small((1, 12, 12))
    whole, bits = model.items(images), model.items(torch.from_numpy(pack(images.numpy())))
    assert torch.equal(whole, bits)
    assert set(whole.unique().tolist()) == {0.0, 1.0}


def test_the_loss_is_the_sum_over_the_pixels() -> None:
    model, x = small(), torch.zeros(2, 1, 8, 8)
    assert model.nll(torch.zeros(2, 1, 8, 8), x, 0).tolist() == pytest.approx([64 * math.log(2)] * 2)
    assert model.terms(x) == 1
    grey = small(likelihood="gaussian")
    assert grey.nll(x + 1, x, 0).tolist() == pytest.approx([64 * (0.5 + 0.5 * math.log(2 * math.pi))] * 2)


def test_a_pixel_is_right_on_its_side_of_one_half() -> None:
    model = small((1, 1, 4), filters=(2,), kernel=1, stride=1)
    output, x = torch.tensor([[[[-9.0, 9.0, 0.1, -0.1]]]]), torch.tensor([[[[0.1, 0.9, 0.4, 0.4]]]])
    assert model.right(output, x).tolist() == [[True, True, False, True]]
    assert model.mode(output).flatten().tolist() == [0, 255, 134, 121]


@pytest.mark.parametrize("activation", ["relu", "selu"])
def test_at_the_start_no_layer_fades_what_it_is_given(activation: str) -> None:
    model = small((1, 64, 64), filters=(32,) * 4, hidden=(256, 256), latent=10, activation=activation)
    code = torch.randn(64, 10)
    with torch.no_grad():
        spread = model.decoder[:-1](code).square().mean().sqrt()  # before the last layer
        inner = model.encoder(torch.randn(16, 1, 64, 64)).square().mean().sqrt()
    assert 0.4 < spread < 2.5
    assert 0.4 < inner < 2.5


def test_it_learns() -> None:
    images = squares.read().x[:64]
    model = small((1, 12, 12))
    x = model.items(torch.from_numpy(images))
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    losses = []
    for _ in range(150):
        optimizer.zero_grad()
        loss = model.nll(model.decode(model.encode(x, 0).mean, 0), x, 0).mean()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert losses[-1] < 0.3 * losses[0]
