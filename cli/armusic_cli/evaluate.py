"""`armusic evaluate`: how good a model is."""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import click

import armusic
from armusic.errors import UsageError
from armusic_cli import options, tables
from armusic_cli.progress import Progress

SHARES = {
    "paper": "{parts} right, by the paper's protocol",
    "by_tune": "{parts} right, held-out {groups}",
    "unseen": "{parts} right, unseen {items}",
    "exact": "{items} exact, test part",
    "exact_unseen": "{items} exact, unseen {items}",
}
OF_OTHER_DATA = {"by_tune": "{parts} right, all {items}", "exact": "{items} exact, all {items}"}
"""Labels of the reconstruction figures, with the domain's words for items, their parts and their groups."""


@click.command("evaluate")
@click.argument("run", metavar="[RUN]", type=options.MODEL, required=False)
@click.option(
    "--metre",
    metavar="N/D",
    help="Metre of the measures.  [default: 4/4, or the most frequent one]",
)
@click.option("--seed", type=click.IntRange(0), metavar="N", default=0, show_default=True, help="Random seed.")
@click.option("--pictures", type=options.FILE, metavar="FOLDER", help="Folder for pictures of codes and sweeps.")
@options.force
@options.data
@options.data_dir
@options.as_json
@click.option("--csv", "as_csv", is_flag=True, help="Print CSV.")
def command(
    run: str | None,
    metre: str | None,
    seed: int,
    pictures: Path | None,
    force: bool,
    data: str | None,
    data_dir: Path | None,
    as_json: bool,
    as_csv: bool,
) -> None:
    """Measure a model on the test part of its own data.

    RUN is a run folder or checkpoint, the name of a model, or URL#sha256=CHECKSUM; without it, the shipped model is
    measured.

    With --data, it is measured on all of another data set, or of a folder of tunes; unseen are then the items that
    equal none that it was trained on. If its own data was moved, --data names the new place.

    It prints metrics of disentanglement, on codes drawn from the posterior (as in the paper) and on
    posterior means, beside the score of perfect codes (the attributes themselves); the reconstruction
    accuracy by the paper's protocol, on held-out tunes or images, and on items unseen in training (for
    measures, in any key); attributes of the output when one dimension is moved, and of codes drawn from the
    prior; how near one decode comes to target values, from chance codes (as for LC-Diff) and from test
    items; and for digits and sprites, whether digit and shape are kept. The shipped model takes
    half a minute to three. For example:

        armusic evaluate runs/mine --json

        armusic evaluate --data tunes --metre 6/8
    """
    if as_json and as_csv:
        raise UsageError("--json and --csv cannot go together: choose one")
    from armusic import api

    if pictures is not None:
        api.files.check_folder(pictures, force)
    model = api.load(run)

    with Progress("evaluating", "step") as bar:

        def report(stage: str, done: int, total: int) -> None:
            bar.update(done, total, stage)

        evaluation = model.evaluate(metre, data=data, seed=seed, data_dir=data_dir, on_progress=report)
        if pictures is not None:
            name = "the shipped model" if run is None else "/".join(Path(run.partition("#")[0]).parts[-2:])
            drawings = api.plotting.evaluation(evaluation, name, report)
            files = api.plotting.save_all(drawings, pictures, force=force)
    figures = evaluation.as_dict()
    if as_json:
        tables.show_json(figures)
    elif as_csv:
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(["part", "figure", "attribute", "value", "low", "high", "reference"])
        writer.writerows(_rows(figures))
    else:
        _show(figures)
        if pictures is not None:
            click.echo(f"wrote {', '.join(map(str, files))}")


def _show(figures: Mapping[str, Any]) -> None:
    """Print every figure in tables."""
    counts, prior, means, words = figures["counts"], figures["prior"], figures["means"], figures["words"]
    kind = "" if figures["kind"] == words["items"] else f", {figures['kind']}"
    groups = words["groups"] if counts["groups"] != 1 else words["groups"].removesuffix("s")
    of = "" if counts["groups"] == counts["items"] else f" of {counts['groups']:,} {groups}"
    own = figures.get("trained_on")
    click.echo(f"{figures['data']}{kind}: {counts['items']:,} {'' if own else 'test '}{words['items']}{of}, "
               f"{counts['unseen']:,} of them unseen{f' in {own}' if own else ''}")  # fmt: skip
    click.echo()
    tables.show(
        ["metric", "samples", "interval", "perfect codes", "means"],
        [
            [label, _figure(score["value"]), _interval(score["interval"]), _figure(score["reference"]),
             _figure(means[name]["value"])]
            for name, label in armusic.metrics.LABELS.items()
            if (score := figures.get(name))
        ],
    )  # fmt: skip
    click.echo(f"codes without ties can reach an SCC of {_figure(figures['scc']['ceiling'])} here")
    click.echo()
    numbers = {"paper": "paper", "unseen": "unseen", "exact_unseen": "unseen"}
    tables.show(
        ["reconstruction", "%", "interval", words["items"]],
        [
            [label.format(**words), _percent(figures["reconstruction"][name]),
             _interval(figures["intervals"][name], _percent), f"{counts[numbers.get(name, 'items')]:,}"]
            for name, label in (SHARES | (OF_OTHER_DATA if own else {})).items()
            if name in figures["reconstruction"]
        ],
    )  # fmt: skip
    click.echo()
    names = list(prior["attributes"])
    if figures["control"]:
        tables.show(
            ["one dimension moved", "mean", *names],
            [
                [name, _figure(score["value"]), *(_figure(score["each"].get(attribute)) for attribute in names)]
                for name, score in figures["control"].items()
            ],
        )
        click.echo()
    values = [
        [label, *(style(figures["obedience"][name][key]) for name in names)]
        for key, label, style in OBEDIENCE
        if all(figures["obedience"].get(name, {}).get(key) is not None for name in names)
    ]
    if names and values:  # of images of one's own, attributes of what is decoded cannot be measured
        tables.show(["target value, one decode", *names], values)
        click.echo()
    if "kept" in figures:
        identity = figures["kept"]
        tables.show(
            [f"{identity['what']} kept", "%", words["items"]],
            [
                ["in the originals, as the judge sees them", _percent(identity["original"]), f"{identity['n']:,}"],
                ["reconstructed", _percent(identity["reconstructed"]), f"{identity['n']:,}"],
                ["one dimension moved, -2 to 2", _percent(identity["swept"]), f"{identity['turned']:,}"],
                ["one dimension moved, -4 to 4", _percent(identity["swept_wide"]), f"{identity['turned']:,}"],
            ],
        )
        click.echo()
    if "reported" in figures:
        others = list(figures["reported"]["scc"])
        tables.show(
            ["not regularised", *others],
            [
                [armusic.metrics.LABELS[name], *map(_figure, each.values())]
                for name, each in figures["reported"].items()
            ],
        )
        click.echo()
    keys = ("mean", "std", "data_mean", "data_std", "distance")
    if names:
        tables.show(
            ["prior samples", "mean", "sd", "data mean", "data sd", "distance"],
            [[name, *(_figure(values[key]) for key in keys)] for name, values in prior["attributes"].items()],
        )
    shares = (
        (prior["valid"], "valid"), (prior["seen"], f"training {words['items']}"), (prior["different"], "different"),
    )  # fmt: skip
    click.echo(
        f"of {prior['n']:,} prior samples: "
        + ", ".join(f"{_percent(value)} % {what}" for value, what in shares if value is not None)
    )  # fmt: skip
    if "paper" in figures["reconstruction"]:
        click.echo(
            f"{_percent(counts['paper_seen'])} % of the {words['items']} of the paper's protocol are, in some key,"
            f" training or validation {words['items']} of this model"
        )


def _rows(figures: Mapping[str, Any]) -> Iterator[list[object]]:
    """Yield a row of CSV per figure."""
    scores = [("samples", {name: figures[name] for name in armusic.metrics.LABELS if name in figures})]
    for part, metrics in [*scores, ("means", figures["means"]), ("control", figures["control"])]:
        for name, score in metrics.items():
            yield [part, name, "", score["value"], *(score["interval"] or ("", "")), score["reference"]]
            yield from ([part, name, attribute, value, "", "", ""] for attribute, value in score["each"].items())
    for name, value in figures["reconstruction"].items():
        yield ["reconstruction", name, "", value, *(figures["intervals"][name] or ("", "")), ""]
    for attribute, values in figures["obedience"].items():
        yield from (["obedience", name, attribute, value, "", "", ""] for name, value in values.items())
    for name, value in figures.get("kept", {}).items():
        yield ["kept", name, "", value, "", "", ""]
    for name, each in figures.get("reported", {}).items():
        yield from (["reported", name, attribute, value, "", "", ""] for attribute, value in each.items())
    for name, value in figures["prior"].items():
        if name != "attributes":
            yield ["prior", name, "", value, "", "", ""]
    for attribute, values in figures["prior"]["attributes"].items():
        yield from (["prior", name, attribute, value, "", "", ""] for name, value in values.items())
    for name, value in figures["counts"].items():
        yield ["counts", name, "", value, "", "", ""]


def _figure(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}"


def _percent(value: float) -> str:
    return f"{100 * value:.2f}"


def _interval(ends: list[float] | None, shown: Any = _figure) -> str:
    return f"{shown(ends[0])} to {shown(ends[1])}" if ends else ""


OBEDIENCE = (
    ("pearson", "correlation, chance codes", _figure),
    ("r2", "R², test items", _figure),
    ("error", "mean error, test items (sd)", _figure),
    ("kept", "% of a test item that stays", _percent),
    ("raw", "change of another attribute (sd)", _figure),
    ("residual", "its distance from a line (sd)", _figure),
    ("valid", "% valid, chance codes", _percent),
)
"""Figures of values that are asked for: key, label, how it is written."""
