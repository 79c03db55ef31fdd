"""`armusic play`: a tune in a loop, which knobs turn while it plays."""

from __future__ import annotations

from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import click

from armusic.errors import UsageError
from armusic_cli import options


@click.command("play")
@click.argument("file", metavar="INPUT", type=options.FILE)
@click.option(
    "--attr",
    "typed",
    metavar="NAME",
    multiple=True,
    required=True,
    help="Attribute for a knob to turn; several may be given.",
)
@click.option(
    "--knob",
    "knobs",
    metavar="NAME=NUMBER",
    multiple=True,
    help="Controller of an attribute, as density=74.  [default: the first knob that is touched and has none yet]",
)
@click.option("--port", metavar="NAME", help="MIDI output, or the beginning of its name.  [default: the first one]")
@click.option("--in", "into", metavar="NAME", help="MIDI input that knobs, or the clock, come from.")
@click.option("--virtual", is_flag=True, help="Make an output and an input of these names, for other programs to find.")
@click.option(
    "--clock",
    type=click.Choice(("own", "send", "follow")),
    default="own",
    show_default=True,
    help="Play in the tune's tempo; and send MIDI clock; or follow the clock that comes in.",
)
@click.option("--channel", type=click.IntRange(1, 16), default=1, show_default=True, help="MIDI channel.")
@click.option("--loops", type=click.IntRange(1), metavar="N", help="How many times.  [default: until Ctrl-C]")
@options.key
@options.reading
@options.model
@options.tune
def command(
    file: Path,
    typed: tuple[str, ...],
    knobs: tuple[str, ...],
    port: str | None,
    into: str | None,
    virtual: bool,
    clock: str,
    channel: int,
    loops: int | None,
    key: str,
    model: Path | None,
    tune: int | None,
    **reading: Any,
) -> None:
    """Play a tune in a loop while knobs turn its attributes, each change from the next bar line on.

    A knob in the middle leaves the tune as it is; its ends turn the attribute by three standard
    deviations, or as far as it goes. It takes the extra armusic[live]. For example:

        armusic play input.mid --attr density --attr rhythm --port "IAC Driver" --in "nanoKONTROL"
    """
    numbers = dict(_number(text) for text in knobs)
    if clock == "follow" and not (into or virtual):
        raise UsageError("--clock follow needs the input that the clock comes from: name it with --in")
    from armusic import api, attributes

    names = [attributes.canonical_name(name) for name in typed]
    turn = api.live.knobs(names, {attributes.canonical_name(name): number for name, number in numbers.items()})
    out, inp = api.ports.open_ports(port, into, virtual)
    try:
        melody = api.read(file, tune, **reading)
        answer = api.load(model, "music").turner(melody, names, key)
        reached: dict[str, Any] = {}

        def answered(turned: api.live.Turned) -> Any:
            reached["last"] = answer(turned)
            return reached["last"].tune

        time = api.live.Follow(inp) if clock == "follow" else api.live.Tempo(melody, inp)
        count = len(melody.measures)
        click.echo(f"playing {melody.title or file.stem}, {count} measures, on {out.name}: Ctrl-C ends it", err=True)
        before: Any = {}
        bars = api.live.play(
            melody, answered, out, time, turn, channel=channel - 1, send_clock=clock == "send", loops=loops
        )
        with closing(bars), suppress(KeyboardInterrupt):
            for bar in bars:
                if bar.turned != before:
                    means = reached["last"].values.mean(axis=0)
                    found = (f"{name} {mean:.3g}" for name, mean in zip(reached["last"].names, means, strict=True))
                    click.echo(f"loop {bar.number // count + 1}, measure {bar.number % count + 1}: {', '.join(found)}")
                    before = bar.turned
    finally:
        for one in (out, inp):
            if one is not None:
                one.close()


def _number(text: str) -> tuple[str, int]:
    name, equals, number = text.partition("=")
    if not (name and equals and number.strip().isdecimal()):
        raise UsageError(f"--knob {text!r}: write it as NAME=NUMBER, such as density=74")
    return name.strip(), int(number)
