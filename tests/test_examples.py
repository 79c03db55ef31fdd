"""The examples' MIDI files are the ones that their source makes, and they are on the grid."""

import runpy
from pathlib import Path

import pytest

from armusic.io import readers
from armusic.music import tokenizer
from armusic.music.score import Key, Tune

EXAMPLES = Path(__file__).parents[1] / "examples"


def test_the_files_are_made_from_their_source(tmp_path: Path) -> None:
    runpy.run_path(str(EXAMPLES / "make_tunes.py"))["make"](tmp_path)
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == ["amazing-grace.mid", "irish-washerwoman.mid", "speed-the-plough.mid"]
    for name in names:
        assert (tmp_path / name).read_bytes() == (EXAMPLES / name).read_bytes()


def test_the_page_of_examples_names_each_of_them() -> None:
    page = (EXAMPLES / "README.md").read_text(encoding="utf-8")
    files = [path.name for path in EXAMPLES.rglob("*") if path.suffix in (".mid", ".abc", ".py", ".toml", ".ipynb")]
    assert [name for name in files if f"{name}`" not in page] == []


def test_the_script_writes_a_file_and_a_picture_per_attribute(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main = runpy.run_path(str(EXAMPLES / "turn_every_attribute.py"))["main"]
    main(EXAMPLES / "irish-washerwoman.mid", tmp_path / "out")
    names = ("rhythm", "range", "density", "contour")
    files = {f"irish-washerwoman-{name}{suffix}" for name in names for suffix in (".mid", ".png")}
    assert {path.name for path in (tmp_path / "out").iterdir()} == files
    assert len(capsys.readouterr().out.splitlines()) == 4


@pytest.mark.parametrize(
    ("name", "metre", "measures", "key", "bpm"),
    [
        ("speed-the-plough", "4/4", 16, Key(1), 160),
        ("irish-washerwoman", "6/8", 16, Key(1), 168),
        ("amazing-grace", "3/4", 17, Key(-1), 84),
    ],
)
def test_an_example_is_read(name: str, metre: str, measures: int, key: Key, bpm: int) -> None:
    tune = readers.read(EXAMPLES / f"{name}.mid")
    assert isinstance(tune, Tune)
    assert {str(measure.metre) for measure in tune.measures} == {metre}
    assert len(tune.measures) == measures
    assert (tune.key, tune.tempos) == (key, ((0, float(bpm)),))
    assert len({note.velocity for note in tune.notes}) == 3
    assert tokenizer.encode(tune).shape[0] == measures
