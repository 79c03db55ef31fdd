"""Playing live, in a time of its own: what is sent, when, and what knobs and another's clock do to it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any

import mido
import pytest
from mido.ports import EchoPort

from armusic.errors import UsageError
from armusic.live import loop
from armusic.music.score import Measure, Metre, Note, Tune

COMMON = Metre(4, 4)
MEASURES = (Measure(Fraction(0), COMMON), Measure(Fraction(4), COMMON))
TUNE = Tune((Note(Fraction(0), Fraction(2), 60), Note(Fraction(3), Fraction(2), 64)), MEASURES, program=5)
"""C for two beats; E from the last beat over the bar line."""
HIGH = replace(TUNE, notes=tuple(replace(note, pitch=note.pitch + 12) for note in TUNE.notes))


@dataclass
class World:
    """A time that passes while somebody sleeps, and what was sent when."""

    time: float = 0.0
    sent: list[tuple[float, Any]] = field(default_factory=list)
    incoming: list[tuple[float, Any]] = field(default_factory=list)

    def now(self) -> float:
        return self.time

    def sleep(self, seconds: float) -> None:
        self.time += seconds

    def send(self, message: Any) -> None:
        self.sent.append((round(self.time, 2), message))

    def iter_pending(self) -> Iterator[Any]:
        while self.incoming and self.incoming[0][0] <= self.time:
            yield self.incoming.pop(0)[1]

    def notes(self) -> list[tuple[float, str, int]]:
        """Return when notes begin and end; not the ends of all notes when the playing is over."""
        over = next(at for at, (_, message) in enumerate(self.sent) if message.type == "control_change")
        return [
            (time, message.type.removeprefix("note_"), message.note)
            for time, message in self.sent[:over]
            if message.type.startswith("note_")
        ]


def knob(value: int, number: int = 1) -> Any:
    return mido.Message("control_change", control=number, value=value)


def played(world: World, turn: loop.Knobs | None = None, **options: Any) -> list[loop.Bar]:
    """Play the tune once or more; turned up, it is an octave higher."""
    answers = loop.play(
        TUNE,
        lambda steps: HIGH if steps.get("density", 0) > 0 else TUNE,
        world,
        options.pop("clock", None) or loop.Tempo(TUNE, world, world.now, world.sleep),
        turn or loop.assign_knobs(["density"], {}),
        **{"loops": 1, **options},
    )
    return list(answers)


def test_a_tune_is_played_in_time() -> None:
    world = World()
    bars = played(world)
    assert world.notes() == [(0, "on", 60), (1, "off", 60), (1.5, "on", 64), (2.5, "off", 64)]
    assert [bar.number for bar in bars] == [0, 1]
    assert world.time == pytest.approx(4)
    program = next(message for _, message in world.sent if message.type == "program_change")
    assert (program.program, program.channel) == (5, 0)


def test_it_goes_round() -> None:
    world = World()
    played(world, loops=3)
    assert [time for time, kind, pitch in world.notes() if (kind, pitch) == ("on", 60)] == [0, 4, 8]


def test_a_knob_has_its_effect_from_the_next_bar_line_on() -> None:
    world = World(incoming=[(0.3, knob(127))])
    bars = played(world, loops=2)
    assert [bar.steps for bar in bars] == [{}, {"density": 3.0}, {"density": 3.0}, {"density": 3.0}]
    assert world.notes()[2:] == [
        (1.5, "on", 64),  # in the bar in which the knob is turned nothing changes
        (2.5, "off", 64),  # what sounds at the bar line ends where the new tune's held note ends
        (4, "on", 72), (5, "off", 72), (5.5, "on", 76), (6.5, "off", 76),
    ]  # fmt: skip


def test_a_note_that_the_new_measure_does_not_hold_ends_at_the_bar_line() -> None:
    world = World(incoming=[(0.3, knob(127))])
    silent = replace(TUNE, notes=())
    time = loop.Tempo(TUNE, world, world.now, world.sleep)
    list(loop.play(TUNE, lambda _: silent, world, time, loop.assign_knobs(["density"], {}), loops=1))
    assert world.notes()[-1] == (2.0, "off", 64)


def test_at_the_end_every_note_is_off_whatever_happens() -> None:
    world = World()
    bars = loop.play(
        TUNE, lambda _: TUNE, world, loop.Tempo(TUNE, None, world.now, world.sleep), loop.assign_knobs([], {})
    )
    next(bars)
    bars.close()
    off = {message.note for _, message in world.sent if message.type == "note_off"}
    assert off == set(range(128))
    assert any(message.type == "control_change" and message.control == 123 for _, message in world.sent)


def test_clock_goes_out_twenty_four_times_a_quarter_note() -> None:
    world = World()
    played(world, send_clock=True)
    kinds = [message.type for _, message in world.sent]
    assert kinds.count("clock") == 24 * 8
    assert (kinds[0], kinds[-1]) == ("start", "stop")
    ticks = [time for time, message in world.sent if message.type == "clock"]
    assert ticks[24] == pytest.approx(0.5, abs=0.01)


def clock(start: float, count: int, each: float = 0.01) -> list[tuple[float, Any]]:
    return [(start + each * number, mido.Message("clock")) for number in range(1, count + 1)]


def test_an_external_clock_leads() -> None:
    start, stop, go_on = (mido.Message(kind) for kind in ("start", "stop", "continue"))
    world = World(incoming=[(1.0, start), *clock(1, 48), (1.48, stop), (3.0, go_on), *clock(3, 24 * 8 - 48)])
    played(world, clock=loop.Follow(world, world.sleep))
    onsets = [(time, message.note) for time, message in world.sent if message.type == "note_on"]
    # a tick is 10 ms: E comes 72 ticks after the start, of which 48 are before the stop
    assert onsets == [(pytest.approx(1.0, abs=0.01), 60), (pytest.approx(3.24, abs=0.01), 64)]


def test_a_start_in_the_middle_begins_anew() -> None:
    start = mido.Message("start")
    world = World(incoming=[(0.0, start), *clock(0, 40), (0.5, start), *clock(0.5, 24 * 8)])
    bars = played(world, clock=loop.Follow(world, world.sleep))
    assert [bar.number for bar in bars] == [0, 0, 1]
    assert [message.note for _, message in world.sent if message.type == "note_on"] == [60, 60, 64]


def test_the_first_free_knob_that_is_touched_is_taken() -> None:
    turn = loop.assign_knobs(["rhythm", "density", "range"], {"density": 74})
    for message in (knob(127, 20), knob(0, 74), knob(64, 21), knob(9, 22), mido.Message("note_on", note=3)):
        turn.receive(message)
    assert turn.steps == {"rhythm": 3.0, "density": -3.0, "range": 0.0}
    assert turn.by_number == {20: "rhythm", 74: "density", 21: "range"}


@pytest.mark.parametrize(
    ("numbers", "message"),
    [
        ({"range": 3}, "knob 3 is for range, which is not among the attributes: add range"),
        ({"rhythm": 123}, "knob 123 for rhythm: controllers have numbers from 0 to 119"),
        ({"rhythm": 3, "density": 3}, "knob 3 is for rhythm and for density: give each its own"),
    ],
)
def test_wrong_knobs(numbers: Mapping[str, int], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        loop.assign_knobs(["rhythm", "density"], numbers)


def test_it_plays_into_ports_of_mido() -> None:
    port = EchoPort()
    world = World()
    time = loop.Tempo(TUNE, None, world.now, world.sleep)
    list(loop.play(TUNE, lambda _: TUNE, port, time, loop.assign_knobs([], {}), channel=9, loops=1))
    on = [message for message in port.iter_pending() if message.type == "note_on"]
    assert [(message.note, message.channel, message.velocity) for message in on] == [(60, 9, 80), (64, 9, 80)]
