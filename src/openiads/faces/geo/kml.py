"""KML, which Google Earth reads: its grammar, and areas of a map in it.

Source: OGC KML 2.2 and Google's extension ``gx:Track``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from xml.etree import ElementTree as Tree

from openiads.faces.geo.areas import DIGITS, FILLS, Area
from openiads.faces.geo.geojson import cut

KML, GX = "http://www.opengis.net/kml/2.2", "http://www.google.com/kml/ext/2.2"
Element = Tree.Element


def node(parent: Element | None, tag: str, words: str | None = None, **attributes: str) -> Element:
    """A new element; ``gx:`` in front of a tag means Google's namespace."""
    name = f"{{{GX}}}{tag[3:]}" if tag.startswith("gx:") else f"{{{KML}}}{tag}"
    made = Tree.Element(name, attributes) if parent is None else Tree.SubElement(parent, name, attributes)
    made.text = words
    return made


def coordinates(spots: Iterable[Sequence[float]], forms: Sequence[str] = (".10g",) * 3) -> str:
    """Longitude, latitude and height of each position as KML writes them.  forms : how each number is printed"""
    return " ".join(",".join(f"{number:{form}}" for number, form in zip(spot, forms, strict=False)) for spot in spots)


def line(parent: Element, spots: Iterable[Sequence[float]], mode: str = "absolute", extrude: bool = False) -> Element:
    """A LineString through positions, or several in a MultiGeometry where it crosses the antimeridian.

    extrude : draw a curtain down to the ground
    """
    pieces = cut([list(spot) for spot in spots])
    whole = node(parent, "MultiGeometry") if len(pieces) > 1 else parent
    for piece in pieces:
        made = node(whole, "LineString")
        if extrude:
            node(made, "extrude", "1")
        node(made, "altitudeMode", mode)
        node(made, "coordinates", coordinates(piece))
    return made if len(pieces) == 1 else whole


def polygon(parent: Element, rings: Iterable[str]) -> Element:
    """A Polygon.  rings : coordinates of its outer ring and then of its holes, each closed"""
    made = node(parent, "Polygon")
    for n, ring in enumerate(rings):
        edge = node(made, "innerBoundaryIs" if n else "outerBoundaryIs")
        node(node(edge, "LinearRing"), "coordinates", ring)
    return made


def style(
    parent: Element, id_: str, width: str, *, icon: str = "", line: str = "", fill: str = "", balloon: str = ""
) -> Element:
    """A style: width of lines, colors (aabbggrr), text of the balloon."""
    made = node(parent, "Style", id=id_)
    if icon:
        node(node(made, "IconStyle"), "color", icon)
    look = node(made, "LineStyle")
    if line:
        node(look, "color", line)
    node(look, "width", width)
    if fill:
        node(node(made, "PolyStyle"), "color", fill)
    if balloon:
        node(node(made, "BalloonStyle"), "text", balloon)
    return made


def placemark(
    parent: Element,
    name: str,
    *,
    id_: str = "",
    description: str = "",
    times: Sequence[str] = (),
    style: str = "",
    rows: Iterable[tuple[str, object]] = (),
) -> Element:
    """A placemark without its geometry, its parts in the order of the schema.

    times : one for a moment, two for a span, ISO 8601; style : its id; rows : its data
    """
    made = node(parent, "Placemark", **({"id": id_.replace("/", "-")} if id_ else {}))
    node(made, "name", name)
    if description:
        node(made, "description", description)
    if times:
        when = node(made, "TimeStamp" if len(times) == 1 else "TimeSpan")
        for tag, time in zip(("when",) if len(times) == 1 else ("begin", "end"), times, strict=True):
            node(when, tag, time)
    if style:
        node(made, "styleUrl", f"#{style}")
    data(made, rows)
    return made


def data(parent: Element, rows: Iterable[tuple[str, object]]) -> None:
    """What else there is to say of a feature, a name and a value each."""
    rows = list(rows)
    data = node(parent, "ExtendedData") if rows else parent
    for name, value in rows:
        node(node(data, "Data", name=name), "value", str(value))


def text(root: Element) -> bytes:
    """A document as UTF-8."""
    Tree.register_namespace("", KML)
    Tree.register_namespace("gx", GX)
    return bytes(Tree.tostring(root, encoding="utf-8", xml_declaration=True))


def balloon(rows: Iterable[tuple[str, object]]) -> str:
    """What a viewer shows of a feature.  Viewers take it for HTML, so it is escaped as such."""
    return "<br>".join(f"{escape(name)}: {escape(str(value))}" for name, value in rows)


def areas(found: Iterable[Area], title: str) -> bytes:
    """A document of one placemark an area; fills go with the shade."""
    root = node(None, "kml")
    document = node(root, "Document")
    node(document, "name", title)
    for n, fill in enumerate(FILLS):
        style(document, f"shade{n}", "1.5", fill=fill)
    for each in found:
        mark = placemark(document, each.name, description=escape(each.words), style=f"shade{each.fill}")
        if each.point is not None:
            made = node(mark, "Point")
            node(made, "altitudeMode", "absolute")
            node(made, "coordinates", coordinates([each.point]))
            continue
        group = node(mark, "MultiGeometry")
        for rings in each.polygons:
            corners = ([(*spot, each.height) for spot in ring] for ring in rings)
            polygon(group, (coordinates(ring, (f".{DIGITS}f", f".{DIGITS}f", "g")) for ring in corners))
    return text(root)
