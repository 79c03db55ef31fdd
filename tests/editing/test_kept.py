"""Pools that are kept give the very answers of those that are built anew."""

from fractions import Fraction

import pytest

import armusic
from armusic.editing import pool as pools
from armusic.editing.kept import Kept
from armusic.music.score import Measure, Metre, Note
from tests import notation


@pytest.fixture(scope="module")
def model() -> armusic.Model:
    return armusic.load()


@pytest.fixture(scope="module")
def tune() -> armusic.Tune:
    return notation.tune("4/4", notation.REEL)


def test_kept_pools_answer_as_new_ones_do(model: armusic.Model, tune: armusic.Tune) -> None:
    kept = Kept()
    for targets in (["density=by-0.1"], ["density=0.2"], ["contour=by+0.1", "rhythm=by+0.1"]):
        for natural in (0.5, 0.0, 1.0):
            how = {"natural": natural, "keep": "downbeats"}
            new = model.alternatives(tune, targets, 2, 7, **how)
            again = model.alternatives(tune, targets, 2, 7, **how, build=kept.build, choose=kept.choose)
            assert [each.tune.notes for each in new] == [each.tune.notes for each in again]
            assert [each.notes for each in new] == [each.notes for each in again]
    assert len(kept.pools) == 2
    assert len(kept.choosers) == 4
    steps = model.interpolate(tune, "density", 3, build=kept.build, keep="downbeats", natural=0.1)
    assert len(kept.pools) == 2  # the sweep uses the pool of the targets
    assert [each.tune for each in steps] == [
        each.tune for each in model.interpolate(tune, "density", 3, keep="downbeats", natural=0.1)
    ]


def test_what_changes_the_candidates_is_searched_anew(
    model: armusic.Model, tune: armusic.Tune, monkeypatch: pytest.MonkeyPatch
) -> None:
    searches: list[object] = []

    def count(*arguments: object, **options: object) -> object:
        searches.append(options)
        return build(*arguments, **options)  # type: ignore[arg-type]

    build = pools.build
    monkeypatch.setattr(pools, "build", count)
    kept = Kept(most=3)
    other = notation.tune("4/4", notation.REEL)
    for music, targets, options in (
        (tune, ["density=by-0.1"], {}),
        (tune, ["density=by-0.2"], {"natural": 1.0}),  # kept
        (tune, ["density=by-0.1"], {"keep": "rhythm"}),
        (tune, ["density=by-0.1"], {"key": "off"}),
        (tune, ["density=by-0.1"], {"measures": (1, 4)}),
        (tune, ["range=by+1"], {}),
        (other, ["range=by+1"], {}),
        (tune, ["range=by+2"], {}),  # kept
        (tune, ["density=by-0.1"], {}),  # forgotten meanwhile
    ):
        model.alternatives(music, targets, 1, build=kept.build, **options)
    assert len(searches) == 7
    assert len(kept.pools) == 3


def test_the_newest_is_kept_however_large(model: armusic.Model, tune: armusic.Tune) -> None:
    kept = Kept(max_bytes=1)
    for names in (["density=by-0.1"], ["range=by+1"]):
        model.alternatives(tune, names, 1, build=kept.build)
    assert [key[1] for _, key, _ in kept.pools] == [("range",)]
    assert kept.pools[0][2].nbytes > 1


def test_a_tune_of_which_no_measure_can_vary_stays(model: armusic.Model) -> None:
    wide = tuple(Note(Fraction(at), Fraction(1), pitch) for at, pitch in enumerate((40, 90, 41, 91)))
    music = armusic.Tune(wide, (Measure(Fraction(0), Metre(4, 4)),))
    for steps in (model.interpolate(music, "rhythm", 3), model.alternatives(music, ["contour=by+0.1"], 2)):
        assert all(each.tune.notes == wide for each in steps)
