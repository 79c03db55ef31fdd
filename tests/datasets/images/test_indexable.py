"""Data sets that give an image and its labels, as torchvision's do."""

from typing import Any

import numpy as np
import pytest
from PIL import Image
from torch import from_numpy

from armusic.datasets.images import indexable
from armusic.errors import DataError

GREY = np.arange(4 * 6 * 5, dtype=np.uint8).reshape(4, 6, 5)


def tensor(grey: np.ndarray) -> Any:
    """As torchvision's `ToTensor` makes it: (channel, height, width), 0 to 1."""
    return from_numpy(grey[None].astype(np.float32) / 255)


@pytest.mark.parametrize("make", [np.asarray, Image.fromarray, tensor, lambda grey: grey[..., None]])
def test_an_image_is_what_numpy_takes_for_one(make: Any) -> None:
    stored = indexable.read([(make(grey), digit) for digit, grey in enumerate(GREY)], ["digit"])
    assert stored.names == ("digit",)
    assert stored.values.ravel().tolist() == [0, 1, 2, 3]
    assert stored.shape == (1, 6, 5)
    assert (stored.x[:, 0] == GREY).all()


def test_several_labels_and_colour() -> None:
    colour = np.stack([GREY, GREY + 50, GREY + 100], axis=1)
    stored = indexable.read([(image, [n, n * n]) for n, image in enumerate(colour)], ["n", "square"])
    assert stored.shape == (3, 6, 5)
    assert (stored.x == colour).all()
    assert stored.values[3].tolist() == [3, 9]


@pytest.mark.parametrize(
    ("item", "message"),
    [
        (GREY[0], "mine, item 4: no image with numbers as its labels"),
        ((GREY[0], "seven"), "mine, item 4: no image with numbers as its labels"),
        ((GREY[0], [1, 2]), "mine, item 4: an image (6, 5) with 2 labels: others are (6, 5), with 1"),
        ((GREY[0].T, 1), "mine, item 4: an image (5, 6) with 1 labels: others are (6, 5), with 1"),
    ],
)
def test_items_that_do_not_fit_are_named(item: Any, message: str) -> None:
    with pytest.raises(DataError) as caught:
        indexable.read([*((grey, n) for n, grey in enumerate(GREY)), item], ["digit"], "mine")
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_nothing_in_it() -> None:
    with pytest.raises(DataError, match="mine: no images in it"):
        indexable.read([], ["digit"], "mine")
    with pytest.raises(DataError, match="mine: no images in it"):
        indexable.size_in([], "mine")


def test_the_size_is_that_of_the_first() -> None:
    assert indexable.size_in([(GREY[0], 1)]) == (1, 6, 5)
    with pytest.raises(DataError, match="mine, item 0: no image with numbers as its labels"):
        indexable.size_in([3], "mine")
