"""A report of a folder of runs: the figures and tables of Pati and Lerch (2020), from what `experiment` left there.

Source of `resources/paper.csv`: medians of ten runs, read off the vector data of the figures of Pati and Lerch
(2020), doi 10.1007/s00521-020-05270-2; of images, whose ten runs are one network trained on and on, also what it
reached in the first. `resources/targets.csv` has what this project wants to reach, `resources/ceilings.csv` what
nobody can.
"""

from __future__ import annotations

from armusic.report.results import Result, read
from armusic.report.write import write

__all__ = ["Result", "read", "write"]
