"""What can be chosen of a reading, and what the command line and the studio are told of it."""

from dataclasses import fields

import pytest

from armusic.errors import UsageError
from armusic.io.readers.options import CHOICES, Reading


def test_every_field_has_a_help_of_one_sentence_or_two() -> None:
    for field in fields(Reading):
        assert field.metadata["help"].split("  [")[0].endswith("."), field.name


def test_choices_are_the_annotations() -> None:
    assert CHOICES == {
        "voice": ("highest", "lowest"), "quantize": ("auto", "off", "strict"), "groove": ("drop", "keep"),
    }  # fmt: skip
    for field in fields(Reading):
        assert field.default in CHOICES.get(field.name, [field.default])


def test_limits_are_those_that_are_checked() -> None:
    (tempo,) = [field for field in fields(Reading) if field.name == "tempo"]
    low, high = tempo.metadata["low"], tempo.metadata["high"]
    assert [Reading(tempo=value).tempo for value in (low, high)] == [low, high]
    for value in (low - 1, high + 1):
        with pytest.raises(UsageError, match="beats per minute lie between 10 and 1000"):
            Reading(tempo=value)
