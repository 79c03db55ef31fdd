"""Small MusicXML scores that were read wrongly once, and others of their kinds."""

from collections.abc import Callable
from pathlib import Path

import pytest

from armusic.errors import MusicError, NoNotesError, ReadError
from armusic.io import readers, writers
from armusic.io.readers.midi import parts_of
from armusic.io.readers.musicxml.endings import ending_passes
from armusic.io.readers.options import STRICT, Reading
from armusic.io.readers.score import playback
from armusic.io.readers.score.pickups import Step
from armusic.io.readers.score.sheet import UNITS, Part, Sound, WrittenMeasure, signature
from armusic.music import smf
from armusic.music.score import Key, Tune
from tests.io.readers.test_musicxml import END, attributes, note, part, rest, score

CASES = Path(__file__).parents[1] / "cases"

ReadScore = Callable[..., tuple[Tune, list[str]]]


@pytest.fixture
def read_score(tmp_path: Path) -> ReadScore:
    """Return a function that reads measures, or parts, as a score: the tune, and what is said of it."""

    def read_score(*measures: str, **reading: str) -> tuple[Tune, list[str]]:
        path = tmp_path / "t.musicxml"
        path.write_text(score(*measures) if measures[0].startswith("<part") else score(part(*measures)))
        remarks: list = []
        tune = readers.read_with_remarks(path, Reading(**reading), remarks)
        return tune, [remark.text for remark in remarks]

    return read_score


def sounds(tune: Tune) -> list[tuple[float, float, int]]:
    return [(float(note.start), float(note.duration), note.pitch) for note in tune.notes]


def pitches(tune: Tune) -> list[int]:
    return [note.pitch for note in tune.notes]


def tied(kind: str) -> str:
    return f'<notations><tied type="{kind}"/></notations>'


# -- ties ------------------------------------------------------------------------------------


def test_a_tie_may_be_written_as_a_sign_alone(read_score: ReadScore) -> None:
    assert sounds(readers.read(CASES / "x03_tied_without_tie.musicxml")) == [(0, 3, 60), (3, 3, 62), (6, 2, 64)]
    tune, _ = read_score(note("C4", 4, tied("start")), note("C4", 4, tied("continue")), note("C4", 4, tied("stop")))
    assert sounds(tune) == [(0, 12, 60)]
    tune, _ = read_score(note("C4", 4, tied("let-ring")), note("C4", 4))
    assert sounds(tune) == [(0, 4, 60), (4, 4, 60)]


def test_where_both_are_written_the_sound_counts(read_score: ReadScore) -> None:
    tune, _ = read_score(note("C4", 4, '<tie type="stop"/>' + tied("start")), note("C4", 4))
    assert sounds(tune) == [(0, 4, 60), (4, 4, 60)]


def voices(*contents: str) -> str:
    return "<backup><duration>48</duration></backup>".join(contents)


def in_voice(number: int, *notes: tuple[str, float, str]) -> str:
    return "".join(note(pitch, quarters, f"{more}<voice>{number}</voice>") for pitch, quarters, more in notes)


START, STOP = '<tie type="start"/>', '<tie type="stop"/>'


def test_a_note_of_another_voice_does_not_end_a_tie(read_score: ReadScore) -> None:
    tune = readers.read(CASES / "tie-lost-two-voices.musicxml")
    assert sounds(tune) == [(0, 1, 74), (1, 1, 72), (2, 4, 69), (6, 2, 71)]
    first = voices(
        in_voice(1, ("C5", 2, ""), ("A4", 2, START)),
        in_voice(2, ("F4", 1, ""), ("A4", 1, ""), ("F4", 2, "")),
    )
    tune, _ = read_score(first, in_voice(1, ("A4", 2, STOP), ("B4", 2, "")))
    assert sounds(tune) == [(0, 2, 72), (2, 4, 69), (6, 2, 71)]


def test_of_two_voices_with_the_pitch_the_tied_one_goes_on() -> None:
    """The untied note of the other voice stands first, and is struck anew."""
    whole = 4 * UNITS
    measures = (
        [Sound(0, whole, 69, False, voice="2"), Sound(0, whole, 69, True, voice="1")],
        [Sound(0, UNITS, 69, False, voice="2"), Sound(0, whole, 69, False, ends=True, voice="1")],
    )
    bars = [WrittenMeasure(signature("4/4"), 120.0, units=whole) for _ in measures]
    played = playback.sounds(Part("", 0, measures), bars, [Step(0), Step(1)])
    assert [(sound.start, sound.units) for sound in played] == [(0, whole), (0, 2 * whole), (whole, UNITS)]
    measures[1][1] = measures[1][1]._replace(voice="3")  # it has moved to another voice
    assert len(playback.sounds(Part("", 0, measures), bars, [Step(0), Step(1)])) == 3


def test_a_tie_may_end_in_another_voice(read_score: ReadScore) -> None:
    tune, _ = read_score(in_voice(1, ("A4", 4, START)), in_voice(2, ("A4", 4, STOP)))
    assert sounds(tune) == [(0, 8, 69)]
    tune, _ = read_score(in_voice(1, ("A4", 4, START)), in_voice(2, ("A4", 4, "")))
    assert sounds(tune) == [(0, 4, 69), (4, 4, 69)]


# -- drums -------------------------------------------------------------------------------------


def struck(place: str, quarters: float = 1, more: str = "") -> str:
    """Return a note without pitch at a place on the staff, such as `F4`."""
    at = f"<display-step>{place[0]}</display-step><display-octave>{place[1]}</display-octave>"
    return f"<note><unpitched>{at}</unpitched><duration>{round(quarters * 12)}</duration>{more}</note>"


def beaten(tune: Tune) -> dict[str, list[tuple[int, int, int]]]:
    """Return the notes on channel 10 by the name of their part: ticks, lengths and pitches."""
    assert tune.origin
    return {
        each.name: list(zip(*(column.tolist() for column in (each.start, each.end, each.pitch)), strict=True))
        for each in parts_of(tune.origin.file)
        if each.channel == smf.DRUMS
    }


SCALE = "".join(note(pitch, 1) for pitch in ("C4", "D4", "E4", "F4"))


def test_notes_without_pitch_are_drums_beside_the_melody(tmp_path: Path) -> None:
    """Two drums with a number: the first note names one, the last names none and has its place alone."""
    instruments = "".join(
        f'<midi-instrument id="{name}"><midi-channel>10</midi-channel><midi-unpitched>{number}</midi-unpitched>'
        "</midi-instrument>"
        for name, number in (("P2-X", 64), ("P2-Y", 43))
    )
    drums = part(struck("C5", 2, '<instrument id="P2-Y"/>') + struck("F4", 2), ident="P2")
    text = score(part(SCALE), drums).replace(
        "<part-name>Part 2</part-name>", f"<part-name>Kit</part-name>{instruments}"
    )
    path = tmp_path / "t.musicxml"
    path.write_text(text)
    remarks: list = []
    tune = readers.read_with_remarks(path, Reading(), remarks)
    assert pitches(tune) == [60, 62, 64, 65]
    assert beaten(tune) == {"Kit": [(0, 960, 42), (960, 1920, 36)]}
    place = "taken for those of the place on the staff, or for a snare drum"
    assert [remark.text for remark in remarks] == [f"1 note of part Kit names no MIDI drum: {place}"]
    writers.write([("tune", tune)], tmp_path / "again.musicxml")
    again = readers.read(tmp_path / "again.musicxml")
    assert [(start, pitch) for start, _, pitch in beaten(again)["Kit"]] == [(0, 42), (960, 36)]
    strict: list = []
    assert pitches(readers.read_with_remarks(path, STRICT, strict)) == [60, 62, 64, 65]
    assert [remark.text for remark in strict][1:] == ["2 notes without pitch of part Kit are left out"]


def test_an_only_drum_needs_no_name(tmp_path: Path) -> None:
    instrument = '<midi-instrument id="I"><midi-unpitched>76</midi-unpitched></midi-instrument>'
    path = tmp_path / "t.musicxml"
    path.write_text(score(part(SCALE), part(struck("E4", 4), ident="P2"), instrument=instrument))
    assert beaten(readers.read(path)) == {"Part 2": [(0, 1920, 75)]}


def test_notes_without_pitch_in_a_part_with_pitches_are_left_out(read_score: ReadScore) -> None:
    tune, remarks = read_score(note("C4", 2) + struck("C5", 2), SCALE)
    assert sounds(tune)[:2] == [(0, 2, 60), (4, 1, 60)]
    assert remarks == ["1 note without pitch of part Part 1 is left out"]


def test_drums_alone_are_a_melody_on_request_only(read_score: ReadScore) -> None:
    beats = "".join(struck(place) for place in ("F4", "C5", "F4", "C5"))
    with pytest.raises(NoNotesError, match=r"only drums \(notes without pitch\) in it: .* the option track"):
        read_score(beats)
    tune, _ = read_score(beats, track="1")
    assert pitches(tune) == [36, 38, 36, 38]


def test_many_parts_beside_drums_keep_off_channel_10(read_score: ReadScore) -> None:
    names = [f"P{number}" for number in range(1, 13)]
    several = [part(struck("C5", 4) if name == "P2" else SCALE, ident=name) for name in names]
    tune, _ = read_score(*several, track="1")
    assert tune.origin
    channels = [each.channel + 1 for each in parts_of(tune.origin.file)]
    assert channels == [1, 10, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12]


# -- transposition -----------------------------------------------------------------------------


def transpose(*content: str, number: str = "") -> str:
    return f"<transpose{number and f' number={chr(34)}{number}{chr(34)}'}>{''.join(content)}</transpose>"


CHROMATIC, OCTAVE = "<chromatic>{}</chromatic>", "<octave-change>{}</octave-change>"


def test_octaves_alone_transpose(read_score: ReadScore) -> None:
    assert pitches(readers.read(CASES / "x25_piccolo_no_chromatic.musicxml")) == [84, 86, 88, 89]
    tune, _ = read_score(attributes(more=transpose(OCTAVE.format(-2))) + note("C5"))
    assert pitches(tune) == [48]
    with pytest.raises(ReadError, match="<chromatic> is missing"):
        read_score(attributes(more=transpose("<diatonic>-1</diatonic>")) + note("C5"))


def test_a_transposing_part_is_said_to_be_at_concert_pitch(read_score: ReadScore, tmp_path: Path) -> None:
    clarinet, guitar = transpose(CHROMATIC.format(-2)), transpose(CHROMATIC.format(0), OCTAVE.format(-1))
    tune, remarks = read_score(attributes(fifths=0, more=clarinet) + note("C5"))
    assert (pitches(tune), tune.key, remarks) == (
        [70],
        Key(-2),
        ["part Part 1 transposes: it is read, and written, at concert pitch"],
    )
    tune, remarks = read_score(attributes(fifths=0, more=guitar) + note("C4"))
    assert (pitches(tune), tune.key, remarks) == ([48], Key(0), [])
    writers.write([("one", tune)], tmp_path / "guitar.musicxml")
    assert pitches(readers.read(tmp_path / "guitar.musicxml")) == [48]
    quintet = [part(attributes(more=clarinet) + note("C5"), ident=f"P{number}") for number in range(1, 6)]
    _, remarks = read_score(*quintet, track="1")
    text = "parts Part 1, Part 2, Part 3, Part 4 and 1 more transpose: they are read, and written, at concert pitch"
    assert text in remarks
    _, remarks = read_score(part(SCALE), part(attributes(more=clarinet) + rest(4), ident="P2"))
    assert remarks == []


def staff(number: int, *names: str) -> str:
    return "".join(note(name, 4 / len(names), f"<staff>{number}</staff>") for name in names)


def test_a_transposition_with_a_number_is_of_that_staff() -> None:
    path = CASES / "x26_transpose_number2.musicxml"
    assert pitches(readers.read(path)) == [72, 74, 76, 77]
    assert pitches(readers.read(path, Reading(track="2"))) == [48]


def test_each_staff_keeps_its_transposition(read_score: ReadScore) -> None:
    both = voices(staff(1, "C5", "D5"), staff(2, "C4"))
    all_low, first_high = transpose(CHROMATIC.format(-2)), transpose(CHROMATIC.format(12), number="1")
    measures = [
        attributes(more=all_low) + both,
        attributes(more=first_high) + both,
        both,
        attributes(more=transpose(CHROMATIC.format(0))) + both,
    ]
    assert pitches(read_score(*measures, track="1")[0]) == [70, 72, 84, 86, 84, 86, 72, 74]
    assert pitches(read_score(*measures, track="2")[0]) == [58, 58, 58, 60]


# -- endings -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "passes"),
    [
        ("1.", (1,)), ("1, 2", (1, 2)), ("1,2,3", (1, 2, 3)), ("1. 2.", (1, 2)), ("1.-3.", (1, 2, 3)),
        ("1\N{EN DASH}2", (1, 2)), ("1.+2.", (1, 2)), ("1 & 3", (1, 3)), ("1 and 2", (1, 2)), ("2nd time", (2,)),
        ("1st ending", (1,)), ("Volta 2", (2,)), ("[1.]", (1,)), ("1 to 3", (1, 2, 3)),
        ("", ()), (" ", ()), ("Fine", ()), ("0", ()), ("17", ()), ("1" * 99, ()), ("3-1", ()),
    ],
)  # fmt: skip
def test_passes_of_an_ending(text: str, passes: tuple[int, ...]) -> None:
    assert ending_passes(text) == passes


def ending(content: str, number: str, text: str, *, repeat: bool) -> str:
    sign = '<repeat direction="backward"/>' if repeat else ""
    return (
        f'<barline location="left"><ending number="{number}" type="start">{text}</ending></barline>{content}'
        f'<barline location="right"><ending number="{number}" type="stop"/>{sign}</barline>'
    )


def test_the_text_of_an_ending_stands_for_its_number(read_score: ReadScore) -> None:
    tune = readers.read(CASES / "x12_ending_text.musicxml")
    assert pitches(tune)[::4] == [60, 67, 60, 72]
    measures = [note("C4"), ending(note("D4"), "", "1.-2.", repeat=True), ending(note("E4"), " ", "3rd", repeat=False)]
    assert pitches(read_score(*measures)[0]) == [60, 62, 60, 62, 60, 64]
    measures = [note("C4"), ending(note("D4"), "1", "2.", repeat=True), ending(note("E4"), "2", "", repeat=False)]
    assert pitches(read_score(*measures)[0]) == [60, 62, 60, 64]


# -- measures ----------------------------------------------------------------------------------


def test_a_whole_measure_in_a_shorter_metre_behind_a_double_bar_is_no_pickup() -> None:
    assert sounds(readers.read(CASES / "rest-before-metre-change.musicxml")) == [(0, 2, 60), (4, 2, 62)]


def test_one_measure_that_cannot_be_used_costs_no_more_than_itself() -> None:
    scale = [72, 74, 76, 77]
    assert pitches(readers.read(CASES / "measure-a-little-too-long.musicxml")) == scale * 3
    assert pitches(readers.read(CASES / "score-half-32nds.musicxml")) == scale * 3


REPEAT, STOP_REPEAT = (
    f'<attributes><measure-style{{}}><measure-repeat type="{kind}">{{}}</measure-repeat></measure-style></attributes>'
    for kind in ("start", "stop")
)


def forward(quarters: int = 4) -> str:
    return f"<forward><duration>{quarters * 12}</duration></forward>"


def test_a_sign_for_a_repeat_of_measures_is_played(read_score: ReadScore) -> None:
    tune = readers.read(CASES / "y06_measure_repeat.musicxml")
    assert pitches(tune) == [60, 64, 67, 64] * 3 + [60, 62, 64, 65]
    two = [note("C4"), note("D4"), REPEAT.format("", 2) + forward(), "", STOP_REPEAT.format("", "") + note("E4")]
    tune, remarks = read_score(*two)
    assert pitches(tune) == [60, 62, 60, 62, 64]
    assert [text for text in remarks if "repeat" in text] == [
        "measures that show a sign for a repeat and no notes: 2, played as it says"
    ]


def test_repeats_of_measures_have_a_limit(read_score: ReadScore) -> None:
    first = "".join(note("C4", 1) for _ in range(200))
    with pytest.raises(MusicError, match="more than 200000 notes in measures that signs repeat"):
        read_score(first, REPEAT.format("", 1), *[""] * 1100)


def test_notes_under_the_sign_are_played_as_they_stand(read_score: ReadScore) -> None:
    tune, remarks = read_score(note("C4"), REPEAT.format("", 1) + note("D4"), rest(4))
    assert pitches(tune) == [60, 62, 62]
    assert [text for text in remarks if "sign" in text] == [
        "measures that show a sign for a repeat and no notes: 1, played as it says"
    ]


def test_a_sign_of_one_staff_repeats_that_staff(read_score: ReadScore) -> None:
    first = voices(staff(1, "C5", "D5"), staff(2, "C4"))
    second = REPEAT.format(' number="2"', 1) + voices(staff(1, "E5", "F5"), forward())
    assert pitches(read_score(first, second, track="1")[0]) == [72, 74, 76, 77]
    assert pitches(read_score(first, second, track="2")[0]) == [60, 60]


def test_a_repeat_of_nothing_is_silent(read_score: ReadScore) -> None:
    tune, remarks = read_score(attributes() + REPEAT.format("", 3) + forward(), note("C4"))
    assert (pitches(tune), remarks) == ([60], [])


# -- tempo -------------------------------------------------------------------------------------


def tempo(bpm: int) -> str:
    return f'<sound tempo="{bpm}"/>'


def tempos(tune: Tune) -> list[tuple[float, float]]:
    return [(float(at), bpm) for at, bpm in tune.tempos]


def test_the_first_tempo_holds_for_the_pickup(read_score: ReadScore) -> None:
    tune = readers.read(CASES / "y01_pickup_tempo_in_m1.musicxml")
    assert (tempos(tune), tune.padding[0]) == ([(0, 60)], 3)
    pickup, whole = note("G4", 1), note("C4")
    assert tempos(read_score(pickup, tempo(60) + whole, tempo(90) + whole)[0]) == [(0, 60), (8, 90)]
    assert tempos(read_score(tempo(100) + pickup, tempo(60) + whole)[0]) == [(0, 100), (4, 60)]
    assert tempos(read_score(pickup, whole, tempo(60) + whole)[0]) == [(0, 120), (8, 60)]
    assert tempos(read_score(whole, tempo(60) + whole)[0]) == [(0, 120), (4, 60)]


def test_a_repeat_brings_the_tempo_of_its_measure_back(read_score: ReadScore) -> None:
    tune, _ = read_score(tempo(60) + note("C4"), tempo(90) + note("D4") + END, note("E4"))
    assert tempos(tune) == [(0, 60), (4, 90), (8, 60), (12, 90)]
