"""MusicXML as an element tree: unpacked and checked before anything interprets it.

A compressed score is not unpacked if it would be huge, nor by methods that can make much of
little, and a document that defines entities, which can make gigabytes of a few lines or have
other files read, is refused.
"""

from __future__ import annotations

import codecs
import io
import re
import zipfile
import zlib
from xml.etree import ElementTree
from xml.parsers import expat

from armusic.errors import ArmusicError, ReadError
from armusic.files import MAX_BYTES, one_line
from armusic.io.readers.options import Remark

MAX_ELEMENTS = 3_000_000  # with their attributes: some hundred thousand notes; each takes 200 bytes
MAX_DEPTH = 100  # scores have ten

_ZIP = b"PK"
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_CONTAINER = "META-INF/container.xml"
_SHOWN = 60
_CHUNK = 1_000_000  # bytes that are parsed at once
_DECLARED = re.compile(r"\s*<\?xml[^>]*?encoding\s*=\s*[\"']([^\"'>]{0,40})[^>]*\?>|\s*<\?xml[^>]*\?>")
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def score_root(
    data: bytes, source: str, megabytes: float = MAX_BYTES / 1e6
) -> tuple[ElementTree.Element, list[Remark]]:
    """Return the root of a MusicXML score by part, plain or compressed, and remarks on corrections.

    Parameters
    ----------
    data : bytes
        Content of the file.
    source : str
        Name of the file in messages.
    megabytes : float
        Largest size when unpacked, in MB.

    Raises
    ------
    ReadError
        If it is no such score, damaged, too large when unpacked, or defines entities.
    """
    root, remarks = _root(_unpack(data, source, megabytes) if data.startswith(_ZIP) else data, source)
    if root.tag == "score-partwise":
        return root, remarks
    if root.tag == "score-timewise":
        return _by_part(root), remarks
    raise ReadError(f"{source}: not a MusicXML score (its root element is <{one_line(root.tag)[:_SHOWN]}>)")


def _by_part(timewise: ElementTree.Element) -> ElementTree.Element:
    """Return a score by part from one by measure."""
    root = ElementTree.Element("score-partwise")
    root.extend(child for child in timewise if child.tag != "measure")
    parts: dict[str, ElementTree.Element] = {}
    for measure in timewise.iterfind("measure"):
        for part in measure.iterfind("part"):
            ident = part.get("id", "")
            if ident not in parts:
                parts[ident] = ElementTree.SubElement(root, "part", id=ident)
            ElementTree.SubElement(parts[ident], "measure", measure.attrib).extend(part)
    return root


def _unpack(data: bytes, source: str, megabytes: float) -> bytes:
    """Return the score in a compressed file, after a check of its size."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = archive.namelist()
            name = None
            if _CONTAINER in names:
                container, _ = _root(_member(archive, _CONTAINER, source, megabytes), source)
                name = next((node.get("full-path") for node in container.iter() if node.tag.endswith("rootfile")), None)
            scores = [
                path for path in names if path.endswith((".xml", ".musicxml")) and not path.startswith("META-INF/")
            ]
            name = name if name in names else next(iter(scores), None)
            if name is None:
                raise ReadError(f"{source}: a zip archive without a MusicXML score in it")
            return _member(archive, name, source, megabytes)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError, ValueError) as error:
        if isinstance(error, ArmusicError):
            raise
        reason = one_line(str(error))[:_SHOWN] or type(error).__name__
        raise ReadError(f"{source}: its zip archive cannot be unpacked ({reason})") from error


def _member(archive: zipfile.ZipFile, name: str, source: str, megabytes: float) -> bytes:
    """Return a file in an archive; never more is unpacked than the size stated there."""
    info = archive.getinfo(name)
    if info.file_size > megabytes * 1e6:
        raise ReadError(f"{source}: {info.file_size / 1e6:.3g} MB when unpacked; up to {megabytes:g} MB are read")
    if info.compress_type not in _METHODS:
        raise ReadError(f"{source}: packed by a method that compressed MusicXML does not have: save it again")
    return archive.read(info)


def _root(data: bytes, source: str) -> tuple[ElementTree.Element, list[Remark]]:
    """Return the root of an XML document, even if it is in another encoding than declared."""
    try:
        return _parse(data, source), []
    except (expat.ExpatError, ElementTree.ParseError, LookupError, ValueError) as error:
        if isinstance(error, ArmusicError):
            raise
        text, encoding = _decode(data)
        declared = _DECLARED.match(text)
        try:
            root = _parse(text[declared.end() if declared else 0 :].encode(), source)
        except (expat.ExpatError, ElementTree.ParseError, LookupError, ValueError) as failure:
            if isinstance(failure, ArmusicError):
                raise
            if not re.search(r"<[A-Za-z!]", text) or text.lstrip("\ufeff \t\r\n")[:1] != "<":
                start = one_line(data[:8].decode("latin-1"))
                raise ReadError(f"{source}: not a MusicXML file (it starts with '{start}')") from error
            raise ReadError(f"{source}: damaged XML ({one_line(str(error))})") from error
        declaration = (
            f"says that it is in {one_line(declared[1])}" if declared and declared[1] else "does not say its encoding"
        )
        return root, [Remark(f"the file {declaration}: read as {encoding}")]


def _decode(data: bytes) -> tuple[str, str]:
    """Return the likeliest text of some bytes, and its encoding."""
    if data.startswith(_UTF16):
        return data.decode("utf-16", errors="replace"), "UTF-16"
    for encoding, zeros in (("utf-16-be", data[:4:2]), ("utf-16-le", data[1:4:2])):
        if zeros == b"\0\0":
            return data.decode(encoding, errors="replace"), "UTF-16"
    try:
        return data.decode("utf-8-sig"), "UTF-8"
    except UnicodeDecodeError:
        return data.decode("latin-1"), "Latin-1"


def _parse(data: bytes, source: str) -> ElementTree.Element:
    """Return the root of a document that defines no entities and fits into memory."""
    count = depth = 0

    def refuse(*_: object) -> None:
        raise ReadError(f"{source}: its XML defines entities, which no score needs: refused for safety")

    def start(_: str, attributes: list[str]) -> None:
        nonlocal count, depth
        count += 1 + len(attributes) // 2
        depth += 1
        if count > MAX_ELEMENTS or depth > MAX_DEPTH:
            raise ReadError(f"{source}: more than {MAX_ELEMENTS} elements, or {MAX_DEPTH} in one another: no melody")

    def end(_: str) -> None:
        nonlocal depth
        depth -= 1

    parser = expat.ParserCreate()
    parser.ordered_attributes = True
    parser.EntityDeclHandler = refuse
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    for at in range(0, len(data), _CHUNK):
        parser.Parse(data[at : at + _CHUNK], False)
        if at - parser.CurrentByteIndex > _CHUNK:
            raise ReadError(f"{source}: a tag or comment of more than {_CHUNK / 1e6:g} MB: no score has one")
    parser.Parse(b"", True)
    return ElementTree.fromstring(data)  # noqa: S314 - what makes it unsafe, entities, was refused just now
