"""An axis of shares: what is nearly right is spread, and what can be read below it is true."""

from math import log10

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from armusic.report.scales import LEAST, accuracy_scale

SHARES = st.lists(st.floats(0, 1), min_size=1, max_size=8)


def test_a_tenth_of_what_is_wrong_is_a_step() -> None:
    scale = accuracy_scale([0.72, 0.9985])
    assert scale.of(0.9) - scale.of(0.0) == pytest.approx(1)
    assert scale.of(0.99) - scale.of(0.9) == pytest.approx(1)
    assert list(scale.ticks) == ["90", "99", "99.8"]


def test_what_is_all_right_stands_at_the_end() -> None:
    scale = accuracy_scale([0.9, 0.99, 1.0])
    assert scale.of(0.99) < scale.of(1.0) == scale.ticks["100"] < scale.ends[1]


def test_what_is_alike_is_not_torn_apart() -> None:
    low, high = accuracy_scale([0.9768, 0.9769]).ends
    assert high - low > LEAST


@given(SHARES)
@example([0.99999])
@example([0.9999995565])
def test_everything_is_between_the_ends_in_order_and_names_are_true(shares: list[float]) -> None:
    scale = accuracy_scale(shares)
    places = [scale.of(share) for share in sorted(shares)]
    assert places == sorted(places)
    assert all(scale.ends[0] <= place <= scale.ends[1] for place in places)
    assert len(scale.ticks) >= 2
    for name, place in scale.ticks.items():
        assert scale.ends[0] <= place <= scale.ends[1]
        if name != "100":
            assert place == pytest.approx(-log10(1 - float(name) / 100), abs=0.02)


def test_long_names_have_more_room() -> None:
    assert list(accuracy_scale([0.957, 0.99999, 1.0]).ticks) == ["100", "99", "99.9"]
