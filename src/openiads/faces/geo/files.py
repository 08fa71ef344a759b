"""Areas of a map as files for other tools: outlines of cells as GeoJSON, KML and CZML, cells as GeoTIFF.

Every file is made in memory and then written by ``save``: whole, or not at all and what had its name is kept.
Longitude and latitude in degrees (WGS 84), outer rings counterclockwise, rounded to a hundred-thousandth of a degree.
"""

from __future__ import annotations

import io
import json
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
from numpy.typing import NDArray

from openiads.base.errors import InputError
from openiads.base.extras import how_to_install
from openiads.faces.geo import outlines
from openiads.runs.disk import save

DIGITS = 5
METERS_PER_RADIAN = 6_371_000.0
WIDEST = 89.0  # degrees of latitude up to which a map can be written
KML = "http://www.opengis.net/kml/2.2"
#: Fills of KML, aabbggrr, from the lowest height to the highest.
FILLS = ("80540144", "808e6831", "8079b735", "8025e7fd")

Ring = list[list[float]]


@dataclass(frozen=True)
class Area:
    """Some polygons of one meaning."""

    name: str
    told: Mapping[str, Any]  #: what is said of it, by field
    polygons: Sequence[Sequence[Ring]]  #: each its outer ring and then its holes, closed
    shade: int = 0  #: which fill; 0 is the first
    height: float = 0.0  #: m, of the corners in KML


def polygons(
    cells: NDArray[np.bool_],
    x: NDArray[Any],
    y: NDArray[Any],
    place: Callable[[NDArray[Any], NDArray[Any]], tuple[Any, Any]] | None = None,
) -> list[list[Ring]]:
    """The outlines of true cells as polygons of (longitude, latitude), degrees; outer rings counterclockwise.

    place : latitudes and longitudes (degrees) of some x and y; left out, x is the longitude and y the latitude
    """
    found = []
    for rings in outlines.on_grid(cells, x, y):
        if place is not None:
            rings = [np.column_stack(place(ring[:, 0], ring[:, 1])[::-1]) for ring in rings]
        found.append([rounded(ring, outer=n == 0) for n, ring in enumerate(rings)])
    return found


def refuse_wide(lats: NDArray[Any], lons: NDArray[Any]) -> None:
    """InputError for places (degrees) about a pole or across the antimeridian, which these files cannot hold."""
    if lons.max() > 180.0 or lons.min() < -180.0 or np.ptp(lons) > 180.0 or np.abs(lats).max() > WIDEST:
        raise InputError("--out", "the map holds a pole or crosses the antimeridian", "Move the unit.")


def rounded(ring: NDArray[Any], *, outer: bool) -> Ring:
    """A ring, rounded; outer ones counterclockwise, holes clockwise."""
    turned = ring if (outlines.area_of(ring) > 0.0) == outer else ring[::-1]
    rows: Ring = np.round(turned, DIGITS).tolist()
    return rows


def geojson(areas: Iterable[Area], path: Path) -> None:
    """Write a collection of one feature an area."""
    features = [
        {
            "type": "Feature",
            "properties": dict(each.told),
            "geometry": {"type": "MultiPolygon", "coordinates": [list(rings) for rings in each.polygons]},
        }
        for each in areas
    ]
    save(path, json.dumps({"type": "FeatureCollection", "features": features}).encode())


def csv(path: Path, heads: Sequence[str], forms: Sequence[str], table: NDArray[Any]) -> None:
    """Write rows of numbers under heads; table : (rows, columns), forms : how each column is printed, "%.2f"."""
    out = io.BytesIO()
    np.savetxt(out, table, fmt=list(forms), delimiter=",", header=",".join(heads), comments="")
    save(path, out.getvalue())


def kml(areas: Iterable[Area], path: Path, title: str) -> None:
    """Write a document of one placemark an area; fills go with the shade."""
    ElementTree.register_namespace("", KML)
    root = ElementTree.Element(f"{{{KML}}}kml")
    document = _node(root, "Document")
    _node(document, "name", title)
    for n, fill in enumerate(FILLS):
        style = _node(document, "Style", id=f"shade{n}")
        _node(_node(style, "LineStyle"), "width", "1.5")
        _node(_node(style, "PolyStyle"), "color", fill)
    for each in areas:
        mark = _node(document, "Placemark")
        _node(mark, "name", each.name)
        _node(mark, "description", "; ".join(f"{key}: {value}" for key, value in each.told.items()))
        _node(mark, "styleUrl", f"#shade{min(each.shade, len(FILLS) - 1)}")
        group = _node(mark, "MultiGeometry")
        for rings in each.polygons:
            polygon = _node(group, "Polygon")
            for n, ring in enumerate(rings):
                line = _node(_node(polygon, "innerBoundaryIs" if n else "outerBoundaryIs"), "LinearRing")
                corners = (f"{lon:.{DIGITS}f},{lat:.{DIGITS}f},{each.height:g}" for lon, lat in ring)
                _node(line, "coordinates", " ".join(corners))
    save(path, ElementTree.tostring(root, encoding="utf-8", xml_declaration=True))


def czml(areas: Iterable[Area], path: Path, title: str) -> None:
    """Write a document of one packet a polygon, at the height of its area, on the ground if that is 0."""
    packets: list[dict[str, Any]] = [{"id": "document", "name": title, "version": "1.0"}]
    for n, each in enumerate(areas):
        fill = FILLS[min(each.shade, len(FILLS) - 1)]
        alpha, blue, green, red = (int(fill[k : k + 2], 16) for k in (0, 2, 4, 6))
        told = "; ".join(f"{key}: {value}" for key, value in each.told.items())
        for k, rings in enumerate(each.polygons):
            outer, *holes = ([value for lon, lat in ring for value in (lon, lat, each.height)] for ring in rings)
            shape: dict[str, Any] = {
                "positions": {"cartographicDegrees": outer},
                "material": {"solidColor": {"color": {"rgba": [red, green, blue, alpha]}}},
            }
            if each.height > 0.0:
                shape["height"] = each.height
            if holes:
                shape["holes"] = {"cartographicDegrees": holes}
            packets.append({"id": f"area-{n}-{k}", "name": each.name, "description": told, "polygon": shape})
    save(path, json.dumps(packets).encode())


def _node(parent: ElementTree.Element, name: str, body: str | None = None, **attributes: str) -> ElementTree.Element:
    made = ElementTree.SubElement(parent, f"{{{KML}}}{name}", attributes)
    made.text = body
    return made


def geotiff(
    path: Path,
    lats: NDArray[Any],
    lons: NDArray[Any],
    bands: Sequence[tuple[str, NDArray[Any]]],
    tags: Mapping[str, str],
) -> None:
    """Write bands of cells, each with a description, in EPSG:4326 as float32; what is not finite is "no data".

    lats, lons : centers of the cells, degrees, rising evenly;  bands : (what it is, values (rows, columns)).
    InputError without the package rasterio.
    """
    try:
        import rasterio
    except ImportError as missing:
        remedy = f"Write another format, or install it with: {how_to_install('geo')}"
        raise InputError(str(path), "writing GeoTIFF needs the package rasterio", remedy) from missing
    north, east = lats[1] - lats[0], lons[1] - lons[0]
    corner = rasterio.transform.from_origin(lons[0] - east / 2, lats[-1] + north / 2, east, north)
    shape = {"height": len(lats), "width": len(lons), "count": len(bands), "dtype": "float32"}
    # In memory: on a full disk GDAL closes a file of no bytes without a word.
    with rasterio.MemoryFile() as memory:
        with memory.open(
            driver="GTiff", crs="EPSG:4326", transform=corner, nodata=math.nan, compress="deflate", **shape
        ) as file:
            for n, (name, values) in enumerate(bands, 1):
                file.write(np.where(np.isfinite(values), values, np.nan)[::-1].astype(np.float32), n)
                file.set_band_description(n, name)
            file.update_tags(**tags)
        save(path, bytes(memory.getbuffer()))
