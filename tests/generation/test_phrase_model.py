"""The tables of phrases: fitted on a few tunes whose answers are known, kept in a safe file, bound to one model."""

from pathlib import Path

import numpy as np
import pytest

import armusic
from armusic import api
from armusic.datasets.corpora.corpus import Corpus, measures_of
from armusic.datasets.corpora.versions import versions
from armusic.errors import CheckpointError, DataError, MissingFileError
from armusic.generation import fit_phrases as phrase_fit
from armusic.generation import phrase_model
from armusic.generation.phrase_model import PLACES, Phrases, digests, fingerprint, load, patterns, save
from armusic.music import keys
from armusic.music.score import METRES, Key
from armusic.music.tokenizer import encode
from tests.editing.test_sweep import checkpoint
from tests.notation import JIG, WALTZ, tune

A = "G2BG DGBG|A2cA EAcA|GBdB gdBG|FAce d2AF|G2BG DGBG|A2cA EAcA|GBdB gfed|G4 G4|"
B = "g2fg edBd|efge d2Bd|g2fg edBd|efge a4|g2fg edBd|efge d2Bd|GBdB gfed|G4 G4|"


def corpus() -> Corpus:
    """Return reels of two phrases, in several keys and registers, each phrase played twice, and a few other tunes."""
    names = [("4/4", A + A + B + B)] * 5 + [("6/8", JIG), ("6/8", JIG.replace("G", "B")), ("3/4", WALTZ)]
    parts = [measures_of(tune(*pair)) for pair in names]
    for number, (rows, _, _) in enumerate(parts):
        rows[(rows >= 0) & (rows < 128)] += number % 3
    tokens, kind = np.concatenate([rows for rows, _, _ in parts]), np.concatenate([kinds for _, kinds, _ in parts])
    index = np.repeat(np.arange(len(parts)), [len(rows) for rows, _, _ in parts])
    sources = tuple(f"toy/{number}" for number in range(len(parts)))
    return Corpus("toy", tokens, kind, index, sources, ("toy",) * len(parts), versions(tokens, kind, index), ())


@pytest.fixture(scope="module")
def fitted() -> Phrases:
    patch = pytest.MonkeyPatch()
    patch.setattr(phrase_fit, "LEAST", 8)
    patch.setattr(phrase_fit, "training", lambda checkpoint, corpus: np.ones(len(corpus.sources), dtype=bool))
    try:
        return phrase_fit.fit(checkpoint(), corpus())
    finally:
        patch.undo()


def test_forms_repeats_and_rhymes_are_counted(fitted: Phrases) -> None:
    forms = {tuple(form): share for form, share in zip(fitted.forms.tolist(), fitted.often[0].tolist(), strict=True)}
    assert forms[0, 1, 2, 3, 0, 1, 6, 7] == pytest.approx(0.5)  # A
    assert forms[0, 1, 0, 3, 0, 1, 6, 7] == pytest.approx(0.5)  # B
    assert fitted.often.sum(axis=1)[[0, 2, 3]] == pytest.approx([1, 1, 1])
    assert fitted.again[0] == pytest.approx(0.5)
    assert fitted.rhymes[0].argmax() == 2  # B ends as A does, in two measures
    assert fitted.measures.tolist() == [5 * 4 * PLACES, 0, PLACES, 2 * PLACES, 0, 0]


def test_what_is_fitted_is_finite_and_a_distribution(fitted: Phrases) -> None:
    for name in ("mean", "degree", "follow", "noise", "level", "step", "stand", "leap", "beats", "middle"):
        assert np.isfinite(getattr(fitted, name)).all(), name
    for name in ("step", "leap", "beats"):
        assert np.exp(getattr(fitted, name)).sum(axis=-1) == pytest.approx(1, abs=1e-4)
    assert np.linalg.eigvalsh(fitted.noise[0]).min() > -1e-5


def test_anchors_count_from_the_tonic(fitted: Phrases) -> None:
    assert fitted.middle[0] == pytest.approx(np.mean([72.5, 73.5, 74.5, 72.5, 73.5]), abs=3)
    assert 0 <= fitted.middle[1] < 12


def test_the_file_gives_the_same_tables(fitted: Phrases, tmp_path: Path) -> None:
    save(fitted, tmp_path / "new" / "phrase_model.safetensors")
    loaded = load(tmp_path / "new" / "phrase_model.safetensors")
    assert (loaded.checkpoint, loaded.data) == (fitted.checkpoint, "toy")
    for name in ("forms", "seen", "mean", "beats"):
        assert np.array_equal(getattr(loaded, name), getattr(fitted, name))


def test_other_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(MissingFileError):
        load(tmp_path / "none")
    (tmp_path / "text").write_text("no tables")
    with pytest.raises(CheckpointError, match="text: no phrase tables"):
        load(tmp_path / "text")
    with pytest.raises(CheckpointError, match="phrase tables of 'another program', but"):
        load(Path(armusic.__file__).parent / "resources" / api.SHIPPED)


def test_a_corpus_without_phrases_is_refused() -> None:
    with pytest.raises(DataError, match="toy: 160 measures in phrases of eight, in its commonest metre: at least 500"):
        patch = pytest.MonkeyPatch()
        with patch.context() as inside:
            inside.setattr(phrase_fit, "training", lambda checkpoint, corpus: np.ones(8, dtype=bool))
            phrase_fit.fit(checkpoint(), corpus())


def test_digests_are_those_of_the_measure_in_any_key() -> None:
    measure, raised, semitone = encode(tune("4/4", "CDEF GABc|DEF^G A^Bcd|CDEF GAB2|".replace("^B", "B")))
    rows = np.stack([measure, np.where(measure < 128, measure + 5, measure), raised, semitone])
    numbers = digests(rows, np.zeros(len(rows), dtype=int))
    assert numbers[0] == numbers[1]
    assert len(set(numbers.tolist())) == 3
    assert digests(rows, np.ones(len(rows), dtype=int))[0] != numbers[0]


def test_onsets_as_bits() -> None:
    row = encode(tune("4/4", "C2 DE (3FGA z2|"))
    assert patterns(row, 4).tolist() == [[1, 1 | 8, 1 | 4 | 16, 0]]


@pytest.mark.parametrize(
    ("key", "pitch"), [(Key(0), 0), (Key(-1, "minor"), 2), (Key(6), 6), (Key(-6), 6), (Key(5), 11)]
)
def test_tonics(key: Key, pitch: int) -> None:
    assert keys.tonic_class(key) == pitch


def test_the_shipped_tables_are_those_of_the_shipped_model() -> None:
    path = Path(armusic.__file__).parent / "resources" / phrase_model.SHIPPED
    assert load(path).checkpoint == fingerprint(api.load().checkpoint), "run python benchmarks/fit_phrases.py"
    assert path.stat().st_size < 350_000
    assert load(path).metres[:4] == tuple(str(metre) for metre in METRES[:4])
