"""The library names its options; the command line shows them as they are typed."""

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from armusic_cli.messages import with_flags

Run = Callable[..., Any]


@pytest.mark.parametrize(
    ("message", "shown"),
    [
        ("replace it with the option force", "replace it with --force"),
        ("the option metre sets another", "--metre sets another"),
        ("(the option voice=lowest keeps the lowest)", "(--voice lowest keeps the lowest)"),
        ("leave out the option max_size=3.5: it is", "leave out --max-size 3.5: it is"),
        ("density=0.2 is no option", "density=0.2 is no option"),
    ],
)
def test_options_are_shown_as_they_are_typed(message: str, shown: str) -> None:
    assert with_flags(message) == shown


def test_errors_and_warnings_are(run: Run, melody: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from armusic import api

    def read(*_: object, **__: object) -> None:
        logging.getLogger("armusic").warning("taken for 4/4 (the option metre sets another)")
        raise ValueError

    (melody.parent / "there.mid").write_text("old")
    assert run("reconstruct", melody, "-o", "there.mid").error(1).endswith("replace it with --force")
    monkeypatch.setattr(api, "read", read)
    assert "armusic: warning: taken for 4/4 (--metre sets another)" in run("attributes", melody).err
