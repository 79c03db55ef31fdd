"""What a picture was made of, which it says itself: as text in a PNG."""

from __future__ import annotations

from pathlib import Path

from armusic.plotting import png

SOFTWARE, SOURCE = "Software", "Source"
"""Keywords of the PNG specification (W3C, "Portable Network Graphics", third edition, 11.3.3.2)."""
MAKER = "armusic"


def source_of(path: str | Path) -> str | None:
    """Return what a picture of armusic's own making was made of.

    Returns
    -------
    str or None
        The text that `armusic.plotting.save` was given, empty where it was given none; None for any other file.

    Examples
    --------
    >>> source_of("examples/speed-the-plough.mid") is None
    True
    """
    try:
        texts = png.texts(Path(path))
    except OSError:
        return None
    return texts.get(SOURCE, "") if texts.get(SOFTWARE) == MAKER else None
