"""The route of the notes API; `note_schemas` has its messages. An invalid request gets a `Problem`."""

from fastapi import APIRouter, Request

from armusic.studio.note_schemas import NotesReply, NotesRequest
from armusic.studio.schemas import Problem
from armusic.studio.state import Studio

router = APIRouter(prefix="/api", responses={status: {"model": Problem} for status in (400, 413, 422, 503)})


@router.post("/notes")
def notes(request: Request, body: NotesRequest) -> NotesReply:
    """Return variations of notes: what `armusic interpolate` gives for a MIDI file that holds them."""
    from armusic.studio import notes as desks

    studio: Studio = request.app.state.studio
    checkpoint, _ = studio.ready()
    assert studio.desk is not None
    return desks.reply(studio.desk, checkpoint, body)
