"""`armusic experiment`: runs of several models, data sets, seeds and settings, from one file."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

import click

from armusic.errors import ArmusicError, UsageError
from armusic_cli import options, tables
from armusic_cli.progress import Progress

if TYPE_CHECKING:
    import rich.live

    from armusic.config import Config
    from armusic.experiments import Run, State

SECONDS = 1.0  # between two looks at the folders
COLUMNS = ("run", "state", "epoch", "accuracy", "R²", "time left")
ORDER = ("failed", "evaluating", "training", "waiting", "done")


@click.command("experiment")
@click.argument("file", metavar="FILE.toml", type=options.FILE)
@click.option(
    "-o", "--output", "out", type=options.FILE, metavar="FOLDER", help="Folder of the runs.  [default: runs/FILE]"
)
@click.option(
    "--jobs",
    type=click.IntRange(min=1),
    metavar="N",
    help="Number of parallel runs, each on one core.  [default: one per core]",
)
@click.option(
    "--scheduler",
    metavar="ADDRESS",
    help="Use the workers of a Dask scheduler, such as tcp://10.0.0.1:8786; all must see FOLDER.",
)
@click.option("--only", multiple=True, metavar="MODEL", help="Do the runs of this model only; may be repeated.")
@click.option("--dry-run", is_flag=True, help="Show the runs and their progress, and start none.")
@options.data_dir
def command(
    file: Path,
    out: Path | None,
    jobs: int | None,
    scheduler: str | None,
    only: tuple[str, ...],
    dry_run: bool,
    data_dir: Path | None,
) -> None:
    """Train and evaluate every run that a file describes, several at a time.

    Each run is a folder MODEL-DATA-SEED in FOLDER, as `armusic train` writes it, with an
    evaluation.json. Runs are done seed by seed. Given again, the command skips finished runs and
    resumes stopped ones after their last complete epoch; where the learning rate is constant, those
    to which the file now gives more epochs as well. examples/paper.toml is such a file.
    """
    from armusic import api

    experiments = api.experiments
    runs = _chosen(experiments.read(file), only)
    out = out or Path("runs", file.stem)
    experiments.check(runs, out)
    states = [experiments.look(run, out) for run in runs]
    todo = [state.run for state in states if not state.done]
    experiments.check_data(todo)
    if todo and not dry_run:
        try:
            with experiments.engine(jobs, scheduler):
                units = {data: api.words(data).source for data in {run.config.data for run in todo}}
                with Progress("reading", "file") as progress:
                    experiments.prepare(todo, out, data_dir, partial(_tell, progress, units))
                with _Watch(runs, out) as watch:
                    for _ in experiments.perform(todo, out, data_dir, on_start=watch.start):
                        watch.show()
        except KeyboardInterrupt:
            done = sum(experiments.look(run, out).done for run in runs)
            raise KeyboardInterrupt(
                f"stopped: {done} of {len(runs)} runs are done; resume with armusic experiment {file} -o {out}"
            ) from None
        states = [experiments.look(run, out) for run in runs]
    tables.show(COLUMNS, [_row(state, _word(state, ())) for state in states])
    failed = [state for state in states if state.error]
    if failed and not dry_run:
        raise ArmusicError(
            f"{len(failed)} of {len(runs)} runs failed: see error.txt in their folders; the same command retries them"
        )


def _chosen(runs: Sequence[Run], models: Sequence[str]) -> Sequence[Run]:
    """Return the runs of some models; all of them where none is named."""
    known = {run.model: None for run in runs}
    for model in models:
        if model not in known:
            raise UsageError(f"--only {model}: there is no such model in the file: there are {', '.join(known)}")
    return [run for run in runs if run.model in models] if models else runs


def _tell(progress: Progress, units: Mapping[str, str], settings: Config, done: int, total: int) -> None:
    """Show how much of the data of a run is read."""
    progress.update(done, total, unit=units[settings.data])


class _Watch:
    """Shows how far the runs are: a live table on a terminal, else a line where something has changed."""

    def __init__(self, runs: Sequence[Run], out: Path) -> None:
        self.runs, self.out = runs, out
        self.started: set[str] = set()
        self.words = {run.name: "" for run in runs}
        self.states: dict[str, State] = {}
        self._live: rich.live.Live | None = None
        self._over = threading.Event()
        self._turn = threading.Lock()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def start(self, chain: Iterable[Run]) -> None:
        """Note that a chain of runs has started."""
        self.started |= {run.name for run in chain}

    def show(self) -> None:
        """Read the folders, and show the state of the runs."""
        from armusic import api

        with self._turn:
            for run in self.runs:  # only runs that have started and are not done change
                old = self.states.get(run.name)
                if old is None or (run.name in self.started and not old.done):
                    self.states[run.name] = api.experiments.look(run, self.out)
            states = list(self.states.values())
            done = {state.run.name for state in states if state.done}
            words = [_word(state, self.started, done) for state in states]
            if self._live is not None:
                self._live.update(self._table(states, words), refresh=True)
            for state, word in zip(states, words, strict=True):
                if word != self.words[state.run.name] and self._live is None and word != "waiting":
                    click.echo("  ".join(filter(None, _row(state, word))), err=True)
                self.words[state.run.name] = word

    def _table(self, states: Sequence[State], words: Sequence[str]) -> rich.table.Table:
        from rich.table import Table
        from rich.text import Text

        counts = ", ".join(f"{words.count(word)} {word}" for word in reversed(ORDER) if word in words)
        table = Table(*COLUMNS, box=None, pad_edge=False, caption=counts, caption_justify="left")
        rows = sorted(zip(states, words, strict=True), key=lambda pair: ORDER.index(pair[1]))
        assert self._live is not None
        for state, word in rows[: max(1, self._live.console.height - 4)]:
            table.add_row(*map(Text, _row(state, word)))
        return table

    def _look(self) -> None:
        while not self._over.wait(SECONDS):
            self.show()

    def __enter__(self) -> Self:
        if sys.stderr.isatty():
            from rich.console import Console
            from rich.live import Live

            self._live = Live(console=Console(stderr=True, highlight=False), auto_refresh=False)
            self._live.start()
        self.show()
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join()
        if self._live is not None:
            self._live.stop()


def _word(state: State, started: Iterable[str], done: Iterable[str] = ()) -> str:
    """Return what a run is doing; it waits until it and the run it starts from are ready."""
    if state.done:
        return "done"
    if state.error:
        return "failed"
    if state.run.name not in started or (state.run.start is not None and state.run.start not in done):
        return "waiting"
    return "evaluating" if state.trained else "training"


def _row(state: State, word: str) -> list[str]:
    """Return a line of the table; an error stands in the place of the state."""
    left = state.left
    figures = [f"{state.scores[name]:.4f}" if name in state.scores else "" for name in ("accuracy", "r2")]
    clock = (
        ""
        if left is None or word in ("done", "failed")
        else f"{left // 3600:.0f}:{left // 60 % 60:02.0f}:{left % 60:02.0f}"
    )
    return [
        state.run.name,
        f"failed: {state.error}" if state.error else word,
        f"{state.epoch}/{state.run.config.schedule.epochs}",
        *figures,
        clock,
    ]
