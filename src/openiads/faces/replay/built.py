"""The built viewer that is part of the package."""

from __future__ import annotations

from importlib.resources import files

#: Endings of the viewer's files and what they are.
KINDS = {
    "html": "text/html; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "css": "text/css; charset=utf-8",
    "svg": "image/svg+xml",
    "png": "image/png",
    "json": "application/json",
}
#: Without one of these there is no viewer.
NEEDED = {"index.html", "viewer.css", "viewer.js"}
NO_VIEWER = (
    b"<!doctype html><html lang=en><meta charset=utf-8><title>openiads</title>"
    b"<h1>openiads</h1><p>The viewer's files are not in this installation. The server runs: see /api/runs.</p>"
)


def viewer_files() -> dict[str, bytes]:
    """Name -> bytes of the viewer's files; a plain page where they are not there."""
    folder = files("openiads.faces").joinpath("static")
    if not folder.is_dir():
        return {"index.html": NO_VIEWER}
    found = {item.name: item.read_bytes() for item in folder.iterdir() if item.name.rpartition(".")[2] in KINDS}
    return found if set(found) >= NEEDED else {"index.html": NO_VIEWER}
