"""The closed forms: laws, limits and domains; enumeration and simulation where the reference cases have none."""

import itertools
import math
from typing import Any

import numpy as np
import pytest
import scipy.stats as st

from openiads.base.errors import UsageError
from openiads.textbook import exchanges, raids


def test_rounds_that_share_everything_help_no_more_than_one() -> None:
    assert raids.salvo_kill(1.0, 1, 0.9) == raids.salvo_kill(1.0, 20, 0.9) == 0.9
    assert raids.salvo_kill(0.7, 0) == 0.0
    assert 1.0 - raids.salvo_kill(0.4, 3) == pytest.approx(raids.layers_leak([0.4, 0.4, 0.4]))


@pytest.mark.parametrize("salvo", [1, 2, 3])
def test_looking_saves_rounds_and_leaks_what_one_large_salvo_leaks(salvo: int) -> None:
    for kill, looks in itertools.product((0.2, 0.7, 1.0), (1, 2, 5)):
        found = raids.shoot_look_shoot(kill, looks, salvo)
        assert found.kill == pytest.approx(raids.salvo_kill(kill, salvo * looks))
        assert salvo - 1e-9 <= found.rounds <= salvo * looks + 1e-9
    endless = raids.shoot_look_shoot(0.3, math.inf, salvo)
    assert endless == pytest.approx(raids.shoot_look_shoot(0.3, 400, salvo))
    assert raids.shoot_look_shoot(0.0, 4, salvo) == (4 * salvo, 0.0)


def test_a_raid_leaks_as_the_binomial_says() -> None:
    found = raids.raid_leakage(7, 0.3)
    assert found == pytest.approx((st.binom.pmf(0, 7, 0.3), st.binom.pmf(1, 7, 0.3), 2.1))
    assert raids.raid_leakage(0, 0.3) == (1.0, 0.0, 0.0)


def test_even_fire_is_the_best_way_to_spread_rounds_over_like_targets() -> None:
    targets, rounds, kill = 3, 7, 0.45
    found = raids.even_allocation(targets, rounds, kill)
    for spread in itertools.product(range(rounds + 1), repeat=targets):
        if sum(spread) == rounds:
            kills = [raids.salvo_kill(kill, n) for n in spread]
            assert sum(kills) <= found.kills + 1e-12
            assert math.prod(kills) <= found.all_killed + 1e-12


def drawn_magazine(targets: int, rounds: int, kill: float, looks: int, count: int) -> np.ndarray:
    """Kills in ``count`` fights, shot by shot."""
    draw = np.random.default_rng(11).random((count, targets, looks))
    kills = np.zeros(count)
    for n in range(count):
        left = rounds
        for target in range(targets):
            for look in range(looks):
                if left == 0:
                    break
                left -= 1
                if draw[n, target, look] < kill:
                    kills[n] += 1
                    break
    return kills


def test_a_magazine_with_few_looks_meets_its_simulation() -> None:
    targets, rounds, kill, looks = 4, 7, 0.55, 3
    found = raids.magazine(targets, rounds, kill, looks)
    kills = drawn_magazine(targets, rounds, kill, looks, 40_000)
    assert kills.mean() == pytest.approx(found.kills, abs=4.9 * kills.std() / 200)
    assert (kills == targets).mean() == pytest.approx(found.all_killed, abs=4.9 * 0.5 / 200)


def test_a_magazine_is_the_binomial_without_a_limit_and_even_fire_with_rounds_to_spare() -> None:
    found = raids.magazine(5, 8, 0.6)
    law = st.binom(8, 0.6)
    assert found.all_killed == pytest.approx(law.sf(4))
    assert found.kills == pytest.approx(sum(min(k, 5) * law.pmf(k) for k in range(9)))
    assert raids.magazine(3, 100, 0.5, looks=2) == pytest.approx(raids.even_allocation(3, 6, 0.5))
    assert raids.magazine(3, 0, 0.5) == (0.0, 0.0)
    assert raids.magazine(0, 3, 0.5) == (1.0, 0.0)


def test_losses_are_the_last_state_of_the_queues_chain() -> None:
    channels, load = 4, 2.7
    weights = np.array([load**n / math.factorial(n) for n in range(channels + 1)])
    assert raids.erlang_loss(channels, load) == pytest.approx(weights[-1] / weights.sum())
    assert raids.erlang_loss(3, 0.0) == 0.0
    assert raids.erlang_loss(1, 4.0) == pytest.approx(0.8)


def test_one_channel_waits_as_the_single_server_queue() -> None:
    found = raids.erlang_wait(1, 0.02, 30.0)
    assert found == pytest.approx((0.6, 0.6 * 30.0 / 0.4))
    with pytest.raises(UsageError, match="grows without end"):
        raids.erlang_wait(2, 0.1, 20.0)


def test_an_exchange_is_the_same_seen_from_either_side_and_never_takes_more_than_there_is() -> None:
    red, blue = exchanges.Force(6, 4, 3, 2), exchanges.Force(4, 6, 2, 2)
    assert exchanges.salvo_losses(red, blue) == tuple(reversed(exchanges.salvo_losses(blue, red)))
    left = exchanges.salvo_exchange(red, blue, 4)
    assert all(0 <= a <= 6 and 0 <= b <= 4 for a, b in left)
    assert left == sorted(left, reverse=True)
    assert exchanges.salvo_exchange(red, blue, 0) == []
    assert exchanges.unstopped(exchanges.Force(5, 2, 0, 1), exchanges.Force(1, 0, 4, 1)) == 6.0


@pytest.mark.parametrize(
    ("formula", "arguments"),
    [
        (raids.salvo_kill, (1.2, 1)),
        (raids.salvo_kill, (0.5, -1)),
        (raids.salvo_kill, (0.5, 1, math.nan)),
        (raids.layers_leak, ([0.5, -0.1],)),
        (raids.shoot_look_shoot, (0.0, math.inf)),
        (raids.shoot_look_shoot, (0.5, -1)),
        (raids.shoot_look_shoot, (0.5, 2, 0)),
        (raids.raid_leakage, (-1, 0.5)),
        (raids.raid_leakage, (2.5, 0.5)),
        (raids.even_allocation, (0, 4, 0.5)),
        (raids.magazine, (3, 2.5, 0.5)),
        (raids.magazine, (3, 2, 0.5, -1)),
        (raids.erlang_loss, (0, 1.0)),
        (raids.erlang_loss, (2, math.inf)),
        (raids.erlang_wait, (2, -0.1, 5.0)),
        (exchanges.Force, (1, 1, 1, 0)),
        (exchanges.Force, (-1, 1, 1, 1)),
        (exchanges.salvo_exchange, (exchanges.Force(1, 1, 1, 1), exchanges.Force(1, 1, 1, 1), -1)),
    ],
)
def test_what_lies_outside_a_domain_is_refused(formula: Any, arguments: tuple[Any, ...]) -> None:
    with pytest.raises(UsageError):
        formula(*arguments)
