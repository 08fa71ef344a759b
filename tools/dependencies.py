"""Try the lowest and the newest versions that pyproject.toml allows: ``make lowest``, ``make newest``.

Makes an environment of its own in ``build/lowest`` or ``build/newest``, installs the package and its extras there from
the package index, and asks what has a known answer: it imports every module, prints the help of every command, checks
and runs a scenario, and compares the digest with that of the locked versions of ``.venv``.  It downloads and compiles,
so that it is no part of ``make test``.  PYTHON names another interpreter.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
QUESTION = ["run", "one_on_one", "-n", "50", "--seed", "3"]
IMPORTS = """
import importlib, pkgutil, openiads
names = [each.name for each in pkgutil.walk_packages(openiads.__path__, "openiads.")]
for name in names:
    importlib.import_module(name)
print(len(names), "modules")
"""
HELP = """
import subprocess, sys
from openiads.faces.cli.main import app
import typer.main
group = typer.main.get_command(app)
calls = [[name] for name in group.commands]
calls += [[name, part] for name, each in group.commands.items() for part in getattr(each, "commands", {})]
for words in calls:
    done = subprocess.run([sys.executable, "-m", "openiads", *words, "--help"], capture_output=True, text=True)
    if done.returncode or not done.stdout.strip():
        sys.exit(f"{' '.join(words)} --help: {done.stderr[-500:]}")
print(len(calls), "commands help")
"""


def lowest(requirement: str) -> str:
    """A requirement at its lower bound: ``numpy>=2.1`` becomes ``numpy==2.1``."""
    found = re.fullmatch(r"([\w\-]+)\s*(\[[^\]]*\])?\s*(.*)", requirement.partition(";")[0].strip())
    bound = re.search(r">=\s*([\w.]+)", found[3]) if found else None
    if not found or not bound:
        raise SystemExit(f"{requirement}: no lower bound. State one in pyproject.toml.")
    return f"{found[1]}{found[2] or ''}=={bound[1]}"


def wanted(which: str) -> list[str]:
    """What is to be installed beside the package: its dependencies, its extras and what builds it."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    lines = [*project["project"]["dependencies"], *project["build-system"]["requires"]]
    for extra in project["project"]["optional-dependencies"].values():
        lines += extra
    return [lowest(line) if which == "lowest" else line for line in lines]


def digest(told: str) -> str:
    """The digest in what ``run`` prints, and none where a replication failed."""
    found = re.search(r"^Digest: (\w{64})$", told, re.MULTILINE)
    if not found or "Failed replications" in told:
        raise SystemExit(f"the run gave no answer:\n{told}")
    return found[1]


def main() -> None:
    """Install one set of versions and ask."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("which", choices=("lowest", "newest"))
    parser.add_argument("--python", default=sys.executable, help="The interpreter to make the environment with.")
    given = parser.parse_args()
    place = ROOT / "build" / given.which
    python = place / "bin" / "python"

    def call(*words: str | Path, by: Path = python) -> str:
        command = [str(by), *map(str, words)]
        kernels = {"OPENIADS_CACHE": str(place / "kernels")} if by == python else {}
        environment = {**os.environ, **kernels}
        done = subprocess.run(command, cwd=place, env=environment, stdout=subprocess.PIPE, text=True, check=False)
        if done.returncode:
            raise SystemExit(f"{done.stdout}\n{given.which}: failed: {' '.join(command)[:300]}")
        return done.stdout

    subprocess.run([given.python, "-m", "venv", "--clear", str(place)], check=True)
    pip = ("-m", "pip", "--disable-pip-version-check", "--quiet", "install")
    call(*pip, "--upgrade", "--only-binary", ":all:", *wanted(given.which))
    call(*pip, "--no-deps", "--no-index", "--no-build-isolation", ROOT)
    call("-m", "pip", "check")
    print(call("-m", "pip", "list", "--format", "freeze"), end="")
    print(call("-c", IMPORTS), end="")
    print(call("-c", HELP), end="")
    call("-m", "openiads", "check", "tartus_2016")
    found = digest(call("-m", "openiads", *QUESTION, "--out", "answer"))
    locked = digest(call("-m", "openiads", *QUESTION, "--out", "locked", by=ROOT / ".venv" / "bin" / "python"))
    if found != locked:
        raise SystemExit(f"{given.which}: digest {found}, with the locked versions {locked}")
    print(f"{given.which}: as with the locked versions, {found[:12]}")


if __name__ == "__main__":
    main()
