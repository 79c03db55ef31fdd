"""What is not done of an experiment, trained and evaluated in parallel.

A run, and those that start from it, are one task for joblib, whose engine the caller chooses:
processes of this machine, or a cluster's workers that see the same folder.
"""

from __future__ import annotations

import json
import os
import traceback
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
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


class _TimeIsUpError(Exception):
    """A run has trained for as long as it may."""


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
        for one in todo:
            if one.start == run.name:
                yield from after(one)

    return [tuple(after(run)) for run in todo if run.start not in names]


@contextmanager
def engine(jobs: int | None = None, scheduler: str | None = None) -> Iterator[None]:
    """Have `perform` use so many processes of this machine, or the workers of a Dask scheduler.

    Parameters
    ----------
    jobs : int, optional
        Processes, each of one thread; by default one per core. On a cluster: most runs at once, by default one
        per worker.
    scheduler : str, optional
        Its address, such as `tcp://10.0.0.1:8786`.

    Raises
    ------
    MissingExtraError
        If Dask is not installed.
    UsageError
        If there is no scheduler, or a worker has several threads: they would share their random numbers.
    """
    import joblib

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
                raise UsageError(f"{scheduler}: a worker has several threads: start them with --nthreads 1")
            stack.enter_context(joblib.parallel_config("dask", n_jobs=jobs or -1))
        yield


def prepare(
    todo: Sequence[Run],
    out: Path,
    data_dir: Path | None = None,
    on_data: Callable[[Config, int, int], None] | None = None,
) -> None:
    """Make the folder of some runs, forget their old errors, and read their data into the cache, once for all.

    Parameters
    ----------
    todo : sequence of Run
        Those to do.
    out : Path
        The folder of their folders.
    data_dir : Path, optional
        Where data is cached.
    on_data : callable, optional
        Told the settings of a run, how much of their data is read, and how much there is.

    Raises
    ------
    WriteError
        If the folder cannot be made.
    DataError
        When it cannot be used.
    """
    from armusic.training import adapters

    try:
        out.mkdir(parents=True, exist_ok=True)
        for run in todo:
            (out / run.name / ERROR).unlink(missing_ok=True)
    except OSError as error:
        raise WriteError(f"{one_line(str(out))}: no folder of runs can be there ({error.strerror})") from error
    cache = data_folder(data_dir)
    seen = {}
    for one in (run.config for run in todo):
        drawn = (one.limit, one.seed if one.limit else 0)
        seen[one.data, one.values().get("frame"), one.attributes, drawn] = one
    for settings in seen.values():
        adapters.of(settings).load(settings, cache, partial(on_data, settings) if on_data else None)


def perform(
    todo: Sequence[Run], out: Path, data_dir: Path | None = None, *, on_start: Callable[[Chain], None] | None = None
) -> Iterator[Chain]:
    """Train and evaluate runs, in parallel; yield each chain of them when it is done or has failed.

    Parameters
    ----------
    todo : sequence of Run
        Those to do; a run goes on from its last whole epoch.
    out : Path
        The folder of their folders; on a cluster, all workers see it.
    data_dir : Path, optional
        Where data is cached; else each machine's own place.
    on_start : callable, optional
        Told of each chain as it is begun.

    Notes
    -----
    joblib's engine and number of jobs are those of the `joblib.parallel_config` around it: see `engine`.
    """
    import joblib
    from joblib.externals.loky.process_executor import TerminatedWorkerError

    def tasks() -> Iterator[object]:
        for chain in chains(todo):
            if on_start is not None:
                on_start(chain)
            yield joblib.delayed(follow)(chain, out, data_dir, os.getpid())

    parallel = joblib.Parallel(return_as="generator_unordered", pre_dispatch="n_jobs", batch_size=1)
    try:
        yield from parallel(tasks())
    except TerminatedWorkerError as error:
        raise ArmusicError("a process was killed, perhaps for want of memory: fewer --jobs need less") from error


def follow(chain: Chain, out: Path, data_dir: Path | None, owner: int) -> Chain:
    """Train and evaluate runs one after another; the first that fails leaves its error in its folder, and ends it.

    A child of the process `owner` ends with it: another may go on with the same runs.
    """
    import torch

    torch.set_num_threads(1)
    child = os.getppid() == owner

    def stay(_: Mapping[str, float]) -> None:
        if child and os.getppid() != owner:
            os._exit(1)

    for run in chain:
        folder = out / run.name
        try:
            _train(run, out, data_folder(data_dir), stay)
        except Exception as error:  # noqa: BLE001  (kept, and shown; the other runs go on)
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


def _train(run: Run, out: Path, cache: Path, on_step: Callable[[Mapping[str, float]], None]) -> None:
    from armusic import evaluation
    from armusic.training import checkpoint
    from armusic.training import run as runs

    check([run], out)
    folder, state = out / run.name, look(run, out)
    seconds = state.seconds

    def count(report: Report) -> None:
        nonlocal seconds
        seconds += report.seconds
        if run.minutes is not None and seconds >= 60 * run.minutes:
            raise _TimeIsUpError

    if not state.trained:
        start = checkpoint.load(out / run.start) if run.start is not None else None
        with suppress(_TimeIsUpError):  # its last epoch is kept: it may go on with more time
            runs.train(run.config, folder, cache, resume=True, start=start, on_step=on_step, on_epoch=count)
    if not look(run, out).evaluated:
        found = evaluation.evaluate(checkpoint.load(folder), cache)
        with atomic_path(folder / EVALUATION, force=True) as temporary:
            temporary.write_text(json.dumps(found.as_dict(), indent=2) + "\n", encoding="utf-8")
