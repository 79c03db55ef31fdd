"""The pictures of an evaluation: every panel has what it is said to have."""

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import QuadMesh
from matplotlib.figure import Figure

from armusic.plotting import latent
from tests.notation import tune

NAMES = ("rhythm", "range", "contour")
POINTS, STEPS = np.linspace(-3, 3, 5), np.linspace(-2, 2, 3)


def swept(count: int = 3) -> np.ndarray:
    """Return attributes (attribute, step, item) that rise with their dimension, each item a little higher."""
    return np.tile(STEPS[:, None] + np.array([0.0, 0.1, 0.2, 0.3]), (count, 1, 1))


def grids(count: int = 3) -> np.ndarray:
    values = np.tile(POINTS, (count, count, 5, 1))
    values[np.arange(count), np.arange(count)] = np.nan
    return values


def texts(figure: Figure) -> list[str]:
    FigureCanvasAgg(figure).draw()
    return [text.get_text() for text in figure.texts]


def test_surfaces_have_every_pair_and_each_alone() -> None:
    figure = latent.surfaces(NAMES, POINTS, grids(), STEPS, swept(), "Model", "what it is of")
    assert texts(figure) == ["Model", "what it is of", "rhythm decoded", "range decoded", "contour decoded"]
    panels, bars = [ax for ax in figure.axes if ax.get_xlabel()], [ax for ax in figure.axes if not ax.get_xlabel()]
    assert (len(panels), len(bars)) == (9, 3)
    labels = [(ax.get_xlabel(), ax.get_ylabel()) for ax in panels[:3]]
    assert labels == [("z of rhythm", "rhythm"), ("z of rhythm", "z of range"), ("z of rhythm", "z of contour")]
    for number, ax in enumerate(panels):
        meshes = [artist for artist in ax.collections if isinstance(artist, QuadMesh)]
        assert bool(meshes) is (number % 4 != 0)
        if meshes:
            assert np.asarray(meshes[0].get_array()).reshape(5, 5) == pytest.approx(grids()[0, 1])
            assert meshes[0].get_clim() == (-3, 3)
        else:
            assert ax.lines[0].get_ydata() == pytest.approx(STEPS + 0.15)


def test_what_is_the_same_everywhere_is_drawn_as_well() -> None:
    figure = latent.surfaces(NAMES, POINTS, grids() * 0, STEPS, swept() * 0, "Model")
    assert len(figure.axes) == 12
    alone = latent.surfaces(NAMES[:1], POINTS, grids(1), STEPS, swept(1), "Model")
    assert texts(alone)[2:] == ["rhythm decoded"]
    assert len(alone.axes) == 1


def test_what_is_not_known_leaves_a_hole() -> None:
    values = grids()
    values[0, 1, 0, 0] = np.nan
    values[1] = np.nan
    figure = latent.surfaces(NAMES, POINTS, values, STEPS, swept(), "Model")
    texts(figure)
    panels = [ax for ax in figure.axes if ax.get_xlabel()]
    meshes = [artist for ax in panels for artist in ax.collections if isinstance(artist, QuadMesh)]
    holes = [int(np.ma.getmaskarray(np.ma.masked_invalid(mesh.get_array())).sum()) for mesh in meshes]
    assert holes == [1, 0, 25, 25, 0, 0]
    assert meshes[0].get_clim() == (-3, 3)


def test_every_attribute_stands_against_every_dimension() -> None:
    rng = np.random.default_rng(0)
    a = rng.normal(size=(50, 3))
    z = np.column_stack([a[:, 0], -a[:, 1], np.zeros(50), rng.normal(size=50)])
    figure = latent.scatter(NAMES, z, a, "Model")
    texts(figure)
    assert len(figure.axes) == 9
    titles = [ax.get_title(loc="right") for ax in figure.axes]
    assert [titles[0], titles[4], titles[8]] == ["ρ 1.000", "ρ \N{MINUS SIGN}1.000", "ρ 0.000"]  # noqa: RUF001 (it is rho)
    x, y = figure.axes[5].lines[0].get_data()
    assert (figure.axes[5].get_xlabel(), figure.axes[5].get_ylabel()) == ("z of contour", "range")
    assert (np.asarray(x) == 0).all()
    assert y == pytest.approx(a[:, 1])


def test_many_dots_are_thinned_evenly() -> None:
    z = np.arange(10_000.0)[:, None]
    figure = latent.scatter(NAMES[:1], z, z, "Model")
    x = np.asarray(figure.axes[0].lines[0].get_xdata())
    assert (len(x), x[0], x[-1]) == (latent.DOTS, 0, 9999)


@pytest.mark.parametrize("score", [None, np.ones((80, 800, 4))])
def test_a_sweep_has_its_notes_and_the_attribute_beside_them(score: np.ndarray | None) -> None:
    tunes = [tune("2/4", "G4|GABc|GBdg|")] * 2
    values = np.array([[0.1, 0.2, 0.4], [-0.5, 0.0, 0.5]])
    figure = latent.sweeps(NAMES[:2], tunes, [score] * 2, STEPS, values, STEPS, swept(2), "A measure", "note")
    assert texts(figure)[2:] == ["rhythm along its dimension", "range along its dimension"]
    assert len(figure.axes) == 4 + 2 * (score is not None)
    roll, beside = figure.axes[:2]
    assert [text.get_text() for text in roll.texts] == ["z \N{MINUS SIGN}2: 0.10", "z 0: 0.20", "z +2: 0.40"]
    assert beside.lines[-1].get_ydata() == pytest.approx(values[0])
    assert beside.get_ylabel() == "rhythm"
