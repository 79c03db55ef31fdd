"""The tables of a report, in Markdown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from armusic.report.results import (
    BASELINE,
    FIGURES,
    PERCENTAGES,
    Result,
    ceilings,
    outside_grids,
    published,
    spread,
    targets,
    words_of,
)

Groups = Mapping[str, Mapping[str, list[Result]]]

TARGET_OF = {"value": "", "reference": ", share of the reference", "ceiling": ", share of the tie ceiling",
      "beta-vae": ", more than beta-vae"}  # fmt: skip
"""Quantity that a target is for -> its words in the title of the target."""


def report(runs: Sequence[Result], groups: Groups, captions: Mapping[str, str], remarks: Sequence[str]) -> str:
    """Return a report as Markdown: a table per data set, targets, settings of grids, pictures, and unfinished runs."""
    parts = ["# Report", "Made with `armusic report` from runs of `armusic experiment`."]
    for data, models in groups.items():
        parts += [f"## {data}", comparison(data, outside_grids(models))]
    if groups:
        parts.append(notes(groups))
    if rows := _targets(groups):
        parts += ["## Targets", table(("data", "model", "figure", "reached", "target", ""), rows)]
    if grids := _grids(groups):
        parts += ["## Settings of gamma and delta", *grids]
    parts += [f"![{caption}]({name})" for name, caption in captions.items()]
    unfinished = [run for run in runs if not run.current]
    if unfinished:
        parts += ["## Unfinished", UNFINISHED]
        parts.append(table(("run", "epochs"), [(run.folder.name, _epochs([run])) for run in unfinished]))
    if remarks:
        parts.append("\n".join(f"- {remark}" for remark in remarks))
    return "\n\n".join(part for part in parts if part) + "\n"


NOTE = (
    "Medians of the runs, and in brackets the lowest and the highest; of a single run, its own 95 % interval over"
    " items. *Shown*: items that a run was trained on, in millions, as often as each came. Metrics are of codes drawn"
    " from q(z|x), as in the paper; after the dot, the share of the reference: what the attributes themselves score as"
    " codes on the same items (SCC: what a code without ties can reach)."
)
MUSIC = (
    "Of music: *paper protocol*: positional split, transposed copies and dummies included, so that most test measures"
    " occur in training; *held-out tunes*: no tune, nor a version of it, on both sides; *unseen*: of those, the"
    " measures that equal no training or validation measure in any key."
)
IMAGES = (
    "Of images: *held-out images* is the paper's figure as well; *unseen*: of those, the ones that equal no training or"
    " validation image."
)
FIRST = (
    "On images, a run of the paper is 100 epochs of all of them; its ten runs are one network, trained on and on, and"
    " *first run* is what that had reached after the first: the fair comparison."
)
JUDGED = (
    "*Kept*: how often a judge, such as a network that reads digits, sees in what is decoded what is true of the"
    " original. *Swept*: the dimension of each attribute (of a model without an attribute loss, that whose rank"
    " correlation with it is highest) is moved over that range, in standard deviations of the prior. The reference is"
    " what the judge gets right in the originals. The paper's judge of digits is another network."
)
UNFINISHED = (
    "Without an evaluation, or trained on since it was made, which is shown above: the same `armusic experiment` goes"
    " on with them."
)


def notes(groups: Groups) -> str:
    """Return notes on the tables: on each domain that is in them, and on the ceilings of the data sets."""
    runs = [run for models in groups.values() for some in models.values() for run in some]
    domains = {run.words["parts"] for run in runs}
    paragraphs = [NOTE]
    if "ticks" in domains:
        paragraphs.append(MUSIC)
    if "pixels" in domains:
        paragraphs.append(IMAGES)
    if any("AR-VAE, first run" in published().get(data, {}) for data in groups):
        paragraphs.append(FIRST)
    if any(run.words["what"] for run in runs):
        paragraphs.append(JUDGED)
    paragraphs += [
        f"Of {data}: {why} So the mean {FIGURES[figure]} cannot exceed {_plain(most, 4)}, its reference here."
        for (data, figure), (most, why) in ceilings().items()
        if data in groups
    ]
    return "\n\n".join(paragraphs)


def comparison(data: str, models: Mapping[str, list[Result]]) -> str:
    """Return a table of one data set: the paper, and each model."""
    if not models:
        return ""
    runs = [run for some in models.values() for run in some]
    words = words_of(runs)
    paper = published().get(data, {})
    blank = [""] * len(paper)
    rows = [["runs", *blank, *(str(len(some)) for some in models.values()), ""]]
    rows.append(["epochs", *blank, *(_epochs(some) for some in models.values()), ""])
    rows.append([f"{words['items']} shown", *blank, *(_shown(some) for some in models.values()), ""])
    for name in FIGURES:
        show = _percent if name in PERCENTAGES else _plain
        cells = [show(known[name]) if name in known else "" for known in paper.values()]
        cells += [_cell(some, name) for some in models.values()]
        reference = reference_of(runs, name)
        if any(cells):
            rows.append([FIGURES[name].format(**words), *cells, "" if reference is None else show(reference)])
    for label, count in _counts(runs, words):
        rows.append([label, *blank, count, *[""] * len(models)])
    return table(["", *(f"paper: {name}" for name in paper), *models, "reference"], rows)


def reference_of(runs: Sequence[Result], name: str) -> float | None:
    """Return the reference of a figure, on the items of the first of the runs that has it."""
    return next((value for run in runs if (value := run.reference(name)) is not None), None)


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a Markdown table.

    Examples
    --------
    >>> print(table(["run", "epochs"], [["a", "3"]]))
    | run | epochs |
    | --- | --- |
    | a | 3 |
    """
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def _counts(runs: Sequence[Result], words: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return the numbers of items that the shares are of, in the first run that has an identity, else the first."""
    first = next((run for run in runs if run.words["what"]), runs[0])
    labels = {
        "items": f"n: test {words['items']}",
        "unseen": "n: of these unseen",
        "paper": f"n: {words['items']} of the protocol",
    }
    rows = [(label, f"{count:,.0f}") for key, label in labels.items() if (count := first.count(key)) is not None]
    seen = first.count("paper_seen")
    return rows if seen is None else [*rows, ("of these in training", _percent(seen))]


def _targets(groups: Groups) -> list[list[str]]:
    """Return a row per target whose model was run: the value reached, the target, and whether it is missed."""
    rows = []
    for target in targets():
        runs = groups.get(target["data"], {}).get(target["model"], [])
        name, of, least = target["figure"], target["of"], float(target["least"])
        figure = spread(runs, name)
        if figure is None:
            continue
        value = figure.median
        if of == BASELINE:
            baseline = spread(groups[target["data"]].get(BASELINE, []), name)
            if baseline is None:
                continue
            value -= baseline.median
            shown, goal = f"{100 * value:+.2f} points", f"at least {100 * least:+.2f} points"
        else:
            if of != "value":
                bound = next((bound for run in runs if (bound := run.value(name, of))), None)
                if bound is None:
                    continue
                value /= bound
            percent = name in PERCENTAGES or of != "value"
            shown, goal = (f"{100 * value:.2f} %", f"{100 * least:g} %") if percent else (_plain(value), _plain(least))
        title = runs[0].title(name) + TARGET_OF[of]
        verdict = "met" if value >= least else "**missed**"
        rows.append([target["data"], target["model"], title, shown, goal, verdict])
    return rows


def _grids(groups: Groups) -> list[str]:
    """Return a table of the points of grids per domain."""
    names = ("interpretability", "scc", "mig", "sap", "paper", "by_tune", "unseen")
    tables: dict[tuple[str, ...], list[list[str]]] = {}
    for data, models in groups.items():
        for model, runs in models.items():
            if runs[0].in_grid:
                titles = tuple(runs[0].title(name) for name in names)
                tables.setdefault(titles, []).append([data, model, *(_cell(runs, name) for name in names)])
    return [table(("data", "model", *titles), rows) for titles, rows in tables.items()]


def _cell(runs: Sequence[Result], name: str) -> str:
    """Return the median of a figure, in brackets its interval, and its share of the reference."""
    figure = spread(runs, name)
    if figure is None:
        return ""
    show = _percent if name in PERCENTAGES else _plain
    text = show(figure.median)
    if figure.interval is not None:
        text += f" [{', '.join(show(end).removesuffix(' %') for end in figure.interval)}]"
    reference = reference_of(runs, name)
    if name in PERCENTAGES or not reference or reference > 0.9995:
        return text
    return f"{text} · {100 * figure.median / reference:.0f} %".replace("-", "\N{MINUS SIGN}")


def _epochs(runs: Sequence[Result]) -> str:
    done, planned = [run.epoch for run in runs], [run.config.schedule.epochs for run in runs]
    return " of ".join(_range(str(min(numbers)), str(max(numbers))) for numbers in (done, planned))


def _shown(runs: Sequence[Result]) -> str:
    shown = [run.shown / 1e6 for run in runs]
    return _range(f"{min(shown):.2f}", f"{max(shown):.2f}") + " M"


def _range(low: str, high: str) -> str:
    return low if low == high else f"{low}\N{EN DASH}{high}"


def _plain(value: float, digits: int = 3) -> str:
    sign = "\N{MINUS SIGN}" if value < 0 else ""
    return sign + f"{abs(value):.{digits}f}".removeprefix("0")


def _percent(value: float) -> str:
    return f"{100 * value:.2f} %"
