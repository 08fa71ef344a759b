"""The list of doubts is the list of knobs: what a world reads and nobody knows exactly is moved by some knob."""

import math
import re

import numpy as np
import pytest

from openiads.catalog.load import catalog
from openiads.catalog.records import PRIORS
from openiads.physics.detection import REFERENCE_RANGE, required_snr
from openiads.runs.simulator import real_simulator
from openiads.scenario.knobs import knob_list, sample
from openiads.scenario.load import Scenario, catalog_of, load, packaged_scenarios
from openiads.scenario.signals import signal
from openiads.world.build import World, build
from openiads.world.prebuilt import Prebuilt

pytestmark = [pytest.mark.compiled_only, pytest.mark.builds_alone]
STORE = Prebuilt()


def outside(world: World) -> list[str]:
    """Values in doubt that a world read and that no knob moves."""
    book = world.catalog
    moved = {(knob.entry, path) for knob in knob_list(book, world.scenario) for path in knob.fields}
    values = {name: dict(book[name].every_value()) for name, _ in world.read}
    found = [(n, p) for n, p in world.read if p in values[n] and values[n][p].doubtful and (n, p) not in moved]
    return sorted(f"{name}.{path}" for name, path in found)


@pytest.mark.parametrize("name", packaged_scenarios())
def test_no_value_in_doubt_that_a_world_read_is_outside_the_knobs(name: str) -> None:
    scenario = load(name)
    world = build(scenario, prebuilt=STORE)
    assert len(world.read) > 100
    assert outside(world) == []


def test_the_walk_finds_a_value_without_a_knob() -> None:
    """With an entry that no knob of the scenario belongs to, the same walk says so."""
    world = build(load("one_on_one"), prebuilt=STORE)
    world.read |= {("96l6e", "antenna_height")}
    assert outside(world) == ["96l6e.antenna_height"]


def test_tartus_has_two_hundred_knobs() -> None:
    """Of 264 values in doubt 26 knobs moved 81; now every one that its world reads is moved."""
    scenario = load("tartus_2016")
    assert sum(not knob.certain for knob in knob_list(catalog_of(scenario), scenario)) >= 200


@pytest.mark.parametrize("prior", PRIORS)
@pytest.mark.parametrize("name", ["raid24", "turkey_2013"])
def test_every_prior_gives_worlds_that_can_be_built_and_run(name: str, prior: str) -> None:
    scenario = load(name)
    knobs = [knob for knob in knob_list(catalog_of(scenario), scenario) if not knob.certain]
    shares = np.random.default_rng(8).uniform(0.001, 0.999, (2, len(knobs)))
    for drawn in sample(knobs, shares, prior):
        world = build(scenario, None, drawn, prebuilt=STORE)
        row = real_simulator().runner(world, 3).replicate(0).outcome
        assert row["status"].tolist() == [0]


@pytest.mark.parametrize("name", packaged_scenarios())
@pytest.mark.parametrize("end", ["low", "high"])
def test_a_world_can_be_built_at_either_end_of_every_interval(name: str, end: str) -> None:
    """Samples come near every end and ``sensitivity`` takes it: none may be refused, as those of a radar's range beyond
    500 km and of a frequency below 1 GHz once were.  Radars and posts, whose ends go together, all at once."""
    scenario = load(name)
    knobs = [knob for knob in knob_list(catalog_of(scenario), scenario) if not knob.certain]
    radars = [knob for knob in knobs if knob.entry and catalog_of(scenario)[knob.entry].kind in ("radars", "posts")]
    assert build(scenario, None, {knob.name: getattr(knob, end) for knob in radars}, prebuilt=STORE)


def test_counts_are_whole_in_every_world() -> None:
    world = build(load("one_on_one"), None, {"30n6e2.pulses": 17.0, "30n6e2.track_capacity": 23.0}, prebuilt=STORE)
    assert 23 in world.rows["radars"]["track_capacity"].tolist()


@pytest.mark.parametrize("name", ["30n6e2", "64n6e2", "76n6", "mpq53"])
def test_quoted_ranges_come_out_whatever_pulses_and_false_alarms_are_drawn(name: str) -> None:
    """The signal is calibrated with the world's own detection law: the range on 2 m2 at 0.7 stays."""
    radar = catalog()[name]
    pulses, alarm = radar.pulses, radar.false_alarm_probability

    def seen(n: float, pfa: float) -> float:
        excess = 10.0 ** (signal(radar, None, int(n), pfa) / 10.0) * 2.0
        return REFERENCE_RANGE * math.pow(excess / float(required_snr(0.7, swerling=1, n_pulses=int(n), pfa=pfa)), 0.25)

    nominal = seen(pulses.si, alarm.si)
    for n in (pulses.si_low, pulses.si_high):
        for pfa in (alarm.si_low, alarm.si_high):
            assert seen(n, pfa) == pytest.approx(nominal, rel=0.02)


def test_what_only_emission_control_reads_is_no_doubt_of_a_scenario_without_it() -> None:
    """Nothing declared, no knob more: sampled worlds stay what they were.  Declared, each value read has its knob."""
    scenario = load("tartus_2016_v4")
    name = scenario.sites[0].name
    radar = scenario_radars(scenario)[0]
    plain = {knob.name for knob in knob_list(catalog_of(scenario), scenario)}
    own = re.compile(r"\.(emission_|blink_|alarm_|cue_|decoy_distance|memory_growth)")
    assert not [each for each in plain if own.search(each)]
    changes: list[dict[str, object]] = [
        {f"site.{name}.doctrine.emission": policy} for policy in ("shutdown", "blink", "cued")
    ]
    changes += [{f"site.{name}.doctrine.emission_of": {radar: "cued"}}]
    changes += [{f"site.{name}.emitter_decoys": [{"radar": radar, "count": 2}]}]
    for change in changes:
        changed = scenario.with_values(change)
        assert outside(build(changed, prebuilt=STORE)) == []
        more = {knob.name for knob in knob_list(catalog_of(changed), changed)} - plain
        assert "arm.memory_growth" in more and all(own.search(each) for each in more)


def scenario_radars(scenario: Scenario) -> list[str]:
    """Names of the radars of its first site."""
    system = catalog_of(scenario)[scenario.sites[0].system]
    return [*system.lists.get("surveillance", ()), system.text["engagement_radar"]]
