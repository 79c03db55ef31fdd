"""The default corpus: folk tunes in ABC that music21's wheel carries.

Source: music21's `corpus` folder (Cuthbert and Ariza, "music21: A Toolkit for Computer-Aided
Musicology", ISMIR 2010). The tunes are traditional; their encodings are read from the
installed package and are not part of armusic. See data/folk.md for each collection.
"""

from __future__ import annotations

from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

from armusic.datasets.corpora.build import build
from armusic.datasets.corpora.corpus import Corpus
from armusic.errors import DataError
from armusic.extras import missing
from armusic.progress import Progress

TERMS = "no restriction stated, not for us to pass on"
COLLECTIONS = {
    "airdsAirs": f"traditional; encoded by Jack Campin; {TERMS}",
    "miscFolk": f"traditional; encoded by Jack Campin; {TERMS}",
    "oneills1850": f"traditional; encoded by H. Norbeck, J. B. Walsh and others; {TERMS}",
    "ryansMammoth": f"traditional; encoded by R. Davies, J. Chambers and others; {TERMS}",
}
"""Folders of the corpus -> source of their encodings."""


def read(cache: Path, on_progress: Progress | None = None) -> Corpus:
    """Read the corpus from the installed music21, or from the cache."""
    root = music21()
    files = sorted(path for name in COLLECTIONS for path in (root / name).glob("*.abc"))
    return replace(build("folk", files, root, cache, on_progress=on_progress), licences=COLLECTIONS)


def music21() -> Path:
    """Return the folder of the corpus that the installed music21 carries.

    Raises
    ------
    MissingExtraError
        If music21 is not installed.
    DataError
        If it has no corpus.
    """
    spec = find_spec("music21")  # without importing it
    if spec is None or spec.origin is None:
        raise missing("music21", extra="train", purpose="this corpus")
    root = Path(spec.origin).parent / "corpus"
    if not (root / "bach").is_dir() or not all((root / name).is_dir() for name in COLLECTIONS):
        raise DataError(f"music21 in {root.parent} has no corpus: reinstall it, or train on a folder of your own")
    return root
