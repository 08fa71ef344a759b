"""The interceptor: launch, energy, guidance, miss."""

import math

import numpy as np
import pytest

from openiads.base.constants import GM
from openiads.base.errors import InputError
from openiads.earth.geodesy import SEMI_MAJOR
from openiads.physics import flyout, motion, paths
from openiads.textbook import homing
from physics.planar import planar_homing
from physics.samples import ROUND, bare_round, changed, long_range_round

NEVER = (math.inf, 0.0, 0.0)
STILL = (0.0, 0.0, 0.0)


def point(ground_range, height):
    a, r = ground_range / SEMI_MAJOR, SEMI_MAJOR + height
    return r * math.cos(a), r * math.sin(a), 0.0


def launched(kind, target):
    body = flyout.new_bodies(1)[0]
    flyout.launch(body, kind, 100.0, SEMI_MAJOR, 0.0, 0.0, *target, 160.0)
    return body


def speed(body):
    return float(np.sqrt((body["velocity"] ** 2).sum()))


def energy(body):
    """Jacobi integral per kg: what only thrust may raise in rotating axes."""
    x, y, z = body["position"]
    spin = 7.292115e-5
    return 0.5 * speed(body) ** 2 - GM / math.sqrt(x * x + y * y + z * z) - 0.5 * spin**2 * (x * x + y * y)


def test_a_vertical_launch_rises_before_its_motor_lights() -> None:
    kind = long_range_round()
    body = launched(kind, point(80e3, 10e3))
    flyout.fly(body, kind, 101.2, *point(80e3, 10e3), *STILL, 100.0, 0.5, 0.05)
    height = body["position"][0] - SEMI_MAJOR
    assert height == pytest.approx(25.0 * body["age"] - 0.5 * 9.8 * body["age"] ** 2, rel=0.02)
    assert speed(body) < 25.0 and body["phase"] == flyout.Phase.EJECTED
    flyout.fly(body, kind, 104.5, *point(80e3, 10e3), *STILL, 100.0, 0.5, 0.05)
    assert body["phase"] == flyout.Phase.MIDCOURSE and speed(body) > 200.0


def test_an_inclined_launch_leaves_along_its_rail() -> None:
    kind = changed(launch_kind="inclined", launch_elevation=math.radians(38.0), ignition_delay=0.0)
    body = launched(kind, point(80e3, 10e3))
    up, along = body["velocity"][0], body["velocity"][1]
    assert math.atan2(up, along) == pytest.approx(math.radians(38.0))


def test_energy_never_rises_without_thrust() -> None:
    kind = long_range_round()
    target = point(120e3, 8e3)
    body = launched(kind, target)
    burnt = kind["ignition_delay"] + kind["boost_time"]
    before, falls = None, 0
    while flyout.fly(body, kind, 100.0 + body["age"] + 0.1, *target, *STILL, 100.0, 0.5, 0.05) == flyout.FLYING:
        if body["age"] > burnt:
            now = energy(body)
            assert before is None or now <= before + 1e-5 * abs(0.5 * speed(body) ** 2)
            before = now
            falls += 1
    assert falls > 50


def test_lift_turns_without_slowing_where_there_is_no_drag() -> None:
    kind = bare_round()
    body = launched(kind, point(80e3, 10e3))
    body["phase"], body["age"] = flyout.Phase.MIDCOURSE, 60.0
    body["velocity"][:] = 0.0, 1000.0, 0.0
    body["position"][:] = SEMI_MAJOR + 10e3, 0.0, 0.0
    before = energy(body)
    for _ in range(40):
        v = body["velocity"] / speed(body)
        a = np.cross(v, [1.0, 0.0, 0.0]) * 100.0
        flyout.advance(body, kind, 0.25, *a.tolist())
    turned = math.atan2(-body["velocity"][2], body["velocity"][1])
    assert abs(turned) == pytest.approx(100.0 * 10.0 / 1000.0, rel=0.01)  # a t / v
    assert energy(body) == pytest.approx(before, abs=1e-3 * 0.5e6)


def test_the_boost_gives_the_ideal_speed_without_drag() -> None:
    kind = bare_round()
    body = launched(kind, point(80e3, 10e3))
    body["phase"], body["age"] = flyout.Phase.MIDCOURSE, float(kind["ignition_delay"])
    body["velocity"][:] = 10.0, 0.0, 0.0
    for _ in range(96):
        flyout.advance(body, kind, 0.125, 0.0, 0.0, 0.0)
    exhaust = kind["boost_thrust"] * 12.0 / kind["boost_propellant"]
    ideal = exhaust * math.log(1840.0 / (1840.0 - kind["boost_propellant"]))
    assert speed(body) == pytest.approx(10.0 + ideal - 9.79 * 12.0, rel=2e-3)


def test_drag_follows_its_closed_form() -> None:
    """Through air of one density speed falls as v0 / (1 + k v0 t)."""
    kind = changed(cd=0.4, burnout_speed=1000.0, slow_length=1e5)
    body = launched(kind, point(80e3, 10e3))
    body["phase"], body["age"] = flyout.Phase.MIDCOURSE, 60.0
    body["position"][:] = SEMI_MAJOR + 10e3, 0.0, 0.0
    body["velocity"][:] = 0.0, 0.0, 900.0
    for _ in range(20):
        flyout.advance(body, kind, 0.25, 9.8, 0.0, 0.0)
    mass = 1840.0 - ROUND["boost_propellant"]
    k = 0.5 * 0.4135 * 0.4 * ROUND["area"] / mass
    assert speed(body) == pytest.approx(900.0 / (1.0 + k * 900.0 * 5.0), rel=0.01)


def test_available_load_is_lift_cut_by_structure_plus_reaction_control() -> None:
    thin, strong = changed(reaction_control=50.0), changed(cn_max=100.0)
    for kind, height, expected in ((thin, 60e3, 50.0), (strong, 5e3, 25.0 * 9.80665)):
        body = launched(kind, point(80e3, 10e3))
        body["phase"], body["age"] = flyout.Phase.MIDCOURSE, 60.0
        body["position"][:] = SEMI_MAJOR + height, 0.0, 0.0
        body["velocity"][:] = 0.0, 1200.0, 0.0
        flyout.advance(body, kind, 0.1, 0.0, 0.0, 1e5)
        assert body["limit"] == pytest.approx(expected, rel=0.02)
        assert body["peak_load"] == body["limit"]


def flown(kind, distance, height, coarse=0.5, fine=0.004, draw=0, pace=250.0, bias=STILL, glint=0.0):
    """A whole shot at a level, head-on target, with the noise of a number; returns the body."""
    time = 20.0 + distance / 900.0
    r, spin = SEMI_MAJOR + height, pace / (SEMI_MAJOR + height)
    start = distance / SEMI_MAJOR + spin * time

    def path(t):
        a = start - spin * t
        return np.stack([r * np.cos(a), r * np.sin(a), 0.0 * a], axis=1)

    table = paths.tabulate(path, 100.0, time + 150.0, 5.0)
    body = flyout.new_bodies(1)[0]
    flyout.launch(body, kind, 100.0, SEMI_MAJOR, 0.0, 0.0, *motion.position_at(table, 0, 100.0 + time), 100.0 + time)
    now = 100.0
    while body["status"] == flyout.FLYING:
        state = np.array(motion.state_at(table, 0, now))
        state[:3] += bias
        flyout.fly(body, kind, now + 1.0, *state.tolist(), now, coarse, 0.1 * coarse)
        now = float(body["launch_time"] + body["age"])
    assert body["status"] == flyout.HANDOVER
    mark(body, draw, glint, distance)
    if kind["guidance"] == flyout.Guidance.COMMAND:
        body["bias"][:] = bias
    flyout.endgame(body, kind, table, 0, *NEVER, fine)
    return body


def mark(body, draw=0, glint=0.0, radar_range=0.0, radar_angle=0.0):
    """Give a round what makes its miss."""
    body["stream"][:] = 7, draw, 0, 0
    body["glint"], body["radar_range"], body["radar_angle"] = glint, radar_range, radar_angle


@pytest.mark.compiled_only  # hundreds of whole flights
@pytest.mark.parametrize("distance", [15e3, 50e3, 120e3, 170e3])
def test_halved_steps_move_neither_time_nor_miss(distance) -> None:
    whole = [flown(long_range_round(), distance, 10e3, draw=d, glint=2.0) for d in range(60)]
    half = [flown(long_range_round(), distance, 10e3, 0.25, 0.002, d, glint=2.0) for d in range(60)]
    misses = [np.mean([b["miss"] for b in side]) for side in (whole, half)]
    assert abs(misses[0] - misses[1]) < max(0.05 * misses[1], 0.5)
    times = [side[0]["closest_time"] - 100.0 for side in (whole, half)]
    assert times[0] == pytest.approx(times[1], rel=2e-3)


def test_a_round_without_errors_hits() -> None:
    for distance in (15e3, 60e3, 150e3):
        body = flown(changed(terminal_a=0.0, terminal_b=0.0), distance, 10e3)
        assert body["status"] == flyout.CLOSED and body["miss"] < 0.3


def test_command_guidance_misses_by_its_track_error_and_others_do_not() -> None:
    bias = (0.0, 0.0, 120.0)
    command = flown(changed(guidance="command"), 60e3, 10e3, bias=bias)
    homing = flown(changed(terminal_a=0.0, terminal_b=0.0), 60e3, 10e3, bias=bias)
    assert command["miss"] == pytest.approx(120.0, rel=0.05)
    assert homing["miss"] < 1.0


def noise(guidance, r, radar_range=100e3, radar_angle=0.0, glint=0.0):
    """Deviations of one sample of the noises of a class, (rad, m)."""
    body = flyout.new_bodies(1)[0]
    mark(body, 0, glint, radar_range, radar_angle)
    return flyout.noise_deviations(body, changed(guidance=guidance), r)


def test_noise_grows_with_range_by_class() -> None:
    """Own echo: a semi-active round's falls with r^2 (and the lighting radar's range), an active one's with r^4; a
    command round measures nothing, and its radar's error displaces the target in proportion to the radar's range."""
    for r in (500.0, 5_000.0, 20_000.0):
        lit, far = noise("semi_active", r), noise("semi_active", r, 200e3)
        assert lit == pytest.approx((math.sqrt(1e-6 + (1e-2 * r / 1e4) ** 2), 0.0))
        assert far == pytest.approx((math.sqrt(1e-6 + (2e-2 * r / 1e4) ** 2), 0.0))
        assert noise("active", r) == pytest.approx((math.sqrt(1e-6 + (1e-2 * (r / 1e4) ** 2) ** 2), 0.0))
        assert noise("active", r, 200e3) == noise("active", r)
        assert noise("tvm", r, radar_angle=1e-3) == pytest.approx((lit[0], 1.5))
        assert noise("command", r, radar_angle=1e-3, glint=75.0) == pytest.approx((0.0, 125.0))


def engaged(kind, time, maneuver, fine=0.002):
    """The endgame alone: 1500 m/s closing along y, target accelerating along z; gravity matched (free fall)."""
    r = SEMI_MAJOR + 40e3

    def path(t):
        drop = 0.5 * np.array(flyout.track_acceleration(r, 0.0, 0.0, 0.0, 0.0, 0.0, 1))
        out = np.zeros((len(t), 3))
        out[:, 0] = r
        out[:, 1] = 1500.0 * time - 500.0 * t
        out[:, 2] = 0.5 * maneuver * t * t
        return out + drop * (t * t)[:, None]

    table = paths.tabulate(path, 0.0, time + 1.0, 0.25)
    body = flyout.new_bodies(1)[0]
    body["ballistic"] = 1
    body["phase"], body["age"], body["limit"] = flyout.Phase.MIDCOURSE, 60.0, 1e6
    body["launch_time"] = -60.0
    body["status"] = flyout.FLYING
    body["position"][:] = r, 0.0, 0.0
    body["velocity"][:] = 0.0, 1000.0, 0.0
    return flyout.endgame(body, kind, table, 0, *NEVER, fine), body


@pytest.mark.parametrize("lags", [1.0, 2.0, 4.0])
@pytest.mark.parametrize("navigation", [3.0, 4.0])
def test_the_miss_of_a_lagging_round_is_the_textbooks(lags, navigation) -> None:
    lag, maneuver = 0.5, 20.0
    (miss, _), _ = engaged(bare_round(lag=lag, navigation=navigation), lags * lag, maneuver)
    told = abs(float(homing.single_lag_miss(lags * lag, lag, navigation, maneuver)))
    assert miss == pytest.approx(told, abs=0.06 * maneuver * lag * lag * 0.27 + 0.03)


def test_miss_dies_out_when_the_flight_is_many_lags_long() -> None:
    short, long = (engaged(bare_round(lag=0.5), t, 20.0)[0][0] for t in (1.0, 8.0))
    assert short > 0.3 and long < 0.05


def test_the_kernel_commands_what_linear_theory_says() -> None:
    """Closing at 1500 m/s, 3 degrees off the collision course."""
    error, time, n = math.radians(3.0), 10.0, 4.0
    found = planar_homing((0.0, 0.0), 1000.0, error, (15_000.0, 0.0), (-500.0, 0.0), n)
    told, miss = homing.linear_homing(time, n, [0.0, 2.5, 5.0, 7.5], heading_error=error, speed=1000.0)
    got = np.interp([0.0, 2.5, 5.0, 7.5], found["times"], found["acceleration"])
    assert got == pytest.approx(told, rel=0.02)
    assert found["miss"] < 0.01 and miss == 0.0


def test_a_round_that_cannot_reach_ends_and_says_why() -> None:
    kind = long_range_round()
    for target, ends in ((point(400e3, 10e3), {"SLOW", "EXPIRED", "PASSED", "GROUND"}),):
        body = launched(kind, target)
        flyout.fly(body, kind, math.inf, *target, *STILL, 100.0, 0.5, 0.05)
        assert flyout.Status(int(body["status"])).name in ends
    body = launched(changed(life=20.0), point(100e3, 10e3))
    assert flyout.fly(body, changed(life=20.0), math.inf, *point(100e3, 10e3), *STILL, 100.0, 0.5, 0.05) == (
        flyout.Status.EXPIRED
    )


def test_the_grid_of_a_round_does_not_depend_on_when_it_is_asked() -> None:
    kind, target = long_range_round(), point(60e3, 10e3)
    one, two = launched(kind, target), launched(kind, target)
    flyout.fly(one, kind, 140.0, *target, *STILL, 100.0, 0.5, 0.05)
    for k in range(1, 401):
        flyout.fly(two, kind, 100.0 + 0.1 * k, *target, *STILL, 100.0, 0.5, 0.05)
    assert one["age"] == two["age"]
    assert one["position"].tolist() == two["position"].tolist()


def turned(vector, angle):
    """A vector turned about the earth's axis."""
    x, y, z = vector
    return x * math.cos(angle) - y * math.sin(angle), x * math.sin(angle) + y * math.cos(angle), z


@pytest.mark.parametrize("angle", [0.5, math.pi / 2.0, 2.5, -1.0])
@pytest.mark.parametrize("height", [1e3, 12e3, 25e3])
def test_a_flight_does_not_depend_on_the_longitude(angle, height) -> None:
    """The earth is round about its axis: turned by any angle, launch, loft, drag and end are the same."""
    kind, start, target = long_range_round(), (SEMI_MAJOR, 0.0, 0.0), point(60e3, height)
    ends = []
    for turn in (0.0, angle):
        body = flyout.new_bodies(1)[0]
        flyout.launch(body, kind, 0.0, *turned(start, turn), *turned(target, turn), 60.0)
        flyout.fly(body, kind, math.inf, *turned(target, turn), *STILL, 0.0, 0.5, 0.05)
        ends.append((float(body["age"]), *turned(body["position"], -turn), speed(body)))
        assert body["status"] == flyout.Status.HANDOVER
    assert ends[1] == pytest.approx(ends[0], rel=1e-9, abs=1e-3)


def test_a_high_aim_is_lofted_less() -> None:
    """The loft leaves nothing of itself at an aim as high as ``loft_top``: the round then flies straight at it."""
    kind = changed(loft_top=20e3)
    low, high = (flown_heights(kind, point(60e3, height)) for height in (5e3, 20e3))
    assert max(low) > 5e3 + 3e3
    assert max(high) < 20e3 + 500.0


def flown_heights(kind, target):
    """Heights (m) on the way to a still point."""
    body, heights = flyout.new_bodies(1)[0], []
    flyout.launch(body, kind, 0.0, SEMI_MAJOR, 0.0, 0.0, *target, 60.0)
    while body["status"] == flyout.FLYING:
        flyout.fly(body, kind, float(body["age"]) + 0.5, *target, *STILL, 0.0, 0.5, 0.05)
        heights.append(motion.local_up(*(float(c) for c in body["position"]))[3])
    return heights


def test_a_later_launch_flies_the_same_flight() -> None:
    kind, target = long_range_round(), point(60e3, 10e3)
    early, late = flyout.new_bodies(2)
    flyout.launch(early, kind, 0.0, SEMI_MAJOR, 0.0, 0.0, *target, 60.0)
    flyout.launch(late, kind, 1000.0, SEMI_MAJOR, 0.0, 0.0, *target, 1060.0)
    flyout.fly(early, kind, math.inf, *target, *STILL, 0.0, 0.5, 0.05)
    flyout.fly(late, kind, math.inf, *target, *STILL, 1000.0, 0.5, 0.05)
    assert late["position"].tolist() == pytest.approx(early["position"].tolist(), abs=1e-3)


def test_loads_stay_inside_the_limits() -> None:
    body = flown(changed(structural_limit=60.0), 40e3, 10e3)
    assert 0.0 < body["peak_load"] <= 60.0


@pytest.mark.parametrize(
    "wrong",
    [
        {"color": 1},
        {"lag": 0.0},
        {"guidance": "wire"},
        {"boost_propellant": 5000.0},
        {"cd": {"mach": [1.0, 0.0], "value": [1.0, 1.0]}},
        {"handover_time": -1.0},
    ],
)
def test_nonsense_rounds_are_refused(wrong) -> None:
    with pytest.raises(InputError):
        flyout.interceptor(ROUND | wrong)
    with pytest.raises(InputError):
        flyout.interceptor({k: v for k, v in ROUND.items() if k != "area"})


def test_what_a_round_comes_to_is_found_by_flying_it_unless_both_numbers_are_given() -> None:
    found = flyout.interceptor(ROUND)
    names, given = ("burnout_speed", "slow_length"), {"burnout_speed": 1234.0, "slow_length": 56_000.0}
    assert all(found[name] > 0.0 for name in names)
    kept = flyout.interceptor(ROUND | given)
    assert {name: float(kept[name]) for name in names} == given
    one = flyout.interceptor(ROUND | {"burnout_speed": given["burnout_speed"]})  # it would not go with a found length
    assert [one[each] for each in names] == [found[each] for each in names]
    one = flyout.interceptor(ROUND | {"slow_length": given["slow_length"]})
    assert [one[each] for each in names] == [found["burnout_speed"], given["slow_length"]]
