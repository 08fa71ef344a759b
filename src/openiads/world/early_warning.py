"""Early-warning sensors become rows: a radar that belongs to no site, its carrier if it moves, and its link."""

from __future__ import annotations

import math
from functools import partial

import numpy as np
from numpy.typing import NDArray

from openiads.base.constants import MEAN_RADIUS
from openiads.base.draws import actor_number
from openiads.base.errors import InputError
from openiads.catalog.records import Entry
from openiads.earth.geodesy import offset, to_ecef
from openiads.earth.overhead import grid_places, height_grid, plane_of
from openiads.earth.terrain import Terrain
from openiads.physics.paths import level_route
from openiads.physics.racetrack import racetrack_path
from openiads.scenario.early_warning import EarlyWarning
from openiads.scenario.stations import start_of, track_of, way_faults, way_of
from openiads.world.draft import NEVER, Draft, LatLon, Row, blank, put
from openiads.world.elements import LEVELS, PLATFORM, RADAR
from openiads.world.emission import always_on
from openiads.world.radars import Use, clutter, equip, look_over

MARGIN = 5_000.0  # m of the grid of heights beyond what is looked over
NEAREST_MASK, FARTHEST_MASK = 50_000.0, 500_000.0  # m, between which an elevated sensor's masks and grids end


def add_early_warning(draft: Draft) -> None:
    """The rows of all early-warning sensors but those that are never on station, after those of all sites."""
    for sensor in draft.scenario.early_warnings:
        _check_way(draft, sensor)
        if sensor.availability > 0.0:
            _add(draft, sensor, draft.values.catalog[sensor.radar])


def _add(draft: Draft, sensor: EarlyWarning, entry: Entry) -> None:
    row = blank(RADAR)
    name = f"{sensor.name}/{entry.name}"
    v = draft.values.of
    at = start_of(sensor)
    afloat = sensor.carrier == "ship"
    if sensor.altitude is not None:
        put(row, at, sensor.altitude)
    else:
        given = sensor.height if sensor.height is not None else v(entry, "antenna_height")
        put(row, at, (0.0 if afloat else draft.ground(*at)) + given)
    row["actor"], row["unit"] = actor_number(f"radar/{name}"), -1
    row["ready_at"], row["emitting"] = sensor.on_station, 1
    row["fails_at"] = NEVER if sensor.off_station is None else sensor.off_station
    always_on(row)
    equip(draft, row, entry, Use(sensor.facing, afloat))
    row["platform"] = _carrier(draft, sensor)
    _link(draft, sensor, row)
    row["early"], row["on_station"] = 1, sensor.availability
    row["elevated"] = int(sensor.carrier in ("aircraft", "aerostat"))
    row["link_range"] = NEVER if sensor.range is None else sensor.range
    row["swerve"] = v(entry, "cue_acceleration", 0.0)
    delay = float(row["delays"].max())
    row["late"] = delay + float(row["frame"])
    row["patience"] = float(row["drop_misses"] * row["frame"]) + delay
    farthest = min(float(row["range_max"]), FARTHEST_MASK)
    if row["elevated"] == 1:  # beyond its horizon the earth's bulge hides more than any ground
        farthest = min(float(row["range_max"]), max(_horizon(draft, row), NEAREST_MASK), FARTHEST_MASK)
    look_over(draft, row, (at,), -1, farthest)  # of a moving one where it starts, for maps
    if sensor.moves:
        row["edge_table"] = row["edge_base"] = -1
        row["relief_table"] = _heights(draft, sensor, farthest)
    clutter(draft, row, entry, *_surface(draft, sensor, row))
    draft.radars.append(row)
    draft.radar_entries.append(entry)
    draft.names.radars.append(name)


# ------------------------------------------------------------------ its way


def _carrier(draft: Draft, sensor: EarlyWarning) -> int:
    """Row of the platform that carries a sensor, -1 for one that stands still."""
    if not sensor.moves:
        return -1
    row = blank(PLATFORM)
    speed, duration = sensor.speed or 0.0, draft.scenario.duration
    if sensor.carrier == "ship":
        at = start_of(sensor)
        way = (at, draft.away(at, sensor.course or 0.0, speed * duration + 1.0))
        table = draft.prebuilt.once(("ship", way, speed), lambda: level_route(way, 0.0, speed, 0.0, 2.0))
        row["heading"] = sensor.course or 0.0
    else:
        track = track_of(sensor)
        make = partial(racetrack_path, track, speed, duration + 1.0)
        table = draft.prebuilt.once(("racetrack", track, speed, duration), make)
        row["heading"] = track.azimuth
        row["leg"], row["turn"] = track.leg, math.pi * track.radius
    row["path"] = draft.arena.add(table)
    row["speed"], row["spacing"], row["masks"] = speed, NEVER, 1
    row["blind"] = int(sensor.blind_in_turns)
    draft.platforms.append(row)
    return len(draft.platforms) - 1


def _middle(draft: Draft, sensor: EarlyWarning) -> tuple[LatLon, float]:
    """The middle of a way, rad, and how far from it the way comes, m."""
    if sensor.carrier == "aircraft":
        track = track_of(sensor)
        return track.middle, track.reach
    sailed = (sensor.speed or 0.0) * draft.scenario.duration
    at = start_of(sensor)
    return (draft.away(at, sensor.course or 0.0, 0.5 * sailed) if sailed > 0.0 else at), 0.5 * sailed


def _heights(draft: Draft, sensor: EarlyWarning, farthest: float) -> int:
    """Where the grid of heights begins that a moving sensor looks over."""
    terrain, (middle, aside) = draft.terrain, _middle(draft, sensor)
    reach = farthest + aside + MARGIN
    axes = plane_of(*middle)
    key = ("heights", terrain.relief_digest, terrain.crest_factor, draft.earth_factor, *middle, reach)
    if key not in draft.tables:
        lats, lons, scale = grid_places(axes, reach)
        bare = ("relief of heights", terrain.relief_digest, *middle, reach)
        relief = draft.prebuilt.once(bare, lambda: terrain.relief(lats, lons))
        draft.tables[key] = draft.arena.add(height_grid(terrain, relief, axes, scale, draft.earth_factor))
    return draft.tables[key]


def _surface(draft: Draft, sensor: EarlyWarning, row: Row) -> tuple[float, float]:
    """Mean height (m) of the surface within the range and horizon of a sensor, and the share of it that is sea."""
    middle, _ = _middle(draft, sensor)
    if draft.scenario.terrain.source == "flat":
        return draft.ground(*middle), 0.0
    horizon = _horizon(draft, row)
    heights = draft.prebuilt.once(
        ("surface", draft.terrain.digest(), *middle, horizon, float(row["range_max"])),
        partial(_around, draft.terrain, middle, min(horizon, float(row["range_max"]))),
    )
    return float(heights.mean()), float((heights == 0.0).mean())


def _horizon(draft: Draft, row: Row) -> float:
    """How far (m) a sensor sees the sea."""
    return math.sqrt(2.0 * draft.earth_factor * MEAN_RADIUS * max(float(row["height"]), 1.0))


def _around(terrain: Terrain, middle: LatLon, reach: float) -> NDArray[np.float64]:
    """Heights (m) at places spread evenly over a circle."""
    share = (np.arange(2000) + 0.5) / 2000
    turn = np.arange(2000) * math.pi * (3.0 - math.sqrt(5.0))
    lats, lons = offset(*middle, turn, np.minimum(np.sqrt(share) * reach, 490e3))
    return np.maximum(terrain.height(lats, lons), 0.0)


# ------------------------------------------------------------------ its link


def _link(draft: Draft, sensor: EarlyWarning, row: Row) -> None:
    """Write the posts that hear a sensor, and delay and loss of its reports to each, link by link."""
    chain = list(draft.chains.get(sensor.reports_to, ()))
    below = sensor.reports_to
    if not chain:
        chain = [draft.commands.posts[below]]
        while int(draft.posts[chain[-1]]["superior"]) >= 0:
            chain.append(int(draft.posts[chain[-1]]["superior"]))
    catalog, v = draft.values.catalog, draft.values.of
    entry = catalog[_post_of(draft, below)]
    row["posts"], row["delays"], row["losses"] = -1, 0.0, 0.0
    row["posts"][: len(chain)] = chain[:LEVELS]
    delay = v(entry, "link_delay_radar") if sensor.delay is None else sensor.delay
    kept = 1.0 - (v(entry, "link_loss") if sensor.loss is None else sensor.loss)
    for k in range(len(chain)):
        if k > 0:
            link = draft.commands.links.get(below)
            below = draft.commands.above[below]
            entry = catalog[_post_of(draft, below)]
            delay += v(entry, "link_delay_unit") if link is None or link.delay is None else link.delay
            kept *= 1.0 - (v(entry, "link_loss") if link is None or link.loss is None else link.loss)
        row["delays"][k], row["losses"][k] = delay, 1.0 - kept
    top = len(chain) - 1
    row["level"], row["post"] = top, chain[top]
    row["link_delay"], row["link_loss"] = row["delays"][top], row["losses"][top]


def _post_of(draft: Draft, name: str) -> str:
    """Catalog entry of the post of a site or command."""
    for command in draft.scenario.commands:
        if command.name == name:
            return command.post
    site = next(each for each in draft.scenario.sites if each.name == name)
    return draft.values.catalog[site.system].text["post"]


# ------------------------------------------------------------------ what cannot be


def _check_way(draft: Draft, sensor: EarlyWarning) -> None:
    """InputError where a sensor is in the ground, outside the terrain, or never within the range of its link."""
    for reason, remedy in way_faults(sensor, draft.terrain, draft.scenario.duration):
        raise InputError(f'early_warning "{sensor.name}"', reason, remedy)
    if sensor.range is not None:
        chain = draft.chains.get(sensor.reports_to) or [draft.commands.posts[sensor.reports_to]]
        post = np.array(draft.posts[chain[0]]["position"])
        lats, lons, up = way_of(sensor, draft.terrain, draft.scenario.duration)
        places = np.array([to_ecef(*each) for each in zip(lats.tolist(), lons.tolist(), up.tolist(), strict=True)])
        nearest = float(np.linalg.norm(places - post, axis=1).min())
        if nearest > sensor.range and int(draft.posts[chain[0]]["platform"]) < 0:
            reason = f"a link that nobody hears: it never comes nearer to its post than {nearest / 1000:.0f} km"
            raise InputError(f'early_warning "{sensor.name}"', reason, "Give the link more range, or move the orbit.")
