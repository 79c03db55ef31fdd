"""Small pictures in rows and columns, with labels: as one picture, or as an animation."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from armusic.files import one_line
from armusic.shapes import UInt8

# All in pixels.
TILE = 84  # longer side of an enlarged picture, at most
LARGEST = 128  # longer side of a picture that is not reduced, at most
BETWEEN, SPACE, AROUND = 3, 6, 12  # room between two pictures, beside a word, and around all
LINE, SMALL, LARGE = 18, 11, 13  # height of a line of text, and of its letters
KNOB = 4  # radius of the knob of a slider

WHITE, GREY, INK, FAINT = 255, 120, 34, 220
LEVELS, COLOURS = 16, 128  # greys, or colours of other pictures, in an animation
MILLISECONDS = 80  # duration of a frame

Picture = UInt8[np.ndarray, "_ _ 3"]
"""Pixels of any height and width, in red, green and blue."""


class _Text(NamedTuple):
    """A line of text: the place and kind of its anchor, its largest width, and its size."""

    x: float
    y: float
    content: str
    anchor: str
    room: float
    size: int = SMALL


def enlarge(pictures: UInt8[np.ndarray, "*some height width 3"], longest: int = TILE) -> np.ndarray:
    """Return small pictures enlarged, each pixel a square of pixels; large ones reduced.

    Parameters
    ----------
    pictures : uint8 array (..., height, width, 3)
        The pictures.
    longest : int
        Largest longer side of an enlarged picture, in pixels.

    Returns
    -------
    uint8 array (..., height', width', 3)
        Each side multiplied by a whole number; where it is over 128 pixels, every second (third, ...) row and column.

    Examples
    --------
    >>> enlarge(np.zeros((5, 28, 28, 3), np.uint8)).shape, enlarge(np.zeros((300, 200, 3), np.uint8)).shape
    ((5, 84, 84, 3), (100, 67, 3))
    """
    side = max(pictures.shape[-3:-1])
    if side > LARGEST:
        step = -(-side // LARGEST)
        return pictures[..., ::step, ::step, :]
    times = max(1, longest // side)
    return pictures.repeat(times, axis=-3).repeat(times, axis=-2)


def grid(
    pictures: UInt8[np.ndarray, "row column height width 3"],
    *,
    rows: Sequence[str] = (),
    columns: Sequence[str] = (),
    captions: Sequence[Sequence[str]] = (),
    heading: str = "",
) -> Picture:
    """Set pictures in rows and columns.

    Parameters
    ----------
    pictures : uint8 array (row, column, height, width, 3)
        The pictures.
    rows, columns : sequence of str, optional
        Labels beside each row, and above each column; shortened to fit.
    captions : sequence (row,) of sequences (column,) of str, optional
        Captions below each picture.
    heading : str
        Heading above all.

    Examples
    --------
    >>> grid(np.zeros((2, 3, 84, 84, 3), np.uint8)).shape
    (171, 258, 3)
    """
    below, beside, tall, wide = pictures.shape[:4]
    left = max(map(_width, rows)) + SPACE if any(rows) else 0
    top = LINE * (bool(heading) + bool(columns))
    y = top + np.arange(below) * (tall + LINE * bool(captions) + BETWEEN)
    x = left + np.arange(beside) * (wide + BETWEEN)
    width = max(int(x[-1]) + wide, left + _width(heading, LARGE))
    page = _blank(int(y[-1]) + tall + LINE * bool(captions), width)
    for row, column in np.ndindex(below, beside):
        page[y[row] : y[row] + tall, x[column] : x[column] + wide] = pictures[row, column]
    texts = [_Text(left, LINE / 2, heading, "lm", width, LARGE)] if heading else []
    texts += [_Text(at + wide / 2, top - LINE / 2, label, "mm", wide) for at, label in zip(x, columns, strict=False)]
    texts += [_Text(left - SPACE, at + tall / 2, label, "rm", left) for at, label in zip(y, rows, strict=False)]
    for down, line in zip(y + tall + LINE / 2 - 1, captions, strict=False):
        texts += [_Text(at + wide / 2, down, caption, "mm", wide) for at, caption in zip(x, line, strict=True)]
    return _write(page, texts)


def slider(width: int, share: float) -> Picture:
    """Return a line with a knob at a share of its width: 0 at the left end, 1 at the right one.

    Examples
    --------
    >>> slider(50, 0.5).shape
    (18, 50, 3)
    """
    page = _blank(LINE, width)
    middle = LINE // 2
    page[middle - 1 : middle + 1] = FAINT
    at = KNOB + round(share * (width - 1 - 2 * KNOB))
    row, column = np.ogrid[:LINE, :width]
    page[np.square(row - middle + 0.5) + np.square(column - at) <= KNOB**2] = INK
    return page


def line(content: str, *, large: bool = False, faint: bool = False) -> Picture:
    """Return a line of text, large or faint.

    Examples
    --------
    >>> line("originals").shape[0]
    18
    """
    size = LARGE if large else SMALL
    page = _blank(LINE, _width(content, size) + 1)
    return _write(page, [_Text(0, LINE / 2, content, "lm", page.shape[1], size)], GREY if faint else INK)


def across(parts: Sequence[Picture], gap: int = 4 * BETWEEN) -> Picture:
    """Set pictures side by side, on one base line.

    Examples
    --------
    >>> across([slider(50, 0), slider(60, 1)]).shape
    (18, 122, 3)
    """
    tall = max(len(part) for part in parts)
    page = _blank(tall, sum(part.shape[1] for part in parts) + gap * (len(parts) - 1))
    at = 0
    for part in parts:
        page[tall - len(part) :, at : at + part.shape[1]] = part
        at += part.shape[1] + gap
    return page


def down(parts: Sequence[Picture], gap: int = 4 * BETWEEN) -> Picture:
    """Set pictures below one another, aligned at the left.

    Examples
    --------
    >>> down([slider(50, 0), slider(60, 1)], gap=0).shape
    (36, 60, 3)
    """
    page = _blank(sum(map(len, parts)) + gap * (len(parts) - 1), max(part.shape[1] for part in parts))
    at = 0
    for part in parts:
        page[at : at + len(part), : part.shape[1]] = part
        at += len(part) + gap
    return page


def framed(picture: Picture) -> Picture:
    """Return a picture with a margin around it."""
    return np.pad(picture, ((AROUND, AROUND), (AROUND, AROUND), (0, 0)), constant_values=WHITE)


def save(picture: Picture | UInt8[np.ndarray, "frame height width 3"], path: Path) -> None:
    """Write a picture as PNG, or frames as an animated GIF."""
    (save_png if picture.ndim == 3 else save_gif)(picture, path)


def save_png(picture: Picture, path: Path) -> None:
    """Write a picture."""
    from PIL import Image

    Image.fromarray(picture).save(path, optimize=True)


def save_gif(frames: UInt8[np.ndarray, "frame height width 3"], path: Path) -> None:
    """Write an animation that goes through its frames and back again, in an endless loop.

    Grey frames have 16 levels, others 128 colours.
    """
    from PIL import Image

    loop = [*frames, *frames[-2:0:-1]]
    if (frames == frames[..., :1]).all():
        levels = np.arange(LEVELS).repeat(3) * WHITE // (LEVELS - 1)
        images = [
            Image.fromarray(((frame[..., 0] * (LEVELS - 1.0)) / WHITE).round().astype(np.uint8)) for frame in loop
        ]
        for grey in images:
            grey.putpalette(levels.astype(np.uint8).tobytes())
    else:
        palette = Image.fromarray(np.concatenate(frames[:: max(1, len(frames) // 4)])).quantize(COLOURS)
        images = [Image.fromarray(frame).quantize(palette=palette, dither=Image.Dither.NONE) for frame in loop]
    images[0].save(path, save_all=True, append_images=images[1:], duration=MILLISECONDS, loop=0, optimize=True)


def _blank(height: int, width: int) -> np.ndarray:
    return np.full((height, width, 3), WHITE, np.uint8)


def _write(page: Picture, texts: Sequence[_Text], ink: int = INK) -> Picture:
    from PIL import Image, ImageDraw

    image = Image.fromarray(page)
    pen = ImageDraw.Draw(image)
    for text in texts:
        content = _short(one_line(text.content), text.size, text.room)
        pen.text((text.x, text.y), content, (ink, ink, ink), _font(text.size), text.anchor)
    return np.asarray(image)


def _short(content: str, size: int, room: float) -> str:
    """Return text that is no wider than `room`, shortened with an ellipsis."""
    if _width(content, size) <= room:
        return content
    ends = range(len(content), 0, -1)
    cut = (content[:end].rstrip() + "\N{HORIZONTAL ELLIPSIS}" for end in ends)
    return next((short for short in cut if _width(short, size) <= room), "")


def _width(content: str, size: int = SMALL) -> int:
    return int(np.ceil(_font(size).getlength(one_line(content))))


@cache
def _font(size: int) -> Any:
    from matplotlib.font_manager import findfont
    from PIL import ImageFont

    return ImageFont.truetype(findfont("DejaVu Sans"), size)
