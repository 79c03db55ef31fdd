"""`armusic morph`: one tune morphed into another, measure by measure."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from armusic.config import MOST_STEPS
from armusic_cli import options, outputs, tables, threads

if TYPE_CHECKING:
    from armusic.editing.morphing import Step


@click.command("morph")
@click.argument("first", metavar="A", type=options.FILE)
@click.argument("second", metavar="B", type=options.FILE)
@click.option(
    "--steps",
    type=click.IntRange(2, MOST_STEPS),
    metavar="N",
    default=7,
    show_default=True,
    help="Number of tunes, with A and B.",
)
@click.option(
    "--slerp/--straight",
    "slerp",
    default=True,
    show_default=True,
    help="Interpolate the codes along an arc, or along a straight line.",
)
@click.option("--loop", is_flag=True, help="Repeat the shorter tune until it is as long as the other.")
@options.reading
@options.layout
@options.form
@options.ppq
@options.paper
@options.model
@options.force
@options.no_picture
@click.option(
    "-o",
    "--output",
    "out",
    type=options.FILE,
    metavar="OUT",
    help="File, with the suffix of a format, or folder for clips; a picture of the piano rolls is written beside it."
    "  [default: A-NAME-B-NAME.mid in the current folder]",
)
@options.as_json
@threads.option
def command(
    first: Path,
    second: Path,
    steps: int,
    slerp: bool,
    loop: bool,
    layout: str | None,
    form: str | None,
    ppq: int | None,
    paper: str | None,
    model: str | None,
    force: bool,
    no_picture: bool,
    out: Path | None,
    as_json: bool,
    **reading: Any,
) -> None:
    """Morph one tune into another, measure by measure.

    A and B are MIDI, ABC or MusicXML files in the same metre. The first step is A and the last is B, both
    unchanged; the model decodes the steps between them. For example, this writes a-b.mid and its picture, a-b.png,
    into the current folder:

        armusic morph a.mid b.mid
    """
    stem = f"{outputs.stem(first)}-{outputs.stem(second)}"
    output = outputs.choose(
        out, stem, layout=layout, form=form, ppq=ppq, paper=paper, force=force, no_picture=no_picture
    )
    outputs.refuse_inputs(output.path, first, second)
    with outputs.with_picture(output, outputs.source(first, second)) as draft:
        from armusic import api

        api.writers.check(output.path, **output.format)
        path = api.load(model, "music").morph(
            api.read(first, **reading), api.read(second, **reading), steps, slerp=slerp, loop=loop
        )
        tunes = [(step.name, step.tune) for step in path]
        if draft:
            note = "measure by measure; the first and the last unchanged"
            draft.save(api.plotting.rolls(tunes, f"{outputs.stem(first)} to {outputs.stem(second)}", note))
        api.write(tunes, output.path, **output.options)
    files = [str(path) for path in output.files]
    if as_json:
        tables.show_json(
            {
                "inputs": [str(first), str(second)],
                "steps": _plain(path),
                "abrupt": list(path[0].abrupt),
                "files": files,
            }
        )
        return
    rows = [
        [step.name, str(len(step.tune.notes)), f"{step.to_first.mean():.3f}", f"{step.to_second.mean():.3f}"]
        for step in path
    ]
    tables.show(["step", "notes", "to A", "to B"], rows)
    click.echo("to A, to B: mean share of the ticks of a measure at which another note sounds or begins")
    click.echo(f"wrote {output}")


def _plain(steps: Sequence[Step]) -> list[dict[str, object]]:
    """Return the steps as plain values."""
    return [
        {
            "name": step.name,
            "share": step.share,
            "notes": len(step.tune.notes),
            "to_first": step.to_first.tolist(),
            "to_second": step.to_second.tolist(),
        }
        for step in steps
    ]
