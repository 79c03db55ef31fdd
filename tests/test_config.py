"""Settings, the parts they are in, and their checks."""

import json
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from armusic import config
from armusic.errors import UsageError

DATA = Path(__file__).parent / "data"


@pytest.mark.parametrize("values", [{"epochs": 3}, {"shape": (1, 64, 64), "epochs": 3}])
def test_a_configuration_survives_json(values: dict[str, Any]) -> None:
    paper = config.make("paper", **values)
    assert config.from_dict(json.loads(json.dumps(paper.as_dict()))) == paper


NEW = {"keep": config.MeasureLoss().keep, "grammar": config.MeasureLoss().grammar}
"""Settings since format 3 that mean nothing for the models of before."""


@pytest.mark.parametrize(("data", "split"), [("folk44", 3), ("bach-paper", 0)])
@pytest.mark.parametrize("version", [None, 2, 3])
def test_the_split_of_an_earlier_run_was_drawn_with_its_seed(version: int | None, data: str, split: int) -> None:
    known = config.make(seed=3, data=data)
    written = known.as_dict() if version else known.values()
    written |= {"format": version} if version else {}
    del written["split"]
    assert config.from_dict(written) == known.replace(split=split)
    assert config.from_dict(known.replace(split=7).as_dict()).split == 7


def test_a_configuration_of_the_second_format_has_no_editor() -> None:
    written = config.make(units=7).as_dict() | {"format": 2}
    del written["network"]["editor"], written["loss"]["keep"]
    written["loss"] |= {"cycle": 0.2, "temperature": 0.3}
    known = config.from_dict(written)
    assert isinstance(known.network, config.MeasureNetwork)
    assert (known.network.editor, known.network.units) == (0, 7)


@pytest.mark.parametrize("name", ["config-1-music.json", "config-1-images.json"])
def test_a_configuration_of_the_first_format_is_read(name: str) -> None:
    """All settings stood in one table, those of the other domain too, with values that meant nothing."""
    flat = json.loads((DATA / name).read_text())
    known = config.from_dict(flat)
    values = known.values()
    assert known.domain == ("images" if "images" in name else "music")
    assert {key: list(value) if isinstance(value, tuple) else value for key, value in values.items()} == {
        key: value for key, value in (config.BEFORE | NEW | {"split": flat["seed"]} | flat).items() if key in values
    }
    assert {config.SETTINGS[key].domains for key in flat.keys() - values.keys() - {*config.GONE}} == (
        {("music",), ("music", "melodies")} if known.domain == "images" else {("images",)}
    )
    assert {*flat, *config.BEFORE, *NEW, "split"} == {*config.SETTINGS, *config.GONE}
    assert config.from_dict(known.as_dict()) == known
    del flat["independence"]  # a setting that is younger than the file has the default of its time
    assert config.from_dict(flat).loss.independence == config.BEFORE["independence"]
    with pytest.raises(UsageError, match="unknown setting 'latant': did you mean 'latent'"):
        config.from_dict(flat | {"latant": 3})


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"format": 4}, "settings of format 4 for 'music': this is format 3, for music or images"),
        ({"domain": "texts"}, "settings of format 3 for 'texts'"),
        ({"network": 3}, "network is 3: give a table of settings"),
        ({"network": {"filters": [3]}}, "filters is a setting for images, not for music: leave it out"),
        ({"epoch": 3}, "unknown setting 'epoch': did you mean 'epochs'"),
        ([], r"\[\] is not a table of settings"),
    ],
)
def test_a_damaged_file_is_refused(change: Any, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        config.from_dict(config.make().as_dict() | change if isinstance(change, Mapping) else change)


def test_a_setting_has_one_name_and_one_default_in_both_domains() -> None:
    for domain, parts in config.PARTS.items():
        for part, cls in parts.items():
            for item in fields(cls):
                setting = config.SETTINGS[item.name]
                assert (setting.part, setting.default) == (part, item.default)
                written = {"help": setting.help, "low": setting.low, "high": setting.high}
                assert written == {key: value for key, value in item.metadata.items() if key != "group"}
                assert domain in setting.domains


def test_parts_of_two_domains_do_not_go_together() -> None:
    with pytest.raises(UsageError, match="loss is a MeasureLoss, but a model of images needs a Loss"):
        config.Config(network=config.ImageNetwork())
    images = config.Config(network=config.ImageNetwork(), loss=config.Loss(), schedule=config.Schedule())
    assert "control" not in images.values()
    assert images == config.make(filters=(32,) * 4)
    with pytest.raises(UsageError, match="units is a setting for music and melodies, not for images: leave it out"):
        images.replace(units=3)


def test_values_are_replaced_in_their_parts() -> None:
    changed = config.make().replace(units=7, gamma=0.5, epochs=2, seed=3)
    assert (changed.network, changed.loss.gamma, changed.seed) == (config.MeasureNetwork(units=7), 0.5, 3)
    assert changed.replace(units=64, gamma=1.0, epochs=80, seed=0) == config.make()
    network = {"attributes", "decoder", "frame", "units", "layers", "editor", "latent", "dropout"}
    assert network == set(changed.network_values())


def test_numbers_of_numpy_are_numbers() -> None:
    values = {"epochs": np.int64(3), "lr": np.float32(0.5), "decay": np.bool_(False)}
    assert config.make(**values) == config.make(epochs=3, lr=0.5, decay=False)
    assert config.make().replace(**values).as_dict()["schedule"]["lr"] == 0.5
    filters = config.make(domain="images", filters=np.array([4, 8]))
    assert filters == config.make(domain="images", filters=[np.int64(4), 8]) == config.make(filters=(4, 8))
    with pytest.raises(UsageError, match=r"epochs is 3\.5: give a whole number"):
        config.make(epochs=np.float64(3.5))


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"decoder": "deep"}, "decoder is 'deep': use 'parallel' or 'hierarchical'"),
        ({"epochs": 0}, "epochs is 0: it must be at least 1"),
        ({"epochs": 1.5}, "epochs is 1.5: give a whole number"),
        ({"dropout": 2.0}, "dropout is 2.0: it must be at least 0 and at most 0.95"),
        ({"lr": float("nan")}, "lr is nan: it must be at least"),
        ({"attributes": ()}, r"attributes is \(\): give one or more"),
        ({"attribute_loss": "slope", "precision": "bfloat16"}, "slopes of bfloat16 outputs are noise"),
        ({"control": 0.0}, "control is 0, so the editor would learn nothing: set editor to 0 as well"),
        ({"epoch": 3}, "unknown setting 'epoch': did you mean 'epochs'"),
    ],
)
def test_what_is_refused(values: dict[str, object], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        config.make(**values)


def test_more_attributes_than_dimensions() -> None:
    with pytest.raises(UsageError, match="4 attributes need as many dimensions, but latent is 3"):
        config.make(latent=3)


def test_an_unknown_preset() -> None:
    with pytest.raises(UsageError, match=r"unknown preset 'gslr': did you mean 'glsr'\?"):
        config.make("gslr")
    with pytest.raises(UsageError, match="unknown preset 'x': there are default, paper, beta-vae, glsr,"):
        config.make("x")


def test_the_methods_of_others_differ_from_the_default_in_the_method_only() -> None:
    for name in ("beta-vae", "glsr", "s2-vae", "i-vae", "fader"):
        plain = config.make().values()
        differing = {key for key, value in config.make(name).values().items() if plain[key] != value}
        weights = {"editor", "control", "independence"}
        assert weights < differing <= {*weights, "gamma", "attribute_loss"}
        assert all(config.make(name).values()[weight] == 0 for weight in weights)
