"""The command, its words and its page."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from html import escape
from html.parser import HTMLParser
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from claims.small import SMALL, changed
from openiads.claims import examine as examining
from openiads.claims import statement
from openiads.claims.bench import Bench
from openiads.claims.statement import Claim
from openiads.faces.cli import main
from openiads.faces.pages import claims
from openiads.faces.words import claims as words
from openiads.faces.words.claims import gathered
from openiads.faces.words.claims_answer import VERDICTS, details, sentence
from openiads.faces.words.claims_doubt import changers, flips_of
from openiads.faces.words.claims_rule import rule_of

pytestmark = pytest.mark.compiled_only


@pytest.fixture(scope="module")
def told() -> dict[str, words.Told]:
    return {name: gathered(examining.examine(make(), jobs=1)) for name, make in SMALL.items()}


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """The command line with small claims in place of the packaged ones."""
    load = statement.load_claim

    def loaded(name: str) -> Claim:
        return SMALL[name]() if name in SMALL else load(name)

    monkeypatch.setattr(statement, "load_claim", loaded)
    return lambda *names: CliRunner().invoke(main.app, ["claims", *names])


def test_the_command_prints_answers_and_writes_the_page(small: Callable[..., Any], tmp_path: Path) -> None:
    done = small("moskva", "--out", str(tmp_path))
    assert done.exit_code == 0, done.output
    assert "Similar to the one deployed at sea" in done.stdout
    assert "Read as every figure on land 0.5 to 2 times that at sea" in " ".join(done.stdout.split())
    assert "Similar to the one deployed" in (tmp_path / "claims.html").read_text()
    assert len(list((tmp_path / "quick").glob("moskva-*-2016/result.json"))) == 1


def test_json_is_one_object_with_digests_and_the_answer(small: Callable[..., Any], tmp_path: Path) -> None:
    done = small("moskva", "--out", str(tmp_path), "--seed", "5", "--json")
    found = json.loads(done.stdout)
    (claim,) = found["claims"]
    assert claim["claim_digest"] == SMALL["moskva"]().digest
    assert claim["seed"] == 5
    assert claim["answer"].startswith("Read as")
    assert claim["details"][0].startswith("By nominal numbers: ")
    assert Path(found["page"]).is_file()


def test_a_page_that_no_longer_shows_what_lies_beside_it_says_so(small: Callable[..., Any], tmp_path: Path) -> None:
    """Once the page of a changed rule took the place of the one before without a word."""
    first = small("moskva", "--out", str(tmp_path))
    assert "Verdicts of other calls" not in first.stdout
    again = small("moskva", "--out", str(tmp_path))
    assert "Verdicts of other calls" not in again.stdout
    other = " ".join(small("moskva", "--out", str(tmp_path), "--seed", "5").stdout.split())
    (kept,) = (tmp_path / "quick").glob("moskva-*-2016")
    assert f"Verdicts of other calls stay beside it: quick/{kept.name}" in other


def test_a_file_that_was_changed_after_its_result_is_told_with_what_to_do(
    small: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once the new verdict stood there as if it had been asked first."""
    kept = small("moskva", "--out", str(tmp_path))
    assert "another file of claim" not in kept.stdout
    first = SMALL["moskva"]()
    other = changed("moskva", lambda mapping: mapping.update({**first.mapping, "caveats": ["One more."]}))
    monkeypatch.setitem(SMALL, "moskva", lambda: other)
    done = " ".join(small("moskva", "--out", str(tmp_path)).stdout.split())
    told = f"quick/moskva-{first.digest[:8]}-2016 was reached by another file of claim moskva"
    assert f"{told} (hash {first.digest[:8]}, now {other.digest[:8]})" in done
    assert "Put the file back to go on there, or quote each verdict with its hash." in done


def test_a_folder_of_something_else_is_refused_and_left_as_it_is(small: Callable[..., Any], tmp_path: Path) -> None:
    (tmp_path / "run.json").write_text("{}")
    done = small("moskva", "--out", str(tmp_path))
    assert done.exit_code != 0
    assert "holds other files (run.json)" in " ".join(done.output.split())
    assert [path.name for path in tmp_path.iterdir()] == ["run.json"]


def test_the_full_effort_has_its_own_folder(
    small: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    asked = {}

    def gather(claim: Any, effort: Any, bench: Bench) -> list[Any]:
        asked.update(effort=effort, folder=bench.folder)
        return ratios(claim, claim.quick, bench)

    ratios = examining.METHODS["ratios"].gather
    monkeypatch.setattr(examining.METHODS["ratios"], "gather", gather)
    assert small("moskva", "--full", "--out", str(tmp_path)).exit_code == 0
    assert asked["effort"] == SMALL["moskva"]().told.full
    assert asked["folder"].parent == tmp_path / "full"


@pytest.mark.parametrize("name", ["balistic", "mine.toml"])
def test_bad_claims_are_one_line_and_65(name: str, tmp_path: Path) -> None:
    if name == "mine.toml":
        (tmp_path / name).write_text('format = 1\nmethod = "guess"\n')
        name = str(tmp_path / name)
    done = CliRunner().invoke(main.app, ["claims", name, "--out", str(tmp_path / "out")])
    assert done.exit_code == 65
    assert len(done.stderr.strip().splitlines()) == 1
    assert not (tmp_path / "out").exists()


# ------------------------------------------------------------------ words


@pytest.mark.parametrize("name", SMALL)
def test_an_answer_is_one_sentence_of_what_was_asked_the_verdict_and_a_figure(
    name: str, told: dict[str, words.Told]
) -> None:
    said = sentence(told[name])
    assert said.startswith("Read as")
    assert VERDICTS[told[name].result["verdict"]] in said
    assert " (a quick look): " in said
    assert re.search(r"\d", said.partition(": ")[2])
    assert len(said.split()) <= 45
    assert ". " not in said
    assert details(told[name])[-1].startswith("This is a quick look")
    full = _with(told[name], {**told[name].result, "effort": "full"})
    assert "quick look" not in " ".join([sentence(full), *details(full)])


def _with(told: words.Told, result: dict[str, Any]) -> words.Told:
    return replace(told, result=result)


def test_an_equivalence_tells_the_arms_beside_it_and_the_other_deltas(told: dict[str, words.Told]) -> None:
    said = " ".join(details(told["comparable"]))
    assert "by nominal numbers: aircraft " in said
    assert "Facing: two axes, half laid on each, taken alone: aircraft " in said
    assert "Never decisive: with the same round on both sides (aircraft " in said
    assert "of 4 within 5, " in said
    assert "of 4 within 20 points" in said
    assert [row[:2] for row in words.deltas_of(told["comparable"])][:3] == [
        ("0.05", "matched"),
        ("0.05", "facing: two axes, half laid on each"),
        ("0.05", "structure"),
    ]
    assert words.deltas_of(told["moskva"]) == []


def test_missiles_are_told_in_two_sentences_with_the_threshold(told: dict[str, words.Told]) -> None:
    engage, kill, *_ = details(told["ballistic"])
    assert engage.startswith("Engage (a round meets the missile with probability above 0.5): ")
    assert kill.startswith("Kill (the missile is killed with probability above 0.2): ")
    assert "at the best 50 % of the points" in engage
    (flip,) = flips_of(told["ballistic"])
    assert flip[:2] == ("kill / Tochka-U", "48n6e2.pk_ballistic")
    assert any(line.startswith("kill / Tochka-U ") and "0.2" in line for line in changers(told["ballistic"]))


def test_tables_hold_every_arm_once(told: dict[str, words.Told]) -> None:
    for each in told.values():
        assert len(words.rows_of(each)) == len(each.deciding)
        assert all(len(row) == len(words.HEAD) for row in words.rows_of(each))
        assert len(words.rows_of(each)) + len(words.beside_of(each)) == len(each.result["evidence"])


def test_the_largest_raid_is_told_with_its_doubt(told: dict[str, words.Told]) -> None:
    result = dict(told["guarantee"].result)
    sizes = {"emergent": {"surely": 0, "perhaps": 8}, "tartus_2016_pmu2": {"surely": 0, "perhaps": 0}}
    sizes["3 fire units"] = {"surely": 4, "perhaps": 8}
    result["figures"] = {"0.95": sizes, "0.8": {"emergent": {"surely": 4, "perhaps": 8}}}
    said = " ".join(details(_with(told["guarantee"], result)))
    assert "at 0.95 surely none, perhaps 8 threats; at 0.8 surely 4 threats, perhaps 8 threats." in said
    assert "at 0.95: tartus 2016 pmu2 none; 3 fire units surely 4 threats, perhaps 8 threats." in said
    assert "With another order of battle: 3 fire units " in said


@pytest.mark.parametrize(
    ("name", "said"),
    [
        (
            "ballistic",
            "supported if every class is, contradicted if every class is, and otherwise it depends on the class.",
        ),
        ("comparable", "contradicted if every cell is; otherwise it depends on class or normalization."),
        ("guarantee", "The sentence is what this one raid comes to."),
        ("moskva", "contradicted if every figure differs, and otherwise it depends on which figure is meant."),
    ],
)
def test_the_page_tells_how_cells_make_the_sentence(name: str, said: str, told: dict[str, words.Told]) -> None:
    assert said in rule_of(told[name])
    file = resources.files("openiads.shelf") / "claims" / f"{name}.toml"
    stated = " ".join(file.read_text(encoding="utf-8").replace("#", " ").split())  # its comments, as one line
    if name != "guarantee":
        assert said.partition(";")[0].partition(", and")[0] in stated


def test_a_band_without_an_end_is_told_and_drawn(told: dict[str, words.Told]) -> None:
    result = dict(told["moskva"].result)
    first, *rest = result["evidence"]
    result["evidence"] = [{**first, "band": [0.5, 1.0, None]}, *rest]
    endless = _with(told["moskva"], result)
    assert "0.50 to ∞" in words.rows_of(endless)[0]
    assert changers(endless)
    assert claims.figure(endless).axes[0].get_xlim()[1] < 100.0


def test_what_turns_a_cell_is_said(told: dict[str, words.Told]) -> None:
    result = dict(told["ballistic"].result)
    result["cells"] = [
        {"cell": "kill / tochka_u", "verdict": "depends", "turned_by": ["limits", "level"], "near_the_line": False}
    ]
    result["verdict"], result["depends_on"] = "depends", ["limits", "level"]
    arms = {arm: "depends" if arm[0] == "kill / tochka_u" else v for arm, v in told["ballistic"].arms.items()}
    arms["kill / tochka_u", "published", "uniform"] = "supported"
    changed = replace(_with(told["ballistic"], result), arms=arms)
    assert "it depends on published limits and the level of a guarantee (a quick look): " in sentence(changed)
    assert sentence(changed).endswith(
        "kill / Tochka-U is dependent with emergent limits and supported with published limits."
    )
    assert "It depends on whether published limits gate the shots; on how sure" in " ".join(details(changed))
    assert [line for line in changers(changed) if line.endswith("turns kill / Tochka-U.")][1:]


def _turned(told: words.Told, verdict: str, turned: list[str], **more: Any) -> words.Told:
    """A claim with one verdict for all its cells, turned by this."""
    cells = [{**cell, "verdict": verdict, "turned_by": turned} for cell in told.result["cells"]]
    result = {**told.result, "verdict": verdict, "depends_on": turned, "cells": cells, "effort": "full", **more}
    return replace(told, result=result, arms=dict.fromkeys(told.arms, verdict))


def test_the_one_figure_of_each_verdict(told: dict[str, words.Told]) -> None:
    ballistic, guarantee = told["ballistic"], told["guarantee"]
    arm = {"cell": "kill / tochka_u", "limits": "published", "weighting": "uniform", "to": "undecided"}
    hangs = _turned(ballistic, "depends", ["worlds"], one_sample_turns=[{**arm, "all_alike": False}])
    assert re.search(
        r"uncertain parameters: of \S+ / Tochka-U, \d of 3 samples say yes and \d no; one", sentence(hangs)
    )
    assert "One parameter sample of kill / Tochka-U (published limits, uniform) that said" in " ".join(details(hangs))
    few = _turned(ballistic, "supported", [], one_sample_turns=[{**arm, "all_alike": True}])
    assert re.search(r"supports it: nearest to a line lies \S+ / Tochka-U, [\d.]+ by nominal numbers\.$", sentence(few))
    assert "so near because they are few" in " ".join(details(few))
    chosen = _turned(guarantee, "depends", ["order of battle"])
    assert re.search(r"8 threats / cruise is [\d.]+, but [\d.]+ with 3 fire units\.$", sentence(chosen))
    split = _turned(told["moskva"], "depends", [])
    first, second = split.result["cells"][:2]
    cells = [{**first, "verdict": "supported"}, {**second, "verdict": "contradicted"}]
    split = _with(split, {**split.result, "cells": cells, "depends_on": ["which figure is meant"]})
    assert sentence(split).endswith("on which figure is meant: target channels holds, ready rounds does not.")


@pytest.mark.parametrize(
    ("values", "said"),
    [([0.5], "0.50"), ([0.1, 0.3, 0.2], "0.10 to 0.30"), ([None], "–"), ([0.501, 0.499], "0.50"), ([-0.001], "0.00")],
)
def test_bounds(values: list[float | None], said: str) -> None:
    assert words.bounds(values) == said


# ------------------------------------------------------------------ the page


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)


def test_the_page_shows_every_claim_with_its_rule_and_escapes_what_it_quotes(told: dict[str, words.Told]) -> None:
    odd = {**told["moskva"].result, "sentence": "A <script>alert(1)</script> said"}
    page = claims.page([*told.values(), _with(told["moskva"], odd)])
    reader = _Reader()
    reader.feed(page)
    assert "script" not in reader.tags
    assert reader.tags.count("svg") == 8
    for each in told.values():
        assert f'<p class="answer">{escape(sentence(each))}</p><ul>' in page
        assert each.result["claim_digest"][:12] in page
        assert each.result["digest"][:12] in page
    assert "These are quick looks." in page
    full = [_with(each, {**each.result, "effort": "full"}) for each in told.values()]
    assert "These are quick looks." not in claims.page(full)


def test_a_figure_has_a_row_for_each_cell_and_the_lines_of_the_rule(told: dict[str, words.Told]) -> None:
    axes = claims.figure(told["guarantee"]).axes[0]
    assert [label.get_text().splitlines()[0] for label in axes.get_yticklabels()] == [
        "4 threats / cruise",
        "8 threats / cruise",
    ]
    dashed = [line.get_xdata()[0] for line in axes.lines if line.get_linestyle() == "--"]
    assert dashed == [0.95, 0.8]
    assert claims.figure(told["moskva"]).axes[0].get_xscale() == "log"
