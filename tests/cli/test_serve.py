"""`armusic serve` in a process of its own: its address, its clients, the curl line of its page, and its end."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from .conftest import Run

ROOT = Path(__file__).parents[2]
ENVIRONMENT = os.environ | {"PYTHONPATH": os.pathsep.join(map(str, sys.path)), "no_proxy": "*"}
OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))
ORDER = {"notes": [{"pitch": 60 + at, "start": at, "duration": 1} for at in range(4)], "attributes": ["contour=by-0.1"]}


@contextmanager
def serving(*options: str) -> Iterator[tuple[str, str, subprocess.Popen[str]]]:
    """Run a server, and yield its address, its token and its process; it ends at once, without a word."""
    command = [sys.executable, "-m", "armusic_cli", "serve", "--port", "0", *options]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=ENVIRONMENT
    ) as process:
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            match = re.fullmatch(
                r"armusic serve: (http://\S+)/api/notes(?: \(Authorization: Bearer (\S+)\))? \(Ctrl-C stops it\)\n",
                line,
            )
            assert match is not None, line
            yield match[1], match[2] or "", process
        finally:
            process.kill()


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with serving() as (address, token, _):
        assert token == ""
        yield address


def post(address: str, order: object = ORDER, **headers: str) -> tuple[int, dict[str, object]]:
    headers = {"content-type": "application/json", **{name.replace("_", "-"): text for name, text in headers.items()}}
    request = urllib.request.Request(f"{address}/api/notes", json.dumps(order).encode(), headers)
    try:
        with OPENER.open(request, timeout=120) as response:
            return response.status, json.load(response)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)


def test_notes_are_answered_and_there_is_no_page(address: str) -> None:
    status, reply = post(address)
    assert (status, reply["api"]) == (200, 1)
    with OPENER.open(f"{address}/api/health") as response:
        assert json.load(response)["notes_api"] == 1
    for path in ("/", "/page/main.js"):
        with pytest.raises(urllib.error.HTTPError) as error:
            OPENER.open(address + path)
        assert error.value.code == 404
        assert json.load(error.value)["message"]
    with OPENER.open(f"{address}/openapi.json") as response:
        assert "/api/notes" in json.load(response)["paths"]


def test_pages_of_other_sites_are_refused(address: str) -> None:
    assert post(address, origin="https://example.org")[0] == 403
    assert post(address, host="example.org")[0] == 400
    assert post(address, origin=address)[0] == 200


def test_a_port_that_is_taken_is_said(address: str, run: Run) -> None:
    port = address.rpartition(":")[2]
    message = run("serve", "--port", port).error(2)
    assert message.startswith(f"127.0.0.1, port {port}: cannot listen there (")


def test_the_example_client_prints_variations_and_refusals(address: str) -> None:
    client = [sys.executable, str(ROOT / "examples" / "notes_client.py")]
    done = subprocess.run(client, env=ENVIRONMENT | {"ARMUSIC_SERVE": address}, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    first, second, *_ = done.stdout.splitlines()
    assert first.startswith("density=by-0.05 [(67, 0.0), (")
    assert second.startswith("density=by-0.05 (2) [(67, 0.0), (")


@pytest.mark.skipif(shutil.which("curl") is None, reason="this system has no curl")
def test_the_curl_line_of_the_page_works(address: str) -> None:
    text = (ROOT / "docs" / "notes-api.md").read_text(encoding="utf-8")
    (line,) = re.findall(r"```sh\n(curl .*?)```", text, re.DOTALL)
    assert "http://127.0.0.1:8766/" in line
    line = line.replace("http://127.0.0.1:8766", address)
    done = subprocess.run(["sh", "-c", line], capture_output=True, text=True, env=ENVIRONMENT)
    assert done.returncode == 0, done.stderr
    assert [answer["name"] for answer in json.loads(done.stdout)["answers"]] == [
        "density=by+0.1", "density=by+0.1 (2)"
    ]  # fmt: skip


def test_other_machines_need_the_token_and_ctrl_c_ends_it() -> None:
    with serving("--host", "0.0.0.0") as (base, token, process):
        assert token
        local = f"http://127.0.0.1:{base.rpartition(':')[2]}"
        status, problem = post(local)
        assert (status, set(problem)) == (401, {"message"})
        assert post(local, authorization=f"Bearer {token}")[0] == 200
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 0
        assert process.stderr is not None
        assert process.stderr.read() == (
            "armusic: warning: on 0.0.0.0, anyone on the network who has the token can use it\n"
        )
