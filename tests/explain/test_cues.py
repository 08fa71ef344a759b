"""Early warning in the story of a flight: told where it alone saw, and only there."""

import numpy as np
import pytest

from engine.scenes import CLEAR, FACING, one, place, raid, scene, site
from engine.test_early_warning import eye, sensor
from openiads.explain.cues import cues, early_radars
from openiads.world.codes import Event
from openiads.world.trace import EVENT

NAMES = {"radars": ["Guard/64n6e2", "Warning/a50"], "units": ["Guard/1", "Guard/2"]}


def story(*rows):
    """What is told of (kind, time, radar, unit) rows, with radar 1 early warning."""
    events = np.zeros(len(rows), EVENT)
    for event, (kind, time, radar, unit) in zip(events, rows, strict=True):
        event["kind"], event["time"], event["radar"], event["unit"] = kind, time, radar, unit
    return list(cues(events, frozenset({1}), NAMES))


def test_a_unit_assigned_on_early_warning_alone_is_cued_and_once() -> None:
    """Expected: the post's track, each unit once, and how much later the site itself sees; nothing more after that."""
    seen = (Event.DETECT, 200.0, 1, -1)
    track = (Event.TRACK, 212.0, 1, -1)
    own = (Event.DETECT, 300.0, 0, -1)
    told = story(
        seen,
        track,
        track,
        (Event.ASSIGN, 220.0, -1, 0),
        (Event.ASSIGN, 240.0, -1, 0),
        own,
        (Event.ASSIGN, 310.0, -1, 1),
    )
    assert [time for time, _ in told] == [212.0, 220.0, 300.0]
    assert told[0][1] == "the post has it from early warning alone, by Warning/a50"
    assert told[1][1] == "Guard/1 is cued by Warning/a50: no other radar has seen it yet"
    assert told[2][1] == "Guard/64n6e2 is the first radar of the defense itself to see it, 100 s after early warning"


@pytest.mark.parametrize("first", [Event.DETECT, Event.TRACK])
def test_nothing_is_told_where_the_site_saw_first_or_nobody_did(first) -> None:
    assert not story((first, 1.0, 0, -1), (Event.DETECT, 2.0, 1, -1), (Event.ASSIGN, 3.0, -1, 0))[1:]
    assert not story((Event.DETECT, 1.0, 0, -1), (Event.DETECT, 2.0, 1, -1), (Event.ASSIGN, 3.0, -1, 0))


def test_early_warning_is_known_by_the_scenario() -> None:
    facts = {"names": NAMES, "scenario": {"mapping": {"early_warning": [{"name": "Warning"}]}}}
    assert early_radars(facts) == {1}
    assert not early_radars({"names": NAMES, "scenario": {"mapping": {}}})


@pytest.mark.compiled_only
def test_a_low_flyer_that_only_early_warning_sees_is_told_as_cued() -> None:
    """Expected: in a run with a sensor in the air and a low flyer beyond the site's horizon the post has it from the
    sensor alone before the site sees it."""
    low = raid("Low", "f16", 150.0, altitude="50 m", speed="245 m/s")
    world = scene(low, sites=[site(at=place(2.0, FACING + 90.0))], model=CLEAR, early_warning=[sensor()], catalog=eye())
    events = one(world).events
    mine = events[events["flight"] == 0]
    facts = {"names": {"radars": world.names.radars}, "scenario": {"mapping": {"early_warning": [sensor()]}}}
    names = {"radars": world.names.radars, "units": world.names.units}
    told = list(cues(mine, early_radars(facts), names))
    assert told and "from early warning alone" in told[0][1]
