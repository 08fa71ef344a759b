"""Physical constants against what is published about them, and against each other through independent laws."""

import ast
import math

import pytest
from scipy import constants as codata

from house.source import PACKAGE
from openiads.base import constants as own


@pytest.mark.parametrize(
    ("name", "published", "slack"),
    [
        ("SPEED_OF_LIGHT", codata.c, 0.0),
        ("BOLTZMANN", codata.k, 0.0),
        ("STANDARD_GRAVITY", codata.g, 0.0),
        ("GM", 3.986004418e14, 0.0),  # WGS-84 (NGA.STND.0036): GM, omega, a and 1/f define it
        ("SPIN", 7.292115e-5, 0.0),
        ("SEMI_MAJOR", 6378137.0, 0.0),
        ("INVERSE_FLATTENING", 298.257223563, 0.0),
        ("J2", 1.082629821313e-3, 1e-7),  # WGS-84, derived
        ("J2_BELIEVED", math.sqrt(5.0) * 0.484165371736e-3, 1e-7),  # EGM96, from its normalized C20
        ("MEAN_RADIUS", 6371008.7714, 2e-6),  # IUGG, (2 a + b) / 3
    ],
)
def test_a_constant_is_the_published_one(name: str, published: float, slack: float) -> None:
    assert getattr(own, name) == pytest.approx(published, rel=slack, abs=0.0)


def test_the_earth_turns_once_in_a_sidereal_day() -> None:
    assert 2.0 * math.pi / own.SPIN == pytest.approx(86164.0989, abs=1e-2)  # IERS, s


def test_gravity_at_the_equator_and_the_pole_is_the_measured_one() -> None:
    """Normal gravity of WGS-84, 9.7803253 and 9.8321849 m/s2, from GM, J2, spin and figure, to the next harmonic."""
    a = own.SEMI_MAJOR
    b = a * (1.0 - 1.0 / own.INVERSE_FLATTENING)
    for j2 in (own.J2, own.J2_BELIEVED):
        equator = own.GM / (a * a) * (1.0 + 1.5 * j2) - own.SPIN**2 * a
        pole = own.GM / (b * b) * (1.0 - 3.0 * j2 * (a / b) ** 2)
        assert equator == pytest.approx(9.7803253, abs=1e-4)
        assert pole == pytest.approx(9.8321849, abs=2e-4)


def test_the_flattening_is_that_of_a_turning_earth_with_this_gravity() -> None:
    """Clairaut to second order: J2 = (2 f - m - f^2 + 2 f m / 7) / 3 with m = spin^2 a^2 b / GM."""
    a, f = own.SEMI_MAJOR, 1.0 / own.INVERSE_FLATTENING
    m = own.SPIN**2 * a**3 * (1.0 - f) / own.GM
    # Heiskanen and Moritz, Physical Geodesy, 2-118
    assert (2.0 * f - m - f * f + 2.0 * f * m / 7.0) / 3.0 == pytest.approx(own.J2, rel=1e-4)


def test_a_constant_is_written_down_once() -> None:
    """No module of the floors that compute writes a constant's digits anew; the auditor has its own on purpose."""
    once = {own.GM, own.SPIN, own.J2, own.J2_BELIEVED, own.BOLTZMANN, own.SPEED_OF_LIGHT, own.SEMI_MAJOR}
    found = []
    for floor in ("base", "earth", "physics", "textbook", "world", "parts", "doctrine", "engine"):
        for path in sorted((PACKAGE / floor).rglob("*.py")):
            if path.name == "constants.py":
                continue
            written = [n for n in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(n, ast.Constant)]
            again = [n for n in written if isinstance(n.value, float) and n.value in once]
            found += [f"{path.relative_to(PACKAGE)}:{n.lineno}: {n.value}" for n in again]
    assert found == []
