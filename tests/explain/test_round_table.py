"""The reach table: fitted figures are met, unfitted ones are told, and every round can be put in place."""

import math

import numpy as np
import pytest

from house.source import ROOT
from openiads.base.errors import InputError
from openiads.catalog.load import catalog, load_catalog
from openiads.catalog.rounds import missile_of, round_of, round_values
from openiads.earth.geodesy import direct
from openiads.explain import round_table
from openiads.physics import aiming, flyout, reach
from openiads.reach.scenes import unit_world
from openiads.scenario.load import loads
from openiads.world.build import build
from openiads.world.codes import ThreatClass

pytestmark = pytest.mark.compiled_only  # hundreds of whole flights

ROUNDS = sorted(catalog().interceptors)
MISSILES = sorted(entry.name for entry in round_table.ballistic(catalog()))


@pytest.fixture(scope="module")
def told():
    return round_table.table(catalog())


def test_every_round_and_missile_is_in_the_table(told):
    assert {row["entry"] for row in told["interceptors"]} == set(ROUNDS)
    assert {row["entry"] for row in told["missiles"]} == set(MISSILES)


def test_fitted_figures_are_within_ten_per_cent(told):
    fitted = [row for row in told["interceptors"] + told["missiles"] if row["kind"] == "fitted"]
    assert len(fitted) >= 40
    assert [f"{row['entry']} {row['name']}" for row in fitted if not row["met"]] == []
    # an apogee is printed as 30 to 40 km; everything else is within 10 % of the number itself
    assert {(row["entry"], row["name"]) for row in fitted if abs(row["off"]) > 0.1} == {("48n6e2", "apogee")}


def test_every_entry_has_a_figure_that_was_not_fitted(told):
    for name in ROUNDS + MISSILES:
        rows = [row for row in told["interceptors"] + told["missiles"] if row["entry"] == name]
        assert any(row["kind"] != "fitted" for row in rows), name


def test_range_ceiling_and_peak_speed_of_the_first_round_are_as_published(told):
    found = {row["name"]: row["outside"] for row in told["interceptors"] if row["entry"] == "48n6e2"}
    assert {name: found[name] for name in ("range", "ceiling", "peak speed")} == {
        "range": 0.0,
        "ceiling": 0.0,
        "peak speed": 0.0,
    }


def test_pages_tell_the_steps_of_the_flyout_table_and_where_it_begins_low_down():
    world = unit_world("s300pmu2")
    at = int(world.rows["magazines"]["flyout_table"][0])
    ranges, heights, step, climb = world.tables[at : at + 4]
    times = world.tables[at + 4 : at + 4 + int(ranges * heights * 3)].reshape(int(ranges), int(heights), 3)[:, :, 0]
    low = np.isfinite(times[:, :2]).all(axis=1)  # a place below the first step of height rests on both its ends
    begins = step * int(np.argmax(low))
    assert low[int(np.argmax(low)) :][:10].all()
    page, card, guide = (
        (ROOT / "docs" / name).read_text(encoding="utf-8")
        for name in ("reference/reach.md", "cards/envelopes.md", "envelopes.md")
    )
    assert f"heights in steps of {climb / 1000:g} km, {ranges:.0f} ranges out to\n1.25 times" in page
    assert f"at {begins / 1000:.1f} km below {climb / 1000:g} km of height for the `48n6e2`" in page
    assert (
        f"one step of the flyout table too near ({step / 1000:.1f} km for an interceptor with a range of 200 km)"
        in card
    )
    assert f"one step ({step / 1000:.1f} km for a 200 km round)" in guide
    assert f"({begins / 1000:.1f} by its table)" in guide


def test_the_scud_b_is_inside_the_published_intervals_without_a_fit(told):
    rows = [row for row in told["missiles"] if row["entry"] == "scud_b"]
    assert {row["name"] for row in rows} >= {"range", "apogee", "flight time"}
    assert all(row["kind"] == "predicted" and row["outside"] == 0.0 for row in rows)


def test_the_miss_grows_with_range_as_the_guidance_class_demands(told):
    assert {row["guidance"] for row in told["guidance"]} == set(round_table.CLASSES)
    assert [row["entry"] for row in told["guidance"] if not row["kept"]] == []


def test_the_same_functions_serve_a_row_with_other_numbers():
    row = round_of(catalog()["5v55r"])
    weak = row.copy()
    weak["cd"] = 1.3 * row["cd"]
    assert round_table.flown_round(weak, 75e3)["max_range"] < round_table.flown_round(row, 75e3)["max_range"]


def test_a_figure_tells_how_far_it_is_from_number_and_interval():
    figure = round_table.PublishedFigure("x", "max_range", "range", "km", 110.0, 90.0, 80.0, 100.0, "predicted")
    assert figure.off == pytest.approx(110 / 90 - 1)
    assert figure.outside == pytest.approx(0.1)
    assert not figure.met
    bound = round_table.PublishedFigure("x", "min_range", "minimum range", "km", 1.0, 5.0, 3.0, 5.0, "bound")
    assert bound.met and bound.outside < -0.5


def test_a_fitted_list_names_only_published_figures():
    raw = {**catalog().raw, "interceptors": {**catalog().raw["interceptors"]}}
    raw["interceptors"]["5v55r"] = {**raw["interceptors"]["5v55r"], "fitted": ["apogee"]}
    with pytest.raises(InputError, match="no published figure"):
        round_table.figures(load_catalog(raw)["5v55r"])
    with pytest.raises(InputError, match="neither an interceptor"):
        round_table.figures(catalog()["f16"])


@pytest.mark.parametrize("name", ROUNDS)
def test_a_round_has_no_hole_in_its_reach(name):
    """From twice its least range to 0.9 of its range at 10 km, or where its range is told, it arrives with 3 g: no hole
    between two shots."""
    entry = catalog()[name]
    row, low, high = round_of(entry), 2.0 * entry.min_range.si, 0.9 * entry.max_range.si
    height = round_table.height_of(entry)
    for share in (0.0, 0.2, 0.4, 0.6, 0.8, 1.0):
        time, _, load = reach.meeting(row, low + share * (high - low), height=height)
        assert time < math.inf and load > 3 * 9.80665, share


@pytest.mark.parametrize("name", MISSILES)
def test_a_ballistic_missile_flies_to_both_ends_of_its_range(name):
    entry = catalog()[name]
    for distance in (entry.range_min.si, 0.99 * entry.range_max.si):
        lat, lon = direct(0.61, 0.63, 3.9, distance)
        path = aiming.solve_aim(0.61, 0.63, 0.0, float(lat), float(lon), 0.0, missile_of(entry), dt=0.5)
        assert path.landed
        assert path.ground_range == pytest.approx(distance, rel=2e-3)


SCENARIO = """
format = 1
name = "other_round"
question = "Does a world with this round or this threat build?"
duration = "60 s"
terrain = {{ source = "flat" }}
[catalog.launchers.tube]
based_on = "m901"
carries = ["{name}"]
[catalog.systems.other]
based_on = "s300pmu2"
[[catalog.systems.other.launchers]]
launcher = "tube"
interceptor = "{name}"
count = {{ value = 1, status = "assumption", exact = true, note = "a test" }}
rounds = {{ value = 4, status = "assumption", exact = true, note = "a test" }}
[[asset]]
name = "Depot"
at = "34.92 N 35.90 E"
radius = "500 m"
[[site]]
name = "Guard"
system = "other"
at = "34.92 N 35.90 E"
facing = "270 deg"
fire_units = 1
launchers = 1
low_altitude = "none"
defends = ["Depot"]
"""
RAID = """
[[raid]]
name = "{threat}"
threat = "{threat}"
count = 1
target = "Depot"
origin = "34.92 N {east:.3f} E"
"""


@pytest.mark.parametrize("name", ROUNDS)
def test_a_world_is_built_with_every_round(name):
    """The build solves a lethal radius of meters for every class from pk_ref and the misses of the reference shot."""
    world = build(loads(SCENARIO.format(name=name) + RAID.format(threat="f16", east=35.2)))
    assert world.names.interceptors == [name]
    assert world.rows["interceptors"].dtype == flyout.INTERCEPTOR
    (lethal,) = world.rows["magazines"]["lethal"]
    assert [cls.name for cls in ThreatClass if cls and not 0.3 < lethal[int(cls)] < 40.0] == []


def test_a_world_is_built_with_every_threat():
    threats = catalog().threats
    raids = [
        RAID.format(threat=name, east=35.9 - (0.95 * entry.si("range_max", 80e3)) / 91.3e3)
        for name, entry in threats.items()
    ]
    world = build(loads(SCENARIO.format(name="48n6e2") + "".join(raids)))
    assert len(world.rows["flights"]) == len(threats)


@pytest.mark.parametrize("drag", [1.0, 0.8])
def test_low_down_a_flyout_table_has_no_hole(drag) -> None:
    """Beyond the first place that is reached near the ground every place is, out to the last: no step may decide."""
    for entry in catalog().interceptors.values():
        values = round_values(entry)
        values["cd"] = {**values["cd"], "value": [drag * c for c in values["cd"]["value"]]}
        table = reach.flyout_table(flyout.interceptor(values), 1.25 * entry.max_range.si)
        ranges, heights = int(table[0]), int(table[1])
        reached = np.isfinite(table[4:].reshape(ranges, heights, 3)[:, 0, 0])
        first, last = np.flatnonzero(reached)[[0, -1]]
        assert reached[first : last + 1].all(), entry.name
        assert last > 5
