"""Programs that open exported files, and what each shows of them: for `benchmarks/clients.py`."""

from __future__ import annotations

import gzip
import os
import re
import subprocess
import time
import wave
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

import mido

import armusic

ROOT = Path(__file__).resolve().parents[1]
INPUT = ROOT / "examples" / "irish-washerwoman.mid"
SOUND_FONT = Path("/usr/share/sounds/sf2/TimGM6mb.sf2")
DISPLAY = ":93"
SCREEN = "1280x900x24"
LIMIT = 180  # seconds for a program
PATIENCE = 90  # seconds until LMMS has saved
LMMS = """<?xml version="1.0"?>
<!DOCTYPE lmms-config-file>
<lmms configversion="1.2.0" version="1.2.2">
  <ui enableautosave="1" saveinterval="1"/>
  <app configured="1" nomsgaftersetup="1" language="en"/>
  <mixer audiodev="Dummy (no sound output)" mididev="Dummy (no MIDI support)"/>
  <paths defaultsf2="{font}" workingdir="{folder}/"/>
</lmms>
"""


@dataclass(frozen=True, slots=True)
class Sight:
    """What a program shows of a file."""

    program: str
    file: str
    measures: str = ""
    metre: str = ""
    tempo: str = ""
    names: str = ""
    notes: str = ""
    back: str = ""


def run(*command: str | Path, **environment: str) -> str:
    """Run a program to its end; return what it printed."""
    whole = {**os.environ, "QT_QPA_PLATFORM": "offscreen", **environment}
    done = subprocess.run(
        [*map(str, command)], capture_output=True, text=True, errors="replace", timeout=LIMIT, check=True, env=whole
    )
    return done.stdout + done.stderr


def of_midi(path: Path) -> dict[str, str]:
    """Return what a MIDI file holds."""
    file = mido.MidiFile(path)
    events = [event for track in file.tracks for event in track]
    metre = next((event for event in events if event.type == "time_signature"), None)
    tempo = next((event for event in events if event.type == "set_tempo"), None)
    counts = [sum(event.type == "note_on" and event.velocity > 0 for event in track) for track in file.tracks]
    names = [track.name for track, count in zip(file.tracks, counts, strict=True) if count]
    return {
        "metre": f"{metre.numerator}/{metre.denominator}" if metre else "",
        "tempo": f"{mido.tempo2bpm(tempo.tempo):.0f}" if tempo else "",
        "names": ", ".join(names),
        "notes": " + ".join(str(count) for count in counts if count),
    }


def of_musicxml(path: Path) -> dict[str, str]:
    """Return what a MusicXML file holds."""
    root = ElementTree.parse(path).getroot()  # noqa: S314  (a program's own file)
    parts = root.findall("part")
    counts = [len([note for note in part.iter("note") if sounds(note)]) for part in parts]
    time_signature = root.find(".//time")
    tempo = next((float(sound.get("tempo", 0)) for sound in root.iter("sound") if sound.get("tempo")), None)
    return {
        "measures": str(len(parts[0].findall("measure"))),
        "metre": "/".join(part.text or "" for part in time_signature) if time_signature is not None else "",
        "tempo": f"{tempo:.0f}" if tempo else "",
        "names": ", ".join(name.text or "" for name in root.iter("part-name")),
        "notes": " + ".join(map(str, counts)),
    }


def sounds(note: ElementTree.Element) -> bool:
    """Return whether a note of a MusicXML file is one, and not a rest or the rest of a tied one."""
    tied = any(tie.get("type") == "stop" for tie in note.findall("tie"))
    return note.find("rest") is None and not tied


def returned(path: Path) -> str:
    """Return whether the melody of a program's file is the tune that went out."""
    numbers = [number for number, track in enumerate(mido.MidiFile(path).tracks, 1) if "note_on" in str(track)]
    tune, before = armusic.read(path, track=str(numbers[0])), armusic.read(INPUT)
    same = [(note.start, note.pitch) for note in tune.notes] == [(note.start, note.pitch) for note in before.notes]
    durations = [note.duration for note in tune.notes] == [note.duration for note in before.notes]
    return "the same tune" if same and durations else "starts and pitches are the same" if same else "another tune"


def musescore(folder: Path) -> Iterator[Sight]:
    """Yield what MuseScore shows of MIDI and MusicXML."""
    for name in ("out.mid", "out.musicxml"):
        seen, midi = folder / f"musescore-{name}.musicxml", folder / f"musescore-{name}.mid"
        run("mscore3", "-o", seen, folder / name)
        run("mscore3", "-o", midi, folder / name)
        yield Sight("MuseScore", name, **of_musicxml(seen), back=returned(midi))


def lilypond(folder: Path) -> Iterator[Sight]:
    """Yield what LilyPond's converters and LilyPond itself make of MIDI, MusicXML and ABC."""
    converters = {"out.mid": ["midi2ly"], "out.musicxml": ["musicxml2ly", "--midi"], "out.abc": ["abc2ly"]}
    for name, converter in converters.items():
        source = folder / f"lilypond-{name}.ly"
        run(*converter, "-o", source, folder / name)
        if name == "out.abc":  # which asks for no MIDI
            text = source.read_text(encoding="utf-8")
            source.write_text(text.replace("\\layout {", "\\midi {}\n\\layout {", 1), encoding="utf-8")
        run("lilypond", "-o", source.with_suffix(""), source)
        midi = source.with_suffix(".midi")
        yield Sight("LilyPond", name, **of_midi(midi), back=returned(midi))


def fluidsynth(folder: Path) -> Iterator[Sight]:
    """Yield how long the sound is that FluidSynth makes of MIDI."""
    sound = folder / "out.wav"
    run("fluidsynth", "-ni", "-F", sound, SOUND_FONT, folder / "out.mid")
    with wave.open(str(sound)) as file:
        seconds = file.getnframes() / file.getframerate()
    yield Sight("FluidSynth", "out.mid", measures=f"{seconds:.1f} s of sound")


@contextmanager
def running(*command: str, environment: dict[str, str]) -> Iterator[None]:
    """Have a program running, which is ended in any case."""
    quiet = subprocess.DEVNULL
    with subprocess.Popen(command, env=environment, stdout=quiet, stderr=quiet) as program:
        try:
            yield
        finally:
            program.kill()


@contextmanager
def screen() -> Iterator[None]:
    """Have a screen in memory."""
    with subprocess.Popen(["Xvfb", DISPLAY, "-screen", "0", SCREEN], stderr=subprocess.DEVNULL) as server:
        time.sleep(2)
        try:
            yield
        finally:
            server.terminate()


def window(title: str) -> str:
    """Return the window with a title, when it is there."""
    end = time.monotonic() + LIMIT
    while time.monotonic() < end:
        done = subprocess.run(
            ["xdotool", "search", "--name", title],
            capture_output=True,
            text=True,
            check=False,
            env={**os.environ, "DISPLAY": DISPLAY},
        )
        if done.stdout.strip():
            return done.stdout.split()[0]
        time.sleep(1)
    raise TimeoutError(f"no window is called {title}")


def rosegarden(folder: Path) -> Iterator[Sight]:
    """Yield what Rosegarden has in the project that it saves of MIDI."""
    saved, midi = folder / "saved.rg", folder / "rosegarden.mid"
    home = {**os.environ, "DISPLAY": DISPLAY, "HOME": str(folder), "QT_QPA_PLATFORM": "xcb"}
    with screen(), running("rosegarden", "--nosplash", "--nosound", str(folder / "out.mid"), environment=home):
        main = window("out.mid - Rosegarden")
        run("xdotool", "windowfocus", window("Welcome!"), DISPLAY=DISPLAY)
        run("xdotool", "key", "Return", DISPLAY=DISPLAY)
        time.sleep(5)
        run("xdotool", "windowfocus", main, DISPLAY=DISPLAY)
        run("xdotool", "key", "--window", main, "ctrl+s", DISPLAY=DISPLAY)
        window("Save as")
        time.sleep(2)
        run("xdotool", "type", "--delay", "20", str(saved), DISPLAY=DISPLAY)
        run("xdotool", "key", "Return", DISPLAY=DISPLAY)
        time.sleep(5)
    text = gzip.decompress(saved.read_bytes()).decode()
    run("rosegarden", "--convert", saved, midi, HOME=str(folder))
    metre = re.search(r'<timesignature time="0" numerator="(\d+)" denominator="(\d+)"', text)
    tempo = re.search(r'<tempo time="0" .*tempo="(\d+)"', text)
    assert metre
    assert tempo
    yield Sight(
        "Rosegarden",
        "out.mid",
        metre="/".join(metre.groups()),
        tempo=f"{int(tempo[1]) / 100_000:.0f}",
        names=", ".join(name for name in re.findall(r'<track [^>]*label="([^"]+)"', text) if not name.startswith("<")),
        notes=str(text.count('<event type="note"')),
        back=returned(midi),
    )


def lmms(folder: Path) -> Iterator[Sight]:
    """Yield what LMMS has in the project that it saves by itself of MIDI."""
    work = folder / "lmms"
    work.mkdir()
    config = folder / "lmmsrc.xml"
    config.write_text(LMMS.format(font=SOUND_FONT, folder=work), encoding="utf-8")
    saved = work / "recover.mmp"
    home = {**os.environ, "DISPLAY": DISPLAY, "HOME": str(folder), "QT_QPA_PLATFORM": "xcb"}
    command = ("lmms", "--allowroot", "-c", str(config), "--import", str(folder / "out.mid"))
    with screen(), running(*command, environment=home):
        end = time.monotonic() + PATIENCE + LIMIT
        while not saved.exists() and time.monotonic() < end:
            time.sleep(1)
        time.sleep(2)
    root = ElementTree.parse(saved).getroot()  # noqa: S314  (a program's own file)
    first = {
        pattern.get("name", ""): float(next(pattern.iter("time")).get("value", 0))
        for pattern in root.iter("automationpattern")
        if pattern.find("time") is not None
    }
    tracks = [track for track in root.iter("track") if track.get("type") == "0" and track.find(".//note") is not None]
    yield Sight(
        "LMMS",
        "out.mid",
        metre=f"{first['Numerator']:.0f}/{first['Denominator']:.0f}",
        tempo=f"{first['Tempo']:.0f}",
        names=", ".join(track.get("name", "") for track in tracks),
        notes=" + ".join(str(len(track.findall(".//note"))) for track in tracks),
    )


PROGRAMS: dict[str, Callable[[Path], Iterator[Sight]]] = {
    "mscore3": musescore,
    "lilypond": lilypond,
    "fluidsynth": fluidsynth,
    "rosegarden": rosegarden,
    "lmms": lmms,
}
