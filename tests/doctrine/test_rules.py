"""Fire rules: the built-in ones, and the contract of a user's."""

from __future__ import annotations

import numpy as np
import pytest

from engine.scenes import CLEAR, TEXTBOOK, column, each, raid, scene, site
from openiads.base.draws import Purpose
from openiads.base.draws import uniform as named_draw
from openiads.base.errors import InputError
from openiads.base.toml import toml_text
from openiads.doctrine.contracts import FIRE, HOLD, Draw, Order, Own, adopt, uniform
from openiads.doctrine.firing import fire, looks_again
from openiads.engine.runner import Runner
from openiads.scenario.load import loads
from openiads.world.build import build
from openiads.world.codes import FireRule, Status

BUILT_IN = [FireRule.SHOOT_LOOK_SHOOT, FireRule.SALVO, FireRule.SINGLE, FireRule.SHOOT_SHOOT_LOOK]


def own(**more):
    """The engagement that asks."""
    plain = Own(100.0, 3, 0, 8, 0, 0, 0, 3, 0.8, 20.0, 80.0, 60.0)
    return plain._replace(**more)


@pytest.mark.parametrize("rule", BUILT_IN)
def test_no_rule_fires_with_rounds_in_the_air_or_an_empty_magazine(rule):
    assert fire(int(rule), own(in_flight=1)) == HOLD
    assert fire(int(rule), own(loaded=0)) == HOLD


@pytest.mark.parametrize(
    ("rule", "first", "again"),
    [
        (FireRule.SHOOT_LOOK_SHOOT, 3, 3),
        (FireRule.SALVO, 3, 0),
        (FireRule.SINGLE, 1, 0),
        (FireRule.SHOOT_SHOOT_LOOK, 2, 2),
    ],
)
def test_rules_order_the_rounds_they_are_named_after(rule, first, again):
    assert fire(int(rule), own()) == Order(FIRE, 3, first)
    second = fire(int(rule), own(fired=first))
    assert second == (Order(FIRE, 3, again) if again else HOLD)
    assert looks_again(int(rule)) == (again > 0)


@pytest.mark.parametrize("rule", BUILT_IN)
def test_no_rule_orders_more_than_is_loaded(rule):
    assert fire(int(rule), own(loaded=1)).rounds == 1


@pytest.mark.parametrize(("rule", "rounds"), [("single", 1), ("salvo", 3)])
def test_a_rule_of_one_salvo_gives_a_target_no_second_one(rule, rounds):
    """Also when plenty of time, channels and rounds are left after a miss; a second track of one flight is rare."""
    guard = site(launchers=8, doctrine={"fire": rule, "salvo": 3})
    world = scene(raid("Intruder", distance=120.0), model=TEXTBOOK | {"kill_probability": 0.21}, sites=[guard])
    fired = column(world, 100, "rounds_fired")
    assert np.mean(fired == rounds) >= 0.95
    assert np.all(fired % rounds == 0)


def test_uniform_is_named_by_key_and_number():
    draw = Draw(7, 3, 123456789, 5)
    values = [uniform(draw, k) for k in range(64)]
    assert values == [uniform(draw, k) for k in range(64)]
    assert len(set(values)) == 64
    assert all(0.0 < v < 1.0 for v in values)
    assert values[2] == named_draw(7, 3, int(Purpose.RULE), 123456789, 5 * 64 + 2)
    for other in (draw._replace(seed=8), draw._replace(replication=4), draw._replace(actor=1), draw._replace(slot=6)):
        assert uniform(other, 2) != values[2]


def test_uniforms_of_a_rule_are_uniform():
    values = np.array([uniform(Draw(1, r, 99, s), k) for r in range(40) for s in range(5) for k in range(10)])
    assert abs(values.mean() - 0.5) < 4.9 / np.sqrt(12.0 * len(values))


# ------------------------------------------------------------------ a rule from the user's file


def ruled(tmp_path, body, model=CLEAR, **doctrine):
    """A world whose site fights by a function ``mine`` of the user's file."""
    path = tmp_path / "rules.py"
    path.write_text("from openiads.doctrine.contracts import FIRE, HOLD, Order, uniform\n\n\n" + body)
    plain = scene(raid("Intruder"), model=model).scenario.mapping()
    plain["site"] = [site(doctrine={"fire": "rules.py:mine"} | doctrine)]
    return build(loads(toml_text(plain), folder=tmp_path))


TWO = "def mine(own, picture, dials, draw):\n    if own.in_flight > 0:\n        return HOLD\n"


def test_a_users_rule_equal_to_a_built_in_one_gives_the_same_replications(tmp_path):
    mine = ruled(tmp_path, TWO + "    return Order(FIRE, own.track, min(own.salvo, own.loaded))\n")
    built_in = scene(raid("Intruder"), model=CLEAR)
    for name in ("killed", "rounds_fired", "first_launch_s"):
        assert np.array_equal(column(mine, 20, name), column(built_in, 20, name))


def test_dials_reach_the_rule(tmp_path):
    body = TWO + "    return Order(FIRE, own.track, max(1, int(dials.value[1])))\n"
    world = ruled(tmp_path, body, TEXTBOOK | {"kill_probability": 1.0}, dials=[0.0, 3.0])
    assert np.all(column(world, 10, "rounds_fired") == 3)


def test_what_a_rule_writes_to_its_picture_is_lost(tmp_path):
    writes = (
        "    picture.identity[:] = 4\n    picture.threatening[:] = 0\n    picture.in_flight[:] = 9\n"
        "    picture.position[:] = 0.0\n    picture.velocity[:] = 0.0\n    dials.value[:] = 5.0\n"
    )
    fires = "    return Order(FIRE, own.track, min(own.salvo, own.loaded))\n"
    runs = []
    for body in ("", writes):
        world = ruled(tmp_path, TWO + body + fires)
        runs.append(each(world, 10, lambda r: r.events.tobytes()))
    assert runs[0] == runs[1]


def test_a_rule_draws_the_same_luck_whenever_it_is_asked_about_the_same(tmp_path):
    body = TWO + "    if uniform(draw, 0) < 0.5:\n        return HOLD\n    return Order(FIRE, own.track, 1)\n"
    world = ruled(tmp_path, body)
    first, again = (each(world, 10, lambda r: r.events.tobytes()) for _ in range(2))
    assert first == again


def test_a_rule_that_orders_no_rounds_to_be_fired_fails_its_replication_only(tmp_path):
    body = "def mine(own, picture, dials, draw):\n    return Order(FIRE, own.track, 1 if own.now == 100.0 else 0)\n"
    world = ruled(tmp_path, body)  # sound at the time of the samples it is tried on
    row = Runner(world, 1).replicate(0).outcome
    assert row["status"][0] == Status.RULE_BAD_ORDER
    assert row["status_time"][0] > 0.0


def test_a_rule_that_raises_is_refused_with_the_line_and_the_reason(tmp_path):
    body = (
        "def mine(own, picture, dials, draw):\n    return Order(FIRE, own.track, own.loaded // (own.now - own.now))\n"
    )
    with pytest.raises(InputError, match="raises ZeroDivisionError at line 5"):
        Runner(ruled(tmp_path, body), 1)


@pytest.mark.parametrize(
    ("rule", "reason"),
    [
        (lambda own: HOLD, "1 arguments"),
        (lambda own, picture, dials, draw: 3, "not an Order"),
        (lambda own, picture, dials, draw: own.nothing, "raises AttributeError"),
        (3, "no plain function"),
    ],
)
def test_a_function_that_is_no_rule_is_refused_with_its_reason(rule, reason):
    with pytest.raises(InputError, match=reason):
        adopt(rule, "mine.py:rule")


def test_a_missing_function_is_named(tmp_path):
    world = ruled(tmp_path, "def other(own, picture, dials, draw):\n    return HOLD\n")
    with pytest.raises(InputError, match="no function 'mine'"):
        Runner(world, 1)
