"""What a fire unit has: channels, slots, magazines, launchers, rounds of several kinds, time of its radar.

The books are kept here, from the events of a log; the engine's own checker is not asked.
"""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from engine.ledger import crowd, launches_by, most_at_once, most_held, round_kinds, rows, slot_spans
from engine.scenes import CLEAR, TEXTBOOK, column, each, events, gates, one, place, raid, scene, site, time_of
from openiads.engine.runner import Runner
from openiads.world.codes import Event, Gate, RoundEnd

ASSUMED = {"status": "assumption", "exact": True, "note": "for a test"}


def value(number, unit=None):
    """A catalog value of one's own."""
    return {"value": number} | ({} if unit is None else {"unit": unit}) | ASSUMED


def patriot(system="patriot_pac2", **more):
    """A Patriot battery at the origin, weapons free, salvos of two."""
    doctrine = {"control": "free", "salvo": 2} | more.pop("doctrine", {})
    plain = {
        "name": "Guard",
        "system": system,
        "at": place(0.0),
        "facing": "270 deg",
        "fire_units": 1,
        "defends": ["Depot"],
        "doctrine": doctrine,
    }
    return plain | more


@pytest.fixture(scope="module")
def swamped():
    """A fire unit of an S-300PMU-2 with twelve launchers, and sixty aircraft at once: world and four results."""
    world = crowd([site(launchers=12, doctrine={"salvo": 2})])
    return world, [one(world, k) for k in range(4)]


@pytest.fixture(scope="module")
def battery():
    """A Patriot battery with GEM-T only and sixty aircraft at once: world and four results."""
    world = crowd([patriot()], distance=90.0)
    return world, [one(world, k) for k in range(4)]


# ------------------------------------------------------------------ channels


def test_a_fire_unit_of_the_s300pmu2_guides_twelve_missiles_at_six_targets_under_load_and_never_more(swamped):
    for result in swamped[1]:
        assert most_held(result, Event.ASSIGN, Event.RELEASE, 0) == 6
        assert most_held(result, Event.LAUNCH, Event.ROUND_END, 0) == 12


def test_six_fire_units_under_one_post_guide_seventy_two_missiles_at_thirty_six_targets():
    world = crowd([site(fire_units=6, launchers=12, doctrine={"salvo": 2})], (-10.0, -5.0, 0.0, 5.0, 10.0), 24)
    results = [one(world, k) for k in range(6)]
    for result in results:
        assert [most_held(result, Event.ASSIGN, Event.RELEASE, u) for u in range(6)] == [6] * 6
    guided = np.array([[most_held(result, Event.LAUNCH, Event.ROUND_END, u) for u in range(6)] for result in results])
    assert guided.max() == 12 and np.mean(guided == 12) >= 0.9, guided
    assert [most_held(result, Event.ASSIGN, Event.RELEASE) for result in results] == [36] * 6
    # all units at their most in the same second is rarer: two replications of ten
    assert max(most_held(result, Event.LAUNCH, Event.ROUND_END) for result in results) == 72


def test_targets_beyond_the_channels_are_named_as_waiting_for_one(swamped):
    waiting = {int(e["flight"]) for e in events(swamped[1][0], Event.GATE, code=Gate.NO_CHANNEL)}
    assert len(waiting) > 20


def test_a_patriot_round_holds_one_of_nine_slots_in_its_last_seconds_only(battery):
    last = float(battery[0].rows["interceptors"]["handover_time"][0])
    for result in battery[1]:
        spans = slot_spans(result)
        assert len(spans) > 15
        assert 2 <= most_at_once(spans) <= 9
        for begun, ended in spans.values():
            assert 0.0 < ended - begun <= last + 2.0
        flown = rows(result, Event.ROUND_END)["value"][:, 0]
        assert flown.max() > 5.0 * last  # most of the way without a slot


def test_more_patriot_rounds_than_slots_fly_at_once(battery):
    for result in battery[1]:
        assert most_held(result, Event.LAUNCH, Event.ROUND_END, 0) > 9


def test_all_nine_slots_are_reached_and_never_exceeded_where_rounds_leave_fast_enough():
    """At the catalog's 2 s between launches the last seconds of at most five rounds overlap; at 0.4 s those of nine."""
    quick = {"systems": {"quick": {"based_on": "patriot_pac2", "launch_spacing": value(0.4, "s")}}}
    world = crowd([patriot("quick", launchers=8)], distance=90.0, catalog=quick)
    assert world.rows["units"]["missile_channels"][0] == 9
    assert max(most_at_once(slot_spans(one(world, k))) for k in range(4)) == 9


def test_two_slots_are_reached_and_never_exceeded_where_the_catalog_gives_two():
    poor = {"systems": {"poor": {"based_on": "patriot_pac2", "missile_channels": value(2)}}}
    world = crowd([patriot("poor")], distance=90.0, catalog=poor)
    most = [most_at_once(slot_spans(one(world, k))) for k in range(6)]
    assert max(most) == 2


def test_a_round_that_sees_for_itself_uses_no_slot():
    world = crowd([patriot("patriot_pac3")], distance=90.0)
    result = one(world)
    kind = {int(e["round"]): name for _, name, e in round_kinds(world, result)}
    handed = rows(result, Event.HANDOVER)
    assert {kind[int(e["round"])] for e in handed if e["code"] == 1} == {"pac2_gemt"}
    assert {kind[int(e["round"])] for e in handed if e["code"] == 0} == {"pac3_cri"}


def test_a_pac3_gives_its_channel_back_at_handover():
    """With one channel the next PAC-3 leaves when the one before sees for itself, not when it is gone."""
    single = {"systems": {"single": {"based_on": "patriot_pac3", "missile_channels": value(1)}}}
    world = crowd([patriot("single", launchers=3)], (0.0,), 10, 60.0, catalog=single)
    result = one(world)
    held = most = 0
    for row in result.events:
        if row["kind"] == Event.LAUNCH:
            held += 1
            most = max(most, held)
        if row["kind"] == Event.HANDOVER or (row["kind"] == Event.ROUND_END and not handed(result, row)):
            held -= 1
    assert most == 1
    assert most_held(result, Event.LAUNCH, Event.ROUND_END) > 1


def handed(result, end):
    """Whether a round that ended had been handed over."""
    return len(events(result, Event.HANDOVER, round=int(end["round"]))) > 0


def test_room_that_runs_out_for_everything_at_once_changes_no_result(swamped):
    """A runner that begins too small doubles track, round, plot and event room as often as it takes."""
    world, results = swamped
    runner = Runner(world, 1)
    runner.capacity |= {"tracks": 20, "rounds": 4, "plots": 20, "events": 800}
    runner.sim = runner._allocate()
    runner._prepare()
    small = runner.replicate(0)
    assert small.message == ""
    assert small.outcome.tobytes() == results[0].outcome.tobytes()
    assert small.events.tobytes() == results[0].events.tobytes()


def test_a_post_names_what_holds_fire_for_its_own_units_only():
    """Two posts with the same flights in view do not overwrite one another's reasons, cycle after cycle."""
    east, west = site("East", at=place(4.0, 0.0)), site("West", at=place(4.0, 180.0))
    apart = sum(len(rows(one(crowd([each_], (0.0,), 10)), Event.GATE)) for each_ in (east, west))
    both = len(rows(one(crowd([east, west], (0.0,), 10)), Event.GATE))
    assert both < 1.5 * apart


# ------------------------------------------------------------------ magazines, launchers and intervals


def test_no_launcher_fires_more_than_it_carries(swamped, battery):
    for world, results in (swamped, battery):
        loaded = world.rows["launchers"]["loaded"]
        for result in results:
            fired = {k: len(times) for k, times in launches_by(result, "launcher").items()}
            assert fired
            assert all(count <= loaded[k] for k, count in fired.items())


def test_a_swamped_unit_fires_all_it_has(swamped):
    broken = [int((rows(r, Event.LAUNCH)["launcher"] >= 0).sum()) for r in swamped[1]]
    assert max(broken) == 48
    assert all(count % 4 == 0 for count in broken)  # what is missing is whole launchers that do not work


def test_launches_of_a_unit_and_of_a_launcher_keep_their_intervals(swamped, battery):
    for world, results in (swamped, battery):
        for result in results:
            for column_, noun, field in (("unit", "units", "salvo_interval"), ("launcher", "launchers", "interval")):
                for k, times in launches_by(result, column_).items():
                    assert np.diff(times).min(initial=np.inf) >= world.rows[noun][field][k] - 1e-9


def test_a_unit_under_load_fires_as_fast_as_its_interval_allows(swamped):
    times = launches_by(swamped[1][0], "unit")[0]
    assert np.diff(times).min() == pytest.approx(3.0, abs=1e-6)


def test_reloading_takes_its_time_and_then_the_launcher_fires_again():
    stream = raid("Stream", distance=110.0, count=30, spacing="25 s")
    world = scene(stream, sites=[site(launchers=1, rounds=2, reloads=2)], duration=2000.0)
    world.rows["launchers"]["reload_time"] = 60.0
    result = one(world)
    fired = rows(result, Event.LAUNCH)["time"]
    loaded = rows(result, Event.RELOAD)
    assert len(fired) == 6 and loaded["value"][:, 0].tolist() == [1.0, 0.0]
    for n, row in enumerate(loaded):
        before, after = fired[2 * n + 1], fired[2 * n + 2]
        assert before + 60.0 <= row["time"] <= after
        assert after - before < 60.0 + 20.0


def test_without_spare_loads_an_empty_launcher_stays_empty():
    stream = raid("Stream", distance=110.0, count=30, spacing="25 s")
    world = scene(stream, sites=[site(launchers=1, rounds=2, reloads=0)], duration=2000.0)
    world.rows["launchers"]["reload_time"] = 60.0
    assert len(rows(one(world), Event.LAUNCH)) == 2


def test_a_launcher_of_five_minutes_reload_is_not_ready_in_four():
    stream = raid("Stream", distance=110.0, count=30, spacing="25 s")
    world = scene(stream, sites=[site(launchers=1, rounds=1, reloads=1)], duration=2000.0)
    world.rows["launchers"]["reload_time"] = 300.0
    first, second = rows(one(world), Event.LAUNCH)["time"]
    assert second - first >= 300.0


# ------------------------------------------------------------------ kinds of round


def test_gem_t_leaves_only_the_m901_and_pac3_only_the_m902():
    world = crowd([patriot("patriot_pac3")], distance=90.0)
    fired = Counter((launcher.rpartition("/")[2], name) for launcher, name, _ in round_kinds(world, one(world)))
    assert {name for launcher, name in fired if launcher in "123"} == {"pac3_cri"}
    assert {name for launcher, name in fired if launcher in "456"} == {"pac2_gemt"}
    assert max(count for (launcher, _), count in fired.items() if launcher in "123") == 16
    assert max(count for (launcher, _), count in fired.items() if launcher in "456") == 4


KEPT = {"keep": {"pac3_mse": "ballistic"}}


def kinds_fired(world, replication=0):
    """How many rounds of each kind were fired."""
    return Counter(name for _, name, _ in round_kinds(world, one(world, replication)))


def test_rounds_kept_for_ballistic_missiles_are_not_fired_at_aircraft():
    free, kept = (
        kinds_fired(crowd([patriot("patriot_pac3_mse", doctrine=doctrine)], distance=90.0)) for doctrine in ({}, KEPT)
    )
    assert free["pac3_mse"] > 20
    assert set(kept) == {"pac2_gemt"}


def test_rounds_kept_for_ballistic_missiles_are_fired_at_them():
    falling = raid("Falling", "scud_b", 250.0, count=3, spacing="3 s")
    world = scene(falling, sites=[patriot("patriot_pac3_mse", doctrine=KEPT)], model=CLEAR)
    assert kinds_fired(world)["pac3_mse"] >= 3


def test_rounds_kept_for_aircraft_leave_ballistic_missiles_to_the_others():
    falling = raid("Falling", "scud_b", 250.0, count=3, spacing="3 s")
    doctrine = {"keep": {"pac3_mse": "aircraft"}}
    world = scene(falling, sites=[patriot("patriot_pac3_mse", doctrine=doctrine)], model=CLEAR)
    assert "pac3_mse" not in kinds_fired(world)


# ------------------------------------------------------------------ faces and launchers that look one way

TWO_BATTERIES = [{"name": "Battalion", "post": "msq116", "at": place(1.0), "commands": ["North", "South"]}]


def batteries():
    """One battery without launchers that looks north and warns one that looks south; the depot stands apart."""
    return [
        patriot(name="North", at=place(8.0, 90.0), facing="0 deg", launchers=0),
        patriot(name="South", at=place(9.0, 120.0), facing="180 deg"),
    ]


def test_a_battery_that_faces_south_fires_north_only_when_it_has_been_laid_anew():
    stream = raid("Stream", azimuth=0.0, distance=110.0, count=3, spacing="500 s")
    world = scene(stream, sites=batteries(), command=TWO_BATTERIES, duration=2400.0)
    result = one(world)
    slew = rows(result, Event.SLEW)[0]
    assert slew["value"][2] == pytest.approx(600.0)
    fired = rows(result, Event.LAUNCH)
    assert len(fired) > 0 and fired["time"].min() >= slew["time"] + 600.0
    assert 0 not in fired["flight"]  # the first was over before
    assert Gate.UNIT_NOT_READY in gates(result, 1, 1)


def test_a_battery_alone_sees_nothing_behind_its_back():
    world = scene(raid("Stream", azimuth=0.0, distance=110.0), sites=[patriot(facing="180 deg")])
    result = one(world)
    assert len(rows(result, Event.DETECT)) == 0 and len(rows(result, Event.LAUNCH)) == 0


# ------------------------------------------------------------------ sites that come, leave or lose their power


def stream_at(**more):
    """A stream of aircraft over 15 minutes at a site with plenty of rounds."""
    stream = raid("Stream", distance=110.0, count=30, spacing="30 s")
    asset = [{"name": "Depot", "at": place(3.0, 0.0), "radius": "500 m"}]
    return scene(stream, sites=[site(**({"launchers": 12} | more))], duration=2000.0, asset=asset)


def test_a_site_that_arrives_late_sees_and_fires_only_after_its_setup():
    result = one(stream_at(arrives="100 s"))
    assert 400.0 <= rows(result, Event.DETECT)["time"].min() < 415.0  # five minutes to set up
    assert 400.0 <= time_of(result, Event.LAUNCH) < 430.0
    assert time_of(one(stream_at()), Event.LAUNCH) < 60.0


def test_a_site_that_departs_stops():
    result = one(stream_at(departs="400 s"))
    assert rows(result, Event.DETECT)["time"].max() <= 400.0
    assert 300.0 < rows(result, Event.LAUNCH)["time"].max() <= 400.0
    assert rows(one(stream_at()), Event.LAUNCH)["time"].max() > 700.0


def test_a_power_failure_silences_its_unit_and_not_its_neighbor():
    failed = [{"element": "power/1", "at": "400 s"}]
    result = one(stream_at(fire_units=2, launchers=6, failures=failed))
    fired = rows(result, Event.LAUNCH)
    assert 300.0 < fired["time"][fired["unit"] == 0].max() <= 400.0
    assert fired["time"][fired["unit"] == 1].max() > 500.0


def test_a_power_failure_of_the_site_silences_all_of_it():
    result = one(stream_at(fire_units=2, launchers=6, failures=[{"element": "power", "at": "400 s"}]))
    assert rows(result, Event.LAUNCH)["time"].max() <= 400.0
    assert rows(result, Event.DETECT)["time"].max() <= 400.0


# ------------------------------------------------------------------ the time of the radar

SLOW = {
    "radars": {"slow": {"based_on": "30n6e2", "track_dwell": value(60, "ms"), "uplink_dwell": value(20, "ms")}},
    "systems": {"busy": {"based_on": "s300pmu2", "engagement_radar": "slow"}},
}


def test_a_radar_short_of_time_leaves_out_service_and_says_so():
    busy = crowd([site(system="busy", launchers=12, doctrine={"salvo": 2})], catalog=SLOW)
    result = one(busy)
    over = rows(result, Event.OVERLOAD)
    begun = over[over["code"] == 1]
    assert len(begun) > 0 and over["code"].tolist()[:2] == [1, 0]
    assert (begun["value"][:, 0] > float(busy.rows["radars"]["occupancy_limit"][-1])).all()
    assert (begun["value"][:, 2] >= 1).all()


def test_the_same_raid_does_not_overload_the_packaged_radar(swamped):
    assert all(len(rows(result, Event.OVERLOAD)) == 0 for result in swamped[1])


def test_guided_targets_are_left_out_last():
    """Short of time while rounds fly, the radar does without acquisitions first: no round loses its support."""
    busy = crowd([site(system="busy", launchers=12, doctrine={"salvo": 1})], catalog=SLOW)
    plain = crowd([site(launchers=12, doctrine={"salvo": 1})])
    lost, late = [], []
    for world in (busy, plain):
        ends = np.concatenate([rows(one(world, k), Event.ROUND_END)["code"] for k in range(4)])
        lost.append(int((ends == RoundEnd.SUPPORT_LOST).sum()))
        late.append(np.mean([rows(one(world, k), Event.ACQUIRE)["value"][:, 4].mean() for k in range(4)]))
    assert len(rows(one(busy), Event.OVERLOAD)) > 0
    assert lost[0] <= lost[1] + 2
    assert late[0] > late[1]


def least_speed(speed):
    """A target that crosses 46 km off, and a surveillance radar that shows only what is faster than ``speed``."""
    crossing = raid("Crossing", origin=place(60.0, 230.0), aim=place(60.0, 310.0))
    del crossing["target"]
    own = {
        "radars": {"gated": {"based_on": "64n6e2", "minimum_radial_speed": value(speed, "m/s")}},
        "systems": {"gate": {"based_on": "s300pmu2", "surveillance": ["gated"]}},
    }
    world = scene(crossing, sites=[site(system="gate", radars_off=["30n6e2"])], model=CLEAR, catalog=own)
    looks = rows(one(world, record=True), Event.LOOK)
    return looks[looks["radar"] == 0]


def test_a_least_radial_speed_hides_a_crossing_target_where_it_crosses():
    seen, gated = least_speed(0.0), least_speed(60.0)
    assert (seen["code"] >= 0).all()
    hidden = gated["code"] == -6
    assert 5 < hidden.sum() < len(gated) - 5
    closest = gated["value"][:, 0].min()
    for row in gated:  # 250 m/s on a straight way: the radial part is 250 cos, so the distance tells it
        radial = 250.0 * np.sqrt(max(1.0 - (closest / row["value"][0]) ** 2, 0.0))
        if abs(radial - 60.0) > 15.0:
            assert (row["code"] == -6) == (radial < 60.0)


def start_of_track(interval=None):
    """Mean time from first detection to a confirmed track by a phased array alone, s."""
    world = scene(raid("Intruder", distance=110.0), sites=[site(radars_off=["64n6e2"])], model=CLEAR)
    if interval is not None:
        world.rows["radars"]["confirm_interval"] = interval
    return np.mean(each(world, 30, lambda r: time_of(r, Event.TRACK) - time_of(r, Event.DETECT)))


def test_confirmation_looks_shorten_the_start_of_a_track():
    assert start_of_track() < 0.6 * start_of_track(0.0)


def cue_search(error):
    """Mean time from assignment to a firm own track when the cue's angles are known to ``error`` mrad, s."""
    own = {
        "radars": {"cueing": {"based_on": "64n6e2", "angle_floor": value(error, "mrad")}},
    }
    own["radars"]["searching"] = {"based_on": "30n6e2", "confirm_dwell": value(60, "ms")}
    own["systems"] = {"cued": {"based_on": "s300pmu2", "surveillance": ["cueing"], "engagement_radar": "searching"}}
    high = raid("High", distance=140.0, altitude="10 km")
    cued = site(system="cued", doctrine={"search_mode": "low"})  # it finds nothing at that height by itself
    world = scene(high, sites=[cued], model=TEXTBOOK | {"detection_range": "200 km"}, catalog=own)
    return np.mean(each(world, 40, lambda r: float(rows(r, Event.ACQUIRE)["value"][0, 4])))


def test_a_worse_cue_takes_longer_to_search():
    sharp, coarse, bad = (cue_search(error) for error in (1.2, 5.0, 20.0))
    assert sharp < coarse < bad


# ------------------------------------------------------------------ who takes what


def two_for_two(assignment):
    """Two units with one round each, one target in both sectors and a less urgent one that only the first unit sees.

    Both pictures stand before the units are ready, so that who takes what is decided at once.  The first unit reaches
    the first target sooner: giving it what it reaches first leaves the second target to nobody.
    """
    own = {
        "radars": {"fixed": {"based_on": "30n6e2", "slew_rate": value(0, "deg/s")}},
        "systems": {"two": {"based_on": "s300pmu2", "engagement_radar": "fixed"}},
    }
    few = {"system": "two", "launchers": 1, "rounds": 1, "reloads": 0, "arrives": "0 s"}
    sites = [
        site("Eye", fire_units=0, at=place(8.0, 90.0)),
        site("First", at=place(5.0, 300.0), facing="270 deg", **few),
        site("Second", at=place(5.0, 90.0), facing="0 deg", **few),
    ]
    chain = [
        {
            "name": "Brigade",
            "post": "54k6e2",
            "at": place(9.0, 90.0),
            "assignment": assignment,
            "commands": ["Eye", "First", "Second"],
        }
    ]
    raids = [raid("Between", azimuth=315.0, distance=140.0), raid("Aside", azimuth=235.0, distance=150.0)]
    model = TEXTBOOK | {"kill_probability": 1.0, "detection_range": "250 km"}
    return scene(*raids, sites=sites, command=chain, catalog=own, model=model)


def test_greedy_assignment_gives_the_unit_that_is_first_and_leaves_a_target_to_nobody():
    assert (column(two_for_two("greedy"), 10, "leakers") == 1).all()


@pytest.mark.parametrize("assignment", ["exchange", "exact"])
def test_exchange_and_exact_assignment_serve_both_targets(assignment):
    assert (column(two_for_two(assignment), 10, "leakers") == 0).all()


# ------------------------------------------------------------------ another radar's track


def test_where_the_catalog_allows_it_active_rounds_fly_on_another_radars_track():
    """A low flyer below the battery's own horizon is fired at on the low-altitude radar's track, and only then."""
    distances = {}
    for allowed in (False, True):
        linked = {
            "based_on": "patriot_pac3_mse",
            "surveillance": ["64n6e2"],
            "low_altitude": "76n6",
            "engage_on_remote": allowed,
        }
        guard = patriot("linked", mast="40 m", doctrine={"salvo": 1})
        low = raid("Low", "tomahawk", 110.0, agl="40 m", speed="240 m/s")
        world = scene(low, model=CLEAR, sites=[guard], catalog={"systems": {"linked": linked}})
        first = [rows(one(world, k), Event.LAUNCH)["value"][0, 5] for k in range(4)]
        distances[allowed] = float(np.median(first))
    assert distances[True] > distances[False] + 5e3
