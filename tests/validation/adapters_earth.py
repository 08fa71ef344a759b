"""Validation cases of the earth floor: case id -> public functions of openiads.earth."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from openiads.earth import geodesy, shapes, sight
from openiads.earth.atmosphere import atmosphere
from openiads.textbook import earth as textbook

Case = dict[str, Any]
KEYS = ("temperature_K", "pressure_Pa", "density_kg_m3", "speed_of_sound_m_s")


def air(inputs: Case) -> Case:
    """Temperature, pressure, density, speed of sound at one altitude or a list."""
    asked = inputs["geometric_altitude_m"]
    if isinstance(asked, list):
        rows = [atmosphere(float(h)) for h in asked]
        return {key: [row[i] for row in rows] for i, key in enumerate(KEYS)}
    return dict(zip(KEYS, atmosphere(float(asked)), strict=True))


def air_without_sound(inputs: Case) -> Case:
    """As ``air`` for cases that do not list the speed of sound."""
    answer = air(inputs)
    del answer["speed_of_sound_m_s"]
    return answer


def geopotential_heights(inputs: Case) -> Case:
    """Geopotential heights of geometric ones."""
    return {"geopotential_m": [textbook.geopotential(float(h)) for h in inputs["geometric_m"]]}


def columns(inputs: Case, *names: str, rows: str = "rows") -> list[list[float]]:
    """The named columns of a table of rows, numbers as float."""
    at = [inputs["columns"].index(name) for name in names]
    return [[float(row[i]) for row in inputs[rows]] for i in at]


def radians(values: list[float]) -> list[float]:
    """Degrees to radians."""
    return [math.radians(v) for v in values]


def one_inverse(inputs: Case) -> Case:
    """Distance and first azimuth of one pair."""
    places = (math.radians(inputs[k]) for k in ("lat1_deg", "lon1_deg", "lat2_deg", "lon2_deg"))
    distance, azimuth = geodesy.inverse(*places)
    return {"distance_m": distance, "azi1_deg": math.degrees(azimuth)}


def many_inverse(inputs: Case) -> Case:
    """Distances and first azimuths of a table of pairs."""
    places = (radians(c) for c in columns(inputs, "lat1_deg", "lon1_deg", "lat2_deg", "lon2_deg"))
    distance, azimuth = geodesy.inverse(*places)
    return {"distance_m": distance.tolist(), "azi1_deg": [math.degrees(a) for a in azimuth]}


def distances(inputs: Case) -> Case:
    """Distances alone of a table of pairs."""
    return {"distance_m": many_inverse(inputs)["distance_m"]}


def directs(inputs: Case) -> Case:
    """Ends of geodesics of one length on several azimuths."""
    start = math.radians(inputs["lat1_deg"]), math.radians(inputs["lon1_deg"])
    lat, lon = geodesy.direct(*start, radians(inputs["azimuth_deg"]), inputs["distance_m"])
    return {"lat2_deg": [math.degrees(v) for v in lat], "lon2_deg": [math.degrees(v) for v in lon]}


def ecef(inputs: Case) -> Case:
    """ECEF positions of a table of geodetic ones."""
    lat, lon, height = columns(inputs, "lat_deg", "lon_deg", "h_m")
    return {"ecef_m": [list(geodesy.to_ecef(*p)) for p in zip(radians(lat), radians(lon), height, strict=True)]}


def geodetic(inputs: Case) -> Case:
    """Geodetic position of one ECEF position."""
    lat, lon, height = geodesy.to_geodetic(*(float(v) for v in inputs["ecef_m"]))
    return {"lat_deg": math.degrees(lat), "lon_deg": math.degrees(lon), "h_m": height}


def constants(inputs: Case) -> Case:
    """The ellipsoid."""
    return {
        "a_m": geodesy.SEMI_MAJOR,
        "inv_f": geodesy.INVERSE_FLATTENING,
        "b_m": geodesy.SEMI_MINOR,
        "e2": geodesy.ECCENTRICITY_SQUARED,
    }


def local(inputs: Case) -> Case:
    """Targets in a radar's east, north, up and azimuth, elevation, range."""
    radar = inputs["radar"]
    here = math.radians(radar["lat_deg"]), math.radians(radar["lon_deg"]), float(radar["h_m"])
    lat, lon, height = columns(inputs, "lat_deg", "lon_deg", "h_m", rows="targets")
    enu = [textbook.to_enu(*here, *p) for p in zip(radians(lat), radians(lon), height, strict=True)]
    aer = [textbook.azimuth_elevation_range(*e) for e in enu]
    return {
        "enu_m": [list(e) for e in enu],
        "aer_deg_deg_m": [[math.degrees(a), math.degrees(e), r] for a, e, r in aer],
    }


def horizons(inputs: Case) -> Case:
    """Mutual horizon ranges and the handbook rule."""
    radius = inputs["k"] * inputs["earth_radius_m"]
    pairs = list(zip(map(float, inputs["radar_height_m"]), map(float, inputs["target_height_m"]), strict=True))
    return {
        "range_m": [sight.horizon_range(*pair, radius) for pair in pairs],
        "simple_4120_rule_m": [textbook.horizon_rule(*pair) for pair in pairs],
    }


def angles(inputs: Case) -> Case:
    """Depression and grazing angle on the 4/3 earth."""
    args = float(inputs["sensor_height_m"]), float(inputs["slant_range_m"]), 4.0 / 3.0 * geodesy.MEAN_RADIUS
    return {
        "depression_deg": math.degrees(textbook.depression_angle(*args)),
        "grazing_deg": math.degrees(textbook.grazing_angle(*args)),
    }


def behind_a_ridge(inputs: Case) -> Case:
    """Lowest visible heights behind a thin parametric ridge, from a mask table with a fine step."""
    factor = inputs["k"] * inputs["earth_radius_m"] / geodesy.MEAN_RADIUS
    targets = inputs["target_distance_m"]
    wall = shapes.ridge(0.0, 0.0, 0.0, inputs["ridge_distance_m"], inputs["ridge_height_m"], width=400.0)
    table = sight.mask_table(wall, 0.0, 0.0, inputs["radar_height_m"], factor, max(targets), 4, 10.0)
    return {"min_visible_height_m": [sight.lowest_visible(table, 0, 0.0, float(d)) for d in targets]}


ADAPTERS: dict[str, Callable[[Case], Case]] = {
    **{f"ATM-PUB-{altitude}KM": air for altitude in (0, 5, 25, 50, 60)},
    "ATM-GEOPOT": geopotential_heights,
    "ATM-TRAP-11KM": air_without_sound,
    "ATM-PROFILE-A": air,
    "GEO-NEARANTIPODAL-KARNEY": one_inverse,
    "GEO-GEODTEST-A": distances,
    "GEO-INVERSE-A": many_inverse,
    "GEO-DIRECT": directs,
    "GEO-ECEF-A": ecef,
    "GEO-WGS84-CONST": constants,
    "GEO-ENU-AER-A": local,
    "GEO-DIS-LOCATION": geodetic,
    "HOR-CLOSED-FORM-A": horizons,
    "HOR-MATLAB-ANGLES": angles,
    "TERR-RIDGE-LOS": behind_a_ridge,
}
