"""The 4/4 measures of the folk corpus: the setting of Pati and Lerch (2020). See data/folk.md."""

from __future__ import annotations

from pathlib import Path

from armusic.datasets.corpora import folk
from armusic.datasets.corpora.corpus import Corpus
from armusic.music.score import Metre
from armusic.progress import Progress


def read(cache: Path, on_progress: Progress | None = None) -> Corpus:
    """Read the folk corpus, and keep its measures in 4/4."""
    return folk.read(cache, on_progress).only(Metre(4, 4), "folk44")
