"""What the server serves: the model, which is loaded while the page is there already, and the sessions."""

from __future__ import annotations

import os
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from armusic.errors import ArmusicError, CheckpointError
from armusic.studio import memory
from armusic.studio.schemas import Reading

if TYPE_CHECKING:  # torch takes two seconds to import: it is loaded when the page is there
    from armusic.studio.sessions import Sessions
    from armusic.training.checkpoint import Checkpoint

PATIENCE = 120.0  # seconds that a request waits for the model
THREADS = 4  # of torch, at most


@dataclass(slots=True)
class Studio:
    """What the server serves.

    Parameters
    ----------
    model : path, optional
        A run folder or checkpoint; the shipped model when not given.
    given : (str, bytes), optional
        The name and the bytes of the file named at the start.
    path : str
        Where that one is, for commands.
    wishes : Reading
        How that one is to be read.
    """

    model: Path | None = None
    given: tuple[str, bytes] | None = None
    path: str = ""
    wishes: Reading = field(default_factory=Reading)
    loaded: threading.Event = field(default_factory=threading.Event)
    failed: str = ""
    checkpoint: Checkpoint | None = None
    sessions: Sessions | None = None

    def load(self) -> None:
        """Load the model; torch takes seconds to import."""
        memory.share()
        try:
            import torch

            from armusic import api
            from armusic.editing.calibration import scale_of
            from armusic.studio.sessions import Sessions

            torch.set_num_threads(max(1, min(THREADS, (os.cpu_count() or 1) - 1)))
            checkpoint = api.load(self.model, "music").checkpoint
            scale_of(checkpoint)
            self.checkpoint, self.sessions = checkpoint, Sessions()
        except ArmusicError as error:
            self.failed = str(error)
        except Exception as error:  # noqa: BLE001  (told on the page)
            self.failed = f"the model cannot be loaded: {type(error).__name__}: {error}"
        self.loaded.set()

    def ready(self) -> tuple[Checkpoint, Sessions]:
        """Return the model and the sessions, as soon as they are there.

        Raises
        ------
        CheckpointError
            If it cannot be loaded.
        """
        self.loaded.wait(PATIENCE)
        if self.checkpoint is None or self.sessions is None:
            raise CheckpointError(self.failed or "the model is not loaded yet: ask again in a moment")
        return self.checkpoint, self.sessions

    def close(self) -> None:
        """End the search for candidates."""
        self.loaded.wait()
        if self.sessions is not None:
            self.sessions.close()
