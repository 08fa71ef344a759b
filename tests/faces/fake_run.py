"""A run that no engine made: a raid on Tartus with plausible events, so that faces can be tested and looked at alone.

``FakeRun`` has what the faces use of a run: scenario, world, outcomes, summary, events, estimate, digest, path.
"""

from __future__ import annotations

import math
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pymap3d
from pymap3d.vincenty import vdist

from openiads.world.codes import Event, Gate, Identity, Side, Terminal, ThreatClass
from openiads.world.outcome import BOUNDS, CLASSES, LOST, METRICS, OUTCOME
from openiads.world.trace import EVENT

SITE = (34.92, 35.90)
NAVAL = (34.905, 35.872)
TOWN = (34.889, 35.886)


def _raid() -> list[SimpleNamespace]:
    """Name, class, side, start (deg), end (deg), height (m), speed (m/s) and time of departure (s) of each flight."""
    flights = []

    def add(
        name: str,
        kind: int,
        side: int,
        start: tuple[float, float],
        end: tuple[float, float],
        height: float,
        speed: float,
        at: float,
    ) -> None:
        flights.append(
            SimpleNamespace(name=name, kind=kind, side=side, start=start, end=end, height=height, speed=speed, at=at)
        )

    for i in range(8):
        add(
            f"Strike from the west/{i + 1}",
            ThreatClass.AIRCRAFT,
            Side.HOSTILE,
            (34.75 + 0.05 * i, 34.05 - 0.02 * i),
            NAVAL,
            7000.0,
            250.0,
            8.0 * i,
        )
    for i in range(4):
        add(
            f"Cruise missiles from the west/{i + 1}",
            ThreatClass.CRUISE,
            Side.HOSTILE,
            (35.05 + 0.02 * i, 34.5),
            NAVAL,
            40.0,
            240.0,
            60.0 + 10.0 * i,
        )
    for i in range(4):
        add(
            f"Cruise missiles from the south-west/{i + 1}",
            ThreatClass.CRUISE,
            Side.HOSTILE,
            (33.9, 35.1 + 0.03 * i),
            TOWN,
            40.0,
            240.0,
            70.0 + 10.0 * i,
        )
    for i in range(10):
        add(
            f"Loitering munitions/{i + 1}",
            ThreatClass.DRONE,
            Side.HOSTILE,
            (34.66 - 0.01 * i, 35.55),
            TOWN,
            300.0,
            50.0,
            6.0 * i,
        )
    for i in range(4):
        add(
            f"Ballistic missiles/{i + 1}",
            ThreatClass.BALLISTIC,
            Side.HOSTILE,
            (36.95, 37.8),
            NAVAL,
            70000.0,
            900.0,
            180.0 + 20.0 * i,
        )
    add("Airliner", ThreatClass.AIRLINER, Side.NEUTRAL, (33.4, 34.9), (36.0, 35.2), 10668.0, 235.0, 0.0)
    return flights


RAID = _raid()


def position(flight: SimpleNamespace, now: float) -> tuple[float, float, float]:
    """Where a flight of the fake raid is: degrees and meters."""
    length = vdist(*flight.start, *flight.end)[0]
    f = min(max((now - flight.at) * flight.speed / float(length), 0.0), 1.0)
    height = flight.height * (math.sin(math.pi * f) if flight.kind == ThreatClass.BALLISTIC else 1.0)
    return (
        flight.start[0] + f * (flight.end[0] - flight.start[0]),
        flight.start[1] + f * (flight.end[1] - flight.start[1]),
        height,
    )


def _ecef(flight: SimpleNamespace, now: float) -> tuple[float, float, float]:
    return tuple(float(v) for v in pymap3d.geodetic2ecef(*position(flight, now)))  # type: ignore[return-value]


class Log:
    """Rows of an event log in the making."""

    def __init__(self) -> None:
        self.rows: list[np.ndarray] = []

    def add(
        self,
        time: float,
        kind: Event,
        flight: int = -1,
        unit: int = -1,
        radar: int = -1,
        code: int = 0,
        values: tuple[float, ...] = (),
        round_: int = -1,
        track: int = -1,
    ) -> None:
        row = np.zeros((), EVENT)
        row["time"], row["kind"], row["flight"], row["unit"], row["radar"], row["code"] = (
            time,
            kind,
            flight,
            unit,
            radar,
            code,
        )
        row["launcher"], row["round"], row["track"] = -1, round_, track
        row["value"][: len(values)] = values
        self.rows.append(row)

    def sorted(self) -> np.ndarray:
        rows = np.array(self.rows, EVENT)
        return rows[np.argsort(rows["time"], kind="stable")]


def events(seed: int, replication: int, duration: float = 900.0) -> np.ndarray:
    """A plausible log of one replication, recorded events included."""
    rng = np.random.Generator(np.random.Philox(key=seed, counter=replication))
    log = Log()
    rounds = 0
    for f, flight in enumerate(RAID):
        length = float(vdist(*flight.start, *flight.end)[0])
        arrival = flight.at + length / flight.speed
        reach = {1: 150e3, 2: 33e3, 3: 34e3, 4: 220e3, 5: 250e3}[int(flight.kind)]
        seen = max(flight.at, arrival - reach / flight.speed) + rng.exponential(5.0)
        end, code = min(arrival, duration), Terminal.HIT_ASSET if rng.random() < 0.7 else Terminal.REACHED_MISSED
        log.add(
            seen,
            Event.DETECT,
            f,
            radar=int(rng.integers(0, 2)),
            code=1,
            values=(reach, 1.0, 0.01, 0.0, 14.0, flight.height),
            track=f,
        )
        log.add(seen + 12, Event.TRACK, f, code=1, track=f)
        hostile = flight.side == Side.HOSTILE
        identity = Identity.HOSTILE if hostile else Identity.NEUTRAL
        log.add(seen + 13, Event.IDENTIFY, f, code=Identity.UNKNOWN, track=f)
        identified = seen + 20 + rng.exponential(6.0)
        log.add(identified, Event.IDENTIFY, f, code=identity, track=f)
        if hostile:
            log.add(seen, Event.GATE, f, 0, code=Gate.NO_FIRM_TRACK)
            ready = identified
            for shot in (1, 2):
                unit = int(rng.integers(0, 2))
                assigned = ready + rng.exponential(6.0)
                acquired = assigned + 4 + rng.exponential(3.0)
                launched = acquired + 5 + rng.exponential(4.0)
                arrives = launched + rng.uniform(25.0, 55.0)
                if arrives > end - 2:
                    break
                log.add(assigned, Event.ASSIGN, f, unit, code=shot, track=f)
                log.add(acquired, Event.ACQUIRE, f, unit, code=1, track=f)
                kill = int(rng.random() < 0.72)
                for k in range(2):
                    at, hit = launched + 3.0 * k, arrives + 2.5 * k
                    log.add(at, Event.LAUNCH, f, unit, code=shot, round_=rounds, values=(hit,), track=f)
                    target = _ecef(flight, hit)
                    base = pymap3d.geodetic2ecef(SITE[0] + 0.01 * unit, SITE[1], 60.0)
                    for g in np.linspace(0.0, 1.0, 12):
                        where = tuple(float(b + g * (t - b)) for b, t in zip(base, target, strict=True))
                        log.add(at + g * (hit - at), Event.ROUND_STATE, f, unit, code=3, round_=rounds, values=where)
                    credited = int(kill and k == 0)
                    log.add(
                        hit,
                        Event.INTERCEPT,
                        f,
                        unit,
                        code=credited,
                        round_=rounds,
                        values=(8.0, 0.8, 1200.0, 3e4, flight.height, hit - at),
                        track=f,
                    )
                    log.add(hit, Event.ROUND_END, f, unit, code=1 if credited else (3 if kill else 2), round_=rounds)
                    rounds += 1
                log.add(arrives + 8, Event.ASSESS, f, unit, code=kill, values=(kill, 8.0), track=f)
                ready = arrives + 9
                if kill:
                    end, code = arrives, Terminal.KILLED
                    break
        else:
            code = Terminal.TRANSITED if arrival < duration else Terminal.AIRBORNE_AT_END
        if arrival > duration and code != Terminal.KILLED:
            code = Terminal.AIRBORNE_AT_END
        log.add(end, Event.TERMINAL, f, code=code, values=(*_ecef(flight, end), 0.0, 20.0))
        for now in np.arange(flight.at, end, 5.0):
            log.add(float(now), Event.FLIGHT_STATE, f, values=_ecef(flight, float(now)))
            if now > seen + 12:
                noise = rng.normal(0.0, 120.0, 3)
                log.add(
                    float(now),
                    Event.TRACK_UPDATE,
                    f,
                    code=-1,
                    values=tuple(np.add(_ecef(flight, float(now)), noise)),
                    track=f,
                )
    rows = log.sorted()
    return rows[rows["time"] <= duration]


def outcomes(replications: int, seed: int) -> np.ndarray:
    """Plausible outcome rows whose totals agree among themselves."""
    rng = np.random.Generator(np.random.Philox(key=seed))
    rows = np.zeros(replications, OUTCOME)
    rows["replication"] = np.arange(replications)
    share = {"aircraft": 0.02, "cruise": 0.17, "drone": 0.03, "ballistic": 0.3}
    counts = {"aircraft": 8, "cruise": 8, "drone": 10, "ballistic": 4}
    for name, count in counts.items():
        leaked = rng.binomial(count, share[name], replications)
        rows[f"{name}_threats"], rows[f"{name}_leakers"] = count, leaked
        rows[f"{name}_killed"], rows[f"{name}_engaged"] = count - leaked, count - leaked
        for column in ("threats", "killed", "leakers", "engaged"):
            rows[column] += rows[f"{name}_{column}"]
    rows["detected"] = rows["tracked"] = rows["identified"] = rows["threats"]
    rows["any_leaker"] = rows["leakers"] > 0
    rows["end_hit_asset"] = rng.binomial(rows["leakers"], 0.7)
    rows["end_reached_missed"] = rows["leakers"] - rows["end_hit_asset"]
    rows["end_killed"], rows["asset_hits"] = rows["killed"], rows["end_hit_asset"]
    rows["end_transited"] = rows["civil_transited"] = 1
    rows["rounds_fired"] = rows["killed"] * 2 + rng.integers(0, 12, replications)
    rows["round_kills"] = rows["killed"]
    rows["first_detection_s"] = 5 + rng.exponential(4.0, replications)
    rows["first_launch_s"] = np.where(rng.random(replications) < 0.98, 60 + rng.exponential(10.0, replications), np.inf)
    for name, scale in zip(BOUNDS, (300.0, 120.0, 420.0, 30.0, 8.0), strict=True):
        rows[f"bound_{name}"] = rng.exponential(scale, replications)
    return rows


def _interval(values: np.ndarray) -> dict[str, Any]:
    mean, half = float(np.mean(values)), float(1.96 * np.std(values) / math.sqrt(len(values)))
    return {"mean": mean, "low": mean - half, "high": mean + half, "n": len(values)}


class Column:
    """What the faces use of an Arrow column."""

    def __init__(self, values: np.ndarray) -> None:
        self.values = values

    def to_numpy(self) -> np.ndarray:
        return self.values


class Table:
    """What the faces use of an Arrow table."""

    def __init__(self, rows: np.ndarray) -> None:
        self.rows = rows
        self.column_names = list(rows.dtype.names or ())
        self.num_rows = len(rows)

    def column(self, name: str) -> Column:
        return Column(self.rows[name])


def world() -> SimpleNamespace:
    """Names and rows of the fake raid's world."""
    radars = np.zeros(4, np.dtype([("position", "f8", (3,)), ("on", "i4")]))
    places = ((34.93, 35.905), (34.915, 35.895), (34.925, 35.90), (34.91, 35.91))
    for r, (lat, lon) in enumerate(places):
        radars[r]["position"] = pymap3d.geodetic2ecef(lat, lon, 40.0)
    units = np.zeros(2, np.dtype([("position", "f8", (3,)), ("radar", "i4")]))
    units["position"], units["radar"] = radars["position"][2:], (2, 3)
    assets = np.zeros(2, np.dtype([("position", "f8", (3,)), ("radius", "f8")]))
    assets["position"] = [pymap3d.geodetic2ecef(*NAVAL, 5.0), pymap3d.geodetic2ecef(*TOWN, 20.0)]
    assets["radius"] = 600.0
    return SimpleNamespace(
        names=SimpleNamespace(
            flights=[flight.name for flight in RAID],
            units=["Tartus/1", "Tartus/2"],
            launchers=["Tartus/1/1"],
            posts=["Tartus"],
            radars=["Tartus/64n6e2", "Tartus/76n6", "Tartus/30n6e2/1", "Tartus/30n6e2/2"],
            assets=["Naval facility", "Tartus town"],
        ),
        flight_class=np.array([int(flight.kind) for flight in RAID]),
        flight_side=np.array([int(flight.side) for flight in RAID]),
        rows={"radars": radars, "units": units, "assets": assets},
    )


class FakeRun:
    """Looks like a finished run to the faces."""

    def __init__(self, scenario: Any, replications: int = 300, seed: int = 2016, path: Path | None = None) -> None:
        self.scenario, self.seed, self.path = scenario, seed, path
        self.digest = "3f" * 32
        self.rows = outcomes(replications, seed)
        self.outcomes = Table(self.rows)
        self.world = world()

    def events(self, replication: int) -> np.ndarray:
        return events(self.seed, replication)

    def summary(self) -> dict[str, Any]:
        rows = self.rows
        found: dict[str, Any] = {}
        for name in METRICS:
            if name == "rounds_per_kill":
                found[name] = _interval(rows["rounds_fired"] / np.maximum(rows["killed"], 1))
            elif name.startswith("first_"):
                happened = np.isfinite(rows[name])
                found[name] = {
                    "share": float(happened.mean()),
                    "median": float(np.median(rows[name])),
                    "low": 60.0,
                    "high": 64.0,
                    "n": len(rows),
                }
            else:
                found[name] = _interval(rows[name])
        classes = {
            name: {key: _interval(rows[f"{name}_{key}"]) for key in ("threats", "engaged", "killed", "leakers")}
            for name in CLASSES
            if rows[f"{name}_threats"].any()
        }
        codes = {t.name.lower(): _interval(rows[f"end_{t.name.lower()}"]) for t in Terminal if t}
        return {
            "scenario": self.scenario.name,
            "seed": self.seed,
            "replications": len(rows),
            "digest": self.digest,
            "wall_s": 21.4,
            "outcomes": found,
            "failed_replications": 0,
            "out": str(self.path),
            "classes": classes,
            "terminal": codes,
            "sides": self.sides(),
            "lost": {name.removesuffix("_lost"): _interval(rows[name]) for name in LOST},
            "bounds": {name: _interval(rows[f"bound_{name}"]) for name in BOUNDS},
            "leakers_distribution": {str(k): int((rows["leakers"] == k).sum()) for k in np.unique(rows["leakers"])},
        }

    def sides(self) -> dict[str, Any]:
        rows = self.rows
        ends = {t.name.lower(): _interval(rows[f"civil_{t.name.lower()}"]) for t in Terminal if t}
        return {"civil": {"flights": 1, "engaged": _interval(rows["civil_engaged"]), "terminal": ends}}


def scenario() -> SimpleNamespace:
    """What the faces read of a scenario."""

    def radians(place: tuple[float, float]) -> SimpleNamespace:
        return SimpleNamespace(latitude=math.radians(place[0]), longitude=math.radians(place[1]))

    return SimpleNamespace(
        name="tartus_2016",
        question="How large a raid before something gets through at Tartus?",
        duration=900.0,
        sites=[SimpleNamespace(name="Tartus", at=radians(SITE), system="s300pmu2")],
        assets=[
            SimpleNamespace(name="Naval facility", at=radians(NAVAL), radius=600.0),
            SimpleNamespace(name="Tartus town", at=radians(TOWN), radius=600.0),
        ],
        raids=[SimpleNamespace(threat="f16")],
        flights=[SimpleNamespace(kind="a320")],
        terrain=SimpleNamespace(source="levant", packaged=True),
    )


def settings() -> dict[str, Any]:
    """The raw mapping of the fake scenario."""
    return {
        "format": 1,
        "name": "tartus_2016",
        "question": "How large a raid before something gets through at Tartus?",
        "duration": "900 s",
        "model": {
            "limits": "emergent",
            "diffraction": False,
            "multipath": False,
            "attenuation": True,
            "kill": "encounter",
        },
        "terrain": {"source": "levant"},
        "site": [
            {
                "name": "Tartus",
                "system": "s300pmu2",
                "at": "34.92 N 35.9 E",
                "fire_units": 2,
                "defends": ["Naval facility"],
                "doctrine": {"salvo": 2, "control": "tight"},
            }
        ],
        "asset": [{"name": "Naval facility", "at": "34.905 N 35.872 E", "radius": "600 m"}],
        "raid": [
            {"name": "Strike", "threat": "f16", "count": 8, "target": "Naval facility"},
            {"name": "Scud", "threat": "scud_b", "count": 4, "target": "Naval facility"},
        ],
    }


def fake_coverage() -> list[Any]:
    """Outlines as a coastal range would make them: far over the sea, near toward the mountains."""
    from openiads.faces.pages.brief import HIGH, LOW, Coverage

    azimuths = np.linspace(0.0, 2 * math.pi, 181)[:-1]
    toward = 0.5 + 0.5 * np.cos(azimuths - math.radians(90))
    found = []
    for name, role, mast in (
        ("Tartus/64n6e2", "search", 1.0),
        ("Tartus/76n6", "search", 1.25),
        ("Tartus/30n6e2/1", "engagement", 0.9),
    ):
        for height, sea, land in ((LOW, 52e3, 14e3), (HIGH, 290e3, 120e3)):
            ranges = mast * (sea + (land - sea) * toward**3) * (1 + 0.04 * np.sin(23 * azimuths) * toward)
            lat, lon = math.radians(34.93), math.radians(35.905)
            found.append(Coverage(name, role, lat, lon, height, 1.0, 0.5, azimuths, np.minimum(ranges, 300e3)))
    return found


def fake_twins() -> list[Any]:
    """One twin that is given and one that is not."""
    from openiads.explain.closed_forms import Input, Twin

    inputs = (
        Input("kill share of a round, aircraft", 0.84, "share", "measured in the run"),
        Input("greatest range", 200e3, "m", "catalog (48n6e2.max_range)"),
    )
    return [
        Twin("Leak", "independent shots", "(1 − p)^n", "Shots share a track.", inputs, 0.044, 0.08, 0.06, 0.1, True),
        Twin("Salvos in time", "closing target", "a count", "the fire rule does not fire again after a look"),
    ]


def fake_brief(replication: int = 3) -> Any:
    """A whole brief from the fake run, without study, data or engine."""
    from openiads.explain.reasons import NO_SHOT
    from openiads.explain.sentences import gate_sentence
    from openiads.faces.pages import brief as b

    shares = (
        (Gate.HORIZON, 0.46),
        (Gate.NO_CHANNEL, 0.21),
        (Gate.NOT_ACQUIRED, 0.12),
        (Gate.HELD_FOR_ASSESSMENT, 0.08),
    )
    run = FakeRun(scenario())
    log = run.events(replication)
    truth, rounds = b.truth_lines(log), b.round_lines(log)
    return b.Brief(
        scenario=run.scenario,
        summary=run.summary(),
        leakers={int(k): v for k, v in run.summary()["leakers_distribution"].items()},
        replication=replication,
        lanes=b.lanes(log, run.world.names.flights, run.world.flight_class, run.world.flight_side),
        truth=truth,
        beliefs=b.belief_lines(log),
        rounds=rounds,
        intercepts=b.intercept_points(log, truth),
        launches=[(float(line.latitudes[0]), float(line.longitudes[0])) for line in rounds],
        places=b.places(run.scenario, run.world),
        coverage=fake_coverage(),
        gates=[
            b.GateShare(gate.name, gate_sentence(gate), share, 0.0 if gate in NO_SHOT else share)
            for gate, share in shares
        ],
        first_bound={"channel": 0.62, "operator": 0.3, "none": 0.08},
        parameters=[
            b.Parameter(
                "48n6e2", "max_range", "200", "150 to 200", "km", "brochure_x", "relayed", "against a large aircraft"
            ),
            b.Parameter(
                "30n6e2",
                "track_dwell",
                "0.01",
                "0.005 to 0.02",
                "s",
                "openiads",
                "assumption",
                "no source; <script>alert(1)</script>",
            ),
        ],
        sources=[("brochure_x", "Export brochure, A Publisher, 2005")],
        settings=settings(),
        warnings=[],
        duration=900.0,
        twins=fake_twins(),
    )
