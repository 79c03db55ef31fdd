"""Small pictures in rows and columns, with labels: as one picture, or as an animation."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import UInt8

from armusic.extras import require
from armusic.files import one_line

# All in pixels.
TILE = 84  # the longer side of a picture is enlarged to as many, or fewer
LARGEST = 128  # and made no smaller than half of this
BETWEEN, SPACE, AROUND = 3, 6, 12  # room between two pictures, beside a word, and around all
LINE, SMALL, LARGE = 18, 11, 13  # the height of a line of text, and of its letters
KNOB = 4  # the radius of a slider's

WHITE, GREY, INK, FAINT = 255, 120, 34, 220
LEVELS, COLOURS = 16, 128  # of grey pictures, and of others, in an animation
MILLISECONDS = 80  # of a frame

Picture = UInt8[np.ndarray, "_ _ 3"]
"""Height and width, each of its own, in red, green and blue."""


class _Text(NamedTuple):
    """A line of text: where it is anchored and by which of its points, how wide it is at most, and its size."""

    x: float
    y: float
    content: str
    anchor: str
    room: float
    size: int = SMALL


def enlarge(pictures: UInt8[np.ndarray, "*some height width 3"], longest: int = TILE) -> np.ndarray:
    """Return pictures whose pixels are squares of pixels, so that small ones can be seen; large ones reduced.

    Parameters
    ----------
    pictures : uint8 array (..., height, width, 3)
    longest : int
        Pixels of the longer side, at most, of an enlarged one.

    Returns
    -------
    uint8 array (..., height', width', 3)
        Each side a whole number of times as long; of pictures over 128 pixels, as often shorter, where a
        pixel is one of those it stands for.

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
    rows, columns : sequence of str, optional
        What is written beside each row, and above each column: shortened to fit there.
    captions : sequence (row,) of sequences (column,) of str, optional
        What is written below each picture.
    heading : str
        What is written above all.

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
    texts += [_Text(at + wide / 2, top - LINE / 2, one, "mm", wide) for at, one in zip(x, columns, strict=False)]
    texts += [_Text(left - SPACE, at + tall / 2, one, "rm", left) for at, one in zip(y, rows, strict=False)]
    for down, line in zip(y + tall + LINE / 2 - 1, captions, strict=False):
        texts += [_Text(at + wide / 2, down, one, "mm", wide) for at, one in zip(x, line, strict=True)]
    return _written(page, texts)


def slider(width: int, share: float) -> Picture:
    """Return a line with a knob so far along it: 0 at its left end, 1 at its right one.

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
    return _written(page, [_Text(0, LINE / 2, content, "lm", page.shape[1], size)], GREY if faint else INK)


def across(parts: Sequence[Picture], gap: int = 4 * BETWEEN) -> Picture:
    """Set pictures beside one another, on one base line.

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
    """Set pictures below one another, their left sides in a line.

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
    """Return a picture with room around it."""
    return np.pad(picture, ((AROUND, AROUND), (AROUND, AROUND), (0, 0)), constant_values=WHITE)


def save(picture: Picture | UInt8[np.ndarray, "frame height width 3"], path: Path) -> None:
    """Write a picture as PNG, or frames as an animated GIF."""
    (save_png if picture.ndim == 3 else save_gif)(picture, path)


def save_png(picture: Picture, path: Path) -> None:
    """Write a picture."""
    _pillow("Image").fromarray(picture).save(path, optimize=True)


def save_gif(frames: UInt8[np.ndarray, "frame height width 3"], path: Path) -> None:
    """Write an animation that goes through its frames, back again, and on for ever.

    Grey ones have 16 levels, others 128 colours.
    """
    image = _pillow("Image")
    there = [*frames, *frames[-2:0:-1]]
    if (frames == frames[..., :1]).all():
        levels = np.arange(LEVELS).repeat(3) * WHITE // (LEVELS - 1)
        made = [image.fromarray(((frame[..., 0] * (LEVELS - 1.0)) / WHITE).round().astype(np.uint8)) for frame in there]
        for one in made:
            one.putpalette(levels.astype(np.uint8).tobytes())
    else:
        palette = image.fromarray(np.concatenate(frames[:: max(1, len(frames) // 4)])).quantize(COLOURS)
        made = [image.fromarray(frame).quantize(palette=palette, dither=image.Dither.NONE) for frame in there]
    made[0].save(path, save_all=True, append_images=made[1:], duration=MILLISECONDS, loop=0, optimize=True)


def _blank(height: int, width: int) -> np.ndarray:
    return np.full((height, width, 3), WHITE, np.uint8)


def _written(page: Picture, texts: Sequence[_Text], ink: int = INK) -> Picture:
    image = _pillow("Image").fromarray(page)
    pen = _pillow("ImageDraw").Draw(image)
    for one in texts:
        content = _short(one_line(one.content), one.size, one.room)
        pen.text((one.x, one.y), content, (ink, ink, ink), _font(one.size), one.anchor)
    return np.asarray(image)


def _short(content: str, size: int, room: float) -> str:
    """Return text that is no wider than there is room: what does not fit ends in three dots."""
    if _width(content, size) <= room:
        return content
    ends = range(len(content), 0, -1)
    cut = (content[:end].rstrip() + "\N{HORIZONTAL ELLIPSIS}" for end in ends)
    return next((one for one in cut if _width(one, size) <= room), "")


def _width(content: str, size: int = SMALL) -> int:
    return int(np.ceil(_font(size).getlength(one_line(content))))


@cache
def _font(size: int) -> Any:
    from matplotlib.font_manager import findfont

    return _pillow("ImageFont").truetype(findfont("DejaVu Sans"), size)


def _pillow(module: str) -> Any:
    """Import a module of Pillow."""
    return require(f"PIL.{module}", extra="image", purpose="drawing images")
