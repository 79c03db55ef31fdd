"""Small ABC tunes that were read wrongly once, and others of their kinds."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from armusic.errors import MetreError, OffGridError, ReadError, RepeatError, UsageError
from armusic.io import inspection, readers, writers
from armusic.io.abc_text import decoded, encoded
from armusic.io.readers import abc
from armusic.io.readers.abc.book import book_of, names
from armusic.io.readers.options import STRICT, Reading
from armusic.music.score import Key, Metre, Tune

CASES = Path(__file__).parents[1] / "cases"

ReadTune = Callable[..., tuple[Tune, list[str]]]


def text(music: str, **fields: str) -> str:
    """Return the text of a tune in 4/4 and C, in quarters; `fields` change the header."""
    header = {"X": "1", "T": "Test", "M": "4/4", "L": "1/4", "K": "C"} | fields
    key = header.pop("K")
    return "".join(f"{name}:{value}\n" for name, value in header.items()) + f"K:{key}\n{music}"


@pytest.fixture
def read_tune(tmp_path: Path) -> ReadTune:
    """Return a function that reads music as a file: the tune, and what is said of it."""

    def read_tune(music: str, header: str = "", track: str | None = None, **fields: str) -> tuple[Tune, list[str]]:
        path = tmp_path / "t.abc"
        path.write_text(header + text(music, **fields), encoding="utf-8")
        remarks: list = []
        tune = readers.read_with_remarks(path, Reading(track=track), remarks)
        return tune, [remark.text for remark in remarks]

    return read_tune


def case(name: str, **reading: str) -> Tune:
    return readers.read(CASES / f"{name}.abc", Reading(**reading))


def pitches(tune: Tune) -> list[int]:
    return [note.pitch for note in tune.notes]


def sequence(music: str, **fields: str) -> list[int | None]:
    return [pitch for pitch, _ in abc.sequence(text(music, **fields))]


# -- where a voice sounds ----------------------------------------------------------------------


def test_clef_octave_and_transposition_stay() -> None:
    assert pitches(case("a01_key_change_keeps_clef")) == [55, 57, 59, 60, 55, 57, 59, 61]
    assert pitches(case("a01b_key_change_keeps_transpose")) == [58, 60, 62, 63, 58, 60, 62, 64]
    assert pitches(case("d07_v_clef_kept")) == [48, 50, 52, 53] * 2
    assert pitches(case("b01_voice_octave_overrides_key", track="2")) == [48, 50, 52, 53]


@pytest.mark.parametrize(
    ("key", "music", "expected"),
    [
        ("C treble-8", "C [K:G] C [K:clef=treble] C", [48, 48, 60]),  # a clef is given anew
        ("C clef=treble-15", "C", [36]),
        ("C clef=bass+8va", "C", [72]),
        ("C octave=-1", "C [K:G treble] C [K:G octave=0] C", [48, 48, 60]),
        ("C transpose=-2 octave=1", "C [K:D] C [K:D transpose=0] C [K:D octave=0] C", [70, 71, 73, 61]),
        ("C treble-8 transpose=2", "C [K:bass] C", [50, 62]),
        ("C octave=1", "C [V:1] C [V:2 octave=-1] C [V:1 stem=up] C [V:2 name=Low] C [V:3 clef=bass] C", None),
        ("C", '[V:1 name="Double bass -8"] C [V:1 snm="octave=3"] C', [60, 60]),
        ("C", "[V:1 treble-8] C [V:1 clef=alto] C [V:1 treble] C", [48, 60, 60]),
    ],
)
def test_each_stays_until_it_is_given_anew(key: str, music: str, expected: list[int] | None) -> None:
    if expected is None:
        sheet = abc._sheet(text(music, K=key), "t")[0]
        notes = [[sound.pitch for measure in part.measures for sound in measure] for part in sheet.parts]
        assert notes == [[72], [72, 72], [48, 48], [72]]
    else:
        assert sequence(music, K=key) == expected


def test_the_key_of_the_tune_is_at_sounding_pitch(read_tune: ReadTune) -> None:
    assert read_tune("CDEF|", K="C transpose=-2")[0].key == Key(-2)
    assert read_tune("CDEF|", K="C octave=1")[0].key == Key(0)
    assert read_tune("[V:1 transpose=9]CDEF|", K="Am")[0].key == Key(3, "minor")
    assert read_tune("%%MIDI transpose 2\nCDEF|")[0].key == Key(2)


def test_midi_lines_are_used_or_mentioned(read_tune: ReadTune) -> None:
    tune = case("a04_midi_directives")
    assert (tune.program, pitches(tune)) == (73, [48, 50, 52, 53, 55, 57, 59, 60])
    music = "%%MIDI program 2 40\nC4|\n%%MIDI transpose 12\nC4|\n%%MIDI rtranspose -1\nC4|[I:MIDI transpose 0]C4|"
    tune, remarks = read_tune(music)
    assert (tune.program, pitches(tune), remarks) == (40, [60, 72, 71, 60], [])
    _, remarks = read_tune("%%MIDI gchord fzcz\n%%MIDI drum d2 35\n%%MIDI nobarlines\n%%MIDI gchord f\nC4|")
    assert remarks == ["%%MIDI lines are not followed: gchord, drum"]
    assert read_tune("%%MIDI program 128\n%%MIDI channel 10\nC4|")[1] == [
        "%%MIDI lines are not followed: program, channel"
    ]


def test_midi_lines_are_of_the_voice_before_them(read_tune: ReadTune) -> None:
    header = "V:1 name=Flute\n%%MIDI program 73\nV:2 name=Bass\n%%MIDI program 32\n%%MIDI transpose -12\n"
    music = "V:1\nCDEF|\nV:2\nC4|\n"
    tune, _ = read_tune(music, header, track="1")
    assert (tune.program, pitches(tune)) == (73, [60, 62, 64, 65])
    tune, _ = read_tune(music, header, track="2")
    assert (tune.program, pitches(tune)) == (32, [48])
    tune, _ = read_tune(music, "%%MIDI program 5\n%%MIDI transpose 2\nV:1\nV:2\n%%MIDI transpose 0\n", track="2")
    assert (tune.program, pitches(tune)) == (5, [60])


# -- keys ----------------------------------------------------------------------------------------


def test_a_key_is_understood_as_a_whole_or_refused() -> None:
    assert pitches(case("c01_key_unicode_flat")) == [70, 72, 74, 75, 77]
    assert pitches(case("c06_eflat"))[:4] == [63, 65, 67, 68]
    with pytest.raises(ReadError, match="c11_d7.abc, header: key K:'D7' is not a key"):
        case("c11_d7")


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("F♯m", Key(3, "minor")), ("E♭ dorian", Key(-5, "dorian")), ("B flat", Key(-2)), ("E-flat minor",
        Key(-6, "minor")), ("F Sharp Major", Key(6)), ("Bflat", Key(-2)), ("A-minor", Key(0, "minor")),
        ("Gm clef=bass", Key(-2, "minor")), ("Gm middle=d stafflines=5", Key(-2, "minor")), ("D treble-8", Key(2)),
        ("ab", Key(-4)), ("Dmix ^c", Key(1, "mixolydian")), ("E phr -8va", Key(0, "phrygian")), ("D exp ^f", None),
    ],
)  # fmt: skip
def test_keys(read_tune: ReadTune, name: str, key: Key | None) -> None:
    assert read_tune("C4|", K=name)[0].key == key


@pytest.mark.parametrize(
    "name",
    ["D7", "Cmaj7", "Am7", "G (or Em)", "C/G", "D;", "G, A", "Es", "H", "C double flat", "BB", "G foo=1", "C##", "G?"],
)
def test_what_is_no_key_is_refused(read_tune: ReadTune, name: str) -> None:
    with pytest.raises(ReadError, match="is not a key: write one such as"):
        read_tune("C4|", K=name)
    with pytest.raises(ReadError, match="measure 2: key K:.* is not a key"):
        read_tune(f"C4|[K:{name}]D4|")


# -- ties and endings -------------------------------------------------------------------------------


def test_a_tie_keeps_its_accidental_into_each_ending() -> None:
    assert pitches(case("a03_tie_into_endings_accidental")) == [60, 62, 64, 66, 60, 62, 64, 66]


@pytest.mark.parametrize(
    ("music", "expected"),
    [
        ("|:^F4-|1F4:|2F4:|3F4|]", [66, 66, 66]),
        ("|:^F4|1F4:|2F4|]", [66, 65, 66, 65]),  # no tie
        ("|:^F4-|1F4|^C4-:|2F2C2|]", [66, 61, 66, 60]),  # the tie into the second ending, not that out of the first
        ("|:^F4-|1F4:|2F4||F4|:^C4-|1C4:|2C4|]", [66, 66, 65, 61, 61]),
        ("|:^F2 [1F2:|[2F2|]", [66, 66, 66, 66]),  # within a measure its accidentals hold
        ("|:^F2 [1F2:|[2^G2|G4|]", [66, 66, 66, 68, 67]),
        ("|:^F2|[1F2:|[2F2|]", [66, 65, 66, 65]),
        ("[^FA]2-|[FA]2|", None),
    ],
)
def test_ties_and_accidentals_at_endings(music: str, expected: list[int] | None) -> None:
    if expected is None:
        sheet = abc._sheet(text(music), "t")[0]
        assert [sorted(sound.pitch for sound in measure) for measure in sheet.parts[0].measures] == [[66, 69]] * 2
    else:
        assert sequence(music) == expected


def test_of_a_chord_the_notes_before_a_tie_go_on(read_tune: ReadTune) -> None:
    tune, _ = read_tune("[C-G]2[CG]2|", track="1")
    assert pitches(tune) == [67, 67]
    sheet = abc._sheet(text("[C-G]2[CG]2|"), "t")[0]
    assert [sound.tied for sound in sheet.parts[0].measures[0]] == [True, False, False, False]


# -- metres, tempo -----------------------------------------------------------------------------------


def test_a_sum_of_metres_is_one() -> None:
    with pytest.raises(MetreError, match=r"measure 1: metre '?3/4\+2/4'? is not supported"):
        readers.read(CASES / "b17_complexmetre.abc", STRICT)
    assert case("b17_complexmetre").measures[-1].metre == Metre(6, 8)


@pytest.mark.parametrize("music", ["CDEF|G2 G2|", "[CE]DEF|G2 G2|", "V:1\nCDEF|G2 G2|\nV:2\nC,4|C,4|"])
def test_cut_time_is_2_2_beside_chords_and_voices_as_well(read_tune: ReadTune, music: str) -> None:
    tune, _ = read_tune(music, M="C|")
    assert {measure.metre for measure in tune.measures} == {Metre(2, 2)}


def test_a_metre_that_is_none_is_named(read_tune: ReadTune) -> None:
    _, remarks = read_tune("CDE|FGA|", M="FREI 3")
    assert remarks[0].startswith("metre 'FREI 3' is not a metre: taken for 3/4, as 2 of 2 measures are so long")
    with pytest.raises(
        MetreError, match="measure 1: metre 'FREI' is not a metre, and the measures are of many lengths"
    ):
        read_tune("CDE|FG|ABcde|", M="FREI")


def test_the_first_tempo_holds_for_the_pickup(read_tune: ReadTune) -> None:
    def tempos(music: str, **fields: str) -> list[tuple[float, float]]:
        return [(float(at), bpm) for at, bpm in read_tune(music, **fields)[0].tempos]

    assert tempos("G|[Q:1/4=60]CDEF|") == [(0, 60)]
    assert tempos("G|[Q:1/4=60]CDEF|", Q="1/4=90") == [(0, 90), (4, 60)]
    assert tempos("GABc|[Q:1/4=60]CDEF|") == [(0, 120), (4, 60)]


def test_the_tempo_of_any_voice_counts(read_tune: ReadTune) -> None:
    music = "V:1\nCDEF|GABc|\nV:2\nQ:1/4=60\nC4|[Q:1/4=90]C4|\n"
    assert [(float(at), bpm) for at, bpm in read_tune(music, track="1")[0].tempos] == [(0, 60), (4, 90)]


# -- order of parts ------------------------------------------------------------------------------------


def test_a_part_without_music_keeps_its_place() -> None:
    assert pitches(case("part-without-music")) == [67, 69, 71, 72] * 2
    assert sequence("P:A\nP:B\nC|\nP:C\n", P="ABCB") == [60, 60]
    assert sequence("P:A\nC|\nP:B\nP:C\nD|", P="CBA") == [62, 60]
    assert sequence("P:A\nC|\nP:A\nD|", P="AA") == [60, 62, 60, 62]
    with pytest.raises(RepeatError, match="a part 'C'"):
        sequence("P:A\nC|\nP:B\nD|", P="ABC")


# -- signs ------------------------------------------------------------------------------------------------


def test_one_bad_sign_costs_no_more_than_itself() -> None:
    assert pitches(case("old-chord-in-bracket")) == [60, 62, 64, 65, 71, 69, 71, 72]
    assert pitches(case("repeat-sign-split")) == [60, 62, 64, 65, 67, 69, 71, 72] * 2


@pytest.mark.parametrize(
    ("music", "expected", "sign"),
    [
        ("CDEF|G 3 ABc|", [60, 62, 64, 65, 67, 69, 71, 72], "'3' in measure 2"),
        ("CDEF|<GABc|", [60, 62, 64, 65, 67, 69, 71, 72], "'<' in measure 2"),
        ("CDEF|GABc>|", [60, 62, 64, 65, 67, 69, 71, 72], "'< or >' in measure 3"),
        ("CDEF|GABc0|", [60, 62, 64, 65, 67, 69, 71], "'c0' in measure 2"),
        ("CDEF|GAB^c'''''''|", [60, 62, 64, 65, 67, 69, 71], "'pitch 157' in measure 2"),
        ("CDEF|:|GABc:|", [60, 62, 64, 65, *[67, 69, 71, 72] * 2], "'|:|' in measure 1"),
        ("CDEF|62GABc|", [60, 62, 64, 65, 67, 69, 71, 72], "'62' in measure 1"),
        ("CDEF|[z]GAB|", [60, 62, 64, 65, 67, 69, 71], "'[z]' in measure 2"),
        ("CDEF|[]GABc|", [60, 62, 64, 65, 67, 69, 71, 72], "'[]' in measure 2"),
    ],
)
def test_what_makes_no_sense_is_passed_over(read_tune: ReadTune, music: str, expected: list[int], sign: str) -> None:
    tune, remarks = read_tune(music)
    assert pitches(tune) == expected
    assert f"a sign makes no sense as it stands, and is passed over or read in parts: {sign}" in remarks
    with pytest.raises(ReadError, match=r"t, measure [123]: "):
        abc.parse_tune(text(music), "t")


def test_signs_are_counted_and_too_many_are_refused(read_tune: ReadTune) -> None:
    _, remarks = read_tune("CDEF|§GABc|ΔC 3 DEF|C 4 DEF|")
    (remark,) = remarks
    assert remark.startswith("4 signs make no sense as they stand, and are passed over or read in parts: '§' in me")
    assert remark.endswith(" and 1 more")
    with pytest.raises(ReadError, match="measure 1: '<' does not stand between two notes"):
        read_tune("<" + "CDEF|<" * 7)


@pytest.mark.parametrize(
    ("music", "expected"),
    [("+CEG+4 C4|", [67, 60]), ("+C2E2+ D2|", [64, 62]), ("+f+C +ff+D +trill+E +fermata+F|", [60, 62, 64, 65])],
)
def test_chords_of_old_abc(read_tune: ReadTune, music: str, expected: list[int]) -> None:
    assert pitches(read_tune(music)[0]) == expected


def test_one_measure_that_cannot_be_used_costs_no_more_than_itself() -> None:
    assert pitches(case("bar-a-third-too-long")) == [67, 69, 71, 67, 69, 71, 67]
    with pytest.raises(OffGridError, match="64th notes, which the grid of sixteenths and triplets cannot hold"):
        case("b14_64ths")  # it is the only one


# -- text ------------------------------------------------------------------------------------------------


def test_escapes_in_titles_and_names(read_tune: ReadTune) -> None:
    assert case("d01_mnemonics").title == "Café Über é é"
    music = 'V:1 name="Fl\\"ote"\nCDEF|\nV:2 name="Alt\\\'o "\nC4|\n'
    _, remarks = read_tune(music)
    assert "'Flöte'" in remarks[0]
    assert "'Altó'" in remarks[0]


@pytest.mark.parametrize(
    ("escaped", "plain"),
    [
        (r"\`a\'e\^i\"o\~n\cc\vs\uaHO\HO\/o", "àéîöñçšăHOŐø"), (r"\aa\AA\ae\AE\oe\OE\ss\th\TH\dh\DH", "åÅæÆœŒßþÞðÐ"),
        ("&aring;&Oslash;&#9837;&#x266d;&copy;", "åØ♭♭©"), (r"\u266f\U0001f3b5", "♯🎵"),
        (r"100\% A\&B C\\D", r"100% A&B C\D"),
        ("R&B; AT&T & so", "R&B; AT&T & so"), (r"\x \q", r"\x \q"), (r"\ud800", r"\ud800"), (r"\cx", r"\cx"),
    ],
)  # fmt: skip
def test_escapes(escaped: str, plain: str) -> None:
    assert decoded(escaped) == plain


@given(st.text(alphabet=st.one_of(st.sampled_from("\\%&;#'\"`^~cuvHaeosx019"), st.characters(categories=["L", "P"]))))
def test_escapes_come_back(plain: str) -> None:
    assert decoded(encoded(plain)) == plain
    title_line = f"X:1\nT:{encoded(plain)}\nK:C"
    assert book_of(title_line).title(0) == " ".join(plain.split())


def test_a_title_comes_back_from_the_writer(read_tune: ReadTune, tmp_path: Path) -> None:
    tune, _ = read_tune("CDEF|", T=encoded(r"100% \'e &eacute; C:\new \\% $1 Café"))
    writers.write([("same", tune)], tmp_path / "o.abc")
    assert readers.read(tmp_path / "o.abc").title == tune.title == r"100% \'e &eacute; C:\new \\% $1 Café"


# -- books ------------------------------------------------------------------------------------------------


def test_every_tune_of_a_book_can_be_named() -> None:
    book = CASES / "same-number-twice.abc"
    assert [readers.read(f"{book}#{name}").title for name in ("1", "1.1", "1.2")] == ["one", "one", "two"]
    assert [readers.read(book, None, name).title for name in (1, "1", "01", "1.2")] == ["one", "one", "one", "two"]
    assert readers.read(f"{book}#1.2").source == "same-number-twice.abc#1.2"
    assert readers.split_number(f"{book}#1.2") == (book, "1.2")
    assert inspection.inspect(f"{book}#1.2").refused == ""
    for name in ("2", "1.3"):
        with pytest.raises(UsageError, match=f"no tune {name} in it: its X: numbers are from 1 to 1 \\(1.2 is the sec"):
            readers.read(f"{book}#{name}")
    for name in ("x", "1.0", "-1", "1.2.3"):
        with pytest.raises(UsageError, match="name one by its X: number, as 12, or 12.2"):
            readers.read(book, None, name)
    with pytest.raises(UsageError, match=r"2 tunes in it: .* from 1 to 1 \(1.2 is the second 1\)"):
        readers.read(book)
    with pytest.raises(UsageError, match="tune 1 and tune 1.2 are requested"):
        readers.read(f"{book}#1.2", None, 1)


@given(st.lists(st.integers(0, 4), max_size=12))
def test_names_are_different_and_lead_back(numbers: list[int]) -> None:
    assert len(set(names(numbers))) == len(numbers)
    assert [int(name.partition(".")[0]) for name in names(numbers)] == numbers


def test_read_all_names_tunes_as_they_can_be_read(tmp_path: Path) -> None:
    book = tmp_path / "b.abc"
    book.write_text("\n\n".join(text("CDEF|", X=number, T=f"t{place}") for place, number in enumerate("1231")) + "\n")
    for place, (source, _) in enumerate(abc.read_all(book)):
        assert readers.read(tmp_path / source).title == f"t{place}"
