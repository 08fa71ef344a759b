"""The command from outside: it prints an address, serves it, and ends in order."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest

#: The command; whoever starts tests in the background has SIGINT ignored, which a child would inherit.
COMMAND = """
import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)
from openiads.faces.cli.main import main
sys.exit(main())
"""


def begin(*arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", COMMAND, "view", "--no-open", *arguments]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


@pytest.mark.parametrize(("sent", "code"), [(signal.SIGINT, 0), (signal.SIGTERM, 143)])
def test_the_address_opens_the_viewer_until_the_command_ends(duel: Any, sent: signal.Signals, code: int) -> None:
    server = begin(str(duel.path))
    assert server.stdout is not None
    address = server.stdout.readline().strip()
    assert address.startswith("http://127.0.0.1:")
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
    with opener.open(address) as page:
        assert b'<div id="app">' in page.read()
    with opener.open(f"{address.partition('?')[0]}viewer.js") as script:
        assert script.headers["content-type"].startswith("text/javascript")
    with pytest.raises(urllib.error.HTTPError, match="401"):
        urllib.request.urlopen(address.partition("?")[0])
    server.send_signal(sent)
    _, told = server.communicate(timeout=60)
    assert server.returncode == code
    assert told == "The viewer has ended.\n"


@pytest.mark.parametrize(("sent", "code"), [(signal.SIGINT, 0), (signal.SIGTERM, 143)])
def test_the_command_ends_in_order_while_a_question_is_listened_to(duel: Any, sent: signal.Signals, code: int) -> None:
    server = begin(str(duel.path))
    assert server.stdout is not None
    address = server.stdout.readline().strip()
    place = address.partition("?")[0]
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
    opener.open(address).close()
    run = json.load(opener.open(f"{place}api/runs"))[0]["id"]
    body = json.dumps({"values": {}, "replications": 2000}).encode()
    fields = {"content-type": "application/json", "origin": place.rstrip("/")}
    asked = urllib.request.Request(f"{place}api/runs/{run}/whatif", body, fields)
    job = json.load(opener.open(asked))["job"]
    with opener.open(f"{place}api/jobs/{job}/events") as news:
        assert news.readline() == b"event: progress\n"
        assert "llvmlite" not in Path(f"/proc/{server.pid}/maps").read_text()  # the engine is in another process
        server.send_signal(sent)
        _, told = server.communicate(timeout=60)
    assert server.returncode == code
    assert told == "The viewer has ended.\n"


def test_a_port_in_use_is_one_line_and_exit_code_2(duel: Any) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        server = begin(str(duel.path), "--port", str(port))
        said, told = server.communicate(timeout=60)
    assert server.returncode == 2
    assert said == ""
    assert (
        told.strip() == f"--port {port}: the port is in use by another program. Choose another one, or leave --port out"
    )


def test_a_folder_that_is_not_there_is_one_line_and_exit_code_74(tmp_path: Path) -> None:
    server = begin(str(tmp_path / "nowhere"))
    _, told = server.communicate(timeout=60)
    assert server.returncode == 74
    assert "no such folder" in told
    assert told.count("\n") == 1
