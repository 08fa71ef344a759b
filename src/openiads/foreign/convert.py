"""A file of another program as a scenario: read, sorted out, written, and held against the check of scenarios."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from openiads.base.errors import InputError, InputErrors, UsageError
from openiads.base.jsonable import JsonObject
from openiads.base.options import keywords_of
from openiads.base.toml import LARGEST_FILE
from openiads.base.units import written
from openiads.foreign.blocks import Block, open_lines, scenario_text
from openiads.foreign.compose import CALENDAR, Composer, Draft, end_of
from openiads.foreign.features import Gathering, plain
from openiads.foreign.files import Source, source_of, stamp
from openiads.foreign.markup import root_of
from openiads.foreign.names import LONGEST_NAME
from openiads.foreign.question import ImportQuestion

if TYPE_CHECKING:
    from openiads.scenario.load import Scenario

FORMATS = {"geojson": "GeoJSON", "kml": "KML", "gpx": "GPX", "csv": "CSV", "scn": "BlueSky", "acmi": "Tacview"}
TABLES = ("site", "asset", "flight", "raid", "corridor", "airway", "zone", "recorded")


@dataclass(frozen=True)
class Imported:
    """A file of another program as a scenario.

    Attributes
    ----------
    name : str
        Of the scenario.
    format : str
        "GeoJSON", "KML", "GPX", "CSV", "BlueSky" or "Tacview".
    text : str
        The scenario's file, TOML with comments.
    counts : dict of str to int
        Sites, assets, flights, raids, corridors, airways, zones and files of recorded positions in it.
    left_out : tuple of str
        What was not taken and why, a line for each reason.
    remarks : tuple of str
        What else there is to know.
    open : tuple of (int, str)
        Line and key of what is left to fill in.
    problems : tuple of InputError
        What the check of scenarios refuses in it; beside what is left to fill in there should be none.
    recorded : str
        Name of the file of recorded positions that it flies, which must lie beside it.
    """

    name: str
    format: str
    text: str
    counts: dict[str, int]
    left_out: tuple[str, ...]
    remarks: tuple[str, ...]
    open: tuple[tuple[int, str], ...]
    problems: tuple[InputError, ...]
    recorded: str = ""

    def scenario(self) -> Scenario:
        """The scenario, ready to run.

        Raises
        ------
        InputErrors
            Where something is left to fill in.
        """
        from openiads.scenario.load import loads

        return loads(self.text, f"{self.name}.toml")

    def to_dict(self) -> JsonObject:
        """The account of the import as plain data, what the command prints with ``--json``."""
        return {
            "name": self.name,
            "format": self.format,
            **self.counts,
            "left_out": list(self.left_out),
            "remarks": list(self.remarks),
            "to_fill_in": [{"line": line, "key": key} for line, key in self.open],
            "accepted": not self.problems,
            "problems": [str(each) for each in self.problems],
        }


@keywords_of(ImportQuestion)
def import_scenario(question: ImportQuestion) -> Imported:
    """Make a scenario of a file of another program.

    Places become assets, or sites where they name a system; areas become assets or zones; lines, and the flights of
    recorded positions, become flights, corridors, airways or zones. Nothing is left out silently, and what was assumed
    stands beside it in the scenario.

    Parameters
    ----------
    file : str or Path
        GeoJSON, KML, KMZ, GPX, a CSV table of places or of recorded positions, a scenario of BlueSky, or a Tacview
        recording; its contents say which.
    name : str, optional
        Of the scenario; the file's if left out.
    points : {"asset", "site", "skip"}
        What a point becomes that does not say what it is; one that names a system is a site.
    areas : {"asset", "notified", "no_fire", "free_fire", "skip"}
        What an area becomes that does not say what it is: an asset with the radius of the circle around it, or a zone.
    lines : {"flight", "raid", "corridor", "airway", "recorded", "notified", "no_fire", "free_fire", "skip"}
        What a line becomes that does not say what it is; recorded: a table of positions is flown as it is.
    system : str, optional
        Of the catalog, for sites that name none.
    threat : str, optional
        Of the catalog, for flights and raids that name none.
    side : {"neutral", "friend", "hostile"}
        Of flights that name none.
    facing : str or float, optional
        Azimuth of sites that name none; north if left out.
    radius : str or float
        Of assets that are points.
    tolerance : str or float
        How far a position may lie beside the legs of a route.
    bounds : str or tuple, optional
        Southwest and northeast corner, ``"34 N 35 E; 36 N 37 E"``; what has no position within is left out.
    limit : int, optional
        At most so many features, the first of the file; without it more than 1,000 are an error.
    only : sequence of str
        ``KEY=VALUE`` of the features that are taken, all of which must hold.
    swap : bool
        Latitude and longitude are exchanged throughout the file.
    encoding : str, optional
        Of a text that is not UTF-8.
    altitude_unit : {"m", "ft"}, optional
        Of recorded positions whose heading does not say it.
    clock : str
        Of recorded times without a zone: "UTC", or hours ahead of it, "+03:00".

    Returns
    -------
    Imported
        The text of the scenario's file, what was left out, and what is left to fill in.

    Raises
    ------
    InputError
        For a file that cannot be read, is of another kind, or holds nothing that a scenario takes.
    UsageError
        For options that make no sense.

    Examples
    --------
    >>> import openiads as oi
    >>> from pathlib import Path
    >>> rows = "name,system,latitude,longitude,facing\\nGuard,S-300PMU-2,34.95,35.92,270\\n"
    >>> _ = Path("order.csv").write_text(rows)
    >>> oi.import_scenario("order.csv").scenario().sites[0].system
    's300pmu2'
    """
    return imported(question)


def imported(question: ImportQuestion) -> Imported:
    """A file of another program as a scenario, and the account of it; errors name the options of the command line.

    Raises
    ------
    InputError
        For a file that cannot be read, is of another kind, or holds nothing that a scenario takes.
    UsageError
        For options that make no sense.
    """
    from openiads.catalog.load import catalog

    known = catalog()
    question.check(known)
    source = source_of(Path(question.file))
    kind, into, draft = _read(source, question)
    if draft is None:
        into.finish()
        draft = Composer(question, known, into).made()
    name = question.name or _name_of(Path(question.file))
    text = _text(draft, name, Path(question.file).name, FORMATS[kind], into)
    if len(text) > LARGEST_FILE:
        reason = f"would make a scenario of {len(text) / 1000.0:,.0f} kB, larger than {LARGEST_FILE / 1000.0:.0f} kB"
        raise InputError(source.file, reason, "Take a part (--bounds, --only, --limit), or a wider --tolerance.")
    counts = {plural(table): draft.count(table) for table in TABLES}
    return Imported(
        name,
        FORMATS[kind],
        text,
        counts,
        tuple(into.left_out()),
        tuple(into.remarks),
        tuple(open_lines(text)),
        _problems(text, f"{name}.toml"),
        Path(question.file).name if counts["recorded"] else "",
    )


def plural(table: str) -> str:
    """What several tables of a name are called."""
    return table if table == "recorded" else f"{table}s"


def _read(source: Source, question: ImportQuestion) -> tuple[str, Gathering, Draft | None]:
    """Kind of a file, its features, and the draft of one that is flown as it is."""
    from openiads.foreign import bluesky, flown, geojson, gpx, kml, tables, tacview

    kind = source.kind
    if kind == "xml":
        kind = root_of(source.data, source.file)
        if kind not in ("kml", "gpx"):
            raise InputError(source.file, f"is XML of another kind ({plain(kind, 40)})", "Save it as KML or GPX.")
    if question.encoding and kind in ("kml", "gpx", "acmi"):
        raise UsageError("--encoding", f"a file of {FORMATS[kind]} says its encoding itself", "Leave it out.")
    into = Gathering(source.file, question.choice(), longitude_first=kind in ("geojson", "kml", "acmi"))
    if kind == "csv" and flown.holds_positions(source):
        found = flown.recording(source, question)
        if question.lines == "recorded":
            return kind, into, flown.one_table(found, question, into)
        flown.take(found, into)
        return kind, into, None
    if question.lines == "recorded":
        raise UsageError("--lines", "recorded, and the file is no table of positions", "Take flight, or another file.")
    if kind in ("kml", "gpx", "acmi"):
        {"kml": kml.read, "gpx": gpx.read, "acmi": tacview.read}[kind](source, into)
    else:
        {"geojson": geojson.read, "csv": tables.read, "scn": bluesky.read}[kind](source, into, question.encoding)
    return kind, into, None


def _name_of(path: Path) -> str:
    """A scenario's name from a file's: letters, digits and _."""
    stem = re.sub(r"(?i)(\.(zip|txt))?\.(geojson|json|kml|kmz|gpx|csv|tsv|txt|scn|acmi)$", "", path.name)
    return re.sub(r"[^\w-]+", "_", stem, flags=re.ASCII).strip("_")[:LONGEST_NAME] or "imported"


def _text(draft: Draft, name: str, file: str, form: str, into: Gathering) -> str:
    from openiads.earth.worldwide import packaged_source

    top, terrain = Block(""), Block("terrain")
    top.put("format", 1)
    top.put("name", name)
    day = stamp(draft.zero)[:10] if draft.zero > CALENDAR else ""
    if day:
        top.put("date", day, f"second 0 is {stamp(draft.zero)}")
    length, why = end_of(draft.ends)
    top.put("duration", written(length, "time"), why)
    ground = packaged_source((math.radians(lat), math.radians(lon)) for lat, lon in draft.places)
    terrain.put("source", ground, "packaged; your own heights: docs/how-to/terrain.md")
    head = [f"Imported from {file} ({form}) by openiads import."]
    head += draft.assumed
    head += [f"{line[:1].upper()}{line[1:]}." for line in (*into.remarks, *into.left_out())]
    return scenario_text(head, top, terrain, draft.blocks)


def _problems(text: str, file: str) -> tuple[InputError, ...]:
    """What the check of scenarios refuses."""
    from openiads.scenario.load import loads

    try:
        loads(text, file)
    except InputErrors as found:
        return found.problems
    except InputError as found:
        return (found,)
    return ()
