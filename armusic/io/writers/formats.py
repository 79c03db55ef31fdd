"""The table of formats that tunes are written to, and of the layouts of several tunes.

What can be chosen on the command line and on the studio's page comes from here. Neither numpy nor torch is imported.
"""

from __future__ import annotations

from dataclasses import dataclass

LAYOUTS = {
    "tracks": "one file, one track per tune, all starting together",
    "sequence": "one file, the tunes one after another on one track, a marker at each",
    "clips": "a folder, one file per tune; in a DAWproject, a scene per tune",
}
"""How several tunes are laid out."""

PAPERS = {"a4": (210.0, 297.0), "letter": (215.9, 279.4)}
"""Width and height of each kind of paper, in millimetres."""

_ONE_VOICE = ("sequence", "clips")


@dataclass(frozen=True, slots=True)
class Format:
    """A kind of file that tunes are written to.

    Parameters
    ----------
    suffixes : tuple of str
        Suffixes of its files, in lower case, with their dots; the usual one first.
    name : str
        Name for people.
    module : str
        Module with `write(tunes, path, *, layout, force)`.
    layouts : tuple of str
        Keys of `LAYOUTS`, the default first. A format with one voice has no `tracks`.
    media_type : str
        Media type of its files, as HTTP has it.
    attributes : bool
        Whether it shows attributes of each measure: `write` takes `attributes` as well.
    ppq : bool
        Whether it counts ticks per quarter note: `write` takes `ppq` as well.
    paper : bool
        Whether it is printed on sheets of paper: `write` takes `paper` as well.
    parts : bool
        Whether it holds the other parts of the file around a tune: `write` takes `original` as well.
    scenes : bool
        Whether one file holds the layout `clips`, which is a folder in the other formats.
    picture : bool
        Whether it is a picture of the score.
    needs : tuple of str
        Modules of optional dependencies that it needs.
    """

    suffixes: tuple[str, ...]
    name: str
    module: str
    layouts: tuple[str, ...] = tuple(LAYOUTS)
    media_type: str = "application/octet-stream"
    attributes: bool = False
    ppq: bool = False
    paper: bool = False
    parts: bool = False
    scenes: bool = False
    picture: bool = False
    needs: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """Its usual suffix without the dot, by which options name it.

        Examples
        --------
        >>> FORMATS[0].key
        'mid'
        """
        return self.suffixes[0].removeprefix(".")

    @property
    def one_voice(self) -> bool:
        """Whether it holds one voice, so that several tunes follow one another."""
        return "tracks" not in self.layouts


def _score(suffix: str, name: str, media_type: str, *needs: str) -> Format:
    return Format(
        (suffix,), name, "armusic.io.writers.engraving", _ONE_VOICE, media_type, attributes=True, picture=True,
        paper=suffix == ".pdf", needs=("verovio", *needs),
    )  # fmt: skip


FORMATS = (
    Format((".mid", ".midi"), "MIDI", "armusic.io.writers.midi", media_type="audio/midi", ppq=True, parts=True),
    Format(
        (".dawproject",), "DAWproject", "armusic.io.writers.dawproject", media_type="application/zip",
        attributes=True, scenes=True, parts=True,
    ),
    Format(
        (".musicxml",), "MusicXML", "armusic.io.writers.musicxml", media_type="application/vnd.recordare.musicxml+xml",
        parts=True,
    ),
    Format((".abc",), "ABC", "armusic.io.writers.abc", _ONE_VOICE, "text/vnd.abc"),
    _score(".svg", "SVG", "image/svg+xml"),
    _score(".png", "PNG", "image/png", "cairosvg"),
    _score(".pdf", "PDF", "application/pdf", "cairosvg"),
    Format((".wav",), "WAV", "armusic.io.writers.wav", _ONE_VOICE, "audio/wav"),
)  # fmt: skip
"""Every format of armusic; other packages add theirs by entry points."""
