"""What a defense consists of, and the same scenario with only a part of it.

An element is a site, a command or an early-warning sensor; of a site that is looked *inside*, each search radar and
each fire unit instead.  The raid and the ground stay as they are, whatever is left of the defense.
"""

from __future__ import annotations

import fnmatch
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from openiads.base.errors import InputError, InputErrors, UsageError
from openiads.base.jsonable import JsonObject
from openiads.base.words import listed, nearest
from openiads.scenario.load import catalog_of, validate

if TYPE_CHECKING:
    from openiads.scenario.load import Scenario
    from openiads.scenario.model import Site

#: An element that has no power from the start.
DEAD = "0 s"
WHOLE = "power"


@dataclass(frozen=True, slots=True)
class Element:
    """Something that a defense can be without.

    Attributes
    ----------
    name : str
        "Tartus"; of a part of a site as runs name it, "Tartus/64n6e2" or "Tartus/2".
    kind : {'site', 'command', 'early warning', 'radar', 'fire unit'}
    site : str
        Of a part of a site.
    stays : str
        Why its place stays, without power, when it is taken out; empty: it is not there at all then.
    """

    name: str
    kind: str
    site: str = ""
    stays: str = ""


def elements_of(scenario: Scenario, inside: Sequence[str] = (), always: Sequence[str] = ()) -> tuple[Element, ...]:
    """The elements of a scenario's defense.

    Parameters
    ----------
    scenario : Scenario
    inside : sequence of str
        Patterns of names of sites of which each search radar and fire unit is an element, and not the whole site.
    always : sequence of str
        Patterns of names of elements that are there in every case.

    Returns
    -------
    tuple of Element
        Sites by name with their parts, then commands, then early-warning sensors.

    Raises
    ------
    UsageError
        For a pattern that names nothing, or where no element is left.
    """
    names = [site.name for site in scenario.sites]
    opened = {name for pattern in inside for name in _matching("inside", pattern, names)}
    found = [element for site in scenario.sites for element in _of_site(scenario, site, site.name in opened)]
    found += [Element(each.name, "command") for each in scenario.commands]
    found += [Element(each.name, "early warning") for each in scenario.early_warnings]
    kept = {name for pattern in always for name in _matching("always", pattern, [each.name for each in found])}
    left = tuple(each for each in found if each.name not in kept)
    if not left:
        remedy = "Give a scenario with a site, a command or an early-warning sensor, or keep fewer with --always"
        raise UsageError(scenario.name, "no element of a defense is left to take out", remedy)
    return left


def _matching(option: str, pattern: str, names: list[str]) -> list[str]:
    found = [name for name in names if name == pattern] or fnmatch.filter(names, pattern)
    if not found:
        remedy = f"{nearest(pattern, names)}Names: {listed(names)}"
        raise UsageError(f'--{option} "{pattern}"', "names nothing of this defense", remedy)
    return found


def _of_site(scenario: Scenario, site: Site, opened: bool) -> Iterator[Element]:
    """A site, or its search radars that emit and its fire units."""
    if not opened:
        yield Element(site.name, "site", stays=_needed(scenario, site.name))
        return
    system = catalog_of(scenario)[site.system]
    low = site.low_altitude or system.text.get("low_altitude", "none")
    radars = dict.fromkeys((*system.lists.get("surveillance", ()), *(() if low == "none" else (low,))))
    for radar in radars:
        if radar not in site.radars_off:
            yield Element(f"{site.name}/{radar}", "radar", site.name)
    for unit in range(site.fire_units):
        yield Element(f"{site.name}/{unit + 1}", "fire unit", site.name, "a fire unit keeps its number")


def _needed(scenario: Scenario, name: str) -> str:
    """Why a site cannot be missing altogether: what the raid or something else needs of it; empty if nothing does."""
    aboard = [asset.name for asset in scenario.assets if asset.ship == name]
    aboard += [site.name for site in scenario.sites if site.ship == name]
    if aboard:
        return f"{listed(aboard)} stands on its ship"
    raids = [raid.name for raid in scenario.raids if (raid.strikes or "").partition("/")[0] == name]
    return f"{listed(raids)} strikes it" if raids else ""


def only(scenario: Scenario, elements: Sequence[Element], kept: Collection[str]) -> Scenario:
    """The scenario with some elements of its defense, the others taken out.

    A site that is taken out is not there; where something stands on its ship or a raid strikes it, it stays without
    power from the start.  A radar is off, a fire unit without power.  With a site or command goes what needs it:
    its place in lists of others, its links, sensors that report to it, a command that has nobody left.  What a
    command that is taken out commanded is left to itself.

    Parameters
    ----------
    scenario : Scenario
    elements : sequence of Element
        As `elements_of` gives them.
    kept : collection of str
        Names of those that are there.

    Returns
    -------
    Scenario
        The same one if all are.

    Raises
    ------
    InputErrors
        Where what is left makes no scenario.
    """
    gone = [element for element in elements if element.name not in kept]
    if not gone:
        return scenario
    mapping = scenario.mapping()
    _without_parts(mapping, gone)
    _without_sites(mapping, gone)
    _without_commands(mapping, {each.name for each in gone if each.kind == "command"})
    _unheard(mapping, {each.name for each in gone if each.kind == "early warning"})
    _untold(mapping)
    try:
        return validate(mapping, folder=scenario.folder)
    except InputErrors as wrong:
        place = f"without {listed([each.name for each in gone])}"
        raise InputErrors(InputError(f"{place}: {e.place}", e.reason, e.remedy) for e in wrong.problems) from wrong


def _sites(mapping: JsonObject) -> dict[str, JsonObject]:
    return {site["name"]: site for site in mapping.get("site", [])}


def _without_parts(mapping: JsonObject, gone: Sequence[Element]) -> None:
    """Radars off, and whatever stays in its place without power."""
    sites = _sites(mapping)
    for each in gone:
        if each.kind == "radar":
            site = sites[each.site]
            site["radars_off"] = [*site.get("radars_off", ()), each.name.removeprefix(f"{each.site}/")]
        elif each.stays:
            whole = each.kind == "site"
            site = sites[each.name if whole else each.site]
            failed = WHOLE if whole else f"{WHOLE}/{each.name.rpartition('/')[2]}"
            site["failures"] = [*site.get("failures", ()), {"element": failed, "at": DEAD}]


def _without_sites(mapping: JsonObject, gone: Sequence[Element]) -> None:
    """Sites that are not there, and nothing left to those that cannot take it."""
    out = {each.name for each in gone if each.kind == "site"}
    absent = {each.name for each in gone if each.kind == "site" and not each.stays}
    mapping["site"] = [site for site in mapping.get("site", []) if site["name"] not in absent]
    for site in mapping["site"]:
        doctrine = site.get("doctrine", {})
        if "leaves" in doctrine:
            doctrine["leaves"] = [name for name in doctrine["leaves"] if name not in out]
            if not doctrine["leaves"]:
                del doctrine["leaves"]


def _without_commands(mapping: JsonObject, gone: Collection[str]) -> None:
    """Commands that are there and command somebody, and the links below them."""
    left = [row for row in mapping.get("command", []) if row["name"] not in gone]
    while True:
        present = {*_sites(mapping), *(row["name"] for row in left)}
        for row in left:
            row["commands"] = [name for name in row["commands"] if name in present]
        if all(row["commands"] for row in left):
            break
        left = [row for row in left if row["commands"]]
    below = {name for row in left for name in row["commands"]}
    mapping["command"] = left
    mapping["link"] = [row for row in mapping.get("link", []) if row["from"] in below]


def _unheard(mapping: JsonObject, gone: Collection[str]) -> None:
    """Early-warning sensors that are there and report to somebody who is."""
    posts = {*_sites(mapping), *(row["name"] for row in mapping["command"])}
    rows = mapping.get("early_warning", [])
    mapping["early_warning"] = [row for row in rows if row["name"] not in gone and row["reports_to"] in posts]


def _untold(mapping: JsonObject) -> None:
    """Lines between parties that are there, and zones sent over some of them to posts that are there."""
    rows = [row for kind in ("site", "raid", "flight") for row in mapping.get(kind, [])]
    parties, posts = (
        {row.get("party") for row in rows},
        {*_sites(mapping), *(row["name"] for row in mapping["command"])},
    )
    lines = [line for line in mapping.get("hotline", []) if set(line["between"]) <= parties]
    left = {line["name"] for line in lines}
    zones = [zone for zone in mapping.get("zone", []) if not zone.get("over") or left & set(zone["over"])]
    for zone in zones:
        zone["over"] = [name for name in zone.get("over", []) if name in left]
        zone["never"] = [name for name in zone.get("never", []) if name in posts]
        zone["late"] = {name: delay for name, delay in zone.get("late", {}).items() if name in posts}
    mapping |= {key: found for key, found in (("hotline", lines), ("zone", zones)) if key in mapping}
