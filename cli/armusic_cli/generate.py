"""`armusic generate`: new tunes, with targets for their attributes."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from armusic.errors import UsageError
from armusic_cli import options, outputs, tables, threads
from armusic_cli.attribute_files import attribute_file, short, spelled

if TYPE_CHECKING:
    from armusic.generation.generate import Generated

MOST = 999
DRAWN = 20  # tunes in the picture at most


@click.command("generate")
@click.option(
    "--measures",
    type=click.IntRange(1),
    metavar="N",
    default=8,
    show_default=True,
    help="Number of measures; a phrase has eight.",
)
@click.option(
    "--metre",
    metavar="N/D",
    help="Metre, such as 6/8; with --like, that of the whole file, in place of its own time signatures."
    "  [default: 4/4; with --like, as in the file]",
)
@click.option(
    "--key",
    metavar="KEY",
    help="Key to stay in, such as A:dorian.  [default: D:major; with --like, the key of that tune]",
)
@click.option(
    "--attr",
    "targets",
    metavar="NAME=VALUE",
    multiple=True,
    help=f"Target of an attribute; may be repeated. {options.TARGETS} A shift needs --like.",
)
@attribute_file
@click.option(
    "--like",
    type=options.FILE,
    metavar="FILE",
    help="Tune to start from; its form, its ties and the register of its measures are kept.",
)
@click.option(
    "--temperature",
    type=click.FloatRange(0, 1),
    metavar="NUMBER",
    default=0.5,
    show_default=True,
    help="With --like: from 0, the tune as the model reconstructs it, to 1, a tune that has nothing of it.",
)
@click.option(
    "-n", "count", type=click.IntRange(1, MOST), metavar="N", default=1, show_default=True, help="Number of tunes."
)
@click.option(
    "--seed",
    type=click.IntRange(0),
    metavar="N",
    default=0,
    show_default=True,
    help="Random seed: the same one gives the same tunes.",
)
@options.model
@options.tune
@options.reading_without("metre", "groove")
@options.data
@options.data_dir
@options.form
@options.ppq
@options.paper
@options.force
@options.no_picture
@click.option(
    "-o",
    "--output",
    "out",
    type=options.FILE,
    metavar="OUT",
    help="File, with the suffix of a format and a track per tune, or folder with a file per tune; the piano rolls are"
    " written beside it as a PNG.  [default: generated.mid, or with several tunes the folder generated]",
)
@options.as_json
@threads.option
def command(
    measures: int,
    metre: str | None,
    key: str | None,
    targets: tuple[str, ...],
    own: tuple[str, ...],
    like: Path | None,
    temperature: float,
    count: int,
    seed: int,
    model: str | None,
    tune: int | str | None,
    data: str | None,
    data_dir: Path | None,
    form: str | None,
    ppq: int | None,
    paper: str | None,
    force: bool,
    no_picture: bool,
    out: Path | None,
    as_json: bool,
    **reading: Any,
) -> None:
    """Generate new tunes, with targets for their attributes.

    Measures follow one another as in the folk tunes that the model was trained on: phrases of eight,
    with repeated parts, in one key, and with an ending. For example, this writes twenty jigs into the
    folder generated:

        armusic generate --metre 6/8 --key G:major --attr density=0.5 -n 20
    """
    _check(click.get_current_context(), like, reading)
    named = spelled(targets, own)
    layout = "clips" if (count > 1 if out is None else not out.suffix) else None
    output = outputs.choose(
        out, "generated", layout=layout, form=form, ppq=ppq, paper=paper, force=force, no_picture=no_picture
    )
    outputs.check_targets(named)
    bars = metre or "4/4"
    source = outputs.source(measures, bars, key, named, count, seed, str(model))
    if like is not None:
        outputs.refuse_inputs(output.path, like)
        source = outputs.source(like, tune)
    with outputs.with_picture(output, source) as draft:
        from armusic import api

        api.writers.check(output.path, **output.format)
        loaded = api.load(model, "music", data=data)
        common = {"targets": named, "count": count, "seed": seed, "data_dir": data_dir}
        if like is None:
            generated = loaded.generate(measures, bars, key or "D:major", **common)
        else:
            melody = api.read(like, tune, metre=metre, **reading)
            generated = loaded.generate_like(melody, temperature, key=key or "auto", **common)
        note = ", ".join([f"in {generated.key}", *map(short, targets), f"seed {seed}"])
        if draft:
            title = f"Like {outputs.stem(like, tune)}" if like else f"New tunes in {bars}"
            draft.save(api.plotting.rolls(generated.tunes[:DRAWN], title, note))
        api.write(generated, output.path, attributes=generated.names, **output.options)
    files = [str(path) for path in output.files]
    if as_json:
        tables.show_json({**_plain(generated), "seed": seed, "files": files})
        return
    if generated.names:
        tables.show(["attribute", "target", "value", "largest error"], _rows(generated))
    copied, total = int(generated.copied.sum()), generated.copied.size
    click.echo(f"{copied} of {total} measures are copies of training measures, in some key")
    click.echo(f"wrote {output}")


def _check(ctx: click.Context, like: Path | None, reading: Iterable[str]) -> None:
    """Refuse options that need `--like`, and those that cannot go with it."""
    typed = {name for name in ctx.params if ctx.get_parameter_source(name) == ParameterSource.COMMANDLINE}
    if like is None:
        for name in ("temperature", "tune", *reading):
            if name in typed:
                flag = name.replace("_", "-")
                raise UsageError(f"--{flag} goes with a tune to start from: name it with --like FILE")
        return
    if "measures" in typed:
        raise UsageError("--measures cannot go with --like FILE: that tune has its own")


def _rows(generated: Generated) -> list[list[str]]:
    """Return a row for each attribute with a target."""
    rows = []
    for column, name in enumerate(generated.names):
        target, values = generated.targets[:, column], generated.values[:, :, column]
        figures = (target.mean(), values.mean(), abs(values - target).max())
        rows.append([short(name), *(f"{figure:.3f}" for figure in figures)])
    return rows


def _plain(generated: Generated) -> dict[str, object]:
    """Return all of it as plain values."""
    tunes = [
        {
            "name": name,
            "notes": len(tune.notes),
            "values": {attribute: values[:, column].tolist() for column, attribute in enumerate(generated.names)},
            "copied": list(
                dict.fromkeys(n for n, is_copy in zip(tune.firsts, copied.tolist(), strict=True) if is_copy)
            ),
        }
        for (name, tune), values, copied in zip(generated.tunes, generated.values, generated.copied, strict=True)
    ]
    target = {name: generated.targets[:, column].tolist() for column, name in enumerate(generated.names)}
    return {"key": str(generated.key), "target": target, "tunes": tunes, "unchanged": list(generated.unchanged)}
