"""Which files can be used, and why not the others: every file of a folder, or of what comes with music21.

    python benchmarks/survey.py FOLDER
    python benchmarks/survey.py music21 [--every 10]

`music21` is every 10th piece of its corpus (of its tune books every 10th tune), the test files for
MusicXML and MIDI in its package, and what music21 itself makes of the pieces: MIDI of all scores, and
MusicXML of those that are in Humdrum, which armusic does not read. Each file is read as
`armusic interpolate FILE` reads it, and put on the grid. A traceback, or a minute on one
file, is a failure.
"""

from __future__ import annotations

import argparse
import logging
import re
import signal
import sys
import tempfile
import time
import traceback
import warnings
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from armusic.errors import ArmusicError
from armusic.io import readers
from armusic.io.readers import abc
from armusic.music import tokenizer

LIMIT = 60  # seconds for a file
FAILED, AS_WRITTEN, WITH_REMARKS = "failed", "as written", "with remarks"
FORMATS = {".mid": "MIDI", ".midi": "MIDI", ".kar": "MIDI", ".rmi": "MIDI", ".abc": "ABC"}
REMARKS = {
    "the melody chosen among several parts": "the melody is ",
    "chords or voices reduced to one": "notes sound together",
    "notes moved to the grid": "moved to the grid",
    "passages in other metres passed over": "which no model knows",
    "measures of odd lengths": "ends after",
    "ends of sections set right": r"no room for the pickup|a rest of .* is put behind",
    "repeats not clear, played once": "so all is played once",
    "no metre written": "no metre is written|no time signature|its time signature, 1/4",
    "grace notes left out": "grace notes",
    "another encoding than declared": "read as (UTF|Latin)",
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a file: `used` or not, why not, and what was said of it."""

    source: str
    kind: str
    result: str
    message: str
    seconds: float


class Said(logging.Handler):
    """Keeps what readers say."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep one."""
        self.lines.append(record.getMessage())


def music21_files(every: int, made: Path) -> Iterator[Path]:
    """Yield the files that come with music21, and those that it makes of them, in the folder `made`."""
    spec = find_spec("music21")
    if spec is None or spec.origin is None:
        raise SystemExit("music21 is not installed")
    package = Path(spec.origin).parent
    known = {*readers.suffixes(), ".krn"}
    pieces = sorted(path for path in (package / "corpus").rglob("*") if path.suffix in known)[::every]
    yield from (path for path in pieces if path.suffix != ".krn")
    for folder in ("musicxml/lilypondTestSuite", "midi/testPrimitive"):
        yield from sorted(path for path in (package / folder).rglob("*") if path.suffix in readers.suffixes())
    for number, piece in enumerate(pieces):
        if piece.suffix != ".abc":
            yield from exported(piece, made / f"{number:04}-{piece.stem}")


def exported(piece: Path, stem: Path) -> Iterator[Path]:
    """Yield the files that music21 makes of a piece: what it cannot write is not there."""
    from music21 import converter

    suffixes = {"midi": ".mid"} | ({"musicxml": ".musicxml"} if piece.suffix == ".krn" else {})
    score = None
    for form, suffix in suffixes.items():
        path = stem.with_name(stem.name + suffix)
        try:
            if not path.exists():
                score = score or converter.parse(piece)
                score.write(form, fp=path)
        except Exception as error:  # noqa: BLE001  # music21 raises of all kinds
            print(f"music21 makes no {form} of {piece.name}: {error!s:.80}", file=sys.stderr)
        else:
            yield path


def outcomes(path: Path, every: int) -> Iterator[Outcome]:
    """Yield what becomes of a file, or of every so-many-th tune of a book."""
    kind = FORMATS.get(path.suffix.lower(), "MusicXML")
    numbers: list[int | None] = [None]
    if kind == "ABC":
        text = path.read_bytes().decode("latin-1")
        found = list(dict.fromkeys(number for number, _ in abc.split(text)))
        numbers = [*found[::every]] if len(found) > 1 else [None]
    for number in numbers:
        yield outcome(path, number, kind)


def outcome(path: Path, number: int | None, kind: str) -> Outcome:
    """Return what becomes of a tune."""
    source = path.name if number is None else f"{path.name}#{number}"
    said = Said()
    logger = logging.getLogger("armusic.io.readers")
    logger.addHandler(said)
    start = time.process_time()
    signal.setitimer(signal.ITIMER_PROF, LIMIT)
    try:
        tokenizer.encode(readers.read(path, None, number))
        result, message = WITH_REMARKS if said.lines else AS_WRITTEN, "\n".join(said.lines)
    except ArmusicError as error:
        result, message = error.reason, str(error)
    except Exception:  # noqa: BLE001  # that there is none is what is to be shown
        result, message = FAILED, traceback.format_exc()
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        logger.removeHandler(said)
    return Outcome(source, kind, result, message, time.process_time() - start)


def report(found: list[Outcome], show: int) -> None:
    """Print the tables, as Markdown, and some messages for each reason."""
    kinds = sorted({one.kind for one in found})
    counts = {kind: Counter(one.result for one in found if one.kind == kind) for kind in kinds}
    total = Counter(one.result for one in found)
    reasons = [reason for reason, _ in total.most_common() if reason not in (AS_WRITTEN, WITH_REMARKS, FAILED)]
    print("| | " + " | ".join([*kinds, "all"]) + " |\n| --- |" + " --- |" * (len(kinds) + 1))
    used = [AS_WRITTEN, WITH_REMARKS]
    print_row("files", [f"{sum(one.values()):,}" for one in (*counts.values(), total)])
    shares = [sum(one[name] for name in used) / max(sum(one.values()), 1) for one in (*counts.values(), total)]
    print_row("used", [f"{share:.1%}" for share in shares])
    for name in (*used, *reasons, FAILED):
        label = f"used, {name}" if name in used else f"refused: {name}" if name != FAILED else FAILED
        print_row(label, [f"{one[name]:,}" for one in (*counts.values(), total)])
    print("\n| of the files used | |\n| --- | --- |")
    remarked = [one.message for one in found if one.result == WITH_REMARKS]
    for label, pattern in REMARKS.items():
        print_row(label, [f"{sum(bool(re.search(pattern, message)) for message in remarked):,}"])
    slow = max(found, key=lambda one: one.seconds)
    print(f"\nslowest: {slow.source}, {slow.seconds:.1f} s; all: {sum(one.seconds for one in found):.0f} s")
    examples: defaultdict[str, list[str]] = defaultdict(list)
    for one in found:
        if one.result not in (AS_WRITTEN, WITH_REMARKS):
            examples[one.result].append(one.message)
    for reason, messages in examples.items():
        print(f"\n{reason}: {len(messages)}")
        for message in messages[:: max(len(messages) // show, 1)][:show]:
            print(f"    {message}")


def print_row(name: str, cells: list[str]) -> None:
    """Print a row of a Markdown table."""
    print("| " + " | ".join([name, *cells]) + " |")


def main() -> None:
    """Read the files, and print what became of them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", help="a folder, or music21")
    parser.add_argument("--every", type=int, default=10, help="of music21's corpus, every so-many-th piece")
    parser.add_argument("--made", type=Path, help="folder for what music21 makes; kept")
    parser.add_argument("--show", type=int, default=5, help="messages for each reason")
    options = parser.parse_args()
    warnings.simplefilter("ignore")  # music21's
    logging.getLogger("armusic").propagate = False
    signal.signal(signal.SIGPROF, _late)
    with tempfile.TemporaryDirectory() as folder:
        if options.folder == "music21":
            made = options.made or Path(folder)
            made.mkdir(parents=True, exist_ok=True)
            files = music21_files(options.every, made)
        else:
            options.every = 1
            files = (path for path in sorted(Path(options.folder).rglob("*")) if path.suffix.lower() in readers.READERS)
        report([one for path in files for one in outcomes(path, options.every)], options.show)


def _late(*_: object) -> None:
    raise TimeoutError(f"more than {LIMIT} s")


if __name__ == "__main__":
    main()
