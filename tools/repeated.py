"""Experiments of a review of 0.1.0, repeated: ``python tools/repeated.py`` prints and keeps their figures.

Writes ``benchmarks/repeated.json`` (some minutes).  Kill probabilities at reference engagements, misses, ends
of rounds against the signal, what crews do whose rounds are poor.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from openiads.catalog.load import catalog
from openiads.physics.flyout import interceptor
from openiads.physics.lethality import ReferenceTarget, mean_kill_probability, miss_at, quiet_flight
from openiads.runs.simulator import real_simulator
from openiads.world.codes import ThreatClass
from openiads.world.interceptors import TERMINAL, flight_values, quiet_interceptor
from openiads.world.lethality import KillModel, lethality_of, reference_flight, reference_target
from openiads.world.prebuilt import Prebuilt
from openiads.world.values import Values

DATA = Path(__file__).resolve().parents[1] / "benchmarks" / "repeated.json"
ROUNDS = ("48n6e2", "5v55r", "9m83", "9m82", "pac2_gemt", "pac3_cri", "pac3_mse")
TOLD = (
    "leakers",
    "rounds_fired",
    "ballistic_leakers",
    "cruise_leakers",
    "round_kill",
    "round_target_gone",
    "round_miss",
    "round_support_lost",
)
CLASSES = (ThreatClass.AIRCRAFT, ThreatClass.CRUISE, ThreatClass.BALLISTIC)
MODEL = KillModel(constant=False, fixed=None, common_mode_scale=1.0)

#: Worlds of `tartus_2016`, by what was varied.
WORLDS: dict[str, dict[str, float] | None] = {
    "all radars -6 dB": {f"{r}.snr": -6.0 for r in ("30n6e2", "64n6e2", "76n6")},
    "clutter +10 dB": {"world.clutter": 10.0},
    "readiness 0.85": {"5p85se.readiness": 0.85},
    "terminal error x 1/3": {"48n6e2.terminal_error": 0.33},
    "terminal error x 3": {"48n6e2.terminal_error": 3.0},
    "48N6E2 pk at its low end": {"48n6e2.pk": 0.0},
}


def at_reference(name: str, factor: float) -> list[float]:
    """Kill probability at the reference engagements with the lethal radius solved for that error."""
    book, values = catalog(), Values(catalog())
    row = interceptor(flight_values(values, book[name]), name)
    for field in TERMINAL:
        row[field] *= factor
    found, out = lethality_of(book[name], values, MODEL, row, Prebuilt()), []
    for threat in CLASSES:
        _, miss = reference_flight(book[name], values, threat, row, Prebuilt())
        works = found.works * float(found.certain[int(threat)])
        out.append(mean_kill_probability(float(found.radius[int(threat)]), works, miss))
    return out


def missed(name: str, **other: float) -> list[float]:
    """Deviation of the miss on an axis and what heading or lift leaves (m), fighter-like target at 0.5 of the range."""
    book, values = catalog(), Values(catalog())
    row = interceptor(flight_values(values, book[name]), name)
    plain = reference_target(book[name], values, ThreatClass.AIRCRAFT)
    fields = {field: getattr(plain, field) for field in plain.__dataclass_fields__} | other
    target = ReferenceTarget(**fields)
    miss = miss_at(row, target, quiet_flight(quiet_interceptor(row), target), values.model("reference_radar_error"))
    return [float(miss.deviation), float(miss.offset)]


def flown(name: str, worlds: dict[str, dict[str, float] | None], count: int) -> dict[str, dict[str, float]]:
    """Means of outcomes of each world, and the difference in leakers from the first (95 %, same draws)."""
    simulator = real_simulator()
    scenario, told, first = simulator.load(name), {}, None
    for label, knobs in worlds.items():
        runner = simulator.runner(simulator.build(scenario, simulator.catalog(scenario), knobs), 5)
        rows = np.concatenate([runner.replicate(k).outcome for k in range(count)])
        leakers = rows["leakers"].astype(float)
        first = leakers if first is None else first
        apart = leakers - first
        half = 1.96 * float(apart.std(ddof=1)) / count**0.5
        told[label] = {t: float(rows[t].mean()) for t in TOLD} | {"difference": float(apart.mean()), "half": half}
        print(name, label, {k: round(v, 2) for k, v in told[label].items()}, flush=True)
    return told


def main() -> None:
    """All of them."""
    told: dict[str, object] = {}
    told["terminal_error"] = {n: {str(f): at_reference(n, f) for f in (0.33, 1.0, 3.0)} for n in ROUNDS}
    print(json.dumps(told["terminal_error"]), flush=True)
    misses = {}
    for name in ("48n6e2", "9m82", "pac3_mse", "pac2_gemt"):
        far = catalog()[name].values["max_range"].si
        misses[name] = {
            "range": [missed(name, range=far * share) for share in (0.1, 0.3, 0.5, 0.7, 0.9)],
            "height": [missed(name, range=0.3 * far, height=h) for h in (1e3, 5e3, 1e4, 2e4)],
            "turn": [missed(name, acceleration=g * 9.81) for g in (0.0, 3.0, 6.0, 9.0)],
            "speed": [missed(name, speed=v) for v in (50.0, 250.0, 1000.0, 2000.0)],
        }
        print(name, json.dumps(misses[name]), flush=True)
    told["misses"] = misses
    signal: dict[str, dict[str, float] | None] = {"baseline": None}
    signal |= {f"30N6E2 {d:+d} dB": {"30n6e2.snr": float(d)} for d in (4, -3, -6, -12)}
    told["tartus_2016"] = flown("tartus_2016", signal | WORLDS, 60)
    told["raid24"] = flown("raid24", signal | {"track_elevation_low 0": {"30n6e2.track_elevation_low": 0.0}}, 60)
    DATA.write_text(json.dumps(told, indent=1) + "\n")


if __name__ == "__main__":
    main()
