"""The study of docs/history.md: its scenes run, its rule does what it says, the page holds what is stored."""

import importlib.util
import json
import re
import tomllib
from typing import Any

import pytest

import openiads as oi
from house.source import PACKAGE, ROOT
from openiads.catalog.load import catalog
from openiads.runs.digest import hash_of

pytestmark = pytest.mark.compiled_only

PAGE = (ROOT / "docs" / "history.md").read_text(encoding="utf-8")
FACTS = tomllib.loads((PACKAGE / "catalog" / "entries" / "history.toml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def tool() -> Any:
    spec = importlib.util.spec_from_file_location("history_tool", ROOT / "tools" / "history.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def results(tool: Any) -> Any:
    return json.loads(tool.RESULTS.read_text(encoding="utf-8"))


def test_every_case_of_the_record_is_in_the_study_and_stored(tool: Any, results: Any) -> None:
    assert set(tool.STUDY) == set(FACTS) == set(results["cases"])
    assert {name: results[name] for name in tool.FULL} == tool.FULL
    for name, case in tool.STUDY.items():
        assert ("unmodeled" in case) is ("scene" not in case), name
        assert set(case) <= {"record", "unknown", "unmodeled", "scene", "left_out"}, name


def test_what_is_stored_was_asked_as_the_study_asks_now(tool: Any, results: Any) -> None:
    for name, case in tool.STUDY.items():
        stored = results["cases"][name]
        assert stored["inputs"] == hash_of(case)[:16], f"{name}: run python tools/history.py"
        assert list(stored["scenes"]) == [scene["file"] for scene in case.get("scene", [])]
        for file in stored["scenes"]:
            digest = oi.load(tool.FOLDER / f"{file}.toml").digest()[:16]
            assert stored["scenes"][file]["digest"] == digest, f"{file}: run python tools/history.py"


def test_the_page_holds_what_is_stored(tool: Any, results: Any) -> None:
    assert tool.part(results) in PAGE, "run python tools/history.py --page"


def test_stored_verdicts_follow_from_the_rule(tool: Any, results: Any) -> None:
    for name, found in results["cases"].items():
        assert (found["verdict"], found["why"]) == tool.verdict(tool.STUDY[name], found["scenes"]), name


def test_the_record_of_1991_is_that_of_the_facts(tool: Any) -> None:
    shares = {fact["what"]: fact["number"] for fact in FACTS["gulf_1991"]["known"]}
    strong = shares["share of engagements with strong evidence of a warhead kill"]
    lesser = shares["further share of engagements with lesser evidence"]
    record = tool.STUDY["gulf_1991"]["record"]
    assert (record["low"], record["high"]) == pytest.approx((strong, strong + lesser))


BANDS = [
    ((0.2, 0.4), (0.2, 0.3), "yes"),
    ((0.5, 0.9), (0.2, 0.3), "no"),
    ((0.1, 0.3), (0.4, 0.5), "no"),
    ((0.1, 0.9), (0.2, 0.3), "cannot be said"),  # the band holds almost anything
    ((0.25, 0.5), (0.2, 0.3), "cannot be said"),  # a part only
    ((0.2, 0.4), (0.1, 0.7), "cannot be said"),  # the record holds almost anything
]


@pytest.mark.parametrize(("band", "record", "expected"), BANDS)
def test_the_rule_on_bands_and_records(tool: Any, band: Any, record: Any, expected: str) -> None:
    arms = {"uniform": {"p5": band[0], "p95": band[0] + 0.01}, "skeptical": {"p5": band[1] - 0.01, "p95": band[1]}}
    told = {"low": record[0], "high": record[1], "of": "", "counted": True, "why": ""}
    assert tool.verdict({"record": told, "unknown": []}, {"scene": {"arms": arms}})[0] == expected
    for hidden in ({"unknown": ["x"]}, {"unmodeled": "x"}, {"record": {**told, "counted": False}}):
        case = {"record": told, "unknown": [], **hidden}
        assert tool.verdict(case, {"scene": {"arms": arms}})[0] == "cannot be said"


def test_a_scene_runs_quickly_repeats_and_is_near_what_is_stored(tool: Any, results: Any) -> None:
    scene = tool.STUDY["gulf_1991"]["scene"][0]
    first, again = (tool.examine(scene, {"worlds": 3, "replications": 12}) for _ in range(2))
    assert first == again
    assert set(first["arms"]) == set(tool.ARMS)
    low, high = tool.hull({"scene": first})
    assert 0.0 <= low <= high <= 1.0
    nominal, stored = first["nominal"], results["cases"]["gulf_1991"]["scenes"]["gulf_1991"]["nominal"]
    assert nominal["of"] >= 40
    # five standard errors of 48 at a half: the engine may move on, but not out of the page's picture
    assert abs(nominal["hit"] / nominal["of"] - stored["hit"] / stored["of"]) < 0.36


def test_what_is_not_known_of_a_set_up_is_chosen_evenly(tool: Any) -> None:
    scene = tool.STUDY["ps752_2020"]["scene"][0]
    chosen = tool.settings(scene, 12)
    heard = [each["flight.Airliner.transponder"] for each in chosen]
    expects = [each["identification.prior_hostile"] for each in chosen]
    assert heard.count(True) == heard.count(False) == 6
    assert [expects.count(prior) for prior in (0.3, 0.7, 0.9)] == [4, 4, 4]
    every = [(each, [10, n % 3, 10]) for n, each in enumerate(chosen)]
    sums = tool.by_choice(scene, every)
    assert [sum(of for of, _ in row) for row in sums] == [120, 120]


def test_every_source_of_the_page_is_in_the_bibliography() -> None:
    rows = [line for line in PAGE.splitlines() if line.startswith("|")]
    cited = set(re.findall(r"`([a-z]\w*\d\w*|cjr|algora|fogarty|cmp_cielo|dsb_fin|fas_dhah|ps752_sm)`", " ".join(rows)))
    assert len(cited) > 20
    assert cited - set(catalog().sources) == set()
