"""The methods of others: each does what it is for, and what is trained beside the model goes on with it."""

import math
from collections.abc import Iterator
from functools import cache
from importlib.metadata import EntryPoint

import numpy as np
import pytest
import torch

from armusic.config import PRESETS, Config, make
from armusic.errors import UsageError
from armusic.inference.items import to_data
from armusic.training import adapters
from armusic.training.adapters.music import build
from armusic.training.checkpoint import pack, unpack
from armusic.vae.companion import Linear, make_companion
from armusic.vae.data import Data, scale_of
from armusic.vae.distributed import Shard, draw
from armusic.vae.fit import Report, fit, make_optimizer
from armusic.vae.losses import explained, kl, regression
from armusic.vae.models.base import VAE
from armusic.vae.objective import Objective
from tests.notation import toy_corpus

MUSIC = adapters.get("folk")
OTHERS = ("beta-vae", "glsr", "s2-vae", "i-vae", "fader")


@pytest.mark.parametrize("preset", PRESETS)
def test_one_method_has_weights_of_its_own(preset: str) -> None:
    weights = list(make_companion(make(preset)).parameters())
    assert bool(weights) == (preset == "i-vae")


def test_the_linear_model_starts_as_the_identity() -> None:
    z, a = torch.tensor([[1.0, 2.0]]), torch.tensor([[1.0, 0.0]])
    assert Linear(2)(z, a).tolist() == [2.0]


def test_the_linear_model_finds_the_line() -> None:
    """Which is that of least squares, for each attribute."""
    z = torch.linspace(-1, 1, 50)[:, None].repeat(1, 2)
    a = torch.stack([3 * z[:, 0] + 1, -0.5 * z[:, 1]], dim=1)
    model = Linear(2)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.1)
    for _ in range(300):
        optimizer.zero_grad()
        model(z, a).mean().backward()
        optimizer.step()
    torch.testing.assert_close(model.slope.data, torch.tensor([3.0, -0.5]), atol=1e-2, rtol=0)
    torch.testing.assert_close(model.offset.data, torch.tensor([1.0, 0.0]), atol=1e-2, rtol=0)


def no_scalar(z: torch.Tensor, a: torch.Tensor) -> torch.Tensor:
    return (z - a).square()


def no_tensor(z: torch.Tensor, a: torch.Tensor) -> float:
    return (z - a).square().sum().item()


def failing(z: torch.Tensor, a: torch.Tensor) -> torch.Tensor:
    return z[:, 9] - a[:, 0]


class WithoutNumber(torch.nn.Module):
    """A module that cannot be made with the number of attributes."""

    def __init__(self) -> None:
        super().__init__()


NUMBER = 3


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("no_scalar", r"it returns a tensor of shape \(\d+, 4\): return one without axes, such as the sum .*"),
        ("no_tensor", "it returns a float: return a tensor without axes"),
        ("failing", r"it fails \(IndexError: index 9 is out of bounds .* \(line \d+\)\)"),
        ("WithoutNumber", r"it cannot be made for the number of attributes \(TypeError: .*\)"),
        ("NUMBER", r"tests.vae.test_companion:NUMBER is no function \(z, a\) and no class of torch modules"),
    ],
)
def test_a_loss_of_another_package_that_is_wrong_is_named(
    monkeypatch: pytest.MonkeyPatch, name: str, message: str
) -> None:
    point = EntryPoint("own", f"{__name__}:{name}", "armusic.losses")
    monkeypatch.setattr("importlib.metadata.entry_points", lambda group: [point] if group == point.group else [])
    settings = make("beta-vae", attribute_loss="own", gamma=1.0, latent=6, units=8, batch=16, epochs=1)
    data = to_data(toy_corpus(), settings)
    with pytest.raises(UsageError, match=f"^attribute_loss own: {message}$") as error:
        list(fit(build(settings), data, data, scale_of(data, MUSIC.kinds), settings))
    assert "\n" not in str(error.value)


def test_a_code_learns_to_hide_from_the_adversary() -> None:
    """A code of two numbers, one of them the attribute, seen through a matrix that is to learn to leave it out."""
    torch.manual_seed(0)
    a, other = torch.randn(256, 1), torch.randn(256, 1)
    x = torch.cat([a + other, a - other], dim=1)
    seen = torch.nn.Linear(2, 1)
    optimizer = torch.optim.Adam(seen.parameters(), lr=0.05)
    for _ in range(200):
        optimizer.zero_grad()
        explained(seen(x), a).backward()
        optimizer.step()
    code = seen(x)[:, 0].detach()
    assert torch.corrcoef(torch.stack([code, a[:, 0]]))[0, 1].abs() < 0.01
    assert torch.corrcoef(torch.stack([code, other[:, 0]]))[0, 1].abs() > 0.95


@cache
def data() -> Data:
    return to_data(toy_corpus(), make())


def start(settings: Config, model: VAE, epoch: int = 0, **state: object) -> Iterator[Report]:
    scale, judge = scale_of(data(), MUSIC.kinds), MUSIC.judge(settings)
    return fit(model, data(), data(), scale, settings, judge=judge, epoch=epoch, **state)


@cache
def trained(preset: str) -> list[Report]:
    settings = make(preset, latent=8, units=16, epochs=8, batch=16, lr=0.01, distinct=False)
    torch.manual_seed(0)
    return list(start(settings, build(settings)))


@pytest.mark.parametrize("preset", OTHERS)
def test_it_learns_to_reconstruct(preset: str) -> None:
    reports = trained(preset)
    assert reports[-1].losses["nll"] < 0.8 * reports[0].losses["nll"]
    assert all(np.isfinite(list(report.losses.values())).all() for report in reports)


@pytest.mark.parametrize("preset", ["s2-vae", "i-vae", "fader"])
def test_the_attributes_can_be_read_off_their_dimensions(preset: str) -> None:
    assert trained(preset)[-1].scores["r2"] > 0.6
    assert trained("beta-vae")[-1].scores["r2"] < 0.3


def test_fader_gives_the_decoder_the_attributes_and_hides_them_in_the_other_dimensions() -> None:
    settings = make("fader", latent=8, units=6, dropout=0.0)
    four = data().take(np.flatnonzero(data().kind == 0)[:20])
    x, a = torch.from_numpy(four.x).long(), torch.randn(20, 4)
    model = build(settings)
    objective = Objective(model, settings, scale_of(data(), MUSIC.kinds))
    draws = draw(20, 8, 4, 0.5, objective.mean, torch.Generator().manual_seed(0))
    parts = objective(x, a, 0, Shard(20), draws)
    posterior = model.encode(x, 0)
    codes = posterior.sample(draws.noise)
    nll = model.nll(model.decode(torch.cat([a, codes[:, 4:]], dim=1), 0), x, 0)
    expected = {
        "nll": nll.mean() / 24,
        "kl": kl(posterior.mean[:, 4:], posterior.log_std[:, 4:]).mean(),
        "attribute": regression(codes[:, :4], a),
        "adversary": explained(codes[:, 4:], a),
    }
    weights = {"nll": 1.0, "kl": settings.loss.beta, "attribute": 1.0, "adversary": settings.loss.gamma}
    torch.testing.assert_close(
        parts, {"loss": sum(weights[name] * value for name, value in expected.items()), **expected}
    )


def test_glsr_makes_the_slopes_one() -> None:
    """Of what the loss adds up over four attributes, their mean squared distance from 1 remains."""
    distances = [report.losses["attribute"] / 2 - math.log(2 * math.pi) for report in trained("glsr")]
    assert distances[0] > 0.8
    assert distances[-1] < 0.2


def test_glsr_asks_for_attributes_that_an_output_has() -> None:
    with pytest.raises(UsageError, match="attribute 'syncopation' has no slope"):
        MUSIC.judge(make("glsr", attributes=("density", "syncopation")))
    with pytest.raises(UsageError, match="attribute_loss 'slope' needs attributes with diff"):
        Objective(build(make("glsr")), make("glsr"), scale_of(data(), MUSIC.kinds))


@pytest.mark.parametrize("preset", ["glsr", "i-vae", "fader"])
def test_a_run_that_goes_on_gives_the_losses_of_one_that_never_stopped(preset: str) -> None:
    settings = make(preset, latent=8, units=6, epochs=3, batch=32, distinct=False)
    torch.manual_seed(0)
    whole = list(start(settings, build(settings)))
    torch.manual_seed(0)
    model, beside = build(settings), make_companion(settings)
    optimizer = make_optimizer(torch.nn.ModuleList([model, beside]), settings)
    next(start(settings, model, companion=beside, optimizer=optimizer))
    torch.manual_seed(99)
    again, beside_again = build(settings), make_companion(settings)
    again.load_state_dict(model.state_dict())
    beside_again.load_state_dict(beside.state_dict())
    resumed = make_optimizer(torch.nn.ModuleList([again, beside_again]), settings)
    unpack(resumed, pack(optimizer))
    rest = list(start(settings, again, 1, companion=beside_again, optimizer=resumed))
    assert [report.losses for report in rest] == [report.losses for report in whole][1:]
