"""Compare the notes of the MusicXML reader with those of music21, over music21's corpus.

Each note of each part has a measure, a place in it, a sounding pitch and a length. Repeats are not played.

    python benchmarks/musicxml_agreement.py [--every 12]
"""

from __future__ import annotations

import argparse
import warnings
from collections import Counter
from importlib.util import find_spec
from pathlib import Path

from music21 import converter

from armusic.io.readers.musicxml.measures import PartReader
from armusic.io.readers.musicxml.xml import score_root
from armusic.io.readers.score.sheet import UNITS

Notes = Counter[tuple[int, float, int, float]]
DIGITS = 3  # music21 keeps some lengths as floats


def ours(path: Path) -> Notes:
    """Return the notes as armusic reads them."""
    root, _ = score_root(path.read_bytes(), path.name)
    return Counter(
        (number, round(sound.start / UNITS, DIGITS), sound.pitch, round(sound.units / UNITS, DIGITS))
        for part in root.iterfind("part")
        for number, measure in enumerate(PartReader(path.name).measures(part))
        for staff in measure.sounds.values()
        for sound in staff
    )


def theirs(path: Path) -> Notes:
    """Return the notes as music21 reads them."""
    score = converter.parse(path, forceSource=True)
    score.toSoundingPitch(inPlace=True)
    return Counter(
        (
            number,
            round(float(note.getOffsetInHierarchy(measure)), DIGITS),
            int(pitch.midi),
            round(float(note.duration.quarterLength), DIGITS),
        )
        for part in score.parts
        for number, measure in enumerate(part.getElementsByClass("Measure"))
        for note in measure.recurse().notes
        if "Harmony" not in note.classes and note.duration.quarterLength
        for pitch in note.pitches
    )


def main() -> None:
    """Print the counts, and where the two differ."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--every", type=int, default=12, help="every so-many-th score")
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    spec = find_spec("music21")
    assert spec
    assert spec.origin
    corpus = Path(spec.origin).parent / "corpus"
    scores = sorted(path for path in corpus.rglob("*") if path.suffix in (".mxl", ".xml", ".musicxml"))
    notes = differing = 0
    for path in scores[:: options.every]:
        own, reference = ours(path), theirs(path)
        notes += own.total()
        if own != reference:
            differing += 1
            print(
                f"{path.name}: {(own - reference).total()} notes of ours alone, {(reference - own).total()} of theirs"
            )
    print(f"{len(scores[:: options.every])} scores, {notes:,} notes: {differing} scores differ")


if __name__ == "__main__":
    main()
