"""Likelihoods of identity: those of replies follow from how replies are drawn, the rest from a table of shares."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

from engine.scenes import CLEAR, raid, scene
from openiads.base.errors import InputError
from openiads.catalog.load import catalog
from openiads.scenario.knobs import knob_list
from openiads.scenario.load import load
from openiads.world.identity import MOTION, SIDES, both, joint, motion, replies, silence

PLAIN = scene(raid("Intruder"), model=CLEAR)
share = some.floats(0.0, 1.0)


def evidence(**changed):
    """Rows of an own table: the packaged shares of each side, some of them changed or left out (None)."""
    table = {row.text["name"]: [row.si(s) for s in SIDES] for row in PLAIN.catalog.identification.tables["evidence"]}
    table |= changed
    told = {"status": "assumption", "note": "of this test"}
    return [
        {"name": name, "cause": "any"}
        | {
            side: {"value": value, "low": 0.4 * value, "high": min(1.7 * value, 0.999), **told}
            for side, value in zip(SIDES, values, strict=True)
        }
        for name, values in table.items()
        if values is not None
    ]


def own(**changed):
    """A world whose table of shares is changed."""
    table = {"based_on": "identification", "evidence": evidence(**changed)}
    return scene(raid("Intruder"), model=CLEAR, catalog={"identification": {"mine": table}})


def test_a_silent_friend_is_as_likely_as_the_questions_leave_one():
    """Three questions, 1 % wrong all along, 5 % of replies lost: 0.01 + 0.99 * 0.05^3, not 0.05."""
    assert silence(0.01, 0.05, 3) == pytest.approx(0.01012375)
    plain = scene(raid("Intruder"), model=CLEAR, identification={"iff_false_reply": 0.001})
    said = plain.rows["situation"][0]["replies"]
    assert said[0, :, 1].sum() == pytest.approx(0.01012375)
    assert said[1, :, 0].sum() == pytest.approx(0.001)
    assert said[1, :, 2].sum() == pytest.approx(0.001)
    assert said[:, 1, 2].sum() == pytest.approx(0.95 * (1.0 - 0.01012375) + 0.05 * 0.001)


@given(share, share, share)
def test_correlated_signs_keep_their_shares(p, q, rho):
    """P(both) = p^2 + rho p (1 - p) for equal ones; always between what is possible, and each keeps its own share."""
    assert both(p, p, rho) == pytest.approx(p * p + rho * p * (1.0 - p), abs=1e-12)
    assert max(0.0, p + q - 1.0) - 1e-12 <= both(p, q, rho) <= min(p, q) + 1e-12
    table = joint(p, q, rho)
    assert np.all(table >= -1e-12)
    assert table.sum() == pytest.approx(1.0)
    assert table[1].sum() == pytest.approx(p) and table[:, 1].sum() == pytest.approx(q)


@given(share, share, share, share, share)
def test_replies_are_a_distribution(squawks, carries, silent, false, rho):
    table = replies(squawks, carries, silent, false, rho)
    assert np.all(table >= -1e-12)
    assert table.sum() == pytest.approx(1.0)


def test_silence_of_one_box_counts_once():
    """All in one box: both modes silent is as likely as one; in two boxes its square."""
    silent = 0.2
    assert replies(1.0, 1.0, silent, 0.0, 1.0)[0, 0] == pytest.approx(silent)
    assert replies(1.0, 1.0, silent, 0.0, 0.0)[0, 0] == pytest.approx(silent**2)


def test_exactly_one_sign_of_motion_is_seen():
    assert PLAIN.rows["situation"][0]["motion"].sum(axis=0) == pytest.approx([1.0, 1.0, 1.0])
    crowded = motion(np.full((4, 3), 0.4))  # as samples of shares may add up
    assert crowded.sum(axis=0) == pytest.approx([1.0, 1.0, 1.0])
    assert np.all(crowded > 0.0)


def test_what_posts_believe_is_the_same_in_every_parameter_sample():
    """Samples move how often replies are lost, false or go together; likelihoods stay, for nobody tells the crews.

    Once the table was sampled as if it were the world's: where a share came out so that silence in the civil band was
    no longer 0.9 sure of a hostile, no aircraft of a raid was fired at, all at once, in half of all samples.
    """
    knobs = {
        "identification.iff_reply_failure": 0.2,
        "identification.iff_persistent_failure": 0.05,
        "identification.transponder_correlation": 1.0,
    }
    moved, plain = scene(raid("Intruder"), model=CLEAR, knobs=knobs).rows["situation"][0], PLAIN.rows["situation"][0]
    assert (moved["iff_reply"], moved["iff_persistent"]) == (0.2, 0.05)
    assert moved["iff_together"] == 1.0
    for table in ("replies", "procedure", "motion", "prior"):
        assert np.array_equal(moved[table], plain[table])
    sampled = {k.name for k in knob_list(catalog(), load("tartus_2016")) if not k.certain}
    found = {name for name in sampled if name.startswith("identification.")}
    assert found == {*knobs, "identification.iff_false_reply"}


def test_what_a_scenario_says_of_replies_posts_know():
    """Error rates that the scenario gives are the scenario's, in what happens and in what posts make of it."""
    told = scene(raid("Intruder"), model=CLEAR, identification={"iff_reply_failure": 0.4}).rows["situation"][0]
    plain = PLAIN.rows["situation"][0]
    assert told["replies"][0, :, 1].sum() > plain["replies"][0, :, 1].sum()


def test_an_own_table_of_other_shares_is_taken():
    moved = own(in_corridor=[0.2, 0.4, 0.85]).rows["situation"][0]
    assert moved["procedure"][1, :, 0].sum() == pytest.approx(0.2)


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"in_corridor": None}, "in_corridor"),
        ({"iff_no_reply": [0.9, 0.05, 0.9]}, "iff_no_reply"),
        ({MOTION[1]: [0.9, 0.1, 0.1]}, "hostile add up to"),
    ],
)
def test_a_table_that_leaves_no_likelihoods_is_refused_with_what_to_do(changed, told):
    with pytest.raises(InputError) as refused:
        own(**changed)
    assert told in refused.value.reason
    assert refused.value.remedy


def test_two_own_tables_are_refused():
    tables = {name: {"based_on": "identification"} for name in ("mine", "yours")}
    with pytest.raises(InputError, match="2 tables of identification: mine, yours"):
        scene(raid("Intruder"), catalog={"identification": tables})
