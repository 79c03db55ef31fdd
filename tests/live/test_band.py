"""The rest of a file plays along with its melody, in its place, and ends with the tune."""

from fractions import Fraction
from pathlib import Path

import pytest

from armusic.errors import UsageError
from armusic.io import readers
from armusic.io.readers.options import Reading
from armusic.live import band, loop
from armusic.music.score import Tune
from tests import songs

from .test_loop import TUNE, World


@pytest.fixture
def song(tmp_path: Path) -> Path:
    path = tmp_path / "song.mid"
    path.write_bytes(songs.band())
    return path


def notes(along: "tuple[band.Timed, ...]", kind: str, channel: int) -> list[tuple[float, int]]:
    return [(float(at), message.note) for at, message in along if message.type == kind and message.channel == channel]


def melody(path: Path) -> Tune:
    return readers.read(path, Reading(track="Lead vocal"))


def test_everything_but_the_melody_plays_in_its_place(song: Path) -> None:
    tune = melody(song)
    along = band.read(song, tune, same=True)
    assert band.channels(along) == (1, 2, 9)
    assert notes(along, "note_on", 1) == [(start, pitch) for start, _, pitch in songs.BASS]
    assert notes(along, "note_on", 9) == [(start, pitch) for start, _, pitch in songs.BEATS]
    assert sorted(notes(along, "note_on", 2)) == sorted((start, pitch) for start, _, pitch in songs.CHORDS)
    assert [at for at, _ in along] == sorted(at for at, _ in along)
    assert [(float(at), message.value) for at, message in along if message.type == "control_change"] == [
        (0.0, 127), (2.0, 0)
    ]  # fmt: skip


def test_every_note_that_begins_ends(song: Path) -> None:
    tune = melody(song)
    short = Tune(tune.notes[:3], tune.measures[:1], origin=tune.origin)
    along = band.read(song, short, same=True)
    assert max(at for at, _ in along) == short.end
    for channel in band.channels(along):
        began, ended = (sorted(pitch for _, pitch in notes(along, f"note_{kind}", channel)) for kind in ("on", "off"))
        assert began == ended != []


def test_another_file_begins_with_the_tune(song: Path) -> None:
    along = band.read(song, TUNE, same=False)
    assert band.channels(along) == (1, 2, 4, 9)
    assert notes(along, "note_on", 1) == [(start, pitch) for start, _, pitch in songs.BASS]


def test_without_a_band_it_is_said(tmp_path: Path) -> None:
    path = tmp_path / "alone.mid"
    path.write_bytes(songs.song(songs.track(songs.TUNE)))
    with pytest.raises(UsageError, match="alone.mid: there is nothing in it beside the melody"):
        band.read(path, readers.read(path), same=True)
    path.write_bytes(songs.song(songs.track([])))
    with pytest.raises(UsageError, match="alone.mid: no notes to play along"):
        band.read(path, TUNE, same=False)


def test_the_melody_takes_a_free_channel(song: Path) -> None:
    along = band.read(song, melody(song), same=True)
    assert [band.free_channel(along, preferred) for preferred in (0, 1, 9, 5)] == [0, 0, 0, 5]


def test_measures_share_the_band_out(song: Path) -> None:
    tune = melody(song)
    along = band.read(song, tune, same=True)
    rows = band.by_measure(along, tune)
    assert len(rows) == len(tune.measures)
    again = [
        (measure.start + at, message) for measure, row in zip(tune.measures, rows, strict=True) for at, message in row
    ]
    assert again == list(along)
    assert all(at <= measure.metre.length for measure, row in zip(tune.measures, rows, strict=True) for at, _ in row)
    assert band.by_measure((), tune) == [[] for _ in tune.measures]


def test_the_band_is_played_round_and_round_and_ends(song: Path) -> None:
    along = band.read(song, TUNE, same=False)
    world = World()
    clock = loop.Tempo(TUNE, world, world.now, world.sleep)
    list(loop.play(TUNE, lambda _: TUNE, world, clock, loop.assign_knobs([], {}), loops=2, band=along))
    bass = [time for time, message in world.sent if message.type == "note_on" and message.channel == 1]
    assert bass == [pytest.approx(start / 2, abs=0.01) for start in range(16)]
    for channel in (0, *band.channels(along)):
        released = [
            message for _, message in world.sent if message.type == "control_change" and message.control == 123
            and message.channel == channel
        ]  # fmt: skip
        assert len(released) == 1
    sounding: set[tuple[int, int]] = set()
    for _, message in world.sent:
        if message.type == "note_on":
            sounding.add((message.channel, message.note))
        elif message.type == "note_off":
            sounding.discard((message.channel, message.note))
    assert not sounding


def test_a_turn_is_no_knob() -> None:
    turn = loop.assign_knobs(["density"], {})
    turn.receive(loop.Turn("density", 1.5))
    assert (turn.steps, turn.free) == ({"density": 1.5}, ["density"])
    assert band.by_measure([(Fraction(0), None)], TUNE)[0] == [(0, None)]  # type: ignore[list-item]
