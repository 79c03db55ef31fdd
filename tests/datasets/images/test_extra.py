"""What images need and is not there is said in one line."""

import sys
from pathlib import Path

import pytest

from armusic.datasets.images import dsprites
from armusic.errors import MissingExtraError


def test_a_missing_library_names_the_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pooch", None)  # as if it were not installed
    with pytest.raises(MissingExtraError, match=r"^images need pooch, .*: pip install 'armusic\[image\]'$"):
        dsprites.official(tmp_path)
