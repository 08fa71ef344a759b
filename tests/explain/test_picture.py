"""The picture of a post in a recorded run: whole for a duel in the clear, worse for worse radars, and told."""

import json
import math

import numpy as np
import pytest

import openiads as oi
from engine.scenes import CLEAR, TEXTBOOK, place, raid, site
from openiads.base.errors import UsageError
from openiads.base.toml import toml_text
from openiads.explain.kill_chain import explain
from openiads.explain.picture import CUTOFF, pictures
from openiads.runs.replicate import run
from openiads.runs.run import Run
from openiads.scenario.load import loads
from openiads.world.codes import Event

pytestmark = pytest.mark.compiled_only


def watched(model: dict, distance: float, record: int = 1) -> Run:
    mapping = {
        "format": 1,
        "name": "watched",
        "duration": "300 s",
        "model": model,
        "terrain": {"source": "flat"},
        "asset": [{"name": "Depot", "at": place(0.0), "radius": "500 m"}],
        "site": [site(doctrine={"control": "hold"})],
        "raid": [raid("Intruder", distance=distance, altitude="9 km")],
    }
    return run(loads(toml_text(mapping)), replications=1, seed=2, record=record)


def test_a_flight_in_the_clear_is_held_by_one_track_from_its_confirmation_on() -> None:
    made = watched(TEXTBOOK, 60.0)
    (found,) = pictures(made, 0, every=1.0)
    events = made.events(0)
    confirmed = float(events["time"][events["kind"] == Event.TRACK][0])
    ended = float(events["time"][events["kind"] == Event.TERMINAL][0])
    assert found.ambiguity == 1.0 and found.spuriousness == 0.0
    assert found.completeness == pytest.approx(1.0 - confirmed / ended, abs=4.0 / ended)
    # A missed flight costs the whole cutoff in OSPA and its root of one half in GOSPA; a held one its error.
    missed = 1.0 - found.completeness
    assert missed * CUTOFF <= found.ospa <= missed * CUTOFF + 600.0
    assert missed * CUTOFF / math.sqrt(2.0) <= found.gospa <= missed * CUTOFF / math.sqrt(2.0) + 600.0


def test_a_narrower_cutoff_holds_no_more_and_what_is_out_of_range_is_missed() -> None:
    near, far = watched(CLEAR, 60.0), watched(TEXTBOOK, 200.0)
    (wide,), (narrow,) = pictures(near, 0), pictures(near, 0, cutoff=50.0)
    assert narrow.completeness <= wide.completeness and narrow.spuriousness >= wide.spuriousness
    (late,) = pictures(far, 0)
    assert late.completeness < 0.9 < wide.completeness
    with pytest.raises(UsageError, match="above 0"):
        pictures(near, 0, cutoff=0.0)


def test_a_replication_that_was_not_recorded_gives_the_same_when_it_is_run_again() -> None:
    recorded, bare = watched(CLEAR, 80.0), watched(CLEAR, 80.0, record=0)
    assert pictures(recorded, 0) == pictures(bare, 0)
    assert not explain(bare, 0).pictures


def test_explain_tells_the_picture_of_a_recorded_replication() -> None:
    made = oi.run("raid24", replications=2, seed=1, record=1)
    told = explain(made, 0)
    (found,) = told.pictures
    assert any(line.startswith("Picture of Tartus/54k6e2, ") for line in told.text().splitlines())
    assert json.loads(json.dumps(told.as_dict(), allow_nan=False))["pictures"][0]["post"] == found.post
    assert 0.4 < found.completeness < 0.9 and 1.0 <= found.ambiguity < 1.3
    assert np.isfinite([found.ospa, found.gospa]).all()
    assert not explain(made, 1).pictures
    assert not explain(made, 0, flight=0).pictures


def test_a_run_tells_the_mean_of_its_replications_inside_what_is_possible() -> None:
    """One replication after the other by ``pictures``, then all of them at once: the same means; and for a duel in the
    clear the closed case: one track, no false one, complete from its confirmation on.
    """
    made = oi.run("raid24", replications=4, seed=1, record=3)
    found = oi.air_picture(made)
    each = [{p.post: p for p in pictures(made, r)} for r in range(3)]
    assert found.replications == 3
    for name, measures in found.posts.items():
        for what, measure in measures.items():
            values = [getattr(by_post[name], what) for by_post in each if name in by_post]
            if len(values) == 3:
                assert measure.n == 3 and measure.mean == pytest.approx(np.mean(values), rel=1e-12)
            assert math.isnan(measure.mean) or measure.low <= measure.mean <= measure.high
        assert measures["completeness"].low >= 0.0 and measures["completeness"].high <= 1.0
        assert math.isnan(measures["ambiguity"].mean) or measures["ambiguity"].low >= 1.0
        assert measures["ospa"].high <= CUTOFF
    (post,) = oi.air_picture(watched(TEXTBOOK, 60.0), every=1.0).posts.values()
    assert (post["ambiguity"].mean, post["spuriousness"].mean) == (1.0, 0.0)
    (alone,) = pictures(watched(TEXTBOOK, 60.0), 0, every=1.0)
    assert (post["completeness"].mean, post["ospa"].mean) == (alone.completeness, alone.ospa)


def test_a_post_that_sees_nothing_has_an_empty_picture_and_no_share_of_nothing() -> None:
    blind = watched(TEXTBOOK, 900.0)
    (post,) = oi.air_picture(blind).posts.values()
    assert (post["completeness"].mean, post["ospa"].mean) == (0.0, CUTOFF)
    assert math.isnan(post["ambiguity"].mean) and post["ambiguity"].n == 0
    assert pictures(blind, 0) == []
    told = json.loads(json.dumps(oi.air_picture(blind).to_dict(), allow_nan=False))
    assert next(iter(told["posts"].values()))["spuriousness"]["mean"] is None
    for wrong in ({"cutoff": 0.0}, {"every": -1.0}, {"replications": 2}):
        with pytest.raises(UsageError):
            oi.air_picture(blind, **wrong)
