"""MusicXML as an element tree: unpacked and checked before anything interprets it.

A compressed score is not unpacked if it would be huge, and a document that defines
entities, which a few lines can make gigabytes of, is refused.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from xml.etree import ElementTree
from xml.parsers import expat

from armusic.errors import ArmusicError, ReadError
from armusic.files import MAX_BYTES, one_line

_ZIP = b"PK"
_CONTAINER = "META-INF/container.xml"
_SHOWN = 40


def score_root(data: bytes, source: str) -> ElementTree.Element:
    """Return the root of a MusicXML score, plain or compressed.

    Parameters
    ----------
    data : bytes
        The whole file.
    source : str
        What messages call it.

    Raises
    ------
    ReadError
        If it is none, is damaged, too large when unpacked, or defines entities.
    """
    root = _root(_unpacked(data, source) if data.startswith(_ZIP) else data, source)
    if root.tag == "score-partwise":
        return root
    if root.tag == "score-timewise":
        raise ReadError(f"{source}: a MusicXML score by time (score-timewise): save it by part (score-partwise)")
    raise ReadError(f"{source}: not a MusicXML score (its root element is <{one_line(root.tag)[:_SHOWN]}>)")


def _unpacked(data: bytes, source: str) -> bytes:
    """Return the score in a compressed file, after a look at how large it is."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if sum(info.file_size for info in archive.infolist()) > MAX_BYTES:
                raise ReadError(f"{source}: more than {MAX_BYTES / 1e6:.0f} MB when unpacked: too large for one melody")
            names = archive.namelist()
            name = None
            if _CONTAINER in names:
                container = _root(archive.read(_CONTAINER), source)
                name = next((node.get("full-path") for node in container.iter() if node.tag.endswith("rootfile")), None)
            scores = [
                each for each in names if each.endswith((".xml", ".musicxml")) and not each.startswith("META-INF/")
            ]
            name = name if name in names else next(iter(scores), None)
            if name is None:
                raise ReadError(f"{source}: a zip archive without a MusicXML score in it")
            return archive.read(name)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError) as error:
        raise ReadError(
            f"{source}: its zip archive cannot be unpacked ({one_line(str(error)) or type(error).__name__})"
        ) from error


def _root(data: bytes, source: str) -> ElementTree.Element:
    """Return the root of an XML document that defines no entities, which could blow it up."""
    tags: list[str] = []

    def refuse(*_: object) -> None:
        raise ReadError(f"{source}: its XML defines entities, which no score needs: refused for safety")

    def note_root(tag: str, _: object) -> None:
        tags.append(tag)
        parser.StartElementHandler = None

    parser = expat.ParserCreate()
    parser.EntityDeclHandler = refuse
    parser.StartElementHandler = note_root
    try:
        parser.Parse(data, True)
        root = ElementTree.fromstring(data)  # noqa: S314 - what makes it unsafe, entities, was refused just now
    except ArmusicError:  # from `refuse`
        raise
    except (expat.ExpatError, ElementTree.ParseError, LookupError, ValueError) as error:
        if not tags:
            start = one_line(data[:8].decode("latin-1"))
            raise ReadError(f"{source}: not a MusicXML file (it starts with '{start}')") from error
        raise ReadError(f"{source}: damaged XML ({one_line(str(error))})") from error
    return root
