"""The soprano of the four-part chorales by Bach that music21's wheel carries: their 4/4 measures.

Source: music21's `corpus/bach` folder (Cuthbert and Ariza, "music21: A Toolkit for
Computer-Aided Musicology", ISMIR 2010). The melodies are in the public domain; the encodings
are read from the installed package and are not part of armusic. See data/bach.md.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from armusic.datasets.corpora.build import build
from armusic.datasets.corpora.corpus import Corpus
from armusic.datasets.corpora.folk import music21
from armusic.errors import ArmusicError
from armusic.files import label
from armusic.io.readers import musicxml
from armusic.music.score import Metre, Tune
from armusic.progress import Progress

VOICES = ("Soprano", "Alto", "Tenor", "Bass")
LICENCES = {
    "bach": "public domain; encodings (c) M. Greentree and others, used by permission, not for us to pass on",
}
"""Where the encodings come from."""


def read(cache: Path, on_progress: Progress | None = None) -> Corpus:
    """Read the chorales from the installed music21, or from the cache, and keep their measures in 4/4."""
    root = music21()
    files = sorted(path for suffix in ("mxl", "xml") for path in (root / "bach").glob(f"*.{suffix}"))
    chorales = build("bach", files, root, cache, read=soprano, on_progress=on_progress)
    return replace(chorales.only(Metre(4, 4), "bach"), licences=LICENCES)


def soprano(path: Path) -> Iterator[tuple[str, Tune | ArmusicError]]:
    """Yield the soprano of a chorale for four voices, or the error in its place."""
    try:
        yield label(path), musicxml.read_part(path, VOICES[0], parts=VOICES)
    except ArmusicError as error:
        yield label(path), error
