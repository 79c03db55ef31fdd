"""What a resumed run must share with its beginning, so that it goes on as if it had never stopped."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from armusic.config import Config, difference
from armusic.errors import DataError, UsageError
from armusic.files import one_line
from armusic.training import fingerprint
from armusic.training.checkpoint import Checkpoint


def settings(last: Checkpoint, config: Config, run: Path) -> Config:
    """Return the settings that a run goes on with: those it was started with, with the place of its data.

    The data may have another path, where it can be told later whether it is the same. There may be more or fewer
    epochs than were asked for at first, where the learning rate is constant: nothing else depends on their number.

    Raises
    ------
    UsageError
        For any other setting, or a run that an earlier version of armusic started, with losses that are no more.
    """
    shown, started = one_line(str(run)), last.config
    if last.history and "cycle" in last.history[-1]:
        raise UsageError(
            f"{shown} was started by an earlier version, with other losses for control: start another run"
            " from its weights (option start)"
        )
    before, values = started.values(), config.values()
    moved = "fingerprint" in last.card and config.data != started.data and Path(config.data).exists()
    if moved:
        values["data"] = started.data
    if started.schedule.constant:
        before["epochs"] = values["epochs"]
    if name := difference(before, values):
        advice = (
            "its learning rate was planned for that number: start another run from its weights (option start)"
            if name == "epochs"
            else "a run is resumed with the settings it was started with"
        )
        raise UsageError(f"{shown} was started with {name} {before[name]!r}, not {values.get(name)!r}: {advice}")
    epochs = config.schedule.epochs
    if epochs < last.epoch:
        raise UsageError(f"{shown} has {last.epoch} epochs already: resume it with as many or more, not {epochs}")
    place = str(Path.cwd() / config.source) if moved else config.place or started.place
    return replace(started, schedule=replace(started.schedule, epochs=epochs), place=place)


def check_data(last: Checkpoint, mark: Mapping[str, Any], counts: Mapping[str, int], config: Config, run: Path) -> None:
    """Raise `DataError` for a run whose data has changed: what was held out may have been trained on."""
    before = last.card.get("fingerprint")
    if before is None:  # a run of an earlier version, or of another's
        items = last.card.get("items", counts)
        change = next(
            (f"{counts[part]:,} {part} items, not {items[part]:,}" for part in counts if items[part] != counts[part]),
            "",
        )
    else:
        change = fingerprint.difference(before, mark)
    if change:
        raise DataError(
            f"{one_line(config.source)} has changed since {one_line(str(run))} was started ({change}):"
            " put the data back as it was, or start another run from its weights (the option start)"
        )
