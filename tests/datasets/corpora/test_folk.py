"""The default corpus, read from the installed music21: a sample here, all of it when a model is trained."""

from importlib.util import find_spec
from pathlib import Path

import pytest

from armusic.datasets.corpora.folk import COLLECTIONS
from armusic.io import readers
from armusic.music import tokenizer
from armusic.music.score import METRES, Tune

SPEC = find_spec("music21")
assert SPEC is not None
assert SPEC.origin is not None
ROOT = Path(SPEC.origin).parent / "corpus"
EVERY = 20  # files


@pytest.fixture(scope="module")
def tunes() -> list[Tune]:
    files = [path for name in COLLECTIONS for path in sorted((ROOT / name).glob("*.abc"))[::EVERY]]
    return [tune for path in files for _, tune in readers.read_all(path) if isinstance(tune, Tune)]


def test_every_measure_on_the_grid_comes_back_exactly(tunes: list[Tune]) -> None:
    fitting = [tune for tune in tunes if tokenizer.on_grid(tune).all()]
    assert len(fitting) > 0.85 * len(tunes)
    for tune in fitting:
        notes = tokenizer.decode(tokenizer.encode(tune), tune.measures)
        assert [(n.start, n.duration, n.pitch) for n in notes] == [(n.start, n.duration, n.pitch) for n in tune.notes]


def test_the_metres_are_those_of_folk_tunes(tunes: list[Tune]) -> None:
    assert {measure.metre.kind for tune in tunes for measure in tune.measures} <= set(METRES)
    assert len(tunes) > 100
