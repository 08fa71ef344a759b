"""Physics of recorded replications, with a geodesy and constants of its own.

Nothing here imports the engine, the parts, the physics or `openiads.base.constants`: a digit that is wrong there is
noticed here.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from openiads.audit.limits import LOOK_SLACK
from openiads.world.codes import Event

_A, _F = 6378137.0, 1 / 298.257223563  # WGS-84
_GM, _OMEGA, _J2 = 3.986004418e14, 7.292115e-5, 1.08262982e-3


@dataclass(frozen=True, slots=True)
class Violation:
    """One thing that must not be: which check, in which replication, when (s; NaN for none), and what."""

    name: str
    replication: int
    time: float
    text: str

    def __str__(self) -> str:
        at = f", t = {self.time:.3f} s" if math.isfinite(self.time) else ""
        return f"{self.name}: replication {self.replication}{at}: {self.text}"


def geodetic(x: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Latitude, longitude (rad) and height (m) above WGS-84 of ECEF points (..., 3), by fixed-point iteration."""
    e2 = _F * (2 - _F)
    around = np.hypot(x[..., 0], x[..., 1])
    latitude = np.arctan2(x[..., 2], around * (1 - e2))
    for _ in range(6):
        n = _A / np.sqrt(1 - e2 * np.sin(latitude) ** 2)
        latitude = np.arctan2(x[..., 2] + e2 * n * np.sin(latitude), around)
    n = _A / np.sqrt(1 - e2 * np.sin(latitude) ** 2)
    height = around * np.cos(latitude) + x[..., 2] * np.sin(latitude) - _A * _A / n
    return latitude, np.arctan2(x[..., 1], x[..., 0]), height


def _look(at: np.ndarray, to: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Slant range (m) and azimuth (rad, from north over east) of points ``to`` (n, 3) from points ``at`` (n, 3)."""
    latitude, longitude, _ = geodetic(at)
    d = to - at
    east = -np.sin(longitude) * d[:, 0] + np.cos(longitude) * d[:, 1]
    outward = np.cos(longitude) * d[:, 0] + np.sin(longitude) * d[:, 1]
    north = -np.sin(latitude) * outward + np.cos(latitude) * d[:, 2]
    return np.linalg.norm(d, axis=1), np.arctan2(east, north)


def _energy(state: np.ndarray) -> np.ndarray:
    """Specific energy in the rotating frame (J/kg) of states (n, 6): kinetic, gravity with J2, centrifugal."""
    x, v = state[:, :3], state[:, 3:]
    r = np.linalg.norm(x, axis=1)
    sine = x[:, 2] / r
    gravity = -_GM / r * (1 - _J2 * (_A / r) ** 2 * (1.5 * sine * sine - 0.5))
    return 0.5 * np.sum(v * v, axis=1) + gravity - 0.5 * _OMEGA**2 * (x[:, 0] ** 2 + x[:, 1] ** 2)


def audit_motion(replication: int, events: np.ndarray, limits: Mapping[str, Any]) -> list[Violation]:
    found: list[Violation] = []
    flights = events[events["kind"] == Event.FLIGHT_STATE]
    for flight in np.unique(flights["flight"]):
        mine = flights[flights["flight"] == flight]
        found += _continuous(replication, mine, f"flight {flight}")
        found += _looks_agree(replication, events, mine, int(flight), limits)
    rounds = events[events["kind"] == Event.ROUND_STATE]
    for number in np.unique(rounds["round"]):
        mine = rounds[rounds["round"] == number]
        found += _continuous(replication, mine, f"round {number}")
        launches = events[(events["kind"] == Event.LAUNCH) & (events["round"] == number)]
        launched = float(launches["time"][0]) if len(launches) else float(mine["time"][0])
        found += _round_limits(replication, mine, int(number), launched, limits)
    return found


def _continuous(replication: int, rows: np.ndarray, who: str) -> list[Violation]:
    """Positions follow from velocities between samples (trapezium, with room for changes of acceleration)."""
    if len(rows) < 2:
        return []
    state, dt = rows["value"], np.diff(rows["time"])
    step = np.diff(state[:, :3], axis=0)
    mean = 0.5 * (state[1:, 3:] + state[:-1, 3:])
    turn = np.linalg.norm(np.diff(state[:, 3:], axis=0), axis=1)
    off = np.linalg.norm(step - mean * dt[:, None], axis=1)
    bad = ~(off <= 0.5 * turn * dt + 0.02 * np.linalg.norm(mean, axis=1) * dt + 5.0)
    return [
        Violation(
            "positions continuous", replication, float(rows["time"][k + 1]), f"{who} is {off[k]:.0f} m off its velocity"
        )
        for k in np.flatnonzero(bad)
    ]


def _looks_agree(
    replication: int, events: np.ndarray, states: np.ndarray, flight: int, limits: Mapping[str, Any]
) -> list[Violation]:
    """Range, azimuth and height written with a detection are those of the flight's true position."""
    places, velocities = limits.get("radar_position"), limits.get("radar_velocity")
    if places is None or len(states) < 2:
        return []
    looks = events[
        np.isin(events["kind"], (Event.LOOK, Event.DETECT)) & (events["flight"] == flight) & (events["radar"] >= 0)
    ]
    looks = looks[(looks["time"] >= states["time"][0]) & (looks["time"] <= states["time"][-1]) & (looks["code"] == 1)]
    found = []
    for radar in np.unique(looks["radar"]):
        mine = looks[looks["radar"] == radar]
        where = np.stack([np.interp(mine["time"], states["time"], states["value"][:, k]) for k in range(3)], axis=1)
        carried = np.zeros(3) if velocities is None else np.asarray(velocities[int(radar)], float)
        here = np.asarray(places[int(radar)], float) + mine["time"][:, None] * carried
        station = (limits.get("stations") or {int(radar): None})[int(radar)]
        if station is not None and station.speed > 0.0 and station.altitude is not None:
            here = station.at(mine["time"])
        away, azimuth = _look(here, where)
        height = geodetic(where)[2]
        speed = np.linalg.norm(states["value"][:, 3:], axis=1).max()
        slack = LOOK_SLACK * float(speed)
        turned = np.abs((mine["value"][:, 1] - azimuth + np.pi) % (2 * np.pi) - np.pi)
        bad = (np.abs(mine["value"][:, 0] - away) > 0.01 * away + slack) | (turned * away > 0.02 * away + slack)
        bad |= np.abs(mine["value"][:, 5] - height) > 0.01 * np.abs(height) + slack
        found += [
            Violation(
                "looks agree with truth",
                replication,
                float(mine["time"][k]),
                f"radar {radar} puts flight {flight} at {mine['value'][k, 0]:.0f} m, "
                f"height {mine['value'][k, 5]:.0f} m; "
                f"it is at {away[k]:.0f} m, height {height[k]:.0f} m",
            )
            for k in np.flatnonzero(bad)
        ]
    return found


def _round_limits(
    replication: int, rows: np.ndarray, number: int, launched: float, limits: Mapping[str, Any]
) -> list[Violation]:
    """Speed, lateral acceleration and energy of one round."""
    unit, state, time = int(rows["unit"][0]), rows["value"], rows["time"]

    def limit(key: str) -> float:
        values = limits.get(key)
        return (
            math.inf if values is None or not 0 <= unit < len(values) or values[unit] is None else float(values[unit])
        )

    def told(name: str, rows_: np.ndarray, at: np.ndarray, said: str, numbers: np.ndarray) -> list[Violation]:
        return [
            Violation(name, replication, float(at[k]), f"round {number} {said.format(numbers[k])}")
            for k in np.flatnonzero(rows_)
        ]

    speed = np.linalg.norm(state[:, 3:], axis=1)
    found = told("round in limits", ~(speed <= limit("unit_round_speed") * 1.02), time, "flies {:.0f} m/s", speed)
    if len(rows) < 2:
        return found
    dt = np.maximum(np.diff(time), 1e-9)
    turn = np.diff(state[:, 3:], axis=0) / dt[:, None]
    along = 0.5 * (state[1:, 3:] + state[:-1, 3:])
    along /= np.maximum(np.linalg.norm(along, axis=1), 1e-9)[:, None]
    lateral = np.linalg.norm(turn - np.sum(turn * along, axis=1)[:, None] * along, axis=1)
    guided = (rows["code"][:-1] >= 3) & (rows["code"][1:] >= 3)
    too_hard = guided & ~(lateral <= limit("unit_round_load") * 1.05 + 12.0)
    found += told("round in limits", too_hard, time[1:], "pulls {:.0f} m/s2", lateral)
    burning = time[:-1] - launched < limit("unit_burn_time") + 0.1  # always, if no time is declared
    gain = np.diff(_energy(state))
    risen = guided & ~burning & (gain > 1e-3 * speed[:-1] ** 2 + 50.0)
    return found + told("energy", risen, time[1:], "gains {:.0f} J/kg without thrust", gain)
