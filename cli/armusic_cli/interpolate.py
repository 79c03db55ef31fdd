"""`armusic interpolate`: the main job, from a person's MIDI file to tracks for a DAW and a picture."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from armusic.errors import UsageError
from armusic_cli import options, outputs, tables, traverse
from armusic_cli.own import attribute_file, short, spelled

if TYPE_CHECKING:
    from armusic.editing.result import Reached
    from armusic.editing.sweep import Variation

STEPS = 5


@click.command("interpolate")
@click.argument("file", metavar="[INPUT]", type=options.FILE, required=False)
@click.option(
    "--attr",
    "attributes",
    metavar="NAME[=VALUE]",
    multiple=True,
    help="Attribute to turn down and up: rhythm, range, density, contour, syncopation, rhythmic_entropy,"
    " interval_entropy, beat_strength, mean_interval or one of your own; or a value to reach: rhythm=0.6,"
    " density=p80 (a percentile of the corpus), rhythm=+0.2 (more than now), density='1:0.2 8:0.7' or"
    " density=@curve.csv (a curve over the measures). Values may be asked of several attributes.",
)
@attribute_file
@click.option("--to", metavar="VALUE", help="Value to reach, when --attr names one attribute only.")
@click.option(
    "--curve",
    "curves",
    type=(str, str),
    multiple=True,
    metavar="NAME POINTS",
    help="Short for --attr NAME=POINTS.",
)
@options.key
@click.option("--open-loop", is_flag=True, help="Decode once, near what is asked for, instead of searching.")
@click.option(
    "--steps",
    type=click.IntRange(1, options.MOST_STEPS),
    help="How many variations.  [default: 5; of an --item 17 in a .gif, 9 in a .png]",
)
@click.option(
    "--range",
    "span",
    type=(float, float),
    metavar="LOW HIGH",
    default=(-2.0, 2.0),
    help="First and last step, in standard deviations of the attribute from the value of each measure"
    " (with --open-loop, and of an --item: of the prior, along its dimension).  [default: -2 2]",
)
@click.option(
    "--measures",
    type=options.measures,
    metavar="FIRST-LAST",
    help="Vary these measures only.  [default: all]",
)
@options.layout
@options.form
@options.ppq
@options.model
@options.tune
@options.reading
@click.option(
    "--item",
    "items",
    type=int,
    multiple=True,
    metavar="N",
    help="Instead of INPUT, where the model is of images or other data: item N of the test part, from 0; may be"
    " repeated, as --attr may: a row per item and a column per attribute.",
)
@click.option(
    "--data", metavar="NAME", help="With --item: a data set or path with the items.  [default: the model's own]"
)
@options.data_dir
@options.force
@click.option(
    "-o",
    "--output",
    "out",
    type=options.FILE,
    metavar="OUT",
    help="File whose suffix says the format, or folder for clips; the piano rolls go beside it, as a PNG."
    "  [default: INPUT-NAME.mid in the current folder]  With --item: a .gif, which moves, or a .png, a strip of steps"
    "  [default: DATA-N-NAME.gif].",
)
@options.as_json
@click.pass_context
def command(
    ctx: click.Context,
    /,
    file: Path | None,
    attributes: tuple[str, ...],
    own: tuple[str, ...],
    to: str | None,
    curves: tuple[tuple[str, str], ...],
    key: str,
    open_loop: bool,
    steps: int | None,
    span: tuple[float, float],
    measures: tuple[int, int] | None,
    layout: str | None,
    form: str | None,
    ppq: int | None,
    model: Path | None,
    tune: int | None,
    items: tuple[int, ...],
    data: str | None,
    data_dir: Path | None,
    force: bool,
    out: Path | None,
    as_json: bool,
    **reading: Any,
) -> None:
    """Turn one attribute of a tune down and up, or bring attributes to values, as MIDI with a picture.

    INPUT is a MIDI file, or an ABC or MusicXML file with one melody. Step 0 is the input itself, untouched;
    the other measures are what the model makes of it. For example, this writes
    input-rhythm.mid and input-rhythm.png into the current folder:

        armusic interpolate input.mid --attr rhythm

    With values, the original and the result are written, a track each:

        armusic interpolate input.mid --attr rhythm=0.3 --attr density=p80

    A model of images turns items of its test part by their dimensions, and draws what it decodes:

        armusic interpolate --model runs/sprites --item 5 --attr scale -o sweep.gif
    """
    traverse.refuse(ctx)
    if items:
        traverse.command(attributes, items, data, data_dir, steps, span, model, force, out, as_json)
        return
    if file is None:
        traverse.missing(ctx, model)
    asked = _asked(attributes, to, curves)
    targets = spelled(asked or attributes, own)
    asked = [short(text) for text in asked]
    attribute = "-".join(text.split("=")[0].strip() for text in asked) or short(attributes[0])
    stem = f"{file.stem}-{attribute.replace('/', '-')}"
    output = outputs.choose(out, stem, layout=layout, form=form, ppq=ppq, force=force)
    outputs.refuse_inputs(output.path, file)
    with outputs.with_picture(output) as draft:
        from armusic import api

        api.writers.check(output.path, **output.format)
        melody, chosen = api.read(file, tune, **reading), api.load(model, "music")
        if asked:
            found = chosen.reach(melody, targets, key=key, measures=measures, closed=not open_loop)
            tunes = [("original", melody), (" ".join(asked), found.tune)]
            if draft:
                title, note = melody.title or file.stem, f"{' and '.join(asked)} asked for"
                api.plotting.save(api.plotting.targets(tunes, found, title, note), draft)
            shown = tunes[1:] if layout == "clips" else tunes
            api.write(shown, output.path, attributes=found.names, **output.options)
        else:
            variations = chosen.interpolate(
                melody, targets[0], steps or STEPS, span, measures, key, closed=not open_loop
            )
            if draft:
                api.picture(variations, attribute, draft)
            api.write(variations, output.path, attributes=targets, **output.options)
    if asked:
        _show_reached(file, found, output.files, as_json=as_json)
        return
    if as_json:
        tables.show_json(_plain(file, attribute, variations, output.files))
        return
    tables.show(["step", attribute, "change", "notes"], _rows(variations))
    clipped = [f"{variation.clipped} at {variation.name}" for variation in variations if variation.clipped]
    if clipped:
        click.echo(f"measures that go no further: {', '.join(clipped)}")
    click.echo(f"wrote {output}")


def _asked(attributes: Sequence[str], to: str | None, curves: Sequence[tuple[str, str]]) -> list[str]:
    """Return the values asked for as `NAME=VALUE` each; none where one attribute is to be turned down and up."""
    bare = [text for text in attributes if "=" not in text]
    valued = [text for text in attributes if "=" in text] + [f"{name}={points}" for name, points in curves]
    if to is not None:
        if len(bare) != 1:
            raise UsageError("--to gives a value to one attribute: name it with --attr NAME")
        return [*valued, f"{bare[0]}={to}"]
    if len(bare) > 1 or (bare and valued):
        raise UsageError(
            f"no value for {', '.join(bare)}: one attribute is turned down and up, several need values: {bare[0]}=0.5"
        )
    if not (bare or valued):
        raise UsageError("name an attribute with --attr, such as --attr rhythm or --attr rhythm=0.3")
    return valued


SHOWN = 5  # notes of a search; --json has them all


def _show_reached(file: Path, found: Reached, files: Sequence[Path], *, as_json: bool) -> None:
    """Print what was asked and what was reached: a row per attribute."""
    same = (found.distance == 0).tolist()
    if as_json:
        columns = {"asked": found.targets, "reached": found.values, "before": found.original}
        values = {
            name: {what: table[:, k].tolist() for what, table in columns.items()} for k, name in enumerate(found.names)
        }
        plain = {"input": str(file), "attributes": values, "distance": found.distance.tolist()}
        tables.show_json({**plain, "notes": list(found.notes), "files": [str(path) for path in files]})
        return
    rows = []
    for k, name in enumerate(found.names):
        asked, reached, before = (table[:, k] for table in (found.targets, found.values, found.original))
        figures = (before.mean(), asked.mean(), reached.mean(), abs(reached - asked).max())
        rows.append([short(name), *(f"{figure:.3f}" for figure in figures)])
    tables.show(["attribute", "before", "asked", "reached", "worst miss"], rows)
    for note in found.notes[:SHOWN]:
        click.echo(note)
    if len(found.notes) > SHOWN:
        click.echo(f"and {len(found.notes) - SHOWN} more such measures (--json lists them)")
    click.echo(f"{sum(same)} of {len(same)} measures as they were; wrote {' and '.join(map(str, files))}")


def _rows(variations: Sequence[Variation]) -> list[list[str]]:
    """Return the table: mean of the attribute, its distance from the input's, and notes, per step."""
    original = next(variation for variation in variations if variation.step == 0)
    rows = []
    for variation in variations:
        mean, change = variation.values.mean(), variation.values.mean() - original.values.mean()
        rows.append([variation.name, f"{mean:.3f}", f"{change:+.3f}", str(len(variation.tune.notes))])
    return rows


def _plain(file: Path, attribute: str, variations: Sequence[Variation], files: Sequence[Path]) -> dict[str, object]:
    """Return all of it as plain values."""
    return {
        "input": str(file),
        "attribute": attribute,
        "steps": [
            {
                "name": variation.name,
                "step": variation.step,
                "mean": float(variation.values.mean()),
                "values": variation.values.tolist(),
                "asked": None if variation.targets is None else variation.targets.tolist(),
                "clipped": variation.clipped,
                "notes": len(variation.tune.notes),
            }
            for variation in variations
        ],
        "left": list(variations[0].unchanged),
        "files": [str(path) for path in files],
    }
