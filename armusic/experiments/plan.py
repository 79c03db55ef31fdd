"""An experiment's file: which runs it asks for, checked before anything runs.

`models` and `data` are lists of names, or tables with settings for each. Settings of a model's
data set count before those of the model, these before those of the data set, these before
`[settings]`, and these before the preset's.
"""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

from armusic import config
from armusic.config import PRESETS, Config
from armusic.errors import ArmusicError, ReadError, UsageError
from armusic.files import label, read_bytes

Table = Mapping[str, Any]

TOP = ("models", "data", "seeds", "minutes", "settings")
MODEL = ("preset", "start", "data", "seeds", "minutes", "grid")
SETTINGS = tuple(name for name in config.SETTINGS if name not in ("data", "seed"))


@dataclass(frozen=True, slots=True)
class Run:
    """One training of an experiment.

    Parameters
    ----------
    model : str
        Its name in the file, with the settings of its grid, as `paper-gamma10-delta1`.
    config : Config
        All its settings, with the data set and the seed.
    minutes : float, optional
        It stops after the epoch in which it has trained for so long.
    start : str, optional
        The name of the run whose weights it starts from.
    """

    model: str
    config: Config
    minutes: float | None = None
    start: str | None = None

    @property
    def name(self) -> str:
        """Its folder: MODEL-DATA-SEED."""
        return f"{self.model}-{Path(self.config.data).name}-{self.config.seed}"


@dataclass(frozen=True, slots=True)
class _Asked:
    """A run as the file asks for it: `start` is not looked up yet."""

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
    """Return the runs that an experiment's file asks for: see `parse`.

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
    """Return the runs that an experiment asks for, in its order.

    Parameters
    ----------
    content : mapping
        `models` and `data`, each a list of names or a table with the settings of each; `seeds`,
        a list; `minutes`, a cap; `settings`, for all. A model may have `preset` (by default that
        of its name, if there is one), `start` (MODEL or MODEL-DATA: the run with the same seed
        that it starts from), its own `data`, `seeds` and `minutes`, and a `grid`: lists of
        settings, each combination a model.
    source : str
        What messages call it.

    Raises
    ------
    UsageError
        For an unknown key (with the nearest), a value of a wrong type or out of range, a start
        that is no run of the experiment, or runs that start from one another.

    Examples
    --------
    >>> runs = parse({"data": ["folk44"], "models": {"paper": {"grid": {"gamma": [1, 10]}}}, "seeds": [0, 1]})
    >>> [run.name for run in runs]
    ['paper-gamma1-folk44-0', 'paper-gamma1-folk44-1', 'paper-gamma10-folk44-0', 'paper-gamma10-folk44-1']
    """
    _known(content, TOP, source)
    for name in ("models", "data"):
        if name not in content:
            raise UsageError(f'{source}: no {name}: write {name} = ["NAME"], or a table [{name}.NAME] for each')
    found: dict[str, _Asked] = {}
    for one in _asked(content, source):
        if one.name in found:
            raise UsageError(f"{one.where}: a second run would be called {one.name}: choose another name")
        found[one.name] = one
    made: dict[str, Run] = {}
    for name in found:
        _make(name, found, made)
    return tuple(made[name] for name in found)


def _asked(content: Table, source: str) -> Iterator[_Asked]:
    """Yield the runs in the order models, data sets, seeds."""
    shared = _settings(content.get("settings", {}), f"{source}, settings")
    sets = _tables(content["data"], f"{source}, data")
    for name, values in sets.items():
        _settings(values, f"{source}, data.{name}")
    if len({Path(name).name for name in sets}) < len(sets):
        raise UsageError(f"{source}, data: two folders of one name: runs are named after them")
    for model, own in _tables(content["models"], f"{source}, models").items():
        where = f"{source}, models.{model}"
        if not re.fullmatch(r"[\w.+-]+", model):
            raise UsageError(f"{where}: runs are named after models: use letters, digits and - . + _")
        _known(own, (*MODEL, *SETTINGS), where)
        preset = own.get("preset", model if model in PRESETS else "default")
        if preset not in tuple(PRESETS):  # a list cannot be looked up in a dict
            raise UsageError(f"{where}: unknown preset {preset!r}: use one of {', '.join(PRESETS)}")
        start = own.get("start")
        if start is not None and not isinstance(start, str):
            raise UsageError(f"{where}: start is {start!r}: give MODEL or MODEL-DATA")
        minutes = _minutes(own.get("minutes", content.get("minutes")), where if "minutes" in own else source)
        seeds = _seeds(own.get("seeds", content.get("seeds", [0])), where if "seeds" in own else source)
        chosen = _tables(own.get("data", list(sets)), f"{where}, data")
        _known(chosen, tuple(sets), f"{where}, data", "data set")
        mine = {name: value for name, value in own.items() if name in SETTINGS}
        for suffix, point in _grid(own.get("grid", {}), f"{where}, grid"):
            for data, last in chosen.items():
                _settings(last, f"{where}, data.{data}")
                settings = {**shared, **sets[data], **mine, **last, **point, "data": data}
                for seed in seeds:
                    yield _Asked(where, model + suffix, preset, {**settings, "seed": seed}, minutes, start)


def _make(name: str, found: Mapping[str, _Asked], made: dict[str, Run], path: tuple[str, ...] = ()) -> Run:
    """Make a run, after that which it starts from: its network is that run's."""
    from armusic.training import adapters

    if name in made:
        return made[name]
    asked = found[name]
    if name in path:
        raise UsageError(f"{asked.where}: runs start from one another: {' from '.join((*path, name))}")
    network: dict[str, Any] = {}
    start = None
    if asked.start is not None:
        data, seed = Path(asked.settings["data"]).name, asked.settings["seed"]
        names = (f"{asked.start}-{seed}", f"{asked.start}-{data}-{seed}")
        start = next((one for one in names if one in found), None)
        if start is None:
            near = _nearest(names[-1], found)
            raise UsageError(f"{asked.where}: {name} starts from {asked.start!r}, but there is no {names[-1]}{near}")
        network = _make(start, found, made, (*path, name)).config.network_values()
    try:
        settings = adapters.configure(asked.preset, **{**network, **asked.settings})
    except ArmusicError as error:
        raise UsageError(f"{asked.where}: {error}") from error
    values = settings.values()
    for setting, value in network.items():
        if values.get(setting) != value:
            raise UsageError(f"{asked.where}: {setting} is {values.get(setting)!r}, but {value!r} where it starts")
    made[name] = Run(asked.model, settings, asked.minutes, start)
    return made[name]


def _tables(value: Any, where: str) -> dict[str, Table]:
    """Return names with their settings, whether they are listed or have a table each."""
    listed = isinstance(value, list) and all(isinstance(one, str) for one in value) and len(set(value)) == len(value)
    if value and listed:
        return {one: {} for one in value}
    if value and isinstance(value, Mapping) and all(isinstance(one, Mapping) for one in value.values()):
        return dict(value)
    raise UsageError(f"{where} is {value!r}: give a list of different names, or a table for each")


def _settings(values: Any, where: str) -> Table:
    if not isinstance(values, Mapping):
        raise UsageError(f"{where} is {values!r}: give a table of settings")
    _known(values, SETTINGS, where)
    return values


def _grid(values: Any, where: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield each combination of a grid, with what it adds to the model's name."""
    values = _settings(values, where)
    for name, some in values.items():
        if not isinstance(some, list) or not some or len({repr(one) for one in some}) < len(some):
            raise UsageError(f"{where}: {name} is {some!r}: give a list of different values")
    for point in product(*values.values()):
        pairs = dict(zip(values, point, strict=True))
        yield "".join(f"-{name}{_short(value)}" for name, value in pairs.items()), pairs


def _short(value: Any) -> str:
    if isinstance(value, list):
        return "+".join(map(str, value))
    return f"{value:g}" if isinstance(value, float) else str(value)


def _seeds(value: Any, where: str) -> list[int]:
    plain = isinstance(value, list) and all(isinstance(one, int) and not isinstance(one, bool) for one in value)
    if not value or not plain or len(set(value)) < len(value) or min(value) < 0:
        raise UsageError(f"{where}: seeds is {value!r}: give a list of different whole numbers, such as [0, 1, 2]")
    found: list[int] = value
    return found


def _minutes(value: Any, where: str) -> float | None:
    if value is None:
        return None
    if not isinstance(value, int | float) or isinstance(value, bool) or not value > 0:
        raise UsageError(f"{where}: minutes is {value!r}: give a number above 0")
    return float(value)


def _known(values: Iterable[str], known: tuple[str, ...], where: str, what: str = "key") -> None:
    for name in values:
        if name not in known:
            raise UsageError(f"{where}: unknown {what} {name!r}{_nearest(name, known)}")


def _nearest(name: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(name, list(known), 1)
    return f": did you mean {near[0]!r}?" if near else ""
