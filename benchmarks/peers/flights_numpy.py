"""The midcourse flight of many rounds in lockstep: NumPy arrays over the rounds, the same equations.

All rounds are of one kind and leave at one time, so step lengths are common; those whose flight is over drop out.
"""

from __future__ import annotations

import numpy as np

from openiads.base.constants import GM, SPIN
from openiads.earth.geodesy import ECCENTRICITY_SQUARED, SEMI_MINOR
from openiads.parts.weapons import COARSE, TURN
from openiads.physics import flyout
from peers.flights import THRUST_STEP, Flights

Floats = np.ndarray


def dot(a: Floats, b: Floats) -> Floats:
    """Row by row, as a column."""
    return np.einsum("ij,ij->i", a, b)[:, None]


def height_of(position: Floats) -> Floats:
    """Heights (m) above the ellipsoid, as a column."""
    r2 = dot(position, position)
    level = dot(position[:, :2], position[:, :2])
    return np.sqrt(r2) - SEMI_MINOR / np.sqrt(1.0 - ECCENTRICITY_SQUARED * level / r2)


def falling(position: Floats, velocity: Floats) -> Floats:
    """Acceleration of free fall in the rotating frame."""
    r2 = dot(position, position)
    out = -GM / (r2 * np.sqrt(r2)) * position
    out[:, 0] += SPIN * (SPIN * position[:, 0] + 2.0 * velocity[:, 1])
    out[:, 1] += SPIN * (SPIN * position[:, 1] - 2.0 * velocity[:, 0])
    return out


class Rounds:
    """The rounds still flying, by columns."""

    def __init__(self, work: Flights) -> None:
        rows = work.bodies
        self.kind = work.kind
        self.index = np.arange(len(rows))
        self.position, self.velocity, self.axis = (rows[n].copy() for n in ("position", "velocity", "axis"))
        self.arrival = rows["arrival"].copy()[:, None]
        self.place, self.drift = work.tracks[:, :3].copy(), work.tracks[:, 3:].copy()
        r2 = dot(self.place, self.place)
        along = dot(self.place, self.drift) / r2
        level = (along * along - dot(self.drift, self.drift) / r2) * self.place
        self.bend = np.where(rows["ballistic"][:, None] == 1, falling(self.place, self.drift), level)

    def keep(self, going: Floats) -> None:
        """Drop the rounds whose flight is over."""
        for name, column in list(vars(self).items()):
            if name != "kind":
                setattr(self, name, column[going])

    def target(self, time: float | Floats) -> tuple[Floats, Floats]:
        """Extrapolated positions and velocities of the targets."""
        return self.place + time * (self.drift + 0.5 * time * self.bend), self.drift + time * self.bend

    def lofted_aim(self, age: float, burnt: float) -> Floats:
        """Unit vectors toward the predicted meeting points, raised; keeps the predicted times."""
        kind = self.kind
        up = self.position / np.sqrt(dot(self.position, self.position))
        point, _ = self.target(self.arrival)
        ahead = point - self.position
        rise, square = dot(ahead, up), dot(ahead, ahead)
        flat, distance = np.sqrt(np.maximum(square - rise * rise, 0.0)), np.sqrt(square)
        speed = np.sqrt(dot(self.velocity, self.velocity))
        later = np.maximum(kind["burnout_speed"], speed) if age < burnt else speed
        mean, burn = 0.5 * (speed + later), max(burnt - age, 0.0)
        rest = np.maximum(distance - mean * burn, 0.0)
        coast = burn + rest / np.maximum(later, 1.0) * (1.0 + 0.5 * rest / kind["slow_length"])
        near = (distance <= mean * burn) & (burn > 0.0)
        to_go = np.where(near, distance / np.maximum(mean, 1.0), coast)
        self.arrival = 0.5 * (self.arrival + np.minimum(age + to_go, age + flyout.LONGEST_AHEAD))
        share = np.clip(1.0 - height_of(point) / kind["loft_top"], 0.0, 1.0)
        raised = ahead + share * flat * np.minimum(kind["loft_max"], kind["loft_rate"] * flat) * up
        return raised / np.maximum(np.sqrt(dot(raised, raised)), 1e-6)

    def turn_over(self, aim: Floats) -> None:
        """Swing the axes of thrust toward the aims."""
        cosine = dot(self.axis, aim)
        step = np.minimum(self.kind["turn_rate"] * TURN, np.arccos(np.clip(cosine, -1.0, 1.0)))
        side = aim - cosine * self.axis
        length = np.sqrt(dot(side, side))
        swung = np.cos(step) * self.axis + np.sin(step) / np.maximum(length, 1e-9) * side
        self.axis = np.where(length > 1e-9, swung, self.axis)

    def move(self, age: float, dt: float, lateral: Floats | None) -> Floats:
        """Drift, kick, drift; without lateral acceleration the thrust is along the axis.  Returns heights."""
        kind, half, velocity = self.kind, 0.5 * dt, self.velocity
        middle = self.position + half * velocity
        height = height_of(middle)
        at = np.minimum(np.maximum(height, 0.0) / flyout.AIR_STEP, flyout.AIR_LAST + 0.999)
        density, sound = between(flyout.DENSITIES, at), between(flyout.SOUNDS, at)
        speed = np.sqrt(dot(velocity, velocity))
        burning, boost, sustain = age - kind["ignition_delay"], kind["boost_time"], kind["sustain_time"]
        first = max(min(burning + dt, boost) - max(burning, 0.0), 0.0)
        second = max(min(burning + dt, boost + sustain) - max(burning, boost), 0.0)
        mass = kind["launch_mass"] - kind["boost_propellant"] * min(max((burning + half) / boost, 0.0), 1.0)
        if sustain > 0.0:
            mass -= kind["sustain_propellant"] * min(max((burning + half - boost) / sustain, 0.0), 1.0)
        push = (first * kind["boost_thrust"] + second * kind["sustain_thrust"]) / mass
        at = np.minimum(speed / (sound * flyout.MACH_STEP), flyout.MACHS - 1.001)
        drag = between(kind["cd"], at)
        force = 0.5 * density * speed * speed * kind["area"] / mass
        turned = velocity
        if lateral is not None:
            lift_limit = np.minimum(kind["structural_limit"], force * between(kind["cn_max"], at))
            limit = lift_limit + kind["reaction_control"]
            load = np.sqrt(dot(lateral, lateral))
            lateral = np.where(load > limit, limit / np.maximum(load, 1e-300), 1.0) * lateral
            lift = np.minimum(np.minimum(load, limit), lift_limit)
            drag = drag + np.where(force > 1e-9, kind["induced"] * (lift / np.maximum(force, 1e-9)) ** 2, 0.0)
            turned = velocity + dt * lateral
        slowed = speed / (1.0 + force * drag * dt / np.maximum(speed, 1e-6))
        course = turned / np.sqrt(dot(turned, turned))
        thrust = push * (self.axis if lateral is None else course)
        self.velocity = slowed * course + thrust + dt * falling(middle, velocity)
        self.position = middle + half * self.velocity
        return height[:, 0]


def between(column: Floats, at: Floats) -> Floats:
    """Linear interpolation of a table at fractional indices."""
    low = at.astype(np.int64)
    return column[low] + (at - low) * (column[low + 1] - column[low])


def fly(work: Flights) -> tuple[np.ndarray, int]:
    """Fly all rounds to handover; returns them as rows of BODY, and the steps taken."""
    kind, flying, out = work.kind, Rounds(work), work.bodies.copy()
    burnt = float(kind["ignition_delay"] + kind["boost_time"] + kind["sustain_time"])
    turned = float(kind["ignition_delay"] + kind["turn_time"])
    age, steps = 0.0, 0
    while len(flying.index):
        aim = flying.lofted_aim(age, burnt)
        lateral = None
        if age < turned - 1e-9:
            step = TURN
            if age >= kind["ignition_delay"] - 1e-9:
                flying.turn_over(aim)
        else:
            aim = _leave(flying, out, age, burnt, aim)
            velocity = flying.velocity
            square = dot(velocity, velocity)
            lateral = flyout.STEER_GAIN * np.sqrt(square) * (aim - dot(aim, velocity) / square * velocity)
            step = COARSE if age >= burnt else THRUST_STEP
        steps += len(flying.index)
        height = flying.move(age, step, lateral)
        age += step
        status = np.where(height < -20.0, flyout.GROUND, flyout.FLYING)
        if age > burnt:
            slow = dot(flying.velocity, flying.velocity)[:, 0] < kind["minimum_speed"] ** 2
            status = np.where(slow, flyout.SLOW, status)
        if age > kind["life"]:
            status[:] = flyout.EXPIRED
        _store(flying, out, age, status)
    return out, steps


def _leave(flying: Rounds, out: np.ndarray, age: float, burnt: float, aim: Floats) -> Floats:
    """Take out the rounds that reach handover or have passed; returns the aims of the others."""
    kind = flying.kind
    place, velocity = flying.target(age)
    away, drift = place - flying.position, velocity - flying.velocity
    r2, closing = dot(away, away)[:, 0], -dot(away, drift)[:, 0]
    over = (np.sqrt(r2) <= kind["handover_range"]) | (r2 <= closing * kind["handover_time"])
    status = np.where((closing < 0.0) & (age > burnt), flyout.PASSED, flyout.FLYING)
    status = np.where(over, flyout.HANDOVER, status)
    aim = aim[status == flyout.FLYING]
    _store(flying, out, age, status)
    return aim


def _store(flying: Rounds, out: np.ndarray, age: float, status: Floats) -> None:
    """Write the rounds whose flight is over into their rows and drop them."""
    going = status == flyout.FLYING
    if going.all():
        return
    rows = flying.index[~going]
    for name in ("position", "velocity"):
        out[name][rows] = getattr(flying, name)[~going]
    out["arrival"][rows], out["age"][rows], out["status"][rows] = flying.arrival[~going, 0], age, status[~going]
    flying.keep(going)
