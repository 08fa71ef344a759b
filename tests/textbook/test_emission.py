"""Closed forms of emission control: enumeration, linear programs, numerical integrals, limits, domains."""

import itertools
import math
from collections.abc import Callable

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.optimize import linprog

from openiads import textbook
from openiads.base.errors import InputError

# ------------------------------------------------------------------ memory and damage


def test_a_hit_within_a_radius_is_the_integral_of_the_miss() -> None:
    for radius, deviation in ((30.0, 5.0), (30.0, 160.0), (0.1, 50.0)):
        found = quad(lambda r, s: r / s**2 * math.exp(-0.5 * (r / s) ** 2), 0.0, radius, args=(deviation,))[0]
        assert textbook.hit_within(radius, deviation) == pytest.approx(found, rel=1e-10)


def test_small_chances_keep_their_digits() -> None:
    assert textbook.hit_within(1e-9, 1.0) == pytest.approx(0.5e-18, rel=1e-12)
    assert textbook.decoyed_kill(1e-18, 1, salvo=3) == pytest.approx(1.5e-18, rel=1e-12)
    assert textbook.blinking_detection(1e-18, 10, 0.5) == pytest.approx((5e-18, 5e-18), rel=1e-12)
    assert textbook.gaussian_damage(1e-200, 1.0) == 0.0
    assert textbook.gaussian_damage(1e-200, 1e-200) == 0.5


def test_shutting_down_late_is_worth_little_and_memory_fades_without_a_cliff() -> None:
    times = np.linspace(0.0, 60.0, 1201)
    spread = [textbook.memory_spread(5.0, 8.0, t) for t in times]
    hits = np.array([textbook.hit_within(30.0, s) for s in spread])
    assert spread[0] == 5.0
    assert np.all(np.diff(hits) <= 0.0)
    assert np.abs(np.diff(hits)).max() < 0.025
    assert [textbook.memory_spread(5.0, 0.0, t) for t in (0.0, 100.0)] == [5.0, 5.0]


def test_the_edges_of_a_miss() -> None:
    assert textbook.hit_within(0.0, 1.0) == 0.0
    assert textbook.hit_within(0.0, 0.0) == textbook.hit_within(2.0, 0.0) == textbook.hit_within(math.inf, 1.0) == 1.0
    assert textbook.gaussian_damage(0.0, 1.0) == 0.0
    assert textbook.gaussian_damage(1.0, 0.0) == 1.0


def test_mean_damage_is_the_integral_over_the_miss() -> None:
    for length, deviation in ((20.0, 5.0), (20.0, 30.0), (2.0, 150.0)):

        def weighed(m: float, s: float = deviation, a: float = length) -> float:
            return m / s**2 * math.exp(-0.5 * m * m * (1 / s**2 + 1 / a**2))

        found = quad(weighed, 0.0, 12.0 * deviation, limit=200, points=[length])[0]
        assert textbook.gaussian_damage(length, deviation) == pytest.approx(found, rel=1e-8)


# ------------------------------------------------------------------ decoys


def test_equal_decoys_divide_the_risk() -> None:
    for n in (0, 1, 2, 7, 1000):
        assert textbook.decoyed_kill(0.8, n) == pytest.approx(0.8 / (n + 1), rel=1e-14)
        assert textbook.decoyed_kill(0.8, n, weight=0.0) == 0.8
    assert textbook.decoyed_kill(0.8, 0, weight=math.inf) == 0.8
    assert textbook.decoyed_kill(0.8, 1, weight=math.inf) == 0.0
    assert textbook.decoyed_kill(1.0, 0, salvo=3) == 1.0
    assert textbook.decoyed_kill(0.8, 3, salvo=0) == 0.0


def test_a_salvo_among_decoys_is_its_enumeration() -> None:
    """Every way in which three weapons choose among the radar and two decoys, and hit or miss."""
    kill, weights = 0.7, [1.0, 0.4, 0.4]
    shares = textbook.emitter_shares(weights)
    survives = 0.0
    for chosen in itertools.product(range(3), repeat=3):
        chance = math.prod(shares[i] for i in chosen)
        survives += chance * (1.0 - kill) ** chosen.count(0)
    assert textbook.decoyed_kill(kill, 2, 0.4, salvo=3) == pytest.approx(1.0 - survives, rel=1e-12)


def test_shares_add_up_and_do_not_depend_on_the_unit() -> None:
    weights = [3.0, 0.0, 1e-6, 40.0]
    shares = textbook.emitter_shares(weights)
    assert sum(shares) == pytest.approx(1.0, rel=1e-15)
    assert shares[1] == 0.0
    assert textbook.emitter_shares([1e300 * w for w in weights]) == pytest.approx(shares, rel=1e-13)
    assert textbook.emitter_shares([5.0]) == [1.0]


# ------------------------------------------------------------------ blinking


@pytest.mark.parametrize("pd", [0.0, 0.3, 1.0])
@pytest.mark.parametrize("duty", [0.0, 0.2, 0.5, 0.9, 1.0])
def test_random_blinking_is_the_sum_over_all_ways_to_emit(pd: float, duty: float) -> None:
    for frames in range(8):
        missed = 0.0
        for emits in itertools.product((False, True), repeat=frames):
            count = sum(emits)
            missed += duty**count * (1.0 - duty) ** (frames - count) * (1.0 - pd) ** count
        assert textbook.blinking_detection(pd, frames, duty).random == pytest.approx(1.0 - missed, abs=1e-14)


@pytest.mark.parametrize("every", [1, 2, 3, 4, 7])
def test_regular_blinking_is_the_mean_over_its_phases(every: int) -> None:
    for frames in range(25):
        phases = [sum((i + phase) % every == 0 for i in range(frames)) for phase in range(every)]
        mean = float(np.mean([1.0 - 0.7**emitted for emitted in phases]))
        assert textbook.blinking_detection(0.3, frames, 1.0 / every).periodic == pytest.approx(mean, abs=1e-12)


def test_random_blinking_detects_less_than_regular_and_both_less_than_always() -> None:
    for pd in (1e-6, 0.1, 0.5, 0.99, 1.0):
        for frames in (1, 2, 5, 12, 1000):
            always = textbook.blinking_detection(pd, frames, 1.0)
            assert always.random == always.periodic
            rising = []
            for duty in np.linspace(0.0, 1.0, 101):
                found = textbook.blinking_detection(pd, frames, float(duty))
                assert found.random <= found.periodic + 1e-15 <= always.random + 2e-15
                rising.append(found)
            assert np.all(np.diff(rising, axis=0) >= -1e-14)
            assert rising[0] == (0.0, 0.0)
    assert textbook.blinking_detection(0.3, 0, 0.5) == (0.0, 0.0)


# ------------------------------------------------------------------ the game


def by_linear_program(payoff: np.ndarray) -> float:
    """Value to the row player: the greatest v that a mixture of rows guarantees against every column."""
    table = np.column_stack([-payoff.T, np.ones(2)])
    bounds = [(0, 1), (0, 1), (None, None)]
    sums = {"A_eq": [[1.0, 1.0, 0.0]], "b_eq": [1.0]}
    found = linprog([0.0, 0.0, -1.0], A_ub=table, b_ub=[0.0, 0.0], bounds=bounds, **sums)
    return float(found.x[2])


def test_the_value_is_that_of_the_linear_program_with_ties_and_dominance() -> None:
    for entries in itertools.product((-1.0, 0.0, 2.0), repeat=4):
        payoff = np.array(entries).reshape(2, 2)
        game = textbook.two_by_two_game(payoff.tolist())
        assert game.value == pytest.approx(by_linear_program(payoff), abs=1e-9), payoff


def test_a_mixture_makes_the_other_side_indifferent_and_a_saddle_point_leaves_nothing_to_gain() -> None:
    random = np.random.default_rng(16)
    mixed = 0
    for _ in range(2000):
        payoff = random.normal(size=(2, 2)) * 10.0 ** random.uniform(-6, 6) + random.normal() * 10.0
        game = textbook.two_by_two_game(payoff.tolist())
        size = np.abs(payoff).max()
        if game.saddle is None:
            assert game.first_row is not None
            assert game.first_column is not None
            mixed += 1
            rows = np.array([game.first_row, 1.0 - game.first_row]) @ payoff
            columns = payoff @ np.array([game.first_column, 1.0 - game.first_column])
            assert [*rows, *columns] == pytest.approx([game.value] * 4, abs=1e-12 * size)
            assert 0.0 < game.first_row < 1.0
            assert 0.0 < game.first_column < 1.0
        else:
            i, j = game.saddle
            assert game.first_row is game.first_column is None
            assert payoff[i].min() == payoff[:, j].max() == payoff[i, j] == game.value
    assert 400 < mixed < 1200  # a third of such games have no saddle point


def test_roles_exchanged_the_value_changes_its_sign() -> None:
    for payoff in ([[0.7, 0.4], [0.2, 0.9]], [[0.6, 0.5], [0.4, 0.3]], [[1e9, -1e9], [-3.0, 4.0]]):
        game = textbook.two_by_two_game(payoff)
        turned = textbook.two_by_two_game([[-payoff[0][0], -payoff[1][0]], [-payoff[0][1], -payoff[1][1]]])
        assert turned.value == pytest.approx(-game.value, rel=1e-12)
        assert (turned.first_row, turned.first_column) == pytest.approx((game.first_column, game.first_row)) or (
            game.saddle is not None and turned.first_row is None
        )


@pytest.mark.parametrize(
    ("payoff", "value", "saddle"),
    [
        ([[1.0, 1.0], [1.0, 1.0]], 1.0, (0, 0)),
        ([[0.0, 0.0], [0.0, 0.0]], 0.0, (0, 0)),
        ([[1.0, 2.0], [3.0, 4.0]], 3.0, (1, 0)),  # a - b - c + d = 0
        ([[0.5, 0.5], [0.2, 0.9]], 0.5, (0, 0)),  # a tie in a row
        ([[0.5, 0.1], [0.5, 0.9]], 0.5, (1, 0)),  # a tie in a column
    ],
)
def test_degenerate_games_have_a_saddle_point(payoff: list[list[float]], value: float, saddle: tuple[int, int]) -> None:
    assert textbook.two_by_two_game(payoff) == (value, None, None, saddle)


def test_the_greatest_numbers_are_no_trouble() -> None:
    game = textbook.two_by_two_game([[1e308, -1e308], [-1e308, 1e308]])
    assert game == (0.0, 0.5, 0.5, None)


# ------------------------------------------------------------------ domains

OUTSIDE: list[tuple[Callable[[], object], str]] = [
    (lambda: textbook.memory_spread(-1.0, 1.0, 1.0), "emitting"),
    (lambda: textbook.memory_spread(1.0, math.nan, 1.0), "growth"),
    (lambda: textbook.memory_spread(1.0, 1.0, -1.0), "time"),
    (lambda: textbook.hit_within(-1.0, 1.0), "radius"),
    (lambda: textbook.hit_within(1.0, math.inf), "deviation"),
    (lambda: textbook.gaussian_damage(0.0, 0.0), "length"),
    (lambda: textbook.gaussian_damage(1.0, -1.0), "deviation"),
    (lambda: textbook.emitter_shares([]), "weights"),
    (lambda: textbook.emitter_shares([0.0, 0.0]), "weights"),
    (lambda: textbook.emitter_shares([1.0, -1.0]), "weights[1]"),
    (lambda: textbook.decoyed_kill(1.1, 1), "kill"),
    (lambda: textbook.decoyed_kill(0.5, -1), "decoys"),
    (lambda: textbook.decoyed_kill(0.5, 1.5), "decoys"),  # type: ignore[arg-type]
    (lambda: textbook.decoyed_kill(0.5, 1, -0.1), "weight"),
    (lambda: textbook.decoyed_kill(0.5, 1, salvo=-1), "salvo"),
    (lambda: textbook.blinking_detection(-0.1, 3, 0.5), "pd"),
    (lambda: textbook.blinking_detection(0.1, -3, 0.5), "frames"),
    (lambda: textbook.blinking_detection(0.1, 2.5, 0.5), "frames"),  # type: ignore[arg-type]
    (lambda: textbook.blinking_detection(0.1, 3, 1.5), "duty"),
    (lambda: textbook.two_by_two_game([[1.0, 2.0]]), "payoff"),
    (lambda: textbook.two_by_two_game([[1.0, 2.0], [3.0]]), "payoff"),
    (lambda: textbook.two_by_two_game([[1.0, 2.0], [3.0, math.nan]]), "payoff[1][1]"),
    (lambda: textbook.two_by_two_game([[1.0, math.inf], [3.0, 4.0]]), "payoff[0][1]"),
]


@pytest.mark.parametrize(("call", "place"), OUTSIDE)
def test_what_is_outside_a_domain_is_told_with_place_and_remedy(call: Callable[[], object], place: str) -> None:
    with pytest.raises(InputError) as told:
        call()
    assert told.value.place == place
    assert told.value.remedy.startswith("Give ")
