"""The JSON messages between the studio's page and its server, as pydantic models; OpenAPI is generated from them.

Times are in quarter notes from the start of the tune, measures are numbered from 1, and attributes are in
their own units: the page shows `value * factor`, in `unit`.
"""

from dataclasses import Field as Option
from dataclasses import fields
from typing import TYPE_CHECKING, Annotated, Any, Literal, get_type_hints

from pydantic import BaseModel, ConfigDict, Field, create_model

from armusic.config import NATURAL
from armusic.io.readers import options
from armusic.io.writers.formats import FORMATS, LAYOUTS

TUNE_NUMBER = r"^[0-9]{1,9}(\.[0-9]{1,9})?$"
MAX_MEASURES = 256  # in a tune: the candidates of more would fill the memory
MAX_VARIATIONS = 16  # in one export
BARS = 24  # in a histogram

Number = Annotated[float, Field(allow_inf_nan=False, ge=-1e6, le=1e6)]
Target = Number | Annotated[list[Number | None], Field(max_length=MAX_MEASURES)]
"""One number for the tune, or one for each measure; null leaves a measure free."""
Name = Annotated[str, Field(min_length=1, max_length=200)]
Loop = Literal["auto", "open", "closed"]
PICTURE = "picture"  # of the notes as a piano roll; the other formats are those of `armusic.io.writers`
_SERVER_OPTIONS = ("beats", "max_size", "strict")  # of readers, not for a page to choose
_MAX_OPTION, _MAX_LENGTH = 1_000_000, 200  # of options that have no limit of their own

if TYPE_CHECKING:
    Format = str
    Layout = str
else:
    Format = Literal[(*(form.key for form in FORMATS), PICTURE)]
    Layout = Literal[tuple(LAYOUTS)]


class Message(BaseModel):
    """Base of all messages: immutable, and unknown fields are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Problem(Message):
    """Why a request was refused, in one line."""

    message: str


class Health(Message):
    """State of the server: the page is available at once, the model some seconds later."""

    state: Literal["loading", "ready", "failed"]
    message: str = Field(description="Why the model could not be loaded; empty otherwise.")
    version: str


class Histogram(Message):
    """Distribution of an attribute in the corpus, in the metres of the tune."""

    low: float
    high: float
    shares: list[float] = Field(description=f"Shares of {BARS} equal bins from low to high; they sum to 1.")


class FormatInfo(Message):
    """A file format for exports."""

    key: Format = Field(description="Value of `format` in an export.")
    label: str
    layouts: list[Layout] = Field(description="Layouts of several variations, the default first.")
    scenes: bool = Field(description="Whether the layout `clips` is a file with scenes, not a ZIP of files.")


class AttributeInfo(Message):
    """One attribute of the model, shown as a slider."""

    name: str = Field(description="Name in requests and on the command line.")
    label: str
    description: str
    unit: str = Field(description="Unit of value * factor; may be empty.")
    factor: float


class Scale(Message):
    """Range of an attribute's slider for a tune, and its distribution in the corpus."""

    low: float = Field(description="Lower end of the slider.")
    high: float = Field(description="Upper end of the slider.")
    std: float = Field(description="Standard deviation in the corpus: a natural step.")
    histogram: Histogram


class ModelInfo(Message):
    """The model, and what the server supports."""

    name: str
    attributes: list[AttributeInfo]
    keys: list[str] = Field(description="Values of `key`, besides `auto` (the key of the tune) and `off` (any pitch).")
    formats: list[FormatInfo] = Field(description="Formats that this installation can write: some need an extra.")
    score: bool = Field(description="Whether `/score` is available: it needs the extra armusic[score].")
    suffixes: list[str] = Field(description="Suffixes of files that can be read.")
    max_bytes: int
    max_measures: int
    initial: str | None = Field(description="Id of the example that is the file named at the start, if any.")


class Example(Message):
    """A tune that comes with armusic, or the file named at the start."""

    id: str
    title: str


class Note(Message):
    """A note of a tune."""

    start: float
    duration: float
    pitch: int
    velocity: int
    measure: int = Field(description="Measure in which it starts, from 1.")


class MeasureInfo(Message):
    """A measure of a tune."""

    start: float
    length: float
    metre: str = Field(description="The metre that it is read in.")
    beats: int
    number: str = Field(description="Its number in the file; two, as in 3-4, where two are read together.")
    written: str = Field(description="Its time signature in the file.")
    editable: bool = Field(description="Whether it can change: not if it is empty, or its range is too wide.")


class TempoChange(Message):
    """A tempo in quarter notes per minute, and the quarter note at which it begins."""

    start: float
    bpm: float


class Track(Message):
    """A melody to choose from: a part of a MIDI file, or a tune of an ABC book."""

    id: str = Field(description="Value for `track` of a reading; in a book, for `tune`.")
    name: str
    notes: int
    selected: bool


def _reading_field(option: Option[Any], kind: Any) -> tuple[Any, Any]:
    """Return type and default of a reading option, with its help and limits, as pydantic takes them."""
    limits: dict[str, Any] = {}
    if kind in (int, float, float | None):
        low, high = option.metadata["low"], option.metadata["high"]
        limits = {"ge": low, "le": _MAX_OPTION if high is None else high}
    elif kind in (str, str | None):
        limits = {"max_length": _MAX_LENGTH}
    description = option.metadata["help"].partition("  [")[0]  # the rest is for the command line
    return kind, Field(option.default, description=description, **limits)


if TYPE_CHECKING:
    _ReadingOptions = Message
else:
    _kinds = get_type_hints(options.Reading)
    _ReadingOptions = create_model(
        "_ReadingOptions",
        __base__=Message,
        **{
            option.name: _reading_field(option, _kinds[option.name])
            for option in fields(options.Reading)
            if option.name not in _SERVER_OPTIONS
        },
    )


class Reading(_ReadingOptions):
    """Options for reading a file: those of `armusic.io.readers` that a page may choose."""

    tune: Annotated[
        Annotated[int, Field(ge=0, le=999_999_999)] | Annotated[str, Field(pattern=TUNE_NUMBER)] | None,
        Field(description="Number of the tune in a book; 12.2 for the second tune with number 12."),
    ] = None


class PoolStatus(Message):
    """Progress of the search for candidates; until it is ready, each edit is decoded once (the open loop)."""

    key: str
    ready: bool
    progress: float = Field(description="Progress from 0 to 1.")
    error: str = Field(description="Why the search failed; empty otherwise.")


class Session(Message):
    """An open tune."""

    id: str
    name: str = Field(description="Name of the file.")
    title: str
    summary: str = Field(description="Measures, metres, notes, key and tempo, in one line.")
    remarks: list[str] = Field(description="What the reader chose, left out or corrected; one line each.")
    reading: Reading
    tracks: list[Track]
    key: str
    bpm: float
    tempos: list[TempoChange]
    program: int
    measures: list[MeasureInfo]
    notes: list[Note]
    values: dict[str, list[float]] = Field(description="Attribute values by name, one per measure.")
    scales: dict[str, Scale]
    pool: PoolStatus


class Edit(Message):
    """A complete description of a variation: the server keeps no state of it.

    Where every target and shift is a number, it is of the tune: its mean comes to it, and measures change where it
    costs the music least. With a list, `measures` or `each_measure`, every measure comes to its own.
    """

    sequence: Annotated[int, Field(ge=0, le=2**53)] = Field(
        0, description="Number that rises with every request of a page; an overtaken request gets 409. 0: no order."
    )
    targets: dict[Name, Target] = Field({}, max_length=32, description="Target values of attributes.")
    shifts: dict[Name, Target] = Field(
        {}, max_length=32, description="Targets relative to the values of the tune, measure by measure."
    )
    each_measure: bool = Field(False, description="Whether numbers are targets of every measure, not of the tune.")
    natural: Annotated[float, Field(ge=0, le=1)] = Field(
        NATURAL, description="From 0, as near to the tune as can be, to 1, as the tunes of the corpus would go."
    )
    locks: list[Name] = Field(
        [],
        max_length=32,
        description="Attributes that keep their value where others have a target; their mean where that is the tune's.",
    )
    measures: Annotated[list[Annotated[int, Field(ge=1, le=MAX_MEASURES)]], Field(max_length=MAX_MEASURES)] | None = (
        Field(None, description="Measures that may change; null for all of them.")
    )
    key: Annotated[str, Field(max_length=40)] = "auto"
    seed: Annotated[int, Field(ge=0, le=2**32 - 1)] | None = Field(
        None, description="Seed of the dice: draws another variation that meets the targets as well."
    )
    loop: Loop = Field(
        "auto", description="Closed: by search; open: by one decode; auto: closed as soon as the search is ready."
    )


class Mean(Message):
    """A target of the tune, and the value: means of the measures that can change."""

    target: float
    value: float


class Variation(Message):
    """The tune after an edit."""

    sequence: int
    notes: list[Note]
    values: dict[str, list[float]] = Field(description="Attribute values by name, one per measure.")
    targets: dict[str, list[float | None]] = Field(description="Targets by name, one per measure; null where free.")
    means: dict[str, Mean] = Field(
        description="By name, where targets are of the tune: its means; empty where they are of each measure."
    )
    changed: list[bool] = Field(description="Whether each measure differs from the tune's.")
    remarks: list[str] = Field(
        description="Measures that cannot change, targets out of reach, and what is unusual; one line each."
    )
    loop: Literal["open", "closed"]
    pool: PoolStatus
    command: str = Field(description="The equivalent command; empty where there is none, as for dice.")
    milliseconds: float


class SurfaceRequest(Message):
    """Two attributes for the pad."""

    names: Annotated[list[Name], Field(min_length=2, max_length=2)]
    points: Annotated[int, Field(ge=2, le=21)] = 11
    key: Annotated[str, Field(max_length=40)] = "auto"


class SurfaceInfo(Message):
    """Values of two attributes over a grid of targets for both, averaged over the measures."""

    names: list[str]
    targets: list[list[float]] = Field(description="Rising target values of each attribute: the axes of the grid.")
    values: list[list[list[float]]] = Field(
        description="values[k][j][i]: attribute k for the targets targets[0][i] and targets[1][j]."
    )
    original: list[float] = Field(description="Mean values of the tune.")


class NamedEdit(Message):
    """An edit with the name of its track, marker or clip."""

    name: Annotated[str, Field(min_length=1, max_length=80)]
    edit: Edit


class ExportRequest(Message):
    """Variations to write to a file."""

    format: Format
    layout: Layout | None = Field(
        None, description="Layout of several variations, one of the format's; null for its default."
    )
    variations: Annotated[list[NamedEdit], Field(min_length=1, max_length=MAX_VARIATIONS)]
    original: bool = Field(False, description="Whether the file begins with the tune itself.")
    bpm: Annotated[float, Field(ge=1, le=1000)] | None = Field(
        None, description="Quarter notes per minute at the start, later tempos in proportion; null for the tune's own."
    )
