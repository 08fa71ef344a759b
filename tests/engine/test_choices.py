"""Choices of a scenario that no other test flies: each end to end, against what was expected before it was flown.

``tests/house/test_choices.py`` holds the list of all choices and of the tests that fly them.
"""

from __future__ import annotations

import numpy as np
import pytest

from engine.scenes import CLEAR, FACING, column, each, events, one, place, raid, scene, site
from openiads.base.errors import InputError
from openiads.earth import library
from openiads.world.codes import Event, Identity, RoundEnd

pytestmark = pytest.mark.compiled_only

BESIDE = {"at": place(2.0, FACING + 90.0)}
LOW = {"altitude": "30 m"}


def first_seen(world, count=40):
    """Mean time of the first detection, s."""
    return float(column(world, count, "first_detection_s").mean())


def low_flyer(**more):
    """A cruise missile at 30 m toward a site on flat ground."""
    return raid("Low", "tomahawk", 120.0, **(LOW | more))


# ------------------------------------------------------------------ propagation and ground


def test_a_duct_lets_a_low_flyer_be_seen_farther():
    """Expected: first detection comes earlier in an evaporation duct than in none, and earlier still in a surface
    duct, as the effective earth radius grows."""
    none, evaporation, surface = (
        first_seen(scene(low_flyer(), model=CLEAR, sites=[site(**BESIDE)], world={"ducting": state}))
        for state in ("none", "evaporation", "surface")
    )
    assert surface < evaporation - 1.0 and evaporation < none - 1.0, (none, evaporation, surface)


@pytest.mark.parametrize(("share", "state"), [(0.05, "none"), (0.5, "evaporation"), (0.95, "surface")])
def test_a_drawn_duct_shows_a_low_flyer_when_the_declared_one_does(share, state):
    """Expected: a parameter sample whose draw falls on a state is the world that declares it; half lies between."""
    drawn, declared = (
        scene(low_flyer(), model=CLEAR, sites=[site(**BESIDE)], world={"ducting": what}, knobs=knobs)
        for what, knobs in (("drawn", {"world.ducting": share}), (state, None))
    )
    assert first_seen(drawn) == first_seen(declared)


def test_diffraction_never_shows_a_low_flyer_later():
    """Expected: what bends over the edge adds signal below the horizon, so first detection is not later."""
    without, with_ = (
        first_seen(scene(low_flyer(), model=CLEAR | {"diffraction": on}, sites=[site(**BESIDE)]))
        for on in (False, True)
    )
    assert with_ <= without + 0.5, (without, with_)


def test_the_air_takes_signal_from_a_distant_target():
    """Expected: with attenuation a distant aircraft is seen no earlier, by some seconds at most later."""
    clear, air = (
        first_seen(
            scene(raid("Far", "f16", 390.0), model=CLEAR | {"attenuation": on}, sites=[site(**BESIDE)], duration=1700.0)
        )
        for on in (False, True)
    )
    assert clear - 1.0 <= air, (clear, air)


def test_a_sea_surface_makes_lobes_only_where_it_is_switched_on():
    """Expected: over a sea site multipath moves the first detection of a low flyer; off, nothing is different from the
    default."""
    default, off = (
        first_seen(scene(low_flyer(), model=model, sites=[site(**BESIDE)]))
        for model in (CLEAR, CLEAR | {"multipath": False})
    )
    assert default == off


@pytest.mark.parametrize("shape", ["ridge", "coastal_range"])
def test_a_crest_hides_a_low_flyer_that_flat_ground_shows(shape):
    """Expected: behind a crest of 800 m, 15 km off, a flyer at 30 m is seen later than over flat ground."""
    ground = {
        "source": shape,
        "bearing": f"{FACING} deg",
        "distance": "15 km",
        "height": "800 m",
        "width": "4 km",
        "origin": place(0.0),
    }
    if shape == "coastal_range":
        ground["shore"] = "-2 km"
    flyer = raid("Low", "tomahawk", 120.0, agl="30 m")
    flat = first_seen(scene(flyer, model=CLEAR, sites=[site(**BESIDE)]))
    hidden = first_seen(scene(flyer, model=CLEAR, sites=[site(**BESIDE)], terrain=ground))
    assert hidden > flat + 20.0, (flat, hidden)


def test_ground_that_is_not_known_is_refused_or_taken_for_sea():
    """Expected: a raid from beyond the packaged ground is refused with "error"; with "sea" it flies and is seen."""
    far = {"terrain": {"source": "levant"}, "sites": [site(at="39.6 N 35.0 E", facing="0 deg")]}
    moved = {"asset": [{"name": "Depot", "at": "39.62 N 35.0 E", "radius": "500 m"}]}
    comers = raid("Comers", origin="40.6 N 35.0 E")
    with pytest.raises(InputError):
        scene(comers, model=CLEAR, **far, **moved)
    world = scene(comers, model=CLEAR, **(far | {"terrain": {"source": "levant", "on_missing": "sea"}}), **moved)
    assert column(world, 5, "detected").mean() == 1.0


# ------------------------------------------------------------------ radars


def test_cases_of_swerling_order_first_detections_as_theory_says():
    """Expected: slow fading gives chance detections early (case 1 before 3 before a steady target); what fades from
    pulse to pulse averages out and comes near the steady one."""
    seen = []
    for case in range(5):
        world = scene(
            raid("Small", "shahed136", 150.0, altitude="3 km"), model=CLEAR, sites=[site(**BESIDE)], duration=3400.0
        )
        world.rows["flights"]["swerling"] = case
        seen.append(first_seen(world, 60))
    assert seen[1] < seen[3] < seen[0], seen
    assert abs(seen[2] - seen[0]) < 0.6 * (seen[0] - seen[1]), seen
    assert abs(seen[4] - seen[0]) < 0.6 * (seen[0] - seen[1]), seen


@pytest.mark.parametrize(("mode", "flyer"), [("low", "low"), ("high", "high"), ("ballistic", "steep")])
def test_a_search_mode_sees_what_it_is_for_at_least_as_early(mode, flyer):
    """Expected: of the engagement radar's search modes the low one sees a flyer at 50 m no later than the others, the
    ballistic one a falling missile; a high flyer is seen in all but perhaps the low one."""
    comers = {
        "low": raid("Comers", "tomahawk", 60.0, altitude="50 m"),
        "high": raid("Comers", "f16", 60.0, altitude="10 km"),
        "steep": raid("Comers", "scud_b", 280.0),
    }[flyer]

    def seen(which):
        alone = site(**BESIDE, doctrine={"search_mode": which}, radars_off=["64n6e2"])
        return float(
            np.minimum(column(scene(comers, model=CLEAR, sites=[alone]), 20, "first_detection_s"), 900.0).mean()
        )

    others = {which: seen(which) for which in ("low", "high", "ballistic")}
    assert others[mode] <= min(others.values()) + 2.0, others


def test_false_alarms_are_plots_that_only_the_switch_brings():
    """Expected: without the switch no track is a false one; with it as many leak, within 0.1."""
    off, on = (
        scene(raid("One", "f16", 150.0), model=CLEAR | {"false_alarms": state}, sites=[site(**BESIDE)])
        for state in (False, True)
    )
    assert column(off, 20, "false_tracks").sum() == 0
    assert abs(column(on, 40, "leakers").mean() - column(off, 40, "leakers").mean()) <= 0.1


# ------------------------------------------------------------------ rules and rounds


@pytest.mark.parametrize(
    ("fire", "salvo", "first", "most"),
    [
        ("single", 2, 1, 1),
        ("salvo", 3, 3, 3),
        ("shoot_look_shoot", 2, 2, 99),
        ("shoot_shoot_look", 1, 2, 99),
    ],
)
def test_a_fire_rule_gives_a_lone_target_the_rounds_it_is_named_after(fire, salvo, first, most):
    """Expected: single fires one round and no more, a salvo is fired once, the others look and shoot again; the first
    salvo is as long as the rule says."""
    world = scene(
        raid("One", "f16", 150.0),
        model=CLEAR | {"kill": "constant", "kill_probability": 0.5, "assessment": "perfect"},
        sites=[site(**BESIDE, launchers=8, doctrine={"fire": fire, "salvo": salvo})],
    )
    shots = each(world, 16, lambda result: events(result, Event.LAUNCH)["time"])
    assert all(np.sum(times < times[0] + 12.0) == first for times in shots)
    assert all(len(times) <= most for times in shots)
    assert most < 99 or any(len(times) > first for times in shots)


def test_published_limits_hold_intercepts_inside_what_is_published():
    """Expected: every predicted intercept lies within the published range; emergent limits shoot no later."""
    emergent, published = (
        scene(raid("One", "f16", 300.0), model=CLEAR | {"limits": limits}, sites=[site(**BESIDE)], duration=1400.0)
        for limits in ("emergent", "published")
    )
    limit = float(published.rows["magazines"]["limits"][:, 0, 1].max())
    assert np.isfinite(limit)
    far = [
        np.max(rows, initial=0.0)
        for rows in each(published, 5, lambda result: events(result, Event.LAUNCH)["value"][:, 1])
    ]
    assert 0.0 < max(far) <= limit + 1_000.0


def test_no_round_is_launched_where_its_support_is_less_sure_than_the_margin():
    """Expected: where the engagement radar is weak and may not dwell longer, a margin near 1 holds fire until the
    target is nearer: some seconds at the least, and more than the dice could bring."""
    low, high = (
        scene(
            raid("One", "f16", 300.0),
            model=CLEAR,
            sites=[site(**BESIDE, doctrine={"launch_margin": margin})],
            duration=1400.0,
            knobs={"30n6e2.snr": -10.0, "behavior.dwell_extension": 1.0},
        )
        for margin in (0.0, 0.95)
    )

    def launched(result):
        return float(np.min(events(result, Event.LAUNCH)["time"], initial=1400.0))

    later = np.subtract(each(high, 40, launched), each(low, 40, launched))
    assert later.mean() > 5.0 + 3.0 * later.std(ddof=1) / np.sqrt(later.size), later.mean()


@pytest.mark.parametrize(("kind", "threat"), [("cruise", "tomahawk"), ("drone", "shahed136"), ("aircraft", "f16")])
def test_rounds_announced_for_a_class_are_fired_at_it(kind, threat):
    """Expected: all rounds kept for a class do not keep it from being shot at: what they are kept for may take them."""
    comers = raid("Comers", threat, 60.0, altitude="500 m" if kind != "aircraft" else "6 km")
    world = scene(comers, model=CLEAR, sites=[site(**BESIDE, doctrine={"reserves": {kind: 16}})], duration=2000.0)
    assert column(world, 10, "rounds_fired").mean() > 0.5


@pytest.mark.parametrize(("kind", "threat"), [("cruise", "tomahawk"), ("drone", "shahed136")])
def test_rounds_kept_for_one_class_are_fired_at_it_and_at_no_other(kind, threat):
    """Expected: an aircraft at 6 km draws no shot where all rounds are kept for another class, that class does."""
    keep = site(**BESIDE, doctrine={"keep": {"48n6e2": kind}})
    comers = raid("Comers", threat, 60.0, altitude="500 m")
    assert column(scene(comers, model=CLEAR, sites=[keep], duration=2000.0), 10, "rounds_fired").mean() > 0.5
    assert column(scene(raid("Other", "f16", 100.0), model=CLEAR, sites=[keep]), 10, "rounds_fired").sum() == 0


@pytest.mark.parametrize("priority", ["value", "time"])
def test_of_a_near_cruise_missile_and_a_far_one_the_near_is_served_first(priority):
    """Expected: at equal worth both priorities take the nearer first."""
    near, far = (
        raid(name, "tomahawk", distance, altitude="500 m") for name, distance in (("Near", 60.0), ("Zfar", 90.0))
    )
    world = scene(near, far, model=CLEAR, sites=[site(**BESIDE, doctrine={"priority": priority})])
    for result in each(world, 6, lambda result: result):
        launches = events(result, Event.LAUNCH)
        assert world.names.flights[int(launches["flight"][0])].startswith("Near")


def test_a_friend_that_is_told_to_be_silent_is_not_believed_a_friend():
    """Expected: with ``iff = true`` own aircraft are believed friends, with false they never are."""
    seen = {}
    for iff in (True, False):
        world = scene(
            raid("Own", "f16", 150.0, side="friend", iff=iff),
            model=CLEAR,
            sites=[site(**BESIDE, doctrine={"control": "hold"})],
        )
        codes = np.concatenate(each(world, 10, lambda result: events(result, Event.IDENTIFY)["code"]))
        seen[iff] = np.isin(codes, (Identity.FRIEND, Identity.ASSUMED_FRIEND)).any()
    assert seen == {True: True, False: False}


def test_a_replication_that_would_not_end_ends_and_says_what_took_its_turns():
    """Expected: a bound on turns ends it as failed, with the moment and what took most turns."""
    world = scene(raid("One", "f16", 100.0), model=CLEAR, sites=[site(**BESIDE)])
    assert one(world).message == ""
    world.rows["situation"]["work_most"] = 300
    from openiads.engine.runner import Runner

    result = Runner(world, 1).replicate(0)
    assert result.outcome["status"][0] == 9
    assert "stopped at" in result.message and "300 turns" in result.message and "most of them" in result.message


def heights_file(path, row):
    """A file of heights about the scene, 240 columns of 1/120 degree from 34.4 E on, the same row from 34.4 N up."""
    head = "ncols 240\nnrows 120\nxllcorner 34.4\nyllcorner 34.4\ncellsize 0.00833333333\nNODATA_value -9999\n"
    path.write_text(head + "\n".join([" ".join(map(str, row))] * 120) + "\n")
    return path


def wall(height):
    """A row of heights with a wall about 20 km west of the site."""
    return [height if 154 <= column < 158 else 0 for column in range(240)]


def low_over(ground, count=10):
    """When a flyer 30 m above the ground is first seen, s, in each replication."""
    flyer = raid("Low", "tomahawk", 110.0, agl="30 m")
    world = scene(flyer, model=CLEAR, sites=[site(**BESIDE)], terrain=ground)
    return column(world, count, "first_detection_s")


def test_ground_of_a_file_hides_what_stands_behind_it(tmp_path):
    """Expected: a wall of 1,000 m 20 km off, in a file of heights, hides a low flyer that flat ground shows."""
    seen = []
    for height in (0, 1000):
        file = heights_file(tmp_path / f"ground{height}.asc", wall(height))
        seen.append(low_over({"source": "files", "on_missing": "sea", "files": [str(file)]}).mean())
    assert seen[1] > seen[0] + 20.0, seen


def test_ground_of_the_library_hides_as_its_file_does(tmp_path, monkeypatch):
    """Expected: the same first detections, to the last bit, from the library as from the file that was added to it."""
    monkeypatch.setenv("OPENIADS_TERRAIN", str(tmp_path / "index"))
    file = heights_file(tmp_path / "wall.asc", wall(1000))
    library.add([file])
    ours, theirs = (
        low_over({"source": source, "on_missing": "sea", **more})
        for source, more in (("library", {}), ("files", {"files": [str(file)]}))
    )
    assert ours.tolist() == theirs.tolist()


def test_a_sea_floor_is_ground_or_sea(tmp_path):
    """Expected: over a floor of -300 m that counts as ground, what flies 30 m above it stays below the horizon for
    longer; as sea it is seen as over a file of zeros."""
    floor = [-300 if column < 165 else 0 for column in range(240)]
    file, flat = heights_file(tmp_path / "floor.asc", floor), heights_file(tmp_path / "flat.asc", [0] * 240)
    told = {"source": "files", "on_missing": "sea"}
    ground, sea, level = (
        low_over(told | more)
        for more in (
            {"files": [str(file)], "below_sea": "ground"},
            {"files": [str(file)], "below_sea": "sea"},
            {"files": [str(flat)]},
        )
    )
    assert sea.tolist() == level.tolist()
    assert ground.mean() > sea.mean() + 20.0, (ground.mean(), sea.mean())


def test_the_packaged_world_hides_what_stands_behind_its_mountains():
    """Expected: far from the packaged Levant, east of 180 degrees, an island of hundreds of meters hides a low flyer on
    its far side, which flat ground shows."""
    seen = []
    for source in ("flat", "world"):
        guard = site(at="16.70 S 179.88 W", facing="215 deg")
        depot = {"asset": [{"name": "Depot", "at": "16.70 S 179.88 W", "radius": "500 m"}]}
        flyer = raid("Low", "tomahawk", origin="17.60 S 179.45 E", agl="30 m")
        seen.append(first_seen(scene(flyer, model=CLEAR, sites=[guard], terrain={"source": source}, **depot), 10))
    assert seen[1] > seen[0] + 20.0, seen


def test_a_mode_that_shares_a_radars_time_shows_what_the_other_does_not():
    """Expected: above the elevations of air search a flyer is found only in the frames that the second mode gets."""
    seen = []
    for shared in (True, False):
        world = scene(
            raid("Steep", "f16", 40.0, altitude="18 km"), model=CLEAR, sites=[site(**BESIDE, radars_off=["30n6e2/1"])]
        )
        search = world.rows["radars"]["unit"] < 0
        assert (world.rows["radars"]["shared_every"][search] > 0).all()
        if not shared:
            world.rows["radars"]["shared_every"] = 0
        looks = each(world, 5, lambda result: events(result, Event.LOOK)["code"], record=True)
        seen.append(int(sum((codes == 1).sum() for codes in looks)))
    assert seen[0] > seen[1], seen


def test_a_round_flies_on_without_support_for_as_long_as_its_phase_allows():
    """Expected: a round whose radar dies in midcourse ends 12 s after the last look, not after the 1 s of its last
    seconds; once the shorter limit ended it in midcourse too."""
    failures = [{"element": "30n6e2/1", "at": "120 s"}]
    world = scene(raid("One", "f16", 150.0), model=CLEAR, sites=[site(**BESIDE, launchers=8, failures=failures)])
    world.rows["magazines"]["midcourse_break"] = 12.0
    world.rows["magazines"]["support_break"] = 1.0
    ends = []
    for result in each(world, 12, lambda result: result):
        rows = events(result, Event.ROUND_END, code=int(RoundEnd.SUPPORT_LOST))
        handed = set(events(result, Event.HANDOVER)["round"].tolist())
        ends += [float(row["time"]) for row in rows if int(row["round"]) not in handed]
    assert ends and all(126.0 <= end <= 134.0 for end in ends), ends


def test_a_lone_target_draws_hardly_a_round_more_than_its_salvo():
    """Expected: under a rule of one salvo, and judged without error, a lone target draws exactly that in at least 99 of
    100 runs; once 19 of 8,000 drew a spare round at a second track of it."""
    world = scene(
        raid("One", "f16", 150.0),
        model=CLEAR | {"assessment": "perfect"},
        sites=[site(**BESIDE, launchers=8, doctrine={"fire": "salvo", "salvo": 2})],
    )
    shots = column(world, 300, "rounds_fired")
    assert np.mean(shots > 2) <= 0.01
