"""Tables of values: they rise, they can be turned round and written down, and percentiles are values that occur."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from armusic.editing import calibration
from armusic.editing.calibration import Calibration, Table
from armusic.errors import CheckpointError, UsageError

NAMES = ("rhythm", "range")


def decoded(z: np.ndarray, kind: int) -> np.ndarray:
    """Stand in for a model: a smooth attribute, and one in steps that saturates; both differ by kind."""
    return np.column_stack([np.tanh(z[:, 0]) / 4 + 0.5 + kind, (z[:, 1].clip(-2, 2) * 3).round() / 26])


@pytest.fixture(scope="module")
def scale() -> Calibration:
    rng = np.random.default_rng(0)
    z, kind = rng.normal(size=(1500, 5)), np.repeat([0, 1, 2], [900, 595, 5])
    corpus = rng.integers(0, 20, size=(1500, 2)) / 19
    return calibration.measure(decoded, z, kind, (corpus, kind), NAMES, 4)


def test_the_table_is_what_the_decoder_does(scale: Calibration) -> None:
    for kind in range(4):  # the last scale has no items, and borrows them
        value = np.linspace(-0.23, 0.23, 50) + 0.5 + kind
        z = scale.value_to_z("rhythm", kind, value)
        assert np.allclose(np.tanh(z) / 4 + 0.5 + kind, value, atol=0.02)
    assert np.allclose(scale.table("rhythm", 0).span, (0.25, 0.75), atol=0.01)
    assert np.allclose(scale.table("range", 0).span, (-6 / 26, 6 / 26))


def test_both_columns_of_a_table_rise(scale: Calibration) -> None:
    for tables in scale.tables.values():
        for table in tables:
            assert (np.diff(table.value) > 0).all()
            assert (np.diff(table.z) > 0).all()
            assert (np.diff(table.percentiles) >= 0).all()


@given(st.floats(0.26, 0.74), st.integers(0, 1))
def test_z_is_where_the_value_is_in_each_kind(value: float, kind: int) -> None:
    z, percentiles = np.linspace(-4, 4, 500), np.linspace(0, 1, 101)
    tables = Table(np.tanh(z) / 4 + 0.5, z, percentiles), Table(np.tanh(z) / 4 + 0.5, z + 1, percentiles)
    scale = Calibration({"rhythm": tables})
    z = scale.value_to_z("rhythm", kind, np.array([value]))
    assert np.allclose(np.tanh(z - kind) / 4 + 0.5, value, atol=1e-4)
    both = scale.value_to_z("rhythm", np.array([1 - kind, kind]), np.array([0.5, value]))
    assert both[1] == z[0], "as in its kind, whatever stands beside it"
    assert both[0] == pytest.approx(1 - kind, abs=1e-3)


def test_beyond_the_table_stand_its_ends(scale: Calibration) -> None:
    table = scale.table("range", 1)
    assert scale.value_to_z("range", 1, np.array([-9.0, 9.0])).tolist() == [table.z[0], table.z[-1]]


def test_percentiles() -> None:
    a = np.repeat([0.1, 0.2, 0.3, 0.4], 25)[:, None]
    kind = np.zeros(100, dtype=int)
    scale = calibration.measure(lambda z, kind: z, a, kind, (a, kind), ("density",), 1)
    assert [scale.percentile("density", 0, percent) for percent in (0, 20, 50, 90, 100)] == [0.1, 0.1, 0.2, 0.4, 0.4]


def test_an_attribute_that_is_no_dimension_has_percentiles_only() -> None:
    z, kind = np.zeros((50, 1)), np.repeat([0, 1], 25)
    corpus = np.column_stack([np.zeros(50), np.arange(50) / 50])
    scale = calibration.measure(lambda z, kind: z, z, kind, (corpus, kind), ("density",), 2, others=("mood",))
    assert [scale.percentile("mood", kind, 100) for kind in (0, 1)] == [24 / 50, 49 / 50]
    again = calibration.from_dict(json.loads(json.dumps(scale.as_dict())))
    assert again.percentile("mood", 0, 20) == scale.percentile("mood", 0, 20) == pytest.approx(0.1, abs=0.021)
    with pytest.raises(UsageError, match="attribute 'mood' has no dimension in the model"):
        again.value_to_z("mood", 0, np.array([0.1]))


def test_a_model_that_does_nothing_has_a_table_of_one_value() -> None:
    z, kind = np.zeros((50, 1)), np.zeros(50, dtype=int)
    scale = calibration.measure(lambda z, kind: np.full((len(z), 1), 0.5), z, kind, (z, kind), ("density",), 1)
    assert scale.table("density", 0).span == (0.5, 0.5)
    assert np.isfinite(scale.value_to_z("density", 0, np.array([0.1, 0.9]))).all()


def test_it_can_be_written_as_json(scale: Calibration) -> None:
    again = calibration.from_dict(json.loads(json.dumps(scale.as_dict())))
    assert again.as_dict() == scale.as_dict()
    value = np.array([0.3, 0.4])
    assert (again.value_to_z("rhythm", 0, value) == scale.value_to_z("rhythm", 0, value)).all()


def test_the_same_seed_gives_the_same_tables() -> None:
    z, kind = np.random.default_rng(0).normal(size=(60, 2)), np.zeros(60, dtype=int)
    first, again, other_seed = (
        calibration.measure(decoded, z, kind, (z, kind), NAMES, 1, seed).as_dict() for seed in (1, 1, 2)
    )
    assert first == again
    assert first != other_seed


@pytest.mark.parametrize("percent", [-1, 100.5, float("nan")])
def test_percentiles_that_there_are_not(scale: Calibration, percent: float) -> None:
    with pytest.raises(UsageError, match="give one from 0 to 100, such as p80"):
        scale.percentile("rhythm", 0, percent)


def test_attributes_that_there_are_not(scale: Calibration) -> None:
    with pytest.raises(UsageError, match="attribute 'contour' has no table of values: there is rhythm, range"):
        scale.value_to_z("contour", 0, np.array([0.0]))


@pytest.mark.parametrize("plain", [{"rhythm": [{"value": [1]}]}, {"rhythm": 3}, {"rhythm": [{"value": "x", "z": [1]}]}])
def test_broken_tables_are_refused(plain: dict[str, object]) -> None:
    with pytest.raises(CheckpointError, match="the tables of values cannot be read"):
        calibration.from_dict(plain)
