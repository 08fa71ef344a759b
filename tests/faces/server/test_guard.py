"""Nothing gets past the guard without the secret, the right Host and no foreign Origin: on every route there is."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.routing import BaseRoute

from faces.server.conftest import HOST, Client, Served

#: Parameters of paths -> something of their kind.  A route with another parameter needs a line here.
SAMPLES = {"run": "0123456789abcdef", "job": "0123456789abcdef", "replication": "0", "name": "viewer.js"}
HOSTS = {
    "right": HOST,
    "by name": "localhost:8765",
    "forwarded": "LOCALHOST:9000",
    "version 6": "[::1]:9000",
    "foreign": "evil.example",
    "rebound": "evil.example:8765",
    "below it": "evil.localhost:8765",
    "in front": "localhost.evil.example:8765",
    "with more": "localhost:8765@evil.example",
}
OWN_HOSTS = ("right", "by name", "forwarded", "version 6")
ORIGINS = {
    "none": None,
    "own": "own",
    "foreign": "http://evil.example",
    "null": "null",
    "other port": "http://127.0.0.1:1",
    "other name": "http://localhost:1",
    "encrypted": f"https://{HOST}",
}


def routes(app: Any) -> list[tuple[str, str]]:
    """Every method and path that the application answers, with samples for parameters."""
    found = []

    def walk(each: BaseRoute, front: str) -> None:
        path = front + getattr(each, "path", "")
        for inner in getattr(each, "routes", None) or []:
            walk(inner, path)
        found.extend((method, path.format(**SAMPLES)) for method in sorted(getattr(each, "methods", None) or ()))

    for each in app.router.routes:
        walk(each, "")
    return found


def test_the_router_is_walked_whole(server: Served) -> None:
    found = routes(server.app)
    assert ("GET", "/") in found
    assert ("POST", f"/api/runs/{SAMPLES['run']}/whatif") in found
    assert ("DELETE", f"/api/jobs/{SAMPLES['job']}") in found
    stated = sum(len(methods) for methods in server.app.openapi()["paths"].values())
    assert len(found) >= stated + 2


@pytest.mark.parametrize("token", ["none", "wrong", "right"])
@pytest.mark.parametrize("host", list(HOSTS))
@pytest.mark.parametrize("origin", list(ORIGINS))
def test_only_the_right_token_host_and_origin_reach_a_route(server: Served, token: str, host: str, origin: str) -> None:
    cookies = {"none": "", "wrong": f"{server.guard.cookie}=guess", "right": server.client.cookie}
    client = Client(server.guard, HOSTS[host], cookies[token])
    for method, path in routes(server.app):
        own = f"http://{HOSTS[host].lower()}"
        answer = client(method, path, origin=own if origin == "own" else ORIGINS[origin])
        changing = method not in ("GET", "HEAD")
        let = token == "right" and host in OWN_HOSTS and (origin == "own" or (origin == "none" and not changing))
        refused = answer.status in (401, 403, 421)
        assert refused is not let, (method, path, answer.status)
        assert "content-security-policy" in dict(answer.headers)
        assert "access-control-allow-origin" not in dict(answer.headers)
        if refused:
            assert set(answer.json()) == {"message", "todo"}


def test_the_printed_address_turns_into_a_cookie_that_scripts_cannot_read(server: Served) -> None:
    answer = Client(server.guard)("GET", f"/?token={server.guard.token}")
    assert (answer.status, answer.header("location")) == (303, "/")
    cookie = answer.header("set-cookie")
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    assert server.guard.token not in cookie


@pytest.mark.parametrize("query", ["token=", "token=guess", "token", "token=a&token=b", "other=1"])
def test_another_token_opens_nothing(server: Served, query: str) -> None:
    assert Client(server.guard)("GET", f"/?{query}").status == 401


def test_the_token_opens_only_the_first_page(server: Served) -> None:
    assert Client(server.guard)("GET", f"/api/runs?token={server.guard.token}").status == 401


def test_two_cookies_of_our_name_are_not_trusted(server: Served) -> None:
    cookie = f"{server.client.cookie}; {server.guard.cookie}=planted"
    assert Client(server.guard, cookie=cookie)("GET", "/api/runs").status == 401


def test_a_page_of_another_site_is_refused_even_where_it_sends_no_origin(server: Served) -> None:
    for site in ("cross-site", "same-site"):
        assert server.client("GET", "/api/runs", headers={"sec-fetch-site": site}).status == 403
    assert server.client("GET", "/api/runs", headers={"sec-fetch-site": "same-origin"}).status == 200


def test_large_bodies_and_other_kinds_are_refused(server: Served) -> None:
    path = f"/api/runs/{server.ids[0]}/whatif"
    assert server.client("POST", path, b"x" * 70_000).status == 413
    assert server.client("POST", path, b"{}", kind="text/plain").status == 415
    assert server.client("POST", path, b"x=1", kind="application/x-www-form-urlencoded").status == 415


def test_a_body_that_keeps_coming_is_refused_by_its_size(server: Served) -> None:
    path = f"/api/runs/{server.ids[0]}/whatif"
    answer = server.client.chunked(path, [b" " * 10_000] * 8)
    assert answer.status == 413
    assert set(answer.json()) == {"message", "todo"}
    whole = server.client.chunked(path, [b'{"values": {"none', b'": 1}, "replica', b'tions": 20}'])
    assert (whole.status, "no such lever" in whole.json()["message"]) == (422, True)


def test_nothing_is_cached_framed_or_sniffed(server: Served) -> None:
    answer = server.client("GET", "/")
    policy = answer.header("content-security-policy")
    assert policy.startswith("default-src 'self'; img-src 'self' data: blob:; style-src 'self'")
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert answer.header("x-content-type-options") == "nosniff"
    assert answer.header("referrer-policy") == "no-referrer"
    assert answer.header("cache-control") == "no-store"


def test_two_hosts_are_not_one(server: Served) -> None:
    twice = server.client("GET", "/api/runs", headers={"Host": "evil.example"})
    assert twice.status == 421
    assert "localhost" in twice.json()["message"]


def test_the_name_of_the_machine_opens_the_viewer_as_its_number_does(server: Served) -> None:
    for host in ("localhost:8765", "127.0.0.1:8765", "localhost:9000"):
        answer = Client(server.guard, host)("GET", f"/?token={server.guard.token}")
        assert (answer.status, answer.header("location")) == (303, "/"), host
