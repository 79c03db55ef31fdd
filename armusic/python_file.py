"""What is in a Python file of the user's: `my.py:syncopation` names a function in it, or a class.

As with an import, a file is run when something in it is first used, and once per process.
"""

from __future__ import annotations

import difflib
import inspect
import sys
import traceback
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any

from armusic.errors import DataError, MissingFileError, UsageError
from armusic.files import label, one_line


def names_file(name: str) -> bool:
    """Return whether a name is written as `FILE.py:FUNCTION`.

    Examples
    --------
    >>> names_file("folder/my.py:syncopation"), names_file("syncopation")
    (True, False)
    """
    return ".py:" in name or name.endswith(".py")


def short_name(name: str) -> str:
    """Return a name as music and pictures have it: of `FILE.py:FUNCTION` the function.

    Examples
    --------
    >>> short_name("folder/my.py:syncopation"), short_name("rhythm")
    ('syncopation', 'rhythm')
    """
    return name.rpartition(":")[2]


def load(role: str, spec: str, folder: Path = Path()) -> Any:
    """Return what a Python file has under a name.

    Parameters
    ----------
    role : str
        Purpose, such as `attribute`: messages begin with it.
    spec : str
        `FILE.py:FUNCTION`.
    folder : path
        The place from which a relative path counts; by default the current folder.

    Raises
    ------
    UsageError
        If `spec` is not written like that, or nothing of this name is in the file.
    MissingFileError
        If there is no file.
    DataError
        If the file cannot be imported.
    """
    file, _, name = spec.rpartition(":")
    if not (file.endswith(".py") and name.isidentifier()):
        raise UsageError(f"{role} {spec!r}: write one of your own as FILE.py:FUNCTION")
    path = (folder / Path(file).expanduser()).resolve()
    module = _module(role, spec, path)
    if name not in vars(module):
        own = [
            known
            for known, value in vars(module).items()
            if callable(value) and getattr(value, "__module__", "") == module.__name__ and not known.startswith("_")
        ]
        near = difflib.get_close_matches(name, own)
        there = f"did you mean {' or '.join(near)}?" if near else "there is " + (", ".join(own) or "no function in it")
        raise UsageError(f"{role} {spec!r}: {label(path)} has no function {name!r}: {there}")
    return getattr(module, name)


def explain(error: BaseException, file: str | None = None) -> str:
    """Return an error of somebody else's code in one line, with the line of a file that it comes from, if any does.

    Examples
    --------
    >>> explain(KeyError("E4"))
    "KeyError: 'E4'"
    """
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == file]
    text = " ".join(f"{type(error).__name__}: {error}".split()).removesuffix(":")
    return f"{text} (line {lines[-1]})" if lines else text


def file_of(source: Any) -> str | None:
    """Return the file in which a function or a class is written; None for what is in no Python file.

    Examples
    --------
    >>> import difflib
    >>> file_of(difflib.ndiff).endswith("difflib.py"), file_of(len)
    (True, None)
    """
    try:
        return inspect.getsourcefile(source)
    except TypeError:
        return None


class _Loader(SourceFileLoader):
    """Loads a user's file without a folder of bytecode beside it."""

    def set_data(self, path: str, data: object, *, _mode: int = 0o666) -> None:
        """Write nothing."""


def _module(role: str, spec: str, path: Path) -> ModuleType:
    """Return the module of a file, which is kept with all modules of this process."""
    key = f"{__name__}:{path}"
    if key in sys.modules:
        return sys.modules[key]
    if not path.is_file():
        raise MissingFileError(f"{role} {spec!r}: there is no file {one_line(str(path))}")
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
        raise DataError(f"{role} {spec!r}: {label(path)} cannot be imported: {explain(error, str(path))}") from error
    return module
