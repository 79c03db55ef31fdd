"""Training and evaluating the runs of an experiment in parallel.

A run, and those that start from it, are one task for joblib, whose engine the caller chooses:
processes of this machine, or a cluster's workers that see the same folder.
"""

from __future__ import annotations

import json
import logging
import multiprocessing
import os
import threading
import time
import traceback
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from armusic.config import Config
from armusic.errors import ArmusicError, UsageError, WriteError
from armusic.experiments.plan import Run
from armusic.experiments.states import ERROR, EVALUATION, check, look
from armusic.extras import require
from armusic.files import atomic_path, data_folder, one_line

if TYPE_CHECKING:
    from armusic.vae.fit import Report

Chain = tuple[Run, ...]
LOOK = 0.5  # seconds between two looks of a worker at its parent


class _TimeIsUpError(Exception):
    """A run has used up its training time."""


def chains(todo: Sequence[Run]) -> list[Chain]:
    """Return each run with those that start from it, directly or not, after it.

    Examples
    --------
    >>> from armusic.experiments.plan import parse
    >>> tuned = {"start": "default-folk", "data": ["bach"]}
    >>> todo = parse({"data": ["folk", "bach"], "models": {"tuned": tuned, "default": {}}})
    >>> [[run.name for run in chain] for chain in chains(todo)]
    [['default-folk-0', 'tuned-bach-0'], ['default-bach-0']]
    """
    names = {run.name for run in todo}

    def after(run: Run) -> Iterator[Run]:
        yield run
        for follower in todo:
            if follower.start == run.name:
                yield from after(follower)

    return [tuple(after(run)) for run in todo if run.start not in names]


@contextmanager
def engine(jobs: int | None = None, scheduler: str | None = None) -> Iterator[None]:
    """Have `perform` use processes of this machine, or the workers of a Dask scheduler.

    Parameters
    ----------
    jobs : int, optional
        Number of processes, each of one thread; by default one per core. On a cluster: largest number of runs at
        once, by default one per worker.
    scheduler : str, optional
        Address of the Dask scheduler, such as `tcp://10.0.0.1:8786`.

    Raises
    ------
    MissingExtraError
        If Dask is not installed.
    UsageError
        If no scheduler answers, or a worker has several threads: they would share their random numbers.
    """
    joblib = require("joblib", extra="train", purpose="an experiment")
    with ExitStack() as stack, warnings.catch_warnings():
        if scheduler is None:
            warnings.filterwarnings("ignore", "A worker stopped while some jobs", UserWarning)  # joblib starts another
            jobs = jobs or joblib.cpu_count(only_physical_cores=True)
            stack.enter_context(joblib.parallel_config("loky", n_jobs=jobs, inner_max_num_threads=1))
        else:
            client_of = require("distributed", extra="dask", purpose="a Dask scheduler").Client
            try:
                client = stack.enter_context(client_of(scheduler, timeout="10s"))
            except (OSError, ValueError) as error:
                raise UsageError(f"{scheduler}: no Dask scheduler answers there ({error})") from error
            if any(threads > 1 for threads in client.nthreads().values()):
                raise UsageError(f"{scheduler}: a worker has several threads: start each worker with one")
            stack.enter_context(joblib.parallel_config("dask", n_jobs=jobs or -1))
        yield


def prepare(
    todo: Sequence[Run],
    out: Path,
    data_dir: Path | None = None,
    on_data: Callable[[Config, int, int], None] | None = None,
) -> None:
    """Create the folder of some runs, delete their old errors, and read their data into the cache, once for all.

    Parameters
    ----------
    todo : sequence of Run
        Runs to do.
    out : Path
        Folder of the runs' folders.
    data_dir : Path, optional
        Folder of cached data.
    on_data : callable, optional
        Called with the settings of a run, how much of its data is read, and its total.

    Raises
    ------
    WriteError
        If the folder cannot be created.
    DataError
        If the data cannot be used.
    """
    from armusic.training import adapters

    try:
        out.mkdir(parents=True, exist_ok=True)
        for run in todo:
            (out / run.name / ERROR).unlink(missing_ok=True)
    except OSError as error:
        raise WriteError(f"{one_line(str(out))}: cannot create the output folder ({error.strerror})") from error
    cache = data_folder(data_dir)
    different = {}
    for settings in (run.config for run in todo):
        subset = (settings.limit, settings.split if settings.limit else 0)
        different[settings.data, settings.values().get("frame"), settings.attributes, subset] = settings
    for settings in different.values():
        data = adapters.of(settings).load(settings, cache, partial(on_data, settings) if on_data else None)
        adapters.log_remark(data)


def perform(
    todo: Sequence[Run], out: Path, data_dir: Path | None = None, *, on_start: Callable[[Chain], None] | None = None
) -> Iterator[Chain]:
    """Train and evaluate runs, in parallel, seed by seed; yield each chain when it is done or has failed.

    Parameters
    ----------
    todo : sequence of Run
        Runs to do; a run is resumed from its last whole epoch.
    out : Path
        Folder of the runs' folders; on a cluster, all workers must see it.
    data_dir : Path, optional
        Folder of cached data; by default each machine's own.
    on_start : callable, optional
        Called with each chain as it starts.

    Notes
    -----
    joblib's engine and number of jobs are those of the `joblib.parallel_config` around it: see `engine`.
    """
    joblib = require("joblib", extra="train", purpose="an experiment")
    executor = require("joblib.externals.loky.process_executor", extra="train", purpose="an experiment")

    def tasks() -> Iterator[object]:
        for chain in chains(sorted(todo, key=lambda run: run.config.seed)):
            if on_start is not None:
                on_start(chain)
            yield joblib.delayed(follow)(chain, out, data_dir, os.getpid())

    parallel = joblib.Parallel(return_as="generator_unordered", pre_dispatch="n_jobs", batch_size=1)
    try:
        yield from parallel(tasks())
    except executor.TerminatedWorkerError as error:
        raise ArmusicError("a worker was killed, probably out of memory: lower the number of jobs") from error


def follow(chain: Chain, out: Path, data_dir: Path | None, owner: int) -> Chain:
    """Train and evaluate runs one after another; the first that fails ends the chain, with its error in its folder.

    A child of the process `owner` ends with it, however that ends: another process may resume the same runs.
    """
    import torch

    torch.set_num_threads(1)
    _end_with(owner)
    for run in chain:
        folder = out / run.name
        try:
            with _without_remarks():
                _train(run, out, data_folder(data_dir))
        except Exception as error:  # noqa: BLE001  (written to the run's folder; the other runs go on)
            folder.mkdir(parents=True, exist_ok=True)
            text = str(error)
            if not isinstance(error, ArmusicError):
                text = (
                    f"{type(error).__name__}: {' '.join(text.split())}\n\n{''.join(traceback.format_exception(error))}"
                )
            with atomic_path(folder / ERROR, force=True) as temporary:
                temporary.write_text(text + "\n", encoding="utf-8")
            break
    return chain


_watched: set[int] = set()
"""The parent that this process watches, once it does."""


def _end_with(owner: int) -> None:
    """End this process when its parent `owner` is gone: a thread looks, whatever the others do.

    Nothing happens where `owner` is no parent of it, as on a cluster. On Windows a process keeps the number of a parent
    that is gone, so that the current run is finished first.
    """
    parent = multiprocessing.parent_process()
    if parent is None or parent.pid != owner or owner in _watched:
        return
    _watched.add(owner)

    def watch() -> None:
        while os.getppid() == owner:
            time.sleep(LOOK)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


@contextmanager
def _without_remarks() -> Iterator[None]:
    """Leave out the remarks on the data: `prepare` logs them, once for all runs."""
    from armusic.training import adapters

    level = adapters.log.level
    adapters.log.setLevel(logging.ERROR)
    try:
        yield
    finally:
        adapters.log.setLevel(level)


def _train(run: Run, out: Path, cache: Path) -> None:
    import torch

    from armusic import evaluation
    from armusic.training import checkpoint
    from armusic.training import run as runs

    check([run], out)
    folder, state = out / run.name, look(run, out)
    processor = state.processor

    def count(report: Report) -> None:
        nonlocal processor
        processor += report.processor
        if run.minutes is not None and processor >= 60 * run.minutes:
            raise _TimeIsUpError

    if not state.trained:
        start = checkpoint.load(out / run.start) if run.start is not None else None
        with suppress(_TimeIsUpError):  # its last epoch is kept: it may be resumed with more time
            runs.train(run.config, folder, cache, resume=True, start=start, on_epoch=count)
    state = look(run, out)
    if run.keep == "weights" and state.epoch >= run.config.schedule.epochs and (folder / checkpoint.LAST).is_file():
        checkpoint.keep_weights(folder)
    if not look(run, out).evaluated:
        model = checkpoint.load(folder)
        weights = {"sha256": checkpoint.digest(model), "torch": torch.__version__}
        figures = {**evaluation.evaluate(model, cache).as_dict(), "weights": weights}
        with atomic_path(folder / EVALUATION, force=True) as temporary:
            temporary.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
