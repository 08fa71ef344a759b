"""Sites on one ship, point defense and guns as a file says them: what is wrong is one line with place and remedy."""

from __future__ import annotations

import pytest

from openiads.base.errors import InputErrors
from openiads.scenario.load import loads

HEAD = """\
format = 1
name = "layers"
duration = "300 s"
terrain = { source = "flat" }
[[asset]]
name = "Depot"
at = "34.92 N 35.80 E"
radius = "500 m"
"""
SHIP = """\
[[site]]
name = "Cruiser"
system = "s300f"
at = "34.92 N 35.80 E"
facing = "270 deg"
course = "180 deg"
speed = "12 m/s"
defends = ["Depot"]
"""
GUNS = """\
[[site]]
name = "Guns"
system = "ak630"
ship = "Cruiser"
facing = "270 deg"
defends = ["Depot"]
"""


def problems(text: str) -> list[str]:
    """What is wrong with a scenario, a line each."""
    with pytest.raises(InputErrors) as caught:
        loads(HEAD + text, "layers.toml")
    return [str(each) for each in caught.value.problems]


def only(text: str, *parts: str) -> None:
    """One problem, which says all the parts, with file and line and something to do."""
    found = problems(text)
    assert len(found) == 1, found
    assert found[0].startswith("layers.toml:")
    for part in parts:
        assert part in found[0], found[0]


def test_a_site_on_a_ship_has_its_place_course_and_speed() -> None:
    scenario = loads(HEAD + GUNS + SHIP)
    guns, ship = (next(s for s in scenario.sites if s.name == name) for name in ("Guns", "Cruiser"))
    assert (guns.at, guns.course, guns.speed) == (ship.at, ship.course, ship.speed)
    assert scenario == loads(HEAD + SHIP + GUNS)


def test_a_ship_that_is_none_is_told() -> None:
    only(GUNS.replace("Cruiser", "Crusier") + SHIP, "site[1].ship", "no site of that name", '"Cruiser"')


def test_a_site_on_its_own_ship_or_on_one_that_is_carried_itself_is_told() -> None:
    only(GUNS.replace('"Cruiser"', '"Guns"') + SHIP, "a site on its own ship")
    other = GUNS.replace('name = "Guns"', 'name = "More"').replace('ship = "Cruiser"', 'ship = "Guns"')
    only(other + GUNS + SHIP, "itself stands on another's ship", 'ship = "Cruiser"')


def test_a_ship_that_stands_on_the_ground_is_told() -> None:
    land = SHIP.replace("s300f", "s300pmu2").replace('course = "180 deg"\nspeed = "12 m/s"\n', "")
    only(GUNS + land, "site[1].ship", "stands on the ground and is no ship")


@pytest.mark.parametrize(("key", "value"), [("at", "34.9 N 35.8 E"), ("course", "10 deg"), ("speed", "5 m/s")])
def test_what_a_site_on_a_ship_has_from_it_is_not_given_again(key, value) -> None:
    only(GUNS + f'{key} = "{value}"\n' + SHIP, f"site[1].{key}", "moves with it", f"Remove {key}.")


def leaving(names: str, **guns: int) -> str:
    more = "".join(f"{key} = {number}\n" for key, number in guns.items())
    return GUNS + more + SHIP + f"[site.doctrine]\nleaves = {names}\n"


def test_point_defense_that_is_none_or_oneself_is_told() -> None:
    only(leaving('["Gnus"]'), "leaves[1]", "no site of that name", '"Guns"')
    only(leaving('["Cruiser"]'), "a site that leaves to itself")


@pytest.mark.parametrize("lacking", ["fire_units", "launchers", "rounds"])
def test_point_defense_without_anything_to_shoot_with_is_told(lacking) -> None:
    only(leaving('["Guns"]', **{lacking: 0}), f"without {lacking.replace('_', ' ')} takes nothing")


def test_sites_that_leave_to_each_other_are_told_once() -> None:
    both = GUNS + '[site.doctrine]\nleaves = ["Cruiser"]\n' + SHIP + '[site.doctrine]\nleaves = ["Guns"]\n'
    only(both, "Cruiser and Guns leave what comes to each other", "Break the circle.")


def test_nothing_left_is_written_as_before() -> None:
    """A key that is not given does not appear, so that the digest of a scenario without it is what it was."""
    text = loads(HEAD + SHIP).json_text()
    assert '"leaves"' not in text
    assert '"ship"' not in text


OWN = """\
[catalog.guns.own]
based_on = "ao18"
"""
EXACT = 'status = "assumption", exact = true, note = "of the test" }'


def test_a_gun_without_range_burst_or_with_limits_the_wrong_way_round_is_told() -> None:
    whole = '[catalog.guns.own]\ntitle = "A gun"\nsight = "radar"\n'
    (found,) = problems(whole + SHIP)
    assert "max_range" in found
    assert "burst_rounds" in found
    only(OWN + f'min_range = {{ value = 5, unit = "km", {EXACT}\n' + SHIP, "min_range", "is not less than max_range")
    only(OWN + f"burst_rounds = {{ value = 0, {EXACT}\n" + SHIP, "burst_rounds")
    only(OWN + 'sight = "sonar"\n' + SHIP, "sight")


def test_a_gun_on_a_launcher_that_cannot_hold_it_is_told() -> None:
    row = f"count = {{ value = 1, {EXACT}\nrounds = {{ value = 4, {EXACT}\n"
    system = '[catalog.systems.mine]\nbased_on = "ak630"\n[[catalog.systems.mine.launchers]]\nlauncher = "5p85se"\n'
    only(system + 'interceptor = "ao18"\n' + row + SHIP, "5p85se cannot carry ao18")
    only(
        system.replace("5p85se", "ak630_mount") + 'interceptor = "ak630_mount"\n' + row + SHIP,
        "is not among the interceptors and guns",
    )
