"""Turning an attribute: step 0 is the input, silence stays, a sounding measure keeps a note."""

from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

import armusic
from armusic import config
from armusic.editing.decoding import choose
from armusic.editing.material import padding, rows_of
from armusic.editing.sweep import Variation, interpolate
from armusic.errors import OffGridError, UsageError
from armusic.inference.checkpoint import Checkpoint
from armusic.music import attributes
from armusic.music.pitch_frame import ANCHORED
from armusic.music.score import Key, Note, Tune
from armusic.music.tokenizer import encode, is_onset
from armusic.training import checkpoint as trained
from armusic.training.adapters.music import build
from armusic.vae.data import Scale
from tests.notation import JIG, REEL, WALTZ, tune

EXAMPLES = Path(__file__).parents[2] / "examples"


def checkpoint(frame: str = "anchored") -> Checkpoint:
    torch.manual_seed(0)
    settings = config.make(latent=6, units=8, frame=frame)
    new = trained.Checkpoint(build(settings), settings, Scale(np.zeros((6, 4)), np.ones((6, 4))))
    return trained.in_numpy(new)


def sweep(model: Checkpoint, music: Tune, attribute: str, *arguments: Any, **options: Any) -> list[Variation]:
    """Move the latent dimension, with any pitch."""
    return interpolate(model, music, attribute, *arguments, key="off", closed=False, **options)


@pytest.mark.parametrize(("metre", "music"), [("4/4", REEL), ("6/8", JIG), ("3/4", WALTZ)])
def test_the_steps_and_their_names(metre: str, music: str) -> None:
    original = tune(metre, music)
    variations = sweep(checkpoint(), original, "note_density")
    assert [variation.name for variation in variations] == [
        f"density {step}" for step in ("-2.0", "-1.0", "+0.0", "+1.0", "+2.0")
    ]
    assert variations[2].tune is original
    for variation in variations:
        assert (variation.tune.measures, variation.tune.tempos, variation.tune.key) == (
            original.measures,
            original.tempos,
            original.key,
        )
        assert len(variation.values) == len(original.measures)
        assert np.allclose(variation.values, attributes.of_tune(variation.tune, ["density"])[:, 0])


def test_an_even_number_of_steps_comes_with_the_original() -> None:
    variations = sweep(checkpoint(), tune("4/4", REEL), "rhythm", steps=2)
    assert [(variation.name, variation.step) for variation in variations] == [
        ("original", 0.0),
        ("rhythm -2.0", -2.0),
        ("rhythm +2.0", 2.0),
    ]
    assert [variation.name for variation in sweep(checkpoint(), tune("4/4", REEL), "rhythm", 3, (0.0, 0.1))][1:] == [
        "rhythm +0.05",
        "rhythm +0.10",
    ]


def test_silence_stays_silent_and_a_sounding_measure_keeps_a_note() -> None:
    original = tune("4/4", "C8|z8|z8|C8|")
    for variation in sweep(checkpoint(), original, "density"):
        sounds = is_onset(encode(variation.tune)).any(axis=1)
        assert sounds.tolist() == [True, False, False, True]


def test_padding_stays_silent() -> None:
    original = tune("4/4", f"D2|{REEL[:-1]}:|D4|")
    assert original.padding[0] == 3
    for variation in sweep(checkpoint(), original, "density", steps=9):
        assert min(note.start for note in variation.tune.notes) >= original.padding[0]
        assert max(note.end for note in variation.tune.notes) <= original.end - original.padding[1]


def test_only_the_measures_asked_for_change() -> None:
    original = tune("4/4", REEL)
    before = encode(original)
    for variation in sweep(checkpoint(), original, "contour", measures=(3, 4)):
        after = encode(variation.tune)
        changed = (before != after).any(axis=1)
        assert not changed[:2].any()
        assert not changed[5:].any()


def test_ties_over_a_bar_line_are_those_of_the_input() -> None:
    original = tune("4/4", REEL)  # its eighth measure is tied to the seventh
    from armusic.music.tokenizer import HOLD

    for variation in sweep(checkpoint(), original, "density"):
        held = encode(variation.tune)[:, 0] == HOLD
        assert not held[:7].any()


def test_velocities_follow_the_input() -> None:
    notes = tuple(replace(note, velocity=40 + index) for index, note in enumerate(tune("4/4", REEL).notes))
    original = replace(tune("4/4", REEL), notes=notes, program=40)
    for variation in sweep(checkpoint(), original, "density"):
        assert variation.tune.program == 40
        for note in variation.tune.notes:
            before = [earlier for earlier in notes if earlier.start <= note.start]
            assert note.velocity == before[-1].velocity


def test_a_measure_out_of_the_frame_is_left_as_it_is_and_named(caplog: pytest.LogCaptureFixture) -> None:
    original = tune("4/4", "C,,4 c''4|C8|")
    variations = sweep(checkpoint(), original, "range")
    assert variations[0].unchanged == (
        "measure 1 is left as it is: it spans 60 semitones, more than 19 from its median",
    )
    assert variations[0].unchanged[0] in caplog.text
    assert all(variation.tune.notes[:2] == original.notes[:2] for variation in variations)
    assert (
        "pitches 36..96 are not all in the model's 55..84"
        in sweep(checkpoint("absolute"), original, "range")[0].unchanged[0]
    )


def test_an_absolute_model_takes_measures_in_any_register(caplog: pytest.LogCaptureFixture) -> None:
    low, middle = tune("4/4", "C,,D,,E,,F,, G,,4|C,,8|"), tune("4/4", "CDEF G4|C8|")
    for variation, counterpart in zip(
        *(sweep(checkpoint("absolute"), music, "range") for music in (low, middle)), strict=True
    ):
        assert variation.unchanged == ()
        assert [note.pitch + 24 for note in variation.tune.notes] == [note.pitch for note in counterpart.tune.notes]
    assert "2 measures are moved by octaves into 55..84, and back" in caplog.text


def test_the_register_is_kept_by_an_anchored_model() -> None:
    high = tune("4/4", REEL)
    low = replace(high, notes=tuple(replace(note, pitch=note.pitch - 24) for note in high.notes))
    for variation, counterpart in zip(*(sweep(checkpoint(), music, "range") for music in (high, low)), strict=True):
        assert [note.pitch - 24 for note in variation.tune.notes] == [note.pitch for note in counterpart.tune.notes]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"attribute": "rythm"}, "unknown attribute 'rythm': did you mean rhythm"),
        ({"attribute": "rhythm", "steps": 0}, "0 steps from -2 to 2"),
        ({"attribute": "rhythm", "span": (2.0, -2.0)}, "5 steps from 2 to -2: give at least one step, and a range"),
        ({"attribute": "rhythm", "span": (0.0, float("nan"))}, "5 steps from 0 to nan"),
        ({"attribute": "rhythm", "measures": (3, 99)}, "measures 3-99: there are only measures 1-8 in tune.abc"),
        ({"attribute": "rhythm", "measures": (0, 2)}, "measures 0-2"),
        ({"attribute": "rhythm", "measures": (4, 2)}, "measures 4-2"),
    ],
)
def test_what_is_refused(options: dict[str, object], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        sweep(checkpoint(), tune("4/4", REEL), **options)  # type: ignore[arg-type]


def test_music_off_the_grid_is_refused() -> None:
    original = tune("4/4", REEL)
    off = replace(original, notes=(Note(Fraction(1, 8), Fraction(1, 4), 60), *original.notes[1:]))
    with pytest.raises(OffGridError, match="measure 1"):
        sweep(checkpoint(), off, "rhythm")


@given(st.integers(0, 2**32 - 1))
def test_whatever_the_logits_a_measure_has_a_note_and_silence_is_rest(seed: int) -> None:
    rng = np.random.default_rng(seed)
    logits = rng.normal(size=(2, 3, 12, ANCHORED.classes)).astype(np.float32)
    logits[..., ANCHORED.hold] += 20 * rng.random()
    silent = np.zeros((3, 12), dtype=bool)
    silent[0, :7] = silent[2, 9:] = True
    held = np.array([False, False, True])
    chosen = choose(logits, ANCHORED, held=held, silent=silent)
    assert (chosen[:, silent] == ANCHORED.rest).all()
    assert (chosen < ANCHORED.hold).any(axis=-1).all()
    assert (chosen[:, ~held, 0] != ANCHORED.hold).all()


def test_padding_is_found_in_ticks() -> None:
    assert padding(tune("2/4", "C|D4|E2|"), 12).sum(axis=1).tolist() == [9, 0, 6]
    silent: Tune = tune("3/4", "z4 C2|")
    assert not padding(silent, 18).any()


def test_each_step_differs_from_the_one_before_and_none_goes_back() -> None:
    """The hymn has few notes to lose: rhythm -1 is out of its reach, and shares with -2 how far it goes."""
    model, tune = armusic.load(), armusic.read(EXAMPLES / "amazing-grace.mid")
    variations = model.interpolate(tune, "rhythm", keep="cadences,downbeats")
    means = [float(variation.values.mean()) for variation in variations]
    assert means == sorted(means)
    assert len({tuple(variation.tune.notes) for variation in variations}) == len(variations)
    assert [variation.clipped for variation in variations] == [1, 1, 0, 0, 0]
    targets = [variation.targets.mean() for variation in variations if variation.targets is not None]
    assert targets[1] == pytest.approx((targets[0] + targets[2]) / 2)


def test_alternatives_come_to_the_same_mean_by_other_notes() -> None:
    model, tune = armusic.load(), armusic.read(EXAMPLES / "speed-the-plough.mid")
    variations = [each for each in model.interpolate(tune, "density", 3, (-1, 1), alternatives=3) if each.step > 0]
    assert [each.name for each in variations] == ["density +1.0", "density +1.0 (2)", "density +1.0 (3)"]
    assert len({each.tune.notes for each in variations}) == 3
    means = [float(each.values.mean()) for each in variations]
    assert means == pytest.approx([means[0]] * 3, abs=0.003)


@pytest.mark.parametrize("measures", [[], (1,), (1.5, 3)])
def test_measures_that_are_no_span_are_refused(measures: Any) -> None:
    with pytest.raises(UsageError, match="give the first and the last, as whole numbers"):
        getattr(rows_of, "__wrapped__", rows_of)(tune("4/4", REEL), measures)


def test_a_key_may_be_one_of_a_tune() -> None:
    reel, model = armusic.read(EXAMPLES / "speed-the-plough.mid"), armusic.load()
    by_name, by_key = (model.interpolate(reel, "contour", 3, key=key) for key in ("A:dorian", Key(1, "dorian")))
    assert [each.tune for each in by_name] == [each.tune for each in by_key]
