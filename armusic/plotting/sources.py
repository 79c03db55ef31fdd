"""What a picture was made of, which it says itself: as text in a PNG."""

from __future__ import annotations

from pathlib import Path

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
    from PIL import Image

    try:
        with Image.open(path, formats=["PNG"]) as picture:
            texts = dict(picture.info)
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError):  # what Pillow raises for other files
        return None
    return texts.get(SOURCE, "") if texts.get(SOFTWARE) == MAKER else None


def texts(source: str) -> dict[str, str]:
    """Return what a PNG says of itself: who made it, and of what."""
    return {SOFTWARE: MAKER, SOURCE: source}
