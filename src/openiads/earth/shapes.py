"""Ground of simple shapes with exact answers: flat, a ridge, a coastal range, a valley."""

from __future__ import annotations

import math

import numpy as np

from openiads.base.errors import InputError
from openiads.earth.terrain import Surface, Terrain


def _formula(kind: str, values: dict[str, float], surface: Surface, land: Surface | None = None) -> Terrain:
    for name, value in values.items():
        if math.isnan(value):
            raise InputError(f"terrain {kind}", f"{name} is not a number", "Give a finite value.")
    text = ", ".join(f"{name}={value!r}" for name, value in values.items())
    return Terrain(kind, 0.0, surface, f"{kind}({text})".encode(), land=land)


def _positive(kind: str, **values: float) -> None:
    for name, value in values.items():
        if not value > 0.0:
            raise InputError(f"terrain {kind}", f"{name} = {value} m is not above 0", "Give a positive length.")


def _bump(distance: np.ndarray, width: float) -> np.ndarray:
    """1 at distance 0, falling as cos^2 to exactly 0 at ``width`` and beyond."""
    return np.cos(0.5 * np.pi * np.clip(np.abs(distance) / width, 0.0, 1.0)) ** 2


def _along_across(
    lat0: float, lon0: float, axis: float, lat: np.ndarray, lon: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Distance along an axis from the origin and to the right of it (m): s cos and s sin of the relative azimuth."""
    from openiads.earth.geodesy import bearing as bearing_to  # has kernels, which who only looks needs none of

    azimuth, distance = bearing_to(lat0, lon0, lat, lon)
    return distance * np.cos(azimuth - axis), distance * np.sin(azimuth - axis)


def flat(height: float = 0.0) -> Terrain:
    """Ground of one height everywhere; 0 is the sea surface."""
    return _formula("flat", {"height": height}, lambda lat, lon: np.full(lat.shape, float(height)))


def ridge(
    lat: float,
    lon: float,
    bearing: float,
    distance: float,
    height: float,
    width: float = 2000.0,
    base: float = 0.0,
    length: float = math.inf,
) -> Terrain:
    """One straight ridge across a bearing.

    The crest, ``height`` above the sea, stands ``distance`` from the origin (lat, lon) along ``bearing`` and runs
    square to it.  The section is base + (height - base) cos^2(pi x / 2 width) for x within ``width`` of the crest and
    ``base`` beyond; past ``length``/2 to either side the crest sinks to the base over another ``width``.
    """
    _positive("ridge", width=width, length=length)

    def surface(lats: np.ndarray, lons: np.ndarray) -> np.ndarray:
        along, across = _along_across(lat, lon, bearing, lats, lons)
        side = _bump(np.maximum(np.abs(across) - length / 2, 0.0), width)
        return base + (height - base) * _bump(along - distance, width) * side

    values = {"lat": lat, "lon": lon, "bearing": bearing, "distance": distance, "height": height}
    return _formula("ridge", values | {"width": width, "base": base, "length": length}, surface)


def coastal_range(
    lat: float,
    lon: float,
    bearing: float,
    shore: float,
    distance: float,
    height: float,
    width: float = 8000.0,
    plain: float = 50.0,
) -> Terrain:
    """Sea, then a plain, then a range parallel to the shore.

    Along ``bearing`` from the origin: sea (0) up to ``shore`` (negative: behind the origin); from there a plain rising
    evenly to ``plain`` meters above the sea at ``distance`` and level beyond; on it a range with its crest at
    ``distance``, ``height`` above the sea, of the same cos^2 section as ``ridge``.
    """
    _positive("coastal range", width=width)
    if distance - width < shore:
        reason = "the range's foot (distance - width) stands in the sea"
        raise InputError("terrain coastal range", reason, "Increase distance or reduce width.")

    def surface(lats: np.ndarray, lons: np.ndarray) -> np.ndarray:
        along, _ = _along_across(lat, lon, bearing, lats, lons)
        ground = plain * np.clip((along - shore) / (distance - shore), 0.0, 1.0)
        return ground + (height - plain) * _bump(along - distance, width)

    def land(lats: np.ndarray, lons: np.ndarray) -> np.ndarray:
        return _along_across(lat, lon, bearing, lats, lons)[0] >= shore

    values = {"lat": lat, "lon": lon, "bearing": bearing, "shore": shore, "distance": distance, "height": height}
    return _formula("coastal range", values | {"width": width, "plain": plain}, surface, land)


def valley(
    lat: float,
    lon: float,
    bearing: float,
    offset: float,
    width: float,
    floor: float,
    height: float,
    mouth: float = -math.inf,
) -> Terrain:
    """A straight valley through a plateau.

    Its axis runs along ``bearing``, ``offset`` to the right of the origin (lat, lon).  The section is
    height - (height - floor) cos^2(pi y / 2 width) for y within ``width`` of the axis and ``height`` beyond.  Plateau
    and valley begin ``mouth`` along the bearing; before that the ground is level at ``floor``, rising within ``width``.
    """
    _positive("valley", width=width)

    def surface(lats: np.ndarray, lons: np.ndarray) -> np.ndarray:
        along, across = _along_across(lat, lon, bearing, lats, lons)
        plateau = 1.0 - _bump(across - offset, width)
        begun = 1.0 if mouth == -math.inf else 1.0 - _bump(np.maximum(along - mouth, 0.0), width)
        return floor + (height - floor) * plateau * begun

    values = {"lat": lat, "lon": lon, "bearing": bearing, "offset": offset, "width": width}
    return _formula("valley", values | {"floor": floor, "height": height, "mouth": mouth}, surface)
