"""Recorded positions as flights: both families of headings, what is cut and left out, and that each line is told."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from foreign.receivers_made import NOON, Heard, flight, opensky, traffic, without
from openiads.base.errors import InputError, InputErrors
from openiads.foreign.account import runs_of
from openiads.foreign.files import source_of
from openiads.foreign.receivers import Reading
from openiads.foreign.recorded import Recording, Sorting, recording_of
from openiads.foreign.thin import apart, vectors


def read(folder: Path, text: str | bytes, **reading: Any) -> Recording:
    path = folder / "day.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return recording_of(source_of(path), Reading(**reading), Sorting())


def left(recording: Recording, reason: str) -> list[int]:
    found = [lines for why, lines in recording.account.left.items() if reason in why]
    return found[0] if found else []


def same_place(one: np.ndarray, other: list[Heard], tolerance: float = 1.0) -> bool:
    places = np.array([(row.latitude, row.longitude, row.height) for row in other])
    off = apart(vectors(one), vectors(places)).max()
    return bool(off < tolerance and np.abs(one[:, 2] - places[:, 2]).max() < tolerance)


def test_both_families_give_the_same_flight(tmp_path: Path) -> None:
    """Meters and Unix time, feet and a calendar: one flight, the same within the digits written."""
    rows = flight()
    for text in (opensky(rows), traffic(rows), traffic(rows, "Z"), traffic(rows, "+03:00", 3 * 3600.0)):
        (flown,) = read(tmp_path, text).flights
        assert flown.name == "000001"
        assert flown.times == pytest.approx([row.time for row in rows])
        assert same_place(flown.places, rows)


def test_readsb_headings_and_a_semicolon_table(tmp_path: Path) -> None:
    rows = flight()
    lines = ["now;hex;lat;lon;alt_baro;gs;track;t;squawk".replace("now", "ts")]
    for row in rows:
        feet, knots = row.height / 0.3048, row.speed * 3600.0 / 1852.0
        place = f"{row.latitude:.6f};{row.longitude:.6f}".replace(".", ",")
        lines.append(f"{row.time:.1f};{row.address};{place};{feet:.0f};{knots:.0f};{row.course:.1f};A320;2000")
    recording = read(tmp_path, "\n".join(lines))
    (flown,) = recording.flights
    assert same_place(flown.places, rows)
    assert (flown.type, flown.squawks) == ("A320", 1.0)
    assert recording.account.told() == []


def test_the_order_of_lines_changes_nothing(tmp_path: Path) -> None:
    rows = [*flight(), *flight("000002", (36.0, 35.0), 180.0)]
    first = read(tmp_path, opensky(rows)).flights
    shuffled = [rows[k] for k in np.random.default_rng(7).permutation(len(rows))]
    second = read(tmp_path, opensky(shuffled)).flights
    assert [f.name for f in first] == [f.name for f in second] == ["000001", "000002"]
    for a, b in zip(first, second, strict=True):
        assert (a.times == b.times).all()
        assert (a.places == b.places).all()


@pytest.mark.parametrize("hole", [100.0, 290.0, 300.0])
def test_a_gap_up_to_the_limit_is_flown_through(tmp_path: Path, hole: float) -> None:
    rows = [row for row in flight(seconds=900.0) if not 300.0 < row.time - NOON < 300.0 + hole]
    recording = read(tmp_path, opensky(rows))
    assert len(recording.flights) == 1
    assert recording.account.told() == []


def test_a_longer_gap_ends_a_flight_and_begins_another(tmp_path: Path) -> None:
    rows = [row for row in flight(seconds=900.0) if not 300.0 < row.time - NOON < 610.0]
    recording = read(tmp_path, opensky(rows))
    assert [flown.name for flown in recording.flights] == ["000001", "000001/2"]
    assert [len(flown.times) for flown in recording.flights] == [31, 30]
    assert recording.account.told() == [
        "without a position for more than 300 s a flight ends and another begins: line 33"
    ]


def test_a_single_jump_is_left_out_and_named(tmp_path: Path) -> None:
    rows = flight()
    rows[20] = rows[20]._replace(latitude=rows[20].latitude + 1.0)
    rows[40] = rows[40]._replace(longitude=rows[40].longitude - 2.0)
    recording = read(tmp_path, opensky(rows))
    assert left(recording, "a jump that no aircraft flies") == [22, 42]
    (flown,) = recording.flights
    assert len(flown.times) == len(rows) - 2


@pytest.mark.parametrize("shift", [0.0, 0.05, 0.2, 0.5, 3.0])
def test_what_stays_elsewhere_is_another_flight(tmp_path: Path, shift: float) -> None:
    """Two aircraft under one address, one after the other: cut where none could have flown, flown through else."""
    rows = flight()
    rows[30:] = [row._replace(latitude=row.latitude + shift) for row in rows[30:]]
    recording = read(tmp_path, opensky(rows))
    hop = apart(vectors(places_of(rows[29:30])), vectors(places_of(rows[30:31])))[0]
    pieces = 2 if hop > 400.0 * 10.0 + 1000.0 else 1
    assert len(recording.flights) == pieces
    assert sum(len(flown.times) for flown in recording.flights) == len(rows)


def places_of(rows: list[Heard]) -> np.ndarray:
    return np.array([(row.latitude, row.longitude, row.height) for row in rows])


def test_duplicates_and_repeated_places_are_named(tmp_path: Path) -> None:
    rows = flight()
    rows = [*rows[:10], rows[9], rows[9]._replace(latitude=35.5), *rows[10:]]
    rows[15] = rows[15]._replace(latitude=rows[14].latitude, longitude=rows[14].longitude)
    recording = read(tmp_path, opensky(rows))
    assert left(recording, "given twice") == [12]
    assert left(recording, "another place at the same time") == [13]
    assert left(recording, "the place before repeated") == [17]
    (flown,) = recording.flights
    assert len(flown.times) == 60


def test_when_it_was_heard_counts_where_the_file_says_so(tmp_path: Path) -> None:
    """OpenSky shows the last position again until the next one; lastposupdate says when it was heard."""
    rows = flight(every=30.0)
    shown = [row._replace(time=row.time + late) for row in rows for late in (0.0, 10.0, 20.0)]
    text = opensky(shown).splitlines()
    text = [f"{text[0]},lastposupdate", *[f"{line},{shown[k - k % 3].time:.0f}" for k, line in enumerate(text[1:])]]
    recording = read(tmp_path, "\n".join(text))
    (flown,) = recording.flights
    assert same_place(flown.places, rows)
    assert len(left(recording, "given twice")) == 2 * len(rows)


def test_heights_that_are_missing_or_jump_come_from_their_neighbors(tmp_path: Path) -> None:
    rows = flight(climb=8.0, height=3_000.0)
    text = opensky([row._replace(height=math.nan) if k in (5, 6) else row for k, row in enumerate(rows)])
    recording = read(tmp_path, text)
    assert recording.account.told() == ["2 heights are taken from those before and after: lines 7-8"]
    assert same_place(recording.flights[0].places, rows)
    rows[30] = rows[30]._replace(height=12_000.0)
    recording = read(tmp_path, opensky(rows))
    assert recording.account.told() == [
        "1 heights jump and are not used: line 32",
        "1 heights are taken from those before and after: line 32",
    ]
    assert recording.flights[0].places[30, 2] == pytest.approx(3_000.0 + 8.0 * 300.0, abs=1.0)


def test_on_the_ground_and_without_a_place_is_told_and_no_error(tmp_path: Path) -> None:
    air, ground = flight(), flight("000002", speed=5.0, height=30.0)
    text = opensky(air) + opensky(ground, onground="True").split("\n", 1)[1] + opensky(ground, lat="").split("\n", 1)[1]
    recording = read(tmp_path, text)
    assert [flown.name for flown in recording.flights] == ["000001"]
    assert len(left(recording, "on the ground")) == len(left(recording, "no position")) == 61
    assert recording.account.told()[0] == "61 lines not flown, no position: lines 124-184"


BAD = {
    "soon": "a time that is none",
    "1714564800,000001,x,34.5": "a latitude that is no number",
    "1714564800,000001,134.5,34.5": "a latitude beyond 90 degrees",
    "1714564800,000001,34.5,534.5": "a longitude beyond 360 degrees",
    "1714564800,000001,0,0": "at 0 N 0 E",
    "1714564800,,34.5,34.5": "no address",
    "14564800,000001,34.5,34.5": "a time more than a year from the others",
}


@pytest.mark.parametrize("begin", BAD)
def test_a_bad_line_is_left_out_and_named(tmp_path: Path, begin: str) -> None:
    text = opensky(flight())
    given = begin.split(",") if begin != "soon" else ["soon", "000001", "34.5", "34.5"]
    line = ",".join([*given, "230.0", "60.0", "", "", "False", "", "", "", "10668.0", ""])
    recording = read(tmp_path, text + line + "\n")
    assert left(recording, BAD[begin]) == [63]
    assert same_place(recording.flights[0].places, flight())


def test_a_line_cut_short_is_left_out_and_named(tmp_path: Path) -> None:
    text = opensky(flight())
    recording = read(tmp_path, text[:-60])
    assert left(recording, "another number of cells than 14") == [62]


def test_many_bad_lines_are_an_error_that_names_the_first(tmp_path: Path) -> None:
    rows = flight()
    text = opensky(rows[:40]) + opensky(rows[40:], lat="x").split("\n", 1)[1]
    with pytest.raises(InputErrors) as caught:
        read(tmp_path, text)
    assert str(caught.value.problems[0]).endswith(
        "day.csv:42: a latitude that is no number. Correct it: 21 of 61 lines are wrong."
    )
    assert len(caught.value.problems) == 20


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"", "is empty"),
        (b"\n\n  \n", "is empty"),
        (b"\x00\x01\x02\xff" * 500, "not utf-8 text"),
        (b"PK\x03\x04" + b"\x00" * 100, "cannot be unpacked"),
        (b"a,b,c\n1,2,3\n", "no column for time and address"),
        (b"time,icao24,lat,lon,baroaltitude\n", "has a heading and no lines"),
        (b"MSG,3,1,1,4CA2D6,1,2024/05/01,12:00:00.0,,,,37000,,,53.0,-6.0,,,0,0,0,0\n", "BaseStation messages"),
        (b'{"type": "FeatureCollection"}', "no table of positions"),
        (b"time,icao24,lat,lon,altitude\n1714564800,000001,34.5,34.5,35000\n", "feet or meters"),
        (b"time,icao24,lat,lon,baroaltitude\n1714564800,000001,,,\n", "no position can be used (1 line not flown"),
    ],
)
def test_what_is_no_table_of_positions_is_refused(tmp_path: Path, data: bytes, told: str) -> None:
    with pytest.raises(InputError, match=told.replace("(", r"\(")):
        read(tmp_path, data)


def test_exchanged_coordinates_are_refused(tmp_path: Path) -> None:
    """By latitudes beyond 90, and where none are by courses that fit only the other way round."""
    far = [row._replace(latitude=row.longitude, longitude=row.latitude) for row in flight(start=(34.5, 120.0))]
    with pytest.raises(InputError, match="latitude and longitude are exchanged"):
        read(tmp_path, opensky(far))
    near = [row._replace(latitude=row.longitude, longitude=row.latitude) for row in flight(course=10.0)]
    with pytest.raises(InputError, match="courses fit the positions only with latitude and longitude exchanged"):
        read(tmp_path, opensky(near))
    assert same_place(read(tmp_path, opensky(near), swap=True).flights[0].places, flight(course=10.0))


def test_feet_for_meters_and_the_reverse_are_told(tmp_path: Path) -> None:
    """Transponders give multiples of 25 ft: a height that is one in the other unit was meant in it."""
    rows = flight(height=100 * 25 * 0.3048, climb=2.5 * 0.3048)
    feet = [row._replace(height=row.height / 0.3048) for row in rows]
    assert "are they feet taken for meters?" in " ".join(read(tmp_path, opensky(feet)).account.told())
    meters = [row._replace(height=row.height * 0.3048) for row in rows]
    assert "are they meters taken for feet?" in " ".join(read(tmp_path, traffic(meters)).account.told())
    assert read(tmp_path, opensky(rows)).account.told() == read(tmp_path, traffic(rows)).account.told() == []


@pytest.mark.parametrize(
    ("factor", "told"),
    [
        (3600.0 / 1852.0, "knots taken for m/s"),
        (1852.0 / 3600.0, "m/s taken for knots"),
        (3.6, "km/h taken for m/s"),
        (7.0, "times"),
    ],
)
def test_speeds_in_another_unit_are_told(tmp_path: Path, factor: float, told: str) -> None:
    rows = [row._replace(speed=row.speed * factor) for row in flight()]
    assert told in " ".join(read(tmp_path, opensky(rows)).account.told())


def test_times_without_a_zone_are_told_and_taken_as_the_clock_says(tmp_path: Path) -> None:
    rows = flight()
    recording = read(tmp_path, traffic(rows, "", 3 * 3600.0), ahead=3 * 3600.0)
    assert recording.flights[0].times == pytest.approx([row.time for row in rows])
    assert recording.account.told() == ["times without a zone are taken as +3 h from UTC, as clock says: 61"]
    assert "taken as UTC: 61" in read(tmp_path, traffic(rows, "")).account.told()[0]


@pytest.mark.parametrize("part", [1e3, 1e6, 1e9])
def test_unix_times_in_parts_of_a_second_are_seen(tmp_path: Path, part: float) -> None:
    text = opensky(flight()).splitlines()
    lines = [f"{int(float(line.split(',')[0]) * part)},{line.split(',', 1)[1]}" for line in text[1:]]
    recording = read(tmp_path, "\n".join([text[0], *lines]))
    assert recording.flights[0].times == pytest.approx([row.time for row in flight()])


@pytest.mark.parametrize("start", [(52.0, 179.6), (-60.0, -179.6), (89.2, 0.0)])
def test_across_180_degrees_and_near_a_pole_a_flight_stays_one(tmp_path: Path, start: tuple[float, float]) -> None:
    rows = flight(start=start, course=80.0 if start[1] > 0 else 260.0)
    (flown,) = read(tmp_path, opensky(rows)).flights
    assert same_place(flown.places, rows)
    wide = [row._replace(longitude=row.longitude % 360.0) for row in rows]
    (other,) = read(tmp_path, opensky(wide)).flights
    assert same_place(other.places, rows)


def test_too_little_is_no_flight(tmp_path: Path) -> None:
    recording = read(tmp_path, opensky([*flight(), *flight("000002", seconds=10.0)]))
    assert left(recording, "fewer than 3 positions") == [63, 64]


def test_lines_are_told_as_runs() -> None:
    assert runs_of([7, 3, 4, 5, 9], 6) == "lines 3-5, 7, 9"
    assert runs_of([2], 6) == "line 2"
    assert runs_of(range(1, 100, 2), 2) == "lines 1, 3 and 48 more"


def test_every_line_is_flown_or_accounted_for(tmp_path: Path) -> None:
    """Nothing is dropped in silence: lines flown and lines told are all lines, once each."""
    dice = np.random.default_rng(11)
    rows = [row for k in range(6) for row in flight(f"00000{k}", (34.0 + 0.2 * k, 34.0), every=5.0)]
    for k in dice.choice(len(rows), 60, replace=False):
        rows[k] = rows[k]._replace(latitude=rows[k].latitude + float(dice.choice([0.0, 0.5, 3.0])))
    text = without(opensky(rows), [5, 6, 7]).replace("True", "False").splitlines()
    for k in dice.choice(np.arange(1, len(text)), 30, replace=False):
        text[k] = str(dice.choice(["", ",,,", text[k] + ",,", text[k].replace(".", "x", 1), text[k - 1]]))
    recording = read(tmp_path, "\n".join(text))
    told = [line for lines in recording.account.left.values() for line in lines]
    flown = np.concatenate([flown.lines for flown in recording.flights]).tolist()
    blank = [k for k, line in enumerate(text, 1) if not line]
    assert sorted([*told, *flown, *blank, 1]) == list(range(1, len(text) + 1))


def test_a_hundred_thousand_lines_are_read(tmp_path: Path) -> None:
    one = flight(start=(30.0, 34.0), seconds=9_990.0)
    rows = [row._replace(address=f"{k:06x}", latitude=row.latitude + 0.1 * k) for k in range(100) for row in one]
    recording = read(tmp_path, opensky(rows))
    assert [len(flown.times) for flown in recording.flights] == [1000] * 100
    assert recording.account.told() == []
