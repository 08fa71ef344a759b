"""Whatever a program sends that follows, or does not follow, the description of the server: no answer is a 5xx."""

from __future__ import annotations

import itertools
import json

import hypothesis
import schemathesis
from schemathesis import GenerationMode

from faces.server.conftest import HOST, Served


def test_no_request_makes_the_server_fail(server: Served) -> None:
    schema = schemathesis.openapi.from_dict(server.app.openapi())
    seen = 0
    for found, mode in itertools.product(schema.get_all_operations(), GenerationMode):
        operation = found.ok()
        if mode is GenerationMode.NEGATIVE and operation.path == "/api/runs":
            continue  # it takes nothing that could be wrong

        @hypothesis.settings(max_examples=12, deadline=None, suppress_health_check=list(hypothesis.HealthCheck))
        @hypothesis.given(case=operation.as_strategy(generation_mode=mode))
        def answered(case: schemathesis.Case) -> None:
            nonlocal seen
            asked = case.as_transport_kwargs(base_url=f"http://{HOST}")
            body = asked.get("data") or b""
            if "json" in asked and asked["json"] is not None:
                body = json.dumps(asked["json"]).encode()
            path = asked["url"].removeprefix(f"http://{HOST}")
            query = "&".join(f"{k}={v}" for k, v in (asked.get("params") or {}).items())
            answer = server.client(case.method, f"{path}?{query}" if query else path, bytes(body or b""))
            assert answer.status < 500, (case.method, path, answer.body[:500])
            seen += 1

        answered()
    assert seen > 50
