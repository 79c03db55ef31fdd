"""The JSON messages between the studio's page and its server, as pydantic models; OpenAPI is generated from them.

Times are in quarter notes from the start of the tune, measures are counted from 1 as a session lists them (`number` is
the file's), and attributes are in their own units: the page shows `value * factor`, in `unit`.
"""

from dataclasses import Field as Option
from dataclasses import fields
from typing import TYPE_CHECKING, Annotated, Any, Literal, get_type_hints

from pydantic import BaseModel, ConfigDict, Field, create_model

from armusic.io.readers import options
from armusic.io.writers.formats import FORMATS, LAYOUTS

TUNE_NUMBER = r"^[0-9]{1,9}(\.[0-9]{1,9})?$"
MAX_MEASURES = 256  # in a tune: the candidates of more would fill the memory
BARS = 24  # in a histogram

Number = Annotated[float, Field(allow_inf_nan=False, ge=-1e6, le=1e6)]
Name = Annotated[str, Field(min_length=1, max_length=200)]
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
    notes_api: int = Field(description="Number of the notes API, `POST /api/notes`.")


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
    keeps: dict[str, str] = Field(description="What a variation can keep, and what each of these is.")
    formats: list[FormatInfo] = Field(description="Formats that this installation can write: some need an extra.")
    instruments: list[str] = Field(description="Names of the 128 General MIDI programs, from 0.")
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
    measure: int = Field(description="Place of the measure in which it starts, from 1.")


class OtherTrack(Message):
    """Another track of the file than the tune's, to be played beside it."""

    name: str
    program: int = Field(description="General MIDI program, from 0.")
    drums: bool = Field(description="Whether its pitches are drums.")
    notes: list[Note]


class MeasureInfo(Message):
    """A measure of a tune."""

    start: float
    length: float
    metre: str = Field(description="The metre that it is read in.")
    beats: int
    number: str = Field(description="Its number in the file; two, as in 3-4, where two are read together.")
    written: str = Field(description="Its time signature in the file.")
    editable: bool = Field(description="Whether it can change: not if it is empty, or its range is too wide.")
    grid: list[float] = Field(
        description="Where notes can start in it, in quarter notes from its own start; last, where they end at most."
    )


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
    problem: str = Field(
        default="", description="Why it cannot be edited; empty if it can be, or if that was not checked."
    )


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
    digest: str = Field(description="SHA-256 of the file, by which a page finds work on it again.")
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
    others: list[OtherTrack] = Field(description="The other tracks of the file that have notes in these measures.")
    values: dict[str, list[float]] = Field(description="Attribute values by name, one per measure.")
    scales: dict[str, Scale]
    pool: PoolStatus


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
