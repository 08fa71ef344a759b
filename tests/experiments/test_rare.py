"""Rare mistakes: what draws tell beforehand is what happens, and sorted replications give the rate of all of them."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest

import openiads as oi
from engine.scenes import FACING, STANDARD_ERRORS, place, site
from foreign.receivers_made import NOON, flight, opensky
from openiads.base.errors import Interrupted, ResultsError, UsageError
from openiads.base.toml import toml_text
from openiads.engine.runner import Runner
from openiads.experiments.rare import STRATA, rare
from openiads.experiments.safeguard_list import safeguards_of
from openiads.parts.screening import screen
from openiads.scenario.load import loads
from openiads.statistics.intervals import clopper_pearson
from openiads.world.build import build
from openiads.world.identity import both, silence

pytestmark = pytest.mark.compiled_only

ROUTE = [place(150.0), place(80.0, FACING - 180.0)]
LANE = {"name": "Lane", "points": ROUTE, "width": "30 km", "floor": "5 km", "ceiling": "16 km"}
STREAM = {"name": "Stream", "corridor": "Lane", "flow": "36 1/h", "levels": ["9 km", "10 km"]}


def scenario(*flights, control="free", failing=0.0, lost=0.0, sites=None, airways=(), **more):
    """One site below a lane, weapons free unless told: it shoots at whom it does not hear and has no plan of."""
    rates = {"iff_persistent_failure": failing, "iff_reply_failure": lost, "iff_false_reply": 0.0}
    made = {
        "format": 1,
        "name": "lane",
        "duration": "900 s",
        "model": {"attenuation": False, "false_alarms": False},
        "terrain": {"source": "flat"},
        "identification": rates | more.pop("identification", {}),
        "asset": [{"name": "Depot", "at": place(0.0), "radius": "500 m"}],
        "site": [site(doctrine={"control": control})] if sites is None else sites,
        "corridor": [LANE],
        "flight": list(flights),
        "airway": list(airways),
    }
    return loads(toml_text({key: value for key, value in (made | more).items() if value != []}))


def airliner(**more):
    return {"name": "Airliner", "kind": "a320", "side": "neutral", "route": ROUTE} | more


def failing_of(world, count, seed=1):
    out = np.zeros(count, np.int64)
    screen(Runner(world, seed).sim, seed, 0, out)
    return out


# ------------------------------------------------------------------ what draws tell


@pytest.mark.parametrize(("failing", "lost"), [(0.0, 0.3), (0.05, 0.0), (0.02, 0.2), (0.3, 0.5)])
@pytest.mark.parametrize("questions", [1, 3, 6])
def test_as_many_are_not_heard_as_the_closed_form_says(failing, lost, questions):
    """f + (1 - f) q^n for each post; two posts share f and not q, and one that hears nothing is enough."""
    world = build(scenario(airliner(), failing=failing, lost=lost))
    world.rows["situation"]["interrogations"] = questions
    posts = len(world.rows["posts"])
    q = lost**questions
    wanted = failing + (1.0 - failing) * (1.0 - (1.0 - q) ** posts)
    seen = failing_of(world, 40_000) > 0
    assert abs(seen.mean() - wanted) <= STANDARD_ERRORS * math.sqrt(max(wanted * (1.0 - wanted), 1e-9) / len(seen))
    if posts == 1:
        assert wanted == pytest.approx(silence(failing, lost, questions))


def test_a_flight_without_a_plan_that_is_not_heard_fails_twice():
    world = build(scenario(airways=[STREAM | {"planned": 0.9}], failing=0.02))
    found = failing_of(world, 20_000)
    come = 36.0 / 3600.0 * (900.0 + float((world.rows["flights"]["ends"] - world.rows["flights"]["starts"]).mean()))
    for least, share in ((1, 0.02), (2, 0.002)):  # Poisson thinned: of so many none
        wanted = 1.0 - math.exp(-come * share)
        error = math.sqrt(wanted * (1.0 - wanted) / len(found))
        assert abs((found >= least).mean() - wanted) <= STANDARD_ERRORS * error


def test_a_notice_that_never_comes_counts_only_where_somebody_is_not_heard():
    line = {"name": "Line", "between": ["Coast", "Coalition"], "reliability": 0.7}
    zone = {"name": "Box", "party": "Coalition", "at": place(0.0), "radius": "400 km", "over": ["Line"]}
    sites = [site(party="Coast", doctrine={"control": "free"})]
    visitor = airliner(party="Coalition")
    made = scenario(visitor, failing=0.2, sites=sites, hotline=[line], zone=[zone])
    found = failing_of(build(made), 20_000)
    for value, wanted in ((0, 0.8), (2, 0.2 * 0.7), (3, 0.2 * 0.3)):
        error = math.sqrt(wanted * (1.0 - wanted) / len(found))
        assert abs((found == value).mean() - wanted) <= STANDARD_ERRORS * error


def test_one_box_fails_in_both_modes_and_two_boxes_apart():
    friend = airliner(name="Friend", kind="f16", side="friend", transponder=True, altitude="8 km", speed="250 m/s")
    made = build(scenario(friend, failing=0.2))
    together = float(made.rows["situation"]["iff_together"][0])
    found = failing_of(made, 20_000) > 0
    wanted = both(0.2, 0.2, together)
    assert abs(found.mean() - wanted) <= STANDARD_ERRORS * math.sqrt(wanted * (1.0 - wanted) / len(found))


def test_who_is_heard_by_all_is_not_shot_at_and_who_is_not_is():
    """The engine answers as the draws told beforehand, replication by replication."""
    world = build(scenario(airliner(), failing=0.3))
    told = failing_of(world, 200)
    runner = Runner(world, 1)
    shot = np.array([runner.replicate(k).outcome["civil_engaged"][0] for k in range(200)])
    assert 20 < (told > 0).sum() < 120
    assert np.array_equal(shot > 0, told > 0)


# ------------------------------------------------------------------ without bias


def plain_counts(made, count, seed=1):
    world = build(made)
    runner = Runner(world, seed)
    return np.array([runner.replicate(k).outcome["civil_engaged"][0] for k in range(count)])


def test_all_replications_of_all_strata_are_the_plain_run():
    made = scenario(airways=[STREAM | {"planned": 0.5}], failing=0.1)
    found = rare(made, replications=100_000, screened=150)
    everything = plain_counts(made, 150)
    numbers = found.sample.numbers
    assert np.array_equal(found.sample.counts[:, 0], everything[numbers])
    assert sum(found.sample.found) == 150
    assert found.sample.weights.sum() == pytest.approx(1.0, rel=1e-12)


def test_the_stratified_rate_is_that_of_brute_force():
    """A rate that brute force sees: 30 estimates of small samples have the mean of 3,000 plain replications."""
    made = scenario(airways=[STREAM | {"planned": 0.9}], failing=0.05)
    plain = plain_counts(made, 3_000, seed=99)
    estimates = [
        rare(made, replications=100, screened=3_000, seed=seed).rates()["civil"]["engaged"] for seed in range(1, 31)
    ]
    means = np.array([each["per_crossing"]["mean"] for each in estimates])
    crossings = rare(made, replications=100, screened=3_000, seed=1).crossings["civil"]
    truth = plain.mean() / crossings
    error = math.sqrt(means.var(ddof=1) / len(means) + plain.var(ddof=1) / len(plain) / crossings**2)
    assert 0.002 < truth < 0.02
    assert abs(means.mean() - truth) <= 4.0 * error
    held = sum(each["per_crossing"]["low"] <= truth <= each["per_crossing"]["high"] for each in estimates)
    assert held >= 25
    assert means.var(ddof=1) < 0.5 * plain.var(ddof=1) / 80 / crossings**2  # and is sharper than as many plain ones


def test_a_rate_that_brute_force_would_not_see_in_a_million_crossings():
    """f (1 - planned) = 1e-6 a crossing, by a few hundred replications; the rest hides no more than its bound."""
    made = scenario(airways=[STREAM | {"planned": 0.9999}], failing=0.01)
    found = rare(made, replications=400, screened=400_000)
    rate = found.rates()["civil"]["engaged"]["per_crossing"]
    assert rate["seen_low"] <= 1e-6 <= rate["seen_high"] < 1e-5
    assert rate["seen_high"] < rate["high"] < 0.01
    assert sum(row["run"] for row in found.strata()) <= 400


# ------------------------------------------------------------------ honest where little was seen


def test_none_seen_is_an_upper_bound():
    made = scenario(airliner(flight_plan=True), control="hold", failing=0.1)
    found = rare(made, replications=200, screened=2_000).rates()["civil"]
    engaged = found["engaged"]
    assert engaged["per_raid"]["mean"] == 0.0 and engaged["told"] is False and engaged["effective"] == 0.0
    assert clopper_pearson(0, 160)[1] * 0.3 < engaged["per_raid"]["high"] < clopper_pearson(0, 160)[1] * 3.0
    assert found["chains"] == []


def test_a_rate_of_a_few_seen_is_not_told():
    made = scenario(airways=[STREAM | {"planned": 0.9}], failing=0.03)
    found = rare(made, replications=60, screened=100)
    assert 0.0 < found.rates()["civil"]["engaged"]["effective"] < 10.0
    assert found.rates()["civil"]["engaged"]["told"] is False


def test_weights_are_kept_with_the_rows(tmp_path):
    made = scenario(airliner(), failing=0.1)
    found = rare(made, replications=100, screened=1_000, out=tmp_path / "kept")
    told = json.loads((tmp_path / "kept" / "rare.json").read_text())
    assert told["rare"]["digest"] == found.digest
    rows = told["rows"]
    assert sum(row["weight"] for row in rows) == pytest.approx(1.0)
    assert sum(row["weight"] * row["civil_engaged"] for row in rows) == pytest.approx(
        found.rates()["civil"]["engaged"]["per_raid"]["mean"]
    )
    assert {row["failing"] for row in rows} <= set(range(STRATA))


def test_threads_change_nothing():
    made = scenario(airliner(), failing=0.1)
    one, two = (rare(made, replications=60, screened=500, jobs=jobs) for jobs in (1, 2))
    assert one.as_dict() == two.as_dict()


def test_chains_add_up_to_the_rate():
    made = scenario(airways=[STREAM | {"planned": 0.9}], failing=0.05)
    found = rare(made, replications=300, screened=3_000).rates()["civil"]
    chains = math.fsum(each["per_crossing"] for each in found["chains"])
    assert chains == pytest.approx(found["engaged"]["per_crossing"]["mean"])
    for each in found["chains"]:
        assert 0.0 <= each["low"] <= each["seen_low"] <= each["per_crossing"] <= each["seen_high"] <= each["high"]
    assert all("no_reply" in each["causes"] or "merged_track" in each["causes"] for each in found["chains"])


# ------------------------------------------------------------------ refusals


def test_what_makes_no_sense_is_refused(tmp_path):
    with pytest.raises(UsageError, match="every flight is hostile"):
        oi.rare("one_on_one", replications=100, screened=100)
    with pytest.raises(UsageError, match="replications"):
        oi.rare("turkey_2013", replications=3)
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(ResultsError, match="other files"):
        rare(scenario(airliner()), replications=60, screened=100, out=tmp_path)


def test_a_cancelled_one_stops():
    import threading

    stop = threading.Event()
    stop.set()
    with pytest.raises(Interrupted):
        rare(scenario(airliner()), replications=60, screened=30_000, cancel=stop)


@pytest.fixture
def recorded(tmp_path):
    """Two flights of a file that names no codes, beside an airway."""
    rows = [*flight("000001", (34.9, 34.6), 80.0, begins=NOON - 120.0, seconds=900.0)]
    rows += flight("000002", (35.6, 35.0), 150.0, height=9_000.0, begins=NOON + 60.0, seconds=300.0)
    (tmp_path / "day.csv").write_text(opensky(rows))

    def made(squawking, planned, airways=()):
        day = {"name": "Day", "file": str(tmp_path / "day.csv"), "begin": "2024-05-01T12:00:00Z"}
        day |= {"squawking": squawking, "planned": planned}
        return scenario(recorded=[day], airways=airways)

    return made


def test_recorded_flights_are_sorted_by_what_they_carry_in_the_run(recorded):
    """Expected: each squawks with its share, so that some of two do not in 1 - s^2 of replications, and those without a
    plan too fail twice; what is told beforehand is what the run has, and the airway beside it is as without them."""
    world = build(recorded(0.8, 0.5))
    told = failing_of(world, 4_000)
    assert abs((told > 0).mean() - (1.0 - 0.8**2)) <= STANDARD_ERRORS * math.sqrt(0.36 * 0.64 / len(told))
    runner = Runner(world, 1)
    for k in range(60):
        runner.replicate(k)
        flights = runner.sim.flights
        silent = flights["transponder"] == 0
        worst = int((1 + (flights["flight_plan"][silent] == 0)).max(initial=0))
        assert told[k] == worst, k
    beside = failing_of(build(recorded(1.0, 1.0, [STREAM | {"squawking": 0.9}])), 500)
    alone = failing_of(build(scenario(airways=[STREAM | {"squawking": 0.9}])), 500)
    assert beside.any() and abs((beside > 0).mean() - (alone > 0).mean()) < 0.15


def test_recorded_traffic_can_be_asked_about(recorded):
    """Expected: it is somebody to spare, for every question on mistakes, and its shares are safeguards."""
    asked = recorded(0.8, 0.5)
    assert rare(asked, replications=60, screened=500).rates()["civil"]
    names = {(each.way, each.name) for each in safeguards_of(asked)}
    assert {("with", "civil codes"), ("without", "civil codes"), ("with", "plans"), ("without", "plans")} <= names
