"""`armusic interpolate`: the main job, from a person's MIDI file to tracks for a DAW and a picture."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from armusic.config import MOST_STEPS
from armusic.errors import UsageError
from armusic_cli import options, outputs, tables, threads
from armusic_cli.attribute_files import attribute_file, short, spelled

if TYPE_CHECKING:
    from armusic.editing.result import Reached
    from armusic.editing.sweep import Variation

NOTES, UNUSUAL = 5, 3  # messages of a search, and on what is unusual, that are printed; --json has them all

IMAGES = "is for test images, which have a command of their own: armusic traverse --model RUN --item N --attr NAME"


@click.command("interpolate")
@click.argument("file", metavar="INPUT", type=options.FILE)
@click.option(
    "--attr",
    "attributes",
    metavar="NAME[=VALUE]",
    multiple=True,
    help="Attribute to lower and raise in steps: rhythm, range, density, contour, another one (a wrong name lists"
    " them), or one of your own. With =VALUE, a target to reach instead; may then be repeated."
    f" {options.TARGETS}",
)
@attribute_file
@options.key
@options.measures
@click.option(
    "--steps",
    type=click.IntRange(1, MOST_STEPS),
    metavar="N",
    default=5,
    show_default=True,
    help="Number of variations of a sweep.",
)
@click.option(
    "--range",
    "span",
    type=(float, float),
    metavar="LOW HIGH",
    default=(-2.0, 2.0),
    help="First and last step of a sweep, in standard deviations of the attribute; 0 is the tune as it is"
    " (with --open-loop: in standard deviations of the prior, from the code of each measure).  [default: -2 2]",
)
@options.each_measure
@options.natural
@options.keep
@options.alternatives
@options.seed
@click.option(
    "--open-loop", is_flag=True, help="Decode each measure once, which comes near the target, and do not search."
)
@options.layout
@options.form
@options.ppq
@options.paper
@options.model
@options.data
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
    "  [default: INPUT-NAME.mid in the current folder; for tune N of a book, INPUT-N-NAME.mid]",
)
@options.as_json
@options.retired("--to", "--to VALUE is now part of --attr: write --attr NAME=VALUE, such as --attr rhythm=0.3")
@options.retired("--curve", "--curve NAME POINTS is now --attr NAME=POINTS, such as --attr 'density=1:0.2 8:0.5'")
@options.retired("--item", f"--item {IMAGES}")
@options.retired("--data-dir", f"--data-dir {IMAGES}")
@threads.option
def command(
    file: Path,
    attributes: tuple[str, ...],
    own: tuple[str, ...],
    key: str,
    measures: tuple[int, int] | None,
    steps: int,
    span: tuple[float, float],
    each_measure: bool,
    natural: float,
    keep: str,
    alternatives: int,
    seed: int,
    open_loop: bool,
    layout: str | None,
    form: str | None,
    ppq: int | None,
    paper: str | None,
    model: str | None,
    data: str | None,
    tune: int | str | None,
    force: bool,
    no_picture: bool,
    out: Path | None,
    as_json: bool,
    **reading: Any,
) -> None:
    """Lower and raise one attribute of a tune in steps, or bring attributes to targets.

    INPUT is a MIDI, ABC or MusicXML file. Step 0 is the input itself, unchanged. For example, this writes
    input-rhythm.mid and its picture, input-rhythm.png, into the current folder:

        armusic interpolate input.mid --attr rhythm

    With targets, the file has the original and the result, on a track each:

        armusic interpolate input.mid --attr rhythm=0.3 --attr density=p80

    Steps and targets apply to the mean of the tune: measures change where that costs the music least. Cadences,
    downbeats and subdivisions stay.
    """
    from armusic import api

    valued = api.turning.has_targets([short(text) for text in attributes], "--attr ")
    if valued and (sweep := options.given(click.get_current_context(), {"steps": steps, "span": span})):
        flag = "--steps" if "steps" in sweep else "--range"
        raise UsageError(f"{flag} is for a sweep, and a target makes none: leave it out, or name the attribute alone")
    search = {"each_measure": each_measure, "natural": natural, "keep": keep, "alternatives": alternatives}
    if open_loop and (typed_for := options.given(click.get_current_context(), {**search, "seed": seed})):
        flag = next(iter(typed_for)).replace("_", "-")
        raise UsageError(f"--{flag} is for the search, and --open-loop makes none: leave one of them out")
    how: dict[str, Any] = {"natural": natural, "keep": keep, "each_measure": each_measure}
    named = spelled(attributes, own)
    if valued:
        outputs.check_targets(named)
    typed, stem = [short(text) for text in attributes], outputs.stem(file, tune)
    name = "-".join(text.split("=")[0].strip() for text in typed)
    output = outputs.choose(
        out,
        f"{stem}-{name.replace('/', '-')}",
        layout=layout,
        form=form,
        ppq=ppq,
        paper=paper,
        force=force,
        no_picture=no_picture,
    )
    outputs.refuse_inputs(output.path, file)
    with outputs.with_picture(output, outputs.source(file, tune)) as draft:
        api.writers.check(output.path, **output.format)
        melody, loaded = api.read(file, tune, **reading), api.load(model, "music", data=data)
        if valued:
            if open_loop:
                answers = [loaded.reach(melody, named, key=key, measures=measures, closed=False)]
            else:
                answers = loaded.alternatives(melody, named, alternatives, seed, key=key, measures=measures, **how)
            reached, label = answers[0], " ".join(typed)
            labels = api.turning.labels(label, len(answers))
            tunes = [("original", melody), *zip(labels, (answer.tune for answer in answers), strict=True)]
            if draft:
                title, note = melody.title or stem, f"targets: {', '.join(typed)}"
                draft.save(api.plotting.targets(tunes, reached, title, note))
            api.write(
                tunes[1:] if layout == "clips" else tunes, output.path, attributes=reached.names, **output.options
            )
        else:
            extra: dict[str, Any] = {} if open_loop else {**how, "alternatives": alternatives, "seed": seed}
            variations = loaded.interpolate(melody, named[0], steps, span, measures, key, closed=not open_loop, **extra)
            if draft:
                draft.save(api.plotting.sweep(variations, name))
            api.write(variations, output.path, attributes=named, **output.options)
    if valued:
        _show_reached(file, answers, alternatives, output.files, as_json=as_json)
    else:
        _show_sweep(file, name, variations, alternatives, keep, output, as_json=as_json)


def _show_reached(file: Path, answers: Sequence[Reached], count: int, files: Sequence[Path], *, as_json: bool) -> None:
    """Print the targets and the values reached: a row per attribute, of each alternative."""
    reached = answers[0]
    from armusic import api

    notes = [*reached.notes, *api.turning.fewer(len(answers), count)]
    if as_json:
        plain = [{**_plain_values(each), "unusual": list(each.unusual)} for each in answers]
        result = {"input": str(file), **plain[0], "alternatives": plain[1:], "notes": notes}
        tables.show_json({**result, "files": [str(path) for path in files]})
        return
    rows = []
    for number, each in enumerate(answers, 1):
        for k, name in enumerate(each.names):
            original, target, value = (table[:, k] for table in (each.original, each.targets, each.values))
            error = abs(value.mean() - target.mean()) if reached.whole else abs(value - target).max()
            figures = (original.mean(), target.mean(), value.mean(), error)
            rows.append([short(name) + f" ({number})" * (number > 1), *(f"{figure:.3f}" for figure in figures)])
    tables.show(["attribute", "original", "target", "value", "error" if reached.whole else "largest error"], rows)
    _say(notes, NOTES)
    _say([f"unusual: {message}" for message in reached.unusual], UNUSUAL)
    unchanged = reached.tune.count_bars((reached.distance == 0).tolist())
    click.echo(f"{unchanged} of {len(reached.tune.bars)} measures unchanged; wrote {' and '.join(map(str, files))}")


def _plain_values(reached: Reached) -> dict[str, object]:
    values = {
        name: {
            "target": reached.targets[:, k].tolist(),
            "value": reached.values[:, k].tolist(),
            "original": reached.original[:, k].tolist(),
        }
        for k, name in enumerate(reached.names)
    }
    return {"attributes": values, "distance": reached.distance.tolist()}


def _say(messages: Sequence[str], most: int) -> None:
    """Print the first messages, and how many more there are."""
    for message in messages[:most]:
        click.echo(message)
    if len(messages) > most:
        click.echo(f"and {len(messages) - most} more (--json lists them)")


def _show_sweep(
    file: Path,
    attribute: str,
    variations: Sequence[Variation],
    count: int,
    keep: str,
    output: outputs.Output,
    *,
    as_json: bool,
) -> None:
    """Print the steps of a sweep: a row each."""
    from armusic import api

    notes = api.turning.fewer(api.turning.least(variations, count), count)
    if as_json:
        tables.show_json(_plain(file, attribute, variations, notes, output.files))
        return
    tables.show(["step", attribute, "change", "notes"], _rows(variations))
    for message in api.turning.out_of_reach(variations, keep):
        click.echo(message)
    _say(notes, NOTES)
    _say([f"unusual at {each.name}: {message}" for each in variations for message in each.unusual], UNUSUAL)
    click.echo(f"wrote {output}")


def _rows(variations: Sequence[Variation]) -> list[list[str]]:
    """Return the table: mean of the attribute, its distance from the input's, and notes, per step."""
    original = next(variation for variation in variations if variation.step == 0)
    rows = []
    for variation in variations:
        mean, change = variation.values.mean(), variation.values.mean() - original.values.mean()
        rows.append([variation.name, f"{mean:.3f}", f"{change:+.3f}", str(len(variation.tune.notes))])
    return rows


def _plain(
    file: Path, attribute: str, variations: Sequence[Variation], notes: Sequence[str], files: Sequence[Path]
) -> dict[str, object]:
    """Return a sweep as plain values."""
    return {
        "input": str(file),
        "attribute": attribute,
        "steps": [
            {
                "name": variation.name,
                "step": variation.step,
                "mean": float(variation.values.mean()),
                "values": variation.values.tolist(),
                "target": None if variation.targets is None else variation.targets.tolist(),
                "clipped": variation.clipped,
                "notes": len(variation.tune.notes),
                "unusual": list(variation.unusual),
            }
            for variation in variations
        ],
        "unchanged": list(variations[0].unchanged),
        "notes": list(notes),
        "files": [str(path) for path in files],
    }
