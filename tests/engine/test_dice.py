"""What the dice decide, one kind at a time: shares and dispersions of the engine's log against their declared laws."""

from __future__ import annotations

import math

import numpy as np
import pytest
import scipy.stats as st

from engine.scenes import (
    CLEAR,
    FACING,
    STANDARD_ERRORS,
    TEXTBOOK,
    agrees,
    each,
    events,
    one,
    raid,
    replications,
    scene,
    share_agrees,
    site,
)
from engine.test_closed_forms import QUICK, far_watch
from openiads.catalog.load import catalog
from openiads.parts.sensing import cross_section
from openiads.physics.detection import scan_gain
from openiads.world.codes import Event, Terminal

pytestmark = pytest.mark.compiled_only


def test_assessments_err_as_often_as_the_catalog_says():
    """A kill is taken for a miss, and a miss for a kill, each with its own rate."""
    model = TEXTBOOK | {"assessment": "imperfect", "kill_probability": 0.5}
    world = scene(raid("Intruder", distance=25.0), model=model, sites=[site(doctrine={"fire": "single"})])
    rows = np.concatenate(each(world, replications(4_000), lambda r: events(r, Event.ASSESS)[:1]))
    dead, killed = rows["value"][:, 0] == 1.0, rows["code"] == 1
    system = catalog()["s300pmu2"]
    false_kill, false_miss = (system.get(f"assessment_false_{what}").si for what in ("kill", "miss"))
    assert false_kill != false_miss
    share_agrees(dead, 0.5)
    share_agrees(killed[~dead], false_kill)
    share_agrees(~killed[dead], false_miss)


def test_half_of_all_impacts_fall_inside_the_circular_error_probable():
    """Misses are Rayleigh: 1 - 2^-(r/CEP)^2 fall inside r, and those inside the asset's radius hit it."""
    world = scene(
        raid("Scud", "scud_b", 250.0), model=TEXTBOOK, sites=[site(doctrine={"control": "hold"})], duration=400.0
    )
    cep = float(world.rows["flights"]["cep"][0])
    ends = np.concatenate(each(world, replications(3_000), lambda r: events(r, Event.TERMINAL)))
    miss = ends["value"][:, 4]
    assert cep > 0.0
    for r in (0.5, 1.0, 2.0):
        share_agrees(miss <= r * cep, 1.0 - 0.5 ** (r * r))
    assert np.array_equal(ends["code"] == int(Terminal.HIT_ASSET), miss <= 500.0)


def test_the_rounds_of_a_salvo_fail_together_with_the_common_mode():
    """After a miss the second round of a salvo kills less often than alone: w q p / (1 - w (1 - q)) with q = 1 - p."""
    world = scene(
        raid("Intruder", distance=40.0),
        model=CLEAR,
        sites=[site(launchers=1, rounds=2, doctrine={"fire": "salvo", "salvo": 2})],
    )
    works = 0.6
    world.rows["magazines"]["common_mode"] = works
    pairs = each(world, replications(3_000), lambda r: events(r, Event.INTERCEPT)[["code", "value"]])
    first = np.array([(p["code"][0], p["value"][0, 1]) for p in pairs if len(p)])
    second = np.array([(p["code"][1], p["value"][0, 1], p["value"][1, 1]) for p in pairs if len(p) == 2])
    for killed, chance in (
        (first[:, 0], works * first[:, 1]),
        (second[:, 0], works * (1.0 - second[:, 1]) * second[:, 2] / (1.0 - works * second[:, 1])),
    ):
        error = math.sqrt(float(chance @ (1.0 - chance)))
        assert abs(killed.sum() - chance.sum()) <= STANDARD_ERRORS * error
    alone = works * second[:, 2]
    assert second[:, 0].sum() < alone.sum() - STANDARD_ERRORS * math.sqrt(float(alone @ (1.0 - alone)))  # it matters


def drawn_strengths(world, radar: int, replication: int) -> np.ndarray:
    """(time, drawn signal over noise times the fourth power of range) of each look of a radar that was in view."""
    looks = events(one(world, replication, record=True), Event.LOOK, radar=radar)
    looks = looks[looks["code"] >= 0]
    return np.column_stack((looks["time"], 10.0 ** (looks["value"][:, 4] / 10.0) * looks["value"][:, 0] ** 4))


def test_fluctuation_lasts_a_slot_and_is_exponential_from_slot_to_slot():
    """Looks twice a second share one draw for the decorrelation time; a fighter is a Swerling 1 target."""
    watch = far_watch(system="queue")
    world = scene(
        raid("Intruder", distance=120.0, speed="100 m/s"),
        model=CLEAR,
        sites=[watch],
        duration=600.0,
        catalog=QUICK,
        knobs={"world.clutter": -30.0},
    )
    slot = float(world.rows["radars"]["decorrelation"][0])
    means = []
    for replication in range(replications(8)):
        time, strength = drawn_strengths(world, 0, replication).T
        number = np.floor((time - 0.05) / slot).astype(int)  # a batch of looks is logged up to 1/32 s after its look
        inside = np.abs(time / slot - np.round(time / slot)) > 0.1 / slot
        for k in np.unique(number)[1:-1]:
            some = strength[inside & (number == k)]
            assert len(some) >= 2
            assert np.ptp(some) <= 0.02 * some.mean()
            means.append(some.mean())
    means = np.array(means)
    assert len(means) > 1_000
    assert st.kstest(means / means.mean(), "expon").pvalue > 1e-6
    pairs = np.corrcoef(means[:-1], means[1:])[0, 1]
    assert abs(pairs) < STANDARD_ERRORS / math.sqrt(len(means))


def test_a_phased_array_sees_less_off_its_boresight():
    """The same flight with the same dice at 25 degrees off: gain to the square, once out and once back."""
    strengths = []
    for off in (0.0, 25.0):
        guard = site(radars_off=["64n6e2"], doctrine={"control": "hold"})
        world = scene(
            raid("Intruder", distance=100.0, azimuth=FACING + off, altitude="9 km"),
            model=CLEAR,
            sites=[guard],
            duration=200.0,
            knobs={"world.clutter": -30.0},
        )
        radar = int(np.flatnonzero(world.rows["radars"]["phased"] == 1)[0])
        strengths.append(np.median(drawn_strengths(world, radar, 0)[:, 1]))
    exponent = float(world.rows["radars"]["boresight_loss"][radar])
    gain = scan_gain(math.cos(math.radians(25.0)), exponent)
    assert gain**2 < 0.85
    assert strengths[1] / strengths[0] == pytest.approx(gain**2, rel=0.03)


def test_a_flight_shows_its_nose_when_it_comes_and_its_tail_when_it_goes():
    rcs = np.array([[1.0, 8.0, 2.0]])  # nose, beam, tail
    north = (0.0, 100.0, 0.0)  # where it is seen, from the radar
    assert cross_section(rcs, 0, *north, 0.0, -250.0, 0.0) == pytest.approx(1.0)
    assert cross_section(rcs, 0, *north, 0.0, 250.0, 0.0) == pytest.approx(2.0)
    assert cross_section(rcs, 0, *north, 250.0, 0.0, 0.0) == pytest.approx(8.0)
    assert cross_section(rcs, 0, *north, 250.0, -250.0, 0.0) == pytest.approx(4.5)  # cosine squared is a half


def test_the_crew_takes_engagements_up_one_after_another():
    """Three targets firm within seconds, a slow crew: each decision begins when the one before it is made."""
    raids = [raid(f"Axis {k}", distance=100.0, azimuth=FACING + 8.0 * k) for k in (-1, 0, 1)]
    world = scene(*raids, model=TEXTBOOK | {"kill_probability": 1.0}, sites=[site(doctrine={"fire": "single"})])
    unit = world.rows["units"][0]
    unit["crew_delay"] = 12.0
    spans, waited = [], 0
    for result in each(world, replications(400), lambda r: r.events):
        firm, made = (
            [result[(result["kind"] == int(kind)) & (result["flight"] == f)]["time"][0] for f in range(3)]
            for kind in (Event.ACQUIRE, Event.DECIDE)
        )
        free = 0.0
        for f in np.argsort(firm, kind="stable"):
            spans.append(math.log(made[f] - max(firm[f], free)))
            waited += free > firm[f]
            free = made[f]
    assert waited > len(spans) / 3
    spread = float(unit["crew_spread"])
    agrees(spans, math.log(12.0), spread)
    assert np.std(spans) == pytest.approx(spread, rel=STANDARD_ERRORS / math.sqrt(2.0 * len(spans)))
