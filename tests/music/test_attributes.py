"""Attributes of measures: the paper's values, other metres, and the contract that all of them keep."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from armusic import config
from armusic.errors import UsageError
from armusic.music import attributes
from armusic.music.score import METRES, Metre
from armusic.music.tokenizer import HOLD, PAD, REST, ticks

GOLDEN = Path(__file__).parents[1] / "data" / "golden_attributes.npz"
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
        (Metre(6, 8), dict.fromkeys(range(0, 12, 2), 60), 2.87 / 8.87, 6 / 12),  # six eighths
        (Metre(9, 8), {0: 60}, 0.20 / 13.54, 1 / 18),
        (Metre(12, 8), {0: 60, 12: 60}, 0.45 / 17.79, 2 / 24),
        (Metre(2, 2), dict.fromkeys(range(0, 24, 3), 60), 3.79 / 27.79, 8 / 24),
    ],
)
def test_rhythm_and_density_by_hand(metre: Metre, at: dict[int, int], rhythm: float, density: float) -> None:
    values = attributes.measure(notes(metre, at), metre, ("rhythm", "density"))[0]
    assert values == pytest.approx([rhythm, density])


def test_range_and_contour_by_hand() -> None:
    row = notes(COMMON, {0: 60, 6: 73, 12: 55, 18: 62})
    assert attributes.measure(row, COMMON, ("range", "contour"))[0] == pytest.approx([18 / 26, 2 / 26])
    lowest = notes(COMMON, {0: 0, 6: 0})
    assert attributes.measure(lowest, COMMON, ("range", "contour"))[0].tolist() == [0, 0]


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

    def test_rows_may_be_wider_than_the_metre(self, name: str, metre: Metre) -> None:
        row = notes(metre, {0: 60, 3: 64, 4: 55})
        wide = np.concatenate([row, np.full((1, 6), PAD, dtype=np.int16)], axis=1)
        assert (attributes.measure(wide, metre, (name,)) == attributes.measure(row, metre, (name,))).all()


ALL = tuple(attributes.ATTRIBUTES)


@given(st.integers(-20, 20))
def test_none_of_ours_changes_by_transposition(shift: int) -> None:
    row = notes(COMMON, {0: 60, 6: 73, 12: 55, 18: 62})
    moved = np.where(row < HOLD, row + shift, row)
    assert (attributes.measure(row, COMMON, ALL) == attributes.measure(moved, COMMON, ALL)).all()


@given(st.lists(st.sampled_from([50, 60, 61, 79, HOLD, REST]), min_size=24, max_size=24))
def test_all_of_ours_are_finite_and_bounded(row: list[int]) -> None:
    values = attributes.measure(np.array([row], dtype=np.int16), COMMON, ALL)
    assert (np.abs(values) <= 1.5).all()  # two octaves and more are above 1 in range and contour
    assert (values[:, 4:8] >= 0).all()
    assert (values[:, 4:8] <= 1).all()


EIGHTHS = [tick for beat in range(0, 24, 6) for tick in (beat, beat + 3)]
SIXTEENTHS = [tick for beat in range(0, 24, 6) for tick in (beat, beat + 1, beat + 3, beat + 5)]


def struck(pattern: str, places: list[int]) -> dict[int, int]:
    """Return where a pattern such as `x..x` has notes, one letter per place."""
    return {place: 60 for letter, place in zip(pattern, places, strict=False) if letter == "x"}


@pytest.mark.parametrize(
    ("metre", "at", "expected"),
    [
        # Longuet-Higgins and Lee (1984), figure 9, as H. Honing's program quotes it
        (COMMON, struck("xx..", [0, 6, 12, 18]), 1),
        (COMMON, struck("x.xx..x.", EIGHTHS), 2),
        (COMMON, struck("x..x", [0, 6, 12, 18]), 0),
        (Metre(3, 4), struck("x.x", [0, 6, 12]), 0),
        (Metre(3, 4), struck("xx.", [0, 6, 12]), 0),
        # by hand: the level of the strongest place that passes, minus the note's own
        (COMMON, struck("xxxxxxxx", EIGHTHS), 0),
        (COMMON, struck(".x.x.x.x", EIGHTHS), 1 + 2 + 1),  # the last one's bar line does not count
        (COMMON, struck("x..x..x.", EIGHTHS), 2),  # tresillo: the second note passes beat 3
        (COMMON, struck("x..x..x...x.x...", SIXTEENTHS), 2 + 2),  # son clave, over beats 2 and 3
        (COMMON, struck("x..x...x..x.x...", SIXTEENTHS), 2 + 3),  # rumba clave
        (COMMON, struck("...x", [0, 6, 12, 18]), 0),  # what is held or silent at the beginning
        (COMMON, dict.fromkeys([0, 2, 4, 6, 8, 10, 12], 60), 0),  # triplets
        (COMMON, dict.fromkeys([0, 4, 12], 60), 3),  # the last of a triplet, tied over beat 2
        (COMMON, dict.fromkeys([0, 2, 6, 12], 60), 0),  # the second and third of a triplet, tied
        (Metre(2, 4), struck("xx..", [0, 3, 6, 9]), 1),
        (Metre(6, 8), struck("xx.x..", [0, 2, 4, 6, 8, 10]), 0),
        (Metre(6, 8), struck("x.x...", [0, 2, 4, 6, 8, 10]), 1),
        (Metre(12, 8), dict.fromkeys([0, 10], 60), 2),  # over the middle of the measure
        (Metre(2, 2), struck("xx..", [0, 6, 12, 18]), 1),
    ],
)
def test_syncopation_by_hand(metre: Metre, at: dict[int, int], expected: int) -> None:
    most = {"4/4": 14, "2/4": 5, "3/4": 9, "6/8": 6, "12/8": 15}[str(metre.kind)]
    values = attributes.measure(notes(metre, at), metre, ("syncopation",))[0, 0]
    assert values * most == pytest.approx(expected)


@pytest.mark.parametrize("metre", METRES, ids=str)
def test_a_measure_can_be_as_syncopated_as_one(metre: Metre) -> None:
    rng = np.random.default_rng(0)
    tokens = np.where(rng.random((20_000, ticks(metre))) < 0.35, 60, HOLD).astype(np.int16)
    most = attributes.measure(tokens, metre, ("syncopation",)).max()
    assert 0.75 <= most <= 1


def entropy(*counts: int) -> float:
    share = np.array(counts) / sum(counts)
    return float(-(share * np.log(share)).sum())


@pytest.mark.parametrize(
    ("metre", "at", "expected"),
    [
        (COMMON, struck("xxxxxxxx", EIGHTHS), 0),
        (COMMON, struck("x.xxx...", EIGHTHS), entropy(1, 2, 1)),  # quarter; two eighths; half
        (COMMON, struck("x..xx..x", EIGHTHS), entropy(2, 2)),
        (COMMON, dict.fromkeys([0, 2, 4, 6, 9], 60), entropy(3, 1, 1)),  # a triplet, an eighth, a half and more
        (COMMON, struck("...x", [0, 6, 12, 18]), 0),
        (Metre(6, 8), dict.fromkeys([0, 4, 6, 10], 60), entropy(2, 2)),
    ],
)
def test_rhythmic_entropy_by_hand(metre: Metre, at: dict[int, int], expected: float) -> None:
    row = notes(metre, at)
    values = attributes.measure(row, metre, ("rhythmic_entropy",))[0, 0]
    assert values == pytest.approx(expected / np.log(ticks(metre)))
    row[0, max(at) + 1] = REST  # a shorter last note is the same rhythm
    assert attributes.measure(row, metre, ("rhythmic_entropy",))[0, 0] == values


@pytest.mark.parametrize(
    ("pitches", "expected", "mean"),
    [
        ([60], 0, 0),
        ([60, 72], 0, 12),
        ([60, 62, 64, 66], 0, 2),
        ([60, 62, 60], entropy(1, 1), 2),  # up is not down
        ([60, 62, 64, 60, 60], entropy(2, 1, 1), 2),
        ([127, 0, 127], entropy(1, 1), 127),
    ],
)
def test_intervals_by_hand(pitches: list[int], expected: float, mean: float) -> None:
    row = notes(COMMON, dict(zip(EIGHTHS, pitches, strict=False)))
    values = attributes.measure(row, COMMON, ("interval_entropy", "mean_interval"))[0]
    assert values == pytest.approx([expected / np.log(24), mean / 26])


@pytest.mark.parametrize(
    ("metre", "at", "expected"),
    [
        (COMMON, struck("xxxx", [0, 6, 12, 18]), 4 / 4.728),
        (COMMON, struck("xxxxxxxx", EIGHTHS), 4.6 / 4.728),
        (COMMON, {1: 60, 2: 60, 4: 60}, 0.024 / 4.728),
        (Metre(6, 8), dict.fromkeys(range(0, 12, 2), 60), 2.6 / 2.648),
    ],
)
def test_beat_strength_by_hand(metre: Metre, at: dict[int, int], expected: float) -> None:
    assert attributes.measure(notes(metre, at), metre, ("beat_strength",))[0, 0] == pytest.approx(expected)


def test_a_batch_is_its_measures() -> None:
    rng = np.random.default_rng(1)
    tokens = rng.choice([50, 60, 61, HOLD, HOLD, HOLD, REST], size=(200, 24)).astype(np.int16)
    alone = np.concatenate([attributes.measure(row[None], COMMON, ALL) for row in tokens])
    for count in (2, 200):
        together = attributes.measure(tokens[:count], COMMON, ALL)
        np.testing.assert_allclose(together, alone[:count], atol=1e-12)


def test_the_default_is_that_of_the_configuration() -> None:
    assert attributes.DEFAULT == config.ATTRIBUTES == ("rhythm", "range", "density", "contour")


def test_names_and_their_aliases() -> None:
    assert attributes.canonical_name("pitch_range") == "range"
    assert attributes.canonical_name("mean_absolute_interval") == "mean_interval"
    with pytest.raises(UsageError, match="unknown attribute 'rythm': did you mean rhythm"):
        attributes.canonical_name("rythm")
    with pytest.raises(UsageError, match=r"did you mean rhythmic_entropy or rhythm\?$"):
        attributes.canonical_name("rhythmic_e")
    with pytest.raises(UsageError, match=r"unknown attribute 'Density': did you mean density\?$"):
        attributes.canonical_name("Density")
    with pytest.raises(UsageError, match=r"did you mean pitch_range\?$"):
        attributes.canonical_name("pitch_rang")
    with pytest.raises(UsageError, match="there is rhythm, range"):
        attributes.canonical_name("zzz")


def test_names_of_a_model_are_its_own() -> None:
    assert attributes.canonical_name("note_density", ["density", "my.py:f"]) == "density"
    assert attributes.canonical_name("my.py:f", ["density", "my.py:f"]) == "my.py:f"
    with pytest.raises(UsageError, match="unknown attribute 'range': there is density, my.py:f$"):
        attributes.canonical_name("range", ["density", "my.py:f"])
    with pytest.raises(UsageError, match="unknown attribute 'pitch_rang': there is density$"):
        attributes.canonical_name("pitch_rang", ["density"])


@given(st.lists(st.integers(0, len(METRES) - 1), max_size=8))
def test_measures_in_several_metres_are_each_measured_in_their_own(kinds: list[int]) -> None:
    rng, width = np.random.default_rng(0), max(map(ticks, METRES))
    tokens = np.where(rng.random((len(kinds), width)) < 0.4, rng.integers(50, 80, (len(kinds), width)), HOLD)
    values = attributes.measure_each(tokens, np.array(kinds, dtype=int), ("rhythm", "syncopation"))
    assert values.shape == (len(kinds), 2)
    for row, kind in enumerate(kinds):
        alone = attributes.measure(tokens[[row]], METRES[kind], ("rhythm", "syncopation"))[0]
        assert values[row] == pytest.approx(alone, rel=1e-12)
    assert attributes.measure_each(tokens, np.array(kinds, dtype=int), ()).shape == (len(kinds), 0)
