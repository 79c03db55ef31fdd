"""`train`: a run in a folder with config.json, metrics.csv, the best and the last checkpoint.

Every file is replaced whole. `last.safetensors` holds the whole state of the run: stopped at any
moment, it resumes after its last whole epoch, with the same losses.
"""

from __future__ import annotations

import csv
import logging
import os
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import torch
from torch import distributed, nn

from armusic.config import Config, difference
from armusic.errors import DivergedError, UsageError, WriteError
from armusic.files import atomic_path, check_writable, one_line
from armusic.inference import run_folder
from armusic.progress import Progress
from armusic.training import adapters, checkpoint, fingerprint, resumption
from armusic.training.checkpoint import BEST, LAST, Checkpoint
from armusic.vae import fit
from armusic.vae.companion import make_companion
from armusic.vae.data import scale_of
from armusic.vae.distributed import processes, seeded
from armusic.vae.fit import Report

log = logging.getLogger(__name__)

LOCAL = "LOCAL_RANK"  # set by torchrun: number of a process on its machine
PATIENCE = timedelta(days=2)  # how long processes wait for another: a large corpus takes long to read


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
        config = adapters.located(config)
        if last is not None:
            config = resumption.settings(last, config, run)
        elif first and not resume:
            _refuse_another(run)
        if config.schedule.compile:
            _check_compiler()
        if start is not None:
            _same_network(start.config, config)
        history = [_timed(row) for row in last.history] if last else []
        _agree(len(history), run)
        adapter = adapters.of(config)
        judge = adapter.judge(config)
        for turn in _turns():  # the first process builds the corpus, the others find it in the cache
            if turn:
                data = adapter.load(config, cache, on_data if first else None)
        if first:
            adapters.log_remark(data)
        mark = fingerprint.of(data)
        train_data, valid, test = adapter.split(data, config.split)
        del data  # it may be large
        if config.schedule.distinct:
            train_data = train_data.distinct()
        counts = {"train": len(train_data), "validation": len(valid), "test": len(test)}
        if last is not None:
            resumption.check_data(last, mark, counts, config, run)
        scale = scale_of(train_data, adapter.kinds)
        initial = last or start
        with seeded(config.seed, device):
            model = (initial.model if initial else adapter.build(config)).to(device)
        companion = make_companion(config).to(device)
        optimizer = fit.make_optimizer(nn.ModuleList([model, companion]), config)
        if last is not None:
            checkpoint.unpack(optimizer, last.optimizer)
            companion.load_state_dict(last.companion)
        if first and last is None:
            _prepare(run, config)
        elif first and last is not None and (config != last.config or config.place != last.config.place):
            run_folder.write(config, run)
        card = {"data": config.data, "items": counts, "fingerprint": mark}
        state = Checkpoint(model, config, scale, tuple(history), card)
        events = _events(run) if first else None
        reports = fit.fit(
            model,
            adapter.repeated(train_data, config),
            valid,
            scale,
            config,
            augment=adapter.augment(config),
            judge=judge,
            companion=companion,
            optimizer=optimizer,
            epoch=len(history),
            on_step=on_step if first else None,
        )
        with events or nullcontext():  # stopped or not, what was measured is written
            for report in _explained(reports, run, history, config):
                history.append(_row(report))
                if first:
                    state = replace(state, history=tuple(history))
                    _save(state, optimizer, companion, run)
                    if events is not None:
                        for name, value in history[-1].items():
                            events.add_scalar(name, value, report.epoch)
                    if on_epoch is not None:
                        on_epoch(report)
        return run


def _explained(
    reports: Iterator[Report], run: Path, history: Sequence[Mapping[str, float]], config: Config
) -> Iterator[Report]:
    """Yield the reports of a training; where it comes apart, say what stays of the run and what may help."""
    try:
        yield from reports
    except DivergedError as error:
        stays = f"the checkpoints of epoch {len(history)} stay" if history else "no epoch was done"
        clip = "" if config.schedule.clip else ", or with limited gradients (the option clip=1)"
        raise DivergedError(
            f"{one_line(str(run))}: training came apart ({error}); {stays}: start a run with a lower learning rate"
            f" (the option lr){clip}"
        ) from error


def _save(state: Checkpoint, optimizer: torch.optim.Optimizer, companion: nn.Module, run: Path) -> None:
    """Write the checkpoints and the figures of a run after an epoch; the last checkpoint comes last.

    Where the best checkpoint is missing, as after a copy without large files, the next epoch becomes it.
    """
    history = state.history
    if history[-1]["accuracy"] >= max(row["accuracy"] for row in history) or not (run / BEST).is_file():
        checkpoint.save(state, run / BEST)
    with atomic_path(run / "metrics.csv", force=True) as temporary, temporary.open("w", newline="") as file:
        writer = csv.DictWriter(file, history[0])
        writer.writeheader()
        writer.writerows({name: _rounded(value) for name, value in row.items()} for row in history)
    resumable = replace(state, optimizer=checkpoint.pack(optimizer), companion=companion.state_dict())
    checkpoint.save(resumable, run / LAST)


def _row(report: Report) -> dict[str, float]:
    figures = {"epoch": report.epoch, "step": report.step, **report.losses, **report.scores}
    return figures | {"seconds": report.seconds, "processor": report.processor}


def _rounded(value: float) -> int | str:
    """Return a figure as metrics.csv has it: seven digits are what single precision knows."""
    return value if isinstance(value, int) else f"{value:.7g}"


def _timed(row: Mapping[str, float]) -> dict[str, float]:
    """Return the figures of an epoch; of earlier versions, the time of the clock stands for that of the processor."""
    return {**row, "processor": row.get("processor", row["seconds"])}


def _refuse_another(run: Path) -> None:
    """Raise `WriteError` where the folder has a run already, before the data is read."""
    if run.is_dir() and any((run / name).exists() for name in (BEST, LAST, "config.json")):
        raise WriteError(
            f"{one_line(str(run))}: this folder has a run already: continue it with the option resume,"
            " or name another folder"
        )


def _prepare(run: Path, config: Config) -> None:
    """Create the run folder, and write the configuration."""
    try:
        run.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise WriteError(f"{one_line(str(run))}: cannot create the run folder ({error.strerror})") from error
    check_writable(run / LAST)
    run_folder.write(config, run)


def _same_network(initial: Config, config: Config) -> None:
    """Refuse settings of another network than that of the model which a run starts from."""
    before, values = initial.network_values(), config.network_values()
    if name := difference(before, values):
        raise UsageError(
            f"the model to start from has {name} {before[name]!r}, not {values.get(name)!r}:"
            " leave it as it is, or train from new weights"
        )


def _check_compiler() -> None:
    """Raise `UsageError` where the C++ compiler is missing: torch would fail after the first step, with a traceback."""
    compiler = os.environ.get("CXX", {"darwin": "clang++", "win32": "cl"}.get(sys.platform, "g++"))
    if shutil.which(compiler) is None:
        raise UsageError(
            f"the option compile needs a C++ compiler, and {compiler} is not found: install it, or name one in $CXX"
        )


def _events(run: Path) -> Any:
    """Return a TensorBoard writer, where TensorBoard is installed."""
    try:
        from torch.utils.tensorboard import SummaryWriter
    except ImportError:
        log.info("no TensorBoard events: install armusic[tensorboard] for them")
        return None
    return SummaryWriter(run / "events")


@contextmanager
def _group() -> Iterator[tuple[int, torch.device]]:
    """Join the other processes of torchrun, if there are any; yield this one's rank and device."""
    world, local = (int(os.environ.get(name, default)) for name, default in (("WORLD_SIZE", "1"), (LOCAL, "0")))
    gpus = torch.cuda.device_count()
    if gpus and local >= gpus:
        raise UsageError(
            f"process {local + 1} of a machine with {gpus} {'GPU' if gpus == 1 else 'GPUs'}: start one process per"
            " GPU with torchrun"
        )
    device = torch.device("cuda", local) if gpus else torch.device("cpu")
    if world == 1:
        yield 0, device
        return
    if gpus:
        torch.cuda.set_device(device)
    distributed.init_process_group("nccl" if gpus else "gloo", timeout=PATIENCE)
    try:
        yield distributed.get_rank(), device
    finally:
        distributed.destroy_process_group()


def _turns() -> Iterator[bool]:
    """Yield whether it is this process's turn: first that of rank 0, then of the first of each machine, then of all."""
    rank, world = processes()
    mine = 0 if rank == 0 else 1 if os.environ.get(LOCAL, "0") == "0" else 2
    for turn in range(3 if world > 1 else 1):
        yield turn == mine
        if world > 1:
            distributed.barrier()


def _agree(epoch: int, run: Path) -> None:
    """Refuse to resume where some processes see another state of the run than the others."""
    world = processes()[1]
    if world == 1:
        return
    epochs: list[int] = [0] * world
    distributed.all_gather_object(epochs, epoch)
    if len(set(epochs)) > 1:
        raise UsageError(
            f"{one_line(str(run))}: epoch {max(epochs)} is done, but not all machines see it: put the run"
            " into a folder that they share"
        )
