"""Pictures of items, and of what a model decodes of them: animations of sweeps, strips and sheets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from armusic.evaluation import traversals
from armusic.evaluation.subject import Subject
from armusic.evaluation.sweeps import Axes, find_axes
from armusic.evaluation.traversals import Traversal
from armusic.plotting import tiles
from armusic.plotting.page import signed
from armusic.plotting.tiles import Picture
from armusic.shapes import Float, UInt8
from armusic.vae.data import Data

STEPS = np.linspace(-2, 2, 17)  # of an animation, in standard deviations of the prior
FEW = np.linspace(-2, 2, 9)  # steps of a sheet
FEWEST = 2  # items and attributes in a frame whose pictures are twice as large
ITEMS = 10  # above their reconstructions
POINTS = np.arange(-3.0, 4.0)  # of a plane, along each dimension
PLANES, SMALL = 3, 64  # planes in a row, and the size of a picture in them, in pixels

Frames = UInt8[np.ndarray, "frame height width 3"]


def overview(subject: Subject, test: Data, seed: int, name: str) -> dict[str, Frames | Picture]:
    """Draw what a model decodes of test items, and of these with dimensions moved.

    Parameters
    ----------
    subject : Subject
        The model.
    test : Data
        Items that it was not trained on, in random order.
    seed : int
        Seed for the choice of items.
    name : str
        Name of the model.

    Returns
    -------
    dict of str to uint8 array
        File name -> picture. `sweeps.gif`, frames: a row per ordinary item, a column per attribute; `sheet.png`: items,
        their reconstructions, and one of them with each dimension moved; `plane.png`, where there are two attributes:
        two dimensions of one item moved.
    """
    axes, places = find_axes(subject, test), traversals.ordinary(subject, test, seed)
    items, middle = test.take(places), test.take(places[[len(places) // 2]])
    order = np.random.default_rng(seed).permutation(len(test))
    shown = test.take(np.concatenate([places, order[~np.isin(order, places)]])[:ITEMS])
    words, data = subject.adapter.words, subject.config.data
    moving = traversals.traverse(subject, items, test.names, STEPS, axes, measured=False)
    pictures: dict[str, Frames | Picture] = {"sweeps.gif": animation({f"{data}, swept by {name}": moving})}
    pictures["sheet.png"] = tiles.framed(
        tiles.down(
            [
                tiles.line(f"What {name} makes of test {words.items} of {data}", large=True),
                tiles.line(f"below: how many {words.parts} are right", faint=True),
                _decoded(subject, shown),
                tiles.line(
                    "one dimension moved to so many standard deviations of the prior; below: its attribute, as measured"
                    " (original: as the data has it)",
                    faint=True,
                ),
                _rows(traversals.traverse(subject, middle, test.names, FEW, axes), test.names),
            ]
        )
    )
    if len(test.names) > 1:
        pictures["plane.png"] = _planes(subject, middle, axes, f"One test {words.item} of {data}, swept by {name}")
    return pictures


def beside(subjects: Mapping[str, Subject], test: Data, seed: int = 0) -> Frames:
    """Draw the same items, with dimensions moved by several models, side by side.

    Parameters
    ----------
    subjects : dict of str to Subject
        Name -> model: models of the same data, with the same attributes.
    test : Data
        Items that none of them was trained on.
    seed : int
        Seed for the choice of items that have no identity.

    Returns
    -------
    uint8 array (frame, height, width, 3)
        A row per item; a column for the originals, and one per model and attribute. Write it with `tiles.save_gif`.
    """
    items = test.take(traversals.ordinary(next(iter(subjects.values())), test, seed))
    return animation(
        {
            name: traversals.traverse(subject, items, test.names, STEPS, find_axes(subject, test), measured=False)
            for name, subject in subjects.items()
        }
    )


def animation(sweeps: Mapping[str, Traversal], rows: Sequence[str] = ()) -> Frames:
    """Return the frames of a sweep: a row per item, a column per attribute; of several models side by side.

    Parameters
    ----------
    sweeps : dict of str to Traversal
        Heading -> sweep; all of the same items and steps. Measured values are written below each picture.
    rows : sequence of str, optional
        Labels of the items.
    """
    first = next(iter(sweeps.values()))
    longest = 2 * tiles.TILE if first.pictures[0, ..., 0, 0, 0].size <= FEWEST else tiles.TILE
    low, high = float(first.steps[0]), float(first.steps[-1])
    below = [[""]] * len(first.originals) if first.measured else []
    originals = tiles.grid(
        tiles.enlarge(first.originals[:, None], longest), rows=rows, columns=["original"], captions=below
    )
    frames = []
    for number, step in enumerate(first.steps.tolist()):
        blocks = [tiles.down([originals, tiles.line(f"z {_step_label(step)}")], tiles.SPACE)]
        for heading, sweep in sweeps.items():
            pictures = tiles.enlarge(sweep.pictures[number], longest)
            captions = _captions(sweep.values[number]) if sweep.measured else []
            block = tiles.grid(pictures, columns=sweep.names, captions=captions, heading=heading)
            slider = tiles.slider(block.shape[1], (step - low) / ((high - low) or 1))
            blocks.append(tiles.down([block, slider], tiles.SPACE))
        frames.append(tiles.framed(tiles.across(blocks)))
    return np.stack(frames)


def traversal(traversal: Traversal, rows: Sequence[str] = ("",), *, animated: bool = False) -> Frames | Picture:
    """Draw items with dimensions moved: step by step in one picture, or as an animation.

    Parameters
    ----------
    traversal : Traversal
        Items and what is decoded of them, as `Model.traverse` returns it.
    rows : sequence (item,) of str
        Labels of the items.
    animated : bool
        Whether to return the frames of an animation.

    Returns
    -------
    uint8 array (height, width, 3) or (frame, height, width, 3)
        Pixels.
    """
    return animation({"": traversal}, rows) if animated else strip(traversal, rows)


def strip(traversal: Traversal, rows: Sequence[str] = ("",)) -> Picture:
    """Return a sweep as one picture: a row per item and attribute, with the measured value below each step."""
    return tiles.framed(_rows(traversal, [f"{row} {name}".strip() for row in rows for name in traversal.names]))


def _rows(traversal: Traversal, rows: Sequence[str]) -> Picture:
    pictures = traversal.pictures.transpose(1, 2, 0, 3, 4, 5)
    pictures = pictures.reshape(len(rows), *pictures.shape[2:])
    originals = traversal.originals.repeat(len(traversal.names), axis=0)[:, None]
    values = _captions(traversal.values.transpose(1, 2, 0).reshape(len(rows), -1))
    original_values = _captions(traversal.original_values.reshape(-1, 1))
    steps = [_step_label(step) for step in traversal.steps.tolist()]
    return tiles.across(
        [
            tiles.grid(tiles.enlarge(originals), rows=rows, columns=["original"], captions=original_values),
            tiles.grid(tiles.enlarge(pictures), columns=steps, captions=values),
        ]
    )


def _decoded(subject: Subject, items: Data) -> Picture:
    """Return originals above their reconstructions."""
    mean = subject.encode(items.x)[0]
    pictures = np.stack([traversals.draw(subject, items.x), traversals.draw(subject, subject.decode(mean))])
    shares = [f"{100 * share:.1f} %" for share in subject.accuracy(items.x, mean)]
    return tiles.grid(tiles.enlarge(pictures), rows=["original", "decoded"], captions=[[""] * len(items), shares])


def _planes(subject: Subject, item: Data, axes: Axes, title: str) -> Picture:
    """Return an item with two dimensions over a grid: those of each attribute and the next one."""
    blocks = []
    for over, up in pairs(len(item.names)):
        pictures = traversals.plane(subject, item, (over, up), POINTS, axes)[::-1]
        labels = [_step_label(point) for point in POINTS.tolist()]
        heading = f"{item.names[over]} \N{RIGHTWARDS ARROW}  {item.names[up]} \N{UPWARDS ARROW}"
        blocks.append(tiles.grid(tiles.enlarge(pictures, SMALL), rows=labels[::-1], columns=labels, heading=heading))
    lines = [tiles.across(blocks[start : start + PLANES]) for start in range(0, len(blocks), PLANES)]
    note = "two dimensions moved, in standard deviations of the prior; the others stay"
    return tiles.framed(tiles.down([tiles.line(title, large=True), tiles.line(note, faint=True), *lines]))


def pairs(count: int) -> list[tuple[int, int]]:
    """Return pairs of attributes: each with the next one, and the last with the first.

    Examples
    --------
    >>> pairs(1), pairs(2), pairs(4)
    ([], [(0, 1)], [(0, 1), (1, 2), (2, 3), (3, 0)])
    """
    return [(k, (k + 1) % count) for k in range(count if count > 2 else count - 1)]


def value_label(value: float) -> str:
    """Return a measured value with three digits and at most three decimals; empty for NaN.

    Examples
    --------
    >>> value_label(0.7519), value_label(0.00451), value_label(102.25), value_label(float("nan"))
    ('0.752', '0.005', '102', '')
    """
    if np.isnan(value):
        return ""
    digits = 2 - int(np.floor(np.log10(abs(value)))) if value else 2
    return signed(f"{value:.{min(max(digits, 0), 3)}f}")


def _captions(values: Float[np.ndarray, "row column"]) -> list[list[str]]:
    return [[value_label(value) for value in row] for row in values.tolist()]


def _step_label(step: float) -> str:
    return signed(f"{round(step, 2):+g}") if round(step, 2) else "0"
