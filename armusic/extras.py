"""Optional dependencies: imported where they are needed, and named with what installs them where they are missing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

from armusic.errors import MissingExtraError

TRAIN = {
    "joblib": "joblib",
    "music21": "music21",
    "scipy": "scipy",
    "sklearn": "scikit-learn",
    "torch": "torch",
}
"""What the extra `armusic[train]` installs: module -> package. Modules for training import it at their top."""


def require(module: str, *, extra: str, purpose: str) -> Any:
    """Import a module of an optional dependency.

    Parameters
    ----------
    module : str
        Name of the module, such as `scipy.stats`.
    extra : str
        Extra of armusic that installs it, such as `train`.
    purpose : str
        The work that needs it, as the subject of a sentence.

    Raises
    ------
    MissingExtraError
        If it is not installed.

    Examples
    --------
    >>> require("scipy.stats", extra="train", purpose="a rank correlation").__name__
    'scipy.stats'
    """
    try:
        return import_module(module)
    except ImportError as error:
        raise missing(module.partition(".")[0], extra=extra, purpose=purpose) from error


def missing(package: str | None, *, purpose: str, extra: str | None = None) -> MissingExtraError:
    """Return the error for a package that is not installed; without an extra, it is installed by its own name.

    Examples
    --------
    >>> str(missing("scipy", extra="train", purpose="a rank correlation"))
    "a rank correlation needs scipy, which is not installed: pip install 'armusic[train]'"
    """
    source = f"'armusic[{extra}]'" if extra else package
    return MissingExtraError(f"{purpose} needs {package}, which is not installed: pip install {source}")


@contextmanager
def training(purpose: str) -> Iterator[None]:
    """Name the extra `train` where an import in the block, or in what it imports, finds that it is not installed.

    Parameters
    ----------
    purpose : str
        The work that needs it, as the subject of a sentence.

    Raises
    ------
    MissingExtraError
        If a package of that extra is not installed; other missing modules are reported as they are.

    Examples
    --------
    >>> try:
    ...     with training("this example"):
    ...         raise ModuleNotFoundError("No module named 'sklearn.svm'", name="sklearn.svm")
    ... except MissingExtraError as error:
    ...     print(error)
    this example needs scikit-learn, which is not installed: pip install 'armusic[train]'
    """
    try:
        yield
    except ModuleNotFoundError as error:
        package = TRAIN.get((error.name or "").partition(".")[0])
        if package is None:
            raise
        raise missing(package, extra="train", purpose=purpose) from error
