"""`armusic train`: a model, from a corpus or a set of images."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from armusic import config
from armusic.config import Config
from armusic.errors import UsageError
from armusic_cli import options, settings
from armusic_cli.progress import Progress

if TYPE_CHECKING:
    from armusic.vae.fit import Report

THREADS = ("OMP_NUM_THREADS", "MKL_NUM_THREADS")
"""Read by torch when it is imported."""


@click.command("train", cls=settings.Command)
@click.option(
    "--preset",
    type=options.Choice(list(config.PRESETS)),
    default="default",
    show_default=True,
    help="Settings to start from: those of Pati and Lerch (2020) (paper), or of a method to compare with (the others).",
)
@settings.options
@click.option(
    "-o",
    "--output",
    "run",
    type=options.FILE,
    metavar="RUN",
    help="Folder of the run.  [default: runs/PRESET-DATE-TIME]",
)
@click.option(
    "--resume", is_flag=True, help="Resume the run in RUN after its last complete epoch; if there is none, start it."
)
@click.option(
    "--start",
    type=options.MODEL,
    metavar="MODEL",
    help=f"Start from the network and the weights of a model, with other data or other losses: {options.MODELS}.",
)
@options.data_dir
@click.option("--threads", type=click.IntRange(min=1), metavar="N", help="CPU threads.  [default: half the cores]")
@click.pass_context
def command(
    ctx: click.Context,
    /,
    preset: str,
    run: Path | None,
    resume: bool,
    start: str | None,
    data_dir: Path | None,
    threads: int | None,
    **values: Any,
) -> None:
    """Train a model on the folk corpus, on another data set, or on your own files (--data).

    RUN gets config.json, metrics.csv, and the best and the last checkpoint; use it with
    `armusic interpolate --model RUN`. Stop with Ctrl-C at any time, and continue with --resume:
    with more --epochs as well, where the learning rate is constant.
    On several devices or machines, use torchrun --nproc-per-node N -m armusic_cli train ..., with the same
    options: --batch is the total over all processes, and the losses are the same (docs/scale.md).
    """
    if resume and run is None:
        raise UsageError("--resume needs the run to continue: name it with -o RUN")
    run = run or Path("runs", f"{preset}-{datetime.now().astimezone():%Y%m%d-%H%M%S}")
    if threads is not None:
        os.environ.update(dict.fromkeys(THREADS, str(threads)))
    else:  # a small network gains little from more, and loses much where a core is busy
        half = str(max(1, (os.cpu_count() or 1) // 2))
        for name in THREADS:
            os.environ.setdefault(name, half)
    from armusic import api

    network = {} if start is None else api.load(start).config.network_values()
    named = preset if options.given(ctx, {"preset": preset}) else ""
    chosen = _config(run, named, network | options.given(ctx, values), resume=resume)
    silent = os.environ.get("RANK", "0") != "0"  # under torchrun, the first process speaks for all
    if resume and not silent and not (run / "config.json").is_file():
        click.echo(f"{api.files.one_line(str(run))}: no run there: a new one begins", err=True)
    with Progress("reading", api.words(chosen.source).source, silent=silent) as progress:
        training = _Training(progress, chosen.schedule.epochs)
        try:
            api.train(
                chosen,
                run,
                resume=resume,
                start=start,
                data_dir=data_dir,
                on_data=progress.update,
                on_step=training.step,
                on_epoch=training.epoch,
            )
        except KeyboardInterrupt:
            raise KeyboardInterrupt(f"stopped: continue with armusic train --resume -o {run}") from None
    if not silent:
        click.echo(str(run))


class _Training:
    """A progress bar of epochs with the loss parts, and a line per epoch."""

    def __init__(self, progress: Progress, epochs: int) -> None:
        self.progress, self.epochs = progress, epochs
        self.done = 0  # epochs
        self.steps = 0  # in this epoch
        self.per_epoch = 0  # known when the first epoch is done

    def step(self, losses: Mapping[str, float]) -> None:
        """Show the loss parts of a step."""
        self.steps += 1
        part = self.steps / self.per_epoch if self.per_epoch else 0.0  # the first epoch's length is not known yet
        text = "  ".join([f"step {self.steps}", *(f"{name} {value:.3f}" for name, value in losses.items())])
        self.progress.update(self.done + min(part, 1.0), self.epochs, title="training", unit="epoch", note=text)

    def epoch(self, report: Report) -> None:
        """Print an epoch's mean loss parts and validation scores."""
        self.done, self.steps, self.per_epoch = report.epoch, 0, report.step // report.epoch
        figures = {**report.losses, **report.scores}
        text = "  ".join(f"{name} {value:.4f}" for name, value in figures.items())
        self.progress.line(f"epoch {report.epoch}/{self.epochs}  {text}  {report.seconds:.0f} s")
        self.progress.update(report.epoch, self.epochs, title="training", unit="epoch")


def _config(run: Path, preset: str, values: dict[str, Any], *, resume: bool) -> Config:
    """Return a preset's settings with some values; a resumed run takes the others from its own config.json."""
    from armusic import api

    if not (resume and (run / "config.json").is_file()):
        return api.configure(preset or "default", **values)
    known = api.experiments.settings(run)
    of_preset = config.preset_values(preset, known.domain) if preset else {}
    return known.replace(**of_preset | values)
