"""Lines are moved by steps of the scale, figures are added on the grid, and the weakest notes leave first."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from armusic.music.tokenizer import HOLD, REST, encode, is_onset
from armusic.taste import lines
from armusic.taste.lines import SHIFTS, STRETCHES, TILTS
from tests.notation import tune

C_MAJOR = np.array([pitch for pitch in range(36, 97) if pitch % 12 in (0, 2, 4, 5, 7, 9, 11)])
STAYS = np.array([True])
FREE = np.array([False])


def measure(music: str) -> np.ndarray:
    """Return the tokens of a measure in C that is written in eighths."""
    return encode(tune("4/4", music.replace("F", "=F").replace("f", "=f"))).astype(np.int64)


def place(shape: int, tilt: int, stretch: float, shift: int) -> int:
    """Return the place of a move among all: shape 0 is the whole line, 1 its second half, 2 its first."""
    moves = [move for move in product(range(3), TILTS, STRETCHES, SHIFTS) if move[1] or not move[0]]
    return moves.index((shape, tilt, stretch, shift))


def steps(tokens: np.ndarray) -> list[int]:
    """Return the notes as places in the scale."""
    return np.searchsorted(C_MAJOR, tokens[is_onset(tokens)]).tolist()


@pytest.mark.parametrize("tilt", TILTS)
def test_a_tilt_of_n_steps_moves_the_last_note_by_n_steps_against_the_first(tilt: int) -> None:
    row = measure("C2 E2 D2 F2|")
    (tilted,) = lines.moved(row, C_MAJOR, FREE)[place(0, tilt, 0.0, 0)]
    before, after = steps(row), steps(tilted)
    moved = (after[-1] - before[-1]) - (after[0] - before[0])
    assert abs(moved - tilt) <= tilt % 2, "of an odd tilt, each end has half a step, and is rounded"


@pytest.mark.parametrize("shape", [1, 2])
def test_half_of_the_line_may_be_tilted_alone(shape: int) -> None:
    row = measure("C2 C2 C2 C2 |")
    (tilted,) = lines.moved(row, C_MAJOR, FREE)[place(shape, 6, 0.0, 0)]
    rises = np.diff(steps(tilted))
    flat, steep = (rises[0], rises[-1]) if shape == 1 else (rises[-1], rises[0])
    assert flat == 0
    assert steep > 0


def test_a_shift_moves_all_notes_by_a_step() -> None:
    row = measure("CDEF GABc|")
    (moved,) = lines.moved(row, C_MAJOR, FREE)[place(0, 0, 0.0, 1)]
    assert steps(moved) == [step + 1 for step in steps(row)]


def test_a_line_may_be_stretched_to_twice_its_width_or_to_one_pitch() -> None:
    row = measure("D2 E2 F2 G2 |")
    (wide,) = lines.moved(row, C_MAJOR, FREE)[place(0, 0, 1.0, 0)]
    assert np.ptp(steps(wide)) in (6, 7, 8), "three steps"
    (flat,) = lines.moved(measure("D2 E2 D2 F2 |"), C_MAJOR, FREE)[place(0, 0, -1.0, 0)]
    assert np.ptp(steps(flat)) <= 1


def test_the_input_is_among_them() -> None:
    row = measure("CEGc BAGF|")
    assert (lines.moved(row, C_MAJOR, FREE)[place(0, 0, 0.0, 0)] == row).all()


notes = st.lists(st.sampled_from([HOLD, HOLD, REST, *C_MAJOR[10:25].tolist()]), min_size=12, max_size=12)


@given(notes)
def test_the_rhythm_stays_and_so_does_the_last_note_where_it_is_to(row: list[int]) -> None:
    tokens = np.array([row, row])
    onset = is_onset(tokens)
    results = lines.moved(tokens, C_MAJOR, np.array([True, False]))
    assert (is_onset(results) == onset).all()
    assert (np.where(onset, 0, results) == np.where(onset, 0, tokens)).all()
    assert np.isin(results[:, onset], C_MAJOR).all()
    if onset.any():
        last = np.flatnonzero(onset[0])[-1]
        assert (results[:, 0, last] == row[last]).all()


def test_a_pitch_outside_the_scale_stays_unless_it_moves() -> None:
    row = measure("C2 F2 G2 A2 |")
    row[0, 6] += 1
    results = lines.moved(row, C_MAJOR, FREE)
    assert (results[place(0, 0, 0.0, 0)][0] == row[0]).all()
    assert results[place(0, 0, 0.0, 1)][0, 6] in C_MAJOR


@given(notes, st.integers(0, 99))
@settings(max_examples=50)
def test_added_notes_lie_in_the_scale_and_on_the_grid_and_the_others_stay(row: list[int], seed: int) -> None:
    tokens, rng = np.array([row]), np.random.default_rng(seed)
    grid = rng.random((1, 12)) < 0.5
    results = lines.filled(tokens, C_MAJOR, grid, rng)
    added = results != tokens
    assert not added[:, ~grid].any()
    assert np.isin(results[added], C_MAJOR).all()
    sounds = np.logical_or.accumulate(is_onset(tokens), axis=1)
    assert not added[:, ~sounds | (tokens != HOLD)].any(), "only where a note goes on"


def test_figures_go_from_few_notes_to_many() -> None:
    results = lines.filled(measure("C4 G4|"), C_MAJOR, np.ones((1, 24), dtype=bool), np.random.default_rng(0))
    count = is_onset(results).sum(axis=(1, 2))
    assert count[:12].mean() < count[-12:].mean() - 2


def test_a_measure_gets_the_same_figures_beside_others() -> None:
    two, grid = np.vstack([measure("C4 G4|"), measure("E2 F2 G4|")]), np.ones((2, 24), dtype=bool)
    together = lines.filled(two, C_MAJOR, grid, np.random.default_rng(0))
    alone = lines.filled(two[1:], C_MAJOR, grid[1:], np.random.default_rng(0))
    assert (together[:, 1:] == alone).all()
    weight = np.ones((2, 24))
    together = lines.thinned(two, weight, np.random.default_rng(0))
    assert (together[:, 1:] == lines.thinned(two[1:], weight[1:], np.random.default_rng(0))).all()


@given(notes, st.integers(0, 99))
@settings(max_examples=50)
def test_thinning_leaves_a_note_and_adds_none(row: list[int], seed: int) -> None:
    tokens, rng = np.array([row]), np.random.default_rng(seed)
    results = lines.thinned(tokens, rng.random((1, 12)), rng)
    assert (is_onset(results).any(axis=(1, 2)) == is_onset(tokens).any()).all()
    assert (results[0] == tokens).all()
    changed = results != tokens
    assert (results[changed] == HOLD).all()
    assert is_onset(np.broadcast_to(tokens, results.shape)[changed]).all()
    assert is_onset(results[-1]).sum() == min(is_onset(tokens).sum(), 1)


def test_the_weakest_notes_leave_first() -> None:
    row = measure("CDEF GABc|")
    weight = np.zeros((1, 24))
    weight[0, ::3] = 10, 80, 30, 60, 20, 70, 40, 50
    results = lines.thinned(row, weight / 80, np.random.default_rng(0), count=8)
    order = [1, 5, 3, 7, 6, 2, 4, 0]
    often = [is_onset(results[:, 0, 3 * note]).sum() for note in order]
    assert np.corrcoef(often, range(8))[0, 1] > 0.8
    assert often[-1] == 8, "the strongest stays"
