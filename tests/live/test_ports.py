"""Ports: what is said where there is no MIDI, or no port of a name."""

import sys

import mido
import pytest

from armusic.errors import MissingExtraError, PortError, UsageError
from armusic.live import ports


def test_without_a_backend_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mido, "backend", mido.Backend("mido.backends.no_such_backend"))
    monkeypatch.setitem(sys.modules, "rtmidi2", None)
    package = "rtmidi2" if sys.version_info >= (3, 13) else "python-rtmidi"
    with pytest.raises(MissingExtraError, match=rf"^playing needs {package}, .*: pip install 'armusic\[live\]'$"):
        ports.open_ports(None, None, False)


def test_ports_are_named_by_their_beginnings() -> None:
    assert ports.choose(None, ["one", "two"], "output") == "one"
    with pytest.raises(UsageError, match="there is no MIDI output 'three': use one of one, two"):
        ports.choose("three", ["one", "two"], "output")
    with pytest.raises(PortError, match="there is no MIDI input: switch on a device .* with the option virtual"):
        ports.choose("three", [], "input")
