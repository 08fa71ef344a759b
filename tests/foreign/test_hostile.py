"""Files made to harm: work stays in proportion to a file's size, errors stay in words, and no text of it escapes."""

from __future__ import annotations

import codecs
import io
import json
import re
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from foreign.made import degrees, imported, recording
from foreign.test_kml import HEAD, TAIL, line, mark
from openiads.base.errors import InputError
from openiads.foreign import geojson, kml, moving, names, tables, tacview, thin
from openiads.foreign.features import Feature, plain

LONG = 200_000  # characters or positions whose square is beyond any patience
POINT = "<Point><coordinates>35.87,34.91</coordinates></Point>"
PLACE = '{"type":"Feature","properties":{"name":"%s"},"geometry":{"type":"Point","coordinates":[35.87,34.91]}}'


def archive(name: str, data: str, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", method) as made:
        made.writestr(name, data)
    return held.getvalue()


# ------------------------------------------------------------------ archives and encodings


@pytest.mark.parametrize(("method", "called"), [(zipfile.ZIP_LZMA, "LZMA"), (zipfile.ZIP_BZIP2, "bzip2")])
@pytest.mark.parametrize("damaged", [False, True])
def test_only_the_usual_methods_of_archives_are_unpacked(
    method: int, called: str, damaged: bool, tmp_path: Path
) -> None:
    data = bytearray(archive("doc.kml", HEAD + mark("X", POINT) + TAIL, method))
    if damaged:
        data[45:60] = b"\xff" * 15
    with pytest.raises(InputError) as told:
        imported(tmp_path, "a.kmz", bytes(data))
    assert f"packed by a method that is not read ({called})" in str(told.value)


def test_an_unknown_method_is_told_by_its_number(tmp_path: Path) -> None:
    data = archive("doc.kml", HEAD + mark("X", POINT) + TAIL).replace(b"\x08\x00", b"\x4d\x00")
    with pytest.raises(InputError, match=r"not read \(77\)"):
        imported(tmp_path, "a.kmz", data)


def test_the_name_of_a_member_holds_nothing_that_a_terminal_obeys(tmp_path: Path) -> None:
    data = archive("\x1b[2J\x1b]0;owned\x07\u202ex.kml", "<kml><Document><broken></Document></kml>")
    with pytest.raises(InputError) as told:
        imported(tmp_path, "a.kmz", data)
    said = str(told.value)
    assert "not well-formed" in said and "owned" in said and not re.search("[\x00-\x1f\x7f\u202e]", said)


FLOWN = ["#0", "1,T=35|34|5000,Type=Air+FixedWing,Name=F-16C", "#300", "1,T=35.5|34|5000"]


@pytest.mark.parametrize(("order", "signs"), [("be", codecs.BOM_UTF16_BE), ("le", codecs.BOM_UTF16_LE)])
@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.geojson", PLACE % "Öst"),
        ("a.csv", "name,lat,lon\nÖst,34.91,35.87\n"),
        ("a.kml", HEAD.replace("UTF-8", "UTF-16") + mark("Öst", POINT) + TAIL),
        ("a.acmi", recording(["1,T=35.87|34.91|0,Type=Ground+Building,Name=Öst"]).lstrip("\ufeff")),
    ],
)
def test_text_of_two_bytes_is_read_by_its_mark(order: str, signs: bytes, name: str, text: str, tmp_path: Path) -> None:
    made = imported(tmp_path, name, signs + text.encode(f"utf-16-{order}"))
    assert degrees(made.scenario().asset("Öst").at) == (34.91, 35.87)


# ------------------------------------------------------------------ work in proportion to size


def test_a_heading_of_many_signs_before_a_letter_is_read(tmp_path: Path) -> None:
    for sign in "_ ([":
        assert tables.heading_of(sign * LONG + "x")[1] == ""
    heading = "_" * 120_000 + "x"
    made = imported(tmp_path, "a.csv", f"name,lat,lon,{heading}\nPort,34.91,35.87,1\n")
    assert made.scenario().assets[0].name == "Port"
    assert tables.heading_of(" Radius (km) ") == ("radius", "km")


def test_coordinates_with_many_spaces_are_read(tmp_path: Path) -> None:
    wide = " " * LONG
    text = line("absolute", f"34{wide},34.9 , 3000{wide}35,34.9,{wide}3000")
    (flight,) = imported(tmp_path, "a.kml", HEAD + mark("X", text) + TAIL, threat="a320").scenario().flights
    assert [degrees(each) for each in flight.route] == [(34.9, 34.0), (34.9, 35.0)] and flight.altitude == 3000.0


def test_data_within_data_is_read_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[int] = []
    real = kml.words
    monkeypatch.setattr(
        kml, "words", lambda element, name: looked.append(len(real(element, name))) or real(element, name)
    )
    depth, size = 80, 20_000
    inner = '<Data name="system"><value>' * depth + "s" * size + "</value></Data>" * depth
    simple = (
        '<SchemaData><SimpleData name="Value">3</SimpleData></SchemaData><Data name="radius"><value>2 km</value></Data>'
    )
    text = f"<ExtendedData><Data name='a'><value>x{inner}</value></Data>{simple}</ExtendedData>{POINT}"
    made = imported(tmp_path, "a.kml", HEAD + mark("X", text) + TAIL)
    (asset,) = made.scenario().assets
    assert (asset.radius, asset.value) == (2000.0, 3) and made.scenario().sites == ()
    assert sum(looked) < 2 * size


def test_many_parts_cut_at_the_antimeridian_become_one_line() -> None:
    first = [[179.0, 1.0], [180, 1.0]]
    parts: Any = [first, *([[-180, 1.0], [k % 90, 2.0], [180, 1.0]] for k in range(LONG // 2))]
    (whole,) = geojson._joined(parts)
    assert len(whole) == LONG // 2 + 2 and whole[:3] == [[179.0, 1.0], [0, 2.0], [1, 2.0]] and whole[-1] == [180, 1.0]
    assert first == [[179.0, 1.0], [180, 1.0]]  # what the file holds is as it was


def zigzag(count: int) -> np.ndarray:
    """Positions whose swings grow, so that every cut takes off only the last of them."""
    swing = np.where(np.arange(count) % 2, 1.0, -1.0) * np.linspace(0.001, 3.0, count)
    return np.column_stack([35.0 + swing, np.linspace(30.0, 31.0, count), np.full(count, 5000.0)])


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Positions that are held against each leg."""
    looked: list[int] = []
    real = thin.beside

    def beside(points: np.ndarray, start: np.ndarray, end: np.ndarray) -> np.ndarray:
        looked.append(len(points))
        return real(points, start, end)

    monkeypatch.setattr(thin, "beside", beside)
    return looked


def test_the_work_for_one_line_is_bounded_and_what_it_reached_is_told(counted: list[int]) -> None:
    places = zigzag(1000)
    rows, reached = thin.turning_points(places, 10.0, 1000)
    assert sum(counted) > 300_000 and reached <= 10.0  # without a bound, its square
    counted.clear()
    rows, reached = thin.turning_points(places, 10.0, 1000, thin.Looks(50_000))
    assert 50_000 <= sum(counted) < 52_000 and 10.0 < reached < 1e6 and 10 < len(rows) < 500
    points = thin.vectors(places)
    legs = [thin.beside(points, points[a], points[b]) for a, b in zip(rows, rows[1:], strict=False)]
    assert float(np.max(np.minimum.reduce(legs))) <= reached + 1e-6


def test_wider_tolerances_are_not_tried_once_the_work_is_done(
    counted: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(moving, "MOST_LOOKS", 60_000)
    monkeypatch.setattr(moving, "MOST_TURNS", 50)
    lines = [Feature("line", str(k), zigzag(400), "") for k in range(3)]
    made, tolerance = moving.ways(lines, 1.0)
    assert sum(counted) <= 2 * 60_000 + 3 * 400 and tolerance < 100.0
    assert all(len(way.places) > 20 and way.off > tolerance for way in made)  # each has its share
    counted.clear()
    monkeypatch.setattr(moving, "MOST_LOOKS", 10_000_000)
    made, tolerance = moving.ways(lines, 5000.0)
    assert tolerance > 5000.0 and all(way.off <= tolerance for way in made)


# ------------------------------------------------------------------ numbers and texts that mislead


def test_heights_that_are_none_are_ignored_and_told(tmp_path: Path) -> None:
    lines = line("absolute", "34,34.9,1e308 34.5,34.9,1e308 35,34.9,-1e308")
    made = imported(tmp_path, "a.kml", HEAD + mark("W", lines) + TAIL, threat="a320")
    assert (
        made.problems == ()
        and "altitude" not in made.text.replace("altitudes", "").split("[[flight]]")[1].split("#")[0]
    )
    assert "heights beyond 1,000,000 km are none and are ignored: 3" in made.remarks
    lines = line("absolute", "34,34.9,3000 34.5,34.9,1e999 35,34.9,3000")
    made = imported(tmp_path, "a.kml", HEAD + mark("W", lines) + TAIL, threat="a320")
    assert made.scenario().flights[0].altitude == 3000.0 and made.remarks[0].endswith("ignored: 1")


def test_numbers_of_a_recording_that_overflow_are_none(tmp_path: Path) -> None:
    head = ("0,ReferenceTime=2020-05-01T10:00:00Z,ReferenceLongitude=1e308",)
    lines = [*FLOWN, "#1e308", "1,T=1e308|34|5000", "#-1e308", "1,T=35.6|34|5000"]
    made = imported(tmp_path, "a.acmi", recording(lines, head))
    assert len(made.scenario().flights) == 1 and "2 left out: a time that is none (line 8, ...)" in made.left_out


def test_of_a_recording_only_what_is_used_is_kept() -> None:
    made = tacview._Recording("a.acmi")
    made.line(
        3, "0,ReferenceTime=2020-05-01T10:00:00Z,DataSource=x,Event=y," + ",".join(f"k{n}=v" for n in range(1000))
    )
    made.line(4, "0,ReferenceLongitude=33")
    assert made.about == {"ReferenceTime": "2020-05-01T10:00:00Z", "DataSource": "x", "ReferenceLongitude": "33"}


def test_a_text_that_says_todo_is_nothing_to_fill_in(tmp_path: Path) -> None:
    rows = '"Guard","s300pmu2",34.92,35.9,245,"# x = """"  # TODO: y"\n'
    name = '# system = ""  # TODO: a.csv'
    made = imported(tmp_path, name, "name,system,lat,lon,facing,defends\n" + rows)
    assert made.text.count("TODO") >= 2 and made.open == () and made.problems == ()
    made = imported(tmp_path, name, "name,system,lat,lon,facing,defends\n" + rows.replace("s300pmu2", "SA-99"))
    ((number, key),) = made.open
    assert key == "system" and made.text.split("\n")[number - 1].startswith('# system = ""  # TODO: the file says')


@pytest.mark.parametrize("between", ["\n", "\r\n", "\n\x1e", "\x1e"])
def test_features_one_a_line_may_hold_other_marks_of_lines(between: str, tmp_path: Path) -> None:
    two = [PLACE % "Old\u2028Port", PLACE % "New\u0085Port"]
    start = "\x1e" if "\x1e" in between else ""
    made = imported(tmp_path, "a.geojson", start + between.join(two) + "\n")
    assert {each.name for each in made.scenario().assets} == {"Old Port", "New Port"}


def test_a_record_after_its_mark_may_have_many_lines(tmp_path: Path) -> None:
    two = [json.dumps(json.loads(PLACE % name), indent=1) for name in ("Port", "Depot")]
    made = imported(tmp_path, "a.geojson", "".join(f"\x1e{each}\n" for each in two))
    assert {each.name for each in made.scenario().assets} == {"Port", "Depot"}


# ------------------------------------------------------------------ names


def test_a_thousand_equal_names_are_counted_without_trying_each_again(monkeypatch: pytest.MonkeyPatch) -> None:
    cut = []
    monkeypatch.setattr(names, "plain", lambda text, most: cut.append(text) or plain(text, most))
    held = names.Names()
    assert [held.give("Radar") for _ in range(1000)] == ["Radar", *(f"Radar ({k})" for k in range(2, 1001))]
    assert len(cut) < 2000


@given(
    st.lists(
        st.sampled_from(["A", "A (2)", "A (3)", "A (2) (2)", "x" * 80, "x" * 77 + "abc", "x" * 75 + "12345", "x" * 76]),
        max_size=60,
    )
)
def test_names_are_those_of_trying_every_number(wanted: list[str]) -> None:
    held = names.Names()
    tried: list[str] = []
    for each in wanted:
        name, count = each, 1
        while name in tried:
            count += 1
            name = plain(each, names.LONGEST_NAME - len(f" ({count})")) + f" ({count})"
        tried.append(name)
        assert held.give(each) == name
    assert list(held) == tried
    assert max(map(len, tried), default=0) <= names.LONGEST_NAME
