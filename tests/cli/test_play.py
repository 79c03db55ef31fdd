"""`armusic play`, through a port in this process and without waiting."""

import socket
import sys
from pathlib import Path
from threading import Event
from typing import Any

import mido
import pytest
from mido.ports import EchoPort
from pythonosc.osc_packet import OscPacket
from pythonosc.udp_client import SimpleUDPClient

from armusic import api
from armusic.io import readers
from tests import songs

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


def test_surprise_is_turned_as_other_attributes_are(run: Run, melody: Path, model: Path, port: EchoPort) -> None:
    done = run("play", "input.mid", "--attr", "surprise", "--knob", "surprise=7", "--loops", 1, "--model", model)
    assert (done.code, done.err) == (0, "playing Speed the Plough, 16 measures, on echo: Ctrl-C stops\n")


def test_what_cannot_be_kept_is_refused(run: Run, melody: Path, model: Path, port: EchoPort) -> None:
    done = run("play", "input.mid", "--attr", "density", "--keep", "all", "--model", model)
    assert done.error(2) == "keep 'all': name cadences, downbeats, subdivisions, rhythm, pitches, or none"
    assert port.closed


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "Missing option '--attr'"),
        (("--attr", "densty"), "unknown attribute 'densty': did you mean density?"),
        (("--attr", "density", "--knob", "density"), "--knob 'density': write it as NAME=NUMBER, such as density=74"),
        (("--attr", "density", "--natural", "2"), "Invalid value for '--natural': 2.0 is not in the range 0<=x<=1"),
        (("--attr", "density", "--knob", "range=3"), "knob 3 is for range, which is not among the attributes"),
        (("--attr", "density", "--clock", "follow"), "--clock follow needs the input that the clock comes from"),
    ],
)
def test_wrong_usage(run: Run, melody: Path, arguments: tuple[str, ...], message: str) -> None:
    assert run("play", "input.mid", *arguments).error(2).startswith(message)


def test_a_system_without_midi_is_no_wrong_usage(
    run: Run, melody: Path, model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise OSError("no sequencer")

    backend = type("Backend", (), {"open_output": fail, "get_output_names": fail})()
    monkeypatch.setattr(api.ports, "_backend", lambda: backend)
    error = run("play", "input.mid", "--attr", "density", "--model", model).error(1)
    assert error == "MIDI does not work on this system: no sequencer"


def test_osc_turns_it_the_band_plays_along_and_the_state_is_told(
    run: Run, here: Path, model: Path, port: EchoPort, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(port, "close", lambda: None)
    (here / "song.mid").write_bytes(songs.band())
    listen, inputs, ports = api.osc.listen, list[Any](), list[int]()
    others = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    others.bind(("127.0.0.1", 0))
    others.settimeout(5)

    def with_a_turn(*arguments: Any) -> Any:
        inputs.append(listen(*arguments))
        ports.append(inputs[0].port)
        client = SimpleUDPClient("127.0.0.1", ports[0])
        for address in ("/armusic/density", "/armusic/densty"):
            client.send_message(address, 1.0)
        client.close()
        Event().wait(0.1)
        return inputs[0]

    monkeypatch.setattr(api.osc, "listen", with_a_turn)
    state = f"127.0.0.1:{others.getsockname()[1]}"
    done = run(
        "play", "song.mid", "--attr", "density", "--osc", "0", "--osc-out", state, "--band", "song.mid",
        "--track", "Lead vocal", "--channel", "2", "--loops", 1, "--model", model,
    )  # fmt: skip
    assert done.code == 0, done.err
    assert f"OSC: 127.0.0.1, port {ports[0]}\n" in done.err
    assert "OSC '/armusic/densty' turns nothing: use /armusic/density or /armusic/reset" in done.err
    (line,) = done.out.splitlines()
    assert line.startswith("loop 1, measure 2: density ")
    messages = sent(port, "note_on")
    assert [message.note for message in messages if message.channel == 9] == [42] * 16
    assert {message.channel for message in messages} == {1, 2, 9}  # the bass shares the channel that was named
    packets = [OscPacket(others.recv(4096)).messages[0].message for _ in range(6)]
    others.close()
    assert [packet.address for packet in packets] == [
        "/armusic/density", "/armusic/density/value", "/armusic/measure"
    ] * 2  # fmt: skip
    assert [packets[place].params[0] for place in (0, 2, 3, 5)] == [0.5, 1, 1.0, 2]
    assert inputs[0].socket.fileno() == -1


def test_osc_and_a_band_that_cannot_be_are_refused(
    run: Run, melody: Path, model: Path, port: EchoPort, monkeypatch: pytest.MonkeyPatch
) -> None:
    play = ("play", "input.mid", "--attr", "density", "--model", model)
    assert run(*play, "--osc", "max").error(2).startswith("'max' is not an address for OSC: write a port")
    assert run(*play, "--band", "input.mid").error(2).startswith("input.mid: there is nothing in it beside the melody")
    assert run(*play, "--band", "none.mid").error(1) == "none.mid: no such file"
    monkeypatch.setitem(sys.modules, "pythonosc.osc_packet", None)
    message = "OSC needs pythonosc, which is not installed: pip install 'armusic[live]'"
    assert run(*play, "--osc", "0").error(1) == message


def test_measures_have_the_numbers_of_the_file(
    run: Run, here: Path, model: Path, port: EchoPort, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(port, "close", lambda: None)
    (here / "t.abc").write_text("X:1\nM:4/4\nL:1/8\nQ:1/4=960\nK:C\nc4c4|[M:7/8]CDEFGAB|[M:4/4]c8|\n")
    others = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    others.bind(("127.0.0.1", 0))
    others.settimeout(5)
    state = f"127.0.0.1:{others.getsockname()[1]}"
    done = run("play", "t.abc", "--attr", "density", "--osc-out", state, "--loops", 1, "--model", model)
    assert done.code == 0, done.err
    packets = [OscPacket(others.recv(4096)).messages[0].message for _ in range(6)]
    others.close()
    assert [packet.params[0] for packet in packets if packet.address == "/armusic/measure"] == [1, 3]
