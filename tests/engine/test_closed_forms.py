"""With the teaching and test switches the engine reproduces textbook formulas."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pytest
import scipy.stats as st

from engine.scenes import (
    CLEAR,
    FACING,
    STANDARD_ERRORS,
    TEXTBOOK,
    agrees,
    column,
    each,
    events,
    good,
    one,
    place,
    raid,
    replications,
    scene,
    share_agrees,
    site,
    time_of,
)
from openiads.base.draws import Purpose, uniform
from openiads.catalog.load import catalog
from openiads.earth.geodesy import MEAN_RADIUS
from openiads.engine.runner import Runner
from openiads.physics.detection import detection_probability
from openiads.textbook.detection import cumulative_detection
from openiads.textbook.looks import imperfect_looks
from openiads.world.codes import Event, Gate

# ------------------------------------------------------------------ shots and kills


@pytest.mark.parametrize(("salvo", "p"), [(1, 0.7), (2, 0.7), (4, 0.35)])
def test_a_salvo_of_n_kills_with_one_minus_q_to_the_n(salvo, p):
    guard = site(launchers=1, rounds=salvo, doctrine={"fire": "salvo", "salvo": salvo})
    world = scene(raid("Intruder", distance=25.0), model=TEXTBOOK | {"kill_probability": p}, sites=[guard])
    rows = each(world, replications(20_000), lambda r: (int(r.outcome["killed"][0]), int(r.outcome["rounds_fired"][0])))
    killed, fired = np.array(rows).T
    assert np.all(fired == salvo)
    share_agrees(killed, 1.0 - (1.0 - p) ** salvo)


def test_shoot_look_shoot_spends_a_truncated_geometric_number_of_rounds():
    p, most = 0.4, 4
    guard = site(launchers=1, rounds=most)
    slow = raid("Intruder", distance=20.0, speed="100 m/s")  # time for four cycles, and not much more
    world = scene(slow, model=TEXTBOOK | {"kill_probability": p}, sites=[guard])
    rows = each(
        world, replications(20_000), lambda r: (int(r.outcome["leakers"][0]), int(r.outcome["rounds_fired"][0]))
    )
    leaked, fired = np.array(rows).T
    shots = np.arange(1, most + 1)
    chance = np.append(p * (1.0 - p) ** (shots[:-1] - 1), (1.0 - p) ** (most - 1))
    mean = float(shots @ chance)
    assert mean == pytest.approx((1.0 - (1.0 - p) ** most) / p)
    agrees(fired, mean, math.sqrt(shots**2 @ chance - mean**2))
    share_agrees(leaked, (1.0 - p) ** most)
    for n in shots:
        share_agrees(fired == n, chance[n - 1])


@pytest.mark.parametrize("false_kill", [0.05, 0.3])
def test_a_living_target_taken_for_dead_is_let_go_as_the_two_state_recursion_says(false_kill):
    """Imperfect assessment that is never revoked: fewer rounds, more leakers; a dead target draws no round, since no
    radar sees it any more, so that the other error costs none.
    """
    p, most = 0.4, 4
    guard = site(launchers=1, rounds=most)
    slow = raid("Intruder", distance=20.0, speed="100 m/s")
    model = TEXTBOOK | {"kill_probability": p, "assessment": "imperfect"}
    world = scene(slow, model=model, sites=[guard])
    world.rows["units"]["assess_false_kill"] = false_kill
    world.rows["units"]["assess_false_miss"] = 0.3
    world.rows["posts"]["revoke_updates"] = 1000
    count = replications(10_000)
    rows = each(world, count, lambda r: [int(r.outcome[name][0]) for name in ("killed", "rounds_fired")])
    killed, fired = np.array(rows).T
    law = imperfect_looks(p, most, false_kill=false_kill)
    share_agrees(killed, law.kill)
    agrees(fired, law.rounds, float(np.std(fired)))


def test_a_magazine_lasts_with_the_binomial_probability():
    """W targets, M rounds fired one at a time: min(W, Binomial(M, p)) are killed."""
    p, rounds, targets = 0.6, 5, 3
    guard = site(launchers=rounds, rounds=1)
    raids = [raid(f"Axis {k}", distance=30.0, azimuth=FACING + 15.0 * k, speed="60 m/s") for k in (-1, 0, 1)]
    world = scene(*raids, model=TEXTBOOK | {"kill_probability": p}, sites=[guard])
    killed = column(world, replications(20_000), "killed")
    share_agrees(killed == targets, st.binom.sf(targets - 1, rounds, p))
    for n in range(targets):
        share_agrees(killed == n, st.binom.pmf(n, rounds, p))


def test_an_infinite_magazine_leaves_no_leaker_of_a_slow_flight():
    guard = site(launchers=1, rounds=1)
    slow = raid("Intruder", distance=140.0, speed="60 m/s")
    world = scene(
        slow, model=TEXTBOOK | {"kill_probability": 0.5, "magazine": "infinite"}, sites=[guard], duration=3000.0
    )
    fired = column(world, replications(4_000), "rounds_fired")
    assert column(world, 400, "leakers").sum() == 0
    agrees(fired, 2.0, math.sqrt(2.0))  # geometric: mean 1/p, variance q/p^2


# ------------------------------------------------------------------ queues


def given(value: float, unit: str) -> dict:
    return {"value": value, "unit": unit, "status": "assumption", "exact": True, "note": "a test's radar"}


#: A surveillance radar that looks twice a second at every height without error, so that arrivals at the post stay
#: Poisson and nobody is lost between two of its modes.
QUICK = {
    "radars": {
        "quick": {
            "based_on": "64n6e2",
            "rotation": given(1, "s"),
            "range_floor": given(1, "m"),
            "angle_floor": given(0.05, "mrad"),
            "modes": [
                {
                    "name": "all",
                    "elevation_low": given(0, "deg"),
                    "elevation_high": given(75, "deg"),
                    "azimuth_width": given(360, "deg"),
                    "frame_time": given(0.5, "s"),
                    "shared": False,
                    "steered": False,
                }
            ],
        }
    },
    "systems": {"queue": {"based_on": "s300pmu2", "surveillance": ["quick"]}},
}
AXES = 24  # far enough apart, and each quiet enough, that tracks are seldom mixed up
CHANNELS = 6  # target channels of the fire unit: servers of the queue
CYCLES = 400  # decision cycles of the post per mean service time, with the teaching switches


@dataclass(frozen=True)
class Queue:
    """What one replication made of its arrivals at the channels, in the order in which they were decided on."""

    delays: np.ndarray  # s from the start of the flight to the decision
    times: np.ndarray  # s, when the post gave the flight a channel or refused it
    served: np.ndarray  # whether it was given one
    services: np.ndarray  # s, the service time that is drawn for it


def queue_of(service: str, mean: float, load: float, count: int, last: float) -> list[Queue]:
    """Arrivals at ``CHANNELS`` channels in ``count`` replications: Poisson from time 0 until after ``last`` s."""
    rate = load / mean
    due = rate / AXES * last
    many = math.ceil(due + 5.0 * math.sqrt(due) + 4.0)  # one axis in a million runs dry
    raids = [
        raid(f"Axis {k}", distance=30.0, azimuth=360.0 * k / AXES, count=many, altitude="3 km", speed="500 m/s")
        for k in range(AXES)
    ]
    model = TEXTBOOK | {
        "arrivals": "poisson",
        "arrival_rate": f"{rate / AXES} 1/s",
        "service": service,
        "service_time": f"{mean} s",
        "queue": "lost",
        "kill_probability": 1.0,
    }
    guard = site(system="queue", radars_off=["30n6e2"], facing="0 deg")
    world = scene(*raids, model=model, sites=[guard], duration=last + 30.0, catalog=QUICK)
    assert world.rows["units"]["target_channels"].tolist() == [CHANNELS]
    assert world.rows["posts"]["cycle"][0] == pytest.approx(mean / CYCLES)
    for row in world.rows["radars"]:
        row["track_half"] = math.pi  # the queue has channels only: no sector
        row["emitting"] = 1
        row["hit_radius"] = 0.0  # who gets through hits the depot and nothing beside it
    world.rows["posts"]["hit_radius"] = world.rows["launchers"]["hit_radius"] = 0.0
    runner = Runner(world, 5)

    def measure(replication: int) -> Queue:
        result = good(runner.replicate(replication))
        flights, kind = runner.sim.flights, result.events["kind"]
        refused = (kind == int(Event.GATE)) & (result.events["code"] == int(Gate.NO_CHANNEL))
        rows = result.events[(kind == int(Event.ASSIGN)) | refused]
        which = rows["flight"]
        begun = np.count_nonzero(flights["starts"] < last)
        decided = len(set(which.tolist()))
        assert len(which) - decided <= 1 and begun - decided <= 1  # all are decided on, and once; tracks may swap
        draws = np.array([uniform(5, replication, int(Purpose.SERVICE), int(a), 0) for a in flights["actor"][which]])
        services = -mean * np.log(draws) if service == "exponential" else np.full(len(draws), mean)
        return Queue(rows["time"] - flights["starts"][which], rows["time"], rows["kind"] == int(Event.ASSIGN), services)

    return [measure(k) for k in range(count)]


def busy_channels(queue: Queue, late: float) -> np.ndarray:
    """Channels taken when each arrival is decided on; a service lasts ``late`` s longer, to settle equal times."""
    ends = np.where(queue.served, queue.times + queue.services + late, -math.inf)
    return np.array([np.count_nonzero(ends[:k] > queue.times[k]) for k in range(len(ends))])


def erlang_loss(load: float, channels: int) -> float:
    """Erlang's B formula."""
    blocked = 1.0
    for c in range(1, channels + 1):
        blocked = load * blocked / (c + load * blocked)
    return blocked


def loss_from_empty(rates: np.ndarray, step: float, mean: float) -> np.ndarray:
    """Expected losses in each cycle of ``step`` s of a queue of exponential services that starts empty, exactly.

    rates : arrivals per second in each cycle.  Inside a cycle channels only become free, each with probability
    1 - exp(-step/mean); at its end the Poisson number of arrivals since the last one is let in while channels last.
    """
    stays = math.exp(-step / mean)
    states = np.arange(CHANNELS + 1)
    death = st.binom.pmf(states[None, :], states[:, None], stays)  # from row to column
    arrivals = np.arange(40)
    after = np.minimum(states[:, None] + arrivals, CHANNELS)
    state = np.eye(CHANNELS + 1)[0]
    lost, moves = np.zeros(len(rates)), {}
    for k, rate in enumerate(rates):
        if rate not in moves:
            come = st.poisson.pmf(arrivals, rate * step)
            birth = np.array([np.bincount(row, come, CHANNELS + 1) for row in after])
            moves[rate] = death @ birth, death @ (np.maximum(states[:, None] + arrivals - CHANNELS, 0) @ come)
        move, refused = moves[rate]
        lost[k] = state @ refused
        state = state @ move
    return lost


@pytest.mark.parametrize("service", ["fixed", "exponential"])
def test_lost_arrivals_meet_erlangs_formula_whatever_the_service_law(service):
    """More than 2e4 arrivals at six channels; replications are the independent batches of the standard error.

    First, flight by flight: refused if and only if six earlier services, of the times drawn for them, still run.  Then
    the share refused.  With exponential services the whole of each run counts, against the chain from an empty start
    (arrivals at the post set in with the spread of the delay from a flight's start to its decision).  A fixed service
    has no such chain: the first ten service times are left out, and Erlang's formula must hold.
    """
    mean, load = 30.0, 5.0
    since, last, count = (10.0 * mean, 1200.0, 140) if service == "fixed" else (0.0, 600.0, 210)
    runs = queue_of(service, mean, load, replications(count), last)
    for run in runs:
        assert np.all(busy_channels(run, -1e-6)[run.served] < CHANNELS)
        assert np.all(busy_channels(run, 1e-6)[~run.served] >= CHANNELS)
    counted = [(run.times > since) & (run.times <= last) for run in runs]
    come = np.array([c.sum() for c in counted])
    lost = np.array([(~run.served & c).sum() for run, c in zip(runs, counted, strict=True)])
    assert come.sum() >= 20_000
    step = mean / CYCLES
    ends = np.arange(1, round(last / step) + 1) * step
    delays = np.sort(np.concatenate([run.delays for run in runs]))
    assert np.quantile(delays, 0.99) - delays[0] < 1.5
    begun = np.searchsorted(delays, ends - 0.5 * step) / len(delays)  # share of the rate that has set in by then
    rates = load / mean * begun
    chain = loss_from_empty(rates, step, mean)
    steady = erlang_loss(load, CHANNELS)
    late = ends > 10.0 * mean
    assert chain[late].sum() == pytest.approx(steady * rates[late].sum() * step, rel=3e-3)  # what whole cycles cost
    share = steady if service == "fixed" else chain.sum() / (rates.sum() * step)
    arrivals = rates[ends > since].sum() * step
    agrees(come, arrivals, math.sqrt(arrivals))
    off = lost - share * come  # of mean 0
    error = np.std(off, ddof=1) / math.sqrt(len(runs))
    assert abs(off.mean()) <= STANDARD_ERRORS * error
    assert STANDARD_ERRORS * error < 0.15 * share * come.mean()  # one channel more or less would move it by a third


# ------------------------------------------------------------------ seeing


def far_watch(**more):
    """One surveillance radar that watches and holds its weapons."""
    return site(radars_off=["30n6e2"], doctrine={"control": "hold"}, **more)


@pytest.mark.parametrize(("swerling", "usual"), [(1, 20_000), (2, 4_000), (3, 4_000), (4, 4_000)])
def test_a_closing_target_is_detected_with_the_cumulative_probability(swerling, usual):
    """Scans are further apart than the target's fluctuation lasts, so looks are independent, whatever its case.

    Expected: each case at its own exact curve.  Cases 2 and 4 flew as 1 and 3, single looks up to 0.30 off.
    """
    case = {"value": swerling, "status": "assumption", "exact": True, "note": "a test's target"}
    world = scene(
        raid("Intruder", "target", distance=297.0, altitude="9 km", speed="250 m/s"),
        catalog={"threats": {"target": {"based_on": "f16", "swerling": case}}},
        model=CLEAR,
        sites=[far_watch()],
        duration=500.0,
        knobs={"world.clutter": -30.0},
    )
    radar = world.rows["radars"][0]
    entry = catalog()["64n6e2"]
    frame, step = float(radar["frame"]), float(radar["frame"]) / int(radar["sectors"])
    count = replications(usual)
    begins = first_looks(world, count)
    looks = events(one(world, record=True), Event.LOOK, radar=0)
    nearest = float(looks["value"][0, 0]) + 250.0 * begins[0]  # slant range at time 0
    laws = [
        cumulative_detection(
            start_range=nearest - 250.0 * begin,
            stop_range=190e3,
            speed=250.0,
            scan_time=frame,
            reference_snr=3.0 * float(radar["reference_snr"]),
            reference_range=100e3,
            swerling=swerling,
            n_pulses=int(entry.pulses.si),
            pfa=entry.si("false_alarm_probability"),
        ).cumulative[:60]
        for begin in (np.arange(12) + 0.5) / 12.0 * frame
    ]
    law = np.mean(laws, axis=0)  # over where in the frame the first look falls
    first = column(world, count, "first_detection_s")
    for goal in (0.1, 0.3, 0.5, 0.8, 0.95):
        k = int(np.flatnonzero(law >= goal)[0])
        share_agrees(first <= begins + k * frame + step + 1e-2, float(law[k]))


def test_clutter_of_the_world_table_is_the_clutter_knob():
    quiet = scene(raid("Intruder"), model=CLEAR, world={"clutter_offset": "-5 dB"})
    knob = scene(raid("Intruder"), model=CLEAR, knobs={"world.clutter": -5.0})
    plain = scene(raid("Intruder"), model=CLEAR)
    assert np.array_equal(quiet.rows["radars"]["clutter_section"], knob.rows["radars"]["clutter_section"])
    less = quiet.rows["radars"]["clutter_section"] / plain.rows["radars"]["clutter_section"]
    assert less == pytest.approx(10.0**-0.5)


def test_a_low_flyer_competes_with_the_surface_and_not_only_with_noise():
    """The signal of looks at a low flyer over land, with the reflectivity raised by 20 and 30 dB and lowered by 60.

    Expected: below what noise alone leaves, and where the surface rules, ten times the reflectivity costs 10 dB.
    """
    low = raid("Cruise", "tomahawk", 40.0, agl="50 m", speed="240 m/s")
    guard = far_watch(low_altitude="76n6", mast="39 m")
    guard["radars_off"] = ["30n6e2", "64n6e2"]
    signals = []
    for offset in (-60.0, 20.0, 30.0):
        world = scene(low, model=CLEAR, sites=[guard], duration=140.0, knobs={"world.clutter": offset})
        looks = events(one(world, record=True), Event.LOOK, radar=1)
        looks = looks[(looks["code"] >= 0) & (looks["value"][:, 4] > -900.0)]
        signals.append(dict(zip(looks["time"].tolist(), looks["value"][:, 4].tolist(), strict=True)))
    free, much, more = signals
    shared = sorted(free.keys() & much.keys() & more.keys())
    assert len(shared) > 5
    for t in shared:
        assert much[t] < free[t] - 3.0
        assert more[t] == pytest.approx(much[t] - 10.0, abs=1.0)


@pytest.mark.parametrize(
    ("mast", "agl", "ducting"),
    [
        (24.0, 50.0, "none"),
        (39.0, 50.0, "none"),
        (24.0, 200.0, "none"),
        (24.0, 50.0, "evaporation"),
        (6.0, 5.0, "surface"),
    ],
)
def test_first_detection_on_flat_ground_is_the_horizon_crossing(mast, agl, ducting):
    """sqrt(2 k R h1) + sqrt(2 k R h2), within one frame of the low-altitude radar.

    Expected: k is 4/3, times the factor of the duct that the scenario declares.
    """
    model = TEXTBOOK | {"detection_range": "119 km"}
    guard = far_watch(low_altitude="76n6", mast=f"{mast} m")
    guard["radars_off"] = ["30n6e2", "64n6e2"]
    speed = 240.0
    world = scene(
        raid("Cruise", "tomahawk", 100.0, agl=f"{agl} m", speed=f"{speed} m/s"),
        model=model,
        sites=[guard],
        world={"ducting": ducting},
    )
    factor = 1.0 if ducting == "none" else catalog().model.si(f"duct_{ducting}_factor")
    radius = 4.0 / 3.0 * MEAN_RADIUS * factor
    crossing = math.sqrt(2.0 * radius * mast) + math.sqrt(2.0 * radius * agl)
    due = (100e3 - crossing) / speed
    seen = float(one(world).outcome["first_detection_s"][0])
    frame = float(world.rows["radars"][1]["frame"])
    assert due - 1.0 <= seen <= due + frame * 17.0 / 16.0 + 1.0  # the mask is tabulated; a batch ends a little later


# ------------------------------------------------------------------ starting tracks


def first_looks(world, count):
    """Time of the first look at the flight in each replication: where its drawn scan phase puts its azimuth."""
    radar = world.rows["radars"][0]
    azimuth = float(events(one(world, record=True), Event.LOOK, radar=0)["value"][0, 1])
    share = azimuth / (2.0 * math.pi) * int(radar["faces"])
    phases = np.array([uniform(1, r, int(Purpose.SCAN_PHASE), int(radar["actor"]), 0) for r in range(count)])
    return (phases + share) % 1.0 * float(radar["frame"])


def start_looks(world, count):
    """Looks (from 1 for the first) until the flight's track is confirmed at the post, for each replication."""
    radar = world.rows["radars"][0]
    frame, step = float(radar["frame"]), float(radar["frame"]) / int(radar["sectors"])
    times = np.array(each(world, count, lambda r: time_of(r, Event.TRACK)))
    looks = 1.0 + (times - float(radar["link_delay"]) - first_looks(world, count)) / frame
    whole = np.floor(looks + 1e-3)  # a batch ends up to a step after its looks
    assert np.all(np.abs(looks - whole)[np.isfinite(looks)] * frame <= step + 1e-2)
    return whole


NO_LOSS = {"value": 0, "status": "assumption", "exact": True, "note": "a test's link"}


def test_a_track_is_confirmed_m_minus_one_frames_after_a_sure_first_detection():
    slow = raid("Intruder", distance=120.0, speed="10 m/s")
    quiet = {
        "systems": {"sure": {"based_on": "s300pmu2", "post": "quiet"}},
        "posts": {"quiet": {"based_on": "54k6e2", "link_loss": NO_LOSS}},
    }
    world = scene(slow, sites=[far_watch(system="sure")], duration=60.0, catalog=quiet)
    assert np.all(start_looks(world, 20) == int(world.rows["radars"][0]["confirm_hits"]))


def test_two_of_three_start_meets_the_law_of_its_chain():
    """Nothing, one hit a frame ago, one hit two frames ago: the first pair of hits at most two frames apart."""
    slow = raid("Intruder", distance=215.0, altitude="9 km", speed="5 m/s")
    world = scene(slow, model=CLEAR, sites=[far_watch()], duration=240.0, knobs={"world.clutter": -30.0})
    looks = events(one(world, record=True), Event.LOOK, radar=0)
    radar, entry = world.rows["radars"][0], catalog()["64n6e2"]
    frame = float(radar["frame"])
    snr = 3.0 * float(radar["reference_snr"]) * (100e3 / float(looks["value"][:, 0].mean())) ** 4
    single = float(
        detection_probability(snr, swerling=1, n_pulses=int(entry.pulses.si), pfa=entry.si("false_alarm_probability"))
    )
    p = single * (1.0 - float(radar["link_loss"]))
    assert 0.4 < p < 0.95
    q = 1.0 - p
    chain = np.array([[q, p, 0.0], [0.0, 0.0, q], [q, 0.0, 0.0]])
    state, law = np.array([1.0, 0.0, 0.0]), []
    for _ in range(30):
        law.append(p * (state[1] + state[2]))
        state = state @ chain
    law = np.array(law)
    counts = start_looks(world, replications(20_000))
    for n in (2, 3, 4, 5):
        share_agrees(counts == n, law[n - 1])
    mean = float(np.arange(1, 31) @ law)
    assert mean == pytest.approx((1.0 + p + p * q) / (p * (1.0 - q * q)), rel=1e-3)
    assert frame == pytest.approx(6.0)  # two faces that turn once in 12 s
    agrees(counts, mean, math.sqrt(float(np.arange(1, 31) ** 2 @ law) - mean**2))


def test_frames_of_search_stretch_by_one_over_one_minus_the_load():
    """Five held targets load the engagement radar with 5 x dwell / update; its search looks spread accordingly."""
    model = TEXTBOOK | {"service": "fixed", "service_time": "800 s", "kill_probability": 1.0}
    raids = [raid(f"Axis {k}", distance=140.0, azimuth=FACING + 6.0 * k, speed="60 m/s") for k in range(-2, 3)]
    world = scene(*raids, model=model, duration=300.0)
    radar = world.rows["radars"][1]
    result = one(world, record=True)
    assigned = events(result, Event.ASSIGN)
    assert len(assigned) == 5
    looks = events(result, Event.LOOK, radar=1, flight=2)["time"]
    load = 5 * float(radar["track_dwell"]) / float(radar["service_interval"])
    tracked = float(events(result, Event.TRACK, flight=2)["time"][0])  # until then its looks are confirmations
    before = np.diff(looks[(looks > tracked) & (looks < assigned["time"].min())])
    assert len(before) > 0
    after = np.diff(looks[looks > assigned["time"].max() + 5.0])
    assert np.isclose(before[-1], radar["frame"])  # confirmations before it come sooner
    assert np.allclose(after, float(radar["frame"]) / (1.0 - load))


def test_uplinks_of_guided_rounds_load_the_radar_too():
    from openiads.parts.radars import frame_time, set_occupancy

    runner = Runner(scene(raid("Intruder")), 1)
    unit, radar = runner.sim.units[0], runner.sim.radars[1]
    for targets, missiles in ((0, 0), (3, 6), (6, 12)):
        unit["targets_held"], unit["guided"] = targets, missiles
        set_occupancy(runner.sim, 1)
        load = targets * radar["track_dwell"] / radar["service_interval"]
        load += missiles * radar["uplink_dwell"] / radar["uplink_interval"]
        assert frame_time(runner.sim, 1, 0.0) == pytest.approx(radar["frame"] / (1.0 - load))
    radar["occupancy"] = 5.0  # beyond the limit the search keeps its reserved share
    assert frame_time(runner.sim, 1, 0.0) == pytest.approx(radar["frame"] / (1.0 - radar["occupancy_limit"]))


# ------------------------------------------------------------------ crews and identification


def reaction_times(count):
    """From the first confirmed track at the post to the first launch at a lone head-on hostile aircraft, s."""
    world = scene(raid("Intruder", distance=70.0), model=CLEAR, sites=[site(doctrine={"control": "tight"})])
    return np.array(each(world, count, lambda r: time_of(r, Event.LAUNCH) - time_of(r, Event.DETECT)))


def test_the_crew_delay_reproduces_the_published_reaction_time():
    times = np.sort(reaction_times(replications(1_500)))
    published = catalog()["s300pmu2"].get("reaction_time").si
    away = round(0.5 * STANDARD_ERRORS * math.sqrt(len(times)))  # ranks: the median's interval without any law
    low, high = times[len(times) // 2 - away], times[len(times) // 2 + away]
    assert 0.95 * published <= low <= high <= 1.05 * published


def airliner(transponder=True):
    """An airliner on its way over the site, without a plan or a corridor."""
    route = [place(150.0), place(80.0, FACING - 180.0)]
    return {"name": "Airliner", "kind": "a320", "side": "neutral", "route": route, "transponder": transponder}


def civil_engaged(count, persistent, reply, transponder=True):
    """Whether the airliner was shot at under weapons tight, for each replication."""
    world = scene(
        flights=[airliner(transponder)],
        model=CLEAR,
        sites=[site(doctrine={"control": "tight"})],
        identification={"iff_persistent_failure": persistent, "iff_reply_failure": reply},
    )
    return column(world, count, "civil_engaged")


def test_an_airliner_that_answers_is_never_engaged_under_tight():
    assert civil_engaged(500, 0.0, 0.0).sum() == 0


def test_an_airliner_without_a_transponder_is_always_taken_for_hostile():
    assert np.all(civil_engaged(50, 0.0, 0.0, transponder=False) == 1)


def test_an_airliner_that_is_shot_down_is_counted_on_its_own_side_and_not_as_a_threat():
    world = scene(
        flights=[airliner(False)],
        model=CLEAR,
        sites=[site(doctrine={"control": "tight"})],
        identification={"iff_persistent_failure": 0.0, "iff_reply_failure": 0.0},
    )
    killed = column(world, 20, "civil_killed")
    assert killed.sum() > 0
    assert np.all(killed == column(world, 20, "end_killed"))
    assert np.all(killed + column(world, 20, "civil_transited") + column(world, 20, "civil_airborne_at_end") == 1)
    assert column(world, 20, "airliner_killed").sum() == column(world, 20, "friend_killed").sum() == 0


def test_airliners_engaged_meet_the_closed_form_of_the_interrogations():
    """Engaged if the equipment is wrong all along, or else if each of the K interrogations fails.

    Were every second reply lost, silence would say too little: nobody would be believed hostile for it.
    """
    persistent, reply = 0.05, 0.1
    asked = int(catalog().identification.interrogations.si)
    engaged = civil_engaged(replications(8_000), persistent, reply)
    share_agrees(engaged, persistent + (1.0 - persistent) * reply**asked)
