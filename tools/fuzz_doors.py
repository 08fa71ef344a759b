"""The doors that input of users goes in by, for ``tools/fuzz.py``: good inputs of each, and what is nonsense there."""

from __future__ import annotations

import asyncio
import gzip
import io
import json
import math
import shlex
import zipfile
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any, ClassVar

import numpy as np
from fuzz_inputs import BINARY, TEXT, Change

from openiads.base.errors import UsageError
from openiads.claims.largest_raid import counts
from openiads.claims.statement import LargestRaid, load_claim
from openiads.earth.rasters import from_file
from openiads.engine.rules import rule_of
from openiads.experiments.design import MOST_POINTS, load_study
from openiads.foreign.files import source_of
from openiads.foreign.receivers import Reading
from openiads.foreign.recorded import Sorting, recording_of
from openiads.physics.waypoints import normals_of, timed_path
from openiads.scenario.load import load, loads, warnings_of

ROOT = Path(__file__).resolve().parents[1]
SHELF = ROOT / "src" / "openiads" / "shelf"
OWN_ENTRIES = b"""
[catalog.interceptors.arrow]
based_on = "48n6e2"
title = "An invented round"
max_range = { value = 40, low = 35, high = 45, unit = "km", status = "assumption", note = "invented" }
cd = { mach = [0.0, 1.0, 2.0, 4.0], value = [0.30, 0.50, 0.45, 0.30], status = "assumption", note = "invented" }

[catalog.radars.eye]
based_on = "64n6e2"
title = "An invented radar"
instrumented_range = { value = 100, low = 90, high = 110, unit = "km", status = "assumption", note = "invented" }
"""


class Nonsense(Exception):
    """Something was accepted that means nothing."""


class Door(ABC):
    """One kind of input.

    Parameters
    ----------
    folder : Path
        Where files may be written.
    """

    name: ClassVar[str]
    changes: Sequence[Change] = TEXT
    inputs: Sequence[bytes]

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.inputs = self.good()

    @abstractmethod
    def good(self) -> Sequence[bytes]:
        """Inputs that are right."""

    @abstractmethod
    def tried(self, data: bytes) -> None:
        """Put an input in; an OpeniadsError refuses it, Nonsense tells what should have been refused."""

    def file(self, name: str, data: bytes) -> Path:
        """A file that holds an input."""
        path = self.folder / name
        path.write_bytes(data)
        return path


def finite(value: object, path: str = "") -> None:
    """Nonsense where a number in a nest of mappings and lists is none."""
    if isinstance(value, float) and not math.isfinite(value):
        raise Nonsense(f"{path or 'a value'} is {value}")
    if isinstance(value, Mapping):
        for key, each in value.items():
            finite(each, f"{path}.{key}" if path else str(key))
    elif isinstance(value, list | tuple):
        for each in value:
            finite(each, path)


class Scenarios(Door):
    """Scenario files."""

    name = "scenario"

    def good(self) -> Sequence[bytes]:
        texts = [path.read_bytes() for path in sorted((SHELF / "scenarios").glob("*.toml"))]
        small = (SHELF / "scenarios" / "one_on_one.toml").read_bytes()
        return [*texts, *[small] * len(texts), small + OWN_ENTRIES, small + OWN_ENTRIES]

    def tried(self, data: bytes) -> None:
        scenario = load(self.file("scenario.toml", data))
        mapping = scenario.mapping()
        finite(mapping)
        scenario.json_text()
        scenario.digest()
        warnings_of(scenario)
        again = loads(scenario.toml(), "its own text", scenario.folder)
        if again.mapping() != mapping:
            raise Nonsense("a scenario is another one when it is read from its own text")
        if again.toml() != scenario.toml():
            raise Nonsense("the text of a scenario is another one the second time")


class Studies(Door):
    """Study files."""

    name = "study"

    def good(self) -> Sequence[bytes]:
        own = (ROOT / "examples" / "studies" / "units_and_launchers.toml").read_bytes()
        large = own.replace(b"tartus_2016", b"raid24")
        own = own.replace(b"tartus_2016", b"one_on_one").replace(
            b"site.Tartus", b"site.Guard"
        )  # read in a third of the time
        sampled = own.replace(b"[vary]", b'design = "latin_hypercube"\npoints = 8\n\n[vary]')
        knobs = own.partition(b"[vary]")[0] + b'design = "knowledge"\npoints = 4\n\n[set]\nduration = "900 s"\n'
        return [own, own, own, sampled, sampled, knobs, knobs, large]

    def tried(self, data: bytes) -> None:
        study = load_study(self.file("study.toml", data))
        study.refuse_absurd(False)
        told = study.canonical()
        finite(told)
        json.dumps(told, allow_nan=False)
        if not 0 < study.size <= MOST_POINTS:
            raise Nonsense(f"a study of {study.size} points")
        points = study.points
        if len(points) != study.size:
            raise Nonsense(f"{len(points)} points of {study.size}")
        for point in points[:2]:
            finite({**point.values, **point.knobs})
            finite(study.variant(point).mapping())


class Claims(Door):
    """Files of claims."""

    name = "claim"

    def good(self) -> Sequence[bytes]:
        return [path.read_bytes() for path in sorted((SHELF / "claims").glob("*.toml"))]

    def tried(self, data: bytes) -> None:
        claim = load_claim(self.file("claim.toml", data))
        finite(claim.told.model_dump())
        if isinstance(claim.told, LargestRaid):
            for mix in claim.told.study.raids.values():
                if any(sum(counts(dict(mix), size).values()) != size for size in claim.told.study.sizes):
                    raise Nonsense("a raid of another size than it says")
        if not claim.name.strip():
            raise Nonsense("a claim without a name")


class Heights(Door):
    """Files of heights: SRTM tiles, plain and packed, and Esri ASCII grids; the first byte says which."""

    name = "terrain"
    changes = BINARY

    def good(self) -> Sequence[bytes]:
        grid = b"ncols 5\nnrows 4\nxllcorner 36.0\nyllcorner 34.0\ncellsize 0.01\nNODATA_value -9999\n"
        grid += b"\n".join(b" ".join(str(300 + 10 * i + k).encode() for k in range(5)) for i in range(4)) + b"\n"
        plane = np.add.outer(np.arange(1201)[::-1] // 12, np.arange(1201) // 24).astype(">i2").tobytes()
        box = io.BytesIO()
        with zipfile.ZipFile(box, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("N34E036.hgt", plane)
        packed = gzip.compress(plane, 9, mtime=0)
        return [b"a" + grid] * 8 + [b"g" + packed, b"z" + box.getvalue()]

    def tried(self, data: bytes) -> None:
        name = {b"a": "own.asc", b"g": "N34E036.hgt.gz", b"z": "N34E036.zip"}.get(data[:1], "own.asc")
        land = from_file(self.file(name, data[1:]), on_missing="sea")
        lat, lon = np.radians([34.01, 34.02, 34.5, 0.0]), np.radians([36.01, 36.03, 36.5, 0.0])
        height = land.height(lat, lon)
        if not np.all(np.isfinite(height)):
            raise Nonsense("a height that is no number")
        if np.any(np.abs(height) > 12_000.0):
            raise Nonsense("a height that is nowhere on earth")


class Recordings(Door):
    """Files of recorded positions of aircraft."""

    name = "recorded"

    def good(self) -> Sequence[bytes]:
        day = (ROOT / "examples" / "recorded_day.csv").read_bytes()
        rows = [line.split(b",") for line in day.splitlines()[1:60]]
        head = b"time,icao24,lat,lon,baroaltitude,velocity,heading,onground,squawk"
        lines = [
            b",".join(
                [b"%d" % (1714564800 + 5 * k), row[1], row[3], row[4], b"10668.0", b"230.0", row[7], b"False", b"2000"]
            )
            for k, row in enumerate(rows)
        ]
        return [b"\n".join(day.splitlines()[:90]), b"\n".join([head, *lines])]

    def tried(self, data: bytes) -> None:
        found = recording_of(source_of(self.file("day.csv", data)), Reading(), Sorting())
        for flown in found.flights:
            if not (np.isfinite(flown.places).all() and (np.diff(flown.times) > 0.0).all()):
                raise Nonsense("a flight that is nowhere, or goes back in time")
            if np.any(np.abs(flown.places[:, :2]) > (90.0, 180.0)):
                raise Nonsense("a place that is not on earth")
            table = timed_path(flown.times, normals_of(*np.radians(flown.places[:, :2].T)), flown.places[:, 2])
            if not np.isfinite(table).all():
                raise Nonsense("a path that has no place")
        json.dumps(found.account.told())


class Rules(Door):
    """Files of fire rules; they are Python that the user wrote, and run as such."""

    name = "doctrine"

    def good(self) -> Sequence[bytes]:
        return [(ROOT / "examples" / "my_rules.py").read_bytes()]

    def tried(self, data: bytes) -> None:
        path = self.file("rules.py", data)
        site = SimpleNamespace(doctrine=SimpleNamespace(fire=f"{path.name}:one_or_two", dials=(0.5,)))
        scenario = SimpleNamespace(_folder=self.folder, sites=(site,))
        world: Any = SimpleNamespace(rule_text=f"{path.name}:one_or_two", scenario=scenario)
        rule_of(world)


class Words(Door):
    """Words of a command line, up to where something would be computed."""

    name = "arguments"
    #: As they are typed; what they would compute is refused before it begins.
    LINES = (
        "check one_on_one",
        "check one_on_one --json",
        "check one_on_one --again 3",
        "run one_on_one -n 10 --seed 7 --out first",
        "run one_on_one --set raid.Intruder.count=2 --set duration=900s --until-ci leakers:0.5 --jobs 2",
        "compare one_on_one raid24 -n 10 --set site.Guard.rounds=4 --json",
        "sweep one_on_one --vary site.Guard.fire_units=1,2 --seed 3",
        "spread one_on_one --worlds 4 -n 10",
        "sensitivity one_on_one --worlds 8 -n 10",
        "coverage raid24 --radar 64n6e2 --height 5km --size 60km --cells 40 --no-diffraction --json",
        'coverage --system s300pmu2 --at "51.5 N 179.95 E" --height 300m --out c.geojson',
        "envelope s300pmu2 --out e.png",
        "footprint scud_b --at '34.9 N 35.9 E' --reaction 30s",
        "reach raid24",
        "catalog list",
        "catalog list --json",
        "catalog show 48n6e2 --json",
        "catalog sources",
        "schema",
        "explain first --replication 0 --flight Intruder",
        'query first "select count(*) from events"',
        "export first --format czml --replication 0 --out a.czml",
        "report first --out page.html",
        "terrain list",
        "claims ballistic --json",
        "twins one_on_one",
        "--version",
        "run --help",
    )

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        import typer
        from typer.testing import CliRunner

        from openiads.faces.cli import main
        from openiads.world import build

        def stopped(*given: object, **named: object) -> Any:
            raise UsageError("fuzz", "nothing is computed here")

        build.build = stopped
        self.runner, self.app, self.typer = CliRunner(), main.app, typer

    def good(self) -> Sequence[bytes]:
        return [line.encode() for line in self.LINES]

    def tried(self, data: bytes) -> None:
        try:
            words = shlex.split(data.decode("utf-8", "surrogateescape"))
        except ValueError:
            return
        if any(word in ("view", "demo", "doctor", "-") for word in words) or any("\0" in word for word in words):
            return
        done = self.runner.invoke(self.app, words)
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            raise done.exception
        if done.exit_code not in (0, 2, 65, 70, 74):
            raise Nonsense(f"exit code {done.exit_code}")
        if done.exit_code and not done.output.strip():
            raise Nonsense(f"exit code {done.exit_code} without a word")


class Requests(Door):
    """Requests to the server: a first line, then a body."""

    name = "requests"
    LINES = (
        "GET /api/runs",
        "GET /api/runs/abc/replay?replication=0",
        "GET /api/runs/abc/summary",
        "GET /api/scenarios",
        "GET /api/jobs/1",
        "DELETE /api/jobs/1",
        'POST /api/jobs\n{"run": "abc", "changes": {"site.Guard.rounds": 4}, "replications": 10, "seed": 1}',
        'POST /api/whatif\n{"run": "abc", "changes": {"duration": "900 s"}}',
        "GET /static/index.html",
        "GET /?token=abc",
        "GET /../../etc/passwd",
    )
    HOST = "127.0.0.1:8765"

    def __init__(self, folder: Path) -> None:
        from openiads.faces.server.guard import Guard
        from openiads.faces.server.jobs import Jobs
        from openiads.faces.server.library import Shelf
        from openiads.faces.server.routes import application

        empty = folder / "empty"
        empty.mkdir(exist_ok=True)
        shelf = Shelf([empty])
        app = application(shelf, Jobs(shelf))
        self.guard = Guard(app, self.HOST)
        self.described = app.openapi()
        super().__init__(folder)
        _, headers, _ = self.asked("GET", f"/?token={self.guard.token}", b"", "")
        self.cookie = dict(headers).get("set-cookie", "").partition(";")[0]
        if not self.cookie:
            raise RuntimeError("the server gave no cookie: mutants would all be refused at its door")

    def good(self) -> Sequence[bytes]:
        paths = [
            f"{method.upper()} {path.replace('{', '').replace('}', '')}\n"
            + '{"changes": {}, "seed": 1}' * (method == "post")
            for path, methods in self.described["paths"].items()
            for method in methods
        ]
        return [line.encode() for line in (*self.LINES, *paths)]

    def tried(self, data: bytes) -> None:
        first, _, body = data.partition(b"\n")
        method, _, path = first.decode("latin-1").partition(" ")
        status, _, answer = self.asked(method or "GET", path or "/", body, self.cookie)
        if status >= 500 or status < 200:
            raise Nonsense(f"status {status} of {method[:8]}")
        if b"Traceback" in answer:
            raise Nonsense("a traceback in an answer")

    def asked(self, method: str, path: str, body: bytes, cookie: str) -> tuple[int, list[tuple[str, str]], bytes]:
        """Status, headers and body of an answer."""
        return asyncio.run(self._asked(method, path, body, cookie))

    async def _asked(
        self, method: str, path: str, body: bytes, cookie: str
    ) -> tuple[int, list[tuple[str, str]], bytes]:
        place, _, query = path.partition("?")
        fields = {"host": self.HOST, "cookie": cookie, "origin": f"http://{self.HOST}"}
        if body:
            fields |= {"content-type": "application/json", "content-length": str(len(body))}
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": method,
            "path": place,
            "raw_path": place.encode(),
            "query_string": query.encode(),
            "scheme": "http",
            "root_path": "",
            "headers": [(key.encode("latin-1"), each.encode("latin-1")) for key, each in fields.items() if each],
            "client": ("127.0.0.1", 1),
            "server": ("127.0.0.1", 8765),
        }
        sent: list[Mapping[str, Any]] = []
        asked, ended = [False], asyncio.Event()

        async def receive() -> dict[str, Any]:
            if asked[0]:
                await ended.wait()
                return {"type": "http.disconnect"}
            asked[0] = True
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Mapping[str, Any]) -> None:
            sent.append(message)
            if message["type"] == "http.response.body" and not message.get("more_body"):
                ended.set()

        await self.guard(scope, receive, send)
        start = next((each for each in sent if each["type"] == "http.response.start"), None)
        if start is None:
            raise Nonsense("no answer")
        headers = [(key.decode("latin-1").lower(), each.decode("latin-1")) for key, each in start["headers"]]
        return start["status"], headers, b"".join(each.get("body", b"") for each in sent)


DOORS: dict[str, type[Door]] = {
    each.name: each for each in (Scenarios, Studies, Claims, Heights, Recordings, Rules, Words, Requests)
}
