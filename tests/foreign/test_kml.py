"""KML that an independent library writes becomes a scenario; archives, modes of heights, and what could harm."""

from __future__ import annotations

import io
import warnings
import zipfile
from pathlib import Path

import pytest
from pygeoif.geometry import LineString, Point, Polygon

from foreign.made import degrees, imported
from openiads.base.errors import InputError

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # it says that a faster parser is not installed
    from fastkml import KML, Document, Folder, Placemark
    from fastkml import geometry as shapes
    from fastkml.data import Data, ExtendedData
    from fastkml.enums import AltitudeMode

HEAD = '<?xml version="1.0" encoding="UTF-8"?><kml xmlns="http://www.opengis.net/kml/2.2"><Document>'
TAIL = "</Document></kml>"


def mark(name: str, inner: str) -> str:
    return f"<Placemark><name>{name}</name>{inner}</Placemark>"


def line(mode: str, coordinates: str = "34,34.9,3000 35,34.9,3000") -> str:
    said = f"<altitudeMode>{mode}</altitudeMode>" if mode else ""
    return f"<LineString>{said}<coordinates>{coordinates}</coordinates></LineString>"


def test_what_another_library_writes_is_read(tmp_path: Path) -> None:
    told = ExtendedData(elements=[Data(name="System", value="SA-20B"), Data(name="Launchers", value="8")])
    document = Document(name="All")
    targets, north = Folder(name="Targets"), Folder(name="North")
    document.append(targets)
    targets.append(north)
    north.append(Placemark(name="Depot", geometry=Point(35.87, 34.91)))
    north.append(Placemark(name="Guard", geometry=Point(35.90, 34.92), extended_data=told))
    hole = [(35.805, 34.805), (35.81, 34.805), (35.81, 34.81)]
    outer = [(35.80, 34.80), (35.82, 34.80), (35.82, 34.82), (35.80, 34.82)]
    targets.append(Placemark(name="Zone", geometry=Polygon(outer, [hole])))
    way = shapes.LineString(
        geometry=LineString([(34, 34.9, 3000), (35, 34.9, 3000)]), altitude_mode=AltitudeMode.absolute
    )
    targets.append(Placemark(name="Visitor", kml_geometry=way))
    root = KML()
    root.append(document)
    made = imported(tmp_path, "a.kml", root.to_string(), threat="a320")
    scenario = made.scenario()
    assert degrees(scenario.asset("Depot").at) == (34.91, 35.87)
    assert (scenario.sites[0].system, scenario.sites[0].launchers) == ("s300pmu2", 8)
    assert scenario.flights[0].altitude == 3000.0
    assert "# placemark 1, folder North" in made.text and "its 1 holes filled" in made.text


@pytest.mark.parametrize(
    ("mode", "altitude", "agl"),
    [
        ("absolute", 3000.0, None),
        ("relativeToGround", None, 3000.0),
        ("clampToGround", None, None),
        ("", None, None),
        ("relativeToSeaFloor", None, None),
    ],
)
def test_heights_are_taken_as_their_mode_says(
    mode: str, altitude: float | None, agl: float | None, tmp_path: Path
) -> None:
    made = imported(tmp_path, "a.kml", HEAD + mark("X", line(mode)) + TAIL, threat="a320")
    (flight,) = made.scenario().flights
    assert (flight.altitude, flight.agl) == (altitude, agl)
    assert ("the catalog's is taken" in made.text) == (altitude is agl)


def test_a_track_has_times_a_speed_and_a_start(tmp_path: Path) -> None:
    when = "".join(f"<when>2020-05-01T10:{k:02d}:00Z</when>" for k in (5, 10, 15))
    spots = "".join(f"<gx:coord>{34 + k / 10} 34.9 3000</gx:coord>" for k in range(3))
    early = "<gx:Track><when>2020-05-01T10:00:00Z</when><when>2020-05-01T10:05:00Z</when>"
    early += "<gx:coord>34 35 9000</gx:coord><gx:coord>34.5 35 9000</gx:coord></gx:Track>"
    track = f"<gx:Track><altitudeMode>absolute</altitudeMode>{when}{spots}</gx:Track>"
    inner = mark("Late", f"<gx:MultiTrack>{track}</gx:MultiTrack>") + mark("Early", early)  # a prefix nobody declared
    scenario = imported(tmp_path, "a.kml", HEAD + inner + TAIL, threat="f16").scenario()
    assert scenario.date == "2020-05-01"
    early_one, late = scenario.flights
    assert (early_one.start, late.start, late.altitude) == (0.0, 300.0, 3000.0)
    assert late.speed == pytest.approx(18_270.0 / 600.0, rel=0.01)  # 0.2 degrees at 34.9 N
    assert scenario.duration == pytest.approx(960.0)


def test_spaces_after_commas_and_empty_placemarks_are_lived_with(tmp_path: Path) -> None:
    point = "<Point><coordinates>\n 35.87, 34.91, 0 \n</coordinates></Point>"
    odd = mark("Leading", "<Point><coordinates>,35.8,34.9</coordinates></Point>") + mark("Empty", "")
    link = "<NetworkLink><name>more</name><Link><href>http://example.org/x.kml</href></Link></NetworkLink>"
    made = imported(tmp_path, "a.kml", HEAD + mark("X", point) + odd + link + TAIL)
    assert made.counts["assets"] == 1
    assert list(made.left_out) == [
        "1 left out: a coordinate that is no number (placemark 2)",
        "1 left out: a placemark without a geometry (placemark 3)",
        "1 left out: a link to another file, which is not fetched (line 3)",
    ]


def packed(name: str, data: bytes) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("files/picture.png", b"\x89PNG")
        archive.writestr(name, data)
    return held.getvalue()


def test_an_archive_is_opened_and_one_that_unfolds_without_end_is_refused(tmp_path: Path) -> None:
    inside = (HEAD + mark("X", "<Point><coordinates>35.87,34.91</coordinates></Point>") + TAIL).encode()
    assert imported(tmp_path, "a.kmz", packed("doc.kml", inside)).counts["assets"] == 1
    assert imported(tmp_path, "b.kml", packed("other.kml", inside)).counts["assets"] == 1  # by what it is
    for data, told in (
        (packed("doc.kml", HEAD.encode() + b" " * 60_000_000 + TAIL.encode()), "larger than 40 MB"),
        (packed("x.png", b""), r"an archive without \.kml or \.acmi in it"),
        (packed("doc.kml", inside)[:120], "cannot be unpacked"),
    ):
        with pytest.raises(InputError, match=told):
            imported(tmp_path, "c.kmz", data)


def test_entities_are_refused_and_nothing_outside_is_read(tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("secret")
    point = "<Point><coordinates>35.87,34.91</coordinates></Point>"
    laughs = "".join(f'<!ENTITY l{k} "{f"&l{k - 1};" * 10}">' for k in range(1, 10))
    for kind in (
        f'<!ENTITY l0 "ha">{laughs}',
        '<!ENTITY l9 SYSTEM "secret.txt">',
        '<!ENTITY % l9 SYSTEM "secret.txt">',
    ):
        text = f"<!DOCTYPE kml [{kind}]><kml>{mark('&l9;', point)}</kml>"
        with pytest.raises(InputError, match="declares an entity of its own"):
            imported(tmp_path, "a.kml", text)
    made = imported(tmp_path, "a.kml", f'<!DOCTYPE kml SYSTEM "secret.txt"><kml>{mark("X", point)}</kml>')
    assert "secret" not in made.text
    deep = "<Folder>" * 5000 + "</Folder>" * 5000
    with pytest.raises(InputError, match="elements within each other beyond 200"):
        imported(tmp_path, "a.kml", f"<kml>{deep}</kml>")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "windows-1251", "iso-8859-5"])
def test_a_document_may_declare_its_encoding(encoding: str, tmp_path: Path) -> None:
    text = mark("Тартус", "<Point><coordinates>35.87,34.91</coordinates></Point>")
    data = f'<?xml version="1.0" encoding="{encoding}"?><kml>{text}</kml>'.encode(encoding)
    assert imported(tmp_path, "a.kml", data).scenario().assets[0].name == "Тартус"


@pytest.mark.parametrize(
    ("data", "told"),
    [
        ('<?xml version="1.0" encoding="x-unheard"?><kml/>', "its encoding cannot be read"),
        ("<html><body/></html>", r"is XML of another kind \(html\)"),
        ("<kml><Placemark></kml>", r"a\.kml:1: not well-formed XML \(mismatched tag\)"),
        (HEAD + TAIL, "holds nothing that a scenario takes"),
        (
            HEAD + mark("X", "<Point><coordinates>35.87,94.91</coordinates></Point>") + TAIL,
            "placemark 1: latitude 94.91",
        ),
    ],
)
def test_other_xml_is_refused_in_one_line(data: str, told: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=told) as found:
        imported(tmp_path, "a.kml", data)
    assert "\n" not in str(found.value)
