"""Models by name or address: `folk`, a run folder or checkpoint, or `https://...#sha256=...`.

Names stand in `armusic/resources/models.toml`. A name comes before a folder of that name: `./folk` is the folder.
What is downloaded is kept in the cache folder, and compared with its checksum each time that it is read.
"""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from armusic.datasets.cache import make_cache
from armusic.errors import CheckpointError, MissingFileError, UsageError
from armusic.files import atomic_path, data_folder, one_line

if TYPE_CHECKING:  # a name is checked before anything that takes long to import
    from armusic.inference.checkpoint import Checkpoint

REGISTRY = "models.toml"
TIMEOUT = 30.0  # seconds without a byte
_ADDRESS = re.compile(r"(?i)([a-z][a-z0-9+.-]+)://")  # two letters at least: C:\ is a drive
_CHECKSUM = "sha256="
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Entry:
    """A model with a name.

    Parameters
    ----------
    sha256 : str
        SHA-256 of its file, in 64 digits.
    licence : str
        SPDX identifier of the licence of its weights.
    about : str
        Description of the model in one line.
    file : str
        Name of its file among the package's resources; empty for one that is downloaded.
    url : str
        Address of its file; empty for one that comes with the package.
    """

    sha256: str
    licence: str
    about: str
    file: str = ""
    url: str = ""


def registry() -> dict[str, Entry]:
    """Return the models that have a name; the first is the default.

    Examples
    --------
    >>> registry()["folk"].licence
    'MIT'
    """
    text = (resources.files("armusic") / "resources" / REGISTRY).read_text(encoding="utf-8")
    return {name: Entry(**table) for name, table in tomllib.loads(text).items()}


def load(model: str | Path | None = None) -> Checkpoint:
    """Read a model: by its name, from a run folder or a checkpoint, from an address, or the default.

    Raises
    ------
    UsageError
        For an address without a checksum.
    MissingFileError, CheckpointError
        As `armusic.inference.checkpoint.load`, and for what cannot be downloaded.
    """
    from armusic.inference import checkpoint

    with located(model) as path:
        return checkpoint.load(path)


@contextmanager
def located(model: str | Path | None = None) -> Iterator[Path]:
    """Yield the path of a model, after downloading it where that is needed; with the errors of `load`."""
    check(model)
    names = registry()
    name = next(iter(names)) if model is None else model
    entry = names.get(name) if isinstance(name, str) else None
    if entry is not None and entry.file:
        with resources.as_file(resources.files("armusic") / "resources" / entry.file) as shipped:
            yield shipped
    elif entry is not None:
        yield _download(entry.url, entry.sha256)
    elif is_address(name):
        yield _download(*_split(str(name)))
    else:
        yield Path(name)


def check(model: str | Path | None) -> None:
    """Raise an error where nothing can be loaded, without loading or downloading it.

    Raises
    ------
    UsageError
        For an address that is of no use, or has no checksum.
    MissingFileError
        Where there is no such file or folder, and no model of that name.
    """
    if is_address(model):
        _split(str(model))
    elif isinstance(model, str) and model not in registry():
        _check_path(model)
    elif isinstance(model, Path) and not model.exists():
        raise MissingFileError(f"{one_line(str(model))}: no such file or folder")


def is_address(model: str | Path | None) -> bool:
    """Return whether a model is named by its address.

    Examples
    --------
    >>> is_address("https://example.org/a.safetensors"), is_address("C:/a.safetensors"), is_address("folk")
    (True, False, False)
    """
    return isinstance(model, str) and _ADDRESS.match(model) is not None


def title(model: str | Path | None) -> str:
    """Return a short name of a model: what it is called, or the end of its path or address.

    Examples
    --------
    >>> title(None), title("runs/mine"), title("https://example.org/models/a.safetensors#sha256=0")
    ('folk', 'mine', 'a.safetensors')
    """
    if model is None:
        return next(iter(registry()))
    return Path(unquote(urlsplit(str(model)).path) if is_address(model) else model).name


def _check_path(model: str) -> None:
    """Raise an error for a path at which nothing is; for a plain word, with the names that it might have been."""
    try:
        if Path(model).exists():
            return
    except (OSError, ValueError):  # a name that is too long, or has a null character
        pass
    shown, names = one_line(model), list(registry())
    if Path(model).name != model or Path(model).suffix:
        raise MissingFileError(f"{shown}: no such file or folder")
    near = difflib.get_close_matches(model.lower(), names, 1)
    hint = f"did you mean {near[0]}?" if near else f"named models are {', '.join(names)}"
    raise MissingFileError(f"{shown}: no such file or folder, and no model of that name: {hint}")


def _split(address: str) -> tuple[str, str]:
    """Return the URL and the checksum of an address."""
    shown = one_line(address)
    url, _, checksum = address.partition("#")
    scheme = url.partition("://")[0].lower()
    if scheme not in ("http", "https"):
        raise UsageError(f"{shown}: models are downloaded by https and http, not by {scheme}: name a path otherwise")
    if not checksum:
        raise UsageError(
            f"{shown}: a model from an address needs a checksum: add #{_CHECKSUM} and the SHA-256 that its maker gives"
        )
    digits = checksum.removeprefix(_CHECKSUM).lower()
    if not checksum.startswith(_CHECKSUM) or not _SHA256.fullmatch(digits):
        raise UsageError(f"{shown}: no checksum after the #: write {_CHECKSUM} and 64 digits from 0 to f")
    return url, digits


def _download(url: str, sha256: str) -> Path:
    """Return the path of a file from a URL, from the cache where it is in it."""
    import pooch

    name = re.sub(r"[^\w.-]", "-", title(url).removesuffix(".safetensors"), flags=re.ASCII)[:80] or "model"
    path = data_folder() / "models" / f"{name}-{sha256[:16]}.safetensors"
    if path.is_file() and pooch.file_hash(str(path)) == sha256:
        return path
    make_cache(path.parent)
    shown = one_line(url)
    with atomic_path(path, force=True) as temporary:
        try:
            pooch.HTTPDownloader(timeout=TIMEOUT)(url, str(temporary), None)
        except (OSError, ValueError) as error:  # those of requests are one or the other
            raise CheckpointError(f"{shown}: cannot be downloaded ({_reason(error)})") from error
        checksum = pooch.file_hash(str(temporary))
        if checksum != sha256:
            raise CheckpointError(
                f"{shown}: its SHA-256 is {checksum}, not {sha256}: nothing was kept; ask its maker which is right"
            )
    return path


def _reason(error: Exception) -> str:
    """Return why a download failed, in a few words: the answer of the server, the system's, or the kind of error."""
    answer = getattr(error, "response", None)
    if answer is not None:
        answer.close()  # pooch leaves the connection open
        return f"{answer.status_code} {one_line(str(answer.reason))}"
    return (isinstance(error, OSError) and error.strerror) or type(error).__name__
