"""Who is spared because somebody was told: notices over hotlines, zones with orders, and where flights come from.

A silent aircraft that passes over the site is fired at under tight; what each safeguard does is expected here before
it is flown.
"""

from __future__ import annotations

import math

import numpy as np
import pytest

from engine.scenes import (
    CLEAR,
    FACING,
    STANDARD_ERRORS,
    column,
    each,
    events,
    one,
    place,
    raid,
    replications,
    scene,
    share_agrees,
    site,
)
from openiads.world.codes import Cause, Event
from openiads.world.identity import silence

SURE = {"iff_persistent_failure": 0.0, "iff_reply_failure": 0.0}
OVER_IT = [place(150.0), place(80.0, FACING - 180.0)]
ALL_AROUND = {"at": place(0.0), "radius": "400 km"}
FAR_AWAY = {"at": place(2000.0), "radius": "100 km"}
LINE = {"name": "Line", "between": ["Coast", "Coalition"]}
WINDOW = {"name": "Window", "party": "Coalition"}
TOLD = WINDOW | ALL_AROUND | {"over": ["Line"]}
SQUARE = [place(300.0, azimuth) for azimuth in (45.0, 135.0, 225.0, 315.0)]


def visitor(**more):
    """A silent aircraft of another party over the site."""
    plain = {"name": "Visitor", "kind": "f16", "side": "neutral", "route": OVER_IT, "party": "Coalition"}
    return plain | {"altitude": "8 km", "speed": "250 m/s"} | more


def sky(*zones, line=None, flights=None, control="tight", party="Coast", identification=None, **more):
    """A world of one fire unit which the silent aircraft passes; ``line``: what a hotline has besides its ends."""
    lines = {} if line is None else {"hotline": [LINE | line]}
    return scene(
        *more.pop("raids", ()),
        flights=[visitor()] if flights is None else flights,
        model=CLEAR,
        sites=[site(party=party, doctrine={"control": control, **more.pop("doctrine", {})})],
        identification=SURE | (identification or {}),
        zone=list(zones),
        **lines,
        **more,
    )


def engaged(world, count=3):
    return column(world, count, "civil_engaged")


def launch_time(result):
    """When the first round is launched, s; inf for never."""
    rows = events(result, Event.LAUNCH)
    return float(rows["time"][0]) if len(rows) else math.inf


# ------------------------------------------------------------------ notices


def test_the_silent_visitor_is_shot_at_where_nobody_is_told():
    assert np.all(engaged(sky()) == 1)


LOW = {"altitude": "300 m", "speed": "280 m/s"}


@pytest.mark.parametrize("control", ["tight", "free"])
@pytest.mark.parametrize("way", [{}, LOW])
def test_a_perfect_hotline_makes_avoidable_engagements_zero(control, way):
    """Whatever else speaks against it, low and fast as a strike, under free as under tight."""
    exact = {"notice_error": 0.0}
    assert np.all(engaged(sky(flights=[visitor(**way)], control=control)) == 1)
    told = sky(TOLD, line={}, flights=[visitor(**way)], control=control, identification=exact)
    assert np.all(engaged(told, 10) == 0)


@pytest.mark.parametrize(
    ("reliability", "delay", "channels"), [(0.9, 120.0, 1), (0.5, 30.0, 1), (1.0, 300.0, 1), (0.6, 90.0, 2)]
)
def test_engagements_prevented_by_a_hotline_meet_the_closed_form(reliability, delay, channels):
    """Known in time with r (1 - exp(-T/tau)), over n independent lines with 1 - (1 - p)^n; T to each one's first shot.

    The post looks at its notices once a cycle, so T is uncertain by one.
    """
    late = [visitor(start="300 s")]
    count, bare = replications(300), sky(flights=late)
    shots = np.array(each(bare, count, launch_time))
    sent = float(shots.min()) - 60.0
    names = [f"Line {n}" for n in range(channels)]
    window = WINDOW | ALL_AROUND | {"over": names, "sent": f"{sent} s"}
    lines = [LINE | {"name": name, "reliability": reliability, "delay": f"{delay} s"} for name in names]
    spared = 1 - engaged(sky(window, hotline=lines, flights=late), count)
    known = 1.0 - (1.0 - reliability * (1.0 - np.exp(-(shots - sent) / delay))) ** channels
    cycle = float(bare.rows["posts"]["cycle"][0])
    slack = STANDARD_ERRORS * math.sqrt(float((known * (1.0 - known)).sum())) + 2.0 * cycle / delay * count
    assert abs(float(spared.sum() - known.sum())) <= slack
    assert 0.02 < known.mean() < 0.98


@pytest.mark.parametrize(
    ("zone", "shot"),
    [
        ({"over": ["Line"]}, 0),
        ({}, 0),
        ({"over": ["Line"], "never": ["Guard"]}, 1),
        ({"over": ["Line"], "late": {"Guard": "3600 s"}}, 1),
        ({"sent": "800 s"}, 1),
        ({"floor": "9 km"}, 1),
        ({"ceiling": "7500 m"}, 1),
        ({"until": "60 s"}, 1),
        ({"start": "800 s"}, 1),
        (FAR_AWAY, 1),
    ],
)
def test_a_notice_holds_for_its_place_heights_and_time_and_for_posts_that_have_it(zone, shot):
    window = WINDOW | ({} if "at" in zone else ALL_AROUND) | zone
    assert np.all(engaged(sky(window, line={})) == shot)


@pytest.mark.parametrize(
    ("shape", "inside"),
    [
        ({"area": SQUARE}, True),
        ({"area": SQUARE[::-1]}, True),  # either way around
        ({"area": [place(500.0, 40.0), place(500.0, 60.0), place(700.0, 50.0)]}, False),
        ({"route": OVER_IT, "width": "20 km"}, True),
        ({"route": [place(150.0, 0.0), place(300.0, 0.0)], "width": "20 km"}, False),
    ],
)
def test_areas_and_routes(shape, inside):
    assert np.all(engaged(sky(WINDOW | shape)) == (0 if inside else 1))


def test_a_line_that_never_comes_through_is_no_line():
    assert np.all(engaged(sky(TOLD, line={"reliability": 0.0}), 10) == 1)


def test_better_lines_spare_more_replication_by_replication():
    """More reliable or quicker: with the same draws who was spared still is."""
    before = None
    for reliability, delay in ((0.2, 200.0), (0.6, 200.0), (0.6, 60.0), (0.9, 60.0), (1.0, 0.0)):
        line = {"reliability": reliability, "delay": f"{delay} s"}
        now = engaged(sky(TOLD | {"sent": "240 s"}, line=line, flights=[visitor(start="300 s")]), 40)
        assert before is None or np.all(now <= before)
        before = now
    assert before is not None and before.sum() == 0


def test_a_hostile_flight_that_lies_in_a_notified_block_is_what_the_notice_costs():
    """Beyond doubt the block's: it is spared under tight; a notice that errs often enough spares none."""
    raids = [raid("Comers", altitude="8 km")]
    for error, fired in ((0.0, 0), (0.9, 1)):
        world = sky(WINDOW | ALL_AROUND, flights=[], raids=raids, identification={"notice_error": error})
        assert np.all((column(world, 3, "rounds_fired") > 0) == fired)


# ------------------------------------------------------------------ orders


def test_nothing_in_a_no_fire_zone_is_shot_at_but_in_self_defense():
    raids = [raid("Comers", altitude="8 km")]
    zone = {"name": "Sanctuary", "kind": "no_fire"} | ALL_AROUND
    for control in ("free", "tight"):
        assert np.all(column(sky(zone, flights=[], raids=raids, control=control), 3, "rounds_fired") == 0)
    assert np.all(column(sky(flights=[], raids=raids), 3, "rounds_fired") > 0)
    defended = sky(zone, flights=[], raids=raids, doctrine={"self_defense": True})
    assert np.all(column(defended, 3, "rounds_fired") > 0)


def test_in_a_free_fire_zone_the_unknown_is_shot_at_under_tight_but_not_under_hold():
    """A silent airliner with a plan off every corridor is unknown: spared under tight, not under free."""
    planned = visitor(kind="a320", transponder=False, flight_plan=True)
    del planned["altitude"], planned["speed"]
    zone = {"name": "Box", "kind": "free_fire"} | ALL_AROUND
    assert np.all(engaged(sky(flights=[planned])) == 0)
    assert np.all(engaged(sky(zone, flights=[planned])) == 1)
    assert np.all(engaged(sky(zone, flights=[planned], control="hold")) == 0)
    answering = planned | {"transponder": True}
    assert np.all(engaged(sky(zone, flights=[answering])) == 0)


# ------------------------------------------------------------------ parties and codes


@pytest.mark.parametrize(("party", "shot"), [("Coast", 0), ("Coalition", 1), (None, 0)])
def test_a_military_mode_is_understood_within_a_party(party, shot):
    friend = visitor(side="friend", party=party)
    if party is None:
        del friend["party"]
    assert np.all(column(sky(flights=[friend]), 3, "friend_engaged") == shot)


def test_a_wrong_code_of_the_day_is_wrong_for_the_whole_unit():
    """Two friends of a unit are shot at together, with c + (1 - c) s each; of two units independently."""
    code, failing = 0.05, 0.02
    rates = {"iff_code_failure": code, "iff_persistent_failure": failing}
    count = replications(400)
    first = visitor(side="friend", party="Coast")
    second = first | {"name": "Wingman", "start": "60 s"}
    silent = silence(failing, 0.0, 3)
    one_of = code + (1.0 - code) * silent
    for unit, both in ("Eagles", code + (1.0 - code) * silent**2), (None, one_of**2):
        more = {} if unit is None else {"unit": unit}
        shot = column(sky(flights=[first | more, second | more], identification=rates), count, "friend_engaged")
        share_agrees(shot >= 1, 2.0 * one_of - both)
        share_agrees(shot == 2, both)


def test_a_civil_code_saves_whose_code_of_the_day_is_wrong():
    friend = visitor(side="friend", party="Coast")
    for squawks, shot in (False, 1), (True, 0):
        world = sky(flights=[friend | {"transponder": squawks}], identification={"iff_code_failure": 0.01})
        world.rows["situation"]["code_failure"] = 1.0  # which the post does not know
        assert np.all(column(world, 3, "friend_engaged") == shot)


@pytest.mark.parametrize("transponder", [True, False])
def test_modes_asked_in_turn_leave_as_many_silent_as_the_questions_do(transponder):
    """With one mode s = f + (1 - f) q^n; with both rho (f + (1 - f) q^2n) + (1 - rho) s^2: one box or two."""
    failing, lost = 0.03, 0.2
    rates = {"iff_persistent_failure": failing, "iff_reply_failure": lost, "modes": "in_turn"}
    friend = visitor(side="friend", party="Coast", transponder=transponder)
    world = sky(flights=[friend], identification=rates)
    asked, together = (
        int(world.rows["situation"]["interrogations"][0]),
        float(world.rows["situation"]["iff_together"][0]),
    )
    silent = silence(failing, lost, asked)
    both = together * silence(failing, lost, 2 * asked) + (1.0 - together) * silent**2
    shot = column(world, replications(1_000), "friend_engaged")
    share_agrees(shot, both if transponder else silent)


def test_who_answers_the_first_mode_is_not_asked_in_the_second():
    friend = visitor(side="friend", party="Coast", transponder=True)
    world = sky(flights=[friend], identification={"modes": "in_turn"})
    together = sky(flights=[friend])
    asked = [first_identified(one(each_world)) for each_world in (world, together)]
    assert asked[0] <= asked[1]
    quiet = visitor()
    asked = [first_identified(one(sky(flights=[quiet], identification={"modes": m}))) for m in ("in_turn", "together")]
    assert asked[0] > asked[1]  # both modes' questions one after the other


def first_identified(result):
    return float(events(result, Event.IDENTIFY)["time"][0])


# ------------------------------------------------------------------ origin


@pytest.mark.parametrize(
    ("of", "at", "free", "tight"),
    [
        ("neutral", place(140.0), 1, 0),  # first seen near an airport: 0.96 hostile becomes 0.55, suspect
        ("hostile", place(140.0), 1, 1),
        ("neutral", place(900.0), 1, 1),
    ],
)
def test_where_a_flight_comes_from_speaks_for_or_against_it(of, at, free, tight):
    origin = [{"name": "Field", "of": of, "at": at, "radius": "80 km"}]
    for control, shot in (("free", free), ("tight", tight)):
        assert np.all(engaged(sky(control=control, origin=origin)) == shot)


# ------------------------------------------------------------------ policy


@pytest.mark.parametrize(("wrong", "leak", "shot"), [(100.0, 1.0, 0), (9.0, 1.0, 1), (1.0, 1.0, 1), (0.0, 1.0, 1)])
def test_who_counts_a_wrong_shot_dear_spares_the_silent_visitor(wrong, leak, shot):
    """It is believed hostile with 0.96: shot at from C_wrong / (C_wrong + C_leak) below that on, under tight."""
    assert np.all(engaged(sky(identification={"cost_wrong": wrong, "cost_leak": leak})) == shot)


def test_costs_and_the_threshold_that_they_amount_to_are_one_policy():
    costs = sky(identification={"cost_wrong": 3.0, "cost_leak": 1.0})
    threshold = sky(identification={"threshold_hostile": 0.75})
    assert costs.rows["situation"]["identity_hostile"][0] == threshold.rows["situation"]["identity_hostile"][0] == 0.75


# ------------------------------------------------------------------ what stood behind a shot


def causes(world, replication=0):
    """What the log says stood behind the first shot at a flight that is not hostile."""
    rows = events(one(world, replication, record=True), Event.MISIDENTIFIED)
    assert len(rows) == 1
    return Cause(int(rows["code"][0]))


LANE = {"name": "Airway", "points": OVER_IT, "width": "20 km", "floor": "9 km", "ceiling": "13 km"}
ASIDE = LANE | {"points": [place(150.0, 180.0), place(300.0, 180.0)]}


def mute():
    """An airliner's code that nobody hears, which the post does not know."""
    world = sky(flights=[visitor(transponder=True)])
    world.rows["situation"]["iff_persistent"] = 1.0
    return world


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (lambda: sky(), Cause.NO_EQUIPMENT),
        (mute, Cause.NO_REPLY),
        (lambda: sky(flights=[visitor(side="friend", party="Coalition")]), Cause.NO_EQUIPMENT),
        (lambda: sky(corridor=[LANE]), Cause.NO_EQUIPMENT | Cause.WRONG_HEIGHT),
        (
            lambda: sky(corridor=[ASIDE], flights=[visitor(flight_plan=True, corridor="Airway")]),
            Cause.NO_EQUIPMENT | Cause.OFF_PLAN,
        ),
        (lambda: sky(TOLD | {"never": ["Guard"]}, line={}), Cause.NO_EQUIPMENT | Cause.NO_NOTICE),
        (
            lambda: sky(control="free", identification={"threshold_hostile": 0.99}),
            Cause.NO_EQUIPMENT | Cause.WEAPONS_FREE,
        ),
    ],
)
def test_the_log_says_what_stood_behind_a_shot(made, expected):
    assert causes(made()) == expected


def test_a_post_that_fails_leaves_its_crew_to_itself():
    """A cut link is told beside whatever else stood behind the shot."""
    failed = site(party="Coast", doctrine={"control": "tight"}, failures=[{"element": "54k6e2", "at": "5 s"}])
    world = scene(flights=[visitor()], model=CLEAR, sites=[failed], identification=SURE)
    assert Cause.CUT_LINK in causes(world)


def followed(apart, comer=True):
    """An airliner that answers, ``apart`` km behind a hostile aircraft, or alone, at its height and speed."""
    liner = visitor(name="Airliner", kind="a320", transponder=True, route=[place(150.0 + apart), OVER_IT[1]])
    raids = [raid("Comer", altitude="8 km", distance=150.0)] if comer else []
    return sky(raids=raids, flights=[liner])


def test_an_airliner_merged_with_a_hostile_in_one_track_is_shot_at_because_of_that():
    """Its code is never heard on that track: the questions went to the other flight.  Told apart, it is spared.

    Expected before the run: none alone and none 30 km behind; some nearer than the radars tell apart, ever fewer with
    distance; and at each shot that the track was asked while it followed another.
    """
    shots = []
    for apart in (0.2, 1.0, 30.0):
        causes = [
            Cause(int(code))
            for replication in range(20)
            for code in events(one(followed(apart), replication), Event.MISIDENTIFIED)["code"]
        ]
        assert set(causes) <= {Cause.MERGED_TRACK | Cause.NO_REPLY}
        shots.append(len(causes))
    assert shots[0] > shots[1] >= shots[2] == 0
    assert np.all(engaged(followed(0.2, comer=False), 20) == 0)


# ------------------------------------------------------------------ laws over policies and safeguards


@pytest.mark.parametrize("questions", [1, 2, 5])
@pytest.mark.parametrize("policy", [{"costs": (4.0, 1.0)}, {"control": "free"}, {"costs": (200.0, 1.0)}])
def test_friends_are_shot_at_with_f_and_1_less_f_times_q_to_the_n_by_questions_and_policy(questions, policy):
    """Where the policy takes silence for hostile; where a wrong shot is dear it does not, and none is shot at."""
    failing, lost = 0.02, 0.05
    table = {
        "based_on": "identification",
        "interrogations": {"value": questions, "status": "assumption", "note": "test"},
    }
    rates = {"iff_persistent_failure": failing, "iff_reply_failure": lost}
    if costs := policy.get("costs"):
        rates |= dict(zip(("cost_wrong", "cost_leak"), costs, strict=True))
    world = sky(
        flights=[visitor(side="friend", party="Coast")],
        control=policy.get("control", "tight"),
        identification=rates,
        catalog={"identification": {"mine": table}},
    )
    silent = silence(failing, lost, questions)
    shot = column(world, replications(600), "friend_engaged")
    share_agrees(shot, 0.0 if costs == (200.0, 1.0) else silent)


SAFEGUARDS = {
    "a transponder": {"transponder": True},
    "a plan": {"flight_plan": True},
    "its corridor": {"corridor": "Airway", "flight_plan": True},
}


@pytest.mark.parametrize("control", ["tight", "free"])
@pytest.mark.parametrize("what", SAFEGUARDS)
def test_better_information_never_raises_civil_risk(what, control):
    """Each safeguard added, with the same draws: who was spared still is."""
    lane = LANE | {"floor": "5 km"}
    bare = engaged(sky(corridor=[lane], control=control), 20)
    safer = engaged(sky(corridor=[lane], control=control, flights=[visitor(**SAFEGUARDS[what])]), 20)
    assert np.all(safer <= bare)
