"""The documentation site builds without a warning, asks no other host for anything, and its links lead somewhere.

The build runs the scripts of the gallery.  What the checks look for is planted below, so that a check that sees nothing
would be seen.
"""

import json
import os
import re
import resource
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

import openiads
from house.source import ROOT

pytestmark = pytest.mark.compiled_only

#: CPU-seconds for the whole site: pages, reference and the gallery's scripts.
MOST = 100.0
ELSEWHERE = re.compile(r"(?:[a-z][a-z0-9+.-]*:)?//", re.IGNORECASE)
IN_STYLE = re.compile(r"url\(\s*[\"']?(?P<url>[^)\"']+)|@import\s+[\"'](?P<sheet>[^\"']+)", re.IGNORECASE)
IN_SCRIPT = re.compile(
    r"(?:\b(?:fetch|import|importScripts|sendBeacon|Worker|WebSocket|EventSource|Request)\s*\(|"
    r"\.open\s*\(\s*[\"'`]\w+[\"'`]\s*,|\.(?:src|href|action)\s*=)\s*[\"'`](?P<url>(?:[a-z]+:)?//[^\"'`]*)",
    re.IGNORECASE,
)


class Page(HTMLParser):
    """What a page asks a browser to load, where its links lead, and which anchors it has."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.loads: list[str] = []
        self.links: list[str] = []
        self.anchors: set[str] = set()
        self._inside = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._inside = tag
        given = {name: value or "" for name, value in attrs}
        self.anchors |= {given[name] for name in ("id", "name") if name in given}
        if tag in ("a", "area"):
            self.links += [given["href"]] if "href" in given else []
        else:
            keys = ("src", "href", "xlink:href", "data", "poster", "action", "formaction", "background")
            self.loads += [given[key] for key in keys if key in given]
        self.loads += [part.split()[0] for part in given.get("srcset", "").split(",") if part.strip()]
        self.loads += urls(IN_STYLE, given.get("style", ""))
        if given.get("http-equiv", "").lower() == "refresh":
            self.loads += re.findall(r"url=(.+)", given.get("content", ""), re.IGNORECASE)

    def handle_data(self, data: str) -> None:
        if self._inside == "style":
            self.loads += urls(IN_STYLE, data)
        elif self._inside == "script":
            self.loads += urls(IN_SCRIPT, data)

    def handle_endtag(self, tag: str) -> None:
        self._inside = ""


def urls(pattern: re.Pattern[str], text: str) -> list[str]:
    """The addresses that a pattern finds in a style or script."""
    return [next(group for group in found.groups() if group) for found in pattern.finditer(text)]


def read(site: Path) -> dict[Path, Page]:
    """Every page of a site."""
    return {path: Page(path.read_text(encoding="utf-8")) for path in sorted(site.rglob("*.html"))}


def asked_elsewhere(site: Path) -> list[str]:
    """What a page, style or script of a site would load from another host."""
    asked = {path: page.loads for path, page in read(site).items()}
    for ending, pattern in ((".css", IN_STYLE), (".js", IN_SCRIPT)):
        for path in site.rglob(f"*{ending}"):
            asked[path] = urls(pattern, path.read_text(encoding="utf-8"))
    return [
        f"{path.relative_to(site)}: {url}" for path, found in asked.items() for url in found if ELSEWHERE.match(url)
    ]


def broken(site: Path) -> list[str]:
    """Links and loads inside a site that lead to no file, or to a page without that anchor."""
    pages, faults = read(site), []
    for path, page in pages.items():
        for link in [*page.links, *page.loads]:
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            anchor = unquote(parts.fragment)
            if not target.is_file() or not target.is_relative_to(site):
                faults.append(f"{path.relative_to(site)}: {link}: no such file")
            elif anchor and target in pages and anchor not in pages[target].anchors:
                faults.append(f"{path.relative_to(site)}: {link}: no such anchor")
    return faults


def searched(pages: Path) -> tuple[dict[str, object], dict[str, str]]:
    """The index of the search and the texts that its results quote."""
    index = (pages / "searchindex.js").read_text(encoding="utf-8")
    texts = (pages / "_static" / "search_texts.js").read_text(encoding="utf-8")
    return (
        json.loads(index.removeprefix("Search.setIndex(").removesuffix(")")),
        json.loads(texts.removeprefix("window.SEARCH_TEXTS = ").removesuffix(";\n")),
    )


@pytest.mark.slow
def test_the_site_builds_and_is_whole(tmp_path: Path) -> None:
    site = tmp_path / "site"
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(
        [sys.executable, str(ROOT / "tools" / "site.py"), "--out", str(site)],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
        capture_output=True,
        text=True,
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stderr == ""
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    assert spent <= MOST, f"the site took {spent:.0f} CPU-seconds"

    site = site.resolve()
    assert asked_elsewhere(site) == []
    assert broken(site) == []

    (pages,) = (folder for folder in site.iterdir() if folder.is_dir())
    for name in openiads.__all__:
        page = Page((pages / "docs" / "api" / f"{name}.html").read_text(encoding="utf-8"))
        assert {f"openiads.{name}", f"module-openiads.{name}"} & page.anchors, name

    written = {path.relative_to(ROOT).with_suffix(".html") for path in (ROOT / "docs").rglob("*.md")}
    assert {page for page in written if not (pages / page).is_file()} == set()
    for script in (ROOT / "docs" / "gallery").glob("*.py"):
        shown = (pages / "docs" / "gallery" / "pages" / f"{script.stem}.html").read_text(encoding="utf-8")
        assert "output_html" in shown or "sphx-glr-script-out" in shown, f"{script.name} shows nothing"

    index, texts = searched(pages)
    assert len(texts) == len(index["docnames"]) > len(written)  # type: ignore[arg-type]
    assert {"leaker", "salvo", "horizon"} <= set(index["terms"])  # type: ignore[call-overload]
    assert all(text.startswith('<div role="main">') and len(text) > 60 for text in texts.values())


SCRIPTS = sorted((ROOT / "docs" / "gallery").glob("*.py"))


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.stem)
def test_a_gallery_script_states_an_expectation_and_limits_and_uses_public_names(script: Path) -> None:
    text = script.read_text(encoding="utf-8")
    parts = ["**Question.**", "**What to expect.**", "import openiads as oi", "**What one sees.**", "**Limits.**"]
    places = [text.find(part) for part in parts]
    assert -1 not in places
    assert places == sorted(places)
    imported = re.findall(r"^(?:from|import) (openiads[\w.]*)", text, re.MULTILINE)
    assert set(imported) <= {"openiads", "openiads.doctrine"}  # the second in the text of a rule
    assert f"({script.name})" in (script.parent / "index.md").read_text(encoding="utf-8")


PLANTED = {
    '<img src="//cdn.example/a.png">': "//cdn.example/a.png",
    '<link rel="stylesheet" href="https://fonts.example/css">': "https://fonts.example/css",
    '<script>fetch("https://a.example/x")</script>': "https://a.example/x",
    "<style>@import 'https://a.example/x.css';</style>": "https://a.example/x.css",
    '<p style="background: url(https://a.example/y.png)">': "https://a.example/y.png",
    '<img srcset="a.png 1x, https://a.example/z.png 2x">': "https://a.example/z.png",
    '<meta http-equiv="refresh" content="0; url=https://a.example/">': "https://a.example/",
}


@pytest.mark.parametrize("text", PLANTED)
def test_what_a_page_loads_from_another_host_is_seen(text: str, tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text(text, encoding="utf-8")
    assert asked_elsewhere(tmp_path) == [f"page.html: {PLANTED[text]}"]


def test_what_a_style_or_script_loads_from_another_host_is_seen(tmp_path: Path) -> None:
    (tmp_path / "a.css").write_text("@font-face { src: url('https://fonts.example/f.woff2') }", encoding="utf-8")
    (tmp_path / "b.js").write_text('let s = document.createElement("script"); s.src="//cdn.example/m.js"', "utf-8")
    (tmp_path / "c.js").write_text("// see https://a.example\nfetch('local.json')", encoding="utf-8")
    assert asked_elsewhere(tmp_path) == ["a.css: https://fonts.example/f.woff2", "b.js: //cdn.example/m.js"]


def test_a_link_to_nothing_and_to_a_missing_anchor_are_seen(tmp_path: Path) -> None:
    (tmp_path / "other.html").write_text('<h1 id="here">x</h1>', encoding="utf-8")
    links = (
        '<a href="other.html#here">x</a><a href="other.html#gone">x</a><a href="none.html">x</a><a href="#top">x</a>'
    )
    (tmp_path / "page.html").write_text(links + '<a href="https://elsewhere.example/">x</a>', encoding="utf-8")
    assert broken(tmp_path.resolve()) == [
        "page.html: other.html#gone: no such anchor",
        "page.html: none.html: no such file",
        "page.html: #top: no such anchor",
    ]
