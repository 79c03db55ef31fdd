"""What the studio's page and server say to one another: the models of its JSON, from which OpenAPI is made.

Times are in quarter notes from the start of the tune, measures count from 1, attributes are in
their own units: `shown = value * factor` is what a person reads, in `unit`.
"""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

MOST_MEASURES = 256  # of a tune: the candidates of more would fill the memory
MOST_VARIATIONS = 16  # in one export
BARS = 24  # of a histogram

Number = Annotated[float, Field(allow_inf_nan=False, ge=-1e6, le=1e6)]
Goal = Number | Annotated[list[Number | None], Field(max_length=MOST_MEASURES)]
"""One number for all measures, or one for each; null leaves the measure free."""
Name = Annotated[str, Field(min_length=1, max_length=200)]
Loop = Literal["auto", "open", "closed"]
Format = Literal["mid", "dawproject", "musicxml", "abc", "wav", "svg", "pdf", "picture"]


class Message(BaseModel):
    """Frozen, and strict about what it holds: what is not known is refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Problem(Message):
    """Why a request was refused, in one line for a person."""

    message: str


class Health(Message):
    """How far the server is: the page is there at once, the model some seconds later."""

    state: Literal["loading", "ready", "failed"]
    message: str = Field(description="Why the model could not be loaded; else empty.")
    version: str


class Histogram(Message):
    """How common values are in the corpus, in the metre of the tune."""

    low: float
    high: float
    shares: list[float] = Field(description=f"Of {BARS} equal bars from low to high; they add up to 1.")


class AttributeInfo(Message):
    """One attribute of the model: a slider."""

    name: str = Field(description="As in requests and on the command line.")
    label: str
    description: str
    unit: str = Field(description="Of value * factor; may be empty.")
    factor: float


class Scale(Message):
    """An attribute in the metre of a tune: the ends of its slider, and the corpus behind it."""

    low: float = Field(description="The least value that the slider needs.")
    high: float
    std: float = Field(description="Standard deviation in the corpus: a natural step.")
    histogram: Histogram


class ModelInfo(Message):
    """The model, and what can be asked of the server."""

    name: str
    attributes: list[AttributeInfo]
    keys: list[str] = Field(description="What `key` may be, besides `auto` (the tune's own) and `off` (any pitch).")
    formats: list[Format] = Field(description="That can be written here: some need an extra.")
    score: bool = Field(description="Whether `/score` works: it needs the extra armusic[score].")
    suffixes: list[str] = Field(description="Of files that can be read.")
    max_bytes: int
    max_measures: int
    given: str | None = Field(description="The example that is the file named at the start; null where none was.")


class Example(Message):
    """A tune that is there already."""

    id: str
    title: str


class Note(Message):
    """A note."""

    start: float
    duration: float
    pitch: int
    velocity: int
    measure: int = Field(description="In which it starts, from 1.")


class MeasureInfo(Message):
    """A measure."""

    start: float
    length: float
    metre: str
    beats: int
    left: bool = Field(description="Whether it stays as it is: nothing sounds in it, or its range is too wide.")


class TempoChange(Message):
    """A tempo, in quarter notes a minute, from a quarter note on."""

    start: float
    bpm: float


class Track(Message):
    """A choice of melody: a part of a MIDI file, or a tune of an ABC book."""

    id: str = Field(description="For `track` of a reading; of a book, for `tune`.")
    name: str
    notes: int
    chosen: bool


class Reading(Message):
    """How a file is to be read."""

    track: Annotated[str, Field(max_length=200)] | None = None
    tune: Annotated[int, Field(ge=0, le=999_999_999)] | None = None
    metre: Annotated[str, Field(max_length=10)] | None = None
    voice: Literal["highest", "lowest"] = "highest"
    quantize: Literal["auto", "off", "strict"] = "auto"


class Pool(Message):
    """How far the search is: until it is ready, one decode answers (the open loop)."""

    key: str
    ready: bool
    done: float = Field(description="0 to 1.")
    failed: str = Field(description="Why there is none; else empty.")


class Session(Message):
    """A tune that was read."""

    id: str
    name: str = Field(description="Of the file.")
    title: str
    summary: str = Field(description="What was read, in one line.")
    remarks: list[str] = Field(description="What was chosen, left out and set right; a line each.")
    reading: Reading
    tracks: list[Track]
    key: str
    bpm: float
    tempos: list[TempoChange]
    program: int
    measures: list[MeasureInfo]
    notes: list[Note]
    values: dict[str, list[float]] = Field(description="Each attribute of each measure.")
    scales: dict[str, Scale]
    pool: Pool


class Turn(Message):
    """What a tune is to become. It has all there is to know: the server keeps no state of it."""

    sequence: Annotated[int, Field(ge=0, le=2**53)] = Field(
        0, description="Rises with every request of a page; one that a later one has overtaken gets 409. 0: no matter."
    )
    targets: dict[Name, Goal] = Field({}, max_length=32, description="Values to arrive at.")
    shifts: dict[Name, Goal] = Field(
        {}, max_length=32, description="More or less than the tune's own, measure by measure."
    )
    locks: list[Name] = Field(
        [], max_length=32, description="Attributes that keep their value where others are turned."
    )
    measures: Annotated[list[Annotated[int, Field(ge=1, le=MOST_MEASURES)]], Field(max_length=MOST_MEASURES)] | None = (
        Field(None, description="The measures that may change; all of them when null.")
    )
    key: Annotated[str, Field(max_length=40)] = "auto"
    dice: Annotated[int, Field(ge=0, le=2**32 - 1)] | None = Field(
        None, description="A seed: another answer that meets the targets as well, for each measure that may change."
    )
    loop: Loop = Field(
        "auto", description="Closed: searched for; open: decoded once. Auto: closed as soon as it can be."
    )


class Turned(Message):
    """What a tune became."""

    sequence: int
    notes: list[Note]
    values: dict[str, list[float]] = Field(description="Reached, of every attribute.")
    asked: dict[str, list[float | None]] = Field(description="What each measure was asked for; null where it was free.")
    changed: list[bool] = Field(description="Of each measure.")
    remarks: list[str] = Field(description="Targets out of reach, and measures left as they are; a line each.")
    loop: Literal["open", "closed"]
    pool: Pool
    command: str = Field(description="The same on the command line; empty where there is no such thing (dice).")
    milliseconds: float


class SurfaceRequest(Message):
    """Two attributes, for the pad."""

    names: Annotated[list[Name], Field(min_length=2, max_length=2)]
    points: Annotated[int, Field(ge=2, le=21)] = 11
    key: Annotated[str, Field(max_length=40)] = "auto"


class SurfaceInfo(Message):
    """What two attributes become when both are asked for, mean over the measures."""

    names: list[str]
    asked: list[list[float]] = Field(description="Rising values of each: the axes.")
    values: list[list[list[float]]] = Field(description="values[k][j][i]: of attribute k at asked[0][i], asked[1][j].")
    before: list[float] = Field(description="The tune's own means: where the point starts.")


class Named(Message):
    """A variation with the name of its track, marker or clip."""

    name: Annotated[str, Field(min_length=1, max_length=80)]
    turn: Turn


class Export(Message):
    """What to write."""

    format: Format
    layout: Literal["tracks", "sequence", "clips"] | None = Field(
        None, description="Clips are a ZIP of files, but scenes in a DAWproject; abc, wav, svg and pdf hold one voice."
    )
    variations: Annotated[list[Named], Field(min_length=1, max_length=MOST_VARIATIONS)]
    original: bool = Field(False, description="Whether the tune itself comes first.")
    bpm: Annotated[float, Field(ge=1, le=1000)] | None = Field(
        None, description="Quarter notes a minute at the start; the tune's own when null. Later tempos change with it."
    )
