"""Candidates that come from no code lie in the scale, on the grid of the tune, and keep what is to stay."""

import numpy as np
import pytest

import armusic
from armusic.config.manner import DEFAULT, Manner
from armusic.editing import candidates, written
from armusic.editing.ear import Ear
from armusic.editing.material import pitches, prepare
from armusic.inference.checkpoint import Checkpoint
from armusic.music import attributes
from armusic.music.attributes import metrical_weights
from armusic.music.score import METRES, Metre
from armusic.music.tokenizer import DUPLE, PAD, REST, TRIPLE, is_onset, ticks
from armusic.taste import rules
from armusic.taste.context import LOW, PITCHES
from tests.notation import JIG, REEL, tune

SWING = "(3:2:2G2A (3:2:2B2c (3:2:2B2A G2|(3:2:2A2B (3:2:2c2d (3:2:2e2F A2|G8|"
MIXED = "GABc d2B2|[M:6/8]GAB dBG|[M:2/4]A2 c2|[M:4/4]G8|"
FOUR = METRES.index(Metre(4, 4))


@pytest.fixture(scope="module")
def checkpoint() -> Checkpoint:
    return armusic.load().checkpoint


def listen(checkpoint: Checkpoint, metre: str, music: str, manner: Manner = DEFAULT) -> Ear:
    """Return the ear for music in its own key."""
    read = tune(metre, music)
    return candidates.start(checkpoint, prepare(checkpoint, read), pitches(read, "auto"), ("density",), manner).ear


def every(ear: Ear, *names: str) -> tuple[np.ndarray, np.ndarray]:
    return written.measures(ear, names, np.random.default_rng(0))


@pytest.mark.parametrize("name", ["density", "range", "contour", "rhythm"])
@pytest.mark.parametrize(("metre", "music"), [("4/4", REEL), ("6/8", JIG), ("4/4", MIXED)])
def test_new_notes_lie_in_the_scale(checkpoint: Checkpoint, metre: str, music: str, name: str) -> None:
    ear = listen(checkpoint, metre, music)
    of, tokens = every(ear, name)
    assert (np.bincount(of) == len(of) // len(ear.tokens)).all(), "as many for each unit"
    assert ((tokens == PAD) == (ear.tokens[of] == PAD)).all()
    new = is_onset(tokens) & (tokens != ear.tokens[of])
    assert np.isin(tokens[new], ear.scale).all()
    assert ((tokens == REST) <= (ear.tokens[of] == REST)).all(), "and no silence is added"


@pytest.mark.parametrize("name", ["density", "range", "rhythm"])
def test_what_is_drawn_keeps_the_ends_of_phrases(checkpoint: Checkpoint, name: str) -> None:
    ear = listen(checkpoint, "4/4", REEL)
    assert ear.ends.any()
    of, tokens = written.drawn(ear, (name,), np.random.default_rng(0))
    lost = rules.lost_ends(tokens, ear.tokens[of], ear.kind[of])
    assert not lost[ear.ends[of]].any()
    assert lost[~ear.ends[of]].any()


def test_what_is_drawn_is_divided_as_the_tune_is(checkpoint: Checkpoint) -> None:
    for music, places in ((REEL.replace("(3Bcd ge", "B2 ge"), TRIPLE), (SWING, DUPLE)):
        ear = listen(checkpoint, "4/4", music, Manner(keep=()))
        of, tokens = written.drawn(ear, ("rhythm",), np.random.default_rng(0))
        beats = is_onset(tokens).reshape(len(tokens), 4, 6)
        assert not beats[:, :, places].any()
        assert len(np.unique(np.column_stack([of, tokens]), axis=0)) > 5 * len(ear.tokens), "and not one alone"


def test_where_notes_may_be_added(checkpoint: Checkpoint) -> None:
    straight, swing = (listen(checkpoint, "4/4", music) for music in ("GABc dcBA|G8|", SWING))
    assert np.flatnonzero(written.grid(straight)[0]).tolist() == [
        6 * beat + tick for beat in range(4) for tick in (0, 1, 3, 5)
    ]
    assert np.flatnonzero(written.grid(swing)[0]).tolist() == [
        6 * beat + tick for beat in range(4) for tick in (0, 2, 4)
    ]
    assert written.grid(listen(checkpoint, "6/8", JIG)).all()


def test_how_weak_ticks_are(checkpoint: Checkpoint) -> None:
    ear = listen(checkpoint, "4/4", MIXED)
    weak = written.weakness(ear)
    for row, kind in enumerate(ear.kind.tolist()):
        metre = METRES[kind]
        assert (weak[row, : ticks(metre)] == metrical_weights(metre)).all()


def test_tilts_of_an_attribute() -> None:
    onset, pitch = written.tilts(("density",), FOUR)
    assert not pitch.any()
    assert np.ptp(onset, axis=1) == pytest.approx(0), "all ticks alike"
    assert sorted(onset[:, 0]) == pytest.approx(np.linspace(-written.TILT, written.TILT, written.DRAWS))
    onset, pitch = written.tilts(("rhythm",), FOUR)
    assert not pitch.any()
    assert (abs(onset).argmin(axis=1) == metrical_weights(METRES[FOUR]).argmin()).all()
    onset, pitch = written.tilts(("range",), FOUR)
    assert not onset.any()
    middle = 7 - LOW
    assert pitch[:, :, middle] == pytest.approx(0)
    assert pitch[:, :, middle - 5] == pytest.approx(pitch[:, :, middle + 5]), "both ends"
    onset, pitch = written.tilts(("contour",), FOUR)
    assert not onset.any()
    assert pitch[:, 0] == pytest.approx(-pitch[:, -1]), "low at first and high at last, or the other way round"
    onset, pitch = written.tilts(("contour", "density"), FOUR)
    assert onset.any()
    assert pitch.shape == (written.DRAWS, 24, PITCHES)
    assert pitch.any()


@pytest.mark.parametrize("name", ["density", "range", "contour", "rhythm"])
def test_there_are_measures_with_more_and_with_less(checkpoint: Checkpoint, name: str) -> None:
    ear = listen(checkpoint, "4/4", "GABc d2B2|A2e2 F2A2|GABc dcBA|G8|")
    of, tokens = every(ear, name)
    values, own = (attributes.measure_each(rows, ear.kind[of], (name,))[:, 0] for rows in (tokens, ear.tokens[of]))
    for unit in np.flatnonzero(~ear.ends):
        here = of == unit
        assert values[here].min() < own[here][0] < values[here].max()


def test_the_same_seed_gives_the_same(checkpoint: Checkpoint) -> None:
    ear = listen(checkpoint, "4/4", "GABc d2B2|G8|")
    (of, first), (again, second) = every(ear, "density"), every(ear, "density")
    assert (of == again).all()
    assert (first == second).all()
