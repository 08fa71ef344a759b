"""What Python answers is what the command line prints, with a table, a picture and a notebook's display."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import openiads as oi
from openiads.base import units
from openiads.base.errors import InputError, UsageError
from openiads.faces.cli.main import app

pytestmark = pytest.mark.compiled_only

Ask = Callable[[], Any]

#: Question -> (words of the command, the same in Python).  Text with units, SI numbers and radians are mixed.
QUESTIONS: dict[str, tuple[list[str], Ask]] = {
    "coverage": (
        [
            "coverage",
            "tartus_2016",
            "--radar",
            "76n6",
            "--height",
            "50 m",
            "--height",
            "3 km",
            "--looks",
            "2/3",
            "--pd",
            "0.8",
            "--rcs",
            "0.5 m2",
            "--mast",
            "40 m",
            "--size",
            "200 km",
            "--cells",
            "30",
            "--route",
            "35.2 N 34.0 E; 34.91 N 35.87 E",
            "--speed",
            "250 m/s",
            "--set",
            "world.earth_factor=1.4",
        ],
        lambda: oi.coverage(
            "tartus_2016",
            radars="76n6",
            heights=[50, "3 km"],
            looks=(2, 3),
            probability=0.8,
            rcs=0.5,
            mast=40.0,
            size="200 km",
            cells=30,
            speed=250.0,
            changes={"world.earth_factor": 1.4},
            route=[units.position("35.2 N 34.0 E"), "34.91 N 35.87 E"],
        ),
    ),
    "coverage of a system": (
        [
            "coverage",
            "--system",
            "s300pmu2",
            "--at",
            "34.92 N 35.90 E",
            "--extent",
            "34 N 35 E; 35.5 N 36.5 E",
            "--cells",
            "30",
            "--threat",
            "f16",
            "--amsl",
            "--no-diffraction",
            "--facing",
            "90 deg",
        ],
        lambda: oi.coverage(
            system="s300pmu2",
            at="34.92 N 35.90 E",
            extent=("34 N 35 E", "35.5 N 36.5 E"),
            cells=30,
            threat="f16",
            above="sea",
            diffraction=False,
            facing=math.pi / 2,
        ),
    ),
    "coverage under jamming": (
        [
            "coverage",
            "raid24",
            "--radar",
            "64n6e2",
            "--height",
            "3 km",
            "--size",
            "200 km",
            "--cells",
            "30",
            "--jammer",
            "escort_jammer; 35.0 N 35.0 E; 9 km",
            "--jammer",
            "standoff_jammer; 35.5 N 34.0 E; 10 km",
        ],
        lambda: oi.coverage(
            "raid24",
            radars="64n6e2",
            heights=3000.0,
            size="200 km",
            cells=30,
            jammers=["escort_jammer; 35.0 N 35.0 E; 9 km", ("standoff_jammer", "35.5 N 34.0 E", 10_000.0)],
        ),
    ),
    "envelope": (
        [
            "envelope",
            "s300f",
            "--rcs",
            "3 m2",
            "--height",
            "3 km",
            "--height",
            "100 m",
            "--at",
            "35.40 N 35.40 E",
            "--limits",
            "emergent",
            "--pk",
            "--maneuver",
            "2 g",
            "--reaction",
            "20 s",
            "--uncued",
        ],
        lambda: oi.envelope(
            "s300f",
            rcs=3.0,
            heights=("3 km", 100.0),
            at=(math.radians(35.4), math.radians(35.4)),
            limits="emergent",
            kill_map=True,
            maneuver=2 * 9.80665,
            reaction=20,
            cued=False,
        ),
    ),
    "footprint": (
        [
            "footprint",
            "patriot_pac2",
            "--against",
            "scud_b",
            "--samples",
            "1",
            "--limits",
            "published",
            "--range",
            "250 km",
            "--off",
            "20 deg",
            "--at",
            "36.95 N 37.40 E",
            "--from",
            "160 deg",
            "--size",
            "80 km",
        ],
        lambda: oi.footprint(
            "patriot_pac2",
            "scud_b",
            samples=1,
            limits="published",
            distance=250e3,
            off="20 deg",
            at="36.95 N 37.40 E",
            attack_from="160 deg",
            size=80e3,
        ),
    ),
    "reach": (
        ["reach", "tartus_2016", "--samples", "0", "--speed", "300 m/s", "--site", "Tartus"],
        lambda: oi.reach("tartus_2016", samples=0, speed=300.0, sites=["Tartus"]),
    ),
    "spread": (
        ["spread", "one_on_one", "--metric", "rounds_fired", "--knobs", "*.snr", "--worlds", "16", "-n", "4"],
        lambda: oi.spread("one_on_one", metric="rounds_fired", knobs="*.snr", worlds=16, replications=4),
    ),
    "sensitivity": (
        [
            "sensitivity",
            "one_on_one",
            "--metric",
            "rounds_fired",
            "--knobs",
            "64n6e2.snr",
            "-n",
            "4",
            "--set",
            "site.Guard.rounds=2",
        ],
        lambda: oi.sensitivity(
            "one_on_one", metric="rounds_fired", knobs=["64n6e2.snr"], replications=4, changes={"site.Guard.rounds": 2}
        ),
    ),
    "swings": (
        [
            "sensitivity",
            "one_on_one",
            "--metric",
            "rounds_fired",
            "--knobs",
            "64n6e2.snr",
            "-n",
            "4",
            "--method",
            "swings",
        ],
        lambda: oi.sensitivity(
            "one_on_one", metric="rounds_fired", knobs="64n6e2.snr", replications=4, method="swings"
        ),
    ),
    "contributions": (
        [
            "contributions",
            "one_on_one",
            "--inside",
            "Guard",
            "--always",
            "*64*",
            "-n",
            "4",
            "--set",
            "site.Guard.rounds=2",
        ],
        lambda: oi.contributions(
            "one_on_one", inside="Guard", always="*64*", replications=4, changes={"site.Guard.rounds": 2}
        ),
    ),
    "check of a scenario": (["check", "one_on_one"], lambda: oi.check("one_on_one")),
}

WITHOUT_FIGURE = {"reach", "check of a scenario"}


def printed(*words: str) -> Any:
    done = CliRunner().invoke(app, [*words, "--json"])
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def plain(answer: Any) -> Any:
    """An answer's data as JSON has it."""
    return json.loads(json.dumps(answer.to_dict(), allow_nan=False))


@pytest.fixture(scope="module")
def answers() -> Callable[[str], Any]:
    kept: dict[str, Any] = {}

    def ask(name: str) -> Any:
        if name not in kept:
            kept[name] = QUESTIONS[name][1]()
        return kept[name]

    return ask


@pytest.mark.parametrize("name", QUESTIONS)
def test_python_says_what_the_command_prints(name: str, answers: Callable[[str], Any]) -> None:
    assert plain(answers(name)) == printed(*QUESTIONS[name][0])


@pytest.mark.parametrize("name", QUESTIONS)
def test_an_answer_has_a_table_a_picture_and_a_display(name: str, answers: Callable[[str], Any]) -> None:
    answer = answers(name)
    table = answer.table()
    assert table.num_columns == len(set(table.column_names))
    shown = answer._repr_html_()
    assert "predict" in shown  # the scope stands under every answer
    if name in WITHOUT_FIGURE:
        with pytest.raises(UsageError, match="has no picture"):
            answer.figure()
        return
    assert table.num_rows
    assert "<svg" in shown
    assert "<table>" in shown
    assert answer.figure().axes
    with pytest.raises(UsageError, match=r"figure\(colour=\): there is no such parameter"):
        answer.figure(colour="red")


def test_the_rows_of_tables_are_the_numbers_of_the_answer(answers: Callable[[str], Any]) -> None:
    envelope = answers("envelope")
    wanted = [{"limits": arm, **cut} for arm, cuts in plain(envelope)["limits"].items() for cut in cuts]
    assert envelope.table().to_pylist() == wanted
    coverage = answers("coverage")
    rows = coverage.table().to_pylist()
    assert [row["height_m"] for row in rows] == [50.0, 3000.0]
    assert [row["detected_km2"] for row in rows] == [h["detected_km2"] for h in plain(coverage)["heights"]]
    footprint = answers("footprint").table().to_pylist()
    assert {row["measure"] for row in footprint} == {"area_km2", "forward_km", "back_km", "side_km"}
    assert all(row["low"] <= row["nominal"] <= row["high"] for row in footprint)


# ------------------------------------------------------------------ stored runs


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("stored") / "run"
    oi.run("one_on_one", replications=4, seed=3, out=folder)
    return folder


@pytest.mark.parametrize(
    ("words", "ask"),
    [
        (["explain", "FOLDER", "-r", "1"], lambda folder: oi.explain(folder, 1)),
        (["twins", "FOLDER"], oi.closed_forms),
        (["layers", "FOLDER"], oi.layers),
        (["air-picture", "FOLDER"], oi.air_picture),
        (["check", "FOLDER", "--again", "1"], lambda folder: oi.check(folder, again=1)),
        (
            ["query", "FOLDER", "SELECT point, leakers FROM outcomes"],
            lambda folder: oi.query(folder, "SELECT point, leakers FROM outcomes"),
        ),
        (["compare", "FOLDER", "FOLDER"], lambda folder: oi.compare(folder, folder)),
    ],
    ids=lambda value: value[0] if isinstance(value, list) else "",
)
def test_python_says_of_a_stored_run_what_the_command_prints(
    words: list[str], ask: Callable[[Path], Any], folder: Path
) -> None:
    answer = ask(folder)
    assert plain(answer) == printed(*(str(folder) if word == "FOLDER" else word for word in words))
    assert answer.table().num_columns or words[0] == "check"
    assert "predict" in answer._repr_html_()


def test_a_run_a_comparison_and_a_sweep_say_what_their_commands_print(folder: Path, tmp_path: Path) -> None:
    run = oi.open_run(folder)
    again = printed("run", "one_on_one", "-n", "4", "--seed", "3", "--out", str(folder))
    assert plain(run) == again
    assert run.table().column("metric").to_pylist() == list(again["outcomes"])
    assert run.figure().axes
    compared = oi.compare(
        "one_on_one", oi.Variant("one_on_one", {"site.Guard.rounds": 1}), replications=4, out=tmp_path / "both"
    )
    words = ("compare", "one_on_one", "one_on_one", "--set-b", "site.Guard.rounds=1", "-n", "4", "--out")
    assert plain(compared) == printed(*words, str(tmp_path / "both"))
    assert compared.figure().axes
    assert "metric" in compared.table().column_names


def test_a_sweep_says_what_its_command_prints(tmp_path: Path) -> None:
    study = tmp_path / "study.toml"
    study.write_text(
        'format = 1\nname = "rounds"\nscenario = "one_on_one"\nreplications = 3\n[vary]\n'
        '"site.Guard.rounds" = [0, 2]\n',
        encoding="utf-8",
    )
    told = plain(oi.sweep(study, out=tmp_path / "swept"))
    assert told == printed("sweep", str(study), "--out", str(tmp_path / "swept"))
    assert plain(oi.check(study)) == printed("check", str(study))
    assert plain(oi.check(tmp_path / "swept", again=1)) == printed("check", str(tmp_path / "swept"), "--again", "1")
    assert oi.report(oi.open_sweep(tmp_path / "swept"), out=tmp_path / "page.html").read_text().startswith("<!doctype")
    with pytest.raises(UsageError, match="replication"):
        oi.report(tmp_path / "swept", replication=0)


def test_a_report_of_python_is_that_of_the_command(folder: Path, tmp_path: Path) -> None:
    ours = oi.report(oi.open_run(folder), out=tmp_path / "ours.html", replication=1)
    told = printed("report", str(folder), "--replication", "1", "--out", str(tmp_path / "theirs.html"))
    assert told["replication"] == 1
    assert ours.read_bytes() == Path(told["report"]).read_bytes()


def test_claims_of_python_are_those_of_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from claims.small import SMALL
    from openiads.claims import statement

    monkeypatch.setattr(statement, "load_claim", lambda name: SMALL[str(name)]())
    kept = oi.claims("moskva", out=tmp_path / "ours")
    told = printed("claims", "moskva", "--out", str(tmp_path / "ours"))
    assert plain(kept) == told
    loose = oi.claims(["moskva"])
    assert loose.page is None
    assert plain(loose) == told | {"page": None}
    assert loose.table().column("verdict").to_pylist() == [told["claims"][0]["verdict"]]


# ------------------------------------------------------------------ files and refusals


def test_an_answer_is_saved_as_the_command_writes_it(tmp_path: Path) -> None:
    ask = ["envelope", "s300f", "--height", "3 km", "--at", "35.40 N 35.40 E", "--limits", "emergent"]
    answer = oi.envelope("s300f", heights="3 km", at="35.40 N 35.40 E", limits="emergent")
    for name in ("cut.geojson", "cut.kml", "cut.czml", "cut.csv", "cut.svg"):
        ours, theirs = tmp_path / name, tmp_path / f"cli.{name}"
        assert answer.save(ours) == ours
        assert printed(*ask, "--out", str(theirs))["out"] == [str(theirs)]
        assert ours.read_bytes() == theirs.read_bytes()
    with pytest.raises(InputError, match=r"End it in one of \.png, \.svg, \.pdf, \.geojson"):
        answer.save(tmp_path / "cut.doc")
    with pytest.raises(InputError, match="needs a place on earth"):
        oi.envelope("s300f", heights="3 km", limits="emergent").save(tmp_path / "cut.kml")


def test_a_keep_out_map_is_that_of_the_reach_command(tmp_path: Path) -> None:
    answer = oi.keep_out("tartus_2016", heights=["3 km", 100], sites="Tartus")
    ours = answer.save(tmp_path / "ours.csv")
    words = ("reach", "tartus_2016", "--samples", "0", "--height", "100 m", "--height", "3 km", "--out")
    printed(*words, str(tmp_path / "theirs.csv"))
    assert ours.read_bytes() == (tmp_path / "theirs.csv").read_bytes()
    assert answer.table().num_rows == 4
    assert plain(answer)["areas"] == answer.table().to_pylist()
    assert answer.figure().axes
    assert "not intent" in answer._repr_html_()


WRONG: list[tuple[Ask, type[Exception], str]] = [
    (lambda: oi.coverage("raid24", hieghts="3 km"), UsageError, 'hieghts.*Nearest: "heights"'),
    (lambda: oi.run("one_on_one", replicatoins=3), UsageError, 'Nearest: "replications"'),
    (lambda: oi.catalog(3), UsageError, "Parameters: none"),
    (lambda: oi.run("one_on_one", replications=1, knobs={"64n6e2.snrr": 1.0}), InputError, 'Nearest: "64n6e2.snr"'),
    (lambda: oi.compare("one_on_one", "one_on_one", knobs={"64n6e2.snrr": 1.0}), InputError, 'Nearest: "64n6e2.snr"'),
    (lambda: oi.contributions("one_on_one", always="Gaurd"), UsageError, '^always "Gaurd".*Nearest: "Guard"'),
    (lambda: oi.spread("one_on_one", knobs="64n6e2.snrr"), InputError, 'Nearest: "64n6e2.snr"'),
    (lambda: oi.sensitivity("one_on_one", method="moris"), UsageError, 'Nearest: "morris"'),
    (lambda: oi.export("nowhere", "kmz"), UsageError, 'Nearest: "kml"'),
    (lambda: oi.coverage("raid24", heights="tall"), InputError, "^heights: "),
    (lambda: oi.coverage("raid24", heights=math.nan), InputError, "^heights: nan"),
    (lambda: oi.coverage("raid24", at="34 N 35 E"), InputError, "system and at"),
    (lambda: oi.coverage("raid24", rcs=1.0, threat="f16"), InputError, "^threat: given with rcs"),
    (lambda: oi.coverage("raid24", size=1, extent="34 N 35 E; 35 N 36 E"), InputError, "^extent: given with center"),
    (lambda: oi.coverage("raid24", looks=(2,)), InputError, "^looks: "),
    (lambda: oi.coverage("raid24", route="34 N 35 E"), InputError, "^route: "),
    (lambda: oi.coverage(system="s300pmu2", at="34.92 N 35.90 E", changes={"world.eart": 1}), InputError, "eart"),
    (lambda: oi.coverage("raid42"), InputError, "raid24"),
    (lambda: oi.coverage("raid24", jammers="stand_of; 34 N 35 E; 9 km"), InputError, "^jammers: .*standoff_jammer"),
    (lambda: oi.envelope("s300f", jammers="escort_jammer; 34 N 35 E; 9 km"), InputError, "^jammers: needs a place"),
    (lambda: oi.envelope("s300"), InputError, "not a system"),
    (lambda: oi.envelope("s300f", dem="x.asc"), InputError, "^dem: needs a place on earth. Give at"),
    (lambda: oi.envelope("s300f", at=(34.9, 35.9)), InputError, "^at: .*radians"),
    (lambda: oi.envelope("s300f", interceptor="48n6e2"), InputError, "^interceptor: "),
    (lambda: oi.footprint("patriot_pac2", "scud_b", center="34 N 35 E"), InputError, "^center: without size"),
    (lambda: oi.footprint("patriot_pac2", "scud_b", samples=-1), InputError, "^samples: "),
    (lambda: oi.keep_out("raid24", heights=-10), InputError, "^heights: -10 m"),
    (lambda: oi.keep_out("raid24", size=0.0), InputError, "^size: "),
    (lambda: oi.keep_out("raid24", above="moon"), InputError, "^above: "),
    (lambda: oi.reach("raid24", sites="Nowhere", samples=0), InputError, "^sites: .*Nowhere"),
    (lambda: oi.view("no such folder"), oi.errors.ResultsError, "no such folder"),
]


@pytest.mark.parametrize(("ask", "kind", "told"), WRONG)
def test_what_is_asked_wrongly_is_refused_in_one_line_that_names_the_parameter(
    ask: Ask, kind: type[Exception], told: str
) -> None:
    with pytest.raises(kind, match=told) as refused:
        ask()
    line = str(refused.value)
    assert "\n" not in line
    assert " --" not in line
    assert isinstance(refused.value, oi.errors.OpeniadsError)
    assert refused.value.place and refused.value.reason and refused.value.remedy
