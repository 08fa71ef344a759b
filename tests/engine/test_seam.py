"""The seam: who leaves a track to point defense can take it back, and does; sweeps over what the point defense does.

Expectations were written before the first run.  All of it is on the same dice with and without the policy, so that a
difference is the policy's.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from engine.scenes import CLEAR, FACING, each, events, gates, one, place, raid, scene, site
from engine.test_guns import exact
from openiads.engine.runner import Runner
from openiads.engine.seam import part_of
from openiads.world.build import World
from openiads.world.codes import Event, Gate, TakenBack

pytestmark = pytest.mark.compiled_only

#: A Tor whose radars have a band of their own, in which they can be jammed alone; and one whose radar sees hardly a
#: thing: what a point defense is when noise, smoke or a fault blinds it and nobody says so.
OWN = {
    "radars": {
        "c_search": {"based_on": "tor_m2_search", "band": "C"},
        "c_track": {"based_on": "tor_m2_track", "band": "C"},
        "deaf_search": {
            "based_on": "tor_m2_search",
            "instrumented_range": exact("instrumented_range", 2) | {"unit": "km"},
        },
        "deaf_track": {
            "based_on": "tor_m2_track",
            "instrumented_range": exact("instrumented_range", 2) | {"unit": "km"},
        },
    },
    "systems": {
        "tor": {"based_on": "tor_m2", "surveillance": ["c_search"], "engagement_radar": "c_track"},
        "deaf": {"based_on": "tor_m2", "surveillance": ["deaf_search"], "engagement_radar": "deaf_track"},
    },
    "jammers": {
        "noise": {
            "title": "of a test",
            "bands": ["C"],
            "faces": "around",
            "erp": exact("erp", 1000) | {"unit": "MW"},
            "bandwidth": exact("bandwidth", 10) | {"unit": "MHz"},
        }
    },
}
RADARS = ("c_search", "c_track/1")
#: What becomes of the point defense -> its site's fields.
FATES: dict[str, dict[str, Any]] = {
    "works": {},
    "jammed": {},
    "deaf": {"system": "deaf"},
    "dead": {"failures": [{"element": name, "at": "1 s"} for name in RADARS]},
    "dies": {"failures": [{"element": name, "at": "200 s"} for name in RADARS]},
    "empty": {"launchers": 1, "rounds": 1},
    "off": {"radars_off": list(RADARS)},
}
#: Kind -> how far out it starts (km), and how it flies.
KINDS = {
    "tomahawk": (80.0, {"agl": "50 m"}),
    "storm_shadow": (80.0, {"agl": "50 m"}),
    "shahed136": (39.0, {"altitude": "500 m"}),
    "f16": (90.0, {"altitude": "3 km", "speed": "240 m/s"}),
}


def seam(
    kind: str = "f16", count: int = 4, spacing: float = 10.0, fate: str = "works", hub: bool = True, **more: Any
) -> World:
    """A long-range site of one fire unit and a Tor beside the depot; ``hub``: one command over both."""
    far, way = KINDS[kind]
    policy = {"leaves": ["Tor"]} if more.pop("leaves", True) else {}
    doctrine = {"salvo": 2, "goal": more.pop("goal", 0.9)} | policy
    lead = site("Lead", launchers=8, rounds=4, at=place(3.0, FACING + 90.0), doctrine=doctrine)
    tor = site("Tor", system="tor", launchers=1, at=place(0.5, FACING), doctrine={"salvo": 1})
    for name in ("rounds", "low_altitude"):
        tor.pop(name)
    command = {"name": "Hub", "post": "54k6e2", "at": place(3.1, FACING + 90.0), "commands": ["Lead", "Tor"]}
    noise = {"name": "Noise", "kind": "f15e", "side": "hostile", "jammer": "noise", "altitude": "9 km"}
    noise["route"] = [place(60.0, FACING), place(120.0, FACING)]
    return scene(
        raid("Wave", kind, far, count=count, spacing=f"{spacing} s", **way),
        model=CLEAR,
        sites=[lead, tor | FATES[fate]],
        flights=[noise] if fate == "jammed" else [],
        catalog=OWN,
        command=[command] if hub else [],
        **more,
    )


def told(world: World, count: int) -> np.ndarray:
    """Leakers, rounds of the long-range site, rounds of the point defense: a row for each replication."""
    lead = world.names.units.index("Lead/1")

    def measure(result: Any) -> tuple[int, int, int]:
        fired = events(result, Event.LAUNCH)["unit"] == lead
        return int(result.outcome["leakers"][0]), int(fired.sum()), int((~fired).sum())

    return np.array(each(world, count, measure), float)


def not_more(less: np.ndarray, more: np.ndarray) -> bool:
    """Whether one column is not above another, pair by pair, beyond three standard errors of the difference."""
    off = more - less
    return bool(off.mean() <= 3.0 * off.std() / math.sqrt(len(off)) + 1e-9)


@pytest.mark.slow
@pytest.mark.parametrize("fate", FATES)
@pytest.mark.parametrize("hub", [True, False], ids=["linked", "apart"])
@pytest.mark.parametrize("kind", KINDS)
def test_who_leaves_tracks_never_lets_more_through(kind: str, hub: bool, fate: str) -> None:
    """Expected: whatever becomes of the point defense, known or not, no more leak than if all were shot at; for one
    threat to twelve, half a second to twenty apart, all together and each within chance."""
    off = []
    for count, spacing in ((1, 1.0), (3, 20.0), (6, 5.0), (12, 0.5), (12, 2.0), (12, 10.0)):
        plain = told(seam(kind, count, spacing, fate, hub, leaves=False), 24)
        left = told(seam(kind, count, spacing, fate, hub), 24)
        assert not_more(plain[:, 0], left[:, 0]), (count, spacing, plain[:, 0].mean(), left[:, 0].mean())
        off.append(left[:, 0] - plain[:, 0])
    total = np.concatenate(off)
    assert total.mean() <= 3.0 * total.std() / math.sqrt(len(total)) + 1e-9, total.mean()


def test_four_cruise_missiles_that_a_jammed_point_defense_cannot_see_are_shot_at() -> None:
    """Expected: where noise hides four cruise missiles from the point defense, none comes through, as without the
    policy; they once were left to it."""
    for fate in ("jammed", "deaf"):
        for hub in (True, False):
            assert told(seam("tomahawk", 4, 1.0, fate, hub), 24)[:, 0].mean() <= 0.05


def test_a_point_defense_that_works_saves_rounds() -> None:
    """Expected: at threats that the long-range site could still take back the point defense fires, and rounds of the
    long-range site are saved; no more leak."""
    plain, left = (told(seam("f16", 12, 5.0, leaves=which), 40) for which in (False, True))
    assert plain[:, 1].mean() - left[:, 1].mean() > 1.5
    assert left[:, 2].mean() > plain[:, 2].mean() + 1.0
    assert not_more(plain[:, 0], left[:, 0])


def test_a_track_that_is_not_taken_in_time_is_taken_back_for_good() -> None:
    """Expected: what a deaf point defense does not take is taken back while the long-range unit can shoot, shot at
    then, and never left again; nothing else is left to it while that track flies."""
    world = seam("f16", 6, 8.0, "deaf")
    lead = world.names.units.index("Lead/1")
    backs = 0
    for result in each(world, 12, lambda r: r, record=True):
        rows = events(result, Event.LEAVE)
        for back in rows[rows["code"] > 0]:
            backs += 1
            assert back["code"] in (TakenBack.IDLE, TakenBack.NO_LONGER)
            again = rows[(rows["track"] == back["track"]) & (rows["time"] > back["time"])]
            assert not len(again)
            shots = events(result, Event.LAUNCH, unit=lead, flight=int(back["flight"]))
            assert (shots["time"] > back["time"]).any()
        assert result.outcome["leakers"][0] == 0
    assert backs > 6


def test_what_a_point_defense_has_missed_is_shot_at_by_those_who_left_it() -> None:
    """Expected: after a salvo that missed, the long-range unit takes the track back and shoots, if it still can."""
    world = seam("f16", 8, 10.0)
    lead = world.names.units.index("Lead/1")
    missed = joined = 0
    for result in each(world, 60, lambda r: r, record=True):
        for back in events(result, Event.LEAVE, code=int(TakenBack.MISSED)):
            missed += 1
            shots = events(result, Event.LAUNCH, unit=lead, flight=int(back["flight"]))
            joined += bool((shots["time"] > back["time"]).any())
    assert missed > 5 and joined > 0


def test_nothing_is_known_of_a_point_defense_without_a_link() -> None:
    """Expected: what a long-range unit does until a track is taken back does not depend on whether the radars of a
    point defense that it hears nothing from still work, have died, or see nothing."""
    first = {}
    for fate in ("works", "dead", "dies", "deaf"):
        rows = [events(one(seam("f16", 1, 10.0, fate, False), k, record=True), Event.LEAVE) for k in range(8)]
        first[fate] = [(float(r["time"][0]), r["value"][0].tolist()) if len(r) else None for r in rows]
    assert any(first["works"])
    assert first["works"] == first["dead"] == first["dies"] == first["deaf"]


def test_posts_that_do_not_hear_of_one_another_share_a_point_defense() -> None:
    """Expected: by plan, so that together they never count on more than there is; one post alone counts on all."""
    far = site("Far", launchers=8, rounds=4, at=place(6.0, FACING + 90.0), doctrine={"salvo": 2, "leaves": ["Tor"]})
    lead = site("Lead", launchers=8, rounds=4, at=place(3.0, FACING + 90.0), doctrine={"salvo": 2, "leaves": ["Tor"]})
    tor = {"name": "Tor", "system": "tor", "at": place(0.5, FACING), "facing": f"{FACING} deg", "defends": ["Depot"]}
    tor["doctrine"] = {"control": "free"}
    sim = Runner(scene(raid("Wave", "f16"), sites=[lead, far, tor], catalog=OWN, model=CLEAR), 1).sim
    p = 2
    posts = {int(sim.units[u]["post"]) for u in (0, 1)}
    assert len(posts) == 2
    for whole in range(9):
        parts = [part_of(sim, post, p, whole) for post in posts]
        assert sum(parts) == whole and max(parts) - min(parts) <= 1
    alone = Runner(seam(hub=False), 1).sim
    assert part_of(alone, int(alone.units[0]["post"]), 1, 4) == 4


def test_the_goal_moves_rounds_and_not_leakers_over_its_whole_range() -> None:
    """Expected: a greater goal leaves less, never more; none of it costs a leaker, at any goal: no cliff."""
    fired, leaked = [], []
    for goal in (0.5, 0.7, 0.8, 0.85, 0.9, 0.93, 0.96, 0.98, 0.99):
        rows = told(seam("f16", 8, 10.0, goal=goal), 30)
        leaked.append(rows[:, 0].mean())
        fired.append(rows[:, 1].mean())
    assert max(leaked) <= 0.05
    assert all(later >= sooner - 0.6 for sooner, later in zip(fired, fired[1:], strict=False)), fired
    assert fired[-1] > fired[0] + 1.0


def test_the_gate_is_named_only_while_a_track_is_left() -> None:
    """Expected: the long-range unit says so of flights that are left; never without the policy."""
    world = seam("f16", 4, 10.0)
    lead = world.names.units.index("Lead/1")
    said = [int(Gate.POINT_DEFENSE) in gates(r, f, lead) for r in each(world, 20, lambda r: r) for f in range(4)]
    assert np.mean(said) > 0.3
    plain = seam("f16", 4, 10.0, leaves=False)
    assert not any(int(Gate.POINT_DEFENSE) in gates(r, f, lead) for r in each(plain, 10, lambda r: r) for f in range(4))
