import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from openiads.base.units import quantity
from openiads.experiments.factors import Factor, Point, as_filed, size, span, steps_between, unit_sample
from openiads.scenario.knobs import LEVELS, Knob, sample

UNITS = Factor("site.Tartus.fire_units", (1, 2, 3))
COUNT = Factor("raid.cruise.count", (4, 8))
PK = Factor("knob.x.pk", low=0.0, high=1.0, kind="number")
SPEED = Factor("raid.cruise.speed", low=200.0, high=300.0, kind="speed")
NUMBER = Factor("raid.cruise.count", low=4, high=7)


def in_doubt(name: str, rebuild: str = "none") -> Factor:
    """The interval of a knob from 0.5 to 1.5."""
    knob = Knob(name, "factor", "x", ("x",), rebuild, "", 1.0, 0.5, 1.5, "linear", (), "assumption", "")
    return Factor(f"knob.{name}", knob=knob)


def made(
    design: str, factors: tuple[Factor, ...], samples: int = 0, seed: int = 1, sampled: tuple[Factor, ...] = ()
) -> tuple[Point, ...]:
    return span(design, factors, sampled, samples, seed, "uniform")


def test_a_grid_is_the_product_of_the_levels_the_last_varying_fastest() -> None:
    points = made("grid", (UNITS, COUNT))
    assert [tuple(p.values.values()) for p in points] == [(1, 4), (1, 8), (2, 4), (2, 8), (3, 4), (3, 8)]
    assert [p.index for p in points] == list(range(6)) and not any(p.knobs for p in points)
    assert size("grid", (UNITS, COUNT), (), 0) == 6


@given(st.lists(st.integers(1, 5), min_size=1, max_size=4))
def test_a_grid_has_every_combination_once(counts: list[int]) -> None:
    factors = tuple(Factor(f"f{k}", tuple(range(n))) for k, n in enumerate(counts))
    points = made("grid", factors)
    assert len(points) == size("grid", factors, (), 0) == int(np.prod(counts))
    assert len({tuple(p.values.items()) for p in points}) == len(points)


@given(st.integers(1, 60), st.integers(1, 6), st.integers(0, 2**32 - 1))
def test_every_stratum_of_a_latin_hypercube_has_one_point(points: int, dimensions: int, seed: int) -> None:
    sample = unit_sample("latin_hypercube", points, dimensions, seed)
    for column in sample.T:
        assert sorted(np.floor(column * points).astype(int).tolist()) == list(range(points))


@pytest.mark.parametrize("power", [4, 6])
def test_sobol_points_are_balanced_in_every_dimension_and_every_plane(power: int) -> None:
    n = 2**power
    sample = unit_sample("sobol", n, 3, 5)
    for column in sample.T:
        assert sorted(np.floor(column * n).astype(int).tolist()) == list(range(n))
    halves = np.floor(sample * 2).astype(int)
    for a, b in ((0, 1), (0, 2), (1, 2)):
        _, counts = np.unique(halves[:, [a, b]], axis=0, return_counts=True)
        assert counts.tolist() == [n // 4] * 4


@pytest.mark.parametrize("design", ["latin_hypercube", "sobol"])
def test_points_are_functions_of_design_and_seed(design: str) -> None:
    factors = (PK, SPEED)
    assert made(design, factors, 8) == made(design, factors, 8)
    assert made(design, factors, 8, seed=2) != made(design, factors, 8)


def test_a_range_of_whole_numbers_gives_each_the_same_share_and_a_quantity_reads_back() -> None:
    points = made("latin_hypercube", (NUMBER, SPEED), 40)
    counts = [p.values["raid.cruise.count"] for p in points]
    assert {x: counts.count(x) for x in counts} == dict.fromkeys((4, 5, 6, 7), 10)
    speeds = [quantity(p.values["raid.cruise.speed"], "speed") for p in points]
    assert min(speeds) >= 200 and max(speeds) <= 300 and max(speeds) - min(speeds) > 90


def test_levels_have_equal_shares_in_a_sample() -> None:
    values = [p.values[UNITS.path] for p in made("latin_hypercube", (UNITS,), 30)]
    assert {x: values.count(x) for x in values} == {1: 10, 2: 10, 3: 10}


def test_knowledge_crosses_one_sample_of_worlds_with_every_variant() -> None:
    doubts = (in_doubt("x.crew"), in_doubt("x.drag", "flyout"))
    points = made("knowledge", (UNITS,), 5, sampled=doubts)
    assert len(points) == size("knowledge", (UNITS,), doubts, 5) == 15
    worlds = [[p.knobs for p in points[k : k + 5]] for k in (0, 5, 10)]
    assert worlds[0] == worlds[1] == worlds[2]
    assert len({tuple(w.items()) for w in worlds[0]}) == 5


def test_worlds_of_knowledge_are_those_of_every_sample_and_flyout_knobs_take_few_values() -> None:
    """A flyout table is made for each value; the other knobs keep every stratum of the Latin hypercube."""
    crew, drag = in_doubt("x.crew"), in_doubt("x.drag", "flyout")
    worlds = [p.knobs for p in made("knowledge", (), 40, sampled=(crew, drag))]
    assert worlds == sample([crew.knob, drag.knob], unit_sample("knowledge", 40, 2, 1))
    drags = [world["x.drag"] for world in worlds]
    assert {round(x, 12): drags.count(x) for x in drags} == dict.fromkeys((0.6, 0.8, 1.0, 1.2, 1.4), 40 // LEVELS)
    assert sorted(int((world["x.crew"] - 0.5) * 40) for world in worlds) == list(range(40))


@given(st.integers(-50, 50), st.integers(1, 40), st.integers(1, 9))
def test_steps_begin_at_from_and_never_pass_to(low: int, length: int, step: int) -> None:
    found = steps_between(low, low + length, step)
    assert found == [float(x) for x in range(low, low + length + 1, step)]


def test_decimal_steps_have_no_noise_in_their_last_digits() -> None:
    assert steps_between(0.1, 0.5, 0.1) == [0.1, 0.2, 0.3, 0.4, 0.5]
    assert as_filed(0.1 + 0.2, "probability") == 0.3
    assert as_filed(200 + 0.1 * 3, "speed") == "200.3 m/s"
