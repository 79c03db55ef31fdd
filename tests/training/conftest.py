"""What tests of runs share."""

from pathlib import Path

import pytest


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for what is read from the data."""
    return tmp_path_factory.mktemp("cache")
