"""Attributes of measures: the paper's values, other metres, and the contract that all of them keep."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from armusic import attributes
from armusic.errors import UsageError
from armusic.score import METRES, Metre
from armusic.tokenizer import HOLD, REST, ticks

GOLDEN = Path(__file__).parent / "data" / "golden_attributes.npz"
COMMON = METRES[0]


def test_the_values_of_the_original_implementation() -> None:
    """500 measures; -1 is a hold, -2 a rest."""
    with np.load(GOLDEN) as golden:
        tokens = golden["measures"].astype(np.int16)
        expected = golden["attributes"]
    tokens[tokens == -1], tokens[tokens == -2] = HOLD, REST
    np.testing.assert_allclose(attributes.measure(tokens, COMMON), expected, atol=1e-6)


def notes(metre: Metre, at: dict[int, int]) -> np.ndarray:
    row = np.full((1, ticks(metre)), HOLD, dtype=np.int16)
    for tick, pitch in at.items():
        row[0, tick] = pitch
    return row


@pytest.mark.parametrize(
    ("metre", "at", "rhythm", "density"),
    [
        (Metre(2, 4), {0: 60}, 0.20 / 13.87, 1 / 12),
        (Metre(2, 4), {0: 60, 6: 60}, 0.87 / 13.87, 2 / 12),
        (Metre(3, 4), {6: 60, 12: 60}, 1.34 / 21.04, 2 / 18),
        (Metre(6, 8), dict.fromkeys(range(0, 12, 2), 60), 2.87 / 8.87, 6 / 12),  # six quavers
        (Metre(9, 8), {0: 60}, 0.20 / 13.54, 1 / 18),
        (Metre(12, 8), {0: 60, 12: 60}, 0.45 / 17.79, 2 / 24),
        (Metre(2, 2), dict.fromkeys(range(0, 24, 3), 60), 3.79 / 27.79, 8 / 24),
    ],
)
def test_rhythm_and_density_by_hand(metre: Metre, at: dict[int, int], rhythm: float, density: float) -> None:
    found = attributes.measure(notes(metre, at), metre, ("rhythm", "density"))[0]
    assert found == pytest.approx([rhythm, density])


def test_range_and_contour_by_hand() -> None:
    row = notes(COMMON, {0: 60, 6: 73, 12: 55, 18: 62})
    assert attributes.measure(row, COMMON, ("range", "contour"))[0] == pytest.approx([18 / 26, 2 / 26])


@pytest.mark.parametrize("name", attributes.registry())
@pytest.mark.parametrize("metre", METRES, ids=str)
class TestContract:
    """What every registered attribute keeps to."""

    def test_finite_one_per_measure_and_the_input_unchanged(self, name: str, metre: Metre) -> None:
        rng = np.random.default_rng(0)
        tokens = rng.choice([60, 64, 72, HOLD, REST], size=(50, ticks(metre))).astype(np.int16)
        before = tokens.copy()
        values = attributes.registry()[name](tokens, metre)
        assert values.shape == (50,)
        assert np.isfinite(values).all()
        assert (tokens == before).all()

    def test_silence_and_a_held_note_are_zero(self, name: str, metre: Metre) -> None:
        silence = np.full((2, ticks(metre)), HOLD, dtype=np.int16)
        silence[0, 0] = REST
        assert attributes.registry()[name](silence, metre).tolist() == [0, 0]

    def test_no_measures(self, name: str, metre: Metre) -> None:
        assert attributes.registry()[name](np.empty((0, ticks(metre)), dtype=np.int16), metre).shape == (0,)

    def test_bounds(self, name: str, metre: Metre) -> None:
        full = np.tile(np.array([40, 66], dtype=np.int16), (1, ticks(metre) // 2))
        assert -1 <= attributes.registry()[name](full, metre)[0] <= 1


@given(st.integers(-20, 20))
def test_none_of_the_four_changes_by_transposition(shift: int) -> None:
    row = notes(COMMON, {0: 60, 6: 73, 12: 55, 18: 62})
    moved = np.where(row < HOLD, row + shift, row)
    assert (attributes.measure(row, COMMON) == attributes.measure(moved, COMMON)).all()


def test_names_and_their_aliases() -> None:
    assert attributes.canonical_name("pitch_range") == "range"
    with pytest.raises(UsageError, match="unknown attribute 'rythm': did you mean rhythm"):
        attributes.canonical_name("rythm")
    with pytest.raises(UsageError, match="there is rhythm, range"):
        attributes.canonical_name("zzz")
