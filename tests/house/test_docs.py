"""Docs are tests: every openiads command and every Python block in README and docs runs.

A block after a line ``<!-- not run: reason -->`` is left alone.  Commands of one page run in order in one folder, in
which ``scenarios`` is a copy of the packaged ones.
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from house.source import PACKAGE, ROOT

pytestmark = pytest.mark.compiled_only

BLOCK = re.compile(r"(?P<before>[^\n]*)\n+```(?P<kind>\w+)\n(?P<text>.*?)^```", re.DOTALL | re.MULTILINE)
SHELL = ("sh", "bash", "console")
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


def blocks(text: str) -> list[tuple[str, str]]:
    """(kind, text) of the fenced blocks that are to run."""
    return [
        (found["kind"], found["text"])
        for found in BLOCK.finditer("\n" + text)
        if not found["before"].startswith("<!-- not run: ")
    ]


def commands(text: str) -> list[str]:
    """The openiads commands of a shell block; a backslash continues a line, ``$ `` in front is a prompt."""
    joined = re.sub(r"\\\n\s*", " ", text)
    lines = [line.strip().removeprefix("$ ") for line in joined.splitlines()]
    return [line for line in lines if line.startswith("openiads ")]


def steps(page: Path) -> list[list[str]]:
    """What a page asks to run, in order, as commands."""
    found = []
    for kind, text in blocks(page.read_text(encoding="utf-8")):
        if kind in SHELL:
            found += [["bash", "-euo", "pipefail", "-c", line] for line in commands(text)]
        elif kind == "python":
            found.append([sys.executable, "-c", text])
    return found


@pytest.mark.parametrize("page", [p for p in PAGES if p.exists() and steps(p)], ids=lambda p: str(p.relative_to(ROOT)))
def test_what_a_page_shows_runs(page: Path, tmp_path: Path) -> None:
    shutil.copytree(PACKAGE / "shelf" / "scenarios", tmp_path / "scenarios")
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    for command in steps(page):
        done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)
        assert done.returncode == 0, f"{command[-1]}\n{done.stdout}\n{done.stderr}"


def test_the_readme_shows_commands() -> None:
    assert steps(ROOT / "README.md")


def test_blocks_are_found_and_those_marked_are_left_alone() -> None:
    shown = "Try\n\n```sh\n$ openiads run a \\\n    -n 3\nls\n```\n\n"
    marked = "<!-- not run: needs a screen -->\n```sh\nopeniads view x\n```\n"
    assert [commands(block) for _, block in blocks(shown + marked)] == [["openiads run a  -n 3"]]
