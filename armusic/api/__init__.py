"""The use cases, as the command line and the README call them. What a model can do is in `model`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from armusic import convert, extras, files, plotting
from armusic.api import arguments
from armusic.api.model import Model
from armusic.config import MUSIC
from armusic.errors import UsageError
from armusic.files import data_folder
from armusic.io import readers, writers
from armusic.io.readers.options import Reading
from armusic.music.score import Tune
from armusic.progress import Progress

if TYPE_CHECKING:  # what one use case needs is imported by it: the others start sooner
    from matplotlib.figure import Figure

    from armusic import experiments, report
    from armusic.api import turning
    from armusic.config import Config
    from armusic.datasets.corpora.corpus import Corpus
    from armusic.editing.result import Reached
    from armusic.editing.sweep import Variation
    from armusic.editing.targets import Targets
    from armusic.generation.generate import Generated
    from armusic.inference import named
    from armusic.io.inspection import Inspection
    from armusic.live import band, osc, ports
    from armusic.live import loop as live
    from armusic.music.attributes.table import AttributeTable
    from armusic.training.adapters.base import Words
    from armusic.vae.fit import Report

SHIPPED = "default.safetensors"
__all__ = [
    "AttributeTable", "Model", "arguments", "attributes", "band", "check_targets", "configure", "corpus", "experiments",
    "files", "inspect", "live", "load", "named", "osc", "picture", "plotting", "ports", "read", "readers", "report",
    "train", "turning", "words", "write", "writers",
]  # fmt: skip

_HOMES = {
    "band": "armusic.live.band",
    "experiments": "armusic.experiments",
    "live": "armusic.live.loop",
    "named": "armusic.inference.named",
    "osc": "armusic.live.osc",
    "ports": "armusic.live.ports",
    "report": "armusic.report",
    "turning": "armusic.api.turning",
}
"""Where a wing is that few of the use cases need."""

setattr(Tune, "_repr_html_", convert.to_html)  # noqa: B010  (what a notebook shows; music itself knows no sound)


def __getattr__(name: str) -> Any:
    """Import a wing when it is first used."""
    if name == "AttributeTable":  # named in annotations
        from armusic.music.attributes.table import AttributeTable

        return AttributeTable
    if name not in _HOMES:
        raise AttributeError(f"module 'armusic.api' has no attribute {name!r}")
    return import_module(_HOMES[name])


def read(path: str | Path, tune: int | str | None = None, **reading: Any) -> Tune:
    """Read a melody from a MIDI, ABC or MusicXML file.

    Parameters
    ----------
    path : path
        The file; its suffix says which format. `book.abc#12` is tune 12 of a book, `book.abc#12.2` the second tune
        with that number.
    tune : int or str, optional
        The `X:` number of the tune in an ABC tune book, `12` or `"12.2"`.
    **reading
        Options of reading, such as `track="Lead"`: see `armusic.io.readers.options.Reading`.

    Raises
    ------
    ArmusicError
        When the file cannot be used: one line that says what was found, and where.

    Examples
    --------
    >>> tune = read("examples/speed-the-plough.mid")
    >>> tune.title, len(tune.measures), len(tune.notes)
    ('Speed the Plough', 16, 93)
    """
    return readers.read(path, Reading(**reading), tune)


def inspect(path: str | Path, **reading: Any) -> Inspection:
    """Return what is in a file, and what a model would use.

    Parameters
    ----------
    path : path
        The file, as for `read`.
    **reading
        Options of reading, such as `track="Lead"`: see `armusic.io.readers.options.Reading`.

    Returns
    -------
    Inspection
        See `armusic.io.inspection`.
    """
    from armusic.io import inspection
    from armusic.taste import information

    return inspection.inspect(
        path, Reading(**reading), further=lambda tune: {information.NAME: information.summary(tune)}
    )


def attributes(tune: Tune, names: Sequence[str] | None = None) -> AttributeTable:
    """Measure attributes of every measure of a tune.

    Parameters
    ----------
    tune : Tune
        All its notes on the grid.
    names : sequence of str, optional
        Names of attributes, custom ones as `FILE.py:FUNCTION`; rhythm, range, density and contour when not given.
        `surprise` is how unexpected the notes are in the tune, in bits a note: see `armusic.taste.information`.

    Raises
    ------
    UsageError
        For an unknown name.
    OffGridError
        For a note between two ticks.
    """
    from armusic.taste import information

    return information.with_surprise(tune, names and arguments.attributes(names))


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
        One track each, all on one track, or one file each; the format's default when not given.
    **options
        Such as `force=True` and `attributes=["rhythm"]`: see `armusic.io.writers.write`.
    """
    steps = music if isinstance(music, Sequence) else ()
    original = next(
        (getattr(step, "name", None) for step in steps if getattr(step, "step", None) == 0), None
    )  # of a sweep
    options = {"original": original, "measure": attributes, **options}
    writers.write(convert.named(music), path, layout=layout, **options)


def check_targets(targets: Targets) -> None:
    """Raise `UsageError` for targets that cannot be understood: before any work.

    Examples
    --------
    >>> check_targets(["rhythm=0.3", "density=p80"])
    """
    from armusic.editing import targets as editing

    editing.parse_all(targets)


def picture(
    variations: Sequence[Variation], attribute: str, path: str | Path | None = None, *, force: bool = False
) -> Figure:
    """Draw variations as piano rolls, with the attribute of each measure: see `armusic.plotting.sweep`.

    Parameters
    ----------
    variations : sequence of Variation
        A sweep, as `Model.interpolate` returns it.
    attribute : str
        Name of the attribute.
    path : path, optional
        File to save the figure in as well: .png, .pdf or .svg.
    force : bool
        Replace an existing file.
    """
    if path is not None:
        plotting.check_figure(path, force)
    figure = plotting.sweep(variations, attribute)
    if path is not None:
        plotting.save(figure, path, force=force)
    return figure


def load(path: str | Path | None = None, domain: str = "", *, data: str | None = None) -> Model:
    """Load a model.

    Parameters
    ----------
    path : str or path, optional
        A name (`"folk"`, the default), a run folder or checkpoint, or `"https://...#sha256=..."`, downloaded once.
    domain : str
        Domain that the model must have, such as `music`; any when empty.
    data : str, optional
        Name of a data set, or path, in the place of the model's own data: what was moved, or something else to measure
        it on, or to learn from what is common. The tables of values that the model carries are then measured anew.

    Raises
    ------
    MissingFileError, CheckpointError
        For an unknown name, a path at which nothing is, and a checkpoint that cannot be used or downloaded.
    UsageError
        For a model of another domain, and an address without a checksum.
    """
    from armusic.inference import checkpoint, named

    if data is not None and domain == MUSIC:
        from armusic.datasets import corpora

        corpora.check(data)
    read_model = named.load(path)
    model = Model(read_model if data is None else checkpoint.with_data(read_model, data))
    if path is not None and domain and model.domain != domain:
        raise UsageError(
            f"{named.title(path)}: a model of {model.domain} ({model.config.data}), where one of {domain} is needed"
        )
    return model


def configure(preset: str = "default", **values: Any) -> Config:
    """Return a preset's settings for the data that the values name: see `armusic.training.adapters.configure`.

    Examples
    --------
    >>> config = configure("paper", data="folk44", epochs=3)
    >>> config.schedule.epochs
    3
    """
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
        Continue the run in that folder, if there is one, from its last complete epoch. It may have another number of
        epochs where its learning rate is constant; its other settings stay.
    start : str or path, optional
        A model, as for `load`, whose weights the run starts from; the network must be the same.
    data_dir : path, optional
        Folder of cached corpora; when not given, `$ARMUSIC_DATA` or else the platform's cache folder.
    on_data, on_step, on_epoch : callable, optional
        Called with files read (done, all), with the loss parts of each step, and with each epoch's `Report`.

    Raises
    ------
    WriteError
        When another run is in the folder.
    DataError
        When the data cannot be used.
    """
    extras.require("torch", extra="train", purpose="training a model")
    from armusic.inference import named
    from armusic.training import checkpoint
    from armusic.training import run as runs

    cache, base = data_folder(data_dir), None
    if start is not None:
        with named.located(start) as path:
            base = checkpoint.load(path)
    return runs.train(
        config, Path(run), cache, resume=resume, start=base, on_data=on_data, on_step=on_step, on_epoch=on_epoch
    )


def corpus(data: str = "folk", data_dir: str | Path | None = None, on_progress: Progress | None = None) -> Corpus:
    """Read a corpus: a data set by name, or a folder of one's own files; `DataError` if there is nothing to use."""
    from armusic.datasets import corpora

    return corpora.read(data, data_folder(data_dir), on_progress)
