"""What is asked of an import: the file, what its features become, and what fills in what it does not say."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from openiads.base.errors import InputError, UsageError
from openiads.base.options import Extent, Quantity, corners, quantity
from openiads.catalog.records import Catalog
from openiads.foreign.features import MOST_FEATURES, Choice, plain
from openiads.foreign.names import LONGEST_NAME

POINTS = ("asset", "site", "skip")
AREAS = ("asset", "notified", "no_fire", "free_fire", "skip")
LINES = ("flight", "raid", "corridor", "airway", "recorded", "notified", "no_fire", "free_fire", "skip")
HEIGHTS = ("m", "ft")
SIDES = ("neutral", "friend", "hostile")


@dataclass(frozen=True)
class ImportQuestion:
    """What is asked of an import; `openiads.foreign.convert.import_scenario` says what each field means."""

    file: str | Path
    name: str | None = None
    points: str = "asset"
    areas: str = "asset"
    lines: str = "flight"
    system: str | None = None
    threat: str | None = None
    side: str = "neutral"
    facing: Quantity | None = None
    radius: Quantity = "500 m"
    tolerance: Quantity = "100 m"
    bounds: Extent | None = None
    limit: int | None = None
    only: Sequence[str] = ()
    swap: bool = False
    encoding: str | None = None
    altitude_unit: str | None = None
    clock: str = "UTC"

    def choice(self) -> Choice:
        """Which features are taken; UsageError or InputError for options that make no sense."""
        if self.limit is not None and not 1 <= self.limit <= MOST_FEATURES:
            raise UsageError("--limit", f"{self.limit}", f"From 1 to {MOST_FEATURES:,}.")
        bounds = None
        if self.bounds is not None:
            (south, west), (north, east) = corners("--bounds", self.bounds)
            bounds = (math.degrees(south), math.degrees(west), math.degrees(north), math.degrees(east))
        pairs = [each.partition("=") for each in self.only]
        for key, sign, _ in pairs:
            if not sign or not key.strip():
                raise UsageError("--only", f'"{key[:40]}" is no KEY=VALUE', "Write --only side=blue.")
        return Choice(self.limit, bounds, tuple((k.strip().lower(), v.strip()) for k, _, v in pairs), self.swap)

    def check(self, known: Catalog) -> None:
        """Refuse words and names that are none, and quantities out of range."""
        for option, given, allowed in (
            ("--points", self.points, POINTS),
            ("--areas", self.areas, AREAS),
            ("--lines", self.lines, LINES),
            ("--side", self.side, SIDES),
        ):
            if given not in allowed:
                raise UsageError(option, f'"{given[:40]}"', f"Allowed: {', '.join(allowed)}.")
        if self.altitude_unit is not None and self.altitude_unit not in HEIGHTS:
            raise UsageError("--altitude-unit", f'"{self.altitude_unit[:40]}"', f"Allowed: {', '.join(HEIGHTS)}.")
        for option, name, kind in (("--system", self.system, "systems"), ("--threat", self.threat, "threats")):
            entries = list(known.of_kind(kind))
            if name is not None and name not in entries:
                raise InputError(option, f'"{name[:40]}" is not in the catalog', known.hint(name, kind))
        if self.name is not None and plain(self.name, LONGEST_NAME) != self.name:
            raise InputError("--name", "no name of a scenario", "Give 1 to 80 characters without a space at its ends.")

    def meters(self) -> tuple[float, float]:
        """Radius of assets and tolerance of routes (m); InputError out of range."""
        radius, tolerance = (
            quantity(option, value, "length")
            for option, value in (("--radius", self.radius), ("--tolerance", self.tolerance))
        )
        if not 1.0 <= radius <= 100_000.0:
            raise InputError("--radius", f"{radius:g} m", "Allowed: 1 m to 100 km.")
        if not 1.0 <= tolerance <= 50_000.0:
            raise InputError("--tolerance", f"{tolerance:g} m", "Allowed: 1 m to 50 km.")
        return radius, tolerance

    def azimuth(self) -> float | None:
        """Facing of sites that name none, rad."""
        return None if self.facing is None else quantity("--facing", self.facing, "angle")
