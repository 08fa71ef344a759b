"""Flights drawn together: what is published of them is kept, and a band that leaves nothing is told."""

import copy

import pytest

from openiads.base.errors import InputError
from openiads.catalog.load import catalog, load_catalog
from openiads.catalog.records import Entry
from openiads.catalog.rounds import drawn_missile, drawn_round
from openiads.explain import round_table
from openiads.physics.ballistics import missile
from openiads.physics.flyout import interceptor
from openiads.scenario.bands import factors_of
from openiads.scenario.joint import DRAWS, Joint, joint
from openiads.scenario.moved import moved

pytestmark = pytest.mark.compiled_only

ROUNDS = ["48n6e2", "5v55rm", "9m83", "pac2_gemt", "57e6", "thaad_round"]
MISSILES = ["scud_b", "fateh110"]


def drawn(entry: Entry) -> Joint:
    return joint(entry, factors_of(entry), catalog().model)


@pytest.mark.parametrize("name", ROUNDS)
def test_whatever_is_drawn_the_published_figures_come_out(name: str) -> None:
    """Reach, peak speed, ceiling and the rest, measured anew by the functions of the reach table."""
    entry = catalog()[name]
    found = drawn(entry)
    assert len(found.draws) == DRAWS
    for draw in found.draws:
        row, height = interceptor(drawn_round(entry, draw), name), round_table.height_of(entry)
        flown = round_table.flown_round(row, entry.max_range.si, height)
        for figure, (low, high) in found.bounds.items():
            step = 0.01 * (high - low)  # of the search for the figure
            assert low - step <= flown[figure] <= high + step, (figure, draw)


def test_the_reach_of_the_48n6e2_stays_between_195_and_220_km() -> None:
    """Drawn one by one, its flight parameters let it reach 105 to 247 km and more; sources say 195 to 200."""
    found = drawn(catalog()["48n6e2"])
    assert found.bounds["max_range"] == (195_000.0, 220_000.0)
    assert found.before["max_range"][0] < 150e3 < 247e3 < found.before["max_range"][1]
    assert 195e3 <= found.after["max_range"][0] < found.after["max_range"][1] <= 220e3
    assert 0.0 < found.survives < 0.2


@pytest.mark.parametrize("name", MISSILES)
def test_a_missile_keeps_its_range_apogee_time_and_speed(name: str) -> None:
    entry = catalog()[name]
    found = drawn(entry)
    for draw in found.draws:
        flown = round_table.flown_missile(missile(drawn_missile(entry, draw), name))
        assert all(low <= flown[figure] <= high for figure, (low, high) in found.bounds.items())


def test_draws_come_in_the_order_of_their_reach_and_a_share_names_one() -> None:
    found = drawn(catalog()["scud_b"])
    ranges = [
        round_table.flown_missile(missile(drawn_missile(catalog()["scud_b"], d)))["range_max"] for d in found.draws
    ]
    assert ranges == sorted(ranges)
    assert (found.at(0.0), found.at(1.0)) == (found.draws[0], found.draws[-1])
    values = moved(catalog(), {"scud_b.flight": 0.999})
    assert values.fields == {("scud_b", name): number for name, number in found.draws[-1].items()}


def test_a_value_that_is_set_takes_precedence_over_a_draw() -> None:
    both = moved(catalog(), {"48n6e2.lag": 0.4, "48n6e2.flight": 0.5})
    assert both.fields["48n6e2", "lag"] == 0.4
    assert set(both.factors) == {"48n6e2.impulse", "48n6e2.drag"}


def test_a_longer_burn_keeps_the_total_impulse() -> None:
    entry = catalog()["48n6e2"]
    longer = drawn_round(entry, {"boost_time": 13.0})
    assert longer["boost_thrust"] * 13.0 == pytest.approx(entry.boost_thrust.si * entry.boost_time.si)
    assert drawn_round(entry, {})["boost_thrust"] == entry.boost_thrust.si


def test_bands_that_leave_nothing_of_the_prior_are_told_with_a_remedy() -> None:
    raw = copy.deepcopy(catalog().raw)
    nominal = drawn(catalog()["scud_b"]).nominal
    for field, unit in (("flight_time", "s"), ("apogee", "m"), ("burnout_speed", "m/s")):
        value, narrow = nominal[field], {"low": nominal[field] - 1e-6, "high": nominal[field] + 1e-6}
        raw["threats"]["scud_b"][field] = {"value": value, **narrow, "unit": unit, "status": "assumption", "note": "x"}
    raw["evidence"] = {}
    entry = load_catalog(raw)["scud_b"]
    with pytest.raises(InputError, match=r"flight parameters \d keep its published range_max, apogee") as told:
        joint(entry, {}, catalog().model)
    assert "Widen the intervals of these figures" in told.value.remedy and "\n" not in str(told.value)


def test_a_published_figure_that_the_nominal_flight_does_not_keep_is_named() -> None:
    """Its interval is stretched to hold the nominal, since otherwise nothing near it could be drawn; that is told."""
    assert drawn(catalog()["48n6e2"]).beyond == ()
    found = drawn(catalog()["9m83"])
    published = catalog()["9m83"].average_speed
    assert found.beyond == ("average_speed",)
    assert found.bounds["average_speed"] == (found.nominal["average_speed"], published.si_high)
