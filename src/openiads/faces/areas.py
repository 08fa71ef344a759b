"""Coverage as files for other tools: polygons (GeoJSON, KML), cells (CSV, GeoTIFF, NumPy archive).

Polygons are the outlines of cells where a target of one height is detected, by any of the radars and by each; longitude
and latitude in degrees (WGS 84), outer rings counterclockwise, at most a hundred-thousandth of a degree rounded off.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
from numpy.typing import NDArray

from openiads.base.errors import InputError
from openiads.faces import text
from openiads.study.coverage import Coverage

__all__ = ["WRITERS", "polygons", "write"]

DIGITS = 5
LEAST_SHARE = 1e-6  # of the map: smaller rings are specks of single cells' corners
KML = "http://www.opengis.net/kml/2.2"

Ring = list[list[float]]


def polygons(cells: NDArray[np.bool_], lats: NDArray[np.float64], lons: NDArray[np.float64]) -> list[list[Ring]]:
    """The outlines of true cells: polygons, each its outer ring and then its holes, rings closed.

    cells : (rows, columns);  lats, lons : centers of the cells, degrees
    """
    from contourpy import FillType, contour_generator

    made = contour_generator(lons, lats, cells.astype(float), fill_type=FillType.OuterOffset).filled(0.5, 2.0)
    speck = LEAST_SHARE * (lats[-1] - lats[0]) * (lons[-1] - lons[0])
    found = []
    for points, offsets in zip(*made, strict=True):
        rings = [points[a:b] for a, b in zip(offsets[:-1], offsets[1:], strict=True)]
        kept = [ring for ring in rings if abs(_area(ring)) > speck]
        if abs(_area(rings[0])) > speck:
            found.append([np.round(ring, DIGITS).tolist() for ring in kept])
    return found


def _area(ring: Any) -> float:
    """Signed area of a closed ring, in the unit of its coordinates squared."""
    x, y = ring[:, 0], ring[:, 1]
    return 0.5 * float(np.sum(x[:-1] * y[1:] - x[1:] * y[:-1]))


def _parts(found: Coverage) -> Iterator[tuple[dict[str, Any], list[list[Ring]]]]:
    """What each polygon set says, and the polygons: every height, by any radar and by each."""
    lats, lons = np.degrees(found.map.lats), np.degrees(found.map.lons)
    question = found.question
    for k, height in enumerate(question.heights):
        sets = [("any", found.detected(k))]
        if len(found.views) > 1:
            sets += [(view.name, view.detected(k)) for view in found.views]
        for name, cells in sets:
            cells = cells & found.map.known
            told = {
                "radar": found.views[0].name if len(found.views) == 1 else name, "height_m": height,
                "above": question.above, "rcs_m2": question.rcs, "probability": question.probability,
                "looks": list(question.looks), "area_km2": round(found.area(cells) / 1e6, 3),
                "earth_factor": found.earth_factor, "terrain": found.terrain.label,
                "terrain_sha256": found.terrain.digest(), "note": text.FOOTER,
            }  # fmt: skip
            yield told, polygons(cells, lats, lons)


def _geojson(found: Coverage, path: Path) -> None:
    features = [
        {"type": "Feature", "properties": told, "geometry": {"type": "MultiPolygon", "coordinates": shape}}
        for told, shape in _parts(found)
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")


#: Fill of a height's polygons in KML, aabbggrr, from the lowest height to the highest.
_KML_FILLS = ("80540144", "808e6831", "8079b735", "8025e7fd")


def _kml(found: Coverage, path: Path) -> None:
    ElementTree.register_namespace("", KML)
    root = ElementTree.Element(f"{{{KML}}}kml")
    document = _node(root, "Document")
    _node(document, "name", "Radar coverage")
    heights = sorted(set(found.question.heights))
    for k in range(len(heights)):
        style = _node(document, "Style", id=f"height{k}")
        _node(_node(style, "LineStyle"), "width", "1.5")
        _node(_node(style, "PolyStyle"), "color", _KML_FILLS[min(k, len(_KML_FILLS) - 1)])
    for told, shape in _parts(found):
        mark = _node(document, "Placemark")
        _node(mark, "name", f"{told['radar']}: {told['height_m']:g} m above {told['above']}")
        _node(mark, "description", "; ".join(f"{key}: {value}" for key, value in told.items()))
        _node(mark, "styleUrl", f"#height{heights.index(told['height_m'])}")
        group = _node(mark, "MultiGeometry")
        for rings in shape:
            polygon = _node(group, "Polygon")
            for n, ring in enumerate(rings):
                line = _node(_node(polygon, "innerBoundaryIs" if n else "outerBoundaryIs"), "LinearRing")
                _node(line, "coordinates", " ".join(f"{lon:.{DIGITS}f},{lat:.{DIGITS}f},0" for lon, lat in ring))
    ElementTree.ElementTree(root).write(path, encoding="utf-8", xml_declaration=True)


def _node(parent: Any, name: str, body: str | None = None, **attributes: str) -> Any:
    made = ElementTree.SubElement(parent, f"{{{KML}}}{name}", attributes)
    made.text = body
    return made


def _csv(found: Coverage, path: Path) -> None:
    lat, lon = np.meshgrid(np.degrees(found.map.lats), np.degrees(found.map.lons), indexing="ij")
    above = "agl" if found.question.above == "ground" else "amsl"
    heads = ["latitude_deg", "longitude_deg", "ground_m", "terrain_known", "lowest_amsl_m", "lowest_agl_m"]
    heads += [f"radars_at_{height:g}_m_{above}" for height in found.question.heights]
    columns = [lat, lon, found.map.ground, found.map.known, found.lowest(), found.lowest("ground")]
    columns += [found.count(k) for k in range(len(found.question.heights))]
    forms = ["%.6f", "%.6f", "%.1f", "%d", "%.1f", "%.1f"] + ["%d"] * len(found.question.heights)
    table = np.column_stack([column.ravel() for column in columns])
    np.savetxt(path, table, fmt=forms, delimiter=",", header=",".join(heads), comments="")


def _npz(found: Coverage, path: Path) -> None:
    arrays = {
        "latitudes_deg": np.degrees(found.map.lats), "longitudes_deg": np.degrees(found.map.lons),
        "heights_m": np.array(found.question.heights), "ground_m": found.map.ground, "terrain_known": found.map.known,
        "lowest_amsl_m": found.lowest(), "radars": np.array([view.name for view in found.views]),
        "codes": np.stack([view.code for view in found.views]),
        "terrain_sha256": np.array(found.terrain.digest()),
    }  # fmt: skip
    with path.open("wb") as file:
        np.savez_compressed(file, **arrays)  # type: ignore[arg-type]


def _tiff(found: Coverage, path: Path) -> None:
    try:
        import rasterio
    except ImportError as missing:
        remedy = "Install it with: pip install 'openiads[geo]', or write .npz or .csv."
        raise InputError(str(path), "writing GeoTIFF needs the package rasterio", remedy) from missing
    above = "ground" if found.question.above == "ground" else "sea"
    bands = [("lowest visible height above the sea, m", found.lowest())]
    bands += [("lowest visible height above the ground, m", found.lowest("ground"))]
    bands += [
        (f"radars that detect at {height:g} m above the {above}", found.count(k).astype(np.float32))
        for k, height in enumerate(found.question.heights)
    ]
    lats, lons = np.degrees(found.map.lats), np.degrees(found.map.lons)
    north, east = lats[1] - lats[0], lons[1] - lons[0]
    place = rasterio.transform.from_origin(lons[0] - east / 2, lats[-1] + north / 2, east, north)
    shape = {"height": len(lats), "width": len(lons), "count": len(bands), "dtype": "float32"}
    with rasterio.open(path, "w", "GTiff", crs="EPSG:4326", transform=place, nodata=math.nan, compress="deflate",
                       **shape) as file:  # fmt: skip
        for n, (name, values) in enumerate(bands, 1):
            shown = np.where(np.isfinite(values) & found.map.known, values, np.nan)
            file.write(shown[::-1].astype(np.float32), n)
            file.set_band_description(n, name)
        file.update_tags(terrain=found.terrain.label, terrain_sha256=found.terrain.digest(), note=text.FOOTER)


#: Ending of a file name -> what writes it.
WRITERS: dict[str, Callable[[Coverage, Path], None]] = {
    ".geojson": _geojson, ".kml": _kml, ".csv": _csv, ".tif": _tiff, ".npz": _npz,
}  # fmt: skip


def write(found: Coverage, path: Path) -> None:
    """Write coverage in the format that a file's name asks for."""
    WRITERS[path.suffix.lower()](found, path)
