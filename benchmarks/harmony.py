"""Chords found beside the soprano of Bach chorales, against analyses by hand: `python benchmarks/harmony.py`.

music21's corpus has both, the chorales as MusicXML and the analyses as RomanText. Repeats are not played.
Chorales in which more than a tenth of the soprano's notes on beats lie outside the analysis are left out: their
analyses count measures in another way. The constants of `armusic.music.harmony` were chosen on the rest, among some
thirty settings, so the figures are not those of music unseen.
"""

from __future__ import annotations

import re
import tempfile
from pathlib import Path
from xml.etree import ElementTree

import music21
import numpy as np
from music21 import converter

from armusic.io.readers import musicxml
from armusic.io.readers.musicxml.xml import score_root
from armusic.io.readers.options import Reading
from armusic.music import harmony, tokenizer
from armusic.music.score import Tune

CHORALES = Path(music21.__file__).parent / "corpus" / "bach"
ANALYSED = 20
ALIGNED = 0.9  # share of the soprano's notes on beats that lie in the analysis
REPEATS = re.compile(r"<repeat [^>]*/>|<ending[^>]*?/>|<ending.*?</ending>")

Chords = list[tuple[float, set[int]]]  # start in quarter notes, pitch classes


def chorale(number: int, folder: Path) -> tuple[Tune, Chords]:
    """Return the soprano of a chorale, among the other voices, and the chords of its analysis."""
    analysis = CHORALES / "choraleAnalyses" / f"riemenschneider{number:03}.rntxt"
    work = re.search(r"BWV:\s*([0-9.]+)", analysis.read_text(encoding="utf-8", errors="replace"))
    assert work
    path = next(path for path in CHORALES.glob(f"bwv{work[1].strip('.')}.*") if path.suffix in (".mxl", ".xml"))
    text = ElementTree.tostring(score_root(path.read_bytes(), path.name)[0], "unicode")
    plain = folder / f"{number}.musicxml"
    plain.write_text(REPEATS.sub("", text), encoding="utf-8")
    measures = converter.parse(plain).parts[0].getElementsByClass("Measure")
    tune = musicxml.read(plain, Reading(track="1"))
    romans = {
        measure.number: [
            (float(roman.offset), {pitch.pitchClass for pitch in roman.pitches})
            for roman in measure.getElementsByClass("RomanNumeral")
        ]
        for measure in converter.parse(analysis).parts[0].getElementsByClass("Measure")
    }
    chords: Chords = []
    for measure in measures:
        within = romans.pop(measure.number, [])
        begin = float(tune.padding[0] + measure.offset) - (within[0][0] if within and measure.number == 0 else 0.0)
        chords += [(begin + offset, classes) for offset, classes in within]
    return tune, sorted(chords, key=lambda chord: chord[0])


def compare(tune: Tune, analysis: Chords) -> tuple[np.ndarray, np.ndarray]:
    """Compare the chord found on each beat with the analysis.

    Returns
    -------
    int array (beat, 4)
        Whether a chord is known, and the numbers of pitch classes found, of the analysis, and of both.
    bool array (note, 2)
        For each note on a beat, whether it is in the chord found, and in that of the analysis.
    """
    agree = harmony.on_beats(tune)
    assert agree is not None
    tokens = tokenizer.encode(tune)
    starts = [start for start, _ in analysis]
    classes, notes = [], []
    for row, measure in enumerate(tune.measures):
        for beat in range(measure.metre.beats):
            place = int(np.searchsorted(starts, float(measure.start + beat * measure.metre.beat) + 1e-6)) - 1
            if place < 0:
                continue
            written = np.isin(np.arange(harmony.OCTAVE), list(analysis[place][1]))
            mask = agree[row, beat * tokenizer.TICKS_PER_BEAT]
            classes.append((not mask.all(), mask.sum(), written.sum(), (mask & written).sum()))
            pitch = tokens[row, beat * tokenizer.TICKS_PER_BEAT]
            if pitch < tokenizer.HOLD:
                notes.append((mask[pitch % harmony.OCTAVE], written[pitch % harmony.OCTAVE]))
    return np.array(classes), np.array(notes)


def main() -> None:
    """Print the figures."""
    with tempfile.TemporaryDirectory() as folder:
        compared = [compare(*chorale(number, Path(folder))) for number in range(1, ANALYSED + 1)]
    kept = [(classes, notes) for classes, notes in compared if notes[:, 1].mean() >= ALIGNED]
    classes, notes = (np.concatenate(arrays) for arrays in zip(*kept, strict=True))
    known = classes[classes[:, 0] == 1]
    print(f"{len(kept)} chorales, {len(classes)} beats, with a chord: {len(known) / len(classes):.1%}")
    print(f"pitch classes found that are in the analysis: {known[:, 3].sum() / known[:, 1].sum():.1%}")
    print(f"pitch classes of the analysis that are found: {known[:, 3].sum() / known[:, 2].sum():.1%}")
    print(f"notes on beats in the chord found: {notes[:, 0].mean():.1%}, of the analysis: {notes[:, 1].mean():.1%}")


if __name__ == "__main__":
    main()
