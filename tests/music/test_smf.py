"""Events of a file as bytes and back, and which of them are notes."""

from hypothesis import given
from hypothesis import strategies as st

from armusic.music.smf import END_OF_TRACK, META, Event, MidiData, parse, to_bytes
from armusic.music.smf_notes import pairs

ON, OFF = 0x90, 0x80
small = st.integers(0, 127)
messages = st.one_of(
    st.tuples(st.integers(0x80, 0xBF) | st.integers(0xE0, 0xEF), st.tuples(small, small).map(bytes)),
    st.tuples(st.integers(0xC0, 0xDF), small.map(lambda value: bytes([value]))),
    st.tuples(st.integers(META, META + 0xFF).filter(lambda status: status != END_OF_TRACK), st.binary(max_size=300)),
    st.tuples(st.sampled_from([0xF0, 0xF7]), st.binary(max_size=20)),
)


@st.composite
def tracks(draw: st.DrawFn) -> tuple[Event, ...]:
    tick = 0
    events = []
    for delta, (status, data) in draw(st.lists(st.tuples(st.integers(0, 0x0FFFFFFF), messages), max_size=12)):
        tick += delta
        events.append(Event(tick, status, data))
    return (*events, Event(tick, END_OF_TRACK, b""))


@given(
    file=st.builds(
        MidiData, st.integers(0, 2), st.integers(1, 0x7FFF), st.lists(tracks(), min_size=1, max_size=3).map(tuple)
    )
)
def test_what_is_written_is_read_again(file: MidiData) -> None:
    assert parse(to_bytes(file), "x") == file


def notes(*played: tuple[int, int, int]) -> list[tuple[int, int]]:
    """Return the notes on channel 1 of events: tick, status, pitch."""
    return pairs([Event(tick, status, bytes([pitch, 64])) for tick, status, pitch in played]).get(0, [])


def test_the_first_that_starts_ends_first() -> None:
    assert notes((0, ON, 60), (5, ON, 60), (10, OFF, 60), (20, OFF, 60)) == [(0, 2), (1, 3)]
    assert notes((0, ON, 60), (5, ON, 62), (10, OFF, 60), (20, OFF, 62)) == [(0, 2), (1, 3)]


def test_struck_again_at_the_tick_at_which_it_ends() -> None:
    assert notes((0, ON, 60), (10, ON, 60), (10, OFF, 60), (20, OFF, 60)) == [(0, 2), (1, 3)]


def test_only_the_note_whose_end_is_missing_never_ends() -> None:
    assert notes((0, ON, 60), (10, ON, 60), (20, OFF, 60), (30, ON, 60), (40, OFF, 60)) == [(0, -1), (1, 2), (3, 4)]


def test_an_end_before_its_start_at_the_same_tick() -> None:
    assert notes((5, OFF, 60), (5, ON, 60), (8, ON, 60), (9, OFF, 60)) == [(1, 0), (2, 3)]


def test_an_end_of_nothing() -> None:
    assert notes((0, OFF, 60)) == []
