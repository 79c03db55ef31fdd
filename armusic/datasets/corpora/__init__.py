"""Corpora of music by name: one file each, and one line here.

Other packages add theirs by entry points (`armusic.corpora`) that name a function
`(cache folder, on_progress) -> Corpus`. A name that is none of these is a folder of the
user's own ABC, MIDI or MusicXML files.
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
"""Corpora with the transposed copies of `armusic.datasets.corpora.paper_protocol`, and of which corpus."""


def read(name: str, cache: Path, on_progress: Progress | None = None, *, besides: Iterable[str] = ()) -> Corpus:
    """Return the corpus of this name, or of the folder at this path; from the cache where it is in it.

    `besides` are data sets that are no corpora: whoever mistypes one is told of them, too.

    Raises
    ------
    DataError
        When there is nothing to use; says why.
    """
    if name in PAPER:
        return paper_protocol.items(read(PAPER[name], cache, on_progress))[0]
    if name in CORPORA:
        found: Corpus = import_module(CORPORA[name]).read(cache, on_progress)
        return found
    if point := plugins.named("corpora").get(name):
        loaded: Corpus = plugins.load(point, DataError, f"data set {name}: its function")(cache, on_progress)
        return loaded
    folder = Path(name)
    if not folder.is_dir():
        known = ", ".join([*CORPORA, *PAPER, *plugins.named("corpora"), *besides])
        raise DataError(f"{one_line(name)}: no such folder, and no data set of that name: there are {known}")
    files = files_in(folder)
    here = Path.cwd()  # not that of processes that read files for an earlier call
    return build(folder.resolve().name, [here / file for file in files], here / folder, cache, on_progress=on_progress)
