"""Weapons that home on emission: memory after a shutdown, emitters that moved, decoys that emit."""

from __future__ import annotations

import math

import numpy as np
import pytest

from engine.ledger import rows
from engine.scenes import each, events, one, place, raid, replications, scene, site
from openiads.audit.check import check_events
from openiads.catalog.load import catalog
from openiads.engine.runner import Runner
from openiads.parts.homing import remembered
from openiads.world.codes import Event, Terminal

ERRORS = 3.0  # standard errors that a closed form is met within
CEP = math.sqrt(2.0 * math.log(2.0))  # median miss over deviation
NEVER_ALARMED = {"emission": "shutdown", "emission_rules": {"alarm_time": "0 s", "alarm_radius": "1 m"}}
DISH = {"name": "Dish", "at": place(0.0), "radius": "30 m"}


def value(number, unit):
    return {"value": number, "unit": unit, "status": "assumption", "exact": True, "note": "for a test"}


def hound(deviation=5.0, growth=8.0, blind=50_000.0):
    """An anti-radiation missile of given deviations (m) and growth (m/s)."""
    return {
        "threats": {
            "hound": {
                "based_on": "arm",
                "cep": value(CEP * deviation, "m"),
                "cep_blind": value(CEP * blind, "m"),
                "memory_growth": value(growth, "m/s"),
            }
        }
    }


def shot(catalog=None, count=1, spacing=0.0, failures=(), radius=30.0, **more):
    """Missiles at the surveillance radar, where an asset of a radius counts those that come down on it."""
    arm = raid("Hound", "hound", 60.0, count=count, spacing=f"{spacing} s", altitude="9 km", strikes="Guard/64n6e2")
    del arm["target"]
    doctrine = {"control": "hold"} | more.pop("doctrine", NEVER_ALARMED)
    plain = {"fire_unit_positions": [place(6.0, 180.0)], "failures": list(failures), "defends": ["Dish"]}
    guard = site(doctrine=doctrine, **(plain | more))
    dish = DISH | {"radius": f"{radius} m"}
    return scene(arm, sites=[guard], asset=[dish], catalog=hound() if catalog is None else catalog)


def silent_for(seconds, catalog=None, **more):
    """The same, with a radar that emits no more from so many seconds before the impact on."""
    ends = float(shot(catalog).rows["flights"]["ends"][0])
    return shot(catalog, failures=[{"element": "64n6e2", "at": f"{ends - seconds} s"}], **more)


def hits(world, count, flight=0):
    """Whether a flight came down on the asset, in each replication."""

    def measure(result):
        return int(events(result, Event.TERMINAL, flight=flight)["code"][0]) == Terminal.HIT_ASSET

    return np.array(each(world, count, measure))


def within(values, probability):
    error = math.sqrt(probability * (1.0 - probability) / len(values))
    assert abs(np.mean(values) - probability) <= ERRORS * error + 1e-9, (np.mean(values), probability, error)


def kept(world, result):
    limits = {**world.limits, "flight_side": world.flight_side, "flight_class": world.flight_class, "mask_open": True}
    return [
        str(v)
        for v in check_events(
            {int(result.outcome["replication"][0]): result.events}, result.outcome, limits, world.names
        )
    ]


# ------------------------------------------------------------------ memory


@pytest.mark.parametrize("seconds", [2.0, 5.0, 10.0, 20.0])
def test_the_chance_of_a_hit_falls_with_the_time_since_the_emitter_fell_silent(seconds):
    """ARM-MEMORY: P = 1 - exp(-R^2 / 2 s^2) with s^2 = s0^2 + (c t)^2."""
    square = 5.0**2 + (8.0 * seconds) ** 2
    within(hits(silent_for(seconds), replications(600)), 1.0 - math.exp(-(30.0**2) / (2.0 * square)))


def test_while_the_radar_emits_the_deviation_is_that_of_the_aim():
    radius = 8.0
    within(hits(shot(radius=radius), replications(600)), 1.0 - math.exp(-(radius**2) / (2.0 * 5.0**2)))


def test_a_radar_that_has_never_emitted_is_aimed_at_blindly():
    """A silent radar is never hit through its emission: only the blind dispersion is left."""
    blind = hound(deviation=1.0, blind=40.0)
    cued = {"emission": "cued", "emission_rules": {"cue_range": "1 m", "cue_time": "0 s"}}
    expected = 1.0 - math.exp(-(30.0**2) / (2.0 * 40.0**2))
    within(hits(shot(blind, doctrine=cued), replications(600)), expected)
    within(hits(shot(blind, radars_off=["64n6e2"], doctrine={}), replications(600)), expected)


def test_no_cliff_between_neighboring_times_of_silence():
    times = np.linspace(0.0, 60.0, 241)
    spread = np.array([remembered(5.0, 8.0, 150.0, float(t)) for t in times])
    assert spread[0] == 5.0 and spread[-1] == 150.0 == remembered(5.0, 8.0, 150.0, math.inf)
    assert (np.diff(spread) >= 0.0).all() and np.diff(spread).max() <= 8.0 * 0.25 + 1e-9
    assert remembered(5.0, 8.0, 1.0, 30.0) == 5.0  # memory never makes it better than hearing


def test_the_longer_the_silence_and_the_faster_the_growth_the_fewer_hits_draw_by_draw():
    """The draw of the impact is one, so a missile that hits after a long silence hits after every shorter one."""
    by_time = np.array([hits(silent_for(t), 60) for t in (0.5, 2.0, 4.0, 8.0, 16.0, 32.0)])
    assert (np.diff(by_time.astype(int), axis=0) <= 0).all() and by_time[0].mean() > by_time[-1].mean()
    by_growth = np.array([hits(silent_for(4.0, hound(growth=c)), 60) for c in (0.5, 2.0, 8.0, 30.0)])
    assert (np.diff(by_growth.astype(int), axis=0) <= 0).all()


def test_a_radar_that_comes_back_before_the_impact_renews_the_memory():
    """It blinks: what counts is when the missile last heard it, not how long it has been silent in all."""
    blinking = {"emission": "blink", "emission_rules": {"blink_period": "40 s", "blink_duty": 0.5}}
    world = shot(hound(deviation=1.0, growth=20.0), radius=60.0, doctrine=blinking)
    ends = float(world.rows["flights"]["ends"][0])
    chances, found = [], []
    for k in range(replications(400)):
        result = one(world, k)
        switches = events(result, Event.EMISSION, radar=0)
        before = switches[switches["time"] <= ends]
        silent = len(before) > 0 and before["code"][-1] == 0
        since = ends - float(before["time"][-1]) if silent and before["time"][-1] > 0.0 else math.inf if silent else 0.0
        square = 1.0 + (20.0 * since) ** 2 if since < math.inf else (50_000.0) ** 2
        chances.append(1.0 - math.exp(-(60.0**2) / (2.0 * square)))
        found.append(int(events(result, Event.TERMINAL)["code"][0]) == Terminal.HIT_ASSET)
    chances = np.array(chances)
    error = math.sqrt((chances * (1.0 - chances)).sum()) / len(chances)
    assert abs(np.mean(found) - chances.mean()) <= ERRORS * error + 1e-9
    assert 0.4 < chances.mean() < 0.8


def test_a_ship_that_falls_silent_sails_on_from_where_it_was_last_heard():
    """The missile comes down where the radar last emitted: behind the ship by its way since."""
    radar = catalog()["s300f"].lists["surveillance"][0]
    asea = site(
        system="s300f",
        at=place(0.0),
        defends=[],
        emitter_decoys=[{"radar": radar, "count": 1, "weight": 1000.0, "distance": "500 m"}],
        course="0 deg",
        speed="15 m/s",
        doctrine={
            "control": "hold",
            "emission": "blink",
            "emission_rules": {"blink_period": "600 s", "blink_duty": 0.5},
        },
    )
    arm = raid("Hound", "hound", 60.0, altitude="9 km", strikes=f"Guard/{radar}")
    del arm["target"]
    world = scene(arm, sites=[asea], asset=[DISH], catalog=hound(deviation=0.001, growth=0.001))
    silent = missed = 0
    for k in range(30):
        runner = Runner(world, 1)
        result = runner.replicate(k)
        impact = events(result, Event.TERMINAL, flight=0)
        off = events(result, Event.EMISSION, radar=0, code=0)
        at = float(impact["time"][0])
        if not len(off) or not 0.0 < off["time"][0] < at:
            continue
        silent += 1
        row = runner.sim.radars[0]
        sailed = 15.0 * (float(runner.sim.situation[0]["now"]) - float(off["time"][0]))
        assert math.dist(row["last_at"], row["position"]) == pytest.approx(sailed, abs=16.0)
        way = 15.0 * (at - float(off["time"][0]))
        drawn = events(result, Event.DECOYED)[0]["value"]
        assert math.dist(drawn[:3], row["last_at"]) == pytest.approx(500.0, abs=20.0)  # north of where it was heard
        missed += way > 200.0 and result.outcome["radars_lost"][0] == 0
    assert silent >= 3 and missed >= 1


# ------------------------------------------------------------------ decoys


def decoyed(count, weight, salvo=1, spacing=0.0, **more):
    rows_ = [{"radar": "64n6e2", "count": count, "weight": weight, "distance": "400 m"}] if count else None
    extra = {} if rows_ is None else {"emitter_decoys": rows_}
    return shot(hound(deviation=4.0), count=salvo, spacing=spacing, **extra, **more)


@pytest.mark.parametrize(("count", "weight"), [(0, 1.0), (1, 1.0), (3, 1.0), (3, 0.5), (3, 2.0)])
def test_decoys_share_the_risk_by_their_weight(count, weight):
    """ARM-DECOY-SHARE: a weapon takes the radar with 1 / (1 + n w); two of a salvo choose each by itself."""
    world, n = decoyed(count, weight, salvo=2), replications(400)
    if_chosen = 1.0 - math.exp(-(30.0**2) / (2.0 * 4.0**2))
    alone = if_chosen / (1.0 + count * weight)
    found = np.array([hits(world, n, f) for f in (0, 1)])
    within(found[0], alone)
    within(found[1], alone)
    within(found.any(axis=0), 1.0 - (1.0 - alone) ** 2)
    drawn = np.array(each(world, n, lambda r: len(rows(r, Event.DECOYED))))
    share = count * weight / (1.0 + count * weight)
    if count:
        assert abs(drawn.mean() - 2.0 * share) <= ERRORS * math.sqrt(2.0 * share * (1.0 - share) / n)
        codes = np.concatenate(each(world, n, lambda r: rows(r, Event.DECOYED)["code"].tolist()))
        for k in range(1, count + 1):
            within(codes == k, 1.0 / count)
    else:
        assert drawn.sum() == 0


def test_a_weapon_that_takes_a_decoy_comes_down_at_it_and_harms_nothing_else():
    world = decoyed(3, 5.0)
    seen = 0
    for k in range(40):
        result = one(world, k)
        for row in rows(result, Event.DECOYED):
            seen += 1
            assert row["value"][3] <= 6.0 * row["value"][4]
            away = math.dist(row["value"][:3], world.rows["radars"][0]["position"])
            assert away == pytest.approx(400.0, abs=25.0)
            assert result.outcome["radars_lost"][0] == 0
        assert kept(world, result) == []
    assert seen > 30


def test_more_decoys_never_lose_more_radars():
    lost = [np.array(each(decoyed(n, 1.0), 100, lambda r: int(r.outcome["radars_lost"][0]))) for n in (0, 1, 2, 4, 8)]
    assert (np.diff(np.array(lost), axis=0) <= 0).all()
    assert lost[0].mean() > lost[-1].mean() + 0.5


def test_a_decoy_that_is_hit_shares_no_more_with_what_is_launched_later():
    """One decoy, two weapons, the second launched when the first has come down.

    The first takes the decoy with 1/2 and destroys it: then the second has nothing but the radar to take.  Where the
    first took the radar, that emits no more, and the second has long forgotten where it was.
    """
    flown = float(decoyed(1, 1.0).rows["flights"]["ends"][0])
    world, n = decoyed(1, 1.0, salvo=2, spacing=flown + 5.0), replications(400)
    drawn = np.array(each(world, n, lambda r: len(events(r, Event.DECOYED, flight=0))), bool)
    second = hits(world, n, 1)
    within(drawn, 0.5)
    assert second[drawn].all()
    assert second[~drawn].mean() < 0.05


def test_decoys_of_a_radar_that_has_never_emitted_draw_nothing():
    cued = {"emission": "cued", "emission_rules": {"cue_range": "1 m", "cue_time": "0 s"}}
    rows_ = [{"radar": "64n6e2", "count": 4}]
    world = shot(hound(blind=20.0), doctrine=cued, emitter_decoys=rows_)
    assert sum(len(rows(one(world, k), Event.DECOYED)) for k in range(20)) == 0


def test_decoys_fall_silent_with_their_radar():
    """Both the radar and its decoys are remembered: the spread after a silence is that of the emitter taken."""
    world = silent_for(5.0, hound(deviation=4.0), emitter_decoys=[{"radar": "64n6e2", "count": 2, "distance": "3 km"}])
    n = replications(300)
    spread = math.hypot(4.0, 8.0 * 5.0)
    off = np.concatenate(each(world, n, lambda r: rows(r, Event.DECOYED)["value"][:, 3].tolist()))
    square = (off / spread) ** 2  # chi-square of two degrees: mean 2, deviation 2
    assert len(off) == pytest.approx(2.0 / 3.0 * n, abs=ERRORS * math.sqrt(2.0 / 9.0 * n))
    assert abs(square.mean() - 2.0) <= ERRORS * 2.0 / math.sqrt(len(off))
