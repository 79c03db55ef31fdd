"""Make the MIDI files of the examples from `tunes.abc`: `python examples/make_tunes.py`.

ABC has no accents: the notes on the beats are made a little louder than those between.
"""

import re
from dataclasses import replace
from pathlib import Path

from armusic.io import readers, writers
from armusic.music.score import Note, Tune

HERE = Path(__file__).parent
PROGRAMS = {"reel": 40, "jig": 72, "air": 73}  # General MIDI, from 0: a fiddle, a piccolo, a flute
DOWNBEAT, BEAT, BETWEEN = 96, 86, 74  # velocities


def accented(tune: Tune) -> Tune:
    """Return the tune with gentle accents on its beats."""

    def velocity(note: Note) -> int:
        measure = next(measure for measure in reversed(tune.measures) if measure.start <= note.start)
        if note.start == measure.start:
            return DOWNBEAT
        return BEAT if (note.start - measure.start) % measure.metre.beat == 0 else BETWEEN

    return replace(tune, notes=tuple(replace(note, velocity=velocity(note)) for note in tune.notes))


def make(folder: Path) -> None:
    """Write one MIDI file per tune into the folder."""
    kinds = re.findall(r"^R:(\w+)", (HERE / "tunes.abc").read_text(encoding="utf-8"), re.MULTILINE)
    for kind, (_, tune) in zip(kinds, readers.read_all(HERE / "tunes.abc"), strict=True):
        if not isinstance(tune, Tune):
            raise tune
        tune = accented(replace(tune, program=PROGRAMS[kind]))
        name = re.sub(r"\W+", "-", tune.title.lower().removeprefix("the "))
        writers.write([(tune.title, tune)], folder / f"{name}.mid", force=True)


if __name__ == "__main__":
    make(HERE)
