"""State of the server: the model, which loads in the background, and the sessions."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from armusic.errors import ArmusicError, CheckpointError
from armusic.studio import memory
from armusic.studio.schemas import Reading
from armusic.studio.worker import Worker

if TYPE_CHECKING:  # the page is served before
    from armusic.inference.checkpoint import Checkpoint
    from armusic.studio.notes import Desk
    from armusic.studio.sessions import Sessions

TIMEOUT = 120.0  # seconds that a request waits for the model
_ENDING = 0.5  # seconds that the end waits for it


@dataclass(slots=True)
class Studio:
    """State of the server.

    Parameters
    ----------
    model : str or path, optional
        Name, path or address of the model; the shipped one when not given.
    file : (str, bytes), optional
        Name and bytes of the file named at the start.
    path : str
        Path of that file, for commands.
    reading : Reading
        Options for reading that file.
    loaded : Event
        Set when loading is over, whether it succeeded or failed.
    error : str
        Why the model could not be loaded; empty otherwise.
    checkpoint : Checkpoint, optional
        The model, once loaded.
    sessions : Sessions, optional
        The open tunes, once the model is loaded.
    desk : Desk, optional
        Pools kept for requests of notes, once the model is loaded.
    worker : Worker
        A process for what takes long.
    """

    model: str | Path | None = None
    file: tuple[str, bytes] | None = None
    path: str = ""
    reading: Reading = field(default_factory=Reading)
    loaded: threading.Event = field(default_factory=threading.Event)
    error: str = ""
    checkpoint: Checkpoint | None = None
    sessions: Sessions | None = None
    desk: Desk | None = None
    worker: Worker = field(default_factory=Worker)

    def load(self) -> None:
        """Load the model."""
        memory.share()
        try:
            from armusic import api
            from armusic.editing.calibration import scale_of
            from armusic.studio.notes import Desk
            from armusic.studio.sessions import Sessions

            checkpoint = api.load(self.model, "music").checkpoint
            scale_of(checkpoint)
            self.checkpoint, self.sessions, self.desk = checkpoint, Sessions(), Desk()
        except ArmusicError as error:
            self.error = str(error)
        except Exception as error:  # noqa: BLE001  (the page shows it)
            self.error = f"the model cannot be loaded: {type(error).__name__}: {error}"
        self.loaded.set()

    def ready(self) -> tuple[Checkpoint, Sessions]:
        """Return the model and the sessions, waiting until they are loaded.

        Raises
        ------
        CheckpointError
            If the model cannot be loaded.
        """
        self.loaded.wait(TIMEOUT)
        if self.checkpoint is None or self.sessions is None:
            raise CheckpointError(self.error or "the model is still loading: try again in a moment")
        return self.checkpoint, self.sessions

    def close(self) -> None:
        """Cancel what runs."""
        self.worker.close()
        self.loaded.wait(_ENDING)
        if self.sessions is not None:
            self.sessions.close()
