"""The cases of docs/history.md: they run, the page quotes the stored results, its sources are in the bibliography."""

import importlib.util
import json
import re
from typing import Any

import pytest

import openiads as oi
from house.source import ROOT
from openiads.catalog.load import catalog
from openiads.scenario.knobs import DRAWS

pytestmark = pytest.mark.compiled_only

PAGE = (ROOT / "docs" / "history.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def script() -> Any:
    spec = importlib.util.spec_from_file_location("history_run", ROOT / "examples" / "history" / "run.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def results(script: Any) -> Any:
    return json.loads(script.RESULTS.read_text(encoding="utf-8"))


def test_the_page_has_the_table_of_the_stored_results(script: Any, results: Any) -> None:
    assert set(results["cases"]) == set(script.CASES)
    assert script.table(results) in PAGE, "run python examples/history/run.py and put its table on the page"


def test_a_few_replications_come_out_as_the_stored_many(script: Any, results: Any) -> None:
    for name in script.CASES:
        counts = script.engagements(oi.load(script.FOLDER / f"{name}.toml"), 100)
        stored = results["cases"][name]
        # five standard errors of 100 at a half: the engine may move on, but not out of the page's picture
        assert abs(script.share(counts) - stored["kill_rate"]) < 0.25
        assert counts["met"] <= counts["engaged"] <= counts["tracked"] <= counts["missiles"] == 100
        assert counts["rounds"] >= counts["engaged"] >= 90


def test_a_case_runs_through_and_repeats(script: Any) -> None:
    first, again = (script.case("iraq_2003", count=3, replications=4, nominal=12) for _ in range(2))
    assert first == again
    assert first["worlds"] == 3
    assert 0.0 <= first["dice_low"] <= first["kill_rate"] <= first["dice_high"] <= 1.0
    assert first["killed_of_missiles"]["low"] <= first["killed_of_missiles"]["high"]


def test_draws_fill_every_band_evenly(script: Any) -> None:
    drawn = script.worlds(oi.load(script.FOLDER / "gulf_1991.toml"), 8)
    factors = sorted(knobs["world.crest_factor"] for knobs in drawn)
    assert [int(factor * 8) for factor in factors] == list(range(8))
    flights = [knobs["pac2_gemt.flight"] * DRAWS - 0.5 for knobs in drawn]
    assert len(set(flights)) >= 5 and all(flight == pytest.approx(round(flight)) for flight in flights)


def test_every_source_of_the_page_is_in_the_bibliography() -> None:
    rows = [line for line in PAGE.splitlines() if line.startswith("|")]
    cited = set(re.findall(r"`([a-z]\w*\d\w*|cjr|algora|fogarty|cmp_cielo|dsb_fin|fas_dhah|ps752_sm)`", " ".join(rows)))
    known = set(catalog().sources) | {"gulf_1991", "iraq_2003"}
    assert len(cited) > 20
    assert cited - known == set()
