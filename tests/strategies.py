"""Random music for property tests."""

from fractions import Fraction

import numpy as np
from hypothesis import strategies as st

from armusic.music.score import METRES, Measure, Metre, Tune
from armusic.music.tokenizer import HOLD, PAD, REST, decode, ticks

metres = st.sampled_from([*METRES, Metre(2, 2)])
tokens = st.one_of(st.just(HOLD), st.just(HOLD), st.just(REST), st.integers(40, 90))


def measures_of(written: list[Metre]) -> tuple[Measure, ...]:
    """Return measures of these metres, one after another."""
    starts = np.cumsum([0, *(metre.length for metre in written)])
    return tuple(Measure(Fraction(start), metre) for start, metre in zip(starts, written, strict=False))


@st.composite
def rows(draw: st.DrawFn) -> tuple[np.ndarray, tuple[Measure, ...]]:
    """Any rows of tokens at all, with measures for them."""
    measures = measures_of(draw(st.lists(metres, min_size=1, max_size=6)))
    width = max(ticks(measure.metre) for measure in measures)
    array = np.full((len(measures), width), PAD, dtype=np.int16)
    for row, measure in enumerate(measures):
        count = ticks(measure.metre)
        array[row, :count] = draw(st.lists(tokens, min_size=count, max_size=count))
    return array, measures


@st.composite
def tunes(draw: st.DrawFn) -> Tune:
    """Tunes on the grid."""
    array, measures = draw(rows())
    return Tune(decode(array, measures), measures, source="drawn")
