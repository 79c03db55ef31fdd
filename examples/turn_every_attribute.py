"""Lower and raise every attribute of a melody, from Python.

python examples/turn_every_attribute.py [INPUT] [FOLDER]
"""

from __future__ import annotations

import sys
from pathlib import Path

import armusic

HERE = Path(__file__).parent


def main(path: Path, folder: Path) -> None:
    """Write a MIDI file and a picture per attribute into `folder`, and print what changed."""
    model = armusic.load()
    tune = armusic.read(path)
    folder.mkdir(exist_ok=True)
    for attribute in model.attributes:
        variations = model.interpolate(tune, attribute, steps=5, span=(-2, 2))
        means = ", ".join(f"{variation.values.mean():.2f}" for variation in variations)
        print(f"{tune.title}: {attribute} of {means}")
        armusic.write(variations, folder / f"{path.stem}-{attribute}.mid", force=True)
        armusic.picture(variations, attribute, folder / f"{path.stem}-{attribute}.png", force=True)


if __name__ == "__main__":
    arguments = [Path(argument) for argument in sys.argv[1:]]
    main(*(arguments + [HERE / "irish-washerwoman.mid", Path("variations")][len(arguments) :]))
