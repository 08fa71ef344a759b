"""Compile the kernels once, in child processes, before a run needs them and where the package brings no machine code.

``python -m openiads.engine.warming N`` compiles the N-th share of the kernels into the cache; ``prepare`` runs both
shares side by side when the cache lacks the engine.  The shares follow the kernels' own calls: the first goes from the
earth through flight and doctrine to the engine, the second from detection through tracks to the weapons; what one has
stored the other loads.  Compiling in children also keeps LLVM's memory out of the process that runs.
"""

from __future__ import annotations

import gc
import importlib
import subprocess
import sys
import time

from openiads.base import compiled, stored
from openiads.base.errors import OpeniadsError

#: Modules with kernels in the order in which a share compiles them; every such module is in at least one share.
SHARES: tuple[tuple[str, ...], ...] = (
    (
        "base.draws",
        "earth.geodesy",
        "earth.atmosphere",
        "earth.sight",
        "earth.overhead",
        "physics.motion",
        "physics.ballistics",
        "physics.flyout.airframe",
        "physics.flyout.midcourse",
        "physics.flyout.terminal",
        "physics.encounter",
        "physics.braking",
        "physics.reach",
        "physics.windows",
        "physics.lethality",
        "world.trace",
        "world.log",
        "world.log_elements",
        "doctrine.identification",
        "doctrine.evaluation",
        "doctrine.assignment",
        "doctrine.value",
        "doctrine.contracts",
        "doctrine.firing",
        "parts.dice",
        "parts.links",
        "parts.ships",
        "parts.emission",
        "parts.gates",
        "parts.engagements",
        "parts.service",
        "engine.gates",
        "engine.post",
        "engine.seam",
        "engine.rounds",
        "engine.asking",
        "engine.crew",
        "engine.step",
    ),
    (
        "physics.detection",
        "physics.propagation",
        "physics.paths",
        "physics.filtering",
        "physics.association",
        "physics.jamming",
        "physics.gunnery",
        "parts.geometry",
        "parts.pictures",
        "parts.overhead",
        "parts.jamming",
        "parts.sensing",
        "parts.early_warning",
        "parts.radars",
        "parts.support",
        "parts.hypotheses",
        "parts.tracks",
        "parts.fusion",
        "parts.interrogation",
        "parts.homing",
        "parts.flights",
        "parts.deconfliction",
        "parts.outcomes",
        "parts.launchers",
        "parts.guns",
        "parts.weapons",
    ),
)


def kernels_of(share: int) -> list[object]:
    """The kernels of one share, in order of compilation."""
    found = []
    for name in SHARES[share]:
        importlib.import_module(f"openiads.{name}")
        found += [k for k in compiled.KERNELS if k.__module__ == f"openiads.{name}"]
    return found


def needed() -> bool:
    """Whether the cache lacks the compiled engine (its last kernel, which needs all others)."""
    if compiled.PLAIN:
        return False
    from openiads.engine.step import play

    return not compiled.ready(play)


def prepare() -> bool:
    """Fill the cache if need be; True if it was.  A failed child is no failure here: the run compiles what is
    missing.  Of several processes that share a cache one compiles and the others wait for it.
    """
    if not needed():
        return False
    with stored.filling_cache():
        return _fill() if needed() else False


def _fill() -> bool:
    command = [sys.executable, "-m", "openiads.engine.warming"]
    children = [
        subprocess.Popen([*command, str(share)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for share in range(len(SHARES))
    ]
    try:
        for child in children:
            child.wait()
    finally:
        for child in children:
            child.kill()
    return True


def main(arguments: list[str]) -> None:
    """Compile the shares named on the command line, or all."""
    begun = time.perf_counter()
    shares = [int(a) for a in arguments] or list(range(len(SHARES)))
    if not set(shares) <= set(range(len(SHARES))):
        raise OpeniadsError("openiads.engine.warming", f"no share {shares}", f"Give numbers below {len(SHARES)}.")
    gc.disable()  # a compiler makes objects by the million and few circles of them; this process ends with its work
    for share in shares:
        compiled.warm(kernels_of(share))
    told = ", ".join(map(str, shares))
    sys.stdout.write(f"kernels of share {told} ready after {time.perf_counter() - begun:.1f} s\n")


if __name__ == "__main__":
    main(sys.argv[1:])
