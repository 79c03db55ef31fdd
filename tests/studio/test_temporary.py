"""The folder for temporary files goes with its server, or with the next one."""

import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from armusic.studio import temporary

SERVER = """
import sys, time
from armusic.studio import temporary
with temporary.folder() as own:
    (own / "half.mid").write_bytes(b"MThd")
    print(own, flush=True)
    time.sleep(60)
"""


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def test_temporary_files_are_in_the_folder_and_go_with_it(place: Path) -> None:
    with temporary.folder() as own:
        assert own.parent == place
        with tempfile.NamedTemporaryFile(delete=False) as file:
            assert Path(file.name).parent == own
    assert list(place.iterdir()) == []
    assert tempfile.gettempdir() == str(place)


def test_the_folders_of_dead_servers_go_and_those_of_others_stay(place: Path) -> None:
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(map(str, sys.path)), "TMPDIR": str(place)}
    command = [sys.executable, "-c", SERVER]
    with (
        subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as alive,
        subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as dead,
    ):
        try:
            assert alive.stdout
            assert dead.stdout
            kept, left = Path(alive.stdout.readline().strip()), Path(dead.stdout.readline().strip())
            dead.send_signal(signal.SIGKILL)
            dead.wait()
            assert (left / "half.mid").exists()
            other = place / "armusic-studio-other"  # no server's: nothing is locked in it
            other.mkdir()
            temporary.sweep(place)
            assert not left.exists()
            assert (kept / "half.mid").exists()
            assert other.exists()
        finally:
            alive.kill()
            dead.kill()


def test_a_link_is_not_followed(place: Path) -> None:
    precious = place / "precious"
    precious.mkdir()
    (precious / "lock").touch()
    (place / f"{temporary.PREFIX}x").symlink_to(precious)
    folder = place / f"{temporary.PREFIX}y"
    folder.mkdir()
    (folder / "lock").symlink_to(precious / "lock")
    temporary.sweep(place)
    assert (precious / "lock").exists()
