"""The command `armusic`: it finds the subcommand, and reports every error in one line with an exit code.

Subcommands are imported when they are called, and what they need when they run: torch,
music21 and matplotlib take seconds to load.
"""

from __future__ import annotations

import re
import sys
import traceback as tracebacks
from collections.abc import Sequence
from contextlib import suppress
from importlib import import_module

import click

from armusic import extras
from armusic.errors import ArmusicError
from armusic_cli import console
from armusic_cli.messages import with_flags

COMMANDS = {
    "interpolate": "Lower and raise an attribute of a tune, or set it to a target.",
    "vary": "Compose some measures of a tune anew, between their neighbours.",
    "inspect": "Show what is in a file, and which measures can be edited.",
    "attributes": "Show the attributes of a tune, measure by measure.",
    "reconstruct": "Show how a model reconstructs a tune, and what it gets wrong.",
    "morph": "Morph one tune into another.",
    "generate": "Generate new tunes, with targets for their attributes.",
    "play": "Play a tune in a loop while MIDI knobs change its attributes.",
    "studio": "Change attributes on a page in the browser while a tune plays.",
    "serve": "Answer a DAW or a script with variations of its notes, over HTTP.",
    "mcp": "Serve armusic to an assistant over the Model Context Protocol.",
    "map": "Draw two attributes of a tune over a grid of targets.",
    "train": "Train a model.",
    "evaluate": "Measure how good a model is.",
    "listen": "Compare models by ear, blind, on a page in the browser.",
    "traverse": "Draw test images with latent dimensions moved.",
    "experiment": "Train and evaluate all the models that a file lists.",
    "report": "Draw and tabulate the runs of an experiment.",
    "data": "Show or build the data that models are trained on.",
}
"""Each command, which is in the module of the same name, and its line in `armusic --help`."""

_EXTRA = re.compile(r"Got unexpected extra arguments? \((.*)\)")  # click's words

INTERRUPTED = 130  # as the shell has it: 128 + SIGINT
CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


class Interrupted(click.ClickException):
    """Ctrl-C, with what can be done next."""

    exit_code = INTERRUPTED


class Commands(click.Group):
    """A group whose commands are imported when they are called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of the commands, most wanted first."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a command."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(f"armusic_cli.{cmd_name}").command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the command and its arguments; for an unknown one, say what may have been meant."""
        name = args[0]
        if name not in COMMANDS and not name.startswith("-"):
            from difflib import get_close_matches

            if near := get_close_matches(name, COMMANDS, 1):
                raise click.UsageError(f"No such command {name!r}: did you mean {near[0]!r}?", ctx)
            if "." in name:  # a file
                raise click.UsageError(
                    f"{name!r} is not a command: write one before it, as in armusic interpolate", ctx
                )
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def invoke(self, ctx: click.Context) -> object:
        """Run a command; say what it needs if that is not installed; click would print an empty line at Ctrl-C."""
        try:
            return super().invoke(ctx)
        except ModuleNotFoundError:
            with extras.training(f"armusic {ctx.invoked_subcommand}"):
                raise
        except KeyboardInterrupt as stop:
            raise Interrupted(str(stop) or "stopped") from stop


@click.group(cls=Commands, context_settings=CONTEXT, invoke_without_command=True)
@click.version_option(package_name="armusic", prog_name="armusic", message="%(prog)s %(version)s")
@click.option(
    "--traceback",
    is_flag=True,
    envvar="ARMUSIC_DEBUG",
    help="Show the traceback of an error (or set ARMUSIC_DEBUG=1).",
)
@click.pass_context
def cli(ctx: click.Context, traceback: bool) -> None:
    """Change musical attributes of melodies with variational autoencoders, and train and measure such models.

    Each command has a --help of its own.
    """
    ctx.obj["traceback"] = traceback
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())
        return
    import logging

    class Formatter(logging.Formatter):
        def format(self, record: logging.LogRecord) -> str:
            return with_flags(super().format(record))

    logging.addLevelName(logging.WARNING, "warning")
    handler = logging.StreamHandler()
    handler.setFormatter(Formatter("armusic: %(levelname)s: %(message)s"))
    logging.getLogger("matplotlib").setLevel(logging.ERROR)  # it warns of a home that it may not write to
    logger = logging.getLogger("armusic")
    logger.addHandler(handler)
    ctx.call_on_close(lambda: logger.removeHandler(handler))


def main() -> None:
    """Run the command line and exit with its code."""
    console.prepare()
    code = run(sys.argv[1:])
    console.settle()
    sys.exit(code)


def run(arguments: Sequence[str]) -> int:
    """Run the command line.

    Parameters
    ----------
    arguments : sequence of str
        Words typed after `armusic`.

    Returns
    -------
    int
        0; 1 for an error in what was read or written; 2 for wrong usage; 130 after Ctrl-C.
    """
    shown = {"traceback": False}
    try:
        code = cli.main(list(arguments), prog_name="armusic", standalone_mode=False, obj=shown)
        sys.stdout.flush()
    except BrokenPipeError:  # the reader (head, less) has seen enough
        return 1
    except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001  (the last resort: reported, with a traceback on demand)
        message, status = _explain(error)
        with suppress(OSError):  # nobody reads standard error
            if shown["traceback"]:
                tracebacks.print_exception(error)
            if status == INTERRUPTED and sys.stderr.isatty():
                click.echo(err=True)  # ends the line on which the terminal shows ^C
            click.echo(f"armusic: {message}", err=True)
        return status
    return code if isinstance(code, int) else 0


def _explain(error: BaseException) -> tuple[str, int]:
    """Return an error in one line, and the exit code that goes with it."""
    if isinstance(error, Interrupted | KeyboardInterrupt):
        return _one_line(str(error)) or "stopped", INTERRUPTED
    if isinstance(error, ArmusicError):
        return f"error: {with_flags(_one_line(str(error)))}", error.exit_code
    if isinstance(error, click.ClickException):
        ctx = getattr(error, "ctx", None)
        hint = f" (see {ctx.command_path} --help)" if ctx is not None else ""
        text = _EXTRA.sub(
            r"too many arguments: \1 (a value with spaces needs quotes)", _one_line(error.format_message())
        )
        return f"error: {text.rstrip('.')}{hint}", error.exit_code
    if isinstance(error, OSError):
        return f"error: {_one_line(str(error))}", 1
    return (
        f"error: {_one_line(f'{type(error).__name__}: {error}').rstrip('.')}: this is a fault of armusic;"
        " please report it with the output of armusic --traceback ..."
    ), 1


def _one_line(text: str) -> str:
    return " ".join(text.split())
