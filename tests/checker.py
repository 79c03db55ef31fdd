"""The type checker of the tests: beartype, to which an int is a float, as PEP 484 has it; shapes are jaxtyping's.

jaxtyping's own decorator binds and checks the arguments of every call twice, which takes longer than most of what is
tested. This one checks them once, in a context of jaxtyping where there are arrays, and no function before its first
call.
"""

import dataclasses
import functools
import inspect
from collections.abc import Callable
from typing import Any, Literal, TypeVar, get_args, get_origin, get_type_hints

import jaxtyping
from beartype import BeartypeConf, beartype
from beartype.roar import BeartypeDecorHintPep3119Exception

Checked = TypeVar("Checked")
Function = Callable[..., Any]

ORIGINAL = jaxtyping.jaxtyped
CONTEXT = jaxtyping.jaxtyped("context")
_check = beartype(conf=BeartypeConf(is_pep484_tower=True))


def install() -> None:
    """Check the calls of all functions of armusic, and the fields of its data classes, from here on.

    jaxtyping's import hook puts its decorator on each of them: here, this module's.
    """
    jaxtyping.install_import_hook("armusic", None)
    setattr(jaxtyping, "jaxtyped", jaxtyped)  # noqa: B010  (mypy: the signature is another)


def jaxtyped(thing: Any = None, *, typechecker: object = None) -> Any:
    """Check the calls of a function, or the fields of a data class, as jaxtyping's decorator of this name does.

    Not those of `Config` and its parts, which check their fields in their own words.
    """
    if thing is None:
        return functools.partial(jaxtyped, typechecker=typechecker)
    if thing.__module__ in {"armusic.config", "armusic.config.parts"}:
        return thing
    if inspect.isclass(thing):
        if dataclasses.is_dataclass(thing) and "__init__" in vars(thing):
            thing.__init__ = _checked(thing.__init__)
        return thing
    if inspect.isgeneratorfunction(thing):  # its arguments are checked at its call, not at its first item
        return ORIGINAL(typechecker=check)(thing)
    return _checked(thing)


def check(function: Checked) -> Checked:
    """Check the calls of a function, but for those that name a Protocol which cannot be checked at run time."""
    try:
        return _check(function)
    except BeartypeDecorHintPep3119Exception:
        return function


def _checked(function: Function) -> Function:
    checked: Function | None = None

    @functools.wraps(function)
    def call(*args: object, **kwargs: object) -> object:
        nonlocal checked
        checked = checked or _in_context(function)
        return checked(*args, **kwargs)

    return call


def _in_context(function: Function) -> Function:
    annotations = {name: _resolved(each, function) for name, each in function.__annotations__.items()}
    function.__annotations__ = annotations
    checked = check(function)
    if all(map(_without_shapes, annotations.values())):
        return checked

    def call(*args: object, **kwargs: object) -> object:
        with CONTEXT:
            return checked(*args, **kwargs)

    return call


def _resolved(annotation: object, function: Function) -> object:
    """Return what an annotation says that is text, or has text in it; anything, where only mypy knows its names."""

    def holder() -> None: ...

    holder.__annotations__ = {"value": annotation}
    try:
        return get_type_hints(holder, function.__globals__, include_extras=True)["value"]
    except NameError:
        return Any


def _without_shapes(annotation: object) -> bool:
    """Return whether an annotation is sure to name no array."""
    if inspect.isclass(annotation):
        return not issubclass(annotation, jaxtyping.AbstractArray)
    if isinstance(annotation, list | tuple):
        return all(map(_without_shapes, annotation))
    if get_origin(annotation) is Literal or annotation in (None, ..., Any):
        return True
    return bool(get_args(annotation)) and _without_shapes(get_args(annotation))
