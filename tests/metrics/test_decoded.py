"""Metrics of decoders: known answers of sweeps that are written out, and other implementations' values."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.stats import linregress

from armusic.errors import DataError
from armusic.metrics import SWEEP_METRICS, changes, decoded

POSITIONS = np.linspace(-2, 2, 9)
NAMES = ["density", "range"]


def sweep(first: np.ndarray, second: np.ndarray | float = 0.0) -> np.ndarray:
    """Return a sweep of one dimension: what its attribute does, and what a second one does meanwhile."""
    values = np.zeros((2, *first.shape, 2))
    values[0, :, :, 0] = first
    values[0, :, :, 1] = second
    return values


def scores(values: np.ndarray, std: float = 1.0) -> dict[str, float]:
    """Return the scores of the first dimension."""
    by_name = decoded(values, POSITIONS, NAMES, np.full(2, std))
    return {name: score.each["density"] for name, score in by_name.items()}


LINE = np.tile(POSITIONS[:, None], 3)
STEP = (LINE > 0).astype(float)


@pytest.mark.parametrize(
    ("first", "expected"),
    [
        (LINE, [1, 1, 1, 1, 1]),
        (-LINE, [-1, 1, 1, 1, 1]),
        (0 * LINE + 7, [0, 1, 1, 1, 0]),
        (STEP, [1, 0, 1, 1, 0.75]),
        (np.abs(LINE), [0, 0, 1, 1, 0]),
        (LINE**2, [0, 6 / 7, 1, 1, 0]),  # slopes from -3.5 to 3.5, each 1 more than the one before
    ],
)
def test_known_answers(first: np.ndarray, expected: list[float]) -> None:
    assert scores(sweep(first)) == pytest.approx(dict(zip(SWEEP_METRICS, expected, strict=True)))


def test_the_value_is_the_mean_over_attributes() -> None:
    by_name = decoded(sweep(LINE), POSITIONS, NAMES, np.ones(2))
    assert list(by_name) == list(SWEEP_METRICS)
    assert by_name["linearity"].each == {"density": pytest.approx(1), "range": 0}
    assert by_name["linearity"].value == pytest.approx(0.5)
    assert by_name["linearity"].reference is None
    assert by_name["linearity"].interval is None


def test_consistency_is_lost_where_items_differ_as_the_corpus_does() -> None:
    apart = LINE + np.sqrt(1.5) * np.array([-1, 0, 1])  # a standard deviation of 1
    assert scores(sweep(apart))["consistency"] == pytest.approx(0)
    assert scores(sweep(apart), std=2.0)["consistency"] == pytest.approx(0.5)


def test_restrictiveness_is_lost_where_another_attribute_moves_along() -> None:
    assert scores(sweep(LINE, second=LINE))["restrictiveness"] == pytest.approx(1 - POSITIONS.std())
    assert scores(sweep(LINE, second=LINE), std=4.0)["restrictiveness"] == pytest.approx(1 - POSITIONS.std() / 4)


def test_restrictiveness_is_a_mean_over_the_other_attributes() -> None:
    values = np.zeros((3, 9, 4, 3))
    values[0, :, :, 1] = POSITIONS[:, None]  # the first dimension moves one of two others
    by_name = decoded(values, POSITIONS, ["a", "b", "c"], np.ones(3))["restrictiveness"].each
    assert by_name == pytest.approx({"a": 1 - POSITIONS.std() / 2, "b": 1, "c": 1})


def test_where_the_positions_begin_does_not_matter_and_three_are_enough() -> None:
    assert decoded(sweep(LINE), POSITIONS + 7, NAMES, np.ones(2)) == decoded(sweep(LINE), POSITIONS, NAMES, np.ones(2))
    assert decoded(sweep(LINE[:3]), POSITIONS[:3], NAMES, np.ones(2))["linearity"].each["density"] == pytest.approx(1)


def test_rounding_of_large_values_is_no_change_and_small_ones_beside_them_count() -> None:
    noise = np.random.default_rng(0).random((9, 3))
    assert scores(sweep(1e6 + 1e-4 * noise))["linearity"] == 0
    assert scores(sweep(1e6 * LINE + 1e-5 * noise))["smoothness"] == 1
    beside = np.column_stack((1e10 * LINE[:, 0], STEP[:, 0]))
    assert scores(sweep(beside))["linearity"] == pytest.approx((1 + 0.75) / 2)
    assert scores(sweep(beside))["smoothness"] == pytest.approx((1 + 0) / 2)


def test_linearity_is_r_squared() -> None:
    chance = np.random.default_rng(1).normal(size=(9, 20))
    expected = np.mean([linregress(POSITIONS, item).rvalue ** 2 for item in chance.T])
    assert scores(sweep(chance))["linearity"] == pytest.approx(expected)


def test_monotonicity_and_smoothness_are_those_of_latte() -> None:
    """What latte-metrics 0.0.1a6 gives for these sweeps, items without changes counted as 0."""
    chance = np.random.default_rng(5)
    waves = np.array([0.5, 1, 2])[None, :, None] * POSITIONS + chance.normal(size=(6, 3, 1))
    swept = np.sin(waves) + 0.1 * chance.normal(size=(6, 3, 9))  # item, attribute, step
    values = np.zeros((3, 9, 6, 3))
    values[[0, 1, 2], :, :, [0, 1, 2]] = swept.transpose(1, 2, 0)
    by_name = decoded(values, POSITIONS, ["a", "b", "c"], np.ones(3))
    assert list(by_name["monotonicity"].each.values()) == pytest.approx([1 / 3, 1 / 6, -1 / 6], abs=1e-9)
    assert list(by_name["smoothness"].each.values()) == pytest.approx(
        [0.495317841, 0.6488265653, 0.5571609409], abs=1e-9
    )


def test_slopes_too_small_to_hear_do_not_count() -> None:
    assert scores(sweep(0.0009 * LINE))["monotonicity"] == 0
    assert scores(sweep(0.0011 * LINE))["monotonicity"] == 1


@given(arrays(float, (2, 9, 3, 2), elements=st.floats(-1e3, 1e3)))
def test_bounds(values: np.ndarray) -> None:
    by_name = decoded(values, POSITIONS, NAMES, np.ones(2))
    assert -1 <= by_name["monotonicity"].value <= 1
    assert -1e-9 <= by_name["smoothness"].value <= 1
    assert 0 <= by_name["linearity"].value <= 1
    assert by_name["consistency"].value <= 1
    assert by_name["restrictiveness"].value <= 1


def test_changes_are_counted_by_dimension_and_attribute() -> None:
    before = np.array([[0.5, 0.2], [0.5, 0.2]])
    values = np.tile(before, (2, 4, 1, 1))
    values[0, :, :, 0] += 0.1  # the first dimension changes its attribute in each step, of both items,
    values[1, 1:, 0, 1] -= 0.1  # the second in three of four, of one
    values[1, 0, 1, 0] = 0.0  # and the other attribute once
    assert changes(values, before).tolist() == [[1, 0], [0.125, 0.375]]


def test_changes_are_any_beyond_rounding() -> None:
    before = np.array([[1e6, 0.0]])
    values = np.tile(before, (1, 3, 1, 1))
    values[0, 0, 0] += [0.5, 5e-10]  # the first is little beside the value, the second is rounding
    values[0, 1, 0] += [0.0, 5e-9]
    assert changes(values, before) == pytest.approx(np.array([[1 / 3, 1 / 3]]))
    with pytest.raises(DataError, match="^decoded attributes of the shape"):
        changes(before, before)
    with pytest.raises(DataError, match="^attributes of the shape"):
        changes(values, before[0])


NONE = np.full_like(LINE, np.nan)


@pytest.mark.parametrize(
    ("values", "positions", "std", "message"),
    [
        (sweep(LINE)[:1], POSITIONS, np.ones(2), "1 dimensions moved, 2 attributes, 2 names, 2 standard deviations"),
        (
            sweep(LINE),
            POSITIONS,
            np.ones(1),
            "2 dimensions moved, 2 attributes, 2 names, 1 standard deviations: give one of each for each attribute$",
        ),
        (sweep(LINE), POSITIONS[:-1], np.ones(2), "values at 9 steps and 8 positions: give one position for each step"),
        (sweep(LINE[:2]), POSITIONS[:2], np.ones(2), "3 items at 2 steps are too few to measure"),
        (sweep(LINE[:, :0]), POSITIONS, np.ones(2), "0 items at 9 steps are too few to measure"),
        (sweep(LINE, NONE), POSITIONS, np.ones(2), "attribute 'range' is not finite at 27 of 54 places"),
        (sweep(LINE), POSITIONS[::-1], np.ones(2), "the positions 2, 1.5, 1, .* -2 do not rise evenly"),
        (sweep(LINE), np.zeros(9), np.ones(2), "the positions 0, 0, .* do not rise evenly"),
        (sweep(LINE), POSITIONS**3, np.ones(2), "the positions -8, .* do not rise evenly"),
        (sweep(LINE), POSITIONS, np.array([1.0, 0]), "the standard deviation of attribute 'range' is not above 0"),
    ],
)
def test_what_cannot_be_measured_is_said_in_a_line(
    values: np.ndarray, positions: np.ndarray, std: np.ndarray, message: str
) -> None:
    with pytest.raises(DataError, match=message) as error:
        decoded(values, positions, NAMES, std)
    assert "\n" not in str(error.value)
