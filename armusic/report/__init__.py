"""A report on a folder of runs of an experiment, with the figures and tables of Pati and Lerch (2020).

Source of `resources/paper.csv`: medians of ten runs, read off the vector data of the figures of Pati and Lerch
(2020), doi 10.1007/s00521-020-05270-2; of images, whose ten runs are one network trained on and on, also its
figures after the first. Of `resources/lc-diff.csv`: table of M. Pettenò, A. I. Mezza and A. Bernardini, "Conditional
diffusion as latent constraints for controllable symbolic music generation", ISMIR 2025, arXiv 2511.07156.
`resources/targets.csv` has this project's targets, `resources/ceilings.csv` what no encoder can exceed.
"""

from __future__ import annotations

from armusic.report.results import Result, read
from armusic.report.write import write

__all__ = ["Result", "read", "write"]
