"""Early warning from the air and from far off, against what was worked out before: horizon, clutter, Doppler, links.

Expectations are closed forms written here, limits and comparisons of paired draws; none was fitted to a run.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from engine.ledger import rows
from engine.scenes import CLEAR, HOME, TEXTBOOK, each, events, one, place, raid, scene, share_agrees, site, time_of
from openiads.earth.geodesy import enu_axes, offset, to_ecef
from openiads.earth.shapes import ridge
from openiads.earth.sight import line_of_sight
from openiads.engine.runner import Runner
from openiads.parts.service import cued_search
from openiads.physics.motion import state_at
from openiads.world.build import World
from openiads.world.codes import Event, Look

EARTH = 4.0 / 3.0 * 6_371_000.0
ASSUMED = {"status": "assumption", "exact": True, "note": "for a test"}
#: Everything in view is seen, to the range of each radar.
SEEN = {key: value for key, value in TEXTBOOK.items() if key != "detection_range"}
EYE = 2  # row of the sensor: after the radars of the one site


def value(number: float, unit: str | None = None) -> dict[str, Any]:
    return {"value": number} | ({} if unit is None else {"unit": unit}) | ASSUMED


def eye(**more: Any) -> dict[str, Any]:
    """Own entries: a radar that looks down, and threats of one constant cross-section."""
    radar = {
        "based_on": "e3_apy",
        "instrumented_range": value(600, "km"),
        "minimum_range": value(1, "km"),
        "minimum_radial_speed": value(0, "m/s"),
        "rotation": value(10, "s"),
        "cue_acceleration": value(5, "m/s2"),
    } | more
    steady = {"based_on": "tomahawk", "swerling": value(0), "terrain_following": False}
    return {"radars": {"eye": radar}, "threats": {"steady": steady}}


def sensor(**more: Any) -> dict[str, Any]:
    """An aircraft on a circle 40 km behind the site, whose reports take no time."""
    plain = {
        "name": "Eye",
        "radar": "eye",
        "reports_to": "Guard",
        "at": place(40.0, 90.0),
        "altitude": "9 km",
        "speed": "170 m/s",
        "delay": "0 s",
        "loss": 0.0,
    }
    return plain | more


def still(height: str, **more: Any) -> dict[str, Any]:
    """A balloon over the site."""
    return sensor(carrier="aerostat", at=place(0.0), height=height, altitude=None, speed=None) | more


def watched(*raids: Any, warning: Any, own: Any = None, model: Any = CLEAR, **more: Any) -> World:
    """A world whose site holds fire with its own radars off, so that only the sensor sees."""
    dark = site(radars_off=["64n6e2", "30n6e2"], doctrine={"control": "hold"})
    given = [{k: v for k, v in each.items() if v is not None} for each in warning]
    more = {"sites": [dark]} | more
    return scene(*raids, model=model, early_warning=given, catalog=eye() if own is None else own, **more)


def skimmer(distance: float, **more: Any) -> dict[str, Any]:
    return raid("Low", "steady", distance, **({"altitude": "50 m", "speed": "245 m/s"} | more))


def looks(world: World, replication: int = 0) -> np.ndarray:
    found = rows(one(world, replication, record=True), Event.LOOK)
    return found[found["radar"] == EYE]


def outcomes(world: World, count: int, left_out: tuple[str, ...] = ()) -> list[bytes]:
    names = [n for n in one(world).outcome.dtype.names if n not in left_out]
    return each(world, count, lambda result: b"".join(result.outcome[n].tobytes() for n in names))


# ------------------------------------------------------------------ horizon and ground


@pytest.mark.parametrize("height", [10.0, 100.0, 1000.0, 3000.0, 9000.0])
@pytest.mark.parametrize("target", [15.0, 50.0, 1000.0])
def test_it_sees_down_to_the_horizon_of_its_height(height: float, target: float) -> None:
    """AEW-HORIZON: sqrt(2 k a h1 + h1^2) + sqrt(2 k a h2 + h2^2), from a mast to a balloon, by looks in a run."""
    reach = sum(math.sqrt(2.0 * EARTH * h + h * h) for h in (height, target))
    low = skimmer(reach / 1000.0 + 25.0, altitude=f"{target} m", speed="1000 m/s")
    model = SEEN
    world = watched(low, warning=[still(f"{height} m")], model=model, duration=60.0)
    world.rows["radars"]["frame"] = 0.5
    seen = looks(world)
    hidden, visible = (seen["value"][code, 0] for code in (seen["code"] == Look.BELOW_HORIZON, seen["code"] == 1))
    assert hidden.min() == pytest.approx(visible.max(), abs=600.0)  # half a second of flight
    assert visible.max() == pytest.approx(reach, rel=2e-3, abs=600.0)


def test_from_an_orbit_the_horizon_is_that_of_its_altitude() -> None:
    reach = sum(math.sqrt(2.0 * EARTH * h) for h in (12_000.0, 50.0))
    model = SEEN
    low = skimmer(reach / 1000.0 + 10.0, speed="1000 m/s")
    world = watched(low, warning=[sensor(altitude="12 km")], model=model, duration=120.0)
    world.rows["radars"]["frame"] = 0.5
    seen = looks(world)
    assert seen["value"][seen["code"] == 1, 0].max() == pytest.approx(reach, rel=3e-3)
    assert seen["value"][seen["code"] < 0, 0].min() == pytest.approx(reach, rel=3e-3)


@pytest.mark.parametrize(
    "carrier", [{"carrier": "ground"}, {"carrier": "ship"}, {"carrier": "ship", "course": "180 deg", "speed": "15 m/s"}]
)
def test_a_mast_on_the_ground_and_one_at_sea_see_as_far_as_they_are_high(carrier: dict[str, str]) -> None:
    reach = sum(math.sqrt(2.0 * EARTH * h) for h in (40.0, 50.0))
    given = sensor(at=place(0.0), altitude=None, speed=None, height="40 m") | carrier
    world = watched(skimmer(reach / 1000.0 + 20.0, speed="1000 m/s"), warning=[given], model=SEEN, duration=50.0)
    world.rows["radars"]["frame"] = 0.5
    seen = looks(world)
    assert seen["value"][seen["code"] == 1, 0].max() == pytest.approx(reach, rel=3e-3, abs=600.0)
    assert len(world.rows["platforms"]) == ("speed" in carrier)


def behind(height: float, crest: float) -> World:
    """A low flyer that comes over a ridge 60 km out, and a sensor at a height over the site."""
    lat, lon = (math.degrees(c) for c in HOME)
    terrain = {
        "source": "ridge",
        "origin": f"{lat:.9f} N {lon:.9f} E",
        "bearing": "270 deg",
        "distance": "60 km",
        "height": f"{crest} m",
        "width": "8 km",
    }
    low = skimmer(120.0, altitude="2 km", speed="300 m/s")
    model = SEEN
    world = watched(low, warning=[sensor(altitude=f"{height} m")], model=model, terrain=terrain, duration=350.0)
    world.rows["radars"]["frame"] = 1.0
    return world


@pytest.mark.parametrize("height", [2500.0, 4000.0, 9000.0])
def test_behind_a_ridge_it_is_silent_until_an_independent_ray_clears_the_crest(height: float) -> None:
    world = behind(height, 1900.0)
    land = ridge(*HOME, math.radians(270.0), 60e3, 1900.0, 8e3)
    result = one(world, record=True)
    seen = rows(result, Event.LOOK)
    seen = seen[seen["radar"] == EYE]
    states = rows(result, Event.FLIGHT_STATE)
    path = int(world.rows["platforms"]["path"][0])
    wrong = told = 0
    for look in seen:
        k = int(np.argmin(np.abs(states["time"] - look["time"])))
        there = states["value"][k, :3]
        x, y, z, *_ = state_at(world.tables, path, float(look["time"]))
        from openiads.earth.geodesy import to_geodetic

        lat, lon, _ = to_geodetic(x, y, z)
        clear = [
            line_of_sight(land, (lat, lon, height), (*to_geodetic(*there)[:2], 2000.0 + slack))
            for slack in (-40.0, 40.0)
        ]
        if clear[0] == clear[1]:
            told += 1
            wrong += (look["code"] == 1) != clear[0]
    assert told > 200
    assert wrong == 0
    blocked = seen["code"] == Look.BELOW_MASK
    assert blocked.any() is np.bool_(height < 4000.0) or height >= 4000.0


def test_a_higher_orbit_never_sees_a_flyer_behind_a_ridge_later() -> None:
    first = [
        time_of(one(behind(height, 1900.0)), Event.DETECT, radar=EYE) for height in (2200.0, 2500.0, 3500.0, 9000.0)
    ]
    assert all(b <= a + 1.0 for a, b in zip(first, first[1:], strict=False))
    assert first[-1] < first[0] - 20.0


# ------------------------------------------------------------------ clutter and Doppler


def cluttered(improvement: float, height: str = "9 km", start: float = 320.0, finish: float = 40.0) -> World:
    """A steady target of 0.1 m2 that comes in low under a sensor whose own noise is nothing."""
    own = eye(
        clutter_improvement=value(improvement, "dB"),
        azimuth_beamwidth=value(1, "deg"),
        range_resolution=value(150, "m"),
    )
    low = skimmer(start, speed="1000 m/s")
    world = watched(low, warning=[still(height)], own=own, duration=(start - finish))
    world.rows["radars"]["frame"] = 1.0
    world.rows["radars"]["reference_snr"][EYE] *= 1e9
    world.rows["flights"]["rcs"] = 0.1
    return world


def signal_to_clutter(distance: np.ndarray, height: float, improvement: float, sigma0: float) -> np.ndarray:
    """AEW-CLUTTER: sigma I / (sigma0 R theta (c tau / 2) sec psi), dB; psi over the curved earth."""
    sine = height / distance - distance / (2.0 * EARTH)
    area = distance * math.radians(1.0) * 150.0 / np.sqrt(1.0 - sine * sine)
    return 10.0 * np.log10(0.1 / (sigma0 * area)) + improvement


@pytest.mark.parametrize("improvement", [45.0, 55.0])
@pytest.mark.parametrize("height", [3000.0, 9000.0])
def test_looking_down_the_signal_is_that_over_the_surface_in_its_cell(height: float, improvement: float) -> None:
    world = cluttered(improvement, f"{height} m")
    seen = looks(world)
    seen = seen[seen["code"] >= 0]
    distance, snr = seen["value"][:, 0], seen["value"][:, 4]
    near = distance < 0.6 * math.sqrt(2.0 * EARTH * height)  # beyond that the surface comes into shadow
    sigma0 = 10.0 ** (world.catalog.model.clutter_land.number / 10.0)
    assert near.sum() > 60
    assert snr[near] == pytest.approx(signal_to_clutter(distance, height, improvement, sigma0)[near], abs=0.15)


def test_the_clutter_limited_range_is_the_closed_form() -> None:
    """S/C falls to 13 dB at R = sigma I / (sigma0 theta (c tau/2) 10^1.3): first power of range, not the fourth."""
    seen = looks(cluttered(47.0))
    seen = seen[seen["code"] >= 0]
    order = np.argsort(seen["value"][:, 4])
    found = float(np.interp(13.0, seen["value"][order, 4], seen["value"][order, 0]))
    plain = 0.1 * 10.0**4.7 / (10.0**-3.3 * math.radians(1.0) * 150.0 * 10.0**1.3)
    assert found == pytest.approx(plain, rel=0.02)
    half = signal_to_clutter(np.array([100e3, 200e3]), 9000.0, 47.0, 10.0**-3.3)
    assert half[0] - half[1] == pytest.approx(10.0 * math.log10(2.0), abs=0.02)


def test_signal_over_clutter_has_no_step_between_neighboring_heights_of_the_sensor() -> None:
    """From a mast to an aircraft, at 30 km: neighbors differ by less than a decibel."""
    found = []
    for height in np.geomspace(100.0, 9000.0, 40):
        world = cluttered(50.0, f"{height} m", start=34.0, finish=30.0)
        seen = looks(world)
        found.append(float(seen["value"][seen["code"] >= 0, 4].mean()))
    assert np.abs(np.diff(found)).max() < 1.0


def test_flights_across_are_unseen_where_their_radial_speed_is_small() -> None:
    """Blind headings: a look fails as TOO_SLOW where |v cos| is below the least radial speed, whatever the carrier."""
    least, speed, aside = 40.0, 250.0, 60.0
    own = eye(minimum_radial_speed=value(least, "m/s"))
    across = raid(
        "Across", "steady", altitude="5 km", speed=f"{speed} m/s", route=[place(120.0, 310.0), place(120.0, 230.0)]
    )
    for warning in (still("3 km"), sensor(altitude="3 km", at=place(1.0, 90.0), speed="250 m/s", turn_radius="8 km")):
        world = watched(across, warning=[warning], own=own, model=SEEN, duration=600.0)
        world.rows["radars"]["frame"] = 1.0
        result = one(world, record=True)
        seen = rows(result, Event.LOOK)
        states = rows(result, Event.FLIGHT_STATE)
        slow = 0
        for look in seen[seen["radar"] == EYE]:
            k = int(np.argmin(np.abs(states["time"] - look["time"])))
            x, v = states["value"][k, :3], states["value"][k, 3:]
            at = world.rows["radars"]["position"][EYE]
            if world.rows["radars"]["platform"][EYE] >= 0:
                at = np.array(
                    state_at(world.tables, int(world.rows["platforms"]["path"][0]), math.floor(look["time"]))[:3]
                )
                at = at * (1.0 + 3000.0 / np.linalg.norm(at))
            along = abs(float((x - at) @ v)) / float(np.linalg.norm(x - at))
            if abs(along - least) > 6.0:
                assert (look["code"] == Look.TOO_SLOW) == (along < least)
                slow += along < least
        assert slow > 10
    assert aside > 0.0


def test_an_aircraft_that_is_blind_in_its_turns_sees_only_on_its_legs() -> None:
    orbit = {"at": None, "orbit": [place(20.0, 80.0), place(60.0, 85.0)], "turn_radius": "6 km"}
    low = skimmer(250.0, altitude="3 km", speed="300 m/s")
    model = SEEN
    world = watched(low, warning=[sensor(**orbit, blind_in_turns=True)], model=model, duration=800.0)
    world.rows["radars"]["frame"] = 2.0
    carrier = world.rows["platforms"][0]
    half = float(carrier["leg"] + carrier["turn"])
    way = 170.0 * looks(world)["time"] % half
    assert len(way) > 150
    assert (way < carrier["leg"] + 3.5 * 170.0).all()  # a batch and a move later at most
    usual = watched(low, warning=[sensor(**orbit)], model=model, duration=800.0)
    usual.rows["radars"]["frame"] = 2.0
    assert (170.0 * looks(usual)["time"] % half > carrier["leg"] + 3.5 * 170.0).any()


# ------------------------------------------------------------------ link, station, availability


def test_a_track_comes_later_by_the_delay_of_the_link() -> None:
    def confirmed(delay: str) -> float:
        return time_of(one(watched(skimmer(200.0), warning=[sensor(delay=delay)])), Event.TRACK)

    at_once = confirmed("0 s")
    assert 0.0 < at_once < 800.0
    for seconds in (0.5, 5.0, 15.0, 60.0):
        assert confirmed(f"{seconds} s") == pytest.approx(at_once + seconds, abs=1e-6)


def test_late_plots_beside_a_quick_radar_begin_no_second_track() -> None:
    """A post that has the flight on its own radar takes reports of 20 s ago for it: no more tracks than without."""
    high = raid("High", "f16", 150.0)
    quiet = site(doctrine={"control": "hold"})
    alone = scene(high, model=CLEAR, sites=[quiet], duration=420.0)
    late = watched(high, warning=[sensor(delay="20 s")], sites=[quiet], duration=420.0)
    for k in range(6):
        once = rows(one(late, k), Event.TRACK)
        assert len(rows(one(alone, k), Event.TRACK)) <= len(once) <= 1


def test_a_post_waits_for_what_is_told_late() -> None:
    """With reports of 30 s ago alone a steady flight is one track, not one every few frames."""
    far = raid("High", "f16", 200.0)
    world = watched(far, warning=[sensor(delay="30 s")], duration=700.0)
    assert [len(rows(one(world, k), Event.TRACK)) for k in range(4)] == [1, 1, 1, 1]


@pytest.mark.parametrize("speed", ["60 m/s", "250 m/s"])
def test_a_formation_is_as_many_tracks_however_fast_the_sensor_flies(speed: str) -> None:
    """Two plots are paired by what their ranges and radial speeds say; how far the sensor flew does not count."""
    own = eye(
        azimuth_beamwidth=value(0.1, "deg"), elevation_beamwidth=value(0.1, "deg"), angle_floor=value(0.1, "mrad")
    )
    four = skimmer(200.0, count=4, spacing="6 s", lateral_spacing="1 km")
    world = watched(four, warning=[sensor(at=place(80.0, 20.0), speed=speed, delay="5 s")], own=own, duration=400.0)
    tracks = [len(rows(one(world, k), Event.TRACK)) for k in range(8)]
    assert 4.0 <= np.mean(tracks) <= 6.0


def test_nothing_is_detected_before_it_comes_or_after_it_leaves() -> None:
    model = SEEN
    world = watched(
        skimmer(200.0), warning=[sensor(on_station="100 s", off_station="400 s")], model=model, duration=700.0
    )
    seen = looks(world)["time"]
    assert 100.0 <= seen.min() < 115.0
    assert 385.0 < seen.max() <= 400.0


def test_beyond_the_range_of_its_link_nothing_is_reported() -> None:
    """An orbit that leads away and back: reports come only from within the range."""
    orbit = {"at": None, "orbit": [place(20.0, 90.0), place(140.0, 90.0)], "turn_radius": "8 km"}
    model = SEEN
    world = watched(
        raid("Far", "f16", 300.0),
        warning=[sensor(**orbit, range="80 km", speed="250 m/s")],
        model=model,
        duration=1150.0,
    )
    world.rows["radars"]["frame"] = 2.0
    post = np.array(to_ecef(*HOME, 0.0))
    path = int(world.rows["platforms"]["path"][0])
    seen = looks(world)
    away = [np.linalg.norm(np.array(state_at(world.tables, path, t)[:3]) - post) for t in seen["time"].tolist()]
    assert 60e3 < max(away) < 81e3
    gaps = np.diff(np.unique(seen["time"]))
    assert gaps.max() > 60.0  # while it was too far


def test_its_availability_is_the_share_of_replications_and_changes_no_other_draw() -> None:
    """Replications without it equal those of a world without it, those with it those of a sensor always there."""
    low, count = skimmer(150.0), 300
    share = {"p": 0.6}

    def world(p: float | None) -> World:
        warning = [] if p is None else [sensor(availability=p)]
        given = {} if p is None else {"early_warning": warning}
        return scene(low, model=CLEAR, catalog=eye(), duration=700.0, **given)

    some, always, never = world(share["p"]), world(1.0), world(None)
    there = np.array(each(some, count, lambda r: len(events(r, Event.ELEMENT_DOWN, radar=EYE)) == 0))
    share_agrees(there, share["p"])
    found = [outcomes(w, 40, ("events_key",)) for w in (some, always, never)]
    for k in range(40):
        assert found[0][k] == found[1 if there[k] else 2][k]
    assert any(a != b for a, b in zip(found[1], found[2], strict=True))


def test_a_sensor_that_is_never_there_is_none() -> None:
    """Availability 0: the same bytes of every event."""
    low = skimmer(150.0)
    none = scene(low, model=CLEAR, catalog=eye(), duration=700.0)
    never = scene(low, model=CLEAR, catalog=eye(), duration=700.0, early_warning=[sensor(availability=0.0)])
    for k in range(4):
        assert one(none, k, record=True).events.tobytes() == one(never, k, record=True).events.tobytes()


def test_a_sensor_that_sees_nothing_changes_nothing() -> None:
    """A range of 1 km from 9 km up: every outcome but the count of looks is that of a world without it."""
    low = skimmer(150.0)
    short = eye(instrumented_range=value(1, "km"), minimum_range=value(0, "m"))
    none = scene(low, model=CLEAR, catalog=short, duration=700.0)
    blind = scene(low, model=CLEAR, catalog=short, duration=700.0, early_warning=[sensor(delay="15 s")])
    left = ("looks",)
    assert outcomes(none, 20, left) == outcomes(blind, 20, left)


def test_the_order_of_sensors_means_nothing() -> None:
    pair = [sensor(), sensor(name="Other", at=place(60.0, 100.0))]
    low = skimmer(200.0)
    one_way, other = (watched(low, warning=given) for given in (pair, pair[::-1]))
    for k in range(3):
        assert one(one_way, k).events.tobytes() == one(other, k).events.tobytes()


# ------------------------------------------------------------------ what it is good for


def test_a_warned_defense_never_launches_later() -> None:
    """Paired draws over 80 replications: earlier on the whole, and later only by the chance of single looks."""
    low = skimmer(150.0, count=2, spacing="20 s")
    plain = scene(low, model=CLEAR, catalog=eye(), duration=700.0)
    warned = scene(low, model=CLEAR, catalog=eye(), duration=700.0, early_warning=[sensor(delay="5 s")])
    first = [
        np.minimum(np.array(each(w, 80, lambda r: float(r.outcome["first_launch_s"][0]))), 1e4) for w in (plain, warned)
    ]
    later = first[1] - first[0]
    assert later.mean() < 0.0
    assert (later > 6.0).mean() <= 0.05  # a frame of the surveillance radar


def test_the_time_to_search_a_cue_is_the_closed_form_of_its_spread() -> None:
    """AEW-CUE-LINK: s^2 = sp^2 + (sv t)^2 + (a t^2/2)^2, n beams edge to edge over two deviations either side."""
    world = scene(skimmer(50.0), model=CLEAR, catalog=eye())
    radar = world.rows["radars"][1].copy()
    radar["beam_azimuth"] = radar["beam_elevation"] = math.radians(1.0)
    radar["confirm_dwell"] = 0.02
    for distance, delay, beams in ((80e3, 0.5, 1), (80e3, 5.0, 1), (80e3, 15.0, 4), (30e3, 15.0, 36)):
        spread = math.sqrt(300.0**2 + (15.0 * delay) ** 2 + (0.5 * 5.0 * delay**2) ** 2)
        half = 2.0 * spread / distance
        assert max(1, math.ceil(2.0 * half / math.radians(1.0))) ** 2 == beams
        assert cued_search(radar, half) == pytest.approx(0.5 * (beams - 1.0) * 0.02)


def searched(delay: str, swerve: float = 5.0) -> np.ndarray:
    """Seconds from assignment to the own track of an engagement radar that is cued over a link, a replication each."""
    own = eye(cue_acceleration=value(swerve, "m/s2"))
    lone = site(radars_off=["64n6e2"])
    high = raid("High", "f16", 160.0)
    world = scene(high, model=SEEN, catalog=own, sites=[lone], duration=600.0, early_warning=[sensor(delay=delay)])
    world.rows["radars"]["search_half"][1] = 0.0  # it looks only where it is told to

    def took(result: Any) -> float:
        return time_of(result, Event.ACQUIRE) - time_of(result, Event.ASSIGN)

    return np.array(each(world, 60, took))


def test_a_cue_that_comes_later_takes_longer_to_search() -> None:
    soon, late, later = (searched(f"{seconds} s") for seconds in (0.5, 15.0, 45.0))
    assert np.median(soon) <= np.median(late) <= np.median(later)
    assert np.median(later) > np.median(soon)
    steady = searched("45 s", 0.0)
    assert np.median(steady) <= np.median(later)


# ------------------------------------------------------------------ engage on remote


def remote(flag: bool | None, warning: bool, capable: bool = True) -> World:
    """A battery with active rounds, whose own radar sees the low flyer late; a quick, exact sensor over the sea."""
    quick = eye(
        rotation=value(1, "s"),
        angle_floor=value(0.2, "mrad"),
        elevation_beamwidth=value(0.5, "deg"),
        azimuth_beamwidth=value(0.5, "deg"),
        clutter_improvement=value(90, "dB"),
    )
    quick["radars"]["eye"]["modes"] = [
        {
            "name": "air",
            "elevation_low": value(-30, "deg"),
            "elevation_high": value(30, "deg"),
            "azimuth_width": value(360, "deg"),
            "frame_time": value(1, "s"),
            "shared": True,
            "steered": False,
        }
    ]
    quick["systems"] = {"battery": {"based_on": "patriot_pac3_mse", "engage_on_remote": capable}}
    doctrine = {"control": "free", "salvo": 1} | ({} if flag is None else {"remote": flag})
    battery = {
        "name": "Guard",
        "system": "battery",
        "at": place(0.0),
        "facing": "270 deg",
        "fire_units": 1,
        "defends": ["Depot"],
        "doctrine": doctrine,
    }
    low = skimmer(120.0, altitude="30 m")
    given = {"early_warning": [sensor()]} if warning else {}
    return scene(low, model=CLEAR, catalog=quick, sites=[battery], duration=500.0, **given)


def test_rounds_that_see_for_themselves_may_go_on_another_radars_track_and_only_where_that_is_said() -> None:
    """AEW-SHOTS as the twin: on a remote track the first launch comes at the round's reach, else at the own horizon."""

    def first(world: World) -> list[float]:
        return each(world, 12, lambda r: time_of(r, Event.LAUNCH))

    alone, cued, led = (np.array(first(w)) for w in (remote(None, False), remote(False, True), remote(True, True)))
    incapable = np.array(first(remote(None, True, capable=False)))
    assert np.array_equal(cued, incapable)
    assert (np.minimum(cued, 1e4) <= np.minimum(alone, 1e4) + 6.0).mean() >= 0.9
    assert np.median(led) < np.median(cued) - 15.0
    horizon = math.sqrt(2.0 * EARTH * 10.0) + math.sqrt(2.0 * EARTH * 30.0)
    at_launch = 120e3 - 245.0 * np.median(led)
    assert at_launch > horizon  # it could not see it itself


def test_more_shots_come_of_a_remote_track() -> None:
    """P_k = X_k u/(u+v), X_{k+1} = P_k - v t_look: an earlier first launch leaves room for more."""

    def shots(world: World) -> list[int]:
        world.rows["magazines"]["certain"] = 0.0  # every round works and none kills
        return each(world, 10, lambda r: len(events(r, Event.LAUNCH)))

    assert np.mean(shots(remote(True, True))) >= np.mean(shots(remote(False, True))) + 1.0


# ------------------------------------------------------------------ what it costs, and who moves


def test_it_moves_along_its_racetrack_and_takes_nothing_else_along() -> None:
    world = watched(skimmer(200.0), warning=[sensor(at=place(30.0, 90.0))], duration=300.0)
    runner = Runner(world, 1)
    runner.replicate(0)
    now = math.floor(float(runner.sim.situation[0]["now"]))
    x, y, z, *_ = state_at(world.tables, int(world.rows["platforms"]["path"][0]), float(now))
    at = runner.sim.radars[EYE]["position"]
    assert np.linalg.norm(at - np.array((x, y, z))) == pytest.approx(9000.0, abs=3.0)
    for noun in ("units", "posts", "launchers"):
        before = world.rows[noun]["position"]
        assert np.array_equal(getattr(runner.sim, noun)["position"], before)
    middle = to_ecef(*offset(*HOME, math.radians(90.0), 30e3), 9000.0)
    up = np.array(enu_axes(*HOME)[6:])
    off = at - np.array(middle)
    assert np.linalg.norm(off - (off @ up) * up) == pytest.approx(10_000.0, rel=0.01)


@pytest.mark.parametrize("carrier", ["ground", "ship"])
def test_a_radar_far_off_on_a_mast_or_a_ship_sees_for_the_site(carrier: str) -> None:
    """Expected: 100 km ahead of a dark site it detects a flyer 280 km from that, which a mast at the site could not."""
    way = {"course": "0 deg", "speed": "5 m/s"} if carrier == "ship" else {}
    ahead = sensor(carrier=carrier, at=place(100.0), height="30 m", altitude=None, speed=None) | way
    world = watched(skimmer(280.0, altitude="3 km"), warning=[ahead], duration=120.0)
    seen = looks(world)
    assert np.any(seen["code"] == 1)
    assert seen["value"][seen["code"] == 1, 0].max() < 181e3


def test_a_racetrack_to_the_left_is_the_mirror_of_one_to_the_right() -> None:
    """Expected: of an orbit from south to north, after a quarter of a turn one is as far west as the other is east."""

    def west(turns: str) -> float:
        legs = [place(20.0, 180.0), place(20.0, 0.0)]
        world = watched(skimmer(200.0), warning=[sensor(at=None, orbit=legs, turns=turns)], duration=900.0)
        at = [state_at(world.tables, int(world.rows["platforms"]["path"][0]), float(t))[:3] for t in range(0, 900, 10)]
        east = np.array(enu_axes(*HOME)[:3])
        home = np.array(to_ecef(*HOME, 0.0))
        return float(np.mean([(np.array(each) - home) @ east for each in at[:20]]))

    left, right = west("left"), west("right")
    assert left == pytest.approx(-right, abs=300.0)
    assert abs(left) > 1000.0
