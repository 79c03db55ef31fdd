"""The tools for assistants, called through the SDK's own client, in this process and over standard input and output."""

import json
import os
import shutil
import sys
from pathlib import Path
from typing import Any

import anyio
import pytest

pytest.importorskip("mcp", reason="the tools for assistants need mcp: pip install 'armusic[mcp]'")

from mcp import Client, StdioServerParameters, stdio_client

import armusic
from armusic.assistant import replies, server
from armusic_cli import main

PLOUGH = Path("examples/speed-the-plough.mid").resolve()
JIG = "X:1\nT:Jig\nM:6/8\nL:1/8\nK:G\nGAB cBA|Bdd gdB|cec BdB|AGF G3|\n"


class Host:
    """A host with the tools at hand: calls them, and returns the answer or the refusal."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.server = server.build([folder])

    def call(self, tool: str, **arguments: Any) -> dict[str, Any]:
        result = anyio.run(self._call, tool, arguments)
        assert not result.is_error, result.content[0].text
        assert json.loads(result.content[0].text) == result.structured_content
        return dict(result.structured_content)

    def refusal(self, tool: str, **arguments: Any) -> str:
        result = anyio.run(self._call, tool, arguments)
        assert result.is_error
        text = str(result.content[0].text)
        assert "\n" not in text
        return text.removeprefix(f"Error executing tool {tool}: ")

    async def _call(self, tool: str, arguments: dict[str, Any]) -> Any:
        async with Client(self.server) as client:
            return await client.call_tool(tool, arguments)

    def tools(self) -> list[Any]:
        async def listed() -> list[Any]:
            async with Client(self.server) as client:
                return (await client.list_tools()).tools

        return anyio.run(listed)


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Host:
    folder = tmp_path_factory.mktemp("tunes")
    shutil.copy(PLOUGH, folder / "plough.mid")
    return Host(folder)


def notes(tune: armusic.Tune) -> list[dict[str, Any]]:
    return [
        {"pitch": note.pitch, "start": note.start, "duration": note.duration, "velocity": note.velocity}
        for note in replies.notes_of(tune)
    ]


def test_every_tool_and_parameter_is_described(host: Host) -> None:
    tools = host.tools()
    assert [tool.name for tool in tools] == list(server.TOOLS)
    for tool in tools:
        assert tool.description.endswith(".")
        assert tool.output_schema is not None
        for name, schema in tool.input_schema["properties"].items():
            assert "description" in schema, f"{tool.name}: {name}"


def test_a_file_is_inspected(host: Host) -> None:
    contents = host.call("inspect", file="plough.mid")
    assert contents["usable"]
    assert contents["facts"]["measures"] == "16 of 4/4"
    assert "T:Speed the Plough" in contents["abc"]


def test_a_file_that_cannot_be_used_says_why(host: Host) -> None:
    (host.folder / "free.abc").write_text("X:1\nM:none\nK:C\n", encoding="utf-8")
    contents = host.call("inspect", file="free.abc")
    assert not contents["usable"]
    assert contents["refused"].startswith("free.abc")
    assert host.refusal("turn", file="free.abc", targets={"density": 0.5}) == contents["refused"]


def test_a_metre_that_a_message_asks_for_can_be_given(host: Host) -> None:
    (host.folder / "odd.abc").write_text("X:1\nM:7/8\nL:1/8\nK:C\nCDEFGAB|cBAGFED|\n", encoding="utf-8")
    assert "set its metre with the option metre=" in host.call("inspect", file="odd.abc")["refused"]
    assert host.call("inspect", file="odd.abc", reading={"metre": "4/4"})["usable"]
    answer = host.call("turn", file="odd.abc", reading={"metre": "4/4"}, targets={"contour": 0.2})
    assert Path(answer["file"]).exists()
    (inspect,) = (tool for tool in host.tools() if tool.name == "inspect")
    (schema,) = inspect.input_schema["$defs"].values()
    assert set(schema["properties"]) == {"voice", "quantize", "groove", "metre", "tempo", "downbeat"}
    assert all(option["description"] for option in schema["properties"].values())
    assert "metre 4/9 is not supported" in host.refusal("vary", file="odd.abc", reading={"metre": "4/9"})


def test_attributes_are_those_of_the_command(host: Host) -> None:
    table = armusic.attributes.of_tune(armusic.read(PLOUGH), ["density"])
    answer = host.call("attributes", file="plough.mid", names=["density"])
    assert answer["means"] == {"density": round(float(table.mean()), 6)}
    assert [row["measure"] for row in answer["measures"]] == list(range(1, 17))


@pytest.mark.parametrize(
    ("targets", "more"),
    [
        ({"density": "by+0.05"}, {"alternatives": 2, "seed": 3}),
        ({"rhythm": "p80", "range": 0.3}, {"natural": 0.8, "keep": ["cadences"]}),
        ({"contour": -0.1}, {"measures": [5, 8], "key": "off"}),
    ],
)
def test_a_turn_gives_the_notes_of_the_command(
    host: Host, tmp_path: Path, targets: dict[str, Any], more: dict[str, Any]
) -> None:
    answer = host.call("turn", file="plough.mid", targets=targets, **more)
    output = tmp_path / "command.mid"
    arguments = ["interpolate", str(PLOUGH), "--no-picture", "-o", str(output)]
    for name, value in targets.items():
        arguments += ["--attr", f"{name}={value}"]
    for name, value in more.items():
        text = "-".join(map(str, value)) if name == "measures" else ",".join(value) if name == "keep" else str(value)
        arguments += [f"--{name}", text]
    assert main.run(arguments) == 0
    assert Path(answer["file"]).read_bytes() == output.read_bytes()
    assert len(answer["tunes"]) == more.get("alternatives", 1)


def test_an_answer_says_what_was_reached_and_what_changed(host: Host) -> None:
    answer = host.call("turn", abc=JIG, targets={"density": "by-0.1"}, output="jig.mid")
    (tune,) = answer["tunes"]
    (value,) = tune["values"]
    assert value["attribute"] == "density"
    assert value["reached"] == pytest.approx(value["target"], abs=0.05)
    assert tune["changed_measures"]
    assert tune["abc"].startswith("X:1")
    assert Path(answer["file"]) == host.folder.resolve() / "jig.mid"


def test_measures_are_composed_anew_and_the_others_stay(host: Host) -> None:
    answer = host.call("vary", file="plough.mid", measures=[5, 6], alternatives=2)
    before = notes(armusic.read(PLOUGH))
    for tune in answer["tunes"]:
        outside = [note for note in tune["notes"] if not 16 <= note["start"] < 24]
        assert outside == [note for note in before if not 16 <= note["start"] < 24]
        assert set(tune["changed_measures"]) <= {5, 6}
    first, second = (tune["notes"] for tune in answer["tunes"])
    assert first != second


def test_new_tunes_come_with_their_file(host: Host) -> None:
    answer = host.call("generate", measures=4, metre="3/4", key="A:dorian", targets={"density": "p50"}, count=2)
    assert [tune["name"] for tune in answer["tunes"]] == ["tune 1", "tune 2"]
    assert Path(answer["file"]).is_file()
    assert all(tune["values"][0]["attribute"] == "density" for tune in answer["tunes"])


def test_words_are_explained(host: Host) -> None:
    usual = list(host.call("explain", name="density", metre="6/8")["usual"].values())
    assert usual == sorted(usual)
    assert "as near to the input" in host.call("explain", name="natural")["text"]
    assert "in bits a note" in host.call("explain", name="surprise")["text"]


def test_nothing_outside_the_folders_is_read_or_written(host: Host, tmp_path: Path) -> None:
    shutil.copy(PLOUGH, tmp_path / "secret.mid")
    link = host.folder / "link.mid"
    link.symlink_to(tmp_path / "secret.mid")
    for name in ("../secret.mid", str(tmp_path / "secret.mid"), "link.mid", "link.mid#1"):
        message = host.refusal("turn", file=name, targets={"density": 0.3})
        assert "outside the folders that were named at the start" in message
    for name in ("../new.mid", str(tmp_path / "new.mid")):
        assert "outside the folders" in host.refusal("turn", file="plough.mid", targets={"density": 0.3}, output=name)
    assert not (tmp_path / "new.mid").exists()


@pytest.mark.parametrize("targets", [{"density": "@/etc/passwd"}, {"evil.py:attribute": 0.5}, {"density": " @x.csv"}])
def test_no_target_reads_a_file(host: Host, targets: dict[str, Any]) -> None:
    assert "is for the command line" in host.refusal("turn", file="plough.mid", targets=targets)


def test_a_file_that_is_there_is_left_as_it_is(host: Host) -> None:
    before = (host.folder / "plough.mid").read_bytes()
    refusal = host.refusal("turn", file="plough.mid", targets={"density": 0.3}, output="plough.mid")
    assert refusal == "plough.mid: is there already: give another name"
    assert (host.folder / "plough.mid").read_bytes() == before


def test_names_that_are_free_are_found(host: Host) -> None:
    files = [host.call("generate", measures=2)["file"] for _ in range(2)]
    assert len(set(files)) == 2


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({}, "no melody: give a file, or ABC text"),
        ({"file": "plough.mid", "abc": JIG}, "two melodies: give a file or ABC text"),
        ({"file": "none.mid"}, "no such file"),
        ({"file": "plough.mid", "measures": [5, 99]}, "measure"),
        ({"file": "plough.mid", "track": "9"}, "no melody in track '9'"),
    ],
)
def test_a_refusal_is_a_line(host: Host, arguments: dict[str, Any], words: str) -> None:
    assert words in host.refusal("turn", targets={"density": 0.3}, **arguments)


def test_a_name_that_is_no_attribute_lists_those_that_are(host: Host) -> None:
    assert "rhythm, range, density, contour" in host.refusal("turn", abc=JIG, targets={"volume": 0.3})


def test_the_command_speaks_the_protocol_over_standard_input_and_output(host: Host) -> None:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, sys.path)), "OMP_NUM_THREADS": "1"}
    arguments = ["-m", "armusic_cli", "mcp", "--root", str(host.folder)]
    parameters = StdioServerParameters(command=sys.executable, args=arguments, env=environment)

    async def session() -> tuple[str, Any]:
        async with Client(stdio_client(parameters)) as client:
            return client.server_info.name, await client.call_tool("inspect", {"abc": JIG})

    name, result = anyio.run(session)
    assert name == "armusic"
    assert result.structured_content["usable"]


def test_measures_have_the_numbers_of_the_file(host: Host) -> None:
    music = "GABc dedB|[M:7/8]GABcdef|[M:4/4]dedB dedB|c2ec B2dB|A2F2 G4|"
    abc = f"X:1\nT:t\nM:4/4\nL:1/8\nK:G\n{music}\n"
    measured = host.call("attributes", abc=abc, names=["density"])
    assert [measure["measure"] for measure in measured["measures"]] == [1, 3, 4, 5]
    answer = host.call("vary", abc=abc, measures=[4, 4], alternatives=1, keep=[])
    assert answer["tunes"][-1]["changed_measures"] == [4]
    assert "measure 2 of" in (refusal := host.refusal("vary", abc=abc, measures=[2, 2]))
    assert refusal.endswith("is in 7/8, for which no model is trained: it stays as it is")
