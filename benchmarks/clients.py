"""What other programs make of the files that are exported, and what armusic makes of theirs.

python benchmarks/clients.py [-o docs/hosts/clients.md]

A tune and a variation of it go out as MIDI, MusicXML and ABC. Programs that are installed open them, and what they then
write or save says what they saw: measures, metre, tempo, names of tracks, notes. Their MIDI files come back in, and the
melody must be the one that went out. Debian: musescore3 lilypond fluidsynth timgm6mb-soundfont rosegarden lmms xvfb
xdotool. Rosegarden and LMMS need a screen: Xvfb is one. Rosegarden is told to save; LMMS
saves by itself after a minute.
"""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
import tempfile
from dataclasses import replace
from pathlib import Path

from client_programs import INPUT, PROGRAMS, Sight

import armusic

TARGETS = ["density=by+0.1"]


def version(program: str) -> str:
    """Return the version of a program, as Debian has it."""
    package = {"mscore3": "musescore3"}.get(program, program)
    done = subprocess.run(
        ["dpkg-query", "-W", "-f", "${Version}", package], capture_output=True, text=True, check=False
    )
    return re.sub(r"^\d+:|[+~-].*$", "", done.stdout)


def export(folder: Path) -> dict[str, str]:
    """Write a tune and a variation of it in each format; return what is in them."""
    tune = armusic.read(INPUT)
    variation = armusic.load().reach(tune, TARGETS)
    both = [("original", tune), (TARGETS[0], variation.tune)]
    for name in ("out.mid", "out.musicxml"):
        armusic.write(both, folder / name)
    armusic.write(tune, folder / "out.abc")
    return {
        "measures": str(len(tune.measures)),
        "metre": str(tune.measures[0].metre),
        "tempo": f"{tune.tempos[0][1]:.0f}",
        "names": ", ".join(name for name, _ in both),
        "notes": f"{len(tune.notes)} + {len(variation.tune.notes)}",
    }


def page(sights: list[Sight], missing: list[str]) -> str:
    """Return the table as a page."""
    head = (
        "# What other programs show\n\n"
        "`python benchmarks/clients.py -o docs/hosts/clients.md` writes a tune and a variation of it, a track or part\n"
        "each (ABC: the tune alone), lets the programs open the files, and reads what they write or save. *Back* is\n"
        "the program's own MIDI file, read by armusic: is the melody the one that went out?\n\n"
        "| program | file | measures | metre | tempo | names | notes | back |\n"
        "| --- | --- | --- | --- | --- | --- | --- | --- |\n"
    )
    rows = [
        f"| {each.program} | `{each.file}` | {each.measures} | {each.metre} | {each.tempo} |"
        f" {each.names} | {each.notes} | {each.back} |\n"
        for each in sights
    ]
    tail = "".join(f"\nNot installed where this ran: {name}.\n" for name in missing)
    return head + "".join(rows) + tail


def main() -> None:
    """Ask every program that is installed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("-o", "--output", type=Path, metavar="FILE", help="Markdown file to write.")
    output = parser.parse_args().output
    missing = [name for name in PROGRAMS if shutil.which(name) is None]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        sights = [Sight("armusic", "what went out", **export(folder))]
        for program, show in PROGRAMS.items():
            if program not in missing:
                for sight in show(folder):
                    sights.append(replace(sight, program=f"{sight.program} {version(program)}"))
                    print(sights[-1], flush=True)
    text = page(sights, missing)
    if output:
        output.write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
