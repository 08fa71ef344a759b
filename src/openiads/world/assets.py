"""What is defended, and the announced air routes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from openiads.base.errors import InputError
from openiads.earth.geodesy import to_ecef
from openiads.scenario.load import Scenario
from openiads.world.draft import Draft
from openiads.world.elements import ASSET, CORRIDOR


def assets_of(draft: Draft) -> NDArray[np.void]:
    """One row per defended asset; the lethal buffer is that of the raids' largest threat."""
    scenario, values = draft.scenario, draft.values
    threats = [values.catalog[raid.threat] for raid in scenario.raids]
    buffer = max([values.of(t, "lethal_buffer", 0.0) for t in threats], default=0.0)
    out = np.zeros(len(scenario.assets), ASSET)
    for row, asset in zip(out, scenario.assets, strict=True):
        lat, lon = asset.at.latitude, asset.at.longitude
        row["position"] = to_ecef(lat, lon, draft.ground(lat, lon) + asset.height)
        row["radius"], row["buffer"], row["value"], row["site"] = asset.radius, buffer, asset.value, -1
        row["platform"], row["height"] = draft.ships.get(asset.ship or "", -1), asset.height
    return out


def corridors_of(scenario: Scenario) -> NDArray[np.void]:
    """One row per corridor.

    Raises
    ------
    InputError
        A corridor with more points than a row holds.
    """
    out = np.zeros(len(scenario.corridors), CORRIDOR)
    most = CORRIDOR["points"].shape[0]
    for row, corridor in zip(out, scenario.corridors, strict=True):
        if len(corridor.points) > most:
            raise InputError(
                f"corridor.{corridor.name}", f"{len(corridor.points)} points", f"At most {most} are allowed."
            )
        for k, point in enumerate(corridor.points):
            row["points"][k] = to_ecef(point.latitude, point.longitude, 0.0)
        row["count"] = len(corridor.points)
        row["half_width"] = corridor.width / 2.0
        row["floor"], row["ceiling"] = corridor.floor, corridor.ceiling
    return out
