"""What is unusual in a variation is said once for each measure, in a musician's words, and never of the input."""

import numpy as np
import pytest
from hypothesis import given

from armusic.music.score import METRES, Metre, Tune
from armusic.music.tokenizer import HOLD, REST, encode, is_onset, kinds
from armusic.taste.words import interval, unusual
from tests.strategies import tunes

SIMPLE, COMPOUND = METRES.index(Metre(2, 4)), METRES.index(Metre(6, 8))


def eighths(*pitches: int) -> list[int]:
    """A measure of 2/4, or of 6/8 where there are six."""
    rest = 2 if len(pitches) == 4 else 1
    return [token for pitch in pitches for token in (pitch, *[HOLD] * rest)]


TUNE = [eighths(60, 62, 64, 65), eighths(67, 65, 64, 62), eighths(64, 62, 60, 59), [60, *[HOLD] * 11]]
JIG = [eighths(60, 62, 64, 65, 64, 62), eighths(67, 65, 64, 62, 64, 65), [60, *[HOLD] * 5, 60, *[HOLD] * 5]]


def words_of(before: list[list[int]], number: int, measure: list[int], kind: int = SIMPLE) -> list[str]:
    """What is said of a tune with another measure in one place."""
    tokens = [*before[: number - 1], measure, *before[number:]]
    return list(unusual(np.array(tokens), np.array(before), np.full(len(before), kind)))


@pytest.mark.parametrize(
    ("measure", "message"),
    [
        (eighths(60, 62, 64, 79), "a leap of a tenth"),
        (eighths(60, 62, 65, 71), "a leap of a tritone"),
        (eighths(60, 60, 60, 65), "three times the same note"),
        (eighths(60, 61, 64, 65), "a note outside the scale (C#)"),
        (eighths(60, 61, 63, 65), "notes outside the scale (C#, Eb)"),
        (eighths(60, 57, 64, 65), "a note the tune does not use (A)"),
        (eighths(60, 52, 60, 65), "a note a fifth below the tune's lowest"),
        ([REST, HOLD, HOLD, *eighths(60, 62, 64, 65)[3:]], "a rest on beat 1"),
        ([60, HOLD, HOLD, 62, HOLD, HOLD, REST, *[HOLD] * 5], "a rest on beat 2"),
        ([REST, HOLD, HOLD, 62, HOLD, HOLD, REST, HOLD, HOLD, 65, HOLD, HOLD], "rests on beats 1 and 2"),
        ([60, HOLD, HOLD, REST, HOLD, HOLD, 64, HOLD, HOLD, 65, HOLD, HOLD], "a rest within beat 1"),
        ([REST, *[HOLD] * 11], "silence throughout"),
        ([HOLD, HOLD, HOLD, *eighths(60, 62, 64, 65)[3:]], "nothing begins on beat 1"),
        ([60, HOLD, 62, HOLD, 64, HOLD, *eighths(60, 62, 64, 65)[6:]], "triplets beside eighths"),
        ([60, HOLD, 62, HOLD, 64, HOLD, 64, 65, HOLD, 65, HOLD, HOLD], "triplets beside sixteenths"),
        ([60, HOLD, 62, HOLD, 64, HOLD, 62, HOLD, HOLD, HOLD, HOLD, HOLD], "triplets"),
        ([60, 62, HOLD, 64, HOLD, 65, *eighths(60, 62, 64, 65)[6:]], "sixteenths"),
    ],
)
def test_a_measure_in_words(measure: list[int], message: str) -> None:
    assert f"measure 2: {message}" in words_of(TUNE, 2, measure)


@pytest.mark.parametrize(
    ("measure", "message"),
    [
        ([60, 62, *[HOLD] * 4, 64, *[HOLD] * 5], "sixteenths"),
        ([60, HOLD, HOLD, 62, HOLD, HOLD, 64, *[HOLD] * 5], "duplets"),
        ([60, *[HOLD] * 7, 62, *[HOLD] * 3], "nothing begins on beat 2"),
    ],
)
def test_a_measure_of_a_jig_in_words(measure: list[int], message: str) -> None:
    assert words_of(JIG, 2, measure, COMPOUND) == [f"measure 2: {message}"]


@pytest.mark.parametrize(
    ("measure", "message"),
    [
        ([62, *[HOLD] * 11], "ends on D instead of C"),
        ([60, HOLD, HOLD, HOLD, HOLD, HOLD, 62, *[HOLD] * 5], "the last note has another length"),
        ([HOLD, HOLD, HOLD, HOLD, HOLD, HOLD, 60, *[HOLD] * 5], "the last note does not begin where it did"),
        ([72, *[HOLD] * 11], "ends in another octave"),
    ],
)
def test_another_end_of_the_tune(measure: list[int], message: str) -> None:
    assert f"measure 4: {message}" in words_of(TUNE, 4, measure)


def test_steps_are_not_unusual() -> None:
    assert words_of(TUNE, 2, eighths(65, 64, 62, 64)) == []
    assert words_of(TUNE, 2, eighths(60, 62, 60, 67)) == [], "a fifth"
    assert words_of(TUNE, 2, [67, *[HOLD] * 5, 65, HOLD, HOLD, 64, HOLD, HOLD]) == [], "a longer note"


def test_what_the_input_does_somewhere_is_not_unusual() -> None:
    leap = [eighths(60, 76, 60, 65), *TUNE[1:]]
    assert words_of(leap, 2, eighths(60, 62, 60, 76)) == []
    triplets = [[60, HOLD, 62, HOLD, 64, HOLD, 65, HOLD, HOLD, 64, HOLD, HOLD], *TUNE[1:]]
    assert words_of(triplets, 2, [62, HOLD, 64, HOLD, 65, HOLD, 62, HOLD, HOLD, 64, HOLD, HOLD]) == []
    rests = [TUNE[0], [60, HOLD, HOLD, 62, HOLD, HOLD, REST, *[HOLD] * 5], *TUNE[1:]]
    assert words_of(rests, 3, [60, HOLD, HOLD, 62, HOLD, HOLD, REST, *[HOLD] * 5]) == []
    held = [TUNE[0], [HOLD, HOLD, HOLD, *TUNE[1][3:]], *TUNE[1:]]
    assert words_of(held, 3, [HOLD, HOLD, HOLD, *eighths(60, 62, 64, 65)[3:]]) == []


def test_leaps_count_over_the_bar_line_and_once_a_measure() -> None:
    messages = words_of(TUNE, 2, eighths(76, 60, 76, 60))
    assert messages[0] == "measure 2: a leap of a tenth"
    assert messages.count("measure 2: a leap of a tenth") == 1
    assert "measure 2: two wide leaps in a row" in messages
    assert "measure 2: a leap of an eleventh" in words_of(TUNE, 2, eighths(82, 81, 79, 77)), "from the F before it"


def test_a_run_over_a_bar_line_is_told_where_it_begins() -> None:
    assert words_of(TUNE, 2, eighths(67, 64, 64, 64)) == ["measure 2: four times the same note"]


def test_messages_are_in_the_order_of_the_measures() -> None:
    tokens = np.array([TUNE[0], eighths(60, 60, 60, 61), eighths(61, 61, 61, 61), TUNE[3]])
    numbers = [message.split(":")[0] for message in unusual(tokens, np.array(TUNE), np.full(4, SIMPLE))]
    assert numbers == sorted(numbers)
    assert len(set(numbers)) == 2


@pytest.mark.parametrize(
    ("semitones", "text"),
    [(1, "a second"), (6, "a tritone"), (-7, "a fifth"), (15, "a tenth"), (24, "two octaves")],
)
def test_names_of_intervals(semitones: int, text: str) -> None:
    assert interval(semitones) == text


@given(tunes())
def test_nothing_is_unusual_in_the_input_itself(tune: Tune) -> None:
    tokens = encode(tune)
    assert unusual(tokens, tokens, kinds(tune.measures)) == ()


def test_of_no_measures_nothing_is_said() -> None:
    nothing = np.zeros((0, 12), dtype=int)
    assert unusual(nothing, nothing, np.zeros(0, dtype=int)) == ()


@given(tunes(), tunes())
def test_any_tune_can_be_compared_with_any_other(first: Tune, second: Tune) -> None:
    tokens, kind = encode(first), kinds(first.measures)
    other = np.resize(encode(second)[:, : tokens.shape[1]], tokens.shape)
    rows = np.where((tokens > REST) | (other > REST), tokens, other)
    messages = unusual(rows, tokens, kind)
    assert all(message.startswith("measure ") for message in messages)
    assert len(set(messages)) == len(messages)
    assert unusual(tokens + is_onset(tokens), tokens + is_onset(tokens), kind) == ()
