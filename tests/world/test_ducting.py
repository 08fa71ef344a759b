"""The state of the air near the surface, drawn by shares of time where a scenario says so and nowhere else."""

import numpy as np
import pytest

from engine.scenes import TEXTBOOK, raid, scene
from openiads.base.errors import InputError
from openiads.catalog.records import PRIORS
from openiads.scenario.knobs import knob_list, known_knobs, sample
from openiads.scenario.load import catalog_of, load
from openiads.world.build import World, build, duct_of
from openiads.world.prebuilt import Prebuilt
from openiads.world.values import Values
from world.test_doubts import outside
from world.test_model import content

pytestmark = pytest.mark.compiled_only
STORE = Prebuilt()
COUNT = 2000


def drawn(name: str = "tartus_2016"):
    return load(name).with_values({"world.ducting": "drawn"})


def states(scenario, worlds) -> dict[str, float]:
    """Share of worlds in each state."""
    book = catalog_of(scenario)
    found = [duct_of(scenario, Values(book, knobs)) for knobs in worlds]
    return {state: found.count(state) / len(found) for state in ("none", "evaporation", "surface")}


@pytest.mark.parametrize("weighting", PRIORS)
def test_each_state_takes_its_share_of_time_whatever_the_weighting(weighting: str) -> None:
    """Expected: with the catalog's shares 0.15, 0.60 and 0.25 of evenly spread draws, exactly."""
    scenario = drawn()
    (knob,) = (k for k in knob_list(catalog_of(scenario), scenario) if k.name == "world.ducting")
    shares = (np.arange(COUNT) + 0.5)[:, None] / COUNT
    found = states(scenario, sample([knob], shares, weighting))
    assert found == pytest.approx({"none": 0.15, "evaporation": 0.6, "surface": 0.25}, abs=1.0 / COUNT)


@pytest.mark.parametrize(
    ("evaporation", "surface", "expected"),
    [
        (0.3, 0.1, (0.6, 0.3, 0.1)),
        (0.8, 0.4, (0.0, 0.6, 0.4)),
        (0.0, 0.0, (1.0, 0.0, 0.0)),
        (1.0, 1.0, (0.0, 0.0, 1.0)),
    ],
)
def test_shares_are_themselves_in_doubt_and_never_exceed_the_whole(evaporation, surface, expected) -> None:
    """Expected: what is left of one is without a duct; a surface duct hides the evaporation duct below it."""
    own = {"behavior.duct_evaporation_share": evaporation, "behavior.duct_surface_share": surface}
    worlds = [{**own, "world.ducting": (k + 0.5) / COUNT} for k in range(COUNT)]
    assert tuple(states(drawn(), worlds).values()) == pytest.approx(expected, abs=1.0 / COUNT)


def test_a_longer_share_never_takes_a_world_back_to_a_weaker_duct() -> None:
    """Expected: along the draw the states come in the order of what they do, once each."""
    order = ["none", "evaporation", "surface"]
    book = catalog_of(drawn())
    seen = [order.index(duct_of(drawn(), Values(book, {"world.ducting": k / 100}))) for k in range(101)]
    assert seen == sorted(seen) and set(seen) == {0, 1, 2}


@pytest.mark.parametrize(
    ("share", "state"), [(0.1, "none"), (None, "evaporation"), (0.5, "evaporation"), (0.9, "surface")]
)
def test_a_drawn_state_is_the_world_that_declares_it(share, state) -> None:
    """Expected: byte for byte; the baseline is the state in the middle."""
    knobs = None if share is None else {"world.ducting": share}
    world = scene(raid("East"), model=TEXTBOOK, world={"ducting": "drawn"}, knobs=knobs)
    assert content(world) == content(scene(raid("East"), model=TEXTBOOK, world={"ducting": state}))


def test_without_being_asked_for_nothing_is_drawn() -> None:
    """Expected: no parameter more than before, so that samples stay what they were; with it three, each read."""
    plain = load("tartus_2016")
    before = {knob.name for knob in knob_list(catalog_of(plain), plain)}
    assert not [name for name in before if "duct" in name and "factor" not in name]
    scenario = drawn()
    after = {knob.name for knob in knob_list(catalog_of(scenario), scenario)}
    assert after - before == {"world.ducting", "behavior.duct_evaporation_share", "behavior.duct_surface_share"}
    assert before <= after
    world: World = build(scenario, prebuilt=STORE)
    assert outside(world) == []
    with pytest.raises(InputError, match=r"world\.ducting: not a knob of tartus_2016"):
        known_knobs(["world.ducting"], catalog_of(plain), plain)
