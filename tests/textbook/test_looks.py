"""Looks that err: limits, sums by simulation and by the chain's matrix, domains."""

import math

import numpy as np
import pytest

from openiads.base.errors import UsageError
from openiads.textbook import imperfect_looks, salvo_kill, shoot_look_shoot

CASES = [
    (0.4, 3, 1, 0.05, 0.1, 1.0),
    (0.7, 2, 2, 0.3, 0.5, 0.97),
    (0.2, 5, 2, 0.1, 0.9, 0.8),
    (0.0, 4, 1, 0.2, 0.3, 1.0),
    (1.0, 4, 3, 0.2, 0.3, 0.9),
]


@pytest.mark.parametrize("salvo", [1, 2])
@pytest.mark.parametrize("looks", [0, 1, 2, 6, math.inf])
def test_faultless_looks_are_the_geometric_series(looks: float, salvo: int) -> None:
    for kill in (0.3, 0.8, 1.0):
        found, simple = imperfect_looks(kill, looks, salvo), shoot_look_shoot(kill, looks, salvo)
        assert found == pytest.approx((simple.rounds, simple.kill, 0.0, 0.0))


@pytest.mark.parametrize(("kill", "looks", "salvo", "false_kill", "false_miss", "works"), CASES)
def test_the_sums_are_those_of_the_chains_matrix(
    kill: float, looks: int, salvo: int, false_kill: float, false_miss: float, works: float
) -> None:
    """Two transient states, alive and dead while engaged: visits from the powers of their matrix."""
    s = salvo_kill(kill, salvo, works)
    step = np.array([[(1 - s) * (1 - false_kill), s * false_miss], [0.0, false_miss]])
    visits = sum((np.linalg.matrix_power(step, k)[0] for k in range(looks)), np.zeros(2))
    options = {"false_kill": false_kill, "false_miss": false_miss, "works": works}
    found = imperfect_looks(kill, looks, salvo, **options)
    assert found == pytest.approx(
        (salvo * visits.sum(), s * visits[0], salvo * visits[1], (1 - s) * false_kill * visits[0])
    )
    left = 1.0 - found.kill - found.let_go
    assert left == pytest.approx(step[0, 0] ** looks)  # alive after the last look
    if s > 0.0:
        endless = imperfect_looks(kill, math.inf, salvo, **options)
        assert endless == pytest.approx(imperfect_looks(kill, 400, salvo, **options), rel=1e-6)


def test_the_sums_are_those_of_a_simulation() -> None:
    """20,000 targets, errors of the catalog's size and larger; four standard errors."""
    kill, looks, salvo, works, false_kill, false_miss = 0.5, 4, 2, 0.9, 0.1, 0.3
    draw, n = np.random.default_rng(8), 20_000
    engaged, alive, rounds, wasted = np.ones(n, bool), np.ones(n, bool), np.zeros(n), np.zeros(n)
    for _ in range(looks):
        rounds += salvo * engaged
        wasted += salvo * (engaged & ~alive)
        together = draw.random(n) < works
        hit = together & (draw.random((salvo, n)) < kill).any(axis=0)
        alive &= ~(engaged & hit)
        said = np.where(alive, draw.random(n) < false_kill, draw.random(n) >= false_miss)
        engaged &= ~said
    found = imperfect_looks(kill, looks, salvo, works=works, false_kill=false_kill, false_miss=false_miss)
    for drawn, expected in ((rounds, found.rounds), (~alive, found.kill), (wasted, found.wasted)):
        assert abs(drawn.mean() - expected) < 4.0 * drawn.std() / math.sqrt(n)
    assert abs((alive & ~engaged).mean() - found.let_go) < 4.0 * 0.5 / math.sqrt(n)


def test_an_error_that_lets_go_leaks_and_one_that_does_not_see_a_kill_wastes() -> None:
    sure = imperfect_looks(0.6, 3)
    let_go, unseen = imperfect_looks(0.6, 3, false_kill=0.1), imperfect_looks(0.6, 3, false_miss=0.1)
    assert let_go.kill < sure.kill == unseen.kill
    assert let_go.rounds < sure.rounds < unseen.rounds
    assert unseen.rounds - unseen.wasted == pytest.approx(sure.rounds)
    assert imperfect_looks(0.6, 3, false_kill=1.0) == pytest.approx((1.0, 0.6, 0.0, 0.4))
    between = imperfect_looks(0.6, 2.5)
    assert between == pytest.approx(np.mean([imperfect_looks(0.6, 2), imperfect_looks(0.6, 3)], axis=0))


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"kill": 1.2, "looks": 2}, "no probability"),
        ({"kill": 0.5, "looks": 2, "false_kill": -0.1}, "no probability"),
        ({"kill": 0.5, "looks": -1}, "not at least 0"),
        ({"kill": 0.5, "looks": 2, "salvo": 0}, "not at least 1"),
        ({"kill": 0.0, "looks": math.inf}, "without end"),
        ({"kill": 0.5, "looks": math.inf, "false_miss": 1.0}, "without end"),
    ],
)
def test_what_is_outside_the_domain_is_refused(options: dict[str, float], told: str) -> None:
    with pytest.raises(UsageError, match=told):
        imperfect_looks(**options)  # type: ignore[arg-type]
