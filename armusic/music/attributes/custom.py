"""Custom attributes, in a Python file: `my.py:syncopation` names a function in it.

As with an import, a file is run when an attribute in it is first used, and once per process.
"""

from __future__ import annotations

import difflib
import sys
from functools import cache
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

from armusic.errors import DataError, MissingFileError, UsageError
from armusic.files import label, one_line
from armusic.music.attributes.validation import Attribute, check, explain


def names_file(name: str) -> bool:
    """Return whether a name is written as `FILE.py:FUNCTION`.

    Examples
    --------
    >>> names_file("folder/my.py:syncopation"), names_file("syncopation")
    (True, False)
    """
    return ".py:" in name or name.endswith(".py")


def short_name(name: str) -> str:
    """Return the name of an attribute in music and pictures: of `FILE.py:FUNCTION` the function.

    Examples
    --------
    >>> short_name("folder/my.py:syncopation"), short_name("rhythm")
    ('syncopation', 'rhythm')
    """
    return name.rpartition(":")[2]


def from_file(spec: str) -> tuple[str, Attribute]:
    """Read an attribute from a Python file, and check it.

    Parameters
    ----------
    spec : str
        `FILE.py:FUNCTION`; a relative path counts from the current folder.

    Returns
    -------
    (str, function)
        The name of the attribute, which is `spec` itself, and the function.

    Raises
    ------
    UsageError
        If `spec` is not written like that, or no function of this name is in the file.
    MissingFileError
        If there is no file.
    DataError
        If the file cannot be imported, or the function is no attribute (`validation.check`).
    """
    file, _, function = spec.rpartition(":")
    if not (file.endswith(".py") and function.isidentifier()):
        raise UsageError(f"attribute {spec!r}: write one of your own as FILE.py:FUNCTION")
    return spec, _function(spec, Path(file).expanduser().resolve(), function)


@cache
def _function(spec: str, path: Path, name: str) -> Attribute:
    module = _module(spec, path)
    if name not in vars(module):
        own = [
            known
            for known, value in vars(module).items()
            if callable(value) and getattr(value, "__module__", "") == module.__name__ and not known.startswith("_")
        ]
        near = difflib.get_close_matches(name, own)
        there = f"did you mean {' or '.join(near)}?" if near else "there is " + (", ".join(own) or "no function in it")
        raise UsageError(f"attribute {spec!r}: {label(path)} has no function {name!r}: {there}")
    return check(spec, getattr(module, name))


class _Loader(SourceFileLoader):
    """Loads a user's file without a folder of bytecode beside it."""

    def set_data(self, path: str, data: object, *, _mode: int = 0o666) -> None:
        """Write nothing."""


def _module(spec: str, path: Path) -> ModuleType:
    """Return the module of a file, which is kept with all modules of this process."""
    key = f"{__name__}:{path}"
    if key in sys.modules:
        return sys.modules[key]
    if not path.is_file():
        raise MissingFileError(f"attribute {spec!r}: there is no file {one_line(str(path))}")
    place = spec_from_file_location(key, path, loader=_Loader(key, str(path)))
    assert place is not None
    assert place.loader is not None
    module = sys.modules[key] = module_from_spec(place)  # dataclasses look their module up there
    try:
        place.loader.exec_module(module)
    except BaseException as error:
        del sys.modules[key]
        if not isinstance(error, Exception | SystemExit):
            raise
        raise DataError(f"attribute {spec!r}: {label(path)} cannot be imported: {explain(error, str(path))}") from error
    return module
