"""The JSON messages of `POST /api/notes`, as pydantic models with an example each."""

from fractions import Fraction
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, ConfigDict, Field, field_validator, model_validator

from armusic.config import KEEPS, KEPT, MOST_ALTERNATIVES, MOST_STEPS, NATURAL, SPAN, STEPS
from armusic.studio.schemas import MAX_MEASURES, Message

API = 1
"""Number of the notes API; it rises when a request that was answered would be answered otherwise, or refused."""

MAX_NOTES, MAX_BAND = 4096, 16_384  # of the melody, and of all other parts together
MAX_ANSWERS = 128
MAX_PLAYERS, MAX_CHORDS, MAX_METRES = 64, 1024, 64
_MAX_BEATS = 100_000.0


def _whole(value: Any) -> Any:
    """Return 60.0, as some languages write it, as 60."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


Whole = Annotated[int, BeforeValidator(_whole), Field(strict=True)]
Real = Annotated[float, Field(strict=True, allow_inf_nan=False)]
Beats = Annotated[Real, Field(ge=0, le=_MAX_BEATS)]
Length = Annotated[Real, Field(gt=0, le=_MAX_BEATS)]
Word = Annotated[str, Field(min_length=1, max_length=200)]
_METRE = Annotated[str, Field(max_length=10, description="A time signature, such as 6/8, C or C|.")]

_NOTES: list[dict[str, Any]] = [
    {"pitch": pitch, "start": start, "duration": 0.5, "velocity": 80}
    for pitch, start in zip((67, 69, 71, 72, 74, 71, 69, 67), (0.0, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 3.5), strict=True)
]
_REQUEST: dict[str, Any] = {
    "notes": _NOTES,
    "metre": "4/4",
    "tempo": 96.0,
    "attributes": ["density=by-0.05"],
    "chords": [{"start": 0.0, "symbol": "G"}, {"start": 2.0, "symbol": "D7"}],
}


def _example(value: dict[str, Any]) -> ConfigDict:
    return ConfigDict(frozen=True, extra="forbid", json_schema_extra={"examples": [value]})


class ClipNote(Message):
    """A note: where it starts and how long it is in beats of the request."""

    model_config = _example(_NOTES[0])

    pitch: Annotated[Whole, Field(ge=0, le=127)] = Field(description="MIDI pitch; 60 is middle C.")
    start: Beats = Field(description="Beats from the start of the clip.")
    duration: Length
    velocity: Annotated[Whole, Field(ge=1, le=127)] = 80


class MetreChange(Message):
    """A time signature, and the beat at which it begins."""

    model_config = _example({"start": 0.0, "metre": "6/8"})

    start: Beats
    metre: _METRE


class Chord(Message):
    """A chord symbol, and the beat at which it begins; it holds until the next."""

    model_config = _example({"start": 4.0, "symbol": "Am7"})

    start: Beats
    symbol: Annotated[str, Field(min_length=1, max_length=20)] = Field(description="As Am7, F#dim, Bb/D or N.C.")


class Part(Message):
    """Another part that sounds along."""

    model_config = _example({"name": "bass", "drums": False, "notes": [{"pitch": 43, "start": 0.0, "duration": 2.0}]})

    name: Annotated[str, Field(max_length=200)] = ""
    drums: bool = Field(False, description="Whether it plays drums, which have no chords.")
    notes: Annotated[list[ClipNote], Field(max_length=MAX_BAND)]


class NotesRequest(Message):
    """Notes, what sounds beside them, and what is to be done: no file, and no session."""

    model_config = _example(_REQUEST)

    api: Annotated[Whole, Field(ge=1)] = Field(
        API, description="Number of the notes API that the client is written for."
    )
    notes: list[ClipNote] = Field(description=f"The melody: one voice, 1 to {MAX_NOTES} notes, in any order.")
    unit: Annotated[str, Field(pattern=r"^[1-9][0-9]?/[1-9][0-9]?$")] = Field(
        "1/4", description="What a beat is, as part of a whole note: 1/4 for quarter notes, 3/8 for dotted ones."
    )
    metre: _METRE | Annotated[list[MetreChange], Field(min_length=1, max_length=MAX_METRES)] = Field(
        "4/4", description="The time signature, or each of several with the beat at which it begins, the first at 0."
    )
    bar: Beats | None = Field(
        None,
        description="Beat of the first bar line; what comes before it is a pickup. null: as in a file, bar lines count"
        " from the start, but for a pickup that is plain.",
    )
    length: Length | None = Field(
        None, description="Length of the clip in beats; null: up to the end of its last note."
    )
    tempo: Annotated[Real, Field(ge=5, le=1000)] = Field(120.0, description="Quarter notes a minute.")
    key: Annotated[str, Field(max_length=40)] = Field(
        "auto", description="Key to stay in, such as A:dorian; auto: the tune's own; off: any pitch."
    )
    band: Annotated[list[Part], Field(max_length=MAX_PLAYERS)] = Field([], description="Other parts that sound along.")
    chords: Annotated[list[Chord], Field(max_length=MAX_CHORDS)] = Field(
        [], description="Chord symbols, instead of other parts or beside them."
    )
    voice: Literal["one", "highest", "lowest"] = Field(
        "one", description="What stays where several notes of the melody sound together; one: they are refused."
    )
    quantize: Literal["auto", "off", "strict"] = Field(
        "auto", description="Notes off the grid: move them to it, leave their measures alone, or refuse the file."
    )
    groove: Literal["drop", "keep"] = Field(
        "drop", description="Whether new notes are as early or late as those that started there."
    )
    attributes: Annotated[list[Word], Field(max_length=16)] = Field(
        description="As armusic interpolate takes them: one name for a sweep, rhythm, or targets, rhythm=0.3 or"
        " density=by+0.1 or contour=p80."
    )
    steps: Annotated[Whole, Field(ge=1, le=MOST_STEPS)] = Field(STEPS, description="Number of variations of a sweep.")
    range: Annotated[list[Real], Field(min_length=2, max_length=2)] = Field(
        list(SPAN), description="First and last step of a sweep, in standard deviations of the attribute."
    )
    measures: (
        Annotated[list[Annotated[Whole, Field(ge=1, le=MAX_MEASURES)]], Field(min_length=2, max_length=2)] | None
    ) = Field(None, description="First and last measure that may change, counted from 1 in the clip; null for all.")
    each_measure: bool = Field(False, description="Whether every measure comes to its own target, not their mean.")
    natural: Annotated[Real, Field(ge=0, le=1)] = Field(
        NATURAL, description="From 0, as near to the notes as can be, to 1, as the tunes of the corpus would go."
    )
    keep: Annotated[list[Word], Field(max_length=8)] = Field(
        list(KEPT), description=f"What must not change: any of {', '.join(KEEPS)}."
    )
    alternatives: Annotated[Whole, Field(ge=1, le=MOST_ALTERNATIVES)] = Field(
        1, description="Number of different answers for each target or step."
    )
    seed: Annotated[Whole, Field(ge=0, le=2**32 - 1)] = Field(0, description="Seed of the alternatives.")

    @field_validator("notes", mode="before")
    @classmethod
    def _few(cls, value: Any) -> Any:
        if isinstance(value, list) and len(value) > MAX_NOTES:
            raise ValueError(f"there are {len(value)}: up to {MAX_NOTES} are taken")
        return value

    @model_validator(mode="after")
    def _known(self) -> "NotesRequest":
        if self.api > API:
            raise ValueError(f"this server has notes API {API}, and the request needs {self.api}: update armusic")
        if (count := sum(len(part.notes) for part in self.band)) > MAX_BAND:
            raise ValueError(f"band: there are {count} notes: up to {MAX_BAND} are taken")
        if (count := self.steps * self.alternatives) > MAX_ANSWERS:
            raise ValueError(
                f"{self.steps} steps in {self.alternatives} ways are {count}: up to {MAX_ANSWERS} are given"
            )
        return self

    @property
    def beat(self) -> Fraction:
        """Length of a beat, in quarter notes."""
        return Fraction(self.unit) * 4


class NotesMean(Message):
    """An attribute: means over the measures, and what each measure has."""

    model_config = _example(
        {"original": 0.333, "target": 0.283, "value": 0.25, "measures": {"original": [0.333], "value": [0.25]}}
    )

    original: float
    target: float
    value: float
    measures: dict[str, list[float]] = Field(
        description="The same by measure: original and value, and target where each measure has its own."
    )


class NotesAnswer(Message):
    """A variation."""

    model_config = _example(
        {
            "name": "density=by-0.05",
            "step": None,
            "notes": _NOTES[:1],
            "values": {"density": {"original": 0.333, "target": 0.283, "value": 0.25, "measures": {}}},
            "changed": ["1"],
            "unusual": [],
        }
    )

    name: str = Field(description="What a take, clip or track of it may be called.")
    step: float | None = Field(description="The step of a sweep; 0 is the input itself. null for targets.")
    notes: list[ClipNote] = Field(
        description="Notes in the unit and place of the request; those that stay are exactly as they came."
    )
    values: dict[str, NotesMean] = Field(description="By attribute.")
    changed: list[str] = Field(description="Numbers of the measures that changed.")
    unusual: list[str] = Field(description="What it does that the input does not, a line each.")


class NotesMeasure(Message):
    """A measure as it was read: its number, the beat at which it begins, and its metre."""

    model_config = _example({"number": "1", "start": 0.0, "metre": "4/4"})

    number: str
    start: float
    metre: str


class NotesReply(Message):
    """The variations of notes, and what is to be said about them."""

    model_config = _example(
        {
            "api": API,
            "armusic": "0.2.0",
            "unit": "1/4",
            "measures": [{"number": "1", "start": 0.0, "metre": "4/4"}],
            "answers": [],
            "remarks": ["density: a mean of 0.9 is out of reach for this tune (0.1 to 0.6): 0.6 reached"],
            "milliseconds": 180.0,
        }
    )

    api: int = Field(description="Number of the notes API that answered.")
    armusic: str = Field(description="Version of armusic.")
    unit: str
    measures: list[NotesMeasure]
    answers: list[NotesAnswer] = Field(description="One for each step or alternative.")
    remarks: list[str] = Field(description="What was chosen, left out, moved, or is out of reach: a line each.")
    milliseconds: float
