"""The studio's API: `messages` has the shapes. A request with anything wrong gets a `Problem`, and the server lives on.

What needs torch is imported when it is called: the page is there before.
"""

import tempfile
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, BackgroundTasks, HTTPException, Request, Response
from fastapi import Path as PathPart
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import FileResponse

from armusic.files import one_line
from armusic.studio.schemas import (
    Example,
    Export,
    Health,
    ModelInfo,
    Pool,
    Problem,
    Reading,
    Session,
    SurfaceInfo,
    SurfaceRequest,
    Turn,
    Turned,
)
from armusic.studio.state import Studio

Seven = Annotated[int, PathPart(ge=0, le=127)]
"""A number of seven bits, as MIDI has them."""

_FILE = {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}

router = APIRouter(prefix="/api", responses={status: {"model": Problem} for status in (400, 404, 413, 422, 503)})


def _studio(request: Request) -> Studio:
    studio: Studio = request.app.state.studio
    return studio


def _session(request: Request, ident: str) -> tuple[Any, Any, Any]:
    """Return the model, the sessions and the one of this name."""
    checkpoint, sessions = _studio(request).ready()
    session = sessions.get(ident)
    if session is None:
        raise HTTPException(404, "no such session: it has expired, so open the file again")
    return checkpoint, sessions, session


@router.get("/health")
def health(request: Request) -> Health:
    """Say how far the server is; at once."""
    studio = _studio(request)
    if studio.failed:
        return Health(state="failed", message=studio.failed, version=version("armusic"))
    return Health(state="ready" if studio.loaded.is_set() else "loading", message="", version=version("armusic"))


@router.get("/model")
def model(request: Request) -> ModelInfo:
    """Return the model and what can be asked."""
    from armusic.studio import descriptions, uploads

    studio = _studio(request)
    given = uploads.GIVEN if studio.given else None
    return descriptions.model(studio.ready()[0], studio.model.name if studio.model else "default", given)


@router.get("/examples")
def examples(request: Request) -> list[Example]:
    """Return the tunes that are there; the one named at the start comes first."""
    from armusic.studio import uploads

    given = _studio(request).given
    first = [Example(id=uploads.GIVEN, title=given[0])] if given else []
    return [*first, *(Example(id=one.id, title=one.name) for one in uploads.examples())]


@router.post(
    "/sessions",
    status_code=201,
    openapi_extra={"requestBody": {"required": True, "content": _FILE}},
)
async def open_file(request: Request, name: str) -> Session:
    """Read a file; `name` says by its suffix what it is, and the body is the file."""
    data = await request.body()
    return await run_in_threadpool(_open, _studio(request), name, data, Reading())


@router.post("/sessions/example/{example}", status_code=201)
def open_example(request: Request, example: str) -> Session:
    """Open a tune that is there."""
    from armusic.studio import uploads

    studio = _studio(request)
    if example == uploads.GIVEN and studio.given:
        return _open(studio, *studio.given, studio.wishes, studio.path)
    if example not in {one.id for one in uploads.examples()}:
        raise HTTPException(404, "no such example")
    return _open(
        studio, uploads.EXAMPLES, uploads.examples_bytes(), Reading(tune=int(example)), uploads.examples_path()
    )


@router.get("/sessions/{ident}")
def session(request: Request, ident: str) -> Session:
    """Return a session again."""
    checkpoint, sessions, one = _session(request, ident)
    return _told(checkpoint, sessions, one)


@router.put("/sessions/{ident}/reading")
def read_again(request: Request, ident: str, reading: Reading) -> Session:
    """Read the file in another way: another track, another tune of the book."""
    from armusic.studio import uploads

    checkpoint, sessions, one = _session(request, ident)
    opened = uploads.open_bytes(one.opened.name, one.opened.data, reading, checkpoint.config.frame, one.opened.path)
    sessions.reopen(one, opened)
    return _told(checkpoint, sessions, one)


@router.delete("/sessions/{ident}", status_code=204)
def close(request: Request, ident: str) -> None:
    """Forget a session."""
    _, sessions, one = _session(request, ident)
    sessions.drop(one.id)


@router.get("/sessions/{ident}/pool")
def pool(request: Request, ident: str, key: str = "auto") -> Pool:
    """Say how far the search is."""
    checkpoint, sessions, one = _session(request, ident)
    found: Pool = sessions.bench(one, checkpoint, key).pool
    return found


@router.post("/sessions/{ident}/turn", responses={409: {"model": Problem}})
def turn(request: Request, ident: str, turn: Turn) -> Turned:
    """Turn attributes: notes, values and the command that does the same."""
    from armusic.studio import turns

    checkpoint, sessions, one = _session(request, ident)
    one.latest = max(one.latest, turn.sequence)
    bench = sessions.bench(one, checkpoint, turn.key)
    if 0 < turn.sequence < one.latest:
        raise HTTPException(409, "overtaken by a later request")
    return turns.turned(bench, turn, one.opened, _model(request))


@router.post("/sessions/{ident}/surface")
def surface(request: Request, ident: str, asked: SurfaceRequest) -> SurfaceInfo:
    """Return what two attributes become when both are asked for: the map behind the pad."""
    from armusic.studio import turns

    checkpoint, sessions, one = _session(request, ident)
    return turns.surface(sessions.bench(one, checkpoint, asked.key), asked.names, asked.points)


@router.post(
    "/sessions/{ident}/score",
    response_class=Response,
    responses={200: {"content": {"image/svg+xml": {}}}, 501: {"model": Problem}},
)
def score(request: Request, ident: str, turn: Turn) -> Response:
    """Return a variation as notation."""
    from armusic.studio import exports, turns

    checkpoint, sessions, one = _session(request, ident)
    bench = sessions.bench(one, checkpoint, turn.key)
    tune = bench.ground.tune(turns.answer(bench, turn)[0])
    asked = turn.targets or turn.shifts or turn.dice is not None
    return Response(exports.score("variation" if asked else "original", tune), media_type=exports.TYPES["svg"])


@router.post(
    "/sessions/{ident}/export",
    response_class=Response,
    responses={200: {"content": {"application/octet-stream": {}}}, 501: {"model": Problem}},
)
def export(request: Request, ident: str, asked: Export, after: BackgroundTasks) -> Response:
    """Return variations as a file."""
    from armusic.studio import exports, turns

    checkpoint, sessions, one = _session(request, ident)
    tunes: list[tuple[str, Any]] = [("original", one.opened.tune)] if asked.original else []
    names: list[str] = []
    for variation in asked.variations:
        bench = sessions.bench(one, checkpoint, variation.turn.key)
        tunes.append((one_line(variation.name), bench.ground.tune(turns.answer(bench, variation.turn)[0])))
        names += [*variation.turn.targets, *variation.turn.shifts]
    if asked.bpm is not None:
        tunes[:] = exports.at_tempo(tunes, asked.bpm)
    stem = Path(one.opened.name).stem + "-studio"
    title = one.opened.tune.title or one.opened.name
    shown = [name for name in dict.fromkeys(names) if name in bench.ground.names]
    folder = tempfile.TemporaryDirectory(prefix="armusic-")
    try:
        file, kind = exports.write(tunes, asked.format, asked.layout, Path(folder.name, stem), title, shown)
    except BaseException:
        folder.cleanup()
        raise
    after.add_task(folder.cleanup)
    headers = {"content-disposition": f"attachment; filename*=UTF-8''{quote(file.name)}"}
    return FileResponse(file, media_type=kind, headers=headers)


@router.get(
    "/sounds/{program}/{pitch}",
    response_class=Response,
    responses={200: {"content": {"audio/wav": {}}}, 204: {"description": "There are no instruments here."}},
)
def sound(program: Seven, pitch: Seven) -> Response:
    """Return a note of an instrument as sound."""
    from armusic.studio import exports, samples

    found = samples.note(program, pitch)
    return Response(status_code=204) if found is None else Response(found, media_type=exports.TYPES["wav"])


def _open(studio: Studio, name: str, data: bytes, reading: Reading, path: str = "") -> Session:
    from armusic.studio import uploads

    checkpoint, sessions = studio.ready()
    opened = uploads.open_bytes(name, data, reading, checkpoint.config.frame, path)
    return _told(checkpoint, sessions, sessions.add(opened))


def _told(checkpoint: Any, sessions: Any, one: Any) -> Session:
    from armusic.studio import descriptions

    return descriptions.session(one, sessions.bench(one, checkpoint, "auto"))


def _model(request: Request) -> str | None:
    """Return what the command line calls the model; the shipped one needs no name."""
    model = _studio(request).model
    return str(model) if model else None
