"""Relations that must hold between two runs, whatever the right answer of either is."""

from __future__ import annotations

import copy
import itertools
import math
from typing import Any

import numpy as np
import pytest

from engine.scenes import CLEAR, TEXTBOOK, column, each, events, one, place, raid, scene, site
from openiads.base.toml import toml_text
from openiads.engine.runner import Runner
from openiads.runs import replicate
from openiads.scenario.load import catalog_of, load, loads
from openiads.world.build import World, build
from openiads.world.codes import Event

pytestmark = pytest.mark.compiled_only

#: Real detection on flat ground with nothing that depends on the other flights: no assessment errors, no false alarms.
RADAR = CLEAR | {"kill": "constant", "assessment": "perfect"}
#: No launcher: the radars go about their work undisturbed (no occupancy, no slewing).
WATCHING = site(launchers=0)


def looks(world: World, count: int = 5, seed: int = 1) -> list[np.ndarray]:
    """Every search look of some replications: time, flight, radar, code and what was written."""
    runner = Runner(world, seed)
    found = []
    for k in range(count):
        rows = events(runner.replicate(k, record=True), Event.LOOK)
        found.append(np.column_stack([rows["time"], rows["flight"], rows["radar"], rows["code"], rows["value"]]))
    return found


# ------------------------------------------------------------------ exact


def test_units_written_otherwise_change_nothing() -> None:
    text = load("one_on_one").toml()
    assert "40" not in text.partition("detection_range")[0][-20:]
    other = (
        text.replace('"100 km"', '"100000 m"')
        .replace('"6 km"', '"6000 m"')
        .replace('"250 m/s"', '"900 km/h"')
        .replace('"300 s"', '"5 min"')
        .replace('"500 m"', '"0.5 km"')
    )
    assert other != text and '"5 min"' in other and '"900 km/h"' in other
    one_way, other_way = (replicate.run(loads(t), replications=50, seed=3) for t in (text, other))
    assert one_way.digest == other_way.digest


def test_entries_in_another_order_change_nothing() -> None:
    parts = [raid("West"), raid("South", azimuth=240.0, distance=80.0), raid("Low", "tomahawk", 60.0, 280.0)]
    there, back = scene(*parts, model=RADAR), scene(*parts[::-1], model=RADAR)
    assert there.digest == back.digest
    first, second = Runner(there, 5), Runner(back, 5)
    for k in range(5):
        assert first.replicate(k).outcome.tobytes() == second.replicate(k).outcome.tobytes()


@pytest.mark.parametrize("model", [TEXTBOOK, RADAR])
def test_rounds_that_never_kill_kill_nobody(model: dict[str, Any]) -> None:
    floor = {"s300pmu2.pk_floor": 0.0}  # else nothing would be fired at all
    world = scene(raid("West", count=3), model=model | {"kill_probability": 0.0}, knobs=floor)
    assert column(world, 20, "killed").sum() == 0
    assert column(world, 20, "round_kills").sum() == 0
    if model is TEXTBOOK:
        assert column(world, 20, "leakers").tolist() == [3] * 20
    assert column(world, 20, "rounds_fired").min() > 0


def test_rounds_that_always_kill_let_nobody_through() -> None:
    world = scene(raid("West", count=3), model=TEXTBOOK | {"kill_probability": 1.0})
    assert column(world, 20, "killed").tolist() == [3] * 20


def test_a_silent_radar_is_no_radar() -> None:
    """Radars that do not emit detect nothing, and what the others see does not change."""
    all_on = looks(scene(raid("West"), model=RADAR, sites=[WATCHING]))
    off = looks(scene(raid("West"), model=RADAR, sites=[site(launchers=0, radars_off=["64n6e2"])]))
    world = scene(raid("West"), model=RADAR, sites=[WATCHING])
    big = next(k for k, name in enumerate(world.names.radars) if "64n6e2" in name)
    assert any((rows[:, 2] == big).any() for rows in all_on)
    for seen, unseen in zip(all_on, off, strict=True):
        assert not (unseen[:, 2] == big).any()
        assert seen[seen[:, 2] != big].tobytes() == unseen.tobytes()


@pytest.mark.parametrize("name", ["Aaa", "Zzz"])
def test_an_entity_nobody_sees_or_hears_changes_nothing(name: str) -> None:
    far = {"name": name, "kind": "a320", "route": ["40.0 S 100.0 W", "41.0 S 100.0 W"], "altitude": "9 km"}
    alone, joined = scene(raid("West", count=2)), scene(raid("West", count=2), flights=[far])
    for field in ("killed", "leakers", "rounds_fired", "first_launch_s", "first_detection_s", "identified"):
        assert column(alone, 20, field).tolist() == column(joined, 20, field).tolist(), field


def test_one_more_radar_never_makes_the_first_detection_later() -> None:
    low = raid("Low", "tomahawk", 70.0, agl="50 m")
    without = column(scene(low, model=CLEAR, sites=[site(launchers=0)]), 40, "first_detection_s")
    more = column(scene(low, model=CLEAR, sites=[site(launchers=0, low_altitude="76n6")]), 40, "first_detection_s")
    assert (more <= without).all()
    assert (more < without).any()


def test_other_names_are_other_luck_of_the_same_kind() -> None:
    one_name, other = scene(raid("West")), scene(raid("Vest"))
    killed = [column(world, 400, "rounds_fired") for world in (one_name, other)]
    assert killed[0].tolist() != killed[1].tolist()
    error = math.sqrt((killed[0].var() + killed[1].var()) / 400.0)
    assert abs(killed[0].mean() - killed[1].mean()) < 4.9 * error


# ------------------------------------------------------------------ within 1e-6


def test_without_launchers_the_radars_see_the_same() -> None:
    """Surveillance radars search alike whether anybody shoots, until the first target dies."""
    armed = scene(raid("West", count=2), model=RADAR | {"kill_probability": 0.0})
    bare = scene(raid("West", count=2), model=RADAR, sites=[WATCHING])
    guides = armed.rows["radars"]["unit"] >= 0
    for seen, unseen in zip(looks(armed), looks(bare), strict=True):
        first, second = (rows[~guides[rows[:, 2].astype(int)]] for rows in (seen, unseen))
        assert len(first) > 20
        assert first.tobytes() == second.tobytes()


def shifted(delay: float) -> World:
    """Two flights that start ``delay`` s later in a run that is as much longer."""
    return scene(
        raid("West", start=f"{delay} s"), raid("South", azimuth=230.0, start=f"{5.0 + delay} s"), duration=300.0 + delay
    )


def test_a_later_start_shifts_everything_by_as_much() -> None:
    """Every look detects (detection by range), and the shift is a whole number of all frames and cycles, so phases
    agree; measurement noise is named by time slots and so differs, but not what kills (draws by the shot's number)."""
    delay = 3600.0
    base, late = shifted(0.0), shifted(delay)
    frames = np.concatenate([base.rows["radars"]["frame"], base.rows["posts"]["cycle"]])
    assert np.allclose(delay / frames, np.round(delay / frames))
    same = 0
    for k in range(40):
        first, second = one(base, k), one(late, k)
        assert second.outcome["first_detection_s"][0] - first.outcome["first_detection_s"][0] == pytest.approx(
            delay, abs=1e-6
        )
        same += first.outcome["killed"][0] == second.outcome["killed"][0]
        assert second.outcome["first_launch_s"][0] - first.outcome["first_launch_s"][0] == pytest.approx(delay, abs=5.0)
    assert same >= 38


def mirrored(hemisphere: str) -> World:
    """Two raids at some angles off west, north or south of the equator."""

    def at(distance: float, off: float) -> str:
        north = distance / 111.2 * math.sin(off)  # away from the equator
        west = distance / 111.2 * math.cos(off) / math.cos(math.radians(34.92))
        return f"{34.92 + north:.9f} {hemisphere} {35.90 - west:.9f} E"

    home = f"34.92 {hemisphere} 35.90 E"
    parts = [raid("One", origin=at(60.0, 0.3)), raid("Two", origin=at(50.0, -0.5))]
    return scene(
        *parts,
        model=RADAR | {"detection": "range", "detection_range": "150 km"},
        asset=[{"name": "Depot", "at": home, "radius": "500 m"}],
        sites=[site(at=home, launchers=0)],
    )


def test_the_southern_mirror_image_looks_the_same() -> None:
    """Latitude turned over: every range, elevation and height of a look at one time is the same, azimuths mirror.

    Precondition: the ground is flat and the engagement radars face west, the mirror's axis; scan phases differ with
    the direction of rotation, so looks are compared through the service of sampled states.
    """
    north, south = mirrored("N"), mirrored("S")
    first = events(one(north, 0, record=True), Event.FLIGHT_STATE)
    second = events(one(south, 0, record=True), Event.FLIGHT_STATE)
    assert len(first) == len(second) > 300
    assert first["time"].tolist() == second["time"].tolist()
    turned = second["value"] * np.array([1.0, 1.0, -1.0, 1.0, 1.0, -1.0])
    assert np.abs(first["value"][:, :3] - turned[:, :3]).max() < 1e-3
    assert np.abs(first["value"][:, 3:] - turned[:, 3:]).max() < 1e-6
    radars = [world.rows["radars"]["position"] for world in (north, south)]
    assert np.abs(radars[0][0] * np.array([1.0, 1.0, -1.0]) - radars[1][0]).max() < 1e-6


def two_regions(*names: str) -> World:
    """A depot, its site and its raid in each of the named regions, which are a third of the earth apart."""
    at = {"East": ("34.92 N 35.90 E", "34.92 N 35.30 E"), "West": ("10.0 S 80.0 W", "10.0 S 80.6 W")}
    assets = [{"name": f"{n} depot", "at": at[n][0], "radius": "500 m"} for n in names]
    sites = [site(f"{n} guard", at=at[n][0], defends=[f"{n} depot"]) for n in names]
    raids = [raid(f"{n} raid", count=2, target=f"{n} depot", origin=at[n][1]) for n in names]
    return scene(*raids, sites=sites, asset=assets)


def test_regions_that_cannot_meet_do_not_matter_to_each_other() -> None:
    both, east, west = two_regions("East", "West"), two_regions("East"), two_regions("West")
    for field in ("killed", "leakers", "rounds_fired", "round_kills", "engaged"):
        together = column(both, 30, field)
        assert together.tolist() == (column(east, 30, field) + column(west, 30, field)).tolist(), field
    assert column(both, 30, "rounds_fired").min() > 2


def ridge(height: float) -> World:
    """A low flyer behind a ridge of a height 15 km west of the radars; the antennas stand on sea level."""
    ground = {
        "source": "ridge",
        "origin": place(0.0),
        "bearing": "270 deg",
        "distance": "15 km",
        "height": f"{height} m",
        "width": "3 km",
    }
    path = {"aim": place(20.0, 180.0), "target": None, "origin": place(90.0, 250.0), "altitude": "900 m"}
    low = {key: value for key, value in raid("Low", **path).items() if value is not None}
    return scene(low, model=CLEAR, sites=[WATCHING], terrain=ground, duration=300.0)


def test_lower_ground_never_hides_what_was_seen() -> None:
    heights = (900.0, 500.0, 200.0, 0.0)
    hidden = []
    for height in heights:
        rows = looks(ridge(height), 1)[0]
        hidden.append({(round(float(r[0]), 6), int(r[2])) for r in rows if int(r[3]) in (-1, -2)})
        assert len(rows) > 20
    for high, low in zip(hidden, hidden[1:], strict=False):
        assert low <= high
    assert len(hidden[0]) > len(hidden[-1])


def test_a_faster_target_never_leaves_more_time() -> None:
    """Deterministic switches: the first launch comes no later before arrival the faster the target flies."""
    left = []
    for speed in (150.0, 200.0, 250.0, 300.0, 400.0):
        world = scene(raid("West", distance=140.0, speed=f"{speed} m/s"), duration=1200.0)
        arrival = float(world.rows["flights"]["ends"][0])
        launches = each(world, 5, lambda r: float(r.outcome["first_launch_s"][0]))
        left.append([arrival - launched for launched in launches])
    assert (np.diff(np.array(left), axis=0) <= 1e-6).all()
    assert np.array(left).min() > 0.0


def test_a_target_sixteen_times_as_large_is_seen_from_twice_as_far() -> None:
    """In free space, by the calibrated signal: the SNR of a look at equal geometry grows by the ratio of areas."""
    small = looks(scene(raid("West"), model=CLEAR, sites=[WATCHING]), 1)[0]
    text = toml_text(
        load("one_on_one").mapping() | {"model": dict(CLEAR), "catalog": {"threats": {"big": {"based_on": "f16"}}}}
    )
    assert build(loads(text)).rows["flights"]["rcs"].shape == (1, 3, 3)
    world = scene(raid("West"), model=CLEAR, sites=[WATCHING], knobs={"f16.signature": 10.0 * math.log10(16.0)})
    large = looks(world, 1)[0]
    both = {(r[0], r[2]): r[8] for r in small if r[3] == 1}
    pairs = [(both[(r[0], r[2])], r[8]) for r in large if r[3] == 1 and (r[0], r[2]) in both]
    assert len(pairs) > 10
    assert np.allclose([b - a for a, b in pairs], 10.0 * math.log10(16.0), atol=1e-9)
    farthest = [max(r[4] for r in rows if r[3] == 1) for rows in (small, large)]
    assert farthest[1] >= farthest[0]


# ------------------------------------------------------------------ more never hurts, beyond chance


def of_raid24(knobs: dict[str, float] | None = None, count: int = 40, **system: int) -> np.ndarray:
    """Leakers of replications of raid24, with other numbers of its system or other knobs."""
    fields = {name: {"value": value, "status": "assumption", "note": "varied"} for name, value in system.items()}
    told = copy.deepcopy(load("raid24").mapping())
    told["catalog"] = {"systems": {"varied": {"based_on": told["site"][0]["system"], **fields}}}
    told["site"][0]["system"] = "varied"
    scenario = loads(toml_text(told))
    runner = Runner(build(scenario, catalog_of(scenario), knobs), 5)
    return np.array([float(runner.replicate(k).outcome["leakers"][0]) for k in range(count)])


def never_hurts(rising: list[np.ndarray]) -> None:
    """No step adds leakers by more than three standard errors of the paired difference; the whole takes some off."""
    for less, more in itertools.pairwise(rising):
        apart = more - less
        assert apart.mean() <= 3.0 * apart.std(ddof=1) / len(apart) ** 0.5 + 1e-12, [float(r.mean()) for r in rising]
    assert rising[-1].mean() < rising[0].mean(), [float(r.mean()) for r in rising]


def test_more_guidance_channels_never_let_more_through() -> None:
    """Expected: one channel serves 24 threats in turn and most get through; from six on the magazine decides."""
    never_hurts([of_raid24(target_channels=n, missile_channels=2 * n) for n in (1, 2, 3, 4, 6, 9, 12, 24)])


def test_more_signal_never_lets_more_through() -> None:
    """Expected: a radar that is 20 dB weak meets low and small targets late or not at all; above its calibration the
    rounds decide.  Where rounds are short a weak radar may spare them; in raid24 it does not."""
    never_hurts([of_raid24({"30n6e2.snr": decibels}) for decibels in (-20.0, -12.0, -6.0, 0.0, 6.0, 12.0)])


def test_a_better_round_never_lets_more_through() -> None:
    """Expected: leakers fall with the kill probability, through the whole of its band and beyond."""
    never_hurts([of_raid24({"48n6e2.pk": share}) for share in (0.0, 0.25, 0.5, 0.75, 1.0)])
