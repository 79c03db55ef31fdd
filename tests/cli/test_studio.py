"""`armusic studio`: what is refused before there is a page, and a server in a process of its own."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from pathlib import Path

import pytest

import armusic

from .conftest import Run


def test_a_file_that_cannot_be_used_is_refused_before_there_is_a_page(run: Run, here: Path) -> None:
    (here / "broken.mid").write_bytes(b"MThd")
    assert run("studio", "broken.mid", "--no-open").error(1) == "broken.mid: cut short: only 4 bytes are there"
    assert run("studio", "none.mid", "--no-open").error(1) == "none.mid: no such file"
    assert "none: no such file or folder, and no model of that name" in run("studio", "--model", "none").error(1)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--metre", "4/9"], "metre 4/9 is not supported: use one of 4/4"),
        (["--downbeat", 0], "downbeat 0: beats count from 1"),
        (["--tempo", 1], "a tempo of 1: beats per minute lie between"),
        (["--track", "nix"], "no melody in track 'nix'"),
    ],
)
def test_options_of_reading_are_those_of_the_other_commands(
    run: Run, melody: Path, options: list[object], message: str
) -> None:
    assert message in run("studio", melody, "--no-open", *options).error(2)


def test_a_port_that_is_taken_is_said(run: Run) -> None:
    from armusic.studio.server import listen

    with listen("127.0.0.1", 0) as taken:
        taken.listen()
        port = taken.getsockname()[1]
        message = run("studio", "--no-open", "--port", port).error(2)
    assert message.startswith(f"127.0.0.1, port {port}: cannot listen there (")


@pytest.mark.parametrize("module", ["fastapi", "uvicorn"])
def test_without_the_extra_one_line_names_it(run: Run, monkeypatch: pytest.MonkeyPatch, module: str) -> None:
    for name in [name for name in sys.modules if name.startswith("armusic.studio")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.delattr(armusic, "studio", raising=False)
    monkeypatch.setitem(sys.modules, module, None)
    message = f"the studio needs {module}, which is not installed: pip install 'armusic[studio]'"
    assert run("studio", "--no-open").error(1) == message


@pytest.mark.parametrize("host", [None, "0.0.0.0"])
def test_a_server_says_its_address_answers_and_ends_cleanly(melody: Path, host: str | None, tmp_path: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "armusic_cli",
        "studio",
        str(melody),
        "--no-open",
        *(["--host", host] if host else []),
    ]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(map(str, sys.path)), "TMPDIR": str(tmp_path)}
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment)
    assert process.stderr is not None
    killer = threading.Timer(120, process.kill)
    killer.start()
    try:
        lines = [process.stderr.readline() for _ in range(2 if host else 1)]
        if host:
            assert lines[0].endswith("on 0.0.0.0, anyone on the network who has the address can use the page\n")
        address = lines[-1].split()[2]
        base, _, token = address.partition("?token=")
        assert token
        local = f"http://127.0.0.1:{base.rstrip('/').rpartition(':')[2]}"
        request = urllib.request.Request(f"{local}/api/health", headers={"authorization": f"Bearer {token}"})
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        while json.load(opener.open(request))["state"] == "loading":
            time.sleep(0.1)
        process.send_signal(signal.SIGINT)
        assert process.wait() == 0
        assert process.stderr.read() == ""
        assert not list(tmp_path.glob("armusic-*"))
    finally:
        killer.cancel()
        process.kill()
        process.wait()
        process.stderr.close()


CUT_OFF = """
import asyncio, os, signal, threading, urllib.request
from armusic.studio.server import listen, run

listening = listen("127.0.0.1", 0)
url = "http://127.0.0.1:%d/" % listening.getsockname()[1]

async def app(scope, receive, send):
    if scope["type"] == "http":
        os.kill(os.getpid(), signal.SIGTERM)
        await asyncio.sleep(60)

run(app, listening, threading.Thread(target=urllib.request.urlopen, args=(url,), daemon=True).start)
"""


def test_a_request_that_is_cut_off_by_the_end_is_no_error() -> None:
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(map(str, sys.path))}
    ended = subprocess.run(
        [sys.executable, "-c", CUT_OFF], stderr=subprocess.PIPE, text=True, env=environment, timeout=60
    )
    assert "ERROR" not in ended.stderr
    assert "CancelledError" not in ended.stderr


BUSY = """
import contextlib, os, signal, sys, threading, time, urllib.request
from armusic.studio import uploads
from armusic_cli.main import main

def read(*_):
    os.kill(os.getpid(), signal.SIGINT)
    time.sleep(300)

def on_open(address):
    request = urllib.request.Request(address + "api/sessions?name=a.abc", b"X:1")
    threading.Thread(target=send, args=(request,), daemon=True).start()

def send(request):
    with contextlib.suppress(OSError):  # it is cut off
        urllib.request.urlopen(request)

uploads.open_bytes = read
import webbrowser
webbrowser.open = on_open
sys.argv = ["armusic", "studio"]
main()
"""


def test_ctrl_c_ends_what_cannot_be_interrupted(tmp_path: Path) -> None:
    """A thread in the midst of its work, here asleep, does not keep the process."""
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(map(str, sys.path)), "TMPDIR": str(tmp_path)}
    ended = subprocess.run([sys.executable, "-c", BUSY], stderr=subprocess.PIPE, text=True, env=environment, timeout=90)
    assert ended.returncode == 0
    assert "Traceback" not in ended.stderr
    assert not list(tmp_path.glob("armusic-*"))
