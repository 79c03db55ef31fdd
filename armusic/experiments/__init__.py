"""Experiments: models x data sets x seeds x settings, from one TOML file to one folder of runs.

`plan` reads the file, `states` reads the progress of the runs from their folders, `work` trains
and evaluates the runs that are not done.
"""

from __future__ import annotations

from armusic.experiments.plan import Run, parse, read
from armusic.experiments.states import State, check, check_data, look
from armusic.experiments.work import engine, perform, prepare
from armusic.inference.run_folder import read as settings

__all__ = ["Run", "State", "check", "check_data", "engine", "look", "parse", "perform", "prepare", "read", "settings"]
