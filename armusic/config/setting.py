"""How a setting is declared: a dataclass field with its default, its help and the values it may have."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Literal, get_args, get_origin, get_type_hints

from armusic import plugins
from armusic.errors import UsageError
from armusic.python_file import names_file


@dataclass(frozen=True, slots=True)
class Setting:
    """A setting of a run, as its field declares it.

    Parameters
    ----------
    name : str
        Name of the field; no two parts of a configuration of one domain share one.
    part : str
        Part of the configuration that has the field: "data", "network", "loss" or "schedule".
    domains : tuple of str
        Domains whose configurations have it.
    kind : type
        Annotation of the field.
    default : object
        Value where nothing else is chosen.
    help : str
        One or two sentences, for the command line.
    low, high : float, optional
        Least and greatest value (of a tuple: least value of each item).
    group : str
        Group of entry points whose names are values as well (`losses`), as is `FILE.py:FUNCTION`; empty: neither.
    """

    name: str
    part: str
    domains: tuple[str, ...]
    kind: Any
    default: Any
    help: str
    low: float | None
    high: float | None
    group: str = ""

    @property
    def choices(self) -> tuple[str, ...]:
        """The values of a choice: its own, and those that other packages add."""
        return (*get_args(self.kind), *(plugins.named(self.group) if self.group else ()))


def option(
    default: Any,
    help: str,  # noqa: A002 (click's word)
    low: float | None = None,
    high: float | None = None,
    group: str = "",
) -> Any:
    """Declare a field with its help, the range it must lie in (both ends included), and a group of entry points."""
    return field(default=default, metadata={"help": help, "low": low, "high": high, "group": group})


def settings_of(cls: type, part: str, domains: tuple[str, ...]) -> dict[str, Setting]:
    """Return the settings that a dataclass declares with `option`, by name."""
    kinds = get_type_hints(cls)
    return {
        item.name: Setting(item.name, part, domains, kinds[item.name], item.default, **item.metadata)
        for item in fields(cls)
        if item.metadata
    }


def plain(value: Any) -> Any:
    """Return a value as Python has it: the number of a numpy number, the tuple of a list or an array.

    Examples
    --------
    >>> plain([4, 8])
    (4, 8)
    """
    if hasattr(value, "tolist"):
        value = value.tolist()
    return tuple(map(plain, value)) if isinstance(value, list | tuple) else value


def check(values: Any) -> None:
    """Raise `UsageError` unless each field of a dataclass that `option` declared has a value of its type and range."""
    kinds = get_type_hints(type(values))
    for item in fields(values):
        if item.metadata:
            _check(item.name, getattr(values, item.name), kinds[item.name], item.metadata)


def _of_others(group: str, name: str) -> bool:
    return names_file(name) or name in plugins.named(group)


_WORDS = {int: "a whole number", float: "a number", bool: "true or false", str: "text"}


def _check(name: str, value: Any, kind: Any, rule: Mapping[str, Any]) -> None:
    if get_origin(kind) is Literal:
        group = rule["group"]
        if value in get_args(kind) or (group and isinstance(value, str) and _of_others(group, value)):
            return
        more = f", name one of your own as FILE.py:FUNCTION, or install its package (armusic.{group})" if group else ""
        raise UsageError(f"{name} is {value!r}: use {' or '.join(map(repr, get_args(kind)))}{more}")
    if get_origin(kind) is tuple and get_args(kind)[0] is str:
        if not value or len(set(value)) != len(value) or not all(isinstance(item, str) for item in value):
            raise UsageError(f"{name} is {value!r}: give one or more different names")
        return
    if get_origin(kind) is tuple:
        if not isinstance(value, tuple) or not all(isinstance(item, int) and item >= rule["low"] for item in value):
            raise UsageError(f"{name} is {value!r}: give whole numbers of at least {rule['low']}")
        return
    accepted = (int, float) if kind is float else kind
    if not isinstance(value, accepted) or (isinstance(value, bool) and kind is not bool):
        raise UsageError(f"{name} is {value!r}: give {_WORDS[kind]}")
    low, high = rule["low"], rule["high"]
    if (low is not None and not value >= low) or (high is not None and not value <= high):
        bounds = [f"{words} {bound}" for words, bound in (("at least", low), ("at most", high)) if bound is not None]
        raise UsageError(f"{name} is {value!r}: it must be {' and '.join(bounds)}")
