"""Files for the studio's soak: tunes to open, broken ones, and a check of what comes back."""

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


def files(chance: random.Random) -> list[tuple[str, bytes]]:
    """Return tunes as MIDI, ABC and MusicXML, a book, and long ones."""
    book = (ROOT / "examples/tunes.abc").read_bytes()
    found = [("book.abc", book)]
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "tunes.abc").write_bytes(book)
        for number in (int(one) for one in re.findall(rb"^X:\s*(\d+)", book, re.MULTILINE)):
            tune = readers.read(Path(folder) / f"tunes.abc#{number}")
            for suffix in ("mid", "abc", "musicxml"):
                path = Path(folder) / f"tune-{number}.{suffix}"
                writers.write([("tune", tune)], path)
                found.append((path.name, path.read_bytes()))
    for measures in (64, 120):
        bars = ["".join(chance.choice("CDEFGABcdefg") for _ in range(8)) for _ in range(measures)]
        found.append((f"long-{measures}.abc", ("X:1\nM:4/4\nL:1/8\nK:C\n" + "|".join(bars) + "|\n").encode()))
    return found


def broken(data: bytes, chance: random.Random) -> bytes:
    """Return a file cut short, or with bytes changed by chance."""
    if chance.random() < 0.5:
        return data[: chance.randrange(len(data))]
    spoilt = bytearray(data)
    for _ in range(chance.randint(1, 40)):
        spoilt[chance.randrange(len(spoilt))] = chance.randrange(256)
    return bytes(spoilt)


def check(name: str, data: bytes) -> None:
    """Read a file with a library that did not write it; raises whatever is wrong."""
    suffix = name.rpartition(".")[2]
    if suffix == "zip":
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            assert archive.testzip() is None
            assert archive.namelist()
            for one in archive.namelist():
                check(one, archive.read(one))
    elif suffix == "mid":
        assert sum(len(track.notes) for track in Score.from_midi(data).tracks) > 0
    elif suffix == "dawproject":
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for part, schema in (("metadata.xml", "MetaData.xsd"), ("project.xml", "Project.xsd")):
                etree.XMLSchema(etree.parse(SCHEMAS / schema)).assertValid(etree.fromstring(archive.read(part)))
    elif suffix == "musicxml":
        assert len(music21.converter.parseData(data.decode(), format="musicxml").flatten().notes) > 0
    elif suffix == "abc":
        for one in re.split(r"\n(?=X:)", data.decode()):
            assert any(isinstance(token, abcnotes.Note) for bar in abcnotes.Tune(abc=one).bars for token in bar)
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
        raise AssertionError(f"{name}: what is this?")
