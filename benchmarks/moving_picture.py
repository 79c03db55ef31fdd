"""Make the moving picture and the sound of the README: a reel whose note density is turned down and up.

python benchmarks/moving_picture.py [--out docs/front]
"""

from __future__ import annotations

import argparse
import io
from dataclasses import replace
from pathlib import Path

import numpy as np
import sound
from matplotlib.backends.backend_agg import FigureCanvasAgg
from PIL import Image

import armusic
from armusic.music.score import Tune
from armusic.plotting.page import FAINT, INK, Page, pitch_limits
from armusic.plotting.panels import STEPS, piano_roll

ROOT = Path(__file__).parents[1]
TUNE = ROOT / "examples" / "speed-the-plough.mid"
ATTRIBUTE = "density"
REACH = 2.0  # standard deviations
COUNT = 17  # steps of the picture, an odd number
FIRST = 8  # measures
SIZE = (8.0, 2.9)  # inches
COLOURS = 48
TIMES = (90, 900)  # milliseconds a frame: on the way, and at the input and both ends
HEARD = (0, -1, 0, 1)  # the order in which the sound has the steps


def frame(tune: Tune, original: Tune, step: float, pitches: tuple[int, int]) -> Image.Image:
    """Draw one tune over the original, with the slider that made it."""
    page = replace(Page.blank(*SIZE, dpi=100), end=float(original.end))
    colour = STEPS((step + REACH) / (2 * REACH))
    piano_roll(page.axes(0.2, 1.75), tune, color=colour, ghost=original, pitches=pitches)
    ax = page.axes(2.15, 0.5)
    ax.set_xlim(-REACH * 1.5, REACH * 1.5)
    ax.set_ylim(-1, 1)
    ax.axis("off")
    ax.plot([-REACH, REACH], [0, 0], color=FAINT, linewidth=5, solid_capstyle="round", zorder=1)
    ax.plot([0, 0], [-0.4, 0.4], color=FAINT, linewidth=2, zorder=1)
    ax.plot([step], [0], "o", markersize=16, color=colour, zorder=2)
    ax.text(-REACH * 1.1, 0, "fewer notes", ha="right", va="center", fontsize=10, color=INK)
    ax.text(REACH * 1.1, 0, "more notes", ha="left", va="center", fontsize=10, color=INK)
    canvas = FigureCanvasAgg(page.figure)
    stream = io.BytesIO()
    canvas.print_png(stream)
    return Image.open(stream).convert("RGB")


def moving(path: Path, model: armusic.Model, tune: Tune) -> None:
    """Write the moving picture: from the input down, up, and back."""
    variations = model.interpolate(tune, ATTRIBUTE, steps=COUNT, span=(-REACH, REACH))
    pitches = pitch_limits([variation.tune for variation in variations])
    steps = np.linspace(-REACH, REACH, COUNT)
    frames = [frame(variation.tune, tune, step, pitches) for step, variation in zip(steps, variations, strict=True)]
    middle, last = COUNT // 2, COUNT - 1
    order = [*range(middle, 0, -1), *range(last), *range(last, middle, -1)]
    drawn = [frames[number].quantize(COLOURS, dither=Image.Dither.NONE) for number in order]
    lengths = [TIMES[number in {0, middle, last}] for number in order]
    drawn[0].save(path, save_all=True, append_images=drawn[1:], duration=lengths, loop=0, optimize=True)


def write_sound(path: Path, model: armusic.Model, tune: Tune) -> None:
    """Write what the input, a step down, the input again and a step up sound like, one after another."""
    by_step = dict(zip((-1, 0, 1), model.interpolate(tune, ATTRIBUTE, steps=3, span=(-1.0, 1.0)), strict=True))
    sound.write(path, [by_step[step] for step in HEARD])


def main() -> None:
    """Make both."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "front")
    out = parser.parse_args().out
    out.mkdir(parents=True, exist_ok=True)
    model = armusic.load()
    whole = armusic.read(TUNE)
    end = whole.measures[FIRST].start
    tune = replace(
        whole, measures=whole.measures[:FIRST], notes=tuple(note for note in whole.notes if note.start < end)
    )
    moving(out / "turning.gif", model, tune)
    write_sound(out / "turning.mp3", model, tune)


if __name__ == "__main__":
    main()
