"""Attributes of one's own: read from a file, tried before they are used, trained with, and not run by a load."""

import json
from collections.abc import Callable
from importlib.metadata import EntryPoint
from pathlib import Path

import numpy as np
import pytest
import torch

from armusic import api, config
from armusic.errors import DataError, UsageError
from armusic.inference.items import to_data
from armusic.music import attributes
from armusic.music.score import METRES, Metre
from armusic.music.tokenizer import HOLD, REST, ticks
from armusic.training import adapters, checkpoint
from armusic.vae.data import Scale
from tests.notation import book, toy_corpus

EXAMPLES = Path(__file__).parents[2] / "examples"

MINE = """
    import numpy as np
    from armusic.music.tokenizer import is_onset

    WEIGHTS = (1, 2)

    def longest_name(tokens, metre):
        return is_onset(tokens).mean(axis=1)

    def mean_pitch(tokens, metre):
        onset = is_onset(tokens)
        return np.where(onset, tokens, 0).sum(axis=1) / np.maximum(onset.sum(axis=1), 1)
"""

F = """
    import numpy as np
    from armusic.music.tokenizer import is_onset

    def f(tokens, metre):
        return {body}
"""

BESIDE = "gives a measure another value when others stand beside it: it must look at each measure on its own$"


def test_one_from_a_file(write_python: Callable[[str], str]) -> None:
    spec = f"{write_python(MINE)}:longest_name"
    function = attributes.get(spec)
    row = np.array([[60] + [HOLD] * 11], dtype=np.int16)
    assert function(row, Metre(2, 4)).tolist() == [1 / 12]
    assert attributes.measure(row, Metre(2, 4), ("density", spec))[0].tolist() == [1 / 12, 1 / 12]
    assert attributes.canonical_name(spec) == spec
    assert attributes.short_name(spec) == "longest_name"
    assert spec not in attributes.registry()


def test_what_is_no_function(write_python: Callable[[str], str]) -> None:
    with pytest.raises(UsageError, match="is a tuple, where a function is needed"):
        attributes.get(f"{write_python(MINE)}:WEIGHTS")


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("tokens.mean()", "gives a float64: an array with one float per measure is needed"),
        ("None", "gives a NoneType: an array with"),
        ("[0.5] * len(tokens)", "gives a list: an array with"),
        ("tokens / 1", r"gives values of shape \(13, 24\) for 13 measures: one per measure is needed"),
        ("np.zeros((len(tokens), 1))", r"gives values of shape \(13, 1\) for 13 measures"),
        ("(tokens < 128).sum(axis=1)", r"gives an array of int64: floats are needed: add .astype\(float\)"),
        ("np.full(len(tokens), 1j)", "gives an array of complex128: floats are needed"),
        ("np.full(len(tokens), 'a')", "gives an array of <U1: floats are needed"),
        ("(tokens < 128).sum(axis=1) / (tokens < 128).any(axis=1)", "gives nan for silence in 4/4: it must be finite"),
        (
            "np.where(is_onset(tokens) & (tokens > 75), np.nan, 0.0).sum(axis=1)",
            "nan for a measure of random notes in 4/4",
        ),
        ("1 / np.diff(tokens).any(axis=1)", "gives inf for a note held over the bar line in 4/4"),
        ("tokens[:, 18] / 1.0", "fails in 2/4: IndexError: index 18 is out of bounds"),
        ("tokens.fill(1) or np.zeros(len(tokens))", "changes the tokens that it is given"),
        ("is_onset(tokens).mean(axis=1) - is_onset(tokens).mean()", BESIDE),
        ("np.full(len(tokens), 1e6 + is_onset(tokens).mean())", BESIDE),  # little, beside the value
        ("np.full(len(tokens), 1e-9 * len(tokens))", BESIDE),  # little, beside 1
    ],
)
def test_a_function_that_is_no_attribute(write_python: Callable[[str], str], body: str, message: str) -> None:
    spec = f"{write_python(F.format(body=body))}:f"
    with pytest.raises(DataError, match=message) as caught:
        attributes.get(spec)
    assert str(caught.value).startswith(f"attribute {spec!r} ")
    assert "\n" not in str(caught.value)


def test_a_value_that_is_none_is_refused_whenever_it_comes(write_python: Callable[[str], str]) -> None:
    function = attributes.get(f"{write_python(F.format(body='1 / (is_onset(tokens).sum(axis=1) - 23.0) ** 2'))}:f")
    row = np.full((2, 24), HOLD, dtype=np.int16)
    row[1, 1:] = 60
    with pytest.raises(DataError, match="f' gives inf for a measure of 23 notes in 4/4: it must be finite"):
        function(row, METRES[0])


def test_a_failure_is_traced_to_its_line(write_python: Callable[[str], str]) -> None:
    spec = f"{write_python(F.format(body='tokens.nonsense'))}:f"
    with pytest.raises(DataError, match=r"AttributeError: .* has no attribute 'nonsense' \(line 6\)"):
        attributes.get(spec)


def test_any_width_of_float_will_do(write_python: Callable[[str], str]) -> None:
    function = attributes.get(f"{write_python(F.format(body='is_onset(tokens).mean(axis=1).astype(np.float32)'))}:f")
    assert function(np.array([[60, HOLD, 62, HOLD] * 3]), Metre(2, 4)).tolist() == [0.5]


def test_a_wrong_signature(write_python: Callable[[str], str]) -> None:
    message = (
        r"is defined with \(tokens\), but is called with the tokens and the metre: define it with \(tokens, metre\)$"
    )
    with pytest.raises(DataError, match=message):
        attributes.get(f"{write_python('def f(tokens): return tokens')}:f")


class TestOfAnotherPackage:
    """Entry points are checked as well, when they are used."""

    @pytest.fixture
    def install(self, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
        def install(**points: str) -> None:
            entry_points = {name: EntryPoint(name, value, "armusic.attributes") for name, value in points.items()}
            monkeypatch.setattr(attributes, "_points", lambda: entry_points)

        return install

    def test_is_found(self, install: Callable[..., None]) -> None:
        install(loudness="armusic.music.attributes.pati_lerch:density", rhythm="armusic.nowhere:rhythm")
        assert attributes.registry()["loudness"](np.full((1, 24), 60, dtype=np.int16), METRES[0]).tolist() == [1.0]
        assert attributes.get("rhythm") is attributes.ATTRIBUTES["rhythm"]

    def test_is_refused_by_name(self, install: Callable[..., None]) -> None:
        install(broken="armusic.nowhere:f", constant="armusic.music.attributes.pati_lerch:SPAN", shape="numpy:copy")
        assert attributes.canonical_name("density") == "density"
        with pytest.raises(
            DataError,
            match="'broken' of an installed package: its function armusic.nowhere:f cannot be loaded",
        ):
            attributes.get("broken")
        with pytest.raises(UsageError, match="attribute 'constant' is a int, where a function is needed"):
            attributes.get("constant")
        with pytest.raises(DataError, match="attribute 'shape' fails in 4/4: "):
            attributes.get("shape")


def test_what_changes_by_transposition(write_python: Callable[[str], str]) -> None:
    path = write_python(MINE)
    assert attributes.is_transposition_invariant(attributes.get(f"{path}:longest_name"))
    assert not attributes.is_transposition_invariant(attributes.get(f"{path}:mean_pitch"))
    assert not attributes.is_transposition_invariant(lambda tokens, metre: (tokens % 12 == 0).mean(axis=1))
    assert not attributes.is_transposition_invariant(
        lambda tokens, metre: np.float64(1.0) * tokens[:, 1] * metre.compound
    )
    assert all(map(attributes.is_transposition_invariant, attributes.ATTRIBUTES.values()))


def test_an_anchored_model_cannot_learn_what_changes_by_transposition(write_python: Callable[[str], str]) -> None:
    spec = f"{write_python(MINE)}:mean_pitch"
    message = "mean_pitch' changes with transposition, which an anchored model cannot see: train with the option frame="
    with pytest.raises(DataError, match=message):
        to_data(toy_corpus(), config.make(attributes=("rhythm", spec)))
    data = to_data(toy_corpus(), config.make(attributes=("rhythm", spec), frame="absolute"))
    assert data.names == ("rhythm", spec)
    assert 60 < data.a[:, 1].max() < 84


@pytest.mark.parametrize("frame", ["anchored", "absolute"])
def test_a_run_with_ones_own(write_python: Callable[[str], str], tmp_path: Path, frame: str) -> None:
    (tmp_path / "tunes").mkdir()
    book(tmp_path / "tunes" / "book.abc")
    spec = f"{write_python(MINE)}:{'mean_pitch' if frame == 'absolute' else 'longest_name'}"
    settings = config.make(
        data=str(tmp_path / "tunes"), attributes=("contour", spec), frame=frame, units=6, latent=6, epochs=1, batch=8
    )
    run = api.train(settings, tmp_path / "run", data_dir=tmp_path / "cache")
    assert json.loads((run / "config.json").read_text())["attributes"] == ["contour", spec]
    model = api.load(run)
    assert model.attributes == ("contour", spec)
    tune = api.read(EXAMPLES / "amazing-grace.mid")
    for closed in (True, False):
        assert len(model.interpolate(tune, spec, steps=3, closed=closed)) == 3
    assert len(model.interpolate(tune, "rhythm", steps=3)) == 3
    with pytest.raises(UsageError, match="'rhythm' has no dimension in this model, .* or name one of contour, "):
        model.interpolate(tune, "rhythm", closed=False)


def test_loading_a_model_runs_no_file(write_python: Callable[[str], str], tmp_path: Path) -> None:
    sentinel = tmp_path / "was run"
    spec = f"{write_python(f'from pathlib import Path; Path({str(sentinel)!r}).touch()')}:f"
    settings = config.make(attributes=("rhythm", spec, "gone.py:f"), latent=6, units=8)
    adapter = adapters.get("folk")
    torch.manual_seed(0)
    scale = Scale(np.zeros((adapter.kinds, 3)), np.ones((adapter.kinds, 3)))
    checkpoint.save(checkpoint.Checkpoint(adapter.build(settings), settings, scale), tmp_path / "model.safetensors")
    model = api.load(tmp_path / "model.safetensors")
    assert model.attributes == ("rhythm", spec, "gone.py:f")
    tune = api.read(EXAMPLES / "amazing-grace.mid")
    for closed in (True, False):
        assert len(model.interpolate(tune, "rhythm", steps=3, closed=closed)) == 3
    assert not sentinel.exists(), "nor does turning another attribute"


def test_the_example() -> None:
    spec = f"{EXAMPLES / 'my_attribute.py'}:offbeat"
    row = np.full((3, ticks(METRES[0])), HOLD, dtype=np.int16)
    row[0, [0, 3, 6, 12]] = 60
    row[1, 3] = 60
    row[2, 0] = REST
    assert attributes.get(spec)(row, METRES[0]).tolist() == [0.25, 1.0, 0.0]
    assert attributes.is_transposition_invariant(attributes.get(spec))
