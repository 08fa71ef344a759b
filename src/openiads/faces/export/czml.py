"""A replication as CZML, which Cesium plays."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from html import escape
from typing import Any

from openiads.base.jsonable import JsonObject
from openiads.faces.export.about import About
from openiads.faces.export.looks import BELIEFS, ENGAGEMENT, EVENT, color_of, rgba
from openiads.faces.export.story import Engagement, Moment, Mover, Place, Spot, Story, word
from openiads.faces.geo.czml import clock, document, fixed, packet, sampled, spells

#: How fast a viewer plays it at first.
MULTIPLIER = 10

GROUPS = {
    "flights": "Flights (truth)",
    "rounds": "Rounds",
    "tracks": "Tracks (as believed)",
    "ships": "Ships",
    "places": "Places",
    "engagements": "Engagements",
    "events": "Events",
}


def _html(rows: Iterable[tuple[str, Any]]) -> str:
    return "".join(f"<p><b>{escape(str(name))}</b> {escape(str(value))}</p>" for name, value in rows)


def _colors(mover: Mover, about: About) -> JsonObject | list[JsonObject]:
    """The color of a mover; that of a track changes with what is believed."""
    if mover.kind != "track":
        return {"rgba": rgba(color_of(mover))}
    before = [belief for time, belief in mover.beliefs if time <= mover.start]
    changes = [(mover.start, before[-1] if before else mover.beliefs[0][1])]
    changes += [(t, b) for t, b in mover.beliefs if mover.start < t < mover.end]
    if len(changes) == 1:
        return {"rgba": rgba(BELIEFS[changes[0][1]])}
    return spells([(about.at(t), rgba(BELIEFS[b])) for t, b in changes], about.at(mover.end), "rgba")


def _label(words: str) -> dict[str, Any]:
    return {
        "text": words,
        "font": "12px sans-serif",
        "style": "FILL_AND_OUTLINE",
        "outlineWidth": 2,
        "outlineColor": {"rgba": [0, 0, 0, 255]},
        "horizontalOrigin": "LEFT",
        "pixelOffset": {"cartesian2": [8, 0]},
    }


def _point(size: int, color: JsonObject | list[JsonObject], **more: object) -> dict[str, Any]:
    return {"pixelSize": size, "color": color, "outlineColor": {"rgba": [0, 0, 0, 255]}, "outlineWidth": 1, **more}


def _mover(mover: Mover, about: About) -> dict[str, Any]:
    color = _colors(mover, about)
    large = mover.kind in ("flight", "ship")
    facts = [(name, value) for name, value in mover.facts.items() if value]
    if mover.kind == "track":
        facts += [(f"from {time:.1f} s", f"believed {word(belief)}") for time, belief in mover.beliefs]
    return packet(
        mover.id,
        name=mover.name,
        parent=f"{mover.kind}s",
        availability=f"{about.at(mover.start)}/{about.at(mover.end)}",
        description=_html(facts),
        position=sampled(about.at(0.0), mover.spots(), "cartographicDegrees"),
        point=_point(8 if large else 5, color),
        label=_label(mover.name) if large else None,
        path={"width": 2 if large else 1, "leadTime": 0, "material": {"solidColor": {"color": color}}},
    )


def _place(place: Place) -> dict[str, Any]:
    ring = {
        "semiMajorAxis": place.radius,
        "semiMinorAxis": place.radius,
        "height": place.spot[2],
        "material": {"solidColor": {"color": {"rgba": rgba(color_of(place), 70)}}},
    }
    return packet(
        place.id,
        name=place.name,
        parent="places",
        description=_html([("kind", place.kind)]),
        position=fixed(place.spot),
        point=_point(9, {"rgba": rgba(color_of(place))}),
        label=_label(place.name) if place.kind in ("site", "asset") else None,
        ellipse=ring if place.radius else None,
    )


def _engagement(one: Engagement, about: About) -> dict[str, Any]:
    """The line from a fire unit to the flight it engages, from the assignment to the end."""
    facts = [("rounds", one.rounds), ("kills", one.kills), ("assessed", one.verdict or "never")]
    return packet(
        one.id,
        name=f"{one.unit} engages {one.flight}",
        parent="engagements",
        availability=f"{about.at(one.assigned)}/{about.at(one.end)}",
        description=_html(facts),
        polyline={
            "positions": {"references": [f"{one.shooter}#position", f"{one.target}#position"]},
            "arcType": "NONE",
            "width": 1,
            "material": {"solidColor": {"color": {"rgba": rgba(ENGAGEMENT)}}},
        },
    )


def _moment(number: int, moment: Moment, spot: Spot, about: About) -> dict[str, Any]:
    return packet(
        f"event/{number}",
        name=f"{word(moment.kind)}: {moment.words}",
        parent="events",
        availability=f"{about.at(moment.time)}/{about.at(max(about.duration, moment.time))}",
        description=_html([("time", f"{moment.time:.1f} s"), ("what", moment.words)]),
        position=fixed(spot),
        point=_point(4, {"rgba": rgba(EVENT)}),
        properties={"kind": moment.kind.name, "time": moment.time},
    )


def packets(story: Story) -> Iterator[dict[str, Any]]:
    """Every packet of a story, the document first."""
    about = story.about
    yield document(about.title, clock(about.at(0.0), about.at(about.duration), MULTIPLIER), _html(about.rows()))
    yield packet("about", name="About this file", description=_html(about.rows()), properties=dict(about.rows()))
    for group, name in GROUPS.items():
        yield packet(group, name=name)
    for mover in story.picture:
        yield _mover(mover, about)
    for place in story.places:
        yield _place(place)
    for one in story.engagements:
        if one.target:
            yield _engagement(one, about)
    for number, moment, spot in story.marked:
        yield _moment(number, moment, spot, about)


def write(story: Story) -> bytes:
    """The file, one packet a line."""
    lines = (json.dumps(each, ensure_ascii=False, allow_nan=False, separators=(",", ":")) for each in packets(story))
    return ("[\n" + ",\n".join(lines) + "\n]\n").encode()
