"""Rounds that pick targets at random: enumeration, inclusion and exclusion, limits."""

import itertools
import math

import numpy as np
import pytest

from openiads.base.errors import UsageError
from openiads.textbook import even_allocation, random_leakers, random_leakers_law


@pytest.mark.parametrize(("targets", "rounds"), [(1, 3), (2, 4), (3, 4), (4, 2)])
@pytest.mark.parametrize("kill", [0.0, 0.35, 1.0])
def test_the_law_is_that_of_all_choices_and_all_kills(targets: int, rounds: int, kill: float) -> None:
    law = np.zeros(targets + 1)
    for picks in itertools.product(range(targets), repeat=rounds):
        for hits in itertools.product((0, 1), repeat=rounds):
            chance = math.prod(kill if hit else 1.0 - kill for hit in hits) / targets**rounds
            law[targets - len({pick for pick, hit in zip(picks, hits, strict=True) if hit})] += chance
    found = random_leakers_law(targets, rounds, kill)
    assert found == pytest.approx(law)
    assert np.arange(targets + 1) @ found == pytest.approx(random_leakers(targets, rounds, kill))


@pytest.mark.parametrize(("targets", "rounds", "kill"), [(8, 12, 0.7), (24, 48, 0.8), (10, 3, 0.5)])
def test_the_law_is_that_of_inclusion_and_exclusion(targets: int, rounds: int, kill: float) -> None:
    """P(j survive) = C(T, j) sum over i of (-1)^i C(T - j, i) (1 - (i + j) p / T)^M; the sum in whole fractions."""
    from fractions import Fraction

    p = Fraction(kill) / targets
    law = [
        math.comb(targets, j)
        * sum((-1) ** i * math.comb(targets - j, i) * (1 - (i + j) * p) ** rounds for i in range(targets - j + 1))
        for j in range(targets + 1)
    ]
    found = random_leakers_law(targets, rounds, kill)
    assert found == pytest.approx([float(each) for each in law], rel=1e-9, abs=1e-15)
    assert found.sum() == pytest.approx(1.0)


def test_fire_at_random_is_never_better_than_even_fire() -> None:
    for targets, rounds, kill in itertools.product((1, 3, 8), (0, 5, 16), (0.3, 1.0)):
        even = targets - even_allocation(targets, rounds, kill).kills
        assert random_leakers(targets, rounds, kill) >= even - 1e-12
    assert random_leakers(1, 4, 0.3) == pytest.approx(0.7**4)
    many = random_leakers(10_000, 20_000, 0.5)  # rounds a target are then Poisson
    assert many / 10_000 == pytest.approx(math.exp(-1.0), rel=1e-3)


def test_what_is_outside_the_domain_is_refused() -> None:
    assert random_leakers_law(0, 0, 0.5).tolist() == [1.0]
    for arguments in ((0, 2, 0.5), (2, 2.5, 0.5), (2, 2, 1.5)):
        with pytest.raises(UsageError):
            random_leakers_law(*arguments)  # type: ignore[arg-type]
    with pytest.raises(UsageError):
        random_leakers(0.5, 2, 0.5)
