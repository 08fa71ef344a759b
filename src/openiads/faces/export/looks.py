"""Colors of an export: by truth for what flies, by belief for what a post sees.  Safe for the color-blind."""

from __future__ import annotations

from openiads.faces.draw.kit import BLUE, GREEN, INK, ORANGE, PINK, SKY, VERMILION
from openiads.faces.export.story import Mover, Place
from openiads.world.codes import Identity, Side

SIDES = {Side.HOSTILE: VERMILION, Side.FRIEND: BLUE, Side.NEUTRAL: GREEN, Side.NONE: INK}

BELIEFS = {
    Identity.NONE: INK,
    Identity.PENDING: ORANGE,
    Identity.UNKNOWN: ORANGE,
    Identity.ASSUMED_FRIEND: BLUE,
    Identity.FRIEND: BLUE,
    Identity.NEUTRAL: GREEN,
    Identity.SUSPECT: PINK,
    Identity.HOSTILE: VERMILION,
}

ROUND, SHIP, ENGAGEMENT, EVENT = SKY, BLUE, "#6a3d9a", "#ffffff"
PLACES = {"asset": "#e6c229", "site": BLUE, "post": BLUE, "radar": "#6a3d9a", "fire unit": BLUE}


def color_of(thing: Mover | Place) -> str:
    """The color of a thing, ``#rrggbb``; a track has that of its last belief."""
    if isinstance(thing, Place):
        return PLACES[thing.kind]
    if thing.kind == "round":
        return ROUND
    if thing.kind == "track":
        return BELIEFS[thing.beliefs[-1][1]]
    return SHIP if thing.kind == "ship" else SIDES[thing.side]


def rgba(color: str, alpha: int = 255) -> list[int]:
    """``#rrggbb`` as red, green, blue, alpha of 0 to 255."""
    return [*bytes.fromhex(color[1:]), alpha]
