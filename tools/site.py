"""Build the documentation site: ``make docs``, or ``python tools/site.py --out FOLDER``.

The pages of docs/ stay as a reader of the repository sees them: plain Markdown with relative links.  This program lays
them out for Sphinx in a folder of their own, adds what only a site has (the order of the pages, a page for each
public name, the executed gallery) and builds ``FOLDER/VERSION``.  ``FOLDER/index.html`` lists the versions that are
there.  A warning is an error.
"""

from __future__ import annotations

import argparse
import enum
import html
import importlib
import inspect
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"

#: Heading in the navigation -> pages, relative to docs.  An ``index`` brings the pages of its folder along.
NAVIGATION = {
    "Learn": ["Tutorial <tutorial>", "gallery/index", "Scenarios <scenarios/index>"],
    "Do": [
        "How-to guides <how-to/index>",
        "Coverage <coverage>",
        "Envelopes <envelopes>",
        "A threat to anyone? <threat>",
    ],
    "Look up": ["reference/index", "api/index", "glossary", "stability"],
    "Understand": [
        "theory/index",
        "cards/index",
        "claims/index",
        "Earlier versions of the claims <claims/earlier/index>",
        "Compared with history <history>",
        "What moved since 0.1 <what-moved>",
        "Why there is no GPU path <gpu>",
        "What others' users ran into <others>",
    ],
    "Project": [
        "README <../README>",
        "../CONTRIBUTING",
        "../SECURITY",
        "../CHANGELOG",
        "changes-0.1.0",
        "decisions/index",
        "releasing",
    ],
}
#: Pages outside docs that belong to the site.
BESIDE = ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md")
LINK = re.compile(r"(?<!!)\[[^\]]*\]\((?P<target>[^)#\s]+)(?:#[^)]*)?\)|!\[[^\]]*\]\((?P<picture>[^)\s]+)\)")
#: An entry of the gallery's index.
ENTRY = re.compile(r"^- \[(?P<title>[^\]]+)\]\((?P<name>\w+)\.py\)(?P<rest>.*)$", re.MULTILINE)
#: Where docs/api/index.md gets its table of public names.
MARK = "<!-- the site puts the public names here -->"


class Layout:
    """The sources of the site in one folder, at the places that they have in the repository."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def write(self, name: str, text: str) -> None:
        """Write a file."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def copy(self, source: Path) -> None:
        """Copy a file of the repository to the same place."""
        path = self.folder / source.relative_to(ROOT)
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, path)


def sections() -> Iterator[tuple[str, str]]:
    """(name from the root, text) of every page that is written by hand."""
    for page in [*(ROOT / name for name in BESIDE), *sorted(DOCS.rglob("*.md"))]:
        yield page.relative_to(ROOT).as_posix(), page.read_text(encoding="utf-8")


def lay_out(folder: Path) -> None:
    """Write the sources of the whole site into a folder."""
    layout = Layout(folder)
    for name, text in sections():
        for path in linked_files(ROOT / name, text):
            layout.copy(path)
        if name == "docs/index.md":
            text += "".join(toctree(pages, caption) for caption, pages in NAVIGATION.items())
        elif name == "docs/gallery/index.md":
            text = with_pictures(text) + toctree([f"pages/{name}" for name in scripts(text)])
        elif name == "docs/api/index.md":
            text = with_public_names(layout, text)
        elif name.endswith("/index.md"):
            text += toctree(pages_of(ROOT / name, text))
        layout.write(name, text)
    for script in sorted((DOCS / "gallery").glob("*.py")):
        layout.write(f"docs/gallery/scripts/{script.name}", script.read_text(encoding="utf-8"))
    layout.write("docs/gallery/scripts/GALLERY_HEADER.rst", "Gallery\n=======\n")


def linked_files(page: Path, text: str) -> Iterator[Path]:
    """Files that are no pages but that a page shows or leads to."""
    text = re.sub(r"```.*?```", "", text, flags=re.DOTALL)
    for found in LINK.finditer(text):
        target = found["target"] or found["picture"]
        path = (page.parent / target).resolve()
        if "://" not in target and path.is_file() and path.suffix not in (".md", ".py"):
            yield path


def toctree(pages: list[str], caption: str = "") -> str:
    """A part of the navigation that the page itself does not show."""
    head = f":caption: {caption}\n" if caption else ""
    return f"\n\n```{{toctree}}\n:hidden:\n{head}\n" + "\n".join(pages) + "\n```\n"


def pages_of(index: Path, text: str) -> list[str]:
    """The pages of a folder: first in the order in which its index leads to them, then the others."""
    there = [page.stem for page in sorted(index.parent.glob("*.md")) if page != index]
    named = [found["target"].removesuffix(".md") for found in LINK.finditer(text) if found["target"]]
    return sorted(there, key=lambda name: (named.index(name) if name in named else len(named), name))


# ------------------------------------------------------------------ the gallery


def scripts(text: str) -> list[str]:
    """The names of the scripts that the gallery's index leads to, in its order."""
    return [found["name"] for found in ENTRY.finditer(text)]


def with_pictures(text: str) -> str:
    """The gallery's index with links to the executed pages and a picture of each."""

    def entry(found: re.Match[str]) -> str:
        name = found["name"]
        return (
            f"- [![](pages/images/thumb/sphx_glr_{name}_thumb.png)](pages/{name}.rst)\n\n"
            f"  [{found['title']}](pages/{name}.rst){found['rest']}"
        )

    return ENTRY.sub(entry, text)


# ------------------------------------------------------------------ public names


def with_public_names(layout: Layout, text: str) -> str:
    """Write a page for each public name, and one for the types of answers; the index of these, with tables of them."""
    import openiads

    public = {name: plain(getattr(openiads, name)) for name in openiads.__all__}
    tables = {"Functions": [], "Types": [], "Modules": []}  # type: dict[str, list[str]]
    for name, value in public.items():
        kind = "Modules" if inspect.ismodule(value) else "Types" if inspect.isclass(value) else "Functions"
        tables[kind].append(f"| [`{name}`]({name}.rst) | {summary(value)} |")
        layout.write(f"docs/api/{name}.rst", page_of(name, f"openiads.{name}", value))
    answers = ["Types that functions give back", "=" * 30, ""]
    for answer in sorted(answer_types(public), key=lambda answer: answer.__name__):
        name, path = answer.__name__, f"{answer.__module__}.{answer.__name__}"
        tables["Types"].append(f"| {{py:class}}`~{path}` | {summary(answer)} |")
        answers += [name, "-" * len(name), "", *entry(path, answer), ""]
    layout.write("docs/api/types.rst", "\n".join(answers))
    head = "| name | what it is |\n| --- | --- |\n"
    written = [f"## {title}\n\n{head}" + "\n".join(rows) for title, rows in tables.items() if rows]
    if MARK not in text:
        raise SystemExit(f"docs/api/index.md: lacks the line {MARK}")
    return text.replace(MARK, "\n\n".join(written)) + toctree([*public, "types"])


def plain(value: object) -> object:
    """A public value, or the function that a package is called as where both have one name."""
    if inspect.ismodule(value) and callable(value):
        module, name = value.__public__
        return getattr(importlib.import_module(module), name)
    return value


def summary(value: object) -> str:
    """The first sentence of a docstring, as a cell of a table."""
    if isinstance(value, str):
        return "The version of this program, as text"
    words = " ".join((inspect.getdoc(value) or "").split("\n\n")[0].split())
    words = re.sub(r"``([^`]*)``", r"`\1`", words).replace("|", "\\|")
    return re.split(r"(?<=[^.][.;:]) (?![a-z0-9])", words)[0].rstrip(".;:")


def page_of(title: str, path: str, value: object) -> str:
    """The page of one name, which autodoc fills from its docstrings."""
    lines = [title, "=" * len(title), ""]
    if inspect.ismodule(value):
        lines += [f".. py:module:: {path}", "", f".. automodule:: {value.__name__}", "   :no-index:", ""]
        for name in members_of(value):
            lines += [*entry(f"{path}.{name}", getattr(value, name)), ""]
    else:
        lines += entry(path, value)
    lines += ["", f".. minigallery:: {path}", "   :add-heading: In the gallery", "   :heading-level: -", ""]
    return "\n".join(lines)


def entry(path: str, value: object) -> list[str]:
    """What autodoc is told about one name."""
    if inspect.isclass(value) and issubclass(value, enum.Enum):
        return [f".. autoclass:: {path}", "   :members:", "   :undoc-members:"]
    if inspect.isclass(value):
        hidden = "BaseModel, tuple, int, str, Exception"
        return [f".. autoclass:: {path}", "   :members:", f"   :inherited-members: {hidden}"]
    return [f".. autofunction:: {path}" if callable(value) else f".. autodata:: {path}"]


def members_of(module: object) -> list[str]:
    """The public names of a module: those that it lists, or the functions and types that it defines."""
    listed = getattr(module, "__all__", None)
    if listed is not None:
        return list(listed)
    here = getattr(module, "__name__", "")
    return [
        name
        for name, value in vars(module).items()
        if not name.startswith("_") and callable(value) and getattr(value, "__module__", "") == here
    ]


def answer_types(public: dict[str, object]) -> list[type]:
    """The program's own types that public functions give back, and what their methods give back in turn."""
    found: list[type] = []
    todo = [value for value in public.values() if callable(value)]
    while todo:
        for kind in returned(todo.pop()):
            if kind not in found and kind not in public.values() and kind.__module__.startswith("openiads."):
                found.append(kind)
                todo += [member for name, member in inspect.getmembers(kind) if not name.startswith("_")]
    return found


def returned(member: object) -> list[type]:
    """The types named in the annotation of what a function gives back."""
    if not inspect.isfunction(member):
        return []
    text = str(member.__annotations__.get("return", ""))
    names = inspect.unwrap(member).__globals__
    kinds = [names.get(word) for word in re.findall(r"\w+", text)]
    return [kind for kind in kinds if inspect.isclass(kind)]


# ------------------------------------------------------------------ the build


def version() -> str:
    """The version that the pages describe: the newest of the changelog, or what is to follow it."""
    newest = re.search(r"^## \[?([\w.]+)", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    return newest[1] if newest and newest[1][0].isdigit() else "development"


def build(out: Path, *, gallery: bool = True) -> Path:
    """Lay out and build this version of the site; the folder of its pages.

    Nothing of an earlier build is used: Sphinx would not repeat its warnings about a page, nor see that the program
    that a script of the gallery runs has changed.
    """
    environment = {**os.environ, "MPLBACKEND": "agg", "NO_COLOR": "1", "OPENIADS_DOCS_VERSION": version()}
    environment["OPENIADS_DOCS_GALLERY"] = "run" if gallery else "show"
    pages = out / version()
    shutil.rmtree(pages, ignore_errors=True)
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder).resolve() / "source"
        lay_out(source)
        command = [sys.executable, "-m", "sphinx", "--fail-on-warning", "--keep-going", "--quiet", "-c", str(DOCS)]
        command += ["-d", str(source.parent / "read"), str(source), str(pages)]
        if subprocess.run(command, env=environment, check=False).returncode:
            raise SystemExit("the documentation does not build: each line above says where and why")
    (pages / "index.html").write_text(leading_to("docs/index.html"), encoding="utf-8")
    (out / "index.html").write_text(versions(out), encoding="utf-8")
    return pages


def leading_to(page: str) -> str:
    """A page that leads on to another."""
    return (
        f'<!doctype html>\n<html lang="en"><meta charset="utf-8"><title>openiads</title>\n'
        f'<meta http-equiv="refresh" content="0; url={page}">\n<a href="{page}">openiads: documentation</a></html>\n'
    )


def versions(out: Path) -> str:
    """The page that lists the versions built into a folder, the newest first."""
    found = [path.parent.name for path in out.glob("*/index.html")]
    found.sort(key=lambda name: [int(part) if part.isdigit() else -1 for part in name.split(".")], reverse=True)
    lines = "\n".join(f'<li><a href="{html.escape(name)}/docs/index.html">{html.escape(name)}</a>' for name in found)
    return (
        '<!doctype html>\n<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">\n'
        "<title>openiads: documentation</title>\n<style>:root { color-scheme: light dark; font-family: sans-serif; }"
        f" body {{ margin: 2rem auto; max-width: 40rem; padding: 0 1rem; }}</style>\n<h1>openiads</h1>\n"
        f"<p>Documentation by version:</p>\n<ul>\n{lines}\n</ul></html>\n"
    )


def main() -> None:
    """Build the site from the command line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--out", type=Path, default=ROOT / "build" / "site", help="folder of the site (build/site)")
    parser.add_argument("--no-gallery", action="store_true", help="show the gallery's code without running it")
    given = parser.parse_args()
    pages = build(given.out.resolve(), gallery=not given.no_gallery)
    print(f"open {pages / 'docs' / 'index.html'}")


if __name__ == "__main__":
    main()
