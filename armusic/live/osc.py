"""Open Sound Control: attributes turned by other programs, and told to them; it needs the extra `armusic[live]`.

Addresses, each with one number:

- `/armusic/NAME`: 0 to 1, as a fader: .5 leaves the attribute as it is, the ends are `REACH` standard deviations away;
- `/armusic/NAME/steps`: standard deviations, -`REACH` to `REACH`;
- `/armusic/NAME/value`: the mean to come to, in the attribute's own unit;
- `/armusic/reset`: all attributes as they were; a 0, as of a button that is let go, does nothing.

What is sent has the addresses `/armusic/NAME` and `/armusic/NAME/value`, so that a fader follows, and
`/armusic/measure`, the number of the measure that begins.

Source
------
M. Wright, "The Open Sound Control 1.0 specification" (2002): https://opensoundcontrol.stanford.edu/spec-1_0.html
"""

from __future__ import annotations

import math
import socket
import struct
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from armusic.errors import UsageError
from armusic.extras import require
from armusic.live.loop import REACH, Turn
from armusic.music.attributes import short_name

ROOT = "/armusic"
LOOPBACK = "127.0.0.1"
_LARGEST = 65536  # bytes of a datagram
_SAID = 10  # addresses of which it is said what is wrong
_FORMS = ("", "/steps", "/value")

Address = tuple[str, int]


def parse_address(text: str) -> Address:
    """Return host and port of `[HOST:]PORT`; the host is this machine where none is named.

    Examples
    --------
    >>> parse_address("9000"), parse_address("0.0.0.0:9000")
    (('127.0.0.1', 9000), ('0.0.0.0', 9000))
    """
    host, _, port = text.rpartition(":")
    if not (port.isdecimal() and int(port) < 1 << 16):
        raise UsageError(f"{text!r} is not an address for OSC: write a port, such as 9000, or HOST:PORT")
    return host or LOOPBACK, int(port)


@dataclass(slots=True)
class OscInput:
    """A port that OSC messages come from; `iter_pending` yields what they turn.

    Parameters
    ----------
    names : sequence of str
        Attributes that can be turned.
    socket : socket
        A socket that datagrams come from.
    step : callable
        Takes an attribute and a mean, and returns the step that leads there.
    on_refused : callable
        Called with what is wrong with a message, once for each address.
    """

    names: Sequence[str]
    socket: socket.socket
    step: Callable[[str, float], float]
    on_refused: Callable[[str], None] = lambda _: None
    _refused: set[str] = field(default_factory=set)

    @property
    def port(self) -> int:
        """Number of the port."""
        return int(self.socket.getsockname()[1])

    def iter_pending(self) -> Iterator[Turn]:
        """Yield what the messages turn that have come since the last call, without waiting."""
        while True:
            try:
                data = self.socket.recv(_LARGEST)
            except BlockingIOError:
                return
            except ConnectionError:  # from a listener of ours that has gone
                continue
            for address, values in messages(data):
                yield from self._turns(address, values)

    def _turns(self, address: str, values: Sequence[Any]) -> Iterator[Turn]:
        """Yield what a message turns."""
        number = values[0] if len(values) == 1 and isinstance(values[0], int | float) else None
        if address == f"{ROOT}/reset":
            if number is None or number:
                yield from (Turn(name, 0.0) for name in self.names)
            return
        hit = next(
            ((name, form) for name in self.names for form in _FORMS if address == f"{ROOT}/{short_name(name)}{form}"),
            None,
        )
        if hit is None:
            shown = ", ".join(f"{ROOT}/{short_name(name)}" for name in self.names)
            self._refuse(address, f"OSC {address[:80]!r} turns nothing: use {shown} or {ROOT}/reset")
        elif number is None or not math.isfinite(number):
            self._refuse(f"{address} ", f"OSC {address!r} came without a number: send one, from 0 to 1")
        else:
            name, form = hit
            step = {"": (2 * number - 1) * REACH, "/steps": number, "/value": self.step(name, number)}[form]
            yield Turn(name, min(max(float(step), -REACH), REACH))

    def _refuse(self, key: str, message: str) -> None:
        """Say what is wrong, once for each address, and not of thousands of them."""
        if key not in self._refused and len(self._refused) < _SAID:
            self._refused.add(key)
            self.on_refused(message)

    def close(self) -> None:
        """Close the port."""
        self.socket.close()


def messages(data: bytes) -> Iterator[tuple[str, list[Any]]]:
    """Yield the address and the values of each message in a datagram, also of bundles; none of a damaged one."""
    packets = require("pythonosc.osc_packet", extra="live", purpose="OSC")
    try:
        packet = packets.OscPacket(data)
        yield from ((timed.message.address, list(timed.message.params)) for timed in packet.messages)
    except (packets.ParseError, ValueError, IndexError, TypeError, OverflowError, struct.error, RecursionError):
        return


def listen(
    address: Address,
    names: Sequence[str],
    step: Callable[[str, float], float],
    on_refused: Callable[[str], None] = lambda _: None,
) -> OscInput:
    """Return a port that listens at an address; the parameters are those of `OscInput`.

    Raises
    ------
    MissingExtraError
        Without python-osc.
    UsageError
        If the address cannot be used.
    """
    require("pythonosc.osc_packet", extra="live", purpose="OSC")
    listening = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        listening.bind(address)
    except OSError as error:
        listening.close()
        where = f"{address[0]}, port {address[1]}"
        raise UsageError(f"{where}: cannot listen for OSC there ({error.strerror}): choose another port") from error
    listening.setblocking(False)
    return OscInput(names, listening, step, on_refused)


@dataclass(slots=True)
class OscOutput:
    """Where the state of a tune that is played is told.

    Parameters
    ----------
    address : (str, int)
        Host and port.
    socket : socket
        A socket to send from.
    """

    address: Address
    socket: socket.socket = field(default_factory=lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM))

    def tell(self, steps: Mapping[str, float], means: Mapping[str, float], measure: int) -> None:
        """Send the position of each attribute, its mean, and the number of the measure that begins."""
        for name, mean in means.items():
            self._send(f"/{short_name(name)}", 0.5 + steps.get(name, 0.0) / REACH / 2)
            self._send(f"/{short_name(name)}/value", mean)
        self._send("/measure", measure)

    def _send(self, address: str, value: float) -> None:
        builder = require("pythonosc.osc_message_builder", extra="live", purpose="OSC").OscMessageBuilder(
            address=ROOT + address
        )
        builder.add_arg(value)
        try:
            self.socket.sendto(builder.build().dgram, self.address)
        except OSError:  # nobody is there: the tune goes on
            return

    def close(self) -> None:
        """Close the port."""
        self.socket.close()


@dataclass(slots=True)
class Inputs:
    """Several ports as one."""

    ports: Sequence[Any]

    def iter_pending(self) -> Iterator[Any]:
        """Yield the messages that have come in at any of them since the last call, without waiting."""
        for port in self.ports:
            yield from port.iter_pending()

    def close(self) -> None:
        """Close all of them."""
        for port in self.ports:
            port.close()
