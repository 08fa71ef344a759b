"""Tables of recorded positions in an import: as routes, or as one table that flies them."""

from __future__ import annotations

from pathlib import Path

import pytest

from foreign.made import imported
from foreign.receivers_made import flight, opensky, traffic
from openiads.base.errors import InputError, UsageError
from openiads.scenario.load import load

DAY = [*flight("000001"), *flight("000002", (36.0, 35.0), 180.0)]


def test_positions_become_routes(tmp_path: Path) -> None:
    for text in (opensky(DAY), traffic(DAY)):
        made = imported(tmp_path, "day.csv", text, threat="a320")
        first, second = made.scenario().flights
        assert (first.name, second.name, first.side) == ("000001", "000002", "neutral")
        assert first.altitude == pytest.approx(10_668.0, abs=1.0)
        assert first.speed == pytest.approx(230.0, rel=0.002)
        assert made.scenario().date == "2024-05-01"
        assert not made.problems


def test_positions_become_one_table_that_flies_them(tmp_path: Path) -> None:
    rows = [*DAY]
    rows[20] = rows[20]._replace(latitude=37.9)
    made = imported(tmp_path, "day.csv", opensky(rows), lines="recorded")
    assert made.counts["recorded"] == 1
    assert made.recorded == "day.csv"
    path = tmp_path / "day.toml"
    path.write_text(made.text)
    (recorded,) = load(path).recordings
    assert (recorded.file, recorded.begin, recorded.kind) == ("day.csv", "2024-05-01T12:00:00Z", "a320")
    assert load(path).duration == 660.0
    assert made.remarks == ("1 line not flown, a jump that no aircraft flies, and back: line 22",)


def test_units_and_clock_can_be_said(tmp_path: Path) -> None:
    text = traffic(DAY, "", 3 * 3600.0).replace("altitude", "alt")
    text = text.replace("groundspeed", "speed")
    with pytest.raises(InputError, match="feet or meters"):
        imported(tmp_path, "day.csv", text)
    made = imported(tmp_path, "day.csv", text, altitude_unit="ft", clock="+03:00", lines="recorded")
    (tmp_path / "day.toml").write_text(made.text)
    (recorded,) = load(tmp_path / "day.toml").recordings
    assert (recorded.begin, recorded.clock, recorded.altitude_unit) == ("2024-05-01T12:00:00Z", "+03:00", "ft")
    with pytest.raises(UsageError, match='clock: "noon"'):
        imported(tmp_path, "day.csv", text, altitude_unit="ft", clock="noon")


def test_exchanged_coordinates_are_read_with_swap(tmp_path: Path) -> None:
    rows = [row._replace(latitude=row.longitude, longitude=row.latitude) for row in flight(course=10.0)]
    with pytest.raises(InputError, match="an import takes swap"):
        imported(tmp_path, "day.csv", opensky(rows))
    (route,) = imported(tmp_path, "day.csv", opensky(rows), swap=True, threat="a320").scenario().flights
    assert route.route[0].latitude == pytest.approx(34.5 * 0.017453292519943295)


def test_a_table_of_places_is_none_of_positions(tmp_path: Path) -> None:
    text = "name,system,latitude,longitude,altitude\nGuard,S-300PMU-2,34.95,35.92,10\n"
    assert imported(tmp_path, "order.csv", text).counts["sites"] == 1
