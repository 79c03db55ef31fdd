"""What all tests share: types and array shapes are checked at run time, no window opens, two threads do."""

import os
from pathlib import Path

import pytest
from hypothesis import settings
from jaxtyping import install_import_hook

from tests import checker

os.environ.setdefault("OMP_NUM_THREADS", "2")  # before torch is imported
os.environ["MPLBACKEND"] = "Agg"
for name in ("ARMUSIC_DATA", "ARMUSIC_DEBUG"):  # the tests' own, not the user's
    os.environ.pop(name, None)

install_import_hook("armusic", f"{checker.__name__}.check")

settings.register_profile("armusic", deadline=None, derandomize="CI" in os.environ, print_blob=True)
settings.load_profile("armusic")

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="session")
def root() -> Path:
    """Return the top folder of the project."""
    return ROOT
