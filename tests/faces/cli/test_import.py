"""openiads import, as a user types it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from openiads.faces.cli.main import app

ORDER = "name;system;lat;lon;facing\nGuard;S-300PMU-2;34,92;35,90;245\nPort;;34,91;35,87;\n"


def call(*words: str) -> Any:
    return CliRunner().invoke(app, list(words))


@pytest.fixture
def order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "order.csv"
    path.write_text(ORDER, encoding="utf-8")
    return path


def test_a_table_becomes_a_scenario_that_the_check_accepts(order: Path) -> None:
    done = call("import", "order.csv")
    assert done.exit_code == 0
    assert done.stdout == f"{order.with_suffix('.toml')}: 1 site, 1 asset\nCheck it with: openiads check order.toml\n"
    assert done.stderr == ""
    checked = call("check", "order.toml")
    assert checked.exit_code == 0 and "order: in order (1 site, 1 asset" in checked.stdout


def test_a_file_that_is_there_is_replaced_only_when_asked(order: Path) -> None:
    (order.parent / "order.toml").write_text("mine")
    for words in (["import", "order.csv"], ["import", "order.csv", "--out", "order.toml"]):
        refused = call(*words)
        assert refused.exit_code == 2
        assert refused.stderr == '--out: "order.toml" is there already. Name another file, or say --overwrite.\n'
    assert (order.parent / "order.toml").read_text() == "mine"
    assert call("import", "order.csv", "--overwrite").exit_code == 0
    assert (order.parent / "order.toml").read_text().startswith("# Imported from order.csv (CSV)")


def test_what_is_left_to_fill_in_and_what_was_left_out_are_told(order: Path) -> None:
    order.write_text(ORDER.replace("S-300PMU-2", "SA-99") + "Nowhere;;;;\n", encoding="utf-8")
    done = call("import", "order.csv", "--out", "new.toml", "--name", "new")
    assert done.exit_code == 0
    assert done.stderr == (
        "warning: 1 left out: a row without a place (line 4)\n"
        "warning: to fill in before it runs: system in line 17 (marked TODO)\n"
    )
    row = (order.parent / "new.toml").read_text().split("\n")[16]
    assert row.startswith('# system = ""  # TODO: the file says "SA-99"')
    assert call("check", "new.toml").exit_code == 65


def test_one_json_object_has_the_whole_account(order: Path) -> None:
    order.write_text(ORDER.replace("S-300PMU-2", "SA-99"), encoding="utf-8")
    told = json.loads(call("import", "order.csv", "--json").stdout)
    assert told["scenario"].endswith("order.toml") and told["format"] == "CSV"
    assert (told["sites"], told["assets"], told["accepted"]) == (1, 1, False)
    assert [each["key"] for each in told["to_fill_in"]] == ["system"]
    assert len(told["problems"]) == 1


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (["none.kml"], 65, "none.kml: no such file"),
        (["."], 65, ".: is a folder"),
        (["order.csv", "--out", "x.txt"], 65, '--out: "x.txt". End it in one of .toml.'),
        (["order.csv", "--out", "none/x.toml"], 65, '--out: no folder "none". Make it first.'),
        (["order.csv", "--points", "city"], 2, '--points: "city". Allowed: asset, site, skip.'),
        (["order.csv", "--system", "s500"], 65, '--system: "s500" is not in the catalog. Nearest: '),
        (["order.csv", "--only", "blue"], 2, '--only: "blue" is no KEY=VALUE. Write --only side=blue.'),
        (["order.csv", "--bounds", "36 N 35 E; 34 N 37 E"], 65, "--bounds: "),
        (["order.csv", "--limit", "2000"], 2, "--limit: 2000. From 1 to 1,000."),
        (["order.csv", "--radius", "200 km"], 65, "--radius: 200000 m. Allowed: 1 m to 100 km."),
        (["order.csv", "--tolerance", "far"], 65, "--tolerance: 'far' does not start with a number"),
        (["order.csv", "--only", "side=blue"], 65, "order.csv: holds nothing that a scenario takes (2 left out: side"),
        (["order.csv", "--points", "skip", "--only", "name=Port"], 65, "holds nothing that a scenario takes"),
        (["order.csv", "--name", " x"], 65, "--name: no name of a scenario"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_what_makes_no_sense_is_refused_in_one_line(words: list[str], code: int, told: str, order: Path) -> None:
    done = call("import", *words)
    assert done.exit_code == code
    assert told in done.stderr and done.stderr.count("\n") == 1
    assert list(order.parent.glob("*.toml")) == []
