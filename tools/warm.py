"""Compile every kernel into the cache; two processes share the work: ``warm.py 0`` and ``warm.py 1``.

The first takes the kernels from the bottom floor upwards.  The second starts with the leaves that the first reaches
last; whatever one has stored the other loads.
"""

from __future__ import annotations

import importlib
import pkgutil
import sys
import time

import openiads
from openiads.base import compiled

#: Floors that hold kernels, bottom first.
FLOORS = ("base", "earth", "physics", "world", "parts", "doctrine", "engine")


def modules() -> list[str]:
    """Every module of the floors that hold kernels, bottom first."""
    names = []
    for floor in FLOORS:
        package = importlib.import_module(f"openiads.{floor}")
        names += [module.name for module in pkgutil.walk_packages(package.__path__, f"openiads.{floor}.")]
    return names


def main() -> None:
    """Import all kernel modules and compile their kernels, from the end named on the command line."""
    begun = time.perf_counter()
    for name in modules():
        importlib.import_module(name)
    half = len(compiled.KERNELS) // 2
    kernels = compiled.KERNELS if sys.argv[1:] != ["1"] else compiled.KERNELS[half:] + compiled.KERNELS[:half]
    compiled.warm(kernels)
    print(f"{len(kernels)} kernels ready after {time.perf_counter() - begun:.1f} s ({openiads.__version__})")


if __name__ == "__main__":
    main()
