"""Ships: a ship at rest is a site, one under way carries everything with it, and the sea makes lobes.

The two-ray figures that logs are compared with are worked out here: the reflected ray by its shortest way over the
sphere, found numerically, not by the formula that the engine uses.
"""

from __future__ import annotations

import math

import numpy as np
import pytest

from engine.ledger import rows
from engine.scenes import CLEAR, HOME, TEXTBOOK, events, one, place, raid, scene, site, time_of
from openiads.earth.geodesy import inverse, to_geodetic
from openiads.world.codes import Event, Terminal

EARTH = 4.0 / 3.0 * 6371000.0  # m, effective radius
ASSUMED = {"status": "assumption", "exact": True, "note": "for a test"}


def value(number, unit=None):
    """A catalog value of one's own."""
    return {"value": number} | ({} if unit is None else {"unit": unit}) | ASSUMED


def ship(**more):
    """A cruiser with one fire unit, weapons free."""
    plain = {
        "name": "Ship",
        "system": "s300fm",
        "at": place(0.0),
        "facing": "270 deg",
        "fire_units": 1,
        "defends": ["Depot"],
        "doctrine": {"control": "free", "salvo": 2},
    }
    return plain | more


FOUR = raid("Four", distance=110.0, count=4, spacing="10 s")


def mixed(result):
    """Everything that is logged, as bytes."""
    return result.events.tobytes()


# ------------------------------------------------------------------ at rest and under way


def test_a_ship_at_rest_equals_a_site_on_flat_sea():
    """The same system, once afloat and once not; lobes are switched on for the one on the ground."""
    ashore = {"systems": {"ashore": {"based_on": "s300fm", "afloat": False}}}
    afloat = scene(FOUR, sites=[ship()], model=CLEAR)
    ground = scene(FOUR, sites=[ship(system="ashore")], model=CLEAR | {"multipath": True}, catalog=ashore)
    for k in range(5):
        assert mixed(one(afloat, k, record=True)) == mixed(one(ground, k, record=True))
    assert len(events(one(afloat), Event.DETECT)) >= 8


def test_a_speed_of_zero_is_a_ship_at_rest():
    rest, zero = scene(FOUR, sites=[ship()]), scene(FOUR, sites=[ship(course="45 deg", speed="0 m/s")])
    assert len(zero.rows["platforms"]) == 0
    assert mixed(one(rest, 3)) == mixed(one(zero, 3))


def test_a_ship_under_way_takes_radars_launchers_units_and_its_asset_along():
    asset = [{"name": "Depot", "at": place(0.0), "radius": "50 m", "ship": "Ship"}]
    world = scene(FOUR, sites=[ship(course="90 deg", speed="15 m/s")], asset=asset, duration=500.0)
    from openiads.engine.runner import Runner

    runner = Runner(world, 1)
    runner.replicate(0)
    ended = float(runner.sim.situation[0]["now"])
    for noun in ("radars", "units", "launchers", "assets"):
        for row in getattr(runner.sim, noun):
            lat, lon, _ = to_geodetic(*(float(c) for c in row["position"]))
            moved, course = inverse(*HOME, lat, lon)
            assert moved == pytest.approx(15.0 * ended, abs=20.0)
            assert math.degrees(course) == pytest.approx(90.0, abs=0.5)


def test_a_raid_aimed_at_a_moving_ship_hits_it_and_one_aimed_at_its_old_place_does_not():
    asset = [{"name": "Depot", "at": place(0.0), "radius": "50 m", "ship": "Ship"}]
    held = ship(course="0 deg", speed="15 m/s", doctrine={"control": "hold"})
    old = raid("Old", distance=60.0)
    del old["target"]
    world = scene(raid("Aimed", distance=60.0), old | {"aim": place(0.0)}, sites=[held], asset=asset)
    for k in range(5):
        ends = {world.names.flights[int(e["flight"])]: int(e["code"]) for e in rows(one(world, k), Event.TERMINAL)}
        assert ends == {"Aimed[1]": Terminal.HIT_ASSET, "Old[1]": Terminal.IMPACT_UNDEFENDED}


# ------------------------------------------------------------------ the horizon


@pytest.mark.parametrize("course", [270.0, 90.0, 0.0])
def test_a_moving_ships_radar_sees_a_sea_skimmer_at_the_horizon_that_its_mast_allows(course):
    skimmer = raid("Skimmer", "tomahawk", 60.0, altitude="10 m", speed="250 m/s")
    model = TEXTBOOK | {"detection_range": "150 km"}
    world = scene(
        skimmer, sites=[ship(course=f"{course} deg", speed="15 m/s", doctrine={"control": "hold"})], model=model
    )
    world.rows["radars"]["frame"] = 1.0
    looks = rows(one(world, record=True), Event.LOOK)
    for r in (0, 1):
        mine = looks[looks["radar"] == r]
        hidden, seen = mine["value"][mine["code"] == -1, 0], mine["value"][mine["code"] >= 0, 0]
        mast = float(world.rows["radars"]["height"][r])
        horizon = math.sqrt(2.0 * EARTH * mast) + math.sqrt(2.0 * EARTH * 10.0)
        assert hidden.min() == pytest.approx(seen.max(), abs=300.0)  # one look to the next
        assert seen.max() <= horizon * 1.002 and hidden.min() >= horizon * 0.998


def test_a_higher_mast_sees_a_sea_skimmer_earlier():
    def first_seen(height):
        own = {
            "radars": {"mast": {"based_on": "mr710", "antenna_height": value(height, "m")}},
            "systems": {"tall": {"based_on": "s300fm", "surveillance": ["mast"]}},
        }
        skimmer = raid("Skimmer", "tomahawk", 60.0, altitude="10 m", speed="250 m/s")
        world = scene(skimmer, sites=[ship(system="tall")], catalog=own)
        return float(events(one(world), Event.DETECT, radar=0)["value"][0, 0])

    assert first_seen(15.0) + 5000.0 < first_seen(33.0)


# ------------------------------------------------------------------ lobes and nulls


def sea_world(height, target_height, wavelength, start, finish, **radar):
    """A ship's radar without clutter and a target of constant cross-section that comes in low over the sea."""
    frequency = 299_792_458.0 / wavelength / 1e9
    own = {
        "radars": {
            "sea": {
                "based_on": "mr710",
                "frequency": value(frequency, "GHz"),
                "antenna_height": value(height, "m"),
                "minimum_range": value(1, "km"),
                "sea_multipath": True,
            }
            | radar
        },
        "systems": {"lobed": {"based_on": "s300fm", "surveillance": ["sea"]}},
        "threats": {"steady": {"based_on": "tomahawk", "swerling": value(0), "terrain_following": False}},
    }
    target = raid("Target", "steady", start, altitude=f"{target_height} m", speed="100 m/s")
    held = ship(system="lobed", doctrine={"control": "hold"}, radars_off=["3r48"])
    world = scene(target, sites=[held], model=CLEAR, catalog=own, duration=1000.0 * (start - finish) / 100.0)
    world.rows["radars"]["frame"] = 0.5
    world.rows["radars"]["clutter_section"] = 0.0
    return world


def signal(world):
    """(distance m, SNR dB) of every look above the horizon."""
    looks = rows(one(world, record=True), Event.LOOK)
    looks = looks[(looks["code"] >= 0) & (looks["value"][:, 4] > -900.0)]
    return looks["value"][:, 0], looks["value"][:, 4]


def difference(radar_up, target_up, distance):
    """Path difference (m) of the ray by the sea and the direct one over a sphere: its way is shortest (Fermat)."""
    angle = distance / EARTH

    def leg(up, turn):
        near = EARTH + up
        return np.sqrt(EARTH * EARTH + near * near - 2.0 * EARTH * near * np.cos(turn))

    direct = math.sqrt(
        (EARTH + radar_up) ** 2
        + (EARTH + target_up) ** 2
        - 2.0 * (EARTH + radar_up) * (EARTH + target_up) * math.cos(angle)
    )
    low, high = 0.0, angle
    for _ in range(80):  # golden section without the gold: thirds
        a, b = low + (high - low) / 3.0, high - (high - low) / 3.0
        ways = leg(radar_up, np.array([a, b])) + leg(target_up, angle - np.array([a, b]))
        low, high = (low, b) if ways[0] < ways[1] else (a, high)
    turn = 0.5 * (low + high)
    return float(leg(radar_up, turn) + leg(target_up, angle - turn)) - direct


def distances_where(waves, radar_up, target_up, wavelength, low, high):
    """Where the path difference is each of some numbers of wavelengths, m."""
    grid = np.linspace(low, high, 4000)
    shift = np.array([difference(radar_up, target_up, float(d)) for d in grid]) / wavelength
    return [float(np.interp(-n, -shift, grid)) for n in waves if shift.min() < n < shift.max()]


@pytest.fixture(scope="module")
def lobed():
    """Looks of a 20 m mast at a target 10 m over the sea, at 3 cm: several lobes inside the horizon."""
    return signal(sea_world(20.0, 10.0, 0.0375, 24.0, 4.0))


def test_nulls_stand_where_the_reflected_ray_is_whole_waves_longer(lobed):
    distance, snr = lobed
    steady = snr + 40.0 * np.log10(distance)
    nulls = distances_where([1, 2, 3], 20.0, 10.0, 0.0375, 4000.0, 24000.0)
    assert len(nulls) >= 2
    for at in nulls:
        around = np.abs(distance - at) < 0.2 * at
        found = distance[around][np.argmin(steady[around])]
        assert found == pytest.approx(at, rel=0.03)
        assert steady[around].max() - steady[around].min() > 15.0  # dB


def test_lobes_stand_where_it_is_odd_half_waves_longer(lobed):
    distance, snr = lobed
    steady = snr + 40.0 * np.log10(distance)
    lobes = distances_where([0.5, 1.5, 2.5], 20.0, 10.0, 0.0375, 4000.0, 24000.0)
    assert len(lobes) >= 2
    for at in lobes:
        around = np.abs(distance - at) < 0.25 * at
        assert steady[np.argmin(np.abs(distance - at))] > steady[around].max() - 1.5  # a lobe's top is broad


def test_the_first_lobe_brings_up_to_twelve_decibels_over_free_space():
    on, off = (signal(sea_world(20.0, 10.0, 0.0375, 24.0, 12.0, sea_multipath=flag)) for flag in (True, False))
    gain = on[1] - np.interp(on[0], off[0][::-1], off[1][::-1])
    assert 9.0 < gain.max() < 12.1  # 16 times in power where both rays add up; the sphere spreads the second


def test_below_the_first_lobe_the_signal_falls_with_the_eighth_power_of_distance():
    """Low over the sea and at a long wave the lobe lies close in, and the earth's bulge does not count yet."""
    distance, snr = signal(sea_world(10.0, 3.0, 0.3, 5.0, 1.9))
    fit = (distance > 2200.0) & (distance < 4200.0)
    slope = np.polyfit(np.log10(distance[fit]), snr[fit], 1)[0] / 10.0
    assert slope == pytest.approx(-8.0, abs=0.4)
    free = signal(sea_world(10.0, 3.0, 0.3, 5.0, 1.9, sea_multipath=False))
    plain = np.polyfit(np.log10(free[0]), free[1], 1)[0] / 10.0
    assert plain == pytest.approx(-4.0, abs=0.05)


def test_a_packaged_ships_radars_see_the_lobes_of_the_sea_and_a_site_on_land_does_not():
    assert scene(FOUR, sites=[ship()]).rows["radars"]["multipath"].all()
    assert not scene(FOUR, sites=[site()]).rows["radars"]["multipath"].any()


# ------------------------------------------------------------------ links at sea


def test_a_ship_that_sails_out_of_the_range_of_its_link_fights_on_by_itself():
    chain = [{"name": "Fleet", "post": "ship_cic", "at": place(2.0, 0.0), "commands": ["Ship"]}]
    sailing = ship(course="180 deg", speed="15 m/s")
    stream = raid("Stream", distance=110.0, count=20, spacing="40 s")
    world = scene(stream, sites=[sailing], command=chain, link=[{"from": "Ship", "range": "5 km"}], duration=1400.0)
    result = one(world)
    cut = rows(result, Event.DEVOLVE)
    assert len(cut) > 0 and (cut["time"] == cut["time"][0]).all()
    assert cut["time"][0] == pytest.approx(3000.0 / 15.0, abs=8.0)  # 2 km and 3 km more
    fired = rows(result, Event.LAUNCH)["time"]
    assert fired.min() < cut["time"][0] < fired.max()


def test_a_ship_that_sails_into_the_range_of_its_link_hears_its_command_again():
    chain = [{"name": "Fleet", "post": "ship_cic", "at": place(8.0, 0.0), "commands": ["Ship"]}]
    sailing = ship(course="0 deg", speed="15 m/s")
    far = raid("Stream", distance=110.0, count=20, spacing="40 s")
    world = scene(far, sites=[sailing], command=chain, link=[{"from": "Ship", "range": "5 km"}], duration=1400.0)
    changes = rows(one(world), Event.DEVOLVE)
    unit = changes[changes["unit"] == 0]
    assert unit["value"][:, 0].tolist() == [1.0, 0.0, 1.0]  # its own post at first, the command, then past it
    assert unit["time"][1] == pytest.approx(3000.0 / 15.0, abs=8.0)
    assert unit["time"][2] == pytest.approx(13000.0 / 15.0, abs=8.0)
    assert time_of(one(world), Event.LAUNCH) < 100.0
