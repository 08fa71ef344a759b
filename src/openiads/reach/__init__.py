"""What geometry and physics allow without drawing anything: coverage, envelopes, footprints, keep-out maps."""

from openiads.base.packages import callable_as

callable_as(__name__, "openiads.reach.neighbors", "reach")
