"""What every request must pass before any page sees it, and what every answer carries.

The server listens on loopback, but other programs of this machine and every page in the user's browser can reach it
too.  So: the Host must be a name of the browser's own machine (one that was rebound to 127.0.0.1 is not), an Origin
must be that very Host, and a secret is asked for, which the printed address carries and a cookie from then on.  Any
port will do in the Host, for one that is forwarded (ssh, a container, WSL) may have another number on the browser's
side; a page of another local port has another Origin.  The printed address opens the viewer as long as the server runs,
in any browser of this user; where a browser is started with it, the list of processes shows it to other users of this
machine (``--no-open`` keeps it out of there).
"""

from __future__ import annotations

import hmac
import json
import re
import secrets
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import parse_qs

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[MutableMapping[str, Any], Receive, Send], Awaitable[None]]

#: Bytes of a request's body at most.
BODY = 64 * 1024
#: Names by which a browser reaches its own machine, and no other.
_HERE = re.compile(r"(127\.0\.0\.1|localhost|\[::1\])(:[0-9]{1,5})?")
_CHANGING = ("POST", "PUT", "PATCH", "DELETE")

POLICY = (
    "default-src 'self'; img-src 'self' data: blob:; style-src 'self'; object-src 'none'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-store",
}


class Guard:
    """An ASGI application around another: nothing reaches the inner one but what passes every check."""

    def __init__(self, inner: Application, host: str) -> None:
        """host : what is printed, ``127.0.0.1:PORT``."""
        self.inner, self.host, self.origin = inner, host, f"http://{host}"
        self.token = secrets.token_urlsafe(32)
        self._session = secrets.token_urlsafe(32)
        self.cookie = f"openiads-{host.rpartition(':')[2]}"  # cookies do not tell ports apart

    @property
    def address(self) -> str:
        """What to open in a browser."""
        return f"{self.origin}/?token={self.token}"

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return  # a web socket is closed without a word
        answer = self._judged(scope)
        body = None if answer is not None else await _body(receive)
        if answer is None and body is None:
            answer = _too_large()
        if answer is not None:
            await _say(send, *answer)
        elif body is not None:
            await self.inner(scope, _again(body, receive), _with_headers(send))

    def _judged(self, scope: MutableMapping[str, Any]) -> tuple[int, dict[str, str], bytes] | None:
        """The answer to a request that goes no further; None for one that does."""
        fields: dict[str, list[str]] = {}
        for name, value in scope["headers"]:
            fields.setdefault(name.decode("latin-1").lower(), []).append(value.decode("latin-1"))
        hosts = [host.lower() for host in fields.get("host", [])]
        if len(hosts) != 1 or not _HERE.fullmatch(hosts[0]):
            return _problem(
                421,
                "The viewer answers to 127.0.0.1 and localhost alone.",
                "Open the address that openiads view printed; where its port is forwarded, with the port of this side.",
            )
        origins = fields.get("origin", [])
        foreign = any(origin != f"http://{hosts[0]}" for origin in origins) or len(origins) > 1
        site = fields.get("sec-fetch-site", ["none"])
        if foreign or site not in (["none"], ["same-origin"]):
            return _problem(403, "Another page may not use the viewer.", "Open the address that openiads view printed.")
        changing = scope["method"] in _CHANGING
        if changing and not origins:
            return _problem(403, "A request that changes something must say where it comes from.", "Use the page.")
        given = parse_qs(scope["query_string"].decode("latin-1")).get("token", [])
        if scope["path"] == "/" and len(given) == 1 and _same(given[0], self.token):
            cookie = f"{self.cookie}={self._session}; Path=/; HttpOnly; SameSite=Strict"
            return 303, {"location": "/", "set-cookie": cookie}, b""
        if not self._known(fields.get("cookie", [])):
            return _problem(
                401, "The viewer does not know this browser.", "Open the address that openiads view printed."
            )
        return _too_much(fields, changing)

    def _known(self, cookies: list[str]) -> bool:
        parts = [part.strip().partition("=") for cookie in cookies for part in cookie.split(";")]
        mine = [value for name, _, value in parts if name == self.cookie]
        return len(mine) == 1 and _same(mine[0], self._session)


def _same(given: str, wanted: str) -> bool:
    return hmac.compare_digest(given.encode(), wanted.encode())


def _too_much(fields: dict[str, list[str]], changing: bool) -> tuple[int, dict[str, str], bytes] | None:
    length = fields.get("content-length", ["0"])[0]
    if length.isdecimal() and int(length) > BODY:
        return _too_large()
    has_body = length != "0" or "transfer-encoding" in fields
    kind = fields.get("content-type", [""])[0].partition(";")[0].strip().lower()
    if changing and has_body and kind != "application/json":
        return _problem(415, "Only JSON is read here.", "Send application/json.")
    return None


def _problem(status: int, message: str, todo: str) -> tuple[int, dict[str, str], bytes]:
    return status, {"content-type": "application/json"}, json.dumps({"message": message, "todo": todo}).encode()


def _too_large() -> tuple[int, dict[str, str], bytes]:
    return _problem(413, f"The request is larger than {BODY} bytes.", "Send less.")


async def _body(receive: Receive) -> list[Message] | None:
    """The messages of a request's body, however they come; None for one that is too large."""
    messages: list[Message] = []
    seen = 0
    while True:
        message = await receive()
        messages.append(message)
        seen += len(message.get("body", b""))
        if seen > BODY:
            return None
        if message["type"] != "http.request" or not message.get("more_body", False):
            return messages


def _again(body: list[Message], receive: Receive) -> Receive:
    """The messages that were read already, then what comes after them."""
    waiting = iter(body)

    async def told() -> Message:
        message = next(waiting, None)
        return await receive() if message is None else message

    return told


def _with_headers(send: Send) -> Send:
    async def headed(message: Message) -> None:
        if message["type"] == "http.response.start":
            own = {name.decode("latin-1").lower() for name, _ in message["headers"]}
            more = [(n.encode(), v.encode()) for n, v in HEADERS.items() if n not in own]
            message = {**message, "headers": [*message["headers"], *more]}
        await send(message)

    return headed


async def _say(send: Send, status: int, headers: dict[str, str], body: bytes) -> None:
    fields = {**headers, "content-length": str(len(body))}
    out = _with_headers(send)
    start = [(name.encode(), value.encode()) for name, value in fields.items()]
    await out({"type": "http.response.start", "status": status, "headers": start})
    await out({"type": "http.response.body", "body": body})
