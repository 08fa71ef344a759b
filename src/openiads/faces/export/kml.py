"""A replication as KML, which Google Earth plays.

Source: OGC KML 2.2 and Google's extension ``gx:Track``; heights are absolute, which KML does not do by itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from typing import Any
from xml.etree import ElementTree as Tree

from openiads.faces.export.about import About
from openiads.faces.export.looks import BELIEFS, ENGAGEMENT, EVENT, PLACES, ROUND, SHIP, SIDES, color_of
from openiads.faces.export.story import Engagement, Moment, Mover, Place, Spot, Story, word

KML, GX = "http://www.opengis.net/kml/2.2", "http://www.google.com/kml/ext/2.2"
Element = Tree.Element

_COLORS = sorted({*SIDES.values(), *BELIEFS.values(), *PLACES.values(), ROUND, SHIP, ENGAGEMENT, EVENT})

# ------------------------------------------------------------------ the grammar


def node(parent: Element | None, tag: str, words: str | None = None, **attributes: str) -> Element:
    """A new element; ``gx:`` in front of a tag means Google's namespace."""
    name = f"{{{GX}}}{tag[3:]}" if tag.startswith("gx:") else f"{{{KML}}}{tag}"
    made = Tree.Element(name, attributes) if parent is None else Tree.SubElement(parent, name, attributes)
    made.text = words
    return made


def coordinates(spots: Iterable[Sequence[float]]) -> str:
    """Longitude, latitude and height of each position as KML writes them."""
    return " ".join(",".join(f"{number:.10g}" for number in spot) for spot in spots)


def line(parent: Element, spots: Iterable[Sequence[float]], mode: str = "absolute", extrude: bool = False) -> Element:
    """A LineString through positions; extrude : draw a curtain down to the ground."""
    made = node(parent, "LineString")
    if extrude:
        node(made, "extrude", "1")
    node(made, "altitudeMode", mode)
    node(made, "coordinates", coordinates(spots))
    return made


def placemark(
    parent: Element,
    name: str,
    *,
    id_: str = "",
    times: Sequence[str] = (),
    color: str = "",
    rows: Iterable[tuple[str, Any]] = (),
) -> Element:
    """A placemark without its geometry, its parts in the order of the schema.

    times : one for a moment, two for a span, ISO 8601; color : ``#rrggbb`` of a style; rows : its data
    """
    made, rows = node(parent, "Placemark", **({"id": id_.replace("/", "-")} if id_ else {})), list(rows)
    node(made, "name", name)
    if rows:
        node(made, "description", balloon([("name", name), *rows]))
    if times:
        when = node(made, "TimeStamp" if len(times) == 1 else "TimeSpan")
        for tag, time in zip(("when",) if len(times) == 1 else ("begin", "end"), times, strict=True):
            node(when, tag, time)
    if color:
        node(made, "styleUrl", f"#c{color[1:]}")
    _data(made, rows)
    return made


def text(root: Element) -> bytes:
    """A document as UTF-8."""
    Tree.register_namespace("", KML)
    Tree.register_namespace("gx", GX)
    return bytes(Tree.tostring(root, encoding="utf-8", xml_declaration=True))


def balloon(rows: Iterable[tuple[str, Any]]) -> str:
    """What a viewer shows of a feature.  Viewers take it for HTML, so it is escaped as such."""
    return "<br>".join(f"{escape(name)}: {escape(str(value))}" for name, value in rows)


def _data(parent: Element, rows: Iterable[tuple[str, Any]]) -> None:
    """What else there is to say of a feature, a name and a value each."""
    rows = list(rows)
    data = node(parent, "ExtendedData") if rows else parent
    for name, value in rows:
        node(node(data, "Data", name=name), "value", str(value))


def _abgr(color: str, alpha: int = 255) -> str:
    red, green, blue = color[1:3], color[3:5], color[5:7]
    return f"{alpha:02x}{blue}{green}{red}"


# ------------------------------------------------------------------ the parts of a story


def _styles(parent: Element) -> None:
    for color in _COLORS:
        style = node(parent, "Style", id=f"c{color[1:]}")
        node(node(style, "IconStyle"), "color", _abgr(color))
        look = node(style, "LineStyle")
        node(look, "color", _abgr(color))
        node(look, "width", "2")
        node(node(style, "BalloonStyle"), "text", "$[description]")  # a name would be taken for HTML


def _mover(parent: Element, mover: Mover, about: About) -> None:
    rows = [("id", mover.id), *mover.facts.items(), ("start, s", mover.start), ("end, s", mover.end)]
    rows += [(f"believed from {time:.1f} s", word(belief)) for time, belief in mover.beliefs]
    mark = placemark(parent, mover.name, id_=mover.id, color=color_of(mover), rows=rows)
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
    node(point, "coordinates", coordinates([spot]))


def _place(parent: Element, place: Place) -> None:
    rows: list[tuple[str, Any]] = [("id", place.id), ("kind", place.kind)]
    rows += [("radius, m", place.radius)] if place.radius else []
    _point(placemark(parent, place.name, id_=place.id, color=color_of(place), rows=rows), place.spot)


def _engagement(parent: Element, one: Engagement, about: About) -> None:
    if one.unit_at is None or one.target_at is None:
        return
    rows = [("id", one.id), ("track", one.track), ("rounds", one.rounds), ("kills", one.kills)]
    rows += [("assessed", one.verdict)] if one.verdict else []
    times = (about.at(one.assigned), about.at(one.end))
    name = f"{one.unit} engages {one.flight}"
    line(placemark(parent, name, id_=one.id, times=times, color=ENGAGEMENT, rows=rows), (one.unit_at, one.target_at))


def _moment(parent: Element, number: int, moment: Moment, spot: Spot, about: About) -> None:
    rows: list[tuple[str, Any]] = [("kind", moment.kind.name), ("time, s", moment.time)]
    name = f"{word(moment.kind)}: {moment.words}"
    _point(placemark(parent, name, id_=f"event/{number}", times=[about.at(moment.time)], color=EVENT, rows=rows), spot)


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
    node(document, "description", balloon(story.about.rows()))
    _styles(document)
    _data(document, story.about.rows())
    _fill(document, story)
    return text(root)
