"""Worlds from a shared store of build products are the worlds that a build of its own makes, byte for byte."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from openiads.scenario.knobs import knob_list, sample
from openiads.scenario.load import catalog_of, load
from openiads.world.build import World, build
from openiads.world.prebuilt import Prebuilt

pytestmark = [pytest.mark.compiled_only, pytest.mark.builds_alone]


#: Knobs of values that raid24 gives itself or has no use for: no self-defense, no higher command, no second fire unit,
#: nobody on the way, straight routes, the teaching switches off, rotating radars that measure once a turn.
IDLE = {
    "54k6e2.self_defense_radius",
    "64n6e2.track_update_interval",
    "76n6.track_update_interval",
    "behavior.command_revoke_updates",
    "behavior.duct_evaporation_factor",
    "behavior.duct_surface_factor",
    "behavior.silent_drop_time",
    "behavior.teaching_cycles",
    "behavior.turn_load_greatest",
    "behavior.turn_load_least",
    "s300pmu2.setup_time",
    "s300pmu2.unit_spacing",
    "tomahawk.speed",
}
FLOORS = (".required_ballistic", ".load_ballistic")


def drawn(name: str, count: int, seed: int = 5) -> list[dict[str, float]]:
    """Worlds of a scenario, every knob in doubt moved."""
    scenario = load(name)
    knobs = [knob for knob in knob_list(catalog_of(scenario), scenario) if not knob.certain]
    return sample(knobs, np.random.default_rng(seed).uniform(0.001, 0.999, (count, len(knobs))))


def content(world: World) -> tuple[object, ...]:
    rows = tuple((noun, array.tobytes()) for noun, array in world.rows.items())
    return (*rows, world.tables.tobytes(), repr(world.limits), repr(world.names))


@pytest.mark.parametrize("name", ["raid24", "turkey_2013", "moskva_2015"])
def test_a_world_does_not_depend_on_the_worlds_before_it(name: str) -> None:
    scenario = load(name)
    first, second = drawn(name, 2)
    alone = content(build(scenario, None, first))
    store = Prebuilt()
    build(scenario, None, second, prebuilt=store)
    assert content(build(scenario, None, first, prebuilt=store)) == alone
    kept = len(store)
    assert content(build(scenario, None, first, prebuilt=store)) == alone
    assert len(store) == kept, "the same world again makes nothing new"


def test_every_knob_moves_the_world_that_a_full_store_gives() -> None:
    scenario, store = load("raid24"), Prebuilt()
    middle, moved = drawn("raid24", 2)
    before = content(build(scenario, None, middle, prebuilt=store))
    for name in sorted(middle):
        if middle[name] == moved[name] or name.endswith((".lethal_buffer", *FLOORS)):
            continue  # of all threats the largest buffer counts; of two floors of what is required the higher
        changed = build(scenario, None, middle | {name: moved[name]}, prebuilt=store)
        assert (content(changed) != before) == (name not in IDLE), name
    floors = {name: moved[name] for name in moved if name.endswith(FLOORS)}
    assert content(build(scenario, None, middle | floors, prebuilt=store)) != before


def test_worlds_made_at_once_come_out_as_one_by_one() -> None:
    scenario, worlds = load("one_on_one"), drawn("one_on_one", 6)
    store = Prebuilt()
    with ThreadPoolExecutor(3) as pool:
        together = list(pool.map(lambda knobs: content(build(scenario, None, knobs, prebuilt=store)), worlds))
    assert together == [content(build(scenario, None, knobs)) for knobs in worlds]


def test_what_was_used_longest_ago_goes_first() -> None:
    store = Prebuilt(capacity=250 * 8)
    made: list[str] = []

    def product(name: str) -> object:
        def make() -> object:
            made.append(name)
            return (np.zeros(60), np.zeros(40))

        return store.once(name, make)

    for name in ("a", "b", "a", "c", "a", "b"):
        product(name)
    assert made == ["a", "b", "c", "b"]
    assert (len(store), store.size) == (2, 1600)


def test_a_full_store_changes_no_world() -> None:
    scenario, worlds = load("one_on_one"), drawn("one_on_one", 3)
    small = Prebuilt(capacity=1)
    for knobs in worlds:
        assert content(build(scenario, None, knobs, prebuilt=small)) == content(build(scenario, None, knobs))


def test_a_product_that_cannot_be_made_is_tried_again() -> None:
    store = Prebuilt()
    with pytest.raises(ZeroDivisionError):
        store.once("x", lambda: 1 // 0)
    assert store.once("x", lambda: 3) == 3
