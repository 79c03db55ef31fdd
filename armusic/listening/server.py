"""The web server of a listening test: its page, the next comparison, sounds, answers."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Literal

from fastapi import FastAPI, HTTPException
from fastapi.responses import FileResponse
from fastapi.staticfiles import StaticFiles
from pydantic import BaseModel, Field

from armusic.io.writers import wav
from armusic.listening.trials import Answers, Trial
from armusic.studio.security import Access, SecurityMiddleware

PAGE = Path(__file__).parent / "page"
Side = Literal["original", "a", "b"]


class Next(BaseModel):
    """The next comparison; nothing in it says which model wrote what."""

    trial: int | None = Field(description="Number of the comparison; null where all are answered.")
    done: int = Field(description="Number of answers.")
    count: int = Field(description="Number of comparisons.")
    question: str = Field("", description="What was changed.")


class Answer(BaseModel):
    """An answer."""

    trial: int = Field(ge=0, description="Number of the comparison.")
    choice: Literal["a", "b", "same"] = Field(description="What is better.")
    seconds: float = Field(ge=0, le=1e6, allow_inf_nan=False, description="Time that it took.")


def application(trials: list[Trial], answers: Answers, folder: Path, access: Access) -> SecurityMiddleware:
    """Return the ASGI application behind the studio's security middleware.

    Parameters
    ----------
    trials : list of Trial
        The comparisons.
    answers : Answers
        Answers so far.
    folder : path
        A folder for sounds, which are made when they are first played.
    access : Access
        Rules on who may use it.
    """
    app = FastAPI(title="armusic listen", docs_url=None, redoc_url=None, openapi_url=None)
    lock = threading.Lock()

    def state() -> Next:
        place = answers.next(trials)
        question = "" if place is None else trials[place].question
        return Next(
            trial=place, done=sum(trial.name in answers.done for trial in trials), count=len(trials), question=question
        )

    def chosen(number: int) -> Trial:
        if number >= len(trials):
            raise HTTPException(404, f"there is no comparison {number}: there are {len(trials)}")
        return trials[number]

    @app.get("/api/next")
    def following() -> Next:
        return state()

    @app.post("/api/answers")
    def answer(given: Answer) -> Next:
        with lock:
            answers.add(chosen(given.trial), given.choice, given.seconds)
        return state()

    @app.get("/sound/{number}/{side}")
    def sound(number: int, side: Side) -> FileResponse:
        trial, path = chosen(number), folder / f"{number}-{side}.wav"
        with lock:
            if not path.exists():
                tune = trial.original if side == "original" else trial.tunes[0 if side == "a" else 1]
                wav.write([("", tune)], path)
        return FileResponse(path, media_type="audio/wav")

    app.add_api_route("/", lambda: FileResponse(PAGE / "index.html"))
    app.mount("/page", StaticFiles(directory=PAGE))
    return SecurityMiddleware(app, access)
