"""Experiments: models x data sets x seeds x settings, from one TOML file to one folder of runs.

`plan` reads the file, `states` reads what is in the folder, `work` trains and evaluates what
is not done.
"""

from __future__ import annotations

from armusic.experiments.plan import Run, parse, read
from armusic.experiments.states import State, check, look
from armusic.experiments.work import engine, perform, prepare

__all__ = ["Run", "State", "check", "engine", "look", "parse", "perform", "prepare", "read"]
