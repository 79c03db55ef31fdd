"""Several processes, each with its part of a batch, do what one does with the whole of it."""

import os
import subprocess
import sys
from functools import cache
from itertools import product
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import distributed
from torch.nn.parallel import DistributedDataParallel

from armusic import config
from armusic.config import Config
from armusic.inference.items import to_data
from armusic.training import adapters
from armusic.training.adapters.music import build
from armusic.vae.data import Data, scale_of
from armusic.vae.distributed import Shard, StepDraws, draw
from armusic.vae.fit import fit
from armusic.vae.objective import Objective, backward
from tests.notation import toy_corpus

MUSIC = adapters.get("folk")
PLAIN = {"control": 0.0, "editor": 0}
ALL = {"control": 0.3, "editor": 5, "independence": 0.5}
SAMPLED = ("rhythm", "mean_interval", "contour", "beat_strength")
CASES = {
    "pairwise": {"attribute_loss": "pairwise", **PLAIN},
    "pairwise and all": {"attribute_loss": "pairwise", **ALL},
    "regression": PLAIN,
    "regression and all": ALL,
    "sampled": {**ALL, "attributes": SAMPLED},
    "paper": {"preset": "paper", **ALL, "layers": 1},
    **{name: {"attribute_loss": name, **PLAIN} for name in ("slope", "cross-entropy", "linear", "adversary")},
}
BATCHES = ((8, 1), (5, 1), (1, 1), (5, 2))  # items (even, uneven, one process that has none), and --accumulate


def settings(case: str, parts: int) -> Config:
    small = {"latent": 8, "units": 6, "dropout": 0.0, "batch": 50, "epochs": 2, "distinct": False}
    return config.make(**{**small, **CASES[case], "accumulate": parts})


@cache
def measures(frame: str, attributes: tuple[str, ...]) -> Data:
    return to_data(toy_corpus(), config.make(frame=frame, attributes=attributes))


def double(chosen: Config) -> torch.nn.Module:
    torch.manual_seed(0)
    return build(chosen).double()


def gradients(chosen: Config, items: int) -> dict[str, np.ndarray]:
    """Return the parts of the objective and the gradients of a batch in 4/4."""
    data = measures(chosen.network.frame, chosen.attributes)
    scale = scale_of(data, MUSIC.kinds)
    data = data.take(np.flatnonzero(data.kind == 0)[:items])
    objective = Objective(double(chosen), chosen, scale, MUSIC.judge(chosen))
    wrapped = DistributedDataParallel(objective) if distributed.is_initialized() else objective
    a = objective.mean.new_tensor(data.a)
    values = backward(objective, wrapped, torch.from_numpy(data.x), a, 0, step_draws(items, chosen))
    figures = {name: np.array(value) for name, value in values.items()}
    return figures | {name: weight.grad.numpy() for name, weight in objective.named_parameters()}


@cache
def alone(case: str, items: int) -> dict[str, np.ndarray]:
    return gradients(settings(case, 1), items)


def step_draws(items: int, chosen: Config) -> StepDraws:
    """Return the same draws in every process."""
    like, rng = torch.zeros((), dtype=torch.float64), torch.Generator().manual_seed(1)
    return draw(items, chosen.network.latent, len(chosen.attributes), 0.5, like, rng)


def a_run(chosen: Config) -> dict[str, np.ndarray]:
    """Return the losses, the scores and the weights of a run."""
    data, model = measures(chosen.network.frame, chosen.attributes), double(chosen)
    reports = fit(
        model, data, data, scale_of(data, MUSIC.kinds), chosen,
        augment=MUSIC.augment(chosen), judge=MUSIC.judge(chosen),
    )  # fmt: skip
    figures = {
        f"{report.epoch} {name}": np.array(value)
        for report in reports
        for name, value in {**report.losses, **report.scores}.items()
    }
    return figures | {name: weight.detach().numpy() for name, weight in model.named_parameters()}


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, dict[str, np.ndarray]]]:
    """What two processes found, each."""
    folder = tmp_path_factory.mktemp("two")
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": os.pathsep.join([".", "cli"])}
    command = [sys.executable, "-m", "tests.vae.test_distributed", str(folder)]
    started = [subprocess.Popen([*command, str(rank)], env=environment, stderr=subprocess.PIPE) for rank in (0, 1)]
    for process in started:
        _, errors = process.communicate(timeout=600)
        assert process.returncode == 0, errors.decode()
    return [torch.load(folder / str(rank), weights_only=False) for rank in (0, 1)]


def same(figures: dict[str, np.ndarray], expected: dict[str, np.ndarray], accuracy: float) -> None:
    assert figures.keys() == expected.keys()
    for name, value in figures.items():
        np.testing.assert_allclose(expected[name], value, rtol=accuracy, atol=accuracy * 1e-3, err_msg=name)


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize(("items", "parts"), BATCHES)
def test_two_processes_give_the_losses_and_gradients_of_one(
    two: list[dict[str, dict[str, np.ndarray]]], case: str, items: int, parts: int
) -> None:
    for figures in two:
        same(alone(case, items), figures[f"{case} {items} {parts}"], 1e-8)


@pytest.mark.parametrize("case", ["pairwise and all", "sampled", "paper"])
@pytest.mark.parametrize("parts", [3, 99])
def test_the_parts_of_a_batch_give_the_gradients_of_the_whole(case: str, parts: int) -> None:
    same(alone(case, 7), gradients(settings(case, parts), 7), 1e-8)


def test_two_processes_train_the_model_that_one_trains(two: list[dict[str, dict[str, np.ndarray]]]) -> None:
    single = a_run(settings("pairwise and all", 1))
    for figures in two:
        same(single, figures["run"], 1e-6)


def test_a_shard_has_its_own_gradient_only_and_the_losses_add_up() -> None:
    whole = torch.arange(5.0)
    total = torch.zeros(())
    for number in range(3):
        shard = Shard(5, number, 3)
        own = shard.take(whole).clone().requires_grad_()
        loss = shard.share(shard.whole(own, torch.arange(6.0)).square().sum()) + shard.mean(own)
        loss.backward()
        assert own.grad[shard.real :].eq(0).all()
        torch.testing.assert_close(own.grad[: shard.real], (2 * shard.take(whole) + 0.2)[: shard.real])
        total = total + loss
    assert total.item() == pytest.approx(30 + 2)


if __name__ == "__main__":
    place, number = Path(sys.argv[1]), int(sys.argv[2])
    distributed.init_process_group("gloo", init_method=f"file://{place}/meeting", rank=number, world_size=2)
    figures = {
        f"{case} {items} {parts}": gradients(settings(case, parts), items)
        for case, (items, parts) in product(CASES, BATCHES)
    }
    figures["run"] = a_run(settings("pairwise and all", 1))
    torch.save(figures, place / str(number))
    distributed.destroy_process_group()
