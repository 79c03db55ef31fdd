"""The options of `armusic train` that are made from the settings of `Config`, and their help by groups."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, TypeVar, get_args, get_origin

import click

from armusic import config
from armusic.config import MUSIC, PRESETS, SETTINGS, Setting
from armusic.errors import ArmusicError
from armusic_cli.options import Choice, ChoiceOrOwn, integers, names

Function = TypeVar("Function", bound=Callable[..., Any])
Values = Mapping[str, Mapping[str, Any]]
"""Preset -> value of each setting by name."""

GROUPS = {"data": "Data", "network": "Network", "loss": "Losses", "schedule": "Schedule"}
"""Titles of the groups of options, in the order of the help."""
OTHERS = "Settings for {domains} only"
"""Title of a group of options that do not count for the data."""
_METAVARS = {int: "INTEGER", float: "NUMBER", tuple[int, ...]: "INTEGERS", tuple[str, ...]: "NAMES"}


def options(function: Function) -> Function:
    """Add an option for every setting: its name with dashes, its default, help, choices and range."""
    values = {preset: config.make(preset).values() for preset in PRESETS}
    for setting in reversed(SETTINGS.values()):
        arguments, keywords = _option(setting, values)
        function = click.option(*arguments, **keywords)(function)
    return function


class Command(click.Command):
    """A command whose help has the settings in groups, with the defaults of the data that it is called with."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse the arguments; the help needs those that stand behind --help, too."""
        ctx.meta[__name__] = list(args)
        return super().parse_args(ctx, args)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options of the run, then those of each part of the configuration that count for the data."""
        values, domain = _values(self._data(ctx))
        groups: dict[str, list[tuple[str, str]]] = {title: [] for title in ("Run", *GROUPS.values())}
        for parameter in self.get_params(ctx):
            setting = SETTINGS.get(parameter.name or "")
            title, shown = "Run", parameter
            if setting is not None:
                title = (
                    GROUPS[setting.part]
                    if domain in setting.domains
                    else OTHERS.format(domains=" and ".join(setting.domains))
                )
                arguments, keywords = _option(setting, values)
                shown = click.Option(arguments, **keywords)
            elif parameter.name == "data_dir":
                title = GROUPS["data"]
            record = shown.get_help_record(ctx)
            if record is not None:
                groups.setdefault(title, []).append(record)
        for title, records in groups.items():
            with formatter.section(title):
                formatter.write_dl(records)

    def _data(self, ctx: click.Context) -> str:
        """Return the data that the command line names; empty where it names none."""
        with click.Context(self, resilient_parsing=True) as plain:  # nothing is checked
            typed, _, _ = self.make_parser(plain).parse_args(list(ctx.meta.get(__name__, ())))
        data = typed.get("data")
        return data if isinstance(data, str) else ""


def _values(data: str) -> tuple[Values, str]:
    """Return the values of each preset for some data, and its domain; those for music where there is no such data."""
    if data:
        from armusic import api

        try:
            chosen = {preset: api.configure(preset, data=data) for preset in PRESETS}
        except ArmusicError:
            pass
        else:
            return {preset: settings.values() for preset, settings in chosen.items()}, chosen["default"].domain
    return {preset: config.make(preset).values() for preset in PRESETS}, MUSIC


def _option(setting: Setting, values: Values) -> tuple[Sequence[str], dict[str, Any]]:
    """Return the arguments of the option for a setting; its help has the values that presets give it."""
    flag = "--" + setting.name.replace("_", "-")
    default = values["default"].get(setting.name, setting.default)
    presets: dict[str, list[str]] = {}
    for preset, of_preset in values.items():
        if of_preset.get(setting.name, default) != default:
            presets.setdefault(_typed(setting.name, of_preset[setting.name]), []).append(preset)
    notes = "".join(f"  [{', '.join(where)}: {value}]" for value, where in presets.items())
    return (f"{flag}/--no-{flag[2:]}" if setting.kind is bool else flag, setting.name), {
        "type": None if setting.kind is bool else _type(setting),
        "metavar": _METAVARS.get(setting.kind),
        "default": _typed(setting.name, default) if isinstance(default, tuple) else default,
        "show_default": True,
        "hidden": setting.name == "shape",  # it comes from the data
        "help": setting.help + notes,
    }


def _typed(name: str, value: Any) -> str:
    """Return a value as it is typed."""
    if isinstance(value, bool):
        return name if value else f"no-{name}"
    return ",".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _type(setting: Setting) -> Any:
    if get_origin(setting.kind) is Literal:
        return (ChoiceOrOwn if setting.group else Choice)(setting.choices)
    if get_origin(setting.kind) is tuple:
        return integers if get_args(setting.kind)[0] is int else names
    if setting.kind is int:
        low, high = (None if bound is None else int(bound) for bound in (setting.low, setting.high))
        return click.IntRange(low, high)
    if setting.kind is float:
        return click.FloatRange(setting.low, setting.high)
    return click.STRING
