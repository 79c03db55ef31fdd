"""Commands that answer at once use one thread, unless they are told otherwise."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from armusic_cli import threads
from armusic_cli.main import cli

ROOT = Path(__file__).parents[2]
MELODY = ROOT / "examples" / "speed-the-plough.mid"
AT_ONCE = (
    "interpolate", "vary", "inspect", "attributes", "reconstruct", "morph", "generate", "play", "studio", "map",
)  # fmt: skip
REPORT = """
import sys
from armusic_cli.main import run
assert "numpy" not in sys.modules
assert run({arguments!r}) == 0
assert "numpy" in sys.modules
from threadpoolctl import threadpool_info
print("threads:", *sorted({{pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"}}))
"""


def blas(*options: str, **environment: str) -> list[int]:
    """Return how many threads numpy's linear algebra has after `armusic attributes` with these options."""
    arguments = ["attributes", str(MELODY), "--json", *options]
    code = REPORT.format(arguments=arguments)
    path = os.pathsep.join([str(ROOT), str(ROOT / "cli")])
    clean = {name: value for name, value in os.environ.items() if name not in threads.VARIABLES}
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**clean, "PYTHONPATH": path, **environment},
        capture_output=True,
        text=True,
        check=True,
    )
    return [int(number) for number in done.stdout.splitlines()[-1].removeprefix("threads:").split()]


def test_one_thread_is_the_default() -> None:
    pytest.importorskip("threadpoolctl")
    assert blas() == [1]


@pytest.mark.skipif((os.cpu_count() or 1) < 2, reason="OpenBLAS takes no more threads than there are cores")
def test_the_option_and_the_environment_say_another_number() -> None:
    pytest.importorskip("threadpoolctl")
    assert blas("--threads", "2") == [2]
    assert blas(OMP_NUM_THREADS="2") == [2]
    assert blas(OPENBLAS_NUM_THREADS="2") == [2]
    assert blas("--threads", "1", OMP_NUM_THREADS="2", OPENBLAS_NUM_THREADS="2") == [1]


def test_without_a_number_nothing_that_the_environment_says_is_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in threads.VARIABLES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("MKL_NUM_THREADS", "3")
    threads.use(None)
    assert [os.environ.get(name) for name in threads.VARIABLES] == [None, "3", None, None]
    monkeypatch.setattr(os, "environ", {})
    threads.use(None)
    assert os.environ == dict.fromkeys(threads.VARIABLES, "1")
    threads.use(4)
    assert os.environ == dict.fromkeys(threads.VARIABLES, "4")


@pytest.mark.parametrize("name", AT_ONCE)
def test_each_command_that_answers_at_once_has_the_option(name: str) -> None:
    command = cli.get_command(cli.make_context("armusic", ["--help"], resilient_parsing=True, obj={}), name)
    assert command is not None
    assert "--threads" in {flag for parameter in command.params for flag in parameter.opts}
