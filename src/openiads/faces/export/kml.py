"""A replication as KML, which Google Earth plays.  Heights are absolute, which KML does not do by itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from openiads.faces.export.about import About
from openiads.faces.export.looks import BELIEFS, ENGAGEMENT, EVENT, PLACES, ROUND, SHIP, SIDES, color_of
from openiads.faces.export.story import Engagement, Moment, Mover, Place, Spot, Story, word
from openiads.faces.geo import kml
from openiads.faces.geo.kml import Element, node

_COLORS = sorted({*SIDES.values(), *BELIEFS.values(), *PLACES.values(), ROUND, SHIP, ENGAGEMENT, EVENT})


def _abgr(color: str, alpha: int = 255) -> str:
    red, green, blue = color[1:3], color[3:5], color[5:7]
    return f"{alpha:02x}{blue}{green}{red}"


def _styles(parent: Element) -> None:
    for color in _COLORS:
        shown = _abgr(color)
        # The balloon shows the description alone: a name would be taken for HTML.
        kml.style(parent, f"c{color[1:]}", "2", icon=shown, line=shown, balloon="$[description]")


def _mark(
    parent: Element, name: str, id_: str, color: str, rows: list[tuple[str, Any]], times: Sequence[str] = ()
) -> Element:
    """A placemark with its rows as data, and in its balloon."""
    told = kml.balloon([("name", name), *rows])
    return kml.placemark(parent, name, id_=id_, description=told, times=times, style=f"c{color[1:]}", rows=rows)


def _mover(parent: Element, mover: Mover, about: About) -> None:
    rows = [("id", mover.id), *mover.facts.items(), ("start, s", mover.start), ("end, s", mover.end)]
    rows += [(f"believed from {time:.1f} s", word(belief)) for time, belief in mover.beliefs]
    mark = _mark(parent, mover.name, mover.id, color_of(mover), rows)
    track = node(mark, "gx:Track")
    node(track, "altitudeMode", "absolute")
    spots = list(mover.spots())
    for time, _ in spots:
        node(track, "when", about.at(time))
    for _, spot in spots:
        node(track, "gx:coord", " ".join(f"{number:.10g}" for number in spot))


def _point(mark: Element, spot: Spot) -> None:
    point = node(mark, "Point")
    node(point, "altitudeMode", "absolute")
    node(point, "coordinates", kml.coordinates([spot]))


def _place(parent: Element, place: Place) -> None:
    rows: list[tuple[str, Any]] = [("id", place.id), ("kind", place.kind)]
    rows += [("radius, m", place.radius)] if place.radius else []
    _point(_mark(parent, place.name, place.id, color_of(place), rows), place.spot)


def _engagement(parent: Element, one: Engagement, about: About) -> None:
    if one.unit_at is None or one.target_at is None:
        return
    rows = [("id", one.id), ("track", one.track), ("rounds", one.rounds), ("kills", one.kills)]
    rows += [("assessed", one.verdict)] if one.verdict else []
    times = (about.at(one.assigned), about.at(one.end))
    name = f"{one.unit} engages {one.flight}"
    kml.line(_mark(parent, name, one.id, ENGAGEMENT, rows, times), (one.unit_at, one.target_at))


def _moment(parent: Element, number: int, moment: Moment, spot: Spot, about: About) -> None:
    rows: list[tuple[str, Any]] = [("kind", moment.kind.name), ("time, s", moment.time)]
    name = f"{word(moment.kind)}: {moment.words}"
    _point(_mark(parent, name, f"event/{number}", EVENT, rows, [about.at(moment.time)]), spot)


def _folder(parent: Element, name: str, *, shown: bool = True) -> Element:
    made = node(parent, "Folder")
    node(made, "name", name)
    if not shown:
        node(made, "visibility", "0")
    return made


def _fill(root: Element, story: Story) -> None:
    """A folder for each kind of thing."""
    about = story.about
    for name, movers in (
        ("Flights (truth)", story.flights),
        ("Rounds", story.rounds),
        ("Tracks (as believed)", story.tracks),
        ("Ships", story.ships),
    ):
        folder = _folder(root, name)
        for mover in movers:
            _mover(folder, mover, about)
    folder = _folder(root, "Places")
    for place in story.places:
        _place(folder, place)
    folder = _folder(root, "Engagements", shown=False)
    for one in story.engagements:
        _engagement(folder, one, about)
    folder = _folder(root, "Events")
    for number, moment, spot in story.marked:
        _moment(folder, number, moment, spot, about)


def write(story: Story) -> bytes:
    """The file."""
    root = node(None, "kml")
    document = node(root, "Document")
    node(document, "name", story.about.title)
    node(document, "description", kml.balloon(story.about.rows()))
    _styles(document)
    kml.data(document, story.about.rows())
    _fill(document, story)
    return kml.text(root)
