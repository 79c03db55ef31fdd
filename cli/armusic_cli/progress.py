"""Progress on standard error: a bar on a terminal, else a line now and then."""

from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import TYPE_CHECKING, Self

import click

if TYPE_CHECKING:
    import rich.progress

REFRESH = 10  # per second
LINES = 10.0  # seconds between two lines where there is no terminal


class Progress:
    """A bar that shows how much of the work is done.

    Parameters
    ----------
    title : str
        Name of the work.
    unit : str
        Name of what is counted, in the singular.
    silent : bool
        Whether to show nothing at all.

    Notes
    -----
    The bar appears with the first update: work that needs no time shows none.
    """

    def __init__(self, title: str, unit: str, *, silent: bool = False) -> None:
        self.title, self.unit, self.silent = title, unit, silent
        self._bar: rich.progress.Progress | None = None
        self._task: rich.progress.TaskID | None = None
        self._last = time.monotonic()
        self._terminal = sys.stderr.isatty()  # asked once: rich puts a stand-in there

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.stop()

    def update(self, done: float, total: int, title: str = "", unit: str = "", note: str = "") -> None:
        """Show that `done` of `total` is done, with a short note beside it."""
        if self.silent:
            return
        title, unit = title or self.title, unit or self.unit
        if self._terminal:
            self._draw(done, total, title, note)
        elif title == self.title and (done == total or time.monotonic() - self._last > LINES):
            self._last = time.monotonic()
            click.echo(f"{title}: {done:g} of {total:g} {unit}s", err=True)

    def line(self, text: str) -> None:
        """Print a line that stays."""
        if self.silent:
            return
        if self._bar is not None:
            self._bar.console.print(text, markup=False, highlight=False)
        else:
            click.echo(text, err=True)

    def _draw(self, done: float, total: int, title: str, note: str) -> None:
        from rich import progress
        from rich.console import Console

        if self._bar is None:
            self._bar = progress.Progress(
                progress.TextColumn("{task.description}"),
                progress.BarColumn(),
                progress.TextColumn("{task.fields[done]}", markup=False),
                progress.TimeRemainingColumn(),
                progress.TextColumn("{task.fields[note]}", markup=False),
                console=Console(stderr=True),
                refresh_per_second=REFRESH,
            )
            self._bar.start()
        if self._task is None or self._bar.tasks[-1].description != title:
            self._task = self._bar.add_task(title, total=total, done="", note="")
        counted = f"{done if isinstance(done, int) else round(done, 1)}/{total}"
        self._bar.update(self._task, completed=done, total=total, done=counted, note=note)
