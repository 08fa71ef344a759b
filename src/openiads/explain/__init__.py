"""Accounts of a run: the kill chain of each flight, timelines, what went into it, closed forms beside it."""

from openiads.base.packages import callable_as

callable_as(__name__, "openiads.explain.kill_chain", "explain")
