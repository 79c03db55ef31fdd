"""`armusic vary`: some measures of a tune composed anew between their neighbours."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from armusic.config import MOST_ALTERNATIVES
from armusic_cli import options, outputs, tables, threads
from armusic_cli.attribute_files import attribute_file, short, spelled

if TYPE_CHECKING:
    from armusic.editing.result import Reached

UNUSUAL = 3  # messages that are printed for each result; --json has them all


@click.command("vary")
@click.argument("file", metavar="INPUT", type=options.FILE)
@click.option(
    "--measures",
    type=options.measure_range,
    metavar="FIRST-LAST",
    help="Compose these measures.  [default: all]",
)
@click.option(
    "--attr",
    "targets",
    metavar="NAME=VALUE",
    multiple=True,
    help="Target of an attribute in these measures; may be repeated. Without one, attributes stay near what they are."
    f" {options.TARGETS}",
)
@attribute_file
@click.option(
    "--alternatives",
    type=click.IntRange(1, MOST_ALTERNATIVES),
    metavar="N",
    default=3,
    show_default=True,
    help="Number of different results, about equally good.",
)
@options.seed
@options.natural
@options.keep
@options.key
@options.layout
@options.form
@options.ppq
@options.paper
@options.model
@options.tune
@options.reading
@options.force
@options.no_picture
@click.option(
    "-o",
    "--output",
    "out",
    type=options.FILE,
    metavar="OUT",
    help="File, with the suffix of a format, or folder for clips; a picture of the piano rolls is written beside it."
    "  [default: INPUT-vary.mid in the current folder; for tune N of a book, INPUT-N-vary.mid]",
)
@options.as_json
@threads.option
def command(
    file: Path,
    measures: tuple[int, int] | None,
    targets: tuple[str, ...],
    own: tuple[str, ...],
    alternatives: int,
    seed: int,
    natural: float,
    keep: str,
    key: str,
    layout: str | None,
    form: str | None,
    ppq: int | None,
    paper: str | None,
    model: str | None,
    tune: int | str | None,
    force: bool,
    no_picture: bool,
    out: Path | None,
    as_json: bool,
    **reading: Any,
) -> None:
    """Compose some measures of a tune anew, to fit their neighbours.

    INPUT is a MIDI, ABC or MusicXML file. The other measures stay as they are, note for
    note, and so do the key, cadences, downbeats and subdivisions. For example, this writes input-vary.mid and
    input-vary.png: the original, and three versions with other measures 5 to 8, on a track each:

        armusic vary input.mid --measures 5-8
    """
    stem = outputs.stem(file, tune)
    output = outputs.choose(
        out, f"{stem}-vary", layout=layout, form=form, ppq=ppq, paper=paper, force=force, no_picture=no_picture
    )
    outputs.refuse_inputs(output.path, file)
    named = spelled(targets, own)
    outputs.check_targets(named)
    with outputs.with_picture(output, outputs.source(file, tune)) as draft:
        from armusic import api

        api.writers.check(output.path, **output.format)
        melody, loaded = api.read(file, tune, **reading), api.load(model, "music")
        how: dict[str, Any] = {"natural": natural, "keep": keep, "key": key}
        varied = loaded.vary(melody, measures, targets=named, alternatives=alternatives, seed=seed, **how)
        first, last = measures or (1, melody.last)
        part = list(melody.rows(first, last))
        bars = [bar for bar in melody.bars if set(bar.rows) <= set(part)]
        tunes = [("original", melody), *((f"vary {number}", each.tune) for number, each in enumerate(varied, 1))]
        if draft:
            note = ", ".join([f"measures {first}-{last}", *map(short, targets), f"seed {seed}"])
            draft.save(api.plotting.rolls(tunes, melody.title or stem, note))
        api.write(tunes[1:] if layout == "clips" else tunes, output.path, attributes=varied[0].names, **output.options)
    files = [str(path) for path in output.files]
    if as_json:
        tables.show_json(
            {
                "input": str(file),
                "measures": [first, last],
                "original": _values(varied[0], varied[0].original),
                "alternatives": _plain(varied),
                "files": files,
            }
        )
        return
    rows = [["original", str(len(melody.notes)), *_means(varied[0].original[part]), ""]]
    for (name, music), each in zip(tunes[1:], varied, strict=True):
        changed = sum(any(each.distance[row] > 0 for row in bar.rows) for bar in bars)
        rows.append([name, str(len(music.notes)), *_means(each.values[part]), f"{changed} of {len(bars)}"])
    tables.show(["tune", "notes", *map(short, varied[0].names), "changed"], rows)
    click.echo(f"attributes: means of measures {first}-{last}" if first != last else f"attributes: measure {first}")
    for note in dict.fromkeys(note for each in varied for note in each.notes):
        click.echo(note)
    for number, each in enumerate(varied, 1):
        for message in each.unusual[:UNUSUAL]:
            click.echo(f"unusual in vary {number}: {message}")
    click.echo(f"wrote {output}")


def _means(values: Any) -> list[str]:
    """Return the mean of each attribute."""
    return [f"{mean:.3f}" for mean in values.mean(axis=0).tolist()]


def _values(result: Reached, values: Any) -> dict[str, list[float]]:
    """Return the values of the measures for each attribute."""
    return {name: values[:, column].tolist() for column, name in enumerate(result.names)}


def _plain(varied: Sequence[Reached]) -> list[dict[str, object]]:
    """Return the results as plain values."""
    return [
        {
            "name": f"vary {number}",
            "notes": len(each.tune.notes),
            "values": _values(each, each.values),
            "target": _values(each, each.targets),
            "distance": each.distance.tolist(),
            "remarks": list(each.notes),
            "unusual": list(each.unusual),
        }
        for number, each in enumerate(varied, 1)
    ]
