"""What pairing saves: ``python benchmarks/studies_pairing.py [--json] [--quick] [-n N]``.

For changes of one parameter, and for structural ones, the variance that common dice save in the difference of leakers:
(Var A + Var B) / Var(B - A), which is how many times as many replications independent dice would need.
"""

from __future__ import annotations

from typing import Any

from bars import Bar, options, printed

from openiads.experiments.compare import Variant, compare

BARS = (Bar("least_saved", ">=", 3.0, "pairing, times the variance saved by a change of one parameter"),)
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


def paired(scenario: str, changes: dict[str, Any], replications: int) -> dict[str, Any]:
    """The paired difference and what pairing saved, for each metric."""
    made = compare(Variant(scenario, COMMON), Variant(scenario, COMMON | changes), replications=replications, seed=1)
    found = {metric: made.estimate(metric).as_dict() for metric in METRICS}
    return {metric: {**row["difference"], "saved": row["variance_saved"]} for metric, row in found.items()}


def measured(*, quick: bool, replications: int = 400) -> dict[str, Any]:
    """Every change, and the least that a change of one parameter saves in leakers."""
    changes = (CHANGES[0], CHANGES[9]) if quick else CHANGES
    count = 20 if quick else replications
    rows, saved = {}, []
    for scenario, change, structural in changes:
        found = paired(scenario, change, count)
        name = f"{scenario}: " + ", ".join(f"{path}={value}" for path, value in change.items())
        rows[name] = {"structural": structural, **found}
        factor = found["leakers"]["saved"]["factor"]
        if not structural and factor is not None:
            saved.append(factor)
    return {"replications": count, "least_saved": min(saved, default=None), "changes": rows}


if __name__ == "__main__":
    parser = options(__doc__)
    parser.add_argument("-n", type=int, default=400, help="replications of each side (default 400)")
    chosen = parser.parse_args()
    printed(measured(quick=chosen.quick, replications=chosen.n), BARS, chosen)
