"""Chains of command: a shared picture while post and link live, and units that fight alone, worse, when they do not."""

from __future__ import annotations

import numpy as np
import pytest

from engine.ledger import most_held, overkill, rows
from engine.scenes import CLEAR, TEXTBOOK, column, each, events, gates, one, place, raid, scene, site, time_of
from openiads.base.errors import InputError
from openiads.base.toml import toml_text
from openiads.scenario.load import loads
from openiads.world.codes import Element, Event, Gate

#: The depot stands apart from the sites, so that what hits it harms nothing else.
APART = [{"name": "Depot", "at": place(3.0, 90.0), "radius": "500 m"}]
WAVE = [raid(f"Axis {a:+d}", azimuth=270.0 + a, distance=100.0, count=8, lateral_spacing="1500 m") for a in (-8, 8)]


def pair(**more):
    """Two sites of two fire units each, 8 km apart."""
    both = {"fire_units": 2, "launchers": 6} | more
    return [site("East", at=place(4.0, 0.0), **both), site("West", at=place(4.0, 180.0), **both)]


def brigade(**more):
    """A command post above both."""
    return [{"name": "Brigade", "post": "54k6e2", "at": place(6.0, 90.0), "commands": ["East", "West"]} | more]


def fought(sites=None, chain=None, model=CLEAR, raids=WAVE, **more):
    """The wave against two sites under a brigade."""
    return scene(
        *raids,
        sites=pair() if sites is None else sites,
        command=brigade() if chain is None else chain,
        asset=APART,
        model=model,
        **more,
    )


def spent(world, count=20):
    """Mean rounds fired and rounds wasted on what others killed."""
    return np.mean(each(world, count, lambda r: (int(r.outcome["rounds_fired"][0]), overkill(r))), axis=0)


# ------------------------------------------------------------------ posts and links that fail


def test_under_one_command_every_track_is_of_the_brigades_picture_and_nothing_devolves():
    world = fought()
    assert set(world.rows["units"]["post"].tolist()) == {world.names.posts.index("Brigade/54k6e2")}
    result = one(world)
    assert len(rows(result, Event.DEVOLVE)) == 0
    assert set(rows(result, Event.LAUNCH)["unit"].tolist()) == {0, 1, 2, 3}


def test_a_killed_command_post_hands_every_unit_and_radar_to_its_own_site():
    world = fought(chain=brigade(fails_at="20 s"))
    result = one(world)
    changes = rows(result, Event.DEVOLVE)
    units = {int(e["unit"]): world.names.posts[int(e["value"][0])] for e in changes if e["unit"] >= 0}
    assert units == {0: "East/54k6e2", 1: "East/54k6e2", 2: "West/54k6e2", 3: "West/54k6e2"}
    assert {int(e["radar"]) for e in changes if e["radar"] >= 0} == set(range(6))
    assert changes["time"].min() >= 20.0 and changes["time"].max() <= 24.0
    down = events(result, Event.ELEMENT_DOWN, code=int(Element.POST))
    assert len(down) == 1 and 20.0 <= down["time"][0] <= 24.0


def test_units_whose_command_is_gone_fight_on():
    result = one(fought(chain=brigade(fails_at="20 s")))
    fired = rows(result, Event.LAUNCH)
    assert set(fired["unit"][fired["time"] > 24.0].tolist()) == {0, 1, 2, 3}


def test_overkill_grows_when_sites_fight_alone():
    whole, killed, cut = (
        spent(fought(**how))
        for how in ({}, {"chain": brigade(fails_at="20 s")}, {"link": [{"from": "East", "fails_at": "20 s"}]})
    )
    assert killed[0] > 1.2 * whole[0] and killed[1] > 1.5 * whole[1]
    assert cut[0] > 1.2 * whole[0] and cut[1] > 1.5 * whole[1]


def test_a_cut_link_devolves_its_own_site_only():
    world = fought(link=[{"from": "East", "fails_at": "20 s"}])
    changes = rows(one(world), Event.DEVOLVE)
    assert {int(u) for u in changes["unit"] if u >= 0} == {0, 1}
    named = {world.names.radars[int(r)].split("/")[0] for r in changes["radar"] if r >= 0}
    assert named == {"East"}


def test_a_link_that_carries_far_enough_changes_nothing():
    plain, linked = (one(fought(**how), 3) for how in ({}, {"link": [{"from": "East", "range": "200 km"}]}))
    assert plain.events.tobytes() == linked.events.tobytes()


def test_with_rounds_to_spare_for_nobody_more_leak_when_the_command_is_gone():
    """Each site can just kill the wave together with the other: wasted rounds are targets that nobody shoots at."""
    model = TEXTBOOK | {"kill_probability": 0.9}
    few = pair(launchers=2, rounds=3, reloads=0)
    whole, gone = (column(fought(few, chain, model), 40, "leakers").mean() for chain in (None, brigade(fails_at="5 s")))
    assert gone > whole + 1.0


def test_a_dead_site_post_leaves_each_crew_alone_and_they_shoot_at_the_same_targets():
    one_site = {"fire_units": 3, "launchers": 6}
    whole = scene(*WAVE, sites=[site(**one_site)], asset=APART, model=CLEAR)
    dead = [{"element": "54k6e2", "at": "20 s"}]
    alone = scene(*WAVE, sites=[site(**one_site, failures=dead)], asset=APART, model=CLEAR)
    result = one(alone)
    units = {int(e["unit"]): alone.names.posts[int(e["value"][0])] for e in rows(result, Event.DEVOLVE)}
    assert {units[u] for u in range(3)} == {f"Guard/{u + 1}/alone" for u in range(3)}
    assert set(rows(result, Event.LAUNCH)["unit"].tolist()) == {0, 1, 2}
    assert spent(alone)[1] > 1.3 * spent(whole)[1]


def test_a_surveillance_radar_whose_post_is_dead_is_heard_by_nobody():
    dead = [{"element": "54k6e2", "at": "20 s"}]
    world = scene(*WAVE, sites=[site(failures=dead)], asset=APART, model=CLEAR)
    result = one(world)
    lost = events(result, Event.DEVOLVE, radar=0)
    assert lost["value"][:, 0].tolist() == [-1.0]
    after = rows(result, Event.DETECT)
    assert not (after["radar"][after["time"] > lost["time"][0] + 1.0] == 0).any()


def test_an_engagement_in_hand_outlives_its_post():
    """Rounds in the air when the command dies are guided to their end."""
    result = one(fought(model=TEXTBOOK, chain=brigade(fails_at="60 s")))
    fired, ended = rows(result, Event.LAUNCH), rows(result, Event.ROUND_END)
    flying = set(fired["round"][fired["time"] < 60.0]) & set(ended["round"][ended["time"] > 66.0])
    assert len(flying) > 0
    assert not set(ended["round"][ended["code"] == 4]) & flying  # no support lost


def test_three_levels_fall_back_one_by_one():
    chain = [
        {"name": "Army", "post": "54k6e2", "at": place(9.0, 90.0), "commands": ["Brigade"], "fails_at": "40 s"},
        *brigade(fails_at="80 s"),
    ]
    world = fought(chain=chain)
    changes = events(one(world), Event.DEVOLVE, unit=0)
    assert [world.names.posts[int(p)].split("/")[0] for p in changes["value"][:, 0]] == ["Brigade", "East"]
    assert changes["time"].tolist() == pytest.approx([40.0, 80.0], abs=3.0)


def test_delay_and_loss_of_a_link_add_up_on_the_way_to_the_command():
    link = [{"from": "East", "delay": "7 s", "loss": 0.5}]
    world = fought(link=link)
    radars = world.rows["radars"]
    east, west = (radars[[n.startswith(f"{s}/64n6e2") for n in world.names.radars]][0] for s in ("East", "West"))
    assert east["link_delay"] == pytest.approx(0.5 + 7.0) and west["link_delay"] == pytest.approx(0.5 + 0.5)
    assert east["link_loss"] == pytest.approx(1.0 - 0.99 * 0.5) and west["link_loss"] == pytest.approx(1.0 - 0.99**2)


def test_a_slow_link_delays_the_picture_of_a_site_that_nobody_else_helps():
    slow, fast = (
        scene(
            raid("Intruder", distance=110.0),
            sites=[site("East", radars_off=["30n6e2"])],
            asset=APART,
            command=[{"name": "Brigade", "post": "54k6e2", "at": place(6.0, 90.0), "commands": ["East"]}],
            link=[{"from": "East", "delay": delay, "loss": 0.0}],
        )
        for delay in ("30 s", "0.5 s")
    )
    late = np.mean(each(slow, 10, lambda r: time_of(r, Event.TRACK)))
    soon = np.mean(each(fast, 10, lambda r: time_of(r, Event.TRACK)))
    assert late - soon == pytest.approx(29.5, abs=3.0)


def test_a_link_that_is_down_is_named_as_the_gate():
    """A target that only the other site sees: the one that is cut off would see it if the link held."""
    sides = [
        site("East", at=place(4.0, 0.0), fire_units=1),
        site("West", at=place(4.0, 180.0), fire_units=1, radars_off=["64n6e2"], facing="90 deg"),
    ]
    cut = fought(sides, model=CLEAR, link=[{"from": "West", "fails_at": "1 s"}], raids=[raid("Intruder")])
    whole = fought(sides, model=CLEAR, raids=[raid("Intruder")])
    assert Gate.LINK_DOWN in gates(one(cut), 0, 1)
    assert Gate.LINK_DOWN not in gates(one(whole), 0, 1)


def test_six_fire_units_of_two_sites_share_thirty_six_targets_under_one_command():
    sites = [
        site(n, at=place(4.0, a), fire_units=3, launchers=12, doctrine={"salvo": 2})
        for n, a in (("East", 0.0), ("West", 180.0))
    ]
    raids = [
        raid(f"Axis {a:+d}", azimuth=270.0 + a, distance=110.0, count=20, lateral_spacing="1 km")
        for a in (-10, -5, 5, 10)
    ]
    result = one(fought(sites, raids=raids))
    assert most_held(result, Event.ASSIGN, Event.RELEASE) == 36


# ------------------------------------------------------------------ what makes no sense is refused with its line

BASE = {
    "format": 1,
    "name": "refused",
    "duration": "100 s",
    "terrain": {"source": "flat"},
    "asset": [{"name": "Depot", "at": place(0.0), "radius": "500 m"}],
    "site": [
        {"name": "East", "system": "s300pmu2", "at": place(4.0, 0.0), "facing": "270 deg"},
        {"name": "West", "system": "s300pmu2", "at": place(4.0, 180.0), "facing": "270 deg"},
    ],
}


def refusals(**more):
    """(text of the scenario's lines, problems told) of a scenario that must be refused."""
    text = toml_text(BASE | more)
    with pytest.raises(InputError) as caught:
        loads(text, "s.toml")
    return text.split("\n"), str(caught.value).split("\n")


def told_at(lines, told, written, *words):
    """One of the problems names the line on which ``written`` stands, and says all of ``words``."""
    numbers = [n + 1 for n, line in enumerate(lines) if written in line]
    assert numbers, written
    here = [t for t in told if any(t.startswith(f"s.toml:{n}: ") for n in numbers)]
    assert any(all(word in t for word in words) for t in here), told


def above(name, *below, **more):
    """A command."""
    return {"name": name, "post": "54k6e2", "at": place(9.0, 90.0), "commands": list(below)} | more


def test_a_command_over_an_unknown_site_is_refused():
    lines, told = refusals(command=[above("Brigade", "East", "Wset")])
    told_at(lines, told, 'commands = ["East", "Wset"]', "no site or command of that name", '"West"')


def test_an_unknown_post_is_refused():
    lines, told = refusals(command=[above("Brigade", "East", post="54k6e3")])
    told_at(lines, told, 'post = "54k6e3"', "not in the catalog", "54k6e")


def test_a_cyclic_chain_is_refused():
    lines, told = refusals(command=[above("A", "B", "East"), above("B", "C"), above("C", "A")])
    told_at(lines, told, "commands =", "a command above itself", "A < ", "Break the circle")


def test_a_command_over_itself_is_refused():
    lines, told = refusals(command=[above("A", "A", "East")])
    told_at(lines, told, "commands =", "a command above itself")


def test_a_site_claimed_by_two_commands_is_refused():
    lines, told = refusals(command=[above("A", "East"), above("B", "East", "West")])
    told_at(lines, told, 'commands = ["East", "West"]', "already commanded by A")


def test_a_link_to_nowhere_is_refused():
    lines, told = refusals(link=[{"from": "East", "delay": "1 s"}])
    told_at(lines, told, 'from = "East"', "a link to nowhere")


def test_a_link_of_nobody_is_refused():
    lines, told = refusals(command=[above("A", "East")], link=[{"from": "Esat"}])
    told_at(lines, told, 'from = "Esat"', "no site or command", '"East"')


def test_a_link_shorter_than_the_way_is_refused():
    lines, told = refusals(command=[above("A", "East")], link=[{"from": "East", "range": "2 km"}])
    told_at(lines, told, 'range = "2 km"', "a link to nowhere", "km apart")


def test_a_chain_of_more_than_two_commands_is_refused_by_name():
    chain = [above("A", "East"), above("B", "A"), above("C", "B")]
    with pytest.raises(InputError, match=r"site\.East: 3 commands above one another"):
        scene(sites=[site("East")], command=chain)


ASSUMED = {"status": "assumption", "exact": True, "note": "for a test"}


def test_a_round_that_its_launcher_cannot_carry_is_refused():
    row = {
        "launcher": "5p85se",
        "interceptor": "pac3_mse",
        "count": {"value": 4} | ASSUMED,
        "rounds": {"value": 4} | ASSUMED,
    }
    odd = {"systems": {"odd": {"based_on": "s300pmu2", "launchers": [row]}}}
    lines, told = refusals(catalog=odd)
    told_at(lines, told, "pac3_mse", "5p85se cannot carry pac3_mse", "It carries 48n6e2")


def test_a_round_kept_that_the_system_does_not_fire_is_refused():
    sites = [BASE["site"][0] | {"doctrine": {"keep": {"pac3_mse": "ballistic"}}}]
    lines, told = refusals(site=sites)
    told_at(lines, told, "pac3_mse", "no round of s300pmu2")


def test_a_ship_on_land_is_refused():
    inland = {"name": "East", "system": "s300fm", "at": "34.80 N 36.60 E", "facing": "270 deg"}
    lines, told = refusals(terrain={"source": "levant"}, site=[inland])
    told_at(lines, told, "34.80 N 36.60 E", "a ship on land", "Move the site to sea")


def test_a_site_in_the_sea_is_refused():
    wet = {"name": "East", "system": "s300pmu2", "at": "34.80 N 35.30 E", "facing": "270 deg"}
    lines, told = refusals(terrain={"source": "levant"}, site=[wet])
    told_at(lines, told, "34.80 N 35.30 E", "in the sea", "Move the site onto land")


def test_a_ship_may_stand_in_the_sea_and_a_site_on_land():
    at_sea = {"name": "East", "system": "s300fm", "at": "34.80 N 35.30 E", "facing": "270 deg"}
    on_land = {"name": "West", "system": "s300pmu2", "at": "34.80 N 36.60 E", "facing": "270 deg"}
    loads(toml_text(BASE | {"terrain": {"source": "levant"}, "site": [at_sea, on_land]}))


def test_course_and_speed_of_a_site_on_the_ground_are_refused():
    lines, told = refusals(site=[BASE["site"][0] | {"course": "0 deg", "speed": "5 m/s"}])
    told_at(lines, told, 'speed = "5 m/s"', "stands on the ground")


@pytest.mark.parametrize("field", ["sector_half_width", "track_sector_half_width"])
def test_a_sector_of_zero_degrees_is_refused(field):
    blind = {"radars": {"blind": {"based_on": "30n6e2", field: {"value": 0, "unit": "deg"} | ASSUMED}}}
    lines, told = refusals(catalog=blind)
    told_at(lines, told, "blind", field)


def test_a_search_mode_of_zero_width_is_refused():
    mode = {
        "name": "high",
        "elevation_low": {"value": 1, "unit": "deg"} | ASSUMED,
        "elevation_high": {"value": 14, "unit": "deg"} | ASSUMED,
        "azimuth_width": {"value": 0, "unit": "deg"} | ASSUMED,
        "frame_time": {"value": 2, "unit": "s"} | ASSUMED,
        "shared": False,
        "steered": False,
    }
    lines, told = refusals(catalog={"radars": {"blind": {"based_on": "30n6e2", "modes": [mode]}}})
    told_at(lines, told, "blind", "azimuth_width")


@pytest.mark.parametrize(
    ("strikes", "told"),
    [("Guad/64n6e2", "no site of that name"), ("East/64n6e3", "no element of East"), ("East/power", "no element of")],
)
def test_a_raid_against_an_unknown_element_is_refused(strikes, told):
    strike = {"name": "Strike", "threat": "f16", "count": 1, "strikes": strikes, "origin": place(100.0), "start": "0 s"}
    lines, found = refusals(raid=[strike])
    told_at(lines, found, f'strikes = "{strikes}"', told)


def test_every_element_that_the_checks_offer_can_be_struck():
    """64n6e2, 30n6e2/1, the post and each launcher: what is accepted with its line builds too."""
    for element in ("64n6e2", "30n6e2/1", "54k6e2", "5p85se/1/1", "5p85se/2/3"):
        strike = raid("Strike", strikes=f"Guard/{element}")
        del strike["target"]
        world = scene(strike, sites=[site(fire_units=2)])
        assert world.rows["flights"]["element"][0] > 0
