"""Where flights begin and end on the ground: a packaged airport by its ICAO code, or any place."""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass

from openiads.base.units import QuantityError, position


@dataclass(frozen=True)
class Aerodrome:
    """A place on the ground where flights begin or end.

    Attributes
    ----------
    latitude, longitude : float
        Radians.
    elevation : float
        m above the sea, -inf where only the ground says it.
    """

    latitude: float
    longitude: float
    elevation: float


@functools.cache
def _airports() -> dict[str, Aerodrome]:
    from openiads.earth.territory import airports, world_airports

    return {
        port.icao: Aerodrome(math.radians(port.lat), math.radians(port.lon), port.elevation)
        for port in (*world_airports(), *airports())
    }


def codes() -> list[str]:
    """ICAO codes of the packaged airports."""
    return list(_airports())


def aerodrome_of(text: str) -> Aerodrome | None:
    """The aerodrome that a text names, "OSLK" or "35.401 N 35.949 E"; None where it is neither."""
    known = _airports().get(text.strip().upper())
    if known is not None:
        return known
    try:
        latitude, longitude = position(text)
    except QuantityError:
        return None
    return Aerodrome(latitude, longitude, -math.inf)
