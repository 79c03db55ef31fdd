"""The use cases, with the shipped model."""

import inspect
from dataclasses import replace
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import numpy as np
import pytest
import torch

import armusic
from armusic import api
from armusic.errors import CheckpointError, UsageError, WriteError
from tests.notation import JIG, REEL, book, tune

EXAMPLE = Path(__file__).parents[1] / "examples" / "speed-the-plough.mid"


def test_the_public_names_are_there_and_no_others() -> None:
    assert all(getattr(armusic, name) for name in armusic.__all__)
    assert armusic.__version__
    assert set(armusic.__all__) <= set(dir(armusic))
    with pytest.raises(AttributeError, match="no attribute 'play'"):
        armusic.play  # noqa: B018


def test_what_a_user_holds_has_a_public_class() -> None:
    model, music = armusic.load(), armusic.read(EXAMPLE)
    assert isinstance(model, armusic.Model)
    assert isinstance(model.config, armusic.Config)
    assert isinstance(music, armusic.Tune)
    assert isinstance(model.interpolate(music, "rhythm", 1)[0], armusic.Variation)
    assert isinstance(model.reach(music, ["rhythm=0.3"]), armusic.Reached)
    assert isinstance(model.generate(2), armusic.Generated)
    assert armusic.configure(epochs=3).schedule.epochs == 3
    assert armusic.inspect(EXAMPLE).parts
    assert callable(armusic.attributes.measure)
    assert callable(armusic.metrics.measure)
    assert {armusic.io.__name__, armusic.plotting.__name__} == {"armusic.io", "armusic.plotting"}


def test_what_a_user_holds_is_shown_in_a_line() -> None:
    model, music = armusic.load(), armusic.read(EXAMPLE)
    assert repr(model) == ("Model(folk, measures of 4/4 2/4 3/4 6/8 9/8 12/8, rhythm range density contour, latent 48)")
    assert repr(music) == "Tune(Speed the Plough, 16 measures of 4/4, 93 notes, G:major)"
    (_, high) = model.interpolate(music, "rhythm", 1, (2, 2))
    assert repr(high) == f"Variation(rhythm +2.0, mean {high.values.mean():.3f}, {high.tune.summary})"
    reached = model.reach(music, ["rhythm=0.3"])
    assert repr(reached) == f"Reached(rhythm {reached.values.mean():.3f}, {reached.tune.summary})"
    assert repr(model.generate(2, "6/8", count=3)) == "Generated(3 tunes of 2 measures in D:major)"
    assert repr(model.generate(2)) == "Generated(1 tune of 2 measures in D:major)"
    assert repr(model.reconstruct(music)) == f"Reconstruction(100.0% of ticks right, {music.summary})"
    assert repr(model.morph(music, music, 3)[1]) == f"Step(morph 1/2, {music.summary})"
    surface = model.surface(music, ["rhythm", "density"], points=3)
    assert repr(surface) == "Surface(rhythm and density, 3 targets each, mean of 16 measures)"


def test_targets_are_strings_or_a_mapping() -> None:
    model, music = armusic.load(), armusic.read(EXAMPLE)
    typed = model.reach(music, ["contour=-0.2", "density=by+0.05"])
    mapped = model.reach(music, {"contour": -0.2, "density": "by+0.05"})
    assert (typed.tokens == mapped.tokens).all()
    assert (typed.targets[:, 0] == -0.2).all()
    assert typed.targets[:, 1] == pytest.approx(typed.original[:, 1] + 0.05)


def test_a_tune_has_codes_and_codes_a_tune() -> None:
    model, music = armusic.load(), armusic.read(EXAMPLE)
    codes = model.encode(music)
    assert (codes.shape, codes.dtype) == ((16, 48), np.float32)
    decoded = model.decode(codes, like=music)
    assert decoded.measures == music.measures
    shares = model.reconstruct(music).ticks
    changed = {note.start // 4 for note in {*decoded.notes} ^ {*music.notes}}
    assert changed == {number for number, share in enumerate(shares) if share < 1}

    alone = model.decode(codes, metre="4/4")
    assert len(alone.measures) == 16
    assert api.attributes(alone).values.mean(axis=0) == pytest.approx(
        api.attributes(music).values.mean(axis=0), abs=0.1
    )


def test_measures_without_a_code_stay() -> None:
    model = armusic.load()
    music = tune("4/4", f"z8|{REEL}")
    codes = model.encode(music)
    assert np.isnan(codes[0]).all()
    assert np.isfinite(codes[1:]).all()
    assert model.decode(codes, like=music).notes[0].start == 4
    assert model.decode(codes, metre="4/4").notes[0].start >= 4


@pytest.mark.parametrize(
    ("shape", "options", "message"),
    [
        ((8, 47), {"metre": "4/4"}, r"codes of shape \(8, 47\): give one row of 48 numbers per measure"),
        ((8, 48), {}, "either a tune to be like, or a metre"),
        ((8, 48), {"metre": "4/4", "like": tune("4/4", REEL)}, "give one of them"),
        ((7, 48), {"like": tune("4/4", REEL)}, "7 codes for a tune of 8 measures"),
    ],
)
def test_codes_of_another_shape(shape: tuple[int, ...], options: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        armusic.load().decode(np.zeros(shape), **options)


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16, torch.int64])
def test_codes_may_be_a_tensor_or_lists(dtype: torch.dtype) -> None:
    model, zeros = armusic.load(), torch.zeros((2, 48), dtype=dtype, requires_grad=dtype.is_floating_point)
    expected = model.decode(np.zeros((2, 48)), metre="4/4")
    assert model.decode(zeros, metre="4/4") == model.decode(zeros.tolist(), metre="4/4") == expected


@pytest.mark.parametrize(
    ("codes", "message"),
    [
        ("abc", r"codes are no real numbers \(<U3\): give a row of real numbers per measure"),
        (None, r"codes are no real numbers \(object\)"),
        (np.zeros((1, 48)) * 1j, r"codes are no real numbers \(complex128\)"),
        (torch.zeros((1, 48), dtype=torch.complex64), r"codes are no real numbers \(complex64\)"),
        ([[0.0] * 48, [0.0]], "codes cannot be made an array: give a row of numbers per measure, all as long"),
        ([[0.0] * 48, [np.inf] * 48], "codes: row 1 has an infinite number: give finite ones, or a row of NaN"),
        (np.full((1, 48), 1e300), "codes: row 0 has an infinite number"),
    ],
)
def test_codes_that_are_none(codes: object, message: str) -> None:
    with pytest.raises(UsageError, match=message) as error:
        armusic.load().decode(codes, metre="4/4")
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("call", "arguments", "options", "message"),
    [
        ("encode", ["a.mid"], {}, r"a tune is needed, not a value of type str: armusic\.read\('a\.mid'\) gives one"),
        ("encode", [Path("a.mid")], {}, r"armusic\.read\('a\.mid'\) gives one"),
        ("encode", [None], {}, r"not a value of type NoneType: armusic\.read\(FILE\) gives one"),
        ("encode", [np.zeros((1, 48))], {}, "a tune is needed, not a value of type ndarray"),
        ("interpolate", ["a.mid", "rhythm"], {}, "a tune is needed"),
        ("reach", ["a.mid", {"rhythm": 0.3}], {}, "a tune is needed"),
        ("morph", [tune("4/4", REEL), "a.mid"], {}, "a tune is needed"),
        ("reconstruct", ["a.mid"], {}, "a tune is needed"),
        ("decode", [np.zeros((1, 48))], {"like": "a.mid"}, "a tune is needed"),
        ("decode", [np.zeros((1, 48))], {"metre": 4}, "metre is 4: give a text, such as '4/4'"),
    ],
)
def test_what_is_given_to_a_model_has_its_type(
    call: str, arguments: list[object], options: dict[str, object], message: str
) -> None:
    method = inspect.unwrap(getattr(api.Model, call))  # without the tests' type checker, as users call it
    with pytest.raises(UsageError, match=message):
        method(armusic.load(), *arguments, **options)


def test_a_model_of_images_has_no_codes_of_tunes() -> None:
    model = api.Model(replace(armusic.load().checkpoint, config=armusic.configure(data="sprites")))
    assert repr(model).startswith("Model(sprites, images, ")
    assert len(repr(model)) < 200
    for call in (lambda: model.encode(tune("4/4", REEL)), lambda: model.decode(np.zeros((1, 48)), metre="4/4")):
        with pytest.raises(UsageError, match="has no codes of tunes: load a model of music"):
            call()


def test_a_tune_and_all_that_holds_one_is_written(tmp_path: Path) -> None:
    model, music = armusic.load(), armusic.read(EXAMPLE)
    variations = model.interpolate(music, "rhythm", 2, (-1, 1))
    for number, (results, names) in enumerate(
        [
            (music, ["Speed the Plough"]),
            (variations, ["original", "rhythm -1.0", "rhythm +1.0"]),
            (variations[1], ["rhythm -1.0"]),
            (model.reach(music, ["rhythm=0.3"]), ["Speed the Plough"]),
            (model.generate(2, count=2), ["tune 1", "tune 2"]),
            ([("a", music), ("b", music)], ["a", "b"]),
        ]
    ):
        armusic.write(results, tmp_path / str(number), "clips")
        stems = [path.stem.split("_", 1)[1].replace("_", " ") for path in sorted((tmp_path / str(number)).iterdir())]
        assert stems == names


def test_a_tune_of_a_book(tmp_path: Path) -> None:
    path = book(tmp_path / "book.abc")
    assert armusic.read(path, 3).notes == tune("6/8", JIG).notes
    with pytest.raises(UsageError, match="book.abc: 7 tunes in it"):
        armusic.read(path)
    with pytest.raises(UsageError, match="only ABC tune books have numbered tunes"):
        armusic.read(EXAMPLE, 1)


def test_surprise_is_written_where_other_attributes_are(tmp_path: Path) -> None:
    music = tune("4/4", REEL)
    for name in ("out.dawproject", "out.svg"):
        api.write(music, tmp_path / name, attributes=["surprise", "note_density"])
    table = api.attributes(music, ["surprise", "density"])
    columns = (" ".join(f"{value:.2f}" for value in column) for column in table.values.T)
    comment = "surprise of each measure: {}; density of each measure: {}".format(*columns)
    assert comment in ZipFile(tmp_path / "out.dawproject").read("project.xml").decode()
    assert ">surprise</text>" in (tmp_path / "out.svg").read_text(encoding="utf-8")


def test_attributes_of_a_tune_that_changes_its_metre() -> None:
    table = api.attributes(tune("4/4", f"{REEL}[M:6/8]GAB dBG|"), ["note_density", "contour"])
    assert table.names == ("density", "contour")
    assert table.measures == tuple(range(1, 10))
    assert table.metres == ("4/4",) * 8 + ("6/8",)
    assert table.values[-1] == pytest.approx([0.5, 0])
    assert table.values[0, 0] == pytest.approx(7 / 24)


def test_the_shipped_model_is_small_and_says_where_it_is_from() -> None:
    model = armusic.load()
    assert model.attributes == ("rhythm", "range", "density", "contour")
    assert model.config.data == "folk"
    assert {"data", "items"} <= model.card.keys()
    shipped = Path(armusic.__file__).parent / "resources" / api.SHIPPED
    assert shipped.stat().st_size < 5e6


@pytest.mark.parametrize("attribute", ["rhythm", "range", "density", "contour"])
def test_the_shipped_model_turns_every_attribute_up_and_down(attribute: str) -> None:
    variations = armusic.load().interpolate(armusic.read(EXAMPLE), attribute)
    means = [variation.values.mean() for variation in variations]
    assert (np.diff(means) >= 0).all()
    assert means[-1] > means[0]


def test_the_shipped_model_knows_the_example() -> None:
    """What it hears at step 0, were it decoded, is nearly what is written."""
    from armusic.editing import reconstruction
    from armusic.music import tokenizer

    music = armusic.read(EXAMPLE)
    tokens = tokenizer.encode(music)
    decoded, _ = reconstruction.decode(armusic.load().checkpoint, tokens, tokenizer.kinds(music.measures))
    assert (decoded == tokens).mean() > 0.98


def test_a_picture_is_returned_and_saved_but_not_over_another_file(tmp_path: Path) -> None:
    variations = armusic.load().interpolate(tune("4/4", REEL), "rhythm", 3)
    figure = armusic.picture(variations, "rhythm")
    assert len(figure.axes) >= 4  # a roll per step, and the curve
    assert not list(tmp_path.iterdir())
    armusic.picture(variations, "rhythm", tmp_path / "a.png")
    armusic.plotting.save(figure, tmp_path / "b.png")
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()
    with pytest.raises(WriteError, match="exists already"):
        armusic.picture(variations, "rhythm", tmp_path / "a.png")


def test_a_model_that_is_none(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match="no checkpoint in this folder"):
        armusic.load(tmp_path)
