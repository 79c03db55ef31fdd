"""Dimensions moved, as pictures: of a model that forgets nothing, and of squares."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from armusic.errors import DataError, UsageError
from armusic.evaluation import traversals, views
from armusic.evaluation.subject import Subject
from armusic.evaluation.sweeps import Axes, find_axes
from armusic.plotting import tiles
from armusic.plotting import traversals as sheets
from armusic.training import adapters
from armusic.training.checkpoint import Checkpoint
from armusic.vae.data import Data, Scale
from tests import squares, toy

EXACT = Subject(toy.Digits(), toy.checkpoint().config, toy.ADAPTER, 0, toy.checkpoint().scale)
STEPS = np.array([-3.5, 0.5, 4.5])


def digits(rows: list[list[int]]) -> Data:
    x = np.array(rows)
    return Data(x, x[:, :2].astype(np.float32), toy.NAMES, np.arange(len(x)), np.zeros(len(x), int))


@pytest.fixture
def checkpoint(monkeypatch: pytest.MonkeyPatch) -> Checkpoint:
    """Return a model of squares that has learnt nothing."""
    monkeypatch.setitem(adapters.ADAPTERS, "squares", f"{squares.__name__}:ADAPTER")
    settings = adapters.configure(data="squares")
    torch.manual_seed(0)
    return Checkpoint(squares.ADAPTER.build(settings), settings, Scale(np.zeros((1, 2)), np.ones((1, 2))))


@pytest.fixture
def white(checkpoint: Checkpoint) -> tuple[Subject, Data]:
    """Return that model with the data's test items."""
    data = squares.ADAPTER.load(checkpoint.config, Path())
    return Subject(checkpoint.model, checkpoint.config, squares.ADAPTER, 0, checkpoint.scale), squares.ADAPTER.split(
        data, 0
    )[2]


def test_each_attribute_is_turned_alone() -> None:
    items = digits([[1, 2, 3, 4], [5, 6, 7, 8]])
    traversal = traversals.traverse(EXACT, items, ["second", "first"], STEPS, find_axes(EXACT, items))
    assert traversal.original_values.tolist() == [[2, 1], [6, 5]]
    assert traversal.originals[:, 0, :, 0].tolist() == items.x.tolist()
    assert traversal.pictures.shape == (3, 2, 2, 1, 4, 3)
    assert traversal.pictures[:, 0, 0, 0, :, 0].tolist() == [[1, 1, 3, 4], [1, 5, 3, 4], [1, 9, 3, 4]]
    assert traversal.pictures[:, 1, 1, 0, :, 0].tolist() == [[1, 6, 7, 8], [5, 6, 7, 8], [9, 6, 7, 8]]
    assert traversal.measured
    assert traversal.values[:, 0].tolist() == traversal.values[:, 1].tolist() == [[1, 1], [5, 5], [9, 9]]


def test_two_are_turned_over_a_grid() -> None:
    item = digits([[1, 2, 3, 4]])
    pictures = traversals.plane(EXACT, item, (0, 1), STEPS, find_axes(EXACT, item))
    assert pictures.shape == (3, 3, 1, 4, 3)
    assert pictures[0, 2, 0, :, 0].tolist() == [9, 1, 3, 4]
    assert pictures[2, 0, 0, :, 0].tolist() == [1, 9, 3, 4]


def test_without_a_tie_the_dimension_that_correlates_most_controls_an_attribute() -> None:
    loose = replace(EXACT, config=EXACT.config.replace(gamma=0.0))
    rng = np.random.default_rng(0)
    x = rng.integers(0, 10, (200, 4))
    items = Data(
        x, np.column_stack([x[:, 3], -x[:, 1]]).astype(np.float32), toy.NAMES, np.arange(200), np.zeros(200, int)
    )
    axes = find_axes(loose, items)
    assert (axes.dims.tolist(), axes.signs.tolist()) == ([3, 1], [1, -1])
    traversal = traversals.traverse(loose, items.take(slice(1)), ["second"], STEPS, axes, measured=False)
    assert traversal.pictures[:, 0, 0, 0, 1, 0].tolist() == [8, 4, 0]
    assert not traversal.measured


def test_an_ordinary_item_of_each_kind(white: tuple[Subject, Data]) -> None:
    subject, test = white
    chosen = traversals.ordinary(subject, test)
    assert test.reported is not None
    assert test.reported[chosen, 0].tolist() == [3, 4, 5]
    for place, width in zip(chosen, (3, 4, 5), strict=True):
        alike = test.a[test.reported[:, 0] == width]
        distance = np.abs((alike - alike.mean(axis=0)) / alike.std(axis=0)).max(axis=1)
        assert (alike[distance.argmin()] == test.a[place]).all()
    few = traversals.ordinary(EXACT, digits([[n, n, n, n] for n in range(8)]))
    assert len(set(few.tolist())) == traversals.FEW


def test_all_pictures_of_a_model(white: tuple[Subject, Data]) -> None:
    subject, test = white
    pictures = sheets.overview(subject, test, 0, "mine")
    assert list(pictures) == ["sweeps.gif", "sheet.png", "plane.png"]
    frames, side = pictures["sweeps.gif"], 84
    assert len(frames) == len(sheets.STEPS)
    tall = 3 * (side + tiles.BETWEEN) + 3 * tiles.LINE + tiles.SPACE - tiles.BETWEEN + 2 * tiles.AROUND
    assert frames.shape[1] == tall
    assert (frames[0] != frames[-1]).any()
    items = test.take(slice(3))
    alone = replace(items, a=items.a[:, :1], names=items.names[:1])
    narrow = replace(subject, config=subject.config.replace(attributes=("x",)))
    assert "plane.png" not in sheets.overview(narrow, alone, 0, "mine")


def test_models_stand_side_by_side(white: tuple[Subject, Data]) -> None:
    subject, test = white
    loose = replace(subject, config=subject.config.replace(gamma=0.0))
    single = sheets.beside({"AR-VAE": subject}, test)
    both = sheets.beside({"AR-VAE": subject, "beta-VAE": loose}, test)
    assert both.shape[:2] == single.shape[:2]
    grown = both.shape[2] - single.shape[2]
    assert grown == 2 * 84 + tiles.BETWEEN + 4 * tiles.BETWEEN
    assert (both[:, 60:-60, : single.shape[2] - tiles.AROUND] == single[:, 60:-60, : -tiles.AROUND]).all()


def test_a_strip_has_a_row_per_item_and_attribute() -> None:
    items = digits([[1, 2, 3, 4], [5, 6, 7, 8]])
    traversal = traversals.traverse(EXACT, items, toy.NAMES, STEPS, find_axes(EXACT, items))
    strip, frames = sheets.strip(traversal, ["a", "b"]), sheets.animation({"": traversal}, ["a", "b"])
    tall = 21 + tiles.LINE + tiles.BETWEEN  # a picture of four pixels in one row is 84 wide and 21 high
    assert len(strip) == 4 * tall - tiles.BETWEEN + tiles.LINE + 2 * tiles.AROUND
    assert frames.shape[:2] == (3, 2 * tall - tiles.BETWEEN + 2 * tiles.LINE + tiles.SPACE + 2 * tiles.AROUND)


def test_items_of_the_models_own_data(checkpoint: Checkpoint, tmp_path: Path) -> None:
    traversal = traversals.traverse_test_items(checkpoint, tmp_path, [3, 0], ["y", "y"], steps=2, span=(-1, 3))
    test = squares.ADAPTER.split(squares.ADAPTER.load(checkpoint.config, tmp_path), 0)[2]
    assert (traversal.names, traversal.steps.tolist()) == (("y",), [-1, 3])
    assert traversal.original_values[:, 0].tolist() == test.a[[3, 0], 1].tolist()


@pytest.mark.parametrize(
    ("numbers", "names", "options", "message"),
    [
        ([], ["x"], {}, "no item is named: give the number of one of the test part"),
        ([0, 40], ["x"], {}, "item 40: the test part of squares has 39 items, 0 to 38"),
        ([-1], ["x"], {}, "item -1: the test part"),
        ([0], ["xx"], {}, "unknown attribute 'xx': did you mean x?"),
        ([0], ["x"], {"span": (0, float("nan"))}, "the span is 0 to nan: give two finite numbers"),
        ([0], ["x"], {"data": "folk"}, r"folk has no images, and this model is one of images \(squares\)"),
        (
            [0],
            ["x"],
            {"data": "sprites"},
            "sprites: images of 64 x 64 pixels in 1 channel, but the model is for 12 x 12",
        ),
    ],
)
def test_what_cannot_be_turned(
    checkpoint: Checkpoint,
    tmp_path: Path,
    numbers: list[int],
    names: list[str],
    options: dict[str, object],
    message: str,
) -> None:
    checkpoint = replace(checkpoint, config=checkpoint.config.replace(limit=0 if len(options) == 0 else 500))
    with pytest.raises((UsageError, DataError), match=message):
        traversals.traverse_test_items(checkpoint, tmp_path, numbers, names, **options)


def test_a_surface_is_the_mean_of_what_is_known(white: tuple[Subject, Data]) -> None:
    subject, _ = white

    def measure(pixels: np.ndarray, names: tuple[str, ...]) -> np.ndarray:
        values = np.tile([7.0, 8.0], (len(pixels), 1))
        values[::2] = np.nan  # the first of two items
        values[-2:] = np.nan  # both, in the last corner
        return values

    blind = replace(subject, adapter=replace(squares.ADAPTER, measure=measure))
    surfaces = views.surfaces(
        blind, np.zeros((2, 4), np.float32), Axes(np.arange(2), np.ones(2)), np.linspace(-1, 1, 3)
    )
    expected = np.full((3, 3), 8.0)
    expected[2, 2] = np.nan
    np.testing.assert_array_equal(surfaces[1, 0], expected)
    np.testing.assert_array_equal(surfaces[0, 1], (expected - 1).T)
