"""Every file that can be read is written to every format, and read again: nothing fails, and no note differs.

    python benchmarks/write_fuzz.py FOLDER
    python benchmarks/write_fuzz.py music21 [--every 10] [--most 300]

The files are those of `benchmarks/survey.py`. The tune of each is written on its own, and beside a version of it a
semitone higher; the higher one is read again from MIDI and MusicXML by its name, the tune itself from ABC, and the
notes of both are looked up in the DAWproject. A score is drawn as SVG, of every tenth file also as PDF and PNG, and so
many are heard as WAV. A traceback, a refusal, other notes or other bar lines, or a minute for one file, is a failure.
"""

from __future__ import annotations

import argparse
import logging
import signal
import sys
import tempfile
import time
import traceback
import warnings
import zipfile
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

from survey import FORMATS, LIMIT, RemarkHandler, music21_files

from armusic.errors import ArmusicError
from armusic.io import readers, writers
from armusic.io.readers import abc
from armusic.io.readers.options import Reading
from armusic.music import tokenizer
from armusic.music.score import Tune

ROUND = 6  # digits of a time in a DAWproject
SELDOM = {".pdf": 10, ".png": 10, ".wav": 10}
"""One of how many files is written to these formats, which take long."""


def tunes_of(path: Path, every: int) -> Iterator[tuple[str, Tune]]:
    """Yield the tunes of a file that can be read, of a book every so-many-th, with their names."""
    numbers: list[int | None] = [None]
    if path.suffix.lower() == ".abc":
        of_book = list(dict.fromkeys(number for number, _ in abc.split(path.read_bytes().decode("latin-1"))))
        numbers = [*of_book[::every]] if len(of_book) > 1 else [None]
    for number in numbers:
        try:
            tune = readers.read(path, None, number)
            tokenizer.encode(tune)
        except ArmusicError:
            continue  # the survey counts what cannot be read
        yield path.name if number is None else f"{path.name}#{number}", tune


def higher(tune: Tune) -> Tune:
    """Return a tune a semitone higher; its highest pitch lower where there is none above."""
    up = 1 if max(note.pitch for note in tune.notes) < 127 else -1
    return replace(tune, notes=tuple(replace(note, pitch=note.pitch + up) for note in tune.notes))


def problems(tune: Tune, folder: Path, formats: list[str]) -> Iterator[tuple[str, str]]:
    """Yield the format and what is wrong, for each format in which something is."""
    pair = [("the tune", tune), ("the higher one", higher(tune))]
    for suffix in formats:
        path = folder / f"out{suffix}"
        try:
            sides = suffix in (".mid", ".musicxml", ".dawproject")
            writers.write(pair if sides else pair[:1], path, force=True, original="the tune")
            wrong = difference(path, pair)
        except ArmusicError as error:
            wrong = f"refused: {error}"
        except Exception:  # noqa: BLE001  # that there is none is what is shown
            wrong = traceback.format_exc()
        if wrong:
            yield suffix, wrong


def difference(path: Path, pair: list[tuple[str, Tune]]) -> str:
    """Return what differs in a file from the tunes that were written to it; empty if nothing does."""
    suffix = path.suffix
    if suffix == ".dawproject":
        root = ElementTree.fromstring(zipfile.ZipFile(path).read("project.xml"))  # noqa: S314  (our own)
        names = [name for name, _ in pair]
        clips = {clip.get("name"): clip for clip in root.iter("Clip")}
        missing = [name for name in names if name not in clips or clips[name].find(".//Note") is None]
        return f"no notes of {', '.join(missing)}" if missing else ""
    if suffix == ".svg":
        heads = path.read_text().count('class="notehead"')
        return "" if heads >= len(pair[0][1].notes) else f"{heads} heads of {len(pair[0][1].notes)} notes"
    if suffix not in (".mid", ".abc", ".musicxml"):
        return ""
    name, tune = pair[0] if suffix == ".abc" else pair[1]
    again = readers.read(path, Reading() if suffix == ".abc" else Reading(track=name))
    return unlike(tune, again)


def unlike(tune: Tune, again: Tune) -> str:
    """Return how a tune differs from what was read again; silence behind its last note is not compared."""
    last = max(note.end for note in tune.notes)
    bars = [[(bar.start, str(bar.metre)) for bar in each.bars if bar.start < last] for each in (tune, again)]
    if bars[0] != bars[1]:
        return f"measures: {len(bars[0])}, then {len(bars[1])}"
    notes = [[(note.start, note.duration, note.pitch) for note in each.notes] for each in (tune, again)]
    wrong = [pair for pair in zip(*notes, strict=False) if pair[0] != pair[1]]
    if wrong:
        first = [f"{float(start):g} for {float(length):g} at {pitch}" for start, length, pitch in wrong[0]]
        return f"{len(wrong)} notes differ, the first {' and '.join(first)}"
    return "" if len(notes[0]) == len(notes[1]) else f"{len(notes[0])} notes, then {len(notes[1])}"


def main() -> None:
    """Write the tunes, and print what fails."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", help="a folder, or music21")
    parser.add_argument("--every", type=int, default=10, help="of music21's corpus, every so-many-th piece")
    parser.add_argument("--most", type=int, default=10**9, help="tunes at most")
    parser.add_argument("--exports", type=Path, help="folder for music21's exports; by default a temporary one")
    parser.add_argument("--formats", default=",".join(dict.fromkeys(form.key for form in writers.WRITERS.values())))
    options = parser.parse_args()
    warnings.simplefilter("ignore")  # music21's
    logging.getLogger("armusic").propagate = False
    logging.getLogger("armusic").addHandler(RemarkHandler())
    signal.signal(signal.SIGPROF, _late)
    failures: defaultdict[str, list[str]] = defaultdict(list)
    counts: Counter[str] = Counter()
    seconds: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        if options.folder == "music21":
            exports = options.exports or folder / "exports"
            exports.mkdir(parents=True, exist_ok=True)
            files: Iterator[Path] = music21_files(options.every, exports)
        else:
            known = {*readers.READERS, *FORMATS}
            files = (path for path in sorted(Path(options.folder).rglob("*")) if path.suffix.lower() in known)
        tunes = ((source, tune) for path in files for source, tune in tunes_of(path, options.every))
        for number, (source, tune) in enumerate(tunes):
            if number == options.most:
                break
            for key in options.formats.split(","):
                suffix = f".{key}"
                if number % SELDOM.get(suffix, 1):
                    continue
                counts[key] += 1
                start = time.process_time()
                signal.setitimer(signal.ITIMER_PROF, LIMIT)
                for _, wrong in problems(tune, folder, [suffix]):
                    failures[key].append(f"{source}: {wrong}")
                    print(f"{key}: {failures[key][-1]}", file=sys.stderr)
                signal.setitimer(signal.ITIMER_PROF, 0)
                seconds[key] += time.process_time() - start
    print("| format | tunes | failures | processor seconds a tune |\n| --- | ---: | ---: | ---: |")
    for key, count in counts.items():
        print(f"| {key} | {count:,} | {len(failures[key]):,} | {seconds[key] / count:.2f} |")
    sys.exit(any(failures.values()))


def _late(*_: object) -> None:
    raise TimeoutError(f"more than {LIMIT} s")


if __name__ == "__main__":
    main()
