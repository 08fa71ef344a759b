"""Draw the pictures of README and docs: ``python tools/pictures.py`` (``run`` or ``answers``: only these).

The run is the one of ``openiads demo``: the same scenario, seed and number of replications.  The answers are those of
the commands in docs/how-to.  All are kept in temporary folders only.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from openiads.experiments.compare import Variant, compare
from openiads.experiments.design import quick_study
from openiads.experiments.sweep import sweep
from openiads.faces.draw import kit
from openiads.faces.pages import answers, run_charts
from openiads.faces.pages import brief as briefs
from openiads.faces.pages import run_map as maps
from openiads.faces.pages.premises import terrain_of
from openiads.runs.replicate import run

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "pictures"
SCENARIO, SEED, REPLICATIONS, SHOWN = "tartus_2016", 2016, 300, 0

#: file name -> the figure, from what a report shows and the ground
PICTURES: dict[str, Callable[[briefs.Brief, Any], Any]] = {
    "tartus_map": lambda brief, ground: maps.draw(brief, ground, maps.region(brief)),
    "tartus_leakers": lambda brief, ground: run_charts.leaker_histogram(brief),
    "tartus_classes": lambda brief, ground: run_charts.class_bars(brief),
    "tartus_chain": lambda brief, ground: run_charts.lane_chart(brief),
    "tartus_gates": lambda brief, ground: run_charts.gate_bars(brief),
}


def of_the_run() -> None:
    """Run the demonstration and write its pictures."""
    made = run(SCENARIO, replications=REPLICATIONS, seed=SEED)
    brief = briefs.gather(made, SHOWN)
    ground = terrain_of(made)
    for name, figure in PICTURES.items():
        path = FOLDER / f"{name}.png"
        kit.png(figure(brief, ground), path)
        tell(path)
    print(f"{SCENARIO}, seed {SEED}, n = {REPLICATIONS}: {made.estimate('leakers')} leakers, digest {made.digest[:12]}")


def of_answers() -> None:
    """Run the sweeps and the comparison of docs/how-to and write their pictures."""
    size = {"raid.Aircraft west.count": [4, 8, 12, 16, 24, 32]}
    units = {"site.Tartus.fire_units": [1, 2, 3], "site.Tartus.launchers": [2, 4, 8]}
    raids = sweep(quick_study("raid24", vary=size, replications=40))
    tell(answers.save(answers.against(raids, "leakers"), FOLDER / "sweep_raid_size.png", dots=110))
    grid = sweep(quick_study("raid24", vary=units, replications=40))
    tell(answers.save(answers.heat_map(grid, "leakers"), FOLDER / "sweep_heat_map.png", dots=110))
    pair = compare("raid24", Variant("raid24", {"site.Tartus.fire_units": 3}), replications=60, seed=1)
    tell(answers.save(answers.differences(pair), FOLDER / "compare_units.png", dots=110))


def tell(path: Path) -> None:
    """Say what was written."""
    print(f"{path.relative_to(FOLDER.parents[1])}: {path.stat().st_size // 1024} KB")


def main() -> None:
    """Write every picture, or those that are named."""
    asked = sys.argv[1:] or ["run", "answers"]
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name in asked:
        {"run": of_the_run, "answers": of_answers}[name]()


if __name__ == "__main__":
    main()
