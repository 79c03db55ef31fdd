"""`armusic play`, through a port in this process and without waiting."""

from pathlib import Path
from typing import Any

import mido
import pytest
from mido.ports import EchoPort

from armusic import api
from armusic.io import readers

from .conftest import Run


@pytest.fixture
def port(monkeypatch: pytest.MonkeyPatch) -> EchoPort:
    """Put a port in the place of this system's, and a time that needs no time."""
    port = EchoPort("echo")
    monkeypatch.setattr(api.ports, "open_ports", lambda *_: (port, None))
    monkeypatch.setattr(api.live.time, "sleep", lambda _: None)
    monkeypatch.setattr(api.live, "seconds", lambda *_: 0.0)
    return port


def sent(port: EchoPort, kind: str) -> list[Any]:
    return [message for message in port.iter_pending() if message.type == kind]


def test_the_tune_is_played(
    run: Run, melody: Path, model: Path, port: EchoPort, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(port, "close", lambda: None)
    done = run("play", "input.mid", "--attr", "density", "--loops", 1, "--channel", 3, "--model", model)
    assert (done.code, done.out) == (0, "")
    assert done.err == "playing Speed the Plough, 16 measures, on echo: Ctrl-C stops\n"
    notes = sent(port, "note_on")
    assert [message.note for message in notes] == [note.pitch for note in readers.read(melody).notes]
    assert {message.channel for message in notes} == {2}


def test_a_knob_turns_it_and_what_came_is_told(
    run: Run, melody: Path, model: Path, port: EchoPort, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(port, "close", lambda: None)
    turns = EchoPort("knobs")
    turns.send(mido.Message("control_change", control=7, value=127))
    monkeypatch.setattr(api.ports, "open_ports", lambda *_: (port, turns))
    done = run("play", "input.mid", "--attr", "note_density", "--knob", "density=7", "--loops", 1, "--model", model)
    assert done.code == 0
    (line,) = done.out.splitlines()
    assert line.startswith("loop 1, measure 2: density ")
    assert len(sent(port, "note_on")) != len(readers.read(melody).notes)


def test_what_cannot_be_kept_is_refused(run: Run, melody: Path, model: Path, port: EchoPort) -> None:
    done = run("play", "input.mid", "--attr", "density", "--keep", "all", "--model", model)
    assert done.error(2) == "keep 'all': name cadences, downbeats, rhythm, pitches, or none"
    assert port.closed


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "Missing option '--attr'"),
        (("--attr", "densty"), "unknown attribute 'densty': did you mean density or note_density?"),
        (("--attr", "density", "--knob", "density"), "--knob 'density': write it as NAME=NUMBER, such as density=74"),
        (("--attr", "density", "--natural", "2"), "Invalid value for '--natural': 2.0 is not in the range 0<=x<=1"),
        (("--attr", "density", "--knob", "range=3"), "knob 3 is for range, which is not among the attributes"),
        (("--attr", "density", "--clock", "follow"), "--clock follow needs the input that the clock comes from"),
    ],
)
def test_wrong_usage(run: Run, melody: Path, arguments: tuple[str, ...], message: str) -> None:
    assert run("play", "input.mid", *arguments).error(2).startswith(message)
