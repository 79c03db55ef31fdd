"""Any ABC or MusicXML score: which melody is read, what is said of it, and what is put back."""

import logging
import zipfile
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import pytest

from armusic.errors import (
    ArmusicError,
    MeasureLengthError,
    MetreError,
    ReadError,
    RepeatError,
    UsageError,
)
from armusic.io import readers, writers
from armusic.io.readers import abc
from armusic.io.readers.musicxml import xml
from armusic.io.readers.options import STRICT, Reading
from armusic.io.readers.score import jumps
from armusic.music import smf, smf_notes, tokenizer
from armusic.music.score import Metre, Tune
from tests.io.readers.test_musicxml import END, attributes, mxl, note, part, rest, score

ReadRemarks = Callable[..., tuple[Tune, list[str]]]

HEADER = "X:1\nT:Test\nM:4/4\nL:1/4\nK:C\n"
NUMBERS = " (numbers are the score's own: elsewhere, measures are counted as played, a pickup as the first)"
REPEATS = "repeats are played out, and measures counted as played"
DUET = HEADER + 'V:1 name="Bass" octave=-1\nV:2 name="Soprano"\nV:1\nC2 C2|C4|C4|\nV:2\nz e d c|e d c B|c4|\n'


@pytest.fixture
def read_remarks(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> ReadRemarks:
    """Return a function that reads a text as a file: the tune, and what was said of it."""

    def read_remarks(content: str | bytes, name: str = "", **reading: object) -> tuple[Tune, list[str]]:
        data = content.encode() if isinstance(content, str) else content
        path = tmp_path / (name or ("t.musicxml" if data.lstrip().startswith(b"<") else "t.abc"))
        path.write_bytes(data)
        caplog.clear()
        with caplog.at_level(logging.WARNING, "armusic.io.readers"):
            tune = readers.read(path, Reading(**reading))  # type: ignore[arg-type]
        assert tokenizer.encode(tune).shape[0] == len(tune.measures)
        return tune, [record.getMessage().removeprefix(f"{path.name}: ") for record in caplog.records]

    return read_remarks


def pitches(tune: Tune) -> list[int]:
    return [note.pitch for note in tune.notes]


# -- the melody ------------------------------------------------------------------------------


def test_what_is_one_voice_is_read_as_a_corpus_reads_it(read_remarks: ReadRemarks) -> None:
    text = HEADER + "G|:CDEF|GAB:|c|cBAG|FED|]"
    tune, remarks = read_remarks(text)
    assert tune == abc.parse_tune(text, "t.abc")
    assert tune.origin is None
    assert remarks == ["measure 2: a rest of 1 quarter note is added after it" + NUMBERS, REPEATS]


def test_the_melody_is_chosen_among_voices_by_name_or_number(read_remarks: ReadRemarks) -> None:
    tune, (remark,) = read_remarks(DUET)
    assert pitches(tune) == [76, 74, 72, 76, 74, 72, 71, 72]
    assert remark.startswith("the melody is track 2 'Soprano'")
    for track in ("Bass", "1"):
        assert pitches(read_remarks(DUET, track=track)[0]) == [48] * 4
    with pytest.raises(UsageError, match="no melody in track 'Tenor'"):
        read_remarks(DUET, track="Tenor")


def test_chords_and_overlays_are_reduced_to_one_voice_and_counted(read_remarks: ReadRemarks) -> None:
    for music in ("[CEG]4|[DF]4|", "G4&E4&C4|F4&D4|"):
        tune, (remark,) = read_remarks(HEADER + music)
        assert pitches(tune) == [67, 65]
        assert remark.startswith("notes sound together, first in measure 1")
        assert "of 5 3 are left out" in remark
        assert pitches(read_remarks(HEADER + music, voice="lowest")[0]) == [60, 62]


def test_an_inner_voice_never_comes_through(read_remarks: ReadRemarks) -> None:
    """The lower note starts while the higher one sounds, for half of both: in a played file they would touch."""
    tune, _ = read_remarks(HEADER + "c2B2&z E2z|c4&zE3|")
    assert pitches(tune) == [72, 71, 72]
    assert [float(note.duration) for note in tune.notes] == [2, 2, 4]


def test_staves_of_a_piano_are_parts(read_remarks: ReadRemarks) -> None:
    right = "".join(note(pitch, 1, "<staff>1</staff>") for pitch in ("E5", "D5", "C5", "D5"))
    left = "<backup><duration>48</duration></backup>" + note("C3", 4, "<staff>2</staff>")
    tune, remarks = read_remarks(score(part(right + left, right + left)))
    assert pitches(tune) == [76, 74, 72, 74] * 2
    assert "track 1 'Part 1 staff 1'" in remarks[0]
    assert pitches(read_remarks(score(part(right + left, right + left)), track="staff 2")[0]) == [48, 48]


def test_a_variation_is_put_among_the_other_parts(read_remarks: ReadRemarks, tmp_path: Path) -> None:
    tune, _ = read_remarks(DUET)
    writers.write([("same", tune)], tmp_path / "out.mid")
    file = smf.parse((tmp_path / "out.mid").read_bytes(), "out.mid")
    notes = [
        sum(len(notes_of_channel) for notes_of_channel in smf_notes.pairs(track).values()) for track in file.tracks
    ]
    assert notes == [4, 8]
    assert pitches(readers.read(tmp_path / "out.mid")) == pitches(tune)


# -- measures --------------------------------------------------------------------------------


def test_passages_in_other_metres_pass_through(read_remarks: ReadRemarks, tmp_path: Path) -> None:
    tune, remarks = read_remarks(HEADER + "G|CDEF|[M:10/8]CDEFG|[M:3/4]GAB|c3|")
    assert [str(measure.metre) for measure in tune.measures] == ["4/4", "4/4", "3/4", "3/4"]
    assert tune.padding[0] == 3
    assert any("measure 3 is in 10/8" in remark for remark in remarks)
    writers.write([("same", tune)], tmp_path / "out.mid")
    file = smf.parse((tmp_path / "out.mid").read_bytes(), "out.mid")
    assert len(smf_notes.pairs(file.tracks[0])[0]) == 14


def test_a_measure_of_another_length_is_in_the_metre_of_that(read_remarks: ReadRemarks) -> None:
    tune, _ = read_remarks(HEADER + "CDEF|GA|CDEF|cBA|C4|")
    assert [str(measure.metre) for measure in tune.measures] == ["4/4", "2/4", "4/4", "3/4", "4/4"]
    jig = HEADER.replace("M:4/4\nL:1/4", "M:6/8\nL:1/8")
    tune, _ = read_remarks(jig + "CDEFGA|CDEFGABcd|CDEFGA|")
    assert [str(measure.metre) for measure in tune.measures] == ["6/8", "9/8", "6/8"]


@pytest.mark.parametrize(
    ("music", "measures", "length"),
    [
        ("CDEF|(3CDE FG2/3|CDEF|", 2, "measure 2 is 3.66667"),
        ("CDEF|C49/12DEF|CDEF|", 2, "measure 2 is 7.08333"),
        ("CDEF|CDEF|CDEFG/3|", 2, "measure 3 is 4.33333"),
        ("CDEF|CDEF|CDE F/3|[M:3/4]CDE|", 3, "measure 3 is 3.33333"),
        ("CDEF|G100/3|CDEF|", 2, "measure 2 is 33.3333"),
        ("CDEFC/12|GABc|CDEF|", 2, "measure 1 is 4.08333"),
    ],
)
def test_a_measure_of_a_length_that_no_metre_has_passes_through(
    read_remarks: ReadRemarks, tmp_path: Path, music: str, measures: int, length: str
) -> None:
    tune, remarks = read_remarks(HEADER + music)
    assert len(tune.measures) == measures
    assert remarks == [f"{length} quarter notes long, which no metre is: left as it is"]
    with pytest.raises(MeasureLengthError, match=r"t.abc, measure [123]: "):
        abc.parse_tune(HEADER + music, "t.abc")
    writers.write([("same", tune)], tmp_path / "out.mid")
    again = readers.read(tmp_path / "out.mid")
    assert [(note.start, note.pitch) for note in again.notes] == [(note.start, note.pitch) for note in tune.notes]


def test_passages_of_a_kind_are_counted_together(read_remarks: ReadRemarks) -> None:
    odd, whole = "[M:7/8]CDEF/|", "[M:4/4]CDEF|"
    _, remarks = read_remarks(HEADER + whole + odd + whole + odd + odd + whole)
    assert "measures 2 and 4-5 are in 7/8, for which no model is trained: left as they are" in remarks
    _, remarks = read_remarks(HEADER + (whole + odd) * 7)
    assert any(remark.startswith("measures 2, 4, 6, 8 and 3 more are in 7/8") for remark in remarks)
    _, remarks = read_remarks(HEADER + "CDEF|CDEFG/3|CDEF|CDEFA/12|CDEF|")
    assert "measures 2 and 4 are of lengths that no metre has: left as they are" in remarks


def test_a_pickup_may_be_of_any_length(read_remarks: ReadRemarks) -> None:
    tune, _ = read_remarks(HEADER + "C/3[DF]/3|GABc|CDEF|")
    assert (len(tune.measures), tune.padding[0]) == (3, 4 - Fraction(2, 3))


def test_measures_that_are_too_fine_for_the_grid_pass_through(read_remarks: ReadRemarks) -> None:
    for fine in ("(5C/D/E/F/G/ EFG/2A/2".replace("G/2A/2", ""), "C/8D/8" * 16, "C/16" * 64, "(7:4:7CDEFGAB"):
        tune, remarks = read_remarks(HEADER + f"CDEF|{fine}|GABc|")
        assert pitches(tune) == [60, 62, 64, 65, 67, 69, 71, 72], fine
        assert any("measure 2 has" in remark and "left as it is" in remark for remark in remarks)


@pytest.mark.parametrize("free", ["", "M:none\n", "M:FREI\n"])
def test_a_metre_that_is_not_written_is_that_of_most_measures(read_remarks: ReadRemarks, free: str) -> None:
    header = HEADER.replace("M:4/4\n", free)
    tune, (remark,) = read_remarks(header + "CDE|FGA|B2c|c3|")
    assert tune.measures[0].metre == Metre(3, 4)
    what = "metre 'FREI' is not a metre" if "FREI" in free else "no metre is written"
    assert remark == f"{what}: taken for 3/4, as 4 of 4 measures are so long (the option metre sets another)"
    with pytest.raises(MetreError, match=f"measure 1: {what}, .* metre=4/4"):
        read_remarks(header + "CD|EFG|ABcde|c|")
    assert [str(measure.metre) for measure in read_remarks(header + "CDEFGABc|", metre="2/4")[0].measures] == [
        "2/4"
    ] * 4


@pytest.mark.parametrize("quantize", ["auto", "off"])
def test_measures_that_are_too_fine_pass_through(read_remarks: ReadRemarks, quantize: str) -> None:
    text = HEADER + "C/8D/8E3/4FGA|CDEF|"
    tune, remarks = read_remarks(text, quantize=quantize)
    assert pitches(tune) == [60, 62, 64, 65]
    assert "measure 1 has " in " ".join(remarks)
    with pytest.raises(ArmusicError, match="between the six ticks"):
        read_remarks(text, quantize="strict")


def test_measures_with_notes_off_the_grid_pass_through(read_remarks: ReadRemarks) -> None:
    """A single 32nd, too, which in a played file would be a grace note."""
    tune, (*_, remark) = read_remarks(HEADER + "C/8D7/8EFG|CDEF|")
    assert pitches(tune) == [60, 62, 64, 65]
    assert remark.startswith("measure 1 has 32nd notes, which the grid of sixteenths and triplets cannot hold: left as")
    tune, (*_, remark) = read_remarks(HEADER + "C/8D7/8EFG|")  # better moved than none at all
    assert pitches(tune)[-3:] == [64, 65, 67]
    assert "falls on the tick of a longer one" in remark


# -- order -----------------------------------------------------------------------------------


def test_repeats_that_are_not_clear_are_played_once_and_said(read_remarks: ReadRemarks) -> None:
    tune, (remark,) = read_remarks(HEADER + "|:C4|1D4:|3E4|]")
    assert pitches(tune) == [60, 62, 64]
    why = "measure 2: endings for pass 1, 3, but each pass needs one: mark them |1 and :|2"
    assert remark == f"{why}: so every measure is played once, as written"
    with pytest.raises(RepeatError, match="t.abc, measure 2: endings for pass 1, 3"):
        abc.parse_tune(HEADER + "|:C4|1D4:|3E4|]", "t.abc")


@pytest.mark.parametrize(
    ("music", "played"),
    [
        ("C4|D4!fine!|E4!D.C.!|", "CDECD"),
        ("C4|D4|E4!D.C.!|", "CDECDE"),
        ("|:C4:|D4!fine!|E4|!D.C.alfine!|", "CCDECD"),
        ("C4|!segno!D4|E4!D.S.!|F4|", "CDEDEF"),
        ("C4|!segno!D4!dacoda!|E4!D.S.alcoda!|!coda!F4|G4|", "CDEDFG"),
        ("C4|D4!coda!|E4!D.C.!|!coda!F4|", "CDECDF"),
        ("|:C4|1D4:|2E4!fine!|]F4!D.C.!|", "CDCEFCE"),
    ],
)
def test_jumps(read_remarks: ReadRemarks, music: str, played: str) -> None:
    tune, _ = read_remarks(HEADER + music)
    assert "".join("C D EF G"[pitch % 12] for pitch in pitches(tune)) == played


@pytest.mark.parametrize(
    ("music", "words"),
    [
        ("C4|D4!D.S.!|", "measure 2: D.S. goes back to a segno, but there is none"),
        ("C4|D4!D.C.alfine!|", "measure 2: it says 'al Fine', but no Fine is marked"),
        ("C4|D4!D.C.alcoda!|", "measure 2: it says 'al Coda', but there is no coda"),
    ],
)
def test_jumps_to_nowhere(read_remarks: ReadRemarks, music: str, words: str) -> None:
    tune, (remark,) = read_remarks(HEADER + music)
    assert remark.startswith(words)
    assert pitches(tune) == [60, 62]


@pytest.mark.parametrize(
    ("words", "marks"),
    [
        ("D.C. al Fine", {jumps.DA_CAPO, jumps.AL_FINE}),
        ("da capo al coda", {jumps.DA_CAPO, jumps.AL_CODA}),
        ("Dal Segno al Fine", {jumps.DAL_SEGNO, jumps.AL_FINE}),
        ("D. S.", {jumps.DAL_SEGNO}),
        ("To Coda", {jumps.TO_CODA}),
        ("Fine", {jumps.FINE}),
        ("(coda)", {jumps.CODA}),
        ("Allegro ma non troppo, dolce", set()),
        ("fine and slow", set()),
        ("and cresc.", set()),
    ],
)
def test_words_that_send_the_player_elsewhere(words: str, marks: set[str]) -> None:
    assert jumps.marks(words) == marks


def test_measures_are_counted_as_played(read_remarks: ReadRemarks) -> None:
    _, remarks = read_remarks(HEADER + "|:[CE]4:|D4|")
    assert remarks[0] == REPEATS


# -- repairs that both formats have ----------------------------------------------------------


def test_repairs_at_the_ends_of_sections(read_remarks: ReadRemarks) -> None:
    pickup = score(part(note("G4", 1), note("C4"), note("D4") + END, first=0))
    tune, remarks = read_remarks(pickup)
    assert pitches(tune) == [67, 60, 62, 60, 62]
    lost = "measure 2: no room for the pickup when it is repeated: its notes are left out there"
    assert remarks == [lost + NUMBERS, REPEATS]
    short = score(part(note("C4"), note("D4", 3) + END, note("E4", 1), note("F4")))
    assert len(read_remarks(short)[0].measures) == 5
    missing = score(part(note("C4"), note("D4", 3) + END, note("E4"), note("F4")))
    tune, remarks = read_remarks(missing)
    assert [float(played.start) for played in tune.notes] == [0, 4, 8, 12, 16, 20]
    assert remarks == ["measure 2: a rest of 1 quarter note is added after it", REPEATS]


@pytest.mark.parametrize(
    ("music", "remarks"),
    [
        ("CDEF|GABc cBAG|FEDC|", ["measure 2 is as long as 2: read, and counted, as 2"]),
        (
            "CDEF GABc|CDEF CDEF GABc|C4|",
            ["measures 1 and 2 are as long as two or more: read, and counted, as so many" + NUMBERS],
        ),
        ("CDEF|GABc/|FEDC|C4|", ["measure 2 is 3.5 quarter notes long in 4/4: it has a metre of its own"]),
        ("CDEF|GAB|FEDC B/|C4|", ["measures 2 and 3 are not as long as their metre: each has a metre of its own"]),
        ('|:"C"CDEF|"^slowly"C4:|', ["its chord symbols guide what is changed, and are not written", REPEATS]),
    ],
)
def test_what_is_read_otherwise_than_written_is_mentioned(
    read_remarks: ReadRemarks, music: str, remarks: list[str]
) -> None:
    _, others = read_remarks(HEADER + music)
    assert others[: len(remarks)] == remarks


@pytest.mark.parametrize(
    ("music", "number", "differs"),
    [
        ("CDEF|GAB|FEDC|C4|", "2", False),
        ("G|CDEF|GA|FEDC|C4|", "2", True),  # the pickup is measure 0 in a score
        ("|:CDEF|GABc:|cB|FEDC|C4|", "3", True),  # the fifth that is played
        ("CDEF GABc|cB|FEDC|C4|", "2", True),
    ],
)
def test_numbers_of_a_score_that_are_not_those_of_what_is_played_say_so(
    read_remarks: ReadRemarks, music: str, number: str, differs: bool
) -> None:
    _, remarks = read_remarks(HEADER + music)
    assert any(f"measure {number} is" in remark or f"and {number} are" in remark for remark in remarks)
    assert any(remark.endswith(NUMBERS) for remark in remarks) == differs


def test_repairs_are_counted_together(read_remarks: ReadRemarks) -> None:
    _, remarks = read_remarks(HEADER + "CDEF|GAB:|cBAG|FED:|CDEF|GA:|CDEF|")
    assert remarks == ["measures 2, 4 and 6: a rest is added after each, to fill it" + NUMBERS, REPEATS]


def test_a_measure_is_as_long_as_in_the_part_that_fills_it(read_remarks: ReadRemarks) -> None:
    whole = part(note("E5", 2) + note("D5", 2), note("C5"), note("C5"))
    cut = part(note("C3"), note("C3", 2), note("C3"), ident="P2")
    tune, _ = read_remarks(score(whole, cut))
    assert [float(played.start) for played in tune.notes] == [0, 2, 4, 8]


# -- files -----------------------------------------------------------------------------------


def test_a_tune_of_a_book_by_its_number(tmp_path: Path) -> None:
    book = tmp_path / "book.abc"
    book.write_text(HEADER + "C4|\n\n" + HEADER.replace("X:1", "X:12") + "D4|\n")
    assert readers.split_number(book) == (book, None)
    for tune in (readers.read(f"{book}#12"), readers.read(book, None, 12), readers.read(f"{book}#12", None, 12)):
        assert (pitches(tune), tune.source) == ([62], "book.abc#12")
    for path, number, words in (
        (book, None, "2 tunes in it: name one by its X: number, from 1 to 12, as book.abc#1"),
        (f"{book}#3", None, "no tune 3 in it"),
        (f"{book}#1", 12, "tune 12 and tune 1 are requested"),
    ):
        with pytest.raises(UsageError, match=words):
            readers.read(path, None, number)
    odd = tmp_path / "odd.abc#12"
    odd.write_text("a file of that name is no tune of another")
    assert readers.split_number(odd) == (odd, None)


def test_a_number_goes_with_a_book_only(tmp_path: Path) -> None:
    path = tmp_path / "a.xml"
    path.write_text(score(part(note("C4"))))
    with pytest.raises(UsageError, match="a.xml: only ABC tune books have numbered tunes"):
        readers.read(path, None, 1)


TITLED = score(part(note("C4")), title="Träumerei")


@pytest.mark.parametrize(
    ("declared", "encoding", "read_as"),
    [
        ("UTF-8", "utf-8", None),
        ("UTF-16", "utf-16", None),
        ("ISO-8859-1", "latin-1", None),
        ("UTF-8", "latin-1", "Latin-1"),
        ("UTF-16", "utf-8", "UTF-8"),
        ("utf-8", "utf-16", "UTF-16"),
        ("UTF-16", "utf-16-le", "UTF-16"),
        ("us-ascii", "utf-8", "UTF-8"),
        ("x-unheard-of", "utf-8", "UTF-8"),
    ],
)
def test_encodings_declared_rightly_and_wrongly(
    read_remarks: ReadRemarks, declared: str, encoding: str, read_as: str | None
) -> None:
    tune, remarks = read_remarks(TITLED.replace("UTF-8", declared).encode(encoding), "t.xml")
    assert tune.title == "Träumerei"
    assert remarks in ([], [f"the file says that it is in {declared}: read as {read_as}"])
    assert bool(remarks) == (read_as is not None) or encoding in ("utf-16", "utf-16-le")


def test_a_score_by_time_is_read_like_one_by_part(read_remarks: ReadRemarks) -> None:
    timewise = (
        '<score-timewise><part-list><score-part id="A"><part-name>A</part-name></score-part></part-list>'
        f'<measure number="1"><part id="A">{attributes()}{note("C4")}</part></measure>'
        f'<measure number="2"><part id="A">{note("D4")}</part></measure></score-timewise>'
    )
    assert pitches(read_remarks(timewise)[0]) == [60, 62]


def test_the_size_is_limited_before_and_after_unpacking(tmp_path: Path) -> None:
    for suffix, data in (".abc", HEADER.encode() + b"C4|" * 400), (".xml", TITLED.encode()):
        path = tmp_path / f"long{suffix}"
        path.write_bytes(data)
        with pytest.raises(ReadError, match="files of up to 0.0005 MB are read"):
            readers.read(path, Reading(max_size=0.0005))
        assert readers.read(path, Reading(max_size=0.01)).notes
    bomb = tmp_path / "bomb.mxl"
    bomb.write_bytes(mxl({"a.xml": b" " * 2_000_000}))
    assert bomb.stat().st_size < 5000
    with pytest.raises(ReadError, match="2 MB when unpacked; up to 1 MB are read"):
        readers.read(bomb, Reading(max_size=1))
    bomb.write_bytes(mxl({"a.xml": b" " * 2_000_000}, zipfile.ZIP_LZMA))
    with pytest.raises(ReadError, match="packed by a method"):
        readers.read(bomb)


def test_a_size_that_lies_does_not_unpack_more(tmp_path: Path) -> None:
    data = mxl({"a.xml": b" " * 3_000_000})
    path = tmp_path / "lie.mxl"
    path.write_bytes(data.replace((3_000_000).to_bytes(4, "little"), (100).to_bytes(4, "little")))
    with pytest.raises(ReadError, match="cannot be unpacked|not a MusicXML file"):
        readers.read(path, Reading(max_size=1))


def test_a_damaged_archive_is_refused_in_a_short_line(tmp_path: Path) -> None:
    data = bytearray(mxl({"a.xml": TITLED}))
    data[26:28] = (300).to_bytes(2, "little")  # the length of the name, in front of the file: it takes in the music
    path = tmp_path / "a.mxl"
    path.write_bytes(data)
    with pytest.raises(ReadError, match="a.mxl: its zip archive cannot be unpacked") as caught:
        readers.read(path)
    assert len(str(caught.value)) < 150


def test_xml_that_would_fill_the_memory_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.xml"
    path.write_text("<score-partwise>" + "<a>" * 200 + "</a>" * 200 + "</score-partwise>")
    with pytest.raises(ReadError, match="100 in one another"):
        readers.read(path)
    path.write_text("<score-partwise " + " ".join(f"a{number}='1'" for number in range(300_000)) + "/>")
    with pytest.raises(ReadError, match="a tag or comment of more than 1 MB"):
        readers.read(path)
    monkeypatch.setattr(xml, "MAX_ELEMENTS", 20)
    path.write_text(score(part(note("C4"), note("C4"), note("C4"))))
    with pytest.raises(ReadError, match="more than 20 elements"):
        readers.read(path)


def test_strict_reading_says_what_a_loose_one_sets_right(tmp_path: Path) -> None:
    path = tmp_path / "a.xml"
    path.write_text(score(part(note("C4"), note("C4", 2), note("D4"))))
    assert [str(measure.metre) for measure in readers.read(path).measures] == ["4/4", "2/4", "4/4"]
    with pytest.raises(MeasureLengthError, match="a.xml, measure 2: 2 quarter notes long, but 4/4 has 4"):
        readers.read(path, STRICT)
    ((_, error),) = readers.read_all(path)
    assert isinstance(error, MeasureLengthError)


def test_rests_make_room_for_a_pickup(read_remarks: ReadRemarks) -> None:
    tune, _ = read_remarks(
        score(part(note("G4", 1), note("C4", 3) + rest(1) + END, note("A4", 1), note("D4"), first=0))
    )
    assert [note.start for note in tune.notes][:4] == [3, 4, 7, 8]
    assert tune.notes[1].duration == Fraction(3)
