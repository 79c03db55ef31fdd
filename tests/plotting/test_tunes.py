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
    whole: bool = False


@dataclass(frozen=True)
class Result:
    names: tuple[str, ...]
    targets: np.ndarray
    values: np.ndarray
    original: np.ndarray
    whole: bool = False


def tune(measures: int = 2, metre: Metre = Metre(3, 4), title: str = "A Waltz") -> Tune:  # noqa: B008 (it is frozen)
    """Return a tune with a note on each beat, going up a scale over and over."""
    beats = measures * metre.beats
    notes = tuple(Note(beat * metre.beat, metre.beat, 60 + 2 * (beat % 6)) for beat in range(beats))
    return Tune(notes, tuple(Measure(i * metre.length, metre) for i in range(measures)), title, "waltz.abc")


def sweep(tune: Tune, steps: tuple[float, ...] = (-2.0, -1.0, 0.0, 1.0, 2.0)) -> list[Step]:
    values = np.linspace(0.1, 0.3, len(tune.measures))
    return [Step(f"rhythm {step:+.1f}", step, tune, values + step / 10) for step in steps]


def targeted(tune: Tune, miss: float = 0.01, steps: tuple[float, ...] = (-2.0, -1.0, 0.0, 1.0, 2.0)) -> list[Step]:
    """Return a sweep whose values miss their targets by so much, above and below in turn."""
    off = miss * (-1.0) ** np.arange(len(tune.measures))
    return [replace(step, targets=step.values - off * bool(step.step)) for step in sweep(tune, steps)]


def texts(figure: Figure) -> list[str]:
    return [text.get_text() for text in figure.texts]


def dots(ax: Axes) -> np.ndarray:
    """Return the dots of a panel, in the order in which they were drawn."""
    return np.concatenate(
        [np.asarray(artist.get_offsets()) for artist in ax.collections if isinstance(artist, PathCollection)]
    )


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
    return [artist for artist in ax.collections if isinstance(artist, PolyCollection)]


def test_a_silent_tune_is_an_empty_roll() -> None:
    silent = replace(tune(), notes=())
    figure = plotting.sweep(sweep(silent), "rhythm")
    assert all(len(collection.get_paths()) == 0 for ax in figure.axes for collection in bars(ax))
    figure.canvas.draw()


def test_a_sweep_has_a_roll_per_step_and_a_curve_for_each() -> None:
    figure = plotting.sweep(sweep(tune()), "rhythm")
    *rolls, curve = figure.axes
    assert len(rolls) == 5
    assert len({ax.get_xlim() for ax in figure.axes} | {(0.0, 6.0)}) == 1
    assert len({ax.get_ylim() for ax in rolls}) == 1
    assert [list(line.get_ydata()) for line in curve.lines] == [list(step.values) for step in sweep(tune())]
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
    assert all(upper.y0 > lower.y1 for upper, lower in pairwise(bounds))
    numbers = figure.axes[-1].get_xticklabels()
    assert numbers[0].get_text() == "1"
    assert len(numbers) <= width / 0.3


def test_without_targets_there_is_no_panel_of_them() -> None:
    assert len(plotting.sweep(sweep(tune()), "rhythm").axes) == 6
    assert not any("target" in text for text in texts(plotting.sweep(sweep(tune()), "rhythm")))


def test_targets_are_behind_the_curves_and_against_the_values_reached() -> None:
    variations = targeted(tune(4))
    *_, curve, square = plotting.sweep(variations, "rhythm").axes
    behind = [line for line in curve.lines if str(line.get_markerfacecolor()) == "none"]
    moved = [step for step in variations if step.step]
    assert [list(line.get_ydata()) for line in behind] == [list(step.targets) for step in moved]
    assert max(line.get_zorder() for line in behind) < 2
    expected = [[x, y] for step in moved for x, y in zip(step.targets, step.values, strict=True)]
    assert dots(square) == pytest.approx(np.array(expected))
    assert square.get_xlabel() == "rhythm target"
    assert square.get_ylabel() == "rhythm reached"
    written = [text.get_text() for text in square.texts]
    values, target_table = np.array(expected).T[::-1]
    r2 = 1 - ((values - target_table) ** 2).sum() / ((target_table - target_table.mean()) ** 2).sum()
    assert written == [f"R² {r2:.3f}\nmean error 0.010"]


def test_the_figures_of_each_step_stand_beside() -> None:
    shown = texts(plotting.sweep(targeted(tune(4), 0.02), "rhythm"))
    start = shown.index("step")
    assert shown[start : start + 5] == ["step", "target", "reached", "mean error", "largest"]
    assert shown[start + 5 : start + 10] == ["−2", "0.000", "0.000", "0.020", "0.020"]  # noqa: RUF001
    assert len(shown) == start + 25
    assert "step" not in texts(plotting.sweep(targeted(tune(), steps=tuple(np.linspace(-2, 2, 21).tolist())), "rhythm"))


def test_measures_without_a_target_are_left_out() -> None:
    some = [
        replace(step, targets=np.append(step.targets[:1], sweep(tune())[2].values[1:])) for step in targeted(tune())
    ]
    *_, curve, square = plotting.sweep(some, "rhythm").axes
    assert len(dots(square)) == 4
    rings = [line.get_ydata() for line in curve.lines if str(line.get_markerfacecolor()) == "none"]
    assert np.isfinite(rings).tolist() == 4 * [[True, False]]
    none = [replace(variation, targets=sweep(tune())[2].values) for variation in targeted(tune())]
    figure = plotting.sweep(none, "rhythm")
    assert len(dots(figure.axes[-1])) == 0
    assert figure.axes[-1].texts[0].get_text() == "no targets"


def test_targets_have_a_panel_for_each_attribute() -> None:
    before, target_table = np.array([[0.1, 0.4], [0.3, 0.0]]), np.array([[0.2, 0.5], [0.2, 0.1]])
    reached = target_table + np.array([[0.01, 0.0], [-0.01, 0.0]])
    result = Result(("rhythm", "contour"), target_table, reached, before)
    figure = plotting.targets([("original", tune()), ("rhythm=0.2", tune())], result, "A Waltz")
    first, second, *panels = figure.axes
    assert bars(first)[0].get_facecolor().tolist() != bars(second)[0].get_facecolor().tolist()
    assert [ax.get_ylabel() for ax in panels] == ["rhythm", "contour"]
    for k, ax in enumerate(panels):
        drawn = {line.get_label(): list(line.get_ydata()) for line in ax.lines}
        columns = {"original": before, "target": target_table, "reached": reached}
        assert drawn == {name: list(table[:, k]) for name, table in columns.items()}
    (legend,) = figure.legends
    assert sorted(text.get_text() for text in legend.get_texts()) == ["original", "reached", "target"]
    assert "mean: original 0.20, target 0.20, reached 0.20; mean error 0.010" in texts(figure)
    assert "mean: original 0.20, target 0.30, reached 0.30; R² 1.000, mean error 0.000" in texts(figure)


def test_targets_leave_out_measures_without_one() -> None:
    before, target_table = np.array([[0.1], [0.3]]), np.array([[0.2], [0.3]])
    result = Result(("rhythm",), target_table, target_table, before)
    figure = plotting.targets([("original", tune()), ("rhythm=0.2", tune())], result, "A")
    (rings,) = (line for line in figure.axes[-1].lines if line.get_label() == "target")
    assert np.isfinite(rings.get_ydata()).tolist() == [True, False]
    assert "mean: original 0.20, target 0.25, reached 0.25; mean error 0.000" in texts(figure)


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
        assert (ax.get_xlabel(), ax.get_ylabel()) == ("rhythm target", "contour target")
        (mesh,) = (artist for artist in ax.collections if isinstance(artist, QuadMesh))
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
        (lines,) = (artist for artist in ax.collections if isinstance(artist, ContourSet))
        assert lines.levels.tolist() == pytest.approx([level for level in dashes if GRID[k, 0] < level < GRID[k, -1]])
        for level, path in zip(lines.levels, lines.get_paths(), strict=True):
            assert path.vertices[:, k] == pytest.approx(level)
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["the input"]


def test_a_flat_surface_has_no_contour_lines() -> None:
    figure = plotting.surface(Result(NAMES, GRID, np.full((2, 11, 11), 0.25), np.zeros((3, 2))), "A Waltz")
    assert not any(isinstance(artist, ContourSet) for ax in figure.axes for artist in ax.collections)
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
    return plotting.sweep(targeted(tune(measures), steps=tuple(np.linspace(-2, 2, steps).tolist())), "rhythm")


def both(measures: int) -> Figure:
    table = np.linspace(-0.5, 0.5, 2 * measures).reshape(-1, 2)
    tunes = [("original", tune(measures)), ("rhythm=0.3 contour=p80", tune(measures))]
    result = Result(("rhythm", "contour"), table + 0.1, table + 0.2, table)
    return plotting.targets(tunes, result, "A Waltz", "both targets")


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
    assert [(a, b) for (a, first), (b, second) in combinations(written, 2) if _overlap(first, second)] == []


def _overlap(first: Bbox, second: Bbox) -> bool:
    shared = Bbox.intersection(first, second)
    return shared is not None and shared.width > 1 and shared.height > 1


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


def test_the_target_of_a_tune_is_said_and_no_measure_has_a_ring() -> None:
    music, values = tune(), np.array([0.2, 0.4])
    steps = [
        Step("rhythm +0.0", 0.0, music, values, values),
        Step("rhythm +1.0", 1.0, music, values + 0.1, values + 0.1, whole=True),
    ]
    figure = plotting.sweep(steps, "rhythm")
    assert not any(line.get_linestyle() == "--" for ax in figure.axes for line in ax.lines)
    texts = [text.get_text() for ax in figure.axes for text in ax.texts] + [text.get_text() for text in figure.texts]
    assert any("target 0.40, mean 0.40" in text for text in texts)
