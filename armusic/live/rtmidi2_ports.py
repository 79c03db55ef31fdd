"""Ports of rtmidi2 as a backend of mido's: python-rtmidi, which mido uses, has no wheels for Python 3.13 and later.

mido opens ports by the names of a backend module: `get_devices`, `Input` and `Output`.
"""

from __future__ import annotations

from typing import Any

from mido import Message
from mido.ports import BaseInput, BaseOutput

from armusic.extras import require


def _rtmidi2() -> Any:
    return require("rtmidi2", extra="live", purpose="playing")


def get_devices() -> list[dict[str, Any]]:
    """Return the names of the system's ports, and whether each is an input, an output or both."""
    rtmidi2 = _rtmidi2()
    inputs, outputs = rtmidi2.get_in_ports(), rtmidi2.get_out_ports()
    return [
        {"name": name, "is_input": name in inputs, "is_output": name in outputs}
        for name in dict.fromkeys([*inputs, *outputs])
    ]


def _open(port: Any, name: str, virtual: bool) -> Any:
    if virtual:
        port.open_virtual_port(name)
    else:  # by its place: rtmidi2 reads a name as a pattern, and names have brackets in them
        port.open_port(port.ports.index(name))
    return port


class Input(BaseInput):  # type: ignore[misc]  # mido has no types
    """An input, whose messages wait in rtmidi2's queue."""

    def _open(self, *, virtual: bool = False, **_: Any) -> None:
        self._port = _rtmidi2().MidiIn()
        self._port.ignore_types(midi_sysex=False, midi_time=False, midi_sense=True)  # the clock is followed
        _open(self._port, self.name, virtual)

    def _receive(self, block: bool = True) -> Message | None:  # noqa: ARG002  (mido waits, not this)
        while (data := self._port.get_message()) is not None:
            try:
                return Message.from_bytes(data)
            except ValueError:  # no MIDI message
                continue
        return None

    def _close(self) -> None:
        self._port.close_port()


class Output(BaseOutput):  # type: ignore[misc]  # mido has no types
    """An output."""

    def _open(self, *, virtual: bool = False, **_: Any) -> None:
        self._port = _open(_rtmidi2().MidiOut(), self.name, virtual)

    def _send(self, message: Message) -> None:
        self._port.send_raw(*message.bytes())

    def _close(self) -> None:
        self._port.close_port()
