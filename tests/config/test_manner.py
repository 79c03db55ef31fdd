"""How variations are to be written: as typed or as a list, and refused where it makes no sense."""

import pytest

from armusic.config.manner import DEFAULT, KEEPS, KEPT, Manner, manner
from armusic.errors import UsageError


def test_the_default_keeps_cadences_downbeats_and_subdivisions_and_lies_in_the_middle() -> None:
    assert manner() == DEFAULT == Manner(0.5, ("cadences", "downbeats", "subdivisions"))
    assert set(KEPT) < set(KEEPS)


@pytest.mark.parametrize(
    ("keep", "names"),
    [
        ("cadences", ("cadences",)),
        (" rhythm , pitches ", ("rhythm", "pitches")),
        ("rhythm,rhythm", ("rhythm",)),
        ("none", ()),
        ("", ()),
        ((), ()),
        (["none"], ()),
        (["pitches", "cadences"], ("pitches", "cadences")),
        (tuple(KEEPS), tuple(KEEPS)),
    ],
)
def test_what_is_kept(keep: str | list[str], names: tuple[str, ...]) -> None:
    assert manner(keep=keep).keep == names


@pytest.mark.parametrize("natural", [0, 0.25, 1])
def test_natural_goes_from_0_to_1(natural: float) -> None:
    assert manner(natural).natural == natural


@pytest.mark.parametrize("natural", [-0.01, 1.01, float("nan"), float("inf")])
def test_other_numbers_are_refused_in_a_line(natural: float) -> None:
    with pytest.raises(UsageError, match=r"natural .*: give 0 \(as near to the input as can be\) to 1") as error:
        manner(natural)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("keep", ["chords", "cadences,chords", "none,cadences", ["Rhythm"]])
def test_other_names_are_refused_with_those_that_there_are(keep: str) -> None:
    with pytest.raises(UsageError, match="keep '.*': name cadences, downbeats, subdivisions, rhythm, pitches, or none"):
        manner(keep=keep)
