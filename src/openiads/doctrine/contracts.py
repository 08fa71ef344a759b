"""What a rule sees and returns, and how a user's rule is taken in.

A fire rule is a plain function in the user's own file, named in the scenario (``fire = "my_rules.py:two_then_wait"``)::

    from openiads.doctrine.contracts import FIRE, HOLD, Order

    def two_then_wait(own, picture, dials, draw):
        if own.in_flight > 0:
            return HOLD
        return Order(FIRE, own.track, min(2, own.loaded))

``own`` is the engagement that asks, ``picture`` a copy of the command post's tracks (what is written to it is lost),
``dials`` eight numbers from the scenario, ``draw`` a key for ``uniform(draw, k)``.  Rules are compiled: they may use
arithmetic, comparisons, loops, ``math`` and this module's names.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from openiads.base import compiled
from openiads.base.compiled import Kernel, kernel
from openiads.base.draws import Purpose
from openiads.base.draws import uniform as _uniform
from openiads.base.errors import InputError
from openiads.world.codes import Action, Identity

RULE = int(Purpose.RULE)


class Own(NamedTuple):
    """The engagement that asks for an order."""

    now: float  # s
    track: int  # row of its track in the picture
    unit: int  # number of the fire unit
    loaded: int  # rounds on launchers that are ready or will be, less the reserve
    in_flight: int  # rounds of this engagement in the air
    fired: int  # rounds of this engagement launched so far
    elsewhere: int  # rounds of other units in the air against the track
    salvo: int  # the scenario's salvo size
    probability: float  # believed single-shot kill probability
    first: float  # s from now to the first feasible intercept
    last: float  # s from now to the last one
    time_to_asset: float  # s


class Picture(NamedTuple):
    """The command post's confirmed tracks, one row each."""

    size: int  # tracks in the picture; the arrays have room for more
    identity: np.ndarray  # codes.Identity
    kind: np.ndarray  # codes.ThreatClass believed; 0 unknown
    threatening: np.ndarray  # 1: comes near a defended asset
    time_to_asset: np.ndarray  # s
    in_flight: np.ndarray  # rounds in the air against it
    position: np.ndarray  # ECEF, m, (rows, 3)
    velocity: np.ndarray  # ECEF, m/s, (rows, 3)


class Dials(NamedTuple):
    """Eight numbers of the scenario's doctrine."""

    value: np.ndarray


class Draw(NamedTuple):
    """A key of named draws; hand it to ``uniform``."""

    seed: int
    replication: int
    actor: int
    slot: int


class Order(NamedTuple):
    """What a rule wants: an action at a track and the number of rounds."""

    action: int
    track: int
    rounds: int


FIRE = int(Action.FIRE)
BREAK_OFF = int(Action.BREAK_OFF)
HOLD = Order(int(Action.HOLD), -1, 0)

_arrays = ["i8[::1]", "i8[::1]", "i8[::1]", "f8[::1]", "i8[::1]", "f8[:, ::1]", "f8[:, ::1]"]
_own = "f8 i8 i8 i8 i8 i8 i8 i8 f8 f8 f8 f8".split()
compiled.name_type("Own", lambda: compiled.tuple_type(Own, [compiled.resolve(t) for t in _own]))
compiled.name_type("Picture", lambda: compiled.tuple_type(Picture, [compiled.resolve(t) for t in ["i8", *_arrays]]))
compiled.name_type("Dials", lambda: compiled.tuple_type(Dials, [compiled.resolve("f8[::1]")]))
compiled.name_type("Draw", lambda: compiled.tuple_type(Draw, [compiled.resolve("i8")] * 4))
compiled.name_type("Order", lambda: compiled.tuple_type(Order, [compiled.resolve("i8")] * 3))

#: What a user's rule may raise: at load an InputError, in flight a failed replication.
RULE_ERRORS = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    NameError,
    OSError,
    RuntimeError,
    TypeError,
    ValueError,
)

FIRE_RULE = "Order(Own, Picture, Dials, Draw)"


@kernel("f8(Draw, i8)")
def uniform(draw, k):
    """The ``k``-th uniform of a rule's draw key; the same key and number always give the same value."""
    return _uniform(draw.seed, draw.replication, RULE, draw.actor, draw.slot * 64 + k)


@kernel(FIRE_RULE, entry=True)
def never_asked(own, picture, dials, draw):
    """Stands where a user's rule would, in worlds that have none."""
    return HOLD


def empty_picture(rows: int) -> Picture:
    """A picture with room for ``rows`` tracks."""

    def whole() -> np.ndarray:
        return np.zeros(rows, np.int64)

    return Picture(0, whole(), whole(), whole(), np.zeros(rows), whole(), np.zeros((rows, 3)), np.zeros((rows, 3)))


def sample_pictures(dials: Sequence[float] = ()) -> list[tuple[Own, Picture, Dials, Draw]]:
    """Three small situations on which a user's rule is tried before it is compiled."""
    padded = np.zeros(8)
    padded[: len(dials)] = dials
    cases = []
    for k in range(3):
        picture = empty_picture(2)._replace(size=2)
        picture.identity[:] = [Identity.HOSTILE, (Identity.UNKNOWN, Identity.ASSUMED_FRIEND, Identity.FRIEND)[k]]
        picture.threatening[:] = 1
        picture.time_to_asset[:] = [60.0 * (k + 1), 500.0]
        own = Own(100.0, 0, 0, 8 - 4 * k, k, k, 0, 2, 0.8, 20.0, 80.0, 60.0 * (k + 1))
        cases.append((own, picture, Dials(padded), Draw(1, 0, 1, k)))
    return cases


def adopt(function: Callable[..., object], place: str, dials: Sequence[float] = ()) -> Kernel:
    """Check a user's fire rule, try it plain on three sample situations, compile it for its declared signature.

    place : how errors name it, e.g. ``my_rules.py:two_then_wait``.  Raises InputError with a short reason.
    """
    code = getattr(function, "__code__", None)
    if code is None or code.co_argcount != 4:
        count = "no plain function" if code is None else f"{code.co_argcount} arguments"
        raise InputError(
            place,
            f"has {count}; a fire rule takes (own, picture, dials, draw)",
            "Write def rule(own, picture, dials, draw).",
        )
    for own, picture, numbers, draw in sample_pictures(dials):
        try:
            order = function(own, picture, numbers, draw)
        except RULE_ERRORS as problem:
            line = (
                problem.__traceback__.tb_next.tb_lineno
                if problem.__traceback__ and problem.__traceback__.tb_next
                else 0
            )
            raise InputError(
                place,
                f"raises {type(problem).__name__} at line {line} on a sample situation: {problem}".rstrip(": "),
                "Mend the rule.",
            ) from problem
        if not isinstance(order, Order):
            raise InputError(
                place, f"returned {order!r}, not an Order", "Return HOLD or Order(FIRE, own.track, rounds)."
            )
        if not all(isinstance(each, int | np.integer) for each in order):
            raise InputError(place, f"ordered {tuple(order)!r}", "Action, track and rounds are whole numbers.")
        if order.action not in (FIRE, BREAK_OFF, HOLD.action):
            raise InputError(place, f"ordered action {order.action!r}", "Orders are FIRE, HOLD and BREAK_OFF.")
        if order.action == FIRE and (order.track != own.track or order.rounds < 1):
            raise InputError(
                place, f"ordered {order.rounds!r} rounds at track {order.track!r}", "Fire 1 or more at own.track."
            )
    return compiled.adopt_function(function, FIRE_RULE, place)
