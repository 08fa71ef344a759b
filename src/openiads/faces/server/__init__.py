"""The viewer's server: runs of this machine in this machine's browser, and nobody else's.

``serve`` listens on loopback until Ctrl-C.  ``guard`` says what a request must pass, ``routes`` what there is.
"""

from __future__ import annotations

import errno
import ipaddress
import logging
import shutil
import socket
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any

from openiads.base.errors import ResultsError, UsageError

if TYPE_CHECKING:
    from openiads.faces.server.child import Child

HOST = "127.0.0.1"


def listening(port: int, listen: str = HOST) -> socket.socket:
    """A socket that listens on a port of loopback or another address, any free one for 0; UsageError if it cannot."""
    try:
        ipaddress.IPv4Address(listen)
    except ValueError:
        raise UsageError(
            f"--listen {listen}", "no IPv4 address", "Leave it out, or write 0.0.0.0 inside a container"
        ) from None
    made = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        made.bind((listen, port))
        made.listen(64)
    except OSError as problem:
        made.close()
        if problem.errno == errno.EADDRNOTAVAIL:
            told = f"--listen {listen}"
            raise UsageError(told, "no address of this machine", "Leave it out, or write 0.0.0.0") from None
        if problem.errno == errno.EADDRINUSE:
            reason, remedy = "the port is in use by another program", "Choose another one, or leave --port out"
        elif problem.errno == errno.EACCES:
            reason, remedy = "this user may not use that port", "Choose one from 1024 up, or leave --port out"
        else:
            reason, remedy = f"cannot be listened on ({problem.strerror})", "Leave --port out"
        raise UsageError(f"--port {port}", reason, remedy) from None
    return made


def serve(
    paths: Sequence[Path], *, port: int = 0, listen: str = HOST, ready: Callable[[str], Any] = lambda address: None
) -> None:
    """Show some runs (folders of runs or sweeps) until Ctrl-C; ``ready`` is called with the address to open.

    ``listen`` is for containers, whose own loopback nothing outside reaches; the guard asks the same of every request.
    Raises UsageError if the port cannot be had, ResultsError for a folder that is not there.
    """
    for path in paths:
        if not path.exists():
            raise ResultsError(str(path), "no such folder", "Give the folder that openiads run printed")
    with listening(port, listen) as door:
        _serve(paths, door, ready)


def _serve(paths: Sequence[Path], door: socket.socket, ready: Callable[[str], Any]) -> None:
    from openiads.faces.server.child import Child

    folder = Path(tempfile.mkdtemp(prefix="openiads-view-"))  # only its owner may enter
    child = Child(folder)
    try:
        child.begin()  # it loads the engine while this process loads the server
        _answer(paths, child, folder, door, ready)
    finally:
        child.close()
        shutil.rmtree(folder, ignore_errors=True)


def _answer(
    paths: Sequence[Path], child: Child, folder: Path, door: socket.socket, ready: Callable[[str], Any]
) -> None:
    from openiads.faces.server.library import Shelf

    shelf = Shelf(paths, child, folder)
    shelf.begin()

    import uvicorn

    from openiads.faces.server.guard import Guard
    from openiads.faces.server.jobs import Jobs
    from openiads.faces.server.routes import application

    jobs = Jobs(shelf)
    guard = Guard(application(shelf, jobs), f"{HOST}:{door.getsockname()[1]}")

    class Server(uvicorn.Server):
        """Uvicorn that says when it is ready, and ends without a word about what it cuts off."""

        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            ready(guard.address)
            shelf.sum_up()

        def handle_exit(self, sig: int, frame: FrameType | None) -> None:
            jobs.stop()  # pages that listen to a question hear its end, and let go
            logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL + 1)
            super().handle_exit(sig, frame)

    settings = uvicorn.Config(
        guard,
        log_level="error",
        access_log=False,
        lifespan="off",
        server_header=False,
        date_header=False,
        timeout_graceful_shutdown=2,
        proxy_headers=False,
        ws="none",
    )
    try:
        Server(settings).run(sockets=[door])
    finally:
        child.close()  # what waits for it hears that it has ended
        jobs.close()
        shelf.close()


__all__ = ["HOST", "listening", "serve"]
