"""The cards of the model and of the data sets, read as programs read them, beside what is there."""

import re
import tomllib
from pathlib import Path
from typing import Any

import model_card
import pytest
import yaml
from packaging.licenses import canonicalize_license_expression

from armusic.datasets.corpora import CORPORA, PAPER
from armusic.inference import named

ROOT = Path(__file__).parents[1]
DATA = sorted(path for path in (ROOT / "data").glob("*.md") if path.name != "README.md")
OTHERS = {"dmelodies", "morpho-mnist", "sprites", "sprites-official"}
REUSE = tomllib.loads((ROOT / "REUSE.toml").read_text(encoding="utf-8"))["annotations"]
README = (ROOT / "data" / "README.md").read_text(encoding="utf-8")


def front_matter(path: Path) -> dict[str, Any]:
    _, table, text = path.read_text(encoding="utf-8").split("---\n", 2)
    assert text.startswith("\n# ")
    return yaml.safe_load(table)


def test_the_model_card_is_that_of_what_is_shipped() -> None:
    """Checksums, held-out figures and slices: `python benchmarks/model_card.py` writes them."""
    card = front_matter(model_card.CARD)
    assert card == model_card.front_matter()
    shipped = {path.name for path in model_card.RESOURCES.glob("*.safetensors")}
    assert {entry["file"] for entry in card["files"]} == shipped
    for name, entry in named.registry().items():
        if entry.file:
            (listed,) = (row for row in card["files"] if row["file"] == entry.file)
            assert (listed["sha256"], listed["license"]) == (entry.sha256, entry.licence)
            assert name in [model["name"] for model in card["model-index"]]


def test_the_model_card_is_complete() -> None:
    card = front_matter(model_card.CARD)
    assert all(card[name] for name in ("intended_use", "out_of_scope", "limitations", "tags", "language"))
    assert {name for entry in card["files"] for name in entry["datasets"]} == set(card["datasets"])
    names = [name for path in DATA for name in front_matter(path)["names"]]
    assert set(card["datasets"]) <= set(names)
    text = model_card.CARD.read_text(encoding="utf-8").split("---\n", 2)[2]
    results = card["model-index"][0]["results"]
    assert {"reconstruction", "control"} == {result["task"]["type"] for result in results}
    for result in results:  # slices are those of the tables
        if part := result["dataset"]["args"].get("slice"):
            exact = {metric["type"]: metric["value"] for metric in result["metrics"]}["exact"]
            assert re.search(rf"^\| {part} \| [\d,]+ \| {exact:.2%}".replace("%", " %"), text, re.MULTILINE)


def test_every_data_set_has_a_card() -> None:
    names = [name for path in DATA for name in front_matter(path)["names"]]
    assert sorted(names) == sorted({*CORPORA, *PAPER, *OTHERS})


@pytest.mark.parametrize("path", DATA, ids=lambda path: path.stem)
def test_a_data_card_has_licences_and_limits(path: Path) -> None:
    card = front_matter(path)
    assert card["names"][0] == path.stem
    assert all(card[name] for name in ("pretty_name", "language", "license", "intended_use", "limitations", "splits"))
    for source in card["sources"]:
        licence = source["license"]
        assert licence == "NOASSERTION" or canonicalize_license_expression(licence) == licence
        if "files" in source:
            (owned,) = (entry for entry in REUSE if entry["path"] == source["files"])
            assert owned["SPDX-License-Identifier"] == licence
    if card["redistributed"]:  # what is ours alone
        assert card["license"].upper() == card["sources"][0]["license"] == "MIT"
    else:
        assert card["license"] == "other" or card["license"].upper() in [row["license"] for row in card["sources"]]


@pytest.mark.parametrize("path", DATA, ids=lambda path: path.stem)
def test_a_data_card_counts_as_the_table_does(path: Path) -> None:
    (row,) = (line for line in README.splitlines() if line.startswith(f"| `{path.stem}`") and path.name in line)
    for count in front_matter(path)["size"].values():
        assert f"{count:,}" in row
