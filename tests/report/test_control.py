"""Tables of control: every method, beside what is published."""

from collections.abc import Callable

from armusic.report import control, document, figures
from armusic.report.sheets import markdown
from tests.report.conftest import Groups, Put, obedient, row

EACH = {"rhythm": 0.9, "range": 0.7, "density": 0.8, "contour": 0.6}


def test_all_methods_have_their_figures_of_control(put: Put, groups: Callable[[], Groups]) -> None:
    for seed in (0, 1):
        apart = {"range": {"distance": 0.5}, "rhythm": {"distance": 1.0}}
        parts = {
            "obedience": obedient(EACH), "prior": {"valid": 0.96 + 0.02 * seed, "attributes": apart},
            "control": {"linearity": {"value": 0.7}},
        }  # fmt: skip
        put("default", "folk44", seed, parts=parts)
    put("glsr", "folk44", 0, parts={"prior": {"valid": None}})
    table = control.control("folk44", groups()["folk44"])
    assert table is not None
    text = markdown(table)
    assert row(text, "") == ["", "default", "glsr"]
    assert row(text, "valid measures of chance codes")[1:] == ["97.00 % [96.00, 98.00]", ""]
    assert row(text, "distance of their attributes from the data's, sd")[1:] == [".750 [.750, .750]", ""]
    assert row(text, "distance of rhythm")[1:] == ["1.000 [1.000, 1.000]", ""]
    assert row(text, "correlation of target and decoded, chance codes")[1:] == [".750 [.750, .750]", ""]
    assert row(text, "R² of target values, test measures")[1:] == [".500 [.500, .500]", ""]
    assert row(text, "R² of contour")[1:] == [".350 [.350, .350]", ""]
    assert row(text, "ticks of these that stay")[1] == "80.00 % [80.00, 80.00]"
    assert row(text, "linearity, one attribute turned")[1:] == [".700 [.700, .700]", ""]
    assert "monotonicity" not in text  # no run has it


def test_it_is_said_which_models_were_trained_for_these_figures(put: Put, groups: Callable[[], Groups]) -> None:
    put("default", "folk44", 0, control=1.5)
    put("default", "sprites", 0)
    put("glsr", "folk44", 0)
    (note,) = document.trained(groups())
    assert note.startswith("Trained for what these tables measure, as no other model is: `default`.")
    assert document.trained({"sprites": groups()["sprites"]}) == []


def test_without_figures_there_are_no_tables(put: Put, groups: Callable[[], Groups]) -> None:
    put("default", "bach", 0)
    assert control.control("bach", groups()["bach"]) is None
    assert control.correlations(groups()) is None


def test_values_asked_stand_beside_the_published_ones(put: Put, groups: Callable[[], Groups]) -> None:
    put("default", "folk44", 0, parts={"obedience": obedient(EACH, valid=0.99)})
    put("default", "sprites", 0, parts={"obedience": obedient({"size": 0.9})})
    table = control.correlations(groups())
    assert table is not None
    lines = markdown(table).splitlines()
    assert lines[0] == "| data | model | runs | rhythm | range | density | contour | mean | valid |"
    assert lines[2] == "| Lakh MIDI | published: LC-Diff |  | .949 | .810 | .986 | .856 | .900 |  |"
    assert lines[-1] == "| folk44 | default | 1 | .900 | .700 | .800 | .600 | .750 | 99.00 % |"
    assert len(lines) == 2 + len(figures.published_control()) + 1
