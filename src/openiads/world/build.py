"""Scenario and catalog become a World: the last place that sees names and text.

A ``World`` never changes.  It holds, for every array of ``layout.Sim``, the rows at time 0, and the arena of tables.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from openiads.base.constants import MEAN_RADIUS
from openiads.base.errors import InputError
from openiads.catalog.records import Catalog
from openiads.earth import library, rasters, shapes
from openiads.earth.terrain import NoHeights, Terrain
from openiads.earth.worldwide import packaged_ground
from openiads.physics.flyout import INTERCEPTOR
from openiads.scenario.area import boxes
from openiads.scenario.load import Scenario, catalog_of
from openiads.scenario.settings import ModelSwitches
from openiads.world.airways import add_airways, expected_aloft
from openiads.world.assets import assets_of, corridors_of
from openiads.world.codes import Control, FireRule, ServiceTime
from openiads.world.deconfliction import set_parties, zones_of
from openiads.world.draft import Draft, Names, Row, blank, stacked
from openiads.world.early_warning import add_early_warning
from openiads.world.elements import LAUNCHER, MAGAZINE, PLATFORM, POST, RADAR, UNIT
from openiads.world.flights import add_flights
from openiads.world.identity import set_identification
from openiads.world.jammers import set_receivers
from openiads.world.layout import FLIGHT, MODEL, SITUATION
from openiads.world.posts import add_commands, check_count
from openiads.world.prebuilt import Prebuilt
from openiads.world.recorded import add_recordings
from openiads.world.sensed import JAMMER
from openiads.world.sites import add_site
from openiads.world.units import set_leaves
from openiads.world.values import Arena, Values

MOST_WORK = 50_000_000  # turns, looks and steps of one replication: some minutes; packaged ones take 1e3 to 1e5
ALONE = 32_000_000  # bytes of products that a single build keeps for its own later parts
SERVICE = {kind.name.lower(): int(kind) for kind in ServiceTime if kind}
Rows = dict[str, NDArray[np.void]]


@dataclass
class World:
    """A scenario made ready to run."""

    scenario: Scenario
    catalog: Catalog
    knobs: dict[str, float]
    terrain: Terrain
    names: Names
    rows: Rows  # the state at time 0, by noun
    tables: np.ndarray
    rule_text: str  # the user's fire rule, "file.py:function", or ""
    digest: str
    limits: dict[str, Any] = field(default_factory=dict)
    read: frozenset[tuple[str, str]] = frozenset()  # entry and path of every value of the catalog that it was built of

    @property
    def flight_class(self) -> NDArray[Any]:
        """codes.ThreatClass of each flight."""
        return self.rows["flights"]["threat_class"]

    @property
    def flight_side(self) -> NDArray[Any]:
        """codes.Side of each flight."""
        return self.rows["flights"]["side"]

    @property
    def radars(self) -> NDArray[Any]:
        """The rows of radars."""
        return self.rows["radars"]


def build(
    scenario: Scenario,
    catalog: Catalog | None = None,
    knobs: Mapping[str, float] | None = None,
    *,
    prebuilt: Prebuilt | None = None,
) -> World:
    """Make a world of a scenario; ``knobs`` replaces nominal values by name.

    prebuilt : what earlier builds left, to make many worlds quickly; the world is the same with and without it
    Raises InputError for what only shows when the pieces are put together.
    """
    prebuilt = Prebuilt(ALONE) if prebuilt is None else prebuilt
    catalog = catalog_of(scenario) if catalog is None else catalog
    try:
        return _built(scenario, catalog, knobs, prebuilt)
    except NoHeights as problem:
        raise _every_missing(scenario, catalog, knobs, prebuilt, problem) from problem


def _every_missing(
    scenario: Scenario, catalog: Catalog, knobs: Mapping[str, float] | None, prebuilt: Prebuilt, first: NoHeights
) -> InputError:
    """The error about all ground that the user's data lack, in place of that about the first place without any."""
    from openiads.world.ground import unknown_to_flights, unknown_to_radars

    if scenario.terrain.source not in ("files", "library"):
        return first
    terrain = scenario.terrain.model_copy(update={"on_missing": "sea"})
    try:
        world = _built(
            scenario.model_copy(update={"terrain": terrain}).placed(scenario.folder), catalog, knobs, prebuilt
        )
    except InputError:
        return first
    touched = [unknown_to_radars(world), *unknown_to_flights(world).values()]
    tiles = {tile for each in touched for tile in each.tiles}
    return first.with_tiles(sorted(tiles)) if tiles else first


def _built(scenario: Scenario, catalog: Catalog, knobs: Mapping[str, float] | None, prebuilt: Prebuilt) -> World:
    values = Values(catalog, knobs)
    factor = earth_factor_of(scenario, values)
    draft = Draft(scenario, values, terrain_of(scenario, values), factor, Arena(), prebuilt)
    add_commands(draft)
    for site in scenario.sites:
        add_site(draft, site)
    set_leaves(draft)
    check_count(draft)
    add_early_warning(draft)
    set_parties(draft)
    add_flights(draft)
    add_airways(draft)
    add_recordings(draft)
    set_receivers(draft)
    draft.names.assets = [asset.name for asset in scenario.assets]
    rows = rows_of(draft)
    check_names(rows)
    set_drop_times(rows, values)
    digest, rule = scenario.digest(), user_rule(scenario)
    tables = draft.arena.array()
    world = World(scenario, catalog, dict(knobs or {}), draft.terrain, draft.names, rows, tables, rule, digest)
    world.read = frozenset(values.read)
    drawn = {"capped": [asdict(each) for each in draft.capped], "nearer": [asdict(each) for each in draft.nearer]}
    told = {"recorded": draft.notes} if draft.notes else {}
    world.limits = {**limits_of(world), **drawn, **told}
    return world


def rows_of(draft: Draft) -> Rows:
    """The rows of a draft by noun."""
    return {
        "situation": situation_of(draft),
        "model": model_of(draft.values),
        "platforms": stacked(draft.platforms, PLATFORM),
        "flights": stacked(draft.flights, FLIGHT),
        "radars": stacked(draft.radars, RADAR),
        "jammers": stacked(draft.jammers, JAMMER),
        "posts": stacked(draft.posts, POST),
        "units": stacked(draft.units, UNIT),
        "magazines": stacked(draft.magazines, MAGAZINE),
        "launchers": stacked(draft.launchers, LAUNCHER),
        "interceptors": stacked(draft.interceptors, INTERCEPTOR),
        "assets": assets_of(draft),
        "corridors": corridors_of(draft.scenario),
        "zones": zones_of(draft),
    }


def model_of(values: Values) -> NDArray[np.void]:
    """The assumptions that kernels read."""
    row = blank(MODEL)
    for name in MODEL.names or ():
        row[name] = math.log(values.model("coefficient_start")) if name == "log_coefficient" else values.model(name)
    return stacked([row], MODEL)


def set_drop_times(rows: Rows, values: Values) -> None:
    """A post drops a track after as many frames without a plot as the slowest search radar that it hears allows."""
    radars = rows["radars"]
    silent, delay = values.model("silent_drop_time"), values.model("silent_report_delay")
    for k, post in enumerate(rows["posts"]):
        heard = radars[(radars["posts"] == k).any(axis=1) & (radars["early"] == 0)]  # early warning: its own patience
        searching = heard[heard["unit"] < 0]
        mine = searching if len(searching) else heard
        late = float(heard["delays"][heard["posts"] == k].max(initial=delay))  # what is on its way is no miss
        post["drop_time"] = max([float(r["drop_misses"] * r["frame"]) for r in mine], default=silent) + late


def setting(given: float | None, values: Values, knob: str, default: float) -> float:
    """A world setting: the knob if sampled, else the scenario's, else the default."""
    return values.knob(f"world.{knob}", default if given is None else given)


def earth_factor_of(scenario: Scenario, values: Values) -> float:
    """Effective earth radius over the true one: refraction, and the duct that is declared or drawn."""
    factor = setting(scenario.world.earth_factor, values, "earth_factor", 4.0 / 3.0)
    state = duct_of(scenario, values)
    return factor if state == "none" else factor * values.model(f"duct_{state}_factor")


def duct_of(scenario: Scenario, values: Values) -> str:
    """The state of the air near the surface: as declared, or the one that the world's draw falls on.

    The states stand in the order of what they do, none, evaporation and surface, each over its share of time; without a
    draw it is the one in the middle of that.
    """
    declared = scenario.world.ducting
    if declared != "drawn":
        return declared
    share = values.knob("world.ducting", 0.5)
    surface = values.model("duct_surface_share")
    evaporation = min(values.model("duct_evaporation_share"), 1.0 - surface)
    if share >= 1.0 - surface:
        return "surface"
    return "evaporation" if share >= 1.0 - surface - evaporation else "none"


def terrain_of(scenario: Scenario, values: Values) -> Terrain:
    """The terrain a scenario names."""
    t = scenario.terrain
    crest = setting(scenario.world.crest_factor, values, "crest_factor", 0.5)
    if t.packaged:
        return packaged_ground(t.source, crest, t.on_missing)
    if t.source == "files":
        folder = scenario.folder
        files = [Path(f) if folder is None else folder / f for f in t.files]
        return rasters.from_file(files, t.on_missing, t.below_sea)
    if t.source == "library":
        return library.terrain(boxes(scenario, values.catalog), t.on_missing, t.below_sea)
    if t.source == "flat":
        return shapes.flat(t.height or 0.0)
    if t.origin is None:
        raise InputError("terrain.origin", "is missing", f'Terrain "{t.source}" stands relative to an origin.')
    lat, lon = t.origin.latitude, t.origin.longitude
    course, distance, height = t.bearing or 0.0, t.distance or 0.0, t.height or 0.0
    width = {} if t.width is None else {"width": t.width}
    if t.source == "ridge":
        length = math.inf if t.length is None else t.length
        return shapes.ridge(lat, lon, course, distance, height, base=t.base, length=length, **width)
    if t.source == "coastal_range":
        return shapes.coastal_range(lat, lon, course, t.shore or 0.0, distance, height, plain=max(t.base, 1.0), **width)
    return shapes.valley(lat, lon, course, distance, t.width or 4000.0, t.base, height)


def situation_of(draft: Draft) -> NDArray[np.void]:
    """Switches, world knobs and the identification table."""
    scenario, values = draft.scenario, draft.values
    row = blank(SITUATION)
    row["duration"] = scenario.duration
    row["work_most"] = MOST_WORK
    _switches(row, scenario.model)
    row["earth_radius"] = draft.earth_factor * MEAN_RADIUS
    row["sea_roughness"] = setting(scenario.world.sea_roughness, values, "sea_roughness", 0.3)
    set_identification(row, values, scenario)
    row["first_notional"] = row["emission_due"] = row["jammer_due"] = math.inf
    row["emission"] = sum(int(radar["policy"]) > 0 for radar in draft.radars)
    row["outages"] = sum(float(each["outage"]) > 0.0 for each in (*draft.radars, *draft.posts, *draft.units))
    row["leaving"] = int(any(site.doctrine.leaves for site in scenario.sites))
    return stacked([row], SITUATION)


def _switches(row: Row, model: ModelSwitches) -> None:
    """The teaching switches."""
    row["detection_by_range"] = model.detection == "range"
    row["kill_constant"] = model.kill == "constant"
    row["assessment_perfect"] = model.assessment == "perfect"
    row["magazine_infinite"] = model.magazine == "infinite"
    row["false_alarms"] = model.false_alarms
    row["queue_lost"] = model.queue == "lost"
    row["arrivals_poisson"] = model.arrivals == "poisson"
    row["arrival_rate"] = model.arrival_rate or 1.0
    row["service_kind"] = SERVICE[model.service]
    row["service_time"] = model.service_time or 30.0


def check_names(rows: Rows) -> None:
    """No two actors may share a draw's name number."""
    for noun in ("flights", "radars", "posts", "units", "launchers"):
        actors = rows[noun]["actor"]
        if len(set(actors.tolist())) != len(actors):
            raise InputError(f"{noun}", "two names fall on one number of the random draws", "Rename one of them.")


def user_rule(scenario: Scenario) -> str:
    """The user's fire rule as "file.py:function", "" for none; one rule a scenario."""
    names = {s.doctrine.fire for s in scenario.sites if s.doctrine.fire.upper() not in FireRule.__members__}
    if len(names) > 1:
        raise InputError(
            "site.doctrine.fire", f"names {len(names)} rules", "One user rule a scenario: use its dials to vary it."
        )
    return names.pop() if names else ""


def _fastest(kind: np.void) -> float:
    """A speed, m/s, that a round does not exceed: somewhat above that at which its motors end, or what its booster
    alone could give it, where a sustainer burns on while it slows down."""
    speed = float(kind["burnout_speed"]) * 1.1 + 50.0
    if kind["sustain_time"] <= 0.0:
        return speed
    exhaust = float(kind["boost_thrust"] * kind["boost_time"] / kind["boost_propellant"])
    left = float(kind["launch_mass"] - kind["boost_propellant"])
    return max(speed, float(kind["eject_speed"]) + exhaust * math.log(float(kind["launch_mass"]) / left))


def _loosest(world: World, control: Control) -> str:
    """The loosest control state that a unit may fire under: in a free-fire zone tight is free."""
    anywhere = any(zone.kind == "free_fire" for zone in world.scenario.zones)
    return (Control.FREE if anywhere and control == Control.TIGHT else control).name.lower()


def limits_of(world: World) -> dict[str, Any]:
    """What the independent checker holds a run against."""
    u, launchers, radars = world.rows["units"], world.rows["launchers"], world.rows["radars"]
    posts = world.rows["posts"]
    magazines = world.rows["magazines"]
    kinds = [world.rows["interceptors"][int(k)] for k in magazines["interceptor"]]
    of_rounds = {
        "life": [float(k["life"]) for k in kinds],
        "burn": [float(k["ignition_delay"] + k["boost_time"] + k["sustain_time"]) for k in kinds],
        "speed": [_fastest(k) for k in kinds],
        "load": [float(k["structural_limit"] + k["reaction_control"]) for k in kinds],
    }

    def most(what: str) -> list[float]:
        """The largest figure of a unit's kinds of round."""
        return [max(of_rounds[what][r["first_magazine"] : r["first_magazine"] + r["magazines"]]) for r in u]

    duration, flights = float(world.scenario.duration), world.rows["flights"]
    aloft = expected_aloft(flights, duration)
    return {
        "duration": duration,
        "flight_aloft": aloft.tolist(),
        "teaching_service": world.scenario.model.service != "crew",
        "magazine_infinite": world.scenario.model.magazine == "infinite",
        "unit_target_channels": u["target_channels"].tolist(),
        "unit_missile_channels": u["missile_channels"].tolist(),
        "unit_control": [_loosest(world, Control(int(c))) for c in u["control"]],
        "unit_radar": u["radar"].tolist(),
        "unit_self_defense": u["self_defense"].tolist(),
        "unit_leaves": (u["leaves"] != 0).astype(int).tolist(),
        "unit_interceptor_life": most("life"),
        "unit_burn_time": most("burn"),
        "unit_round_speed": most("speed"),
        "unit_round_load": most("load"),
        "launcher_channel": magazines["channel"][launchers["magazine"]].tolist(),
        "launcher_loads": launchers["loads"].tolist(),
        "launcher_reload_time": launchers["reload_time"].tolist(),
        "unit_assign_delay": [0.0 for _ in u],
        "unit_launch_delay": posts["link_delay"][u["post"]].tolist(),
        "unit_assess_delay": u["assess_delay"].tolist(),
        "launcher_rounds": launchers["loaded"].tolist(),
        "launcher_interval": launchers["interval"].tolist(),
        "launcher_unit": launchers["unit"].tolist(),
        "launcher_fails_at": launchers["fails_at"].tolist(),
        "radar_range_max": radars["range_max"].tolist(),
        "radar_range_min": radars["range_min"].tolist(),
        "radar_fails_at": radars["fails_at"].tolist(),
        "radar_emitting": radars["emitting"].tolist(),
        "radar_boresight": radars["boresight"].tolist(),
        "radar_search_half": radars["search_half"].tolist(),
        "radar_track_half": radars["track_half"].tolist(),
        "radar_position": radars["position"].tolist(),
        "post_link_delay": posts["link_delay"].tolist(),
    }
