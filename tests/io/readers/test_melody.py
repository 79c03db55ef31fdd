"""The melody of a file without names: a clean line, not chords; what has the words; what variations come from."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from armusic import api
from armusic.io import readers, writers
from armusic.io.readers import midi
from armusic.io.readers.midi import traits
from armusic.io.readers.options import Reading
from armusic.music import smf
from armusic.music.smf import LYRIC, Event
from tests.songs import BASS, BEATS, TUNE, Notes, song, track

CASES = Path(__file__).parent.parent / "cases"
LONG: Notes = [(8 * n + start, length, pitch + n % 3) for n in range(4) for start, length, pitch in TUNE]


def chosen(folder: Path, *tracks: tuple[Event, ...], **reading: object) -> int:
    """Return the track of the melody, from 1."""
    path = folder / "song.mid"
    path.write_bytes(song(*tracks))
    tune = readers.read(path, Reading(**reading))  # type: ignore[arg-type]
    return tune.origin.track + 1 if tune.origin else 1


def parts(*tracks: tuple[Event, ...]) -> list[midi.Part]:
    return midi.parts_of(smf.MidiData(1, 480, tracks))


def test_the_flute_has_the_melody_and_not_the_guitar() -> None:
    tune = readers.read(CASES / "waltz.midi")
    assert tune.title == "flute"
    assert len(tune.notes) == 47


@given(
    low=st.integers(36, 84),
    tones=st.lists(st.integers(1, 24), min_size=1, max_size=4, unique=True),
    length=st.sampled_from([0.5, 1, 2, 4]),
    first=st.booleans(),
)
def test_chords_never_beat_a_clean_line(
    tmp_path_factory: pytest.TempPathFactory, low: int, tones: list[int], length: float, first: bool
) -> None:
    chords = [(n * length, length, low + tone + (n % 4) * 2) for n in range(int(32 / length)) for tone in (0, *tones)]
    tracks = [track(LONG, channel=1), track(chords, channel=0)]
    assert chosen(tmp_path_factory.getbasetemp(), *tracks[:: 1 if first else -1]) == (1 if first else 2)


def test_a_bass_is_no_clean_line(tmp_path: Path) -> None:
    sixths = [(start, length, pitch - down) for start, length, pitch in LONG for down in (0, 9)]
    bass = [(8 * n + start, length, pitch) for n in range(4) for start, length, pitch in BASS]
    assert chosen(tmp_path, track(bass), track(sixths, channel=1)) == 2


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_the_words_stand_at_the_melody(tmp_path: Path, order: tuple[int, ...]) -> None:
    riff = [(start / 2, 0.5, 72 + (0, 2, 4, 5, 7, 5, 4, 2)[start % 8]) for start in range(64)]
    words = track([], others=[Event(round(start * 480) + 20, LYRIC, b"la") for start, _, _ in LONG])
    tracks = [track(LONG, channel=4), track(riff, channel=3)]
    assert chosen(tmp_path, *(tracks[n] for n in order), words) == order.index(0) + 1
    file = smf.MidiData(1, 480, (*tracks, words))
    shares = traits.traits(midi.parts_of(file), 480, midi.words_of(file), band=False)[:, -1]
    assert shares[0] == 1
    assert shares[1] < 1


def test_drums_are_like_no_melody() -> None:
    likeness = midi.likeness(parts(track(TUNE), track(BEATS, channel=9)), 480, np.empty(0, dtype=np.int64))
    assert likeness[1] == 0
    assert likeness[0] > 0.5


@given(
    notes=st.lists(
        st.tuples(st.integers(0, 60).map(lambda n: n / 4), st.sampled_from([0.0, 0.25, 1, 4]), st.integers(0, 127)),
        min_size=1,
        max_size=20,
        unique_by=lambda note: (note[0], note[2]),
    )
)
def test_traits_are_shares(notes: list[tuple[float, float, int]]) -> None:
    shares = traits.traits(parts(track(notes), track(TUNE, channel=1)), 480, np.arange(12) * 480, band=True)
    assert shares.shape == (2, len(traits.WEIGHTS))
    assert np.isfinite(shares).all()
    assert (shares >= 0).all()
    assert (shares <= 1).all()


def test_notes_that_sound_together() -> None:
    legato = [(0, 1.1, 60), (1, 1.1, 62), (2, 1, 64)]
    pedal = [(0, 4, 48), (1, 1, 60), (2, 1, 62), (5, 1, 48)]
    (line,), (organ,) = parts(track(legato)), parts(track(pedal))
    assert traits.chordal(line).tolist() == [False] * 3
    assert traits.chordal(organ).tolist() == [True, True, True, False]
    assert traits.voiced(organ) == 5 * 480


def test_the_highest_counts_only_while_it_sounds() -> None:
    (above, below) = parts(track([(0, 4, 72)]), track([(0, 8, 60)], channel=1))
    assert traits.highest([above, below], 480).tolist() == [1.0, 0.5]


@pytest.mark.parametrize(
    ("names", "melody"),
    [
        (("", "rhythm -1.0", "rhythm +0.0", "rhythm +1.0"), 3),
        (("Lead", "rhythm -1.0", "rhythm +1.0", "Melody"), 1),
        (("Keys", "Sax", "contour -1.5", "contour +0.5"), 2),
        (("", "rhythm +1.0", "Melody", ""), 3),  # a variation alone says nothing
    ],
)
def test_variations_are_of_the_melody(tmp_path: Path, names: tuple[str, ...], melody: int) -> None:
    tracks = [
        track([(s, d, p + 2 * n) for s, d, p in LONG[:: 1 + n % 2]], name, channel=n) for n, name in enumerate(names)
    ]
    assert chosen(tmp_path, *tracks) == melody
    assert chosen(tmp_path, *tracks, track="4") == 4


@pytest.mark.parametrize("name", ["waltz.midi", "band-mscore.mid"])
def test_our_own_file_read_again_has_the_same_melody(tmp_path: Path, name: str) -> None:
    tune = readers.read(CASES / name)
    steps = [(f"rhythm {step.step:+.1f}", step.tune) for step in api.load().interpolate(tune, "rhythm")]
    for suffix in (".mid", ".musicxml"):
        path = tmp_path / f"steps{suffix}"
        writers.write(steps, path)
        again = readers.read(path)
        assert [(note.start, note.pitch) for note in again.notes] == [(note.start, note.pitch) for note in tune.notes]
