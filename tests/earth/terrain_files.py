"""Height files as their publishers and other programs write them, for tests."""

from __future__ import annotations

import gzip
import struct
import zipfile
from pathlib import Path

import numpy as np

from openiads.earth.terrain import Terrain

#: Bytes that macOS puts beside a file that it packs.
MACOS = b"\0\5\x16\7" + b"\0" * 208


def at(land: Terrain, lat: float, lon: float) -> float:
    """Height (m) at degrees."""
    return float(land.height(np.radians(lat), np.radians(lon)))


def hill(rows: int = 1201, columns: int = 1201) -> np.ndarray:
    """A tilted plane, row 0 in the north: 300 m in the southwest, 100 a degree north and 50 a degree east."""
    up, right = np.arange(rows)[::-1, None] / (rows - 1), np.arange(columns)[None, :] / (columns - 1)
    return np.round(300.0 + 100.0 * up + 50.0 * right)


def hgt(path: Path, heights: np.ndarray, inside: str = "", beside: dict[str, bytes] | None = None) -> Path:
    """An SRTM tile, packed as its name says; inside : its name in a .zip;  beside : what else that holds."""
    path.parent.mkdir(exist_ok=True)
    body = heights.astype(">i2").tobytes()
    if path.suffix == ".gz":
        path.write_bytes(gzip.compress(body, 1))
    elif path.suffix == ".zip":
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(inside or path.name[:-4], body)
            for name, other in (beside or {}).items():
                archive.writestr(name, other)
    else:
        path.write_bytes(body)
    return path


def dted(path: Path, heights: np.ndarray, south: int, west: int, datum: str = "WGS84") -> Path:
    """A DTED tile by the letter of MIL-PRF-89020B; heights with row 0 in the north."""
    rows, columns = heights.shape
    lat = f"{abs(south):03d}0000{'N' if south >= 0 else 'S'}"
    lon = f"{abs(west):03d}0000{'E' if west >= 0 else 'W'}"
    steps = f"{round(36000 / (columns - 1)):04d}{round(36000 / (rows - 1)):04d}"
    head = f"UHL1{lon}{lat}{steps}0020U  {'':12}{columns:04d}{rows:04d}0".ljust(80).encode()
    corner = f"{abs(south):02d}0000.0{'N' if south >= 0 else 'S'}{abs(west):03d}0000.0{'E' if west >= 0 else 'W'}"
    dsi = bytearray(b" " * 648)
    dsi[:3], dsi[59:64], dsi[141:144], dsi[144:149] = b"DSI", b"DTED1", b"E96", datum.ljust(5).encode()
    dsi[185 : 185 + len(corner)] = corner.encode()
    acc = b"ACC".ljust(2700)
    records = []
    for k, column in enumerate(heights[::-1].T.astype(int).tolist()):
        body = b"\xaa" + k.to_bytes(3, "big") + struct.pack(">HH", k, 0)
        body += b"".join(struct.pack(">H", value if value >= 0 else 0x8000 | -value) for value in column)
        records.append(body + struct.pack(">I", sum(body)))
    path.write_bytes(head + bytes(dsi) + acc + b"".join(records))
    return path


def tiff(path: Path, heights: np.ndarray, south: float, west: float, size: float = 1.0, **told: object) -> Path:
    """A GeoTIFF of a square of degrees, row 0 in the north; ``scales`` and ``offsets`` among what is told of it."""
    import rasterio
    from rasterio.transform import Affine

    rows, columns = heights.shape
    later = {key: told.pop(key) for key in ("scales", "offsets") if key in told}
    how = {"driver": "GTiff", "width": columns, "height": rows, "count": 1, "dtype": heights.dtype, "crs": "EPSG:4326"}
    place = Affine(size / columns, 0.0, west, 0.0, -size / rows, south + size)
    with rasterio.open(path, "w", transform=place, **(how | told)) as file:
        file.write(heights, 1)
        for key, value in later.items():
            setattr(file, key, (value,))
    return path
