"""Write the front matter of the model card: what a program can read of it, with checksums and held-out figures.

    python benchmarks/model_card.py

The figures are those in the checkpoint; `benchmarks/ship.py` calls this for a new model.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import yaml

import armusic
from armusic import api
from armusic.inference import checkpoint

RESOURCES = Path(armusic.__file__).parent / "resources"
CARD = RESOURCES / "README.md"
DATA = {
    api.SHIPPED: ["folk"],
    "phrases.safetensors": ["folk"],
    "tunes.safetensors": ["folk"],
    "digits.safetensors": ["morpho-mnist"],
}
"""The files with weights or tables -> the data that they were fitted to."""
STATED = {
    "language": ["zxx"],  # no linguistic content
    "license": "mit",
    "library_name": "armusic",
    "tags": ["music", "midi", "symbolic-music", "variational-autoencoder", "disentanglement"],
    "datasets": ["folk", "morpho-mnist"],
    "intended_use": [
        "variations of a melody in which one attribute is lower or higher",
        "comparison with other models of measures, by the commands evaluate and experiment",
    ],
    "out_of_scope": [
        "several notes at once, words, dynamics and timbre: the model hears one voice on a grid",
        "metres without a grid here, and notes finer than sixteenths and triplets",
        "judgements about who wrote a melody, or whether one may be used",
    ],
    "limitations": [
        "trained on European and American folk tunes alone: other music is reconstructed less well",
        "wide measures: of those of 17 semitones and more, one in five comes back with another note",
        "attributes go together in music: turning one moves others, density with rhythm most of all",
    ],
}


def front_matter() -> dict[str, Any]:
    """Return what the card says to programs."""
    card = checkpoint.load(RESOURCES / api.SHIPPED).card
    files = [
        {
            "file": name,
            "sha256": hashlib.sha256((RESOURCES / name).read_bytes()).hexdigest(),
            "license": "MIT",
            "datasets": data,
        }
        for name, data in DATA.items()
    ]
    return {**STATED, "files": files, "model-index": [{"name": "folk", "results": list(_results(card))}]}


def _results(card: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the held-out figures: of each metre and part, of slices, and of target values."""
    figures = card["held_out"]
    results = []
    for metre, parts in figures["reconstruction"].items():
        for part, row in parts.items():
            results.append(_result("reconstruction", card["data"], {"metre": metre, "measures": part}, row))
    for part, row in figures["slices"].items():
        results.append(_result("reconstruction", card["data"], {"slice": part}, row))
    for metre, attributes in figures["obedience"].items():
        for attribute, row in attributes.items():
            results.append(_result("control", card["data"], {"metre": metre, "attribute": attribute}, row))
    return results


def _result(task: str, data: str, args: dict[str, str], row: dict[str, float]) -> dict[str, Any]:
    metrics = [{"type": name, "value": round(value, 4)} for name, value in row.items()]
    dataset = {"type": data, "name": f"{data}, tunes held out", "split": "test", "args": args}
    return {"task": {"type": task}, "dataset": dataset, "metrics": metrics}


def write() -> None:
    """Put the front matter before the card, in the place of the one before."""
    text = CARD.read_text(encoding="utf-8")
    body = text.split("\n---\n", 1)[1].lstrip("\n") if text.startswith("---\n") else text
    CARD.write_text(f"---\n{dump(front_matter())}---\n\n{body}", encoding="utf-8")


def dump(table: dict[str, Any]) -> str:
    """Return a table as YAML; what is deep in it stands on one line."""
    return yaml.dump(table, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=1000)


class _Dumper(yaml.SafeDumper):
    def represent_sequence(self, tag: str, sequence: Any, flow_style: bool | None = None) -> yaml.Node:
        flat = all(isinstance(item, str) and " " not in item for item in sequence)
        return super().represent_sequence(tag, sequence, flow_style=flat or flow_style)

    def represent_mapping(self, tag: str, mapping: Any, flow_style: bool | None = None) -> yaml.Node:
        return super().represent_mapping(
            tag, mapping, flow_style="task" in mapping or "sha256" in mapping or flow_style
        )


if __name__ == "__main__":
    write()
