"""Corpora of music by name: one file each, and one line here.

Other packages add theirs by entry points (`armusic.corpora`) that name a function
`(cache folder, on_progress) -> Corpus`. Any other name is a folder of the user's own ABC, MIDI
or MusicXML files.
"""

from __future__ import annotations

from collections.abc import Iterable
from importlib import import_module
from pathlib import Path

from armusic import plugins
from armusic.datasets.corpora import paper_protocol
from armusic.datasets.corpora.build import build, files_in
from armusic.datasets.corpora.corpus import Corpus
from armusic.errors import DataError
from armusic.files import one_line
from armusic.progress import Progress

CORPORA = {name: f"armusic.datasets.corpora.{name}" for name in ("folk", "folk44", "bach")}
PAPER = {name + paper_protocol.SUFFIX: name for name in ("folk44", "bach")}
"""Corpora with the transposed copies of `armusic.datasets.corpora.paper_protocol` -> the corpus that is copied."""


def read(name: str, cache: Path, on_progress: Progress | None = None, *, besides: Iterable[str] = ()) -> Corpus:
    """Return the corpus of a name, or of the folder at a path; from the cache where it is in it.

    `besides` are the names of other data sets, which the message about an unknown name lists as well.

    Raises
    ------
    DataError
        When there is no usable measure; the message says why.
    """
    if name in PAPER:
        return paper_protocol.items(read(PAPER[name], cache, on_progress))[0]
    if name in CORPORA:
        corpus: Corpus = import_module(CORPORA[name]).read(cache, on_progress)
        return corpus
    if point := plugins.named("corpora").get(name):
        loaded: Corpus = plugins.load(point, DataError, f"data set {name}: its function")(cache, on_progress)
        return loaded
    check(name, besides=besides)
    folder = Path(name)
    files = files_in(folder)
    current = Path.cwd()  # worker processes of an earlier call may have another
    return build(
        folder.resolve().name, [current / file for file in files], current / folder, cache, on_progress=on_progress
    )


def check(name: str, *, besides: Iterable[str] = ()) -> None:
    """Raise `DataError` where there is no data set of a name, and no folder at a path.

    `besides` are the names of other data sets, which the message lists as well.
    """
    known = [*CORPORA, *PAPER, *plugins.named("corpora")]
    if name not in known and not Path(name).is_dir():
        there = ", ".join([*known, *besides])
        raise DataError(f"{one_line(name)}: no such folder, and no data set of that name: there are {there}")
