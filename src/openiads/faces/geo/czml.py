"""CZML, which Cesium reads: its grammar, and areas of a map in it.

Source: the CZML guide (AnalyticalGraphicsInc/czml-writer, wiki); longitude comes before latitude, heights in meters.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from html import escape

from openiads.base.jsonable import JsonObject
from openiads.faces.geo.areas import FILLS, Area


def packet(id_: str, **properties: object) -> JsonObject:
    """One packet; properties that are None are left out."""
    return {"id": id_, **{name: value for name, value in properties.items() if value is not None}}


def document(name: str, clock: JsonObject | None = None, description: str | None = None) -> JsonObject:
    """The packet that a file begins with."""
    return packet("document", name=name, version="1.0", clock=clock, description=description)


def clock(start: str, stop: str, multiplier: float) -> JsonObject:
    """A viewer's clock, which starts over at the end; ISO 8601 times."""
    return {
        "interval": f"{start}/{stop}",
        "currentTime": start,
        "multiplier": multiplier,
        "range": "LOOP_STOP",
        "step": "SYSTEM_CLOCK_MULTIPLIER",
    }


def sampled(epoch: str, samples: Iterable[tuple[float, Sequence[float]]], key: str, **how: object) -> JsonObject:
    """A property that changes with time: (seconds after the epoch, values), joined by straight lines unless ``how``
    names another interpolation or frame."""
    return {**how, "epoch": epoch, key: [number for time, values in samples for number in (time, *values)]}


def spells(changes: Sequence[tuple[str, object]], stop: str, key: str) -> list[JsonObject]:
    """A property that jumps: (ISO 8601 time, value from then on); the last holds until ``stop``."""
    ends = [*(start for start, _ in changes[1:]), stop]
    return [{"interval": f"{start}/{end}", key: value} for (start, value), end in zip(changes, ends, strict=True)]


def fixed(spot: Sequence[float]) -> JsonObject:
    """A place: longitude, latitude (degrees), height (m)."""
    return {"cartographicDegrees": list(spot)}


def areas(found: Iterable[Area], title: str) -> bytes:
    """A document of one packet a polygon, at the height of its area, on the ground if that is 0."""
    packets = [document(title)]
    for n, each in enumerate(found):
        if each.point is not None:
            told = {"name": each.name, "description": escape(each.words), "position": fixed(each.point)}
            packets.append(packet(f"area-{n}", **told, point={"pixelSize": 10}, label={"text": each.name}))
            continue
        alpha, blue, green, red = bytes.fromhex(FILLS[each.fill])
        for k, rings in enumerate(each.polygons):
            outer, *holes = ([value for lon, lat in ring for value in (lon, lat, each.height)] for ring in rings)
            shape: JsonObject = {
                "positions": fixed(outer),
                "material": {"solidColor": {"color": {"rgba": [red, green, blue, alpha]}}},
            }
            if each.height > 0.0:
                shape["height"] = each.height
            if holes:
                shape["holes"] = {"cartographicDegrees": holes}
            packets.append(packet(f"area-{n}-{k}", name=each.name, description=escape(each.words), polygon=shape))
    return json.dumps(packets).encode()
