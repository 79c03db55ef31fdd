"""`Config`: every setting of a training run, in parts (data, network, loss, schedule), from flat values or presets.

The default, the help and the check of each setting stand at its field, here or in `armusic.config.parts`. The
command line is generated from them (`SETTINGS`); a run folder and a checkpoint keep their values.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from armusic.config.manner import KEEPS, KEPT, MOST_ALTERNATIVES, MOST_STEPS, NATURAL, SPAN, STEPS
from armusic.config.parts import (
    IMAGES,
    MELODIES,
    MUSIC,
    PARTS,
    ImageNetwork,
    Loss,
    MeasureLoss,
    MeasureNetwork,
    MeasureSchedule,
    MelodyNetwork,
    Schedule,
)
from armusic.config.presets import PRESETS
from armusic.config.setting import Setting, check, option, plain, settings_of
from armusic.errors import UsageError

__all__ = [
    "ATTRIBUTES",
    "DATA",
    "IMAGES",
    "KEEPS",
    "KEPT",
    "MELODIES",
    "MOST_ALTERNATIVES",
    "MOST_STEPS",
    "MUSIC",
    "NATURAL",
    "PARTS",
    "PRESETS",
    "SETTINGS",
    "SPAN",
    "STEPS",
    "Config",
    "ImageNetwork",
    "Loss",
    "MeasureLoss",
    "MeasureNetwork",
    "MeasureSchedule",
    "MelodyNetwork",
    "Schedule",
    "Setting",
    "from_dict",
    "make",
    "preset_values",
]

FORMAT = 3
"""Version of what `Config.as_dict` returns.

1, without a version, was a flat table of the settings of all domains. Models of 1 and 2 have no editor, and were
trained with other losses for control.
"""
BEFORE = {"independence": 0.1, "editor": 0, "latent": 32, "oversample": 1}
"""Values in the place of settings that are missing in format 1 and 2, where they differ from the defaults."""
GONE = ("cycle", "temperature")
"""Settings of format 1 and 2 that are no more."""

POSITIONAL = "-paper"
"""Ending of the names of data that is split by position: see `armusic.datasets.corpora.paper_protocol`."""

DATA = "folk"
ATTRIBUTES = ("rhythm", "range", "density", "contour")


@dataclass(frozen=True, slots=True)
class Config:
    """How a model is built and trained.

    Parameters
    ----------
    data : str
        Name of the data set, or path of a file or folder.
    limit : int
        Number of items to use; 0: all.
    attributes : tuple of str
        Names of the attributes, in the order of their latent dimensions.
    split : int
        Seed of the split, and of the choice of items where `limit` is set: runs that share it can be compared in pairs.
    seed : int
        Seed of the weights, the batches and the noise.
    network : MeasureNetwork, ImageNetwork or MelodyNetwork
        The network; its class says of which domain the configuration is.
    loss : Loss
        Terms of the objective and their weights; of music, a `MeasureLoss`.
    schedule : Schedule
        Epochs, batches and learning rate; of music, a `MeasureSchedule`.
    place : str
        Path of the data where it was found, whatever the current folder is; empty where `data` says all. It makes no
        difference to what is trained.

    Examples
    --------
    >>> Config().network.latent, Config().schedule.epochs
    (48, 80)
    """

    data: str = option(
        DATA,
        "Data set: folk, folk44, bach, folk44-paper or bach-paper (music); sprites, sprites-official or morpho-mnist"
        " (images); dmelodies (drawn melodies); a folder of music or of images; or an .npz file.",
    )
    limit: int = option(0, "Number of items to use, drawn at random with the seed of the split; 0: all.", 0)
    attributes: tuple[str, ...] = option(ATTRIBUTES, "Attributes, in the order of their latent dimensions.")
    split: int = option(0, "Seed of the split into training, validation and test items.", 0)
    seed: int = option(0, "Seed of the weights, the batches and the noise.", 0)
    network: MeasureNetwork | ImageNetwork | MelodyNetwork = field(default_factory=MeasureNetwork)
    loss: Loss = field(default_factory=MeasureLoss)
    schedule: Schedule = field(default_factory=MeasureSchedule)
    place: str = field(default="", compare=False)

    def __post_init__(self) -> None:
        check(self)
        for part, cls in PARTS[self.domain].items():
            if type(getattr(self, part)) is not cls:
                actual = type(getattr(self, part)).__name__
                raise UsageError(f"{part} is a {actual}, but a model of {self.domain} needs a {cls.__name__}")
        latent = self.network.latent
        if len(self.attributes) > latent:
            raise UsageError(f"{len(self.attributes)} attributes need as many dimensions, but latent is {latent}")
        if getattr(self.network, "editor", 0) and not getattr(self.loss, "control", 0):
            raise UsageError("control is 0, so the editor would learn nothing: set editor to 0 as well")
        if self.loss.attribute_loss == "slope" and self.schedule.precision != "float32":
            raise UsageError("slopes of bfloat16 outputs are noise: use precision 'float32', or another attribute_loss")

    @property
    def domain(self) -> str:
        """The domain of the items: "music", "images" or "melodies"."""
        return next((domain for domain, parts in PARTS.items() if type(self.network) is parts["network"]), MUSIC)

    @property
    def source(self) -> str:
        """Name of the data set, or path of the file or folder, to read the data from."""
        return self.place or self.data

    def values(self) -> dict[str, Any]:
        """Return the value of each setting of the domain, by name, whatever part it is in."""
        parts = {name: self if setting.part == "data" else getattr(self, setting.part)
                 for name, setting in SETTINGS.items() if self.domain in setting.domains}  # fmt: skip
        return {name: getattr(part, name) for name, part in parts.items()}

    def network_values(self) -> dict[str, Any]:
        """Return the settings that make the network, by name: a run that starts from a model keeps them."""
        return {
            name: value
            for name, value in self.values().items()
            if name == "attributes" or SETTINGS[name].part == "network"
        }

    def replace(self, **values: Any) -> Config:
        """Return the configuration with other values of some settings, given by name.

        With other data, its place is unknown.

        Examples
        --------
        >>> Config().replace(units=12, epochs=3).schedule.epochs
        3
        """
        place = "" if "data" in values else self.place
        return replace(_build(self.domain, self.values() | values), place=place)

    def as_dict(self) -> dict[str, Any]:
        """Return plain values, as JSON keeps them: see `from_dict`."""
        values: dict[str, Any] = {"format": FORMAT, "domain": self.domain}
        for name, value in self.values().items():
            part = SETTINGS[name].part
            target = values if part == "data" else values.setdefault(part, {})
            target[name] = list(value) if isinstance(value, tuple) else value
        return values


def _settings() -> dict[str, Setting]:
    """Return all settings by name: of the data, then of the network, the loss and the schedule of each domain."""
    domains = tuple(PARTS)
    settings = settings_of(Config, "data", domains)
    for part in PARTS[MUSIC]:
        for domain in domains:
            for name, setting in settings_of(PARTS[domain][part], part, (domain,)).items():
                known = settings.get(name)
                settings[name] = replace(known, domains=(*known.domains, domain)) if known else setting
    return settings


SETTINGS = _settings()
"""Every setting, by name."""


def make(preset: str = "default", *, domain: str | None = None, **values: Any) -> Config:
    """Return a preset's configuration with some values of one's own.

    Parameters
    ----------
    preset : str
        Name of the preset.
    domain : str, optional
        "music", "images" or "melodies"; where it is not given, "images" if a value is of a setting for images alone.
    **values : object
        Values of settings, by name, whatever part of the configuration has them.

    Raises
    ------
    UsageError
        For an unknown preset or setting (with the nearest), or a value out of range.

    Examples
    --------
    >>> make("paper", epochs=3).network.decoder
    'hierarchical'
    """
    if preset not in PRESETS:
        near = difflib.get_close_matches(preset, PRESETS, 1)
        hint = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(PRESETS)}"
        raise UsageError(f"unknown preset {preset!r}: {hint}")
    _check_known(values)
    if domain is None:
        domain = IMAGES if any(SETTINGS[name].domains == (IMAGES,) for name in values) else MUSIC
    return _build(domain, preset_values(preset, domain) | values)


def preset_values(preset: str, domain: str) -> dict[str, Any]:
    """Return the values of a preset that count in a domain."""
    return {name: value for name, value in PRESETS[preset].items() if domain in SETTINGS[name].domains}


def difference(values: Mapping[str, object], others: Mapping[str, object]) -> str | None:
    """Return the name of the first of some values of settings that others lack or have another value for.

    Examples
    --------
    >>> difference(Config().values(), Config().replace(units=12).values())
    'units'
    """
    return next((name for name, value in values.items() if others.get(name) != value), None)


def from_dict(values: Mapping[str, Any]) -> Config:
    """Return the configuration that `Config.as_dict` wrote, in this version of the format or before.

    Settings that are missing have their defaults; `split`, where it is missing, is the seed, as it was before.

    Raises
    ------
    UsageError
        For an unknown setting (with the nearest), a wrong value, or a later version of the format.
    """
    if not isinstance(values, Mapping):
        raise UsageError(f"{values!r} is not a table of settings")
    if "format" not in values:  # all settings in one table, also those of the other domain
        domain = IMAGES if values.get("shape") else MUSIC
        flat = _with_split(_renewed(values, domain))
        _check_known(flat)
        return _build(domain, {name: value for name, value in flat.items() if domain in SETTINGS[name].domains})
    rest = {name: value for name, value in values.items() if name != "place"}  # see armusic.inference.run_folder
    version, domain = rest.pop("format"), rest.pop("domain", None)
    if version not in (2, FORMAT) or domain not in PARTS:
        raise UsageError(
            f"settings of format {version!r} for {domain!r}: this is format {FORMAT}, for {' or '.join(PARTS)}"
        )
    flat = {}
    for part in PARTS[domain]:
        group = rest.pop(part, {})
        if not isinstance(group, Mapping):
            raise UsageError(f"{part} is {group!r}: give a table of settings")
        flat |= group
    flat |= rest
    return _build(domain, _with_split(flat if version == FORMAT else _renewed(flat, domain)))


def _renewed(values: Mapping[str, Any], domain: str) -> dict[str, Any]:
    """Return settings of format 1 or 2 as this version has them."""
    before = {name: value for name, value in BEFORE.items() if domain in SETTINGS[name].domains}
    return before | {name: value for name, value in values.items() if name not in GONE}


def _with_split(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return settings with the seed of the split that they stand for: that of the run, where it has none of its own.

    Data that is split by position has the same split with any seed.
    """
    positional = str(values.get("data", DATA)).endswith(POSITIONAL)
    return {"split": 0 if positional else values.get("seed", 0), **values}


def _build(domain: str, values: Mapping[str, Any]) -> Config:
    """Return the configuration of a domain with these values, by name; the others have their defaults."""
    _check_known(values)
    groups: dict[str, dict[str, Any]] = {part: {} for part in ("data", *PARTS[domain])}
    for name, value in values.items():
        setting = SETTINGS[name]
        if domain not in setting.domains:
            raise UsageError(f"{name} is a setting for {' and '.join(setting.domains)}, not for {domain}: leave it out")
        groups[setting.part][name] = plain(value)
    return Config(**groups["data"], **{part: cls(**groups[part]) for part, cls in PARTS[domain].items()})


def _check_known(names: Mapping[str, Any]) -> None:
    """Raise `UsageError` for a name that no setting has, with the nearest."""
    for name in names:
        if name not in SETTINGS:
            near = difflib.get_close_matches(name, SETTINGS, 1)
            raise UsageError(f"unknown setting {name!r}" + (f": did you mean {near[0]!r}?" if near else ""))
