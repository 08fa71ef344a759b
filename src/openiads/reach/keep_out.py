"""The keep-out map: over which ground a flight is exposed, to how many fire units; the question and its answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from openiads.base.errors import InputError
from openiads.base.jsonable import Json
from openiads.base.options import Phases, Quantity, Silent, keywords_of, quantity, several
from openiads.base.shown import Saved
from openiads.reach import exposure
from openiads.reach.defaults import CELLS, KEEP_OUT_HEIGHTS
from openiads.reach.envelope import UnitConditions, reach_of
from openiads.reach.maps import Map
from openiads.reach.straight import Target, of_threat
from openiads.scenario.load import Scenario, scenario_with
from openiads.world.build import World

LEAST = 1e3  # m, the side of a map
HIGHEST = 100e3  # m, of a flight
#: A map that chooses its own size: so many times what is exposed, and no less than so many m to each side.
MARGIN, LEAST_HALF = 1.06, 20e3
MIDDLE = 0.5 * (CELLS - 1)  # of a map, in cells


@dataclass(frozen=True, kw_only=True)
class KeepOutQuestion:
    """What is asked of sites; the fields are the parameters of `keep_out`."""

    OPTIONS: ClassVar[Mapping[str, str]] = {"--site": "sites", "--height": "heights", "--set": "changes"}

    scenario: str | Path | Scenario = field(kw_only=False)
    sites: str | Sequence[str] = ()
    against: str = "f16"
    speed: Quantity | None = None
    heights: Quantity | Sequence[Quantity] = KEEP_OUT_HEIGHTS
    above: str = "ground"
    size: Quantity | None = None
    changes: Mapping[str, Json] = field(default_factory=dict)

    def levels(self) -> list[float]:
        """Heights, m, rising; InputError for one that no flight has."""
        heights = sorted(quantity("--height", each, "length") for each in several(self.heights))
        if not heights or not 0.0 <= heights[0] <= heights[-1] <= HIGHEST:
            wrong = f"{heights[0] if heights[0] < 0.0 else heights[-1]:g} m" if heights else "no height"
            raise InputError("--height", wrong, f"Give 0 m or more, at most {HIGHEST / 1000:g} km.")
        return heights

    def side(self) -> float | None:
        """Side of the map, m; InputError for one that is too small or too large."""
        if self.size is None:
            return None
        side = quantity("--size", self.size, "length")
        most = 2.0 * exposure.MOST
        if not LEAST <= side <= most:
            raise InputError("--size", f"{side / 1000:g} km", f"Give {LEAST / 1000:g} to {most / 1000:g} km.")
        return side

    def checked(self) -> KeepOutQuestion:
        """The question itself; InputError if it makes no sense."""
        if self.above not in ("ground", "sea"):
            raise InputError("above", f'"{self.above}"', 'Heights are above "ground" or "sea".')
        target_of(self.against, self.speed)
        self.levels()
        self.side()
        return self


@dataclass(frozen=True)
class KeepOut(Saved):
    """A keep-out map, and what it was asked of."""

    world: World
    units: list[int]
    target: Target
    heights: list[float]  #: m, rising
    above: str  #: what the heights are above: "ground" or "sea"
    counts: Mapping[str, NDArray[np.int64]]  #: units that may meet it, by arm, (heights, rows, columns)
    where: Map
    digest: str = ""  #: of the scenario, SHA-256

    def area(self, arm: str, k: int) -> float:
        """Where at least one unit may meet a flight of height ``k``, m2."""
        return float((self.where.areas * ((self.counts[arm][k] > 0) & self.where.known)).sum())


def target_of(against: str, speed: Quantity | None) -> Target:
    """A threat that flies level, at its own speed or another one; InputError if it makes no sense."""
    target = of_threat(against)
    return target if speed is None else replace(target, speed=quantity("--speed", speed, "speed")).checked()


@keywords_of(KeepOutQuestion)
def keep_out(question: KeepOutQuestion) -> KeepOut:
    """Over which ground a flight is exposed to at least one engagement opportunity, and of how many fire units.

    Parameters
    ----------
    scenario : str, Path or Scenario
        A scenario, its file or its packaged name.
    sites : str or sequence of str
        Only these sites; all if left out.
    against : str
        A threat of the catalog that flies level.
    speed : str or float, optional
        Its speed, "300 m/s" or m/s; the catalog's if left out.
    heights : str, float or sequence
        Heights of the flight, "50 m" or m.
    above : {"ground", "sea"}
        What the heights are above.
    size : str or float, optional
        Side of the map, "200 km" or m; as large as what is exposed if left out.
    changes : mapping
        Changes of the scenario, path -> value, as `Scenario.with_values` takes them.

    Returns
    -------
    KeepOut
        ``table()`` has a row for each height and kind of limits; ``counts`` the map cell by cell.

    Raises
    ------
    InputError
        For an unknown scenario, site or threat, or a value that makes no sense.

    Examples
    --------
    >>> import openiads as oi
    >>> answer = oi.keep_out("raid24", heights="3 km", size="100 km")
    >>> answer.table().column_names
    ['limits', 'height_m', 'area_km2']
    """
    return keep_out_of(question)


def keep_out_of(question: KeepOutQuestion, phases: Phases | None = None) -> KeepOut:
    """The answer to a question, with somebody told how far it is."""
    question.checked()
    target = target_of(question.against, question.speed)
    heights, side = question.levels(), question.side()
    source = scenario_with(question.scenario, question.changes)
    (phases or Silent()).phase("building the world and flying out, compiling if need be")
    world = exposure.standing_world(source)
    units = exposure.units_of(world, several(question.sites))
    widest = max(reach_of(world, u, target, UnitConditions()) for u in units) if side is None else 0.5 * side

    def counted(where: Map) -> KeepOut:
        counts = exposure.keep_out(world, units, target, heights, where, above=question.above)
        return KeepOut(world, units, target, heights, question.above, counts, where, source.digest())

    found = counted(exposure.map_over(world, units, widest, CELLS))
    used = _used(found) if side is None else 0.0
    if used == 0.0:
        return found
    return counted(exposure.map_over(world, units, max(min(MARGIN * used / MIDDLE, 1.0) * widest, LEAST_HALF), CELLS))


def _used(found: KeepOut) -> float:
    """How many cells from the middle of its map all that is exposed lies; 0 if nothing is."""
    i, j = np.nonzero(np.any([each.any(axis=0) for each in found.counts.values()], axis=0))
    return float(max(np.abs(i - MIDDLE).max(), np.abs(j - MIDDLE).max())) if len(i) else 0.0
