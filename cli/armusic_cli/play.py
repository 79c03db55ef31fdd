"""`armusic play`: a tune in a loop, whose attributes knobs change while it plays."""

from __future__ import annotations

from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import click

from armusic.errors import UsageError
from armusic_cli import options, outputs, threads


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
    "--osc",
    metavar="[HOST:]PORT",
    help="UDP port for OSC messages such as /armusic/density 0.8 (0.5: as it is); 0.0.0.0:PORT listens to other"
    " machines as well.  [default: none]",
)
@click.option("--osc-out", metavar="[HOST:]PORT", help="Where to send each attribute's position and value by OSC.")
@click.option(
    "--band", metavar="FILE", type=options.FILE, help="MIDI file whose other tracks play along; it may be INPUT itself."
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
    osc: str | None,
    osc_out: str | None,
    band: Path | None,
    clock: str,
    channel: int,
    loops: int | None,
    key: str,
    natural: float,
    keep: str,
    model: str | None,
    tune: int | str | None,
    **reading: Any,
) -> None:
    """Play a tune in a loop while MIDI knobs or OSC change its attributes from the next bar line on.

    A knob in the middle leaves the tune unchanged; at its ends, the tune's mean is three standard deviations
    lower or higher, or as far as the tune can go. Measures change where that costs the music least; cadences,
    downbeats and subdivisions stay. This needs the extra armusic[live]. For example:

        armusic play input.mid --attr density --attr rhythm --port "IAC Driver" --in "nanoKONTROL"

        armusic play song.mid --attr density --osc 9000 --band song.mid
    """
    numbers = dict(_number(text) for text in knobs)
    if clock == "follow" and not (into or virtual):
        raise UsageError("--clock follow needs the input that the clock comes from: name it with --in")
    from armusic import api

    names = api.arguments.attributes(typed)
    controllers = dict(zip(api.arguments.attributes(list(numbers)), numbers.values(), strict=True))
    controls = api.live.assign_knobs(names, controllers)
    osc_in, osc_to = (None if text is None else api.osc.parse_address(text) for text in (osc, osc_out))
    out, inp = api.ports.open_ports(port, into, virtual)
    state = None if osc_to is None else api.osc.OscOutput(osc_to)
    try:
        melody = api.read(file, tune, **reading)
        along = () if band is None else api.band.read(band, melody, band.exists() and band.samefile(file))
        if not options.given(click.get_current_context(), {"channel": channel}):
            channel = api.band.free_channel(along, channel - 1) + 1
        answer = api.load(model, "music").controller(melody, names, key, natural=natural, keep=keep)
        if osc_in is not None:
            turns = api.osc.listen(osc_in, names, answer.step, lambda text: click.echo(f"armusic: {text}", err=True))
            inp = turns if inp is None else api.osc.Inputs([inp, turns])
            click.echo(f"OSC: {osc_in[0]}, port {turns.port}", err=True)
        results: dict[str, Any] = {"last": answer({})}

        def respond(steps: api.live.Steps) -> Any:
            results["last"] = answer(steps)
            return results["last"].tune

        time = api.live.Follow(inp) if clock == "follow" else api.live.Tempo(melody, inp)
        count = len(melody.measures)
        length = api.files.counted(len(melody.bars), "measure")
        click.echo(
            f"playing {melody.title or outputs.stem(file, tune)}, {length}, on {out.name}: Ctrl-C stops", err=True
        )
        before: Any = {}
        bars = api.live.play(
            melody,
            respond,
            out,
            time,
            controls,
            channel=channel - 1,
            send_clock=clock == "send",
            loops=loops,
            band=along,
        )
        with closing(bars), suppress(KeyboardInterrupt):
            for bar in bars:
                means = dict(zip(results["last"].names, results["last"].values.mean(axis=0).tolist(), strict=True))
                number = melody.numbers[bar.number % count]
                if state is not None:
                    state.tell(bar.steps, means, int(number.partition("-")[0]))
                if bar.steps != before:
                    texts = (f"{name} {mean:.3g}" for name, mean in means.items())
                    click.echo(f"loop {bar.number // count + 1}, measure {number}: {', '.join(texts)}")
                    before = bar.steps
    finally:
        for each in (out, inp, state):
            if each is not None:
                each.close()


def _number(text: str) -> tuple[str, int]:
    name, equals, number = text.partition("=")
    if not (name and equals and number.strip().isdecimal()):
        raise UsageError(f"--knob {text!r}: write it as NAME=NUMBER, such as density=74")
    return name.strip(), int(number)
