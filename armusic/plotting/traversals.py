"""Pictures of items, and of what a model decodes of them: animations of sweeps, strips and sheets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from jaxtyping import Float, UInt8

from armusic.evaluation import traversals
from armusic.evaluation.subject import Subject
from armusic.evaluation.sweeps import Axes, axes
from armusic.evaluation.traversals import Traversal
from armusic.plotting import tiles
from armusic.plotting.tiles import Picture
from armusic.vae.data import Data

STEPS = np.linspace(-2, 2, 17)  # of an animation, in standard deviations of the prior
FEW = np.linspace(-2, 2, 9)  # of a sheet
FEWEST = 2  # pictures of a frame that are twice as large
ITEMS = 10  # that stand above their reconstructions
POINTS = np.arange(-3.0, 4.0)  # of a plane, each way
PLANES, SMALL = 3, 64  # in a row, and how large a picture in them is, in pixels

Frames = UInt8[np.ndarray, "frame height width 3"]


def of(subject: Subject, test: Data, seed: int, name: str) -> dict[str, Frames | Picture]:
    """Return all pictures of a model, by the names of their files.

    Parameters
    ----------
    subject : Subject
        The model.
    test : Data
        Items that it was not trained on, drawn at random.
    seed : int
        Of what is drawn from them.
    name : str
        What the model is called.

    Returns
    -------
    dict of str to uint8 array
        `sweeps.gif`, frames: a row per kind of item, a column per attribute; `sheet.png`: items, what is decoded of
        them, and one of them with each dimension moved; `plane.png`, where there are two attributes: two dimensions
        of one item moved.
    """
    turned, places = axes(subject, test), traversals.ordinary(subject, test, seed)
    items, one = test.take(places), test.take(places[[len(places) // 2]])
    others = np.random.default_rng(seed).permutation(len(test))
    shown = test.take(np.concatenate([places, others[~np.isin(others, places)]])[:ITEMS])
    words, data = subject.adapter.words, subject.config.data
    moved = traversals.traverse(subject, items, test.names, STEPS, turned, measured=False)
    made: dict[str, Frames | Picture] = {"sweeps.gif": animation({f"{data}, turned by {name}": moved})}
    made["sheet.png"] = tiles.framed(
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
                _rows(traversals.traverse(subject, one, test.names, FEW, turned), test.names),
            ]
        )
    )
    if len(test.names) > 1:
        made["plane.png"] = _planes(subject, one, turned, f"One test {words.item} of {data}, turned by {name}")
    return made


def beside(subjects: Mapping[str, Subject], test: Data, seed: int = 0) -> Frames:
    """Return the frames of the same items turned by several models, side by side.

    Parameters
    ----------
    subjects : dict of str to Subject
        The models, by what they are called: of the same data, with the same attributes.
    test : Data
        Items that none of them was trained on.
    seed : int
        Of items drawn at random, where nothing tells kinds.

    Returns
    -------
    uint8 array (frame, height, width, 3)
        A row per item; a column for the originals, and one per model and attribute. Write it with `tiles.save_gif`.
    """
    items = test.take(traversals.ordinary(next(iter(subjects.values())), test, seed))
    return animation(
        {
            name: traversals.traverse(subject, items, test.names, STEPS, axes(subject, test), measured=False)
            for name, subject in subjects.items()
        }
    )


def animation(found: Mapping[str, Traversal], rows: Sequence[str] = ()) -> Frames:
    """Return the frames of a sweep: a row per item, a column per attribute; of several models side by side.

    Parameters
    ----------
    found : dict of str to Traversal
        By what stands above; all of the same items and steps. What was measured is written below each picture.
    rows : sequence of str, optional
        What is written beside each item.
    """
    first = next(iter(found.values()))
    longest = 2 * tiles.TILE if first.pictures[0, ..., 0, 0, 0].size <= FEWEST else tiles.TILE
    low, high = float(first.steps[0]), float(first.steps[-1])
    below = [[""]] * len(first.originals) if first.measured else []
    originals = tiles.grid(
        tiles.enlarge(first.originals[:, None], longest), rows=rows, columns=["original"], captions=below
    )
    frames = []
    for number, step in enumerate(first.steps.tolist()):
        blocks = [tiles.down([originals, tiles.line(f"z {_at(step)}")], tiles.SPACE)]
        for name, one in found.items():
            pictures = tiles.enlarge(one.pictures[number], longest)
            captions = _captions(one.values[number]) if one.measured else []
            block = tiles.grid(pictures, columns=one.names, captions=captions, heading=name)
            place = tiles.slider(block.shape[1], (step - low) / ((high - low) or 1))
            blocks.append(tiles.down([block, place], tiles.SPACE))
        frames.append(tiles.framed(tiles.across(blocks)))
    return np.stack(frames)


def traversal(traversal: Traversal, rows: Sequence[str] = ("",), *, animated: bool = False) -> Frames | Picture:
    """Draw items with dimensions moved: step by step in one picture, or as an animation.

    Parameters
    ----------
    traversal : Traversal
        Items and what is decoded of them, as `Model.traverse` returns it.
    rows : sequence (item,) of str
        Name of each item.
    animated : bool
        Whether to return the frames of an animation.

    Returns
    -------
    uint8 array (height, width, 3) or (frame, height, width, 3)
        Pixels.
    """
    return animation({"": traversal}, rows) if animated else strip(traversal, rows)


def strip(found: Traversal, rows: Sequence[str] = ("",)) -> Picture:
    """Return a sweep as one picture: a row per item and attribute, with what was measured below each step."""
    return tiles.framed(_rows(found, [f"{row} {name}".strip() for row in rows for name in found.names]))


def _rows(found: Traversal, rows: Sequence[str]) -> Picture:
    pictures = found.pictures.transpose(1, 2, 0, 3, 4, 5)
    pictures = pictures.reshape(len(rows), *pictures.shape[2:])
    originals = found.originals.repeat(len(found.names), axis=0)[:, None]
    below = _captions(found.values.transpose(1, 2, 0).reshape(len(rows), -1))
    before = _captions(found.before.reshape(-1, 1))
    steps = [_at(step) for step in found.steps.tolist()]
    return tiles.across(
        [
            tiles.grid(tiles.enlarge(originals), rows=rows, columns=["original"], captions=before),
            tiles.grid(tiles.enlarge(pictures), columns=steps, captions=below),
        ]
    )


def _decoded(subject: Subject, items: Data) -> Picture:
    """Return originals above what is decoded of them."""
    mean = subject.encode(items.x)[0]
    pictures = np.stack([traversals.draw(subject, items.x), traversals.draw(subject, subject.decode(mean))])
    shares = [f"{100 * share:.1f} %" for share in subject.right(items.x, mean)]
    return tiles.grid(tiles.enlarge(pictures), rows=["original", "decoded"], captions=[[""] * len(items), shares])


def _planes(subject: Subject, item: Data, turned: Axes, title: str) -> Picture:
    """Return an item with two dimensions over a grid: those of each attribute and the next one."""
    blocks = []
    for over, up in pairs(len(item.names)):
        pictures = traversals.plane(subject, item, (over, up), POINTS, turned)[::-1]
        at = [_at(point) for point in POINTS.tolist()]
        heading = f"{item.names[over]} \N{RIGHTWARDS ARROW}  {item.names[up]} \N{UPWARDS ARROW}"
        blocks.append(tiles.grid(tiles.enlarge(pictures, SMALL), rows=at[::-1], columns=at, heading=heading))
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
    return [(one, (one + 1) % count) for one in range(count if count > 2 else count - 1)]


def written(value: float) -> str:
    """Return a measured value in three digits, or fewer decimals than four; nothing where it is not known.

    Examples
    --------
    >>> written(0.7519), written(0.00451), written(102.25), written(float("nan"))
    ('0.752', '0.005', '102', '')
    """
    if np.isnan(value):
        return ""
    digits = 2 - int(np.floor(np.log10(abs(value)))) if value else 2
    return f"{value:.{min(max(digits, 0), 3)}f}".replace("-", "\N{MINUS SIGN}")


def _captions(values: Float[np.ndarray, "row column"]) -> list[list[str]]:
    return [[written(value) for value in row] for row in values.tolist()]


def _at(step: float) -> str:
    return f"{round(step, 2):+g}".replace("-", "\N{MINUS SIGN}") if round(step, 2) else "0"
