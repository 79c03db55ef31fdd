"""Settings and their checks."""

import pytest

from armusic import config
from armusic.errors import UsageError


def test_a_configuration_survives_json() -> None:
    paper = config.make("paper", epochs=3)
    assert config.from_dict(paper.as_dict()) == paper


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"decoder": "deep"}, "decoder is 'deep': use 'parallel' or 'hierarchical'"),
        ({"epochs": 0}, "epochs is 0: it must be at least 1"),
        ({"epochs": 1.5}, "epochs is 1.5: a int is wanted"),
        ({"dropout": 2.0}, "dropout is 2.0: it must be at least 0 and at most 0.95"),
        ({"lr": float("nan")}, "lr is nan: it must be at least"),
        ({"attributes": ()}, r"attributes is \(\): give one or more"),
        ({"attribute_loss": "slope", "precision": "bfloat16"}, "slopes of bfloat16 outputs are noise"),
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
        differing = {key for key, value in config.make(name).as_dict().items() if config.make().as_dict()[key] != value}
        weights = {"control", "cycle", "independence"}
        assert weights < differing <= {*weights, "gamma", "attribute_loss"}
        assert all(getattr(config.make(name), weight) == 0 for weight in weights)
