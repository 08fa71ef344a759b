"""Damaged files: whatever is done to a small file of each kind, an import makes a scenario or refuses in words."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from foreign.made import flown, gpx, imported, recording
from foreign.test_kml import HEAD, TAIL, line, mark, packed
from openiads.base.errors import InputError
from openiads.base.toml import parse_toml

MUTANTS = 80  # of each file
POINT = "<Point><coordinates>35.87,34.91,5</coordinates></Point>"
SEEDS: dict[str, bytes] = {
    "a.geojson": b'{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"name":"P","radius":"1 km"},'
    b'"geometry":{"type":"Point","coordinates":[35.9,34.9]}},{"type":"Feature","properties":{"kind":"flight",'
    b'"times_s":[0,60]},"geometry":{"type":"LineString","coordinates":[[35,34,900],[35.5,34.5,900]]}}]}',
    "a.kml": (HEAD + mark("X", POINT) + mark("Y", line("absolute")) + TAIL).encode(),
    "a.kmz": packed("doc.kml", (HEAD + mark("X", POINT) + TAIL).encode()),
    "a.gpx": gpx([("P", 34.9, 35.9)], [("W", [(34.0, 35.0), (35.0, 35.5)])]),
    "a.csv": b"name;system;lat;lon;facing;units\nGuard;s300pmu2;34,92;35,90;245;2\nPort;;34.91 N;35.87 E;;\n",
    "a.acmi": recording([*flown(seconds=8, speed=900.0), "7,T=35.9|34.9|1,Type=Ground+AntiAircraft,Name=SA"]).encode(),
}
PIECES = [b"", b"\0", b"\xff\xfe", b"-", b"9" * 30, b"NaN", b"1e999", b",", b'"', b"|", b"<", b"]]>", b"\\", b"[" * 90]
PIECES += [b"&x;", b"=", b"#", b"null", b"{}", b"\n", "\u202e".encode(), b"999", b"-181", b"e", b"true"]


def mutants(seed: bytes, draws: random.Random) -> Iterator[bytes]:
    for _ in range(MUTANTS):
        data = bytearray(seed)
        for _ in range(draws.randint(1, 2)):
            at, end = sorted((draws.randrange(len(data) + 1), draws.randrange(len(data) + 1)))
            match draws.randrange(4):
                case 0:
                    data[at:at] = draws.choice(PIECES)
                case 1:
                    data[at : min(end, at + 12)] = draws.choice(PIECES)
                case 2:
                    data[at:at] = data[at:end][:300]
                case _ if data:
                    data[min(at, len(data) - 1)] = draws.randrange(256)
        yield bytes(data)


def outcome(folder: Path, name: str, data: bytes) -> tuple[Any, str]:
    """What an import makes, or what it says instead; anything else that it raises is a failure."""
    try:
        return imported(folder, name, data, threat="f16", system="s300ps"), ""
    except InputError as told:
        return None, str(told)


@pytest.mark.parametrize("name", SEEDS)
def test_only_errors_in_words_escape(name: str, tmp_path: Path) -> None:
    draws = random.Random(f"foreign {name}")
    made = 0
    assert imported(tmp_path, name, SEEDS[name], threat="f16", system="s300ps").problems == ()
    for data in mutants(SEEDS[name], draws):
        found, told = outcome(tmp_path, name, data)
        if found is None:
            assert told.startswith(str(tmp_path)) and told.count("\n") <= 50
            continue
        made += 1
        parse_toml(found.text, "made.toml")  # whatever was in it, what is written is TOML that openiads reads
    assert made > 3
