"""PNG files with text: of a drawing, band by band, so that its pixels are never in memory a second time.

After the PNG specification (W3C, "Portable Network Graphics", third edition).
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from armusic.shapes import UInt8

SIGNATURE = b"\x89PNG\r\n\x1a\n"
BAND = 64  # rows that are packed at a time
LEVEL = 3  # of 9; a drawing is a fifth smaller at 6, and takes twice the time
METRE = 0.0254  # an inch


def write(
    path: Path, pixels: UInt8[np.ndarray, "height width channel"], dpi: float, texts: Mapping[str, str] | None = None
) -> None:
    """Write an opaque picture.

    Parameters
    ----------
    path : path
        The file.
    pixels : uint8 array (height, width, channel)
        Red, green and blue; any further channel is left out.
    dpi : float
        Pixels per inch.
    texts : mapping of str to str, optional
        Keyword of the specification, such as `Software` -> text.
    """
    height, width, _ = pixels.shape
    density = round(dpi / METRE)
    with path.open("wb") as file:
        file.write(SIGNATURE + _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)))
        file.write(_chunk(b"pHYs", struct.pack(">IIB", density, density, 1)))
        for keyword, text in (texts or {}).items():
            file.write(_chunk(b"iTXt", keyword.encode("latin-1") + bytes(5) + text.encode()))
        packer = zlib.compressobj(LEVEL, strategy=zlib.Z_FILTERED)
        for top in range(0, height, BAND):
            band = pixels[top : top + BAND, :, :3]
            rows = np.zeros((len(band), 1 + 3 * width), np.uint8)  # each begins with 0: no filter
            rows[:, 1:] = band.reshape(len(band), -1)
            file.write(_chunk(b"IDAT", packer.compress(rows.tobytes())))
        file.write(_chunk(b"IDAT", packer.flush()) + _chunk(b"IEND", b""))


def texts(path: Path) -> dict[str, str]:
    """Return the texts of a PNG as `write` has them; none for any other file, or a damaged one."""
    result: dict[str, str] = {}
    with path.open("rb") as file:
        if file.read(len(SIGNATURE)) != SIGNATURE:
            return {}
        while len(head := file.read(8)) == 8:
            length, kind = struct.unpack(">I4s", head)
            if kind == b"IDAT":
                return result
            if kind == b"iTXt":
                keyword, _, text = file.read(length).partition(bytes(5))
                result[keyword.decode("latin-1")] = text.decode(errors="replace")
                length = 0
            file.seek(length + 4, 1)
    return {}


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(content, zlib.crc32(kind)))
