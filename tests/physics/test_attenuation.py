"""The lines of oxygen against the quantum mechanics of the molecule: number against source, line by line."""

import math

import numpy as np
import pytest

from openiads.physics.attenuation import _OXYGEN, gas_attenuation

#: Rotational, spin-spin and spin-rotation constants of O2 in its ground state, GHz (Tinkham and Strandberg, 1955).
ROTATION, SPIN_SPIN, SPIN_ROTATION = 43.10044, 59.50134, -0.25258
#: Rotational energy over the thermal one at 300 K.
THERMAL = 6.626e-34 * ROTATION * 1e9 / (1.380649e-23 * 300.0)
LINES = [(n, sign) for n in range(1, 38, 2) for sign in (-1, 1)]


def resonance(n: int, sign: int) -> float:
    """Frequency (GHz) of the transition from J = N to J = N + sign; Schlapp's formula, without centrifugal terms."""
    b, s, g = ROTATION, SPIN_SPIN, SPIN_ROTATION
    if sign > 0:
        k = 2 * n + 3
        shift = k * b - s - math.sqrt(k * k * b * b + s * s - 2.0 * s * b) + g * (n + 1)
    else:
        k = 2 * n - 1
        root = math.sqrt(k * k * b * b + s * s - 2.0 * s * b)
        shift = -k * b - s + (-root if n == 1 else root) - g * n
    return -shift


def tabulated(n: int, sign: int) -> np.ndarray:
    """The row of the table that is this transition."""
    found = _OXYGEN[np.argmin(np.abs(_OXYGEN[:, 0] - abs(resonance(n, sign))))]
    return np.asarray(found)


def branch(sign: int) -> np.ndarray:
    return np.array([tabulated(n, sign) for n in range(1, 38, 2)])


def test_every_line_is_one_transition_of_the_molecule() -> None:
    rows = [tabulated(n, sign)[0] for n, sign in LINES]
    assert len(set(rows)) == len(LINES) == 38
    for n, sign in LINES:
        centrifugal = 8e-5 * n * n  # what the formula leaves out
        assert tabulated(n, sign)[0] == pytest.approx(abs(resonance(n, sign)), abs=0.03 + centrifugal), (n, sign)
    assert tabulated(1, -1)[0] == 118.750334


def test_the_temperature_of_a_line_is_the_energy_of_its_level() -> None:
    """a2 is the lower level's energy over k 300 K: B N (N + 1), to the rounding of small ones."""
    for n, sign in LINES:
        assert tabulated(n, sign)[2] == pytest.approx(THERMAL * n * (n + 1), rel=6e-3, abs=0.006), (n, sign)


@pytest.mark.parametrize("sign", [-1, 1])
def test_strengths_and_widths_run_smoothly_along_a_branch(sign: int) -> None:
    """Strength over f^2, the dipole's factor and Boltzmann's is smooth in N; widths fall with N."""
    n = np.arange(1, 38, 2)
    f, strength, _, width, _, _ = branch(sign).T
    dipole = n * (2 * n + 3) / (n + 1) if sign > 0 else (n + 1) * (2 * n - 1) / n
    bare = (strength / (f * f * dipole * np.exp(-THERMAL * n * (n + 1))))[1:]
    off = np.abs(bare[1:-1] / (0.5 * (bare[:-2] + bare[2:])) - 1.0)
    assert np.all(off < 3e-3 + 0.3 / n[2:-1] ** 2)  # the formula leaves out what matters for the slowest rotations
    assert np.all(np.diff(width) < 0.0)
    assert np.abs(np.diff(width, 2))[1:].max() < 0.4


def test_the_lines_lend_each_other_as_much_as_they_borrow() -> None:
    """Line coupling moves strength between lines and makes none (Rosenkranz): the weighted sums of a5 and a6 vanish."""
    f, strength, _, _, a5, a6 = np.concatenate([branch(-1), branch(1)]).T
    weight = strength / (f * f)
    for coupling in (a5, a6):
        assert abs((weight * coupling).sum()) < 5e-3 * (weight * np.abs(coupling)).sum()


def test_thin_air_absorbs_at_every_line_and_between_them_little() -> None:
    """At 1 hPa the lines stand apart: the dry attenuation has its peak where the table has a line."""
    for frequency in sorted(_OXYGEN[:, 0]):
        near = frequency + np.array([-0.02, 0.0, 0.02])
        dry = [float(gas_attenuation(f * 1e9, 100.0, 0.0, 300.0).dry_decibels) for f in near]
        assert dry[1] > 5.0 * max(dry[0], dry[2]) or frequency > 300.0, frequency
        assert dry[1] > max(dry[0], dry[2]), frequency
