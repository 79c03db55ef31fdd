"""What other packages add is found by name or suffix, and a failing import is reported in one line."""

from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from armusic import plugins
from armusic.datasets import corpora
from armusic.errors import DataError, ReadError


def install(monkeypatch: pytest.MonkeyPatch, *points: EntryPoint) -> None:
    monkeypatch.setattr(
        "importlib.metadata.entry_points", lambda group: [point for point in points if point.group == group]
    )


def test_the_first_of_a_name_counts_and_other_groups_do_not(monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = (EntryPoint(".KRN", value, "armusic.readers") for value in ("first", "second"))
    install(monkeypatch, first, second, EntryPoint("krn", "third", "armusic.writers"))
    assert plugins.by_suffix("readers") == {".krn": first}
    assert plugins.named("attributes") == {}


def test_any_failure_becomes_one_line_of_the_error(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with pytest.raises(ReadError, match=r"^a\.krn: its reader armusic\.nowhere cannot be loaded \(ModuleNotFoundE"):
        plugins.load(EntryPoint("krn", "armusic.nowhere", "armusic.readers"), ReadError, "a.krn: its reader")
    install(monkeypatch, EntryPoint("theirs", "armusic.files:nothing", "armusic.corpora"))
    with pytest.raises(DataError, match=r"^data set theirs: its function armusic\.files:nothing cannot be loaded"):
        corpora.read("theirs", tmp_path)
