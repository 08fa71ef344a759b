"""Height files, archives and indexes that somebody made to lead us astray: each is refused in one line, unopened."""

import contextlib
import gzip
import http.server
import json
import os
import threading
import warnings
import zipfile

import numpy as np
import pytest

from earth.terrain_files import at, hgt, hill, tiff
from openiads.base.errors import InputError
from openiads.earth import library, library_check, packings, rasters

SMALL = hill(120, 120).astype("float32")
VRT = (
    '<VRTDataset rasterXSize="120" rasterYSize="120"><SRS>EPSG:4326</SRS>'
    "<GeoTransform>36.0, 0.008333333333333333, 0.0, 35.0, 0.0, -0.008333333333333333</GeoTransform>"
    '<VRTRasterBand dataType="Float32" band="1"><SimpleSource>'
    '<SourceFilename relativeToVRT="1">one.tif</SourceFilename><SourceBand>1</SourceBand>'
    "</SimpleSource></VRTRasterBand></VRTDataset>"
)
WMS = '<GDAL_WMS><Service name="TMS"><ServerUrl>http://127.0.0.1:{port}/</ServerUrl></Service></GDAL_WMS>'


@pytest.fixture(autouse=True)
def own(tmp_path, monkeypatch):
    """A library of the test's own."""
    monkeypatch.setenv("OPENIADS_TERRAIN", str(tmp_path / "index"))


@pytest.fixture
def server():
    """A server on this machine, and the requests that reached it."""
    asked = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            self.send_error(404)

        do_HEAD = do_GET

        def log_message(self, *_):
            pass

    with http.server.HTTPServer(("127.0.0.1", 0), Handler) as made:
        threading.Thread(target=made.serve_forever, args=(0.02,), daemon=True).start()
        yield made.server_port, asked
        made.shutdown()


@pytest.fixture
def one(tmp_path):
    """A VRT of one file."""
    pytest.importorskip("rasterio")
    tiff(tmp_path / "one.tif", SMALL, 34.0, 36.0)
    vrt = tmp_path / "all.vrt"
    vrt.write_text(VRT)
    return vrt


ODD = {
    "case": ("SourceFilename", "sourcefilename", "one.tif", "/vsizip/one.zip/one.tif"),
    "address": ("SourceFilename", "sourcefilename", "one.tif", "/vsicurl/http://127.0.0.1:{port}/a.tif"),
    "spelled": ("one.tif", "&#47;vsicurl/http:&#47;/127.0.0.1:{port}/a.tif"),
    "namespace": ("<VRTDataset ", '<VRTDataset xmlns="x" ', "one.tif", "/vsicurl/http://127.0.0.1:{port}/a.tif"),
    "prefix": ("one.tif", "PG:host=127.0.0.1 port={port}"),
    "described": ("one.tif", "&lt;VRTDataset/>"),
    "flag": ('relativeToVRT="1"', 'RELATIVETOVRT="01"'),
    "child": ("one.tif", "one.tif<relativeToVRT>1</relativeToVRT>"),
    "attribute": ("<SimpleSource>", '<SimpleSource sourceFilename="one.tif">'),
    "comment": ("one.tif", "one<!-- -->.tif"),
    "cdata": ("one.tif", "<![CDATA[one.tif]]>"),
    "instruction": ("<SRS>", "<?x ><SRS>a</SRS> ?><SRS>"),
    "subclass": ('band="1"', 'band="1" subclass="VRTDerivedRasterBand"'),
    "warped": ("<VRTDataset ", '<VRTDataset subClass="VRTWarpedDataset" '),
    "subclass child": ("<SimpleSource>", "<subClass>VRTDerivedRasterBand</subClass><SimpleSource>"),
    "overview": ("<SRS>", '<Metadata domain="OVERVIEWS"><MDI key="OVERVIEW_FILE">a.vrt</MDI></Metadata><SRS>'),
    "text": ("<SRS>EPSG:4326", "<SRS>http://127.0.0.1:{port}/"),
}


@pytest.mark.parametrize("change", ODD.values(), ids=ODD)
def test_a_vrt_that_names_more_than_plain_files_is_refused_unopened(one, server, change):
    port, asked = server
    body = VRT
    for old, new in zip(change[::2], change[1::2], strict=True):
        assert old in body
        body = body.replace(old, new.format(port=port))
    one.write_text(body)
    for read in (packings.sha256_of, rasters.source_of):
        with pytest.raises(InputError, match=r"all\.vrt"):
            read(one)
    assert asked == []


def test_a_vrt_is_text_in_utf_8(one):
    one.write_text('<?xml version="1.0" encoding="UTF-8"?>\n' + VRT, encoding="utf-8-sig")
    assert packings.vrt_sources(one) == [one.with_name("one.tif")]
    for body in (VRT.encode("utf-16"), VRT.encode("utf-16-le"), VRT.encode() + b"\0", VRT.encode() + b"\xff"):
        one.write_bytes(body)
        with pytest.raises(InputError, match="cannot be read as XML"):
            packings.vrt_sources(one)


@pytest.mark.parametrize("body", [VRT, WMS, "\n " + VRT, "\ufeff" + WMS, "text " + VRT, '<?xml version="1.0"?>' + VRT])
def test_a_file_that_is_a_description_is_no_source_and_no_geotiff(one, server, body):
    port, asked = server
    inner = one.with_name("one.tif")
    inner.write_text(body.format(port=port), encoding="utf-8")
    with pytest.raises(InputError, match="is a description"):
        rasters.source_of(one)
    with pytest.raises(InputError, match="cannot be read as a GeoTIFF"):
        rasters.source_of(inner)
    inner.rename(one.with_name("one.vrt"))
    one.write_text(VRT.replace("one.tif", "one.vrt"))
    with pytest.raises(InputError, match="is a description"):
        rasters.source_of(one)
    assert asked == []


@pytest.mark.parametrize("end", [".msk", ".ovr", ".aux.xml"])
@pytest.mark.parametrize("name", ["all.vrt", "one.tif"])
def test_what_lies_beside_a_file_leads_nowhere_else(one, server, end, name):
    port, asked = server
    beside = one.with_name("one.tif" + end)
    address = f"/vsicurl/http://127.0.0.1:{port}/a.tif"
    told = f'<PAMDataset><Metadata domain="OVERVIEWS"><MDI key="OVERVIEW_FILE">{address}</MDI></Metadata></PAMDataset>'
    beside.write_text(told if end == ".aux.xml" else VRT.replace("one.tif", address))
    with pytest.raises(InputError, match=r"one\.tif"):
        rasters.source_of(one.with_name(name))
    assert asked == []


def test_a_tile_of_a_vrt_that_changed_or_went_is_told(one):
    assert len(library.add([one]).new) == 1
    record = library.opened().records[0]
    assert record.state() == ""
    tiff(one.with_name("one.tif"), SMALL + 100.0, 34.0, 36.0)
    os.utime(one.with_name("one.tif"), ns=(1, 1))
    assert record.state() == "changed"
    with pytest.raises(InputError, match="has changed since it was indexed"):
        at(library.terrain([(34.2, 36.2, 34.4, 36.4)]), 34.3, 36.3)
    tiff(one.with_name("one.tif"), SMALL, 34.0, 36.0)
    assert record.state() == ""
    one.with_name("one.tif").unlink()
    assert record.state() == "changed"
    assert "has changed" in " ".join(library_check.check().problems)


def test_what_comes_or_goes_beside_a_tile_is_told(one):
    path = one.with_name("one.tif")
    assert len(library.add([path]).new) == 1
    alone = library.opened().records[0]
    beside = path.with_name("one.tif.aux.xml")
    beside.write_text("<PAMDataset/>")
    assert alone.state() == "changed"
    assert len(library.add([path]).new) == 1
    both = library.opened().records[0]
    assert both.state() == ""
    beside.unlink()
    assert both.state() == "changed"


def _version(body: bytes) -> bytes:
    at = body.index(b"PK\1\2")
    return body[: at + 6] + b"\xff\0" + body[at + 8 :]


def _name(body: bytes) -> bytes:
    at = body.index(b"PK\1\2")
    return body[: at + 8] + b"\0\x08" + body[at + 10 : at + 46] + b"\xff" + body[at + 47 :]


@pytest.mark.parametrize(
    ("method", "spoiled"),
    [
        (zipfile.ZIP_LZMA, bytes), (zipfile.ZIP_BZIP2, bytes), (zipfile.ZIP_DEFLATED, _version),
        (zipfile.ZIP_DEFLATED, _name), (zipfile.ZIP_DEFLATED, lambda body: body[:99]),
    ],
)  # fmt: skip
def test_an_odd_archive_is_refused_and_keeps_no_other_file_out(tmp_path, method, spoiled):
    files = tmp_path / "files"
    hgt(files / "N34E035.hgt", hill())
    odd = files / "N34E036.hgt.zip"
    with zipfile.ZipFile(odd, "w", method) as archive:
        archive.writestr("N34E036.hgt", bytes(2 * 1201 * 1201))
    odd.write_bytes(spoiled(odd.read_bytes()))
    added = library.add([files])
    assert [each.name for each in added.new] == ["N34E035.hgt"]
    assert [each.place for each in added.refused] == [str(odd)]
    assert "cannot be unpacked" in str(added.refused[0])


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with names here")
def test_pipes_and_links_to_nothing_are_told_and_never_opened(tmp_path):
    files = tmp_path / "files"
    hgt(files / "N34E035.hgt", hill())
    pipes = [files / name for name in ("N34E036.hgt", "N34E037.hgt.zip", "N34E038.asc", "N34E039.vrt", "N34E040.tif")]
    for pipe in pipes:
        os.mkfifo(pipe)
    (files / "N34E041.hgt").symlink_to(files / "nothing.hgt")
    added = library.add([files])
    assert [each.name for each in added.new] == ["N34E035.hgt"]
    told = {each.place: str(each) for each in added.refused}
    assert all("no regular file" in told.pop(str(pipe)) for pipe in pipes)
    assert "No such file" in told.pop(str(files / "nothing.hgt"))
    assert not told
    with pytest.raises(InputError, match="no regular file"):
        rasters.from_file(files)
    for pipe in pipes:
        with pytest.raises(InputError, match="no regular file"):
            packings.sha256_of(pipe)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda told: told["tiles"][0]["frame"].update(lat_step="x"),
        lambda told: told["tiles"][0]["frame"].update(rows=1.5),
        lambda told: told["tiles"][0]["frame"].update(lon_step=0),
        lambda told: told["tiles"][0]["frame"].update(south=float("nan")),
        lambda told: told["tiles"][0].update(path=7),
        lambda told: told["tiles"][0].update(mtime_ns=True),
        lambda told: told.update(tiles=3),
        lambda told: told.update(disagreements=[{"first": "a", "second": "b", "middle": 1, "most": 2, "at": [1]}]),
        lambda told: told.update(disagreements=[{"first": "a", "second": "b", "middle": "1", "most": 2, "at": [1, 2]}]),
    ],
)  # fmt: skip
def test_an_index_of_wrong_types_is_damaged(tmp_path, spoil):
    hgt(tmp_path / "N34E035.hgt", hill())
    library.add([tmp_path / "N34E035.hgt"])
    index = tmp_path / "index" / "library.json"
    told = json.loads(index.read_text())
    spoil(told)
    index.write_text(json.dumps(told))
    with pytest.raises(InputError, match=r"is damaged .* Remove it and add the tiles again"):
        library.terrain([(34.4, 35.3, 34.6, 35.7)])


def test_an_index_of_deep_brackets_is_damaged(tmp_path):
    (tmp_path / "index").mkdir()
    (tmp_path / "index" / "library.json").write_text("[" * 100_000)
    with pytest.raises(InputError, match="is damaged"):
        library.opened()


def test_an_index_is_on_the_medium_before_it_has_its_name(tmp_path, monkeypatch):
    hgt(tmp_path / "N34E035.hgt", hill())
    index, told, sync = tmp_path / "index" / "library.json", [], os.fsync
    monkeypatch.setattr(os, "fsync", lambda handle: (told.append(index.exists()), sync(handle))[1])
    library.add([tmp_path / "N34E035.hgt"])
    assert told[:1] == [False]
    assert index.exists()


@pytest.mark.parametrize("height", ["1e308", "-1e308", "1e400", "inf"])
def test_a_height_beyond_all_numbers_is_refused_without_a_warning(tmp_path, height):
    path = tmp_path / "a.asc"
    head = "ncols 2\nnrows 2\nxllcorner 36\nyllcorner 34\ncellsize 0.5\n"
    path.write_text(f"{head}1 2\n3 {height}\n")
    with warnings.catch_warnings(), contextlib.ExitStack():
        warnings.simplefilter("error")
        with pytest.raises(InputError, match="a height beyond any number"):
            rasters.source_of(path)
        path.write_text(f"{head}NODATA_value {height}\n1 2\n3 {height}\n")
        (heights,) = rasters.source_of(path).read([(0, 2, 0, 2)])
    assert np.isnan(heights).sum() == 1


def test_a_geotiff_that_names_another_file_as_its_overviews_is_refused(one, server):
    rasterio = pytest.importorskip("rasterio")
    port, asked = server
    inner = one.with_name("one.tif")
    with rasterio.open(inner, "r+") as file:
        file.update_tags(ns="OVERVIEWS", OVERVIEW_FILE=f"/vsicurl/http://127.0.0.1:{port}/a.tif")
    with pytest.raises(InputError, match="names another file as its overviews"):
        rasters.source_of(inner)
    assert asked == []


def test_a_fault_of_what_reads_is_not_told_as_one_of_the_file(tmp_path):
    packed = tmp_path / "N34E036.hgt.gz"
    packed.write_bytes(gzip.compress(b"heights"))
    with packings.unpacking(packed) as file:
        assert file.read() == b"heights"
    with pytest.raises(ValueError, match="invalid literal"), packings.unpacking(packed) as file:
        int(file.read())
