"""The extension of Ableton Live, in a Live Set in memory: the bridge's own calls, answered without Live."""

import importlib.util
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

pytest.importorskip("ableton_extensions", reason="tests of the extension need armusic[test]")

from ableton_extensions._build import build
from ableton_extensions._transport import _is_getter
from ableton_extensions.framework import Ui
from ableton_extensions.model import Application

SCRIPT = Path(__file__).resolve().parents[2] / "hosts" / "live" / "armusic_live.py"
CHOICE = {
    "attribute": "density", "amount": 1.0, "natural": 0.5, "alternatives": 2, "metre": "4/4", "keep": ["cadences"],
}  # fmt: skip
SCALE = [{"pitch": 60 + at, "startTime": at / 2, "duration": 0.5, "velocity": 90} for at in range(8)]


class Host:
    """A Live Set: objects by handle; what a call does is in a method of its name, or in the object's fields."""

    def __init__(self, *, arrangement: bool = False) -> None:
        self.objects: list[dict[str, Any]] = []
        self.dialogs: list[str] = []
        self.answer = json.dumps(CHOICE)
        self.changes = 0
        self.steps: list[list[str]] = []
        self._obj_cache: dict[Any, Any] = {}
        self.pending: list[Any] | None = None
        self.song = self.new("Song", tempo=96.0, scaleMode=False, rootNote={"$b": "9"}, scaleName="Minor")
        clip = self.clip("riff", SCALE, start=8.0)
        tracks = [self.track("Lead", clip, arrangement), self.track("Bass", self.clip("bass", SCALE[:2]), False)]
        self.set(self.song, tracks=tracks, scenes=[self.scene(0, 0), self.scene(3, 4), self.scene(0, 0)])
        self.selected = clip

    def new(self, kind: str, **fields: Any) -> dict[str, Any]:
        self.objects.append({"class": kind, **fields})
        return {"id": len(self.objects) - 1}

    def set(self, handle: dict[str, Any], **fields: Any) -> None:
        self.objects[handle["id"]].update(fields)

    def get(self, handle: dict[str, Any], field: str) -> Any:
        return self.objects[handle["id"]][field]

    def scene(self, numerator: int, denominator: int) -> dict[str, Any]:
        return self.new("Scene", signatureNumerator=numerator, signatureDenominator=denominator)

    def clip(self, name: str, notes: Any, start: float = 0.0, length: float = 4.0) -> dict[str, Any]:
        return self.new(
            "MidiClip", name=name, notes=list(notes), startTime=start, endTime=start + length, startMarker=0.0,
            endMarker=length, looping=False, loopStart=0.0, loopEnd=length,
        )  # fmt: skip

    def track(self, name: str, clip: dict[str, Any], arrangement: bool) -> dict[str, Any]:
        slots = [self.new("ClipSlot", clip=None if arrangement or row != 1 else clip) for row in range(3)]
        return self.new(
            "MidiTrack", name=name, mute=False, clipSlots=slots, arrangementClips=[clip] if arrangement else [],
            takeLanes=[],
        )  # fmt: skip

    # --- the transport, as the bridge's ---

    def call(self, method: str, *arguments: Any, timeout: float = 30) -> Any:
        if self.pending is not None and not method.startswith("bridge.") and not _is_getter(method):
            self.pending.append((method, arguments))
            return None
        if method == "ui.showModalDialog":
            self.dialogs.append(arguments[0])
            return self.answer
        if method == "dataModel.getRoot":
            return {"id": -1}
        if method == "dataModel.rootGetSong":
            return self.song
        handle, *rest = arguments
        if method == "dataModel.getObjectIsOfClass":
            return self.get(handle, "class") == rest[0]
        if _is_getter(method):
            field = method.split("Get", 1)[1]
            return self.get(handle, field[:1].lower() + field[1:])
        self.steps.append([method])
        return self.change(method, handle, *rest)

    def change(self, method: str, handle: dict[str, Any], *rest: Any) -> Any:
        self.changes += 1
        if method == "dataModel.clipslotCreateMidiClip":
            assert self.get(handle, "clip") is None
            self.set(handle, clip=self.clip("", [], 0.0, rest[0]))
            return self.get(handle, "clip")
        if method == "dataModel.trackCreateTakeLane":
            lane = self.new("TakeLane", clips=[])
            self.get(handle, "takeLanes").append(lane)
            return lane
        if method == "dataModel.takelaneCreateMidiClip":
            clip = self.clip("", [], *rest)
            self.get(handle, "clips").append(clip)
            return clip
        if method == "dataModel.songCreateScene":
            for track in self.get(handle, "tracks"):
                self.get(track, "clipSlots").append(self.new("ClipSlot", clip=None))
            self.get(handle, "scenes").append(self.scene(0, 0))
            return self.get(handle, "scenes")[-1]
        fields = {"dataModel.clipSetName": "name", "dataModel.midiclipSetNotes": "notes"}
        self.set(handle, **{fields[method]: rest[0]})
        return None

    def begin_txn(self) -> None:
        self.pending = []

    def end_txn(self) -> None:
        pending, self.pending = self.pending or [], None
        self.steps.append([method for method, _ in pending])
        for method, arguments in pending:
            self.change(method, *arguments)

    def abort_txn(self) -> None:
        self.pending = None


@pytest.fixture
def extension() -> ModuleType:
    spec = importlib.util.spec_from_file_location("armusic_live", SCRIPT)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


Turn = Callable[..., list[dict[str, Any]]]


@pytest.fixture
def turn(extension: ModuleType, monkeypatch: pytest.MonkeyPatch) -> Turn:
    """Return what clicks on the menu of the selected clip; it returns the requests that were sent."""

    def run(host: Host, status: int = 200, reply: Any = None) -> list[dict[str, Any]]:
        sent: list[dict[str, Any]] = []
        names = ("density +1.0", "density +1.0 (2)")
        notes = [{"pitch": 72, "start": 0.0, "duration": 1.0, "velocity": 80}]
        body = {"api": 1, "answers": [{"name": name, "notes": notes} for name in names]} if reply is None else reply

        def post(url: str, text: str) -> tuple[int, str]:
            sent.append(json.loads(text))
            return status, body if isinstance(body, str) else json.dumps(body)

        monkeypatch.setattr(extension, "post", post)
        app = extension.app
        app._t, app._app, app._ui = host, Application(host, host.call("dataModel.getRoot")), Ui(host)
        (_, _, command), = app._menu  # fmt: skip
        app._on_event(command, [host.selected])
        return sent

    return run


def test_variations_of_a_session_clip_go_into_empty_slots_below_it(turn: Turn) -> None:
    host = Host()
    turn(host)
    slots = host.get(host.get(host.song, "tracks")[0], "clipSlots")
    names = [clip and host.get(clip, "name") for clip in (host.get(slot, "clip") for slot in slots)]
    assert names == [None, "riff", "riff (density +1.0)", "riff (density +1.0 (2))"]  # a scene was added for the last
    assert host.get(host.get(slots[2], "clip"), "notes")[0]["pitch"] == 72
    assert host.get(host.selected, "notes") == SCALE
    assert host.steps == [
        ["dataModel.songCreateScene"],
        ["dataModel.clipslotCreateMidiClip"] * 2,
        ["dataModel.clipSetName", "dataModel.midiclipSetNotes"] * 2,
    ]


def test_variations_of_an_arrangement_clip_go_onto_take_lanes(turn: Turn) -> None:
    host = Host(arrangement=True)
    turn(host)
    lanes = host.get(host.get(host.song, "tracks")[0], "takeLanes")
    clips = [host.get(lane, "clips")[0] for lane in lanes]
    assert [(host.get(clip, "startTime"), host.get(clip, "endTime")) for clip in clips] == [(8.0, 12.0)] * 2


def test_the_request_has_the_clip_and_what_sounds_beside_it(turn: Turn) -> None:
    (request,) = turn(Host())
    assert request["notes"][1] == {"pitch": 61, "start": 0.5, "duration": 0.5, "velocity": 90}
    assert (request["tempo"], request["length"], request["key"]) == (96.0, 4.0, "auto")
    assert request["metre"] == "4/4"
    assert [(part["name"], len(part["notes"])) for part in request["band"]] == [("Bass", 2)]
    assert request["range"] == [1.0, 1.0]


def test_only_the_loop_counts_and_muted_notes_stay_behind(turn: Turn) -> None:
    host = Host()
    host.set(host.selected, looping=True, loopStart=1.0, loopEnd=3.0)
    host.get(host.selected, "notes")[3] = {**SCALE[3], "muted": True}
    (request,) = turn(host)
    assert [(note["pitch"], note["start"]) for note in request["notes"]] == [(62, 0.0), (64, 1.0), (65, 1.5)]
    assert request["length"] == 2.0


def test_the_scale_of_the_set_is_the_key(turn: Turn) -> None:
    host = Host()
    host.set(host.song, scaleMode=True)
    assert turn(host)[0]["key"] == "A:minor"
    host.set(host.song, scaleName="Whole Tone")
    assert turn(host)[0]["key"] == "auto"


def test_the_dialog_offers_the_metre_of_the_scene(turn: Turn) -> None:
    host = Host()
    turn(host)
    assert "option%20selected%3E3/4" in host.dialogs[0]


def test_cancel_changes_nothing(turn: Turn) -> None:
    host = Host()
    host.answer = ""
    assert turn(host) == []
    assert host.changes == 0


@pytest.mark.parametrize(
    ("status", "reply", "words"),
    [
        (422, {"message": "the notes: there are none"}, "armusic: the notes: there are none."),
        (500, "<html>", "armusic: it answers with status 500."),
        (404, {"message": "Not Found"}, "This armusic is too old for the extension"),
        (200, {"api": 2}, "This armusic speaks another version than the extension"),
    ],
)
def test_a_refusal_is_a_sentence_and_changes_nothing(turn: Turn, status: int, reply: Any, words: str) -> None:
    from urllib.parse import unquote

    host = Host()
    turn(host, status, reply)
    assert words in unquote(host.dialogs[-1])
    assert host.changes == 0


def test_a_clip_without_notes_is_said_before_the_dialog(turn: Turn) -> None:
    host = Host()
    host.set(host.selected, notes=[])
    assert turn(host) == []
    assert "no%20notes%20in%20it" in host.dialogs[0]


def test_a_server_that_is_down_is_said(extension: ModuleType) -> None:
    with pytest.raises(extension.Refusal, match="armusic does not answer at http://127.0.0.1:9. Start it"):
        extension.NO_SERVER = extension.NO_SERVER.replace(extension.ADDRESS, "http://127.0.0.1:9")
        extension.post("http://127.0.0.1:9/api/notes", "{}")


def test_it_is_built_into_one_file_with_its_dialog(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = build(str(SCRIPT), output=str(tmp_path / "armusic.ablx"))
    with zipfile.ZipFile(file) as archive:
        names = archive.namelist()
        manifest = json.loads(archive.read("manifest.json"))
        assert archive.read("user_ext.py") == SCRIPT.read_bytes()
    assert {"manifest.json", "extension.js", "assets/dialog.html"} <= set(names)
    assert manifest["name"] == "armusic"
    assert Path(file).stat().st_size < 10e6
    assert "wrote" in capsys.readouterr().out
