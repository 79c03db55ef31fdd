"""`build`: many files read into one corpus, in several processes, and kept in the cache."""

from __future__ import annotations

import hashlib
import logging
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np

from armusic.datasets.cache import exists
from armusic.datasets.corpora.corpus import Corpus, Skip, load, measures_of, save
from armusic.datasets.corpora.versions import versions
from armusic.errors import ArmusicError, DataError, OffGridError
from armusic.extras import require
from armusic.files import counted, one_line
from armusic.io import readers
from armusic.music.score import Tune
from armusic.progress import Progress

VERSION = 1
"""Version of the corpora in the cache: raise it when reading, tokens or versions of tunes come out differently."""

Read = Callable[[Path], Iterator[tuple[str, Tune | ArmusicError]]]


def build(
    name: str,
    files: Sequence[Path],
    root: Path,
    cache: Path,
    *,
    read: Read = readers.read_all,
    on_progress: Progress | None = None,
    jobs: int | None = None,
) -> Corpus:
    """Read files into a corpus, or take it from the cache when neither they nor `VERSION` have changed.

    Parameters
    ----------
    name : str
        Name of the corpus.
    files : sequence of Path
        Files under `root`; the first folder below it is the collection of a file.
    root : Path
        Common folder of all files.
    cache : Path
        Folder to keep the result in.
    read : callable
        Yields the tunes of a file, or the errors in their place, as `readers.read_all` does.
    on_progress : callable, optional
        Called with the number of files read, and of all files.
    jobs : int, optional
        Number of processes; by default one per core.

    Raises
    ------
    DataError
        When no measure can be used; the message has the commonest reason.
    """
    path = cache / f"{name}-{_fingerprint(files, root, read.__module__)}.npz"
    if exists(path):
        return load(path)
    results = list(_read_all(files, root, read, on_progress, jobs))
    tunes = [(source, *arrays) for result in results for source, arrays in result[0]]
    skipped = tuple(skip for result in results for skip in result[1])
    if not tunes:
        raise DataError(_nothing(name, len(files), skipped))
    lengths = [len(rows) for _, rows, _ in tunes]
    tokens, kind = np.concatenate([rows for _, rows, _ in tunes]), np.concatenate([kinds for _, _, kinds in tunes])
    tune = np.repeat(np.arange(len(tunes)), lengths)
    sources = tuple(source for source, _, _ in tunes)
    collections = tuple(source.split("/")[0] if "/" in source else name for source in sources)
    mended = tuple(remark for result in results for remark in result[2])
    version = versions(tokens, kind, tune)
    corpus = Corpus(name, tokens, kind, tune, sources, collections, version, skipped, mended, cache=str(path))
    return corpus if save(corpus, path) else replace(corpus, cache="")


def files_in(folder: Path) -> list[Path]:
    """Return every file below a folder whose suffix some reader reads, sorted.

    Raises
    ------
    DataError
        When there is no such file.
    """
    known = readers.suffixes()
    files = sorted(path for path in folder.rglob("*") if path.suffix.lower() in known and path.is_file())
    if not files:
        raise DataError(f"{one_line(str(folder))}: no music in it: files that end in {', '.join(known)} are read")
    return files


_Chunk = tuple[list[tuple[str, tuple[np.ndarray, np.ndarray]]], list[Skip], list[str]]


def _read_all(
    files: Sequence[Path], root: Path, read: Read, on_progress: Progress | None, jobs: int | None
) -> Iterator[_Chunk]:
    """Yield the contents of each chunk of files, in order, read by several processes."""
    joblib = require("joblib", extra="train", purpose="reading a corpus")
    size = max(1, min(50, len(files) // 20))
    chunks = [files[start : start + size] for start in range(0, len(files), size)]
    jobs = min(jobs or joblib.cpu_count(), len(chunks))
    done = 0
    read_chunks = joblib.Parallel(n_jobs=jobs, return_as="generator")(
        joblib.delayed(_read_chunk)(chunk, root, read) for chunk in chunks
    )
    for chunk, result in zip(chunks, read_chunks, strict=True):
        done += len(chunk)
        if on_progress is not None:
            on_progress(done, len(files))
        yield result


def _read_chunk(files: Sequence[Path], root: Path, read: Read) -> _Chunk:
    tunes: list[tuple[str, tuple[np.ndarray, np.ndarray]]] = []
    skipped = []
    with _remarks() as mended:
        for path, (name, tune) in ((file, result) for file in files for result in read(file)):
            folder = path.relative_to(root).parent.as_posix()
            source = name if folder == "." else f"{folder}/{name}"
            if isinstance(tune, ArmusicError):
                skipped.append(Skip(source, tune.reason, str(tune)))
                continue
            tokens, kind, off = measures_of(tune)
            if off:
                skipped.append(
                    Skip(source, OffGridError.reason, f"{name}: {off} of its measures are off the grid", off)
                )
            if len(tokens):
                tunes.append((source, (tokens, kind)))
    return tunes, skipped, mended


class _Collector(logging.Handler):
    """Collects log messages."""

    def __init__(self) -> None:
        super().__init__()
        self.messages: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.messages.append(record.getMessage())


@contextmanager
def _remarks() -> Iterator[list[str]]:
    """Collect the remarks of readers instead of showing them: a corpus counts them."""
    logger = logging.getLogger("armusic.io.readers")
    collector, before = _Collector(), logger.propagate
    logger.addHandler(collector)
    logger.propagate = False
    try:
        yield collector.messages
    finally:
        logger.removeHandler(collector)
        logger.propagate = before


def _fingerprint(files: Sequence[Path], root: Path, reader: str) -> str:
    """Return a digest of the files' names and contents, of `VERSION` and of the module that reads them."""
    digest = hashlib.sha256(f"{VERSION} {reader}".encode())
    for file in files:
        digest.update(file.relative_to(root).as_posix().encode() + b"\0")
        try:
            digest.update(hashlib.sha256(file.read_bytes()).digest())
        except OSError as error:  # the reader will report it
            digest.update(str(error).encode())
    return digest.hexdigest()[:16]


def _nothing(name: str, files: int, skipped: Sequence[Skip]) -> str:
    reasons = Counter(skip.reason for skip in skipped).most_common(1)
    why = f"; most often: {reasons[0][0]} ({reasons[0][1]} times), first at {skipped[0].message}" if reasons else ""
    return f"{one_line(name)}: no measure of its {counted(files, 'file')} can be used{why}"
