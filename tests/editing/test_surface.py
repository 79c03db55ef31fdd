"""A map holds what each measure becomes for each pair of values, decoded once, on average."""

import numpy as np
import pytest

import armusic
from armusic.editing import decoding, surface
from armusic.editing.calibration import scale_of
from armusic.editing.material import prepare
from armusic.errors import NoNotesError, UsageError
from armusic.inference.checkpoint import Checkpoint
from armusic.music import attributes, keys, tokenizer
from armusic.music.score import METRES, Metre, Tune
from tests.notation import JIG, REEL, tune

MUSIC = tune("4/4", REEL)


@pytest.fixture(scope="module")
def checkpoint() -> Checkpoint:
    return armusic.load().checkpoint


def direct(checkpoint: Checkpoint, music: Tune, names: tuple[str, str], pair: tuple[float, float]) -> np.ndarray:
    """Decode each measure of a tune by itself, edited for where the scale has both values."""
    material, scale = prepare(checkpoint, music), scale_of(checkpoint)
    allowed, values = keys.allowed(music, keys.find(music)), []
    for row, kind in enumerate(material.kind.tolist()):
        z = decoding.encode(checkpoint, material, np.array([row]))
        positions = np.full((1, len(checkpoint.config.attributes)), np.nan)
        for name, value in zip(names, pair, strict=True):
            where = scale.value_to_z(name, kind, np.array([value]))
            positions[:, checkpoint.config.attributes.index(name)] = where
        z = decoding.edit(checkpoint, z, np.array([kind]), positions)
        tokens = decoding.decode(checkpoint, material, np.array([row]), z[None], allowed)[0, 0]
        values.append(attributes.measure(tokens, METRES[kind], names)[0])
    return np.mean(values, axis=0)


@pytest.mark.parametrize(
    ("music", "names"),
    [
        (MUSIC, ("rhythm", "density")),
        (tune("4/4", f"{REEL}[M:6/8]{JIG}"), ("contour", "range")),
    ],
    ids=["reel", "two metres"],
)
def test_every_point_is_what_is_decoded_there(checkpoint: Checkpoint, music: Tune, names: tuple[str, str]) -> None:
    result = surface.surface(checkpoint, music, names, points=4)
    for i, j in ((0, 0), (3, 0), (0, 3), (2, 1)):
        pair = float(result.targets[0, i]), float(result.targets[1, j])
        assert result.values[:, j, i] == pytest.approx(direct(checkpoint, music, names, pair))


def test_the_grid_goes_as_far_as_the_model(checkpoint: Checkpoint) -> None:
    result = surface.surface(checkpoint, MUSIC, ("rhythm", "note_density"), points=3)
    assert result.names == ("rhythm", "density")
    scale, kind = scale_of(checkpoint), METRES.index(Metre(4, 4))
    for row, name in zip(result.targets, result.names, strict=True):
        low, high = scale.table(name, kind).span
        assert row == pytest.approx([low, (low + high) / 2, high])


def test_the_input_is_where_it_is(checkpoint: Checkpoint) -> None:
    result = surface.surface(checkpoint, MUSIC, ("rhythm", "contour"), points=2, measures=(3, 5))
    table = attributes.measure(tokenizer.encode(MUSIC), Metre(4, 4), ("rhythm", "contour"))
    assert result.original == pytest.approx(table[2:5])
    assert result.unchanged == ()


def test_what_is_asked_for_is_followed(checkpoint: Checkpoint) -> None:
    result = surface.surface(checkpoint, MUSIC, ("rhythm", "contour"), points=7)
    rhythm, contour = result.values
    assert (np.diff(contour.mean(axis=1)) > 0).all()
    assert rhythm[:, -1].mean() > rhythm[:, 0].mean() + 0.1


def test_no_pitch_outside_the_key_unless_it_is_asked_for(
    checkpoint: Checkpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    decoded: list[np.ndarray] = []
    decode = decoding.decode

    def record(*arguments: object) -> np.ndarray:
        decoded.append(decode(*arguments))
        return decoded[-1]

    monkeypatch.setattr(surface, "decode", record)
    outside = []
    for key in ("auto", "off"):
        decoded.clear()
        surface.surface(checkpoint, MUSIC, ("range", "contour"), points=5, key=key)
        tokens = np.concatenate([tokens.ravel() for tokens in decoded])
        inside = keys.collection(keys.parse("G:major"))[tokens[tokens < tokenizer.HOLD] % 12]
        outside.append(bool((~inside).any()))
    assert outside == [False, True]


@pytest.mark.parametrize(
    ("names", "message"),
    [
        ((), "a map is of two attributes, not of 0: name two of rhythm, range, density, contour"),
        (("rhythm",), r"not of 1 \(rhythm\)"),
        (("rhythm", "range", "contour"), r"not of 3 \(rhythm, range, contour\)"),
        (("density", "note_density"), "density was named twice"),
        (("rhythm", "rythm"), "unknown attribute 'rythm': did you mean rhythm"),
        (("rhythm", "syncopation"), "unknown attribute 'syncopation'"),
        (("rhythm", "own.py:offbeat"), "unknown attribute 'own.py:offbeat'"),
    ],
)
def test_other_than_two_attributes_of_the_model_are_refused(
    checkpoint: Checkpoint, names: tuple[str, ...], message: str
) -> None:
    with pytest.raises(UsageError, match=message):
        surface.surface(checkpoint, MUSIC, names)


def test_what_there_is_nothing_to_map_of_is_refused(checkpoint: Checkpoint) -> None:
    both = ("rhythm", "contour")
    with pytest.raises(UsageError, match="1 points: a map has at least 2"):
        surface.surface(checkpoint, MUSIC, both, points=1)
    with pytest.raises(UsageError, match="measures 7-9"):
        surface.surface(checkpoint, MUSIC, both, measures=(7, 9))
    with pytest.raises(NoNotesError, match="tune.abc: no measure to move: nothing sounds in it"):
        surface.surface(checkpoint, tune("4/4", "G8|z8|G8|"), both, measures=(2, 2))
    wide = tune("4/4", "G,,,8 |G,,,4 g''4|")
    with pytest.raises(NoNotesError, match="no measure to move: measure 2 is left as it is"):
        surface.surface(checkpoint, wide, both, measures=(2, 2))
