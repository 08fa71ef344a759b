"""What differs between the flights of one raid: paths at other speeds and heights, of which each flight draws one.

Variety is no ignorance: every flight of every replication draws anew, and no parameter sample moves it.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from statistics import NormalDist

import numpy as np

from openiads.base.errors import InputError
from openiads.physics.motion import end_time
from openiads.scenario.traffic import Raid
from openiads.world.draft import Draft, Row
from openiads.world.routes import Profile, Table, height_of, speed_of

VARIANTS = 9  # paths of a flight, equally likely
SLOWEST = 5.0  # m/s
LOWEST = 1.0  # m above the ground, of what follows it


def levels() -> list[float]:
    """Middles of equally likely parts of a normal distribution, scaled to a standard deviation of one."""
    middles = [NormalDist().inv_cdf((k + 0.5) / VARIANTS) for k in range(VARIANTS)]
    scale = math.sqrt(sum(z * z for z in middles) / VARIANTS)
    return [z / scale for z in middles]


def add_variants(draft: Draft, row: Row, raid: Raid, flown: Callable[[Raid], tuple[Table, float]]) -> None:
    """Tabulate the paths of which a flight draws one in every replication.

    Speeds and heights are `levels` about those of the raid; which height goes with which speed is shuffled by the
    flight's name, so that they are independent over the flights of a raid.

    Parameters
    ----------
    draft, row
        The flight's row is changed.
    raid
        With ``speed_spread`` or ``height_spread``.
    flown
        Gives a raid's path of this flight, and its shift in s.

    Raises
    ------
    InputError
        Where a variant would be slower or lower than anything flies, or what flies is ballistic.
    """
    entry = draft.values.catalog[raid.threat]
    where = f"raid.{raid.name}"
    if entry.text["class"] == "ballistic":
        key = "speed_spread" if raid.speed_spread else "height_spread"
        raise InputError(f"{where}.{key}", "a ballistic missile flies by its own arc", f"Remove {key}.")
    profile = Profile(entry, raid.altitude, raid.agl, raid.speed)
    speed, (key, height) = speed_of(draft, profile), height_of(draft, profile)
    steps = levels()
    _check(f"{where}.speed_spread", speed + (raid.speed_spread or 0.0) * steps[0], speed, SLOWEST, "m/s", steps)
    floor = LOWEST if key == "agl" else 0.0
    _check(f"{where}.height_spread", height + (raid.height_spread or 0.0) * steps[0], height, floor, "m", steps)
    order = np.random.default_rng(int(row["actor"]) & 0xFFFFFFFF).permutation(VARIANTS)
    found = []
    for k, step in enumerate(steps):
        own = {"speed": speed + (raid.speed_spread or 0.0) * step}
        own[key] = height + (raid.height_spread or 0.0) * steps[order[k]]
        table, shift = flown(raid.model_copy(update=own))
        found += [float(draft.arena.add(table)), shift, float(end_time(table, 0)) + shift]
    row["variants"], row["variants_at"] = VARIANTS, draft.arena.add(found)


def _check(where: str, least: float, middle: float, floor: float, unit: str, steps: list[float]) -> None:
    if least < floor and least < middle:
        most = max((floor - middle) / steps[0], 0.0)
        raise InputError(where, f"the least of its flights would be at {least:.0f} {unit}", f"Give {most:.0f} at most.")
