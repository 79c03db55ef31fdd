"""The tables of a report, in Markdown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from armusic.report.results import BASELINE, FIGURES, PARTS, Result, ceilings, published, spread, targets

Groups = Mapping[str, Mapping[str, list[Result]]]

OF = {"value": "", "reference": ", share of the reference", "ceiling": ", share of the tie ceiling",
      "beta-vae": ", more than beta-vae"}  # fmt: skip


def report(results: Sequence[Result], groups: Groups, captions: Mapping[str, str], remarks: Sequence[str]) -> str:
    """Return a report as Markdown: a table per data set, targets, a grid's settings, and what is unfinished."""
    parts = ["# Report", "Made with `armusic report` from runs of `armusic experiment`."]
    for data, models in groups.items():
        parts += [f"## {data}", compared(data, {name: runs for name, runs in models.items() if not runs[0].gridded})]
    if groups:
        parts.append(notes(groups))
    if rows := _targets(groups):
        parts += ["## Targets", table(("data", "model", "figure", "reached", "wanted", ""), rows)]
    if gridded := _gridded(groups):
        parts += ["## Settings of gamma and delta", *gridded]
    parts += [f"![{caption}]({name})" for name, caption in captions.items()]
    unfinished = [one for one in results if not one.current]
    if unfinished:
        parts += ["## Unfinished", UNFINISHED]
        parts.append(table(("run", "epochs"), [(one.folder.name, _epochs([one])) for one in unfinished]))
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
    """Return what is to be known of the tables: of each domain that is in them, and the ceilings of the data sets."""
    runs = [run for models in groups.values() for some in models.values() for run in some]
    domains = {run.words["parts"] for run in runs}
    said = [NOTE, *([MUSIC] if "ticks" in domains else []), *([IMAGES] if "pixels" in domains else [])]
    said += [FIRST] if any("AR-VAE, first run" in published().get(data, {}) for data in groups) else []
    said += [JUDGED] if any(run.words["what"] for run in runs) else []
    said += [
        f"Of {data}: {why} So the mean {FIGURES[figure]} cannot exceed {_plain(most, 4)}, its reference here."
        for (data, figure), (most, why) in ceilings().items()
        if data in groups
    ]
    return "\n\n".join(said)


def compared(data: str, models: Mapping[str, list[Result]]) -> str:
    """Return a table of one data set: the paper, and each model."""
    if not models:
        return ""
    runs = [run for some in models.values() for run in some]
    first = next((run for run in runs if run.words["what"]), runs[0])
    paper = published().get(data, {})
    blank = [""] * len(paper)
    rows = [["runs", *blank, *(str(len(some)) for some in models.values()), ""]]
    rows.append(["epochs", *blank, *(_epochs(some) for some in models.values()), ""])
    rows.append([f"{first.words['items']} shown", *blank, *(_shown(some) for some in models.values()), ""])
    for name in FIGURES:
        show = _percent if name in PARTS else _plain
        cells = [show(known[name]) if name in known else "" for known in paper.values()]
        cells += [_cell(some, name) for some in models.values()]
        reference = reference_of(runs, name)
        if any(cells):
            rows.append([first.title(name), *cells, "" if reference is None else show(reference)])
    rows += _counts(first, len(paper), len(models))
    return table(["", *(f"paper: {name}" for name in paper), *models, "reference"], rows)


def reference_of(runs: Sequence[Result], name: str) -> float | None:
    """Return what a metric is compared with, on the items of the first of the runs that has it."""
    return next((value for one in runs if (value := one.reference(name)) is not None), None)


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


def _counts(one: Result, before: int, models: int) -> list[list[str]]:
    """Return what the shares are of, from the first run."""
    counts, items = (one.evaluation or {}).get("counts", {}), one.words["items"]
    said = []
    for key, text in (("items", f"test {items}"), ("unseen", "of these unseen"), ("paper", f"{items} of the protocol")):
        if key in counts:
            said.append(["n: " + text, *[""] * before, f"{counts[key]:,.0f}", *[""] * models])
    if "paper_seen" in counts:
        said.append(["of these in training", *[""] * before, _percent(counts["paper_seen"]), *[""] * models])
    return said


def _targets(groups: Groups) -> list[list[str]]:
    """Return a row per target whose model was run: what was reached, what is wanted, whether it is missed."""
    rows = []
    for target in targets():
        runs = groups.get(target["data"], {}).get(target["model"], [])
        name, of, least = target["figure"], target["of"], float(target["least"])
        found = spread(runs, name)
        if found is None:
            continue
        value = found.median
        if of == BASELINE:
            baseline = spread(groups[target["data"]].get(BASELINE, []), name)
            if baseline is None:
                continue
            value -= baseline.median
            shown, wanted = f"{100 * value:+.2f} points", f"at least {100 * least:+.2f} points"
        else:
            if of != "value":
                bounds = [bound for one in runs if (bound := one.value(name, of))]
                if not bounds:
                    continue
                value /= bounds[0]
            whole = name in PARTS or of != "value"
            shown, wanted = (f"{100 * value:.2f} %", f"{100 * least:g} %") if whole else (_plain(value), _plain(least))
        rows.append(
            [
                target["data"],
                target["model"],
                runs[0].title(name) + OF[of],
                shown,
                wanted,
                "met" if value >= least else "**missed**",
            ]
        )
    return rows


def _gridded(groups: Groups) -> list[str]:
    """Return a table of the points of grids per domain."""
    names = ("interpretability", "scc", "mig", "sap", "paper", "by_tune", "unseen")
    found: dict[tuple[str, ...], list[list[str]]] = {}
    for data, models in groups.items():
        for model, runs in models.items():
            if runs[0].gridded:
                titles = tuple(runs[0].title(name) for name in names)
                found.setdefault(titles, []).append([data, model, *(_cell(runs, name) for name in names)])
    return [table(("data", "model", *titles), rows) for titles, rows in found.items()]


def _cell(runs: Sequence[Result], name: str) -> str:
    found = spread(runs, name)
    if found is None:
        return ""
    show = _percent if name in PARTS else _plain
    text = show(found.median)
    if found.interval is not None:
        text += f" [{', '.join(show(end).removesuffix(' %') for end in found.interval)}]"
    reference = reference_of(runs, name)
    return (
        text
        if name in PARTS or not reference or reference > 0.9995
        else f"{text} · {100 * found.median / reference:.0f} %".replace("-", "\N{MINUS SIGN}")
    )


def _epochs(runs: Sequence[Result]) -> str:
    done, asked = sorted({one.epoch for one in runs}), sorted({one.config.schedule.epochs for one in runs})
    return " of ".join("\N{EN DASH}".join(dict.fromkeys((str(some[0]), str(some[-1])))) for some in (done, asked))


def _shown(runs: Sequence[Result]) -> str:
    return (
        "\N{EN DASH}".join(dict.fromkeys(f"{end([one.shown for one in runs]) / 1e6:.2f}" for end in (min, max))) + " M"
    )


def _plain(value: float, digits: int = 3) -> str:
    sign = "\N{MINUS SIGN}" if value < 0 else ""
    return sign + f"{abs(value):.{digits}f}".removeprefix("0")


def _percent(value: float) -> str:
    return f"{100 * value:.2f} %"
