"""Who is shot at: every choice of a scenario that bears on identity, flown; and whether beliefs are worth their number.

Whatever answers, keeps to a plan or falls is declared in a scenario; what a fire unit makes of it under each control
state is expected here before it is flown.
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
    place,
    raid,
    replications,
    scene,
    share_agrees,
    site,
)
from openiads.base.units import position
from openiads.catalog.load import catalog
from openiads.earth.geodesy import to_ecef
from openiads.engine.runner import Runner
from openiads.world.codes import Control, Evidence
from openiads.world.identity import SIDES, silence
from openiads.world.sensed import TRACK
from parts.entries import question

SURE = {"iff_persistent_failure": 0.0, "iff_reply_failure": 0.0}  # who can answer does
OVER_IT = [place(150.0), place(80.0, FACING - 180.0)]
AIRWAY = {"name": "Airway", "points": OVER_IT, "width": "20 km", "floor": "5 km", "ceiling": "13 km"}
ELSEWHERE = {"name": "Airway", "points": [place(150.0, 180.0), place(300.0, 180.0)], "width": "20 km"}
AHEAD = AIRWAY | {"points": [place(60.0), place(80.0, FACING - 180.0)]}
HOSTILE, FRIEND, NEUTRAL = 0, 1, 2
TABLE = catalog().identification
SHARES = {row.text["name"]: [row.si(side) for side in SIDES] for row in TABLE.tables["evidence"]}
ROUTE = TABLE.si("route_correlation")


def at(text, height=8000.0):
    """ECEF position, m, of a place as a file gives it."""
    lat, lon = position(text)
    return np.array(to_ecef(lat, lon, height))


def flight(kind="f16", side="neutral", **more):
    """A flight over the site, an aircraft at 8 km and 250 m/s."""
    plain = {"name": "Visitor", "kind": kind, "side": side, "route": OVER_IT}
    return plain | ({"altitude": "8 km", "speed": "250 m/s"} if kind == "f16" else {}) | more


def sky(*raids, flights=(), corridor=None, identification=SURE, doctrine=None):
    """A world of one fire unit with real radars."""
    return scene(
        *raids,
        flights=flights,
        model=CLEAR,
        sites=[site(doctrine=doctrine or {})],
        identification=identification,
        corridor=[] if corridor is None else [corridor],
    )


def shot_at(world, control, count=3):
    """Share of replications in which whoever comes is fired at under a control state."""
    world.rows["units"]["control"] = int(control)
    return float(np.mean(column(world, count, "rounds_fired") > 0))


def alone(**more):
    return sky(flights=[flight(**more)])


def routed(airway, **more):
    return sky(flights=[flight("a320", **more)], corridor=airway)


def coming(threat="f16", **more):
    if threat == "f16":
        more = {"altitude": "8 km"} | more
    return sky(raid("Comers", threat, distance=40.0 if threat == "shahed136" else 120.0, **more))  # a small echo


FALLING = {"threat": "scud_b", "origin": place(250.0)}
#: What comes -> whether it is fired at under free and under tight.  Under hold nothing ever is.
EXPECTED = {
    "a friend answers by default": (lambda: alone(side="friend"), 0, 0),
    "a friend without IFF is taken for hostile": (lambda: alone(side="friend", iff=False), 1, 1),
    "a friend with a civil code only is taken for neutral": (
        lambda: alone(side="friend", iff=False, transponder=True),
        0,
        0,
    ),
    "a friendly airliner answers in both modes": (lambda: alone(kind="a320", side="friend"), 0, 0),
    "own aircraft of a raid answer": (lambda: coming(side="friend"), 0, 0),
    "own aircraft of a raid that cannot": (lambda: coming(side="friend", iff=False), 1, 1),
    "an own drone carries nothing that answers": (lambda: coming("shahed136", side="friend"), 1, 1),
    "an own drone that is given IFF": (lambda: coming("shahed136", side="friend", iff=True), 0, 0),
    "an airliner that squawks, without plan or corridor": (lambda: alone(kind="a320"), 0, 0),
    "an airliner without transponder, plan or corridor": (lambda: alone(kind="a320", transponder=False), 1, 1),
    "a silent airliner on its plan in its corridor": (
        lambda: routed(AIRWAY, transponder=False, flight_plan=True, corridor="Airway"),
        0,
        0,
    ),
    "a silent airliner with a plan off every corridor": (
        lambda: routed(None, transponder=False, flight_plan=True),
        1,
        0,
    ),
    "a silent airliner in a corridor without a plan": (lambda: routed(AIRWAY, transponder=False), 1, 0),
    "a silent airliner outside the corridor of its plan": (
        lambda: routed(ELSEWHERE, transponder=False, flight_plan=True, corridor="Airway"),
        1,
        1,
    ),
    "a silent airliner on its plan that has not reached its corridor yet": (
        lambda: routed(AHEAD, transponder=False, flight_plan=True, corridor="Airway"),
        1,
        0,
    ),
    "a neutral that answers in the military mode": (lambda: alone(transponder=False, iff=True), 0, 0),
    "a hostile aircraft": (lambda: coming(), 1, 1),
    "a hostile flight that is no raid": (lambda: alone(side="hostile"), 1, 1),
    "a hostile aircraft where hardly anybody hostile is expected": (
        lambda: sky(
            raid("Comers", altitude="8 km"),
            identification=SURE | {"prior_hostile": 0.01, "prior_friend": 0.01, "prior_neutral": 0.98},
        ),
        1,
        0,
    ),
    "a hostile aircraft with a valid reply": (lambda: coming(iff=True), 0, 0),
    "a hostile aircraft with a civil code, en route as airliners fly": (lambda: coming(transponder=True), 0, 0),
    "a cruise missile with a civil code": (lambda: coming("tomahawk", transponder=True), 1, 1),
    "a falling missile": (lambda: sky(raid("Comers", **FALLING)), 1, 1),
    "a falling missile with a valid reply": (lambda: sky(raid("Comers", **FALLING, iff=True)), 1, 1),
    "a falling missile with a civil code": (lambda: sky(raid("Comers", **FALLING, transponder=True)), 1, 1),
}


@pytest.mark.parametrize("what", EXPECTED)
def test_who_is_fired_at(what):
    made, free, tight = EXPECTED[what]
    world = made()
    assert shot_at(world, Control.FREE) == free
    assert shot_at(world, Control.TIGHT) == tight
    assert shot_at(world, Control.HOLD) == 0


@pytest.mark.parametrize(("iff", "fired"), [(True, 0), (False, 1)])
def test_self_defense_under_hold_spares_a_friend_that_answers(iff, fired):
    world = sky(flights=[flight(side="friend", iff=iff)], doctrine={"self_defense": True})
    assert shot_at(world, Control.HOLD) == fired


@pytest.mark.parametrize(
    ("control", "lost", "share"), [(Control.FREE, 0.5, 1), (Control.TIGHT, 0.1, 1), (Control.TIGHT, 0.5, 0)]
)
def test_friends_are_fired_at_as_often_as_they_stay_silent(control, lost, share):
    """P(silent) = f + (1 - f) q^3 of their flights, under free as under tight; no friend that is heard is shot at.

    Where half of the replies are lost, silence says too little to be believed hostile for: nobody is shot at.
    """
    failing = 0.05
    rates = {"iff_persistent_failure": failing, "iff_reply_failure": lost}
    world = sky(flights=[flight(side="friend")], identification=rates)
    world.rows["units"]["control"] = int(control)
    asked = int(world.rows["situation"]["interrogations"][0])
    engaged = column(world, replications(2_000), "friend_engaged")
    share_agrees(engaged, share * silence(failing, lost, asked))


def test_a_friend_is_safe_at_the_packaged_error_rates():
    """One in a hundred stays silent; before, 99.9 % were shot at."""
    world = sky(flights=[flight(side="friend")], identification={"iff_false_reply": 0.001})
    world.rows["units"]["control"] = int(Control.FREE)
    share_agrees(column(world, replications(2_000), "friend_engaged"), silence(0.01, 0.05, 3))


@pytest.mark.parametrize("control", [Control.FREE, Control.TIGHT])
def test_a_hostile_flight_is_spared_as_often_as_a_false_reply_is_heard(control):
    """In either of two modes, each with its own false replies: (1 - phi)^2 of them are fired at."""
    false = 0.2
    world = sky(raid("Comers", altitude="8 km"), identification=SURE | {"iff_false_reply": false})
    world.rows["units"]["control"] = int(control)
    share_agrees(column(world, replications(1_000), "rounds_fired") > 0, (1.0 - false) ** 2)


# ------------------------------------------------------------------ beliefs against what is drawn

ON_AIRWAY, OFF_AIRWAY = at(OVER_IT[0]), at(ELSEWHERE["points"][0])
#: Speed (m/s), height (m), whether toward what is defended and whether it falls, in the order of the rows of motion.
MOVES = [
    (230.0, 10e3, False, 0),
    (240.0, 100.0, True, 0),
    (60.0, 500.0, True, 0),
    (1500.0, 20e3, True, 1),
    (500.0, 15e3, False, 0),
]


class Questions:
    """One flight and one track that are asked again and again, each time with fresh draws."""

    def __init__(self, **changed):
        rates = {"iff_persistent_failure": 0.1, "iff_reply_failure": 0.4, "iff_false_reply": 0.05}
        self.sim = Runner(sky(flights=[flight()], corridor=AIRWAY, identification=rates), 5).sim
        self.row = self.sim.situation[0]
        self.row["seed"] = 5
        self.row["evidence_cap"] = self.row["ballistic_cap"] = 1e3
        for name, value in changed.items():
            self.row[name] = value

    def ask(self, replication, route=(0, 0), move=MOVES[0], **equipment):
        """The track after the last question and the identity it is given."""
        visitor, track = self.sim.flights[0], self.sim.tracks[0]
        self.row["replication"] = replication
        for name, value in equipment.items():
            visitor[name] = value
        visitor["flight_plan"] = route[1]
        self.sim.tracks[:1] = np.zeros(1, TRACK)
        track["flight"], track["ask_at"] = 0, 0.0
        track["x"][:3] = ON_AIRWAY if route[0] else OFF_AIRWAY
        track["speed"], track["height"], inbound, track["ballistic"] = move
        return track, question(self.sim, 0, 0, 100.0, inbound)

    def someone(self, rng):
        """What a flight of a side drawn by the prior carries, keeps to and does, drawn by the table of shares."""
        side = int(rng.choice(3, p=self.row["prior"]))
        squawks = SHARES["civil_transponder"][side]
        first, second = rng.random(2)
        if rng.random() < ROUTE:
            second = first  # one reason for both
        corridor, plan = first < SHARES["in_corridor"][side], second < SHARES["flight_plan"][side]
        move = MOVES[int(rng.choice(5, p=self.row["motion"][:, side]))]
        equipment = {"iff": int(side == FRIEND), "transponder": int(rng.random() < squawks)}
        return side, (int(corridor), int(plan)), move, equipment


def reliability(questions, count, spoil=1.0):
    """Greatest deviation, in standard errors, of the share truly hostile from the belief, over ten classes of belief.

    spoil : what the likelihood of a friend's silence is multiplied by
    """
    questions.row["replies"][0, :, 1] *= spoil
    rng = np.random.default_rng(11)
    believed, true = np.empty((count, 3)), np.zeros((count, 3))
    for k in range(count):
        side, route, move, equipment = questions.someone(rng)
        track, _ = questions.ask(k, route, move, **equipment)
        believed[k] = track["belief"]
        true[k, side] = 1.0
    worst = 0.0
    for h in (HOSTILE, FRIEND, NEUTRAL):
        p, y = believed[:, h], true[:, h]
        for low in np.linspace(0.0, 0.9, 10):
            inside = (p >= low) & (p < low + 0.1 + (low > 0.85))
            spread = math.sqrt(float((p * (1.0 - p))[inside].sum()))
            if spread > 1.0:  # fewer are no statistics
                worst = max(worst, abs(float((y - p)[inside].sum())) / spread)
    return worst


def test_of_those_believed_hostile_with_p_the_share_p_is():
    """A reliability diagram of hostile, friend and neutral: beliefs without a cap are the shares that come true."""
    assert reliability(Questions(), replications(6_000)) < STANDARD_ERRORS


def test_likelihoods_that_are_not_those_of_the_draws_would_show():
    """A friend's silence 2.5 times as likely as it is: the diagram leaves the diagonal."""
    assert reliability(Questions(), 6_000, spoil=2.5) > STANDARD_ERRORS


@pytest.mark.parametrize("together", [0.0, 0.5, 1.0])
def test_two_modes_are_silent_together_as_often_as_their_correlation_says(together):
    """P(both silent) = s^2 + rho s (1 - s)."""
    questions = Questions(iff_together=together)
    silent = silence(0.1, 0.4, int(questions.row["interrogations"]))
    said = (1 << int(Evidence.IFF_REPLY)) | (1 << int(Evidence.CIVIL_TRANSPONDER))
    count = replications(3_000)
    quiet = [questions.ask(k, iff=1, transponder=1)[0]["evidence"] & said == 0 for k in range(count)]
    share_agrees(np.array(quiet), silent**2 + together * silent * (1.0 - silent))


def test_a_cap_only_holds_belief_back_toward_the_prior():
    """Capped, nobody is believed hostile more surely than the full evidence says while it speaks for hostile."""
    full, capped = Questions(), Questions(evidence_cap=2.0, ballistic_cap=2.0)
    surer = full.ask(1, (0, 0), MOVES[1], iff=0, transponder=0)[0]["belief"][HOSTILE]
    held = capped.ask(1, (0, 0), MOVES[1], iff=0, transponder=0)[0]["belief"][HOSTILE]
    assert full.row["prior"][HOSTILE] < held < surer
