"""Emission control: radars that blink, shut down or wait for a cue, and what each of these costs the defense."""

from __future__ import annotations

import math

import numpy as np
import pytest

from engine.ledger import rows
from engine.scenes import CLEAR, TEXTBOOK, each, events, gates, one, place, raid, replications, scene, site, time_of
from openiads.audit.check import check_events
from openiads.audit.reasons import audit_reasons
from openiads.base.errors import InputError
from openiads.engine.runner import Runner
from openiads.experiments.design import quick_study
from openiads.experiments.sweep import sweep
from openiads.runs.replicate import run
from openiads.runs.simulator import real_simulator
from openiads.world.codes import Down, Element, Emission, Event, Gate, RoundEnd

HELD = {"control": "hold"}
APART = [{"name": "Depot", "at": place(6.0, 0.0), "radius": "500 m"}]
SEARCH = 0  # row of the surveillance radar
ERRORS = 3.0  # standard errors that a closed form is met within


def watch(faint=0.25, frames=12, **doctrine):
    """A surveillance radar alone, and an aircraft that comes so slowly that every look has about the same chance."""
    slow = raid("Slow", distance=230.0, speed="40 m/s", altitude="8 km")
    guard = site(radars_off=["30n6e2"], launchers=0, doctrine=HELD | doctrine)
    world = scene(slow, model=CLEAR, sites=[guard], duration=6.0 * frames)
    world.rows["radars"]["reference_snr"] *= faint
    return world


def looked(world, count, seed):
    """Looks and hits of each replication, shape (count, 2)."""

    def measure(result):
        looks = rows(result, Event.LOOK)
        return len(looks), int((looks["code"] == 1).sum())

    return np.array(each(world, count, measure, seed, record=True))


def kept(world, result):
    """Every violation of a log of the engine, and every false reason, in words."""
    sides = {"flight_side": world.flight_side, "flight_class": world.flight_class}
    through = world.scenario.model.detection == "range" or world.scenario.model.diffraction
    limits = {**world.limits, **sides, "mask_open": through}
    found = check_events({int(result.outcome["replication"][0]): result.events}, result.outcome, limits, world.names)
    return [str(v) for v in found]


# ------------------------------------------------------------------ nothing declared, nothing changed


def test_always_on_is_what_nothing_declared_means():
    plain, stated = (
        scene(raid("West", count=3, spacing="10 s"), model=CLEAR, sites=[site(doctrine=more)])
        for more in ({}, {"emission": "on", "emission_of": {"64n6e2": "on"}, "emission_rules": {"silence": "9 s"}})
    )
    assert (stated.rows["radars"]["policy"] == Emission.NONE).all()
    for k in range(5):
        first, second = one(plain, k, record=True), one(stated, k, record=True)
        assert first.events.tobytes() == second.events.tobytes()
        assert first.outcome.tobytes() == second.outcome.tobytes()
    alone = scene(raid("West"), sites=[site(doctrine={"emission": "on"})]).scenario
    assert alone.digest() == scene(raid("West"), sites=[site()]).scenario.digest()


def test_a_blink_that_is_never_off_and_availability_of_one_change_nothing_but_their_own_state():
    plain = scene(raid("West"), model=CLEAR, sites=[site()])
    sure = {"radar": 1.0, "post": 1.0, "crew": 1.0}
    full = scene(
        raid("West"),
        model=CLEAR,
        sites=[site(availability=sure, doctrine={"emission": "blink", "emission_rules": {"blink_duty": 1.0}})],
    )
    for k in range(5):
        assert one(plain, k).events.tobytes() == one(full, k).events.tobytes()


def test_the_order_of_entries_means_nothing():
    near, far = site("Near", defends=["Depot"]), site("Far", at=place(20.0, 0.0), defends=["Depot"])
    near["doctrine"] |= {"emission_of": {"64n6e2": "blink", "30n6e2": "cued"}}
    near["emitter_decoys"] = [{"radar": "64n6e2", "count": 2}, {"radar": "30n6e2/1", "count": 1}]
    turned = near | {"emitter_decoys": near["emitter_decoys"][::-1]}
    turned["doctrine"] = near["doctrine"] | {"emission_of": {"30n6e2": "cued", "64n6e2": "blink"}}
    raids = [raid("A", strikes="Near/64n6e2"), raid("B")]
    del raids[0]["target"]
    one_way = scene(*raids, model=CLEAR, sites=[near, far], asset=APART)
    other = scene(*raids[::-1], model=CLEAR, sites=[far, turned], asset=APART)
    for k in range(3):
        assert one(one_way, k).events.tobytes() == one(other, k).events.tobytes()


# ------------------------------------------------------------------ blinking


@pytest.mark.parametrize(("duty", "period"), [(0.25, 24.0), (0.5, 12.0), (0.5, 24.0), (0.75, 24.0)])
def test_a_radar_that_blinks_detects_as_often_as_its_looks_make_it(duty, period):
    """EMCON-DUTY: frames are looked at in turn, so n frames of duty f give nf looks, and 1 - (1 - p)^nf detections."""
    frames, count = 24, replications(300)
    always, blinking = (
        watch(frames=frames),
        watch(
            frames=frames,
            emission="blink",
            emission_rules={"blink_period": f"{period} s", "blink_duty": duty},
        ),
    )
    for world in (always, blinking):
        world.rows["radars"]["reference_snr"] *= 0.35
    full = looked(always, count, seed=2)
    p = full[:, 1].sum() / full[:, 0].sum()
    assert 0.03 < p < 0.5
    found = looked(blinking, count, seed=3)
    assert found[:, 0].mean() == pytest.approx(duty * full[:, 0].mean(), abs=0.35)
    expected = np.mean(1.0 - (1.0 - p) ** found[:, 0])
    at_all = (found[:, 1] > 0).mean()
    slope = np.mean(found[:, 0] * (1.0 - p) ** (found[:, 0] - 1.0))
    spread = slope * math.sqrt(p * (1.0 - p) / full[:, 0].sum())
    error = math.hypot(spread, math.sqrt(expected * (1.0 - expected) / count))
    assert abs(at_all - expected) <= ERRORS * error
    assert at_all < (full[:, 1] > 0).mean() + ERRORS * error  # never better than always on


def test_what_a_blinking_radar_sees_of_what_comes_straight_on_it_would_have_seen_always_on():
    """Common draws: a look is the same look whether or not the radar was silent before it."""
    always = watch(faint=0.15)
    blinking = watch(faint=0.15, emission="blink", emission_rules={"blink_period": "24 s", "blink_duty": 0.5})
    lost = 0
    for k in range(20):
        hits = [
            {round(float(t), 6) for t in events(one(w, k, record=True), Event.LOOK, code=1)["time"]}
            for w in (always, blinking)
        ]
        assert hits[1] <= hits[0]
        lost += len(hits[0] - hits[1])
    assert lost > 20


def test_detection_grows_with_the_duty_over_its_whole_range():
    shares = np.linspace(0.05, 1.0, 20)
    seen = []
    for duty in shares:
        world = watch(faint=0.1, emission="blink", emission_rules={"blink_period": "24 s", "blink_duty": float(duty)})
        seen.append(looked(world, 60, seed=4).mean(axis=0))
    looks, hits = np.array(seen).T
    assert (np.diff(looks) >= 0.0).all() and (np.diff(hits) >= 0.0).all()
    assert np.diff(looks).max() < 1.5  # no cliff: a twentieth of 12 frames is 0.6 looks
    assert looks[-1] == pytest.approx(looked(watch(faint=0.1), 60, seed=4)[:, 0].mean(), abs=1e-9)


def test_a_silent_radar_makes_no_false_plots():
    """False plots per second of emission are those of a radar that is always on, whatever the share of a batch."""

    def plots(**doctrine):
        alone = site(radars_off=["30n6e2"], launchers=0, doctrine=HELD | doctrine)
        far = raid("Far", distance=290.0, speed="10 m/s", start="590 s")
        world = scene(far, model=CLEAR | {"false_alarms": True}, sites=[alone], duration=600.0)
        world.rows["radars"]["false_per_frame"] = 8.0
        world.rows["radars"]["link_loss"] = 0.0
        world.rows["situation"]["work_most"] = 100_000_000
        runner, total = Runner(world, 1), 0
        for k in range(3):
            runner.replicate(k)
            total += int(runner.sim.situation[0]["updates"]) + int(runner.sim.situation[0]["serial"])
        return total

    rare = {"emission": "blink", "emission_rules": {"blink_period": "7 s", "blink_duty": 0.01}}
    assert plots() > 200
    assert plots(**rare) < 0.05 * plots()
    assert plots(emission="cued") == 0


# ------------------------------------------------------------------ silent until cued


def cued_pair(told=True, **rules):
    """A site that is silent until cued, and one 30 km toward the threat that watches; under a brigade if ``told``."""
    rules = {"cue_range": "60 km", "cue_time": "0 s", "delay": "4 s", "resume": "3 s"} | rules
    silent = site("Silent", doctrine={"emission": "cued", "emission_rules": rules})
    eye = site("Eye", at=place(30.0), launchers=0, doctrine=HELD)
    chain = [{"name": "Brigade", "post": "54k6e2", "at": place(3.0, 90.0), "commands": ["Eye", "Silent"]}]
    return scene(
        raid("West", distance=150.0),
        sites=[silent, eye],
        model=CLEAR,
        asset=APART,
        **({"command": chain} if told else {}),
    )


def test_a_cued_site_is_silent_until_its_post_holds_a_track_within_the_declared_range():
    world = cued_pair()
    silent = [r for r, name in enumerate(world.names.radars) if name.startswith("Silent/")]
    waits = []
    for k in range(6):
        result = one(world, k, record=True)
        for r in silent:
            switches = rows(result, Event.EMISSION)
            mine = switches[switches["radar"] == r]
            assert mine[0]["time"] == 0.0 and mine[0]["code"] == 0
            on = float(mine[1]["time"])
            assert time_of(result, Event.DETECT, radar=r) >= on
            state = events(result, Event.FLIGHT_STATE, flight=0)
            at = state[np.searchsorted(state["time"], on) - 1]["value"][:3]
            far = math.dist(at, world.rows["radars"][r]["position"])
            waits.append((60_000.0 - far) / 250.0)  # s since the flight came within 60 km
        assert Gate.SILENT in gates(result, 0, world.names.units.index("Silent/1"))
        assert kept(world, result) == []
        assert not [str(reason) for reason in audit_reasons(world, result.events, [0]) if reason.false_for]
    assert 5.0 < np.median(waits) < 13.0  # the crew's median of 4 s, 3 s to come back, a cycle, the track's error
    assert one(world).outcome["rounds_fired"][0] > 0


def test_nobody_cues_a_silent_site_that_hears_of_nothing():
    world = cued_pair(told=False)
    result = one(world, record=True)
    silent = [r for r, name in enumerate(world.names.radars) if name.startswith("Silent/")]
    assert not np.isin(rows(result, Event.LOOK)["radar"], silent).any()
    assert rows(result, Event.EMISSION)["code"].tolist() == [0, 0]
    assert gates(result, 0, world.names.units.index("Silent/1")) == [Gate.SILENT]
    assert result.outcome["rounds_fired"][0] == 0
    assert kept(world, result) == []


def test_a_wider_cue_never_has_a_site_emit_later():
    begun = []
    for reach in (20, 40, 60, 80, 100):
        world = cued_pair(cue_range=f"{reach} km")
        r = world.names.radars.index("Silent/64n6e2")
        begun.append([time_of(one(world, k), Event.EMISSION, radar=r, code=1) for k in range(5)])
    assert (np.diff(np.array(begun), axis=0) <= 1e-9).all()


def test_a_radar_that_nobody_could_cue_is_told():
    """Expected: a line for a site whose radars all wait for a cue alone, none where another radar of its post or of its
    command looks; once it was silent to the end and nothing said so."""

    def told(world):
        return [line for line in real_simulator().warnings(world.scenario, world) if "silent until cued" in line]

    alone = scene(raid("West"), sites=[site(doctrine={"emission": "cued"})], model=CLEAR)
    assert len(told(alone)) == 1 and "30n6e2" in told(alone)[0]
    assert not told(scene(raid("West"), sites=[site(doctrine={"emission_of": {"30n6e2": "cued"}})], model=CLEAR))
    assert not told(cued_pair()) and len(told(cued_pair(told=False))) == 1


def test_a_cued_radar_falls_silent_again_when_nothing_is_near():
    world = cued_pair(silence="20 s")
    result = one(world, 1)
    r = world.names.radars.index("Silent/64n6e2")
    mine = events(result, Event.EMISSION, radar=r)
    assert mine["code"].tolist()[:2] == [0, 1]
    assert result.outcome["killed"][0] == 1
    assert len(mine) == 2 or mine["time"][2] - mine["time"][1] > 20.0


def test_single_radars_have_their_own_policy():
    world = scene(raid("West"), sites=[site(doctrine={"emission_of": {"30n6e2": "cued"}})], model=CLEAR)
    assert world.rows["radars"]["policy"].tolist() == [Emission.NONE, Emission.CUED]
    result = one(world, record=True)
    assert time_of(result, Event.DETECT, radar=0) < time_of(result, Event.EMISSION, code=1)
    assert time_of(result, Event.DETECT, radar=1) > time_of(result, Event.EMISSION, code=1)
    assert kept(world, result) == []


# ------------------------------------------------------------------ shutdown


RULES = {"alarm_time": "60 s", "delay": "3 s", "resume": "2 s", "silence": "40 s"}


def attacked(policy="shutdown", rules=None, shots=2, **more):
    """Anti-radiation missiles at the surveillance radar of a site that holds fire."""
    arm = raid("Hound", "arm", 90.0, count=shots, spacing="20 s", altitude="9 km", strikes="Guard/64n6e2")
    del arm["target"]
    emission = {"emission": policy, "emission_rules": rules or RULES}
    guard = site(fire_unit_positions=[place(4.0, 180.0)], doctrine=HELD | emission)
    late = raid("Late", distance=150.0)  # something to look at when all is over
    return scene(arm, late, sites=[guard], asset=APART, model=CLEAR, **more)


def test_a_radar_shuts_down_on_what_its_post_believes_and_comes_back_after_the_declared_time():
    world = attacked()
    for k in range(6):
        result = one(world, k, record=True)
        mine = events(result, Event.EMISSION, radar=SEARCH)
        assert mine["code"].tolist()[:2] == [0, 1]
        assert time_of(result, Event.TRACK) < mine["time"][0]  # a track comes before the order
        off, on = (float(t) for t in mine["time"][:2])
        assert on - off >= 40.0 + 2.0
        looks = events(result, Event.LOOK, radar=SEARCH)["time"]
        assert not ((looks > off) & (looks < on)).any()
        assert ((looks > on) & (looks < on + 13.0)).any()
        assert kept(world, result) == []


def test_what_is_slow_or_passes_by_raises_no_alarm():
    guard = site(doctrine=HELD | {"emission": "shutdown", "emission_rules": RULES})
    slow = scene(raid("Bomber", distance=90.0), sites=[guard], model=CLEAR)
    aside = raid("Aside", "arm", origin=place(90.0, 240.0), aim=place(40.0, 0.0), altitude="9 km")
    del aside["target"]
    for world in (slow, scene(aside, sites=[guard], model=CLEAR)):
        assert sum(len(rows(one(world, k), Event.EMISSION)) for k in range(4)) == 0


def test_shutting_down_saves_radars_and_always_on_loses_them():
    lost = {
        policy: np.mean(each(attacked(policy), 40, lambda r: r.outcome["radars_lost"][0]))
        for policy in ("on", "shutdown")
    }
    assert lost["on"] > 0.9
    assert lost["shutdown"] < 0.4


def test_rounds_in_the_air_lose_their_support_when_their_radar_falls_silent():
    """An aircraft is shot at, and a weapon comes at the engagement radar: its command-guided rounds are lost."""
    arm = raid("Hound", "arm", 60.0, altitude="9 km", strikes="Guard/30n6e2/1", start="60 s")
    del arm["target"]
    ends = []
    for policy in ("on", "shutdown"):
        rules = {"delay": "1 s", "alarm_time": "80 s", "alarm_radius": "5 km"}
        guard = site(doctrine={"salvo": 2, "emission_of": {"30n6e2": policy}, "emission_rules": rules})
        target = raid("Bomber", distance=70.0, count=4, spacing="3 s", lateral_spacing="2 km")
        world = scene(target, arm, sites=[guard], model=CLEAR, asset=APART)
        world.rows["magazines"]["reliability"] = 0.0  # the crew does not know: it shoots on
        told = [one(world, k) for k in range(6)]
        ends.append(sum(int(r.outcome["round_support_lost"][0]) for r in told))
        for r in told:
            off = events(r, Event.EMISSION, code=0)["time"]
            lost = events(r, Event.ROUND_END, code=int(RoundEnd.SUPPORT_LOST))["time"]
            if policy == "shutdown" and len(off) and len(lost):
                assert lost.min() > off.min()
    assert ends[1] > ends[0]


# ------------------------------------------------------------------ availability


@pytest.mark.parametrize("ready", [0.3, 0.9])
def test_elements_are_ready_with_their_declared_probability(ready):
    count = replications(400)
    world = scene(raid("West"), model=CLEAR, sites=[site(availability=dict.fromkeys(("radar", "post", "crew"), ready))])
    crew = int(world.rows["units"][0]["posts"][0])
    own = int(world.rows["units"][0]["posts"][1])
    wanted = [(Element.RADAR, 0), (Element.RADAR, 1), (Element.POST, own), (Element.POST, crew)]

    def measure(result):
        down = events(result, Event.ELEMENT_DOWN)
        down = down[down["value"][:, 1] == Down.NOT_READY]
        assert (down["time"] == 0.0).all()
        out = {(int(e["code"]), int(e["value"][0])) for e in down}
        return [(int(kind), row) in out for kind, row in wanted]

    out = np.array(each(world, count, measure))
    assert [fault for k in range(5) for fault in kept(world, one(world, k, record=True))] == []
    error = math.sqrt(ready * (1.0 - ready) / count)
    assert np.abs(out.mean(axis=0) - (1.0 - ready)).max() <= 4.0 * error
    assert np.abs(np.corrcoef(out.T) - np.eye(4)).max() < 4.5 / math.sqrt(count)  # drawn each by itself


def test_what_is_not_ready_takes_no_part():
    for who in ("radar", "post", "crew"):
        world = scene(raid("West"), model=CLEAR, sites=[site(availability={who: 0.0})], asset=APART)
        result = one(world, record=True)
        assert kept(world, result) == []
        if who == "radar":
            assert len(rows(result, Event.LOOK)) == 0
        if who == "crew":
            assert (rows(result, Event.ELEMENT_DOWN)["unit"] == 0).all()
            assert math.isfinite(time_of(result, Event.TRACK))
        if who == "post":  # the crew fights alone, on what its own radar finds
            assert len(rows(result, Event.DEVOLVE)) > 0
        else:
            assert result.outcome["rounds_fired"][0] == 0
        assert result.outcome["elements_lost"][0] == 0


def test_more_readiness_never_lets_more_through():
    """The draw is one, so what is ready with one probability is ready with every greater one."""
    leaks = []
    for ready in (0.0, 0.25, 0.5, 0.75, 1.0):
        wave = raid("Wave", count=4, spacing="8 s")
        world = scene(wave, model=TEXTBOOK | {"kill_probability": 1.0}, sites=[site(availability={"radar": ready})])
        leaks.append(each(world, 30, lambda r: int(r.outcome["leakers"][0])))
    assert (np.diff(np.array(leaks), axis=0) <= 0).all()
    assert np.mean(leaks[0]) == 4.0 and np.mean(leaks[-1]) == 0.0


def test_a_command_may_not_be_ready_and_its_sites_fight_on_alone():
    chain = [{"name": "Brigade", "post": "54k6e2", "at": place(3.0, 90.0), "commands": ["Guard"], "availability": 0.0}]
    world = scene(raid("West"), model=CLEAR, sites=[site()], command=chain)
    result = one(world)
    assert events(result, Event.ELEMENT_DOWN)["value"][0, 1] == Down.NOT_READY
    assert result.outcome["rounds_fired"][0] > 0


# ------------------------------------------------------------------ bad input


BAD = {
    "off and on": (
        {"radars_off": ["64n6e2"], "doctrine": {"emission": "on"}},
        "both silent and on",
    ),
    "off and blinking": (
        {"radars_off": ["30n6e2/1"], "doctrine": {"emission_of": {"30n6e2": "on"}}},
        "both silent and on",
    ),
    "a policy of no radar": ({"doctrine": {"emission_of": {"76n6": "cued"}}}, "no radar of this site"),
    "a word that is none": ({"doctrine": {"emission": "sometimes"}}, "shutdown"),
    "decoys without a radar": ({"emitter_decoys": [{"radar": "96l6e", "count": 2}]}, "decoys without their radar"),
    "decoys of a post": ({"emitter_decoys": [{"radar": "54k6e2", "count": 2}]}, "decoys without their radar"),
    "decoys of what is off": (
        {"radars_off": ["64n6e2"], "emitter_decoys": [{"radar": "64n6e2", "count": 2}]},
        "never emit",
    ),
    "decoys twice": (
        {"emitter_decoys": [{"radar": "30n6e2", "count": 2}, {"radar": "30n6e2/1", "count": 1}]},
        "has decoys already",
    ),
    "no decoy": ({"emitter_decoys": [{"radar": "64n6e2", "count": 0}]}, "count"),
    "availability above 1": ({"availability": {"radar": 1.2}}, "at most 1"),
    "availability of launchers": ({"availability": {"launcher": 0.9}}, "launcher"),
    "a duty of nothing": ({"doctrine": {"emission": "blink", "emission_rules": {"blink_duty": 0.0}}}, "Allowed"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_makes_no_sense_is_refused_with_its_place(name):
    changed, told = BAD[name]
    with pytest.raises(InputError) as raised:
        scene(raid("West"), sites=[site(**changed)])
    lines = str(raised.value)
    assert told in lines and "scenario:" in lines


# ------------------------------------------------------------------ with what else there is


def test_an_early_warning_aircraft_cues_a_silent_site():
    eye = {"name": "Eye", "radar": "e3_apy", "reports_to": "Guard", "at": place(60.0, 90.0)}
    eye |= {"altitude": "9 km", "speed": "170 m/s"}
    rules = {"cue_range": "60 km", "cue_time": "0 s", "delay": "3 s", "resume": "2 s"}
    guard = site(doctrine={"emission": "cued", "emission_rules": rules})
    world = scene(raid("West", distance=150.0), sites=[guard], model=CLEAR, asset=APART, early_warning=[eye])
    deaf = scene(raid("West", distance=150.0), sites=[guard], model=CLEAR, asset=APART)
    for k in range(3):
        result = one(world, k, record=True)
        switches = rows(result, Event.EMISSION)
        assert set(switches["radar"].tolist()) == {0, 1}  # the aircraft's radar is under no such doctrine
        for r in (0, 1):
            mine = switches[switches["radar"] == r]
            assert mine["code"].tolist()[:2] == [0, 1]
            assert time_of(result, Event.DETECT, radar=r) > mine["time"][1] > 300.0  # 150 km to 60 km at 250 m/s: 360 s
        assert [v for v in kept(world, result) if "radar 2 puts" not in v] == []  # the limits here hold no way of it
        assert result.outcome["rounds_fired"][0] > 0
        assert one(deaf, k).outcome["rounds_fired"][0] == 0


def test_rounds_that_see_for_themselves_fly_on_when_their_radar_falls_silent():
    """A unit of active rounds is silenced a second after a round has begun its endgame: that round meets its target."""
    guard = site(system="patriot_pac3", doctrine={"salvo": 1, "emission": "shutdown"})
    world = scene(raid("West", distance=60.0), sites=[guard], model=CLEAR, asset=APART)
    met = 0
    for k in range(8):
        result = one(world, k)
        handed = events(result, Event.HANDOVER)
        if not len(handed):
            continue
        first = handed[0]
        world.rows["radars"]["switch_at"][:] = float(first["time"]) + 0.05  # an order, whoever gave it
        silenced = one(world, k)
        world.rows["radars"]["switch_at"][:] = math.inf
        off = events(silenced, Event.EMISSION, code=0)
        ends = events(silenced, Event.ROUND_END, round=int(first["round"]))
        assert len(off) and ends["code"][0] != RoundEnd.SUPPORT_LOST
        met += 1
    assert met >= 3


def test_a_sweep_over_the_words_of_a_policy_reports_what_each_costs(tmp_path):
    """Radars lost and leakers of each policy; "on" is the very run of a scenario that says nothing."""
    base = attacked("on").scenario
    file = tmp_path / "attacked.toml"
    file.write_text(base.toml(), encoding="utf-8")
    words = ["on", "shutdown", "blink", "cued"]
    vary = {"site.Guard.doctrine.emission": words}
    made = sweep(quick_study(file, vary=vary, replications=6, seed=1, metrics=["leakers", "radars_lost"]))
    assert [point.values["site.Guard.doctrine.emission"] for point in made.points] == words
    lost = [found.mean for found in made.estimate("radars_lost")]
    assert lost[0] > 0.5 and lost[1] < lost[0] and lost[3] < lost[0]
    assert run(base, replications=6, seed=1).digest == next(iter(made.runs())).digest
