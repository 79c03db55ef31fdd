"""What `armusic interpolate` does, for whoever has no files: a sweep or targets, and the answers in one form."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from armusic.config import KEPT, NATURAL, SPAN, STEPS
from armusic.config.manner import manner
from armusic.editing import chooser
from armusic.editing import targets as editing
from armusic.editing.kept import Kept
from armusic.editing.limits import further
from armusic.editing.pool import Pool
from armusic.errors import UsageError
from armusic.music import attributes as measuring
from armusic.music.attributes import short_name
from armusic.music.score import Tune
from armusic.shapes import Float

if TYPE_CHECKING:
    from armusic.api.model import Model
    from armusic.editing.sweep import Variation

_SLACK = 1e-9  # of values

Table = Float[np.ndarray, "measure attribute"]


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be done with a tune, spelled as for `armusic interpolate`.

    Parameters
    ----------
    attributes : tuple of str
        One name for a sweep, such as `rhythm`, or targets, such as `rhythm=0.3` and `density=p80`.
    steps, span
        Number of variations of a sweep, and its first and last step in standard deviations.
    measures, key, each_measure, natural, keep, alternatives, seed
        The arguments of `armusic.api.model.Model.alternatives`.
    """

    attributes: tuple[str, ...]
    steps: int = STEPS
    span: tuple[float, float] = SPAN
    measures: tuple[int, int] | None = None
    key: str = "auto"
    each_measure: bool = False
    natural: float = NATURAL
    keep: str | Sequence[str] = KEPT
    alternatives: int = 1
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Answer:
    """A variation of a tune.

    Parameters
    ----------
    name : str
        Name of its track: `rhythm +1.0`, or its targets.
    tune : Tune
        The music.
    names : tuple of str
        The attributes: columns of the next three.
    original, targets, values : float64 array (measure, attribute)
        Values of the input, targets, and values reached.
    step : float, optional
        The step of a sweep; 0 is the input.
    whole : bool
        Whether targets are of the tune: their mean is what counts.
    unusual : tuple of str
        Features that the input does not have, in a musician's words.
    """

    name: str
    tune: Tune
    names: tuple[str, ...]
    original: Table
    targets: Table
    values: Table
    step: float | None = None
    whole: bool = False
    unusual: tuple[str, ...] = ()


def turn(model: Model, tune: Tune, order: Order, kept: Kept | None = None) -> tuple[list[Answer], list[str]]:
    """Return the variations that an order asks for, and messages about them, a line each.

    Parameters
    ----------
    model : Model
        The model.
    tune : Tune
        All its notes on the grid.
    order : Order
        Task to perform.
    kept : Kept, optional
        Candidates from orders before this one; it has those of this one afterwards.

    Raises
    ------
    UsageError
        For an order that cannot be understood, or that does not fit the tune.

    Examples
    --------
    >>> import armusic
    >>> model, tune = armusic.load(), armusic.read("examples/speed-the-plough.mid")
    >>> answers, messages = turn(model, tune, Order(("rhythm",), steps=3))
    >>> [(answer.name, len(answer.tune.notes)) for answer in answers]
    [('rhythm -2.0', 18), ('rhythm +0.0', 93), ('rhythm +2.0', 120)]
    >>> for message in messages:
    ...     print(message)
    out of reach, so the tune goes as far as it can: rhythm -2.0, rhythm +2.0
    without subdivisions in the option keep, the tune may go further
    """
    refuse_files(text.partition("=")[::2] for text in order.attributes)
    kept, built = Kept() if kept is None else kept, list[Pool]()

    def recorded(*arguments: Any, **options: Any) -> Pool:
        built.append(kept.build(*arguments, **options))
        return built[-1]

    how: dict[str, Any] = {"natural": order.natural, "keep": order.keep, "each_measure": order.each_measure}
    how |= {"key": order.key, "measures": order.measures, "build": recorded, "choose": kept.choose}
    if not has_targets(order.attributes):
        (name,) = order.attributes
        sweep: dict[str, Any] = {"alternatives": order.alternatives, "seed": order.seed}
        variations = model.interpolate(tune, name, order.steps, order.span, **how, **sweep)
        count = order.alternatives
        messages = [*out_of_reach(variations, order.keep), *fewer(least(variations, count), count)]
        answers = _of_sweep(built[-1].names, variations)
        return answers, [*variations[0].unchanged, *_stuck(built, answers), *messages]
    editing.parse_all(order.attributes)
    reached = model.alternatives(tune, order.attributes, order.alternatives, order.seed, **how)
    answers = [
        Answer(label, each.tune, each.names, each.original, each.targets, each.values, None, each.whole, each.unusual)
        for label, each in zip(labels(" ".join(order.attributes), len(reached)), reached, strict=True)
    ]
    return answers, [*reached[0].notes, *_stuck(built, answers), *fewer(len(reached), order.alternatives)]


def refuse_files(targets: Iterable[tuple[str, str | float]]) -> None:
    """Refuse attributes and targets that are read from files, for whoever has none here.

    Examples
    --------
    >>> refuse_files([("density", 0.3), ("rhythm", "@curve.csv")])
    Traceback (most recent call last):
    ...
    armusic.errors.UsageError: rhythm: a curve in a file is for the command line: write its points, as 1:0.2 8:0.7
    """
    for name, value in targets:
        if measuring.names_file(name.strip()):
            raise UsageError(
                f"{short_name(name.strip())}: an attribute in a file is for the command line: name another"
            )
        if str(value).lstrip().startswith("@"):
            raise UsageError(
                f"{name.strip()}: a curve in a file is for the command line: write its points, as 1:0.2 8:0.7"
            )


def _stuck(built: Sequence[Pool], answers: Sequence[Answer]) -> list[str]:
    """Return why attributes that were to change did not, in any answer."""
    first, by_name = answers[0], {name: pool for pool in built for name in pool.names}
    return [
        chooser.stuck(by_name[name], name)
        for column, name in enumerate(first.names)
        if name in by_name
        and any(each.step or (abs(each.targets - each.original)[:, column] > _SLACK).any() for each in answers)
        and all((abs(each.values[:, column] - first.original[:, column]) <= _SLACK).all() for each in answers)
    ]


def _of_sweep(names: tuple[str, ...], variations: Sequence[Variation]) -> list[Answer]:
    """Return the variations of a sweep as answers."""
    original = next(each for each in variations if not each.step).values[:, None]
    return [
        Answer(
            each.name,
            each.tune,
            names,
            original,
            each.values[:, None] if each.targets is None else each.targets[:, None],
            each.values[:, None],
            each.step,
            each.whole,
            each.unusual,
        )
        for each in variations
    ]


def has_targets(attributes: Sequence[str], option: str = "") -> bool:
    """Return whether attributes have targets, which several need; refuse none, and a mixture.

    Parameters
    ----------
    attributes : sequence of str
        Attributes as a user spells them.
    option : str
        Option that introduces each on the command line, for messages: `--attr `.

    Examples
    --------
    >>> has_targets(["rhythm"]), has_targets(["rhythm=0.3", "density=p80"])
    (False, True)
    """
    if not attributes:
        raise UsageError(
            f"no attribute is named: {f'add {option.strip()}' if option else 'name some'}, such as {option}rhythm or"
            f" {option}rhythm=0.3"
        )
    bare = [short_name(text) for text in attributes if "=" not in text]
    if bare and len(attributes) > 1:
        raise UsageError(
            f"{' and '.join(bare)}: no target, and a sweep takes one attribute: write a target for each, such as"
            f" {option}{bare[0]}=0.5"
        )
    return not bare


def labels(name: str, count: int) -> list[str]:
    """Return what alternatives are called.

    Examples
    --------
    >>> labels("rhythm=0.3", 2)
    ['rhythm=0.3', 'rhythm=0.3 (2)']
    """
    return [name, *(f"{name} ({number})" for number in range(2, count + 1))]


def fewer(number: int, count: int) -> list[str]:
    """Return a message where there are fewer alternatives than were ordered."""
    there = "1 answer is all that there is" if number == 1 else f"{number} different answers are all that there are"
    return [f"{there}, not {count}"] if number < count else []


def least(variations: Sequence[Variation], count: int) -> int:
    """Return how many answers each step of a sweep has at least."""
    answers: dict[float, int] = {}
    for variation in variations:
        answers[variation.step] = answers.get(variation.step, 0) + 1
    return min((number for step, number in answers.items() if step), default=count)


def out_of_reach(variations: Sequence[Variation], keep: str | Sequence[str] = KEPT) -> list[str]:
    """Return messages about the steps of a sweep that are out of reach while this is kept, if there are any."""
    clipped = [variation for variation in variations if variation.clipped]
    if not clipped:
        return []
    advice = further([each.name.split()[0] for each in clipped if each.step > 0], manner(keep=keep).keep)
    if any(each.whole for each in clipped):
        names = ", ".join(each.name for each in clipped)
        return [f"out of reach, so the tune goes as far as it can: {names}", *advice]
    places = ", ".join(f"{each.clipped} at {each.name}" for each in clipped)
    return [f"out of reach, so these measures go as far as they can: {places}", *advice]
