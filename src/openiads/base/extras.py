"""How to install what an answer needs beyond the packages that every installation has: one line that works as typed."""

from __future__ import annotations

import importlib.util
import re
import shlex
import sys
from pathlib import Path

#: The clone that this package is the source of, if it is one.
CLONE = Path(__file__).resolve().parents[3]


def requirements_of(extra: str) -> list[str]:
    """What an extra of the package asks for.

    Parameters
    ----------
    extra : str
        Name of an extra: ``geo``, ``cluster``, ``notebook`` or ``data``.

    Returns
    -------
    list of str
        Requirements without their markers, such as ``rasterio>=1.4``; empty for no such extra, and where the package
        was not installed at all (its source on the path).
    """
    from importlib import metadata

    try:
        told = metadata.requires("openiads") or []
    except metadata.PackageNotFoundError:
        return []
    marked = re.compile(rf"""extra\s*==\s*["']{re.escape(extra)}["']""")
    return [line.partition(";")[0].strip() for line in told if marked.search(line.partition(";")[2])]


def how_to_install(extra: str) -> str:
    """The command that installs an extra where this program runs.

    Parameters
    ----------
    extra : str
        Name of an extra: ``geo``, ``cluster``, ``notebook`` or ``data``.

    Returns
    -------
    str
        ``make extras`` for the environment that a clone makes, ``pipx inject`` where pipx made it, elsewhere ``pip`` of
        the same interpreter, or ``uv`` where that has none.  The package is in no index: its own name with the extra
        would not be found.
    """
    if (CLONE / "Makefile").is_file() and Path(sys.prefix).resolve() == (CLONE / ".venv").resolve():
        return f"make -C {shlex.quote(str(CLONE))} extras"
    packages = " ".join(shlex.quote(line) for line in requirements_of(extra))
    if (Path(sys.prefix) / "pipx_metadata.json").is_file():
        return f"pipx inject openiads {packages}"
    program = shlex.quote(sys.executable)
    if importlib.util.find_spec("pip") is None:
        return f"uv pip install --python {program} {packages}"
    return f"{program} -m pip install {packages}"


__all__ = ["how_to_install", "requirements_of"]
