"""The half of `armusic interpolate` that is not about music: items of a data set, turned by dimensions."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from armusic.errors import UsageError
from armusic_cli import options, tables

if TYPE_CHECKING:
    from armusic.evaluation.traversals import Traversal

BOTH = {"attributes", "steps", "span", "model", "force", "out", "as_json"}
ITEMS = {"items", "data", "data_dir"}
STEPS = {".gif": 17, ".png": 9}
"""How many, where the user does not say."""


def refuse(ctx: click.Context) -> None:
    """Refuse options of the other half: of music where items are named, of items where a file is."""
    given = options.given(ctx, ctx.params)
    wrong = [name for name in given if name not in BOTH and (name in ITEMS) is not ("items" in given)]
    if wrong:
        one = next(parameter for parameter in ctx.command.params if parameter.name == wrong[0])
        flag = one.opts[-1] if isinstance(one, click.Option) else ctx.params["file"]
        if "items" in given:
            raise UsageError(f"{flag} is for models of music, --item for those of other data: leave one of them out")
        raise UsageError(f"{flag} is for models of other data than music, with --item: leave it out, or name an item")


def missing(ctx: click.Context, model: Path | None) -> NoReturn:
    """Say what is not given where neither a file nor an item is."""
    if model is not None:
        from armusic import api

        loaded = api.load(model)
        if loaded.domain != "music":
            raise UsageError(f"{model}: a model of {loaded.config.data}: name an item of its test part, as --item 0")
    raise click.MissingParameter(ctx=ctx, param_type="argument", param_hint="'INPUT'")


def command(
    attributes: Sequence[str],
    items: Sequence[int],
    data: str | None,
    data_dir: Path | None,
    steps: int | None,
    span: tuple[float, float],
    model: Path | None,
    force: bool,
    out: Path | None,
    as_json: bool,
) -> None:
    """Turn attributes of items by their dimensions, and draw it."""
    from armusic import api

    valued = [text for text in attributes if "=" in text]
    if valued:
        raise UsageError(f"{valued[0]}: values can be asked of music; here a dimension is moved: --attr NAME")
    if not attributes:
        raise UsageError("name an attribute with --attr, such as --attr scale")
    loaded = api.load(model)
    if out is None:
        name = "-".join([Path(data or loaded.config.data).stem, *map(str, items), *attributes])
        out = Path(f"{name.replace('/', '-')}.gif")
    api.plotting.check_traversal(out, force)
    steps = STEPS[out.suffix.lower()] if steps is None else steps
    found = loaded.traverse(items, attributes, steps=steps, span=span, data=data, data_dir=data_dir)
    rows = [str(item) for item in items] if len(items) > 1 else [""]
    drawing = api.plotting.traversal(found, rows, animated=out.suffix.lower() == ".gif")
    api.plotting.save(drawing, out, force=force)
    if as_json:
        tables.show_json(_plain(found, items, out))
        return
    several = len(items) > 1
    tables.show([*["item"] * several, "step", *found.names], _rows(found, items, several))
    click.echo(f"wrote {out}")


def _rows(found: Traversal, items: Sequence[int], several: bool) -> list[list[str]]:
    """Return the table: attributes of each item in the data, and as they are decoded at each step of their own."""
    rows = []
    for place, item in enumerate(items):
        steps = [f"{step:+.2f}" for step in found.steps]
        for at, each in zip(["original", *steps], [found.before[place], *found.values[:, place]], strict=True):
            figures = ["" if math.isnan(value) else f"{value:.3f}" for value in each]
            rows.append([*[str(item)] * several, at, *figures])
    return rows


def _plain(found: Traversal, items: Sequence[int], out: Path) -> dict[str, Any]:
    """Return all of it as plain values; what is not known as null."""
    return {
        "attributes": list(found.names),
        "steps": found.steps.tolist(),
        "items": [
            {
                "item": item,
                "attributes": {
                    name: {
                        "original": float(found.before[place, k]),
                        "decoded": [
                            None if math.isnan(value) else value for value in found.values[:, place, k].tolist()
                        ],
                    }
                    for k, name in enumerate(found.names)
                },
            }
            for place, item in enumerate(items)
        ],
        "files": [str(out)],
    }
