"""Reach under noise jamming: the limits and closed forms that were written down before anything was looked at."""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np
import pytest
from fastkml import KML

import openiads as oi
from engine.scenes import CLEAR, FACING, place, raid, scene, site
from openiads import textbook
from openiads.base.errors import InputError
from openiads.base.toml import toml_text
from openiads.engine.runner import Runner
from openiads.faces.shapes.maps import coverage_data
from openiads.parts.sensing import VISIBLE, sense
from openiads.physics.jamming import burn_through, stand_off_range
from openiads.reach import scenes
from openiads.reach.burn_through import jammed
from openiads.reach.coverage import DetectionQuestion, needed_of
from openiads.reach.jammed import jamming_of
from openiads.reach.outline import REFERENCE_RANGE
from openiads.scenario.load import loads

RADAR = "64n6e2"
HEIGHT = 9000.0


def noise(power: float, bands: tuple[str, ...] = ("S", "C", "X")) -> dict[str, Any]:
    """A jammer of so many watts in 100 MHz, without doubt."""

    def exact(value: float, unit: str) -> dict[str, Any]:
        return {"value": value, "unit": unit, "status": "assumption", "note": "of a test", "exact": True}

    return {"title": "Of a test", "bands": list(bands), "faces": "around",
            "erp": exact(power, "W"), "bandwidth": exact(100e6, "Hz")}  # fmt: skip


def scenario(power: float = 0.0, bands: tuple[str, ...] = ("S", "C", "X"), **more: Any) -> Any:
    """One site on flat ground without gases, and a jammer of its own in its catalog."""
    mapping = {
        "format": 1,
        "name": "jammed",
        "duration": "900 s",
        "terrain": {"source": "flat"},
        "model": {"attenuation": False},
        "asset": [{"name": "Depot", "at": place(0.0), "radius": "500 m"}],
        "site": [site()],
        "catalog": {"jammers": {"noise": noise(power, bands)}},
    } | more
    return loads(toml_text(mapping), "jammed")


def at(distance: float, azimuth: float = FACING, height: float = HEIGHT) -> str:
    """The jammer so many km from the site, as the option takes it."""
    return f"noise; {place(distance, azimuth)}; {height} m"


def asked(power: float = 0.0, jammers: Any = (), bands: tuple[str, ...] = ("S", "C", "X"), **more: Any) -> Any:
    """Coverage of the big radar at one height on a small map."""
    given = {"radars": RADAR, "heights": f"{HEIGHT} m", "above": "sea", "size": "560 km", "cells": 60} | more
    return oi.coverage(scenario(power, bands), jammers=jammers, **given)


def codes(answer: Any) -> bytes:
    return b"".join(view.code.tobytes() + view.lowest.tobytes() for view in answer.found.views)


def around(answer: Any, off: float) -> tuple[float, float]:
    """Range without jamming and with it, in the direction nearest to so many degrees from the facing."""
    found = answer.jamming.ranges[0]
    away = [abs(math.remainder(math.degrees(a) - FACING - off, 360.0)) for a in found.azimuths]
    k = int(np.argmin(away))
    return float(found.clear[0, k]), float(found.jammed[0, k])


# ------------------------------------------------------------------ nothing where nothing is


def test_no_power_is_no_jammer_exactly():
    """Expected: every cell of 0 W is that without a jammer, and nothing is said of jamming where nobody jams."""
    without, with_it = asked(), asked(0.0, at(100.0))
    assert codes(without) == codes(with_it)
    assert without.jamming is None and "jamming" not in coverage_data(without)
    assert all("without_jamming_km2" not in height for height in coverage_data(without)["heights"])
    (effect,) = with_it.jamming.effects
    assert effect.ratio == 0.0 and not effect.strobe
    assert effect.clear == effect.sidelobes == effect.toward == effect.screening > 200e3


@pytest.mark.parametrize(
    ("jammer", "bands", "why"),
    [
        (at(350.0, height=50.0), ("S", "C", "X"), "hidden"),
        (at(100.0), ("C", "X"), "another band"),
    ],
)
def test_a_jammer_below_the_horizon_or_of_another_band_does_nothing(jammer, bands, why):
    """Expected: 1 MW far below the horizon, or in no band of the radar, changes no cell; the reason is told."""
    answer = asked(1e6, jammer, bands)
    assert codes(answer) == codes(asked())
    assert [each.why_not for each in answer.jamming.effects] == [why]
    assert len(coverage_data(answer)["remarks"]) == 1


def test_a_jammer_behind_a_ridge_does_nothing(tmp_path):
    """Expected: with a ridge of 4 km between, 1 MW at 1 km over the ground 60 km off is not received; over flat ground
    it is."""
    rows = np.zeros((81, 81), int)
    rows[:, 30:33] = 4000
    for name, heights in (("ridge", rows), ("plain", 0 * rows)):
        lines = ["ncols 81", "nrows 81", "xllcenter 34.9", "yllcenter 33.9", "cellsize 0.025"]
        lines += [" ".join(map(str, row)) for row in heights]
        (tmp_path / f"{name}.asc").write_text("\n".join(lines), encoding="ascii")
    found = {}
    for name in ("ridge", "plain"):
        ground = {"source": "files", "files": [str(tmp_path / f"{name}.asc")], "on_missing": "sea"}
        here = scenario(1e6, terrain=ground)
        jammer = at(60.0, 270.0, 1000.0)
        answer = oi.coverage(here, radars=RADAR, heights="9 km", size="100 km", cells=20, jammers=jammer)
        found[name] = answer.jamming.effects[0]
    assert found["ridge"].ratio == 0.0 and found["ridge"].why_not == "hidden"
    assert found["plain"].ratio > 1e6


# ------------------------------------------------------------------ closed forms


def test_in_the_sidelobes_the_range_falls_by_the_fourth_root():
    """Expected: clear x (1 + J/N)^(-1/4) far from the jammer, J/N of the canceled sidelobes, by the engine's looks at
    every range (good to its steps of 500 m) and by the closed form exactly."""
    answer = asked(1e5, at(150.0))
    (effect,) = answer.jamming.effects
    world = scenes.radar_world(scenario(1e5))
    radar = world.rows["radars"][world.names.radars.index(f"Guard/{RADAR}")]
    assert float(radar["jamming_constant"]) == 0.0  # without a jammer nothing of the receiver is asked
    world = scenes.radar_world(scenario(1e5), jamming=_placed_at(150.0))
    radar = world.rows["radars"][world.names.radars.index(f"Guard/{RADAR}")]
    aside = effect.ratio * float(radar["sidelobe"]) * float(radar["cancellation"])
    assert aside > 0.5
    assert effect.sidelobes == pytest.approx(stand_off_range(effect.clear, aside), rel=1e-9)
    for off in (60.0, 90.0, 180.0, 270.0):
        clear, left = around(answer, off)
        assert left / clear == pytest.approx((1.0 + aside) ** -0.25, rel=0.006)
        assert clear == pytest.approx(effect.clear, rel=0.01)


def _placed_at(distance: float) -> Any:

    return jamming_of(at(distance), None, scenario(1e5))


def test_the_closed_forms_of_the_table_are_those_of_the_textbook():
    """Expected: at the jammer and for a target that carries it the ranges are the roots of the textbook's quadratic,
    with the radar's numbers taken by hand."""
    jamming = _placed_at(150.0)
    world = scenes.radar_world(scenario(1e5), jamming=jamming)
    k = world.names.radars.index(f"Guard/{RADAR}")
    question = DetectionQuestion(heights=(HEIGHT,), above="sea")
    (effect,) = jammed(world, [k], question, 0.0).effects
    radar, needed = world.rows["radars"][k], needed_of(world, k, question)
    signal = float(radar["reference_snr"]) * REFERENCE_RANGE**4
    assert effect.clear == pytest.approx((signal / needed) ** 0.25, rel=1e-9)
    assert effect.toward == pytest.approx(stand_off_range(effect.clear, effect.ratio), rel=1e-9)
    mine = effect.ratio * effect.distance**2
    assert effect.screening == pytest.approx(burn_through(signal, mine, needed), rel=1e-9)
    wide = max(100e6, float(radar["receiver_bandwidth"]))
    assert effect.ratio == pytest.approx(float(radar["jamming_constant"]) * 1e5 / (effect.distance**2 * wide), rel=1e-9)


def test_the_spoke_is_as_wide_as_the_beam_down_to_its_sidelobes():
    """Expected: the range is least at the jammer's bearing, rises to both sides, is that of the sidelobes beyond the
    textbook's sidelobe angle, and less within half a beamwidth."""
    answer = asked(1e4, at(150.0))
    (effect,) = answer.jamming.effects
    found = answer.jamming.ranges[0]
    world = scenes.radar_world(scenario(1e4), jamming=_placed_at(150.0))
    radar = world.rows["radars"][world.names.radars.index(f"Guard/{RADAR}")]
    beam = float(radar["beam_azimuth"])
    edge = textbook.sidelobe_angle(beam, float(radar["sidelobe"] * radar["cancellation"]))
    off = np.abs(np.array([math.remainder(a - effect.azimuth, math.tau) for a in found.azimuths]))
    left = found.jammed[0]
    flat = float(np.median(left))
    assert np.all(np.abs(left[off > edge] - flat) <= 0.012 * flat)
    assert np.all(left[off < 0.5 * beam] < 0.9 * flat)
    near = np.argsort(off)[: np.count_nonzero(off < edge)]
    assert np.all(np.diff(left[near]) >= -500.0 - 1e-6)
    assert left[near[0]] == left.min()


def test_burn_through_is_where_the_engine_sees_a_target_that_jams():
    """Expected: an aircraft that screens itself is seen with even chance, by the engine's own looks on its way, where
    the table says, within 3 %, over three decades of power."""
    for power in (0.1, 1.0, 10.0, 100.0):  # with more it comes too near to be within the radar's elevations at 6 km
        flyer = raid("Flyer", "f16", 220.0, jammer="noise")
        world = scene(flyer, model=CLEAR, sites=[site()], catalog={"jammers": {"noise": noise(power)}})
        k = world.names.radars.index(f"Guard/{RADAR}")
        question = DetectionQuestion(heights=(6000.0,), above="sea", rcs=2.0)
        (effect,) = jammed(world, [k], question, 0.0).effects
        sim, needed = Runner(world, 1).sim, needed_of(world, k, question)
        sim.flights["rcs"] = 2.0  # from every side, as the table takes it
        seen = []
        for t in np.arange(0.0, 870.0, 1.0):
            sim.situation[0]["now"] = t
            look = sense(sim, k, 0, t, True)
            if look[0] == VISIBLE and look[5] >= needed:
                seen.append(look[1])
        assert max(seen) == pytest.approx(effect.screening, rel=0.03), power


# ------------------------------------------------------------------ monotony and its own jammers


def test_more_power_never_adds_a_cell_over_fifteen_decades():
    """Expected: each set of detected cells lies within that of less power; none is lost at first, nearly all at the
    end."""
    answers = [asked(10.0**k, at(150.0)) for k in (-6, -2, 0, 2, 4, 6, 9)]
    sets = [answer.found.detected(0) for answer in answers]
    for less, more in zip(sets, sets[1:], strict=False):
        assert not np.any(more & ~less)
    assert np.array_equal(sets[0], answers[0].found.unjammed(0))
    assert sets[-1].sum() < 0.1 * sets[0].sum()
    assert all(np.array_equal(answer.found.unjammed(0), sets[0]) for answer in answers)


def test_a_scenarios_own_jammer_counts_as_it_stands_then():
    """Expected: nothing before it is switched on; later the map of a jammer placed where it then is."""
    flight = {"name": "Escort", "kind": "f15e", "side": "hostile", "jammer": "noise", "jammer_from": "100 s",
              "altitude": "9 km", "speed": "200 m/s", "route": [place(200.0), place(20.0)]}  # fmt: skip
    here = scenario(1e4, flight=[flight])
    given = {"radars": RADAR, "heights": f"{HEIGHT} m", "above": "sea", "size": "560 km", "cells": 60}
    early, late = (oi.coverage(here, jammers_at=when, **given) for when in ("50 s", "250 s"))
    assert codes(early) == codes(asked())
    assert [each.on for each in early.jamming.emitters] == [False] and len(coverage_data(early)["remarks"]) == 1
    (stands,) = late.jamming.emitters
    assert stands.on
    same = (stands.latitude, stands.longitude)
    placed = oi.coverage(scenario(1e4), jammers=("noise", same, stands.height), **given)
    assert codes(late) == codes(placed) != codes(early)
    assert late.jamming.effects[0].distance == pytest.approx(150e3, rel=0.01)


def test_an_approach_under_jamming_is_seen_later():
    """Expected: with an escort beside its way it is detected later, and without power when it is without a jammer."""
    way = {"route": f"{place(260.0)}; {place(5.0)}", "speed": "250 m/s"}
    clear, dead, noisy = (asked(power, jammers, **way).approach for power, jammers in
                          ((0.0, ()), (0.0, at(150.0)), (1e5, at(150.0, FACING + 3.0))))  # fmt: skip
    assert np.array_equal(clear.any, dead.any)
    assert noisy.detected(0.5) > clear.detected(0.5) + 60.0


# ------------------------------------------------------------------ envelopes


def test_an_envelope_under_jamming_lies_within_that_without():
    """Expected: the cuts of 50 kW lie within those without a jammer, which are told beside them; less of them
    remains toward the jammer than on the other side."""
    where = {"at": "34.92 N 35.90 E", "facing": "270 deg", "heights": ["3 km", "10 km"], "limits": "emergent"}
    clear = oi.envelope("s300pmu2", **where)
    noisy = oi.envelope("s300pmu2", jammers="escort_jammer; 34.92 N 34.6 E; 9 km", **where)
    assert clear.jamming is None and not clear.clear
    kept, lost, whole = noisy.cuts["emergent"], noisy.clear["emergent"], clear.cuts["emergent"]
    for k in range(2):
        assert np.array_equal(lost.spare[k], whole.spare[k])
        assert not np.any(kept.inside(k) & ~whole.inside(k))
        assert 0.0 < kept.area(k) < whole.area(k)
        left = kept.inside(k).sum(axis=1) / whole.inside(k).sum(axis=1)
        toward, away = (int(np.argmin(np.abs(kept.paths[k].across - math.radians(a)))) for a in (270.0, 90.0))
        assert left[toward] < left[away] - 0.1


def test_a_footprint_under_jamming_is_smaller_and_below_the_horizon_the_same():
    """Expected: of the same missile, no jammer and one below the horizon give the same cells; a strong one on the
    attack's bearing, as high as the arc is seen, leaves fewer, all of them among those."""
    where = {"at": "35 N 36 E", "attack_from": "90 deg", "limits": "emergent", "samples": 0, "size": "80 km"}

    def cells(*jammers):
        return oi.footprint("patriot_pac2", "scud_b", jammers=jammers, **where)

    clear, noisy = cells(), cells("standoff_jammer; 35 N 36.8 E; 12 km", "standoff_jammer; 35 N 36.5 E; 20 km")
    assert not clear.clear and np.array_equal(noisy.clear[0].possible, clear.found[0].possible)
    assert not np.any(noisy.found[0].possible & ~clear.found[0].possible)
    assert noisy.found[0].area.nominal < clear.found[0].area.nominal
    far = cells("self_protection_jammer; 35 N 60 E; 12 km")  # far below the horizon
    assert np.array_equal(far.found[0].possible, clear.found[0].possible)
    assert [each["kind"] for each in noisy.to_dict()["jammers"]] == ["standoff_jammer"] * 2
    assert "jammers" not in clear.to_dict()


# ------------------------------------------------------------------ words, files, errors


def test_files_hold_the_cells_that_jamming_takes_and_the_places_of_jammers(tmp_path):
    """Expected: areas detected and jammed add up to those without jamming; jammers are points at their places."""
    import pyarrow.parquet as parquet

    answer = asked(1e5, [at(150.0), at(400.0, 90.0)])
    for ending in ("geojson", "kml", "czml", "parquet", "csv", "nc", "png"):
        answer.save(tmp_path / f"map.{ending}")
    features = json.loads((tmp_path / "map.geojson").read_text())["features"]
    points = [each for each in features if each["geometry"]["type"] == "Point"]
    assert [each["properties"]["jammer"] for each in points] == ["noise", "noise"]
    assert points[0]["geometry"]["coordinates"][2] == pytest.approx(HEIGHT, abs=5.0)
    areas = {each["properties"]["cells"]: each["properties"]["area_km2"] for each in features[:2]}
    data = coverage_data(answer)
    assert sum(areas.values()) == pytest.approx(data["heights"][0]["without_jamming_km2"], rel=1e-6)
    assert areas["jammed"] > 0.0
    assert len(list(KML.parse(tmp_path / "map.kml").features[0].features)) == len(features)
    geo = json.loads(parquet.read_schema(tmp_path / "map.parquet").metadata[b"geo"])
    assert geo["columns"]["geometry"]["geometry_types"] == ["MultiPolygon", "Point"]
    assert "radars_without_jamming_at_9000_m_amsl" in (tmp_path / "map.csv").read_text().partition("\n")[0]
    (axes,) = answer.figure(show="azimuth").axes
    assert axes.get_title(loc="left") == f"Guard/{RADAR}"
    told = " ".join(words.get_text() for words in answer.figure().texts)
    assert "under noise jamming" in told and "Noise jamming by of a test at" in told


@pytest.mark.parametrize(
    ("jammers", "when", "told"),
    [
        ("escort_jamer; 34 N 35 E; 9 km", None, 'is not a jammer.*Nearest: "escort_jammer"'),
        ("escort_jammer; 34 N 35 E", None, "place and height above the sea"),
        ("escort_jammer; nowhere; 9 km", None, "^jammers: "),
        ("escort_jammer; 34 N 35 E; high", None, "^jammers: "),
        ("escort_jammer; 34 N 35 E; 200 km", None, "from -500 m to 100 km"),
        ("escort_jammer; 34 N 35 E; -100 m", None, "below the ground"),
        ((), "300 s", "the scenario has no jammer"),
        ((), "soon", "^jammers_at: "),
    ],
)
def test_what_is_no_jammer_is_refused_with_what_to_do(jammers, when, told):
    with pytest.raises(InputError, match=told) as caught:
        oi.coverage(scenario(), radars=RADAR, size="60 km", cells=10, jammers=jammers, jammers_at=when)
    assert caught.value.remedy


# ------------------------------------------------------------------ strobes


def test_a_map_of_strobes_says_what_the_engine_says_of_a_jammer_in_the_cell():
    """Expected: in every fifth cell a jammer of that kind placed there is received with enough noise for a bearing, by
    the engine's own code, where the map says so; without power nowhere but where the carrier itself is seen."""
    given = {"heights": f"{HEIGHT} m", "above": "sea", "size": "700 km", "cells": 12}
    found = asked(1.0, strobes="noise", **given).strobes
    where, tried = found.map, set()
    for i in range(0, 12, 5):
        for j in range(0, 12, 2):
            jammer = ("noise", (float(where.lats[i]), float(where.lons[j])), HEIGHT)
            world = scenes.radar_world(scenario(1.0), jamming=jamming_of(jammer, None, scenario(1.0)))
            row = world.names.radars.index(f"Guard/{RADAR}")
            (effect,) = jammed(world, [row], found.question, 0.0).effects
            assert (found.codes[0, 0, i, j] == 1) == (effect.strobe and effect.distance > effect.screening)
            tried.add(int(found.codes[0, 0, i, j]))
    assert tried == {0, 1, 2}
    dead = asked(0.0, strobes="noise", **given).strobes
    assert not np.any(dead.codes == 1) and not dead.crossing.any()
    assert np.array_equal(dead.bearing(0), asked(**given).found.detected(0))


def test_two_sites_of_one_post_locate_a_jammer_and_one_site_cannot():
    """Expected: bearings of radars 80 km apart cross over a wide area, though not near the line through both; those of
    one site cross nowhere 40 km off."""
    sites = [site(), site("North", at=place(80.0, FACING + 90.0))]
    above = [{"name": "Brigade", "post": "54k6e2", "at": place(5.0, FACING + 180.0), "commands": ["Guard", "North"]}]
    given = {"radars": RADAR, "heights": f"{HEIGHT} m", "above": "sea", "size": "400 km", "cells": 40,
             "center": place(0.0), "strobes": "noise"}  # fmt: skip
    two = oi.coverage(scenario(1e6, site=sites, command=above), **given).strobes
    one = oi.coverage(scenario(1e6), **given).strobes
    assert not one.crossing.any()
    assert two.crossing[0].mean() > 0.3
    j = int(np.argmin(np.abs(two.map.lons - math.radians(35.90))))  # north and south of both
    assert not two.crossing[0, :8, j].any() and two.crossing[0, 20, : j - 6].any()


def test_strobes_of_what_is_no_jammer_are_refused():
    with pytest.raises(InputError, match=r'^strobes: "nois" is not a jammer.*Nearest: "noise"'):
        asked(strobes="nois")


# ------------------------------------------------------------------ a scenario's jammers about one fire unit


def flown(power: float, **more: Any) -> Any:
    """A scenario whose one jammer, of its own catalog, flies west of the site at 9 km from 100 s to 400 s."""
    way = [place(150.0), place(20.0)]
    carrier = {"name": "Escort", "kind": "f15e", "side": "hostile", "jammer": "noise", "altitude": "9 km",
               "route": way, "start": "100 s", "jammer_until": "400 s", "speed": "250 m/s"}  # fmt: skip
    return scenario(power, flight=[carrier], **more)


@pytest.mark.compiled_only
def test_a_scenarios_jammers_take_of_an_envelope_what_ones_at_their_places_do() -> None:
    """Expected: the cuts under the jammers of a scenario at a time are those under a jammer where its flight is then,
    of its own catalog; they lose area, the less so the less power, and none without any."""
    asked = {"at": place(0.0), "facing": "270 deg", "heights": ["9 km"], "limits": "emergent"}

    def areas(power: float) -> tuple[float, float]:
        answer = oi.envelope("s300pmu2", jammers_of=flown(power), jammers_at="200 s", **asked)
        cut = next(iter(answer.cuts.values()))
        clear = next(iter(answer.clear.values()))
        return float(cut.area(0)), float(clear.area(0))

    found = [areas(power) for power in (0.0, 1e2, 1e4, 1e6)]
    jammed_areas = [cut for cut, _ in found]
    assert jammed_areas[0] == found[0][1]
    assert jammed_areas == sorted(jammed_areas, reverse=True) and jammed_areas[-1] < jammed_areas[0]
    there = oi.envelope("s300pmu2", jammers=f"escort_jammer; {place(125.0)}; 9 km", **asked)
    theirs = flown(1e4).mapping() | {"name": "theirs"}
    theirs["flight"][0]["jammer"] = "escort_jammer"
    then = oi.envelope("s300pmu2", jammers_of=loads(toml_text(theirs), "theirs"), jammers_at="200 s", **asked)
    one, other = (next(iter(each.cuts.values())).area(0) for each in (there, then))
    assert one == pytest.approx(other, rel=1e-3)


def test_jammers_of_a_scenario_need_a_time_a_place_and_to_be_on() -> None:
    asked = {"at": place(0.0), "jammers_of": flown(1e4)}
    with pytest.raises(InputError, match="jammers_of: without jammers_at"):
        oi.envelope("s300pmu2", **asked)
    with pytest.raises(InputError, match="jammers_at: without jammers_of"):
        oi.envelope("s300pmu2", at=place(0.0), jammers_at="200 s")
    with pytest.raises(InputError, match="place"):
        oi.envelope("s300pmu2", jammers_of=flown(1e4), jammers_at="200 s")
    with pytest.raises(InputError, match="no jammer of jammed radiates at 50 s"):
        oi.envelope("s300pmu2", **asked, jammers_at="50 s")
    with pytest.raises(InputError, match="no jammer"):
        oi.envelope("s300pmu2", **asked, jammers_at="450 s")
