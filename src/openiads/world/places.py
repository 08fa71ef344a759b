"""What stands still: assets, command posts, radars, fire units and launchers become rows of state."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np

from openiads.base.draws import actor_number
from openiads.base.errors import InputError
from openiads.catalog.records import Entry, Row, launcher_rows
from openiads.catalog.rounds import scaled
from openiads.earth.geodesy import enu_axes, offset, to_ecef
from openiads.earth.sight import edge_table, mask_over, relief_around, shore_of
from openiads.earth.terrain import Terrain
from openiads.physics.detection import detection_table
from openiads.physics.flyout import INTERCEPTOR, interceptor
from openiads.physics.lethality import lethal_radius, reference_misses
from openiads.physics.motion import level_route
from openiads.physics.propagation import attenuation_table, two_way_attenuation
from openiads.physics.reach import flyout_table
from openiads.scenario.knobs import calibration
from openiads.scenario.load import Scenario
from openiads.scenario.model import Command, Site
from openiads.world.codes import Assignment, ChannelPhase, Control, FireRule, ThreatClass
from openiads.world.layout import ASSET, CORRIDOR, LAUNCHER, LEVELS, MAGAZINE, PLATFORM, POST, RADAR, UNIT
from openiads.world.prebuilt import Prebuilt
from openiads.world.values import Arena, Values

SPEED_OF_LIGHT = 299_792_458.0
BANDS = {"S": 0, "C": 1, "X": 2}
CLASS_FIELDS = {c: f"pk_{c.name.lower()}" for c in ThreatClass if c}
REFERENCE_SPEED = {"aircraft": 250.0, "cruise": 245.0, "drone": 51.0, "ballistic": 1200.0, "airliner": 230.0}
NEVER = math.inf
REVOKE_UPDATES = 5  # of a command above systems; the catalog gives the systems' own
MOST_POSTS = 62  # a flight keeps a bit for each
MASK_SPACING = 1000.0  # m between two masks along a ship's way, unless that takes more than
MOST_MASKS = 40
TERMINAL = ("terminal_a", "terminal_b", "glint")
MOST_CERTAIN = 0.999  # of the rounds that work kill at the reference engagement; all of them would at any miss


@dataclass
class Names:
    """Names of the rows of a world, row -> name."""

    flights: list[str] = field(default_factory=list)
    units: list[str] = field(default_factory=list)
    radars: list[str] = field(default_factory=list)
    launchers: list[str] = field(default_factory=list)
    posts: list[str] = field(default_factory=list)
    assets: list[str] = field(default_factory=list)
    interceptors: list[str] = field(default_factory=list)


def ground_at(terrain: Terrain, prebuilt: Prebuilt, lat: float, lon: float) -> float:
    """Height (m) of the ground or the sea, whichever is higher, at a place (rad)."""
    relief = prebuilt.once(("relief", terrain.relief_digest, lat, lon), lambda: terrain.relief(lat, lon))
    return max(float(terrain.raised(*relief)), 0.0)


def common_mode(scenario: Scenario, values: Values, entry: Entry) -> float:
    """Probability that nothing which the rounds of a salvo of this kind share fails, with the world's scale on it."""
    given = scenario.world.common_mode_scale
    scale = values.knob("world.common_mode", 1.0 if given is None else given)
    return min(max(1.0 - (1.0 - values.of(entry, "common_mode")) * scale, 0.0), 1.0)


def mask_detail(terrain: Terrain) -> tuple[int, float]:
    """Azimuths and range step (m) of a radar's mask over a terrain."""
    return (360, 1000.0) if terrain.resolution > 4000.0 else (720, 500.0)


class Places:
    """Collects the rows of everything that stands on the ground."""

    def __init__(
        self,
        scenario: Scenario,
        values: Values,
        terrain: Terrain,
        earth_factor: float,
        arena: Arena,
        prebuilt: Prebuilt,
    ) -> None:
        self.scenario = scenario
        self.values = values
        self.prebuilt = prebuilt
        self.terrain = terrain
        self.earth_factor = earth_factor
        self.arena = arena
        self.names = Names()
        nouns = ("platforms", "posts", "radars", "units", "magazines", "launchers", "kinds")
        self.rows: dict[str, list[Any]] = {noun: [] for noun in nouns}
        self.capped: list[dict[str, Any]] = []  # kill probabilities that a draw of knobs put too high
        self._tables: dict[Any, int] = {}
        self._kinds: dict[str, tuple[int, int, float]] = {}
        self._killing: dict[str, Any] = {}  # a magazine row with the lethality of a kind of round
        self.ships: dict[str, int] = {}  # platform by site
        self._platform, self._way = -1, list[tuple[float, float]]()
        self._links = {link.name: link for link in scenario.links}
        self._above: dict[str, str] = {name: command.name for command in scenario.commands for name in command.commands}
        self._commands = {command.name: self._command(command) for command in scenario.commands}
        for command in scenario.commands:
            self._subordinate(command.name, self._commands[command.name])
        for site in scenario.sites:
            self._site(site)
        if len(self.rows["posts"]) > MOST_POSTS:
            raise InputError(
                "site",
                f"{len(self.rows['posts'])} command posts and crews",
                f"At most {MOST_POSTS}: take fire units out.",
            )

    def array(self, noun: str, dtype: Any) -> np.ndarray:
        """The rows of a noun as a structured array (possibly empty)."""
        out = np.zeros(len(self.rows[noun]), dtype)
        for k, row in enumerate(self.rows[noun]):
            out[k] = row
        return out

    # ------------------------------------------------------------------ pieces

    def _ground(self, lat: float, lon: float) -> float:
        return ground_at(self.terrain, self.prebuilt, lat, lon)

    def _offset(self, lat: float, lon: float, azimuth: float, distance: float) -> tuple[float, float]:
        """Where one comes to from a place, rad."""
        key = ("offset", lat, lon, azimuth, distance)
        return self.prebuilt.once(key, lambda: tuple(float(c) for c in offset(lat, lon, azimuth, distance)))

    def _place(self, row: Any, lat: float, lon: float, height: float) -> None:
        row["position"] = to_ecef(lat, lon, height)
        if "axes" in (row.dtype.names or ()):
            row["axes"] = np.array(enu_axes(lat, lon)).reshape(3, 3)
        if "height" in (row.dtype.names or ()):
            row["height"] = height

    def _failure(self, site: Site, *elements: str) -> float:
        """When the first of some elements fails: by itself, for want of power, or because the site leaves."""
        names = {*elements, "power", *(f"power/{e.split('/')[1]}" for e in elements if "/" in e)}
        times = [f.at for f in site.failures if f.element in names]
        times += [site.departs] if site.departs is not None else []
        return min(times) if times else NEVER

    def _ready(self, site: Site) -> float:
        """When a site that arrives during the run is set up, s; 0 for one in place."""
        if site.arrives is None:
            return 0.0
        return site.arrives + self.values.of(self.values.catalog[site.system], "setup_time")

    def _site(self, site: Site) -> None:
        catalog = self.values.catalog
        system = catalog[site.system]
        lat, lon = site.at.latitude, site.at.longitude
        self._ship(site)
        entry = catalog[system.post]
        hit_radius = self.values.of(system, "hit_radius_post")
        revoke = int(system.assessment_revoke_updates.si)
        post = self._post(f"{site.name}/{entry.name}", entry, lat, lon, site.doctrine.assignment, hit_radius, revoke)
        row = self.rows["posts"][post]
        row["fails_at"], row["platform"] = self._failure(site, entry.name), self._platform
        self._subordinate(site.name, post)
        chain = [post]
        while self._superior(chain[-1]) >= 0:
            chain.append(self._superior(chain[-1]))
        if len(chain) > LEVELS - 1:
            raise InputError(
                f"site.{site.name}",
                f"{len(chain) - 1} commands above one another",
                f"At most {LEVELS - 2} are modeled.",
            )
        row["due"] = row["cycle"] if len(chain) == 1 else NEVER
        low = site.low_altitude or system.get("low_altitude", "none")
        searchers = [*system.surveillance, *([] if low == "none" else [low])]
        for name in searchers:
            mast = site.mast if name == low else None
            self._radar(site, catalog[name], name, lat, lon, chain, -1, mast)
        for n in range(site.fire_units):
            self._unit(site, system, n, chain)

    def _ship(self, site: Site) -> None:
        """A platform for a site under way; everything of the site then stands at the ship's reference point."""
        self._platform, self._way = -1, list[tuple[float, float]]()
        if site.course is None or not site.speed:
            return
        lat, lon = site.at.latitude, site.at.longitude
        length = site.speed * self.scenario.duration
        way = ((lat, lon), self._offset(lat, lon, site.course, length + 1.0))
        speed = site.speed
        row = np.zeros(1, PLATFORM)[0]
        row["path"] = self.arena.add(
            self.prebuilt.once(("ship", way, speed), lambda: level_route(way, 0.0, speed, 0.0, 2.0))
        )
        row["masks"] = min(math.ceil(length / MASK_SPACING) + 1, MOST_MASKS)
        row["spacing"] = max(length / max(int(row["masks"]) - 1, 1), 1.0)
        row["speed"], row["heading"] = site.speed, site.course
        self._platform = self.ships[site.name] = len(self.rows["platforms"])
        for n in range(int(row["masks"])):
            self._way.append(self._offset(lat, lon, site.course, n * float(row["spacing"])))
        self.rows["platforms"].append(row)

    def _superior(self, post: int) -> int:
        return int(self.rows["posts"][post]["superior"])

    def _command(self, command: Command) -> int:
        """A command post above sites."""
        entry = self.values.catalog[command.post]
        lat, lon = command.at.latitude, command.at.longitude
        post = self._post(f"{command.name}/{entry.name}", entry, lat, lon, command.assignment, 0.0, REVOKE_UPDATES)
        row = self.rows["posts"][post]
        row["fails_at"] = NEVER if command.fails_at is None else command.fails_at
        row["hit_radius"] = self.values.of(entry, "hit_radius", 0.0)
        row["due"] = row["cycle"]
        return post

    def _subordinate(self, name: str, post: int) -> None:
        """Tie a post to the command above it, if there is one."""
        above = self._above.get(name)
        if above is None:
            return
        row = self.rows["posts"][post]
        link = self._links.get(name)
        row["superior"] = self._commands[above]
        row["due"] = NEVER
        if link is not None:
            row["link_fails_at"] = NEVER if link.fails_at is None else link.fails_at
            row["link_range"] = math.inf if link.range is None else link.range

    def _post(
        self, name: str, entry: Entry, lat: float, lon: float, assignment: str, hit_radius: float, revoke_updates: int
    ) -> int:
        row = np.zeros(1, POST)[0]
        v = self.values.of
        self._place(row, lat, lon, self._ground(lat, lon) + 3.0)
        row["actor"] = actor_number(f"post/{name}")
        teaching = self.scenario.model.service != "crew"
        service = self.scenario.model.service_time or 30.0
        row["cycle"] = service / 400.0 if teaching else v(entry, "decision_cycle")
        row["service_time"] = 0.0 if teaching else v(entry, "service_time")
        row["link_delay"] = v(entry, "link_delay_unit")
        row["interrogation_interval"] = v(entry, "interrogation_interval")
        row["track_capacity"] = int(entry.track_capacity.si)
        row["air_buffer"], row["threat_probability"] = v(entry, "air_buffer"), v(entry, "threat_probability")
        row["impact_dispersion"] = v(entry, "impact_dispersion")
        row["revoke_updates"] = revoke_updates
        row["assignment"] = int(Assignment[assignment.upper()])
        row["hit_radius"] = hit_radius
        row["superior"], row["platform"] = -1, -1
        row["link_fails_at"], row["link_range"] = NEVER, math.inf
        row["fuse_due"] = row["fails_at"] = NEVER
        row["due"] = row["cycle"]
        row["drop_time"] = 20.0
        self.rows["posts"].append(row)
        self.names.posts.append(name)
        return len(self.rows["posts"]) - 1

    def _alone(self, site: Site, system: Entry, n: int, lat: float, lon: float, above: int) -> int:
        """The crew of a fire unit as its own post, for when it hears from nobody above."""
        entry = self.values.catalog[system.get("fire_unit_post", system.post)]
        revoke = int(system.assessment_revoke_updates.si)
        post = self._post(f"{site.name}/{n + 1}/alone", entry, lat, lon, site.doctrine.assignment, 0.0, revoke)
        row = self.rows["posts"][post]
        if self.scenario.model.service == "crew":
            row["cycle"] = self.values.of(system, "autonomous_cycle")
            row["service_time"] = self.values.of(system, "autonomous_service")
        row["alone"], row["due"], row["platform"], row["superior"] = 1, NEVER, self._platform, above
        return post

    def _reports(self, row: Any, site: Site, chain: list[int], unit: int) -> None:
        """Delay and loss of a radar's reports to each post of its chain, link by link."""
        post_entry = self.values.catalog[self.values.catalog[site.system].post]
        v = self.values.of
        row["posts"], row["delays"], row["losses"] = -1, 0.0, 0.0
        row["posts"][: len(chain)] = chain
        delay = v(post_entry, "link_delay_radar" if unit < 0 else "link_delay_unit")
        kept = 1.0 - (v(post_entry, "link_loss") if unit < 0 else 0.0)
        below = site.name
        for k, post in enumerate(chain):
            if self.rows["posts"][post]["alone"] == 1:
                continue
            if k > (0 if unit < 0 else 1):
                link = self._links.get(below)
                below = self._above[below]
                entry = self.values.catalog[next(c.post for c in self.scenario.commands if c.name == below)]
                delay += v(entry, "link_delay_unit") if link is None or link.delay is None else link.delay
                kept *= 1.0 - (v(entry, "link_loss") if link is None or link.loss is None else link.loss)
            row["delays"][k], row["losses"][k] = delay, 1.0 - kept
        top = len(chain) - 1
        row["level"], row["post"] = top, chain[top]
        row["link_delay"], row["link_loss"] = row["delays"][top], row["losses"][top]

    def _radar(
        self,
        site: Site,
        entry: Entry,
        element: str,
        lat: float,
        lon: float,
        chain: list[int],
        unit: int,
        mast: float | None,
    ) -> int:
        v = self.values.of
        row = np.zeros(1, RADAR)[0]
        height = self._ground(lat, lon) + (mast if mast is not None else v(entry, "antenna_height"))
        self._place(row, lat, lon, height)
        name = f"{site.name}/{element}"
        row["actor"] = actor_number(f"radar/{name}")
        row["unit"], row["platform"], row["ready_at"] = unit, self._platform, self._ready(site)
        row["phased"] = 1 if entry.text["kind"] == "phased" else 0
        row["emitting"] = 0 if element in site.radars_off or entry.name in site.radars_off else 1
        row["fails_at"] = self._failure(site, element, entry.name)
        row["band"] = BANDS[entry.text["band"]]
        row["wavelength"] = SPEED_OF_LIGHT / v(entry, "frequency")
        row["range_max"] = v(entry, "instrumented_range")
        if self.scenario.model.detection_range is not None:
            row["range_max"] = self.scenario.model.detection_range
        row["range_min"] = v(entry, "minimum_range")
        self._modes(row, site, entry)
        row["boresight"] = site.facing
        row["track_half"] = min(v(entry, "track_sector_half_width"), math.pi)
        row["track_low"] = v(entry, "track_elevation_low")
        row["track_high"] = v(entry, "track_elevation_high")
        row["boresight_loss"] = v(entry, "scan_loss_exponent")
        row["slew_rate"] = v(entry, "slew_rate", 0.0)
        row["relay_time"] = v(entry, "relay_time", 0.0)
        row["sigma_range"], row["resolution"] = v(entry, "range_floor"), v(entry, "range_resolution")
        row["sigma_angle"], row["sigma_radial"] = v(entry, "angle_floor"), v(entry, "radial_speed_error")
        row["beam_azimuth"], row["beam_elevation"] = v(entry, "azimuth_beamwidth"), v(entry, "elevation_beamwidth")
        row["decorrelation"] = v(entry, "decorrelation_time")
        offset_given = self.scenario.world.clutter_offset or 0.0
        row["clutter_loss"] = max(v(entry, "clutter_loss") + self.values.knob("world.clutter", offset_given), 0.0)
        row["clutter_grazing"] = v(entry, "clutter_grazing")
        row["false_per_frame"] = v(entry, "false_alarms_per_scan")
        row["confirm_hits"], row["confirm_window"] = int(entry.confirm_hits.si), int(entry.confirm_window.si)
        row["drop_misses"] = int(entry.drop_after_misses.si)
        row["track_capacity"] = int(entry.track_capacity.si)
        row["least_radial_speed"] = v(entry, "minimum_radial_speed")
        afloat = bool(self.values.catalog[site.system].get("afloat", False))
        row["multipath"] = (self.scenario.model.multipath or afloat) and entry.flags.get("sea_multipath", False)
        row["hit_radius"] = v(self.values.catalog[site.system], "hit_radius_radar")
        if row["phased"] == 1:
            row["confirm_dwell"], row["confirm_interval"] = v(entry, "confirm_dwell"), v(entry, "track_update_interval")
        self._reports(row, site, chain, unit)
        self._service(row, entry, unit)
        self._signal(row, entry, lat, lon, height)
        self.rows["radars"].append(row)
        self.names.radars.append(name)
        return len(self.rows["radars"]) - 1

    def _modes(self, row: Any, site: Site, entry: Entry) -> None:
        """Active search mode, and the one that shares its time; a phased array has one, chosen by doctrine."""
        modes = list(entry.tables["modes"])
        row["faces"] = int(entry.faces.si) if entry.has("faces") else 1
        chosen = modes[0]
        if row["phased"] == 1:
            chosen = next((m for m in modes if m.text["name"] == site.doctrine.search_mode), modes[0])
        row["frame"] = (
            self.values.of(entry, "rotation") / row["faces"] if row["phased"] == 0 else chosen.si("frame_time")
        )
        row["elevation_low"], row["elevation_high"] = chosen.si("elevation_low"), chosen.si("elevation_high")
        row["search_half"] = min(chosen.si("azimuth_width") / 2.0, math.pi)
        shared = [m for m in modes if m is not chosen and m.flags.get("shared") and chosen.flags.get("shared")]
        if shared:
            row["shared_low"], row["shared_high"] = shared[0].si("elevation_low"), shared[0].si("elevation_high")
            row["shared_every"] = max(round(shared[0].si("frame_time") / row["frame"]), 1)
        row["sectors"] = 16 if row["phased"] == 0 else 4
        row["due"] = row["frame"] / row["sectors"]

    def _service(self, row: Any, entry: Entry, unit: int) -> None:
        row["service_due"] = NEVER
        row["service_interval"] = 1.0
        row["occupancy_limit"] = 0.9
        row["uplink_interval"] = 1.0
        if unit < 0:
            return
        v = self.values.of
        row["service_interval"] = v(entry, "track_update_interval")
        row["service_due"] = row["service_interval"]
        row["track_dwell"], row["uplink_dwell"] = v(entry, "track_dwell"), v(entry, "uplink_dwell")
        row["uplink_interval"] = v(entry, "uplink_interval")
        row["occupancy_limit"] = v(entry, "occupancy_limit")

    def _signal(self, row: Any, entry: Entry, lat: float, lon: float, height: float) -> None:
        """Signal calibration, and the tables of detection, attenuation and mask, shared between equal radars."""
        v = self.values.of
        pulses, alarm = int(entry.pulses.si), v(entry, "false_alarm_probability")
        row["pd_table"] = self._once(("pd", pulses, alarm), lambda: detection_table(pulses, alarm))
        row["attenuation_table"] = -1
        loss = None
        if self.scenario.model.attenuation:
            frequency, farthest = v(entry, "frequency"), max(float(row["range_max"]), 300e3)
            key = ("attenuation", frequency, farthest)
            at = self._once(key, lambda: attenuation_table(frequency, radar_height=20.0, max_range=farthest))
            row["attenuation_table"] = at
            table = self.arena.part(at)

            def loss(distance: float) -> float:
                return 1.0 / float(two_way_attenuation(table, 0, distance, 5000.0))

        decibels = calibration(entry, loss).nominal + self.values.knob(f"{entry.name}.snr", 0.0)
        row["reference_snr"] = 10.0 ** (decibels / 10.0)
        row["edge_table"] = row["edge_base"] = -1
        row["mask_table"] = row["mask_base"] = self._sight(lat, lon, height, float(row["range_max"]), edges=False)
        row["mask_stride"] = len(self.arena.part(int(row["mask_base"])))
        if self.scenario.model.diffraction:
            row["edge_table"] = row["edge_base"] = self._sight(lat, lon, height, float(row["range_max"]), edges=True)
            row["edge_stride"] = row["mask_stride"]

    def _sight(self, lat: float, lon: float, height: float, farthest: float, *, edges: bool) -> int:
        """Where the mask tables of an antenna begin, or those of their edges: one, or a ship's along its way.

        Their knobs take any value, so they are made anew in every world; with the relief at hand that is quick.
        """
        terrain, factor = self.terrain, self.earth_factor
        azimuths, step = mask_detail(terrain)
        grid = (farthest, azimuths, step)
        begins = []
        for n, here in enumerate(self._way or [(lat, lon)]):
            key = (*here, height, *grid, self._platform, n)
            if ("mask", *key) not in self._tables:
                bare = ("relief around", terrain.relief_digest, *here, *grid)
                around = self.prebuilt.once(bare, partial(relief_around, terrain, *here, farthest, azimuths, step))
                shore = self.prebuilt.once(("shore", *bare), partial(shore_of, around))
                self._tables["mask", *key] = self.arena.add(mask_over(terrain, around, height, factor, *grid, shore))
            if edges and ("edge", *key) not in self._tables:
                mask = self.arena.part(self._tables["mask", *key])
                self._tables["edge", *key] = self.arena.add(edge_table(mask))
            begins.append(self._tables["edge" if edges else "mask", *key])
        return begins[0]

    def _once(self, key: Any, make: Any) -> int:
        if key not in self._tables:
            self._tables[key] = self.arena.add(self.prebuilt.once(key, make))
        return self._tables[key]

    # ------------------------------------------------------------------ fire units

    def _kind(self, entry: Entry) -> tuple[int, int, float]:
        """Row of an interceptor, its flyout table and its published range."""
        if entry.name not in self._kinds:
            nominal = self._flying(entry)
            farthest = self.values.of(entry, "max_range")
            # planning flights end before the terminal phase, so that its errors change no table
            key = ("flyout", nominal.tobytes(), farthest)
            table = self.arena.add(self.prebuilt.once(key, lambda: flyout_table(nominal, 1.25 * farthest)))
            row = nominal.copy()
            for name in TERMINAL:
                row[name] *= self.values.knob(f"{entry.name}.terminal_error", 1.0)
            self.rows["kinds"].append(row)
            self.names.interceptors.append(entry.name)
            self._kinds[entry.name] = (len(self.rows["kinds"]) - 1, table, farthest)
        return self._kinds[entry.name]

    def _flying(self, entry: Entry) -> Any:
        """The parameters of a round as drawn, but with its nominal terminal error; not to be changed."""
        values = self._flight_values(entry)
        curves = {name: (*v["mach"], *v["value"]) for name, v in values.items() if isinstance(v, dict)}
        key = ("round", *(values | curves).items())
        return self.prebuilt.once(key, lambda: interceptor(values, entry.name))

    def _flight_values(self, entry: Entry) -> dict[str, Any]:
        v = self.values.of
        factor = self.values.knob
        out: dict[str, Any] = {name: v(entry, name) for name in INTERCEPTOR.names or () if name in entry.values}
        for curve in ("cd", "cn_max"):
            if curve in entry.curves:
                columns = entry.curves[curve].columns
                out[curve] = {"mach": list(columns["mach"]), "value": list(columns["value"])}
        out = scaled(out, factor(f"{entry.name}.impulse", 1.0), factor(f"{entry.name}.drag", 1.0))
        return out | {"guidance": entry.text["guidance"], "launch_kind": entry.text["launch_kind"]}

    def _unit(self, site: Site, system: Entry, n: int, above: list[int]) -> None:
        catalog, v = self.values.catalog, self.values.of
        lat, lon = self._unit_position(site, system, n)
        row = np.zeros(1, UNIT)[0]
        self._place(row, lat, lon, self._ground(lat, lon))
        name = f"{site.name}/{n + 1}"
        row["actor"] = actor_number(f"unit/{name}")
        index = len(self.rows["units"])
        radar = catalog[system.engagement_radar]
        chain = [self._alone(site, system, n, lat, lon, above[0]), *above]
        row["posts"] = -1
        row["posts"][: len(chain)] = chain
        row["level"], row["post"] = len(chain) - 1, chain[-1]
        row["platform"], row["ready_at"] = self._platform, self._ready(site)
        row["radar"] = self._radar(site, radar, f"{radar.name}/{n + 1}", lat, lon, chain, index, None)
        row["target_channels"] = int(system.target_channels.si)
        row["missile_channels"] = int(system.missile_channels.si)
        row["first_engagement"] = sum(int(u["target_channels"]) for u in self.rows["units"])
        self._doctrine(row, site, system)
        row["crew_delay"] = v(system, "crew_delay") * self.values.knob(f"{system.name}.crew", 1.0)
        row["crew_spread"] = v(system, "crew_delay_spread")
        row["assess_delay"] = v(system, "assessment_delay")
        row["assess_false_kill"] = v(system, "assessment_false_kill")
        row["assess_false_miss"] = v(system, "assessment_false_miss")
        row["floor"] = v(system, "pk_floor")
        row["remote"] = int(bool(system.get("engage_on_remote", False)))
        row["salvo_interval"] = v(system, "launch_spacing")
        row["due"] = NEVER
        row["first_magazine"] = len(self.rows["magazines"])
        rows = launcher_rows(system, site.launchers)
        kept = {name: k for k, name in enumerate(dict.fromkeys(r.interceptor for r in system.tables["launchers"]))}
        row["magazines"] = len(kept)
        for interceptor_name in kept:
            self._magazine(site, catalog[interceptor_name], index)
        magazines = {name: int(row["first_magazine"]) + k for name, k in kept.items()}
        self._launchers(row, site, system, rows, magazines, n, index, lat, lon)
        self.rows["units"].append(row)
        self.names.units.append(name)

    def _unit_position(self, site: Site, system: Entry, n: int) -> tuple[float, float]:
        """Declared positions first; else units stand in a line square to the facing, centered on the site."""
        if n < len(site.fire_unit_positions):
            return site.fire_unit_positions[n].latitude, site.fire_unit_positions[n].longitude
        aside = (n - (site.fire_units - 1) / 2.0) * self.values.of(system, "unit_spacing")
        turn = site.facing + (math.pi / 2.0 if aside >= 0.0 else -math.pi / 2.0)
        return self._offset(site.at.latitude, site.at.longitude, turn, abs(aside))

    def _doctrine(self, row: Any, site: Site, system: Entry) -> None:
        doctrine = site.doctrine
        row["control"] = int(Control[doctrine.control.upper()])
        builtin = doctrine.fire.upper()
        row["fire_rule"] = int(FireRule[builtin] if builtin in FireRule.__members__ else FireRule.USER)
        row["salvo"] = doctrine.salvo
        row["latest"] = 1 if doctrine.engage == "latest" else 0
        row["reserve"] = doctrine.reserve
        row["goal"] = doctrine.goal
        post = self.values.catalog[system.post]
        row["self_defense"] = self.values.of(post, "self_defense_radius") if doctrine.self_defense else 0.0
        row["dials"][: len(doctrine.dials)] = doctrine.dials

    def _magazine(self, site: Site, entry: Entry, unit: int) -> None:
        """What a fire unit knows of one kind of round: where it reaches, how it kills, when doctrine lets it be fired.

        With emergent limits only flight bounds an intercept; with published ones the brochure's figures do too.
        """
        v = self.values.of
        row = np.zeros(1, MAGAZINE)[0]
        row["unit"] = unit
        row["kind"], row["flyout_table"], farthest = self._kind(entry)
        wanted = site.doctrine.keep.get(entry.name)
        classes = ThreatClass if wanted is None else [ThreatClass[wanted.upper()]]
        row["classes"] = sum(1 << int(c) for c in classes)
        row["channel"] = int(ChannelPhase[entry.text["channel_phase"].upper()])
        row["support_break"] = v(entry, "support_break_limit")
        row["position_limit"], row["velocity_limit"] = v(entry, "firm_position"), v(entry, "firm_velocity")
        row["limits"] = (0.0, math.inf, -math.inf, math.inf)
        row["speed_limit"] = math.inf
        if self.scenario.model.limits == "published":
            row["limits"][0] = [v(entry, f) for f in ("min_range", "max_range", "min_altitude", "max_altitude")]
            row["limits"][1] = [
                v(entry, "min_range"), v(entry, "ballistic_max_range", farthest),
                v(entry, "ballistic_min_altitude"), v(entry, "ballistic_max_altitude"),
            ]  # fmt: skip
            row["speed_limit"] = v(entry, "target_speed_limit")
        self._lethality(row, entry, farthest)
        self.rows["magazines"].append(row)

    def _lethality(self, row: Any, entry: Entry, farthest: float) -> None:
        """Lethal radius per class, so that the reference engagement has the catalog's kill probability."""
        if entry.name not in self._killing:
            self._killing[entry.name] = self._killed(entry, farthest)
        for name in ("reliability", "common_mode", "pk", "lethal"):
            row[name] = self._killing[entry.name][name]

    def _killed(self, entry: Entry, farthest: float) -> Any:
        """A magazine row with what `_lethality` fills in."""
        row = np.zeros(1, MAGAZINE)[0]
        row["reliability"] = self.values.of(entry, "reliability")
        constant = self.scenario.model.kill == "constant"
        row["common_mode"] = 1.0 if constant else common_mode(self.scenario, self.values, entry)
        nominal = self._flying(entry)  # what pk_ref was said of
        height = 0.5 * self.values.of(entry, "max_altitude")
        reach = {"ballistic": self.values.of(entry, "ballistic_max_range", farthest)}
        for cls, field_name in CLASS_FIELDS.items():
            pk = self._asked(self.values, entry, field_name)
            if not constant:
                name = cls.name.lower()
                engagement = (reach.get(name, farthest), height, REFERENCE_SPEED[name])
                key = ("misses", nominal.tobytes(), *engagement)
                misses = self.prebuilt.once(key, partial(reference_misses, nominal, *engagement, samples=200))
                works = float(row["reliability"]) * float(row["common_mode"])
                pk = self._allowed(entry, field_name, pk, works, misses)
                place = f"{entry.name}.{field_name}"
                radius = self.prebuilt.once(
                    ("lethal", *key, pk, works), partial(lethal_radius, pk, works, misses, place)
                )
                row["lethal"][int(cls)] = radius
            row["pk"][int(cls)] = pk
        return row

    def _asked(self, values: Values, entry: Entry, field_name: str) -> float:
        """The kill probability of a class that the scenario or the catalog gives."""
        fixed = self.scenario.model.kill_probability
        return values.pk(entry, field_name) if fixed is None else fixed

    def _allowed(self, entry: Entry, field_name: str, pk: float, works: float, misses: Any) -> float:
        """A kill probability, or the most that a round can have that works so often, if it is a draw that asks more.

        A draw of knobs that are each possible can be impossible together; it is capped and told.  Numbers that
        contradict each other without any draw are refused.
        """
        written = Values(self.values.catalog)
        could = written.of(entry, "reliability") * common_mode(self.scenario, written, entry)
        possible = self._asked(written, entry, field_name) < could
        if pk > works and not possible:
            reliability, common = self.values.of(entry, "reliability"), common_mode(self.scenario, self.values, entry)
            raise InputError(
                f"{entry.name}.{field_name}",
                f"{pk:g} is more than reliability {reliability:g} x common mode {common:g}",
                "A round that works that often cannot kill more often.",
            )
        most = MOST_CERTAIN * works * float(np.isfinite(misses).mean())
        if not (self.values.knobs and possible and pk > most > 0.0):
            return pk  # what cannot be in it is refused with the lethal radius
        self.capped.append({"field": f"{entry.name}.{field_name}", "asked": pk, "used": most})
        return most

    def _launchers(
        self,
        unit: Any,
        site: Site,
        system: Entry,
        rows: tuple[Row, ...],
        magazines: dict[str, int],
        n: int,
        index: int,
        lat: float,
        lon: float,
    ) -> None:
        v = self.values.of
        count = len(rows)
        unit["first_launcher"], unit["launchers"] = len(self.rows["launchers"]), count
        ring = v(system, "launcher_spacing") * max(count, 1) / (2.0 * math.pi)
        for k, load in enumerate(rows):
            entry = self.values.catalog[load.launcher]
            row = np.zeros(1, LAUNCHER)[0]
            here_lat, here_lon = self._offset(lat, lon, 2.0 * math.pi * k / count, ring)
            self._place(row, here_lat, here_lon, self._ground(here_lat, here_lon) + 2.0)
            name = f"{site.name}/{n + 1}/{k + 1}"
            row["actor"] = actor_number(f"launcher/{name}")
            row["platform"] = self._platform
            row["unit"], row["magazine"] = index, magazines[load.interceptor]
            most = int(load.rounds.si)
            row["full"] = row["loaded"] = most if site.rounds is None else min(site.rounds, most)
            row["loads"] = int(entry.reloads.si) if site.reloads is None else site.reloads
            row["interval"], row["reload_time"] = v(entry, "launch_interval"), v(entry, "reload_time")
            row["reloaded_at"] = NEVER
            inclined = self.values.catalog[load.interceptor].text["launch_kind"] == "inclined"
            row["arc_center"] = site.facing
            row["arc_half"] = min(v(entry, "azimuth_arc") / 2.0, math.pi) if inclined else math.pi
            row["hit_radius"] = v(system, "hit_radius_launcher")
            teaching = self.scenario.model.kill == "constant"
            row["readiness"] = 1.0 if teaching else v(entry, "readiness")
            row["fails_at"] = self._failure(site, f"{entry.name}/{n + 1}/{k + 1}")
            self.rows["launchers"].append(row)
            self.names.launchers.append(name)


def assets_of(
    scenario: Scenario, values: Values, terrain: Terrain, ships: dict[str, int], prebuilt: Prebuilt
) -> np.ndarray:
    """One row per defended asset; the lethal buffer is that of the raids' largest threat.

    ships : platform row by site name
    """
    threats = [values.catalog[raid.threat] for raid in scenario.raids]
    buffer = max([values.of(t, "lethal_buffer", 0.0) for t in threats], default=0.0)
    out = np.zeros(len(scenario.assets), ASSET)
    for row, asset in zip(out, scenario.assets, strict=True):
        lat, lon = asset.at.latitude, asset.at.longitude
        row["position"] = to_ecef(lat, lon, ground_at(terrain, prebuilt, lat, lon) + asset.height)
        row["radius"], row["buffer"], row["value"], row["site"] = asset.radius, buffer, asset.value, -1
        row["platform"], row["height"] = ships.get(asset.ship or "", -1), asset.height
    return out


def corridors_of(scenario: Scenario) -> np.ndarray:
    """One row per corridor; at most 8 points each."""
    out = np.zeros(len(scenario.corridors), CORRIDOR)
    most = CORRIDOR["points"].shape[0]
    for row, corridor in zip(out, scenario.corridors, strict=True):
        if len(corridor.points) > most:
            raise InputError(
                f"corridor.{corridor.name}", f"{len(corridor.points)} points", f"At most {most} are allowed."
            )
        for k, point in enumerate(corridor.points):
            row["points"][k] = to_ecef(point.latitude, point.longitude, 0.0)
        row["count"] = len(corridor.points)
        row["half_width"] = corridor.width / 2.0
        row["floor"], row["ceiling"] = corridor.floor, corridor.ceiling
    return out
