"""Doors for tests to single kernels that the engine calls among themselves."""

from openiads.base.compiled import kernel
from openiads.doctrine.identification import identify
from openiads.parts.engagements import engage, own_state
from openiads.parts.flights import begin
from openiads.parts.interrogation import interrogate
from openiads.parts.launchers import spend
from openiads.parts.tracks import confirm, new_track
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


@kernel("void(Sim, i8)", entry=True)
def spend_one(sim, k):
    """``weapons.spend``."""
    spend(sim, k)


@kernel("void(Sim, i8)", entry=True)
def confirm_one(sim, k):
    """``tracks.confirm``."""
    confirm(sim, k)


@kernel("i8(Sim, i8, i8)", entry=True)
def track_for(sim, owner, post):
    """``tracks.new_track``."""
    return new_track(sim, owner, post)


@kernel("i8(Sim, i8, i8, f8, b1)", entry=True)
def question(sim, post, k, apart, inbound):
    """``interrogation.interrogate`` until the last question, each so many seconds after the one before, and
    ``identification.identify``.
    """
    situation, track = sim.situation[0], sim.tracks[k]
    for n in range(situation["interrogations"]):
        situation["now"] = apart * (n + 1)
        track["time"] = situation["now"]
        interrogate(sim, post, k)
    return identify(situation, track, inbound)
