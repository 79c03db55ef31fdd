"""`armusic morph`: from one tune to another, measure by measure."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from armusic_cli import options, outputs, tables

if TYPE_CHECKING:
    from armusic.morphing import Step


@click.command("morph")
@click.argument("first", metavar="A", type=options.FILE)
@click.argument("second", metavar="B", type=options.FILE)
@click.option(
    "--steps",
    type=click.IntRange(2, options.MOST_STEPS),
    default=7,
    show_default=True,
    help="How many tunes, A and B among them.",
)
@click.option(
    "--slerp/--straight",
    "slerp",
    default=True,
    show_default=True,
    help="Whether codes turn from A to B along an arc, or go straight.",
)
@click.option("--loop", is_flag=True, help="Repeat the shorter tune until it is as long as the other.")
@options.layout
@options.model
@options.force
@click.option(
    "-o",
    "--output",
    "out",
    type=options.FILE,
    metavar="OUT",
    help="MIDI file, or folder for clips; the picture goes beside it.  [default: A-NAME-B-NAME.mid in the current"
    " folder]",
)
@options.as_json
def command(
    first: Path,
    second: Path,
    steps: int,
    slerp: bool,
    loop: bool,
    layout: str,
    model: Path | None,
    force: bool,
    out: Path | None,
    as_json: bool,
) -> None:
    """Lead from one tune to another, measure by measure, and write the steps as MIDI with a picture.

    A and B are MIDI, ABC or MusicXML files with one melody each, of the same metre. The first step is
    A and the last is B, both untouched; between them is what the model makes of the way. For example,
    this writes a-b.mid and a-b.png into the current folder:

        armusic morph a.mid b.mid
    """
    clips = layout == "clips"
    out = out or Path(f"{first.stem}-{second.stem}" + ("" if clips else ".mid"))
    outputs.refuse_inputs(out, first, second)
    with outputs.with_picture(out, force, folder=clips) as (draft, picture):
        from armusic import api

        way = api.load(model).morph(api.read(first), api.read(second), steps, slerp=slerp, loop=loop)
        tunes = [(step.name, step.tune) for step in way]
        api.draw(tunes, draft, f"{first.stem} to {second.stem}", "measure by measure; the first and the last untouched")
        api.write_tunes(tunes, out, layout, force=force)
    files = [str(out), str(picture)]
    if as_json:
        tables.show_json(
            {"inputs": [str(first), str(second)], "steps": _plain(way), "left": list(way[0].left), "files": files}
        )
        return
    rows = [
        [step.name, str(len(step.tune.notes)), f"{step.to_first.mean():.3f}", f"{step.to_second.mean():.3f}"]
        for step in way
    ]
    tables.show(["step", "notes", "to A", "to B"], rows)
    click.echo("to A, to B: mean share of the ticks of a measure at which another note sounds or starts")
    click.echo(f"wrote {files[0]} and {files[1]}")


def _plain(way: Sequence[Step]) -> list[dict[str, object]]:
    return [
        {
            "name": step.name,
            "share": step.share,
            "notes": len(step.tune.notes),
            "to_first": step.to_first.tolist(),
            "to_second": step.to_second.tolist(),
        }
        for step in way
    ]
