"""Safeguards of flights that are not hostile, as changes of a scenario: each taken away where it is, added where not.

What is added is made of what the scenario declares, and perfect of its kind: a plan of every flight, a notice that all
posts have.  A safeguard that cannot be made so (a command above, where none is declared) is only taken away.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from openiads.base.jsonable import JsonObject
from openiads.scenario.elements import elements_of, only
from openiads.scenario.load import catalog_of, validate

if TYPE_CHECKING:
    from openiads.scenario.load import Scenario

#: Width of a block around a way that no corridor gives; it holds at all heights.
WIDTH = "20 km"
MOST_POINTS = 8  # of a zone's route
NOT_HOSTILE = ("neutral", "friend")


@dataclass(frozen=True)
class Safeguard:
    """A scenario that has one safeguard more or less than the one as declared.

    Attributes
    ----------
    name : str
        Of the safeguard.
    way : {'without', 'with'}
    information : bool
        Whether it is something that posts know; else an order or a rule.
    scenario : Scenario
    """

    name: str
    way: Literal["without", "with"]
    information: bool
    scenario: Scenario

    @property
    def title(self) -> str:
        """ "without civil codes"."""
        return f"{self.way} {self.name}"


Edit = Callable[[JsonObject], bool]


def safeguards_of(scenario: Scenario) -> list[Safeguard]:
    """Every safeguard that can be taken away from a scenario or added to it, each alone."""
    found: list[Safeguard] = []
    edits: list[tuple[str, Literal["without", "with"], bool, Edit]] = [
        ("civil codes", "without", True, lambda m: _code(m, scenario, False)),
        ("civil codes", "with", True, lambda m: _code(m, scenario, True)),
        ("military codes", "without", True, lambda m: _military(m, False)),
        ("military codes", "with", True, lambda m: _military(m, True)),
        ("plans", "without", True, lambda m: _plan(m, False)),
        ("plans", "with", True, lambda m: _plan(m, True)),
        ("corridors", "without", True, _no_corridors),
        ("a second look", "without", True, lambda m: _questions(m, scenario, 0.0)),
        ("a second look", "with", True, lambda m: _questions(m, scenario, 2.0)),
        ("notices", "without", True, lambda m: _no_zones(m, "notified")),
        ("notices", "with", True, lambda m: _zones(m, "notified")),
        ("no-fire zones", "without", False, lambda m: _no_zones(m, "no_fire")),
        ("no-fire zones", "with", False, lambda m: _zones(m, "no_fire")),
        ("free-fire zones", "without", False, lambda m: _no_zones(m, "free_fire")),
        ("weapons tight", "without", False, lambda m: _control(m, "tight", "free")),
        ("weapons tight", "with", False, lambda m: _control(m, "free", "tight")),
        ("weapons hold", "with", False, lambda m: _control(m, None, "hold")),
        ("the crew's time", "without", False, lambda m: _engage(m, "latest", "earliest")),
        ("the crew's time", "with", False, lambda m: _engage(m, "earliest", "latest")),
    ]
    for name, way, information, edit in edits:
        mapping = copy.deepcopy(scenario.mapping())
        if edit(mapping):
            found.append(Safeguard(name, way, information, validate(mapping, folder=scenario.folder)))
    elements = elements_of(scenario)
    kept = {each.name for each in elements if each.kind == "site"}
    if len(kept) < len(elements):
        found.append(Safeguard("the outside picture", "without", True, only(scenario, elements, kept)))
    return found


def _others(mapping: JsonObject) -> Iterator[JsonObject]:
    """Flights, and raids of friends, that are not hostile."""
    for flight in mapping.get("flight", []):
        if flight.get("side", "neutral") in NOT_HOSTILE:
            yield flight
    for raid in mapping.get("raid", []):
        if raid.get("side", "hostile") in NOT_HOSTILE:
            yield raid


def _streams(mapping: JsonObject) -> Iterator[JsonObject]:
    """Airways and recorded traffic, of which shares squawk and are planned; of recorded flights those of which the file
    does not say."""
    yield from mapping.get("airway", [])
    yield from mapping.get("recorded", [])


def _code(mapping: JsonObject, scenario: Scenario, heard: bool) -> bool:
    """Civil transponders of all flights that are not hostile on, or off."""
    before, catalog = copy.deepcopy(mapping), catalog_of(scenario)
    for part in _others(mapping):
        carries = part.get("transponder")
        if carries is None:
            carries = bool(catalog[part["kind"] if "kind" in part else part["threat"]].flags.get("transponder"))
        if carries != heard:
            part["transponder"] = heard
    for stream in _streams(mapping):
        stream["squawking"] = 1.0 if heard else 0.0
    return mapping != before


def _military(mapping: JsonObject, heard: bool) -> bool:
    """Military modes of friends."""
    before = copy.deepcopy(mapping)
    for part in _others(mapping):
        if part["side"] == "friend" and not (heard and part.get("iff") is None):
            part["iff"] = heard
    return mapping != before


def _plan(mapping: JsonObject, held: bool) -> bool:
    """Plans of all single flights, of airways and of recorded flights."""
    before = copy.deepcopy(mapping)
    for flight in mapping.get("flight", []):
        if flight.get("side", "neutral") in NOT_HOSTILE:
            flight["flight_plan"] = held
            if not held:
                flight.pop("corridor", None)
    for stream in _streams(mapping):
        stream["planned"] = 1.0 if held else 0.0
    return mapping != before


def _no_corridors(mapping: JsonObject) -> bool:
    """No corridor is known; not where an airway runs along one, which is where its flights are."""
    if not mapping.get("corridor") or mapping.get("airway"):
        return False
    mapping["corridor"] = []
    for part in (*mapping.get("flight", []), *mapping.get("recorded", [])):
        part.pop("corridor", None)
    return True


def _questions(mapping: JsonObject, scenario: Scenario, factor: float) -> bool:
    """One question only (factor 0), or so many times as many."""
    asked = int(catalog_of(scenario).identification.si("interrogations"))
    return with_questions(mapping, max(1, round(factor * asked)), asked)


def with_questions(mapping: JsonObject, questions: int, asked: int = 0) -> bool:
    """Set how often a track is asked; False where that is as often as ``asked``."""
    if questions == asked:
        return False
    own = mapping.setdefault("catalog", {}).setdefault("identification", {})
    if not own:
        own["questions"] = {"based_on": "identification"}
    entry = own[next(iter(own))]
    entry["interrogations"] = {"value": questions, "status": "assumption", "note": "a case of this comparison"}
    return True


def _control(mapping: JsonObject, of: str | None, then: str) -> bool:
    """Control states of sites: those of one kind, or all but the wanted one."""
    changed = False
    for site in mapping.get("site", []):
        doctrine = site.setdefault("doctrine", {})
        if doctrine.get("control", "tight") == of or (of is None and doctrine.get("control", "tight") != then):
            doctrine["control"], changed = then, True
    return changed


def _engage(mapping: JsonObject, of: str, then: str) -> bool:
    """Whether fire is opened as early or as late as can be."""
    changed = False
    for site in mapping.get("site", []):
        doctrine = site.setdefault("doctrine", {})
        if doctrine.get("engage", "earliest") == of:
            doctrine["engage"], changed = then, True
    return changed


def _no_zones(mapping: JsonObject, kind: str) -> bool:
    """No zone of a kind, and no line that carried only these."""
    zones = mapping.get("zone", [])
    left = [zone for zone in zones if zone.get("kind", "notified") != kind]
    if len(left) == len(zones):
        return False
    mapping["zone"] = left
    used = {name for zone in left for name in zone.get("over", [])}
    mapping["hotline"] = [line for line in mapping.get("hotline", []) if line["name"] in used]
    return True


def _zones(mapping: JsonObject, kind: str) -> bool:
    """A zone of a kind along every airway, corridor of a flight, and way of a flight that is not hostile."""
    if any(zone.get("kind", "notified") == kind for zone in mapping.get("zone", [])):
        return False
    lanes = {lane["name"]: lane for lane in mapping.get("corridor", [])}
    named = {part["corridor"] for part in (*mapping.get("airway", []), *_others(mapping)) if part.get("corridor")}
    made = [
        {"route": lanes[name]["points"][:MOST_POINTS], "width": lanes[name]["width"]}
        | {end: lanes[name][end] for end in ("floor", "ceiling") if end in lanes[name]}
        for name in sorted(named)
    ]
    for part in _others(mapping):
        route = [*([part["origin"]] if part.get("origin") else []), *part.get("route", [])]
        if not part.get("corridor") and len(route) >= 2:
            made.append({"route": route[:MOST_POINTS], "width": WIDTH})
    mapping.setdefault("zone", [])
    for n, shape in enumerate(made, 1):
        mapping["zone"].append({"name": f"Added {kind} {n}", "kind": kind} | shape)
    return bool(made)
