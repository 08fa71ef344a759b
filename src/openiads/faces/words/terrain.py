"""Where the ground of an answer comes from, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from openiads.earth.terrain import Terrain

SHOWN_FILES = 3  # names of terrain files in a note; the rest are counted


SHOWN_HASH = 12  # digits of a terrain's hash in a note


def terrain_source(terrain: Terrain) -> str:
    """Where the heights come from: the names of the user's files, else what the terrain is called."""
    if not terrain.files:
        return str(terrain.label)
    from openiads.earth.library_index import LABEL

    names, rest = terrain.files[:SHOWN_FILES], len(terrain.files) - SHOWN_FILES
    told = ", ".join(names) + (f" and {rest} more" if rest > 0 else "")
    return f"the user's {LABEL}: {told}" if terrain.label.startswith(LABEL) else f"the user's {told}"


def terrain_fields(terrain: Terrain) -> dict[str, Any]:
    """What an exported file says of the terrain: source, resolution (m; 0 for an exact shape), hash, known bias."""
    return {
        "terrain": terrain_source(terrain),
        "terrain_resolution_m": round(float(terrain.resolution), 1),
        "terrain_sha256": terrain.digest(),
        **({"terrain_bias": terrain.bias} if terrain.bias else {}),
    }


def terrain_note(terrain: Terrain) -> str:
    """The placard of a map: where the heights come from, how fine they are, how they mislead."""
    note = f"Terrain: {terrain_source(terrain)}"
    if terrain.resolution > 0 and " km" not in terrain.label:
        size = terrain.resolution
        note += f", {size:.0f} m cells" if size < 1000.0 else f", {size / 1000:.3g} km cells"
    if terrain.files:
        note += f", SHA-256 {terrain.digest()[:SHOWN_HASH]}"
        note += ", sea where they have no data" if terrain.sea_elsewhere else ""
    if terrain.bias:
        return f"{note}; {terrain.bias}."
    if terrain.coarse:
        note += "; such cells understate ridges, so low flyers behind them are seen too early"
    return note + "."


def unknown_ground(
    looked_at: str, lats: NDArray[np.float64], lons: NDArray[np.float64], known: NDArray[np.bool_]
) -> str:
    """How much of the places (rad) that an answer looks at has no heights, and which tiles would have them; empty where
    all is known."""
    from openiads.earth.packings import listing
    from openiads.earth.terrain import missing_tiles

    if np.all(known):
        return ""
    share = 100.0 * float(np.mean(~known))
    tiles = missing_tiles(np.degrees(lats[~known]), np.degrees(lons[~known]))
    digits = 0 if share >= 1.0 else 1
    return f"{share:.{digits}f} % of {looked_at}: tiles {listing(tiles)} (openiads terrain add, or --dem)"
