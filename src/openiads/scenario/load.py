"""Scenarios from files: reading, validating, changing by path.

Everything wrong with a scenario is reported at once (InputErrors), each line as
`FILE:LINE: site[1].system = "s300pmu3": not in the catalog. Nearest: "s300pmu2". List them: openiads catalog list`.
Places in lists count from 1. Nothing is compiled here.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from importlib import resources
from itertools import islice
from pathlib import Path
from typing import Annotated, Literal

from pydantic import (
    AfterValidator,
    ConfigDict,
    Field,
    PrivateAttr,
    Strict,
    StringConstraints,
    ValidationError,
    model_validator,
)

from openiads.base.errors import InputError, InputErrors
from openiads.base.fields import MOST_PROBLEMS, Spelled, field_at, field_errors, within
from openiads.base.jsonable import Json, JsonObject
from openiads.base.paths import is_dir, is_file
from openiads.base.toml import Lines, Loc, merged, parse_toml, read_text, toml_text
from openiads.base.whole import not_whole
from openiads.base.words import nearest
from openiads.catalog.load import extended
from openiads.catalog.records import Catalog
from openiads.scenario.checks import problems_of, with_ground
from openiads.scenario.deconfliction import Hotline, Origin, Zone
from openiads.scenario.deconfliction_checks import doubtful_plans
from openiads.scenario.early_warning import EarlyWarning
from openiads.scenario.identity import silent_friends
from openiads.scenario.layers import aboard
from openiads.scenario.measures import Measure, Name, Part, RunTime, Text, sorted_parts
from openiads.scenario.model import Asset, Command, Link, Site
from openiads.scenario.recorded import Recorded
from openiads.scenario.settings import IdentificationSettings, ModelSwitches, Terrain, WorldSettings
from openiads.scenario.traffic import Airway, Corridor, Flight, Raid
from openiads.scenario.traffic_checks import doubtful_traffic

SCENARIOS = "openiads.shelf"

#: Tables younger than digests that are kept: none declared is what it was before.
YOUNGER = ("early_warning", "hotline", "zone", "origin", "airway", "recorded")


def packaged_scenarios() -> list[str]:
    """Names of the packaged scenarios."""
    folder = resources.files(SCENARIOS) / "scenarios"
    return sorted(item.name.removesuffix(".toml") for item in folder.iterdir() if item.name.endswith(".toml"))


def find_scenario(path_or_name: str | Path) -> Path:
    """The file of a scenario: a path, or the name of a packaged one."""
    path = Path(path_or_name)
    if is_file(path):
        return path
    name = str(path_or_name).removesuffix(".toml")
    names = packaged_scenarios()
    if name in names:
        return Path(str(resources.files(SCENARIOS) / "scenarios" / f"{name}.toml"))
    if is_dir(path):
        raise InputError(str(path), "is a folder", "Give a scenario file.")
    if path == Path(path.name) and (broken := not_whole()) is not None:
        raise broken  # a packaged scenario that is lost is no name either
    raise InputError(
        str(path_or_name)[:200],
        "no such file, and no packaged scenario",
        f"{nearest(name, names)}Packaged: {', '.join(names)}",
    )


def load(path_or_name: str | Path) -> Scenario:
    """Read a scenario.

    Parameters
    ----------
    path_or_name : str or Path
        A scenario file, or the name of a packaged scenario.

    Returns
    -------
    Scenario
        It never changes; ``with_values({"site.Tartus.fire_units": 1})`` makes a changed one.

    Raises
    ------
    InputError
        With every fault of the file at once, each with its line, what is allowed and the nearest valid name.

    Examples
    --------
    >>> import openiads as oi
    >>> oi.load("one_on_one").name
    'one_on_one'
    """
    path = find_scenario(path_or_name)
    text = read_text(path)
    return loads(text, str(path), path.resolve().parent).read_from(str(path_or_name))


def scenario_with(source: str | Path | Scenario, changes: Mapping[str, Json] | None = None) -> Scenario:
    """A scenario, or that of a file or a packaged name, with values replaced as `Scenario.with_values` does."""
    scenario = load(source) if isinstance(source, str | Path) else source
    return scenario.with_values(changes) if changes else scenario


def loads(text: str, file: str = "scenario", folder: Path | None = None) -> Scenario:
    """Reads a scenario from TOML text.

    Parameters
    ----------
    text : str
    file : str, optional
        Name for messages.
    folder : Path, optional
        Where its relative files are.

    Returns
    -------
    Scenario
    """
    mapping = parse_toml(text, file)
    _, lines = merged(text, file)
    return validate(mapping, lines, folder)


def validate(mapping: Mapping[str, Json], lines: Lines | None = None, folder: Path | None = None) -> Scenario:
    """The scenario of a raw mapping; raises InputErrors with every problem of its fields, names, and sense, in file
    order."""
    lines = lines or Lines()
    mapping = with_ground(mapping)
    problems: list[tuple[int, InputError]] = []
    scenario = None
    try:
        scenario = Scenario.model_validate(dict(mapping))
    except ValidationError as error:
        problems += field_errors(error, mapping, lines, Scenario)
    for loc, value, reason, remedy in islice(problems_of(mapping, lines, folder), MOST_PROBLEMS):
        problems.append((lines.line(loc), InputError(lines.place(loc, value), reason, remedy)))
    if problems or scenario is None:
        raise InputErrors(error for _, error in sorted(problems, key=lambda pair: pair[0]))
    return scenario.placed(folder)


def catalog_of(scenario: Scenario) -> Catalog:
    """The catalog that a scenario runs with: the packaged one and the scenario's own entries.

    Parameters
    ----------
    scenario : Scenario
        The scenario.

    Returns
    -------
    Catalog
        As `catalog` gives it.

    Raises
    ------
    InputError
        For an own entry that makes no sense.

    Examples
    --------
    >>> import openiads as oi
    >>> "48n6e2" in oi.catalog_of(oi.load("one_on_one"))
    True
    """
    return extended(scenario.catalog)


def warnings_of(scenario: Scenario) -> list[str]:
    """What runs but may not be meant: nothing to fight with or against, weapons hold, late times, silent friends."""
    return warnings(scenario, catalog_of(scenario))


def warnings(scenario: Scenario, known: Catalog) -> list[str]:
    """What runs but may not be meant."""
    found: list[str] = []
    if not scenario.sites:
        found.append("no site: nothing is defended")
    if sum(raid.count for raid in scenario.raids) == 0:
        found.append("no threats: the result is exact and nothing leaks")
    for site in scenario.sites:
        system = known[site.system]
        radars = {system.engagement_radar, f"{system.engagement_radar}/1"}
        says = [
            (site.fire_units == 0, "has no fire unit"),
            (site.launchers == 0, "has no launcher"),
            (site.rounds == 0, "has no round"),
            (site.doctrine.control == "hold", "holds its weapons"),
            (
                bool(system.surveillance) and set(system.surveillance) <= set(site.radars_off),
                "has its surveillance radar off",
            ),
            (bool(radars & set(site.radars_off)), "has an engagement radar off"),
            (not site.defends, "defends no asset"),
        ]
        found += [f'site "{site.name}" {text}' for holds, text in says if holds]
    for raid in scenario.raids:
        begins = raid.time_on_target if raid.time_on_target is not None else raid.start
        if begins is not None and begins > scenario.duration:
            found.append(f'raid "{raid.name}" comes after the end of the run')
    found += [
        f'flight "{flight.name}" starts after the end of the run'
        for flight in scenario.flights
        if flight.start > scenario.duration
    ]
    if scenario.terrain.source == "world" and (scenario.raids or scenario.flights):
        from openiads.earth.worldwide import BIAS

        found.append(f"the ground is the packaged world, 9 km cells, whose {BIAS}")
    return [*found, *silent_friends(scenario, known), *doubtful_plans(scenario), *doubtful_traffic(scenario)]


class Scenario(Part):
    """A whole scenario: `openiads.scenario.load.load` reads one, `toml()` and `mapping()` write it."""

    model_config = ConfigDict(title="openiads scenario")

    format: Literal[1] = 1
    name: Name
    question: Text = ""
    date: Annotated[
        str,
        StringConstraints(pattern=r"^(\d{4}(-\d{2}(-\d{2})?)?)?$"),
        Spelled('a year, a month or a day: "2016", "2016-10" or "2016-10-04"'),
    ] = ""
    duration: RunTime
    model: ModelSwitches = ModelSwitches()
    terrain: Terrain = Terrain()
    world: WorldSettings = WorldSettings()
    identification: IdentificationSettings = IdentificationSettings()
    assets: Annotated[tuple[Asset, ...], Strict(False), AfterValidator(sorted_parts), Field(alias="asset")] = ()
    sites: Annotated[tuple[Site, ...], Strict(False), AfterValidator(sorted_parts), Field(alias="site")] = ()
    commands: Annotated[tuple[Command, ...], Strict(False), AfterValidator(sorted_parts), Field(alias="command")] = ()
    links: Annotated[tuple[Link, ...], Strict(False), AfterValidator(sorted_parts), Field(alias="link")] = ()
    early_warnings: Annotated[
        tuple[EarlyWarning, ...], Strict(False), AfterValidator(sorted_parts), Field(alias="early_warning")
    ] = ()
    raids: Annotated[tuple[Raid, ...], Strict(False), AfterValidator(sorted_parts), Field(alias="raid")] = ()
    flights: Annotated[tuple[Flight, ...], Strict(False), AfterValidator(sorted_parts), Field(alias="flight")] = ()
    corridors: Annotated[
        tuple[Corridor, ...], Strict(False), AfterValidator(sorted_parts), Field(alias="corridor")
    ] = ()
    airways: Annotated[tuple[Airway, ...], Strict(False), AfterValidator(sorted_parts), Field(alias="airway")] = ()
    recordings: Annotated[
        tuple[Recorded, ...], Strict(False), AfterValidator(sorted_parts), Field(alias="recorded")
    ] = ()
    hotlines: Annotated[tuple[Hotline, ...], Strict(False), AfterValidator(sorted_parts), Field(alias="hotline")] = ()
    zones: Annotated[tuple[Zone, ...], Strict(False), AfterValidator(sorted_parts), Field(alias="zone")] = ()
    origins: Annotated[tuple[Origin, ...], Strict(False), AfterValidator(sorted_parts), Field(alias="origin")] = ()

    catalog: dict[str, dict[str, JsonObject]] = Field(
        default_factory=dict,
        description="own catalog entries: kind, name, fields; based_on takes over the fields of another entry",
    )

    _folder: Path | None = PrivateAttr(None)
    _json: str | None = PrivateAttr(None)  # written once: a scenario never changes
    _origin: tuple[str, ...] | None = PrivateAttr(None)

    @model_validator(mode="before")
    @classmethod
    def _aboard(cls, mapping: object) -> object:
        """Sites on another's ship have their place from there."""
        return dict(aboard(mapping)) if isinstance(mapping, Mapping) else mapping

    @property
    def origin(self) -> tuple[str, ...] | None:
        """The file or packaged name that it was read from, and each change since as ``path=value``; None if unknown."""
        return self._origin

    def read_from(self, *origin: str) -> Scenario:
        """The same scenario with its origin."""
        other = self.model_copy()
        other._origin = origin
        return other

    @property
    def folder(self) -> Path | None:
        """Where relative files (rules, terrain) are looked for; None for a scenario that came from no file."""
        return self._folder

    def placed(self, folder: Path | None) -> Scenario:
        """The same scenario with its relative files in `folder`."""
        other = self.model_copy()
        other._folder = folder
        return other

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Scenario) and self.mapping() == other.mapping()

    def __hash__(self) -> int:
        return hash(self.json_text())

    def mapping(self) -> JsonObject:
        """The scenario as a file holds it: plain mappings, lists and text with units; what is None is left out."""
        told = self.model_dump(mode="json", by_alias=True, exclude_none=True)
        for key in YOUNGER:
            if not told[key]:
                del told[key]
        return told

    def json_text(self) -> str:
        """Canonical JSON: sorted keys, every default written out, the same for any order of entries in the file."""
        if self._json is None:
            self._json = json.dumps(
                self.mapping(), sort_keys=True, ensure_ascii=True, separators=(",", ":"), allow_nan=False
            )
        return self._json

    def toml(self) -> str:
        """The scenario as a TOML file that loads as an equal scenario."""
        return toml_text(self.mapping())

    def digest(self) -> str:
        """SHA-256 (hex) of the canonical JSON and of the contents of the files that it names: rules, terrain, recorded
        positions."""
        found = hashlib.sha256(self.json_text().encode())
        for name in self.named_files():
            path = Path(name) if self._folder is None else self._folder / name
            found.update(_content(path))
        if self.terrain.source == "library":
            found.update(_picked(self))
        return found.hexdigest()

    def named_files(self) -> tuple[str, ...]:
        """The user's files that take part: rules, terrain and recorded positions, sorted."""
        files = {site.doctrine.rule_file for site in self.sites} | {row.file for row in self.recordings}
        return tuple(sorted((files | set(self.terrain.files)) - {""}))

    def with_values(self, changes: Mapping[str, Json]) -> Scenario:
        """A new scenario with values replaced: `{"site.Tartus.fire_units": 1, "duration": "300 s"}`.

        Named things are addressed by name, in quotes where it holds a dot: `asset."St. John".radius`. The edited
        mapping is validated again, catalog checks included; raises InputErrors.
        """
        from openiads.scenario.edits import edited

        made = validate(edited(self.mapping(), changes)).placed(self._folder)
        typed = [f"{path}={_typed(value)}" for path, value in changes.items()]
        return made if self._origin is None else made.read_from(*self._origin, *typed)

    def asset(self, name: str) -> Asset:
        """The asset of that name (KeyError without one; a loaded scenario has no dangling names)."""
        return {asset.name: asset for asset in self.assets}[name]


def _typed(value: Json) -> str:
    """A value as it is typed on a command line: TOML in one line."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{json.dumps(str(key))} = {_typed(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_typed(each) for each in value) + "]"
    return json.dumps(value)


def _content(path: Path) -> bytes:
    """What stands for the contents of a file that a scenario names, or of the height files of a folder."""
    from openiads.earth.packings import belonging, files_of, kind_of, sha256_of

    if path.is_dir():
        return b"".join(bytes.fromhex(sha256_of(each)) for each in files_of(path))
    if not path.is_file():
        return b"missing"
    if kind_of(path) is not None and belonging(path) != [path]:
        return bytes.fromhex(sha256_of(path))
    data = path.read_bytes()
    if path.suffix == ".py":  # Python reads either line end alike, and version control writes them as it likes
        data = data.replace(b"\r\n", b"\n")
    return hashlib.sha256(data).digest()


def _picked(scenario: Scenario) -> bytes:
    """What stands for the contents of the tiles of the user's library that a scenario may touch."""
    from openiads.earth import library_index
    from openiads.scenario.area import boxes

    picked = library_index.opened().within(boxes(scenario, catalog_of(scenario)))
    return bytes.fromhex(library_index.digest_of(picked))


def scenario_schema() -> JsonObject:
    """JSON Schema of a scenario file, for editors."""
    schema = Scenario.model_json_schema(by_alias=True, mode="validation")
    schema["$defs"]["Site"]["required"].remove("at")  # a site on another's ship has its place from there
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def measure_at(loc: Loc) -> Measure | None:
    """What kind of quantity a scenario file has at a key path; None where it has no quantity."""
    field = field_at(loc, Scenario) if loc and isinstance(loc[-1], str) else None
    return (
        None
        if field is None
        else next((m for m in (*field.metadata, *within(field.annotation)) if isinstance(m, Measure)), None)
    )
