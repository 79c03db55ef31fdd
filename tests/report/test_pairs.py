"""Models are compared with those that differ in their losses alone, in runs with the same split and seed."""

from collections.abc import Callable

import pytest

from armusic.report import differences
from armusic.report.pairs import baseline_of, compare, pairs
from armusic.report.sheets import markdown
from tests.report.conftest import Groups, Put, of_tunes, row


def test_a_model_has_the_baseline_of_its_name_else_the_one_that_is_alike(
    put: Put, groups: Callable[[], Groups]
) -> None:
    put("default", "bach", 0)
    put("beta-vae", "bach", 0, gamma=0.0)
    put("wide", "bach", 0, units=256)
    put("long", "bach", 0, epochs=9)
    put("tuned", "bach", 0)
    models = groups()["bach"]
    expected = {"default": "beta-vae", "beta-vae": None, "wide": None, "long": None, "tuned": None}
    assert {name: baseline_of(name, models) for name in models} == expected
    put("tuned-beta", "bach", 0, gamma=0.0)
    put("wide-beta", "bach", 0, gamma=0.0, units=256)
    models = groups()["bach"]
    assert [baseline_of(name, models) for name in ("tuned", "wide", "tuned-beta")] == ["tuned-beta", "wide-beta", None]
    assert baseline_of("long", models, {"long": "beta-vae"}) == "beta-vae"
    assert baseline_of("default", models, {"default": "elsewhere"}) is None


def test_an_editor_is_part_of_a_loss(put: Put, groups: Callable[[], Groups]) -> None:
    put("default", "bach", 0, editor=64, control=0.1)
    put("beta-vae", "bach", 0, gamma=0.0)
    assert baseline_of("default", groups()["bach"]) == "beta-vae"


def test_runs_are_paired_by_split_and_seed(put: Put, groups: Callable[[], Groups]) -> None:
    for seed in (0, 1, 2):
        put("default", "bach", seed, split=7)
    for seed, split in ((0, 7), (1, 1), (2, 7), (3, 7)):
        put("beta-vae", "bach", seed, split=split, gamma=0.0)
    models = groups()["bach"]
    both = pairs(models["default"], models["beta-vae"])
    assert [(run.config.seed, other.config.seed) for run, other in both] == [(0, 0), (2, 2)]


def test_with_tunes_the_difference_is_over_tunes_and_runs(put: Put, groups: Callable[[], Groups]) -> None:
    for seed in (0, 1):
        put("default", "bach", seed, parts={"groups": of_tunes([0.9] * 6 + [0.8] * 6)})
        put("beta-vae", "bach", seed, gamma=0.0, parts={"groups": of_tunes([0.91] * 6 + [0.82] * 6)})
    models = groups()["bach"]
    difference = compare(models["default"], models["beta-vae"], "by_tune")
    assert difference is not None
    assert (difference.seeds, difference.groups, difference.effect) == (2, 12, -1)
    assert difference.mean == pytest.approx(-0.015)
    low, high = difference.interval or (0, 0)
    assert -0.02 <= low < -0.015 < high <= -0.01
    scores = compare(models["default"], models["beta-vae"], "mig")
    assert scores is not None
    assert (scores.mean, scores.groups, scores.interval) == (0, 0, None)
    assert compare(models["default"], [], "mig") is None


def test_tables_have_what_is_lost_and_by_how_much_the_default_differs(put: Put, groups: Callable[[], Groups]) -> None:
    for seed in range(5):
        put("default", "bach", seed, mig=0.5 + 0.01 * seed, parts={"groups": of_tunes([0.99] * 20)})
        put("beta-vae", "bach", seed, mig=0.1, gamma=0.0, parts={"groups": of_tunes([0.992] * 20)})
        put("glsr", "bach", seed, mig=0.5, parts={"groups": of_tunes([0.99] * 20)})
    cost, table = differences.cost(groups()), differences.differences("bach", groups()["bach"])
    assert cost is not None
    assert table is not None
    [line] = [line for line in markdown(cost).splitlines() if "default" in line and "held-out" in line]
    assert line == ("| bach | default | beta-vae | ticks right, held-out tunes | 5 | 20 | 0.20 [0.20, 0.20] | 0.20 |")
    lines = [line for line in markdown(table).splitlines() if line.startswith("| MIG |")]
    assert lines[0].startswith("| MIG | beta-vae | 5 |  | .420 [.4")
    assert lines[0].endswith("| .125 | 1.00 |")  # .0625, for two comparisons
    assert lines[1].startswith("| MIG | glsr | 5 |  | .020 [.0")
    equal = [line for line in markdown(table).splitlines() if "held-out tunes, points | glsr" in line]
    assert equal == ["| ticks right, held-out tunes, points | glsr | 5 | 20 | 0.00 [0.00, 0.00] | 1.000 | .00 |"]
    assert "Modularity" not in markdown(table)
    assert row(markdown(cost), "data")[-1] == "upper end"
