"""What other packages add is found by name or suffix, and a failing import is reported in one line."""

import sys
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest
import torch

import armusic
from armusic import api, plugins
from armusic.config import Config
from armusic.datasets import corpora
from armusic.errors import ArmusicError, CheckpointError, DataError, ReadError, UsageError
from armusic.training import adapters, checkpoint
from armusic.training.checkpoint import in_torch
from armusic.vae.companion import make_companion
from armusic.vae.fit import Report
from tests.notation import book


def install(monkeypatch: pytest.MonkeyPatch, *points: EntryPoint) -> None:
    monkeypatch.setattr(
        "importlib.metadata.entry_points", lambda group: [point for point in points if point.group == group]
    )


def test_the_first_of_a_name_counts_and_other_groups_do_not(monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = (EntryPoint(".KRN", value, "armusic.readers") for value in ("first", "second"))
    install(monkeypatch, first, second, EntryPoint("krn", "third", "armusic.writers"))
    assert plugins.by_suffix("readers") == {".krn": first}
    assert plugins.named("attributes") == {}


def test_any_failure_becomes_one_line_of_the_error(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with pytest.raises(ReadError, match=r"^a\.krn: its reader armusic\.nowhere cannot be loaded \(ModuleNotFoundE"):
        plugins.load(EntryPoint("krn", "armusic.nowhere", "armusic.readers"), ReadError, "a.krn: its reader")
    install(monkeypatch, EntryPoint("theirs", "armusic.files:nothing", "armusic.corpora"))
    with pytest.raises(DataError, match=r"^data set theirs: its function armusic\.files:nothing cannot be loaded"):
        corpora.read("theirs", tmp_path)


@pytest.fixture
def own_method(monkeypatch: pytest.MonkeyPatch, root: Path) -> None:
    """The example's loss and network, as if its package were installed."""
    monkeypatch.syspath_prepend(str(root / "examples"))
    install(
        monkeypatch,
        EntryPoint("correlation", "own_method:correlation", "armusic.losses"),
        EntryPoint("scaled", "tests.test_plugins:Scaled", "armusic.losses"),
        EntryPoint("regression", "nowhere:nothing", "armusic.losses"),
        EntryPoint("flat", "own_method:flat", "armusic.models"),
        EntryPoint("broken", "nowhere:nothing", "armusic.models"),
    )


class Scaled(torch.nn.Module):
    """A loss with a weight of its own for each attribute."""

    def __init__(self, attributes: int) -> None:
        super().__init__()
        self.scale = torch.nn.Parameter(torch.ones(attributes))

    def forward(self, z: torch.Tensor, a: torch.Tensor) -> torch.Tensor:
        return (self.scale * z - a).square().sum(dim=1).mean()


def settings(data: Path, **values: object) -> Config:
    small = {"epochs": 2, "units": 8, "latent": 6, "batch": 32, "gamma": 1.0}
    return adapters.configure("beta-vae", data=str(data), **small | values)


@pytest.mark.usefixtures("own_method")
def test_a_loss_and_a_network_of_another_package_are_trained_and_loaded(tmp_path: Path) -> None:
    (tmp_path / "tunes").mkdir()
    book(tmp_path / "tunes" / "book.abc")
    chosen = settings(tmp_path / "tunes", attribute_loss="correlation", decoder="flat")
    reports = []
    run = api.train(chosen, tmp_path / "run", data_dir=tmp_path, on_epoch=reports.append)
    assert 0 < reports[1].losses["attribute"] < reports[0].losses["attribute"] < 2 * len(chosen.attributes)
    model = api.load(run)
    assert (model.config.loss.attribute_loss, model.config.network.decoder) == ("correlation", "flat")
    network = in_torch(model.checkpoint).model
    assert type(network).__name__ == "Flat"
    assert network.encode(torch.zeros((2, 24), dtype=torch.long), 0).mean.shape == (2, 6)
    with pytest.raises(UsageError, match="armusic evaluate and armusic traverse take it"):
        model.encode(armusic.read(tmp_path / "tunes" / "book.abc", 1))


@pytest.mark.usefixtures("own_method")
def test_a_loss_with_weights_is_trained_beside_the_model_and_resumed(tmp_path: Path) -> None:
    (tmp_path / "tunes").mkdir()
    book(tmp_path / "tunes" / "book.abc")
    chosen = settings(tmp_path / "tunes", attribute_loss="scaled")

    def stop(report: Report) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        api.train(chosen, tmp_path / "run", data_dir=tmp_path, on_epoch=stop)
    first = checkpoint.load(tmp_path / "run" / "last.safetensors")
    assert (first.companion["scale"] != 1).any()
    run = api.train(chosen, tmp_path / "run", data_dir=tmp_path, resume=True)
    second = checkpoint.load(run / "last.safetensors")
    assert (first.epoch, second.epoch) == (1, 2)
    assert (second.companion["scale"] != first.companion["scale"]).any()


@pytest.mark.usefixtures("own_method")
def test_names_that_are_armusics_own_stay_so_and_others_must_be_installed(tmp_path: Path) -> None:
    assert list(make_companion(Config()).children()) == []
    with pytest.raises(UsageError, match="decoder broken: its function nowhere:nothing cannot be loaded"):
        adapters.of(Config()).build(Config().replace(decoder="broken"))
    message = (
        r"attribute_loss is 'corelation': use 'regression' or .*, name one of your own as FILE.py:FUNCTION, or install"
        r" its package \(armusic\.losses\)$"
    )
    with pytest.raises(UsageError, match=message):
        Config().replace(attribute_loss="corelation")


@pytest.mark.usefixtures("own_method")
def test_a_network_must_have_the_size_of_the_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    import own_method

    monkeypatch.setattr(own_method, "flat", lambda config, classes, beats: own_method.Flat(classes, [24], 3))
    with pytest.raises(UsageError, match="^decoder flat: it makes codes of 3 numbers, not of 48$"):
        adapters.of(Config()).build(Config().replace(decoder="flat"))


@pytest.mark.usefixtures("own_method")
@pytest.mark.parametrize(
    ("network", "message"),
    [
        (lambda config, classes, beats: beats[99], r"it fails \(IndexError: tuple index out of range \(line \d+\)\)"),
        (lambda config, classes, beats: None, r"it returns a NoneType: return an armusic\.vae\.models\.base\.VAE"),
    ],
)
def test_a_network_that_is_none_is_named(monkeypatch: pytest.MonkeyPatch, network: object, message: str) -> None:
    import own_method

    monkeypatch.setattr(own_method, "flat", network)
    with pytest.raises(UsageError, match=f"^decoder flat: {message}$"):
        adapters.of(Config()).build(Config().replace(decoder="flat"))


OWN = """
import torch

def distance(z, a):
    return (z - a).square().mean()

def failing(z, a):
    return z @ a

def flat(config, classes, beats):
    raise ValueError("no network yet")
"""


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of tunes, beside a loss and a network in a file: the current folder."""
    (tmp_path / "tunes").mkdir()
    book(tmp_path / "tunes" / "book.abc")
    (tmp_path / "own.py").write_text(OWN)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_loss_and_a_network_in_a_file_need_no_package(own: Path, root: Path) -> None:
    network = f"{root / 'examples' / 'own_method.py'}:flat"
    chosen = settings(own / "tunes", attribute_loss="own.py:distance", decoder=network, epochs=1)
    model = api.load(api.train(chosen, own / "run", data_dir=own))
    assert (model.config.loss.attribute_loss, model.config.network.decoder) == ("own.py:distance", network)
    assert type(in_torch(model.checkpoint).model).__name__ == "Flat"


def test_a_model_needs_the_file_of_its_network(own: Path, root: Path) -> None:
    (own / "net.py").write_text((root / "examples" / "own_method.py").read_text())
    model = api.load(api.train(settings(own / "tunes", decoder="net.py:flat", epochs=1), own / "run", data_dir=own))
    (own / "net.py").rename(own / "other.py")
    del sys.modules[next(name for name in sys.modules if name.endswith("net.py"))]  # as in another process
    with pytest.raises(
        CheckpointError, match=r"its network cannot be built .*\(decoder 'net\.py:flat': there is no file"
    ):
        in_torch(model.checkpoint)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"attribute_loss": "gone.py:f"}, r"attribute_loss 'gone\.py:f': there is no file .*gone\.py"),
        ({"attribute_loss": "own.py:distanc"}, r"attribute_loss 'own\.py:distanc': own\.py has no .*mean distance\?"),
        (
            {"attribute_loss": "own.py:failing"},
            r"attribute_loss own\.py:failing: it fails \(RuntimeError: .* \(line 8\)\)",
        ),
        ({"decoder": "own.py:flat"}, r"decoder own\.py:flat: it fails \(ValueError: no network yet \(line 11\)\)"),
        ({"decoder": "own.py"}, r"decoder 'own\.py': write one of your own as FILE\.py:FUNCTION"),
    ],
)
def test_what_is_wrong_in_a_file_is_named(own: Path, values: dict[str, str], message: str) -> None:
    with pytest.raises(ArmusicError, match=f"^{message}$") as error:
        api.train(settings(own / "tunes", **values), own / "run", data_dir=own)
    assert "\n" not in str(error.value)
