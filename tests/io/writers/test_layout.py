"""Tunes side by side: what they have in common, and what is said where they differ."""

import logging
import re
from dataclasses import replace
from fractions import Fraction

import pytest

from armusic.io.writers.layout import check_together
from armusic.music.score import Tune
from tests.notation import REEL
from tests.notation import tune as read

STEADY = read("4/4", REEL)
KEPT = "the layouts sequence and clips keep each"


def at(*tempos: tuple[int, float]) -> Tune:
    return replace(STEADY, tempos=tuple((Fraction(start), bpm) for start, bpm in tempos))


@pytest.mark.parametrize(
    ("first", "second", "message"),
    [
        (at((0, 160)), at((0, 120)), "'A' has 160 quarter notes a minute, where 'B' has 120"),
        (
            at((0, 120), (16, 90)),
            at((0, 120)),
            "'A' changes between 90 and 120 quarter notes a minute, where 'B' has 120",
        ),
        (
            at((0, 120)),
            at((0, 120), (16, 90)),
            "'A' has 120 quarter notes a minute, where 'B' changes between 90 and 120",
        ),
        (at((0, 120), (16, 90)), at((0, 120), (8, 90)), "'A' changes .* a minute, where 'B' changes at other places"),
    ],
)
def test_another_tempo_is_named_with_its_changes(
    caplog: pytest.LogCaptureFixture, first: Tune, second: Tune, message: str
) -> None:
    check_together([("A", first), ("B", second)], "out.mid")
    assert [record.levelno for record in caplog.records] == [logging.WARNING]
    assert re.search(f"^out.mid: tracks side by side have the tempo of one: {message}: {KEPT}$", caplog.messages[0])


def test_a_tempo_that_is_written_twice_or_rounded_is_no_other(caplog: pytest.LogCaptureFixture) -> None:
    """144 in a score is 416,667 microseconds in MIDI."""
    check_together([("A", at((0, 144))), ("B", at((0, 6e7 / 416_667), (16, 144)))], "out.mid")
    assert not caplog.records
