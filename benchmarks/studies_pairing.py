"""What pairing saves: ``python benchmarks/studies_pairing.py [--json] [-n N]``.

For changes of one parameter, and for structural ones, the variance that common dice save in the difference of leakers:
(Var A + Var B) / Var(B - A), which is how many times as many replications independent dice would need.
"""

from __future__ import annotations

import argparse
import json
from typing import Any

from openiads.experiments.compare import Variant, compare

WANTED = 3.0  # times, for a change of one parameter
METRICS = ("leakers", "killed", "rounds_fired")

#: What both sides have: a share of the interval for every class, from which one parameter can be moved.
COMMON = {"knob.48n6e2.pk": 0.4}

#: Scenario, change of B against A, whether it adds or takes away parts.
CHANGES: tuple[tuple[str, dict[str, Any], bool], ...] = (
    ("raid24", {"knob.48n6e2.pk": 0.5}, False),
    ("raid24", {"knob.48n6e2.pk": 0.2}, False),
    ("raid24", {"knob.48n6e2.reliability": 0.9}, False),
    ("raid24", {"knob.s300pmu2.crew": 1.2}, False),
    ("raid24", {"knob.64n6e2.snr": 1.0}, False),
    ("raid24", {"knob.tomahawk.signature": 3.0}, False),
    ("raid24", {"site.Tartus.mast": "30 m"}, False),
    ("raid24", {"site.Tartus.facing": "250 deg"}, False),
    ("raid24", {"raid.Cruise west.speed": "245 m/s"}, False),
    ("raid24", {"site.Tartus.doctrine.salvo": 1}, True),
    ("raid24", {"site.Tartus.rounds": 3}, True),
    ("raid24", {"raid.Cruise west.count": 5}, True),
    ("raid24", {"site.Tartus.fire_units": 2}, True),
    ("tartus_2016", {"knob.48n6e2.pk": 0.5}, False),
    ("tartus_2016", {"knob.48n6e2.pk": 0.2}, False),
    ("tartus_2016", {"knob.s300pmu2.crew": 1.2}, False),
    ("tartus_2016", {"knob.64n6e2.snr": 1.0}, False),
    ("tartus_2016", {"knob.tomahawk.signature": 3.0}, False),
    ("tartus_2016", {"site.Tartus.mast": "30 m"}, False),
    ("tartus_2016", {"site.Tartus.doctrine.salvo": 1}, True),
    ("tartus_2016", {"site.Tartus.fire_units": 1}, True),
)


def measured(scenario: str, changes: dict[str, Any], replications: int) -> dict[str, Any]:
    """The paired difference and what pairing saved, for each metric."""
    made = compare(Variant(scenario, COMMON), Variant(scenario, COMMON | changes), replications=replications, seed=1)
    found = {metric: made.estimate(metric).as_dict() for metric in METRICS}
    return {metric: {**row["difference"], "saved": row["variance_saved"]} for metric, row in found.items()}


def main() -> None:
    """Measure every change and print a table or one object."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("-n", type=int, default=400)
    asked = parser.parse_args()
    rows = []
    for scenario, changes, structural in CHANGES:
        found = measured(scenario, changes, asked.n)
        rows.append({"scenario": scenario, "changes": changes, "structural": structural, **found})
        if not asked.json:
            _print(rows[-1])
    if asked.json:
        print(json.dumps({"replications": asked.n, "wanted": WANTED, "rows": rows}))


def _print(row: dict[str, Any]) -> None:
    change = ", ".join(f"{path}={value}" for path, value in row["changes"].items())
    saved = row["leakers"]["saved"]
    ends = f"{saved['low']:.2g}" if saved["high"] is None else f"{saved['low']:.2g}, {saved['high']:.2g}"
    factor = "-" if saved["factor"] is None else f"{saved['factor']:.1f}"
    kind = "structural" if row["structural"] else "one parameter"
    gap = row["leakers"]
    print(
        f"{row['scenario']:12} {kind:13} {change:36} leakers {gap['value']:+.2f} [{gap['low']:.2f}, {gap['high']:.2f}] "
        f" saved x {factor} [{ends}]", flush=True,
    )  # fmt: skip


if __name__ == "__main__":
    main()
