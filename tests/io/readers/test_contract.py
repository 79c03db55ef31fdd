"""What every reader must do, whatever its format; a new one needs no more than a good example here."""

import io
import subprocess
import sys
import zipfile
from dataclasses import replace
from fractions import Fraction
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from armusic.errors import ArmusicError, MissingFileError, ReadError, UsageError
from armusic.io import readers, writers
from armusic.music.assembly import check_monophonic
from armusic.music.score import Measure, Metre, Note, Tune

XML = (
    '<score-partwise><part-list><score-part id="P"><part-name/></score-part></part-list>'
    '<part id="P"><measure number="1">'
    "<attributes><divisions>1</divisions><time><beats>2</beats><beat-type>4</beat-type></time></attributes>"
    "<note><pitch><step>C</step><octave>4</octave></pitch><duration>1</duration></note>"
    "<note><pitch><step>D</step><octave>4</octave></pitch><duration>1</duration></note></measure></part></score-partwise>"
)
ABC = "X:1\nT:Two notes\nM:2/4\nL:1/4\nK:C\nCD|\n"


def midi() -> bytes:
    """Return the same tune as the others: C and D, a measure of 2/4."""
    return bytes.fromhex(
        "4d546864 00000006 0000 0001 0001"  # type 0, one track, one tick per quarter note
        "4d54726b 00000018 00 ff 58 04 02 02 18 08"  # time signature 2/4
        "00 90 3c 50  01 80 3c 00  00 90 3e 50  01 80 3e 00"
    )


def rmi() -> bytes:
    """Return the same MIDI file in a RIFF wrapper, behind a chunk of odd length."""
    chunks = b"LIST" + (3).to_bytes(4, "little") + b"abc\0" + b"data" + len(midi()).to_bytes(4, "little") + midi()
    return b"RIFF" + (len(chunks) + 4).to_bytes(4, "little") + b"RMID" + chunks


def mxl() -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr(zipfile.ZipInfo("score.xml"), XML)  # of 1980: the same bytes at any time
    return data.getvalue()


GOOD = {
    ".mid": midi,
    ".midi": midi,
    ".abc": ABC.encode,
    ".musicxml": XML.encode,
    ".xml": XML.encode,
    ".mxl": mxl,
    ".kar": midi,
    ".rmi": rmi,
}
GARBAGE = {
    "text": b"Hello world, this is no music at all.\n",
    "zeros": bytes(100),
    "bytes": bytes(range(256)) * 4,
    "line ends": b"\n\r\n\r\n",
    "zip": b"PK\x03\x04" + bytes(60),
    "midi": b"MThd\0\0\0\6\0\1\0\1\1\xe0MTrk",
    "xml": b"<?xml version='1.0'?><score-partwise>",
    "abc": b"X:1\nK:",
}

every_suffix = pytest.mark.parametrize("suffix", readers.READERS)


def write(folder: Path, name: str, data: bytes) -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


def test_every_reader_has_an_example() -> None:
    assert set(GOOD) == set(readers.READERS)
    assert readers.suffixes()[: len(GOOD)] == tuple(readers.READERS)


@every_suffix
def test_reads_its_example(tmp_path: Path, suffix: str) -> None:
    path = write(tmp_path, f"two notes{suffix.upper()}", GOOD[suffix]())
    for tune in (readers.read(path), readers.read(str(path))):
        assert [(note.start, note.duration, note.pitch) for note in tune.notes] == [(0, 1, 60), (1, 1, 62)]
        assert tune.measures == (Measure(Fraction(0), Metre(2, 4)),)
        assert tune.tempos[0] == (0, 120.0)
        assert tune.source.startswith(path.name)
        assert tune.title.lower() == "two notes"
        check_monophonic(tune.notes, "x")
    ((source, read),) = readers.read_all(path)
    assert isinstance(read, Tune)
    assert source == read.source
    assert replace(read, source="") == replace(tune, source="")
    assert path.read_bytes() == GOOD[suffix]()


@every_suffix
def test_refuses_what_is_no_file(tmp_path: Path, suffix: str) -> None:
    folder = tmp_path / f"folder{suffix}"
    folder.mkdir()
    for path, error, words in (
        (tmp_path / f"none{suffix}", MissingFileError, "no such file"),
        (folder, ReadError, "a folder"),
        (write(tmp_path, f"empty{suffix}", b""), ReadError, "an empty file"),
    ):
        with pytest.raises(error, match=words) as caught:
            readers.read(path)
        assert str(path.name) in str(caught.value)
        ((source, read),) = readers.read_all(path)
        assert source == path.name
        assert str(read) == str(caught.value)


@every_suffix
@pytest.mark.parametrize("garbage", GARBAGE)
def test_refuses_garbage_in_one_line(tmp_path: Path, suffix: str, garbage: str) -> None:
    path = write(tmp_path, f"garbage{suffix}", GARBAGE[garbage])
    with pytest.raises(ReadError) as caught:
        readers.read(path)
    assert str(caught.value).startswith(path.name)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 300
    for _, read in readers.read_all(path):
        assert isinstance(read, ArmusicError)


@every_suffix
def test_a_file_cut_short_anywhere_is_a_tune_or_an_error_of_ours(tmp_path: Path, suffix: str) -> None:
    data = GOOD[suffix]()
    for length in range(1, len(data), 7):
        path = write(tmp_path, f"cut{suffix}", data[:length])
        try:
            assert readers.read(path).notes
        except ArmusicError as error:
            assert "\n" not in str(error)


@every_suffix
def test_a_name_with_a_line_end_stays_on_one_line(tmp_path: Path, suffix: str) -> None:
    path = write(tmp_path, f"two\nlines{suffix}", b"?")
    with pytest.raises(ReadError) as caught:
        readers.read(path)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "words"), [("tune.wav", "suffix .wav stands for no known format"), ("tune", "a name without")]
)
def test_refuses_an_unknown_suffix(tmp_path: Path, name: str, words: str) -> None:
    path = write(tmp_path, name, b"x")
    with pytest.raises(UsageError, match=words + ".*use one of .mid, .midi, .abc") as caught:
        readers.read(path)
    assert "\n" not in str(caught.value)


def test_other_packages_formats(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def load(point: EntryPoint) -> object:
        raise ImportError("not\nthere")

    monkeypatch.setattr(EntryPoint, "load", load)
    monkeypatch.setattr("importlib.metadata.entry_points", lambda group: [EntryPoint("krn", "other.module", group)])
    assert readers.suffixes()[-1] == ".krn"
    path = write(tmp_path, "tune.KRN", b"x")
    with pytest.raises(ReadError, match=r"KRN: its reader other.module cannot be loaded \(ImportError: not there\)"):
        readers.read(path)
    tune = Tune((Note(Fraction(0), Fraction(1), 60),), (Measure(Fraction(0), Metre(2, 4)),))
    monkeypatch.setattr(EntryPoint, "load", lambda self: type("Module", (), {"read": staticmethod(lambda path: tune)}))
    assert readers.read(path) is tune
    assert list(readers.read_all(path)) == [("tune.KRN", tune)]


def test_the_registries_load_no_format() -> None:
    code = (
        "import sys, armusic.io.readers, armusic.io.writers\n"
        "loud = {'mido', 'music21', 'numpy', 'torch', 'pretty_midi'} & set(sys.modules)\n"
        "assert not loud, loud"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_what_a_writer_writes_a_reader_reads(tmp_path: Path) -> None:
    tune = readers.read(write(tmp_path, "a.mid", midi()))
    both = writers.WRITERS.keys() & readers.READERS.keys()
    assert {".mid", ".midi"} <= both
    for suffix in both:
        writers.write([("a", tune)], tmp_path / f"again{suffix}")
        assert readers.read(tmp_path / f"again{suffix}").notes == tune.notes
