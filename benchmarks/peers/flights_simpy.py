"""The midcourse flight as a SimPy model: one process for each round, three-vectors in NumPy, the same equations."""

from __future__ import annotations

import importlib.util
import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from openiads.base.constants import GM, SPIN
from openiads.earth.geodesy import ECCENTRICITY_SQUARED, SEMI_MINOR
from openiads.parts.weapons import COARSE, TURN
from openiads.physics import flyout
from peers.flights import THRUST_STEP, Flights

GRID = flyout.AIR_STEP * np.arange(len(flyout.DENSITIES))
MACHS = np.arange(flyout.MACHS)
OMEGA = np.array([0.0, 0.0, SPIN])


def available() -> bool:
    """Whether SimPy is installed."""
    return importlib.util.find_spec("simpy") is not None


def height_of(position: np.ndarray) -> float:
    """Height (m) above the ellipsoid, as ``motion.local_up`` gives it."""
    r = float(np.linalg.norm(position))
    level = float(position[0] ** 2 + position[1] ** 2)
    return r - SEMI_MINOR / math.sqrt(1.0 - ECCENTRICITY_SQUARED * level / (r * r))


def falling(position: np.ndarray, velocity: np.ndarray) -> np.ndarray:
    """Acceleration of free fall in the rotating frame."""
    gravity = -GM / np.linalg.norm(position) ** 3 * position
    return gravity - 2.0 * np.cross(OMEGA, velocity) - np.cross(OMEGA, np.cross(OMEGA, position))


class Target:
    """What a round believes of its target."""

    def __init__(self, track: np.ndarray, ballistic: bool) -> None:
        self.position, self.velocity = track[:3].copy(), track[3:].copy()
        p, v = self.position, self.velocity
        if ballistic:
            self.acceleration = falling(p, v)
        else:
            r2 = p @ p
            self.acceleration = (((p @ v) / r2) ** 2 - (v @ v) / r2) * p

    def at(self, time: float) -> tuple[np.ndarray, np.ndarray]:
        """Extrapolated position and velocity."""
        moved = self.position + time * self.velocity + 0.5 * time * time * self.acceleration
        return moved, self.velocity + time * self.acceleration


class Round:
    """One round in flight."""

    def __init__(self, row: Any, kind: Any, track: np.ndarray) -> None:
        self.kind = {name: kind[name] for name in kind.dtype.names}
        self.position, self.velocity, self.axis = (row[n].copy() for n in ("position", "velocity", "axis"))
        self.arrival, self.age, self.steps = float(row["arrival"]), 0.0, 0
        self.status = flyout.FLYING
        self.target = Target(track, bool(row["ballistic"]))
        self.burnt = self.kind["ignition_delay"] + self.kind["boost_time"] + self.kind["sustain_time"]

    def flight(self, environment: Any) -> Iterator[Any]:
        """The process: think, move, wait for the next step, until handover or an end."""
        while self.status == flyout.FLYING:
            step = self.step()
            if step > 0.0:
                self.steps += 1
                yield environment.timeout(step)

    def step(self) -> float:
        """One step of guidance and motion; returns its length (s), 0 if the flight is over."""
        kind = self.kind
        aim = self.lofted_aim()
        speed = float(np.linalg.norm(self.velocity))
        if self.age < kind["ignition_delay"] + kind["turn_time"] - 1e-9:
            if self.age >= kind["ignition_delay"] - 1e-9:
                self.turn_over(aim)
            return self.move(TURN, np.zeros(3), turning=True)
        place, velocity = self.target.at(self.age)
        away, drift = place - self.position, velocity - self.velocity
        r, closing = float(np.linalg.norm(away)), -float(away @ drift)
        if r <= kind["handover_range"] or r * r <= closing * kind["handover_time"]:
            self.status = flyout.HANDOVER
            return 0.0
        if closing < 0.0 and self.age > self.burnt:
            self.status = flyout.PASSED
            return 0.0
        lateral = flyout.STEER_GAIN * speed * (aim - (aim @ self.velocity) / speed**2 * self.velocity)
        return self.move(COARSE if self.age >= self.burnt else THRUST_STEP, lateral, turning=False)

    def lofted_aim(self) -> np.ndarray:
        """Unit vector toward the predicted meeting point, raised; keeps the predicted time."""
        kind = self.kind
        up = self.position / np.linalg.norm(self.position)
        point, _ = self.target.at(self.arrival)
        ahead = point - self.position
        flat = math.sqrt(max(float(ahead @ ahead) - float(ahead @ up) ** 2, 0.0))
        distance, speed = float(np.linalg.norm(ahead)), float(np.linalg.norm(self.velocity))
        arrival = min(self.age + self.time_to_go(speed, distance), self.age + flyout.LONGEST_AHEAD)
        self.arrival = 0.5 * (self.arrival + arrival)
        share = min(max(1.0 - height_of(point) / kind["loft_top"], 0.0), 1.0)
        raised = ahead + share * flat * min(kind["loft_max"], kind["loft_rate"] * flat) * up
        return raised / max(float(np.linalg.norm(raised)), 1e-6)

    def time_to_go(self, speed: float, distance: float) -> float:
        """Estimated time (s) to fly a distance (m)."""
        burn, spent, later = self.burnt - self.age, 0.0, max(self.kind["burnout_speed"], speed)
        if burn > 0.0:
            mean = 0.5 * (speed + later)
            if distance <= mean * burn:
                return distance / max(mean, 1.0)
            distance, spent, speed = distance - mean * burn, burn, later
        return spent + distance / max(speed, 1.0) * (1.0 + 0.5 * distance / self.kind["slow_length"])

    def turn_over(self, aim: np.ndarray) -> None:
        """Swing the axis of thrust toward the aim."""
        cosine = float(self.axis @ aim)
        step = min(self.kind["turn_rate"] * TURN, math.acos(min(max(cosine, -1.0), 1.0)))
        side = aim - cosine * self.axis
        length = float(np.linalg.norm(side))
        if length > 1e-9:
            self.axis = math.cos(step) * self.axis + math.sin(step) / length * side

    def move(self, dt: float, lateral: np.ndarray, *, turning: bool) -> float:
        """Drift, kick, drift; sets the status; returns ``dt``."""
        kind, half, velocity = self.kind, 0.5 * dt, self.velocity
        middle = self.position + half * velocity
        height = height_of(middle)
        density, sound = (np.interp(max(height, 0.0), GRID, column) for column in (flyout.DENSITIES, flyout.SOUNDS))
        speed = float(np.linalg.norm(velocity))
        burning, boost, sustain = self.age - kind["ignition_delay"], kind["boost_time"], kind["sustain_time"]
        first = max(min(burning + dt, boost) - max(burning, 0.0), 0.0)
        second = max(min(burning + dt, boost + sustain) - max(burning, boost), 0.0)
        mass = kind["launch_mass"] - kind["boost_propellant"] * min(max((burning + half) / boost, 0.0), 1.0)
        if sustain > 0.0:
            mass -= kind["sustain_propellant"] * min(max((burning + half - boost) / sustain, 0.0), 1.0)
        push = (first * kind["boost_thrust"] + second * kind["sustain_thrust"]) / mass
        at = min(speed / (sound * flyout.MACH_STEP), flyout.MACHS - 1.001)
        drag, most_lift = (np.interp(at, MACHS, kind[name]) for name in ("cd", "cn_max"))
        force = 0.5 * density * speed * speed * kind["area"] / mass
        lift_limit = min(kind["structural_limit"], force * most_lift)
        load = float(np.linalg.norm(lateral))
        if load > lift_limit + kind["reaction_control"]:
            lateral = (lift_limit + kind["reaction_control"]) / load * lateral
            load = lift_limit + kind["reaction_control"]
        if force > 1e-9:
            drag += kind["induced"] * (min(load, lift_limit) / force) ** 2
        slowed = speed / (1.0 + force * drag * dt / max(speed, 1e-6))
        turned = velocity + dt * lateral
        course = turned / np.linalg.norm(turned)
        self.velocity = slowed * course + push * (self.axis if turning else course) + dt * falling(middle, velocity)
        self.position = middle + half * self.velocity
        self.age += dt
        self.judge(height)
        return dt

    def judge(self, height: float) -> None:
        """End the flight if it cannot go on."""
        if self.age > self.kind["life"]:
            self.status = flyout.EXPIRED
        elif self.age > self.burnt and float(np.linalg.norm(self.velocity)) < self.kind["minimum_speed"]:
            self.status = flyout.SLOW
        elif height < -20.0:
            self.status = flyout.GROUND


def fly(work: Flights) -> tuple[np.ndarray, int]:
    """Fly all rounds to handover in one environment; returns them as rows of BODY, and the steps taken."""
    import simpy

    environment = simpy.Environment()
    rounds = [Round(row, work.kind, track) for row, track in zip(work.bodies, work.tracks, strict=True)]
    for each in rounds:
        environment.process(each.flight(environment))
    environment.run()
    out = work.bodies.copy()
    for row, each in zip(out, rounds, strict=True):
        row["position"], row["velocity"], row["arrival"] = each.position, each.velocity, each.arrival
        row["age"], row["status"] = each.age, each.status
    return out, sum(each.steps for each in rounds)
