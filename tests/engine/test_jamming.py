"""Noise jamming in the engine, against the closed forms and the limits that were written down before the runs."""

from __future__ import annotations

import math

import numpy as np
import pytest

from engine.scenes import CLEAR, FACING, column, each, events, one, place, raid, scene, site
from openiads.audit.check import check_events
from openiads.audit.reasons import audit_reasons
from openiads.engine.runner import Runner
from openiads.parts.jamming import strobe_signal
from openiads.parts.sensing import VISIBLE, sense
from openiads.physics.jamming import burn_through
from openiads.reach.jammed import spokes_at
from openiads.world.codes import Event, Gate, RoundEnd

BANDS = ("S", "C", "X")
NOTED = {"status": "assumption", "note": "of a test", "exact": True}


def own(power, bandwidth=100e6, faces="around", bands=BANDS, **more):
    """A scenario's own jammer without doubt in its figures: power in W, bandwidth in Hz."""

    def exact(value, unit):
        return {"value": value, "unit": unit, "status": "assumption", "note": "of a test", "exact": True}

    entry = {"title": "of a test", "bands": list(bands), "faces": faces}
    entry |= {"erp": exact(power, "W"), "bandwidth": exact(bandwidth, "Hz")}
    entry |= {key: exact(*value) for key, value in more.items()}
    return {"jammers": {"noise": entry}}


def guard(**more):
    """A whole fire unit beside the depot, weapons free."""
    return site(launchers=12, rounds=4, at=place(2.0, FACING + 90.0), doctrine={"salvo": 2}, **more)


def flyer(distance=200.0, **more):
    """One aircraft at 6 km and 250 m/s toward the depot."""
    return raid("Flyer", "f16", distance, **more)


def jammed(power, *raids, catalog=None, **more):
    """A scene with a jammer of so many watts in the catalog."""
    return scene(*raids, model=CLEAR, sites=[guard()], catalog=catalog or own(power), **more)


def looks(world, r, f, times):
    """(distance, signal with and without jamming) of a radar's looks at a flight, straight from the engine."""
    sim = Runner(world, 1).sim
    out = []
    for t in times:
        sim.situation[0]["now"] = t
        code, distance, _, _, _, snr, _, _, clear, _ = sense(sim, r, f, t, False)
        assert code == VISIBLE
        out.append((distance, snr, clear))
    return np.array(out)


TIMES = np.arange(0.0, 700.0, 50.0)


# ------------------------------------------------------------------ one look against the closed form


@pytest.mark.parametrize("power", [0.01, 1.0, 100.0, 10_000.0])
def test_a_target_that_screens_itself_burns_through_where_the_quadratic_says(power):
    """Expected: S / (N + J) of a look at R is a / (R^4 + b R^2), with one b for the whole way."""
    world = jammed(power, flyer(jammer="noise"))
    r = world.names.radars.index("Guard/64n6e2")
    radar, jammer = world.rows["radars"][r], world.rows["jammers"][0]
    wide = max(float(jammer["bandwidth"]), float(radar["receiver_bandwidth"]))
    b = float(radar["jamming_constant"]) * power / wide
    found = looks(world, r, 0, TIMES)
    ratio = found[:, 2] / found[:, 1]
    assert ratio == pytest.approx(1.0 + b / found[:, 0] ** 2, rel=1e-3)  # clutter is in both, and small at 6 km
    at = found[0, 0]
    through = burn_through(float(found[0, 2]) * at**4, b, 10.0)
    assert through < burn_through(float(found[0, 2]) * at**4, 0.0, 10.0)


def test_a_stand_off_jammer_in_the_sidelobes_costs_the_fourth_root():
    """Expected: signal over noise falls by one factor at all ranges of a look far from the jammer, so the range by its
    fourth root; and by far more in a look at the jammer itself."""
    aside = {"name": "Stand-off", "kind": "f15e", "side": "hostile", "jammer": "noise", "altitude": "9 km",
             "route": [place(150.0, FACING + 40.0), place(149.9, FACING + 40.0)]}  # fmt: skip
    world = jammed(1e5, flyer(), flights=[aside])
    r = world.names.radars.index("Guard/64n6e2")
    sim = Runner(world, 1).sim
    f = world.names.flights.index("Flyer[1]")
    found = []
    for t in (0.0, 0.1):
        sim.situation[0]["now"] = t
        *_, clear, _ = found_look = sense(sim, r, f, t, True)
        found.append(clear / found_look[5])
    spoke = spokes_at(world, 0.0)[r, 0]
    radar = world.rows["radars"][r]
    expected = 1.0 + spoke["ratio"] * radar["sidelobe"] * radar["cancellation"]
    assert found[0] == pytest.approx(expected, rel=0.02)  # clutter of the surface in the denominator
    at_jammer = sense(sim, r, world.names.flights.index("Stand-off"), 0.1, True)
    assert at_jammer[8] / at_jammer[5] > 100.0 * found[0]


def test_jammers_add_in_power_and_the_cancelers_take_the_strongest():
    """Expected: the sum of single ratios without cancelers; with them the strongest are suppressed, and one jammer more
    never helps the radar."""

    def standing(n):
        return [{"name": f"Stand-off {k}", "kind": "f15e", "side": "hostile", "jammer": "noise", "altitude": "9 km",
                 "route": [place(100.0 + 20.0 * k, FACING + 25.0 + 3.0 * k)] * 2} for k in range(n)]  # fmt: skip

    def still(rows):
        for row in rows:
            row["route"] = [row["route"][0], row["route"][0].replace("N", "N", 1)]
        return rows

    ratios = []
    for n in range(6):
        flights = [each | {"route": [each["route"][0], place(400.0, FACING)]} for each in still(standing(n))]
        world = jammed(1e4, flyer(), flights=flights)
        sim = Runner(world, 1).sim
        look = sense(sim, world.names.radars.index("Guard/64n6e2"), world.names.flights.index("Flyer[1]"), 0.0, True)
        ratios.append(look[8] / look[5])
    assert ratios[0] == 1.0
    assert np.all(np.diff(ratios) > 0.0), ratios
    steps = np.diff(ratios)
    assert steps[3] > 5.0 * steps[0]  # two cancelers are taken: from the third on each counts in full


@pytest.mark.parametrize("angle", [0.0, 0.5, 1.0, 2.0, 4.0, 20.0, 90.0, 179.0])
def test_the_loss_falls_from_the_jammer_to_the_sidelobes_without_a_cliff(angle):
    """Expected: jamming in a look falls steadily with the angle from the jammer, and is never below the sidelobes'."""

    def ratio(off):
        other = {"name": "Escort", "kind": "f15e", "side": "hostile", "jammer": "noise", "altitude": "6 km",
                 "route": [place(200.0, FACING + off), place(10.0, FACING + off)]}  # fmt: skip
        world = jammed(1e4, flyer(), flights=[other])
        sim = Runner(world, 1).sim
        look = sense(sim, world.names.radars.index("Guard/64n6e2"), world.names.flights.index("Flyer[1]"), 0.0, True)
        return look[8] / look[5]

    here, beside = ratio(angle), ratio(angle + 0.05)
    assert here >= beside * (1.0 - 1e-3) > 1.0
    assert beside > 0.6 * here  # 0.05 deg is a thirtieth of a beamwidth


# ------------------------------------------------------------------ when it radiates, and what a strobe is worth


@pytest.mark.compiled_only
@pytest.mark.parametrize(("begins", "ends"), [(0.0, 100.0), (37.25, 212.5), (100.0, None)])
def test_a_jammer_is_logged_on_and_off_when_it_is_whoever_looks(begins, ends):
    """Expected: on and off at the declared times, to the bit, though no radar here hears its band; once only the looks
    of a radar told, and one that nobody looked at was never on."""
    until = {} if ends is None else {"jammer_until": f"{ends} s"}
    run = one(jammed(1e3, flyer(jammer="noise", jammer_from=f"{begins} s", **until), catalog=own(1e3, bands=("C",))))
    told = events(run, Event.JAMMING)
    over = events(run, Event.TERMINAL, flight=0)["time"].tolist()
    assert told["code"].tolist() == [1, 0]
    assert told["time"].tolist() == [begins, *(over if ends is None else [ends])]


def test_another_jammer_is_noise_to_a_strobe():
    """Expected: own / (1 + others), whatever the echo; with no other jammer the target's jamming over noise."""
    for own_ratio in (0.01, 1.0, 1e4):
        for others in (0.0, 0.5, 1e3):
            clear = 7.0
            snr = clear / (1.0 + own_ratio + others)
            assert strobe_signal(snr, clear, own_ratio) == pytest.approx(own_ratio / (1.0 + others), rel=1e-9)


@pytest.mark.compiled_only
def test_a_partners_strobe_comes_over_its_link():
    """Expected: where the other site's link takes half a minute, the first track of a jammer that neither site sees
    starts no sooner than that after the first strobe, and without the delay it does."""

    def first(delay):
        sites = [guard(), site("North", at=place(80.0, FACING + 90.0), launchers=12, rounds=4)]
        above = [
            {"name": "Brigade", "post": "54k6e2", "at": place(5.0, FACING + 180.0), "commands": ["Guard", "North"]}
        ]
        link = [{"from": "North", "delay": f"{delay} s"}]
        world = scene(flyer(jammer="noise"), model=CLEAR, sites=sites, command=above, catalog=own(1e4), link=link)
        run = one(world)
        north = [n for n, name in enumerate(world.names.radars) if name.startswith("North/")]
        strobes = events(run, Event.STROBE, code=1)
        return events(run, Event.TRACK)["time"][0] - strobes["time"][np.isin(strobes["radar"], north)][0]

    assert first(0.5) < 25.0 and first(30.0) > 30.0


# ------------------------------------------------------------------ nothing where nothing is


@pytest.mark.compiled_only
def test_no_power_is_no_jammer_exactly():
    """Expected: outcomes and events of 0 W are those without a jammer, to the bit, but for the switching on."""
    with_it, without = (jammed(0.0, flyer(**key)) for key in ({"jammer": "noise"}, {}))
    for k in range(6):
        a, b = one(with_it, k), one(without, k)
        assert a.outcome.tobytes() == b.outcome.tobytes() or _same_but_events(a.outcome, b.outcome)
        kept = a.events[a.events["kind"] != int(Event.JAMMING)]
        assert kept.tobytes() == b.events.tobytes()


def _same_but_events(a, b):
    """Outcome rows that differ in nothing but the number of logged events."""
    return all(np.array_equal(a[name], b[name]) for name in a.dtype.names if "event" not in name)


@pytest.mark.compiled_only
def test_a_jammer_below_the_horizon_or_of_another_band_does_nothing():
    """Expected: no jamming at all of 1 MW 300 km off at 50 m, far below the horizon, or in a band that no radar has."""
    low = {"name": "Low", "kind": "f15e", "side": "hostile", "jammer": "noise", "altitude": "50 m",
           "route": [place(300.0, FACING), place(290.0, FACING)]}  # fmt: skip
    world = jammed(1e6, flyer(), flights=[low])
    assert spokes_at(world, 0.0)["ratio"].max() == 0.0
    bands = {int(radar["band"]) for radar in world.rows["radars"]}
    missing = [band for k, band in enumerate(BANDS) if k not in bands]
    world = jammed(0.0, flyer(jammer="noise"), catalog=own(1e6, bands=missing))
    assert missing and spokes_at(world, 0.0)["ratio"].max() == 0.0


def test_a_jammer_radiates_between_its_times_and_in_its_sector():
    """Expected: nothing before and after; ahead its whole power, abeam what is left outside the sector."""
    timed = jammed(1e3, flyer(jammer="noise", jammer_from="100 s", jammer_until="200 s"))
    ratios = [spokes_at(timed, t)["ratio"].max() for t in (99.0, 100.0, 199.0, 200.0)]
    assert ratios[0] == ratios[3] == 0.0 < ratios[1] < ratios[2]
    narrow = {"sector_half_width": (30.0, "deg"), "outside": (20.0, "dB")}
    ahead = jammed(0.0, flyer(jammer="noise"), catalog=own(1e3, faces="ahead", **narrow))
    around = jammed(0.0, flyer(jammer="noise"), catalog=own(1e3))
    abeam = jammed(0.0, flyer(jammer="noise"), catalog=own(1e3, faces="abeam", **narrow))
    both = jammed(0.0, flyer(jammer="noise"), catalog=own(1e3, faces="ahead_and_astern", **narrow))
    full, front, astern, side = (spokes_at(w, 0.0)["ratio"].max() for w in (around, ahead, both, abeam))
    assert front == astern == pytest.approx(full, rel=1e-6)
    assert side == pytest.approx(0.01 * full, rel=0.05)


# ------------------------------------------------------------------ over the whole range


@pytest.mark.compiled_only
def test_first_detection_comes_nearer_with_power_over_eight_decades_and_without_a_cliff():
    """Expected: from the clear range down, never back; where jamming rules the range falls as power to the -1/2, so at
    most by 3.2 a decade."""
    ranges = []
    for power in [10.0**k for k in range(-3, 5)]:
        world = jammed(power, flyer(jammer="noise"))
        found = each(world, 12, lambda run: events(run, Event.DETECT)["value"][:, 0].max(initial=1.0))
        ranges.append(float(np.mean(found)) / 1e3)
    ranges = np.array(ranges)
    assert np.all(np.diff(ranges) <= 1.0), ranges
    assert ranges[0] > 180.0
    assert np.all(ranges[1:-1] / ranges[:-2] > 0.2), ranges


@pytest.mark.compiled_only
def test_more_power_a_nearer_jammer_and_more_bands_never_help_the_defense():
    """Expected: leakers of a raid of six with an escort rise with the escort's power, up to chance (2 of 12 x 6)."""

    def leakers(power, ahead=0.0, bands=BANDS):
        raids = [flyer(count=6, spacing="10 s"), raid("Escort", "f15e", 230.0 - ahead, jammer="noise", altitude="7 km")]
        return float(column(jammed(power, *raids, catalog=own(power, bands=bands)), 12, "leakers").mean())

    swept = [leakers(power) for power in (0.0, 1.0, 100.0, 1e4, 1e6)]
    assert np.all(np.diff(swept) >= -0.35), swept
    assert swept[-1] > swept[0] + 1.0
    assert leakers(1e4, bands=("X",)) <= leakers(1e4) + 0.35


@pytest.mark.compiled_only
def test_what_holds_fire_is_told_as_jamming_and_a_strobe_is_taken():
    """Expected: 1 kW from the target itself: its bearing is taken, the gate is JAMMED, and detection is a burn-through
    within some tens of kilometers."""
    run = one(jammed(1e3, flyer(jammer="noise")), 0)
    strobes = events(run, Event.STROBE, code=1)
    assert len(strobes) >= 1
    assert abs(math.degrees(strobes["value"][0, 1]) - FACING) < 3.0
    assert len(events(run, Event.GATE, code=int(Gate.JAMMED))) >= 1
    found = events(run, Event.DETECT)["value"][:, 0]
    assert found.max(initial=0.0) < 40e3
    assert [int(code) for code in events(run, Event.JAMMING)["code"]][:1] == [1]


@pytest.mark.compiled_only
def test_two_sites_cross_their_strobes_and_one_cannot():
    """Expected: radars 80 km apart under one command get a position of a jammer that neither sees, radars beside each
    other none: at 100 km a crossing of 44 deg is good to some kilometers."""

    def crossings(apart):
        sites = [guard(), site("North", at=place(apart, FACING + 90.0), launchers=12, rounds=4)]
        above = [
            {"name": "Brigade", "post": "54k6e2", "at": place(5.0, FACING + 180.0), "commands": ["Guard", "North"]}
        ]
        world = scene(flyer(jammer="noise"), model=CLEAR, sites=sites, command=above, catalog=own(1e4))
        run = one(world, 0)
        return events(run, Event.STROBE, code=2), events(run, Event.TRACK)

    crossed, tracks = crossings(80.0)
    assert len(crossed) >= 1 and len(tracks) >= 1
    assert tracks["time"][0] < 600.0
    alone, _ = crossings(0.5)
    assert not np.any(alone["value"][:, 0] > 10e3)  # at 10 km even they see it from two sides


@pytest.mark.compiled_only
def test_a_round_that_may_be_led_by_the_bearing_of_a_jammer_is_not_lost():
    """Expected: a target that begins to jam with rounds in the air ends them as SUPPORT_LOST; where the catalog lets
    the bearing lead them they fly on, and some kill."""
    row = {
        "launcher": "5p85se",
        "interceptor": "48n6e2",
        "count": {"value": 12} | NOTED,
        "rounds": {"value": 4} | NOTED,
    }
    kinds = {
        "interceptors": {"led": {"based_on": "48n6e2", "track_on_jam": True}},
        "launchers": {"rail": {"based_on": "5p85se", "carries": ["led"]}},
        "systems": {
            "leading": {"based_on": "s300pmu2", "launchers": [row | {"launcher": "rail", "interceptor": "led"}]}
        },
    }
    late = flyer(jammer="noise", jammer_from="130 s")  # the first rounds are in the air by then
    ends = {}
    for system in ("s300pmu2", "leading"):
        world = scene(late, model=CLEAR, sites=[guard(system=system)], catalog=own(1e4) | kinds)
        runs = each(world, 12, lambda run: events(run, Event.ROUND_END)["code"].tolist())
        codes = [code for run in runs for code in run]
        ends[system] = {end: codes.count(int(end)) / max(len(codes), 1) for end in RoundEnd}
    assert ends["s300pmu2"][RoundEnd.SUPPORT_LOST] > 0.8, ends
    assert ends["leading"][RoundEnd.SUPPORT_LOST] < 0.2, ends
    assert ends["leading"][RoundEnd.KILL] > 0.2, ends


@pytest.mark.compiled_only
def test_jammed_runs_keep_the_invariants_and_tell_no_false_reason():
    """Expected: no law of logs is broken with an escort, self-screening targets and two sites that cross strobes, and
    no reason for not shooting is false by first principles."""
    sites = [guard(), site("North", at=place(60.0, FACING + 90.0), launchers=12, rounds=4)]
    above = [{"name": "Brigade", "post": "54k6e2", "at": place(5.0, FACING + 180.0), "commands": ["Guard", "North"]}]
    raids = [
        flyer(count=4, spacing="10 s", jammer="noise", jammer_until="500 s"),
        raid("Escort", "f15e", 230.0, jammer="noise", altitude="7 km"),
    ]
    world = scene(*raids, model=CLEAR, sites=sites, command=above, catalog=own(1e3))
    runner = Runner(world, 1)
    made = [runner.replicate(k, record=True) for k in range(4)]
    limits = {**world.limits, "flight_side": world.flight_side, "flight_class": world.flight_class}
    outcomes = np.concatenate([each.outcome for each in made])
    told = check_events({k: each.events for k, each in enumerate(made)}, outcomes, limits, world.names)
    assert [str(each) for each in told] == []
    wrong = [reason for each in made for reason in audit_reasons(world, each.events, range(5)) if reason.false_for]
    assert wrong == [], [str(reason) for reason in wrong[:5]]
