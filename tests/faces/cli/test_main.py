"""The command line: exit codes, one JSON object, no traceback, nothing heavy for ``--help``."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from typer.testing import CliRunner

from faces import fake_run
from openiads.base.errors import InputError, InputErrors, Interrupted, ResultsError
from openiads.faces.cli import main, show
from openiads.faces.cli import run as runs
from openiads.runs import identity

HEAVY = ("numba", "numpy", "scipy", "pydantic", "pyarrow", "matplotlib", "duckdb", "fastapi")


def call(*words: str) -> Any:
    return CliRunner().invoke(main.app, list(words))


@pytest.fixture
def stub(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> dict[str, Any]:
    """Replaces runs by the fake one; what ``run`` was asked for is kept."""
    from openiads.runs import replicate

    asked: dict[str, Any] = {}

    def run(scenario: Any, **options: Any) -> Any:
        asked.update(options, scenario=scenario)
        return fake_run.FakeRun(fake_run.scenario(), options["replications"], options["seed"], tmp_path)

    monkeypatch.setattr(replicate, "run", run)
    return asked


def test_help_imports_nothing_heavy() -> None:
    program = (
        "import sys; sys.argv = ['openiads', '--help']\n"
        "from openiads.faces.cli.main import main\n"
        "try:\n    main()\nexcept SystemExit as stop:\n    assert not stop.code\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0
    assert done.stderr.strip() == "[]"
    for name in ("demo", "run", "check", "catalog", "schema", "explain", "twins", "report", "export", "compare"):
        assert name in done.stdout


@pytest.mark.parametrize(("asked", "pool"), [({}, "system"), ({"ARROW_DEFAULT_MEMORY_POOL": "mimalloc"}, "mimalloc")])
def test_arrow_takes_its_memory_from_the_system_unless_the_user_says_otherwise(
    asked: dict[str, str], pool: str
) -> None:
    """Its own allocator keeps megabytes that a run over fine tiles has no room for."""
    program = (
        "import sys; sys.argv = ['openiads', '--version']\n"
        "from openiads.faces.cli import start\n"
        "try:\n    start()\nexcept SystemExit:\n    import pyarrow; print(pyarrow.default_memory_pool().backend_name)"
    )
    kept = {name: value for name, value in os.environ.items() if name != "ARROW_DEFAULT_MEMORY_POOL"}
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, env=kept | asked)
    assert done.stdout.split()[-1] == pool, done.stderr


def test_run_with_json_prints_one_object_and_nothing_else(stub: dict[str, Any]) -> None:
    done = call("run", "tartus_2016", "-n", "40", "--seed", "7", "--json")
    assert done.exit_code == 0
    told = json.loads(done.stdout)
    assert done.stdout.count("\n") == 1
    assert {"scenario", "seed", "replications", "digest", "wall_s", "outcomes", "failed_replications", "out"} <= set(
        told
    )
    assert (told["replications"], told["seed"]) == (40, 7)


def test_run_passes_every_option_down(stub: dict[str, Any], tmp_path: Path) -> None:
    done = call(
        "run",
        "tartus_2016",
        "-n",
        "40",
        "--seed",
        "7",
        "--jobs",
        "2",
        "--chunk",
        "5",
        "--record",
        "3",
        "--until-ci",
        "leakers:0.5",
        "--out",
        str(tmp_path / "r"),
        "--set",
        "site.Tartus.fire_units=1",
        "--set",
        "duration=600 s",
        "--json",
    )
    assert done.exit_code == 0
    wanted = {
        "replications": 40,
        "seed": 7,
        "jobs": 2,
        "chunk": 5,
        "record": 3,
        "until": "leakers:0.5",
        "out": tmp_path / "r",
    }
    assert {key: stub[key] for key in wanted} == wanted
    assert stub["scenario"].sites[0].fire_units == 1
    assert stub["scenario"].duration == 600.0


def test_a_bare_width_means_any_leaker(stub: dict[str, Any]) -> None:
    assert call("run", "tartus_2016", "--until-ci", "0.05", "--json").exit_code == 0
    assert stub["until"] == "any_leaker:0.05"


def test_run_prints_question_table_digest_and_folder(stub: dict[str, Any]) -> None:
    shown = call("run", "tartus_2016", "-n", "40").stdout
    for phrase in (
        "How large a raid",
        "get through",
        "At least one leaker",
        "Cruise missiles",
        "HIT_ASSET",
        "Waited for longest: ",
        "Digest: 3f3f",
        "Folder: ",
    ):
        assert phrase in shown


def test_the_same_command_goes_to_the_same_folder_and_others_elsewhere() -> None:
    scenario = SimpleNamespace(name="s", digest=lambda: "a" * 64)
    base = runs.run_folder(scenario, 1, 100, None, 0, None)
    assert base == runs.run_folder(scenario, 1, 100, None, 0, None)
    others = [
        runs.run_folder(scenario, 2, 100, None, 0, None),
        runs.run_folder(scenario, 1, 101, None, 0, None),
        runs.run_folder(scenario, 1, 100, "leakers:0.1", 0, None),
        runs.run_folder(scenario, 1, 100, None, 5, None),
        runs.run_folder(scenario, 1, 100, None, 0, 7),
    ]
    assert len({base, *others}) == 6


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("run",), 2),
        (("run", "tartus_2016", "-n", "0"), 2),
        (("nonsense",), 2),
        (("run", "no_such_scenario"), 65),
        (("check", "no_such_scenario"), 65),
        (("catalog", "show", "s300pmu3"), 65),
        (("run", "tartus_2016", "--set", "site.Tartus"), 65),
        (("run", "tartus_2016", "--set", 'site.Tartus.system="s300pmu3"'), 65),
    ],
)
def test_what_is_asked_wrongly_ends_with_its_code_and_without_a_traceback(words: tuple[str, ...], code: int) -> None:
    done = call(*words)
    assert done.exit_code == code
    assert done.stdout == ""
    assert done.stderr.strip()
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (ResultsError("runs/x", "the disk is full (0 bytes free)", "Make room, then run the same command again"), 74),
        (Interrupted("runs/x", "stopped with 20 of 100 stored", "Run the same command again to continue"), 130),
        (InputErrors([InputError("f:1", "wrong", "Fix it."), InputError("f:2", "worse", "Fix it too.")]), 65),
        (KeyboardInterrupt(), 130),
    ],
)
def test_errors_below_end_with_their_code(monkeypatch: pytest.MonkeyPatch, error: BaseException, code: int) -> None:
    from openiads.runs import replicate

    def fails(*args: Any, **options: Any) -> None:
        raise error

    monkeypatch.setattr(replicate, "run", fails)
    done = call("run", "tartus_2016", "--json")
    assert done.exit_code == code
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    assert "again" in done.stderr or "f:2: worse" in done.stderr


def test_a_report_of_no_run_is_a_results_error(tmp_path: Path) -> None:
    done = call("report", str(tmp_path))
    assert done.exit_code == 74
    assert str(tmp_path) in done.stderr


LATE = """
format = 1
name = "late"
duration = "{duration}"
[terrain]
source = "flat"
[[asset]]
name = "Depot"
at = "34.92 N 35.90 E"
radius = "500 m"
[[raid]]
name = "Column"
threat = "f16"
count = 4
target = "Depot"
origin = "34.92 N 35.40 E"
altitude = "6 km"
speed = "250 m/s"
spacing = "100 s"
{start}
[[flight]]
name = "Scout"
kind = "f16"
side = "{side}"
route = ["34.9 N 35.0 E", "34.9 N 36.0 E"]
altitude = "6 km"
speed = "250 m/s"
start = "0 s"
"""


def late(folder: Path, duration: str, start: str = "", side: str = "hostile") -> Path:
    path = folder / "late.toml"
    path.write_text(LATE.format(duration=duration, start=start, side=side), encoding="utf-8")
    return path


def test_flights_that_cannot_arrive_before_the_end_are_told(tmp_path: Path) -> None:
    def told(*given: str) -> list[str]:
        done = call("check", str(late(tmp_path, *given)), "--json")
        assert done.exit_code == 0, done.stderr
        return [line for line in json.loads(done.stdout)["warnings"] if "no site" not in line]

    assert told("600 s") == []
    some, scout = told("300 s")
    assert some.startswith('2 of 4 flights of raid "Column" cannot arrive before the run ends at 300 s: the path ends')
    assert scout.startswith('flight "Scout" cannot arrive before the run ends at 300 s: the path ends at 36')
    assert told("300 s", "", "neutral") == [some]  # an airliner need not land
    assert told("100 s", 'start = "20 s"')[0].startswith('raid "Column" cannot arrive before the run ends at 100 s')
    (after,) = [line for line in told("400 s", 'start = "500 s"') if "Column" in line]
    assert after == 'raid "Column" comes after the end of the run'
    plain = call("check", str(late(tmp_path, "300 s")))
    assert f"warning: {some}" in plain.stderr and "warning" not in plain.stdout


def test_warnings_of_a_run_go_to_stderr_and_into_the_json(tmp_path: Path) -> None:
    words = ["run", str(late(tmp_path, "300 s")), "-n", "2", "--out", str(tmp_path / "r"), "--json"]
    for _ in range(2):  # a continued run tells them too
        done = call(*words)
        assert done.exit_code == 0
        told = json.loads(done.stdout)["warnings"]
        assert len(told) == 3 and "cannot arrive" in told[1]
        assert done.stderr.splitlines() == [f"warning: {line}" for line in told]


def test_check_refuses_a_rule_that_a_run_would_refuse(tmp_path: Path) -> None:
    (tmp_path / "own.py").write_text("def rule(own, picture, dials):\n    return 0\n")
    site = (
        '[[site]]\nname = "S"\nsystem = "s300pmu2"\nat = "34.92 N 35.9 E"\nfacing = "0 deg"\n'
        'doctrine = { fire = "own.py:rule" }\n'
    )
    path = late(tmp_path, "300 s")
    path.write_text(path.read_text() + site)
    done = call("check", str(path))
    assert done.exit_code == 65
    assert "own.py:rule: has 3 arguments" in done.stderr


# ------------------------------------------------------------------ streams and signals, in processes of their own


#: The command line with Ctrl-C heeded even where the suite itself runs in the background.
HEEDING = (
    "import signal\nsignal.signal(signal.SIGINT, signal.default_int_handler)\n"
    "from openiads.faces.cli.main import main\nmain()"
)


def shell(line: str, *words: str) -> subprocess.CompletedProcess[str]:
    """A shell line in which ``o`` is the command line and $1, $2, ... are the words."""
    whole = f'o() {{ "$PYTHON" -m openiads "$@"; }}\n{line}'
    environment = {**os.environ, "PYTHON": sys.executable}
    environment.pop("PYTHONUNBUFFERED", None)  # what a user has: output is buffered and fails late
    return subprocess.run(["bash", "-c", whole, "bash", *words], capture_output=True, text=True, env=environment)


@pytest.mark.parametrize("words", ["--help", "schema", "catalog list", "catalog list --json", "check one_on_one"])
def test_a_reader_that_goes_away_leaves_no_traceback_and_a_code_of_its_own(words: str) -> None:
    done = shell(f"o {words} | true; exit ${{PIPESTATUS[0]}}")
    assert (done.returncode, done.stderr) == (141, "")


@pytest.mark.parametrize("words", ["--help", "--version", "schema", "catalog", "catalog list --json"])
def test_a_full_disk_behind_stdout_is_one_line(words: str) -> None:
    done = shell(f"o {words} > /dev/full")
    assert done.returncode == 74
    assert done.stderr == "output: cannot be written (No space left on device). Make room or choose another place.\n"


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("o check no_such_scenario 2>&-", 65),
        ("o frobnicate 2>&-", 2),
        ("o check no_such_scenario 2>/dev/full", 65),
        ("o catalog list >&-", 0),
        ("o check no_such_scenario >&- 2>&- <&-", 65),
    ],
)
def test_closed_streams_change_no_code_and_no_error_gets_onto_stdout(line: str, code: int) -> None:
    done = shell(line)
    assert (done.returncode, done.stdout, done.stderr) == (code, "", "")


def test_a_file_never_takes_the_place_of_a_closed_stream(tmp_path: Path) -> None:
    done = shell('o run one_on_one -n 2 --out "$1" 2>&- >&- && o check "$1"', str(tmp_path / "r"))
    assert done.returncode == 0, done.stderr
    assert done.stdout.endswith("sound (2 replications, 2 run again with equal results)\n")


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_a_signal_ends_a_run_in_order_and_the_same_command_goes_on(tmp_path: Path, number: int, code: int) -> None:
    path = tmp_path / "r"
    words = ["run", "one_on_one", "-n", "1000000", "--jobs", "1", "--chunk", "50", "--out", str(path)]
    command = [sys.executable, "-c", HEEDING, *words]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        while process.poll() is None and not list(path.glob("chunks/c*.parquet")):
            time.sleep(0.02)
        process.send_signal(number)
        out, told = process.communicate(timeout=60)
    assert (process.returncode, out) == (code, "")
    assert told.count("\n") == 1
    assert told.startswith(f"{path}: stopped with ")
    assert told.endswith("Run the same command again with the same --out to continue\n")
    stored = len(list(path.glob("chunks/c*.parquet")))
    assert stored and not list(path.rglob("*.tmp"))
    refused = call("check", str(path))
    assert refused.exit_code == 74
    assert f"not complete ({stored} of 20000 chunks stored)" in refused.stderr


@pytest.mark.parametrize("command", ["check", "report", "explain", "twins"])
def test_what_is_no_run_is_refused_in_one_line(tmp_path: Path, command: str) -> None:
    more = ["--replication", "0"] if command == "explain" else []
    (tmp_path / "empty").mkdir()
    done = call(command, str(tmp_path / "empty"), *more)
    assert done.exit_code == 74
    assert done.stderr == f"{tmp_path / 'empty'}: there is no run here (no run.json). Name the folder of a run\n"
    if command != "check":
        done = call(command, str(tmp_path / "nowhere"), *more)
        assert done.stderr == f"{tmp_path / 'nowhere'}: there is no such folder. Name the folder of a run\n"
        (tmp_path / "file").write_text("")
        done = call(command, str(tmp_path / "file"), *more)
        assert done.stderr == f"{tmp_path / 'file'}: is a file, not the folder of a run. Name the folder of a run\n"


def test_a_run_of_another_version_is_read_but_not_run_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:

    from openiads.runs import replicate

    path = str(tmp_path / "r")
    with monkeypatch.context() as earlier:
        earlier.setattr(
            replicate, "identity_here", lambda **f: identity.RunIdentity(**f, version="0.0.9", fingerprint="0" * 16)
        )
        assert call("run", "one_on_one", "-n", "3", "--out", path).exit_code == 0
    checked = call("check", path)
    assert (checked.exit_code, checked.stdout) == (0, f"{path}: sound (3 replications, none run again)\n")
    assert "made by openiads 0.0.9" in checked.stderr and "nothing is run again" in checked.stderr
    assert call("explain", path, "--replication", "0").exit_code == 0
    again = call("run", "one_on_one", "-n", "3", "--out", path)
    assert again.exit_code == 74
    assert again.stderr.endswith("Run again with a new --out, or use openiads 0.0.9, which made it\n")
    (tmp_path / "r" / "SEALED.json").unlink()
    assert "Complete it with openiads 0.0.9, which began it" in call("check", path).stderr


def test_closed_forms_stand_beside_a_run_in_80_columns_and_as_json(tmp_path: Path) -> None:
    path = str(tmp_path / "r")
    assert call("run", "one_on_one", "-n", "30", "--out", path).exit_code == 0
    told = json.loads(call("twins", path, "--json").stdout)
    assert (told["scenario"], told["replications"]) == ("one_on_one", 30)
    leak = told["twins"][0]
    assert leak["given"] is True and leak["closed"] == pytest.approx(0.09, abs=0.1)
    assert {row["from"] for row in leak["inputs"]} == {"measured in the run"}
    alone = next(twin for twin in told["twins"] if twin["model"] == "independent threats")
    assert alone["given"] is False and alone["closed"] is None and alone["inputs"] == []
    shown = call("twins", path)
    assert shown.exit_code == 0
    assert max(map(len, shown.stdout.splitlines())) <= 80
    assert "Leak of an engaged threat (independent shots)" in shown.stdout
    assert "Not given: fewer than two threats press home." in shown.stdout


def test_check_of_a_good_scenario_says_so() -> None:
    done = call("check", "tartus_2016")
    assert (done.exit_code, done.stderr) == (0, "")
    assert "tartus_2016: in order (1 site, 3 assets, 31 flights)" in done.stdout
    assert json.loads(call("check", "tartus_2016", "--json").stdout)["ok"] is True


def test_check_names_every_error_with_its_line(tmp_path: Path) -> None:
    file = tmp_path / "bad.toml"
    file.write_text(
        'format = 1\nname = "x"\nduration = 600\nbogus = 1\n'
        '[[site]]\nname = "S"\nsystem = "s300pmu3"\nat = "91 N 35 E"\nfacing = "0 deg"\n'
    )
    done = call("check", str(file))
    assert done.exit_code == 65
    for line in (3, 4, 7, 8):
        assert f"{file}:{line}: " in done.stderr


def test_catalog_reads_on_a_terminal_and_as_json() -> None:
    listed = call("catalog")
    assert listed.exit_code == 0
    assert "48n6e2" in listed.stdout
    assert {entry["name"] for entry in json.loads(call("catalog", "list", "--json").stdout)["entries"]} >= {
        "48n6e2",
        "scud_b",
    }
    shown = call("catalog", "show", "48n6e2").stdout
    assert "max_range" in shown
    assert "assumption" in shown
    values = json.loads(call("catalog", "show", "48n6e2", "--json").stdout)["values"]
    assert values["max_range"]["unit"] == "km"
    assert values["max_range"]["si"] == pytest.approx(1000.0 * values["max_range"]["value"])
    assert json.loads(call("catalog", "sources", "--json").stdout)["sources"]


def test_knobs_are_listed_for_one_scenario_with_what_they_imply() -> None:
    found = json.loads(call("catalog", "knobs", "one_on_one", "--json").stdout)
    rows = {row["knob"]: row for row in found["knobs"]}
    assert found["scenario"] == "one_on_one"
    assert {"world.crest_factor", "48n6e2.flight", "30n6e2.snr"} <= set(rows)
    assert "pac2_gemt.flight" not in rows
    assert rows["48n6e2.flight"]["figures"][0]["name"] == "reach"
    told = call("catalog", "knobs", "one_on_one")
    assert told.exit_code == 0
    assert "range on 1 m2" in " ".join(told.stdout.split())
    refused = call("catalog", "knobs", "no_such_scenario")
    assert refused.exit_code == 65


def test_a_system_is_shown_with_what_it_names_and_what_a_fire_unit_holds() -> None:
    shown = call("catalog", "show", "s300pmu2").stdout
    assert "64N6E2 Big Bird surveillance radar" in shown
    assert "each fire unit: 12 x 5p85se (5P85SE launcher), each with 4 x 48n6e2" in shown
    assert "[hds_30" in shown
    tables = json.loads(call("catalog", "show", "patriot_pac3", "--json").stdout)["tables"]
    assert [(row["launcher"], row["interceptor"]) for row in tables["launchers"]] == [
        ("m902", "pac3_cri"),
        ("m901", "pac2_gemt"),
    ]


def test_two_systems_stand_side_by_side_down_to_their_rounds() -> None:
    done = call("catalog", "compare", "s300pmu2", "patriot_pac3")
    assert done.exit_code == 0
    for words in ("Engagement radar", "ready rounds of a fire unit", "200 km (", "40 km (", "detects 1 m2 at", "–"):
        assert words in done.stdout
    told = json.loads(call("catalog", "compare", "s300pmu2", "patriot_pac3", "--json").stdout)
    sections = {section["title"]: section for section in told["sections"]}
    rows = {row["name"]: row for row in sections["System"]["rows"]}
    assert rows["missile_channels"]["left"]["value"] == 12
    assert rows["missile_channels"]["right"]["value"] == 9
    reach = {row["name"]: row for row in sections["Round 1"]["rows"]}["max_range"]
    assert reach["left"]["unit"] == reach["right"]["unit"] == "km"
    assert reach["left"]["si_low"] <= reach["left"]["si"] <= reach["left"]["si_high"]
    assert sections["Surveillance radar"]["right"] == "none"
    everything = json.loads(call("catalog", "compare", "mpq53", "mpq65", "--all", "--json").stdout)["sections"][0]
    assert "range_floor" in {row["name"] for row in everything["rows"]}


def test_entries_of_different_kinds_are_not_compared() -> None:
    done = call("catalog", "compare", "s300pmu2", "f16")
    assert done.exit_code == 65
    assert "no fields in common" in done.stderr


def test_schema_is_a_json_schema() -> None:
    told = json.loads(call("schema").stdout)
    assert told["$schema"].startswith("https://json-schema.org/")
    assert "site" in told["properties"]


def test_json_holds_no_infinity() -> None:
    assert show.plain({"a": float("inf"), "b": [float("nan"), 1.0], "c": {"d": 2}}) == {
        "a": None,
        "b": [None, 1.0],
        "c": {"d": 2},
    }


def test_progress_is_silent_where_stderr_is_no_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    with show.progress_bars() as phases:
        phases.phase("running")
        phases.count(1, 2)
    assert capsys.readouterr() == ("", "")


def test_progress_counts_on_a_terminal() -> None:
    import io

    from rich.console import Console
    from rich.progress import Progress, TextColumn

    screen = io.StringIO()
    with Progress(
        TextColumn("{task.description} {task.fields[shown]}"),
        console=Console(file=screen, force_terminal=True, width=80),
    ) as bars:
        phases = show.Phases(bars)
        phases.phase("preparing")
        progress = show.running(phases)
        progress(3, 10)
        progress(10, 10)
    assert "running replications 10 / 10" in screen.getvalue()


def test_demo_runs_the_packaged_scenario_and_says_where_the_report_is(
    stub: dict[str, Any], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from openiads.faces.pages import run_page

    monkeypatch.setattr(run_page, "write", lambda run: tmp_path / "report.html")
    done = call("demo", "-n", "20")
    assert done.exit_code == 0
    assert stub["scenario"].name == "tartus_2016"
    assert (stub["replications"], stub["seed"]) == (20, 2016)
    assert f"Report: {tmp_path / 'report.html'}" in done.stdout
    assert json.loads(call("demo", "-n", "20", "--json").stdout)["report"] == str(tmp_path / "report.html")


def test_a_footprint_is_one_object_or_a_table_with_a_map() -> None:
    words = ("footprint", "patriot_pac2", "--against", "scud_b", "--samples", "0")
    told = json.loads(call(*words, "--json", "--limits", "published", "--range", "250 km").stdout)
    assert (told["system"], told["threat"], told["range_km"], told["reaction_s"]) == ("patriot_pac2", "scud_b", 250, 9)
    assert set(told["limits"]) == {"published"}
    arm = told["limits"]["published"]
    assert arm["area_km2"]["nominal"] == pytest.approx(sum(row.count("1") for row in arm["map"]) * arm["cell_km"] ** 2)
    shown = call(*words).stdout
    for phrase in ("emergent", "published", "forward, km", "#", "+", "o the unit"):
        assert phrase in shown


@pytest.mark.parametrize(
    ("words", "place"),
    [
        (("--against", "scud_b", "--range", "900 km"), "footprint.range"),
        (("--against", "scud_b", "--range", "300"), "--range"),
        (("--against", "f16"), "footprint.f16"),
        (("--against", "scud_b", "--limits", "some"), "--limits"),
    ],
)
def test_a_footprint_that_cannot_be_asked_for_is_bad_input(words: tuple[str, ...], place: str) -> None:
    done = call("footprint", "patriot_pac2", *words)
    assert done.exit_code == 65
    assert done.stdout == ""
    assert place in done.stderr


def test_folders_of_variants_are_told_apart_by_what_was_set() -> None:
    from openiads.scenario.load import load

    scenario = load("one_on_one")
    plain = runs.run_folder(scenario, 1, 5, None, 0, None)
    varied = runs.run_folder(scenario, 1, 5, None, 0, None, ["site.Guard.rounds=4", 'raid."A/B".speed=250 m/s'])
    assert plain.name.endswith("-n5")
    assert varied.name.endswith("-site.Guard.rounds=4-raid.-A-B-.speed=250m-s-n5")
    many = runs.run_folder(scenario, 1, 5, None, 0, None, [f"a.{'b' * 90}={k}" for k in range(9)])
    assert len(many.name) < 255
