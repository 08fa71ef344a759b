"""GeoParquet: areas of a map as rows of a Parquet file, a MultiPolygon each.

Source: the GeoParquet specification, version 1.1.0 (geoparquet.org); geometries are Well-Known Binary (OGC 06-103r4).
Longitude and latitude (WGS 84, OGC:CRS84, which is meant where no other is named), cut at the antimeridian.
"""

from __future__ import annotations

import io
import json
import struct
from collections.abc import Iterable, Mapping, Sequence

from openiads.faces.geo.areas import Area, Ring

VERSION = "1.1.0"
LITTLE_ENDIAN, POINT, POLYGON, MULTI_POLYGON = 1, 1, 3, 6


def wkb(polygons: Sequence[Sequence[Ring]]) -> bytes:
    """Polygons, each its outer ring and then its holes, as one MultiPolygon in Well-Known Binary."""
    parts = [struct.pack("<BII", LITTLE_ENDIAN, MULTI_POLYGON, len(polygons))]
    for rings in polygons:
        parts.append(struct.pack("<BII", LITTLE_ENDIAN, POLYGON, len(rings)))
        for ring in rings:
            parts.append(struct.pack("<I", len(ring)))
            parts.append(struct.pack(f"<{2 * len(ring)}d", *(number for spot in ring for number in spot[:2])))
    return b"".join(parts)


def _geometry(each: Area) -> bytes:
    """The geometry of an area in Well-Known Binary; a point without its height, as polygons have none."""
    if each.point is None:
        return wkb(each.polygons)
    return struct.pack("<BI2d", LITTLE_ENDIAN, POINT, *each.point[:2])


def areas(found: Iterable[Area], title: str, about: Mapping[str, str]) -> bytes:
    """A table of one row an area: its name, what is said of it, its geometry.

    about : provenance, which stands in the file's metadata under ``openiads``
    """
    import pyarrow as arrow
    import pyarrow.parquet as parquet

    rows = list(found)
    names = list(dict.fromkeys(name for each in rows for name in each.told))
    columns = {
        "name": arrow.array([each.name for each in rows], arrow.string()),
        **{name: arrow.array([each.told.get(name) for each in rows]) for name in names},
        "geometry": arrow.array([_geometry(each) for each in rows], arrow.binary()),
    }
    told = {"openiads": json.dumps({"title": title, **about}), "geo": json.dumps(_geo(rows))}
    out = io.BytesIO()
    parquet.write_table(arrow.table(columns).replace_schema_metadata(told), out)
    return out.getvalue()


def _geo(rows: Sequence[Area]) -> dict[str, object]:
    """The metadata that make a Parquet file a GeoParquet file."""
    spots: list[Sequence[float]] = [spot for each in rows for rings in each.polygons for ring in rings for spot in ring]
    points = [each.point for each in rows if each.point is not None]
    spots += points
    column: dict[str, object] = {
        "encoding": "WKB",
        "geometry_types": ["MultiPolygon", *(["Point"] if points else [])],
        "orientation": "counterclockwise",
        "edges": "planar",
    }
    if spots:
        lons, lats = ([spot[k] for spot in spots] for k in (0, 1))
        column["bbox"] = [min(lons), min(lats), max(lons), max(lats)]
    return {"version": VERSION, "primary_column": "geometry", "columns": {"geometry": column}}
