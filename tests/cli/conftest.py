"""A command line that runs in this process, a melody to run it on, and a model that has learnt nothing."""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from armusic_cli.main import run as run_command_line

EXAMPLES = Path(__file__).parents[2] / "examples"


class Done(NamedTuple):
    """How a command ended."""

    code: int
    out: str
    err: str

    def error(self, code: int) -> str:
        """Return the one line of an error with this exit code."""
        assert (self.code, self.out) == (code, "")
        assert self.err.startswith("armusic: error: ")
        assert self.err.endswith("\n")
        assert self.err.count("\n") == 1
        return self.err.removeprefix("armusic: error: ").rstrip("\n")


Run = Callable[..., Done]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Run the command line."""

    def run(*arguments: object) -> Done:
        capsys.readouterr()
        code = run_command_line([str(argument) for argument in arguments])
        return Done(code, *capsys.readouterr())

    return run


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in an empty folder, with a cache of its own."""
    monkeypatch.setenv("ARMUSIC_DATA", str(tmp_path / "cache"))
    work = tmp_path / "work"
    work.mkdir()
    monkeypatch.chdir(work)
    return work


@pytest.fixture
def melody(here: Path) -> Path:
    """Put a melody of 16 measures into the folder."""
    path = here / "input.mid"
    path.write_bytes((EXAMPLES / "speed-the-plough.mid").read_bytes())
    return path


@pytest.fixture(scope="session")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Save a tiny model with the weights it was born with."""
    import numpy as np
    import torch

    from armusic import config
    from armusic.training import adapters, checkpoint
    from armusic.vae.data import Scale

    torch.manual_seed(0)
    settings = config.make(latent=6, units=8)
    adapter = adapters.get("folk")
    shape = (adapter.kinds, len(settings.attributes))
    path = tmp_path_factory.mktemp("model") / "model.safetensors"
    scale = Scale(np.zeros(shape), np.ones(shape))
    checkpoint.save(checkpoint.Checkpoint(adapter.build(settings), settings, scale), path)
    return path


@pytest.fixture
def tunes(here: Path) -> Path:
    """Make a folder with a few tunes that are no versions of one another."""
    folder = here / "tunes"
    (folder / "jigs").mkdir(parents=True)
    lines = [  # in each tune, every attribute varies
        "CDEF GABc|c4 F2E2|EG3 ce3|F8|",
        "c2G2 E2C2|F4 G4|CDCD EFEF|G6 C2|",
        "CCGG AAG2|F3E D4|D2C6|eGeG cGcG|",
        "G2FE D2CD|E2C2 D4|B8|AcBd cedf|",
        "A,2B,2 C2D2|E8|efed cBAG|A3c e4|",
    ]
    for number, line in enumerate(lines):
        (folder / f"{number}.abc").write_text(f"X:1\nT:Tune {number}\nM:4/4\nL:1/8\nK:C\n{line}\n")
    (folder / "jigs" / "jig.abc").write_text("X:1\nT:Jig\nM:6/8\nL:1/8\nK:G\nBGG DGG|BGB dcB|cAA EAA|G3 G3|]\n")
    (folder / "broken.abc").write_text("X:1\nT:Five\nM:5/4\nL:1/4\nK:C\nCDEFG|\n")
    return folder
