"""Draw the pictures of README and docs from a run of the demonstration: ``python tools/pictures.py``.

The run is the one of ``openiads demo``: the same scenario, seed and number of replications.  It is kept in a temporary
folder only.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from openiads.faces import brief as briefs
from openiads.faces import figures
from openiads.faces import map as maps
from openiads.faces.report import terrain_of
from openiads.study.replicate import run

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "pictures"
SCENARIO, SEED, REPLICATIONS, SHOWN = "tartus_2016", 2016, 300, 0

#: file name -> the figure, from what a report shows and the ground
PICTURES: dict[str, Callable[[briefs.Brief, Any], Any]] = {
    "tartus_map": lambda brief, ground: maps.draw(brief, ground, maps.region(brief)),
    "tartus_leakers": lambda brief, ground: figures.leaker_histogram(brief),
    "tartus_classes": lambda brief, ground: figures.class_bars(brief),
    "tartus_chain": lambda brief, ground: figures.lane_chart(brief),
    "tartus_gates": lambda brief, ground: figures.gate_bars(brief),
}


def main() -> None:
    """Run the demonstration and write every picture."""
    made = run(SCENARIO, replications=REPLICATIONS, seed=SEED)
    brief = briefs.gather(made, SHOWN)
    ground = terrain_of(made)
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, figure in PICTURES.items():
        path = FOLDER / f"{name}.png"
        figures.png(figure(brief, ground), path)
        print(f"{path.relative_to(FOLDER.parents[1])}: {path.stat().st_size // 1024} KB")
    print(f"{SCENARIO}, seed {SEED}, n = {REPLICATIONS}: {made.estimate('leakers')} leakers, digest {made.digest[:12]}")


if __name__ == "__main__":
    main()
