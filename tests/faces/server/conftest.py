"""A guarded server without a socket, over a small run of the real engine and folders that are no runs."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

import openiads as oi
from openiads.faces.server.guard import Guard
from openiads.faces.server.jobs import Jobs
from openiads.faces.server.library import Shelf
from openiads.faces.server.routes import application

HOST = "127.0.0.1:8765"


@dataclass
class Answer:
    """What came back."""

    status: int = 0
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: bytes = b""

    def header(self, name: str) -> str:
        return dict(self.headers).get(name, "")

    def json(self) -> Any:
        import json

        return json.loads(self.body)


@dataclass
class Client:
    """Calls an ASGI application as a browser with this Host, Origin and cookie would."""

    guard: Guard
    host: str = HOST
    cookie: str = ""
    last: Answer = field(default_factory=Answer)  #: also where the application then raised

    def __call__(
        self,
        method: str,
        path: str,
        body: bytes = b"",
        headers: dict[str, str] | None = None,
        *,
        origin: str | None = "",
        kind: str = "application/json",
    ) -> Answer:
        """origin : sent as it is; None sends none; "" is the page's own where something changes."""
        fields = {"host": self.host, **(headers or {})}
        if self.cookie:
            fields["cookie"] = self.cookie
        if origin == "" and method not in ("GET", "HEAD"):
            origin = f"http://{HOST}"
        if origin:
            fields["origin"] = origin
        if body:
            fields |= {"content-type": kind, "content-length": str(len(body))}
        return asyncio.run(self._call(method, path, [body], fields))

    def chunked(self, path: str, parts: list[bytes]) -> Answer:
        """A body that does not say beforehand how long it is."""
        fields = {
            "host": self.host,
            "cookie": self.cookie,
            "origin": f"http://{HOST}",
            "content-type": "application/json",
            "transfer-encoding": "chunked",
        }
        return asyncio.run(self._call("POST", path, parts, fields))

    async def _call(self, method: str, path: str, parts: list[bytes], fields: dict[str, str]) -> Answer:
        place, _, query = path.partition("?")
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": method,
            "path": place,
            "raw_path": place.encode(),
            "query_string": query.encode(),
            "scheme": "http",
            "root_path": "",
            "headers": [(k.encode("latin-1"), v.encode("latin-1")) for k, v in fields.items()],
            "client": ("127.0.0.1", 1),
            "server": ("127.0.0.1", 8765),
        }
        answer, waiting, ended = Answer(), list(parts), asyncio.Event()
        self.last = answer

        async def receive() -> dict[str, Any]:
            if waiting:
                return {"type": "http.request", "body": waiting.pop(0), "more_body": bool(waiting)}
            await ended.wait()
            return {"type": "http.disconnect"}

        async def send(message: Any) -> None:
            if message["type"] == "http.response.start":
                answer.status = message["status"]
                answer.headers = [(k.decode("latin-1").lower(), v.decode("latin-1")) for k, v in message["headers"]]
            else:
                answer.body += message.get("body", b"")
                if not message.get("more_body"):
                    ended.set()

        await self.guard(scope, receive, send)
        return answer


@dataclass
class Served:
    """A server's parts."""

    guard: Guard
    app: Any
    shelf: Shelf
    jobs: Jobs
    client: Client

    @property
    def ids(self) -> list[str]:
        return [card["id"] for card in self.client("GET", "/api/runs").json()]


def served(paths: list[Path]) -> Served:
    shelf = Shelf(paths)
    jobs = Jobs(shelf)
    app = application(shelf, jobs)
    guard = Guard(app, HOST)
    first = Client(guard)("GET", f"/?token={guard.token}")
    cookie = first.header("set-cookie").partition(";")[0]
    return Served(guard, app, shelf, jobs, Client(guard, cookie=cookie))


@pytest.fixture(scope="session")
def duel(tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder: Path = tmp_path_factory.mktemp("runs") / "duel"
    return oi.run("one_on_one", replications=40, seed=1, record=1, out=folder)


@pytest.fixture(scope="session")
def server(duel: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    empty = tmp_path_factory.mktemp("empty")
    made = served([duel.path, empty])
    yield made
    made.jobs.close()
    made.shelf.close()
