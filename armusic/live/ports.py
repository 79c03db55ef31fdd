"""MIDI ports of this system, which need the extra `armusic[live]`; anything with their methods will do instead."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Protocol

from armusic.errors import UsageError
from armusic.extras import missing


class Output(Protocol):
    """A port that messages are sent to."""

    def send(self, message: Any) -> None:
        """Send a message at once."""


class Input(Protocol):
    """A port that messages come from."""

    def iter_pending(self) -> Iterator[Any]:
        """Yield what has come since the last time, without waiting."""


def open_ports(out: str | None, into: str | None, virtual: bool) -> tuple[Any, Any]:
    """Return an open output and an open input of this system; no input where none is named and `out` is not virtual.

    Parameters
    ----------
    out, into : str, optional
        Their names, or the beginnings of them; the system's first output when not given.
    virtual : bool
        Make ports of these names, which other programs then find.

    Raises
    ------
    MissingExtraError
        Without a MIDI backend.
    UsageError
        Where there is no such port, or no MIDI at all.
    """
    import mido

    try:
        mido.backend.load()
    except ImportError as error:
        raise missing("python-rtmidi", extra="live", purpose="playing") from error
    try:
        if virtual:
            name = out or "armusic"
            return mido.open_output(name, virtual=True), mido.open_input(into or name, virtual=True)
        outputs, inputs = mido.get_output_names(), mido.get_input_names() if into else []
        output = mido.open_output(port(out, outputs, "output"))
        return output, mido.open_input(port(into, inputs, "input")) if into else None
    except UsageError:
        raise
    except Exception as error:  # the backend's own errors come from the system, and have no common type
        raise UsageError(f"MIDI does not work on this system: {' '.join(str(error).split()) or type(error)}") from error


def port(name: str | None, there: Sequence[str], what: str) -> str:
    """Return the port that a name, or the beginning of one, stands for; the first one when there is no name.

    Examples
    --------
    >>> port("iac", ["IAC Driver Bus 1"], "output")
    'IAC Driver Bus 1'
    """
    if not there:
        raise UsageError(
            f"there is no MIDI {what}: switch on a device or a synthesizer, or create a port with the option virtual"
        )
    if name is None:
        return there[0]
    for one in there:
        if one.lower().startswith(name.lower()):
            return one
    raise UsageError(f"there is no MIDI {what} {name!r}: there is {', '.join(there)}")
