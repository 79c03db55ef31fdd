"""Every domain keeps the same contract, and settings are made for the data that they are of."""

import csv
from dataclasses import replace
from importlib.metadata import EntryPoint
from pathlib import Path

import numpy as np
import pytest
import torch

from armusic import api, config
from armusic.config import PRESETS, Config
from armusic.errors import DataError, MissingFileError, UsageError
from armusic.training import adapters
from armusic.training.adapters.base import Adapter
from armusic.vae.data import Data
from tests import digits, squares
from tests.notation import book

DATA = ["squares", "sprites", "morpho-mnist", "dmelodies", "tunes"]


@pytest.fixture
def data(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Make squares a data set, a folder of tunes and one of digits; return what to name."""
    monkeypatch.setitem(adapters.ADAPTERS, "squares", f"{squares.__name__}:ADAPTER")
    (tmp_path / "tunes").mkdir()
    book(tmp_path / "tunes" / "book.abc")
    digits.folder(tmp_path / "morpho-mnist")
    name = getattr(request, "param", "squares")
    return str(tmp_path / "tunes") if name == "tunes" else name


def loaded(name: str, folder: Path, **values: object) -> tuple[Adapter, Config, Data]:
    settings = adapters.configure(data=name, limit=40, **values)
    adapter = adapters.get(name)
    return adapter, settings, adapter.load(settings, folder)


@pytest.mark.parametrize("data", DATA, indirect=True)
def test_items_and_what_is_known_of_them(data: str, tmp_path: Path) -> None:
    adapter, settings, items = loaded(data, tmp_path)
    assert 0 < len(items) <= 40
    assert items.names == settings.attributes
    assert np.isfinite(items.a).all()
    assert len(adapter.labels) == adapter.kinds > items.kind.max()
    assert all((adapter.words.item, adapter.words.items, adapter.words.parts, adapter.words.groups))
    parts = adapter.split(items, 0)
    assert sum(map(len, parts)) == len(items)
    again = adapter.load(settings, tmp_path)
    assert (again.x == items.x).all()
    assert (again.a == items.a).all()


@pytest.mark.parametrize("data", DATA, indirect=True)
def test_a_model_and_what_is_measured_of_what_it_makes(data: str, tmp_path: Path) -> None:
    adapter, settings, data_set = loaded(data, tmp_path)
    data_set = data_set.take(data_set.kind == data_set.kind[0])
    kind, before = int(data_set.kind[0]), data_set.x.copy()
    model = adapter.build(settings).eval()
    x = model.items(torch.from_numpy(np.array(data_set.x)))
    posterior = model.encode(x, kind)
    assert posterior.mean.shape == (len(data_set), settings.network.latent)
    output = model.decode(posterior.mean, kind)
    assert model.right(output, x).shape[0] == len(data_set)
    assert torch.isfinite(model.nll(output, x, kind)).all()
    decoded = model.mode(output).numpy()
    for items in (decoded, decoded[:0]):
        assert adapter.values(items, kind, settings).shape == (len(items), len(settings.attributes))
        plausible = adapter.plausible(items, kind, settings)
        assert plausible is None or plausible.shape == (len(items),)
        assert len(adapter.draw(items, kind, settings)) == len(items)
        if adapter.identity_name:
            assert adapter.identify(items, kind, settings).shape == (len(items),)
    forward, backward, none = adapter.same([data_set.x, data_set.x[::-1].copy(), decoded[:0]], kind, settings)
    assert forward.tolist() == backward[::-1].tolist()
    assert len(none) == 0
    assert (data_set.x == before).all()


@pytest.mark.parametrize("data", DATA, indirect=True)
@pytest.mark.parametrize("preset", list(PRESETS))
def test_every_preset_has_settings_for_every_data_set(data: str, preset: str) -> None:
    settings = adapters.configure(preset, data=data, seed=3)
    assert (settings.data, settings.seed) == (data, 3)
    if preset == "beta-vae":
        assert settings.loss.gamma == 0
    assert config.from_dict(settings.as_dict()) == settings


def test_items_measure_as_the_data_says(tmp_path: Path, data: str) -> None:
    adapter, settings, data_set = loaded("squares", tmp_path)
    assert (adapter.values(data_set.x, 0, settings) == data_set.a).all()
    assert data_set.reported_names == ("width",)
    assert data_set.reported is not None
    assert (adapter.identify(data_set.x, 0, settings) == data_set.reported[:, 0]).all()
    blank = np.zeros((1, 1, 12, 12), np.uint8)
    assert np.isnan(adapter.values(blank, 0, settings)).all()


def test_settings_of_the_preset_of_the_data_and_of_the_user(data: str) -> None:
    own = adapters.configure(data="squares")
    assert (own.attributes, own.network.shape, own.network.filters) == (("x", "y"), (1, 12, 12), (8, 16))
    assert not {"units", "control", "augment"} & own.values().keys()
    paper = adapters.configure("paper", data="squares", lr=0.5)
    assert (paper.loss.attribute_loss, paper.schedule.lr, paper.network.filters) == ("pairwise", 0.5, (8, 16))
    assert (paper.loss.beta, paper.loss.gamma, paper.loss.delta) == (1, 10, 1)
    assert (paper.network.latent, paper.network.dropout) == (4, 0)
    assert adapters.configure("beta-vae", data="squares").loss.gamma == 0
    assert adapters.configure("paper", data="bach") == config.make("paper", data="bach")


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"data": "squares", "units": 8}, "units is a setting for music and melodies, not for images: leave it out"),
        ({"data": "folk", "filters": [8]}, "filters is a setting for images, not for music: leave it out"),
        ({"data": "squares", "filters": (4,) * 4}, "a kernel of 4 does not fit the 1x1 pixels that convolution 4"),
        ({"data": "dmelodies", "frame": "absolute"}, "frame is a setting for music, not for melodies: leave it out"),
        ({"data": "squares", "kernel": 1}, "kernel is 1, but stride 2: some pixels would never be seen"),
        ({"data": "squares", "lattent": 1}, "unknown setting 'lattent': did you mean 'latent'"),
        ({"data": 3}, "data is 3"),
    ],
)
def test_settings_that_do_not_go_together(data: str, values: dict[str, object], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        adapters.configure(**values)  # type: ignore[arg-type]


def test_what_the_data_does_not_have(data: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="squares has no attribute 'colour': it has x, y, width"):
        loaded("squares", tmp_path, attributes=("x", "colour"))
    settings = adapters.configure(data="squares").replace(shape=(1, 16, 16))
    with pytest.raises(DataError, match="images of 12 x 12 pixels in 1 channel, but the model is for 16 x 16"):
        squares.ADAPTER.load(settings, tmp_path)


def test_dmelodies_are_drawn_with_their_factors(tmp_path: Path) -> None:
    adapter, settings, data_set = loaded("dmelodies", tmp_path)
    assert (adapter.values(data_set.x, 0, settings) == data_set.a).all()
    assert adapter.plausible(data_set.x, 0, settings).all()
    some = loaded("dmelodies", tmp_path, attributes=("arp_chord4", "tonic"))[2]
    assert (some.a == data_set.a[:, [8, 0]]).all()
    assert some.reported is not None
    assert (some.reported[:, 0] == data_set.a[:, 1]).all()
    assert adapters.configure("default", data="dmelodies").limit == 67_737  # 5 %
    assert adapters.configure("paper", data="dmelodies").schedule.epochs == 30
    roll = adapter.draw(data_set.x, 0, settings)
    assert ((roll == 0).all(axis=3).sum(axis=(1, 2)) == 12).all()  # notes
    with pytest.raises(UsageError, match="dmelodies has no attribute 'rhythm': it has tonic, octave"):
        loaded("dmelodies", tmp_path, attributes=("rhythm",))


def test_a_split_of_the_data_counts(tmp_path: Path) -> None:
    part = np.arange(400) % 3
    own = replace(squares.ADAPTER, read=lambda *_: replace(squares.read(), part=part))
    settings = adapters.config.make(**own.settings("default"), data="own")
    sides = own.split(own.load(settings, tmp_path), 0)
    assert [len(side) for side in sides] == np.bincount(part).tolist()
    with pytest.raises(DataError, match="400, 0, 0 items for training, validation and test"):
        own.split(replace(own.load(settings, tmp_path), part=np.zeros(400, int)), 0)


def test_a_limit_draws_items_at_random_with_the_seed_of_the_split(tmp_path: Path, data: str) -> None:
    first, again, other = (loaded("squares", tmp_path, split=split)[2] for split in (0, 0, 1))
    assert len(first) == 40
    assert (first.x == again.x).all()
    assert (first.x != other.x).any()


def test_another_package_gives_its_own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    point = EntryPoint("theirs", f"{squares.__name__}:ADAPTER", "armusic.adapters")
    monkeypatch.setattr("importlib.metadata.entry_points", lambda group: [point] if group == point.group else [])
    assert adapters.get("theirs") is squares.ADAPTER
    assert len(loaded("theirs", tmp_path)[2]) == 40


def test_a_model_can_be_used_without_its_data(tmp_path: Path) -> None:
    settings = adapters.configure(data="sprites").replace(data=str(tmp_path / "gone"))
    adapter = adapters.of(settings)
    assert adapter.build(settings).shape == (1, 64, 64)
    with pytest.raises(MissingFileError, match="gone: data set not found: restore it"):
        adapter.load(settings, tmp_path)


def test_the_tutorial(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, root: Path) -> None:
    monkeypatch.syspath_prepend(str(root / "examples"))
    monkeypatch.setitem(adapters.ADAPTERS, "discs", "own_adapter:ADAPTER")
    settings = adapters.configure(data="discs", epochs=2)
    adapter = adapters.get("discs")
    data_set = adapter.load(settings, tmp_path)
    measured = adapter.values(data_set.x, 0, settings)
    assert np.abs(measured - data_set.a).max(axis=0).tolist() < [0.5, 0.01]
    run = api.train(settings, tmp_path / "run", data_dir=tmp_path)
    scores = list(csv.DictReader((run / "metrics.csv").read_text().splitlines()))
    assert float(scores[1]["r2"]) > float(scores[0]["r2"])
