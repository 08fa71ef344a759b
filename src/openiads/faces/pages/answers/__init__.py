"""Pictures of answers: each function takes a sweep, a comparison or what became of a question, and returns a Figure.

Every figure carries n, seed and digest in small print, and names its intervals.  What is not a number (0/0, never) is a
gap with a note.  Doubt of dice is filled and blue, doubt of knowledge hatched and orange; the two are never mixed.
"""

from openiads.faces.pages.answers.campaign import course
from openiads.faces.pages.answers.common import save
from openiads.faces.pages.answers.contributions import gains
from openiads.faces.pages.answers.debris import fallen
from openiads.faces.pages.answers.doubt import spreads, tornado
from openiads.faces.pages.answers.mistakes import forest, frontier, odds, spared
from openiads.faces.pages.answers.pairs import differences
from openiads.faces.pages.answers.points import distributions
from openiads.faces.pages.answers.sweeps import against, heat_map

__all__ = [
    "against",
    "course",
    "differences",
    "distributions",
    "fallen",
    "forest",
    "frontier",
    "gains",
    "heat_map",
    "odds",
    "save",
    "spared",
    "spreads",
    "tornado",
]
