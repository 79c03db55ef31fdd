"""The tools: each reads a melody, does what the command of its name does, and answers with notes and a MIDI file.

The docstrings and the descriptions of parameters are what an assistant reads.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, get_type_hints

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, create_model

from armusic import api
from armusic.api import arguments, turning
from armusic.assistant import replies
from armusic.assistant.folders import Folders
from armusic.config.manner import KEEPS, KEPT, NATURAL
from armusic.editing.calibration import scale_of
from armusic.editing.result import Reached
from armusic.errors import MusicError, UsageError
from armusic.io import readers
from armusic.io.readers import options
from armusic.io.writers import abc
from armusic.io.writers.layout import file_name
from armusic.music import attributes
from armusic.music.score import METRES, Metre, Tune
from armusic.taste import information

MOST = 16  # alternatives, and new tunes
PERCENTS = (5, 25, 50, 75, 95)
MAX_ABC = 200_000  # characters

File = Annotated[
    str, Field(description="MIDI, ABC or MusicXML file with the melody; book.abc#12 is tune 12 of a book.")
]
Abc = Annotated[str, Field(description="The melody as ABC notation, in place of a file.", max_length=MAX_ABC)]
Track = Annotated[
    str,
    Field(description="Which part is the melody: a number or name that `inspect` lists. Empty: chosen, and reported."),
]

OTHER_OPTIONS = ("track", "beats", "max_size", "strict")  # of readers: a parameter of its own, and not for assistants

if TYPE_CHECKING:
    Options = BaseModel
else:
    _kinds = get_type_hints(options.Reading)
    Options = create_model(
        "Options",
        __config__=ConfigDict(extra="forbid"),
        **{
            item.name: (_kinds[item.name], Field(item.default, description=item.metadata["help"]))
            for item in fields(options.Reading)
            if item.name not in OTHER_OPTIONS
        },
    )

Reading = Annotated[
    Options,
    Field(description="Options of reading the file, which messages ask for: metre, tempo, downbeat and others."),
]
Value = Annotated[float, Field(allow_inf_nan=False)] | str
Targets = Annotated[
    dict[str, Value],
    Field(
        description="Attribute (rhythm, range, density, contour or another that `explain` knows) -> target: a value"
        ' (0.3), a percentile of the corpus ("p80"), a shift from the present value ("by+0.1", "by-0.1"), or a curve'
        ' over the measures ("1:0.2 8:0.7").',
        max_length=16,
    ),
]
Measures = Annotated[
    list[int] | None,
    Field(description="First and last measure that may change, as numbered in the file.", min_length=2, max_length=2),
]
Key = Annotated[str, Field(description="Key to stay in, such as A:dorian; auto: the tune's own; off: any pitch.")]
Natural = Annotated[
    float,
    Field(ge=0, le=1, description="From 0, as near to the input as can be, to 1, as tunes of the corpus would go."),
]
Keep = Annotated[list[str], Field(description=f"What must not change: any of {', '.join(KEEPS)}.")]
Alternatives = Annotated[int, Field(ge=1, le=MOST, description="Number of different answers, as good as one another.")]
Seed = Annotated[int, Field(ge=0, le=2**32 - 1, description="Seed of all that is drawn by chance.")]
Output = Annotated[
    str,
    Field(
        description="MIDI file to write, which must not be there yet. Empty: a name that is free in the first folder."
    ),
]

AS_IT_IS = Options()

WORDS = {
    "targets": "A target of the tune is one of its mean over the measures; measures change where that costs the music"
    " least. A curve, and a target with `measures`, is met measure by measure.",
    "natural": "How variations are written: 0 stays as near to the input as can be, 1 goes as the corpus would.",
    information.NAME: "How unexpected the notes are among their neighbours to a model of folk tunes, in bits a note.",
    **{f"keep {name}": f"Keeps {text}." for name, text in KEEPS.items()},
    "limits": "One voice; measures in 4/4, 2/4, 3/4, 6/8, 9/8 and 12/8 on a grid of sixteenths and triplets are edited,"
    " others pass through as they are. `inspect` says which measures of a file these are.",
}


@dataclass(frozen=True, slots=True)
class Tools:
    """What an assistant can do with a model and the files in some folders."""

    folders: Folders
    model: api.Model

    def inspect(
        self, file: File = "", abc: Abc = "", track: Track = "", reading: Reading = AS_IT_IS
    ) -> replies.Contents:
        """Show what is in a music file, which part would be the melody, and why it cannot be used, if it cannot."""
        with self._path(file, abc) as path:
            chosen = _options(track, reading)
            seen = api.inspect(path, **chosen)
            tune = "" if seen.refused else _abc(api.read(path, **chosen))
        parts = [
            replies.PartReply(f"{part.track}:{part.channel}", part.name, part.notes, part.melody) for part in seen.parts
        ]
        facts = {**seen.facts, **({"measures left as they are": seen.unchanged} if seen.unchanged else {})}
        return replies.Contents(not seen.refused, seen.refused, facts, parts, list(seen.remarks), tune)

    def attributes(
        self,
        file: File = "",
        abc: Abc = "",
        track: Track = "",
        reading: Reading = AS_IT_IS,
        names: Annotated[list[str], Field(description="Attributes to measure; empty: the model's own.")] = [],  # noqa: B006
    ) -> replies.Measurements:
        """Measure musical attributes of a melody, measure by measure."""
        turning.refuse_files((name, "") for name in names)
        with self._path(file, abc) as path:
            tune, remarks = self._read(path, _options(track, reading))
        table = api.attributes(tune, names or self.model.attributes)
        rows = [_by_name(table.names, row) for row in table.values]
        measures = [
            replies.MeasureValues(number, metre, values)
            for number, metre, values in zip(table.measures, table.metres, rows, strict=True)
        ]
        return replies.Measurements(_by_name(table.names, table.values.mean(axis=0)), measures, remarks)

    def turn(
        self,
        targets: Targets,
        file: File = "",
        abc: Abc = "",
        track: Track = "",
        reading: Reading = AS_IT_IS,
        measures: Measures = None,
        key: Key = "auto",
        keep: Keep = list(KEPT),  # noqa: B006
        natural: Natural = NATURAL,
        alternatives: Alternatives = 1,
        seed: Seed = 0,
        output: Output = "",
    ) -> replies.Answer:
        """Turn musical attributes of a melody up or down, and leave the rest of it as it is."""
        turning.refuse_files(targets.items())
        with self._path(file, abc) as path:
            tune, remarks = self._read(path, _options(track, reading))
        how: dict[str, Any] = {"measures": _range(measures), "key": key, "natural": natural, "keep": keep or "none"}
        answers = self.model.alternatives(tune, targets, alternatives, seed, **how)
        label = " ".join(f"{attributes.short_name(name)}={value}" for name, value in targets.items())
        return self._answer(tune, answers, label, "-".join(targets), output, remarks)

    def vary(
        self,
        file: File = "",
        abc: Abc = "",
        track: Track = "",
        reading: Reading = AS_IT_IS,
        measures: Measures = None,
        targets: Targets = {},  # noqa: B006
        key: Key = "auto",
        keep: Keep = list(KEPT),  # noqa: B006
        natural: Natural = NATURAL,
        alternatives: Alternatives = 3,
        seed: Seed = 0,
        output: Output = "",
    ) -> replies.Answer:
        """Compose some measures of a melody anew, between their neighbours."""
        turning.refuse_files(targets.items())
        with self._path(file, abc) as path:
            tune, remarks = self._read(path, _options(track, reading))
        how: dict[str, Any] = {"key": key, "natural": natural, "keep": keep or "none"}
        answers = self.model.vary(tune, _range(measures), targets=targets, alternatives=alternatives, seed=seed, **how)
        return self._answer(tune, answers, "vary", "vary", output, remarks)

    def generate(
        self,
        measures: Annotated[int, Field(ge=1, le=256, description="Number of measures; a phrase has eight.")] = 8,
        metre: Annotated[str, Field(description=f"Metre: one of {', '.join(map(str, METRES))}.")] = "4/4",
        key: Annotated[str, Field(description="Key, such as A:dorian.")] = "D:major",
        targets: Targets = {},  # noqa: B006
        count: Annotated[int, Field(ge=1, le=MOST, description="Number of tunes.")] = 1,
        seed: Seed = 0,
        output: Output = "",
    ) -> replies.Answer:
        """Generate new folk-like tunes, with targets for their attributes."""
        turning.refuse_files(targets.items())
        place = self._place(output, "generate")
        result = self.model.generate(measures, metre, key, targets=targets, count=count, seed=seed)
        tunes = []
        for (name, tune), values in zip(result.tunes, result.values, strict=True):
            means = zip(result.names, result.targets.mean(axis=0).tolist(), values.mean(axis=0).tolist(), strict=True)
            rows = [replies.ValueReply(attribute, reached, target, reached) for attribute, target, reached in means]
            tunes.append(replies.TuneReply(name, replies.notes_of(tune), _abc(tune), rows, [], [], []))
        api.write(list(result.tunes), place)
        return replies.Answer(tunes, str(place), list(result.unchanged))

    def explain(
        self,
        name: Annotated[str, Field(description=f"An attribute, or one of: {', '.join(WORDS)}.")],
        metre: Annotated[str, Field(description="The metre of which usual values are given.")] = "4/4",
    ) -> replies.Explanation:
        """Explain an attribute, with its usual values, or another word that the tools use."""
        if name in WORDS:
            return replies.Explanation(name, WORDS[name], {})
        turning.refuse_files([(name, "")])
        attribute = arguments.attributes([name])[0]
        text = " ".join((attributes.get(attribute).__doc__ or "").split("\n\n")[0].split())
        kind = METRES.index(Metre.parse(metre)) if Metre.parse(metre) in METRES else -1
        if kind < 0:
            raise UsageError(f"{metre}: usual values are known in {', '.join(map(str, METRES))}")
        scale = scale_of(self.model.checkpoint, [attribute])
        usual = {f"p{percent}": round(scale.percentile(attribute, kind, percent), 4) for percent in PERCENTS}
        return replies.Explanation(attribute, text, usual)

    @contextmanager
    def _path(self, file: str, abc: str) -> Iterator[Path]:
        """Give the path of a melody: a file in the folders, or ABC text, which is put into one for a moment."""
        if bool(file) == bool(abc):
            raise UsageError(
                "no melody: give a file, or ABC text" if not file else "two melodies: give a file or ABC text"
            )
        if file:
            name, number = readers.split_number(file)
            mark = "" if number is None else f"#{number}"
            yield self.folders.existing(str(name)).with_name(f"{self.folders.existing(str(name)).name}{mark}")
            return
        with tempfile.TemporaryDirectory(prefix="armusic-") as folder:
            path = Path(folder) / "melody.abc"
            path.write_text(abc, encoding="utf-8")
            yield path

    def _read(self, path: Path, reading: dict[str, Any]) -> tuple[Tune, list[str]]:
        """Return the tune, and what the reader chose, left out or corrected."""
        contents = api.inspect(path, **reading)
        if contents.refused:
            raise MusicError(contents.refused)
        remarks = [*contents.remarks, *([contents.unchanged] if contents.unchanged else [])]
        return api.read(path, **reading), remarks

    def _place(self, output: str, stem: str) -> Path:
        """Return where to write: where the assistant says, or under a name that is free."""
        if not output:
            return self.folders.free(stem)
        place = self.folders.new(output)
        if place.suffix.lower() not in (".mid", ".midi"):
            raise UsageError(f"{output}: MIDI is written: give a name that ends in .mid")
        if place.exists():
            raise UsageError(f"{output}: is there already: give another name")
        return place

    def _answer(
        self, tune: Tune, answers: Sequence[Reached], label: str, stem: str, output: str, remarks: Sequence[str]
    ) -> replies.Answer:
        """Write the input and the answers, a track each, and return them."""
        title = file_name(tune.title or "melody")
        place = self._place(output, f"{title}-{stem}")
        names = [label, *(f"{label} ({number})" for number in range(2, len(answers) + 1))]
        api.write(
            [("original", tune), *((name, each.tune) for name, each in zip(names, answers, strict=True))],
            place,
            attributes=answers[0].names,
        )
        tunes = [_reply(name, each) for name, each in zip(names, answers, strict=True)]
        return replies.Answer(tunes, str(place), list(remarks))


def _options(track: str, reading: Options) -> dict[str, Any]:
    return {"track": track or None, **reading.model_dump()}


def _reply(name: str, answer: Reached) -> replies.TuneReply:
    means = zip(
        answer.names,
        *(table.mean(axis=0).tolist() for table in (answer.original, answer.targets, answer.values)),
        strict=True,
    )
    changed = [answer.tune.firsts[row] for row in np.flatnonzero(answer.distance).tolist()]
    return replies.TuneReply(
        name,
        replies.notes_of(answer.tune),
        _abc(answer.tune),
        [replies.ValueReply(*row) for row in means],
        list(dict.fromkeys(changed)),
        list(answer.notes),
        list(answer.unusual),
    )


def _abc(tune: Tune) -> str:
    return abc.text([(tune.title or "melody", tune)])


def _by_name(names: Sequence[str], values: np.ndarray) -> dict[str, float]:
    return dict(zip(names, values.round(6).tolist(), strict=True))


def _range(measures: Sequence[int] | None) -> tuple[int, int] | None:
    return None if measures is None else (measures[0], measures[1])
