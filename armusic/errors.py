"""Errors that a user can cause, as one small tree.

Each error is also a builtin one, so that a script may catch `ValueError` or `FileNotFoundError`.
A message is one line: what was found, where, what would do. It names an option as `the option NAME`
or `the option NAME=VALUE`, which the command line shows as a flag.
`exit_code` is that of the command line: 2 for usage, 1 for the rest.
`reason` is the short phrase under which a corpus counts skipped tunes.
"""


class ArmusicError(Exception):
    """Base of every error that armusic raises on purpose."""

    exit_code = 1
    reason = "error"


class UsageError(ArmusicError, ValueError):
    """An argument, option or name that cannot be used."""

    exit_code = 2
    reason = "wrong usage"


class MissingFileError(ArmusicError, FileNotFoundError):
    """A path at which there is no file to read."""

    reason = "no such file"


class ReadError(ArmusicError, ValueError):
    """A file that cannot be read as what its name says it is."""

    reason = "unreadable"


class MusicError(ReadError):
    """A file that was read, with music in it that cannot be used."""

    reason = "unusable music"


class NoNotesError(MusicError):
    """Nothing sounds."""

    reason = "no notes"


class PolyphonyError(MusicError):
    """Two notes sound at once in what should be one voice."""

    reason = "polyphonic"


class PartsError(MusicError):
    """A score for other voices or instruments than the expected ones."""

    reason = "other parts"


class OffGridError(MusicError):
    """A note that starts or ends between two ticks."""

    reason = "off the grid"


class MetreError(MusicError):
    """A metre without a grid."""

    reason = "unsupported metre"


class MeasureLengthError(MusicError):
    """A measure that is longer or shorter than its metre."""

    reason = "measure of a wrong length"


class RepeatError(MusicError):
    """Repeat signs or endings that cannot be followed."""

    reason = "unclear repeats"


class WriteError(ArmusicError, OSError):
    """An output that cannot be written, or that exists already."""

    reason = "unwritable"


class PortError(ArmusicError, OSError):
    """A system without MIDI, or without a MIDI port."""

    reason = "no MIDI"


class DataError(ArmusicError, ValueError):
    """A data set that cannot be used for the task."""

    reason = "unusable data"


class CheckpointError(ArmusicError, ValueError):
    """A checkpoint that is broken, or of another format version."""

    reason = "unusable checkpoint"


class DivergedError(ArmusicError, ArithmeticError):
    """Training whose losses, gradients or weights are no finite numbers any more."""

    reason = "diverged"


class MissingExtraError(ArmusicError, ImportError):
    """An optional dependency that is not installed."""

    reason = "missing extra"
