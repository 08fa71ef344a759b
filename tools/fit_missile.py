"""Fit the burnout mass and the loft angle of the catalog's ballistic missiles to their published range and apogee.

Only missiles whose ``fitted`` list names both are fitted; flight time, burnout speed and terminal speed stay unfitted
and are printed with their miss.  The model's figures are those of `openiads.explain.round_table`.

Usage: python tools/fit_missile.py [--write] [MISSILE ...]   (no missile: all; --write: into its file)
"""

from __future__ import annotations

import math
import sys
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
from fit_interceptor import written
from scipy.optimize import least_squares

from openiads.catalog.load import catalog
from openiads.catalog.records import Entry
from openiads.catalog.rounds import missile_values
from openiads.explain import round_table
from openiads.physics import ballistics

TARGETS = ("range_max", "apogee")


def flown(entry: Entry, x: Any) -> dict[str, float]:
    """The model's figures (SI) at x: burnout mass as a share of the launch mass, and loft angle (rad)."""
    values = missile_values(entry) | {"burnout_mass": float(x[0]) * entry.launch_mass.si, "loft": float(x[1])}
    return round_table.flown_missile(ballistics.missile(values))


def fitted(entry: Entry) -> Any:
    """The vector x of `flown` that meets both targets best."""

    def residuals(x: Any) -> list[float]:
        got = flown(entry, x)
        return [got[field] / entry.si(field) - 1.0 for field in TARGETS]

    start = np.array([entry.burnout_mass.si / entry.launch_mass.si, entry.loft_angle.si])
    bounds = ([0.1, math.radians(15.0)], [0.9, math.radians(80.0)])
    return least_squares(residuals, start, bounds=bounds, diff_step=1e-3).x


def main() -> None:
    """Fit, print, and write the fields where asked."""
    wanted = [word for word in sys.argv[1:] if word != "--write"]
    folder = Path(str(resources.files("openiads.catalog") / "entries"))
    for entry in round_table.ballistic(catalog()):
        if set(entry.lists.get("fitted", ())) != set(TARGETS) or (wanted and entry.name not in wanted):
            continue
        x = fitted(entry)
        fields = {
            "burnout_mass": round(float(x[0]) * entry.launch_mass.si, 1),
            "loft_angle": round(math.degrees(x[1]), 3),
        }
        got = flown(entry, (fields["burnout_mass"] / entry.launch_mass.si, math.radians(fields["loft_angle"])))
        print(f"{entry.name}: {entry.title}  {fields}")
        for field, name in round_table.MISSILE_FIGURES.items():
            kind = "fitted   " if field in TARGETS else "predicted"
            off = 100.0 * (got[field] / entry.si(field) - 1.0)
            print(f"  {kind} {name:14s} {got[field]:10.5g}  off {off:+6.1f} % of {entry.si(field):g}")
        if "--write" in sys.argv[1:]:
            (file,) = (f for f in folder.rglob("threats.toml") if f"\n[{entry.name}]\n" in f.read_text("utf-8"))
            file.write_text(written(file.read_text(encoding="utf-8"), entry.name, fields), encoding="utf-8")


if __name__ == "__main__":
    main()
