"""The user's own attributes on the command line: after `--attribute-file my.py:mood`, `mood` is a name."""

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
    help="An attribute of your own, a function in a Python file; --attr can then use its NAME. May be repeated.",
)


def spelled(texts: Sequence[str], own: Sequence[str]) -> list[str]:
    """Return attributes, or targets such as `mood=0.3`, each of the user's own with its file.

    Examples
    --------
    >>> spelled(["mood=0.3", "rhythm"], ["my.py:mood"])
    ['my.py:mood=0.3', 'rhythm']
    """
    files: dict[str, str] = {}
    for spec in own:
        if not _WRITTEN.fullmatch(spec):
            raise UsageError(f"attribute {spec!r}: write your own as FILE.py:FUNCTION")
        first = files.setdefault(short(spec), spec)
        if first != spec:
            raise UsageError(f"attribute {short(spec)!r} is in {first} and in {spec}: give one of them")
    parts = (text.partition("=") for text in texts)
    return [f"{files.get(name.strip(), name)}{equals}{value}" for name, equals, value in parts]


def short(text: str) -> str:
    """Return an attribute, or a target, without its file.

    Examples
    --------
    >>> short("folder/my.py:mood=1:0.3 8:0.5"), short("rhythm")
    ('mood=1:0.3 8:0.5', 'rhythm')
    """
    name, equals, value = text.partition("=")
    return f"{name.rpartition(':')[2].strip()}{equals}{value}"
