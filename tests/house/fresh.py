"""A fresh terminal: a login shell with an empty home and no variable of ours, as a newcomer's next window is.

Of the suite's own it has only the compiled kernels, linked into the home: no command need compile for half a minute.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

from house.source import ROOT
from openiads.base.caches import cache_folder

#: How pages say that an environment is entered.
ACTIVATION = re.compile(r"^source \S+/bin/activate$", re.MULTILINE)


def clone(folder: Path) -> Path:
    """A folder that starts like a clone after ``make demo``; its environment is a link to that of the suite."""
    folder.mkdir(exist_ok=True)
    for name in ("openiads", "Makefile"):
        shutil.copy2(ROOT / name, folder / name)
    (folder / ".venv").symlink_to(sys.prefix)
    return folder


class Terminal:
    """Opens a login shell of its own for each line."""

    def __init__(self, home: Path, *, kernels: bool = True) -> None:
        self.home = home
        home.mkdir(exist_ok=True)
        if kernels:
            cache_folder().mkdir(parents=True, exist_ok=True)
            (home / ".cache").mkdir()
            (home / ".cache" / "openiads").symlink_to(cache_folder().resolve())

    def type(self, line: str, where: Path) -> subprocess.CompletedProcess[str]:
        """What a line does in a terminal that was opened in a folder."""
        return subprocess.run(self.words(line), cwd=where, capture_output=True, text=True, check=False)

    def words(self, line: str) -> list[str]:
        """The same as the words of a command."""
        fresh = ["env", "-i", f"HOME={self.home}", "TERM=dumb", "bash", "-l"]
        return [*fresh, "-c", f"set -euo pipefail\n{line}"]

    def works(self, line: str, where: Path) -> str:
        """What a line prints; its failure is the test's."""
        done = self.type(line, where)
        assert done.returncode == 0, f"{line[:300]}\n{done.stdout}\n{done.stderr}"
        return done.stdout


def activation(page: Path) -> str:
    """The line by which a page enters the environment of the clone."""
    found = ACTIVATION.search(page.read_text(encoding="utf-8"))
    assert found, f"{page.name} does not say how openiads is found"
    return found[0]


def in_front(folder: Path) -> str:
    """A line that puts a folder before all others in which programs are found."""
    return f"export PATH={shlex.quote(str(folder))}{os.pathsep}$PATH"


__all__ = ["Terminal", "activation", "clone", "in_front"]
