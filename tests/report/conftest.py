"""Folders of runs, as `armusic experiment` leaves them."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from types import MappingProxyType

import pytest

from armusic import report
from armusic.metrics import LABELS
from armusic.report.figures import IDENTITY, SHARES
from armusic.report.results import group
from armusic.training import adapters
from armusic.training.adapters import images

Put = Callable[..., Path]
Groups = dict[str, dict[str, list[report.Result]]]


@pytest.fixture
def put(tmp_path: Path) -> Put:
    """Write a run's folder: a perfect encoder, but for the figures that are given, and more parts of its evaluation."""

    def put(
        model: str,
        data: str,
        seed: int,
        *,
        evaluated: bool = True,
        scc: float = 0.98,
        parts: Mapping[str, object] = MappingProxyType({}),
        **more: float,
    ) -> Path:
        pictures = data in adapters.ADAPTERS
        scores = {name: {"value": more.pop(name, 0.4), "reference": 0.5, "interval": [0.3, 0.6]} for name in LABELS}
        scores["scc"] = {"value": scc, "reference": 1.0, "ceiling": 0.986}
        shares = {name: more.pop(name, 0.99) for name in SHARES}
        identity = {name.removeprefix("kept_"): more.pop(name, 0.9) for name in IDENTITY}
        settings = adapters.configure("paper", data=data, seed=seed, **({"epochs": 4} | more))
        folder = tmp_path / "runs" / f"{model}-{data}-{seed}"
        folder.mkdir(parents=True)
        (folder / "config.json").write_text(json.dumps(settings.as_dict()))
        (folder / "metrics.csv").write_text("epoch,step,accuracy,seconds\n1,50,0.5,60\n2,100,0.6,60\n")
        figures = {
            **scores, "reconstruction": shares, "intervals": {name: [0.98, 0.995] for name in SHARES},
            "counts": {"items": 3509, "groups": 143, "unseen": 2369, "paper": 5000, "paper_seen": 0.88}, **parts,
        }  # fmt: skip
        if pictures:
            del figures["reconstruction"]["paper"], figures["counts"]["paper"], figures["counts"]["paper_seen"]
            figures |= {"words": asdict(images.WORDS), "kept": {"what": adapters.get(data).identity_name, **identity}}
        if evaluated:
            (folder / "evaluation.json").write_text(json.dumps(figures))
        return folder

    return put


@pytest.fixture
def groups(tmp_path: Path) -> Callable[[], Groups]:
    """Read the runs that were put there, by data set and model."""
    return lambda: group(report.read(tmp_path / "runs"))


def of_tunes(shares: Sequence[float], items: int = 10) -> dict[str, list[float | None]]:
    """Return the groups of an evaluation: tunes with as many items each, and these shares of ticks right."""
    count = len(shares)
    return {
        "name": list(range(count)), "n": [items] * count, "by_tune": list(shares), "exact": list(shares),
        "unseen_n": [0] * count, "unseen": [None] * count,
    }  # fmt: skip


def obedient(pearson: Mapping[str, float], valid: float = 0.9) -> dict[str, dict[str, float]]:
    """Return the part of an evaluation on values that are asked for."""
    rest = {"error": 0.3, "kept": 0.8, "valid": valid, "raw": 0.6, "residual": 0.2}
    return {name: {"pearson": value, "r2": value - 0.25, **rest} for name, value in pearson.items()}


def row(text: str, first: str) -> list[str]:
    """Return the cells of the row of a Markdown table that begins so."""
    [line] = [line for line in text.splitlines() if line.startswith(f"| {first} |")]
    return [cell.strip() for cell in line.strip("|").split("|")]
