"""Sizes of an image between the convolutions of a network."""

from __future__ import annotations

from armusic.errors import UsageError


def sizes(size: tuple[int, int], layers: int, kernel: int, stride: int) -> list[tuple[int, int]]:
    """Return the height and the width of an image before and after each convolution.

    A stride above 1 comes with a margin, so that a kernel of twice the stride divides even sizes by it.

    Parameters
    ----------
    size : (int, int)
        Height and width of the image.
    layers : int
        Number of convolutions.
    kernel, stride : int
        Height and width of a filter and its step, in pixels, the same for all convolutions.

    Raises
    ------
    UsageError
        When a kernel is larger than the image that it meets.

    Examples
    --------
    >>> sizes((64, 64), 4, 4, 2), sizes((28, 28), 3, 4, 1)
    ([(64, 64), (32, 32), (16, 16), (8, 8), (4, 4)], [(28, 28), (25, 25), (22, 22), (19, 19)])
    """
    places = [size]
    for number in range(1, layers + 1):
        high, wide = (side + 2 * margin(kernel, stride) for side in places[-1])
        if min(high, wide) < kernel:
            before = "{}x{}".format(*places[-1])
            raise UsageError(
                f"a kernel of {kernel} does not fit the {before} pixels that convolution {number} goes over:"
                " use fewer filters, or a smaller kernel or stride"
            )
        places.append(((high - kernel) // stride + 1, (wide - kernel) // stride + 1))
    return places


def margin(kernel: int, stride: int) -> int:
    """Return how many pixels of margin a convolution has on each side: see `sizes`."""
    return (kernel - stride) // 2 if stride > 1 else 0
