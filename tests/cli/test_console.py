"""Consoles of every kind: other encodings, closed and broken streams, full disks, no home: one line, no traceback."""

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import click
import pytest

from armusic_cli import console, tables

ROOT = Path(__file__).parents[2]
TITLE = "Дорога 春の海 Ķīlis 🎵"
ENCODINGS = ("ascii", "cp1252", "cp932", "euc_jp", "latin-1", "utf-8")
COMMAND = (sys.executable, "-m", "armusic_cli")
posix = pytest.mark.skipif(os.name != "posix", reason="a shell closes the streams")


def environment(**more: str) -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "cli")]), **more}


@pytest.fixture
def strange(tmp_path: Path) -> Path:
    """Write a tune whose name and title no encoding but Unicode has."""
    path = tmp_path / "Дорога 春.abc"
    path.write_text(f"X:1\nT:{TITLE}\nM:4/4\nL:1/8\nK:G\nGABc d2B2|c2A2 G4|]\n", encoding="utf-8")
    return path


def shell(line: str, *words: str, **more: str) -> subprocess.CompletedProcess[bytes]:
    """Run a line of a shell in which `"$@"` is the command with these words."""
    return subprocess.run(["sh", "-c", line, "sh", *COMMAND, *words], env=environment(**more), capture_output=True)


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_titles_and_names_in_any_encoding(strange: Path, encoding: str) -> None:
    for words in (["inspect", strange], ["attributes", strange, "--csv"], ["inspect", strange.with_name("нет 春.abc")]):
        done = subprocess.run([*COMMAND, *words], env=environment(PYTHONIOENCODING=encoding), capture_output=True)
        missing = words[-1] != "--csv" and not words[-1].exists()
        assert done.returncode == missing
        assert b"fault" not in done.stderr
        assert done.stderr.count(b"\n") == missing


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_json_is_json_in_any_encoding(encoding: str, monkeypatch: pytest.MonkeyPatch) -> None:
    written = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(written, encoding=encoding))
    console.prepare()
    tables.show_json({TITLE: "é"})
    sys.stdout.flush()
    assert json.loads(written.getvalue().decode("utf-8" if encoding == "ascii" else encoding)) == {TITLE: "é"}


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_what_an_encoding_lacks_is_written_as_an_escape(encoding: str, monkeypatch: pytest.MonkeyPatch) -> None:
    written = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(written, encoding=encoding))
    console.prepare()
    sys.stdout.write(f"{TITLE} \udcff")  # the last: a byte of a file name that is no text
    click.echo(TITLE)
    sys.stdout.flush()
    text = written.getvalue().decode(encoding, "replace")
    assert "\\udcff" in text
    if encoding != "utf-8":
        assert "\\U0001f3b5" in text


def test_a_handler_that_the_user_chose_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(io.BytesIO(), encoding="ascii", errors="replace"))
    console.prepare()
    assert sys.stdout.errors == "replace"


@posix
@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", ">&- 2>&-", "<&- >&- 2>&-"])
def test_closed_streams(strange: Path, closed: str) -> None:
    for words, code in ((["inspect", str(strange)], 0), (["inspect", "nowhere.abc"], 1), (["--help"], 0), (["no"], 2)):
        done = shell(f'"$@" {closed}', *words)
        assert done.returncode == code
        assert b"fault" not in done.stderr
        assert b"Traceback" not in done.stderr
        assert b"Exception" not in done.stderr


@posix
def test_a_closed_stream_is_not_taken_by_a_file(tmp_path: Path) -> None:
    """Descriptor 1 would go to the next file that is opened, and what is printed into it."""
    out = tmp_path / "a.txt"
    code = "import sys; from armusic_cli.console import prepare; prepare()"
    code += "; f = open(sys.argv[1], 'w'); print(f.fileno() > 2, file=f)"
    subprocess.run(["sh", "-c", 'exec "$@" <&- >&- 2>&-', "sh", sys.executable, "-c", code, out], env=environment())
    assert out.read_text() == "True\n"


@posix
@pytest.mark.parametrize("line", ['"$@" | true', '"$@" 2>&1 >/dev/null | true', '("$@" 2>&1; echo $? >&2) | true'])
def test_broken_pipes(strange: Path, line: str) -> None:
    for words in (["attributes", str(strange)], ["inspect", "nowhere.abc"], ["--traceback", "inspect", "nowhere.abc"]):
        error = shell(f"sleep .05; {line}", *words).stderr
        assert b"fault" not in error
        assert b"BrokenPipe" not in error
        assert b"Exception ignored" not in error


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no device that is always full")
def test_a_full_disk_is_one_line(strange: Path) -> None:
    done = shell('"$@" >/dev/full', "attributes", str(strange))
    assert (done.returncode, done.stderr.count(b"\n")) == (1, 1)
    assert b"No space left on device" in done.stderr
    assert shell('"$@" 2>/dev/full', "inspect", "nowhere.abc").returncode == 1


@posix
def test_without_a_home_or_a_cache(strange: Path, tmp_path: Path) -> None:
    nowhere = str(tmp_path / "strange.txt" / "below a file")  # no user may write there, root neither
    Path(nowhere).parent.write_text("a file", encoding="utf-8")
    places = dict.fromkeys(("HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "MPLCONFIGDIR", "ARMUSIC_DATA"), nowhere)
    tunes = str(strange.parent)
    for words in (["attributes", str(strange)], ["data", "show", "--data", tunes], ["data", "build", "--from", tunes]):
        done = subprocess.run([*COMMAND, *words], env=environment(**places), cwd=tmp_path, capture_output=True)
        assert b"fault" not in done.stderr
        assert b"Traceback" not in done.stderr
        assert b"atplotlib" not in done.stderr
        assert done.returncode in (0, 1)
