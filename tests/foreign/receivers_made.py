"""Recorded positions as receivers would have given them, made here; no aircraft of these addresses flies."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

import numpy as np

from openiads.earth.geodesy import direct, inverse

NOON = datetime(2024, 5, 1, 12, tzinfo=UTC).timestamp()


class Heard(NamedTuple):
    """One position: UTC (s), address, degrees, m, m/s, degrees."""

    time: float
    address: str
    latitude: float
    longitude: float
    height: float
    speed: float
    course: float


def flight(
    address: str = "000001",
    start: tuple[float, float] = (34.5, 34.5),
    course: float = 60.0,
    speed: float = 230.0,
    height: float = 10_668.0,
    begins: float = NOON,
    seconds: float = 600.0,
    every: float = 10.0,
    climb: float = 0.0,
) -> list[Heard]:
    """An aircraft that flies a geodesic at one speed."""
    since = np.arange(int(seconds / every) + 1) * every
    at = math.radians(start[0]), math.radians(start[1])
    lat, lon = direct(*at, math.radians(course), speed * since)
    ahead = direct(*at, math.radians(course), speed * (since + 1.0))
    courses = np.degrees(inverse(lat, lon, *ahead)[1]) % 360.0
    columns = begins + since, np.degrees(lat), np.degrees(lon), height + climb * since, courses
    return [
        Heard(t, address, a, b, h, speed, c) for t, a, b, h, c in zip(*(each.tolist() for each in columns), strict=True)
    ]


def opensky(rows: Iterable[Heard], **cells: str) -> str:
    """State vectors: Unix time, meters, m/s; ``cells`` replaces columns of all rows."""
    head = "time,icao24,lat,lon,velocity,heading,vertrate,callsign,onground,alert,spi,squawk,baroaltitude,geoaltitude"
    lines = []
    for row in rows:
        told = {
            "time": f"{row.time:.0f}",
            "icao24": row.address,
            "lat": f"{row.latitude:.6f}",
            "lon": f"{row.longitude:.6f}",
            "velocity": f"{row.speed:.2f}",
            "heading": f"{row.course:.2f}",
            "onground": "False",
            "baroaltitude": f"{row.height:.2f}",
        } | cells
        lines.append(",".join(told.get(name, "") for name in head.split(",")))
    return "\n".join([head, *lines, ""])


def traffic(rows: Iterable[Heard], zone: str = "+00:00", ahead: float = 0.0) -> str:
    """As the library traffic writes it: times of a calendar, feet, knots."""
    head = ",timestamp,icao24,callsign,latitude,longitude,altitude,groundspeed,track,vertical_rate,flight_id"
    lines = []
    for k, row in enumerate(rows):
        stamp = datetime.fromtimestamp(row.time + ahead, UTC).strftime("%Y-%m-%d %H:%M:%S")
        feet, knots = row.height / 0.3048, row.speed * 3600.0 / 1852.0
        place = f"{row.latitude:.6f},{row.longitude:.6f}"
        lines.append(f"{k},{stamp}{zone},{row.address},,{place},{feet:.1f},{knots:.1f},{row.course:.2f},0.0,")
    return "\n".join([head, *lines, ""])


def without(text: str, lines: Sequence[int]) -> str:
    """A text without some of its lines, counted from 1."""
    return "".join(line for k, line in enumerate(text.splitlines(keepends=True), 1) if k not in lines)
