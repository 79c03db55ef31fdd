"""The middle lines of strokes, beside those of scikit-image."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.ndimage import label

from armusic.datasets.images.medial_axis import medial_axis
from tests.digits import IMAGES

BITS = arrays(np.bool_, st.tuples(st.integers(1, 3), st.integers(1, 9), st.integers(1, 9)))
EIGHT = np.ones((3, 3))


@given(BITS)
@settings(max_examples=60)
def test_lines_are_connected_as_the_strokes_are(white: np.ndarray) -> None:
    axis, distance = medial_axis(white)
    assert not (axis & ~white).any()
    assert ((distance > 0) == white).all()
    for strokes, lines in zip(white, axis, strict=True):
        assert label(lines, EIGHT)[1] == label(strokes, EIGHT)[1]


@given(BITS)
@settings(max_examples=30)
def test_an_image_has_its_axis_whatever_stands_beside_it(white: np.ndarray) -> None:
    together, _ = medial_axis(white)
    for image, axis in zip(white, together, strict=True):
        assert (medial_axis(image[None])[0][0] == axis).all()


def test_distance_is_to_the_nearest_black_pixel_or_the_edge() -> None:
    square = np.ones((1, 5, 5), bool)
    _, distance = medial_axis(square)
    assert distance[0, 2].tolist() == [1, 2, 3, 2, 1]


def test_as_scikit_image_finds_it() -> None:
    from skimage.morphology import medial_axis as theirs

    white = np.kron(IMAGES[:20, 0] > 127, np.ones((2, 2), bool))
    axis, distance = medial_axis(white)
    for image, mine, far in zip(white, axis, distance, strict=True):
        other, theirs_far = theirs(image, return_distance=True, rng=0)
        assert (far == theirs_far).all()
        assert abs(int(mine.sum()) - int(other.sum())) <= 0.1 * other.sum()  # equal pixels come in another order
        assert abs(far[mine].mean() - far[other].mean()) < 0.1 * far[other].mean()
