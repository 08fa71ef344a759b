"""The command that opens runs in the browser."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from openiads.faces.cli import streams
from openiads.faces.cli.common import TERMINATED, reports_errors, warn


@reports_errors
def view(
    folders: Annotated[list[Path], typer.Argument(metavar="RUN...", help="Folders of runs or sweeps.")],
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="The port; 0 takes a free one.")] = 0,
    browser: Annotated[
        bool, typer.Option("--open/--no-open", help="Whether to open a browser, or only print the address.")
    ] = True,
    listen: Annotated[
        str, typer.Option("--listen", help="Inside a container: 0.0.0.0. Otherwise leave it out.", metavar="ADDRESS")
    ] = "127.0.0.1",
) -> None:
    """See runs in the browser: replay, scope, dashboard, comparison and what-if.  Ctrl-C ends it."""
    import webbrowser

    from openiads.faces.server import serve

    def ready(address: str) -> None:
        print(address, flush=True)
        if browser:
            webbrowser.open(address)

    if not listen.startswith("127."):
        warn(
            f"the viewer listens on {listen}: whoever reaches this port can try it, and nothing is encrypted. "
            "Publish a container's port on 127.0.0.1 alone"
        )
    try:
        serve(folders, port=port, listen=listen, ready=ready)
    except KeyboardInterrupt as stopped:  # Ctrl-C is the way to end it
        streams.tell("The viewer has ended.")
        sys.stdout.flush()
        sys.stderr.flush()
        # All is closed and nothing is to be kept, but a thread may still be in compiled code, and an interpreter that
        # is taken down around it can hang.
        os._exit(TERMINATED if isinstance(stopped, streams.Terminated) else 0)
