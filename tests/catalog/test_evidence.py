"""Engagements that took place, and the evidence of kill probabilities: sources exist, figures agree, pages follow."""

import math
import re
import tomllib
from typing import Any

import pytest

from house.source import PACKAGE, ROOT
from openiads.catalog.load import catalog
from openiads.world.codes import ThreatClass

ENTRIES = PACKAGE / "catalog" / "entries"
GRADES = ("combat_counted", "combat_claimed", "tested", "exporter", "guess")
STANDINGS = ("counted", "claimed", "found")
CLASSES = [c.name.lower() for c in ThreatClass if c]


def read(name: str) -> dict[str, Any]:
    """A data file beside the catalog's entries."""
    return tomllib.loads((ENTRIES / f"{name}.toml").read_text(encoding="utf-8"))


CASES = read("history")
EVIDENCE = catalog().raw["evidence"]


@pytest.mark.parametrize("case", CASES)
def test_a_case_says_what_is_known_by_whom_and_what_is_not(case: str) -> None:
    told = CASES[case]
    assert set(told) == {"title", "kind", "conditional_on", "known", "not_known", "run_needs"}
    assert told["kind"] in ("kill rate", "identification")
    assert told["not_known"] and told["run_needs"]
    for fact in told["known"]:
        assert set(fact) - {"low", "high"} == {"what", "number", "by", "standing", "source"}, fact
        assert fact["standing"] in STANDINGS and fact["by"], fact
        assert fact["source"] and set(fact["source"]) <= set(catalog().sources), fact
        assert fact.get("low", fact["number"]) <= fact["number"] <= fact.get("high", fact["number"]), fact
        assert not fact["what"].startswith("share") or 0.0 <= fact["number"] <= 1.0, fact


def number(case: str, what: str, n: int = 0) -> float:
    """The n-th fact of a case whose text begins so."""
    return float([fact["number"] for fact in CASES[case]["known"] if fact["what"].startswith(what)][n])


def test_figures_of_a_case_agree_with_one_another() -> None:
    """Sums that the sources themselves give come out."""
    strike = "syria_2018_april"
    sites, fields = number(strike, "missiles at the research"), number(strike, "missiles at seven")
    assert sites + fields == number(strike, "missiles detected")
    hit = [fact["number"] for fact in CASES[strike]["known"] if fact["what"] == "of these shot down"]
    assert hit[1] == hit[2] + hit[3] == 71
    iraq = "iraq_2003"
    parts = ("missiles destroyed", "launches out", "launches that failed", "launches within")
    assert sum(number(iraq, part) for part in parts) == number(iraq, "missile launches documented")
    gulf = "gulf_1991"
    rounds = number(gulf, "rounds fired") / number(gulf, "missiles engaged")
    assert rounds == pytest.approx(number(gulf, "rounds at each"), abs=0.05)


def test_the_lowest_counted_figure_follows_from_the_record_of_1991() -> None:
    gulf, lowest = "gulf_1991", EVIDENCE["lowest"]["ballistic"]
    rounds = number(gulf, "rounds fired")
    each = rounds / number(gulf, "missiles engaged")
    both = number(gulf, "share of engagements with strong") + number(gulf, "further share")
    assert lowest["low"] == pytest.approx(number(gulf, "missiles shot down") / rounds, abs=0.001)
    assert lowest["high"] == pytest.approx(1.0 - math.pow(1.0 - both, 1.0 / each), abs=0.001)


def test_every_kill_probability_has_one_grade_with_its_source() -> None:
    rounds = catalog().interceptors
    assert set(EVIDENCE) - {"lowest"} == set(rounds)
    for name, by_class in EVIDENCE.items():
        assert list(by_class) == CLASSES or name == "lowest", name
        for threat, row in by_class.items():
            assert row["grade"] in GRADES and row["reason"], f"{name}.{threat}"
            assert set(row["source"]) <= set(catalog().sources), f"{name}.{threat}"
            assert row["source"] or row["grade"] == "guess", f"{name}.{threat}: a grade without a source"
    assert set(EVIDENCE["lowest"]) == set(CLASSES)


def test_a_grade_above_guess_names_a_source_of_the_value_or_of_a_record() -> None:
    """A graded number and its catalog value name a source in common, unless tests or combat stand in its place."""
    for name, entry in catalog().interceptors.items():
        for threat in CLASSES:
            row = EVIDENCE[name][threat]
            if row["grade"] == "exporter":
                assert set(row["source"]) & set(entry.values[f"pk_{threat}"].source), f"{name}.{threat}"


@pytest.mark.parametrize("name", sorted(set(EVIDENCE) - {"lowest"}))
def test_the_page_of_evidence_shows_the_grades(name: str) -> None:
    page = (ROOT / "docs" / "reference" / "evidence.md").read_text(encoding="utf-8")
    row = " | ".join(EVIDENCE[name][threat]["grade"] for threat in CLASSES)
    assert f"| `{name}` | {row} |" in page
    for threat in CLASSES:
        told = EVIDENCE[name][threat]
        if told["source"]:
            assert told["reason"] in page, f"{name}.{threat}"


@pytest.mark.parametrize("threat", CLASSES)
def test_the_page_of_evidence_shows_the_lowest_figures(threat: str) -> None:
    page = (ROOT / "docs" / "reference" / "evidence.md").read_text(encoding="utf-8")
    assert EVIDENCE["lowest"][threat]["reason"] in page


def line(fact: dict[str, Any]) -> str:
    """The row of a fact in the page."""
    figure = f"{fact['number']:g}"
    if "low" in fact or "high" in fact:
        figure += f" ({fact.get('low', fact['number']):g} to {fact.get('high', fact['number']):g})"
    keys = ", ".join(f"`{key}`" for key in fact["source"])
    return f"| {fact['what']} | {figure} | {fact['by']} | {fact['standing']} | {keys} |"


@pytest.mark.parametrize("case", CASES)
def test_the_page_of_history_tells_what_the_data_tell(case: str) -> None:
    page = (ROOT / "docs" / "history.md").read_text(encoding="utf-8")
    told = CASES[case]
    part = page.split(f"### {told['title']}\n")[1].split("\n#")[0]
    words = " ".join(part.split())
    assert f"Conditional on: {told['conditional_on']}." in words
    assert [found for found in part.splitlines() if found.startswith("| ")][2:] == list(map(line, told["known"]))
    for text in (*told["not_known"], *told["run_needs"]):
        assert text in words, text


def test_the_page_of_history_names_known_keys() -> None:
    page = (ROOT / "docs" / "history.md").read_text(encoding="utf-8")
    cited = {key for group in re.findall(r"\((`\w+`(?:, `\w+`)*)", page) for key in re.findall(r"`(\w+)`", group)}
    assert len(cited) > 15  # in the text; those of the tables are compared above
    assert sorted(cited - set(catalog().sources)) == []
