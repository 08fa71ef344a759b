"""What a run does not know of its ground, told: where there are no data, which files give none, what looks odd."""

from __future__ import annotations

from openiads.earth.packings import listing
from openiads.world.build import World
from openiads.world.ground import silent_files, unknown_to_flights, unknown_to_radars

TOLD = 0.001  # share without data from which it is told


def unknown_ground(world: World) -> list[str]:
    """A line each for ground without data, files that give nothing, and what is odd about the data.

    Parameters
    ----------
    world : World
    """
    found = []
    radars = unknown_to_radars(world)
    if radars.share > TOLD:
        found.append(
            f"{_percent(radars.share)} of the ground within the radars' ranges has no data, and the sea is put there: "
            f"tiles {listing(radars.tiles)}"
        )
    for name, touched in unknown_to_flights(world).items():
        if touched.share > TOLD:
            found.append(
                f'flight "{name}": {_percent(touched.share)} of its way leads over ground without data, where the sea '
                f"is put: tiles {listing(touched.tiles)}"
            )
    if world.scenario.terrain.source == "files" and (silent := silent_files(world)):
        found.append(
            f"no height is taken from {listing(silent)}: nothing in the scenario is near, or others come first"
        )
    return [*found, *world.terrain.remarks()]


def _percent(share: float) -> str:
    return f"{100.0 * share:.0f} %" if share >= 0.01 else f"{100.0 * share:.1f} %"
