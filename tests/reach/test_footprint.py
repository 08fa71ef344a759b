"""Defended footprints: they grow and shrink as they must, and runs agree with them well inside and well outside."""

import importlib.util
import math
from typing import Any

import numpy as np
import pytest

from engine.scenes import FACING, HOME, each, events, raid, scene, site
from house.source import ROOT
from openiads.base.errors import InputError
from openiads.catalog.load import catalog
from openiads.earth.geodesy import offset
from openiads.reach import attack
from openiads.reach import footprint as study
from openiads.world.codes import Event

pytestmark = pytest.mark.compiled_only  # some hundred arcs each

PLAN = attack.Plan("patriot_pac2", "scud_b")
LINE = np.linspace(-60e3, 60e3, 25)
POINTS = np.stack(np.meshgrid(LINE, LINE, indexing="ij"), axis=-1).reshape(-1, 2)


def shots(plan: attack.Plan = PLAN, reaction: float = 9.0, **knobs: float) -> dict[str, Any]:
    """Where shots are possible on the common grid, by arm."""
    world = attack.world_of(plan, "published", {key.replace("__", "."): value for key, value in knobs.items()})
    spare = study.assess(world, plan, POINTS, reaction)
    return {arm: found >= 0.0 for arm, found in spare.items()}


@pytest.fixture(scope="module")
def nominal() -> dict[str, Any]:
    return shots()


def grows(less: dict[str, Any], more: dict[str, Any], arm: str) -> None:
    """Every point of one map is in the other, and some are new."""
    assert (more[arm] | ~less[arm]).all()
    assert more[arm].sum() > less[arm].sum() > 0


def test_it_grows_with_the_round_and_with_the_radar(nominal: dict[str, Any]) -> None:
    grows(shots(pac2_gemt__impulse=0.85), nominal, "emergent")
    grows(nominal, shots(mpq53__snr=6.0), "emergent")
    grows(shots(mpq53__snr=-6.0), nominal, "emergent")


def test_it_shrinks_with_reaction_time(nominal: dict[str, Any]) -> None:
    late = shots(reaction=25.0)
    grows(late, nominal, "emergent")
    assert (nominal["published"] | ~late["published"]).all()


def test_it_shrinks_with_the_speed_of_the_missile() -> None:
    def measured(distance: float) -> float:
        found = study.footprints(attack.Plan("patriot_pac2", "al_husayn", distance), ("emergent",), 0)[0]
        return found.area.nominal

    assert measured(250e3) > measured(580e3) > 0.0


def test_published_limits_never_enlarge_it(nominal: dict[str, Any]) -> None:
    for found in (nominal, shots(mpq53__snr=4.0), shots(attack.Plan("s300pmu2", "fateh110"), 10.0)):
        assert (found["emergent"] | ~found["published"]).all()
        assert found["emergent"].sum() > found["published"].sum() > 0


def test_it_is_symmetric_about_the_attack_but_for_its_edge(nominal: dict[str, Any]) -> None:
    for found in nominal.values():
        square = found.reshape(len(LINE), -1)
        differing = square != square[:, ::-1]  # the turning earth bends the arc, so an edge may fall either way
        assert differing.sum() <= 0.08 * square.sum()


def test_an_attack_from_the_flank_finds_less_than_one_from_the_front(nominal: dict[str, Any]) -> None:
    aside = shots(attack.Plan("patriot_pac2", "scud_b", off=math.radians(60.0)))
    assert 0 < aside["emergent"].sum() < nominal["emergent"].sum()


def test_surveillance_radars_can_only_help() -> None:
    cued, alone = (shots(attack.Plan("s300pmu2", "scud_b", cued=cued), 10.0) for cued in (True, False))
    assert (cued["emergent"] | ~alone["emergent"]).all()
    assert cued["emergent"].sum() > alone["emergent"].sum()


def test_the_emergent_arm_is_the_world_without_published_limits(nominal: dict[str, Any]) -> None:
    world = attack.world_of(PLAN, "emergent")
    found = study.assess(world, PLAN, POINTS, 9.0, ("published",))["published"] >= 0.0
    assert (found == nominal["emergent"]).all()


def test_a_moved_arc_lies_meters_from_the_arc_solved_for_its_place() -> None:
    assert attack.arc_error(PLAN, 0.0, 0.0) < 1.0
    for along, across in ((40e3, 0.0), (-40e3, 40e3), (0.0, 60e3)):
        assert attack.arc_error(PLAN, along, across) < 50.0


def test_place_and_direction_of_the_attack_hardly_matter_on_flat_ground(nominal: dict[str, Any]) -> None:
    """Only the turning earth and its flattening tell one from another."""
    for place, course in ((attack.PLACE, math.radians(160.0)), ((math.radians(45.0), math.radians(-3.0)), 4.0)):
        plan = attack.Plan("patriot_pac2", "scud_b", place=place, azimuth=course)
        for arm, found in shots(plan).items():
            assert (found != nominal[arm]).sum() <= 5  # of 625, at its edge
    turned = attack.Plan("patriot_pac2", "scud_b", azimuth=math.radians(100.0))
    assert attack.arc_error(turned, 40e3, -30e3) < 50.0


def test_ground_and_plane_are_inverse_and_forward_is_where_the_attack_comes_from() -> None:
    plan = attack.Plan("patriot_pac2", "scud_b", azimuth=math.radians(90.0))
    lat, lon = plan.ground(np.array([50e3, 0.0]), np.array([0.0, 50e3]))
    assert lon[0] > attack.PLACE[1] and lat[1] < attack.PLACE[0]  # forward is east, right of it south
    along, across = plan.plane(lat, lon)
    assert along == pytest.approx([50e3, 0.0], abs=1.0) and across == pytest.approx([0.0, 50e3], abs=1.0)


@pytest.mark.parametrize("window", [(0.0, 0.0, -20e3, 20e3), (-1e3, 1e3, -1e3, 1e3), (1e6, 1.1e6, 0.0, 1e5)])
def test_an_empty_or_far_window_is_refused(window: Any) -> None:
    with pytest.raises(InputError, match="footprint window"):
        study.footprints(PLAN, samples=0, window=window)


def test_bands_hold_the_nominal_value_and_are_repeated() -> None:
    first, again = (study.footprints(PLAN, ("emergent",), 2)[0] for _ in range(2))
    for band in (first.area, first.forward, first.back, first.side):
        assert band.low <= band.nominal <= band.high
    assert first.area.low < first.area.high
    assert (first.area, first.side, first.samples) == (again.area, again.side, 2)


@pytest.mark.parametrize(
    ("plan", "word"),
    [
        (attack.Plan("pac2_gemt", "scud_b"), "not a system"),
        (attack.Plan("patriot_pac2", "f16"), "not a ballistic missile"),
        (attack.Plan("patriot_pac2", "scud_b", 900e3), "50 to 300 km"),
        (attack.Plan("patriot_pac2", "scud_b", reaction=-1.0), "0 s or more"),
    ],
)
def test_what_cannot_be_asked_is_refused(plan: attack.Plan, word: str) -> None:
    with pytest.raises(InputError, match=word):
        study.footprints(plan, samples=0)


# ------------------------------------------------------------------ against the engine


def launched(along: float, across: float, limits: str, count: int = 12) -> float:
    """Share of replications in which a round meets the missile that falls at a point, the attack coming from the
    west."""
    at, angle = HOME, math.radians(FACING)
    found = offset(*at, angle + math.atan2(across, along), math.hypot(along, across))
    start = offset(float(found[0]), float(found[1]), angle, PLAN.range_of(catalog()))

    def spot(place: Any) -> str:
        return f"{math.degrees(float(place[0])):.9f} N {math.degrees(float(place[1])):.9f} E"

    guard = {key: value for key, value in site(system=PLAN.system).items() if key not in ("launchers", "rounds")}
    world = scene(
        raid("Scud", PLAN.threat, origin=spot(start)),
        sites=[guard],
        model={"kill": "constant", "false_alarms": False, "limits": limits},
        asset=[{"name": "Depot", "at": spot(found), "radius": "500 m"}],
    )
    met = each(world, count, lambda result: len(events(result, Event.INTERCEPT)) > 0)
    return float(np.mean(met))


@pytest.mark.parametrize(
    ("limits", "inside", "outside"),
    [
        ("emergent", [(0.0, 0.0), (15e3, 0.0), (5e3, -18e3)], [(60e3, 0.0), (-40e3, 0.0), (0.0, 60e3)]),
        ("published", [(0.0, 0.0), (-10e3, 5e3), (5e3, -9e3)], [(30e3, 0.0), (-35e3, 0.0), (0.0, -30e3)]),
    ],
)
def test_runs_agree_well_inside_and_well_outside(limits: str, inside: Any, outside: Any) -> None:
    world = attack.world_of(PLAN)
    for points, wanted in ((inside, True), (outside, False)):
        spare = study.assess(world, PLAN, np.array(points), 9.0, (limits,))[limits]
        assert ((spare >= 0.0) == wanted).all()
        shares = [launched(*point, limits) for point in points]
        assert min(shares) > 0.5 if wanted else max(shares) == 0.0, shares


# ------------------------------------------------------------------ the generated page


@pytest.mark.parametrize(("system", "threat"), [("patriot_pac2", "al_husayn"), ("s300pmu2", "tochka_u")])
def test_rows_of_the_page_are_what_the_code_says(system: str, threat: str) -> None:
    spec = importlib.util.spec_from_file_location("footprints", ROOT / "tools" / "footprints.py")
    assert spec and spec.loader
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    text = tool.PAGE.read_text(encoding="utf-8").split(f": `{threat}`, ")[1].split("\n## ")[0]
    row = next(line for line in text.splitlines() if line.startswith(f"| `{system}` |"))
    _, area, extents, published, narrow = (cell.strip() for cell in row.strip("|").split("|"))
    now = tool.cells(system, threat, samples=0)
    assert (area.split(" ")[0], extents, published.split(" ")[0], narrow) == now[1:], "run python tools/footprints.py"
