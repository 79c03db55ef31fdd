"""Compare the ABC reader with an independent one, abcnotes 0.1.0, over the tunes that come with music21.

Both give pitches and lengths in playing order, with grace notes left out and ties joined.
A difference gets a cause by trial: one doubtful feature is removed from the text, and if both
readers agree on the rest, it was the cause. At the end, the results for each collection: tunes,
and refusals by reason.

    python benchmarks/abc_agreement.py [--show 3] [COLLECTION ...]
"""

from __future__ import annotations

import argparse
import re
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from fractions import Fraction
from importlib.util import find_spec
from pathlib import Path

import abcnotes

from armusic.errors import ArmusicError, MetreError
from armusic.io.readers import abc
from armusic.music.score import Tune

COLLECTIONS = ("ryansMammoth", "oneills1850", "airdsAirs", "miscFolk", "nottingham-dataset", "josquin", "essenFolksong")
Sounds = list[tuple[int | None, Fraction]]

MIDDLE_C = 60
QUARTERS = 4  # in a whole note, abcnotes' unit


class ChordError(ValueError):
    """A chord, which has no place in a sequence of single notes."""


def corpus() -> Path:
    """Return the folder of music21's bundled scores, without importing music21."""
    spec = find_spec("music21")
    if spec is None or spec.origin is None:
        raise SystemExit("music21 is not installed: its corpus has the tunes")
    return Path(spec.origin).parent / "corpus"


def tunes(collection: str) -> Iterator[tuple[str, str]]:
    """Yield the name and the text of each tune of a collection."""
    for path in sorted((corpus() / collection).glob("*.abc")):
        data = path.read_bytes()
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = data.decode("latin-1")
        for number, tune in abc.split(text):
            yield f"{path.name}#{number}", tune


def theirs(text: str) -> Sounds:
    """Return the notes of a tune by abcnotes, in its most likely reading if repeats are ambiguous."""
    sounds: Sounds = []
    chord: list[tuple[int, Fraction]] | None = None
    tied: int | None = None
    for bar in abcnotes.Tune(abc=text).expand_repeats(strict=False):
        for token in bar:
            if isinstance(token, abcnotes.ChordBracket):
                if chord is None:
                    chord = []
                    continue
                if len({pitch for pitch, _ in chord}) != 1:
                    raise ChordError("chord")
                sounds.append(chord[0])
                chord, tied = None, None
            elif isinstance(token, abcnotes.Rest):
                sounds.append((None, _length(token)))
                tied = None
            elif isinstance(token, abcnotes.Note) and not token.grace:
                pitch, length = token.pitch.abs_value + MIDDLE_C, _length(token)
                if chord is not None:
                    chord.append((pitch, length))
                    continue
                if pitch == tied:
                    length += sounds.pop()[1]
                sounds.append((pitch, length))
                tied = pitch if token.tie else None
    return sounds


def _length(token: abcnotes.Note | abcnotes.Rest) -> Fraction:
    """Return the length of a note or rest of abcnotes in quarter notes."""
    whole = isinstance(token, abcnotes.Rest) and token.symbol in "XZ" and token.time_sig._meter
    num, den = token.length
    over, under = token.time_sig._meter if whole else token.time_sig._unit_len
    return Fraction(QUARTERS * num * over, den * under)


def attempt(read: Callable[[str], Sounds], text: str) -> Sounds | Exception:
    """Return a reader's result for a text, or its error."""
    try:
        return read(text)
    except Exception as error:  # noqa: BLE001  # abcnotes raises plain Exceptions
        return error


def _in_music(pattern: str, by: str, text: str) -> str:
    """Return a text with a replacement made after the header."""
    header, key, music = re.split(r"(?m)^(K:.*\n)", text, maxsplit=1)
    return header + key + re.sub(pattern, by, music)


def _joined(text: str) -> str:
    """Return a text with each line of music on the line of the one before."""
    return _in_music(r"\\?[ \t]*(?:%.*)?\n(?![A-Za-z]:|%|\Z)", " ", text)


def _without_graces(text: str) -> str:
    return _in_music(r"\{[^{}]*\}-?", "", text)


def _closed(text: str) -> str:
    """Return a text with `:|` put at the end, and before each `|:`, where it is missing."""
    ended = _in_music(r"\|[|\]\s]*\Z", ":|", text.rstrip() + "\n")
    return _in_music(r"(?<![:|\s])\s*\|+\]?\s*\|:", " :| |:", ended) + "\n"


CAUSES: dict[str, Callable[[str], str]] = {
    "order of parts (P:)": lambda text: re.sub(r"(?m)^P:.*\n|\[P:.\]", "", text),
    "grace notes in a tuplet, at > or before -": _without_graces,
    "tuplet, > or tie at the end of a line": _joined,
    "both of these": lambda text: _joined(_without_graces(text)),
    "invisible bar line [|]": lambda text: text.replace("[|]", ""),
    "last :| of a repeat left out": _closed,
    "both of those": lambda text: _closed(text.replace("[|]", "")),
    "%%MIDI transpose": lambda text: re.sub(r"(?m)^%%MIDI\s+transpose.*\n", "", text),
    "chord as +CE+": lambda text: re.sub(r"\+[A-G0-9]+\+", "", text),
    "accidental in K:": lambda text: re.sub(r"(?m)^(K:\w+?)[=^_].*", r"\1", text),
}


def cause(text: str) -> str:
    """Return the name of the first change after which both readers agree."""
    for name, change in CAUSES.items():
        changed = change(text)
        ours = attempt(abc.sequence, changed)
        if changed != text and ours and ours == attempt(theirs, changed):
            return name
    return "other"


def compare(names: Iterable[str], show: int) -> None:
    """Print how far the two readers agree, and the causes of differences."""
    columns = ("tunes", "agree", "differ", "our error", "their error", "both errors")
    print(f"{'collection':20}" + "".join(f"{column:>12}" for column in columns) + f"{'agree where both read':>24}")
    total: Counter[str] = Counter()
    causes: defaultdict[str, list[str]] = defaultdict(list)
    for name in names:
        counts: Counter[str] = Counter()
        for source, text in tunes(name):
            ours, reference = attempt(abc.sequence, text), attempt(theirs, text)
            kind = "agree" if ours == reference else "differ"
            if isinstance(ours, Exception):
                kind = "both errors" if isinstance(reference, Exception) else "our error"
                if kind == "our error":
                    causes[f"our error: {getattr(ours, 'reason', 'none')}"].append(source)
            elif isinstance(reference, Exception):
                kind = "their error"
                sign = re.search("Unable to parse: .(.)", str(reference))
                causes[f"their error: {f'cannot read {sign[1]!r}' if sign else str(reference)[:40]}"].append(source)
            elif kind == "differ":
                causes[f"differ: {cause(text)}"].append(source)
            counts["tunes"] += 1
            counts[kind] += 1
        total += counts
        print(_row(name, counts, columns))
    print(_row("all", total, columns))
    print("\ncauses")
    for what, sources in sorted(causes.items(), key=lambda item: (item[0].split(":")[0], -len(item[1]))):
        print(f"  {len(sources):5} {what:60} {', '.join(sources[:show])}")


def _row(name: str, counts: Counter[str], columns: Iterable[str]) -> str:
    both = counts["agree"] + counts["differ"]
    cells = "".join(f"{counts[column]:12}" for column in columns)
    of_both, of_all = (counts["agree"] / max(count, 1) for count in (both, counts["tunes"]))
    return f"{name:20}{cells}{of_both:23.1%} ({of_all:.1%} of all)"


def harvest(names: Iterable[str], show: int) -> None:
    """Print the numbers of tunes and of refusals by reason, and the speed."""
    for name in names:
        texts = list(tunes(name))
        reasons: defaultdict[str, list[str]] = defaultdict(list)
        supported = read = measures = 0
        start = time.process_time()
        results = [(source, _tune(text, source)) for source, text in texts]
        seconds = time.process_time() - start
        for _, result in results:
            supported += not isinstance(result, MetreError)
            if isinstance(result, Tune):
                read += 1
                measures += len(result.measures)
            else:
                reasons[result.reason].append(str(result))
        print(
            f"\n{name}: {read} of {len(texts)} tunes ({read / max(supported, 1):.1%} of the {supported} in a known"
            f" metre), {measures} measures, {len(texts) / seconds:.0f} tunes/s of CPU"
        )
        for reason, messages in sorted(reasons.items(), key=lambda item: -len(item[1])):
            print(f"  {len(messages):5} {reason}")
            for message in messages[:show]:
                print(f"          {message}")


def _tune(text: str, source: str) -> Tune | ArmusicError:
    try:
        return abc.parse_tune(text, source)
    except ArmusicError as error:
        return error


def main() -> None:
    """Run both parts."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("collection", nargs="*", help=f"any of {', '.join(COLLECTIONS)}")
    parser.add_argument("--show", type=int, default=3, help="examples of each cause")
    options = parser.parse_args()
    collections = options.collection or COLLECTIONS
    compare(collections, options.show)
    harvest(collections, options.show)


if __name__ == "__main__":
    main()
