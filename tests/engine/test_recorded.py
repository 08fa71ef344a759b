"""Recorded positions flown as civil traffic: where and when they were, with shares drawn, and with what is told."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

import openiads as oi
from engine.scenes import CLEAR, events, one, replications, scene, share_agrees, site
from foreign.receivers_made import NOON, Heard, flight, opensky, traffic
from openiads.base.errors import InputError
from openiads.earth.geodesy import inverse, to_geodetic
from openiads.engine.runner import Runner
from openiads.runs.simulator import preview
from openiads.scenario.load import load, loads
from openiads.world.build import World, build
from openiads.world.codes import Event, Terminal, ThreatClass

DURATION = 600.0
PASSING = flight("000001", (34.9, 34.6), 80.0, begins=NOON - 120.0, seconds=900.0)
SECOND = flight("000002", (35.6, 35.0), 150.0, height=9_000.0, begins=NOON + 60.0, seconds=300.0)


def sky(folder: Path, rows: list[Heard] | str, *, control: str = "hold", **recorded: object) -> World:
    path = folder / "day.csv"
    path.write_text(rows if isinstance(rows, str) else opensky(rows))
    day = {"name": "Day", "file": str(path), "begin": "2024-05-01T12:00:00Z"} | recorded
    sites = [site(doctrine={"control": control})]
    return scene(
        model=CLEAR, duration=DURATION, sites=sites, recorded=[{k: v for k, v in day.items() if v is not None}]
    )


def notes(world: World) -> str:
    return "\n".join(world.limits["recorded"])


def test_they_are_where_they_were_when_they_were(tmp_path: Path) -> None:
    world = sky(tmp_path, [*PASSING, *SECOND])
    assert world.names.flights == ["Day[000001]", "Day[000002]"]
    states = events(one(world, record=True), Event.FLIGHT_STATE)
    for flown, heard in enumerate((PASSING, SECOND)):
        mine = {round(float(state["time"])): state["value"] for state in states[states["flight"] == flown]}
        for each in heard:
            t = round(each.time - NOON)
            if t in mine and 10 < t < DURATION - 10:
                lat, lon, height = geodetic(mine[t])
                way = inverse(*np.radians((lat, lon, each.latitude, each.longitude)))[0]
                assert way < 30.0
                assert height == pytest.approx(each.height, abs=3.0)
        assert min(mine) == pytest.approx(max(round(heard[0].time - NOON), 0), abs=1.0)


def geodetic(value: np.ndarray) -> tuple[float, float, float]:
    lat, lon, height = to_geodetic(*(float(v) for v in value[:3]))
    return math.degrees(lat), math.degrees(lon), height


def test_they_leave_and_are_counted_as_civil(tmp_path: Path) -> None:
    result = one(sky(tmp_path, [*PASSING, *SECOND]))
    assert result.outcome["civil_transited"][0] == 1
    assert result.outcome[f"civil_{Terminal.AIRBORNE_AT_END.name.lower()}"][0] == 1
    assert result.outcome["civil_engaged"][0] == 0


def test_a_squawking_one_on_its_plan_under_hold_is_never_engaged(tmp_path: Path) -> None:
    world = sky(tmp_path, [*PASSING, *SECOND])
    runner = Runner(world, 1)
    assert sum(int(runner.replicate(k).outcome["civil_engaged"][0]) for k in range(replications(20))) == 0


def carried(world: World, count: int, column: str) -> np.ndarray:
    runner = Runner(world, 1)
    found = []
    for k in range(count):
        runner.replicate(k)
        found.append(runner.sim.flights[column].copy())
    return np.array(found)


def test_shares_are_drawn_for_each_flight_and_replication(tmp_path: Path) -> None:
    rows = [row for k in range(6) for row in flight(f"00000{k}", (36.5 + 0.1 * k, 34.0), seconds=200.0)]
    world = sky(tmp_path, rows, squawking=0.7, planned=0.2)
    count = replications(60)
    share_agrees(carried(world, count, "transponder").ravel(), 0.7)
    share_agrees(carried(world, count, "flight_plan").ravel(), 0.2)


def test_what_the_file_says_goes_before_the_shares(tmp_path: Path) -> None:
    text = opensky(PASSING, squawk="2000") + opensky(SECOND).split("\n", 1)[1]
    world = sky(tmp_path, text, squawking=0.0)
    assert carried(world, 3, "transponder").tolist() == [[1, 0]] * 3


def test_types_are_flown_as_kinds_say_and_the_rest_is_told(tmp_path: Path) -> None:
    lines = opensky([*PASSING, *SECOND]).splitlines()
    types = ["typecode", *["F16"] * len(PASSING), *["B77W"] * len(SECOND)]
    world = sky(tmp_path, "\n".join(f"{a},{b}" for a, b in zip(lines, types, strict=True)), kinds={"F16": "f16"})
    assert world.flight_class.tolist() == [int(ThreatClass.AIRCRAFT), int(ThreatClass.AIRLINER)]
    assert "types that kinds does not name are flown as a320: B77W (1)" in notes(world)


def test_the_first_position_is_second_0_where_nothing_else_is_said(tmp_path: Path) -> None:
    world = sky(tmp_path, [*PASSING, *SECOND], begin=None)
    assert world.rows["flights"]["starts"].tolist() == [0.0, 180.0]
    assert "second 0 is 2024-05-01T11:58:00Z" in notes(world)


def test_seconds_of_the_run_need_no_calendar(tmp_path: Path) -> None:
    rows = [row._replace(time=row.time - NOON) for row in SECOND]
    world = sky(tmp_path, rows, begin=None)
    assert world.rows["flights"]["starts"].tolist() == [60.0]
    with pytest.raises(InputError, match="no times of a calendar, and begin is one"):
        sky(tmp_path, rows)


def test_the_distance_kept_leaves_out_and_tells(tmp_path: Path) -> None:
    far = flight("000003", (41.0, 20.0), 90.0, seconds=300.0)
    world = sky(tmp_path, [*PASSING, *far], within="300 km")
    assert world.names.flights == ["Day[000001]"]
    assert "1 of 2 flights come no nearer than 300 km to a site or asset and are left out" in notes(world)
    assert len(sky(tmp_path, [*PASSING, *far]).rows["flights"]) == 2


def test_what_is_not_in_the_air_within_the_run_is_told(tmp_path: Path) -> None:
    late = flight("000003", begins=NOON + 3600.0)
    world = sky(tmp_path, [*PASSING, *late])
    assert world.names.flights == ["Day[000001]"]
    assert "1 of 2 flights are not in the air within the run" in notes(world)


@pytest.mark.parametrize(("hours", "clock"), [(3, "+03:00"), (-5, "-05:00"), (12, "+12:00")])
def test_local_times_are_told_by_the_hours_that_would_bring_them_in(tmp_path: Path, hours: int, clock: str) -> None:
    text = traffic(SECOND, "", 3600.0 * hours)
    with pytest.raises(InputError) as refused:
        sky(tmp_path, text)
    assert f'With clock = "{clock}" they would lie in it' in str(refused.value)
    assert sky(tmp_path, text, clock=clock).rows["flights"]["starts"] == pytest.approx([60.0])


def test_nothing_in_the_run_at_any_hour_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"outside the run, which begins at 2023-01-01T00:00:00Z\. Correct begin"):
        sky(tmp_path, PASSING, begin="2023-01-01T00:00:00Z")


def test_exchanged_coordinates_far_off_are_asked_about(tmp_path: Path) -> None:
    rows = [
        row._replace(latitude=row.longitude, longitude=row.latitude, course=math.nan)
        for row in flight(start=(35.0, 75.0))
    ]
    assert "no flight comes nearer than" in notes(sky(tmp_path, rows))
    other = [row._replace(latitude=-row.latitude) for row in rows]
    assert "exchanged" not in notes(sky(tmp_path, other))


def test_across_180_they_fly_on(tmp_path: Path) -> None:
    rows = flight("000001", (52.0, 179.6), 80.0)
    world = sky(tmp_path, rows)
    states = events(one(world, record=True), Event.FLIGHT_STATE)
    steps = np.linalg.norm(np.diff(states["value"][:, :3], axis=0), axis=1)
    assert steps == pytest.approx(np.full(len(steps), 230.0), rel=0.01)


def test_a_plan_that_names_a_corridor_is_held_against_what_was_flown(tmp_path: Path) -> None:
    lane = {"name": "Lane", "points": ["34.9 N 34.0 E", "34.9 N 37.0 E"], "width": "20 km"}
    path = tmp_path / "day.csv"
    path.write_text(opensky([*PASSING, *SECOND]))
    day = {"name": "Day", "file": str(path), "begin": "2024-05-01T12:00:00Z", "corridor": "Lane"}
    world = scene(model=CLEAR, duration=DURATION, corridor=[lane], recorded=[day])
    assert "1 of 2 flights are never in corridor Lane, which their plans name" in notes(world)
    assert world.rows["flights"]["corridor"].tolist() == [0, 0]


TEXT = """format = 1
name = "recorded"
duration = "600 s"
terrain = {{ source = "flat" }}
[[recorded]]
name = "Day"
file = "day.csv"
begin = "2024-05-01T12:00:00Z"
{more}
"""


def written(folder: Path, rows: list[Heard], more: str = "") -> Path:
    (folder / "day.csv").write_text(opensky(rows))
    path = folder / "recorded.toml"
    path.write_text(TEXT.format(more=more))
    return path


def test_the_file_belongs_to_the_scenarios_identity(tmp_path: Path) -> None:
    path = written(tmp_path, PASSING)
    first = load(path).digest()
    assert load(path).digest() == first
    written(tmp_path, PASSING[:-1])
    assert load(path).digest() != first
    assert load(path).named_files() == ("day.csv",)


def test_the_account_is_stored_with_the_answer(tmp_path: Path) -> None:
    rows = [*PASSING]
    rows[20] = rows[20]._replace(latitude=37.9)
    path = written(tmp_path, rows)
    told = [
        'recorded "Day": 1 flights of 90 positions are flown; second 0 is 2024-05-01T12:00:00Z',
        'recorded "Day": 1 line not flown, a jump that no aircraft flies, and back: line 22',
    ]
    assert preview(load(path))[-3:-1] == told
    run = oi.run(path, replications=2, seed=1)
    assert [line for line in run.warnings if line.startswith("recorded")][:2] == told


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ('kind = "a999"', 'recorded.toml:9: recorded[1].kind = "a999": not in the catalog'),
        ('kinds = { B738 = "scud_b" }', "flies no route"),
        ('corridor = "Lane"', 'recorded.toml:9: recorded[1].corridor = "Lane": no corridor of that name'),
        ('gap = "1 s"', "Allowed: 5 s to"),
        ('clock = "noon"', "is no clock"),
        ('clock = "+15:00"', "is no clock"),
        ("squawking = 1.2", "a probability is at least 0 and at most 1"),
        ('altitude_unit = "yd"', "altitude_unit"),
    ],
)
def test_wrong_keys_are_told_with_their_line(tmp_path: Path, more: str, told: str) -> None:
    with pytest.raises(InputError) as refused:
        load(written(tmp_path, PASSING, more))
    assert told in str(refused.value)


def test_a_file_that_is_not_there_is_told_with_its_line(tmp_path: Path) -> None:
    path = written(tmp_path, PASSING)
    (tmp_path / "day.csv").unlink()
    with pytest.raises(InputError, match=r'recorded.toml:7: recorded\[1\].file = "day.csv": no such file beside'):
        load(path)
    (tmp_path / "day.csv").mkdir()
    with pytest.raises(InputError, match="is a folder"):
        load(path)


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"", "day.csv: is empty"),
        (b"\xff\xfe\x00" * 99, "day.csv: is empty"),
        (b"\x00\x01\x02\xff" * 99, "not utf-8 text"),
    ],
)
def test_an_empty_or_binary_file_is_told_when_it_is_read(tmp_path: Path, data: bytes, told: str) -> None:
    path = written(tmp_path, PASSING)
    (tmp_path / "day.csv").write_bytes(data)
    with pytest.raises(InputError) as refused:
        build(load(path))
    assert told in str(refused.value)


def test_a_scenario_without_any_says_nothing_of_them() -> None:
    plain = loads(TEXT.format(more="").partition("[[recorded]]")[0])
    assert "recorded" not in plain.mapping()
    assert "recorded" not in build(plain).limits
