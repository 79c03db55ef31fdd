"""`armusic generate`: new tunes with the attributes asked for."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.core import ParameterSource

from armusic.errors import UsageError
from armusic_cli import options, outputs, tables
from armusic_cli.attribute_files import attribute_file, short, spelled

if TYPE_CHECKING:
    from armusic.generation.generate import Generated

MOST = 999
DRAWN = 20  # tunes in the picture


@click.command("generate")
@click.option("--measures", type=click.IntRange(1), default=8, show_default=True, help="How many; phrases have eight.")
@click.option("--metre", default="4/4", show_default=True, metavar="METRE", help="As 6/8.")
@click.option(
    "--key", metavar="KEY", help="Key to stay in, as A:dorian.  [default: D:major; with --like that of its tune]"
)
@click.option(
    "--attr",
    "asked",
    metavar="NAME=VALUE",
    multiple=True,
    help="Value to hold an attribute to: density=0.5, density=p80 (a percentile of the corpus), density='1:0.2 8:0.5'"
    " or density=@curve.csv (a curve over the measures), with --like also density=+0.1 (more than there).",
)
@attribute_file
@click.option(
    "--like",
    type=options.FILE,
    metavar="FILE",
    help="Start from this tune: its form, its ties and where its measures lie stay.",
)
@click.option(
    "--temperature",
    type=click.FloatRange(0, 1),
    default=0.5,
    show_default=True,
    help="With --like: from 0, the tune as the model hears it, to 1, nothing of it.",
)
@click.option("-n", "count", type=click.IntRange(1, MOST), default=1, show_default=True, help="How many tunes.")
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True, help="The same one gives the same tunes.")
@options.model
@options.tune
@options.data_dir
@options.form
@options.ppq
@options.force
@click.option(
    "-o",
    "--output",
    "out",
    type=options.FILE,
    metavar="OUT",
    help="File whose suffix says the format, a track per tune, or folder with a file per tune; the piano rolls go"
    " beside it, as a PNG.  [default: generated.mid, or with several tunes the folder generated]",
)
@options.as_json
@click.pass_context
def command(
    ctx: click.Context,
    measures: int,
    metre: str,
    key: str | None,
    asked: tuple[str, ...],
    own: tuple[str, ...],
    like: Path | None,
    temperature: float,
    count: int,
    seed: int,
    model: Path | None,
    tune: int | None,
    data_dir: Path | None,
    form: str | None,
    ppq: int | None,
    force: bool,
    out: Path | None,
    as_json: bool,
) -> None:
    """Make new tunes, each attribute held to its value, and write them as MIDI with a picture.

    Measures follow one another as in the folk tunes that the model learnt from: phrases of eight,
    parts of which come again, in key, with a close. For example, this writes twenty jigs into the
    folder generated:

        armusic generate --metre 6/8 --key G:major --attr density=0.5 -n 20
    """
    _check(ctx, like)
    targets = spelled(asked, own)
    layout = "clips" if (count > 1 if out is None else not out.suffix) else None
    output = outputs.choose(out, "generated", layout=layout, form=form, ppq=ppq, force=force)
    if like is not None:
        outputs.refuse_inputs(output.path, like)
    with outputs.with_picture(output) as draft:
        from armusic import api

        api.writers.check(output.path, **output.format)
        chosen = api.load(model, "music")
        common = {"targets": targets, "count": count, "seed": seed, "data_dir": data_dir}
        if like is None:
            found = chosen.generate(measures, metre, key or "D:major", **common)
        else:
            found = chosen.generate_like(api.read(like, tune), temperature, key=key or "auto", **common)
        note = ", ".join([f"in {found.key}", *map(short, asked), f"seed {seed}"])
        if draft:
            title = f"Like {like.stem}" if like else f"New tunes in {metre}"
            api.plotting.save(api.plotting.rolls(found.tunes[:DRAWN], title, note), draft)
        api.write(found.tunes, output.path, attributes=found.names, **output.options)
    files = [str(path) for path in output.files]
    if as_json:
        tables.show_json({**_plain(found), "seed": seed, "files": files})
        return
    if found.names:
        tables.show(["attribute", "asked", "reached", "worst miss"], _rows(found))
    copied, total = int(found.copied.sum()), found.copied.size
    click.echo(f"{copied} of {total} measures are training measures note for note, in some key")
    click.echo(f"wrote {output}")


def _check(ctx: click.Context, like: Path | None) -> None:
    """Refuse options that go with `--like` only, or without it only."""
    given = {name for name in ctx.params if ctx.get_parameter_source(name) == ParameterSource.COMMANDLINE}
    if like is None:
        for name in ("temperature", "tune"):
            if name in given:
                raise UsageError(f"--{name} goes with a tune to start from: name it with --like FILE")
        return
    for name in ("measures", "metre"):
        if name in given:
            raise UsageError(f"--{name} cannot be chosen with --like: it is that of its tune")


def _rows(found: Generated) -> list[list[str]]:
    """Return a row for each attribute asked for."""
    rows = []
    for column, name in enumerate(found.names):
        asked, reached = found.targets[:, column], found.values[:, :, column]
        figures = (asked.mean(), reached.mean(), abs(reached - asked).max())
        rows.append([short(name), *(f"{figure:.3f}" for figure in figures)])
    return rows


def _plain(found: Generated) -> dict[str, object]:
    """Return all of it as plain values."""
    tunes = [
        {
            "name": name,
            "notes": len(tune.notes),
            "values": {attribute: values[:, column].tolist() for column, attribute in enumerate(found.names)},
            "copied": [number for number, same in enumerate(copied.tolist(), 1) if same],
        }
        for (name, tune), values, copied in zip(found.tunes, found.values, found.copied, strict=True)
    ]
    asked = {name: found.targets[:, column].tolist() for column, name in enumerate(found.names)}
    return {"key": str(found.key), "asked": asked, "tunes": tunes, "left": list(found.unchanged)}
