"""An order of battle as CSV, in the dialects of spreadsheets; cells that are no place are named by their line."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from foreign.made import degrees, imported
from openiads.base.errors import InputError, InputErrors
from openiads.foreign.angles import angle

DIALECTS = {
    "commas": "name,system,latitude,longitude,facing,fire_units\nGuard,s300pmu2,34.92,35.90,245,2\n",
    "semicolons and decimal commas": "Name;System;Lat;Lon;Azimuth;Fire units\nGuard;S-300PMU-2;34,92;35,90;245;2\n",
    "tabs": "Site\tType\tLatitude (deg)\tLongitude (deg)\tHeading\tUnits\nGuard\tS300PMU2\t34.92\t35.9\t245\t2\n",
    "a marked separator": "sep=;\nname;system;lat;lon;facing;fire units\nGuard;s300pmu2;34,92;35,9;245;2\n",
    "degrees and minutes": "name;system;lat;lon;facing;units\nGuard;SA-20B;34°55'12\"N;35 54 00 E;245 deg;2,0\n",
    "one cell": 'name,system,position,facing,units\nGuard,s300pmu2,"34.92 N, 35.90 E",245,2\n',
    "quotes and line ends": '"name","system","lat","lon","facing","units"\r\nGuard,s300pmu2,34.92,"35.90",245,2\r\n',
}


@pytest.mark.parametrize("dialect", DIALECTS)
def test_dialects_say_the_same(dialect: str, tmp_path: Path) -> None:
    (site,) = imported(tmp_path, "order.csv", DIALECTS[dialect]).scenario().sites
    assert (site.name, site.system, site.fire_units) == ("Guard", "s300pmu2", 2)
    assert degrees(site.at) == (34.92, 35.9)
    assert math.degrees(site.facing) == pytest.approx(245.0)


def test_an_order_of_battle_becomes_sites_and_assets(tmp_path: Path) -> None:
    text = (
        "role,name,system,lat,lon,radius (km),value,defends,mast_m,launchers,side\n"
        "airport,Field,,34.90,35.88,1.5,3,,,,\n"
        "asset,Port,,34.91,35.87,,,,,,\n"
        "site,Guard,S-300PMU-2 Favorit (SA-20B),34.92,35.90,,,Port; field; Bridge,24,8,blue\n"
        "site,Far,,34.95,35.92,,,,,,red\n"
    )
    made = imported(tmp_path, "order.csv", text, system="patriot_pac2", facing="270 deg")
    scenario = made.scenario()
    assert (scenario.asset("Field").radius, scenario.asset("Field").value) == (1500.0, 3)
    guard = {site.name: site for site in scenario.sites}["Guard"]
    assert (guard.system, guard.mast, guard.launchers, guard.defends) == ("s300pmu2", 24.0, 8, ("Field", "Port"))
    assert "# the file says that it defends Bridge: no asset of that name" in made.text
    assert {site.name: site for site in scenario.sites}["Far"].system == "patriot_pac2"
    blue = imported(tmp_path, "order.csv", text, only=["side=Blue"])
    none = dict.fromkeys(("assets", "flights", "raids", "corridors", "airways", "zones", "recorded"), 0)
    assert blue.counts == {"sites": 1} | none


def test_numbers_that_are_none_are_left_to_fill_in(tmp_path: Path) -> None:
    text = "name,system,lat,lon,facing,fire_units\nGuard,s300pmu2,34.92,35.90,about south,2-3\n"
    made = imported(tmp_path, "order.csv", text)
    assert [key for _, key in made.open] == ["fire_units"]
    assert 'assumed: north. "about south" is no azimuth' in made.text
    assert made.problems == ()


def test_every_cell_that_is_no_place_is_named_by_its_line(tmp_path: Path) -> None:
    text = "name,lat,lon\nA,x,35\nB,34,\nC,34,35\nD,,\nE,34.5 E,35\nF,34 75 00,35\nG,36SYC 12345 67890,35\n"
    with pytest.raises(InputErrors) as found:
        imported(tmp_path, "order.csv", text)
    places = [each.place.rpartition("order.csv")[2] for each in found.value.problems]
    assert places == [":2", ":3", ":6", ":7", ":8"]
    assert "is a grid reference (MGRS)" in str(found.value)


REFUSED = {
    "name,mgrs\nA,36SYC1234567890\n": "gives places as grid references",
    "name,lon\nA,35\n": r"no column for latitude in the heading \(name, lon\)",
    "A,34.9,35.9\nB,34.8,35.8\n": "no column for latitude and longitude",
    "name,lat,lon\n": "has a heading and no rows",
    "name,lat,lon\nA,,\n": "holds nothing that a scenario takes .1 left out: a row without a place",
    "name,lat,lon\nA,135.9,34.9\n": "If both are exchanged throughout, say --swap",
    "\n\n": "is empty",
    'name,lat,lon\n"A,34,35' + "x" * 200_000: "no table",
}


@pytest.mark.parametrize("text", REFUSED, ids=range(len(REFUSED)))
def test_other_tables_are_refused(text: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=REFUSED[text]):
        imported(tmp_path, "order.csv", text)


def test_another_encoding_is_named_by_the_user_or_refused(tmp_path: Path) -> None:
    data = "name;lat;lon\nHāfen é;35,5;35,8\n".replace("ā", "a").encode("cp1252")
    with pytest.raises(InputError, match=r"order\.csv:2: not utf-8 text \(byte 0xe9\).*encoding cp1252"):
        imported(tmp_path, "order.csv", data)
    assert imported(tmp_path, "order.csv", data, encoding="cp1252").scenario().assets[0].name == "Hafen é"
    with pytest.raises(InputError, match='encoding: "klingon" is no encoding'):
        imported(tmp_path, "order.csv", data, encoding="klingon")
    wide = imported(tmp_path, "order.csv", "name,lat,lon\nÄ,35.5,35.8\n".encode("utf-16"))
    assert wide.scenario().assets[0].name == "Ä"


@pytest.mark.parametrize(
    ("text", "axis", "value"),
    [
        ("-35.5", "longitude", -35.5),
        ("−35,5", "longitude", -35.5),
        ("345512N", "latitude", 34.92),
        ("0355400E", "longitude", 35.9),
        ("W 35 54.0", "longitude", -35.9),
        ("35:54:00W", "longitude", -35.9),
        ("34º 55' 12'' s", "latitude", -34.92),
    ],
)
def test_angles_as_people_write_them(text: str, axis: str, value: float) -> None:
    assert angle(text, axis) == pytest.approx(value, abs=1e-9)


@pytest.mark.parametrize("text", ["34 N 35", "N34N", "1e3", "", "34.9 O", "34 60 00 N", "--3", "3" * 80])
def test_what_is_no_angle_is_refused(text: str) -> None:
    with pytest.raises(InputError):
        angle(text, "latitude")
