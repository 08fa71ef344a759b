"""Defended footprints as people and programs read them: cells of a table, a map of letters, one JSON object, files.

Files lie where the plan puts the unit: outlines (GeoJSON, KML, CZML), every cell with its place (CSV), and cells by
latitude and longitude (GeoTIFF, the nearest cell of the grid, which lies along the attack).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from openiads.faces import geofiles
from openiads.faces.text import FOOTER, number, span
from openiads.study.attack import Plan
from openiads.study.footprint import Band, Footprint

__all__ = ["HEAD", "WRITERS", "Answer", "as_data", "cells", "picture", "write"]

HEAD = ("limits", "area, km2", "interval", "forward, km", "interval", "back, km", "interval", "side, km", "interval")
KM = 1e-3
MEASURES = {"area_km2": ("area", KM * KM), "forward_km": ("forward", KM), "back_km": ("back", KM),
            "side_km": ("side", KM)}  # fmt: skip
MARKS = {(False, False): "·", (True, False): "+", (True, True): "#", (False, True): "?"}
GROUND = "flat ground at sea level"
MOST_CELLS = 1200  # of a GeoTIFF along a side


@dataclass(frozen=True)
class Answer:
    """What the command asks about one fire unit, and what was found."""

    plan: Plan
    distance: float  #: that the missile flies, m
    reaction: float  #: s
    found: Sequence[Footprint]  #: by arm


def _bands(found: Footprint) -> Iterable[tuple[str, Band, float]]:
    return ((name, getattr(found, field), scale) for name, (field, scale) in MEASURES.items())


def cells(found: Footprint, digits: int = 3) -> tuple[str, ...]:
    """One row of the table: the arm, then each measure and its interval."""
    out = [found.limits]
    for _, band, scale in _bands(found):
        low, high = (band.low * scale, band.high * scale) if found.samples else (None, None)
        out += [number(band.nominal * scale, digits), span(low, high)]
    return tuple(out)


def picture(found: Sequence[Footprint]) -> list[str]:
    """A map of letters of one or two arms, the attack coming from above: ``#`` both, ``+`` the first only, ``o`` the
    unit.  Every second cell of the coarser grid forward, so that it looks square."""
    wide = max(found, key=lambda each: each.cell)
    lines = []
    zero = int(np.argmin(np.abs(wide.along)))  # the unit's row is among those that are drawn
    for a in wide.along[zero % 2 :: 2][::-1]:
        marks = []
        for b in wide.across:
            inside = [_holds(each, float(a), float(b)) for each in found]
            marks.append("o" if abs(a) + abs(b) < 1.0 else MARKS[inside[0], inside[-1]])
        lines.append("".join(marks))
    return lines


def _holds(found: Footprint, along: float, across: float) -> bool:
    """Whether the cell of a point is possible."""
    i, j = round((along - float(found.along[0])) / found.cell), round((across - float(found.across[0])) / found.cell)
    return bool(0 <= i < len(found.along) and 0 <= j < len(found.across) and found.possible[i, j])


def as_data(answer: Answer) -> dict[str, Any]:
    """The JSON object: the question, then each arm with its measures and its map, rows from the far end to the near."""
    plan, arms = answer.plan, {}
    for each in answer.found:
        bands = {
            name: {"nominal": band.nominal * scale, "low": band.low * scale, "high": band.high * scale}
            for name, band, scale in _bands(each)
        }
        rows = ["".join("1" if cell else "0" for cell in row) for row in each.possible[::-1]]
        edges = {"rear_km": float(each.along[0]) * KM, "left_km": float(each.across[0]) * KM}
        arms[each.limits] = {**bands, "cell_km": each.cell * KM, **edges, "map": rows}
    return {
        "system": plan.system, "threat": plan.threat, "range_km": answer.distance * KM,
        "off_deg": math.degrees(plan.off), "cued": plan.cued, "reaction_s": answer.reaction,
        "latitude_deg": math.degrees(plan.place[0]), "longitude_deg": math.degrees(plan.place[1]),
        "attack_from_deg": math.degrees(plan.azimuth), "ground": GROUND, "samples": answer.found[0].samples,
        "limits": arms,
    }  # fmt: skip


# ------------------------------------------------------------------ files


def _told(answer: Answer, each: Footprint) -> dict[str, Any]:
    """What is said of one arm in a file."""
    data = as_data(answer)
    told = {key: value for key, value in data.items() if key != "limits"}
    area = data["limits"][each.limits]["area_km2"]
    doubt = {f"area_{end}_km2": round(area[end], 3) for end in ("low", "high")} if each.samples else {}
    return {**told, "limits": each.limits, "area_km2": round(area["nominal"], 3), **doubt,
            "cell_km": round(each.cell * KM, 4), "note": FOOTER}  # fmt: skip


def _areas(answer: Answer) -> list[geofiles.Area]:
    def place(across: Any, along: Any) -> tuple[Any, Any]:
        lat, lon = answer.plan.ground(along, across)
        return np.degrees(lat), np.degrees(lon)

    out = []
    for n, each in enumerate(answer.found):
        shapes = geofiles.polygons(each.possible, each.across, each.along, place)
        told = _told(answer, each)
        out.append(geofiles.Area(f"{each.limits}: a shot is possible", told, shapes, n))
    return out


def _geojson(answer: Answer, path: Path) -> None:
    geofiles.geojson(_areas(answer), path)


def _title(answer: Answer) -> str:
    return f"Defended footprint: {answer.plan.system} against {answer.plan.threat}"


def _kml(answer: Answer, path: Path) -> None:
    geofiles.kml(_areas(answer), path, _title(answer))


def _czml(answer: Answer, path: Path) -> None:
    geofiles.czml(_areas(answer), path, _title(answer))


def _csv(answer: Answer, path: Path) -> None:
    lines = ["limits,forward_km,right_km,latitude_deg,longitude_deg,possible"]
    for each in answer.found:
        along, across = (grid.ravel() for grid in np.meshgrid(each.along, each.across, indexing="ij"))
        lat, lon = answer.plan.ground(along, across)
        columns = zip(along * KM, across * KM, np.degrees(lat), np.degrees(lon), each.possible.ravel(), strict=True)
        lines += [f"{each.limits},{a:.4f},{b:.4f},{y:.6f},{x:.6f},{cell:d}" for a, b, y, x, cell in columns]
    geofiles.save(path, ("\n".join(lines) + "\n").encode())


def window(answer: Answer) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Latitudes and longitudes (rad) of square cells that hold every arm's grid, half as wide as the finest of them."""
    corners = [
        answer.plan.ground(np.array([a, a, a, b, b, b, m, m]), np.array([c, d, n, c, d, n, c, d]))
        for each in answer.found
        for a, b, c, d, m, n in [(*each.along[[0, -1]], *each.across[[0, -1]], each.along.mean(), each.across.mean())]
    ]
    lat, lon = (np.concatenate([corner[k] for corner in corners]) for k in (0, 1))
    cell = 0.5 * min(each.cell for each in answer.found) / geofiles.METERS_PER_RADIAN
    geofiles.refuse_wide(np.degrees(lat), np.degrees(lon))
    squeeze = math.cos(0.5 * float(lat.min() + lat.max()))
    counts = [
        min(math.ceil(float(np.ptp(values)) * scale / cell) + 2, MOST_CELLS)
        for values, scale in ((lat, 1.0), (lon, squeeze))
    ]
    return np.linspace(lat.min(), lat.max(), counts[0]), np.linspace(lon.min(), lon.max(), counts[1])


def sampled(answer: Answer, each: Footprint, lats: NDArray[np.float64], lons: NDArray[np.float64]) -> NDArray[Any]:
    """The arm's nearest cell at latitudes and longitudes (rad): 1 possible, 0 not, nan outside the grid."""
    along, across = answer.plan.plane(lats[:, None], lons[None, :])
    i = np.rint((along - each.along[0]) / each.cell).astype(np.int64)
    j = np.rint((across - each.across[0]) / each.cell).astype(np.int64)
    inside = (i >= 0) & (i < len(each.along)) & (j >= 0) & (j < len(each.across))
    out = np.full(inside.shape, np.nan)
    out[inside] = each.possible[i[inside], j[inside]]
    return out


def _tiff(answer: Answer, path: Path) -> None:
    lats, lons = window(answer)
    bands = [(f"a shot is possible, {each.limits} limits", sampled(answer, each, lats, lons)) for each in answer.found]
    told = {key: str(value) for key, value in as_data(answer).items() if key != "limits"}
    geofiles.geotiff(path, np.degrees(lats), np.degrees(lons), bands, {**told, "note": FOOTER})


#: Ending of a file name -> what writes it.
WRITERS: dict[str, Callable[[Answer, Path], None]] = {
    ".geojson": _geojson, ".kml": _kml, ".czml": _czml, ".csv": _csv, ".tif": _tiff,
}  # fmt: skip


def write(answer: Answer, path: Path) -> None:
    """Write a footprint in the format that a file's name asks for; InputError for one about a pole or across the
    antimeridian, which such files cannot hold."""
    window(answer)
    WRITERS[path.suffix.lower()](answer, path)
