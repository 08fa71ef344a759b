"""Both errors along policies, what each safeguard prevents, and what a hotline does: expected before it is run."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest

import openiads as oi
from engine.scenes import CLEAR, FACING, STANDARD_ERRORS, place, raid, replications, site
from openiads.base.errors import InputError, UsageError
from openiads.base.toml import toml_text
from openiads.experiments.hotline import avoidable, hotline
from openiads.experiments.mistakes import sides_of
from openiads.experiments.safeguard_list import safeguards_of
from openiads.experiments.safeguards import safeguards
from openiads.experiments.tradeoff import tradeoff
from openiads.scenario.load import loads
from openiads.textbook.identification import no_reply

pytestmark = pytest.mark.compiled_only

OVER_IT = [place(150.0), place(80.0, FACING - 180.0)]
LANE = {"name": "Lane", "points": OVER_IT, "width": "30 km", "floor": "5 km", "ceiling": "16 km"}
STREAM = {"name": "Stream", "corridor": "Lane", "flow": "24 1/h", "levels": ["9 km", "10 km"]}
LINE = {"name": "Line", "between": ["Coast", "Coalition"]}
BOX = {"name": "Box", "party": "Coalition", "at": place(0.0), "radius": "400 km", "over": ["Line"]}


def visitor(**more):
    plain = {"name": "Visitor", "kind": "f16", "side": "neutral", "route": OVER_IT}
    return plain | {"altitude": "8 km", "speed": "250 m/s"} | more


def sky(*, flights=(), raids=(), control="tight", failing=0.0, lost=0.0, identification=None, party=None, **more):
    rates = {"iff_persistent_failure": failing, "iff_reply_failure": lost, "iff_false_reply": 0.0}
    whose = {} if party is None else {"party": party}
    made = {
        "format": 1,
        "name": "sky",
        "duration": "900 s",
        "model": CLEAR,
        "terrain": {"source": "flat"},
        "identification": rates | (identification or {}),
        "asset": [{"name": "Depot", "at": place(0.0), "radius": "500 m"}],
        "site": [site(doctrine={"control": control}, **whose)],
        "flight": list(flights),
        "raid": list(raids),
    }
    return loads(toml_text({key: value for key, value in (made | more).items() if value != []}))


def busy(**more):
    """An airway with some that are silent or off plan, below which hostile aircraft come."""
    stream = STREAM | {"planned": 0.7, "squawking": 0.8}
    comers = raid("Comers", count=2, spacing="20 s", altitude="7 km")
    return sky(raids=[comers], corridor=[LANE], airway=[stream], failing=0.1, **more)


# ------------------------------------------------------------------ both errors


@pytest.fixture(scope="module")
def curve():
    return tradeoff(busy(), thresholds=[0.3, 0.6, 0.9, 0.999], questions=[1, 3, 8], replications=80)


def test_a_looser_policy_shoots_at_no_fewer_and_lets_through_no_more(curve):
    civil = [point.case.values["civil_engaged"] for point in curve.policies]
    leakers = [point.case.values["leakers"] for point in curve.policies]
    assert [point.control for point in curve.policies] == ["hold", "tight", "tight", "tight", "tight", "free"]
    assert [point.threshold for point in curve.policies] == [None, 0.999, 0.9, 0.6, 0.3, None]
    for tighter, looser in zip(civil, civil[1:], strict=False):
        assert (looser - tighter).mean() >= -2.0 * (looser - tighter).std() / math.sqrt(len(looser))
    for tighter, looser in zip(leakers, leakers[1:], strict=False):
        assert (looser - tighter).mean() <= 2.0 * (looser - tighter).std() / math.sqrt(len(looser))
    assert civil[0].sum() == 0 and civil[-1].mean() > civil[1].mean()
    assert leakers[0].mean() > leakers[-1].mean() + 0.5


def test_differences_are_paired_with_the_scenario_as_declared(curve):
    for point in curve.policies:
        change = (point.case.values["leakers"] - curve.base.values["leakers"]).mean()
        assert point.against["leakers"].value == pytest.approx(change)
        assert point.against["leakers"].low <= change <= point.against["leakers"].high
    declared = next(point for point in curve.waiting if point.questions == 3)  # the catalog's number
    assert all(effect.exact for effect in declared.against.values())


def test_asking_longer_takes_longer_and_hears_more(curve):
    seconds = [point.case.waits.mean() for point in curve.waiting]
    civil = [point.case.per_crossing("civil")["mean"] for point in curve.waiting]
    assert [point.questions for point in curve.waiting] == [1, 3, 8]
    assert seconds[0] < seconds[1] < seconds[2]
    assert civil[0] >= civil[2] - 0.02


def test_prices_join_neighbors_and_rows_say_all(curve):
    assert len(curve.prices()) == len(curve.policies) - 1
    for row in curve.rows():
        assert row["civil"]["low"] <= row["civil"]["mean"] <= row["civil"]["high"]
        assert row["leakers"]["low"] <= row["leakers"]["mean"] <= row["leakers"]["high"] <= 2.0
    hold = curve.rows()[0]
    assert hold["civil"]["mean"] == 0.0 < hold["civil"]["high"]  # none seen is an upper bound
    assert json.dumps(curve.to_dict())


@pytest.mark.parametrize("control", ["tight", "free"])
def test_friends_are_engaged_as_often_as_they_are_not_heard(control):
    """f + (1 - f) q^n by the number of questions n and the policy; under hold never."""
    failing, lost, count = 0.02, 0.4, replications(300)
    friend = visitor(name="Friend", side="friend")
    made = sky(flights=[friend], failing=failing, lost=lost, control=control)
    asked = [1, 2, 4] if control == "free" else [2, 4]  # of one silence tight does not believe enough
    found = tradeoff(made, thresholds=[], questions=asked, replications=count)
    for point in found.waiting:
        wanted = no_reply(failing, lost, int(point.questions or 0))
        share = point.case.values["friend_engaged"].mean()
        sure = point.case.values["friend_engaged"].sum() == 0 and control == "tight"
        assert sure or abs(share - wanted) <= STANDARD_ERRORS * math.sqrt(wanted * (1.0 - wanted) / count)
    hold = next(point for point in found.policies if point.control == "hold")
    assert hold.case.values["friend_engaged"].sum() == 0


def test_a_squawking_airliner_on_its_plan_is_never_engaged_under_hold_or_tight():
    airliner = visitor(kind="a320", flight_plan=True, corridor="Lane")
    del airliner["altitude"], airliner["speed"]
    found = tradeoff(sky(flights=[airliner], corridor=[LANE]), thresholds=[0.1], questions=[], replications=100)
    for point in found.policies:
        assert point.case.values["civil_engaged"].sum() == 0


# ------------------------------------------------------------------ safeguards


def titles(made):
    return {each.title: each for each in safeguards_of(made)}


def test_each_safeguard_is_taken_away_where_it_is_and_added_where_not():
    zone = {"name": "Here", "kind": "no_fire", "at": place(0.0), "radius": "5 km"}
    made = titles(sky(flights=[visitor(transponder=False)], zone=[zone]))
    assert {"with civil codes", "with plans", "with notices", "without no-fire zones", "with weapons hold"} <= set(made)
    assert "with no-fire zones" not in made and "without notices" not in made and "without civil codes" not in made
    assert "without weapons tight" in made and "with weapons tight" not in made
    free = titles(sky(flights=[visitor(transponder=True, flight_plan=True)], control="free"))
    assert {"without civil codes", "without plans", "with weapons tight"} <= set(free)
    assert "with civil codes" not in free and "with plans" not in free
    assert len({each.scenario.digest() for each in free.values()}) == len(free)


def test_the_outside_picture_is_taken_away_with_its_links():
    command = {"name": "Above", "post": "54k6e2", "at": place(20.0, 90.0), "commands": ["Guard"]}
    made = sky(flights=[visitor()], command=[command])
    alone = titles(made)["without the outside picture"].scenario
    assert not alone.commands and [each.name for each in alone.sites] == ["Guard"]


def test_what_prevents_a_shot_at_a_silent_visitor():
    """Silent, and off every plan: shot at under tight.  A code, a notice, a no-fire zone or hold prevents each one."""
    found = safeguards(sky(flights=[visitor(transponder=False)]), replications=30)
    by_title = {row.safeguard.title: row for row in found.rows}
    assert found.base.per_crossing("civil")["mean"] == 1.0
    for title in ("with civil codes", "with no-fire zones", "with weapons hold"):
        effect = by_title[title].effects["civil"]
        assert effect.value == -1.0 and effect.told
    assert found.ranked()[0].effects["civil"].value == -1.0
    assert by_title["without weapons tight"].effects["civil"].exact
    told = found.as_dict()
    assert told["declared"]["civil"]["chains"] == {"no_equipment": 30}
    assert told["safeguards"][0]["civil"]["chains"] == {}


@pytest.mark.parametrize("control", ["tight", "free"])
def test_better_information_never_raises_the_risk_beyond_chance(control):
    """More known: no side is shot at more often, beyond what chance and many questions allow; less known: none less."""
    found = safeguards(busy(control=control), replications=60)
    assert {row.safeguard.way for row in found.rows if row.safeguard.information} == {"with", "without"}
    for row in found.rows:
        if row.safeguard.information:
            for side in sides_of([found.base]):
                effect = row.effects[side]
                wrong = effect.value > 0.0 if row.safeguard.way == "with" else effect.value < 0.0
                assert not (effect.told and wrong), row.safeguard.title


# ------------------------------------------------------------------ hotlines


def told_sky(line=None, control="tight", **more):
    flights = [visitor(party="Coalition", start="300 s")]
    exact = {"notice_error": 0.0}
    zone = [BOX | more.pop("zone", {})]
    lines = [LINE | (line or {})]
    return sky(flights=flights, party="Coast", hotline=lines, zone=zone, identification=exact, control=control, **more)


@pytest.mark.parametrize("control", ["tight", "free"])
def test_a_perfect_line_leaves_no_avoidable_engagement_and_a_dead_one_all(control):
    found = hotline(told_sky(control=control), reliabilities=[0.0, 1.0], delays=["0 s"], replications=40)
    dead, perfect = found.points
    assert found.avoidable["mean"] == 1.0 and found.avoidable["n"] == 40
    assert dead.prevented.exact and dead.remaining["mean"] == 1.0 and dead.expected == 0.0
    assert perfect.prevented.value == 1.0 == perfect.expected and perfect.remaining["mean"] == 0.0


def test_prevented_engagements_meet_the_closed_form_for_every_line():
    count = replications(250)
    base = hotline(told_sky(), reliabilities=[0.0], delays=["0 s"], replications=2)
    first = min(shot.time for shot in base.without.shots)
    made = told_sky(zone={"sent": f"{first - 60.0} s"})
    found = hotline(made, reliabilities=[0.4, 0.9], delays=[30.0, 200.0], replications=count)
    for point in found.points:
        assert point.expected is not None and 0.05 < point.expected < 0.95
        error = math.sqrt(point.expected * (1.0 - point.expected) / count)
        slack = 10.0 / max(point.delay, 1.0)  # a post looks at its notices once a cycle
        assert abs(point.prevented.value - point.expected) <= STANDARD_ERRORS * error + slack * 0.5


def test_surer_and_quicker_lines_prevent_more():
    base = hotline(told_sky(), reliabilities=[0.0], delays=["0 s"], replications=2)
    sent = min(shot.time for shot in base.without.shots) - 60.0
    found = hotline(
        told_sky(zone={"sent": f"{sent} s"}), reliabilities=[0.3, 0.7, 1.0], delays=[10.0, 90.0], replications=60
    )
    by_quality = {(point.reliability, point.delay): point.prevented.value for point in found.points}
    for (r, tau), value in by_quality.items():
        assert all(value <= other for (s, other_tau), other in by_quality.items() if s >= r and other_tau <= tau)
    assert np.all(avoidable(found.without) == 1.0)


def test_the_closed_form_is_silent_where_it_does_not_hold():
    late = hotline(told_sky(zone={"late": {"Guard": "30 s"}}), reliabilities=[0.5], delays=["10 s"], replications=4)
    assert late.points[0].expected is None


# ------------------------------------------------------------------ refusals and folders


def test_what_makes_no_sense_is_refused():
    with pytest.raises(UsageError, match="every flight is hostile"):
        oi.safeguards("one_on_one")
    with pytest.raises(UsageError, match="no notified block"):
        hotline(sky(flights=[visitor()]))
    with pytest.raises(UsageError, match="no belief"):
        tradeoff(busy(), thresholds=[1.5])
    with pytest.raises(UsageError, match="whole numbers"):
        tradeoff(busy(), questions=[0])
    with pytest.raises(UsageError, match="no probability"):
        hotline(told_sky(), reliabilities=[2.0])
    with pytest.raises(InputError, match="delay"):
        hotline(told_sky(), delays=["soon"])


def test_a_folder_keeps_every_case_and_is_continued(tmp_path):
    made = sky(flights=[visitor(transponder=False)])
    one = safeguards(made, replications=4, out=tmp_path / "kept")
    again = safeguards(made, replications=4, out=tmp_path / "kept")
    assert one.as_dict() == again.as_dict()
    kept = json.loads((tmp_path / "kept" / "safeguards.json").read_text())
    assert kept["safeguards"] == one.to_dict()
    assert (tmp_path / "kept" / "c0000" / "SEALED.json").exists()


def test_warnings_belong_to_the_answer_that_is_stored(tmp_path):
    """Expected: what is told of a scenario on the terminal stands in every answer about it too."""
    asked = visitor(corridor="Lane", route=[place(150.0, FACING + 60.0), place(80.0, FACING - 120.0)])
    beside = sky(flights=[asked], corridor=[LANE])
    for ask, name in ((oi.safeguards, "safeguards"), (oi.tradeoff, "tradeoff"), (oi.rare, "rare")):
        heard = []
        more = {"screened": 50} if name == "rare" else {}
        ask(beside, replications=40, out=tmp_path / name, warn=heard.append, **more)
        kept = json.loads((tmp_path / name / f"{name}.json").read_text(encoding="utf-8"))[name]["warnings"]
        assert any("lies beside it" in line for line in heard)
        assert kept == heard


@pytest.mark.parametrize("ask", [oi.safeguards, oi.tradeoff, oi.contributions])
def test_no_replications_are_not_taken_for_the_usual_number(ask):
    with pytest.raises(UsageError, match="replications"):
        ask("il20_2018", replications=0)


def test_nor_in_a_comparison():
    with pytest.raises(UsageError, match="replications"):
        oi.compare("one_on_one", "one_on_one", replications=0)
