"""The pages and answers of the viewer's server."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from typing import Annotated, Any

from fastapi import FastAPI, Path, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import FileResponse, JSONResponse, Response, StreamingResponse
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException
from starlette.types import Message, Receive, Scope, Send

from openiads.base.errors import InputError, InputErrors, OpeniadsError, UsageError
from openiads.faces.replay.built import KINDS, viewer_files
from openiads.faces.server.jobs import Busy, Job, Jobs
from openiads.faces.server.library import Entry, Shelf, Unreadable

#: Seconds between looks at a job, and between signs of life to a page that listens.
LOOK, ALIVE = 0.05, 10.0
#: What every answer of 4xx and 5xx holds.
_PROBLEM: dict[str, Any] = {
    "type": "object",
    "required": ["message", "todo"],
    "properties": {"message": {"type": "string"}, "todo": {"type": "string"}},
}
_WRONG: dict[int | str, dict[str, Any]] = {
    code: {"description": "what is wrong, and what to do", "content": {"application/json": {"schema": _PROBLEM}}}
    for code in (400, 401, 403, 404, 405, 409, 413, 415, 416, 421, 422, 500)
}

Identity = Annotated[str, Path(pattern=r"^[0-9a-f]{16}$", max_length=16)]
Chosen = Annotated[str, Query(pattern=r"^[0-9a-f]{16}$", max_length=16)]


class Question(BaseModel):
    """What if these levers stood so?"""

    model_config = ConfigDict(strict=True, extra="forbid")
    values: dict[str, bool | int | float | str] = Field(max_length=200)
    replications: int = Field(ge=1, le=100_000)


def application(shelf: Shelf, jobs: Jobs) -> FastAPI:
    """The application without its guard.  Every route must be safe for anyone whom the guard lets through."""
    app = FastAPI(title="openiads view", docs_url=None, redoc_url=None, openapi_url=None, responses=_WRONG)
    pages = viewer_files()

    def page(name: str) -> Response:
        if name not in pages:
            raise HTTPException(404)
        return Response(pages[name], media_type=KINDS[name.rpartition(".")[2]])

    @app.get("/", include_in_schema=False)
    def index() -> Response:
        return page("index.html")

    @app.get("/{name}", include_in_schema=False)
    def asset(name: str) -> Response:
        return page(name)

    _run_routes(app, shelf)
    _whatif_routes(app, shelf, jobs)
    _problems(app)
    return app


class _File(FileResponse):
    """A file, whole or in ranges; a range that is none is answered in the words of every other problem."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        wrong: Response | None = None

        async def heard(message: Message) -> None:
            nonlocal wrong
            if message["type"] == "http.response.start" and message["status"] in (400, 416):
                wrong = _told(message["status"], *_SAID[message["status"]])
                said = [(n, v) for n, v in message["headers"] if n.lower() == b"content-range"]
                wrong.raw_headers.extend(said)
            elif wrong is None:
                await send(message)

        await super().__call__(scope, receive, heard)
        if wrong is not None:
            await wrong(scope, receive, send)


def _entry(shelf: Shelf, identity: str) -> Entry:
    try:
        return shelf.entry(identity)
    except KeyError:
        raise HTTPException(404) from None


def _run_routes(app: FastAPI, shelf: Shelf) -> None:
    @app.get("/api/runs")
    def runs() -> JSONResponse:
        return JSONResponse(shelf.cards())

    @app.get("/api/runs/{run}")
    def run_summary(run: Identity) -> JSONResponse:
        return JSONResponse(_entry(shelf, run).summary())

    @app.get("/api/runs/{run}/replays/{replication}")
    def replay(run: Identity, replication: Annotated[int, Path(ge=0, lt=2**31)]) -> FileResponse:
        _entry(shelf, run)
        return _File(shelf.replay(run, replication), media_type="application/octet-stream")

    @app.get("/api/runs/{run}/replays/{replication}/backdrop")
    def backdrop(run: Identity, replication: Annotated[int, Path(ge=0, lt=2**31)]) -> FileResponse:
        _entry(shelf, run)
        return _File(shelf.replay(run, replication, backdrop=True), media_type="application/octet-stream")

    @app.get("/api/compare")
    def compare(a: Chosen, b: Chosen) -> JSONResponse:
        first, second = _entry(shelf, a), _entry(shelf, b)
        for entry in (first, second):
            entry.run()  # one that cannot be read says so
        told = shelf.works.call("compare", {"a": str(first.path), "b": str(second.path)})
        return JSONResponse(told | {"a": first.card(), "b": second.card()})


def _whatif_routes(app: FastAPI, shelf: Shelf, jobs: Jobs) -> None:
    @app.get("/api/runs/{run}/whatif")
    def panel(run: Identity) -> JSONResponse:
        entry = _entry(shelf, run)
        entry.run()  # one that cannot be read says so
        told = shelf.works.call("panel", {"run": str(entry.path)}) | {"job": jobs.under_way()}
        shelf.expect(entry)
        return JSONResponse(told)

    @app.post("/api/runs/{run}/whatif", status_code=202)
    def start(run: Identity, question: Question) -> JSONResponse:
        entry = _entry(shelf, run)
        entry.run()
        asked = {"run": str(entry.path), "values": question.values, "replications": question.replications}
        label = shelf.works.call("settle", asked)["label"]  # what cannot run is refused at once
        return JSONResponse({"job": jobs.start(entry, question.values, question.replications, label).id}, 202)

    @app.get("/api/jobs/{job}/events")
    async def events(job: Identity, request: Request) -> StreamingResponse:
        return StreamingResponse(_news(jobs, _job(jobs, job), request), media_type="text/event-stream")

    @app.delete("/api/jobs/{job}")
    def cancel(job: Identity) -> JSONResponse:
        _job(jobs, job).stop()
        return JSONResponse({"canceled": True})


def _job(jobs: Jobs, identity: str) -> Job:
    try:
        return jobs.get(identity)
    except KeyError:
        raise HTTPException(404) from None


async def _news(jobs: Jobs, job: Job, request: Request) -> AsyncIterator[bytes]:
    """Server-sent events: the latest news at once, then each change, until its end or the server's."""
    told, silent = 0, 0.0
    while not (jobs.ending or await request.is_disconnected()):
        serial, name, what = job.state()
        if serial != told:
            told, silent = serial, 0.0
            yield f"event: {name}\nid: {serial}\ndata: {json.dumps(what, allow_nan=False)}\n\n".encode()
            if name != "progress":
                return
        elif silent >= ALIVE:
            silent = 0.0
            yield b": still at it\n\n"
        await asyncio.sleep(LOOK)
        silent += LOOK


# ------------------------------------------------------------------ errors


_SAID: Mapping[int, tuple[str, str]] = {
    404: ("There is no such thing here.", "Go back to the list of runs; it may have been started anew."),
    400: ("The request cannot be read.", "Reload the page."),
    405: ("That cannot be done here.", "Reload the page."),
    416: ("The replay has no such part.", "Reload the page."),
}


def _told(status: int, message: str, todo: str) -> JSONResponse:
    said = (words.encode("utf-8", "replace").decode() for words in (message, todo))  # half a surrogate pair is no text
    return JSONResponse(dict(zip(("message", "todo"), said, strict=True)), status)


def _problems(app: FastAPI) -> None:
    @app.exception_handler(HTTPException)
    def plain(request: Request, problem: HTTPException) -> JSONResponse:
        message, todo = _SAID.get(problem.status_code, (str(problem.detail), "Reload the page."))
        return _told(problem.status_code, message, todo)

    @app.exception_handler(RequestValidationError)
    def malformed(request: Request, problem: RequestValidationError) -> JSONResponse:
        first = problem.errors()[0]
        place = ".".join(str(step) for step in first["loc"][1:]) or "request"
        return _told(422, f"{place[:200]}: {first['msg']}", "Reload the page.")

    @app.exception_handler(OpeniadsError)
    def ours(request: Request, problem: OpeniadsError) -> JSONResponse:
        status = 422 if isinstance(problem, UsageError | InputError) else 409
        if isinstance(problem, InputErrors) and len(problem.problems) > 1:  # each with its own remedy
            return _told(status, str(problem), "Move the levers back, or others with them.")
        shown = OpeniadsError(problem.place, problem.reason)
        return _told(status, str(shown), problem.remedy or "Reload the page.")

    @app.exception_handler(Unreadable)
    def unreadable(request: Request, problem: Unreadable) -> JSONResponse:
        return _told(409, str(problem), "Choose another run, or load the list again once this one is complete.")

    @app.exception_handler(Busy)
    def busy(request: Request, problem: Busy) -> JSONResponse:
        return _told(409, "Another what-if question is being worked on.", "Wait for its answer, or cancel it.")

    @app.exception_handler(RecursionError)
    def deep(request: Request, problem: RecursionError) -> JSONResponse:
        return _told(422, "The request is nested too deeply.", "Reload the page.")

    @app.exception_handler(Exception)
    def unforeseen(request: Request, problem: Exception) -> JSONResponse:
        """A fault of the program: told to the page in its words, and whole on the terminal, by the server."""
        return _told(500, "The viewer's server failed; the terminal tells more.", "Try again; report it if it stays.")
