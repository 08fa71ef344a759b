"""What a radar can see, and what a round can reach, by geometry and tables alone; for the audit of reasons.

A smooth earth of effective radius, straight rays over the ground's own heights, bilinear tables of flight: none of the
engine's, parts' or physics' code.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from openiads.audit.motion import geodetic
from openiads.audit.orbits import stations

if TYPE_CHECKING:
    from openiads.world.build import World

RADIUS = 6_371_000.0  # m, mean
SHARE = 0.1  # of the greatest range, by which a limit of place may be missed at most


def local(at: np.ndarray, to: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Distance (m), azimuth (rad from north over east), elevation (rad) and range along the ground (m) of points.

    Parameters
    ----------
    at, to : ndarray, shape (n, 3)
        ECEF, m.
    """
    latitude, longitude, _ = geodetic(at)
    d = to - at
    east = -np.sin(longitude) * d[:, 0] + np.cos(longitude) * d[:, 1]
    outward = np.cos(longitude) * d[:, 0] + np.sin(longitude) * d[:, 1]
    north = -np.sin(latitude) * outward + np.cos(latitude) * d[:, 2]
    up = np.cos(latitude) * outward + np.sin(latitude) * d[:, 2]
    flat = np.hypot(east, north)
    ground = RADIUS * np.arctan2(flat, RADIUS + up)
    return np.hypot(flat, up), np.arctan2(east, north), np.arctan2(up, flat), ground


def off(azimuth: np.ndarray, middle: np.ndarray | float) -> np.ndarray:
    """Absolute difference of two azimuths, rad, 0 to pi."""
    return np.abs((azimuth - middle + math.pi) % (2.0 * math.pi) - math.pi)


def radar_path(world: World, r: int, times: np.ndarray) -> np.ndarray:
    """Where a radar is, ECEF m, shape (times, 3): a ship's goes straight on its course, an aircraft's as declared."""
    radar = world.rows["radars"][r]
    at = np.repeat(radar["position"][None, :], len(times), axis=0)
    if radar["platform"] < 0:
        return at
    if radar["early"] == 1 and radar["elevated"] == 1:
        station = stations(world.scenario.mapping(), world.names.radars)[r]
        return at if station is None else station.at(times)
    ship = world.rows["platforms"][radar["platform"]]
    latitude, longitude, _ = geodetic(radar["position"])
    north = np.array([-np.sin(latitude) * np.cos(longitude), -np.sin(latitude) * np.sin(longitude), np.cos(latitude)])
    east = np.array([-np.sin(longitude), np.cos(longitude), 0.0])
    along = math.sin(ship["heading"]) * east + math.cos(ship["heading"]) * north
    return at + times[:, None] * float(ship["speed"]) * along


def below_horizon(antenna: float, ground: np.ndarray, height: np.ndarray, earth: float, slack: float) -> np.ndarray:
    """Whether points lie below the smooth horizon of an antenna, or less than ``slack`` m above it."""
    own = math.sqrt(2.0 * earth * max(antenna, 0.0))
    least = np.maximum(ground - own, 0.0) ** 2 / (2.0 * earth)
    return (height < least + slack) & (ground > own)


def clearance(world: World, antenna: np.ndarray, target: np.ndarray, earth: float, parts: int = 400) -> float:
    """Least height (m) of the ray from an antenna to a target over the ground between, rays bent by ``earth`` (m)."""
    (lat, lon, height), (lat1, lon1, height1) = geodetic(antenna), geodetic(target)
    share = np.linspace(0.002, 0.998, parts)
    east = (float(lon1 - lon) + math.pi) % math.tau - math.pi  # the short way, also across 180 degrees
    lats, lons = lat + share * (lat1 - lat), lon + share * east
    apart = np.hypot(lat1 - lat, east * math.cos(0.5 * float(lat + lat1))) * RADIUS
    sag = share * (1.0 - share) * apart * apart / (2.0 * earth)
    ray = height + share * (height1 - height) - sag
    return float(np.min(ray - world.terrain.height(lats, lons)))


class Reach:
    """What one kind of round of a fire unit can meet, by its table of flight and its published limits.

    Parameters
    ----------
    world : World
    u, m : int
        Rows of the fire unit and of its magazine.
    """

    def __init__(self, world: World, u: int, m: int) -> None:
        self.kind, self.unit = world.rows["magazines"][m], world.rows["units"][u]
        tables, at = world.tables, int(self.kind["flyout_table"])
        ranges, heights = int(tables[at]), int(tables[at + 1])
        self.steps = float(tables[at + 2]), float(tables[at + 3])
        self.table = tables[at + 4 : at + 4 + 3 * ranges * heights].reshape(ranges, heights, 3)

    def _look_up(self, flat: np.ndarray, height: np.ndarray) -> np.ndarray:
        """Time, speed and lift (n, 3) at ranges and heights, m; the first is inf where it does not come."""
        u, w = flat / self.steps[0], np.maximum(height, 0.0) / self.steps[1]
        inside = (u < self.table.shape[0] - 1) & (w < self.table.shape[1] - 1) & np.isfinite(u) & np.isfinite(w)
        u, w = np.where(inside, u, 0.0), np.where(inside, w, 0.0)
        i, j = u.astype(int), w.astype(int)
        a, b = (u - i)[:, None], (w - j)[:, None]
        corners = [self.table[i + p, j + q] for p, q in ((0, 0), (0, 1), (1, 0), (1, 1))]
        shares = ((1 - a) * (1 - b), (1 - a) * b, a * (1 - b), a * b)
        with np.errstate(invalid="ignore"):
            found = np.sum(
                [np.where(share > 0.0, c, 0.0) * share for c, share in zip(corners, shares, strict=True)], axis=0
            )
        found[~inside | ~np.isfinite(found[:, 0])] = (np.inf, 0.0, 0.0)
        return found

    def meets(
        self, at: np.ndarray, states: np.ndarray, ready: float, falls: bool, doubt: float = 0.0
    ) -> dict[str, np.ndarray]:
        """How intercepts along a way come out, a point each.

        Parameters
        ----------
        at : ndarray, shape (3,)
            The unit, ECEF m.
        states : ndarray, shape (n, 7)
            Seconds from now, ECEF m and m/s of the target at each point.
        ready : float
            Seconds from now until the earliest launch.
        falls : bool
            Whether the target is a ballistic missile.
        doubt : float
            m by which a limit of place may be missed.

        Returns
        -------
        dict of str to ndarray of bool
            What keeps a round from each point (``range``, ``height``, ``speed``, ``lift``, ``time``), by name, and
            ``spare``: seconds to spare, -inf where it cannot be.
        """
        after, x = states[:, 0], states[:, 1:4]
        speed = np.linalg.norm(states[:, 4:7], axis=1)
        height = geodetic(x)[2]
        _, _, _, flat = local(np.repeat(at[None, :], len(x), axis=0), x)
        away = np.linalg.norm(x - at, axis=1)
        limits = self.kind["limits"][int(falls)]
        doubt = min(doubt, SHARE * float(limits[1]))  # of what reaches only some kilometers
        low = max(float(limits[2]), 0.0)
        found = self._look_up(flat, np.clip(height, low, None) if not falls else height)
        time, arrival, lift = found[:, 0], found[:, 1], found[:, 2]
        needed = float(self.kind["least_speed"])
        least = needed if falls else np.maximum(needed, float(self.kind["speed_ratio"]) * speed)
        reached = np.isfinite(time)
        out = {
            "range": (away < limits[0] + doubt) | (away > limits[1] - doubt) | ~reached,
            # what flies is not counted on within its track's deviation above a floor, at most once more the floor
            "height": (height < (low if falls else 2.0 * low)) | (height > limits[3] - doubt) | ~reached,
            "speed": reached & (arrival < least * 1.03) | (speed > float(self.kind["speed_limit"]) * 0.97),
            "lift": reached & (lift < 3.0 * float(self.kind["required"][int(falls)]) * 1.05),
            "time": reached & (after - ready < time + 1.0),
        }
        blocked = np.any(list(out.values()), axis=0)
        out["spare"] = np.where(blocked, -np.inf, after - ready - np.where(reached, time, 0.0))
        return out
