"""The JSON messages about edits: what a variation is, what came of it, and what to write to a file."""

from typing import Annotated, Literal

from pydantic import Field

from armusic.config.manner import KEEP, KEEPS, NATURAL
from armusic.studio.schemas import MAX_MEASURES, Format, Layout, Message, Name, Note, Number, PoolStatus

MAX_VARIATIONS = 16  # in one export
MAX_ALTERNATIVES = 8
MAX_NOTES = 25  # that sound in a measure: one for each of the most ticks, and one held from before

Target = Number | Annotated[list[Number | None], Field(max_length=MAX_MEASURES)]
"""One number for the tune, or one for each measure; null leaves a measure free."""
MeasureNumber = Annotated[int, Field(ge=1, le=MAX_MEASURES)]
Loop = Literal["auto", "open", "closed"]


class HandNote(Message):
    """A note that was written by hand."""

    start: Number
    duration: Annotated[Number, Field(gt=0)]
    pitch: Annotated[int, Field(ge=0, le=127)]


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
    measures: Annotated[list[MeasureNumber], Field(max_length=MAX_MEASURES)] | None = Field(
        None, description="Measures that may change, by their places in the session's `measures`, from 1; null for all."
    )
    by_hand: dict[MeasureNumber, Annotated[list[HandNote], Field(max_length=MAX_NOTES)]] = Field(
        {},
        max_length=MAX_MEASURES,
        description="Measures that were written by hand, by their places from 1: all notes that sound in each, those"
        " that are tied over its bar lines among them. They stay so, and count in the tune's means.",
    )
    key: Annotated[str, Field(max_length=40)] = Field(
        "auto",
        description="Key that new notes stay in, such as D:minor; auto: the tune's own, without what it does not use;"
        " off: any pitch.",
    )
    keep: Annotated[str, Field(max_length=80)] = Field(
        KEEP, description=f"What must not change: any of {', '.join(KEEPS)}, with commas between them; or none."
    )
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
    unusual: dict[int, list[str]] = Field(description="What is unusual in each measure, by its place, from 1.")
    command: str = Field(description="The command that gives the same notes; empty where there is none.")
    no_command: str = Field(description="Why there is none; empty where there is one, or nothing is changed.")
    milliseconds: float


class AlternativesRequest(Message):
    """An edit, and how many other answers to it are wanted."""

    edit: Edit
    count: Annotated[int, Field(ge=1, le=MAX_ALTERNATIVES)] = 4


class Alternative(Message):
    """Another answer to an edit, of nearly the same worth."""

    seed: int = Field(description="The edit with this seed is this answer.")
    variation: Variation


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
