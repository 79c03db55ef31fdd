"""What is mutated, and the survivors that are explained."""

import pytest
from mutants import ROOT, Survivor, explanations

ANYWHERE, WINGS = explanations()


def test_a_change_that_is_explained_wherever_it_stands() -> None:
    survivor = Survivor("f", "return zip(a, b, strict=True)", "return zip(a, b, strict=False)")
    assert survivor.is_change("strict=True", "strict=False")
    assert not survivor.is_change("strict=True", "strict=None")
    assert not survivor.is_change("strict=False", "strict=True")


@pytest.mark.parametrize("wing", WINGS)
def test_the_code_and_its_tests_are_there(wing: str) -> None:
    for pattern in (*WINGS[wing]["source"], *WINGS[wing]["tests"]):
        assert list(ROOT.glob(pattern)), pattern


@pytest.mark.parametrize("wing", WINGS)
def test_every_explained_line_has_a_reason_and_stands_once(wing: str) -> None:
    explained = WINGS[wing].get("explained", [])
    lines = [line for each in explained for line in each["lines"]]
    assert all(each["why"] for each in explained)
    assert len(lines) == len(set(lines))
