"""An experiment's file: the runs that it defines, checked before anything runs.

`models` and `data` are lists of names, or tables with settings for each. Settings of a model's
data set override those of the model, these those of the data set, these `[settings]`, and these
the preset's.
"""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path
from typing import Any

from armusic import config
from armusic.config import PRESETS, Config
from armusic.errors import ArmusicError, ReadError, UsageError
from armusic.files import label, read_bytes

Table = Mapping[str, Any]

TOP = ("models", "data", "seeds", "minutes", "keep", "settings")
MODEL = ("preset", "start", "data", "seeds", "minutes", "grid")
KEEP = ("all", "weights")
NEAR = 0.7  # similarity (`difflib`) above which the name of a model counts as that of a preset, misspelled
SETTINGS = tuple(name for name in config.SETTINGS if name not in ("data", "seed"))


@dataclass(frozen=True, slots=True)
class Run:
    """One training of an experiment.

    Parameters
    ----------
    model : str
        Name of the model in the file, with the settings of its grid, as `paper-gamma10-delta1`.
    config : Config
        All settings, with the data set and the seed.
    minutes : float, optional
        Minutes of processor time in training after which it stops, at the end of an epoch.
    start : str, optional
        Name of the run whose weights it starts from.
    keep : str
        Files that stay once all its epochs are done: "all", or the best "weights" alone, of half precision: those are
        evaluated.
    """

    model: str
    config: Config
    minutes: float | None = None
    start: str | None = None
    keep: str = KEEP[0]

    @property
    def name(self) -> str:
        """Name of its folder: MODEL-DATA-SEED."""
        return f"{self.model}-{Path(self.config.data).name}-{self.config.seed}"


@dataclass(frozen=True, slots=True)
class _Entry:
    """A run as the file has it: `start` is not looked up yet."""

    where: str
    model: str
    preset: str
    settings: Table
    minutes: float | None
    start: str | None

    @property
    def name(self) -> str:
        return f"{self.model}-{Path(self.settings['data']).name}-{self.settings['seed']}"


def read(path: Path) -> tuple[Run, ...]:
    """Return the runs of an experiment's file: see `parse`.

    Raises
    ------
    ReadError
        If it is not TOML.
    """
    try:
        content = tomllib.loads(read_bytes(path).decode("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ReadError(f"{label(path)}: not TOML ({error})") from error
    return parse(content, label(path))


def parse(content: Table, source: str = "experiment") -> tuple[Run, ...]:
    """Return the runs of an experiment, in its order.

    Parameters
    ----------
    content : mapping
        `models` and `data`, each a list of names or a table with the settings of each; `seeds`,
        a list; `minutes`, a limit; `keep`, "all" or "weights"; `settings`, for all. A model may have
        `preset` (by default that of its name, if there is one, else the default), `start` (MODEL or MODEL-DATA: the
        run with the same seed that it starts from), its own `data` (a table of one may have `seeds`
        as well), `seeds` and `minutes`, and a `grid`: lists of settings, each combination a model.
    source : str
        Name of the file in messages.

    Raises
    ------
    UsageError
        For an unknown key (with the nearest), a model without `preset` whose name is nearly that of one, a value of a
        wrong type or out of range, a start that is no run of the experiment, or a circle of runs that start from one
        another.

    Examples
    --------
    >>> runs = parse({"data": ["folk44"], "models": {"paper": {"grid": {"gamma": [1, 10]}}}, "seeds": [0, 1]})
    >>> [run.name for run in runs]
    ['paper-gamma1-folk44-0', 'paper-gamma1-folk44-1', 'paper-gamma10-folk44-0', 'paper-gamma10-folk44-1']
    """
    _check_names(content, TOP, source)
    for name in ("models", "data"):
        if name not in content:
            raise UsageError(f'{source}: no {name}: write {name} = ["NAME"], or a table [{name}.NAME] for each')
    entries: dict[str, _Entry] = {}
    for entry in _entries(content, source):
        if entry.name in entries:
            raise UsageError(f"{entry.where}: a second run would be called {entry.name}: choose another name")
        entries[entry.name] = entry
    keep = content.get("keep", KEEP[0])
    if keep not in KEEP:
        raise UsageError(f"{source}: keep is {keep!r}: use {' or '.join(map(repr, KEEP))}")
    runs: dict[str, Run] = {}
    for name in entries:
        _add_run(name, entries, runs)
    return tuple(replace(runs[name], keep=keep) for name in entries)


def _entries(content: Table, source: str) -> Iterator[_Entry]:
    """Yield the entries of the runs in the order models, data sets, seeds."""
    shared = _settings(content.get("settings", {}), f"{source}, settings")
    sets = _tables(content["data"], f"{source}, data")
    for name, values in sets.items():
        _settings(values, f"{source}, data.{name}")
    if len({Path(name).name for name in sets}) < len(sets):
        raise UsageError(f"{source}, data: two folders have the same name, and runs are named after them: rename one")
    for model, own in _tables(content["models"], f"{source}, models").items():
        where = f"{source}, models.{model}"
        if not re.fullmatch(r"[\w.+-]+", model):
            raise UsageError(f"{where}: runs are named after models: use letters, digits and - . + _")
        _check_names(own, (*MODEL, *SETTINGS), where)
        preset = own.get("preset") if "preset" in own else _preset_of(model, where)
        if preset not in tuple(PRESETS):  # a list cannot be looked up in a dict
            raise UsageError(f"{where}: unknown preset {preset!r}: use one of {', '.join(PRESETS)}")
        start = own.get("start")
        if start is not None and not isinstance(start, str):
            raise UsageError(f"{where}: start is {start!r}: give MODEL or MODEL-DATA")
        minutes = _minutes(own.get("minutes", content.get("minutes")), where if "minutes" in own else source)
        seeds = _seeds(own.get("seeds", content.get("seeds", [0])), where if "seeds" in own else source)
        chosen = _tables(own.get("data", list(sets)), f"{where}, data")
        _check_names(chosen, tuple(sets), f"{where}, data", "data set")
        of_model = {name: value for name, value in own.items() if name in SETTINGS}
        for suffix, point in _grid(own.get("grid", {}), f"{where}, grid"):
            for data, of_model_data in chosen.items():
                here = f"{where}, data.{data}"
                _check_names(of_model_data, ("seeds", *SETTINGS), here)
                own_seeds = _seeds(of_model_data["seeds"], here) if "seeds" in of_model_data else seeds
                of_both = {name: value for name, value in of_model_data.items() if name in SETTINGS}
                settings = {**shared, **sets[data], **of_model, **of_both, **point, "data": data}
                for seed in own_seeds:
                    yield _Entry(where, model + suffix, preset, {**settings, "seed": seed}, minutes, start)


def _preset_of(model: str, where: str) -> str:
    """Return the preset of a model that names none: that of its own name, else the default.

    A name that is nearly that of a preset is refused: misspelled, it would be trained as the default.
    """
    if model in PRESETS:
        return model
    plain = {_letters(preset): preset for preset in PRESETS}
    near = difflib.get_close_matches(_letters(model), plain, 1, NEAR)
    if near:
        raise UsageError(
            f"{where}: no preset has this name: did you mean {plain[near[0]]}? For a model of your own, say which"
            ' preset it has: preset = "default", or another'
        )
    return "default"


def _letters(name: str) -> str:
    return re.sub(r"[-_]", "", name.lower())


def _add_run(name: str, entries: Mapping[str, _Entry], runs: dict[str, Run], path: tuple[str, ...] = ()) -> Run:
    """Add a run to `runs`, after the one that it starts from, whose network it has; `path` leads to it."""
    from armusic.training import adapters

    if name in runs:
        return runs[name]
    entry = entries[name]
    if name in path:
        raise UsageError(f"{entry.where}: runs start from one another: {' from '.join((*path, name))}")
    network: dict[str, Any] = {}
    start = None
    if entry.start is not None:
        data, seed = Path(entry.settings["data"]).name, entry.settings["seed"]
        names = (f"{entry.start}-{seed}", f"{entry.start}-{data}-{seed}")
        start = next((candidate for candidate in names if candidate in entries), None)
        if start is None:
            near = _nearest(names[-1], entries)
            raise UsageError(f"{entry.where}: {name} starts from {entry.start!r}, but there is no {names[-1]}{near}")
        network = _add_run(start, entries, runs, (*path, name)).config.network_values()
    try:
        settings = adapters.configure(entry.preset, **{**network, **entry.settings})
    except ArmusicError as error:
        raise UsageError(f"{entry.where}: {error}") from error
    values = settings.values()
    for setting, value in network.items():
        if values.get(setting) != value:
            raise UsageError(f"{entry.where}: {setting} is {values.get(setting)!r}, but {value!r} where it starts")
    runs[name] = Run(entry.model, settings, entry.minutes, start)
    return runs[name]


def _tables(value: Any, where: str) -> dict[str, Table]:
    """Return names with their settings, whether they are listed or have a table each."""
    listed = isinstance(value, list) and all(isinstance(name, str) for name in value) and len(set(value)) == len(value)
    if value and listed:
        return {name: {} for name in value}
    if value and isinstance(value, Mapping) and all(isinstance(table, Mapping) for table in value.values()):
        return dict(value)
    raise UsageError(f"{where} is {value!r}: give a list of different names, or a table for each")


def _settings(values: Any, where: str) -> Table:
    if not isinstance(values, Mapping):
        raise UsageError(f"{where} is {values!r}: give a table of settings")
    _check_names(values, SETTINGS, where)
    return values


def _grid(values: Any, where: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield each combination of a grid, with what it adds to the model's name."""
    values = _settings(values, where)
    for name, choices in values.items():
        if not isinstance(choices, list) or not choices or len({repr(choice) for choice in choices}) < len(choices):
            raise UsageError(f"{where}: {name} is {choices!r}: give a list of different values")
    for point in product(*values.values()):
        pairs = dict(zip(values, point, strict=True))
        yield "".join(f"-{name}{_short(value)}" for name, value in pairs.items()), pairs


def _short(value: Any) -> str:
    if isinstance(value, list):
        return "+".join(map(str, value))
    return f"{value:g}" if isinstance(value, float) else str(value)


def _seeds(value: Any, where: str) -> list[int]:
    plain = isinstance(value, list) and all(isinstance(seed, int) and not isinstance(seed, bool) for seed in value)
    if not value or not plain or len(set(value)) < len(value) or min(value) < 0:
        raise UsageError(f"{where}: seeds is {value!r}: give a list of different whole numbers, such as [0, 1, 2]")
    seeds: list[int] = value
    return seeds


def _minutes(value: Any, where: str) -> float | None:
    if value is None:
        return None
    if not isinstance(value, int | float) or isinstance(value, bool) or not value > 0:
        raise UsageError(f"{where}: minutes is {value!r}: give a number above 0")
    return float(value)


def _check_names(values: Iterable[str], known: tuple[str, ...], where: str, what: str = "key") -> None:
    for name in values:
        if name not in known:
            raise UsageError(f"{where}: unknown {what} {name!r}{_nearest(name, known)}")


def _nearest(name: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(name, list(known), 1)
    return f": did you mean {near[0]!r}?" if near else ""
