"""Coverage as files for other tools: polygons (GeoJSON, KML), cells (CSV, GeoTIFF, NumPy archive).

Polygons are the outlines of cells where a target of one height is detected, by any of the radars and by each.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from openiads.faces import geofiles, text
from openiads.faces.geofiles import Area
from openiads.faces.ground import terrain_fields
from openiads.study.coverage import Coverage

__all__ = ["WRITERS", "write"]


def _parts(found: Coverage) -> Iterator[Area]:
    """Every height, by any radar and by each."""
    lats, lons = np.degrees(found.map.lats), np.degrees(found.map.lons)
    question = found.question
    order = sorted(set(question.heights))
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
                "earth_factor": found.earth_factor, **terrain_fields(found.terrain), "note": text.FOOTER,
            }  # fmt: skip
            title = f"{told['radar']}: {height:g} m above {question.above}"
            yield Area(title, told, geofiles.polygons(cells, lons, lats), order.index(height))


def _geojson(found: Coverage, path: Path) -> None:
    geofiles.geojson(_parts(found), path)


def _kml(found: Coverage, path: Path) -> None:
    geofiles.kml(_parts(found), path, "Radar coverage")


def _csv(found: Coverage, path: Path) -> None:
    lat, lon = np.meshgrid(np.degrees(found.map.lats), np.degrees(found.map.lons), indexing="ij")
    above = "agl" if found.question.above == "ground" else "amsl"
    heads = ["latitude_deg", "longitude_deg", "ground_m", "terrain_known", "lowest_amsl_m", "lowest_agl_m"]
    heads += [f"radars_at_{height:g}_m_{above}" for height in found.question.heights]
    columns = [lat, lon, found.map.ground, found.map.known, found.lowest(), found.lowest("ground")]
    columns += [found.count(k) for k in range(len(found.question.heights))]
    forms = ["%.6f", "%.6f", "%.1f", "%d", "%.1f", "%.1f"] + ["%d"] * len(found.question.heights)
    table = np.column_stack([column.ravel() for column in columns])
    geofiles.csv(path, heads, forms, table)


def _npz(found: Coverage, path: Path) -> None:
    arrays = {
        "latitudes_deg": np.degrees(found.map.lats), "longitudes_deg": np.degrees(found.map.lons),
        "heights_m": np.array(found.question.heights), "ground_m": found.map.ground, "terrain_known": found.map.known,
        "lowest_amsl_m": found.lowest(), "radars": np.array([view.name for view in found.views]),
        "codes": np.stack([view.code for view in found.views]),
        "terrain_sha256": np.array(found.terrain.digest()),
    }  # fmt: skip
    out = io.BytesIO()
    np.savez_compressed(out, **arrays)  # type: ignore[arg-type]
    geofiles.save(path, out.getvalue())


def _tiff(found: Coverage, path: Path) -> None:
    above = "ground" if found.question.above == "ground" else "sea"
    bands = [("lowest visible height above the sea, m", found.lowest())]
    bands += [("lowest visible height above the ground, m", found.lowest("ground"))]
    bands += [
        (f"radars that detect at {height:g} m above the {above}", found.count(k).astype(np.float32))
        for k, height in enumerate(found.question.heights)
    ]
    known = [(name, np.where(found.map.known, values, np.float32(np.nan))) for name, values in bands]
    tags = {key: str(value) for key, value in terrain_fields(found.terrain).items()} | {"note": text.FOOTER}
    geofiles.geotiff(path, np.degrees(found.map.lats), np.degrees(found.map.lons), known, tags)


#: Ending of a file name -> what writes it.
WRITERS: dict[str, Callable[[Coverage, Path], None]] = {
    ".geojson": _geojson, ".kml": _kml, ".csv": _csv, ".tif": _tiff, ".npz": _npz,
}  # fmt: skip


def write(found: Coverage, path: Path) -> None:
    """Write coverage in the format that a file's name asks for."""
    WRITERS[path.suffix.lower()](found, path)
