"""OSC over loopback, as Max, TouchOSC and Bitwig send it: what it turns, what it tells, and what it ignores."""

import math
import socket
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pythonosc.dispatcher import Dispatcher
from pythonosc.osc_bundle_builder import IMMEDIATELY, OscBundleBuilder
from pythonosc.osc_message_builder import OscMessageBuilder
from pythonosc.osc_server import BlockingOSCUDPServer
from pythonosc.udp_client import SimpleUDPClient

from armusic.errors import UsageError
from armusic.live import loop, osc

NAMES = ("rhythm", "folder/my.py:mood")


@pytest.fixture
def refused() -> list[str]:
    return []


@pytest.fixture
def port(refused: list[str]) -> Iterator[osc.OscInput]:
    port = osc.listen(("127.0.0.1", 0), NAMES, lambda name, value: value * 10 + len(name), refused.append)
    yield port
    port.close()


@pytest.fixture
def send(port: osc.OscInput) -> Iterator[Callable[..., None]]:
    client = SimpleUDPClient("127.0.0.1", port.port)
    yield lambda address, *values: client.send_message(address, list(values))
    client.close()


def received(port: osc.OscInput, count: int) -> list[tuple[str, float]]:
    """Return what has come; datagrams on loopback are there at once, or nearly."""
    turns: list[loop.Turn] = []
    for _ in range(200):
        turns += port.iter_pending()
        if len(turns) >= count:
            break
        time.sleep(0.01)
    return [(turn.name, round(turn.step, 6)) for turn in turns]


def test_a_fader_turns_an_attribute_by_its_place(port: osc.OscInput, send: Callable[..., None]) -> None:
    for value in (0.5, 1.0, 0.0, 0.75, 1, 7.0, -3.0):
        send("/armusic/rhythm", value)
    steps = [0.0, 3.0, -3.0, 1.5, 3.0, 3.0, -3.0]
    assert received(port, 7) == [("rhythm", step) for step in steps]


def test_steps_and_values_have_addresses_of_their_own(port: osc.OscInput, send: Callable[..., None]) -> None:
    send("/armusic/mood/steps", -1.25)
    send("/armusic/rhythm/value", -0.5)
    assert received(port, 2) == [(NAMES[1], -1.25), ("rhythm", 1.0)]


def test_reset_is_a_button(port: osc.OscInput, send: Callable[..., None]) -> None:
    send("/armusic/reset", 0.0)
    send("/armusic/reset", 1.0)
    send("/armusic/reset")
    assert received(port, 4) == [(name, 0.0) for _ in range(2) for name in NAMES]


def test_bundles_count_each(port: osc.OscInput) -> None:
    outer, inner = OscBundleBuilder(IMMEDIATELY), OscBundleBuilder(IMMEDIATELY)
    for bundle, address in ((outer, "/armusic/rhythm"), (inner, "/armusic/mood")):
        message = OscMessageBuilder(address=address)
        message.add_arg(1.0)
        bundle.add_content(message.build())
    outer.add_content(inner.build())
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.sendto(outer.build().dgram, ("127.0.0.1", port.port))
    assert received(port, 2) == [("rhythm", 3.0), (NAMES[1], 3.0)]


def test_what_turns_nothing_is_said_once(port: osc.OscInput, send: Callable[..., None], refused: list[str]) -> None:
    for _ in range(3):
        send("/armusic/density", 0.5)
        send("/armusic/rhythm", "up")
        send("/armusic/rhythm", math.nan)
        send("/armusic/rhythm", 0.1, 0.2)
    send("/armusic/rhythm", 1.0)
    assert received(port, 1) == [("rhythm", 3.0)]
    assert refused == [
        "OSC '/armusic/density' turns nothing: use /armusic/rhythm, /armusic/mood or /armusic/reset",
        "OSC '/armusic/rhythm' came without a number: send one, from 0 to 1",
    ]
    for number in range(30):
        send(f"/other/{number}", 1.0)
    send("/armusic/rhythm", 0.5)
    assert received(port, 1) == [("rhythm", 0.0)]
    assert len(refused) == 10


@given(data=st.binary(max_size=200))
def test_damaged_datagrams_are_nothing(data: bytes) -> None:
    for prefix in (b"", b"#bundle\0", b"/armusic/rhythm\0,f\0\0"):
        assert len(list(osc.messages(prefix + data))) <= len(prefix + data)


def test_state_is_told() -> None:
    received_state: list[tuple[str, Any]] = []
    dispatcher = Dispatcher()
    dispatcher.set_default_handler(lambda address, *values: received_state.append((address, *values)))
    with BlockingOSCUDPServer(("127.0.0.1", 0), dispatcher) as server:
        server.timeout = 5
        out = osc.OscOutput(("127.0.0.1", server.server_address[1]))
        out.tell({"rhythm": 1.5}, {"rhythm": 0.25, NAMES[1]: 4.0}, 3)
        for _ in range(5):
            server.handle_request()
        out.close()
    assert received_state == [
        ("/armusic/rhythm", 0.75), ("/armusic/rhythm/value", 0.25),
        ("/armusic/mood", 0.5), ("/armusic/mood/value", 4.0), ("/armusic/measure", 3),
    ]  # fmt: skip


def test_nobody_there_is_no_error(port: osc.OscInput) -> None:
    gone = osc.OscOutput(("127.0.0.1", 9))
    for _ in range(3):
        gone.tell({}, {"rhythm": 0.5}, 1)
    gone.close()


def test_addresses() -> None:
    assert osc.parse_address("[::1]:9") == ("[::1]", 9)
    for text in ("", "here", "1:2:x", "99999", "host:"):
        with pytest.raises(UsageError, match="is not an address for OSC: write a port, such as 9000, or HOST:PORT"):
            osc.parse_address(text)


def test_a_port_that_is_taken_is_said(port: osc.OscInput) -> None:
    with pytest.raises(UsageError, match=f"127.0.0.1, port {port.port}: cannot listen for OSC there"):
        osc.listen(("127.0.0.1", port.port), NAMES, lambda *_: 0.0)


def test_two_inputs_are_one(port: osc.OscInput, send: Callable[..., None]) -> None:
    class Knobs:
        closed = False

        def iter_pending(self) -> Iterator[str]:
            yield "knob"

        def close(self) -> None:
            self.closed = True

    knobs = Knobs()
    both = osc.Inputs([knobs, port])
    send("/armusic/rhythm", 1.0)
    messages: list[object] = []
    for _ in range(200):
        messages = [getattr(message, "type", message) for message in both.iter_pending()]
        if len(messages) == 2:
            break
        time.sleep(0.01)
    assert messages == ["knob", "turn"]
    both.close()
    assert knobs.closed
