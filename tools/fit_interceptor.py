"""Fit what nobody published of the catalog's rounds to what was published, one method for every round of every side.

The targets of a round are the published figures that its ``fitted`` list names; free are, one for each target, the
boost propellant and with it thrust (peak speed), a scale of the drag curve (range), the greatest normal-force
coefficient (ceiling) and the loft (apogee of the long shot).  The minimum range is a bound, not a target: the model's
is kinematic alone and should not lie beyond the published one.  Everything else of a round is as in the catalog.  The
model's figures are those of `openiads.explain.round_table`; those outside the list are printed with their miss.

Usage: python tools/fit_interceptor.py [--near] [--write] [ROUND ...]   (no round: all; --write: into its file;
--near: begins at the catalog's present values instead of a coarse grid, for a small change of something else)
"""

from __future__ import annotations

import re
import sys
from importlib import resources
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
from scipy.optimize import minimize

from openiads.catalog.load import catalog
from openiads.catalog.records import Entry
from openiads.catalog.rounds import round_values
from openiads.explain import round_table
from openiads.physics import flyout

GRAVITY = 9.80665
#: Shape of zero-lift drag of a finned body, power off: an assumption, the same for every round.
MACH = [0.0, 0.8, 1.0, 1.2, 1.5, 2.0, 3.0, 4.0, 5.0]
DRAG = [0.22, 0.22, 0.36, 0.42, 0.40, 0.35, 0.27, 0.22, 0.19]
#: Vacuum specific impulse (s): of a composite motor; and of all the mass that leaves where a spent stage is in it.
IMPULSE, STAGED = 250.0, 210.0
TWO_STAGES = ("9m83", "9m82", "9m83m", "9m82m", "9m82md", "57e6", "aster30", "5v28e")
#: What is fitted to where it is not the published number itself (SI): the middle of a published interval.
AIMS = {
    "48n6e2": {"max_range": 197_500.0, "max_altitude": 28_500.0, "peak_speed": 2000.0, "apogee": 32_000.0},
}
#: Parameter that serves each target -> where it is looked for; propellant as a share of the launch mass.
FREE = {"peak_speed": "propellant", "max_range": "drag", "max_altitude": "lift", "apogee": "loft"}
GRID = {
    "propellant": (0.45, 0.55, 0.62, 0.7, 0.78),
    "drag": (0.6, 1.0, 1.5, 2.2, 3.2),
    "lift": (0.8, 1.4, 2.2, 3.5, 6.0),
    "loft": (0.4, 0.5, 0.6),
}
BOUNDS = {"propellant": (0.2, 0.85), "drag": (0.2, 6.0), "lift": (0.1, 40.0), "loft": (0.0, 1.5)}


def free_of(entry: Entry) -> list[str]:
    """What is fitted of a round, one parameter for each target."""
    return [name for field, name in FREE.items() if field in entry.lists["fitted"]]


def changed(entry: Entry, x: Any) -> dict[str, Any]:
    """The fitted fields of a round (SI) at the vector x of its free parameters."""
    at = dict(zip(free_of(entry), (float(v) for v in x), strict=True))
    found: dict[str, Any] = {}
    if "propellant" in at:
        impulse = STAGED if entry.name in TWO_STAGES else IMPULSE
        propellant = at["propellant"] * entry.launch_mass.si
        thrust = propellant * impulse * GRAVITY / entry.boost_time.si
        found |= {"boost_propellant": propellant, "boost_thrust": thrust}
    if "drag" in at:
        found["cd"] = {"mach": MACH, "value": [round(at["drag"] * c, 4) for c in DRAG]}
    if "lift" in at:
        found["cn_max"] = round(at["lift"], 4)
    return found | ({"loft_max": round(at["loft"], 3)} if "loft" in at else {})


def aims_of(entry: Entry) -> dict[str, float]:
    """What the round's figures are to become, SI."""
    return {field: AIMS.get(entry.name, {}).get(field, entry.si(field)) for field in entry.lists["fitted"]}


def present(entry: Entry) -> list[float]:
    """The free parameters that give the fields of the catalog as they are."""
    found = {
        "propellant": entry.boost_propellant.si / entry.launch_mass.si,
        "drag": float(round_values(entry)["cd"]["value"][0]) / DRAG[0],
        "lift": entry.cn_max.si,
        "loft": entry.loft_max.si,
    }
    return [found[name] for name in free_of(entry)]


def fitted(entry: Entry, *, near: bool = False) -> dict[str, Any]:
    """The fitted fields of a round (SI): the best of a coarse grid, or what the catalog has, then a simplex search
    without derivatives, because the range has steps where a shot first fails."""
    aims, free = aims_of(entry), free_of(entry)
    values = round_values(entry)
    low, high = (np.log([max(BOUNDS[name][k], 1e-3) for name in free]) for k in (0, 1))

    def misfit(logs: Any) -> float:
        if np.any(logs < low) or np.any(logs > high):
            return 1e3
        row = flyout.interceptor(values | changed(entry, np.exp(logs)))
        got = round_table.flown_round(row, entry.max_range.si, round_table.height_of(entry))
        beyond = max(got["min_range"] / entry.min_range.si - 1.0, 0.0)
        return sum((got[field] / aim - 1.0) ** 2 for field, aim in aims.items()) + (0.2 * beyond) ** 2

    grid = [present(entry)] if near else list(product(*(GRID[name] for name in free)))
    best = sorted(np.log(grid), key=misfit)[:3]
    options = {"xatol": 1e-4, "fatol": 1e-8, "maxfev": 150}
    for _ in range(2):  # a simplex that has collapsed at a step gets a new start there
        found = [minimize(misfit, start, method="Nelder-Mead", options=options) for start in best]
        best = [min(found, key=lambda each: each.fun).x]
    return changed(entry, np.exp(best[0]))


def told(entry: Entry, fields: dict[str, Any]) -> list[str]:
    """One line for each published figure of a round with the fitted fields."""
    row = flyout.interceptor(round_values(entry) | fields)
    got = round_table.flown_round(row, entry.max_range.si, round_table.height_of(entry))
    aims = aims_of(entry)
    lines = []
    for field, name in round_table.ROUND_FIGURES.items():
        if entry.has(field):
            aim = aims.get(field, entry.si(field))
            kind = "fitted   " if field in aims else "predicted"
            off = 100.0 * (got[field] / aim - 1.0)
            lines.append(f"{kind} {name:14s} {got[field]:10.5g}  off {off:+6.1f} % of {aim:g}")
    return lines


def written(text: str, name: str, fields: dict[str, Any]) -> str:
    """The text of a file of interceptors with the fitted fields of one round; intervals and notes stay."""
    begin = re.search(rf"^\[{re.escape(name)}\]$", text, re.MULTILINE)
    if begin is None:
        raise SystemExit(f"{name} is not in interceptors.toml")
    end = text.find("\n[", begin.end())
    part = text[begin.end() : end if end >= 0 else len(text)]
    for field, value in fields.items():
        if field == "cd":
            new = rf"cd = {{ mach = {value['mach']}, value = {value['value']},"
            part, count = re.subn(r"^cd = \{ mach = \[.*?\], value = \[.*?\],", new, part, flags=re.MULTILINE)
        else:
            number = value / 1000.0 if field == "boost_thrust" else value  # kN in the file
            part, count = re.subn(
                rf"^({field} = {{ value = )[-\d.e]+", rf"\g<1>{float(number):.7g}", part, flags=re.MULTILINE
            )
        if count != 1:
            raise SystemExit(f"{name}.{field}: {count} lines, not one")
    return text[: begin.end()] + part + (text[end:] if end >= 0 else "")


def main() -> None:
    """Fit, print, and write the fields where asked."""
    wanted = [word for word in sys.argv[1:] if not word.startswith("--")]
    folder = Path(str(resources.files("openiads.catalog") / "entries"))
    for entry in catalog().interceptors.values():
        if wanted and entry.name not in wanted:
            continue
        fields = fitted(entry, near="--near" in sys.argv[1:])
        print(f"{entry.name}: {entry.title}")
        print("\n".join(f"  {line}" for line in told(entry, fields)))
        for field, value in fields.items():
            print(f"    {field} = {value}")
        if "--write" in sys.argv[1:]:
            (file,) = (f for f in folder.rglob("interceptors.toml") if f"\n[{entry.name}]\n" in f.read_text("utf-8"))
            file.write_text(written(file.read_text(encoding="utf-8"), entry.name, fields), encoding="utf-8")


if __name__ == "__main__":
    main()
