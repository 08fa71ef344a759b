"""Twins beside real runs: where the formula's assumptions hold they agree, and what is measured is what happened."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.scenes import CLEAR, FACING, TEXTBOOK, place, raid, site
from house.source import ROOT
from openiads.base.toml import toml_text
from openiads.explain.closed_forms import Twin, twins_beside
from openiads.explain.ingredients import CHANNELS, TALLY, Ingredients, channel_asks, ingredients
from openiads.runs.replicate import run
from openiads.runs.run import Run
from openiads.scenario.load import loads
from openiads.textbook import raids as twins
from openiads.textbook.looks import imperfect_looks
from openiads.textbook.uncoordinated import random_leakers
from openiads.world.codes import Event, Gate, ThreatClass
from openiads.world.trace import EVENT

pytestmark = pytest.mark.compiled_only  # some hundred replications each

#: Rounds of a salvo that share nothing.
INDEPENDENT = {"world": {"common_mode_scale": 0.0}}


def fought(
    *raids: Any, model: dict[str, Any], count: int, sites: Any = None, duration: float = 900.0, **more: Any
) -> Run:
    """A run of one site that defends a depot beside it, on flat ground."""
    mapping = {
        "format": 1,
        "name": "scene",
        "duration": f"{duration} s",
        "model": model,
        "terrain": {"source": "flat"},
        "asset": [{"name": "Depot", "at": place(0.0), "radius": "500 m"}],
        "site": [site()] if sites is None else sites,
        "raid": list(raids),
        "identification": {"iff_false_reply": 0.0},
    } | more
    return run(loads(toml_text(mapping)), replications=count, seed=5)


def by_name(found: list[Twin]) -> dict[str, Twin]:
    assert len({twin.name for twin in found}) == len(found)
    for twin in found:
        assert twin.why and twin.formula and twin.given == (twin.closed is not None)
        assert json.loads(json.dumps(twin.as_dict(), allow_nan=False))["given"] == twin.given
    return {twin.name: twin for twin in found}


def agrees(twin: Twin) -> bool:
    """Whether the closed form is within four standard errors of the simulated figure."""
    assert twin.closed is not None and twin.low is not None and twin.high is not None and twin.simulated is not None
    return abs(twin.closed - twin.simulated) <= twin.high - twin.low


@pytest.fixture(scope="module")
def axes() -> list[Any]:
    """Four aircraft far apart inside the sector."""
    return [raid(f"Axis {k}", distance=60.0, azimuth=FACING + 12.0 * k) for k in range(-2, 2)]


@pytest.fixture(scope="module")
def salvos(axes: list[Any]) -> Run:
    guard = site(launchers=4, rounds=4, doctrine={"fire": "salvo", "salvo": 2})
    return fought(*axes, model=TEXTBOOK | {"kill_probability": 0.6}, count=400, sites=[guard], **INDEPENDENT)


def test_independent_salvos_leak_as_the_binomial_says_one_by_one_and_together(salvos: Run) -> None:
    found = by_name(twins_beside(salvos))
    leak, any_one = found["Leak of an engaged threat"], found["At least one leaker"]
    inputs = {i.name: i.value for i in leak.inputs}
    assert inputs["rounds per engaged threat, aircraft"] == pytest.approx(2.0, rel=0.01)  # lost tracks
    assert inputs["kill share of a round, aircraft"] == pytest.approx(0.6, abs=0.05)
    assert leak.closed == pytest.approx(0.16, abs=0.04)
    assert agrees(leak) and agrees(any_one)
    assert any_one.closed == pytest.approx(1.0 - 0.84**4, abs=0.08)
    assert not found["Rounds per engaged threat"].given
    assert not found["Salvos in time, aircraft"].given


def test_what_is_measured_is_what_the_outcomes_say(salvos: Run) -> None:
    parts = ingredients(salvos)
    for name, metric in (("engaged", "engaged"), ("rounds", "rounds_fired"), ("hits", "round_kill")):
        assert parts.total(name) == sum(k * n for k, n in salvos.gathered.histogram(metric).items())
    assert parts.total("ended") == parts.total("hits") + salvos.rows()["round_miss"].sum()
    assert parts.total("alive") == parts.total("engaged") - parts.total("killed")
    assert parts.total("salvos") == pytest.approx(parts.total("alive"), rel=0.02)  # one each, but for lost tracks
    assert sum(parts.fired.values()) == parts.total("rounds")
    assert parts.engaged_classes == [ThreatClass.AIRCRAFT]


def test_rounds_that_share_their_fate_part_from_the_binomial(axes: list[Any]) -> None:
    """With encounters the rounds of a salvo share a track and a common mode."""
    guard = site(launchers=4, rounds=4, doctrine={"fire": "salvo", "salvo": 4})
    made = fought(*axes, model=CLEAR, count=150, sites=[guard], world={"common_mode_scale": 2.0})
    leak = by_name(twins_beside(made))["Leak of an engaged threat"]
    assert leak.low is not None and leak.closed is not None
    assert leak.closed < leak.low
    assert "fail together" in leak.why


@pytest.fixture(scope="module")
def looks() -> Run:
    slow = [raid(f"Axis {k}", distance=60.0, azimuth=FACING + 20.0 * k, speed="120 m/s") for k in (-1, 1)]
    guard = site(launchers=12, rounds=4, doctrine={"salvo": 2})
    return fought(*slow, model=TEXTBOOK | {"kill_probability": 0.4}, count=300, sites=[guard], **INDEPENDENT)


def test_faultless_looks_spend_the_rounds_of_the_formula(looks: Run) -> None:
    found = by_name(twins_beside(looks))
    rounds, time = found["Rounds per engaged threat"], found["Salvos in time, aircraft"]
    assert agrees(rounds)
    assert rounds.closed == pytest.approx(twins.shoot_look_shoot(0.4, 20, salvo=2).rounds, rel=0.08)
    assert time.closed is not None and time.closed >= 5
    inputs = {i.name: i for i in time.inputs}
    assert inputs["target speed"].value == 120.0
    assert inputs["greatest range"].origin == "catalog (48n6e2.max_range)"
    assert inputs["slant range at detection"].value == pytest.approx(60e3, rel=0.05)
    leak = found["Leak of an engaged threat"]
    assert leak.closed is not None and leak.high is not None
    assert leak.closed > leak.high  # the mean of what stops at a kill is no fixed number
    assert "look before" in leak.why


ASSUMED = {"status": "assumption", "exact": True, "note": "a test's crew"}
DOUBTFUL = {
    "systems": {
        "doubtful": {
            "based_on": "s300pmu2",
            "assessment_false_kill": {"value": 0.25, **ASSUMED},
            "assessment_false_miss": {"value": 0.2, **ASSUMED},
            "assessment_revoke_updates": {"value": 900, **ASSUMED},
        }
    }
}


@pytest.mark.parametrize("salvo", [1, 2])
def test_looks_that_err_spend_the_rounds_of_the_two_state_recursion(salvo: int) -> None:
    """A living target taken for dead is let go: fewer rounds and more leakers than by faultless looks, as the recursion
    says with the error rate of the catalog itself.  A dead one taken for living is fired at no more: no radar sees it.
    """
    slow = [raid(f"Axis {k}", distance=60.0, azimuth=FACING + 20.0 * k, speed="120 m/s") for k in (-1, 1)]
    guard = site(system="doubtful", launchers=12, rounds=4, doctrine={"salvo": salvo})
    model = TEXTBOOK | {"kill_probability": 0.4, "assessment": "imperfect"}
    made = fought(*slow, model=model, count=400, sites=[guard], catalog=DOUBTFUL, **INDEPENDENT)
    rounds = by_name(twins_beside(made))["Rounds per engaged threat"]
    inputs = {i.name: i.value for i in rounds.inputs}
    assert inputs["looks that let a living one go, aircraft"] == pytest.approx(0.25, abs=0.05)
    assert inputs["looks that fire at a dead one, aircraft"] == 0.0
    assert agrees(rounds)
    expected = imperfect_looks(0.4, 20, salvo, false_kill=0.25)
    assert rounds.simulated == pytest.approx(expected.rounds, rel=0.08)
    assert made.estimate("aircraft_kill_rate").mean == pytest.approx(expected.kill, abs=0.06)
    assert rounds.high is not None and rounds.high < twins.shoot_look_shoot(0.4, 20, salvo).rounds


def test_a_taken_kill_that_is_revoked_in_time_costs_no_round() -> None:
    """With the revocation of the catalog the same crew fires until the target is dead."""
    slow = raid("Axis", distance=60.0, azimuth=FACING, speed="60 m/s")
    entry = {**DOUBTFUL["systems"]["doubtful"]}
    entry["assessment_revoke_updates"] = {"value": 3, **ASSUMED}
    guard = site(system="doubtful", launchers=12, rounds=4)
    model = TEXTBOOK | {"kill_probability": 0.4, "assessment": "imperfect"}
    made = fought(
        slow, model=model, count=200, sites=[guard], catalog={"systems": {"doubtful": entry}}, duration=1800.0,
        **INDEPENDENT,
    )  # fmt: skip
    rounds = by_name(twins_beside(made))["Rounds per engaged threat"]
    assert {i.name: i.value for i in rounds.inputs}["looks that let a living one go, aircraft"] < 0.02
    assert agrees(rounds) and rounds.closed == pytest.approx(2.5, rel=0.15)


def test_rounds_that_go_to_targets_at_random_leave_what_occupancy_says_and_a_post_does_better() -> None:
    """One round each of eight units without a picture of each other would leave T (1 - p/T)^M; the run's post spreads
    them."""
    many = [raid(f"Axis {k}", distance=60.0, azimuth=FACING + 10.0 * k) for k in range(-3, 4)]
    guard = site(launchers=7, rounds=1, doctrine={"fire": "single"})
    made = fought(*many, model=TEXTBOOK | {"kill_probability": 0.7}, count=60, sites=[guard], **INDEPENDENT)
    found = by_name(twins_beside(made))["Engaged threats that live"]
    assert found.closed is not None and found.high is not None
    inputs = {i.name: i.value for i in found.inputs}
    expected = random_leakers(inputs["engaged threats"], inputs["rounds at threats"], inputs["kill share of a round"])
    assert found.closed == pytest.approx(expected)
    assert found.closed > found.high and "better placed" in found.why


def test_the_exchange_leaves_what_the_magazine_cannot_reach() -> None:
    """Eight threats, four rounds that always kill, one round a salvo: four get through, by formula and in the run."""
    many = [raid(f"Axis {k}", distance=60.0, azimuth=FACING + 8.0 * k, speed="120 m/s") for k in range(-4, 4)]
    guard = site(launchers=1, rounds=4)
    made = fought(*many, model=TEXTBOOK | {"kill_probability": 1.0}, count=20, sites=[guard], **INDEPENDENT)
    exchange = by_name(twins_beside(made))["Leakers of the exchange"]
    assert exchange.closed == pytest.approx(4.0)
    assert exchange.simulated == pytest.approx(4.0)
    inputs = {i.name: i.value for i in exchange.inputs}
    assert inputs["intercepts that rounds allow"] == inputs["intercepts, the lesser for each fire unit"] == 4.0
    assert inputs["intercepts that channels allow"] > 4.0


def test_poisson_threats_that_are_lost_without_a_channel_meet_erlangs_formula() -> None:
    axes, mean, load, last = 12, 30.0, 5.0, 900.0
    raids = [
        raid(f"Axis {k}", distance=30.0, azimuth=FACING + 4.0 * (k - 5.5), count=25, altitude="3 km", speed="500 m/s")
        for k in range(axes)
    ]
    model = TEXTBOOK | {
        "arrivals": "poisson",
        "arrival_rate": f"{load / mean / axes} 1/s",
        "service": "fixed",
        "service_time": f"{mean} s",
        "queue": "lost",
        "kill_probability": 1.0,
    }
    aside = [{"name": "Depot", "at": place(9.0), "radius": "500 m"}]  # who gets through hits nothing of the site
    made = fought(*raids, model=model, count=60, duration=last, asset=aside)
    found = by_name(twins_beside(made))
    refused = found["No target channel free at first"]
    inputs = {i.name: i.value for i in refused.inputs}
    assert inputs["target channels"] == 6
    assert inputs["channel time of a threat, all engagements"] == pytest.approx(mean, rel=0.02)
    assert refused.closed == pytest.approx(twins.erlang_loss(6, inputs["offered load"]))
    assert agrees(refused)
    assert inputs["offered load"] == pytest.approx(load, rel=0.03)
    assert not found["Leak of an engaged threat"].given  # rounds of the teaching switch are notional


def test_a_run_without_a_defense_gives_no_twin_and_says_why() -> None:
    made = fought(raid("Lone"), model=TEXTBOOK, count=3, sites=[site(fire_units=0)])
    found = twins_beside(made)
    assert [twin.given for twin in found] == [False] * len(found)
    assert len(found) == 6


def test_a_rule_of_the_users_own_leaves_out_the_twins_that_must_know_its_salvos(tmp_path: Path) -> None:
    for name in ("own_rule.toml", "my_rules.py"):
        (tmp_path / name).write_text((ROOT / "examples" / name).read_text(encoding="utf-8"), encoding="utf-8")
    found = by_name(twins_beside(run(tmp_path / "own_rule.toml", replications=5, seed=1)))
    assert found["Leak of an engaged threat"].given
    for name in ("Rounds per engaged threat", "Leakers of the exchange"):
        assert not found[name].given
        assert "rule" in found[name].why


def logged(*rows: tuple[float, Event, int, int, int]) -> np.ndarray:
    events = np.zeros(len(rows), EVENT)
    for row, (time, kind, flight, unit, code) in zip(events, rows, strict=True):
        row["time"], row["kind"], row["flight"], row["unit"], row["code"] = time, kind, flight, unit, code
    return events


def test_a_channel_is_asked_for_when_it_is_had_or_when_it_alone_is_wanting() -> None:
    events = logged(
        (1.0, Event.GATE, 0, 0, Gate.HORIZON),
        (1.0, Event.GATE, 1, 0, Gate.NO_CHANNEL),
        (1.0, Event.GATE, 1, 1, Gate.OPERATOR_BUSY),  # unit 1 came further: not for want of a channel
        (2.0, Event.GATE, 0, 0, Gate.NO_CHANNEL),  # refused
        (3.0, Event.GATE, 2, 0, Gate.NO_CHANNEL),
        (3.0, Event.ASSIGN, 2, 1, 1),  # had at once, from unit 1
        (4.0, Event.ASSIGN, 0, 0, 1),
        (4.0, Event.GATE, 1, 1, Gate.NO_CHANNEL),
    )
    assert channel_asks(events) == {0: (2.0, False), 2: (3.0, True), 1: (4.0, False)}
    assert channel_asks(events[:0]) == {}


def test_totals_are_sums_over_replications_and_classes() -> None:
    classes = np.zeros((2, len(ThreatClass)), TALLY)
    classes["engaged"][:, ThreatClass.DRONE] = 2, 3
    classes["engaged"][1, ThreatClass.CRUISE] = 1
    parts = Ingredients(classes, np.zeros(2, CHANNELS), Counter())
    assert parts.total("engaged") == 6
    assert parts.total("engaged", ThreatClass.DRONE) == 5
    assert parts.engaged_classes == [ThreatClass.CRUISE, ThreatClass.DRONE]
