"""Fuzzing: mutants of packaged inputs go in where users' input goes in, and only told errors may come out.

``python tools/fuzz.py -n 10000 --seed 1`` tries so many mutants of each kind (``tools/fuzz_doors.py``).  A finding is
an exception that is no error for people (`OpeniadsError`), a try that takes longer than ``--hang`` seconds of processor
time, or nonsense taken for an input: a number that is none in what was read, or an object that its own text does not
give back.  Each kind of finding is kept once in ``build/fuzz``, with its input; ``--replay FILE`` tries one again.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

os.environ.setdefault("OPENIADS_PLAIN", "1")  # nothing is compiled: what is tried here ends before a kernel

from fuzz_doors import DOORS, Door, Nonsense
from fuzz_inputs import mutant

from openiads.base.errors import OpeniadsError

ROOT = Path(__file__).resolve().parents[1]
KEPT = ROOT / "build" / "fuzz"


class Hang(BaseException):
    """A try that does not end."""


@dataclass(frozen=True)
class Finding:
    """What came out that should not.

    Attributes
    ----------
    door : str
        Which kind of input.
    kind : str
        The exception and where it was raised: the same for all inputs that find the same fault.
    told : str
        The end of the traceback, or what is nonsense.
    data : bytes
        The input.
    """

    door: str
    kind: str
    told: str
    data: bytes


@contextmanager
def bounded(seconds: float) -> Iterator[None]:
    """A bound on processor time."""

    def up(number: int, frame: object) -> None:
        raise Hang

    before = signal.signal(signal.SIGPROF, up)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0.0)
        signal.signal(signal.SIGPROF, before)


def tried(door: Door, data: bytes, hang: float = 5.0) -> tuple[str, Finding | None]:
    """Put an input in by a door: ``accepted`` or ``refused``, and the finding if there is one."""
    try:
        with bounded(hang):
            door.tried(data)
    except OpeniadsError as refused:
        where = [name for name, text in (("place", refused.place), ("reason", refused.reason)) if not text.strip()]
        if where:
            return "refused", Finding(door.name, f"no {where[0]} {type(refused).__name__}", repr(refused), data)
        return "refused", None
    except Nonsense as taken:
        return "accepted", Finding(door.name, f"nonsense: {taken}", str(taken), data)
    except Hang:
        return "refused", Finding(door.name, f"hang {_place(sys.exc_info()[1])}", f"longer than {hang:g} s", data)
    except Exception as problem:  # noqa: BLE001  (whatever it is, it is a finding)
        told = "".join(traceback.format_exception(problem)[-6:])
        return "refused", Finding(door.name, f"{type(problem).__name__} {_place(problem)}", told, data)
    return "accepted", None


def _place(problem: BaseException | None) -> str:
    """The innermost line of the program's own that an exception passed."""
    frames = traceback.extract_tb(None if problem is None else problem.__traceback__)
    own = [frame for frame in frames if "openiads" in Path(frame.filename).parts and "tools" not in frame.filename]
    return f"at {Path(own[-1].filename).name}:{own[-1].name}" if own else "outside"


def fuzzed(
    door: Door, number: int, seed: int, hang: float = 5.0, seconds: float = 1e9
) -> tuple[Counter[str], list[Finding]]:
    """Try mutants of a door's inputs; how many were accepted and refused, and one finding of each kind.

    Parameters
    ----------
    door : Door
    number : int
        How many mutants.
    seed : int
    hang : float
        s of processor time for one.
    seconds : float
        Stop after so many of the wall clock.
    """
    dice = random.Random(f"{seed} {door.name}")
    counts: Counter[str] = Counter()
    found: dict[str, Finding] = {}
    end = time.monotonic() + seconds
    for _ in range(number):
        data = mutant(dice, door.inputs, door.changes)
        verdict, finding = tried(door, data, hang)
        counts[verdict] += 1
        if finding is not None:
            counts["findings"] += 1
            found.setdefault(finding.kind, finding)
        if time.monotonic() > end:
            break
    return counts, list(found.values())


def kept(finding: Finding) -> Path:
    """The finding's input and what was told, on disk."""
    name = "".join(c if c.isalnum() else "-" for c in finding.kind)[:80]
    KEPT.mkdir(parents=True, exist_ok=True)
    path = KEPT / f"{finding.door}.{name}"
    path.write_bytes(finding.data)
    path.with_name(path.name + ".txt").write_text(finding.told, encoding="utf-8")
    return path


def main(arguments: Sequence[str] | None = None) -> int:
    """Fuzz the doors asked for; 1 where something was found."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("doors", nargs="*", help=f"of {', '.join(DOORS)}; all if left out")
    parser.add_argument("-n", "--number", type=int, default=2000, help="mutants of each kind")
    parser.add_argument("--seed", type=int, default=1, help="another seed, other mutants")
    parser.add_argument("--hang", type=float, default=5.0, help="seconds of processor time that one may take")
    parser.add_argument("--seconds", type=float, default=1e9, help="at most so long for each kind")
    parser.add_argument("--replay", type=Path, help="try one file again, by the door that its name begins with")
    asked = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="openiads-fuzz-") as folder:
        before = Path.cwd()
        replay = asked.replay.resolve() if asked.replay else None
        os.chdir(folder)  # whatever a mutant writes is written here
        try:
            if replay is not None:
                verdict, finding = tried(
                    DOORS[replay.name.partition(".")[0]](Path(folder)), replay.read_bytes(), asked.hang
                )
                print(verdict, finding.kind if finding else "", finding.told if finding else "", sep="\n")
                return finding is not None
            return _all(asked, Path(folder))
        finally:
            os.chdir(before)


def _all(asked: argparse.Namespace, folder: Path) -> int:
    everything: list[Finding] = []
    for name in asked.doors or DOORS:
        begun = time.process_time()
        counts, found = fuzzed(DOORS[name](folder), asked.number, asked.seed, asked.hang, asked.seconds)
        tries = counts["accepted"] + counts["refused"]
        took = time.process_time() - begun
        told = f"{tries:8,} mutants, {counts['accepted']:7,} accepted, {took:6.0f} processor-s"
        print(f"{name:<10} {told} ({tries / max(took, 1e-9):.0f} a second): {len(found)} kinds of findings", flush=True)
        for each in found:
            print(f"    {each.kind}: {kept(each).relative_to(ROOT)}", flush=True)
        everything += found
    return 1 if everything else 0


if __name__ == "__main__":
    sys.exit(main())
