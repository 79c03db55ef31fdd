"""The loop: same seed, same losses; it learns; it goes on where it stopped."""

import inspect
from collections.abc import Iterator
from functools import partial
from typing import Any

import numpy as np
import pytest
import torch
from torch._dynamo.testing import CompileCounterWithBackend

from armusic import config
from armusic.config import Config
from armusic.datasets.corpora.corpus import Corpus
from armusic.errors import DivergedError
from armusic.inference.items import to_data
from armusic.training import adapters
from armusic.training.adapters.music import build
from armusic.training.checkpoint import pack, unpack
from armusic.vae import data as dataset
from armusic.vae.data import Data
from armusic.vae.distributed import draw
from armusic.vae.fit import Report, fit, make_optimizer, rate_factor, score
from armusic.vae.models.base import VAE
from armusic.vae.objective import Objective, backward
from tests.notation import toy_corpus

SMALL = config.make(latent=8, units=12, epochs=3, batch=16, distinct=False)


@pytest.fixture(scope="module")
def corpus() -> Corpus:
    return toy_corpus()


@pytest.fixture(scope="module")
def data(corpus: Corpus) -> Data:
    return to_data(corpus, SMALL)


def start(
    data: Data, settings: Config, model: VAE, optimizer: torch.optim.Optimizer, epoch: int = 0
) -> Iterator[Report]:
    music = adapters.get("folk")
    return fit(
        model, data, data, dataset.scale_of(data, music.kinds), settings,
        augment=music.augment(settings), judge=music.judge(settings), optimizer=optimizer, epoch=epoch,
    )  # fmt: skip


def run(data: Data, settings: Config) -> list[Report]:
    torch.manual_seed(settings.seed)
    model = build(settings)
    return list(start(data, settings, model, make_optimizer(model, settings)))


def losses(reports: list[Report]) -> list[dict[str, float]]:
    return [report.losses for report in reports]


def test_the_same_seed_gives_the_same_losses(data: Data) -> None:
    assert losses(run(data, SMALL)) == losses(run(data, SMALL))
    assert losses(run(data, SMALL)) != losses(run(data, SMALL.replace(seed=1)))


@pytest.mark.parametrize("how", [{}, {"accumulate": 3}, {"precision": "bfloat16"}])
def test_a_run_that_goes_on_gives_the_losses_of_one_that_never_stopped(data: Data, how: dict[str, Any]) -> None:
    settings = SMALL.replace(**how)
    whole = run(data, settings)
    torch.manual_seed(settings.seed)
    model = build(settings)
    optimizer = make_optimizer(model, settings)
    stopped = start(data, settings, model, optimizer)
    next(stopped)
    other = build(settings)
    other.load_state_dict(model.state_dict())
    resumed = make_optimizer(other, settings)
    unpack(resumed, pack(optimizer))
    torch.manual_seed(99)
    rest = list(start(data, settings, other, resumed, epoch=1))
    assert losses(rest) == losses(whole)[1:]


@pytest.mark.parametrize("how", [{}, {"accumulate": 3}, {"attribute_loss": "slope"}])
def test_no_step_touches_the_generator_of_the_caller(data: Data, how: dict[str, Any]) -> None:
    settings = SMALL.replace(**how, dropout=0.5, epochs=1)
    model = build(settings)
    steps = start(data, settings, model, make_optimizer(model, settings))
    state = torch.get_rng_state()
    next(steps)
    assert torch.equal(torch.get_rng_state(), state)


def step(data: Data, settings: Config) -> tuple[dict[str, float], dict[str, torch.Tensor]]:
    """Return the losses and the gradients of the first step."""
    torch.manual_seed(settings.seed)
    model = build(settings)
    objective = Objective(model, settings, dataset.scale_of(data, 6), adapters.get("folk").judge(settings))
    four = data.take(np.flatnonzero(data.kind == 0)[:20])
    draws = draw(len(four), model.latent, four.a.shape[1], 0.5, objective.mean, torch.Generator().manual_seed(0))
    parts = backward(objective, objective, torch.from_numpy(four.x), torch.from_numpy(four.a), 0, draws)
    return parts, {name: weight.grad for name, weight in model.named_parameters()}


def test_bfloat16_is_near_float32_and_leaves_the_weights_alone(data: Data) -> None:
    exact, rough = step(data, SMALL), step(data, SMALL.replace(precision="bfloat16"))
    assert rough[0] == pytest.approx(exact[0], rel=0.05)
    assert rough[0]["nll"] != exact[0]["nll"]
    assert {gradient.dtype for gradient in rough[1].values()} == {torch.float32}


@pytest.mark.skipif(
    "recompile_limit" not in inspect.signature(torch.compile).parameters,
    reason="torch before 2.13 traces the network, but not the type checks of the tests around it",
)
@pytest.mark.parametrize("limited", [True, False])
@pytest.mark.filterwarnings("ignore:The .grad attribute")  # of torch, while it traces
@pytest.mark.filterwarnings("ignore:'_UnionGenericAlias' is deprecated")  # in torch, on Python 3.14
@pytest.mark.filterwarnings("ignore:Guards may run slower on Python 3.13.0")
def test_a_compiled_network_is_the_same_network(data: Data, monkeypatch: pytest.MonkeyPatch, limited: bool) -> None:
    """Traced as torch.compile traces it, and run without a C++ compiler; torch before 2.13 has no `recompile_limit`."""
    graphs = CompileCounterWithBackend("aot_eager")
    current = partial(torch.compile, backend=graphs)

    def older(model: Any, *, dynamic: bool) -> Any:
        return current(model, dynamic=dynamic)

    monkeypatch.setattr(torch, "compile", current if limited else older)
    exact, compiled = step(data, SMALL), step(data, SMALL.replace(compile=True))
    assert graphs.frame_count > 0
    assert compiled[0] == pytest.approx(exact[0], rel=1e-5)
    for name, gradient in exact[1].items():
        torch.testing.assert_close(compiled[1][name], gradient, rtol=1e-3, atol=1e-6)


@pytest.mark.parametrize("preset", ["default", "paper"])
def test_it_learns(corpus: Corpus, preset: str) -> None:
    settings = config.make(preset, latent=8, units=16, epochs=8, batch=16, lr=0.01, distinct=False, augment=0.0)
    reports = run(to_data(corpus, settings), settings)
    assert reports[-1].losses["nll"] < 0.8 * reports[0].losses["nll"]
    assert reports[-1].losses["attribute"] < 0.9 * reports[0].losses["attribute"]
    assert all(np.isfinite(list(report.losses.values())).all() for report in reports)


def test_gamma_zero_leaves_the_attributes_alone(data: Data) -> None:
    tied = run(data, SMALL.replace(epochs=6, lr=0.01))[-1].scores["r2"]
    free = run(data, SMALL.replace(epochs=6, lr=0.01, gamma=0.0))[-1].scores["r2"]
    assert tied > free


def test_edited_codes_come_nearer_to_what_is_asked_for(data: Data) -> None:
    reports = run(data, SMALL.replace(epochs=8, lr=0.01, control=0.5))
    assert reports[-1].losses["control"] < 0.5 * reports[0].losses["control"]
    assert set(run(data, SMALL.replace(epochs=1, control=0.0, editor=0, independence=0.0))[0].losses) == {
        "loss",
        "nll",
        "kl",
        "attribute",
    }


def test_the_learning_rate_rises_and_falls() -> None:
    settings = config.make(warmup=0.1).schedule
    assert [round(rate_factor(done, settings), 2) for done in (0.0, 0.05, 0.1, 0.55, 1.0)] == [0.0, 0.5, 1.0, 0.5, 0.0]
    constant = config.make("paper").schedule
    assert [rate_factor(done, constant) for done in (0.0, 0.5, 0.99)] == [1, 1, 1]
    rising = config.make(warmup=1.0).schedule
    assert [round(rate_factor(done, rising), 2) for done in (0.0, 0.5, 1.0)] == [0.0, 0.5, 1.0]


def test_a_perfect_model_scores_one(data: Data) -> None:
    scale = dataset.scale_of(data, 6)

    class Perfect(VAE):
        """Hides the item and its attributes in the code."""

        latent = 4 + 24

        def __init__(self) -> None:
            super().__init__()
            self.weight = torch.nn.Parameter(torch.zeros(()))

        def encode(self, x: torch.Tensor, kind: int) -> object:
            from armusic.vae.models.base import Normal

            rows = [int(np.flatnonzero((data.x == item).all(1) & (data.kind == kind))[0]) for item in x.numpy()]
            a = scale.standardise(data.a[rows], data.kind[rows])
            mean = torch.cat([torch.as_tensor(a).float(), x.float()], dim=1)
            return Normal(mean, mean)

        def decode(self, z: torch.Tensor, kind: int, teacher: torch.Tensor | None = None) -> torch.Tensor:
            return z[:, 4:, None]

        def mode(self, output: torch.Tensor) -> torch.Tensor:
            return output[..., 0].long()

    assert score(Perfect(), data, scale) == pytest.approx({"accuracy": 1.0, "exact": 1.0, "r2": 1.0})


@pytest.mark.parametrize("clip", [0.0, 1.0])
@pytest.mark.parametrize(
    ("broken", "says"), [("loss", "epoch 2, step 3: not finite: loss nan, nll inf"), ("gradient", "epoch 2, step 3: ")]
)
def test_training_stops_before_a_figure_that_is_not_finite_changes_the_weights(
    data: Data, monkeypatch: pytest.MonkeyPatch, broken: str, says: str, clip: float
) -> None:
    if broken == "gradient" and not clip:
        return  # its norm is not computed: the next loss, or the weights after the epoch, say it
    settings = SMALL.replace(clip=clip)
    torch.manual_seed(0)
    model = build(settings)
    steps = len(list(dataset.batches(data.kind, 16)))
    count = 0

    def spoilt(*arguments: Any) -> dict[str, float]:
        nonlocal count
        count += 1
        values = backward(*arguments)
        if count == steps + 3:
            if broken == "loss":
                return values | {"loss": float("nan"), "nll": float("inf")}
            next(model.parameters()).grad.fill_(float("inf"))  # type: ignore[union-attr]
        return values

    monkeypatch.setitem(inspect.unwrap(fit).__globals__, "backward", spoilt)
    reports = start(data, settings, model, make_optimizer(model, settings))
    assert next(reports).epoch == 1
    with pytest.raises(DivergedError, match=says):
        next(reports)
    assert all(weight.isfinite().all() for weight in model.parameters())


@pytest.mark.parametrize("what", ["weight", "code"])
def test_an_epoch_after_which_something_is_not_finite_is_not_reported(
    data: Data, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    settings = SMALL.replace(epochs=1)
    model = build(settings)
    optimizer = make_optimizer(model, settings)
    count, steps = 0, len(list(dataset.batches(data.kind, 16)))

    def last(*_: Any) -> None:
        nonlocal count
        count += 1
        if count == steps:
            with torch.no_grad():
                for weight in model.parameters():
                    weight.fill_(float("nan") if what == "weight" else 3e38)

    monkeypatch.setattr(optimizer, "step", last)
    with pytest.raises(DivergedError, match=f"a {what} is not finite"):
        next(start(data, settings, model, optimizer))
