"""Libraries that only images need: the extra `armusic[image]`."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from armusic.errors import MissingExtraError


def extra(module: str) -> Any:
    """Return a module of the extra `armusic[image]`.

    Raises
    ------
    MissingExtraError
        Where it is not installed.

    Examples
    --------
    >>> extra("PIL.Image").__name__
    'PIL.Image'
    """
    try:
        return import_module(module)
    except ImportError as error:
        raise MissingExtraError(
            f"images need {module.split('.', maxsplit=1)[0]}, which is not installed: pip install 'armusic[image]'"
        ) from error
