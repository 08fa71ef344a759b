"""A draw of knobs whose kill probability is above reliability x common mode is capped and told; text is refused."""

import numpy as np
import pytest

import openiads as oi
from openiads.base.errors import InputError
from openiads.catalog.load import catalog, extended
from openiads.runs.replicate import run
from openiads.runs.run import open_run
from openiads.scenario.knobs import knob_list, sample
from openiads.scenario.load import catalog_of, load
from openiads.world.build import build
from openiads.world.codes import ThreatClass
from openiads.world.lethality import MOST_CERTAIN, KillModel

pytestmark = pytest.mark.compiled_only

SLOW = {"9m82md.flight": 0.2}  # one of the joint draws of its thrust, mass and drag
TOO_GOOD = {"48n6e2.pk": 1.0, "48n6e2.reliability": 0.72, "world.common_mode": 3.0}


def test_a_draw_above_what_works_is_capped_and_told() -> None:
    world = build(load("raid24"), None, TOO_GOOD)
    magazine = world.rows["magazines"][0]
    works = magazine["reliability"] * magazine["common_mode"]
    told = {row["field"]: row for row in world.limits["capped"]}
    asked = {f"pk_{c.name.lower()}": catalog()["48n6e2"].get(f"pk_{c.name.lower()}").si_high for c in ThreatClass if c}
    assert set(told) == {f"48n6e2.{name}" for name, pk in asked.items() if pk > MOST_CERTAIN * works}
    assert told
    for field, row in told.items():
        cls = ThreatClass[field.rpartition("_")[2].upper()]
        assert row["asked"] == asked[f"pk_{cls.name.lower()}"] > row["used"] == pytest.approx(MOST_CERTAIN * works)
        assert 0.0 < magazine["lethal"][int(cls)] < 10_000.0


def test_what_crews_count_on_is_the_same_in_every_world() -> None:
    """The truth is drawn; the number that crews were told is not, down to the lowest that a sceptic grants."""
    told = [float(catalog()["48n6e2"].values[f"pk_{c.name.lower()}"].si) for c in ThreatClass if c]
    for knobs in ({}, TOO_GOOD, {"48n6e2.pk": -1.0}, {"48n6e2.pk_ballistic": 0.1}):
        magazine = build(load("raid24"), None, knobs).rows["magazines"][0]
        assert magazine["pk_believed"][1:].tolist() == told, knobs


def test_an_entry_may_say_what_its_crews_count_on() -> None:
    believed = {"value": 0.4, "status": "assumption", "exact": True, "note": "doctrine"}
    own = {"interceptors": {"mine": {"based_on": "48n6e2", "title": "Mine", "pk_believed": believed}}}
    book = extended(own)
    assert book["mine"].values["pk_believed"].grade == "" and book["mine"].pk_ballistic.grade == "exporter"
    assert KillModel(False, None, 1.0).pk_believed(book["mine"], "pk_ballistic") == 0.4
    assert KillModel(False, 0.3, 1.0).pk_believed(book["mine"], "pk_ballistic") == 0.3


def test_a_crew_with_poor_rounds_still_fires() -> None:
    """At a drawn kill probability of 0.1, half of what crews ask of a shot, the battery engages its Scud-Bs as ever."""
    engaged = [
        run("raid24", replications=4, seed=2, knobs=knobs).rows()["ballistic_engaged"].sum()
        for knobs in (None, {"48n6e2.pk_ballistic": 0.1})
    ]
    assert engaged[1] >= 0.8 * engaged[0] > 0


def test_a_draw_that_agrees_is_not_touched() -> None:
    world = build(load("raid24"), None, {"48n6e2.pk": 0.5, "48n6e2.reliability": 0.95})
    assert world.limits["capped"] == []
    poor = build(load("raid24"), None, {"48n6e2.pk": 0.1, "48n6e2.reliability": 0.95})
    radii = [each.rows["magazines"][0]["lethal"] for each in (poor, world)]
    assert (radii[0][1:] <= radii[1][1:]).all() and (radii[0][1:] < radii[1][1:]).any()  # none below the least


@pytest.mark.parametrize("knobs", [None, {"48n6e2.reliability": 0.8}])
def test_what_a_user_wrote_is_refused_with_and_without_a_draw(knobs: dict[str, float] | None) -> None:
    scenario = load("raid24").with_values({"model.kill_probability": 0.99})
    with pytest.raises(InputError, match="works that often"):
        build(scenario, None, knobs)


def test_no_draw_of_a_sample_is_refused() -> None:
    scenario = load("turkey_2013")
    knobs = [knob for knob in knob_list(catalog_of(scenario), scenario) if not knob.certain]
    shares = np.random.default_rng(3).choice([0.001, 0.999], (6, len(knobs)))  # corners of the bands
    worlds = [build(scenario, None, values) for values in sample(knobs, shares)]
    assert any(world.limits["capped"] for world in worlds)


def test_a_run_tells_and_keeps_what_it_capped(tmp_path) -> None:
    made = run("raid24", replications=3, seed=2, knobs=TOO_GOOD, out=tmp_path / "r")
    assert any("48n6e2.pk_aircraft is capped" in line for line in made.warnings)
    stored = open_run(tmp_path / "r")
    assert stored.facts["limits"]["capped"] == made.world.limits["capped"] != []
    assert stored.world.limits["capped"] == made.world.limits["capped"]
    assert stored.again(1).outcome.tobytes() == made.again(1).outcome.tobytes()
    assert "capped" not in str(oi.run("raid24", replications=1, seed=2).warnings)


def test_a_run_tells_where_the_reference_engagement_moved_nearer(tmp_path) -> None:
    """A round drawn slow does not arrive at half of its published range: said in the stored run."""
    made = run("tartus_2016_v4", replications=1, seed=2, knobs=SLOW, out=tmp_path / "r")
    rows = made.nearer
    assert rows and all(0.0 < row["used"] < row["asked"] for row in rows)
    for row in rows:
        lines = [line for line in made.warnings if line.startswith(row["field"]) and "does not arrive" in line]
        assert len(lines) == 1 and f"{row['used'] / 1000:.3g} km" in lines[0]
        assert lines[0] not in made.other_warnings
    assert open_run(tmp_path / "r").nearer == rows
    assert run("tartus_2016_v4", replications=1, seed=2).nearer == []
