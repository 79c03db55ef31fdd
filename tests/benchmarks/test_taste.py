"""What the benchmark of taste counts, and how its judges are made."""

import json
from collections.abc import Sequence
from fractions import Fraction

import faults
import judge
import numpy as np
import pytest
import taste
import taste_table
import temperley
from temperley import Listener

from armusic.music import tokenizer
from armusic.music.score import METRES, Measure, Metre, Tune
from armusic.music.tokenizer import HOLD, REST, TICKS_PER_BEAT

C_MAJOR = Listener(60, True, 66.0)
NAMES = ("rhythm", "range", "density", "contour")


def rows(*measures: dict[int, int], beats: int = 2) -> np.ndarray:
    """Return measures that have tokens at some ticks."""
    tokens = np.full((len(measures), beats * TICKS_PER_BEAT), HOLD)
    for row, measure in zip(tokens, measures, strict=True):
        row[list(measure)] = list(measure.values())
    return tokens


def counted(before: np.ndarray, after: np.ndarray, metre: str = "2/4") -> faults.Pairs:
    return faults.count(before, after, np.full(len(before), METRES.index(Metre.parse(metre))), C_MAJOR.tonic)


EIGHTHS = {0: 60, 3: 62, 6: 64, 9: 65}
PHRASE = rows(*[EIGHTHS] * 7, {0: 62, 6: 67}, *[EIGHTHS] * 7, {0: 62, 6: 60})


def test_nothing_is_wrong_with_the_tune_itself() -> None:
    figures = counted(PHRASE, PHRASE)
    assert figures[faults.CADENCES] == figures[faults.LAST] == figures[faults.TONIC] == (1, 1)
    assert figures[faults.ALIKE] == (13, 13)
    assert figures[f"{faults.DOWNBEATS}, 2/4"] == (0, 16)
    assert all(figures[name][0] == 0 for name in (faults.SILENCE, faults.MIXED, faults.SHORTER, faults.OVER_SIXTH))


@pytest.mark.parametrize(
    ("place", "token", "name", "expected"),
    [
        ((7, 6), 69, faults.CADENCES, (0, 1)),  # another pitch
        ((7, 9), REST, faults.CADENCES, (0, 1)),  # shorter
        ((7, 9), REST, faults.SILENCE, (6, 16 * 24)),
        ((15, 6), 59, faults.LAST, (0, 1)),
        ((15, 6), 59, faults.TONIC, (0, 1)),
        ((15, 6), 72, faults.TONIC, (1, 1)),
        ((3, 0), HOLD, f"{faults.DOWNBEATS}, 2/4", (1, 16)),
        ((3, 0), HOLD, faults.ALIKE, (12, 13)),
        ((3, 2), 60, faults.MIXED, (1, 16)),
        ((3, 1), 60, faults.MIXED, (0, 16)),
        ((3, 2), 60, faults.SHORTER, (1, 61)),  # two twelfths, up to the eighth
        ((3, 3), 74, faults.OVER_OCTAVE, (1, 59)),
        ((3, 3), 74, faults.OVER_SIXTH, (2, 59)),
    ],
)
def test_what_is_counted(place: tuple[int, int], token: int, name: str, expected: tuple[float, float]) -> None:
    after = PHRASE.copy()
    after[place] = token
    assert counted(PHRASE, after)[name] == expected


def test_what_a_tune_mixes_itself_is_no_fault() -> None:
    mixes = rows(EIGHTHS, {0: 60, 2: 62, 4: 64, 6: 65, 9: 67})
    after = mixes.copy()
    after[0] = mixes[1]
    assert counted(mixes, after)[faults.MIXED] == (0, 2)
    after[0, 7] = 66  # a sixteenth beside the triplet
    assert counted(mixes, after)[faults.MIXED] == (1, 2)


def test_short_notes_of_the_input_are_no_fault() -> None:
    short = rows({0: 60, 2: 62, 3: 64})
    assert counted(short, rows({0: 60, 2: 62, 3: 64, 4: 65}))[faults.SHORTER] == (0, 0)


def test_a_pickup_moves_the_phrases() -> None:
    figures = counted(
        np.concatenate([rows({0: REST, 9: 67}), PHRASE]), np.concatenate([rows({0: REST, 9: 67}), PHRASE])
    )
    assert (figures[faults.CADENCES], figures[faults.LAST]) == ((1, 1), (1, 1))


def test_the_long_note_of_an_ending_comes_before_an_upbeat() -> None:
    upbeat = rows(*[EIGHTHS] * 7, {0: 62, 6: 64, 9: 65}, EIGHTHS)
    assert counted(upbeat, upbeat)[faults.CADENCES] == (1, 1)
    running = rows(*[EIGHTHS] * 7, {0: 62, 6: 64, 9: 65, 12: 67, 15: 69}, EIGHTHS, beats=3)
    assert counted(running, running, "3/4")[faults.CADENCES] == (0, 0)


def test_temperleys_chances_add_up_to_one() -> None:
    chances = [np.exp(-temperley.surprise([64, pitch], Listener(57, False, 60.0))[1]) for pitch in range(128)]
    assert sum(chances) == pytest.approx(1)
    assert len(temperley.surprise([], C_MAJOR)) == 0


def test_notes_as_the_judge_reads_them() -> None:
    read = judge.notes_of(rows({0: 60, 6: REST, 9: 64}, {3: 59}), np.array([1, 1]), C_MAJOR)
    assert read.measure.tolist() == [0, 0, 1]
    assert read.gap.tolist() == [0, 18, 12]
    assert read.rest.tolist() == [1, 1, 0]  # the first one begins the tune
    assert (read.pitch - judge.COMPASS // 2).tolist() == [0, 4, -1]
    assert (read.place - judge.MAX_TICKS).tolist() == [0, 9, 3]
    table = judge.arrivals()
    assert table[read.place[0], 18] == read.place[1]
    assert table[read.place[1], 12] == read.place[2]
    assert table[read.place[0], 1] == judge.OFF_GRID


SMALL = judge.Settings(units=16, epochs=12, batch=4, dropout=0.0)


def scales(count: int) -> list[judge.Notes]:
    """Return tunes of a measure, again and again, in several lengths."""
    return [
        judge.notes_of(np.tile(rows(EIGHTHS), (2 + n % 3, 1)), np.full(2 + n % 3, 1), C_MAJOR) for n in range(count)
    ]


def test_the_judge_learns_and_is_the_same_each_time() -> None:
    networks = judge.Network(SMALL).eval(), judge.train(scales(24), SMALL), judge.train(scales(24), SMALL)
    surprise = [np.concatenate(judge.by_note(network, scales(5))).sum() for network in networks]
    assert surprise[1] < 0.5 * surprise[0]
    assert surprise[1] == surprise[2]


def test_the_judge_hears_the_past_only_and_padding_changes_nothing() -> None:
    network = judge.train(scales(8), SMALL)
    tune = judge.notes_of(rows(EIGHTHS, EIGHTHS), np.array([1, 1]), C_MAJOR)
    other = judge.notes_of(rows(EIGHTHS, {0: 60, 3: 62, 6: 70, 9: 58}), np.array([1, 1]), C_MAJOR)
    alone = judge.by_note(network, [tune])[0]
    both = judge.by_note(network, [other, tune, *scales(3)])
    assert both[1] == pytest.approx(alone, abs=1e-5)
    assert both[0][:6] == pytest.approx(alone[:6], abs=1e-5)
    assert both[0][6, 2] > alone[6, 2] + 1  # the note that it does not expect


class Nothing:
    """An expectation of no surprise."""

    def predict(self, facts: np.ndarray) -> np.ndarray:
        return np.zeros(len(facts))


@pytest.fixture(scope="module")
def bench() -> taste.Bench:
    measures = tuple(Measure(2 * Fraction(place), Metre(2, 4)) for place in range(len(PHRASE)))
    tune = Tune(tokenizer.decode(PHRASE, measures), measures)
    subject = taste.Subject(tune, PHRASE, np.full(len(PHRASE), 1), C_MAJOR)
    scale = np.ones((len(METRES), len(NAMES)))
    expected = dict.fromkeys(taste.JUDGES, Nothing())
    return taste.Bench(judge.train(scales(8), SMALL), NAMES, expected, scale, -scale, scale, [subject])  # type: ignore[arg-type]


def test_variations_that_change_nothing(bench: taste.Bench) -> None:
    def same(tune: Tune, attribute: str, steps: Sequence[int]) -> list[taste.Answer]:
        return [taste.Answer(tokenizer.encode(tune)) for _ in steps]

    result = json.loads(json.dumps(taste.judge_variations(same, bench)))
    assert result["excess"]["judge"]["all"]["±1"] == result["input"]["excess"]["judge"]
    pooled = {name: taste_table.pool(cells) for name, cells in result["figures"].items()}
    assert pooled[taste.SAME] == (16, 16)
    assert pooled[taste.DISTANCE][0] == pooled[taste.BACKWARDS][0] == 0
    assert pooled[taste.ASKED] == (pytest.approx(4 * 6), 16)  # a step of 2 is missed by 2
    assert pooled[taste.REACHABLE][0] < pooled[taste.ASKED][0]
    assert taste.OWN not in pooled
    assert taste_table.page({"same": result}).count("| all |") == 1


def test_a_sweep_that_goes_back(bench: taste.Bench) -> None:
    fewer = PHRASE.copy()
    fewer[0, 3] = HOLD

    def back(_tune: Tune, _attribute: str, steps: Sequence[int]) -> list[taste.Answer]:
        return [taste.Answer(fewer if step == 2 else PHRASE, np.zeros(len(PHRASE))) for step in steps]

    result = taste.judge_variations(back, bench)
    assert result["figures"][taste.BACKWARDS]["density"]["2"] == [1, 1]
    assert result["figures"][taste.BACKWARDS]["contour"]["2"] == [0, 1]
    assert result["figures"][taste.SAME]["density"] == {"-2": [1, 1], "-1": [1, 1], "1": [1, 1], "2": [0, 1]}
    assert result["figures"][taste.OWN]["range"]["1"][0] == pytest.approx(np.mean([5] * 14 + [5, 2]) / 26, abs=0.01)


def test_the_intervals_are_of_tunes() -> None:
    assert taste._interval(np.full(5, 2.0)) == [2.0, 2.0, 2.0]
    mean, low, high = taste._interval(np.arange(9.0))
    assert low < mean == 4.0 < high
