"""From one tune to another: both ends are the tunes themselves, and what does not fit is refused."""

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from armusic.editing import between
from armusic.editing.between import distance
from armusic.editing.drawn import drawn, opened
from armusic.editing.morphing import looped, matched, morph
from armusic.errors import OffGridError, UsageError
from armusic.io import readers
from armusic.music import keys, tokenizer
from armusic.music.score import Key, Measure, Metre, Note, Tune
from armusic.music.tokenizer import HOLD, PAD, REST, encode, is_onset
from armusic.taste import context, rules, surprise, tune_model
from tests.editing.test_sweep import checkpoint
from tests.notation import JIG, POLKA, REEL, WALTZ, tune

JIGS = "d3 e3|f2d d3|gfg d2B|A3 A2c|BcB AGA|B2A G3|AFA D3|G6|"
OTHER = "d2ed B2AB|dBAB d2ef|gfed e2dB|A2FA D4|d2ed B2AB|dBAB d2ef|gfed Bcd2|G6 z2|"


@pytest.mark.parametrize("steps", [2, 3, 7])
@pytest.mark.parametrize("slerp", [True, False])
@pytest.mark.parametrize("frame", ["anchored", "absolute"])
def test_both_ends_are_exact(steps: int, slerp: bool, frame: str) -> None:
    first, second = tune("4/4", REEL, "a"), tune("4/4", OTHER, "b")
    way = morph(checkpoint(frame), first, second, steps, slerp=slerp)
    assert [step.name for step in way] == [f"morph {number}/{steps - 1}" for number in range(steps)]
    assert way[0].tune is first
    assert way[-1].tune is second
    assert not way[0].to_first.any()
    assert not way[-1].to_second.any()
    assert np.array_equal(way[0].to_second, way[-1].to_first)
    for step in way:
        assert step.tune.measures == first.measures
        assert is_onset(encode(step.tune)).any(axis=1).all()


def test_a_measure_that_both_have_stays() -> None:
    second = tune("4/4", REEL.replace("G2BG DGBG", "g2bg dgbg"))
    for step in morph(checkpoint(), tune("4/4", REEL), second, 4)[1:-1]:
        assert not step.to_first[1:].any()
        assert not step.to_second[1:].any()


def test_anchors_go_along_and_pitches_stay_between() -> None:
    low, high = tune("4/4", "C8|D8|"), tune("4/4", "c8|d8|")
    for step in morph(checkpoint(), low, high, 6):
        pitches = encode(step.tune)
        pitches = pitches[is_onset(pitches)]
        assert pitches.min() >= 60
        assert pitches.max() <= 74


def test_it_stays_in_key() -> None:
    first, second = (replace(tune("4/4", music), key=keys.parse("G")) for music in (REEL, OTHER))
    inside = keys.collection(keys.parse("G"))
    assert all(inside[note.pitch % 12] for step in morph(checkpoint(), first, second) for note in step.tune.notes)


def test_silence_is_only_where_the_nearer_tune_is_silent() -> None:
    first, second = tune("4/4", REEL), tune("4/4", OTHER)
    for step in morph(checkpoint(), first, second, 6)[1:-1]:
        nearer = encode(second if step.share >= 0.5 else first)
        assert not rules.silences(encode(step.tune), nearer).any()


def test_phrases_end_as_in_the_nearer_tune() -> None:
    first, second = tune("4/4", REEL), tune("4/4", OTHER)
    for step in morph(checkpoint(), first, second, 6)[1:-1]:
        nearer = encode(second if step.share >= 0.5 else first)
        kind = tokenizer.kinds(first.measures)
        ends = rules.phrase_ends(nearer, kind)
        assert ends.any()
        assert not rules.lost_ends(encode(step.tune)[ends], nearer[ends], kind[ends]).any()


def test_the_way_does_not_go_back() -> None:
    way = morph(checkpoint(), tune("6/8", JIG), tune("6/8", JIGS), 6)
    assert (np.diff([step.to_first.mean() for step in way]) >= 0).all()
    assert (np.diff([step.to_second.mean() for step in way]) <= 0).all()


def test_what_is_equal_in_both_tunes_stays_equal() -> None:
    first, second = tune("6/8", "GAB dBG|AcA EFG|GAB dBG|G6|"), tune("6/8", "d3 e3|f2d d3|d3 e3|G6|")
    for step in morph(checkpoint(), first, second, 5):
        tokens = encode(step.tune)
        assert np.array_equal(tokens[0], tokens[2])


def test_there_is_no_semitone_outside_the_scale() -> None:
    first, second = tune("4/4", REEL), tune("4/4", OTHER.replace("B2AB", "B2^GA"))
    scale = keys.collection(keys.parse("G"))
    for step in morph(checkpoint(), first, second, 6)[1:-1]:
        nearer = encode(second if step.share >= 0.5 else first)
        assert (between.clashes(encode(step.tune), scale) <= between.clashes(nearer, scale)).all()


def test_clashes_are_counted() -> None:
    scale = keys.collection(keys.parse("C"))
    rows = np.array([[60, 61, HOLD, 60], [64, 65, HOLD, HOLD], [60, HOLD, REST, 62]])
    assert between.clashes(rows, scale).tolist() == [2, 0, 0]


def test_draws_take_what_is_fixed_and_open() -> None:
    tokens = encode(tune("4/4", REEL))
    kind = tokenizer.kinds(tune("4/4", REEL).measures)
    habits = rules.habits(tokens, kind)
    model, setting = tune_model.shipped(), context.setting(tokens, kind)
    where = surprise.places(model, setting, np.arange(4))
    allowed = np.zeros((4, 128), dtype=bool)
    allowed[:, [67, 71, 74]] = True
    fixed = np.zeros((4, 24), dtype=bool)
    fixed[:, :6] = True
    may = opened(allowed, setting.tonic, 0, np.zeros((4, 24), dtype=bool), habits)
    pull = np.zeros(4), np.full(4, 2.0)
    near = tokens[:4], tokens[4:]
    rows = drawn(model, where, np.arange(4), near, pull, fixed, may, np.random.default_rng(0))
    again = drawn(model, where, np.arange(4), near, pull, fixed, may, np.random.default_rng(0))
    assert np.array_equal(rows, again)
    assert np.array_equal(rows[:, :6], tokens[:4, :6])
    assert set(rows[:, 6:].ravel().tolist()) <= {67, 71, 74, HOLD}


def test_what_cannot_go_along_changes_in_the_middle() -> None:
    first, second = tune("4/4", "C8|z8|C8|z8|D8|", "a.mid"), tune("4/4", "E8|E8|z8|z8|C,,4 c''4|", "b.mid")
    way = morph(checkpoint(), first, second, 5)
    assert way[0].abrupt == (
        "measure 2 changes at once, in the middle: in a.mid it has no onset",
        "measure 3 changes at once, in the middle: in b.mid it has no onset",
        "measure 5 changes at once, in the middle: in b.mid it leaves the model's pitch frame",
    )
    for number, step in enumerate(way):
        nearer = second if number >= 2 else first
        assert np.array_equal(encode(step.tune)[1:], encode(nearer)[1:])


def test_a_loop_goes_back_to_its_first_key() -> None:
    measures = tuple(Measure(Fraction(4 * number), Metre(4, 4)) for number in range(2))
    tune = Tune((Note(Fraction(0), Fraction(8), 60),), measures, key=Key(1), key_changes=((Fraction(4), Key(-1)),))
    music = looped(tune, 3)
    assert music.key == Key(1)
    assert music.key_changes == ((Fraction(4), Key(-1)), (Fraction(8), Key(1)))


def test_other_lengths_are_refused_or_looped() -> None:
    first, second = tune("4/4", REEL, "a.mid"), tune("4/4", OTHER[: OTHER.index("d2ed B2AB", 5)], "b.mid")
    with pytest.raises(
        UsageError, match=r"^a.mid has 8 measures and b.mid has 4: .* repeat the shorter one with the option loop"
    ):
        morph(checkpoint(), first, second)
    for pair in ((first, second), (second, first)):
        way = morph(checkpoint(), *pair, 3, loop=True)
        assert {len(step.tune.measures) for step in way} == {8}
        ends = [encode(way[0].tune), encode(way[-1].tune)]
        short, whole = (ends[1], ends[0]) if pair[0] is first else (ends[0], ends[1])
        assert np.array_equal(short[:4], encode(second))
        assert np.array_equal(short[4:], encode(second))
        assert np.array_equal(whole, encode(first))


def test_a_loop_is_cut_where_the_other_tune_ends() -> None:
    tied = tune("2/4", "CD E2-|E2 F2|")
    music = looped(tied, 3)
    assert [measure.start for measure in music.measures] == [0, 2, 4]
    assert music.notes[-1] == Note(Fraction(5), Fraction(1), 64)
    encode(music)


def test_other_metres_are_refused() -> None:
    with pytest.raises(UsageError, match=r"^measure 1 is in 4/4 in a.mid and in 6/8 in b.mid: "):
        morph(checkpoint(), tune("4/4", REEL, "a.mid"), tune("6/8", JIG, "b.mid"))
    with pytest.raises(UsageError, match=r"^measure 1 is in 3/4 in the first and in 2/4 in the second: "):
        matched(*(replace(music, source="", title="") for music in (tune("3/4", WALTZ), tune("2/4", POLKA))), loop=True)


def test_alla_breve_is_counted_like_common_time() -> None:
    first, second = tune("C|", REEL), tune("C", OTHER)
    way = morph(checkpoint(), first, second, 3)
    assert {measure.metre for step in way for measure in step.tune.measures} == {Metre(2, 2)}
    assert way[-1].tune.notes == second.notes


def test_one_step_is_refused() -> None:
    with pytest.raises(UsageError, match="1 steps"):
        morph(checkpoint(), tune("4/4", REEL), tune("4/4", OTHER), 1)


def test_a_note_off_the_grid_is_refused() -> None:
    reel = tune("4/4", REEL)
    odd = replace(reel, notes=(Note(Fraction(0), Fraction(1, 7), 60), *reel.notes[1:]))
    with pytest.raises(OffGridError, match="measure 1"):
        morph(checkpoint(), reel, odd)


def test_distances() -> None:
    row = np.array([[60, HOLD, REST, HOLD, PAD, PAD]])
    assert distance(row, row).tolist() == [0]
    assert distance(row, np.array([[62, HOLD, REST, HOLD, PAD, PAD]])).tolist() == [0.5]
    assert distance(row, np.array([[60, 60, REST, HOLD, PAD, PAD]])).tolist() == [0.25]
    assert distance(row, np.array([[REST, HOLD, 70, HOLD, PAD, PAD]])).tolist() == [1]


def test_measures_are_named_as_each_file_numbers_them(tmp_path: Path) -> None:
    head = "X:1\nM:4/4\nL:1/8\nK:C\n"
    for name, music in (("a", "c8|[M:7/8]CDEFGAB|[M:4/4]c8|"), ("b", "c8|[M:3/4]c6|"), ("c", "c8|C8|")):
        (tmp_path / f"{name}.abc").write_text(f"{head}{music}\n")
    a, b, c = (readers.read(tmp_path / f"{name}.abc") for name in "abc")
    with pytest.raises(UsageError, match=r"^measure 3 is in 4/4 in a.abc and measure 2 of b.abc, which .*, in 3/4: "):
        matched(a, b)
    with pytest.raises(UsageError, match=r"^measure 2 is in 4/4 in c.abc and in 3/4 in b.abc: give"):
        matched(c, b)
