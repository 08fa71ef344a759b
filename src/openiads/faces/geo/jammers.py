"""Places of jammers as points of files."""

from __future__ import annotations

import math

from openiads.faces.geo.areas import Area, spot
from openiads.faces.words import text
from openiads.reach.burn_through import Jammed


def jammers(found: Jammed) -> list[Area]:
    """A point for each jammer, with what it is."""
    out = []
    for each in found.emitters:
        told = {"jammer": each.kind, "height_m": each.height, "above": "sea", "radiates": each.on, "note": text.FOOTER}
        at = spot(math.degrees(each.latitude), math.degrees(each.longitude), each.height)
        out.append(Area(f"{each.name}: {each.title}", told, [], point=at))
    return out
