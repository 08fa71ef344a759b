"""The tracking filters against algebra, independent integration, and their own stated uncertainty."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openiads.base.errors import InputError
from openiads.earth.atmosphere import density_and_sound
from openiads.earth.geodesy import enu_axes, to_ecef
from openiads.physics import filtering as f
from openiads.textbook import tracking
from physics import filters

SITE = (math.radians(34.9), math.radians(35.9))
RADAR = np.array(to_ecef(SITE[0], SITE[1], 50.0))
AXES = np.array(enu_axes(*SITE)).reshape(3, 3)
SIGMAS = (60.0, 0.002, 0.003)  # range m, azimuth, elevation rad


def some_track(seed=0, n=7):
    """A track near the radar with a full, valid covariance."""
    rng = np.random.default_rng(seed)
    x = np.zeros(n)
    x[:3] = RADAR + AXES.T @ np.array([40e3, 60e3, 9e3])
    x[3:6] = AXES.T @ np.array([-150.0, -180.0, 5.0])
    root = rng.normal(size=(n, n)) * np.array([100, 100, 100, 10, 10, 10, 0.3])[:n, None]
    if n == 7:
        x[6] = math.log(8000.0)
    return x, np.ascontiguousarray(root @ root.T)


def look(rng, position, sigmas=SIGMAS):
    """One noisy measurement of an ECEF position, converted without bias."""
    east, north, up = AXES @ (position - RADAR)
    flat = math.hypot(east, north)
    r, az, el = math.hypot(flat, up), math.atan2(east, north), math.atan2(up, flat)
    n = rng.normal(size=3)
    return f.measured_position(
        RADAR, AXES, r + sigmas[0] * n[0], az + sigmas[1] * n[1], el + sigmas[2] * n[2], sigmas[1], sigmas[2]
    )


def motion_matrix(dt):
    m = np.eye(6)
    m[:3, 3:] = dt * np.eye(3)
    return m


def drift_noise(dt, q):
    block = q * np.array([[dt**3 / 3, dt**2 / 2], [dt**2 / 2, dt]])
    return np.kron(block, np.eye(3))


def measurement_covariance(point, sigmas=SIGMAS):
    """Covariance of a measured point in ECEF, from the derivative of position by range, azimuth, elevation."""
    east, north, up = AXES @ (np.asarray(point) - RADAR)
    flat = math.hypot(east, north)
    r, az, el = math.hypot(flat, up), math.atan2(east, north), math.atan2(up, flat)
    local = np.array(
        [
            [math.cos(el) * math.sin(az), r * math.cos(el) * math.cos(az), -r * math.sin(el) * math.sin(az)],
            [math.cos(el) * math.cos(az), -r * math.cos(el) * math.sin(az), -r * math.sin(el) * math.cos(az)],
            [math.sin(el), 0.0, r * math.cos(el)],
        ]
    )
    turned = AXES.T @ local
    return turned @ np.diag(np.square(sigmas)) @ turned.T


# ------------------------------------------------------------------ constant velocity


def test_prediction_equals_the_matrix_form():
    x, p = some_track(1)
    m = motion_matrix(3.7)
    want_x, want_p = m @ x[:6], m @ p[:6, :6] @ m.T + drift_noise(3.7, 2.5)
    kept = p[6].copy()
    f.predict_constant_velocity(x, p, 3.7, 2.5)
    np.testing.assert_allclose(x[:6], want_x, rtol=1e-14)
    np.testing.assert_allclose(p[:6, :6], want_p, rtol=1e-12)
    np.testing.assert_array_equal(p[6], kept)


def test_two_short_predictions_equal_one_long_one():
    (x, p), (y, s) = some_track(2), some_track(2)
    f.predict_constant_velocity(x, p, 5.0, 3.0)
    f.predict_constant_velocity(y, s, 2.0, 3.0)
    f.predict_constant_velocity(y, s, 3.0, 3.0)
    np.testing.assert_allclose(x, y, rtol=1e-13)
    np.testing.assert_allclose(p[:6, :6], s[:6, :6], rtol=1e-11)


@pytest.mark.parametrize("n", [6, 7])
def test_three_scalar_updates_equal_the_block_update(n):
    x, p = some_track(3, n)
    point = np.array(look(np.random.default_rng(3), x[:3]))
    prior_x, prior_p = x.copy(), p.copy()
    h = np.eye(3, n)
    innovation = point - prior_x[:3]
    s = prior_p[:3, :3] + measurement_covariance(point)
    gain = prior_p @ h.T @ np.linalg.inv(s)
    d2 = f.update_position(x, p, n, *point, RADAR, AXES, *SIGMAS, np.full(f.WORK, np.nan))
    np.testing.assert_allclose(x, prior_x + gain @ innovation, rtol=1e-10)
    np.testing.assert_allclose(p, prior_p - gain @ h @ prior_p, rtol=1e-6, atol=1e-6)
    np.testing.assert_array_equal(p, p.T)
    assert d2 == pytest.approx(innovation @ np.linalg.solve(s, innovation), rel=1e-9)
    got, logdet = f.position_distance(prior_x, prior_p, *point, RADAR, AXES, *SIGMAS)
    assert got == pytest.approx(d2, rel=1e-9)
    assert logdet == pytest.approx(np.linalg.slogdet(s)[1], rel=1e-10)


def test_scalar_update_with_a_short_row_equals_the_whole_row():
    (x, p), (y, s) = some_track(4), some_track(4)
    h = np.concatenate((AXES[1], np.zeros(4)))
    a = f.update_scalar(x, p, 7, h, 130.0, 400.0, np.zeros(f.WORK))
    b = f.update_scalar(y, s, 7, h[:3], 130.0, 400.0, np.zeros(f.WORK))
    assert a == b
    np.testing.assert_array_equal(x, y)
    np.testing.assert_array_equal(p, s)
    prior_x, prior_p = some_track(4)
    gain = prior_p @ h / (h @ prior_p @ h + 400.0)
    np.testing.assert_allclose(x, prior_x + gain * 130.0, rtol=1e-12)
    np.testing.assert_allclose(p, prior_p - np.outer(gain, h @ prior_p), rtol=1e-9, atol=1e-9)


def test_an_update_never_makes_the_track_less_certain():
    for seed in range(5):
        x, p = some_track(seed)
        before = p.copy()
        f.update_position(x, p, 7, *look(np.random.default_rng(seed), x[:3]), RADAR, AXES, *SIGMAS, np.zeros(f.WORK))
        assert np.linalg.eigvalsh(before - p).min() > -1e-6
        assert np.linalg.eigvalsh(p).min() > 0


def test_degenerate_geometry_is_finite():
    for point in (RADAR + 2e4 * AXES[2], RADAR.copy(), RADAR - 10.0 * AXES[2]):
        *vectors, distance, cosine = f.look_frame(*point, RADAR, AXES)
        frame = np.array(vectors).reshape(3, 3)
        np.testing.assert_allclose(frame @ frame.T, np.eye(3), atol=1e-9)
        assert cosine > 0
        assert math.isfinite(distance)
    x, p = some_track(1, 6)
    x[:3] = RADAR + 2e4 * AXES[2]
    d2 = f.update_position(x, p, 6, *(RADAR + 2.01e4 * AXES[2]), RADAR, AXES, *SIGMAS, np.zeros(f.WORK))
    assert math.isfinite(d2)
    assert np.isfinite(p).all()


def test_converted_measurements_are_unbiased_over_their_noise():
    nodes, weights = np.polynomial.hermite_e.hermegauss(24)
    weights = weights / weights.sum()
    sa, se = 0.03, 0.05
    mean = np.zeros(3)
    for a, wa in zip(nodes, weights, strict=True):
        for e, we in zip(nodes, weights, strict=True):
            point = f.measured_position(RADAR, AXES, 8e4, 0.7 + sa * a, 0.4 + se * e, sa, se)
            mean += wa * we * np.array(point)
    true = np.array(f.measured_position(RADAR, AXES, 8e4, 0.7, 0.4, 0.0, 0.0))
    np.testing.assert_allclose(mean, true, atol=1e-5)
    assert np.linalg.norm(true - RADAR) == pytest.approx(8e4)


def test_two_point_start_states_its_own_uncertainty():
    rng = np.random.default_rng(11)
    dt, q, errors = 6.0, 4.0, []
    root = np.linalg.cholesky(drift_noise(dt, q))
    for _ in range(300):
        start, _ = some_track(0, 6)
        end = motion_matrix(dt) @ start + root @ rng.normal(size=6)
        points = np.array([*look(rng, start[:3]), *look(rng, end[:3])])
        x, p = np.full(7, np.nan), np.full((7, 7), np.nan)
        f.two_point_start(x, p, points, dt, RADAR, AXES, *SIGMAS, q, np.zeros(3))
        errors.append(tracking.normalized_error(x, p, end))
        assert x[6] == 0.0
        assert not p[6].any()
        np.testing.assert_array_equal(p, p.T)
    low, high = tracking.nees_interval(6, 300, 0.999)
    assert low < np.mean(errors) < high


def test_constant_velocity_filter_is_consistent():
    rng = np.random.default_rng(21)
    dt, q, runs = 4.0, 2.0, 60
    root, move, work = np.linalg.cholesky(drift_noise(dt, q)), motion_matrix(dt), np.zeros(f.WORK)
    nees, nis = [], []
    for _ in range(runs):
        truth, _ = some_track(0, 6)
        first = look(rng, truth[:3])
        truth = move @ truth + root @ rng.normal(size=6)
        x, p = np.zeros(6), np.zeros((6, 6))
        f.two_point_start(x, p, np.array([*first, *look(rng, truth[:3])]), dt, RADAR, AXES, *SIGMAS, q, np.zeros(3))
        for _ in range(25):
            truth = move @ truth + root @ rng.normal(size=6)
            f.predict_constant_velocity(x, p, dt, q)
            nis.append(f.update_position(x, p, 6, *look(rng, truth[:3]), RADAR, AXES, *SIGMAS, work))
        nees.append(tracking.normalized_error(x, p, truth))
    low, high = tracking.nees_interval(6, runs, 0.999)
    assert low < np.mean(nees) < high
    low, high = tracking.nees_interval(3, len(nis), 0.999)
    assert low < np.mean(nis) < high


def test_filter_with_too_little_noise_is_caught_as_inconsistent():
    rng = np.random.default_rng(22)
    dt, q, work = 4.0, 20.0, np.zeros(f.WORK)
    root, move = np.linalg.cholesky(drift_noise(dt, q)), motion_matrix(dt)
    truth, p = some_track(0, 6)
    x, errors = truth.copy(), []
    for _ in range(40):
        truth = move @ truth + root @ rng.normal(size=6)
        f.predict_constant_velocity(x, p, dt, q / 400)
        f.update_position(x, p, 6, *look(rng, truth[:3]), RADAR, AXES, *SIGMAS, work)
        errors.append(tracking.normalized_error(x, p, truth))
    assert np.mean(errors) > tracking.nees_interval(6, 1, 0.999)[1]


# ------------------------------------------------------------------ ballistic


def fall(time, state, beta):
    """Derivative of inertial position and velocity: J2 gravity and drag in the rotating air, written apart."""
    r, v = state[:3], state[3:6]
    size = np.linalg.norm(r)
    zr = (r[2] / size) ** 2
    j2 = 1.5 * f.J2_BELIEVED * (6378137.0 / size) ** 2
    gravity = -f.GM / size**3 * r * (1 + j2 * (np.array([1.0, 1.0, 3.0]) - 5 * zr))
    b = 6356752.314245
    height = size - b / math.sqrt(1 - (1 - (b / 6378137.0) ** 2) * (1 - zr))
    air = v - np.cross([0.0, 0.0, f.SPIN], r)
    density, _ = density_and_sound(height)
    return np.concatenate((v, gravity - 0.5 * density / beta * np.linalg.norm(air) * air))


def earth_fixed(time, state):
    c, s = math.cos(f.SPIN * time), math.sin(f.SPIN * time)
    turn = np.array([[c, s, 0.0], [-s, c, 0.0], [0.0, 0.0, 1.0]])
    velocity = state[3:6] - np.cross([0.0, 0.0, f.SPIN], state[:3])
    return np.concatenate((turn @ state[:3], turn @ velocity))


def arc(times, beta, start=None):
    """Earth-fixed states of a falling body from an independent integration in the inertial frame."""
    from scipy.integrate import solve_ivp

    if start is None:
        position = RADAR + AXES.T @ np.array([60e3, 190e3, 38e3])
        velocity = AXES.T @ np.array([-300.0, -900.0, 900.0])
    else:
        position, velocity = start[:3], start[3:6]
    inertial = np.concatenate((position, velocity + np.cross([0.0, 0.0, f.SPIN], position)))
    solved = solve_ivp(
        fall, (times[0], times[-1]), inertial, t_eval=times, args=(beta,), rtol=1e-9, atol=1e-4, method="DOP853"
    )
    return np.array([earth_fixed(t - times[0], s) for t, s in zip(solved.t, solved.y.T, strict=True)])


def height_of(state):
    return float(AXES[2] @ (state[:3] - RADAR))


def test_ballistic_prediction_follows_an_independent_integration_into_the_dense_air():
    times = np.arange(0.0, 240.1, 10.0)
    truth = arc(times, 4000.0)
    x, p = np.append(truth[0], math.log(4000.0)), np.eye(7)
    for k in range(1, len(times)):
        f.predict_ballistic(x, p, 10.0, 0.0, 0.0, np.full(f.WORK, np.nan))
        np.testing.assert_allclose(x[:3], truth[k][:3], atol=1.0)
        np.testing.assert_allclose(x[3:6], truth[k][3:6], atol=0.2)
    speed = np.linalg.norm(truth[:, 3:6], axis=1)
    assert height_of(truth[-1]) < 20e3
    assert speed[-1] < 0.9 * speed.max()


@pytest.mark.parametrize(("dt", "error"), [(0.3, 5e-4), (3.0, 0.015)])
def test_ballistic_covariance_follows_the_derivative_of_the_motion(dt, error):
    truth = arc(np.array([0.0, 225.0]), 4000.0)[-1]  # 4 km high, braking at 6 g: every term counts
    x = np.append(truth, math.log(4000.0))
    spread = np.array([30.0, 30.0, 30.0, 3.0, 3.0, 3.0, 0.2])
    work = np.zeros(f.WORK)
    m = np.empty((7, 7))
    for j in range(7):
        ends = []
        for sign in (1.0, -1.0):
            y = x.copy()
            y[j] += sign * 0.01 * spread[j]
            f.predict_ballistic(y, np.eye(7), dt, 0.0, 0.0, work)
            ends.append(y)
        m[:, j] = (ends[0] - ends[1]) / (0.02 * spread[j])
    p = np.diag(spread**2)
    want = m @ p @ m.T
    f.predict_ballistic(x, p, dt, 0.0, 0.0, np.full(f.WORK, np.nan))
    size = np.sqrt(np.diag(want))
    np.testing.assert_allclose(p / np.outer(size, size), want / np.outer(size, size), atol=error)
    np.testing.assert_array_equal(p, p.T)


@settings(max_examples=150, deadline=None)
@given(st.floats(-5.0, 12.0), st.floats(0.0, 60e3), st.floats(1.0, 8000.0), st.floats(-1.5, 0.5), st.floats(0.01, 20.0))
def test_ballistic_prediction_stays_finite_whatever_the_drag(log_coefficient, height, speed, climb, dt):
    """Expected: no body is faster than it was by more than its fall adds, and no variance is negative or lost.

    With more drag than two times its speed a step the prediction blew up: a body of 10 kg/m2 at 3 km and 3 km/s.
    """
    x, p = some_track(2)
    x[:3] = to_ecef(*SITE, height)
    x[3:6] = AXES.T @ np.array([speed * math.cos(climb), 0.0, speed * math.sin(climb)])
    x[6] = log_coefficient
    f.predict_ballistic(x, p, dt, 1.0, 1e-4, np.zeros(f.WORK))
    assert np.isfinite(x).all()
    assert np.isfinite(p).all()
    assert np.linalg.norm(x[3:6]) <= speed + 11.0 * dt + 0.3 * dt * speed * 1e-3 + 1.0
    assert np.linalg.norm(x[:3] - np.array(to_ecef(*SITE, height))) <= (speed + 11.0 * dt) * dt + 1.0
    assert np.all(np.diag(p) > 0.0)


def test_ballistic_process_noise_matches_constant_velocity_over_a_short_step():
    x, p = some_track(5)
    x[6] = 50.0  # no drag to speak of
    p[:] = 0.0
    f.predict_ballistic(x, p, 0.5, 3.0, 0.01, np.zeros(f.WORK))
    np.testing.assert_allclose(p[:6, :6], drift_noise(0.5, 3.0), rtol=1e-12, atol=1e-15)
    assert p[6, 6] == pytest.approx(0.005)
    before = x.copy()
    f.predict_ballistic(x, p, 0.0, 3.0, 0.01, np.zeros(f.WORK))
    np.testing.assert_array_equal(x, before)


def follow_arcs(runs, spread, q, seed):
    """Normalized errors of ballistic tracks (runs by look) and the last error and deviation of the coefficient."""
    rng = np.random.default_rng(seed)
    dt, believed, work = 4.0, math.log(4000.0), np.zeros(f.WORK)
    times = np.arange(0.0, 228.1, dt)
    nees, last = np.zeros((runs, len(times))), []
    for run in range(runs):
        beta = math.exp(believed + spread * rng.normal())
        truth = arc(times, beta)
        x, p = np.zeros(7), np.zeros((7, 7))
        push = np.array(f.ballistic_acceleration(*truth[1][:6], math.exp(-believed)))
        points = np.array([*look(rng, truth[0][:3]), *look(rng, truth[1][:3])])
        f.two_point_start(x, p, points, dt, RADAR, AXES, *SIGMAS, 0.1, push)
        f.switch_to_ballistic(x, p, believed, spread**2)
        for k in range(2, len(times)):
            f.predict_ballistic(x, p, dt, q, 1e-9, work)
            f.update_position(x, p, 7, *look(rng, truth[k][:3]), RADAR, AXES, *SIGMAS, work)
            nees[run, k] = tracking.normalized_error(x, p, np.append(truth[k], math.log(beta)))
        last.append((x[6] - math.log(beta), math.sqrt(p[6, 6])))
    assert height_of(truth[-1]) < 5e3
    return nees, np.array(last)


def test_ballistic_filter_is_consistent_from_apogee_into_dense_air():
    runs = 20
    nees, _ = follow_arcs(runs, spread=0.03, q=1e-4, seed=31)
    low, high = tracking.nees_interval(7, runs, 0.999)
    for k in (6, 25, 40, 57):
        assert low < nees[:, k].mean() < high


def test_ballistic_filter_learns_the_coefficient_without_overconfidence():
    runs = 20
    nees, last = follow_arcs(runs, spread=0.3, q=0.3, seed=33)
    _, high = tracking.nees_interval(7, runs, 0.999)
    assert nees[:, 6:].mean(axis=0).max() < high
    assert np.all(last[:, 1] < 0.1 * 0.3)
    assert np.all(np.abs(last[:, 0]) < 4 * last[:, 1])


def test_constant_velocity_filter_lags_on_the_same_arc():
    rng = np.random.default_rng(32)
    times = np.arange(0.0, 244.1, 4.0)
    truth = arc(times, 4000.0)
    x, p = truth[0].copy(), np.diag([100.0**2] * 3 + [10.0**2] * 3)
    for k in range(1, len(times)):
        f.predict_constant_velocity(x, p, 4.0, 1e-4)
        f.update_position(x, p, 6, *look(rng, truth[k][:3]), RADAR, AXES, *SIGMAS, np.zeros(f.WORK))
    assert tracking.normalized_error(x, p, truth[-1]) > tracking.nees_interval(6, 1, 0.999)[1]


# ------------------------------------------------------------------ general measurements and steady state


def test_block_update_at_one_linearization_equals_the_textbook():
    x, p = some_track(8, 6)
    predicted, rows = filters.elevation_bearing_range(x[:3])
    h = np.hstack((rows, np.zeros((3, 3))))
    variances = np.square([0.003, 0.002, 40.0])
    residuals = np.array([0.004, -0.003, 55.0])
    gain = p @ h.T @ np.linalg.inv(h @ p @ h.T + np.diag(variances))
    want_x, want_p = x + gain @ residuals, p - gain @ h @ p
    filters.update_block(x, p, rows, residuals, variances)
    np.testing.assert_allclose(x, want_x, rtol=1e-10)
    np.testing.assert_allclose(p, want_p, rtol=1e-6, atol=1e-5)


@pytest.mark.parametrize("measure", [filters.bearing_range, filters.elevation_bearing_range])
def test_measurement_rows_are_the_derivative(measure):
    x = np.array([31e3, -12e3, 8e3])
    _, rows = measure(x)
    for j in range(3):
        step = np.zeros(3)
        step[j] = 0.5
        np.testing.assert_allclose(rows[:, j], measure(x + step)[0] - measure(x - step)[0], rtol=1e-5, atol=1e-12)


def test_kalata_gains_run_from_none_to_full_trust():
    assert tracking.kalata_gains(0.0) == (0.0, 0.0)
    assert tracking.kalata_gains(1e6).alpha == pytest.approx(1.0, abs=1e-6)
    gains = [tracking.kalata_gains(10.0**k).alpha for k in range(-4, 4)]
    assert np.all(np.diff(gains) > 0)
    with pytest.raises(InputError):
        tracking.kalata_gains(-1.0)


def test_filter_with_piecewise_constant_noise_settles_on_the_kalata_gains():
    index, dt, variance = 0.7, 2.0, 400.0
    sigma = index * math.sqrt(variance) / dt**2
    gamma = np.array([dt * dt / 2, dt])
    p, x, work = np.diag([variance, variance]), np.zeros(2), np.zeros(f.WORK)
    move, h = np.array([[1.0, dt], [0.0, 1.0]]), np.array([1.0, 0.0])
    for _ in range(400):
        p = np.ascontiguousarray(move @ p @ move.T + sigma**2 * np.outer(gamma, gamma))
        predicted = p.copy()
        f.update_scalar(x, p, 2, h, 0.0, variance, work)
    gain = predicted[:, 0] / (predicted[0, 0] + variance)
    assert tracking.kalata_gains(index) == pytest.approx((gain[0], gain[1] * dt), rel=1e-9)


def test_steady_state_is_a_fixed_point():
    predicted, updated = filters.steady_state(5.0, 2.0, 900.0)
    move = np.array([[1.0, 5.0], [0.0, 1.0]])
    noise = 2.0 * np.array([[125 / 3, 12.5], [12.5, 5.0]])
    np.testing.assert_allclose(move @ updated @ move.T + noise, predicted, rtol=1e-9)
    with pytest.raises(InputError):
        filters.steady_state(5.0, 0.0, 900.0)


def test_gate_holds_the_stated_share_of_right_measurements():
    squared = (np.random.default_rng(4).normal(size=(40_000, 3)) ** 2).sum(axis=1)
    assert np.mean(squared < tracking.gate_threshold(0.99, 3)) == pytest.approx(0.99, abs=0.002)
    low, high = tracking.nees_interval(4, 50)
    assert low < 4 < high
