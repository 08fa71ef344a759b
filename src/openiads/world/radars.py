"""Radars: where they stand, how they search and follow, how strong they are, and what hides targets from them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import partial

from openiads.base.constants import MEAN_RADIUS, SPEED_OF_LIGHT
from openiads.base.draws import actor_number
from openiads.catalog.records import Entry
from openiads.earth.sight import Relief, cover_table, edge_table, mask_over, relief_around, shore_of
from openiads.earth.terrain import Terrain
from openiads.physics.attenuation import attenuation_table, path_attenuation
from openiads.physics.detection import fluctuation_tables, required_snr
from openiads.scenario.signals import signal
from openiads.world.draft import NEVER, Draft, LatLon, PlacedSite, Row, blank, failure_time, put, ready_time
from openiads.world.elements import RADAR
from openiads.world.emission import add_emission
from openiads.world.posts import report_links

BANDS = {"S": 0, "C": 1, "X": 2}
COARSE_TERRAIN = 4000.0  # m between the heights of a terrain, above which masks are made coarser too
WANTED = 0.9  # detection probability of a look below which an engaged target is given a longer dwell
ROTATING_SECTORS, PHASED_SECTORS = 16, 4  # batches that a frame is cut into
LOWEST_ABSORBED = 1e9  # Hz; below it the absorption of the air is not tabulated, and less than there
SHORTEST_ATTENUATION = 300e3  # m, to which a table of attenuation goes at least
NEAREST_CLUTTER, FARTHEST_CLUTTER = 5e3, 30e3  # m, between which the surface is averaged about a radar
ANTENNA_STEP = 25.0  # m, to which the height of an antenna is rounded for it: under 1 % of the loss


@dataclass(frozen=True)
class Use:
    """How a radar is used where it stands.

    Parameters
    ----------
    facing
        Azimuth of the middle of its sectors, rad.
    afloat
        Whether it stands on a ship.
    unit
        Row of the fire unit it guides for, -1 for a search radar.
    search_mode
        Of a phased array, by name; without it the first.
    """

    facing: float
    afloat: bool = False
    unit: int = -1
    search_mode: str = ""


@dataclass(frozen=True)
class Mount:
    """Where an antenna stands and whom it reports to.

    Parameters
    ----------
    element
        Name of the radar inside its site.
    at
        Latitude and longitude, rad.
    chain
        Posts that it reports to, from the nearest up.
    unit
        Row of the fire unit it guides for, -1 for a search radar.
    mast
        Height of the antenna above the ground, m; None: the catalog's.
    """

    element: str
    at: LatLon
    chain: list[int]
    unit: int = -1
    mast: float | None = None


def mask_detail(terrain: Terrain) -> tuple[int, float]:
    """Azimuths and range step (m) of a radar's mask over a terrain."""
    return (360, 1000.0) if terrain.resolution > COARSE_TERRAIN else (720, 500.0)


def add_radar(draft: Draft, placed: PlacedSite, entry: Entry, mount: Mount) -> int:
    """One more radar of a catalog entry at a site; returns its row."""
    site, v = placed.site, draft.values.of
    row = blank(RADAR)
    height = draft.ground(*mount.at) + (mount.mast if mount.mast is not None else v(entry, "antenna_height"))
    put(row, mount.at, height)
    name = f"{site.name}/{mount.element}"
    row["actor"] = actor_number(f"radar/{name}")
    row["unit"], row["platform"], row["ready_at"] = mount.unit, placed.platform, ready_time(draft, site)
    row["emitting"] = 0 if mount.element in site.radars_off or entry.name in site.radars_off else 1
    row["fails_at"] = failure_time(site, mount.element, entry.name)
    row["hit_radius"] = v(placed.system, "hit_radius_radar")
    add_emission(draft, row, site, mount.element)
    equip(draft, row, entry, Use(site.facing, placed.afloat, mount.unit, site.doctrine.search_mode))
    report_links(draft, placed, mount.chain, mount.unit, row)
    look_over(draft, row, placed.way or (mount.at,), placed.platform)
    clutter(draft, row, entry, *_surface(draft, row, placed, mount.at))
    draft.radars.append(row)
    draft.radar_entries.append(entry)
    draft.names.radars.append(name)
    return len(draft.radars) - 1


def equip(draft: Draft, row: Row, entry: Entry, use: Use) -> None:
    """Write what a radar is and how it is used; ``height`` must be there, the rest hangs on its place."""
    row["phased"] = 1 if entry.text["kind"] == "phased" else 0
    row["relief_table"] = row["cover_table"] = -1
    _search(draft, row, entry, use.search_mode)
    _sector(draft, row, entry, use.facing)
    _accuracy(draft, row, entry)
    _losses(draft, row, entry, use.afloat)
    _tracking(draft, row, entry)
    _service(draft, row, entry, use.unit)
    _strength(draft, row, entry)


def _search(draft: Draft, row: Row, entry: Entry, wanted: str) -> None:
    """Active search mode, and the one that shares its time; a phased array has one, chosen by doctrine."""
    modes = entry.tables["modes"]
    row["faces"] = draft.values.count(entry, "faces") if entry.has("faces") else 1
    chosen = 0
    if row["phased"] == 1:
        chosen = next((k for k, m in enumerate(modes) if m.text["name"] == wanted), 0)
    rotates = row["phased"] == 0

    def of(mode: int, field: str) -> float:
        return draft.values.row(entry, "modes", mode, field)

    row["frame"] = draft.values.of(entry, "rotation") / row["faces"] if rotates else of(chosen, "frame_time")
    row["elevation_low"], row["elevation_high"] = of(chosen, "elevation_low"), of(chosen, "elevation_high")
    row["search_half"] = min(of(chosen, "azimuth_width") / 2.0, math.pi)
    shares = modes[chosen].flags.get("shared")
    shared = [k for k, m in enumerate(modes) if k != chosen and m.flags.get("shared") and shares]
    if shared:
        row["shared_low"], row["shared_high"] = of(shared[0], "elevation_low"), of(shared[0], "elevation_high")
        row["shared_every"] = max(round(of(shared[0], "frame_time") / row["frame"]), 1)
    row["sectors"] = ROTATING_SECTORS if rotates else PHASED_SECTORS
    row["due"] = row["frame"] / row["sectors"]


def _sector(draft: Draft, row: Row, entry: Entry, facing: float) -> None:
    """Distances and angles between which it sees and holds tracks, and how it is turned."""
    v, given = draft.values.of, draft.scenario.model.detection_range
    row["range_max"] = v(entry, "instrumented_range") if given is None else given
    row["range_min"] = v(entry, "minimum_range")
    row["boresight"] = facing
    row["track_half"] = min(v(entry, "track_sector_half_width"), math.pi)
    row["track_low"] = v(entry, "track_elevation_low")
    row["track_high"] = v(entry, "track_elevation_high")
    row["boresight_loss"] = v(entry, "scan_loss_exponent")
    row["slew_rate"] = v(entry, "slew_rate", 0.0)
    row["relay_time"] = v(entry, "relay_time", 0.0)


def _accuracy(draft: Draft, row: Row, entry: Entry) -> None:
    """The measurement model."""
    v = draft.values.of
    row["sigma_range"], row["resolution"] = v(entry, "range_floor"), v(entry, "range_resolution")
    row["sigma_angle"], row["sigma_radial"] = v(entry, "angle_floor"), v(entry, "radial_speed_error")
    row["beam_azimuth"], row["beam_elevation"] = v(entry, "azimuth_beamwidth"), v(entry, "elevation_beamwidth")
    row["decorrelation"] = v(entry, "decorrelation_time")


def _losses(draft: Draft, row: Row, entry: Entry, afloat: bool) -> None:
    """False alarms, the least radial speed, and reflections of the sea."""
    v = draft.values.of
    row["false_per_frame"] = v(entry, "false_alarms_per_scan")
    row["least_radial_speed"] = v(entry, "minimum_radial_speed")
    row["multipath"] = (draft.scenario.model.multipath or afloat) and entry.flags.get("sea_multipath", False)


def _tracking(draft: Draft, row: Row, entry: Entry) -> None:
    """When its tracks are confirmed and dropped, and how many it holds."""
    count = draft.values.count
    row["confirm_hits"], row["confirm_window"] = count(entry, "confirm_hits"), count(entry, "confirm_window")
    row["drop_misses"] = count(entry, "drop_after_misses")
    row["track_capacity"] = count(entry, "track_capacity")
    if row["phased"] == 1:
        v = draft.values.of
        row["confirm_dwell"], row["confirm_interval"] = v(entry, "confirm_dwell"), v(entry, "track_update_interval")


def _service(draft: Draft, row: Row, entry: Entry, unit: int) -> None:
    """The radar time of what an engagement radar follows and guides."""
    row["service_due"] = NEVER
    row["service_interval"] = 1.0
    row["occupancy_limit"] = draft.values.model("search_occupancy")
    row["uplink_interval"] = 1.0
    row["stretch_most"] = 1.0
    if unit < 0:
        return
    v = draft.values.of
    row["service_interval"] = v(entry, "track_update_interval")
    row["service_next"] = row["service_interval"]
    row["track_dwell"], row["uplink_dwell"] = v(entry, "track_dwell"), v(entry, "uplink_dwell")
    row["uplink_interval"] = v(entry, "uplink_interval")
    row["occupancy_limit"] = v(entry, "occupancy_limit")
    if row["phased"] == 1:
        row["stretch_most"] = draft.values.model("dwell_extension")
        pulses, alarm = int(entry.pulses.si), v(entry, "false_alarm_probability")
        row["wanted_signal"] = required_snr(WANTED, swerling=1, n_pulses=pulses, pfa=alarm)


def _strength(draft: Draft, row: Row, entry: Entry) -> None:
    """Signal calibration, and the tables of detection and attenuation, shared between equal radars."""
    v = draft.values.of
    row["band"] = BANDS[entry.text["band"]]
    row["wavelength"] = SPEED_OF_LIGHT / v(entry, "frequency")
    pulses, alarm = draft.values.count(entry, "pulses"), v(entry, "false_alarm_probability")
    row["pd_table"] = draft.table(("pd", pulses, alarm), lambda: fluctuation_tables(pulses, alarm))
    row["attenuation_table"] = -1
    loss = None
    if draft.scenario.model.attenuation:
        frequency = max(v(entry, "frequency"), LOWEST_ABSORBED)
        farthest = max(float(row["range_max"]), SHORTEST_ATTENUATION)
        antenna = ANTENNA_STEP * round(float(row["height"]) / ANTENNA_STEP)
        make = partial(attenuation_table, frequency, radar_height=antenna, max_range=farthest)
        row["attenuation_table"] = draft.table(("attenuation", frequency, farthest, antenna), make)
        loss = partial(_quoted_loss, draft, frequency)
    decibels = signal(entry, loss, pulses, alarm) + draft.values.knob(f"{entry.name}.snr", 0.0)
    row["reference_snr"] = 10.0 ** (decibels / 10.0)


def _quoted_loss(draft: Draft, frequency: float, distance: float) -> float:
    """Two-way loss in the air (linear, >= 1) that a quoted range includes: of a plain site and a target clear of it."""
    mast, up = draft.values.model("attenuation_antenna_height"), draft.values.model("calibration_height")
    return 10.0 ** (2.0 * float(path_attenuation(frequency, distance, mast, up)) / 10.0)


def look_over(draft: Draft, row: Row, places: tuple[LatLon, ...], platform: int, farthest: float | None = None) -> None:
    """Write where the tables begin of what the ground hides from a place, or from those along a ship's way, and of its
    edges where signals bend over them.

    farthest : m, to which they go (None: its range)
    """
    farthest = float(row["range_max"]) if farthest is None else farthest
    row["edge_table"] = row["edge_base"] = -1
    row["mask_table"] = row["mask_base"] = _sight(draft, row, places, (platform, farthest), edges=False)
    mask = draft.arena.part(int(row["mask_base"]))
    row["mask_stride"] = len(mask)
    if platform < 0:
        row["cover_table"] = draft.arena.add(cover_table(mask))
    if draft.scenario.model.diffraction:
        row["edge_table"] = row["edge_base"] = _sight(draft, row, places, (platform, farthest), edges=True)
        row["edge_stride"] = row["mask_stride"]


def clutter(draft: Draft, row: Row, entry: Entry, base: float, sea: float) -> None:
    """Write what the surface around returns after Doppler processing.

    base : its mean height, m;  sea : share of it that is sea
    """
    v, model = draft.values.of, draft.values.model
    offset = draft.values.knob("world.clutter", draft.scenario.world.clutter_offset or 0.0)
    land, water = (10.0 ** (model(name) / 10.0) for name in ("clutter_land", "clutter_sea"))
    left = 10.0 ** ((offset - v(entry, "clutter_improvement")) / 10.0)
    cell = v(entry, "azimuth_beamwidth") * v(entry, "range_resolution")
    row["clutter_section"] = ((1.0 - sea) * land + sea * water) * cell * left
    row["clutter_base"] = base


def _surface(draft: Draft, row: Row, placed: PlacedSite, at: LatLon) -> tuple[float, float]:
    """Mean height (m) of the surface that an antenna looks down on within its horizon, and the share of it that is sea.

    What stands higher than the antenna hides the surface instead.
    """
    if placed.platform >= 0:
        return 0.0, 1.0
    antenna = float(row["height"])
    if draft.scenario.terrain.source == "flat":
        return draft.ground(*at), 0.0
    reach = math.sqrt(2.0 * draft.earth_factor * MEAN_RADIUS * max(antenna, 1.0))
    bare, crest = _around(draft, at, float(row["range_max"]))
    _, step = mask_detail(draft.terrain)
    within = slice(0, max(int(min(max(reach, NEAREST_CLUTTER), FARTHEST_CLUTTER) / step), 1) + 1)
    heights = draft.terrain.raised(bare[:, within], None if crest is None else crest[:, within])
    lower = heights[heights < antenna]
    return float(lower.mean()), float((lower == 0.0).mean())


def _around(draft: Draft, here: LatLon, farthest: float) -> Relief:
    """The relief around a place, kept from world to world."""
    azimuths, step = mask_detail(draft.terrain)
    bare = ("relief around", draft.terrain.relief_digest, *here, farthest, azimuths, step)
    make = partial(relief_around, draft.terrain, *here, farthest, azimuths, step)
    return draft.prebuilt.once(bare, make)


def _sight(draft: Draft, row: Row, places: tuple[LatLon, ...], of: tuple[int, float], *, edges: bool) -> int:
    """Where the mask tables of an antenna begin, or those of their edges: one, or a ship's along its way.

    Their knobs take any value, so they are made anew in every world; with the relief at hand that is quick.
    of : row of the ship, -1 for none, and how far they go, m
    """
    terrain, factor, tables = draft.terrain, draft.earth_factor, draft.tables
    azimuths, step = mask_detail(terrain)
    (platform, farthest), height = of, float(row["height"])
    grid = (farthest, azimuths, step)
    begins = []
    for n, here in enumerate(places):
        key = (*here, height, *grid, platform, n)
        if ("mask", *key) not in tables:
            around = _around(draft, here, farthest)
            shore = draft.prebuilt.once(("shore", terrain.relief_digest, *here, *grid), partial(shore_of, around))
            tables["mask", *key] = draft.arena.add(mask_over(terrain, around, height, factor, *grid, shore))
        if edges and ("edge", *key) not in tables:
            mask = draft.arena.part(tables["mask", *key])
            tables["edge", *key] = draft.arena.add(edge_table(mask))
        begins.append(tables["edge" if edges else "mask", *key])
    return begins[0]
