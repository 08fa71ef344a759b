"""Published verdicts are full ones, by the rules that the claim files state now; the tool that writes them."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from typing import Any

import pytest

from house.source import ROOT
from openiads.faces.claims import HEAD, Told
from openiads.faces.commands.claims import gather_told
from openiads.study.claims.examine import examine
from study.claims.small import moskva

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
    made = gather_told(examine(moskva()))
    return Told(
        {**made.result, "effort": "full"}, made.method, made.rule, made.study, made.arms, made.titles, made.knobs
    )


def test_published_verdicts_are_of_the_claims_as_they_stand(tool: Any) -> None:
    assert tool.stale() == [], "run python tools/claims.py, and say in the changelog which verdict moved"


def test_another_rule_an_unknown_claim_and_a_quick_look_are_stale(tool: Any, tmp_path: Path) -> None:
    digest = tool.load_claim("moskva").digest
    stored = {
        "moskva": {"claim_digest": digest, "effort": "full"},
        "guarantee": {"claim_digest": digest, "effort": "full"},
        "ballistic": {"claim_digest": tool.load_claim("ballistic").digest, "effort": "quick"},
        "nobody": {"claim_digest": digest, "effort": "full"},
    }
    for name, content in stored.items():
        (tmp_path / f"{name}.json").write_text(json.dumps(content))
    assert tool.stale(tmp_path) == ["ballistic", "guarantee", "nobody"]


def test_a_page_holds_the_answer_the_numbers_and_the_rule(tool: Any, told: Told, tmp_path: Path) -> None:
    tool.publish(told, tmp_path)
    page = (tmp_path / "moskva.md").read_text()
    assert "Read as every figure on land" in page
    assert page.count("\n| target channels |") == 1
    assert "| " + " | ".join(HEAD) + " |" in page
    assert told.result["claim_digest"][:12] in page
    assert json.loads((tmp_path / "moskva.json").read_text()) == json.loads(json.dumps(told.result))
    assert f"(moskva.md) | {told.result['verdict']} |" in tool.index(tmp_path)


def test_a_quick_verdict_is_not_published(tool: Any, told: Told, tmp_path: Path) -> None:
    quick = gather_told(examine(moskva()))
    with pytest.raises(ValueError, match="only full verdicts"):
        tool.publish(quick, tmp_path)
    assert not list(tmp_path.iterdir())
