"""A small sweep of the fake engine; as a program, ``fake_sweep.py OUT SLOWNESS`` makes it and prints its digest."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from openiads.experiments.design import Study
from openiads.experiments.factors import Factor
from openiads.experiments.sweep import Sweep, sweep
from runs.fake_simulator import FAKE, FakeScenario


def fake_study(
    threats: tuple[int, ...] = (1, 2, 3, 4, 5), pk: tuple[float, ...] = (0.2, 0.8), slowness: float = 0.0, **more: Any
) -> Study:
    """Ten points if nothing else is said: five sizes of a raid, two kill probabilities."""
    factors = (Factor("threats", threats), Factor("knob.pk", pk))
    return Study("fake", FakeScenario(slowness=slowness), factors, **{"replications": 12, "seed": 3, **more})


def make(path: Path | None, study: Study | None = None, **options: Any) -> Sweep:
    """The sweep of a study in a folder."""
    return sweep(study or fake_study(), out=path, **{"jobs": 1, "chunk": 6, "simulator": FAKE, **options})


def make_slowly(path: Path, slowness: float) -> str:
    """Make it on two threads, each replication ``slowness`` s late; its digest."""
    return make(path, fake_study(slowness=slowness), jobs=2).digest


if __name__ == "__main__":
    print(make_slowly(Path(sys.argv[1]), float(sys.argv[2])))
