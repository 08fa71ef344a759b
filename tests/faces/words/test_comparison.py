"""The command ``compare``: sentence, table in 80 columns, one JSON object, codes."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from openiads.faces.cli import main
from openiads.faces.words import comparison

FEW = ("-n", "6", "--seed", "2")


def call(*words: str) -> Any:
    return CliRunner().invoke(main.app, ["compare", *words])


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("openiads.faces.cli.show.PIPE_WIDTH", 80)


def test_a_comparison_reads_in_80_columns_and_begins_with_a_sentence() -> None:
    done = call("raid24", "raid24", "--set-b", "site.Tartus.rounds=0", *FEW, "--within", "leakers:0.5")
    assert done.exit_code == 0, done.stderr
    lines = done.stdout.splitlines()
    assert max(map(len, lines)) <= 80
    assert lines[0].startswith("B lets ") and " more leak (95 % interval, n = 6 pairs)" in " ".join(lines[:2])
    assert "leakers: A and B differ by more than that" in done.stdout
    assert "B: raid24, site.Tartus.rounds=0" in done.stdout
    assert "outcomes differ (false discovery rate 5 %)" in done.stdout
    assert "Set by the scenario, no outcome: Threats in the raid: 24." in done.stdout
    table = [line.split() for line in lines if "│" in line or line.startswith(" ")]
    assert not any("threats" in words for words in table)


def test_json_is_one_object_and_the_same_command_continues_in_the_same_folder() -> None:
    words = ("one_on_one", "one_on_one", "--set-b", "site.Guard.rounds=0", *FEW, "--json")
    first, second = call(*words), call(*words)
    told = json.loads(first.stdout)
    assert first.stdout == second.stdout and first.stdout.count("\n") == 1
    assert told["metrics"]["rounds_fired"]["difference"]["value"] < 0
    folder = Path(told["a"]["out"]).parent
    assert sorted(p.name for p in folder.iterdir()) == ["a", "b", "compare.json", "report.html"]
    again = call(told["a"]["out"], told["b"]["out"], "--json", "--figure", "x.png")
    assert Path("x.png").read_bytes()[:4] == b"\x89PNG"
    assert json.loads(again.stdout)["metrics"] == told["metrics"]


def test_shared_changes_reach_both_sides() -> None:
    words = ("one_on_one", "one_on_one", "--set", "knob.world.clutter=2", "--set", "site.Guard.rounds=1", *FEW)
    told = json.loads(call(*words, "--metric", "leakers", "--json").stdout)
    assert told["identical"] and list(told["metrics"]) == ["leakers"]
    assert told["a"]["knobs"] == {"world.clutter": 2}
    done = call(*words)
    assert done.stdout.startswith("A and B are the same computation: every difference is exactly 0 (n = 6).")


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (("one_on_one", "no_such_scenario"), 65, "no_such_scenario"),
        (("one_on_one", "one_on_one", "--set-b", "knob.48n6e.pk=0.5"), 65, "not a knob of one_on_one"),
        (("one_on_one", "one_on_one", "--set-a", "knob.world.clutter=1"), 2, "a world knob is shared by both sides"),
        (("one_on_one", "one_on_one", "--within", "leakers"), 2, "not METRIC:DELTA"),
        (("one_on_one", "one_on_one", "--within", "leakers:-1"), 2, "not METRIC:DELTA"),
        (("one_on_one", "one_on_one", "--metric", "leekers", "-n", "1"), 2, "there is no such metric"),
    ],
)
def test_what_makes_no_sense_ends_with_its_code_in_one_line(words: tuple[str, ...], code: int, told: str) -> None:
    done = call(*words)
    assert done.exit_code == code
    assert done.stdout == "" and told in done.stderr and len(done.stderr.strip().splitlines()) == 1


def row(value: float, low: float | None, high: float | None) -> dict[str, Any]:
    share = {"share": 0.5}
    gap = {"value": value, "low": low, "high": high}
    return {"difference": gap, "b_better": share, "equal": {"share": 0.3}, "b_worse": {"share": 0.2}}


@pytest.mark.parametrize(
    ("leakers", "wanted"),
    [
        (row(-2.1, -2.5, -1.7), "B lets 2.1 [1.7, 2.5] fewer leak (95 % interval, n = 200 pairs); it does"),
        (row(2.1, 1.7, 2.5), "B lets 2.1 [1.7, 2.5] more leak"),
        (row(0.1, -0.2, 0.4), "No difference in leakers shown: B − A is 0.1 [−0.2, 0.4]"),
        (
            row(0.0, 0.0, 0.0) | {"exact": True, "unlike_at_most": 0.0148},
            "A and B let equally many leak in every pair (n",
        ),
        (row(0.1, None, None), "No difference in leakers shown: B − A is 0.1 –"),
    ],
)
def test_the_sentence_says_which_way_and_only_what_is_shown(leakers: dict[str, Any], wanted: str) -> None:
    told = {"replications": 200, "identical": False, "metrics": {"leakers": leakers}}
    assert comparison.answer(told).startswith(wanted)


def row(a: float, b: float) -> dict[str, Any]:
    return {
        "a": {"mean": a},
        "b": {"mean": b},
        "difference": {"value": b - a, "low": b - a - 0.1, "high": b - a + 0.1},
        **{key: {"share": 0.0} for key in ("b_better", "equal", "b_worse")},
    }


def test_aircraft_shot_down_by_mistake_stand_in_the_sentence() -> None:
    told = {"replications": 9, "identical": False, "metrics": {"leakers": row(1.0, 1.0), "civil_killed": row(0.0, 0.9)}}
    assert comparison.answer(told).endswith("; civil aircraft shot down in a raid: A 0 and B 0.9, B − A 0.9 [0.8, 1].")
    told["metrics"]["civil_killed"] = row(0.0, 0.0)
    assert "shot down" not in comparison.answer(told)


def test_warnings_of_both_sides_name_the_side() -> None:
    told = {"a": {"warnings": ["one", "two"]}, "b": {"warnings": ["two", "three"]}, "warnings": ["zero"]}
    assert comparison.warnings(told) == ["zero", "A and B: two", "A: one", "B: three"]


def test_warnings_belong_to_the_answer(tmp_path: Path) -> None:
    """They are stored with the run, survive a resumption, and stand on every page and answer about it."""
    import openiads as oi
    from openiads.faces.pages import brief
    from openiads.faces.pages.answers import page

    late = oi.load("one_on_one").with_values({"duration": "60 s"})
    run = oi.run(late, replications=2, seed=1, out=tmp_path / "run")
    oi.run(late, replications=2, seed=1, out=tmp_path / "run")
    kept = oi.open_run(tmp_path / "run")
    told = [line for line in kept.warnings if "cannot arrive" in line]
    assert len(told) == 1
    assert brief.gather(kept).warnings == run.warnings == kept.warnings
    assert told[0] in oi.check(kept, again=0).warnings
    other = oi.run(late.with_values({"site.Guard.rounds": 1}), replications=2, seed=1, out=tmp_path / "other")
    made = oi.compare(kept, other)
    assert f"A and B: {told[0]}" in comparison.warnings(made.summary())
    shown = page.comparison_page(made, page.premises_of(kept.scenario), ["leakers"])
    assert "cannot arrive before the run ends" in shown
