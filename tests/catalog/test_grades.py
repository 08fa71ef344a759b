"""Grades of evidence: weaker evidence is never narrower; a grade needs a source; how intervals are weighted."""

import copy
import math
from dataclasses import replace

import pytest

from openiads.base.errors import InputError
from openiads.catalog.grades import ODDS
from openiads.catalog.load import catalog, load_catalog
from openiads.catalog.records import GRADES, PRIORS, value_at


@pytest.mark.parametrize("name", catalog().interceptors)
def test_every_kill_probability_is_at_least_as_wide_as_its_grade_asks(name: str) -> None:
    entry = catalog()[name]
    works = entry.reliability.si * entry.common_mode.si
    for field, value in entry.values.items():
        if not field.startswith("pk_"):
            assert value.grade == ""
            continue
        assert value.grade in GRADES
        odds = value.si / (1.0 - value.si)
        assert value.si_low / (1.0 - value.si_low) <= odds / ODDS[value.grade] * (1.0 + 1e-9)
        reached = odds * ODDS[value.grade]
        assert value.si_high >= min(reached / (1.0 + reached), works) - 1e-12
        assert value.low <= value.number <= value.high  # what is declared stays as it is


def test_a_sellers_figure_without_a_record_is_no_narrower_than_a_test() -> None:
    pk, tested = catalog()["48n6e2"].pk_ballistic, catalog()["pac3_cri"].pk_ballistic
    assert (pk.grade, tested.grade) == ("exporter", "tested")
    assert (pk.low, pk.high) == (0.5, 0.77)
    assert pk.si_low < 0.35 and pk.si_high > 0.8


def test_a_weaker_grade_asks_for_more_width() -> None:
    assert ODDS["combat_counted"] < ODDS["tested"] < ODDS["exporter"] == ODDS["combat_claimed"] < ODDS["guess"]


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("pk_ballistic", {"grade": "tested"}, r'pk_ballistic\.grade: "tested" without a source\. Name a key'),
        ("pk_ballistic", {"grade": "testd"}, r'grade = "testd": not allowed here\. Nearest: "tested"'),
        ("reliability", {"value": 0.95, "grade": "tested"}, "is no kill probability"),
        ("reliability", {"value": 0.95, "variety": "yes"}, r'variety = "yes": is neither true nor false'),
        ("reliability", {"value": 0.95, "low": 0.99, "high": 0.9}, "does not hold the value"),
    ],
)
def test_a_wrong_grade_or_interval_is_one_line_that_says_what_to_do(
    field: str, value: dict[str, object], told: str
) -> None:
    raw = copy.deepcopy(catalog().raw)
    raw["evidence"] = {}
    raw["interceptors"]["48n6e2"][field] = {"value": 0.6, "status": "assumption", "note": "x"} | value
    with pytest.raises(InputError, match=told) as found:
        load_catalog(raw)
    assert "\n" not in str(found.value) and found.value.remedy


def test_weightings_keep_the_interval_and_put_the_middle_where_they_say() -> None:
    value = replace(catalog()["48n6e2"].support_break_limit, si_low=2.0, si=4.0, si_high=8.0)
    assert [value_at(value, 0.5, prior) for prior in PRIORS] == pytest.approx([5.0, 8.0 - math.sqrt(12.0), 4.0, 5.0])
    for prior in PRIORS:
        ends = [value_at(value, u, prior) for u in (0.0, 1.0)]
        assert ends == pytest.approx([2.0, 8.0])
    assert value_at(replace(value, si_low=-1.0), 0.5, "log_uniform") == pytest.approx(3.5)  # no logarithm below 0
    with pytest.raises(InputError, match=r"weighting 'unifrom'.*Nearest"):
        value_at(value, 0.5, "unifrom")
