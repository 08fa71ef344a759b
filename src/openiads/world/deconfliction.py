"""Parties, zones and origins as rows: who belongs to whom, what a place means, and which posts learn of it when."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from openiads.base.draws import actor_number
from openiads.base.errors import InputError
from openiads.earth.geodesy import enu_axes, to_ecef
from openiads.scenario.deconfliction import HIGHEST, Origin, Zone
from openiads.scenario.deconfliction_checks import middle
from openiads.scenario.load import Scenario
from openiads.scenario.measures import Position
from openiads.world.codes import Evidence
from openiads.world.draft import Draft, Row
from openiads.world.elements import ZONE

BITS = {"notified": Evidence.NOTIFIED, "no_fire": Evidence.NO_FIRE, "free_fire": Evidence.FREE_FIRE}
BITS |= {side: Evidence[f"FROM_{side.upper()}"] for side in ("hostile", "friend", "neutral")}
MOST_LINES = ZONE["line"].shape[0]
LOWEST = -500.0  # m


def party_numbers(scenario: Scenario) -> dict[str, int]:
    """Number of each party that sites, raids and flights name, from 1."""
    named = [site.party for site in scenario.sites] + [raid.party for raid in scenario.raids]
    named += [flight.party for flight in scenario.flights]
    return {name: number for number, name in enumerate(sorted({name for name in named if name is not None}), 1)}


def set_parties(draft: Draft) -> None:
    """Whose each post is: a site's and its crews' the site's, a command's that of all sites below it, if it is one."""
    scenario, numbers = draft.scenario, party_numbers(draft.scenario)
    of_site = {site.name: numbers.get(site.party or "", 0) for site in scenario.sites}
    for command in scenario.commands:
        below = {of_site[site] for site, chain in draft.chains.items() if draft.commands.posts[command.name] in chain}
        draft.posts[draft.commands.posts[command.name]]["party"] = below.pop() if len(below) == 1 else 0
    commands = set(draft.commands.posts.values())
    for row, name in enumerate(draft.names.posts):
        if row not in commands:
            draft.posts[row]["party"] = next(
                (number for site, number in of_site.items() if name.startswith(f"{site}/")), 0
            )


def zones_of(draft: Draft) -> NDArray[np.void]:
    """One row per zone, then one per origin.

    Raises
    ------
    InputError
        A zone that is sent over more lines than a row holds.
    """
    scenario = draft.scenario
    out = np.zeros(len(scenario.zones) + len(scenario.origins), ZONE)
    lines = {line.name: line for line in scenario.hotlines}
    for row, zone in zip(out, scenario.zones, strict=False):
        if len(zone.over) > MOST_LINES:
            raise InputError(f"zone.{zone.name}.over", f"{len(zone.over)} lines", f"At most {MOST_LINES} are allowed.")
        row["actor"], row["bit"] = actor_number(f"zone/{zone.name}"), 1 << BITS[zone.kind]
        row["starts"], row["ends"] = zone.start, math.inf if zone.until is None else zone.until
        row["floor"], row["ceiling"], row["sent"] = zone.floor, zone.ceiling, zone.sent
        row["lines"] = len(zone.over)
        for n, name in enumerate(zone.over):
            row["line"][n] = actor_number(f"hotline/{name}")
            row["reliability"][n], row["delay"][n] = lines[name].reliability, lines[name].delay
        row["later"][: len(draft.posts)] = later(draft, zone)
        _shape(row, zone)
    for row, origin in zip(out[len(scenario.zones) :], scenario.origins, strict=True):
        row["actor"], row["bit"], row["origin"] = actor_number(f"origin/{origin.name}"), 1 << BITS[origin.of], 1
        row["ends"], row["floor"], row["ceiling"] = math.inf, LOWEST, HIGHEST
        _shape(row, origin)
    return out


def later(draft: Draft, zone: Zone) -> NDArray[np.float64]:
    """Further delay of each post, s; inf of one that does not get the notice.

    What a site is told late or never its fire units' crews are too.  Over a hotline only the posts of the party at the
    other end hear of it; a post of no declared party hears all.
    """
    numbers = party_numbers(draft.scenario)
    mine = numbers.get(zone.party or "", 0)
    ends = {numbers.get(end, 0) for line in draft.scenario.hotlines if line.name in zone.over for end in line.between}
    delays = np.zeros(len(draft.posts))
    for row, name in enumerate(draft.names.posts):
        theirs = int(draft.posts[row]["party"])
        if zone.over and theirs != 0 and theirs != mine and theirs not in ends:
            delays[row] = math.inf
        for who in zone.never:
            if name.startswith(f"{who}/"):
                delays[row] = math.inf
        for who, delay in zone.late.items():
            if name.startswith(f"{who}/"):
                delays[row] += delay
    return delays


def _shape(row: Row, part: Zone | Origin) -> None:
    """Ground of a zone: a band along points, a circle, which is a band along one place, or an area."""
    if part.at is not None and part.radius is not None:
        _band(row, (part.at, part.at), part.radius)
    elif isinstance(part, Zone) and part.width is not None:
        _band(row, part.route, part.width / 2.0)
    elif isinstance(part, Zone):
        _area(row, part.area)


def _band(row: Row, points: Sequence[Position], half_width: float) -> None:
    for k, point in enumerate(points):
        row["points"][k] = to_ecef(point.latitude, point.longitude, 0.0)
    row["count"], row["half_width"] = len(points), half_width


def _area(row: Row, corners: Sequence[Position]) -> None:
    """Corners in the plane that touches the earth at their middle, in which great circles are straight."""
    up = middle([(corner.latitude, corner.longitude) for corner in corners])
    axes = np.array(enu_axes(math.asin(up[2]), math.atan2(up[1], up[0]))).reshape(3, 3)
    for k, corner in enumerate(corners):
        east, north, ahead = axes @ np.array(to_ecef(corner.latitude, corner.longitude, 0.0))
        row["points"][k] = (east / ahead, north / ahead, 1.0)
    row["axes"], row["count"], row["corners"] = axes, len(corners), 1
