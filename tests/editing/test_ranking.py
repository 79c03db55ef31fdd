"""Of items with nearly the same values, the nearest are taken."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from armusic.editing.ranking import nearest, rank

items = st.lists(
    st.tuples(st.integers(0, 2), st.floats(-1, 1), st.sampled_from([0.0, 0.1, 0.2, 0.3])), min_size=1, max_size=30
)


@given(items, st.integers(1, 4), st.sampled_from([0.1, 0.5]))
def test_the_nearest_of_each_group_and_as_many_as_there_are(
    drawn: list[tuple[int, float, float]], count: int, resolution: float
) -> None:
    of, values, distance = (np.array(column) for column in zip(*drawn, strict=True))
    places = nearest(of, values[:, None], distance, resolution, count)
    assert (np.diff(places) > 0).all()
    groups: dict[tuple[int, int], list[int]] = {}
    for item in range(len(of)):
        groups.setdefault((int(of[item]), int(np.floor(values[item] / resolution + 0.5))), []).append(item)
    for members in groups.values():
        taken = [item for item in members if item in places]
        left = [item for item in members if item not in places]
        assert len(taken) == min(count, len(members))
        assert not left or max(distance[taken]) <= min(distance[left])


@given(st.lists(st.integers(0, 3), max_size=20))
def test_ranks_count_up_within_each_group(groups: list[int]) -> None:
    ordered = sorted(groups)
    assert rank(np.array(ordered, dtype=int)).tolist() == [
        place - ordered.index(group) for place, group in enumerate(ordered)
    ]


def test_all_that_are_nearly_equal_in_every_value_are_equals() -> None:
    values = np.array([[0.0, 0.0], [0.01, 0.3], [0.02, 0.01]])
    distance = np.array([0.3, 0.2, 0.1])
    assert nearest(np.zeros(3, dtype=int), values, distance, 0.1, 1).tolist() == [1, 2]
