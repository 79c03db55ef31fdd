"""Numbers of measures: those of the file, also behind measures that pass through."""

import re
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import matplotlib.pyplot as plt
import music21
import numpy as np
import pytest

from armusic import convert
from armusic.editing.material import rows_of
from armusic.editing.targets import parse, resolve
from armusic.errors import UsageError
from armusic.io import inspection, readers, writers
from armusic.io.readers.options import Reading
from armusic.music.attributes.table import attributes
from armusic.music.measures import Passage
from armusic.music.score import Tune
from armusic.plotting.panels import number_measures
from tests.songs import Notes, signature, song, track

SEVEN = "is in 7/8, for which no model is trained"
SEVENS = SEVEN.replace("is", "are", 1)
PAIRS = "[M:3/8]CDE|FGA|[M:7/8]CDEFGAB|[M:3/8]CDE|FGA|"
HEADER = "X:1\nT:t\nM:4/4\nL:1/8\nK:C\n"
ABC = HEADER + "CDEF GABc|c2B2 A2G2|[M:7/8]CDEFGAB|[M:4/4]c2G2 E2C2|CDEF GABc|c8|]\n"
"""Six measures, of which the third is in 7/8."""


def midi() -> bytes:
    """Return the same measures as a MIDI file."""
    run = (60, 62, 64, 65, 67, 69, 71, 72)
    scale: Notes = [(Fraction(n, 2), 0.5, pitch) for n, pitch in enumerate(run)]
    down: Notes = [(4 + n, 1, pitch) for n, pitch in enumerate((72, 71, 69, 67))]
    seven: Notes = [(8 + Fraction(n, 2), 0.5, pitch) for n, pitch in enumerate(run[:7])]
    back = Fraction(23, 2)
    rest: Notes = [(back + n, 1, pitch) for n, pitch in enumerate((72, 67, 64, 60))]
    again: Notes = [(back + 4 + start, length, pitch) for start, length, pitch in scale]
    changes = [signature(0, 4, 4), signature(8, 7, 8), signature(back, 4, 4)]
    return song(track([*scale, *down, *seven, *rest, *again, (back + 8, 4, 72)], others=changes))


def musicxml(path: Path) -> bytes:
    """Return the same measures as MusicXML, as music21 writes it."""
    score = music21.stream.Part()
    for number, bar in enumerate(ABC.removeprefix(HEADER).rstrip("]|\n").split("|"), 1):
        metre, notes = {2: ("7/8", bar[7:]), 3: ("4/4", bar[7:])}.get(number - 1, ("", bar))
        measure = music21.stream.Measure(number=number)
        if metre or number == 1:
            measure.append(music21.meter.TimeSignature(metre or "4/4"))
        for letter, length in re.findall(r"([A-Ga-g])(\d?)", notes):
            pitch = letter.upper() + ("5" if letter.islower() else "4")
            measure.append(music21.note.Note(pitch, quarterLength=int(length or 1) / 2))
        score.append(measure)
    score.write("musicxml", path)
    return path.read_bytes()


@pytest.fixture(params=["t.abc", "t.mid", "t.musicxml"])
def file(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    path = tmp_path / request.param
    contents: dict[str, Callable[[], bytes]] = {
        ".abc": ABC.encode,
        ".mid": midi,
        ".musicxml": lambda: musicxml(tmp_path / "music21.musicxml"),
    }
    path.write_bytes(contents[path.suffix]())
    return path


@pytest.fixture
def seven(tmp_path: Path) -> Tune:
    return read(tmp_path, ABC)


def read(folder: Path, content: str, **reading: object) -> Tune:
    (folder / "t.abc").write_text(content)
    return readers.read(folder / "t.abc", Reading(**reading))


def test_measures_have_the_numbers_of_the_file(file: Path) -> None:
    tune = readers.read(file)
    assert tune.numbers == ("1", "2", "4", "5", "6")
    assert tune.places == (1, 2, 4, 5, 6)
    assert [bar.number for bar in tune.bars] == [1, 2, 4, 5, 6]
    assert tune.last == 6
    assert tune.passages == (Passage(3, 3, SEVEN),)
    assert [note.pitch for note in tune.notes if note.start == 8] == [72]  # measure 4 follows measure 2
    assert attributes(tune).measures == (1, 2, 4, 5, 6)


def test_measures_are_named_by_the_numbers_of_the_file(file: Path) -> None:
    tune = readers.read(file)
    assert rows_of(tune, None) == (0, 1, 2, 3, 4)
    assert rows_of(tune, (4, 4)) == (2,)
    assert rows_of(tune, (2, 5)) == (1, 2, 3)
    assert rows_of(tune, (3, 6)) == (2, 3, 4)
    with pytest.raises(UsageError, match=r"^measures 5-4: the first comes after the last: give 4 to 5$"):
        rows_of(tune, (5, 4))
    for wrong in ((0, 2), (6, 7)):
        with pytest.raises(UsageError, match=r"there are only measures 1-6 in t\.\w+$"):
            rows_of(tune, wrong)
    with pytest.raises(UsageError, match=rf"^measure 3 of t\.\w+ {SEVEN}: it stays as it is$"):
        rows_of(tune, (3, 3))


def test_curves_count_as_the_file_does(seven: Tune) -> None:
    def curve(text: str) -> list[float]:
        return resolve(parse(f"density={text}"), np.zeros(5), lambda _: np.zeros(5), seven).round(6).tolist()

    assert curve("1:0.1 6:0.6") == [0.1, 0.2, 0.4, 0.5, 0.6]
    assert curve("1:0.1 4:0.4") == [0.1, 0.2, 0.4, 0.4, 0.4]
    with pytest.raises(UsageError, match="curve 1:0.1 7:0.2: measure 7, but the tune has measures 1-6"):
        curve("1:0.1 7:0.2")
    with pytest.raises(UsageError, match=f"^curve 1:0.1 3:0.2: measure 3 of t.abc {SEVEN}: it stays as it is$"):
        curve("1:0.1 3:0.2")


@pytest.mark.parametrize(
    ("music", "numbers", "last", "passages"),
    [
        ("C|[M:4/4]CDEF GABc|[M:7/8]CDEFGAB|[M:4/4]c8|]", "1 2 4", 4, "3"),  # a pickup is measure 1
        ("[M:7/8]CDEFGAB|CDEFGAB|[M:4/4]c8|[M:5/4]C4D4E2|[M:7/8]CDEFGAB|", "3 4 4", 5, "1-2 5"),
        ("[M:3/8]CDE|FGA|[M:7/8]CDEFGAB|[M:3/8]CDE|FGA|ABc|", "1-2 4-5 6", 6, "3"),
        ("CDEF GABc|(5CDEFGA B4c2|c8|", "1 3", 3, "2"),
        ("CDEF GABc|[M:7/8]CDEFGAB|[M:10/8]C4D4E2|[M:4/4]c8|", "1 4", 4, "2 3"),
        ("CDEF GABc|[M:3/4]CDE2F2|[M:4/4]c8|", "1 2 3", 3, ""),
    ],
)
def test_measures_that_are_split_or_joined_and_such_that_pass_through(
    tmp_path: Path, music: str, numbers: str, last: int, passages: str
) -> None:
    tune = read(tmp_path, HEADER + music)
    assert tune.numbers == tuple(numbers.split())
    assert tune.last == last
    ranges = [f"{each.first}-{each.last}" if each.first < each.last else str(each.first) for each in tune.passages]
    assert ranges == passages.split()


@pytest.mark.parametrize(
    ("music", "measures", "message"),
    [
        ("c8|[M:7/8]CDEFGAB|CDEFGAB|[M:4/4]c8|", (2, 3), f"measures 2-3 of t.abc {SEVENS}: they stay as they are"),
        ("c8|[M:7/8]CDEFGAB|[M:10/8]C4D4E2|[M:4/4]c8|", (2, 3), f"2-3 of t.abc stay as they are: measure 2 {SEVEN}"),
        ("c8|C16E49/3|c8|", (2, 2), "measure 2 of t.abc is 16.1667 quarter notes long, which no metre is: it stays"),
        ("c8|(5CDEFGA B4c2|c8|", (2, 2), "measure 2 of t.abc has quintuplets, which the grid of sixteenths"),
        (PAIRS, (4, 4), "give whole pairs, such as 4-5"),
        (PAIRS, (3, 4), "give whole pairs, such as 4-5"),
    ],
)
def test_why_measures_stay_as_they_are(tmp_path: Path, music: str, measures: tuple[int, int], message: str) -> None:
    with pytest.raises(UsageError) as refusal:
        rows_of(read(tmp_path, HEADER + music), measures)
    assert message in str(refusal.value)
    assert "\n" not in str(refusal.value)


def test_notes_off_the_grid_that_may_not_be_moved(tmp_path: Path) -> None:
    notes: Notes = [(0, 1, 60), (4.1, 1, 62), (8, 1, 64)]
    (tmp_path / "t.mid").write_bytes(song(track(notes)))
    tune = readers.read(tmp_path / "t.mid", Reading(quantize="off"))
    assert tune.numbers == ("1", "3")
    with pytest.raises(UsageError, match=r"^measure 2 of t.mid has notes off the grid: it stays as it is$"):
        rows_of(tune, (2, 2))


def test_a_measure_that_a_time_signature_cuts_short(tmp_path: Path) -> None:
    notes: Notes = [(beat, 1, 60 + beat) for beat in range(10)]
    changes = [signature(0, 4, 4), signature(Fraction(21, 4), 3, 4)]
    (tmp_path / "t.mid").write_bytes(song(track(notes, others=changes)))
    tune = readers.read(tmp_path / "t.mid")
    assert tune.numbers == ("1", "3", "4")
    with pytest.raises(UsageError, match=r"^measure 2 of t.mid ends after 1.25 quarter notes, at the time signature"):
        rows_of(tune, (2, 2))


def test_the_whole_file_again_has_no_gap(seven: Tune, tmp_path: Path) -> None:
    """What is written has the measures that pass through, so that its numbers are those of the input."""
    for suffix in (".mid", ".abc", ".musicxml"):
        writers.write([("same", seven)], tmp_path / f"out{suffix}")
        assert readers.read(tmp_path / f"out{suffix}").numbers == seven.numbers


def test_tables_and_pictures_have_the_numbers_of_the_file(seven: Tune) -> None:
    figure, ax = plt.subplots()
    number_measures(ax, seven, 8.0)
    assert [label.get_text() for label in ax.get_xticklabels()] == ["1", "2", "4", "5", "6"]
    plt.close(figure)
    table = convert.to_dataframe(seven)
    assert list(dict.fromkeys(table["measure"])) == [1, 2, 4, 5, 6]


def test_inspect_names_measures_by_the_numbers_of_the_file(tmp_path: Path) -> None:
    wide = HEADER + "c8|[M:7/8]CDEFGAB|[M:4/4]C,,,CG'c''' C,,,CG'c'''|c8|\n"
    (tmp_path / "t.abc").write_text(wide)
    report = inspection.inspect(tmp_path / "t.abc")
    assert f"measure 2 {SEVEN}: left as it is" in report.remarks
    assert report.unchanged == "left as they are: 1 of too wide a range (3)"
