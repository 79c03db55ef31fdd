"""Survey of files that can be used, and of reasons against the others: those of a folder, or of music21.

    python benchmarks/survey.py FOLDER
    python benchmarks/survey.py music21 [--every 10]

`music21` is every 10th piece of its corpus (of its tune books every 10th tune), the test files for
MusicXML and MIDI in its package, and music21's own exports of the pieces: MIDI of all scores, and
MusicXML of those in Humdrum, which armusic does not read. Each file is read as
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
from collections.abc import Iterator, Sequence
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
    "passages in other metres passed over": "for which no model is trained",
    "metres read as others": "are read as [0-9]+/",
    "measures of odd lengths": "ends after",
    "ends of sections set right": r"no room for the pickup|a rest .*is added after",
    "repeats not clear, played once": "so every measure is played once",
    "no metre written": "no metre is written|is none: taken for|no time signature|its time signature, 1/4",
    "grace notes left out": "grace note",
    "lyrics left out": "its lyrics are",
    "another encoding than declared": "read as (UTF|Latin)",
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """Outcome of a file: used, or the reason against it; its remarks or error, and the CPU time."""

    source: str
    kind: str
    result: str
    message: str
    seconds: float


class RemarkHandler(logging.Handler):
    """Collects the remarks that readers log."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Add a remark."""
        self.lines.append(record.getMessage())


def music21_files(every: int, export_folder: Path) -> Iterator[Path]:
    """Yield the files that come with music21, and its exports of them, in `export_folder`."""
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
            yield from exports(piece, export_folder / f"{number:04}-{piece.stem}")


def exports(piece: Path, stem: Path) -> Iterator[Path]:
    """Yield music21's exports of a piece, except those that fail."""
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
    """Yield the outcome of a file, or of every so-many-th tune of a book."""
    kind = FORMATS.get(path.suffix.lower(), "MusicXML")
    numbers: Sequence[int | str | None] = [None]
    if kind == "ABC":
        text = path.read_bytes().decode("latin-1")
        names = abc.names([number for number, _ in abc.split(text)])
        numbers = names[::every] if len(names) > 1 else [None]
    for number in numbers:
        yield outcome(path, number, kind)


def outcome(path: Path, number: int | str | None, kind: str) -> Outcome:
    """Return the outcome of a tune."""
    source = path.name if number is None else f"{path.name}#{number}"
    handler = RemarkHandler()
    logger = logging.getLogger("armusic.io.readers")
    logger.addHandler(handler)
    start = time.process_time()
    signal.setitimer(signal.ITIMER_PROF, LIMIT)
    try:
        tokenizer.encode(readers.read(path, None, number))
        result, message = WITH_REMARKS if handler.lines else AS_WRITTEN, "\n".join(handler.lines)
    except ArmusicError as error:
        result, message = error.reason, str(error)
    except Exception:  # noqa: BLE001  # the survey shows that there is none
        result, message = FAILED, traceback.format_exc()
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        logger.removeHandler(handler)
    return Outcome(source, kind, result, message, time.process_time() - start)


def report(outcomes: list[Outcome], show: int) -> None:
    """Print the tables, as Markdown, and some messages for each reason."""
    kinds = sorted({outcome.kind for outcome in outcomes})
    counts = {kind: Counter(outcome.result for outcome in outcomes if outcome.kind == kind) for kind in kinds}
    total = Counter(outcome.result for outcome in outcomes)
    reasons = [reason for reason, _ in total.most_common() if reason not in (AS_WRITTEN, WITH_REMARKS, FAILED)]
    print("| | " + " | ".join([*kinds, "all"]) + " |\n| --- |" + " --- |" * (len(kinds) + 1))
    used = [AS_WRITTEN, WITH_REMARKS]
    print_row("files", [f"{sum(column.values()):,}" for column in (*counts.values(), total)])
    shares = [sum(column[name] for name in used) / max(sum(column.values()), 1) for column in (*counts.values(), total)]
    print_row("used", [f"{share:.1%}" for share in shares])
    for name in (*used, *reasons, FAILED):
        label = f"used, {name}" if name in used else f"refused: {name}" if name != FAILED else FAILED
        print_row(label, [f"{column[name]:,}" for column in (*counts.values(), total)])
    print("\n| of the files used | |\n| --- | --- |")
    remarked = [outcome.message for outcome in outcomes if outcome.result == WITH_REMARKS]
    for label, pattern in REMARKS.items():
        print_row(label, [f"{sum(bool(re.search(pattern, message)) for message in remarked):,}"])
    slow = max(outcomes, key=lambda outcome: outcome.seconds)
    print(f"\nslowest: {slow.source}, {slow.seconds:.1f} s; all: {sum(outcome.seconds for outcome in outcomes):.0f} s")
    examples: defaultdict[str, list[str]] = defaultdict(list)
    for outcome in outcomes:
        if outcome.result not in (AS_WRITTEN, WITH_REMARKS):
            examples[outcome.result].append(outcome.message)
    for reason, messages in examples.items():
        print(f"\n{reason}: {len(messages)}")
        for message in messages[:: max(len(messages) // show, 1)][:show]:
            print(f"    {message}")


def print_row(name: str, cells: list[str]) -> None:
    """Print a row of a Markdown table."""
    print("| " + " | ".join([name, *cells]) + " |")


def main() -> None:
    """Read the files, and print the outcomes."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", help="a folder, or music21")
    parser.add_argument("--every", type=int, default=10, help="of music21's corpus, every so-many-th piece")
    parser.add_argument("--exports", type=Path, help="folder for music21's exports; by default a temporary one")
    parser.add_argument("--show", type=int, default=5, help="messages for each reason")
    options = parser.parse_args()
    warnings.simplefilter("ignore")  # music21's
    logging.getLogger("armusic").propagate = False
    signal.signal(signal.SIGPROF, _late)
    with tempfile.TemporaryDirectory() as folder:
        if options.folder == "music21":
            exports_folder = options.exports or Path(folder)
            exports_folder.mkdir(parents=True, exist_ok=True)
            files = music21_files(options.every, exports_folder)
        else:
            options.every = 1
            files = (path for path in sorted(Path(options.folder).rglob("*")) if path.suffix.lower() in readers.READERS)
        report([outcome for path in files for outcome in outcomes(path, options.every)], options.show)


def _late(*_: object) -> None:
    raise TimeoutError(f"more than {LIMIT} s")


if __name__ == "__main__":
    main()
