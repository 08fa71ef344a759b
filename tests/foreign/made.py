"""Files of other programs, written here without openiads: GPX, recordings, and what is asked of an import."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as Tree

import openiads as oi


def imported(folder: Path, name: str, data: str | bytes, **asked: Any) -> Any:
    """What an import makes of a file."""
    path = folder / name
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return oi.import_scenario(path, **asked)


def degrees(position: Any) -> tuple[float, float]:
    """Latitude and longitude, degrees, to the meter."""
    import math

    return round(math.degrees(position.latitude), 5), round(math.degrees(position.longitude), 5)


def gpx(
    points: Sequence[tuple[str, float, float]] = (),
    routes: Sequence[tuple[str, Sequence[tuple[float, float]]]] = (),
    tracks: Sequence[tuple[str, Sequence[tuple[float, float, float, str]]]] = (),
) -> bytes:
    """A GPX 1.1 document: waypoints, routes, and tracks of latitude, longitude, height (m) and time."""
    root = Tree.Element("gpx", {"version": "1.1", "xmlns": "http://www.topografix.com/GPX/1/1"})
    for name, lat, lon in points:
        Tree.SubElement(Tree.SubElement(root, "wpt", lat=repr(lat), lon=repr(lon)), "name").text = name
    for name, places in routes:
        route = Tree.SubElement(root, "rte")
        Tree.SubElement(route, "name").text = name
        for lat, lon in places:
            Tree.SubElement(route, "rtept", lat=repr(lat), lon=repr(lon))
    for name, spots in tracks:
        track = Tree.SubElement(root, "trk")
        Tree.SubElement(track, "name").text = name
        segment = Tree.SubElement(track, "trkseg")
        for lat, lon, height, time in spots:
            point = Tree.SubElement(segment, "trkpt", lat=repr(lat), lon=repr(lon))
            Tree.SubElement(point, "ele").text = repr(height)
            Tree.SubElement(point, "time").text = time
    return bytes(Tree.tostring(root, encoding="utf-8", xml_declaration=True))


def recording(lines: Iterable[str], head: Sequence[str] = ("0,ReferenceTime=2020-05-01T10:00:00Z",)) -> str:
    """A Tacview recording."""
    return "\n".join(["\ufeffFileType=text/acmi/tacview", "FileVersion=2.2", *head, *lines, ""])


def flown(
    id_: str = "102", name: str = "F-16C", speed: float = 200.0, seconds: int = 600, extra: str = "Color=Red"
) -> list[str]:
    """An aircraft at 36 N that flies east, one position each half second; every other one gives only what changed."""
    found = []
    for k in range(2 * seconds):
        lon = 33.0 + speed * (k / 2.0) / 90_163.0  # m of a degree there
        found.append(f"#{k / 2.0:g}")
        rest = f"|36.0|7000,Type=Air+FixedWing,Name={name},{extra}" if k == 0 else "||" if k % 2 else "|36|7000"
        found.append(f"{id_},T={lon:.7f}{rest}")
    return found
