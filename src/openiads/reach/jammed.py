"""How jammers stand in the receivers of a world's radars at one time."""

from __future__ import annotations

import numpy as np

from openiads.base.compiled import kernel
from openiads.engine.runner import Runner
from openiads.parts.jamming import receive
from openiads.world.build import World
from openiads.world.layout import SPOKE, Sim


@kernel("void(Sim, f8)", entry=True)
def receive_all(sim: Sim, t: float) -> None:
    """What every radar receives of every jammer at a time (s)."""
    sim.situation[0]["now"] = t
    for r in range(len(sim.radars)):
        for j in range(len(sim.jammers)):
            receive(sim, r, j, t)


def spokes_at(world: World, when: float | None) -> np.ndarray:
    """How each jammer stands in each radar's receiver, dtype ``SPOKE``, shape (radars, jammers).

    when : s; None: nobody jams, and there is no column
    """
    if when is None or not len(world.rows["jammers"]):
        return np.zeros((len(world.rows["radars"]), 0), SPOKE)
    sim = Runner(world, 1).sim
    receive_all(sim, when)
    return sim.spokes.copy()
