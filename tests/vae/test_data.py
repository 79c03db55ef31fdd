"""Splits, batches and scales."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from armusic.errors import DataError
from armusic.vae.data import Data, batches, scale_of, split


def data_of(groups: list[int], kinds: int = 2) -> Data:
    count = len(groups)
    a = np.linspace(0, 1, count, dtype=np.float32)[:, None]
    return Data(np.arange(count)[:, None], a, ("density",), np.array(groups), np.arange(count) % kinds)


@given(st.lists(st.integers(0, 40), min_size=10, max_size=60).map(lambda drawn: [0, 1, 2, *drawn]), st.integers(0, 5))
def test_a_split_keeps_groups_together_and_loses_nothing(groups: list[int], seed: int) -> None:
    parts = split(data_of(groups), seed)
    assert sorted(np.concatenate([part.x[:, 0] for part in parts]).tolist()) == list(range(len(groups)))
    sides = [set(part.group.tolist()) for part in parts]
    assert sum(map(len, sides)) == len(set(groups))
    assert all(sides)
    assert split(data_of(groups), seed)[2].x.tolist() == parts[2].x.tolist()


def test_the_shares_are_those_of_the_items() -> None:
    parts = split(data_of(list(range(1000))), 0)
    assert [len(part) for part in parts] == pytest.approx([800, 100, 100], abs=2)


def test_three_groups_are_the_least() -> None:
    assert [len(part) for part in split(data_of([1, 2, 3]), 0)] == [1, 1, 1]
    with pytest.raises(DataError, match="only 2 groups of items"):
        split(data_of([1, 2, 2]), 0)


def test_batches_hold_one_kind_and_everything_once() -> None:
    kind = np.array([0, 1, 0, 0, 1, 2])
    dealt = list(batches(kind, 2, np.random.default_rng(0)))
    assert all(len(set(kind[rows].tolist())) == 1 and len(rows) <= 2 for rows in dealt)
    assert sorted(np.concatenate(dealt).tolist()) == [0, 1, 2, 3, 4, 5]
    assert [rows.tolist() for rows in batches(kind, 2)] == [[0, 2], [3], [1, 4], [5]]


def test_distinct_items() -> None:
    data = Data(
        np.array([[5], [5], [5], [7]]), np.zeros((4, 1), np.float32), ("a",), np.arange(4), np.array([0, 0, 1, 0])
    )
    assert data.distinct().group.tolist() == [0, 2, 3]


def test_a_scale_is_one_per_kind_and_falls_back_where_a_kind_has_no_spread() -> None:
    a = np.array([[0.0], [2.0], [4.0], [4.0]], dtype=np.float32)
    data = Data(np.zeros((4, 1)), a, ("density",), np.arange(4), np.array([0, 0, 1, 1]))
    scale = scale_of(data, 3)
    assert scale.mean[:, 0].tolist() == [1, 2.5, 2.5]
    assert scale.std[0, 0] == 1
    assert scale.std[1:, 0] == pytest.approx(float(a.std()))
    assert scale.standardise(np.array([[3.0]]), np.array([0])).tolist() == [[2.0]]


@pytest.mark.parametrize(
    ("values", "message"), [([1, 1], "the same for all 2 items"), ([1, np.nan], "not finite for 1 item")]
)
def test_attributes_that_cannot_be_scaled(values: list[float], message: str) -> None:
    a = np.array(values, dtype=np.float32)[:, None]
    with pytest.raises(DataError, match=f"attribute 'density' is {message}"):
        scale_of(Data(np.zeros((2, 1)), a, ("density",), np.arange(2), np.zeros(2, int)), 1)
