"""The text of a report: its tables in order, and notes on them, in Markdown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from armusic.report import control, differences, tables
from armusic.report.figures import ELSEWHERE, FIGURES, ceilings, published
from armusic.report.pairs import Models
from armusic.report.results import Result, outside_grids
from armusic.report.sheets import Cell, Table, markdown

Groups = Mapping[str, Models]

NOTE = (
    "Figures are medians over the runs. Brackets have the range from the lowest run to the highest, which is no"
    " confidence interval; in the tables of costs and differences they have confidence intervals. *Shown*: the number"
    " of items that a run was trained on, in millions, with repetitions. Metrics are those of codes drawn from q(z|x),"
    " as in the paper. After the dot is the median of the runs' shares of their own references: the score of the"
    " attributes themselves as codes of the same items (SCC: what a code without ties can reach). The last column is"
    " the median of the references."
)
MODULARITY = (
    "Do not rank models by Modularity: dimensions that carry hardly any information count as much as others, and their"
    " estimate depends on how ties of the attributes are rounded. The same codes of the shipped model score .754 with"
    " attributes in single precision, as here and in the paper, and .609 in double."
)
MUSIC = (
    "For music, *paper protocol* is a split by position, with transposed copies and empty measures, so that test"
    " measures occur in training (their share stands in the tables). *Held-out tunes*: no tune, nor a version of it, is"
    " on both sides of the split. *Unseen*: those measures of held-out tunes that equal no training or validation"
    " measure in any key."
)
FOLK = (
    "The paper's folk tunes are from {elsewhere}, a larger collection than {here}. Its figures are shown for"
    " orientation; they do not compare methods."
)
IMAGES = (
    "For images, *held-out images* is the paper's figure as well. *Unseen*: held-out images that equal no training"
    " or validation image."
)
FIRST = (
    "On images, a run of the paper is 100 epochs of all of them. Its ten runs are one network that was trained further"
    " and further; *first run* has its figures after the first run, which is the fair comparison."
)
JUDGED = (
    "*Kept*: how often a judge, such as a network that reads digits, sees the original's digit or shape in the decoded"
    " image. *Swept*: the dimension of each attribute (in a model without an attribute loss, the one with the highest"
    " rank correlation) is moved over that range, in standard deviations of the prior. The reference is the share of"
    " originals that the judge gets right. The paper's judge of digits is another network."
)
CONTROLLED = (
    "Control, without a search: one attribute at a time gets target values, and each code is decoded once. *Chance"
    " codes* are drawn from the prior. The position of the dimension that stands for a value is measured on validation"
    " items. For chance codes, the targets lie on an even grid over the range of the training data; for test items,"
    " they are drawn from the data. *Change of another attribute* is that of the attribute that changes most, in"
    " standard deviations of the data; *its distance from a line* is how far such changes lie from a straight line"
    " through the change of the target attribute and of its size, for the attribute for which that is most: it is no"
    " share of the change, and can be larger where few items change. *Restrictiveness* and the other figures of *one"
    " attribute turned*: each of 256 test items is decoded at nine positions, from \N{MINUS SIGN}2 to 2 standard"
    " deviations; restrictiveness, smoothness and consistency are 1 also where nothing moves. Figures are means over"
    " the attributes."
    " *Distance*: that of the distribution of an attribute over what chance codes decode to from that over the data"
    " (Wasserstein, in standard deviations of the data)."
)
TRAINED = (
    "Trained for what these tables measure, as no other model is: {models}. Some of the training codes are drawn from"
    " the prior, asked for evenly spread values, and penalised where what they decode to is not valid. An editor, where"
    " there is one, moves all dimensions of a code when one attribute is turned, elsewhere one dimension is moved; the"
    " positions that stand for values reach \N{PLUS-MINUS SIGN}6 standard deviations with an editor, and"
    " \N{PLUS-MINUS SIGN}4 without. So these rows say that a decoder can be taught to obey; they do not rank losses of"
    " codes."
)
ASKED = (
    "Correlations (Pearson) of target values with the values decoded from chance codes, by the protocol of LC-Diff"
    " (arXiv 2511.07156): an even grid over the range of the data, one decode, one attribute at a time. The published"
    " figures are for melodies of four bars from the Lakh MIDI collection, those here for single measures of other"
    " music, which is another task: they are no yardstick. *Valid*: decoded measures that contain a note, and no rest"
    " token where it is already silent."
)
COST = (
    "Parts lost against a model that differs only in its loss, the weight of its terms among it (beta on images):"
    " trained with the same split, seed and schedule, and from the same weights. Brackets have the 95 % interval, from"
    " resampling runs and tunes (pigeonhole bootstrap); for a single pair of runs, tunes alone; without tunes, runs"
    " alone. There is no interval for fewer than ten tunes, or, without tunes, fewer than five pairs. *Upper end*:"
    " that of the interval."
)
COMPARED = (
    "The default minus each other model, in pairs of runs with the same split and seed: means, with 95 % intervals as"
    " above, where each tune counts by its measures. *p*: Wilcoxon's signed-rank test, two-sided, over the"
    " tunes' mean differences where tunes are known, each counted alike, or else over runs; adjusted after Holm for"
    " the models compared by the figure. *Rank-biserial*: the effect size, from \N{MINUS SIGN}1 to 1; 1 where the"
    " default is never behind. Five pairs of runs cannot have a p below .0625 before that adjustment, so no model with"
    " five runs can differ significantly over runs: its interval says what is known, and over so few runs it is rather"
    " too narrow. Where few tunes differ at all, the effect size can be 1 beside a large p; where there are one or two"
    " runs, p speaks for other tunes, and not for other runs."
)
TARGETS = (
    "*Published*: the median of the paper's AR-VAE. A target may be lower than that: the table below has the published"
    " figures that are not reached."
)
WEIGHTS = (
    "[weights.csv](weights.csv) has the digest of each run's weights, in half precision, with the version of torch:"
    " who makes a run anew can tell whether it has the same ones. They are the same bit for bit on one kind of"
    " processor; elsewhere, rounding differs, and with it the training."
)
UNFINISHED = (
    "Runs without an evaluation, or with an older one, which is shown above, since they were trained further. The same"
    " `armusic experiment` continues them."
)


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a report.

    Parameters
    ----------
    title : str
        Heading; empty where it goes on with the section before.
    tables : tuple of Table
        Tables of the section.
    note : str
        Text below the tables.
    """

    title: str
    tables: tuple[Table, ...]
    note: str = ""


def sections(runs: Sequence[Result], groups: Groups, chosen: Mapping[str, str] | None = None) -> list[Section]:
    """Return the sections of a report: each data set, control, differences, targets, grids, and unfinished runs.

    Parameters
    ----------
    runs : sequence of Result
        All runs.
    groups : mapping of str to mapping of str to list of Result
        Data set -> model -> evaluated runs.
    chosen : mapping of str to str, optional
        Model -> the baseline that it is compared with: see `pairs.baseline_of`.
    """
    result = [Section(data, _some(tables.comparison(data, outside_grids(models)))) for data, models in groups.items()]
    if groups:
        result.append(Section("", (), notes(groups)))
    controlled = [
        Section(f"Control: {data}", (table,))
        for data, models in groups.items()
        if (table := control.control(data, models))
    ]
    if controlled:
        result += [*controlled, Section("", (), "\n\n".join([CONTROLLED, *trained(groups)]))]
    result.append(Section("Target values, from chance codes", _some(control.correlations(groups)), ASKED))
    result.append(Section("What the attribute loss costs", _some(differences.cost(groups, chosen)), COST))
    compared = [
        Section(f"Differences: {data}", (table,))
        for data, models in groups.items()
        if (table := differences.differences(data, models))
    ]
    if compared:
        result += [*compared, Section("", (), COMPARED)]
    result.append(Section("Targets", _some(tables.targets(groups, chosen)), TARGETS))
    result.append(Section("Published figures that are higher", _some(tables.higher(groups))))
    result.append(Section("Settings of gamma and delta", tuple(tables.grids(groups))))
    if weights(runs):
        result.append(Section("", (), WEIGHTS))
    result.append(Section("Unfinished", _some(tables.unfinished(runs)), UNFINISHED))
    return [section for section in result if section.tables or not section.title]


def report(parts: Sequence[Section], captions: Mapping[str, str], remarks: Sequence[str]) -> str:
    """Return a report as Markdown: its sections, pictures, and remarks."""
    text = ["# Report", "Made with `armusic report` from runs of `armusic experiment`."]
    for part in parts:
        text.append(f"## {part.title}" if part.title else "")
        for table in part.tables:
            text += [markdown(table), f"[{table.name}.csv]({table.name}.csv), [{table.name}.tex]({table.name}.tex)"]
        text.append(part.note)
    text += [f"![{caption}]({name})" for name, caption in captions.items()]
    text.append("\n".join(f"- {remark}" for remark in remarks))
    return "\n\n".join(part for part in text if part) + "\n"


def notes(groups: Groups) -> str:
    """Return notes on the tables: on each domain that is in them, and on the ceilings of the data sets."""
    runs = [run for models in groups.values() for some in models.values() for run in some]
    domains = {run.words["parts"] for run in runs}
    paragraphs = [NOTE, MODULARITY]
    if "ticks" in domains:
        paragraphs.append(MUSIC)
    paragraphs += [
        FOLK.format(elsewhere=other, here=" and ".join(data for data in sorted(groups) if ELSEWHERE.get(data) == other))
        for other in sorted({ELSEWHERE[data] for data in groups if data in ELSEWHERE})
    ]
    if "pixels" in domains:
        paragraphs.append(IMAGES)
    if any(tables.FIRST in published().get(data, {}) for data in groups):
        paragraphs.append(FIRST)
    if any(run.words["what"] for run in runs):
        paragraphs.append(JUDGED)
    paragraphs += [
        f"Of {data}: {why} So the mean {FIGURES[figure]} cannot exceed {Cell(most, digits=4)}, its reference here."
        for (data, figure), (most, why) in ceilings().items()
        if data in groups
    ]
    return "\n\n".join(paragraphs)


def trained(groups: Groups) -> list[str]:
    """Return a note on the models whose training has a loss on what is decoded for target values; none without any."""
    models = {
        f"`{name}`"
        for some in groups.values()
        for name, runs in outside_grids(some).items()
        if any(getattr(run.config.loss, "control", 0) for run in runs)
    }
    return [TRAINED.format(models=", ".join(sorted(models)))] if models else []


def weights(runs: Sequence[Result]) -> Table | None:
    """Return a table of the digests of the runs' weights; None where no evaluation has one."""
    rows = [[run.folder.name, run.weights["sha256"], run.weights["torch"]] for run in runs if run.weights]
    return Table.of("weights", ("run", "SHA-256 of the weights", "torch"), rows) if rows else None


def _some(table: Table | None) -> tuple[Table, ...]:
    return () if table is None else (table,)
