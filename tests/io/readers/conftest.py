"""What the tests of readers share."""

from collections.abc import Callable
from pathlib import Path

import pytest

from armusic.io.readers import midi
from armusic.io.readers.options import Reading
from armusic.music.score import Tune

Read = Callable[..., Tune]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """Return a function that reads the bytes of a MIDI file, with options."""

    def read(data: bytes, **reading: object) -> Tune:
        path = tmp_path / "song.mid"
        path.write_bytes(data)
        return midi.read(path, Reading(**reading))

    return read
