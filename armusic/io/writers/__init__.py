"""Write tunes to a file: one module per format, and one line in `formats`, chosen by the file's suffix.

Another package adds a format with an entry point in the group `armusic.writers`, named
after the suffix, that leads to a module with `write(tunes, path, *, layout, force)`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from armusic import plugins
from armusic.errors import UsageError, WriteError
from armusic.files import atomic_folder, label, unknown_suffix
from armusic.io.writers.formats import FORMATS, LAYOUTS, PAPERS, Format

if TYPE_CHECKING:
    from armusic.music.attributes.table import Measure
    from armusic.music.score import Tune

WRITERS = {suffix: form for form in FORMATS for suffix in form.suffixes}
"""The format of each suffix."""


def suffixes() -> tuple[str, ...]:
    """Return every suffix that can be written, in lower case, with its dot; other packages' come last.

    Examples
    --------
    >>> suffixes()[0]
    '.mid'
    """
    return tuple(dict.fromkeys([*WRITERS, *plugins.by_suffix("writers")]))


def write(
    tunes: Iterable[tuple[str, Tune]],
    path: str | Path,
    *,
    layout: str | None = None,
    force: bool = False,
    clips: str = ".mid",
    ppq: int | None = None,
    attributes: Sequence[str] = (),
    original: str | None = None,
    paper: str | None = None,
    measure: Measure | None = None,
) -> None:
    """Write named tunes to a file, or with the layout `clips` to a folder of files.

    Parameters
    ----------
    tunes : iterable of (str, Tune)
        Tunes, at least one, each with the name of its track, marker or clip.
    path : path
        File, whose suffix decides the format, or folder. An existing one stays as it is unless
        everything could be written.
    layout : str, optional
        Key of `LAYOUTS`; by default `tracks`, or `sequence` in formats with one voice.
    force : bool
        Whether existing files may be replaced. In a folder, clips of the same series with other numbers are removed.
    clips : str
        Suffix of the files in a folder.
    ppq : int, optional
        Ticks per quarter note of MIDI files.
    attributes : sequence of str
        Names of attributes to show for each measure, in formats that can.
    original : str, optional
        Name of the tune that is the input itself: of tracks side by side, only it sounds, in formats that can say so.
        By default the first whose notes are the input's, else the first.
    paper : str, optional
        Key of `formats.PAPERS`, for formats with pages; the first of them when not given.
    measure : callable, optional
        Function that measures the attributes of a tune, where these are not those of `armusic.music.attributes` alone.

    Raises
    ------
    UsageError
        For an unknown suffix or layout, no tunes, or tunes that do not fit together.
    MissingExtraError
        For a format that needs an extra which is not installed.
    WriteError
        If the output exists and `force` is not set, or if it cannot be written.
    """
    layout = check(path, layout=layout, clips=clips, ppq=ppq, paper=paper)
    tunes = list(tunes)
    if not tunes:
        raise UsageError(f"{label(path)}: no tunes to write: give at least one")
    if in_folder(path, layout):
        from armusic.io.writers.clips import clip_names, remove_older

        names = clip_names([name for name, _ in tunes], clips)
        if format_of(f"clip{clips}").parts:
            tunes = _without_misfits(tunes, label(path))
        with atomic_folder(path, force) as folder:
            for file, named in zip(names, tunes, strict=True):
                write([named], folder / file, ppq=ppq, attributes=attributes, paper=paper, measure=measure)
        if force:
            remove_older(Path(path), names, clips)
        return
    options: dict[str, Any] = {"attributes": attributes} if format_of(path).attributes else {}
    if options and measure is not None:
        options["measure"] = measure
    if ppq is not None:
        options["ppq"] = ppq
    if paper is not None:
        options["paper"] = paper
    if format_of(path).parts:
        options["original"] = original
    _writer(path).write(tunes, Path(path), layout=layout, force=force, **options)


def _without_misfits(tunes: list[tuple[str, Tune]], source: str) -> list[tuple[str, Tune]]:
    """Return tunes without the files that they do not fit into, as one that was repeated; say what that leaves out."""
    from armusic.io.writers.layout import say_left_out

    fit = [tune.origin is None or tune.measures == tune.origin.measures for _, tune in tunes]
    say_left_out([named for named, fits in zip(tunes, fit, strict=True) if not fits], None, source)
    return [(name, tune if fits else replace(tune, origin=None)) for (name, tune), fits in zip(tunes, fit, strict=True)]


def check(
    path: str | Path,
    *,
    layout: str | None = None,
    clips: str = ".mid",
    ppq: int | None = None,
    paper: str | None = None,
) -> str:
    """Refuse what `write` would refuse for any tunes: a cheap check before long work.

    Returns
    -------
    str
        The layout: the one named, else the format's default.

    Raises
    ------
    UsageError
        For an unknown layout or suffix, or options that do not go with it.

    Examples
    --------
    >>> check("out.mid"), check("out.abc")
    ('tracks', 'sequence')
    """
    if layout is not None and layout not in LAYOUTS:
        raise UsageError(f"layout {layout!r} is not known: use one of {', '.join(LAYOUTS)}")
    file = f"clip{clips}" if in_folder(path, layout) else path
    _writer(file)
    form = format_of(file)
    if layout is not None and layout not in form.layouts:
        raise UsageError(
            f"{label(file)}: {Path(file).suffix.lower()} holds one voice: use the layout {' or '.join(form.layouts)}"
        )
    if ppq is not None and not form.ppq:
        raise UsageError(f"{label(file)}: ticks per quarter note (ppq) are for MIDI files: leave them out")
    if paper is not None and not form.paper:
        raise UsageError(f"{label(file)}: paper is for PDF files: leave it out")
    if paper is not None and paper not in PAPERS:
        raise UsageError(f"paper {paper!r} is not known: use one of {', '.join(PAPERS)}")
    return layout or form.layouts[0]


def in_folder(path: str | Path, layout: str | None) -> bool:
    """Return whether tunes are written to a folder, one file each.

    Examples
    --------
    >>> in_folder("out", "clips"), in_folder("out.dawproject", "clips"), in_folder("out.mid", None)
    (True, False, False)
    """
    form = WRITERS.get(Path(path).suffix.lower())
    return layout == "clips" and not (form and form.scenes)


def format_of(path: str | Path) -> Format:
    """Return the format that a file's suffix names, also one of another package.

    Raises
    ------
    UsageError
        For an unknown suffix.

    Examples
    --------
    >>> format_of("out.MIDI").name
    'MIDI'
    """
    suffix = Path(path).suffix.lower()
    if suffix in WRITERS:
        return WRITERS[suffix]
    if point := plugins.by_suffix("writers").get(suffix):
        return Format((suffix,), point.name, point.value)
    raise unknown_suffix(path, suffixes())


def _writer(path: str | Path) -> Any:
    """Return the module that writes a file."""
    suffix = Path(path).suffix.lower()
    if suffix not in WRITERS and (point := plugins.by_suffix("writers").get(suffix)):
        return plugins.load(point, WriteError, f"{label(path)}: its writer")
    return import_module(format_of(path).module)
