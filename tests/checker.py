"""The type checker of the tests: beartype, to which an int is a float, as PEP 484 has it."""

from typing import TypeVar

from beartype import BeartypeConf, beartype
from beartype.roar import BeartypeDecorHintPep3119Exception

Checked = TypeVar("Checked")

_check = beartype(conf=BeartypeConf(is_pep484_tower=True))


def check(thing: Checked) -> Checked:
    """Check the calls of a function, or the fields of a class.

    Not those of `Config` and its parts, which check their fields in their own words, nor those that name a
    Protocol which cannot be checked at run time.
    """
    if getattr(thing, "__module__", "") in {"armusic.config", "armusic.config.parts"}:
        return thing
    try:
        return _check(thing)
    except BeartypeDecorHintPep3119Exception:
        return thing
