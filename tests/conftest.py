"""What all tests share: types and array shapes are checked at run time, no window opens, two threads do."""

from __future__ import annotations

import os
import signal
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import Phase, settings

from tests import checker

if TYPE_CHECKING:
    from xdist.scheduler import LoadFileScheduling

os.environ.setdefault("OMP_NUM_THREADS", "2")  # before torch is imported
os.environ["MPLBACKEND"] = "Agg"
for name in ("ARMUSIC_DATA", "ARMUSIC_DEBUG"):  # the tests' own, not the user's
    os.environ.pop(name, None)

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # a shell starts what runs in the background so
    signal.signal(signal.SIGINT, signal.default_int_handler)

checker.install()

settings.register_profile("armusic", deadline=None, derandomize="CI" in os.environ, print_blob=True)
settings.register_profile(  # for benchmarks/mutants.py: the same few examples each time, and none made smaller
    "mutants", deadline=None, derandomize=True, database=None, max_examples=20, phases=(Phase.explicit, Phase.generate)
)
settings.load_profile("armusic")

ROOT = Path(__file__).parents[1]
LONGEST = ("tests/studio/browser/", "tests/studio/", "tests/cli/", "tests/editing/", "tests/test_")
"""Where the files stand that take longest: where tests run beside one another, they come first, and short ones last."""


SLOW = (
    "tests/cli/test_experiment.py",
    "tests/experiments/test_killed.py",
    "tests/studio/browser/",
    "tests/test_end_to_end.py",
    "tests/training/test_run.py",
    "tests/vae/test_distributed.py",
    "tests/vae/test_fit.py::test_a_compiled_network",
)
"""Where the tests stand that take seconds each: they are marked `slow`."""


def pytest_itemcollected(item: pytest.Item) -> None:
    """Mark slow tests."""
    if item.nodeid.startswith(SLOW):
        item.add_marker(pytest.mark.slow)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Begin with the longest files, in each process of pytest-xdist."""
    if hasattr(config, "workerinput"):
        items.sort(key=lambda item: next((n for n, start in enumerate(LONGEST) if item.nodeid.startswith(start)), 9))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadFileScheduling | None:
    """Give out whole files in this order, and those of the studio's page by browser."""
    if config.getvalue("dist") != "loadfile":
        return None
    from xdist.scheduler import LoadFileScheduling

    class Scheduling(LoadFileScheduling):
        def _split_scope(self, nodeid: str) -> str:
            browser = "firefox" if nodeid.startswith(LONGEST[0]) and "[firefox" in nodeid else ""
            return f"{super()._split_scope(nodeid)} {browser}"

    config.option.loadscopereorder = False
    return Scheduling(config, log)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """Run one process more than there are processors: tests of the page wait for browsers."""
    return (os.cpu_count() or 1) + 1


@pytest.fixture(scope="session")
def root() -> Path:
    """Return the top folder of the project."""
    return ROOT


@pytest.fixture
def write_python(tmp_path: Path) -> Callable[[str], str]:
    """Write a Python file of the user's, and return its path."""

    def write(text: str) -> str:
        path = tmp_path / "my.py"
        path.write_text(textwrap.dedent(text))
        return str(path)

    return write
