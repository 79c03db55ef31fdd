"""To other libraries and back, on the examples: the same notes, measures, tempo, key and title."""

import base64
import io
import re
import wave
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

import armusic
from armusic import api, convert
from armusic.errors import MissingExtraError, MusicError, NoNotesError, PolyphonyError, UsageError
from armusic.music.score import Measure, Metre, Note, Tune
from tests.notation import JIG, REEL, tune

EXAMPLES = Path(__file__).parents[1] / "examples"
TUNES = [
    *(armusic.read(path) for path in sorted(EXAMPLES.glob("*.mid"))),
    *(item for _, item in api.readers.read_all(EXAMPLES / "tunes.abc") if isinstance(item, Tune)),
]
every_tune = pytest.mark.parametrize("music", TUNES, ids=lambda music: music.title)
LIBRARIES = ["pretty_midi", "symusic", "music21"]


@every_tune
@pytest.mark.parametrize("library", LIBRARIES)
def test_there_and_back(library: str, music: Tune) -> None:
    there = getattr(convert, f"to_{library}")(music)
    assert type(there).__module__.startswith(library)
    back = getattr(convert, f"from_{library}")(there)
    assert [(n.start, n.duration, n.pitch) for n in back.notes] == [(n.start, n.duration, n.pitch) for n in music.notes]
    assert back.measures == music.measures
    assert [round(bpm, 2) for _, bpm in back.tempos] == [round(bpm, 2) for _, bpm in music.tempos]
    assert back.title == music.title
    assert (back.key and back.key.fifths) == (music.key and music.key.fifths)


@every_tune
def test_a_table_and_back(music: Tune) -> None:
    table = convert.to_dataframe(music)
    assert list(table) == ["measure", "metre", "start", "duration", "pitch", "velocity"]
    back = convert.from_dataframe(table)
    assert back.notes == music.notes
    assert back.measures == music.measures


def test_the_measure_of_each_note() -> None:
    music = tune("4/4", f"{REEL}[M:6/8]GAB dBG|")
    table = convert.to_dataframe(music)
    assert table["measure"].iloc[-1] == len(music.measures)
    for row in table.itertuples():
        measure = music.measures[row.measure - 1]
        assert measure.start <= row.start < measure.end
        assert row.metre == str(measure.metre)
    with pytest.raises(UsageError, match="2 metres in the table of notes: name one"):
        convert.from_dataframe(table)


@pytest.mark.parametrize(
    ("rows", "error", "message"),
    [
        ([{"start": 0, "duration": 1}], UsageError, "without pitch"),
        ([{"start": 0, "duration": 0, "pitch": 60}], MusicError, "duration"),
        ([{"start": -1, "duration": 1, "pitch": 60}], MusicError, "a start below 0"),
        (
            [{"start": 0, "duration": 2, "pitch": 60}, {"start": 1, "duration": 1, "pitch": 62}],
            PolyphonyError,
            "one vo",
        ),
    ],
)
def test_a_table_that_is_no_tune(rows: list[dict[str, float]], error: type[Exception], message: str) -> None:
    pandas = pytest.importorskip("pandas")
    with pytest.raises(error, match=message):
        convert.from_dataframe(pandas.DataFrame(rows), "4/4")
    with pytest.raises(NoNotesError, match="without rows"):
        convert.from_dataframe(pandas.DataFrame(columns=["start", "duration", "pitch"]), "4/4")


def test_thirds_in_a_table_are_exact() -> None:
    pandas = pytest.importorskip("pandas")
    table = pandas.DataFrame({"start": [0, 1 / 3, 2 / 3], "duration": [1 / 3] * 3, "pitch": [60, 62, 64]})
    assert [note.start for note in convert.from_dataframe(table, "2/4").notes] == [0, Fraction(1, 3), Fraction(2, 3)]


def test_a_table_of_attributes() -> None:
    music = tune("6/8", JIG)
    table = convert.attributes_to_dataframe(music, ["note_density", "contour"])
    assert list(table) == ["metre", "density", "contour"]
    assert (table.index.name, list(table.index)) == ("measure", list(range(1, len(music.measures) + 1)))
    assert table.to_numpy()[:, 1:].tolist() == api.attributes(music, ["density", "contour"]).values.tolist()


def test_the_file_is_read_as_said() -> None:
    music = convert.to_pretty_midi(tune("6/8", JIG))
    assert str(convert.from_pretty_midi(music, metre="3/4").measures[0].metre) == "3/4"


@pytest.mark.parametrize(("function", "library"), [("to_symusic", "symusic"), ("to_dataframe", "pandas")])
def test_a_library_that_is_not_installed(monkeypatch: pytest.MonkeyPatch, function: str, library: str) -> None:
    monkeypatch.setitem(__import__("sys").modules, library, None)
    with pytest.raises(MissingExtraError, match=rf"{library}.*: pip install 'armusic\[convert\]'"):
        getattr(convert, function)(tune("6/8", JIG))


def test_a_notebook_shows_and_plays_a_tune() -> None:
    music = replace(tune("6/8", JIG), title="Cut <& paste>")
    html = music._repr_html_()  # type: ignore[attr-defined]
    assert "Cut &lt;&amp; paste&gt;" in html
    assert "http:" not in html.replace("http://www.w3.org/2000/svg", "")
    root = ET.fromstring(html.replace("<audio controls", '<audio controls=""'))
    assert len(root.findall(".//{http://www.w3.org/2000/svg}rect")) == len(music.notes)
    data = re.search(r'data:audio/wav;base64,([^"]+)"', html)
    assert data
    with wave.open(io.BytesIO(base64.b64decode(data[1]))) as file:
        seconds = file.getnframes() / file.getframerate()
    assert seconds == pytest.approx(float(music.end) * 60 / music.tempos[0][1], abs=0.01)
    assert len(html) < 100_000 * seconds


def test_only_the_first_minute_is_played() -> None:
    measures = tuple(Measure(Fraction(4 * number), Metre(4, 4)) for number in range(60))
    html = convert.to_html(Tune((Note(Fraction(0), Fraction(1), 60),), measures))
    assert len(html) < 60 * convert.RATE * 2 * 4 / 3 + 20_000


def test_names_of_what_is_written() -> None:
    jig = tune("6/8", JIG)
    assert convert.named([("a", jig), ("b", jig)]) == [("a", jig), ("b", jig)]
    assert convert.named(replace(jig, title="Jig")) == convert.named([replace(jig, title="Jig")])
    with pytest.raises(UsageError, match="int: no tune"):
        convert.named(3)
