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
    with pytest.raises(UsageError, match="unknown preset 'papr': there is default and paper"):
        config.make("papr")
