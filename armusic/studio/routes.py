"""The routes of the studio's API; `schemas` has the messages. An invalid request gets a `Problem`.

Modules that take long to import are imported by the functions that use them, so that the page is served before.
"""

import tempfile
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Any, Literal

from fastapi import APIRouter, BackgroundTasks, HTTPException, Query, Request, Response
from fastapi import Path as PathPart
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import FileResponse

from armusic.config.manner import KEEP
from armusic.files import one_line
from armusic.io.writers.formats import FORMATS
from armusic.studio import note_schemas
from armusic.studio.edits import Alternative, AlternativesRequest, Edit, ExportRequest, Variation
from armusic.studio.schemas import (
    Example,
    Health,
    ModelInfo,
    PoolStatus,
    Problem,
    Reading,
    Session,
    SurfaceInfo,
    SurfaceRequest,
    Track,
)
from armusic.studio.state import Studio

SevenBits = Annotated[int, PathPart(ge=0, le=127)]
"""A MIDI data byte."""

Bpm = Annotated[float, Query(ge=1, le=1000)]
"""Quarter notes per minute."""
Program = Annotated[int, PathPart(ge=0, le=128)]
"""A General MIDI program, from 0; 128 is the drum kit."""

_MAX_PAGE = 40  # letters of a page's id
_EXPORTS: dict[str, Any] = {kind: {} for kind in (*(form.media_type for form in FORMATS), "application/zip")}
_FILE = {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}

router = APIRouter(prefix="/api", responses={status: {"model": Problem} for status in (400, 404, 413, 422, 503)})


def _studio(request: Request) -> Studio:
    studio: Studio = request.app.state.studio
    return studio


def _page(request: Request) -> str:
    """Return the id of the page that sends a request; empty for a script."""
    return request.headers.get("armusic-page", "")[:_MAX_PAGE]


def _file(request: Request) -> tuple[str, bytes] | None:
    """Return the file named at the start, for the page that was opened at the start."""
    return _studio(request).file if request.scope["trusted"] else None


def _session(request: Request, ident: str) -> tuple[Any, Any, Any]:
    """Return the model, the sessions and the session with this id."""
    checkpoint, sessions = _studio(request).ready()
    session = sessions.get(ident)
    if session is None:
        raise HTTPException(404, "no such session: it has expired, open the file again")
    if page := _page(request):
        session.visit(page)
    return checkpoint, sessions, session


@router.get("/health")
def health(request: Request) -> Health:
    """Return the state of the server, without waiting for the model."""
    studio = _studio(request)
    state: Literal["loading", "ready", "failed"] = "ready" if studio.loaded.is_set() else "loading"
    return Health(
        state="failed" if studio.error else state,
        message=studio.error,
        version=version("armusic"),
        notes_api=note_schemas.API,
    )


@router.get("/model")
def model(request: Request) -> ModelInfo:
    """Return the model and what the server supports."""
    from armusic.inference import named
    from armusic.studio import descriptions, uploads

    studio = _studio(request)
    initial = uploads.INITIAL if _file(request) else None
    return descriptions.model(studio.ready()[0], named.title(studio.model), initial)


@router.get("/examples")
def examples(request: Request) -> list[Example]:
    """Return the example tunes; the file named at the start comes first."""
    from armusic.studio import uploads

    file = _file(request)
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
    if example == uploads.INITIAL and (file := _file(request)):
        return _open(studio, *file, studio.reading, studio.path)
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


@router.get("/sessions/{ident}/file", response_class=Response, responses={200: {"content": _FILE}})
def file(request: Request, ident: str) -> Response:
    """Return the file of a session, as it was opened."""
    *_, session = _session(request, ident)
    return Response(session.upload.data, media_type="application/octet-stream")


@router.put("/sessions/{ident}/reading")
def read_again(request: Request, ident: str, reading: Reading) -> Session:
    """Read the file again with other options: another track, or another tune of a book.

    Where another page shows the session, this one gets a session of its own.
    """
    checkpoint, sessions, session = _session(request, ident)
    old = session.upload
    upload = _read(_studio(request), old.name, old.data, reading, checkpoint.frame.name, old.path)
    return _description(checkpoint, sessions, sessions.reopen(session, upload, _page(request)))


@router.get("/sessions/{ident}/tracks")
def tracks(request: Request, ident: str) -> list[Track]:
    """Return the melodies of the file, with why some cannot be edited: each is read, which can take a second."""
    from armusic.studio import uploads

    checkpoint, _, session = _session(request, ident)
    return list(uploads.checked(session.upload, checkpoint.frame.name))


@router.delete("/sessions/{ident}", status_code=204)
def close(request: Request, ident: str) -> None:
    """Close a session, unless another page shows it."""
    _, sessions, session = _session(request, ident)
    page = _page(request)
    if not (page and session.leave(page)):
        sessions.remove(session.id)


@router.delete("/sessions/{ident}/page", status_code=204)
def leave(request: Request, ident: str) -> None:
    """Leave a session, which stays open: the page is closed, or loaded anew."""
    *_, session = _session(request, ident)
    session.leave(_page(request))


@router.get("/sessions/{ident}/pool")
def pool(request: Request, ident: str, key: str = "auto", keep: str = KEEP) -> PoolStatus:
    """Return the progress of the search."""
    checkpoint, sessions, session = _session(request, ident)
    status: PoolStatus = sessions.editor(session, checkpoint, key, keep).status
    return status


@router.post("/sessions/{ident}/variation", response_model=Variation, responses={409: {"model": Problem}})
def variation(request: Request, ident: str, edit: Edit) -> Response:
    """Return the variation that an edit describes: notes, attribute values and the equivalent command."""
    from armusic.studio import variations

    checkpoint, sessions, session = _session(request, ident)
    is_latest = session.visit(_page(request), edit.sequence)
    editor = sessions.editor(session, checkpoint, edit.key, edit.keep)
    if not is_latest:
        raise HTTPException(409, "overtaken by a later request")
    answer = variations.variation(editor, edit, session.upload, _model(request))
    return Response(answer.model_dump_json(), media_type="application/json")  # not checked once more, which takes time


@router.post("/sessions/{ident}/alternatives")
def alternatives(request: Request, ident: str, body: AlternativesRequest) -> list[Alternative]:
    """Return other answers to an edit, of nearly the same worth; fewer where there are no more."""
    from armusic.studio import variations

    checkpoint, sessions, session = _session(request, ident)
    editor = sessions.editor(session, checkpoint, body.edit.key, body.edit.keep)
    return variations.alternatives(editor, body.edit, body.count, session.upload, _model(request))


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
def score(request: Request, ident: str, edit: Edit, bpm: Bpm | None = None) -> Response:
    """Return a variation as notation, with a tempo in quarter notes per minute; its own when not given."""
    from armusic.studio import exports, variations

    checkpoint, sessions, session = _session(request, ident)
    tune = variations.tune(sessions.editor(session, checkpoint, edit.key, edit.keep), edit)
    name = "variation" if edit.targets or edit.shifts or edit.by_hand or edit.seed is not None else "original"
    if bpm is not None:
        ((_, tune),) = exports.at_tempo([(name, tune)], bpm)
    return Response(_studio(request).worker.run(exports.score, name, tune), media_type=exports.media_type("svg"))


@router.post(
    "/sessions/{ident}/export",
    response_class=Response,
    responses={200: {"content": _EXPORTS}, 501: {"model": Problem}},
)
def export(request: Request, ident: str, body: ExportRequest, after: BackgroundTasks) -> Response:
    """Return variations as a file."""
    from armusic.studio import exports, variations

    checkpoint, sessions, session = _session(request, ident)
    upload = session.upload
    tunes: list[tuple[str, Any]] = [("original", upload.tune)] if body.original else []
    names: list[str] = []
    for named in body.variations:
        editor = sessions.editor(session, checkpoint, named.edit.key, named.edit.keep)
        tunes.append((one_line(named.name), variations.tune(editor, named.edit)))
        names += [*named.edit.targets, *named.edit.shifts]
    if body.bpm is not None:
        tunes[:] = exports.at_tempo(tunes, body.bpm)
    title = upload.tune.title or upload.name
    attributes = [name for name in dict.fromkeys(names) if name in editor.context.names]
    out = exports.stem(upload.name, attributes, body.variations)
    folder = tempfile.TemporaryDirectory(prefix="armusic-")
    try:
        path = Path(folder.name, out)
        work = _studio(request).worker.run
        file, media_type = work(exports.write, tunes, body.format, body.layout, path, title, attributes)
    except BaseException:
        folder.cleanup()
        raise
    after.add_task(folder.cleanup)
    return FileResponse(file, media_type=media_type, headers={"content-disposition": exports.disposition(file.name)})


@router.get(
    "/sounds/{program}/{pitch}",
    response_class=Response,
    responses={200: {"content": {"audio/wav": {}}}, 204: {"description": "No instruments are installed."}},
)
def sound(program: Program, pitch: SevenBits) -> Response:
    """Return a note of an instrument, or of the drum kit (128), as a WAV file."""
    from armusic.studio import exports, samples

    data = samples.note(program, pitch)
    return Response(status_code=204) if data is None else Response(data, media_type=exports.media_type("wav"))


def _open(studio: Studio, name: str, data: bytes, reading: Reading, path: str = "") -> Session:
    checkpoint, sessions = studio.ready()
    upload = _read(studio, name, data, reading, checkpoint.frame.name, path)
    return _description(checkpoint, sessions, sessions.add(upload))


def _read(studio: Studio, name: str, data: bytes, reading: Reading, frame: str, path: str) -> Any:
    """Return a file's upload; a large file is read in a process of its own."""
    from armusic.studio import uploads

    arguments = (name, data, reading, frame, path)
    if len(data) > uploads.LARGE:
        return studio.worker.run(uploads.open_bytes, *arguments)
    return uploads.open_bytes(*arguments)


def _description(checkpoint: Any, sessions: Any, session: Any) -> Session:
    from armusic.studio import descriptions

    return descriptions.session(session, sessions.editor(session, checkpoint, "auto"))


def _model(request: Request) -> str | None:
    """Return the path of the model for commands; None for the shipped one."""
    model = _studio(request).model
    return str(model) if model else None
