"""Compile the kernels that the program calls from Python, and put their machine code into the package.

``tools/kernels.py`` writes ``src/openiads/shelf/kernels/PYTHON-SYSTEM-LEVEL.zip`` for the Python that runs it, before a
wheel is built: the first start of what is installed from the wheel then compiles nothing (``openiads.base.packed``).
It takes a minute.  ``--check`` writes nothing and says whether what is there is what this tree would be looked up in:
2 and a list where it is not.  The folder is not part of the repository, for every change of a kernel changes it.
"""

from __future__ import annotations

import argparse
import gc
import importlib
import os
import pkgutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

import openiads
from openiads.base import compiled, packed
from openiads.base.errors import OpeniadsError

#: Where no time of the machine stands in an archive, the same tree makes the same bytes.
LONG_AGO = (1980, 1, 1, 0, 0, 0)


def entries() -> list[compiled.Kernel]:
    """The kernels that the program calls from Python, those of every module."""
    for module in pkgutil.walk_packages(openiads.__path__, "openiads."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    return [each for each in compiled.KERNELS if each.entry]


def write(archive: Path) -> None:
    """Compile them and write the archive, in a process that compiles for the level of processors."""
    gc.disable()  # as in openiads.engine.warming
    content = {packed.name_of(each.py_func): compiled.made_anew(each)[1] for each in entries()}
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as file:
        for name in sorted(content):
            file.writestr(zipfile.ZipInfo(name, LONG_AGO), content[name], zipfile.ZIP_DEFLATED)


def build() -> None:
    """Have a process of its own compile for the level of processors, and keep what it wrote."""
    name, features = packed.level()
    if not name:
        raise OpeniadsError(
            "tools/kernels.py", "no level of processors is known for this machine", "See base/packed.py."
        )
    packed.FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        asked = {"NUMBA_CPU_NAME": name, "NUMBA_CPU_FEATURES": features, "OPENIADS_CACHE": folder}
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("NUMBA_", "OPENIADS_"))}
        half = Path(folder) / "half.zip"
        subprocess.run([sys.executable, __file__, "--into", str(half)], env={**kept, **asked}, check=True)
        archive = packed.archive()
        archive.write_bytes(half.read_bytes())
    print(f"{archive}: {archive.stat().st_size:,} bytes")


def missing() -> list[str]:
    """Kernels whose code is not in the archive under the key that this tree looks it up by."""
    try:
        with zipfile.ZipFile(packed.archive()) as file:
            there = set(file.namelist())
    except (OSError, zipfile.BadZipFile):
        there = set()
    return [name for name in (packed.name_of(each.py_func) for each in entries()) if name not in there]


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    asked.add_argument("--check", action="store_true", help="write nothing; say whether the archive fits this tree")
    asked.add_argument("--into", type=Path, help=argparse.SUPPRESS)
    options = asked.parse_args()
    if options.into:
        write(options.into)
    elif options.check:
        lost = missing()
        print("\n".join(f"not in {packed.archive().name}: {name}" for name in lost) or "as this tree looks it up")
        return 2 if lost else 0
    else:
        build()
    return 0


if __name__ == "__main__":
    sys.exit(main())
