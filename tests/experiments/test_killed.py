"""An experiment that is killed takes its workers with it: another may go on with the same runs."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.notation import book

pytestmark = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs the list of processes in /proc")
LONG = 300  # seconds to wait for something at most


def processes(session: int) -> set[int]:
    """Return the processes of a session that are alive."""
    alive = set()
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            state, _, _, owner = (folder / "stat").read_text().rpartition(")")[2].split()[:4]
        except (FileNotFoundError, ProcessLookupError):
            continue
        if int(owner) == session and state != "Z":
            alive.add(int(folder.name))
    return alive


def wait_until(true: Callable[[], bool]) -> bool:
    end = time.monotonic() + LONG
    while time.monotonic() < end:
        if true():
            return True
        time.sleep(0.1)
    return False


@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL], ids=lambda sent: sent.name)
def test_no_worker_outlives_an_experiment(sent: signal.Signals, tmp_path: Path) -> None:
    (tmp_path / "tunes").mkdir()
    book(tmp_path / "tunes" / "book.abc")
    plan = tmp_path / "long.toml"
    plan.write_text(
        f"""data = ["{tmp_path / "tunes"}"]
        seeds = [0, 1]
        [models.beta-vae]
        units = 6
        latent = 6
        batch = 8
        epochs = 1000000"""
    )
    out = tmp_path / "out"
    command = [sys.executable, "-m", "armusic_cli", "experiment", str(plan), "-o", str(out), "--jobs", "2"]
    environment = os.environ | {"ARMUSIC_DATA": str(tmp_path / "cache")}
    output = tmp_path / "output.txt"
    with output.open("w") as file:
        experiment = subprocess.Popen(command, env=environment, stdout=file, stderr=file, start_new_session=True)
    try:
        wait_until(lambda: experiment.poll() is not None or len(list(out.glob("*/metrics.csv"))) == 2)
        assert len(list(out.glob("*/metrics.csv"))) == 2, (experiment.poll(), output.read_text())
        assert len(processes(experiment.pid)) > 2
        experiment.send_signal(sent)
        assert experiment.wait(LONG)
        assert wait_until(lambda: not processes(experiment.pid)), processes(experiment.pid)
    finally:
        for process in processes(experiment.pid):
            os.kill(process, signal.SIGKILL)
        experiment.wait()
