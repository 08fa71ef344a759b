"""Claims about others than the raid: whom a site reaches, what an attack costs, whom a message spares.

What is expected of each is said by hand first: a site without neighbors, a raid that nobody meets, a line that never
fails and one that never comes through.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest

from claims.small import SMALL, changed
from openiads.claims import kept_apart, raised_price, reach_over_others
from openiads.claims.evidence import Evidence
from openiads.claims.examine import Result, examine, figures_of, judged
from openiads.claims.stated import KeptApart, RaisedPrice, ReachOverOthers
from openiads.claims.statement import load_claim
from openiads.claims.verdict import Answer, Figure, Verdict
from openiads.faces.words.claims import gathered, rows_of
from openiads.faces.words.claims_answer import details, sentence
from openiads.faces.words.claims_rule import rule_of
from openiads.reach.others import is_other
from openiads.world.outcome import OUTCOME

NEW = ("defensive", "hotheads", "clashes")


def told(name: str) -> Any:
    return load_claim(name).told


def made(rows: list[dict[str, float]]) -> Any:
    """A run of outcome rows."""
    table = np.zeros(len(rows), OUTCOME)
    for row, given in zip(table, rows, strict=True):
        for key, value in given.items():
            row[key] = value
    return cast("Any", SimpleNamespace(rows=lambda: table))


# ------------------------------------------------------------------ reach over others


@pytest.mark.parametrize(
    ("place", "other"),
    [
        ("Syria", False),
        ("Syria, sea to 12 nmi", False),
        ("high sea", False),
        ("Lebanon", True),
        ("Lebanon, sea to 12 nmi", True),
    ],
)
def test_the_host_and_the_high_sea_are_no_neighbors(place: str, other: bool) -> None:
    assert is_other(place, "Syria") is other


def test_shares_over_neighbors_are_of_the_whole_volume() -> None:
    flat = {
        "capability|met|emergent|0-1 km|Syria": 60.0,
        "capability|met|emergent|1-5 km|Lebanon": 30.0,
        "capability|met|emergent|1-5 km|high sea": 10.0,
        "capability|met|published|1-5 km|Lebanon": 5.0,
        "posture|met|emergent|1-5 km|Lebanon": 1.0,
    }
    share = reach_over_others.over_neighbors
    assert share(flat, "capability", "emergent", "Syria") == pytest.approx(0.3)
    assert share(flat, "capability", "emergent", "Lebanon") == pytest.approx(0.6)
    assert share(flat, "capability", "published", "Syria") == 1.0
    assert share(flat, "posture", "published", "Syria") == 0.0  # nothing can be met: nobody is within reach


def test_flights_a_day_are_those_of_airways_within_reach_times_the_factor() -> None:
    claim = cast("ReachOverOthers", SMALL["defensive"]().told)
    flat = {"capability|airway|emergent|Larnaca - Beirut": 1.0, "capability|airway|emergent|Tel Aviv - Amman": 0.0}
    assert reach_over_others.flights_a_day(claim, flat, "capability", "emergent", 0.5) == 6.0


@pytest.mark.parametrize(
    ("figure", "said"),
    [
        ((0.2, 0.2, 0.2), Answer.YES),
        ((0.5, 0.5, 0.5), Answer.BETWEEN),
        ((4.9, 4.9, 4.9), Answer.BETWEEN),
        ((5.0, 5.0, 5.0), Answer.NO),
        ((0.4, 0.1, 0.6), Answer.OPEN),
        ((5.0, 4.0, 6.0), Answer.OPEN),
        ((2.0, 0.1, 9.0), Answer.OPEN),
    ],
)
def test_no_threat_below_the_first_line_a_threat_from_the_second_on(
    figure: tuple[float, float, float], said: Answer
) -> None:
    assert reach_over_others.answer(Figure(*figure), (0.5, 5.0)) is said


def test_flights_fired_at_are_counted_over_those_that_cross() -> None:
    run = made(
        [
            {"civil_transited": 40, "civil_airborne_at_end": 8, "civil_killed": 2, "civil_engaged": 3},
            {"civil_transited": 50, "civil_engaged": 0},
            {"civil_transited": 50, "civil_engaged": 50, "status": 3},  # failed: not counted, but it could be all
        ]
    )
    figure, rates = reach_over_others.fired_at(run)
    assert figure.value == pytest.approx(30.0)  # 3 of 100, of a thousand
    assert rates[:2].tolist() == pytest.approx([60.0, 0.0]) and math.isnan(rates[2])
    assert figure.high > 1000.0 * 53 / 150 and figure.low < 1000.0 * 3 / 150


def test_a_control_state_is_that_of_every_site_and_nothing_else_is_in_the_air() -> None:
    claim = told("defensive")
    flown = reach_over_others.scenario(claim, "free", "published")
    assert {site.doctrine.control for site in flown.sites} == {"free"}
    assert not flown.raids and not flown.flights and len(flown.airways) == 1
    assert flown.model.limits == "published"


# ------------------------------------------------------------------ the price of an attack


def test_without_the_delivery_its_sites_are_gone_and_the_raid_flies_alone() -> None:
    claim = told("hotheads")
    with_it, without = (raised_price.scenario(claim, "cruise", 6, "emergent", delivered=on) for on in (True, False))
    assert len(with_it.sites) == 4 and not without.sites
    assert [(raid.name, raid.count) for raid in without.raids] == [("Cruise missiles on Damascus", 6)]
    twice = raised_price.scenario(claim, "cruise", 6, "emergent", units=2)
    assert {site.fire_units for site in twice.sites} == {2}


@pytest.mark.parametrize(("through", "said"), [(0, Answer.YES), (3, Answer.YES), (4, Answer.NO), (8, Answer.NO)])
def test_dearer_is_when_twice_as_many_do_not_do_it(through: int, said: Answer) -> None:
    claim = told("hotheads")
    figure, _ = raised_price.arrives(claim, made([{"leakers": through, "threats": 8}] * 12))
    assert raised_price.dearer(claim, figure) is said


def test_losses_are_of_those_sent() -> None:
    figure, shares = raised_price.lost(made([{"killed": 2, "threats": 8}, {"killed": 4, "threats": 8}]))
    assert figure.value == pytest.approx(0.375) and shares.tolist() == [0.25, 0.5]
    none, _ = raised_price.lost(made([{"killed": 0, "threats": 8}] * 40))
    assert none.low == 0.0 and 0.0 < none.high < 0.1


def test_how_many_times_as_many_is_told_with_what_both_sides_spend() -> None:
    """Four do it without the delivery, and eight with it, of which a quarter is shot down by ten interceptors."""
    claim = cast("RaisedPrice", SMALL["hotheads"]().told)
    rows = []
    for size in (4, 6, 8):
        for label, reached in ((raised_price.WITHOUT, True), (raised_price.WITH, size == 8)):
            figure = Figure(float(reached), 0.9 * reached, 0.1 + 0.9 * reached)
            rows.append(beside(f"aircraft / {size} sent", label, figure))
        rows.append(beside(f"aircraft / {size} sent", f"{raised_price.WITH}: {raised_price.LOST}", Figure(0.25, 0, 1)))
        rows.append(beside(f"aircraft / {size} sent", f"{raised_price.WITH}: {raised_price.FIRED}", Figure(10, 0, 20)))
    found = raised_price.figures(claim, rows)["aircraft"]
    assert found["times"] == [1.5, 2.0]  # more than six, at most eight
    assert found["at"]["size"] == 8 and found["at"]["lost"] == 2.0
    assert found["at"]["attacker"] == [60.0, 120.0, 200.0]  # two F-15E
    assert found["at"]["defender"] == [5.0, 10.0, 20.0]


def beside(cell: str, label: str, figure: Figure) -> Evidence:
    from openiads.claims.evidence import Arm, looked

    return looked(Arm(cell, "emergent", "uniform"), Answer.OPEN, figure, (), [], None, beside=label)


# ------------------------------------------------------------------ a channel


def test_prevented_is_of_those_that_would_have_been_fired_at() -> None:
    without = made([{"civil_engaged": n} for n in (1, 2, 1, 0)])
    with_it = made([{"civil_engaged": n} for n in (0, 1, 0, 1)])
    figure, each = kept_apart.prevented(without, with_it)
    assert figure.value == pytest.approx(2 / 3)
    assert each[:3].tolist() == [1.0, 0.0, 1.0] and math.isnan(each[3])


def test_where_nobody_is_fired_at_nothing_can_be_prevented() -> None:
    run = made([{"civil_engaged": 0}] * 5)
    figure, each = kept_apart.prevented(run, run)
    assert math.isnan(figure.value)
    said = kept_apart.answers(told("clashes"), {"prevented": (figure, each), "price": (Figure(0, 0, 0), np.zeros(5))})
    assert said["prevented"] is Answer.OPEN


@pytest.mark.parametrize(
    ("more", "said"), [(0, Answer.YES), (-3, Answer.YES), (1, Answer.YES), (2, Answer.NO), (8, Answer.NO)]
)
def test_the_defense_pays_what_gets_through_more(more: int, said: Answer) -> None:
    """Of eight: less than two are bearable by the rule, fewer through are no price."""
    claim = told("clashes")
    before, after = (made([{"threats": 8, "leakers": n}] * 300) for n in (3 if more < 0 else 0, max(more, 0)))
    figure, _ = kept_apart.price(before, after)
    assert kept_apart.bearable(claim, figure) is said


def test_a_choice_changes_what_it_says_and_nothing_else() -> None:
    claim = told("clashes")
    plain = kept_apart.scenario(claim, channel=True).mapping()
    for name, change in claim.study.choices.items():
        other = kept_apart.scenario(claim, channel=True, change=change).mapping()
        moved = {key for key in plain if plain[key] != other[key]}
        assert moved - {"name"} <= {"hotline", "zone", "model"} and moved, name
    assert "hotline" not in kept_apart.scenario(claim, channel=False).mapping()


def perfect(reliability: float) -> KeptApart:
    """The claim with a line that comes through at once, always or never, and notices without error."""

    def change(mapping: dict[str, Any]) -> None:
        mapping["study"]["hotline"] |= {"reliability": reliability, "delay": "0 s"}
        mapping["study"]["choices"] = {}

    return cast("KeptApart", changed("clashes", change).told)


@pytest.mark.compiled_only
@pytest.mark.parametrize(("reliability", "spared"), [(1.0, 1.0), (0.0, 0.0)])
def test_a_line_that_always_comes_through_prevents_all_and_one_that_never_does_nothing(
    reliability: float, spared: float
) -> None:
    from openiads.runs.replicate import run

    claim = perfect(reliability)
    pair = [run(kept_apart.scenario(claim, channel=on), replications=6, seed=7, jobs=1) for on in (False, True)]
    figure, _ = kept_apart.prevented(*pair)
    assert figure.value == spared
    if reliability == 0.0:
        assert kept_apart.price(*pair)[0].value == 0.0


# ------------------------------------------------------------------ from end to end


@pytest.fixture(scope="module", params=NEW)
def result(request: pytest.FixtureRequest) -> Result:
    return examine(SMALL[request.param](), jobs=1)


@pytest.mark.compiled_only
def test_a_quick_look_is_judged_told_and_kept(result: Result) -> None:
    """Evidence as plain data comes to the same verdict and figures, and the page tells both."""
    assert result.failed == 0 and result.evidence
    plain = [each.as_dict() for each in result.evidence]
    again = tuple(map(Evidence.of, plain))
    assert judged(result.claim, again).as_dict() == result.judgment.as_dict()
    assert figures_of(result.claim, again) == result.figures
    said = gathered(result)
    assert len(sentence(said).split()) <= 45
    assert "quick look" in sentence(said) and all(details(said))
    assert len(rows_of(said)) == sum(each.decides for each in result.evidence)
    assert rule_of(said)
    assert result.judgment.verdict is Verdict.UNDECIDED  # three samples settle nothing


# ------------------------------------------------------------------ what a file may not say

FAULTS: list[tuple[str, Callable[[str], str], str]] = [
    ("defensive", lambda s: s.replace('host = "Syria"', 'host = "Siria"'), 'no country of the map. Nearest: "Syria"'),
    (
        "defensive",
        lambda s: s.replace('"Beirut - Amman" = 12', '"Beirut - Aman" = 12'),
        "none of the schematic airways",
    ),
    ("defensive", lambda s: s.replace('"Beirut - Amman" = 12', '"Beirut - Amman" = 0'), "Beirut - Amman"),
    ("defensive", lambda s: s.replace('against = "f16" ', 'against = "scud_b" '), "no threat that flies level"),
    ("defensive", lambda s: s.replace('turkey_2013 = "Turkey"', 'turky_2013 = "Turkey"'), "turky_2013"),
    ("defensive", lambda s: s.replace("flow = [0.5, 2.0]", "flow = [1.5, 2.0]"), "do not hold 1"),
    ("defensive", lambda s: s.replace('others = ["hold", "free"]', 'others = ["hold", "tight"]'), "decides already"),
    ("defensive", lambda s: s.replace("[0.005, 0.05]", "[0.05, 0.005]"), "the lower end comes first"),
    ("defensive", lambda s: s.replace('corridor = "Coastal airway"', 'corridor = "Airway"'), "Coastal airway"),
    ("defensive", lambda s: s.replace("each = 19 ", "each = 5 "), "too few for the rule"),
    ("hotheads", lambda s: s.replace('"Strike from the south"', '"Strike from the north"'), "It has:"),
    ("hotheads", lambda s: s.replace('delivered = "s300pmu2"', 'delivered = "s300v4"'), "no system of a site"),
    ("hotheads", lambda s: s.replace("tomahawk = {", "tomahawks = {"), "tomahawk"),
    ("hotheads", lambda s: s.replace("low = 1.0, high = 2.0", "low = 1.5, high = 2.0"), "do not hold the value"),
    ("hotheads", lambda s: s.replace("times = 2", "times = 1"), "times"),
    ("hotheads", lambda s: s.replace("sizes = [4, 6,", "sizes = [4, 4,"), "the same twice"),
    ("hotheads", lambda s: s.replace('loss_of = ["aircraft"]', 'loss_of = ["bombers"]'), "none of the kinds"),
    ("clashes", lambda s: s.replace('party = "Coast"  ', 'party = "Shore"  '), "no end of the hotline"),
    ("clashes", lambda s: s.replace('["Coast", "Coalition"]', '["Coast"]'), "it joins two parties"),
    ("clashes", lambda s: s.replace('over = ["Line"]', 'over = ["Wire"]'), "does not go over the hotline"),
    ("clashes", lambda s: s.replace('kind = "notified"', 'kind = "no_fire"'), "no notice"),
    ("clashes", lambda s: s.replace('floor = "5500 m"', 'floor = "9500 m"'), "inside out"),
    ("clashes", lambda s: s.replace('late = { Tartus = "600 s" }', 'late = { Tartos = "600 s" }'), 'Nearest: "Tartus"'),
    ("clashes", lambda s: s.replace('sent = "400 s"\n', ""), "changes nothing"),
    ("clashes", lambda s: s.replace('raid = "Strike from the west"', 'raid = "Strike"'), "It has:"),
    ("clashes", lambda s: s.replace('scenario = "tartus_2016"', 'scenario = "tartus_2061"'), "tartus_2061"),
    ("clashes", lambda s: s.replace("price = 0.2 ", "price = 1.0 "), "price"),
]


@pytest.mark.parametrize(("name", "change", "said"), FAULTS, ids=[f"{n}: {said[:30]}" for n, _, said in FAULTS])
def test_what_a_file_may_not_say_is_told_where_it_stands(name: str, change: Callable[[str], str], said: str) -> None:
    from claims.test_statement import text
    from claims.test_statement import told as refused

    good = text(name)
    bad = change(good)
    assert bad != good
    message = refused(bad)
    assert message.startswith("mine.toml:") and said in message
    line = int(message.split(":")[1])
    changed_lines = {k for k, (a, b) in enumerate(zip(good.splitlines(), bad.splitlines(), strict=False), 1) if a != b}
    assert min(changed_lines) - 3 <= line <= len(bad.splitlines())
