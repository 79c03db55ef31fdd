"""The library's messages, as the command line shows them."""

from __future__ import annotations

import re

CALLS = {
    "(generate_like)": "(--like FILE)",
    "(closed=True)": "(without --open-loop)",
    "name another file,": "name another file with -o,",
}
"""Words of the library, and what a user of the command line types in their place."""


def with_flags(message: str) -> str:
    """Return a message of the library with its options as they are typed.

    Examples
    --------
    >>> with_flags("name another file, or replace it with the option force")
    'name another file with -o, or replace it with --force'
    >>> with_flags("set its metre with the option metre=4/4 or the like")
    'set its metre with --metre 4/4 or the like'
    """

    def flag(match: re.Match[str]) -> str:
        return f"--{match[1].replace('_', '-')}" + (f" {match[2]}" if match[2] else "")

    for call, words in CALLS.items():
        message = message.replace(call, words)
    return re.sub(r"the option ([a-z_]+)(?:=([\w/:-]+))?", flag, message)
