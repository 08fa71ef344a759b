"""Files for other tools are written whole or not at all."""

import errno
import re
import resource
import tempfile
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

from house.source import ROOT
from openiads.base.errors import ResultsError
from openiads.faces.draw import kit
from openiads.faces.geo import czml, files, kml
from openiads.faces.geo.areas import Area
from openiads.runs import disk

RING = [[35.0, 34.0], [36.0, 34.0], [36.0, 35.0], [35.0, 34.0]]
AREAS = [Area("seen", {"height_m": 100.0}, [[RING]])]
SIDE = np.linspace(34.0, 35.0, 120)
NOISE = np.random.default_rng(1).random((120, 120))


def tiff(path: Path) -> None:
    pytest.importorskip("rasterio")
    files.geotiff(path, SIDE, SIDE, [("noise", NOISE)], {"note": "of no meaning"})


WRITERS: dict[str, Callable[[Path], None]] = {
    **dict.fromkeys(files.OUTLINED, lambda path: files.outlined(AREAS, path, "Seen", {"note": "of no meaning"})),
    ".csv": lambda path: files.csv(path, ["a", "b"], ["%.1f", "%d"], NOISE[:, :2]),
    ".tif": tiff,
    ".png": lambda path: kit.picture(kit.blank(2.0, 1.0), path, "empty", "Nothing"),
    ".svg": lambda path: kit.picture(kit.blank(2.0, 1.0), path, "empty", "Nothing"),
}


class Full(disk.Disk):
    """A disk on which no byte finds room."""

    def before(self, operation: str, path: Path) -> None:
        if operation == "write":
            raise OSError(errno.ENOSPC, "No space left on device")


@pytest.mark.parametrize("ending", WRITERS)
def test_a_full_disk_is_told_and_leaves_the_file_that_was_there(ending: str, tmp_path: Path) -> None:
    path = tmp_path / f"map{ending}"
    path.write_bytes(b"of yesterday")
    with disk.use(Full()), pytest.raises(ResultsError, match=r"No space left on device.*Free some space") as told:
        WRITERS[ending](path)
    assert "chunks" not in str(told.value)
    assert path.read_bytes() == b"of yesterday"
    assert list(tmp_path.iterdir()) == [path]
    WRITERS[ending](path)
    assert len(path.read_bytes()) > 20
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("ending", WRITERS)
def test_a_system_that_takes_no_more_bytes_leaves_no_empty_file(ending: str, tmp_path: Path) -> None:
    """The system's own refusal, beneath any library: files may not grow beyond 10 bytes."""
    WRITERS[ending](tmp_path / f"before{ending}")  # what is imported or cached is written without the limit
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10, hard))
    try:
        with pytest.raises(ResultsError, match="cannot write results"):
            WRITERS[ending](tmp_path / f"map{ending}")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert [path.name for path in tmp_path.iterdir()] == [f"before{ending}"]


def test_a_raster_from_memory_is_read_back_with_its_names() -> None:
    rasterio = pytest.importorskip("rasterio")
    with tempfile.TemporaryDirectory() as folder:
        tiff(Path(folder) / "map.tif")
        with rasterio.open(Path(folder) / "map.tif") as file:
            assert file.read(1)[::-1] == pytest.approx(NOISE, abs=1e-6)
            assert file.descriptions == ("noise",)
            assert file.tags()["note"] == "of no meaning"


def test_no_face_writes_a_file_past_the_disk() -> None:
    """Who writes to a final name leaves half a file there when that fails, and what it was before is gone."""
    past = re.compile(
        r"\.write_(?:text|bytes)\(|\.open\(\"[wax]|\bopen\([^)]*\"[wax]b?\"|(?:savefig|savetxt|savez\w*)\(path"
    )
    faces = sorted((ROOT / "src" / "openiads" / "faces").rglob("*.py"))
    assert len(faces) > 40
    assert [str(file) for file in faces if past.search(file.read_text(encoding="utf-8"))] == []


def test_what_is_said_of_an_area_is_no_markup_for_the_viewer_that_shows_it() -> None:
    """Viewers take a description for HTML; names come from scenarios that others wrote."""
    ring = [(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 0.0)]
    area = Area("a", {"unit": '<img src="http://nowhere/x">'}, [[ring]])
    told = ElementTree.fromstring(kml.areas([area], "t")).find(f".//{{{kml.KML}}}description")
    assert told is not None and told.text is not None and "<" not in told.text
    assert "<img" not in czml.areas([area], "t").decode()
