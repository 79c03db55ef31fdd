"""Pictures as files: PNG, PDF or SVG, as the suffix says; written whole, and never over another file unasked."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from armusic.errors import MissingExtraError, UsageError
from armusic.files import atomic_folder, atomic_path, check_writable, label
from armusic.music.attributes import short_name
from armusic.music.score import Tune

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from armusic.editing.result import Reached
    from armusic.editing.surface import Surface
    from armusic.editing.sweep import Variation
    from armusic.evaluation import Evaluation
    from armusic.evaluation.traversals import Traversal

log = logging.getLogger(__name__)

DOTS = 110  # an inch, in the pictures of an evaluation
NOTATION = 1150  # pixels of a line of notation: five measures

Named = Sequence[tuple[str, Tune]]
SUFFIXES = (".png", ".pdf", ".svg")
SWEEPS = (".gif", ".png")  # of pictures


def picture(variations: Sequence[Variation], attribute: str, path: str | Path, *, force: bool = False) -> None:
    """Draw variations as piano rolls with the attribute's curve, and values asked for against those reached."""
    from armusic.plotting import tunes as plotting

    _write(plotting.sweep(variations, attribute), path, force)


def draw(tunes: Named, path: str | Path, title: str, note: str = "", *, force: bool = False) -> None:
    """Draw named tunes as piano rolls one above another."""
    from armusic.plotting import tunes as plotting

    _write(plotting.rolls(tunes, title, note), path, force)


def draw_reached(
    tunes: Named, found: Reached, path: str | Path, title: str, note: str = "", *, force: bool = False
) -> None:
    """Draw the input and what was `found` as piano rolls, and each attribute before, as asked for and as reached."""
    from armusic.plotting import tunes as plotting

    names = [short_name(name) for name in found.names]
    _write(plotting.goals(tunes, names, found.original, found.targets, found.values, title, note), path, force)


def draw_surface(found: Surface, path: str | Path, title: str, *, force: bool = False) -> None:
    """Draw two attributes over the grid of values asked of both, side by side."""
    from armusic.plotting import tunes as plotting

    count = len(found.original)
    note = f"{' and '.join(found.names)} asked for together" + f", mean of {count} measures" * (count > 1)
    note += "; lines: equal values, asked for (dashed) and reached"
    _write(plotting.surface(found.names, found.targets, found.values, found.original, title, note), path, force)


def draw_evaluation(
    found: Evaluation,
    folder: str | Path,
    name: str,
    *,
    force: bool = False,
    on_progress: Callable[[str, int, int], None] = lambda *_: None,
) -> list[Path]:
    """Draw a model's codes, latent surfaces and sweeps into a folder, and return what was drawn.

    Parameters
    ----------
    found : Evaluation
        What was measured.
    folder : path
        For `codes.png`, `surfaces.png` where attributes can be measured in what is decoded, and `sweeps.png` of
        music; of other domains the pictures of `plotting.traversals`: `sweeps.gif`, `sheet.png` and `plane.png`.
    name : str
        What the model is called.
    force : bool
        Whether files in it may be replaced.
    on_progress : callable
        Told what is being done, and how much of it is done.
    """
    from armusic.config import MUSIC
    from armusic.evaluation import views
    from armusic.evaluation.sweeps import POSITIONS
    from armusic.plotting import latent, tiles, traversals

    subject, names = found.subject, tuple(map(short_name, found.test.names))
    data = f"{subject.config.data}, {subject.label}"
    swept = np.stack([found.swept[k, :, :, k] for k in range(len(names))])
    z, points = views.some(found.mean, found.seed), views.POINTS
    music = subject.adapter.domain == MUSIC
    if not music:
        z, points = z[: views.FEWER], views.COARSE
    made = {
        "codes": latent.scatter(
            names, found.turned.along(found.sample), found.test.a, f"Codes of {name}",
            f"{len(found.test):,} test items of {data}: attributes against dimensions, codes drawn from the posterior",
        ),
    }  # fmt: skip
    if found.control:  # else nothing can be measured in what is decoded
        made["surfaces"] = latent.surfaces(
            names, points, views.surfaces(subject, z, found.turned, points, on_progress), POSITIONS, swept,
            f"Attributes that {name} decodes",
            f"{data}; two dimensions moved: mean of {len(z)} test items; one: mean and middle half of {swept.shape[2]}"
            + "; white: nothing that could be measured" * (not music),
        )  # fmt: skip
    if music:
        example = views.example(subject, found.test, found.mean, found.turned)
        made["sweeps"] = latent.sweeps(
            names, example.tunes, _notation(example.tunes), example.steps, example.values, POSITIONS, swept,
            f"An ordinary measure of {data}, turned by {name}",
            f"one dimension moved; right: this measure, and mean and middle half of {swept.shape[2]} test measures",
        )  # fmt: skip
        drawn = {}
    else:
        on_progress("pictures", 0, 1)
        drawn = traversals.of(subject, found.test, found.seed, name)
    with atomic_folder(folder, force) as temporary:
        for what, figure in made.items():
            figure.savefig(temporary / f"{what}.png", dpi=DOTS)
        for what, pictures in drawn.items():
            tiles.save(pictures, temporary / what)
    return [Path(folder, what) for what in (*(f"{what}.png" for what in made), *drawn)]


def draw_traversal(found: Traversal, path: str | Path, rows: Sequence[str] = ("",), *, force: bool = False) -> None:
    """Draw items with dimensions moved: as an animation (.gif), or step by step in one picture (.png).

    Parameters
    ----------
    found : Traversal
        As `Model.traverse` returns it.
    path : path
        The file.
    rows : sequence of str
        What each item is called.
    force : bool
        Whether an existing file may be replaced.
    """
    from armusic.plotting import tiles, traversals

    check_traversal(path, force)
    with atomic_path(path, force) as temporary:
        moves = temporary.suffix.lower() == ".gif"
        tiles.save(traversals.animation({"": found}, rows) if moves else traversals.strip(found, rows), temporary)


def _notation(tunes: Sequence[Tune]) -> list[np.ndarray | None]:
    """Return tunes as pictures of a line of notation; none without the extra `armusic[score]`, and it is said."""
    from matplotlib.image import imread

    from armusic.io.writers import engraving

    try:
        return [imread(BytesIO(engraving.line(tune, NOTATION))) for tune in tunes]
    except MissingExtraError as error:
        log.warning("piano rolls only: %s", error)
        return [None] * len(tunes)


def check_picture(path: str | Path) -> None:
    """Refuse a picture in a format that is not written.

    Raises
    ------
    UsageError
        For another suffix than .png, .pdf or .svg.

    Examples
    --------
    >>> check_picture("map.pdf")
    """
    if Path(path).suffix.lower() not in SUFFIXES:
        raise UsageError(f"{label(path)}: pictures end in {', '.join(SUFFIXES[:-1])} or {SUFFIXES[-1]}: name one so")


def check_traversal(path: str | Path, force: bool = False) -> None:
    """Refuse a file for `draw_traversal` before any work.

    Raises
    ------
    UsageError
        For another suffix than .gif or .png.
    WriteError
        For a file that may not be written.
    """
    if Path(path).suffix.lower() not in SWEEPS:
        raise UsageError(f"{label(path)}: a sweep of pictures is a .gif (it moves) or a .png (a strip): name it so")
    check_writable(path, force)


def _write(figure: Figure, path: str | Path, force: bool) -> None:
    check_picture(path)
    with atomic_path(path, force) as temporary:
        figure.savefig(temporary)
