"""The skin of a page: its policy, its style, and tables, figures and sections as escaped HTML."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterable, Sequence
from html import escape

from openiads.base.jsonable import Json
from openiads.faces.words import terms, text

POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"

STYLE = """
:root{--ink:#1b1f24;--muted:#57606a;--rule:#d0d7de;--paper:#fefefe;--page:#f3f4f6;--accent:#0072b2;--warn:#fff6e5;--edge:#e69f00}
@media (prefers-color-scheme:dark){:root{--ink:#e6e9ed;--muted:#a3adb8;--rule:#3a434d;--paper:#1b2026;
--page:#12161a;--accent:#56b4e9;--warn:#2b2416;--edge:#b87f00}}
*{box-sizing:border-box}
html{color-scheme:light dark}
body{margin:0;background:var(--page);color:var(--ink);
font:16px/1.5 system-ui,-apple-system,"Segoe UI","DejaVu Sans",sans-serif}
main{max-width:1040px;margin:0 auto;padding:32px 20px 48px}
section,header{background:var(--paper);border:1px solid var(--rule);border-radius:8px;padding:22px 28px;margin:0 0 18px}
h1{font-size:1.05rem;font-weight:600;color:var(--muted);margin:0 0 6px}
h2{font-size:1.2rem;margin:0 0 10px;line-height:1.3}
h3{font-size:1rem;margin:18px 0 6px}
p{margin:0 0 10px;max-width:75ch}
.question{font-size:1.5rem;line-height:1.3;font-weight:600;margin:0 0 12px;max-width:none}
.answer{font-size:1.15rem;border-left:4px solid var(--accent);padding-left:14px;margin:0 0 14px}
.answer:has(+.answer){margin-bottom:6px}
abbr[title]{text-decoration:underline dotted;text-decoration-color:var(--muted);text-underline-offset:3px;cursor:help}
.facts{display:flex;flex-wrap:wrap;gap:6px 26px;margin:0;padding:0;list-style:none;color:var(--muted);font-size:.93rem}
.facts b{color:var(--ink)}
.placard{background:var(--warn);border-color:var(--edge);font-size:.95rem}
.placard ul{margin:0;padding-left:20px}
figure{margin:0}
figure svg{display:block;width:100%;height:auto}
figure.map svg{background:#fefefe;border-radius:6px}
figcaption{color:var(--muted);font-size:.93rem;margin:8px 0 0;max-width:90ch}
.scroll{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-size:.9rem;margin:6px 0;font-variant-numeric:tabular-nums}
caption{text-align:left;color:var(--muted);padding:0 0 4px}
th,td{text-align:left;vertical-align:top;padding:5px 12px 5px 0;border-bottom:1px solid var(--rule)}
thead th{font-weight:600;color:var(--muted)}
tbody th{font-weight:500}
td.n,th.n{text-align:right;white-space:nowrap}
td.wrap{min-width:220px;overflow-wrap:anywhere}
details{margin:10px 0 0}
summary{cursor:pointer;color:var(--accent)}
summary:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
code,pre{font-family:ui-monospace,"DejaVu Sans Mono",monospace;font-size:.88rem}
pre{overflow-x:auto;background:var(--page);padding:10px 12px;border-radius:6px;margin:8px 0}
code.long{overflow-wrap:anywhere}
footer{color:var(--muted);font-size:.9rem;text-align:center}
@media (max-width:640px){section,header{padding:16px 14px}.question{font-size:1.2rem}}
@media print{
@page{margin:14mm}
:root{--ink:#1b1f24;--muted:#57606a;--rule:#d0d7de;--paper:#fefefe;--page:#fff;--accent:#0072b2;--warn:#fff6e5;--edge:#e69f00}
body{font-size:10.5pt;background:#fff}main{max-width:none;padding:0}
section,header{border:none;border-radius:0;padding:0 0 8px;margin:0 0 12px}
.placard{border:1px solid var(--edge);padding:8px 12px}
figure,tr,.placard{break-inside:avoid}h2,h3{break-after:avoid}summary{display:none}
.whole summary{display:block;color:var(--ink)}
.whole details::details-content{content-visibility:visible;block-size:auto}
.scroll{overflow:visible}
}
"""


def table(head: Sequence[str], rows: Iterable[Sequence[str]], *, caption: str = "", numbers: Sequence[int] = ()) -> str:
    """An HTML table; the first column names the row, columns in ``numbers`` are set right.  All is escaped."""

    def mark(k: int) -> str:
        return ' class="n"' if k in numbers else ""

    top = "".join(f'<th scope="col"{mark(k)}>{escape(cell)}</th>' for k, cell in enumerate(head))
    body = []
    for row in rows:
        cells = "".join(f"<td{mark(k)}>{escape(cell)}</td>" for k, cell in enumerate(row) if k)
        body.append(f'<tr><th scope="row">{escape(row[0])}</th>{cells}</tr>')
    said = f"<caption>{escape(caption)}</caption>" if caption else ""
    return f'<div class="scroll"><table>{said}<thead><tr>{top}</tr></thead><tbody>{"".join(body)}</tbody></table></div>'


def behind(figure: str, said: str, rows: str, *, kind: str = "") -> str:
    """A figure with its caption and the table of its numbers, folded away."""
    mark = f' class="{kind}"' if kind else ""
    shown = f"<figure{mark}>{figure}<figcaption>{escape(said)}</figcaption></figure>"
    return f"{shown}<details><summary>The numbers as a table</summary>{rows}</details>"


def section(title: str, body: str, *, kind: str = "") -> str:
    """A titled part of the page."""
    mark = f' class="{kind}"' if kind else ""
    return f"<section{mark}><h2>{escape(title)}</h2>{body}</section>"


def document(name: str, parts: Iterable[str], *, style: str = "", script: str = "", data: Json = None) -> str:
    """A whole page from its sections, titled by a name; terms of the field are explained at their first use.

    What stands in a tooltip can be read neither on paper nor by touch, so the terms used are listed at the end as well.

    Parameters
    ----------
    name : str
    parts : iterable of str
        Sections as HTML.
    style : str
        Rules beside those of every page.
    script : str
        A script that moves what is drawn; the page's policy names it by its hash and allows no other.
    data : Json
        What the script reads, from the element ``data``.
    """
    policy, moves = POLICY, ""
    if script:
        digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
        policy = f"{POLICY}; script-src 'sha256-{digest}'"
        told = json.dumps(data, ensure_ascii=True, allow_nan=False).replace("<", "\\u003c").replace(">", "\\u003e")
        moves = f'<script type="application/json" id="data">{told}</script><script>{script}</script>'
    body, used = terms.explained("".join(parts))
    if used:
        body += section("Terms", table(("Term", "Meaning"), [(term.name, term.meaning) for term in used]))
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="referrer" content="no-referrer">'
        f"<title>{escape(name)} · openiads</title><style>{STYLE}{style}</style></head>"
        f"<body><main>{body}<footer>{escape(text.FOOTER)}</footer></main>{moves}</body></html>\n"
    )
