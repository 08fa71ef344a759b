"""Write requirements/{run,test,extras}.txt anew: versions and hashes, no addresses.

Run it with ``make lock`` after a change of dependencies in pyproject.toml.  It resolves against the default package
registry only (other indexes configured on the machine are set aside), for Linux x86-64 and CPython 3.11, and then
checks that the same lock installs on the newer versions named in ``CHECKED``.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CHECKED = ("3.11", "3.12", "3.13")
LOCKS: dict[str, tuple[str, ...]] = {
    "run": ("build", "shared"),
    "test": ("build", "shared", "test", "docs"),
    "extras": ("build", "shared"),
}
HEAD = """\
# Locked by version and hash for Linux x86-64 and CPython 3.11-3.13.  Written by tools/lock.py; do not edit.
"""


def registry_only() -> dict[str, str]:
    """The environment with the machine's other package indexes set aside."""
    environment = {k: v for k, v in os.environ.items() if k not in ("PIP_FIND_LINKS", "PIP_EXTRA_INDEX_URL")}
    environment["PIP_CONFIG_FILE"] = os.devnull
    return environment


def resolve(wanted: list[str], constraints: Path | None, output: Path) -> str:
    """The text of a lock of the wanted requirements, without addresses and comments."""
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "wanted.in"
        source.write_text("\n".join(wanted) + "\n", encoding="utf-8")
        draft = Path(folder) / "draft.txt"
        if output.exists() and "--upgrade" not in sys.argv:
            draft.write_text(output.read_text(encoding="utf-8"), encoding="utf-8")  # keep versions that still fit
        command = [
            sys.executable,
            "-m",
            "piptools",
            "compile",
            str(source),
            "--output-file",
            str(draft),
            "--quiet",
            "--generate-hashes",
            "--no-header",
            "--no-annotate",
            "--no-emit-index-url",
            "--no-emit-trusted-host",
            "--no-emit-find-links",
            "--no-emit-options",
            "--strip-extras",
            "--allow-unsafe",
            "--no-config",
        ]
        if constraints is not None:
            command += ["--constraint", str(constraints)]
        subprocess.run(command, check=True, env=registry_only())
        text = draft.read_text(encoding="utf-8")
    lines = [line.rstrip() for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    return HEAD + "\n".join(lines) + "\n"


def check_addresses(text: str, name: str) -> None:
    """Refuse a lock that names a host, a path or an option line."""
    for line in text.splitlines()[1:]:
        known = re.match(r"^(\S+==\S+|    --hash=sha256:)", line)
        if "://" in line or " @ " in line or line.startswith("-") or not known:
            raise SystemExit(f"{name}: not a version or a hash: {line!r}")


def check_installs(lock: Path, version: str) -> None:
    """Resolve the lock for another Python version in hash mode, wheels only, without installing."""
    command = [sys.executable, "-m", "pip", "install", "--dry-run", "--quiet", "--ignore-installed", "--no-deps"]
    command += ["--require-hashes", "--only-binary", ":all:", "--python-version", version, "--implementation", "cp"]
    command += ["--platform", "manylinux_2_28_x86_64", "--platform", "manylinux_2_17_x86_64"]
    command += ["--platform", "manylinux2014_x86_64", "--target", str(lock.parent), "-r", str(lock)]
    subprocess.run(command, check=True, env=registry_only())


def main() -> None:
    """Write and check the locks; all agree with the run lock on shared versions, and the extras with the test lock."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    groups = project["dependency-groups"]
    run = ROOT / "requirements" / "run.txt"
    for name, chosen in LOCKS.items():
        wanted = list(project["project"]["dependencies"])
        for group in chosen:
            wanted += groups[group]
        if name == "extras":  # tested as installed: the versions that the tests have
            wanted += [line for lines in project["project"]["optional-dependencies"].values() for line in lines]
        path = ROOT / "requirements" / f"{name}.txt"
        against = {"run": None, "extras": run.with_name("test.txt")}.get(name, run)
        text = resolve(wanted, against, path)
        check_addresses(text, path.name)
        path.write_text(text, encoding="utf-8")
        print(f"{path.name}: {text.count('==')} packages")
    if "--check" in sys.argv:
        for version in CHECKED:
            for name in LOCKS:
                check_installs(ROOT / "requirements" / f"{name}.txt", version)
                print(f"{name}.txt installs on {version}")


if __name__ == "__main__":
    main()
