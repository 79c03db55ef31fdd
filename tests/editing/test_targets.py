"""What is typed, and what it asks of each measure."""

from pathlib import Path

import numpy as np
import pytest

from armusic.editing.targets import parse, resolve
from armusic.errors import ArmusicError, UsageError

PRESENT = np.array([0.1, 0.2, 0.3, 0.4])


def asked(text: str) -> list[float]:
    found = resolve(parse(text), PRESENT, lambda percent: percent / 100 + np.array([0, 0, 1, 1]))
    return found.round(6).tolist()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("rhythm=0.6", [0.6, 0.6, 0.6, 0.6]),
        ("rhythm = .6", [0.6, 0.6, 0.6, 0.6]),
        ("rhythm=+0.2", [0.3, 0.4, 0.5, 0.6]),
        ("rhythm=-0.1", [0, 0.1, 0.2, 0.3]),
        ("density=p80", [0.8, 0.8, 1.8, 1.8]),
        ("density=1:0 4:0.6", [0, 0.2, 0.4, 0.6]),
        ("contour=3:-0.5", [-0.5, -0.5, -0.5, -0.5]),
        ("density=4:1 2:0", [0, 0, 0.5, 1]),
    ],
)
def test_every_form(text: str, expected: list[float]) -> None:
    assert asked(text) == expected


@pytest.mark.parametrize("content", ["1,0\n4,0.6\n", "measure,value\n1,0\n4,0.6\n", "# rises\n4,0.6\n\n1,0\n"])
def test_a_curve_in_a_file(tmp_path: Path, content: str) -> None:
    path = tmp_path / "curve.csv"
    path.write_text(content)
    assert asked(f"density=@{path}") == [0, 0.2, 0.4, 0.6]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("rhythm", "target 'rhythm': write it like rhythm=0.6"),
        ("=0.5", "target '=0.5'"),
        ("rhythm=", "target 'rhythm='"),
        ("rhythm=much", "rhythm=much: 'much' is no number"),
        ("rhythm=nan", "rhythm=nan: 'nan' is no number"),
        ("rhythm=1e999", "'1e999' is no number"),
        ("rhythm=p101", "percentiles go from p0 to p100"),
        ("rhythm=px", "rhythm=px: 'x' is no number"),
        ("rhythm=1:2:3", "'1:2:3' is no point"),
        ("rhythm=1:.2 1:.3", "two values for measure 1"),
        ("rhythm=1:.2 9:.3", "measure 9, but the tune has measures 1-4"),
        ("rhythm=0:.2", "measure 0, but the tune has measures 1-4"),
    ],
)
def test_what_is_refused(text: str, message: str) -> None:
    with pytest.raises(UsageError, match=message) as caught:
        asked(text)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "an empty file"),
        (b"# nothing\n", "no points in it"),
        (b"1,a\n", "'a' is no number"),
        (b"\xff\xfe", "no text"),
    ],
)
def test_a_file_that_is_no_curve(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "curve.csv"
    path.write_bytes(content)
    with pytest.raises(ArmusicError, match=f"curve.csv: {message}"):
        asked(f"density=@{path}")
    with pytest.raises(ArmusicError, match="no such file"):
        asked("density=@missing.csv")
