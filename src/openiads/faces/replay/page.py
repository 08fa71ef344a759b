"""The viewer with one replay in one HTML file, which needs neither a server nor a network."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from openiads.base.errors import ResultsError
from openiads.faces.replay import Backdrop, Prepared, prepare
from openiads.faces.replay.built import viewer_files

if TYPE_CHECKING:
    from openiads.runs.run import Run

#: Bytes of a page that things are left out for.
LARGEST = 3_000_000
#: Looks kept, and whether the radars' own tracks stay, from everything to the least.
_STEPS = ((150_000, True), (20_000, True), (0, True), (0, False))


@dataclass(frozen=True)
class Page:
    """The file, and what was left out of it to keep it small (empty if nothing)."""

    body: bytes
    left_out: str


def page(run: Run, replication: int = 0) -> Page:
    """One HTML file that shows one replication, and the dashboard of its run.

    Looks, then the radars' own tracks, are left out where the file would exceed ``LARGEST``.  Raises UsageError for a
    replication that is not in the run, ResultsError for a damaged run or an installation without the viewer.
    """
    from openiads.faces.replay.summary import summary

    pages = viewer_files()
    if "viewer.js" not in pages:
        raise ResultsError("viewer", "its files are not all in this installation", "Install openiads again.")
    told = summary(run, "this")
    ready = prepare(run, replication)
    behind = ready.backdrop()
    for looks, tracks in _STEPS:
        data, left_out = _chosen(ready, behind, looks, radar_tracks=tracks)
        body = _document(pages, told, data, ready.header["title"])
        if len(body) <= LARGEST:
            break
    return Page(body, left_out)


def _chosen(ready: Prepared, behind: Backdrop, looks: int, *, radar_tracks: bool) -> tuple[bytes, str]:
    left = [] if looks >= len(ready.events[ready.events["kind"] == 32]) else ["looks of the radars"]
    left += [] if radar_tracks else ["the radars' own tracks"]
    words = f"Left out of this file to keep it small: {' and '.join(left)}." if left else ""
    return ready.packed(looks, radar_tracks=radar_tracks, left_out=words, behind=behind), words


def _document(pages: dict[str, bytes], told: dict[str, Any], replay: bytes, title: str) -> bytes:
    """HTML whose script and style are named by hash in its own policy; the data blocks are text that nothing runs."""
    from html import escape

    script = pages["viewer.js"].decode().replace("</script", "<\\/script").replace("<!--", "<\\!--")
    style = pages.get("viewer.css", b"").decode().replace("</style", "<\\/style")
    policy = (
        f"default-src 'none'; script-src '{_hash(script)}'; style-src '{_hash(style)}'; img-src data: blob:; "
        "base-uri 'none'; form-action 'none'"
    )
    data = base64.b64encode(gzip.compress(replay, 9, mtime=0)).decode()
    summary = json.dumps(told, ensure_ascii=True, allow_nan=False).replace("<", "\\u003c").replace(">", "\\u003e")
    return "\n".join(
        [
            "<!doctype html>",
            '<html lang="en">',
            "<head>",
            '<meta charset="utf-8">',
            f'<meta http-equiv="Content-Security-Policy" content="{policy}">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            '<meta name="referrer" content="no-referrer">',
            f"<title>{escape(title)}</title>",
            '<link rel="icon" href="data:,">',
            f"<style>{style}</style>",
            "</head>",
            "<body>",
            '<div id="app"><p class="boot">Opening …</p></div>',
            '<noscript><p class="boot">The replay needs JavaScript.</p></noscript>',
            f'<script type="application/json" id="summary">{summary}</script>',
            f'<script type="text/plain" id="replay">{data}</script>',
            f"<script>{script}</script>",
            "</body>",
            "</html>",
            "",
        ]
    ).encode()


def _hash(body: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(body.encode()).digest()).decode()}"
