"""Tacview recordings: aircraft as flights at their mean speed, thinned within a stated tolerance; the rest is told."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

from foreign.made import degrees, flown, imported, recording
from openiads.base.errors import InputError


def test_an_aircraft_becomes_a_flight_with_its_speed_height_side_and_start(tmp_path: Path) -> None:
    made = imported(tmp_path, "a.txt.acmi", recording(flown()), tolerance="1 km")  # a parallel is no great circle
    (flight,) = made.scenario().flights
    assert (flight.kind, flight.side, flight.altitude, flight.start) == ("f16", "hostile", 7000.0, 0.0)
    assert flight.speed == pytest.approx(200.0, rel=0.005)
    assert degrees(flight.route[0]) == (36.0, 33.0) and len(flight.route) == 2
    assert made.scenario().date == "2020-05-01" and made.name == "a"
    assert 'side = "hostile"  # by its color' in made.text
    assert "second 0 is 2020-05-01T10:00:00Z" in made.text
    assert "2 of 601 positions; the others lie within" in made.text


def test_a_packed_recording_is_the_same(tmp_path: Path) -> None:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.txt.acmi", recording(flown()))
    plain = imported(tmp_path, "a.txt.acmi", recording(flown()))
    packed = imported(tmp_path, "a.zip.acmi", held.getvalue())
    assert packed.scenario() == plain.scenario()


def test_positions_are_offsets_from_the_reference_and_what_is_not_given_stays(tmp_path: Path) -> None:
    head = ("0,ReferenceTime=2020-05-01T10:00:00Z", "0,ReferenceLongitude=33", "0,ReferenceLatitude=36")
    lines = ["#0", "1,T=0.5|0.5|5000|0|0|90,Type=Air+FixedWing,Name=A320,Coalition=Neutral"]
    lines += ["#100", "1,T=0.7||", "#200", "1,T=0.9||5010|1|2|3|4|5|6"]
    (flight,) = imported(tmp_path, "a.acmi", recording(lines, head)).scenario().flights
    assert [degrees(each) for each in flight.route] == [(36.5, 33.5), (36.5, 33.9)]
    assert (flight.kind, flight.side) == ("a320", "neutral")


def test_turns_are_kept_and_what_lies_beside_the_legs_is_within_the_tolerance(tmp_path: Path) -> None:
    lines = []
    for k in range(0, 1200, 2):
        lat, lon = (36.0, 33.0 + k * 0.002) if k < 600 else (36.0 + (k - 600) * 0.0018, 34.2)
        lines += [f"#{k}", f"1,T={lon:.6f}|{lat:.6f}|{3000 + k},Type=Air+FixedWing,Name=F-16"]
    made = imported(tmp_path, "a.acmi", recording(lines), tolerance="2 km")
    (flight,) = made.scenario().flights
    assert [degrees(each) for each in flight.route] == [(36.0, 33.0), (36.0, 34.2), (37.0764, 34.2)]
    assert "the median; it goes from 3,000 to 4,198 m" in made.text


def test_an_aircraft_that_stands_before_it_flies_starts_when_it_moves(tmp_path: Path) -> None:
    lines = ["#0", "1,T=33|36|100,Type=Air+FixedWing,Name=F-16"]
    lines += [line for k in range(1, 600, 10) for line in (f"#{k}", "1,T=33.0001|36|100")]
    lines += [line for k in range(600, 1200, 10) for line in (f"#{k}", f"1,T={33 + (k - 590) * 0.002:.4f}|36|5000")]
    (flight,) = imported(tmp_path, "a.acmi", recording(lines)).scenario().flights
    assert flight.start == pytest.approx(591.0)
    assert flight.speed == pytest.approx(180.0, rel=0.02)


def test_sites_and_buildings_are_taken_and_everything_else_is_told(tmp_path: Path) -> None:
    lines = ["#0", "// a remark", "0,Title=A\\, B", "0,Comments=first\\", "second line, 1,T=1|1|1"]
    lines += [
        "1,T=35.9|34.92|10,Type=Ground+AntiAircraft,Name=S-300PS",
        "2,T=35.87|34.91|0,Type=Ground+Static+Aerodrome,Name=Port\\, north",
        "3,T=35.5|34.9|0,Type=Sea+Watercraft+Warship,Name=Ship",
        "4,T=35.5|34.9|5000,Type=Weapon+Missile,Name=AIM",
        "5,Type=Air+FixedWing,Name=Nowhere",
        "6,T=35,6|34,9|1,Type=Air",
        "odd",
    ]
    made = imported(tmp_path, "a.acmi", recording(lines))
    scenario = made.scenario()
    assert [(site.name, site.system) for site in scenario.sites] == [("S-300PS", "s300ps")]
    assert [asset.name for asset in scenario.assets] == ["Port, north"]
    told = " / ".join(made.left_out)
    for each in (
        "Sea+Watercraft+Warship",
        "weapons and projectiles",
        "an object that is nowhere",
        "a property without a value (decimal commas?)",
        "a line of another form",
    ):
        assert each in told


def test_objects_that_come_again_and_time_that_goes_back_are_lived_with(tmp_path: Path) -> None:
    first, again = flown(seconds=200), flown(name="F-15E-class", seconds=200, extra="Color=Blue")
    lines = [*first, "-102", *[line.replace("#", "#1000") if line == "#0" else line for line in again]]
    made = imported(tmp_path, "a.acmi", recording(lines), threat="f15e")
    assert made.counts["flights"] >= 1
    back = [*flown(seconds=200), "#5", "102,T=30|30|1"]
    made = imported(tmp_path, "a.acmi", recording(back))
    assert made.counts["flights"] == 1
    assert "1 left out: a position before the one that was read last (out of order)" in made.left_out


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("FileType=text/acmi/tacview\nFileVersion=1.5\n", r'a\.acmi:2: version "1.5" of the form'),
        ("FileType=text/acmi/tacview\nFileVersion=2.2\n", "holds nothing that a scenario takes"),
        ("TacView ACMI 1.5\n", "not a Tacview text recording of version 2"),
    ],
)
def test_other_recordings_are_refused_in_one_line(text: str, told: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=told) as found:
        imported(tmp_path, "a.acmi", text)
    assert "\n" not in str(found.value)
