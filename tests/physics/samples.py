"""Rounds that the flight tests share; values are notional."""

import math
from functools import cache
from typing import Any

from openiads.physics import flyout

GRAVITY = 9.80665
ROUND: dict[str, Any] = {
    "launch_mass": 1840.0,
    "boost_time": 12.0,
    "boost_propellant": 1173.643,
    "boost_thrust": 239781.4,
    "area": math.pi * 0.519**2 / 4.0,
    "induced": 0.06,
    "structural_limit": 25.0 * GRAVITY,
    "lag": 0.3,
    "cd": {
        "mach": [0.0, 0.8, 1.0, 1.2, 1.5, 2.0, 3.0, 4.0, 5.0],
        "value": [0.2825, 0.2825, 0.4622, 0.5393, 0.5136, 0.4494, 0.3467, 0.2825, 0.2439],
    },
    "cn_max": 2.2637,
    "minimum_speed": 300.0,
    "life": 250.0,
    "launch_kind": "vertical",
    "eject_speed": 25.0,
    "ignition_delay": 1.25,
    "turn_rate": 0.7,
    "turn_time": 2.5,
    "navigation": 4.0,
    "loft_rate": 2e-5,
    "loft_max": 0.552,
    "guidance": "tvm",
    "terminal_a": 1e-3,
    "terminal_b": 1e-2,
    "terminal_r0": 10_000.0,
    "lit_range": 100_000.0,
    "terminal_share": 0.015,
    "noise_interval": 0.1,
    "handover_time": 6.0,
}


@cache
def long_range_round() -> Any:
    """A long-range round of the 48N6 kind."""
    return flyout.interceptor(ROUND)


def changed(**values: Any) -> Any:
    """The long-range round with other values."""
    return flyout.interceptor(ROUND | values)


def bare_round(**values: Any) -> Any:
    """A round in thin air of its own: no drag, as much lift as it likes, no errors, for closed forms."""
    still = {
        "cd": 0.0,
        "induced": 0.0,
        "cn_max": 1e9,
        "structural_limit": 1e6,
        "minimum_speed": 1.0,
        "terminal_a": 0.0,
        "terminal_b": 0.0,
        "burnout_speed": 1000.0,
        "slow_length": 1e9,
        "life": 1e4,
        "lag": 1e-4,
    }
    return flyout.interceptor(ROUND | still | values)
