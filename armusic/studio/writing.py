"""Variations as files: in a folder of their own that is gone when the bytes are there."""

from __future__ import annotations

import io
import tempfile
import zipfile
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from threading import Lock

from armusic import api, exporters
from armusic.errors import UsageError
from armusic.exporters import engraving
from armusic.score import Tune
from armusic.studio.messages import Format

TYPES: dict[str, str] = {
    "mid": "audio/midi",
    "dawproject": "application/zip",
    "musicxml": "application/vnd.recordare.musicxml+xml",
    "abc": "text/vnd.abc",
    "wav": "audio/wav",
    "svg": "image/svg+xml",
    "pdf": "application/pdf",
    "picture": "image/png",
    "zip": "application/zip",
}
"""The media type of each format."""

_NEEDS = {"svg": ("verovio",), "pdf": ("verovio", "cairosvg")}
_PICTURE = "png"
_ONE_AT_A_TIME = Lock()  # the engraver is one for all

Named = Sequence[tuple[str, Tune]]


def formats() -> list[Format]:
    """Return the formats that can be written here: the score takes an extra."""
    every: tuple[Format, ...] = ("mid", "dawproject", "musicxml", "abc", "wav", "svg", "pdf", "picture")
    return [one for one in every if all(find_spec(name) for name in _NEEDS.get(one, ()))]


def write(
    tunes: Named, form: Format, layout: str | None, stem: str, title: str, attributes: Sequence[str]
) -> tuple[str, str, bytes]:
    """Return the name, the media type and the bytes of a file with named tunes.

    Parameters
    ----------
    tunes : sequence of (str, Tune)
        At least one.
    form : str
        The format.
    layout : str, optional
        As for `armusic.exporters.write`; the clips of a folder become one ZIP.
    stem, title : str
        Of the file's name, and of the picture.
    attributes : sequence of str
        What to show of each measure, in the formats that can.

    Raises
    ------
    UsageError
        For a layout that the format does not have.
    MissingExtraError
        Without the extra that a format needs.
    """
    suffix = _PICTURE if form == "picture" else form
    if form == "picture" and layout is not None:
        raise UsageError("a picture has no layout: leave it out")
    folder = layout == "clips" and form != "dawproject"
    with _ONE_AT_A_TIME, tempfile.TemporaryDirectory(prefix="armusic-") as temporary:
        out = Path(temporary, "out") if folder else Path(temporary, f"out.{suffix}")
        if form == "picture":
            api.draw(tunes, out, title)
        else:
            exporters.write(tunes, out, layout=layout, clips=f".{suffix}", attributes=attributes)
        if folder:
            return f"{stem}.zip", TYPES["zip"], _zipped(out)
        return f"{stem}.{suffix}", TYPES[form], out.read_bytes()


def score(name: str, tune: Tune) -> str:
    """Return a tune as notation, in SVG.

    Raises
    ------
    MissingExtraError
        Without the extra `armusic[score]`.
    OffGridError
        For a note that cannot be written.
    """
    with _ONE_AT_A_TIME:
        return engraving.svg([(name, tune)])


def _zipped(folder: Path) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(folder.iterdir()):
            archive.write(file, file.name)
    return buffer.getvalue()
