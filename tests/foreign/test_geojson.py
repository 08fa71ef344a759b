"""GeoJSON that an independent library writes becomes a scenario; what is none is refused in a line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import geojson as peer
import pytest

from foreign.made import degrees, imported
from openiads.base.errors import InputError


def collection(*features: tuple[Any, dict[str, Any]], **more: Any) -> str:
    made = [peer.Feature(geometry=geometry, properties=about) for geometry, about in features]
    return str(peer.dumps(peer.FeatureCollection(made, **more), allow_nan=True))


def test_places_areas_and_routes_become_assets_sites_and_flights(tmp_path: Path) -> None:
    ring = [(35.80, 34.80), (35.82, 34.80), (35.82, 34.82), (35.80, 34.82), (35.80, 34.80)]
    text = collection(
        (peer.Point((35.87, 34.91)), {"name": "Port", "radius": "700 m", "value": 2}),
        (peer.Point((35.90, 34.92)), {"name": "Guard", "system": "S-300PMU-2", "facing": 245, "fire_units": 2}),
        (peer.Polygon([ring]), {"name": "Harbor"}),
        (peer.LineString([(34.0, 34.9, 7000), (35.0, 34.9, 7000)]), {"name": "Visitor", "side": "hostile"}),
    )
    made = imported(tmp_path, "places.geojson", text, threat="f16")
    assert made.format == "GeoJSON" and made.open == () and made.problems == ()
    scenario = made.scenario()
    port, harbor = scenario.asset("Port"), scenario.asset("Harbor")
    assert degrees(port.at) == (34.91, 35.87) and port.radius == 700.0 and port.value == 2
    assert degrees(harbor.at) == pytest.approx((34.81, 35.81), abs=1e-4)
    assert harbor.radius == pytest.approx(1438.0, abs=5.0)  # half the diagonal: 2,219 m north by 1,829 m east
    (site,) = scenario.sites
    assert (site.name, site.system, site.fire_units) == ("Guard", "s300pmu2", 2)
    (flight,) = scenario.flights
    assert (flight.kind, flight.side, flight.altitude) == ("f16", "hostile", 7000.0)
    assert [degrees(each) for each in flight.route] == [(34.9, 34.0), (34.9, 35.0)]


def test_what_is_unknown_is_left_to_the_user_and_named_by_its_line(tmp_path: Path) -> None:
    text = collection((peer.Point((35.90, 34.92)), {"name": "Guard", "system": "SA-99"}))
    made = imported(tmp_path, "a.geojson", text)
    ((line, key),) = made.open
    assert key == "system" and "TODO" in made.text.split("\n")[line - 1] and "SA-99" in made.text
    assert [each.place for each in made.problems] == ["a.toml:9: site[1]"]
    mended = made.text.replace('# system = ""', 'system = "s300ps"')
    import openiads.scenario.load as load

    assert load.loads(mended).sites[0].system == "s300ps"


def test_a_line_cut_at_the_antimeridian_is_one_flight_again(tmp_path: Path) -> None:
    cut = peer.MultiLineString([[(179.0, 10.0), (180.0, 10.5)], [(-180.0, 10.5), (-179.0, 11.0)]])
    made = imported(tmp_path, "a.geojson", collection((cut, {"name": "X"})), threat="a320")
    (flight,) = made.scenario().flights
    assert [degrees(each) for each in flight.route] == [(10.0, 179.0), (11.0, -179.0)]


def test_longitudes_beyond_180_are_the_same_places(tmp_path: Path) -> None:
    made = imported(tmp_path, "a.geojson", collection((peer.Point((190.0, 60.0), precision=6), {"name": "X"})))
    assert degrees(made.scenario().asset("X").at) == (60.0, -170.0)


def test_parts_of_many_and_geometries_within_each_other_are_all_taken(tmp_path: Path) -> None:
    inner = {"type": "GeometryCollection", "geometries": [{"type": "MultiPoint", "coordinates": [[35, 34], [36, 35]]}]}
    feature = {"type": "Feature", "properties": {"name": "X"}, "geometry": inner}
    made = imported(tmp_path, "a.geojson", json.dumps(feature))
    assert [asset.name for asset in made.scenario().assets] == ["X", "X (2)"]
    assert made.remarks == ("names that stood there before got a number behind them: 1",)


def test_one_feature_a_line_is_read(tmp_path: Path) -> None:
    rows = [json.dumps({"type": "Point", "coordinates": [35.9 + k / 100, 34.9]}) for k in range(3)]
    made = imported(tmp_path, "a.geojsonl.json", "\n".join(f"\x1e{row}" for row in rows))
    assert made.counts["assets"] == 3


def test_what_cannot_be_taken_is_told_with_its_reason(tmp_path: Path) -> None:
    text = json.dumps(
        {
            "type": "FeatureCollection",
            "features": [
                {"type": "Feature", "properties": None, "geometry": None},
                {"type": "Feature", "properties": {}, "geometry": {"type": "Point", "coordinates": [float("nan"), 3]}},
                {"type": "Feature", "properties": {}, "geometry": {"type": "Circle", "coordinates": [3, 3]}},
                {"type": "Feature", "properties": {}, "geometry": {"type": "Point", "coordinates": []}},
                "no feature",
                {"type": "Feature", "properties": {}, "geometry": {"type": "Point", "coordinates": [0, 0]}},
            ],
        }
    )
    made = imported(tmp_path, "a.geojson", text)
    assert list(made.left_out) == [
        "1 left out: no geometry (feature 1)",
        "1 left out: a coordinate that is no number (feature 2)",
        "1 left out: no geometry of GeoJSON: Circle (feature 3)",
        "1 left out: no coordinates (feature 4)",
        "1 left out: no feature (feature 5)",
    ]
    assert made.remarks[0] == "at 0 N 0 E, as if a position had never been filled in: feature 6"
    for told in (*made.left_out, *made.remarks):
        assert told[1:] in " ".join(line.removeprefix("#").strip() for line in made.text.split("\n"))


REFUSED = {
    '{"type": "Point", "coordinates": [34.9, 135.9]}': r"feature 1: latitude 135\.9 is beyond 90 degrees\. Longitude "
    "comes first in this format: if both are exchanged throughout, say swap",
    '{"type": "Point", "coordinates": [265000.0, 3860000.0]}': "they look like meters of a projected system",
    '{"type": "FeatureCollection", "features": []}': "holds nothing that a scenario takes",
    '{"type": "FeatureCollection", "features": {}}': "a collection without a list of features",
    '{"type": "Topology", "objects": {}}': "is TopoJSON, not GeoJSON",
    '{"geometryType": "esriGeometryPoint", "features": []}': "is Esri JSON, not GeoJSON",
    '{"a": 1}': "is JSON of another kind, not GeoJSON",
    '{"type": "Point", "coordinates": [35.9': "not JSON",
    '{"a": ' + "[" * 100_000 + "]" * 100_000 + "}": "brackets within each other",
    '{"type": "Point", "coordinates": [1, 2], "crs": {"properties": {"name": "EPSG:3857"}}}': "WGS 84",
}


@pytest.mark.parametrize("text", REFUSED, ids=range(len(REFUSED)))
def test_other_json_is_refused_in_one_line(text: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=REFUSED[text]) as told:
        imported(tmp_path, "a.geojson", text)
    assert "\n" not in str(told.value)


def test_reasons_are_told_by_the_dozen_and_no_more(tmp_path: Path) -> None:
    odd = [{"type": "Feature", "geometry": {"type": f"Shape{k}", "coordinates": []}} for k in range(100)]
    good = {"type": "Feature", "geometry": {"type": "Point", "coordinates": [35.9, 34.9]}}
    text = json.dumps({"type": "FeatureCollection", "features": [*odd, good]})
    told = imported(tmp_path, "a.geojson", text).left_out
    assert len(told) == 31 and told[-1].startswith("70 left out: other reasons (feature 31, ")


def test_times_and_numbers_beyond_all_measure_are_none(tmp_path: Path) -> None:
    line = {"type": "LineString", "coordinates": [[35, 34, int("9" * 400)], [35.5, 34]]}
    feature = {"type": "Feature", "properties": {"times_s": [0, int("9" * 400)]}, "geometry": line}
    (flight,) = imported(tmp_path, "a.geojson", json.dumps(feature), threat="f16").scenario().flights
    assert (flight.altitude, flight.speed) == (None, None)


def test_exchanged_coordinates_are_read_when_asked(tmp_path: Path) -> None:
    text = collection((peer.Point((34.92, 135.90)), {"name": "X"}))
    assert degrees(imported(tmp_path, "a.geojson", text, swap=True).scenario().asset("X").at) == (34.92, 135.9)


def many(count: int) -> str:
    """Places in rows of a thousand, 0.001 degrees apart east and 0.01 north."""
    rows = (
        f'{{"type":"Feature","properties":{{"name":"P{k}"}},"geometry":{{"type":"Point","coordinates":'
        f"[{35 + k % 1000 / 1000},{34 + k // 1000 / 100}]}}}}"
        for k in range(count)
    )
    return f'{{"type":"FeatureCollection","features":[{",".join(rows)}]}}'


def test_a_hundred_thousand_features_are_told_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="100,000 features, more than the 1,000 that a scenario takes") as told:
        imported(tmp_path, "a.geojson", many(100_000))
    assert "\n" not in str(told.value)


def test_of_many_features_those_within_bounds_the_first_and_those_of_a_property_are_taken(tmp_path: Path) -> None:
    within = imported(tmp_path, "a.geojson", many(5000), bounds="34.005 N 35.0995 E; 34.035 N 35.1505 E")
    assert within.counts["assets"] == 3 * 51
    first = imported(tmp_path, "a.geojson", many(2000), limit=5)
    assert [asset.name for asset in first.scenario().assets] == ["P0", "P1", "P2", "P3", "P4"]
    assert first.left_out == ("1,995 left out: beyond the limit of 5 (feature 6, feature 7, feature 8, ...)",)
    named = imported(tmp_path, "a.geojson", many(2000), only=["name=p7"])
    assert [asset.name for asset in named.scenario().assets] == ["P7"]
    assert named.left_out == ("1,999 left out: name is not p7 (feature 1, feature 2, feature 3, ...)",)
