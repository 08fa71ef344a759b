"""Run the legs of ``make test`` side by side: as many at once as there are workers, each told as it ends.

A leg is a target of the Makefile that needs one process for most of its time.  Legs with the most work start first, so
that short ones fill what is left; a leg that is to be alone runs before all others.  What a leg prints is shown whole
when it ends, so that two legs do not mix their lines; at the end stands a table of legs, and after it what failed.

``tools/legs.py --workers 2 [LEG ...]`` adds legs to those below, such as ``viewer-check``.
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Leg:
    """A target of the Makefile.

    Parameters
    ----------
    name : str
        The target.
    work : float
        About how many processor-seconds it takes, from an empty cache; says only what begins first.
    slots : int
        How many workers it keeps busy.
    after : tuple of str
        Legs that must have ended, well or not.
    alone : bool
        Whether nothing else may run beside it.
    """

    name: str
    work: float
    slots: int = 1
    after: tuple[str, ...] = ()
    alone: bool = False


WARM = ("warm",)
LEGS = (
    Leg("budget", 60.0, alone=True),  # counts processor time, and leaves what it has compiled to the others
    Leg("warm", 1000.0, slots=2),
    Leg("engine", 350.0, after=WARM),
    Leg("house", 250.0, after=WARM),
    Leg("pages", 250.0, after=WARM),
    Leg("study", 210.0, after=WARM),
    Leg("faces", 190.0, after=WARM),
    Leg("bounds", 60.0),
    Leg("browser", 50.0, after=WARM),
    Leg("plain", 75.0),
    Leg("types", 35.0),
    Leg("lint", 2.0),
)


@dataclass
class Running:
    """A leg that has begun: its process, the file of what it prints, and when it began (monotonic, s)."""

    leg: Leg
    process: subprocess.Popen[bytes]
    log: IO[bytes]
    begun: float


@dataclass(frozen=True)
class Ended:
    """A leg that has ended: wall clock and processor time of all its processes (s), and its exit status."""

    name: str
    seconds: float
    processor: float
    status: int
    output: str


def begin(leg: Leg, workers: int) -> Running:
    """Start a leg in a process group of its own."""
    log = tempfile.TemporaryFile()  # noqa: SIM115  (closed when the leg ends)
    # The flags of the make that called would offer a job server that the inner one cannot reach.
    environment = {k: v for k, v in os.environ.items() if k not in ("MAKEFLAGS", "MAKELEVEL", "MFLAGS")}
    command = ["make", "--no-print-directory", f"WORKERS={workers}", leg.name, "-o", ".venv/test"]
    for done in leg.after:
        command += ["-o", done]  # it has had its turn
    process = subprocess.Popen(
        command, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
    )
    return Running(leg, process, log, time.monotonic())


def wait(running: dict[int, Running]) -> Ended:
    """Wait for whichever leg ends first, and take it out of those that run."""
    while True:
        number, status, used = os.wait4(-1, 0)
        if number in running:
            break
    one = running.pop(number)
    one.process.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.monotonic() - one.begun
    one.log.seek(0)
    output = one.log.read().decode(errors="replace")
    one.log.close()
    return Ended(one.leg.name, seconds, used.ru_utime + used.ru_stime, one.process.returncode, output)


def ready(leg: Leg, waiting: Sequence[Leg], running: Sequence[Leg], workers: int) -> bool:
    """Whether a leg may begin now."""
    if (leg.alone and running) or any(other.alone for other in running):
        return False
    ahead = {other.name for other in (*waiting, *running)}
    if ahead & set(leg.after):
        return False
    taken = sum(other.slots for other in running)
    return not running or taken + leg.slots <= workers


def tell(line: str) -> None:
    """A line that is seen at once, also where the output is a pipe."""
    print(line, flush=True)


def run(legs: Sequence[Leg], workers: int) -> list[Ended]:
    """Run all legs; each is told when it begins, and its output when it has ended."""
    waiting = sorted(legs, key=lambda leg: (not leg.alone, -leg.work))
    running: dict[int, Running] = {}
    ended: list[Ended] = []
    try:
        while waiting or running:
            for leg in tuple(waiting):
                if ready(leg, waiting, [one.leg for one in running.values()], workers):
                    waiting.remove(leg)
                    one = begin(leg, workers)
                    running[one.process.pid] = one
                    tell(f".. {leg.name} begins")
            done = wait(running)
            ended.append(done)
            tell(done.output.rstrip("\n"))
            tell(f".. {done.name} {verdict(done)} after {done.seconds:.0f} s ({done.processor:.0f} processor-seconds)")
    finally:
        for one in running.values():  # Ctrl-C: nothing of ours stays behind
            os.killpg(one.process.pid, signal.SIGTERM)
    return ended


def verdict(leg: Ended) -> str:
    """One word on how a leg ended."""
    return "passed" if leg.status == 0 else "FAILED"


def table(ended: Sequence[Ended], seconds: float, workers: int) -> list[str]:
    """The legs in the order in which they ended, and their sum."""
    processor = sum(leg.processor for leg in ended)
    lines = [f"{'leg':<14}{'seconds':>9}{'processor-s':>13}"]
    lines += [f"{leg.name:<14}{leg.seconds:9.1f}{leg.processor:13.1f}  {verdict(leg)}" for leg in ended]
    share = processor / (seconds * workers) if seconds else 0.0
    lines.append(f"{'all':<14}{seconds:9.1f}{processor:13.1f}  {share:.0%} of {workers} workers")
    return lines


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the legs and those named; 1 if one failed."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--workers", type=int, default=2, help="how many legs at once")
    parser.add_argument("more", nargs="*", help="further targets of the Makefile")
    chosen = parser.parse_args(arguments)
    workers = max(1, chosen.workers)
    begun = time.monotonic()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # who is ended takes the legs along
    try:
        ended = run((*LEGS, *(Leg(name, 30.0) for name in chosen.more)), workers)
    except KeyboardInterrupt:
        tell("interrupted")
        return 130
    for line in table(ended, time.monotonic() - begun, workers):
        tell(line)
    failed = [leg for leg in ended if leg.status]
    for leg in failed:
        tell(f"make test: {leg.name} failed:")
        for line in reasons(leg.output):
            tell(f"  {line}")
    tell("make test: all legs passed" if not failed else f"make test: {len(failed)} of {len(ended)} legs failed")
    return 1 if failed else 0


def reasons(output: str) -> list[str]:
    """The lines of a failed leg that name what failed: pytest's own, or else the last ones."""
    lines = [line for line in output.splitlines() if line.strip()]
    named = [line for line in lines if line.startswith(("FAILED ", "ERROR "))]
    return named or lines[-10:]


if __name__ == "__main__":
    sys.exit(main())
