"""Laws of propagation: lobes, nulls, horizon, attenuation, edges and clutter."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openiads.base.errors import InputError
from openiads.physics import attenuation
from openiads.physics import propagation as p
from openiads.textbook import propagation as rays

EARTH = 6371000.0 * 4 / 3
TABLES = {h: attenuation.attenuation_table(1e10, radar_height=h, max_range=3e5) for h in (0.0, 25.0, 1500.0)}


def decibels(ratio):
    return 10.0 * math.log10(ratio)


def flat(wavelength, radar_up, target_up, distance, reflection=1.0, surface_height=0.0):
    return p.two_ray_factor(wavelength, radar_up, target_up, distance, reflection, surface_height, 0.0)


def test_two_rays_at_most_double_the_field():
    rng = np.random.default_rng(1)
    for _ in range(2000):
        wavelength, strength = rng.uniform(0.02, 1.0), rng.uniform(0, 1)
        radar, target, distance = rng.uniform(0, 500), rng.uniform(0, 2e4), rng.uniform(100, 4e5)
        for earth in (0.0, EARTH):
            f = p.two_ray_factor(wavelength, radar, target, distance, strength, 0.0, earth)
            assert 0.0 <= f <= 1.0 + strength + 1e-12


def test_without_reflection_there_is_free_space():
    assert flat(0.1, 20.0, 300.0, 2e4, reflection=0.0) == 1.0
    assert p.two_ray_factor(0.1, 20.0, 300.0, 2e4, 0.0, 0.0, EARTH) == 1.0
    # a surface much rougher than the wavelength does not reflect
    assert flat(0.03, 30.0, 3000.0, 2e4, surface_height=2.0) == pytest.approx(1.0, abs=1e-6)


def test_lobes_reach_twice_the_field_and_nulls_none():
    wavelength, up, distance = 0.1, 20.0, 5e4
    # the angles are those of a target far away; at 50 km the reflected ray is a few millionths weaker
    for angle in rays.lobe_elevations(up, wavelength, 4):
        assert flat(wavelength, up, distance * math.sin(angle), distance) == pytest.approx(2.0, abs=1e-5)
    for angle in rays.null_elevations(up, wavelength, 4):
        assert flat(wavelength, up, distance * math.sin(angle), distance) == pytest.approx(0.0, abs=1e-3)


@pytest.mark.parametrize(("radar", "target", "across"), [(20.0, 300.0, 6e3), (30.0, 8000.0, 2e3), (10.0, 50.0, 0.0)])
@pytest.mark.parametrize("wavelength", [0.03, 0.1, 1.0])
def test_two_rays_over_a_plane_are_the_sum_of_both_fields(radar, target, across, wavelength):
    """Expected: the modulus of the sum of both fields, each with its own length and phase, at any elevation.

    The path difference was taken for 2 h1 h2 / d, which fails where a target stands high over a near radar, and the
    factor was not a number at no distance.
    """
    direct, reflected = math.hypot(across, target - radar), math.hypot(across, target + radar)
    turn = 2.0 * math.pi / wavelength
    field = 1.0 - 0.8 * direct / reflected * complex(
        math.cos(turn * (reflected - direct)), math.sin(turn * (reflected - direct))
    )
    assert p.two_ray_factor(wavelength, radar, target, direct, 0.8, 0.0, 0.0) == pytest.approx(abs(field), abs=1e-6)


AMOUNTS = st.floats(0.0, 1e6, allow_nan=False)


@settings(max_examples=300, deadline=None)
@given(st.floats(1e-3, 10.0), AMOUNTS, AMOUNTS, AMOUNTS, st.floats(0.0, 1.0), st.floats(0.0, 50.0), st.booleans())
def test_two_rays_are_finite_everywhere(wavelength, radar, target, distance, reflection, rough, sphere):
    """Expected: a number from 0 to 2 for all heights and distances from 0 up, no distance and no height among them."""
    found = p.two_ray_factor(wavelength, radar, target, distance, reflection, rough, EARTH if sphere else 0.0)
    assert 0.0 <= found <= 2.0 + 1e-12


@settings(max_examples=300, deadline=None)
@given(AMOUNTS, st.floats(-1e3, 1e6), st.sampled_from([0.0, 25.0, 1500.0]))
def test_loss_in_the_air_is_a_factor_everywhere(distance, height, radar):
    """Expected: a factor from 0 to 1 that falls with distance, far outside the table too."""
    table = TABLES[radar]
    near, far = (p.two_way_attenuation(table, 0, d, height) for d in (distance, 1.1 * distance + 1.0))
    assert 0.0 <= far <= near * (1.0 + 1e-9) <= 1.0 + 1e-9


@settings(max_examples=200, deadline=None)
@given(st.floats(-1e6, 1e6), st.floats(0.0, 1e6), st.floats(0.0, 1e6), st.floats(1e-3, 10.0))
def test_an_edge_lets_a_share_through_everywhere(above, to_edge, beyond, wavelength):
    """Expected: a factor from 0 to 1, one at an end of the path too."""
    assert 0.0 <= p.knife_edge_loss(p.fresnel_parameter(above, to_edge, beyond, wavelength)) <= 1.0


def test_far_below_the_first_lobe_the_echo_falls_with_the_eighth_power_of_range():
    wavelength, up, target = 0.1, 10.0, 5.0
    echo = [flat(wavelength, up, target, r) ** 4 / r**4 for r in (2e4, 4e4)]
    slope = math.log(echo[1] / echo[0]) / math.log(2.0)
    assert slope == pytest.approx(-8.0, abs=0.02)


@pytest.mark.parametrize(
    ("radar", "target", "distance"),
    [(20.0, 100.0, 9300.0), (20.0, 60.0, 17000.0), (10.0, 30.0, 15000.0), (38.8, 50.0, 25000.0), (20.0, 100.0, 3e5)],
)
def test_two_rays_tend_to_the_textbook_limit_of_great_distance(radar, target, distance):
    """The exact difference is smaller by h1 h2 / d2 of itself, the reflected ray weaker by twice that."""
    wavelength, small = 0.0999308193, radar * target / distance**2
    phase = 2.0 * math.pi * radar * target / (wavelength * distance)
    limit = rays.far_two_ray_factor(wavelength, radar, target, distance)
    assert abs(flat(wavelength, radar, target, distance) - limit) <= 2.0 * small * (phase + 1.0)
    with pytest.raises(InputError, match="above 0"):
        rays.far_two_ray_factor(wavelength, radar, target, 0.0)


def test_spherical_earth_becomes_flat_when_it_is_large():
    for distance in (3e3, 9e3, 2e4):
        huge = p.two_ray_factor(0.1, 20.0, 100.0, distance, 1.0, 0.0, 1e13)
        assert huge == pytest.approx(flat(0.1, 20.0, 100.0, math.hypot(distance, 80.0)), abs=1e-4)


def test_field_fades_to_nothing_at_the_horizon_and_stays_there():
    radar, target = 30.0, 50.0
    horizon = math.sqrt(2 * EARTH * radar) + math.sqrt(2 * EARTH * target)
    share = np.linspace(0.9, 1.0, 50)
    factors = [p.two_ray_factor(0.1, radar, target, horizon * s, 1.0, 0.0, EARTH) for s in share]
    assert np.all(np.diff(factors) <= 0)
    assert factors[0] > 0.1
    assert factors[-1] < 0.01
    assert p.two_ray_factor(0.1, radar, target, 1.2 * horizon, 1.0, 0.0, EARTH) == 0.0


@pytest.mark.parametrize(("radar", "target", "distance"), [(20.0, 300.0, 6e3), (40.0, 2000.0, 8e3), (10.0, 60.0, 4e3)])
@pytest.mark.parametrize("roughness", [0.05, 0.2, 0.5])
def test_a_rough_sea_reflects_by_the_sine_of_the_grazing_angle(radar, target, distance, roughness):
    """Ament over a flat sea: peaks reach 1 + r and nulls 1 - r, r = exp(-2 (2 pi h sine / wavelength)^2)."""
    reflected = math.sqrt(distance**2 + 4.0 * radar * target)
    sine, difference = (radar + target) / reflected, reflected - distance
    for order, sign in ((0.5, 1.0), (1.0, -1.0), (3.5, 1.0), (4.0, -1.0)):
        wavelength = difference / order
        strength = math.exp(-2.0 * (2.0 * math.pi * roughness * sine / wavelength) ** 2) * distance / reflected
        got = p.two_ray_factor(wavelength, radar, target, distance, 1.0, roughness, 0.0)
        assert got == pytest.approx(1.0 + sign * strength, abs=1e-6)


def test_factor_does_not_care_which_end_is_the_radar():
    for distance in (5e3, 2e4, 3.5e4):
        there = p.two_ray_factor(0.1, 15.0, 200.0, distance, 0.9, 0.1, EARTH)
        back = p.two_ray_factor(0.1, 200.0, 15.0, distance, 0.9, 0.1, EARTH)
        assert there == pytest.approx(back, rel=1e-9)


def test_reflection_point_is_where_both_grazing_angles_agree():
    # an independent ray trace over the sphere: the bounce with equal angles has the least total path
    radar, target, distance, wavelength = 40.0, 150.0, 4e4, 3.0

    def leg(height, arc):
        angle = arc / EARTH
        inner, outer = EARTH, EARTH + height
        return math.sqrt(inner**2 + outer**2 - 2 * inner * outer * math.cos(angle))

    from scipy.optimize import minimize_scalar

    best = minimize_scalar(
        lambda s: leg(radar, s) + leg(target, distance - s),
        bounds=(1.0, distance - 1),
        method="bounded",
        options={"xatol": 1e-3},
    )
    a, b = EARTH + radar, EARTH + target
    direct = math.sqrt(a * a + b * b - 2 * a * b * math.cos(distance / EARTH))
    difference = best.fun - direct
    got = p.two_ray_factor(wavelength, radar, target, distance, 1.0, 0.0, EARTH)
    # divergence only weakens the reflected ray: the field lies between the sum with it whole and with it halved
    whole = 2 * abs(math.sin(math.pi * difference / wavelength))
    assert difference < 0.25 * wavelength
    assert got == pytest.approx(whole, rel=0.25)
    assert got >= 0.98 * whole


def test_air_attenuates_more_the_higher_the_frequency_and_the_wetter_the_air():
    gas = [
        float(attenuation.gas_attenuation(f * 1e9, 101325.0, 7.5e-3, 288.15).total_decibels)
        for f in (1, 3, 10, 16, 22.2)
    ]
    assert np.all(np.diff(gas) > 0)
    dry = attenuation.gas_attenuation(1e10, 101325.0, 0.0, 288.15)
    assert float(dry.vapor_decibels) == 0.0 < float(dry.dry_decibels)
    resonance = float(attenuation.gas_attenuation(60e9, 101325.0, 7.5e-3, 288.15).dry_decibels)
    assert 0.010 < resonance < 0.020  # the oxygen complex: about 15 dB/km


def test_slant_attenuation_follows_the_cosecant_law():
    air = {"dry_pressure": 101300.0, "vapor_density": 7.5e-3, "temperature": 288.15}
    zenith = rays.gas_attenuation_slant(1e10, math.pi / 2, **air)
    assert rays.gas_attenuation_slant(1e10, math.pi / 6, **air) == pytest.approx(2 * zenith)
    with pytest.raises(InputError):
        rays.gas_attenuation_slant(1e10, math.radians(2.0), **air)


def test_path_integral_straight_up_agrees_with_the_equivalent_height_method():
    air = {"dry_pressure": 101325.0, "vapor_density": 7.5e-3, "temperature": 288.15}
    for frequency in (3e9, 1e10):
        up = float(attenuation.path_attenuation(frequency, 90e3, 0.0, 90e3, nodes=200))
        assert up == pytest.approx(rays.gas_attenuation_slant(frequency, math.pi / 2, **air), rel=0.1)


def test_rain_matters_for_short_waves_only():
    heavy = 25 / 3.6e6
    assert rays.rain_attenuation(1e10, heavy) > 50 * rays.rain_attenuation(3e9, heavy)
    assert rays.rain_attenuation(1e10, 0.0) == 0.0
    vertical, horizontal = (rays.rain_attenuation(1e10, heavy, tilt=t) for t in (math.pi / 2, 0.0))
    assert vertical < rays.rain_attenuation(1e10, heavy) < horizontal


def test_attenuation_table_agrees_with_the_integral_above_the_horizon():
    """Expected: 1 % of the decibels from antennas at any height to targets up to 100 km.

    All radars shared a table of an antenna at 20 m whose targets stood at 40 km at most: up to 0.66 dB off.
    """
    rng = np.random.default_rng(5)
    for frequency, radar in ((1e9, 10.0), (3e9, 600.0), (1e10, 30.0), (1.6e10, 30.0)):
        table = attenuation.attenuation_table(frequency, radar_height=radar, max_range=4e5)
        arena = np.concatenate((np.full(7, np.nan), table))
        distance, height = rng.uniform(300, 4e5, 600), 1e5 * rng.random(600) ** 4
        seen = (distance < math.sqrt(2 * EARTH * radar) + np.sqrt(2 * EARTH * height)) & (height - radar < distance)
        distance, height = distance[seen], height[seen]
        exact = 2 * attenuation.path_attenuation(frequency, distance, radar, height)
        got = [-10 * math.log10(p.two_way_attenuation(arena, 7, r, h)) for r, h in zip(distance, height, strict=True)]
        assert np.max(np.abs(got - exact) / exact) < 0.01


def test_attenuation_is_a_loss_grows_with_range_and_shrinks_with_height():
    table = attenuation.attenuation_table(1e10, radar_height=20.0, max_range=3e5)
    far = [p.two_way_attenuation(table, 0, r, 3000.0) for r in np.linspace(0, 5e5, 60)]
    assert far[0] == 1.0
    assert np.all(np.diff(far) < 0)
    assert far[-1] > 0
    high = [p.two_way_attenuation(table, 0, 2e5, h) for h in np.linspace(3000, 9e4, 40)]
    assert np.all(np.diff(high) >= 0)


def test_edge_at_grazing_costs_six_decibels_and_the_approximation_is_close():
    assert -10 * math.log10(float(rays.knife_edge_exact(0.0))) == pytest.approx(6.0206, abs=1e-4)
    for nu in np.linspace(-0.7, 30.0, 300):
        got, exact = p.knife_edge_loss(float(nu)), float(rays.knife_edge_exact(nu))
        assert abs(10 * math.log10(got / exact)) < 0.15
    assert p.knife_edge_loss(-5.0) == 1.0
    steps = [p.knife_edge_loss(float(nu)) for nu in np.linspace(-2, 5, 500)]
    assert np.all(np.diff(steps) <= 0)


def test_fresnel_parameter_changes_sign_with_clearance():
    assert p.fresnel_parameter(30.0, 1e4, 2e4, 0.1) == -p.fresnel_parameter(-30.0, 1e4, 2e4, 0.1)
    assert p.fresnel_parameter(30.0, 1e4, 2e4, 0.1) == p.fresnel_parameter(30.0, 2e4, 1e4, 0.1)


BEAM = math.radians(1.0)


def residue(distance, above=0.0, antenna=100.0, per_meter=1e-6):
    return p.clutter_section(per_meter, distance, above, antenna, BEAM, EARTH)


def test_signal_over_clutter_falls_with_the_first_power_of_range():
    """Expected: the cell grows as range does, so a target at the surface loses 3.01 dB to it with each doubling."""
    for distance in (1e3, 3e3, 6e3):
        assert decibels(residue(2.0 * distance) / residue(distance)) == pytest.approx(3.0103, abs=0.02)
    # the formula of surface clutter, all of it: reflectivity times beamwidth times range cell times range
    assert residue(5e3, per_meter=10**-3.3 * BEAM * 40.0) == pytest.approx(10**-3.3 * BEAM * 40.0 * 5e3, rel=1e-3)


def test_a_beam_above_the_surface_leaves_its_return_to_the_sidelobes():
    """Expected: 6 dB at half a beamwidth (both ways of the half-power edge), 50 dB far above."""
    assert decibels(residue(1e4, 0.5 * BEAM * 1e4) / residue(1e4)) == pytest.approx(-6.02, abs=0.01)
    assert decibels(residue(1e4, 5.0 * BEAM * 1e4) / residue(1e4)) == pytest.approx(-50.0, abs=0.01)


def test_the_surface_lies_in_shadow_beyond_the_horizon():
    """Expected: half of it is left at the antenna's horizon, 2 x 2 / 257 of that at twice the range, and the higher the
    antenna stands the more is seen."""
    horizon = math.sqrt(2.0 * EARTH * 100.0)
    assert residue(horizon) == pytest.approx(0.5 * 1e-6 * horizon, rel=1e-4)
    assert residue(2.0 * horizon) / residue(horizon) == pytest.approx(4.0 / 257.0, rel=1e-3)
    seen = [residue(5e4, antenna=h) for h in (5.0, 20.0, 80.0, 320.0)]
    assert np.all(np.diff(seen) > 0.0)


def test_clutter_has_no_cliff_in_height_or_range():
    """Expected: less than 0.2 dB a meter of height at 20 km (a Gaussian beam falls by 24 dB in its first width
    of 350 m, steepest at its edge), and less than 0.1 dB a hundred meters of range."""
    up = [decibels(residue(2e4, h)) for h in np.arange(0.0, 600.0)]
    out = [decibels(residue(r)) for r in np.arange(1e4, 1e5, 100.0)]
    assert np.abs(np.diff(up)).max() < 0.2
    assert np.abs(np.diff(out)).max() < 0.1
    assert np.all(np.diff(up) <= 0.0)


@settings(max_examples=300, deadline=None)
@given(st.floats(0.0, 1.0), AMOUNTS, st.floats(-1e4, 1e6), st.floats(-1e4, 1e5), st.floats(1e-4, 1.5))
def test_clutter_is_finite_everywhere(per_meter, distance, above, antenna, beamwidth):
    """Expected: finite and not negative, at no distance, below the surface, and at any height."""
    assert 0.0 <= p.clutter_section(per_meter, distance, above, antenna, beamwidth, EARTH) < math.inf


@settings(max_examples=300, deadline=None)
@given(st.floats(0.0, 1.0), st.floats(-1e6, 1e6), st.floats(0.0, 1e3), st.floats(1e-4, 1.5))
def test_the_low_angle_error_fades_out_of_the_beam(share, off, more, beamwidth):
    """Expected: its share of the beamwidth at and below the surface, half at a quarter beamwidth, never rising."""
    low = p.low_angle_error(share, off, beamwidth, 0.25)
    assert 0.0 <= p.low_angle_error(share, off + more, beamwidth, 0.25) <= low <= share * beamwidth
    assert p.low_angle_error(share, 0.25, beamwidth, 0.25) == pytest.approx(0.5 * share * beamwidth)
    assert p.low_angle_error(share, 1.0, beamwidth, 0.25) <= 2e-5 * share * beamwidth


def test_frequency_in_the_wrong_unit_is_refused():
    with pytest.raises(InputError):
        attenuation.gas_attenuation(10.0, 101325.0, 7.5e-3, 288.15)
    with pytest.raises(InputError):
        rays.rain_attenuation(10.0, 1e-6)
    with pytest.raises(InputError):
        attenuation.attenuation_table(1e10, radar_height=0.0, max_range=0.0)
