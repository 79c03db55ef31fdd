"""Turn a MIDI clip of Ableton Live with armusic: an experimental extension, built with `ableton-ext build`.

A right click on a MIDI clip opens a dialog. The variations become clips: in the empty slots below a clip of the Session
View, on take lanes under a clip of the Arrangement. `armusic serve` must be running on this machine.

Live runs this file in a Python that knows the standard library only, and no threads or sockets; `ableton_extensions`
gives it the Live Set, and JavaScript its HTTP.
"""

from __future__ import annotations

import html
import json
import random
from pathlib import Path
from typing import Any

from ableton_extensions import Extension, MidiClip, NoteDescription

ADDRESS = "http://127.0.0.1:8766"
API = 1  # version of the notes API that this extension speaks
METRES = ("4/4", "3/4", "2/4", "6/8", "9/8", "12/8")
MODES = {"Major", "Minor", "Dorian", "Mixolydian", "Lydian", "Phrygian", "Locrian"}
TONICS = ("C", "Db", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")
MAX_SEED = 2**32 - 1
NO_SERVER = (
    f"armusic does not answer at {ADDRESS}. Start it in a terminal: armusic serve"
    " (after: pip install 'armusic[studio]')."
)

app = Extension("armusic", author="armusic contributors", version="0.2.0")


class Refusal(Exception):  # noqa: N818  (a sentence for the user)
    """Why nothing was done: one sentence."""


@app.context_menu("MidiClip", "Turn with armusic…")
def turn(clip: MidiClip) -> None:
    """Ask how, turn the clip, and add the variations beside it; say in a dialog why, where that fails."""
    try:
        clip_notes(clip)
        choice = ask(metre_of(clip))
        if choice is None:
            return
        reply = send(request(clip, choice))
        add(clip, reply["answers"])
    except Refusal as refusal:
        tell(str(refusal))


def region(clip: MidiClip) -> tuple[float, float]:
    """Return where the music of a clip begins and ends, in its own beats: its loop, or from marker to marker."""
    if clip.looping:
        return clip.loop_start, clip.loop_end
    return clip.start_marker, clip.end_marker


def clip_notes(clip: MidiClip) -> list[dict[str, Any]]:
    """Return the notes of a clip that sound, in beats from the start of its region.

    Raises
    ------
    Refusal
        If there are none.
    """
    start, end = region(clip)
    notes = [
        {
            "pitch": note.pitch,
            "start": note.start_time - start,
            "duration": min(note.duration, end - note.start_time),
            "velocity": max(1, min(127, round(100 if note.velocity is None else note.velocity))),
        }
        for note in sorted(clip.notes, key=lambda note: (note.start_time, note.pitch))
        if not note.muted and start <= note.start_time < end
    ]
    if not notes:
        raise Refusal("The clip has no notes in it.")
    return notes


def request(clip: MidiClip, choice: dict[str, Any]) -> dict[str, Any]:
    """Return the request for a clip and what was chosen in the dialog."""
    start, end = region(clip)
    return {
        "api": API,
        "notes": clip_notes(clip),
        "unit": "1/4",
        "metre": choice["metre"],
        "bar": 0,
        "length": end - start,
        "tempo": app.song.tempo,
        "key": key(),
        "band": band(clip),
        "attributes": [choice["attribute"]],
        "steps": 1,
        "range": [choice["amount"]] * 2,
        "natural": choice["natural"],
        "keep": choice["keep"],
        "alternatives": choice["alternatives"],
        "seed": random.randint(0, MAX_SEED),  # noqa: S311  (music, no secret)
    }


def key() -> str:
    """Return the scale of the Live Set, where it is on and armusic knows it; otherwise the clip's own is looked for."""
    song = app.song
    if song.scale_mode and song.scale_name in MODES:
        return f"{TONICS[song.root_note]}:{song.scale_name.lower()}"
    return "auto"


def place(clip: MidiClip) -> tuple[Any, int | None]:
    """Return the track of a clip, and its slot in the Session View; None for a clip of the Arrangement."""
    for track in app.song.tracks:
        for number, slot in enumerate(track.clip_slots):
            if slot.clip == clip:
                return track, number
        if clip in track.arrangement_clips:
            return track, None
    raise Refusal("The clip is on no track of the Live Set.")


def metre_of(clip: MidiClip) -> str:
    """Return the time signature of the scene that a clip is in, where it has one."""
    _, slot = place(clip)
    if slot is None:
        return METRES[0]
    scene = app.song.scenes[slot]
    metre = f"{scene.signature_numerator}/{scene.signature_denominator}"
    return metre if metre in METRES else METRES[0]


def band(clip: MidiClip) -> list[dict[str, Any]]:
    """Return what other tracks play beside a clip: in the same scene, or at the same place in the Arrangement."""
    own, slot = place(clip)
    start, end = region(clip)
    parts = []
    for track in app.song.tracks:
        if track == own or track.mute:
            continue
        others = track.arrangement_clips if slot is None else [track.clip_slots[slot].clip]
        notes = []
        for other in others:
            if not isinstance(other, MidiClip):
                continue
            shift = -region(other)[0] if slot is not None else other.start_time - clip.start_time - region(other)[0]
            for note in other.notes:
                at = note.start_time + shift
                if 0 <= at < end - start and not note.muted:
                    velocity = round(100 if note.velocity is None else note.velocity)
                    notes.append({"pitch": note.pitch, "start": at, "duration": note.duration, "velocity": velocity})
        if notes:
            parts.append({"name": track.name, "notes": notes})
    return parts


def empty_slots(track: Any, slot: int) -> list[Any]:
    """Return the empty slots of a track below one of its slots."""
    return [each for each in track.clip_slots[slot + 1 :] if each.clip is None]


def add(clip: MidiClip, answers: list[dict[str, Any]]) -> None:
    """Add answers beside a clip: in empty slots below it, or on new take lanes.

    What is made in an undo step cannot be used in the same: clips come in one step (lanes, or missing scenes, in one
    before it), and their notes in the last.
    """
    start, end = region(clip)
    track, slot = place(clip)
    count = len(answers)
    if slot is None:
        before = len(track.take_lanes)
        with app.transaction():
            for _ in answers:
                track.create_take_lane()
        lanes = track.take_lanes[before:]
        with app.transaction():
            for lane in lanes:
                lane.create_midi_clip(clip.start_time, end - start)
        clips = [lane.clips[0] for lane in lanes]
    else:
        missing = count - len(empty_slots(track, slot))
        if missing > 0:
            scenes = len(app.song.scenes)
            with app.transaction():
                for number in range(missing):
                    app.song.create_scene(scenes + number)
        slots = empty_slots(track, slot)[:count]
        with app.transaction():
            for each in slots:
                each.create_midi_clip(end - start)
        clips = [each.clip for each in slots]
    with app.transaction():
        for new, answer in zip(clips, answers, strict=True):
            new.name = f"{clip.name} ({answer['name']})"
            new.notes = [
                NoteDescription(
                    pitch=note["pitch"],
                    start_time=note["start"],
                    duration=note["duration"],
                    velocity=note["velocity"],
                )
                for note in answer["notes"]
            ]


def ask(metre: str) -> dict[str, Any] | None:
    """Show the dialog; return what was chosen, None after Cancel."""
    page = (Path(__file__).parent / "dialog.html").read_text(encoding="utf-8")
    options = "".join(f"<option{' selected' if each == metre else ''}>{each}</option>" for each in METRES)
    answer = app.ui.modal(page.replace("METRES", options), width=360, height=310)
    return json.loads(answer) if answer else None


def tell(text: str) -> None:
    """Show a sentence in a dialog."""
    app.ui.modal(
        '<!doctype html><meta charset="utf-8"><body style="background:#363636;color:#dcdcdc;font:13px sans-serif;'
        f'padding:16px"><p>{html.escape(text)}</p><button autofocus onclick="send(\'\')">OK</button>',
        width=360,
        height=160,
    )


def send(body: dict[str, Any]) -> dict[str, Any]:
    """Return the reply of armusic.

    Raises
    ------
    Refusal
        With what armusic says; where it does not answer, or speaks another version.
    """
    status, text = post(f"{ADDRESS}/api/notes", json.dumps(body))
    try:
        reply = json.loads(text)
    except ValueError:
        reply = {}
    if status == 404:
        raise Refusal("This armusic is too old for the extension: pip install --upgrade 'armusic[studio]'.")
    if status != 200:
        raise Refusal(f"armusic: {reply.get('message', f'it answers with status {status}')}.")
    if reply.get("api") != API:
        raise Refusal("This armusic speaks another version than the extension: update both.")
    return reply


def post(url: str, body: str) -> tuple[int, str]:
    """Return status and text of the answer to a request: by JavaScript's fetch in Live, by urllib elsewhere."""
    try:
        import js
        from pyodide.ffi import run_sync, to_js
    except ImportError:
        return _post(url, body)
    options = {"method": "POST", "headers": {"Content-Type": "application/json"}, "body": body}
    try:
        response = run_sync(js.fetch(url, to_js(options, dict_converter=js.Object.fromEntries)))
        return response.status, run_sync(response.text())
    except Exception as error:  # what a failed fetch raises is JavaScript's
        raise Refusal(NO_SERVER) from error


def _post(url: str, body: str) -> tuple[int, str]:
    from urllib.error import HTTPError, URLError
    from urllib.request import Request, urlopen

    try:
        with urlopen(Request(url, body.encode(), {"Content-Type": "application/json"}), timeout=60) as response:
            return response.status, response.read().decode()
    except HTTPError as error:
        return error.code, error.read().decode()
    except URLError as error:
        raise Refusal(NO_SERVER) from error


if __name__ == "__main__":
    app.run()
