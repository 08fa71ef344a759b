"""What elements of a defense contribute: expectations that were written before the first run."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import openiads as oi
from openiads.base.errors import ResultsError, UsageError
from openiads.base.toml import toml_text
from openiads.experiments.compare import compare
from openiads.experiments.contributions import Cases, Contributions, contributions, effect, made_of
from openiads.runs.work import Request
from openiads.scenario.elements import Element, elements_of, only
from openiads.scenario.load import Scenario, load, loads
from openiads.statistics.coalitions import every

HERE, NEAR, AWAY = "34.93 N 35.92 E", "34.92 N 35.91 E", "31.00 N 45.00 E"
FEW = 12


def site(name: str, at: str, **more: Any) -> dict[str, Any]:
    plain = {"name": name, "system": "s300pmu2", "at": at, "facing": "270 deg", "launchers": 4, "rounds": 4}
    return plain | {"doctrine": {"control": "free", "salvo": 2}} | more


def scenario(*sites: dict[str, Any], count: int = 2, **more: Any) -> Scenario:
    tables: dict[str, Any] = {
        "format": 1,
        "name": "shared",
        "duration": "420 s",
        "terrain": {"source": "flat"},
        "model": {"false_alarms": False},
        "asset": [{"name": "Base", "at": "34.92 N 35.90 E", "radius": "500 m"}],
        "site": list(sites),
        "raid": [
            {
                "name": "High",
                "threat": "f16",
                "count": count,
                "target": "Base",
                "origin": "34.92 N 35.00 E",
                "altitude": "6 km",
                "speed": "240 m/s",
                "time_on_target": "400 s",
                "spacing": "8 s",
            }
        ],
    }
    return loads(toml_text(tables | more))


def by_name(found: Contributions) -> dict[str, Any]:
    return {row.element.name: row for row in found.rows}


@pytest.fixture(scope="module")
def shared() -> Contributions:
    """Two like sites in one place against two aircraft, and one 900 km away, under no command."""
    given = scenario(site("One", HERE), site("Two", NEAR), site("Far", AWAY))
    return contributions(given, replications=FEW)


def test_an_element_that_cannot_reach_the_raid_contributes_exactly_nothing(shared: Contributions) -> None:
    far = by_name(shared)["Far"]
    for each in (far.with_others, far.alone, far.interaction, far.shapley):
        assert (each.value, each.low, each.high, each.exact, each.told) == (0.0, 0.0, 0.0, True, False)


def test_two_alike_with_rounds_enough_do_each_others_work(shared: Contributions) -> None:
    rows = by_name(shared)
    for name in ("One", "Two"):
        assert rows[name].with_others.value <= 0.25  # the other one does it
        assert rows[name].alone.value >= 1.5 and rows[name].alone.told
        assert rows[name].interaction.value <= -1.4 and rows[name].interaction.told
        assert rows[name].interaction.value == pytest.approx(rows[name].with_others.value - rows[name].alone.value)
    assert shared.none == 2.0  # nobody shoots
    assert {shared.ranked()[0].element.name, shared.ranked()[1].element.name} == {"One", "Two"}


def test_shapley_values_add_up_to_the_whole(shared: Contributions) -> None:
    shares = [row.shapley.value for row in shared.rows if row.shapley is not None]
    assert len(shares) == 3
    assert math.fsum(shares) == pytest.approx(shared.none - shared.whole, abs=1e-12)
    assert shared.total.value == pytest.approx(shared.none - shared.whole, abs=1e-12)


def test_each_end_is_the_paired_difference_that_compare_finds(shared: Contributions) -> None:
    given = shared.scenario
    less = only(given, elements_of(given), {"Two", "Far"})
    found = compare(given, less, replications=FEW, metrics=["leakers"]).estimate("leakers")
    assert by_name(shared)["One"].with_others.value == pytest.approx(found.difference, abs=1e-12)


def test_the_order_of_entries_means_nothing(shared: Contributions) -> None:
    turned = scenario(site("Far", AWAY), site("Two", NEAR), site("One", HERE))
    assert contributions(turned, replications=FEW).as_dict() == shared.as_dict()


def test_a_whole_site_out_is_as_all_its_parts_out() -> None:
    """Radars off and fire units without power leave nothing that shoots, as no site does."""
    given = load("one_on_one")
    parts = elements_of(given, inside=("Guard",))
    left = oi.run(only(given, parts, ()), replications=FEW).rows()
    none = oi.run(only(given, elements_of(given), ()), replications=FEW).rows()
    assert not left["rounds_fired"].any() and (left["leakers"] == none["leakers"]).all()


def test_a_site_that_stays_without_power_is_as_if_it_were_not_there() -> None:
    given = scenario(site("One", HERE))
    (element,) = elements_of(given)
    dead = oi.run(only(given, [Element("One", "site", stays="something strikes it")], ()), replications=FEW).rows()
    none = oi.run(only(given, [element], ()), replications=FEW).rows()
    for name in ("leakers", "detected", "rounds_fired", "engaged", "elements_lost"):
        assert (dead[name] == none[name]).all(), name


def test_an_engagement_radar_works_only_through_a_search_radar_where_it_does() -> None:
    """Inside one site: the fire unit alone and the radar alone; their Shapley values are what the site gains."""
    found = contributions("one_on_one", inside="Guard", replications=FEW)
    assert {row.element.kind for row in found.rows} == {"radar", "fire unit"}
    unit = next(row for row in found.rows if row.element.kind == "fire unit")
    assert unit.with_others.value == found.none - found.whole  # without it nobody shoots
    radars = [row for row in found.rows if row.element.kind == "radar"]
    assert all(row.alone.exact for row in radars)  # radars alone kill nothing
    assert unit.element.stays


# ------------------------------------------------------------------ from numbers alone


def told(values: dict[frozenset[int], np.ndarray], n: int, metric: str = "leakers") -> Contributions:
    elements = [Element(f"E{k}", "site") for k in range(n)]
    request = Request(len(next(iter(values.values()))), 1)
    return made_of(load("one_on_one"), elements, Cases(values, 20.0, len(values)), metric, request)


def test_a_pair_that_works_only_together_has_interaction_above_0() -> None:
    rng = np.random.default_rng(2)
    values = {each: 10.0 - 6.0 * (len(each) == 2) + rng.integers(0, 2, 40) for each in every(2)}
    found = told(values, 2)
    for row in found.rows:
        assert row.with_others.told and row.with_others.value == pytest.approx(6.0, abs=0.5)
        assert abs(row.alone.value) < 0.5 and not row.alone.told
        assert row.interaction.told and row.interaction.value > 5.0


def test_gains_have_the_sign_of_what_the_defense_wants() -> None:
    values = {each: np.full(10, 3.0 * len(each)) for each in every(2)}
    assert all(row.with_others.value == -3.0 for row in told(values, 2, "leakers").rows)
    assert all(row.with_others.value == 3.0 for row in told(values, 2, "killed").rows)


def test_of_many_idle_elements_few_are_told() -> None:
    rng = np.random.default_rng(7)
    wrong = 0
    for _ in range(60):
        values = {each: rng.normal(size=30) for each in every(3)}
        wrong += any(getattr(row, name).told for row in told(values, 3).rows for name in ("with_others", "alone"))
    assert wrong <= 8  # at most 5 % on average


def test_an_effect_never_leaves_what_is_possible_and_0_in_every_pair_has_no_interval() -> None:
    assert effect(np.zeros(5), 10.0).exact
    found = effect(np.array([10.0, 10.0, 10.0, 9.0]), 10.0)
    assert -10.0 <= found.low <= found.value <= found.high <= 10.0


# ------------------------------------------------------------------ kept, refused


def test_cases_are_kept_continued_and_foreign_folders_refused(tmp_path: Path) -> None:
    out = tmp_path / "kept"
    one = contributions("one_on_one", replications=4, out=out)
    stored = json.loads((out / "contributions.json").read_text())["contributions"]
    assert stored == json.loads(json.dumps(one.as_dict()))
    before = {path: path.stat().st_mtime_ns for path in out.glob("c*/SEALED.json")}
    assert len(before) == 2
    assert contributions("one_on_one", replications=4, out=out).digest == one.digest
    assert {path: path.stat().st_mtime_ns for path in before} == before
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "mine.txt").write_text("x")
    with pytest.raises(ResultsError, match=r"holds other files \(mine.txt\)"):
        contributions("one_on_one", replications=4, out=tmp_path / "other")


def test_what_cannot_be_asked_is_refused_before_anything_runs() -> None:
    with pytest.raises(UsageError, match="there is no such metric"):
        contributions("one_on_one", "leekers")
    many = [site(f"S{k}", AWAY) for k in range(7)]
    with pytest.raises(UsageError, match="7 elements are more than 6"):
        oi.contributions(scenario(*many), shapley=True)
    with pytest.raises(UsageError, match="names nothing of this defense"):
        contributions("one_on_one", always="Gaurd")
    with pytest.raises(UsageError, match="it never came in some replication"):
        contributions("one_on_one", "first_launch_s", replications=4)
