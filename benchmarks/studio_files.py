"""Files for the soak test of the studio: tunes to open, damaged ones, and checks of exported files."""

from __future__ import annotations

import io
import random
import re
import tempfile
import xml.etree.ElementTree as ET
import zipfile
from pathlib import Path

import abcnotes
import music21
from lxml import etree
from PIL import Image
from scipy.io import wavfile
from symusic import Score

from armusic.io import readers, writers

ROOT = Path(__file__).parents[1]
SCHEMAS = ROOT / "tests" / "data" / "dawproject"


def files(rng: random.Random) -> list[tuple[str, bytes]]:
    """Return tunes as MIDI, ABC and MusicXML, a book, and long ones."""
    book = (ROOT / "examples/tunes.abc").read_bytes()
    tunes = [("book.abc", book)]
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "tunes.abc").write_bytes(book)
        for number in (int(digits) for digits in re.findall(rb"^X:\s*(\d+)", book, re.MULTILINE)):
            tune = readers.read(Path(folder) / f"tunes.abc#{number}")
            for suffix in ("mid", "abc", "musicxml"):
                path = Path(folder) / f"tune-{number}.{suffix}"
                writers.write([("tune", tune)], path)
                tunes.append((path.name, path.read_bytes()))
    for measures in (64, 120):
        bars = ["".join(rng.choice("CDEFGABcdefg") for _ in range(8)) for _ in range(measures)]
        tunes.append((f"long-{measures}.abc", ("X:1\nM:4/4\nL:1/8\nK:C\n" + "|".join(bars) + "|\n").encode()))
    return tunes


def damaged(data: bytes, rng: random.Random) -> bytes:
    """Return a file cut short, or with random bytes changed."""
    if rng.random() < 0.5:
        return data[: rng.randrange(len(data))]
    content = bytearray(data)
    for _ in range(rng.randint(1, 40)):
        content[rng.randrange(len(content))] = rng.randrange(256)
    return bytes(content)


def check(name: str, data: bytes) -> None:
    """Read a file with a library that did not write it; raises an exception if it is invalid."""
    suffix = name.rpartition(".")[2]
    if suffix == "zip":
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            assert archive.testzip() is None
            assert archive.namelist()
            for member in archive.namelist():
                check(member, archive.read(member))
    elif suffix == "mid":
        assert sum(len(track.notes) for track in Score.from_midi(data).tracks) > 0
    elif suffix == "dawproject":
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for part, schema in (("metadata.xml", "MetaData.xsd"), ("project.xml", "Project.xsd")):
                etree.XMLSchema(etree.parse(SCHEMAS / schema)).assertValid(etree.fromstring(archive.read(part)))
    elif suffix == "musicxml":
        assert len(music21.converter.parseData(data.decode(), format="musicxml").flatten().notes) > 0
    elif suffix == "abc":
        for text in re.split(r"\n(?=X:)", data.decode()):
            assert any(isinstance(token, abcnotes.Note) for bar in abcnotes.Tune(abc=text).bars for token in bar)
    elif suffix == "wav":
        rate, samples = wavfile.read(io.BytesIO(data))
        assert rate >= 22_050
        assert samples.any()
    elif suffix == "svg":
        assert ET.fromstring(data).tag.endswith("svg")  # noqa: S314  (our own)
    elif suffix == "pdf":
        assert data.startswith(b"%PDF-")
        assert data.rstrip().endswith(b"%%EOF")
    elif suffix == "png":
        Image.open(io.BytesIO(data)).verify()
    else:
        raise AssertionError(f"{name}: unknown suffix")
