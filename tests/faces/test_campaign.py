"""Campaigns and debris as people meet them: the commands, the page, the pictures, what a notebook shows."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

import openiads as oi
from openiads.base.toml import toml_text
from openiads.experiments.campaign import CampaignAnswer
from openiads.faces.cli.main import app
from openiads.faces.words import text

pytestmark = pytest.mark.compiled_only

CAMPAIGN = {
    "format": 1,
    "name": "few",
    "question": "How long do four launchers last?",
    "scenario": "one_on_one",
    "days": 3,
    "replications": 4,
    "set": {"site.Guard.launchers": 4, "site.Guard.rounds": 4, "raid.Intruder.spacing": "20 s", "duration": "500 s"},
    "raid": [{"flights": {"Intruder": 2}}, {"first": 2, "last": 2, "flights": {"Intruder": 1}}],
    "cost": {"unit": "<coins>", "of": {"48n6e2": 2.0, "f16": 9.0}},
}
DEBRIS = {
    "format": 1,
    "pieces": {
        "aircraft": {
            "number": {"value": 20, "low": 10, "high": 40},
            "coefficient": {"low": 10.0, "high": 100.0},
            "casualty_area": {"value": 2, "low": 1, "high": 4},
        }
    },
    "town": [{"name": "Under <it>", "at": "34.92 N 35.60 E", "radius": "5 km", "population": 100}],
}


@pytest.fixture
def campaign_file(tmp_path: Path) -> Path:
    file = tmp_path / "few.toml"
    file.write_text(toml_text(CAMPAIGN))
    return file


def test_the_command_prints_what_python_answers_and_leaves_a_page_and_a_picture(
    tmp_path: Path, campaign_file: Path
) -> None:
    out, picture, board = tmp_path / "out", tmp_path / "days.png", tmp_path / "days.html"
    words = ["campaign", str(campaign_file), "--jobs", "1", "--out", str(out), "--figure", str(picture)]
    words += ["--html", str(board)]
    done = CliRunner().invoke(app, [*words, "--json"])
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    found = oi.campaign(campaign_file, jobs=1)
    assert told["digest"] == found.digest
    assert [row["day"] for row in told["by_day"]] == [1, 2, 3]
    assert [row["threats"] for row in told["by_day"]] == [2.0, 3.0, 2.0]
    assert picture.stat().st_size > 10_000
    _is_a_dashboard(board.read_text(), found)
    page = (out / "report.html").read_text()
    assert "How long do four launchers last?" in page
    assert "&lt;coins&gt;" in page
    assert "<coins>" not in page
    again = CliRunner().invoke(app, words)
    assert again.exit_code == 0
    assert told["digest"] in again.stdout
    assert "Exchange" not in again.stdout
    assert "a ratio of" in again.stdout
    shown = found._repr_html_()
    assert "<svg" in shown
    assert found.table().num_rows == 3


def test_bad_campaigns_end_with_one_line_and_the_code_of_bad_input(tmp_path: Path) -> None:
    file = tmp_path / "bad.toml"
    file.write_text(toml_text(CAMPAIGN | {"resupply": [{"interceptor": "tamir", "rounds": 1, "every": 1}]}))
    done = CliRunner().invoke(app, ["campaign", str(file), "--out", str(tmp_path / "out")])
    assert done.exit_code == 65
    assert 'no launcher carries "tamir"' in done.stderr
    assert "bad.toml:" in done.stderr
    assert not (tmp_path / "out").exists()
    assert CliRunner().invoke(app, ["campaign", "no_such"]).exit_code == 65


def test_debris_of_a_run_is_told_with_its_caution(tmp_path: Path) -> None:
    file, folder, picture = tmp_path / "debris.toml", tmp_path / "run", tmp_path / "debris.svg"
    file.write_text(toml_text(DEBRIS))
    run = oi.run("one_on_one", replications=6, seed=7, out=folder)
    words = ["debris", str(folder), str(file)]
    done = CliRunner().invoke(app, [*words, "--json", "--figure", str(picture)])
    assert done.exit_code == 0, done.output
    found = oi.debris(run, file)
    assert json.loads(done.stdout)["towns"] == json.loads(json.dumps(found.as_dict()))["towns"]
    assert picture.stat().st_size > 1_000
    said = CliRunner().invoke(app, words).stdout
    assert "Nothing here says that a" in " ".join(said.split())
    assert "Under <it>" in said
    shown = found._repr_html_()
    assert "Under &lt;it&gt;" in shown
    assert "<it>" not in shown
    file.write_text("format = 1\n")
    assert CliRunner().invoke(app, words).exit_code == 65


def _is_a_dashboard(body: str, found: CampaignAnswer) -> None:
    """It asks nobody anything, escapes names, and tells of every day what Python answers."""
    assert "<coins>" not in body
    assert "default-src 'none'" in body
    assert not re.search(r'(?:src|href)="(?!#)', body)
    told = re.search(r'<script type="application/json" id="data">(.*?)</script>', body)
    assert told
    data = json.loads(told[1])
    assert data["days"] == [1, 2, 3]
    assert [cells[0] for cells in data["tiles"][0]] == ["2", "3", "2"]  # threats
    assert [cells[0] for cells in data["tiles"][2]] == [text.number(band.mean) for band in found.band("stock.48n6e2")]
    costs = [band.mean for band in found.cost_so_far()]
    assert costs == sorted(costs)
    assert costs[-1] == pytest.approx(found.cost()["rounds"]["mean"])
    assert data["tiles"][-1][2][0] == text.number(costs[-1])
    assert body.count('<svg class="chart"') == 5
