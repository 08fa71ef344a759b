"""When flights begin: never before the run, and never in the middle of their way."""

from __future__ import annotations

import numpy as np
import pytest

from engine.scenes import CLEAR, each, place, raid, scene
from openiads.base.errors import InputError
from openiads.engine import runner
from openiads.world.build import World
from openiads.world.codes import Event, Status


def timed(target: str, **more: object) -> dict[str, object]:
    """A raid from 100 km at 250 m/s, 400 s away, with a declared time on target."""
    return {key: value for key, value in raid("West", **more).items() if key != "start"} | {"time_on_target": target}


def begins(world: World) -> np.ndarray:
    rows = world.rows["flights"]
    return np.array([world.tables[row["path"]] + row["shift"] for row in rows])


def test_a_time_on_target_that_cannot_be_met_is_refused_with_the_earliest() -> None:
    with pytest.raises(InputError) as told:
        scene(timed("10 s"), model=CLEAR)
    assert told.value.place == "raid.West.time_on_target"
    assert told.value.reason == "10 s is too early: its way takes 400 s, so that it would have to start at -390 s"
    assert told.value.remedy.startswith("The earliest time on target is 400 s;") or told.value.remedy.startswith(
        "The earliest time on target is 401 s;"
    )


def test_the_earliest_time_that_is_told_can_be_met() -> None:
    with pytest.raises(InputError) as told:
        scene(timed("10 s", count=3, spacing="5 s", lateral_spacing="4 km"), model=CLEAR)
    earliest = told.value.remedy.split(" is ")[1].split(";")[0]
    world = scene(timed(earliest, count=3, spacing="5 s", lateral_spacing="4 km"), model=CLEAR)
    assert begins(world).min() >= -1e-6


def test_of_carriers_the_way_to_the_release_counts() -> None:
    carriers = timed("100 s", weapon="tomahawk", weapons=1, release_range="40 km")
    with pytest.raises(InputError, match="to the release takes 240 s"):
        scene(carriers, model=CLEAR)


def test_in_a_sampled_world_that_is_too_slow_it_begins_with_the_run_and_comes_late() -> None:
    world = scene(timed("10 s"), model=CLEAR, knobs={"world.earth_factor": 1.3})
    assert begins(world).tolist() == [0.0]


def test_no_jitter_begins_a_flight_before_the_run() -> None:
    world = scene(raid("West", count=4, jitter="20 s"), model=CLEAR, duration=500.0)

    def first(result: object) -> float:
        rows = result.events[result.events["kind"] == Event.FLIGHT_STATE]  # type: ignore[attr-defined]
        starts = [rows[rows["flight"] == f][0] for f in range(4)]
        origin = np.array(world.tables[world.rows["flights"][0]["path"] + 4 :][:3])
        return max(float(np.linalg.norm(row["value"][:3] - origin)) for row in starts)

    away = each(world, 20, first, record=True)
    assert max(away) < 260.0  # a second of flight after the start, wherever the draw would put it


def test_a_raid_without_a_time_starts_where_it_is_declared() -> None:
    assert begins(scene(raid("West", start="30 s", origin=place(100.0)), model=CLEAR)).tolist() == [30.0]


def test_a_log_that_overflows_says_what_fills_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner, "MOST_DOUBLINGS", 0)
    made = runner.Runner(scene(raid("West"), model=CLEAR), 1)
    made.capacity["events"] = 3
    made.sim = made._allocate()
    made._prepare()
    result = made.replicate(0)
    assert result.outcome["status"][0] == Status.OVERFLOW_EVENTS
    assert "3 events, " in result.message
    assert "of flight West[1]" in result.message
