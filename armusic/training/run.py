"""A training run as a folder: config.json, metrics.csv, the best and the last checkpoint.

Every file is replaced whole. `last.safetensors` holds all that the run needs to go on, so a
run that was stopped at any moment goes on from its last whole epoch with the same losses.
"""

from __future__ import annotations

import csv
import json
import logging
import os
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import torch
from torch import distributed, nn

from armusic.config import Config
from armusic.errors import UsageError, WriteError
from armusic.files import atomic_path, check_writable, one_line
from armusic.progress import Progress
from armusic.training import adapters, checkpoint
from armusic.training.checkpoint import BEST, LAST, Checkpoint
from armusic.vae import companion as baselines
from armusic.vae import fit
from armusic.vae.data import scale_of
from armusic.vae.distributed import processes, seeded
from armusic.vae.fit import Report

log = logging.getLogger(__name__)

LOCAL = "LOCAL_RANK"  # set by torchrun: the number of a process on its machine
PATIENCE = timedelta(days=2)  # of processes that wait for another: a large corpus takes long to read


def train(
    config: Config,
    run: Path,
    cache: Path,
    *,
    resume: bool = False,
    start: Checkpoint | None = None,
    on_data: Progress | None = None,
    on_step: Callable[[Mapping[str, float]], None] | None = None,
    on_epoch: Callable[[Report], None] | None = None,
) -> Path:
    """Train a model into a run folder; see `armusic.api.train`."""
    with _group() as (rank, device):
        first = rank == 0
        last = checkpoint.load(run / LAST) if resume and (run / LAST).is_file() else None
        if last is not None:
            config = _same(last.config, config, run)
        elif first and not resume:
            _refuse_another(run)
        if config.schedule.compile:
            _check_compiler()
        if start is not None:
            _same_network(start.config, config)
        history = list(last.history) if last else []
        _agree(len(history), run)
        adapter = adapters.of(config)
        expected = adapter.expected(config)
        for turn in _turns():  # the first process builds the corpus, the others find it in the cache
            if turn:
                data = adapter.load(config, cache, on_data if first else None)
        train_data, valid, test = adapter.split(data, config.seed)
        del data  # it may be large
        if first and last is None:
            _prepare(run, config)
        if config.schedule.distinct:
            train_data = train_data.distinct()
        scale = scale_of(train_data, adapter.kinds)
        begun = last or start
        with seeded(config.seed, device):
            model = (begun.model if begun else adapter.build(config)).to(device)
        companion = baselines.companion(config).to(device)
        optimizer = fit.make_optimizer(nn.ModuleList([model, companion]), config)
        if last is not None:
            checkpoint.unpack(optimizer, last.optimizer)
            companion.load_state_dict(last.companion)
        card = {"data": config.data, "items": {"train": len(train_data), "validation": len(valid), "test": len(test)}}
        state = Checkpoint(model, config, scale, tuple(history), card)
        events = _events(run) if first else None
        reports = fit.fit(
            model,
            train_data,
            valid,
            scale,
            config,
            augment=adapter.augment(config),
            expected=expected,
            companion=companion,
            optimizer=optimizer,
            epoch=len(history),
            on_step=on_step if first else None,
        )
        for report in reports:
            history.append(_row(report))
            if first:
                state = replace(state, history=tuple(history))
                _keep(state, optimizer, companion, run)
                if events is not None:
                    for name, value in history[-1].items():
                        events.add_scalar(name, value, report.epoch)
                if on_epoch is not None:
                    on_epoch(report)
        if events is not None:
            events.close()
        return run


def _keep(state: Checkpoint, optimizer: torch.optim.Optimizer, companion: nn.Module, run: Path) -> None:
    """Write the checkpoints and the figures of a run after an epoch; `last` is written last.

    A run whose best checkpoint was left behind, as large files are, has its next epoch for one.
    """
    history = state.history
    if history[-1]["accuracy"] >= max(row["accuracy"] for row in history) or not (run / BEST).is_file():
        checkpoint.save(state, run / BEST)
    with atomic_path(run / "metrics.csv", force=True) as temporary, temporary.open("w", newline="") as file:
        writer = csv.DictWriter(file, history[0])
        writer.writeheader()
        writer.writerows(history)
    going = replace(state, optimizer=checkpoint.pack(optimizer), companion=companion.state_dict())
    checkpoint.save(going, run / LAST)


def _row(report: Report) -> dict[str, float]:
    return {"epoch": report.epoch, "step": report.step, **report.losses, **report.scores, "seconds": report.seconds}


def _refuse_another(run: Path) -> None:
    """Raise `WriteError` where a run is there already: before the data is read."""
    if run.is_dir() and any((run / name).exists() for name in (BEST, LAST, "config.json")):
        raise WriteError(
            f"{one_line(str(run))}: a run is there already: continue it with the option resume, or name another folder"
        )


def _prepare(run: Path, config: Config) -> None:
    """Make the run folder, and write down the configuration."""
    try:
        run.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise WriteError(f"{one_line(str(run))}: no run folder can be made there ({error.strerror})") from error
    check_writable(run / LAST)
    with atomic_path(run / "config.json", force=True) as temporary:
        temporary.write_text(json.dumps(config.as_dict(), indent=2) + "\n", encoding="utf-8")


def _same(written: Config, given: Config, run: Path) -> Config:
    """Return the run's configuration, or refuse one that differs from it."""
    values = given.values()
    for name, value in written.values().items():
        if values.get(name) != value:
            raise UsageError(
                f"{one_line(str(run))} was begun with {name} {value!r}, not {values.get(name)!r}:"
                " a run goes on with the settings it was begun with"
            )
    return written


def _same_network(written: Config, given: Config) -> None:
    """Refuse settings that make another network than that which a run starts from."""
    values = given.network_values()
    for name, value in written.network_values().items():
        if values.get(name) != value:
            raise UsageError(
                f"the model to start from has {name} {value!r}, not {values.get(name)!r}:"
                " a run keeps the network that it starts from"
            )


def _check_compiler() -> None:
    """Refuse to compile where there is nothing to compile with: torch would say so in a page, after the first step."""
    compiler = os.environ.get("CXX", {"darwin": "clang++", "win32": "cl"}.get(sys.platform, "g++"))
    if shutil.which(compiler) is None:
        raise UsageError(
            f"the option compile needs a C++ compiler, and {compiler} is not found: install it, or name one in $CXX"
        )


def _events(run: Path) -> Any:
    """Return a TensorBoard writer when that extra is installed."""
    try:
        from torch.utils.tensorboard import SummaryWriter
    except ImportError:
        log.info("no TensorBoard events: install armusic[tensorboard] for them")
        return None
    return SummaryWriter(run / "events")


@contextmanager
def _group() -> Iterator[tuple[int, torch.device]]:
    """Join the processes that torchrun started, if it did; yield this one's rank and device."""
    world, local = (int(os.environ.get(name, default)) for name, default in (("WORLD_SIZE", "1"), (LOCAL, "0")))
    there = torch.cuda.device_count()
    if there and local >= there:
        raise UsageError(
            f"process {local + 1} of a machine with {there} {'GPU' if there == 1 else 'GPUs'}: start one process per"
            " GPU with torchrun"
        )
    device = torch.device("cuda", local) if there else torch.device("cpu")
    if world == 1:
        yield 0, device
        return
    if there:
        torch.cuda.set_device(device)
    distributed.init_process_group("nccl" if there else "gloo", timeout=PATIENCE)
    try:
        yield distributed.get_rank(), device
    finally:
        distributed.destroy_process_group()


def _turns() -> Iterator[bool]:
    """Yield when it is this process's turn, and when it is not: the first; the first of each machine; all others."""
    rank, world = processes()
    mine = 0 if rank == 0 else 1 if os.environ.get(LOCAL, "0") == "0" else 2
    for turn in range(3 if world > 1 else 1):
        yield turn == mine
        if world > 1:
            distributed.barrier()


def _agree(epoch: int, run: Path) -> None:
    """Refuse to go on where some processes find another run than the others."""
    world = processes()[1]
    if world == 1:
        return
    found: list[int] = [0] * world
    distributed.all_gather_object(found, epoch)
    if len(set(found)) > 1:
        raise UsageError(
            f"{one_line(str(run))}: epoch {max(found)} is done there, but not all machines see it:"
            " the run must be in a folder that they share"
        )
