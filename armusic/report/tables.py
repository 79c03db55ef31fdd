"""The tables of a report, in Markdown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from armusic.report.results import SHARES, TITLES, Result, published, spread, targets

Groups = Mapping[str, Mapping[str, list[Result]]]

BASELINE = "beta-vae"
OF = {"value": "", "reference": ", share of the reference", "ceiling": ", share of the tie ceiling",
      "beta-vae": ", more than beta-vae"}  # fmt: skip


def report(results: Sequence[Result], groups: Groups, captions: Mapping[str, str], remarks: Sequence[str]) -> str:
    """Return a report as Markdown: a table per data set, targets, a grid's settings, and what is unfinished."""
    parts = ["# Report", "Made with `armusic report` from runs of `armusic experiment`."]
    for data, models in groups.items():
        parts += [f"## {data}", compared(data, {name: runs for name, runs in models.items() if not runs[0].gridded})]
    if groups:
        parts.append(NOTE)
    if rows := _targets(groups):
        parts += ["## Targets", table(("data", "model", "figure", "reached", "wanted", ""), rows)]
    gridded = [
        (data, name, runs) for data, models in groups.items() for name, runs in models.items() if runs[0].gridded
    ]
    if gridded:
        parts += ["## Settings of gamma and delta", _grid(gridded)]
    parts += [f"![{caption}]({name}.png)" for name, caption in captions.items()]
    unfinished = [one for one in results if one.evaluation is None]
    if unfinished:
        parts += ["## Unfinished", "Begun, and without an evaluation: the same `armusic experiment` goes on with them."]
        parts.append(table(("run", "epochs"), [(one.folder.name, _epochs([one])) for one in unfinished]))
    if remarks:
        parts.append("\n".join(f"- {remark}" for remark in remarks))
    return "\n\n".join(part for part in parts if part) + "\n"


NOTE = (
    "Medians of the runs, and in brackets the lowest and the highest; of a single run, its own 95 % interval over"
    " items. Metrics are of codes drawn from q(z|x), as in the paper; after the dot, the share of the reference: what"
    " the attributes themselves score as codes on the same items (SCC: what a code without ties can reach)."
    " *Paper protocol*: positional split, transposed copies and dummies included, so that most test measures occur in"
    " training; *split by tune*: no tune, nor a version of it, on both sides; *unseen*: of those, the measures that"
    " equal no training or validation measure in any key."
)


def compared(data: str, models: Mapping[str, list[Result]]) -> str:
    """Return a table of one data set: the paper, and each model."""
    if not models:
        return ""
    paper = published()
    head = ["", *(["paper: beta-VAE", "paper: AR-VAE"] if any(key[0] == data for key in paper) else [])]
    both = len(head) > 1
    rows = [["runs", *([""] * 2 if both else []), *(str(len(runs)) for runs in models.values()), ""]]
    rows.append(["epochs", *([""] * 2 if both else []), *(_epochs(runs) for runs in models.values()), ""])
    for name, title in TITLES.items():
        show = _percent if name in SHARES else _plain
        known = paper.get((data, name))
        cells = [*([show(value) for value in known] if known else [""] * 2 if both else [])]
        cells += [_cell(runs, name) for runs in models.values()]
        reference = reference_of([one for runs in models.values() for one in runs], name)
        if any(cells):
            rows.append([title, *cells, "" if reference is None else _plain(reference)])
    if seen := [one for runs in models.values() for one in runs if one.evaluation]:
        rows += _counts(seen[0], len(head) - 1, len(models))
    return table([*head, *models, "reference"], rows)


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
    counts = (one.evaluation or {}).get("counts", {})
    said = []
    for key, text in (("items", "test measures"), ("unseen", "of these unseen"), ("paper", "measures of the protocol")):
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
            whole = name in SHARES or of != "value"
            shown, wanted = (f"{100 * value:.2f} %", f"{100 * least:g} %") if whole else (_plain(value), _plain(least))
        rows.append(
            [
                target["data"],
                target["model"],
                TITLES[name] + OF[of],
                shown,
                wanted,
                "met" if value >= least else "**missed**",
            ]
        )
    return rows


def _grid(gridded: Sequence[tuple[str, str, list[Result]]]) -> str:
    names = ("interpretability", "scc", "mig", "sap", "paper", "by_tune", "unseen")
    rows = [[data, model, *(_cell(runs, name) for name in names)] for data, model, runs in gridded]
    return table(["data", "model", *(TITLES[name] for name in names)], rows)


def _cell(runs: Sequence[Result], name: str) -> str:
    found = spread(runs, name)
    if found is None:
        return ""
    show = _percent if name in SHARES else _plain
    text = show(found.median)
    if found.interval is not None:
        text += f" [{', '.join(show(end).removesuffix(' %') for end in found.interval)}]"
    reference = reference_of(runs, name)
    return text if not reference or reference > 0.9995 else f"{text} · {100 * found.median / reference:.0f} %"


def _epochs(runs: Sequence[Result]) -> str:
    done, asked = sorted({one.epoch for one in runs}), sorted({one.config.epochs for one in runs})
    return " of ".join("\N{EN DASH}".join(dict.fromkeys((str(some[0]), str(some[-1])))) for some in (done, asked))


def _plain(value: float) -> str:
    return f"{value:.3f}".removeprefix("0") if value >= 0 else f"\N{MINUS SIGN}{_plain(-value)}"


def _percent(value: float) -> str:
    return f"{100 * value:.2f} %"
