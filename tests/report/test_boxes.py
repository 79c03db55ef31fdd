"""Box plots: each data set with its models, in its words, and the paper's above them."""

from collections.abc import Callable

import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from armusic.report.boxes import boxes
from tests.report.conftest import Groups, Put


def titles(figure: Figure) -> list[str]:
    return [ax.get_title() for ax in figure.axes]


def names(ax: Axes) -> list[str]:
    return [label.get_text() for label in ax.get_yticklabels()]


def places(ax: Axes, marker: str) -> list[float]:
    return [float(line.get_xdata()[0]) for line in ax.lines if line.get_marker() == marker]


@pytest.fixture
def drawn(put: Put, groups: Callable[[], Groups]) -> dict[str, Figure]:
    """All pictures of runs on music, digits and sprites."""
    put("default", "bach", 0, by_tune=0.99)
    put("beta-vae", "bach", 0, gamma=0.0)
    put("default", "morpho-mnist", 0, kept_original=0.999, kept_reconstructed=0.99)
    put("default", "sprites", 0)
    put("paper-gamma1", "sprites", 0)
    return {name: figure for name, (figure, _) in boxes(groups()).items()}


def test_metrics_are_of_all_data_and_shares_of_each_domain(drawn: dict[str, Figure]) -> None:
    assert set(drawn) == {"metrics", "reconstruction-ticks", "reconstruction-pixels", "kept"}
    assert titles(drawn["metrics"]) == ["Interpretability", "SCC", "Modularity", "MIG", "SAP"] * 3
    assert titles(drawn["reconstruction-ticks"])[:2] == [
        "ticks right, paper protocol, %",
        "ticks right, held-out tunes, %",
    ]
    assert titles(drawn["reconstruction-pixels"])[:3] == [
        "pixels right, held-out images, %", "pixels right, unseen images, %", "images exactly right, %",
    ]  # fmt: skip


def test_the_papers_models_stand_above_those_of_the_runs(drawn: dict[str, Figure]) -> None:
    bach, digits, shapes = drawn["metrics"].axes[::5]
    assert names(bach) == ["published: beta-VAE", "published: AR-VAE", "default", "beta-vae"]
    assert names(digits) == ["published: beta-VAE", "published: AR-VAE", "published: AR-VAE, first run", "default"]
    assert places(digits, "D") == [0.407, 0.852, 0.839]
    assert names(shapes)[3:] == ["default"]  # the grid's models are in another picture


def test_what_is_kept_is_on_one_axis_beside_the_judge(drawn: dict[str, Figure]) -> None:
    picture = drawn["kept"]
    reconstructed, near, wide = picture.axes[:3]
    assert reconstructed.get_xlim() == near.get_xlim() == wide.get_xlim()
    assert names(reconstructed) == ["published: beta-VAE", "published: AR-VAE", "default"]
    assert places(near, "D") == []  # the paper does not have it
    assert places(reconstructed, "o") == [pytest.approx(2)]  # 99 %: one of a hundred is wrong
    texts = {text.get_text() for text in picture.texts}
    assert {"Digit or shape kept", "morpho-mnist: digit", "sprites: shape"} < texts
    assert any("green dashes: what the judge reads right in originals" in text for text in texts)
