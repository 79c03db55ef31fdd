"""MIDI ports of this system, which need the extra `armusic[live]`; anything with their methods will do instead."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Any, Protocol

from armusic.errors import MissingExtraError, PortError, UsageError
from armusic.extras import missing, require

PACKAGE = "rtmidi2" if sys.version_info >= (3, 13) else "python-rtmidi"
"""What the extra installs: python-rtmidi has no wheels for Python 3.13 and later."""


class Output(Protocol):
    """A port that messages are sent to."""

    def send(self, message: Any) -> None:
        """Send a message at once."""


class Input(Protocol):
    """A port that messages come from."""

    def iter_pending(self) -> Iterator[Any]:
        """Yield the messages that have come since the last call, without waiting."""


def open_ports(out: str | None, into: str | None, virtual: bool) -> tuple[Any, Any]:
    """Open an output and an input of this system; no input where none is named and the ports are not virtual.

    Parameters
    ----------
    out, into : str, optional
        Names of the ports, or the beginnings of the names; by default the system's first output.
    virtual : bool
        Whether to create ports with these names, for other programs to connect to.

    Raises
    ------
    MissingExtraError
        Without a MIDI backend.
    UsageError
        If there is no port of that name.
    PortError
        If there is no port, or no MIDI at all.
    """
    backend = _backend()
    try:
        if virtual:
            name = out or "armusic"
            return backend.open_output(name, virtual=True), backend.open_input(into or name, virtual=True)
        outputs, inputs = backend.get_output_names(), backend.get_input_names() if into else []
        output = backend.open_output(choose(out, outputs, "output"))
        return output, backend.open_input(choose(into, inputs, "input")) if into else None
    except (UsageError, PortError):
        raise
    except Exception as error:  # the backend's own errors come from the system, and have no common type
        raise PortError(f"MIDI does not work on this system: {' '.join(str(error).split()) or type(error)}") from error


def _backend() -> Any:
    """Return mido's backend, which `MIDO_BACKEND` may name; rtmidi2 where it is not installed."""
    import mido

    try:
        mido.backend.load()
    except ImportError as error:
        with suppress(MissingExtraError):
            require("rtmidi2", extra="live", purpose="playing")
            return mido.Backend("armusic.live.rtmidi2_ports")
        raise missing(PACKAGE, extra="live", purpose="playing") from error
    return mido.backend


def choose(name: str | None, ports: Sequence[str], kind: str) -> str:
    """Return the first port whose name begins so; the first of all without a name. `kind` is "output" or "input".

    Examples
    --------
    >>> choose("iac", ["IAC Driver Bus 1"], "output")
    'IAC Driver Bus 1'
    """
    if not ports:
        raise PortError(
            f"there is no MIDI {kind}: switch on a device or a synthesizer, or create ports with the option virtual"
        )
    if name is None:
        return ports[0]
    for port in ports:
        if port.lower().startswith(name.lower()):
            return port
    raise UsageError(f"there is no MIDI {kind} {name!r}: use one of {', '.join(ports)}")
