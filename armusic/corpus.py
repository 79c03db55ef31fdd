"""A corpus: many files read once into measures, with what was skipped and why.

Tunes that cannot be read are skipped whole; of the others, only the measures that do not
fit the grid. Versions of one tune are found, so that a split can keep them together.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Int

from armusic import readers, tokenizer
from armusic.errors import ArmusicError, DataError, OffGridError
from armusic.files import atomic_path, one_line
from armusic.frame import ANCHORED
from armusic.score import METRES, Tune
from armusic.tokenizer import MAX_TICKS, PAD

Progress = Callable[[int, int], None]
"""Called with how many files are done, and how many there are."""

SHARED = 0.5  # tunes are versions of one another when more than this share of the smaller's measures is in the other
SHARED_LEAST = 3  # and at least so many different ones: short tunes share stock endings


@dataclass(frozen=True, slots=True)
class Skip:
    """Something left out: a whole tune (`measures` is 0), or some measures of one."""

    source: str
    reason: str
    message: str
    measures: int = 0


@dataclass(frozen=True, slots=True)
class Corpus:
    """The measures of many tunes.

    Parameters
    ----------
    name : str
        What it is called.
    tokens : int16 array (measure, tick)
        Canonical rows, ending in `tokenizer.PAD` where the metre is shorter than the longest.
    kind : int array (measure,)
        Place of each measure's metre in `score.METRES`.
    tune : int array (measure,)
        Place of each measure's tune in `sources`.
    sources, collections : tuple of str
        Of each tune: what messages call it, and the collection (folder) it is from.
    version : int array (tune,)
        Tunes with the same number are versions of one another.
    skipped : tuple of Skip
        What was left out, in reading order.
    mended : tuple of str
        What readers set right, in their words: a missing rest, a pickup left out in a repeat.
    cache : str
        The file it is kept in.
    """

    name: str
    tokens: Int[np.ndarray, "measure tick"]
    kind: Int[np.ndarray, " measure"]
    tune: Int[np.ndarray, " measure"]
    sources: tuple[str, ...]
    collections: tuple[str, ...]
    version: Int[np.ndarray, " tune"]
    skipped: tuple[Skip, ...]
    mended: tuple[str, ...] = ()
    cache: str = ""

    def summary(self) -> dict[str, Any]:
        """Return counts as plain values: tunes and measures, by collection and metre, and what was skipped."""
        names = sorted(set(self.collections))
        per_tune = np.bincount(self.tune, minlength=len(self.sources))
        of = np.array(self.collections)
        return {
            "name": self.name,
            "tunes": len(self.sources),
            "versions": len(set(self.version.tolist())),
            "measures": len(self.tokens),
            "distinct": len(set(different(self.tokens, self.kind).tolist())),
            "collections": {
                name: {"tunes": int((of == name).sum()), "measures": int(per_tune[of == name].sum())} for name in names
            },
            "metres": {str(metre): int((self.kind == index).sum()) for index, metre in enumerate(METRES)},
            "skipped": {
                "tunes": dict(Counter(skip.reason for skip in self.skipped if not skip.measures).most_common()),
                "measures": dict(_sum((skip.reason, skip.measures) for skip in self.skipped if skip.measures)),
            },
            "mended": len(self.mended),
            "cache": self.cache,
        }


def build(
    name: str,
    files: Sequence[Path],
    root: Path,
    cache: Path,
    *,
    on_progress: Progress | None = None,
    jobs: int | None = None,
) -> Corpus:
    """Read files into a corpus, or take it from the cache when neither they nor the code have changed.

    Parameters
    ----------
    name : str
        What the corpus is called.
    files : sequence of Path
        Under `root`; each one's first folder below it is its collection.
    root : Path
        Common folder of all files.
    cache : Path
        Folder for the result.
    on_progress : callable, optional
        Told as files are done.
    jobs : int, optional
        Processes; all cores when not given.

    Raises
    ------
    DataError
        When no measure can be used; says why, with the commonest reason.
    """
    path = cache / f"{name}-{_fingerprint(files, root)}.npz"
    if path.exists():
        return _load(path)
    results = list(_read_all(files, root, on_progress, jobs))
    tunes = [(source, *kept) for result in results for source, kept in result[0]]
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
    corpus = Corpus(name, tokens, kind, tune, sources, collections, version, skipped, mended, str(path))
    _save(corpus, path)
    return corpus


def files_in(folder: Path) -> list[Path]:
    """Return every file below a folder that some reader knows by its suffix, sorted.

    Raises
    ------
    DataError
        When there is none, or no such folder.
    """
    if not folder.is_dir():
        raise DataError(f"{one_line(str(folder))}: no such folder, and no data set of that name")
    known = readers.suffixes()
    files = sorted(path for path in folder.rglob("*") if path.suffix.lower() in known and path.is_file())
    if not files:
        raise DataError(f"{one_line(str(folder))}: no music in it: files that end in {', '.join(known)} are read")
    return files


def measures_of(tune: Tune) -> tuple[Int[np.ndarray, "measure tick"], Int[np.ndarray, " measure"], int]:
    """Return the tokens and kinds of the measures that are on the grid, and how many are not.

    Returns
    -------
    tokens : int16 array (measure, 24)
        Ending in `PAD`.
    kind : int array (measure,)
        Places in `score.METRES`.
    skipped : int
        Measures that a note off the grid touches.
    """
    fits = tokenizer.on_grid(tune)
    tokens = np.full((len(tune.measures), MAX_TICKS), PAD, dtype=np.int16)
    kept = tokenizer.encode(replace(tune, notes=tuple(note for note, fit in zip(tune.notes, fits, strict=True) if fit)))
    tokens[:, : kept.shape[1]] = kept
    keep = np.ones(len(tokens), dtype=bool)
    for note, fit in zip(tune.notes, fits, strict=True):
        if not fit:
            keep &= [note.end <= measure.start or measure.end <= note.start for measure in tune.measures]
    return tokens[keep], tokenizer.kinds(tune.measures)[keep], int((~keep).sum())


def different(tokens: Int[np.ndarray, "measure tick"], kind: Int[np.ndarray, " measure"]) -> Int[np.ndarray, " measure"]:
    """Number the measures so that two have the same number when they are equal up to transposition."""
    classes, inside = ANCHORED.enter(tokens, ANCHORED.anchors(tokens))
    rows = np.where(inside[:, None], classes, tokens - 200)  # wider ones are compared as they stand
    _, numbers = np.unique(np.column_stack([kind, rows]), axis=0, return_inverse=True)
    return numbers.ravel()


def versions(
    tokens: Int[np.ndarray, "measure tick"], kind: Int[np.ndarray, " measure"], tune: Int[np.ndarray, " measure"]
) -> Int[np.ndarray, " tune"]:
    """Group the tunes: those that share most of their measures up to transposition get one number.

    Two tunes are versions of one another when more than half of the different measures of
    the smaller, and at least three, occur in the other; versions of versions belong together.
    """
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    pairs = np.unique(np.column_stack([tune, different(tokens, kind)]), axis=0)
    has = coo_array((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1]))).tocsr()
    shared = (has @ has.T).tocoo()
    sizes = has.sum(axis=1)
    enough = np.maximum(SHARED * np.minimum(sizes[shared.row], sizes[shared.col]), SHARED_LEAST - 1)
    linked = shared.data > enough
    graph = coo_array((linked[linked], (shared.row[linked], shared.col[linked])), shape=shared.shape)
    return connected_components(graph, directed=False)[1].astype(np.int64)


_Read = tuple[list[tuple[str, tuple[np.ndarray, np.ndarray]]], list[Skip], list[str]]


def _read_all(files: Sequence[Path], root: Path, on_progress: Progress | None, jobs: int | None) -> Iterator[_Read]:
    """Yield what is in each file, in order, read by several processes."""
    from joblib import Parallel, cpu_count, delayed

    size = max(1, min(50, len(files) // 20))
    chunks = [files[start : start + size] for start in range(0, len(files), size)]
    jobs = min(jobs or cpu_count(), len(chunks))
    done = 0
    read = Parallel(n_jobs=jobs, return_as="generator")(delayed(_read_chunk)(chunk, root) for chunk in chunks)
    for chunk, result in zip(chunks, read, strict=True):
        done += len(chunk)
        if on_progress is not None:
            on_progress(done, len(files))
        yield result


def _read_chunk(files: Sequence[Path], root: Path) -> _Read:
    tunes: list[tuple[str, tuple[np.ndarray, np.ndarray]]] = []
    skipped = []
    with _remarks() as mended:
        for file, name, tune in ((file, *found) for file in files for found in readers.read_all(file)):
            folder = file.relative_to(root).parent.as_posix()
            source = name if folder == "." else f"{folder}/{name}"
            if isinstance(tune, ArmusicError):
                skipped.append(Skip(source, tune.reason, str(tune)))
                continue
            tokens, kind, off = measures_of(tune)
            if off:
                skipped.append(Skip(source, OffGridError.reason, f"{name}: {off} of its measures are off the grid", off))
            if len(tokens):
                tunes.append((source, (tokens, kind)))
    return tunes, skipped, mended


class _Keep(logging.Handler):
    """Keeps what is logged."""

    def __init__(self) -> None:
        super().__init__()
        self.messages: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.messages.append(record.getMessage())


@contextmanager
def _remarks() -> Iterator[list[str]]:
    """Collect what readers log, instead of showing it: a corpus counts what a single file is told."""
    logger = logging.getLogger("armusic.readers")
    keep, before = _Keep(), logger.propagate
    logger.addHandler(keep)
    logger.propagate = False
    try:
        yield keep.messages
    finally:
        logger.removeHandler(keep)
        logger.propagate = before


def _fingerprint(files: Sequence[Path], root: Path) -> str:
    """Return a digest of the files' names and contents, and of the code that reads them."""
    digest = hashlib.sha256()
    modules = ["score", "tokenizer", "frame", "corpus", *_readers()]
    code = [Path(import_module(f"armusic.{name}").__file__ or "") for name in modules]
    for path, shown in [*((path, path.name) for path in code), *((f, f.relative_to(root).as_posix()) for f in files)]:
        digest.update(shown.encode() + b"\0")
        try:
            digest.update(hashlib.sha256(path.read_bytes()).digest())
        except OSError as error:  # the reader will say so, too
            digest.update(str(error).encode())
    return digest.hexdigest()[:16]


def _readers() -> list[str]:
    return sorted(f"readers.{path.stem}" for path in Path(readers.__file__).parent.glob("*.py") if path.stem != "__init__")


def _save(corpus: Corpus, path: Path) -> None:
    texts = {
        "name": corpus.name,
        "sources": corpus.sources,
        "collections": corpus.collections,
        "skipped": [asdict(skip) for skip in corpus.skipped],
        "mended": corpus.mended,
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    with atomic_path(path, force=True) as temporary:
        np.savez_compressed(
            temporary,
            tokens=corpus.tokens.astype(np.uint8),
            kind=corpus.kind,
            tune=corpus.tune,
            version=corpus.version,
            texts=np.frombuffer(json.dumps(texts).encode(), dtype=np.uint8),
        )


def _load(path: Path) -> Corpus:
    with np.load(path, allow_pickle=False) as stored:
        texts = json.loads(stored["texts"].tobytes())
        return Corpus(
            texts["name"],
            stored["tokens"].astype(np.int16),
            stored["kind"],
            stored["tune"],
            tuple(texts["sources"]),
            tuple(texts["collections"]),
            stored["version"],
            tuple(Skip(**skip) for skip in texts["skipped"]),
            tuple(texts["mended"]),
            str(path),
        )


def _nothing(name: str, files: int, skipped: Sequence[Skip]) -> str:
    reasons = Counter(skip.reason for skip in skipped).most_common(1)
    why = f"; most often: {reasons[0][0]} ({reasons[0][1]} times), first at {skipped[0].message}" if reasons else ""
    return f"{one_line(name)}: no measure of its {files} files can be used{why}"


def _sum(pairs: Iterator[tuple[str, int]]) -> Counter[str]:
    total: Counter[str] = Counter()
    for name, count in pairs:
        total[name] += count
    return total


def data_folder(given: str | os.PathLike[str] | None = None) -> Path:
    """Return the folder for cached corpora: the one given, else `$ARMUSIC_DATA`, else the platform's cache."""
    from platformdirs import user_cache_path

    return Path(given or os.environ.get("ARMUSIC_DATA") or user_cache_path("armusic"))
