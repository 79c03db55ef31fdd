"""Damaged files by the thousand: each is used, or refused with a message, in little time and memory.

    python benchmarks/fuzz.py [-n 20000] [--seed 0] [--kept FOLDER]

The files are those in examples/ and small ones made here: a score for several voices in each format. Bits are
flipped, pieces cut out, doubled, moved or put in, numbers changed; of compressed MusicXML, also the score inside.
A process reads them as `armusic interpolate` does; one that dies, takes more than 5 seconds for a file or comes to
more than 1 GB is a failure, as is any error but armusic's own, or a message of more than one line. What fails is kept.
"""

from __future__ import annotations

import argparse
import io
import logging
import random
import re
import resource
import select
import subprocess
import sys
import tempfile
import time
import zipfile
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

SECONDS, MEGABYTES, LONGEST = 5.0, 1000.0, 400
EXAMPLES = Path(__file__).resolve().parents[1] / "examples"
TOKENS = {
    ".abc": (
        b'|: :| |1 :|2 [1 V:2 [V:1] [M:5/8] M:C| L:1/16 K:Hp X:2 (3 (9 [CEG] & !D.C.! {g} Z99 z > << - ^^ 99999 %% " \n'
        b" \r\n +CEG+ [K:Db7] [K:treble-8] %%MIDI \\u00e9 |:|"
    ).split(b" "),
    ".xml": (
        b"<note> </note> <chord/> <grace/> <backup> -1 99999999 1e9 0 <rest/> <!-- <![CDATA[ &amp; &x; <part>"
        b" </measure> <repeat/> <ending/> <fine/> \xff"
    ).split(b" "),
    ".mid": (
        b"MTrk MThd \xff\x58\x04\x05\x03\x18\x08 \xff\x51\x03\0\0\0 \x90\x3c\x40 \xff\x2f\0 "
        b"\xff\xff\xff\x7f \xff\x59\x02\x7f\x01 \xf0 \x80"
    ).split(b" "),
}
CONTAINER = b'<container><rootfiles><rootfile full-path="s.xml"/></rootfiles></container>'
PLACES = {".abc": rb"[^|\n]+[|\n]", ".xml": rb"<(\w+)[^<>]*>[^<>]*</\1>|<\w+[^<>]*/>|<measure .*?</measure>"}

ABC = b"""X:1
T:Two voices
M:4/4
L:1/8
Q:1/4=100
%%MIDI transpose -2
K:Dmix
V:1 name="Air"
%%MIDI program 73
|:"D"A2|d3e f2[df]2|(3gfe {a}d2 !segno!c2A2|1 d6:|2 d4 z4||
V:2 octave=-1
|:z2|D8|A,4 & E4|1 D6:|2 D8||
V:1
[M:6/8]A>B^c d3|[M:5/8]d5|]
"""
XML = b"""<?xml version="1.0" encoding="UTF-8"?>
<score-partwise version="4.0"><work><work-title>Small</work-title></work>
<part-list><score-part id="P1"><part-name>Voice</part-name></score-part>
<score-part id="P2"><part-name>Bass</part-name></score-part></part-list>
<part id="P1"><measure number="0" implicit="yes"><attributes><divisions>6</divisions><key><fifths>1</fifths></key>
<time><beats>3</beats><beat-type>4</beat-type></time></attributes><sound tempo="96"/>
<note><pitch><step>D</step><octave>4</octave></pitch><duration>6</duration></note></measure>
<measure number="1"><barline location="left"><repeat direction="forward"/></barline>
<note><pitch><step>G</step><octave>4</octave></pitch><duration>12</duration><tie type="start"/></note>
<note><chord/><pitch><step>B</step><octave>4</octave></pitch><duration>12</duration></note>
<note><pitch><step>G</step><octave>4</octave></pitch><duration>2</duration><tie type="stop"/></note>
<note><pitch><step>A</step><octave>4</octave></pitch><duration>2</duration></note>
<note><pitch><step>B</step><octave>4</octave></pitch><duration>2</duration></note></measure>
<measure number="2"><barline location="left"><ending number="1" type="start"/></barline>
<note><pitch><step>A</step><octave>4</octave></pitch><duration>18</duration></note>
<barline location="right"><ending number="1" type="stop"/><repeat direction="backward"/></barline></measure>
<measure number="3"><barline location="left"><ending number="2" type="start"/></barline>
<note><pitch><step>G</step><octave>4</octave></pitch><duration>12</duration></note>
<backup><duration>12</duration></backup><note><rest/><duration>18</duration><voice>2</voice></note>
<direction><direction-type><words>D.C. al Fine</words></direction-type></direction>
<barline location="right"><ending number="2" type="discontinue"/></barline></measure></part>
<part id="P2"><measure number="0"><note><rest/><duration>1</duration></note></measure>
<measure number="1"><note><pitch><step>G</step><octave>2</octave></pitch><duration>3</duration></note></measure>
<measure number="2"><attributes><transpose number="1"><octave-change>-1</octave-change></transpose><measure-style>
<measure-repeat type="start">1</measure-repeat></measure-style></attributes><forward><duration>3</duration></forward>
</measure></part></score-partwise>
"""


def seeds() -> list[tuple[str, bytes]]:
    """Return whole files, each with its suffix."""
    examples = [
        (path.suffix, path.read_bytes()) for path in sorted(EXAMPLES.iterdir()) if path.suffix in (".mid", ".abc")
    ]
    return [*examples, (".mid", song()), (".abc", ABC), (".abc", ABC.replace(b"\n", b"\r\n")), (".musicxml", XML),
            (".xml", XML.decode().replace("UTF-8", "UTF-16").encode("utf-16")), (".mxl", pack(XML))]  # fmt: skip


def song() -> bytes:
    """Return a MIDI file with two tracks, chords, tempos and a change of metre."""
    from armusic.music import smf
    from armusic.music.smf import Event

    lead = [
        Event(120 * n, smf.NOTE_ON if n % 2 == 0 else smf.NOTE_OFF, bytes([60 + n // 2 % 12, 80])) for n in range(64)
    ]
    metas = [
        Event(0, smf.TRACK_NAME, b"Lead"),
        Event(0, smf.SET_TEMPO, b"\x07\xa1\x20"),
        Event(0, smf.TIME_SIGNATURE, bytes([4, 2, 24, 8])),
        Event(3840, smf.TIME_SIGNATURE, bytes([5, 3, 24, 8])),
        Event(5040, smf.TIME_SIGNATURE, bytes([3, 2, 24, 8])),
    ]
    chords = [Event(960 * n, kind + 1, bytes([pitch, 60])) for n in range(8) for kind in (smf.NOTE_OFF, smf.NOTE_ON)
              for pitch in (48, 52, 55)]  # fmt: skip
    end = Event(7680, smf.END_OF_TRACK, b"")
    tracks = (*sorted([*metas, *lead], key=lambda event: event.tick), end), (*chords, end)
    return smf.to_bytes(smf.MidiData(smf.TRACKS, 480, tracks))


def pack(score: bytes) -> bytes:
    """Return a compressed MusicXML file."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        for name, content in (("META-INF/container.xml", CONTAINER), ("s.xml", score)):
            info = zipfile.ZipInfo(name)  # with no time in it: the same bytes at every run
            archive.writestr(info, content, zipfile.ZIP_DEFLATED)
    return data.getvalue()


def damage(seed: int, number: int, whole: Sequence[tuple[str, bytes]]) -> tuple[str, bytes]:
    """Return a damaged file and its suffix, the same for the same numbers."""
    chance = random.Random(f"{seed}/{number}")  # noqa: S311 - not for secrets
    suffix, data = whole[number % len(whole)]
    if suffix == ".mxl" and chance.random() < 0.5:
        return suffix, pack(mutate(XML, ".xml", chance))
    return suffix, mutate(data, suffix, chance)


def mutate(data: bytes, suffix: str, chance: random.Random) -> bytes:
    """Return bytes with up to eight changes; half of the changes leave the format whole."""
    new = bytearray(data)
    kind = ".xml" if suffix in (".musicxml", ".mxl") else suffix
    for _ in range(chance.choice((1, 1, 1, 2, 3, 8))):
        if chance.random() < 0.5:
            careful(new, kind, chance)
        else:
            careless(new, kind, chance)
    return bytes(new)


def careful(new: bytearray, kind: str, chance: random.Random) -> None:
    """Change bytes of a MIDI file in their place; numbers in a text, or whole elements or measures."""
    if not new:
        return
    if kind == ".mid":
        at = chance.randrange(min(22, len(new) - 1), len(new))
        size = chance.choice((1, 1, 2, 4))
        new[at : at + size] = chance.randbytes(len(new[at : at + size]))
        return
    places = list(re.finditer(PLACES[kind] if chance.random() < 0.5 else rb"[0-9]+", new))
    if places:
        place = chance.choice(places)
        if place[0].isdigit():
            new[place.start() : place.end()] = str(chance.choice((0, 1, 2, 3, 5, 7, 16, 64, 999, 10**8))).encode()
        else:
            new[place.start() : place.end()] = place[0] * chance.choice((0, 2, 20))


def careless(new: bytearray, kind: str, chance: random.Random) -> None:
    """Flip, cut out, put in, double or move bytes anywhere."""
    at = chance.randrange(len(new) + 1)
    size = min(chance.choice((1, 2, 4, 16, 64, 256)), len(new) - at)
    kind_of_damage = chance.randrange(8)
    if kind_of_damage == 0 and size:
        new[at] ^= 1 << chance.randrange(8)
    elif kind_of_damage == 1 and size:
        new[at] = chance.randrange(256)
    elif kind_of_damage == 2:
        del new[at : at + size]
    elif kind_of_damage == 3:
        new[at:at] = chance.randbytes(size)
    elif kind_of_damage == 4:
        new[at:at] = chance.choice(TOKENS[kind])
    elif kind_of_damage == 5:
        new[at:at] = new[at : at + size] * chance.choice((1, 2, 50))
    elif kind_of_damage == 6:
        to = chance.randrange(len(new) + 1)
        new[to:to] = new[at : at + size]
    elif chance.random() < 0.3:
        del new[at:]


def work(seed: int, numbers: range) -> None:
    """Read damaged files, and print the number, the suffix and the result of each."""
    from armusic.errors import ArmusicError
    from armusic.io import readers
    from armusic.music import tokenizer

    logging.disable(logging.CRITICAL)
    whole = seeds()
    with tempfile.TemporaryDirectory() as folder:
        for number in numbers:
            suffix, data = damage(seed, number, whole)
            path = Path(folder, f"damaged{suffix}")
            path.write_bytes(data)
            start = time.process_time()
            try:
                tokenizer.encode(readers.read(path, None, 1 if suffix == ".abc" else None))
                result = "used"
            except ArmusicError as error:
                text = str(error)
                result = (
                    type(error).__name__ if text.isprintable() and len(text) < LONGEST else f"failed:message:{text!r}"
                )
            except Exception as error:  # noqa: BLE001  # there must be none
                result = f"failed:{type(error).__name__}:{error!r}"
            if time.process_time() - start > SECONDS:
                result = f"failed:slow:{time.process_time() - start:.1f}s"
            memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000  # kilobytes, on Linux
            if memory > MEGABYTES:
                result = f"failed:memory:{memory:.0f} MB"
            print(number, suffix, result.replace("\n", " "), flush=True)
            if result.startswith("failed:memory"):
                return  # the next process starts afresh


def results(seed: int, count: int) -> Iterator[tuple[int, str, str]]:
    """Yield number, suffix and result of each file; a new process takes over where one ends."""
    number = 0
    whole = seeds()
    while number < count:
        command = [sys.executable, __file__, "--work", str(number), "-n", str(count), "--seed", str(seed)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, bufsize=1) as process:
            assert process.stdout
            while select.select([process.stdout], [], [], 12 * SECONDS)[0]:
                line = process.stdout.readline()
                if not line:
                    break
                done, suffix, result = line.rstrip("\n").split(" ", 2)
                number = int(done) + 1
                yield int(done), suffix, result
            process.kill()
        if number < count and not line:
            yield number, damage(seed, number, whole)[0], "failed:died"
            number += 1
        elif number < count:
            yield number, damage(seed, number, whole)[0], "failed:hangs"
            number += 1


def main() -> None:
    """Read the files, and print the counts."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("-n", type=int, default=20_000, help="how many files")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--kept", type=Path, default=Path("fuzz"), help="folder for files that fail")
    parser.add_argument("--work", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.work is not None:
        work(options.seed, range(options.work, options.n))
        return
    start = time.monotonic()
    counts: Counter[tuple[str, str]] = Counter()
    for number, suffix, result in results(options.seed, options.n):
        counts["failed" if result.startswith("failed") else result, suffix] += 1
        if result.startswith("failed"):
            options.kept.mkdir(exist_ok=True)
            file = options.kept / f"{number}{suffix}"
            file.write_bytes(damage(options.seed, number, seeds())[1])
            print(f"{file}: {result}")
    suffixes = sorted({suffix for _, suffix in counts})
    print("| | " + " | ".join([*suffixes, "all"]) + " |\n| --- |" + " --- |" * (len(suffixes) + 1))
    totals: Counter[str] = Counter()
    for (name, _), count in counts.items():
        totals[name] += count
    totals["failed"] += 0
    for name in sorted(totals, key=lambda name: (name == "failed", name != "used", -totals[name])):
        cells = [counts[name, suffix] for suffix in suffixes]
        print("| " + " | ".join([name, *(f"{count:,}" for count in (*cells, totals[name]))]) + " |")
    print(f"\n{options.n:,} files in {time.monotonic() - start:.0f} s")


if __name__ == "__main__":
    main()
