"""S-300PMU-2 against Patriot PAC-3, like for like: what of a difference comes from claims, from rounds, from structure?

No single scenario can compare two systems fairly, so this is a table.  Its rows make the two sides equal in one respect
each (fire units, launchers, ready rounds) or take both as they usually come; each row meets the same raid in one sector
and on two axes, in three arms:

- ``as_claimed``: each side with the catalog's values, which lean on what its makers and users say;
- ``matched``: the same kill probability per class of target, reliability, crew delays, posts and assessment on both
  sides;
- ``structure``: as matched, and one and the same round on both sides.  What is left is structure: radars and sectors,
  channels and how long a round holds one, launchers, magazines, who commands.

Everything is an ordinary scenario with own catalog entries: ``scenario(side, size, axes, arm).toml()`` is a file to
run.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from openiads.base.jsonable import JsonObject
from openiads.catalog.load import catalog
from openiads.runs.replicate import run
from openiads.scenario.load import Scenario, validate

SIDES = {"s300pmu2": "S-300PMU-2", "patriot_pac3": "Patriot PAC-3"}
AXES = {"one": "one sector", "two": "two axes, all laid on the first", "laid": "two axes, half laid on each"}
ARMS = {"as_claimed": "as claimed", "matched": "matched evidence", "structure": "structure only"}
CLASSES = ("aircraft", "cruise", "drone", "ballistic")


@dataclass(frozen=True, slots=True)
class Size:
    """How much of each side stands there: (fire units, launchers of each, most rounds in a launcher) by side."""

    title: str
    s300pmu2: tuple[int, int, int]
    patriot_pac3: tuple[int, int, int]


#: A Patriot battery of six has three launchers of 16 small rounds and three of 4 large ones (catalog).
SIZES = {
    "fire_units": Size("equal fire units: 2 and 2, each as usual", (2, 8, 4), (2, 6, 16)),
    "launchers": Size("equal launchers: 2 x 6 and 2 x 6", (2, 6, 4), (2, 6, 16)),
    "rounds": Size("equal ready rounds: 96 and 96", (2, 12, 4), (2, 6, 12)),
    "typical": Size("typical regiment (3 x 8) and battalion (4 x 6)", (3, 8, 4), (4, 6, 16)),
}

#: The matched arm's prior: one kill probability per class of target, for every round of both sides.  Round numbers
#: inside the catalog's intervals of both sides; an assumption, like everything that no source gives for both.
PRIOR = {"pk_aircraft": 0.8, "pk_cruise": 0.7, "pk_drone": 0.7, "pk_ballistic": 0.5, "pk_airliner": 0.8}
ROUND = {"reliability": 0.95, "common_mode": 0.97}
CREW = {
    "crew_delay": (2.0, "s"),
    "crew_delay_spread": (0.4, ""),
    "launch_spacing": (2.0, "s"),
    "assessment_delay": (4.0, "s"),
    "assessment_false_kill": (0.05, ""),
    "assessment_false_miss": (0.1, ""),
    "autonomous_cycle": (4.0, "s"),
    "autonomous_service": (4.0, "s"),
}
POST = {
    "decision_cycle": (2.0, "s"),
    "service_time": (2.0, "s"),
    "link_delay_radar": (0.5, "s"),
    "link_delay_unit": (0.5, "s"),
    "link_loss": (0.01, ""),
    "track_capacity": (100.0, ""),
    "interrogation_interval": (2.0, "s"),
}
LAUNCHER = {"launch_interval": (3.0, "s"), "readiness": (0.97, "")}
#: Whose flight the one round of the structure arm has.
COMMON_ROUND = "48n6e2"

HOME, ASIDE = "34.92 N 35.90 E", "34.90 N 35.91 E"
#: Where each part of the raid begins: west (in the sector), and south-south-east (105 degrees off it).
WEST = {
    "f16": "34.92 N 34.30 E",
    "tomahawk": "34.92 N 34.60 E",
    "shahed136": "34.92 N 35.62 E",
    "scud_b": "34.92 N 33.60 E",
}
SOUTH = {
    "f16": "33.65 N 36.31 E",
    "tomahawk": "33.88 N 36.24 E",
    "shahed136": "34.70 N 35.97 E",
    "scud_b": "33.10 N 36.48 E",
}
#: threat -> (number, what its raid holds beside name, threat, count, target and origin)
RAID: dict[str, tuple[int, dict[str, str]]] = {
    "f16": (
        8,
        {
            "altitude": "7 km",
            "speed": "250 m/s",
            "time_on_target": "620 s",
            "spacing": "5 s",
            "lateral_spacing": "2 km",
            "jitter": "3 s",
        },
    ),
    "tomahawk": (
        8,
        {"agl": "50 m", "time_on_target": "600 s", "spacing": "5 s", "lateral_spacing": "1 km", "jitter": "2 s"},
    ),
    "shahed136": (
        4,
        {"altitude": "1 km", "time_on_target": "610 s", "spacing": "6 s", "lateral_spacing": "400 m", "jitter": "5 s"},
    ),
    "scud_b": (4, {"time_on_target": "590 s", "spacing": "12 s"}),
}


def scenario(side: str, size: str, axes: str, arm: str) -> Scenario:
    """The scenario of one cell: a side of SIDES, a size of SIZES, a key of AXES, an arm of ARMS."""
    units, launchers, rounds = getattr(SIZES[size], side)
    entries, system = _entries(side, arm)
    site: JsonObject = {
        "name": "Guard",
        "system": system,
        "at": HOME,
        "facing": "270 deg",
        "fire_units": units,
        "launchers": launchers,
        "rounds": rounds,
        "defends": ["Base"],
        "doctrine": {"fire": "shoot_look_shoot", "salvo": 2, "control": "tight", "goal": 0.9},
    }
    sites, command = [site], {}
    if axes == "laid":
        half = units // 2
        south = {**site, "name": "Guard south", "at": ASIDE, "facing": "165 deg", "fire_units": half}
        sites = [{**site, "name": "Guard west", "fire_units": units - half}, south]
        post = own_name(arm, catalog()[side].post)
        over = {"name": "Guard", "post": post, "at": HOME, "commands": ["Guard west", "Guard south"]}
        command = {"command": [over]}
    return validate(
        {
            "format": 1,
            "name": f"like_for_like_{side}_{size}_{axes}_{arm}",
            "duration": "720 s",
            "question": "How much of one raid gets past each side, made equal in one respect?",
            "terrain": {"source": "flat"},
            "asset": [{"name": "Base", "at": HOME, "radius": "600 m"}],
            "site": sites,
            **command,
            "raid": list(_raids(axes)),
            **({"catalog": entries} if entries else {}),
        }
    )


def _raids(axes: str) -> Iterable[JsonObject]:
    """The raid: all of it from the west, or half of each class from the south."""
    for threat, (count, more) in RAID.items():
        for name, origins, n in (("west", WEST, count if axes == "one" else count // 2), ("south", SOUTH, count // 2)):
            if name == "west" or axes != "one":
                yield {
                    "name": f"{threat} {name}",
                    "threat": threat,
                    "count": n,
                    "target": "Base",
                    "origin": origins[threat],
                    **more,
                }


def _given(value: float, unit: str = "") -> JsonObject:
    """A catalog value of the comparison's own."""
    measured = {"value": value, **({"unit": unit} if unit else {})}
    return {**measured, "status": "assumption", "exact": True, "note": "set equal on both sides"}


def own_name(arm: str, name: str) -> str:
    """Name of an arm's own version of a catalog entry; as claimed it is the entry itself."""
    return name if arm == "as_claimed" else f"{arm}_{name}"


def _entries(side: str, arm: str) -> tuple[dict[str, JsonObject], str]:
    """Own catalog entries of a side in an arm, and the name of its system.

    A radar that is laid anew rather than trained takes longer for it than the raid lasts: here it stays as it is laid.
    """
    known = catalog()
    system = known[side]
    radar = known[system.engagement_radar]
    fixed = {"radars": {f"laid_{radar.name}": {"based_on": radar.name, "relay_time": _given(0.0, "s")}}}
    stays = {"engagement_radar": f"laid_{radar.name}"} if radar.has("relay_time") else {}
    if arm == "as_claimed":
        own_system = {f"laid_{side}": {"based_on": side, **stays}}
        return ({**fixed, "systems": own_system}, f"laid_{side}") if stays else ({}, side)

    def own(name: str) -> str:
        return own_name(arm, name)

    def own_round(name: str) -> str:
        return own(f"{side}_round" if arm == "structure" else name)

    rounds = dict.fromkeys(row.interceptor for row in system.launchers)
    interceptors = {
        own_round(name): {
            "based_on": COMMON_ROUND if arm == "structure" else name,
            "channel_phase": known[next(iter(rounds))].text["channel_phase"]
            if arm == "structure"
            else known[name].text["channel_phase"],
            **{key: _given(value) for key, value in (PRIOR | ROUND).items()},
        }
        for name in rounds
    }
    launchers = {
        own(row.launcher): {
            "based_on": row.launcher,
            "carries": sorted({own_round(r.interceptor) for r in system.launchers if r.launcher == row.launcher}),
            **{key: _given(*value) for key, value in LAUNCHER.items()},
        }
        for row in system.launchers
    }
    posts = dict.fromkeys((system.post, system.get("fire_unit_post", system.post)))
    equal_posts = {
        own(name): {"based_on": name, **{key: _given(*value) for key, value in POST.items()}} for name in posts
    }
    table: JsonObject = {
        "based_on": side,
        **stays,
        "post": own(system.post),
        "launchers": [
            {**row_raw, "launcher": own(row.launcher), "interceptor": own_round(row.interceptor)}
            for row_raw, row in zip(known.raw["systems"][side]["launchers"], system.launchers, strict=True)
        ],
        **{key: _given(*value) for key, value in CREW.items()},
    }
    if system.get("fire_unit_post"):
        table["fire_unit_post"] = own(system.fire_unit_post)
    entries = {
        **(fixed if stays else {}),
        "interceptors": interceptors,
        "launchers": launchers,
        "posts": equal_posts,
        "systems": {own(side): table},
    }
    return entries, own(side)


@dataclass(frozen=True, slots=True)
class Cell:
    """One side in one row and arm: share of leakers per class and of all, as (mean, low, high), and rounds fired."""

    side: str
    size: str
    axes: str
    arm: str
    replications: int
    failed: int
    shares: dict[str, tuple[float, float, float]]
    rounds: tuple[float, float, float]


def cells(
    replications: int,
    seed: int = 1,
    *,
    sizes: Iterable[str] = tuple(SIZES),
    axes: Iterable[str] = tuple(AXES),
    arms: Iterable[str] = tuple(ARMS),
    jobs: int | None = None,
    progress: Callable[[Cell], None] | None = None,
) -> list[Cell]:
    """Run every cell asked for, row by row; both sides of a row meet the same raid with the same seed."""
    found = []
    for size in sizes:
        for how in axes:
            for arm in arms:
                for side in SIDES:
                    found.append(_cell(side, size, how, arm, replications, seed, jobs))
                    if progress is not None:
                        progress(found[-1])
    return found


def _cell(side: str, size: str, axes: str, arm: str, replications: int, seed: int, jobs: int | None) -> Cell:
    made = run(scenario(side, size, axes, arm), replications=replications, seed=seed, jobs=jobs)
    summary = made.summary()
    outcomes, classes = summary["outcomes"], summary["classes"]
    threats = outcomes["threats"]["mean"]

    def interval(figure: JsonObject, by: float = 1.0) -> tuple[float, float, float]:
        return figure["mean"] / by, figure["low"] / by, figure["high"] / by

    shares = {name: interval(classes[name]["leak_rate"]) for name in CLASSES}
    shares["all"] = interval(outcomes["leakers"], threats)
    failed = summary["failed_replications"]
    return Cell(side, size, axes, arm, replications, failed, shares, interval(outcomes["rounds_fired"]))
