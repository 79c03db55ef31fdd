"""MusicXML scores are read as played, or refused with a reason and a measure."""

import io
import subprocess
import sys
import zipfile
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from armusic.errors import (
    ArmusicError,
    MeasureLengthError,
    MetreError,
    NoNotesError,
    PolyphonyError,
    ReadError,
    RepeatError,
)
from armusic.io import writers
from armusic.io.readers import musicxml
from armusic.io.readers.options import STRICT
from armusic.music.score import Key, Measure, Metre, Note, Tune

Read = Callable[..., Tune]

START = '<barline location="left"><repeat direction="forward"/></barline>'
END = '<barline location="right"><repeat direction="backward"/></barline>'
DOUBLE = '<barline location="right"><bar-style>light-light</bar-style></barline>'
TIE = '<tie type="start"/>', '<tie type="stop"/>'


def attributes(metre: str = "4/4", fifths: int = 1, more: str = "", mode: str = "") -> str:
    beats, unit = metre.split("/")
    mode = f"<mode>{mode}</mode>" if mode else ""
    return (
        f"<attributes><divisions>12</divisions><key><fifths>{fifths}</fifths>{mode}</key>"
        f"<time><beats>{beats}</beats><beat-type>{unit}</beat-type></time>{more}</attributes>"
    )


def note(pitch: str, quarters: float = 4, more: str = "") -> str:
    """Return a note such as `C4`; its length in quarter notes."""
    step, alter, octave = pitch[0], pitch[1:-1].count("#") - pitch[1:-1].count("b"), pitch[-1]
    return (
        f"<note><pitch><step>{step}</step><alter>{alter}</alter><octave>{octave}</octave></pitch>"
        f"<duration>{round(quarters * 12)}</duration>{more}</note>"
    )


def rest(quarters: float) -> str:
    return f"<note><rest/><duration>{round(quarters * 12)}</duration></note>"


def ending(content: str, number: str, repeat: bool) -> str:
    sign = '<repeat direction="backward"/>' if repeat else ""
    kind = "stop" if repeat else "discontinue"
    return (
        f'<barline location="left"><ending number="{number}" type="start"/></barline>{content}'
        f'<barline location="right"><ending number="{number}" type="{kind}"/>{sign}</barline>'
    )


def part(*measures: str, ident: str = "P1", first: int = 1) -> str:
    """Return a part; 4/4 with one sharp where its first measure says nothing else."""
    measures = tuple(measures)
    if measures and "<attributes>" not in measures[0]:
        measures = (attributes() + measures[0], *measures[1:])
    numbered = (f'<measure number="{number}">{content}</measure>' for number, content in enumerate(measures, first))
    return f'<part id="{ident}">{"".join(numbered)}</part>'


def score(*parts: str, title: str = "", instrument: str = "") -> str:
    listed = "".join(
        f'<score-part id="P{number}"><part-name>Part {number}</part-name>{instrument}</score-part>'
        for number in range(1, len(parts) + 1)
    )
    work = f"<work><work-title>{title}</work-title></work>" if title else ""
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE score-partwise PUBLIC'
        ' "-//Recordare//DTD MusicXML 4.0 Partwise//EN" "http://www.musicxml.org/dtds/partwise.dtd">\n'
        f'<score-partwise version="4.0">{work}<part-list>{listed}</part-list>{"".join(parts)}</score-partwise>'
    )


def mxl(files: dict[str, str | bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return data.getvalue()


@pytest.fixture
def read(tmp_path: Path) -> Read:
    def read(*measures: str, **options: int) -> Tune:
        path = tmp_path / "tune.musicxml"
        path.write_text(score(part(*measures, **options)), encoding="utf-8")
        return musicxml.read(path, STRICT)

    return read


def letters(tune: Tune) -> str:
    """Return the notes as letters; they are all natural here."""
    return "".join("C D EF G A B"[note.pitch % 12] for note in tune.notes)


# -- what is read ----------------------------------------------------------------------------


def test_a_score_with_everything_that_counts(tmp_path: Path) -> None:
    tempo = (
        "<direction><direction-type><metronome><beat-unit>quarter</beat-unit><beat-unit-dot/>"
        "<per-minute>60</per-minute></metronome></direction-type></direction>"
    )
    faster = '<direction><direction-type><words>faster</words></direction-type><sound tempo="97.5"/></direction>'
    words = "<direction><direction-type><words>Allegro</words></direction-type></direction>"  # a guess is no tempo
    harmony = "<harmony><root><root-step>G</root-step></root><kind>major</kind></harmony>"
    grace = "<note><grace/><pitch><step>D</step><octave>5</octave></pitch></note>"
    triplet = "<time-modification><actual-notes>3</actual-notes><normal-notes>2</normal-notes></time-modification>"
    flute = (
        '<score-instrument id="I1"><instrument-name>x</instrument-name></score-instrument>'
        '<midi-instrument id="I1"><midi-program>74</midi-program></midi-instrument>'
    )
    text = score(
        part(
            attributes("6/8", -1, mode="dorian") + tempo + harmony + note("G4", 1.5) + grace + note("Bb4", 1.5, TIE[0]),
            note("Bb4", 0.5, TIE[1]) + rest(0.5) + words + note("F#5", 2),
            attributes("2/4", -1)
            + faster
            + "".join(note(pitch, 1 / 3, triplet) for pitch in ("C5", "D5", "E5"))
            + note("F5", 1),
        ),
        title="A  Tune",
        instrument=flute,
    )
    path = tmp_path / "a.musicxml"
    path.write_text(text)
    tune = musicxml.read(path)
    third = Fraction(1, 3)
    assert [(note.start, note.duration, note.pitch) for note in tune.notes] == [
        (0, Fraction(3, 2), 67),
        (Fraction(3, 2), 2, 70),
        (4, 2, 78),
        (6, third, 72),
        (6 + third, third, 74),
        (6 + 2 * third, third, 76),
        (7, 1, 77),
    ]
    assert [(measure.start, str(measure.metre)) for measure in tune.measures] == [(0, "6/8"), (3, "6/8"), (6, "2/4")]
    assert tune.tempos == ((0, 90.0), (6, 97.5))
    assert tune.key == Key(-1, "dorian")
    assert (tune.title, tune.source, tune.program) == ("A Tune", "a.musicxml", 73)


def test_a_tempo_may_come_while_a_note_sounds(tmp_path: Path) -> None:
    """An offset counts in divisions from where the music has got to; `writers.musicxml` writes such ones."""
    fast = Tune((Note(Fraction(0), Fraction(4), 60),), (Measure(Fraction(0), Metre(4, 4)),),
                tempos=((Fraction(0), 90.0), (Fraction(5, 2), 120.0)))  # fmt: skip
    writers.write([("tune", fast)], tmp_path / "out.musicxml")
    assert musicxml.read(tmp_path / "out.musicxml").tempos == fast.tempos


def test_nothing_but_notes(read: Read) -> None:
    tune = read("<attributes><divisions>12</divisions></attributes>" + note("C4"))
    assert [str(measure.metre) for measure in tune.measures] == ["4/4"]
    assert (tune.title, tune.key, tune.program, tune.tempos) == ("tune", None, 0, ((0, 120.0),))


@pytest.mark.parametrize(
    ("measures", "played"),
    [
        (["C", "D"], "CD"),
        (["C" + END, "D" + END], "CCDD"),  # music21 alone: CCDCCD
        (["C" + END, "D" + END, "E" + END], "CCDDEE"),
        (["C", START + "D" + END, "E"], "CDDE"),
        ([START + "C", START + "D" + END, "E" + END], "CDDEE"),
        ([START + "C", "D" + END, "E", START + "F" + END], "CDCDEFF"),
        (["C", START + "D"], "CD"),
        (["C", "D" + END.replace("/></bar", ' times="3"/></bar'), "E"], "CDCDCDE"),
        (["C", ("D", "1", True), ("E", "2", False), "F"], "CDCEF"),
        (["C", ("D", "1.", True), ("E", "2.", False), "F"], "CDCEF"),
        (["C", ("D", "1", True), ("E", "2", True), "F", "G" + END], "CDCEFGFG"),
        (["C", ("D", "1, 2", True), ("E", "3", False)], "CDCDCE"),
        (["C", ("D", "1", True), ("E", "2", False), "F", ("G", "1", True), ("A", "2", False)], "CDCEFGFA"),
        (["C", "<fine>D", "E<dacapo>"], "CDECD"),
        (["C" + END, "<fine>D" + END, "E<dacapo>"], "CCDDECD"),
    ],
)
def test_repeats_are_played_out(read: Read, measures: list[str | tuple[str, str, bool]], played: str) -> None:
    def marked(text: str) -> str:
        for letter in "CDEFGA":
            text = f">{text}<".replace(f">{letter}<", f">{note(letter + '4')}<")[1:-1]
        for word, words in (("fine", "Fine"), ("dacapo", "D.C. al Fine")):
            sound = (
                f"<direction><direction-type><words>{words}</words></direction-type><sound {word}='yes'/></direction>"
            )
            text = text.replace(f"<{word}>", sound)
        return text

    def content(measure: str | tuple[str, str, bool]) -> str:
        return marked(measure) if isinstance(measure, str) else ending(marked(measure[0]), *measure[1:])

    tune = read(*map(content, measures))
    assert letters(tune) == played
    assert len(tune.measures) == len(played)


def test_a_pickup_before_each_section(read: Read) -> None:
    tune = read(
        note("G4", 1), note("C4"), note("C4", 3) + END, START + note("A4", 1), note("D4"), note("D4", 3) + END, first=0
    )
    assert letters(tune) == "GCCGCCADDADD"
    assert [(float(note.start), letter) for note, letter in zip(tune.notes, letters(tune), strict=True)][:5] == [
        (3, "G"),
        (4, "C"),
        (8, "C"),
        (11, "G"),
        (12, "C"),
    ]
    assert len(tune.measures) == 9
    assert tune.padding == (3, 1)


def test_a_full_measure_makes_room_for_the_pickup_that_follows(read: Read) -> None:
    tune = read(note("G4", 1), note("C4", 3) + rest(1) + DOUBLE, note("A4", 1), note("D4"), first=0)
    assert [float(note.start) for note in tune.notes] == [3, 4, 7, 8]
    assert len(tune.measures) == 3


@pytest.mark.parametrize("after", [note("D4", 2), note("D4", 1) + rest(1)])
def test_a_whole_measure_in_a_shorter_metre_is_no_pickup(read: Read, after: str) -> None:
    tune = read(note("C4", 2) + rest(2) + DOUBLE, attributes("2/4") + after)
    assert [(float(note.start), letter) for note, letter in zip(tune.notes, letters(tune), strict=True)] == [
        (0, "C"),
        (4, "D"),
    ]
    assert [str(measure.metre) for measure in tune.measures] == ["4/4", "2/4"]
    assert tune.padding == (0, 0)


def test_a_pickup_in_another_metre_takes_no_rest_away(read: Read) -> None:
    with pytest.raises(MeasureLengthError, match="measure 2"):
        read(note("C4", 2) + rest(2) + DOUBLE, attributes("2/4") + note("D4", 1), note("E4", 2))


def test_a_tie_goes_on_into_both_endings(read: Read) -> None:
    first = ending(note("C4", more=TIE[1]), "1", True)
    second = ending(note("C4"), "2", False)
    tune = read(note("C4", more=TIE[0]), first, second)
    assert [(float(note.start), float(note.duration)) for note in tune.notes] == [(0, 8), (8, 8)]


def test_a_transposing_instrument_is_read_as_it_sounds(read: Read) -> None:
    clarinet = "<transpose><diatonic>-1</diatonic><chromatic>-2</chromatic></transpose>"
    tune = read(attributes(fifths=2, more=clarinet) + note("D4"))
    assert tune.notes[0].pitch == 60
    assert tune.key == Key(0)


@pytest.mark.parametrize(("fifths", "key"), [(-7, Key(-7)), (9, None)])
def test_a_signature_has_seven_signs_at_most(read: Read, fifths: int, key: Key | None) -> None:
    assert read(attributes(fifths=fifths) + note("D4")).key == key


def test_silent_measures_and_silent_voices(read: Read) -> None:
    backup = "<backup><duration>48</duration></backup>"
    silent = '<note><rest measure="yes"/><duration>48</duration><voice>2</voice></note>'
    tune = read(
        note("C4", more="<voice>1</voice>") + backup + silent,
        "",
        rest(4),
        "<forward><duration>24</duration></forward>" + note("D4", 2),
    )
    assert [(float(note.start), note.pitch) for note in tune.notes] == [(0, 60), (14, 62)]
    assert len(tune.measures) == 4


def test_compressed_scores_and_other_encodings(tmp_path: Path) -> None:
    text = score(part(note("C4")), title="Träumerei")
    container = '<container><rootfiles><rootfile full-path="b.xml"/></rootfiles></container>'
    wrong = score(part(note("D4")))
    for name, data in (
        ("a.mxl", mxl({"META-INF/container.xml": container, "a.xml": wrong, "b.xml": text})),
        ("b.mxl", mxl({"b.xml": text})),
        ("c.xml", mxl({"b.xml": text})),  # the content says what it is
        ("d.mxl", text.encode()),
        ("e.xml", text.replace("UTF-8", "UTF-16").encode("utf-16")),
        ("f.xml", text.replace("UTF-8", "ISO-8859-1").encode("latin-1")),
    ):
        path = tmp_path / name
        path.write_bytes(data)
        tune = musicxml.read(path)
        assert (tune.title, letters(tune)) == ("Träumerei", "C"), name


def test_a_silent_second_part_does_not_count(tmp_path: Path) -> None:
    path = tmp_path / "a.xml"
    path.write_text(score(part(note("C4")), part(rest(4), ident="P2")))
    assert letters(musicxml.read(path)) == "C"


# -- what is refused -------------------------------------------------------------------------

CHORD = "<note><chord/><pitch><step>E</step><octave>4</octave></pitch><duration>48</duration></note>"
VOICES = (
    note("C4", more="<voice>1</voice>")
    + "<backup><duration>48</duration></backup>"
    + note("E4", more="<voice>2</voice>")
)
FOREIGN = '<!DOCTYPE a [<!ENTITY a SYSTEM "file:///etc/hostname">]><score-partwise>&a;</score-partwise>'
LAUGHS = '<!DOCTYPE a [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]><score-partwise>&b;</score-partwise>'


@pytest.mark.parametrize(
    ("data", "error", "words"),
    [
        (b"Hello world", ReadError, r"tune.xml: not a MusicXML file \(it starts with 'Hello wo'\)"),
        (b"<html><body/></html>", ReadError, r"not a MusicXML score \(its root element is <html>\)"),
        (b"<score-timewise/>", ReadError, "a MusicXML score without measures"),
        (score(part(note("C4")))[:-40], ReadError, "damaged XML"),
        (
            b"<?xml version='1.0' encoding='x-none'?><a/>",
            ReadError,
            r"not a MusicXML score \(its root element is <a>\)",
        ),
        (LAUGHS, ReadError, "defines entities"),
        (LAUGHS.encode("utf-16"), ReadError, "defines entities"),
        (b"PK\x03\x04 and no more", ReadError, "its zip archive cannot be unpacked"),
        (mxl({"a.txt": "x"}), ReadError, "a zip archive without a MusicXML score"),
        (mxl({"a.xml": b" " * 60_000_000}), ReadError, "60 MB when unpacked; up to 50 MB are read"),
        (mxl({"a.xml": LAUGHS}), ReadError, "defines entities"),
        (mxl({"a.xml": score(part(note("C4")))})[:-30], ReadError, "cannot be unpacked"),
        (mxl({"a.xml": LAUGHS}, zipfile.ZIP_BZIP2), ReadError, "packed by a method"),
        (FOREIGN, ReadError, "defines entities"),
        (score(), ReadError, "a MusicXML score without measures"),
        (score(part(rest(4))), NoNotesError, "no notes"),
        (score(part("<note><unpitched/><duration>48</duration></note>")), NoNotesError, r"only drums \(notes without"),
        (score(part(note("Q4"))), ReadError, "tune.xml, measure 1: a note has the letter 'Q': it is damaged"),
        (
            score(part(note("C4").replace("<octave>4", "<octave>x"))),
            ReadError,
            "measure 1: <pitch>: <octave> 'x' in it is not a number",
        ),
        (
            score(part(note("C4"), note("C4") + CHORD)),
            PolyphonyError,
            "measure 2: pitch 64 starts while 60 still sounds",
        ),
        (score(part(note("C4"), VOICES)), PolyphonyError, "measure 2: pitch 64 starts while 60 still sounds"),
        (
            score(part(note("C4"), note("C4")), part(rest(4), note("C4"), ident="P2")),
            PolyphonyError,
            r"notes in 2 parts \('Part 1', 'Part 2'\), from measure 2 on",
        ),
        (score(part(attributes("5/4") + note("C4", 5))), MetreError, "tune.xml, measure 1: metre 5/4"),
        (
            score(part(note("C4"), note("C4", 3), note("C4"))),
            MeasureLengthError,
            "tune.xml, measure 2: 3 quarter notes",
        ),
        (score(part(note("C4"), note("C4", 5))), MeasureLengthError, "measure 2: 5 quarter notes long"),
        (
            score(part(note("C4") + END.replace("/></bar", ' times="1000000"/></bar'))),
            RepeatError,
            "measure 1: to be played 1000000 times",
        ),
        (
            score(
                part(note("C4") + "<direction><direction-type><words>D.C. al Fine</words></direction-type></direction>")
            ),
            RepeatError,
            "measure 1: it says 'al Fine', but no Fine is marked",
        ),
    ],
)
def test_refusals(tmp_path: Path, data: str | bytes, error: type[ArmusicError], words: str) -> None:
    path = tmp_path / "tune.xml"
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    with pytest.raises(error, match=words) as caught:
        musicxml.read(path, STRICT)
    assert type(caught.value) is error
    assert "\n" not in str(caught.value)


def test_nothing_is_said_on_the_terminal_or_left_behind(tmp_path: Path) -> None:
    path = tmp_path / "tune.musicxml"
    path.write_text(score(part(note("C4"), note("D4"))))
    code = "import sys; from armusic.io import readers; print(len(readers.read(sys.argv[1]).notes))"
    done = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("2\n", "")
    assert list(tmp_path.iterdir()) == [path]


SEED = score(
    part(attributes("3/4") + note("C4", 3, TIE[0]), ending(note("C4", 3), "1", True), ending(note("E4", 3), "2", False))
)


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_any_file_is_a_tune_or_an_error_of_ours(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    text = SEED
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(text)))
        new = data.draw(st.sampled_from(["", "0", "-1", "x", "<", "1e9", "é", "<note/>", "<chord/>", "</measure>"]))
        text = text[:at] + new + text[at + data.draw(st.integers(0, 3)) :]
    path = tmp_path_factory.getbasetemp() / "fuzz.xml"
    path.write_text(text, encoding="utf-8")
    try:
        assert musicxml.read(path).notes
    except ArmusicError as error:
        assert "\n" not in str(error)
        assert len(str(error)) < 500


# -- chord symbols ---------------------------------------------------------------------------


def harmony(root: str, kind: str, more: str = "", shown: str = "") -> str:
    alter = {"#": "<root-alter>1</root-alter>", "b": "<root-alter>-1</root-alter>"}.get(root[1:], "")
    return (
        f"<harmony><root><root-step>{root[0]}</root-step>{alter}</root>"
        f'<kind text="{shown}">{kind}</kind>{more}</harmony>'
    )


def degree(value: int, alter: int, kind: str) -> str:
    return (
        f"<degree><degree-value>{value}</degree-value><degree-alter>{alter}</degree-alter>"
        f"<degree-type>{kind}</degree-type></degree>"
    )


def chords_of(tune: Tune) -> list[tuple[float, list[int]]]:
    return [(float(start), sorted(classes)) for start, classes in tune.chords]


@pytest.mark.parametrize(
    ("element", "classes"),
    [
        (harmony("C", "major"), [0, 4, 7]),
        (harmony("F#", "minor-seventh"), [1, 4, 6, 9]),
        (harmony("Bb", "half-diminished"), [1, 4, 8, 10]),
        (harmony("D", "dominant", "<bass><bass-step>F</bass-step><bass-alter>1</bass-alter></bass>"), [0, 2, 6, 9]),
        (harmony("G", "dominant", degree(9, -1, "add")), [2, 5, 7, 8, 11]),
        (harmony("G", "dominant", degree(5, 1, "alter")), [3, 5, 7, 11]),
        (harmony("C", "major", degree(3, 0, "subtract") + degree(9, 0, "add")), [0, 2, 7]),
        (harmony("C", "other", shown="7sus4"), [0, 5, 7, 10]),
    ],
)
def test_kinds_of_chords(read: Read, element: str, classes: list[int]) -> None:
    assert chords_of(read(element + note("C4"))) == [(0, classes)]


def test_what_is_no_chord_is_left_out(read: Read) -> None:
    silent = "<harmony><kind>none</kind></harmony>"
    strange = harmony("C", "Tristan") + harmony("H", "major") + "<harmony><kind>major</kind></harmony>" + "<harmony/>"
    strange = strange.replace('text=""', 'text="??"', 1)
    assert chords_of(read(harmony("C", "major") + note("C4"), strange + note("D4"), silent + note("C4"))) == [
        (0, [0, 4, 7]),
        (8, []),
    ]


def test_chord_symbols_stand_where_they_are_played(read: Read) -> None:
    behind = harmony("G", "major", "<offset>24</offset>")  # two quarter notes on
    tune = read(
        note("G4", 1),
        START + harmony("C", "major") + note("C4", 3) + harmony("F", "major") + note("A4", 1),
        behind + note("B4", 4) + END,
        note("C4", 3),
        first=0,
    )
    once = [(0, [0, 4, 7]), (3, [0, 5, 9]), (6, [2, 7, 11])]
    assert tune.padding[0] == 3
    assert chords_of(tune) == [(start + shift, classes) for shift in (4, 12) for start, classes in once]


def test_chord_symbols_of_a_transposing_instrument_sound_lower(read: Read) -> None:
    transpose = "<transpose><chromatic>-2</chromatic></transpose>"
    tune = read(attributes(more=transpose) + harmony("D", "minor") + note("D4"))
    assert chords_of(tune) == [(0, [0, 3, 7])]


def test_chord_symbols_of_any_part_count(tmp_path: Path) -> None:
    path = tmp_path / "t.musicxml"
    path.write_text(score(part(note("E5")), part(harmony("C", "major") + note("C3"), ident="P2")), encoding="utf-8")
    tune = musicxml.read(path)
    assert tune.origin is not None
    assert chords_of(tune) == [(0, [0, 4, 7])]
