"""rtmidi2 in the place of python-rtmidi: its ports are opened by their names, and carry mido's messages."""

import sys
from types import SimpleNamespace

import mido
import pytest

from armusic.errors import PortError, UsageError
from armusic.live import ports


class Wire:
    """Stand-ins for the classes of rtmidi2: what goes out comes in again."""

    names = ("Synth [USB] 1", "Synth 2")

    def __init__(self) -> None:
        self.queue: list[list[int]] = []
        self.opened: list[object] = []
        self.ignored: dict[str, bool] = {}
        wire = self

        class Port:
            ports = Wire.names

            def open_port(self, place: int) -> None:
                wire.opened.append(place)

            def open_virtual_port(self, name: str) -> None:
                wire.opened.append(name)

            def close_port(self) -> None:
                wire.opened.append("closed")

            def send_raw(self, *data: int) -> None:
                wire.queue.append(list(data))

            def get_message(self) -> list[int] | None:
                return wire.queue.pop(0) if wire.queue else None

            def ignore_types(self, **kinds: bool) -> None:
                wire.ignored = kinds

        self.module = SimpleNamespace(
            MidiIn=Port, MidiOut=Port, get_in_ports=lambda: list(self.names[:1]), get_out_ports=lambda: list(self.names)
        )


@pytest.fixture
def wire(monkeypatch: pytest.MonkeyPatch) -> Wire:
    """A system that has rtmidi2, but not python-rtmidi."""
    wire = Wire()
    monkeypatch.setattr(mido, "backend", mido.Backend("mido.backends.no_such_backend"))
    monkeypatch.setitem(sys.modules, "rtmidi2", wire.module)
    return wire


def test_messages_go_out_and_come_in(wire: Wire) -> None:
    out, into = ports.open_ports("synth 2", "synth", False)
    assert (out.name, into.name) == ("Synth 2", "Synth [USB] 1")
    assert wire.opened == [1, 0]  # by their places: a name with brackets would be a pattern
    sent = [
        mido.Message("note_on", channel=3, note=60, velocity=64),
        mido.Message("clock"),
        mido.Message("control_change", control=74, value=1),
    ]
    for message in sent:
        out.send(message)
    assert list(into.iter_pending()) == sent
    assert list(into.iter_pending()) == []
    assert not wire.ignored["midi_time"], "the clock that `armusic play` follows is let through"
    out.close()
    into.close()
    assert wire.opened == [1, 0, "closed", "closed"]


def test_what_is_no_message_is_passed_over(wire: Wire) -> None:
    _, into = ports.open_ports(None, "synth", False)
    wire.queue = [[0x90, 60], [0x90, 60, 1]]
    assert [message.type for message in into.iter_pending()] == ["note_on"]


def test_ports_can_be_created(wire: Wire) -> None:
    out, into = ports.open_ports("mine", None, True)
    assert wire.opened == ["mine", "mine"]
    assert (out.name, into.name) == ("mine", "mine")


def test_a_port_that_is_not_there_is_named(wire: Wire) -> None:
    with pytest.raises(UsageError, match=r"no MIDI input 'Synth 2': use one of Synth \[USB\] 1$"):
        ports.open_ports(None, "Synth 2", False)


def test_a_system_without_midi_says_so(wire: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> list[str]:
        raise RuntimeError("MidiInAlsa::initialize: error creating ALSA\nsequencer client object.")

    monkeypatch.setattr(wire.module, "get_in_ports", fail, raising=True)
    with pytest.raises(PortError, match=r"^MIDI does not work on this system: MidiInAlsa::initialize: .* object\.$"):
        ports.open_ports(None, None, False)
