"""Fit the constants of the 48N6E2 that nobody published to the behavior that was published, and print the residuals.

Fitted: boost propellant (and with it thrust), a scale of the drag curve, the largest normal-force coefficient and the
loft.  Against: peak speed, range, ceiling and apogee of the long shot.  Not fitted, printed with its miss: minimum
range (the model's is kinematic alone; arming and the first track are not in it).

Usage: python tools/fit_interceptor.py [FILE.toml]
"""

from __future__ import annotations

import math
import sys
from pathlib import Path
from typing import Any

import numpy as np
from scipy.optimize import least_squares

from openiads.physics import flyout, reach

GRAVITY = 9.80665
IMPULSE = 250.0  # s, assumed vacuum specific impulse of a composite solid motor
MACH = [0.0, 0.8, 1.0, 1.2, 1.5, 2.0, 3.0, 4.0, 5.0]
DRAG = [0.22, 0.22, 0.36, 0.42, 0.40, 0.35, 0.27, 0.22, 0.19]  # shape assumed: finned body, power off

#: name: (value fitted to, published low, published high, unit)
PUBLISHED = {
    "peak_speed": (2000.0, 1900.0, 2100.0),
    "range": (197_500.0, 195_000.0, 200_000.0),
    "ceiling": (28_500.0, 27_000.0, 30_000.0),
    "apogee": (32_000.0, 30_000.0, 40_000.0),
}
UNFITTED = {
    "minimum_range": (5_000.0, 3_000.0, 5_000.0),
}
FIXED: dict[str, Any] = {
    "launch_mass": 1840.0,
    "boost_time": 12.0,
    "area": math.pi * 0.519**2 / 4.0,
    "induced": 0.06,
    "structural_limit": 25.0 * GRAVITY,
    "reaction_control": 0.0,
    "lag": 0.3,
    "minimum_speed": 300.0,
    "life": 250.0,
    "launch_kind": "vertical",
    "eject_speed": 25.0,
    "ignition_delay": 1.25,
    "turn_rate": 0.7,
    "turn_time": 2.0,
    "navigation": 4.0,
    "loft_rate": 2e-5,
    "loft_top": 40_000.0,
    "guidance": "tvm",
    "terminal_a": 1e-3,
    "terminal_b": 2e-3,
    "terminal_r0": 10_000.0,
    "glint": 2.0,
    "error_time": 1.0,
    "handover_range": 0.0,
    "handover_time": 6.0,
}
START = np.array([1130.0, 1.0, 4.0, 0.45])


def values(x: Any) -> dict[str, Any]:
    """Interceptor fields for the vector (propellant kg, drag scale, normal-force coefficient, loft tangent)."""
    propellant, drag, lift, loft = (float(v) for v in x)
    thrust = propellant * IMPULSE * GRAVITY / FIXED["boost_time"]
    return FIXED | {
        "boost_propellant": propellant,
        "boost_thrust": thrust,
        "cd": {"mach": MACH, "value": [round(drag * c, 4) for c in DRAG]},
        "cn_max": lift,
        "loft_max": loft,
    }


def behavior(row: Any) -> dict[str, float]:
    """The model's own figures, by the definitions of reach that hold for every interceptor."""
    distance = reach.greatest_range(row)
    peak, apogee, _ = reach.long_shot(row, distance)
    return {
        "peak_speed": peak,
        "range": distance,
        "ceiling": reach.ceiling(row, distance),
        "apogee": apogee,
        "minimum_range": reach.minimum_range(row),
    }


def residuals(x: Any) -> list[float]:
    got = behavior(flyout.interceptor(values(x)))
    return [10.0 * (got[name] / aim[0] - 1.0) for name, aim in PUBLISHED.items()]


def main() -> None:
    """Fit, print, and write the fields where asked."""
    solved = least_squares(residuals, START, x_scale=START, diff_step=0.02, max_nfev=25)
    fields = values(np.round(solved.x, 4))
    row = flyout.interceptor(fields)
    got = behavior(row)
    lines = []
    for name, (aim, low, high) in (PUBLISHED | UNFITTED).items():
        kind = "fitted  " if name in PUBLISHED else "unfitted"
        lines.append(f"{kind} {name:16s} published {low:g}..{high:g}  model {got[name]:.6g}  "
                     f"off {100.0 * (got[name] / aim - 1.0):+.1f} % of {aim:g}")  # fmt: skip
    print("\n".join(lines))
    for name, value in fields.items():
        print(f"{name} = {value}")
    if len(sys.argv) > 1:
        Path(sys.argv[1]).write_text(as_toml(fields, row, lines), encoding="utf-8")


def as_toml(fields: dict[str, Any], row: Any, lines: list[str]) -> str:
    """The fields as TOML, with the fit as comments."""
    text = ["# SI units; keys are the fields of openiads.physics.flyout.INTERCEPTOR", *(f"# {line}" for line in lines)]
    text.append("# derived: boost_propellant, boost_thrust, cd (scale), cn_max, loft_max; assumption: the rest but")
    text.append("# mass, burn time, diameter, load factor, ignition delay (relayed)")
    text.append("[48n6e2]")
    for name, value in fields.items():
        if isinstance(value, dict):
            text.append(f"{name} = {{ mach = {value['mach']}, value = {value['value']} }}")
        else:
            text.append(f'{name} = "{value}"' if isinstance(value, str) else f"{name} = {value!r}")
    text += [f"# derived at load: burnout_speed = {row['burnout_speed']:.1f}, slow_length = {row['slow_length']:.0f}"]
    return "\n".join(text) + "\n"


if __name__ == "__main__":
    main()
