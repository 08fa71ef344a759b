"""Reach into neighbors as people and programs read it: cells of tables, one JSON object."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from openiads.faces.words.envelope import asked
from openiads.faces.words.text import FOOTER, number, percent
from openiads.reach.neighbors import BANDS, ReachAnswer, Row, column

ALONG_HEAD = ("detected", "may be met: emergent", "published")
NOTE = (
    "Reach is geometry and physics, not intent: what a radar can see and a round can meet, not what a crew may or "
    "would shoot at. It is no assessment of the safety of any flight."
)
WHAT = ("detection", "emergent", "published")


def band_head() -> tuple[str, ...]:
    """Heads of the columns of a table by bands: detected, and may be met with emergent limits."""
    return tuple(f"{low / 1000:g}-{high / 1000:g} km {what}" for low, high in BANDS for what in ("detected", "met"))


def _share(values: tuple[float, float, float], samples: int) -> str:
    nominal, low, high = values
    return f"{percent(nominal)} [{percent(low)}, {percent(high)}]".replace(" %", "%") if samples else percent(nominal)


def _bands(row: Row, samples: int) -> list[str]:
    return [_share(row.values[column(band, what)], samples) for band in BANDS for what in ("detection", "emergent")]


def territory_cells(found: ReachAnswer) -> list[tuple[str, ...]]:
    """Each territory's share of the volume of every band, detected and that may be met (emergent limits)."""
    return [(row.name, *_bands(row, found.samples)) for row in found.territories]


def volume_cells(found: ReachAnswer) -> tuple[str, ...]:
    """The volumes that the shares are of, km3, nominal."""
    values = found.volumes.values
    return (found.volumes.name, *(number(values[column(b, w)][0]) for b in BANDS for w in ("detection", "emergent")))


def along_cells(rows: Sequence[Row], samples: int) -> list[tuple[str, ...]]:
    """Each airway or airport: share detected, and that may be met with each arm's limits."""
    return [(row.name, *(_share(row.values[what], samples) for what in WHAT)) for row in rows]


def as_data(found: ReachAnswer) -> dict[str, Any]:
    """The JSON object; shares from 0 to 1, volumes in km3."""

    def plain(row: Row) -> dict[str, Any]:
        return {what: {"nominal": v[0], "low": v[1], "high": v[2]} for what, v in row.values.items()}

    return {
        "sites": list(found.sites),
        "target": asked(found.target),
        "samples": found.samples,
        "volumes_km3": plain(found.volumes),
        "territories": {row.name: plain(row) for row in found.territories},
        "airways": {row.name: plain(row) for row in found.airways},
        "airports": {row.name: plain(row) for row in found.airports},
        "note": f"{NOTE} {FOOTER}",
    }
