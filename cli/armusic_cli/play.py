"""`armusic play`: a tune in a loop, whose attributes knobs change while it plays."""

from __future__ import annotations

from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import click

from armusic.errors import UsageError
from armusic_cli import options, threads


@click.command("play")
@click.argument("file", metavar="INPUT", type=options.FILE)
@click.option(
    "--attr",
    "typed",
    metavar="NAME",
    multiple=True,
    required=True,
    help="Attribute that a knob changes; may be repeated.",
)
@click.option(
    "--knob",
    "knobs",
    metavar="NAME=NUMBER",
    multiple=True,
    help="MIDI controller of an attribute, such as density=74.  [default: the first free knob that is touched]",
)
@click.option(
    "--port", metavar="NAME", help="MIDI output; the beginning of its name is enough.  [default: the first one]"
)
@click.option("--in", "into", metavar="NAME", help="MIDI input for the knobs and the clock.")
@click.option(
    "--virtual", is_flag=True, help="Create an output and an input with these names, for other programs to connect to."
)
@click.option(
    "--clock",
    type=click.Choice(("own", "send", "follow")),
    default="own",
    show_default=True,
    help="Play in the tune's tempo (own), also send MIDI clock (send), or follow the incoming clock (follow).",
)
@click.option(
    "--channel", type=click.IntRange(1, 16), metavar="N", default=1, show_default=True, help="MIDI channel, 1 to 16."
)
@click.option("--loops", type=click.IntRange(1), metavar="N", help="Number of repetitions.  [default: until Ctrl-C]")
@options.key
@options.natural
@options.keep
@options.reading
@options.model
@options.tune
@threads.option
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
    natural: float,
    keep: str,
    model: Path | None,
    tune: int | str | None,
    **reading: Any,
) -> None:
    """Play a tune in a loop while MIDI knobs change its attributes, each change from the next bar line on.

    A knob in the middle leaves the tune unchanged; at its ends, the tune's mean is three standard deviations
    lower or higher, or as far as the model can go. Measures change where it costs the music least, and cadences
    and downbeats stay. It needs the extra armusic[live]. For example:

        armusic play input.mid --attr density --attr rhythm --port "IAC Driver" --in "nanoKONTROL"
    """
    numbers = dict(_number(text) for text in knobs)
    if clock == "follow" and not (into or virtual):
        raise UsageError("--clock follow needs the input that the clock comes from: name it with --in")
    from armusic import api, attributes

    names = [attributes.canonical_name(name) for name in typed]
    controllers = {attributes.canonical_name(name): number for name, number in numbers.items()}
    controls = api.live.assign_knobs(names, controllers)
    out, inp = api.ports.open_ports(port, into, virtual)
    try:
        melody = api.read(file, tune, **reading)
        answer = api.load(model, "music").controller(melody, names, key, natural=natural, keep=keep)
        results: dict[str, Any] = {}

        def respond(steps: api.live.Steps) -> Any:
            results["last"] = answer(steps)
            return results["last"].tune

        time = api.live.Follow(inp) if clock == "follow" else api.live.Tempo(melody, inp)
        count = len(melody.measures)
        click.echo(
            f"playing {melody.title or file.stem}, {len(melody.bars)} measures, on {out.name}: Ctrl-C stops", err=True
        )
        before: Any = {}
        bars = api.live.play(
            melody, respond, out, time, controls, channel=channel - 1, send_clock=clock == "send", loops=loops
        )
        with closing(bars), suppress(KeyboardInterrupt):
            for bar in bars:
                if bar.steps != before:
                    means = results["last"].values.mean(axis=0)
                    texts = (f"{name} {mean:.3g}" for name, mean in zip(results["last"].names, means, strict=True))
                    number = melody.numbers[bar.number % count]
                    click.echo(f"loop {bar.number // count + 1}, measure {number}: {', '.join(texts)}")
                    before = bar.steps
    finally:
        for midi_port in (out, inp):
            if midi_port is not None:
                midi_port.close()


def _number(text: str) -> tuple[str, int]:
    name, equals, number = text.partition("=")
    if not (name and equals and number.strip().isdecimal()):
        raise UsageError(f"--knob {text!r}: write it as NAME=NUMBER, such as density=74")
    return name.strip(), int(number)
