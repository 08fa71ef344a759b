"""Published verdicts are full ones, by the rules that the claim files state now; what writes them."""

from __future__ import annotations

import copy
import importlib.util
import json
from pathlib import Path
from typing import Any

import pytest

from claims.small import changed, moskva
from house.source import ROOT
from openiads.claims.examine import examine
from openiads.faces.words.claims import HEAD, Told, gathered
from openiads.scenario.load import load

pytestmark = pytest.mark.compiled_only


@pytest.fixture(scope="module")
def tool() -> Any:
    spec = importlib.util.spec_from_file_location("claims_tool", ROOT / "tools" / "claims.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def told() -> Told:
    made = gathered(examine(moskva()))
    return Told(
        {**made.result, "effort": "full"}, made.method, made.rule, made.study, made.arms, made.titles, made.knobs
    )


def test_published_verdicts_are_of_the_claims_as_they_stand(tool: Any) -> None:
    assert tool.stale() == [], "run python tools/claims.py, and say in the changelog which verdict moved"


def test_published_verdicts_and_pages_are_what_their_evidence_comes_to_now(tool: Any, tmp_path: Path) -> None:
    """Judged and told anew without a run they come out the same, to the letter."""
    for path in sorted(tool.FOLDER.glob("*.json")):
        (tmp_path / path.name).write_text(path.read_text(encoding="utf-8"), encoding="utf-8")
        tool.judge_anew(path.stem, tmp_path)
        for kind in ("json", "md"):
            name = f"{path.stem}.{kind}"
            again, published = ((folder / name).read_text(encoding="utf-8") for folder in (tmp_path, tool.FOLDER))
            assert again == published, f"{name}: run python tools/claims.py --judge {path.stem}"
    assert tool.index() == (tool.FOLDER / "index.md").read_text(encoding="utf-8")
    page = tool.FRONT.read_text(encoding="utf-8")
    assert tool.front(page) == page, "run python tools/claims.py --judge"
    assert sorted(tool.SENTENCES) == tool.packaged_claims()


def test_a_published_answer_is_one_short_sentence(tool: Any) -> None:
    for path in sorted(tool.FOLDER.glob("*.json")):
        page = path.with_suffix(".md").read_text(encoding="utf-8")
        (bold,) = [line for line in page.splitlines() if line.startswith("**Read as")]
        assert len(bold.split()) <= 45, bold
        assert bold.endswith(".**") and ". " not in bold


def test_a_result_is_judged_anew_by_its_own_rule_alone(
    tool: Any, told: Told, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only caveats may differ; another rule, another study or a result that was edited is refused as it stands."""
    file = tmp_path / "moskva.json"
    tool.publish(told, tmp_path, lambda: {"arithmetic": "a"})
    kept = json.loads(file.read_text(encoding="utf-8"))
    with pytest.raises(ValueError, match="the rule file changed since"):
        tool.judge_anew("moskva", tmp_path)  # the small claim is not the packaged one
    edited = copy.deepcopy(kept)
    edited["evidence"][0]["seeds"][0] = {"no": 13}
    monkeypatch.setattr(tool, "load_claim", lambda name: moskva())
    file.write_text(json.dumps(edited), encoding="utf-8")
    with pytest.raises(ValueError, match="does not agree with its digest"):
        tool.judge_anew("moskva", tmp_path)
    file.write_text(json.dumps(kept), encoding="utf-8")
    tool.judge_anew("moskva", tmp_path)
    assert json.loads(file.read_text(encoding="utf-8")) == kept
    other = changed("moskva", lambda mapping: mapping.update(moskva().mapping) or mapping.update(caveats=["One more."]))
    monkeypatch.setattr(tool, "load_claim", lambda name: other)
    tool.judge_anew("moskva", tmp_path)
    again = json.loads(file.read_text(encoding="utf-8"))
    assert again["caveats"] == ["One more."] and again["claim_digest"] == other.digest != kept["claim_digest"]
    assert again["digest"] == examine(other).digest != kept["digest"]


def test_another_rule_an_unknown_claim_a_quick_look_and_another_model_are_stale(tool: Any, tmp_path: Path) -> None:
    known = {name: tool.load_claim(name).digest for name in ("moskva", "guarantee", "ballistic", "comparable")}
    now, basis = {"arithmetic": "a", "tartus_2016": "b"}, {"scenarios": [], "knobs": {}}
    moved, elsewhere = {**now, "tartus_2016": "c"}, {"arithmetic": "d", "tartus_2016": "c"}
    stored = {
        "moskva": {"claim_digest": known["moskva"], "effort": "full", "probe": elsewhere},
        "guarantee": {"claim_digest": known["moskva"], "effort": "full", "probe": now},
        "ballistic": {"claim_digest": known["ballistic"], "effort": "quick", "probe": now},
        "comparable": {"claim_digest": known["comparable"], "effort": "full", "probe": moved},
        "nobody": {"claim_digest": known["moskva"], "effort": "full", "probe": now},
    }
    for name, content in stored.items():
        (tmp_path / f"{name}.json").write_text(json.dumps({**content, "rests_on": basis}))
    assert tool.stale(tmp_path, lambda: now, lambda claim: basis) == ["ballistic", "comparable", "guarantee", "nobody"]


def test_a_scenario_or_a_number_in_doubt_that_moved_makes_a_verdict_stale(
    tool: Any, told: Told, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    claim = moskva()
    monkeypatch.setattr(tool, "load_claim", lambda name: claim)
    tool.publish(told, tmp_path, lambda: {"arithmetic": "a"})
    kept = json.loads((tmp_path / "moskva.json").read_text())
    name, knob = next((k, v) for k, v in kept["rests_on"]["knobs"].items() if v[0] < v[2])
    assert tool.stale(tmp_path, lambda: {"arithmetic": "a"}) == []
    wider = {**kept["rests_on"]["knobs"], name: [knob[0] * 0.5 - 1.0, *knob[1:]]}
    other = [[*kept["rests_on"]["scenarios"][0][:2], "0" * 16], *kept["rests_on"]["scenarios"][1:]]
    for moved in ({"knobs": wider}, {"scenarios": other}):
        content = {**kept, "rests_on": {**kept["rests_on"], **moved}}
        (tmp_path / "moskva.json").write_text(json.dumps(content))
        assert tool.stale(tmp_path, lambda: {"arithmetic": "a"}) == ["moskva"]


def test_the_probe_tells_one_model_from_another(tool: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tool, "PROBED", ("one_on_one",))
    volumes, reaches = tool.envelope_volumes(tool.FIGURED), tool.low_reaches(tool.FIGURED)
    monkeypatch.setattr(tool, "low_reaches", lambda system: reaches)
    monkeypatch.setattr(tool, "envelope_volumes", lambda system: volumes)
    first = tool.probe()
    assert tool.probe() == first
    monkeypatch.setattr(tool, "envelope_volumes", lambda system: {**volumes, "emergent": volumes["emergent"] * 1.001})
    assert {name for name, value in tool.probe().items() if value != first[name]} == {"envelope_volume"}
    weaker = load("one_on_one").with_values({"model.kill": "constant", "model.kill_probability": 0.1})
    monkeypatch.setattr(tool, "load", lambda name: weaker)
    assert tool.probe() != first


def test_a_page_holds_the_answer_the_numbers_and_the_rule(tool: Any, told: Told, tmp_path: Path) -> None:
    tool.publish(told, tmp_path, lambda: {"arithmetic": "a"})
    page = (tmp_path / "moskva.md").read_text()
    assert "Read as every figure on land" in page
    assert page.count("\n| target channels |") == 1
    assert "| " + " | ".join(HEAD) + " |" in page
    assert told.result["claim_digest"][:12] in page
    kept = {**told.result, "probe": {"arithmetic": "a"}}
    assert json.loads((tmp_path / "moskva.json").read_text()) == json.loads(json.dumps(kept))
    assert f"(moskva.md) | {told.result['verdict']} |" in tool.index(tmp_path)


def test_a_quick_verdict_is_never_published(tool: Any, told: Told, tmp_path: Path) -> None:
    tool.publish(told, tmp_path, lambda: {"arithmetic": "a"})
    page = (tmp_path / "moskva.md").read_text()
    with pytest.raises(ValueError, match="full effort"):
        tool.publish(gathered(examine(moskva())), tmp_path)
    assert (tmp_path / "moskva.md").read_text() == page


def test_earlier_versions_say_what_was_wrong(tool: Any) -> None:
    for name in ("ballistic", "comparable", "guarantee", "moskva"):
        page = (tool.FOLDER / "earlier" / f"{name}.md").read_text(encoding="utf-8")
        assert "What was wrong" in page
        published = tool.FOLDER / f"{name}.md"
        assert not published.exists() or f"earlier/{name}.md" in published.read_text(encoding="utf-8")
