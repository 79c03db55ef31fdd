"""Attributes of one's own on the command line: after `--attribute-file my.py:mood`, `mood` is a name."""

from __future__ import annotations

import re
from collections.abc import Sequence

import click

from armusic.errors import UsageError

_WRITTEN = re.compile(r".+\.py:[^\W\d]\w*")

attribute_file = click.option(
    "--attribute-file",
    "own",
    multiple=True,
    metavar="FILE.py:NAME",
    help="An attribute of your own, a function in a Python file: NAME is then one for --attr; may be repeated.",
)


def spelled(texts: Sequence[str], own: Sequence[str]) -> list[str]:
    """Return attributes, or targets such as `mood=0.3`, with the file of those that are one's own.

    Examples
    --------
    >>> spelled(["mood=0.3", "rhythm"], ["my.py:mood"])
    ['my.py:mood=0.3', 'rhythm']
    """
    files: dict[str, str] = {}
    for spec in own:
        if not _WRITTEN.fullmatch(spec):
            raise UsageError(f"attribute {spec!r}: write one of your own as FILE.py:FUNCTION")
        other = files.setdefault(short(spec), spec)
        if other != spec:
            raise UsageError(f"attribute {short(spec)!r} is in {other} and in {spec}: give one of them")
    parts = (text.partition("=") for text in texts)
    return [f"{files.get(name.strip(), name)}{equals}{value}" for name, equals, value in parts]


def short(text: str) -> str:
    """Return an attribute, or a target, without the file that it is in.

    Examples
    --------
    >>> short("folder/my.py:mood=1:0.3 8:0.5"), short("rhythm")
    ('mood=1:0.3 8:0.5', 'rhythm')
    """
    name, equals, value = text.partition("=")
    return f"{name.rpartition(':')[2].strip()}{equals}{value}"
