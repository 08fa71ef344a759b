"""Belief about who a track is: Bayes' rule on a table of evidence, and the ladder it is read on."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

from engine.scenes import CLEAR, raid, scene
from openiads.doctrine.identification import believe, identify, motion_evidence, rung
from openiads.world.codes import Evidence, Identity
from openiads.world.sensed import TRACK

SITUATION = scene(raid("Intruder"), model=CLEAR).rows["situation"]


def situation(**more):
    """The row of the packaged table of evidence, with fields replaced."""
    rows = SITUATION.copy()
    for name, value in more.items():
        rows[name] = value
    return rows[0]


def track(evidence=(), **more):
    """A track with the given kinds of evidence."""
    row = np.zeros(1, TRACK)[0]
    row["belief"] = math.nan
    row["evidence"] = sum(1 << int(e) for e in evidence)
    for name, value in more.items():
        row[name] = value
    return row


def belief(kinds, **settings):
    """The belief (hostile, friend, neutral) that evidence gives."""
    row = track(kinds)
    believe(situation(**settings), row)
    return np.array(row["belief"])


def test_without_evidence_the_belief_is_the_prior():
    assert belief([]) == pytest.approx(SITUATION["prior"][0])


def test_belief_is_bayes_rule_where_no_ratio_meets_its_cap():
    """A sign whose pair is not known yet has its own share: the sum over what the other may be."""
    row = SITUATION[0]
    weight = row["prior"] * row["procedure"][0].sum(axis=0) * row["motion"][0]
    assert belief([Evidence.CIVIL_BAND, Evidence.OFF_CORRIDOR]) == pytest.approx(weight / weight.sum())
    weight = row["prior"] * row["procedure"][0, 1]
    assert belief([Evidence.OFF_CORRIDOR, Evidence.FLIGHT_PLAN]) == pytest.approx(weight / weight.sum())


def test_no_cause_counts_for_more_than_its_cap():
    """A reply and the missing civil code beside it count once; a ballistic path has a cap of its own."""
    cap, prior = float(SITUATION["evidence_cap"][0]), SITUATION["prior"][0]
    table = SITUATION["replies"][0].copy()
    table[1] = [[1e-30, 0.7, 1e-30], [1e-30, 0.3, 1e-30]]
    for kinds in ([Evidence.IFF_REPLY], [Evidence.IFF_REPLY, Evidence.NO_CIVIL_TRANSPONDER]):
        after = belief(kinds, replies=table)
        assert after[1] / after[0] == pytest.approx(prior[1] / prior[0] * math.exp(cap))
    falls = belief([Evidence.BALLISTIC_TRAJECTORY])
    assert falls[0] / falls[1] == pytest.approx(prior[0] / prior[1] * math.exp(SITUATION["ballistic_cap"][0]))


def test_a_falling_missile_is_hostile_whatever_answers():
    """Motion outweighs a reply: nobody's friend falls like a missile."""
    for kinds in ([Evidence.IFF_REPLY], [Evidence.IFF_REPLY, Evidence.CIVIL_TRANSPONDER]):
        assert belief([*kinds, Evidence.BALLISTIC_TRAJECTORY])[0] > SITUATION["identity_hostile"][0]


PAIRS = [(e, Evidence(e + 1)) for e in Evidence if e in (0, 2, 4, 8)]
MOTIONS = [e for e in Evidence if e in (6, 7) or e >= 10]


@given(some.tuples(*(some.sampled_from([None, *pair]) for pair in PAIRS), some.sampled_from([None, *MOTIONS])))
def test_belief_is_a_probability_and_the_prior_multiplies_the_odds(kinds):
    known = [kind for kind in kinds if kind is not None]
    even = belief(known, prior=[1 / 3, 1 / 3, 1 / 3])
    biased = belief(known, prior=[0.8, 0.1, 0.1])
    assert even.sum() == pytest.approx(1.0)
    assert np.all((even > 0.0) & (even < 1.0))
    assert biased[0] / biased[1] == pytest.approx(8.0 * even[0] / even[1])


@pytest.mark.parametrize(
    ("kind", "raises"),
    [
        (Evidence.IFF_REPLY, 1),
        (Evidence.CIVIL_TRANSPONDER, 2),
        (Evidence.FLIGHT_PLAN, 2),
        (Evidence.IN_CORRIDOR, 2),
        (Evidence.BALLISTIC_TRAJECTORY, 0),
        (Evidence.LOW_FAST_INBOUND, 0),
        (Evidence.SMALL_SLOW_INBOUND, 0),
        (Evidence.NO_FLIGHT_PLAN, 0),
        (Evidence.NO_CIVIL_TRANSPONDER, 0),
    ],
)
def test_each_kind_of_evidence_raises_the_side_it_speaks_for(kind, raises):
    even = {"prior": [1 / 3, 1 / 3, 1 / 3]}
    assert int(np.argmax(belief([kind], **even))) == raises


def test_an_interrogated_flight_is_pending_before_the_answer_and_never_after():
    silent = track()
    assert identify(situation(), silent, False) == Identity.PENDING
    silent["evidence"] = 1 << int(Evidence.IFF_NO_REPLY)
    assert identify(situation(), silent, False) != Identity.PENDING


@pytest.mark.parametrize(
    ("belief", "identity"),
    [
        ([0.95, 0.03, 0.02], Identity.HOSTILE),
        ([0.02, 0.95, 0.03], Identity.FRIEND),
        ([0.02, 0.03, 0.95], Identity.NEUTRAL),
        ([0.6, 0.2, 0.2], Identity.SUSPECT),
        ([0.3, 0.6, 0.1], Identity.ASSUMED_FRIEND),
        ([0.4, 0.2, 0.4], Identity.UNKNOWN),
    ],
)
def test_the_ladder_reads_the_belief_by_its_thresholds(belief, identity):
    assert rung(situation(), track([Evidence.IFF_NO_REPLY], belief=belief)) == identity
    assert rung(situation(), track([], belief=belief)) == Identity.PENDING


@pytest.mark.parametrize(
    ("motion", "inbound", "expected"),
    [
        ({"ballistic": 1, "speed": 1500.0, "height": 30e3}, False, Evidence.BALLISTIC_TRAJECTORY),
        ({"speed": 240.0, "height": 50.0}, True, Evidence.LOW_FAST_INBOUND),
        ({"speed": 240.0, "height": 50.0}, False, Evidence.OUTSIDE_BAND),
        ({"speed": 50.0, "height": 2000.0}, True, Evidence.SMALL_SLOW_INBOUND),
        ({"speed": 50.0, "height": 2000.0}, False, Evidence.OUTSIDE_BAND),
        ({"speed": 230.0, "height": 11e3}, True, Evidence.CIVIL_BAND),
        ({"speed": 500.0, "height": 11e3}, True, Evidence.OUTSIDE_BAND),
    ],
)
def test_motion_speaks_once_by_speed_height_and_heading(motion, inbound, expected):
    assert motion_evidence(situation(), track(**motion), inbound) == 1 << int(expected)


def test_new_motion_replaces_the_old_and_entering_it_twice_changes_nothing():
    row = track([Evidence.IFF_NO_REPLY], speed=230.0, height=11e3)
    identify(situation(), row, True)
    civil = np.array(row["belief"])
    row["speed"], row["height"] = 240.0, 50.0
    identify(situation(), row, True)
    low = np.array(row["belief"])
    identify(situation(), row, True)
    assert np.array_equal(low, row["belief"])
    assert low[0] > civil[0]
    assert low == pytest.approx(belief([Evidence.IFF_NO_REPLY, Evidence.LOW_FAST_INBOUND]))
