"""Doors for tests to single kernels that the engine calls among themselves."""

from openiads.base.compiled import kernel
from openiads.parts.engagements import engage, own_state
from openiads.parts.flights import begin
from openiads.parts.weapons import close_in


@kernel("void(Sim, i8, i8, i8, f8, f8, f8)", entry=True)
def engage_one(sim, u, magazine, k, first, last, believed):
    """``engagements.engage``."""
    engage(sim, u, magazine, k, first, last, believed)


@kernel("tuple_of(f8, f8, f8, f8, f8, f8)(Sim, i8)", entry=True)
def own_state_of(sim, e):
    """``engagements.own_state``."""
    return own_state(sim, e)


@kernel("void(Sim)", entry=True)
def begin_all(sim):
    """``flights.begin``."""
    begin(sim)


@kernel("void(Sim, i8)", entry=True)
def close_in_now(sim, k):
    """``weapons.close_in``."""
    close_in(sim, k)
