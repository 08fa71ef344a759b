"""KML and KMZ as features: placemarks with points, lines, rings, polygons, and Google's tracks.

Source of the form: OGC KML 2.2, and Google's extensions `gx:Track` and `gx:MultiTrack`.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from xml.etree.ElementTree import Element

import numpy as np

from openiads.foreign.features import Feature, Gathering, Heights, Places, array, open_ring, plain
from openiads.foreign.files import Source, utc
from openiads.foreign.markup import Piece, child, pieces, words

#: Elements without a place of their own, and how they are told.
NOT_TAKEN = {
    "NetworkLink": "a link to another file, which is not fetched",
    "GroundOverlay": "a picture",
    "ScreenOverlay": "a picture",
    "PhotoOverlay": "a picture",
    "Tour": "a tour",
}
MODES: dict[str, Heights] = {"absolute": "sea", "relativeToGround": "ground", "": "none", "clampToGround": "none"}


def read(source: Source, into: Gathering) -> None:
    """Read a file's placemarks; InputError for what is no XML."""
    number = 0
    for piece in pieces(source.data, source.file, frozenset({"Placemark", *NOT_TAKEN})):
        if piece.element.tag in NOT_TAKEN:
            into.leave_out(NOT_TAKEN[piece.element.tag], f"line {piece.line}")
            continue
        number += 1
        _placemark(piece, f"placemark {number}", into)


def _placemark(piece: Piece, where: str, into: Gathering) -> None:
    mark = piece.element
    about = _about(mark)
    if piece.folders:
        about.setdefault("folder", plain(piece.folders[-1]))
    if mark.get("id", "").startswith("event-"):  # of a run that openiads has exported
        about.setdefault("id", mark.get("id", "").replace("-", "/", 1))
    name = plain(words(mark, "name")) or about.get("name", "")
    taken = False
    for shape in _shapes(mark):
        taken = True
        _shape(shape, name, about, where, into)
    if not taken:
        into.leave_out("a placemark without a geometry", where)


def _about(mark: Element) -> dict[str, str]:
    """A placemark's data, names in small letters."""
    found: dict[str, str] = {}
    data = child(mark, "ExtendedData")
    if data is None:
        return found
    # Children only: one within another would be read once for every element around it.
    given = [(each, words(each, "value")) for each in data.iterfind("Data")]
    given += [(each, (each.text or "").strip()) for each in data.iterfind("SchemaData/SimpleData")]
    for each, value in given:
        if each.get("name") and plain(value):
            found[plain(each.get("name", ""), 60).lower()] = plain(value)
    return found


def _shapes(element: Element) -> Iterator[Element]:
    """The geometries of a placemark, those in collections too."""
    for each in element:
        if each.tag in ("MultiGeometry", "MultiTrack"):
            yield from _shapes(each)
        elif each.tag in ("Point", "LineString", "LinearRing", "Polygon", "Track", "Model"):
            yield each


def _shape(shape: Element, name: str, about: dict[str, str], where: str, into: Gathering) -> None:
    mode = words(shape, "altitudeMode")
    if mode not in MODES and "SeaFloor" not in mode:
        into.leave_out(f'a mode of heights that is none: "{plain(mode, 40)}"', where)
        return
    heights = MODES.get(mode, "none")
    if shape.tag == "Track":
        _track(shape, name, about, where, heights, into)
        return
    holes = 0
    if shape.tag == "Polygon":
        ring = child(child(shape, "outerBoundaryIs"), "LinearRing")
        places, holes = _positions(words(ring, "coordinates")), len(shape.findall("innerBoundaryIs"))
    elif shape.tag == "Model":
        at = child(shape, "Location")
        numbers = [words(at, key) for key in ("longitude", "latitude", "altitude")]
        places = _positions(",".join(each for each in numbers if each))
    else:
        places = _positions(words(shape, "coordinates"))
    if places is None:
        into.leave_out("no coordinates", where)
        return
    heights = heights if np.isfinite(places[:, 2]).any() else "none"
    if shape.tag in ("Polygon", "LinearRing"):
        into.take(Feature("area", name, open_ring(places), where, about, heights, None, holes))
    else:
        into.take(Feature("line" if shape.tag == "LineString" else "point", name, places, where, about, heights))


def _track(shape: Element, name: str, about: dict[str, str], where: str, heights: Heights, into: Gathering) -> None:
    """A track: as many times as positions, one after the other or in turns."""
    rows = [_numbers((each.text or "").split()) for each in shape if each.tag == "coord"]
    times = [utc(each.text) for each in shape if each.tag == "when"]
    if not rows or any(len(row) < 2 for row in rows):
        into.leave_out("a track without positions", where)
        return
    places = array([[row[1], row[0], *row[2:]] for row in rows])
    timed = np.array(times) if len(times) == len(rows) else None
    into.take(Feature("line", name, places, where, about, heights, timed))


def _numbers(texts: list[str]) -> list[float]:
    found = []
    for each in texts[:3]:
        try:
            found.append(float(each))
        except ValueError:
            found.append(math.nan)
    return found


def _positions(text: str) -> Places | None:
    """Positions of `longitude,latitude[,height]` with spaces between; None for what is none."""
    close = ",".join(part.strip() for part in text.split(","))
    rows = [_numbers(each.split(",")) for each in close.split()]
    if not rows or any(len(row) < 2 for row in rows):
        return None
    return array([[row[1], row[0], *row[2:]] for row in rows])
