"""What is typed or given as numbers, and the value of each measure that it means."""

from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from armusic.editing.targets import parse, parse_all, resolve, resolve_all
from armusic.errors import ArmusicError, UsageError

PRESENT = np.array([0.1, 0.2, 0.3, 0.4])


def percentile(name: str, percent: float) -> np.ndarray:
    return percent / 100 + np.array([0, 0, 1, 1])


def resolved(text: str) -> list[float]:
    return resolve(parse(text), PRESENT, partial(percentile, "density")).round(6).tolist()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("rhythm=0.6", [0.6, 0.6, 0.6, 0.6]),
        ("rhythm = .6", [0.6, 0.6, 0.6, 0.6]),
        ("rhythm=+0.2", [0.2, 0.2, 0.2, 0.2]),
        ("contour=-0.2", [-0.2, -0.2, -0.2, -0.2]),
        ("contour=-.5e-1", [-0.05, -0.05, -0.05, -0.05]),
        ("rhythm=by+0.2", [0.3, 0.4, 0.5, 0.6]),
        ("rhythm = by -0.1", [0, 0.1, 0.2, 0.3]),
        ("density=p80", [0.8, 0.8, 1.8, 1.8]),
        ("density=1:0 4:0.6", [0, 0.2, 0.4, 0.6]),
        ("contour=3:-0.5", [-0.5, -0.5, -0.5, -0.5]),
        ("density=4:1 2:0", [0, 0, 0.5, 1]),
    ],
)
def test_every_form(text: str, expected: list[float]) -> None:
    assert resolved(text) == expected


@pytest.mark.parametrize(
    "content", ["1,0\n4,0.6\n", "measure,value\n1,0\n4,0.6\n", "# rises; then stays\n4,0.6\n\n1,0\n", "1;0\n4;0.6\n"]
)
def test_a_curve_in_a_file(tmp_path: Path, content: str) -> None:
    path = tmp_path / "curve.csv"
    path.write_text(content)
    assert resolved(f"density=@{path}") == [0, 0.2, 0.4, 0.6]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("rhythm", "target 'rhythm': write it like rhythm=0.6"),
        ("=0.5", "target '=0.5'"),
        ("rhythm=", "target 'rhythm='"),
        ("rhythm=much", "rhythm=much: 'much' is not a number"),
        ("rhythm=50%", r"'50%' is not a number: write a value such as rhythm=0.3, a percentile such as rhythm=p80, or"),
        ("rhythm=1:0.2,8:0.5", "is not a point: write measure:value, a space between points"),
        ("rhythm=nan", "rhythm=nan: 'nan' is not a number"),
        ("rhythm=1e999", "'1e999' is not a number"),
        ("rhythm=p101", "percentiles go from p0 to p100"),
        ("rhythm=by0.2", "rhythm=by0.2: write a shift with its sign, such as rhythm=by.0.2"),
        ("rhythm=by", "rhythm=by: write a shift with its sign"),
        ("rhythm=by+", r"rhythm=by.: '\+' is not a number"),
        ("rhythm=--0.2", "'--0.2' is not a number"),
        ("rhythm=px", "rhythm=px: 'x' is not a number"),
        ("rhythm=1:2:3", "'1:2:3' is not a point"),
        ("rhythm=1:.2 1:.3", "two values for measure 1"),
        ("rhythm=1:.2 9:.3", "measure 9, but the tune has measures 1-4"),
        ("rhythm=0:.2", "measure 0, but the tune has measures 1-4"),
    ],
)
def test_what_is_refused(text: str, message: str) -> None:
    with pytest.raises(UsageError, match=message) as caught:
        resolved(text)
    assert "\n" not in str(caught.value)


@given(st.floats(-1e6, 1e6))
def test_every_number_is_a_value_and_a_shift_comes_back_with_its_sign(number: float) -> None:
    (value,), (signed,), (shift,) = (
        parse_all([f"contour={text}"]) for text in (repr(number), f"{number:+}", f"by{number:+}")
    )
    assert (value.form, signed.form, shift.form) == ("value", "value", "shift")
    assert value.points == signed.points == shift.points == ((1.0, number),)
    assert parse_all({"contour": number})[0].points == value.points


def test_a_mapping_says_the_same_as_strings() -> None:
    mapping = {"contour": -0.2, "density": "p80", "rhythm": "by+0.2", "range": [0.1, 0.2, 0.3, 0.5]}
    names = tuple(mapping)
    table = resolve_all(parse_all(mapping), names, np.tile(PRESENT[:, None], (1, 4)), percentile)
    assert table.round(6).T.tolist() == [
        [-0.2] * 4, [0.8, 0.8, 1.8, 1.8], [0.3, 0.4, 0.5, 0.6], [0.1, 0.2, 0.3, 0.5],
    ]  # fmt: skip
    as_typed = ["rhythm=by+0.2", parse("density=p80"), "range=1:0.1 2:0.2 3:0.3 4:0.5", "contour=-0.2"]
    assert (resolve_all(parse_all(as_typed), names, np.tile(PRESENT[:, None], (1, 4)), percentile) == table).all()
    assert parse_all("contour=-0.2") == parse_all(["contour=-0.2"]) == parse_all({"contour": -0.2})
    assert parse_all({"contour": np.float32(0.5)})[0].form == "value"
    assert parse_all({}) == parse_all([]) == []


@pytest.mark.parametrize(
    ("targets", "message"),
    [
        ({"range": [0.1, 0.2]}, "2 values for range, but the tune has 4 measures"),
        ({"range": []}, r"range: values of shape \(0,\)"),
        ({"range": float("inf")}, "range target inf is not a number"),
        ({"density": 0.1}, "unknown attribute 'density': there is range"),
        (["range=0.1", "range=0.2"], "targets for range, range: give one for each of range"),
    ],
)
def test_a_mapping_that_is_refused(targets: Any, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        resolve_all(parse_all(targets), ["range"], PRESENT[:, None], percentile)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "an empty file"),
        (b"# nothing\n", "no points in it"),
        (b"1,a\n", "'a' is not a number"),
        (b"\xff\xfe", "no text"),
        (b"1,0.2\n\n8,0.3,9\n", "line 3: '8,0.3,9' is not a point: write measure,value"),
        (b"1;0.2\n8,0.3\n", "line 2: '8,0.3' is not a point: write measure;value"),
    ],
)
def test_a_file_that_is_no_curve(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "curve.csv"
    path.write_bytes(content)
    with pytest.raises(ArmusicError, match=f"curve.csv[:,] {message}"):
        resolved(f"density=@{path}")
    with pytest.raises(ArmusicError, match="no such file"):
        resolved("density=@missing.csv")


def test_a_number_names_no_attribute() -> None:
    unchecked = getattr(parse_all, "__wrapped__", parse_all)  # without the tests' type checker, as users call it
    with pytest.raises(UsageError, match=r"targets are 0\.3: name the attribute"):
        unchecked(0.3)
