"""The use cases, as the command line and the README call them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

from armusic import convert, experiments, files, plotting, report
from armusic.config import MUSIC, Config
from armusic.datasets.corpora.corpus import Corpus
from armusic.editing.targets import Targets
from armusic.errors import UsageError
from armusic.files import data_folder, label
from armusic.io import readers, writers
from armusic.io.readers.options import Reading
from armusic.live import loop as live
from armusic.live import ports
from armusic.music.attributes.table import AttributeTable, attributes
from armusic.music.score import Metre, Tune
from armusic.progress import Progress

if TYPE_CHECKING:  # torch takes two seconds to import: only what needs it does
    from matplotlib.figure import Figure

    from armusic.editing.decoding import Codes
    from armusic.editing.morphing import Step
    from armusic.editing.reconstruction import Reconstruction
    from armusic.editing.result import Reached
    from armusic.editing.surface import Surface
    from armusic.editing.sweep import Variation
    from armusic.evaluation import Evaluation
    from armusic.evaluation.traversals import Traversal
    from armusic.generation.generate import Generated
    from armusic.io.inspection import Inspection
    from armusic.training.adapters.base import Words
    from armusic.training.checkpoint import Checkpoint
    from armusic.vae.fit import Report

SHIPPED = "default.safetensors"
__all__ = [
    "AttributeTable", "Model", "attributes", "configure", "corpus", "experiments", "files", "inspect", "live", "load",
    "picture", "plotting", "ports", "read", "report", "train", "words", "write", "writers",
]  # fmt: skip

setattr(Tune, "_repr_html_", convert.to_html)  # noqa: B010  (what a notebook shows; music itself knows no sound)


def read(path: str | Path, tune: int | None = None, **reading: Any) -> Tune:
    """Read a melody from a MIDI, ABC or MusicXML file.

    Parameters
    ----------
    path : path
        The file; its suffix says which format. `book.abc#12` is tune 12 of a book.
    tune : int, optional
        In an ABC tune book, the `X:` number of the tune.
    **reading
        How it is read, such as `track="Lead"`: see `armusic.io.readers.options.Reading`.

    `ArmusicError` if it cannot be used, with a line that says what, and where.
    """
    return readers.read(path, Reading(**reading), tune)


def inspect(path: str | Path, **reading: Any) -> Inspection:
    """Return what is in a file (read as by `read`), and what a model would use: see `armusic.io.inspection`."""
    from armusic.io import inspection

    return inspection.inspect(path, Reading(**reading))


def write(
    music: Tune | Variation | Reached | Generated | Sequence[Variation | Tune | tuple[str, Tune]],
    path: str | Path,
    layout: str | None = None,
    **options: Any,
) -> None:
    """Write music, in the format that the suffix of the file says: MIDI, MusicXML, ABC, a score, sound.

    Parameters
    ----------
    music : Tune, Variation, Reached, Generated or a sequence of tunes, variations or (name, tune)
        One tune or several; a name is what a track, a marker or a clip is called.
    path : path
        A file, such as `out.mid` or `out.svg`; with the layout `clips` a folder.
    layout : {"tracks", "sequence", "clips"}, optional
        One track each, one after the other on one track, or one file each; when not given as fits the format.
    **options
        Such as `force=True` and `attributes=["rhythm"]`: see `armusic.io.writers.write`.
    """
    writers.write(convert.named(music), path, layout=layout, **options)


def picture(
    variations: Sequence[Variation], attribute: str, path: str | Path | None = None, *, force: bool = False
) -> Figure:
    """Draw variations as piano rolls with the attribute's curve: see `armusic.plotting.sweep`.

    With a path, the figure is saved as well: as .png, .pdf or .svg, over an existing file with `force` only.
    """
    if path is not None:
        plotting.check_figure(path, force)
    figure = plotting.sweep(variations, attribute)
    if path is not None:
        plotting.save(figure, path, force=force)
    return figure


@dataclass(frozen=True, slots=True)
class Model:
    """A trained model, ready to use; `load` returns one."""

    checkpoint: Checkpoint

    @property
    def attributes(self) -> tuple[str, ...]:
        """Names of the attributes that it was trained on, in the order of the latent dimensions."""
        return self.checkpoint.config.attributes

    @property
    def config(self) -> Config:
        """Settings with which it was built and trained."""
        return self.checkpoint.config

    @property
    def domain(self) -> str:
        """Domain of its data, such as `music`."""
        from armusic.training import adapters

        return adapters.of(self.config).domain

    @property
    def card(self) -> dict[str, Any]:
        """Facts about its training."""
        return self.checkpoint.card

    def __repr__(self) -> str:
        from armusic.training import adapters

        adapter = adapters.of(self.config)
        items = adapter.words.items
        of = f"{items} of {' '.join(adapter.labels)}" if self.domain == MUSIC else items
        names = " ".join(self.attributes) or "no attributes"
        return f"Model({self.config.data}, {of}, {names}, latent {self.checkpoint.model.latent})"

    def encode(self, tune: Tune) -> Codes:
        """Return the code of each measure, float32 (measure, latent): see `armusic.editing.codes.encode_tune`."""
        from armusic.editing import codes

        return codes.encode_tune(self.checkpoint, tune)

    def decode(self, codes: Codes, *, like: Tune | None = None, metre: str | Metre | None = None) -> Tune:
        """Return the tune that codes (measure, latent) stand for: see `armusic.editing.codes.decode_tune`."""
        from armusic.editing import codes as editing

        return editing.decode_tune(self.checkpoint, codes, like=like, metre=metre)

    def interpolate(
        self,
        tune: Tune,
        attribute: str,
        steps: int = 5,
        span: tuple[float, float] = (-2.0, 2.0),
        measures: tuple[int, int] | None = None,
        key: str = "auto",
        *,
        closed: bool = True,
    ) -> list[Variation]:
        """Return the tune with one attribute lowered and raised in steps: see `armusic.editing.sweep.interpolate`."""
        from armusic.editing import sweep

        return sweep.interpolate(self.checkpoint, tune, attribute, steps, span, measures, key, closed=closed)

    def reach(
        self,
        tune: Tune,
        targets: Targets,
        *,
        key: str = "auto",
        measures: tuple[int, int] | None = None,
        closed: bool = True,
    ) -> Reached:
        """Return the tune at targets such as `{"contour": -0.2}`: see `armusic.editing.reach.reach`."""
        from armusic.editing import reach

        return reach.reach(self.checkpoint, tune, targets, key, measures, closed=closed)

    def controller(
        self, tune: Tune, names: Sequence[str], key: str = "auto"
    ) -> Callable[[Mapping[str, float]], Reached]:
        """Return a function that changes attributes of a tune by look-ups: see `armusic.editing.reach.controller`."""
        from armusic.editing import reach

        return reach.controller(self.checkpoint, tune, names, key)

    def surface(self, tune: Tune, names: Sequence[str], **options: Any) -> Surface:
        """Return two attributes over a grid of both (`points`, `measures`, `key`): see `surfaces.surface`."""
        from armusic.editing import surface as surfaces

        return surfaces.surface(self.checkpoint, tune, names, **options)

    def morph(self, first: Tune, second: Tune, steps: int = 7, *, slerp: bool = True, loop: bool = False) -> list[Step]:
        """Return tunes that lead from one to another, both ends untouched: see `armusic.editing.morphing.morph`."""
        from armusic.editing import morphing

        return morphing.morph(self.checkpoint, first, second, steps, slerp=slerp, loop=loop)

    def generate(self, measures: int = 8, metre: str = "4/4", key: str = "D:major", **options: Any) -> Generated:
        """Return new tunes (`targets`, `count`, `seed`): see `armusic.generation.generate.generate`."""
        from armusic.generation import generate as generation

        return generation.generate(self.checkpoint, measures, metre, key, **options)

    def generate_like(self, tune: Tune, temperature: float = 0.5, **options: Any) -> Generated:
        """Return tunes around another one (`targets`, `key`, `count`, `seed`): see `generation.generate_like`."""
        from armusic.generation import generate as generation

        return generation.generate_like(self.checkpoint, tune, temperature, **options)

    def reconstruct(self, tune: Tune) -> Reconstruction:
        """Return the tune as the model hears it: see `armusic.editing.reconstruction.reconstruct`."""
        from armusic.editing import reconstruction

        return reconstruction.reconstruct(self.checkpoint, tune)

    def traverse(
        self, items: Sequence[int], attributes: Sequence[str], *, data_dir: str | Path | None = None, **options: Any
    ) -> Traversal:
        """Return test items with dimensions moved (`steps`, `span`, `data`): see `armusic.evaluation.traversals`."""
        from armusic.evaluation import traversals

        return traversals.traverse_test_items(self.checkpoint, data_folder(data_dir), items, attributes, **options)

    def evaluate(self, metre: str | None = None, *, data_dir: str | Path | None = None, **options: Any) -> Evaluation:
        """Return how good it is on the test part of its data (`seed`, `on_progress`): see `evaluation.evaluate`."""
        from armusic import evaluation

        return evaluation.evaluate(self.checkpoint, data_folder(data_dir), metre, **options)


def load(path: str | Path | None = None, domain: str = "") -> Model:
    """Load a model: the shipped one, or a run folder's best, or a checkpoint file.

    `CheckpointError` if it cannot be used; `UsageError` if it is of another domain than `domain`, such as `music`.
    """
    from armusic.training import checkpoint

    if path is None:
        with resources.as_file(resources.files("armusic") / "resources" / SHIPPED) as shipped:
            return Model(checkpoint.load(shipped))
    model = Model(checkpoint.load(Path(path)))
    if domain and model.domain != domain:
        raise UsageError(
            f"{label(path)}: a model of {model.domain} ({model.config.data}), where one of {domain} is needed"
        )
    return model


def configure(preset: str = "default", **values: Any) -> Config:
    """Return a preset's settings for the data that the values name: see `armusic.training.adapters.configure`."""
    from armusic.training import adapters

    return adapters.configure(preset, **values)


def words(data: str) -> Words:
    """Return what things are called in a data set: `words("folk").items` are measures."""
    from armusic.training import adapters

    return adapters.get(data).words


def train(
    config: Config,
    run: str | Path,
    *,
    resume: bool = False,
    start: str | Path | None = None,
    data_dir: str | Path | None = None,
    on_data: Progress | None = None,
    on_step: Callable[[Mapping[str, float]], None] | None = None,
    on_epoch: Callable[[Report], None] | None = None,
) -> Path:
    """Train a model, and return the run folder.

    Parameters
    ----------
    config : Config
        All the settings, as `configure` gives them.
    run : path
        Folder for the run: config.json, metrics.csv, best.safetensors, last.safetensors, and
        TensorBoard events where that extra is installed.
    resume : bool
        Go on with the run in that folder, if there is one, from its last whole epoch.
    start : path, optional
        A run folder or checkpoint whose weights the run starts from; the network must be the same.
    data_dir : path, optional
        Where corpora are cached; else `$ARMUSIC_DATA`, else the platform's cache folder.
    on_data, on_step, on_epoch : callable, optional
        Called with files read (done, all), with the loss parts of each step, and with each epoch's `Report`.

    `WriteError` if another run is in the folder; `DataError` if the data cannot be used.
    """
    from armusic.training import run as runs

    cache = data_folder(data_dir)
    base = load(start).checkpoint if start is not None else None
    return runs.train(
        config, Path(run), cache, resume=resume, start=base, on_data=on_data, on_step=on_step, on_epoch=on_epoch
    )


def corpus(data: str = "folk", data_dir: str | Path | None = None, on_progress: Progress | None = None) -> Corpus:
    """Read a corpus: a data set by name, or a folder of one's own files; `DataError` if there is nothing to use."""
    from armusic.datasets import corpora

    return corpora.read(data, data_folder(data_dir), on_progress)
