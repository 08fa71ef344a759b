"""GPX as features: waypoints, routes, and tracks, each segment a line.

Source of the form: GPX 1.1 (Topografix). Heights are meters above the sea.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from xml.etree.ElementTree import Element

import numpy as np

from openiads.foreign.features import Feature, Gathering, Heights, array, plain
from openiads.foreign.files import Source, utc
from openiads.foreign.markup import pieces, words

#: Elements of a point, route or track that are kept as its properties.
KEPT = ("type", "sym", "desc", "cmt", "src")


def read(source: Source, into: Gathering) -> None:
    """Read a file's points, routes and tracks; InputError for what is no XML."""
    for piece in pieces(source.data, source.file, frozenset({"wpt", "rte", "trk"})):
        each, where = piece.element, f"line {piece.line}"
        about = {key: plain(words(each, key)) for key in KEPT if plain(words(each, key))}
        name = plain(words(each, "name"))
        if each.tag == "wpt":
            _take([each], "point", name, about, where, into)
        elif each.tag == "rte":
            _take(each.findall("rtept"), "line", name, about, where, into)
        else:
            segments = [found for found in each.findall("trkseg") if len(found)]
            for segment in segments:
                _take(segment.findall("trkpt"), "line", name, about, where, into)
            if not segments:
                into.leave_out("a track without positions", where)


def _take(points: Sequence[Element], kind: str, name: str, about: dict[str, str], where: str, into: Gathering) -> None:
    if not points:
        into.leave_out("a route without positions", where)
        return
    places = array(
        [[_number(each.get("lat")), _number(each.get("lon")), _number(words(each, "ele"))] for each in points]
    )
    heights: Heights = "sea" if np.isfinite(places[:, 2]).any() else "none"
    if kind == "point":
        into.take(Feature("point", name, places, where, about, heights))
        return
    times = np.array([utc(words(each, "time")) for each in points])
    into.take(Feature("line", name, places, where, about, heights, times if np.isfinite(times).all() else None))


def _number(text: str | None) -> float:
    try:
        return float(text or "nan")
    except ValueError:
        return math.nan
