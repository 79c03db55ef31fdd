"""Domains by name: one file per domain, and one line here.

Other packages add theirs by entry points (`armusic.adapters`) that name an `Adapter`.
Every other name is one of `armusic.corpora`: music.
"""

from __future__ import annotations

from functools import partial
from importlib import import_module
from importlib.metadata import entry_points

from armusic import corpora
from armusic.adapters.base import Adapter
from armusic.adapters.music import Music

ADAPTERS: dict[str, str] = {}
"""Data sets that are no music: name -> module with an `ADAPTER`."""


def get(data: str) -> Adapter:
    """Return the adapter of a data set, or of a folder of music.

    Examples
    --------
    >>> get("folk").kinds
    6
    """
    if data in ADAPTERS:
        found: Adapter = import_module(ADAPTERS[data]).ADAPTER
        return found
    for point in entry_points(group="armusic.adapters", name=data):
        loaded: Adapter = point.load()
        return loaded
    return Music(partial(corpora.read, data), copied=data in corpora.PAPER)
