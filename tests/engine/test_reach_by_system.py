"""What each of the further systems must and must not do, by flight and by the limits of its guidance alone."""

from typing import Any

import numpy as np
import pytest

from engine.scenes import CLEAR, FACING, each, events, place, raid, scene, site
from openiads.catalog.load import catalog
from openiads.world.build import World
from openiads.world.codes import Event
from openiads.world.units import LIMITS, NO_LIMITS, flight_limits

pytestmark = [pytest.mark.compiled_only, pytest.mark.slow]  # dozens of worlds


def guarded(system: str, *raids: Any, limits: str = "emergent", **more: Any) -> World:
    """One fire unit as the catalog has it; ``limits`` of flight alone unless said."""
    guard = {key: value for key, value in site(system=system).items() if key not in ("launchers", "rounds")}
    guard.pop("low_altitude")
    return scene(*raids, sites=[guard], duration=1200.0, model=CLEAR | {"limits": limits}, **more)


def launches(world: World) -> list[int]:
    return each(world, 3, lambda result: len(events(result, Event.LAUNCH)))


def passes(away: float, threat: str = "f16", **more: Any) -> dict[str, Any]:
    """A raid that crosses the facing of the site, upon a depot beyond, and comes no nearer than ``away`` km."""
    side = 0.8 * away if away > 50.0 else 40.0  # inside a sector that does not turn, or a way of some minutes
    off, far = np.degrees(np.arctan2(side, away)), float(np.hypot(away, side))
    depot = [{"name": "Depot", "at": place(far, FACING - off), "radius": "500 m"}]
    return {"asset": depot, "raids": [raid("Visitor", threat, origin=place(far, FACING + off), **more)]}


def fires_at(system: str, case: dict[str, Any], **more: Any) -> list[int]:
    return launches(guarded(system, *case["raids"], asset=case["asset"], **more))


@pytest.mark.parametrize(
    ("system", "inside", "outside"),
    [("pantsir_s1", 12.0, 26.0), ("tor_m1", 7.0, 15.6), ("tor_m2", 9.0, 19.5), ("osa_m", 5.0, 13.0)],
)
def test_a_short_range_system_shoots_within_its_few_kilometers_and_not_beyond(
    system: str, inside: float, outside: float
) -> None:
    """Expected: what passes at 0.6 of its range is shot at, what passes at 1.3 times it is not."""
    height = f"{0.4 * rounds_of(system)[0].max_altitude.si:.0f} m"
    assert min(fires_at(system, passes(inside, altitude=height))) >= 1
    assert max(fires_at(system, passes(outside, altitude=height))) == 0


def rounds_of(system: str) -> list[Any]:
    return [catalog()[row.text["interceptor"]] for row in catalog()[system].tables["launchers"]]


def test_tor_has_a_ceiling_of_its_guidance_that_its_flight_does_not_know() -> None:
    """Expected: at 8 km a Tor-M1 is silent and a Tor-M2, whose ceiling is 10 km, is not."""
    high = passes(3.0, altitude="8 km")
    assert max(fires_at("tor_m1", high)) == 0
    assert min(fires_at("tor_m2", high)) >= 1


def test_an_s200_meets_a_high_bomber_far_away_and_nothing_below_300_m() -> None:
    assert min(fires_at("s200ve", passes(120.0, "bomber"))) >= 1
    low = passes(15.0, altitude="150 m")
    assert max(fires_at("s200ve", low)) == 0


def test_longer_rounds_reach_farther() -> None:
    """Expected: at 215 km the 48N6E3 is fired and the 48N6E2 is not; at 310 km only the 40N6."""
    far = passes(222.0, "bomber")
    assert max(fires_at("s300pmu2", far)) == 0
    assert min(fires_at("s400", far)) >= 1
    farther = passes(310.0, "bomber")
    assert max(fires_at("s400", farther)) == 0
    assert min(fires_at("s400_home", farther)) >= 1


@pytest.mark.parametrize(("system", "other", "away"), [("iris_t_slm", "nasams", 32.0), ("buk_m2", "iris_t_slm", 46.0)])
def test_medium_range_systems_stand_in_the_order_of_their_ranges(system: str, other: str, away: float) -> None:
    case = passes(0.9 * away, altitude="9 km")
    assert min(fires_at(system, case)) >= 1
    assert max(fires_at(other, passes(1.05 * away, altitude="9 km"))) == 0


def test_thaad_meets_falling_missiles_only_high_up() -> None:
    world = guarded("thaad", raid("Scud", "scud_c", 480.0))
    met = each(world, 4, lambda result: events(result, Event.LAUNCH))
    assert all(len(rows) for rows in met)
    assert max(launches(guarded("thaad", raid("Low", "tochka_u", 100.0)))) == 0  # it stays below 40 km
    assert max(launches(guarded("thaad", raid("Visitor", "f16", 100.0)))) == 0


def test_iron_dome_lets_fast_missiles_pass_and_stops_what_is_slow() -> None:
    assert max(launches(guarded("iron_dome", raid("Scud", "scud_b", 250.0)))) == 0
    assert min(launches(guarded("iron_dome", raid("Drone", "shahed136", 40.0)))) >= 1


@pytest.mark.parametrize("system", ["pantsir_s1", "s200ve", "thaad", "s300pmu2"])
def test_limits_of_guidance_stay_where_flight_alone_counts(system: str) -> None:
    """Expected: the fields that the entry names, and no others; of a round that names none, none."""
    visit = raid("Visitor", "f16", 150.0)
    free, told = guarded(system, visit), guarded(system, visit, limits="published")
    for magazine, as_told in zip(free.rows["magazines"], told.rows["magazines"], strict=True):
        if magazine["burst"] > 0:  # the limits of a gun hold in any case (test_guns)
            continue
        entry = catalog()[free.names.interceptors[int(magazine["interceptor"])]]
        held = entry.lists.get("guidance_limits", ())
        assert bool(held) == (system != "s300pmu2")
        for fields, limits in zip(LIMITS, magazine["limits"], strict=True):
            expected = [entry.si(f) if f in held else none for f, none in zip(fields, NO_LIMITS, strict=True)]
            assert limits.tolist() == expected
        assert magazine["speed_limit"] == (entry.target_speed_limit.si if "target_speed_limit" in held else np.inf)
        limits, fastest = flight_limits(entry, as_told)
        assert (limits == magazine["limits"]).all() and fastest == magazine["speed_limit"]
