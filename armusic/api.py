"""The use cases, as the command line and the README call them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from jaxtyping import Float

from armusic import corpus as _corpus
from armusic import exporters, readers, tokenizer
from armusic.asked import Target
from armusic.attributes import DEFAULT, canonical_name
from armusic.attributes import measure as _measure
from armusic.config import Config
from armusic.corpus import Corpus, Progress
from armusic.errors import UsageError
from armusic.files import atomic_path, label
from armusic.score import METRES, Tune

if TYPE_CHECKING:  # torch takes two seconds to import: only what needs it does
    from armusic.checkpoint import Checkpoint
    from armusic.control import Reached
    from armusic.generation import Generated
    from armusic.interpolation import Variation
    from armusic.morphing import Step
    from armusic.reconstruction import Reconstruction
    from armusic.training import Report

SHIPPED = "default.safetensors"
Named = Sequence[tuple[str, Tune]]


def read(path: str | Path, tune: int | None = None) -> Tune:
    """Read a melody from a MIDI, ABC or MusicXML file.

    Parameters
    ----------
    path : path
        The file; its suffix says which format.
    tune : int, optional
        In an ABC tune book, the `X:` number of the tune.

    Raises
    ------
    ArmusicError
        One line that says what cannot be used, and where.
    """
    if tune is None:
        return readers.read(path)
    if Path(path).suffix.lower() != ".abc":
        raise UsageError(f"{label(path)}: only ABC tune books have numbered tunes: leave the tune number out")
    from armusic.readers import abc

    return abc.read(path, tune)


def write(variations: Sequence[Variation], path: str | Path, layout: str = "tracks", *, force: bool = False) -> None:
    """Write variations as MIDI.

    Parameters
    ----------
    variations : sequence of Variation
        As `Model.interpolate` returns them.
    path : path
        A `.mid` file; with the layout `clips` a folder.
    layout : {"tracks", "sequence", "clips"}
        One track each, one after the other on one track, or one file each.
    force : bool
        Whether existing files may be replaced.
    """
    write_tunes([(variation.name, variation.tune) for variation in variations], path, layout, force=force)


def write_tunes(tunes: Named, path: str | Path, layout: str = "tracks", *, force: bool = False) -> None:
    """Write named tunes as MIDI; layouts as `write` has them."""
    exporters.write(tunes, path, layout=layout, force=force)


def picture(variations: Sequence[Variation], attribute: str, path: str | Path, *, force: bool = False) -> None:
    """Draw variations as piano rolls with the attribute's curve, into a PNG, PDF or SVG file."""
    from armusic import plotting

    figure = plotting.sweep(variations, attribute)
    with atomic_path(path, force) as temporary:
        figure.savefig(temporary)


def draw(tunes: Named, path: str | Path, title: str, note: str = "", *, force: bool = False) -> None:
    """Draw named tunes as piano rolls one above another, into a PNG, PDF or SVG file."""
    from armusic import plotting

    figure = plotting.rolls(tunes, title, note)
    with atomic_path(path, force) as temporary:
        figure.savefig(temporary)


@dataclass(frozen=True, slots=True)
class AttributeTable:
    """The attributes of a tune's measures.

    Parameters
    ----------
    names : tuple of str
        Columns of `values`.
    measures : tuple of int
        Numbers of the measures, from 1.
    metres : tuple of str
        Their metres.
    values : float64 array (measure, attribute)
    """

    names: tuple[str, ...]
    measures: tuple[int, ...]
    metres: tuple[str, ...]
    values: Float[np.ndarray, "measure attribute"]


def attributes(tune: Tune, names: Sequence[str] | None = None) -> AttributeTable:
    """Measure attributes of every measure of a tune.

    Parameters
    ----------
    tune : Tune
        All its notes on the grid.
    names : sequence of str, optional
        Which, also of one's own as `FILE.py:FUNCTION`; rhythm, range, density and contour when not given.

    Raises
    ------
    UsageError
        For an unknown name.
    OffGridError
        For a note between two ticks.
    """
    chosen = tuple(canonical_name(name) for name in names or DEFAULT)
    tokens, kind = tokenizer.encode(tune), tokenizer.kinds(tune.measures)
    values = np.empty((len(tokens), len(chosen)))
    for index in np.unique(kind):
        here = kind == index
        values[here] = _measure(tokens[here], METRES[index], chosen)
    numbers = tuple(range(1, len(tokens) + 1))
    return AttributeTable(chosen, numbers, tuple(str(measure.metre) for measure in tune.measures), values)


@dataclass(frozen=True, slots=True)
class Model:
    """A trained model, ready to use; `load` returns one."""

    checkpoint: Checkpoint

    @property
    def attributes(self) -> tuple[str, ...]:
        """What can be turned up and down, in the order of the latent dimensions."""
        return self.checkpoint.config.attributes

    @property
    def config(self) -> Config:
        """How it was built and trained."""
        return self.checkpoint.config

    @property
    def card(self) -> dict[str, Any]:
        """Facts about its training."""
        return self.checkpoint.card

    def interpolate(
        self,
        tune: Tune,
        attribute: str,
        steps: int = 5,
        span: tuple[float, float] = (-2.0, 2.0),
        measures: tuple[int, int] | None = None,
        key: str = "auto",
    ) -> list[Variation]:
        """Return the tune with one attribute turned down and up: see `armusic.interpolation.interpolate`.

        `key` is as for `reach`: by default, the variations stay in the tune's key.
        """
        from armusic import interpolation, reaching

        allowed = reaching.pitches(tune, key)
        return interpolation.interpolate(self.checkpoint, tune, attribute, steps, span, measures, allowed)

    def reach(
        self,
        tune: Tune,
        targets: Sequence[str | Target],
        *,
        key: str = "auto",
        measures: tuple[int, int] | None = None,
        closed: bool = True,
    ) -> Reached:
        """Return the tune with attributes at their targets.

        Parameters
        ----------
        tune : Tune
            All its notes on the grid.
        targets : sequence of str or Target
            At least one, each of another attribute, such as `rhythm=0.3`: see `armusic.asked`.
        key : str
            The key to stay in, as `A:dorian`; `auto`: the tune's own; `off`: any pitch may come.
        measures : (int, int), optional
            The first and the last measure to vary, from 1; all when not given.
        closed : bool
            Search for what meets the targets; else decode once, which is near.

        Raises
        ------
        UsageError
            For targets that cannot be asked of this model or tune.
        """
        from armusic import reaching

        return reaching.reach(self.checkpoint, tune, targets, key, measures, closed=closed)

    def morph(self, first: Tune, second: Tune, steps: int = 7, *, slerp: bool = True, loop: bool = False) -> list[Step]:
        """Return tunes that lead from one to another, both ends untouched: see `armusic.morphing.morph`."""
        from armusic import morphing

        return morphing.morph(self.checkpoint, first, second, steps, slerp=slerp, loop=loop)

    def generate(self, measures: int = 8, metre: str = "4/4", key: str = "D:major", **options: Any) -> Generated:
        """Return new tunes (`targets`, `count`, `seed`): see `armusic.generation.generate`."""
        from armusic import generation

        return generation.generate(self.checkpoint, measures, metre, key, **options)

    def generate_like(self, tune: Tune, temperature: float = 0.5, **options: Any) -> Generated:
        """Return tunes around another one (`targets`, `key`, `count`, `seed`): see `generation.generate_like`."""
        from armusic import generation

        return generation.generate_like(self.checkpoint, tune, temperature, **options)

    def reconstruct(self, tune: Tune) -> Reconstruction:
        """Return the tune as the model hears it: see `armusic.reconstruction.reconstruct`."""
        from armusic import reconstruction

        return reconstruction.reconstruct(self.checkpoint, tune)


def load(path: str | Path | None = None) -> Model:
    """Load a model: the shipped one, or a run folder's best, or a checkpoint file.

    Raises
    ------
    CheckpointError
        If it cannot be used, or is of another format version.
    """
    from armusic import checkpoint

    if path is not None:
        return Model(checkpoint.load(Path(path)))
    with resources.as_file(resources.files("armusic") / "resources" / SHIPPED) as shipped:
        return Model(checkpoint.load(shipped))


def train(
    config: Config,
    run: str | Path,
    *,
    resume: bool = False,
    data_dir: str | Path | None = None,
    on_data: Progress | None = None,
    on_step: Callable[[Mapping[str, float]], None] | None = None,
    on_epoch: Callable[[Report], None] | None = None,
) -> Path:
    """Train a model.

    Parameters
    ----------
    config : Config
        All the settings, as `armusic.config.make` gives them.
    run : path
        Folder for the run: config.json, metrics.csv, best.safetensors, last.safetensors, and
        TensorBoard events where that extra is installed.
    resume : bool
        Go on with the run in that folder, if there is one, from its last whole epoch.
    data_dir : path, optional
        Where corpora are cached; else `$ARMUSIC_DATA`, else the platform's cache folder.
    on_data, on_step, on_epoch : callable, optional
        Told of files read (done, all), of the loss parts of each step, and of each epoch's `Report`.

    Returns
    -------
    Path
        The run folder.

    Raises
    ------
    WriteError
        If another run is in the folder.
    DataError
        If the data cannot be used.
    """
    from armusic import runs

    cache = _corpus.data_folder(data_dir)
    return runs.train(config, Path(run), cache, resume=resume, on_data=on_data, on_step=on_step, on_epoch=on_epoch)


def corpus(data: str = "folk", data_dir: str | Path | None = None, on_progress: Progress | None = None) -> Corpus:
    """Read a corpus: a data set by name, or a folder of one's own ABC, MIDI or MusicXML files.

    Raises
    ------
    DataError
        If there is nothing to use; says why.
    """
    from armusic import corpora

    return corpora.read(data, _corpus.data_folder(data_dir), on_progress)
