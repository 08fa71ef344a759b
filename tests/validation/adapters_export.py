"""Validation cases of the exchange formats: what the exporters' own builders write, as independent libraries read it.

openiads writes these formats and reads none of them.  Where a case is a published file, its content goes through the
builders, the result must say the same as the file, and the values of the case are read back by the library.
"""

import json
import warnings
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from xml.etree import ElementTree

import czml3
import geojson as geojson_peer
import numpy as np

from openiads.faces.export.about import stamp
from openiads.faces.geo import czml, geojson, kml

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # it says that a faster parser is not installed
    from fastkml import KML


def _packet(written: dict[str, Any]) -> czml3.Packet:
    return czml3.Packet.model_validate_json(json.dumps(written))


def czml_document(inputs: dict[str, Any]) -> dict[str, Any]:
    asked = inputs["packet"]["clock"]
    start, stop = asked["interval"].split("/")
    written = czml.document(inputs["packet"]["name"], czml.clock(start, stop, asked["multiplier"]))
    assert written == {**inputs["packet"], "clock": {**asked, "currentTime": start}}
    read = _packet(written)
    first, last = (datetime.fromisoformat(time) for time in (read.clock.interval.start, read.clock.interval.end))
    return {
        "id": read.id,
        "version": read.version,
        "clock_start": read.clock.interval.start,
        "clock_stop": read.clock.interval.end,
        "duration_s": (last - first).total_seconds(),
        "multiplier": read.clock.multiplier,
    }


def czml_sampled(inputs: dict[str, Any]) -> dict[str, Any]:
    packet = inputs["packet"]
    how = {key: packet["position"][key] for key in ("interpolationAlgorithm", "interpolationDegree", "referenceFrame")}
    rows = np.reshape(packet["position"]["cartesian"], (-1, 4)).tolist()
    samples = [(row[0], row[1:]) for row in rows]
    written = czml.packet(packet["id"], position=czml.sampled(packet["position"]["epoch"], samples, "cartesian", **how))
    assert written == packet
    read = _packet(written).position
    back = np.reshape(read.cartesian.values, (-1, 4))
    epoch = datetime.fromisoformat(read.epoch)
    return {
        "n_samples": len(back),
        "offsets_s": back[:, 0].tolist(),
        "first_xyz_m": back[0, 1:].tolist(),
        "last_time": stamp(epoch, float(back[-1, 0])),
        "reference_frame": read.referenceFrame,
        "interpolation": f"{read.interpolationAlgorithm} {read.interpolationDegree}",
        "first_radius_m": float(np.linalg.norm(back[0, 1:])),
    }


def czml_intervals(inputs: dict[str, Any]) -> dict[str, Any]:
    spans = [row["interval"].split("/") for row in inputs["image"]]
    changes = [(span[0], row["uri"]) for span, row in zip(spans, inputs["image"], strict=True)]
    image = czml.spells(changes, spans[-1][1], "uri")
    assert image == inputs["image"]
    offset = inputs["pixelOffset"]
    rows = np.reshape(offset["cartesian2"], (-1, 3)).tolist()
    written = czml.sampled(offset["epoch"], [(row[0], row[1:]) for row in rows], "cartesian2")
    assert written == offset
    read = _packet(czml.packet("x", billboard={"image": image})).to_dict()["billboard"]
    samples = np.reshape(written["cartesian2"], (-1, 3))  # the library does not read a sampled offset
    times = [datetime.fromisoformat(changes[0][0]) + timedelta(minutes=m) for m in (30, 90)]
    return {
        "image_at": {stamp(time, 0.0): _held(read["image"], time) for time in times},
        "pixel_offset_samples": samples.tolist(),
        "pixel_offset_at_0p5s_linear": [float(np.interp(0.5, samples[:, 0], samples[:, k])) for k in (1, 2)],
    }


def _held(rows: list[dict[str, Any]], time: datetime) -> str:
    """The value of an interval-valued property at a time."""
    for row in rows:
        start, stop = (datetime.fromisoformat(end) for end in row["interval"].split("/"))
        if start <= time < stop:
            return row["uri"]
    raise AssertionError(time)


def czml_delete(inputs: dict[str, Any]) -> dict[str, Any]:
    deletion = czml.packet(inputs["delete"]["id"], delete=True)
    assert deletion == inputs["delete"]
    read = _packet(deletion)
    assert read.delete is True
    spots = [
        _packet(czml.packet("x", position=czml.fixed(case["position"]["cartographicDegrees"]))).position
        for case in (inputs["simple"], inputs["position"])
    ]
    return {
        "delete_id": read.id,
        "simple_lon_lat_h": spots[0].cartographicDegrees.values,
        "position_lon_lat_h": spots[1].cartographicDegrees.values,
    }


def czml_peer(inputs: dict[str, Any]) -> dict[str, Any]:
    samples = [(row[0], row[1:]) for row in inputs["samples_t_lon_lat_h"]]
    position = czml.sampled(inputs["epoch"], samples, "cartographicDegrees")
    ours = [czml.document("t"), czml.packet(inputs["entity"], position=position)]
    values = [number for row in inputs["samples_t_lon_lat_h"] for number in row]
    theirs = czml3.Document(
        packets=[
            czml3.Packet(id="document", name="t", version="1.0"),
            czml3.Packet(
                id=inputs["entity"],
                position=czml3.properties.Position(epoch=inputs["epoch"], cartographicDegrees=values),
            ),
        ]
    )
    assert czml3.Document.model_validate_json(json.dumps(ours)).to_json() == theirs.to_json()
    return {"document": ours}


def _document(fill: Callable[[ElementTree.Element], None]) -> bytes:
    root = kml.node(None, "kml")
    fill(kml.node(root, "Document"))
    return kml.text(root)


def kml_peer(inputs: dict[str, Any]) -> dict[str, Any]:
    def fill(document: ElementTree.Element) -> None:
        kml.line(kml.placemark(document, inputs["name"]), inputs["coords_lon_lat_h"], inputs["altitude_mode"])

    written = _document(fill)
    (mark,) = KML.from_string(written.decode(), strict=True).features[0].features
    assert (mark.name, mark.kml_geometry.altitude_mode.value) == (inputs["name"], inputs["altitude_mode"])
    root = ElementTree.fromstring(written)
    return {
        "coordinates_text": kml.coordinates(mark.geometry.coords),
        "namespace": root.tag[1:].partition("}")[0],
        "contains": [
            text if text in written.decode() else ""
            for text in ("<altitudeMode>absolute</altitudeMode>", "<LineString", "<coordinates>")
        ],
    }


def kml_sample(inputs: dict[str, Any]) -> dict[str, Any]:
    def marks(text: str) -> list[Any]:
        return KML.from_string(text).features[0].features

    given = marks(inputs["kml"])

    def fill(document: ElementTree.Element) -> None:
        for mark in given:
            shape = mark.kml_geometry
            mode = shape.altitude_mode.value
            kml.line(kml.placemark(document, mark.name), mark.geometry.coords, mode, bool(shape.extrude))

    read = marks(_document(fill).decode())
    for ours, theirs in zip(read, given, strict=True):
        assert ours.kml_geometry.altitude_mode == theirs.kml_geometry.altitude_mode
        assert bool(ours.kml_geometry.extrude) == bool(theirs.kml_geometry.extrude)
        assert ours.geometry == theirs.geometry
    return {
        "names": [mark.name for mark in read],
        "first": [list(spot) for spot in read[0].geometry.coords],
        "second_extrude": bool(read[1].kml_geometry.extrude),
    }


def geojson_sample(inputs: dict[str, Any]) -> dict[str, Any]:
    given = json.loads(inputs["geojson"])
    build = {
        "Point": geojson.point,
        "LineString": geojson.line,
        "Polygon": lambda rings: geojson.polygon(rings[0]),
    }
    made = [
        geojson.feature(build[f["geometry"]["type"]](f["geometry"]["coordinates"]), f["properties"])
        for f in given["features"]
    ]
    assert made == given["features"]
    read = geojson_peer.loads(geojson.collection(iter(made), {}))
    assert read.is_valid
    (ring,) = read.features[2].geometry.coordinates
    return {
        "n_features": len(read.features),
        "types": [f.geometry.type for f in read.features],
        "point_lon_lat": read.features[0].geometry.coordinates,
        "polygon_closed": ring[0] == ring[-1],
        "polygon_counter_clockwise": sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(ring, ring[1:], strict=False)) > 0,
    }


ADAPTERS: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "INT-CZML-DOCUMENT": czml_document,
    "INT-CZML-SAMPLED": czml_sampled,
    "INT-CZML-INTERVALS": czml_intervals,
    "INT-CZML-DELETE": czml_delete,
    "INT-CZML-PEER-WRITE": czml_peer,
    "INT-KML-PEER": kml_peer,
    "INT-KML-SAMPLE": kml_sample,
    "INT-GEOJSON-SAMPLE": geojson_sample,
}
