"""Pictures show every note, bar line and value, and stay of a size that can be looked at."""

import warnings
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import combinations, pairwise
from pathlib import Path

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import PathCollection, PolyCollection, QuadMesh
from matplotlib.contour import ContourSet
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from armusic.io import readers
from armusic.music.score import Measure, Metre, Note, Tune
from armusic.plotting import tunes as plotting

EXAMPLES = Path(__file__).parents[2] / "examples"


@dataclass(frozen=True)
class Step:
    name: str
    step: float
    tune: Tune
    values: np.ndarray
    targets: np.ndarray | None = None


@dataclass(frozen=True)
class Result:
    names: tuple[str, ...]
    targets: np.ndarray
    values: np.ndarray
    original: np.ndarray


def tune(measures: int = 2, metre: Metre = Metre(3, 4), title: str = "A Waltz") -> Tune:  # noqa: B008 (it is frozen)
    """Return a tune with a note on each beat, going up a scale over and over."""
    beats = measures * metre.beats
    notes = tuple(Note(beat * metre.beat, metre.beat, 60 + 2 * (beat % 6)) for beat in range(beats))
    return Tune(notes, tuple(Measure(i * metre.length, metre) for i in range(measures)), title, "waltz.abc")


def sweep(tune: Tune, steps: tuple[float, ...] = (-2.0, -1.0, 0.0, 1.0, 2.0)) -> list[Step]:
    values = np.linspace(0.1, 0.3, len(tune.measures))
    return [Step(f"rhythm {step:+.1f}", step, tune, values + step / 10) for step in steps]


def asked(tune: Tune, miss: float = 0.01, steps: tuple[float, ...] = (-2.0, -1.0, 0.0, 1.0, 2.0)) -> list[Step]:
    """Return a sweep that was asked for, and misses by so much, above and below in turn."""
    off = miss * (-1.0) ** np.arange(len(tune.measures))
    return [replace(one, targets=one.values - off * bool(one.step)) for one in sweep(tune, steps)]


def texts(figure: Figure) -> list[str]:
    return [text.get_text() for text in figure.texts]


def dots(ax: Axes) -> np.ndarray:
    """Return the dots of a panel, in the order in which they were drawn."""
    return np.concatenate([np.asarray(one.get_offsets()) for one in ax.collections if isinstance(one, PathCollection)])


def boxes(figure: Figure) -> list[tuple[str, Bbox]]:
    """Return what is written on a figure, and where."""
    FigureCanvasAgg(figure).draw()
    beyond = {  # matplotlib keeps the numbers beyond the ends of an axis, and does not draw them
        tick.label1
        for axis in (axis for ax in figure.axes for axis in (ax.xaxis, ax.yaxis))
        for tick, at in zip(axis.get_major_ticks(), axis.get_majorticklocs(), strict=True)
        if not min(axis.get_view_interval()) <= at <= max(axis.get_view_interval())
    }
    texts = [text for text in figure.findobj(Text) if text not in beyond]
    written = [text for text in texts if text.get_text().strip() and text.get_visible()]
    return [(text.get_text(), text.get_window_extent()) for text in written]


def bars(ax: object) -> list[PolyCollection]:
    return [one for one in ax.collections if isinstance(one, PolyCollection)]


def test_a_silent_tune_is_an_empty_roll() -> None:
    silent = replace(tune(), notes=())
    figure = plotting.sweep(sweep(silent), "rhythm")
    assert all(len(one.get_paths()) == 0 for ax in figure.axes for one in bars(ax))
    figure.canvas.draw()


def test_a_sweep_has_a_roll_per_step_and_a_curve_for_each() -> None:
    figure = plotting.sweep(sweep(tune()), "rhythm")
    *rolls, curve = figure.axes
    assert len(rolls) == 5
    assert len({ax.get_xlim() for ax in figure.axes} | {(0.0, 6.0)}) == 1
    assert len({ax.get_ylim() for ax in rolls}) == 1
    assert [list(line.get_ydata()) for line in curve.lines] == [list(one.values) for one in sweep(tune())]
    assert list(curve.lines[0].get_xdata()) == [1.5, 4.5]
    assert [label.get_text() for label in curve.get_legend().get_texts()] == ["−2", "−1", "input", "+1", "+2"]  # noqa: RUF001
    shown = texts(figure)
    assert shown[0] == "A Waltz"
    for label in ("rhythm -2.0", "input", "rhythm +2.0", "mean 0.40, 6 notes"):
        assert label in shown
    assert "rhythm +0.0" not in shown


def test_the_input_is_set_off_and_shown_behind_the_others() -> None:
    figure = plotting.sweep(sweep(tune()), "rhythm")
    faces = [ax.get_facecolor() for ax in figure.axes]
    assert len(set(faces)) == 2
    assert faces.index(next(face for face in faces if face != faces[0])) == 2
    assert [len(bars(ax)) for ax in figure.axes] == [2, 2, 1, 2, 2, 0]


def test_steps_have_colours_of_their_own_and_the_input_is_black() -> None:
    colours = plotting.colors(sweep(tune()))
    assert len(set(colours)) == 5
    assert max(colours[2][:3]) < 0.2
    assert plotting.colors(sweep(tune(), (0.0,))) == [colours[2]]
    assert plotting.colors([]) == []


@pytest.mark.parametrize("measures", [1, 4, 16, 64, 500])
@pytest.mark.parametrize("steps", [1, 5, 99])
def test_sizes(measures: int, steps: int) -> None:
    figure = plotting.sweep(sweep(tune(measures), tuple(np.linspace(-2, 2, steps).tolist())), "rhythm")
    width, height = figure.get_size_inches()
    assert 9 <= width <= 40
    assert 4 <= height <= 90
    rolls = figure.axes[:-1]
    assert len(rolls) == steps
    bounds = [ax.get_position() for ax in figure.axes]
    assert all(0 < box.x0 < box.x1 < 1 and 0 < box.y0 < box.y1 < 1 for box in bounds)
    assert all(one.y0 > other.y1 for one, other in pairwise(bounds))
    numbers = figure.axes[-1].get_xticklabels()
    assert numbers[0].get_text() == "1"
    assert len(numbers) <= width / 0.3


def test_without_values_asked_for_there_is_no_panel_of_them() -> None:
    assert len(plotting.sweep(sweep(tune()), "rhythm").axes) == 6
    assert not any("asked" in text for text in texts(plotting.sweep(sweep(tune()), "rhythm")))


def test_what_was_asked_is_behind_the_curves_and_against_what_was_reached() -> None:
    variations = asked(tune(4))
    *_, curve, square = plotting.sweep(variations, "rhythm").axes
    behind = [line for line in curve.lines if str(line.get_markerfacecolor()) == "none"]
    moved = [one for one in variations if one.step]
    assert [list(line.get_ydata()) for line in behind] == [list(one.targets) for one in moved]
    assert max(line.get_zorder() for line in behind) < 2
    expected = [[x, y] for one in moved for x, y in zip(one.targets, one.values, strict=True)]
    assert dots(square) == pytest.approx(np.array(expected))
    assert square.get_xlabel() == "rhythm asked for"
    assert square.get_ylabel() == "rhythm reached"
    written = [text.get_text() for text in square.texts]
    values, wanted = np.array(expected).T[::-1]
    r2 = 1 - ((values - wanted) ** 2).sum() / ((wanted - wanted.mean()) ** 2).sum()
    assert written == [f"R² {r2:.3f}\nmean error 0.010"]


def test_the_figures_of_each_step_stand_beside() -> None:
    shown = texts(plotting.sweep(asked(tune(4), 0.02), "rhythm"))
    start = shown.index("step")
    assert shown[start : start + 5] == ["step", "asked for", "reached", "mean error", "largest"]
    assert shown[start + 5 : start + 10] == ["−2", "0.000", "0.000", "0.020", "0.020"]  # noqa: RUF001
    assert len(shown) == start + 25
    assert "step" not in texts(plotting.sweep(asked(tune(), steps=tuple(np.linspace(-2, 2, 21).tolist())), "rhythm"))


def test_measures_that_nothing_was_asked_of_are_left_out() -> None:
    some = [replace(one, targets=np.append(one.targets[:1], sweep(tune())[2].values[1:])) for one in asked(tune())]
    *_, curve, square = plotting.sweep(some, "rhythm").axes
    assert len(dots(square)) == 4
    rings = [line.get_ydata() for line in curve.lines if str(line.get_markerfacecolor()) == "none"]
    assert np.isfinite(rings).tolist() == 4 * [[True, False]]
    none = [replace(one, targets=sweep(tune())[2].values) for one in asked(tune())]
    figure = plotting.sweep(none, "rhythm")
    assert len(dots(figure.axes[-1])) == 0
    assert figure.axes[-1].texts[0].get_text() == "nothing was asked for"


def test_targets_have_a_panel_for_each_attribute() -> None:
    before, wanted = np.array([[0.1, 0.4], [0.3, 0.0]]), np.array([[0.2, 0.5], [0.2, 0.1]])
    reached = wanted + np.array([[0.01, 0.0], [-0.01, 0.0]])
    result = Result(("rhythm", "contour"), wanted, reached, before)
    figure = plotting.targets([("original", tune()), ("rhythm=0.2", tune())], result, "A Waltz")
    first, second, *panels = figure.axes
    assert bars(first)[0].get_facecolor().tolist() != bars(second)[0].get_facecolor().tolist()
    assert [ax.get_ylabel() for ax in panels] == ["rhythm", "contour"]
    for k, ax in enumerate(panels):
        drawn = {line.get_label(): list(line.get_ydata()) for line in ax.lines}
        columns = {"before": before, "asked for": wanted, "reached": reached}
        assert drawn == {name: list(table[:, k]) for name, table in columns.items()}
    (legend,) = figure.legends
    assert sorted(text.get_text() for text in legend.get_texts()) == ["asked for", "before", "reached"]
    assert "mean 0.20 before, 0.20 asked for, 0.20 reached; mean error 0.010" in texts(figure)
    assert "mean 0.20 before, 0.30 asked for, 0.30 reached; R² 1.000, mean error 0.000" in texts(figure)


def test_targets_leave_out_measures_that_nothing_was_asked_of() -> None:
    before, wanted = np.array([[0.1], [0.3]]), np.array([[0.2], [0.3]])
    result = Result(("rhythm",), wanted, wanted, before)
    figure = plotting.targets([("original", tune()), ("rhythm=0.2", tune())], result, "A")
    (rings,) = (line for line in figure.axes[-1].lines if line.get_label() == "asked for")
    assert np.isfinite(rings.get_ydata()).tolist() == [True, False]
    assert "mean 0.20 before, 0.25 asked for, 0.25 reached; mean error 0.000" in texts(figure)


GRID = np.array([np.linspace(0, 0.5, 11), np.linspace(-1, 1, 11)])
NAMES = ("rhythm", "contour")
PERFECT = np.stack([np.tile(GRID[0], (11, 1)), np.tile(GRID[1][:, None], (1, 11))])


def test_a_surface_has_a_map_and_a_bar_for_each_attribute() -> None:
    before = np.array([[0.1, 0.0], [0.3, 0.5]])
    figure = plotting.surface(Result(NAMES, GRID, PERFECT, before), "A Waltz")
    maps, colour_bars = figure.axes[::2], figure.axes[1::2]
    assert len(maps) == len(colour_bars) == 2
    for k, ax in enumerate(maps):
        assert (ax.get_xlim(), ax.get_ylim()) == ((0, 0.5), (-1, 1))
        assert (ax.get_xlabel(), ax.get_ylabel()) == ("rhythm asked for", "contour asked for")
        (mesh,) = (one for one in ax.collections if isinstance(one, QuadMesh))
        assert (mesh.get_array() == PERFECT[k]).all()
        assert mesh.get_clim() == (GRID[k, 0], GRID[k, -1])
        measures, mean = (line for line in ax.lines if line.get_label()[0] != "_")
        assert np.stack(measures.get_data(), axis=1).tolist() == before.tolist()
        assert np.array(mean.get_data()).ravel() == pytest.approx([0.2, 0.25])
    shown = texts(figure)
    assert {"rhythm reached", "contour reached", "R² 1.000, mean error 0.000"} <= set(shown)
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["a measure of the input", "their mean"]


def test_contour_lines_of_what_is_reached_exactly_lie_on_the_dashes() -> None:
    figure = plotting.surface(Result(NAMES, GRID, PERFECT, np.zeros((1, 2))), "A Waltz")
    for k, ax in enumerate(figure.axes[::2]):
        dashes = [line.get_xydata()[0, k] for line in ax.lines if line.get_label()[0] == "_"]
        (lines,) = (one for one in ax.collections if isinstance(one, ContourSet))
        assert lines.levels.tolist() == pytest.approx([level for level in dashes if GRID[k, 0] < level < GRID[k, -1]])
        for level, path in zip(lines.levels, lines.get_paths(), strict=True):
            assert path.vertices[:, k] == pytest.approx(level)
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["the input"]


def test_a_flat_surface_has_no_contour_lines() -> None:
    figure = plotting.surface(Result(NAMES, GRID, np.full((2, 11, 11), 0.25), np.zeros((3, 2))), "A Waltz")
    assert not any(isinstance(one, ContourSet) for ax in figure.axes for one in ax.collections)
    figure.canvas.draw()


def test_a_roll_is_one_tune_under_its_title() -> None:
    figure = plotting.roll(tune(title="A Waltz"))
    (ax,) = figure.axes
    assert len(bars(ax)[0].get_paths()) == 6
    assert {"A Waltz", "6 notes"} <= set(texts(figure))
    assert [label.get_text() for label in ax.get_xticklabels()] == ["1", "2"]
    assert "waltz.abc" in texts(plotting.roll(tune(title="")))
    empty = plotting.roll(Tune((), (), "Nothing"))
    empty.canvas.draw()


def small(measures: int, steps: int) -> Figure:
    return plotting.sweep(asked(tune(measures), steps=tuple(np.linspace(-2, 2, steps).tolist())), "rhythm")


def both(measures: int) -> Figure:
    table = np.linspace(-0.5, 0.5, 2 * measures).reshape(-1, 2)
    tunes = [("original", tune(measures)), ("rhythm=0.3 contour=p80", tune(measures))]
    result = Result(("rhythm", "contour"), table + 0.1, table + 0.2, table)
    return plotting.targets(tunes, result, "A Waltz", "both asked for")


@pytest.mark.parametrize(
    "figure",
    [
        *(pytest.param(lambda n=n, k=k: small(n, k), id=f"{n}-{k}") for n in (1, 4, 64) for k in (1, 5, 9)),
        *(pytest.param(lambda n=n: both(n), id=f"goals-{n}") for n in (1, 64)),
        pytest.param(lambda: plotting.surface(Result(NAMES, GRID, PERFECT, np.zeros((2, 2))), "A Waltz"), id="map"),
    ],
)  # fmt: skip
def test_no_two_texts_overlap_and_none_is_cut(figure: Callable[[], Figure]) -> None:
    drawn = figure()
    width, height = drawn.get_size_inches() * drawn.dpi
    written = boxes(drawn)
    for text, box in written:
        assert box.x0 >= 0, text
        assert box.y0 >= 0, text
        assert box.x1 <= width, text
        assert box.y1 <= height, text
    assert [(a, b) for (a, one), (b, other) in combinations(written, 2) if _overlap(one, other)] == []


def _overlap(one: Bbox, other: Bbox) -> bool:
    both = Bbox.intersection(one, other)
    return both is not None and both.width > 1 and both.height > 1


@pytest.mark.parametrize(
    ("title", "shown"),
    [
        ("", "waltz.abc"),
        ("$x^2$ & {a}", "$x^2$ & {a}"),
        ("Ágnes \N{SNOWMAN}", "Ágnes \N{SNOWMAN}"),
        ("東\ue000", "??"),
        ("x" * 300, "x" * 60 + "…"),
    ],
)
def test_any_title_is_drawn_without_a_warning(title: str, shown: str) -> None:
    figure = plotting.sweep(sweep(tune(title=title)), "rhythm")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        figure.canvas.draw()
    assert texts(figure)[0] == shown


def test_a_picture_is_a_png(tmp_path: Path) -> None:
    melody = readers.read(EXAMPLES / "irish-washerwoman.mid")
    path = tmp_path / "picture.png"
    plotting.sweep(sweep(melody), "rhythm").savefig(path)
    data = path.read_bytes()
    assert data.startswith(b"\x89PNG")
    assert len(data) < 1_000_000
