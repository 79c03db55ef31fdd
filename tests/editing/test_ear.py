"""What a search rules out, what it keeps, and what candidates cost the music."""

from dataclasses import replace

import numpy as np
import pytest

import armusic
from armusic.config.manner import DEFAULT, Manner
from armusic.editing import candidates
from armusic.editing import ear as ears
from armusic.editing.candidates import Search
from armusic.editing.ear import Ear
from armusic.editing.material import prepare
from armusic.inference.checkpoint import Checkpoint
from armusic.music import keys
from armusic.music.tokenizer import HOLD, REST, encode, is_onset
from armusic.taste import surprise
from tests.notation import REEL, tune

MUSIC = "GABc d2B2|A4 c4|GABc d2B2|G2A2 B4|"
NAMES = ("density",)


@pytest.fixture(scope="module")
def checkpoint() -> Checkpoint:
    return armusic.load().checkpoint


def search(checkpoint: Checkpoint, music: str, manner: Manner = DEFAULT, *, key: bool = False) -> Search:
    written = tune("4/4", music)
    allowed = keys.allowed(written, keys.parse("G:major")) if key else None
    return candidates.start(checkpoint, prepare(checkpoint, written), allowed, NAMES, manner)


def rows(music: str) -> np.ndarray:
    """Return the tokens of measures that are written in eighths."""
    return encode(tune("4/4", music))


def unit(ear: Ear, music: str) -> np.ndarray:
    """Return the unit that is a measure."""
    return np.flatnonzero((ear.tokens == rows(music)[0]).all(axis=1))[:1]


def breaks(ear: Ear, before: str, after: str, names: tuple[str, ...] = NAMES) -> bool:
    """Return whether a measure may not stand in the place of another."""
    return bool(ears.broken(ear, unit(ear, before), rows(after)[:1], names)[0])


def test_the_input_breaks_nothing_and_costs_nothing(checkpoint: Checkpoint) -> None:
    for manner in (DEFAULT, Manner(1.0, ("rhythm", "pitches", "cadences"))):
        ear = search(checkpoint, REEL, manner, key=True).ear
        every = np.arange(len(ear.tokens))
        assert not ears.broken(ear, every, ear.tokens, ("range",)).any()
        assert ears.strain(ear, every, ear.tokens) == pytest.approx(0, abs=1e-4)
        assert (ears.mend(ear, every, ear.tokens) == ear.tokens).all()


def test_measures_that_no_musician_writes_are_ruled_out(checkpoint: Checkpoint) -> None:
    ear = search(checkpoint, MUSIC).ear
    before = "GABc d2B2|"
    assert not breaks(ear, before, "GABA G2B2|")
    assert breaks(ear, before, "GABc z2B2|"), "a hole"
    assert breaks(ear, before, "GGGG d2B2|"), "a stutter"
    assert breaks(ear, before, "GABc d2b'2|"), "a leap, out of the compass"
    assert breaks(ear, before, "(3GAB d2 d2B2|"), "triplets, of which the tune has none"


def test_what_is_kept(checkpoint: Checkpoint) -> None:
    free, kept = (search(checkpoint, MUSIC, manner).ear for manner in (Manner(keep=()), DEFAULT))
    for after, what in (("G2A2 c4|", "another last note"), ("G2A2 B2c2|", "a last note that is shorter")):
        assert breaks(kept, "G2A2 B4|", after), what
        assert not breaks(free, "G2A2 B4|", after)
    assert not breaks(kept, "GABc d2B2|", "GABc d2c2|"), "it ends no phrase"
    late = rows("GABc d2B2|")
    late[0, 0] = HOLD
    late[0, 1] = 67
    of = unit(kept, "GABc d2B2|")
    assert ears.broken(kept, of, late, NAMES).all(), "the downbeat is lost"
    rhythm = search(checkpoint, MUSIC, Manner(keep=("rhythm",))).ear
    assert breaks(rhythm, "GABc d2B2|", "GABc dcB2|")
    assert not breaks(rhythm, "GABc d2B2|", "BAGB A2d2|")
    pitches = search(checkpoint, MUSIC, Manner(keep=("pitches",))).ear
    assert breaks(pitches, "GABc d2B2|", "BABc d2B2|")
    assert not breaks(pitches, "GABc d2B2|", "GABc dcB2|")
    assert not breaks(pitches, "GABc d2B2|", "G2Bc d2B2|")
    beats = search(checkpoint, MUSIC, Manner(keep=("subdivisions",))).ear
    assert breaks(beats, "GABc d2B2|", "GA/B/Bc d2B2|"), "sixteenths in a tune of eighths"
    assert breaks(beats, "GABc d2B2|", "G>ABc d2B2|"), "a dotted beat in an even tune"
    assert not breaks(beats, "GABc d2B2|", "GABc dcBA|")
    assert not breaks(free, "GABc d2B2|", "GA/B/Bc d2B2|")


def test_a_single_note_stays_where_only_pitches_are_to_change(checkpoint: Checkpoint) -> None:
    ear = search(checkpoint, MUSIC + "G8|" + MUSIC, Manner(keep=())).ear
    assert breaks(ear, "G8|", "A8|", ("contour",))
    assert not breaks(ear, "G8|", "G4 A4|", ("contour", "density"))


def test_pitches_outside_the_key_and_notes_in_a_pickup_are_ruled_out(checkpoint: Checkpoint) -> None:
    ear = search(checkpoint, MUSIC, key=True).ear
    assert breaks(ear, "GABc d2B2|", "G^ABc d2B2|")
    assert not (ear.scale % 12 == 10).any()
    inside = keys.collection(keys.parse("G:major"))
    assert inside[ear.scale % 12].all()
    pickup = search(checkpoint, "D2|GABc d2B2|G8|").ear
    of = np.flatnonzero(pickup.silent.any(axis=1))
    row = pickup.tokens[of].copy()
    row[0, 0] = 62
    assert ears.broken(pickup, of, row, NAMES).all()


def test_surprise_is_that_of_all_places_on_average(checkpoint: Checkpoint) -> None:
    ear = search(checkpoint, MUSIC).ear
    of = unit(ear, "GABc d2B2|")
    places = np.flatnonzero(ear.unit == of)
    assert len(places) == 2
    row = rows("GABA G2B2|")
    nats = surprise.surprise(ear.model, ear.where, places, np.repeat(row, 2, axis=0)) - ear.own[places]
    assert ears.excess(ear, of, row) == pytest.approx([nats.mean()], abs=1e-4)


def test_further_places_of_a_measure_are_not_looked_at(checkpoint: Checkpoint) -> None:
    ear = search(checkpoint, "GABc d2B2|" * (ears.PLACES + 3) + "G8|").ear
    assert np.bincount(ear.unit).tolist() in ([ears.PLACES, 1], [1, ears.PLACES])


def test_what_is_unlikely_costs_more(checkpoint: Checkpoint) -> None:
    ear = search(checkpoint, REEL).ear
    every, rng = np.arange(len(ear.tokens)), np.random.default_rng(0)
    wild = np.where(is_onset(ear.tokens), rng.choice(ear.scale, ear.tokens.shape), ear.tokens).astype(np.int16)
    strain = ears.strain(ear, every, wild)
    assert (strain >= 0).all()
    assert strain.mean() > 1


def test_wide_intervals_repetitions_lost_pitches_and_sixteenths_cost_something(checkpoint: Checkpoint) -> None:
    ear = search(checkpoint, MUSIC).ear
    of = unit(ear, "GABc d2B2|")
    for music, price in (
        ("GABc d2B2|", 0),
        ("GgGg d2B2|", 3 * (12 - ears.WIDE) * ears.LEAP + ears.FLAT),
        ("GAGA d2B2|", ears.FLAT),
        ("GABB d2c2|", ears.AGAIN),
        ("GABc d/c/B/A/ B2|", ears.FINER),
        ("G/A/B/c/ dc d2B2|", ears.FINER),
    ):
        assert ears.awkwardness(ear, of, rows(music)) == pytest.approx([price]), music


def test_natural_weighs_strain_against_distance(checkpoint: Checkpoint) -> None:
    ear = search(checkpoint, MUSIC).ear
    strain, distance = np.array([0.3, 0.0]), np.array([0.2, 0.1])
    for natural, costs in ((0.0, 2 * distance), (0.5, strain + distance), (1.0, 2 * strain)):
        there = replace(ear, manner=Manner(natural))
        assert ears.cost(there, strain, distance) == pytest.approx(costs)


def test_notes_outside_the_chord_cost_something_on_beats(checkpoint: Checkpoint) -> None:
    chords = '"G"G2B2 d2B2|"D"A2F2 d2A2|"G"G2B2 d2B2|"D"A2F2 D4|'
    ear = search(checkpoint, chords, Manner(keep=())).ear
    assert ear.agree is not None
    of = unit(ear, "A2F2 d2A2|")
    assert ears.discord(ear, of, rows("F2A2 d2F2|")) == pytest.approx([0])
    assert ears.discord(ear, of, rows("G2A2 d2A2|")) == pytest.approx([1])
    assert search(checkpoint, MUSIC).ear.agree is None


def test_a_part_of_the_units_is_judged_as_among_all(checkpoint: Checkpoint) -> None:
    ear = search(checkpoint, REEL).ear
    part = ears.part(ear, slice(2, 5))
    tokens = np.roll(ear.tokens[2:5], 1, axis=0)
    there = ears.strain(ear, np.arange(2, 5), tokens)
    assert ears.strain(part, np.arange(3), tokens) == pytest.approx(there, abs=1e-4)
    nothing = np.zeros(0, dtype=int)
    assert ears.strain(ear, nothing, ear.tokens[nothing]).shape == (0,)


def test_holes_are_mended(checkpoint: Checkpoint) -> None:
    ear = search(checkpoint, MUSIC).ear
    of, row = unit(ear, "GABc d2B2|"), rows("GABc z2B2|")
    assert (row == REST).any()
    assert not (ears.mend(ear, of, row) == REST).any()
