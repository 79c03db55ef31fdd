"""Songs for a band, made of folk tunes by chance, in which it is known which part is the melody.

`pop` has three parts: a sung melody, a second voice that plays before, between and beside it, and a piano.
`mixed` has up to nine: bass, drums, chords, pads, riffs, broken chords, brass, counter-melodies, a choir. `folk` is
a tune with chords, as programs for sheet music write them. Parts have no names, and come in any order.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from arrangement_parts import BARS, Line, Notes, Song, Source, octave, place, sounding, tones_of, with_thirds

from armusic.music import smf

DIVISION = 480  # ticks per quarter note
FORM = ("intro", "verse", "chorus", "intro", "verse", "chorus", "solo", "chorus", "outro")
MELODY_PROGRAMS = (0, 0, 22, 25, 52, 53, 54, 56, 64, 65, 66, 68, 71, 72, 73, 73, 75, 78, 80, 81, 85)
SECOND_PROGRAMS = (0, 0, 11, 24, 29, 40, 41, 42, 56, 60, 61, 68, 73, 80, 81)


def pop(sources: Sequence[Source], rng: np.random.Generator) -> Song:
    """Return a song in three parts: melody, second voice, piano."""
    band = Band(sources, rng)
    melody = band.sung()
    second = band.second(melody, busy=float(rng.uniform(0.0, 1.0)), doubled=rng.random() < 0.4)
    if rng.random() < 0.5:
        second = with_thirds(second, rng)
    piano = band.piano(doubling=rng.random() < 0.15, melody=melody)
    programs = (
        (0, 0, 0) if rng.random() < 0.5 else (int(rng.choice(MELODY_PROGRAMS)), int(rng.choice(SECOND_PROGRAMS)), 0)
    )
    lines = [Line(melody, programs[0], 100), Line(second, programs[1], 80), Line(piano, programs[2], 75)]
    return band.song(lines, loose=rng.random() < 0.7)


def mixed(sources: Sequence[Source], rng: np.random.Generator) -> Song:
    """Return a song for a band of three to nine parts."""
    band = Band(sources, rng)
    melody = band.sung()
    if rng.random() < 0.2:
        melody = with_thirds(melody, rng)
    lines = [
        Line(melody, int(rng.choice(MELODY_PROGRAMS)), int(rng.integers(80, 127))),
        Line(band.bass(), int(rng.integers(32, 40))),
    ]
    if rng.random() < 0.85:
        lines.append(Line(band.beats(), 0, 90, drums=True))
    others = [
        lambda: Line(band.strummed(), int(rng.choice([24, 25, 26, 27, 29, 30]))),
        lambda: Line(band.strummed(), int(rng.choice([0, 1, 4, 16, 18]))),
        lambda: Line(band.pad(), int(rng.choice([48, 49, 50, 51, 52, 88, 89, 90, 91, 94, 95]))),
        lambda: Line(band.broken(), int(rng.choice([0, 6, 11, 24, 27, 46, 81, 88, 98, 99]))),
        lambda: Line(band.riff(), int(rng.choice([27, 28, 29, 30, 38, 56, 61, 62, 80, 81, 87]))),
        lambda: Line(band.riff(), int(rng.choice([7, 11, 12, 45, 66, 80, 81, 84]))),
        lambda: Line(band.stabs(), int(rng.choice([56, 57, 61, 62, 63, 55]))),
        lambda: Line(band.counter(), int(rng.choice([40, 41, 42, 44, 48, 49, 60, 68, 71, 73]))),
        lambda: Line(
            band.second(melody, busy=float(rng.uniform(0.1, 0.5)), doubled=False), int(rng.choice(SECOND_PROGRAMS))
        ),
        lambda: Line(band.choir(melody), int(rng.choice([52, 53, 54, 26, 85])), 70),
        lambda: Line(band.piano(doubling=False, melody=melody), 0),
    ]  # fmt: skip
    chosen = rng.permutation(len(others))[: int(rng.integers(1, 7))]
    return band.song(lines + [others[n]() for n in chosen], loose=rng.random() < 0.5)


def folk(sources: Sequence[Source], rng: np.random.Generator) -> Song:
    """Return a tune with chords: struck, broken or in halves of bass and chord, in any octave."""
    band = Band(sources, rng, ("verse", "chorus") * 2)
    melody = np.concatenate([place(band.tunes[n], at) for n, at in band.sections_of(0, 1)])
    kind = int(rng.integers(4))
    chords = (
        band.struck() if kind == 0 else band.strummed() if kind == 1 else band.broken() if kind == 2 else band.oompah()
    )
    lines = [
        Line(melody, int(rng.choice([0, 21, 40, 73, 105])), 90),
        Line(chords, int(rng.choice([0, 24, 25, 46])), 90),
    ]
    if rng.random() < 0.3:
        lines.append(Line(band.bass(), int(rng.choice([32, 43]))))
    return band.song(lines, loose=False)


KINDS = {"pop": pop, "mixed": mixed, "folk": folk}


class Band:
    """The players: all know the form, the tunes and the chords of one song."""

    def __init__(self, sources: Sequence[Source], rng: np.random.Generator, form: Sequence[str] = FORM) -> None:
        self.rng, self.bar = rng, sources[0].bar
        self.tunes = [source.notes for source in sources]
        self.chords_of = [source.chords() for source in sources]
        self.form: list[tuple[str, float, int]] = []
        at = 0.0
        self.late = rng.random() < 0.3  # the second voice waits as long as the melody
        for name in form[form[0] == "intro" and rng.random() < 0.35 :]:  # some songs begin at once
            bars = int(rng.choice([2, 4])) if name in ("intro", "outro") else BARS
            self.form.append((name, at, bars))
            at += bars * self.bar
        self.end, self.key = at, int(rng.integers(-5, 7))
        self.triads = [
            (start + bar * self.bar, self.chords_of[1 if name == "chorus" else 0][bar])
            for name, start, bars in self.form
            for bar in range(bars)
        ]

    def sections_of(self, verse: int, chorus: int) -> list[tuple[int, float]]:
        """Return tune and start of each sung section."""
        numbers = {"verse": verse, "chorus": chorus}
        return [(numbers[name], at) for name, at, _ in self.form if name in numbers]

    def sung(self) -> Notes:
        """Return the melody as a voice sings it: fewer notes, breaths, some notes early, an octave that suits."""
        rng, variants = self.rng, {}
        for number in (0, 1):
            notes = self.tunes[number].copy()
            if len(notes) > 2.2 * BARS * self.bar / 2:
                stays = (notes[:, 0] % 1 == 0) | (rng.random(len(notes)) < rng.uniform(0.2, 0.7))
                notes = notes[stays]
            notes[:, 1] = np.minimum(np.append(np.diff(notes[:, 0]), self.bar), rng.uniform(1.0, 3.0))
            if rng.random() < 0.6 and self.bar == 4:  # ahead of the beat
                early = (rng.random(len(notes)) < 0.3) & (notes[:, 0] >= 1) & (notes[:, 0] % 1 == 0)
                notes[early, 0] -= 0.5
                order = np.unique(notes[:, 0], return_index=True)[1]
                notes = notes[order]
                notes[:, 1] = np.minimum(np.append(np.diff(notes[:, 0]), self.bar), rng.uniform(1.0, 3.0))
            phrase = self.bar * int(rng.choice([2, 2, 4]))
            breath = rng.uniform(0.2, 0.5) * self.bar
            notes = notes[notes[:, 0] % phrase < phrase - breath]
            variants[number] = notes
        low = int(rng.choice([57, 60, 62, 64, 67, 69, 72]))
        whole = np.concatenate([place(variants[number], at) for number, at in self.sections_of(0, 1)])
        return octave(whole, low)

    def second(self, melody: Notes, *, busy: float, doubled: bool) -> Notes:
        """Return a second voice: alone in intros and solos, in the breaths of the melody, perhaps a third beside it."""
        rng, pieces = self.rng, []
        own = octave(self.tunes[2], int(rng.choice([52, 55, 57, 60, 62, 64, 67, 72])))
        if rng.random() < 0.8:
            own = own[rng.random(len(own)) < rng.uniform(0.4, 1)]
        for name, at, bars in self.form:
            if name == "intro" and self.late:
                continue
            if name in ("intro", "solo", "outro"):
                pieces.append(place(own[own[:, 0] < bars * self.bar], at))
                continue
            fill = own[rng.random(len(own)) < busy]
            taken = melody[(melody[:, 0] >= at) & (melody[:, 0] < at + bars * self.bar)]
            if rng.random() < busy:
                gaps = place(fill, at)
                pieces.append(gaps[~sounding(taken, gaps[:, 0])])
            if doubled and name == "chorus":
                beside = taken + np.array([0, 0, int(rng.choice([-9, -8, -4, -3, 3, 4]))])
                pieces.append(beside[rng.random(len(beside)) < 0.9])
        notes = np.concatenate(pieces)
        return notes[np.argsort(notes[:, 0], kind="stable")]

    def piano(self, *, doubling: bool, melody: Notes) -> Notes:
        """Return a piano for two hands; the right one may play along with the melody."""
        right = [self.broken(), self.strummed(), self.struck()][int(self.rng.integers(3))]
        left = octave(self.bass(), int(self.rng.choice([38, 43, 48])))
        more = [melody + np.array([0, 0, 12 * int(self.rng.integers(0, 2))])] if doubling else []
        return np.concatenate([right, left, *more])

    def struck(self) -> Notes:
        """Return a chord a measure."""
        low = int(self.rng.choice([48, 52, 55, 60, 60]))
        return self._chords(
            [(0.0, self.bar * float(self.rng.choice([0.5, 0.9, 1.0])))], low, int(self.rng.integers(3, 5))
        )

    def pad(self) -> Notes:
        """Return long chords."""
        return self._chords([(0.0, self.bar)], int(self.rng.choice([48, 55, 60, 67, 72])), int(self.rng.integers(1, 5)))

    def strummed(self) -> Notes:
        """Return chords in a rhythm."""
        rng = self.rng
        steps = np.arange(0, self.bar, 0.5)
        struck = steps[(rng.random(len(steps)) < rng.uniform(0.3, 1)) | (steps == 0)]
        lengths = np.append(np.diff(struck), self.bar - struck[-1]) * rng.uniform(0.4, 1)
        return self._chords(
            list(zip(struck, lengths, strict=True)), int(rng.choice([45, 48, 52, 55, 60, 64])), int(rng.integers(2, 6))
        )

    def stabs(self) -> Notes:
        """Return short chords of brass, now and then."""
        rng = self.rng
        hits = np.sort(rng.choice(np.arange(0, self.bar, 0.5), int(rng.integers(1, 4)), replace=False))
        notes = self._chords([(hit, 0.4) for hit in hits], int(rng.choice([60, 64, 67])), int(rng.integers(1, 4)))
        return notes[(notes[:, 0] // (4 * self.bar)) % 2 == int(rng.integers(2))]

    def oompah(self) -> Notes:
        """Return bass and chords by turns, as ABC programs play chord symbols."""
        bass = self._chords([(0.0, 1.0)], 36, 1)
        beats = [(float(beat), 1.0) for beat in range(1, int(self.bar))] or [(self.bar / 2, self.bar / 2)]
        return np.concatenate([bass, self._chords(beats, int(self.rng.choice([48, 52, 60])), 3)])

    def broken(self) -> Notes:
        """Return chords note by note, each short or held."""
        rng = self.rng
        step, low = float(rng.choice([0.25, 0.5, 0.5, 1.0])), int(rng.choice([48, 55, 60, 60, 67, 72]))
        order = rng.permutation(6)[: int(rng.choice([3, 4, 6]))]
        held = rng.random() < 0.3
        notes = []
        for at, row in self.triads:
            tones = tones_of(row, low, 6)
            for n, start in enumerate(np.arange(0, self.bar - 1e-9, step)):
                notes.append((at + start, self.bar - start if held else step * 0.95, tones[order[n % len(order)]]))
        return np.array(notes)

    def bass(self) -> Notes:
        """Return a bass: roots in a rhythm, with a passing note at times."""
        rng = self.rng
        steps = np.arange(0, self.bar, float(rng.choice([0.5, 1.0, 1.0, 2.0])))
        walks, low = rng.random() < 0.5, int(rng.choice([28, 33, 36]))
        notes = []
        for at, row in self.triads:
            tones = tones_of(row, low, 3)
            length = (steps[1] if len(steps) > 1 else self.bar) * 0.9
            notes += [(at + n, length, tones[int(rng.integers(3)) if walks and n else 0]) for n in steps.tolist()]
        return np.array(notes)

    def riff(self) -> Notes:
        """Return a figure of one or two measures, again and again, here or all the time."""
        rng = self.rng
        length = self.bar * int(rng.choice([1, 1, 2, 4]))
        tune = self.tunes[3]
        figure = tune[tune[:, 0] < length] if rng.random() < 0.6 else None
        if figure is None or not len(figure):
            steps = np.arange(0, length, 0.5)
            steps = steps[rng.random(len(steps)) < 0.6] if len(steps) > 2 else steps
            steps = steps if len(steps) else np.zeros(1)
            scale = np.array([0, 2, 4, 7, 9, 12])
            figure = np.array([(at, 0.45, 60 + scale[int(rng.integers(6))]) for at in steps])
        figure = octave(figure, int(rng.choice([45, 52, 57, 60, 64, 69, 76])))
        sections = {"intro", *rng.choice(["verse", "chorus", "solo"], int(rng.integers(0, 3)), replace=False)}
        pieces = [
            place(figure, at + n * length)
            for name, at, bars in self.form
            if name in sections
            for n in range(int(bars * self.bar // length))
        ]
        return np.concatenate(pieces) if pieces else place(figure, 0)

    def counter(self) -> Notes:
        """Return a line of long notes of the chords, moving by small steps."""
        rng, pitch = self.rng, int(self.rng.choice([57, 62, 67, 72, 76, 79]))
        notes = []
        halves = rng.random() < 0.5
        for at, row in self.triads:
            for start in (0.0, self.bar / 2) if halves else (0.0,):
                tones = np.concatenate([tones_of(row, pitch - 6, 4)])
                pitch = int(tones[np.argmin(abs(tones - pitch + rng.integers(-3, 4)))])
                notes.append((at + start, self.bar / (2 if halves else 1), pitch))
        line = np.array(notes)
        silent = [(at, at + bars * self.bar) for _, at, bars in self.form if rng.random() < 0.6]
        for first, last in silent:
            line = line[(line[:, 0] < first) | (line[:, 0] >= last)]
        return line if len(line) else np.array(notes[:4])

    def choir(self, melody: Notes) -> Notes:
        """Return voices that join the choruses: a third beside the melody, or long chords."""
        rng = self.rng
        spans = [(at, at + bars * self.bar) for name, at, bars in self.form if name == "chorus"]
        notes = (
            melody + np.array([0, 0, int(rng.choice([-12, -8, -4, -3, 3, 4]))]) if rng.random() < 0.5 else self.pad()
        )
        return np.concatenate([notes[(notes[:, 0] >= first) & (notes[:, 0] < last)] for first, last in spans])

    def beats(self) -> Notes:
        """Return drums."""
        steps = np.arange(0, self.end, 0.5)
        return np.array([(at, 0.25, 42 if n % 2 else (36 if n % 4 else 38)) for n, at in enumerate(steps)])

    def song(self, lines: Sequence[Line], *, loose: bool) -> Song:
        """Return the file: tracks in any order, in the key of the song, played tightly or loosely."""
        rng = self.rng
        order = rng.permutation(len(lines))
        free = iter(rng.permutation([n for n in range(16) if n != smf.DRUMS]).tolist())
        conductor = (
            smf.Event(0, smf.TIME_SIGNATURE, bytes([int(self.bar), 2, 24, 8])),
            smf.Event(0, smf.END_OF_TRACK, b""),
        )
        tracks = [conductor]
        for n in order:
            channel = smf.DRUMS if lines[n].drums else next(free)
            tracks.append(self._track(lines[n], channel, loose=loose))
        return Song(smf.MidiData(smf.TRACKS, DIVISION, tuple(tracks)), 1 + int(np.flatnonzero(order == 0)[0]))

    def _track(self, line: Line, channel: int, *, loose: bool) -> tuple[smf.Event, ...]:
        rng, notes = self.rng, line.notes[np.argsort(line.notes[:, 0], kind="stable")]
        starts = notes[:, 0] + rng.normal(0, 0.02 if loose else 0, len(notes))
        share = rng.uniform(0.7, 1.08) if loose else rng.choice([0.95, 1.0, 1.0])
        ends = starts + np.maximum(notes[:, 1] * share, 0.1)
        pitches = np.clip(notes[:, 2] + (0 if line.drums else self.key), 0, 127).astype(int)
        velocities = np.clip(line.velocity + rng.normal(0, 8 if loose else 0, len(notes)), 1, 127).astype(int)
        events = [(0, 0, smf.Event(0, smf.PROGRAM_CHANGE + channel, bytes([line.program])))]
        for start, end, pitch, velocity in zip(starts.clip(0), ends, pitches, velocities, strict=True):
            on, off = round(start * DIVISION), max(round(end * DIVISION), round(start * DIVISION) + 10)
            events.append((on, 2, smf.Event(on, smf.NOTE_ON + channel, bytes([pitch, velocity]))))
            events.append((off, 1, smf.Event(off, smf.NOTE_OFF + channel, bytes([pitch, 64]))))
        ordered = [event for _, _, event in sorted(events, key=lambda entry: entry[:2])]
        return (*ordered, smf.Event(ordered[-1].tick, smf.END_OF_TRACK, b""))

    def _chords(self, rhythm: Sequence[tuple[float, float]], low: int, count: int) -> Notes:
        return np.array(
            [
                (at + start, length, pitch)
                for at, row in self.triads
                for start, length in rhythm
                for pitch in tones_of(row, low, count)
            ]
        )
