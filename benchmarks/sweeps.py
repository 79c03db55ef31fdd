"""Print ten sweeps of held-out tunes as piano rolls, as scores and as sound: `python benchmarks/sweeps.py [RUN]`.

Without RUN it is the shipped model. Written are docs/sweeps.md and docs/sweeps/. The tunes are the
first in a shuffled order of the model's test tunes that have eight full measures to show, from books
in the public domain. What was read in the pictures, at the end of docs/sweeps.md, stays; where it is
of another model, that is said there. Scores need the extra `armusic[score]`, sound what `sound.py` names.
"""

from __future__ import annotations

import hashlib
import io
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from importlib.util import find_spec
from pathlib import Path

import cairosvg
import numpy as np
import sound
import torch
from PIL import Image

from armusic import api
from armusic.datasets import corpora
from armusic.datasets.corpora.corpus import Corpus
from armusic.editing.material import prepare
from armusic.editing.sweep import Variation
from armusic.errors import ArmusicError
from armusic.files import data_folder
from armusic.inference.checkpoint import Checkpoint
from armusic.inference.items import to_data
from armusic.io.readers import abc
from armusic.io.readers.options import STRICT
from armusic.io.writers import engraving
from armusic.music.score import METRES, Measure, Metre, Tune
from armusic.plotting import tunes as plotting
from armusic.plotting.panels import agreement
from armusic.vae.data import split

DOCS = Path(__file__).parents[1] / "docs"
PLAN = [
    ("4/4", "rhythm"), ("4/4", "range"), ("4/4", "density"), ("4/4", "contour"), ("6/8", "rhythm"),
    ("6/8", "density"), ("6/8", "contour"), ("3/4", "rhythm"), ("3/4", "range"), ("3/4", "contour"),
]  # fmt: skip
BOOKS = {
    "oneills1850": "F. O'Neill, *Music of Ireland*, Chicago 1903",
    "ryansMammoth": "*Ryan's Mammoth Collection*, Boston 1883",
    "airdsAirs": "J. Aird, *A Selection of Scotch, English, Irish and Foreign Airs*, Glasgow, about 1778 to 1801",
}
"""Collections of the corpus whose printed sources are in the public domain."""
MEASURES, DIFFERENT = 8, 4  # of an excerpt, and how many of them differ at least
SEED = 0
COLOURS = 64  # of a PNG: a third of its size
ROLL_DPI = 110
SCORE_WIDTH = 1000  # dots
HEARD = (0, -1, 1)  # steps
INTRODUCTION = """# Ten sweeps of held-out tunes

Eight measures each of tunes that the model was not trained on, with one attribute lowered and raised by one and two
standard deviations of the corpus (or as far as the tune can go), in the tune's own key: as piano rolls, scores and
sound. They are the first tunes in a shuffled order, not chosen by their sound; [the last
section](#what-a-musician-would-keep) is a reader's judgement. This page is made by `python benchmarks/sweeps.py`; the
SHA-256 of the model's weights begins with `{model}`. The tunes are traditional, from books in the public domain."""
READING = "## What a musician would keep"
OUTDATED = "*This was read in the pictures of an earlier model.*"


@dataclass(frozen=True)
class Sweep:
    """Eight measures of a tune, and its variations."""

    name: str
    tune: Tune
    metre: str
    attribute: str
    variations: list[Variation]


def main() -> None:
    """Write the pictures, and the page that shows them."""
    torch.set_num_threads(1)
    model = api.load(sys.argv[1] if len(sys.argv) > 1 else None)
    swept = list(sweeps(model))
    folder = DOCS / "sweeps"
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.iterdir():
        old.unlink()
    for sweep in swept:
        roll(sweep, folder / f"{sweep.name}-roll.png")
        score(sweep, folder / f"{sweep.name}-score.png")
        sound.write(folder / f"{sweep.name}.mp3", to_play(sweep))
    path = DOCS / "sweeps.md"
    path.write_text(page(swept, identity(model.checkpoint), reading(path)), encoding="utf-8")
    print(
        f"wrote {path}, and {sum(file.stat().st_size for file in folder.iterdir()) / 1e6:.2f} MB of pictures and sound"
    )


def sweeps(model: api.Model) -> Iterator[Sweep]:
    """Yield a sweep for each line of the plan, each of another tune."""
    settings, frame = model.config, model.checkpoint.frame
    read = corpora.read(settings.data, data_folder())
    _, inside = frame.enter(read.tokens, frame.anchors(read.tokens))
    places = replace(to_data(read, settings), x=np.flatnonzero(inside)[:, None])
    test = split(places, settings.seed)[2].x[:, 0]
    waiting = {metre: excerpts(model.checkpoint, read, test, Metre.parse(metre)) for metre in dict(PLAN)}
    for number, (metre, attribute) in enumerate(PLAN, 1):
        tune = next(waiting[metre])
        name = f"{number:02d}-{attribute}-{metre.replace('/', '-')}"
        yield Sweep(name, tune, metre, attribute, model.interpolate(tune, attribute))


def excerpts(checkpoint: Checkpoint, read: Corpus, test: np.ndarray, metre: Metre) -> Iterator[Tune]:
    """Yield eight measures of each held-out tune in a metre that has them, in a shuffled order."""
    spec = find_spec("music21")
    assert spec is not None
    assert spec.origin is not None
    root = Path(spec.origin).parent / "corpus"
    tunes = np.unique(read.tune[test[read.kind[test] == METRES.index(metre.kind)]])
    for number in np.random.default_rng(SEED).permutation(tunes).tolist():
        source, _, place = read.sources[number].rpartition("#")
        if read.collections[number] not in BOOKS or "." in place:
            continue
        try:
            tune = excerpt(abc.read(root / source, STRICT, int(place)), metre)
        except ArmusicError:
            continue
        if tune is None:
            continue
        material = prepare(checkpoint, tune)
        if material.varied.all() and len(np.unique(material.tokens, axis=0)) >= DIFFERENT:
            yield replace(tune, source=read.sources[number])


def excerpt(tune: Tune, metre: Metre) -> Tune | None:
    """Return the first eight full measures of a tune, all in one metre; None where it has fewer, or notes cross."""
    first = 1 if tune.padding[0] else 0
    measures = tune.measures[first : first + MEASURES]
    if len(measures) < MEASURES or any(measure.metre != metre for measure in measures):
        return None
    start, end = measures[0].start, measures[-1].end
    crossing = any(note.start < edge < note.end for note in tune.notes for edge in (start, end))
    if crossing or end > tune.end - tune.padding[1]:
        return None
    return replace(
        tune,
        notes=tuple(replace(n, start=n.start - start) for n in tune.notes if start <= n.start < end),
        measures=tuple(Measure(measure.start - start, measure.metre) for measure in measures),
        tempos=((Fraction(0), tune.tempos[0][1]),),
        padding=(Fraction(0), Fraction(0)),
    )


def roll(sweep: Sweep, path: Path) -> None:
    """Draw a sweep as piano rolls."""
    picture = io.BytesIO()
    plotting.sweep(sweep.variations, sweep.attribute).savefig(picture, dpi=ROLL_DPI)
    save(picture, path)


def score(sweep: Sweep, path: Path) -> None:
    """Draw a sweep as notation, one step under another, the attribute below each staff."""
    tunes = [(variation.name if variation.step else "input", variation.tune) for variation in sweep.variations]
    svg = engraving.svg(tunes, [sweep.attribute]).encode()
    save(io.BytesIO(cairosvg.svg2png(svg, background_color="white", output_width=SCORE_WIDTH)), path)


def to_play(sweep: Sweep) -> list[Variation]:
    """Return what is heard of a sweep: the input, and a step down and up."""
    by_step = {variation.step: variation for variation in sweep.variations}
    return [by_step[step] for step in HEARD]


def save(picture: io.BytesIO, path: Path) -> None:
    """Write a PNG with few colours."""
    with Image.open(picture) as image:
        image.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE).save(path, optimize=True)


def identity(checkpoint: Checkpoint) -> str:
    """Return the first twelve digits of the SHA-256 of a model's weights."""
    digest = hashlib.sha256()
    for name, weight in sorted(checkpoint.weights.items()):
        digest.update(name.encode() + weight.tobytes())
    return digest.hexdigest()[:12]


def reading(path: Path) -> str:
    """Return what was read in the pictures so far, from its heading on, without the remark on another model."""
    before = path.read_text(encoding="utf-8") if path.exists() else ""
    _, heading, text = before.partition(READING)
    return text.replace(OUTDATED, "").strip() if heading else ""


def page(swept: Sequence[Sweep], model: str, read: str) -> str:
    """Return the page: each sweep with its figures and pictures, and the reading."""
    parts = [INTRODUCTION.format(model=model)]
    for number, sweep in enumerate(swept, 1):
        book = BOOKS[sweep.tune.source.split("/", maxsplit=1)[0]]
        parts += [
            f"## {number}. {sweep.tune.title}: {sweep.attribute}",
            f"{sweep.metre}, {sweep.tune.key}; {book} (`{sweep.tune.source}`).",
            table(sweep),
            f"![Piano rolls](sweeps/{sweep.name}-roll.png)",
            f"[Sound](sweeps/{sweep.name}.mp3): the input, a step down, a step up.",
            f"![Scores](sweeps/{sweep.name}-score.png)",
        ]
    parts.append(READING)
    if read:
        parts += [OUTDATED] * (model not in read) + [read]
    return "\n\n".join(parts) + "\n"


def table(sweep: Sweep) -> str:
    """Return the targets and the values reached in each step, the means over the measures."""
    lines = [f"| step | {sweep.attribute} target | value | mean error | notes |", "|---|---|---|---|---|"]
    for variation in sweep.variations:
        reached = variation.values
        cells = [f"{variation.step:+g}" if variation.step else "input", "", f"{reached.mean():.3f}", ""]
        if variation.step and variation.targets is not None:
            cells[1] = f"{variation.targets.mean():.3f}"
            cells[3] = f"{agreement(variation.targets, reached)[1]:.3f}"
        lines.append(f"| {' | '.join(cells)} | {len(variation.tune.notes)} |")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
