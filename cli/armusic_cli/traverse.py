"""`armusic traverse`: test images decoded with one latent dimension after another moved."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from armusic.config import MOST_STEPS
from armusic.errors import UsageError
from armusic_cli import options, tables

if TYPE_CHECKING:
    from armusic.evaluation.traversals import Traversal

STEPS = {".gif": 17, ".png": 9}
"""Number of steps where the user gives none."""


@click.command("traverse")
@click.option(
    "--model", type=options.MODEL, metavar="MODEL", required=True, help=f"The model of images: {options.MODELS}."
)
@click.option(
    "--item",
    "items",
    type=int,
    multiple=True,
    required=True,
    metavar="N",
    help="Number of an item in the test part, from 0; may be repeated: a row each.",
)
@click.option(
    "--attr",
    "attributes",
    multiple=True,
    required=True,
    metavar="NAME",
    help="Attribute whose latent dimension is moved; may be repeated: a column each.",
)
@click.option(
    "--steps",
    type=click.IntRange(1, MOST_STEPS),
    metavar="N",
    help="Number of steps.  [default: 17 in a .gif, 9 in a .png]",
)
@click.option(
    "--range",
    "span",
    type=(float, float),
    metavar="LOW HIGH",
    default=(-2.0, 2.0),
    help="First and last place of the dimension, in standard deviations of the prior.  [default: -2 2]",
)
@click.option("--data", metavar="NAME", help="A data set or path with the items.  [default: the model's own]")
@options.data_dir
@options.force
@click.option(
    "-o",
    "--output",
    "out",
    type=options.FILE,
    metavar="OUT",
    help="A .gif (an animation) or a .png (a strip of steps).  [default: DATA-N-NAME.gif in the current folder]",
)
@options.as_json
def command(
    model: str,
    items: tuple[int, ...],
    attributes: tuple[str, ...],
    steps: int | None,
    span: tuple[float, float],
    data: str | None,
    data_dir: Path | None,
    force: bool,
    out: Path | None,
    as_json: bool,
) -> None:
    """Move latent dimensions of test images, and draw the decoded images.

    For example, this draws test image 5 with the dimension of its scale moved, as an animation:

        armusic traverse --model runs/sprites --item 5 --attr scale -o sweep.gif
    """
    valued = [text for text in attributes if "=" in text]
    if valued:
        raise UsageError(f"{valued[0]}: images have no targets, their dimensions are moved: write --attr NAME")
    from armusic import api

    loaded = api.load(model)
    if out is None:
        name = "-".join([Path(data or loaded.config.data).stem, *map(str, items), *attributes])
        out = Path(f"{name.replace('/', '-')}.gif")
    api.plotting.check_traversal(out, force)
    steps = STEPS[out.suffix.lower()] if steps is None else steps
    traversal = loaded.traverse(items, attributes, steps=steps, span=span, data=data, data_dir=data_dir)
    several = len(items) > 1
    drawing = api.plotting.traversal(
        traversal, [str(item) for item in items] if several else [""], animated=out.suffix.lower() == ".gif"
    )
    api.plotting.save(drawing, out, force=force)
    if as_json:
        tables.show_json(_plain(traversal, items, out))
        return
    tables.show([*(["item"] if several else []), "step", *traversal.names], _rows(traversal, items))
    if not _measured(traversal):
        click.echo("decoded images are not measured: this data set has no function that measures them")
    click.echo(f"wrote {out}")


def _measured(traversal: Traversal) -> bool:
    """Return whether any attribute of a decoded image is known: images in a file or folder cannot be measured."""
    return not all(map(math.isnan, traversal.values.ravel().tolist()))


def _rows(traversal: Traversal, items: Sequence[int]) -> list[list[str]]:
    """Return the table: attributes of each item in the data, and of what is decoded at each step, if it is measured."""
    rows = []
    steps = traversal.steps if _measured(traversal) else ()
    for place, item in enumerate(items):
        number = [str(item)] if len(items) > 1 else []
        names = ["original", *(f"{step:+.2f}" for step in steps)]
        values_of = [traversal.original_values[place], *traversal.values[: len(steps), place]]
        for name, values in zip(names, values_of, strict=True):
            rows.append([*number, name, *("" if math.isnan(value) else f"{value:.3f}" for value in values)])
    return rows


def _plain(traversal: Traversal, items: Sequence[int], out: Path) -> dict[str, Any]:
    """Return a traversal as plain values; null where nothing could be measured."""
    return {
        "attributes": list(traversal.names),
        "steps": traversal.steps.tolist(),
        "items": [
            {
                "item": item,
                "attributes": {
                    name: {
                        "original": float(traversal.original_values[place, k]),
                        "decoded": [
                            None if math.isnan(value) else value for value in traversal.values[:, place, k].tolist()
                        ],
                    }
                    for k, name in enumerate(traversal.names)
                },
            }
            for place, item in enumerate(items)
        ],
        "files": [str(out)],
    }
