"""The routes of the studio's API; `schemas` has the messages. An invalid request gets a `Problem`.

Modules that take long to import are imported by the functions that use them, so that the page is served before.
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
    Edit,
    Example,
    ExportRequest,
    Health,
    ModelInfo,
    PoolStatus,
    Problem,
    Reading,
    Session,
    SurfaceInfo,
    SurfaceRequest,
    Variation,
)
from armusic.studio.state import Studio

SevenBits = Annotated[int, PathPart(ge=0, le=127)]
"""A MIDI data byte."""

_FILE = {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}

router = APIRouter(prefix="/api", responses={status: {"model": Problem} for status in (400, 404, 413, 422, 503)})


def _studio(request: Request) -> Studio:
    studio: Studio = request.app.state.studio
    return studio


def _session(request: Request, ident: str) -> tuple[Any, Any, Any]:
    """Return the model, the sessions and the session with this id."""
    checkpoint, sessions = _studio(request).ready()
    session = sessions.get(ident)
    if session is None:
        raise HTTPException(404, "no such session: it has expired, open the file again")
    return checkpoint, sessions, session


@router.get("/health")
def health(request: Request) -> Health:
    """Return the state of the server, without waiting for the model."""
    studio = _studio(request)
    if studio.error:
        return Health(state="failed", message=studio.error, version=version("armusic"))
    return Health(state="ready" if studio.loaded.is_set() else "loading", message="", version=version("armusic"))


@router.get("/model")
def model(request: Request) -> ModelInfo:
    """Return the model and what the server supports."""
    from armusic.studio import descriptions, uploads

    studio = _studio(request)
    initial = uploads.INITIAL if studio.file else None
    return descriptions.model(studio.ready()[0], studio.model.name if studio.model else "default", initial)


@router.get("/examples")
def examples(request: Request) -> list[Example]:
    """Return the example tunes; the file named at the start comes first."""
    from armusic.studio import uploads

    file = _studio(request).file
    first = [Example(id=uploads.INITIAL, title=file[0])] if file else []
    return [*first, *(Example(id=tune.id, title=tune.name) for tune in uploads.examples())]


@router.post(
    "/sessions",
    status_code=201,
    openapi_extra={"requestBody": {"required": True, "content": _FILE}},
)
async def open_file(request: Request, name: str) -> Session:
    """Open a file: the body is its contents, the suffix of `name` its format."""
    data = await request.body()
    return await run_in_threadpool(_open, _studio(request), name, data, Reading())


@router.post("/sessions/example/{example}", status_code=201)
def open_example(request: Request, example: str) -> Session:
    """Open an example tune."""
    from armusic.studio import uploads

    studio = _studio(request)
    if example == uploads.INITIAL and studio.file:
        return _open(studio, *studio.file, studio.reading, studio.path)
    if example not in {tune.id for tune in uploads.examples()}:
        raise HTTPException(404, "no such example")
    return _open(
        studio, uploads.EXAMPLES, uploads.examples_bytes(), Reading(tune=int(example)), uploads.examples_path()
    )


@router.get("/sessions/{ident}")
def session(request: Request, ident: str) -> Session:
    """Return an open session."""
    checkpoint, sessions, session = _session(request, ident)
    return _description(checkpoint, sessions, session)


@router.put("/sessions/{ident}/reading")
def read_again(request: Request, ident: str, reading: Reading) -> Session:
    """Read the file again with other options: another track, or another tune of a book."""
    from armusic.studio import uploads

    checkpoint, sessions, session = _session(request, ident)
    old = session.upload
    sessions.reopen(session, uploads.open_bytes(old.name, old.data, reading, checkpoint.frame.name, old.path))
    return _description(checkpoint, sessions, session)


@router.delete("/sessions/{ident}", status_code=204)
def close(request: Request, ident: str) -> None:
    """Close a session."""
    _, sessions, session = _session(request, ident)
    sessions.remove(session.id)


@router.get("/sessions/{ident}/pool")
def pool(request: Request, ident: str, key: str = "auto") -> PoolStatus:
    """Return the progress of the search."""
    checkpoint, sessions, session = _session(request, ident)
    status: PoolStatus = sessions.editor(session, checkpoint, key).status
    return status


@router.post("/sessions/{ident}/variation", responses={409: {"model": Problem}})
def variation(request: Request, ident: str, edit: Edit) -> Variation:
    """Return the variation that an edit describes: notes, attribute values and the equivalent command."""
    from armusic.studio import variations

    checkpoint, sessions, session = _session(request, ident)
    session.latest = max(session.latest, edit.sequence)
    editor = sessions.editor(session, checkpoint, edit.key)
    if 0 < edit.sequence < session.latest:
        raise HTTPException(409, "overtaken by a later request")
    return variations.variation(editor, edit, session.upload, _model(request))


@router.post("/sessions/{ident}/surface")
def surface(request: Request, ident: str, body: SurfaceRequest) -> SurfaceInfo:
    """Return the values of two attributes over a grid of targets for both: the map behind the pad."""
    from armusic.studio import variations

    checkpoint, sessions, session = _session(request, ident)
    return variations.surface(sessions.editor(session, checkpoint, body.key), body.names, body.points)


@router.post(
    "/sessions/{ident}/score",
    response_class=Response,
    responses={200: {"content": {"image/svg+xml": {}}}, 501: {"model": Problem}},
)
def score(request: Request, ident: str, edit: Edit) -> Response:
    """Return a variation as notation."""
    from armusic.studio import exports, variations

    checkpoint, sessions, session = _session(request, ident)
    tune = variations.tune(sessions.editor(session, checkpoint, edit.key), edit)
    name = "variation" if edit.targets or edit.shifts or edit.seed is not None else "original"
    return Response(exports.score(name, tune), media_type=exports.media_type("svg"))


@router.post(
    "/sessions/{ident}/export",
    response_class=Response,
    responses={200: {"content": {"application/octet-stream": {}}}, 501: {"model": Problem}},
)
def export(request: Request, ident: str, body: ExportRequest, after: BackgroundTasks) -> Response:
    """Return variations as a file."""
    from armusic.studio import exports, variations

    checkpoint, sessions, session = _session(request, ident)
    upload = session.upload
    tunes: list[tuple[str, Any]] = [("original", upload.tune)] if body.original else []
    names: list[str] = []
    for named in body.variations:
        editor = sessions.editor(session, checkpoint, named.edit.key)
        tunes.append((one_line(named.name), variations.tune(editor, named.edit)))
        names += [*named.edit.targets, *named.edit.shifts]
    if body.bpm is not None:
        tunes[:] = exports.at_tempo(tunes, body.bpm)
    out = Path(upload.name).stem + "-studio"
    title = upload.tune.title or upload.name
    attributes = [name for name in dict.fromkeys(names) if name in editor.context.names]
    folder = tempfile.TemporaryDirectory(prefix="armusic-")
    try:
        path = Path(folder.name, out)
        file, media_type = exports.write(tunes, body.format, body.layout, path, title, attributes)
    except BaseException:
        folder.cleanup()
        raise
    after.add_task(folder.cleanup)
    headers = {"content-disposition": f"attachment; filename*=UTF-8''{quote(file.name)}"}
    return FileResponse(file, media_type=media_type, headers=headers)


@router.get(
    "/sounds/{program}/{pitch}",
    response_class=Response,
    responses={200: {"content": {"audio/wav": {}}}, 204: {"description": "No instruments are installed."}},
)
def sound(program: SevenBits, pitch: SevenBits) -> Response:
    """Return a note of an instrument as a WAV file."""
    from armusic.studio import exports, samples

    data = samples.note(program, pitch)
    return Response(status_code=204) if data is None else Response(data, media_type=exports.media_type("wav"))


def _open(studio: Studio, name: str, data: bytes, reading: Reading, path: str = "") -> Session:
    from armusic.studio import uploads

    checkpoint, sessions = studio.ready()
    upload = uploads.open_bytes(name, data, reading, checkpoint.frame.name, path)
    return _description(checkpoint, sessions, sessions.add(upload))


def _description(checkpoint: Any, sessions: Any, session: Any) -> Session:
    from armusic.studio import descriptions

    return descriptions.session(session, sessions.editor(session, checkpoint, "auto"))


def _model(request: Request) -> str | None:
    """Return the path of the model for commands; None for the shipped one."""
    model = _studio(request).model
    return str(model) if model else None
