"""The commands of sweeps: what they print, in 80 columns, and the codes they end with."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from openiads.faces.cli import main, tables
from openiads.runs.simulator import real_simulator
from runs.fake_simulator import FAKE, FakeSimulator

STUDY = """format = 1
name = "rounds"
question = "How many rounds?"
scenario = "one_on_one"
replications = 10
[vary]
"site.Guard.rounds" = [0, 2]
"""


def call(*words: str) -> Any:
    return CliRunner().invoke(main.app, list(words))


@pytest.fixture
def fast(monkeypatch: pytest.MonkeyPatch) -> None:
    """The real scenarios and studies on the fake engine."""
    from openiads.experiments import sweep as sweeps

    real, fake = real_simulator(), FAKE

    def build(scenario: Any, catalog: Any, knobs: Any = None, **shared: Any) -> Any:
        from runs.fake_simulator import FakeScenario

        world = fake.build(FakeScenario(threats=1 + scenario.sites[0].rounds), catalog, knobs)
        world.scenario = FakeScenario(threats=1 + scenario.sites[0].rounds)
        return world

    mixed = FakeSimulator(build=build, runner=fake.runner, load=real.load, catalog=real.catalog, restore=real.restore)
    monkeypatch.setattr(sweeps, "real_simulator", lambda: mixed)
    monkeypatch.setattr("openiads.runs.run.real_simulator", lambda: mixed)


@pytest.fixture
def study(tmp_path: Path) -> str:
    path = tmp_path / "rounds.toml"
    path.write_text(STUDY, encoding="utf-8")
    return str(path)


@pytest.mark.usefixtures("fast")
def test_a_sweep_prints_question_points_digest_and_folder_in_eighty_columns(study: str, tmp_path: Path) -> None:
    done = call("sweep", study, "--out", str(tmp_path / "s"))
    assert done.exit_code == 0, done.stderr
    for phrase in ("How many rounds?", "rounds: 2 points", "leakers", "any_leaker", "Digest: ", "Folder: "):
        assert phrase in done.stdout
    table = done.stdout.split("Digest")[0]
    assert max(map(len, table.splitlines())) <= 80
    assert call("sweep", study, "--out", str(tmp_path / "s")).stdout == done.stdout


@pytest.mark.usefixtures("fast")
def test_the_report_of_a_stored_sweep_is_the_one_it_wrote_itself(study: str, tmp_path: Path) -> None:
    swept = tmp_path / "s"
    call("sweep", study, "--out", str(swept), "--jobs", "1")
    written = (swept / "report.html").read_bytes()
    (swept / "report.html").unlink()
    done = call("report", str(swept), "--json")
    assert json.loads(done.stdout) == {"report": str((swept / "report.html").resolve()), "bytes": len(written)}
    assert (swept / "report.html").read_bytes() == written
    other = tmp_path / "other.html"
    assert call("report", str(swept), "--out", str(other)).stdout.strip() == str(other.resolve())
    assert other.read_bytes() == written
    for words in (("--replication", "1"), ("--out", str(swept / "points" / "x.html"))):
        refused = call("report", str(swept), *words)
        assert refused.exit_code == 2 and refused.stderr.count("\n") == 1
    assert call("check", str(swept)).exit_code == 0


@pytest.mark.usefixtures("fast")
def test_a_sweep_writes_its_report_and_the_picture_that_is_asked_for(study: str, tmp_path: Path) -> None:
    done = call("sweep", study, "--out", str(tmp_path / "s"), "--figure", str(tmp_path / "x.svg"))
    assert done.exit_code == 0, done.stderr
    assert (tmp_path / "s" / "report.html").read_text(encoding="utf-8").startswith("<!doctype html>")
    assert "<svg" in (tmp_path / "x.svg").read_text(encoding="utf-8")
    refused = call("sweep", study, "--out", str(tmp_path / "t"), "--figure", str(tmp_path / "x.jpg"))
    assert refused.exit_code == 2 and "neither .png nor .svg" in refused.stderr
    assert not (tmp_path / "t").exists()
    assert call("check", str(tmp_path / "s")).exit_code == 0


@pytest.mark.usefixtures("fast")
def test_many_metrics_become_a_row_each_and_still_fit(study: str, tmp_path: Path) -> None:
    metrics = ["leakers", "rounds_fired", "first_launch_s", "killed", "rounds_per_kill"]
    words = [word for metric in metrics for word in ("--metric", metric)]
    done = call("sweep", study, "--out", str(tmp_path / "s"), *words)
    assert done.exit_code == 0, done.stderr
    assert all(done.stdout.count(f" {metric} ") == 2 for metric in metrics)
    assert max(map(len, done.stdout.split("Digest")[0].splitlines())) <= 80


@pytest.mark.usefixtures("fast")
def test_json_is_one_object_with_every_point(study: str, tmp_path: Path) -> None:
    done = call("sweep", study, "--out", str(tmp_path / "s"), "--json")
    told = json.loads(done.stdout)
    assert done.stdout.count("\n") == 1
    assert [p["values"] for p in told["points"]] == [{"site.Guard.rounds": 0}, {"site.Guard.rounds": 2}]
    assert all({"mean", "low", "high", "n"} <= set(p["outcomes"]["leakers"]) for p in told["points"])
    assert told["out"] == str(tmp_path / "s") and len(told["digest"]) == 64


@pytest.mark.usefixtures("fast")
def test_vary_and_set_make_a_study_without_a_file(study: str, tmp_path: Path) -> None:
    words = ["--vary", "site.Guard.rounds=0,2", "-n", "10"]
    quick = call("sweep", "one_on_one", *words, "--out", str(tmp_path / "q"), "--json")
    filed = call("sweep", study, "--out", str(tmp_path / "s"), "--json")
    assert json.loads(quick.stdout)["digest"] == json.loads(filed.stdout)["digest"]
    other = call("sweep", "one_on_one", *words, "--set", "duration=200 s", "--out", str(tmp_path / "o"), "--json")
    assert json.loads(other.stdout)["digest"] != json.loads(quick.stdout)["digest"]


@pytest.mark.usefixtures("fast")
def test_check_verifies_a_study_and_a_sweep(study: str, tmp_path: Path) -> None:
    assert call("check", study).stdout == "rounds: in order (2 points)\n"
    call("sweep", study, "--out", str(tmp_path / "s"))
    done = call("check", str(tmp_path / "s"), "--again", "3")
    assert done.stdout.endswith("sound (2 points, 20 replications, 3 run again with equal results)\n")
    told = json.loads(call("check", str(tmp_path / "s"), "--json").stdout)
    assert (told["ok"], told["points"], told["violations"]) == (True, 2, [])
    (tmp_path / "s" / "points" / "p000001" / "chunks" / "e000000.parquet").unlink()
    broken = call("check", str(tmp_path / "s"))
    assert broken.exit_code == 74 and "damaged" in broken.stderr


@pytest.mark.usefixtures("fast")
def test_query_prints_a_table_csv_or_json(study: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = str(tmp_path / "s")
    call("sweep", study, "--out", folder)
    sql = "SELECT point, replication, status FROM outcomes ORDER BY ALL"
    told = json.loads(call("query", folder, sql, "--json").stdout)
    assert told["columns"] == ["point", "replication", "status"] and len(told["rows"]) == 20
    rows = list(csv.reader(io.StringIO(call("query", folder, sql, "--csv").stdout)))
    assert rows[0] == told["columns"] and rows[1:] == [[str(x) for x in row] for row in told["rows"]]
    monkeypatch.setattr(tables, "MOST_ROWS", 5)
    assert "15 more of 20 rows: --csv or --json has them all." in call("query", folder, sql).stdout


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("sweep",), 2),
        (("sweep", "one_on_one"), 2),
        (("sweep", "nothing.toml"), 65),
        (("sweep", "no_such"), 65),
        (("sweep", "one_on_one", "--vary", "site.Guard.roundz=1"), 65),
        (("sweep", "one_on_one", "--vary", "x"), 65),
        (("sweep", "one_on_one", "--vary", "knob.48n6e2.pk=interval"), 65),
        (("query", "nowhere", "SELECT 1"), 74),
        (("query", "nowhere", "SELECT 1", "--json", "--csv"), 2),
    ],
)
def test_what_is_asked_wrongly_ends_with_its_code_and_without_a_traceback(words: tuple[str, ...], code: int) -> None:
    done = call(*words)
    assert done.exit_code == code
    assert done.stdout == "" and done.stderr.strip()
    assert "Traceback" not in done.stderr


@pytest.mark.usefixtures("fast")
def test_a_query_that_writes_is_told_in_one_line(study: str, tmp_path: Path) -> None:
    call("sweep", study, "--out", str(tmp_path / "s"))
    done = call("query", str(tmp_path / "s"), f"COPY (SELECT 1) TO '{tmp_path}/x.csv'")
    assert done.exit_code == 65 and done.stderr.count("\n") == 1 and "only reads" in done.stderr
    assert not (tmp_path / "x.csv").exists()


def test_too_many_points_need_yes() -> None:
    values = ",".join(f"{k} s" for k in range(101))
    words = [f"--vary=raid.Intruder.{field}={values}" for field in ("start", "spacing", "jitter")]
    done = call("sweep", "one_on_one", *words)
    assert done.exit_code == 65 and "1,030,301 points, more than 1,000,000" in done.stderr


def test_an_answer_wider_than_the_page_stands_on_its_side_and_loses_no_cell(capsys: pytest.CaptureFixture[str]) -> None:
    from openiads.faces.cli import tables

    columns = [f"column_{k}" for k in range(50)]
    rows = [[1000 * n + k for k in range(50)] for n in range(20)]
    tables.answer(columns, rows)
    told = capsys.readouterr().out
    assert all(len(line) <= 130 for line in told.splitlines())
    for k, name in enumerate(columns):
        (line,) = [line.split() for line in told.splitlines() if line.split()[:1] == [name]]
        assert line[1:4] == [str(k), f"{1000 + k}", f"{2000 + k}"]
    shown = max(int(word) for word in told.splitlines()[1].split() if word.isdecimal())
    assert 5 <= shown < 20
    assert f"{20 - shown} more of 20 rows" in told


def test_an_answer_that_fits_keeps_its_rows(capsys: pytest.CaptureFixture[str]) -> None:
    from openiads.faces.cli import tables

    tables.answer(["name", "value"], [["a", 1], ["b", None]])
    lines = [line.split() for line in capsys.readouterr().out.splitlines() if line.strip()]
    assert lines[0] == ["name", "value"]
    assert lines[-2:] == [["a", "1"], ["b"]]
    tables.answer([f"column_{k}" for k in range(50)], [])
    assert "more of" not in capsys.readouterr().out
