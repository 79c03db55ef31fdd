"""What tunes sound like, as MP3: FluidSynth with FluidR3, which is under the MIT licence, and lame.

Debian: fluidsynth fluid-soundfont-gm lame.
"""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

import armusic
from armusic.editing.sweep import Variation

FONT = "/usr/share/sounds/sf2/FluidR3_GM.sf2"
RATE = 22050  # samples a second
BITS = 32  # thousands a second


def write(path: Path, variations: Sequence[Variation]) -> None:
    """Write variations one after another."""
    with tempfile.TemporaryDirectory() as folder:
        midi, wave = Path(folder) / "heard.mid", Path(folder) / "heard.wav"
        armusic.write(variations, midi, layout="sequence")
        subprocess.run(["fluidsynth", "-niq", "-F", wave, "-r", str(RATE), "-g", "0.8", FONT, midi], check=True)
        subprocess.run(["lame", "--quiet", "-m", "m", "-b", str(BITS), wave, path], check=True)
