"""The picture of debris: where pieces of all replications come down, and the towns."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from openiads.base.errors import UsageError
from openiads.faces.draw.kit import BLUE, VERMILION, blank, style
from openiads.faces.pages.answers import common
from openiads.faces.words import debris as words

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from openiads.experiments.debris import DebrisAnswer


def fallen(found: DebrisAnswer) -> Figure:
    """Pieces as dots on a plain map in degrees; towns as circles with their names."""
    from matplotlib.patches import Ellipse

    if len(found.ground) == 0:
        raise UsageError("pieces", "nothing was killed", "Run more replications")
    with style("debris"):
        figure = blank(9.0, 7.6)
        axes = figure.subplots()
        lat, lon = (180.0 / math.pi * found.ground[:, k] for k in (1, 2))
        axes.scatter(lon, lat, s=2.0, color=BLUE, alpha=0.25, linewidths=0.0, rasterized=True)
        stretch = math.cos(math.radians(float(lat.mean())))
        for town in found.towns:
            high = 2.0 * town["radius_m"] / 111_195.0
            at = (town["longitude"], town["latitude"])
            axes.add_patch(Ellipse(at, high / stretch, high, fill=False, color=VERMILION, linewidth=1.4))
            axes.annotate(common.printable(town["town"]), at, color=VERMILION, ha="center", va="center", fontsize=8)
        axes.set_aspect(1.0 / stretch)
        axes.set(xlabel="longitude, degrees", ylabel="latitude, degrees")
        axes.autoscale_view()
        told = found.as_dict()
        common.titled(figure, f"{found.name}: where pieces of {found.kills} kills come down, as declared")
        n = f"n = {found.replications} replications"
        common.small_print(figure, n=n, seed=found.seed, digest=found.digest, notes=words.lines(told)[1:])
    return figure
